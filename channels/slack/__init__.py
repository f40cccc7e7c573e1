"""Slack: direct messages with buttons, mentions, a slash command, and a home with one's bookings.

The vendor's libraries are loaded by `party` only, so that a start without Slack does not wait.
"""

from typing import TYPE_CHECKING

from channels.slack.config import Config

if TYPE_CHECKING:
    from channels.slack.app import Slack
    from channels.slack.courtesies import Book
    from channels.slack.workspaces import Installations

__all__ = ["Config", "party"]


def party(
    config: Config, *, installations: "Installations | None" = None, book: "Book | None" = None
) -> "Slack":
    """Join the channel. `installations` keeps tokens where any workspace may add the app.

    `book` is told of people's profiles and gives the texts of their App Home. Touches no network.
    """
    from channels.slack.app import Slack  # noqa: PLC0415 - a third of a second that few need

    return Slack(config, installations, book)
