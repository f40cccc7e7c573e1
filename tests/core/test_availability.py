"""Availability against a model that walks minute by minute, on days made by chance."""

from dataclasses import replace
from itertools import chain

import pytest

from core.availability import Slot, Taken, free_starts, minute, moment
from core.policy import bookable, judge
from core.rules import Service
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


Offered = tuple[list[tuple[int, ...]], list[tuple[int, ...]]]  # alone for each need, put together


def expected(asked: Case, book: Book) -> list[tuple[int, Offered]]:
    """Return each free start with who serves each need, by walking every minute."""
    starts: list[tuple[int, Offered]] = []
    for start in sorted({m for first, last in asked.windows for m in range(first, last)}):
        if not (book.on_grid(asked.service, start) and book.in_time(start, asked.now)):
            continue
        found = [
            offered
            for minutes, only in book.each_length(asked.service)
            if (offered := offered_for(asked, book, start, minutes, only)) is not None
        ]
        if found:
            starts.append((start, best(asked.service, found)))
    return starts


def offered_for(
    asked: Case, book: Book, start: int, minutes: int, only: list[int]
) -> Offered | None:
    """Return who is free for so many minutes; of the need that has them only who takes so long."""
    service = replace(asked.service, minutes=minutes)
    needs, sets = able(asked, book, only)
    free = {r: book.free(service, r, start) for r in {*chain(*needs), *chain(*chain(*sets))}}
    options = [tuple(r for r in ids if free[r]) for ids in needs]
    short = [tables for alone, tables in zip(options, sets, strict=True) if not alone]
    fits = [next((tuple(s) for s in tables if all(free[t] for t in s)), ()) for tables in short]
    return (options, fits) if all(fits) else None


def able(asked: Case, book: Book, only: list[int]) -> tuple[list[list[int]], list[list[list[int]]]]:
    """Return who may serve each need alone and put together, of those who take as long."""
    needs = book.may(asked.service, asked.party, asked.provider)
    sets = book.together(asked.service, asked.party, asked.provider)
    if not only:
        return needs, sets
    for n, need in enumerate(asked.service.needs):
        if set(only) & set(need.any_of):
            needs[n] = [r for r in needs[n] if r in only]
            sets[n] = [tables for tables in sets[n] if all(t in only for t in tables)]
    return needs, sets


def best(service: Service, found: list[Offered]) -> Offered:
    """Return what is offered by whoever is named first, with all who might do it instead."""
    if len(found) == 1:
        return found[0]
    own = dict(service.lengths)
    lead = next(n for n, need in enumerate(service.needs) if own.keys() & set(need.any_of))
    order = service.needs[lead].any_of
    first = min(found, key=lambda f: order.index(f[0][lead][0]))
    who = sorted({r for options, _ in found for r in options[lead]}, key=order.index)
    return [*first[0][:lead], tuple(who), *first[0][lead + 1 :]], first[1]


def differences(seed: int) -> list[str]:
    """Return where availability and the model differ on one day made by chance."""
    asked = case(seed)
    book = book_of(asked)
    wanted = dict(expected(asked, book))
    got = {minute(slot.start): (list(slot.options), list(slot.joined)) for slot in found(asked)}
    lines = [
        f"{seed} {asked.business.zone} {moment(at)}: {got.get(at)}, the model says {wanted.get(at)}"
        for at in sorted(wanted.keys() | got.keys())
        if wanted.get(at) != got.get(at)
    ]
    lines += [
        f"{seed} {asked.business.zone} {slot.start} is {slot.tidy or 'not'} tidy"
        for slot in found(asked)
        if slot.tidy is not tidy(asked, book, slot)
    ]
    return [*lines, *misjudged(seed, asked, book)]


def tidy(asked: Case, book: Book, slot: Slot) -> bool:
    """Whether whoever is best for each need is left with no gap that is avoided."""
    least, own = asked.business.gaps or 0, dict(asked.service.lengths)
    least = least if asked.service.gaps is None else asked.service.gaps
    best = [ids[0] for ids in slot.options if ids]
    took = (own[r] for r in best if r in own)
    service = replace(asked.service, minutes=next(took, asked.service.minutes))
    return all(book.tidy(service, r, minute(slot.start), least) for r in best)


def misjudged(seed: int, asked: Case, book: Book) -> list[str]:
    """Return where the rules that a hold asks first and the model differ, free or not."""
    own = (set(e.only) for e in asked.service.chosen)
    few = [(only, need) for only in own for need in asked.service.needs if only & set(need.any_of)]
    staff = {
        r
        for need in asked.service.needs
        for r in need.any_of
        if all(r in only for only, of in few if of is need)
    }
    lines = []
    first, last = asked.windows[0]
    for start in range(first, last):
        if not book.on_grid(asked.service, start) and start % 41:
            continue
        allowed = (
            book.on_grid(asked.service, start)
            and book.in_time(start, asked.now)
            and (asked.provider is None or asked.provider in staff)
            and any(
                works(asked, book, start, minutes, only)
                for minutes, only in book.each_length(asked.service)
            )
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


def works(asked: Case, book: Book, start: int, minutes: int, only: list[int]) -> bool:
    """Whether somebody of each need works for so many minutes, free or not."""
    service = replace(asked.service, minutes=minutes)
    return all(
        any(book.works(service, r, start) for r in ids)
        or any(all(book.works(service, t, start) for t in s) for s in tables)
        for ids, tables in zip(*able(asked, book, only), strict=True)
    )


def test_availability_is_what_the_model_says() -> None:
    """Not one minute differs, whatever the zone, the clock change, the shift or the bookings."""
    days = count(300, 10_000)
    wrong = [line for seed in range(days) for line in differences(seed)]
    assert wrong == [], f"{len(wrong)} differences, the first: " + "\n".join(wrong[:5])


@pytest.mark.parametrize("seed", [600, 3274, 8861])
def test_a_night_goes_on_over_the_date_line(seed: int) -> None:
    """Where a day never was, last night's shift is that of the day before it."""
    assert case(seed).business.zone.key == "Pacific/Apia"
    assert differences(seed) == []


def test_the_days_made_by_chance_are_worth_it() -> None:
    """The days ask for something: most have free starts, and every strange zone has many."""
    free: dict[str, int] = {}
    joined = 0
    for seed in range(400):
        asked = case(seed)
        slots = found(asked)
        joined += any(slot.joined for slot in slots)
        if slots:
            free[asked.business.zone.key] = free.get(asked.business.zone.key, 0) + 1
    assert sum(free.values()) > 120
    assert joined > 10
    assert set(free) >= {zone for zone, _ in PLACES}


def test_a_shift_goes_on_over_a_day_that_never_was() -> None:
    """Apia went from 29 to 31 December 2011: who worked over that midnight works on."""
    assert differences(600) == []
