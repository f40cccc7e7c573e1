"""SMS and WhatsApp in the contract of all channels."""

from base64 import b64encode
from dataclasses import replace
from typing import Any

from channels.sms.config import Config
from channels.sms.party import Twilio
from fakes.twilio import ACCOUNT, TOKEN, FakeTwilio, signed
from support.vendors import PUBLIC, Heard, Make, Post, Trouble


def config(fake: FakeTwilio, **chosen: Any) -> Config:  # noqa: ANN401 - a Config's own fields
    """Return an account at the fake."""
    return replace(Config(ACCOUNT, (TOKEN,), PUBLIC, base_url=fake.url, timeout=0.5), **chosen)


class TextMessages:
    """SMS."""

    channel = "sms"
    sender = "+12125550123"

    def __init__(self, fake: FakeTwilio | None = None, **chosen: Any) -> None:  # noqa: ANN401 - likewise
        self.fake = fake or FakeTwilio()
        self.party = Twilio(config(self.fake, **chosen))

    def text(self, words: str, *, message: int, sender: str = "") -> Post:
        """Return a text of somebody's."""
        return self.fake.inbound(sender or self.sender, words, message=message, whatsapp=self._app)

    def choose(self, heard: Heard, index: int, *, message: int) -> Post:
        """Type the number."""
        assert f"{index + 1}. " in heard.text
        return self.text(str(index + 1), message=message)

    def forged(self, post: Post) -> list[Post]:
        """Return it unsigned, signed by another, with other words, and for another door."""
        headers = {k: v for k, v in post.headers.items() if k != "X-Twilio-Signature"}
        signature = post.headers["X-Twilio-Signature"]
        return [
            replace(post, headers=headers),
            replace(post, headers={**headers, "X-Twilio-Signature": ""}),
            replace(post, headers={**headers, "X-Twilio-Signature": signature[:-2] + "A="}),
            replace(post, headers={**post.headers, "X-Twilio-Signature": "\u00fc" * 28}),
            replace(post, body=post.body + b"&Extra=1"),
            replace(post, path=post.path + "?a=1"),
            replace(post, headers={**post.headers, "Content-Type": "application/json"}),
            signed(post.path, {"From": self.sender}, token=TOKEN[1:]),
        ]

    def odd(self) -> list[Post]:
        """Return what is signed and holds no message."""
        good = self.text("hi", message=1)
        return [
            signed("/sms", {}),
            signed("/sms", {"MessageSid": "SM1", "From": "+12125550123", "To": "x"}),
            signed("/sms", {"MessageSid": "SM" + "0" * 32, "Body": "hi"}),
            self.fake.inbound("12345", "hi", message=2, whatsapp=self._app),
            self.fake.inbound("VERIZON", "hi", message=3, whatsapp=self._app),
            self.text("hi", message=4, sender="messenger:1234"),
            replace(good, body=b"\xff\xfe"),
            replace(good, body=b"no form"),
            replace(good, body=good.body + b"&" + good.body),
            replace(good, body=b"&".join(b"a%d=1" % n for n in range(300))),
            signed("/sms/status/x/y", {"MessageStatus": "delivered"}),
            signed("/sms/status/999/999", {"MessageStatus": "delivered"}),
            signed("/sms/status/1/1", {"MessageStatus": "no such state"}),
            signed(f"/sms/status/{'9' * 30}/1", {"MessageStatus": "failed", "ErrorCode": "x"}),
        ]

    def another(self, number: int) -> str:
        """Return another number."""
        return f"+1212555{number + 2000:04}"

    def heard(self, address: str = "") -> list[Heard]:
        """Return what the fake took."""
        return [Heard(text) for text in self.fake.texts(address or self.sender)]

    def trouble(self, how: Trouble | None, *, times: int | None = None) -> None:
        """Make the fake fail."""
        self.fake.trouble(how, times=times)

    def no_pictures(self) -> None:
        """Change nothing: there are no pictures in a text."""

    def pictures(self) -> int:
        """Return how many messages came with media."""
        return sum("MediaUrl" in message.fields for message in self.fake.messages)

    def pace(self, seconds: float) -> None:
        """Make the fake slow."""
        self.fake.pace(seconds)

    def secrets(self) -> tuple[str, ...]:
        """Return the account's token, bare and as a header has it."""
        return TOKEN, b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()

    def close(self) -> None:
        """Stop the fake, and let go of it."""
        self.party.close()
        self.fake.close()

    @property
    def _app(self) -> bool:
        return self.channel == "whatsapp"


class WhatsApp(TextMessages):
    """WhatsApp."""

    channel = "whatsapp"


ADAPTERS: dict[str, Make] = {"sms": TextMessages, "whatsapp": WhatsApp}
