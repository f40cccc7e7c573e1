"""The words of what became of a booking, for its customer."""

from collections.abc import Callable
from datetime import datetime

from dialogs.wording import money, series
from dialogs.wording.asking import ask
from dialogs.wording.page import Page, Worded, stays


def _start(page: Page) -> str:
    return page.when(page.instant("start"))


def _name_asked(page: Page, text: str) -> Worded:
    if page.facts.get("ask_name"):
        text += " " + page.t("What name shall I put it under?")
    return Worded(text)


def _booked(page: Page) -> Worded:
    text = page.t(
        "Booked: {booking} on {when}. Your reference is {ref}.",
        booking=page.title(),
        when=_start(page),
        ref=page.facts["ref"],
    )
    return _name_asked(page, text + _change_until(page) + _reminded(page) + money.there(page))


def _reminded(page: Page) -> str:
    """Return when a reminder follows, where it is not as usual."""
    if not page.facts.get("skipped"):
        return ""
    if not page.facts.get("reminder"):
        return " " + page.t("It is soon, so I'll send no reminder.")
    at = page.by(page.instant("reminder"), beside=page.instant("start"))
    return " " + page.t("I'll remind you on {when}.", when=at)


def _reminder(page: Page) -> Worded:
    facts = {"booking": page.title(), "when": _start(page)}
    if not page.facts["asks"]:
        return Worded(page.t("Reminder: {booking} on {when}. See you then!", **facts))
    text = page.t("Reminder: {booking} on {when}. Will you come?", **facts)
    if page.facts.get("confirm_by"):
        until = page.by(page.instant("confirm_by"), beside=page.instant("start"))
        text += " " + page.t("Please tell me by {until}, or it goes to somebody else.", until=until)
    return Worded(text, _will_you(page))


def _will_you(page: Page) -> tuple[str, ...]:
    return page.t("Yes, I'll come"), page.t("Move it"), page.t("Cancel it")


def _warned(page: Page) -> Worded:
    text = page.t(
        "I haven't heard from you about {booking} on {when}. Will you come? If you don't tell me "
        "by {until}, I release it.",
        booking=page.title(),
        when=_start(page),
        until=page.by(page.instant("until"), beside=page.instant("start")),
    )
    return Worded(text, _will_you(page))


def _unconfirmed(page: Page) -> Worded:
    text = page.t(
        "I didn't hear from you, so I released {booking} on {when}. Still want to come? Tell me "
        "when, and I'll see what is free.",
        booking=page.title(),
        when=_start(page),
    )
    return Worded(text)


def _missed(page: Page) -> Worded:
    text = page.t(
        "We missed you: {booking} on {when}. Would you like another time? Tell me when, or NO.",
        booking=page.title(),
        when=_start(page),
    )
    return Worded(text)


def _coming(page: Page) -> Worded:
    return Worded(page.t("Thank you, see you on {when}!", when=_start(page)))


def _change_until(page: Page) -> str:
    """Return until when the customer may change a booking alone, where that is not any time."""
    if page.facts.get("fixed"):
        human = page.business.contact.human
        return " " + page.t("To change it, please ask {human}.", human=human)
    if not page.facts.get("change_until"):
        return ""
    until = page.latest("change_until")
    return " " + page.t("You can change it by text until {until}.", until=until)


def _too_late(page: Page) -> Worded:
    """Word that a change comes too late, and who can still help."""
    facts = {
        "booking": page.title(),
        "when": _start(page),
        "until": page.latest("until"),
    }
    if page.facts["doing"] == "cancel":
        text = page.t("{booking} on {when} could be cancelled by text until {until}.", **facts)
    else:
        text = page.t("{booking} on {when} could be moved by text until {until}.", **facts)
    human = page.facts["human"]
    if page.facts.get("told"):
        return Worded(
            text + " " + page.t("I've told {human}, who will get back to you.", human=human)
        )
    return Worded(text + " " + page.t("To change it, please ask {human}.", human=human))


def _to_pay(page: Page) -> Worded:
    text = page.t(
        "Nearly there: {money} is due in advance for {booking} on {when}. The link follows.",
        money=page.money(page.facts["amount"]),
        booking=page.title(),
        when=_start(page),
    )
    return _name_asked(page, stays(page, text))


def _request_to_pay(page: Page) -> Worded:
    text = page.t(
        "{who} said yes to {booking} on {when}. {money} is due in advance; the link follows.",
        who=page.who() or page.business.contact.human,
        booking=page.title(),
        when=_start(page),
        money=page.money(page.facts["amount"]),
    )
    return Worded(text)


def _requested(page: Page) -> Worded:
    who = page.who() or page.business.contact.human
    until = page.by(page.instant("until"), beside=page.instant("start"))
    if page.facts.get("was"):
        text = page.t(
            "{who} has to agree to the new time, {when}; you'll hear from me by {until}. Until "
            "then {booking} stays on {was}.",
            who=who,
            booking=page.title(),
            when=_start(page),
            until=until,
            was=page.when(page.instant("was")),
        )
        return Worded(text)
    text = page.t(
        "{who} has to confirm {booking} on {when}; you'll hear from me by {until}. The time is "
        "yours until then.",
        who=who,
        booking=page.service(),
        when=_start(page),
        until=until,
    )
    return _name_asked(page, text)


