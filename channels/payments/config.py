"""What taking money needs to know: plain values, read from the environment elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass, field

BASE_URL = "https://api.stripe.com"


@dataclass(frozen=True, slots=True)
class Config:
    """The accounts of the businesses, by their names, and how Stripe is reached.

    `keys` are the secret (or restricted) keys, `secrets` those that each business's webhook is
    signed with: several while one is being changed. `public_url` is the address at which Stripe
    calls us. `timeout` is in seconds, of one request.
    """

    keys: Mapping[str, str] = field(repr=False)
    secrets: Mapping[str, tuple[str, ...]] = field(repr=False)
    public_url: str
    base_url: str = BASE_URL
    timeout: float = 12.0
