"""Where there are equilibria in which some chances may be any within bounds: in the parameters alone.

Who does not care about what it does may mix as it likes, as far as the others still reply as they do.  All
that is asked of such a chance is linear in it, so that it can be eliminated, one after the other, by
virtual substitution of where one of its lower bounds just holds.

References
----------
Loos and Weispfenning 1993, "Applying linear quantifier elimination", The Computer Journal 36(5): 450-462.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, combinations, permutations, product

import sympy as sp
from sympy.core.relational import Relational

from dilemma.games.branch import Shape, compared

__all__ = ["located", "some_number"]

MOST_CASES = 64  # of what is joined by "or", in conditions on one chance
MANY_TERMS = 4  # of an inequality that is looked at for factors
MOST_PAIRS = 200  # of lines in a chance that are compared
MOST_TERMS = 100  # of the inequalities that are left
MOST_REORDERED = 3  # chances that are eliminated in other orders, too
Line = tuple[sp.Expr, sp.Expr, type]


def located(
    shape: Shape | None,
    conditions: Sequence[sp.Basic],
    decided: Callable[[sp.Basic], sp.Basic] = lambda stated: stated,
) -> tuple[sp.Basic, ...] | None:
    """State in parameters alone when there is a branch in which some chances are free.

    None where they are not: all is in closed form, conditions are not linear in what is free, or what is
    left of them is too long to be of use.

    Parameters
    ----------
    decided : callable, optional
        Returns a statement without what is known to hold, or not to, whatever the parameters are.

    Examples
    --------
    >>> p, a = sp.symbols("p a", real=True)
    >>> located(Shape(loose=(p,)), [p > 0, 1 - p > 0, sp.Ge(p - a, 0)])
    ((-a >= 0) | ((a > 0) & (1 - a > 0)),)
    """
    if shape is None or not shape.loose or shape.last is not None or _bends(shape, conditions):
        return None
    closed: dict[sp.Symbol, sp.Expr] = {}
    for symbol, numerator, denominator in reversed(shape.steps):
        closed[symbol] = sp.cancel((numerator / denominator).xreplace(closed))
    left = [_cleared(c.xreplace(closed), decided) for c in conditions]
    for order in [shape.loose] if shape.ties else _orders(shape.loose, left):
        eliminated = _eliminated(order, left, decided)
        if eliminated is not None:
            break
    else:
        return None
    left = eliminated
    ties = [compared(sp.Eq, sp.expand(tie.xreplace(closed))) for tie in shape.ties]
    nonzero = [compared(sp.Ne, e.xreplace(closed)) for e in shape.nonzero]
    told = dict.fromkeys(map(decided, [*ties, *nonzero, *left]))
    found = tuple(c for c in told if c is not sp.true)
    loose = set(shape.loose)
    return None if any(c.free_symbols & loose for c in found) else found


def _orders(
    loose: Sequence[sp.Symbol], conditions: Sequence[sp.Basic]
) -> Iterator[tuple[sp.Symbol, ...]]:
    """Yield in which orders to eliminate: as they come, and what an equation settles before the rest."""
    yield tuple(loose)
    if len(loose) <= MOST_REORDERED:
        settled = {s for c in conditions for s in _settled(c)}
        if settled & set(loose):
            yield from (o for o in permutations(loose) if o[0] in settled and o != tuple(loose))


def _settled(condition: sp.Basic) -> set[sp.Symbol]:
    """Return what is named in equations, or in opposite inequalities, of one case of a condition."""
    found: set[sp.Symbol] = set()
    for case in _cases(condition):
        gaps = {sp.expand(r.lhs - r.rhs) for r in case if isinstance(r, sp.GreaterThan)}
        found |= {s for gap in gaps if -gap in gaps for s in gap.free_symbols}
        found |= {s for r in case if isinstance(r, sp.Eq) for s in r.free_symbols}
    return found


def _eliminated(
    order: Sequence[sp.Symbol],
    conditions: Sequence[sp.Basic],
    decided: Callable[[sp.Basic], sp.Basic],
) -> list[sp.Basic] | None:
    """Eliminate chances in an order; None where what is asked of one is not linear in it, or too long."""
    left = list(conditions)
    for free in order:
        about = [c for c in left if free in c.free_symbols]
        bounded = _bounded(free, about, decided)
        stated = None if bounded is None else _of_use(bounded, decided)
        if stated is None:
            return None
        left = [c for c in left if c not in about] + [stated]
    return left


def _cleared(stated: sp.Basic, decided: Callable[[sp.Basic], sp.Basic]) -> sp.Basic:
    """Return a statement without denominators, which do not vanish."""
    if isinstance(stated, sp.And | sp.Or):
        return stated.func(*(_cleared(part, decided) for part in stated.args))
    if not isinstance(stated, Relational) or (gap := stated.lhs - stated.rhs).is_polynomial():
        return stated
    over, under = sp.fraction(sp.cancel(sp.together(gap)))
    if not isinstance(stated, sp.Eq | sp.Ne):
        over = over * _with_its_sign(under, decided)
    return compared(stated.func, sp.expand(over))


def _terms(stated: sp.Basic) -> int:
    """Return how many terms a statement's inequalities have."""
    return sum(len(sp.Add.make_args(part.lhs - part.rhs)) for part in stated.atoms(Relational))


