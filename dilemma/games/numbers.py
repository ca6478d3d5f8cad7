"""Sympy expressions as functions of many values at once: exact on fractions, fast on arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import sympy as sp
from sympy.printing.pycode import PythonCodePrinter

__all__ = ["exactly", "quickly"]

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
