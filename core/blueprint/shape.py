"""The shape of a business file: which keys it may have, and what each value must look like. Pure.

What a value means beside the others is looked at in `checks`.
"""

from datetime import date, time
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from core.blueprint import values
from core.deadline import Deadline
from core.rules import Anyone

WEEK = values.DAY * 7


def _weekly(value: Any) -> Any:  # noqa: ANN401 - whatever TOML gave
    return {"daily": value} if isinstance(value, (str, list)) else value


def _one_or_more(value: Any) -> Any:  # noqa: ANN401 - whatever TOML gave
    return [value] if isinstance(value, str) else value


def _label(value: str) -> str:
    values.days(value)
    return value


def _spans(value: Any) -> tuple[tuple[time, time], ...]:  # noqa: ANN401 - whatever TOML gave
    return values.spans(value)


def _starts(value: Any) -> Any:  # noqa: ANN401 - whatever TOML gave
    by_day = value if isinstance(value, dict) else {"daily": value}
    return {day: t if isinstance(t, list) else [t] for day, t in by_day.items()}


def _advance(value: Any) -> Any:  # noqa: ANN401 - whatever TOML gave
    return value if isinstance(value, dict) else {"amount": value}


def _amount(value: Any) -> Decimal | Literal["full"]:  # noqa: ANN401 - whatever TOML gave
    return "full" if value == "full" else values.money(value)


def _confirm(value: Any) -> Any:  # noqa: ANN401 - whatever TOML gave
    return value if isinstance(value, dict) else {"within": value}


def _between(least: int, most: int, what: str) -> AfterValidator:
    def check(value: int) -> int:
        if not least <= value <= most:
            raise values.UnreadableError(f"must lie between {what}")
        return value

    return AfterValidator(check)


def _percent(value: int) -> int:
    if not 0 <= value <= 100:  # noqa: PLR2004 - a percentage
        raise values.UnreadableError(f"is a percentage from 0 to 100, not {value}")
    return value


def _until(value: Any) -> int | str:  # noqa: ANN401 - whatever TOML gave
    if value == "day":
        return "day"
    if isinstance(value, str) and value.endswith(" the day before"):
        return _deadline(value).name
    if value == 0:  # the start itself needs no unit
        return 0
    if isinstance(value, str):
        value = value.removesuffix(" before")
    minutes = values.length(value)
    if minutes % 60:
        raise values.UnreadableError('counts whole hours before the start, as "24 h"')
    return minutes // 60


def _deadline(value: Any) -> Deadline:  # noqa: ANN401 - whatever TOML gave
    """Read "24 h before", "day" (when the booking's day begins) or "18:00 the day before"."""
    if value == "day":
        return Deadline(days=0)
    if isinstance(value, str) and (eve := value.removesuffix(" the day before")) != value:
        return Deadline(days=1, at=values.clock(eve))
    if isinstance(value, str) and value.endswith(" before"):
        return Deadline(minutes=values.length(value.removesuffix(" before")))
    raise values.UnreadableError(
        'names no latest moment; write "24 h before", "day" or "18:00 the day before"'
    )


def _reminder(value: Any) -> Deadline:  # noqa: ANN401 - whatever TOML gave
    """Read "24 h" (before the start) or "18:00 the day before"."""
    if isinstance(value, str) and value.endswith(" the day before"):
        return _deadline(value)
    minutes = values.length(value)
    if not 1 <= minutes <= 60 * values.DAY:
        raise values.UnreadableError("is not between 1 minute and 60 days")
    return Deadline(minutes=minutes)


def _anyone(value: Any) -> Anyone:  # noqa: ANN401 - whatever TOML gave
    try:
        return Anyone(value)
    except ValueError:
        words = ", ".join(f"“{one}”" for one in Anyone)
        raise values.UnreadableError(f"is none of {words}") from None


