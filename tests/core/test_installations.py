"""Tokens at rest: encrypted, seen by their own business only, and kept when keys change."""

from collections.abc import Callable

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from core import vault
from core.db import Database
from core.installations import Installations, rotate
from core.vault import Vault, VaultError
from models.desk import Desk

TEAM = "T0JUNIPER"  # as examples/juniper.toml names it


@pytest.fixture
def desk(open_desk: Callable[..., Desk]) -> Desk:
    """Give Juniper, which is reached at a workspace of its own."""
    return open_desk("juniper")


def kept(database: Database, *keys: str) -> Installations:
    return Installations(database, Vault(keys), channel="slack")


def test_a_token_is_kept_and_found(desk: Desk) -> None:
    """What was saved last is found; once forgotten it is gone."""
    store = kept(desk.database, vault.new_key())
    assert store.get(TEAM) is None
    store.save(TEAM, "test-token", {"name": "Juniper"})
    store.save(TEAM, "test-token-2", {"name": "Juniper"})
    assert store.get(TEAM) == "test-token-2"
    store.forget(TEAM)
    assert store.get(TEAM) is None


def test_a_workspace_may_come_before_its_business(desk: Desk) -> None:
    """A token of an address that no business names is kept, and found by nobody."""
    store = kept(desk.database, vault.new_key())
    store.save("T0LATER", "test-token", {})
    assert store.get("T0LATER") is None
    assert desk.ask("SELECT count(*) FROM installations")[0][0] == 1


def test_the_row_does_not_show_the_token(desk: Desk) -> None:
    """The row holds what only the key opens."""
    key = vault.new_key()
    kept(desk.database, key).save(TEAM, "test-token", {})
    row = desk.ask("SELECT token FROM installations")[0]
    assert b"test-token" not in bytes(row.token)
    assert Fernet(key).decrypt(bytes(row.token)) == b"test-token"


def test_other_businesses_see_no_token(open_desk: Callable[..., Desk]) -> None:
    """The row of a workspace shows to the business reached there, to no other, and none named."""
    desk = open_desk("juniper")
    kept(desk.database, vault.new_key()).save(TEAM, "test-token", {})
    count = text("SELECT count(*) FROM installations")
    with desk.session() as session:
        assert session.execute(count).scalar_one() == 1
    with desk.database.transaction(desk.number + 1) as session:
        assert session.execute(count).scalar_one() == 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE installations SET token = ''",
        "DELETE FROM installations",
        "INSERT INTO installations SELECT * FROM installations",
        "SELECT slotkeeper_install('slack', 'T1', '', '{}')",
        "SELECT slotkeeper_uninstall('slack', 'T0JUNIPER')",
    ],
)
def test_the_application_writes_no_token(desk: Desk, statement: str) -> None:
    """Only the router's two functions write the table, and they read nothing."""
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        desk.session() as session,
    ):
        session.execute(text(statement))


def test_keys_are_changed_in_three_steps(desk: Desk) -> None:
    """A new key before the old: both read; re-encrypted: the new one is enough; the old is gone."""
    old, new = vault.new_key(), vault.new_key()
    kept(desk.database, old).save(TEAM, "test-token", {})
    assert kept(desk.database, new, old).get(TEAM) == "test-token"
    assert rotate(desk.database, Vault([new, old])) == 1
    assert kept(desk.database, new).get(TEAM) == "test-token"
    with pytest.raises(VaultError, match="another key"):
        kept(desk.database, old).get(TEAM)


@pytest.mark.parametrize("keys", [[], [""], ["short"], ["x" * 44]])
def test_a_bad_key_is_said_without_naming_it(keys: list[str]) -> None:
    """The error says what a key is, never what was given."""
    with pytest.raises(VaultError) as refused:
        Vault(keys)
    assert not any(key and key in str(refused.value) for key in keys)
