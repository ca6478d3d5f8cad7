"""Logarithms and exponentials, as z3 has them: unknowns between lines that touch and cut a curve.

Of u = log(v) no more is stated than what lines say of it: the curve is below every tangent and above
every chord.  What these exclude is excluded.  What they do not exclude is tried with the true curve,
and where that refutes it a tangent and two chords more are drawn there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise

import sympy as sp
import z3

__all__ = ["Curve"]

DIGITS = 12  # to which a logarithm is enclosed
NEAR = 6  # digits of a point at which lines are added
FAR = 600  # beyond this logarithm no point is added: numbers become too long to be of use
FIRST = tuple(Fraction(4) ** k for k in range(-2, 3))


@dataclass
class Curve:
    """Two terms of z3, one the logarithm of the other.

    Attributes
    ----------
    logarithm, number : z3 terms
    where : z3 Boolean
        Where the relation holds; elsewhere nothing is said.
    points : list of Fraction
        The numbers at which the curve is touched.
    """

    logarithm: z3.ArithRef
    number: z3.ArithRef
    where: z3.BoolRef
    points: list[Fraction] = field(default_factory=lambda: list(FIRST))

    def lines(self) -> Iterator[z3.BoolRef]:
        """Yield what the lines say."""
        u, v = self.logarithm, self.number
        points = sorted(self.points)
        told = [v > 0]
        for point in points:
            _, above = _enclosed(point)
            told.append(u <= self._number(above) + (v - self._number(point)) / self._number(point))
        for left, right in pairwise(points):
            low, high = _enclosed(left)[0], _enclosed(right)[0]
            chord = self._number(low) + (v - self._number(left)) * self._number(
                (high - low) / (right - left)
            )
            told.append(z3.Or(v < self._number(left), v > self._number(right), u >= chord))
        first, last = points[0], points[-1]
        told.append(z3.Or(v < self._number(last), u >= self._number(_enclosed(last)[0])))
        # Nearer to nought than all points: log(v/p) >= 1 - p/v.
        low = self._number(_enclosed(first)[0] + 1)
        told.append(z3.Or(v > self._number(first), v * u >= v * low - self._number(first)))
        yield z3.Implies(self.where, z3.And(told))

    def ordered(self, other: Curve) -> z3.BoolRef:
        """State that of two numbers the larger one has the larger logarithm."""
        same = (self.number < other.number) == (self.logarithm < other.logarithm)
        equal = (self.number == other.number) == (self.logarithm == other.logarithm)
        return z3.Implies(z3.And(self.where, other.where), z3.And(same, equal))

    def touched(self, model: z3.ModelRef) -> bool:
        """Add points near where a model has the curve; tell whether there were any to add."""
        u, v = (_value(model, term) for term in (self.logarithm, self.number))
        near = {v, _exponential(u)} - {None}
        new = [p for p in near if p is not None and p > 0 and p not in self.points]
        self.points += new
        return bool(new)

    def _number(self, number: Fraction) -> z3.ArithRef:
        return z3.RealVal(str(number), ctx=self.number.ctx)


def _enclosed(point: Fraction) -> tuple[Fraction, Fraction]:
    """Return numbers a little below and above a logarithm.

    Examples
    --------
    >>> below, above = _enclosed(Fraction(2))
    >>> below < Fraction("0.693147180559945") < above
    True
    """
    if point == 1:
        return Fraction(0), Fraction(0)
    told = sp.log(sp.Rational(point.numerator, point.denominator)).n(2 * DIGITS)
    scale = 10**DIGITS
    below = Fraction(int(sp.floor(told * scale)), scale)
    return below, below + Fraction(1, scale)


def _value(model: z3.ModelRef, term: z3.ArithRef) -> Fraction | None:
    value = model.eval(term, model_completion=True)
    if z3.is_algebraic_value(value):
        value = value.approx(2 * NEAR)
    if not z3.is_rational_value(value):
        return None
    return _short(Fraction(value.numerator_as_long(), value.denominator_as_long()))


def _short(number: Fraction) -> Fraction:
    """Keep a few digits.

    Examples
    --------
    >>> _short(Fraction(2, 3))
    Fraction(666667, 1000000)
    """
    told = sp.Rational(number.numerator, number.denominator).n(NEAR)
    return Fraction(str(sp.Rational(str(told))))


def _exponential(u: Fraction | None) -> Fraction | None:
    if u is None or abs(u) > FAR:
        return None
    told = sp.exp(sp.Rational(u.numerator, u.denominator)).n(NEAR)
    return Fraction(str(sp.Rational(str(told))))
