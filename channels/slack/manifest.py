"""The app's manifest: everything that would else be clicked together at api.slack.com/apps."""

from typing import Any

from channels.slack import doors, oauth
from channels.slack.config import Config

EVENTS = ("app_home_opened", "app_mention", "app_uninstalled", "message.im", "tokens_revoked")


def manifest(config: Config) -> dict[str, Any]:
    """Return the manifest (version 1) of an app for this set-up, by Socket Mode or by HTTP."""
    socket = bool(config.app_token) or not config.public_url
    base = config.public_url.rstrip("/")

    def at(path: str) -> dict[str, str]:
        return {} if socket else {"request_url": base + path}

    command = {
        "command": config.command,
        "description": "Book, move or cancel",
        "usage_hint": "haircut tomorrow at 3",
        **({} if socket else {"url": base + doors.COMMANDS}),
    }
    whom: dict[str, Any] = {"scopes": {"bot": list(config.scopes)}}
    if config.shared:
        whom["redirect_urls"] = [base + oauth.BACK]
    return {
        "_metadata": {"major_version": 1, "minor_version": 1},
        "display_information": {"name": config.name, "description": "Bookings by chat"},
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": config.name.lower(), "always_online": True},
            "slash_commands": [command],
        },
        "oauth_config": whom,
        "settings": {
            "event_subscriptions": {"bot_events": list(EVENTS), **at(doors.EVENTS)},
            "interactivity": {"is_enabled": True, **at(doors.ACTIONS)},
            "org_deploy_enabled": False,
            "socket_mode_enabled": socket,
            "token_rotation_enabled": False,
        },
    }
