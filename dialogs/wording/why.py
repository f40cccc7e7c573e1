"""The words of why a time cannot be had, and who is free then."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from dialogs.wording import formats
from dialogs.wording.answers import example
from dialogs.wording.page import Page, Worded
from dialogs.wording.refusals import why


def _why_whom(page: Page) -> Worded:
    """Word who else is free, and by which rule it is who it is."""
    said = [_why_who(page)]
    if page.facts.get("other") is not None:
        other, at = page.who(page.facts["other"]), page.at(page.instant("start"))
        said.insert(
            0,
            page.n("{who} is free at {time}.", "{who} are free at {time}.", 1, who=other, time=at),
        )
    return Worded(" ".join(said))


def _why_who(page: Page) -> str:
    who, because = page.who(), page.facts["because"]
    if because in {"asked", "kept"}:
        return page.t("You asked for {who}, or have had {who} for this before.", who=who)
    if because == "usual":
        return page.t("You were with {who} last time.", who=who)
    if because == "least busy":
        on = page.day(page.instant("start"))
        return page.t("Of those who are free, {who} has the least on {day}.", who=who, day=on)
    if because == "turn":
        return page.t("It is {who}'s turn, of those who are free.", who=who)
    if because == "first":
        return page.t("Of those who are free, {who} comes first.", who=who)
    return page.t("{service} is only with {who}.", service=page.service(), who=who)


def _why(page: Page) -> Worded:
    """Word each reason, then who or what is free instead."""
    facts = page.facts
    said = [why(replace(page, facts={**facts, **reason})) for reason in facts["reasons"]]
    said += [
        page.t(
            "It is {booking} for {who}, {ref}.",
            booking=page.title({**row, "provider": None}),
            who=row.get("name") or page.t("a customer"),
            ref=row["ref"],
        )
        for row in facts["booked"]
    ]
    start = page.instant("start")
    names = [page.who(r) for r in facts["able"]]
    if names:
        said.append(
            page.n(
                "{who} is free at {time}.",
                "{who} are free at {time}.",
                len(names),
                who=formats.listed(names, page.locale),
                time=page.at(start),
            )
        )
    elif facts.get("free"):
        starts = [page.at(datetime.fromisoformat(at)) for at in facts["free"]]
        day, listed = page.day(start), formats.listed(starts, page.locale)
        said.append(page.t("{day} has room: {times}.", day=day, times=listed))
    elif not said:
        said.append(page.t("{when} is free.", when=page.when(start)))
    return Worded(" ".join(dict.fromkeys(said)))


NOTES: dict[str, Callable[[Page], Worded]] = {
    "why": _why,
    "why_whom": _why_whom,
    "why_which": lambda p: Worded(
        p.t('Which time do you mean? Say what and when, such as "{example}".', example=example(p))
    ),
}
