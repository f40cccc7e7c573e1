"""Socket Mode: Slack's requests over a connection that we open, for hosts without a public address.

Each envelope goes the way of an HTTP request: read, stored, and only then acknowledged; what is not
acknowledged Slack sends again. https://docs.slack.dev/apis/events-api/using-socket-mode
"""

import json
import logging
from collections.abc import Callable
from threading import Event, Thread

import structlog
from slack_bolt import BoltRequest
from slack_sdk.socket_mode.builtin import SocketModeClient
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from channels.message import RejectedError, Taken
from channels.slack.config import Config
from channels.slack.failing import FAILURES
from channels.slack.reading import Reader
from channels.slack.workspaces import Workspaces

_AGAIN = (1.0, 2.0, 5.0, 10.0, 30.0)  # seconds between tries to connect for the first time
_PING = 10.0

_log = structlog.get_logger()


class Socket:
    """Keeps one connection open from `start` to `stop`; `store` keeps what a request held.

    One envelope after the other, so that what a person writes is stored in its order.
    """

    def __init__(
        self,
        config: Config,
        reader: Reader,
        workspaces: Workspaces,
        store: Callable[[Taken], object],
    ) -> None:
        self._config = config
        self._reader = reader
        self._workspaces = workspaces
        self._store = store
        self._ending = Event()
        self._client: SocketModeClient | None = None
        self._thread = Thread(target=self._connect, name="slack-socket", daemon=True)

    def start(self) -> None:
        """Connect in a thread, as often as it takes; from then on the connection renews itself."""
        self._thread.start()

    def stop(self) -> None:
        """Close the connection; what was not acknowledged comes again."""
        self._ending.set()
        self._thread.join()
        if self._client is not None:
            self._client.close()

    @property
    def connected(self) -> bool:
        """Whether the connection is open."""
        return self._client is not None and self._client.is_connected()

    def _connect(self) -> None:
        quiet = logging.getLogger("slotkeeper.slack.socket")
        quiet.setLevel(logging.CRITICAL)  # it would log addresses that anybody could connect to
        client = self._client = SocketModeClient(
            app_token=self._config.app_token or "",
            web_client=self._workspaces.with_token(None),
            logger=quiet,
            ping_interval=_PING,
            concurrency=1,
        )
        client.socket_mode_request_listeners.append(self._handle)
        tries = 0
        while not self._ending.is_set():
            try:
                client.connect()
            except (*FAILURES, RuntimeError) as error:
                _log.warning("slack is away", at="socket", error=str(error))
                client.wss_uri = None
                self._ending.wait(_AGAIN[min(tries, len(_AGAIN) - 1)])
                tries += 1
            else:
                _log.info("connected", to="slack")
                return

    def _handle(self, client: BaseSocketModeClient, request: SocketModeRequest) -> None:
        """Store what an envelope holds, acknowledge it, then do what follows."""
        try:
            taken = self._reader.read(BoltRequest(body=request.payload, mode="socket_mode"))
        except RejectedError:
            taken = Taken()  # no other try would make it readable
        try:
            self._store(taken)
        except Exception as error:  # noqa: BLE001 - whatever it is: not acknowledged, it comes again
            _log.warning("not stored", at="socket", error=str(error))
            return
        answer = json.loads(taken.reply.body) if taken.reply.body else None
        client.send_socket_mode_response(SocketModeResponse(request.envelope_id, answer))
        if taken.after is not None:
            taken.after()
