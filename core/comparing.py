"""What differs between two states of a business's rules, in words. Pure.

Every fact is put into words on a sheet (its subject, a label, a phrase); sheets are compared, so
that what cannot be told apart by reading is not called a change.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import time

from babel.numbers import format_currency, get_currency_precision

from core.deadline import Deadline
from core.rules import (
    Business,
    Confirmation,
    Extra,
    Holidays,
    Kind,
    Payment,
    Resource,
    Service,
    Shift,
)

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_HOUR = 60
_DASH = "\N{EN DASH}"
_Sheet = Mapping[str, object]  # label -> phrase; anything false: there is no such rule


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: `sign` is "+", "-" or "~"; `str` is the line to show."""

    sign: str
    subject: str
    text: str = ""

    def __str__(self) -> str:
        return f"{self.sign} {self.subject}" + (f": {self.text}" if self.text else "")


def changes(old: Business | None, new: Business) -> tuple[Change, ...]:
    """Return what changes on the way from one state to the other; `old` None means a new one."""
    found = list(_place(old, new))
    names = {r.key: r.name for b in (old, new) if b is not None for r in b.resources}
    for what, before, after in (
        ("resource", _resources(old) if old else {}, _resources(new)),
        ("service", _services(old, names) if old else {}, _services(new, names)),
    ):
        found += _things(before, after)
        common = [key for key in before if key in after]
        if len(common) == len(before) == len(after) and common != list(after):
            order = ", ".join(name for _, name, _ in after.values())
            found.append(Change("~", f"order of the {what}s", order))
    return tuple(found)


def _place(old: Business | None, new: Business) -> Iterable[Change]:
    if old is None:
        return [Change("+", f"business {new.name}", f"{new.zone.key}, {hours(new.hours)}")]
    return _compared("business", _business(old), _business(new))


_Things = dict[str, tuple[str, str, _Sheet]]  # key -> kind, name, sheet


def _things(before: _Things, after: _Things) -> Iterable[Change]:
    for key, (kind, name, sheet) in after.items():
        if key in before:
            yield from _compared(before[key][1], before[key][2], sheet)
        elif kind != Kind.CLASS:  # its service has a line already
            yield Change("+", f"{kind} {name}")
    for key, (kind, name, _) in before.items():
        if key not in after and kind != Kind.CLASS:
            yield Change("-", f"{kind} {name}")


def _compared(subject: str, before: _Sheet, after: _Sheet) -> Iterable[Change]:
    for label in dict.fromkeys((*before, *after)):
        was, now = before.get(label), after.get(label)
        if (was or None) != (now or None):
            yield Change("~", subject, f"{now or f'no {label}'} (was {was or 'none'})")


def _business(b: Business) -> _Sheet:
    limits, wait, contact = b.limits, b.waitlist, b.contact
    return {
        "name": f"named {b.name}",
        "zone": f"time zone {b.zone.key}",
        "currency": f"currency {b.currency}",
        "languages": f"languages {', '.join(b.languages)}",
        "hours": f"open {hours(b.hours)}",
        "holidays": None if b.holidays is None else _holidays(b.holidays),
        "grid": f"a slot every {length(b.grid)}",
        "notice": f"notice {length(b.notice)}",
        "furthest": f"bookable {b.furthest} days ahead",
        "hold": f"a proposal is held for {length(b.hold)}",
        "limit of a customer's day": limits.per_day
        and f"at most {limits.per_day} open bookings a day per customer",
        "limit of a customer's week": limits.per_week
        and f"at most {limits.per_week} bookings a week per customer",
        "limit of a customer": limits.open and f"at most {limits.open} open bookings per customer",
        "quiet hours": f"quiet {_span(b.quiet.start, b.quiet.end)}",
        "waitlist": f"waitlist: {length(wait.accept)} to accept, {length(wait.accept_soon)} when"
        f" less than {length(wait.soon)} are left, nothing in the last {length(wait.cutoff)},"
        f" up to {wait.group} at once, {wait.open} open to each person",
        "reminders": _reminders(b.reminders),
        "confirm by": b.confirm_by and f"customers say they come until {_until(b.confirm_by)}",
        "follow-up": f"who did not come is {'' if b.follow_up else 'not '}asked again",
        "cancellation": "comes back: "
        + (", ".join(_tier(t.percent, t.until, t.hours) for t in b.tiers) or "nothing"),
        "change until": b.change_until and f"customers change alone until {_until(b.change_until)}",
        "anyone": f"who names nobody gets: {b.anyone}",
        "gaps": b.gaps and f"gaps shorter than {length(b.gaps)} are avoided",
        "payments": f"money in advance is paid {_PAID[b.payments]}",
        "human": f"the human is {contact.human}",
        "human's key": contact.human_key and f"the human is “{contact.human_key}”",
        "tables to join": b.joins and f"tables that may be joined: {_joins(b)}",
        "address": contact.address and f"address {contact.address}",
        **{f"{channel} address": f"{channel} {a}" for channel, a in contact.routes.items()},
        **_seasons(b, None),
        **_days(b, None),
    }


