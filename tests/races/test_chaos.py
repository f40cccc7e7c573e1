"""Everybody does everything to everybody's bookings at once."""

from collections.abc import Callable

from races import clients
from races.ground import LIMITS, MONDAY, Ground
from races.racing import Crowd
from support.counts import count


def test_chaos(crowd: Crowd, ground: Callable[..., Ground]) -> None:
    """Whatever meets whatever, nobody sees an error and the book is right at the end."""
    here = ground((LIMITS, ""))
    result = crowd.race(
        here.url,
        here.business.id,
        clients.chaos,
        seed=count(11, 12),
        attempts=count(6, 100),
        now=MONDAY,
        people=here.people,
        services=["haircut", "haircut", "colour", "massage", "consultation", "yoga"],
        starts=[*here.starts(0, 28), *here.starts(1, 28), here.day(0).replace(hour=23)],
    )
    here.check(result)
    assert result.of("swap swapped") >= count(0, 20)
