"""What a text message costs, and how a text becomes one that costs less."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from channels.sms import gsm
from channels.sms.sending import LONGEST, parts

_GSM = "abc XYZ 019 @£$ äöñ€[]^"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "€" + "a" * 152, 3),  # the euro moves on whole: 152, 2 + 151, 1
        ("á" * 70, 1),
        ("á" * 71, 2),
        ("á" * 134, 2),
        ("á" * 135, 3),
        ("💇" * 35, 1),
        ("💇" * 36, 2),
        ("a" + "💇" * 66, 2),  # 1 + 33 pairs fill the first, 33 pairs the second
        ("💇" * 67, 3),  # 66 units hold 33 pairs; the 67th unit of a segment stays empty
    ],
)
def test_segments_are_counted_as_they_are_paid(text: str, count: int) -> None:
    """160 and 153 septets, 70 and 67 units; what takes two of them is never torn apart."""
    assert gsm.segments(text) == count


@given(st.text(alphabet=_GSM + "á💇", max_size=400), st.text(alphabet=_GSM, max_size=50))
def test_more_text_never_costs_less(text: str, more: str) -> None:
    """And a text never takes less than its length says, nor half as much again."""
    count = gsm.segments(text)
    assert gsm.segments(text + more) >= count
    if gsm.is_gsm(text):
        size = sum(2 if c in "^€[]" else 1 for c in text)
        one, each = 160, 153
    else:
        size, one, each = len(text.encode("utf-16-be")) // 2, 70, 67
    least = 1 if size <= one else -(-size // each)
    assert least <= count <= least + 1 + count // each


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("\u201cIt\u2019s at 3\u202fPM\u201d \u2013 OK…", '"It\'s at 3 PM" - OK...'),
        ("Maya 💅🏽 is here", "Maya is here"),
        ("• one\u00a0\u2192 two", "- one -> two"),
        ("¿Mañana? Sí", "¿Mañana? Sí"),
        ("¿Mañana… á las 3\u202fPM", "¿Mañana… á las 3\u202fPM"),
        ("Ñandú über Café €5", "Ñandú über Café €5"),
        ("💅", "💅"),
        ("שלום", "שלום"),
    ],
)
def test_a_text_is_plain_unless_its_language_needs_more(text: str, plain: str) -> None:
    """Quotes, dashes, spaces and pictures give way if that makes it GSM-7; letters never do."""
    assert gsm.plain(text) == plain


@given(st.text(max_size=300))
def test_plain_never_costs_more(text: str) -> None:
    """What is made plain is GSM-7, or it is left as it was; a text never becomes nothing."""
    plain = gsm.plain(text)
    assert plain == text or gsm.is_gsm(plain)
    assert bool(plain) == bool(text)
    assert gsm.segments(plain) <= gsm.segments(text)


@given(st.text(alphabet="ab \n💇", max_size=600), st.integers(10, 80))
@example("aaaaaa💇💇 ", 10)
@example("  aaaaaaaaaaaa", 10)
def test_parts_hold_every_word_in_order(text: str, longest: int) -> None:
    """Nothing but white space is lost between two messages, and none is too long."""
    found = list(parts(text, longest))
    assert "".join("".join(found).split()) == "".join(text.split())
    assert all(len(part.encode("utf-16-be")) // 2 <= longest for part in found)
    assert len(found) == 1 or all(found)


def test_a_long_list_is_cut_between_its_lines() -> None:
    """No appointment is torn in two."""
    lines = [f"{n}. Haircut, Maya, Tue May 5 at 3:00 PM" for n in range(100)]
    found = list(parts("\n".join(lines)))
    assert [line for part in found for line in part.split("\n")] == lines
    assert len(found) == -(-len("\n".join(lines)) // LONGEST)
