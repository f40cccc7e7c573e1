"""What `/metrics` shows: what this process counted, and how much work waits for anybody."""

import hmac
import ipaddress

from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, Histogram, generate_latest
from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import Response

from core.db import Database

REQUESTS = Counter("slotkeeper_requests_total", "Requests answered", ["door", "status"])
SECONDS = Histogram(
    "slotkeeper_request_seconds",
    "From a request to its answer",
    ["door"],
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 3),
)
_DEPTH = Gauge("slotkeeper_queue_depth", "Rows that are due and not done, 10000 at most", ["queue"])
_LATE = Gauge("slotkeeper_lateness_seconds", "How long the oldest of them is due", ["queue"])

_WAITING = text("""
SELECT 'inbox' AS queue, count(*) AS depth, min(due_at) AS oldest FROM (SELECT due_at FROM inbox
    WHERE answered_at IS NULL AND due_at <= :now ORDER BY due_at LIMIT 10000) AS i
UNION ALL
SELECT 'outbox', count(*), min(due_at) FROM (SELECT due_at FROM outbox
    WHERE status = 'pending' AND due_at <= :now ORDER BY due_at LIMIT 10000) AS o
UNION ALL
SELECT 'due', count(*), min(due_at) FROM (SELECT due_at FROM due_work
    WHERE done_at IS NULL AND due_at <= :now ORDER BY due_at LIMIT 10000) AS d
""")


def shown(database: Database) -> Response:
    """Return all figures in the text format of Prometheus."""
    now = database.now()
    for row in database.route(_WAITING, {"now": now}):
        _DEPTH.labels(row.queue).set(row.depth)
        late = (now - row.oldest).total_seconds() if row.oldest else 0.0
        _LATE.labels(row.queue).set(late)
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def allowed(request: Request, key: str | None) -> bool:
    """Whether whoever asks may see the figures: by the key, or without one from this machine.

    What a proxy on this machine passes on comes from elsewhere.
    """
    if key:
        given = request.headers.get("authorization", "").encode()
        return hmac.compare_digest(given, f"Bearer {key}".encode())
    if request.client is None or "x-forwarded-for" in request.headers:
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
