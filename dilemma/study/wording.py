"""Conditions in words: ``D0_J < 0 < D1_J and -4*z_J < D0_J + D1_J < 4*z_J``."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

import sympy as sp
from sympy.core.relational import Relational

__all__ = ["in_words"]

Bound = tuple[sp.Expr, str, sp.Expr]  # left side, relation, right side


def in_words(formula: sp.Basic, bounds: Collection[sp.Symbol] = ()) -> str:
    """Write a condition for a reader.

    Parameters
    ----------
    formula : sympy Boolean
    bounds : collection of symbols
        What the rest is measured by: terms in these alone stand on the right.  Where that parts
        nothing, terms with a minus do.

    Examples
    --------
    >>> a, b, c = sp.symbols("a b c", real=True)
    >>> in_words(sp.And(a < 0, b > 0))
    'a < 0 < b'
    >>> in_words(sp.And(a - 2 * c < 0, a + 2 * c > 0), bounds=[c])
    '-2*c < a < 2*c'
    >>> in_words(sp.Or(sp.And(a - 2 * b >= 0, c > 0), b < 0))
    'b < 0, or c > 0 and a >= 2*b'
    """
    return _told(formula, frozenset(bounds), inside=False)


def _told(formula: sp.Basic, bounds: frozenset[sp.Symbol], *, inside: bool) -> str:
    match formula:
        case sp.And():
            return " and ".join(_conjuncts(formula.args, bounds))
        case sp.Or():
            parts = [_told(part, bounds, inside=False) for part in formula.args]
            told = ", or ".join(sorted(parts, key=lambda text: (len(text), text)))
            return f"({told})" if inside else told
        case sp.Not():
            return f"not ({_told(formula.args[0], bounds, inside=False)})"
        case Relational():
            return _written(*_bound(formula, bounds))
    return {sp.true: "always", sp.false: "never"}.get(formula, str(formula))


def _conjuncts(parts: Iterable[sp.Basic], bounds: frozenset[sp.Symbol]) -> Iterator[str]:
    """Write the parts of a conjunction, short ones first, two bounds of one thing in one."""
    relations = [p for p in parts if isinstance(p, Relational)]
    by_left: dict[sp.Expr, list[Bound]] = {}
    for left, sign, right in (_bound(r, bounds) for r in relations):
        by_left.setdefault(left, []).append((left, sign, right))
    told = list(_signs(by_left))
    for own in by_left.values():
        below = [b for b in own if b[1].startswith(">")]
        above = [b for b in own if b[1].startswith("<")]
        if len(below) == len(above) == 1 and len(own) == 2:
            (left, low, least), (_, high, most) = below[0], above[0]
            told.append(f"{least} {low.replace('>', '<')} {left} {high} {most}")
        else:
            told += [_written(*b) for b in own]
    yield from sorted(told, key=lambda text: (len(text), text))
    other = [_told(p, bounds, inside=True) for p in parts if not isinstance(p, Relational)]
    yield from sorted(other, key=lambda text: (len(text), text))


def _signs(by_left: dict[sp.Expr, list[Bound]]) -> Iterator[str]:
    """Take out pairs such as D0 < 0 and D1 > 0, and write each as D0 < 0 < D1."""
    single = {
        left: own[0][1]
        for left, own in by_left.items()
        if left.is_Symbol and len(own) == 1 and own[0][2] == 0
    }
    for one, sign in single.items():
        for other, turned in single.items():
            if sign == "<" and turned == ">" and _like(one, other) and {one, other} <= set(by_left):
                yield f"{one} < 0 < {other}"
                del by_left[one], by_left[other]


def _like(one: sp.Symbol, other: sp.Symbol) -> bool:
    """Tell whether two names differ in one letter alone, as D0_J and D1_J do."""
    a, b = str(one), str(other)
    return len(a) == len(b) and sum(x != y for x, y in zip(a, b, strict=True)) == 1


def _bound(relation: Relational, bounds: frozenset[sp.Symbol]) -> Bound:
    terms = sp.Add.make_args(relation.lhs - relation.rhs)
    left = [t for t in terms if not t.free_symbols <= bounds]
    if not left or len(left) == len(terms):
        named = [t for t in terms if t.free_symbols]
        if len(named) == 1 and len(terms) > 1:
            return _alone(named[0], sp.Add(*terms) - named[0], relation)
        left = [t for t in terms if not t.could_extract_minus_sign()]
        found, other = sp.Add(*left), sp.Add(*left) - sp.Add(*terms)
        if other != 0 and (found == 0 or other.count_ops() < found.count_ops()):
            return other, relation.reversed.rel_op, found
        return found, relation.rel_op, other
    found, other = sp.Add(*left), sp.Add(*left) - sp.Add(*terms)
    if found.could_extract_minus_sign():
        return -found, relation.reversed.rel_op, -other
    return found, relation.rel_op, other


def _alone(term: sp.Expr, constant: sp.Expr, relation: Relational) -> Bound:
    """Solve for the one term that is not a number."""
    factor, rest = term.as_coeff_Mul()
    sign = relation.rel_op if factor > 0 else relation.reversed.rel_op
    return rest, sign, -constant / factor


def _written(left: sp.Expr, sign: str, right: sp.Expr) -> str:
    return f"{left} {sign} {right}"
