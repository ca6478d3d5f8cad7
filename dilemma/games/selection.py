"""Which actions are dominated, and which of several equilibria dominates the others.

Risk dominance after Harsanyi and Selten 1988, A General Theory of Equilibrium Selection in Games:
of two strict pure equilibria the one whose product of losses from unilateral deviation is larger.
In a game of more than 2x2 these are the products in the 2x2 game that the two equilibria span.

The names of 2x2 games are conditions on payoffs.  For one player write C for its cooperative action and D for the other, and likewise for the
partner.  With u(own, partner's) let

    D0 = u(C, D) - u(D, D),   D1 = u(C, C) - u(D, C)

be what cooperation gains against a partner who does not, and who does, cooperate.

    harmony             D0 > 0, D1 > 0
    chicken             D0 > 0 > D1
    stag hunt           D0 < 0 < D1          (assurance)
    prisoner's dilemma  D0 < 0, D1 < 0, u(C, C) > u(D, D)
    deadlock            D0 < 0, D1 < 0, u(C, C) <= u(D, D)

Where D0 or D1 is 0 the game lies on a border and has no name.  Names after Rapoport and Guyer
1966, General Systems 11: 203-214; Snyder and Diesing 1977, Conflict Among Nations.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, product

import sympy as sp

from dilemma.errors import UnsupportedError
from dilemma.games.equilibrium import Equilibrium
from dilemma.model import Model
from dilemma.theory.parts import Player, Profile

__all__ = [
    "BORDER",
    "KINDS",
    "Dominance",
    "Losses",
    "Payoffs",
    "best_replies",
    "dominance",
    "dominant",
    "expected",
    "gains",
    "is_equilibrium",
    "is_kind",
    "kind_of",
    "losses",
    "pareto_better",
    "payoff_dominant",
    "risk_dominant",
]

Payoffs = Mapping[Profile, Mapping[str, sp.Rational]]


@dataclass(frozen=True, slots=True)
class Dominance:
    """One action of a player does better than another whatever the others do.

    ``strict`` is false where it only never does worse (and sometimes better).
    """

    player: str
    better: str
    worse: str
    strict: bool


@dataclass(frozen=True, slots=True)
class Losses:
    """Two strict equilibria, and what each player would lose by leaving either for the other.

    Attributes
    ----------
    first, second : int
        The two equilibria, as positions in the sequence that was asked about.
    at_first, at_second : mapping of player to loss
        What it loses by deviating, alone, to its action in the other equilibrium.
    """

    first: int
    second: int
    at_first: Mapping[str, sp.Rational]
    at_second: Mapping[str, sp.Rational]

    @property
    def products(self) -> tuple[sp.Rational, sp.Rational]:
        """The product of losses at the first equilibrium, and at the second."""
        one, other = (sp.Mul(*found.values()) for found in (self.at_first, self.at_second))
        return one, other

    @property
    def dominant(self) -> int | None:
        """The equilibrium with the larger product; None where they are equal."""
        one, other = self.products
        if one == other:
            return None
        return self.first if one > other else self.second


def _against(players: Sequence[Player], position: int) -> list[Profile]:
    """Return what the other players may do, with a gap for the player's own action."""
    others = [p.actions if k != position else ("",) for k, p in enumerate(players)]
    return list(product(*others))


def _with(rest: Profile, position: int, action: str) -> Profile:
    return (*rest[:position], action, *rest[position + 1 :])


def dominance(players: Sequence[Player], payoffs: Payoffs) -> tuple[Dominance, ...]:
    """Return every domination of one pure action by another."""
    found = []
    for position, player in enumerate(players):
        for better, worse in product(player.actions, repeat=2):
            if better == worse:
                continue
            gaps = [
                payoffs[_with(rest, position, better)][player.name]
                - payoffs[_with(rest, position, worse)][player.name]
                for rest in _against(players, position)
            ]
            if min(gaps) > 0 or (min(gaps) == 0 and max(gaps) > 0):
                found.append(Dominance(player.name, better, worse, strict=bool(min(gaps) > 0)))
    return tuple(found)


