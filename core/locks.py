"""The one lock call, and the order of all locks.

A transaction takes its locks late and in this order, so that no two wait for each other:

0. the line of a business's waitlist, by whoever offers freed time (core.waitlist.lock_line);
1. rows of `conversations`, `plans`, `people`, `waits`, `bookings` (by id), then `offers` and
   `sessions`, with `FOR NO KEY UPDATE`; people who are being forgotten with `FOR UPDATE`, for which
   whoever gives them another address waits;
2. a person, whose bookings are counted: here;
3. days of resources, here, sorted: shared where the exclusion constraint alone decides, exclusive
   where a rule spans rows (several resources or seats together, day and week limits, who of several
   is the least busy or whose turn it is, blocked time being written);
4. what an INSERT into `allocations` waits for. An expired hold in its way is lapsed there, and
   never waited for: its row would belong to 1.

Whoever replaces a booking locks its row first, before the hold is taken (see core.booking.hold).

A day is an advisory lock on (resource, day), a person one on their number. Neither needs a row nor
writes WAL, so that whoever finds a slot taken has nothing to flush; both end with the transaction.
`lock_timeout` bounds the wait, and the job is tried again.
"""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import text

from core.db import Session

_SHARED, _EXCLUSIVE = (
    text(
        f"SELECT pg_advisory_xact_lock{mode}(resource::int, day) FROM"
        " (SELECT resource, day FROM unnest(CAST(:resources AS bigint[]), CAST(:days AS int[]))"
        " AS t(resource, day) ORDER BY resource, day) AS sorted"
    )
    for mode in ("_shared", "")
)

# Numbers of two halves are days; those of one half begin far beyond what else is locked by number.
_PERSON = text("SELECT pg_advisory_xact_lock((1::bigint << 62) + :person)")


def lock_person(session: Session, person: int) -> None:
    """Lock a person against counting their bookings twice, until the transaction ends."""
    session.execute(_PERSON, {"person": person})


def lock_days(
    session: Session,
    *,
    resources: Iterable[int],
    days: Iterable[date],
    exclusive: bool,
    more: Iterable[tuple[int, date]] = (),
) -> None:
    """Lock every (resource, local day) of both lists, and `more`, until the transaction ends."""
    all_days = list(days)
    pairs = {(r, day) for r in resources for day in all_days}
    lock_each(session, pairs.union(more), exclusive=exclusive)


def lock_each(session: Session, pairs: Iterable[tuple[int, date]], *, exclusive: bool) -> None:
    """Lock each (resource, local day) until the transaction ends."""
    ordered = sorted(pairs)
    session.execute(
        _EXCLUSIVE if exclusive else _SHARED,
        {"resources": [r for r, _ in ordered], "days": [day.toordinal() for _, day in ordered]},
    )
