"""The words of what a change of clock rules did to bookings."""

from collections.abc import Callable
from datetime import datetime

from dialogs.wording.page import Page, Worded

_SHOWN = 3


def _retimed(page: Page) -> Worded:
    """Say that bookings keep their time at the place; the first of many stand for them."""
    rows = page.facts["bookings"]
    said = [
        f"{page.title(row)}: {page.when(datetime.fromisoformat(row['start']))}"
        for row in rows[:_SHOWN]
    ]
    if len(rows) > _SHOWN:
        said.append(page.n("and {n} more", "and {n} more", len(rows) - _SHOWN))
    text = page.n(
        "The rules for changing the clocks are new. Your booking keeps its time at our place:",
        "The rules for changing the clocks are new. Your bookings keep their time at our place:",
        len(rows),
    )
    return Worded("\n".join([text, *said]))


def _stuck(page: Page) -> Worded:
    facts = page.facts
    return Worded(
        page.t(
            "The rules for changing the clocks are new, and {booking} for {who} ({ref}) can't keep "
            "its time: somebody else has it. It is now on {when}.",
            booking=page.title({**facts, "provider": None}),
            who=facts.get("name") or page.t("a customer"),
            ref=facts["ref"],
            when=page.when(page.instant("start")),
        )
    )


NOTES: dict[str, Callable[[Page], Worded]] = {"retimed": _retimed, "retimed_stuck": _stuck}
