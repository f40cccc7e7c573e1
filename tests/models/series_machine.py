"""Series among everything else: held, agreed to, cancelled, moved and extended, against a model."""

from datetime import datetime, time, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule
from sqlalchemy import text

from core import series, shifting
from core.recurrence import Recurrence
from core.series import Laid, Plan
from models.book import Booking, wall
from models.machine import BY, LASTS, NINE, WISHES, Machine, Wish, when
from models.recurring import Answers, Daily, Recurring

SINCE = st.sampled_from([0, 0, 1440, 2 * 1440])  # all, without the first day's, without two days'
SOME = st.integers(0, 3)


class SeriesMachine(Machine):
    """Does what recurs twice too: to the database, and to the model."""

    book: Recurring

    @initialize()
    def open(self) -> None:
        super().open()
        self.book = Recurring(NINE)

    def pick(self, index: int, statuses: set[str] | None = None) -> int | None:
        """Choose one of the model's bookings; what is held of a series is agreed to with it."""
        rows = [
            number
            for number, row in self.book.rows.items()
            if (not statuses or row.status in statuses)
            and (row.series is None or self.book.series[row.series].status != "held")
        ]
        return rows[-1 - index % len(rows)] if rows else None

    def series_of(self, index: int, statuses: set[str] | None = None) -> int:
        """Choose one of the series, of a status where there is one."""
        every = list(self.book.series)
        some = [n for n in every if not statuses or self.book.series[n].status in statuses]
        return (some or every)[-1 - index % len(some or every)]

    def plan(self, daily: Daily) -> Plan:
        clock = time(daily.at // 60, daily.at % 60)
        return Plan(
            self.business.service_named(daily.service),
            Recurrence(f"FREQ=DAILY;COUNT={daily.times}", daily.first, clock),
            daily.party,
            self.ids[daily.provider] if daily.provider else None,
        )

    @rule(wish=WISHES, person=st.integers(0, 5), lasts=LASTS, times=st.integers(1, 5))
    def hold_series(self, wish: Wish, person: int, lasts: int, times: int) -> None:
        """Hold what recurs every day, all that can be had of it."""
        self.take_series(wish, person, lasts, times)

    @rule(wish=WISHES, person=st.integers(0, 5), times=st.integers(2, 6))
    def book_series(self, wish: Wish, person: int, times: int) -> None:
        """Hold it, and say yes at once."""
        number = self.take_series(wish, person, 5, times)
        self.confirm_one(number, None)

    def take_series(self, wish: Wish, person: int, lasts: int, times: int) -> int:
        local = wall(wish.start)
        daily = Daily(
            person,
            wish.service,
            max(1, wish.party),
            wish.provider,
            local.date(),
            local.hour * 60 + local.minute,
            times,
            "held",
            self.book.reach(),
        )
        until = self.book.now + lasts
        laid = self.do(
            series.hold,
            business=self.business,
            plan=self.plan(daily),
            person=self.people[person],
            until=when(until),
            by=BY,
        )
        expected = self.book.wanted(daily, daily.starts(daily.laid), laid.series)
        self.book.series[laid.series] = daily
        self.laid(laid, expected, until)
        self.compare()
        return int(laid.series)

    def laid(self, laid: Laid, expected: Answers, until: int) -> None:
        """Compare what was laid out, and write the holds into the model."""
        daily = self.book.series[laid.series]
        said: list[tuple[datetime, str | None]] = [(one.start, None) for one, _ in laid.held]
        said += [(one.start, refused.reason.value) for one, refused in laid.refused]
        answers = [(when(s), got if isinstance(got, str) else None) for s, got in expected]
        assert sorted(said, key=lambda one: one[0]) == answers
        seats = {when(start): got for start, got in expected}
        for one, held in laid.held:
            choice = seats[one.start]
            assert not isinstance(choice, str)
            start = int(one.start.timestamp()) // 60
            ends = min(until, max(start, self.book.now + 1))
            row = Booking(daily.person, daily.service, start, daily.party, "held", ends, choice, {})
            self.book.take(held.id, row, None)
            row.series = laid.series

    @precondition(lambda self: self.book.series)
    @rule(index=SOME, asks=st.sampled_from([None, None, 1, 30]))
    def confirm_series(self, index: int, asks: int | None) -> None:
        """Say yes to a series, or ask the provider, or give the provider's word."""
        self.confirm_one(self.series_of(index, {"held"}), asks)

    def confirm_one(self, number: int, asks: int | None) -> None:
        until = self.book.now + asks if asks is not None else None
        got = self.do(
            series.confirm,
            business=self.business,
            series=number,
            by=BY,
            provider_until=when(until) if until is not None else None,
        )
        assert (got or "done") == self.book.confirm_series(number, until)
        self.compare()

    @precondition(lambda self: self.book.series)
    @rule(index=SOME, since=SINCE)
    def end_series(self, index: int, since: int) -> None:
        """Cancel all of a series, or what comes from a day on."""
        number = self.series_of(index, {"standing"})
        gone = self.do(series.end, series=number, since=when(NINE + since), by=BY)
        assert gone == self.book.end_series(number, NINE + since)
        self.compare()

    @precondition(lambda self: self.book.series)
    @rule(index=SOME, lapse=st.booleans())
    def give_up(self, index: int, *, lapse: bool) -> None:
        """Let go of what is held of a series, or find that nobody said yes in time."""
        number = self.series_of(index, {"held"})
        if lapse:
            with self.database.transaction(self.number) as session:
                assert series.lapse(session, series=number) is self.book.lapse_series(number)
        else:
            self.do(series.release, series=number, by=BY)
            self.book.release_series(number)
        self.compare()

    @precondition(lambda self: self.book.series)
    @rule(
        index=SOME,
        since=SINCE,
        days=st.sampled_from([0, 0, 0, 1]),
        minutes=st.sampled_from([-60, -15, 15, 30, 60, 300]),
        times=st.integers(0, 2),
    )
    def move_series(self, index: int, since: int, days: int, minutes: int, times: int) -> None:
        """Move a series or what is left of it, often into time of its own."""
        number = self.series_of(index, {"standing", "held"})
        old = self.book.series[number]
        at = old.at + minutes
        if not 0 <= at < 1440:
            return
        first = old.first + timedelta(days=days + since // 1440)
        plan = Daily(
            old.person,
            old.service,
            old.party,
            old.provider,
            first,
            at,
            max(1, old.times - times),
            old.status,
            old.laid,
        )
        newest = max(self.book.rows, default=0)
        with self.database.transaction(self.number) as session:
            found = series.read(session, self.business, number)
            assert found is not None
            laid = shifting.move(
                session,
                business=self.business,
                series=found,
                plan=self.plan(plan),
                since=when(NINE + since),
                by=BY,
                now=session.now,
            )
        answers, made = self.book.move_series(number, plan, NINE + since)
        said: list[tuple[datetime, str | None]] = [(one.start, None) for one, _ in laid.held]
        said += [(one.start, refused.reason.value) for one, refused in laid.refused]
        expected = [(when(s), got if isinstance(got, str) else None) for s, got in answers]
        assert sorted(said, key=_start) == sorted(expected, key=_start)
        ids = [row.id for row in self.rows("SELECT id FROM bookings WHERE id > :id", id=newest)]
        assert len(ids) == len(made)
        self.book.numbered(dict(zip(made, sorted(ids), strict=True)))
        self.compare()

    @precondition(lambda self: any(s.status == "standing" for s in self.book.series.values()))
    @rule(index=SOME, tomorrow=st.booleans())
    def extend_series(self, index: int, *, tomorrow: bool) -> None:
        """Lay out the days that came within reach, perhaps since a day has gone by."""
        if tomorrow:
            self.clock(1440)
        number = self.series_of(index, {"standing"})
        daily = self.book.series[number]
        laid = self.do(series.extend, business=self.business, series=number)
        reach = self.book.reach()
        expected = self.book.wanted(daily, daily.starts(reach, after=daily.laid), number)
        self.laid(laid, expected, self.book.now + 10**6)
        for _, held in laid.held:
            assert self.book.confirm(held.id, None) == "done"
        daily.laid = max(reach, daily.laid)
        self.compare()

    def rows(self, statement: str, **facts: Any) -> list[Any]:  # noqa: ANN401 - rows
        with self.database.transaction(self.number) as session:
            return list(session.execute(text(statement), facts).all())

    def compare(self) -> None:
        """Check the series too, and whose each booking is."""
        super().compare()
        kept = {r.id: (r.status, r.laid_until) for r in self.rows("SELECT * FROM series")}
        assert kept == {n: (one.status, one.laid) for n, one in self.book.series.items()}
        whose = {r.id: r.series_id for r in self.rows("SELECT id, series_id FROM bookings")}
        assert whose == {n: row.series for n, row in self.book.rows.items()}


def _start(one: tuple[datetime, str | None]) -> datetime:
    return one[0]
