"""The words of questions to the customer while a booking is being made, moved or cancelled."""

from collections.abc import Callable
from datetime import datetime

from dialogs.wording import money
from dialogs.wording.page import Page, Worded, stays
from dialogs.wording.refusals import why


def yes_no(page: Page) -> tuple[str, str]:
    """Return the labels of the two answers."""
    return page.t("Yes"), page.t("No")


def ask(page: Page, text: str) -> Worded:
    """Return a question that wants a yes or a no."""
    return Worded(text, yes_no(page), yes_no=True)


def _ask_service(page: Page) -> Worded:
    names = tuple(page.service(o["service"]) for o in page.facts["options"])
    if page.facts.get("again"):
        return Worded(page.t("Which of these would you like?"), names)
    if page.facts.get("wish"):
        return Worded(page.t("Which service is it for?"), names)
    return Worded(page.t("What would you like to book?"), names)


def _ask_party(page: Page) -> Worded:
    if page.facts.get("again"):
        return _again_party(page)
    return Worded(page.t("For how many people?"))


def _no_party(page: Page) -> Worded:
    text = page.t(
        "I can book for 1 to {largest} people. How many will you be?",
        largest=page.facts["largest"],
    )
    return Worded(text)


def _people_or_hour(page: Page) -> Worded:
    people, hour = page.facts["options"]
    party = page.n("{n} person", "{n} people", people["party"])
    start = datetime.fromisoformat(hour["start"])
    return Worded(page.t("Is that the number of people, or the time?"), (party, page.clock(start)))


def _hesitate(page: Page) -> Worded:
    if page.facts.get("held"):
        held = page.instant("held")
        until = page.until(page.instant("until"), beside=held)
        text = page.t(
            "No hurry: I hold {when} for you until {until}. Reply YES or NO when you know.",
            when=page.when(held),
            until=until,
        )
        return ask(page, text)
    if page.facts.get("open"):
        return Worded(page.t("No hurry. Just reply when you know."))
    return Worded(page.t("No hurry. Text me when you know what you would like."))


def _again_party(page: Page) -> Worded:
    if page.facts.get("again"):
        return Worded(page.t("Just the number of people, please, for example 4."))
    return Worded(page.t("How many will you be? A number is enough."))


def _ask_when(page: Page) -> Worded:
    options = page.facts["options"]
    who = page.who(page.facts.get("provider") or 0)
    name = page.service()
    name = page.t("{service} with {who}", service=name, who=who) if who else name
    if not options:
        return Worded(page.t("{service}: when would you like to come?", service=name))
    zone = page.zones(options)
    if zone:
        text = page.t(
            "{service}: when would you like to come? The next free times ({zone}):",
            service=name,
            zone=zone,
        )
    else:
        text = page.t("{service}: when would you like to come? The next free times:", service=name)
    return Worded(text, _with_day(page))


def _with_day(page: Page) -> tuple[str, ...]:
    """Return the free times as labels that always name their day."""
    options = page.facts["options"]
    first = page.one_day(options)
    labels = page.slots(options)
    return tuple(f"{page.day(first)}, {label}" for label in labels) if first else labels


def _again_when(page: Page) -> Worded:
    if page.facts.get("again"):
        text = page.t("Please tell me a day and a time, such as TUESDAY 3 PM.")
    else:
        text = page.t('Which day and time? For example "friday at 3".')
    options = page.facts["options"]
    return Worded(text, _with_day(page) if options else ())


def _when_else(page: Page) -> Worded:
    return Worded(_held(page) + page.t("Which day or time would suit you?"))


def _held(page: Page) -> str:
    """Return the sentence that something is held meanwhile, with what follows it."""
    if not page.facts.get("held"):
        return ""
    held = page.when(page.instant("held"))
    return page.t("I still hold {when}: reply YES to book that.", when=held) + " "


def _offer(page: Page) -> Worded:
    options = page.facts["options"]
    return Worded(_held(page) + _free(page), page.slots(options))


def _free(page: Page) -> str:
    """Return the line above some free times: what, and the day and zone that they share."""
    options = page.facts["options"]
    first, zone, service = page.one_day(options), page.zones(options), page.title()
    if len(options) == 1:
        when = page.when(datetime.fromisoformat(options[0]["start"]))
        if page.facts.get("held"):
            return page.t(
                "{service}: {when} is free. Reply 1 for that.", service=service, when=when
            )
        return page.t("{service}: {when} is free. Shall I take it?", service=service, when=when)
    if first is not None and zone:
        return page.t(
            "{service} on {day} ({zone}): which time suits you?",
            service=service,
            day=page.day(first),
            zone=zone,
        )
    if first is not None:
        return page.t(
            "{service} on {day}: which time suits you?", service=service, day=page.day(first)
        )
    if zone:
        return page.t("{service} ({zone}): which of these suits you?", service=service, zone=zone)
    return page.t("{service}: which of these suits you?", service=service)


