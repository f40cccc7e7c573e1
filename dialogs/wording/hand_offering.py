"""The words of a provider's hand on the waitlist, and of why somebody was not asked."""

from collections.abc import Callable
from datetime import datetime

from dialogs.wording import formats
from dialogs.wording.asking import ask
from dialogs.wording.hand import spans_said, t
from dialogs.wording.page import Page, Worded

_WHY = {
    "offered": t("{when}: it was offered."),
    "refused": t("{when}: the answer to it was no, or none came."),
    "asked": t("{when}: as many other offers as may be were open then."),
    "not earlier": t("{when}: that is not earlier than the booking."),
    "unreachable": t("{when}: no message gets through."),
    "quiet": t("{when}: it was night then, and the morning would have been too late."),
    "held back": t("{when}: that time is offered to nobody."),
    "before": t("{when}: somebody who waits longer was asked first."),
    "another": t("{when}: somebody else was asked first."),
    "late": t("{when}: that is too near to be offered; whoever asks first can have it."),
    "not wished": t("{when}: that is not in the time that is waited for."),
    "not free": t("{when}: it did not come free."),
}
_OTHER = t("{when}: it could not be booked for that wish.")
_NOT_WAITING = t("{name} isn't on the waitlist.")
_NOT = {
    "not waiting": _NOT_WAITING,
    "not wished": t("{name} doesn't wait for {when}."),
    "refused": t("{name} said no to {when}, or didn't answer."),
    "asked": t("{name} has as many open offers as may be."),
    "quiet": t("It's night for {name}, and the morning would be too late for {when}."),
    "unreachable": t("No message gets through to {name}."),
    "not earlier": t("{when} is not earlier than {name}'s booking."),
}
_NOT_FREE = t("{when} can't be offered to {name}: it isn't free for that.")


def _why(page: Page) -> Worded:
    if not page.facts["waiting"]:
        if page.facts["name"]:
            return Worded(page.t(_NOT_WAITING, name=page.facts["name"]))
        return Worded(
            page.t("You're not on the waitlist. Tell me what you would like to wait for.")
        )
    lines = [
        page.t(_WHY.get(one["why"], _OTHER), when=page.when(datetime.fromisoformat(one["start"])))
        for one in page.facts["lines"]
    ]
    return Worded("\n".join(lines) or page.t("Nothing that fits has come free since then."))


def _offered(page: Page) -> Worded:
    facts = {"name": page.facts["name"], "when": page.when(page.instant("start"))}
    if page.facts["heard"]:
        at = page.when(page.instant("heard"))
        return Worded(page.t("{when} is held for {name}, who hears of it at {at}.", **facts, at=at))
    return Worded(page.t("I offered {when} to {name}; the others come after that.", **facts))


def _not_offered(page: Page) -> Worded:
    facts = {"name": page.facts["name"], "when": page.when(page.instant("start"))}
    return Worded(page.t(_NOT.get(page.facts["why"], _NOT_FREE), **facts))


def _when(page: Page) -> Worded:
    return Worded(page.t("Which time? For example: offer friday 3pm to Maya."))


def _to_the_list(page: Page) -> Worded:
    spans = spans_said(page)
    return Worded(page.t("Whoever waits is asked for what is free: {spans}.", spans=spans))


def _stop(page: Page) -> Worded:
    names = [name or page.t("a customer") for name in page.facts["names"]]
    text = page.t(
        "Stop offering {spans}? It is offered to {names} just now, and I'd take that back.",
        spans=_what(page),
        names=formats.listed(names, page.locale),
    )
    return ask(page, text)


def _no_offers(page: Page) -> Worded:
    text = page.t(
        "I offer {spans} to nobody any more. Reply UNDO to take it back.", spans=_what(page)
    )
    return Worded(text)


def _what(page: Page) -> str:
    return page.t("your time") if page.facts["everything"] else spans_said(page)


def _withdrawn(page: Page) -> Worded:
    when = page.when(page.instant("start"))
    return Worded(
        page.t(
            "I'm sorry, {when} can't be had after all. You keep your place on the waitlist.",
            when=when,
        )
    )


NOTES: dict[str, Callable[[Page], Worded]] = {
    "wait_why": _why,
    "wait_withdrawn": _withdrawn,
    "hand_offered": _offered,
    "hand_offer_not": _not_offered,
    "hand_offer_when": _when,
    "hand_to_the_list": _to_the_list,
    "hand_stop_offers": _stop,
    "hand_no_offers": _no_offers,
}
