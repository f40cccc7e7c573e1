"""What Twilio calls: a message that came in, and what became of one that went out."""

import re
from collections.abc import Mapping
from typing import Any

from channels.message import Call, Door, Inbound, RejectedError, Reply, Status, Taken
from channels.sms import errors
from channels.sms.calls import fields
from channels.sms.config import Config
from channels.sms.keywords import Act, act

PATH = "/sms"
STATUS = "/sms/status/{business}/{letter}"
WHATSAPP = "whatsapp:"
_REPLY = Reply(body=b'<?xml version="1.0" encoding="UTF-8"?><Response/>', media="text/xml")
_NUMBER = re.compile(r"\+[1-9]\d{4,14}")
_ID = re.compile(r"[A-Z]{2}[0-9a-f]{32}")
_PRESS = re.compile(r"(\d{1,18}):(\d{1,2})")  # what our own buttons say: letter and choice
_ROW = re.compile(r"\d{1,18}")
_UNANSWERED = frozenset({"reaction", "unsupported", "system"})  # types of WhatsApp's messages
_ARRIVED = frozenset({"delivered", "read"})
_LOST = frozenset({"failed", "undelivered", "canceled"})


def doors(config: Config) -> tuple[Door, ...]:
    """Return the doors of an account."""
    return (
        Door(PATH, lambda call: receive(call, config)),
        Door(STATUS, lambda call: reported(call, config)),
    )


def receive(call: Call, config: Config) -> Taken:
    """Take a message of either channel. Raises RejectedError."""
    said = fields(call, config.auth_tokens)
    whatsapp = said.get("From", "").startswith(WHATSAPP)
    sender, to = (said.get(end, "").removeprefix(WHATSAPP) for end in ("From", "To"))
    message = said.get("MessageSid", "")
    if not _ID.fullmatch(message):
        raise RejectedError(400, "MessageSid is missing or none")
    if not (_NUMBER.fullmatch(sender) and _NUMBER.fullmatch(to)):
        return Taken(reply=_REPLY)  # a short code, a sender's name: nobody to talk to
    kind, body, facts = _content(said, whatsapp=whatsapp, config=config)
    if not kind:
        return Taken(reply=_REPLY)
    inbound = Inbound(
        channel="whatsapp" if whatsapp else "sms",
        to=to,
        sender=sender,
        message=message,
        kind=kind,
        body=body,
        name=said.get("ProfileName", "").strip()[:80],
        facts=facts,
    )
    return Taken((inbound,), reply=_REPLY)


def _content(
    said: Mapping[str, str], *, whatsapp: bool, config: Config
) -> tuple[str, str, dict[str, Any]]:
    """Return kind, body and facts; no kind where there is nothing to answer."""
    words = said.get("Body", "")
    carrier = act(
        words,
        said.get("OptOutType", ""),
        text_message=not whatsapp,
        cancel_is_ours=config.cancel_is_ours,
    )
    if carrier is Act.OPTED_OUT:
        return "carrier", carrier, {"wording": words.strip()[:100]}
    if carrier is Act.HELPED or said.get("MessageType", "") in _UNANSWERED:
        return "", "", {}
    if carrier is Act.OPTED_IN:  # a yes may be an answer to what we asked: who hears it decides
        return "text", words, {"carrier": str(carrier)}
    return _said(said, words)


def _said(said: Mapping[str, str], words: str) -> tuple[str, str, dict[str, Any]]:
    press = _PRESS.fullmatch(said.get("ButtonPayload") or said.get("ListId") or "")
    if press:
        return "press", words, {"outbox": int(press[1]), "index": int(press[2])}
    where = _degrees(said)
    if where:
        return "location", words, where
    return "media" if _count(said.get("NumMedia", "")) else "text", words, {}


def _count(number: str) -> int:
    return int(number) if number.isascii() and number.isdigit() and len(number) < 4 else 0  # noqa: PLR2004 - no message has thousands


def _degrees(said: Mapping[str, str]) -> dict[str, Any]:
    """Return the place that was shared; nothing where there is none on earth."""
    try:
        latitude, longitude = float(said["Latitude"]), float(said["Longitude"])
    except (KeyError, ValueError):
        return {}
    if not (abs(latitude) <= 90 and abs(longitude) <= 180):  # noqa: PLR2004 - degrees
        return {}
    return {"latitude": latitude, "longitude": longitude}


def reported(call: Call, config: Config) -> Taken:
    """Take Twilio's word of what became of a letter, which the path names. Raises RejectedError."""
    said = fields(call, config.auth_tokens)
    business, letter = call.path["business"], call.path["letter"]
    if not (_ROW.fullmatch(business) and _ROW.fullmatch(letter)):
        raise RejectedError(404, "there is no such letter")
    state = said.get("MessageStatus", "")
    if state not in {*_ARRIVED, *_LOST, "sent"}:
        return Taken(reply=_REPLY)
    code = _code(said.get("ErrorCode", ""))
    lost = state in _LOST
    status = Status(
        business=int(business),
        letter=int(letter),
        state="delivered" if state in _ARRIVED else "failed" if lost else "sent",
        error=errors.meaning(code, said.get("ErrorMessage", "") or state) if lost else "",
        permanent=lost and errors.permanent(code),
        opted_out=lost and errors.opted_out(code),
    )
    return Taken(statuses=(status,), reply=_REPLY)


def _code(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0  # noqa: PLR2004 - they have five digits
