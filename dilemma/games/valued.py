"""A tree with every formula worked out in exact fractions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import sympy as sp

from dilemma.errors import CalibrationError
from dilemma.extensive import Tree
from dilemma.model import Model
from dilemma.parts import Profile
from dilemma.valuation import DIGITS

__all__ = ["Mix", "Pay", "ValuedTree", "valued"]

Pay = tuple[Fraction, Fraction]  # a number, and a slope in the type of the player who is paid
Mix = Mapping[str, Fraction]


@dataclass(frozen=True)
class ValuedTree:
    """A tree in numbers.

    Attributes
    ----------
    tree : Tree
    payoffs : mapping of end to mapping of player to (number, slope)
    chances : mapping of history to mapping of action to probability
        Where chance moves.
    types : mapping of player to (low, high)
        The interval of the player's private type.
    exact : bool
        Whether no number had to be rounded.
    """

    tree: Tree
    payoffs: Mapping[Profile, Mapping[str, Pay]]
    chances: Mapping[Profile, Mix]
    types: Mapping[str, tuple[Fraction, Fraction]]
    exact: bool

    def expected(self, player: str, pay: Pay) -> Fraction:
        """Return what a payoff comes to on average over the player's type."""
        low, high = self.types.get(player, (Fraction(0), Fraction(0)))
        return pay[0] + pay[1] * (low + high) / 2


@dataclass
class _Worker:
    """Works formulas out, and remembers whether one had to be rounded."""

    model: Model
    values: Mapping[sp.Symbol, sp.Expr]
    exact: bool = True

    def number(self, formula: sp.Expr) -> Fraction:
        found = formula.xreplace(self.values)
        if found.is_finite is False or not found.is_real:
            told = f"{self.model.name}: '{formula}' is not a finite real number there"
            raise CalibrationError(told)
        if not found.is_Rational:
            self.exact, found = False, sp.Rational(sp.N(found, DIGITS))
        return Fraction(int(found.p), int(found.q))

    def pay(self, payoff: sp.Expr, private: sp.Symbol | None) -> Pay:
        if private is None:
            return self.number(payoff), Fraction(0)
        whole = sp.expand(payoff)
        return self.number(whole.coeff(private, 0)), self.number(whole.coeff(private, 1))


def valued(model: Model, tree: Tree, values: Mapping[sp.Symbol, sp.Expr]) -> ValuedTree:
    """Work out payoffs, chances and types.

    Raises
    ------
    CalibrationError
        If a payoff has no value, a chance is negative, or a type's interval is empty.
    """
    worker = _Worker(model, values)
    own = {private.player: private for private in tree.types.values()}
    payoffs = {
        end: {
            player: worker.pay(payoff, own[player].symbol if player in own else None)
            for player, payoff in cell.items()
        }
        for end, cell in model.payoffs.items()
    }
    chances = {
        node.history: {action: worker.number(c) for action, c in node.chances.items()}
        for node in tree.nodes.values()
        if not node.player
    }
    for history, mix in chances.items():
        if min(mix.values()) < 0:
            where = ", ".join(history) or "the root"
            raise CalibrationError(f"{model.name}: chance has a negative probability at {where}")
    types = {p: (worker.number(t.low), worker.number(t.high)) for p, t in own.items()}
    for player, (low, high) in types.items():
        if low >= high:
            name = own[player].name
            raise CalibrationError(f"{model.name}: the interval of {name} is empty there")
    return ValuedTree(tree, payoffs, chances, types, worker.exact)
