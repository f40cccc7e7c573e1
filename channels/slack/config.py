"""What the Slack channel is set up with."""

from dataclasses import dataclass, field

# What the bot asks a workspace for: to write to people, to be asked in channels, to hear its direct
# messages, to have a command, to know people's names and zones, and to hand over a calendar file.
SCOPES = (
    "app_mentions:read",
    "chat:write",
    "commands",
    "files:write",
    "im:history",
    "im:write",
    "users:read",
)


@dataclass(frozen=True, slots=True)
class Config:
    """One Slack app. `signing_secret` proves its requests.

    `bot_token` is that of the one workspace it is installed in; with `client_id` and
    `client_secret` any number of workspaces may add it. With `app_token` it is reached by Socket
    Mode. Times are in seconds. `public_url` is where Slack reaches us, without a slash at its end.
    """

    signing_secret: str = field(repr=False)
    bot_token: str | None = field(default=None, repr=False)
    client_id: str | None = None
    client_secret: str | None = field(default=None, repr=False)
    app_token: str | None = field(default=None, repr=False)
    public_url: str = ""
    base_url: str = "https://slack.com/api/"
    authorize_url: str = "https://slack.com/oauth/v2/authorize"
    scopes: tuple[str, ...] = SCOPES
    name: str = "Slotkeeper"
    command: str = "/book"
    timeout: float = 10
    token_verification: bool = True  # whether `doctor` asks Slack if the tokens work

    @property
    def shared(self) -> bool:
        """Whether any number of workspaces may add the app."""
        return bool(self.client_id and self.client_secret)
