"""The stage of a replay: one empty database, simulated channels, and a clock that stands still."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import text

from bot import acting, money
from bot.replay import script
from bot.replay.expecting import unmet
from bot.replay.script import Line, ScriptError
from bot.replay.state import book, local
from channels import pretend
from channels.simulator import Simulator
from channels.till import Kind
from core import blocking, businesses
from core.rules import Business
from core.span import Span
from dialogs.talk import reader_zone, zone_beside
from dialogs.wording import word
from workers.runtime import Runtime
from workers.tick import drain, next_due

_SENT = text("""
SELECT o.id, o.sent_at, a.channel, a.address, o.body, o.choices FROM outbox o
JOIN addresses a ON a.business_id = o.business_id AND a.id = o.address_id
WHERE o.business_id = :business AND o.status = 'sent' AND o.sent_at >= :since ORDER BY o.id
""")
_TO_PAY = text("""
SELECT c.id, c.amount, c.currency, c.created_at FROM checkouts c
JOIN bookings b ON b.business_id = c.business_id AND b.id = c.booking_id
JOIN addresses a ON a.business_id = b.business_id AND a.person_id = b.person_id
WHERE c.business_id = :business AND a.address = :who
  AND (c.status = 'open' OR (:late AND c.status IN ('expired', 'failed')))
ORDER BY c.id DESC LIMIT 1
""")
_LAST_ASKED = text("""
SELECT o.id, o.choices, o.note, o.facts, o.locale FROM outbox o
WHERE o.business_id = :business AND o.address_id = :address AND o.status = 'sent'
  AND o.choices <> '{}' ORDER BY o.id DESC LIMIT 1
