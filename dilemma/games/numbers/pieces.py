"""A payoff along one number, exactly: quotients of polynomials, one on each of a few pieces.

``min``, ``max``, ``abs`` and ``if`` cut the interval where what they compare is equal; between two
cuts the payoff is a quotient of polynomials, so that its top lies at a cut, at an end, or where the
slope vanishes.  Everything is in fractions.  A cut that is irrational is told to fifty digits, and
then so is what follows from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from itertools import pairwise
from math import isqrt

import sympy as sp
from sympy.core.relational import Relational

from dilemma.errors import UnsupportedError

__all__ = ["Best", "Pieces", "best", "highest", "pieces"]

EPSILON = Fraction(1, 10**50)  # how closely an irrational cut is bracketed
NEAR = Fraction(1, 10**30)  # what differs by less is equal, where something is irrational
MOST_PIECES = 400
MOST_DEGREE = 40

Polynomial = tuple[Fraction, ...]  # from the constant up; none at all for zero
Quotient = tuple[Polynomial, Polynomial]
ZERO: Polynomial = ()
ONE: Polynomial = (Fraction(1),)


@dataclass(frozen=True, slots=True)
class Pieces:
    """A function on an interval: ``quotients[k]`` between ``cuts[k]`` and ``cuts[k + 1]``.

    Attributes
    ----------
    exact : bool
        Whether every cut is rational.
    """

    cuts: tuple[Fraction, ...]
    quotients: tuple[Quotient, ...]
    exact: bool = True

    def __call__(self, x: Fraction) -> Fraction:
        """Return the value at a number of the interval."""
        for low, high, quotient in zip(self.cuts, self.cuts[1:], self.quotients, strict=False):
            if low <= x <= high:
                return _worth(quotient, x)
        raise ValueError(f"{x} lies outside {self.cuts[0]} to {self.cuts[-1]}")


@dataclass(frozen=True, slots=True)
class Best:
    """Where a function is highest.

    Attributes
    ----------
    value : Fraction
    where : tuple of (low, high)
        Intervals, most of them single numbers.
    exact : bool
        Whether all of that is exact; else it is rational near irrational numbers.
    """

    value: Fraction
    where: tuple[tuple[Fraction, Fraction], ...]
    exact: bool


def pieces(
    formula: sp.Expr,
    symbol: sp.Symbol,
    low: Fraction,
    high: Fraction,
    at: Mapping[sp.Symbol, Fraction],
) -> Pieces:
    """Return a formula along one number, all else being given.

    Raises
    ------
    UnsupportedError
        If it is beyond quotients of polynomials, min, max, abs and if, or has no value somewhere.

    Examples
    --------
    >>> x = sp.Symbol("x", real=True)
    >>> bent = pieces(sp.Abs(2 * x - 1), x, Fraction(0), Fraction(1), {})
    >>> bent.cuts[1], bent(Fraction(3, 4))
    (Fraction(1, 2), Fraction(1, 2))
    """
    return _Reading(symbol, low, high, at).read(formula)


def best(
    formula: sp.Expr,
    symbol: sp.Symbol,
    low: Fraction,
    high: Fraction,
    at: Mapping[sp.Symbol, Fraction],
    gaps: Sequence[sp.Expr] = (),
) -> Best:
    """Return where a formula is highest among numbers at which no gap is negative.

    Raises
    ------
    UnsupportedError
        If that is beyond pieces, or no number is left.

    Examples
    --------
    >>> x, y = sp.symbols("x y", real=True)
    >>> found = best(2 * sp.Min(x, y) - x, x, Fraction(0), Fraction(1), {y: Fraction(1, 3)})
    >>> found.value, found.where
    (Fraction(1, 3), ((Fraction(1, 3), Fraction(1, 3)),))
    """
    reading = _Reading(symbol, low, high, at)
    told = reading.read(formula)
    kept = [reading.read(gap) for gap in gaps]
    cuts = [(low, high)]
    for gap in kept:
        split = _split(gap)
        cuts = [
            (max(a, c), min(b, d))
            for a, b in cuts
            for c, d in _nonnegative(split)
            if max(a, c) <= min(b, d)
        ]
    if not cuts:
        raise UnsupportedError("nothing that may be chosen")
    exact = told.exact and all(gap.exact for gap in kept)
    return highest(told, cuts, exact=exact)


def highest(
    told: Pieces, among: Sequence[tuple[Fraction, Fraction]] = (), *, exact: bool = True
) -> Best:
    """Return where a function is highest, on some intervals or wherever it is defined."""
    exact = exact and told.exact
    found: list[tuple[Fraction, Fraction, Fraction]] = []
    for a, b in among or [(told.cuts[0], told.cuts[-1])]:
        for low, high, quotient in zip(told.cuts, told.cuts[1:], told.quotients, strict=False):
            left, right = max(a, low), min(b, high)
            if left > right:
                continue
            slope = _slope(quotient)
            if not slope:
                found.append((_worth(quotient, left), left, right))
                continue
            roots, rational = _roots(slope, left, right)
            exact = exact and rational
            found += [(_worth(quotient, x), x, x) for x in {left, right, *roots}]
    top = max(value for value, _, _ in found)
    slack = Fraction(0) if exact else NEAR
    where = sorted({(a, b) for value, a, b in found if top - value <= slack})
    return Best(top, tuple(_joined(where)), exact)


# --- reading a formula ----------------------------------------------------------------------------


@dataclass
class _Reading:
    """A formula on its way into pieces."""

    symbol: sp.Symbol
    low: Fraction
    high: Fraction
    at: Mapping[sp.Symbol, Fraction]

    def read(self, formula: sp.Basic) -> Pieces:
        if not formula.has(self.symbol) and formula.args:
            told = formula.xreplace({s: _rational(x) for s, x in self.at.items()})
            if told.is_Rational:
                return self._whole(_trimmed([_fraction(told)]))
        match formula:
            case sp.Symbol() if formula == self.symbol:
                return self._whole((Fraction(0), Fraction(1)))
            case sp.Symbol() if formula in self.at:
                return self._whole(_trimmed([self.at[formula]]))
            case sp.Rational():
                return self._whole(_trimmed([_fraction(formula)]))
            case sp.Abs() | sp.Max() | sp.Min() | sp.Piecewise():
                return self._kinked(formula)
            case sp.Add():
                return reduce(_combining(_added), map(self.read, formula.args))
            case sp.Mul():
                return reduce(_combining(_multiplied), map(self.read, formula.args))
            case sp.Pow() if formula.exp.is_Integer and abs(formula.exp) <= MOST_DEGREE:
                return self._power(self.read(formula.base), int(formula.exp))
        raise UnsupportedError(f"{formula} is beyond exact pieces")

    def _kinked(self, formula: sp.Expr) -> Pieces:
        match formula:
            case sp.Abs():
                return _bent(_split(self.read(formula.args[0])))
            case sp.Max():
                return reduce(_larger, map(self.read, formula.args))
            case sp.Min():
                return reduce(_smaller, map(self.read, formula.args))
        return self._cases(formula)

    def _whole(self, polynomial: Polynomial) -> Pieces:
        return Pieces((self.low, self.high), ((polynomial, ONE),))

    def _power(self, base: Pieces, exponent: int) -> Pieces:
        if exponent < 0:
            base = Pieces(base.cuts, tuple((d, n) for n, d in base.quotients), base.exact)
            _check_poles(base)
        found = self._whole(ONE)
        for _ in range(abs(exponent)):
            found = _combining(_multiplied)(found, base)
        return found

    def _cases(self, formula: sp.Piecewise) -> Pieces:
        """Cut where any condition may change, and take on each piece what holds in its middle."""
        relations = {r for _, c in formula.args for r in c.atoms(Relational)}
        gaps = {r: _split(self.read(r.lhs - r.rhs)) for r in relations}
        values = [self.read(value) for value, _ in formula.args]
        every = [*gaps.values(), *values]
        cuts = _cuts(every)
        chosen = []
        for low, high in pairwise(cuts):
            middle = (low + high) / 2
            true = {r: sp.true if _holds(r, gap(middle)) else sp.false for r, gap in gaps.items()}
            case = next(
                (k for k, (_, c) in enumerate(formula.args) if c.xreplace(true) == sp.true), None
            )
            if case is None:
                raise UnsupportedError(f"{formula} has no value everywhere")
            chosen.append(_on(values[case], middle))
        return Pieces(cuts, tuple(chosen), all(one.exact for one in every))


def _holds(relation: Relational, gap: Fraction) -> bool:
    """Tell whether a relation holds where its left side exceeds its right one by a gap."""
    told = relation.func(sp.Rational(gap.numerator, gap.denominator), sp.Integer(0))
    return bool(told == sp.true)


# --- functions in pieces --------------------------------------------------------------------------


def _cuts(many: Sequence[Pieces]) -> tuple[Fraction, ...]:
    cuts = sorted({cut for one in many for cut in one.cuts})
    if len(cuts) > MOST_PIECES:
        raise UnsupportedError("too many pieces")
    if len(cuts) == 1:  # an interval of one number
        return (cuts[0], cuts[0])
    return tuple(cuts)


def _on(told: Pieces, x: Fraction) -> Quotient:
    """Return the quotient that is used at a number."""
    for high, quotient in zip(told.cuts[1:], told.quotients, strict=True):
        if x <= high:
            return quotient
    return told.quotients[-1]


def _combining(how: Callable[[Quotient, Quotient], Quotient]) -> Callable[[Pieces, Pieces], Pieces]:
    def combined(one: Pieces, other: Pieces) -> Pieces:
        cuts = _cuts((one, other))
        middles = [(low + high) / 2 for low, high in pairwise(cuts)]
        told = tuple(how(_on(one, x), _on(other, x)) for x in middles)
        return Pieces(cuts, told, one.exact and other.exact)

    return combined


def _split(told: Pieces) -> Pieces:
    """Cut where a function vanishes, too: it has one sign on each piece then."""
    cuts, exact = set(told.cuts), told.exact
    for low, high, (numerator, _) in zip(told.cuts, told.cuts[1:], told.quotients, strict=False):
        roots, rational = _roots(numerator, low, high)
        cuts |= set(roots)
        exact = exact and rational
    whole = Pieces(tuple(sorted(cuts)), (), exact)
    found = _cuts((whole, told))
    quotients = tuple(_on(told, (low + high) / 2) for low, high in pairwise(found))
    return Pieces(found, quotients, exact)


def _signs(told: Pieces) -> Iterator[tuple[Fraction, Fraction, Quotient, bool]]:
    for low, high, quotient in zip(told.cuts, told.cuts[1:], told.quotients, strict=False):
        yield low, high, quotient, _worth(quotient, (low + high) / 2) >= 0


def _bent(told: Pieces) -> Pieces:
    """Turn round what is negative."""
    quotients = tuple(q if up else _multiplied(q, MINUS) for _, _, q, up in _signs(told))
    return Pieces(told.cuts, quotients, told.exact)


def _nonnegative(told: Pieces) -> Iterator[tuple[Fraction, Fraction]]:
    """Yield where a function that was split is not negative: whole pieces, and cuts at zero."""
    for low, high, quotient, up in _signs(told):
        if up:
            yield low, high
        else:
            yield from ((x, x) for x in (low, high) if abs(_worth(quotient, x)) <= NEAR)


def _larger(one: Pieces, other: Pieces) -> Pieces:
    gap = _split(_combining(_added)(one, _combining(_multiplied)(other, _constant(other, MINUS))))
    return _either(one, other, gap)


def _smaller(one: Pieces, other: Pieces) -> Pieces:
    gap = _split(_combining(_added)(other, _combining(_multiplied)(one, _constant(one, MINUS))))
    return _either(one, other, gap)


def _either(one: Pieces, other: Pieces, gap: Pieces) -> Pieces:
    """Take one function where a gap is not negative, and the other elsewhere."""
    told = tuple(_on(one if up else other, (low + high) / 2) for low, high, _, up in _signs(gap))
    return Pieces(gap.cuts, told, gap.exact)


def _constant(like: Pieces, quotient: Quotient) -> Pieces:
    return Pieces((like.cuts[0], like.cuts[-1]), (quotient,))


def _check_poles(told: Pieces) -> None:
    for low, high, (_, bottom) in zip(told.cuts, told.cuts[1:], told.quotients, strict=False):
        if not bottom or _roots(bottom, low, high)[0]:
            raise UnsupportedError("a division by zero")


def _joined(intervals: Sequence[tuple[Fraction, Fraction]]) -> Iterator[tuple[Fraction, Fraction]]:
    """Join intervals that touch."""
    here: tuple[Fraction, Fraction] | None = None
    for low, high in intervals:
        if here is None:
            here = (low, high)
        elif low <= here[1]:
            here = (here[0], max(here[1], high))
        else:
            yield here
            here = (low, high)
    if here is not None:
        yield here


# --- polynomials ----------------------------------------------------------------------------------

MINUS: Quotient = ((Fraction(-1),), ONE)


def _trimmed(coefficients: Sequence[Fraction]) -> Polynomial:
    told = list(coefficients)
    while told and told[-1] == 0:
        told.pop()
    if len(told) > MOST_DEGREE:
        raise UnsupportedError("too high a degree")
    return tuple(told)


def _plus(one: Polynomial, other: Polynomial) -> Polynomial:
    size = max(len(one), len(other))
    zero = Fraction(0)
    return _trimmed(
        [
            (one[k] if k < len(one) else zero) + (other[k] if k < len(other) else zero)
            for k in range(size)
        ]
    )


def _times(one: Polynomial, other: Polynomial) -> Polynomial:
    if not one or not other:
        return ZERO
    found = [Fraction(0)] * (len(one) + len(other) - 1)
    for j, a in enumerate(one):
        for k, b in enumerate(other):
            found[j + k] += a * b
    return _trimmed(found)


def _added(one: Quotient, other: Quotient) -> Quotient:
    if one[1] == other[1]:
        return _plus(one[0], other[0]), one[1]
    top = _plus(_times(one[0], other[1]), _times(other[0], one[1]))
    return top, _times(one[1], other[1])


def _multiplied(one: Quotient, other: Quotient) -> Quotient:
    return _times(one[0], other[0]), _times(one[1], other[1])


def _value(polynomial: Polynomial, x: Fraction) -> Fraction:
    found = Fraction(0)
    for coefficient in reversed(polynomial):
        found = found * x + coefficient
    return found


def _worth(quotient: Quotient, x: Fraction) -> Fraction:
    bottom = _value(quotient[1], x)
    if bottom == 0:
        raise UnsupportedError("a division by zero")
    return _value(quotient[0], x) / bottom


def _derivative(polynomial: Polynomial) -> Polynomial:
    return tuple(k * c for k, c in enumerate(polynomial))[1:]


def _slope(quotient: Quotient) -> Polynomial:
    """Return what has the sign of a quotient's derivative."""
    top, bottom = quotient
    one, other = _times(_derivative(top), bottom), _times(top, _derivative(bottom))
    return _plus(one, tuple(-c for c in other))


