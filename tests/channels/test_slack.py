"""Conversations on Slack, from the first word to the booking: nothing but HTTP in between."""

import html
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from fakes import slack as fake
from fakes import slack_requests as sent
from fakes.slack_shop import Shop, opened, until

MAYA, ZOE, ANA = "U0MAYA", "U0ZOE", "U0ANA"  # Ana is a provider of Juniper's


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    """Give Juniper, whose app is in one workspace."""
    with opened(database_url) as shop:
        yield shop


def labels(message: fake.Message) -> list[str]:
    return [button["text"]["text"] for button in message.buttons]


def test_a_booking_by_buttons(shop: Shop) -> None:
    """A wish, a time among those offered, a yes: booked; what was asked shows the answer."""
    shop.say(MAYA, "haircut tomorrow")
    [offered] = shop.wait(MAYA, 1)
    chosen = labels(offered)[1]
    shop.press(offered, chosen)
    proposed = shop.wait(MAYA, 2)[1]
    assert not offered.buttons
    assert offered.blocks[-1]["elements"][0]["text"] == f"\u2713 {chosen}"
    agreed = labels(proposed)[0]
    shop.press(proposed, agreed)
    booked = shop.wait(MAYA, 3)[2]
    assert not proposed.buttons
    assert "Haircut" in booked.text
    assert shop.count("bookings WHERE status = 'confirmed'") == 1
    assert [message.updates for message in shop.slack.told(MAYA)] == [1, 1, 0]


def test_a_press_that_comes_too_late(shop: Shop) -> None:
    """An old button is answered, and its message loses the buttons without showing a choice."""
    shop.say(MAYA, "haircut tomorrow at 3")
    [proposed] = shop.wait(MAYA, 1)
    shop.say(MAYA, "no")
    shop.wait(MAYA, 2)
    shop.press(proposed, labels(proposed)[0])
    shop.wait(MAYA, 3)
    until(lambda: not proposed.buttons)
    assert all(block["type"] == "section" for block in proposed.blocks)
    assert shop.count("bookings WHERE status IN ('held', 'confirmed')") == 0


def test_an_update_that_is_refused_goes_to_the_response_url(shop: Shop) -> None:
    """Where the message cannot be changed, the address given with the press does it."""
    shop.say(MAYA, "haircut tomorrow")
    [offered] = shop.wait(MAYA, 1)
    shop.slack.fail("cant_update_message", methods=("chat.update",))
    chosen = labels(offered)[0]
    shop.press(offered, chosen)
    shop.wait(MAYA, 2)
    [answer] = shop.slack.answers
    assert answer["replace_original"] is True
    assert f"\u2713 {chosen}" in json.dumps(answer["blocks"], ensure_ascii=False)


def test_an_event_comes_again_until_it_is_stored(shop: Shop) -> None:
    """Five deliveries at once and Slack's retries after them are one message, answered once."""
    request = sent.events(sent.said(MAYA, "hi", number=500))
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda _: sent.deliver(shop.url, request), range(5)))
    again = dict(request.headers) | {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "timeout"}
    late = httpx.post(shop.url + request.path, content=request.body, headers=again)
    assert [codes[-1] for codes in answers] == [200] * 5
    assert late.status_code == 200
    shop.wait(MAYA, 1)
    shop.say(MAYA, "thanks")
    assert len(shop.wait(MAYA, 2)) == 2
    assert shop.count("inbox") == 2


def test_a_mention_is_answered_in_private(shop: Shop) -> None:
    """Who mentions the bot in a channel is told where the answer is; the channel sees nothing."""
    words = f"<@{fake.BOT}> haircut tomorrow at 3"
    event = {
        "type": "app_mention",
        "user": MAYA,
        "text": words,
        "channel": "C0GENERAL",
        "ts": "1.1",
    }
    shop.event(event)
    [proposed] = shop.wait(MAYA, 1)
    assert "3:00" in proposed.text
    until(lambda: bool(shop.slack.of("chat.postEphemeral")))
    [hint] = shop.slack.of("chat.postEphemeral")
    assert (hint.facts["channel"], hint.facts["user"]) == ("C0GENERAL", MAYA)
    assert not shop.slack.told("C0GENERAL")


def test_a_slash_command(shop: Shop) -> None:
    """The command is acknowledged to its giver alone, and answered in the direct messages."""
    request = sent.commands(sent.command(MAYA, "haircut tomorrow at 3", number=7))
    answer = httpx.post(shop.url + request.path, content=request.body, headers=request.headers)
    assert answer.json()["response_type"] == "ephemeral"
    assert fake.APP in answer.json()["text"]
    assert "3:00" in shop.wait(MAYA, 1)[0].text
    shop.deliver(sent.commands(sent.command(ZOE, "", number=8)))
    assert shop.wait(ZOE, 1)[0].text


def home(shop: Shop, user: str) -> str:
    """Open somebody's App Home and return what it says."""
    before = len(shop.slack.of("views.publish"))
    shop.event({"type": "app_home_opened", "user": user, "channel": f"D{user[1:]}", "tab": "home"})
    until(lambda: len(shop.slack.of("views.publish")) > before)
    until(lambda: user in shop.slack.homes)
    blocks = shop.slack.homes[user]["blocks"]
    return html.unescape("\n".join(block["text"]["text"] for block in blocks if "text" in block))


