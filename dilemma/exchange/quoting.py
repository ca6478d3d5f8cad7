"""Labels and numbers as Gambit's files have them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Context, Decimal
from fractions import Fraction

from dilemma.cleaning import visible
from dilemma.errors import UnsupportedError
from dilemma.reading.syntax import ExpressionError, literal

__all__ = ["are_labels", "braced", "is_label", "is_readable", "number", "quoted"]

MOST_DIGITS = 60  # of a number that can be read back
MOST_BITS = 14_000  # of a number that Python turns into digits


def number(value: Fraction) -> str:
    """Write a payoff as a fraction, or as a short decimal where the fraction is long."""
    parts = (value.numerator, value.denominator)
    if max(map(abs, parts)) < 10**MOST_DIGITS:
        return str(value)
    if max(part.bit_length() for part in parts) > MOST_BITS:
        raise UnsupportedError("a payoff with thousands of digits cannot be written")
    decimal = Context(prec=MOST_DIGITS).divide(*map(Decimal, parts))
    return str(decimal) if Fraction(decimal) == value else str(value)


def is_readable(value: Fraction) -> bool:
    """Tell whether a model takes what is written of a number: no more digits than people write."""
    if max(abs(value.numerator), value.denominator).bit_length() > MOST_BITS:
        return False
    try:
        parts = [literal(part) for part in number(value).split("/")]
    except ExpressionError:
        return False
    return math.prod(parts[1:], start=value) == parts[0]


def braced(labels: Sequence[str]) -> str:
    """Write a list of labels."""
    return f"{{ {' '.join(map(quoted, labels))} }}"


def quoted(text: str) -> str:
    """Write a label or a comment; Gambit reads no backslash back as it was written."""
    return '"' + visible(text).replace("\\", "/").replace('"', '\\"') + '"'


def is_label(title: str) -> bool:
    """Tell whether Gambit takes it: no double spaces, and nothing that is not printed."""
    return title.isprintable() and title == " ".join(title.split()) and "\\" not in title


def are_labels(titles: Sequence[str]) -> bool:
    """Tell whether Gambit takes them all, and can tell them apart."""
    return len({*titles}) == len(titles) and all(map(is_label, titles))
