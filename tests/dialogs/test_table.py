"""The transition table is whole: nothing that can be meant is unlisted, nothing leads nowhere."""

import pytest

from dialogs import draw, machine
from dialogs.states import TABLE, State, Step
from dialogs.steps import FLOWS
from dialogs.understanding import Intent


def test_every_step_has_a_flow_and_every_flow_a_step() -> None:
    """The table and the functions name each other, without remainder."""
    named = {step.flow for row in TABLE.values() for step in row.values()}
    assert named == set(FLOWS)


@pytest.mark.parametrize("state", State)
def test_a_state_lists_every_intent(state: State) -> None:
    """Whatever a message is understood as, each state has a step for it."""
    assert set(TABLE[state]) == set(Intent)


def test_every_state_is_reached_and_left() -> None:
    """No state is a trap, and none is forgotten."""
    reached = {state for row in TABLE.values() for step in row.values() for state in step.to}
    assert reached == set(State)
    for state in State:
        assert any(State.IDLE in step.to for step in TABLE[state].values())


def test_the_first_listed_intent_decides() -> None:
    """Of several intents the first that the table knows is followed."""
    intent, step = machine.find(State.PROPOSAL, (Intent.CONFIRM, Intent.THANKS))
    assert (intent, step.flow) == (Intent.CONFIRM, "book.confirm")


def test_an_unlisted_pair_is_an_error() -> None:
    """A flow may go only where its step says; without targets it stays."""
    with pytest.raises(machine.UnlistedError, match="may not lead from idle to name"):
        machine.arrive(State.IDLE, TABLE[State.IDLE][Intent.BOOK], State.NAME)
    with pytest.raises(machine.UnlistedError):
        machine.arrive(State.WHEN, Step("info.hours"), State.IDLE)
    with pytest.raises(machine.UnlistedError):
        machine.find(State.IDLE, ())


def test_the_drawn_diagram_is_the_table() -> None:
    """What the documents show of a table was drawn from it as it is."""
    for document, drawn in draw.DRAWN.items():
        text = document.read_text(encoding="utf-8")
        assert draw.placed(text, drawn()) == text, "run: python -m dialogs.draw"
