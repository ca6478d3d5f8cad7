"""Which choices of supports occur at a calibration, or at many: a game's branches at numbers.

A game of two players that is not degenerate has an odd number of equilibria (Lemke and Howson 1964,
Journal of the SIAM 12: 413-423; for more players Wilson 1971, SIAM Journal on Applied Mathematics 21:
80-87).  Where the branches that hold in floats are an even number, the game is solved exactly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

import numpy as np

from dilemma.games.batch import Batch
from dilemma.games.branch import Branch
from dilemma.games.decided import solution
from dilemma.games.exact import solve_exactly
from dilemma.games.kind import Quick
from dilemma.games.points import Values
from dilemma.model import Model
from dilemma.theory.evaluate import exactly

__all__ = ["may_hold", "quick", "settle_batch"]


def may_hold(branch: Branch, values: Values) -> bool:
    """Tell whether a choice of supports has equilibria although its equations are singular."""
    return solution(branch, values).exists is not False


def settle_batch(batch: Batch) -> Batch:
    """Doubt an even number of equilibria, if all were looked for."""
    if batch.unsolved:
        return batch
    count = np.sum([rows.holds[:, 0] for rows in batch.rows], axis=0)
    return replace(batch, doubtful=batch.doubtful | (count % 2 == 0))


def quick(model: Model) -> Quick | None:
    """Return a function that names the supports of a two-player game's extreme equilibria."""
    if len(model.players) != 2:
        return None
    row, column = model.players.values()
    payoffs = [
        model.expand(model.payoffs[profile][player])
        for player in (row.name, column.name)
        for profile in model.game.profiles
    ]
    compiled = exactly([p.symbol for p in model.parameters.values()], payoffs)
    wide = len(column.actions)

    def names(calibration: Mapping[str, Fraction]) -> tuple[str, ...]:
        flat = compiled(*(calibration[name] for name in model.parameters))
        half = len(flat) // 2
        A, B = (
            [side[i : i + wide] for i in range(0, half, wide)]
            for side in (flat[:half], flat[half:])
        )
        found = solve_exactly(A, B)
        return tuple(
            dict.fromkeys(
                ", ".join(
                    "/".join(a for a, p in zip(player.actions, mix, strict=True) if p)
                    for player, mix in ((row, x), (column, y))
                )
                for x, y in found.profiles
            )
        )

    return names
