"""Setting bots up: what `doctor` finds, and what `webhooks set` tells Telegram."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.menus import menus
from channels.message import Finding
from channels.telegram.config import Config, proof
from channels.telegram.party import Telegram
from fakes import telegram_menus
from fakes.telegram import FakeTelegram
from fakes.telegram_bots import Account
from fakes.telegram_phone import Phone
from fakes.telegram_shop import PUBLIC, config


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    """Give the fake."""
    with FakeTelegram() as running:
        yield running


@pytest.fixture
def bot(telegram: FakeTelegram) -> Account:
    """Give a bot."""
    return telegram.add_bot("JuniperBot")


def _checked(chosen: Config) -> list[Finding]:
    with Telegram(chosen) as party:
        return party.check()


def _registered(chosen: Config) -> list[Finding]:
    with Telegram(chosen) as party:
        return party.register()


def _wrong(found: list[Finding]) -> list[str]:
    """Return what is wrong; each has its line of advice, and none says a token."""
    assert all(f.advice for f in found if not f.good)
    assert "test-token" not in repr(found)
    return [f"{f.what}: {f.advice}" for f in found if not f.good]


def test_a_webhook_is_set_with_a_secret_and_drops_nothing(
    telegram: FakeTelegram, bot: Account
) -> None:
    """What waited still waits; the secret is another for each bot, and of allowed characters."""
    Phone(telegram, bot, telegram.person()).say("hi")
    chosen = config(telegram, bot)
    assert _wrong(_registered(chosen)) == []
    hook = bot.webhook
    assert hook is not None
    assert (hook.url, hook.proof) == (f"{PUBLIC}/telegram/JuniperBot", proof(chosen, "JuniperBot"))
    assert set(hook.kinds) == {"message", "edited_message", "callback_query", "my_chat_member"}
    assert len(bot.updates) == 1


def test_doctor_finds_a_bot_well(telegram: FakeTelegram, bot: Account) -> None:
    """The token works and Telegram calls us, however the URL ends and the bot's name begins."""
    chosen = config(telegram, bot)
    _registered(chosen)
    named = replace(chosen, bots={"@JuniperBot": bot.token})
    found = _checked(replace(named, public_url=f"{PUBLIC}/"))
    assert [f.good for f in found] == [True]


def test_each_phone_shows_commands_in_its_language(telegram: FakeTelegram, bot: Account) -> None:
    """Those of its language, else of the business's first; what is no more spoken goes away."""
    chosen = replace(config(telegram, bot), menus={"@JuniperBot": menus(("it", "de"))})
    for _ in range(2):  # a menu is what was said last
        assert _wrong(_registered(chosen)) == []
        shown = {code: telegram_menus.shown(bot, code)[0] for code in ("it", "de", "en", "sv")}
        italian = "le_mie_prenotazioni"
        assert shown == {"it": italian, "de": "meine_buchungen", "en": italian, "sv": italian}
    assert _wrong(_checked(chosen)) == []
    other = replace(chosen, menus={"JuniperBot": menus(("it", "en"))})
    (old,) = _wrong(_checked(other))
    assert "menu of commands: not as it should be in de, en: run" in old
    _registered(other)
    assert (sorted(bot.menus), _wrong(_checked(other))) == (["", "en"], [])


def test_a_bot_of_nobody_shows_all_languages(telegram: FakeTelegram, bot: Account) -> None:
    """English where it is not known who speaks what; a menu that is not ours to say is left."""
    known = replace(config(telegram, bot), menus={"JuniperBot": menus(())})
    _registered(known)
    assert sorted(bot.menus) == ["", "de", "es", "fr", "it", "pt"]
    assert telegram_menus.shown(bot, "en")[0] == "my_bookings"
    assert _wrong(_checked(replace(known, menus={}))) == []


def test_a_menu_that_telegram_refuses_is_said(telegram: FakeTelegram, bot: Account) -> None:
    """A command with an accent is none."""
    bad = replace(config(telegram, bot), menus={"JuniperBot": {"": [("öffnungszeiten", "x")]}})
    assert "Bot_command_invalid" in _wrong(_registered(bad))[0]


