"""PostgreSQL from the wheel, started and stopped by us: nothing to install, nothing to set up."""

from bot.embedded.server import EmbeddedPostgres, EmbeddedPostgresError, default_home

__all__ = ["EmbeddedPostgres", "EmbeddedPostgresError", "default_home"]
