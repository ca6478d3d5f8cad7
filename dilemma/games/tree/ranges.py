"""What parameters' ranges decide of a statement: which of its inequalities hold whatever the parameters are.

Elimination leaves many that do, such as that a cost is not negative, and as many that cannot hold.  Random
calibrations come first: where an inequality is true of one and false of another it stays as it is.  The
others z3 is asked about.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
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

    def __init__(self, model: Model, possible: Callable[..., bool]) -> None:
        self.model, self.possible = model, possible
        self._told: dict[sp.Basic, sp.Basic] = {}

    def decided(self, stated: sp.Basic, positive: Sequence[sp.Basic] = ()) -> sp.Basic:
        """Return a statement without what the ranges decide.

        Parameters
        ----------
        positive : sequence of sympy Boolean
            Says of chances that they are.  They are taken for granted where a statement names them, and
            are not decided themselves; what speaks of other chances stays as it is.
        """
        if isinstance(stated, sp.And | sp.Or):
            return stated.func(*(self.decided(part, positive) for part in stated.args))
        if stated in (sp.true, sp.false) or stated in positive:
            return stated
        given = tuple(c for c in positive if c.free_symbols <= stated.free_symbols)
        chances = frozenset[sp.Symbol]().union(*(c.free_symbols for c in given))
        if not stated.free_symbols <= self._known | chances:
            return stated
        if stated not in self._told:
            self._told[stated] = self._one(stated, given, chances)
        return self._told[stated]

    def _one(
        self, stated: sp.Basic, given: tuple[sp.Basic, ...], chances: frozenset[sp.Symbol]
    ) -> sp.Basic:
        seen = set()
        for values in self._of_play(given, chances):
            seen.add(stated.xreplace(values))
            if len(seen) > 1:
                return stated
        if seen == {sp.true}:
            return stated if self.possible(*given, sp.Not(stated)) else sp.true
        if seen == {sp.false}:
            return stated if self.possible(*given, stated) else sp.false
        return stated

    def _of_play(
        self, given: tuple[sp.Basic, ...], chances: frozenset[sp.Symbol]
    ) -> Iterator[Mapping[sp.Symbol, sp.Expr]]:
        """Yield calibrations, with chances that are what is said of them."""
        stream = random.Random(0)  # noqa: S311 -- nothing secret
        ordered = sorted(chances, key=str)
        for values in self._draws:
            parts = [stream.randint(1, 99) for _ in range(len(ordered) + 1)]
            shares = [sp.Rational(part, sum(parts)) for part in parts]
            own = dict(zip(ordered, shares, strict=False))  # one share is of all else
            if all(stated.xreplace(own) == sp.true for stated in given):
                yield {**values, **own}

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
