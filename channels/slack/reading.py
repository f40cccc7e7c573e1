"""What Slack hands over, read with Bolt: the same for HTTP requests and Socket Mode's envelopes.

Bolt knows the kinds of payloads and answers Slack's own checks. It runs without threads and
without a token, so reading touches no network; what is read goes to the caller, to be stored first.
"""

import json
import logging
import re
from collections.abc import Callable
from typing import Any

from slack_bolt import Ack, App, BoltContext, BoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from channels.message import Inbound, RejectedError, Reply, Taken
from channels.slack import blocks
from channels.slack.config import Config
from channels.slack.courtesies import Courtesies

Body = dict[str, Any]

_TAKEN = "slotkeeper.taken"  # where a listener leaves what it read
_ID = re.compile(r"[A-Z][A-Za-z0-9]{1,40}")
_TIME = re.compile(r"\d{1,16}\.\d{1,10}")
_SAID = frozenset({None, "", "file_share", "thread_broadcast"})  # of a message; others are changes
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_BROKEN = 500


class Reader:
    """Turns requests into what they hold; what is of no use to us is taken and holds nothing."""

    def __init__(self, config: Config, courtesies: Courtesies) -> None:
        self._config = config
        self._courtesies = courtesies
        quiet = logging.getLogger("slotkeeper.slack")
        quiet.setLevel(logging.CRITICAL)  # it would log what people wrote
        self._app = App(
            name="slotkeeper",
            logger=quiet,
            client=WebClient(base_url=config.base_url, logger=quiet),
            signing_secret=config.signing_secret,
            authorize=_nobody,
            token_verification_enabled=False,
            process_before_response=True,  # listeners end before `dispatch` returns
            request_verification_enabled=False,  # done before anything is read: see doors.py
            ignoring_self_events_enabled=False,  # needs a token; bots are known by their marks
            attaching_function_token_enabled=False,
            attaching_conversation_kwargs_enabled=False,
        )
        self._listen()

    def read(self, request: BoltRequest) -> Taken:
        """Return what a request holds, and its answer. Raises RejectedError where it makes none."""
        response = self._app.dispatch(request)
        if response.status >= _BROKEN:
            raise RejectedError(400, "this is none of Slack's payloads")
        taken: Taken | None = request.context.get(_TAKEN)
        if taken is not None:
            return taken
        if request.body.get("type") != "url_verification":
            return Taken()
        media = response.headers.get("content-type", ["text/plain"])[0]
        body = response.body if isinstance(response.body, str) else json.dumps(response.body)
        return Taken(reply=Reply(body=body.encode(), media=media))

    def _listen(self) -> None:
        app = self._app
        events: dict[str, Callable[[Body], Taken]] = {
            "message": self._message,
            "app_mention": self._mention,
            "app_home_opened": self._opened,
            "app_uninstalled": self._uninstalled,
            "tokens_revoked": self._uninstalled,
        }
        for kind, read in events.items():
            app.event(kind)(_listener(read))
        app.action({"type": "block_actions", "action_id": re.compile(re.escape(blocks.PRESS))})(
            _listener(self._press)
        )
        app.command(re.compile(""))(_listener(self._command))

    def _message(self, body: Body) -> Taken:
        """Read a direct message; what is said in channels is none of our business."""
        event = body["event"]
        if event.get("channel_type") != "im" or event.get("subtype") not in _SAID or _bot(event):
            return Taken()
        team, user = _of(body.get("team_id")), _of(event.get("user"))
        words = blocks.plain(_text(event.get("text")))
        kind = "media" if event.get("files") else "text"
        return self._said(team, user, _of(body.get("event_id")), kind, words)

    def _mention(self, body: Body) -> Taken:
        """Read a mention in a channel; its answer goes to the person alone."""
        event = body["event"]
        if event.get("subtype") not in _SAID or _bot(event):
            return Taken()
        team, user = _of(body.get("team_id")), _of(event.get("user"))
        channel, app = _of(event.get("channel")), _of(body.get("api_app_id"))
        words = blocks.plain(blocks.without_mention(_text(event.get("text")), _ourselves(body)))
        taken = self._said(team, user, _of(body.get("event_id")), "text", words or "help")
        after = self._courtesies.point
        return Taken(taken.messages, after=lambda: after(team, app, channel, user))

    def _opened(self, body: Body) -> Taken:
        """Show a person their home; opening the messages is the time to read their profile."""
        event = body["event"]
        team, user = _of(body.get("team_id")), _of(event.get("user"))
        meet, show = self._courtesies.meet, self._courtesies.show_home
        work = show if event.get("tab") == "home" else meet
        return Taken(after=lambda: work(team, user))

    def _uninstalled(self, body: Body) -> Taken:
        """Forget a workspace whose bot was removed, or whose bot's token was revoked."""
        team, event = _of(body.get("team_id")), body["event"]
        if event["type"] == "tokens_revoked" and not event.get("tokens", {}).get("bot"):
            return Taken()
        return Taken(after=lambda: self._courtesies.gone(team))

    def _press(self, body: Body) -> Taken:
        action = body["actions"][0]
        found = blocks.pressed(str(action.get("action_id")))
        message = body.get("message")
        if found is None or not message:
            return Taken()
        letter, index = found
        team, user = _of(body["team"]["id"]), _of(body["user"]["id"])
        where, when = _of(body["container"]["channel_id"]), _time(message["ts"])
        choice = _text(action["text"]["text"])
        shown = {
            "channel": where,
            "ts": when,
            "text": _text(message.get("text")),
            "choice": choice,
            "response_url": _text(body.get("response_url")),
        }
        inbound = Inbound(
            channel="slack",
            to=team,
            sender=user,
            message=f"{where}:{when}:{_time(action['action_ts'])}",
            kind="press",
            body=choice,
            facts={"outbox": letter, "index": index, "shown": shown},
        )
        return Taken((inbound,), after=lambda: self._courtesies.meet(team, user))

    def _command(self, body: Body) -> Taken:
        """Read a slash command; whoever gave it sees at once where the answer will be."""
        team, user = _of(body.get("team_id")), _of(body.get("user_id"))
        words = blocks.plain(_text(body.get("text"))).strip() or "help"
        taken = self._said(team, user, f"command:{_text(body['trigger_id'])[:120]}", "text", words)
        hint = blocks.pointer(team, _of(body.get("api_app_id")), self._config.name)
        answer = json.dumps({"response_type": "ephemeral", "text": hint})
        reply = Reply(body=answer.encode(), media="application/json")
        return Taken(taken.messages, reply=reply, after=taken.after)

    def _said(self, team: str, user: str, message: str, kind: str, words: str) -> Taken:
        inbound = Inbound(
            channel="slack", to=team, sender=user, message=message, kind=kind, body=words
        )
        return Taken((inbound,), after=lambda: self._courtesies.meet(team, user))


def _listener(read: Callable[[Body], Taken]) -> Callable[..., None]:
    """Return what Bolt calls, by the names of its arguments."""

    def listener(ack: Ack, body: Body, context: BoltContext) -> None:
        context[_TAKEN] = read(body)
        ack()

    return listener


def _nobody(**_: object) -> AuthorizeResult:
    """Authorise a request without asking Slack: reading needs no token."""
    return AuthorizeResult(enterprise_id=None, team_id=None)


def _bot(event: Body) -> bool:
    """Whether a bot wrote that, ourselves included."""
    return bool(event.get("bot_id") or event.get("bot_profile"))


def _ourselves(body: Body) -> str | None:
    """Return our own user in that workspace."""
    for given in body.get("authorizations") or ():
        if given.get("is_bot"):
            return _of(given.get("user_id"))
    return None


def _of(value: object) -> str:
    """Return an id of Slack's. Raises ValueError."""
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise ValueError("this is no id")
    return value


def _time(value: object) -> str:
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        raise ValueError("this is no time")
    return value


def _text(value: object) -> str:
    """Return text that can be kept; what is no text is none."""
    return _UNSTORABLE.sub("\ufffd", value) if isinstance(value, str) else ""