def _refused(page: Page) -> Worded:
    text = why(page)
    if page.facts.get("human") and page.facts["reason"] != "person_open":
        text += " " + page.t("{human} can help.", human=page.facts["human"])
    text = stays(page, text)
    if page.facts.get("wait"):
        text += " " + page.t("Reply WAITLIST and I'll text you if it comes free.")
    return with_options(page, text)


def _went(page: Page) -> Worded:
    when = page.when(page.instant("start"))
    text = page.t("I'm sorry, {when} has gone meanwhile.", when=when)
    if not page.facts.get("options"):
        text += " " + page.t("Which other day would suit you?")
    return with_options(page, text)


def with_options(page: Page, text: str) -> Worded:
    """Return a text with the nearest free times after it, where there are some."""
    options = page.facts.get("options") or []
    if page.facts.get("held") and not page.facts.get("resume"):
        text += " " + _held(page).rstrip()
    if not options:
        return Worded(text)
    zone = page.zones(options)
    if zone:
        text += " " + page.t("The nearest free times ({zone}):", zone=zone)
    else:
        text += " " + page.t("The nearest free times:")
    return Worded(text, _with_day(page))


def _proposal(page: Page) -> Worded:
    start = page.instant("start")
    when = page.when(start)
    until = page.until(page.instant("expires"), beside=start)
    facts = {"booking": page.title(), "when": when, "until": until, "money": money.due(page)}
    if page.facts.get("was") and page.instant("was") == start:
        text = page.t(
            "Change it to {booking} on {when}?{money} I hold that until {until}. Reply YES or NO.",
            **facts,
        )
        return ask(page, text)
    if page.facts.get("was"):
        text = page.t(
            "Move {booking} to {when}?{money} I hold the new time until {until}. Reply YES or NO.",
            **facts,
        )
        return ask(page, text)
    what = page.t("{booking} on {when}", booking=page.title(), when=when)
    if page.facts.get("extras") or _lengths(page):
        length = page.duration(int((page.instant("end") - start).total_seconds()) // 60)
        what = f"{what}, {length}"
    if page.facts.get("price"):
        what = page.t("{booking}, {money}", booking=what, money=page.money(page.facts["price"]))
    text = page.t(
        "{booking}.{money} I hold it for you until {until}. Shall I book it? Reply YES or NO.",
        **facts | {"booking": what},
    )
    return ask(page, text)


def _lengths(page: Page) -> bool:
    """Whether it depends on the provider how long the service takes."""
    service = page.business.service_by_id.get(page.facts["service"])
    return service is not None and bool(service.lengths)


def _again_proposal(page: Page) -> Worded:
    when = page.when(page.instant("start"))
    if page.facts.get("again"):
        return ask(page, page.t("Reply YES to book {when}, NO to let it go.", when=when))
    return ask(page, page.t("Was that a yes or a no to {when}?", when=when))


def _again_choice(page: Page) -> Worded:
    if page.facts.get("again"):
        text = page.t("Reply with one of the numbers, or tell me another day or time.")
    else:
        text = page.t("Which one? Send me its number.")
    return Worded(text, _with_day(page))


def _which_booking(page: Page) -> Worded:
    options = tuple(
        f"{page.title(o)}, {page.day(s)}, {page.at(s)}"
        for o in page.facts["options"]
        for s in [datetime.fromisoformat(o["start"])]
    )
    if page.facts.get("again"):
        return Worded(page.t("Please send me the number of one of them."), options)
    if page.facts["doing"] == "cancel":
        return Worded(page.t("Which one shall I cancel?"), options)
    return Worded(page.t("Which one shall I move?"), options)


def _problem(page: Page) -> Worded:
    match page.facts["problem"]:
        case "past":
            return Worded(page.t("That time has passed. Which day and time would suit you?"))
        case "impossible_time":
            return Worded(page.t("I can't find that time on the clock. What time do you mean?"))
    return Worded(page.t("I can't find that date in the calendar. Which day do you mean?"))


def _none(page: Page, text: str) -> Worded:
    if page.facts.get("held"):
        return Worded(f"{text} {_held(page).rstrip()}")
    return Worded(f"{text} {page.t('Which other day would suit you?')}")


NOTES: dict[str, Callable[[Page], Worded]] = {
    "ask_service": _ask_service,
    "ask_party": _ask_party,
    "again_party": _again_party,
    "no_party": _no_party,
    "people_or_hour": _people_or_hour,
    "hesitate": _hesitate,
    "later_than": lambda p: Worded(
        p.t("Later or earlier than what? I find no booking of yours. Which day and time is it?")
    ),
    "ask_when": _ask_when,
    "again_when": _again_when,
    "ask_when_else": _when_else,
    "again_choice": _again_choice,
    "which_time": _again_choice,
    "again_proposal": _again_proposal,
    "offer": _offer,
    "refused": _refused,
    "went": _went,
    "proposal": _proposal,
    "nothing_else": lambda p: _none(p, p.t("I find nothing else that is free.")),
    "nothing_earlier": lambda p: _none(p, p.t("Nothing earlier is free.")),
    "which_booking": _which_booking,
    "problem": _problem,
}
