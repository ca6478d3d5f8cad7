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
from math import ceil

__all__ = [
    "FINEST_POWER",
    "HIGHEST_EXPONENT",
    "HIGHEST_POWER",
    "MOST_BITS",
    "MOST_DIGITS",
    "ExpressionError",
    "Formula",
    "Word",
    "another_name",
    "degree",
    "follows",
    "kind",
    "literal",
    "names",
    "read_tree",
    "written_number",
]

LONGEST = 4000
DEEPEST = 40
HIGHEST_POWER = 12
FINEST_POWER = 1000  # the largest denominator of an exponent
HIGHEST_DEGREE = 200

HIGHEST_EXPONENT = 400
MOST_DIGITS = 60
MOST_BITS = 200

_QUOTED = re.compile(r"""'[^'\n]*'|"[^"\n]*"|\#[^\n]*""")
_PRODUCT = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)(?![eE]\d)([A-Za-z_]\w*)")  # as in 2x
_BESIDE = re.compile(r"(?<![\w.])([\w.]+)[ \t]+([\w.]+)")
_NAME = re.compile(r"\w+")
_LOGIC = {"if", "else", "and", "or", "not"}
NOT_NAMES = {*keyword.kwlist} - _LOGIC - {"True", "False", "None"}
_TOKEN = re.compile(r"""'[^'\n]*'|"[^"\n]*"|\#[^\n]*|[()]""")

_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"
_LOWERED = "₀₁₂₃₄₅₆₇₈₉"
_BOTH_WAYS = ("iff", "<=>", "<->", "⇔", "⟺", "↔")  # as people write that two things are so together
_FOLLOWS = re.compile(r"\b(?:implies|iff|then)\b")
_FOLLOWS_BY_SIGN = re.compile(r"<=>|<->|->|[⇔⟺↔⇒⟹→]")
# Signs as they are printed, and as other languages have them.
_SIGNS: Mapping[str, str] = {
    **dict.fromkeys("−–—‐‑", "-"),
    **dict.fromkeys("×·∙⋅∗", "*"),
    **dict.fromkeys("÷∕⁄", "/"),
    **dict.fromkeys(("≤", "⩽", "=<"), "<="),
    **dict.fromkeys(("≥", "⩾", "=>"), ">="),
    **dict.fromkeys(("≠", "<>"), "!="),
    **dict.fromkeys(("∧", "&&"), "and"),
    **dict.fromkeys(("∨", "||"), "or"),
    "¬": "not",
    "√": "sqrt(...)",
    "½": "1/2",
    "¼": "1/4",
    "¾": "3/4",
    "⅓": "1/3",
    "⅔": "2/3",
}
_SIGN = re.compile(
    "|".join(
        [
            *map(re.escape, _SIGNS),
            f"[{_RAISED}]+",
            f"[{_LOWERED}]+",
            r"(?<![\w.])(\d[\d.]*) *%",
            "%",
        ]
    )
)


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
        begin, end = self.span(node)
        line_end = self.text.find("\n", begin)
        if line_end >= 0:
            end = min(end, line_end)
        return Word(text or self.text[begin:end], begin, max(end - begin, 1))

    def span(self, node: ast.expr) -> tuple[int, int]:
        """Return where a node begins and ends."""
        begin = self._column(node.lineno, node.col_offset)
        return begin, self._column(node.end_lineno or node.lineno, node.end_col_offset or 0)

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
    _no_foreign_words(text)
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
        Where a power is a large number, or the degree passes every reason.
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
        return total + _power(formula, node, degrees) * max(base, 1)
    below = (_degree(formula, child, degrees) for child in ast.iter_child_nodes(node))
    return total + max(below, default=0)


def _sum_degree(formula: Formula, node: ast.expr, degrees: Mapping[str, int]) -> int:
    highest = 0
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        highest = max(highest, _degree(formula, node.right, degrees))
        node = node.left
    return max(highest, _degree(formula, node, degrees))


def _power(formula: Formula, node: ast.BinOp, degrees: Mapping[str, int]) -> int:
    """Return by how much a power raises a degree; where only values will tell, by the exponent's."""
    power = written_number(node.right)
    if power is None and not any(isinstance(part, ast.Pow) for part in ast.walk(node.right)):
        return 1 + _degree(formula, node.right, degrees)
    if power is None or abs(power) > HIGHEST_POWER or power.denominator > FINEST_POWER:
        hint = (
            f"a number from -{HIGHEST_POWER} to {HIGHEST_POWER}, such as 2, 1/2 or -5/8, or a name"
        )
        raise formula.error(node.right, "not a power that is allowed", hint)
    return ceil(abs(power))


