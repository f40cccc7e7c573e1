"""The words of money in advance: where to pay, what came, what goes back."""

from collections.abc import Callable

from dialogs.wording.page import Page, Worded


def _facts(page: Page) -> dict[str, str]:
    return {
        "booking": page.title(),
        "when": page.when(page.instant("start")),
        "amount": page.money(page.facts["amount"]) if "amount" in page.facts else "",
    }


def _pay_here(page: Page) -> Worded:
    until = page.until(page.instant("until"), beside=page.instant("start"))
    text = page.t(
        "Please pay {amount} for {booking} on {when}; it is yours until {until}:",
        **_facts(page),
        until=until,
    )
    return Worded(f"{text}\n{page.facts['url']}")


def _pay_waits(page: Page) -> Worded:
    until = page.until(page.instant("until"), beside=page.instant("start"))
    return Worded(
        page.t(
            "{booking} on {when} needs {amount} in advance, and the page to pay at is out of reach "
            "just now. I hold the time until {until} and send you the page as soon as I can.",
            **_facts(page),
            until=until,
        )
    )


def _pay_refused(page: Page) -> Worded:
    return Worded(
        page.t(
            "I'm sorry, I can't take the {amount} for {booking} on {when}, so it is not booked. "
            "Please ask {human}.",
            **_facts(page),
            human=page.facts["human"],
        )
    )


def _paid(page: Page) -> Worded:
    return Worded(
        page.t(
            "Thank you, {amount} arrived. Booked: {booking} on {when}. Your reference is {ref}.",
            **_facts(page),
            ref=page.facts["ref"],
        )
    )


def _paid_late(page: Page) -> Worded:
    text = page.t(
        "Your {amount} came after {booking} on {when} was gone. All of it goes back to you.",
        **_facts(page),
    )
    options = page.facts.get("options")
    if not options:
        return Worded(text)
    times = "; ".join(page.slots(options))
    return Worded(text + " " + page.t("Still free: {times}.", times=times))


def _trouble(page: Page) -> Worded:
    facts = _facts(page) | {"name": page.facts["name"] or page.facts["ref"]}
    if page.facts["what"] == "dispute":
        return Worded(page.t("{name}'s bank wants {amount} back for {booking} on {when}.", **facts))
    if page.facts["what"] == "refund":
        return Worded(
            page.t(
                "The {amount} for {booking} on {when} could not be given back to {name}.", **facts
            )
        )
    text = page.t("{name} could not pay {amount} for {booking} on {when}.", **facts)
    return Worded(f"{text} ({page.facts['why']})")


def _about(text: str) -> Callable[[Page], Worded]:
    return lambda page: Worded(page.t(text, **_facts(page)))


def t(text: str) -> str:
    """Mark a text for translation where it stands; it is translated when it is worded."""
    return text


NOTES: dict[str, Callable[[Page], Worded]] = {
    "pay_here": _pay_here,
    "pay_waits": _pay_waits,
    "pay_refused": _pay_refused,
    "pay_lapsed": _about(
        t("Nothing was paid in time, so {booking} on {when} is free again for others.")
    ),
    "pay_failed": _about(t("The payment for {booking} on {when} failed, so it is not booked.")),
    "paid": _paid,
    "paid_late": _paid_late,
    "refunded": _about(
        t("{amount} for {booking} on {when} is on its way back to you; banks take some days.")
    ),
    "pay_trouble": _trouble,
}

PAGE = {  # the page that people come back to
    "paid": t("Paid, thank you. {booking} on {when} is booked; your reference is {ref}."),
    "processing": t("Your payment for {booking} on {when} is still being processed."),
    "open": t("Nothing was paid yet for {booking} on {when}."),
    "late": t("Your payment came too late for {booking} on {when}: all of it goes back to you."),
    "over": t("The time to pay for {booking} on {when} is over. Nothing was taken."),
    "cancelled": t("{booking} on {when} was cancelled."),
    "refunded": t("{booking} on {when} was cancelled; {amount} goes back to you."),
}
