"""Whether best replies lead back to an equilibrium from nearby.

Near an equilibrium player i's best reply moves by -H_ii**-1 * H_ij for a small step of player j,
where H is the matrix of second derivatives of u_i (of the Lagrangian, along what binds).  If all
reply at once, a step away shrinks iff every eigenvalue of the matrix of these moves lies inside the
unit circle.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import sympy as sp

from dilemma.branch import Branch
from dilemma.games.stationary import multiplier
from dilemma.model import Model

__all__ = ["shrinks"]


def shrinks(
    model: Model, branch: Branch, at: Mapping[sp.Symbol, sp.Expr]
) -> tuple[bool | None, float | None]:
    """Return whether an equilibrium is stable, and the largest modulus of an eigenvalue.

    Parameters
    ----------
    at : mapping of symbol to number
        Parameters, definitions, what is chosen and the shadow prices.
    """
    game = model.choices
    assert game is not None
    players = game.moves[-1]
    shared = [c for c in game.constraints.values() if len(c.players) > 1]
    if len(players) < 2 or any(c.name in branch.binds for c in shared):
        return None, None
    symbols = [c.symbol for c in game.choices.values() if c.player in players]
    moves = np.zeros((len(symbols), len(symbols)))
    for player in players:
        rows = _moves(model, branch, player, symbols, at)
        if rows is None:
            return None, None
        own = [symbols.index(c.symbol) for c in game.of(player)]
        moves[own] = rows
    largest = float(np.max(np.abs(np.linalg.eigvals(moves))))
    if abs(largest - 1) < 1e-9:
        return None, largest
    return largest < 1, largest


def _moves(
    model: Model,
    branch: Branch,
    player: str,
    symbols: list[sp.Symbol],
    at: Mapping[sp.Symbol, sp.Expr],
) -> np.ndarray[Any, Any] | None:
    """Return how a player's best reply moves with everybody's choices, (own, all)."""
    game = model.choices
    assert game is not None
    own = [c.symbol for c in game.of(player)]
    lagrangian, tight = _lagrangian(model, branch, player)

    def number(formula: sp.Expr) -> float:
        return float(formula.xreplace(dict(at)))

    def table(rows: list[sp.Expr], columns: list[sp.Symbol]) -> np.ndarray[Any, Any]:
        return np.array([[number(sp.diff(r, c)) for c in columns] for r in rows])

    slopes = [sp.diff(lagrangian, x) for x in own]
    for choice in game.of(player):
        ends = {name for name, _, _ in choice.bounds()} & set(branch.binds)
        if ends and abs(number(sp.diff(lagrangian, choice.symbol))) < 1e-12:
            return None  # the end may be left at no cost
    size, kept = len(own), len(tight)
    system = np.zeros((size + kept, size + kept))
    system[:size, :size] = table(slopes, own)
    right = np.zeros((size + kept, len(symbols)))
    right[:size] = -table(slopes, symbols)
    if kept:
        system[size:, :size] = table(tight, own)
        system[:size, size:] = system[size:, :size].T
        right[size:] = -table(tight, symbols)
    right[:, [symbols.index(x) for x in own]] = 0
    if kept > size or abs(np.linalg.det(system)) < 1e-14:
        return None
    solved: np.ndarray[Any, Any] = np.linalg.solve(system, right)[:size]
    return solved


def _lagrangian(model: Model, branch: Branch, player: str) -> tuple[sp.Expr, list[sp.Expr]]:
    """Return a player's Lagrangian, and what binds the player."""
    game = model.choices
    assert game is not None
    tight = [
        model.expand_play(gap)
        for choice in game.of(player)
        for name, gap, _ in choice.bounds()
        if name in branch.binds
    ]
    lagrangian = model.expand_play(model.payoffs[()][player])
    for constraint in game.kept_by(player):
        if constraint.name in branch.binds:
            gap = model.expand_play(constraint.gap)
            tight.append(gap)
            price = multiplier(constraint.name, player, constraint.players)
            lagrangian += price * gap if price in branch.unknowns else 0
    return lagrangian, tight
