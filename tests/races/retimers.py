"""What clients do when clock rules have changed: two of them retime, all others book."""

from core import businesses
from core.retiming import retime
from core.timetable import materialise
from races import clients
from races.racing import Answers, Client


def retime_or_book(client: Client) -> Answers:
    """Retime the whole book, and lay out its classes; or try to get what is wished."""
    if client.number % 32:
        return clients.book(client)
    answers: Answers = []
    for _ in range(client.facts["attempts"]):
        with client.database.transaction(client.business) as session:
            business = businesses.load(session)
            found = retime(session, business=business, now=session.now, keep=True)
        with client.database.transaction(client.business) as session:
            materialise(session, businesses.load(session))
        answers += ["retimed"] * len(found.moved) + ["stuck"] * len(found.stuck)
    return answers
