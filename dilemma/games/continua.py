"""Whether a branch that has no single solution may hold a continuum of equilibria."""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp

from dilemma.branch import Branch
from dilemma.errors import UnsupportedError
from dilemma.games.concavity import admissible
from dilemma.model import Model

__all__ = ["may_hold"]


def may_hold(model: Model, branch: Branch, values: Mapping[sp.Symbol, sp.Expr]) -> bool:
    """Tell whether the conditions of a branch that has no single solution can hold here."""
    question = admissible(model, values)
    try:
        question.add(*(sp.Eq(model.expand_play(e), 0) for e in branch.equations))
        question.add(*(model.expand_play(c) for c in branch.conditions))
        question.add(*_tops(model, branch))
        return question.ask().status != "unsat"
    except UnsupportedError:
        return True


def _tops(model: Model, branch: Branch) -> list[sp.Basic]:
    """State what is needed besides slopes that vanish: what is chosen inside is no minimum."""
    assert model.choices is not None
    game = model.choices
    found: list[sp.Basic] = []
    for choice in game.choices.values():
        own = [
            c
            for c in game.of(choice.player)
            if not {f"{c.name}.low", f"{c.name}.high"} & set(branch.binds)
        ]
        kept = [c for c in game.kept_by(choice.player) if c.name in branch.binds]
        if choice in own and not kept and choice.player != game.leader:
            payoff = model.expand_play(model.payoffs[()][choice.player])
            found.append(sp.Le(sp.diff(payoff, choice.symbol, 2), 0))
    return found
