"""Conversations on Telegram, from a press on START to the booking: nothing but HTTP in between."""

import time
from collections.abc import Callable, Iterator

import pytest

from bot.acting import Who, write
from core import businesses, codes
from fakes.telegram_phone import GroupChat, buttons, text_of
from fakes.telegram_shop import Shop, hooked, opened


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    """Give Juniper, whose bot is called by Telegram."""
    with opened(database_url) as shop, hooked(shop):
        yield shop


@pytest.fixture(params=["webhook", "poll"])
def either(request: pytest.FixtureRequest, database_url: str) -> Iterator[Shop]:
    """Give Juniper, whose bot is called by Telegram, and then whose bot asks."""
    with opened(database_url, mode=request.param) as shop:
        polls = request.param == "poll"
        with shop.party.listening(shop.store.keep, hold=1) if polls else hooked(shop):
            yield shop


def until(done: Callable[[], bool], *, seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "that took too long"
        time.sleep(0.02)


def test_a_booking_by_buttons(either: Shop) -> None:
    """START, a wish, a time among those offered, a yes: booked; what was asked shows the answer."""
    shop = either
    maya = shop.phone(first="Maya", last="<b>Lee</b>")
    maya.start()
    maya.wait(1)
    maya.say("haircut tomorrow")
    offered = maya.wait(2)[-1]
    shown = maya.chat()[-1]
    second = list(buttons(shown))[1]
    first_press = maya.press(second)
    maya.wait(3)
    proposed = maya.chat()[-1]
    yes = next(iter(buttons(proposed)))
    second_press = maya.press(yes)
    maya.wait(4)
    until(lambda: all(shop.telegram.presses.values()))
    assert shop.telegram.presses == {first_press: True, second_press: True}
    until(lambda: not any(buttons(m) for m in maya.chat()))
    said = maya.heard()
    assert said[1] == f"{offered}\n\n▸ {second}"
    assert said[2].endswith(f"\n\n▸ {yes}")
    assert shop.count("bookings WHERE status = 'confirmed'") == 1
    assert shop.read("SELECT name FROM people WHERE name LIKE '%%Lee%%'") == [("Maya <b>Lee</b>",)]


def test_a_press_that_comes_too_late_is_answered(shop: Shop) -> None:
    """A button of an older question books nothing, and does not spin for ever."""
    maya = shop.phone()
    maya.say("haircut tomorrow")
    maya.wait(1)
    old = maya.chat()[-1]
    maya.say("haircut on friday")
    maya.wait(2)
    pressed = maya.press(next(iter(buttons(old))), under=old)
    maya.wait(3)
    until(lambda: shop.telegram.presses[pressed])
    assert shop.count("bookings") == 0


def test_a_shared_location_is_a_zone(shop: Shop) -> None:
    """Whoever shares where they are reads times by the clock there."""
    maya = shop.phone()
    maya.say("haircut tomorrow at 3pm")
    maya.wait(1)
    maya.share_location(39.74, -104.99)
    assert "1:00 PM MDT (3:00 PM EDT" in maya.wait(2)[-1]
    where = "zone = 'America/Denver' AND zone_source = 'location'"
    assert shop.count(f"people WHERE {where}") == 1


def test_a_provider_links_by_a_link(shop: Shop) -> None:
    """A deep link with the one-time code makes whoever opens it the provider."""
    with shop.database.transaction(shop.business) as session:
        ben = shop.read("SELECT id FROM resources WHERE name = 'Ben'")[0][0]
        code = codes.for_provider(session, int(str(ben)), now=session.now)
    phone = shop.phone(first="Benjamin")
    phone.start(f"link_{code}")
    assert "Ben" in phone.wait(1)[-1]
    assert shop.count(f"people WHERE provider_id = {ben} AND name = 'Benjamin'") == 1


def test_a_day_is_shown_as_a_picture(shop: Shop) -> None:
    """The provider who asks for their day gets a picture with the words below it."""
    with shop.database.transaction(shop.business) as session:
        ana = next(r for r in businesses.load(session).providers if r.key == "ana")
        code = codes.for_provider(session, ana.id, now=session.now)
    phone, maya = shop.phone(first="Ana"), shop.phone()
    phone.start(f"link_{code}")
    phone.wait(1)
    maya.say("haircut with Ana tomorrow at 3pm")
    maya.wait(1)
    maya.say("yes")
    maya.wait(2)
    phone.say("tomorrow")
    phone.wait(2)
    shown = phone.chat()[-1]
    assert "3:00 PM Haircut" in text_of(shown)
    assert shown["photo"][0]["width"] == 1080


def test_a_link_puts_no_words_into_anybodys_mouth(shop: Shop) -> None:
    """What else a link carries is a greeting: an open question is not answered by it."""
    maya = shop.phone()
    maya.say("haircut tomorrow at 3pm")
    maya.wait(1)
    maya.start("yes")
    maya.wait(2)
    assert shop.count("bookings WHERE status = 'held'") == 1


def test_who_blocks_the_bot_opted_out_until_they_come_back(either: Shop) -> None:
    """A block is an opt-out, which START ends."""
    shop = either
    maya = shop.phone()
    maya.say("hi")
    maya.wait(1)
    maya.block()
    until(lambda: shop.count("addresses WHERE opted_out_at IS NOT NULL") == 1)
    maya.start()
    maya.wait(2)
    assert shop.count("addresses WHERE opted_out_at IS NOT NULL") == 0


def test_who_said_stop_is_greeted_after_start(shop: Shop) -> None:
    """Pressing START is asking to hear from us, also after /stop."""
    maya = shop.phone()
    maya.say("/stop")
    maya.wait(1)
    assert shop.count("addresses WHERE opted_out_at IS NOT NULL") == 1
    maya.start()
    maya.wait(2)
    assert shop.count("addresses WHERE opted_out_at IS NOT NULL") == 0


@pytest.mark.parametrize("command", ["/help", "/my_bookings", "/hours", "/prices", "/cancel"])
def test_the_commands_of_the_menu_are_understood(shop: Shop, command: str) -> None:
    """Each command that the menu shows is words that the bot knows."""
    maya = shop.phone()
    maya.say("hmpf grmbl")
    maya.say(command)
    confused, answered = maya.wait(2)
    assert answered != confused


def test_an_edit_counts_while_it_is_fresh(shop: Shop) -> None:
    """A word corrected within minutes is heard anew; one of yesterday is left alone."""
    maya = shop.phone()
    maya.say("haircut tomorow at 3pm")
    maya.wait(1)
    maya.edit("haircut tomorrow at 4pm", after=20)
    assert "4:00 PM" in maya.wait(2)[-1]
    maya.edit("haircut tomorrow at 5pm", after=4000)
    maya.say("thanks")
    assert len(maya.wait(3)) == 3


def test_a_picture_is_answered(shop: Shop) -> None:
    """What is no text gets an answer, and no error."""
    maya = shop.phone()
    maya.photo("like this?")
    maya.wait(1)
    assert shop.read("SELECT kind, body, error FROM inbox") == [("media", "like this?", None)]


def test_in_a_group_only_who_speaks_to_the_bot_is_shown_the_private_chat(either: Shop) -> None:
    """Nothing of a group is kept; one reply with a link, in the asker's language."""
    shop = either
    group = GroupChat(shop.telegram, shop.bot)
    maya, jan = shop.telegram.person(), shop.telegram.person(first="Jan", language="de")
    group.say(maya, "anybody for a haircut tomorrow at 3?")
    group.say(maya, "/help")
    group.say(maya, "mail me at maya@juniperbot.example, not @OtherBot")
    group.say(maya, "@juniperbot haircut tomorrow at 3")
    group.say(maya, "@JuniperBot hello??")
    until(lambda: len(group.heard()) == 1)
    group.say(jan, "morgen um drei?", reply_to=group.heard()[0])
    until(lambda: len(group.heard()) == 2)
    pointer, german = group.heard()
    assert pointer["reply_to_message"]["message_id"] == 4
    assert list(buttons(pointer).values()) == ["https://t.me/JuniperBot?start=group"]
    assert german["text"].startswith("Buchungen sind privat")
    assert shop.count("inbox") == 0
    assert shop.count("addresses WHERE channel = 'telegram'") == 0


def test_a_shared_number_joins_what_was_booked_by_text(shop: Shop) -> None:
    """Who shares their own number is the person who texts from it; another's is only words."""
    with shop.database.transaction(shop.business) as session:
        write(session, Who("sms", "+12125550123"), message="1", body="haircut tomorrow at 3pm")
    until(lambda: shop.count("bookings WHERE status = 'held'") == 1)
    with shop.database.transaction(shop.business) as session:
        write(session, Who("sms", "+12125550123"), message="2", body="yes")
    until(lambda: shop.count("bookings WHERE status = 'confirmed'") == 1)
    maya, zoe = shop.phone(phone="12125550123"), shop.phone(first="Zoe")
    zoe.share_contact(maya.person)
    zoe.say("/my_bookings")
    assert "3:00 PM" not in zoe.wait(2)[-1]
    maya.share_contact()
    maya.wait(1)
    maya.say("/my_bookings")
    assert "3:00 PM" in maya.wait(2)[-1]
