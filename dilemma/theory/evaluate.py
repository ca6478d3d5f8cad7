"""Sympy expressions as functions of many values at once: exact on fractions, fast on arrays.

How large a number may become where parameters are put into formulas.

A formula's text is kept small when it is read (:mod:`dilemma.reading.syntax`); its value need not
be: ``exp(exp(9*k))`` is short, and at k = 4 no computer can hold it.  So numbers are put in from the
inside out, and what would grow past a limit is refused before it is worked out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from math import log
from typing import Any

import sympy as sp
from sympy.printing.pycode import PythonCodePrinter

from dilemma.errors import CalibrationError

__all__ = ["MOST_DIGITS", "TooLargeError", "climbs", "exactly", "put_in", "quickly"]

LARGEST_FLOAT = 10**308


class _FractionPrinter(PythonCodePrinter):  # type: ignore[misc]
    """Prints 1/3 as a fraction: Python itself would divide to a float."""

    def _print_Rational(self, number: sp.Rational) -> str:
        return f"Fraction({number.p}, {number.q})"


def exactly(
    symbols: Sequence[sp.Symbol], expressions: Sequence[sp.Expr]
) -> Callable[..., list[Fraction]]:
    """Compile expressions for exact values; only rational functions and pieces of them.

    Examples
    --------
    >>> p = sp.Symbol("p", real=True)
    >>> exactly([p], [(1 - p) / 3])(Fraction(1, 2))
    [Fraction(1, 6)]
    """
    printer = _FractionPrinter({"fully_qualified_modules": False, "allow_unknown_functions": True})
    compiled: Callable[..., list[Fraction]] = sp.lambdify(
        list(symbols), list(expressions), modules=[{"Fraction": Fraction}], printer=printer
    )
    return compiled


def quickly(symbols: Sequence[sp.Symbol], expressions: Sequence[sp.Expr]) -> Callable[..., Any]:
    """Compile expressions for numpy arrays of floats, shared pieces worked out once."""
    compiled: Callable[..., Any] = sp.lambdify(
        list(symbols), [_in_range(e) for e in expressions], modules="numpy", cse=True
    )
    return compiled


def _in_range(expression: sp.Expr) -> sp.Expr:
    """Write numbers that no float can hold as floats, which are infinite, and not as integers."""
    huge = [n for n in expression.atoms(sp.Rational) if abs(n) > LARGEST_FLOAT]
    return expression.xreplace({n: sp.Float(n) for n in huge}) if huge else expression


# --- how large a number may become where parameters are put into formulas ------------------------


MOST_DIGITS = 4_000  # of a number, before or behind the point; Python writes none much longer
MOST_BITS = MOST_DIGITS * log(10) / log(2)


class TooLargeError(CalibrationError):
    """A number that is larger, nearer to nought, or has more digits than can be worked with."""

    def __init__(self) -> None:
        super().__init__(f"a number of more than {MOST_DIGITS:,} digits")


def put_in(formula: sp.Basic, values: Mapping[Any, Any]) -> Any:
    """Put numbers into a formula, which is exact, as ``xreplace`` does.

    Raises
    ------
    TooLargeError
        If a number on the way, or in the end, has too many digits.

    Examples
    --------
    >>> k = sp.Symbol("k", real=True)
    >>> put_in(k**2 + sp.exp(k), {k: sp.Integer(2)})
    4 + exp(2)
    >>> put_in(sp.exp(sp.exp(9 * k)), {k: sp.Integer(4)})
    Traceback (most recent call last):
        ...
    dilemma.theory.evaluate.TooLargeError: a number of more than 4,000 digits
    """
    found = _built(formula, values) if climbs(formula) else formula.xreplace(values)
    _check(found)
    return found


@lru_cache(maxsize=10_000)
def climbs(formula: sp.Basic) -> bool:
    """Tell whether a short formula may have a value of any length: an exponent is no number."""
    return any(
        isinstance(node, sp.exp) or (isinstance(node, sp.Pow) and not node.exp.is_number)
        for node in sp.preorder_traversal(formula)
    )


def _built(formula: sp.Basic, values: Mapping[Any, Any]) -> Any:
    """Put numbers in from the inside out; of several cases only the one that holds."""
    if formula in values:
        return values[formula]
    if not formula.args:
        return formula
    if isinstance(formula, sp.Piecewise):
        return _cases(formula, values)
    parts = [_built(part, values) for part in formula.args]
    if isinstance(formula, sp.exp):
        _check_power(sp.E, parts[0])
    elif isinstance(formula, sp.Pow):
        _check_power(*parts)
    found = formula.func(*parts)
    if isinstance(formula, sp.Mul):
        _check(found)
    return found


def _cases(formula: sp.Piecewise, values: Mapping[Any, Any]) -> Any:
    left = []
    for value, condition in formula.args:
        holds = _built(condition, values)
        if holds == sp.false:
            continue
        left.append((_built(value, values), holds))
        if holds == sp.true:
            break
    if len(left) == 1 and left[0][1] == sp.true:
        return left[0][0]
    return sp.Piecewise(*left, evaluate=False) if left else sp.nan


def _check_power(base: sp.Basic, power: sp.Basic) -> None:
    """See that a power of numbers, which need not be known yet, has not too many digits."""
    if not (base.is_number and power.is_number) or base.is_zero:
        return
    if base.is_Rational and power.is_Integer:
        long = max(abs(int(base.p)), int(base.q)).bit_length()
        if abs(base) != 1 and abs(power) * (long - 1) > MOST_BITS:
            raise TooLargeError
        return
    bits = sp.N(power * sp.log(abs(base)) / sp.log(2), 15)
    if bits.is_Float and abs(bits) > MOST_BITS:
        raise TooLargeError


def _check(found: sp.Basic) -> None:
    """See that a number has not too many digits."""
    if found.is_Rational:
        if max(abs(int(found.p)), int(found.q)).bit_length() > MOST_BITS:
            raise TooLargeError
    elif found.is_number and found.args:
        rounded = sp.N(found, 15)
        if rounded.is_Float and rounded != 0:
            _, mantissa, exponent, _ = rounded._mpf_
            if abs(exponent + int(mantissa).bit_length()) > MOST_BITS:
                raise TooLargeError
