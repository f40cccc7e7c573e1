"""The demo page in a real Chromium, against the real product behind it."""

import os
import re
from collections.abc import Callable
from datetime import datetime

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from browser.conftest import Demo

Visit = Callable[..., Page]

ASKED = "haircut with Ana tomorrow at 3pm"


def say(page: Page, who: str, text: str) -> None:
    """Write a message on a phone and send it with Enter."""
    field = page.get_by_label(f"Write as {who}", exact=True)
    field.fill(text)
    field.press("Enter")


def last(page: Page, phone: str) -> Locator:
    """Return the newest message of the bot on a phone."""
    return page.locator(f"#phone-{phone} .message.bot .text").last


def blocks(page: Page, status: str) -> Locator:
    """Return what stands on the board with a status."""
    return page.locator(f'.block[data-status="{status}"]')


def minutes(page: Page) -> int:
    """Return what the demo's clock shows, in minutes since midnight."""
    shown = page.locator('#clock [data-part="time"]').inner_text()
    moment = datetime.strptime(shown, "%I:%M %p").astimezone()
    return moment.hour * 60 + moment.minute


def test_a_text_is_answered_held_booked_and_told(visit: Visit) -> None:
    """Maya texts, the slot is held on the board, YES books it, and Ana's phone says so."""
    page = visit()
    say(page, "Maya", ASKED)
    expect(last(page, "maya")).to_contain_text("3:00")
    held = blocks(page, "held")
    expect(held).to_have_count(1)
    expect(held).to_contain_text("Maya")
    expect(page.locator("#day-near")).to_have_text("Tomorrow")
    say(page, "Maya", "yes")
    expect(last(page, "maya")).to_contain_text("Booked")
    expect(held).to_have_count(0)
    expect(blocks(page, "confirmed").filter(has_text="Maya")).to_have_count(1)
    expect(last(page, "ana")).to_contain_text("Maya")
    expect(page.locator("#news")).to_contain_text("confirmed")


def test_two_who_want_the_same_time(visit: Visit) -> None:
    """What Maya holds is not Joe's to take: he is told why, and offered the nearest times."""
    page = visit()
    say(page, "Maya", ASKED)
    expect(blocks(page, "held")).to_have_count(1)
    say(page, "Joe", ASKED)
    expect(last(page, "joe")).to_contain_text(re.compile("taken|nearest"))
    offered = page.locator("#phone-joe .chip.reply")
    expect(offered).not_to_have_count(0)
    offered.first.click()
    expect(last(page, "joe")).to_contain_text("book it?")
    expect(blocks(page, "held")).to_have_count(2)


def test_buttons_on_telegram_and_slack(visit: Visit) -> None:
    """Lena asks by button, Mia confirms by button, and a reload still shows what was pressed."""
    page = visit()
    say(page, "Lena", "consultation tomorrow at 11")
    page.locator("#phone-lena button.choice", has_text="Yes").click()
    request = page.locator("#phone-mia .message.bot", has_text="Lena")
    expect(request).to_be_visible()
    expect(blocks(page, "awaiting_provider")).to_contain_text("Lena")
    request.locator("button.choice", has_text="Confirm").click()
    expect(last(page, "lena")).to_contain_text("Confirmed")
    expect(blocks(page, "confirmed").filter(has_text="Lena")).to_have_count(1)
    page.reload()
    expect(page.locator("#phone-lena button.choice.taken")).to_have_text("Yes")
    expect(page.locator("#phone-mia button.choice.taken")).to_have_text("Confirm")


def test_one_watches_a_hold_lapse(visit: Visit) -> None:
    """The clock goes on by five minutes: the hold expires on the board, and Maya is told."""
    page = visit()
    say(page, "Maya", ASKED)
    expect(blocks(page, "held")).to_have_count(1)
    page.get_by_role("button", name="Forward 5 minutes").click()
    expect(blocks(page, "held")).to_have_count(0)
    expect(blocks(page, "expired")).to_contain_text("Maya")
    expect(page.locator("#phone-maya .message.bot")).to_have_count(2)
    for _ in range(3):
        page.get_by_role("button", name="Forward 5 minutes").click()
    expect(blocks(page, "expired")).to_have_count(0)


