"""The states of a conversation and the one literal table of its transitions. Pure.

A conversation is a state machine. A message is understood as intents; the first of them that the
table lists for the present state names a *step*: the flow that answers, and the states that the
answer may leave the conversation in. Nothing else changes the state. A pair that is not listed is
no step: a test that meets one fails, and in life the bot asks a short question instead.

    idle       nothing is open
    service    the bot asked which service
    party      the bot asked for how many
    when       the bot asked when
    choice     free times were offered
    proposal   one time is held for this person and waits for a yes
    which      the bot asked which booking is meant
    cancelling the bot asked whether to cancel a booking

A step's flow is a name, so that the table stays pure; `dialogs.converse` knows the functions.
"""

from enum import StrEnum
from typing import NamedTuple

from dialogs.understanding import Intent as I  # noqa: N817 - the table stays readable


class State(StrEnum):
    """Where a conversation stands."""

    IDLE = "idle"
    SERVICE = "service"
    PARTY = "party"
    WHEN = "when"
    CHOICE = "choice"
    PROPOSAL = "proposal"
    WHICH = "which"
    CANCELLING = "cancelling"


S = State


class Step(NamedTuple):
    """The flow that answers, and where it may lead; no states: it stays where it is."""

    flow: str
    to: tuple[State, ...] = ()


_BOOKING = (S.IDLE, S.SERVICE, S.PARTY, S.WHEN, S.CHOICE, S.PROPOSAL)

BOOK = Step("book.begin", _BOOKING)
GO_ON = Step("book.go_on", _BOOKING)
ASK = Step("book.ask", _BOOKING)
CHOOSE = Step("book.choose", _BOOKING)
CANCEL = Step("change.cancel", (S.IDLE, S.WHICH, S.CANCELLING))
MOVE = Step("change.move", (S.IDLE, S.WHICH, S.WHEN, S.CHOICE, S.PROPOSAL))

# What is answered in every state and leaves it as it was.
ASIDE = {
    I.LIST: Step("change.mine"),
    I.PRICE: Step("info.price"),
    I.POLICY: Step("info.policy"),
    I.HOURS: Step("info.hours"),
    I.ADDRESS: Step("info.address"),
    I.HELP: Step("info.help"),
    I.HUMAN: Step("info.human"),
    I.ZONE: Step("profile.zone"),
    I.LANGUAGE: Step("profile.language"),
    I.STOP: Step("profile.stop", (S.IDLE,)),
    I.START: Step("profile.start"),
    I.LINK: Step("profile.link"),
    I.JOIN: Step("info.not_by_text"),
    I.LEAVE: Step("info.not_by_text"),
    I.PLACE: Step("info.not_by_text"),
    I.SOONER: Step("info.not_by_text"),
    I.HELLO: Step("info.hello"),
    I.THANKS: Step("info.thanks"),
    I.BYE: Step("info.thanks"),
    I.UNKNOWN: Step("info.unknown"),
}

# What only a provider can ask, in every state as well.
DAY = {
    I.TODAY: Step("day.today"),
    I.TOMORROW: Step("day.tomorrow"),
    I.WEEK: Step("day.week"),
    I.ACCEPT: Step("day.accept"),
    I.REFUSE: Step("day.refuse"),
    I.BLOCK: Step("info.not_by_text"),
    I.UNBLOCK: Step("info.not_by_text"),
    I.LATE: Step("info.not_by_text"),
    I.SICK: Step("info.not_by_text"),
    I.NO_SHOW: Step("info.not_by_text"),
    I.WAITING: Step("info.not_by_text"),
    I.BOOK_FOR: Step("info.not_by_text"),
    I.UNDO: Step("info.not_by_text"),
}

# What begins something new whatever was open.
ANEW = {
    I.BOOK: BOOK,
    I.ASK: ASK,
    I.CANCEL: CANCEL,
    I.MOVE: MOVE,
    I.RECURRING: BOOK,
    I.ALTERNATIVES: ASK,
}

