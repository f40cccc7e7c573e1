"""The words that only the picture of an agenda has: what its colours mean, how many it lists."""

from dialogs.wording.page import Page


def unsettled(page: Page) -> dict[str, str]:
    """Return what is said of a booking that is not sure yet, by kind (see `dialogs.picture`)."""
    return {"held": page.t("held"), "asked": page.t("to confirm"), "unpaid": page.t("to be paid")}


def bookings(page: Page, count: int) -> str:
    """Return how many bookings are listed in one place."""
    return page.n("{n} booking", "{n} bookings", count)
