"""Updates as the Bot API hands them over: who wrote, where, what was pressed, who blocked."""

import itertools
import time
from dataclasses import dataclass, field
from typing import Any

from fakes.telegram_text import typed

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Person:
    """An account; its id is also that of its private chat with any bot."""

    id: int
    first: str = "Maya"
    last: str = ""
    language: str = "en"
    phone: str = "12125550123"

    def user(self) -> Json:
        user = {
            "id": self.id,
            "is_bot": False,
            "first_name": self.first,
            "language_code": self.language,
        }
        return user | {"last_name": self.last} if self.last else user

    def chat(self) -> Json:
        return {"id": self.id, "type": "private", "first_name": self.first}


@dataclass(slots=True)
class Numbers:
    """Ids: of updates for each bot, and of messages."""

    updates: "itertools.count[int]" = field(default_factory=lambda: itertools.count(730_000_001))
    messages: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))


def message(number: int, who: Json, chat: Json, **content: object) -> Json:
    """Return a message; of a text its entities are found as Telegram finds them."""
    made = {"message_id": number, "from": who, "chat": chat, "date": int(time.time())}
    made |= content
    if "text" in content and (found := typed(str(content["text"]))):
        made.setdefault("entities", found)
    if "caption" in content and (found := typed(str(content["caption"]))):
        made.setdefault("caption_entities", found)
    return made


def contact(person: Person) -> Json:
    """Return somebody's card; whose number it is Telegram itself says."""
    return {"phone_number": person.phone, "first_name": person.first, "user_id": person.id}


def press(number: str, person: Person, under: Json | None, data: str) -> Json:
    """Return a button pressed under a message."""
    made: Json = {"id": number, "from": person.user(), "chat_instance": "1", "data": data}
    return made | {"message": under} if under else made


def membership(bot: Json, person: Person, *, old: str, new: str) -> Json:
    """Return that somebody blocked or unblocked the bot."""

    def member(status: str) -> Json:
        made = {"user": bot, "status": status}
        return made | {"until_date": 0} if status == "kicked" else made

    return {
        "chat": person.chat(),
        "from": person.user(),
        "date": int(time.time()),
        "old_chat_member": member(old),
        "new_chat_member": member(new),
    }


PHOTO = [{"file_id": "AgAC", "file_unique_id": "AQAD", "width": 90, "height": 90}]
STICKER = {
    "file_id": "CAAC",
    "file_unique_id": "AgAD",
    "width": 512,
    "height": 512,
    "is_animated": False,
    "is_video": False,
    "type": "regular",
    "emoji": "👍",
}
VOICE = {"file_id": "AwAC", "file_unique_id": "AgAD", "duration": 3, "mime_type": "audio/ogg"}
