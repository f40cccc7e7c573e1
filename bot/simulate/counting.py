"""What became of the town's book, counted from the rows; and what must be nought.

The oracle of the reminders asks the rules and the events of each booking, not the due work; that of
the line asks the wishes and the offers, not the cells.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import quantiles
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text

from bot.simulate.town import Town
from core import people, reminding
from core.db import Session
from core.rules import Business
from core.waitlist import waiting_of
from dialogs.flows import telling

_LATE = timedelta(minutes=1)  # after which a reminder counts as late
_OVERDUE = timedelta(seconds=2)  # by which an offer may outlive its deadline
_SHOWN = 5  # of what must not be
_ENDED = 1.0  # seconds: what ended at a reminder's moment need not be reminded of


@dataclass
class Count:
    """The counts of the table; `never` says of what must not be where it was found."""

    counts: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    offers: Counter[str] = field(default_factory=Counter)
    refills: list[float] = field(default_factory=list)  # minutes
    taken: dict[tuple[int, int, str], float] = field(default_factory=dict)  # hours of a day
    never: dict[str, list[str]] = field(default_factory=dict)

    @property
    def right(self) -> bool:
        """Whether nothing is there that must not be."""
        return not any(self.never.values())

    def table(self, days: int, customers: int, seed: int) -> str:
        """Return the lines to print."""
        c, p = self.counts, _points(self.refills)
        refused = ", ".join(f"{n} {why}" for why, n in sorted(self.refused.items()))
        offers = ", ".join(f"{n} {how}" for how, n in sorted(self.offers.items()))
        rows = [
            ("town", f"{days} days, {customers} customers, seed {seed}"),
            ("messages", f"{c['in']} in, {c['out']} out, {c['unclear']} not understood"),
            ("booked", f"{c['booked']}, and {c['moved']} moves"),
            ("refused", f"{sum(self.refused.values())}: {refused}" if refused else "0"),
            ("cancelled", f"{c['freed']} before their time"),
            ("refilled", f"{len(self.refills)} of them, after {p} minutes (p50, p90)"),
            ("waited", f"{c['waits']} wishes, {c['claimed']} of them met"),
            ("offers", f"{sum(self.offers.values())}: {offers}" if offers else "0"),
            ("reminders", f"{c['reminders']} sent, {c['reminders late']} late"),
            ("coming", f"{c['acknowledged']} said so"),
            ("no-shows", str(c["no_show"])),
            ("sent twice", f"{c['came twice']}, where somebody died with a letter in hand"),
            ("repeats", f"{c['repeated']} messages came again"),
        ]
        rows += [(f"NEVER {what}", _named(found)) for what, found in self.never.items()]
        wide = max(len(name) for name, _ in rows)
        return "\n".join(f"{name:<{wide}}  {value}" for name, value in rows)


def _named(found: list[str]) -> str:
    return " ".join([str(len(found)), *(f"({one})" for one in found[:_SHOWN])])


def _points(found: list[float]) -> str:
    if len(found) < 2:
        return "- and -"
    cuts = quantiles(found, n=10, method="inclusive")
    return f"{cuts[4]:.0f} and {cuts[8]:.0f}"


def counted(town: Town, businesses: list[Business]) -> Count:
    """Count the books of all businesses of a town once its days are over."""
    count = Count()
    count.counts.update({k: town.counts[k] for k in ("in", "out", "came twice", "repeated")})
    count.counts["unclear"] = sum(town.counts[f"note {n}"] for n in ("problem", "unknown_human"))
    never: dict[str, list[str]] = {what: [] for what in _NEVER}
    for business in businesses:
        with town.database.transaction(business.id) as session:
            _book(session, count, business)
            _refills(session, count)
            _offers(session, count, never)
            _reminders(session, business, count, never, now=town.now)
            _line(session, never)
            _lost(session, never)
    never["a repeat was taken"] += town.taken_again
    never["sent twice though nobody died"] += [f"letter {n}" for n in town.unexplained]
    count.never = never
    return count


_NEVER = (
    "double booked",
    "a reminder was lost",
    "a reminder was doubled",
    "an offer outlived its deadline",
    "somebody was passed over unexplained",
    "a message was not answered",
    "a message broke",
    "due work broke",
    "a repeat was taken",
    "sent twice though nobody died",
)
_STATUSES = text(
    "SELECT status, count(*) AS n, count(*) FILTER (WHERE version > 1) AS moved FROM bookings"
    " WHERE business_id = :business AND purpose = 'booking'"
    " AND status IN ('confirmed', 'completed', 'no_show', 'cancelled') GROUP BY status"
)
_EVENTS = text(
    "SELECT kind, count(*) AS n FROM booking_events WHERE business_id = :business"
    " AND kind IN ('moved', 'acknowledged', 'cancelled') GROUP BY kind"
)
_REFUSED = text(
    "SELECT coalesce(facts ->> 'reason', note) AS why, count(*) AS n FROM outbox"
    " WHERE business_id = :business AND note IN ('refused', 'went') GROUP BY 1"
)
_TAKEN = text(
    "SELECT a.resource_id, lower(a.during) AS since, upper(a.during) AS until FROM allocations a"
    " JOIN bookings b ON b.business_id = a.business_id AND b.id = a.booking_id"
    " WHERE a.business_id = :business AND b.status IN ('confirmed', 'completed', 'no_show')"
    " AND a.active"
)


def _book(session: Session, count: Count, business: Business) -> None:
    facts = {"business": session.business}
    for row in session.execute(_STATUSES, facts):
        count.counts["booked"] += row.n
        count.counts["no_show"] += row.n if row.status == "no_show" else 0
    for row in session.execute(_EVENTS, facts):
        count.counts[row.kind] += row.n
    for row in session.execute(_REFUSED, facts):
        count.refused[row.why] += row.n
    for row in session.execute(_TAKEN, facts):
        day = row.since.astimezone(business.zone).date().isoformat()
        key = (business.id, row.resource_id, day)
        hours = (row.until - row.since).total_seconds() / 3600
        count.taken[key] = count.taken.get(key, 0.0) + hours


_FREED = text("""
WITH freed AS (
    SELECT e.booking_id, e.at, b.starts_at FROM booking_events e
    JOIN bookings b ON b.business_id = e.business_id AND b.id = e.booking_id
    WHERE e.business_id = :business AND e.kind = 'cancelled' AND b.purpose = 'booking'
      AND b.starts_at > e.at),
