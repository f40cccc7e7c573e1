"""What a provider's hand does to people's bookings: sick, late, cancel, move, no-show, a note."""

import re
from datetime import datetime, timedelta
from itertools import groupby

from core import changing, finding, person_notes
from core.booking import Held, as_kept, hold
from core.choosing import Wanted
from core.finding import Booked, Search
from core.plans import STAGE, Plan
from core.refusals import Refusal
from core.span import MINUTE, Span, instant
from dialogs import nights
from dialogs.flows import change, hand_plans, hand_taking, info, looking, missing
from dialogs.flows.about import facts_for_staff, human_of, providers_of
from dialogs.flows.hand_who import known, named_in
from dialogs.regions import read_in
from dialogs.states import State
from dialogs.talk import Turn, vocabulary
from dialogs.when import Context, Wish, read

_GRACE = timedelta(minutes=10)  # that a staged move is held beyond its stage
_LATEST = 240  # minutes that anybody runs late
_AGO = timedelta(hours=12)  # how long ago somebody may not have come


def sick(turn: Turn) -> State:
    """Block the time and, once it is agreed, cancel what is booked in it and tell everyone."""
    resource = hand_plans.whose(turn)
    if resource is None:
        return hand_plans.stay(turn)
    spans = hand_plans.spans_of(turn) or [_rest_of_today(turn)]
    rows = hand_plans.booked_in(turn.session, resource, spans, now=turn.now)
    rows = [row for row in rows if row.start > turn.now]
    if not rows:
        state = hand_plans.stay(turn)
        took = hand_taking.take(turn, resource, spans)
        hand_plans.done(turn, resource, "block", {"spans": spans} | took)
        turn.say("hand_sick_free", spans=spans)
        return state
    shown, more = hand_plans.listed(turn.session, turn.business, rows)
    return hand_plans.ask(
        turn,
        resource,
        "sick",
        {"spans": spans},
        note="hand_sick",
        spans=spans,
        bookings=shown,
        more=more,
    )


def _rest_of_today(turn: Turn) -> Span:
    day = nights.day_of(turn.business, turn.now)
    return Span(turn.now, nights.begins(turn.business, day + timedelta(days=1)))


def sick_now(turn: Turn, plan: Plan) -> None:
    """Block the time at once, so that nobody books it; people are told when the stage ends."""
    spans = plan.spans
    took = hand_taking.take(turn, plan.resource, spans)
    turn.say("hand_staged_sick", spans=spans, **hand_plans.stage(turn, plan, **took))


