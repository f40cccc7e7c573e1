"""What an update of Telegram says: messages to store, and what is said back at once. Pure.

Only private chats are stored. What is said to the bot in a group gets a pointer to the private
chat, and nothing of a group is kept: a booking is nobody else's business.
"""

import math
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from telegram import CallbackQuery, Chat, ChatMemberUpdated, Contact, Message, Update, User
from telegram.constants import ChatMemberStatus, ChatType, MessageEntityType

from channels.message import Inbound, RejectedError
from channels.telegram.config import bare

CHANNEL = "telegram"
KINDS = ("message", "edited_message", "callback_query", "my_chat_member")  # what is asked for
_AT_ONCE = timedelta(minutes=5)  # an edit within it is what somebody meant to say
_LONGEST_NAME = 80
_COMMAND = re.compile(r"/(\w{1,32})(?:@\w+)?(?:\s+(.*))?", re.DOTALL | re.ASCII)
_PAYLOAD_CODE = re.compile(r"link[_-]?((?=[A-Za-z]*\d)[0-9A-Za-z-]{6,9})")
_PRESSED = re.compile(r"(\d{1,18}):(\d{1,3})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Group:
    """Somebody in a group who spoke to the bot; `thread` is the topic, where there are some."""

    chat: int
    message: int
    user: int
    language: str
    thread: int | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """What an update held. `query` is a press that wants to be acknowledged."""

    messages: tuple[Inbound, ...] = ()
    query: str | None = None
    group: Group | None = None


def read(data: object, bot: str) -> Heard:
    """Read one update for the bot of that username; what we do not know holds nothing.

    Raises RejectedError where it is no update.
    """
    if not isinstance(data, dict) or not _is_id(data.get("update_id")):
        raise RejectedError(400, "this is no update")
    try:
        update = Update.de_json(data)
        return _heard(update, bot)
    except Exception as error:  # noqa: BLE001 - the library checks no types, so any may come
        raise RejectedError(400, f"the update cannot be read: {type(error).__name__}") from None


def _heard(update: Update, bot: str) -> Heard:
    if update.message:
        return _message(update, update.message, bot)
    if update.edited_message:
        return _edited(update, update.edited_message, bot)
    if update.callback_query:
        return _press(update, update.callback_query, bot)
    if update.my_chat_member:
        return _membership(update, update.my_chat_member, bot)
    return Heard()


def _message(update: Update, message: Message, bot: str) -> Heard:
    user = message.from_user
    if user is None or user.is_bot:
        return Heard()
    if message.chat.type != ChatType.PRIVATE:
        return _in_group(message, user, bot)
    found = _content(message)
    if found is None:
        return Heard()
    kind, body, facts = found
    said = _inbound(update, user, message.chat, bot, kind=kind, body=body, facts=facts)
    if "start" not in facts:
        return Heard((said,))
    # Whoever presses START wants to hear from us, whatever they said before.
    wanted = _inbound(
        update, user, message.chat, bot, kind="carrier", body="opted_in", suffix="/start"
    )
    return Heard((wanted, said))


def _content(message: Message) -> tuple[str, str, dict[str, Any]] | None:
    """Return the kind, the words and the facts; None where nobody said anything."""
    if message.text is not None:
        return ("text", *_words(_text(message.text)))
    if message.location:
        at = message.location
        where = {"latitude": _degrees(at.latitude), "longitude": _degrees(at.longitude)}
        return "location", "", where
    if message.contact:
        return _contact(message, message.contact)
    if message.effective_attachment:
        return "media", _text(message.caption or ""), {}
    return None


def _words(text: str) -> tuple[str, dict[str, Any]]:
    """Turn a command into words: "/my_bookings" is "my bookings".

    /start is a greeting, whatever link led there: the words of a link are its author's, not the
    reader's. Only a one-time code is taken from it, as "link K7QM-4XPT".
    """
    command = _COMMAND.fullmatch(text)
    if not command:
        return text, {}
    name, rest = command[1].lower(), (command[2] or "").strip()
    if name == "start":
        code = _PAYLOAD_CODE.fullmatch(rest)
        return f"link {code[1]}" if code else "hi", {"start": rest[:64]}
    return " ".join(f"{name.replace('_', ' ')} {rest}".split()), {}


def _contact(message: Message, contact: Contact) -> tuple[str, str, dict[str, Any]]:
    """Take a phone number as proven only where it is the sender's own; else these are words."""
    digits = re.sub(r"\D", "", _text(contact.phone_number))
    if digits and message.from_user and contact.user_id == message.from_user.id:
        return "contact", f"+{digits}", {}
    names = (contact.first_name, contact.last_name or "", contact.phone_number)
    return "text", " ".join(_text(name) for name in names if name), {}


def _edited(update: Update, message: Message, bot: str) -> Heard:
    """Hear what was said anew within minutes; later it was answered, and the answer stands."""
    if message.text is None or message.edit_date is None:
        return Heard()
    if message.edit_date - message.date > _AT_ONCE:
        return Heard()
    return _message(update, message, bot)


def _press(update: Update, query: CallbackQuery, bot: str) -> Heard:
    found = _PRESSED.fullmatch(_text(query.data or ""))
    message = query.message
    if message is None or message.chat.type != ChatType.PRIVATE or not found:
        return Heard(query=_text(query.id))
    label, shown = _shown(query)
    facts = {"outbox": int(found[1]), "index": int(found[2]), "shown": shown}
    said = _inbound(
        update, query.from_user, message.chat, bot, kind="press", body=label, facts=facts
    )
    return Heard((said,), query=_text(query.id))


def _shown(query: CallbackQuery) -> tuple[str, dict[str, Any]]:
    """Return the pressed button's label, and what is needed to change the message it is under."""
    message = query.message
    if message is None:
        return "", {}
    shown: dict[str, Any] = {"chat": _id(message.chat.id), "message": _id(message.message_id)}
    if not isinstance(message, Message) or not (message.text or message.caption):
        return "", shown  # it is so old that only its number is told
    rows = message.reply_markup.inline_keyboard if message.reply_markup else ()
    labels = [b.text for row in rows for b in row if b.callback_data == query.data]
    label = _text(labels[0]) if labels else ""
    text = _text(message.text or message.caption or "")
    return label, shown | {"text": text, "label": label, "caption": message.text is None}


def _membership(update: Update, change: ChatMemberUpdated, bot: str) -> Heard:
    """Hear that somebody blocked the bot, or lets it write again."""
    status = change.new_chat_member.status
    known = {ChatMemberStatus.BANNED: "opted_out", ChatMemberStatus.MEMBER: "opted_in"}
    if change.chat.type != ChatType.PRIVATE or status not in known:
        return Heard()
    body = known[ChatMemberStatus(status)]
    return Heard((_inbound(update, change.from_user, change.chat, bot, kind="carrier", body=body),))


def _in_group(message: Message, user: User, bot: str) -> Heard:
    if not _addressed(message, bot):
        return Heard()
    thread = message.message_thread_id if message.is_topic_message else None
    return Heard(
        group=Group(
            chat=_id(message.chat.id),
            message=_id(message.message_id),
            user=_id(user.id),
            language=_text(user.language_code or ""),
            thread=_id(thread) if thread is not None else None,
        )
    )


def _addressed(message: Message, bot: str) -> bool:
    """Whether a message in a group is for the bot: it names it, commands it or replies to it."""
    before = message.reply_to_message
    if before and before.from_user and bare(before.from_user.username or "") == bare(bot):
        return True
    kinds: list[str | None] = [MessageEntityType.MENTION, MessageEntityType.BOT_COMMAND]
    if message.text:
        entities = message.parse_entities(kinds)
    else:
        entities = message.parse_caption_entities(kinds) if message.caption else {}
    names = (text[text.find("@") :] for text in entities.values() if "@" in text)
    return any(bare(name) == bare(bot) for name in names)


def _inbound(
    update: Update,
    user: User,
    chat: Chat,
    bot: str,
    *,
    kind: str,
    body: str,
    facts: dict[str, Any] | None = None,
    suffix: str = "",
) -> Inbound:
    return Inbound(
        channel=CHANNEL,
        to=bot,
        sender=str(_id(chat.id)),
        message=f"{update.update_id}{suffix}",
        kind=kind,
        body=body,
        name=" ".join(_text(user.full_name).split())[:_LONGEST_NAME],
        language=_text(user.language_code) if user.language_code else None,
        facts=facts or {},
    )


def _is_id(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _id(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError("an id is a number")
    return value


def _text(value: object) -> str:
    """Return text that a database can hold: no control characters, no half of a character."""
    if not isinstance(value, str):
        raise TypeError("a text is expected")
    whole = value.encode("utf-8", "replace").decode("utf-8")
    return "".join(c for c in whole if c in "\n\t" or (c >= " " and c != "\x7f"))


def _degrees(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise TypeError("degrees are a number")
    return float(value)
