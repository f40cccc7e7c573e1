"""`slotkeeper keys`: a key made, and what is kept brought from an old one to a new one."""

import pytest

from core.db import Database
from core.installations import Installations
from core.vault import Vault, VaultError, new_key
from support.processes import environment, slotkeeper
from support.shop import open_shop

TEAM = "T0JUNIPER"  # of examples/juniper.toml


def rotate(url: str, *keys: str) -> tuple[int, str]:
    done = slotkeeper(
        "keys", "rotate", env=environment(DATABASE_URL=url, SLOTKEEPER_SECRET_KEYS=",".join(keys))
    )
    return done.returncode, done.stdout + done.stderr


def test_a_new_key_is_one() -> None:
    """It can be used at once, and is another one each time."""
    made = [slotkeeper("keys", "new", env=environment()).stdout.strip() for _ in range(2)]
    assert len(set(made)) == 2
    assert Vault(made).decrypt(Vault(made[:1]).encrypt("a secret")) == "a secret"


def test_keys_are_changed_while_the_bot_runs(database_url: str) -> None:
    """After it the new key alone reads the token; until then both do; a second run is harmless."""
    open_shop(database_url)
    old, new = new_key(), new_key()
    database = Database(database_url)
    before = Installations(database, Vault([old]), channel="slack")
    before.save(TEAM, "test-token", {})
    both = Installations(database, Vault([new, old]), channel="slack")
    for _ in range(2):
        assert rotate(database_url, new, old) == (0, "secrets now kept with the first key: 1\n")
        assert both.get(TEAM) == "test-token"
    assert Installations(database, Vault([new]), channel="slack").get(TEAM) == "test-token"
    with pytest.raises(VaultError):
        before.get(TEAM)
    database.close()


def test_a_key_that_is_missing_changes_nothing(database_url: str) -> None:
    """It is said which setting to mend, without a word of any secret."""
    open_shop(database_url)
    old, new = new_key(), new_key()
    database = Database(database_url)
    kept = Installations(database, Vault([old]), channel="slack")
    kept.save(TEAM, "test-token", {})
    status, said = rotate(database_url, new)
    assert (status, "add that key at the end of SLOTKEEPER_SECRET_KEYS" in said) == (1, True)
    assert rotate(database_url)[0] == 2
    status, said = rotate(database_url, "no key")
    assert (status, "SLOTKEEPER_SECRET_KEYS" in said, "Traceback" in said) == (2, True, False)
    assert kept.get(TEAM) == "test-token"
    database.close()
