"""How much of a series is meant, and what becomes of it: asked, cancelled, moved."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from core import finding, shifting
from core import series as core_series
from core.deadline import Deadline
from core.finding import Booked
from core.recurrence import moved
from core.refusals import Reason, Refusal
from core.series import Laid
from dialogs.flows import looking, recurring, telling, upfront
from dialogs.flows.about import facts_of, providers_of
from dialogs.flows.late import refuse, too_late
from dialogs.states import State
from dialogs.talk import Choice, Talk, Turn

SEVERAL = ("later", "all")  # how much of a series, where it is more than one
_SERIES = 2  # fewer than so many left are one booking


def ask_scope(turn: Turn, row: Booked) -> State | None:
    """Ask how much of a booking's series is meant; None where it is the last one that stands."""
    rows = core_series.standing(turn.session, row.series or 0, since=turn.now, now=turn.now)
    if len(rows) < _SERIES:
        return None
    if turn.talk.doing == "move" and turn.business.service(row.service).asks_provider(row.party):
        turn.learn(scope="one")
        turn.remark("series_one")
        return None
    several = SEVERAL if rows[0][0] != row.id else ("all",)
    turn.learn(target=row.id, start=row.start, wish=turn.said.facts.wish or turn.talk.wish)
    turn.offer([Choice(start=row.start, scope=scope) for scope in ("one", *several)])
    options = [choice.to_json() for choice in turn.talk.options]
    turn.say("ask_scope", **facts_of(turn.business, row), doing=turn.talk.doing, options=options)
    return State.SCOPE


def _meant(turn: Turn, row: Booked, scope: str | None) -> list[tuple[int, datetime]]:
    """Return the occurrences that a change of several is about."""
    since = row.start if scope == "later" else turn.now
    rows = core_series.standing(turn.session, row.series or 0, since=since, now=turn.now)
    rule = Deadline.from_json(row.policy.get("change_until"))
    asked = turn.by.asked
    if rule is None or asked is None:
        return rows
    return [r for r in rows if rule.before(r[1], turn.business.zone) >= asked]


def ask_cancel(turn: Turn, row: Booked) -> State:
    """Ask whether to cancel several occurrences of a series."""
    rows = _meant(turn, row, turn.talk.scope)
    late = too_late(turn, row)
    if late is not None and not rows:
        return refuse(turn, row, late, doing="cancel")
    if late is not None:
        turn.remark("stays", start=row.start)
    turn.learn(target=row.id, start=rows[0][1] if rows else row.start, options=())
    turn.say("ask_cancel_series", **facts_of(turn.business, row) | _several(rows))
    return State.CANCELLING


def _several(rows: list[tuple[int, datetime]]) -> dict[str, Any]:
    return {"times": len(rows), "start": rows[0][1], "last": rows[-1][1]} if rows else {}


def cancel_now(turn: Turn, row: Booked, scope: str | None) -> State:
    """Cancel several occurrences on the customer's yes and tell everyone concerned, once."""
    rows = _meant(turn, row, scope)
    if not rows or row.series is None:
        turn.say("gone_already", **facts_of(turn.business, row))
        return State.IDLE
    facts = facts_of(turn.business, row) | _several(rows)
    gone = core_series.end(
        turn.session, series=row.series, since=rows[0][1], by=turn.by, now=turn.now, why="customer"
    )
    money = _back(turn, gone)
    turn.say("series_cancelled", **facts | money)
    telling.providers(
        turn.session,
        turn.business,
        row.id,
        note="series_cancelled_provider",
        now=turn.now,
        also=providers_of(turn.business, row),
        **_several(rows),
    )
    return State.IDLE


def _back(turn: Turn, gone: list[int]) -> dict[str, Any]:
    """Give back what the cancelled occurrences return; one of them, the first, was paid for."""
    money: dict[str, Any] = {}
    for number in gone:
        about = finding.booking(turn.session, number)
        if about is not None:
            money |= upfront.cancelled(turn, about)
    return money


class _TriedError(Exception):
    """Undoes what was only tried, and carries what would come of it."""

    def __init__(self, laid: Laid | None) -> None:
        super().__init__("only tried")
        self.laid = laid


def _try_move(turn: Turn, row: Booked, start: datetime) -> None:
    raise _TriedError(_move(turn, row, start))


def propose_move(turn: Turn, start: datetime) -> State | Refusal:
    """Say what would come of moving several occurrences, and ask for a yes; nothing is held.

    Returns why not, where none of them can be moved.
    """
    target = turn.talk.target
    row = finding.booking(turn.session, target) if target is not None else None
    if row is None or row.series is None:
        turn.say("nothing_to_change")
        return State.IDLE
    laid: Laid | None = None
    try:
        with turn.session.attempt():
            _try_move(turn, row, start)
    except _TriedError as tried:
        laid = tried.laid
    if laid is None or not laid.held:
        return laid.refused[0][1] if laid and laid.refused else Refusal(Reason.GONE)
    rows = _meant(turn, row, turn.talk.scope)
    wish = looking.at(start.astimezone(turn.zone))
    turn.learn(start=start, options=(), booking=None, wish=wish)
    turn.say(
        "series_move",
        **facts_of(turn.business, row)
        | {"start": start, "was": rows[0][1], "times": len(laid.held)},
        refused=[recurring.not_had(one, refused, {}) for one, refused in laid.refused],
    )
    return State.SERIES


def _move(turn: Turn, row: Booked, start: datetime) -> Laid | None:
    """Move what is meant of a booking's series so that its first begins at a start."""
    found = core_series.read(turn.session, turn.business, row.series or 0)
    rows = _meant(turn, row, turn.talk.scope)
    if found is None or not rows:
        return None
    zone = turn.business.zone
    local, since = start.astimezone(zone), rows[0][1].astimezone(zone).date()
    again = moved(found.plan.recurrence, since=since, to=local.date(), clock=local.time())
    plan = replace(found.plan, recurrence=again, party=turn.party)
    if turn.talk.provider is not None:
        plan = replace(plan, provider=turn.talk.provider)
    return shifting.move(
        turn.session,
        business=turn.business,
        series=found,
        plan=plan,
        since=rows[0][1],
        by=turn.by,
        now=turn.now,
    )


def move_now(turn: Turn) -> State:
    """Move several occurrences on the customer's yes, and tell everyone concerned, once."""
    target, start = turn.talk.target, turn.talk.start
    row = finding.booking(turn.session, target) if target is not None else None
    if row is None or start is None:
        turn.say("nothing_to_change")
        return State.IDLE
    laid = _move(turn, row, start)
    turn.talk = Talk(last=turn.talk.last, recent=row.id)
    if laid is None or not laid.held:
        turn.say("gone_already", **facts_of(turn.business, row))
        return State.IDLE
    facts: dict[str, Any] = {
        "times": len(laid.held),
        "start": min(held.span.start for _, held in laid.held),
        "refused": [recurring.not_had(one, refused, {}) for one, refused in laid.refused],
    }
    turn.say("series_moved", **facts_of(turn.business, row) | facts)
    telling.providers(
        turn.session,
        turn.business,
        row.id,
        note="series_moved_provider",
        now=turn.now,
        also=providers_of(turn.business, row),
        **facts | {"was": row.start},
    )
    return State.IDLE
