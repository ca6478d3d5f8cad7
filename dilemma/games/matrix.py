"""Two-player matrix games at one calibration: nashpy's answer, certified by an exact path.

The equilibria come from vertex enumeration in exact rationals.  nashpy's support enumeration is
asked as well, and what it missed is said.  Where the game is small enough to have branches, they
are evaluated at the same calibration and compared with the exact path as sets; the two share no
code.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from fractions import Fraction

import sympy as sp

from dilemma.equilibrium import Equilibria, Equilibrium
from dilemma.errors import UnsupportedError
from dilemma.games.agreement import Numbers, agree
from dilemma.games.bimatrix import LARGEST
from dilemma.games.exact import ExactSolution, regrets, solve_exactly
from dilemma.model import Model
from dilemma.report import versions

__all__ = ["equilibria", "numeric_payoffs"]

Mix = tuple[Fraction, ...]
NASHPY_LARGEST = 5  # actions a player; its support enumeration takes seconds beyond


def numeric_payoffs(
    model: Model, values: Mapping[sp.Symbol, sp.Rational]
) -> tuple[Numbers, Numbers, bool]:
    """Return both players' payoffs as exact fractions, and whether none had to be rounded.

    Irrational payoffs (a square root, a logarithm) are rounded to 40 digits.
    """
    row, column = model.players.values()
    exact = True
    sides: list[Numbers] = []
    for player in (row.name, column.name):
        table: Numbers = []
        for a in row.actions:
            table.append([])
            for b in column.actions:
                number = model.payoffs[a, b][player].xreplace(values)
                if not number.is_Rational:
                    exact, number = False, sp.Rational(sp.N(number, 40))
                table[-1].append(Fraction(int(number.p), int(number.q)))
        sides.append(table)
    return sides[0], sides[1], exact


def equilibria(
    model: Model,
    calibration: Mapping[str, sp.Rational],
    *,
    at: str = "",
    seconds: float | None = 60,
) -> Equilibria:
    """Return every equilibrium of a two-player matrix game at one calibration.

    Parameters
    ----------
    calibration : mapping of parameter to exact value
        One value for every parameter of the model.
    at : str
        What to call the calibration, for instance an era.
    seconds : float, optional
        Budget of time; past it the result says that it is not complete.

    Raises
    ------
    DisagreementError
        If the branches and the exact path part: a defect in this package.
    """
    if len(model.players) != 2:
        raise UnsupportedError(f"{model.name} has {len(model.players)} players; two can be solved")
    values = model.values(calibration)
    A, B, exact = numeric_payoffs(model, values)
    found = solve_exactly(A, B, seconds=seconds)
    said = [_nashpy(A, B, found)]
    small = max(len(A), len(A[0])) <= LARGEST
    if small and exact and found.complete:
        said.append(agree(model, values, A, B, found))
    elif not small:
        said.append(f"no symbolic solution beyond {LARGEST}x{LARGEST}")
    if not exact:
        said.append("irrational payoffs were rounded to 40 digits first")
    return Equilibria(
        model=model.name,
        at=at,
        calibration=dict(calibration),
        equilibria=tuple(_equilibrium(model, values, A, B, x, y) for x, y in found.profiles),
        complete=found.complete,
        exact=exact,
        degenerate=found.degenerate,
        witness=_witness(model, found),
        subsets=found.subsets,
        components=found.components,
        method="vertex enumeration in exact rationals; " + "; ".join(said),
        reason=found.reason,
        units={
            **{name: player.unit for name, player in model.players.items()},
            **{name: outcome.unit for name, outcome in model.outcomes.items()},
        },
        source=model.source,
        versions=versions("nashpy", "numpy", "sympy", "z3-solver"),
    )


def _equilibrium(
    model: Model, values: Mapping[sp.Symbol, sp.Rational], A: Numbers, B: Numbers, x: Mix, y: Mix
) -> Equilibrium:
    row, column = model.players.values()
    chances = {
        (a, b): sp.Rational(p.numerator, p.denominator) * sp.Rational(q.numerator, q.denominator)
        for a, p in zip(row.actions, x, strict=True)
        for b, q in zip(column.actions, y, strict=True)
        if p and q
    }
    first, second = regrets(A, B, x, y)
    worst = max(first, second)
    mixes = ((row, x), (column, y))
    return Equilibrium(
        play={
            player.name: {
                a: sp.Rational(p.numerator, p.denominator)
                for a, p in zip(player.actions, mix, strict=True)
            }
            for player, mix in mixes
        },
        payoffs={
            player: sum(
                (c * model.payoffs[p][player].xreplace(values) for p, c in chances.items()),
                sp.Integer(0),
            )
            for player in model.players
        },
        outcomes={
            name: _expected(outcome.profiles, chances, values)
            for name, outcome in model.outcomes.items()
        },
        regret=sp.Rational(worst.numerator, worst.denominator),
        branch=", ".join(
            "/".join(a for a, p in zip(player.actions, mix, strict=True) if p)
            for player, mix in mixes
        ),
        strict=_strict(A, B, x, y),
    )


def _expected(
    profiles: Mapping[tuple[str, ...], sp.Expr],
    chances: Mapping[tuple[str, str], sp.Rational],
    values: Mapping[sp.Symbol, sp.Rational],
) -> sp.Rational | None:
    total: sp.Expr = sp.Integer(0)
    for profile, chance in chances.items():
        total += chance * profiles[profile].xreplace(values)
    return None if total is sp.nan or not total.is_finite else total


def _strict(A: Numbers, B: Numbers, x: Mix, y: Mix) -> bool:
    if max(x) != 1 or max(y) != 1:
        return False
    i, j = x.index(Fraction(1)), y.index(Fraction(1))
    rows = all(A[i][j] > A[a][j] for a in range(len(A)) if a != i)
    return rows and all(B[i][j] > B[i][b] for b in range(len(B[0])) if b != j)


def _witness(model: Model, found: ExactSolution) -> str:
    if found.witness is None:
        return ""
    side, mix, replies = found.witness
    row, column = model.players.values()
    player, other = (row, column) if side == "row" else (column, row)
    shown = ", ".join(f"{a} {p}" for a, p in zip(player.actions, mix, strict=True) if p)
    best = ", ".join(other.actions[i] for i in replies)
    return f"against {player.title} playing {shown}, {other.title} has the best replies {best}"


# --- nashpy -------------------------------------------------------------------------------------


def _nashpy(A: Numbers, B: Numbers, found: ExactSolution) -> str:
    """Ask nashpy as well, and say in a sentence how its answer compares."""
    if max(len(A), len(A[0])) > NASHPY_LARGEST:
        return f"nashpy not asked beyond {NASHPY_LARGEST}x{NASHPY_LARGEST}"
    import nashpy
    import numpy as np

    first, second = (np.array(side, dtype=float) for side in (A, B))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of degenerate games, which we report ourselves
        profiles = list(nashpy.Game(first, second).support_enumeration())
    seen: set[int] = set()
    foreign = 0
    for x, y in profiles:
        near = [k for k, (p, q) in enumerate(found.profiles) if _near(p, x) and _near(q, y)]
        seen.update(near)
        foreign += not near
    missed = len(found.profiles) - len(seen)
    said = f"nashpy's support enumeration found {len(seen)} of {len(found.profiles)}"
    if missed:
        said += f", the {missed} it missed {'was' if missed == 1 else 'were'} added"
    if foreign:
        said += f", and {foreign} more that are no extreme equilibria"
    return said


def _near(exact: Mix, numbers: Sequence[float]) -> bool:
    return all(abs(float(p) - q) < 1e-7 for p, q in zip(exact, numbers, strict=True))