def _holidays(rules: Holidays) -> str:
    where = rules.country + (f"-{rules.region}" if rules.region else "")
    add = f", also {', '.join(rules.add)}" if rules.add else ""
    drop = f", open on {', '.join(rules.drop)}" if rules.drop else ""
    return f"closed on the holidays of {where}{add}{drop}"


def _joins(b: Business) -> str:
    return ", ".join(" and ".join(b.resource(r).name for r in tables) for tables in b.joins)


_PAID = {"link": "by link", "place": "at the place"}


def _tier(percent: int, until: str, hours: int) -> str:
    when = {"day": "the day begins", "hours": f"{hours} h before"}.get(until)
    when = when or f"{until.partition('d')[2]} the day before"
    return f"{percent} % until {when}"


def _reminders(rules: Sequence[Deadline]) -> str:
    return f"reminders {', '.join(map(_until, rules))}" if rules else "no reminders"


def _until(rule: Deadline) -> str:
    if rule.minutes is not None:
        return f"{length(rule.minutes)} before"
    return f"{rule.at:%H:%M} on the day" + (f", {rule.days} days before" if rule.days else "")


def _seasons(b: Business, resource: int | None) -> _Sheet:
    return {
        f"season from {s.first} to {s.last}": f"from {s.first} to {s.last}"
        f" {'open' if resource is None else 'works'} {hours(s.shifts) or 'never'}"
        for s in b.seasons
        if s.resource == resource
    }


def _days(b: Business, resource: int | None) -> _Sheet:
    sheet: dict[str, object] = {}
    for rule in b.days:
        if rule.resource == resource and not rule.by_hand:
            spans = ", ".join(_span(opens, closes) for opens, closes in rule.spans) or "closed"
            reason = f" ({rule.reason})" if rule.reason else ""
            sheet[f"rule for {rule.day}"] = f"{rule.day} {spans}{reason}"
    return sheet


def _resources(b: Business) -> _Things:
    return {r.key: (r.kind.value, r.name, _resource(b, r)) for r in b.resources}


def _resource(b: Business, r: Resource) -> _Sheet:
    return {
        "name": f"named {r.name}",
        "kind": f"a {r.kind.value}",
        "seats": f"seats {r.seats}",
        "capacity": r.capacity and f"for at most {r.capacity} people",
        "hours of its own": None if r.hours is None else f"works {hours(r.hours)}",
        "breaks": hours(r.breaks) and f"breaks {hours(r.breaks)}",
        "daily limit": r.max_day and f"at most {r.max_day} bookings a day",
        "weekly limit": r.max_week and f"at most {r.max_week} bookings a week",
        **_seasons(b, r.id),
        **_days(b, r.id),
    }


def _services(b: Business, names: Mapping[str, str]) -> _Things:
    """Return the services; resources have the same names on both sides of a comparison."""
    main = b.languages[0]
    return {s.key: ("service", s.name(main), _service(b, s, names)) for s in b.services}


