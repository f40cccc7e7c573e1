"""The environment as frozen objects. Everything has a default that works on one machine.

A vendor is set up by a group of variables of its own; where the first of them is missing, the
vendor is not used.
"""

from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, cast

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class SettingsError(ValueError):
    """A variable cannot be used; the message names each, and never says its value."""


def _group(prefix: str) -> SettingsConfigDict:
    return SettingsConfigDict(
        env_prefix=prefix,
        frozen=True,
        extra="ignore",
        env_ignore_empty=True,
        hide_input_in_errors=True,
    )


def _listed(value: Any) -> Any:  # noqa: ANN401 - whatever stands in the environment
    """Read "a, b" as a list."""
    return [v.strip() for v in value.split(",") if v.strip()] if isinstance(value, str) else value


def _paired(value: Any) -> Any:  # noqa: ANN401 - likewise
    """Read "a=1, b=2" as pairs."""
    if not isinstance(value, str):
        return value
    pairs = [pair.partition("=") for pair in _listed(value)]
    if not all(name.strip() and equals and right.strip() for name, equals, right in pairs):
        raise ValueError("should be NAME=VALUE, NAME=VALUE …")
    return {name.strip(): right.strip() for name, _, right in pairs}


_Group = TypeVar("_Group", bound=BaseSettings)
Url = Annotated[str, Field(pattern=r"^https?://[^\s/]+(/\S*)?$")]
Listed = Annotated[tuple[SecretStr, ...], NoDecode]
Paired = Annotated[dict[str, str], NoDecode]
SecretPairs = Annotated[dict[str, SecretStr], NoDecode]


class Twilio(BaseSettings):
    """SMS and WhatsApp; several tokens while one is being changed."""

    model_config = _group("SLOTKEEPER_TWILIO_")

    account_sid: str | None = None
    auth_tokens: Listed = ()
    base_url: Url = "https://api.twilio.com"
    numbers: Annotated[tuple[str, ...], NoDecode] = ()  # ours, that Twilio shall call us for
    services: Paired = {}  # our number=messaging service
    templates: Paired = {}  # a note's kind=content template of WhatsApp
    cancel_is_ours: bool = False

    _lists = field_validator("auth_tokens", "numbers", mode="before")(_listed)
    _pairs = field_validator("services", "templates", mode="before")(_paired)


class Telegram(BaseSettings):
    """Bots by their names, each with its token."""

    model_config = _group("SLOTKEEPER_TELEGRAM_")

    bots: SecretPairs = {}
    secret: SecretStr | None = Field(None, min_length=16)  # what webhooks are proven by
    mode: Literal["webhook", "poll"] = "webhook"
    base_url: Url | None = None
    base_file_url: Url | None = None

    _pairs = field_validator("bots", mode="before")(_paired)


class Slack(BaseSettings):
    """One app: in one workspace by its bot token, or in many by its client's id and secret."""

    model_config = _group("SLOTKEEPER_SLACK_")

    signing_secret: SecretStr | None = None
    bot_token: SecretStr | None = None
    client_id: str | None = None
    client_secret: SecretStr | None = None
    app_token: SecretStr | None = None  # Socket Mode
    base_url: Url = "https://slack.com/api/"
    command: str = Field("/book", pattern=r"^/\S+$")
    token_verification: bool = True


class Stripe(BaseSettings):
    """Money in advance: the account of each business, by its name."""

    model_config = _group("SLOTKEEPER_STRIPE_")

    keys: SecretPairs = {}  # business=secret key
    webhook_secrets: SecretPairs = {}  # business=secret; two with a blank between while one changes
    base_url: Url = "https://api.stripe.com"

    _pairs = field_validator("keys", "webhook_secrets", mode="before")(_paired)


class Settings(BaseSettings):
    """What `serve`, `work` and `tick` run with. Names are SLOTKEEPER_…, but for the two URLs.

    Without DATABASE_URL the embedded server is used; without REDIS_URL `serve` does all work
    itself. The simulator's door is open only where it has a key; then every channel without a
    vendor is simulated.
    """

    model_config = _group("SLOTKEEPER_")

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
    public_url: Url | None = None  # where vendors and people reach `serve`
    threads: int = Field(8, ge=1, le=64)  # jobs at once in one process
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["auto", "json", "console"] = "auto"  # auto: json where nobody watches
    secret_keys: Listed = ()  # the first encrypts and signs, all decrypt and verify
    metrics_key: SecretStr | None = Field(None, min_length=8)
    simulator_key: SecretStr | None = Field(None, min_length=8)
    simulator_log: Path | None = None  # one line for each message that a simulated vendor took
    twilio: Twilio = Field(default_factory=Twilio)
    telegram: Telegram = Field(default_factory=Telegram)
    slack: Slack = Field(default_factory=Slack)
    stripe: Stripe = Field(default_factory=Stripe)

    _lists = field_validator("secret_keys", mode="before")(_listed)


def read() -> Settings:
    """Read the environment. Raises SettingsError, which names every variable that is no good."""
    found: list[str] = []
    twilio = _group_of(Twilio, found)
    telegram = _group_of(Telegram, found)
    slack = _group_of(Slack, found)
    stripe = _group_of(Stripe, found)
    try:
        settings = Settings(twilio=twilio, telegram=telegram, slack=slack, stripe=stripe)
    except ValidationError as error:
        found += _mistakes(error, "SLOTKEEPER_")
    if found:
        raise SettingsError("; ".join(found))
    return settings


def _group_of(group: type[_Group], found: list[str]) -> _Group:
    """Read a vendor's variables; what is no good is added to `found`."""
    try:
        return group()
    except ValidationError as error:
        found += _mistakes(error, str(group.model_config["env_prefix"]))
        return cast(_Group, group.model_construct())


def _mistakes(error: ValidationError, prefix: str) -> list[str]:
    return [
        f"{_variable(prefix, e['loc'])}: {e['msg'].removeprefix('Value error, ')}"
        for e in error.errors(include_input=False, include_context=False)
    ]


def _variable(prefix: str, where: tuple[int | str, ...]) -> str:
    name = str(where[0])
    return name if name.isupper() else prefix + name.upper()
