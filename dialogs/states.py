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
    series     the times of a series are held and wait for a yes
    which      the bot asked which booking is meant
    scope      the bot asked how much of a series: this one, this and later, or all
    cancelling the bot asked whether to cancel a booking
    forgetting the bot asked whether to forget this person for good
    plan       the bot asked whether to carry out what a provider plans
    name       the bot asked a new customer's name after the first booking; nothing waits for it

A step's flow is a name, so that the table stays pure; `dialogs.steps` knows the functions.
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
    SERIES = "series"
    WHICH = "which"
    SCOPE = "scope"
    CANCELLING = "cancelling"
    FORGETTING = "forgetting"
    PLAN = "plan"
    NAME = "name"


S = State


class Step(NamedTuple):
    """The flow that answers, and where it may lead; no states: it stays where it is.

    `stays` says that it may lead elsewhere, and may as well leave everything as it was.
    """

    flow: str
    to: tuple[State, ...] = ()
    stays: bool = False


_BOOKING = (S.IDLE, S.SERVICE, S.PARTY, S.WHEN, S.CHOICE, S.PROPOSAL, S.SERIES)
_MOVING = (S.IDLE, S.WHICH, S.SCOPE, S.WHEN, S.CHOICE, S.PROPOSAL, S.SERIES)
_CANCELLING = (S.IDLE, S.WHICH, S.SCOPE, S.CANCELLING)
_PLANNING = (S.IDLE, S.PLAN)

BOOK = Step("book.begin", _BOOKING)
GO_ON = Step("book.go_on", _BOOKING)
CHOOSE = Step("book.choose", (*_BOOKING, S.NAME))
OTHERS = Step("book.others", _BOOKING)
SOONER = Step("book.sooner", _BOOKING)
AGREE = Step("book.confirm", (*_BOOKING, S.NAME))
CANCEL = Step("hand.cancel", (*_CANCELLING, S.PLAN), stays=True)
CANCEL_OPEN = Step("change.cancel_open", _CANCELLING)
MOVE = Step("hand.move", (*_MOVING, S.PLAN), stays=True)
MOVE_OPEN = Step("change.move_open", (*_BOOKING, S.WHICH, S.SCOPE))
AFTERWARDS = Step("change.afterwards", (*_BOOKING, S.WHICH, S.SCOPE))
SCOPED = Step("change.scoped", (*_MOVING, S.CANCELLING))
PICK = Step("change.chosen", (*_MOVING, S.CANCELLING))
AMEND = Step("amending.amend", (*_MOVING, S.SERVICE, S.PARTY))
KEEP = Step("change.keep", (S.IDLE, S.CANCELLING))
DROP = Step("book.drop", (S.IDLE,))

# What is answered in every state and leaves it as it was.
ASIDE = {
    I.LIST: Step("change.mine"),
    I.PRICE: Step("info.price"),
    I.POLICY: Step("info.policy"),
    I.QUESTION: Step("info.question"),
    I.WHY: Step("info.why"),
    I.UNASKED: Step("unasked.why"),
    I.HOURS: Step("info.hours"),
    I.ADDRESS: Step("info.address"),
    I.HELP: Step("info.help"),
    I.HUMAN: Step("info.human"),
    I.ZONE: Step("profile.zone"),
    I.LANGUAGE: Step("profile.language"),
    I.START: Step("profile.start"),
    I.LINK: Step("identity.link"),
    I.PREFER: Step("identity.prefer"),
    I.DATA: Step("identity.data"),
    I.LEAVE: Step("waiting.leave"),
    I.PLACE: Step("waiting.place"),
    I.LET_GO: Step("claiming.let_go"),
    I.COMING: Step("reminding.coming"),
    I.HELLO: Step("info.hello"),
    I.THANKS: Step("info.thanks"),
    I.BYE: Step("info.bye"),
    I.HESITATE: Step("info.hesitate"),
    I.UNKNOWN: Step("info.unknown"),
}

# What only a provider can ask, in every state as well.
DAY = {
    I.TODAY: Step("day.today"),
    I.TOMORROW: Step("day.tomorrow"),
    I.WEEK: Step("day.week"),
    I.ACCEPT: Step("day.accept"),
    I.REFUSE: Step("day.refuse"),
    I.BLOCK: Step("hand.block", _PLANNING, stays=True),
    I.UNBLOCK: Step("hand.unblock", _PLANNING, stays=True),
    I.LATE: Step("hand.late", _PLANNING, stays=True),
    I.SICK: Step("hand.sick", _PLANNING, stays=True),
    I.NO_SHOW: Step("hand.no_show", _PLANNING, stays=True),
    I.NOTE: Step("hand.note", _PLANNING, stays=True),
    I.WAITING: Step("waiting.everybody"),
    I.OFFER_TO: Step("hand.offer_to", _PLANNING, stays=True),
    I.NO_OFFERS: Step("hand.no_offers", _PLANNING, stays=True),
    I.BOOK_FOR: Step("hand.book_for", _PLANNING, stays=True),
    I.UNDO: Step("hand.undo", (S.IDLE,), stays=True),
}

# What begins something new, or ends everything, whatever was open.
ANEW = {
    I.BOOK: BOOK,
    I.ASK: Step("book.ask", _BOOKING),
    I.RECURRING: BOOK,
    I.CANCEL: CANCEL,
    I.MOVE: MOVE,
    I.SOONER: Step("change.sooner", (*_BOOKING, S.WHICH, S.SCOPE)),
    I.JOIN: Step("waiting.join", (S.IDLE,), stays=True),
    I.TAKE: Step("claiming.take", (S.IDLE, S.NAME, S.WHEN, S.CHOICE), stays=True),
    I.STOP: Step("profile.stop", (S.IDLE,)),
    I.FORGET: Step("identity.forget", (S.FORGETTING,)),
}

