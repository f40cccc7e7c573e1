"""A person with Telegram in their hand: in a private chat with a bot, and in a group with it."""

import itertools
import time
from dataclasses import dataclass, field

from fakes.telegram import FakeTelegram
from fakes.telegram_bots import Account
from fakes.telegram_updates import PHOTO, Json, Person, contact, membership, message, press

_presses = itertools.count(4_000_000_001)


@dataclass
class Phone:
    """One person's private chat with one bot. What is done returns the update's number."""

    telegram: FakeTelegram
    bot: Account
    person: Person

    def start(self, payload: str = "") -> int:
        """Press START, or follow a deep link to it."""
        if self.person.id in self.bot.blocked:
            self.unblock()
        return self.say(f"/start {payload}".strip())

    def say(self, words: str) -> int:
        """Write something."""
        return self._send(text=words)

    def edit(self, words: str, *, after: int = 10) -> int:
        """Change what was written last, so many seconds after it."""
        mine = [m for m in self.chat() if not m["from"]["is_bot"]][-1]
        edited = mine | {"text": words, "edit_date": mine["date"] + after}
        return self.telegram.hand(self.bot, "edited_message", edited)

    def photo(self, caption: str = "") -> int:
        """Send a picture."""
        return self._send(photo=PHOTO, **({"caption": caption} if caption else {}))

    def share_location(self, latitude: float, longitude: float) -> int:
        """Share where one is."""
        return self._send(location={"latitude": latitude, "longitude": longitude})

    def share_contact(self, other: Person | None = None) -> int:
        """Share one's own number, or somebody else's."""
        return self._send(contact=contact(other or self.person))

    def press(self, label: str, under: Json | None = None) -> str:
        """Press a button by its label, under the last message that has it; return the press."""
        shown = under or next(m for m in reversed(self.chat()) if label in buttons(m))
        number = str(next(_presses))
        self.telegram.presses[number] = False
        content = press(number, self.person, shown, buttons(shown)[label])
        self.telegram.hand(self.bot, "callback_query", content)
        return number

    def block(self) -> int:
        """Stop the bot."""
        self.bot.blocked.add(self.person.id)
        change = membership(self.bot.user(), self.person, old="member", new="kicked")
        return self.telegram.hand(self.bot, "my_chat_member", change)

    def unblock(self) -> int:
        """Let the bot write again."""
        self.bot.blocked.discard(self.person.id)
        change = membership(self.bot.user(), self.person, old="kicked", new="member")
        return self.telegram.hand(self.bot, "my_chat_member", change)

    def chat(self) -> list[Json]:
        """Return the chat as it looks now."""
        return list(self.telegram.said(self.bot, self.person.id))

    def heard(self) -> list[str]:
        """Return what the bot's messages say now."""
        return [text_of(m) for m in self.chat() if m["from"]["is_bot"]]

    def wait(self, number: int, *, seconds: float = 15) -> list[str]:
        """Wait until the bot said so many messages; return them."""
        end = time.monotonic() + seconds
        while len(self.heard()) < number:
            assert time.monotonic() < end, f"heard only {self.heard()}"
            time.sleep(0.02)
        return self.heard()

    def _send(self, **content: object) -> int:
        self.bot.started.add(self.person.id)  # nobody writes before START
        number = next(self.bot.numbers.messages)
        made = message(number, self.person.user(), self.person.chat(), **content)
        kept = self.telegram.chats.setdefault((self.bot.token, self.person.id), [])
        kept.append(made)
        return self.telegram.hand(self.bot, "message", made)


@dataclass
class GroupChat:
    """A group with a bot in it; its privacy mode is off, so the bot gets all that is said."""

    telegram: FakeTelegram
    bot: Account
    id: int = -1_001_000_000_001
    people: list[Person] = field(default_factory=list)

    def say(self, person: Person, words: str, *, reply_to: Json | None = None) -> int:
        """Write something to all."""
        self.bot.started.add(self.id)
        chat = {"id": self.id, "type": "supergroup", "title": "Friends"}
        content: Json = {"text": words}
        if reply_to:
            # Of what a message replies to, it is not told what that replied to.
            content["reply_to_message"] = {
                key: value for key, value in reply_to.items() if key != "reply_to_message"
            }
        made = message(next(self.bot.numbers.messages), person.user(), chat, **content)
        return self.telegram.hand(self.bot, "message", made)

    def heard(self) -> list[Json]:
        """Return what the bot said here."""
        return list(self.telegram.said(self.bot, self.id))


def phone(telegram: FakeTelegram, bot: Account, **profile: str) -> Phone:
    """Give a new person a phone."""
    return Phone(telegram, bot, telegram.person(**profile))


def text_of(said: Json) -> str:
    """Return a message's text or caption."""
    return str(said.get("text") or said.get("caption") or "")


def buttons(said: Json) -> dict[str, str]:
    """Return a message's buttons, and what they carry."""
    rows = said.get("reply_markup", {}).get("inline_keyboard", [])
    return {b["text"]: b.get("callback_data") or b["url"] for row in rows for b in row}
