"""A stage for each script: the shipped businesses that it names, in a database of its own."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from bot.commands.apply import read_files
from bot.commands.replay import EXAMPLES
from bot.replay.script import Line, instant
from bot.replay.stage import Stage
from bot.wiring import simulated
from core.applying import applied
from core.blueprint import Blueprint, read
from support.postgres import Databases, connected
from support.staging import Play

GENEVRIER = (  # Juniper Studio in the languages that no shipped business speaks
    ('languages = ["en", "es"]', 'languages = ["fr", "pt"]'),
    ("names.es", "names.pt"),
    ('names.en = ["Haircut", "cut", "trim"]', 'names.fr = ["Coupe", "coupe de cheveux"]'),
    ('names.pt = ["Corte de pelo", "corte"]', 'names.pt = ["Corte de cabelo", "corte"]'),
    ("names.en", "names.fr"),
    ("+1 212 555 0100", "+1 212 555 0109"),
    ("JuniperBot", "GenevrierBot"),
    ("T0JUNIPER", "T0GENEVRIER"),
)


HAWTHORN = (  # Juniper Studio, where bookings are changed alone only so long
    ('name = "Juniper Studio"', 'name = "Hawthorn Studio"\nchange_until = "24 h before"'),
    ('price = "120.00"', 'price = "120.00"\nchange_until = "18:00 the day before"'),
    ("seats = 12", 'seats = 12\nchange_until = "day"'),
    ("+1 212 555 0100", "+1 212 555 0110"),
    ("JuniperBot", "HawthornBot"),
    ("T0JUNIPER", "T0HAWTHORN"),
)
BARBERRY = (  # Juniper Studio, where a haircut may come with more, and Ben takes his time
    ('name = "Juniper Studio"', 'name = "Barberry Studio"'),
    (
        "[services.colour]",
        (
            'lengths = { ben = "40 min" }\n'
            "[services.haircut.extras.beard]\n"
            'names.en = ["Beard trim", "beard"]\nnames.es = ["Arreglo de barba", "barba"]\n'
            'length = "15 min"\nprice = "15.00"\n'
            "[services.haircut.extras.wash]\n"
            'names.en = ["Wash", "shampoo"]\nnames.es = ["Lavado"]\n'
            'length = "10 min"\nprice = "5.00"\nwith = ["ana"]\n\n'
            "[services.colour]"
        ),
    ),
    ("+1 212 555 0100", "+1 212 555 0111"),
    ("JuniperBot", "BarberryBot"),
    ("T0JUNIPER", "T0BARBERRY"),
)
ROWAN = (  # Juniper Studio, where work is shared out and no short gaps are left
    ('grid = "15 min"', 'grid = "15 min"\nanyone = "least busy"\ngaps = "30 min"'),
    ('advance = "full"\n', 'anyone = "round robin"\n'),
    ("+1 212 555 0100", "+1 212 555 0112"),
    ("JuniperBot", "RowanBot"),
    ("T0JUNIPER", "T0ROWAN"),
)
ALDER = (  # Juniper Studio, where four cut hair and the least busy does it
    ('grid = "15 min"', 'grid = "15 min"\nanyone = "least busy"'),
    ('[["ana", "ben"]]', '[["ana", "ben", "mia", "leo"]]'),
    ("+1 212 555 0100", "+1 212 555 0113"),
    ("JuniperBot", "AlderBot"),
    ("T0JUNIPER", "T0ALDER"),
)
VARIANTS = {
    "alder": ALDER,
    "barberry": BARBERRY,
    "genevrier": GENEVRIER,
    "hawthorn": HAWTHORN,
    "rowan": ROWAN,
}


@pytest.fixture(scope="session")
def examples() -> dict[str, Blueprint]:
    """Give the shipped businesses by their slugs, and variants of one."""
    blueprints, problems = read_files([str(path) for path in sorted(EXAMPLES.glob("*.toml"))])
    assert not problems
    for name, changes in VARIANTS.items():
        file = (EXAMPLES / "juniper.toml").read_text(encoding="utf-8")
        for old, new in changes:
            assert old in file, old
            file = file.replace(old, new)
        variant = read(file.encode(), f"{name}.toml")
        assert isinstance(variant, Blueprint), variant
        blueprints.append(variant)
    return {blueprint.slug: blueprint for blueprint in blueprints}


@pytest.fixture
def play(databases: Databases, examples: dict[str, Blueprint]) -> Iterator[Play]:
    """Give a function that plays lines and returns the stage with all that was emitted."""
    held = ExitStack()

    def play(lines: list[Line]) -> tuple[Stage, list[dict[str, Any]]]:
        url = databases.fresh()
        held.callback(databases.drop, url)
        database = held.enter_context(connected(url))
        database.set_clock(frozen=instant(1, lines[0]["now"]))
        named = {line.get("to") for line in lines} - {None}
        slugs = {
            slug: applied(database, blueprint).business
            for slug, blueprint in examples.items()
            if slug in named
        }
        emitted: list[dict[str, Any]] = []
        stage = Stage(simulated(database), slugs, emitted.append)
        for line in lines:
            stage.play(line)
        return stage, emitted

    with held:
        yield play
