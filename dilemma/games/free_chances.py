"""Where there are equilibria in which some chances may be any within bounds: in the parameters alone.

Who does not care about what it does may mix as it likes, as far as the others still reply as they do.  All
that is asked of such a chance is linear in it, so that it can be eliminated, one after the other, by
virtual substitution of where one of its lower bounds just holds.

References
----------
Loos and Weispfenning 1993, "Applying linear quantifier elimination", The Computer Journal 36(5): 450-462.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, product

import sympy as sp

from dilemma.games.branch import Shape

__all__ = ["located", "some_number"]

MOST_CASES = 64  # of what is joined by "or", in conditions on one chance
Line = tuple[sp.Expr, sp.Expr, type]


def located(shape: Shape | None, conditions: Sequence[sp.Basic]) -> tuple[sp.Basic, ...] | None:
    """State in parameters alone when there is a branch in which some chances are free.

    None where they are not: all is in closed form, or conditions are not linear in what is free.

    Examples
    --------
    >>> p, a = sp.symbols("p a", real=True)
    >>> located(Shape(loose=(p,)), [p > 0, 1 - p > 0, sp.Ge(p - a, 0)])
    ((-a >= 0) | ((a > 0) & (1 - a > 0)),)
    """
    if shape is None or not shape.loose or shape.last is not None:
        return None
    closed: dict[sp.Symbol, sp.Expr] = {}
    for symbol, numerator, denominator in reversed(shape.steps):
        closed[symbol] = sp.cancel((numerator / denominator).xreplace(closed))
    left = [c.xreplace(closed) for c in conditions]
    for free in shape.loose:
        about = [c for c in left if free in c.free_symbols]
        stated = _bounded(free, about)
        if stated is None:
            return None
        left = [c for c in left if c not in about] + [stated]
    ties = [sp.Eq(sp.expand(tie.xreplace(closed)), 0) for tie in shape.ties]
    nonzero = [sp.Ne(e.xreplace(closed), 0) for e in shape.nonzero]
    found = tuple(c for c in dict.fromkeys([*ties, *nonzero, *left]) if c is not sp.true)
    loose = set(shape.loose)
    return None if any(c.free_symbols & loose for c in found) else found


def _bounded(free: sp.Symbol, about: Sequence[sp.Basic]) -> sp.Basic | None:
    """State that some number meets all conditions; None where they are not linear in it."""
    alternatives = [_cases(condition) for condition in about]
    count = 1
    for own in alternatives:
        count *= len(own)
    if count > MOST_CASES:
        return None
    stated = []
    for choice in product(*alternatives):
        lines: list[Line] = []
        rest: list[sp.Basic] = []
        for condition in chain.from_iterable(choice):
            if free not in condition.free_symbols:
                rest.append(condition)
                continue
            own_lines = _lines(free, condition)
            if own_lines is None:
                return None
            lines += own_lines
        stated.append(sp.And(*rest, some_number(lines)))
    return sp.Or(*stated)


def _cases(condition: sp.Basic) -> list[list[sp.Basic]]:
    """Return relations that hold together, case by case, one of which must be met."""
    match condition:
        case sp.Or():
            return [case for part in condition.args for case in _cases(part)]
        case sp.And():
            every = product(*map(_cases, condition.args))
            return [list(chain.from_iterable(choice)) for choice in every]
    return [[condition]]


def _lines(free: sp.Symbol, condition: sp.Basic) -> list[Line] | None:
    """Return slope and constant of what must be positive, or not negative, if that is linear."""
    if not isinstance(condition, sp.GreaterThan | sp.StrictGreaterThan | sp.Eq):
        return None
    gap = sp.expand(condition.lhs - condition.rhs)
    if not gap.is_polynomial(free) or sp.degree(gap, free) > 1:
        return None
    slope, constant = gap.coeff(free, 1), gap.coeff(free, 0)
    if isinstance(condition, sp.Eq):
        return [(slope, constant, sp.GreaterThan), (-slope, -constant, sp.GreaterThan)]
    return [(slope, constant, type(condition))]


def some_number(lines: Sequence[Line]) -> sp.Basic:
    """State that some number makes all lines positive, or not negative, as each is to be.

    It is where a lower bound just holds, or, of a bound that it must exceed, as little as one likes
    beyond it.

    Examples
    --------
    >>> a = sp.Symbol("a", real=True)
    >>> some_number([(sp.S.One, sp.S.Zero, sp.StrictGreaterThan), (-sp.S.One, a, sp.GreaterThan)])
    a > 0
    """
    cases = []
    for slope, constant, kind in lines:
        if slope.is_number and slope <= 0:
            continue
        told = [] if slope.is_number else [sp.Gt(slope, 0)]
        for own, other, wanted in lines:
            gap = sp.expand(slope * other - own * constant)
            if kind is sp.GreaterThan:
                told.append(wanted(gap, 0))
            elif own.is_number:
                told.append(sp.Ge(gap, 0) if wanted(own, 0) else sp.Gt(gap, 0))
            else:
                told.append(sp.Or(sp.Gt(gap, 0), sp.And(sp.Eq(gap, 0), wanted(own, 0))))
        cases.append(sp.And(*told))
    return sp.Or(*cases)
