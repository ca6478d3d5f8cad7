"""One player's own numbers in a search, all else as it is: the best of them, in floats.

A grid, or scattered points where there are several numbers, is looked at all at once; the best two
are polished, by what payoffs and constraints are and how they slope.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from functools import lru_cache
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np
import sympy as sp

if TYPE_CHECKING:
    from dilemma.games.numbers.search import Search

__all__ = ["GRID", "WORST", "NotFoundError", "Own", "Point", "scattered_points"]

GRID = 65
SCATTERED = 64  # points, where there are several numbers
WORST = 1e30  # what is lost where a payoff has no value
INSIDE = 1e-10  # by which a constraint may be violated
AGAIN = 3  # times that the optimiser is asked, where it passes a constraint
STEEP = 1e10  # what stands for a slope without bound
Point = np.ndarray[Any, Any]


class NotFoundError(Exception):
    """A search that did not settle; what was searched for, in words."""


@lru_cache(maxsize=64)
def scattered_points(count: int, size: int, seed: int) -> Point:
    """Return points that fill the unit cube evenly, one to a row: Halton's, each moved by as much.

    Halton 1960, Numerische Mathematik 2: 84-90 (unverified).  scipy has them too, in a module that
    takes longer to load than most games to solve.
    """
    found = np.empty((count, size))
    for column in range(size):
        base, left, part = int(sp.prime(column + 1)), np.arange(1, count + 1), 1.0
        found[:, column] = 0
        while left.any():
            part /= base
            found[:, column] += part * (left % base)
            left //= base
    return (found + np.random.default_rng(seed).random(size)) % 1


def _finite(slopes: Sequence[Any]) -> Point:
    found: Point = np.nan_to_num(slopes, nan=0.0, posinf=STEEP, neginf=-STEEP)
    return found


class Own:
    """A player's own numbers in a search, all else as it is at a point."""

    def __init__(self, search: Search, player: str, point: Point) -> None:
        self.search, self.pay, self.point = search, search.pay[player], point
        self.own, self.kept = search.mine[player]
        self.there = point.copy()
        bounds = search.bounds(point)
        self.low, self.high = np.array([bounds[k] for k in self.own]).T
        if np.any(self.low > self.high):
            raise NotFoundError(f"nothing that {player} may choose")

    def at(self, x: Any) -> Point:
        """Return the point with these numbers in it: the same array each time, since it is often."""
        self.there[self.own] = x
        return self.there

    def loss(self, x: Any) -> float:
        """Return the payoff with its sign turned."""
        value = -float(self.pay(*self.at(x))[0])
        return value if isfinite(value) else WORST

    def slope(self, x: Any) -> Point:
        """Return how the loss changes with each number."""
        slopes = self.search.slopes(*self.at(x))
        return _finite([-float(slopes[k]) for k in self.own])

    def gap(self, x: Any) -> Point:
        """Return what is left before each constraint is violated."""
        gaps = self.search.gaps(*self.at(x))
        return np.array([float(gaps[k]) for k in self.kept])

    def lean(self, x: Any) -> Point:
        """Return how each constraint's gap, a row, changes with each number."""
        leans = self.search.leans(*self.at(x))
        count = len(self.point)
        return _finite([[float(leans[k * count + j]) for j in self.own] for k in self.kept])

    def feasible(self, x: Any) -> bool:
        """Tell whether the constraints are kept."""
        return not self.kept or bool(np.all(self.gap(x) >= -INSIDE))

    def best(self) -> tuple[Point, float]:
        """Return the best numbers and what is lost by them."""
        good = self._best_first() or self._towards()
        hills = good[:1] if self._neighbours(good) else good[:2]
        polished = [x for start in hills for x in self._climbed(start)]
        best = min([good[0], *polished], key=self.loss)
        return best, self.loss(best)

    def _best_first(self) -> list[Point]:
        """Return where to begin, all at once: those points that may be chosen, the best first."""
        starts = np.vstack([self._grid(), np.clip(self.point[self.own], self.low, self.high)])
        points = np.tile(self.point[:, None], len(starts))
        points[self.own] = starts.T
        lost = -np.broadcast_to(self.pay(*points)[0], len(starts)).astype(float)
        lost[~np.isfinite(lost)] = WORST
        may_be = np.ones(len(starts), dtype=bool)
        gaps = self.search.gaps(*points) if self.kept else ()
        for k in self.kept:
            may_be &= np.broadcast_to(gaps[k], len(starts)) >= -INSIDE
        return [starts[k] for k in np.argsort(lost, kind="stable") if may_be[k]]

    def _grid(self) -> Point:
        count = len(self.own)
        if count == 1:
            return np.linspace(self.low[0], self.high[0], GRID)[:, None]
        corners = np.array(np.meshgrid(*[[0.0, 1.0]] * count)).reshape(count, -1).T
        shares = np.vstack([scattered_points(SCATTERED, count, self.search.seed), corners])
        scattered: Point = self.low + (self.high - self.low) * shares
        return scattered

    def _neighbours(self, good: Sequence[Point]) -> bool:
        """Tell whether the best two values of one number are on one hill: a grid's step apart."""
        if len(good) < 2 or len(self.own) > 1 or self.kept:
            return False
        step = (self.high[0] - self.low[0]) / (GRID - 1)
        return bool(abs(good[0][0] - good[1][0]) <= 1.01 * step)

    def _towards(self) -> list[Point]:
        """Look for a point that keeps the constraints, where no starting point does."""
        from scipy import optimize

        found = optimize.minimize(
            lambda x: float(np.sum(np.minimum(self.gap(x), 0) ** 2)),
            (self.low + self.high) / 2,
            bounds=list(zip(self.low, self.high, strict=True)),
        )
        if np.any(self.gap(found.x) < -1e-7):
            raise NotFoundError("nothing that keeps the constraints")
        return [found.x]

    def _climbed(self, start: Point) -> Iterator[Point]:
        """Yield better numbers near a point that may be chosen.

        What the optimiser ends at may pass a constraint by a little, by how much depends on the machine: from as
        far as one may go towards it, it is asked again.
        """
        for _ in range(AGAIN):
            found = self._polished(start)
            if found is None:
                return
            if self.feasible(found):
                yield found
                return
            start = self._back(start, found)
            yield start

    def _back(self, inside: Point, beyond: Point) -> Point:
        """Return the last point towards another one that keeps the constraints."""
        low, high = 0.0, 1.0
        for _ in range(60):
            middle = (low + high) / 2
            kept = self.feasible(inside + middle * (beyond - inside))
            low, high = (middle, high) if kept else (low, middle)
        return inside + low * (beyond - inside)

    def _polished(self, start: Point) -> Point | None:
        """Return the best numbers near a point; None where that comes to nothing."""
        from scipy import optimize

        if len(self.own) == 1 and not self.kept:
            return self._between(start)
        kept = [{"type": "ineq", "fun": self.gap, "jac": self.lean}] if self.kept else []
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # it clips a step to the bounds
            found = optimize.minimize(
                self.loss,
                start,
                jac=self.slope,
                bounds=list(zip(self.low, self.high, strict=True)),
                constraints=kept,
                method="SLSQP",
                options={"ftol": 1e-15, "maxiter": 200},
            )
        return np.clip(found.x, self.low, self.high) if np.all(np.isfinite(found.x)) else None

    def _between(self, start: Point) -> Point:
        """Return the best value of one number no further from a start than a grid's step."""
        from scipy import optimize

        low, high = self.low[0], self.high[0]
        step = (high - low) / (GRID - 1)
        ends = max(low, start[0] - step), min(high, start[0] + step)
        if ends[0] >= ends[1]:
            return start
        found = optimize.minimize_scalar(
            self.loss, bounds=ends, method="bounded", options={"xatol": 1e-13}
        )
        return np.array([min((found.x, *ends), key=self.loss)])
