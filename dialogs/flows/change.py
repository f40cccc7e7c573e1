"""My bookings: see them, cancel one, move one; where two could be meant, ask which."""

from dataclasses import replace

from core import changing, finding
from core.finding import Booked
from core.refusals import Reason
from dialogs import nights
from dialogs.flows import book, extras, holding, looking, meaning, overview, several, telling
from dialogs.flows import upfront as money
from dialogs.flows.about import facts_of, providers_of
from dialogs.flows.late import refuse, too_late
from dialogs.states import State
from dialogs.talk import Choice, Talk, Turn
from dialogs.understanding import Intent
from dialogs.when import Grain, Wish, combine


def mine(turn: Turn) -> State:
    """List the open bookings; the talk goes on where it was."""
    turn.say("mine", **overview.mine(turn.session, turn.business, turn.reader.person, now=turn.now))
    return turn.state


def open_bookings(turn: Turn) -> list[Booked]:
    """Return what the sender has booked or asked for and that is still ahead."""
    return overview.open_bookings(turn.session, turn.reader.person, now=turn.now)


def cancel(turn: Turn) -> State:
    """Ask whether to cancel the booking that is meant."""
    holding.let_go(turn)
    turn.talk = Talk(doing="cancel", last=turn.talk.last)
    return _which(turn)


def cancel_open(turn: Turn) -> State:
    """Understand "cancel" amid a request: the request, unless it names another booking."""
    facts, service = turn.said.facts, turn.service
    other = facts.service and not (service and service.key == facts.service)
    if facts.ref or other:
        return cancel(turn)
    if turn.talk.series is None and scope_said(turn) in several.SEVERAL and open_bookings(turn):
        return cancel(turn)
    moving, held = turn.talk.target is not None, holding.living(turn) is not None
    if (moving or not held) and _named_service(turn):
        return cancel(turn)
    if not held and not moving and named_time(turn):
        return cancel(turn)
    return book.drop(turn)


def _named_service(turn: Turn) -> bool:
    """Whether the message names the service of an open booking."""
    key = turn.said.facts.service
    return any(turn.business.service(r.service).key == key for r in open_bookings(turn))


def named_time(turn: Turn) -> bool:
    """Whether the message names the time of an open booking."""
    wish = turn.said.facts.wish
    return any(meaning.names(turn, r, wish) for r in open_bookings(turn))


def move(turn: Turn) -> State:
    """Move the booking that is meant: ask when to, or propose what the message says."""
    holding.let_go(turn)
    turn.talk = Talk(doing="move", last=turn.talk.last)
    return _which(turn)


def move_open(turn: Turn) -> State:
    """Understand "move it" amid a request: what is proposed, unless another booking is named."""
    facts, service = turn.said.facts, turn.service
    other = facts.service and not (service and service.key == facts.service)
    if facts.ref or other or scope_said(turn) in several.SEVERAL or _names_other(turn):
        return move(turn)
    if turn.talk.target is None and turn.talk.start is None and open_bookings(turn):
        return move(turn)
    if facts.wish or facts.party is not None or facts.provider is not None:
        return book.go_on(turn)
    return book.none_of_these(turn)


def _names_other(turn: Turn) -> bool:
    """Whether "move the friday one to 4" means another booking than the one being moved."""
    source = turn.said.facts.wish.source
    there = [r.id for r in open_bookings(turn) if meaning.stands(turn, r, source)] if source else []
    return bool(there) and turn.talk.target not in there


def afterwards(turn: Turn) -> State:
    """Understand facts with no question open: a correction of what was just booked, or a new wish.

    "one for my wife too" is the same again.
    """
    facts, row = turn.said.facts, _recent(turn)
    same = row is not None and facts.service == turn.business.service(row.service).key
    if row is not None and facts.for_another and (same or facts.service is None):
        return book.like(turn, row)
    if row is not None and same and facts.wish.relative and not turn.said.has(Intent.BOOK):
        return _move_this(turn, row)  # "could you push our jam back half an hour?"
    if (facts.extras or facts.dropped) and facts.service is None:
        return _with_other_extras(turn)
    unnamed = facts.service is None and not facts.services and not turn.talk.refused
    corrected = _correction(turn) if unnamed else None
    if corrected is not None:
        return corrected
    return book.ask(turn) if turn.said.has(Intent.ASK) else book.begin(turn)