def best_replies(players: Sequence[Player], payoffs: Payoffs) -> dict[str, frozenset[Profile]]:
    """Return, for each player, the profiles in which its action is a best reply."""
    found = {}
    for position, player in enumerate(players):
        best: set[Profile] = set()
        for rest in _against(players, position):
            profiles = [_with(rest, position, a) for a in player.actions]
            top = max(payoffs[p][player.name] for p in profiles)
            best.update(p for p in profiles if payoffs[p][player.name] == top)
        found[player.name] = frozenset(best)
    return found


def payoff_dominant(equilibria: Sequence[Equilibrium]) -> Equilibrium | None:
    """Return the equilibrium that is better for everybody than each other one, if there is."""
    for candidate in equilibria:
        others = [e for e in equilibria if e is not candidate]
        if others and all(
            candidate.payoffs[player] > other.payoffs[player]
            for other in others
            for player in candidate.payoffs
        ):
            return candidate
    return None


def expected(payoffs: Payoffs, equilibrium: Equilibrium) -> dict[str, sp.Rational]:
    """Return what an equilibrium pays each player, in the exact payoffs that are given."""
    total = dict.fromkeys(equilibrium.play, sp.Integer(0))
    for profile, cell in payoffs.items():
        chance = sp.Mul(
            *(mix[a] for mix, a in zip(equilibrium.play.values(), profile, strict=True))
        )
        for player in total:
            total[player] += chance * cell[player]
    return total


def pareto_better(paid: Sequence[Mapping[str, Fraction]], first: int) -> list[list[int]]:
    """Return, for each of the first payoffs, which of all pay nobody less and somebody more.

    Parameters
    ----------
    paid : sequence of mapping of player to exact payoff
    first : int
        How many are asked about, from the beginning.

    Examples
    --------
    >>> one, two, three = (dict(a=Fraction(v), b=Fraction(w)) for v, w in [(1, 1), (3, 0), (1, 2)])
    >>> pareto_better([one, two, three], 2)
    [[2], []]
    """
    import numpy as np

    places = []  # in each player's own order, which is exact: numbers that fit an array
    for player in paid[0] if paid else ():
        order = {v: k for k, v in enumerate(sorted({cell[player] for cell in paid}))}
        places.append([order[cell[player]] for cell in paid])
    ranks = np.array(places, dtype=int).T
    found: list[list[int]] = []
    for own in ranks[:first]:
        better = (ranks >= own).all(axis=1) & (ranks > own).any(axis=1)
        found.append([int(k) for k in np.flatnonzero(better)])
    return found


def risk_dominant(
    players: Sequence[Player], payoffs: Payoffs, equilibria: Sequence[Equilibrium]
) -> Equilibrium | None:
    """Return the strict pure equilibrium that risk dominates every other one, if there is.

    None too where fewer than two equilibria are strict: there is nothing to compare.
    """
    pairs = losses(players, payoffs, equilibria)
    for candidate, equilibrium in enumerate(equilibria):
        own = [pair for pair in pairs if candidate in (pair.first, pair.second)]
        if own and all(pair.dominant == candidate for pair in own):
            return equilibrium
    return None


def losses(
    players: Sequence[Player], payoffs: Payoffs, equilibria: Sequence[Equilibrium]
) -> tuple[Losses, ...]:
    """Return what stands against what in risk dominance: each pair of strict equilibria."""
    strict = [k for k, e in enumerate(equilibria) if e.strict]
    return tuple(
        Losses(
            a,
            b,
            _losses(players, payoffs, equilibria[a], equilibria[b]),
            _losses(players, payoffs, equilibria[b], equilibria[a]),
        )
        for a, b in combinations(strict, 2)
    )


def _losses(
    players: Sequence[Player], payoffs: Payoffs, here: Equilibrium, there: Equilibrium
) -> dict[str, sp.Rational]:
    """Return what each player loses by leaving one equilibrium for the other, alone."""
    profile, other = (
        tuple(next(a for a, p in e.play[player.name].items() if p == 1) for player in players)
        for e in (here, there)
    )
    found = {}
    for position, player in enumerate(players):
        if profile[position] != other[position]:
            deviation = _with(profile, position, other[position])
            found[player.name] = payoffs[profile][player.name] - payoffs[deviation][player.name]
    return found


