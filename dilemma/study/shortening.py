"""Conditions as short as z3 can prove to be enough: what follows from the rest is left out.

What cannot be within the parameters' ranges is "never", what cannot fail is "always", and of
``c <= 0`` an interval from 0 leaves ``c == 0``.  Nothing is changed but what was proved: what z3
leaves open stays as it came.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from math import inf

import sympy as sp
from sympy.core.relational import Relational

from dilemma.errors import UnsupportedError
from dilemma.model import Model
from dilemma.parts import Interval, Parameter
from dilemma.proof.logic import Question
from dilemma.study.existence import polynomials, tidy
from dilemma.study.wording import in_words

__all__ = ["PATIENCE", "Shortening", "within"]

MOST_WRITTEN_OUT = 6  # polynomials in a condition
PATIENCE = 2.0  # seconds for one question; what z3 leaves open stays written down
BRIEF = 0.3  # the same for signs, and once definitions are tied to their formulas, which is harder
STRICT = {sp.GreaterThan: sp.StrictGreaterThan, sp.LessThan: sp.StrictLessThan}


class Shortening:
    """Shortens conditions on a model's definitions and parameters.

    Parameters stay within their ranges.  What is never so, and what follows from the ranges alone,
    is looked for with definitions tied to their formulas; else these may take any value, which z3
    answers faster.

    Parameters
    ----------
    model : Model
    given : iterable of sympy Boolean
        What else is known.
    seconds : float, optional
        Budget for all conditions together; past it they are written as they come.
    """

    def __init__(
        self, model: Model, given: Iterable[sp.Basic] = (), seconds: float | None = None
    ) -> None:
        self.model = model
        self._end = self._deadline = time.monotonic() + (inf if seconds is None else seconds)
        self._cut = False
        self._named = {d.symbol: d.formula for d in model.definitions.values()}
        self._patience = PATIENCE
        self._questions = [Question(self.allowed, self._left)]
        if self._named:
            self._questions.append(Question(self._tied, lambda: min(BRIEF, self._left())))
        for question in self._questions:
            question.add(*given)
        self._signs = {p.symbol: _like(p) for p in model.parameters.values()}

    def _left(self) -> float:
        return min(self._patience, self._deadline - time.monotonic())

    @property
    def ended(self) -> bool:
        """Whether the budget, or the share of it that is allowed now, is used up."""
        ended = time.monotonic() >= self._deadline
        self._cut = self._cut or ended
        return ended

    @property
    def whole(self) -> bool:
        """Whether the budget was enough for all that was asked."""
        return not self._cut

    def allow(self, share: float = 1.0) -> None:
        """Allow a share of what is left of the budget for what comes next."""
        now = time.monotonic()
        self._deadline = now + share * (self._end - now) if self._end < inf else inf

    def allowed(self, symbol: sp.Symbol) -> Iterator[sp.Basic]:
        """Yield the range of a parameter."""
        if symbol.name in self.model.parameters:
            yield from within(symbol, self.model.parameters[symbol.name].range)

    def _tied(self, symbol: sp.Symbol) -> Iterator[sp.Basic]:
        """Yield the range of a parameter, or what a definition stands for."""
        if symbol in self._named:
            yield sp.Eq(symbol, self._named[symbol], evaluate=False)
        yield from self.allowed(symbol)

    def words(self, formula: sp.Basic) -> str:
        """Write a condition for a reader, definitions measured by parameters."""
        return in_words(formula, [p.symbol for p in self.model.parameters.values()])

    def shortest(self, parts: Sequence[sp.Basic]) -> sp.Basic:
        """Join parts by "and", without what follows from the others.

        Those that stand first are tried first.  Few alternatives are written out where that is
        shorter.
        """
        signed = [self.signed(part) for part in parts]
        if self.never(*signed, tied=True):
            return sp.false
        found = self._pruned(signed)
        if len(polynomials([found])) <= MOST_WRITTEN_OUT:
            out = self._possible(sp.to_dnf(found, simplify=False), [])
            found = min((found, out), key=lambda formula: len(self.words(formula)))
        return self._tightened(found)

    def sign(self, formula: sp.Expr) -> int:
        """Return the sign that a formula has throughout the ranges, 0 where none is proved."""
        told = formula.xreplace(self._signs)
        if told.is_positive or told.is_negative:
            return 1 if told.is_positive else -1
        if self.never(sp.Le(formula, 0), patience=BRIEF):
            return 1
        return -1 if self.never(sp.Ge(formula, 0), patience=BRIEF) else 0

    def unbent(self, formula: sp.Expr) -> sp.Expr:
        """Write no absolute value of what has one sign, or none, throughout the ranges."""
        return formula.replace(sp.Abs, self._unbent)

    def _unbent(self, inside: sp.Expr) -> sp.Expr:
        if self.never(inside < 0, patience=BRIEF):
            return inside
        return -inside if self.never(inside > 0, patience=BRIEF) else sp.Abs(inside)

    def signed(self, formula: sp.Basic) -> sp.Basic:
        """Leave out of each relation the factors that have one sign throughout the ranges."""
        return formula.replace(lambda part: isinstance(part, Relational), self._signed)

    def _signed(self, relation: Relational) -> sp.Basic:
        gap = relation.lhs - relation.rhs
        if self.ended or gap.is_number or not gap.is_polynomial():
            return relation
        constant, factors = sp.factor_list(gap)
        if len(factors) == 1 and factors[0][1] == 1:
            return relation
        left = sp.sign(constant)
        for factor, power in factors:
            sign = self.sign(factor)
            left *= sign**power if sign else factor**power
        return tidy(relation.func(left, 0))

    def _tightened(self, formula: sp.Basic, others: Sequence[sp.Basic] = ()) -> sp.Basic:
        """Write "equal" where only that is left of "at most" or "at least"."""
        if isinstance(formula, sp.Or):
            return sp.Or(*(self._tightened(part, others) for part in formula.args))
        parts = list(sp.And.make_args(formula))
        for k, part in enumerate(parts):
            rest = [*others, *parts[:k], *parts[k + 1 :]]
            if isinstance(part, sp.Or):
                parts[k] = self._tightened(part, rest)
            elif part.func in STRICT and self.never(
                *rest, STRICT[part.func](*part.args), tied=True
            ):
                parts[k] = sp.Eq(*part.args)
        return sp.And(*parts)

    def _pruned(self, parts: Sequence[sp.Basic]) -> sp.Basic:
        """Drop whole parts first, and then alternatives within those that are left."""
        kept = list(dict.fromkeys(parts))
        for part in list(kept):
            others = [other for other in kept if other != part]
            if self.never(*others, sp.Not(part)) or self.never(sp.Not(part), tied=True):
                kept = others
        for k, part in enumerate(kept):
            others = [other for other in kept if other != part]
            kept[k] = self._possible(part, others)
        return sp.And(*kept)

    def never(self, *formulas: sp.Basic, patience: float = PATIENCE, tied: bool = False) -> bool:
        """Tell whether z3 proves, in time, that some conditions cannot hold together.

        Definitions may take any value unless they are ``tied``, which is the harder question.
        """
        self._patience = patience
        named = any(f.free_symbols & set(self._named) for f in formulas)
        for question in self._questions if tied and named else self._questions[:1]:
            if self.ended:
                return False
            try:
                if question.ask(*formulas).status == "unsat":
                    return True
            except UnsupportedError:  # no signs of polynomials, or the time is up
                return False
        return False

    def _possible(self, part: sp.Basic, others: Sequence[sp.Basic]) -> sp.Basic:
        """Keep the alternatives of a part that can be true at all, each as short as may be."""
        alternatives = list(sp.Or.make_args(part))
        if len(alternatives) == 1 or part in (sp.true, sp.false):
            return part
        kept = [a for a in alternatives if not self.never(*others, a, tied=True)]
        for a in list(kept):
            rest = [other for other in kept if other != a]
            if rest and self.never(*others, a, sp.Not(sp.Or(*rest))):
                kept = rest
        told = []
        for a in kept:
            own = list(sp.And.make_args(a))
            for conjunct in list(own):
                rest = [c for c in own if c != conjunct]
                if rest and self.never(*others, *rest, sp.Not(conjunct)):
                    own = rest
            told.append(sp.And(*own))
        return sp.Or(*told)


def _like(parameter: Parameter) -> sp.Symbol:
    """Return a symbol of which sympy knows the sign that the range gives, to ask z3 less."""
    low, high, name = parameter.range.low, parameter.range.high, parameter.name
    if low > 0 or (low == 0 and parameter.range.open_low):
        return sp.Symbol(name, positive=True)
    if high < 0 or (high == 0 and parameter.range.open_high):
        return sp.Symbol(name, negative=True)
    return sp.Symbol(name, real=True, nonnegative=True if low == 0 else None)


def within(symbol: sp.Symbol, interval: Interval) -> Iterator[sp.Basic]:
    """Yield that a symbol lies in an interval."""
    if interval.low.is_finite:
        yield symbol > interval.low if interval.open_low else symbol >= interval.low
    if interval.high.is_finite:
        yield symbol < interval.high if interval.open_high else symbol <= interval.high
