"""A branch's own equations and conditions at one calibration, decided by z3."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sympy as sp

from dilemma.games.branch import Branch

__all__ = ["Decision", "solution"]


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether there is a solution (None: not decided), and if so one, to 30 digits."""

    exists: bool | None
    values: Mapping[sp.Symbol, sp.Rational] = field(default_factory=dict)


def solution(
    branch: Branch,
    values: Mapping[sp.Symbol, sp.Rational],
    *,
    away_from: Sequence[Mapping[sp.Symbol, sp.Rational]] = (),
    by: sp.Rational = sp.S.Zero,
    seconds: float | None = None,
) -> Decision:
    """Decide whether the branch is an equilibrium at these values, whatever its closed form says.

    Parameters
    ----------
    away_from : sequence of mapping of unknown to value
        Solutions that are known; only one that differs from each counts.
    by : sympy Rational
        How much one unknown at least has to differ.
    seconds : float, optional
        Budget of time; past it nothing is decided.
    """
    import z3

    names = {u: z3.Real(u.name) for u in branch.unknowns}

    def term(expression: sp.Expr) -> z3.ArithRef:
        poly = sp.Poly(expression.xreplace(values), *branch.unknowns)
        terms = [
            z3.Product(
                [
                    z3.RealVal(str(c)),
                    *(names[u] ** e for u, e in zip(branch.unknowns, powers, strict=True) if e),
                ]
            )
            for powers, c in poly.terms()
        ]
        return z3.Sum(terms)

    solver = z3.Solver()
    if seconds is not None:
        solver.set("timeout", max(int(1000 * seconds), 1))
    solver.add(*(term(e) == 0 for e in branch.equations))
    for condition in branch.conditions:
        at = condition.xreplace(values)
        if at in (sp.true, sp.false):
            solver.add(bool(at))
        else:
            gap = term(at.gts - at.lts)
            strict = isinstance(at, sp.StrictGreaterThan | sp.StrictLessThan)
            solver.add(gap > 0 if strict else gap >= 0)
    for known in away_from:
        reach = ((names[u], z3.RealVal(str(known[u])), z3.RealVal(str(by))) for u in names)
        solver.add(z3.Or([z3.Or(name > at + r, name < at - r) for name, at, r in reach]))
    answer = solver.check()
    if answer != z3.sat:
        return Decision(None if answer == z3.unknown else False)
    found = solver.model()
    return Decision(
        exists=True,
        values={u: _near(found.eval(name, model_completion=True)) for u, name in names.items()},
    )


def _near(value: Any) -> sp.Rational:
    """Return a rational number that is, or is near, an algebraic one."""
    near = value if hasattr(value, "numerator_as_long") else value.approx(30)
    return sp.Rational(near.numerator_as_long(), near.denominator_as_long())
