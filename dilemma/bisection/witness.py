"""Whether statements hold at a point, from the statements as they were put, in exact fractions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import prod

import sympy as sp

from dilemma.bisection.clearing import Cleared
from dilemma.errors import UnsupportedError

__all__ = ["holds_at"]


class _NoValueError(Exception):
    """A formula has no rational value at a point."""


def holds_at(
    statements: Sequence[sp.Basic], told: Cleared, values: Mapping[sp.Symbol, Fraction]
) -> dict[sp.Symbol, sp.Rational]:
    """Return the value of every symbol if all statements hold there, else nothing."""
    point = dict(values)
    try:
        for symbol, _ in told.definitions:
            _number(symbol, point, dict(told.definitions))
        ties = (*statements, *told.ties)
        if not all(_truth(s, point) for s in ties):
            return {}
    except _NoValueError:
        return {}
    return {s: sp.Rational(v.numerator, v.denominator) for s, v in point.items()}


def _truth(statement: sp.Basic, point: dict[sp.Symbol, Fraction]) -> bool:
    """Tell whether a statement holds at a point."""
    if statement in (sp.true, sp.false):
        return bool(statement)
    match statement:
        case sp.And():
            return all(_truth(a, point) for a in statement.args)
        case sp.Or():
            return any(_truth(a, point) for a in statement.args)
        case sp.Not():
            return not _truth(statement.args[0], point)
        case sp.core.relational.Relational():
            left, right = (_number(a, point) for a in statement.args)
            return {
                "<": left < right,
                "<=": left <= right,
                ">": left > right,
                ">=": left >= right,
                "==": left == right,
                "!=": left != right,
            }[statement.rel_op]
    raise UnsupportedError(f"'{statement}' is no statement that can be decided")


def _number(
    expression: sp.Expr,
    point: dict[sp.Symbol, Fraction],
    definitions: Mapping[sp.Symbol, sp.Expr] | None = None,
) -> Fraction:
    """Return the value of a formula; what is defined is worked out and kept in ``point``."""
    match expression:
        case sp.Symbol():
            return _symbol(expression, point, definitions or {})
        case sp.Rational():
            return Fraction(int(expression.p), int(expression.q))
        case sp.Pow():
            return _power(_number(expression.base, point, definitions), expression.exp)
        case sp.Piecewise():
            return _number(_piece(expression, point), point, definitions)
    return _joined(expression, [_number(a, point, definitions) for a in expression.args])


def _symbol(
    symbol: sp.Symbol,
    point: dict[sp.Symbol, Fraction],
    definitions: Mapping[sp.Symbol, sp.Expr],
) -> Fraction:
    """Return the value of a symbol, from its definition if it has none yet."""
    if symbol not in point:
        if symbol not in definitions:
            raise _NoValueError
        point[symbol] = _number(definitions[symbol], point, definitions)
    return point[symbol]


def _piece(pieces: sp.Piecewise, point: dict[sp.Symbol, Fraction]) -> sp.Expr:
    """Return the formula that counts at a point: that of the first condition that holds."""
    for value, condition in pieces.args:
        if _truth(condition, point):
            return value
    raise _NoValueError


def _joined(expression: sp.Expr, values: list[Fraction]) -> Fraction:
    """Return what an operation makes of the values of its arguments."""
    match expression:
        case sp.Add():
            return sum(values, Fraction(0))
        case sp.Mul():
            return prod(values, start=Fraction(1))
        case sp.Min():
            return min(values)
        case sp.Max():
            return max(values)
        case sp.Abs():
            return abs(values[0])
    raise _NoValueError


def _power(base: Fraction, exponent: sp.Expr) -> Fraction:
    if not exponent.is_Rational or (base == 0 and exponent < 0):
        raise _NoValueError
    return Fraction(_root(base, int(exponent.q)) ** int(exponent.p))


def _root(base: Fraction, degree: int) -> Fraction:
    """Return a root that is a fraction itself; there is no value where it is none."""
    if degree == 1:
        return base
    if base < 0:
        raise _NoValueError
    top, exact_top = sp.integer_nthroot(base.numerator, degree)
    bottom, exact_bottom = sp.integer_nthroot(base.denominator, degree)
    if not (exact_top and exact_bottom):
        raise _NoValueError
    return Fraction(int(top), int(bottom))
