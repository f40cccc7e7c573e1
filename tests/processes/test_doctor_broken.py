"""`slotkeeper doctor` in a house where one thing is broken: one clear line, with what to do.

Each test runs the command itself, against real servers and fakes of the vendors.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from sqlalchemy import text

from core.db import Database
from core.installations import Installations
from core.vault import Vault, new_key
from fakes.slack import TOKEN as SLACK_TOKEN
from fakes.slack import Slack
from fakes.telegram import FakeTelegram
from fakes.twilio import NUMBER, FakeTwilio
from support.postgres import Databases
from support.processes import environment, free_port, slotkeeper
from support.shop import open_shop

PUBLIC = "https://bot.example"
SECRETS = ("test-token", "hunter2", SLACK_TOKEN)


def looked(**variables: str) -> dict[str, str]:
    """Run the command; return what it finds wrong, by what that is of."""
    done = slotkeeper("doctor", env=environment(**variables))
    assert done.returncode == 1, done.stdout + done.stderr
    assert done.stderr == ""
    assert "Traceback" not in done.stdout
    assert [secret for secret in SECRETS if secret in done.stdout] == []
    lines = done.stdout.splitlines()
    assert all(line[:2] in {"= ", "x "} for line in lines), "a finding is one line"
    found = [line[2:].partition(": ") for line in lines if line.startswith("x ")]
    assert all(advice for _, _, advice in found)
    return {what: advice for what, _, advice in found} | {"": done.stdout}


def inside(url: str, statement: str) -> None:
    database = Database(url)
    with database.owner.begin() as connection:
        connection.execute(text(statement))
    database.close()


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("postgresql://juniper:hunter2@127.0.0.1:{port}/none", "Connection refused"),
        ("juniper-hunter2", "no URL"),
        ("postgresql://juniper:hunter2@127.0.0.1:many/none", "no URL"),
        ("mysql+pymysql://juniper:hunter2@127.0.0.1/none", "no URL"),
    ],
)
def test_no_database(url: str, says: str) -> None:
    """A server that is away, what is no URL, and a URL of somebody else's server."""
    found = looked(DATABASE_URL=url.format(port=free_port()))
    assert says in found["database"]
    assert "DATABASE_URL" in found["database"]


def test_a_database_that_is_not_migrated(databases: Databases) -> None:
    """The empty one is to be brought up by any command that opens it."""
    url = databases.blank()
    found = looked(DATABASE_URL=url)
    databases.drop(url)
    assert "none of 0" in found["migrations"]
    assert "`serve`, `work` or `apply` bring it up" in found["migrations"]


def test_a_database_newer_than_the_code(database_url: str) -> None:
    """The program is too old, and nothing but a newer one helps."""
    inside(database_url, "UPDATE alembic_version SET version_num = '9999'")
    found = looked(DATABASE_URL=database_url)
    assert found["migrations"].startswith("9999 is newer than this program's 0")
    assert "upgrade the program" in found["migrations"]


@pytest.mark.parametrize(
    ("url", "says"),
    [("redis://:hunter2@127.0.0.1:{port}", "see that it runs"), ("redis://host:many", "REDIS_URL")],
)
def test_redis_away(database_url: str, url: str, says: str) -> None:
    """Work goes on without it, and that is said."""
    found = looked(DATABASE_URL=database_url, REDIS_URL=url.format(port=free_port()))
    assert says in found["redis"]


def test_twilio(database_url: str) -> None:
    """A wrong token; a number that the account has not; a webhook that leads elsewhere."""
    fake = FakeTwilio()
    here = fake.settings | {"DATABASE_URL": database_url, "SLOTKEEPER_PUBLIC_URL": PUBLIC}
    try:
        wrong = looked(**here | {"SLOTKEEPER_TWILIO_AUTH_TOKENS": "hunter2"})
        assert "AUTH_TOKENS do not fit together" in wrong["Twilio"]
        missing = looked(**here | {"SLOTKEEPER_TWILIO_NUMBERS": "+12125550111"})
        assert "+12125550111: the account has no such number: correct" in missing["Twilio"]
        fake.numbers[0].sms_url = "https://old.example/sms"
        other = looked(**here | {"SLOTKEEPER_TWILIO_NUMBERS": NUMBER})
        assert "`slotkeeper webhooks set`: Twilio calls https://old.example" in other["Twilio"]
    finally:
        fake.close()