def _of_use(stated: sp.Basic, decided: Callable[[sp.Basic], sp.Basic]) -> sp.Basic | None:
    """Return a statement without what is known; None as soon as what is left is seen to be too long."""
    kept: list[sp.Basic] = []
    # The shortest first: one that holds always makes the others needless, and factors take their time.
    for part in sorted(sp.Or.make_args(stated), key=_terms):
        kept.append(decided(_shorter(part, decided)))
        if kept[-1] is sp.true:
            return sp.true
        if _terms(sp.Or(*kept)) > MOST_TERMS:
            return None
    return sp.Or(*kept)


def _shorter(stated: sp.Basic, decided: Callable[[sp.Basic], sp.Basic]) -> sp.Basic:
    """Return a statement whose long inequalities have lost factors that are known to be positive."""
    if isinstance(stated, sp.And | sp.Or):
        settles = sp.false if isinstance(stated, sp.And) else sp.true
        kept = []
        for part in sorted(stated.args, key=_terms):
            kept.append(_shorter(part, decided))
            if decided(kept[-1]) is settles:
                return settles
        return stated.func(*kept)
    if not isinstance(stated, sp.GreaterThan | sp.StrictGreaterThan | sp.Eq):
        return stated
    gap = sp.expand(stated.lhs - stated.rhs)
    if not isinstance(gap, sp.Add) or len(gap.args) < MANY_TERMS:
        return stated
    number, factors = _factors(gap)
    left = sp.sign(number)
    for factor, power in factors:
        if decided(compared(sp.Gt, factor)) is not sp.true:
            left *= factor**power
    return compared(stated.func, sp.expand(left))


@lru_cache(maxsize=4096)
def _factors(formula: sp.Expr) -> tuple[sp.Rational, list[tuple[sp.Expr, int]]]:
    """Return a polynomial's factors, which takes long: branches next to each other have the same ones."""
    symbols = sorted(formula.free_symbols, key=sp.default_sort_key)
    if not symbols or not formula.is_polynomial(*symbols):
        number, factors = sp.factor_list(formula)
        return number, factors
    number, polynomials = sp.Poly(formula, *symbols).factor_list()
    return number, [(factor.as_expr(), power) for factor, power in polynomials]


def _with_its_sign(formula: sp.Expr, decided: Callable[[sp.Basic], sp.Basic]) -> sp.Expr:
    """Return the simplest product that is positive, or negative, where a polynomial is."""
    number, factors = _factors(formula)
    found = sp.sign(number)
    for factor, power in factors:
        if power % 2 and decided(compared(sp.Gt, factor)) is not sp.true:
            found *= -1 if decided(compared(sp.Lt, factor)) is sp.true else factor
    return found


def _bends(shape: Shape, conditions: Sequence[sp.Basic]) -> bool:
    """Tell whether some condition is seen not to be linear in a free chance, all else being numbers.

    Of many chances that are mixed together closed forms take minutes, only to be put aside.
    """
    free, stream = shape.loose[0], random.Random(0)  # noqa: S311 -- nothing secret
    parts = list(dict.fromkeys(a for c in conditions for a in c.atoms(Relational)))
    symbols = {s for _, over, under in shape.steps for s in (over / under).free_symbols}
    symbols |= {s for part in parts for s in part.free_symbols}
    values = {s: sp.Rational(stream.randint(1, 999), 1000) for s in sorted(symbols, key=str)}
    rows = []
    for number in (sp.Rational(k, 7) for k in (1, 2, 3)):
        at = {**values, free: number}
        for symbol, numerator, denominator in reversed(shape.steps):
            over, under = numerator.xreplace(at), denominator.xreplace(at)
            if not under.is_Rational or under == 0:
                return False
            at[symbol] = over / under
        rows.append([(part.lhs - part.rhs).xreplace(at) for part in parts])
    return any(a + c != 2 * b for a, b, c in zip(*rows, strict=True) if (a + b + c).is_Rational)


