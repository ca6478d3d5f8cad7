"""When a branch is an equilibrium, with its unknowns worked out: signs of polynomials alone.

In closed form an unknown is a quotient, and so is what a deviation gains.  A quotient N/D has the
sign of N where D > 0 and the other one where D < 0; conditions over one denominator are therefore
written together, once for each of its signs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import sympy as sp
from sympy.core.relational import Relational

from dilemma.branch import Branch

__all__ = ["existence", "polynomials", "tidy"]


Sign = Callable[[sp.Expr], int]  # 1, -1 or, where it is not known, 0


def _plain(formula: sp.Expr) -> int:
    return int(bool(formula.is_positive))


def existence(branch: Branch, sign: Sign = _plain) -> sp.Basic:
    """Return where a branch with a closed form is an equilibrium.

    Parameters
    ----------
    branch : Branch
    sign : callable
        What sign a denominator is known to have.

    Returns
    -------
    sympy Boolean
        Of relations between a polynomial, without common factors and with its first term
        positive, and zero.

    Examples
    --------
    >>> from dilemma.games.supports import branches
    >>> from dilemma.library import load
    >>> pure, *_, mixed = branches(load("abandonment"), named=True)
    >>> existence(pure)
    (D0_J <= 0) & (D0_U <= 0)
    >>> len(existence(mixed).args)
    2
    """
    groups: dict[sp.Expr, list[Relational]] = {}
    parts: list[sp.Basic] = []
    for condition in branch.conditions:
        if not isinstance(condition, Relational):
            parts.append(condition.replace(_is_relation, lambda r: _alone(r, branch.closed, sign)))
            continue
        top, bottom = _fraction(condition, branch.closed)
        groups.setdefault(bottom, []).append(condition.func(top, 0, evaluate=False))
    for bottom, own in groups.items():
        parts.append(_over(bottom, own, sign))
    return sp.And(*parts)


def _is_relation(formula: sp.Basic) -> bool:
    return isinstance(formula, Relational)


def _alone(relation: Relational, closed: Mapping[sp.Symbol, sp.Expr], sign: Sign) -> sp.Basic:
    top, bottom = _fraction(relation, closed)
    return _over(bottom, [relation.func(top, 0, evaluate=False)], sign)


def _fraction(relation: Relational, closed: Mapping[sp.Symbol, sp.Expr]) -> tuple[sp.Expr, sp.Expr]:
    """Return the difference of a relation's sides as numerator and denominator."""
    gap = (relation.lhs - relation.rhs).xreplace(dict(closed))
    top, bottom = sp.fraction(sp.cancel(sp.together(gap)))
    if bottom.could_extract_minus_sign():
        top, bottom = -top, -bottom
    return sp.expand(top), sp.factor_terms(bottom)


def _over(bottom: sp.Expr, relations: Iterable[Relational], sign: Sign) -> sp.Basic:
    """Join relations of numerators over one denominator."""
    own = list(relations)
    known = sign(bottom)
    if known > 0:
        return sp.And(*map(tidy, own))
    # Probabilities that sum to one have numerators that sum to the denominator: all being
    # positive, so is it.
    strict = [r.lhs for r in own if isinstance(r, sp.StrictGreaterThan)]
    told = bool(strict) and sp.expand(sp.Add(*strict) - bottom) == 0
    above = [] if told else [tidy(bottom > 0)]
    below = [] if told else [tidy(bottom < 0)]
    flipped = [r.func(-r.lhs, 0, evaluate=False) for r in own]
    if known < 0:
        return sp.And(*map(tidy, flipped))
    return sp.Or(sp.And(*above, *map(tidy, own)), sp.And(*below, *map(tidy, flipped)))


def tidy(relation: sp.Basic) -> sp.Basic:
    """Write a relation with zero on the right, whole coefficients and the first term positive.

    Examples
    --------
    >>> a, b = sp.symbols("a b", real=True)
    >>> tidy(sp.Ge(b / 4 - a / 2, 0))
    2*a - b <= 0
    """
    if not isinstance(relation, Relational):
        return relation
    gap = sp.expand(relation.lhs - relation.rhs)
    if gap.is_number:
        return relation.func(gap, 0)
    _, gap = gap.primitive()
    if gap.could_extract_minus_sign():
        return relation.reversed.func(-gap, 0)
    return relation.func(gap, 0)


def polynomials(formulas: Iterable[sp.Basic]) -> tuple[sp.Expr, ...]:
    """Return every polynomial whose sign some formulas speak of, each once."""
    return tuple(
        dict.fromkeys(
            r.lhs for f in formulas for r in sorted(f.atoms(Relational), key=sp.default_sort_key)
        )
    )
