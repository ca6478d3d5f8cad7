"""Extreme equilibria of many two-player games in small whole numbers, whose determinants are exact.

What was found by signs that are certain (``games/matrix/equal_supports``) is found here with ties as well: a
sign that is 0 is known to be.  The extreme mixes of a player are those that a support J and as many best
replies I pin down, with positive weights on J; where several sets I do, the first one counts.  Further
best replies are those whose determinant is 0.  Two extreme mixes are an equilibrium where what
either uses is among the best replies to the other (Avis, Rosenberg, Savani and von Stengel 2010, Economic
Theory 42: 9-37).  All of that is said in bits, eight games to a byte.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import factorial

import numpy as np

from dilemma.games.matrix.equal_supports import (
    Bits,
    Shape,
    Side,
    Signs,
    Supports,
    shape_of,
)
from dilemma.games.matrix.equilibrium_rows import Flags, Floats, Whole

__all__ = ["Found", "extreme", "largest_difference"]

MEMORY = 2**22  # bytes for what either player's mixes allow the other to use
NONE = np.empty(0, dtype=np.bool_)
EXACT = 2.0**53  # whole numbers up to this are floats


def largest_difference(m: int, n: int) -> float:
    """Return how far payoffs may lie apart for all determinants, and sums of them, to be exact.

    Examples
    --------
    >>> largest_difference(2, 2) == 2.0**52, round(largest_difference(5, 5))
    (True, 2943)
    """
    sizes = range(1, max(min(m - 1, n), min(n - 1, m)) + 1)
    return float(min([EXACT, *((EXACT / factorial(k + 1)) ** (1 / k) for k in sizes)]))


@dataclass(frozen=True)
class Found:
    """Extreme equilibria of some games, and which of them are degenerate.

    Attributes
    ----------
    game : array (E,)
    x, y : arrays (E, m) and (E, n)
    degenerate : array (games,) of bool
    """

    game: Whole
    x: Floats
    y: Floats
    degenerate: Flags


def extreme(first: Floats, second: Floats, tell: Callable[[int], None]) -> Found:
    """Return all extreme equilibria.

    Parameters
    ----------
    first, second : arrays (games, m, n) and (games, n, m)
        What the row and the column player are paid, own actions first: whole numbers that are no
        farther apart than ``largest_difference``.
    tell : callable
        Called with the number of games that are solved.

    Examples
    --------
    >>> found = extreme(np.array([[[1.0, 1.0]]]), np.array([[[3.0], [3.0]]]), print)
    1
    >>> found.x.tolist(), found.y.tolist(), found.degenerate.tolist()
    ([[1.0], [1.0]], [[1.0, 0.0], [0.0, 1.0]], [True])
    """
    games, m, n = first.shape
    shape = shape_of(m, n)
    subsets = len({rows for rows, _ in shape.supports}) * len(shape.supports)
    step = int(min(max(MEMORY // subsets, 8), 512)) * 8
    parts = [Found(np.empty(0, dtype=np.intp), np.empty((0, m)), np.empty((0, n)), NONE)]
    for begin in range(0, games, step):
        own = slice(begin, begin + step)
        parts.append(_chunk(shape, first[own], second[own], begin))
        tell(min(begin + step, games))
    return Found(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("game", "x", "y", "degenerate")
        )
    )


def _chunk(shape: Shape, first: Floats, second: Floats, begin: int) -> Found:
    row = _Mixes(shape.row, shape.supports, shape.starts, first)
    mirrored = [(columns, rows) for rows, columns in shape.supports]
    column = _Mixes(shape.column, mirrored, shape.starts, second)
    game, s, t = _meeting(row, column)
    y, x = row.weights(game, s), column.weights(game, t)
    degenerate = np.zeros(len(first), dtype=np.bool_)
    degenerate[game[row.tied(game, s) | column.tied(game, t)]] = True
    actions = row.size[s] + column.size[t]
    # As the exact path has them; the last key counts first.
    keys = (*y.T[::-1], *x.T[::-1], row.support[s], column.support[t], actions, game)
    order = np.lexsort(keys)
    return Found(game[order] + begin, x[order], y[order], degenerate)


class _Mixes:
    """The extreme mixes of one player's opponent, and the player's best replies to them.

    Attributes
    ----------
    support, size : arrays (pairs of supports,)
        The number of the opponent's support among all sets of actions, in order, and its size.
    best : array (own actions, pairs of supports, bytes)
        Where a pair of supports has an extreme mix and an action is a best reply to it.
    """

    def __init__(
        self, side: Side, supports: Supports, starts: Sequence[int], payoffs: Floats
    ) -> None:
        self.side, self.supports, self.starts = side, supports, starts
        self.subsets = sorted({theirs for _, theirs in supports})
        self.support = np.array([self.subsets.index(theirs) for _, theirs in supports])
        self.size = np.array([len(theirs) for _, theirs in supports])
        self.signs = signs = Signs(side, starts, len(payoffs), whole=True)
        signs.payoffs[...] = payoffs.transpose(1, 2, 0)
        signs.decide()
        zero = ~(signs.positive | signs.negative) & signs.yes
        self.best: Bits = np.concatenate([zero, signs.yes[None]])[side.replies]
        self.best &= self._extreme()
        self.best &= ~self._again()

    def _extreme(self) -> Bits:
        """Return where the mix has the whole support, and no further action is a better reply."""
        signs, alike, opposite = self.signs, self.side.alike, self.side.opposite
        found = np.empty((len(self.supports), signs.bits.shape[1]), dtype=np.uint8)
        for k, (one, end) in enumerate(pairwise(self.starts), start=1):
            up, down = alike[:, one:end], opposite[:, one:end]
            positive = signs.all_of(up[:k]) & ~signs.any_of(down[k:])
            negative = signs.all_of(down[:k]) & ~signs.any_of(up[k:])
            found[one:end] = positive | negative
        return found

    def _again(self) -> Bits:
        """Return where a mix has been found by an earlier set of best replies."""
        found = np.zeros((len(self.supports), self.best.shape[2]), dtype=np.uint8)
        alike: dict[tuple[int, ...], list[int]] = {}
        for number, (mine, theirs) in enumerate(self.supports):
            for before in alike.setdefault(theirs, []):
                earlier = self.supports[before][0]
                same = self.best[earlier[0], before].copy()
                for action in earlier:
                    if action not in mine:
                        same &= self.best[action, number]
                found[number] |= same
            alike[theirs].append(number)
        return found

    def allowing(self, subsets: Sequence[tuple[int, ...]]) -> Bits:
        """Return where all of some own actions are best replies: (subsets, pairs, bytes)."""
        place = {actions: number for number, actions in enumerate(subsets)}
        found = np.empty((len(subsets), *self.best.shape[1:]), dtype=np.uint8)
        for number, actions in enumerate(subsets):  # in order, so that shorter ones come first
            found[number] = self.best[actions[-1]]
            if len(actions) > 1:
                found[number] &= found[place[actions[:-1]]]
        return found

    def weights(self, game: Whole, pair: Whole) -> Floats:
        """Return the opponent's mixes, (E, actions)."""
        found = np.zeros((len(game), self.side.other))
        for k, (one, end) in enumerate(pairwise(self.starts)):
            own = np.flatnonzero((one <= pair) & (pair < end))
            used = np.array([theirs for _, theirs in self.supports[one:end]])[pair[own] - one]
            if k:
                weights, _ = self.signs.weights(k - 1, pair[own] - one, game[own])
                found[own[:, None], used] = weights.T
            else:
                found[own, used[:, 0]] = 1.0
        return found

    def tied(self, game: Whole, pair: Whole) -> Flags:
        """Tell whether there are more best replies than actions that the opponent uses."""
        byte, bit = game >> 3, 7 - (game & 7)
        replies = (self.best[:, pair, byte] >> bit & 1).sum(axis=0)
        tied: Flags = replies > self.size[pair]
        return tied


def _meeting(row: _Mixes, column: _Mixes) -> tuple[Whole, Whole, Whole]:
    """Return in which game which two extreme mixes are best replies to each other."""
    rows, columns = row.allowing(column.subsets), column.allowing(row.subsets)
    width = row.best.shape[2]
    found: list[tuple[int, Whole, Bits]] = []
    for number, support in enumerate(row.support.tolist()):
        both = rows[column.support, number]
        both &= columns[support]
        spots = np.flatnonzero(both)
        found.append((number, spots, both.reshape(-1)[spots]))
    s = np.repeat([number for number, _, _ in found], [len(spots) for _, spots, _ in found])
    t, byte = np.divmod(np.concatenate([spots for _, spots, _ in found]), width)
    bits = np.unpackbits(np.concatenate([each for _, _, each in found])[:, None], axis=1)
    which, bit = np.nonzero(bits)
    return byte[which] * 8 + bit, s[which], t[which]