def _day(value: Any) -> str:  # noqa: ANN401 - whatever TOML gave
    """Read a day of the year, `MM-DD`, or of one year, `YYYY-MM-DD`."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        try:
            whole = value if value.count("-") > 1 else f"2024-{value}"
            if date.fromisoformat(whole).isoformat() == whole:
                return value
        except ValueError:
            pass
    raise values.UnreadableError('is no day; write "10-04" for every year, or 2026-10-04')


Key = Annotated[str, AfterValidator(values.key)]
Text = Annotated[str, AfterValidator(values.plain)]
Texts = Annotated[list[Text], BeforeValidator(_one_or_more), Field(min_length=1)]
Keys = Annotated[list[str], BeforeValidator(_one_or_more)]
Zone = Annotated[str, AfterValidator(values.zone)]
Currency = Annotated[str, AfterValidator(values.currency)]
Language = Annotated[str, AfterValidator(values.language)]
Number = Annotated[str, AfterValidator(values.number)]
Handle = Annotated[str, AfterValidator(values.handle)]
Length = Annotated[int, BeforeValidator(values.length)]
Money = Annotated[Decimal, BeforeValidator(values.money)]
Amount = Annotated[Decimal | Literal["full"], BeforeValidator(_amount)]
Clock = Annotated[time, BeforeValidator(values.clock)]
Span = Annotated[tuple[time, time], BeforeValidator(values.span)]
Spans = Annotated[tuple[tuple[time, time], ...], BeforeValidator(_spans)]
Label = Annotated[str, AfterValidator(_label)]
Labels = Annotated[list[Label], BeforeValidator(_one_or_more), Field(min_length=1)]
Hours = Annotated[dict[Label, Spans], BeforeValidator(_weekly)]
Starts = Annotated[
    dict[Label, Annotated[list[Clock], Field(min_length=1)]], BeforeValidator(_starts)
]
Whoever = Annotated[Anyone, BeforeValidator(_anyone)]
Latest = Annotated[Deadline, BeforeValidator(_deadline)]
Reminder = Annotated[Deadline, BeforeValidator(_reminder)]
Count = Annotated[int, _between(1, 1000, "1 and 1000")]
MonthDay = Annotated[str, BeforeValidator(_day)]


class Shape(BaseModel):
    """A table of the file: no key that nobody reads, no value silently turned into another."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Resource(Shape):
    """Somebody or something that bookings occupy."""

    name: Text | None = None
    hours: Hours | None = None
    days: Labels | None = None
    off: Labels | None = None
    breaks: Hours = {}
    per_day: Count | None = None
    per_week: Count | None = None


class Room(Resource):
    """A room; `seats` bookings may share it, `capacity` is the largest party it takes."""

    seats: Count = 1
    capacity: Count | None = None


class Table(Resource):
    """A table and the largest party it seats."""

    capacity: Count


class Advance(Shape):
    """What is paid before a booking stands."""

    amount: Amount
    per: Literal["booking", "head"] | None = None
    from_party: Count = 1


class Confirm(Shape):
    """Within which time a provider answers a request."""

    within: Annotated[Length, _between(1, WEEK, "1 minute and a week")]
    from_party: Count = 1
    by: str | None = None


class ClassTime(Shape):
    """When a class takes place every week, and what it occupies."""

    day: Label
    at: Clock
    occupies: Keys = Field(alias="with", default=[])


class Extra(Shape):
    """What may be added to a service, perhaps by some of its providers alone."""

    names: dict[str, Texts]
    length: Annotated[Length, _between(0, values.DAY, "nothing and a day")] = 0
    price: Money = Decimal(0)
    by: Keys | None = Field(alias="with", default=None)


class Service(Shape):
    """What can be booked."""

    names: dict[str, Texts]
    length: Annotated[Length, _between(1, values.DAY, "1 minute and a day")]
    before: Annotated[Length, _between(0, values.DAY, "nothing and a day")] = 0
    after: Annotated[Length, _between(0, values.DAY, "nothing and a day")] = 0
    price: Money = Decimal(0)
    per: Literal["booking", "head"] = "booking"
    advance: Annotated[Advance | None, BeforeValidator(_advance)] = None
    confirm: Annotated[Confirm | None, BeforeValidator(_confirm)] = None
    needs: list[Annotated[list[str], Field(min_length=1)]] = []
    party: Count | None = None
    seats: Count | None = None
    times: list[ClassTime] = []
    grid: Annotated[Length, _between(1, 720, "1 minute and 12 hours")] | None = None
    starts: Starts = {}
    change_until: Latest | None = None
    reminders: list[Reminder] | None = None
    confirm_by: Reminder | None = None
    anyone: Whoever | None = None
    gaps: Annotated[Length, _between(0, 720, "nothing and 12 hours")] | None = None
    lengths: dict[str, Annotated[Length, _between(1, values.DAY, "1 minute and a day")]] = {}
    extras: dict[Key, Extra] = {}
    per_customer_a_day: Count | None = None
    per_customer_a_week: Count | None = None
    per_day: Count | None = None
    per_week: Count | None = None


