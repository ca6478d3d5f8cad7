"""What a given play of a table pays, and what a deviation from it gains: from the payoffs alone.

It shares no code with the branches, nor with what solves games in numbers.
"""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp

from dilemma.games.branch import Play
from dilemma.model import Model
from dilemma.theory.parts import Profile

__all__ = ["gain", "worth"]

Values = Mapping[sp.Symbol, sp.Expr]


def worth(model: Model, values: Values, play: Play) -> dict[str, sp.Expr | None]:
    """Return every payoff and outcome of a play; None where it has no value."""
    tables = {
        **{p: {q: model.payoffs[q][p] for q in model.game.profiles} for p in model.players},
        **{name: outcome.profiles for name, outcome in model.outcomes.items()},
    }
    found: dict[str, sp.Expr | None] = {}
    for name, table in tables.items():
        total = sum(
            (
                chance * table[q].xreplace(values)
                for q in model.game.profiles
                if (chance := _chance(play, q))
            ),
            sp.Integer(0),
        )
        found[name] = total if total.is_number and total.is_finite else None
    return found


def _chance(play: Play, profile: Profile) -> sp.Expr:
    return sp.prod(mix[action] for mix, action in zip(play.values(), profile, strict=True))


def gain(model: Model, values: Values, play: Play) -> sp.Expr:
    """Return the most that a player gains by an action over what it plays."""
    gains = []
    for position, player in enumerate(model.players.values()):
        pays = {a: sp.Integer(0) for a in player.actions}
        for profile in model.game.profiles:
            others = sp.prod(
                mix[profile[k]] for k, mix in enumerate(play.values()) if k != position
            )
            pays[profile[position]] += others * model.payoffs[profile][player.name].xreplace(values)
        own = sum((play[player.name][a] * pays[a] for a in player.actions), sp.Integer(0))
        gains.append(max(pays.values()) - own)
    return max(gains)
