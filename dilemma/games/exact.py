"""All extreme equilibria of a two-player matrix game, in exact rational arithmetic.

Payoffs are read exactly: integers, fractions, sympy's numbers, or floats as the fractions they are.
Write A and B, both (m, n), for the payoffs of the row and the column player.  Shifted to be
positive, they give each player a polytope whose vertices are mixes (not normalised) and whose
constraints carry one label for each action of either player:

    P = {x >= 0, B'x <= 1}   label i: x_i = 0;               label j: column j is a best reply to x
    Q = {y >= 0, A y <= 1}   label i: row i is a best reply;  label j: y_j = 0

A pair of vertices other than the origin is an equilibrium iff every action is a label of at least
one of the two: an action that is used is a best reply.  The vertices are found by integer
pivoting over bases as in lrs (Avis, Rosenberg, Savani and von Stengel 2010, Economic Theory 42:
9-37), and ties are broken lexicographically, so that degenerate games cost no more than others.
Sets of labels are the bits of an integer.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, inf, lcm
from typing import Any, NamedTuple

__all__ = [
    "Dictionary",
    "ExactSolution",
    "Mix",
    "Row",
    "Table",
    "Vertex",
    "Vertices",
    "as_set",
    "assembled",
    "enumerated",
    "leaving",
    "members",
    "pivot",
    "positive",
    "read_game",
    "regrets",
    "solve_exactly",
    "vertices",
]

Table = list[list[int]]
Vertex = tuple[int, ...]  # integers, not always coprime: what matters is their proportion
Vertices = dict[int, Vertex]  # by the set of all its labels, which tells vertices apart


class Dictionary(NamedTuple):
    """A basis: what it makes of the constraints, in integers over a common denominator.

    ``table`` has a line for each basic variable and a column for each cobasic one; its last column
    holds the values of the basic variables.  Variables are named by their labels, and ``name`` is
    the set of the cobasic ones, which tells bases apart.
    """

    table: Table
    denominator: int
    basis: list[int]
    cobasis: list[int]
    name: int


def vertices(
    payoffs: Table, replies: range, own: range, most: int, deadline: float
) -> tuple[Vertices, str]:
    """List the vertices of {z >= 0, payoffs z <= 1}, except the origin, with all of their labels.

    The slack of line i is named ``replies[i]`` and z_j is named ``own[j]``.
    """
    origin = as_set(own)
    start = Dictionary([[*line, 1] for line in payoffs], 1, list(replies), list(own), origin)
    found, why = enumerated(start, dict.fromkeys(own, 1), most, deadline)
    found.pop(origin, None)
    return found, why


def enumerated(
    start: Dictionary, weights: Mapping[int, int], most: int, deadline: float
) -> tuple[Vertices, str]:
    """List all vertices of the polyhedron that a feasible basis describes, and why some may lack.

    Moving the bounds by infinitesimals of different order makes the polyhedron simple, so that every
    basis has one neighbour for each cobasic variable, unless that may grow without end, and all are
    reached from the first one.  The labels are those of the polyhedron that was not moved.

    Parameters
    ----------
    start : Dictionary
        Its values may be zero.
    weights : mapping of variable to integer
        The coordinates that are wanted of each vertex, and what each is multiplied by.
    most : int
        The most bases to visit.
    deadline : float
        When to stop, on the monotonic clock [s].
    """
    found: Vertices = {}
    at, slacks = start, list(start.basis)
    # For each basis seen, the variables whose entering leads to a neighbour that is known.
    known = {at.name: 0}
    waiting: list[tuple[Dictionary, int, int]] = []  # pivots that lead to bases not yet visited
    visited = 1
    while True:
        columns = list(zip(*at.table, strict=True))
        labels = _labels(at, columns[-1])
        if labels not in found:
            found[labels] = _vertex(at, columns[-1], weights)
        back = known[at.name]
        for q, entering in enumerate(at.cobasis):
            if back >> entering & 1:
                continue
            p = _leaving(at, columns, q, slacks)
            if p is None:
                continue
            name = at.name ^ 1 << at.basis[p] ^ 1 << entering
            if name not in known:
                known[name] = 0
                waiting.append((at, p, q))
            known[name] |= 1 << at.basis[p]
        if not waiting:
            return found, ""
        if visited >= most:
            return found, f"stopped at {most:,} bases"
        if time.monotonic() >= deadline:
            return found, "ran out of seconds"
        visited += 1
        at = pivot(*waiting.pop())


def _labels(at: Dictionary, values: Sequence[int]) -> int:
    """Return every label of the vertex: of the cobasic variables, and of basic ones that are 0."""
    if 0 not in values:
        return at.name
    return at.name | as_set(k for k, value in zip(at.basis, values, strict=True) if not value)


def _vertex(at: Dictionary, values: Sequence[int], weights: Mapping[int, int]) -> Vertex:
    value = dict(zip(at.basis, values, strict=True))
    return tuple([value.get(k, 0) * weight for k, weight in weights.items()])


def leaving(at: Dictionary, columns: Sequence[Sequence[int]], q: int, slacks: Sequence[int]) -> int:
    """Return the line that bounds the q-th cobasic variable first, ties broken lexicographically.

    The coefficients of the slacks, the first basic variables, are those of the infinitesimals; a
    basic slack has one in its own line alone, which is therefore not the least.
    """
    line = _leaving(at, columns, q, slacks)
    assert line is not None, "the polytope is bounded in every direction"
    return line


def _leaving(
    at: Dictionary, columns: Sequence[Sequence[int]], q: int, slacks: Sequence[int]
) -> int | None:
    """Return what :func:`leaving` does; None where nothing bounds the variable."""
    slopes = columns[q]
    lines = _least(range(len(slopes)), columns[-1], slopes)
    for slack in slacks:
        if len(lines) <= 1:
            break
        if slack in at.cobasis:
            lines = _least(lines, columns[at.cobasis.index(slack)], slopes)
        else:
            lines = [p for p in lines if at.basis[p] != slack]
    return lines[0] if lines else None


def _least(lines: Iterable[int], values: Sequence[int], slopes: Sequence[int]) -> list[int]:
    """Return those lines with a positive slope whose ratio of value to slope is least."""
    least: list[int] = []
    value, slope = 1, 0  # more than any ratio
    for p in lines:
        if slopes[p] > 0:
            gap = values[p] * slope - value * slopes[p]
            if gap < 0:
                least = [p]
                value, slope = values[p], slopes[p]
            elif gap == 0:
                least.append(p)
    return least


def pivot(at: Dictionary, p: int, q: int) -> Dictionary:
    """Exchange the p-th basic with the q-th cobasic variable; every division is exact."""
    old, by = at.table[p], at.denominator
    pivot = old[q]
    table = []
    for line in at.table:
        factor = line[q]
        if line is old:
            new = old.copy()
            new[q] = by
        else:
            new = [(v * pivot - factor * w) // by for v, w in zip(line, old, strict=True)]
            new[q] = -factor
        table.append(new)
    basis, cobasis = at.basis.copy(), at.cobasis.copy()
    basis[p], cobasis[q] = cobasis[q], basis[p]
    name = at.name ^ 1 << basis[p] ^ 1 << cobasis[q]
    return Dictionary(table, pivot, basis, cobasis, name)


def as_set(labels: Iterable[int]) -> int:
    """Return a set of small integers as the bits of one."""
    return sum([1 << k for k in labels])


def members(bits: int) -> Iterator[int]:
    """Yield what is in a set, in order."""
    while bits:
        last = bits & -bits
        yield last.bit_length() - 1
        bits ^= last


# --- two payoff matrices, read exactly ------------------------------------------------------------


Mix = tuple[Fraction, ...]
Row = tuple[int | Fraction, ...]  # of payoffs
ZERO = Fraction(0)


def read_game(
    A: Sequence[Sequence[Any]], B: Sequence[Sequence[Any]]
) -> tuple[list[Row], list[Row]]:
    """Return both players' payoffs, or say what is wrong with them."""
    first, second = _matrix("row", A), _matrix("column", B)
    if len(first) != len(second) or len(first[0]) != len(second[0]):
        shapes = [f"{len(payoffs)}x{len(payoffs[0])}" for payoffs in (first, second)]
        raise ValueError(
            f"the row player's payoffs are {shapes[0]} and the column player's {shapes[1]}: "
            "both need a row for each row action and a column for each column action"
        )
    return first, second


