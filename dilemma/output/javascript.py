"""Expressions and conditions as JavaScript, by sympy's printer.

Numbers become double-precision floats.  A condition is allowed to fail by ``E``, a constant of the
page's script, because what is exactly zero in the theory is so only nearly in floats.

:class:`Exactly` prints calls of the page's arithmetic of fractions instead, for files with exact
payoffs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sympy as sp
from sympy.core.relational import Relational
from sympy.printing.jscode import JavascriptCodePrinter

from dilemma.errors import UnsupportedError
from dilemma.output.cleaning import as_json

__all__ = ["Exactly", "Names", "condition", "constants", "formula", "quoted"]

# What a name may not be: words of the language, and what the page's own script speaks of.
TAKEN = frozenset(
    """
    abstract arguments await boolean break byte case catch char class const continue debugger default
    delete do double else enum eval export extends false final finally float for function goto if
    implements import in instanceof int interface let long native new null package private protected
    public return short static super switch synchronized this throw throws transient true try typeof
    undefined var void volatile while with yield
    Math NaN Infinity E add sub mul div pow neg least most size fraction at_least above equals networks paid
    """.split()  # noqa: SIM905 -- as words it reads best
)
IDENTIFIER = re.compile(r"(?!f[0-9]+_$|below[0-9]+$)[A-Za-z][A-Za-z0-9_]*")


class Names:
    """A JavaScript name for every symbol: its own where that may be, else one with a number.

    Examples
    --------
    >>> names = Names(sp.symbols("A_J in multiplier(ceiling)", real=True))
    >>> [names[s] for s in sp.symbols("A_J in multiplier(ceiling)", real=True)]
    ['A_J', '_1', '_2']
    """

    def __init__(self, symbols: Iterable[sp.Symbol]) -> None:
        self._names = {
            symbol: symbol.name
            if IDENTIFIER.fullmatch(symbol.name) and symbol.name not in TAKEN
            else f"_{k}"
            for k, symbol in enumerate(dict.fromkeys(symbols))
        }

    def __getitem__(self, symbol: sp.Symbol) -> str:
        return self._names[symbol]


class _Floats(JavascriptCodePrinter):  # type: ignore[misc]
    """Print formulas in floats."""

    def __init__(self, names: Names) -> None:
        super().__init__({"human": False})
        self._names_of = names
        self._below: list[set[sp.Symbol]] = [set()]  # whose squares stand under a stroke

    def _print_Symbol(self, expr: sp.Symbol) -> str:
        return self._names_of[expr]

    def _print_NaN(self, _expr: sp.Expr) -> str:
        return "NaN"

    def _print_Mul(self, expr: sp.Mul) -> str:
        self._below.append({f.base for f in expr.args if f.is_Pow and f.exp == -2})
        told = str(super()._print_Mul(expr))
        self._below.pop()
        return told

    def _print_Pow(self, expr: sp.Pow) -> str:
        if expr.exp == 2:  # a product is quicker than a call
            base = self.parenthesize(expr.base, 60)
            if not expr.base.is_Symbol:
                return f"Math.pow({base}, 2)"
            return f"({base}*{base})" if expr.base in self._below[-1] else f"{base}*{base}"
        if expr.exp.is_Integer and expr.exp > 2 and expr.base.is_Symbol:
            return f"({self._print(expr.base)}**{expr.exp})"  # shorter than a call, by which it is worked out
        return str(super()._print_Pow(expr))

    def _print_Relational(self, expr: Relational) -> str:
        return condition(expr, self._names_of)


def formula(expression: sp.Expr, names: Names) -> str:
    """Print a formula.

    Raises
    ------
    UnsupportedError
        If there is something in it that has no counterpart in JavaScript.

    Examples
    --------
    >>> x, y = sp.symbols("x y", real=True)
    >>> formula(x**2 / 3 - sp.Min(x, y), Names([x, y]))
    '(1/3)*x*x - Math.min(x, y)'
    """
    _, unsupported, text = _Floats(names).doprint(expression)
    if unsupported:
        raise UnsupportedError(f"{expression} cannot be written as JavaScript")
    return " ".join(str(text).split())


def condition(wanted: sp.Basic, names: Names) -> str:
    """Print a condition; what is nearly equal counts as equal.

    A condition without a value (0/0, or a price that nothing determines) does not stand in the way.

    Examples
    --------
    >>> x, y = sp.symbols("x y", real=True)
    >>> condition(sp.And(x >= y, sp.Or(x < 1, sp.Ne(y, 0))), Names([x, y]))
    '(at_least(x - y) && (above(1 - x) || !equals(y)))'
    """
    match wanted:
        case sp.And() | sp.Or():
            sign = " && " if isinstance(wanted, sp.And) else " || "
            parts = sorted(wanted.args, key=sp.default_sort_key)
            return f"({sign.join(condition(part, names) for part in parts)})"
        case sp.Not():
            return f"!{condition(wanted.args[0], names)}"
        case sp.GreaterThan() | sp.StrictGreaterThan():
            left, right = wanted.args
        case sp.LessThan() | sp.StrictLessThan() | sp.Eq() | sp.Ne():
            right, left = wanted.args
        case _ if wanted in (sp.true, sp.false):
            return "true" if wanted == sp.true else "false"
        case _:
            raise UnsupportedError(f"{wanted} cannot be written as JavaScript")
    told = formula(left - right, names)
    match wanted:
        case sp.Eq() | sp.Ne():
            return (
                f"{'!' if isinstance(wanted, sp.Ne) else ''}equals({formula(right - left, names)})"
            )
        case sp.GreaterThan() | sp.LessThan():
            return f"at_least({told})"
    return f"above({told})"


def constants(
    formulas: Mapping[sp.Symbol, sp.Expr], names: Names, wanted: Iterable[sp.Basic]
) -> str:
    """Print those definitions that others need, each a constant, in their order.

    Examples
    --------
    >>> a, b, c = sp.symbols("a b c", real=True)
    >>> constants({b: a + 1, c: b * a}, Names([a, b, c]), [b - 2])
    'const b = a + 1;'
    """
    needed = {symbol for each in wanted for symbol in each.free_symbols}
    for symbol, told in reversed(list(formulas.items())):
        if symbol in needed:
            needed |= told.free_symbols
    told = [f"{names[s]} = {formula(f, names)}" for s, f in formulas.items() if s in needed]
    return f"const {', '.join(told)};" if told else ""


def quoted(data: Any) -> str:
    r"""Return plain data as JSON that may stand in a page: nothing in it ends a script.

    Examples
    --------
    >>> quoted(["</script>", 1])
    '["\\u003c/script>",1]'
    """
    told = as_json(data, indent=None, separators=(",", ":"))
    return told.replace("<", "\\u003c")


class Exactly:
    """Print formulas as calls of exact arithmetic.

    Examples
    --------
    >>> x, y = sp.symbols("x y", real=True)
    >>> Exactly(Names([x, y])).formula(x * y - 1)
    'add(mul(y, x), fraction(-1n, 1n))'
    """

    def __init__(self, names: Names) -> None:
        self._names = names

    def formula(self, expression: sp.Expr) -> str:
        """Print a formula.

        Raises
        ------
        UnsupportedError
            If its values need not be fractions where its parameters are.
        """
        match expression:
            case sp.Symbol():
                return self._names[expression]
            case sp.Rational():
                return f"fraction({expression.p}n, {expression.q}n)"
            case sp.Add() | sp.Mul() | sp.Min() | sp.Max():
                call = {sp.Add: "add", sp.Mul: "mul", sp.Min: "least", sp.Max: "most"}
                return self._call(call[expression.func], expression.args)
            case sp.Abs():
                return self._call("size", expression.args)
            case sp.Pow() if expression.exp.is_Integer:
                return f"pow({self.formula(expression.base)}, {expression.exp})"
            case sp.Piecewise():
                return self._piecewise(expression.args)
        raise UnsupportedError(f"{expression} is no fraction where its parameters are")

    def _call(self, name: str, arguments: Sequence[sp.Expr]) -> str:
        ordered = sorted(arguments, key=sp.default_sort_key, reverse=True)
        return f"{name}({', '.join(self.formula(each) for each in ordered)})"

    def _piecewise(self, pieces: Sequence[sp.Basic]) -> str:
        told = "null"
        for value, when in reversed([piece.args for piece in pieces]):
            own = "null" if value is sp.nan else self.formula(value)
            told = f"({self._condition(when)} ? {own} : {told})"
        return told

    def _condition(self, wanted: sp.Basic) -> str:
        match wanted:
            case sp.And() | sp.Or():
                sign = " && " if isinstance(wanted, sp.And) else " || "
                return f"({sign.join(map(self._condition, wanted.args))})"
            case sp.Not():
                return f"!{self._condition(wanted.args[0])}"
            case Relational():
                sign = {"==": "===", "!=": "!=="}.get(wanted.rel_op, wanted.rel_op)
                gap = self._call("add", (wanted.lhs, sp.Mul(-1, wanted.rhs, evaluate=False)))
                return f"({gap}.n {sign} 0n)"
        if wanted in (sp.true, sp.false):
            return "true" if wanted == sp.true else "false"
        raise UnsupportedError(f"{wanted} is no comparison of fractions")
