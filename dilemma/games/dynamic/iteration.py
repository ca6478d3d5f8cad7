"""A game of states in exact numbers, without the branches: values and best plans by iteration.

Every way to play by state alone is tried.  What it is worth is a system of linear equations in
fractions, and the best plan against it comes from Howard's policy iteration, which changes to better
actions until there are none: so regret is against any plan, not one deviation alone.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from math import inf

import sympy as sp

from dilemma.errors import CalibrationError, DisagreementError
from dilemma.games.dynamic import MOST, DynamicGame, dynamic_of
from dilemma.games.dynamic.stages import Does, Worth
from dilemma.games.equilibrium import Equilibrium, Solution, apart
from dilemma.games.play import Mixes
from dilemma.model import Model
from dilemma.theory.parts import Profile

__all__ = ["solve"]

DIGITS = 40  # to which what is irrational is rounded
CHECKED = 400  # ways to play up to which the branches are compared

Mix = Mapping[str, Fraction]


@dataclass(frozen=True)
class _Valued:
    """The game at one calibration, in fractions."""

    game: DynamicGame
    pays: Mapping[Profile, Mapping[str, Fraction]]
    leads: Mapping[Profile, Mapping[str, Fraction]]
    discounts: Mapping[str, Fraction]
    exact: bool

    def unit(self, player: str) -> Fraction:
        """Return what a discounted sum is told in: itself, or what it comes to per period."""
        return Fraction(1) if self.game.summed else 1 - self.discounts[player]

    def values(self, player: str, mixes: Mapping[str, Mapping[str, Mix]]) -> dict[str, Fraction]:
        """Return the discounted sum of a player from each state, all playing such mixes."""
        states = list(self.game.states)
        rows, right = [], []
        for state in states:
            row = [Fraction(state == other) for other in states]
            paid = Fraction(0)
            for profile, chance in self._reached(state, mixes[state]):
                paid += chance * self.pays[profile][player]
                for following, way in self.leads[profile].items():
                    row[states.index(following)] -= self.discounts[player] * chance * way
            rows.append(row)
            right.append(paid)
        return dict(zip(states, _solved(rows, right), strict=True))

    def _reached(self, state: str, mixes: Mapping[str, Mix]) -> Iterator[tuple[Profile, Fraction]]:
        for actions in product(*self.game.states[state].values()):
            chance = Fraction(1)
            for player, action in zip(self.game.states[state], actions, strict=True):
                chance *= mixes[player][action]
            if chance:
                yield (state, *actions), chance

    def action_worth(
        self, player: str, state: str, mixes: Mapping[str, Mix], later: Mapping[str, Fraction]
    ) -> dict[str, Fraction]:
        """Return what each action of a player is worth in a state, given values afterwards."""
        found = {}
        for action in self.game.states[state][player]:
            alone = {a: Fraction(a == action) for a in self.game.states[state][player]}
            total = Fraction(0)
            for profile, chance in self._reached(state, {**mixes, player: alone}):
                follows = sum(
                    (way * later[t] for t, way in self.leads[profile].items()), Fraction(0)
                )
                total += chance * (self.pays[profile][player] + self.discounts[player] * follows)
            found[action] = total
        return found

    def best(self, player: str, mixes: Mapping[str, Mapping[str, Mix]]) -> dict[str, Fraction]:
        """Return the values of a player's best plan against the others' mixes."""
        own = {state: dict(movers) for state, movers in mixes.items()}
        while True:
            values = self.values(player, own)
            better = False
            for state, movers in self.game.states.items():
                if player not in movers:
                    continue
                told = self.action_worth(player, state, own[state], values)
                top = max(told, key=told.__getitem__)
                if told[top] > values[state]:
                    own[state][player] = {a: Fraction(a == top) for a in movers[player]}
                    better = True
            if not better:
                return values


def _solved(rows: Sequence[Sequence[Fraction]], right: Sequence[Fraction]) -> list[Fraction]:
    """Solve a linear system that has one solution, by elimination."""
    table = [[*row, b] for row, b in zip(rows, right, strict=True)]
    size = len(table)
    for column in range(size):
        line = next(k for k in range(column, size) if table[k][column])
        table[column], table[line] = table[line], table[column]
        unit = table[column][column]
        table[column] = [entry / unit for entry in table[column]]
        for k in range(size):
            factor = table[k][column]
            if k != column and factor:
                table[k] = [a - factor * b for a, b in zip(table[k], table[column], strict=True)]
    return [row[-1] for row in table]


def _valued(model: Model, values: Mapping[sp.Symbol, sp.Expr]) -> _Valued:
    game, exact = dynamic_of(model), True

    def number(formula: sp.Expr, what: str) -> Fraction:
        nonlocal exact
        value = formula.xreplace(dict(values))
        if value.free_symbols or not value.is_real or not value.is_finite:
            raise CalibrationError(f"{what} is not a finite real number there")
        if not value.is_Rational:
            exact, value = False, sp.Rational(sp.N(value, DIGITS))
        return Fraction(int(value.p), int(value.q))

    pays, leads = {}, {}
    for profile, stage in game.stages.items():
        at = f"({', '.join(profile)})"
        pays[profile] = {p: number(f, f"payoffs.{at}.{p}") for p, f in stage.pays.items()}
        leads[profile] = {
            s: number(f, f"the chance of {s} at {at}") for s, f in stage.leads.items()
        }
        if min(leads[profile].values()) < 0:
            raise CalibrationError(f"a chance at {at} is negative there")
    discounts = {p: number(f, f"players.{p}.discount") for p, f in game.discounts.items()}
    for player, discount in discounts.items():
        if not 0 <= discount < 1:
            raise CalibrationError(
                f"the discount factor of {player} is {discount} there: at least 0 and below 1 is wanted"
            )
    return _Valued(game, pays, leads, discounts, exact)


def _pure(game: DynamicGame, policy: Mapping[str, Profile]) -> dict[str, dict[str, Mix]]:
    return {
        state: {
            player: {action: Fraction(action == done) for action in movers[player]}
            for player, done in zip(movers, policy[state], strict=True)
        }
        for state, movers in game.states.items()
    }


# --- all of them ----------------------------------------------------------------------------------


@dataclass
class _Search:
    """The equilibria that were found so far."""

    model: Model
    values: Mapping[sp.Symbol, sp.Expr]
    valued: _Valued
    found: list[Equilibrium] = field(default_factory=list)
    ties: dict[str, None] = field(default_factory=dict)

    def look(self, policy: Mapping[str, Profile]) -> None:
        """See whether a way to play is an equilibrium: no other action, once, pays more."""
        game, valued = self.valued.game, self.valued
        mixes = _pure(game, policy)
        worth = {player: valued.values(player, mixes) for player in game.discounts}
        strict, ties = True, []
        for state, movers in game.states.items():
            for player, done in zip(movers, policy[state], strict=True):
                told = valued.action_worth(player, state, mixes[state], worth[player])
                for action, value in told.items():
                    if value > told[done]:
                        return
                    if action != done and value == told[done]:
                        strict = False
                        title = self.model.players[player].title
                        ties.append(
                            f"in {state} {title} is indifferent between {done} and {action}"
                        )
        self.ties.update(dict.fromkeys(ties))
        self.found.append(self._equilibrium(policy, mixes, worth, strict=strict))

    def _equilibrium(
        self,
        policy: Mapping[str, Profile],
        mixes: Mapping[str, Mapping[str, Mix]],
        worth: Mapping[str, Mapping[str, Fraction]],
        *,
        strict: bool,
    ) -> Equilibrium:
        valued, game = self.valued, self.valued.game
        play = Mixes(
            {
                name: {a: _rational(c) for a, c in mixes[state][player].items()}
                for name, (player, state) in game.decisions.items()
            }
        )
        gains = (
            (valued.best(player, mixes)[state] - worth[player][state]) * valued.unit(player)
            for player in game.discounts
            for state in game.states
        )
        told = _worth_of(self.model, self.values, valued, mixes, worth)
        return Equilibrium(
            branch=game.called(policy),
            play=play,
            payoffs={player: told[player] for player in game.discounts},
            outcomes={name: told[name] for name in self.model.outcomes},
            exact=self.valued.exact,
            regret=_rational(max(gains)),
            strict=strict,
        )


def solve(
    model: Model,
    values: Mapping[sp.Symbol, sp.Expr],
    *,
    seconds: float | None = 60,
    most: int = 200_000,
) -> Iterator[Solution]:
    """Find the equilibria in pure stationary strategies; each answer is better than the last.

    Raises
    ------
    CalibrationError
        If a payoff has no value, or a discount factor or a chance is none.
    DisagreementError
        If the branches and the numbers part: a defect in this package.
    """
    deadline = time.monotonic() + (inf if seconds is None else seconds)
    valued = _valued(model, values)
    game = valued.game
    search = _Search(model, values, valued)
    reason = ""
    every = product(*(product(*movers.values()) for movers in game.states.values()))
    for count, picks in enumerate(every):
        if count >= most or time.monotonic() > deadline:
            reason = f"{count:,} of {game.policies:,} ways to play were tried"
            break
        search.look(dict(zip(game.states, picks, strict=True)))
    method = "values of every way to play in exact numbers, and the best plan against each"
    if not reason and game.policies <= min(CHECKED, MOST):
        method += _agree(model, values, search.found)
    found = tuple(search.found)
    yield Solution(
        equilibria=found,
        sets=apart(found),
        components=tuple((k,) for k in range(len(found))),
        complete=not reason,
        exact=valued.exact,
        reason=reason,
        degenerate=bool(search.ties),
        witness=_witness(tuple(search.ties)),
        method=method,
        concept=game.concept,
    )


def _witness(ties: Sequence[str]) -> str:
    """Return the first tie, and how many more there are."""
    more = f" (and {len(ties) - 1} ties more)" if len(ties) > 1 else ""
    return f"{ties[0]}{more}" if ties else ""


def _agree(model: Model, values: Mapping[sp.Symbol, sp.Expr], found: Sequence[Equilibrium]) -> str:
    """Compare with the branches that hold here."""
    from dilemma.games.dynamic.policies import branches

    here = {e.branch for e in found}
    there = {b.name for b in branches(model) if b.holds_at(dict(values))}
    if here != there:
        raise DisagreementError(
            f"numbers find {sorted(here)}, branches {sorted(there)}; please report this with "
            f"{model.name} at {dict(values)}"
        )
    return f"; {len(there)} of the branches hold there, and agree"


# --- what it pays ---------------------------------------------------------------------------------


def _worth_of(
    model: Model,
    values: Mapping[sp.Symbol, sp.Expr],
    valued: _Valued,
    mixes: Mapping[str, Mapping[str, Mix]],
    worth: Mapping[str, Mapping[str, Fraction]],
) -> dict[str, sp.Expr | None]:
    """Return payoffs and outcomes, from the values of each player in each state."""
    game = valued.game

    def scaled(player: str, state: str) -> sp.Rational:
        return _rational(worth[player][state] * valued.unit(player))

    def called(what: Worth | Does) -> sp.Rational:
        if isinstance(what, Worth):
            return scaled(what.player, what.state)
        return _rational(mixes[what.state][what.player][what.action])

    found: dict[str, sp.Expr | None] = {p: scaled(p, game.start) for p in game.discounts}
    at = {**values, **{sp.Symbol(p, real=True): v for p, v in found.items()}}
    for name, outcome in model.outcomes.items():
        calls = {symbol: called(what) for symbol, what in outcome.chances.items()}
        value = outcome.formula.xreplace({**at, **calls})
        found[name] = value if value.is_number and value.is_finite else None
    return found


def _rational(number: Fraction) -> sp.Rational:
    return sp.Rational(number.numerator, number.denominator)