def test_where_the_bots_poll_there_is_no_webhook(telegram: FakeTelegram, bot: Account) -> None:
    """One that was set is found, and taken away without dropping anything."""
    _registered(config(telegram, bot))
    polls = config(telegram, bot, mode="poll")
    (hooked,) = _wrong(_checked(polls))
    assert "a webhook keeps updates from us" in hooked
    Phone(telegram, bot, telegram.person()).say("hi")
    assert _wrong(_registered(polls)) == []
    assert bot.webhook is None
    assert len(bot.updates) == 1
    assert _wrong(_checked(polls)) == []


def test_doctor_says_what_is_wrong(telegram: FakeTelegram, bot: Account) -> None:
    """A webhook that is not set, one elsewhere, one that fails, and updates that pile up."""
    chosen = config(telegram, bot)
    assert "Telegram calls nowhere" in _wrong(_checked(chosen))[0]
    _registered(replace(chosen, public_url="https://old.example"))
    assert "calls https://old.example/telegram/JuniperBot, not" in _wrong(_checked(chosen))[0]
    _registered(chosen)
    assert bot.webhook is not None
    bot.webhook.kinds = ("message",)
    assert "keeps some updates to itself" in _wrong(_checked(chosen))[0]
    bot.webhook.kinds = ()
    telegram.unhook(bot)
    _registered(chosen)
    hook = bot.webhook
    hook.error, hook.error_at = "Wrong response from the webhook: 502 Bad Gateway", 1_770_000_000
    assert _wrong(_checked(chosen)) == []
    for number in range(101):
        Phone(telegram, bot, telegram.person()).say(f"hi {number}")
    failing, waiting = _wrong(_checked(chosen))
    assert "502 Bad Gateway" not in failing
    assert "Connection refused" in failing
    assert "waiting: 101 updates" in waiting


@pytest.mark.parametrize(
    ("token", "says"), [("9:test-token", "the token is wrong"), ("", "is of @JuniperBot")]
)
def test_doctor_knows_a_token_that_is_none(
    telegram: FakeTelegram, bot: Account, token: str, says: str
) -> None:
    """A token that Telegram refuses, and one that belongs to another bot."""
    chosen = replace(config(telegram, bot), bots={"OtherBot": token or bot.token})
    assert says in _wrong(_checked(chosen))[0]


@pytest.mark.parametrize("how", ["500", "429", "timeout", "drop"])
def test_doctor_survives_a_telegram_in_trouble(
    telegram: FakeTelegram, bot: Account, how: str
) -> None:
    """Nothing is raised; what does not answer is said to do so."""
    telegram.trouble(how, methods=frozenset({"getme", "setwebhook"}))  # type: ignore[arg-type] # a parameter
    chosen = config(telegram, bot)
    for found in (_checked(chosen), _registered(chosen)):
        assert "does not answer" in _wrong(found)[0]


def test_telegram_calls_nobody_without_a_public_address(
    telegram: FakeTelegram, bot: Account
) -> None:
    """That is said before Telegram refuses it."""
    chosen = replace(config(telegram, bot), public_url="http://127.0.0.1:8080")
    assert "only https:// addresses" in _wrong(_registered(chosen))[0]
    assert telegram.calls == []


def test_each_bot_has_a_proof_of_its_own() -> None:
    """One secret serves all bots; without one their tokens do. Capitals in a name do not matter."""
    two = {"OneBot": "1:test-token", "TwoBot": "2:test-token"}
    with_secret = Config(two, secret="a secret of ours")  # noqa: S106 - that is no secret
    proofs = {proof(c, name) for c in (with_secret, Config(two)) for name in two}
    assert len(proofs) == 4
    assert all(len(each) == 64 and each.isalnum() for each in proofs)
    assert "test-token" not in repr(with_secret)
    assert "a secret" not in repr(with_secret)