def test_telegram(database_url: str) -> None:
    """A revoked token; no webhook, and one elsewhere; failures while updates wait; an old menu."""
    open_shop(database_url)
    with FakeTelegram() as telegram:
        bot = telegram.add_bot("JuniperBot")
        here = {
            "DATABASE_URL": database_url,
            "SLOTKEEPER_PUBLIC_URL": PUBLIC,
            "SLOTKEEPER_TELEGRAM_BASE_URL": telegram.base_url,
            "SLOTKEEPER_TELEGRAM_BOTS": f"JuniperBot={bot.token}",
        }
        gone = looked(**here | {"SLOTKEEPER_TELEGRAM_BOTS": "JuniperBot=9:test-token"})
        assert "the token is wrong: take it from @BotFather" in gone["Telegram"]
        nowhere = looked(**here)[""]
        assert "calls nowhere, not https://bot.example/telegram/JuniperBot: run" in nowhere
        assert "menu of commands: not as it should be in most languages, es: run" in nowhere
        old = here | {"SLOTKEEPER_PUBLIC_URL": "https://old.example"}
        done = slotkeeper("webhooks", "set", "telegram", env=environment(**old))
        assert (done.returncode, done.stderr) == (0, "")
        assert sorted(bot.menus) == ["", "es"]  # what Juniper speaks
        elsewhere = looked(**here)[""]
        assert "Telegram calls https://old.example/telegram/JuniperBot, not" in elsewhere
        assert "menu of commands" not in elsewhere
        slotkeeper("webhooks", "set", "telegram", env=environment(**here))
        telegram.hand(bot, "message", {})
        assert bot.webhook is not None
        bot.webhook.error = "Wrong response from the webhook: 502 Bad Gateway"
        failing = looked(**here)[""]
        assert "see that the public URL leads to `slotkeeper serve`" in failing
        telegram.unhook(bot)


def test_slack_without_scopes(database_url: str) -> None:
    """The scopes that lack are named, and where to add them."""
    slack = Slack(scopes="chat:write")
    try:
        found = looked(
            DATABASE_URL=database_url,
            SLOTKEEPER_PUBLIC_URL=PUBLIC,
            SLOTKEEPER_SLACK_SIGNING_SECRET="hunter2",  # noqa: S106 - the fake's own
            SLOTKEEPER_SLACK_BOT_TOKEN=SLACK_TOKEN,
            SLOTKEEPER_SLACK_BASE_URL=slack.api,
        )
    finally:
        slack.close()
    assert "the bot token: add the scopes" in found["Slack"]
    assert "reinstall the app" in found["Slack"]


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://bot.invalid", "https:// addresses only: put a proxy"),
        ("https://bot.invalid/", "https://bot.invalid/healthz does not answer"),
        ("https://localhost:1", "reached from here alone: set SLOTKEEPER_PUBLIC_URL"),
        ("https://192.168.0.7:1", "reached from here alone: set SLOTKEEPER_PUBLIC_URL"),
    ],
)
def test_a_public_address_that_is_none(database_url: str, url: str, says: str) -> None:
    """Without https, with a slash at its end, of this machine, of a network at home."""
    assert says in looked(DATABASE_URL=database_url, SLOTKEEPER_PUBLIC_URL=url)[""]


@pytest.mark.parametrize("keys", ["", "another", "no key"])
def test_keys_that_do_not_open_what_is_kept(database_url: str, keys: str) -> None:
    """No key, another than that of the installed workspaces, and what is no key."""
    database = Database(database_url)
    vault = Vault([new_key()])
    Installations(database, vault, channel="slack").save("T0JUNIPER", "hunter2", {})
    database.close()
    given = new_key() if keys == "another" else keys
    found = looked(DATABASE_URL=database_url, SLOTKEEPER_SECRET_KEYS=given)
    assert found["secrets"].startswith("SLOTKEEPER_SECRET_KEYS: ")
    assert ("slotkeeper keys new" if keys == "no key" else "put that key back") in found["secrets"]


@contextmanager
def late() -> Iterator[str]:
    """Serve a door whose clock is years behind."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b'{"alive":true}'
            self.send_response_only(200)
            self.send_header("Date", "Mon, 02 Mar 2026 10:00:00 GMT")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_clock_that_is_off(database_url: str) -> None:
    """The difference is said in seconds, and what keeps clocks right."""
    with late() as url:
        found = looked(DATABASE_URL=database_url, SLOTKEEPER_PUBLIC_URL=url)
    assert found["clock of the proxy"].endswith("s: let both machines keep time by NTP")


def test_a_business_file_that_is_broken(database_url: str, tmp_path: Path) -> None:
    """`apply` names file and line, changes nothing and shows no traceback."""
    file = tmp_path / "studio.toml"
    file.write_text('name = "Studio"\nzone = "Mars/Olympus"\n[[services]\n')
    done = slotkeeper("apply", "--yes", str(file), env=environment(DATABASE_URL=database_url))
    assert done.returncode in {1, 2}
    assert "studio.toml:3" in done.stderr + done.stdout
    assert "Traceback" not in done.stderr


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """Where the embedded server has no place, another folder or another server is named."""
    file = tmp_path / "full"
    file.write_text("no folder")
    for folder in (file, file / "within", Path("/proc/slotkeeper")):
        found = looked(SLOTKEEPER_DATA=str(folder))
        assert "choose another folder" in found["database"]
