"""The branches at one calibration, compared as sets with what the exact path found there."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from math import isinf

import sympy as sp

from dilemma.branch import Branch
from dilemma.errors import DisagreementError
from dilemma.games.exact import ExactSolution
from dilemma.games.profiles import Calibrated
from dilemma.games.supports import branches
from dilemma.games.systems import solution
from dilemma.model import Model
from dilemma.parts import Player, Profile

__all__ = ["agree"]


def agree(
    game: Calibrated,
    players: Sequence[Player],
    left: Mapping[str, Profile],
    found: ExactSolution,
    deadline: float,
) -> str:
    """Compare the branches that hold here with the exact path, support by support.

    Parameters
    ----------
    players : sequence of two Player
        Those whose strategies the exact path lists, with the actions left to them.
    left : mapping of player to actions
        What each player of the game has left; no equilibrium uses anything else.
    found : ExactSolution
        A complete one.
    deadline : float
        When to stop, on the monotonic clock [s].

    Raises
    ------
    DisagreementError
        If a branch is an equilibrium and the exact path says otherwise, or the other way round.
    """
    row, column = players
    unsolved = undecided = 0
    for branch in branches(game.model):
        if time.monotonic() >= deadline:
            return "ran out of seconds comparing with the symbolic branches"
        inside = all(set(branch.support[name]) <= set(own) for name, own in left.items())
        here = branch.holds_at(game.values)
        if here is None and inside and found.degenerate is False:
            continue  # without ties every equilibrium has a closed form
        if here is None:
            unsolved += 1
            until = None if isinf(deadline) else max(deadline - time.monotonic(), 0)
            here = solution(branch, game.values, seconds=until).exists
        if here is None:
            undecided += 1
            continue
        rows = [row.actions.index(a) for a in branch.support[row.name]] if inside else []
        columns = [column.actions.index(a) for a in branch.support[column.name]] if inside else []
        if here != (inside and _realised(found, rows, columns)):
            raise DisagreementError(_reproduce(game.model, branch, game.values, found, here=here))
    said = "agrees with the symbolic branches as sets"
    if undecided:
        said += f", but for {undecided} that z3 did not decide in time"
    return said + (f" ({unsolved} without a closed form here)" if unsolved else "")


def _realised(found: ExactSolution, rows: Sequence[int], columns: Sequence[int]) -> bool:
    """Tell whether some equilibrium found by the exact path has exactly these supports.

    Within a maximal Nash subset the supports that occur are unions of the supports of its
    extreme strategies, for each player by itself.
    """
    for subset in found.subsets:
        sides = []
        for side, wanted in ((0, set(rows)), (1, set(columns))):
            supports = [{i for i, p in enumerate(found.profiles[k][side]) if p} for k in subset]
            sides.append(set().union(*(s for s in supports if s <= wanted)) == wanted)
        if all(sides):
            return True
    return False


def _reproduce(
    model: Model,
    branch: Branch,
    values: Mapping[sp.Symbol, sp.Rational],
    found: ExactSolution,
    *,
    here: bool,
) -> str:
    said = "an equilibrium" if here else "no equilibrium"
    at = {str(symbol): str(value) for symbol, value in values.items()}
    payoffs = {
        ", ".join(profile): [str(payoff.xreplace(values)) for payoff in cell.values()]
        for profile, cell in model.payoffs.items()
    }
    return (
        f"the branch '{branch.name}' is {said} and the exact path says otherwise; please report "
        f"this with\n  values {at}\n  payoffs {payoffs}\n  exact path {len(found.profiles)} profiles"
    )