def _matrix(player: str, payoffs: Sequence[Sequence[Any]]) -> list[Row]:
    """Read one player's payoffs exactly, or say which row is wrong."""
    table: list[Row] = []
    for i, line in enumerate(payoffs):
        where = f"row {i} of the {player} player's payoffs"
        try:
            entries = list(line)
        except TypeError as error:
            raise ValueError(f"{where} is {line!r}: it must be a row of numbers") from error
        table.append(_numbers(f"in {where}", entries))
        if not entries:
            raise ValueError(f"{where} is empty")
        if len(entries) != len(table[0]):
            raise ValueError(f"{where} has {len(entries)} entries where row 0 has {len(table[0])}")
    if not table:
        raise ValueError(f"the {player} player's payoffs are empty: they have no rows")
    return table


def _mix(player: str, mix: Sequence[Any], size: int) -> Mix:
    read = tuple(map(Fraction, _numbers(f"of the {player} player's mix", mix)))
    if len(read) != size:
        raise ValueError(f"the {player} player's mix has {len(read)} entries for {size} actions")
    return read


def _numbers(where: str, values: Iterable[Any]) -> Row:
    """Read numbers exactly, or say which one is wrong."""
    read: list[int | Fraction] = []
    for k, value in enumerate(values):
        try:
            read.append(value if type(value) is int else _number(value))
        except (TypeError, ValueError, ArithmeticError) as error:
            raise ValueError(
                f"entry {k} {where} is {value!r}: it must be rational or a finite float"
            ) from error
    return tuple(read)


