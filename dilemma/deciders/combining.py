"""Polynomials that cannot all be positive on a part of the box, because a sum of multiples of them is not.

Each of them may well be positive somewhere, so that halving takes long to part them; but where numbers
w >= 0 make every Bernstein coefficient of the sum of w * p at most 0, the p are not all positive at any one
point (the easy half of Farkas' lemma).  A linear programme in floats proposes the numbers; whether they do
is worked out in integers.

References
----------
Handelman 1988, Representing polynomials by positive linear functions on compact convex polyhedra, Pacific
Journal of Mathematics 132(1): 35-62 (unverified).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import comb, lcm, prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dilemma.deciders.halving import LARGEST_TENSOR, Part, Tensor, floats
from dilemma.deciders.signs import MINUS, PLUS, ZERO, All, Atom

__all__ = ["Combining", "combined"]

MOST_TOGETHER = 12
DENOMINATORS = (12, 2**12, 2**30)  # of proposed numbers, rounded to those that are simple first
NEAR = 1e-9
TRIED = 8  # parts, before it counts how often it helps
HELPS = 0.2  # of the parts: otherwise it is only tried on
NOW_AND_THEN = 16  # th part


@dataclass
class Combining:
    """Combines the polynomials of parts of a box as long as that helps."""

    seen: int = 0
    tried: int = 0
    helped: int = 0

    def of(self, part: Part) -> Combined:
        """Return what came of it; nothing where that is not tried."""
        self.seen += 1
        pays = self.tried < TRIED or self.helped > HELPS * self.tried
        if not pays and self.seen % NOW_AND_THEN:
            return Combined()
        self.tried += 1
        found = combined(part)
        self.helped += found.excluded
        return found


@dataclass(frozen=True)
class Combined:
    """What came of combining what a part says of polynomials.

    Attributes
    ----------
    excluded : bool
        Whether it cannot all be anywhere in the part.
    axis : int, optional
        Along which the sum varies most that is nearest to excluding it.
    """

    excluded: bool = False
    axis: int | None = None


def combined(part: Part) -> Combined:
    """Look for a sum of multiples of polynomials that excludes what a part says of them.

    Examples
    --------
    >>> from sympy import ZZ
    >>> from sympy.polys.rings import ring
    >>> from dilemma.deciders.clearing import Axis, System
    >>> from dilemma.deciders.halving import whole
    >>> from dilemma.deciders.signs import all_of
    >>> _, x, y = ring("x y", ZZ)
    >>> unit = Axis(Fraction(0), Fraction(1), open_low=False, open_high=False)
    >>> both = all_of([Atom(x - y, PLUS), Atom(y - x, ZERO | PLUS)])
    >>> combined(whole(System((unit, unit), both))).excluded
    True
    """
    rows = list(_rows(part))
    if not 2 <= len(rows) <= MOST_TOGETHER:
        return Combined()
    numbers = [number for (number, _), _ in rows]
    axes = sorted({axis for number in numbers for axis in part.tensors[number][0]})
    tensors = _together(part, numbers, axes)
    if tensors is None:
        return Combined()
    signed = [t if sign > 0 else -t for t, ((_, sign), _) in zip(tensors, rows, strict=True)]
    table = np.array([_scaled(tensor).ravel() for tensor in signed])
    shares = _lowest(table)
    total = shares @ table
    strict = [own for _, own in rows]
    if total.max() <= NEAR and any(_does(signed, strict, w) for w in _rounded(shares, signed)):
        return Combined(excluded=True)
    varies = [_change(total.reshape(signed[0].shape), place) for place in range(len(axes))]
    return Combined(axis=axes[int(np.argmax(varies))])


def _change(found: NDArray[np.float64], place: int) -> float:
    return float(np.abs(np.diff(found, axis=place)).max()) if found.shape[place] > 1 else -1.0


def _rows(part: Part) -> Iterator[tuple[tuple[Any, int], bool]]:
    """Yield polynomials with the sign by which they are not negative, and whether they are positive then."""
    formula = part.formula
    for atom in formula.parts if isinstance(formula, All) else (formula,):
        if isinstance(atom, Atom):
            for sign, allowed in ((1, PLUS), (-1, MINUS)):
                if not atom.allowed & ~(allowed | ZERO):
                    yield (atom.of, sign), not atom.allowed & ZERO


def _together(part: Part, numbers: Sequence[Any], axes: Sequence[int]) -> list[Tensor] | None:
    """Return coefficients of several polynomials in the same symbols, to the same degrees."""
    own = {n: dict(zip(part.tensors[n][0], part.tensors[n][1].shape, strict=True)) for n in numbers}
    lengths = [max(shape.get(axis, 1) for shape in own.values()) for axis in axes]
    if prod(lengths) > LARGEST_TENSOR:
        return None
    found = []
    for number in numbers:
        generators, row = part.tensors[number]
        row = np.transpose(row, np.argsort(generators)).astype(object)
        row = row.reshape([own[number].get(axis, 1) for axis in axes])
        for place, length in enumerate(lengths):
            if 1 < row.shape[place] < length:
                raised = _raised(row.shape[place] - 1, length - 1)
                row = np.moveaxis(np.tensordot(raised, row, axes=(1, place)), 0, place)
        found.append(np.broadcast_to(row, lengths))
    return found


@lru_cache(maxsize=256)
def _raised(degree: int, higher: int) -> NDArray[np.object_]:
    """Return the integer matrix from Bernstein coefficients to those of a higher degree, times a number."""
    rows = [
        [
            Fraction(comb(degree, j) * comb(higher - degree, i - j), comb(higher, i))
            if 0 <= i - j <= higher - degree
            else Fraction(0)
            for j in range(degree + 1)
        ]
        for i in range(higher + 1)
    ]
    scale = lcm(*(entry.denominator for row in rows for entry in row))
    return np.array([[int(entry * scale) for entry in row] for row in rows], dtype=object)


def _scaled(row: Tensor) -> NDArray[np.float64]:
    found = floats(row)
    return found / (np.abs(found).max() or 1.0)


def _lowest(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return shares by which rows add up to what is lowest at its highest.

    Few columns matter; those at which a sum turns out to be higher are added one by one.
    """
    columns = sorted(set(rows.argmax(axis=1)))
    while True:
        some = rows[:, columns]
        shares = _of_two(*some) if len(rows) == 2 else _of_many(some)
        total = shares @ rows
        highest = int(total.argmax())
        if highest in columns or total[highest] <= (shares @ some).max() + NEAR:
            return shares
        columns.append(highest)


