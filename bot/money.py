"""What a vendor tells of money, kept once: from its door, the demo's pretended page, a replay."""

from channels.till import News
from core import businesses, payment_events
from core.db import Database
from core.payment_events import Told
from workers.measures import MONEY


def heard(database: Database, news: News) -> bool | None:
    """Keep a piece of news and wake whoever settles it.

    False where it came before, None where there is no such business.
    """
    business = businesses.find(database, news.business)
    if business is None:
        return None
    told = Told(
        at=news.at,
        amount=news.amount,
        currency=news.currency,
        checkout=news.checkout,
        page=news.page,
        payment=news.payment,
        refund=news.refund,
        number=news.number,
        state=news.state,
    )
    with database.transaction(business) as session:
        kept = payment_events.store(session, event=news.event, kind=news.kind, told=told)
    if kept is None:
        return False
    MONEY.labels(news.kind).inc()
    return True
