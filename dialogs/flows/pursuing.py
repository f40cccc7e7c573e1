"""From what is known of a wish to the next question, an offer, a proposal or a refusal."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from core import finding
from core.booking import Held
from core.counts import Counts
from core.finding import Booked, Search
from core.policy import bookable
from core.refusals import Reason, Refusal
from core.rules import Service
from core.span import DAY, MINUTE, Span, instant
from dialogs.flows import holding, looking, picking, recurring, several, upfront
from dialogs.flows.about import shown, staff_of
from dialogs.flows.whom import search
from dialogs.states import State
from dialogs.talk import Choice, Talk, Turn
from dialogs.understanding import Intent
from dialogs.when import Note, Wish

# Refusals that somebody else of the staff may not give at the same time.
_PERSONAL = frozenset(
    {
        Reason.TAKEN,
        Reason.BUSY,
        Reason.BREAK,
        Reason.OFF,
        Reason.HOURS,
        Reason.DAY_LIMIT,
        Reason.WEEK_LIMIT,
    }
)

# Refusals of a time that somebody may wait for.
_COMES_FREE = frozenset({Reason.TAKEN, Reason.FULL, Reason.DAY_LIMIT, Reason.WEEK_LIMIT})


def pursue(turn: Turn, *, listing: bool) -> State:
    """Ask for what is missing, else look and propose; `listing` only says what is free."""
    service = _service(turn)
    if service is None:
        return ask_service(turn)
    refused = _forbidden(turn, service)
    if refused is not None:
        return refused
    if turn.said.facts.nobody and service.party_max > 1:
        turn.say("no_party", largest=service.party_max, held=holding.held_start(turn))
        return State.PARTY
    if service.party_max > 1 and not service.times and turn.talk.party is None:
        turn.say("ask_party", service=service.id, largest=service.party_max)
        return State.PARTY
    return _look(turn, service, listing=listing)


def _service(turn: Turn) -> Service | None:
    """Return the service that is meant: said, the only one, or the only one of that provider."""
    if turn.service is not None:
        return turn.service
    offered = turn.business.services
    if turn.talk.provider is not None:
        by = [s for s in offered if turn.talk.provider in staff_of(s)]
        offered = tuple(by) or offered
    if len(offered) == 1:
        turn.learn(service=offered[0].id)
        return turn.service
    return None


def ask_service(turn: Turn) -> State:
    """Ask which service: of those that the words fit, and that the person wished for does."""
    among, wished = turn.said.facts.services, turn.talk.provider
    offered = [s for s in turn.business.services if not among or s.key in among]
    offered = [s for s in offered if wished is None or wished in staff_of(s)] or offered
    turn.offer([Choice(service=s.id) for s in offered])
    turn.say("ask_service", options=options_shown(turn), wish=bool(turn.talk.wish))
    return State.SERVICE


def _forbidden(turn: Turn, service: Service) -> State | None:
    """Say what cannot be booked by text, for so many or any more, before times are looked for."""
    human = turn.business.contact.human
    most = turn.business.limits.open
    if turn.party > service.party_max:
        facts = {"largest": service.party_max}
        return _back(turn, "refused", reason="party", facts=facts, human=human)
    booked = {(r.series, None if r.series else r.id) for r in _others(turn)}  # a series is one
    if most is not None and turn.talk.target is None and len(booked) >= most:
        return _back(turn, "refused", reason="person_open", facts={"most": most}, human=human)
    return None


def _back(turn: Turn, note: str, **facts: Any) -> State:  # noqa: ANN401 - a note's facts are its own
    """Refuse, and go back to what was held before this message; nothing held, nothing is open."""
    target = turn.talk.target
    moving = finding.booking(turn.session, target) if target is not None else None
    if holding.living(turn) is None:
        asked = turn.talk
        turn.talk = Talk(last=asked.last)
        if moving is None:
            turn.learn(
                service=asked.service,
                extras=asked.extras,
                provider=asked.provider,
                without=asked.without,
                party=asked.party,
                wish=asked.wish,
                refused=True,
            )
        else:
            turn.learn(recent=moving.id, start=moving.start, service=moving.service)
        turn.say(note, **facts, was=moving.start if moving else None)
        return State.IDLE
    turn.talk = replace(turn.was, options=())
    turn.say(note, **facts, resume="proposal", held=holding.held_start(turn))
    return State.PROPOSAL


def _others(turn: Turn) -> list[Booked]:
    """Return the person's open bookings without what this talk holds or moves."""
    rows = finding.of_person(turn.session, turn.reader.person, now=turn.now)
    mine = {turn.talk.booking, turn.talk.target}
    held = turn.talk.series
    return [r for r in rows if r.id not in mine and (held is None or r.series != held)]


def _full_days(turn: Turn) -> list[Span]:
    """Return the days on which the person may book no more."""
    return [day for day, _ in _full(turn)]


