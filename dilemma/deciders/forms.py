"""Other forms of the same statements: what z3 answers hangs on how a question is written.

A question over the reals that is open for a minute may be answered in milliseconds once one term stands
on the other side, a polynomial is factored, or statements come in another order.  Which form helps cannot
be told beforehand, so that each is asked for a short while.  Every form says the same of the same symbols.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

import sympy as sp
from sympy.core.relational import Relational

__all__ = ["FORMS", "Form"]

Form = Callable[[Sequence[sp.Basic]], Sequence[sp.Basic]]

MOST_TERMS = 60  # of a polynomial that is factored: larger ones take seconds
LARGEST = 4_000  # symbols, numbers and signs of a relation that is written anew at all


def _each(write: Callable[[Relational], sp.Basic]) -> Form:
    """Write each relation anew, wherever it stands."""

    def written(formula: sp.Basic) -> sp.Basic:
        if isinstance(formula, sp.And | sp.Or | sp.Not):
            return formula.func(*map(written, formula.args))
        return write(formula) if isinstance(formula, Relational) else formula

    return lambda statements: [written(statement) for statement in statements]


@lru_cache(maxsize=4_000)
def _gap(relation: Relational) -> sp.Expr | None:
    """Return the difference of a relation's sides, multiplied out; None where that is not to be had."""
    bent = relation.atoms(sp.Piecewise, sp.Min, sp.Max, sp.Abs)
    if bent or sum(1 for _ in sp.preorder_traversal(relation)) > LARGEST:
        return None
    gap = sp.expand(relation.lhs - relation.rhs)
    return None if gap.is_number else gap


@lru_cache(maxsize=4_000)
def _sides(relation: Relational) -> sp.Basic:
    """Write what has a minus on the other side.

    Examples
    --------
    >>> t, b, x = sp.symbols("t b x", real=True)
    >>> _sides(sp.Eq(t - b * x, 0))
    Eq(t, b*x)
    """
    gap = _gap(relation)
    if gap is None:
        return relation
    terms = sp.Add.make_args(gap)
    minus = [term for term in terms if term.could_extract_minus_sign()]
    plus = [term for term in terms if term not in minus]
    return relation.func(sp.Add(*plus), -sp.Add(*minus), evaluate=False)


@lru_cache(maxsize=4_000)
def _factored(relation: Relational) -> sp.Basic:
    """Write a product on the left, and zero on the right.

    Examples
    --------
    >>> t, b, x = sp.symbols("t b x", real=True)
    >>> _factored(sp.Gt(t * x, b * x))
    x*(-b + t) > 0
    """
    gap = _gap(relation)
    if gap is None or len(sp.Add.make_args(gap)) > MOST_TERMS or not gap.is_polynomial():
        return relation
    return relation.func(sp.factor(gap), 0, evaluate=False)


FORMS: Mapping[str, Form] = MappingProxyType(
    {
        "sides": _each(_sides),
        "factored": _each(_factored),
        "reversed": lambda statements: statements[::-1],
    }
)
