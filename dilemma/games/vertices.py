"""The vertices of a best-reply polytope, by integer pivoting over its bases.

The pivoting is that of lrs: Avis, Rosenberg, Savani and von Stengel 2010, Economic Theory 42: 9-37.
Sets of labels are the bits of an integer.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from math import gcd
from typing import NamedTuple

__all__ = ["Table", "Vertex", "Vertices", "as_set", "members", "vertices"]

Table = list[list[int]]
Vertex = tuple[int, ...]  # coprime integers: what matters is their proportion
Vertices = dict[Vertex, int]  # each with the set of its labels


class _Dictionary(NamedTuple):
    """A basis: what it makes of the constraints, in integers over a common denominator.

    ``table`` has a line for each basic variable and a column for each cobasic one; its last column
    holds the values of the basic variables.  Variables are named by their labels, and ``name`` is
    the set of the cobasic ones, which tells bases apart.
    """

    table: Table
    denominator: int
    basis: tuple[int, ...]
    cobasis: tuple[int, ...]
    name: int


def vertices(
    payoffs: Table, replies: range, own: range, most: int, deadline: float
) -> tuple[Vertices, str]:
    """List the vertices of {z >= 0, payoffs z <= 1}, except the origin, with all of their labels.

    The slack of line i is named ``replies[i]`` and z_j is named ``own[j]``.  Moving the bounds by
    infinitesimals of different order makes the polytope simple, so that every basis has one
    neighbour for each cobasic variable and all are reached from the origin.  The labels are those
    of the polytope that was not moved.
    """
    found: Vertices = {}
    at = _Dictionary([[*line, 1] for line in payoffs], 1, tuple(replies), tuple(own), as_set(own))
    seen = {at.name}
    waiting: list[tuple[_Dictionary, int, int]] = []  # pivots that lead to bases not yet visited
    visited = 1
    while True:
        vertex, labels = _read(at, own)
        if any(vertex):
            found[vertex] = labels
        for q in range(len(own)):
            p = _leaving(at, q, replies)
            name = _renamed(at, p, q)
            if name not in seen:
                seen.add(name)
                waiting.append((at, p, q))
        if not waiting:
            return found, ""
        if visited >= most:
            return found, f"stopped at most_bases = {most:,}"
        if time.monotonic() >= deadline:
            return found, "ran out of seconds"
        visited += 1
        at = _pivot(*waiting.pop())


def _read(at: _Dictionary, own: range) -> tuple[Vertex, int]:
    """Return the vertex, as coprime integers, and every label that it has."""
    vertex, labels = [0] * len(own), at.name
    for line, name in zip(at.table, at.basis, strict=True):
        if line[-1] == 0:
            labels |= 1 << name
        elif name in own:
            vertex[name - own.start] = line[-1]
    shared = gcd(*vertex) or 1
    return tuple(v // shared for v in vertex), labels


def _leaving(at: _Dictionary, q: int, replies: range) -> int:
    """Return the line that bounds the q-th cobasic variable first, ties broken lexicographically.

    The coefficients of the slacks are those of the infinitesimals; a basic slack has one in its own
    line alone, which is therefore not the least.
    """
    table = at.table
    lines = [p for p, line in enumerate(table) if line[q] > 0]
    lines = _least(lines, [line[-1] for line in table], table, q)
    for slack in replies:
        if len(lines) == 1:
            break
        if slack in at.cobasis:
            column = at.cobasis.index(slack)
            lines = _least(lines, [line[column] for line in table], table, q)
        else:
            lines = [p for p in lines if at.basis[p] != slack]
    return lines[0]


def _least(lines: list[int], values: list[int], table: Table, q: int) -> list[int]:
    """Return those lines whose ratio of value to (positive) q-th entry is least."""
    least = lines[:1]
    for p in lines[1:]:
        gap = values[p] * table[least[0]][q] - values[least[0]] * table[p][q]
        if gap < 0:
            least = [p]
        elif gap == 0:
            least.append(p)
    return least


def _pivot(at: _Dictionary, p: int, q: int) -> _Dictionary:
    """Exchange the p-th basic with the q-th cobasic variable; every division is exact."""
    old, by = at.table[p], at.denominator
    pivot = old[q]
    table = []
    for line in at.table:
        if line is old:
            new = old.copy()
            new[q] = by
        else:
            factor = line[q]
            new = [(v * pivot - factor * w) // by for v, w in zip(line, old, strict=True)]
            new[q] = -factor
        table.append(new)
    basis = (*at.basis[:p], at.cobasis[q], *at.basis[p + 1 :])
    cobasis = (*at.cobasis[:q], at.basis[p], *at.cobasis[q + 1 :])
    return _Dictionary(table, pivot, basis, cobasis, _renamed(at, p, q))


def _renamed(at: _Dictionary, p: int, q: int) -> int:
    return at.name ^ 1 << at.basis[p] ^ 1 << at.cobasis[q]


def as_set(labels: Iterable[int]) -> int:
    """Return a set of small integers as the bits of one."""
    return sum([1 << k for k in labels])


def members(bits: int) -> Iterator[int]:
    """Yield what is in a set, in order."""
    while bits:
        last = bits & -bits
        yield last.bit_length() - 1
        bits ^= last
