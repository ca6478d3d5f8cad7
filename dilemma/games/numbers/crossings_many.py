"""Where the best replies of two who choose a number each cross, at very many calibrations at once.

One player's number is put on a grid.  The other's best reply to each is the best of a grid, refined by
bisection of its slope.  What the first gains by a little more, the other replying, is then a function of one
number: where it changes its sign, or points outwards at an end, there may be an equilibrium.  So several are
found, and payoffs need not be concave: the reply is the best of the whole interval.  Both players take either
part in turn, since where a reply jumps a change of sign may hide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dilemma.games.batch import Array

if TYPE_CHECKING:
    from dilemma.games.numbers.newton_many import Calibrations

__all__ = ["crossings"]

PLACES = 33  # of the number on the grid
TRIED = 25  # among which the reply is the best
HALVED = 7  # times that the reply's slope is bisected
AT_ONCE = 96  # calibrations, so that a table of payoffs fits the cache


def crossings(some: Calibrations) -> tuple[Array, Array]:
    """Return where equilibria may be near: which of some calibrations, and shares of the intervals.

    Nothing where there are not two players with one number each.

    Returns
    -------
    draw, shares : arrays of shape (k,) and (2, k)
    """
    found = [(np.zeros(0, dtype=int), np.zeros((len(some.low), 0)))]
    if sorted(some.conditions.owners) == [0, 1]:
        size = some.low.shape[1]
        for start in range(0, size, AT_ONCE):
            draws = np.arange(start, min(start + AT_ONCE, size))
            for first in (0, 1):
                draw, share = _crossings(some.of(draws).alongside(), first)
                found.append((draws[draw], share))
    return np.concatenate([d for d, _ in found]), np.hstack([s for _, s in found])


def _pair(first: int, own: Array, other: Array) -> tuple[Array, Array]:
    return (own, other) if first == 0 else (other, own)


def _crossings(some: Calibrations, first: int) -> tuple[Array, Array]:
    """Return the same with one player's number on the grid."""
    grid = np.linspace(0, 1, PLACES)
    reply = _replies(some, first, grid)
    rise = some.rise(first, _pair(first, grid[None, :, None], reply[:, :, None]))[:, :, 0]
    draw, place = np.nonzero(rise[:, :-1] * rise[:, 1:] < 0)
    before, after = rise[draw, place], rise[draw, place + 1]
    part = before / (before - after)
    part = np.where(np.isfinite(part), part, 0.5)
    found = []
    for weight in (part, np.zeros_like(part), np.ones_like(part)):
        own = grid[place] + weight * (grid[1] - grid[0])
        other = reply[draw, place] + weight * (reply[draw, place + 1] - reply[draw, place])
        found.append((draw, _pair(first, own, other)))
    for end, outwards in ((0, rise[:, 0] <= 0), (PLACES - 1, rise[:, -1] >= 0)):
        there = np.flatnonzero(outwards)
        own = np.full(len(there), grid[end])
        found.append((there, _pair(first, own, reply[there, end])))
    draws = np.concatenate([d for d, _ in found])
    return draws, np.hstack([np.array(s) for _, s in found])


def _replies(some: Calibrations, first: int, grid: Array) -> Array:
    """Return the other's best reply to each place of a grid, (n, places)."""
    second = 1 - first
    player = some.conditions.owners[second]
    tried = np.linspace(0, 1, TRIED)
    paid = some.paid(player, _pair(first, grid[None, :, None], tried[None, None, :]))
    paid = np.broadcast_to(paid, (some.low.shape[1], PLACES, TRIED))
    best = np.argmax(np.where(np.isfinite(paid), paid, -np.inf), axis=2)
    low, high = tried[np.maximum(best - 1, 0)], tried[np.minimum(best + 1, TRIED - 1)]
    for _ in range(HALVED):
        middle = (low + high) / 2
        rises = some.rise(second, _pair(first, grid[None, :, None], middle[:, :, None]))[:, :, 0]
        up = rises > 0
        low, high = np.where(up, middle, low), np.where(up, high, middle)
    ends = np.where(low <= 0, 0.0, np.where(high >= 1, 1.0, (low + high) / 2))
    return np.asarray(ends)
