"""Equations that are solved: each unknown in terms of those below it, a polynomial at the foot.

An equation that is linear in some unknown gives that unknown as a quotient; it is put into the
others, and so on, until one polynomial in one unknown is left, or none: a triangle.  All solutions
are then the roots of that polynomial, each carried up again, provided that no denominator vanishes.

Linear systems may be solved at once instead, by Cramer's rule: a triangle of closed forms with
nothing at its foot, provided that no determinant vanishes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import permutations

import sympy as sp

__all__ = ["ZERO", "Shape", "solutions", "specialised", "top", "triangle"]

EPSILON = sp.Rational(1, 10**50)  # how closely an irrational root is bracketed
MOST_SOLUTIONS = 64  # by Bezout's bound, for a basis to be tried
ZERO = sp.Rational(1, 10**30)  # what is nearer to zero than this is taken for zero


@dataclass(frozen=True)
class Shape:
    """Equations solved for one unknown after the other.

    Attributes
    ----------
    steps : tuple of (unknown, numerator, denominator)
        Each in terms of unknowns of later steps and of ``last``.
    last : symbol or None
        The unknown of the one polynomial that is left.
    polynomial : sympy expression
        Vanishes; 1 where nothing is left.
    ties : tuple of sympy expressions
        Must vanish as well: what is said beyond the number of unknowns.
    loose : tuple of symbols
        Unknowns that nothing ties down, should the ties hold.
    nonzero : tuple of sympy expressions
        What must not vanish for the steps to be read: denominators, determinants, slopes.  Where
        one does, only the equations speak.
    direct : bool
        Whether the steps are closed forms as they stand, in lowest terms, so that a factor of what
        must not vanish may have gone from their denominators.

    Examples
    --------
    >>> x, y, a = sp.symbols("x y a", real=True)
    >>> shape = triangle([x + a * y - 1, x - y], [x, y])
    >>> shape.steps, shape.closed
    (((x, y, 1), (y, 1, a + 1)), {y: 1/(a + 1), x: 1/(a + 1)})
    """

    steps: tuple[tuple[sp.Symbol, sp.Expr, sp.Expr], ...] = ()
    last: sp.Symbol | None = None
    polynomial: sp.Expr = sp.S.One
    ties: tuple[sp.Expr, ...] = ()
    loose: tuple[sp.Symbol, ...] = ()
    nonzero: tuple[sp.Expr, ...] = ()
    direct: bool = False

    @cached_property
    def closed(self) -> Mapping[sp.Symbol, sp.Expr]:
        """Every unknown in closed form, where all equations were linear; else nothing."""
        if self.last is not None or self.ties or self.loose:
            return {}
        if self.direct:
            return {symbol: formula for symbol, formula, _ in self.steps}
        found: dict[sp.Symbol, sp.Expr] = {}
        for symbol, numerator, denominator in reversed(self.steps):
            found[symbol] = sp.factor_terms(sp.cancel((numerator / denominator).xreplace(found)))
        return found

    @classmethod
    def of(cls, closed: Mapping[sp.Symbol, sp.Expr], nonzero: Sequence[sp.Expr] = ()) -> Shape:
        """Return what closed forms make: a triangle with nothing at its foot."""
        steps = tuple((symbol, formula, sp.S.One) for symbol, formula in closed.items())
        return cls(steps=steps, nonzero=tuple(nonzero), direct=True)


@lru_cache(maxsize=10_000)
def top(expression: sp.Expr) -> sp.Expr:
    """Return the numerator of an expression over one denominator, expanded."""
    expanded = sp.expand(expression)
    if expanded.is_polynomial():
        return expanded
    return sp.expand(sp.fraction(sp.cancel(sp.together(expression)))[0])


def triangle(equations: Sequence[sp.Expr], unknowns: Sequence[sp.Symbol]) -> Shape | None:
    """Bring equations into a triangle; None where they do not determine the unknowns so.

    Examples
    --------
    >>> x, y, a = sp.symbols("x y a", real=True)
    >>> triangle([x * y - a, x + y - 3], [x, y]).polynomial
    -a - y**2 + 3*y
    """
    return _triangle(tuple(equations), tuple(unknowns))


@lru_cache(maxsize=1_000)
def _triangle(equations: tuple[sp.Expr, ...], unknowns: tuple[sp.Symbol, ...]) -> Shape | None:
    left = [e for e in map(top, equations) if e != 0]
    waiting = list(unknowns)
    steps: list[tuple[sp.Symbol, sp.Expr, sp.Expr]] = []
    ties: list[sp.Expr] = []

    def shape(last: sp.Symbol | None = None, polynomial: sp.Expr = sp.S.One) -> Shape:
        loose = tuple(waiting) if last is None else ()
        poles = tuple(denominator for _, _, denominator in steps if not denominator.is_number)
        return Shape(tuple(steps), last, polynomial, tuple(ties), loose, poles)

    while waiting:
        ties += [e for e in left if not e.free_symbols & set(waiting)]
        left = [e for e in left if e.free_symbols & set(waiting)]
        pivot = _pivot(left, waiting)
        if pivot is None:
            if not left:
                return shape()
            if len(waiting) != 1:
                return None
            first, *others = sorted(left, key=lambda e: sp.degree(e, waiting[0]))
            ties += others
            return shape(waiting[0], first)
        equation, symbol, slope, constant = pivot
        steps.append((symbol, -constant, slope))
        put = {symbol: -constant / slope}
        left = [top(e.xreplace(put)) for e in left if e is not equation]
        left = [e for e in left if e != 0]
        waiting.remove(symbol)
    ties += left
    return shape()


def specialised(
    equations: Sequence[sp.Expr], unknowns: Sequence[sp.Symbol], values: Mapping[sp.Symbol, sp.Expr]
) -> Shape | None:
    """Bring equations into a triangle at exact values, by a lexicographic Groebner basis.

    Where the solutions are finitely many and differ in the last unknown, the basis is linear in
    all others (the shape lemma), which is a triangle.  None where they do not, or the degrees are
    too high to try.
    """
    told = [top(e.xreplace(dict(values))) for e in equations]
    told = [e for e in told if e != 0]
    if any(not e.is_polynomial(*unknowns) for e in told) or not told:
        return None
    if math.prod(sp.Poly(e, *unknowns).total_degree() for e in told) > MOST_SOLUTIONS:
        return None
    for order in permutations(unknowns) if len(unknowns) <= 3 else (unknowns,):
        basis = sp.groebner(told, *order, order="lex")
        if basis.exprs == [1]:
            return Shape(ties=(sp.S.One,))
        found = triangle(basis.exprs, order)
        if found is not None and not found.loose:
            return found
    return None


def _pivot(
    equations: Sequence[sp.Expr], unknowns: Sequence[sp.Symbol]
) -> tuple[sp.Expr, sp.Symbol, sp.Expr, sp.Expr] | None:
    """Return an equation that is linear in an unknown: the simplest one there is."""
    best: tuple[tuple[int, int], tuple[sp.Expr, sp.Symbol, sp.Expr, sp.Expr]] | None = None
    for equation in equations:
        for symbol in unknowns:
            if not equation.has(symbol) or sp.degree(equation, symbol) != 1:
                continue
            slope, constant = equation.coeff(symbol, 1), equation.coeff(symbol, 0)
            inside = 2 if slope.free_symbols & set(unknowns) else int(not slope.is_number)
            rank = (inside, sp.count_ops(equation))
            if best is None or rank < best[0]:
                best = rank, (equation, symbol, slope, constant)
    return None if best is None else best[1]


def solutions(
    solved: Shape, values: Mapping[sp.Symbol, sp.Expr]
) -> tuple[list[dict[sp.Symbol, sp.Rational]], bool, str]:
    """Return all real solutions at exact values, whether they are exact, and what went wrong.

    An irrational root comes as a rational number within 10**-50 of it.  What went wrong is "" or a
    word: a "continuum" of solutions, or a "denominator" that vanishes, so that some may be missing.
    """
    starts: list[dict[sp.Symbol, sp.Rational]] = [{}]
    trouble = ""
    formulas = (solved.polynomial, *(f for _, n, d in solved.steps for f in (n, d)))
    rooted = any(map(_rooted, formulas))
    exact = not rooted and all(v.is_Rational for v in values.values() if v.is_number)
    values = _rational(values)
    known = [_told(tie, values) for tie in solved.ties]
    if any(tie.is_number and abs(tie) > ZERO for tie in known):
        return [], exact, ""
    singular = solved.direct and any(abs(_told(e, values)) < ZERO for e in solved.nonzero)
    if solved.loose or singular:
        return [], exact, "continuum"
    if solved.last is not None:
        polynomial = sp.Poly(top(_told(solved.polynomial, values)), solved.last)
        if polynomial.is_zero:
            return [], exact, "continuum"
        starts, rational = _roots(polynomial)
        exact = exact and rational
    found = []
    for start in starts:
        at, own = {**values, **start}, dict(start)
        for symbol, numerator, denominator in reversed(solved.steps):
            bottom = _told(denominator, at)
            if abs(bottom) < ZERO:
                over = _told(numerator, at)
                trouble = trouble or ("continuum" if abs(over) < ZERO else "")
                break
            own[symbol] = at[symbol] = _short(_told(numerator, at) / bottom, exact=exact)
        else:
            if all(abs(_told(tie, at)) < ZERO for tie in solved.ties):
                found.append(own)
    return found, exact, trouble


def _rational(values: Mapping[sp.Symbol, sp.Expr]) -> dict[sp.Symbol, sp.Expr]:
    """Round what is irrational to sixty digits."""
    return {
        s: v if v.is_Rational or not v.is_number else sp.Rational(sp.N(v, 60))
        for s, v in values.items()
    }


def _rooted(formula: sp.Expr) -> bool:
    """Tell whether there are roots and the like in a formula, whose values are rounded."""
    powers = formula.atoms(sp.Pow)
    return any(not p.exp.is_Integer for p in powers) or bool(formula.atoms(sp.Function))


def _told(formula: sp.Expr, values: Mapping[sp.Symbol, sp.Expr]) -> sp.Expr:
    """Put numbers in; irrational ones that result, of a root, are rounded to sixty digits."""
    found = formula.xreplace(dict(values))
    if found.atoms(sp.Pow, sp.Function):
        found = found.replace(
            lambda e: e.is_number and e.is_real and not e.is_Rational and not e.is_Add,
            lambda e: sp.Rational(sp.N(e, 60)),
        )
    return found


def _short(number: sp.Rational, *, exact: bool) -> sp.Rational:
    """Keep exact numbers exact, and others to as many digits as they have."""
    return number if exact else sp.Rational(round(number * 10**60), 10**60)


def _roots(polynomial: sp.Poly) -> tuple[list[dict[sp.Symbol, sp.Rational]], bool]:
    symbol = polynomial.gen
    found: list[dict[sp.Symbol, sp.Rational]] = []
    exact = True
    for factor, _ in polynomial.factor_list()[1]:
        if factor.degree() == 1:
            slope, constant = factor.all_coeffs()
            found.append({symbol: -constant / slope})
        elif factor.degree() > 1:
            for (low, high), _ in factor.intervals(eps=EPSILON):
                exact = False
                found.append({symbol: (low + high) / 2})
    return sorted(found, key=lambda root: root[symbol]), exact
