"""Sending on Slack: a direct message with blocks, its buttons taken away once one was pressed."""

from collections.abc import Callable
from typing import Any

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackRequestError

from channels.message import File, Outbound, SendError
from channels.slack import blocks
from channels.slack.failing import FAILURES, send_error
from channels.slack.workspaces import NotInstalledError, Workspaces

_COURTESY = 3.0  # seconds for what only tidies up, or is one of several calls
_LATE = "stale"  # the note that answers the button of a question which was closed

_log = structlog.get_logger()


class Sender:
    """Sends to people (`to` is a user's id) in the workspace that `sender` names."""

    def __init__(self, workspaces: Workspaces, *, timeout: float) -> None:
        self._workspaces = workspaces
        self._timeout = timeout

    def render(self, outbound: Outbound) -> str:
        """Return the text; choices are buttons. A link stands below where no file goes along."""
        if outbound.link and not outbound.file:
            return f"{outbound.text}\n{outbound.link}"
        return outbound.text

    def send(self, outbound: Outbound) -> str | None:
        """Send a direct message and return its time, which is Slack's id of it.

        At most five calls, of which only the last shows anything: a message alone has 10 s, what
        comes before it 3 s each. Raises SendError.
        """
        self._take_buttons_away(outbound)
        try:
            if outbound.file is None:
                return self._post(outbound, linked=True)
            return self._with_file(outbound, outbound.file)
        except NotInstalledError as error:
            raise SendError(str(error), permanent=True) from error
        except FAILURES as error:
            raise send_error(error) from error

    def _post(self, outbound: Outbound, *, linked: bool) -> str:
        text = blocks.shown(outbound, linked=linked)
        sent = self._workspaces.client(outbound.sender, timeout=self._timeout).chat_postMessage(
            channel=outbound.to,
            text=blocks.cut(text, blocks.SECTION),
            blocks=blocks.laid_out(text, outbound),
            unfurl_links=False,
            unfurl_media=False,
        )
        return str(sent["ts"])

    def _with_file(self, outbound: Outbound, file: File) -> str:
        """Send a file with the text beside it; below the message where that has buttons.

        Where the file is refused (a workspace may forbid files) its link goes in its place.
        """
        timeout = min(_COURTESY, self._timeout)
        client = self._workspaces.client(outbound.sender, timeout=timeout)
        if outbound.choices:
            sent = self._post(outbound, linked=True)
            self._quietly("file", lambda: _upload(client, outbound.to, file))
            return sent
        try:
            return _upload(client, outbound.to, file, blocks.shown(outbound, linked=False))
        except (SlackApiError, SlackRequestError) as error:
            refusal = send_error(error)
            if isinstance(error, SlackApiError) and not _only_the_file(error, refusal):
                raise
            _log.warning("file not taken", team=outbound.sender, error=str(refusal))
            return self._post(outbound, linked=True)

    def _take_buttons_away(self, outbound: Outbound) -> None:
        """Show on the message that this one answers what was chosen there; once, and if it can."""
        answered = outbound.answered
        if answered is None or not {"channel", "ts", "text"} <= answered.shown.keys():
            return
        shown = answered.shown
        choice = None if outbound.note == _LATE else str(shown.get("choice", "")) or None
        text = str(shown["text"])
        facts: dict[str, Any] = {"text": text, "blocks": blocks.answered(text, choice)}
        timeout = min(_COURTESY, self._timeout)

        def update() -> None:
            client = self._workspaces.client(outbound.sender, timeout=timeout)
            client.chat_update(channel=str(shown["channel"]), ts=str(shown["ts"]), **facts)

        def answer() -> None:
            url = str(shown["response_url"])
            said = self._workspaces.answer(url, timeout=timeout).send(
                replace_original=True, **facts
            )
            if not said.body.startswith("ok"):
                raise SlackRequestError(f"HTTP {said.status_code}")

        if not self._quietly("update", update) and shown.get("response_url"):
            self._quietly("response_url", answer)

    def _quietly(self, what: str, call: Callable[[], object]) -> bool:
        """Try what may fail; say whether it went well."""
        try:
            call()
        except (NotInstalledError, *FAILURES) as error:
            _log.warning("not tidied up", what=what, error=str(error))
            return False
        return True


def _upload(client: WebClient, user: str, file: File, text: str | None = None) -> str:
    """Hand a file over in the direct messages with a user; return the file's id."""
    opened = client.conversations_open(users=user)
    channel: Any = opened["channel"]
    done = client.files_upload_v2(
        channel=str(channel["id"]),
        content=file.content,
        filename=file.name,
        title=file.name,
        initial_comment=text,
    )
    files: Any = done["files"]
    return str(files[0]["id"])


def _only_the_file(error: SlackApiError, refusal: SendError) -> bool:
    """Whether Slack refused the file, while a message may still be taken."""
    method = str(getattr(error.response, "api_url", ""))
    return "/files." in method and (refusal.permanent or str(refusal) == "missing_scope")
