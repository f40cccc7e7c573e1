"""The words of what is asked by the way, of manners, and of what was not understood."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from core.deadline import Deadline
from core.rules import Service
from dialogs.wording import formats
from dialogs.wording.asking import ask
from dialogs.wording.page import Page, Worded

_ALL = 100  # percent
_SOME_DAY = date(2026, 1, 5)  # for a wall time of any day
_EXAMPLE = timedelta(minutes=90)  # after opening: a time that a first example can name


def _prices(page: Page) -> Worded:
    rows = []
    for service in map(page.business.service, page.facts["services"]):
        name = service.name(page.language)
        cost = page.money(service.price) if service.price else page.t("free")
        if service.per_head and service.price:
            cost = page.t("{money} per person", money=cost)
        rows.append(
            page.t("{service}: {money}", service=name, money=cost) + _advance(page, service)
        )
        for extra in service.extras:
            more = page.money(extra.price) if extra.price else page.t("free")
            added = page.t("{service}: {money}", service=extra.name(page.language), money=more)
            rows.append(f"+ {added}")
    return Worded("\n".join(rows))


def _advance(page: Page, service: Service) -> str:
    """Return how much of a price is paid in advance, with a space before it."""
    rule = service.payment
    if rule is None or page.business.payments != "link":
        return ""
    if rule.kind == "full":
        return " " + page.t("(in advance)")
    facts = {"money": page.money(rule.amount), "n": rule.from_party}
    if rule.per_head:
        said = page.t("{money} per person in advance", **facts)
    else:
        said = page.t("{money} in advance", **facts)
    if rule.from_party > 1:
        said = page.t("{said} for {n} people or more", said=said, n=rule.from_party)
    return f" ({said})"


def _policy(page: Page) -> Worded:
    tiers = [_tier(page, *tier) for tier in page.facts["tiers"]]
    rule = page.facts.get("change_until")
    alone = [page.t("You can cancel or move {deadline}.", deadline=_deadline(page, rule))]
    if not tiers:
        free = page.t("You can cancel at any time without a fee.")
        return Worded(alone[0] if rule else free)
    said = ", ".join(tiers)
    back = page.t(
        "If you cancel, what you paid comes back: {tiers}, nothing after that.", tiers=said
    )
    return Worded(" ".join([*alone, back] if rule else [back]))


def _deadline(page: Page, rule: Mapping[str, Any] | None) -> str:
    """Return the latest moment for a change: "by text until 24 hours before"."""
    kept = Deadline.from_json(rule)
    if kept is None:
        return ""
    if kept.minutes is not None:
        return page.t("by text until {duration} before", duration=page.duration(kept.minutes))
    if kept.days:
        eve = datetime.combine(_SOME_DAY, kept.at, page.business.zone)
        at = formats.clock(eve, page.locale, page.business.zone)
        return page.t("by text until {time} the day before", time=at)
    return page.t("by text until the day itself")


def _tier(page: Page, percent: int, until: str, hours: int) -> str:
    share = page.t("all of it") if percent == _ALL else f"{percent}%"
    if until == "day":
        return page.t("{share} until the day itself", share=share)
    if until != "hours":
        at, zone = time.fromisoformat(until.partition("d")[2]), page.business.zone
        eve = formats.clock(datetime.combine(_SOME_DAY, at, zone), page.locale, zone)
        return page.t("{share} until {time} the day before", share=share, time=eve)
    if not hours:
        return page.t("{share} until it begins", share=share)
    return page.n(
        "{share} until {n} hour before", "{share} until {n} hours before", hours, share=share
    )


def _question(page: Page) -> Worded:
    human, again = page.facts["human"], page.facts.get("again")
    if page.facts.get("reached"):
        if again:
            text = page.t("Only {human} can tell you that as well: reply HUMAN.", human=human)
        else:
            text = page.t("I don't know that, but {human} does: reply HUMAN.", human=human)
    elif again:
        text = page.t("Only {human} can tell you that as well.", human=human)
    else:
        text = page.t("I don't know that; {human} can tell you.", human=human)
    if page.facts.get("address"):
        text += " " + page.t(
            "{name}: {address}", name=page.business.name, address=page.facts["address"]
        )
    return Worded(text)


def _hours(page: Page) -> Worded:
    rows = []
    for row in page.facts["days"]:
        on = date.fromisoformat(row["day"])
        said = ", ".join(page.spans(row["spans"])) or page.t("closed")
        if not row["spans"] and row.get("why"):
            said = page.t("closed ({why})", why=page.reason(row["why"], on))
        rows.append(page.t("{day}: {hours}", day=page.day(on), hours=said))
    return Worded("\n".join(rows))


def _address(page: Page) -> Worded:
    place = page.facts["address"]
    if not place:
        human = page.business.contact.human
        return Worded(page.t("{human} can tell you where we are.", human=human))
    return Worded(page.t("{name}: {address}", name=page.business.name, address=place))


def _human(page: Page) -> Worded:
    human = page.facts["human"]
    if page.facts.get("told"):
        return Worded(page.t("I've told {human}, who will get back to you.", human=human))
    return Worded(page.t("Please turn to {human} for that; I only take bookings.", human=human))


def _not_by_text(page: Page) -> Worded:
    human = page.facts["human"]
    if page.facts.get("own"):
        text = page.t("I can't do that by text yet.")
    elif page.facts.get("reached"):
        text = page.t("I can't do that by text yet, but {human} can: reply HUMAN.", human=human)
    else:
        text = page.t("I can't do that by text yet; please ask {human}.", human=human)
    return Worded(text)


def example(page: Page) -> str:
    """Return a service and a time at which the place is open: "haircut tomorrow at 10:30 AM"."""
    service = page.business.services[0].name(page.language).lower()
    if not page.business.hours:
        return page.t("{service} tomorrow", service=service)
    shift = max(page.business.hours[:2], key=lambda s: s.opens)
    opens = datetime.combine(date(2026, 1, 1), shift.opens, tzinfo=page.zone)
    return page.t(
        "{service} tomorrow at {time}", service=service, time=page.clock(opens + _EXAMPLE)
    )


def _hello(page: Page) -> Worded:
    name = page.facts.get("name")
    hello = page.t("Hello {name}!", name=name) if name else page.t("Hello!")
    if page.facts.get("provider"):
        return Worded(f"{hello} " + page.t("Text TODAY for your day, HELP for more."))
    text = page.t(
        'This is {name}. Tell me what you would like and when, such as "{example}".',
        name=page.business.name,
        example=example(page),
    )
    return Worded(f"{hello} {text}")


def _unknown_1(page: Page) -> Worded:
    if page.facts.get("what", "text") != "text":
        return Worded(page.t("I can only read text. What would you like to book, and when?"))
    match page.facts.get("state"):
        case "proposal" | "cancelling":
            return ask(page, page.t("Was that a yes or a no?"))
        case "choice" | "which":
            return Worded(page.t("Which one do you mean? Send me its number."))
        case "when":
            return Worded(page.t("Sorry, which day and time?"))
        case "party":
            return Worded(page.t("Sorry, for how many people?"))
    return Worded(page.t("Sorry, I didn't get that. What would you like to book, and when?"))


def _unknown_2(page: Page) -> Worded:
    return Worded(
        page.t(
            'I\'m only good at bookings. Try "{example}", MY BOOKINGS or HELP.',
            example=example(page),
        )
    )


def _unknown_human(page: Page) -> Worded:
    human = page.facts["human"]
    if page.facts.get("told"):
        return Worded(
            page.t("I'm sorry, I don't understand. I've told {human}, who will help.", human=human)
        )
    return Worded(
        page.t("I'm sorry, I don't understand. {human} can help you better.", human=human)
    )


def _help(page: Page) -> Worded:
    return Worded(
        page.t(
            "{name}. Text me what and when to book, MY BOOKINGS, CANCEL, RESCHEDULE, HOURS, PRICES "
            "or HUMAN for {human}. STOP ends all messages.",
            name=page.business.name,
            human=page.business.contact.human,
        )
    )


def _nothing_open(page: Page) -> Worded:
    if page.facts.get("again"):
        return Worded(page.t('Tell me what and when, such as "{example}".', example=example(page)))
    return Worded(page.t("There's nothing open right now. What would you like to book, and when?"))


def _stopped(page: Page) -> Worded:
    text = page.t(
        "{name}: you won't get any more messages from us. Text START to undo this.",
        name=page.facts["name"],
    )
    if page.facts.get("bookings"):
        stands = page.n(
            "Your booking stands; {human} can change it.",
            "Your bookings stand; {human} can change them.",
            page.facts["bookings"],
            human=page.business.contact.human,
        )
        text = f"{text} {stands}"
    return Worded(text)


def _zone(page: Page) -> str:
    return formats.zone_long(page.facts["zone"], page.locale)


def zone_set(page: Page, facts: Mapping[str, Any]) -> str:
    """Return in which zone times are shown from now on, or from the first day until the last."""
    zone = formats.zone_long(facts["zone"], page.locale)
    first, last = facts.get("first"), facts.get("last")
    if last is None:
        return page.t("From now on I show your times in {zone}.", zone=zone)
    last = page.day(date.fromisoformat(last))
    if first is None:
        return page.t("Until {last} I show your times in {zone}.", last=last, zone=zone)
    first = page.day(date.fromisoformat(first))
    return page.t(
        "From {first} to {last} I show your times in {zone}.", first=first, last=last, zone=zone
    )


def _languages(page: Page) -> str:
    names = [str(page.locale.languages.get(code, code)) for code in page.facts["languages"]]
    return formats.listed(names, page.locale)


NOTES: dict[str, Callable[[Page], Worded]] = {
    "prices": _prices,
    "policy": _policy,
    "question": _question,
    "why_name": lambda p: Worded(
        p.t(
            "So that {human} knows who is coming. Reply NO to leave it out.",
            human=p.facts["human"],
        )
    ),
    "hours": _hours,
    "address": _address,
    "human": _human,
    "not_by_text": _not_by_text,
    "hello": _hello,
    "help": _help,
    "thanks": lambda p: Worded(p.t("You're welcome!")),
    "bye": lambda p: Worded(p.t("See you!")),
    "nothing_open": _nothing_open,
    "stale": lambda p: Worded(p.t("That question is closed. What would you like to do?")),
    "unknown_1": _unknown_1,
    "unknown_2": _unknown_2,
    "unknown_human": _unknown_human,
    "broken": lambda p: Worded(
        p.t(
            "Something went wrong on our side. Please try again, or turn to {human}.",
            human=p.facts["human"],
        )
    ),
    "slow_down": lambda p: Worded(
        p.t("That is faster than I can read. Please wait a minute, then write again.")
    ),
    "stopped": _stopped,
    "started": lambda p: Worded(p.t("{name}: good to have you back.", name=p.facts["name"])),
    "named": lambda p: Worded(p.t("Thank you, {name}!", name=p.facts["name"])),
    "nameless": lambda p: Worded(p.t("All right. See you then!")),
    "ask_zone": lambda p: Worded(
        p.t("I show your times in {zone}. Which city are you in?", zone=_zone(p))
    ),
    "zone_set": lambda p: Worded(zone_set(p, p.facts)),
    "language_set": lambda p: Worded(p.t("All right, English it is.")),
    "language_unknown": lambda p: Worded(
        p.t("I'm sorry, here I only speak {languages}.", languages=_languages(p))
    ),
}
