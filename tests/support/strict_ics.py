"""A reader of calendar files that forgives nothing: what RFC 5545 says of lines, asked of bytes."""

import re

_LINE = re.compile(
    r"(?P<name>[A-Z][A-Z0-9-]*)"
    r"(?P<params>(?:;[A-Z][A-Z0-9-]*=(?:\"[^\"\x00-\x1f]*\"|[^\";:,\x00-\x1f]*))*)"
    r":(?P<value>[^\x00-\x08\x0a-\x1f\x7f]*)"
)
_TEXTS = {"SUMMARY", "DESCRIPTION", "LOCATION", "TZNAME"}
_ESCAPED = re.compile(r"(?:[^\\;,]|\\[\\;,nN])*")
_LONGEST = 75  # octets, without the line's end
# What a component may have here, each at most once, and what it must have.
_ALLOWED = {
    "VCALENDAR": {"VERSION", "PRODID", "CALSCALE", "METHOD"},
    "VTIMEZONE": {"TZID"},
    "STANDARD": {"DTSTART", "TZNAME", "TZOFFSETFROM", "TZOFFSETTO"},
    "DAYLIGHT": {"DTSTART", "TZNAME", "TZOFFSETFROM", "TZOFFSETTO"},
    "VEVENT": {
        *("UID", "DTSTAMP", "SEQUENCE", "STATUS", "DTSTART", "DTEND", "SUMMARY"),
        *("DESCRIPTION", "LOCATION", "ORGANIZER", "TRANSP"),
    },
}
_OPTIONAL = {"LOCATION"}
_WITHIN = {
    "VCALENDAR": "",
    "VTIMEZONE": "VCALENDAR",
    "VEVENT": "VCALENDAR",
    "STANDARD": "VTIMEZONE",
    "DAYLIGHT": "VTIMEZONE",
}


def unfolded(content: bytes) -> list[str]:
    """Return the content lines; AssertionError where one is not ended, folded or coded right."""
    assert content.endswith(b"\r\n")
    physical = content.removesuffix(b"\r\n").split(b"\r\n")
    lines: list[bytes] = []
    for line in physical:
        assert b"\r" not in line, line
        assert b"\n" not in line, line
        assert len(line) <= _LONGEST, line
        line.decode("utf-8")  # no letter is cut in two
        if line.startswith(b" "):
            lines[-1] += line[1:]
        else:
            lines.append(line)
    return [line.decode("utf-8") for line in lines]


def checked(content: bytes) -> list[tuple[str, str, str, str]]:
    """Return (component, name, parameters, value) of each line; AssertionError for a bad one."""
    found: list[tuple[str, str, str, str]] = []
    open_: list[tuple[str, set[str]]] = []
    for line in unfolded(content):
        match = _LINE.fullmatch(line)
        assert match, line
        name, params, value = match["name"], match["params"], match["value"]
        if name == "BEGIN":
            assert _WITHIN[value] == (open_[-1][0] if open_ else ""), line
            open_.append((value, set()))
        elif name == "END":
            inside, seen = open_.pop()
            assert value == inside, line
            assert _ALLOWED[inside] - _OPTIONAL <= seen, (inside, seen)
        else:
            inside, seen = open_[-1]
            assert name in _ALLOWED[inside] - seen, line
            seen.add(name)
            assert name not in _TEXTS or _ESCAPED.fullmatch(value), line
            found.append((inside, name, params, value))
    assert not open_
    return found
