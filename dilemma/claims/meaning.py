"""What proved lemmas say of the calibrations at hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sympy as sp

from dilemma.claims.statements import Copy, Part, Statements, UndefinedError, put_in_claim
from dilemma.games.branch import Branch
from dilemma.games.numbers.first_order import marginal
from dilemma.theory.parts import Claim

__all__ = ["Lemmas"]

Chosen = Mapping[str, Branch]


@dataclass(frozen=True)
class Lemmas:
    """Lemmas, to be filled in with the symbols of one claim's calibrations.

    Parameters
    ----------
    statements : Statements
        Of the claim that they are for.
    """

    statements: Statements

    def instance(self, lemma: Claim, chosen: Chosen, part: Part) -> sp.Basic | None:
        """State what a lemma says of the calibrations at hand; None where it says nothing."""
        statements = self.statements
        if lemma.holding != statements.claim.holding:
            return None
        if lemma.over == "any pair":
            return self._of_pair(lemma, chosen)
        if lemma.over not in ("all", statements.over):
            return None
        told = []
        twins = statements.twins((part,))
        for copy in (*statements.copies, *twins):
            branch = chosen.get(copy.key, chosen.get(copy.base))
            if branch is None or (lemma.among not in (None, branch.name)):
                continue
            own = Statements(statements.model, lemma, lemma.over)
            if any(p.trends or p.count or p.unique for p in own.parts()):
                continue
            filled = {
                key: self.filled(
                    lemma, formula, {c.era: copy for c in own.copies}, {copy.key: branch}
                )
                for key, formula in (("given", lemma.given), ("holds", lemma.holds))
            }
            told.append(sp.Or(sp.Not(filled["given"]), filled["holds"]))
        return sp.And(*told) if told else None

    def _of_pair(self, lemma: Claim, chosen: Chosen) -> sp.Basic | None:
        statements = self.statements
        if not statements.claim.of_pairs:
            return None
        copies = {c.era: c for c in statements.copies}
        if lemma.among is not None and any(
            chosen[c.key].name != lemma.among for c in copies.values() if c.key in chosen
        ):
            return None
        if any(c.key not in chosen for c in copies.values()):
            return None
        one, other = copies.values()
        same = [
            sp.Eq(statements.symbol(one, name), statements.symbol(other, name))
            for name in lemma.shared
            if statements.symbol(one, name) != statements.symbol(other, name)
        ]
        given = self.filled(lemma, lemma.given, copies, chosen)
        held = self.filled(lemma, lemma.holds, copies, chosen)
        return sp.Or(sp.Not(sp.And(*same, given)), held)

    def filled(
        self,
        lemma: Claim,
        formula: sp.Basic,
        copies: Mapping[str | None, Copy],
        chosen: Chosen,
    ) -> sp.Basic:
        """Write a lemma's formula in the symbols of the calibrations at hand."""
        statements = self.statements
        only = next(iter(copies.values()))
        filled = {}
        for symbol in formula.free_symbols:
            reference = lemma.references.get(symbol)
            copy = only if reference is None else copies.get(reference.era, only)
            if reference is None or reference.what == "name":
                name = symbol.name if reference is None else reference.arguments[0]
                filled[symbol] = statements.symbol(copy, name)
            else:
                branch = chosen.get(copy.key, chosen.get(copy.base))
                assert branch is not None
                name = reference.arguments[0]
                worth = branch.outcomes.get(name, branch.payoffs.get(name))
                if reference.what == "diff":
                    worth = marginal(statements.model, *reference.arguments)
                if worth is sp.nan:
                    raise UndefinedError(f"'{name}' is not defined in '{branch.name}'")
                filled[symbol] = statements.rename(worth, copy)
        return put_in_claim(formula, filled)
