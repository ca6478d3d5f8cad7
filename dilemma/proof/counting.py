"""How many equilibria there can be at one calibration, where numbers are chosen."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, combinations_with_replacement

import sympy as sp

from dilemma.branch import Branch
from dilemma.games.concavity import never
from dilemma.games.regimes import triangles
from dilemma.games.triangles import Triangle
from dilemma.proof.deciding import Chosen, Deciding
from dilemma.proof.statements import Copy, Part

__all__ = ["Counting"]


class Counting(Deciding):
    """Decides whether there are at most so many equilibria."""

    def too_many(self, chosen: Chosen, part: Part, cases: list[Chosen]) -> str:
        """Ask whether there can be one equilibrium more than a claim allows."""
        assert part.count is not None
        statements = self.statements
        copy = statements.copy(part.count[0])
        others = {case[copy.key].name: case[copy.key] for case in cases}
        degrees = [
            self._degree({**chosen, copy.key: branch}, branch, copy) for branch in others.values()
        ]
        if None not in degrees and sum(d for d in degrees if d is not None) <= part.count[1]:
            return ""
        first = list(others).index(chosen[copy.key].name)
        left = list(others.values())[first:]
        for more in combinations_with_replacement(left, part.count[1]):
            question = self._question(chosen)
            rivals = [statements.rival(copy, k + 1) for k in range(len(more))]
            for rival, branch in zip(rivals, more, strict=True):
                there = tuple(rival if c.key == copy.key else c for c in statements.copies)
                question.add(*statements.branch(branch, rival))
                question.add(statements.given({**chosen, rival.key: branch}, there))
            played = zip((copy, *rivals), (chosen[copy.key], *more), strict=True)
            for (one, b), (other, c) in combinations(played, 2):
                same = b.name == c.name
                question.add(self._later(one, other) if same else self._apart(one, other))
            if question.ask().status != "unsat":
                return f"more equilibria are not excluded in '{chosen[copy.key].name}'"
        return ""

    def _degree(self, chosen: Chosen, branch: Branch, copy: Copy) -> int | None:
        """Return how many solutions a branch has at most: the degree of its one polynomial.

        None where it has no triangle, or z3 does not exclude that something vanishes in it.
        """
        statements = self.statements
        shape = self._shape(branch)
        if shape is None or shape.loose:
            return None
        vanish = [sp.Eq(bottom, 0) for _, _, bottom in shape.steps if not bottom.is_number]
        degree = 1
        if shape.last is not None:
            polynomial = sp.Poly(shape.polynomial, shape.last)
            degree = polynomial.degree()
            vanish.append(sp.And(*(sp.Eq(c, 0) for c in polynomial.all_coeffs())))
        for happens in vanish:
            told = statements.rename(happens, copy)
            if told is sp.false:
                continue
            if self._question(chosen).ask(told).status != "unsat":
                return None
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
        statements = self.statements
        assert statements.model.choices is not None
        for choice in statements.model.choices.choices.values():
            here, there = (statements.unknown(c, choice.symbol) for c in (one, other))
            if here != there:
                yield here, there

    def unmoved(self, chosen: Chosen, twin: Copy) -> dict[sp.Symbol, sp.Symbol]:
        """Return what in a twin is the same as in its base: what the parameter does not move.

        In one branch, what a triangle gives from other parameters alone, in one way.
        """
        statements, model = self.statements, self.statements.model
        here = next(c for c in statements.copies if c.key == twin.base)
        branch = chosen[twin.base]
        if chosen.get(twin.key, branch) is not branch or twin.moved is None:
            return {}
        moves = {model.parameters[twin.moved].symbol}
        shape = self._shape(branch)
        if shape is None or shape.loose:
            return {}
        if shape.last is not None:
            moves.add(shape.last)
        for symbol, numerator, denominator in reversed(shape.steps):
            symbols = model.expand(numerator).free_symbols | model.expand(denominator).free_symbols
            if symbols & moves or never(model, sp.Eq(denominator, 0)) is not True:
                moves.add(symbol)
        same = {
            statements.unknown(twin, s): statements.unknown(here, s)
            for s in branch.unknowns
            if s not in moves
        }
        for name, definition in model.definitions.items():
            if not model.expand(definition.symbol).free_symbols & moves:
                same[statements.symbol(twin, name)] = statements.symbol(here, name)
        return same

    def _shape(self, branch: Branch) -> Triangle | None:
        statements = self.statements
        holding = tuple(sorted(statements.claim.holding))
        bargain = statements.speaks_of_bargain()
        return triangles(statements.model, holding, bargain)[branch.name]

    def _higher(self, twin: Copy) -> tuple[sp.Basic, ...]:
        here = next(c for c in self.statements.copies if c.key == twin.base)
        assert twin.moved is not None
        statements = self.statements
        return (statements.symbol(twin, twin.moved) > statements.symbol(here, twin.moved),)
