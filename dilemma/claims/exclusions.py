"""What excludes that a claim fails, without all that a case states: lemmas, or a few statements.

Where a claim follows from lemmas that are proved, their conclusions stand in for the equilibria's
equations, which is what makes the question small: a lemma speaks of few quantities, and the boxes only
have to meet its assumptions.  Else what is not linked to the claim is left out, or what is played
elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import sympy as sp

from dilemma.claims.cases import Cases
from dilemma.claims.meaning import Chosen, Symbols, instance, outcome_of
from dilemma.claims.statements import AtMost, Copy, Part
from dilemma.theory.parts import Claim

__all__ = ["Exclusions", "multiplied_out"]

SHORT_SECONDS = 3.0  # what a question gets that may be answered without


@dataclass(frozen=True)
class Exclusions:
    """Short ways to a proof that a part of a claim cannot fail in a case.

    Attributes
    ----------
    lemmas : tuple of Claim
        What is proved.
    used : set of str
        The lemmas that were of use.
    """

    cases: Cases
    lemmas: tuple[Claim, ...]
    used: set[str] = field(default_factory=set)

    def by_lemmas(self, chosen: Chosen, part: Part) -> bool:
        """Tell whether proved lemmas alone exclude that a part fails in a case."""
        statements, symbols = self.cases.statements, Symbols(self.cases.statements, chosen)
        instances = {
            lemma.name: says
            for lemma in self.lemmas
            if (says := instance(lemma, symbols, part)) is not None
        }
        if not instances:
            return False
        question = self.cases.empty(SHORT_SECONDS)
        question.add(*self.cases.shared(), symbols.given())
        for copy, branch in self.cases.branches(chosen, part):
            question.add(*statements.feasible(copy))
            question.add(*(statements.rename(c, copy) for c in branch.conditions))
        question.add(*map(self.cases.higher, statements.twins((part,))))
        question.add(*instances.values())
        if question.ask(sp.Not(symbols.formula(part))).status != "unsat":
            return False
        self.used.update(instances)
        return True

    def in_part(self, stated: list[sp.Basic], wrong: sp.Basic) -> bool:
        """Tell whether a few of the statements exclude that a claim fails.

        Definitions that hang on what is played stand for themselves, tied to nothing, and only
        what is linked to the claim through them and through unknowns is kept.
        """
        statements = self.cases.statements
        model, home = statements.model, statements.home
        question = self.cases.empty(SHORT_SECONDS, self._about)
        of_parameters = {s for s, (n, _) in home.items() if n in model.parameters}
        linked = wrong.free_symbols - of_parameters
        left = list(stated)
        while True:
            near = [s for s in left if s.free_symbols & linked or s.free_symbols <= of_parameters]
            if not near:
                return question.ask().status == "unsat"
            question.add(*near)
            left = [s for s in left if s not in near]
            linked |= {x for s in near for x in s.free_symbols} - of_parameters

    def _about(self, symbol: sp.Symbol) -> Iterator[sp.Basic]:
        """Yield what ties a symbol down, unless it is a definition that hangs on what is played."""
        statements = self.cases.statements
        name = statements.home[symbol][0] if symbol in statements.home else ""
        if name in statements.model.parameters or name not in statements.model.outcomes:
            yield from statements.about(symbol)

    def elsewhere(self, cases: list[Chosen]) -> set[tuple[str, str]]:
        """Return branches of one copy that exclude a failure, whatever is played in the other.

        So it is where the claim needs nothing of the other copy but that its outcomes are numbers;
        it saves going through all pairs.
        """
        statements = self.cases.statements
        keys = [c.key for c in statements.copies if cases and c.key in cases[0]]
        if len(keys) < 2 or any(p.trends or isinstance(p, AtMost) for p in statements.parts()):
            return set()
        excluded = set()
        for copy in (c for c in statements.copies if c.key in keys):
            if not self._same_elsewhere(cases, copy.key):
                continue
            for name, case in {case[copy.key].name: case for case in cases}.items():
                if all(self._alone(case, copy, part) for part in statements.parts()):
                    excluded.add((copy.key, name))
        return excluded

    def _same_elsewhere(self, cases: list[Chosen], key: str) -> bool:
        """Tell whether outcomes that the claim names read the same in all branches elsewhere."""
        statements = self.cases.statements
        names = {
            r.arguments[0]
            for r in statements.claim.references.values()
            if r.what == "outcome" and statements.copy(r).key != key
        }
        outcomes = {
            tuple(outcome_of(b, n) for n in sorted(names))
            for case in cases
            for k, b in case.items()
            if k != key
        }
        return len(outcomes) == 1

    def _alone(self, case: Chosen, copy: Copy, part: Part) -> bool:
        statements, symbols = self.cases.statements, Symbols(self.cases.statements, case)
        wrong = sp.Not(symbols.formula(part))
        stated = [*self.cases.shared(), symbols.given(), wrong]
        stated += statements.branch(case[copy.key], copy)
        for other in statements.copies:
            if other.key != copy.key:
                stated += statements.feasible(other)
        return self.in_part(stated, wrong)


def multiplied_out(cases: Cases, chosen: Chosen) -> Chosen:
    """Return a case with its definitions multiplied out."""
    model = cases.statements.model
    return {
        key: replace(
            branch,
            equations=tuple(sp.expand(model.expand_play(e)) for e in branch.equations),
            conditions=tuple(model.expand_play(c) for c in branch.conditions),
        )
        for key, branch in chosen.items()
    }
