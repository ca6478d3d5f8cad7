"""Polynomial equations solved in closed form, with parameters as letters, where that can be read.

All solutions are kept in sight.  A product that vanishes is one case for each of its factors, but
for those that cannot vanish where the solution is looked for.  An equation that is linear in an
unknown gives it as a quotient; where the denominator hangs on unknowns, that it vanishes is a case
of its own.  Two equations that are linear in none are combined so that a term drops out: so the
first-order conditions of a contest, and the indifference of players alike, give a linear relation.
What is left in one unknown is solved by square roots, or by one root of higher order; cubics with a
linear term are not, because nobody can read Cardano's formulas with letters in them.

Every solution is put back into the equations, exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import sympy as sp
from sympy.core.relational import Relational
from sympy.polys.polyerrors import BasePolynomialError

from dilemma.games.branch import top

__all__ = ["ClosedForm", "Solved", "closed_forms", "without_roots"]

Vanishes = Callable[[sp.Expr], bool]  # whether a polynomial may do so where solutions are sought

MOST_CASES = 24
MOST_LETTERS = 240  # operations in an equation that is looked at, and in a closed form


@dataclass(frozen=True)
class ClosedForm:
    """One solution.

    Attributes
    ----------
    put : mapping of unknown to sympy expression
        In parameters alone.
    nonzero : tuple of sympy expressions
        In parameters: what must not vanish for it to be read.
    real : tuple of sympy expressions
        In parameters: what stands under roots, and must not be negative.
    ties : tuple of sympy expressions
        In parameters: what must vanish for there to be a solution at all.
    """

    put: Mapping[sp.Symbol, sp.Expr]
    nonzero: tuple[sp.Expr, ...] = ()
    real: tuple[sp.Expr, ...] = ()
    ties: tuple[sp.Expr, ...] = ()


@dataclass(frozen=True)
class Solved:
    """All solutions of some equations.

    Attributes
    ----------
    forms : tuple of ClosedForm
    beyond : tuple of sympy Boolean
        In parameters: where there may be others.
    """

    forms: tuple[ClosedForm, ...]
    beyond: tuple[sp.Basic, ...] = ()


class _UnsolvedError(Exception):
    """There is no closed form that could be read."""


@dataclass(frozen=True)
class _Case:
    """Equations that are left, and what the unknowns solved so far are in terms of the others."""

    left: tuple[sp.Expr, ...]
    waiting: tuple[sp.Symbol, ...]
    steps: tuple[tuple[sp.Symbol, sp.Expr], ...] = ()
    nonzero: tuple[sp.Expr, ...] = ()
    real: tuple[sp.Expr, ...] = ()


def closed_forms(
    equations: Sequence[sp.Expr],
    unknowns: Sequence[sp.Symbol],
    may_vanish: Vanishes = lambda factor: not factor.is_number,
    ended: Callable[[], bool] = lambda: False,
) -> Solved | None:
    """Return all solutions of some equations; None where they have no closed form to be read.

    Parameters
    ----------
    equations : sequence of sympy expressions
        Quotients of polynomials in the unknowns, that vanish.
    unknowns : sequence of symbols
    may_vanish : callable
        Tells of a polynomial whether it may vanish where solutions are looked for.
    ended : callable
        Tells whether time is up: then there is no answer.

    Examples
    --------
    >>> x, y, v, w = sp.symbols("x y v w", real=True)
    >>> contest = [v * y - (x + y) ** 2, w * x - (x + y) ** 2]
    >>> positive = (x, y, v, w, v + w)
    >>> (inside,) = closed_forms(contest, [x, y], lambda factor: factor not in positive).forms
    >>> inside.put[x]
    v**2*w/(v + w)**2
    """
    try:
        told = tuple(map(top, equations))
        if any(not e.is_polynomial(*unknowns) for e in told):
            return None
        search = _Search(may_vanish, ended)
        cases = list(search.solve(_Case(told, tuple(unknowns))))
        found = [form for case in cases if (form := _closed_form(case, told)) is not None]
    except (_UnsolvedError, BasePolynomialError, NotImplementedError):
        return None
    kept: list[ClosedForm] = []
    for form in found:
        if not any(form.put == other.put and form.ties == other.ties for other in kept):
            kept.append(form)
    gaps = [sp.Eq(d, 0) for form in kept for d in form.nonzero]
    return Solved(tuple(kept), tuple(dict.fromkeys([*search.beyond, *gaps])))


@dataclass
class _Search:
    """Goes through the cases, each with fewer unknowns than the one before."""

    may_vanish: Vanishes
    ended: Callable[[], bool]
    cases: int = 0
    known: dict[sp.Expr, bool] = field(default_factory=dict)
    beyond: list[sp.Basic] = field(default_factory=list)

    def vanishes(self, factor: sp.Expr) -> bool:
        """Tell whether a factor may vanish; what was asked once is remembered."""
        if factor not in self.known:
            self.known[factor] = self.may_vanish(factor)
        return self.known[factor]

    def solve(self, case: _Case) -> Iterator[_Case]:
        """Yield what a case comes to, with no unknown left."""
        self.cases += 1
        if self.cases > MOST_CASES or self.ended():
            raise _UnsolvedError
        split = self._split(case)
        if split is None:
            return
        if len(split) > 1:
            for one in split:
                yield from self.solve(one)
            return
        (case,) = split
        if not case.waiting:
            yield case
            return
        if not any(e.free_symbols & set(case.waiting) for e in case.left):
            if not case.left:
                raise _UnsolvedError
            self.beyond.append(sp.And(*(sp.Eq(e, 0) for e in case.left)))
            return
        step = self._linear(case)
        if step is not None:
            yield from step
            return
        combined = self._combined(case)
        if combined is not None:
            yield from self.solve(combined)
            return
        yield from self._roots(case)

    def _split(self, case: _Case) -> list[_Case] | None:
        """Cut products apart; None where an equation cannot hold."""
        left: list[sp.Expr] = []
        for equation in case.left:
            if equation == 0:
                continue
            if sp.count_ops(equation) > MOST_LETTERS:
                raise _UnsolvedError
            factors = [f for f, _ in sp.factor_list(equation)[1]]
            factors = [f for f in factors if self.vanishes(f)]
            if not factors:
                return None
            inside = [f for f in factors if f.free_symbols & set(case.waiting)]
            if inside and len(inside) < len(factors):
                self.beyond += [sp.Eq(f, 0) for f in factors if f not in inside]
                factors = inside
            if len(inside) > 1:
                others = [e for e in case.left if e is not equation]
                return [
                    _Case((f, *others), case.waiting, case.steps, case.nonzero, case.real)
                    for f in factors
                ]
            left.append(sp.Mul(*factors) if len(factors) > 1 else factors[0])
        kept = tuple(dict.fromkeys(left))
        return [_Case(kept, case.waiting, case.steps, case.nonzero, case.real)]

    def _linear(self, case: _Case) -> Iterator[_Case] | None:
        """Solve the simplest equation that is linear in an unknown, if there is one."""
        best: tuple[tuple[int, int], tuple[sp.Expr, sp.Symbol, sp.Expr]] | None = None
        for equation in case.left:
            for symbol in case.waiting:
                if not equation.has(symbol) or sp.degree(equation, symbol) != 1:
                    continue
                slope = sp.expand(equation).coeff(symbol, 1)
                inside = 2 if slope.free_symbols & set(case.waiting) else int(not slope.is_number)
                rank = (inside, int(sp.count_ops(equation)))
                if best is None or rank < best[0]:
                    best = rank, (equation, symbol, slope)
        return None if best is None else self._put(case, *best[1])

    def _put(
        self, case: _Case, equation: sp.Expr, symbol: sp.Symbol, slope: sp.Expr
    ) -> Iterator[_Case]:
        constant = sp.expand(equation).coeff(symbol, 0)
        value = sp.cancel(-constant / slope)
        others = [e for e in case.left if e is not equation]
        known = not any(self.vanishes(f) for f, _ in sp.factor_list(slope)[1])
        inside = bool(slope.free_symbols & set(case.waiting))
        yield from self.solve(
            _Case(
                tuple(top(e.xreplace({symbol: value})) for e in others),
                tuple(u for u in case.waiting if u != symbol),
                (*case.steps, (symbol, value)),
                case.nonzero if known else (*case.nonzero, slope),
                case.real,
            )
        )
        if inside and not known:
            both = (slope, constant, *others)
            yield from self.solve(_Case(both, case.waiting, case.steps, case.nonzero, case.real))

    def _combined(self, case: _Case) -> _Case | None:
        """Add a combination of two equations that is simpler than both."""
        best: tuple[tuple[int, int], sp.Expr] | None = None
        for one, other in combinations(case.left, 2):
            for found in _eliminated(one, other, case.waiting):
                factors = [
                    f
                    for f, _ in sp.factor_list(found)[1]
                    if f.free_symbols & set(case.waiting) and self.vanishes(f)
                ]
                degree = max((_degree(f, case.waiting) for f in factors), default=0)
                least = min(_degree(e, case.waiting) for e in (one, other))
                if degree >= least and len(factors) < 2:
                    continue
                rank = (degree, len(factors))
                if best is None or rank < best[0]:
                    best = rank, found
        if best is None:
            return None
        return _Case((best[1], *case.left), case.waiting, case.steps, case.nonzero, case.real)

    def _roots(self, case: _Case) -> Iterator[_Case]:
        """Solve an equation in one unknown by roots."""
        for equation in case.left:
            own = equation.free_symbols & set(case.waiting)
            if len(own) == 1:
                break
        else:
            raise _UnsolvedError
        (symbol,) = own
        polynomial = sp.Poly(equation, symbol)
        leading = polynomial.LC()
        known = not any(self.vanishes(f) for f, _ in sp.factor_list(leading)[1])
        for root, under in _radicals(polynomial):
            yield from self.solve(
                _Case(
                    tuple(
                        _reduced(e.xreplace({symbol: root})) for e in case.left if e is not equation
                    ),
                    tuple(u for u in case.waiting if u != symbol),
                    (*case.steps, (symbol, root)),
                    case.nonzero if known else (*case.nonzero, leading),
                    (*case.real, *under),
                )
            )


def _degree(equation: sp.Expr, unknowns: Sequence[sp.Symbol]) -> int:
    own = [u for u in unknowns if equation.has(u)]
    return int(sp.Poly(equation, *own).total_degree()) if own else 0


def _eliminated(one: sp.Expr, other: sp.Expr, unknowns: Sequence[sp.Symbol]) -> Iterator[sp.Expr]:
    """Yield combinations of two equations from which a term of the highest degree drops out."""
    first, second = sp.Poly(one, *unknowns), sp.Poly(other, *unknowns)
    for monomial in set(first.monoms()) & set(second.monoms()):
        if sum(monomial) < 2:
            continue
        a, b = first.coeff_monomial(monomial), second.coeff_monomial(monomial)
        common = sp.gcd(a, b)
        found = sp.expand(sp.cancel(b / common) * one - sp.cancel(a / common) * other)
        if found != 0:
            yield found


def _radicals(polynomial: sp.Poly) -> Iterator[tuple[sp.Expr, tuple[sp.Expr, ...]]]:
    """Yield the real roots of a polynomial in one unknown, with what must not be negative for each."""
    degree, terms = polynomial.degree(), dict(polynomial.terms())
    if degree == 2:
        a, b, c = (polynomial.coeff_monomial(polynomial.gen**k) for k in (2, 1, 0))
        under = sp.factor(sp.expand(b**2 - 4 * a * c))
        for sign in (1, -1):
            yield sp.factor_terms((-b + sign * _root(under, 2)) / (2 * a)), (under,)
        return
    if degree > 2 and set(terms) <= {(degree,), (0,)}:
        a, c = polynomial.LC(), polynomial.TC()
        under = sp.factor(sp.cancel(-c / a))
        if degree % 2 == 0:
            yield _root(under, degree), (under,)
            yield -_root(under, degree), (under,)
            return
        # The one real root, written for each sign of what stands under it.
        yield _root(under, degree), (under,)
        if under.could_extract_minus_sign() or not under.is_nonnegative:
            yield -_root(-under, degree), (-under,)
        return
    raise _UnsolvedError


def _root(under: sp.Expr, order: int) -> sp.Expr:
    """Write a root, with squares taken out of it where their sign does not matter."""
    return sp.Pow(under, sp.Rational(1, order))


def _closed_form(case: _Case, equations: Sequence[sp.Expr]) -> ClosedForm | None:
    """Put each unknown into those before it, and all of them back into the equations."""
    put: dict[sp.Symbol, sp.Expr] = {}
    for symbol, value in reversed(case.steps):
        put[symbol] = _simple(value.xreplace(put))
        if sp.count_ops(put[symbol]) > MOST_LETTERS:
            raise _UnsolvedError
    ties = tuple(_reduced(e.xreplace(put)) for e in case.left)
    if any(tie.is_number and tie != 0 for tie in ties):
        return None
    ties = tuple(dict.fromkeys(tie for tie in ties if tie != 0))
    for equation in equations:
        left = _reduced(equation.xreplace(put))
        if left != 0 and not _follows(left, ties):
            raise _UnsolvedError
    return ClosedForm(
        put,
        tuple(dict.fromkeys(_reduced(d.xreplace(put)) for d in case.nonzero)),
        tuple(dict.fromkeys(u.xreplace(put) for u in case.real)),
        ties,
    )


def _follows(left: sp.Expr, ties: Sequence[sp.Expr]) -> bool:
    """Tell whether an expression vanishes where some ties do."""
    letters = sorted(set().union(*(t.free_symbols for t in ties)), key=str)
    if not ties or not letters:
        return False
    return bool(sp.groebner(ties, *letters).contains(left)) if len(ties) < 3 else False


def _names(formula: sp.Expr) -> tuple[sp.Expr, dict[sp.Symbol, tuple[sp.Expr, int]]]:
    """Write a letter for each root in a formula; return what stands under it, and its order."""
    named: dict[tuple[sp.Expr, int], sp.Symbol] = {}

    def letter(power: sp.Pow) -> sp.Expr:
        key = (power.base, int(power.exp.q))
        symbol = named.setdefault(key, sp.Dummy(f"root{len(named)}", real=True))
        return symbol ** int(power.exp.p)

    told = formula.replace(
        lambda e: e.is_Pow and e.exp.is_Rational and e.exp.q != 1 and bool(e.free_symbols),
        letter,
    )
    return told, {symbol: key for key, symbol in named.items()}


def _reduced(formula: sp.Expr) -> sp.Expr:
    """Return the numerator of a formula, with powers of roots worked out."""
    told, roots = _names(formula)
    found = top(told)
    for symbol, (under, order) in reversed(list(roots.items())):
        if found.has(symbol):
            found = sp.expand(sp.rem(found, top(symbol**order - under), symbol))
    return _unnamed(sp.expand(sp.fraction(sp.together(found))[0]), roots)


def _unnamed(formula: sp.Expr, roots: Mapping[sp.Symbol, tuple[sp.Expr, int]]) -> sp.Expr:
    for symbol, (under, order) in reversed(list(roots.items())):  # outer ones first
        formula = formula.xreplace({symbol: sp.Pow(under, sp.Rational(1, order))})
    return formula


def _simple(formula: sp.Expr) -> sp.Expr:
    """Write a closed form as short as is easily had."""
    told, roots = _names(formula)
    if not roots:
        return sp.factor(sp.cancel(sp.together(formula)))
    found = sp.cancel(sp.together(told))
    above, below = sp.fraction(found)
    for symbol, (under, order) in roots.items():
        if order == 2 and below.has(symbol):  # no root in a denominator
            constant, slope = (
                sp.rem(below, symbol**2 - under, symbol).coeff(symbol, k) for k in (0, 1)
            )
            above, below = above * (constant - slope * symbol), constant**2 - slope**2 * under
        above = sp.rem(sp.expand(above), symbol**order - under, symbol)
        above, below = sp.fraction(sp.cancel(above / below))
    told = _unnamed(sp.factor_terms(above / sp.factor(below)), roots)
    return min((formula, told), key=sp.count_ops)


def without_roots(formula: sp.Basic) -> sp.Basic:
    """Write relations between roots as relations between polynomials, where one root is in each.

    What stands under a root must not be negative where the formula is read.

    Examples
    --------
    >>> c = sp.Symbol("c", real=True)
    >>> without_roots(1 - sp.sqrt(c) > 0)
    c - 1 < 0
    """
    return formula.replace(lambda part: isinstance(part, Relational), _polynomial)


def _polynomial(relation: Relational) -> sp.Basic:
    told, roots = _names(relation.lhs - relation.rhs)
    above, below = sp.fraction(sp.cancel(sp.together(told)))
    if len(roots) != 1 or below.free_symbols & set(roots):
        return relation
    ((symbol, (under, order)),) = roots.items()
    above = sp.expand(sp.rem(sp.expand(above * below), symbol**order - under, symbol))
    if sp.degree(above, symbol) != 1:
        return relation
    slope, constant = above.coeff(symbol, 1), above.coeff(symbol, 0)
    rising = _against(relation.func, -constant / slope, under, order)
    if slope.is_positive:
        return rising
    falling = _against(relation.reversed.func, -constant / slope, under, order)
    if slope.is_negative:
        return falling
    return sp.Or(
        sp.And(slope > 0, rising),
        sp.And(slope < 0, falling),
        sp.And(sp.Eq(slope, 0), relation.func(constant, 0)),
    )


def _against(
    relates: Callable[[sp.Expr, sp.Expr], sp.Basic], bound: sp.Expr, under: sp.Expr, order: int
) -> sp.Basic:
    """State that a root, which is not negative, relates to a bound."""
    squared = _cleared(relates, under - bound**order)
    match relates(*sp.symbols("a b", real=True)):
        case sp.StrictGreaterThan():
            return sp.Or(_cleared(sp.Lt, bound), squared)
        case sp.GreaterThan():
            return sp.Or(_cleared(sp.Le, bound), squared)
        case sp.StrictLessThan():
            return sp.And(_cleared(sp.Gt, bound), squared)
        case sp.LessThan() | sp.Equality():
            return sp.And(_cleared(sp.Ge, bound), squared)
        case sp.Unequality():
            return sp.Or(_cleared(sp.Lt, bound), squared)
    raise AssertionError(relates)


def _cleared(relates: Callable[[sp.Expr, sp.Expr], sp.Basic], gap: sp.Expr) -> sp.Basic:
    """State how a quotient relates to zero, without a denominator: times its square."""
    above, below = sp.fraction(sp.cancel(sp.together(gap)))
    if below.is_positive:
        return relates(sp.expand(above), sp.Integer(0))
    return relates(sp.expand(above * below), sp.Integer(0))
