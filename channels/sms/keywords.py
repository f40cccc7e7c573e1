"""The words by which a carrier opts somebody out or in by itself, whatever we make of them.

Twilio acts on a message that is nothing but such a word, answers it, and hands it to us as well. A
messaging service with Advanced Opt-Out says in `OptOutType` that it acted; else the word itself is
all there is to tell it by. WhatsApp knows no such words outside of Advanced Opt-Out.
https://help.twilio.com/articles/223134027 has the words.
"""

from enum import StrEnum

OUT = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"})
IN = frozenset({"start", "unstop", "yes"})


class Act(StrEnum):
    """What the carrier did with a message before we heard of it."""

    NOTHING = ""
    OPTED_OUT = "opted_out"
    OPTED_IN = "opted_in"
    HELPED = "helped"


_SAID = {"STOP": Act.OPTED_OUT, "START": Act.OPTED_IN, "HELP": Act.HELPED}


def act(words: str, opt_out_type: str, *, text_message: bool, cancel_is_ours: bool) -> Act:
    """Return what the carrier did on hearing these words.

    `cancel_is_ours`: the account says in `OptOutType` whatever it does, and what has none is ours.
    """
    if opt_out_type:
        return _SAID.get(opt_out_type.upper(), Act.NOTHING)
    word = words.strip().lower()
    if not text_message or cancel_is_ours:
        return Act.NOTHING
    if word in OUT:
        return Act.OPTED_OUT
    return Act.OPTED_IN if word in IN else Act.NOTHING
