"""`slotkeeper doctor` and `webhooks`: what is wrong is said in a line, with what to do about it."""

import pytest
from sqlalchemy import text

from bot import settings, web
from bot.commands.doctor import examined
from bot.settings import SettingsError
from bot.vendors import parties
from bot.wiring import joined
from core.db import Database
from support.processes import environment, free_port, slotkeeper
from support.serving import served


def _found(lines: str) -> dict[str, str]:
    """Return the lines by what they are of."""
    pairs = (line.partition(": ") for line in lines.splitlines())
    return {what: advice for what, _, advice in pairs}


def test_a_sound_house_has_only_its_channels_missing(database_url: str) -> None:
    """Database, migrations, clock and zones are good; where to read of channels is said."""
    done = slotkeeper("doctor", env=environment(DATABASE_URL=database_url))
    found = _found(done.stdout)
    assert {line[0] for line in found if "channels" not in line} == {"="}
    assert found["x channels"] == "none is set up: see docs/channels"
    assert (done.returncode, done.stderr) == (1, "")


def test_what_is_away_does_not_hide_the_rest(database_url: str) -> None:
    """A dead Redis, a dead public address and an empty vendor's account are three lines."""
    done = slotkeeper(
        "doctor",
        env=environment(
            DATABASE_URL=database_url,
            REDIS_URL=f"redis://127.0.0.1:{free_port()}",
            SLOTKEEPER_PUBLIC_URL=f"https://127.0.0.1:{free_port()}",
            SLOTKEEPER_TWILIO_ACCOUNT_SID="AC1",
            SLOTKEEPER_TWILIO_AUTH_TOKENS="test-token",
            SLOTKEEPER_TWILIO_BASE_URL=f"http://127.0.0.1:{free_port()}",
        ),
    )
    found = _found(done.stdout)
    assert {"x redis", "x public address"} <= set(found)
    assert any(line.startswith("x Twilio") for line in found)
    assert done.returncode == 1
    assert "test-token" not in done.stdout + done.stderr


def test_a_database_behind_its_migrations_is_said(database_url: str) -> None:
    """An older schema than the program's is named with both numbers."""
    database = Database(database_url)
    with database.owner.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    database.close()
    found = _found(slotkeeper("doctor", env=environment(DATABASE_URL=database_url)).stdout)
    assert found["x migrations"].startswith("0001 of ")


def test_no_setting_is_used_that_is_no_good() -> None:
    """A mistake ends the look, and is named."""
    done = slotkeeper("doctor", env=environment(SLOTKEEPER_PORT="many"))
    assert "SLOTKEEPER_PORT" in done.stdout
    assert done.returncode == 2


def test_the_public_address_must_lead_to_us(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Our own door behind the address is known by its answer; another page is not."""
    database = Database(database_url)
    monkeypatch.setenv("DATABASE_URL", database_url)
    with served(web.app(database, [])) as url:
        for path, good in (("", True), ("/elsewhere", False)):
            monkeypatch.setenv("SLOTKEEPER_PUBLIC_URL", url + path)
            found = [f for f in examined(settings.read()) if f.what == "public address"]
            assert [f.good for f in found] == [False, good]  # http is never enough
    database.close()


@pytest.mark.parametrize(
    ("variables", "missing"),
    [
        ({"TWILIO_ACCOUNT_SID": "AC1"}, "TWILIO_AUTH_TOKENS"),
        ({"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKENS": "a"}, "PUBLIC_URL"),
        ({"TELEGRAM_BOTS": "JuniperBot=1:a"}, "PUBLIC_URL"),
        ({"SLACK_SIGNING_SECRET": "a"}, "SLACK_BOT_TOKEN"),
        ({"SLACK_SIGNING_SECRET": "a", "SLACK_BOT_TOKEN": "b"}, "PUBLIC_URL"),
        (
            {
                "SLACK_SIGNING_SECRET": "a",
                "SLACK_CLIENT_ID": "b",
                "SLACK_CLIENT_SECRET": "c",
                "PUBLIC_URL": "https://bot.example",
            },
            "SECRET_KEYS",
        ),
    ],
)
def test_a_vendor_set_up_by_half_is_refused(
    variables: dict[str, str], missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is missing is named."""
    for name, value in variables.items():
        monkeypatch.setenv(f"SLOTKEEPER_{name}", value)
    with pytest.raises(SettingsError, match=f"SLOTKEEPER_.*{missing}"):
        parties(settings.read())


def test_a_vendor_set_up_by_half_does_not_end_the_look(database_url: str) -> None:
    """What is missing is a line among the others."""
    env = environment(DATABASE_URL=database_url, SLOTKEEPER_TWILIO_ACCOUNT_SID="AC1")
    done = slotkeeper("doctor", env=env)
    assert _found(done.stdout)["x channels"] == "SLOTKEEPER_TWILIO_AUTH_TOKENS: is missing"
    assert (done.returncode, done.stderr) == (1, "")


def test_a_process_says_what_a_vendor_lacks(database_url: str) -> None:
    """`serve` does not start half."""
    env = environment(DATABASE_URL=database_url, SLOTKEEPER_TWILIO_ACCOUNT_SID="AC1")
    done = slotkeeper("serve", env=env | {"SLOTKEEPER_PORT": "0"})
    assert "SLOTKEEPER_TWILIO_AUTH_TOKENS: is missing" in done.stderr
    assert done.returncode == 2


def test_channels_are_real_simulated_or_absent(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A vendor's channels are its own; the others are simulated only for those with the key."""
    database = Database(database_url)
    monkeypatch.setenv("SLOTKEEPER_TELEGRAM_BOTS", "JuniperBot=1:test-token")
    monkeypatch.setenv("SLOTKEEPER_TELEGRAM_MODE", "poll")
    bare = joined(database, settings.read())
    kinds = {name: type(channel).__name__ for name, channel in bare.runtime.channels.items()}
    assert kinds["sms"] == kinds["slack"] == "Absent"
    assert kinds["telegram"] not in {"Absent", "Simulator"}
    assert [door.path for door in bare.doors] == ["/telegram/{bot}"]
    monkeypatch.setenv("SLOTKEEPER_SIMULATOR_KEY", "a long key")
    keyed = joined(database, settings.read())
    assert type(keyed.runtime.channels["sms"]).__name__ == "Simulator"
    assert type(keyed.runtime.channels["telegram"]).__name__ == kinds["telegram"]
    for house in (bare, keyed):
        for party in house.parties.values():
            party.close()
    database.close()
