"""The words for providers: requests, bookings of theirs, the day."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from dialogs.wording import formats, series
from dialogs.wording.page import Page, Worded, called


def _name(page: Page, facts: Mapping[str, Any]) -> str:
    return facts.get("name") or page.t("a customer")


def _person(facts: Mapping[str, Any]) -> str:
    """Return how to find somebody: their name and address, the address alone without a name."""
    name, address = facts.get("name"), facts["address"]
    return f"{name} ({address})" if name and name != address else str(address)


def _what(page: Page, facts: Mapping[str, Any]) -> str:
    """Return service and party, for those who know who does it."""
    return page.title({**facts, "provider": None})


def _line(message: str) -> Callable[[Page], Worded]:
    """Word a note about one booking."""

    def line(page: Page) -> Worded:
        facts = page.facts
        return Worded(
            page.t(
                message,
                booking=_what(page, facts),
                who=_name(page, facts),
                when=page.when(page.instant("start")),
                ref=facts["ref"],
            )
        )

    return line


def _request(page: Page) -> Worded:
    facts = {
        "booking": _what(page, page.facts),
        "who": _name(page, page.facts),
        "when": page.when(page.instant("start")),
        "until": page.by(page.instant("until"), beside=page.instant("start")),
        "ref": page.facts["ref"],
    }
    if page.facts.get("rule"):
        text = page.t(
            "Request: {series}, for {who}. Please answer by {until}, for all of it: CONFIRM {ref} "
            "or DECLINE {ref}.",
            series=series.whole(page, {**page.facts, "provider": None}),
            who=facts["who"],
            until=facts["until"],
            ref=facts["ref"],
        )
    elif page.facts.get("was"):
        text = page.t(
            "Request: {who} would like to move {booking} from {was} to {when}. Please answer by "
            "{until}: CONFIRM {ref} or DECLINE {ref}.",
            was=page.when(page.instant("was")),
            **facts,
        )
    else:
        text = page.t(
            "Request: {booking} for {who}, {when}. Please answer by {until}: CONFIRM {ref} or "
            "DECLINE {ref}.",
            **facts,
        )
    return Worded(text, (page.t("Confirm"), page.t("Decline")), yes_no=True)


def _moved(page: Page) -> Worded:
    if page.instant("was") == page.instant("start"):
        return _line(t("Changed by {who}: {booking}, {when}, {ref}."))(page)
    return Worded(
        page.t(
            "Moved by {who}: {booking} is now {when} (it was {was}), {ref}.",
            who=_name(page, page.facts),
            booking=_what(page, page.facts),
            when=page.when(page.instant("start")),
            was=page.when(page.instant("was")),
            ref=page.facts["ref"],
        )
    )


def _meant_cancel(page: Page) -> Worded:
    return Worded(
        page.t(
            "{who} has stopped our messages by texting CANCEL. They may have meant {booking}, "
            "{when}, {ref}: it stands, please ask them.",
            who=_person(page.facts),
            booking=_what(page, page.facts),
            when=page.when(page.instant("start")),
            ref=page.facts["ref"],
        )
    )


def _which_request(page: Page) -> Worded:
    lines = [page.t("Which request? Reply CONFIRM or DECLINE with its number:")]
    for number, row in enumerate(page.facts["requests"], 1):
        start = datetime.fromisoformat(row["start"])
        lines.append(
            f"{number}. {_what(page, row)}, {_name(page, row)}, {page.when(start)}, {row['ref']}"
        )
    return Worded("\n".join(lines))


def _agenda(page: Page) -> Worded:
    first, days = date.fromisoformat(page.facts["day"]), page.facts["days"]
    rows = [*page.facts["bookings"], *page.facts.get("blocks", ())]
    rows.sort(key=lambda row: str(datetime.fromisoformat(row["start"]).astimezone(UTC)))
    lines: list[str] = []
    for n in range(days):
        day = first + timedelta(days=n)
        own = [r for r in rows if date.fromisoformat(r["day"]) == day]
        if own or days == 1:
            lines.append(f"{page.day(day)}:" if own else page.t("{day}: free", day=page.day(day)))
        lines.extend(_agenda_line(page, row) for row in own)
    if not lines and page.facts.get("today", page.facts["day"]) != page.facts["day"]:
        span = f"{page.day(first)} - {page.day(first + timedelta(days - 1))}"
        lines = [page.t("{day}: free", day=span)]
    elif not lines:
        lines = [page.t("Nothing is booked in the coming week.")]
    waiting = page.facts["requests"]
    if waiting:
        lines.append(page.n("{n} request waits for you.", "{n} requests wait for you.", waiting))
    return Worded("\n".join(lines))


def _agenda_line(page: Page, row: Mapping[str, Any]) -> str:
    start = datetime.fromisoformat(row["start"])
    if "ref" not in row:
        if row["whole"]:
            return formats.because(page.t("blocked all day"), row)
        end = datetime.fromisoformat(row["end"])
        hours = formats.span(start, end, page.locale, page.zone)
        return formats.because(page.t("{hours} blocked", hours=hours), row)
    line = f"{page.clock(start)} {_what(page, row)}, {_name(page, row)}"
    if row.get("noted"):
        line = f"{line} ({row['noted']})"
    if row.get("coming"):
        line = page.t("{booking} - will come", booking=line)
    if row["status"] == "awaiting_provider":
        line = page.t("{booking} (request {ref})", booking=line, ref=row["ref"])
    return line


def _help(page: Page) -> Worded:
    return Worded(
        page.t("Text TODAY, TOMORROW or WEEK for your bookings, CONFIRM or DECLINE for a request.")
    )


def _person_says(message: str) -> Callable[[Page], Worded]:
    """Word a note about a person and what they wrote, or could not be told."""

    def line(page: Page) -> Worded:
        said = page.facts["text"] or page.t("(a message without words)")
        return Worded(page.t(message, who=_person(page.facts), text=said))

    return line


def _undelivered(page: Page) -> Worded:
    said = page.t(
        "I couldn't reach {who} to say: {text}",
        who=_person(page.facts),
        text=page.facts["text"] or page.t("(a message without words)"),
    )
    if not page.facts.get("channel"):
        return Worded(said)
    name = called(page.facts["channel"])
    return Worded(said + "\n" + page.t("I'm trying {channel} instead.", channel=name))


def _wants_change(page: Page) -> Worded:
    if page.facts["doing"] == "cancel":
        message = t("{who} asks to cancel {booking}, {when}, {ref}, after the last moment for it.")
    else:
        message = t("{who} asks to move {booking}, {when}, {ref}, after the last moment for it.")
    return _line(message)(page)


def t(message: str) -> str:
    """Mark a message for translation where its page is not there yet."""
    return message


NOTES: dict[str, Callable[[Page], Worded]] = {
    "request": _request,
    "new_booking": _line(t("New: {booking} for {who}, {when}, {ref}.")),
    "moved_provider": _moved,
    "unconfirmed_provider": _line(
        t(
            "{who} did not say whether they come to {booking}, {when}, {ref}, and my question may "
            "not have arrived; it stands."
        )
    ),
    "released_provider": _line(
        t("{who} did not say whether they come, so I released {booking}, {when}, {ref}.")
    ),
    "cancelled_provider": _line(t("Cancelled by {who}: {booking}, {when}, {ref}.")),
    "forgotten_provider": _line(
        t("Cancelled, as its customer asked to be forgotten: {booking}, {when}, {ref}.")
    ),
    "request_lapsed_provider": _line(
        t("The request {ref} ({booking} for {who}, {when}) has lapsed.")
    ),
    "you_accepted": _line(t("Confirmed: {booking} for {who}, {when}, {ref}. I've told them.")),
    "you_declined": _line(t("Declined: {booking} for {who}, {when}, {ref}. I've told them.")),
    "request_gone": _line(t("{booking} for {who}, {when}, {ref}: that is not open any more.")),
    "which_request": _which_request,
    "no_request": lambda p: Worded(p.t("No request waits for you.")),
    "agenda": _agenda,
    "opted_out": _line(
        t("{who} has stopped our messages and won't hear of {booking}, {when}, {ref}; it stands.")
    ),
    "meant_cancel": _meant_cancel,
    "providers_only": lambda p: Worded(p.t("Only our own people can do that.")),
    "help_provider": _help,
    "wants_change": _wants_change,
    "wants_human": _person_says(t("{who} would like to talk to you: {text}")),
    "not_understood": _person_says(t("I can't make out what {who} wants: {text}")),
    "undelivered": _undelivered,
    "wrote_opted_out": _person_says(
        t("{who} has stopped our messages, so I can't answer. They wrote: {text}")
    ),
}
