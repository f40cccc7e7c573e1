"""One log for us and the libraries: lines to read at a terminal, else JSON; numbers are masked."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog
from structlog.typing import Processor

# What libraries say below a warning holds URLs, headers and bodies: tokens, numbers, words.
OURS = ("bot", "channels", "core", "dialogs", "workers")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_NUMBER = re.compile(r"\+?\(?\d(?:[ ().-]{0,2}\d){8,14}")


def set_up(*, level: str = "info", style: str = "auto") -> None:
    """Send every line to standard error. `style` is "json", "console" or, by the terminal, "auto".

    `level` is ours; libraries are heard from warnings on. Local variables are never shown: they
    hold what people wrote.
    """
    console = sys.stderr.isatty() if style == "auto" else style == "console"
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.format_exc_info,
        masked,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    shown: Processor = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
        if console
        else structlog.processors.JSONRenderer()
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, shown],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(max(logging.WARNING, getattr(logging, level.upper())))
    for name in OURS:
        logging.getLogger(name).setLevel(level.upper())


def masked(
    _logger: object, _method: str, line: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Mask the phone numbers in whatever text a line holds: all but the last two digits."""
    for key, value in line.items():
        line[key] = _masked(value)
    return line


def _masked(value: Any) -> Any:  # noqa: ANN401 - whatever somebody logs
    if isinstance(value, str):
        return _NUMBER.sub(_mask, value)
    if isinstance(value, dict):
        return {key: _masked(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(item) for item in value]
    return value


def _mask(found: re.Match[str]) -> str:
    text = found.group()
    return text if _DATE.match(text) else f"…{text[-2:]}"
