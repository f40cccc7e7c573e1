"""Why a time can be had or not: each resource is asked, and says its own reason."""

from core import blocking, businesses
from core.explaining import Trace, explain
from core.span import Span
from models.desk import Desk


def trace(
    desk: Desk, service: str, clock: str, *, provider: str | None = None, **more: int
) -> Trace:
    wanted = desk.wanted(service, desk.at(clock), more.pop("party", 1), provider)
    with desk.session() as session:
        return explain(
            session,
            business=businesses.load(session),
            wanted=wanted,
            now=session.now,
            person=more.get("person"),
        )


def reasons(desk: Desk, found: Trace) -> dict[str, str | None]:
    """Return each resource's reason by key."""
    return {
        desk.business.resource(v.way[0]).key: v.refusal.reason.value if v.refusal else None
        for v in found.verdicts
    }


def test_a_break_of_one_and_another_who_is_free(desk: Desk) -> None:
    """At one Ana is at lunch and Ben is free: the time can be had, and by whom is said."""
    found = trace(desk, "haircut", "13:00")
    assert reasons(desk, found) == {"ana": "break", "ben": None}
    assert found.free
    assert [desk.business.resource(r).key for (r,) in found.able] == ["ben"]


def test_each_says_its_own_reason(desk: Desk) -> None:
    """A booking, a block and a limit are told apart, resource by resource."""
    desk.booked("haircut", desk.at("10:00"), provider="ana")
    with desk.session() as session:
        business = businesses.load(session)
        blocking.block(
            session,
            business=business,
            resource=business.provider_named("ben").id,
            span=Span(desk.at("09:30"), desk.at("11:00")),
            source="hand",
            now=session.now,
        )
    found = trace(desk, "haircut", "10:15")
    assert reasons(desk, found) == {"ana": "taken", "ben": "busy"}
    assert not found.free
    assert found.refusal is not None
    assert found.refusal.facts["until"] == desk.at("10:40")


def test_every_need_must_be_served(desk: Desk) -> None:
    """A massage needs a person and a room; with both rooms taken the rooms are the reason."""
    for who, provider in ((1, "mia"), (2, "leo")):
        desk.booked("massage", desk.at("10:00", "03-05"), provider=provider, who=who)
    wanted = desk.wanted("massage", desk.at("10:30", "03-05"))
    with desk.session() as session:
        found = explain(session, business=businesses.load(session), wanted=wanted, now=session.now)
    assert set(reasons(desk, found).values()) == {"taken"}


def test_the_rules_come_first(desk: Desk) -> None:
    """A closed day is the reason, whoever would be free."""
    found = trace(desk, "haircut", "08:00")
    assert found.rule is not None
    assert found.refusal == found.rule
    assert found.rule.reason.value == "hours"