spots AS (
    SELECT f.booking_id, f.at, a.resource_id, a.seat, a.during FROM freed f JOIN allocations a
    ON a.business_id = :business AND a.booking_id = f.booking_id)
SELECT s.booking_id, s.at, min(c.at) AS again FROM spots s
LEFT JOIN allocations o ON o.business_id = :business AND o.resource_id = s.resource_id
    AND o.seat = s.seat AND o.booking_id <> s.booking_id AND o.during && s.during
LEFT JOIN booking_events c ON c.business_id = :business AND c.booking_id = o.booking_id
    AND c.kind IN ('confirmed', 'moved') AND c.at > s.at
GROUP BY s.booking_id, s.at
""")


def _refills(session: Session, count: Count) -> None:
    """Count what was cancelled before its time, and how soon somebody else had some of it."""
    for row in session.execute(_FREED, {"business": session.business}):
        count.counts["freed"] += 1
        if row.again is not None:
            count.refills.append((row.again - row.at).total_seconds() / 60)


_OFFERS = text(
    "SELECT id, status, answer_by, closed_at, slotkeeper_now() AS now FROM offers"
    " WHERE business_id = :business AND sent_at IS NOT NULL"
)
_WAITS = text(
    "SELECT count(*) AS n, count(*) FILTER (WHERE status = 'booked') AS met FROM waits"
    " WHERE business_id = :business"
)


def _offers(session: Session, count: Count, never: dict[str, list[str]]) -> None:
    facts = {"business": session.business}
    for row in session.execute(_OFFERS, facts):
        count.offers[row.status] += 1
        if (row.closed_at or row.now) - row.answer_by > _OVERDUE:
            never["an offer outlived its deadline"].append(f"offer {row.id}, {row.status}")
    row = session.execute(_WAITS, facts).one()
    count.counts["waits"] += row.n
    count.counts["claimed"] += row.met


# Each booking that had a time, since when it has the one it has, and when it ended, if it did.
_TIMED = text("""
SELECT b.id, b.ref, b.person_id, b.service_id, b.version, b.starts_at, b.status,
    (SELECT max(e.at) FROM booking_events e WHERE e.business_id = :business AND e.booking_id = b.id
       AND e.kind IN ('confirmed', 'moved')) AS since,
    (SELECT max(e.at) FROM booking_events e WHERE e.business_id = :business AND e.booking_id = b.id
       AND e.kind = 'cancelled') AS ended
FROM bookings b WHERE b.business_id = :business AND b.purpose = 'booking'
  AND b.status IN ('confirmed', 'completed', 'no_show', 'cancelled')
