"""The branches at one calibration, compared as sets with what the exact path found there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import sympy as sp

from dilemma.equilibrium import Branch
from dilemma.errors import DisagreementError
from dilemma.games.bimatrix import branches
from dilemma.games.exact import ExactSolution
from dilemma.model import Model

__all__ = ["Numbers", "agree"]

Numbers = list[list[Fraction]]


def agree(
    model: Model,
    values: Mapping[sp.Symbol, sp.Rational],
    A: Numbers,
    B: Numbers,
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
            here = _has_solution(branch, values)
        if here != there:
            raise DisagreementError(_reproduce(branch, values, A, B, found, here=here))
    said = "agrees with the symbolic branches as sets"
    return said + (f" ({unsolved} without a closed form here)" if unsolved else "")


def _has_solution(branch: Branch, values: Mapping[sp.Symbol, sp.Rational]) -> bool:
    """Decide whether the branch's system, linear at fixed values, has a solution at all."""
    import z3

    names = {u: z3.Real(u.name) for u in branch.unknowns}

    def term(expression: sp.Expr) -> z3.ArithRef:
        poly = sp.Poly(expression.xreplace(values), *branch.unknowns)
        terms = [
            z3.Product(
                [
                    z3.RealVal(str(c)),
                    *(names[u] for u, e in zip(branch.unknowns, powers, strict=True) if e),
                ]
            )
            for powers, c in poly.terms()
        ]
        return z3.Sum(terms)

    solver = z3.Solver()
    solver.add(*(term(e) == 0 for e in branch.equations))
    for condition in branch.conditions:
        at = condition.xreplace(values)
        if at in (sp.true, sp.false):
            solver.add(bool(at))
        else:
            gap = term(at.gts - at.lts)
            solver.add(
                gap > 0 if isinstance(at, sp.StrictGreaterThan | sp.StrictLessThan) else gap >= 0
            )
    return bool(solver.check() == z3.sat)


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
    branch: Branch,
    values: Mapping[sp.Symbol, sp.Rational],
    A: Numbers,
    B: Numbers,
    found: ExactSolution,
    *,
    here: bool,
) -> str:
    said = "an equilibrium" if here else "no equilibrium"
    at = {str(symbol): str(value) for symbol, value in values.items()}
    payoffs = [[[str(v) for v in line] for line in side] for side in (A, B)]
    return (
        f"the branch '{branch.name}' is {said} and the exact path says otherwise; please report "
        f"this with\n  values {at}\n  payoffs {payoffs}\n  exact path {len(found.profiles)} profiles"
    )
