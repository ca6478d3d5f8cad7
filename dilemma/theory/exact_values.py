"""Formulas worked out at exact numbers, in Python's own: what ``xreplace`` gives, many times as fast.

A sum of products is worked out in integers, over one denominator; what is nested, and cases, in pairs of
them, which are reduced at the end.  Roots and functions are left to sympy, and so is a quotient by nought.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import gcd, lcm
from typing import Any

import sympy as sp

__all__ = ["put_in_exactly", "rounded", "sign_between"]

Quotient = tuple[int, int]  # of integers, the second positive; it need not be in lowest terms
LONG = 2_000  # bits of a denominator


def put_in_exactly(formula: sp.Basic, values: Mapping[sp.Symbol, sp.Expr]) -> sp.Basic:
    """Put numbers into a formula.

    Examples
    --------
    >>> x, y = sp.symbols("x y", real=True)
    >>> put_in_exactly(x**2 / 3 - x / (1 + y), {x: sp.Rational(3, 2), y: sp.Integer(2)})
    1/4
    >>> put_in_exactly(sp.sqrt(x) + y, {x: sp.Integer(4)})
    y + 2
    """
    try:
        found = _quotient(formula, values)
    except ZeroDivisionError:
        found = None
    return formula.xreplace(dict(values)) if found is None else sp.Rational(*found)


def rounded(number: sp.Rational, scale: int) -> sp.Rational:
    """Round a number to a multiple of one over a scale, halves to even ones.

    Examples
    --------
    >>> rounded(sp.Rational(2, 3), 100)
    67/100
    """
    return sp.Rational(round(Fraction(int(number.p), int(number.q)) * scale), scale)


def _quotient(formula: sp.Basic, values: Mapping[sp.Symbol, sp.Expr]) -> Quotient | None:
    """Return a formula's value; None where that takes more than sums, products and whole powers."""
    if formula.is_Rational:
        return int(formula.p), int(formula.q)
    if formula.is_Symbol:
        value = values.get(formula)
        return (int(value.p), int(value.q)) if isinstance(value, sp.Rational) else None
    if formula.is_Pow:
        base, power = formula.args
        below = _quotient(base, values) if power.is_Integer else None
        return None if below is None else _raised(below, int(power))
    if formula.is_Piecewise:
        return _of_cases(formula, values)
    if isinstance(formula, sp.Max | sp.Min | sp.Abs):
        return _of_compared(formula, values)
    if not (formula.is_Add or formula.is_Mul):
        return None
    summed = _sum_of_products(formula)
    if summed is not None:
        return summed.at(values)
    join = _product if formula.is_Mul else _sum
    found = int(formula.is_Mul), 1
    for part in formula.args:
        value = _quotient(part, values)
        if value is None:
            return None
        found = join(found, value)
    return found


def _raised(base: Quotient, power: int) -> Quotient:
    above, below = base
    if power >= 0:
        return above**power, below**power
    if not above:
        raise ZeroDivisionError
    if above < 0:
        above, below = -above, -below
    return below**-power, above**-power


def _product(one: Quotient, other: Quotient) -> Quotient:
    return _short(one[0] * other[0], one[1] * other[1])


def _sum(one: Quotient, other: Quotient) -> Quotient:
    if one[1] == other[1]:
        return one[0] + other[0], one[1]
    return _short(one[0] * other[1] + other[0] * one[1], one[1] * other[1])


def _short(above: int, below: int) -> Quotient:
    """Reduce a quotient that has become long."""
    if below.bit_length() < LONG:
        return above, below
    common = gcd(above, below)
    return above // common, below // common


def _of_compared(formula: sp.Expr, values: Mapping[sp.Symbol, sp.Expr]) -> Quotient | None:
    """Return the largest of some values, the smallest, or how far one is from nought."""
    told = [_quotient(part, values) for part in formula.args]
    known = [value for value in told if value is not None]
    if len(known) < len(told):
        return None
    if isinstance(formula, sp.Abs):
        return abs(known[0][0]), known[0][1]
    choose = max if isinstance(formula, sp.Max) else min
    return choose(known, key=lambda value: Fraction(*value))


def _of_cases(formula: sp.Piecewise, values: Mapping[sp.Symbol, sp.Expr]) -> Quotient | None:
    """Return the value of the first case that is so; None where that is not known of one before."""
    for value, condition in formula.args:
        so = _truth(condition, values)
        if so is None:
            return None
        if so:
            return _quotient(value, values)
    return None


