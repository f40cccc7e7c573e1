"""The words of bookings that recur: what is held, what cannot be had, what was booked."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from dialogs.wording import money
from dialogs.wording.asking import ask
from dialogs.wording.page import Page, Worded
from dialogs.wording.refusals import why


def t(message: str) -> str:
    """Mark a message for translation where its page is not there yet."""
    return message


def n(one: str, many: str) -> tuple[str, str]:
    """Mark a message that depends on a count, likewise."""
    return one, many


_RHYTHMS = {
    "DAILY": (t("every day"), n("every {n} day", "every {n} days")),
    "WEEKLY": (t("every week"), n("every {n} week", "every {n} weeks")),
    "MONTHLY": (t("every month"), n("every {n} month", "every {n} months")),
    "YEARLY": (t("every year"), n("every {n} year", "every {n} years")),
}
_EXPLAINED = 4  # refused occurrences that are named, each with its reason


def rhythm(page: Page, rule: str) -> str:
    """Return how often, in words: "every week", "every 2 months"."""
    parts = dict(part.partition("=")[::2] for part in rule.split(";"))
    every = int(parts.get("INTERVAL", "1"))
    once, words = _RHYTHMS.get(parts.get("FREQ", ""), _RHYTHMS["WEEKLY"])
    return page.t(once) if every == 1 else page.n(*words, every)


def whole(page: Page, facts: Mapping[str, Any] | None = None) -> str:
    """Return the series in one line: what, when first, how often, how many times until when."""
    page = page if facts is None else replace(page, facts=facts)
    facts = page.facts
    said = page.t(
        "{booking} on {when}, then {rhythm}",
        booking=page.title(),
        when=page.when(page.instant("start")),
        rhythm=rhythm(page, facts["rule"]),
    )
    return lasting(page, said)


def lasting(page: Page, said: str) -> str:
    """Return what recurs with how many times it does, until when."""
    facts, until = page.facts, page.day(page.instant("last"))
    if facts.get("open_end"):
        return page.n(
            "{series}: so far {n} time until {day}",
            "{series}: so far {n} times until {day}",
            facts["times"],
            series=said,
            day=until,
        )
    return page.n(
        "{series}: {n} time until {day}",
        "{series}: {n} times until {day}",
        facts["times"],
        series=said,
        day=until,
    )


def _proposal(page: Page) -> Worded:
    lines = [whole(page).removesuffix(".") + "."]
    if page.facts.get("price"):
        lines.append(page.t("{money} each time.", money=page.money(page.facts["price"])))
    if money.due(page):
        lines.append(money.due(page).lstrip())
    lines += [_gap(page, datetime.fromisoformat(start)) for start in page.facts["gaps"]]
    refused = page.facts["refused"]
    lines += [_not_had(page, one) for one in refused[:_EXPLAINED]]
    if len(refused) > _EXPLAINED:
        more = len(refused) - _EXPLAINED
        lines.append(page.n("{n} more day can't be had.", "{n} more days can't be had.", more))
    until = page.until(page.instant("expires"), beside=page.instant("start"))
    lines.append(
        page.t("I hold all of it until {until}. Shall I book it? Reply YES or NO.", until=until)
    )
    return ask(page, " ".join(lines))


def _gap(page: Page, start: datetime) -> str:
    """Return which hour a day has whose own is skipped."""
    return page.t(
        "The clocks go forward on {day}, so it's at {time} then.",
        day=page.day(start),
        time=page.at(start),
    )


def _not_had(page: Page, one: Mapping[str, Any]) -> str:
    reason = why(replace(page, facts={**page.facts, **one, "whole": False}))
    if one.get("instead"):
        start = datetime.fromisoformat(one["instead"])
        return reason + " " + page.t("Instead: {time} that day.", time=page.at(start))
    if one["reason"] == "closed":  # it says the day
        return reason
    return f"{page.day(datetime.fromisoformat(one['start']))}: {reason}"


def _booked(page: Page) -> Worded:
    text = page.t(
        "Booked: {series}. Your reference is {ref}.", series=whole(page), ref=page.facts["ref"]
    )
    if page.facts.get("open_end"):
        text += " " + page.t("I'll add later dates as the calendar opens.")
    if page.facts.get("ask_name"):
        text += " " + page.t("What name shall I put it under?")
    return Worded(text)


def _requested(page: Page) -> Worded:
    text = page.t(
        "{who} has to confirm {series}; you'll hear from me by {until}. All of it is yours until "
        "then.",
        who=page.who() or page.business.contact.human,
        series=whole(page, {**page.facts, "provider": None}),
        until=page.by(page.instant("until"), beside=page.instant("start")),
    )
    return Worded(text)


def _missed(page: Page) -> Worded:
    """Word what a series could not get of the days that came within reach."""
    lines = [_not_had(page, one) for one in page.facts["refused"][:_EXPLAINED]]
    said = page.t("Your series {booking}, {ref}:", booking=page.title(), ref=page.facts["ref"])
    return Worded(" ".join([said, *lines, page.t("I left that out.")]))


def _told(page: Page) -> Worded:
    """Word a new series for its provider."""
    text = page.t(
        "New series: {series}, for {who}. {ref}",
        series=whole(replace(page, facts={**page.facts, "provider": None})),
        who=page.facts.get("name") or page.t("a customer"),
        ref=page.facts["ref"],
    )
    return Worded(text)


def _again(page: Page) -> Worded:
    when = page.when(page.instant("start"))
    if page.facts.get("again"):
        return ask(
            page, page.t("Reply YES to book the series from {when}, NO to let it go.", when=when)
        )
    return ask(page, page.t("Was that a yes or a no to the series from {when}?", when=when))


def _ask_scope(page: Page) -> Worded:
    day = page.day(page.instant("start"))
    labels = {
        "one": page.t("Only {day}", day=day),
        "later": page.t("{day} and all later ones", day=day),
        "all": page.t("The whole series"),
    }
    if page.facts["doing"] == "cancel":
        text = page.t("{booking} is a series. Which of it shall I cancel?", booking=page.title())
    else:
        text = page.t("{booking} is a series. Which of it shall I change?", booking=page.title())
    return Worded(text, tuple(labels[one["scope"]] for one in page.facts["options"]))


def _several(page: Page) -> str:
    """Return how many occurrences, from when to when."""
    return page.n(
        "{booking}, {n} time from {first} to {last}",
        "{booking}, {n} times from {first} to {last}",
        page.facts["times"],
        booking=page.title(),
        first=page.when(page.instant("start")),
        last=page.day(page.instant("last")),
    )


def _move(page: Page) -> Worded:
    text = page.n(
        "Move {n} booking of {booking} so that the first is on {when}?",
        "Move {n} bookings of {booking} so that the first is on {when}?",
        page.facts["times"],
        booking=page.title(),
        when=page.when(page.instant("start")),
    )
    return ask(page, " ".join([text, *_stay(page), page.t("Reply YES or NO.")]))


def _stay(page: Page) -> list[str]:
    """Return why some stay where they are."""
    refused = page.facts["refused"]
    lines = [_not_had(page, one) for one in refused[:_EXPLAINED]]
    if refused:
        n = len(refused)
        lines.append(page.n("{n} stays as it was.", "{n} stay as they were.", n))
    return lines


def _moved(page: Page) -> Worded:
    text = page.n(
        "Moved: {n} booking of {booking}, the first is on {when} now.",
        "Moved: {n} bookings of {booking}, the first is on {when} now.",
        page.facts["times"],
        booking=page.title(),
        when=page.when(page.instant("start")),
    )
    return Worded(" ".join([text, *_stay(page)]))


def _cancelled_provider(page: Page) -> Worded:
    mine = replace(page, facts={**page.facts, "provider": None})
    who = page.facts.get("name") or page.t("a customer")
    text = page.t(
        "{who} cancelled {series}. {ref}", series=_several(mine), who=who, ref=page.facts["ref"]
    )
    return Worded(text)


def _moved_provider(page: Page) -> Worded:
    text = page.n(
        "{who} moved {n} booking of {booking}; the first is on {when} now. {ref}",
        "{who} moved {n} bookings of {booking}; the first is on {when} now. {ref}",
        page.facts["times"],
        who=page.facts.get("name") or page.t("a customer"),
        booking=page.title({**page.facts, "provider": None}),
        when=page.when(page.instant("start")),
        ref=page.facts["ref"],
    )
    return Worded(text)


NOTES: dict[str, Callable[[Page], Worded]] = {
    "series_proposal": _proposal,
    "series_booked": _booked,
    "series_requested": _requested,
    "series_gone": lambda p: Worded(
        p.t(
            "I'm sorry, {when} and what follows have gone meanwhile. Which other day or time?",
            when=p.when(p.instant("start")),
        )
    ),
    "series_lapsed": lambda p: ask(
        p,
        p.t(
            "I couldn't hold the series from {when} any longer. Still want it? Reply YES and I'll "
            "see if it's free.",
            when=p.when(p.instant("start")),
        ),
    ),
    "series_missed": _missed,
    "new_series": _told,
    "ask_scope": _ask_scope,
    "ask_cancel_series": lambda p: ask(
        p, p.t("Cancel {series}? Reply YES or NO.", series=_several(p))
    ),
    "series_cancelled": lambda p: Worded(
        p.t("Cancelled: {series}.", series=_several(p)) + money.returned(p)
    ),
    "series_cancelled_provider": _cancelled_provider,
    "series_move": _move,
    "series_moved": _moved,
    "series_moved_provider": _moved_provider,
    "again_series": _again,
}
