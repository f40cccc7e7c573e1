"""The words of every note: one entry a kind, whom it goes to in the name of its file."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from core.rules import Business
from dialogs.wording import (
    answers,
    asking,
    booked,
    clocks,
    day,
    formats,
    hand,
    hand_again,
    hand_offering,
    identity,
    paying,
    series,
    waiting,
    why,
)
from dialogs.wording.answers import zone_set
from dialogs.wording.page import Page, Worded

NOTES: dict[str, Callable[[Page], Worded]] = {
    **asking.NOTES,
    **answers.NOTES,
    **booked.NOTES,
    **clocks.NOTES,
    **day.NOTES,
    **hand.NOTES,
    **hand_again.NOTES,
    **hand_offering.NOTES,
    **identity.NOTES,
    **paying.NOTES,
    **series.NOTES,
    **waiting.NOTES,
    **why.NOTES,
}


def word(
    note: str,
    facts: Mapping[str, Any],
    *,
    business: Business,
    language: str,
    zone: ZoneInfo,
    other: ZoneInfo,
) -> Worded:
    """Word a note for a reader; KeyError where there is no such note or fact.

    `zone` is the one that the reader's bare times are meant in, `other` the one to show beside it.
    Remarks come before the note; the question that is still open comes after it.
    """
    page = Page(facts, business, language, zone, other)
    worded = NOTES[note](page)
    before = [REMARKS[r["what"]](page, r) for r in facts.get("remarks", ())]
    worded = replace(worded, text=" ".join([*before, worded.text]))
    return _resumed(page, worded) if facts.get("resume") else worded


def _resumed(page: Page, worded: Worded) -> Worded:
    when = page.when(page.instant("held"))
    if page.facts["resume"] == "proposal":
        open_ = page.t("I still hold {when} for you: book it? Reply YES or NO.", when=when)
    else:
        open_ = page.t("Shall I cancel {when}? Reply YES or NO.", when=when)
    gap = " " if worded.text.endswith((".", "!", "?")) else "\n"
    return asking.ask(page, f"{worded.text}{gap}{open_}")


def _fold(page: Page, remark: Mapping[str, Any]) -> str:
    start = datetime.fromisoformat(remark["start"])
    text = page.t(
        "The clocks go back that night, so {time} comes twice; I took the first ({zone}).",
        time=page.clock(start),
        zone=page.zone_at(start),
    )
    if not remark["both"]:
        return text
    return text + " " + page.t("Reply SECOND for the other.")


def _gap(page: Page, remark: Mapping[str, Any]) -> str:
    start = datetime.fromisoformat(remark["start"])
    return page.t(
        "The clocks go forward that night and skip that time; I took {time} {zone}.",
        time=page.clock(start),
        zone=page.zone_at(start),
    )


def _alone(page: Page, remark: Mapping[str, Any]) -> str:
    name = page.service(remark["service"])
    return page.t(
        "{service} is for one person at a time: once this is booked, text me for the next.",
        service=name,
    )


def _no_extra(page: Page, remark: Mapping[str, Any]) -> str:
    return page.t("{service} doesn't come with that.", service=page.service(remark["service"]))


def _only(page: Page, remark: Mapping[str, Any]) -> str:
    who = formats.listed([page.who(r) for r in remark["who"]], page.locale)
    return page.t("{service} is only with {who}.", service=page.service(remark["service"]), who=who)


def _went(page: Page, remark: Mapping[str, Any]) -> str:
    when = page.when(datetime.fromisoformat(remark["start"]))
    return page.t("{who} is taken on {when}.", who=page.who(remark["who"]), when=when)


REMARKS: dict[str, Callable[[Page, Mapping[str, Any]], str]] = {
    "alone": _alone,
    "fold": _fold,
    "gap": _gap,
    "no_extra": _no_extra,
    "only": _only,
    "one_at_a_time": lambda p, _: p.t("I book one at a time, so let's begin with the first."),
    "went": _went,
    "zone": zone_set,
    "series": lambda p, _: p.t("A booking moves to one day; here is the first."),
    "series_one": lambda p, _: p.t("Each of these needs a yes there, so they move one at a time."),
    "usual": lambda p, r: p.t("With {who}, as last time.", who=p.who(r["who"])),
    "stays": lambda p, r: p.t(
        "{when} stays: it's too late to change that one by text.",
        when=p.when(datetime.fromisoformat(r["start"])),
    ),
    "series_again": lambda p, _: p.t("That had run out, so I looked again."),
}
