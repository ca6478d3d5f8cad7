"""The names of 2x2 games, as conditions on payoffs.

For one player write C for its cooperative action and D for the other, and likewise for the partner.
With u(own, partner's) let

    D0 = u(C, D) - u(D, D),   D1 = u(C, C) - u(D, C)

be what cooperation gains against a partner who does not, and who does, cooperate.

    harmony             D0 > 0, D1 > 0
    chicken             D0 > 0 > D1
    stag hunt           D0 < 0 < D1          (assurance)
    prisoner's dilemma  D0 < 0, D1 < 0, u(C, C) > u(D, D)
    deadlock            D0 < 0, D1 < 0, u(C, C) <= u(D, D)

Where D0 or D1 is 0 the game lies on a border and has no name.  Names after Rapoport and Guyer
1966, General Systems 11: 203-214; Snyder and Diesing 1977, Conflict Among Nations.
"""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp

from dilemma.errors import UnsupportedError
from dilemma.model import Model

__all__ = ["BORDER", "KINDS", "gains", "is_kind", "kind_of"]

KINDS = ("harmony", "chicken", "stag hunt", "prisoner's dilemma", "deadlock")
BORDER = "border"


def gains(model: Model, player: str) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
    """Return D0, D1 and u(C, C) - u(D, D) of one player of a 2x2 game, in symbols.

    Raises
    ------
    UnsupportedError
        If the game is not 2x2, or does not say which actions cooperate.
    """
    names = list(model.players)
    if len(names) != 2 or any(len(p.actions) != 2 for p in model.players.values()):
        raise UnsupportedError(f"{model.name} is not 2x2: the names of games are for 2x2 games")
    if any(p.cooperates is None for p in model.players.values()):
        raise UnsupportedError(f"{model.name} does not say which action of a player cooperates")
    partner = names[1 - names.index(player)]

    def pays(*, own: bool, other: bool) -> sp.Expr:
        acts = {player: _act(model, player, own), partner: _act(model, partner, other)}
        return model.payoffs[acts[names[0]], acts[names[1]]][player]

    return (
        pays(own=True, other=False) - pays(own=False, other=False),
        pays(own=True, other=True) - pays(own=False, other=True),
        pays(own=True, other=True) - pays(own=False, other=False),
    )


def _act(model: Model, player: str, cooperates: bool) -> str:  # noqa: FBT001 -- a private switch
    chosen = model.players[player]
    return next(a for a in chosen.actions if (a == chosen.cooperates) == cooperates)


def is_kind(model: Model, player: str, kind: str) -> sp.Basic:
    """Return the condition under which a player's payoffs are of that kind."""
    D0, D1, both = (sp.expand(g) for g in gains(model, player))
    return {
        "harmony": sp.And(D0 > 0, D1 > 0),
        "chicken": sp.And(D0 > 0, D1 < 0),
        "stag hunt": sp.And(D0 < 0, D1 > 0),
        "prisoner's dilemma": sp.And(D0 < 0, D1 < 0, both > 0),
        "deadlock": sp.And(D0 < 0, D1 < 0, both <= 0),
    }[kind]


def kind_of(model: Model, player: str, values: Mapping[sp.Symbol, sp.Rational]) -> str:
    """Return the kind of game that a player is in at these values, or ``"border"``."""
    D0, D1, both = (g.xreplace(values) for g in gains(model, player))
    if D0 == 0 or D1 == 0:
        return BORDER
    if D0 > 0:
        return "harmony" if D1 > 0 else "chicken"
    if D1 > 0:
        return "stag hunt"
    return "prisoner's dilemma" if both > 0 else "deadlock"
