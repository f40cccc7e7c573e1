"""The terminal as a channel: `slotkeeper chat`. Whoever sits there reads from the rows."""

from dataclasses import dataclass

from channels.message import Outbound, numbered


@dataclass(frozen=True, slots=True)
class Console:
    """Shows choices as numbered lines.

    Any process may have claimed the message: the terminal shows what the rows say was sent.
    """

    def render(self, outbound: Outbound) -> str:
        """Return the text with its choices as numbered lines."""
        return numbered(outbound)

    def send(self, outbound: Outbound) -> str | None:
        """Take the message; its number is its id."""
        return f"console-{outbound.letter}"
