"""All extreme equilibria of a two-player matrix game, in exact rational arithmetic.

Write A and B, both (m, n), for the payoffs of the row and the column player.  Shifted to be
positive, they give each player a polytope whose vertices are mixes (not normalised) and whose
constraints carry one label for each action of either player:

    P = {x >= 0, B'x <= 1}   label i: x_i = 0;               label j: column j is a best reply to x
    Q = {y >= 0, A y <= 1}   label i: row i is a best reply;  label j: y_j = 0

A pair of vertices other than the origin is an equilibrium iff every action is a label of at least
one of the two: an action that is used is a best reply.  The vertices are found by integer
pivoting, and ties are broken lexicographically, so that degenerate games cost no more than others.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import inf
from typing import Any

from dilemma.games.payoff_matrices import Mix, positive, read_game
from dilemma.games.vertices import Vertex, Vertices, members, vertices

__all__ = ["ExactSolution", "assembled", "solve_exactly"]

ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class ExactSolution:
    """Every extreme equilibrium of a game, and how they hang together.

    An extreme equilibrium is a pair of vertices, and every equilibrium is a mixture, player by
    player, of extreme ones in one maximal Nash subset.

    Attributes
    ----------
    profiles : tuple of (row mix, column mix)
        The extreme equilibria: fewest actions used first (so pure ones lead), then by action.
    subsets : tuple of tuple of int
        Maximal Nash subsets, as positions in ``profiles``.  Each is a product of some extreme
        strategies of the row player and some of the column player.
    components : tuple of tuple of int
        Connected components of the set of equilibria, as positions in ``profiles``.
    degenerate : bool or None
        Whether some mixed strategy has more pure best replies than actions that it uses; None where
        nobody looked.
    witness : (player, mix, best replies) or None
        Such a strategy of ``"row"`` or ``"column"``, and all best replies of the *other* player.
    complete : bool
        Whether nothing is missing.  If not, every profile is still an equilibrium, but subsets
        may be too small, components may in truth be one, and a tie may have gone unseen.
    reason : str
        Why the solution is not complete; empty if it is.
    """

    profiles: tuple[tuple[Mix, Mix], ...]
    subsets: tuple[tuple[int, ...], ...]
    components: tuple[tuple[int, ...], ...]
    degenerate: bool | None
    witness: tuple[str, Mix, tuple[int, ...]] | None
    complete: bool
    reason: str


def solve_exactly(
    A: Sequence[Sequence[Any]],
    B: Sequence[Sequence[Any]],
    *,
    most_bases: int = 200_000,
    seconds: float | None = None,
) -> ExactSolution:
    """Find every extreme equilibrium of a two-player game.

    Parameters
    ----------
    A, B : sequences of rows, (m, n)
        Payoffs of the row and the column player: integers, fractions, sympy rationals, or floats,
        which are taken for exactly the number that they are.
    most_bases : int
        The most bases to visit in each polytope, and the most maximal Nash subsets to list in each
        component.
    seconds : float, optional
        The most time to spend [s].

    Returns
    -------
    ExactSolution
        Past either budget it says that it is not complete, and why.

    Raises
    ------
    ValueError
        If a matrix is empty or ragged, their shapes differ, or a payoff is no finite number.

    References
    ----------
    Avis, Rosenberg, Savani and von Stengel (2010), "Enumeration of Nash equilibria for two-player
    games", Economic Theory 42: 9-37.

    Examples
    --------
    Two allies, each of whom would rather let the other pay: two pure equilibria, one mixed.

    >>> found = solve_exactly([[0, 4], [1, 2]], [[0, 1], [4, 2]])
    >>> for x, y in found.profiles:
    ...     print(*x, "|", *y)
    1 0 | 0 1
    0 1 | 1 0
    2/3 1/3 | 2/3 1/3
    >>> found.complete, found.degenerate
    (True, False)

    Where a player does not care, equilibria form a continuum: here an edge with two ends.

    >>> found = solve_exactly([[1, 1]], [[3, 3]])
    >>> len(found.profiles), found.subsets, found.witness
    (2, ((0, 1),), ('row', (Fraction(1, 1),), (0, 1)))
    """
    start, budget = time.monotonic(), inf if seconds is None else seconds
    # Each step has its share of the time, so that what the first ones found is still put together.
    until = [start + share * budget for share in (0.4, 0.8, 0.9, 1.0)]
    first, second = read_game(A, B)
    m, n = len(first), len(first[0])
    rows, columns = range(m), range(m, m + n)
    transposed = list(zip(*second, strict=True))
    X, why_x = vertices(positive(transposed), columns, rows, most_bases, until[0])
    Y, why_y = vertices(positive(first), rows, columns, most_bases, until[1])
    pairs, why_pairs = _complementary(X, Y, m + n, until[2])
    profiles, meets = _profiles(list(X.values()), list(Y.values()), pairs)
    components = _components(meets)
    subsets, why_subsets = _subsets(meets, components, most_bases, until[3])
    witness = _witness("row", X, columns, rows) or _witness("column", Y, rows, columns)
    told = (
        (why_x, "enumerating the row player's strategies: equilibria may be missing"),
        (why_y, "enumerating the column player's strategies: equilibria may be missing"),
        (why_pairs, "pairing strategies: equilibria may be missing"),
        (why_subsets, "listing maximal Nash subsets: some of these may be missing"),
    )
    reason = "; ".join(f"{why} while {doing}" for why, doing in told if why)
    return ExactSolution(
        profiles, subsets, components, witness is not None, witness, not reason, reason
    )


def assembled(
    profiles: Iterable[tuple[Mix, Mix]],
    *,
    reason: str,
    most: int = 200_000,
    deadline: float = inf,
) -> ExactSolution:
    """Put extreme equilibria that were found in some way in order, with how they hang together.

    Parameters
    ----------
    reason : str
        Why there may be others; empty if there are none.
    most : int
        The most maximal Nash subsets to list in each component.
    deadline : float
        When to stop listing them, on the monotonic clock [s].

    Examples
    --------
    >>> up, left, right = (Fraction(1),), (Fraction(1), Fraction(0)), (Fraction(0), Fraction(1))
    >>> assembled([(up, right), (up, left)], reason="").subsets
    ((0, 1),)
    """
    pairs = list(dict.fromkeys(profiles))
    rows = {x: k for k, x in enumerate(dict.fromkeys(x for x, _ in pairs))}
    columns = {y: k for k, y in enumerate(dict.fromkeys(y for _, y in pairs))}
    ordered = sorted(pairs, key=lambda pair: _order(*pair))
    meets = [(rows[x], columns[y]) for x, y in ordered]
    components = _components(meets)
    subsets, why = _subsets(meets, components, most, deadline)
    told = reason or (why and f"{why} while listing maximal Nash subsets: some may be missing")
    return ExactSolution(
        tuple(ordered), subsets, components, degenerate=None, witness=None,
        complete=not told, reason=told,
    )  # fmt: skip


# --- equilibria ----------------------------------------------------------------------------------


def _complementary(
    X: Vertices, Y: Vertices, size: int, deadline: float
) -> tuple[list[tuple[int, int]], str]:
    """Return the pairs of vertices, as positions, that have all ``size`` labels between them."""
    pairs: list[tuple[int, int]] = []
    having = [
        int("".join(["1" if labels >> k & 1 else "0" for labels in reversed(Y)]) or "0", 2)
        for k in range(size)
    ]
    for i, labels in enumerate(X):
        if time.monotonic() >= deadline:
            return pairs, "ran out of seconds"
        fitting = -1  # all of Y; some restrict it, for no mix has the labels of actions it uses
        for k, those in enumerate(having):
            if not labels >> k & 1:
                fitting &= those
        pairs.extend((i, j) for j in members(fitting))
    return pairs, ""


def _profiles(
    X: Sequence[Vertex], Y: Sequence[Vertex], pairs: Iterable[tuple[int, int]]
) -> tuple[tuple[tuple[Mix, Mix], ...], list[tuple[int, int]]]:
    """Put the equilibria in order; return them, and the same as pairs of positions."""
    rows = {i: (_used(X[i]), _normal(X[i])) for i in {i for i, _ in pairs}}
    columns = {j: (_used(Y[j]), _normal(Y[j])) for j in {j for _, j in pairs}}

    def order(pair: tuple[int, int]) -> tuple[Any, ...]:
        (used, x), (using, y) = rows[pair[0]], columns[pair[1]]
        return len(used) + len(using), used, using, x, y

    meets = sorted(pairs, key=order)
    return tuple((rows[i][1], columns[j][1]) for i, j in meets), meets


def _order(x: Mix, y: Mix) -> tuple[Any, ...]:
    used, using = _used(x), _used(y)
    return len(used) + len(using), used, using, x, y


def _components(meets: Sequence[tuple[int, int]]) -> tuple[tuple[int, ...], ...]:
    """List the connected components; equilibria that share a strategy are joined by an edge."""
    by_row: dict[int, list[int]] = {}
    by_column: dict[int, list[int]] = {}
    for k, (i, j) in enumerate(meets):
        by_row.setdefault(i, []).append(k)
        by_column.setdefault(j, []).append(k)
    if len(by_row) == len(by_column) == len(meets):
        return tuple((k,) for k in range(len(meets)))
    components: list[tuple[int, ...]] = []
    left = dict.fromkeys(range(len(meets)))
    while left:
        component, waiting = set(), [next(iter(left))]
        while waiting:
            k = waiting.pop()
            component.add(k)
            left.pop(k, None)
            i, j = meets[k]
            waiting += by_row.pop(i, []) + by_column.pop(j, [])
        components.append(tuple(sorted(component)))
    return tuple(components)


def _subsets(
    meets: Sequence[tuple[int, int]],
    components: Iterable[tuple[int, ...]],
    most: int,
    deadline: float,
) -> tuple[tuple[tuple[int, ...], ...], str]:
    """List the maximal Nash subsets, component by component."""
    subsets: list[tuple[int, ...]] = []
    why = ""
    for component in components:
        if len(component) == 1:
            subsets.append(component)
            continue
        position = {meets[k]: k for k in component}
        found, all_found = _products(position, most, deadline)
        subsets += found
        if not all_found:
            late = time.monotonic() >= deadline
            why = "ran out of seconds" if late else f"stopped at {most:,} sets"
            listed = {k for one in found for k in one}
            subsets += [(k,) for k in component if k not in listed]
    return tuple(sorted(subsets)), why


def _products(
    position: Mapping[tuple[int, int], int], most: int, deadline: float
) -> tuple[list[tuple[int, ...]], bool]:
    """List the maximal products of strategies that all meet, and tell whether these are all.

    The column strategies of one are those that each of some row strategies meets; all such sets
    are found by intersecting them with one more row strategy's, until nothing new appears.
    """
    columns = list(dict.fromkeys(j for _, j in position))
    number = {j: k for k, j in enumerate(columns)}
    reach: dict[int, int] = {}
    for i, j in position:
        reach[i] = reach.get(i, 0) | 1 << number[j]
    shared = set(reach.values())
    waiting, lines = list(shared), list(shared)
    while waiting and len(shared) <= most and time.monotonic() < deadline:
        one = waiting.pop()
        new = {both for line in lines if (both := one & line)} - shared
        shared |= new
        waiting.extend(new)
    products: list[tuple[int, ...]] = []
    for those in shared:
        if time.monotonic() >= deadline:
            return products, False
        mine = [i for i, line in reach.items() if line & those == those]
        cells = (position[i, columns[k]] for i in mine for k in members(those))
        products.append(tuple(sorted(cells)))
    return products, not waiting


def _witness(
    player: str, vertices: Vertices, replies: range, own: range
) -> tuple[str, Mix, tuple[int, ...]] | None:
    """Return the simplest vertex with more labels than dimensions, if any.

    A mix has as many labels as actions that it does not use and best replies against it.  If any
    mix has too many, so has a vertex: one of the face that its labels cut out.
    """
    size = len(own)
    tied = [labels for labels in vertices if labels.bit_count() > size]
    if not tied:
        return None

    def order(labels: int) -> tuple[Any, ...]:
        used = _used(vertices[labels])
        return len(used), used, _normal(vertices[labels])

    labels = min(tied, key=order)
    best = tuple(k for k, label in enumerate(replies) if labels >> label & 1)
    return player, _normal(vertices[labels]), best


def _used(vertex: Vertex | Mix) -> tuple[int, ...]:
    return tuple([k for k, v in enumerate(vertex) if v])


def _normal(vertex: Vertex) -> Mix:
    total = sum(vertex)
    return tuple([Fraction(v, total) if v else ZERO for v in vertex])
