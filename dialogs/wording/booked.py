"""The words of what became of a booking, for its customer."""

from collections.abc import Callable
from datetime import datetime

from dialogs.wording.asking import ask
from dialogs.wording.page import Page, Worded


def _start(page: Page) -> str:
    return page.when(page.instant("start"))


def _booked(page: Page) -> Worded:
    return Worded(
        page.t(
            "Booked: {booking}, {when}. Your reference is {ref}.",
            booking=page.title(),
            when=_start(page),
            ref=page.facts["ref"],
        )
    )


def _requested(page: Page) -> Worded:
    who = page.who() or page.business.contact.human
    return Worded(
        page.t(
            "I've asked {who} about {booking}, {when}, and will tell you by {until}. "
            "The time is yours until then.",
            who=who,
            booking=page.service(),
            when=_start(page),
            until=_by(page, page.instant("until")),
        )
    )


def _by(page: Page, moment: datetime) -> str:
    return page.t("{day} at {time}", day=page.day(moment), time=page.clock(moment))


def _accepted(page: Page) -> Worded:
    return Worded(
        page.t(
            "Confirmed: {booking}, {when}. Your reference is {ref}.",
            booking=page.title(),
            when=_start(page),
            ref=page.facts["ref"],
        )
    )


def _declined(page: Page) -> Worded:
    who = page.who() or page.business.name
    text = page.t(
        "I'm sorry, {who} can't take {booking}, {when}. Another time?",
        who=who,
        booking=page.service(),
        when=_start(page),
    )
    return Worded(text)


def _request_lapsed(page: Page) -> Worded:
    who = page.who() or page.business.contact.human
    return Worded(
        page.t(
            "{who} didn't answer in time about {booking}, {when}, so I've let it go. Another time?",
            who=who,
            booking=page.service(),
            when=_start(page),
        )
    )


def _hold_lapsed(page: Page) -> Worded:
    return Worded(
        page.t(
            "I couldn't keep {booking}, {when}, any longer. Still want it? "
            "Reply YES and I'll see if it's free.",
            booking=page.title(),
            when=_start(page),
        )
    )


def _moved(page: Page) -> Worded:
    return Worded(
        page.t(
            "Moved: {booking} is now {when} (it was {was}). Your reference stays {ref}.",
            booking=page.title(),
            when=_start(page),
            was=page.when(page.instant("was")),
            ref=page.facts["ref"],
        )
    )


def _mine(page: Page) -> Worded:
    rows = page.facts["bookings"]
    if not rows:
        return Worded(page.t("You have no bookings with us."))
    lines = []
    for row in rows:
        line = f"{page.title(row)}, {page.when(datetime.fromisoformat(row['start']))}, {row['ref']}"
        if row["status"] == "awaiting_provider":
            line = page.t("{booking} (waits for an answer)", booking=line)
        lines.append(line)
    head = page.n("Your booking:", "Your bookings:", len(rows))
    return Worded("\n".join([head, *lines]))


def _ask_cancel(page: Page) -> Worded:
    text = page.t(
        "Cancel {booking}, {when}? Reply YES or NO.", booking=page.title(), when=_start(page)
    )
    return ask(page, text)


def _about(message: str) -> Callable[[Page], Worded]:
    return lambda page: Worded(page.t(message, booking=page.title(), when=_start(page)))


def _let_go(page: Page) -> Worded:
    if page.facts.get("kept"):
        return Worded(page.t("All right, your booking stays as it was. Another time?"))
    return Worded(page.t("All right, I've let it go. Another day or time?"))


def t(message: str) -> str:
    """Mark a message for translation where its page is not there yet."""
    return message


NOTES: dict[str, Callable[[Page], Worded]] = {
    "booked": _booked,
    "requested": _requested,
    "request_accepted": _accepted,
    "request_declined": _declined,
    "request_lapsed": _request_lapsed,
    "hold_lapsed": _hold_lapsed,
    "moved": _moved,
    "mine": _mine,
    "ask_cancel": _ask_cancel,
    "cancelled": _about(t("Cancelled: {booking}, {when}. Hope to see you another time.")),
    "gone_already": _about(t("{booking}, {when}, is not open any more.")),
    "ask_move_when": _about(t("When shall I move {booking}, {when}, to?")),
    "kept": lambda p: Worded(p.t("All right, everything stays as it is.")),
    "let_go": _let_go,
    "nothing_to_change": lambda p: Worded(p.t("You have no booking to change.")),
}
