"""Which of several equilibria dominates the others.

Risk dominance after Harsanyi and Selten 1988, A General Theory of Equilibrium Selection in Games:
of two strict pure equilibria the one whose product of losses from unilateral deviation is larger.
In a game of more than 2x2 these are the products in the 2x2 game that the two equilibria span.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, product

import sympy as sp

from dilemma.games.equilibrium import Equilibrium
from dilemma.theory.parts import Player, Profile

__all__ = [
    "Losses",
    "Payoffs",
    "best_replies",
    "expected",
    "losses",
    "pareto_better",
    "payoff_dominant",
    "risk_dominant",
]

Payoffs = Mapping[Profile, Mapping[str, sp.Rational]]


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
