"""Whether chosen numbers are an equilibrium, exactly where payoffs allow it, from payoffs alone.

A player who chooses one number has its best replies in pieces (:mod:`dilemma.games.numbers.pieces`), exactly;
others are searched for in floats (:mod:`dilemma.games.numbers.search`).  What a search in floats has found is
made exact by the simplest fractions near it, or by a step of Newton's on best replies, and counts as
exact only if nobody gains by leaving it, exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import sympy as sp

from dilemma.errors import UnsupportedError
from dilemma.games.numbers import numbers_of
from dilemma.games.numbers.choice import Choice
from dilemma.games.numbers.pieces import Best, best
from dilemma.games.numbers.search import NotFoundError, Search
from dilemma.model import Model

__all__ = ["Judge", "Numbers", "Verdict", "simplest"]

Numbers = tuple[Fraction, ...]  # what is chosen, in the order of a search
TINY = Fraction(1, 10**30)  # what a deviation may gain where numbers stand for irrational ones
ROUGH = 1e-8  # likewise where only a search in floats knows, of the payoff
STEP = Fraction(1, 10**15)  # a best reply is followed as far as this for its slope
NEWTON = 4
SIMPLE = 1000  # a denominator up to which a number in floats is taken for a fraction
SNAPS = (Fraction(1, 10**7), Fraction(1, 10**6), Fraction(1, 10**5), Fraction(1, 10**4))
DIGITS = 10**45
SCAN = 64  # values of one number at which the reply to the reply is looked at
HALVINGS = 60


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is known of chosen numbers.

    Attributes
    ----------
    holds : bool
        Whether nobody gains by others.
    exact : bool
        Whether that is exact.
    gain : Fraction
        The most that somebody gains.
    strict : bool
        Whether everybody would lose by any others; False where that is not known.
    """

    holds: bool
    exact: bool
    gain: Fraction
    strict: bool = False


