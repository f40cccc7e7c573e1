"""What must hold of money, asked of the rows themselves: questions of `core.verify`."""

_ONCE_CONFIRMED = "('confirmed', 'completed', 'no_show')"

# What a booking has: all that came for it, less what a move or a dispute took away again. What was
# given back of good will stays counted.
_HAS = """
has AS (
    SELECT booking_id, sum(amount) AS amount FROM ledger
    WHERE business_id = :business AND (kind IN ('charge', 'transfer')
        OR kind = 'refund' AND reason IN ('moved', 'twice')) GROUP BY booking_id)
"""

QUESTIONS: dict[str, str] = {
    "a booking that needs money has it": f"""
WITH {_HAS}
SELECT b.ref AS which, b.status || ' and needs ' || (b.policy ->> 'due') || ', has '
    || coalesce(h.amount, 0) AS found
FROM bookings b LEFT JOIN has h ON h.booking_id = b.id
WHERE b.business_id = :business AND b.status IN {_ONCE_CONFIRMED}
  AND CAST(b.policy ->> 'due' AS int) > coalesce(h.amount, 0)""",
    "no more goes back than came": """
SELECT 'checkout ' || c.id AS which, 'took ' || coalesce(l.came, 0) || ', and '
    || r.back || ' goes back' AS found
FROM checkouts c
JOIN (SELECT checkout_id, sum(amount) AS back FROM refunds
    WHERE business_id = :business AND status <> 'failed' GROUP BY 1) AS r ON r.checkout_id = c.id
LEFT JOIN (SELECT checkout_id, sum(amount) AS came FROM ledger
    WHERE business_id = :business AND kind = 'charge' GROUP BY 1) AS l ON l.checkout_id = c.id
WHERE c.business_id = :business AND r.back > coalesce(l.came, 0)""",
    "what goes back says why": """
SELECT 'refund ' || id AS which, amount || ' without its reason or its tier' AS found
FROM refunds WHERE business_id = :business AND (reason = '' OR tier = '')""",
    "the ledger has what went back": """
SELECT 'refund ' || r.id AS which, r.status || ' of ' || r.amount || ', and the ledger has '
    || coalesce(-l.amount, 0) AS found
FROM refunds r LEFT JOIN (
    SELECT split_part(key, ':', 2) AS refund, sum(amount) AS amount FROM ledger
    WHERE business_id = :business AND kind = 'refund' GROUP BY 1) AS l ON l.refund = r.id::text
WHERE r.business_id = :business
  AND coalesce(-l.amount, 0) <> CASE r.status WHEN 'done' THEN r.amount ELSE 0 END""",
    "what was paid is in the ledger": """
SELECT 'checkout ' || c.id AS which, c.status || ', and the ledger has '
    || count(l.id) || ' charges of it' AS found
FROM checkouts c LEFT JOIN ledger l
    ON l.business_id = :business AND l.checkout_id = c.id AND l.kind = 'charge'
WHERE c.business_id = :business GROUP BY c.id, c.status
HAVING count(l.id) <> CASE c.status WHEN 'paid' THEN 1 ELSE 0 END""",
    # What never was booked keeps nothing; what was cancelled keeps what its tier says.
    "no money is left where nothing was booked": f"""
SELECT b.ref AS which, b.status || ', and ' || sum(l.amount) || ' of its money is still here'
    AS found
FROM bookings b JOIN ledger l ON l.business_id = :business AND l.booking_id = b.id
WHERE b.business_id = :business AND b.status NOT IN {_ONCE_CONFIRMED} AND NOT EXISTS (
    SELECT 1 FROM booking_events e WHERE e.business_id = :business AND e.booking_id = b.id
      AND e.kind = 'confirmed')
GROUP BY b.id, b.ref, b.status
HAVING sum(l.amount) > coalesce((SELECT sum(r.amount) FROM refunds r
    WHERE r.business_id = :business AND r.booking_id = b.id AND r.status <> 'done'), 0)""",
    "what waits for money has a page to pay at": """
SELECT b.ref AS which, 'waits for money until ' || b.expires_at || ', and nothing is open' AS found
FROM bookings b WHERE b.business_id = :business AND b.status = 'awaiting_payment'
  AND b.expires_at > :now AND NOT EXISTS (
    SELECT 1 FROM checkouts c WHERE c.business_id = :business AND c.booking_id = b.id
      AND c.status IN ('opening', 'open')) AND b.series_id IS NULL""",
}
