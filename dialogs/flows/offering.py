"""Offer time that came free to those who wait, first come first: one offer a transaction.

Whatever frees time ends here. The time is held for whom it is offered to; where it is near, several
are asked at once and the hold is theirs together. Who is passed over is kept with the reason.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from itertools import islice
from typing import Any

from core import booking, due, finding, offers, people, plans, waitlist
from core.booking import By, Held, as_kept
from core.choosing import Wanted
from core.db import Session
from core.finding import Search
from core.offers import Passed
from core.people import Reader
from core.policy import bookable
from core.rules import Business
from core.span import DAY, Span, days_between, instant
from core.waitlist import Free, Waiting
from dialogs.flows import looking, telling
from dialogs.flows.about import human_of
from dialogs.flows.holding import RefusedError

CLOCK = By("clock")
NO_OFFERS = "no_offers"  # the kind of a provider's plan that holds their time back
_PAGES = 20  # of the line that one transaction looks at
_TRIES = 3  # starts that are tried for one who waits
_STARTS = 100  # that are looked at for who just began to


@dataclass
class _Search:
    """One look at the line: what is free, who was asked already, and who was passed over."""

    session: Session
    business: Business
    free: Sequence[Free]
    refused: set[tuple[int, datetime]] = field(default_factory=set)
    asked: dict[int, int] = field(default_factory=dict)
    passed: list[Passed] = field(default_factory=list)
    made: int | None = None  # the offer, the first of several
    readers: dict[int, Reader | None] = field(default_factory=dict)
    back: Sequence[tuple[int, Span]] = ()  # whose starts of which time are offered to nobody

    def know(self, line: Sequence[Waiting]) -> None:
        """Read of the next in line what they refused, and what is open to them."""
        self.refused |= offers.refused(self.session, [one.id for one in line])
        self.asked |= offers.asked(self.session, [one.person for one in line])

    def reader(self, waiting: Waiting) -> Reader | None:
        """Return where somebody is reached, read once."""
        if waiting.person not in self.readers:
            self.readers[waiting.person] = people.of_person(self.session, waiting.person)
        return self.readers[waiting.person]

    def starts(self, waiting: Waiting) -> Iterator[Free]:
        """Yield what fits somebody's wish and was not refused by them."""
        for one in self.free:
            fits = (one.service, one.party) == (waiting.service, waiting.party)
            by = waiting.provider is None or waiting.provider in one.providers
            if fits and by and waiting.fits(one.start):
                if (waiting.id, one.start) in self.refused:
                    self.leave_out(waiting, one.start, "refused")
                elif self._held_back(one):
                    self.leave_out(waiting, one.start, "held back")
                else:
                    yield one

    def _held_back(self, one: Free) -> bool:
        """Whether everybody who could do it offers nothing then, or the business's human said so.

        Where nobody does it, as at a table, whoever hears of it is asked nothing either.
        """
        whose = {who for who, span in self.back if span.start <= one.start < span.end}
        host = human_of(self.business)
        staff = {p.id for p in self.business.providers} & set(one.providers)
        return host in whose or (bool(staff) and staff <= whose)

    def leave_out(self, waiting: Waiting, start: datetime, why: str, **facts: Any) -> None:  # noqa: ANN401 - a decision's own facts
        """Keep that somebody is not asked, and why."""
        self.passed.append(Passed(waiting.id, start, why, facts))


def freed(session: Session, business: Business, *, span: Span | None, booking: int) -> None:
    """Offer what came free around a span to whoever comes first, and look again.

    Without a span each day is looked at by itself. Whose claim of the `booking` that gave its time
    back fell through waits again.
    """
    waitlist.lock_line(session)
    if booking:
        waitlist.take_back(session, booking, now=session.now)
    if span is None:
        _each_day(session, business)
        return
    around = _free(session, business, span)
    free = sorted(around, key=lambda one: abs(one.start - span.start))
    made = _to_the_first(_Search(session, business, free))
    if made is not None:  # there may be room for another
        _again(session, span, f"after:{made}")


def joined(session: Session, business: Business, wait: int) -> None:
    """Offer what came free while somebody began to wait: whoever comes first may be another."""
    waitlist.lock_line(session)
    free = _since(session, business, waitlist.entry(session, wait))
    _to_the_first(_Search(session, business, free))


