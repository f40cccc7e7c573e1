"""`slotkeeper explain`: why a time can be booked or not, rule by rule and resource by resource.

Exit status 0: the time can be had; 1: it cannot, and the lines say why; 2: the question cannot be
read, or the database cannot be used.
"""

import argparse
import json
import sys
from datetime import datetime
from pathlib import Path

from bot import opening
from bot.opening import opened, unusable
from core import businesses
from core.choosing import Wanted
from core.db import Database
from core.explaining import Trace, Verdict, explain
from core.preferring import Preference, preferred, rule_of
from core.refusals import Refusal
from core.rules import Anyone, Business
from core.serving import Way
from dialogs.wording.page import Page
from dialogs.wording.refusals import why

REFUSED, UNUSABLE = 1, 2


def run(arguments: list[str]) -> None:
    """Print the trace; exit with 1 where the time cannot be had."""
    parser = argparse.ArgumentParser(
        prog="slotkeeper explain",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--business", required=True, help="its key, as its file is called")
    parser.add_argument("--service", required=True, help="the key of a service")
    parser.add_argument("--at", required=True, help="ISO time; without offset at the place")
    parser.add_argument("--party", type=int, default=1, help="for how many")
    parser.add_argument("--provider", help="the key of a provider who is asked for")
    parser.add_argument("--data", type=Path, help="the folder of the embedded database")
    options = parser.parse_args(arguments)
    try:
        at = datetime.fromisoformat(options.at)
    except ValueError:
        parser.error(f"--at is no ISO time: {options.at}")
    try:
        with opened(options.data) as database:
            number = businesses.listed(database).get(options.business)
            if number is None:
                parser.error(f"no such business: {options.business}")
            trace, whom, business = _traced(database, number, options, at, parser)
    except opening.UNUSABLE as error:
        sys.stderr.write(f"slotkeeper explain: {unusable(error)}\n")
        sys.exit(UNUSABLE)
    sys.stdout.write("\n".join(lines(trace, whom, business)) + "\n")
    sys.exit(0 if trace.free else REFUSED)


def _traced(
    database: Database,
    number: int,
    options: argparse.Namespace,
    at: datetime,
    parser: argparse.ArgumentParser,
) -> tuple[Trace, Preference, Business]:
    with database.transaction(number) as session:
        business = businesses.load(session)
        services = {s.key: s for s in business.services}
        providers = {p.key: p.id for p in business.providers}
        if options.service not in services:
            parser.error(f"no such service: {options.service}; there are {', '.join(services)}")
        if options.provider is not None and options.provider not in providers:
            parser.error(f"no such provider: {options.provider}; there are {', '.join(providers)}")
        start = at if at.tzinfo else at.replace(tzinfo=business.zone)
        wanted = Wanted(
            services[options.service], start, options.party, providers.get(options.provider)
        )
        found = explain(session, business=business, wanted=wanted, now=session.now)
        whom = preferred(session, business, wanted, person=None, now=session.now)
    return found, whom, business


def lines(trace: Trace, whom: Preference, business: Business) -> list[str]:
    """Return the trace in words: the time, what the rules say, and what each resource says.

    Then in which order those are tried of whom nobody is asked for.
    """
    wanted = trace.wanted
    at = wanted.start.astimezone(business.zone)
    said = [f"{wanted.service.name(business.languages[0])}, {at:%Y-%m-%d %H:%M %Z}"]
    said.append(f"  rules: {_words(trace, business, trace.rule) if trace.rule else 'allow it'}")
    said += [f"  {_verdict(trace, business, verdict)}" for verdict in trace.verdicts]
    if whom.ranking:
        said.append(f"  who names nobody: {_ranking(trace, whom, business)}")
    refused = trace.refusal
    if refused is not None:
        others = [_name(business, way) for way in trace.able if trace.rule is None]
        free = f" Free then: {', '.join(others)}." if others else ""
        return [*said, f"It can't be had: {_words(trace, business, refused)}{free}"]
    order = [ranked.resource for ranked in whom.ranking]
    able = sorted(trace.able, key=lambda way: order.index(way[0]) if way[0] in order else -1)
    who = [_name(business, way) for way in able if trace.asked(way)]
    return [*said, f"It can be had: {', '.join(who)}." if who else "It can be had."]


def _verdict(trace: Trace, business: Business, verdict: Verdict) -> str:
    name = _name(business, verdict.way)
    if verdict.refusal is not None:
        return f"{name}: {_words(trace, business, verdict.refusal)}"
    return f"{name}: free" + (f" ({verdict.seats} of {verdict.of})" if verdict.of > 1 else "")


def _ranking(trace: Trace, whom: Preference, business: Business) -> str:
    """Return the rule and everybody in its order, each with what is compared."""
    rule = rule_of(business, trace.wanted.service)
    named = [
        business.resource(one.resource).name + _compared(rule, one.value) for one in whom.ranking
    ]
    first = "whom they came to last, then " if rule is Anyone.USUAL else ""
    return f"{rule}: {first}{', '.join(named)}"


def _compared(rule: Anyone, value: object) -> str:
    if isinstance(value, tuple):
        return f" ({value[0]} min that day, {value[1]} that week)"
    return " (no turn yet)" if rule is Anyone.ROUND_ROBIN and value is None else ""


def _name(business: Business, way: Way) -> str:
    return " + ".join(business.resource(r).name for r in way)


def _words(trace: Trace, business: Business, refused: Refusal) -> str:
    """Return a refusal in English, in the zone of the place."""
    facts = json.loads(json.dumps(refused.facts, default=lambda value: value.isoformat()))
    note = {
        "reason": refused.reason.value,
        "facts": facts,
        "start": trace.wanted.start.isoformat(),
        "service": trace.wanted.service.id,
    }
    return why(Page(note, business, "en", business.zone, business.zone))
