"""The environment: every mistake is named at once, no value is ever shown."""

import pytest

from bot import settings
from bot.settings import SettingsError


def _set(monkeypatch: pytest.MonkeyPatch, **variables: str) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(f"SLOTKEEPER_{name}", value)


def test_without_variables_no_vendor_is_used() -> None:
    """Everything has a default."""
    read = settings.read()
    assert (read.twilio.account_sid, read.telegram.bots, read.slack.signing_secret) == (
        None,
        {},
        None,
    )


def test_lists_and_pairs_are_written_as_a_person_would(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commas between, blanks as one likes; an equals sign within a value stays."""
    _set(
        monkeypatch,
        TELEGRAM_BOTS="JuniperBot=1:one, AuroraBot = 2:two=",
        TWILIO_AUTH_TOKENS="new, old",
        TWILIO_TEMPLATES="reminder=HX1",
    )
    read = settings.read()
    bots = {name: token.get_secret_value() for name, token in read.telegram.bots.items()}
    assert bots == {"JuniperBot": "1:one", "AuroraBot": "2:two="}
    assert [token.get_secret_value() for token in read.twilio.auth_tokens] == ["new", "old"]
    assert read.twilio.templates == {"reminder": "HX1"}
    assert "two" not in repr(read)


def test_every_mistake_is_named_and_no_value_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mistakes of several groups come in one line."""
    _set(
        monkeypatch,
        TELEGRAM_BOTS="hush-hush",
        TELEGRAM_MODE="pigeon",
        PUBLIC_URL="hush-hush",
        PORT="hush-hush",
        SLACK_COMMAND="hush-hush",
    )
    with pytest.raises(SettingsError) as caught:
        settings.read()
    said = str(caught.value)
    for name in ("TELEGRAM_BOTS", "TELEGRAM_MODE", "PUBLIC_URL", "PORT", "SLACK_COMMAND"):
        assert said.count(f"SLOTKEEPER_{name}: ") == 1
    assert "hush" not in said
    assert "pigeon" not in said