def test_the_home_shows_ones_day(shop: Shop) -> None:
    """A provider sees who comes today, a customer their own bookings, a stranger that none are."""
    shop.slack.users[MAYA] = {"real_name": "Maya <Lee>", "tz": "America/New_York"}
    assert "no bookings" in home(shop, MAYA)
    shop.say(MAYA, "haircut with Ana today at 3pm")
    shop.wait(MAYA, 1)
    shop.say(MAYA, "yes")
    shop.wait(MAYA, 2)
    assert "3:00" in home(shop, MAYA)
    assert "Haircut" in home(shop, MAYA)
    day = home(shop, ANA)
    assert "3:00" in day
    assert "Maya <Lee>" in day
    assert "no bookings" in home(shop, ZOE)


def test_a_day_is_shown_as_a_picture(shop: Shop) -> None:
    """The provider who asks for their day gets it in words with a picture; a free day in words."""
    shop.say(ANA, "today")
    assert "free" in shop.wait(ANA, 1)[0].text
    assert shop.slack.files == []
    shop.say(MAYA, "haircut with Ana today at 3pm")
    shop.wait(MAYA, 1)
    shop.say(MAYA, "yes")
    shop.wait(MAYA, 2)
    shop.wait(ANA, 2)
    booked = len(shop.slack.files)
    shop.say(ANA, "today")
    assert "3:00 PM Haircut" in shop.wait(ANA, 3)[2].text
    picture = shop.slack.files[booked:][0]
    assert str(picture["name"]).endswith(".png")
    assert bytes(picture["content"]).startswith(b"\x89PNG")


def test_the_profiles_zone_counts_from_the_first_word(shop: Shop) -> None:
    """Whoever opens the app is known by their profile: a bare time is meant in their zone."""
    shop.slack.users[MAYA] = {"real_name": "Maya", "tz": "America/Denver", "locale": "en-US"}
    opening = {"type": "app_home_opened", "user": MAYA, "channel": "D0MAYA", "tab": "messages"}
    shop.event(opening)
    until(lambda: shop.count("people WHERE zone_source = 'profile' AND name = 'Maya'") == 1)
    shop.say(MAYA, "haircut tomorrow at 1pm")
    [proposed] = shop.wait(MAYA, 1)
    assert "1:00" in proposed.text
    assert "3:00" in proposed.text
    [(start,)] = shop.read("SELECT starts_at AT TIME ZONE 'America/Denver' FROM bookings")
    assert start.hour == 13
    shop.event(opening)
    shop.say(MAYA, "yes")
    shop.wait(MAYA, 2)
    assert len(shop.slack.of("users.info")) == 1


def test_a_zone_that_is_none_of_ours_is_left_out(shop: Shop) -> None:
    """A profile's zone that no zone is called by breaks nothing; the name is kept."""
    shop.slack.users[MAYA] = {"real_name": "Maya", "tz": "Mars/Olympus", "locale": "xx"}
    shop.event({"type": "app_home_opened", "user": MAYA, "channel": "D0MAYA", "tab": "messages"})
    until(lambda: shop.count("people WHERE name = 'Maya' AND zone IS NULL") == 1)


def test_what_bots_and_machines_say_is_not_heard(shop: Shop) -> None:
    """Bots, our own messages, edits and deletions are acknowledged and not stored."""
    for more in (
        {"bot_id": "B0OTHER"},
        {"bot_id": "B0BOT", "bot_profile": {"id": "B0BOT"}},
        {"subtype": "message_changed"},
        {"subtype": "message_deleted"},
        {"subtype": "channel_join"},
        {"channel_type": "channel"},
    ):
        shop.say(MAYA, "hi", **more)
    assert shop.count("inbox") == 0


def test_a_file_is_no_text(shop: Shop) -> None:
    """A picture is answered politely; its words come along."""
    shop.say(MAYA, "like this?", subtype="file_share", files=[{"id": "F1"}])
    shop.wait(MAYA, 1)
    assert shop.read("SELECT kind, body FROM inbox") == [("media", "like this?")]


def test_links_and_entities_are_read_as_words(shop: Shop) -> None:
    """Slack's marks around links, mails and mentions are taken off."""
    shop.say(MAYA, "I&amp;you &lt;3 <https://x.example|x.example> <mailto:a@b.example|a@b.example>")
    shop.wait(MAYA, 1)
    assert shop.read("SELECT body FROM inbox") == [("I&you <3 x.example a@b.example",)]


def test_the_address_is_verified(shop: Shop) -> None:
    """Slack's challenge comes back, where it was signed."""
    body = json.dumps({"type": "url_verification", "token": "unused", "challenge": "3eZb"}).encode()
    request = sent.signed("/slack/events", body)
    answer = httpx.post(shop.url + request.path, content=body, headers=request.headers)
    assert answer.json() == {"challenge": "3eZb"}
    assert httpx.post(shop.url + request.path, content=body).status_code == 403
