"""Where the slopes of two who choose a number each vanish together, at very many calibrations at once: roughly.

Both slopes are worked out on a grid over the square of what may be chosen.  A cell at whose corners each of them
has both signs may hold a place where both vanish; so may a piece of an edge along which one changes its sign
while the other points outwards.  A corner of the square at which both point outwards solves first-order
conditions as it is.  What would be a minimum for whoever chooses is left out.  So several are found at one
calibration, and payoffs need not be concave.  What is narrower than a cell is missed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dilemma.games.batch import Array

if TYPE_CHECKING:
    from dilemma.games.numbers.newton_many import Calibrations

__all__ = ["Crossings", "crossings", "two_alone"]

PLACES = 13  # a side of the grid
AT_ONCE = 96  # calibrations, so that a table of slopes fits the cache


@dataclass(frozen=True)
class Crossings:
    """Where first-order conditions may hold, and corners at which they do.

    Attributes
    ----------
    draw, corner_draw : array of int, shape (k,)
        Which of some calibrations.
    share, corner : array of shape (2, k)
        Shares of the intervals.
    """

    draw: Array
    share: Array
    corner_draw: Array
    corner: Array


Places = list[tuple[Array, Array]]


def two_alone(owners: tuple[int, ...]) -> bool:
    """Tell whether two players choose one number each."""
    return sorted(owners) == [0, 1]


def crossings(some: Calibrations) -> Crossings:
    """Return where to begin, for a game of two who choose a number each."""
    starts: Places = []
    corners: Places = []
    size = some.low.shape[1]
    grid = np.linspace(0, 1, PLACES)
    for begin in range(0, size, AT_ONCE):
        draws = np.arange(begin, min(begin + AT_ONCE, size))
        there = some.of(draws).alongside()
        rises = there.rises([grid[None, :, None], grid[None, None, :]])
        shape = (len(draws), PLACES, PLACES)
        one, two = (np.ascontiguousarray(np.broadcast_to(r, shape)) for r in rises)
        for draw, share in (*_cells(one, two, grid), *_edges(one, two, grid)):
            starts.append((draws[draw], share))
        corners += [(draws[draw], share) for draw, share in _corners(one, two)]
    return Crossings(*_joined(starts), *_joined(corners))


def _joined(places: Places) -> tuple[Array, Array]:
    nothing = np.zeros(0, dtype=int), np.zeros((2, 0))
    draw, share = zip(nothing, *places, strict=True)
    return np.concatenate(draw), np.hstack(share)


def _signs(rise: Array) -> tuple[Array, Array]:
    """Tell where a slope may be positive, and where negative: what is nought or no number may be both."""
    return ~(rise < 0), ~(rise > 0)


def _cells(one: Array, two: Array, grid: Array) -> Places:
    """Return the centres of cells in which both slopes have both signs."""
    holds = np.ones((len(one), len(grid) - 1, len(grid) - 1), dtype=bool)
    for rise, axis in ((one, 1), (two, 2)):
        for sign in _signs(rise):
            some = sign[:, :-1] | sign[:, 1:]
            holds &= some[:, :, :-1] | some[:, :, 1:]
        grows = np.diff(rise, axis=axis) > 0
        least = grows[:, :, :-1] & grows[:, :, 1:] if axis == 1 else grows[:, :-1] & grows[:, 1:]
        holds &= ~least
    draw, i, j = np.nonzero(holds)
    half = grid[1] / 2
    return [(draw, np.array([grid[i] + half, grid[j] + half]))]


def _edges(one: Array, two: Array, grid: Array) -> Places:
    """Return the middles of pieces of edges along which one slope changes its sign, the other outwards."""
    found = []
    half = grid[1] / 2
    for number, (own, other) in enumerate(((one, two), (two, one))):
        for end in (0, -1):
            # The number lies at its end, and the other one moves along the edge.
            here = own[:, end] if number == 0 else own[:, :, end]
            along = other[:, end] if number == 0 else other[:, :, end]
            out = _signs(here)[1 if end == 0 else 0]
            falls = _signs(along)[0][:, :-1] & _signs(along)[1][:, 1:]
            draw, k = np.nonzero((out[:, :-1] | out[:, 1:]) & falls)
            pair = [np.full(len(k), float(end != 0)), grid[k] + half]
            found.append((draw, np.array(pair if number == 0 else pair[::-1])))
    return found


def _corners(one: Array, two: Array) -> Places:
    """Return the corners of the square at which both slopes point outwards."""
    found = []
    for i in (0, -1):
        for j in (0, -1):
            a, b = one[:, i, j], two[:, i, j]
            draw = np.flatnonzero((a <= 0 if i == 0 else a >= 0) & (b <= 0 if j == 0 else b >= 0))
            ends = np.array([[float(i != 0)], [float(j != 0)]])
            found.append((draw, np.repeat(ends, len(draw), axis=1)))
    return found
