"""From a formula's text to exact sympy, through a whitelist: nothing in a model file is ever run.

The grammar: numbers (``0.1`` is exactly 1/10), names, ``+ - * / **``, parentheses,
``value if condition else value``, ``sqrt exp log min max abs``, comparisons, ``and or not``.
What other calls and dotted names mean is the caller's to say, through ``Scope.refer``.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import Any

import sympy as sp
from sympy.logic.boolalg import Boolean

from dilemma.errors import nearest
from dilemma.reading.syntax import (
    HIGHEST_EXPONENT,
    MOST_BITS,
    ExpressionError,
    Formula,
    Word,
    degree,
    kind,
    literal,
    read_tree,
    written_number,
)

__all__ = ["FUNCTIONS", "ExpressionError", "Scope", "Word", "constant", "exact", "parse"]

FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "sqrt": sp.sqrt,
    "exp": sp.exp,
    "log": sp.log,
    "min": sp.Min,
    "max": sp.Max,
    "abs": lambda number: _absolute(number),  # noqa: PLW0108 - defined below
}
_COMPARISONS: Mapping[type[ast.cmpop], Callable[..., Any]] = {
    ast.Lt: sp.Lt,
    ast.LtE: sp.Le,
    ast.Gt: sp.Gt,
    ast.GtE: sp.Ge,
    ast.Eq: sp.Eq,
    ast.NotEq: sp.Ne,
}
_MOST_ARGUMENTS = 12
_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,17})")

Refer = Callable[[Word | None, Word, tuple[Word, ...] | None], sp.Basic]


@dataclass(frozen=True, slots=True)
class Scope:
    """What a formula may speak of.

    Attributes
    ----------
    names : mapping
        What each plain name stands for.
    refer : callable or None
        Asked with ``(era, name, arguments)`` for whatever else is named: a dotted name has an
        era, a call has arguments.  It returns a symbol or blames one of the words.
    calls : collection of str
        What ``refer`` understands as calls, for hints.
    degrees : mapping of str to int
        The degree of names that stand for more than themselves.
    texts : collection of str
        Named arguments of calls whose value is text: it comes last, in double quotes.
    undefined : bool
        Whether a branch of a conditional may be ``undefined``.
    """

    names: Mapping[str, sp.Basic] = field(default_factory=dict)
    refer: Refer | None = None
    calls: Collection[str] = ()
    degrees: Mapping[str, int] = field(default_factory=dict)
    texts: Collection[str] = ()
    undefined: bool = False


def parse(text: str, scope: Scope, *, truth: bool = False) -> sp.Basic:
    """Read one formula: a number, or a statement where ``truth`` is asked for.

    Raises
    ------
    ExpressionError
        With the column and width of what is wrong.

    Examples
    --------
    >>> p, E = sp.symbols("p E", real=True)
    >>> parse("0.1*p + E/3", Scope({"p": p, "E": E}))
    E/3 + p/10
    """
    if not truth and _WHOLE.fullmatch(text):
        return sp.Integer(text)  # what most cells of large tables are
    formula = read_tree(text)
    degree(formula, scope.degrees)
    reader = _Reader(formula, scope)
    return reader.truth(formula.tree) if truth else reader.number(formula.tree)


def constant(text: str) -> sp.Expr:
    """Read a formula without names, such as ``1/3``."""
    return parse(text, Scope())


def exact(number: object) -> sp.Rational:
    """Return a number exactly; a float is what its decimal digits say.

    Raises
    ------
    ExpressionError
        If it is not a finite rational number of reasonable size.

    Examples
    --------
    >>> exact(0.1), exact("1/3")
    (1/10, 1/3)
    """
    if isinstance(number, sp.Basic) and not isinstance(number, sp.Float):
        found = number
    elif isinstance(number, str):
        found = constant(number)
    elif isinstance(number, int) and number.bit_length() > MOST_BITS:
        raise ExpressionError("a number of unreasonable size")
    elif isinstance(number, Fraction):
        found = sp.Rational(number)
    else:
        found = sp.Rational(literal(str(number)))  # of True, too, which is no number
    if not isinstance(found, sp.Rational):
        raise ExpressionError(f"{number} is not a finite rational number")
    return found


@dataclass(frozen=True, slots=True)
class _Reader:
    formula: Formula
    scope: Scope

    def number(self, node: ast.expr) -> sp.Expr:
        found = self._read(node)
        if _is_truth(found):
            raise self.formula.error(node, "a number is wanted here, not a statement")
        return found

    def truth(self, node: ast.expr) -> sp.Basic:
        found = self._read(node)
        if not _is_truth(found):
            raise self.formula.error(
                node, "a statement is wanted here, not a number", "compare it: <, <=, >, >=, =="
            )
        return found

    def _read(self, node: ast.expr) -> sp.Basic:
        match node:
            case ast.Constant():
                return self._constant(node)
            case ast.Name():
                return self._name(node)
            case ast.BinOp(op=ast.BitXor()):
                raise self._caret(node)
            case ast.BinOp(op=ast.Pow()):
                return self._power(node)
            case ast.BinOp(op=ast.Add() | ast.Sub()):
                return self._sum(node)
            case ast.BinOp(op=ast.Mult() | ast.Div()):
                return self._product(node)
            case ast.UnaryOp(op=ast.USub()):
                return -self.number(node.operand)
            case ast.UnaryOp(op=ast.UAdd()):
                return self.number(node.operand)
            case ast.UnaryOp(op=ast.Not()):
                return sp.Not(self.truth(node.operand))
            case ast.BoolOp():
                join = sp.And if isinstance(node.op, ast.And) else sp.Or
                return self._made(node, join, [self.truth(part) for part in node.values])
            case ast.Compare():
                return self._comparison(node)
            case ast.IfExp():
                return self._conditional(node)
            case ast.Call():
                return self._call(node)
            case ast.Attribute(value=ast.Name() as era):
                return self._refer(self.formula.word(era), self.formula.tail(node), None)
            case _:
                raise self.formula.error(node, f"{kind(node)} is not allowed in a formula")

    def _constant(self, node: ast.Constant) -> sp.Expr:
        written = self.formula.word(node)
        if type(node.value) not in (int, float):
            what = "text" if isinstance(node.value, str) else f"{written.text!r}"
            raise written.error(f"{what} is not allowed in a formula")
        try:
            return sp.Rational(literal(written.text))
        except ExpressionError as error:
            raise written.error(error.message) from None

    def _name(self, node: ast.Name) -> sp.Basic:
        word = self.formula.word(node, node.id)
        if node.id in self.scope.names:
            return self.scope.names[node.id]
        if node.id == "undefined":
            hint = "... if condition else undefined" if self.scope.undefined else ""
            raise word.error("'undefined' is only a branch of an outcome's 'if ... else'", hint)
        if node.id in FUNCTIONS:
            raise word.error(f"{node.id!r} wants arguments", f"write {node.id}(...)")
        if self.scope.refer is not None:
            return self.scope.refer(None, word, None)
        raise word.error(f"unknown name {node.id!r}", nearest(node.id, self.scope.names))

    def _caret(self, node: ast.BinOp) -> ExpressionError:
        left, right = self.formula.word(node.left), self.formula.word(node.right)
        column = self.formula.text.find("^", left.column, right.column + right.width)
        # Of several in a row the first is blamed: it is in the left side.
        return ExpressionError("'^' is not a power here", max(column, 0), 1, "write **")

    def _power(self, node: ast.BinOp) -> sp.Expr:
        base = self.number(node.left)
        power = self.number(node.right)
        if base.is_zero and power.is_negative:
            raise self.formula.error(node, "division by zero")
        if power.is_number and written_number(node.right) is None:
            # Its size was not looked at.
            raise self.formula.error(node.right, "not a power that is allowed", f"write {power}")
        found = self._made(node, sp.Pow, [base, power])
        if found.is_number and not found.is_finite:
            raise self.formula.error(node, "not a finite real number")
        if found.is_number and not found.is_real:
            hint = "a power that is no whole number wants a base that is not negative"
            raise self.formula.error(node, "not a finite real number", hint)
        return found

    def _sum(self, node: ast.BinOp) -> sp.Expr:
        first, rest = _spine(node, (ast.Add, ast.Sub))
        terms = [self.number(first)]
        for op, right in rest:
            term = self.number(right)
            terms.append(term if isinstance(op, ast.Add) else -term)
        return sp.Add(*terms)

    def _product(self, node: ast.BinOp) -> sp.Expr:
        first, rest = _spine(node, (ast.Mult, ast.Div))
        factors = [self.number(first)]
        for op, right in rest:
            factor = self.number(right)
            if isinstance(op, ast.Div) and factor.is_zero:
                raise self.formula.error(right, "division by zero")
            factors.append(factor if isinstance(op, ast.Mult) else 1 / factor)
        return sp.Mul(*factors)

    def _comparison(self, node: ast.Compare) -> sp.Basic:
        sides = [node.left, *node.comparators]
        if any(isinstance(side, ast.Constant) and isinstance(side.value, str) for side in sides):
            return self._named(node)
        for op, side in zip(node.ops, node.comparators, strict=True):
            if type(op) not in _COMPARISONS:
                raise self.formula.error(
                    side, "not a comparison of numbers", "<, <=, >, >=, ==, !="
                )
        numbers = [self.number(side) for side in sides]
        parts = [
            self._made(node, _COMPARISONS[type(op)], list(pair))
            for op, pair in zip(node.ops, pairwise(numbers), strict=True)
        ]
        return self._made(node, sp.And, parts)

    def _named(self, node: ast.Compare) -> sp.Basic:
        """Read ``kind(player) == "name"``: the one place where text may stand."""
        left, right = node.left, node.comparators[0]
        if isinstance(left, ast.Constant):
            left, right = right, left
        match left, right, node.ops:
            case (
                ast.Call(func=ast.Name(id="kind") | ast.Attribute(attr="kind"), keywords=[]),
                ast.Constant(value=str() as name),
                [ast.Eq() | ast.NotEq() as op],
            ):
                era, word = self._called(left.func)
                arguments = tuple(self._word(argument) for argument in left.args)
                named = self.formula.word(right, f'"{name}"')
                found = self._refer(era, word, (*arguments, named))
                return found if isinstance(op, ast.Eq) else sp.Not(found)
        sides = [node.left, *node.comparators]
        text = next(
            side for side in sides if isinstance(side, ast.Constant) and isinstance(side.value, str)
        )
        raise self.formula.error(
            text, "text is not allowed in a formula", 'only in kind(player) == "stag hunt"'
        )

    def _conditional(self, node: ast.IfExp) -> sp.Expr:
        branches: list[tuple[sp.Expr, sp.Basic]] = []
        rest: ast.expr = node
        while isinstance(rest, ast.IfExp):
            for inside in ast.walk(rest.test):
                if isinstance(inside, ast.IfExp):  # sympy would multiply all cases out
                    hint = "give it a name among the definitions"
                    raise self.formula.error(inside, "an 'if' inside a condition", hint)
            branches.append((self._branch(rest.body), self.truth(rest.test)))
            rest = rest.orelse
        branches.append((self._branch(rest), sp.true))
        if all(value is sp.nan for value, _ in branches):
            raise self.formula.error(node, "always undefined")
        return sp.Piecewise(*branches, evaluate=False)

    def _branch(self, node: ast.expr) -> sp.Expr:
        if isinstance(node, ast.Name) and node.id == "undefined" and self.scope.undefined:
            return sp.nan
        return self.number(node)

    def _call(self, node: ast.Call) -> sp.Basic:
        era, word = self._called(node.func)
        texts = tuple(self._text(keyword) for keyword in node.keywords)
        if era is None and word.text in FUNCTIONS:
            return self._function(node, word)
        named = all(isinstance(argument, ast.Name) for argument in node.args)
        if not named and word.text not in self.scope.calls:
            return self._refer(era, word, ())  # the name is the mistake, not what is in it
        return self._refer(era, word, (*(self._word(argument) for argument in node.args), *texts))

    def _text(self, keyword: ast.keyword) -> Word:
        value = keyword.value
        if keyword.arg not in self.scope.texts:
            raise self.formula.error(value, "arguments have no names here")
        if not isinstance(value, ast.Constant) or not isinstance(value.value, str):
            raise self.formula.error(value, "text is wanted here", f"{keyword.arg}='...'")
        return self.formula.word(value, f'"{value.value}"')

    def _called(self, node: ast.expr) -> tuple[Word | None, Word]:
        match node:
            case ast.Name():
                return None, self.formula.word(node, node.id)
            case ast.Attribute(value=ast.Name() as era):
                return self.formula.word(era), self.formula.tail(node)
            case _:
                raise self.formula.error(
                    node, "this cannot be called", "only functions can; write * to multiply"
                )

    def _function(self, node: ast.Call, word: Word) -> sp.Expr:
        several = word.text in ("min", "max")
        most = _MOST_ARGUMENTS if several else 1
        if not 1 <= len(node.args) <= most:
            wanted = f"1 to {most} arguments" if several else "one argument"
            raise word.error(f"{word.text} takes {wanted}, not {len(node.args)}")
        arguments = [self.number(argument) for argument in node.args]
        if word.text == "exp" and arguments[0].is_number and abs(arguments[0]) > HIGHEST_EXPONENT:
            raise self.formula.error(node, "a number of unreasonable size")
        found = self._made(node, FUNCTIONS[word.text], arguments)
        if found.has(sp.I, sp.zoo, sp.oo, -sp.oo, sp.nan) and not arguments[0].has(sp.nan):
            raise self.formula.error(node, "not a finite real number")
        return found

    def _refer(self, era: Word | None, name: Word, arguments: tuple[Word, ...] | None) -> sp.Basic:
        if self.scope.refer is not None:
            return self.scope.refer(era, name, arguments)
        if era is not None:
            raise era.error("a dotted name is not allowed here")
        if name.text in self.scope.names:
            raise name.error(f"{name.text!r} is not a function", "write * to multiply")
        hint = nearest(name.text, [*FUNCTIONS, *self.scope.calls])
        raise name.error(f"unknown function {name.text!r}", hint)

    def _word(self, node: ast.expr) -> Word:
        if isinstance(node, ast.Name):
            return self.formula.word(node, node.id)
        raise self.formula.error(node, "a name is wanted here")

    def _made(self, node: ast.expr, make: Callable[..., Any], parts: list[sp.Basic]) -> sp.Basic:
        """Let sympy put parts together; where it will not, blame the formula."""
        try:
            return make(*parts)
        except (TypeError, ValueError, ArithmeticError, NotImplementedError, RecursionError):
            raise self.formula.error(node, "this makes no sense") from None


def _spine(
    node: ast.BinOp, ops: tuple[type[ast.operator], ...]
) -> tuple[ast.expr, list[tuple[ast.operator, ast.expr]]]:
    """Take ``a + b - c`` apart into ``a`` and the rest, in a loop: it may be long."""
    rest: list[tuple[ast.operator, ast.expr]] = []
    first: ast.expr = node
    while isinstance(first, ast.BinOp) and isinstance(first.op, ops):
        rest.append((first.op, first.right))
        first = first.left
    return first, rest[::-1]


def _absolute(number: sp.Expr) -> sp.Expr:
    # Of roots and logarithms sympy would speak of the complex numbers that they may be.
    return sp.Abs(number, evaluate=number.is_number or number.is_polynomial())


def _is_truth(found: sp.Basic) -> bool:
    # A symbol is both to sympy; ours are real numbers, or else statements.
    if isinstance(found, sp.Symbol):
        return not found.is_real
    return isinstance(found, Boolean)