def late(turn: Turn) -> State:
    """Show who would be kept waiting, until a gap takes the delay up, and ask whether to tell."""
    if turn.reader.provider is None:
        return info.not_by_text(turn)
    resource = hand_plans.whose(turn)
    if resource is None:
        return hand_plans.stay(turn)
    minutes = _minutes(turn)
    if minutes is None:
        turn.say("hand_late_how_long")
        return hand_plans.stay(turn)
    rows = hand_plans.booked_in(turn.session, resource, [_rest_of_today(turn)], now=turn.now)
    slips = slipping(rows, minutes * MINUTE, now=turn.now)
    if not slips:
        turn.say("hand_late_nobody")
        return hand_plans.stay(turn)
    shown, more = hand_plans.listed(turn.session, turn.business, [row for row, _ in slips])
    told = [[row.id, row.version, by // MINUTE] for row, by in slips]
    return hand_plans.ask(
        turn, resource, "late", {"told": told}, note="hand_late", bookings=shown, more=more
    )


def _minutes(turn: Turn) -> int | None:
    """Return by how many minutes: "half an hour", else the number that the message has."""
    duration = turn.said.facts.wish.duration
    found = re.search(r"\d+", turn.message.body)
    said = duration // MINUTE if duration else int(found[0]) if found else 0
    return said if 0 < said <= _LATEST else None


def slipping(rows: list[Booked], by: timedelta, *, now: datetime) -> list[tuple[Booked, timedelta]]:
    """Return who would begin late, and by how much: each gap takes some of the delay up.

    Who is being served ends so much later; where nobody is, the next one begins so much later.
    """
    going = [row.end for row in rows if row.start <= now]
    free = max(going) + by if going else None
    out = []
    ahead = [row for row in rows if row.start > now]
    for start, group in groupby(ahead, key=lambda row: row.start):
        together = list(group)
        slip = by if free is None else free - start
        if slip <= timedelta():
            break
        out += [(row, slip) for row in together]
        free = max(row.end for row in together) + slip
    return out


def late_now(turn: Turn, plan: Plan) -> None:
    """Tell them when the stage ends."""
    turn.say("hand_staged", **hand_plans.stage(turn, plan))


def cancel(turn: Turn) -> State:
    """Cancel a customer's booking, once it is agreed; a provider's own ones as anybody's."""
    if turn.reader.provider is None:
        return change.cancel(turn)
    if turn.state is State.PLAN and not _names_any(turn):
        return leave(turn)
    row = _one(turn, turn.said.facts.wish, "cancel")
    if isinstance(row, State):
        return row
    return hand_plans.ask(
        turn,
        turn.reader.provider,
        "cancel",
        {"booking": row.id, "version": row.version},
        note="hand_cancel",
        **facts_for_staff(turn.session, turn.business, row),
    )


def _names_any(turn: Turn) -> bool:
    facts = turn.said.facts
    return bool(facts.name or facts.ref or facts.phone or facts.service or facts.wish)


def leave(turn: Turn) -> State:
    """Leave everything as it is."""
    hand_plans.give_up(turn)
    turn.say("hand_left")
    return State.IDLE


def _one(turn: Turn, when: Wish, doing: str) -> Booked | State:
    """Return the one booking that is meant, else where saying what is missing leaves the talk."""
    me = turn.reader.provider
    rows = hand_plans.upcoming(turn, me)
    meant = named_in(turn, rows, when)
    if not meant and human_of(turn.business) == me:
        rows = hand_plans.upcoming(turn, None)
        meant = named_in(turn, rows, when)
    if len(meant) == 1:
        return meant[0]
    if not meant and change.open_bookings(turn):
        return change.move(turn) if doing == "move" else change.cancel(turn)
    shown, more = hand_plans.listed(turn.session, turn.business, meant)
    note = "hand_which" if meant else "hand_none_such"
    turn.say(note, doing=doing, bookings=shown, more=more)
    return hand_plans.stay(turn)


def cancel_now(turn: Turn, plan: Plan) -> None:
    """Cancel and tell when the stage ends."""
    turn.say("hand_staged", **hand_plans.stage(turn, plan))


def move(turn: Turn) -> State:
    """Move a customer's booking, once it is agreed: the new time is held, and the old one kept."""
    me = turn.reader.provider
    if me is None:
        return change.move(turn)
    row = _one(turn, _before_target(turn), "move")
    if isinstance(row, State):
        return row
    start = _target(turn, row)
    about = facts_for_staff(turn.session, turn.business, row)
    if start is None:
        turn.say("hand_move_when", **about)
        return hand_plans.stay(turn)
    hand_plans.give_up(turn)
    service = as_kept(turn.business.service(row.service), row.extras)
    own = looking.provider_of(row.resources, turn.business)
    got = held(turn, Wanted(service, start, row.party, own), row.person, instead_of=row.id)
    if isinstance(got, Refusal):
        return refused(turn, got, Search(service, row.party, own), start)
    facts = {"booking": row.id, "version": row.version, "hold": got.id}
    said = about | {"was": row.start, "start": start}
    return hand_plans.ask(turn, me, "move", facts, note="hand_move", **said)


def held(
    turn: Turn, wanted: Wanted, person: int, *, instead_of: int | None = None
) -> Held | Refusal:
    """Hold a time for a customer while the provider is asked."""
    return hold(
        turn.session,
        business=turn.business,
        wanted=wanted,
        person=person,
        until=turn.now + turn.business.hold * MINUTE,
        by=turn.by,
        now=turn.now,
        instead_of=instead_of,
    )


def refused(turn: Turn, why: Refusal, search: Search, start: datetime) -> State:
    """Say why a time cannot be had, and what can be."""
    slots = looking.nearest(
        turn.session,
        business=turn.business,
        search=search,
        instead_of=Span(start, start + MINUTE),
        now=turn.now,
    )
    turn.say(
        "hand_refused",
        reason=why.reason.value,
        facts=why.facts,
        start=start,
        service=search.service.id,
        party=search.party,
        free=hand_plans.offered(turn.business, slots),
    )
    return hand_plans.stay(turn)


def _before_target(turn: Turn) -> Wish:
    """Return the time said before where to: "the 3 o'clock" of "move the 3 o'clock to 4"."""
    spans = turn.said.facts.wish.spans
    if not spans:
        return Wish()
    names = vocabulary(turn.business, turn.reader, party=False)
    return read(
        turn.message.body[: spans[0][0]],
        now=turn.message.received,
        zone=turn.zone,
        locale=read_in(turn.said.locale, turn.business),
        context=Context(hours=names.hours, place=names.place, own=names.own),
    )


def _target(turn: Turn, row: Booked) -> datetime | None:
    """Return where to: an hour alone is one of the booking's own day."""
    wish = turn.said.facts.wish
    starts = looking.exact_starts(wish)
    if len(starts) != 1:
        return None
    if wish.day_said:
        return starts[0]
    zone = turn.zone
    clock = starts[0].astimezone(zone).time()
    return instant(row.start.astimezone(zone).date(), clock, zone)


def move_now(turn: Turn, plan: Plan) -> None:
    """Keep the new time held until the stage ends; typed where it ran out before the yes."""
    until = turn.now + STAGE + _GRACE
    gone = changing.extend(
        turn.session, booking=plan.facts["hold"], until=until, by=turn.by, now=turn.now
    )
    if gone is not None:
        turn.say("hand_gone")
        return
    turn.say("hand_staged", **hand_plans.stage(turn, plan))


def no_show(turn: Turn) -> State:
    """Mark the booking that began last, of whoever is named, as a no-show."""
    resource = hand_plans.whose(turn)
    if resource is None:
        return hand_plans.stay(turn)
    rows = _begun(turn, resource)
    facts = turn.said.facts
    meant = named_in(turn, rows, facts.wish) if _names_one(turn) else rows[-1:]
    state = hand_plans.stay(turn)
    for row in reversed(meant):
        gone = changing.finish(turn.session, booking=row.id, by=turn.by, now=turn.now, no_show=True)
        if gone is None:
            hand_plans.done(turn, resource, "no_show", {"booking": row.id})
            missing.plan(turn, row.id)
            turn.say("hand_no_show", **facts_for_staff(turn.session, turn.business, row))
            return state
    turn.say("hand_no_show_none")
    return state


def _names_one(turn: Turn) -> bool:
    facts = turn.said.facts
    return bool(facts.name or facts.ref or facts.phone or facts.wish.time_said)


def _begun(turn: Turn, resource: int) -> list[Booked]:
    """Return what began in the last hours and was neither cancelled nor missed, in order.

    It is a provider's where they do it, or would hear of it: a host of tables, an owner of rooms.
    """
    span = Span(turn.now - _AGO, turn.now + MINUTE)
    return [
        row
        for row in finding.between(turn.session, span, now=turn.now)
        if row.status in {"confirmed", "completed"}
        and row.start <= turn.now
        and resource in {*row.resources, *providers_of(turn.business, row)}
    ]


def note(turn: Turn) -> State:
    """Keep what a provider wants to remember of somebody."""
    resource = hand_plans.whose(turn)
    if resource is None:
        return hand_plans.stay(turn)
    body = _noted(turn)
    person = known(turn)
    state = hand_plans.stay(turn)
    if person is None:
        return state
    if not body:
        turn.say("hand_note_what")
        return state
    number = person_notes.add(
        turn.session, person=person.id, resource=resource, body=body, now=turn.now
    )
    hand_plans.done(turn, resource, "note", {"note": number})
    turn.say("hand_noted", name=person.name, person=person.id, text=body)
    return state


def _noted(turn: Turn) -> str:
    """Return the words of a note: those behind its colon, else behind whom it is of."""
    body, facts = turn.message.body, turn.said.facts
    _, colon, after = body.partition(":")
    if colon:
        return after.strip()
    for said in (facts.name, facts.ref, facts.phone):
        at = body.casefold().find(said.casefold()) if said else -1
        if said and at >= 0:
            return body[at + len(said) :].strip(" ,;.-")
    return ""


def undo_no_show(turn: Turn, plan: Plan) -> None:
    """Let them have come after all."""
    changing.came(turn.session, booking=plan.facts["booking"], by=turn.by, now=turn.now)


def undo_note(turn: Turn, plan: Plan) -> None:
    """Forget the note."""
    person_notes.drop(turn.session, plan.facts["note"])
