"""Real roots of polynomials in one symbol: isolated exactly, sorted, with rationals in between."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

import sympy as sp

__all__ = ["Ends", "Root", "Segment", "irreducible", "isolate", "segments", "split"]

Ends = tuple[sp.Rational, sp.Rational]


@dataclass(frozen=True, slots=True)
class Root:
    """A real algebraic number: the only root of a polynomial between two rationals.

    Attributes
    ----------
    coefficients : tuple of int
        A polynomial without multiple roots, highest power first.
    low, high : Fraction
        It lies strictly between them, or they are equal and it is that rational.
    of : tuple of int
        Which polynomial of a list it is a root of, and which of its real roots, both from 0;
        (-1, 0) for an end of an interval.

    Examples
    --------
    >>> root = Root((1, 0, -2), Fraction(1), Fraction(2))
    >>> float(root), root.exact
    (1.4142135623730951, sqrt(2))
    """

    coefficients: tuple[int, ...]
    low: Fraction
    high: Fraction
    of: tuple[int, int] = (-1, 0)

    def halved(self) -> Root:
        """Return the same number between rationals half as far apart."""
        if self.low == self.high:
            return self
        middle = (self.low + self.high) / 2
        there = _value(self.coefficients, middle)
        if there == 0:
            return replace(self, low=middle, high=middle)
        # The lower end may be another root of a reducible polynomial: then the slope tells.
        above_low = _value(self.coefficients, self.low) or _slope(self.coefficients, self.low)
        if (there > 0) == (above_low > 0):
            return replace(self, low=middle)
        return replace(self, high=middle)

    def __float__(self) -> float:
        return _float(self)

    @property
    def exact(self) -> sp.Expr:
        """The number as sympy writes it: a rational, a radical or a CRootOf."""
        if self.low == self.high:
            return sp.Rational(self.low.numerator, self.low.denominator)
        low, high = (sp.Rational(end.numerator, end.denominator) for end in (self.low, self.high))
        roots = sp.Poly(self.coefficients, sp.Dummy("t")).real_roots()
        return next(root for root in roots if low < root < high)


@lru_cache(maxsize=4096)
def _float(root: Root) -> float:
    while root.high - root.low > max(abs(root.low), abs(root.high)) / 2**56:
        root = root.halved()
    return float((root.low + root.high) / 2)


def _value(coefficients: Sequence[int], at: Fraction) -> int:
    """Return a polynomial's value, times a power of the denominator to keep it whole."""
    total, power = 0, 1
    for coefficient in coefficients:
        total = total * at.numerator + coefficient * power
        power *= at.denominator
    return total


def _slope(coefficients: Sequence[int], at: Fraction) -> int:
    degree = len(coefficients) - 1
    return _value([c * (degree - k) for k, c in enumerate(coefficients[:-1])], at)


def _fraction(number: sp.Rational) -> Fraction:
    return Fraction(int(number.p), int(number.q))


def _point(at: Fraction) -> Root:
    return Root((at.denominator, -at.numerator), at, at)


def irreducible(polynomials: Iterable[sp.Poly]) -> tuple[sp.Poly, ...]:
    """Return the distinct irreducible factors; constants and the zero polynomial have none."""
    found: dict[sp.Poly, None] = {}
    for polynomial in polynomials:
        if not polynomial.is_ground:
            found.update((factor.monic(), None) for factor, _ in polynomial.factor_list()[1])
    return tuple(found)


def isolate(polynomials: Iterable[sp.Poly]) -> list[Root]:
    """Return the real roots of polynomials in one symbol that have no multiple roots."""
    return [
        Root(whole, low, high, (number, order))
        for number, polynomial in enumerate(polynomials)
        for order, (whole, low, high) in enumerate(_intervals(polynomial))
    ]


def _intervals(polynomial: sp.Poly) -> Iterator[tuple[tuple[int, ...], Fraction, Fraction]]:
    if polynomial.degree() <= 0:
        return
    whole = tuple(int(c) for c in polynomial.clear_denoms(convert=True)[1].all_coeffs())
    if len(whole) == 2:
        at = Fraction(-whole[1], whole[0])
        yield whole, at, at
    else:
        for (low, high), _ in polynomial.intervals():
            yield whole, _fraction(low), _fraction(high)


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a line between two numbers, with a rational strictly between them."""

    low: Root
    high: Root
    sample: sp.Rational

    @property
    def length(self) -> float:
        """Its length."""
        return float(self.high) - float(self.low)


def segments(roots: Iterable[Root], ends: Ends) -> tuple[Segment, ...]:
    """Cut the interval ``ends`` at distinct numbers; those outside it or on its ends are ignored.

    A number on an end must be known to be rational.
    """
    low, high = map(_fraction, ends)
    inside = [r for r in roots if not (r.low == r.high and (r.low <= low or r.low >= high))]
    sorted_roots = _apart([_point(low), *inside, _point(high)])
    cuts = [r for r in sorted_roots if low <= r.low and r.high <= high]
    return tuple(Segment(a, b, _between(a.high, b.low)) for a, b in pairwise(cuts))


def _apart(roots: list[Root]) -> list[Root]:
    """Refine distinct numbers until their intervals are disjoint, and sort them."""
    while True:
        roots.sort(key=lambda root: (root.low, root.high))
        touching = {
            position
            for k, (one, two) in enumerate(pairwise(roots))
            if one.high >= two.low
            for position in (k, k + 1)
        }
        if not touching:
            return roots
        roots = [r.halved() if k in touching else r for k, r in enumerate(roots)]


def _between(low: Fraction, high: Fraction) -> sp.Rational:
    """Return the rational of least denominator in the middle half of an interval."""
    a, b = low + (high - low) / 4, high - (high - low) / 4
    if a <= 0 <= b:
        return sp.Integer(0)
    found = _simplest(a, b) if a > 0 else -_simplest(-b, -a)
    return sp.Rational(found.numerator, found.denominator)


def _simplest(low: Fraction, high: Fraction) -> Fraction:
    """Return the simplest rational in [low, high], 0 < low, by continued fractions."""
    whole = -(-low.numerator // low.denominator)
    if whole <= high:
        return Fraction(whole)
    below = whole - 1
    return below + 1 / _simplest(1 / (high - below), 1 / (low - below))


def split(polynomials: Iterable[sp.Expr], symbol: sp.Symbol, ends: Ends) -> tuple[Segment, ...]:
    """Cut an interval at the real roots of polynomials in one symbol.

    Examples
    --------
    >>> t = sp.Symbol("t")
    >>> ends = sp.Integer(0), sp.Integer(2)
    >>> [(round(s.length, 3), s.sample) for s in split([t**2 - 2, t - 1], t, ends)]
    [(1.0, 1/2), (0.414, 7/6), (0.586, 5/3)]
    """
    factors = irreducible(sp.Poly(p, symbol, domain=sp.QQ) for p in polynomials)
    return segments(isolate(factors), ends)
