"""What a point on the map tells of its clock: the zone of a shared location. Pure."""

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from timezonefinder import TimezoneFinder

_NORTHMOST = 90
_EASTMOST = 180


def zone_at(latitude: object, longitude: object) -> str | None:
    """Return the IANA zone of a point in degrees; None where that is no point on the map.

    At sea it is the nautical zone: "Etc/GMT+10".
    """
    if not isinstance(latitude, (int, float)) or not isinstance(longitude, (int, float)):
        return None
    if not (-_NORTHMOST <= latitude <= _NORTHMOST and -_EASTMOST <= longitude <= _EASTMOST):
        return None
    return _finder().timezone_at(lat=latitude, lng=longitude)


@lru_cache(maxsize=1)
def _finder() -> "TimezoneFinder":
    from timezonefinder import TimezoneFinder  # noqa: PLC0415 - half a second that few need

    return TimezoneFinder(in_memory=True)  # else its files stay open until the process ends
