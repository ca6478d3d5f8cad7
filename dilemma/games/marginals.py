"""What a player would gain by a little more of one chosen number, all else that is chosen held.

Written in the model's own letters: definitions that hang on the number stay names and are gone
through by the chain rule,

    du/dx = partial u/partial x + sum over definitions D of partial u/partial D * dD/dx

A definition that hangs on one number alone is that number in other units: du/dD = (du/dx)/(dD/dx).
"""

from __future__ import annotations

from functools import lru_cache

import sympy as sp

from dilemma.model import Model
from dilemma.reading.setting import standing

__all__ = ["marginal"]


@lru_cache(maxsize=256)
def marginal(model: Model, player: str, number: str) -> sp.Expr:
    """Return the slope of a player's payoff in one chosen number.

    Parameters
    ----------
    player : str
    number : str
        A chosen number, or a definition that hangs on one alone.

    Returns
    -------
    sympy expression
        In parameters, definitions and chosen numbers: to be read at what is played.

    Examples
    --------
    >>> from dilemma.library import load
    >>> marginal(load("hedging"), "japan", "y_U")
    alp_J*tau_J*y_J/(tau_J + y_U)**2 + d_J
    """
    assert model.choices is not None
    choice = standing(model.definitions, model.choices).get(number, number)
    symbol = model.choices.choices[choice].symbol
    terms = sp.Add.make_args(model.payoffs[()][player])
    found = sp.Add(*(_shorter(_slope(model, term, symbol)) for term in terms))
    if choice != number:
        found /= _slope(model, model.definitions[number].formula, symbol)
    return _shorter(found)


def _slope(model: Model, formula: sp.Expr, symbol: sp.Symbol) -> sp.Expr:
    found = sp.diff(formula, symbol)
    for definition in model.definitions.values():
        if definition.symbol in formula.free_symbols:
            inner = _slope(model, definition.formula, symbol)
            found += sp.diff(formula, definition.symbol) * inner
    return found


def _shorter(formula: sp.Expr) -> sp.Expr:
    """Write a slope as a product, or multiplied out, where that is shorter."""
    return min((formula, sp.factor(formula), sp.expand(formula, deep=False)), key=sp.count_ops)