def _with_other_extras(turn: Turn) -> State:
    """Add to a booking, or leave out of one: of that just made, else of the next that it fits.

    Of a series, to this one alone. With a time at which none of them is, it is a new wish.
    """
    rows, wish = open_bookings(turn), turn.said.facts.wish
    fitting = [r for r in rows if extras.changes(turn, r)]
    if wish.windows:
        fitting = [r for r in fitting if meaning.names(turn, r, wish)]
    row = next((r for r in fitting if r.id == turn.talk.recent), None) or next(iter(fitting), None)
    if row is not None:
        holding.let_go(turn)
        turn.talk = Talk(doing="move", scope="one", last=turn.talk.last)
        return _with(turn, row)
    return book.begin(turn) if turn.said.facts.extras and (wish or not rows) else keep(turn)


def _recent(turn: Turn) -> Booked | None:
    """Return the booking just made, if it still is one."""
    if turn.talk.recent is None:
        return None
    return next((r for r in open_bookings(turn) if r.id == turn.talk.recent), None)


def _correction(turn: Turn) -> State | None:
    """Take facts without a service for a change of a booking; None where they mean none.

    "we'll be five" alone is about the one booking that has a party.
    """
    facts, row = turn.said.facts, _recent(turn)
    if not facts.wish and facts.party is not None:
        parties = [r for r in open_bookings(turn) if _has_party(turn, r)]
        if len(parties) == 1:
            return keep(turn) if parties[0].party == facts.party else _move_this(turn, parties[0])
    elif (facts.wish or facts.provider is not None) and turn.talk.priced is None:
        if row is not None and (meaning.corrects(turn) or meaning.same_day(turn, row)):
            return _move_this(turn, row)
    elif facts.name is not None and not (facts.wish or facts.provider):
        turn.say("named", name=facts.name)
        return State.IDLE
    return None


def sooner(turn: Turn) -> State:
    """Understand "anything sooner?": before the one booking there is, else as soon as can be."""
    rows = open_bookings(turn)
    if turn.said.facts.service is not None or turn.said.facts.wish or not rows:
        return book.begin(turn)
    if len(rows) > 1:
        return move(turn)
    late = too_late(turn, rows[0])
    if late is not None:
        return refuse(turn, rows[0], late, doing="move")
    turn.talk = _moving(turn, rows[0], Wish())
    return book.sooner(turn)


def _has_party(turn: Turn, row: Booked) -> bool:
    return turn.business.service(row.service).party_max > 1


def _move_this(turn: Turn, row: Booked) -> State:
    holding.let_go(turn)
    turn.talk = Talk(doing="move", last=turn.talk.last)
    return _with(turn, row)


def chosen(turn: Turn) -> State:
    """Take the booking that was named from the list, by number, ref, service or time."""
    index = turn.said.facts.choice
    if turn.talk.doing == "cancel" and turn.said.facts.every:
        return _which(turn)
    if index is not None and 0 <= index < len(turn.talk.options):
        booking = turn.talk.options[index].booking
        found = finding.booking(turn.session, booking) if booking is not None else None
        return _with(turn, found) if found else _which(turn)
    return _which(turn)


def scoped(turn: Turn) -> State:
    """Take how much of a series is meant, by number or in words, and go on with it."""
    target, index = turn.talk.target, turn.said.facts.choice
    row = finding.booking(turn.session, target) if target is not None else None
    if row is None:
        return _which(turn)
    scope = scope_said(turn)
    if scope is None and index is not None and 0 <= index < len(turn.talk.options):
        scope = turn.talk.options[index].scope
    turn.learn(scope=scope, options=())
    return _with(turn, row)


