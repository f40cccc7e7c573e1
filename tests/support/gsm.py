"""What a plain text message costs: the GSM-7 alphabet, and how many segments a text takes.

3GPP TS 23.038: 160 septets in one message, 153 in each of several; the extension's cost two.
"""

_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = "^{}\\[~]|€"


def is_plain(text: str) -> bool:
    """Whether every character is in GSM-7."""
    return all(c in _BASIC or c in _EXTENDED for c in text)


def segments(text: str) -> int:
    """Return how many segments a text takes; in UCS-2 where GSM-7 cannot hold it."""
    if is_plain(text):
        size, one, each = len(text) + sum(c in _EXTENDED for c in text), 160, 153
    else:
        size, one, each = len(text.encode("utf-16-be")) // 2, 70, 67
    return 1 if size <= one else -(-size // each)
