"""Wait for a time that is taken: join the list, one's place in it, leave it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from core import changing, finding, offers, people, waitlist
from core.booking import By
from core.db import Session
from core.finding import Booked, Search
from core.offers import Offer
from core.policy import bookable
from core.rules import Business, Service
from core.span import Span, both, minus
from core.waitlist import Waiting
from dialogs.flows import looking, telling
from dialogs.flows.claiming import give_up
from dialogs.flows.info import not_yours
from dialogs.states import State
from dialogs.talk import Talk, Turn
from dialogs.understanding import Intent
from dialogs.when import Wish, combine

_SHOWN = 10  # of those who wait, to a provider
_SAID = 4  # windows of a wish


def join(turn: Turn) -> State:
    """Wait for what could not be had, or for what the message says; "earlier": than a booking."""
    earlier = _to_be_earlier(turn)
    if earlier is not None:
        return _join_earlier(turn, earlier)
    facts = turn.said.facts
    named = next((s for s in turn.business.services if s.key == facts.service), None)
    service = named or turn.service or _usual(turn)
    if service is None:
        turn.say("wait_for_what")
        return turn.state
    provider = next(
        (p.id for p in turn.business.providers if p.key == facts.provider), turn.talk.provider
    )
    wish = turn.talk.wish
    if facts.wish:
        wish = combine(wish, facts.wish, now=turn.now, zone=turn.zone)
    party = facts.party or turn.party
    if party > service.party_max:
        human = turn.business.contact.human
        turn.say("refused", reason="party", facts={"largest": service.party_max}, human=human)
        return turn.state
    windows = _windows(turn, wish)
    if not windows:
        turn.say("wait_for_what", service=service.id)
        return turn.state
    same = _already(turn, service, windows, provider)
    if same is not None:
        return _say_place(turn, "wait_already", same)
    kept = named is None or named.id == turn.talk.service
    return _wait(
        turn,
        Search(service, party, provider),
        windows,
        extras=turn.talk.extras if kept else (),
    )


def _usual(turn: Turn) -> Service | None:
    """Return the service that is meant where none was named: the only one, or the last one."""
    if len(turn.business.services) == 1:
        return turn.business.services[0]
    mine = waitlist.of_person(turn.session, turn.reader.person, now=turn.now)
    recent = finding.booking(turn.session, turn.talk.recent or 0)
    number = mine[-1].service if mine else recent.service if recent else 0
    return next((s for s in turn.business.services if s.id == number), None)


def _wait(
    turn: Turn,
    search: Search,
    windows: list[Span],
    *,
    extras: Sequence[dict[str, Any]],
    for_id: int | None = None,
) -> State:
    """Put the sender on the list; what could be had at once they do not want."""
    free = looking.find(
        turn.session,
        business=turn.business,
        search=search,
        windows=windows,
        exclude=(),
        now=turn.now,
    )
    waiting = waitlist.join(
        turn.session,
        person=turn.reader.person,
        service=search.service.id,
        provider=search.provider,
        party=search.party,
        extras=extras,
        for_id=for_id,
        windows=windows,
        without=[slot.start for slot in free],
        by=turn.by,
        now=turn.now,
    )
    _say_place(turn, "wait_joined", waiting)
    if turn.state in {State.PROPOSAL, State.SERIES, State.CANCELLING, State.PLAN}:
        return turn.state
    turn.talk = Talk(last=turn.talk.last)
    return State.IDLE


def _say_place(turn: Turn, note: str, waiting: Waiting) -> State:
    turn.say(note, **_placed(turn, waiting))
    return turn.state


def _placed(turn: Turn, waiting: Waiting) -> dict[str, Any]:
    """Return what a note says of somebody's wish and their place in the line."""
    ahead, exact = waitlist.place(turn.session, waiting)
    return _wished(turn, waiting) | {"place": ahead, "exact": exact}


def _wished(turn: Turn, waiting: Waiting) -> dict[str, Any]:
    """Return what a note says of somebody's wish."""
    old = finding.booking(turn.session, waiting.for_id) if waiting.for_id is not None else None
    return {
        "wait": waiting.id,
        "service": waiting.service,
        "extras": list(waiting.extras),
        "provider": waiting.provider,
        "party": waiting.party,
        "windows": [[w.start, w.end] for w in waiting.windows[:_SAID]],
        "more": len(waiting.windows) > _SAID,
        "was": old.start if old else None,
    }