@dataclass
class Judge:
    """A game at one calibration, in fractions as far as that goes."""

    model: Model
    values: Mapping[sp.Symbol, Any]
    search: Search
    known: dict[Numbers, Verdict] = field(default_factory=dict)

    def __post_init__(self) -> None:
        game = numbers_of(self.model)
        self.game = game
        self.players = game.moves[-1]
        constants = {s: v for s, v in self.values.items() if getattr(v, "is_number", True)}

        def told(formula: sp.Expr) -> sp.Expr:
            return self.model.expand_play(formula).xreplace(constants)

        self.pay = {p: told(self.model.payoffs[()][p]) for p in self.players}
        self.ends = {c.name: (told(c.low), told(c.high)) for c in game.choices.values()}
        self.gaps = {c.name: told(c.gap) for c in game.constraints.values()}

    # --- one point ------------------------------------------------------------------------------

    def __call__(self, point: Numbers) -> Verdict:
        """Tell whether chosen numbers are an equilibrium among those who choose last."""
        if point not in self.known:
            self.known[point] = self._judged(point)
        return self.known[point]

    def _judged(self, point: Numbers) -> Verdict:
        if not self.feasible(point):
            return Verdict(holds=False, exact=True, gain=Fraction(0))
        gain, exact, rational, strict = Fraction(0), True, True, True
        for player in self.players:
            try:
                found = self.reply(player, point)
                gained = found.value - self._paid(player, point)
                rational = rational and found.exact
                strict = strict and len(found.where) == 1 and found.where[0][0] == found.where[0][1]
            except UnsupportedError:
                told = self._in_floats(player, point)
                if told is None:
                    return Verdict(holds=False, exact=False, gain=Fraction(0))
                gained, exact, strict = told, False, False
            gain = max(gain, gained)
        if exact:
            holds = gain <= TINY
            return Verdict(holds, rational and gain == 0, max(gain, Fraction(0)), strict and holds)
        return Verdict(gain <= ROUGH, exact=False, gain=gain)

    def _in_floats(self, player: str, point: Numbers) -> Fraction | None:
        """Return what a player gains as a search has it, in shares of the payoff; None for no value."""
        here = np.array([float(x) for x in point])
        try:
            paid, gained = self.search.payoff(player, here), self.search.regret(player, here)
        except NotFoundError:
            return None
        if not np.isfinite(paid) or not np.isfinite(gained):
            return None
        return Fraction(gained / max(1.0, abs(paid)))

    def _at(self, point: Numbers) -> dict[sp.Symbol, Fraction]:
        return dict(zip(self.search.symbols, point, strict=True))

    def _exactly(self, formula: sp.Expr, point: Numbers) -> sp.Expr:
        at = {s: sp.Rational(x.numerator, x.denominator) for s, x in self._at(point).items()}
        return formula.xreplace(at)

    def _paid(self, player: str, point: Numbers) -> Fraction:
        paid = self._exactly(self.pay[player], point)
        if not paid.is_Rational:
            raise UnsupportedError(f"{paid} is no fraction")
        return Fraction(int(paid.p), int(paid.q))

    def feasible(self, point: Numbers) -> bool:
        """Tell whether numbers lie in their intervals and keep every constraint."""
        for x, choice in zip(point, self.game.choices.values(), strict=True):
            low, high = (self._exactly(end, point) for end in self.ends[choice.name])
            own = sp.Rational(x.numerator, x.denominator)
            below = own <= low if choice.open_low else own < low
            above = own >= high if choice.open_high else own > high
            if sp.true in (below, above):
                return False
        return not any((self._exactly(gap, point) < -TINY) == sp.true for gap in self.gaps.values())

    def reply(self, player: str, point: Numbers) -> Best:
        """Return a player's best replies, in fractions.

        Raises
        ------
        UnsupportedError
            If it chooses several numbers, or its payoff is beyond exact pieces.
        """
        own = self.game.of(player)
        if len(own) != 1:
            raise UnsupportedError(f"{player} chooses {len(own)} numbers")
        (choice,) = own
        at = self._at(point)
        del at[choice.symbol]
        low, high = (self._fraction(end, point) for end in self.ends[choice.name])
        gaps = [self.gaps[c.name] for c in self.game.kept_by(player)]
        return best(self.pay[player], choice.symbol, low, high, at, gaps)

    def _fraction(self, formula: sp.Expr, point: Numbers) -> Fraction:
        told = self._exactly(formula, point)
        if not told.is_Rational:
            raise UnsupportedError(f"{told} is no fraction")
        return Fraction(int(told.p), int(told.q))

    # --- what a search has found, made exact ----------------------------------------------------

    def polished(self, found: Iterable[float]) -> Numbers:
        """Return the equilibrium that numbers in floats are near; those numbers if none is seen."""
        rough = tuple(Fraction(float(x)) for x in found)
        for near in SNAPS[:2]:
            point = tuple(simplest(x - near, x + near) for x in rough)
            simple = all(x.denominator <= SIMPLE for x in point)
            if self(point).holds and (self(point).exact or simple):
                return point
        try:
            point = self._newton(rough)
        except (UnsupportedError, ZeroDivisionError):
            point = rough
        if self(point).holds:
            return point if self(point).exact else _rounded(point)
        for near in SNAPS[2:]:
            point = tuple(simplest(x - near, x + near) for x in rough)
            if self(point).exact and self(point).holds:
                return point
        return rough

    def _newton(self, point: Numbers) -> Numbers:
        """Take steps to where everybody's best reply is what it chooses; exact if replies are lines."""
        for _ in range(NEWTON):
            size = len(point)
            here = self._replies(point)
            rows = []
            for k in range(size):
                row = []
                for j in range(size):
                    moved = tuple(x + STEP * (j == m) for m, x in enumerate(point))
                    slope = (self._replies(moved)[k] - here[k]) / STEP if j != k else Fraction(0)
                    row.append((j == k) - slope)
                rows.append([*row, here[k] - point[k]])
            step = _solved(rows)
            point = tuple(x + s for x, s in zip(point, step, strict=True))
            if self(point).holds:
                return point
            point = _rounded(point)
        return point

    def replying(self, point: Numbers, held: int) -> Numbers:
        """Let everybody reply exactly, one after the other, but for one number that is held."""
        for _ in range(NEWTON):
            before = point
            for player in self.players:
                (choice,) = self.game.of(player)
                own = self.search.names.index(choice.name)
                if own != held:
                    point = (*point[:own], self._nearest(player, point, own), *point[own + 1 :])
            point = _rounded(point)
            if point == before:
                break
        return point

    def _nearest(self, player: str, point: Numbers, own: int) -> Fraction:
        """Return a player's best reply, of several the nearest to what it chooses."""
        here = point[own]
        ends = self.reply(player, point).where
        return min((min(max(here, a), b) for a, b in ends), key=lambda x: abs(x - here))

    def _replies(self, point: Numbers) -> Numbers:
        """Return everybody's best reply, of several the nearest."""
        found = list(point)
        for player in self.players:
            for choice in self.game.of(player):
                own = self.search.names.index(choice.name)
                found[own] = self._nearest(player, point, own)
        return tuple(found)

    # --- what a search may miss -----------------------------------------------------------------

    def crossings(self) -> Iterator[Numbers]:
        """Yield where the reply to the reply is the same number, with two players of one number each.

        Evenly spaced values of one are gone through, and halved where its sign changes.
        """
        if len(self.search.names) != 2 or len(self.players) != 2:
            return
        one, other = self._ordered()
        if one is None or other is None:
            return
        try:
            middle = tuple(Fraction(float(x)) for x in self.search.starts()[2])
            low, high = (self._fraction(end, middle) for end in self.ends[one.name])
            grid = [low + (high - low) * Fraction(k, SCAN) for k in range(SCAN + 1)]
            told = [(x, *self._again(x, one, other)) for x in grid]
        except (UnsupportedError, NotFoundError):
            return
        for (a, left, first), (b, right, _) in pairwise(told):
            if left == 0:
                yield first
            elif left * right < 0:
                yield from self._halved(a, b, left, one, other)
        if told[-1][1] == 0:
            yield told[-1][2]

    def _ordered(self) -> tuple[Choice | None, Choice | None]:
        own = [self.game.of(player) for player in self.players]
        if any(len(choices) != 1 for choices in own):
            return None, None
        return own[0][0], own[1][0]

    def _again(self, x: Fraction, one: Choice, other: Choice) -> tuple[Fraction, Numbers]:
        """Return by how much the reply to the reply to a number exceeds it, and both numbers."""
        place = self.search.names.index(one.name)
        point = [x, x]
        answer = self.reply(other.player, tuple(point)).where
        met: list[tuple[Fraction, Numbers]] = []
        for y in dict.fromkeys(end for ends in answer for end in ends):
            point[1 - place] = y
            for low, high in self.reply(one.player, tuple(point)).where:
                gap = min(max(x, low), high) - x
                met.append((gap, tuple(point)))
        return min(met, key=lambda one: abs(one[0]))

    def _halved(
        self, a: Fraction, b: Fraction, left: Fraction, one: Choice, other: Choice
    ) -> Iterator[Numbers]:
        for turn in range(HALVINGS):
            x = simplest(a, b) if turn > 8 and turn % 2 else (a + b) / 2
            gap, point = self._again(x, one, other)
            if gap == 0:
                yield point
                return
            if gap * left > 0:
                a = x
            else:
                b = x
        yield self.polished([float(x) for x in point])