def _service(b: Business, s: Service, names: Mapping[str, str]) -> _Sheet:
    def named(ids: Iterable[int], word: str) -> str:
        return f" {word} ".join(names[b.resource(i).key] for i in ids)

    each = " each" if s.per_head else ""
    return {
        **{f"{code} names": f"{code}: {', '.join(names)}" for code, names in s.names.items()},
        "length": f"takes {length(s.minutes)}",
        **{
            f"length with {named([r], '')}": f"takes {length(m)} with {named([r], '')}"
            for r, m in s.lengths
        },
        "buffer before": s.before and f"{length(s.before)} before",
        "buffer after": s.after and f"{length(s.after)} after",
        "price": f"price {money(s.price, b.currency)}{each}",
        **{f"add-on “{e.key}”": _extra(e, b, named) for e in s.extras},
        "needs": "needs " + " and ".join(f"({named(n.any_of, 'or')})" for n in s.needs),
        "times": "every "
        + ", ".join(
            f"{_DAYS[t.weekday]} {t.starts:%H:%M} with {named(t.resources, 'and') or 'nobody'}"
            for t in s.times
        )
        if s.times
        else None,
        "reminders": None if s.reminders is None else _reminders(s.reminders),
        "confirm by": s.confirm_by and f"customers say they come until {_until(s.confirm_by)}",
        "change until": s.change_until and f"customers change alone until {_until(s.change_until)}",
        "anyone": s.anyone and f"who names nobody gets: {s.anyone}",
        "gaps of its own": None if s.gaps is None else _own_gaps(s.gaps),
        "grid of its own": s.grid and f"a slot every {length(s.grid)}",
        "starts": s.starts
        and "starts " + ", ".join(f"{_DAYS[weekday]} {at:%H:%M}" for weekday, at in s.starts),
        "largest party": f"parties up to {s.party_max}",
        "confirmation": s.confirmation and _confirmation(s.confirmation, named),
        "advance": s.payment and _payment(s.payment, b.currency),
        "limit of a customer's day": s.max_person_day
        and f"at most {s.max_person_day} a day per customer",
        "limit of a customer's week": s.max_person_week
        and f"at most {s.max_person_week} a week per customer",
        "daily limit": s.max_day and f"at most {s.max_day} a day",
        "weekly limit": s.max_week and f"at most {s.max_week} a week",
    }


def _own_gaps(least: int) -> str:
    return f"gaps shorter than {length(least)} are avoided" if least else "no gaps are avoided"


def _extra(extra: Extra, b: Business, named: Callable[[Iterable[int], str], str]) -> str:
    names = "; ".join(f"{code}: {', '.join(names)}" for code, names in extra.names.items())
    who = f", only with {named(extra.only, 'or')}" if extra.only else ""
    more = f"{length(extra.minutes)} and {money(extra.price, b.currency)} more"
    return f"add-on “{extra.key}” ({names}), {more}{who}"


def _confirmation(rule: Confirmation, named: Callable[[Iterable[int], str], str]) -> str:
    who = "the provider" if rule.by is None else named([rule.by], "")
    return f"{who} confirms within {length(rule.minutes)}{_from(rule.from_party)}"


def _payment(rule: Payment, currency: str) -> str:
    each = " each" if rule.per_head else ""
    what = "deposit" if rule.kind == "deposit" else "all"
    amount = money(rule.amount, currency)
    return f"{what} of {amount}{each} in advance{_from(rule.from_party)}"


def _from(party: int) -> str:
    return f" from {party} people on" if party > 1 else ""


def hours(shifts: tuple[Shift, ...]) -> str:
    """Return weekly hours in words, equal neighbours together, as "Tue-Sat 09:00-19:00"."""
    of: dict[int, str] = {}
    for shift in shifts:
        text = _span(shift.opens, shift.closes)
        of[shift.weekday] = f"{of[shift.weekday]} & {text}" if shift.weekday in of else text
    runs: list[tuple[int, int, str]] = []
    for day, text in sorted(of.items()):
        if runs and runs[-1][2] == text and runs[-1][1] == day - 1:
            runs[-1] = (runs[-1][0], day, text)
        else:
            runs.append((day, day, text))
    return ", ".join(
        f"{_DAYS[first]}{f'{_DASH}{_DAYS[last]}' if last > first else ''} {text}"
        for first, last, text in runs
    )


def length(minutes: int) -> str:
    """Return a length of time in the largest unit that fits, as "24 h" or "90 min"."""
    return f"{minutes // _HOUR} h" if minutes and minutes % _HOUR == 0 else f"{minutes} min"


def money(minor: int, currency: str) -> str:
    """Return an amount of minor units with its currency, as English writes it."""
    digits = get_currency_precision(currency)
    return format_currency(minor / 10**digits, currency, locale="en")


def _span(opens: time, closes: time) -> str:
    return f"{opens:%H:%M}{_DASH}{closes:%H:%M}"
