"""How many equilibria there can be at one calibration: what a claim that counts them asks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, combinations_with_replacement

import sympy as sp

from dilemma.claims.cases import Cases
from dilemma.claims.meaning import Chosen, Symbols
from dilemma.claims.statements import AtMost, Copy
from dilemma.games.branch import Branch

__all__ = ["Multiplicity"]


@dataclass(frozen=True)
class Multiplicity:
    """Whether there are at most so many equilibria, as a claim says."""

    cases: Cases
    every: list[Chosen]

    def more(self, chosen: Chosen, part: AtMost) -> str:
        """Say where one equilibrium more than a claim allows is not excluded; "" if it is."""
        copy = self.cases.statements.copy(part.counted)
        others = {case[copy.key].name: case[copy.key] for case in self.every}
        degrees = [
            self._degree({**chosen, copy.key: branch}, branch, copy) for branch in others.values()
        ]
        if sum(degrees) <= part.number:
            return ""
        first = list(others).index(chosen[copy.key].name)
        left = list(others.values())[first:]
        for more in combinations_with_replacement(left, part.number):
            if self._together(chosen, copy, more):
                return f"more equilibria are not excluded in '{chosen[copy.key].name}'"
        return ""

    def _together(self, chosen: Chosen, copy: Copy, more: tuple[Branch, ...]) -> bool:
        """Tell whether a case may have further equilibria in these branches, all of them apart."""
        statements = self.cases.statements
        question = self.cases.question(chosen)
        rivals = [statements.rival(copy, k + 1) for k in range(len(more))]
        for rival, branch in zip(rivals, more, strict=True):
            question.add(*statements.branch(branch, rival))
            question.add(Symbols(statements, {**chosen, rival.key: branch}).given(rival))
        played = zip((copy, *rivals), (chosen[copy.key], *more), strict=True)
        for (one, b), (other, c) in combinations(played, 2):
            same = b.name == c.name
            question.add(self._later(one, other) if same else self._apart(one, other))
        return question.ask().status != "unsat"

    def _degree(self, chosen: Chosen, branch: Branch, copy: Copy) -> sp.Expr:
        """Return how many solutions a branch has at most: the degree of its one polynomial.

        Infinity where it has no triangle, or z3 does not exclude that something vanishes in it.
        """
        shape = self.cases.triangle(branch)
        if shape is None:
            return sp.oo
        vanish = [sp.Eq(bottom, 0) for _, _, bottom in shape.steps if not bottom.is_number]
        degree = sp.Integer(1)
        if shape.last is not None:
            polynomial = sp.Poly(shape.polynomial, shape.last)
            degree = sp.Integer(polynomial.degree())
            vanish.append(sp.And(*(sp.Eq(c, 0) for c in polynomial.all_coeffs())))
        for happens in vanish:
            nothing = self.cases.statements.rename(happens, copy)
            if nothing is sp.false:
                continue
            if self.cases.question(chosen).ask(nothing).status != "unsat":
                return sp.oo
        return degree

    def _later(self, one: Copy, other: Copy) -> sp.Basic:
        """State that one play comes before another: in the first number in which they differ."""
        cases: list[sp.Basic] = []
        same: list[sp.Basic] = []
        for here, there in self._pairs(one, other):
            cases.append(sp.And(*same, here < there))
            same.append(sp.Eq(here, there))
        return sp.Or(*cases)

    def _apart(self, one: Copy, other: Copy) -> sp.Basic:
        """State that two plays differ: on a border one play belongs to two branches."""
        return sp.Or(*(sp.Ne(here, there) for here, there in self._pairs(one, other)))

    def _pairs(self, one: Copy, other: Copy) -> Iterator[tuple[sp.Symbol, sp.Symbol]]:
        """Yield each chosen number as it is in two plays, but what is held."""
        statements = self.cases.statements
        for choice in statements.model.game.choices.values():
            here, there = (statements.unknown(c, choice.symbol) for c in (one, other))
            if here != there:
                yield here, there