def _roots(polynomial: Polynomial, low: Fraction, high: Fraction) -> tuple[list[Fraction], bool]:
    """Return the roots in an interval, none of zero itself, and whether all are rational."""
    if len(polynomial) < 2:
        return [], True
    if len(polynomial) == 2:
        found, exact = [-polynomial[0] / polynomial[1]], True
    elif len(polynomial) == 3 and (told := _quadratic(polynomial)) is not None:
        found, exact = told, True
    else:
        found, exact = _isolated(polynomial, low, high)
    return [x for x in found if low <= x <= high], exact


def _quadratic(polynomial: Polynomial) -> list[Fraction] | None:
    """Return the roots of a quadratic; None where they are irrational."""
    c, b, a = polynomial
    inside = b * b - 4 * a * c
    if inside < 0:
        return []
    p, q = isqrt(inside.numerator), isqrt(inside.denominator)
    if p * p != inside.numerator or q * q != inside.denominator:
        return None
    root = Fraction(p, q)
    return [(-b - root) / (2 * a), (-b + root) / (2 * a)]


def _isolated(polynomial: Polynomial, low: Fraction, high: Fraction) -> tuple[list[Fraction], bool]:
    """Isolate the roots between two numbers, by Sturm's theorem as sympy does."""
    ends = [sp.Rational(x.numerator, x.denominator) for x in (low, high)]
    told = [sp.Rational(c.numerator, c.denominator) for c in reversed(polynomial)]
    found, exact = [], True
    for factor, _ in sp.Poly(told, sp.Dummy("x")).factor_list()[1]:
        if factor.degree() == 1:
            slope, constant = factor.all_coeffs()
            found.append(_fraction(-constant / slope))
            continue
        eps = sp.Rational(EPSILON.numerator, EPSILON.denominator)
        for (left, right), _ in factor.intervals(eps=eps, inf=ends[0], sup=ends[1]):
            found.append(_fraction((left + right) / 2))
            exact = False
    return found, exact


def _rational(number: Fraction) -> sp.Rational:
    return sp.Rational(number.numerator, number.denominator)


def _fraction(number: sp.Rational) -> Fraction:
    told = sp.Rational(number)
    return Fraction(int(told.p), int(told.q))
