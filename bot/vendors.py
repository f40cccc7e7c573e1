"""From settings to parties: which vendors are set up here, and with what."""

from typing import Any

from bot.home import Home
from bot.menus import Languages, menus
from bot.settings import Settings, SettingsError, Slack, Stripe, Telegram, Twilio
from channels import registry
from channels.message import Party
from core.db import Database
from core.installations import Installations
from core.vault import Vault, VaultError


def parties(
    settings: Settings, database: Database | None = None, *, speaking: Languages | None = None
) -> dict[str, Party]:
    """Join the parties that are set up. Raises SettingsError where one is set up by half.

    Without a database they can be asked and registered, and cannot keep anything. Without
    `speaking`, the languages of each bot's business, the menus of bots are none of their business.
    """
    url = (settings.public_url or "").rstrip("/")
    found: dict[str, Party] = {}
    if settings.twilio.account_sid:
        found["twilio"] = registry.join("twilio", _twilio(settings.twilio, url))
    if settings.telegram.bots:
        found["telegram"] = registry.join("telegram", _telegram(settings.telegram, url, speaking))
    if settings.slack.signing_secret or settings.slack.app_token:
        shared = settings.slack.client_id is not None
        found["slack"] = registry.join(
            "slack",
            _slack(settings.slack, url),
            installations=_installations(settings, database) if shared else None,
            book=Home(database) if database else None,
        )
    if settings.stripe.keys:
        found["stripe"] = registry.join("stripe", _stripe(settings, url))
    return found


def _twilio(chosen: Twilio, url: str) -> dict[str, Any]:
    if not chosen.auth_tokens:
        raise SettingsError("SLOTKEEPER_TWILIO_AUTH_TOKENS: is missing")
    if not url:
        raise SettingsError("SLOTKEEPER_PUBLIC_URL: is missing; Twilio must reach us")
    return {
        "account_sid": chosen.account_sid,
        "auth_tokens": tuple(token.get_secret_value() for token in chosen.auth_tokens),
        "public_url": url,
        "base_url": chosen.base_url,
        "numbers": chosen.numbers,
        "services": chosen.services,
        "templates": chosen.templates,
        "cancel_is_ours": chosen.cancel_is_ours,
    }


def _telegram(chosen: Telegram, url: str, speaking: Languages | None) -> dict[str, Any]:
    if chosen.mode == "webhook" and not url:
        raise SettingsError(
            "SLOTKEEPER_PUBLIC_URL: is missing; or set SLOTKEEPER_TELEGRAM_MODE to poll"
        )
    config: dict[str, Any] = {
        "bots": {name: token.get_secret_value() for name, token in chosen.bots.items()},
        "mode": chosen.mode,
        "public_url": url,
        "secret": chosen.secret.get_secret_value() if chosen.secret else "",
    }
    if speaking is not None:
        config["menus"] = {name: menus(speaking.get(name, ())) for name in chosen.bots}
    for name in ("base_url", "base_file_url"):
        if value := getattr(chosen, name):
            config[name] = value
    return config


def _slack(chosen: Slack, url: str) -> dict[str, Any]:
    if not (chosen.bot_token or chosen.client_id):
        raise SettingsError("SLOTKEEPER_SLACK_BOT_TOKEN: is missing, or a client's id and secret")
    if not chosen.app_token and not (url and chosen.signing_secret):
        raise SettingsError(
            "SLOTKEEPER_PUBLIC_URL, SLOTKEEPER_SLACK_SIGNING_SECRET: are missing, or an app token"
        )
    secrets = ("signing_secret", "bot_token", "client_secret", "app_token")
    config: dict[str, Any] = {
        name: getattr(chosen, name).get_secret_value() if getattr(chosen, name) else None
        for name in secrets
    }
    config["signing_secret"] = config["signing_secret"] or ""
    return config | {
        "client_id": chosen.client_id,
        "public_url": url,
        "base_url": chosen.base_url,
        "command": chosen.command,
        "token_verification": chosen.token_verification,
    }


def _stripe(settings: Settings, url: str) -> dict[str, Any]:
    if not url:
        raise SettingsError("SLOTKEEPER_PUBLIC_URL: is missing; Stripe must reach us")
    if not settings.secret_keys:
        raise SettingsError(
            "SLOTKEEPER_SECRET_KEYS: is missing; links from Stripe back to us are signed"
        )
    chosen: Stripe = settings.stripe
    return {
        "keys": {name: key.get_secret_value() for name, key in chosen.keys.items()},
        "secrets": {
            name: tuple(secrets.get_secret_value().split())
            for name, secrets in chosen.webhook_secrets.items()
        },
        "public_url": url,
        "base_url": chosen.base_url,
    }


class _Nowhere:
    """Keeps no token: for those who only ask and register."""

    def get(self, address: str) -> str | None:
        del address
        return None

    def save(self, address: str, token: str, facts: object) -> None:
        """Keep nothing."""

    def forget(self, address: str) -> None:
        """Have nothing to forget."""


def _installations(settings: Settings, database: Database | None) -> Installations | _Nowhere:
    try:
        vault = Vault([key.get_secret_value() for key in settings.secret_keys])
    except VaultError as error:
        raise SettingsError(f"SLOTKEEPER_SECRET_KEYS: {error}") from None
    return Installations(database, vault, channel="slack") if database else _Nowhere()