EVERYWHERE = ASIDE | DAY | ANEW

# While a time is being looked for, what is said adds to the wish or corrects it.
WISHING = {
    I.BOOK: GO_ON,
    I.RECURRING: GO_ON,
    I.INFORM: GO_ON,
    I.CORRECT: GO_ON,
    I.CHOOSE: CHOOSE,
    I.CONFIRM: GO_ON,
    I.ALTERNATIVES: OTHERS,
    I.DECLINE: DROP,
    I.CANCEL: CANCEL_OPEN,
    I.MOVE: MOVE_OPEN,
}

TABLE: dict[State, dict[I, Step]] = {
    S.IDLE: EVERYWHERE
    | {
        I.BOOK: AFTERWARDS,
        I.ASK: AFTERWARDS,
        I.INFORM: AFTERWARDS,
        I.CORRECT: AFTERWARDS,
        I.ALTERNATIVES: Step("book.ask", _BOOKING),
        I.SOONER: Step("change.sooner", AFTERWARDS.to),
        I.CHOOSE: Step("info.nothing_open"),
        I.CONFIRM: Step("day.yes"),
        I.DECLINE: Step("day.no"),
    },
    S.SERVICE: EVERYWHERE | WISHING,
    S.PARTY: EVERYWHERE | WISHING,
    S.WHEN: EVERYWHERE | WISHING | {I.CONFIRM: AGREE, I.SOONER: SOONER},
    S.CHOICE: EVERYWHERE
    | WISHING
    | {
        I.CONFIRM: Step("book.yes_to_choice", (*_BOOKING, S.NAME)),
        I.DECLINE: Step("book.none_of_these", (S.IDLE, S.WHEN, S.CHOICE, S.PROPOSAL)),
        I.SOONER: SOONER,
    },
    S.PROPOSAL: EVERYWHERE
    | WISHING
    | {
        I.CONFIRM: AGREE,
        I.DECLINE: Step("book.decline", (S.IDLE, S.WHEN, S.CHOICE, S.PROPOSAL)),
        I.SOONER: SOONER,
    },
    S.SERIES: EVERYWHERE
    | WISHING
    | {
        I.BOOK: AMEND,
        I.RECURRING: AMEND,
        I.INFORM: AMEND,
        I.CORRECT: AMEND,
        I.CANCEL: Step("amending.cancel", (*_BOOKING, *_CANCELLING)),
        I.CONFIRM: Step("amending.confirm", (*_BOOKING, S.NAME)),
        I.DECLINE: Step("book.decline", (S.IDLE, S.WHEN, S.CHOICE, S.PROPOSAL, S.SERIES)),
        I.SOONER: SOONER,
    },
    S.WHICH: EVERYWHERE
    | {
        I.CHOOSE: PICK,
        I.INFORM: PICK,
        I.CORRECT: PICK,
        I.CONFIRM: PICK,
        I.ALTERNATIVES: PICK,
        I.DECLINE: KEEP,
    },
    S.SCOPE: EVERYWHERE
    | {
        I.CHOOSE: SCOPED,
        I.INFORM: SCOPED,
        I.CORRECT: SCOPED,
        I.CONFIRM: SCOPED,
        I.ALTERNATIVES: SCOPED,
        I.CANCEL: SCOPED,
        I.MOVE: SCOPED,
        I.DECLINE: KEEP,
    },
    S.CANCELLING: EVERYWHERE
    | {
        I.CONFIRM: Step("change.cancel_now", (S.IDLE, S.CANCELLING)),
        I.CANCEL: Step("change.cancel_again", _CANCELLING),
        I.DECLINE: KEEP,
        I.CHOOSE: KEEP,
        I.ALTERNATIVES: MOVE,
        I.INFORM: AFTERWARDS,
        I.CORRECT: Step("change.corrected", (*_BOOKING, *_CANCELLING)),
    },
}

# Whoever says anything but yes is not forgotten.
TABLE[S.FORGETTING] = TABLE[S.IDLE] | {
    I.CONFIRM: Step("identity.forget_now", (S.IDLE,)),
    I.DECLINE: Step("identity.stay", (S.IDLE,)),
    I.CANCEL: Step("identity.stay", (S.IDLE,)),
}

# A name is taken from the next words that mean nothing else; all else goes on as with nothing open.
TABLE[S.NAME] = TABLE[S.IDLE] | {
    I.INFORM: Step("profile.name", AFTERWARDS.to),
    I.CORRECT: Step("profile.name", AFTERWARDS.to),
    I.UNKNOWN: Step("profile.name", AFTERWARDS.to),
    I.CHOOSE: Step("profile.name", AFTERWARDS.to),
    I.CONFIRM: Step("profile.nameless", (S.IDLE,)),
    I.DECLINE: Step("profile.nameless", (S.IDLE,)),
}

# Whatever a provider says but yes leaves things as they are; "cancel" alone is a no.
TABLE[S.PLAN] = TABLE[S.IDLE] | {
    I.CONFIRM: Step("hand.yes", (S.IDLE,)),
    I.DECLINE: Step("hand.no", (S.IDLE,)),
    I.ACCEPT: Step("hand.accept", (S.IDLE,), stays=True),
    I.REFUSE: Step("hand.refuse", (S.IDLE,), stays=True),
    I.INFORM: Step("hand.unclear"),
    I.CORRECT: Step("hand.unclear"),
    I.CHOOSE: Step("hand.unclear"),
}
