"""The words of questions to the customer, of answers by the way, and of what was not understood."""

from collections.abc import Callable
from datetime import date, datetime

from dialogs.wording import formats
from dialogs.wording.page import Page, Worded
from dialogs.wording.refusals import why


def yes_no(page: Page) -> tuple[str, str]:
    """Return the labels of the two answers."""
    return page.t("Yes"), page.t("No")


def ask(page: Page, text: str) -> Worded:
    """Return a question that wants a yes or a no."""
    return Worded(text, yes_no(page), yes_no=True)


def _ask_service(page: Page) -> Worded:
    names = tuple(page.service(o["service"]) for o in page.facts["options"])
    return Worded(page.t("What would you like to book?"), names)


def _ask_party(page: Page) -> Worded:
    return Worded(page.t("For how many people?"))


def _ask_when(page: Page) -> Worded:
    options = page.slots(page.facts["options"])
    who = page.who(page.facts.get("provider") or 0)
    name = page.service()
    name = page.t("{service} with {who}", service=name, who=who) if who else name
    if not options:
        return Worded(page.t("{service}: when would you like to come?", service=name))
    text = page.t("{service}: when would you like to come? The next free times:", service=name)
    return Worded(text, options)


def _when_else(page: Page) -> Worded:
    text = page.t("Which day or time would suit you?")
    if page.facts.get("held"):
        held = page.when(page.instant("held"))
        text += " " + page.t("I still hold {when} for you.", when=held)
    return Worded(text)


def _offer(page: Page) -> Worded:
    options = page.slots(page.facts["options"])
    zone = _zone(page)
    if len(options) == 1:
        text = page.t("{service}: this is free ({zone}):", service=page.service(), zone=zone)
    else:
        text = page.t("{service}: these are free ({zone}):", service=page.service(), zone=zone)
    if page.facts.get("held"):
        held = page.when(page.instant("held"))
        text = page.t("I still hold {when} for you.", when=held) + " " + text
    return Worded(text, options)


def _zone(page: Page) -> str:
    options = page.facts["options"]
    first = datetime.fromisoformat(options[0]["start"]) if options else page.instant("start")
    return formats.zone_name(first, page.locale, page.zone)


def _refused(page: Page) -> Worded:
    text = why(page)
    if page.facts.get("human"):
        text += " " + page.t("{human} can help.", human=page.facts["human"])
    return _with_options(page, text)


def _went(page: Page) -> Worded:
    when = page.when(page.instant("start"))
    return _with_options(page, page.t("I'm sorry, {when} has just gone.", when=when))


def _with_options(page: Page, text: str) -> Worded:
    if page.facts.get("held"):
        held = page.when(page.instant("held"))
        text += " " + page.t("I still hold {when} for you.", when=held)
    options = page.slots(page.facts.get("options") or [])
    if options:
        text += " " + page.t("The nearest free times ({zone}):", zone=_zone(page))
    return Worded(text, options)


def _proposal(page: Page) -> Worded:
    when = page.when(page.instant("start"))
    until = page.until(page.instant("expires"))
    price = page.facts.get("price")
    what = page.title()
    if price:
        what = page.t("{booking}, {money}", booking=what, money=page.money(price))
    text = page.t(
        "{booking}, {when}. I'm holding it for you until {until}. Shall I book it? "
        "Reply YES or NO.",
        booking=what,
        when=when,
        until=until,
    )
    return ask(page, text)


def _which_booking(page: Page) -> Worded:
    options = tuple(
        f"{page.title(o)}, {page.day(s)}, {page.clock(s)}"
        for o in page.facts["options"]
        for s in [datetime.fromisoformat(o["start"])]
    )
    if page.facts["doing"] == "cancel":
        return Worded(page.t("Which one shall I cancel?"), options)
    return Worded(page.t("Which one shall I move?"), options)


def _problem(page: Page) -> Worded:
    if page.facts["problem"] == "past":
        return Worded(page.t("That time has passed. Which day and time would suit you?"))
    return Worded(page.t("I can't find that date in the calendar. Which day do you mean?"))


def _prices(page: Page) -> Worded:
    rows = []
    for service in map(page.business.service, page.facts["services"]):
        name = service.name(page.language)
        cost = page.money(service.price) if service.price else page.t("free")
        if service.per_head and service.price:
            cost = page.t("{money} per person", money=cost)
        rows.append(page.t("{service}: {money}", service=name, money=cost))
    return Worded("\n".join(rows))


def _policy(page: Page) -> Worded:
    rows = []
    for percent, until, hours in page.facts["tiers"]:
        if until == "day":
            rows.append(page.t("{percent}% back until the day itself", percent=percent))
        else:
            rows.append(
                page.n(
                    "{percent}% back until {n} hour before",
                    "{percent}% back until {n} hours before",
                    hours,
                    percent=percent,
                )
            )
    if not rows:
        return Worded(page.t("You can cancel at any time without a fee."))
    return Worded(page.t("If you cancel: {tiers}; after that nothing.", tiers="; ".join(rows)))


def _hours(page: Page) -> Worded:
    rows = []
    for row in page.facts["days"]:
        day = page.day(date.fromisoformat(row["day"]))
        spans = [
            f"{page.clock(datetime.fromisoformat(a))}-{page.clock(datetime.fromisoformat(b))}"
            for a, b in row["spans"]
        ]
        said = ", ".join(spans) or page.t("closed")
        if not spans and row.get("why"):
            said = page.t("closed ({why})", why=row["why"])
        rows.append(f"{day}: {said}")
    return Worded("\n".join(rows))