def _of_two(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the same for two rows: at an end, or where lines cross."""
    slope = one - other
    with np.errstate(all="ignore"):
        crossing = np.subtract.outer(other, other) / np.subtract.outer(slope, slope).T
    shares = np.array([0.0, 1.0, *crossing[(crossing > 0) & (crossing < 1)]])
    highest = (np.outer(shares, slope) + other).max(axis=1)
    best = shares[int(highest.argmin())]
    return np.array([best, 1 - best])


def _of_many(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the same by a linear programme."""
    from scipy.optimize import linprog  # takes a while to load, and most parts need none

    count, columns = rows.shape
    told = linprog(
        [*np.zeros(count), 1.0],
        A_ub=np.hstack([rows.T, -np.ones((columns, 1))]),
        b_ub=np.zeros(columns),
        A_eq=[[*np.ones(count), 0.0]],
        b_eq=[1.0],
        bounds=[*[(0, None)] * count, (None, None)],
    )
    shares: NDArray[np.float64] = told.x[:count] if told.status == 0 else np.ones(count) / count
    return shares


def _rounded(shares: NDArray[np.float64], rows: Sequence[Tensor]) -> Iterator[list[int]]:
    """Yield whole numbers that are about as the shares are, of rows that were scaled."""
    largest = [max(1, *map(abs, row.ravel().tolist())) for row in rows]
    for most in DENOMINATORS:
        near = [
            Fraction(float(share)).limit_denominator(most) / size
            for share, size in zip(shares, largest, strict=True)
        ]
        scale = lcm(*(number.denominator for number in near))
        yield [int(number * scale) for number in near]


def _does(rows: Sequence[Tensor], strict: Sequence[bool], weights: Sequence[int]) -> bool:
    """Tell whether a sum is at most 0 everywhere, and could not be if all were what is said."""
    total = sum(w * row for w, row in zip(weights, rows, strict=True))
    highest = max(np.ravel(total).tolist())
    positive = any(w > 0 and own for w, own in zip(weights, strict, strict=True))
    return min(weights) >= 0 and (highest < 0 or (highest == 0 and positive))
