"""The page that people come back to from paying: it says what is true, in their language.

Whoever is sent back, paid or not, comes here; so it asks our own rows, which only the vendor's
signed word changes. While that is on its way the page looks again by itself.
"""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.links import PAID, Links
from core import businesses, finding, forgetting, payments
from core.db import Database
from core.finding import Booked
from dialogs.flows.about import facts_of
from dialogs.talk import written_in
from dialogs.wording.paid import page_of

_STANDING = frozenset({"confirmed", "completed", "no_show"})


def route(database: Database, links: Links) -> Route:
    """Return the page; whatever is not there is a 404."""

    def paid(request: Request) -> Response:
        named = links.read(request.path_params["token"], "paid")
        done = "done" in request.query_params
        page = _page(database, *named, done=done) if named else None
        if page is None:
            return Response("There is no such payment here.", 404, media_type="text/plain")
        return Response(page, media_type="text/html")

    return Route(PAID, paid, methods=["GET"])


def _page(database: Database, business: int, number: int, *, done: bool) -> str | None:
    with database.transaction(business) as session:
        checkout = payments.one(session, number)
        about = finding.booking(session, payments.whose(session, checkout)) if checkout else None
        whose = forgetting.language_of(session, about.person) if about else None
        if checkout is None or about is None or whose is None:
            return None
        here, back = businesses.load(session), payments.going_back(session, checkout)
        state = _of_paid(about, back) if checkout.status == "paid" else None
        waits = about.status == "awaiting_payment" and (about.expires or session.now) > session.now
        if state is None:
            state = "over" if not waits else "processing" if done else "open"
        return page_of(
            state,
            facts_of(here, about) | {"amount": back},
            here,
            language=written_in(whose.language, here),
        )


def _of_paid(about: Booked, back: int) -> str:
    """Say what became of what was paid for; `back` is how much of it goes back."""
    if about.status in _STANDING:
        return "paid"
    if about.status == "cancelled":
        return "refunded" if back else "cancelled"
    return "late"  # a payment that found its time gone goes back in the same transaction
