"""What is said in a group: where to talk alone. Nobody's bookings are a group's business."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from time import monotonic
from typing import Any

from channels.telegram.reading import Group

QUIET = 60.0  # seconds in which one person in a group is told once
_MOST = 10_000  # people who are remembered

WORDS = {
    "en": "Bookings are private. Let's talk there:",
    "de": "Buchungen sind privat. Schreib mir dort:",
    "es": "Las reservas son privadas. Hablemos ahí:",
    "fr": "Les réservations sont privées. Écrivez-moi là-bas :",
    "it": "Le prenotazioni sono private. Scrivimi lì:",
    "pt": "As reservas são privadas. Fale comigo lá:",
}


class Pointers:
    """Answers in groups, each person once a minute, however often a call comes again."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._told: OrderedDict[tuple[int, int], float] = OrderedDict()

    def to(self, group: Group, bot: str) -> dict[str, Any] | None:
        """Return what sendMessage is called with; None where that was just said."""
        who, now = (group.chat, group.user), self._clock()
        with self._lock:
            told = self._told.pop(who, None)
            fresh = told is None or now - told >= QUIET
            self._told[who] = now if told is None or fresh else told
            if len(self._told) > _MOST:
                self._told.popitem(last=False)
        return _pointer(group, bot) if fresh else None


def _pointer(group: Group, bot: str) -> dict[str, Any]:
    """Reply to what was said, in its topic, with a button that opens the private chat."""
    button = {"text": f"💬 @{bot}", "url": f"https://t.me/{bot}?start=group"}
    call: dict[str, Any] = {
        "chat_id": group.chat,
        "text": WORDS.get(group.language[:2], WORDS["en"]),
        "reply_parameters": {
            "message_id": group.message,
            "allow_sending_without_reply": True,
        },
        "reply_markup": {"inline_keyboard": [[button]]},
    }
    return call | {"message_thread_id": group.thread} if group.thread is not None else call
