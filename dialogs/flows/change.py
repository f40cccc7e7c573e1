"""My bookings: see them, cancel one, move one; where two could be meant, ask which."""

from core import changing, finding
from core.finding import Booked
from core.span import Span
from dialogs.flows import book, holding, looking, settle
from dialogs.states import State
from dialogs.talk import Choice, Talk, Turn
from dialogs.when import Wish


def mine(turn: Turn) -> State:
    """List the open bookings; the talk goes on where it was."""
    rows = finding.of_person(turn.session, turn.reader.person, now=turn.now)
    rows = [r for r in rows if r.status != "held"]
    turn.say("mine", bookings=[settle.facts_of(turn.business, r) | _standing(r) for r in rows])
    return turn.state


def _standing(row: Booked) -> dict[str, object]:
    return {"status": row.status, "until": row.expires}


def cancel(turn: Turn) -> State:
    """Ask whether to cancel the booking that is meant."""
    turn.talk = Talk(doing="cancel")
    return _which(turn)


def cancel_proposal(turn: Turn) -> State:
    """Understand "cancel" with a proposal open: the proposal, unless a booking is named."""
    facts, service = turn.said.facts, turn.service
    named = facts.ref or (facts.service and not (service and service.key == facts.service))
    if named:
        holding.let_go(turn)
        return cancel(turn)
    return book.drop(turn)


def move(turn: Turn) -> State:
    """Move the booking that is meant: ask when to, or propose what the message says."""
    turn.talk = Talk(doing="move")
    return _which(turn)


def chosen(turn: Turn) -> State:
    """Take the booking that was named from the list, by number, ref, service or time."""
    index = turn.said.facts.choice
    if index is not None and 0 <= index < len(turn.talk.options):
        booking = turn.talk.options[index].booking
        found = finding.booking(turn.session, booking) if booking is not None else None
        return _with(turn, found) if found else _which(turn)
    return _which(turn)


def keep(turn: Turn) -> State:
    """Leave everything as it is."""
    turn.talk = Talk()
    turn.say("kept")
    return State.IDLE


def cancel_again(turn: Turn) -> State:
    """Understand "cancel" while asked whether to cancel: a yes, unless it names another one."""
    facts = turn.said.facts
    if facts.ref or facts.service or facts.wish:
        return cancel(turn)
    return cancel_now(turn)


def cancel_now(turn: Turn) -> State:
    """Cancel on the customer's yes and tell everyone concerned."""
    target = turn.talk.target
    before = finding.booking(turn.session, target) if target is not None else None
    turn_talk, turn.talk = turn.talk, Talk()
    if before is None or turn_talk.target is None:
        turn.say("nothing_to_change")
        return State.IDLE
    gone = changing.cancel(
        turn.session, booking=before.id, by=turn.by, now=turn.now, why="customer"
    )
    if gone is not None:
        turn.say("gone_already", **settle.facts_of(turn.business, before))
        return State.IDLE
    _release_moves(turn, before.id)
    turn.say("cancelled", **settle.facts_of(turn.business, before))
    settle.tell_providers(
        turn.session,
        turn.business,
        before.id,
        note="cancelled_provider",
        now=turn.now,
        also=settle.providers_of(turn.business, before),
    )
    return State.IDLE


def _release_moves(turn: Turn, booking: int) -> None:
    """Let go what was held to move a booking that is no more."""
    for hold in finding.moves_of(turn.session, booking):
        changing.release(turn.session, booking=hold, by=turn.by, now=turn.now)


def _which(turn: Turn) -> State:
    rows = finding.of_person(turn.session, turn.reader.person, now=turn.now)
    rows = [r for r in rows if r.status != "held"]
    if not rows:
        turn.talk = Talk()
        turn.say("nothing_to_change")
        return State.IDLE
    meant = _meant(turn, rows)
    if len(meant) == 1:
        return _with(turn, meant[0])
    turn.offer([Choice(start=r.start, booking=r.id, service=r.service) for r in meant or rows])
    turn.say("which_booking", doing=turn.talk.doing, options=_listed(turn, meant or rows))
    return State.WHICH


def _listed(turn: Turn, rows: list[Booked]) -> list[dict[str, object]]:
    return [settle.facts_of(turn.business, r) for r in rows]


def _meant(turn: Turn, rows: list[Booked]) -> list[Booked]:
    """Return the bookings that the message can mean: by ref, service, provider and time.

    A time in a wish to move is where to, unless one of several bookings stands just there.
    """
    facts = turn.said.facts
    if facts.ref:
        return [r for r in rows if r.ref == facts.ref] or rows
    service = {s.key: s.id for s in turn.business.services}.get(facts.service or "")
    provider = {p.key: p.id for p in turn.business.providers}.get(facts.provider or "")
    meant = [r for r in rows if service in {None, r.service}] or rows
    meant = [r for r in meant if provider is None or provider in r.resources] or meant
    if facts.wish.windows and (turn.talk.doing == "cancel" or len(meant) > 1):
        windows = looking.loosely(facts.wish, turn.now)
        at = [r for r in meant if any(_starts_in(r, w) for w in windows)]
        if turn.talk.doing == "cancel" and not at:
            return meant if len(meant) > 1 else []
        meant = at or meant
    return meant


def _starts_in(row: Booked, window: Span) -> bool:
    return window.start <= row.start < window.end


def _with(turn: Turn, row: Booked) -> State:
    """Go on with the booking that is meant."""
    if turn.talk.doing == "cancel":
        turn.learn(target=row.id, start=row.start, options=())
        turn.say("ask_cancel", **settle.facts_of(turn.business, row))
        return State.CANCELLING
    wish = _new_time(turn, row)
    provider = row.policy.get("provider")
    turn.talk = Talk(
        doing="move",
        target=row.id,
        service=row.service,
        party=row.party,
        provider=provider,
        start=row.start,
        wish=wish,
    )
    if not wish and turn.said.facts.party is None and turn.said.facts.provider is None:
        turn.say("ask_move_when", **settle.facts_of(turn.business, row))
        return State.WHEN
    if not wish:  # another party or provider, at the same time
        turn.learn(wish=looking.at(row.start.astimezone(turn.zone)))
    return book.go_on_moving(turn)


def _new_time(turn: Turn, row: Booked) -> Wish:
    """Return where to move to: what was said, less what only named the booking itself."""
    wish = turn.said.facts.wish
    windows = tuple(
        w
        for w in wish.windows
        if not any(_starts_in(row, span) for span in looking.loosely(Wish((w,)), turn.now))
        or len(wish.windows) == 1
    )
    named = len(windows) == 1 and looking.exact_starts(Wish(windows)) == [row.start]
    return Wish() if named else Wish(windows, day_said=wish.day_said, time_said=wish.time_said)