def simplest(low: Fraction, high: Fraction) -> Fraction:
    """Return the fraction with the smallest denominator between two numbers, both included.

    Examples
    --------
    >>> simplest(Fraction(33, 100), Fraction(34, 100))
    Fraction(1, 3)
    """
    if low <= 0 <= high:
        return Fraction(0)
    if high < 0:
        return -simplest(-high, -low)
    whole = -(-low.numerator // low.denominator)
    if whole <= high:
        return Fraction(whole)
    below = whole - 1
    return below + 1 / simplest(1 / (high - below), 1 / (low - below))


def _rounded(point: Numbers) -> Numbers:
    """Keep fractions that are simple, and of others as many digits as they have."""
    return tuple(
        x if x.denominator < DIGITS else Fraction(round(x * DIGITS), DIGITS) for x in point
    )


def _solved(rows: Sequence[list[Fraction]]) -> list[Fraction]:
    """Solve linear equations, the right side last in each row; ZeroDivisionError where singular."""
    rows = [list(row) for row in rows]
    for k in range(len(rows)):
        pivot = max(range(k, len(rows)), key=lambda j: abs(rows[j][k]))
        rows[k], rows[pivot] = rows[pivot], rows[k]
        rows[k] = [x / rows[k][k] for x in rows[k]]
        for j in range(len(rows)):
            if j != k:
                rows[j] = [x - rows[j][k] * y for x, y in zip(rows[j], rows[k], strict=True)]
    return [row[-1] for row in rows]
