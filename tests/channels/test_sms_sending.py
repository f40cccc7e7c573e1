"""What goes out through Twilio: how it looks there, and what a refusal means."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from channels.message import Outbound, SendError
from channels.sms.config import Config
from channels.sms.party import Twilio
from channels.sms.sending import SEGMENTS
from fakes.twilio import NUMBER, FakeTwilio
from support.vendors import PUBLIC, load

_sms = load(Path(__file__).with_name("adapters_sms.py"))
NOW = datetime(2026, 5, 5, 14, tzinfo=UTC)
READER = "+12125550123"
LETTER = Outbound(
    READER, "hi", letter=7, business=3, sender=NUMBER, note="reminder", heard=NOW, now=NOW
)


@pytest.fixture
def fake() -> Iterator[FakeTwilio]:
    """Give a fake Twilio."""
    made = FakeTwilio()
    yield made
    made.close()


def _party(fake: FakeTwilio, **chosen: object) -> Twilio:
    party: Twilio = Twilio(_sms.config(fake, **chosen))
    return party


@pytest.fixture
def party(fake: FakeTwilio) -> Iterator[Twilio]:
    """Give an account at it, with a template for one kind and one language."""
    templates = {"reminder": "HX1", "reminder.es": "HX2", "*.it": "HX3"}
    made = _party(fake, templates=templates)
    yield made
    made.close()


def _sent(party: Twilio, channel: str, outbound: Outbound) -> str | None:
    return party.channels[channel].send(outbound)


def test_a_text_message_says_where_to_report(fake: FakeTwilio, party: Twilio) -> None:
    """From our number, in plain characters, with the door that its letter is reported at."""
    choices = ("Tue, May 5 \u2013 3:00\u202fPM", "Wed")
    sid = _sent(party, "sms", replace(LETTER, text="Which\u2026", choices=choices))
    assert sid == fake.messages[0].sid
    assert fake.messages[0].fields == {
        "To": READER,
        "From": NUMBER,
        "Body": "Which...\n1. Tue, May 5 - 3:00 PM\n2. Wed",
        "StatusCallback": f"{PUBLIC}/sms/status/3/7",
    }


def test_a_link_stands_under_the_text(fake: FakeTwilio, party: Twilio) -> None:
    """Neither channel carries files."""
    _sent(party, "sms", replace(LETTER, link="https://bot.example/ics/abc"))
    assert fake.messages[0].text == "hi\nhttps://bot.example/ics/abc"


def test_a_messaging_service_sends_from_our_number(fake: FakeTwilio) -> None:
    """Its rules hold, and people still see the number that they know."""
    party = _party(fake, services={NUMBER: "MG" + "0" * 32})
    for channel in ("sms", "whatsapp"):
        _sent(party, channel, LETTER)
    party.close()
    services = {message.fields["MessagingServiceSid"] for message in fake.messages}
    assert services == {"MG" + "0" * 32}
    assert [m.fields["From"] for m in fake.messages] == [NUMBER, f"whatsapp:{NUMBER}"]


def test_segments_are_counted_when_they_are_taken(fake: FakeTwilio, party: Twilio) -> None:
    """Not for a message that was refused."""

    def counted(alphabet: str) -> float:
        value: float = SEGMENTS.labels(alphabet)._value.get()
        return value

    gsm, ucs = counted("gsm"), counted("ucs")
    _sent(party, "sms", replace(LETTER, text="a" * 161))
    _sent(party, "sms", replace(LETTER, text="á" * 71))
    fake.trouble("500")
    with pytest.raises(SendError):
        _sent(party, "sms", LETTER)
    assert (counted("gsm") - gsm, counted("ucs") - ucs) == (2, 2)


@pytest.mark.parametrize(
    ("channel", "hours", "language", "note", "template"),
    [
        ("whatsapp", 23, "en", "reminder", None),
        ("whatsapp", 24, "en", "reminder", "HX1"),
        ("whatsapp", 240, "es", "reminder", "HX2"),
        ("whatsapp", 24, "it", "moved", "HX3"),
        ("sms", 240, "en", "reminder", None),
    ],
)
def test_after_a_day_whatsapp_takes_a_template(
    fake: FakeTwilio,
    party: Twilio,
    *,
    channel: str,
    hours: int,
    language: str,
    note: str,
    template: str | None,
) -> None:
    """The one of the kind and language, else of the kind; the text is its variable, on one line."""
    heard = NOW - timedelta(hours=hours)
    outbound = replace(LETTER, text="Your cut\n is near", heard=heard, language=language, note=note)
    _sent(party, channel, outbound)
    fields = fake.messages[0].fields
    assert fields.get("ContentSid") == template
    assert ("Body" in fields) is (template is None)
    if template:
        assert json.loads(fields["ContentVariables"]) == {"1": "Your cut is near"}


@pytest.mark.parametrize("heard", [None, NOW - timedelta(hours=24)])
def test_without_a_template_it_is_refused_for_good(
    fake: FakeTwilio, party: Twilio, heard: datetime | None
) -> None:
    """Nothing is sent, and the reason is said."""
    with pytest.raises(SendError, match=r"24 hours .* template") as refused:
        _sent(party, "whatsapp", replace(LETTER, heard=heard, note="moved"))
    assert refused.value.permanent
    assert not fake.messages


def test_a_long_text_goes_on_where_it_was_cut_off(fake: FakeTwilio, party: Twilio) -> None:
    """What was taken of it is not sent again."""
    text = "\n".join(f"{n}. Haircut, Maya, Tue May 5 at 3:00 PM" for n in range(100))
    outbound = replace(LETTER, text=text)
    fake.accept(1)
    with pytest.raises(SendError):
        _sent(party, "sms", outbound)
    fake.trouble(None)
    _sent(party, "sms", outbound)
    assert "\n".join(fake.texts(READER)) == text
    assert len(fake.messages) == 3


@pytest.mark.parametrize(
    ("status", "code", "permanent", "opted_out"),
    [
        (400, 21211, True, False),
        (400, 21610, True, True),
        (400, 21408, True, False),
        (400, 21614, True, False),
        (400, 21606, False, False),
        (400, 99999, True, False),
        (401, 20003, False, False),
        (403, 20403, False, False),
        (404, 20404, False, False),
        (429, 20429, False, False),
        (500, 20500, False, False),
        (503, 20503, False, False),
    ],
)
def test_what_a_refusal_means(
    fake: FakeTwilio, party: Twilio, status: int, code: int, *, permanent: bool, opted_out: bool
) -> None:
    """The address, its owner's will, our settings, or something that passes."""
    fake.refuse(status, code)
    with pytest.raises(SendError) as refused:
        _sent(party, "sms", LETTER)
    assert (refused.value.permanent, refused.value.opted_out) == (permanent, opted_out)
    assert refused.value.wait == (1.0 if status == 429 else None)


