"""What follows once a request is stored and answered: a profile read, a home shown, a hint given.

None of it is needed for an answer; what fails is logged and comes again with the next request.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from channels.slack import blocks
from channels.slack.afterwards import Afterwards
from channels.slack.config import Config
from channels.slack.workspaces import Workspaces

_KNOWN = 12 * 3600.0  # seconds until a profile is read again
_MOST = 100_000  # profiles remembered as read


@dataclass(frozen=True, slots=True)
class Profile:
    """What a workspace says of a person: `zone` an IANA zone, `language` as in "en-US"."""

    name: str = ""
    zone: str | None = None
    language: str | None = None


class Book(Protocol):
    """What Slack's people are to the house, and what it shows them; both touch the database."""

    def met(self, team: str, user: str, profile: Profile) -> None:
        """Keep what a profile says of somebody who wrote or opened the app."""

    def home(self, team: str, user: str) -> Sequence[str]:
        """Return the plain texts of a person's App Home: their day, or their bookings."""


class Courtesies:
    """Each is asked for once the request was answered, and done in a thread soon after."""

    def __init__(
        self, config: Config, workspaces: Workspaces, book: Book | None, afterwards: Afterwards
    ) -> None:
        self._config = config
        self._workspaces = workspaces
        self._book = book
        self._afterwards = afterwards
        self._read: dict[tuple[str, str], float] = {}

    def meet(self, team: str, user: str) -> None:
        """Read somebody's profile, unless that was done of late."""
        if self._book is not None and not self._known(team, user):
            self._afterwards.put(lambda: self._meet(team, user))

    def show_home(self, team: str, user: str) -> None:
        """Publish somebody's App Home as it is now."""
        self._afterwards.put(lambda: self._show_home(team, user))

    def point(self, team: str, app: str, channel: str, user: str) -> None:
        """Show somebody who mentioned us in a channel, and nobody else, where the answer is."""
        hint = blocks.pointer(team, app, self._config.name)

        def point() -> None:
            client = self._workspaces.client(team)
            client.chat_postEphemeral(channel=channel, user=user, text=hint)

        self._afterwards.put(point)
        self.meet(team, user)

    def gone(self, team: str) -> None:
        """Forget a workspace that removed the app."""
        self._afterwards.put(lambda: self._workspaces.removed(team))

    def _known(self, team: str, user: str) -> bool:
        return self._read.get((team, user), 0.0) > time.monotonic()

    def _meet(self, team: str, user: str) -> None:
        if self._book is None or self._known(team, user):
            return
        asked = self._workspaces.client(team).users_info(user=user, include_locale=True)
        self._book.met(team, user, _profile(asked["user"]))
        if len(self._read) >= _MOST:
            self._read.clear()
        self._read[team, user] = time.monotonic() + _KNOWN

    def _show_home(self, team: str, user: str) -> None:
        self._meet(team, user)
        if self._book is not None:
            view = blocks.home(self._book.home(team, user))
            self._workspaces.client(team).views_publish(user_id=user, view=view)


def _profile(user: Any) -> Profile:  # noqa: ANN401 - JSON as the vendor gives it
    said = user.get("profile") or {}
    name = said.get("real_name") or user.get("real_name") or said.get("display_name") or ""
    return Profile(str(name)[:80], _zone(user.get("tz")), user.get("locale"))


def _zone(name: object) -> str | None:
    """Return a zone that we know by this name too."""
    try:
        return ZoneInfo(str(name)).key if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
