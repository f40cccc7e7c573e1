"""Why not: the reasons of a time, and who is free then instead. Answered by the way."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from core import finding, series
from core.choosing import Wanted
from core.explaining import Trace, explain
from core.finding import Booked
from core.preferring import because_of
from core.refusals import Refusal
from core.rules import Kind, Service
from core.span import Span
from dialogs.flows import holding, info, looking
from dialogs.flows.about import facts_for_staff, staff_of
from dialogs.flows.whom import search
from dialogs.states import State
from dialogs.talk import Turn
from dialogs.when import Wish

_NAMED = 2  # so many of the staff say each why not


def why(turn: Turn) -> State:
    """Say why a time or a day cannot be had: of whom is asked for, else of who would do it."""
    said = _asked(turn.said.facts.wish)
    if turn.state is State.NAME and not said.windows:
        return info.question(turn)  # "why?" is about the name
    if not said.windows and (_whom(turn) or _whom_not(turn)):
        return turn.state
    service, wish = _service(turn), said or turn.talk.wish
    if service is None or not wish.windows:
        turn.say("why_which")
        return turn.state
    starts = looking.exact_starts(wish)
    if starts:
        _of_time(turn, service, starts[0])
    else:
        _of_day(turn, service, wish)
    return turn.state


def _whom(turn: Turn) -> bool:
    """Say why it is who it is, where the provider of what is proposed or was booked is named."""
    about = _about(turn)
    who = looking.provider_of(about.resources, turn.business) if about else None
    if about is None or who is None or turn.business.resource(who).key != _named(turn):
        return False
    _say_whom(turn, about, who)
    return True


def _whom_not(turn: Turn) -> bool:
    """Say why it is not who is named: not free then, or after who it is in the order."""
    about, name = _about(turn), _named(turn)
    who = looking.provider_of(about.resources, turn.business) if about else None
    if about is None or who is None or name is None:
        return False
    service, other = turn.business.service(about.service), turn.business.provider_named(name).id
    if other not in staff_of(service):
        return False
    wanted = Wanted(service, about.start, about.party, other)
    trace = explain(turn.session, business=turn.business, wanted=wanted, now=turn.now)
    refused = next((v.refusal for v in trace.verdicts if v.way == (other,)), None)
    if refused is None:
        _say_whom(turn, about, who, other=other)
        return True
    facts = {"service": service.id, "start": about.start, "able": [], "booked": []}
    turn.say("why", reasons=[_facts(refused)], **facts)
    return True


def _about(turn: Turn) -> Booked | None:
    """Return what is proposed, of a series the first, or was just booked."""
    number = holding.living(turn) or turn.talk.recent
    if turn.talk.series is not None:
        rows = series.standing(turn.session, turn.talk.series, since=turn.now, now=turn.now)
        number = rows[0][0] if rows else None
    return finding.booking(turn.session, number) if number is not None else None


def _say_whom(turn: Turn, about: Booked, who: int, other: int | None = None) -> None:
    """Say why it is who it is, where somebody else is free too."""
    because = because_of(turn.session, about.id)
    facts = {"because": because, "start": about.start, "service": about.service}
    turn.say("why_whom", provider=who, other=other, **facts)


def _asked(wish: Wish) -> Wish:
    """Return the time that is asked about: "why not 1 pm" rules nothing out."""
    return wish if wish.windows else replace(wish, windows=wish.exclude, exclude=())


def _service(turn: Turn) -> Service | None:
    """Return what it is about: said or talked of, the only one, or what who asks does."""
    said, offered = turn.said.facts.service, turn.business.services
    if said is not None:
        return turn.business.service_named(said)
    if turn.service is not None or len(offered) == 1:
        return turn.service.but(()) if turn.service is not None else offered[0]
    asked = _provider(turn)
    theirs = [s for s in offered if asked in staff_of(s)] if asked is not None else []
    own = turn.reader.provider is not None or len(theirs) == 1
    return theirs[0] if theirs and own else None


def _provider(turn: Turn) -> int | None:
    """Return who is asked about: named, talked of, or a provider about their own day."""
    said = _named(turn)
    if said is not None:
        return turn.business.provider_named(said).id
    return turn.talk.provider or turn.reader.provider


def _named(turn: Turn) -> str | None:
    """Return whom it names: "why isn't Ana free" rules nobody out."""
    facts = turn.said.facts
    return facts.provider or (facts.without[0] if facts.without else None)


def _of_time(turn: Turn, service: Service, start: datetime) -> None:
    provider = _provider(turn)
    if provider not in staff_of(service) and _named(turn) is None:
        provider = None
    party = min(turn.said.facts.party or turn.party, service.party_max)
    trace = explain(
        turn.session,
        business=turn.business,
        wanted=Wanted(service, start, party, provider),
        now=turn.now,
        person=None if turn.reader.provider else turn.reader.person,
    )
    mine = start == holding.held_start(turn)
    able = [way[0] for way in trace.able if _is_provider(turn, way[0])]
    turn.say(
        "why",
        service=service.id,
        start=start,
        reasons=[_facts(refused) for refused in ([] if mine else _reasons(turn, trace))],
        able=[r for r in able if r != provider] if trace.rule is None or able else [],
        booked=_booked(turn, trace),
    )


def _is_provider(turn: Turn, resource: int) -> bool:
    return turn.business.resource(resource).kind is Kind.PROVIDER


def _reasons(turn: Turn, trace: Trace) -> list[Refusal]:
    """Return what is in the way: a rule of the place, each who is asked, a person's limit."""
    rule, provider = trace.rule, trace.wanted.provider
    if rule is not None and not rule.facts.get("who"):
        return [trace.refusal or rule]
    staff = [v for v in trace.verdicts if _is_provider(turn, v.way[0]) and v.refusal is not None]
    asked = [v for v in staff if v.way == (provider,)] if provider is not None else staff
    found = [v.refusal for v in asked if v.refusal is not None][:_NAMED]
    if not found and trace.refusal is not None:
        return [trace.refusal]
    return found


def _facts(refused: Refusal) -> dict[str, Any]:
    return {"reason": refused.reason.value, "facts": refused.facts}


def _booked(turn: Turn, trace: Trace) -> list[dict[str, Any]]:
    """Return what a provider has on then: nobody else is ever told of a customer."""
    own = turn.reader.provider
    if own is None or trace.wanted.provider != own:
        return []
    day = Span(trace.wanted.start - 2 * trace.wanted.service.length, trace.wanted.blocked.end)
    rows = finding.between(turn.session, day, now=turn.now)
    return [
        facts_for_staff(turn.session, turn.business, row)
        for row in rows
        if own in row.resources and row.end > trace.wanted.start
    ]


def _of_day(turn: Turn, service: Service, wish: Wish) -> None:
    """Say why nothing can be had in a window, or that something can."""
    asked = replace(search(turn, service), provider=_provider(turn))
    windows = looking.windows_of(wish, business=turn.business, now=turn.now)
    found = looking.look(
        turn.session, business=turn.business, search=asked, wish=wish, now=turn.now
    )
    refused = looking.why_none(turn.business, asked, windows, turn.now)
    turn.say(
        "why",
        service=service.id,
        start=windows[0].start,
        whole=True,
        reasons=[] if found else [_facts(refused)],
        able=[],
        free=[slot.start for slot in found],
        booked=[],
    )