def test_afresh_empties_phones_and_book(visit: Visit) -> None:
    """Starting afresh leaves nothing of what was said, booked or moved, in every open tab."""
    page, other = visit(), visit("juniper", wide=1000)
    morning = minutes(page)
    say(page, "Maya", ASKED)
    expect(other.locator("#phone-maya .message")).to_have_count(2)
    page.get_by_role("button", name="Forward 1 hour").click()
    expect(page.locator("#clock")).not_to_have_attribute("aria-busy", "true")
    assert minutes(page) >= morning + 60
    afresh = page.get_by_role("button", name="Start afresh")
    afresh.click()
    expect(afresh).to_have_accessible_name(re.compile("again"))
    expect(page.locator(".message")).not_to_have_count(0)
    afresh.click()
    for one in (page, other):
        expect(one.locator(".message")).to_have_count(0)
        expect(one.locator("#day-near")).to_have_text("Today")
        assert minutes(one) - morning < 5


def test_many_tabs_share_one_line(browser: Browser, demo: Demo) -> None:
    """Nine tabs of one browser all follow a text; when the one that listens goes, another does."""
    context = browser.new_context()
    tabs = [context.new_page() for _ in range(9)]
    for tab in tabs:
        tab.goto(demo.url)
        expect(tab.locator("#live")).to_have_attribute("data-state", "up")
    say(tabs[-1], "Maya", ASKED)
    for tab in tabs:
        expect(tab.locator("#phone-maya .message")).to_have_count(2)
    tabs[0].close()
    say(tabs[1], "Maya", "yes")
    for tab in tabs[1:]:
        expect(tab.locator("#phone-maya .message")).to_have_count(4)
    context.close()


HOSTILE = [
    "<img src=x onerror=alert(1)><script>alert(2)</script>",
    "'; DROP TABLE bookings; --",
    "\u202ehaircut\u202c {{7*7}} ${7*7} %s \\u003cb\\u003e &lt;",
    "🎉🎉🎉",
]
CLEAN = [text.strip("\u202e").replace("\u202c", "") for text in HOSTILE]  # none turns others' text


def test_a_hostile_message_is_text(visit: Visit, demo: Demo) -> None:
    """What looks like HTML, SQL or a template is shown as it was written, and answered."""
    page = visit()
    mine = page.locator("#phone-maya .message.me .text")
    for count, (text, shown) in enumerate(zip(HOSTILE, CLEAN, strict=True), 1):
        say(page, "Maya", text)
        expect(page.locator("#phone-maya .message.bot")).to_have_count(count)
        expect(mine.last).to_have_text(shown)
    page.reload()
    expect(mine).to_have_text(CLEAN)
    assert page.locator("#rail img, #rail script").count() == 0
    assert "book it?" in demo.asks("joe", ASKED)


def test_a_message_too_long_comes_back_to_its_line(visit: Visit) -> None:
    """10,000 characters are refused in a sentence, and nothing that was written is lost."""
    page = visit()
    say(page, "Maya", "long " * 2000)
    expect(page.locator("#phone-maya .complaint")).to_contain_text("2,000 characters")
    expect(page.get_by_label("Write as Maya", exact=True)).to_have_value("long " * 2000)
    expect(page.locator("#phone-maya .message")).to_have_count(0)


def test_an_empty_message_is_no_message(visit: Visit) -> None:
    """Spaces are refused in a sentence, and nothing is sent."""
    page = visit()
    say(page, "Maya", "   ")
    expect(page.locator("#phone-maya .complaint")).to_contain_text("nothing")
    expect(page.locator("#phone-maya .message")).to_have_count(0)


def test_on_a_phone(visit: Visit) -> None:
    """At a phone's width nothing is cut off sideways, and one can text and watch the board."""
    page = visit(wide=390, high=844)
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390
    say(page, "Maya", ASKED)
    expect(last(page, "maya")).to_contain_text("book it?")
    expect(blocks(page, "held")).to_be_in_viewport()


