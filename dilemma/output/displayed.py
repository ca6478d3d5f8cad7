"""Conditions as mathematics in LaTeX: displayed on as many lines as they need, or in a line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import sympy as sp

from dilemma.output.cleaning import latex_escape
from dilemma.output.formulas import BREAK, mathematical, of_words, parted, wide

__all__ = ["chance", "displayed", "equations", "inline"]

LINE = 330.0  # points: what fits on a line of an article
SHORT = 90.0  # points: what fits into a narrow column of a table
DIGITS = 20  # of a long number, between which a line may end


def displayed(condition: sp.Basic) -> str:
    """Return a condition as a display that ends with a full stop."""
    return _lines(_Cutting(LINE).pieces(condition))


def equations(sides: Iterable[tuple[Sequence[str], sp.Expr]]) -> str:
    """Return equations as such a display; a left side is LaTeX already, in pieces."""
    cutting = _Cutting(LINE)
    pieces: list[str] = []
    for left, right in sides:
        first, *rest = cutting.cut(right)
        if pieces:
            pieces[-1] += r",\quad"
        pieces += _followed(left, f"= {first}") + rest
    return _lines(pieces)


def chance(what: str) -> list[str]:
    r"""Return the sign of a probability in pieces, as the left side of an equation.

    Examples
    --------
    >>> print(*chance("japan strong"))
    \Pr(\text{japan strong})
    """
    whole = rf"\Pr(\text{{{latex_escape(what)}}})"
    if _width(whole) <= LINE / 2:
        return [whole]
    parts = [
        rf"\text{{{piece.joint if at else ''}{piece.latex}}}"
        for at, piece in enumerate(of_words(what))
    ]
    return [rf"\Pr({parts[0]}", *parts[1:-1], f"{parts[-1]})"] if parts[1:] else [whole]


def _followed(pieces: Sequence[str], by: str) -> list[str]:
    """Put what follows behind the last piece, or below it where the line is full."""
    *most, last = pieces
    joined = f"{last} {by}"
    return [*most, joined] if _width(joined) <= LINE else [*pieces, by]


def inline(condition: sp.Basic, called: Mapping[sp.Symbol, str]) -> str:
    r"""Return a condition for a table's cell: its line may end at every ``\allowbreak``.

    Examples
    --------
    >>> a, b = sp.symbols("a b")
    >>> print(inline(sp.Gt((a + b) ** 2, 1), {a: "x", b: "y"}))
    $\left(x + y\right)^{2} > 1$
    """
    pieces = _Cutting(SHORT, called).pieces(condition)
    return f"${BREAK.join(pieces)}$"


def _lines(pieces: Sequence[str]) -> str:
    """Put pieces on lines that fit a page."""
    lines, width = [""], 0.0
    for piece in pieces:
        width += _width(piece)
        if lines[-1] and width > LINE:
            lines.append("")
            width = _width(piece)
        lines[-1] = f"{lines[-1]} {piece}".strip()
    body = " \\\\\n".join(lines)
    return f"\\begin{{gather*}}\n{body}.\n\\end{{gather*}}"


def _width(piece: str) -> float:
    """Estimate how wide a piece is at most [points]; of a fraction both parts are counted."""
    told = re.sub(r"\\(?:quad|wedge|vee|cdot)", "<", piece.replace(r"\text{", r"\mathrm{"))
    return wide(re.sub(r"\\(?:frac|left|right|big)(?![a-z])", "", told))


def _long(atom: str) -> list[str]:
    """Part a name or a number that is longer than a line."""
    if atom[0].isalpha():
        return parted(atom)
    return [atom[at : at + DIGITS] for at in range(0, len(atom), DIGITS)]


def _bracketed(pieces: Sequence[str]) -> list[str]:
    if len(pieces) == 1:
        return [rf"\left({pieces[0]}\right)"]
    first, *rest, last = pieces
    return [f"({first}", *rest, f"{last})"]


@dataclass(frozen=True)
class _Cutting:
    """How wide a piece may be, and what names are called.

    ``called`` has the LaTeX of names that are not written as :func:`mathematical` writes them.
    """

    line: float
    called: Mapping[sp.Symbol, str] = field(default_factory=dict)

    def pieces(self, condition: sp.Basic) -> list[str]:
        """Cut a condition where a line may end."""
        whole = self._written(condition)
        if isinstance(condition, sp.And | sp.Or):
            joint = r"\wedge" if isinstance(condition, sp.And) else r"\vee"
            found: list[str] = []
            for part in condition.args:
                pieces = self.pieces(part)
                if isinstance(part, sp.And | sp.Or):
                    pieces = _bracketed(pieces)
                found += [f"{joint} {pieces[0]}" if found else pieces[0], *pieces[1:]]
            return found
        if isinstance(condition, sp.core.relational.Relational) and _width(whole) > self.line:
            sign = sp.latex(condition.func(*sp.symbols("a b"))).split()[1]
            first, *rest = self.cut(condition.rhs)
            return [*self.cut(condition.lhs), f"{sign} {first}", *rest]
        return [whole]

    def cut(self, expression: sp.Expr) -> list[str]:
        """Cut an expression that is too wide for a line: a sum into terms, a fraction at its bar."""
        whole = self._written(expression)
        if _width(whole) <= self.line:
            return [whole]
        if isinstance(expression, sp.Integer | sp.Symbol) and expression not in self.called:
            return _long(str(expression))
        if isinstance(expression, sp.Add):
            return self._sum(expression)
        if isinstance(expression, sp.Mul) and expression.could_extract_minus_sign():
            first, *rest = self._factor(-expression)
            return [f"- {first}", *rest]
        top, bottom = sp.fraction(expression)
        if bottom != 1:
            below = self.cut(bottom)
            if isinstance(bottom, sp.Add | sp.Mul):
                below = _bracketed(below)
            return [*self._factor(top), rf"\big/ {below[0]}", *below[1:]]
        if isinstance(expression, sp.Mul):
            *most, final = map(self._factor, expression.as_ordered_factors())
            before = [[*first, rf"{last} \cdot"] for *first, last in most]
            return [piece for factor in (*before, final) for piece in factor]
        if isinstance(expression, sp.Pow):
            *rest, last = self._factor(expression.base)
            return [*rest, f"{last}^{{{self._written(expression.exp)}}}"]
        return [whole]

    def _sum(self, expression: sp.Add) -> list[str]:
        found: list[str] = []
        for term in expression.as_ordered_terms():
            first, *rest = self.cut(term)
            found += [first if not found or first.startswith("-") else f"+ {first}", *rest]
        return found

    def _factor(self, expression: sp.Expr) -> list[str]:
        pieces = self.cut(expression)
        return _bracketed(pieces) if isinstance(expression, sp.Add) else pieces

    def _written(self, expression: sp.Basic) -> str:
        called = {
            symbol: self.called.get(symbol, mathematical(str(symbol)))
            for symbol in expression.free_symbols
        }
        # Letters side by side are a product; words side by side would be one word.
        words = any(r"\mathrm{" in name for name in called.values())
        told: str = sp.latex(expression, symbol_names=called, mul_symbol="dot" if words else None)
        return told
