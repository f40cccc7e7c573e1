"""Walk the transition table: from a state and the intents of a message to a step, and on. Pure."""

from collections.abc import Sequence

from dialogs.states import TABLE, State, Step
from dialogs.understanding import Intent


class UnlistedError(LookupError):
    """A state met an intent, or a step led to a state, that the table does not list."""


def find(state: State, intents: Sequence[Intent]) -> tuple[Intent, Step]:
    """Return the first intent that the table lists for the state, with its step."""
    for intent in intents:
        step = TABLE[state].get(intent)
        if step is not None:
            return intent, step
    raise UnlistedError(f"{state} does not list {', '.join(intents) or 'nothing'}")


def arrive(state: State, step: Step, reached: State) -> State:
    """Return the state that a step reached, if the table lets it."""
    allowed = (*step.to, state) if step.stays or not step.to else step.to
    if reached not in allowed:
        raise UnlistedError(f"{step.flow} may not lead from {state} to {reached}")
    return reached