""")


@dataclass
class Stage:
    """Plays one line after the other; `emit` gets each output object."""

    runtime: Runtime
    slugs: dict[str, int]
    emit: Callable[[dict[str, Any]], None]
    now: datetime = field(init=False)
    line: Line = field(init=False)
    failed: bool = False
    printed: set[tuple[int, int]] = field(default_factory=set)
    said: dict[str, list[str]] = field(default_factory=dict)
    stated: bool = False

    def play(self, line: Line) -> None:
        """Do what a line says, and all the work that is due then."""
        self.line, self.stated = line, line.verb == "state"
        getattr(self, f"_{line.verb}")(line)
        if line.verb not in {"state", "expect", "advance", "to_time"}:
            self._work()

    def finish(self) -> None:
        """Print the state, unless the last line did."""
        if not self.stated:
            self.emit({"state": self.state()})

    def state(self) -> dict[str, list[Any]]:
        """Return the state of all businesses together."""
        whole: dict[str, list[Any]] = {}
        for number in self.slugs.values():
            with self.runtime.database.transaction(number) as session:
                for key, items in book(session).items():
                    whole.setdefault(key, []).extend(items)
        return whole

    def _work(self) -> None:
        drain(self.runtime)
        self._print()

    def _print(self) -> None:
        for number in self.slugs.values():
            with self.runtime.database.transaction(number) as session:
                business = businesses.load(session)
                rows = session.execute(_SENT, {"business": number, "since": self.now}).all()
            for row in rows:
                if (number, row.id) in self.printed:
                    continue
                self.printed.add((number, row.id))
                self.said.setdefault(row.address, []).append(row.body)
                self.emit(
                    {
                        "at": local(row.sent_at, business),
                        "line": self.line.number,
                        "to": row.address,
                        "channel": row.channel,
                        "text": row.body,
                        "choices": list(row.choices or []),
                    }
                )

    def _error(self, why: str) -> None:
        self.emit({"error": why, "line": self.line.number})

    def _business(self, slug: str) -> int:
        if slug not in self.slugs:
            known = ", ".join(self.slugs)
            raise ScriptError(f"line {self.line.number}: no business {slug!r}; there is {known}")
        return self.slugs[slug]

    def _set(self, moment: datetime) -> None:
        self.now = moment
        self.runtime.database.set_clock(frozen=moment)

    def _now(self, line: Line) -> None:
        self._set(script.instant(line.number, line["now"]))

    def _link(self, line: Line) -> None:
        with self.runtime.database.transaction(self._business(line["to"])) as session:
            business = businesses.load(session)
            named = [r for r in business.providers if r.name == line["link"]]
            if not named:
                raise ScriptError(f"line {line.number}: no provider is called {line['link']!r}")
            acting.link(session, _who(line), named[0])

    def _store(self, line: Line, *, kind: str, body: str, **facts: object) -> None:
        with self.runtime.database.transaction(self._business(line["to"])) as session:
            message = str(line.get("id") or f"line-{line.number}")
            acting.write(session, _who(line), message=message, kind=kind, body=body, **facts)

    def _say(self, line: Line) -> None:
        self.said.clear()
        self._store(line, kind="text", body=line["say"])

    def _location(self, line: Line) -> None:
        latitude, longitude = line["location"]
        self._store(line, kind="location", body="", latitude=latitude, longitude=longitude)

    def _press(self, line: Line) -> None:
        with self.runtime.database.transaction(self._business(line["to"])) as session:
            reader = acting.meet(session, _who(line))
            facts = {"business": session.business, "address": reader.address}
            asked = session.execute(_LAST_ASKED, facts).one_or_none()
            business = businesses.load(session)
        index: int | None = None
        if asked is not None:
            worded = word(
                asked.note,
                asked.facts,
                business=business,
                language=asked.locale,
                zone=reader_zone(reader, business),
                other=zone_beside(reader, business),
            )
            index = _index(line["press"], list(asked.choices), yes_no=worded.yes_no)
        if asked is None or index is None:
            self._error(f"nothing to press called {line['press']!r}")
            return
        label = asked.choices[index]
        self._store(line, kind="press", body=label, outbox=asked.id, index=index)

    def _pay(self, line: Line) -> None:
        """Have the vendor tell of the newest page of somebody's, open or (late) not any more."""
        outcome = line.get("outcome", "paid")
        among = [line["to"]] if line.get("to") else list(self.slugs)
        facts: dict[str, Any] = {"who": line["pay"], "late": outcome == "late"}
        found: list[tuple[datetime, str, Any]] = []
        for slug in among:
            with self.runtime.database.transaction(self._business(slug)) as session:
                row = session.execute(_TO_PAY, facts | {"business": session.business}).first()
                found += [(row.created_at, slug, row)] if row else []
        if not found:
            self._error(f"{line['pay']} has no open payment link")
            return
        _, slug, row = max(found, key=lambda one: one[0])
        kinds: dict[str, Kind] = {"failed": "failed", "expired": "expired"}
        heard = pretend.news(
            slug,
            kinds.get(outcome, "paid"),
            checkout=row.id,
            amount=row.amount,
            currency=row.currency,
            at=self.now,
        )
        money.heard(self.runtime.database, heard)

    def _carrier(self, line: Line) -> None:
        with self.runtime.database.transaction(self._business(line["to"])) as session:
            who = acting.Who(line.get("channel", "sms"), line["from"])
            message = f"line-{line.number}"
            acting.write(session, who, message=message, kind="carrier", body=line["carrier"])

    def _calendar(self, line: Line) -> None:
        number, owner = self._owner(line)
        event: dict[str, str] = line.get("add") or line.get("move") or {}
        title = event.get("title") or line.get("remove")
        with self.runtime.database.transaction(number) as session:
            business = businesses.load(session)
            if not line.get("add"):
                gone = blocking.lift(session, resource=owner, source="calendar", title=str(title))
                if not gone:
                    self._error(f"no event is called {title!r}")
                    return
            if event:
                blocking.block(
                    session,
                    business=business,
                    resource=owner,
                    span=Span(*(_at(event[edge], business) for edge in ("start", "end"))),
                    source="calendar",
                    title=str(title),
                    now=session.now,
                )

    def _owner(self, line: Line) -> tuple[int, int]:
        """Return the business and the resource whose calendar a line names."""
        found: list[tuple[int, int]] = []
        among = [self._business(line["to"])] if line.get("to") else self.slugs.values()
        for number in among:
            with self.runtime.database.transaction(number) as session:
                resources = businesses.load(session).resources
            found += [(number, r.id) for r in resources if r.name == line["calendar"]]
        if len(found) != 1:
            why = "nobody is" if not found else "several are"
            raise ScriptError(f"line {line.number}: {why} called {line['calendar']!r}")
        return found[0]

    def _fail(self, line: Line) -> None:
        for channel in self.runtime.channels.values():
            if isinstance(channel, Simulator):
                channel.fails[line["fail"]] = bool(line.get("permanent", True))

    def _advance(self, line: Line) -> None:
        self._until(self.now + script.duration(line.number, line["advance"]))

    def _to_time(self, line: Line) -> None:
        target = script.instant(line.number, line["to_time"])
        if target < self.now:
            raise ScriptError(f"line {line.number}: the clock does not go back")
        script.within_reach(line.number, target - self.now)
        self._until(target)

    def _until(self, target: datetime) -> None:
        """Move the clock; whatever falls due on the way runs, each at its time."""
        while (due := next_due(self.runtime.database)) is not None and due <= target:
            self._set(max(due, self.now))
            self._work()
        self._set(target)
        self._work()

    def _state(self, _line: Line) -> None:
        self.emit({"state": self.state()})

    def _expect(self, line: Line) -> None:
        for why in unmet(line["expect"], self.state(), self.said):
            self.failed = True
            self.emit({"failed": why, "line": line.number})


def _who(line: Line) -> acting.Who:
    return acting.Who(
        channel=line["channel"],
        address=line["from"],
        name=line.get("name") or "",
        zone=line.get("tz"),
        language=str(line.get("language") or ""),
    )


def _at(text: str, business: Business) -> datetime:
    """Read an event's edge: local wall time of the place where it has no offset."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=business.zone)


def _index(label: str, choices: list[str], *, yes_no: bool) -> int | None:
    """Return which choice a label, "#2", or a yes or no means; None where there is none such."""
    plain = [c.casefold() for c in choices]
    wanted = label.casefold()
    if wanted in plain:
        return plain.index(wanted)
    if wanted.startswith("#") and wanted[1:].isdigit():
        number = int(wanted[1:])
        return number - 1 if 0 < number <= len(choices) else None
    return {"yes": 0, "no": 1}.get(wanted) if yes_no else None


def plain(item: dict[str, Any]) -> str:
    """Return an output object as its line."""
    return json.dumps(item, ensure_ascii=False)
