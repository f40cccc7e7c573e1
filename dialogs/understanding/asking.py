"""What the last message asked, in the words of whoever says so, made one of the words we know."""

import re
from dataclasses import replace
from functools import lru_cache

from dialogs.understanding.facts import Asked

KNOWN = frozenset(
    {"confirm", "service", "when", "party", "choose", "which", "provider", "more", "name"}
    | {"nothing"}
)

# Other names of the same questions, as dialogue systems call them.
_SAME = {
    "confirm": "confirmation proposal propose offer_intent yes_no yesno yes_or_no approve approval "
    "affirm agree agreement cancelling hold held",
    "choose": "choice choices options option offer offers select selection pick picking slots "
    "alternatives times",
    "when": "slot time date day datetime date_time hour start appointment_time appointment_date "
    "day_and_time move_when new_time",
    "service": "type kind what treatment category intent",
    "party": "party_size size people guests seats covers number_of_people number_of_guests "
    "number_of_seats how_many",
    "which": "which_booking which_one booking appointment",
    "provider": "who staff with stylist doctor dentist therapist stylist_name doctor_name "
    "dentist_name therapist_name with_whom person",
    "name": "what_name person_name your_name full_name first_name customer_name",
    "more": "anything_else anything_more else req_more what_else help_more further",
    "nothing": "none idle null notify success notify_success failure notify_failure booked done "
    "greeting hello goodbye bye welcome ended closed",
    "unknown": "unknown unspecified inform informed answer info",
}
_MEANT = {word: what for what, words in _SAME.items() for word in words.split()}
_APART = re.compile(r"[\W_]+")


def heard(asked: Asked) -> Asked:
    """Give the same question by a name we know; any other is open, or a choice with options."""
    what = _known(asked.what)
    if what == "open" and asked.options:
        what = "choose"
    return asked if what == asked.what else replace(asked, what=what)


@lru_cache(maxsize=256)
def _known(what: str) -> str:
    plain = _APART.sub("_", what.lower()).strip("_")
    if plain in KNOWN:
        return plain
    return _MEANT.get(plain, "open" if plain else "nothing")
