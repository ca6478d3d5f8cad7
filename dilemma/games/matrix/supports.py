"""The symbolic solution of a finite game: one branch for each choice of the players' supports.

Write u_i for the payoff of player i, and p_k(a) for the probability with which player k takes
action a.  What player i gains by a over b is, for every choice o of the others,

    gap_i(a, b; o) = u_i(a, o) - u_i(b, o)

and (p_1, ..., p_n) with supports S_1, ..., S_n is an equilibrium iff for every player i, with one
action a of S_i, the sum over o of gap_i(a, b; o) * (product of p_k(o_k)) vanishes for b in S_i and
is not negative for b outside.  Supports of unequal size are kept: they are how degenerate games
have equilibria.  Where a player is indifferent whatever the parameters are, another one may mix as it
likes, within bounds; such a branch says in parameters alone where it is (``located``).

Which choices of supports occur at a calibration is told in floats, for one or for many.  A game of two players that is not degenerate has an odd number of equilibria (Lemke and Howson 1964,
Journal of the SIAM 12: 413-423; for more players Wilson 1971, SIAM Journal on Applied Mathematics 21:
80-87).  Where the branches that hold in floats are an even number, the game is solved exactly, unless
somebody is always indifferent.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache, partial
from itertools import chain, combinations, product

import numpy as np
import sympy as sp

from dilemma.errors import UnsupportedError
from dilemma.games.batch import Batch
from dilemma.games.branch import Branch, Naming, Shape, triangle
from dilemma.games.exact import ExactSolution, solve_exactly
from dilemma.games.free_chances import located
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
    paid = _alike(model)
    supports = [list(_supports(player.actions)) for player in model.players.values()]
    return tuple(_branch(model, paid, naming, choice) for choice in product(*supports))


Paid = Mapping[Profile, Mapping[str, sp.Expr]]


def _alike(model: Model) -> Paid:
    """Return payoffs, written alike where for all parameters an action pays a player what another does.

    So what is gained by one over the other is nought as it stands.
    """
    paid = {profile: dict(cell) for profile, cell in model.payoffs.items()}
    for position, player in enumerate(model.players.values()):
        first: dict[tuple[Profile, sp.Expr], sp.Expr] = {}
        for profile, cell in paid.items():
            others = (*profile[:position], *profile[position + 1 :])
            told = sp.expand(model.expand(cell[player.name]))
            cell[player.name] = first.setdefault((others, told), cell[player.name])
    return paid


def _supports(actions: Profile) -> Iterator[Profile]:
    for size in range(1, len(actions) + 1):
        yield from combinations(actions, size)


def _branch(model: Model, paid: Paid, naming: Naming | None, choice: Sequence[Profile]) -> Branch:
    """Write down one choice of supports."""
    players = list(model.players.values())
    mixes = [_mix(player, support) for player, support in zip(players, choice, strict=True)]
    equal: list[list[sp.Expr]] = []
    best: list[sp.Expr] = []
    for position, player in enumerate(players):
        gains = {
            b: _gain(model, paid, naming, mixes, position, (choice[position][0], b))
            for b in player.actions
            if b != choice[position][0]
        }
        equal.append([e for e in dict.fromkeys(map(gains.get, choice[position][1:])) if e != 0])
        # What pays the same as something in the support is no better, and needs no saying.
        beyond = (gain for b, gain in gains.items() if b not in choice[position])
        best += [gain for gain in beyond if gain not in equal[position]]
    unknowns = [[p for p in mix.values() if p.is_Symbol] for mix in mixes]
    positive = [p > 0 for mix in mixes if len(mix) > 1 for p in mix.values()]
    conditions = (*positive, *(sp.Ge(gain, 0) for gain in best))
    shape = _shape(equal, unknowns)
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
        conditions=conditions,
        shape=shape,
        locate=None if shape is None or shape.ties else partial(located, shape, conditions),
    )


def _mix(player: Player, support: Profile) -> dict[str, sp.Expr]:
    """Name a probability for every action in the support but the first, which takes the rest."""
    named = {a: sp.Symbol(f"P({player.name} {a})", real=True) for a in support[1:]}
    return {support[0]: 1 - sp.Add(*named.values()), **named}


def _gain(
    model: Model,
    paid: Paid,
    naming: Naming | None,
    mixes: Sequence[Mix],
    position: int,
    actions: tuple[str, str],
) -> sp.Expr:
    """Return what one action of a player gains over another against the others' mixes."""
    player = list(model.players)[position]
    others = [mix if k != position else {"": sp.Integer(1)} for k, mix in enumerate(mixes)]
    total: sp.Expr = sp.Integer(0)
    for rest in product(*others):
        at, instead = ((*rest[:position], a, *rest[position + 1 :]) for a in actions)
        chance = sp.Mul(*(mix[a] for mix, a in zip(others, rest, strict=True)))
        gap = paid[at][player] - paid[instead][player]
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

    Where it cannot, only ties in payoffs leave a solution, and then more than one: where they tie for
    some parameters alone, what must vanish is all that is told.  With three or more players who mix,
    indifference is not linear in the others' mixes, and is not solved.
    """
    mixing = [k for k, own in enumerate(unknowns) if own]
    if len(mixing) > 2:
        return None
    if not mixing:
        return Shape()
    closed = _closed(equal, unknowns, mixing) if len(mixing) == 2 else None
    if closed is not None:
        return closed
    everything = [e for own in equal for e in own]
    loose = [u for own in unknowns for u in own]
    free = triangle(everything, loose)
    return Shape(ties=tuple(everything), loose=tuple(loose)) if free is None or free.ties else free


def _closed(
    equal: Sequence[Sequence[sp.Expr]],
    unknowns: Sequence[Sequence[sp.Symbol]],
    mixing: Sequence[int],
) -> Shape | None:
    """Solve two players' indifference by Cramer's rule; None where it cannot be."""
    pairs = (mixing, mixing[::-1])
    if any(len(equal[mine]) != len(unknowns[other]) for mine, other in pairs):
        return None
    closed: dict[sp.Symbol, sp.Expr] = {}
    nonzero: list[sp.Expr] = []
    for mine, other in pairs:
        coefficients, constants = sp.linear_eq_to_matrix(list(equal[mine]), list(unknowns[other]))
        determinant = sp.expand(coefficients.det())
        if determinant == 0:
            return None
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
    """Doubt an even number of equilibria, if all were looked for and nobody is always indifferent."""
    free = [rows.branch.located for rows in batch.rows if rows.branch.located is not None]
    if batch.unsolved or any(sp.false not in located for located in free):
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

    free = any(branch.located is not None for branch in branches(model))
    everybody = (row.actions, column.actions)

    def names(calibration: Mapping[str, Fraction]) -> tuple[str, ...]:
        flat = compiled(*(calibration[name] for name in model.parameters))
        half = len(flat) // 2
        A, B = (
            [side[i : i + wide] for i in range(0, half, wide)]
            for side in (flat[:half], flat[half:])
        )
        found = solve_exactly(A, B)
        extreme = (tuple(map(_used, profile)) for profile in found.profiles)
        pairs = chain(extreme, _mixed(found)) if free else extreme
        return tuple(
            ", ".join(
                "/".join(a for k, a in enumerate(actions) if k in used)
                for actions, used in zip(everybody, pair, strict=True)
            )
            for pair in dict.fromkeys(pairs)
        )

    return names


Used = frozenset[int]


def _used(mix: Sequence[Fraction]) -> Used:
    return frozenset(k for k, chance in enumerate(mix) if chance)


def _mixed(found: ExactSolution) -> Iterator[tuple[Used, Used]]:
    """Yield the supports in all maximal Nash subsets: what extreme strategies use, joined for each player."""
    for subset in found.subsets:
        own: list[list[Used]] = []
        for side in (0, 1):
            joined: dict[Used, None] = {}
            for k in subset:
                used = _used(found.profiles[k][side])
                joined.update(dict.fromkeys([used, *(used | other for other in joined)]))
            own.append(list(joined))
        yield from product(*own)
