"""A game's payoffs at one calibration, as exact fractions, profile by profile."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import sympy as sp

from dilemma.errors import CalibrationError
from dilemma.model import Model
from dilemma.parts import Profile
from dilemma.sizes import TooLargeError, put_in

__all__ = ["DIGITS", "Payoffs", "numeric_payoffs"]

DIGITS = 40  # that irrational payoffs (a square root, a logarithm) are rounded to

Payoffs = Mapping[Profile, Mapping[str, Fraction]]


def numeric_payoffs(
    model: Model, values: Mapping[sp.Symbol, sp.Expr]
) -> tuple[dict[Profile, dict[str, Fraction]], bool]:
    """Return every player's payoff at every profile, and whether none had to be rounded.

    Parameters
    ----------
    values : mapping of symbol to exact value
        Every parameter and definition, as :meth:`Model.values` returns them.

    Raises
    ------
    CalibrationError
        If a payoff has no value there.
    UnsupportedError
        If numbers are chosen.
    """
    model.needs_actions("a table of payoffs")
    exact = True
    table: dict[Profile, dict[str, Fraction]] = {}
    for profile, cell in model.payoffs.items():
        table[profile] = {}
        for player, payoff in cell.items():
            number = _value(payoff, values)
            if number is None:
                where = f"({', '.join(profile)})"
                told = f"the payoff of {player} at {where} is not a finite real number there"
                raise CalibrationError(told)
            if not number.is_Rational:
                exact, number = False, sp.Rational(sp.N(number, DIGITS))
            table[profile][player] = Fraction(int(number.p), int(number.q))
    return table, exact


def _value(formula: sp.Expr, values: Mapping[sp.Symbol, sp.Expr]) -> sp.Expr | None:
    try:
        number = put_in(formula, values)
    except TooLargeError:
        raise
    except (TypeError, ValueError):  # sympy compares no complex numbers
        return None
    if number.has(sp.nan, sp.zoo, sp.oo, -sp.oo) or number.is_real is False:
        return None
    return number
