"""What a message changes of a series that is proposed: its rhythm, its end, its days, how much."""

from dataclasses import replace

from core.recurrence import Recurrence, last_day
from dialogs.flows import book, change, holding, looking, recurring, several
from dialogs.states import State
from dialogs.talk import Turn
from dialogs.when import Grain, Wish


def amend(turn: Turn) -> State:
    """Propose the series anew as the message wants it; a move of several goes on as any other.

    "just once" leaves its first booking, "not the 17th" leaves a day out, "for 8 weeks" and "until
    june" say how long, "every other week" how often; another hour, day or provider is taken in as
    for one booking.
    """
    facts = turn.said.facts
    if turn.talk.target is not None:
        return change.scoped(turn) if change.scope_said(turn) else book.go_on(turn)
    if turn.talk.start is None or turn.talk.rule is None:
        return book.go_on(turn)
    left_out = facts.wish.exclude or facts.wish.exclude_rrule
    if facts.scope == "one" and not left_out:
        return _once(turn)
    if facts.scope == "alike":
        turn.learn(scope="alike")
    said = _lasting(turn, facts.wish)
    if left_out:
        said = _leave_out(turn, said)
    elif said.windows:
        turn.learn(wish=looking.allowed_again(turn.talk.wish, said))
    if said.rrule and not said.windows:
        turn.learn(rule=said.rrule)
        said = replace(said, rrule=None)
    turn.said = replace(turn.said, facts=replace(facts, wish=said))
    changed = said != facts.wish or facts.scope == "alike"
    if changed and not said and facts.service is None:
        return book.go_on_moving(turn)
    return book.go_on(turn)


def confirm(turn: Turn) -> State:
    """Book or move the series on a yes; "yes, but not the 17th" is none yet."""
    facts = turn.said.facts
    more = facts.wish.exclude or facts.wish.exclude_rrule or facts.wish.rrule
    if more or facts.scope in {"one", "alike"}:
        return amend(turn)
    return several.move_now(turn) if turn.talk.target is not None else recurring.confirm(turn)


def cancel(turn: Turn) -> State:
    """Take "cancel the 17th" amid a proposal for a day to leave out; else the request ends."""
    wish = turn.said.facts.wish
    days = tuple(w for w in wish.windows if w.grain is Grain.DAY)
    if turn.talk.target is None and (days or wish.exclude) and not change.named_time(turn):
        without = replace(wish, windows=(), exclude=(*wish.exclude, *days), rrule=None)
        turn.said = replace(turn.said, facts=replace(turn.said.facts, wish=without))
        return amend(turn)
    return change.cancel_open(turn)


def _once(turn: Turn) -> State:
    """Propose only the first of the series, or the time that the message names."""
    start = turn.talk.start
    holding.let_go(turn)
    turn.learn(rule=None, start=start)
    facts = turn.said.facts
    said = replace(facts.wish, rrule=None, exclude=(), exclude_rrule=None)
    turn.said = replace(turn.said, facts=replace(facts, wish=said))
    return book.go_on(turn) if said else book.go_on_moving(turn)


def _lasting(turn: Turn, said: Wish) -> Wish:
    """Return a wish whose rule ends when the series did, where it says no other end."""
    old, start = turn.talk.rule, turn.talk.start
    if not said.rrule or old is None or start is None:
        return said
    local = start.astimezone(turn.zone)
    if Recurrence(said.rrule, local.date(), local.time()).bounded:
        return said
    last = last_day(Recurrence(old, local.date(), local.time()))
    if last is None:
        return said
    return replace(said, rrule=f"{said.rrule};UNTIL={last:%Y%m%d}T235959")


def _leave_out(turn: Turn, said: Wish) -> Wish:
    """Leave days out of the series; return what else the message wishes."""
    kept = turn.talk.wish
    turn.learn(
        wish=replace(
            kept,
            exclude=(*kept.exclude, *said.exclude),
            exclude_rrule=said.exclude_rrule or kept.exclude_rrule,
        )
    )
    return replace(said, exclude=(), exclude_rrule=None)
