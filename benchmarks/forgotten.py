"""The look for forgotten work: what the tick asks of a book with a million rows, all done."""

from collections.abc import Iterator
from datetime import timedelta

from world import FULL, NOW, Bench, Figure, at_most, median_ms, settle, timed

from workers.tick import forgotten, next_due

ROWS = 1_000_000
LATER = 1_000_000 if FULL else 100_000  # reminders and the like that are still to come
_INBOX = """
INSERT INTO inbox (business_id, address_id, channel, message_id, kind, body, received_at, due_at,
    answered_at)
SELECT %s, 1, 'sms', 'm' || n, 'text', 'haircut tomorrow at 3pm', %s - n * interval '1 s',
    %s - n * interval '1 s', %s FROM generate_series(1, %s) AS n
"""
_OUTBOX = """
INSERT INTO outbox (business_id, address_id, note, locale, status, due_at, created_at)
SELECT %s, 1, 'proposal', 'en', 'sent', %s - n * interval '1 s', %s - n * interval '1 s'
FROM generate_series(1, %s) AS n
"""
_DUE = """
INSERT INTO due_work (business_id, kind, subject_id, key, due_at, done_at)
SELECT %s, 'lapse', n, 'lapse:' || n, %s - n * interval '1 s', %s FROM generate_series(1, %s) AS n
"""
_LATER = """
INSERT INTO due_work (business_id, kind, subject_id, key, due_at)
SELECT %s, 'remind', n, 'remind:' || n, %s + n * interval '1 s' FROM generate_series(1, %s) AS n
"""


def measure(bench: Bench) -> Iterator[Figure]:
    """Yield the time of an empty look and of one that finds a batch, as the router sees them."""
    with bench.database("bench_forgotten") as database:
        business = settle(database, tenants=1)[0].business.id
        with bench.admin("bench_forgotten") as raw:
            raw.execute("SET session_replication_role = replica")
            raw.execute(_INBOX, [business, NOW, NOW, NOW, ROWS // 3])
            raw.execute(_OUTBOX, [business, NOW, NOW, ROWS // 3])
            raw.execute(_DUE, [business, NOW, NOW, ROWS // 3])
            raw.execute(_LATER, [business, NOW + timedelta(days=1), LATER])
            for table in ("inbox", "outbox", "due_work"):
                raw.execute(f"VACUUM (ANALYZE) {table}")
        empty = median_ms(timed(lambda: forgotten(database, now=NOW), times=500))
        ahead = median_ms(timed(lambda: next_due(database), times=500))
        with bench.admin("bench_forgotten") as raw:
            raw.execute("UPDATE inbox SET answered_at = NULL WHERE id <= 200")
            raw.execute("UPDATE due_work SET done_at = NULL WHERE id <= 200")
        found = len(forgotten(database, now=NOW))
        full = median_ms(timed(lambda: forgotten(database, now=NOW), times=200))
    name = f"look over {ROWS:,} rows done and {LATER:,} to come, p50"
    yield at_most(name, empty, 1, unit="ms")
    yield Figure(f"  the same where {found} pieces are found", f"{full:.2f} ms")
    yield Figure("  look for the next instant of work", f"{ahead:.2f} ms")
