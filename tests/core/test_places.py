"""Points on the map to time zones."""

import pytest

from core.places import zone_at


@pytest.mark.parametrize(
    ("latitude", "longitude", "zone"),
    [
        (39.74, -104.99, "America/Denver"),
        (41.9, 12.5, "Europe/Rome"),
        (-33.87, 151.21, "Australia/Sydney"),
        (0, -150, "Etc/GMT+10"),  # at sea: its nautical zone
        (90, 0, "Etc/GMT"),
        (91, 0, None),
        (0, 181, None),
        (float("nan"), 0, None),
        ("39", "-104", None),
        (None, None, None),
        (True, "x", None),
    ],
)
def test_a_point_names_its_zone(latitude: object, longitude: object, zone: str | None) -> None:
    """Land and sea have a zone each; what is no point on the map has none."""
    assert zone_at(latitude, longitude) == zone
