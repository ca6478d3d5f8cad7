"""What parameters' ranges decide of a statement: which of its inequalities hold whatever the parameters are.

Elimination leaves many that do, such as that a cost is not negative, and as many that cannot hold.  Random
calibrations come first: where an inequality is true of one and false of another it stays as it is.  The
others z3 is asked about.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from functools import cached_property

import sympy as sp

from dilemma.errors import CalibrationError
from dilemma.model import Model
from dilemma.theory.parts import Interval

__all__ = ["Ranges"]

DRAWS = 12


class Ranges:
    """Knows the ranges of a model's parameters.

    Parameters
    ----------
    possible : callable
        Tells whether a statement may hold for some parameters; what is not decided counts as possible.
    """

    def __init__(self, model: Model, possible: Callable[[sp.Basic], bool]) -> None:
        self.model, self.possible = model, possible
        self._told: dict[sp.Basic, sp.Basic] = {}

    def decided(self, stated: sp.Basic) -> sp.Basic:
        """Return a statement without what the ranges decide; what speaks of play stays as it is."""
        if isinstance(stated, sp.And | sp.Or):
            return stated.func(*map(self.decided, stated.args))
        if stated in (sp.true, sp.false) or not stated.free_symbols <= self._known:
            return stated
        if stated not in self._told:
            self._told[stated] = self._one(stated)
        return self._told[stated]

    def _one(self, stated: sp.Basic) -> sp.Basic:
        seen = set()
        for values in self._draws:
            seen.add(stated.xreplace(values))
            if len(seen) > 1:
                return stated
        if seen == {sp.true}:
            return stated if self.possible(sp.Not(stated)) else sp.true
        if seen == {sp.false}:
            return stated if self.possible(stated) else sp.false
        return stated

    @cached_property
    def _known(self) -> frozenset[sp.Symbol]:
        parameters = {p.symbol for p in self.model.parameters.values()}
        return frozenset(parameters | {d.symbol for d in self.model.definitions.values()})

    @cached_property
    def _draws(self) -> list[Mapping[sp.Symbol, sp.Expr]]:
        """Calibrations at which the game has a meaning."""
        stream = random.Random(0)  # noqa: S311 -- nothing secret
        found: list[Mapping[sp.Symbol, sp.Expr]] = []
        for _ in range(DRAWS):
            drawn = {n: _inside(p.range, stream) for n, p in self.model.parameters.items()}
            try:
                found.append(self.model.values(self.model.calibration(drawn)))
            except CalibrationError:
                continue
        return found


def _inside(interval: Interval, stream: random.Random) -> sp.Rational:
    """Draw a number from an interval, from all sizes where it has no end."""
    part = sp.Rational(stream.randint(1, 99), 100)
    if interval.low.is_finite and interval.high.is_finite:
        return interval.low + part * (interval.high - interval.low)
    far = part * 4 ** stream.randint(-2, 2)
    if interval.low.is_finite:
        return interval.low + far
    return interval.high - far if interval.high.is_finite else far * stream.choice((-1, 1))
