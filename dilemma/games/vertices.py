"""The vertices of a best-reply polytope, by integer pivoting over its bases.

The pivoting is that of lrs: Avis, Rosenberg, Savani and von Stengel 2010, Economic Theory 42: 9-37.
Sets of labels are the bits of an integer.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

__all__ = [
    "Dictionary",
    "Table",
    "Vertex",
    "Vertices",
    "as_set",
    "enumerated",
    "leaving",
    "members",
    "pivot",
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
    """List all vertices of the polytope that a feasible basis describes, and why some may lack.

    Moving the bounds by infinitesimals of different order makes the polytope simple, so that every
    basis has one neighbour for each cobasic variable and all are reached from the first one.  The
    labels are those of the polytope that was not moved.

    Parameters
    ----------
    start : Dictionary
        Its values may be zero, and its denominator is 1.
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
            p = leaving(at, columns, q, slacks)
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
    slopes = columns[q]
    lines = _least(range(len(slopes)), columns[-1], slopes)
    for slack in slacks:
        if len(lines) <= 1:
            break
        if slack in at.cobasis:
            lines = _least(lines, columns[at.cobasis.index(slack)], slopes)
        else:
            lines = [p for p in lines if at.basis[p] != slack]
    assert lines, "the polytope is bounded in every direction"
    return lines[0]


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