def scope_said(turn: Turn) -> str | None:
    """Return how much of a series the message says: "one", "later" or "all"."""
    scope = turn.said.facts.scope
    return scope if scope in {"one", *several.SEVERAL} else None


def keep(turn: Turn) -> State:
    """Leave everything as it is."""
    turn.talk = Talk(last=turn.talk.last)
    turn.say("kept")
    return _next(turn)


def _next(turn: Turn) -> State:
    """Go on to the next booking, where several were to be cancelled: each is asked for."""
    left = [r for r in open_bookings(turn) if r.id in turn.was.also]
    if not left:
        return State.IDLE
    turn.learn(doing="cancel", also=tuple(r.id for r in left[1:]))
    return _with(turn, left[0])


def corrected(turn: Turn) -> State:
    """Understand "no, the friday one" or "no, make it friday" while asked whether to cancel."""
    target = turn.talk.target
    rows = [r for r in open_bookings(turn) if r.id != target]
    if turn.talk.scope is not None and scope_said(turn) is not None:
        return scoped(turn)
    named = [r for r in rows if r in meaning.meant(turn, rows)] if named_time(turn) else []
    if named or turn.said.facts.ref or turn.said.facts.service:
        return cancel(turn)
    kept = next((r for r in open_bookings(turn) if r.id == target), None)
    return _move_this(turn, kept) if kept is not None else book.begin(turn)


def cancel_again(turn: Turn) -> State:
    """Understand "cancel" while asked whether to cancel: a yes, unless it names another one."""
    facts = turn.said.facts
    if facts.ref or facts.service or facts.wish:
        return cancel(turn)
    return cancel_now(turn)


def cancel_now(turn: Turn) -> State:
    """Cancel on the customer's yes and tell everyone concerned."""
    target, scope = turn.talk.target, turn.talk.scope
    before = finding.booking(turn.session, target) if target is not None else None
    turn.talk = Talk(last=turn.talk.last, recent=target)
    if before is not None and before.series is not None and scope in several.SEVERAL:
        return several.cancel_now(turn, before, scope)
    if before is None:
        turn.say("nothing_to_change")
        return State.IDLE
    gone = changing.cancel(
        turn.session, booking=before.id, by=turn.by, now=turn.now, why="customer"
    )
    if gone is not None and gone.reason is Reason.TOO_LATE:
        return refuse(turn, before, gone.facts["until"], doing="cancel")
    if gone is not None:
        turn.say("gone_already", **facts_of(turn.business, before))
        return State.IDLE
    _release_moves(turn, before.id)
    turn.say("cancelled", **facts_of(turn.business, before) | money.cancelled(turn, before))
    telling.providers(
        turn.session,
        turn.business,
        before.id,
        note="cancelled_provider",
        now=turn.now,
        also=providers_of(turn.business, before),
    )
    return _next(turn)


def _release_moves(turn: Turn, booking: int) -> None:
    """Let go what was held to move a booking that is no more."""
    for hold in finding.moves_of(turn.session, booking):
        changing.release(turn.session, booking=hold, by=turn.by, now=turn.now)


def _which(turn: Turn) -> State:
    rows = open_bookings(turn)
    if not rows:
        turn.talk = Talk(last=turn.talk.last)
        turn.say("nothing_to_change")
        return State.IDLE
    meant = meaning.meant(turn, rows)
    every = turn.talk.doing == "cancel" and turn.said.facts.every
    if every:
        meant = meaning.once_each(meant or rows)
        turn.learn(also=tuple(r.id for r in meant[1:]))
    one_series = len({r.series for r in meant}) == 1 and meant[0].series is not None
    if every or len(meant) == 1 or one_series:
        return _with(turn, meant[0])
    if turn.state is not State.WHICH:
        turn.learn(wish=turn.said.facts.wish)
    asked = meaning.once_each(meant or rows)
    turn.offer([Choice(start=r.start, booking=r.id, service=r.service) for r in asked])
    listed = [facts_of(turn.business, r) for r in asked]
    turn.say("which_booking", doing=turn.talk.doing, options=listed)
    return State.WHICH


