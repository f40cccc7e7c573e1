"""The environment as one frozen object. Everything has a default that works on one machine."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict


class SettingsError(ValueError):
    """A variable cannot be used; the message names each, and never says its value."""


class Settings(BaseSettings):
    """What `serve`, `work` and `tick` run with. Names are SLOTKEEPER_…, but for the two URLs.

    Without DATABASE_URL the embedded server is used; without REDIS_URL `serve` does all work
    itself. The simulator's door is open only where it has a key.
    """

    model_config = SettingsConfigDict(
        env_prefix="SLOTKEEPER_", frozen=True, extra="ignore", env_ignore_empty=True
    )

    database_url: str | None = Field(None, validation_alias="DATABASE_URL", repr=False)
    redis_url: str | None = Field(
        None,
        validation_alias="REDIS_URL",
        repr=False,
        pattern=r"^(redis|rediss|unix)://",
    )
    data: Path | None = None  # the folder of the embedded database
    host: str = "127.0.0.1"
    port: int = Field(8080, ge=0, le=65535)  # 0: any free one
    threads: int = Field(8, ge=1, le=64)  # jobs at once in one process
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["auto", "json", "console"] = "auto"  # auto: json where nobody watches
    simulator_key: SecretStr | None = Field(None, min_length=8)
    simulator_log: Path | None = None  # one line for each message that a simulated vendor took


def read() -> Settings:
    """Read the environment. Raises SettingsError."""
    try:
        return Settings()
    except ValidationError as error:
        found = [f"{_variable(e['loc'])}: {e['msg']}" for e in error.errors(include_input=False)]
        raise SettingsError("; ".join(found)) from None


def _variable(where: tuple[int | str, ...]) -> str:
    name = str(where[0])
    return name if name.isupper() else f"SLOTKEEPER_{name.upper()}"
