"""First-order conditions that share what they are divided by, such as all effort in a contest.

Payoffs such as v*x/T - x with T = x + y + ... have slopes that are polynomials of degree two and more
once they are multiplied out, and no equation among them is linear in anything.  With a symbol for T, a
*divisor*, they are linear in what is chosen,

    v*(T - x) - T**2 = 0    for each player, and    T = x + y + ...

so that all that is chosen is worked out in terms of T, and one polynomial in T is left.  T is not zero
where payoffs have a value, so powers of it are divided out, and often T is then known as well.
"""

from __future__ import annotations

import operator
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Self

import sympy as sp
from sympy.core.relational import Relational
from sympy.polys.fields import FracElement
from sympy.polys.rings import PolyElement

from dilemma.games.branch import PartSymbol, Shape, top, triangle

__all__ = ["Divided", "Quotients", "by_divisors", "factored", "rational"]


@dataclass(frozen=True)
class Divided:
    """Equations solved with symbols for what they are divided by.

    Attributes
    ----------
    shape : Shape
        ``last`` is a divisor where a polynomial in it is left.
    divisors : mapping of symbol to sympy expression
        What is left of them as unknowns: nothing where all that is chosen is known in closed form.
    bases : tuple of sympy expressions
        All divisors, in what is chosen: where one vanishes payoffs have no value.
    """

    shape: Shape
    divisors: Mapping[sp.Symbol, sp.Expr]
    bases: tuple[sp.Expr, ...]

    @property
    def equations(self) -> tuple[sp.Expr, ...]:
        """What vanishes, linear in all that is chosen; so it does iff the equations do it that were solved.

        As long as what must not vanish does not, nor any divisor.
        """
        steps = (under * symbol - over for symbol, over, under in self.shape.steps)
        ties = (symbol - base for symbol, base in self.divisors.items())
        foot = () if self.shape.last is None else (self.shape.polynomial,)
        return (*steps, *self.shape.ties, *foot, *ties)


def by_divisors(quotients: Sequence[sp.Expr], unknowns: Sequence[sp.Symbol]) -> Divided | None:
    """Solve equations with symbols for what they are divided by; None where that does not do.

    Parameters
    ----------
    quotients : sequence of sympy expressions
        Vanish; sums of quotients, not multiplied out.
    unknowns : sequence of symbols

    Returns
    -------
    Divided or None

    Examples
    --------
    Two rivals for prizes of v and w, each spending to win with its share of what both spend:

    >>> x, y, v, w = sp.symbols("x y v w", positive=True)
    >>> paid = {x: v * x / (x + y) - x, y: w * y / (x + y) - y}
    >>> slopes = [sp.diff(p, own) for own, p in paid.items()]
    >>> by_divisors(slopes, [x, y]).shape.closed
    {x: v**2*w/(v + w)**2, y: v*w**2/(v + w)**2}
    """
    own = set(unknowns)
    if not rational(*quotients):
        return None
    terms = [[_divided(t, own) for t in sp.Add.make_args(q)] for q in quotients]
    known = dict.fromkeys(base for told in terms for _, powers in told for base in powers)
    if not known:
        return None
    named = {base: PartSymbol(f"divisor({base})", real=True) for base in known}
    left = [_multiplied(told, named) for told in terms]
    left += [symbol - base for base, symbol in named.items()]
    shape = triangle(left, unknowns)
    if shape is None or shape.last is not None:
        return None
    about = [_without(tie, named.values()) for tie in shape.ties]
    foot = triangle([t for t in about if t.free_symbols & {*named.values()}], [*named.values()])
    if foot is None or foot.loose:
        return None
    if foot.last is not None:
        foot = replace(foot, polynomial=_without(foot.polynomial, named.values()))
        if sp.degree(foot.polynomial, foot.last) == 1:
            slope, constant = (foot.polynomial.coeff(foot.last, k) for k in (1, 0))
            steps = (*foot.steps, (foot.last, -constant, slope))
            poles = () if slope.is_number else (slope,)
            foot = Shape(steps, ties=foot.ties, nonzero=(*foot.nonzero, *poles))
    beyond = tuple(t for t in about if not t.free_symbols & {*named.values()})
    nonzero = (*shape.nonzero, *foot.nonzero)
    joined = replace(foot, steps=(*shape.steps, *foot.steps), ties=(*beyond, *foot.ties))
    joined = replace(joined, loose=shape.loose, nonzero=nonzero)
    if foot.last is None:
        return Divided(_in_unknowns(joined, named.values()), {}, tuple(named))
    return Divided(joined, {symbol: base for base, symbol in named.items()}, tuple(named))


def _divided(term: sp.Expr, own: Collection[sp.Symbol]) -> tuple[sp.Expr, dict[sp.Expr, int]]:
    """Return a term without what it is divided by, as far as that is chosen, and the powers of that."""
    over, under = sp.fraction(sp.together(term))
    scale, factors = sp.factor_list(under)
    powers = {}
    for factor, power in factors:
        if factor.free_symbols & own:
            powers[factor] = int(power)
        else:
            scale *= factor**power
    return over / scale, powers


