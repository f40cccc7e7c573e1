"""STOP, START, HELP, and the traps of CANCEL and YES: what the carrier does, and what we do."""

from collections.abc import Callable
from pathlib import Path

import pytest

from core import consents, people
from fakes.twilio import FakeTwilio
from support.reached import Bot
from support.vendors import Adapter, load

_sms = load(Path(__file__).with_name("adapters_sms.py"))
Join = Callable[[Adapter], Bot]
STRICT = {"STOP": {"stop", "cancel", "end"}, "START": {"start", "yes"}, "HELP": {"help"}}
LOOSE = {"STOP": {"stop"}, "START": {"start", "unstop"}, "HELP": {"help"}}


def _bot(join: Join, *, advanced: dict[str, set[str]] | None = None, ours: bool = False) -> Bot:
    return join(_sms.TextMessages(FakeTwilio(advanced=advanced), cancel_is_ours=ours))


def _booked(bot: Bot) -> FakeTwilio:
    """Have a haircut with Ana booked by text."""
    bot.say("haircut with ana tomorrow 3pm")
    bot.say("yes")
    assert bot.count("bookings WHERE status = 'confirmed'") == 1
    fake: FakeTwilio = bot.adapter.fake  # type: ignore[attr-defined] # the adapter of SMS
    return fake


def _told(bot: Bot, who: str = "U0ANA") -> list[str]:
    """Return what somebody else was told, in order."""
    with bot.database.owner.connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT o.body FROM outbox o JOIN addresses a ON a.id = o.address_id"
            f" WHERE a.address = '{who}' AND o.status = 'sent' ORDER BY o.id"
        )
        return [row[0] for row in rows]


def _ledger(bot: Bot) -> list[tuple[bool, str, str]]:
    """Return what the customer agreed to and refused, and in whose words, the latest first."""
    with bot.database.transaction(bot.business) as session:
        reader = people.at(session, channel="sms", address=bot.adapter.sender, now=session.now)
        return [(c.granted, c.source, c.wording) for c in consents.history(session, reader.person)]


@pytest.mark.parametrize("advanced", [None, STRICT])
@pytest.mark.parametrize("word", ["STOP", "end", " Stop "])
def test_what_the_carrier_stops_we_do_not_answer(
    joined: Join, advanced: dict[str, set[str]] | None, word: str
) -> None:
    """Twilio said goodbye: we opt the address out, say nothing to it, and tell the provider."""
    bot = _bot(joined, advanced=advanced)
    fake = _booked(bot)
    asked = fake.requests
    bot.say(word)
    assert fake.requests == asked
    assert len(fake.replies) == 1
    assert bot.count("addresses WHERE opted_out_at IS NOT NULL") == 1
    assert "Maya" not in _told(bot)[-1]  # SMS has no names
    assert "has stopped our messages and won't hear of Haircut" in _told(bot)[-1]
    assert _ledger(bot)[0] == (False, "carrier", word.strip())


@pytest.mark.parametrize(("advanced", "ours"), [(None, False), (STRICT, False), (STRICT, True)])
def test_a_cancel_that_the_carrier_takes_for_stop_loses_no_slot_silently(
    joined: Join, advanced: dict[str, set[str]] | None, *, ours: bool
) -> None:
    """The booking stands, and the provider hears who may have meant to cancel it, and where."""
    bot = _bot(joined, advanced=advanced, ours=ours)
    fake = _booked(bot)
    asked = fake.requests
    bot.say("CANCEL")
    assert fake.requests == asked
    assert bot.count("bookings WHERE status = 'confirmed'") == 1
    assert bot.count("addresses WHERE opted_out_at IS NOT NULL") == 1
    assert "+12125550123 has stopped our messages by texting CANCEL" in _told(bot)[-1]
    assert "They may have meant Haircut" in _told(bot)[-1]


def test_a_cancel_that_is_ours_asks_whether_to_cancel(joined: Join) -> None:
    """Where the account leaves CANCEL to us it is about the booking, and nobody is opted out."""
    bot = _bot(joined, advanced=LOOSE, ours=True)
    fake = _booked(bot)
    bot.say("CANCEL")
    assert "Cancel Haircut with Ana" in bot.last().text
    bot.say("YES")
    assert bot.count("bookings WHERE status = 'cancelled'") == 1
    assert bot.count("addresses WHERE opted_out_at IS NOT NULL") == 0
    assert not fake.replies


