"""Everyday English messages: what they want, and the facts they state."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from dialogs.understanding import Asked, Intent, Named, Vocabulary, understand

NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=NEW_YORK)
SALON = Vocabulary(
    services=(
        Named("haircut", ("Haircut", "cut", "trim")),
        Named("massage", ("Massage", "masaje")),
    ),
    providers=(Named("ana", ("Ana",)), Named("ben", ("Ben",))),
    hours=(time(9), time(19)),
)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("haircut tomorrow at 3pm", Intent.BOOK),
        ("can u squeeze me in w ana tmrw", Intent.BOOK),
        ("cancel my 3pm", Intent.CANCEL),
        ("what do you have on friday?", Intent.ASK),
        ("whats my next appointment", Intent.LIST),
        ("move my appointment to friday 2pm", Intent.MOVE),
        ("where are you", Intent.ADDRESS),
        ("can i talk to a human", Intent.HUMAN),
    ],
)
def test_first_messages(text: str, intent: Intent) -> None:
    """A message out of nowhere is understood for what it is chiefly about."""
    assert understand(text, now=NOW, zone=NEW_YORK, vocabulary=SALON).intents[0] is intent


def test_yes_but_change_something() -> None:
    """One message may agree and correct; the correction comes first."""
    got = understand(
        "yes but make it 4", now=NOW, zone=NEW_YORK, vocabulary=SALON, asked=Asked("confirm")
    )
    assert got.intents == (Intent.CORRECT, Intent.CONFIRM)
    assert got.facts.wish.windows[0].start == datetime(2026, 3, 2, 16, 0, tzinfo=NEW_YORK)


def test_names_with_typos() -> None:
    """A misspelt service is found, an everyday word that looks like one is not."""
    got = understand("massge with ben pls", now=NOW, zone=NEW_YORK, vocabulary=SALON)
    assert (got.facts.service, got.facts.provider) == ("massage", "ben")
    other = understand("did you get my message?", now=NOW, zone=NEW_YORK, vocabulary=SALON)
    assert other.facts.service is None