def _full(turn: Turn) -> list[tuple[Span, Refusal]]:
    """Return the days on which the person may book no more, each with the limit."""
    found: list[tuple[Span, Refusal]] = []
    most, zone = turn.business.limits.per_day, turn.business.zone
    if most is not None:
        counts: Counter[date] = Counter(r.start.astimezone(zone).date() for r in _others(turn))
        found += [
            (
                Span(instant(day, time(0), zone), instant(day + DAY, time(0), zone)),
                Refusal(Reason.PERSON_DAY, {"most": most}),
            )
            for day, count in counts.items()
            if count >= most
        ]
    if turn.service is not None:
        own = (turn.talk.booking, turn.talk.target)
        weekly = Counts(
            turn.session,
            turn.business,
            turn.service,
            person=turn.reader.person,
            span=bookable(turn.business, now=turn.now),
            now=turn.now,
            but=[booking for booking in own if booking is not None],
        )
        found += weekly.full()
    return found


def _look(turn: Turn, service: Service, *, listing: bool) -> State:
    """Ask when, or look for what was wished: an exact time is proposed, others are offered."""
    wish = turn.talk.wish
    if wish.problem is not None and not wish.windows:
        turn.learn(wish=Wish(), options=())
        turn.say("problem", problem=wish.problem.value, service=service.id)
        return State.WHEN
    if not wish:
        return _ask_when(turn, service)
    if looking.whenever(wish) and turn.talk.target is None:
        turn.learn(rule=wish.rrule, wish=replace(wish, windows=(), rrule=None, day_said=False))
        return _ask_when(turn, service)
    if wish.rrule:
        if turn.said.has(Intent.RECURRING) or looking.exact_starts(wish):
            if turn.talk.target is None:
                turn.learn(rule=wish.rrule)
            else:
                turn.remark("series")
        wish = replace(looking.on_each_day(wish), rrule=None)
        turn.learn(wish=wish)
    elif wish.each:
        wish = looking.on_each_day(wish)
    starts = looking.exact_starts(wish)
    other_held = turn.talk.start not in starts and holding.living(turn) is not None
    if starts and not (listing and other_held):
        return propose(turn, starts, provider=turn.talk.provider)
    return _offer(turn, service, wish, listing=listing)


def _ask_when(turn: Turn, service: Service) -> State:
    found = looking.look(
        turn.session,
        business=turn.business,
        search=search(turn, service),
        wish=Wish(),
        exclude=_full_days(turn),
        now=turn.now,
    )
    turn.offer(looking.choices(found, business=turn.business, whoever=True))
    turn.say(
        "ask_when",
        service=service.id,
        extras=turn.talk.extras,
        provider=turn.talk.provider,
        options=options_shown(turn),
    )
    return State.WHEN


