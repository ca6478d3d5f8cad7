"""From the text of a formula to a syntax tree that is known to be small: nothing is evaluated.

The text comes from strangers.  Its length and depth are checked before anything recursive looks
at it, and every mistake carries the column and the width of what is wrong, counted in characters
of the text, from zero.
"""

from __future__ import annotations

import ast
import keyword
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction

__all__ = [
    "HIGHEST_EXPONENT",
    "HIGHEST_POWER",
    "MOST_BITS",
    "MOST_DIGITS",
    "ExpressionError",
    "Formula",
    "Word",
    "degree",
    "kind",
    "literal",
    "names",
    "read_tree",
]

LONGEST = 4000
DEEPEST = 40
HIGHEST_POWER = 12
HIGHEST_DEGREE = 200

HIGHEST_EXPONENT = 400
MOST_DIGITS = 60
MOST_BITS = 200

HALVES = ("0.5", ".5", "1/2", "1 / 2")

_PRODUCT = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)(?![eE]\d)([A-Za-z_]\w*)")  # as in 2x
_NAME = re.compile(r"""'[^'\n]*'|"[^"\n]*"|\#[^\n]*|\w+""")
NOT_NAMES = {*keyword.kwlist} - {"if", "else", "and", "or", "not", "True", "False", "None"}
_TOKEN = re.compile(r"""'[^'\n]*'|"[^"\n]*"|\#[^\n]*|[()]""")


