"""Conditions as short as z3 can prove to be enough: what follows from the rest is left out."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from math import inf

import sympy as sp

from dilemma.model import Model
from dilemma.parts import Interval
from dilemma.proof.logic import Question
from dilemma.study.existence import polynomials
from dilemma.study.wording import in_words

__all__ = ["PATIENCE", "Shortening", "within"]

MOST_WRITTEN_OUT = 6  # polynomials in a condition
PATIENCE = 2.0  # seconds for one question; what z3 leaves open stays written down


class Shortening:
    """Shortens conditions on a model's definitions and parameters.

    Parameters stay within their ranges and definitions may take any value, so that what is left
    out follows whatever the era.

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
        self._deadline = time.monotonic() + (inf if seconds is None else seconds)
        self._question = Question(self.allowed, lambda: PATIENCE)
        self._question.add(*given)

    def allowed(self, symbol: sp.Symbol) -> Iterator[sp.Basic]:
        """Yield the range of a parameter."""
        if symbol.name in self.model.parameters:
            yield from within(symbol, self.model.parameters[symbol.name].range)

    def words(self, formula: sp.Basic) -> str:
        """Write a condition for a reader, definitions measured by parameters."""
        return in_words(formula, [p.symbol for p in self.model.parameters.values()])

    def shortest(self, parts: Sequence[sp.Basic]) -> sp.Basic:
        """Join parts by "and", without what follows from the others.

        Those that stand first are tried first.  Few alternatives are written out where that is
        shorter.
        """
        found = self._pruned(parts)
        if len(polynomials([found])) <= MOST_WRITTEN_OUT:
            out = self._possible(sp.to_dnf(found, simplify=False), [])
            return min((found, out), key=lambda formula: len(self.words(formula)))
        return found

    def _pruned(self, parts: Sequence[sp.Basic]) -> sp.Basic:
        """Drop whole parts first, and then alternatives within those that are left."""
        kept = list(dict.fromkeys(parts))
        for part in list(kept):
            others = [other for other in kept if other != part]
            if self.never(*others, sp.Not(part)):
                kept = others
        for k, part in enumerate(kept):
            others = [other for other in kept if other != part]
            kept[k] = self._possible(part, others)
        return sp.And(*kept)

    def never(self, *formulas: sp.Basic) -> bool:
        """Tell whether z3 proves, in time, that some conditions cannot hold together."""
        if time.monotonic() >= self._deadline:
            return False
        return self._question.ask(*formulas).status == "unsat"

    def _possible(self, part: sp.Basic, others: Sequence[sp.Basic]) -> sp.Basic:
        """Keep the alternatives of a part that can be true at all, each as short as may be."""
        alternatives = list(sp.Or.make_args(part))
        if len(alternatives) == 1:
            return part
        kept = [a for a in alternatives if not self.never(*others, a)]
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


def within(symbol: sp.Symbol, interval: Interval) -> Iterator[sp.Basic]:
    """Yield that a symbol lies in an interval."""
    if interval.low.is_finite:
        yield symbol > interval.low if interval.open_low else symbol >= interval.low
    if interval.high.is_finite:
        yield symbol < interval.high if interval.open_high else symbol <= interval.high
