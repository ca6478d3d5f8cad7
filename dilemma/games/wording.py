"""Exact numbers, mixes and losses in words: what differs never prints the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sympy as sp

from dilemma.report import number

__all__ = ["apart", "chance_of", "chances", "exactly", "owned", "weighted"]

SHORT = 1000  # a fraction with a smaller denominator is written as one


def apart(values: Sequence[sp.Rational]) -> list[str]:
    """Write numbers with four digits, or with as many as tell different ones apart.

    Examples
    --------
    >>> apart([sp.Rational(1, 3), sp.Rational(1, 3), sp.Rational("0.33334")])
    ['0.33333', '0.33333', '0.33334']
    """
    different = len(set(values))
    for digits in range(4, 16):
        told = [number(value, digits) for value in values]
        if len(set(told)) == different:
            return told
    return [str(value) for value in values]


def exactly(value: sp.Rational) -> str:
    """Write a number so that nothing is lost: in decimals that end, or as a fraction.

    Examples
    --------
    >>> (
    ...     exactly(sp.Rational("0.0000180648")),
    ...     exactly(sp.Rational(11, 16)),
    ...     exactly(sp.Rational(1, 3)),
    ... )
    ('1.80648e-05', '0.6875', '1/3')
    """
    told = number(value, 12)
    return told if sp.Rational(told) == value else str(value)


def owned(title: str) -> str:
    """Write whose something is.

    Examples
    --------
    >>> owned("Japan"), owned("United States")
    ("Japan's", "United States'")
    """
    return f"{title}'" if title.endswith("s") else f"{title}'s"


def weighted(mix: Mapping[str, sp.Rational]) -> str:
    """Write a mix as a sum; one action alone as itself.

    Examples
    --------
    >>> weighted({"strong": sp.Rational(1, 2), "weak": sp.Integer(0), "hedge": sp.Rational(1, 2)})
    '1/2 strong + 1/2 hedge'
    """
    used = {action: chance for action, chance in mix.items() if chance}
    if len(used) == 1:
        return next(iter(used))
    return " + ".join(f"{chance_of(chance)} {action}" for action, chance in used.items())


def chances(mix: Mapping[str, sp.Rational]) -> str:
    """Write a mix as a list of actions with their probabilities.

    Examples
    --------
    >>> chances({"strong": sp.Rational(11, 16), "weak": sp.Rational(5, 16)})
    'strong 11/16, weak 5/16'
    """
    return ", ".join(f"{action} {chance_of(chance)}" for action, chance in mix.items() if chance)


def chance_of(chance: sp.Rational) -> str:
    """Write a probability: as a short fraction where it is one, else in decimals."""
    return str(chance) if chance.q < SHORT else number(chance)
