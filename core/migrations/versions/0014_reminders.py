"""Reminders: a booking that gets its time is looked at, whatever gave it that."""

from alembic import op

revision = "0014"
down_revision = "0013"

_TIMED = """
CREATE FUNCTION slotkeeper_booking_timed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO due_work (business_id, kind, subject_id, key, due_at)
    VALUES (NEW.business_id, 'reminders', NEW.id,
        'reminders:' || NEW.id || ':' || NEW.version, slotkeeper_now())
    ON CONFLICT (business_id, key) DO NOTHING;
    RETURN NULL;
END
$$;
CREATE TRIGGER timed AFTER UPDATE OF status, version ON bookings FOR EACH ROW
    WHEN (NEW.status = 'confirmed'
        AND (OLD.status <> 'confirmed' OR OLD.version <> NEW.version))
    EXECUTE FUNCTION slotkeeper_booking_timed();
"""


def upgrade() -> None:
    """Add the trigger; what was confirmed before is looked at now."""
    op.execute("SET LOCAL lock_timeout = '3s'")
    op.execute(_TIMED)
    op.execute(
        "INSERT INTO due_work (business_id, kind, subject_id, key, due_at)"
        " SELECT business_id, 'reminders', id, 'reminders:' || id || ':' || version,"
        " slotkeeper_now() FROM bookings WHERE status = 'confirmed'"
        " AND starts_at > slotkeeper_now() ON CONFLICT DO NOTHING"
    )
