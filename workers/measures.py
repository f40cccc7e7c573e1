"""What is counted while messages come and go; `bot` shows it at /metrics."""

from prometheus_client import Counter, Histogram

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)

INBOUND = Counter("slotkeeper_inbound_total", "Messages that came in", ["channel", "kind"])
IGNORED = Counter("slotkeeper_ignored_total", "Messages not stored, and why", ["channel", "why"])
OUTBOUND = Counter("slotkeeper_outbound_total", "Messages that vendors took", ["channel", "note"])
MONEY = Counter("slotkeeper_money_total", "News of money, each once", ["kind"])
FAILURES = Counter("slotkeeper_failures_total", "Sendings that failed", ["channel", "kind"])
SEND = Histogram(
    "slotkeeper_send_seconds", "Time a vendor took for a message", ["channel"], buckets=_SECONDS
)
TURN = Histogram("slotkeeper_turn_seconds", "Time of one turn of a dialog", buckets=_SECONDS)