def _bounded(
    free: sp.Symbol, about: Sequence[sp.Basic], decided: Callable[[sp.Basic], sp.Basic]
) -> sp.Basic | None:
    """State that some number meets all conditions; None where they are not linear in it."""
    alternatives = [_cases(condition) for condition in about]
    count = 1
    for own in alternatives:
        count *= len(own)
    if count > MOST_CASES:
        return None
    ways: list[tuple[list[sp.Basic], list[Line]]] = []
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
        ways.append((rest, lines))
    if sum(len(lines) ** 2 for _, lines in ways) > MOST_PAIRS:
        return None
    return sp.Or(*(sp.And(*rest, some_number(lines, decided)) for rest, lines in ways))


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
    slope = sp.expand(gap.diff(free))
    if free in slope.free_symbols:
        return None
    constant = gap.xreplace({free: sp.S.Zero})
    if isinstance(condition, sp.Eq):
        return [(slope, constant, sp.GreaterThan), (-slope, -constant, sp.GreaterThan)]
    return [(slope, constant, type(condition))]


@lru_cache(maxsize=4096)
def _expanded(one: sp.Expr, other: sp.Expr) -> sp.Expr:
    """Return a product, multiplied out; of long polynomials that is quicker than by expressions."""
    symbols = sorted((one * other).free_symbols, key=sp.default_sort_key)
    if not (one.is_Add and other.is_Add and one.is_polynomial() and other.is_polynomial()):
        return sp.expand(one * other)
    return (sp.Poly(one, *symbols) * sp.Poly(other, *symbols)).as_expr()


def some_number(
    lines: Sequence[Line], decided: Callable[[sp.Basic], sp.Basic] = lambda stated: stated
) -> sp.Basic:
    """State that some number makes all lines positive, or not negative, as each is to be.

    It is where a lower bound just holds, or, of a bound that it must exceed, as little as one likes
    beyond it.

    Parameters
    ----------
    decided : callable, optional
        Returns a statement without what is known to hold, or not to: a line that is known to fall is
        no lower bound.

    Examples
    --------
    >>> a = sp.Symbol("a", real=True)
    >>> some_number([(sp.S.One, sp.S.Zero, sp.StrictGreaterThan), (-sp.S.One, a, sp.GreaterThan)])
    a > 0
    """
    lines = list(dict.fromkeys(lines))
    equation = _equation(lines)
    if equation is not None:
        return _at_equation(equation, lines, decided)
    apart: dict[tuple[int, int], sp.Expr] = {}  # where one just holds, what another one is
    for (k, (slope, constant, _)), (j, (own, other, _)) in combinations(enumerate(lines), 2):
        apart[k, j] = _expanded(slope, other) - _expanded(own, constant)
        apart[j, k] = -apart[k, j]
    cases = []
    for k, (slope, _, kind) in enumerate(lines):
        told = [decided(compared(sp.Gt, slope))]
        if told[0] is sp.false:
            continue
        for j, (own, _, wanted) in enumerate(lines):
            gap = apart.get((k, j), sp.S.Zero)
            holds = sp.S.true if kind is sp.GreaterThan else decided(compared(wanted, own))
            if kind is sp.GreaterThan:
                told.append(compared(wanted, gap))
            elif holds in (sp.true, sp.false):
                told.append(compared(sp.Ge if holds is sp.true else sp.Gt, gap))
            else:
                equal = sp.And(compared(sp.Eq, gap), holds)
                told.append(sp.Or(compared(sp.Gt, gap), equal))
        cases.append(sp.And(*told))
    return sp.Or(*cases)


def _equation(lines: Sequence[Line]) -> tuple[sp.Expr, sp.Expr] | None:
    """Return slope and constant of the simplest line that may be neither negative nor positive."""
    weak = {(slope, constant) for slope, constant, kind in lines if kind is sp.GreaterThan}
    both = [(s, c) for s, c in weak if s != 0 and (-s, -c) in weak]
    return min(
        both, key=lambda one: (one[0].count_ops() + one[1].count_ops(), str(one)), default=None
    )


def _at_equation(
    equation: tuple[sp.Expr, sp.Expr],
    lines: Sequence[Line],
    decided: Callable[[sp.Basic], sp.Basic],
) -> sp.Basic:
    """State that a number makes one line vanish and the others what they are to be.

    There is no other number where the line rises or falls, so no other bound is asked about: bounds
    that hang on two more chances would be multiplied.
    """
    slope, constant = equation
    own = ((slope, constant), (-slope, -constant))
    others = [line for line in lines if line[:2] not in own]
    cases = []
    for sign in (1, -1):
        told = [decided(compared(sp.Gt, sign * slope))]
        if told[0] is sp.false:
            continue
        for rise, start, kind in others:
            gap = sp.expand(sign * (slope * start - rise * constant))
            told.append(compared(kind, gap))
        cases.append(sp.And(*told))
    if not slope.is_number:
        flat = [compared(sp.Eq, slope), compared(sp.Eq, constant)]
        cases.append(sp.And(*flat, some_number(others, decided) if others else sp.true))
    return sp.Or(*cases)
