"""Availability against a model that walks minute by minute, on days made by chance."""

from core.availability import Slot, Taken, free_starts, minute, moment
from core.policy import bookable, judge
from core.span import Span, both
from models.brute import Book
from models.chances import PLACES, Case, case
from support.counts import count


def found(asked: Case) -> list[Slot]:
    """Ask availability as `core.finding.free` does."""
    windows = both(
        [Span(moment(start), moment(end)) for start, end in asked.windows],
        [bookable(asked.business, now=asked.now)],
    )
    return free_starts(
        asked.business,
        asked.service,
        party=asked.party,
        provider=asked.provider,
        windows=windows,
        taken=[Taken(r, seat, [(start, end)]) for r, seat, start, end in asked.taken],
        full_days=asked.full,
        limit=100_000,
    )


def book_of(asked: Case) -> Book:
    """Give the model the same business and the same taken time."""
    first = min(start for start, _ in asked.windows)
    last = max(end for _, end in asked.windows)
    return Book(asked.business, first, last, asked.taken, asked.full)


def expected(asked: Case, book: Book) -> list[tuple[int, list[tuple[int, ...]]]]:
    """Return each free start with the free resources of each need, by walking every minute."""
    needs = book.may(asked.service, asked.party, asked.provider)
    starts = []
    for start in sorted({m for first, last in asked.windows for m in range(first, last)}):
        if not (book.on_grid(start) and book.in_time(start, asked.now)):
            continue
        options = [tuple(r for r in ids if book.free(asked.service, r, start)) for ids in needs]
        if all(options):
            starts.append((start, options))
    return starts


def differences(seed: int) -> list[str]:
    """Return where availability and the model differ on one day made by chance."""
    asked = case(seed)
    book = book_of(asked)
    wanted = dict(expected(asked, book))
    got = {minute(slot.start): list(slot.options) for slot in found(asked)}
    lines = [
        f"{seed} {asked.business.zone} {moment(at)}: {got.get(at)}, the model says {wanted.get(at)}"
        for at in sorted(wanted.keys() | got.keys())
        if wanted.get(at) != got.get(at)
    ]
    return [*lines, *misjudged(seed, asked, book)]


def misjudged(seed: int, asked: Case, book: Book) -> list[str]:
    """Return where the rules that a hold asks first and the model differ, free or not."""
    needs = book.may(asked.service, asked.party, asked.provider)
    staff = {r for need in asked.service.needs for r in need.any_of}
    lines = []
    first, last = asked.windows[0]
    for start in range(first, last):
        if not book.on_grid(start) and start % 41:
            continue
        allowed = (
            book.on_grid(start)
            and book.in_time(start, asked.now)
            and (asked.provider is None or asked.provider in staff)
            and all(any(book.works(asked.service, r, start) for r in ids) for ids in needs)
        )
        refused = judge(
            asked.business,
            asked.service,
            start=moment(start),
            party=asked.party,
            provider=asked.provider,
            now=asked.now,
        )
        if allowed is not (refused is None):
            lines.append(f"{seed} {asked.business.zone} judging {moment(start)}: {refused}")
    return lines


def test_availability_is_what_the_model_says() -> None:
    """Not one minute differs, whatever the zone, the clock change, the shift or the bookings."""
    days = count(300, 10_000)
    wrong = [line for seed in range(days) for line in differences(seed)]
    assert wrong == [], f"{len(wrong)} differences, the first: " + "\n".join(wrong[:5])


def test_the_days_made_by_chance_are_worth_it() -> None:
    """The days ask for something: most have free starts, and every strange zone has many."""
    free: dict[str, int] = {}
    for seed in range(400):
        asked = case(seed)
        if found(asked):
            free[asked.business.zone.key] = free.get(asked.business.zone.key, 0) + 1
    assert sum(free.values()) > 120
    assert set(free) >= {zone for zone, _ in PLACES}


def test_a_shift_goes_on_over_a_day_that_never_was() -> None:
    """Apia went from 29 to 31 December 2011: who worked over that midnight works on."""
    assert differences(600) == []
