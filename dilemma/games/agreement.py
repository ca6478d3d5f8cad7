"""The branches at one calibration, compared as sets with what the exact path found there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sympy as sp

from dilemma.branch import Branch
from dilemma.errors import DisagreementError
from dilemma.games.exact import ExactSolution
from dilemma.games.supports import branches
from dilemma.games.systems import solution
from dilemma.model import Model

__all__ = ["agree"]


def agree(
    model: Model,
    values: Mapping[sp.Symbol, sp.Rational],
    found: ExactSolution,
) -> str:
    """Compare the branches that hold here with the exact path, support by support."""
    row, column = model.players.values()
    unsolved = 0
    for branch in branches(model):
        rows = [row.actions.index(a) for a in branch.support[row.name]]
        columns = [column.actions.index(a) for a in branch.support[column.name]]
        there = _realised(found, rows, columns)
        here = branch.holds_at(values)
        if here is None and not found.degenerate:
            continue  # without ties every equilibrium has a closed form
        if here is None:
            unsolved += 1
            here = solution(branch, values).exists is True
        if here != there:
            raise DisagreementError(_reproduce(model, branch, values, found, here=here))
    said = "agrees with the symbolic branches as sets"
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
