"""Where races take place: a database with one business and its customers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from bot.commands.verify import proved, report
from core.db import Database
from core.rules import Business
from races.racing import Result

EXAMPLES = Path(__file__).parents[2] / "examples"
MONDAY = datetime(2026, 3, 2, 14, tzinfo=UTC)  # nine in the morning in New York
LIMITS = "[limits] # of one customer\nper_day = 2\nopen = 5\n"


_OVERLAPS = text(
    "SELECT count(*) FROM allocations a JOIN allocations b ON b.resource_id = a.resource_id"
    " AND b.seat = a.seat AND b.id > a.id AND b.during && a.during WHERE a.active AND b.active"
)


@dataclass
class Ground:
    """A database with one business and its customers."""

    url: str
    database: Database
    business: Business
    people: list[int]

    def day(self, number: int) -> datetime:
        """Return ten in the morning of a day: 0 is tomorrow, a Tuesday; 3 a Friday, 4 a Tuesday."""
        week, day = divmod(number, 4)
        local = datetime(2026, 3, 3, 10, tzinfo=self.business.zone)
        return (local + timedelta(days=7 * week + day)).astimezone(UTC)

    def starts(self, number: int, count: int, minutes: int = 15) -> list[datetime]:
        """Return so many starts of a day, so far apart."""
        return [self.day(number) + timedelta(minutes=minutes * n) for n in range(count)]

    def ask(self, question: str) -> Sequence[Any]:
        """Return the rows of a question to the whole database."""
        with self.database.owner.connect() as connection:
            return connection.execute(text(question)).all()

    def check(self, result: Result) -> None:
        """Check what every race must leave: no error, no overlap, refusals of known reasons."""
        assert result.errors == [], f"{len(result.errors)} errors\n" + "\n".join(result.errors[:2])
        with self.database.owner.connect() as connection:
            assert connection.execute(_OVERLAPS).scalar_one() == 0
        said = report(proved(self.database))
        assert said.startswith("the book is right"), said
        assert result.answers["no alternative"] == 0
