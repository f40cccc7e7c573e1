"""Telegram in the contract of all channels."""

import json
from dataclasses import replace

from channels.telegram.config import Config, proof
from channels.telegram.party import Telegram
from fakes.telegram import FakeTelegram
from fakes.telegram_phone import buttons, text_of
from fakes.telegram_updates import PHOTO, STICKER, VOICE, Json, Person, membership, message, press
from support.vendors import PUBLIC, Heard, Make, Post, Trouble

BOT = "JuniperBot"
PROOF = "X-Telegram-Bot-Api-Secret-Token"


class PrivateChats:
    """Private chats with Juniper's bot, by webhook."""

    channel = "telegram"
    sender = "500000001"

    def __init__(self, *, timeout: float = 0.5) -> None:
        self.fake = FakeTelegram()
        self.bot = self.fake.add_bot(BOT)
        self.bot.started.add(int(self.sender))
        self.config = Config(
            {BOT: self.bot.token},
            public_url=PUBLIC,
            base_url=self.fake.base_url,
            base_file_url=self.fake.base_file_url,
            timeout=timeout,
        )
        self.party = Telegram(self.config)

    def text(self, words: str, *, message: int, sender: str = "") -> Post:
        """Return an update with a text."""
        return self._update(message, message=self._message(sender, text=words))

    def choose(self, heard: Heard, index: int, *, message: int) -> Post:
        """Press the button."""
        under = heard.shown
        assert isinstance(under, dict)
        data = buttons(under)[heard.buttons[index]]
        pressed = press(str(message), self._person(""), under, data)
        return self._update(message, callback_query=pressed)

    def forged(self, post: Post) -> list[Post]:
        """Return it without the secret, with others, and for another bot."""
        good = post.headers[PROOF]
        other = proof(Config({"OtherBot": self.bot.token}), "OtherBot")
        wrong = ("", good[:-1], good.upper(), other, self.bot.token, "\u00fc" * 64)
        return [
            replace(post, headers={}),
            *(replace(post, headers={PROOF: given}) for given in wrong),
            replace(post, path="/telegram/OtherBot"),
            replace(post, path="/telegram/juniperbot"),
        ]

    def odd(self) -> list[Post]:
        """Return updates that cannot be read, that we do not know, and that say nothing."""
        person = self._person("")
        bodies = (
            b"",
            b"no json",
            b"[]",
            b"null",
            b"7",
            b"\xff\xfe",
            b"[" * 9000,
            b'{"message":{}}',
        )
        chat = person.chat()
        said = self._message("", text="hi")
        wrong: list[Json] = [
            {"message": "hi"},
            {"message": {}},
            {"message": {**said, "chat": "x"}},
            {"message": {**said, "chat": {"id": "7", "type": "private"}}},
            {"message": {**said, "text": 7}},
            {"message": {**said, "from": {"id": True, "is_bot": False, "first_name": 5}}},
            {"message": {**said, "date": "now"}},
            {"message": {**said, "date": 10**20}},
            {"message": {**said, "text": None, "location": {"latitude": "x", "longitude": 1}}},
            {"message": {**said, "from": self.bot.user()}},
            {"message": {key: value for key, value in said.items() if key != "from"}},
            {"message": message(2, person.user(), chat)},
            {"message": message(2, person.user(), chat, new_chat_title="x")},
            {"channel_post": said},
            {"edited_message": {**said, "edit_date": 2 * 10**9}},
            {"callback_query": {"id": "1"}},
            {"callback_query": press("1", person, said, "no:thing")},
            {"callback_query": press("1", person, said, "1:2:3")},
            {"callback_query": press("1", person, None, "1:1")},
            {"my_chat_member": membership(self.bot.user(), person, old="left", new="left")},
            {"inline_query": {"id": "1", "from": person.user(), "query": "x", "offset": ""}},
            {"of_a_later_year": {"id": 1}},
        ]
        media: list[Json] = [
            {"message": message(3, person.user(), chat, photo=PHOTO, caption="this one")},
            {"message": message(4, person.user(), chat, sticker=STICKER)},
            {"message": message(5, person.user(), chat, voice=VOICE)},
        ]
        return [
            *(self._post(body) for body in bodies),
            *(self._update(100 + n, **content) for n, content in enumerate(wrong)),
            *(self._update(200 + n, **content) for n, content in enumerate(media)),
            self._post(json.dumps({"update_id": "7", "message": said}).encode()),
            self._post(json.dumps({"update_id": True, "message": said}).encode()),
        ]

    def another(self, number: int) -> str:
        """Return the id of somebody else who pressed START."""
        self.bot.started.add(600_000_000 + number)
        return str(600_000_000 + number)

    def heard(self, address: str = "") -> list[Heard]:
        """Return what the bot said in a chat."""
        said = self.fake.said(self.bot, int(address or self.sender))
        return [Heard(text_of(m), tuple(buttons(m)), m) for m in said]

    def trouble(self, how: Trouble | None, *, times: int | None = None) -> None:
        """Make the fake fail."""
        self.fake.trouble(how, times=times)

    def no_pictures(self) -> None:
        """Make the fake fail at photos."""
        self.fake.trouble("500", methods=frozenset({"sendphoto"}))

    def pictures(self) -> int:
        """Return how many photos there are in the chat."""
        return sum("photo" in said for said in self.fake.said(self.bot, int(self.sender)))

    def pace(self, seconds: float) -> None:
        """Make the fake slow."""
        self.fake.pace = seconds

    def secrets(self) -> tuple[str, ...]:
        """Return the bot's token, and what proves the webhook's requests."""
        return self.bot.token, proof(self.config, BOT)

    def close(self) -> None:
        """Stop the channel and the fake."""
        self.party.close()
        self.fake.close()

    def _person(self, sender: str) -> Person:
        return Person(int(sender or self.sender))

    def _message(self, sender: str, **content: object) -> Json:
        person = self._person(sender)
        return message(1, person.user(), person.chat(), **content)

    def _update(self, number: int, **content: object) -> Post:
        return self._post(json.dumps({"update_id": number, **content}).encode())

    def _post(self, body: bytes) -> Post:
        headers = {PROOF: proof(self.config, BOT), "Content-Type": "application/json"}
        return Post(f"/telegram/{BOT}", body, headers)


ADAPTERS: dict[str, Make] = {"telegram": PrivateChats}