# --- names of 2x2 games ---------------------------------------------------------------------------


KINDS = ("harmony", "chicken", "stag hunt", "prisoner's dilemma", "deadlock")
BORDER = "border"


def gains(model: Model, player: str) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
    """Return D0, D1 and u(C, C) - u(D, D) of one player of a 2x2 game, in symbols.

    Raises
    ------
    UnsupportedError
        If the game is not 2x2, or does not say which actions cooperate.
    """
    names = list(model.players)
    if len(names) != 2 or any(len(p.actions) != 2 for p in model.players.values()):
        raise UnsupportedError(f"{model.name} is not 2x2: the names of games are for 2x2 games")
    if any(p.cooperates is None for p in model.players.values()):
        raise UnsupportedError(f"{model.name} does not say which action of a player cooperates")
    partner = names[1 - names.index(player)]

    def pays(*, own: bool, other: bool) -> sp.Expr:
        acts = {player: _act(model, player, own), partner: _act(model, partner, other)}
        return model.payoffs[acts[names[0]], acts[names[1]]][player]

    return (
        pays(own=True, other=False) - pays(own=False, other=False),
        pays(own=True, other=True) - pays(own=False, other=True),
        pays(own=True, other=True) - pays(own=False, other=False),
    )


def _act(model: Model, player: str, cooperates: bool) -> str:  # noqa: FBT001 -- a private switch
    chosen = model.players[player]
    return next(a for a in chosen.actions if (a == chosen.cooperates) == cooperates)


def is_kind(model: Model, player: str, kind: str) -> sp.Basic:
    """Return the condition under which a player's payoffs are of that kind."""
    D0, D1, both = (sp.expand(g) for g in gains(model, player))
    return {
        "harmony": sp.And(D0 > 0, D1 > 0),
        "chicken": sp.And(D0 > 0, D1 < 0),
        "stag hunt": sp.And(D0 < 0, D1 > 0),
        "prisoner's dilemma": sp.And(D0 < 0, D1 < 0, both > 0),
        "deadlock": sp.And(D0 < 0, D1 < 0, both <= 0),
    }[kind]


def kind_of(model: Model, player: str, values: Mapping[sp.Symbol, sp.Rational]) -> str:
    """Return the kind of game that a player is in at these values, or ``"border"``."""
    D0, D1, both = (g.xreplace(values) for g in gains(model, player))
    if D0 == 0 or D1 == 0:
        return BORDER
    if D0 > 0:
        return "harmony" if D1 > 0 else "chicken"
    if D1 > 0:
        return "stag hunt"
    return "prisoner's dilemma" if both > 0 else "deadlock"


def dominant(model: Model, player: str, action: str) -> sp.Basic:
    """Return the condition under which an action is strictly best whatever the others do."""
    position = list(model.players).index(player)
    others = [p.actions for p in model.players.values() if p.name != player]
    gaps = []
    for rest in product(*others):
        own, *rivals = (
            (*rest[:position], a, *rest[position:])
            for a in (action, *(b for b in model.players[player].actions if b != action))
        )
        gaps += [
            sp.expand(model.payoffs[own][player] - model.payoffs[r][player]) > 0 for r in rivals
        ]
    return sp.And(*gaps)


def is_equilibrium(model: Model, profile: tuple[str, ...]) -> sp.Basic:
    """Return the condition under which a pure profile is an equilibrium."""
    gaps = []
    for position, player in enumerate(model.players.values()):
        for action in player.actions:
            if action != profile[position]:
                other = (*profile[:position], action, *profile[position + 1 :])
                gap = model.payoffs[profile][player.name] - model.payoffs[other][player.name]
                gaps.append(sp.Ge(sp.expand(gap), 0))
    return sp.And(*gaps)
