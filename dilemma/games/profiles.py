"""A game's payoffs at one calibration, as exact fractions: what mixes pay, what a deviation gains.

Written from the definitions, for any number of players; shares nothing with the search for
equilibria.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from itertools import product
from math import lcm, prod
from typing import Any

import sympy as sp

from dilemma.errors import CalibrationError
from dilemma.games.equilibrium import Equilibrium
from dilemma.games.kind import Can
from dilemma.games.play import Mix, Mixes
from dilemma.model import Model
from dilemma.theory.parts import Player, Profile, TooLargeError, put_in

__all__ = [
    "DIGITS",
    "MOST_PROFILES",
    "Calibrated",
    "Payoffs",
    "idle_replies",
    "numeric_payoffs",
    "pure_equilibria",
    "regret_of",
    "unit_scale",
]

DIGITS = 40  # that irrational payoffs (a square root, a logarithm) are rounded to

Payoffs = Mapping[Profile, Mapping[str, Fraction]]
MOST_PROFILES = 1000  # of a game that is read


def numeric_payoffs(
    model: Model, values: Mapping[sp.Symbol, sp.Expr]
) -> tuple[dict[Profile, dict[str, Fraction]], bool]:
    """Return every player's payoff at every profile, and whether none had to be rounded.

    Parameters
    ----------
    values : mapping of symbol to exact value
        Every parameter and definition, as :meth:`Model.values` returns them.

    Raises
    ------
    CalibrationError
        If a payoff has no value there.
    UnsupportedError
        If numbers are chosen.
    """
    model.needs(Can.ACTIONS, "a table of payoffs")
    exact = True
    table: dict[Profile, dict[str, Fraction]] = {}
    for profile, cell in model.payoffs.items():
        table[profile] = {}
        for player, payoff in cell.items():
            number = _value(payoff, values)
            if number is None:
                where = f"({', '.join(profile)})"
                told = f"the payoff of {player} at {where} is not a finite real number there"
                raise CalibrationError(told)
            if not number.is_Rational:
                exact, number = False, sp.Rational(sp.N(number, DIGITS))
            table[profile][player] = Fraction(int(number.p), int(number.q))
    return table, exact


def _value(formula: sp.Expr, values: Mapping[sp.Symbol, sp.Expr]) -> sp.Expr | None:
    try:
        number = put_in(formula, values)
    except TooLargeError:
        raise
    except (TypeError, ValueError):  # sympy compares no complex numbers
        return None
    if number.has(sp.nan, sp.zoo, sp.oo, -sp.oo) or number.is_real is False:
        return None
    return number


# --- profiles of mixed strategies at one calibration ----------------------------------------------


@dataclass(frozen=True)
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

    @cached_property
    def _whole(self) -> tuple[dict[str, int], dict[Profile, dict[str, int]]]:
        """Each player's payoffs as integers, and what they were multiplied by."""
        scales = {
            name: lcm(*(cell[name].denominator for cell in self.payoffs.values()))
            for name in self.model.players
        }
        whole = {
            profile: {n: int(v * scales[n]) for n, v in cell.items()}
            for profile, cell in self.payoffs.items()
        }
        return scales, whole

    def left(self, actions: Mapping[str, Profile]) -> tuple[list[Player], Payoffs]:
        """Return the players and payoffs of the game in which only some actions may be taken."""
        if all(actions[p.name] == p.actions for p in self.players):
            return self.players, self.payoffs
        players = [replace(p, actions=actions[p.name]) for p in self.players]
        profiles = product(*(p.actions for p in players))
        return players, {profile: self.payoffs[profile] for profile in profiles}

    def played(self, mixes: Mapping[str, Mix], *, exact: bool = True) -> Equilibrium:
        """Work out everything that is said of a profile of mixes: payoffs, outcomes, regret.

        Actions that are not named have no chance.
        """
        none = sp.Integer(0)
        play = {p.name: {a: mixes[p.name].get(a, none) for a in p.actions} for p in self.players}
        units = {name: lcm(*(int(c.q) for c in mix.values())) for name, mix in play.items()}
        counts = {
            name: {a: int(c.p) * (units[name] // int(c.q)) for a, c in mix.items()}
            for name, mix in play.items()
        }
        scales, whole = self._whole
        everything = prod(units.values())
        regrets, paid, strict = [], {}, True
        for position, name in enumerate(play):
            pays = _by_action(self.players, whole, counts, position)
            now = sum(c * pays[a] for a, c in counts[name].items())
            best, unit = max(pays.values()), scales[name] * everything
            regrets.append(Fraction(best * units[name] - now, unit))
            paid[name] = sp.Rational(now, unit)
            alone = list(pays.values()).count(best) == 1
            strict = strict and max(counts[name].values()) == units[name] and alone
        worst = max(regrets)
        asked = bool(self.model.outcomes) or not self.exact
        reached = {
            profile: sp.Rational(chance, everything)
            for profile, chance in (_reached(self.players, counts) if asked else ())
        }
        if not self.exact:  # payoffs were rounded: what is paid is what the formulas say
            paid = {name: self._expected(name, reached) for name in self.model.players}
        return Equilibrium(
            play=Mixes(play),
            payoffs=paid,
            outcomes={
                name: _expected(outcome.profiles, reached, self.values)
                for name, outcome in self.model.outcomes.items()
            },
            regret=_rational(worst),
            branch=", ".join("/".join(a for a, c in mix.items() if c) for mix in play.values()),
            strict=strict and worst == 0,
            exact=exact,
        )

    def _expected(self, name: str, reached: Mapping[Profile, sp.Rational]) -> sp.Expr:
        formulas = (
            c * self.model.payoffs[p][name].xreplace(self.values) for p, c in reached.items()
        )
        return sum(formulas, sp.Integer(0))


def unit_scale(players: Sequence[Player], payoffs: Payoffs) -> dict[Profile, dict[str, Fraction]]:
    """Return the payoffs shifted and scaled to [0, 1], player by player: best replies stay."""
    scaled: dict[Profile, dict[str, Fraction]] = {profile: {} for profile in payoffs}
    for player in (p.name for p in players):
        least = min(cell[player] for cell in payoffs.values())
        width = max(cell[player] for cell in payoffs.values()) - least
        for profile, cell in payoffs.items():
            scaled[profile][player] = (cell[player] - least) / width if width else Fraction(0)
    return scaled


def regret_of(
    players: Sequence[Player], payoffs: Payoffs, mixes: Mapping[str, Mapping[str, Fraction]]
) -> dict[str, Fraction]:
    """Return the most that each player could gain by deviating."""
    found = {}
    for position, player in enumerate(players):
        pays = _by_action(players, payoffs, mixes, position)
        now = sum((c * pays[a] for a, c in mixes[player.name].items()), Fraction(0))
        found[player.name] = max(pays.values()) - now
    return found


def idle_replies(
    players: Sequence[Player], payoffs: Payoffs, mixes: Mapping[str, Mapping[str, Fraction]]
) -> dict[str, list[str]]:
    """Return what each player would do as well as what it does, and does not."""
    found = {}
    for position, player in enumerate(players):
        pays = _by_action(players, payoffs, mixes, position)
        most = max(pays.values())
        found[player.name] = [
            a for a in player.actions if pays[a] == most and not mixes[player.name].get(a)
        ]
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


def _by_action(
    players: Sequence[Player],
    payoffs: Mapping[Profile, Mapping[str, Any]],
    mixes: Mapping[str, Mapping[str, Any]],
    position: int,
) -> dict[str, Any]:
    """Return what each action pays a player against the others' mixes, in numbers of any kind."""
    name, actions = players[position].name, players[position].actions
    others = [{"": 1} if k == position else mixes[p.name] for k, p in enumerate(players)]
    pays: dict[str, Any] = dict.fromkeys(actions, 0)
    for choice in product(*([(a, c) for a, c in mix.items() if c] for mix in others)):
        chance = prod(c for _, c in choice)
        before = tuple(a for a, _ in choice[:position])
        after = tuple(a for a, _ in choice[position + 1 :])
        for action in actions:
            pays[action] += chance * payoffs[(*before, action, *after)][name]
    return pays


def _reached(
    players: Sequence[Player], mixes: Mapping[str, Mapping[str, Any]]
) -> Iterator[tuple[Profile, Any]]:
    """Yield the profiles that are played with positive probability."""
    for choice in product(*([(a, c) for a, c in mixes[p.name].items() if c] for p in players)):
        yield tuple(action for action, _ in choice), prod(c for _, c in choice)


def _rational(number: Fraction) -> sp.Rational:
    return sp.Rational(number.numerator, number.denominator)


def _expected(
    profiles: Mapping[Profile, sp.Expr],
    chances: Mapping[Profile, sp.Rational],
    values: Mapping[sp.Symbol, sp.Rational],
) -> sp.Rational | None:
    total: sp.Expr = sp.Integer(0)
    for profile, chance in chances.items():
        total += chance * put_in(profiles[profile], values)
    return None if total is sp.nan or not total.is_finite else total
