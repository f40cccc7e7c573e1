"""A channel without a vendor: what is sent is kept by the outbox alone, and can be made to fail."""

from dataclasses import dataclass, field

from channels.message import Outbound, SendError, numbered

BUTTONS = frozenset({"telegram", "slack"})


@dataclass
class Simulator:
    """Stands in for one real channel by its name; `fails` holds (address -> permanent)."""

    name: str
    fails: dict[str, bool] = field(default_factory=dict)

    def render(self, outbound: Outbound) -> str:
        """Show choices as that channel would: as buttons, or as numbered lines."""
        return outbound.text if self.name in BUTTONS else numbered(outbound)

    def send(self, outbound: Outbound) -> str | None:
        """Take the message, unless sending to that address is to fail: once, or for good."""
        permanent = self.fails.get(outbound.to)
        if permanent is None:
            return f"{self.name}-{outbound.letter}"
        if not permanent:
            del self.fails[outbound.to]
        raise SendError("made to fail", permanent=permanent)
