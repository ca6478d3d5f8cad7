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
    chances and unknowns for factors; the denominator is the determinant.
    """

    def __init__(self, game: DynamicGame, worth: Mapping[Place, Linear]) -> None:
        self.game, self.worth = game, worth
        # A deviation may meet a chance that nothing which is played does.
        factors = [f for own in worth.values() for f in own.of.values()]
        factors += [chance for s in game.stages.values() for chance in game.leads(s).values()]
        seen = set().union(*(f.free_symbols for f in factors))
        marks = dict.fromkeys(game.marks.values())
        self.polynomials = sp.QQ[(*marks, *sorted(seen - set(marks), key=str))]
        self.adjugates: dict[Place, dict[Place, Any]] = {}
        self.determinants: dict[Place, Any] = {}
        # Without offers what a player gets hangs on no other's values.
        groups = [[p for p in worth if p[0] == player] for player in game.discounts]
        for places in [list(worth)] if game.offers else groups:
            table = [
                [self._read(int(row == c) - worth[row].of.get(c, ZERO)) for c in places]
                for row in places
            ]
            size = (len(places), len(places))
            adjugate, determinant = DomainMatrix(table, size, self.polynomials).adj_det()
            for place, line in zip(places, adjugate.to_list(), strict=True):
                self.adjugates[place] = {p: c for p, c in zip(places, line, strict=True) if c}
                self.determinants[place] = determinant

    def _read(self, factor: sp.Expr) -> Any:
        return self.polynomials.from_sympy(sp.expand(factor))

    def _weights(self, of: Mapping[Place, sp.Expr]) -> tuple[dict[Place, Any], Any]:
        """Return with which factor each state's own payoff enters a sum of values, and over what."""
        found: dict[Place, Any] = {}
        bottom = self.polynomials.one
        for place, factor in of.items():
            own, bottom = self._read(factor), self.determinants[place]
            for paid, weight in self.adjugates[place].items() if own else ():
                found[paid] = found.get(paid, self.polynomials.zero) + own * weight
        return found, bottom

    def formula(self, of: Mapping[Place, sp.Expr]) -> sp.Expr:
        """Return a sum of values of one player in closed form."""
        weights, bottom = self._weights(of)
        below = self.polynomials.to_sympy(bottom)
        terms = (
            self.polynomials.to_sympy(w) / below * self.worth[p].paid for p, w in weights.items()
        )
        return sp.Add(*terms)

    def top(self, gap: Linear) -> sp.Expr:
        """Return what has the sign of a sum: that sum times its denominator, if that is positive."""
        weights, bottom = self._weights(gap.of)
        common = reduce(lambda a, b: a.gcd(b), weights.values(), bottom)
        below = self.polynomials.to_sympy(bottom.exquo(common))
        terms = [
            self.polynomials.to_sympy(weight.exquo(common)) * self.worth[place].paid
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
