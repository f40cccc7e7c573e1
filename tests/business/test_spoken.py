"""Hours of one day that a provider set in chat, and a business file that is applied after them."""

from collections.abc import Callable
from datetime import date

from core import blocking, businesses
from core.applying import Outcome, applied, planned
from core.blueprint import Blueprint
from core.db import Database
from core.hours import open_spans
from core.rules import Business

Example = Callable[..., Blueprint]
ANAS_DAY = '[[special]]\nday = 2026-03-10\nhours = "{}"\nwho = "ana"\n'
CLOSED = "[[closed]]\nday = 2026-03-10\n"
DASH = "\N{EN DASH}"
CHAT_LAST = (
    f"Ana, Tue 10 Mar 2026: 12:00{DASH}16:00; chat was last and counts"
    f" (the file said 10:00{DASH}14:00)"
)
FILE_LAST = (
    f"Ana, Tue 10 Mar 2026: {{}}; the file was changed last and counts (chat said 12:00{DASH}16:00)"
)


def with_days(example: Example, *days: str) -> Blueprint:
    """Return Juniper's file with days of its own at the end."""
    return example("juniper", ("[holidays]", "".join(days) + "[holidays]"))


def set_in_chat(database: Database, number: int, hours: list[list[str]] | None) -> None:
    """Give Ana hours on the tenth, as her word in chat does."""
    with database.transaction(number) as session:
        ana = businesses.load(session).provider_named("ana").id
        businesses.bump(session)
        blocking.set_day_hours(session, resource=ana, day=date(2026, 3, 10), hours=hours)


def _loaded(database: Database, number: int) -> Business:
    with database.transaction(number) as session:
        return businesses.load(session)


def anas_day(database: Database, number: int) -> list[str]:
    """Return when Ana is there on the tenth."""
    business = _loaded(database, number)
    spans = open_spans(business, business.provider_named("ana").id, date(2026, 3, 10))
    edges = [[edge.astimezone(business.zone) for edge in span] for span in spans]
    return [f"{start:%H}-{end:%H}" for start, end in edges]


def test_hours_set_in_chat_stay(database: Database, example: Example) -> None:
    """A file that says nothing of the day leaves them, changed elsewhere or applied as it was."""
    number = applied(database, example("juniper")).business
    set_in_chat(database, number, [["12:00", "16:00"]])
    assert applied(database, example("juniper")) == Outcome(number)
    changed = applied(database, example("juniper", ("per_day = 8", "per_day = 7")))
    assert len(changed.changes) == 1
    assert changed.concerns == ()
    assert anas_day(database, number) == ["12-16"]
    set_in_chat(database, number, None)
    assert anas_day(database, number) == ["09-13", "13-19"]


def test_the_later_word_on_a_day_counts(database: Database, example: Example) -> None:
    """Chat's while the file says what it said; the file's once it says something else."""
    number = applied(database, with_days(example, ANAS_DAY.format("10:00-14:00"))).business
    assert anas_day(database, number) == ["10-14"]
    set_in_chat(database, number, [["12:00", "16:00"]])
    again = applied(database, with_days(example, ANAS_DAY.format("10:00-14:00")))
    assert (again.changes, [str(c) for c in again.concerns]) == (
        (),
        [CHAT_LAST],
    )
    assert anas_day(database, number) == ["12-16"]
    later = with_days(example, ANAS_DAY.format("10:00-15:00"))
    said = FILE_LAST.format("10:00-15:00".replace("-", DASH))
    assert [str(c) for c in planned(database, later).concerns] == [said]
    assert anas_day(database, number) == ["12-16"]
    assert [str(c) for c in applied(database, later).concerns] == [said]
    assert anas_day(database, number) == ["10-15"]
    assert applied(database, later).concerns == ()


def test_what_chat_set_hides_the_files_day_and_gives_it_back(
    database: Database, example: Example
) -> None:
    """Taken back in chat, the day is as the file has it by then."""
    number = applied(database, example("juniper")).business
    set_in_chat(database, number, [])
    assert anas_day(database, number) == []
    applied(database, with_days(example, ANAS_DAY.format("10:00-14:00")))
    set_in_chat(database, number, [["12:00", "16:00"]])
    assert anas_day(database, number) == ["12-16"]
    set_in_chat(database, number, None)
    assert anas_day(database, number) == ["10-14"]


def test_a_day_that_the_file_newly_closes_is_closed(database: Database, example: Example) -> None:
    """Whoever meant to work then; asked for again in chat, they do."""
    number = applied(database, example("juniper")).business
    set_in_chat(database, number, [["12:00", "16:00"]])
    closed = applied(database, with_days(example, CLOSED))
    assert [str(c) for c in closed.concerns] == [FILE_LAST.format("closed")]
    assert anas_day(database, number) == []
    set_in_chat(database, number, [["12:00", "16:00"]])
    assert applied(database, with_days(example, CLOSED)).changes == ()
    assert anas_day(database, number) == ["12-16"]
