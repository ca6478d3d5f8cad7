"""Where the slopes of up to four chosen numbers vanish together, at very many calibrations at once: roughly.

Each number's slope is worked out on a grid over the box of what may be chosen.  A cell at whose corners each of
them has both signs may hold a place where all vanish.  So may a cell of a face of the box, on which some numbers
lie at an end: there the slopes of these point outwards, and those of the others have both signs.  A corner of the
box at which all point outwards solves first-order conditions as it is.  What would be a minimum for whoever
chooses is left out.  So several are found at one calibration, and payoffs need not be concave.  What is narrower
than a cell is missed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from dilemma.games.batch import Array

if TYPE_CHECKING:
    from dilemma.games.numbers.newton_many import Calibrations

__all__ = ["PLACES", "Crossings", "crossings"]

PLACES = {1: 33, 2: 13, 3: 7, 4: 5}  # a side of the grid, by how many numbers there are
AT_ONCE = 32_768  # points of grids that are worked out together: what fits the cache

LOW, HIGH, INSIDE = 0, -1, None  # where a number lies on a face


@dataclass(frozen=True)
class Crossings:
    """Where first-order conditions may hold, and corners at which they do.

    Attributes
    ----------
    draw, corner_draw : array of int, shape (k,)
        Which of some calibrations.
    share, corner : array of shape (d, k)
        Shares of the intervals.
    """

    draw: Array
    share: Array
    corner_draw: Array
    corner: Array


def crossings(some: Calibrations) -> Crossings:
    """Return where to begin, for a game of up to four chosen numbers."""
    numbers, size = some.low.shape
    nothing = np.zeros(0, dtype=int), np.zeros((numbers, 0))
    starts, corners = [nothing], [nothing]
    grid = np.linspace(0, 1, PLACES[numbers])
    shares = np.meshgrid(*([grid] * numbers), indexing="ij", sparse=True)
    step = max(1, AT_ONCE // len(grid) ** numbers)
    for begin in range(0, size, step):
        draws = np.arange(begin, min(begin + step, size))
        table = some.of(draws).alongside(numbers).rises([share[None] for share in shares])
        slopes = _Slopes.of(
            [np.broadcast_to(r, (len(draws), *[len(grid)] * numbers)) for r in table]
        )
        for face in product((INSIDE, LOW, HIGH), repeat=numbers):
            draw, cell = slopes.on(face)
            kept = starts if INSIDE in face else corners
            kept.append((draws[draw], _places(face, cell, grid)))
    first, second = (
        (np.concatenate([d for d, _ in kept]), np.hstack([s for _, s in kept]))
        for kept in (starts, corners)
    )
    return Crossings(*first, *second)


def _places(face: Sequence[int | None], cell: Sequence[Array], grid: Array) -> Array:
    """Return the centres of cells of a face."""
    along = iter(cell[1:])
    size = len(cell[0])
    return np.array(
        [
            grid[next(along)] + grid[1] / 2 if end is INSIDE else np.full(size, float(end != LOW))
            for end in face
        ]
    ).reshape(len(face), size)


@dataclass(frozen=True)
class _Slopes:
    """Signs of slopes on a grid, at some calibrations.

    Attributes
    ----------
    up, down : list of array of bool, shape (n, places, ...)
        Where each slope may be positive, and negative: what is nought or no number may be both.
    grows : list of array of bool
        Where each grows along its own number, from one place to the next.
    rises : sequence of array
        The slopes themselves.
    """

    up: list[Array]
    down: list[Array]
    grows: list[Array]
    rises: Sequence[Array]

    @classmethod
    def of(cls, rises: Sequence[Array]) -> _Slopes:
        """Compare slopes."""
        up, down = [~(r < 0) for r in rises], [~(r > 0) for r in rises]
        grows = [np.diff(r, axis=k + 1) > 0 for k, r in enumerate(rises)]
        return cls(up, down, grows, rises)

    def on(self, face: Sequence[int | None]) -> tuple[Array, Sequence[Array]]:
        """Return the cells of a face on which conditions may hold: which calibrations, and all indices."""
        at = (slice(None), *(slice(None) if end is INSIDE else end for end in face))
        inside = [k for k, end in enumerate(face) if end is INSIDE]
        holds: Array = np.asarray(True)  # noqa: FBT003
        if not inside:
            holds = np.logical_and.reduce([np.isfinite(r[at]) for r in self.rises])
        for k, end in enumerate(face):
            if end is INSIDE:
                own = inside.index(k) + 1
                least = _over_corners(np.logical_and, self.grows[k][at], skipped=own)
                some = _over_corners(np.logical_or, self.up[k][at])
                holds = holds & some & _over_corners(np.logical_or, self.down[k][at]) & ~least
            else:
                out = self.down[k] if end == LOW else self.up[k]
                holds = holds & _over_corners(np.logical_or, out[at])
        cells = np.nonzero(holds)
        return cells[0], cells


def _over_corners(join: np.ufunc, table: Array, skipped: int = 0) -> Array:
    """Join what holds at all corners of each cell, of whose axes one may be of cells already."""
    for axis in range(1, table.ndim):
        if axis != skipped:
            ends = [
                tuple(slice(*part) if k == axis else slice(None) for k in range(table.ndim))
                for part in ((None, -1), (1, None))
            ]
            table = join(table[ends[0]], table[ends[1]])
    return table
