"""The symbolic solution of a finite game: one branch for each choice of the players' supports.

Write u_i for the payoff of player i, and p_k(a) for the probability with which player k takes
action a.  What player i gains by a over b is, for every choice o of the others,

    gap_i(a, b; o) = u_i(a, o) - u_i(b, o)

and (p_1, ..., p_n) with supports S_1, ..., S_n is an equilibrium iff for every player i, with one
action a of S_i, the sum over o of gap_i(a, b; o) * (product of p_k(o_k)) vanishes for b in S_i and
is not negative for b outside.  Supports of unequal size are kept: they are how degenerate games
have equilibria.

Which choices of supports occur at a calibration is told in floats, for one or for many.  A game of two players that is not degenerate has an odd number of equilibria (Lemke and Howson 1964,
Journal of the SIAM 12: 413-423; for more players Wilson 1971, SIAM Journal on Applied Mathematics 21:
80-87).  Where the branches that hold in floats are an even number, the game is solved exactly.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from itertools import combinations, product

import numpy as np
import sympy as sp

from dilemma.errors import UnsupportedError
from dilemma.games.batch import Batch
from dilemma.games.branch import Branch, Naming, Shape
from dilemma.games.exact import solve_exactly
from dilemma.games.kind import Quick
from dilemma.games.points import Values, solution
from dilemma.model import Model
from dilemma.theory.parts import Player, Profile, exactly

__all__ = ["MOST", "branches", "has_symbols", "may_hold", "quick", "settle_batch"]

MOST = 100  # choices of supports for which symbols are tried: 3x3 has 49, 4x4 has 225

Mix = Mapping[str, sp.Expr]  # of the actions in a support, the first of which takes the rest


def has_symbols(model: Model) -> bool:
    """Tell whether a finite game is small enough for its symbolic solution."""
    return _choices(model) <= MOST


def _choices(model: Model) -> int:
    return math.prod(2 ** len(player.actions) - 1 for player in model.players.values())


def branches(model: Model, *, named: bool = False) -> tuple[Branch, ...]:
    """Return every branch of a finite game.

    Parameters
    ----------
    named : bool
        Whether payoff differences are written in the shortest way that the definitions allow.
        That is for readers; what z3 decides, it decides faster in the payoffs' own terms.

    Raises
    ------
    UnsupportedError
        If there are too many choices of supports; numbers are still to be had from ``solve``.

    Examples
    --------
    >>> from dilemma.library import load
    >>> mixed = branches(load("abandonment"), named=True)[-1]
    >>> mixed.name, [str(e) for e in mixed.closed.values()]
    ('weak/strong, weak/strong', ['D0_J/(D0_J - D1_J)', 'D0_U/(D0_U - D1_U)'])
    """
    if not has_symbols(model):
        size = "x".join(str(len(p.actions)) for p in model.players.values())
        raise UnsupportedError(
            f"{model.name} is {size}: its symbolic solution has {_choices(model):,} choices of "
            f"supports, and is worked out up to {MOST} (3x3 has 49)"
        )
    return _branches(model.game_alone, named)


@lru_cache(maxsize=128)
def _branches(model: Model, named: bool) -> tuple[Branch, ...]:  # noqa: FBT001 -- cached
    naming = Naming(model) if named else None
    supports = [list(_supports(player.actions)) for player in model.players.values()]
    return tuple(_branch(model, naming, choice) for choice in product(*supports))


def _supports(actions: Profile) -> Iterator[Profile]:
    for size in range(1, len(actions) + 1):
        yield from combinations(actions, size)


def _branch(model: Model, naming: Naming | None, choice: Sequence[Profile]) -> Branch:
    """Write down one choice of supports."""
    players = list(model.players.values())
    mixes = [_mix(player, support) for player, support in zip(players, choice, strict=True)]
    equal: list[list[sp.Expr]] = []
    best: list[sp.Expr] = []
    for position, player in enumerate(players):
        gains = {
            b: _gain(model, naming, mixes, position, choice[position][0], b)
            for b in player.actions
            if b != choice[position][0]
        }
        equal.append([gains[b] for b in choice[position][1:]])
        best += [gain for b, gain in gains.items() if b not in choice[position]]
    unknowns = [[p for p in mix.values() if p.is_Symbol] for mix in mixes]
    positive = [p > 0 for mix in mixes if len(mix) > 1 for p in mix.values()]
    play = {
        player.name: {a: mix.get(a, sp.Integer(0)) for a in player.actions}
        for player, mix in zip(players, mixes, strict=True)
    }
    return Branch(
        name=", ".join("/".join(support) for support in choice),
        play=play,
        payoffs={
            player: _expected(play, {p: model.payoffs[p][player] for p in model.game.profiles})
            for player in model.players
        },
        outcomes={n: _expected(play, o.profiles) for n, o in model.outcomes.items()},
        unknowns=tuple(u for own in unknowns for u in own),
        equations=tuple(e for own in equal for e in own),
        conditions=(*positive, *(sp.Ge(gain, 0) for gain in best)),
        shape=_shape(equal, unknowns),
    )


def _mix(player: Player, support: Profile) -> dict[str, sp.Expr]:
    """Name a probability for every action in the support but the first, which takes the rest."""
    named = {a: sp.Symbol(f"P({player.name} {a})", real=True) for a in support[1:]}
    return {support[0]: 1 - sp.Add(*named.values()), **named}


def _gain(
    model: Model, naming: Naming | None, mixes: Sequence[Mix], position: int, one: str, other: str
) -> sp.Expr:
    """Return what one action of a player gains over another against the others' mixes."""
    player = list(model.players)[position]
    others = [mix if k != position else {"": sp.Integer(1)} for k, mix in enumerate(mixes)]
    total: sp.Expr = sp.Integer(0)
    for rest in product(*others):
        at, instead = ((*rest[:position], a, *rest[position + 1 :]) for a in (one, other))
        chance = sp.Mul(*(mix[a] for mix, a in zip(others, rest, strict=True)))
        gap = model.payoffs[at][player] - model.payoffs[instead][player]
        total += chance * (gap if naming is None else naming.shortest(gap))
    return sp.expand(total)