class ExpressionError(ValueError):
    """What is wrong with a formula, and at which column (from zero)."""

    def __init__(self, message: str, column: int = 0, width: int = 1, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.column = column
        self.width = width
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Word:
    """A name in a formula and where it stands."""

    text: str
    column: int
    width: int

    def error(self, message: str, hint: str = "") -> ExpressionError:
        """Blame this word."""
        return ExpressionError(message, self.column, self.width, hint)


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula's text with its syntax tree."""

    text: str
    tree: ast.expr

    def word(self, node: ast.expr, text: str = "") -> Word:
        """Return where a node stands, cut at the end of its first line."""
        begin = self._column(node.lineno, node.col_offset)
        end = self._column(node.end_lineno or node.lineno, node.end_col_offset or 0)
        line_end = self.text.find("\n", begin)
        if line_end >= 0:
            end = min(end, line_end)
        return Word(text or self.text[begin:end], begin, max(end - begin, 1))

    def tail(self, node: ast.Attribute) -> Word:
        """Return where the name behind the dot stands."""
        end = self._column(node.end_lineno or node.lineno, node.end_col_offset or 0)
        return Word(node.attr, max(end - len(node.attr), 0), len(node.attr))

    def error(self, node: ast.expr, message: str, hint: str = "") -> ExpressionError:
        """Blame a node."""
        return self.word(node).error(message, hint)

    def _column(self, line: int, column: int) -> int:
        """Turn ast's line and byte column, in the text put in parentheses, into a column."""
        lines = ("(" + self.text).split("\n")
        before = sum(len(one) + 1 for one in lines[: line - 1])
        here = lines[line - 1] if line <= len(lines) else ""
        passed = len(here.encode()[:column].decode(errors="ignore"))
        return min(max(before + passed - 1, 0), len(self.text))


def read_tree(text: str) -> Formula:
    """Parse one formula; it may span lines.

    Raises
    ------
    ExpressionError
        If it is not an expression, or too long or too deep to be one that a person wrote.
    """
    if len(text) > LONGEST:
        raise ExpressionError(f"a formula of {len(text)} characters", hint=f"at most {LONGEST}")
    if not text.strip():
        raise ExpressionError("an empty formula", hint="write a number or a formula")
    text = text.replace("\r", " ")
    _balanced(text)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # Parentheses let a formula span lines, the newline ends a comment.
            tree = ast.parse(f"({text}\n)", mode="eval").body
    except SyntaxError as error:
        raise _syntax(text, error) from None
    except (ValueError, RecursionError, MemoryError):
        raise ExpressionError("not a formula") from None
    formula = Formula(text, tree)
    for node, depth in _depths(tree):
        if depth > DEEPEST and isinstance(node, ast.expr):
            raise formula.error(node, "nested too deeply", f"at most {DEEPEST} levels")
    return formula


def names(formula: Formula) -> dict[str, Word]:
    """Return the names a formula uses, but for those it calls, each with its first place."""
    found: dict[str, Word] = {}
    called = {id(node.func) for node in ast.walk(formula.tree) if isinstance(node, ast.Call)}
    for node in ast.walk(formula.tree):
        if isinstance(node, ast.Name) and id(node) not in called:
            found.setdefault(node.id, formula.word(node))
    return found


def degree(formula: Formula, degrees: Mapping[str, int]) -> int:
    """Bound how fast a formula grows: its degree, were it a polynomial in names of those degrees.

    Raises
    ------
    ExpressionError
        Where a power is not a small whole number, or the degree passes every reason.
    """
    found = _degree(formula, formula.tree, degrees)
    if found > HIGHEST_DEGREE:
        raise formula.error(formula.tree, f"of degree {found}", f"at most {HIGHEST_DEGREE}")
    return found


def literal(text: str) -> Fraction:
    """Read a decimal number exactly.

    Raises
    ------
    ExpressionError
        If it is none, is not finite, or has more digits than a person would write.
    """
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ExpressionError(f"{text} is not a decimal number") from None
    if not number.is_finite():
        raise ExpressionError("not a finite number")
    if number.is_zero():
        return Fraction(0)
    if abs(number.adjusted()) > HIGHEST_EXPONENT or len(number.as_tuple().digits) > MOST_DIGITS:
        raise ExpressionError("a number of unreasonable size")
    return Fraction(number)


def kind(node: ast.expr) -> str:
    """Say what a node is that no formula may have."""
    return _KINDS.get(type(node), "this")


def _degree(formula: Formula, node: ast.AST, degrees: Mapping[str, int]) -> int:
    total = 0
    # The left side of a sum or product may be as long as the text: a loop, not a recursion.
    while isinstance(node, ast.BinOp) and not isinstance(node.op, ast.Pow):
        right = _degree(formula, node.right, degrees)
        adds = isinstance(node.op, ast.Add | ast.Sub)
        if not adds:
            total += right
            node = node.left
            continue
        left = _sum_degree(formula, node, degrees)
        return total + left
    if isinstance(node, ast.Name):
        return total + degrees.get(node.id, 1)
    if isinstance(node, ast.BinOp):
        base = _degree(formula, node.left, degrees)
        return total + abs(_power(formula, node)) * max(base, 1)
    below = (_degree(formula, child, degrees) for child in ast.iter_child_nodes(node))
    return total + max(below, default=0)


def _sum_degree(formula: Formula, node: ast.expr, degrees: Mapping[str, int]) -> int:
    highest = 0
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        highest = max(highest, _degree(formula, node.right, degrees))
        node = node.left
    return max(highest, _degree(formula, node, degrees))


def _power(formula: Formula, node: ast.BinOp) -> int:
    inner, sign = node.right, 1
    if isinstance(inner, ast.UnaryOp) and isinstance(inner.op, ast.USub):
        inner, sign = inner.operand, -1
    whole = isinstance(inner, ast.Constant) and type(inner.value) is int
    if isinstance(inner, ast.Constant) and type(inner.value) is int:
        power = sign * inner.value
        if abs(power) <= HIGHEST_POWER:
            return power
    hint = f"a whole number from -{HIGHEST_POWER} to {HIGHEST_POWER}"
    if not whole and not any(isinstance(part, ast.Pow) for part in ast.walk(node.right)):
        hint += f"; for other powers of what is positive write {_other_power(formula, node)}"
    raise formula.error(node.right, "not a power that is allowed", hint)


def _other_power(formula: Formula, node: ast.BinOp) -> str:
    """Write a power whose exponent is no whole number as formulas have it."""
    base, power = (formula.word(side).text.strip() for side in (node.left, node.right))
    if power in HALVES:
        return f"sqrt({base})"
    factor = power if isinstance(node.right, ast.Name | ast.Constant) else f"({power})"
    return f"exp({factor}*log({base}))"


def _depths(tree: ast.AST) -> Iterator[tuple[ast.AST, int]]:
    stack = [(tree, 1)]
    while stack:
        node, depth = stack.pop()
        yield node, depth
        if depth > DEEPEST:
            continue
        for child in ast.iter_child_nodes(node):
            # a + b + c + ... leans to the left without being nested.
            same = isinstance(node, ast.BinOp) and child is node.left
            stack.append((child, depth if same else depth + 1))


def _balanced(text: str) -> None:
    """Refuse what would only parse because the text is put in parentheses, or is a tower."""
    opened: list[int] = []
    for token in _TOKEN.finditer(text):
        if token[0] == "(":
            opened.append(token.start())
            if len(opened) > DEEPEST:
                raise ExpressionError(
                    "nested too deeply", token.start(), hint=f"at most {DEEPEST} levels"
                )
        elif token[0] == ")":
            if not opened:
                raise ExpressionError("a ')' too many", token.start())
            opened.pop()
    if opened:
        raise ExpressionError("this '(' is never closed", opened[-1])


def _syntax(text: str, error: SyntaxError) -> ExpressionError:
    """Turn Python's words about Python into words about formulas."""
    lines = ("(" + text).split("\n")
    line = error.lineno or 1
    column = sum(len(one) + 1 for one in lines[: line - 1]) + (error.offset or 1) - 2
    end = len(text.rstrip())
    if word := next((w for w in _NAME.finditer(text) if w[0] in NOT_NAMES), None):
        hint = f"it is a word of Python; write {word[0]}_ or another name"
        return ExpressionError(f"{word[0]!r} is no name", word.start(), len(word[0]), hint)
    if column >= end:
        return ExpressionError("the formula ends too early", end)
    column = max(column, 0)
    single = re.search(r"(?<![=<>!:])=(?!=)", text)
    if single:
        return ExpressionError("not a formula", single.start(), hint="write == to compare")
    if product := _PRODUCT.search(text):
        hint = f"write {product[1]}*{product[2]}"
        return ExpressionError("not a formula", product.start(), len(product[0]), hint)
    found = re.match(r"\w+|\s*.", text[column:])
    return ExpressionError("not a formula", column, len(found[0]) if found else 1)


_KINDS: Mapping[type[ast.expr], str] = {
    ast.Lambda: "a lambda",
    ast.Yield: "'yield'",
    ast.YieldFrom: "'yield from'",
    ast.Await: "'await'",
    ast.Attribute: "a dotted name",
    ast.Subscript: "a subscript",
    ast.JoinedStr: "text",
    ast.NamedExpr: "':='",
    ast.Tuple: "a comma",
    ast.List: "a list",
    ast.Dict: "a dictionary",
    ast.Set: "a set",
    ast.BinOp: "this operator",
    ast.UnaryOp: "this operator",
    ast.Starred: "'*' before a name",
}