""")
_REMINDED = text(
    "SELECT key, status, due_at, sent_at FROM outbox WHERE business_id = :business"
    " AND note = 'reminder'"
)


def _reminders(
    session: Session,
    business: Business,
    count: Count,
    never: dict[str, list[str]],
    *,
    now: datetime,
) -> None:
    """Ask of each booking which reminders it should have had by now, and whether each is there."""
    facts = {"business": session.business}
    sent: dict[str, Any] = {}
    for row in session.execute(_REMINDED, facts).all():
        if row.key in sent:
            never["a reminder was doubled"].append(row.key)
        sent[row.key] = row
        count.counts["reminders"] += row.status == "sent"
        late = row.sent_at is not None and row.sent_at - row.due_at > _LATE
        count.counts["reminders late"] += late
    zones: dict[int, ZoneInfo] = {}
    for row in session.execute(_TIMED, facts).all():
        if row.since is None:
            continue
        if row.person_id not in zones:
            reader = people.of_person(session, row.person_id)
            if reader is None:
                continue
            zones[row.person_id] = telling.nights_of(reader, business)
        rules = reminding.rules_of(business, business.service_by_id.get(row.service_id))
        until = min(row.ended or now, now) - timedelta(seconds=_ENDED)
        for one in reminding.ahead(
            business, rules, row.starts_at, reader=zones[row.person_id], now=row.since
        ):
            key = f"remind:{row.id}:{row.version}:{one.rule}"
            if one.at < until and key not in sent:
                never["a reminder was lost"].append(f"{row.ref}, {key}, at {one.at:%d %H:%M}")


_MADE = text(
    "SELECT o.wait_id, o.service_id, o.provider_id, o.starts_at, o.created_at, w.party"
    " FROM offers o JOIN waits w ON w.business_id = o.business_id AND w.id = o.wait_id"
    " WHERE o.business_id = :business ORDER BY o.id"
)
_LINE = text(
    "SELECT w.id, w.person_id, w.service_id, w.provider_id, w.party, w.extras, w.for_id,"
    " w.windows, w.without,"
    " w.until, w.status, w.created_at, least((SELECT max(o.closed_at) FROM offers o"
    " WHERE o.business_id = :business AND o.wait_id = w.id AND o.status = 'taken'),"
    " b.created_at) AS met FROM waits w"
    " LEFT JOIN bookings b ON b.business_id = w.business_id AND b.id = w.booking_id"
    " WHERE w.business_id = :business ORDER BY w.id"
)
_WHY = text("SELECT wait_id, starts_at FROM wait_decisions WHERE business_id = :business")


def _line(session: Session, never: dict[str, list[str]]) -> None:
    """Ask of each offer who stood before, whose wish it fits, and whether it is said why not."""
    facts = {"business": session.business}
    said = {(row.wait_id, row.starts_at) for row in session.execute(_WHY, facts)}
    line = session.execute(_LINE, facts).all()
    for offer in session.execute(_MADE, facts).all():
        for one in line:
            if one.id >= offer.wait_id:
                break
            alike = (one.service_id, one.party) == (offer.service_id, offer.party)
            if not alike or (one.id, offer.starts_at) in said or not _waited(one, offer):
                continue
            by = one.provider_id in {None, offer.provider_id}
            if by and waiting_of(one).fits(offer.starts_at):
                found = f"wish {one.id} for {offer.starts_at:%d %H:%M}, offered to {offer.wait_id}"
                never["somebody was passed over unexplained"].append(found)


def _waited(one: Any, offer: Any) -> bool:  # noqa: ANN401 - rows
    """Whether somebody surely was waiting when an offer was made; who left had their reasons."""
    if one.status == "left" or one.created_at > offer.created_at or one.until <= offer.created_at:
        return False
    return one.status == "waiting" or (one.met is not None and one.met > offer.created_at)


_LOST = {
    "double booked": (
        "SELECT 'allocations ' || a.id || ' and ' || b.id AS found FROM allocations a"
        " JOIN allocations b ON b.business_id = a.business_id AND a.resource_id = b.resource_id"
        " AND a.seat = b.seat AND a.id < b.id"
        " AND a.during && b.during WHERE a.business_id = :business AND a.active AND b.active"
    ),
    "a message was not answered": (
        "SELECT message_id AS found FROM inbox WHERE business_id = :business"
        " AND answered_at IS NULL"
    ),
    "a message broke": (
        "SELECT message_id || ': ' || error AS found FROM inbox WHERE business_id = :business"
        " AND error IS NOT NULL"
    ),
    "due work broke": (
        "SELECT key || ': ' || error AS found FROM due_work WHERE business_id = :business"
        " AND error IS NOT NULL"
    ),
}


def _lost(session: Session, never: dict[str, list[str]]) -> None:
    for what, question in _LOST.items():
        rows = session.execute(text(question), {"business": session.business})
        never[what] += [str(row.found) for row in rows]
