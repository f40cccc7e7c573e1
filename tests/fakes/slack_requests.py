"""Requests as Slack makes them at our doors, signed with its own signer, and delivered as it does.

Written from https://docs.slack.dev, as the fake they belong to (slack.py).
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx
from slack_sdk.signature import SignatureVerifier

from fakes.slack import APP, BOT, SECRET, TEAM, Message, Slack

FORM = "application/x-www-form-urlencoded"
RETRIES = 3  # after the first delivery of an event that is not answered with 200


@dataclass(frozen=True, slots=True)
class Request:
    """A request of Slack's at one of our doors."""

    path: str
    body: bytes
    headers: Mapping[str, str]


def signed(
    path: str, body: bytes, *, media: str = "application/json", at: float | None = None
) -> Request:
    """Sign a body, now or at another time (seconds since 1970)."""
    when = str(int(time.time() if at is None else at))
    proof = SignatureVerifier(SECRET).generate_signature(timestamp=when, body=body) or ""
    headers = {"X-Slack-Request-Timestamp": when, "X-Slack-Signature": proof, "Content-Type": media}
    return Request(path, body, headers)


def callback(event: Mapping[str, Any], *, number: int, team: str = TEAM) -> dict[str, Any]:
    """Wrap an event as the Events API does; the same number is the same event."""
    return {
        "token": "unused",
        "team_id": team,
        "api_app_id": APP,
        "event": {"event_ts": f"1770000000.{number:06}", **event},
        "type": "event_callback",
        "event_id": f"Ev{number:08}",
        "event_time": 1770000000,
        "authorizations": [{"team_id": team, "user_id": BOT, "is_bot": True}],
        "is_ext_shared_channel": False,
    }


def said(user: str, text: str, *, number: int, team: str = TEAM, **more: object) -> dict[str, Any]:
    """Return the event of a direct message."""
    event = {
        "type": "message",
        "channel": f"D{user[1:]}",
        "channel_type": "im",
        "user": user,
        "text": text,
        "ts": f"1770000000.{number:06}",
        **more,
    }
    return callback(event, number=number, team=team)


def pressed(slack: Slack, message: Message, index: int, *, number: int) -> dict[str, Any]:
    """Return the payload of a button pressed."""
    button = message.buttons[index]
    return {
        "type": "block_actions",
        "user": {"id": message.to, "team_id": TEAM},
        "api_app_id": APP,
        "container": {"type": "message", "message_ts": message.ts, "channel_id": _dm(message)},
        "trigger_id": f"{number}.trigger",
        "team": {"id": TEAM, "domain": "juniper"},
        "channel": {"id": _dm(message), "name": "directmessage"},
        "message": {"ts": message.ts, "text": message.text, "blocks": message.blocks},
        "response_url": slack.response_url(),
        "actions": [{**button, "block_id": "b1", "action_ts": f"1770000001.{number:06}"}],
    }


def command(user: str, text: str, *, number: int, response_url: str = "") -> dict[str, str]:
    """Return the fields of a slash command."""
    return {
        "command": "/book",
        "text": text,
        "user_id": user,
        "user_name": user.lower(),
        "team_id": TEAM,
        "channel_id": "C0GENERAL",
        "channel_name": "general",
        "api_app_id": APP,
        "response_url": response_url,
        "trigger_id": f"{number}.{number}.trigger",
    }


def events(payload: Mapping[str, Any]) -> Request:
    """Return the request of an event."""
    return signed("/slack/events", json.dumps(payload).encode())


def actions(payload: Mapping[str, Any]) -> Request:
    """Return the request of a press."""
    return signed(
        "/slack/actions", urlencode({"payload": json.dumps(payload)}).encode(), media=FORM
    )


def commands(fields: Mapping[str, str]) -> Request:
    """Return the request of a slash command."""
    return signed("/slack/commands", urlencode(fields).encode(), media=FORM)


def deliver(base: str, request: Request) -> list[int]:
    """Deliver as Slack does: again, up to three times, while the answer is not 200 within 3 s."""
    answers: list[int] = []
    for number in range(RETRIES + 1):
        again = {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": "http_error"}
        headers = {**request.headers, **(again if number else {})}
        try:
            got = httpx.post(base + request.path, content=request.body, headers=headers, timeout=3)
            answers.append(got.status_code)
        except httpx.HTTPError:
            answers.append(0)
        if answers[-1] == 200:
            break
    return answers


def _dm(message: Message) -> str:
    return f"D{message.to[1:]}"
