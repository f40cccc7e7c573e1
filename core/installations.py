"""Where the bot is installed: the token of each workspace that added it, encrypted at rest.

A workspace is added before a business names it, so its row belongs to none: a function writes it
for the router, and a business sees the rows of the addresses that are its own.
"""

import json
from collections.abc import Mapping

from sqlalchemy import text

from core import businesses
from core.db import Database
from core.vault import Vault

_GET = text("SELECT token FROM installations WHERE channel = :channel AND address = :address")
_SAVE = text("SELECT slotkeeper_install(:channel, :address, :token, CAST(:facts AS jsonb))")
_FORGET = text("SELECT slotkeeper_uninstall(:channel, :address)")
_ALL = text("SELECT channel, address, token FROM installations FOR UPDATE")
_TOKENS = text("SELECT token FROM installations")
_AGAIN = text(
    "UPDATE installations SET token = :token WHERE channel = :channel AND address = :address"
)


class Installations:
    """The installations of one channel: a token for each address at which a business is reached."""

    def __init__(self, database: Database, vault: Vault, *, channel: str) -> None:
        self._database = database
        self._vault = vault
        self._channel = channel

    def get(self, address: str) -> str | None:
        """Return the token; None where it was not added, or where no business is reached there.

        Raises VaultError where it was encrypted with a key that is gone.
        """
        business = businesses.reached(self._database, self._channel, address)
        if business is None:
            return None
        with self._database.transaction(business) as session:
            where = {"channel": self._channel, "address": address}
            kept = session.execute(_GET, where).scalar_one_or_none()
        return None if kept is None else self._vault.decrypt(bytes(kept))

    def save(self, address: str, token: str, facts: Mapping[str, str]) -> None:
        """Keep a token in place of an earlier one; `facts` are what else is known, no secrets."""
        self._database.route(
            _SAVE,
            {
                "channel": self._channel,
                "address": address,
                "token": self._vault.encrypt(token),
                "facts": json.dumps(dict(facts)),
            },
        )

    def forget(self, address: str) -> None:
        """Delete the token: the bot was removed there."""
        self._database.route(_FORGET, {"channel": self._channel, "address": address})


def unreadable(database: Database, vault: Vault | None) -> int:
    """Count, as the owner, the kept tokens that a vault cannot read; without one it is all."""
    with database.owner.connect() as connection:
        kept = [bytes(token) for (token,) in connection.execute(_TOKENS)]
    return sum(vault is None or not vault.opens(token) for token in kept)


def rotate(database: Database, vault: Vault) -> int:
    """Encrypt every token with the vault's first key, as the owner; return how many there are."""
    with database.owner.begin() as connection:
        rows = connection.execute(_ALL).all()
        for row in rows:
            facts = {"channel": row.channel, "address": row.address}
            connection.execute(_AGAIN, facts | {"token": vault.rotate(bytes(row.token))})
    return len(rows)
