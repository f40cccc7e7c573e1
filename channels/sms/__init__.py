"""Text messages and WhatsApp, both through Twilio: one account, one door."""

from channels.message import Party
from channels.sms.config import Config

__all__ = ["Config", "party"]


def party(config: Config) -> Party:
    """Join an account at Twilio: its two channels, its doors, its set-up."""
    from channels.sms.party import Twilio  # noqa: PLC0415 - the library takes 300 ms to load

    return Twilio(config)