def _truth(condition: sp.Basic, values: Mapping[sp.Symbol, sp.Expr]) -> bool | None:
    """Tell whether a condition is so; None where its sides take more than fractions."""
    if condition in (sp.true, sp.false):
        return bool(condition)
    if condition.is_Relational:
        left, right = (_quotient(side, values) for side in condition.args)
        if left is None or right is None:
            return None
        return _COMPARED[condition.func](left[0] * right[1], right[0] * left[1])
    parts = [_truth(part, values) for part in condition.args]
    if not isinstance(condition, sp.And | sp.Or | sp.Not) or None in parts:
        return None
    if isinstance(condition, sp.Not):
        return not parts[0]
    return all(parts) if isinstance(condition, sp.And) else any(parts)


_COMPARED: Mapping[Any, Callable[[int, int], bool]] = {
    sp.Gt: operator.gt,
    sp.Ge: operator.ge,
    sp.Lt: operator.lt,
    sp.Le: operator.le,
    sp.Eq: operator.eq,
    sp.Ne: operator.ne,
}


def sign_between(low: sp.Expr, high: sp.Expr) -> int:
    """Return the sign of what one number, maybe infinite, is below another.

    Examples
    --------
    >>> sign_between(sp.Rational(1, 3), sp.Rational(1, 2)), sign_between(sp.oo, sp.Integer(1))
    (1, -1)
    """
    if low.is_Rational and high.is_Rational:
        gap = int(high.p) * int(low.q) - int(low.p) * int(high.q)
        return (gap > 0) - (gap < 0)
    if low.is_Rational or high.is_Rational:
        ends = (sp.S.NegativeInfinity, sp.S.Infinity)
        if low is ends[0] or high is ends[1]:
            return 1
        if low is ends[1] or high is ends[0]:
            return -1
    return int(bool(low < high)) - int(bool(low > high))


@dataclass(frozen=True, slots=True)
class _SumOfProducts:
    """A polynomial as it stands: each term a coefficient, over one denominator, and its powers.

    Attributes
    ----------
    symbols : tuple of symbol
    below : int
        The denominator.
    degree : int
        The highest of any term.
    terms : tuple of (coefficient, degree, tuple of (symbol's place, power))
    """

    symbols: tuple[sp.Symbol, ...]
    below: int
    degree: int
    terms: tuple[tuple[int, int, tuple[tuple[int, int], ...]], ...]

    def at(self, values: Mapping[sp.Symbol, sp.Expr]) -> Quotient | None:
        """Return its value; None where a symbol has none that is rational."""
        numbers = [n for n in map(values.get, self.symbols) if isinstance(n, sp.Rational)]
        if len(numbers) < len(self.symbols):
            return None
        scale = lcm(*(int(n.q) for n in numbers))
        whole = [int(n.p) * (scale // int(n.q)) for n in numbers]
        scales = [1]
        for _ in range(self.degree):
            scales.append(scales[-1] * scale)
        total = 0
        for coefficient, degree, powers in self.terms:
            product = coefficient * scales[self.degree - degree]
            for place, power in powers:
                product *= whole[place] ** power
            total += product
        return total, self.below * scales[-1]


@lru_cache(maxsize=4_096)
def _sum_of_products(formula: sp.Expr) -> _SumOfProducts | None:
    """Read a formula as a sum of products of symbols; None if it is written in another way."""
    places: dict[sp.Symbol, int] = {}
    read = []
    for term in sp.Add.make_args(formula):
        coefficient, rest = term.as_coeff_Mul()
        powers = []
        for factor in sp.Mul.make_args(rest):
            base, power = factor.as_base_exp()
            if factor is sp.S.One:
                continue
            if not (base.is_Symbol and power.is_Integer and power > 0):
                return None
            powers.append((places.setdefault(base, len(places)), int(power)))
        if not coefficient.is_Rational:
            return None
        read.append((coefficient, sum(power for _, power in powers), tuple(powers)))
    below = lcm(*(int(c.q) for c, _, _ in read))
    terms = tuple((int(c.p) * (below // int(c.q)), degree, powers) for c, degree, powers in read)
    return _SumOfProducts(tuple(places), below, max(degree for _, degree, _ in read), terms)