def test_with_the_keyboard_alone(visit: Visit) -> None:
    """Tab and Enter reach a phone, its buttons and the clock; arrows walk the board."""
    page = visit()
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.get_by_label("Write as Lena", exact=True).focus()
    page.keyboard.type("consultation tomorrow at 11")
    page.keyboard.press("Enter")
    yes = page.locator("#phone-lena button.choice", has_text="Yes")
    expect(yes).to_be_visible()
    for _ in range(20):
        page.keyboard.press("Shift+Tab")
        if yes.evaluate("node => node === document.activeElement"):
            break
    expect(yes).to_be_focused()
    page.keyboard.press("Enter")
    expect(blocks(page, "awaiting_provider")).to_have_count(1)
    page.locator('#grid .face[tabindex="0"]').focus()
    before = page.evaluate("document.activeElement.ariaLabel")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.ariaLabel") != before
    page.keyboard.press("Enter")
    expect(page.locator("#detail")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#detail")).to_be_hidden()


def test_the_page_names_its_language_and_its_parts(visit: Visit) -> None:
    """The page says that it is English; each phone's log, the board and the news have names."""
    page = visit("aurora")
    assert page.evaluate("document.documentElement.lang") == "en"
    expect(page).to_have_title("Trattoria Aurora · Slotkeeper demo")
    assert page.get_by_role("log").count() == 4
    expect(page.get_by_role("log", name=re.compile("Giulia"))).to_be_visible()
    unnamed = "[...document.querySelectorAll('button')].filter(b => !(b.ariaLabel || b.innerText))"
    assert page.evaluate(f"{unnamed}.length") == 0


def test_each_place_has_its_own_people_and_hours(visit: Visit) -> None:
    """The trattoria shows its tables and the siesta; the night of the owls goes past midnight."""
    page = visit("aurora")
    expect(page.locator("#grid .row")).to_have_count(13)
    expect(blocks(page, "closed")).to_have_count(13)
    page.get_by_role("link", name="Owl Rehearsal Rooms").click()
    expect(page.locator("#grid .row")).to_have_count(2)
    marks = page.locator("#grid .mark")
    expect(marks.filter(has_text=re.compile("3 am"))).to_be_visible()


def test_a_restart_is_survived(visit: Visit, demo: Demo) -> None:
    """The server goes and comes back: the page says so, reconnects, and nothing is lost."""
    page = visit()
    say(page, "Maya", ASKED)
    expect(last(page, "maya")).to_contain_text("book it?")
    assert demo.stop() == 0
    expect(page.locator("#live")).to_have_attribute("data-state", "down")
    say(page, "Joe", "hello")
    expect(page.locator("#phone-joe .complaint")).to_be_visible()
    expect(page.get_by_label("Write as Joe", exact=True)).to_have_value("hello")
    demo.start()
    expect(page.locator("#live")).to_have_attribute("data-state", "up")
    expect(last(page, "maya")).to_contain_text("book it?")
    say(page, "Maya", "yes")
    expect(last(page, "maya")).to_contain_text("Booked")
    expect(page.locator("#trouble")).to_be_hidden()


def test_a_busy_morning(visit: Visit) -> None:
    """Everything at once, as the README's picture shows it (taken anew where PICTURE names it)."""
    page = visit()
    say(page, "Maya", "haircut with Ana today at 5:30pm")
    expect(last(page, "maya")).to_contain_text("book it?")
    say(page, "Maya", "yes")
    say(page, "Lena", "consultation today at 11:45")
    page.locator("#phone-lena button.choice", has_text="Yes").click()
    expect(blocks(page, "awaiting_provider")).to_have_count(1)
    page.get_by_role("button", name="Forward 1 minute").click()
    say(page, "Joe", "a trim this afternoon please")
    page.locator("#phone-joe .chip.reply").nth(1).click()
    expect(blocks(page, "held")).to_have_count(1)
    expect(last(page, "ana")).to_contain_text("Maya")
    expect(page.locator("#day-near")).to_have_text("Today")
    if picture := os.environ.get("PICTURE"):
        page.mouse.move(2, 2)
        page.evaluate("document.activeElement.blur()")
        page.wait_for_timeout(3000)
        page.screenshot(path=picture)


def test_a_provider_sees_the_day_as_a_picture(visit: Visit) -> None:
    """Under the words of "today" stands the picture of it, and it opens by itself."""
    page = visit()
    say(page, "Maya", "haircut with Ana today at 5:30pm")
    expect(last(page, "maya")).to_contain_text("book it?")
    say(page, "Maya", "yes")
    expect(last(page, "ana")).to_contain_text("New:")
    say(page, "Ana", "today")
    picture = page.locator("#phone-ana .message.bot .picture img").last
    expect(picture).to_be_visible()
    page.wait_for_function("() => document.querySelector('.picture img').naturalWidth === 1080")
    assert picture.evaluate("e => e.clientWidth <= e.closest('.bubble').clientWidth")
    if folder := os.environ.get("PICTURES"):
        page.wait_for_timeout(500)
        page.screenshot(path=f"{folder}/agenda.png")


def test_the_board_shows_series_and_limits(visit: Visit) -> None:
    """The how manieth of how many, and how much of a day's limit is used."""
    page = visit()
    say(page, "Maya", "haircut with Ben every wednesday at 3pm for 4 weeks")
    expect(last(page, "maya")).to_contain_text("book it?")
    say(page, "Maya", "yes")
    expect(last(page, "maya")).to_contain_text("Booked")
    page.locator("#grid").scroll_into_view_if_needed()
    expect(page.locator(".nth").first).to_have_text("1 of 4")
    expect(page.locator(".nth .icon").first).to_be_visible()
    expect(page.locator(".limit:not([hidden])")).to_have_text(["4 of 8"])
    if folder := os.environ.get("PICTURES"):
        page.wait_for_timeout(500)
        page.screenshot(path=f"{folder}/board.png")


def test_the_board_shows_seats_and_blocks(visit: Visit) -> None:
    """How many seats of a class are taken, and why a provider is away: by hand, or by what."""
    page = visit()
    expect(page.locator(".seats").first).to_have_text("6 of 12")
    expect(blocks(page, "busy")).to_contain_text("Dentist")
    say(page, "Mia", "block today from 1:30pm to 2:30pm")
    expect(blocks(page, "blocked")).to_contain_text("Blocked")
    expect(page.locator("#news")).to_contain_text("Mia 1:30 PM: Blocked by hand")
    if folder := os.environ.get("PICTURES"):
        for wide in (390, 1280, 1920):
            page.set_viewport_size({"width": wide, "height": 844 if wide < 900 else 900})
            page.locator("#grid").scroll_into_view_if_needed()
            page.wait_for_timeout(700)
            page.screenshot(path=f"{folder}/board-{wide}.png")


def test_the_board_shows_what_is_full_and_what_is_joined(visit: Visit, demo: Demo) -> None:
    """A limit that is reached stands out, and two tables that are one say so, also to readers."""
    facts = demo.get("/aurora/board")
    table = next(column for column in facts["columns"] if column["name"] == "F1")
    item = next(item for item in facts["items"] if item["customer"])
    joined = {"column": table["id"], "joined": ["F1", "F2"], "nth": [3, 6], "series": "ABCDE"}
    facts["items"] = [item | joined]
    facts["limits"] = {table["id"]: [8, 8]}
    page = visit("juniper")
    page.route("**/api/demo/aurora/board*", lambda route: route.fulfill(json=facts))
    page.get_by_role("link", name="Trattoria Aurora").click()
    expect(page.locator(".limit.full")).to_have_text("8 of 8")
    expect(page.locator(".joined")).to_have_text("F1+F2")
    face = page.locator(".block .face", has=page.locator(".joined"))
    expect(face).to_have_accessible_name(re.compile("F1 and F2 together.*3 of 6"))
    if folder := os.environ.get("PICTURES"):
        page.wait_for_timeout(700)
        page.screenshot(path=f"{folder}/joined.png")


CUT = """names => names.flatMap(name => [...document.querySelectorAll(name)])
    .filter(e => e.getClientRects().length)
    .filter(e => e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 2)
    .map(e => e.innerText || e.className)"""
SHOWN = [".places", ".people", ".peer b", ".row h3 span", ".meter", ".caption", ".moves"]


@pytest.mark.parametrize("wide", [390, 768, 1280, 1920])
def test_nothing_is_cut(visit: Visit, wide: int) -> None:
    """Tabs, names and the meters of classes fit at each width; the page never scrolls sideways."""
    page = visit(wide=wide, high=844 if wide < 900 else 800)
    expect(page.locator(".meter").first).to_be_attached()
    assert page.evaluate(CUT, SHOWN) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= wide
    whole = 1 if wide < 640 else 2 if wide < 900 else 5
    phones = page.evaluate(
        "[...document.querySelectorAll('.device')].map(e => e.getClientRects()[0].right)"
    )
    assert sum(right <= wide for right in phones) >= whole
