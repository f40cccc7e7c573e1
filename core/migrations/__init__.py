"""Alembic's folder: `core.db.migrate` runs it at start-up, under an advisory lock."""
