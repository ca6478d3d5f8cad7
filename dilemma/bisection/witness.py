"""Whether statements hold at a point, from the statements as they were put, in exact fractions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

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
        for symbol, formula in told.definitions:
            _number(symbol, point, dict(told.definitions))
        ties = (*statements, *told.ties)
        if not all(_truth(s, point) for s in ties):
            return {}
    except _NoValueError:
        return {}
    return {s: sp.Rational(v.numerator, v.denominator) for s, v in point.items()}


def _truth(statement: sp.Basic, point: dict[sp.Symbol, Fraction]) -> bool:
    if statement in (sp.true, sp.false):
        return bool(statement)
    match statement:
        case sp.And():
            return all([_truth(a, point) for a in statement.args])
        case sp.Or():
            return any([_truth(a, point) for a in statement.args])
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
    definitions: Mapping[sp.Symbol, sp.Expr] = {},
) -> Fraction:
    match expression:
        case sp.Symbol():
            if expression not in point:
                if expression not in definitions:
                    raise _NoValueError
                point[expression] = _number(definitions[expression], point, definitions)
            return point[expression]
        case sp.Rational():
            return Fraction(int(expression.p), int(expression.q))
        case sp.Add():
            return sum((_number(a, point, definitions) for a in expression.args), Fraction(0))
        case sp.Mul():
            found = Fraction(1)
            for a in expression.args:
                found *= _number(a, point, definitions)
            return found
        case sp.Pow():
            base, exponent = _number(expression.base, point, definitions), expression.exp
            if not exponent.is_Rational or (base == 0 and exponent < 0):
                raise _NoValueError
            return _root(base, int(exponent.q)) ** int(exponent.p)
        case sp.Piecewise():
            for value, condition in expression.args:
                if _truth(condition, point):
                    return _number(value, point, definitions)
            raise _NoValueError
        case sp.Min() | sp.Max():
            extreme = min if isinstance(expression, sp.Min) else max
            return extreme(_number(a, point, definitions) for a in expression.args)
        case sp.Abs():
            return abs(_number(expression.args[0], point, definitions))
    raise _NoValueError


def _root(base: Fraction, degree: int) -> Fraction:
    if degree == 1:
        return base
    if base < 0:
        raise _NoValueError
    top, exact_top = sp.integer_nthroot(base.numerator, degree)
    bottom, exact_bottom = sp.integer_nthroot(base.denominator, degree)
    if not (exact_top and exact_bottom):
        raise _NoValueError
    return Fraction(int(top), int(bottom))