def _accepted(page: Page) -> Worded:
    if page.facts.get("times"):
        text = page.n(
            "Confirmed: all {n} time of {booking} from {when}. Your reference is {ref}.",
            "Confirmed: all {n} times of {booking} from {when}. Your reference is {ref}.",
            page.facts["times"],
            booking=page.title(),
            when=_start(page),
            ref=page.facts["ref"],
        )
        return Worded(text)
    return Worded(
        page.t(
            "Confirmed: {booking} on {when}. Your reference is {ref}.",
            booking=page.title(),
            when=_start(page),
            ref=page.facts["ref"],
        )
    )


def _declined(page: Page) -> Worded:
    if page.facts.get("times"):
        text = page.t(
            "I'm sorry, {who} can't take the series of {booking} from {when}. Would another time "
            "do?",
            who=page.who() or page.business.name,
            booking=page.service(),
            when=_start(page),
        )
        return Worded(text)
    text = page.t(
        "I'm sorry, {who} can't take {booking} on {when}.",
        who=page.who() or page.business.name,
        booking=page.service(),
        when=_start(page),
    )
    return Worded(stays(page, text) + " " + page.t("Would another time do?"))


def _request_lapsed(page: Page) -> Worded:
    text = page.t(
        "{who} didn't answer in time about {booking} on {when}, so I let the time go.",
        who=page.who() or page.business.contact.human,
        booking=page.service(),
        when=_start(page),
    )
    return Worded(stays(page, text) + " " + page.t("Would another time do?"))


def _hold_lapsed(page: Page) -> Worded:
    text = page.t(
        "I couldn't hold {booking} on {when} any longer. Still want it? Reply YES and I'll see "
        "if it's free.",
        booking=page.title(),
        when=_start(page),
    )
    return ask(page, text)


def _moved(page: Page) -> Worded:
    if page.instant("was") == page.instant("start"):
        return Worded(
            page.t(
                "Changed: {booking} on {when}. Your reference stays {ref}.",
                booking=page.title(),
                when=_start(page),
                ref=page.facts["ref"],
            )
            + _change_until(page)
            + money.moved(page)
        )
    return Worded(
        page.t(
            "Moved: {booking} is now on {when} (it was on {was}). Your reference stays {ref}.",
            booking=page.title(),
            when=_start(page),
            was=page.when(page.instant("was")),
            ref=page.facts["ref"],
        )
        + _change_until(page)
        + money.moved(page)
    )


def _mine(page: Page) -> Worded:
    rows = page.facts["bookings"]
    if not rows:
        return Worded(page.t("You have no bookings with us."))
    lines = []
    for row in rows:
        when = page.when(datetime.fromisoformat(row["start"]))
        line = f"{page.title(row)}, {when}, {row['ref']}"
        if row.get("rule"):
            line = f"{series.whole(page, row)}, {row['ref']}"
        if row["status"] == "awaiting_payment":
            line = page.t("{booking} (waits for the payment)", booking=line)
        if row["status"] == "awaiting_provider":
            line = page.t("{booking} (waits for an answer)", booking=line)
        lines.append(line)
    head = page.n("Your booking:", "Your bookings:", len(rows))
    return Worded("\n".join([head, *lines]))


def _ask_cancel(page: Page) -> Worded:
    facts = {"booking": page.title(), "when": _start(page)}
    if not page.facts.get("paid"):
        return ask(page, page.t("Cancel {booking} on {when}? Reply YES or NO.", **facts))
    text = page.t(
        "Cancel {booking} on {when}? {back} Reply YES or NO.", back=money.quote(page), **facts
    )
    return ask(page, text)


def _cancelled(page: Page) -> Worded:
    text = page.t(
        "Cancelled: {booking} on {when}. Hope to see you another time.",
        booking=page.title(),
        when=_start(page),
    )
    return Worded(f"{text}{money.returned(page)}")


def _about(message: str) -> Callable[[Page], Worded]:
    return lambda page: Worded(page.t(message, booking=page.title(), when=_start(page)))


def _let_go(page: Page) -> Worded:
    if page.facts.get("kept"):
        return Worded(page.t("All right, your booking stays as it was. Another time?"))
    return Worded(page.t("All right, I've let it go. Another day or time?"))


def _dropped(page: Page) -> Worded:
    if page.facts.get("kept"):
        return Worded(page.t("All right, your booking stays as it was."))
    if page.facts.get("had"):
        return Worded(page.t("All right, I've let it go. Text me whenever you like."))
    return Worded(page.t("All right. Text me whenever you like."))


def _nothing_to_change(page: Page) -> Worded:
    return Worded(page.t("You have no booking with us. Would you like to make one?"))


def t(message: str) -> str:
    """Mark a message for translation where its page is not there yet."""
    return message


NOTES: dict[str, Callable[[Page], Worded]] = {
    "booked": _booked,
    "reminder": _reminder,
    "confirm_warn": _warned,
    "unconfirmed": _unconfirmed,
    "missed": _missed,
    "coming": _coming,
    "to_pay": _to_pay,
    "request_to_pay": _request_to_pay,
    "requested": _requested,
    "request_accepted": _accepted,
    "request_declined": _declined,
    "request_lapsed": _request_lapsed,
    "hold_lapsed": _hold_lapsed,
    "moved": _moved,
    "mine": _mine,
    "ask_cancel": _ask_cancel,
    "cancelled": _cancelled,
    "gone_already": _about(t("{booking} on {when} is not open any more.")),
    "ask_move_when": _about(t("{booking} on {when}: what new day or time would you like?")),
    "kept": lambda p: Worded(p.t("All right, everything stays as it is.")),
    "let_go": _let_go,
    "dropped": _dropped,
    "nothing_to_change": _nothing_to_change,
    "too_late": _too_late,
}