def written_number(node: ast.expr) -> Fraction | None:
    """Return the number that is written out, such as -5/8; None where it is no plain number."""
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return Fraction(Decimal(repr(value))) if abs(value) < 10**9 else None
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            number = written_number(inner)
            return None if number is None else -number
        case ast.BinOp(op=ast.Div(), left=above, right=below):
            over, under = written_number(above), written_number(below)
            return over / under if over is not None and under else None
    return None


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


def another_name(name: str) -> str:
    """Propose a name for one that is a word of Python, or reserved.

    Examples
    --------
    >>> another_name("lambda"), another_name("in")
    ('lam', 'in_')
    """
    return {"lambda": "lam"}.get(name, f"{name}_")


def _no_foreign_words(text: str) -> None:
    """Refuse words of Python, and signs that formulas write in another way."""
    bare = _unquoted(text)
    for word in _NAME.finditer(bare):
        if word[0] in NOT_NAMES:
            instead = {
                "is": "write == to compare; as a name ",
                "in": "write < and > to compare; as a name ",
            }
            hint = f"it is a word of Python; {instead.get(word[0], 'write ')}{another_name(word[0])} or another name"
            raise ExpressionError(f"{word[0]!r} is no name", word.start(), len(word[0]), hint)
    if implied := _FOLLOWS_BY_SIGN.search(bare):
        raise _implied(implied)
    if sign := _SIGN.search(bare):
        hint = f"write {_sign(sign)}"
        raise ExpressionError(f"{sign[0]!r} is not read", sign.start(), len(sign[0]), hint)


def _sign(sign: re.Match[str]) -> str:
    """Return what formulas write for a sign."""
    text = sign[0]
    if text == "=>":
        return f"{_SIGNS[text]}; {follows(text)}"
    if text in _SIGNS:
        return _SIGNS[text]
    if text[0] in _RAISED + _LOWERED:
        before = re.search(r"\w*$", sign.string[: sign.start()])
        digits = text.translate(str.maketrans(_RAISED + _LOWERED, "0123456789-0123456789"))
        return f"{before[0] if before else ''}{'**' if text[0] in _RAISED else '_'}{digits}"
    if not sign[1] or sign[1].count(".") > 1:
        return "0.01*... for a share in percent"
    return f"{Decimal(sign[1]).scaleb(-2).normalize():f}"


def _unquoted(text: str) -> str:
    """Blank out quoted text and comments."""
    return _QUOTED.sub(lambda found: " " * len(found[0]), text)


def follows(word: str) -> str:
    """Say how a formula says that one thing follows from another, or that two are so together.

    Examples
    --------
    >>> follows("implies")
    "for 'A implies B' write (not (A)) or (B), or of a claim what is assumed as its given"
    >>> follows("iff")
    "for 'A iff B' write ((A) and (B)) or ((not (A)) and (not (B))), or make it two claims, one each way"
    """
    if word in _BOTH_WAYS:
        both = "((A) and (B)) or ((not (A)) and (not (B)))"
        return f"for 'A {word} B' write {both}, or make it two claims, one each way"
    return f"for 'A {word} B' write (not (A)) or (B), or of a claim what is assumed as its given"


def _implied(found: re.Match[str]) -> ExpressionError:
    return ExpressionError(
        f"{found[0]!r} is not read", found.start(), len(found[0]), follows(found[0])
    )


def _syntax(text: str, error: SyntaxError) -> ExpressionError:
    """Turn Python's words about Python into words about formulas."""
    lines = ("(" + text).split("\n")
    line = error.lineno or 1
    column = sum(len(one) + 1 for one in lines[: line - 1]) + (error.offset or 1) - 2
    end, bare = len(text.rstrip()), _unquoted(text)
    if implied := _FOLLOWS.search(bare):
        return _implied(implied)
    cases = [word for word in _NAME.finditer(bare) if word[0] in ("if", "else")]
    if cases and (cases[0].start() == len(bare) - len(bare.lstrip()) or len(cases) % 2):
        hint = "write value if condition else value"
        return ExpressionError(
            f"{cases[0][0]!r} is not read so", cases[0].start(), len(cases[0][0]), hint
        )
    if column >= end:
        return ExpressionError("the formula ends too early", end)
    column = max(column, 0)
    single = re.search(r"(?<![=<>!:])=(?!=)", text)
    if single:
        return ExpressionError("not a formula", single.start(), hint="write == to compare")
    if product := _PRODUCT.search(bare):
        hint = f"write {product[1]}*{product[2]}"
        return ExpressionError(
            f"{product[0]!r} is not read", product.start(), len(product[0]), hint
        )
    beside = _BESIDE.search(bare)
    if beside and not {beside[1], beside[2]} & _LOGIC:
        message = f"nothing stands between {beside[1]} and {beside[2]}"
        hint = f"write {beside[1]}*{beside[2]} to multiply"
        return ExpressionError(message, beside.start(), len(beside[0]), hint)
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
