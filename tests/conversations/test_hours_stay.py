"""Hours that a provider sets in chat outlive the business file, until they are taken back."""

import json
from collections.abc import Mapping

from bot.replay import script
from bot.replay.stage import Stage
from core.applying import applied
from core.blueprint import Blueprint
from support.staging import Play

NOW = {"now": "2026-03-02T09:00:00-05:00"}
ANA = {"from": "U0ANA", "channel": "slack", "to": "juniper"}
MAYA = {"from": "+12125550101", "channel": "sms", "to": "juniper", "name": "Maya"}


def go_on(stage: Stage, *lines: Mapping[str, object]) -> None:
    for line in script.read([json.dumps(line) for line in (NOW, *lines)])[1:]:
        stage.play(line)


def test_a_day_outlives_the_file(play: Play, examples: dict[str, Blueprint]) -> None:
    """Ana's shorter Tuesday is kept when the file is applied; UNBLOCK gives the usual hours."""
    stage, _ = play(
        script.read(
            [
                json.dumps(line)
                for line in (
                    NOW,
                    {"link": "Ana"} | ANA,
                    {"say": "tomorrow I only work 12 to 4"} | ANA,
                )
            ]
        )
    )
    applied(stage.runtime.database, examples["juniper"])
    ask = {"say": "haircut with ana tomorrow at 10am"} | MAYA
    go_on(stage, ask, {"expect": {"said": {"to": MAYA["from"], "matches": "(?i)ana is there"}}})
    go_on(stage, {"say": "unblock tomorrow"} | ANA, ask)
    booked = {"to": MAYA["from"], "matches": "^Haircut with Ana on Tue, Mar 3 at 10:00 AM"}
    go_on(stage, {"expect": {"said": booked}})
