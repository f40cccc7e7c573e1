"""Sending: a text message in as few segments as it can be, a WhatsApp message within its window."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from prometheus_client import Counter
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.rest import Client

from channels.begun import Begun
from channels.message import Outbound, SendError, numbered
from channels.sms import errors, gsm
from channels.sms.config import Config
from channels.sms.door import STATUS, WHATSAPP

LONGEST = 1600  # units of UTF-16 that Twilio takes in one message
WINDOW = timedelta(hours=24) - timedelta(minutes=1)  # one for the way
_LONGEST_VARIABLE = 1000  # of a template's 1024 characters

SEGMENTS = Counter(
    "slotkeeper_segments_total", "Segments of text messages that Twilio took", ["alphabet"]
)


class Sender:
    """What both channels share: the account, and how far a long message has come."""

    def __init__(self, config: Config, client: Client) -> None:
        self.config = config
        self._client = client
        self._begun = Begun()

    def send(self, outbound: Outbound, facts: dict[str, Any], bodies: list[str]) -> str:
        """Send the parts of a message that were not taken yet; return Twilio's id of the last."""
        done = self._begun.of(outbound.letter)
        message = ""
        for number, body in enumerate(bodies):
            if number < done:
                continue
            message = self._create(outbound, facts | {"body": body})
            if len(bodies) > 1:
                self._begun.keep(outbound.letter, number + 1)
        self._begun.forget(outbound.letter)
        return message

    def template(self, outbound: Outbound, facts: dict[str, Any]) -> str:
        """Send what needs no body."""
        return self._create(outbound, facts)

    def _create(self, outbound: Outbound, facts: dict[str, Any]) -> str:
        try:
            taken = self._client.messages.create(**self._ends(outbound), **facts)
        except TwilioRestException as error:
            code = error.code or 0
            raise SendError(
                errors.meaning(code, f"Twilio answered {error.status}: {error.msg}"),
                permanent=errors.final(error.status, code),
                opted_out=errors.opted_out(code),
            ) from None
        except (TwilioException, ValueError) as error:
            raise SendError(f"that was no answer of Twilio's: {error}", permanent=False) from None
        if not taken.sid:
            raise SendError("that was no answer of Twilio's", permanent=False)
        return str(taken.sid)

    def _ends(self, outbound: Outbound) -> dict[str, str]:
        """Return what stands in every message but its content and its reader."""
        config, ends = self.config, {}
        if config.public_url:
            path = STATUS.format(business=outbound.business, letter=outbound.letter)
            ends["status_callback"] = config.public_url.rstrip("/") + path
        service = config.services.get(outbound.sender)
        if service:
            ends["messaging_service_sid"] = service
        return ends


class TextMessages:
    """SMS: choices as numbered lines, in GSM-7 where the language allows."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def render(self, outbound: Outbound) -> str:
        """Return the text with its choices as lines, in plain characters if that is enough."""
        return gsm.plain(_whole(outbound))

    def send(self, outbound: Outbound) -> str:
        """Send it, in several messages where it is too long for one; count its segments."""
        bodies = list(parts(self.render(outbound)))
        facts = {"to": outbound.to, "from_": _ours(outbound)}
        message = self._sender.send(outbound, facts, bodies)
        for body in bodies:
            alphabet = "gsm" if gsm.is_gsm(body) else "ucs"
            SEGMENTS.labels(alphabet).inc(gsm.segments(body))
        return message


class WhatsApp:
    """WhatsApp: any text for a day after they last wrote, afterwards only an approved template."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def render(self, outbound: Outbound) -> str:
        """Return the text with its choices as lines."""
        return _whole(outbound)

    def send(self, outbound: Outbound) -> str:
        """Send the text, or the template of its kind. Raises SendError where there is none."""
        ends = {"to": WHATSAPP + outbound.to, "from_": WHATSAPP + _ours(outbound)}
        text = self.render(outbound)
        if _open(outbound):
            return self._sender.send(outbound, ends, list(parts(text)))
        content = _template(self._sender.config, outbound)
        if content is None:
            raise SendError(
                "more than 24 hours after they last wrote WhatsApp takes only a template, and none"
                f" is set for {outbound.note!r}",
                permanent=True,
            )
        variables = json.dumps({"1": _line(text)}, ensure_ascii=False)
        return self._sender.template(
            outbound, ends | {"content_sid": content, "content_variables": variables}
        )


def _whole(outbound: Outbound) -> str:
    text = numbered(outbound)
    return f"{text}\n{outbound.link}" if outbound.link else text


def _ours(outbound: Outbound) -> str:
    if not outbound.sender:
        raise SendError("the business has no number to send from", permanent=True)
    return outbound.sender


def _open(outbound: Outbound) -> bool:
    """Whether WhatsApp's window is open: they wrote within a day."""
    heard, now = outbound.heard, outbound.now
    return heard is not None and now is not None and now - heard < WINDOW


def _template(config: Config, outbound: Outbound) -> str | None:
    names = (f"{outbound.note}.{outbound.language}", outbound.note, f"*.{outbound.language}", "*")
    return next((config.templates[name] for name in names if name in config.templates), None)


def _line(text: str) -> str:
    """Return a text as a template's variable holds it: one line, no run of spaces, not too long."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_VARIABLE else line[: _LONGEST_VARIABLE - 1].rstrip() + "…"


def parts(text: str, longest: int = LONGEST) -> Iterator[str]:
    """Cut a text into messages: between lines, else between words, else where it must be."""
    if _units(text) > longest:
        text = text.strip()  # else a part of it may be white space alone
    while _units(text) > longest:
        most = _fits(text, longest)
        at = next((i for i in (text.rfind(c, 1, most + 1) for c in "\n ") if i > 0), most)
        yield text[:at].rstrip()
        text = text[at:].lstrip()
    yield text


def _units(text: str) -> int:
    return len(text) + sum(c > "\uffff" for c in text)


def _fits(text: str, longest: int) -> int:
    """Return how many characters fit."""
    room = longest
    for number, character in enumerate(text):
        room -= 2 if character > "\uffff" else 1
        if room < 0:
            return number
    return len(text)
