"""Many two-player games of one shape in exact arithmetic: floats are taken for exactly what they are.

Games in small whole numbers are solved all at once (``games/matrix/whole_games``), others one by one by vertex
enumeration (``games/exact``), those that are the same once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from dilemma.games.exact import ExactSolution, solve_exactly
from dilemma.games.matrix.equilibrium_rows import Flags, Floats, Rows, Whole, certified
from dilemma.games.matrix.whole_games import Found, extreme, largest_difference

__all__ = ["Solved", "solved"]

WHOLE = 2.0**52  # numbers up to this are whole where they look it, and so are their differences
FEW = 10  # games that are sooner solved one by one


@dataclass(frozen=True)
class Solved:
    """Games that were solved exactly: their equilibria, and what is known of each game."""

    rows: Rows
    count: Whole
    complete: Flags
    degenerate: Flags


def solved(first: Floats, second: Floats, at_once: int, tell: Callable[[int], None]) -> Solved:
    """Solve games of two players.

    Parameters
    ----------
    first, second : arrays (games, m, n)
        What the row and the column player are paid.
    at_once : int
        Games that are certified at a time.
    tell : callable
        Called with the number of games that are solved.

    Examples
    --------
    >>> pays = np.array([[[1.0, 1.0]], [[0.1, 0.1]]])
    >>> found = solved(pays, pays, 10, lambda done: None)
    >>> found.rows.column.tolist(), found.count.tolist(), found.degenerate.tolist()
    ([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, 1.0]], [2, 2], [True, True])
    """
    games, m, n = first.shape
    row, whole = _canonical(first)
    column, too = _canonical(second.transpose(0, 2, 1))
    small = np.maximum(row.max(axis=1), column.max(axis=1)) <= largest_difference(m, n)
    quick = np.flatnonzero(whole & too & small)
    quick = quick[: len(quick) * (len(quick) >= FEW)]
    found = extreme(row[quick].reshape(-1, m, n), column[quick].reshape(-1, n, m), tell)
    rest = np.setdiff1d(np.arange(games), quick)
    others, complete = _one_by_one(row[rest], column[rest], n, lambda done: tell(len(quick) + done))
    game = np.concatenate([quick[found.game], rest[others.game]])
    order = np.argsort(game, kind="stable")
    game = game[order]
    x, y = np.concatenate([found.x, others.x])[order], np.concatenate([found.y, others.y])[order]
    facts = np.ones((2, games), dtype=np.bool_)
    facts[0, rest], facts[1, quick], facts[1, rest] = complete, found.degenerate, others.degenerate
    rows = Rows(game, x, y, *_certificates(first, second, game, x, y, at_once))
    return Solved(rows, np.bincount(game, minlength=games), facts[0], facts[1])


def _canonical(payoffs: Floats) -> tuple[Floats, Flags]:
    """Return games, (games, own, other), as lines that are equal where they are the same up to units.

    What a player is paid may change by a constant for each of the opponent's actions, and in scale:
    whole numbers are made as small as they can be, which is exact.  Others are left as they are.
    Also says which are whole.

    Examples
    --------
    >>> games = [[[3.0, 0.0], [5.0, 6.0]], [[1.0, 2.0], [2.0, 5.0]], [[0.5, 0.0], [0.0, 1.0]]]
    >>> _canonical(np.array(games))[0]
    array([[0. , 0. , 1. , 3. ],
           [0. , 0. , 1. , 3. ],
           [0.5, 0. , 0. , 1. ]])
    """
    lines = payoffs.reshape(len(payoffs), -1) + 0.0  # no minus zero
    whole = ((np.rint(lines) == lines) & (np.abs(lines) <= WHOLE)).all(axis=1)
    own = payoffs[whole]
    small = (own - own.min(axis=1, keepdims=True)).astype(np.int64).reshape(lines[whole].shape)
    shared = np.gcd.reduce(small, axis=1, keepdims=True)
    lines[whole] = small // np.maximum(shared, 1)
    return lines, whole


def _certificates(
    first: Floats, second: Floats, game: Whole, x: Floats, y: Floats, at_once: int
) -> tuple[Floats, Floats]:
    """Return what mixes pay and their regrets, for so many games at a time."""
    payoffs, regret = np.empty((len(game), 2)), np.empty(len(game))
    m, n = first.shape[1:]
    rows, columns = np.arange(m)[:, None], np.arange(n)[:, None]
    for begin in range(0, len(first), at_once):
        those = slice(begin, begin + at_once)
        sides = (first[those].transpose(1, 2, 0).copy(), second[those].transpose(2, 1, 0).copy())
        own = slice(*np.searchsorted(game, [begin, begin + at_once]).tolist())
        mixes = (rows, x[own].T.copy()), (columns, y[own].T.copy())
        worth, regret[own], _ = certified(sides, game[own] - begin, *mixes)
        payoffs[own] = np.stack(worth, axis=1)
    return payoffs, regret


# --- one by one -----------------------------------------------------------------------------------


def _one_by_one(
    row: Floats, column: Floats, n: int, tell: Callable[[int], None]
) -> tuple[Found, Flags]:
    """Return the equilibria of games, each a line for either player, and which of them are complete."""
    m = row.shape[1] // n
    if not len(row):
        none = np.empty(0, dtype=np.bool_)
        return Found(np.empty(0, dtype=np.intp), np.empty((0, m)), np.empty((0, n)), none), none
    lines = np.concatenate([row, column], axis=1)
    alike = lines.view(np.dtype((np.void, lines.itemsize * lines.shape[1]))).reshape(-1)
    _, example, which, many = np.unique(
        alike, return_index=True, return_inverse=True, return_counts=True
    )
    different, done = _Different(), 0
    for k, games in zip(example.tolist(), many.tolist(), strict=True):
        different.add(lines[k].tolist(), m, n)
        done += games
        tell(done)
    count = np.array(different.count)[which]
    begins = np.cumsum(different.count) - different.count
    game = np.repeat(np.arange(len(row)), count)
    own = np.arange(len(game)) - np.repeat(np.cumsum(count) - count - begins[which], count)
    complete, degenerate = (
        np.array(each)[which] for each in (different.complete, different.degenerate)
    )
    return Found(game, np.array(different.x)[own], np.array(different.y)[own], degenerate), complete


@dataclass
class _Different:
    """What is known of different games; many may be like one of them."""

    x: list[list[float]] = field(default_factory=list)
    y: list[list[float]] = field(default_factory=list)
    count: list[int] = field(default_factory=list)
    complete: list[bool] = field(default_factory=list)
    degenerate: list[bool] = field(default_factory=list)

    def add(self, line: list[float], m: int, n: int) -> None:
        """Solve a game: the row player's payoffs, then the column player's with own actions first."""
        exact = [int(v) if v.is_integer() else Fraction(v) for v in line]
        A = [exact[i * n : (i + 1) * n] for i in range(m)]
        turned = [exact[m * n + j * m : m * n + (j + 1) * m] for j in range(n)]
        found = solve_exactly(A, list(zip(*turned, strict=True)))
        self.x += [list(map(float, x)) for x, _ in found.profiles]
        self.y += [list(map(float, y)) for _, y in found.profiles]
        self.count.append(len(found.profiles))
        self.complete.append(found.complete)
        self.degenerate.append(bool(found.degenerate) and _tied(A, turned, found))


def _tied(A: list[Any], turned: list[Any], found: ExactSolution) -> bool:
    """Tell whether an equilibrium strategy has more best replies than actions that it uses."""
    if any(len(subset) > 1 for subset in found.subsets):
        return True
    return any(
        _best(payoffs, mix) > sum(map(bool, mix))
        for x, y in found.profiles
        for payoffs, mix in ((A, y), (turned, x))
    )


def _best(payoffs: list[Any], mix: tuple[Fraction, ...]) -> int:
    """Count the best replies to a mix; ``payoffs`` has a line for each reply."""
    paid = [sum(v * chance for v, chance in zip(line, mix, strict=True)) for line in payoffs]
    return paid.count(max(paid))