class Closed(Shape):
    """Days on which the business, or one resource, is closed."""

    day: date | None = None
    first: date | None = Field(alias="from", default=None)
    last: date | None = Field(alias="to", default=None)
    who: str | None = None
    reason: Text | None = None


class Special(Closed):
    """Days with hours of their own."""

    hours: Spans


class Season(Shape):
    """Weekly hours of the place, or of one resource, that count from a day to another."""

    first: MonthDay = Field(alias="from")
    last: MonthDay = Field(alias="to")
    open: Hours
    who: str | None = None


class Holidays(Shape):
    """Public holidays of a country, and what the place does otherwise."""

    country: str
    region: str | None = None
    add: list[MonthDay] = []
    drop: list[MonthDay] = []


class Tier(Shape):
    """How much comes back until when."""

    back: Annotated[int, AfterValidator(_percent)]
    until: Annotated[int | str, BeforeValidator(_until)]


class Limits(Shape):
    """What one customer may have open."""

    per_day: Count | None = None
    per_week: Count | None = None
    open: Count | None = None


class Waitlist(Shape):
    """How freed time is offered."""

    accept: Annotated[Length, _between(1, WEEK, "1 minute and a week")] = 30
    accept_soon: Annotated[Length, _between(1, WEEK, "1 minute and a week")] = 10
    soon: Annotated[Length, _between(0, WEEK, "nothing and a week")] = 240
    cutoff: Annotated[Length, _between(0, WEEK, "nothing and a week")] = 60
    group: Annotated[int, _between(1, 20, "1 and 20")] = 3
    open: Annotated[int, _between(1, 20, "1 and 20")] = 1


class Routes(Shape):
    """Where the business itself is reached."""

    sms: Number | None = None
    whatsapp: Number | None = None
    telegram: Handle | None = None
    slack: Handle | None = None


class Contact(Shape):
    """The human to turn to, and where the place is."""

    human: Text
    address: Text | None = None


class Root(Shape):
    """The whole file."""

    name: Text
    zone: Zone
    currency: Currency
    languages: Annotated[list[Language], Field(min_length=1)]
    open: Hours
    grid: Annotated[Length, _between(1, 720, "1 minute and 12 hours")] = 15
    notice: Annotated[Length, _between(0, 366 * values.DAY, "nothing and a year")] = 60
    furthest: Annotated[Length, _between(values.DAY, 732 * values.DAY, "a day and two years")] = (
        60 * values.DAY
    )
    hold: Annotated[Length, _between(1, values.DAY, "1 minute and a day")] = 5
    quiet: Span = (time(21), time(8))
    reminders: list[Reminder] = [Deadline(minutes=1440), Deadline(minutes=60)]
    confirm_by: Reminder | None = None
    follow_up: bool = True
    cancellation: list[Tier] = [Tier(back=100, until=0)]
    change_until: Latest | None = None
    anyone: Whoever = Anyone.USUAL
    gaps: Annotated[Length, _between(1, 720, "1 minute and 12 hours")] | None = None
    payments: Literal["link", "place"] = "link"
    limits: Limits = Limits()
    waitlist: Waitlist = Waitlist()
    holidays: Holidays | None = None
    contact: Contact
    reached: Routes = Routes()
    providers: dict[Key, Resource] = {}
    rooms: dict[Key, Room] = {}
    tables: dict[Key, Table] = {}
    joins: list[list[str]] = []
    services: dict[Key, Service]
    closed: list[Closed] = []
    special: list[Special] = []
    seasons: list[Season] = []

    def resources(self) -> dict[str, Resource]:
        """Return whatever bookings occupy, by key, in the order of the file's kinds."""
        return {**self.providers, **self.rooms, **self.tables}
