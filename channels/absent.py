"""A channel that nobody set up: whatever should go there is given up at once, and a human hears."""

from channels.message import Outbound, SendError, numbered


class Absent:
    """Stands where a channel has no vendor."""

    def __init__(self, name: str) -> None:
        self.name = name

    def render(self, outbound: Outbound) -> str:
        """Show the text as plain lines."""
        return numbered(outbound)

    def send(self, outbound: Outbound) -> str | None:
        """Take nothing."""
        raise SendError(f"{self.name} is not set up ({outbound.note})", permanent=True)