def _windows(turn: Turn, wish: Wish) -> list[Span]:
    """Return when a start would fit, as instants from now on to the horizon."""
    everything = bookable(turn.business, now=turn.now)
    each = looking.on_each_day(wish, reach=turn.business.furthest + 1)
    spans = looking.windows_of(each, business=turn.business, now=turn.now)
    never = looking.excluded(wish, business=turn.business, now=turn.now)
    return minus(both(spans, [everything]), never)


def _already(
    turn: Turn, service: Service, windows: list[Span], provider: int | None
) -> Waiting | None:
    """Return the entry that says the same already."""
    mine = waitlist.of_person(turn.session, turn.reader.person, now=turn.now)
    return next(
        (
            one
            for one in mine
            if (one.service, one.provider) == (service.id, provider)
            and not minus(windows, one.windows)
        ),
        None,
    )


def _to_be_earlier(turn: Turn) -> Booked | None:
    """Return the booking for which an earlier time is waited for."""
    target = turn.talk.target
    if target is not None:
        return finding.booking(turn.session, target)
    if not turn.said.has(Intent.SOONER):
        return None
    mine = finding.of_person(turn.session, turn.reader.person, now=turn.now)
    standing = [row for row in mine if row.status == "confirmed"]
    return standing[0] if standing else None


def _join_earlier(turn: Turn, old: Booked) -> State:
    """Wait for a time before a booking, which stays until the yes."""
    everything = bookable(turn.business, now=turn.now)
    wish = turn.said.facts.wish
    spans = _windows(turn, wish) if wish else [everything]
    windows = both(spans, [Span(min(everything.start, old.start), old.start)])
    if not windows:
        turn.say("wait_for_what", service=old.service)
        return turn.state
    service = turn.business.service(old.service)
    provider = old.policy.get("provider")
    mine = waitlist.of_person(turn.session, turn.reader.person, now=turn.now)
    same = next((one for one in mine if one.for_id == old.id), None)
    if same is not None:
        return _say_place(turn, "wait_already", same)
    search = Search(service, old.party, provider)
    return _wait(turn, search, windows, extras=old.extras, for_id=old.id)


def place(turn: Turn) -> State:
    """Say what the sender waits for, and where they stand."""
    mine = waitlist.of_person(turn.session, turn.reader.person, now=turn.now)
    turn.say("wait_place", waits=[_placed(turn, one) for one in mine])
    return turn.state


def leave(turn: Turn) -> State:
    """Take the sender off the list; what is offered to them goes on to the next."""
    gone = all_left(turn.session, turn.reader.person, by=turn.by, now=turn.now)
    turn.say("wait_left", waits=[{"service": one.service} for one in gone])
    return turn.state


def all_left(session: Session, person: int, *, by: By, now: datetime) -> list[Waiting]:
    """Take a person off the list with all they wait for; return what that was."""
    mine = waitlist.of_person(session, person, now=now)
    for one in mine:
        waitlist.entry(session, one.id, lock=True)
    gone, open_ = {one.id for one in mine}, offers.open_to(session, person)
    changing.lock(session, [offer.booking for offer in open_])
    for offer in open_:
        if offer.wait in gone:
            give_up(session, offer, by=by, now=now)
    for wait in sorted(gone):
        waitlist.settle(session, wait, status="left")
    return mine


def everybody(turn: Turn) -> State:
    """Show a provider who waits, the first first."""
    if turn.reader.provider is None:
        return not_yours(turn)
    rows = waitlist.everybody(turn.session, now=turn.now, limit=_SHOWN + 1)
    names = people.names(turn.session, [row.person for row in rows])
    ahead = Span(turn.now, bookable(turn.business, now=turn.now).end)
    asked = {one.wait: one for one in offers.open_in(turn.session, ahead)}
    listed = [
        _wished(turn, row) | {"name": names.get(row.person, "")} | _asked(asked.get(row.id))
        for row in rows[:_SHOWN]
    ]
    turn.say("waiting", waits=listed, more=len(rows) > _SHOWN)
    return turn.state


def _asked(offer: Offer | None) -> dict[str, Any]:
    """Return what is offered to somebody just now, and until when they may answer."""
    return {"offered": offer.start, "until": offer.answer_by} if offer is not None else {}


def over(session: Session, business: Business, wait: int) -> None:
    """End what is waited for whose last moment has passed, and say so."""
    one = waitlist.entry(session, wait, lock=True)
    if one.status != "waiting" or one.until > session.now:
        return
    waitlist.settle(session, wait, status="over")
    reader = people.of_person(session, one.person)
    if reader is not None:
        facts = {"service": one.service, "until": one.until, "provider": one.provider}
        key = f"wait_over:{wait}"
        telling.tell(
            session, business, reader, note="wait_over", facts=facts, now=session.now, key=key
        )
