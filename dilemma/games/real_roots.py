"""All real roots of a polynomial with rational coefficients: as fractions, or to fifty digits, proved.

Sturm's chain says how many there are, floats where they lie, and Newton's steps in whole numbers how exactly;
a change of sign about each proves that it is one (Basu, Pollack and Roy 2006, Algorithms in Real Algebraic
Geometry, chapter 2).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from math import gcd, lcm

import sympy as sp

from dilemma.theory.exact_values import rounded

__all__ = ["real_roots", "roots_of"]

EPSILON = sp.Rational(1, 10**50)  # how closely an irrational root is bracketed
ROUGHLY, FEW = sp.Rational(1, 10**8), 3  # the bracket from which so many steps of Newton's do

PLACES = 10**60  # to which roots are worked out
NEAR = PLACES // (2 * 10**50)  # of these: within so many of a root its polynomial changes sign
STEPS = 12  # of Newton's
REAL = 1e-6  # in relation: an imaginary part that may be rounding
LONGEST = 10**25  # a leading coefficient with which fractions are told from other roots


def roots_of(polynomial: sp.Poly) -> tuple[list[sp.Rational], bool]:
    """Return the real roots of a polynomial in order, each once, and whether every root is a fraction.

    An irrational one comes as a fraction within 10**-50 of it.
    """
    if polynomial.domain in (sp.ZZ, sp.QQ) and polynomial.degree() > 0:
        known = real_roots(polynomial.all_coeffs())
        if known is not None:
            return known
    found: list[sp.Rational] = []
    exact = True
    for factor, _ in polynomial.factor_list()[1]:
        if factor.degree() == 1:
            slope, constant = factor.all_coeffs()
            found.append(-constant / slope)
        elif factor.degree() > 1:
            exact = False
            found += _irrational(factor)
    return sorted(found), exact


def _irrational(factor: sp.Poly) -> list[sp.Rational]:
    """Return the real roots of an irreducible polynomial, each within ``EPSILON`` / 2.

    Newton's steps lead from a rough bracket to each; a change of sign about their end proves it.
    """
    slope, roots = factor.diff(), []
    for (low, high), _ in factor.intervals(eps=ROUGHLY):
        root = (low + high) / 2
        for _ in range(FEW):
            root = rounded(root - factor.eval(root) / slope.eval(root), 10**60)
        ends = [factor.eval(root + side * EPSILON / 2) for side in (-1, 1)]
        if not (low <= root <= high and ends[0] * ends[1] < 0):
            return [(low + high) / 2 for (low, high), _ in factor.intervals(eps=EPSILON)]
        roots.append(root)
    return roots


def real_roots(coefficients: Sequence[sp.Rational]) -> tuple[list[sp.Rational], bool] | None:
    """Return the real roots in order, and whether every root is a fraction.

    None where roots coincide, or lie too close for floats to tell them apart.

    Parameters
    ----------
    coefficients : sequence of Rational
        The highest power's first, which is not 0.

    Examples
    --------
    >>> real_roots([sp.Integer(2), sp.Integer(-3), sp.Integer(1)])
    ([1/2, 1], True)
    >>> found, every = real_roots([sp.Integer(1), sp.Integer(0), sp.Integer(-2)])
    >>> [float(root) for root in found], every
    ([-1.4142135623730951, 1.4142135623730951], False)
    >>> real_roots([sp.Integer(1), sp.Integer(2), sp.Integer(1)]) is None
    True
    """
    whole = _whole(coefficients)
    if len(whole) == 2:
        return [sp.Rational(-whole[1], whole[0])], True
    count = _sturm(whole)
    if count is None or abs(whole[0]) > LONGEST:
        return None
    starts = _starts(whole)
    if len(starts) != count:
        return None
    found, fractions = [], 0
    for start in starts:
        at = _polished(whole, start)
        if at is None:
            return None
        scaled = round(Fraction(at * whole[0], PLACES))
        if _at(whole, scaled, whole[0]) == 0:
            found.append(sp.Rational(scaled, whole[0]))
            fractions += 1
        else:
            found.append(sp.Rational(at, PLACES))
    ordered = sorted(found)
    if any(b - a < sp.Rational(4 * NEAR, PLACES) for a, b in pairwise(ordered)):
        return None
    return ordered, fractions == len(whole) - 1


def _whole(coefficients: Sequence[sp.Rational]) -> list[int]:
    """Return coefficients in whole numbers without a common factor."""
    scale = lcm(*(int(c.q) for c in coefficients))
    return _primitive([int(c.p) * (scale // int(c.q)) for c in coefficients])


def _primitive(row: Sequence[int]) -> list[int]:
    common = gcd(*row) or 1
    return [c // common for c in row]


def _sturm(row: Sequence[int]) -> int | None:
    """Return how many different real roots there are; None where some coincide."""
    degree = len(row) - 1
    chain = [list(row), [c * (degree - k) for k, c in enumerate(row[:-1])]]
    while len(chain[-1]) > 1:
        rest = _remainder(chain[-2], chain[-1])
        if not rest:
            return None
        chain.append([-c for c in rest])
    above = [own[0] > 0 for own in chain]
    below = [(own[0] > 0) == (len(own) % 2 == 1) for own in chain]
    return _changes(below) - _changes(above)


def _remainder(over: Sequence[int], under: Sequence[int]) -> list[int]:
    """Return what is left of a division, but for a positive factor."""
    rest, lead = list(over), under[0]
    while len(rest) >= len(under):
        factor, sign = rest[0], 1 if lead > 0 else -1
        padded = [*under, *[0] * (len(rest) - len(under))]
        rest = [sign * (lead * a - factor * b) for a, b in zip(rest, padded, strict=True)][1:]
        while rest and not rest[0] and len(rest) >= len(under):
            rest = rest[1:]
    while rest and not rest[0]:
        rest = rest[1:]
    return _primitive(rest) if rest else []


def _changes(signs: Sequence[bool]) -> int:
    return sum(a != b for a, b in pairwise(signs))


def _starts(row: Sequence[int]) -> list[float]:
    """Return the real roots in floats."""
    import numpy as np

    largest = max(map(abs, row))
    try:
        roots = np.roots([c / largest for c in row])
    except np.linalg.LinAlgError:
        return []
    near = np.abs(roots.imag) <= REAL * (1 + np.abs(roots.real))
    return [float(x) for x in roots.real[near] if np.isfinite(x)]


def _polished(row: Sequence[int], start: float) -> int | None:
    """Return a root in units of the last place; None where no change of sign proves that it is one."""
    at = round(Fraction(start) * PLACES)
    slope = [c * (len(row) - 1 - k) for k, c in enumerate(row[:-1])]
    for _ in range(STEPS):
        steep = _at(slope, at, PLACES)
        if not steep:
            return None
        # Values are over PLACES to the degree: one power is left, and cancels against the unit.
        step = round(Fraction(_at(row, at, PLACES), steep))
        at -= step
        if abs(step) <= 1:
            break
    left, right = (_at(row, at + side * NEAR, PLACES) for side in (-1, 1))
    return at if (left > 0) != (right > 0) or not left or not right else None


def _at(row: Sequence[int], above: int, below: int) -> int:
    """Return a polynomial's value at a fraction, times the denominator to the power of its degree."""
    value, scale = row[0], 1
    for c in row[1:]:
        scale *= below
        value = value * above + c * scale
    return value
