"""What a claim may say of payoff tables, from the definitions: who stays, what dominates, which game.

Each statement is a pair: where it is true, and where it has a value at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import sympy as sp

from dilemma.checking.played import At
from dilemma.errors import UnsupportedError

__all__ = ["Told", "dominant", "every", "kind", "related", "risk_dominant", "stays"]

Told = tuple[Any, Any]


def related(relation: sp.Basic, sign: Any) -> Told:
    """Tell where a relation holds, by the sign of its left side less its right one."""
    match relation:
        case sp.StrictGreaterThan():
            true = sign > 0
        case sp.GreaterThan():
            true = sign >= 0
        case sp.StrictLessThan():
            true = sign < 0
        case sp.LessThan():
            true = sign <= 0
        case sp.Eq():
            true = sign == 0
        case sp.Ne():
            true = sign != 0
        case _:
            raise UnsupportedError(f"'{relation}' is no statement that can be tried")
    return np.asarray(true, dtype=bool), ~np.isnan(sign)


def every(told: Iterator[Told]) -> Told:
    """Join statements by 'and'."""
    pairs = list(told)
    true = np.logical_and.reduce(np.broadcast_arrays(np.True_, *(t for t, _ in pairs)))
    return true, np.logical_and.reduce(np.broadcast_arrays(np.True_, *(v for _, v in pairs)))


def stays(at: At, profile: tuple[str, ...]) -> Iterator[Told]:
    """Yield that nobody is paid more by leaving a profile."""
    for position, player in enumerate(at.model.players.values()):
        table = at.tables[player.name]
        for action in player.actions:
            there = (*profile[:position], action, *profile[position + 1 :])
            sign = at.compared(table[profile], table[there])
            yield sign >= 0, ~np.isnan(sign)


def dominant(at: At, player: str, action: str) -> Iterator[Told]:
    """Yield that an action pays strictly more than another, whatever the others do."""
    position = list(at.model.players).index(player)
    table = at.tables[player]
    for profile in at.model.profiles:
        if profile[position] != action:
            better = (*profile[:position], action, *profile[position + 1 :])
            sign = at.compared(table[better], table[profile])
            yield sign > 0, ~np.isnan(sign)


def kind(at: At, player: str, game: str) -> Told:
    """Tell where a player's payoffs are those of a game (see :mod:`dilemma.games.kinds`)."""
    position = list(at.model.players).index(player)
    table = at.tables[player]

    def pays(*, own: bool, partner: bool) -> Any:
        wanted = (own, partner) if position == 0 else (partner, own)
        profile = tuple(
            next(a for a in p.actions if (a == p.cooperates) == cooperates)
            for p, cooperates in zip(at.model.players.values(), wanted, strict=True)
        )
        return table[profile]

    neither, both = pays(own=False, partner=False), pays(own=True, partner=True)
    without = at.compared(pays(own=True, partner=False), neither)
    with_ = at.compared(both, pays(own=False, partner=True))
    better = at.compared(both, neither)
    true = {
        "harmony": (without > 0) & (with_ > 0),
        "chicken": (without > 0) & (with_ < 0),
        "stag hunt": (without < 0) & (with_ > 0),
        "prisoner's dilemma": (without < 0) & (with_ < 0) & (better > 0),
        "deadlock": (without < 0) & (with_ < 0) & (better <= 0),
    }[game]
    return np.asarray(true, dtype=bool), ~np.isnan(without + with_ + better)


def risk_dominant(at: At, branch: str) -> Any:
    """Tell where a profile of a 2x2 game has the larger product of losses, or is strict alone."""
    profile = tuple(branch.split(", "))
    players = list(at.model.players.values())
    other = tuple(
        next(a for a in p.actions if a != own) for p, own in zip(players, profile, strict=True)
    )

    def losses(here: tuple[str, ...], there: tuple[str, ...]) -> list[Any]:
        leaves = [(there[0], here[1]), (here[0], there[1])]
        return [
            at.tables[p.name][here] - at.tables[p.name][leave]
            for p, leave in zip(players, leaves, strict=True)
        ]

    mine, theirs = losses(profile, other), losses(other, profile)
    zero = sp.Integer(0) if at.exact else 0.0
    alone = ~every((at.compared(loss, zero) > 0, np.True_) for loss in theirs)[0]
    return alone | (at.compared(mine[0] * mine[1], theirs[0] * theirs[1]) > 0)
