"""What Twilio hands us: signatures of every form, what a message may hold, what became of one."""

import json
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from twilio.request_validator import RequestValidator

from fakes.twilio import TOKEN, FakeTwilio, Message, signed
from support.reached import Bot
from support.vendors import PUBLIC, Adapter, Post, load

_sms = load(Path(__file__).with_name("adapters_sms.py"))
Join = Callable[[Adapter], Bot]


def _fake(bot: Bot) -> FakeTwilio:
    fake: FakeTwilio = bot.adapter.fake  # type: ignore[attr-defined] # the adapter of SMS
    return fake


def _last(bot: Bot, what: str) -> object:
    """Return a column of the last message that came in."""
    with bot.database.owner.connect() as connection:
        sql = f"SELECT {what} FROM inbox ORDER BY id DESC LIMIT 1"
        return connection.exec_driver_sql(sql).scalar_one()


def test_the_answer_is_empty_twiml(joined: Join) -> None:
    """Twilio would text any other body to the sender."""
    bot = joined(_sms.TextMessages())
    answer = bot.caller.post(bot.adapter.text("hi", message=1))
    assert answer.headers["content-type"].startswith("text/xml")
    assert answer.text.endswith("<Response/>")


@pytest.mark.parametrize("token", ["another", TOKEN])
def test_while_a_token_changes_both_are_good(joined: Join, token: str) -> None:
    """Every token of the settings verifies."""
    bot = joined(_sms.TextMessages(auth_tokens=(TOKEN, "another")))
    said = {"MessageSid": "SM" + "0" * 32, "From": "+12125550123", "To": "+12125550100"}
    bot.post(signed("/sms", said | {"Body": "hi"}, token=token))
    assert bot.count("inbox") == 1


@pytest.mark.parametrize("port", [":443", ""])
def test_a_signature_over_the_port_is_good_too(joined: Join, port: str) -> None:
    """Twilio signs some calls with the port in the URL and some without."""
    bot = joined(_sms.TextMessages())
    said = {"MessageSid": "SM" + "0" * 32, "From": "+12125550123", "To": "+12125550100"}
    post = signed("/sms", said)
    proof = RequestValidator(TOKEN).compute_signature(f"{PUBLIC}{port}/sms", said)
    bot.post(replace(post, headers={**post.headers, "X-Twilio-Signature": proof}))
    assert bot.count("inbox") == 1


def _json(body: bytes, *, digest: str) -> Post:
    path = f"/sms?bodySHA256={digest}"
    proof = RequestValidator(TOKEN).compute_signature(PUBLIC + path, {})
    headers = {"Content-Type": "application/json", "X-Twilio-Signature": proof}
    return Post(path, body, headers)


def test_json_is_taken_if_its_digest_is_signed(joined: Join) -> None:
    """The digest in the signed URL vouches for the body; no other does."""
    bot = joined(_sms.TextMessages())
    said = {"MessageSid": "SM" + "0" * 32, "From": "+12125550123", "To": "+12125550100"}
    body = json.dumps(said | {"Body": "hi", "More": {"a": [1]}}).encode()
    post = _json(body, digest=sha256(body).hexdigest())
    assert bot.caller.post(replace(post, body=body + b" ")).status_code == 403
    for wrong in (b"[]", b"no json", b"[" * 50_000):
        assert bot.caller.post(_json(wrong, digest=sha256(wrong).hexdigest())).status_code == 400
    assert bot.count("inbox") == 0
    bot.post(post)
    assert bot.count("inbox") == 1


def test_a_picture_is_politely_answered(joined: Join) -> None:
    """What is no text is known as such; an answer goes out, and nothing breaks."""
    bot = joined(_sms.TextMessages())
    fake = _fake(bot)
    picture = fake.inbound(
        bot.adapter.sender,
        "",
        message=1,
        NumMedia="1",
        MediaUrl0="https://api.example/1",
        MediaContentType0="image/jpeg",
    )
    bot.post(picture)
    assert _last(bot, "kind") == "media"
    assert len(bot.adapter.heard()) == 1
    assert bot.count("inbox WHERE error IS NOT NULL") == 0


def test_words_under_a_picture_are_understood(joined: Join) -> None:
    """People send the cut that they would like."""
    bot = joined(_sms.WhatsApp())
    words = "haircut tomorrow at 3"
    bot.post(_fake(bot).inbound(bot.adapter.sender, words, message=1, whatsapp=True, NumMedia="1"))
    assert "Haircut" in bot.last().text
    assert bot.count("bookings WHERE status = 'held'") == 1


