"""Conditions as displayed mathematics in LaTeX, on as many lines as they need."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import sympy as sp

from dilemma.letters import GREEK
from dilemma.typeset import latex_escape

__all__ = ["displayed", "equations", "mathematical"]

LINE = 52  # letters on a line of an article


def mathematical(name: str) -> str:
    r"""Return a name as LaTeX writes it in mathematics: a letter and its index, or an upright word.

    Examples
    --------
    >>> print(mathematical("kap_J"), mathematical("Del_C"), mathematical("turn"))
    \kappa_{J} \Delta_{C} \mathrm{turn}
    """
    base, _, index = name.partition("_")
    greek = GREEK.get(base.lower(), "")
    if len(index) > 2 or (len(base) > 3 and not greek):
        return rf"\mathrm{{{latex_escape(name)}}}"
    told = (greek.capitalize() if base[0].isupper() else greek) or base
    written: str = sp.latex(sp.Symbol("_".join([told, *filter(None, [index])])))
    return written


def displayed(condition: sp.Basic) -> str:
    """Return a condition as a display that ends with a full stop."""
    return _lines(_pieces(condition))


def equations(sides: Iterable[tuple[str, sp.Expr]]) -> str:
    """Return equations as such a display; a left side is LaTeX already."""
    pieces: list[str] = []
    for left, right in sides:
        first, *rest = _cut(right)
        if pieces:
            pieces[-1] += r",\quad"
        pieces += [rf"{left} = {first}", *rest]
    return _lines(pieces)


def _lines(pieces: Sequence[str]) -> str:
    """Put pieces on lines that fit a page."""
    lines, width = [""], 0
    for piece in pieces:
        width += _width(piece)
        if lines[-1] and width > LINE:
            lines.append("")
            width = _width(piece)
        lines[-1] = f"{lines[-1]} {piece}".strip()
    body = " \\\\\n".join(lines)
    return f"\\begin{{gather*}}\n{body}.\n\\end{{gather*}}"


def _width(piece: str) -> int:
    """Estimate how many letters wide a piece is; a sign has some space around it."""
    plain = re.sub(r"\\(?:frac|mathrm|text|Pr|left|right|big)|[{}_^]", "", piece)
    plain = re.sub(r"\\(?:wedge|vee|leq|geq|neq|quad)|[-+=<>]", "##", plain)
    return len(re.sub(r"\\[a-zA-Z]+|\\.", "x", plain).replace(" ", ""))


def _pieces(condition: sp.Basic) -> list[str]:
    """Cut a condition where a line may end."""
    whole = _written(condition)
    if isinstance(condition, sp.And | sp.Or):
        joint = r"\wedge" if isinstance(condition, sp.And) else r"\vee"
        found: list[str] = []
        for part in condition.args:
            pieces = _pieces(part)
            if isinstance(part, sp.And | sp.Or):
                pieces = _bracketed(pieces)
            found += [f"{joint} {pieces[0]}" if found else pieces[0], *pieces[1:]]
        return found
    if isinstance(condition, sp.core.relational.Relational) and _width(whole) > LINE:
        sign = sp.latex(condition.func(*sp.symbols("a b"))).split()[1]
        return [*_cut(condition.lhs), f"{sign} {_written(condition.rhs)}"]
    return [whole]


def _cut(expression: sp.Expr) -> list[str]:
    """Cut an expression that is too wide for a line: a sum into terms, a fraction at its bar."""
    whole = _written(expression)
    if _width(whole) <= LINE or expression.is_Atom:
        return [whole]
    if isinstance(expression, sp.Add):
        return _sum(expression)
    if isinstance(expression, sp.Mul) and expression.could_extract_minus_sign():
        first, *rest = _factor(-expression)
        return [f"- {first}", *rest]
    top, bottom = sp.fraction(expression)
    if bottom != 1:
        below = _cut(bottom)
        if isinstance(bottom, sp.Add | sp.Mul):
            below = _bracketed(below)
        return [*_factor(top), rf"\big/ {below[0]}", *below[1:]]
    if isinstance(expression, sp.Mul):
        return [piece for one in expression.as_ordered_factors() for piece in _factor(one)]
    if isinstance(expression, sp.Pow):
        *rest, last = _factor(expression.base)
        return [*rest, f"{last}^{{{_written(expression.exp)}}}"]
    return [whole]


def _sum(expression: sp.Add) -> list[str]:
    found: list[str] = []
    for term in expression.as_ordered_terms():
        first, *rest = _cut(term)
        found += [first if not found or first.startswith("-") else f"+ {first}", *rest]
    return found


def _factor(expression: sp.Expr) -> list[str]:
    pieces = _cut(expression)
    return _bracketed(pieces) if isinstance(expression, sp.Add) else pieces


def _bracketed(pieces: Sequence[str]) -> list[str]:
    if len(pieces) == 1:
        return [rf"\left({pieces[0]}\right)"]
    first, *rest, last = pieces
    return [f"({first}", *rest, f"{last})"]


def _written(expression: sp.Basic) -> str:
    called = {symbol: mathematical(str(symbol)) for symbol in expression.free_symbols}
    told: str = sp.latex(expression, symbol_names=called)
    return told