@pytest.mark.parametrize("words", ["cancel my haircut", "please cancel"])
def test_cancel_in_a_sentence_is_never_the_carriers(joined: Join, words: str) -> None:
    """The carrier acts on the bare word alone."""
    bot = _bot(joined)
    _booked(bot)
    bot.say(words)
    assert "Cancel Haircut with Ana" in bot.last().text


@pytest.mark.parametrize("advanced", [None, STRICT])
@pytest.mark.parametrize("word", ["YES", "start"])
def test_who_was_stopped_comes_back_by_a_yes(
    joined: Join, advanced: dict[str, set[str]] | None, word: str
) -> None:
    """The carrier welcomes them, we do not do it twice; afterwards a yes is only a yes."""
    bot = _bot(joined, advanced=advanced)
    fake = _booked(bot)
    bot.say("STOP")
    asked = fake.requests
    bot.say(word)
    assert bot.count("addresses WHERE opted_out_at IS NOT NULL") == 0
    assert fake.requests == asked
    assert [kind for _, kind in fake.replies] == ["STOP", "START"]
    assert _ledger(bot)[0][0] is True
    bot.say("my bookings")
    assert "Haircut" in bot.last().text


def test_a_yes_that_the_carrier_takes_for_start_still_books(joined: Join) -> None:
    """Nobody was opted out: it answers our question, whatever the carrier calls it."""
    bot = _bot(joined, advanced=STRICT)
    bot.say("haircut with ana tomorrow 3pm")
    fake: FakeTwilio = bot.adapter.fake  # type: ignore[attr-defined] # the adapter of SMS
    bot.post(fake.inbound(bot.adapter.sender, "YES", message=77, OptOutType="START"))
    assert bot.count("bookings WHERE status = 'confirmed'") == 1


def test_who_stopped_us_in_other_words_is_welcomed_by_us(joined: Join) -> None:
    """The carrier knows nothing of "stop texting me", so it says nothing to their START either."""
    bot = _bot(joined)
    bot.say("hi")
    bot.say("stop texting me")
    assert bot.count("addresses WHERE opted_out_at IS NOT NULL") == 1
    assert "you won't get any more messages" in bot.last().text
    bot.say("START")
    assert bot.count("addresses WHERE opted_out_at IS NOT NULL") == 0
    assert "good to have you back" in bot.last().text


def test_help_is_answered_once(joined: Join) -> None:
    """By the messaging service where it has words for it, else by us."""
    bot = _bot(joined, advanced=STRICT)
    fake: FakeTwilio = bot.adapter.fake  # type: ignore[attr-defined] # the adapter of SMS
    bot.say("HELP")
    assert (len(fake.replies), len(bot.adapter.heard())) == (1, 0)
    fake.advanced = None
    bot.say("HELP")
    assert "Juniper Studio" in bot.last().text


def test_whom_the_carrier_stopped_unheard_is_opted_out(joined: Join) -> None:
    """Error 21610: no further try, the address is marked, and the human is told."""
    bot = _bot(joined)
    fake = _booked(bot)
    fake.blocked.add(bot.adapter.sender)
    bot.letter("letter 0.")
    bot.letter("letter 1.")
    asked = fake.requests
    bot.settle()
    assert fake.requests == asked + 1
    assert bot.count("outbox WHERE status = 'failed'") == 2
    assert bot.count("addresses WHERE opted_out_at IS NOT NULL") == 1
    assert _ledger(bot)[0] == (False, "vendor", "they have opted out (21610)")
    assert "I couldn't reach" in _told(bot)[-1]


def test_a_farewell_that_the_carrier_stops_says_so_of_whoever_is_named_there_later(
    joined: Join,
) -> None:
    """Their person is forgotten by then: the refusal is kept without the number, as nobody's."""
    bot = _bot(joined)
    fake = _booked(bot)
    bot.say("forget me")
    fake.blocked.add(bot.adapter.sender)
    bot.say("yes please")  # a bare YES would be an opt-in
    bot.settle()
    assert bot.count(f"outbox WHERE CAST(outbox AS text) LIKE '%%{bot.adapter.sender}%%'") == 0
    assert bot.count("addresses WHERE opted_out_at IS NOT NULL") == 0
    with bot.database.transaction(bot.business) as session:
        where = {"channel": "sms", "address": bot.adapter.sender}
        assert people.at(session, **where, now=session.now, wrote=False).opted_out
