"""A simulation is set up, played and counted: what the command does."""

import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from bot.commands.apply import read_files
from bot.commands.verify import proved, report
from bot.simulate.counting import counted
from bot.simulate.hands import Alone, Crew, Hands, joined
from bot.simulate.people import Customer, peopled
from bot.simulate.post import Mailbag, Trouble
from bot.simulate.staff import staffed
from bot.simulate.town import Town
from core import businesses
from core.applying import applied
from core.db import Database
from core.rules import Business

BEGIN = datetime(2026, 3, 2, 12, tzinfo=UTC)  # clocks change in all three towns within the month
_EVERY = 150  # jobs from one blow to the next, about
_DEAD = 0.01  # of the addresses take nothing any more


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be played."""

    days: int
    customers: int
    seed: int
    faults: bool
    files: tuple[str, ...]


def played(database: Database, plan: Plan, *, picture: Path | None = None) -> bool:
    """Play a town in an empty database and print its table; say whether all was as it must be."""
    begun = time.monotonic()
    database.set_clock(frozen=BEGIN)
    places = _opened(database, plan.files)
    people = peopled(places, number=plan.customers, seed=plan.seed, begin=BEGIN, days=plan.days)
    with tempfile.TemporaryDirectory() as folder:
        mail = Mailbag(file=Path(folder) / "letters.jsonl" if plan.faults else None)
        hands = _hired(database, plan, mail, people)
        town = Town(
            database,
            hands,
            mail,
            people,
            staffed(places, plan.seed),
            BEGIN,
            plan.days,
            plan.seed,
            faults=plan.faults,
        )
        town.link()
        try:
            town.run()
        finally:
            hands.close()
    took = time.monotonic() - begun
    count = counted(town, places)
    proofs = proved(database)
    sys.stdout.write(count.table(plan.days, plan.customers, plan.seed) + "\n" + report(proofs))
    if picture is not None:
        from bot.simulate.chart import drawn  # noqa: PLC0415 - the fonts, which few ask for

        picture.write_bytes(drawn(count, places, BEGIN, plan.days))
    texts = town.counts["in"] + town.counts["out"]
    sys.stderr.write(
        f"{texts} messages ({town.counts['in']} in) in {took:.0f} s: {texts / took * 60:.0f}"
        f" a minute; killed {dict(town.hands.kills)}\n"
    )
    return count.right and not any(proof.wrong for proof in proofs.values())


def _opened(database: Database, files: tuple[str, ...]) -> list[Business]:
    """Apply the businesses; ValueError where a file is no good."""
    blueprints, problems = read_files(list(files))
    if problems:
        raise ValueError("\n".join(map(str, problems)))
    found = []
    for blueprint in blueprints:
        with database.transaction(applied(database, blueprint).business) as session:
            found.append(businesses.load(session))
    return sorted(found, key=lambda one: -len(one.services))


def _hired(
    database: Database,
    plan: Plan,
    mail: Mailbag,
    people: list[tuple[Customer, list[datetime]]],
) -> Hands:
    """Return who does the work, and with faults the plan of what befalls them."""
    if mail.file is None:
        return Alone(joined(database, mail.bag))
    chance = Random(f"{plan.seed}:faults")
    down = []
    for _ in range(plan.days):
        since = BEGIN + timedelta(seconds=chance.randrange(plan.days * 86_400))
        channel = chance.choice(("sms", "whatsapp", "telegram", "slack"))
        down.append((channel, since, since + timedelta(minutes=chance.randint(2, 40))))
    dead = {who.whos[0].address for who, _ in people if chance.random() < _DEAD}
    blows = set()
    job = 0
    while job < plan.customers * plan.days * 20:
        job += chance.randint(1, 2 * _EVERY)
        blows.add(job)
    trouble = Trouble(tuple(down), plan.seed, frozenset(dead))
    return Crew(database, mail.file, trouble, chance, frozenset(blows))