def _offer(turn: Turn, service: Service, wish: Wish, *, listing: bool) -> State:
    """Offer what is free in the windows of a wish; a single one is proposed."""
    wanted, full = search(turn, service), _full_days(turn)
    if not listing:
        _let_go_of_ruled_out(turn, wish)
    found = looking.look(
        turn.session,
        business=turn.business,
        search=wanted,
        wish=wish,
        exclude=full,
        now=turn.now,
    )
    if not found:
        windows = looking.windows_of(wish, business=turn.business, now=turn.now)
        refused = looking.why_none(turn.business, wanted, windows, turn.now)
        limit = next((why for day, why in _full(turn) if any(map(day.overlaps, windows))), None)
        if refused.reason is Reason.TAKEN and limit is not None:
            refused = limit
        elif refused.reason is Reason.TAKEN and service.times:
            return _class_full(turn, service, windows)
        return refuse(turn, refused, windows[0])
    only = len(found) == 1 and not (listing and holding.living(turn) is not None)
    if only or (not listing and wish.approximate and wish.time_said):
        middle = found[len(found) // 2]
        return propose(turn, [middle.start], provider=turn.talk.provider)
    turn.offer(looking.choices(found, business=turn.business, whoever=True))
    return say_offer(turn, service)


def _let_go_of_ruled_out(turn: Turn, wish: Wish) -> None:
    """Hold a proposal no more that a correction rules out: "yes, but after 3:30" of 3:00."""
    held = holding.held_start(turn)
    if held is None or not turn.said.has(Intent.CORRECT) or not turn.said.facts.wish.time_said:
        return
    windows = looking.windows_of(wish, business=turn.business, now=turn.now)
    if not any(w.start <= held < w.end for w in windows):
        holding.let_go(turn)
        turn.learn(start=holding.was(turn))


def _class_full(turn: Turn, service: Service, windows: list[Span]) -> State:
    """Say how many seats are left in the class of some windows."""
    left = looking.find(
        turn.session,
        business=turn.business,
        search=Search(service, provider=turn.talk.provider),
        windows=windows,
        exclude=(),
        now=turn.now,
    )
    seats = max((slot.left or 0 for slot in left), default=0)
    when = Span(left[0].start, left[0].start) if left else windows[0]
    return refuse(turn, Refusal(Reason.FULL, {"left": seats}), when)


def say_offer(turn: Turn, service: Service) -> State:
    """Say what the talk offers by number."""
    turn.say(
        "offer",
        service=service.id,
        extras=turn.talk.extras,
        party=turn.talk.party,
        options=options_shown(turn),
        held=holding.held_start(turn),
    )
    return State.CHOICE


def propose(turn: Turn, starts: list[datetime], *, provider: int | None) -> State:
    """Hold the first of some moments that can be had, and ask for a yes."""
    refused: Refusal | None = None
    service = turn.service
    if service is None:
        return ask_service(turn)
    if turn.talk.wish.note is Note.GAP and starts == looking.exact_starts(turn.talk.wish):
        turn.remark("gap", start=starts[0])
    for start in starts:
        if turn.talk.scope in several.SEVERAL:
            whole = several.propose_move(turn, start)
            if isinstance(whole, State):
                return whole
            refused = refused or whole
            continue
        if turn.talk.rule is not None:
            whole = recurring.propose(turn, service, start, provider)
            if isinstance(whole, State):
                return whole
            refused = refused or whole
            continue
        got = holding.hold(turn, start, provider)
        if isinstance(got, Held):
            turn.learn(booking=got.id, start=got.span.start, options=(), provider=provider)
            _offer_both(turn, service, got.span.start)
            # From here on "an hour later" or "friday" corrects this time, not the wish before it.
            turn.learn(wish=looking.at(got.span.start.astimezone(turn.zone)))
            facts = shown(turn, got.id) | upfront.proposed(turn, got.id)
            turn.say("proposal", **facts, expires=got.expires, was=holding.was(turn))
            return State.PROPOSAL
        refused = refused or got
    return refuse(turn, refused or Refusal(Reason.TAKEN), Span(starts[0], starts[0]))


def _offer_both(turn: Turn, service: Service, start: datetime) -> None:
    """Say which instant was taken where a wall time exists twice, and keep the other one ready."""
    local, later = (m.astimezone(turn.zone) for m in (start, start + timedelta(hours=1)))
    if local.fold == later.fold or local.time() != later.time():
        return
    second = later.astimezone(UTC)
    free = looking.find(
        turn.session,
        business=turn.business,
        search=search(turn, service),
        windows=[Span(second, second + MINUTE)],
        exclude=(),
        now=turn.now,
    )
    turn.remark("fold", start=start, both=bool(free))
    if free:
        turn.offer([Choice(start=start), Choice(start=second)])


def refuse(turn: Turn, refused: Refusal, missed: Span, *, note: str = "refused") -> State:
    """Say why a moment or a window cannot be had, and offer the nearest that can."""
    service = turn.service
    if service is None:
        return ask_service(turn)
    facts = dict(refused.facts)
    if refused.reason is Reason.NOT_BY:
        facts["others"] = [r.id for r in turn.business.providers if r.id in staff_of(service)]
        turn.learn(provider=None)
    options = _instead(turn, service, refused.reason, missed)
    turn.offer(options)
    turn.say(
        note,
        reason=refused.reason.value,
        facts=facts,
        start=missed.start,
        whole=missed.start < missed.end,
        service=service.id,
        options=options_shown(turn),
        held=holding.held_start(turn),
        human=None if options else turn.business.contact.human,
        wait=refused.reason in _COMES_FREE and turn.talk.rule is None,
    )
    return State.CHOICE if options else State.WHEN


def _instead(turn: Turn, service: Service, reason: Reason, missed: Span) -> list[Choice]:
    """Return what to offer instead: with somebody else at that time, then the nearest times."""
    full = _full_days(turn)
    wish = turn.talk.wish if missed.start < missed.end else looking.at(missed.start)
    wanted = search(turn, service)
    others: list[Choice] = []
    if reason is Reason.NOT_BY or (wanted.provider is not None and reason in _PERSONAL):
        found = looking.look(
            turn.session,
            business=turn.business,
            search=Search(service, turn.party),
            wish=wish,
            exclude=full,
            now=turn.now,
        )
        others = [c for c in looking.choices(found, business=turn.business) if _wanted(turn, c)][:2]
    avoid = [*looking.excluded(turn.talk.wish, business=turn.business, now=turn.now), *full]
    found = looking.nearest(
        turn.session,
        business=turn.business,
        search=wanted,
        instead_of=missed,
        exclude=avoid,
        now=turn.now,
    )
    near = looking.choices(found, business=turn.business)
    return list(dict.fromkeys((*others, *near)))[: picking.SHOWN]


def _wanted(turn: Turn, choice: Choice) -> bool:
    """Whether nobody who was ruled out would do it."""
    return choice.provider not in turn.talk.without


def options_shown(turn: Turn) -> list[dict[str, object]]:
    """Return what is offered, as a note keeps it."""
    return [choice.to_json() for choice in turn.talk.options]
