"""The words of the waitlist: waiting, an offer and what becomes of it."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from dialogs.wording import formats
from dialogs.wording.asking import ask, with_options
from dialogs.wording.page import Page, Worded

_INSTANT = timedelta(minutes=1)  # a window of one minute is a single start
_MANY = 50  # a place that is said as "more than"


def _wish(page: Page, facts: Mapping[str, Any]) -> str:
    """Return what somebody waits for: "Haircut with Ana, Fri, Mar 6 from 2:00 PM to 5:00 PM"."""
    title = page.title({**facts, "ref": None})
    if facts.get("was"):
        was = page.when(datetime.fromisoformat(facts["was"]))
        return page.t("{booking} earlier than {when}", booking=title, when=was)
    spans = [tuple(map(datetime.fromisoformat, pair)) for pair in facts["windows"]]
    said = [_window(page, start, end) for start, end in spans]
    if facts.get("more"):
        said.append("...")
    return f"{title}, {'; '.join(said)}"


def _window(page: Page, start: datetime, end: datetime) -> str:
    """Return a window in the reader's words: a time, part of a day, or days."""
    first, last = start.astimezone(page.zone), (end - _INSTANT).astimezone(page.zone)
    if end - start <= _INSTANT:
        return page.when(start)
    whole = first.time() == first.min.time() and end.astimezone(page.zone).time() == first.time()
    if first.date() != last.date():
        return page.t("{first} to {last}", first=page.day(start), last=page.day(last))
    if whole:
        return page.day(start)
    if end.astimezone(page.zone).time() == first.min.time():
        return page.t("{day} from {time}", day=page.day(start), time=page.clock(start))
    span = formats.span(start, end, page.locale, page.zone)
    return f"{page.day(start)} {span}"


def _place(page: Page, facts: Mapping[str, Any]) -> str:
    number = facts["place"]
    if number == 1:
        return page.t("You are next in line.")
    if number > _MANY or not facts["exact"]:
        return page.t("More than {n} are before you.", n=min(number - 1, _MANY))
    return page.n("{n} person is before you.", "{n} people are before you.", number - 1)


def _joined(page: Page) -> Worded:
    text = page.t(
        "You're on the waitlist: {wish}. {place} I'll text you as soon as it comes free.",
        wish=_wish(page, page.facts),
        place=_place(page, page.facts),
    )
    return Worded(text)


def _already(page: Page) -> Worded:
    text = page.t(
        "You're on the waitlist already: {wish}. {place}",
        wish=_wish(page, page.facts),
        place=_place(page, page.facts),
    )
    return Worded(text)


def _your_place(page: Page) -> Worded:
    waits = page.facts["waits"]
    if not waits:
        return Worded(
            page.t("You're not on the waitlist. Tell me what you would like to wait for.")
        )
    lines = [f"{_wish(page, one)}. {_place(page, one)}" for one in waits]
    return Worded("\n".join([page.t("You're waiting for:"), *lines]))


def _left(page: Page) -> Worded:
    if not page.facts["waits"]:
        return Worded(page.t("You're not on the waitlist."))
    return Worded(page.t("Done, you're off the waitlist."))


def _for_what(page: Page) -> Worded:
    return Worded(
        page.t("What would you like to wait for? For example: waitlist me for friday afternoon.")
    )


def _over(page: Page) -> Worded:
    text = page.t(
        "I'm sorry, nothing came free for {service} in the time you waited for. "
        "Shall I look for another day? Just tell me when.",
        service=page.service(),
    )
    return Worded(text)


def _offer(page: Page) -> Worded:
    start = page.instant("start")
    facts = {
        "booking": page.title(),
        "when": page.when(start),
        "until": page.by(page.instant("until"), beside=start),
    }
    if page.facts.get("was"):
        text = page.t(
            "An earlier time came free: {booking} on {when} instead of {was}. Want it? Reply YES "
            "or NO by {until}.",
            **facts,
            was=page.when(page.instant("was")),
        )
    else:
        text = page.t(
            "Good news, {booking} on {when} came free. Want it? Reply YES or NO by {until}.",
            **facts,
        )
    if page.facts.get("several"):
        text += " " + page.t("I asked others too: the first yes gets it.")
    return ask(page, text)


def _lapsed(page: Page) -> Worded:
    text = page.t(
        "I didn't hear from you about {when}, so I let it go. You keep your place on the waitlist.",
        when=page.when(page.instant("start")),
    )
    return Worded(text)


def _lost(page: Page) -> Worded:
    text = page.t(
        "{when} just went to somebody else. You keep your place on the waitlist.",
        when=page.when(page.instant("start")),
    )
    return Worded(text)


def _declined(page: Page) -> Worded:
    text = page.t(
        "All right, I let {when} go. You keep your place on the waitlist.",
        when=page.when(page.instant("start")),
    )
    return Worded(text)


def _yours(page: Page) -> Worded:
    return Worded(page.t("{when} is yours already.", when=page.when(page.instant("start"))))


def _gone(page: Page) -> Worded:
    start, facts = page.instant("start"), page.facts["facts"]
    if facts.get("went"):
        went = datetime.fromisoformat(facts["went"])
        text = page.t(
            "I'm sorry, {when} went at {time}.", when=page.when(start), time=page.clock(went)
        )
    else:
        text = page.t("I'm sorry, {when} is gone.", when=page.when(start))
    if facts.get("waiting"):
        text += " " + page.t("You keep your place on the waitlist.")
    return with_options(page, text)


def _everybody(page: Page) -> Worded:
    waits = page.facts["waits"]
    if not waits:
        return Worded(page.t("Nobody is on the waitlist."))
    lines = [
        f"{n}. {one.get('name') or page.t('a customer')}: {_wish(page, one)}{_asked(page, one)}"
        for n, one in enumerate(waits, 1)
    ]
    if page.facts["more"]:
        lines.append("...")
    return Worded("\n".join([page.t("On the waitlist, first come first:"), *lines]))


def _asked(page: Page, one: Mapping[str, Any]) -> str:
    if not one.get("offered"):
        return ""
    when = page.when(datetime.fromisoformat(one["offered"]))
    if not one.get("until"):
        return " " + page.t("({when} is held for them)", when=when)
    until = page.clock(datetime.fromisoformat(one["until"]))
    return " " + page.t("({when} is offered to them until {time})", when=when, time=until)


NOTES: dict[str, Callable[[Page], Worded]] = {
    "wait_joined": _joined,
    "wait_already": _already,
    "wait_place": _your_place,
    "wait_left": _left,
    "wait_for_what": _for_what,
    "wait_over": _over,
    "wait_offer": _offer,
    "wait_lapsed": _lapsed,
    "wait_lost": _lost,
    "wait_declined": _declined,
    "wait_yours": _yours,
    "wait_gone": _gone,
    "waiting": _everybody,
}
