"""What the texting channels need to know: plain values, read from the environment elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

BASE_URL = "https://api.twilio.com"


@dataclass(frozen=True, slots=True)
class Config:
    """An account at Twilio and how it is reached.

    `public_url` is the address at which Twilio calls us; it is what Twilio signs. `auth_tokens` are
    tried in turn to verify a call, so that a token can be changed without losing any; the first one
    signs in. `numbers` are those of ours that Twilio shall call us for. `services` leads from one
    of our numbers to the messaging service that sends for it, `templates` from a note's kind
    ("reminder"), or kind and language ("reminder.es"), to the content template that stands for it
    on WhatsApp where no free text is allowed; "*" stands for every kind. `cancel_is_ours` says that
    the account's own opt-out handling leaves CANCEL, END and QUIT to us. `timeout` is in seconds,
    of one request.
    """

    account_sid: str
    auth_tokens: tuple[str, ...] = field(repr=False)
    public_url: str
    base_url: str = BASE_URL
    numbers: tuple[str, ...] = ()
    services: Mapping[str, str] = field(default_factory=dict)
    templates: Mapping[str, str] = field(default_factory=dict)
    cancel_is_ours: bool = False
    timeout: float = 12.0


def tidied(config: Config) -> Config:
    """Return the settings with our numbers as Twilio writes them: "+1 212 555 0100" has spaces."""
    return replace(
        config,
        numbers=tuple(map(_digits, config.numbers)),
        services={_digits(number): sid for number, sid in config.services.items()},
    )


def _digits(number: str) -> str:
    return "+" + "".join(c for c in number if c.isdigit())