def _multiplied(
    terms: Sequence[tuple[sp.Expr, dict[sp.Expr, int]]], named: dict[sp.Expr, sp.Symbol]
) -> sp.Expr:
    """Return a sum of divided terms times the least powers of the divisors that leave no quotient."""
    most = {b: max((powers.get(b, 0) for _, powers in terms), default=0) for b in named}
    return top(
        sp.Add(
            *(
                over * sp.Mul(*(s ** (most[b] - powers.get(b, 0)) for b, s in named.items()))
                for over, powers in terms
            )
        )
    )


def _without(tie: sp.Expr, symbols: Collection[sp.Symbol]) -> sp.Expr:
    """Divide powers of the divisors out of what vanishes."""
    found = tie
    for symbol in symbols:
        while found != 0 and found.has(symbol) and sp.expand(found).coeff(symbol, 0) == 0:
            found = sp.expand(found / symbol)
    return found


def _in_unknowns(shape: Shape, divisors: Collection[sp.Symbol]) -> Shape:
    """Put in what the divisors are, all of which are known."""
    known = [symbol for symbol, _, _ in shape.steps]
    every = set().union(*(f.free_symbols for step in shape.steps for f in step))
    put = Quotients(every - set(known))
    steps: list[tuple[sp.Symbol, sp.Expr, sp.Expr]] = []
    for symbol, over, under in reversed(shape.steps):
        value = put.of(over) / put.of(under)
        put.known[symbol] = value
        if symbol not in divisors:
            steps.insert(0, (symbol, factored(value.numer), factored(value.denom)))
    nonzero = [factored(put.of(e).numer) for e in shape.nonzero]
    nonzero = [e for e in nonzero if not e.is_number]
    alone = not shape.loose
    return replace(shape, steps=tuple(steps), nonzero=tuple(nonzero), lowest=alone)


def rational(*formulas: sp.Expr) -> bool:
    """Tell whether formulas are made of rational numbers, symbols, sums, products and whole powers."""
    parts = (part for formula in formulas for part in sp.preorder_traversal(formula))
    return all(
        part.is_Symbol or part.is_Rational or part.is_Add or part.is_Mul
        or (part.is_Pow and part.exp.is_Integer)
        for part in parts
    )  # fmt: skip


class Quotients:
    """Formulas as quotients of polynomials in lowest terms, some symbols being quotients themselves.

    Powers are put together as they come, since multiplying out what closed forms were put into takes
    minutes.

    Parameters
    ----------
    symbols : iterable of symbols
        All others that formulas may speak of.
    """

    def __init__(self, symbols: Iterable[sp.Symbol]) -> None:
        ordered = sorted(symbols, key=str)
        self.among = sp.QQ.frac_field(*ordered).field
        self.known: dict[sp.Symbol, FracElement] = dict(zip(ordered, self.among.gens, strict=True))

    @classmethod
    def of_closed(cls, closed: Mapping[sp.Symbol, sp.Expr], others: Iterable[sp.Symbol]) -> Self:
        """Return quotients in which closed forms stand for some symbols."""
        found = cls({*others}.union(*(f.free_symbols for f in closed.values())) - set(closed))
        found.known |= {symbol: found.of(form) for symbol, form in closed.items()}
        return found

    def of(self, formula: sp.Expr) -> FracElement:
        """Return a formula that is rational as a quotient."""
        if formula in self.known:
            return self.known[formula]
        if formula.is_Rational:
            return self.among(sp.QQ.from_sympy(formula))
        if formula.is_Pow:
            return self.of(formula.base) ** int(formula.exp)
        join = operator.add if formula.is_Add else operator.mul
        return reduce(join, map(self.of, formula.args))

    def reduced(self, formula: sp.Expr) -> sp.Expr:
        """Return a formula in lowest terms, as products; one that is not rational as it is."""
        if not rational(formula):
            return formula
        value = self.of(formula)
        return factored(value.numer) / factored(value.denom)

    def above(self, formula: sp.Expr) -> sp.Expr:
        """Return what vanishes where a rational formula does."""
        return factored(self.of(formula).numer)

    def sign(self, condition: sp.Basic) -> sp.Basic:
        """Return a comparison as the sign of a product, which has no denominators."""
        if not isinstance(condition, Relational) or not rational(condition.lhs, condition.rhs):
            return condition
        value = self.of(condition.lhs - condition.rhs)
        scale, factors = _factors(value.denom)
        signs = (sp.sign(scale), *(factor for factor, power in factors if power % 2))
        return condition.func(sp.Mul(factored(value.numer), *signs), 0)


def factored(polynomial: PolyElement) -> sp.Expr:
    """Return a polynomial as a product."""
    scale, factors = _factors(polynomial)
    return sp.Mul(scale, *(factor**power for factor, power in factors))


def _factors(polynomial: PolyElement) -> tuple[sp.Rational, list[tuple[sp.Expr, int]]]:
    if polynomial.is_ground:
        return polynomial.as_expr(), []
    scale, factors = polynomial.factor_list()
    return sp.QQ.to_sympy(scale), [(factor.as_expr(), power) for factor, power in factors]
