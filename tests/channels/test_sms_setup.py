"""Setting an account up: what `doctor` finds wrong, and what `webhooks set` mends."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from channels.message import Finding
from channels.sms.party import Twilio
from fakes.twilio import NUMBER, FakeTwilio
from support.vendors import PUBLIC, load

_sms = load(Path(__file__).with_name("adapters_sms.py"))
_SERVICE = "MG" + "0" * 32


@pytest.fixture
def fake() -> Iterator[FakeTwilio]:
    """Give a fake Twilio with a messaging service."""
    made = FakeTwilio()
    made.services[_SERVICE] = {"inbound_request_url": None, "use_inbound_webhook_on_number": True}
    yield made
    made.close()


def _done(fake: FakeTwilio, what: str, **chosen: object) -> dict[str, Finding]:
    """Check or register an account, and return the findings by name."""
    party = Twilio(replace(_sms.config(fake), **chosen))
    found: list[Finding] = getattr(party, what)()
    party.close()
    return {finding.what: finding for finding in found}


def test_a_number_is_pointed_at_us(fake: FakeTwilio) -> None:
    """Only the number that is ours: another of the account keeps calling whom it called."""
    before = _done(fake, "check", numbers=(NUMBER,))
    assert before["Twilio: account"].good
    assert not before[f"Twilio: {NUMBER}"].good
    assert "webhooks set" in before[f"Twilio: {NUMBER}"].advice
    set_ = _done(fake, "register", numbers=(NUMBER,))
    assert f"{PUBLIC}/sms" in set_["Twilio: WhatsApp"].advice
    assert [number.sms_url for number in fake.numbers] == [f"{PUBLIC}/sms", ""]
    spaced = ("+1 (212) 555-0100",)
    assert all(f.good for f in _done(fake, "check", numbers=spaced).values())


def test_a_messaging_service_is_pointed_at_us(fake: FakeTwilio) -> None:
    """It calls for its numbers, which are left alone."""
    chosen = {"numbers": (NUMBER,), "services": {NUMBER: _SERVICE}}
    assert not _done(fake, "check", **chosen)[f"Twilio: service {_SERVICE}"].good
    _done(fake, "register", **chosen)
    assert fake.services[_SERVICE]["inbound_request_url"] == f"{PUBLIC}/sms"
    assert not fake.numbers[0].sms_url
    assert all(f.good for f in _done(fake, "check", **chosen).values())


def test_what_is_wrong_is_said_in_a_line(fake: FakeTwilio) -> None:
    """A wrong token, a number of somebody else's, no public URL, no Twilio, a suspended account."""
    wrong = _done(fake, "check", auth_tokens=("wrong",))
    assert "do not fit together" in wrong["Twilio: account"].advice
    strange = _done(fake, "check", numbers=("+4915112345678",))["Twilio: +4915112345678"]
    assert (strange.good, strange.advice) == (
        False,
        "the account has no such number: correct SLOTKEEPER_TWILIO_NUMBERS, or buy it",
    )
    for what in ("check", "register"):
        local = _done(fake, what, public_url="http://localhost")["Twilio: public URL"]
        assert "SLOTKEEPER_PUBLIC_URL" in local.advice
    gone = _done(fake, "check", services={NUMBER: "MG1"})["Twilio: service MG1"]
    assert "was not found" in gone.advice
    away = _done(fake, "check", base_url="http://127.0.0.1:9")["Twilio: account"]
    assert "out of reach" in away.advice
    fake.status = "suspended"
    assert "suspended" in _done(fake, "check")["Twilio: account"].advice