def _expected(
    play: Mapping[str, Mapping[str, sp.Expr]], profiles: Mapping[Profile, sp.Expr]
) -> sp.Expr:
    """Return the expectation of a quantity that is given profile by profile."""
    total: list[sp.Expr] = []
    for profile, value in profiles.items():
        chance = sp.Mul(*(mix[a] for mix, a in zip(play.values(), profile, strict=True)))
        if chance != 0:
            total.append(chance * value)
    return sp.Add(*total)


def _shape(
    equal: Sequence[Sequence[sp.Expr]], unknowns: Sequence[Sequence[sp.Symbol]]
) -> Shape | None:
    """Solve two players' indifference for each other's mix by Cramer's rule, where it can be.

    Where it cannot, only ties in payoffs leave a solution, and then more than one.  With three or
    more players who mix, indifference is not linear in the others' mixes, and is not solved.
    """
    mixing = [k for k, own in enumerate(unknowns) if own]
    if len(mixing) > 2:
        return None
    if not mixing:
        return Shape()
    everything = [e for own in equal for e in own]
    tied = Shape(ties=tuple(everything), loose=tuple(u for own in unknowns for u in own))
    if len(mixing) == 1 or len(unknowns[mixing[0]]) != len(unknowns[mixing[1]]):
        return tied
    closed: dict[sp.Symbol, sp.Expr] = {}
    nonzero: list[sp.Expr] = []
    for mine, other in (mixing, mixing[::-1]):
        coefficients, constants = sp.linear_eq_to_matrix(list(equal[mine]), list(unknowns[other]))
        determinant = sp.expand(coefficients.det())
        if determinant == 0:
            return tied
        for k, unknown in enumerate(unknowns[other]):
            replaced = coefficients.copy()
            replaced[:, k] = constants
            closed[unknown] = sp.cancel(sp.expand(replaced.det()) / determinant)
        nonzero.append(determinant)
    return Shape.of(closed, nonzero)


# --- at numbers -----------------------------------------------------------------------------------


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