def test_a_location_on_whatsapp_tells_the_zone(joined: Join) -> None:
    """Coordinates become a zone; those of nowhere on earth are no location."""
    bot = joined(_sms.WhatsApp())
    fake = _fake(bot)
    denver = {"Latitude": "39.7392", "Longitude": "-104.9903", "MessageType": "location"}
    bot.post(fake.inbound(bot.adapter.sender, "", message=1, whatsapp=True, **denver))
    assert _last(bot, "facts") == {"latitude": 39.7392, "longitude": -104.9903}
    assert bot.count("people WHERE zone = 'America/Denver' AND zone_source = 'location'") == 1
    for number, (latitude, longitude) in enumerate((("91", "0"), ("0", "x"), ("nan", "0")), 2):
        nowhere = {"Latitude": latitude, "Longitude": longitude}
        bot.post(fake.inbound(bot.adapter.sender, "hi", message=number, whatsapp=True, **nowhere))
        assert _last(bot, "kind") == "text"


def test_whatsapps_name_is_kept(joined: Join) -> None:
    """So nobody is asked what Twilio has told."""
    bot = joined(_sms.WhatsApp())
    bot.say("hi")
    assert bot.count("people WHERE name = 'Maya'") == 1


def test_a_button_of_ours_is_a_press(joined: Join) -> None:
    """Any other button is what it says, a reaction nothing at all."""
    bot = joined(_sms.WhatsApp())
    fake, sender = _fake(bot), bot.adapter.sender
    for more, kind in (
        ({"ButtonPayload": "12:1", "ButtonText": "No"}, "press"),
        ({"ListId": "12:1", "ListTitle": "No"}, "press"),
        ({"ButtonPayload": "anything", "ButtonText": "No"}, "text"),
    ):
        number = bot.count("inbox") + 1
        bot.post(fake.inbound(sender, "No", message=number, whatsapp=True, **more))
        assert _last(bot, "kind") == kind
        assert _last(bot, "body") == "No"
    bot.post(fake.inbound(sender, "", message=9, whatsapp=True, MessageType="reaction"))
    assert bot.count("inbox") == 3


def _letter(bot: Bot) -> Message:
    """Have one letter taken, and return it."""
    bot.letter("letter 0.")
    bot.settle()
    return _fake(bot).messages[-1]


def test_what_arrived_is_known(joined: Join) -> None:
    """Twilio's word is kept, "read" says the same, and what is said twice changes nothing."""
    bot = joined(_sms.WhatsApp())
    bot.say("hi")
    for state in ("queued", "sent", "delivered", "read", "undelivered"):
        bot.post(_fake(bot).report(_fake(bot).messages[0], state))
    assert bot.count("outbox WHERE status = 'sent' AND delivered_at IS NOT NULL") == 1


@pytest.mark.parametrize(
    ("state", "code", "marked"),
    [
        ("undelivered", 30003, "failed_at IS NOT NULL"),
        ("undelivered", 30005, "failed_at IS NOT NULL"),
        ("failed", 30006, "failed_at IS NOT NULL"),
        ("failed", 21610, "opted_out_at IS NOT NULL"),
        ("undelivered", 30008, None),
        ("failed", 30007, None),
        ("canceled", None, None),
    ],
)
def test_what_did_not_arrive_is_told(
    joined: Join, state: str, code: int | None, marked: str | None
) -> None:
    """The human hears it once; the address is marked where the reason lies with it."""
    bot = joined(_sms.TextMessages())
    message = _letter(bot)
    for _ in range(2):
        bot.post(_fake(bot).report(message, state, code))
    told = "outbox WHERE note = 'undelivered' AND status = 'sent'"
    assert bot.count(told) == 1
    assert bot.count("outbox WHERE status = 'failed'") == 1
    both = "addresses WHERE failed_at IS NOT NULL OR opted_out_at IS NOT NULL"
    assert bot.count(both) == (1 if marked else 0)
    assert not marked or bot.count(f"addresses WHERE {marked}") == 1


def test_a_report_of_another_letter_is_not_believed(joined: Join) -> None:
    """The letter's number stands in the signed path."""
    bot = joined(_sms.TextMessages())
    report = _fake(bot).report(_letter(bot), "failed", 30005)
    moved = replace(report, path=report.path[:-1] + "9")
    assert bot.caller.post(moved).status_code == 403
    assert bot.count("outbox WHERE status = 'failed'") == 0


@pytest.mark.parametrize(
    "odd", [{"ProfileName": "Ma\0ya"}, {"Body": "stop\0", "OptOutType": "STOP"}]
)
def test_what_no_database_holds_loses_no_message(joined: Join, odd: dict[str, str]) -> None:
    """A zero in a name, or in what a carrier reports, is replaced: above all no STOP is lost."""
    bot = joined(_sms.TextMessages())
    said = {"MessageSid": "SM" + "0" * 32, "From": "+12125550123", "To": "+12125550100"}
    assert bot.caller.post(signed("/sms", said | {"Body": "hi"} | odd)).status_code == 200
    assert _last(bot, "kind") == ("carrier" if "OptOutType" in odd else "text")
