"""Phone numbers to time zones."""

import pytest

from core.phones import e164, zone_of


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


@pytest.mark.parametrize(
    ("said", "like", "zone", "number"),
    [
        ("+1 (212) 555-0101", "", "Europe/Berlin", "+12125550101"),
        ("212 555 0101", "+12125550100", "Europe/Berlin", "+12125550101"),
        ("2125550101", "", "America/New_York", "+12125550101"),
        ("0170 1234567", "", "Europe/Berlin", "+491701234567"),
        ("0170 1234567", "+4930123456", "America/New_York", "+491701234567"),
        ("12345678", "", "America/New_York", None),
        ("+1 555", "", "America/New_York", None),
        ("no number", "", "America/New_York", None),
    ],
)
def test_a_number_as_people_write_it(said: str, like: str, zone: str, number: str | None) -> None:
    """Without a country's code it is of the business's own number's region, else of the place's."""
    assert e164(said, like=like, zone=zone) == number
