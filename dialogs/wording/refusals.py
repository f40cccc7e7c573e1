"""Why not, in words."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Any

from dialogs.wording import formats
from dialogs.wording.page import Page

Facts = Mapping[str, Any]
_MONDAY = date(2026, 1, 5)


def why(page: Page) -> str:
    """Return the sentence for the refusal in a note's facts."""
    return WHY[page.facts["reason"]](page, page.facts.get("facts", {}))


def _at(facts: Facts, name: str) -> datetime:
    return datetime.fromisoformat(facts[name])


def _start(page: Page) -> str:
    return page.when(page.instant("start"))


def _past(page: Page, _facts: Facts) -> str:
    if page.facts.get("whole"):
        return page.t("That has passed.")
    return page.t("{when} has passed.", when=_start(page))


def _notice(page: Page, facts: Facts) -> str:
    minutes = facts["minutes"]
    if minutes % 60:
        return page.n("We need {n} minute's notice.", "We need {n} minutes' notice.", minutes)
    return page.n("We need {n} hour's notice.", "We need {n} hours' notice.", minutes // 60)


def _hours(page: Page, facts: Facts) -> str:
    spans = page.spans(facts["spans"])
    said = formats.listed(spans, page.locale)
    if facts.get("who"):
        return page.t("{who} is there {hours} that day.", who=facts["who"], hours=said)
    if facts.get("minutes"):
        return page.t(
            "We're open {hours} that day, and it takes {duration}.",
            hours=said,
            duration=page.duration(facts["minutes"]),
        )
    return page.t("We're open {hours} that day.", hours=said)


def _break(page: Page, facts: Facts) -> str:
    until = page.at(_at(facts, "until"))
    if facts.get("who"):
        return page.t("{who} is on a break until {time}.", who=facts["who"], time=until)
    return page.t("We're on a break until {time}.", time=until)


def _closed(page: Page, facts: Facts) -> str:
    on = date.fromisoformat(facts["day"])
    day = page.day(on)
    if facts.get("why"):
        return page.t("We're closed on {day} ({why}).", day=day, why=page.reason(facts["why"], on))
    return page.t("We're closed on {day}.", day=day)


def _off(page: Page, facts: Facts) -> str:
    day = page.day(date.fromisoformat(facts["day"]))
    if facts.get("who"):
        return page.t("{who} doesn't work on {day}.", who=facts["who"], day=day)
    return page.t("Nobody is there on {day}.", day=day)


def _busy(page: Page, facts: Facts) -> str:
    until = page.at(_at(facts, "until"))
    return page.t("{who} is busy until {time}.", who=facts["who"], time=until)


def _taken(page: Page, facts: Facts) -> str:
    if facts.get("whole"):
        return page.t("Nothing is free then.")
    if facts.get("who"):
        return page.t("{who} is taken on {when}.", who=facts["who"], when=_start(page))
    return page.t("{when} is taken.", when=_start(page))


def _full(page: Page, facts: Facts) -> str:
    if facts.get("left"):
        return page.n(
            "Only {n} seat is left on {when}.",
            "Only {n} seats are left on {when}.",
            facts["left"],
            when=_start(page),
        )
    if page.facts.get("whole"):
        return page.t("That class is full.")
    return page.t("{when} is full.", when=_start(page))


def _no_class(page: Page, facts: Facts) -> str:
    """Return when the classes are: "Yoga class is on Tue at 6:00 PM and Thu at 6:00 PM."."""
    times = [
        page.t(
            "{day} at {time}",
            day=formats.weekday(weekday, page.locale),
            time=page.clock(
                datetime.combine(_MONDAY, time.fromisoformat(starts), tzinfo=page.zone)
            ),
        )
        for weekday, starts in facts.get("times", ())
    ]
    if not times or page.zone != page.business.zone:
        return page.t("There is no class at that time.")
    said = formats.listed(times, page.locale)
    return page.t("{service} is on {times}.", service=page.service(), times=said)


def _fixed_starts(page: Page, facts: Facts) -> str:
    day = page.day(date.fromisoformat(facts["day"]))
    times = [page.at(datetime.fromisoformat(start)) for start in facts["starts"]]
    if not times:
        return page.t("{service} doesn't start on {day}.", service=page.service(), day=day)
    said = formats.listed(times, page.locale)
    return page.t(
        "{service} on {day} starts at {times}.", service=page.service(), day=day, times=said
    )


def _not_by(page: Page, facts: Facts) -> str:
    others = [page.who(r) for r in facts.get("others", ())]
    if not others:
        return page.t("{who} doesn't do that.", who=facts["who"])
    return page.t(
        "{who} doesn't do {service}; {others} would.",
        who=facts["who"],
        service=page.service(),
        others=formats.listed(others, page.locale, either=True),
    )


def _open_limit(page: Page, facts: Facts) -> str:
    return page.n(
        "You already have {n} open booking, the most we take. Cancel it first, or ask {human}.",
        "You already have {n} open bookings, the most we take. Cancel one first, or ask {human}.",
        facts["most"],
        human=page.business.contact.human,
    )


WHY: dict[str, Callable[[Page, Facts], str]] = {
    "past": _past,
    "notice": _notice,
    "furthest": lambda p, f: p.t("We book up to {day}.", day=p.day(date.fromisoformat(f["last"]))),
    "off_grid": lambda p, f: p.n(
        "We start every {n} minute.", "We start every {n} minutes.", f["grid"]
    ),
    "fixed_starts": _fixed_starts,
    "closed": _closed,
    "hours": _hours,
    "break": _break,
    "off": _off,
    "busy": _busy,
    "taken": _taken,
    "no_class": _no_class,
    "full": _full,
    "party": lambda p, f: p.n(
        "I can book for {n} at most by text.", "I can book for up to {n} by text.", f["largest"]
    ),
    "day_limit": lambda p, f: p.t("{who} is fully booked that day.", who=f["who"]),
    "week_limit": lambda p, f: p.t("{who} is fully booked that week.", who=f["who"]),
    "person_day": lambda p, f: p.n(
        "You already have {n} booking that day, which is the most we take.",
        "You already have {n} bookings that day, which is the most we take.",
        f["most"],
    ),
    "person_week": lambda p, f: p.n(
        "You already have {n} booking that week, which is the most we take.",
        "You already have {n} bookings that week, which is the most we take.",
        f["most"],
    ),
    "service_day": lambda p, _: p.t("{service} is fully booked that day.", service=p.service()),
    "service_week": lambda p, _: p.t("{service} is fully booked that week.", service=p.service()),
    "person_open": _open_limit,
    "not_by": _not_by,
    "gone": lambda p, _: p.t("That one has gone."),
    "too_late": lambda p, f: p.t(
        "It could be changed by text until {until}.",
        until=p.by(_at(f, "until"), beside=p.instant("start")),
    ),
    "needs_money": lambda p, f: p.t("That needs {money} in advance.", money=p.money(f["amount"])),
}
