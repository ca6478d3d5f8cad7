"""How what is played moves with a parameter, by the implicit function theorem.

Within one branch the unknowns u (numbers chosen, shadow prices) solve F(u, p) = 0.  Where the
matrix F_u can be inverted they move with a parameter p by

    F_u * du/dp = -F_p        and an outcome g(u, p) by        dg/dp = g_p + g_u * du/dp

A formula that changes form (min, max, if) is taken apart into its smooth pieces.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

import sympy as sp

from dilemma.branch import Branch
from dilemma.games.points import Point, holds
from dilemma.games.triangles import ZERO
from dilemma.model import Model

__all__ = ["Piece", "System", "derivative", "pieces", "slope", "system"]

DIGITS = 45
KINKS = (sp.Piecewise, sp.Min, sp.Max, sp.Abs)


@dataclass(frozen=True)
class Piece:
    """A smooth formula, and where it is read."""

    where: sp.Basic
    formula: sp.Expr


@dataclass(frozen=True)
class System:
    """As many equations as unknowns, which they determine by themselves."""

    equations: tuple[sp.Expr, ...]
    unknowns: tuple[sp.Symbol, ...]

    @property
    def matrix(self) -> sp.Matrix:
        """The matrix F_u."""
        return sp.Matrix([[slope(e, u) for u in self.unknowns] for e in self.equations])


@lru_cache(maxsize=10_000)
def slope(formula: sp.Expr, symbol: sp.Symbol) -> sp.Expr:
    """Return the derivative of a smooth formula."""
    return sp.diff(formula, symbol)


@lru_cache(maxsize=1_000)
def pieces(formula: sp.Expr) -> tuple[Piece, ...]:
    """Take a formula apart into smooth pieces; neighbours share their border.

    Examples
    --------
    >>> x, y = sp.symbols("x y", real=True)
    >>> [(str(p.where), str(p.formula)) for p in pieces(2 * sp.Min(x, y))]
    [('x <= y', '2*x'), ('y <= x', '2*y')]
    """
    if formula is sp.nan:
        return ()
    kinks = [k for k in formula.atoms(*KINKS) if not any(a.atoms(*KINKS) for a in k.args)]
    if not kinks:
        return (Piece(sp.true, formula),)
    kink = min(kinks, key=sp.default_sort_key)
    return tuple(
        Piece(sp.And(where, rest.where), rest.formula)
        for where, value in _cases(kink)
        if where is not sp.false and value is not sp.nan
        for rest in pieces(formula.xreplace({kink: value}))
    )


def _cases(kink: sp.Expr) -> list[tuple[sp.Basic, sp.Expr]]:
    match kink:
        case sp.Min():
            return [(sp.And(*(a <= b for b in kink.args if b != a)), a) for a in kink.args]
        case sp.Max():
            return [(sp.And(*(a >= b for b in kink.args if b != a)), a) for a in kink.args]
        case sp.Abs():
            inside = kink.args[0]
            return [(inside >= 0, inside), (inside <= 0, -inside)]
    found: list[tuple[sp.Basic, sp.Expr]] = []
    before: list[sp.Basic] = []
    for value, condition in kink.args:
        found.append((sp.And(condition, *(sp.Not(b) for b in before)), value))
        before.append(condition)
    return found


def system(model: Model, branch: Branch, formula: sp.Expr) -> System | None:
    """Return the fewest equations of a branch that determine what a formula speaks of.

    None where the branch does not have as many equations as unknowns.
    """
    needed = frozenset(formula.free_symbols & set(branch.unknowns))
    return _system(model, branch.equations, branch.unknowns, needed)


@lru_cache(maxsize=2_000)
def _system(
    model: Model,
    equations: tuple[sp.Expr, ...],
    unknowns: tuple[sp.Symbol, ...],
    needed: frozenset[sp.Symbol],
) -> System | None:
    expanded = [model.expand(e) for e in equations]
    for size in range(len(expanded) + 1):
        for chosen in combinations(expanded, size):
            met = set().union(*(e.free_symbols for e in chosen)) & set(unknowns)
            if len(met) == size and needed <= met:
                return System(chosen, tuple(u for u in unknowns if u in met))
    return None


def derivative(
    model: Model, point: Point, formula: sp.Expr, parameter: sp.Symbol
) -> sp.Rational | None:
    """Return how an outcome moves with a parameter at an equilibrium, within its branch.

    None where it does not move smoothly there: at a kink, where the matrix cannot be inverted, or
    where the outcome has no value.
    """
    found: set[sp.Rational] = set()
    for piece in pieces(model.expand(formula)):
        if not holds(piece.where, point.at)[0]:
            continue
        solved = system(model, point.branch, piece.formula)
        moved = None if solved is None else _moved(solved, point.at, parameter)
        if moved is None:
            return None
        total = slope(piece.formula, parameter).xreplace(dict(point.at))
        for unknown, by in moved.items():
            total += slope(piece.formula, unknown).xreplace(dict(point.at)) * by
        if total.free_symbols or total.has(sp.nan, sp.zoo, sp.oo):
            return None
        found.add(sp.Integer(0) if abs(total) < ZERO else _rational(total))
    return found.pop() if len(found) == 1 else None


def _moved(
    solved: System, at: Mapping[sp.Symbol, sp.Expr], parameter: sp.Symbol
) -> dict[sp.Symbol, sp.Rational] | None:
    if not solved.unknowns:
        return {}
    if not any(e.has(parameter) for e in solved.equations):
        return dict.fromkeys(solved.unknowns, sp.Integer(0))
    matrix = solved.matrix.xreplace(dict(at))
    right = sp.Matrix([-slope(e, parameter).xreplace(dict(at)) for e in solved.equations])
    if abs(matrix.det()) < ZERO:
        return None
    return dict(zip(solved.unknowns, matrix.LUsolve(right), strict=True))


def _rational(value: sp.Expr) -> sp.Rational:
    """Return a number to so many places; short ones stay exact."""
    if value.is_Rational and value.q < 10**DIGITS:
        return value
    return sp.Rational(round(sp.Rational(sp.N(value, 60)) * 10**DIGITS), 10**DIGITS)