def _with(turn: Turn, row: Booked) -> State:
    """Go on with the booking that is meant; of a series, once it is known how much of it."""
    if row.series is not None and turn.talk.scope is None:
        turn.learn(scope=scope_said(turn))
    if row.series is not None and turn.talk.scope is None:
        asked = several.ask_scope(turn, row)
        if asked is not None:
            return asked
    late = too_late(turn, row) if turn.talk.scope not in several.SEVERAL else None
    if late is not None:
        return refuse(turn, row, late, doing=turn.talk.doing)
    turn.learn(since=turn.by.asked)
    if turn.talk.scope in several.SEVERAL and turn.talk.doing == "cancel":
        return several.ask_cancel(turn, row)
    if turn.talk.doing == "cancel":
        turn.learn(target=row.id, start=row.start, options=())
        turn.say("ask_cancel", **facts_of(turn.business, row) | money.quoted(turn, row))
        return State.CANCELLING
    wish = _new_time(turn, row, turn.said.facts.wish) or _new_time(turn, row, turn.talk.wish)
    if wish.time_said and not wish.day_said:
        wish = _on_its_day(turn, row, wish)
    turn.talk = replace(_moving(turn, row, wish), scope=turn.talk.scope)
    facts = turn.said.facts
    another = _another_provider(turn, row) or extras.changes(turn, row)
    if not wish and facts.party in {None, row.party} and not another:
        return _ask_where_to(turn, row)
    if not wish:  # another party or provider, at the same time
        turn.learn(wish=looking.at(row.start.astimezone(turn.zone)))
    return book.go_on_moving(turn)


def _on_its_day(turn: Turn, row: Booked, wish: Wish) -> Wish:
    """Return an hour said without a day as one of the booking's day: "move friday to 3"."""
    start = row.start.astimezone(turn.zone)
    there = combine(looking.at(start), wish, now=turn.now, zone=turn.zone)
    night = nights.same_night(turn.business, replace(there, day_said=False), row.start)
    return replace(night, day_said=True)


def _moving(turn: Turn, row: Booked, wish: Wish) -> Talk:
    """Return the talk in which a booking is moved to what is wished."""
    return Talk(
        doing="move",
        target=row.id,
        service=row.service,
        extras=tuple(row.extras),
        party=row.party,
        provider=row.policy.get("provider"),
        start=row.start,
        wish=wish,
        since=turn.by.asked,
        last=turn.talk.last,
    )


def _another_provider(turn: Turn, row: Booked) -> bool:
    key = turn.said.facts.provider
    staff = [turn.business.by_id[r].key for r in row.resources if r in turn.business.by_id]
    return key is not None and key not in staff


def _ask_where_to(turn: Turn, row: Booked) -> State:
    turn.say("ask_move_when", **facts_of(turn.business, row))
    return State.WHEN


def _new_time(turn: Turn, row: Booked, wish: Wish) -> Wish:
    """Return where to move to: what was said, less what only named the booking itself."""
    windows = tuple(w for w in wish.windows if not meaning.names(turn, row, Wish((w,))))
    if not windows and any(w.grain is Grain.DAYPART for w in wish.windows):
        windows = wish.windows
    if not windows and not wish.exclude:
        return Wish()
    left = Wish(
        windows,
        exclude=wish.exclude,
        day_said=wish.day_said,
        time_said=wish.time_said,
        approximate=wish.approximate,
        note=wish.note,
    )
    hour = row.series is not None and left.time_said and not left.day_said
    if not windows or not (hour or turn.talk.scope in several.SEVERAL):
        return left
    # Of a series its day or its hour is kept where only the other is said.
    return combine(looking.at(row.start.astimezone(turn.zone)), left, now=turn.now, zone=turn.zone)
