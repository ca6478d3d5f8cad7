"""Profiles of mixed strategies at one calibration: what they pay, and the gain from deviating.

Written from the definitions, for any number of players; shares nothing with the search for
equilibria.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product

import sympy as sp

from dilemma.equilibrium import Equilibrium, Mix
from dilemma.model import Model
from dilemma.parts import Player, Profile
from dilemma.valuation import Payoffs

__all__ = ["Calibrated", "evaluated", "pure_equilibria", "regret_of", "unit_scale"]

Mixes = Mapping[str, Mix]


@dataclass(frozen=True, slots=True)
class Calibrated:
    """A simultaneous finite game at one calibration.

    Attributes
    ----------
    values : mapping of symbol to exact value
        Every parameter and definition.
    payoffs : mapping of profile to mapping of player to payoff
    exact : bool
        Whether no payoff had to be rounded.
    """

    model: Model
    values: Mapping[sp.Symbol, sp.Rational]
    payoffs: Payoffs
    exact: bool

    @property
    def players(self) -> list[Player]:
        """The players, in the order of their actions in a profile."""
        return list(self.model.players.values())

    def played(self, mixes: Mixes, *, exact: bool = True) -> Equilibrium:
        """Work out what is said of an equilibrium; actions that are not named have no chance."""
        whole = {
            p.name: {a: mixes[p.name].get(a, sp.Integer(0)) for a in p.actions}
            for p in self.players
        }
        return evaluated(self.model, self.values, self.payoffs, whole, exact=exact)

    def left(self, actions: Mapping[str, Profile]) -> tuple[list[Player], Payoffs]:
        """Return the players and payoffs of the game in which only some actions may be taken."""
        players = [replace(p, actions=actions[p.name]) for p in self.players]
        profiles = product(*(p.actions for p in players))
        return players, {profile: self.payoffs[profile] for profile in profiles}


def unit_scale(players: Sequence[Player], payoffs: Payoffs) -> dict[Profile, dict[str, Fraction]]:
    """Return the payoffs shifted and scaled to [0, 1], player by player: best replies stay."""
    scaled: dict[Profile, dict[str, Fraction]] = {profile: {} for profile in payoffs}
    for player in (p.name for p in players):
        least = min(cell[player] for cell in payoffs.values())
        width = max(cell[player] for cell in payoffs.values()) - least
        for profile, cell in payoffs.items():
            scaled[profile][player] = (cell[player] - least) / width if width else Fraction(0)
    return scaled


def _reached(
    players: Sequence[Player], mixes: Mapping[str, Mapping[str, Fraction]]
) -> Iterator[tuple[Profile, Fraction]]:
    """Yield the profiles that are played with positive probability."""
    used = [[(a, c) for a, c in mixes[p.name].items() if c] for p in players]
    for choice in product(*used):
        chance = Fraction(1)
        for _, own in choice:
            chance *= own
        yield tuple(action for action, _ in choice), chance


def _pays(
    players: Sequence[Player],
    payoffs: Payoffs,
    mixes: Mapping[str, Mapping[str, Fraction]],
    name: str,
) -> Fraction:
    reached = _reached(players, mixes)
    return sum((chance * payoffs[profile][name] for profile, chance in reached), Fraction(0))


def _by_action(
    players: Sequence[Player],
    payoffs: Payoffs,
    mixes: Mapping[str, Mapping[str, Fraction]],
    player: Player,
) -> dict[str, Fraction]:
    """Return what each pure action pays a player against the others' mixes."""
    return {
        action: _pays(players, payoffs, {**mixes, player.name: {action: Fraction(1)}}, player.name)
        for action in player.actions
    }


def regret_of(
    players: Sequence[Player], payoffs: Payoffs, mixes: Mapping[str, Mapping[str, Fraction]]
) -> dict[str, Fraction]:
    """Return the most that each player could gain by deviating."""
    found = {}
    for player in players:
        pays = _by_action(players, payoffs, mixes, player)
        now = sum((c * pays[a] for a, c in mixes[player.name].items()), Fraction(0))
        found[player.name] = max(pays.values()) - now
    return found


def pure_equilibria(players: Sequence[Player], payoffs: Payoffs) -> Iterator[Profile]:
    """Yield every equilibrium in pure strategies, from the definition."""
    names = [player.name for player in players]
    best: list[dict[Profile, Fraction]] = [{} for _ in names]
    for profile, cell in payoffs.items():
        for k, name in enumerate(names):
            others = (*profile[:k], *profile[k + 1 :])
            if others not in best[k] or cell[name] > best[k][others]:
                best[k][others] = cell[name]
    for profile, cell in payoffs.items():
        if all(
            cell[name] == best[k][*profile[:k], *profile[k + 1 :]] for k, name in enumerate(names)
        ):
            yield profile


def evaluated(
    model: Model,
    values: Mapping[sp.Symbol, sp.Rational],
    payoffs: Payoffs,
    mixes: Mixes,
    *,
    exact: bool = True,
) -> Equilibrium:
    """Work out everything that is said of a profile of mixes: payoffs, outcomes, regret."""
    players = list(model.players.values())
    at = {
        name: {action: Fraction(int(c.p), int(c.q)) for action, c in mix.items()}
        for name, mix in mixes.items()
    }
    chances = {profile: _rational(c) for profile, c in _reached(players, at)}
    worst = max(regret_of(players, payoffs, at).values())
    return Equilibrium(
        play=mixes,
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
        regret=_rational(worst),
        branch=", ".join("/".join(a for a, c in mix.items() if c) for mix in mixes.values()),
        strict=_strict(players, payoffs, at),
        exact=exact,
    )


def _rational(number: Fraction) -> sp.Rational:
    return sp.Rational(number.numerator, number.denominator)


def _expected(
    profiles: Mapping[Profile, sp.Expr],
    chances: Mapping[Profile, sp.Rational],
    values: Mapping[sp.Symbol, sp.Rational],
) -> sp.Rational | None:
    total: sp.Expr = sp.Integer(0)
    for profile, chance in chances.items():
        total += chance * profiles[profile].xreplace(values)
    return None if total is sp.nan or not total.is_finite else total


def _strict(
    players: Sequence[Player], payoffs: Payoffs, mixes: Mapping[str, Mapping[str, Fraction]]
) -> bool:
    if any(max(mix.values()) != 1 for mix in mixes.values()):
        return False
    for player in players:
        pays = _by_action(players, payoffs, mixes, player)
        played = next(a for a, c in mixes[player.name].items() if c == 1)
        if any(pay >= pays[played] for action, pay in pays.items() if action != played):
            return False
    return True
