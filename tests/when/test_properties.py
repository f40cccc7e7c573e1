"""What is always true of the grammar: it never raises, and nothing is lost in keeping."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st

from dialogs.when import Context, Wish, combine, read

LANGUAGES = ("en", "es", "fr", "de", "it", "pt")
ZONES = (
    *("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"),
    *("America/Sao_Paulo", "America/Mexico_City", "America/Bogota", "America/Toronto"),
    *("Europe/London", "Europe/Madrid", "Europe/Paris", "Europe/Berlin", "Europe/Rome"),
    *("Europe/Lisbon", "Asia/Tokyo", "Asia/Kolkata", "Australia/Sydney", "Pacific/Auckland"),
    *("Africa/Johannesburg", "UTC"),
)
WORDS = tuple(
    """
    monday next week at 3 pm or and not before after tomorrow the 5th of june every other from
    to until between in on half past quarter 12:30 - , . ? 3 days later same time morning early
    30 february 25:99 99 0 1730 actually no make it move for 2 hours weekend christmas ET gmt -3
    but except mondays 31/31 2026-13-45 ½ 🙂 İ ß lunes mañana halb viertel demain às le late
    """.split()  # noqa: SIM905 - a soup of words reads better without quotes
)
moments = st.integers(0, 60 * 24 * 365 * 6).map(
    lambda minutes: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
zones = st.sampled_from(ZONES).map(ZoneInfo)
soup = st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join)


@given(st.one_of(st.text(max_size=300), soup), moments, zones, st.sampled_from(LANGUAGES))
@example("12.30.99 31.2.", datetime(2026, 3, 4, tzinfo=UTC), ZoneInfo("UTC"), "de")
def test_reading_never_raises(text: str, now: datetime, zone: ZoneInfo, language: str) -> None:
    """Any text at any moment in any zone gives a wish whose windows are in order and aware."""
    context = Context(ref=now + timedelta(days=2), bare_numbers=len(text) % 2 == 0)
    wish = read(text, now=now, zone=zone, locale=language, context=context)
    for window in (*wish.windows, *wish.exclude):
        assert window.start is not None or window.end is not None
        assert all(end is None or end.tzinfo for end in (window.start, window.end))
        if window.start and window.end:
            assert window.start <= window.end
    assert all(0 <= first <= last <= len(text) for first, last in wish.spans)


@given(soup, soup, moments, zones)
def test_combining_never_raises_and_keeping_loses_nothing(
    first: str, second: str, now: datetime, zone: ZoneInfo
) -> None:
    """Two wishes join into one, and a wish comes back from its JSON as it went."""
    one, two = (read(text, now=now, zone=zone) for text in (first, second))
    joined = combine(one, two, now=now, zone=zone)
    kept = Wish.from_json(joined.to_json())
    assert [(w.start, w.end, w.grain) for w in kept.windows] == [
        (w.start, w.end, w.grain) for w in joined.windows
    ]
    assert (kept.rrule, kept.duration, kept.problem) == (
        joined.rrule,
        joined.duration,
        joined.problem,
    )