def _to_the_first(look: _Search) -> int | None:
    """Walk the line until somebody can be asked; keep who was passed over, return the offer."""
    after, look.back = 0, held_back(look.session)
    for _ in range(_PAGES if look.free else 0):
        line = waitlist.in_line(look.session, look.free, after=after)
        if not line:
            break
        after = line[-1].id
        look.know(line)
        if any(_ask(look, one, line) for one in line):
            break
    offers.passed_over(look.session, look.passed, now=look.session.now)
    return look.made


def held_back(session: Session) -> list[tuple[int, Span]]:
    """Return whose starts of which time are to be offered to nobody, by their own word."""
    return [(plan.resource, span) for plan in plans.kept(session, NO_OFFERS) for span in plan.spans]


def to_one(session: Session, business: Business, wait: int, start: datetime) -> str | datetime:
    """Offer a start to one who waits, before whoever is first in line.

    Returns when they can read it; or why they cannot be asked, which is kept as well.
    """
    waitlist.lock_line(session)
    waiting = waitlist.entry(session, wait, lock=True)
    look = _Search(session, business, ())
    look.know([waiting])
    if waiting.status != "waiting":
        return "not waiting"
    if (wait, start) in look.refused:
        return "refused"
    got = _hold(look, waiting, start) if _askable(look, waiting, start) else None
    offers.passed_over(session, look.passed, now=session.now)
    if got is None:
        return look.passed[-1].why
    _tell(look, [waiting], got)
    reader = look.reader(waiting)
    return telling.heard_at(reader, business, session.now) if reader else session.now


def look_again(session: Session, spans: Sequence[Span], key: str) -> None:
    """Have whoever waits asked for what is free in some spans."""
    for number, span in enumerate(spans):
        _again(session, span, f"{key}:{number}")


def _since(session: Session, business: Business, waiting: Waiting) -> list[Free]:
    """Return the first starts that fit a wish and were not free when it was made."""
    if waiting.status != "waiting":
        return []
    whole = Span(waiting.windows[0].start, waiting.until)
    free = _free(session, business, whole, waiting)
    return list(islice((one for one in free if waiting.fits(one.start)), _STARTS))


def _each_day(session: Session, business: Business) -> None:
    """Have each day looked at by itself, after rules were changed."""
    whole = bookable(business, now=session.now)
    first, last = (edge.astimezone(business.zone).date() for edge in (whole.start, whole.end))
    for day in days_between(first, last):
        start, end = (instant(d, time(0), business.zone) for d in (day, day + DAY))
        _again(session, Span(start, end), f"day:{day}:{business.revision}")


def _again(session: Session, span: Span, key: str) -> None:
    facts = {"from": span.start.isoformat(), "until": span.end.isoformat()}
    due.post(session, kind="freed", subject=0, key=f"freed:{key}", due=session.now, facts=facts)


def _free(
    session: Session, business: Business, span: Span, only: Waiting | None = None
) -> Iterator[Free]:
    """Yield every start that somebody may wait for and that takes some of a span."""
    now, rules = session.now, business.waitlist
    wanted = [(only.service, only.party)] if only else waitlist.wanted(session)
    for number, party in wanted:
        service = business.service_by_id.get(number)
        if service not in business.services or service is None or party > service.party_max:
            continue
        before, after = service.buffers
        reach = timedelta(minutes=service.takes(None)) + before + after
        found = looking.find(
            session,
            business=business,
            search=Search(service, party),
            windows=only.windows if only else [Span(span.start - reach, span.end + before)],
            exclude=(),
            now=now,
        )
        for slot in found:
            blocked = Span(slot.start, slot.end).widened(before, after)
            in_time = offers.at_once(rules, left=slot.start - now)
            if blocked.overlaps(span) and in_time:
                staff = {r for need in (*slot.options, *slot.joined) for r in need}
                yield Free(number, party, slot.start, tuple(sorted(staff)))


def _ask(look: _Search, waiting: Waiting, line: Sequence[Waiting]) -> bool:
    """Hold a start for one who waits, and for those asked with them, and tell them."""
    for one in list(look.starts(waiting))[:_TRIES]:
        if not _askable(look, waiting, one.start):
            continue
        group = [waiting]
        if offers.at_once(look.business.waitlist, left=one.start - look.session.now) > 1:
            group += _beside(look, waiting, one, line)
        group = [waitlist.entry(look.session, member.id, lock=True) for member in group]
        if group[0].status != "waiting":
            return False
        got = _hold(look, group[0], one.start)
        if got is None:
            continue
        who = looking.provider_of(got.resources, look.business)
        asked = [
            member
            for member in group
            if member.status == "waiting" and member.provider in {None, who, waiting.provider}
        ]
        _tell(look, asked, got)
        return True
    return False