def _address(page: Page) -> Worded:
    if not page.facts["address"]:
        return _human(page)
    place = page.facts["address"]
    return Worded(page.t("{name}: {address}", name=page.business.name, address=place))


def _human(page: Page) -> Worded:
    human = page.business.contact.human
    return Worded(page.t("I've told {human}, who will get back to you.", human=human))


def _not_by_text(page: Page) -> Worded:
    human = page.facts["human"]
    return Worded(page.t("I can't do that by text yet; {human} can.", human=human))


def _needs_money(page: Page) -> Worded:
    return Worded(
        page.t(
            "{service} needs {money} in advance, which I can't take by text yet. "
            "{human} will gladly book it with you.",
            service=page.service(),
            money=page.money(page.facts["amount"]),
            human=page.business.contact.human,
        )
    )


def _hello(page: Page) -> Worded:
    return Worded(
        page.t(
            "Hello, this is {name}. Tell me what you'd like and when, for example "
            '"{service} tomorrow at 3".',
            name=page.business.name,
            service=page.business.services[0].name(page.language).lower(),
        )
    )


def _unknown_2(page: Page) -> Worded:
    example = page.business.services[0].name(page.language).lower()
    return Worded(
        page.t(
            'I\'m only good at bookings. Try "{service} friday at 3", "my bookings" or "help".',
            service=example,
        )
    )


def _unknown_1(page: Page) -> Worded:
    kind = page.facts.get("what", "text")
    if kind != "text":
        return Worded(page.t("I can only read text. What would you like to book, and when?"))
    match page.facts.get("state"):
        case "proposal" | "cancelling":
            return ask(page, page.t("Was that a yes or a no?"))
        case "choice" | "which":
            return Worded(page.t("Which one? Send me its number."))
        case "when":
            return Worded(page.t('Which day and time? For example "friday at 3".'))
        case "party":
            return Worded(page.t("How many will you be? A number is enough."))
        case _:
            return Worded(page.t("What would you like to book, and when?"))


def _unknown_human(page: Page) -> Worded:
    human = page.facts["human"]
    return Worded(
        page.t("I'm sorry, I don't understand. I've told {human}, who will help you.", human=human)
    )


def _help(page: Page) -> Worded:
    return Worded(
        page.t(
            "{name}. You can text what and when you'd like to book, MY BOOKINGS, CANCEL, MOVE, "
            "HOURS, PRICES, or HUMAN for {human}. STOP ends all messages.",
            name=page.business.name,
            human=page.business.contact.human,
        )
    )


def _ask_zone(page: Page) -> Worded:
    zone = page.facts["zone"]
    return Worded(page.t("I show your times in {zone}. Where are you?", zone=zone))


NOTES: dict[str, Callable[[Page], Worded]] = {
    "ask_service": _ask_service,
    "again_service": _ask_service,
    "ask_party": _ask_party,
    "again_party": lambda p: Worded(p.t("How many will you be? A number is enough.")),
    "ask_when": _ask_when,
    "again_when": lambda p: Worded(
        p.t('Which day and time? For example "friday at 3".'), p.slots(p.facts["options"])
    ),
    "ask_when_else": _when_else,
    "again_choice": lambda p: Worded(
        p.t("Which one? Send me its number."), p.slots(p.facts["options"])
    ),
    "which_time": lambda p: Worded(
        p.t("Which one? Send me its number."), p.slots(p.facts["options"])
    ),
    "again_proposal": lambda p: ask(p, p.t("Was that a yes or a no?")),
    "offer": _offer,
    "refused": _refused,
    "went": _went,
    "proposal": _proposal,
    "nothing_free": lambda p: Worded(p.t("I find nothing else that is free. Another day?")),
    "which_booking": _which_booking,
    "problem": _problem,
    "prices": _prices,
    "policy": _policy,
    "hours": _hours,
    "address": _address,
    "human": _human,
    "not_by_text": _not_by_text,
    "needs_money": _needs_money,
    "hello": _hello,
    "help": _help,
    "thanks": lambda p: Worded(p.t("You're welcome!")),
    "nothing_open": lambda p: Worded(
        p.t("There's nothing open right now. What would you like to book, and when?")
    ),
    "stale": lambda p: Worded(p.t("That question is closed. What would you like to do?")),
    "dropped": lambda p: Worded(p.t("All right, I've let it go.")),
    "unknown_1": _unknown_1,
    "unknown_2": _unknown_2,
    "unknown_human": _unknown_human,
    "broken": lambda p: Worded(
        p.t(
            "Something went wrong on our side. Please try again, or turn to {human}.",
            human=p.facts["human"],
        )
    ),
    "stopped": lambda p: Worded(
        p.t(
            "{name}: you won't get any more messages from us. Text START to undo this.",
            name=p.facts["name"],
        )
    ),
    "started": lambda p: Worded(p.t("{name}: good to have you back.", name=p.facts["name"])),
    "ask_zone": _ask_zone,
    "zone_set": lambda p: Worded(
        p.t("From now on I show your times in {zone}.", zone=p.facts["zone"])
    ),
    "language_set": lambda p: Worded(p.t("All right, English it is.")),
    "language_unknown": lambda p: Worded(
        p.t(
            "I'm sorry, here I only speak {languages}.",
            languages=formats.listed(
                [str(p.locale.languages.get(code, code)) for code in p.facts["languages"]],
                p.locale,
            ),
        )
    ),
    "bad_code": lambda p: Worded(p.t("That code is not valid. Ask for a new one.")),
    "linked": lambda p: Worded(
        p.t(
            "Hello {who}, you're linked. I'll tell you about your bookings here; "
            "text TODAY for your day, HELP for more.",
            who=p.who(),
        )
    ),
}
