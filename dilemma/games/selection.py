"""Which actions are dominated, and which of several equilibria dominates the others.

Risk dominance after Harsanyi and Selten 1988, A General Theory of Equilibrium Selection in Games:
of two strict pure equilibria the one whose product of losses from unilateral deviation is larger.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import sympy as sp

from dilemma.equilibrium import Equilibrium
from dilemma.parts import Player, Profile

__all__ = ["Dominance", "best_replies", "dominance", "payoff_dominant", "risk_dominant"]

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


def risk_dominant(
    players: Sequence[Player], payoffs: Payoffs, equilibria: Sequence[Equilibrium]
) -> Equilibrium | None:
    """Return the strict pure equilibrium that risk dominates every other one, if there is.

    None too where fewer than two equilibria are strict: there is nothing to compare.
    """
    strict = [e for e in equilibria if e.strict]
    if len(strict) < 2:
        return None
    wins = dict.fromkeys(range(len(strict)), 0)
    for a, b in combinations(range(len(strict)), 2):
        first, second = (
            _losses(players, payoffs, strict[i], strict[j]) for i, j in ((a, b), (b, a))
        )
        if first != second:
            wins[a if first > second else b] += 1
    return next((strict[k] for k, won in wins.items() if won == len(strict) - 1), None)


def _losses(
    players: Sequence[Player], payoffs: Payoffs, here: Equilibrium, there: Equilibrium
) -> sp.Rational:
    """Multiply what each player loses by leaving one equilibrium for the other, alone."""
    profile, other = (
        tuple(next(a for a, p in e.play[player.name].items() if p == 1) for player in players)
        for e in (here, there)
    )
    losses = sp.Integer(1)
    for position, player in enumerate(players):
        if profile[position] != other[position]:
            deviation = _with(profile, position, other[position])
            losses *= payoffs[profile][player.name] - payoffs[deviation][player.name]
    return losses
