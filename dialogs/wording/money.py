"""The words of money beside other words: what is due, what comes back and until when."""

from datetime import datetime, time, timedelta

from dialogs.wording.page import Page


def due(page: Page) -> str:
    """Return what a proposal says of money, with a space before it; nothing where there is none."""
    facts = page.facts
    if facts.get("there"):
        return there(page)
    if facts.get("returns"):
        return " " + page.t(
            "{money} of what you paid comes back.", money=page.money(facts["returns"])
        )
    if not facts.get("due"):
        return ""
    text = page.t("{money} is due in advance, by a link.", money=page.money(facts["due"]))
    if facts.get("back") is None:  # of a series it would be too much to read
        return f" {text}"
    if not facts["back"]:
        return f" {text} " + page.t("It does not come back if you cancel.")
    return f" {text} " + page.t("Back if you cancel: {steps}.", steps=_steps(page))


def there(page: Page) -> str:
    """Return what is to be paid at the place, with a space before it; else nothing."""
    if not page.facts.get("there"):
        return ""
    return " " + page.t("Please pay {money} when you come.", money=page.money(page.facts["there"]))


def quote(page: Page) -> str:
    """Return how much of what was paid comes back, and until when."""
    paid = page.money(page.facts["paid"])
    if not page.facts["back"]:
        return page.t("Nothing of the {money} you paid would come back any more.", money=paid)
    return page.t("Of the {money} you paid comes back: {steps}.", money=paid, steps=_steps(page))


def _steps(page: Page) -> str:
    """Return the steps: "$40 until Thu, Mar 5 at 3:00 PM; $20 until ...; nothing after that"."""
    said = [
        page.t("{money} until {until}", money=page.money(amount), until=_last(page, until))
        for until, amount in page.facts["back"]
    ]
    return "; ".join([*said, page.t("nothing after that")])


def _last(page: Page, until: str | datetime) -> str:
    """Return the last moment of a step; midnight is told as the end of the day before."""
    moment = datetime.fromisoformat(until) if isinstance(until, str) else until
    if moment.astimezone(page.zone).time() == time(0):
        moment -= timedelta(minutes=1)
    return page.by(moment, beside=page.instant("start"))


def returned(page: Page) -> str:
    """Return what a cancellation gives back, with a space before it; else nothing."""
    facts = page.facts
    if not facts.get("paid"):
        return ""
    paid, back = page.money(facts["paid"]), page.money(facts["returned"])
    if facts["returned"] == facts["paid"]:
        return " " + page.t("All of the {money} you paid goes back to you.", money=paid)
    if facts["returned"]:
        return " " + page.t(
            "{back} of the {money} you paid goes back to you.", back=back, money=paid
        )
    return " " + page.t("Nothing of the {money} you paid comes back.", money=paid)


def moved(page: Page) -> str:
    """Return what a move gives back, with a space before it; else nothing."""
    if not page.facts.get("back"):
        return ""
    return " " + page.t("{money} goes back to you.", money=page.money(page.facts["back"]))
