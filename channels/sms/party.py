"""The account at Twilio as the registry lists it: channels, doors, and what `doctor` asks."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext

from channels.message import Channel, Door, Finding, Taken
from channels.sms import setup
from channels.sms.client import Shared, connect
from channels.sms.config import Config, tidied
from channels.sms.door import doors
from channels.sms.sending import Sender, TextMessages, WhatsApp


class Twilio:
    """One account, for all businesses of this server."""

    def __init__(self, config: Config) -> None:
        config = self._config = tidied(config)
        self._shared = Shared(config.base_url, config.timeout)
        self._client = connect(config, self._shared)
        sender = Sender(config, self._client)
        self.channels: Mapping[str, Channel] = {
            "sms": TextMessages(sender),
            "whatsapp": WhatsApp(sender),
        }
        self.doors: tuple[Door, ...] = doors(config)

    def close(self) -> None:
        """Close the connections that are kept."""
        self._shared.close()

    def listening(self, keep: Callable[[Taken], object]) -> AbstractContextManager[object]:
        """Hear nothing: Twilio calls us."""
        del keep
        return nullcontext()

    def check(self) -> list[Finding]:
        """Ask whether the credentials work, and whether Twilio calls us."""
        return setup.check(self._client, self._config)

    def register(self) -> list[Finding]:
        """Have Twilio call us, and say what it leaves to a person."""
        return setup.register(self._client, self._config)
