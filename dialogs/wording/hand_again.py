"""The words of time that a provider blocks again and again."""

from collections.abc import Callable

from dialogs.wording import formats, series
from dialogs.wording.hand import above, rows_of, stretch, undo
from dialogs.wording.page import Page, Worded

_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def _again(page: Page) -> str:
    """Return it in one line: the first time, how often, how many times until when."""
    said = page.t(
        "{first}, then {rhythm}",
        first=stretch(page, page.instant("start"), page.instant("end")),
        rhythm=_rhythm(page, page.facts["rule"]),
    )
    return series.lasting(page, said) if page.facts["times"] > 1 else said


def _rhythm(page: Page, rule: str) -> str:
    """Return how often; of several weekdays which they are."""
    often = series.rhythm(page, rule)
    parts = dict(part.partition("=")[::2] for part in rule.split(";"))
    days = [_WEEKDAYS.index(d) for d in parts.get("BYDAY", "").split(",") if d in _WEEKDAYS]
    if len(days) < len(("one", "another")):
        return often
    named = formats.listed([formats.weekday(day, page.locale) for day in days], page.locale)
    return f"{often} ({named})"


def _block(page: Page) -> Worded:
    return above(
        page,
        page.t("Booked on {spans}:", spans=_again(page)),
        rows_of(page),
        page.t("Shall I block the rest? These stay unless you cancel or move them."),
    )


def _blocked(page: Page) -> Worded:
    said = page.t("Blocked: {spans}.", spans=formats.because(_again(page), page.facts))
    if page.facts["open_end"]:
        said += " " + page.t("I'll add later dates as the calendar opens.")
    worded = undo(page, said)
    if not page.facts["bookings"]:
        return worded
    return Worded("\n".join([worded.text, page.t("Still booked then:"), *rows_of(page)]))


NOTES: dict[str, Callable[[Page], Worded]] = {
    "hand_block_again": _block,
    "hand_blocked_again": _blocked,
    "hand_unblocked_again": lambda p: undo(p, p.t("Free again: {spans}.", spans=_again(p))),
}