def test_a_business_without_a_number_cannot_send(party: Twilio) -> None:
    """No message leaves from nowhere."""
    with pytest.raises(SendError, match="no number"):
        _sent(party, "sms", replace(LETTER, sender=""))


def test_an_answer_that_is_none_of_twilios_is_tried_again(fake: FakeTwilio, party: Twilio) -> None:
    """A proxy's page in between is no refusal."""
    fake.garble()
    with pytest.raises(SendError) as refused:
        _sent(party, "sms", LETTER)
    assert not refused.value.permanent


def test_nobody_listens() -> None:
    """A connection that is refused is tried again, and found out at once."""
    config = Config("AC" + "0" * 32, ("test-token",), PUBLIC, base_url="http://127.0.0.1:9")
    nowhere = Twilio(config)
    begun = time.monotonic()
    with pytest.raises(SendError, match="out of reach"):
        _sent(nowhere, "sms", LETTER)
    nowhere.close()
    assert time.monotonic() - begun < 3


def test_a_proxy_of_the_environment_is_used(
    fake: FakeTwilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where only a proxy reaches the vendor, messages go through it."""
    monkeypatch.setenv("http_proxy", fake.url)
    monkeypatch.delenv("no_proxy", raising=False)
    party = _party(fake, base_url="http://vendor.example")
    _sent(party, "sms", LETTER)
    party.close()
    assert fake.texts(READER) == ["hi"]


def test_each_thread_gets_its_own_answer(fake: FakeTwilio) -> None:
    """Of 32 at once, 400 in all, none is handed the id of another's message."""
    party = _party(fake, timeout=30.0)
    fake.pace(0.005)

    def send(number: int) -> tuple[str, str | None]:
        to = f"+1212555{number:04}"
        return to, _sent(party, "sms", replace(LETTER, to=to))

    with ThreadPoolExecutor(32) as pool:
        sent = dict(pool.map(send, range(400)))
    party.close()
    assert sent == {message.to: message.sid for message in fake.messages}
