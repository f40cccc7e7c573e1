"""Rules for bounds and refusals: after 3, by friday, not before 2, any day but monday."""

from __future__ import annotations

from dialogs.when.cascade import Found, State, rule
from dialogs.when.items import Bound, Item


def _bound(found: Found, _state: State) -> Item | None:
    lead, item = found.items[0], found.items[-1]
    if item.kind in {"LATER", "EARLIER", "ONWARD", "BACKWARD"}:
        side = "by" if item.kind in {"EARLIER", "BACKWARD"} else "from"
        return found.make("BOUND", Bound(side, found.first("CLOCK", "DAY").value))  # type: ignore[union-attr] # the pattern holds one
    side = {
        "BEFORE": "before",
        "BY": "by",
        "UNTIL": "until",
        "AFTER": "after",
        "PAST": "after",
        "FROM": "from",
        "STARTING": "from",
    }[lead.kind]
    if lead.kind == "NOT":
        return None
    return found.make("BOUND", Bound(side, item.value))


def _through(found: Found, _state: State) -> Item | None:
    """Every thursday through may: its end included, where the start is said apart."""
    if found.items[0].raw not in {"through", "thru"}:
        return None
    return found.make("BOUND", Bound("by", found.items[-1].value))


def _not_bound(found: Found, _state: State) -> Item:
    bound = found.items[-1].value
    side = {
        "before": "from",
        "until": "from",
        "by": "after",
        "after": "by",
        "from": "before",
    }[bound.side]
    return found.make("BOUND", Bound(side, bound.of))


def _denied(found: Found, _state: State) -> Item:
    """Monday doesn't work, 3 is no good."""
    return found.make("EXCLUDE", found.items[0])


def _denied_both(found: Found, _state: State) -> Item | None:
    """Friday afternoon doesn't work, 3pm on friday is no good: that part of that day."""
    both = found.all("DAY", "DAYPART", "CLOCK", "SPAN")
    if len({item.kind == "DAY" for item in both}) < 2:
        return None
    return found.make("EXCLUDE", Item("BOTH", tuple(both), both[0].start, both[-1].end))


def _then_later(found: Found, _state: State) -> Item | None:
    """I finish at 5, so anything after that."""
    clock, last = found.items[0], found.items[-1]
    if " " not in last.raw:
        return None
    return found.make("BOUND", Bound("after", clock.value))


def _also_excluded(found: Found, _state: State) -> list[Item]:
    """Not friday or saturday."""
    return [
        found.items[0],
        Item("EXCLUDE", found.items[-1], found.items[1].start, found.items[-1].end),
    ]


def _exclude(found: Found, _state: State) -> Item | None:
    item = found.items[-1]
    if found.items[0].kind == "CUE" and (item.kind != "RULE" or found.items[0].raw != "no"):
        return None
    return found.make("EXCLUDE", item)


def _but(found: Found, _state: State) -> list[Item]:
    """Every day but sunday."""
    last = found.items[-1]
    return [found.items[0], Item("EXCLUDE", last, found.items[1].start, last.end)]


BOUNDS = (
    rule(
        "a bound",
        "(?:BEFORE|AFTER|PAST|BY|UNTIL|FROM) (?:ON|THE|AT|ABOUT){0,3} (?:CLOCK|DAY|PERIOD|DAYPART)",
        _bound,
    ),
)

_OPENS = "CLOCK SPAN RULE DAY DAYPART OCCUR EXCLUDE LEN"  # what a "through" goes on from
_PART = "(?:DAYPART|CLOCK|SPAN)"

RULES = (
    rule("a bound", f"(?<=[{_OPENS}]) TO (?:PERIOD|DAY)", _through),
    rule("a bound", "STARTING (?:ON|IN|THE)? (?:DAY|PERIOD)", _bound),
    rule("a bound", "(?:CLOCK|DAY) (?:OR|AND)? (?:LATER|EARLIER|ONWARD|BACKWARD)", _bound),
    rule("a bound", "CLOCK (?:X|COMMA|STOP|CUE|ANY){1,4} LATER", _then_later),
    rule(
        "something denied",
        f"(?:DAY|{_PART}) (?:ON|THE|IN|AT|OF){{0,2}} (?:DAY|{_PART}) X? "
        "(?:NEGATED|NOT(?=COMMA|STOP|$))",
        _denied_both,
    ),
    rule("something denied", "(?:CLOCK|DAY|DAYPART|SPAN|PERIOD|RULE) NOT(?=COMMA|STOP|$)", _denied),
    rule("something denied", "(?:CLOCK|SPAN|DAY|PERIOD|DAYPART|DAYSPAN|RULE) X? NEGATED", _denied),
    rule("all but", "RULE (?:BUT|NOT) ON? (?:DAY|RULE|PERIOD)", _but),
    rule("a bound denied", "NOT ANY? BOUND", _not_bound),
    rule(
        "an exclusion",
        f"NOT (?:ON|AT|IN|THE|FOR|THIS|FREE){{0,3}} DAY (?:IN|AT|THE){{0,2}} {_PART}",
        _denied_both,
    ),
    rule(
        "an exclusion",
        "(?:NOT|CUE|MINUS) (?:ON|AT|IN|THE|FOR|ANY|THIS|EVERY|FREE|ARTICLE){0,3} (?:CLOCK|SPAN|DAY|"
        "PERIOD|DAYPART|DAYSPAN|RULE)",
        _exclude,
    ),
    rule(
        "another exclusion",
        "EXCLUDE (?:OR|AND) (?:ON|THE){0,3} (?:CLOCK|DAY|DAYPART|PERIOD)",
        _also_excluded,
    ),
    rule(
        "another exclusion",
        "EXCLUDE (?:OR|AND) (?:ON|THE){0,3} (?:CLOCK|DAY|DAYPART|PERIOD)",
        _also_excluded,
    ),
)
