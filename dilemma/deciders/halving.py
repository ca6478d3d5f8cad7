r"""A part of the box, and what is undecided in it: settled as far as its coefficients tell, halved.

A part is excluded where Bernstein coefficients leave a statement no sign that it allows.  Where all
that is undecided gets truer as a symbol grows, only the symbol's upper end is looked at.

Bernstein coefficients are integers here.  Over :math:`t \in [0, 1]^n` a polynomial with degrees :math:`d` is

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

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache, partial
from math import comb, gcd, lcm, prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dilemma.deciders.clearing import Axis, System, used
from dilemma.deciders.signs import (
    FALSE,
    MINUS,
    PLUS,
    TRUE,
    ZERO,
    Atom,
    Formula,
    atoms,
    leaning,
    narrowed,
    replaced,
)
from dilemma.errors import UnsupportedError

__all__ = [
    "LARGEST_TENSOR",
    "Part",
    "Side",
    "Tensor",
    "faces",
    "floats",
    "halved",
    "halves",
    "middle",
    "signs",
    "simplified",
    "slopes",
    "tensor",
    "whole",
    "widest",
]

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


# --- a part of the box ----------------------------------------------------------------------------


Tensors = Mapping[Hashable, tuple[tuple[int, ...], Tensor]]


@dataclass(frozen=True)
class Side:
    """What a part covers of an axis, from 0 to 1 of it: x = low + t/(1 - t) if it has no end."""

    low: Fraction
    high: Fraction
    open_low: bool
    open_high: bool


POINT = Side(Fraction(0), Fraction(0), open_low=False, open_high=False)
NOWHERE = Axis(Fraction(0), Fraction(0), open_low=False, open_high=False)


@dataclass(frozen=True)
class Part:
    """A part of the box, and what is undecided in it.

    Attributes
    ----------
    system : System
        What was reduced to this box.
    axes : tuple of Axis
        Those of the whole box; an axis that nothing speaks of any more is a point.
    sides : tuple of Side
        What of each axis belongs to this part.
    formula : Formula
        What is undecided here, over numbers that stand for polynomials.
    tensors : mapping of number to (axes, Bernstein coefficients)
        Of each polynomial that is undecided, over this part.
    """

    system: System
    axes: tuple[Axis, ...]
    sides: tuple[Side, ...]
    formula: Formula
    tensors: Tensors


def whole(system: System) -> Part:
    """Return the whole box of a system.

    Raises
    ------
    UnsupportedError
        Where a symbol has no lower end, or a polynomial too many coefficients.
    """
    if system.formula == FALSE:
        return Part(system, (), (), FALSE, {})
    polynomials = system.polynomials
    numbers = {p: i for i, p in enumerate(polynomials)}
    axes = []
    for i, axis in enumerate(system.axes):
        if axis.low is None and any(p.degrees()[i] for p in polynomials):
            raise UnsupportedError("a symbol without a lower end")
        axes.append(NOWHERE if axis.low is None else axis)
    tensors: dict[Hashable, tuple[tuple[int, ...], Tensor]] = {}
    for polynomial, number in numbers.items():
        generators = used(polynomial)
        size = prod(polynomial.degrees()[i] + 1 for i in generators)
        if size > LARGEST_TENSOR:
            raise UnsupportedError(f"a polynomial in {len(generators)} symbols is too large")
        terms = {tuple(m[i] for i in generators): c for m, c in polynomial.items()}
        ends = [(_low(axes[i]), axes[i].high) for i in generators]
        tensors[number] = (generators, tensor(terms, ends))
    formula = replaced(system.formula, lambda atom: Atom(numbers[atom.of], atom.allowed))
    sides = tuple(
        Side(Fraction(0), Fraction(1), a.open_low, a.open_high or a.high is None)
        if a.low != a.high
        else POINT
        for a in axes
    )
    return Part(system, tuple(axes), sides, formula, tensors)


def simplified(part: Part) -> Part:
    """Decide what the box decides, and put symbols at an end where that is enough.

    Examples
    --------
    >>> from sympy import ZZ
    >>> from sympy.polys.rings import ring
    >>> _, x = ring("x", ZZ)
    >>> unit = Axis(Fraction(0), Fraction(1), open_low=False, open_high=False)
    >>> simplified(whole(System((unit,), Atom(x**2 - x, PLUS)))).formula == FALSE
    True
    """
    while True:
        live = {atom.of for atom in atoms(part.formula)}
        possible = {}
        for number in live:
            generators, found = part.tensors[number]
            possible[number] = signs(
                found,
                [part.sides[i].open_low for i in generators],
                [part.sides[i].open_high for i in generators],
            )
        formula = narrowed(part.formula, possible)
        live = {atom.of for atom in atoms(formula)}
        part = replace(
            part, formula=formula, tensors={n: t for n, t in part.tensors.items() if n in live}
        )
        if formula in (TRUE, FALSE):
            return part
        moved = _cornered(part, possible)
        if moved is None:
            return part
        part = moved


def _cornered(part: Part, possible: Mapping[Hashable, int]) -> Part | None:
    """Put symbols at an end of theirs if everything undecided is truest there.

    An end that is left out will do where what is undecided there is strict, or where it gets
    strictly truer towards it: then it holds before the end if and only if it holds strictly at it.
    """
    told: dict[int, list[Atom]] = {}
    for atom in dict.fromkeys(atoms(part.formula)):
        for axis in part.tensors[atom.of][0]:
            told.setdefault(axis, []).append(atom)
    for axis, here in told.items():
        for high in (True, False):
            changed = _truest(part, axis, here, possible, high=high)
            if changed is not None:
                formula = replaced(part.formula, partial(_instead, changed))
                return _at_end(replace(part, formula=formula), axis, high=high)
    return None


def _truest(
    part: Part, axis: int, here: Sequence[Atom], possible: Mapping[Hashable, int], *, high: bool
) -> dict[Atom, Atom] | None:
    """Return what atoms become at an end where they are truest, None if they are not."""
    side = part.sides[axis]
    if high and part.axes[axis].high is None and side.high == 1:
        return None
    left_out = side.open_high if high else side.open_low
    changed = {}
    for atom in here:
        generators, coefficients = part.tensors[atom.of]
        position = generators.index(axis)
        change = slopes(coefficients, position, _weights(part, axis))
        rises, falls = bool((change >= 0).all()), bool((change <= 0).all())
        upward = rises if high else falls
        downward = falls if high else rises
        kept = leaning(atom.allowed, possible[atom.of], up=True) if upward else None
        if kept is None and downward:
            kept = leaning(atom.allowed, possible[atom.of], up=False)
        if kept is None:
            return None
        if left_out and kept & ZERO:
            inside = [part.sides[i] for i in generators]
            told = signs(
                change,
                [s.open_low or i == position for i, s in enumerate(inside)],
                [s.open_high or i == position for i, s in enumerate(inside)],
            )
            if told not in (PLUS, MINUS):
                return None
            kept &= ~ZERO
        changed[atom] = Atom(atom.of, kept)
    return changed


def _weights(part: Part, axis: int) -> tuple[int, int]:
    """Return what slopes along an axis count: see :func:`dilemma.deciders.halving.slopes`."""
    if part.axes[axis].high is not None:
        return 1, 1
    side = part.sides[axis]
    first, second = 1 - side.low, 1 - side.high
    scale = first.denominator * second.denominator
    return int(first * scale), int(second * scale)


def _at_end(part: Part, axis: int, *, high: bool) -> Part:
    """Restrict a part to an end of an axis."""
    side = part.sides[axis]
    end = side.high if high else side.low
    tensors: dict[Hashable, tuple[tuple[int, ...], Tensor]] = {}
    for number, (generators, coefficients) in part.tensors.items():
        if axis in generators:
            position = generators.index(axis)
            left = (*generators[:position], *generators[position + 1 :])
            tensors[number] = (left, faces(coefficients, position, high=high))
        else:
            tensors[number] = (generators, coefficients)
    sides = list(part.sides)
    sides[axis] = Side(end, end, open_low=False, open_high=False)
    return replace(part, sides=tuple(sides), tensors=tensors)


def _instead(changed: Mapping[Atom, Atom], atom: Atom) -> Atom:
    return changed.get(atom, atom)


def middle(part: Part) -> dict[int, Fraction]:
    """Return the point in the middle, in the values of the axes."""
    return {i: _middle(part.axes[i], side) for i, side in enumerate(part.sides)}


def _middle(axis: Axis, side: Side) -> Fraction:
    t = (side.low + side.high) / 2
    if axis.high is None:
        return _low(axis) + t / (1 - t)
    return _low(axis) + (axis.high - _low(axis)) * t


def _low(axis: Axis) -> Fraction:
    if axis.low is None:
        raise ValueError("an axis without a lower end is mirrored or split before")
    return axis.low


def widest(part: Part) -> int | None:
    """Return the axis along which undecided polynomials vary most."""
    variation: dict[int, float] = {}
    for generators, coefficients in part.tensors.values():
        values = floats(coefficients)
        scale = np.abs(values).max() or 1.0
        for position, axis in enumerate(generators):
            change = np.abs(np.diff(values, axis=position)).max() / scale
            variation[axis] = variation.get(axis, 0.0) + change
    return max(variation, key=variation.__getitem__, default=None)


def floats(coefficients: Tensor) -> NDArray[np.float64]:
    """Return the coefficients as floats, all of them scaled down where they are too large."""
    if coefficients.dtype == object:
        excess = max(max(abs(c) for c in coefficients.ravel()).bit_length() - 900, 0)
        coefficients = coefficients >> excess
    return coefficients.astype(float)


def halved(part: Part, axis: int) -> tuple[Part, Part]:
    """Halve a part along an axis; the middle belongs to both."""
    low: dict[Hashable, tuple[tuple[int, ...], Tensor]] = {}
    high: dict[Hashable, tuple[tuple[int, ...], Tensor]] = {}
    for number, (generators, coefficients) in part.tensors.items():
        if axis in generators:
            first, second = halves(coefficients, generators.index(axis))
            low[number], high[number] = (generators, first), (generators, second)
        else:
            low[number] = high[number] = (generators, coefficients)
    side = part.sides[axis]
    half = (side.low + side.high) / 2
    sides = list(part.sides)
    sides[axis] = Side(side.low, half, side.open_low, open_high=False)
    below = replace(part, sides=tuple(sides), tensors=low)
    sides[axis] = Side(half, side.high, open_low=False, open_high=side.open_high)
    return below, replace(part, sides=tuple(sides), tensors=high)
