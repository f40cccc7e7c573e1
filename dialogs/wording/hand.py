"""The words of a provider's own hand: previews, what was done, what their customers are told."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from dialogs.wording import formats
from dialogs.wording.asking import ask
from dialogs.wording.page import Page, Worded
from dialogs.wording.refusals import why

_MINUTE = timedelta(minutes=1)


def t(message: str) -> str:
    """Mark a message for translation where its page is not there yet."""
    return message


def _name(page: Page, facts: Mapping[str, Any]) -> str:
    return facts.get("name") or page.t("a customer")


def _what(page: Page, facts: Mapping[str, Any]) -> str:
    return page.title({**facts, "provider": None})


def stretch(page: Page, start: datetime, end: datetime) -> str:
    """Return from when to when in short: hours of a day, a day, days."""
    first, last = (moment.astimezone(page.zone) for moment in (start, end - _MINUTE))
    whole = all(m.astimezone(page.zone).time() == datetime.min.time() for m in (start, end))
    if whole and first.date() == last.date():
        return page.day(first)
    if whole:
        return page.t("{first} to {last}", first=page.day(first), last=page.day(last))
    if first.date() == last.date():
        hours = formats.span(start, end, page.locale, page.zone)
        return f"{page.day(first)}, {hours}"
    return page.t(
        "{first} to {last}",
        first=f"{page.day(first)} {page.clock(start)}",
        last=f"{page.day(last)} {page.clock(end)}",
    )


def spans_said(page: Page, name: str = "spans") -> str:
    """Return spans of a note in short, listed."""
    pairs = [map(datetime.fromisoformat, pair) for pair in page.facts[name]]
    return formats.listed([stretch(page, *pair) for pair in pairs], page.locale)


def _days(page: Page) -> str:
    """Return days with their hours: "Sat, Mar 7, 10:00 AM-2:00 PM"."""
    said = []
    for day, spans in page.facts["days"]:
        hours = [
            formats.span(
                datetime.fromisoformat(start),
                datetime.fromisoformat(end),
                page.locale,
                page.business.zone,
            )
            for start, end in spans
        ]
        said.append(f"{page.day(date.fromisoformat(day))}, {formats.listed(hours, page.locale)}")
    return formats.listed(said, page.locale)


def rows_of(page: Page) -> list[str]:
    """Return the bookings of a note, one a line, and how many more there are."""
    lines = [_row(page, row) for row in page.facts["bookings"]]
    if page.facts["more"]:
        lines.append(page.n("and {n} more", "and {n} more", page.facts["more"]))
    return lines


def _row(page: Page, row: Mapping[str, Any]) -> str:
    when = page.when(datetime.fromisoformat(row["start"]))
    return f"{when}: {_what(page, row)}, {_name(page, row)}, {row['ref']}"


def above(page: Page, head: str, rows: Sequence[str], question: str) -> Worded:
    """Word a preview: bookings one a line, and the question whether to."""
    return ask(page, "\n".join([head, *rows, f"{question} " + page.t("Reply YES or NO.")]))


def undo(page: Page, text: str) -> Worded:
    """Word what was done, and how to take it back."""
    return Worded(f"{text} " + page.t("Reply UNDO to take it back."))


def _block(page: Page) -> Worded:
    return above(
        page,
        page.t("Booked on {spans}:", spans=spans_said(page)),
        rows_of(page),
        page.t("Shall I block the rest? These stay unless you cancel or move them."),
    )


def _blocked(page: Page) -> Worded:
    text = page.t("Blocked: {spans}.", spans=formats.because(spans_said(page), page.facts))
    if not page.facts["bookings"]:
        return undo(page, text)
    still = "\n".join([page.t("Still booked then:"), *rows_of(page)])
    return Worded(f"{undo(page, text).text}\n{still}")


def _hours(page: Page) -> Worded:
    return above(
        page,
        page.t("Outside of {days} these are booked:", days=_days(page)),
        rows_of(page),
        page.t("Shall I set the hours? These stay unless you cancel or move them."),
    )


def _sick(page: Page) -> Worded:
    return above(
        page,
        page.t("Get well soon. Booked on {spans}:", spans=spans_said(page)),
        rows_of(page),
        page.t("Shall I block that time, cancel these with all their money back, and tell them?"),
    )


def _staged_sick(page: Page) -> Worded:
    text = page.t("Blocked: {spans}.", spans=spans_said(page))
    later = page.n(
        "In {n} minute I cancel the bookings and tell everyone; until then UNDO takes it all back.",
        "In {n} minutes I cancel the bookings and tell everyone; until then UNDO takes it all "
        "back.",
        page.facts["minutes"],
    )
    return Worded(f"{text} {later}")


def _staged(page: Page) -> Worded:
    return Worded(
        page.n(
            "All right. In {n} minute I do it and tell them; until then UNDO takes it back.",
            "All right. In {n} minutes I do it and tell them; until then UNDO takes it back.",
            page.facts["minutes"],
        )
    )


def _staged_book(page: Page) -> Worded:
    return Worded(
        page.n(
            "Booked: {booking} for {who}, {when}, {ref}. I tell them in {n} minute; until then "
            "UNDO takes it back.",
            "Booked: {booking} for {who}, {when}, {ref}. I tell them in {n} minutes; until then "
            "UNDO takes it back.",
            page.facts["minutes"],
            booking=_what(page, page.facts),
            who=_name(page, page.facts),
            when=page.when(page.instant("start")),
            ref=page.facts["ref"],
        )
    )


def _late(page: Page) -> Worded:
    return above(
        page,
        page.t("These would begin late:"),
        rows_of(page),
        page.t("Shall I tell them, so that who can't wait may move?"),
    )


def _about(page: Page, message: str) -> str:
    """Word a message about one booking."""
    return page.t(
        message,
        booking=_what(page, page.facts),
        who=_name(page, page.facts),
        when=page.when(page.instant("start")),
        ref=page.facts["ref"],
    )


def _asked(message: str) -> Callable[[Page], Worded]:
    return lambda page: ask(page, _about(page, message))


def _move(page: Page) -> Worded:
    return ask(
        page,
        page.t(
            "Move {booking} for {who} from {was} to {when} and tell them? Reply YES or NO.",
            booking=_what(page, page.facts),
            who=_name(page, page.facts),
            was=page.when(page.instant("was")),
            when=page.when(page.instant("start")),
        ),
    )


def _which(page: Page) -> Worded:
    head = page.t("Which booking? Say it again with its reference:")
    return Worded("\n".join([head, *rows_of(page)]))


def _refused(page: Page) -> Worded:
    return Worded(why(page) + _free(page))


def _free(page: Page) -> str:
    """Return what is free instead, as the end of a text; empty where nothing is."""
    if not page.facts["free"]:
        return ""
    options = page.facts["free"]
    one = page.one_day(options)
    said = formats.listed(page.slots(options), page.locale)
    said = f"{page.day(one)}, {said}" if one else said
    return " " + page.t("Free: {times}.", times=said)


def _book_when(page: Page) -> Worded:
    name = page.service()
    return Worded(page.t("{service}: at what time? Say it all again.", service=name) + _free(page))


def _book_what(page: Page) -> Worded:
    names = formats.listed([page.service(s) for s in page.facts["services"]], page.locale)
    return Worded(page.t("For which service? Say it again with one: {names}.", names=names))


def _who_of(page: Page) -> Worded:
    head = page.t(
        "Several people are called {name}; say it with a number:", name=page.facts["name"]
    )
    rows = [f"{one['name']} {one['number']}".rstrip() for one in page.facts["among"]]
    return Worded("\n".join([head, *rows]))


def _unblock_which(page: Page) -> Worded:
    pairs = [map(datetime.fromisoformat, pair) for pair in page.facts["spans"]]
    head = page.t("Which of these? Reply UNBLOCK with its day:")
    return Worded("\n".join([head, *(stretch(page, *pair) for pair in pairs)]))


def _not_blocked(page: Page) -> Worded:
    text = page.t("You have blocked nothing then.")
    if page.facts["elsewhere"]:
        text += " " + page.t("What is busy then comes from a calendar.")
    return Worded(text)


def _noted(page: Page) -> Worded:
    return undo(
        page,
        page.t("Noted for {who}: {text}.", who=_name(page, page.facts), text=page.facts["text"]),
    )


def _undone(page: Page) -> Worded:
    if page.facts["staged"]:
        return Worded(page.t("Taken back; nobody was told."))
    return Worded(page.t("Taken back."))


def _done(page: Page) -> Worded:
    told, left = page.facts["told"], page.facts["left"]
    lines = [page.n("Done: {n} customer told.", "Done: {n} customers told.", told)]
    if left:
        lines.append(
            page.n(
                "{n} booking had changed meanwhile and stays as it is.",
                "{n} bookings had changed meanwhile and stay as they are.",
                left,
            )
        )
    if page.facts["untold"]:
        lines.append(page.t("Done too, but I can't reach:"))
        lines += [_row(page, row) for row in page.facts["untold"]]
    return Worded("\n".join(lines))


def _cancelled(page: Page) -> Worded:
    text = page.t(
        "I'm sorry, {who} can't be there: {booking} on {when} is cancelled.",
        who=page.who(page.facts["by"]),
        booking=page.service(),
        when=page.when(page.instant("start")),
    )
    if page.facts["paid"]:
        text += " " + page.t("All that you paid comes back.")
    return Worded(text + _free(page) + " " + page.t("Reply with another day or time."))


def _moved(page: Page) -> Worded:
    return Worded(
        page.t(
            "{who} had to move {booking} from {was} to {when}. Reply YES if that suits you, MOVE "
            "for another time, or CANCEL.",
            who=page.who(page.facts["by"]),
            booking=page.service(),
            was=page.when(page.instant("was")),
            when=page.when(page.instant("start")),
        )
    )


def _running_late(page: Page) -> Worded:
    return Worded(
        page.n(
            "{who} is running {n} minute late: {booking} begins about {then}. If you can't wait, "
            "reply MOVE or CANCEL.",
            "{who} is running {n} minutes late: {booking} begins about {then}. If you can't wait, "
            "reply MOVE or CANCEL.",
            page.facts["minutes"],
            who=page.who(page.facts["by"]),
            booking=page.service(),
            then=page.at(page.instant("then")),
        )
    )


def _booked_for(page: Page) -> Worded:
    return Worded(
        page.t(
            "{place}: {who} has booked you in for {booking} on {when}. Your reference is {ref}. "
            "Reply MOVE or CANCEL to change it.",
            place=page.business.name,
            who=page.who(page.facts["by"]),
            booking=page.service(),
            when=page.when(page.instant("start")),
            ref=page.facts["ref"],
        )
    )


def _plain(message: str) -> Callable[[Page], Worded]:
    return lambda page: Worded(page.t(message))


NOTES: dict[str, Callable[[Page], Worded]] = {
    "hand_own_book": _plain(t("You can only change your own book.")),
    "hand_when": _plain(t("Which day, and which hours? Please say it all again.")),
    "hand_no_series": _plain(
        t("I can change the hours of days that you name, not those of every week.")
    ),
    "hand_block": _block,
    "hand_blocked": _blocked,
    "hand_hours": _hours,
    "hand_hours_set": lambda p: undo(p, p.t("Your hours: {days}.", days=_days(p))),
    "hand_unblock_which": _unblock_which,
    "hand_not_blocked": _not_blocked,
    "hand_unblocked": lambda p: undo(p, p.t("Free again: {spans}.", spans=spans_said(p))),
    "hand_sick": _sick,
    "hand_sick_free": lambda p: undo(
        p, p.t("Get well soon. Blocked: {spans}; nobody was booked.", spans=spans_said(p))
    ),
    "hand_staged_sick": _staged_sick,
    "hand_staged": _staged,
    "hand_staged_book": _staged_book,
    "hand_late": _late,
    "hand_late_how_long": _plain(t("How many minutes late? Please say it all again.")),
    "hand_late_nobody": _plain(t("Nobody is booked today who would have to wait.")),
    "hand_cancel": _asked(
        t("Cancel {booking} for {who}, {when}, {ref}, and tell them? Reply YES or NO.")
    ),
    "hand_which": _which,
    "hand_none_such": _plain(t("I find no such booking.")),
    "hand_move": _move,
    "hand_move_when": lambda p: Worded(
        _about(p, t("Move {booking} for {who}, {when}, {ref}: to when? Please say it all again."))
    ),
    "hand_refused": _refused,
    "hand_gone": _plain(t("That is not open any more, so nothing was done. Please say it again.")),
    "hand_no_show": lambda p: undo(
        p, _about(p, t("Noted as not come: {booking} for {who}, {when}, {ref}."))
    ),
    "hand_no_show_none": _plain(t("I find no booking that has begun.")),
    "hand_note_what": _plain(t("What shall I note? Please say it all again.")),
    "hand_noted": _noted,
    "hand_who": _plain(t("For whom? Say it again with a name or a phone number.")),
    "hand_who_of": _who_of,
    "hand_unknown": lambda p: Worded(
        p.t("I don't know {name}. Say it again with a phone number.", name=p.facts["name"])
    ),
    "hand_book_what": _book_what,
    "hand_book_when": _book_when,
    "hand_book": _asked(t("Book {booking} for {who}, {when}, and tell them? Reply YES or NO.")),
    "hand_left": _plain(t("All right, everything stays as it is.")),
    "hand_unclear": lambda p: ask(p, p.t("Shall I do that? Reply YES or NO.")),
    "hand_nothing_to_undo": _plain(t("There is nothing to take back.")),
    "hand_told_already": _plain(t("That is done and everyone was told; I can't take it back.")),
    "hand_undone": _undone,
    "hand_done": _done,
    "cancelled_by_provider": _cancelled,
    "moved_by_provider": _moved,
    "late_provider": _running_late,
    "booked_by_provider": _booked_for,
    "hand_suits": _plain(t("Good, see you then.")),
    "hand_suits_not": _plain(t("Reply MOVE for another time, or CANCEL.")),
}
