"""What states are worth in symbols: systems of linear equations, solved once for one way to play."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

import sympy as sp
from sympy.polys.matrices import DomainMatrix

from dilemma.games.dynamic import DynamicGame

__all__ = ["NOTHING", "Linear", "Place", "System"]

ZERO = sp.Integer(0)

Place = tuple[str, str]  # a player and a state


@dataclass(frozen=True)
class Linear:
    """A sum of values in states, each with a factor, and of what is paid at once."""

    of: Mapping[Place, sp.Expr]
    paid: sp.Expr

    def __add__(self, other: Linear) -> Linear:
        both = [*self.of, *(place for place in other.of if place not in self.of)]
        of = {place: self.of.get(place, ZERO) + other.of.get(place, ZERO) for place in both}
        return Linear(of, self.paid + other.paid)

    def __mul__(self, factor: sp.Expr) -> Linear:
        return Linear({place: factor * own for place, own in self.of.items()}, factor * self.paid)

    def __sub__(self, other: Linear) -> Linear:
        return self + Linear({p: -f for p, f in other.of.items()}, -other.paid)


NOTHING = Linear({}, ZERO)


class System:
    """What every state is worth to every player, solved for: a ratio of polynomials.

    Numerators are sums of payoffs, whatever these are, with polynomials of discount factors,
    chances and unknowns for factors.
    """

    def __init__(self, game: DynamicGame, worth: Mapping[Place, Linear]) -> None:
        self.game, self.worth = game, worth
        factors = [f for own in worth.values() for f in own.of.values()]
        seen = set().union(*(f.free_symbols for f in factors))
        marks = dict.fromkeys(game.marks.values())
        rest = sorted(seen - set(marks), key=str)
        self.field = sp.QQ.frac_field(*marks, *rest)
        self.inverse = {}
        # Without offers what a player gets hangs on no other's values.
        groups = (
            [list(worth)]
            if game.offers
            else [[place for place in worth if place[0] == player] for player in game.discounts]
        )
        for places in groups:
            table = [
                [
                    self.field.from_sympy(
                        sp.expand(int(row == column) - worth[row].of.get(column, ZERO))
                    )
                    for column in places
                ]
                for row in places
            ]
            solved = DomainMatrix(table, (len(places), len(places)), self.field).inv().to_list()
            for place, line in zip(places, solved, strict=True):
                self.inverse[place] = {p: c for p, c in zip(places, line, strict=True) if c}

    def _weights(self, of: Mapping[Place, sp.Expr]) -> dict[Place, Any]:
        """Return with which factor each state's own payoff enters a sum of values."""
        found: dict[Place, Any] = {}
        for place, factor in of.items():
            own = self.field.from_sympy(sp.expand(factor))
            for paid, weight in self.inverse[place].items() if own else ():
                found[paid] = found.get(paid, self.field.zero) + own * weight
        return found

    def formula(self, of: Mapping[Place, sp.Expr]) -> sp.Expr:
        """Return a sum of values in closed form."""
        return sp.Add(
            *(
                self.field.to_sympy(weight) * self.worth[place].paid
                for place, weight in self._weights(of).items()
            )
        )

    def top(self, gap: Linear) -> sp.Expr:
        """Return what has the sign of a sum: that sum times its denominator, if that is positive."""
        weights = self._weights(gap.of)
        ring = self.field.field.ring
        bottom = reduce(lambda a, b: a.lcm(b), (w.denom for w in weights.values()), ring.one)
        below = bottom.as_expr()
        terms = [
            self.field.to_sympy(weight * self.field.field(bottom)) * self.worth[place].paid
            for place, weight in weights.items()
        ]
        top = sp.Add(*terms, below * gap.paid)
        if self.game.contracting:
            # It divides the determinant, which is 1 where nothing counts tomorrow and vanishes
            # at no discount factor below 1.
            sign = sp.sign(below.xreplace(dict.fromkeys(self.game.marks.values(), ZERO)))
        else:
            sign = below
        return self.game.unmarked(sp.expand(sign * top))
