"""Series in plain Python, on top of the book: every day at one hour, so many times."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from models.book import FURTHEST, SERVICES, ZONE, Book, Booking, Seat, wall


@dataclass
class Daily:
    """One series: what recurs every day from `first` on at a minute of the day, `times` times."""

    person: int
    service: str
    party: int
    provider: str | None
    first: date
    at: int
    times: int
    status: str
    laid: date  # the last day that was looked at

    def starts(self, until: date, after: date | None = None) -> list[int]:
        """Return the starts on days up to one, in minutes since the epoch."""
        days = (self.first + timedelta(n) for n in range(self.times))
        clock = time(self.at // 60, self.at % 60)
        return [
            int(datetime.combine(day, clock, ZONE).timestamp()) // 60
            for day in days
            if day <= until and (after is None or day > after)
        ]


Answers = list[tuple[int, str | tuple[Seat, ...]]]
"""For each start the seats that it gets, or why it gets none; what is past is left out."""


@dataclass
class Recurring(Book):
    """The book, and what recurs in it."""

    series: dict[int, Daily] = field(default_factory=dict)

    def reach(self) -> date:
        return wall(self.now).date() + timedelta(FURTHEST)

    def wanted(self, plan: Daily, starts: list[int], series: int) -> Answers:
        """Judge all of them before any is taken, as if each were alone on its day."""
        found: Answers = []
        left = []
        for start in starts:
            refused = self.rules(plan.service, start, plan.party, plan.provider)
            refused = refused or self.person(plan.service, start, plan.person, None, series)
            if refused is None:
                left.append(start)
            elif refused != "past":
                found.append((start, refused))
        facts = SERVICES[plan.service]
        may = self.may(plan.service, plan.provider)
        among = {who for s in left for need in may for who in self.ready(need, plan.service, s)}
        spans = {s: set(range(s - facts.before, s + facts.minutes + facts.after)) for s in left}
        for whole in spans.values():
            self.sweep_around(among, whole)
        rows = dict(self.rows)
        for start in left:
            got = self.seats(plan.service, start, plan.party, plan.provider, None, alone=False)
            if not isinstance(got, str):  # so that the limits of who serves it count it
                row = Booking(
                    plan.person, plan.service, start, plan.party, "confirmed", None, got, {}
                )
                row.time = dict.fromkeys(got, spans[start])
                self.rows[-start] = row
            found.append((start, got))
        self.rows = rows
        return sorted(found)

    def of(self, series: int, since: int) -> list[int]:
        """Return the bookings of a series that stand from a minute on, in order of time."""
        rows = [
            (row.start, number)
            for number, row in self.rows.items()
            if row.series == series
            and row.target is None
            and row.start >= since
            and self.stands(row)
        ]
        return [number for _, number in sorted(rows)]

    def confirm_series(self, series: int, until: int | None) -> str:
        """Say yes to all that stands of it, or to nothing."""
        found, numbers = self.series[series], self.of(series, self.now)
        part_gone = any(
            row.status in {"released", "expired"}
            or (row.status == "held" and not self.pending(row))
            for row in self.rows.values()
            if row.series == series and row.target is None
        )
        if found.status != "held" or not numbers or part_gone:
            return "gone"
        before = {n: replace(self.rows[n]) for n in numbers}
        if until is not None:
            until = min(until, self.rows[numbers[0]].start)
        if any(self.confirm(n, until) == "gone" for n in numbers):
            self.rows.update(before)
            return "gone"
        if until is None:
            found.status = "standing"
        return "done"

    def end_series(self, series: int, since: int) -> list[int]:
        numbers = self.of(series, max(since, self.now))
        self.series[series].status = "ended"
        return [n for n in numbers if self.end(n, "cancelled") == "done"]

    def release_series(self, series: int) -> None:
        for number in self.of(series, self.now):
            self.end(number, "released")
        self.lapse_series(series)

    def lapse_series(self, series: int) -> bool:
        held = self.series[series].status == "held"
        if held:
            self.series[series].status = "ended"
        return held

    def move_series(self, series: int, plan: Daily, since: int) -> tuple[Answers, list[int]]:
        """Move what stands; return the answers, and the numbers that the holds have for now.

        They are below nothing, in the order in which they were made. Where nothing can be moved,
        the series stays what it is.
        """
        kept, old = self.series[series], self.of(series, max(since, self.now))
        pairs = self.paired(old, plan)
        going = [(n, start) for n, start in pairs if start and wall(start).date() <= self.reach()]
        later = any(start > self.rows[n].start for n, start in going)
        stood = [(wall(self.rows[n].start).date(), start) for n, start in pairs if start]
        found: Answers = []
        made: list[int] = []
        for number, start in reversed(going) if later else going:
            got = self.hold(
                plan.service,
                start,
                party=plan.party,
                provider=plan.provider,
                person=plan.person,
                instead=number,
                series=series,
            )
            found.append((start, got))
            if not isinstance(got, str):
                hold = -1 - len(made)
                until = self.now + 1
                row = Booking(plan.person, plan.service, start, plan.party, "held", until, got, {})
                self.take(hold, row, number)
                assert self.swap(number, hold) == "done"
                made.append(hold)
        if made:
            for number in {*old} - {number for number, _ in going}:
                self.end(number, "cancelled")
            own = {wall(start).date() for start in kept.starts(kept.laid)}
            was, start = next((pair for pair in reversed(stood) if pair[0] in own), stood[-1])
            laid = min(kept.laid + (wall(start).date() - was), self.reach())
            self.series[series] = replace(plan, status=kept.status, laid=laid)
        return found, made

    def paired(self, old: list[int], plan: Daily) -> list[tuple[int, int]]:
        """Give each booking the start nearest to where the first one's way leads it; 0: none."""
        if not old:
            return []
        days = [wall(self.rows[number].start).date() for number in old]
        by = plan.first - days[0]
        far = max(self.reach(), days[-1] + by) + timedelta(32)
        left = [start for start in plan.starts(far) if start > self.now]
        found = []
        for number, day in zip(old, days, strict=True):
            near = min(left, key=lambda s: abs(wall(s).date() - (day + by)), default=0)
            left = [start for start in left if near and wall(start).date() > wall(near).date()]
            found.append((number, near))
        return found

    def numbered(self, made: dict[int, int]) -> None:
        """Give what has a number for now the one that it has in the end."""
        self.rows = {made.get(number, number): row for number, row in self.rows.items()}
