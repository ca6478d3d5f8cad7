"""Exact linear programmes, the value of a zero-sum game, and one equilibrium of any bimatrix game.

All by the integer pivoting of :mod:`dilemma.games.exact`: no number is rounded, and ties are
broken lexicographically, so that no path ever comes back to where it was.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import inf
from typing import Any

from dilemma.games.exact import (
    Dictionary,
    Mix,
    Row,
    Table,
    as_set,
    enumerated,
    leaving,
    pivot,
    positive,
    read_game,
)

__all__ = [
    "Optimum",
    "ZeroSum",
    "lemke_howson",
    "maximise",
    "safest",
    "strategically_zero_sum",
    "zero_sum",
]

ZERO = Fraction(0)


# --- linear programmes ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Optimum:
    """An optimal basis of a linear programme, and what it says.

    Attributes
    ----------
    value : Fraction
    primal, dual : tuple of Fraction
        The variables, and the prices of the lines.
    alone : bool
        Whether no other primal and no other dual solution is optimal; False where ties leave that
        open.
    basis : Dictionary
        Its last line is the objective.
    """

    value: Fraction
    primal: Mix
    dual: Mix
    alone: bool
    basis: Dictionary


def maximise(
    objective: Sequence[int],
    lines: Table,
    bounds: Sequence[int],
    *,
    deadline: float = inf,
) -> Optimum | None:
    """Maximise objective'z over {z >= 0, lines z <= bounds}, exactly; None past the deadline.

    The simplex method with Dantzig's choice of what enters and the lexicographic choice of what
    leaves (Dantzig, Orden and Wolfe 1955, Pacific Journal of Mathematics 5: 183-195).

    Parameters
    ----------
    objective : n integers
    lines : m lines of n integers
        They keep the objective from growing without end.
    bounds : m integers, none negative

    Examples
    --------
    >>> found = maximise([3, 2], [[1, 1], [1, 3]], [4, 6])
    >>> print(found.value, *found.primal)
    12 4 0
    """
    m, n = len(lines), len(objective)
    table = [[*line, bound] for line, bound in zip(lines, bounds, strict=True)]
    slacks, own = range(m), range(m, m + n)
    at = Dictionary(
        [*table, [-c for c in objective] + [0]], 1, [*slacks, m + n], [*own], as_set(own)
    )
    while True:
        costs = at.table[-1][:-1]
        least = min(costs)
        if least >= 0:
            return _optimum(at, m, n)
        if time.monotonic() >= deadline:
            return None
        q = costs.index(least)
        at = pivot(at, leaving(at, list(zip(*at.table, strict=True)), q, slacks), q)


def _optimum(at: Dictionary, m: int, n: int) -> Optimum:
    values = {k: line[-1] for k, line in zip(at.basis, at.table, strict=True)}
    prices = dict(zip(at.cobasis, at.table[-1], strict=False))
    return Optimum(
        value=Fraction(values[m + n], at.denominator),
        primal=tuple(Fraction(values.get(k, 0), at.denominator) for k in range(m, m + n)),
        dual=tuple(Fraction(prices.get(k, 0), at.denominator) for k in range(m)),
        alone=all(v for k, v in values.items() if k != m + n) and all(prices.values()),
        basis=at,
    )


# --- zero-sum games -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ZeroSum:
    """The value of a zero-sum game, and what is optimal in it.

    Every pair of an optimal mix of the one and an optimal mix of the other is an equilibrium, and
    there is no other.

    Attributes
    ----------
    value : Fraction
        What the row player is sure of, and can be held to.
    rows, columns : tuple of mixes
        Extreme optimal mixes of either player; all others are mixtures of all of these.
    reason : str
        Why some may be missing; empty where none is.
    """

    value: Fraction
    rows: tuple[Mix, ...]
    columns: tuple[Mix, ...]
    reason: str


def zero_sum(
    payoffs: Sequence[Sequence[Any]], *, most_bases: int = 200_000, deadline: float = inf
) -> ZeroSum | None:
    """Solve a zero-sum game by one linear programme; None past the deadline.

    Parameters
    ----------
    payoffs : matrix (m, n)
        What the column player pays the row player.
    most_bases : int
        The most optimal bases to visit for either player.

    References
    ----------
    Von Neumann (1928), "Zur Theorie der Gesellschaftsspiele", Mathematische Annalen 100: 295-320;
    the programme is that of Dantzig (1951), in Koopmans, Activity Analysis.

    Examples
    --------
    >>> found = zero_sum([[3, -1], [-2, 1]])
    >>> print(found.value, *found.rows[0], "|", *found.columns[0])
    1/7 3/7 4/7 | 2/7 5/7
    """
    table, _ = read_game(payoffs, payoffs)
    best = _held(table, deadline)
    if best is None:
        return None
    x, y = _normal(best.dual), _normal(best.primal)
    value = sum((p * _dot(line, y) for p, line in zip(x, table, strict=True)), ZERO)
    if best.alone:
        return ZeroSum(value, (x,), (y,), "")
    columns, why = _optimal_face(best, len(table[0]), most_bases, _halfway(deadline))
    turned = _held([tuple(-v for v in column) for column in zip(*table, strict=True)], deadline)
    if turned is None:
        return ZeroSum(value, (x,), columns, "ran out of seconds")
    rows, why_rows = _optimal_face(turned, len(table), most_bases, deadline)
    return ZeroSum(value, rows, columns, why or why_rows)


def safest(payoffs: Sequence[Sequence[Any]], deadline: float = inf) -> Mix | None:
    """Return a mix of the rows whose least payoff is as large as can be; None past the deadline.

    Examples
    --------
    >>> print(*safest([[3, -1], [-2, 1]]))
    3/7 4/7
    """
    table, _ = read_game(payoffs, payoffs)
    best = _held(table, deadline)
    return None if best is None else _normal(best.dual)


def _halfway(deadline: float) -> float:
    now = time.monotonic()
    return now + (deadline - now) / 2


def _held(payoffs: Sequence[Row], deadline: float) -> Optimum | None:
    """Hold the row player to as little as can be: its payoffs made positive, max sum(y), Ay <= 1."""
    table = positive(payoffs)
    ones = [1] * len(table)
    return maximise([1] * len(table[0]), table, ones, deadline=deadline)


def _optimal_face(
    best: Optimum, size: int, most: int, deadline: float
) -> tuple[tuple[Mix, ...], str]:
    """List the vertices of the set of optimal solutions, normalised, and why some may lack.

    From an optimal basis no variable with a price may enter; within the others all are optimal.
    """
    *lines, prices = best.basis.table
    basis, cobasis, by = best.basis.basis[:-1], best.basis.cobasis, best.basis.denominator
    free = [q for q, price in enumerate(prices[:-1]) if not price]
    table = [[line[q] for q in free] + [line[-1]] for line in lines]
    # In these lines each basic variable stands multiplied by the denominator.
    start = Dictionary(
        table, 1, basis, [cobasis[q] for q in free], as_set(cobasis[q] for q in free)
    )
    first = len(best.dual)
    weights = {k: by if k in cobasis else 1 for k in range(first, first + size)}
    found, why = enumerated(start, weights, most, deadline)
    mixes = dict.fromkeys(_normal(vertex) for vertex in found.values())
    return tuple(sorted(mixes, reverse=True)), why


def strategically_zero_sum(
    A: Sequence[Sequence[int | Fraction]], B: Sequence[Sequence[int | Fraction]]
) -> list[list[Fraction]] | None:
    """Return the zero-sum game with the same best replies, if one is got by scale and shifts.

    What the other does may add anything to a player's payoffs, and best replies stay.  With that
    taken out the one's payoffs must be a negative multiple of the other's.  (Moulin and Vial 1978,
    International Journal of Game Theory 7: 201-221, call such games strategically zero-sum.)

    Examples
    --------
    >>> strategically_zero_sum([[3, 0], [0, 1]], [[1, 0], [0, 3]]) is None
    True
    >>> game = strategically_zero_sum([[3, 0], [0, 1]], [[0, 8], [4, 4]])
    >>> [[int(v) for v in line] for line in game]
    [[3, -1], [0, 0]]
    """
    one, other = _interaction(A), _interaction(B)
    pairs = [(v, w) for r, s in zip(one, other, strict=True) for v, w in zip(r, s, strict=True)]
    v, w = next(((v, w) for v, w in pairs if v or w), (Fraction(1), Fraction(-1)))
    if not v or not w or v * w > 0 or any(a * w != b * v for a, b in pairs):
        return None
    scale = -v / w
    # A + scale*B = f(i) + g(j): take g from A.
    sums = [
        [Fraction(a) + scale * b for a, b in zip(r, s, strict=True)]
        for r, s in zip(A, B, strict=True)
    ]
    across = [total - sums[0][0] for total in sums[0]]
    return [[Fraction(a) - g for a, g in zip(line, across, strict=True)] for line in A]


def _interaction(payoffs: Sequence[Sequence[int | Fraction]]) -> list[list[Fraction]]:
    """Return what is left of payoffs without anything that depends on one player alone."""
    first = payoffs[0]
    return [
        [Fraction(v) - first[j] - line[0] + first[0] for j, v in enumerate(line)]
        for line in payoffs
    ]


# --- one equilibrium of any game ------------------------------------------------------------------


def lemke_howson(
    A: Sequence[Sequence[Any]], B: Sequence[Sequence[Any]], *, deadline: float = inf
) -> Iterator[tuple[Mix, Mix]]:
    """Yield extreme equilibria, each once: at least one, and often several.

    From the pair of origins each label is dropped in turn, and so is each from every equilibrium
    that is reached; every path ends at another one.  Equilibria that no path reaches are missed.

    Parameters
    ----------
    A, B : sequences of rows, (m, n)
        Payoffs of the row and the column player.
    deadline : float
        When to stop, on the monotonic clock [s]; a path that is cut off yields nothing.

    References
    ----------
    Lemke and Howson (1964), Journal of the SIAM 12: 413-423; lexicographic ties and paths from
    one equilibrium to the next as in von Stengel (2002), Handbook of Game Theory 3, chapter 45.

    Examples
    --------
    >>> for x, y in lemke_howson([[3, 3], [2, 5], [0, 6]], [[3, 2], [2, 6], [3, 1]]):
    ...     print(*x, "|", *y)
    1 0 0 | 1 0
    0 1/3 2/3 | 1/3 2/3
    4/5 1/5 0 | 2/3 1/3
    """
    first, second = read_game(A, B)
    m, n = len(first), len(first[0])
    rows, columns = range(m), range(m, m + n)
    origin = (
        _origin(positive(list(zip(*second, strict=True))), columns, rows),
        _origin(positive(first), rows, columns),
    )
    seen = {(origin[0].name, origin[1].name)}
    told: set[tuple[Mix, Mix]] = set()
    waiting = deque([origin])
    while waiting:
        start = waiting.popleft()
        for label in range(m + n):
            end = _path(start, label, (columns, rows), deadline)
            if end is None:
                return
            if (end[0].name, end[1].name) in seen:
                continue
            seen.add((end[0].name, end[1].name))
            waiting.append(end)
            profile = _mixed(end[0], rows), _mixed(end[1], columns)
            if profile not in told:
                told.add(profile)
                yield profile


def _origin(payoffs: Table, replies: range, own: range) -> Dictionary:
    return Dictionary([[*line, 1] for line in payoffs], 1, [*replies], [*own], as_set(own))


def _path(
    start: tuple[Dictionary, Dictionary],
    dropped: int,
    slacks: tuple[range, range],
    deadline: float,
) -> tuple[Dictionary, Dictionary] | None:
    """Follow the path along which only one label may be missing to its other end."""
    pair = list(start)
    side, entering = int(dropped not in pair[0].cobasis), dropped
    while True:
        if time.monotonic() >= deadline:
            return None
        at = pair[side]
        q = at.cobasis.index(entering)
        p = leaving(at, list(zip(*at.table, strict=True)), q, slacks[side])
        entering = at.basis[p]
        pair[side] = pivot(at, p, q)
        if entering == dropped:
            return pair[0], pair[1]
        side = 1 - side


def _mixed(at: Dictionary, own: range) -> Mix:
    value = {k: line[-1] for k, line in zip(at.basis, at.table, strict=True)}
    return _normal([value.get(k, 0) for k in own])


def _normal(values: Sequence[int | Fraction]) -> Mix:
    total = sum(values)
    return tuple(Fraction(v) / total if v else ZERO for v in values)


def _dot(one: Sequence[int | Fraction], other: Sequence[Fraction]) -> Fraction:
    return sum((v * w for v, w in zip(one, other, strict=True)), ZERO)
