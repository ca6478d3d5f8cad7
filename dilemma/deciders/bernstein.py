r"""Bernstein coefficients of a polynomial over a box, in integers.

Over :math:`t \in [0, 1]^n` a polynomial with degrees :math:`d` is

.. math:: p(t) = \sum_i b_i \prod_k \binom{d_k}{i_k} t_k^{i_k} (1 - t_k)^{d_k - i_k},

so that its values lie between the smallest and the largest coefficient, and those with an index at
an end of each axis are values at corners.  Only signs matter here, so that each tensor of
coefficients is scaled by what keeps it in integers.  An axis that ends at infinity is
:math:`x = low + t/(1-t)`; the coefficients are then those of :math:`(1-t)^d p`.

Axis k of a tensor belongs to the k-th of the symbols of the polynomial, in the order in which they
are handed in; its length is the degree plus one.

References
----------
Garloff 1986, Convergent bounds for the range of multivariate polynomials, in Interval Mathematics
1985, LNCS 212: 37-56 (unverified).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from math import comb, gcd, lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dilemma.deciders.signs import MINUS, PLUS, ZERO

__all__ = ["LARGEST_TENSOR", "Tensor", "faces", "halves", "signs", "slopes", "tensor"]

LARGEST_TENSOR = 20_000

Tensor = NDArray[Any]  # int64 where that is enough, else Python's integers

LARGEST = 2**62


def tensor(
    terms: Mapping[tuple[int, ...], int], ends: Sequence[tuple[Fraction, Fraction | None]]
) -> Tensor:
    """Return the Bernstein coefficients of a polynomial over a box, times a positive number.

    Parameters
    ----------
    terms : mapping of exponents to integer
    ends : sequence of (low, high)
        For each symbol; None for infinity.

    Examples
    --------
    >>> tensor({(2,): 1, (1,): -1}, [(Fraction(0), Fraction(1))]).tolist()  # x**2 - x
    [0, -1, 0]
    """
    degrees = [max(column) for column in zip(*terms, strict=True)]
    found = np.zeros([d + 1 for d in degrees], dtype=object)
    for monomial, number in terms.items():
        found[monomial] = int(number)
    largest = max(map(abs, map(int, terms.values())))
    for axis, (degree, (low, high)) in enumerate(zip(degrees, ends, strict=True)):
        if degree:
            change, growth = _change(degree, low, high)
            largest *= growth
            if largest < LARGEST:
                found, change = found.astype(np.int64), change.astype(np.int64)
            elif found.dtype != object:
                found = found.astype(object)
            found = np.moveaxis(np.tensordot(change, found, axes=(1, axis)), 0, axis)
    return _compact(found)


@lru_cache(maxsize=4096)
def _change(degree: int, low: Fraction, high: Fraction | None) -> tuple[NDArray[np.object_], int]:
    """Return the integer matrix from powers of x to Bernstein coefficients over an interval."""
    rows = []
    for i in range(degree + 1):
        row = []
        for j in range(degree + 1):
            # x**j is the sum over m of C(j, m) low**(j - m) (x - low)**m.
            if high is None:
                entry = Fraction(comb(j, i), comb(degree, i)) * low ** (j - i) if i <= j else 0
            else:
                entry = sum(
                    comb(j, m) * low ** (j - m) * (high - low) ** m
                    * Fraction(comb(i, m), comb(degree, m))
                    for m in range(min(i, j) + 1)
                )  # fmt: skip
            row.append(Fraction(entry))
        rows.append(row)
    scale = lcm(*(entry.denominator for row in rows for entry in row))
    scaled = [[int(entry * scale) for entry in row] for row in rows]
    shared = gcd(*(entry for row in scaled for entry in row))
    scaled = [[entry // shared for entry in row] for row in scaled]
    return np.array(scaled, dtype=object), max(sum(map(abs, row)) for row in scaled)


def _compact(found: Tensor) -> Tensor:
    """Divide by what all coefficients share, and use machine integers where they are enough."""
    if found.dtype == object:
        shared = gcd(*found.ravel().tolist())
        if shared > 1:
            found = found // shared
        largest = max(map(abs, found.ravel().tolist()), default=0)
        if largest < LARGEST:
            found = found.astype(np.int64)
    return found


def halves(found: Tensor, axis: int) -> tuple[Tensor, Tensor]:
    """Halve the box along an axis (de Casteljau), scaled by two to the degree."""
    rows = np.moveaxis(_with_room(found, found.shape[axis] - 1), axis, 0)
    degree = len(rows) - 1
    low, high = np.empty_like(rows), np.empty_like(rows)
    current = rows
    for i in range(degree + 1):
        scale = 1 << (degree - i)
        low[i] = current[0] * scale
        high[degree - i] = current[-1] * scale
        current = current[:-1] + current[1:]
    return np.moveaxis(low, 0, axis), np.moveaxis(high, 0, axis)


def _with_room(found: Tensor, bits: int) -> Tensor:
    """Make sure that coefficients may grow by that many bits."""
    if found.dtype == object:
        found = _compact(found)
    if found.dtype == object:
        return found
    largest = int(np.abs(found).max())
    if largest << bits < LARGEST:
        return found
    shared = int(np.bitwise_or.reduce(found.ravel()))
    zeros = (shared & -shared).bit_length() - 1
    if zeros > 0:
        found = found >> zeros
        largest >>= zeros
    return found if largest << bits < LARGEST else found.astype(object)


def signs(found: Tensor, open_low: Sequence[bool], open_high: Sequence[bool]) -> int:
    """Return the signs that a polynomial may have on a box some of whose ends are left out.

    Where all coefficients are at least 0 the polynomial vanishes at a point only if all basis
    functions that are positive there come with a coefficient of 0.  At a low end of an axis that is
    the first alone, at a high end the last alone, between them all.
    """
    positive, negative = found > 0, found < 0
    above, below = bool(positive.any()), bool(negative.any())
    if above and below:
        return MINUS | ZERO | PLUS
    if not above and not below:
        return ZERO
    nonzero: Any = positive if above else negative
    for axis in range(found.ndim):
        if found.shape[axis] == 1:
            continue
        if open_low[axis] and open_high[axis]:
            nonzero = nonzero.any(axis=axis, keepdims=True)
        elif open_low[axis]:
            nonzero = _only(nonzero, axis, [-1])
        elif open_high[axis]:
            nonzero = _only(nonzero, axis, [0])
        else:
            nonzero = _only(nonzero, axis, [0, -1])
    strict = PLUS if above else MINUS
    return strict if nonzero.all() else strict | ZERO


def _only(found: Tensor, axis: int, indices: list[int]) -> Tensor:
    taken: Tensor = np.take(found, indices, axis=axis)
    return taken


def slopes(found: Tensor, axis: int, weights: tuple[int, int] = (1, 1)) -> Tensor:
    """Return the coefficients of the derivative along an axis, times something positive.

    Parameters
    ----------
    weights : tuple of int
        On an axis that ends at infinity, of which t in [u, v] is looked at, 1 - u and 1 - v (times
        what makes them integers): what coefficients of higher and of lower index count.
    """
    if weights == (1, 1):
        return np.diff(found, axis=axis)
    rows = np.moveaxis(found, axis, 0)
    if found.dtype != object and int(np.abs(found).max()) * max(weights) >= LARGEST:
        rows = rows.astype(object)
    return np.moveaxis(rows[1:] * weights[0] - rows[:-1] * weights[1], 0, axis)


def faces(found: Tensor, axis: int, *, high: bool) -> Tensor:
    """Restrict a polynomial to an end of an axis, which is then gone."""
    face: Tensor = np.take(found, -1 if high else 0, axis=axis)
    return face
