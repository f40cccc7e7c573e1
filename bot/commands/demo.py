"""`slotkeeper demo`: phones, a live day board and a clock on one page of this machine.

Three example businesses, played by the real product on a database of their own. What was said and
booked is kept until --fresh, or "Start afresh" on the page. Ctrl-C ends it.
"""

import argparse
import contextlib
import os
import signal
import sys
import threading
import webbrowser
from pathlib import Path

from bot.opening import UNUSABLE, unusable

FAILED = 1


def run(arguments: list[str]) -> None:
    """Play the demo until Ctrl-C; exit status 1 where it cannot be started."""
    parser = argparse.ArgumentParser(
        prog="slotkeeper demo",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, help="the folder of the demo's own database")
    parser.add_argument("--port", type=int, help="the port; without it 8600 or the next free one")
    parser.add_argument("--no-browser", action="store_true", help="only print the address")
    parser.add_argument("--fresh", action="store_true", help="forget what was said and booked")
    options = parser.parse_args(arguments)
    ending = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ending.set())
    try:
        play(options.data, options.port, ending, show=not options.no_browser, fresh=options.fresh)
    except UNUSABLE as error:
        _fail(unusable(error))


def play(
    data: Path | None, port: int | None, ending: threading.Event, *, show: bool, fresh: bool
) -> None:
    """Open the demo's database, start its workers and serve the page until `ending` is set."""
    from bot import logs  # noqa: PLC0415 - `--help` and mistakes need none of these
    from bot.demo import door, serving, theatre  # noqa: PLC0415 - likewise
    from bot.demo.hub import Hub  # noqa: PLC0415 - likewise
    from bot.demo.play import Play  # noqa: PLC0415 - likewise
    from bot.wiring import simulated  # noqa: PLC0415 - likewise
    from workers.broker import local  # noqa: PLC0415 - likewise

    logs.set_up(level="warning", style="console")
    try:
        listening = serving.bound(port)
    except serving.PortTakenError as error:
        _fail(str(error))
    url = f"http://{serving.HOST}:{listening.getsockname()[1]}/"

    def ready() -> None:
        sys.stdout.write(f"The demo is ready: {url}   (Ctrl-C ends it)\n")
        sys.stdout.flush()
        if show:
            threading.Thread(target=_show, args=(url,), daemon=True).start()

    with listening, theatre.opened(data, fresh=fresh) as database:
        runtime = simulated(database, pages=url)
        with local(runtime):
            the_play = Play(runtime)
            hub = Hub(the_play.source())
            app = door.app(the_play, hub)
            serving.serve(app, hub, listening, ready=ready, ending=ending)


def _show(url: str) -> None:
    """Open the page where there is a screen: a browser of the terminal's would take its place."""
    screens = {"DISPLAY", "WAYLAND_DISPLAY", "BROWSER"}
    if sys.platform == "linux" and not screens & set(os.environ):
        return
    with contextlib.suppress(webbrowser.Error, OSError):  # the address stands in the terminal
        webbrowser.open(url)


def _fail(why: str) -> None:
    sys.stderr.write(f"slotkeeper demo: {why}\n")
    sys.exit(FAILED)
