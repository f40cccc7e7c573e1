"""What people write is text: nothing in it steers a screen, a line or the letters of others."""

import pytest

from core.inbox import clean


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Maya\u202egnp.exe", "Mayagnp.exe"),  # what follows would read backwards
        ("\u2066x\u2069", "x"),
        ("a\x85b\x07", "ab"),
        ("a\n\tb", "a\n\tb"),
        (
            "\N{WOMAN}\u200d\N{EMOJI COMPONENT RED HAIR}",
            "\N{WOMAN}\u200d\N{EMOJI COMPONENT RED HAIR}",
        ),
    ],
)
def test_what_is_kept_of_a_text(said: str, kept: str) -> None:
    """Controls and turns of direction go, lines and joined signs stay."""
    assert clean(said) == kept
