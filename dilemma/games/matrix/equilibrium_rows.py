"""Equilibria of many two-player games, one below the other: what they pay, and how good they are.

Arrays have games, or equilibria, last where numbers are worked out, and first where they are kept.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["ROUNDING", "Flags", "Floats", "Mixes", "Rows", "Whole", "certified"]

Floats = NDArray[np.float64]
Whole = NDArray[np.intp]
Flags = NDArray[np.bool_]
Mixes = tuple[Whole, Floats]  # arrays (k, E): actions that may be used, and with what probability

ROUNDING = 2.0**-53  # what rounding changes a number by, at most, as a part of it
TINY = 2.0**-1000  # differences of payoffs below this are rounded as if they were as large
LOOSE = 1e-9  # a regret that is no certificate, as a part of the largest difference of payoffs


@dataclass(slots=True)
class Rows:
    """Equilibria of many games, one below the other.

    Attributes
    ----------
    game : array (E,)
    row, column : arrays (E, m) and (E, n)
    payoffs : array (E, 2)
    regret : array (E,)
    size : int
        How many of them are written.

    Examples
    --------
    >>> rows = Rows.none(2, 2)
    >>> rows.room(3, done=0.5).game[:] = [0, 0, 1]
    >>> rows.size, rows.written().game.tolist()
    (3, [0, 0, 1])
    """

    game: Whole
    row: Floats
    column: Floats
    payoffs: Floats
    regret: Floats
    size: int = 0

    @classmethod
    def none(cls, m: int, n: int) -> Rows:
        """Return no equilibria of games of a shape."""
        empty = np.empty
        return cls(empty(0, np.intp), empty((0, m)), empty((0, n)), empty((0, 2)), empty(0))

    def room(self, more: int, done: float) -> Rows:
        """Return room for further ones, ``done`` being the share of all games that is solved then."""
        begin, self.size = self.size, self.size + more
        if self.size > len(self.game):
            # Memory that is never written to is none: more than is expected costs nothing.
            length = int(max(1.05 * self.size / done, 1.2 * self.size)) + 64
            for name in ARRAYS:
                old = getattr(self, name)
                new = np.empty((length, *old.shape[1:]), old.dtype)
                new[:begin] = old[:begin]
                setattr(self, name, new)
        return self.part(slice(begin, self.size))

    def part(self, which: slice | Flags | Whole) -> Rows:
        """Return some of them; a slice can be written to."""
        return Rows(
            self.game[which],
            self.row[which],
            self.column[which],
            self.payoffs[which],
            self.regret[which],
        )

    def written(self) -> Rows:
        """Return those that are there, without the room for others."""
        return self.part(slice(self.size))

    def with_others(self, others: Rows) -> Rows:
        """Return these and others, game by game."""
        both = Rows.none(self.row.shape[1], self.column.shape[1])
        for name in ARRAYS:
            setattr(both, name, np.concatenate([getattr(self, name), getattr(others, name)]))
        return both.part(np.argsort(both.game, kind="stable"))


ARRAYS = ("game", "row", "column", "payoffs", "regret")


def certified(
    payoffs: tuple[Floats, Floats], game: Whole, x: Mixes, y: Mixes
) -> tuple[tuple[Floats, Floats], Floats, Flags]:
    """Return what mixes pay, the most that any player gains by deviating, and what is too much.

    Parameters
    ----------
    payoffs : arrays (m, n, games) and (n, m, games)
        Of the row and of the column player, own actions first.
    game : array (E,)
        Which game each pair of mixes is of.
    x, y : pairs of arrays (k, E)
        Actions of the row and of the column player, and their probabilities.

    Returns
    -------
    worth : two arrays (E,)
    regret : array (E,)
        A bound from above: what rounding may hide is added.
    loose : array (E,) of bool
        Where the regret is no certificate.

    Examples
    --------
    >>> pennies = np.array([[[1.0], [-1.0]], [[-1.0], [1.0]]])
    >>> both, game = np.array([[0, 0], [1, 1]]), np.array([0, 0])
    >>> mixes = both, np.array([[0.5, 1.0], [0.5, 0.0]])
    >>> worth, regret, loose = certified((pennies, -pennies), game, mixes, mixes)
    >>> regret.round(12).tolist(), loose.tolist()
    ([0.0, 2.0], [False, True])
    """
    first, mine, far = _certificate(payoffs[0], game, x, y)
    second, theirs, off = _certificate(payoffs[1], game, y, x)
    return (first, second), np.maximum(mine, theirs), far | off


def _certificate(
    payoffs: Floats, game: Whole, own: Mixes, other: Mixes
) -> tuple[Floats, Floats, Flags]:
    """Return one player's payoff and regret, and where that is too much.

    Actions are compared with the first, so that what the player cannot change adds no rounding.
    Sums are taken one by one, so that they hang on nothing but their terms.
    """
    count, _, games = payoffs.shape
    lines, size = payoffs.reshape(count, -1), len(game)
    worth, largest, gains = np.zeros(size), np.zeros(size), np.zeros((count, size))
    paid = np.empty((count, size))
    for actions, weight in zip(*other, strict=True):
        lines.take(actions * games + game, axis=1, out=paid, mode="clip")  # nothing is copied twice
        worth += paid[0] * weight
        more = paid[1:]
        more -= paid[0]
        np.maximum(largest, np.abs(more).max(axis=0, initial=0.0), out=largest)
        more *= weight
        gains[1:] += more
    best, regret, numbers = gains.max(axis=0), np.zeros(size), np.arange(size)
    for actions, weight in zip(*own, strict=True):
        gain = gains.reshape(-1).take(actions * size + numbers)
        worth += gain * weight
        np.subtract(best, gain, out=gain)
        gain *= weight
        regret += gain
    # Against a pure mix nothing is added up, and what is equal stays equal when it is rounded.
    mixed = np.count_nonzero(other[1], axis=0) > 1
    hidden = (4 * count + 4 * len(other[0]) + 16) * ROUNDING * np.maximum(largest, TINY)
    regret += hidden * mixed
    return worth, regret, ~(regret <= LOOSE * largest)
