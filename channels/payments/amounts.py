"""Amounts as Stripe writes them (https://docs.stripe.com/currencies).

Our minor units have the digits that the currency has in use; Stripe's have two, but for the
currencies listed here. So 500 krónur are 500 with us and 50000 with Stripe.
"""

from babel.numbers import get_currency_precision

from channels.till import PayError

_NONE = frozenset(  # the shilling of Uganda, which has none in use, has two there
    {"BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV"}
    | {"XAF", "XOF", "XPF"}
)
_THREE = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})


def sent(amount: int, currency: str) -> int:
    """Return an amount of our minor units in Stripe's. Raises PayError where there is no such."""
    digits = _digits(currency) - _ours(currency)
    whole, rest = divmod(amount * _ten(digits), _ten(-digits))
    if rest or (currency in _THREE and whole % 10):  # cards know only two digits of the three
        raise PayError(f"Stripe takes no such amount of {currency}", permanent=True)
    return whole


def received(amount: int, currency: str) -> int:
    """Return an amount of Stripe's minor units in ours; what is smaller than those is cut off."""
    digits = _ours(currency) - _digits(currency)
    return amount * _ten(digits) // _ten(-digits)


def _digits(currency: str) -> int:
    return 0 if currency in _NONE else 3 if currency in _THREE else 2


def _ours(currency: str) -> int:
    return int(get_currency_precision(currency))


def _ten(power: int) -> int:
    """Return a power of ten; below the first it is one."""
    return int(10 ** max(power, 0))
