"""The play: the demo's database with its workers, and what the page may ask of them."""

import secrets
import threading
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select, text

from bot import acting
from bot.demo import board, clock, talks, theatre, till
from bot.demo.cast import CASTS, Cast, Phone
from bot.demo.hub import Source, View
from core import businesses
from core import tables as t
from core.db import Database, Session
from core.inbox import LONGEST, clean
from workers.pictures import picture_of
from workers.runtime import Runtime

_PATIENCE = 30.0  # seconds for the scene to be set anew
_SHOWN = text(
    "SELECT o.note, o.facts, o.locale, a.channel FROM outbox o"
    " JOIN addresses a ON a.business_id = o.business_id AND a.id = o.address_id"
    " WHERE o.business_id = :business AND o.id = :letter AND o.status = 'sent'"
)
_WRITTEN = text("SELECT pg_current_snapshot()::text AS mark")


class UnknownError(LookupError):
    """There is no such business, phone or message."""


class MistakeError(ValueError):
    """What was asked cannot be done; the message is for the person at the page."""


@dataclass
class Play:
    """One run of the demo. Its methods may be called from any thread."""

    runtime: Runtime
    slugs: dict[str, int] = field(default_factory=dict)
    _clock: threading.Lock = field(default_factory=threading.Lock)
    _ready: threading.Event = field(default_factory=threading.Event)  # whether the scene is set

    def __post_init__(self) -> None:
        self.slugs = businesses.listed(self.database)
        self._ready.set()

    @property
    def database(self) -> Database:
        return self.runtime.database

    def overview(self) -> dict[str, Any]:
        """Return the businesses of the demo and their phones."""
        return {
            "now": self.database.now().isoformat(),
            "businesses": [self._business(cast) for cast in CASTS.values()],
        }

    def _business(self, cast: Cast) -> dict[str, Any]:
        with self.database.transaction(self._number(cast.slug)) as session:
            business = businesses.load(session)
        return {
            "slug": cast.slug,
            "name": business.name,
            "zone": business.zone.key,
            "currency": business.currency,
            "about": cast.about,
            "phones": [
                {
                    "id": phone.id,
                    "label": phone.label,
                    "channel": phone.who.channel,
                    "role": "customer" if phone.provider is None else "provider",
                    "zone": phone.zone,
                    "suggestions": list(phone.suggestions),
                }
                for phone in cast.phones
            ],
        }

    def board(self, slug: str, day: date | None) -> dict[str, Any]:
        """Return a day of the board (see `bot.demo.board`)."""
        with self.database.transaction(self._number(slug)) as session:
            return board.board(session, day)

    def messages(self, slug: str) -> dict[str, Any]:
        """Return every phone's conversation (see `bot.demo.talks`)."""
        with self.database.transaction(self._number(slug)) as session:
            return {"phones": talks.conversations(session, CASTS[slug].phones)}

    def picture(self, slug: str, message: str) -> bytes:
        """Return the picture that a message shows; UnknownError where it shows none."""
        with self.database.transaction(self._number(slug)) as session:
            business = businesses.load(session)
            facts = {"business": session.business, "letter": _letter(message)}
            row = session.execute(_SHOWN, facts).one_or_none()
        file = row and picture_of(
            row.note, row.facts, business, channel=row.channel, language=row.locale
        )
        if not file:
            raise UnknownError("The message shows no picture.")
        return file.content

    def say(self, slug: str, phone_id: str, words: str) -> str:
        """Store what a phone sends and return the message's id; MistakeError where it cannot be."""
        phone = self._phone(slug, phone_id)
        plain = clean(words)
        if not plain:
            raise MistakeError("There is nothing in this message that could be sent.")
        if len(plain) > LONGEST:
            raise MistakeError(
                f"A message may have {LONGEST:,} characters; this one has {len(plain):,}."
            )
        with self.database.transaction(self._number(slug)) as session:
            stored = acting.write(session, phone.who, message=secrets.token_hex(8), body=plain)
        return f"in-{stored}"

    def press(self, slug: str, phone_id: str, message: str, choice: str) -> None:
        """Press a choice of a message on a phone."""
        phone = self._phone(slug, phone_id)
        number = _letter(message)
        with self.database.transaction(self._number(slug)) as session:
            choices = self._choices(session, phone, number)
            if choice not in choices:
                raise MistakeError("The message has no such choice.")
            acting.write(
                session,
                phone.who,
                message=secrets.token_hex(8),
                kind="press",
                body=choice,
                outbox=number,
                index=choices.index(choice),
            )

    def checkout(self, slug: str, number: str) -> dict[str, Any]:
        """Return what a pretended page to pay at shows (see `bot.demo.till`)."""
        with self.database.transaction(self._number(slug)) as session:
            found = till.shown(session, _checkout(number))
        if found is None:
            raise UnknownError("There is nothing to pay here.")
        return found

    def pay(self, slug: str, number: str, outcome: str) -> datetime | None:
        """Pay there, or fail to; paid late, it first is so late. Returns the time if it moved."""
        business, checkout = self._number(slug), _checkout(number)
        chosen = next((one for one in till.OUTCOMES if one == outcome), None)
        if chosen is None:
            raise MistakeError("One can pay, fail, or pay late.")
        moved = None
        if chosen == "late":
            with self.database.transaction(business) as session:
                over = till.over(session, checkout)
            moved = self.move_clock(to=over) if over else None
        if not till.told(self.database, slug, checkout, outcome=chosen, business=business):
            raise MistakeError("Nothing is open to pay here.")
        return moved

    def _choices(self, session: Session, phone: Phone, letter: int) -> list[str]:
        c = t.outbox.c
        owner = acting.meet(session, phone.who).address
        found = session.execute(
            select(c.choices).where(
                c.business_id == session.business,
                c.id == letter,
                c.address_id == owner,
                c.status == "sent",
            )
        ).one_or_none()
        if found is None:
            raise UnknownError("There is no such message on this phone.")
        return list(found.choices or [])

    def move_clock(self, *, to: datetime | None = None, by: timedelta | None = None) -> datetime:
        """Move the clock forward (see `bot.demo.clock`); moves take turns."""
        with self._clock:
            return clock.move(self.runtime, to=to, by=by)

    def afresh(self) -> datetime:
        """Empty the book and the phones, set the first scene again, and return its time."""
        with self._clock:
            self._ready.clear()
            try:
                theatre.begin_afresh(self.database)
                self.slugs = businesses.listed(self.database)
            finally:
                self._ready.set()
            return self.database.now()

    def source(self) -> Source:
        """Return what a hub watches."""
        return Source(self._written, self._view, self._days)

    def _written(self) -> str:
        # A snapshot names the transactions that are running and the next one's number: it is
        # another one as soon as anything was committed, by whichever process.
        return str(self.database.route(_WRITTEN)[0].mark)

    def _view(self, slug: str) -> View:
        with self.database.transaction(self._number(slug)) as session:
            told = talks.conversations(session, CASTS[slug].phones)
            messages = {phone: {m["id"]: m for m in talk} for phone, talk in told.items()}
            return View(messages, board.marks(session))

    def _days(self, slug: str, before: View, after: View) -> list[date]:
        with self.database.transaction(self._number(slug)) as session:
            business = businesses.load(session)
        return board.changed_days(business, before.marks, after.marks)

    def _number(self, slug: str) -> int:
        self._ready.wait(_PATIENCE)
        if slug not in CASTS or slug not in self.slugs:
            raise UnknownError("There is no such business in the demo.")
        return self.slugs[slug]

    def _phone(self, slug: str, phone_id: str) -> Phone:
        self._number(slug)
        for phone in CASTS[slug].phones:
            if phone.id == phone_id:
                return phone
        raise UnknownError("There is no such phone in the demo.")


def _checkout(number: str) -> int:
    if not number.isdecimal() or not number.isascii() or len(number) > 18:  # noqa: PLR2004 - below 2^63
        raise UnknownError("There is nothing to pay here.")
    return int(number)


def _letter(message: str) -> int:
    number = message.removeprefix("out-")
    if not number.isdecimal() or len(number) > 18:  # noqa: PLR2004 - below 2^63
        raise UnknownError("There is no such message on this phone.")
    return int(number)
