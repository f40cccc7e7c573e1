"""Phone numbers to time zones."""

import pytest

from core.phones import zone_of


@pytest.mark.parametrize(
    ("number", "zone"),
    [
        ("+12125550101", "America/New_York"),
        ("+13035550101", "America/Denver"),
        ("+390655500100", "Europe/Rome"),
        ("+447700900123", "Europe/London"),
        ("+61255500100", "Australia/Sydney"),
        ("+18005550100", None),  # toll-free: anywhere
        ("555 0101", None),
        ("", None),
        ("+999", None),
    ],
)
def test_a_number_names_a_zone_only_where_its_region_has_one(number: str, zone: str | None) -> None:
    """An area code with one zone gives it; a toll-free number or no number gives none."""
    assert zone_of(number) == zone
