"""Hours of one day that a provider set in chat, where a file is applied: the later word counts.

What chat set is kept with the file's own word beneath it. A file that says of that day what it said
before has said nothing since; one that says something else, or closes the place, was heard last.
"""

from dataclasses import replace
from datetime import date, datetime

from core.orphans import Affected
from core.rules import Business, DayRule

_DASH = "\N{EN DASH}"
_Place = tuple[int | None, date]


def settled(
    old: Business | None, new: Business, *, now: datetime
) -> tuple[Business, tuple[Affected, ...]]:
    """Return what a file makes of a business with what stays of chat, and where both name a day.

    What chat set for days that are over, or for who is no longer there, is given up.
    """
    by_hand = [rule for rule in old.days if rule.by_hand] if old is not None else []
    if old is None or not by_hand:
        return new, ()
    before, after = _of_file(old), _of_file(new)
    today = now.astimezone(new.zone).date()
    kept: list[DayRule] = []
    said: list[Affected] = []
    for rule in by_hand:
        if rule.day < today or rule.resource not in new.by_id:
            continue
        whose = f"{new.by_id[rule.resource].name}, {rule.day:%a %d %b %Y}"
        later = _later(rule, before, after)
        if later is not None:
            said.append(_line(whose, "the file was changed last and counts", later, "chat", rule))
            continue
        kept.append(rule)
        beneath = after.get((rule.resource, rule.day))
        if beneath is not None:
            said.append(_line(whose, "chat was last and counts", rule, "the file", beneath))
    days = sorted(
        (*kept, *new.days), key=lambda r: (r.day, r.resource is not None, r.resource or 0)
    )
    return replace(new, days=tuple(days)), tuple(said)


def _of_file(business: Business) -> dict[_Place, DayRule]:
    return {(rule.resource, rule.day): rule for rule in business.days if not rule.by_hand}


def _later(
    rule: DayRule, before: dict[_Place, DayRule], after: dict[_Place, DayRule]
) -> DayRule | None:
    """Return what the file has said of a day since chat did, None where it said nothing new."""
    for place in ((rule.resource, rule.day), (None, rule.day)):
        now, was = after.get(place), before.get(place)
        fresh = now is not None and (was is None or was.spans != now.spans)
        if now is not None and fresh and (place[0] is not None or not now.spans):
            return now
    return None


def _line(whose: str, why: str, counts: DayRule, other: str, hidden: DayRule) -> Affected:
    return Affected(f"{whose}: {_hours(counts)}; {why} ({other} said {_hours(hidden)})")


def _hours(rule: DayRule) -> str:
    return ", ".join(f"{a:%H:%M}{_DASH}{b:%H:%M}" for a, b in rule.spans) or "closed"
