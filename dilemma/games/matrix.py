"""Simultaneous finite games at one calibration, by the route that fits their size.

Two players: vertex enumeration in exact rationals finds every extreme equilibrium, nashpy's
support enumeration is asked as well, and what it missed is said.  Three or more: see
:mod:`dilemma.games.many`.  Where the game is small enough to have branches they are evaluated at
the same calibration and compared with what was found; the two share no code.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

import sympy as sp

from dilemma.equilibrium import Equilibrium, Mix
from dilemma.games import many, supports
from dilemma.games.agreement import agree
from dilemma.games.exact import ExactSolution, solve_exactly
from dilemma.games.found import Found
from dilemma.games.profiles import evaluated, unit_scale
from dilemma.games.sets import nash_sets
from dilemma.model import Model
from dilemma.parts import Player
from dilemma.valuation import Payoffs, numeric_payoffs

__all__ = ["sides", "solve"]

Numbers = list[list[Fraction]]
NASHPY_LARGEST = 5  # actions a player; its support enumeration takes seconds beyond
NEAR = 1e-7


def solve(
    model: Model, values: Mapping[sp.Symbol, sp.Expr], *, seconds: float | None, most: int
) -> Iterator[Found]:
    """Find the equilibria of a simultaneous finite game; each answer is better than the last.

    Parameters
    ----------
    values : mapping of symbol to exact value
        Every parameter and definition.
    seconds : float, optional
        Budget of time.
    most : int
        Budget of size: bases visited in each polytope, or rectangles on each choice of supports.

    Raises
    ------
    DisagreementError
        If the branches and the numeric route part: a defect in this package.
    """
    payoffs, exact = numeric_payoffs(model, values)
    route = _two if len(model.players) == 2 else many.solve
    yield route(model, values, payoffs, exact=exact, seconds=seconds, most=most)


# --- two players --------------------------------------------------------------------------------


def sides(players: Sequence[Player], payoffs: Payoffs) -> tuple[Numbers, Numbers]:
    """Return the payoff matrices of the row and the column player, each (m, n)."""
    row, column = players
    first, second = (
        [[payoffs[a, b][player.name] for b in column.actions] for a in row.actions]
        for player in (row, column)
    )
    return first, second


def _two(
    model: Model,
    values: Mapping[sp.Symbol, sp.Rational],
    payoffs: Payoffs,
    *,
    exact: bool,
    seconds: float | None,
    most: int,
) -> Found:
    players = list(model.players.values())
    A, B = sides(players, payoffs)
    found = solve_exactly(A, B, seconds=seconds, most_bases=most)
    every = tuple(
        evaluated(model, values, payoffs, _mixes(players, profile)) for profile in found.profiles
    )
    said = ["vertex enumeration in exact rationals"]
    if found.complete:
        said.append(_nashpy(players, payoffs, every))
    if not supports.has_symbols(model):
        said.append("too large for a symbolic solution")
    elif found.complete and exact:
        said.append(agree(model, values, found))
    return Found(
        equilibria=every,
        complete=found.complete,
        degenerate=found.degenerate if found.degenerate or found.complete else None,
        witness=_witness(players, found),
        sets=nash_sets(
            players,
            every,
            found.subsets,
            found.components,
            lambda mixes: evaluated(model, values, payoffs, mixes),
        ),
        exact=exact,
        components=found.components,
        method="; ".join(said),
        reason=found.reason,
    )


def _mixes(players: Sequence[Player], profile: Sequence[Sequence[Fraction]]) -> dict[str, Mix]:
    return {
        player.name: {
            action: sp.Rational(chance.numerator, chance.denominator)
            for action, chance in zip(player.actions, mix, strict=True)
        }
        for player, mix in zip(players, profile, strict=True)
    }


def _witness(players: Sequence[Player], found: ExactSolution) -> str:
    if found.witness is None:
        return ""
    side, mix, replies = found.witness
    player, other = players if side == "row" else reversed(players)
    shown = ", ".join(f"{a} {p}" for a, p in zip(player.actions, mix, strict=True) if p)
    best = ", ".join(other.actions[i] for i in replies)
    return f"against {player.title} playing {shown}, {other.title} has the best replies {best}"


def _nashpy(players: Sequence[Player], payoffs: Payoffs, found: Sequence[Equilibrium]) -> str:
    """Ask nashpy as well, and say in a sentence how its answer compares."""
    if max(len(p.actions) for p in players) > NASHPY_LARGEST:
        return f"nashpy not asked beyond {NASHPY_LARGEST}x{NASHPY_LARGEST}"
    import nashpy
    import numpy as np

    # Payoffs of any size: between 0 and 1 they neither overflow nor drown in rounding.
    scaled = sides(players, unit_scale(players, payoffs))
    game = nashpy.Game(*(np.array(side, dtype=float) for side in scaled))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of degenerate games, which we report ourselves
        profiles = list(game.support_enumeration())
    seen: set[int] = set()
    foreign = 0
    for profile in profiles:
        near = [k for k, e in enumerate(found) if _near(e, profile)]
        seen.update(near)
        foreign += not near
    missed = len(found) - len(seen)
    said = f"nashpy's support enumeration found {len(seen)} of {len(found)}"
    if missed:
        said += f", the {missed} it missed {'was' if missed == 1 else 'were'} added"
    if foreign:
        said += f", and {foreign} more that are no extreme equilibria"
    return said


def _near(equilibrium: Equilibrium, profile: Sequence[Sequence[float]]) -> bool:
    return all(
        abs(float(chance) - number) < NEAR
        for mix, numbers in zip(equilibrium.play.values(), profile, strict=True)
        for chance, number in zip(mix.values(), numbers, strict=True)
    )
