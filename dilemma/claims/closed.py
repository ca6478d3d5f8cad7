"""Equilibria in closed form that do what a claim says, or its opposite, wherever it speaks of any.

A closed form needs no unknowns, so that "some equilibrium does" is a statement about parameters alone:
one of these branches is an equilibrium and does it.  Leaving out branches that have no closed form only
makes such a statement harder to prove.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import sympy as sp

from dilemma.claims.cases import Cases
from dilemma.claims.meaning import Chosen, Symbols, UndefinedError, defined
from dilemma.games.branch import Branch
from dilemma.model import Model

__all__ = ["none_does"]


def none_does(cases: Cases, every: Iterable[Chosen], *, wrong: bool = False) -> list[sp.Basic]:
    """State of each case in closed form that it is no equilibrium or does not do what is claimed.

    With ``wrong`` it is the opposite of what is claimed that it does not do.
    """
    return [
        sp.Not(_does(cases, chosen, wrong=wrong))
        for chosen in every
        if all(branch.solved and not branch.relaxed for branch in chosen.values())
    ]


def _does(cases: Cases, chosen: Chosen, *, wrong: bool) -> sp.Basic:
    """State that branches are equilibria and do what is claimed, or its opposite.

    What has no value does neither.
    """
    statements, parts = cases.statements, cases.statements.parts()
    closed = {key: _closed(statements.model, branch) for key, branch in chosen.items()}
    symbols = Symbols(statements, closed)
    try:
        claimed = sp.And(*map(symbols.formula, parts))
    except UndefinedError:
        return sp.false
    says = [symbols.given(), *map(symbols.given, statements.twins(parts))]
    says.append(sp.Not(claimed) if wrong else claimed)
    played = {  # slopes speak of it
        statements.unknown(copy, unknown): statements.rename(form, copy)
        for copy, branch in cases.branches(chosen, parts)
        for unknown, form in branch.closed.items()
    }
    says = [s.xreplace(played) for s in says]
    for copy, branch in cases.branches(closed, parts):
        says += statements.branch(branch, copy)
    return sp.And(*says, *map(defined, says))


def _closed(model: Model, branch: Branch) -> Branch:
    """Return a branch without unknowns, which their closed forms replace, in definitions too."""
    if not branch.unknowns:
        return branch
    put = dict(branch.closed)

    def solved(formula: sp.Basic) -> sp.Basic:
        return model.expand_play(formula).xreplace(put)

    return replace(
        branch,
        unknowns=(),
        equations=(),
        conditions=(*(sp.Ne(e, 0) for e in branch.nonzero), *map(solved, branch.conditions)),
        outcomes={n: solved(f) for n, f in branch.outcomes.items()},
        payoffs={n: solved(f) for n, f in branch.payoffs.items()},
    )