def _beside(look: _Search, first: Waiting, one: Free, line: Sequence[Waiting]) -> Iterator[Waiting]:
    """Yield the next who would have the same time, as many as are asked at once."""
    left = look.business.waitlist.group - 1
    for waiting in line:
        if not left:
            return
        alike = (waiting.service, waiting.party) == (first.service, first.party)
        later = waiting.id > first.id and waiting.person != first.person
        by = waiting.provider in {None, first.provider} or waiting.provider in one.providers
        if not (alike and later and by and waiting.fits(one.start)):
            continue
        if (waiting.id, one.start) not in look.refused and _askable(look, waiting, one.start):
            left -= 1
            yield waiting


def _askable(look: _Search, waiting: Waiting, start: datetime) -> bool:
    """Whether somebody may be asked now, or in the morning; else why not is kept."""
    session, business, now = look.session, look.business, look.session.now
    rules = business.waitlist
    if look.asked.get(waiting.person, 0) >= rules.open:
        look.leave_out(waiting, start, "asked")
        return False
    if waiting.for_id is not None and not _still_later(session, waiting, start):
        look.leave_out(waiting, start, "not earlier")
        return False
    reader = look.reader(waiting)
    if reader is None:
        look.leave_out(waiting, start, "unreachable")
        return False
    heard = telling.heard_at(reader, business, now)
    several = offers.at_once(rules, left=start - now) > 1
    late = not offers.at_once(rules, left=start - heard)
    if heard > now and (several or late or heard >= offers.last_moment(business, start)):
        look.leave_out(waiting, start, "quiet", until=heard)
        return False
    return True


def _still_later(session: Session, waiting: Waiting, start: datetime) -> bool:
    """Whether the booking that is to become earlier stands, and is later."""
    old = finding.booking(session, waiting.for_id or 0)
    return old is not None and old.status == "confirmed" and start < old.start


def _hold(look: _Search, waiting: Waiting, start: datetime) -> Held | None:
    """Take a start for somebody; where it cannot be theirs, why not is kept."""
    session, business = look.session, look.business
    reader = look.reader(waiting)
    heard = telling.heard_at(reader, business, session.now) if reader else session.now
    last = offers.last_moment(business, start)
    until = offers.held_until(business.waitlist, heard=heard, start=start, last=last)
    try:
        with session.attempt():
            return held(session, business, waiting, start, until=until, by=CLOCK)
    except RefusedError as refused:
        why = refused.refusal
        look.leave_out(waiting, start, why.reason.value, **why.facts)
        return None


def held(
    session: Session,
    business: Business,
    waiting: Waiting,
    start: datetime,
    *,
    until: datetime,
    by: By,
) -> Held:
    """Hold a start for somebody who waits; RefusedError where it cannot be theirs."""
    service = as_kept(business.service(waiting.service), waiting.extras)
    got = booking.hold(
        session,
        business=business,
        wanted=Wanted(service, start, waiting.party, waiting.provider),
        person=waiting.person,
        until=until,
        by=by,
        now=session.now,
        instead_of=waiting.for_id,
    )
    if isinstance(got, Held):
        return got
    raise RefusedError(got)


def _tell(look: _Search, group: Sequence[Waiting], hold: Held) -> None:
    """Write down whom a hold is offered to, and post the letters."""
    session, business, now = look.session, look.business, look.session.now
    who = looking.provider_of(hold.resources, business)
    made = offers.make(
        session,
        waits=[member.id for member in group],
        booking=hold.id,
        provider=who,
        start=hold.span.start,
        now=now,
    )
    look.made = min(made.values())
    for member in group:
        reader = look.reader(member)
        if reader is None:
            continue
        old = finding.booking(session, member.for_id) if member.for_id is not None else None
        facts = {
            "offer": made[member.id],
            "service": member.service,
            "extras": list(member.extras),
            "party": member.party,
            "provider": who,
            "start": hold.span.start,
            "end": hold.span.end,
            "was": old.start if old else None,
            "several": len(group) > 1,
        }
        key = f"offer:{made[member.id]}"
        telling.tell(session, business, reader, note="wait_offer", facts=facts, now=now, key=key)
