"""Changes of units: symbols that can be set to 1 because only ratios matter.

Where every polynomial is multiplied by a positive number when symbols x go to t**w * x, for all
t > 0, a positive symbol with w != 0 may be set to 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from dilemma.bisection.polynomials import Polynomial

__all__ = ["units"]


def units(polynomials: Iterable[Polynomial], axes: Sequence[int]) -> list[dict[int, Fraction]]:
    """Return a basis of the exponents w with which symbols can be scaled.

    Parameters
    ----------
    axes : sequence of int
        The symbols that may be scaled: those that run from 0 to infinity.

    Examples
    --------
    >>> from sympy.polys.rings import ring
    >>> from sympy import ZZ
    >>> _, x, y = ring("x y", ZZ)
    >>> units([x**2 - y], [0, 1])
    [{0: Fraction(1, 2), 1: Fraction(1, 1)}]
    """
    rows: dict[int, list[Fraction]] = {}  # in echelon form, by the place of the leading one
    for polynomial in polynomials:
        first, *others = polynomial
        for monomial in others:
            row = [Fraction(monomial[i] - first[i]) for i in axes]
            _add(rows, row)
            if len(rows) == len(axes):
                return []
    free = [i for i in range(len(axes)) if i not in rows]
    found = []
    for place in free:
        weights = {axes[place]: Fraction(1)}
        for lead, row in rows.items():
            if row[place]:
                weights[axes[lead]] = -row[place]
        found.append(dict(sorted(weights.items())))
    return found


def _add(rows: dict[int, list[Fraction]], row: list[Fraction]) -> None:
    """Add a row to a reduced echelon form, in place."""
    for lead, known in rows.items():
        if row[lead]:
            factor = row[lead]
            row = [a - factor * b for a, b in zip(row, known, strict=True)]
    first = next((i for i, entry in enumerate(row) if entry), None)
    if first is None:
        return
    row = [entry / row[first] for entry in row]
    for other, known in rows.items():
        if known[first]:
            factor = known[first]
            rows[other] = [a - factor * b for a, b in zip(known, row, strict=True)]
    rows[first] = row