TABLE: dict[State, dict[I, Step]] = {
    S.IDLE: ASIDE
    | DAY
    | ANEW
    | {
        I.INFORM: BOOK,
        I.CORRECT: BOOK,
        I.CHOOSE: Step("info.nothing_open"),
        I.CONFIRM: Step("day.yes"),
        I.DECLINE: Step("day.no"),
    },
    S.SERVICE: ASIDE
    | DAY
    | ANEW
    | {
        I.BOOK: GO_ON,
        I.INFORM: GO_ON,
        I.CORRECT: GO_ON,
        I.CHOOSE: CHOOSE,
        I.CONFIRM: GO_ON,
        I.DECLINE: Step("book.drop", (S.IDLE,)),
        I.CANCEL: Step("book.drop", (S.IDLE,)),
    },
    S.PARTY: ASIDE
    | DAY
    | ANEW
    | {
        I.BOOK: GO_ON,
        I.INFORM: GO_ON,
        I.CORRECT: GO_ON,
        I.CHOOSE: GO_ON,
        I.CONFIRM: GO_ON,
        I.DECLINE: Step("book.drop", (S.IDLE,)),
        I.CANCEL: Step("book.drop", (S.IDLE,)),
    },
    S.WHEN: ASIDE
    | DAY
    | ANEW
    | {
        I.BOOK: GO_ON,
        I.INFORM: GO_ON,
        I.CORRECT: GO_ON,
        I.CHOOSE: CHOOSE,
        I.CONFIRM: GO_ON,
        I.DECLINE: Step("book.drop", (S.IDLE,)),
        I.CANCEL: Step("change.cancel", (S.IDLE, S.WHICH, S.CANCELLING)),
    },
    S.CHOICE: ASIDE
    | DAY
    | ANEW
    | {
        I.BOOK: GO_ON,
        I.INFORM: GO_ON,
        I.CORRECT: GO_ON,
        I.ALTERNATIVES: Step("book.others", _BOOKING),
        I.CHOOSE: CHOOSE,
        I.CONFIRM: Step("book.yes_to_choice", _BOOKING),
        I.DECLINE: Step("book.none_of_these", (S.IDLE, S.WHEN, S.CHOICE, S.PROPOSAL)),
    },
    S.PROPOSAL: ASIDE
    | DAY
    | ANEW
    | {
        I.CONFIRM: Step("book.confirm", _BOOKING),
        I.DECLINE: Step("book.decline", (S.IDLE, S.WHEN, S.CHOICE, S.PROPOSAL)),
        I.CANCEL: Step("change.cancel_proposal", (S.IDLE, S.WHICH, S.CANCELLING, S.WHEN)),
        I.BOOK: GO_ON,
        I.INFORM: GO_ON,
        I.CORRECT: GO_ON,
        I.CHOOSE: GO_ON,
        I.ALTERNATIVES: Step("book.others", _BOOKING),
    },
    S.WHICH: ASIDE
    | DAY
    | ANEW
    | {
        I.CHOOSE: Step("change.chosen", (*MOVE.to, S.CANCELLING)),
        I.INFORM: Step("change.chosen", (*MOVE.to, S.CANCELLING)),
        I.CORRECT: Step("change.chosen", (*MOVE.to, S.CANCELLING)),
        I.CONFIRM: Step("change.chosen", (*MOVE.to, S.CANCELLING)),
        I.DECLINE: Step("change.keep", (S.IDLE,)),
    },
    S.CANCELLING: ASIDE
    | DAY
    | ANEW
    | {
        I.CONFIRM: Step("change.cancel_now", (S.IDLE,)),
        I.CANCEL: Step("change.cancel_again", (S.IDLE, S.WHICH, S.CANCELLING)),
        I.DECLINE: Step("change.keep", (S.IDLE,)),
        I.CHOOSE: Step("change.keep", (S.IDLE,)),
        I.INFORM: BOOK,
        I.CORRECT: BOOK,
    },
}
