"""What a given play pays, and what a deviation from it gains: from the payoffs alone.

Shares no code with the branches, nor with what solves games in numbers.
"""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp

from dilemma.games.branch import Play
from dilemma.model import Model
from dilemma.theory.evaluate import TooLargeError, put_in

__all__ = ["deviation_gain", "numbers", "worth"]

Values = Mapping[sp.Symbol, sp.Expr]


def numbers(model: Model, calibration: Mapping[str, sp.Rational]) -> dict[sp.Symbol, sp.Expr]:
    """Evaluate parameters and definitions; a definition that has no value here stays out."""
    values = {p.symbol: calibration[name] for name, p in model.parameters.items()}
    for definition in model.definitions.values():
        try:
            number = put_in(definition.formula, values)
        except TooLargeError:
            continue
        if number.is_number and number.is_finite:
            values[definition.symbol] = number
    return values


def worth(
    model: Model, calibration: Mapping[str, sp.Rational], play: Play
) -> dict[str, sp.Expr | None]:
    """Return every payoff and outcome of a play; None where it has no value."""
    return model.game.worth(model, numbers(model, calibration), play)


def deviation_gain(model: Model, calibration: Mapping[str, sp.Rational], play: Play) -> sp.Expr:
    """Return the most that a player gains by doing something else at one decision."""
    return model.game.gain(model, numbers(model, calibration), play)