def _number(value: Any) -> Fraction:
    if type(value) is Fraction and type(value.numerator) is int:  # not of numpy's, which overflow
        return value
    if hasattr(value, "__index__"):  # numpy's integers would overflow inside a Fraction
        return Fraction(int(value))
    if hasattr(value, "p") and hasattr(value, "q"):  # sympy
        return Fraction(int(value.p), int(value.q))
    if hasattr(value, "as_integer_ratio"):
        p, q = value.as_integer_ratio()
        return Fraction(int(p), int(q))
    return Fraction(value)


def positive(payoffs: Sequence[Row]) -> Table:
    """Shift and scale payoffs to small positive integers: best replies stay what they are."""
    scale = lcm(*[v.denominator for line in payoffs for v in line])
    whole = [[v.numerator * (scale // v.denominator) for v in line] for line in payoffs]
    least = min(map(min, whole))
    shared = gcd(*[v - least for line in whole for v in line]) or 1
    return [[(v - least) // shared + 1 for v in line] for line in whole]


def regrets(
    A: Sequence[Sequence[Any]], B: Sequence[Sequence[Any]], x: Sequence[Any], y: Sequence[Any]
) -> tuple[Fraction, Fraction]:
    """Return the most that each player could gain by deviating from (x, y).

    Written from the definition, and shares nothing with the search for equilibria.

    Parameters
    ----------
    A, B : sequences of rows, (m, n)
        Payoffs of the row and the column player.
    x, y : sequences, (m,) and (n,)
        Their mixes.

    Raises
    ------
    ValueError
        If the payoffs are no game, or x or y has another length.

    Examples
    --------
    >>> regrets([[2, 0], [0, 1]], [[1, 0], [0, 2]], [1, 0], [Fraction(1, 2), Fraction(1, 2)])
    (Fraction(0, 1), Fraction(1, 2))
    """
    first, second = read_game(A, B)
    p, q = _mix("row", x, len(first)), _mix("column", y, len(first[0]))
    return _regret(first, p, q), _regret(list(zip(*second, strict=True)), q, p)


def _regret(payoffs: Sequence[Row], mine: Mix, other: Mix) -> Fraction:
    pays = [_dot(line, other) for line in payoffs]
    return max(pays) - _dot(mine, pays)


def _dot(one: Sequence[int | Fraction], other: Sequence[Fraction]) -> Fraction:
    return sum((v * w for v, w in zip(one, other, strict=True)), ZERO)


# --- all extreme equilibria of a two-player matrix game, in exact rational arithmetic -------------


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


# --- equilibria -----------------------------------------------------------------------------------


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
