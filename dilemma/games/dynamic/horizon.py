"""What a game of states tends to as it ends after ever more periods, in floats.

The last period is played with some values afterwards, then the one before it with what that is
worth, and so on: a value iteration, from several values to begin with.  Where players move at once
one of the stage's equilibria is played, always the one that a run prefers.  A run need not settle;
where it does, that is an equilibrium.  Nothing is known here of branches.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import Any

from dilemma.games.dynamic.valued import Line, Place, ValuedGame
from dilemma.games.exact import solve_exactly
from dilemma.theory.parts import Profile

__all__ = ["limits"]

RUNS = 6
PERIODS = 3_000
SETTLED = 1e-11  # in relation: values that change by less have settled

Values = dict[Place, float]


def limits(game: ValuedGame, *, seed: int = 0) -> tuple[list[Values], int]:
    """Return what runs that settle tend to, and how many runs there were.

    Parameters
    ----------
    seed : int
        Of the values to begin with, and of which of several equilibria a run prefers.

    Returns
    -------
    list of mapping of (player, state) to float
        Discounted sums.
    """
    found = []
    game = _in_floats(game)
    for run in range(RUNS):
        drawn = random.Random(f"{seed} {run}")  # noqa: S311 -- nothing secret
        size = max(
            (abs(float(v.level)) for own in game.pays.values() for v in own.values()), default=1
        )
        places = list(product(game.discounts, game.game.states))
        values = {place: drawn.uniform(-size, size) if run else 0.0 for place in places}
        settled = _run(game, values, drawn.randrange(1_000) if run else 0)
        if settled is not None:
            found.append(settled)
    return found, RUNS


def _in_floats(game: ValuedGame) -> ValuedGame:
    """Return the same game in floats, which periods by the thousand are worked out in."""

    def line(own: Line) -> Any:
        told: Any = {"level": float(own.level), "slope": float(own.slope)}
        return replace(own, **told)

    def each(own: Mapping[Any, Fraction]) -> Any:
        return {key: float(value) for key, value in own.items()}

    return replace(
        game,
        pays={done: {p: line(own) for p, own in paid.items()} for done, paid in game.pays.items()},
        leads={done: each(own) for done, own in game.leads.items()},
        discounts=each(game.discounts),
        offers={s: replace(o, by=each(o.by), pie=line(o.pie)) for s, o in game.offers.items()},
    )


def _run(game: ValuedGame, values: Values, taste: int) -> Values | None:
    for _ in range(PERIODS):
        later = _before(game, values, taste)
        if later is None:
            return None
        moved = max(abs(later[p] - values[p]) / (1 + abs(values[p])) for p in values)
        values = later
        # What changes by little in a period may change by much in all that follow.
        if moved <= SETTLED * (1 - max(map(float, game.discounts.values()))):
            return values
    return None


def _before(game: ValuedGame, later: Values, taste: int) -> Values | None:
    """Return what each state is worth in the period before; None if no equilibrium is found."""
    found: Values = {}
    for state in game.game.states:
        if state in game.offers:
            own = _offered(game, state, later)
        elif state in game.shocks:
            own = _drawn(game, state, later)
        else:
            mixes = _stage(game, state, later, taste)
            if mixes is None:
                return None
            own = dict.fromkeys(game.discounts, 0.0)
            for actions in product(*game.game.states[state].values()):
                chance = 1.0
                for player, action in zip(mixes, actions, strict=True):
                    chance *= mixes[player][action]
                for player in own if chance else ():
                    own[player] += chance * _paid(game, (state, *actions), player, later, 0.0)
        found |= {(player, state): value for player, value in own.items()}
    return found


def _paid(
    game: ValuedGame, profile: Profile, player: str, later: Mapping[Place, float], shock: float
) -> float:
    line = game.pays[profile][player]
    now = float(line.level) + float(line.slope) * shock
    follows = sum(float(way) * later[player, t] for t, way in game.leads[profile].items())
    return now + float(game.discounts[player]) * follows


def _offered(game: ValuedGame, state: str, later: Mapping[Place, float]) -> dict[str, float]:
    """Return what a state is worth in which whoever proposes takes all that there is to gain."""
    offer = game.offers[state]
    low, high = (float(x) for x in game.shocks.get(state, (Fraction(0), Fraction(0))))

    def refused(player: str, shock: float) -> float:
        return _paid(game, (state,), player, later, shock)

    def surplus(shock: float) -> float:
        follows = sum(float(d) * later[p, offer.leads] for p, d in game.discounts.items())
        pie = float(offer.pie.level) + float(offer.pie.slope) * shock
        return pie + follows - sum(refused(p, shock) for p in game.discounts)

    gained = _positive_part(low, high, surplus(low), surplus(high))
    return {
        player: (refused(player, low) + refused(player, high)) / 2
        + float(offer.by.get(player, 0)) * gained
        for player in game.discounts
    }


def _positive_part(low: float, high: float, at_low: float, at_high: float) -> float:
    """Return the mean of a straight line where it is positive, counted as nothing elsewhere."""
    if at_low >= 0 and at_high >= 0:
        return (at_low + at_high) / 2
    if at_low <= 0 and at_high <= 0:
        return 0.0
    top = max(at_low, at_high)
    return top * top / abs(at_high - at_low) / 2 if high > low else max(at_low, 0.0)


def _drawn(game: ValuedGame, state: str, later: Mapping[Place, float]) -> dict[str, float]:
    """Return what a state is worth in which who moves sees a shock first."""
    low, high = (float(x) for x in game.shocks[state])
    movers = game.game.states[state]
    parts: list[tuple[float, float, Profile]] = [(low, high, (state,))] if not movers else []
    for player, (one, other) in movers.items():

        def gain(x: float, player: str = player, one: str = one, other: str = other) -> float:
            return _paid(game, (state, one), player, later, x) - _paid(
                game, (state, other), player, later, x
            )

        at_low, at_high = gain(low), gain(high)
        if (at_low >= 0) == (at_high >= 0):
            parts.append((low, high, (state, one if at_low >= 0 else other)))
        else:
            cut = low + (high - low) * at_low / (at_low - at_high)
            first, then = (one, other) if at_low >= 0 else (other, one)
            parts += [(low, cut, (state, first)), (cut, high, (state, then))]
    return {
        player: sum(
            (end - begin) / (high - low) * _paid(game, done, player, later, (begin + end) / 2)
            for begin, end, done in parts
        )
        for player in game.discounts
    }


def _stage(
    game: ValuedGame, state: str, later: Mapping[Place, float], taste: int
) -> dict[str, dict[str, float]] | None:
    """Return the equilibrium of a stage that a run prefers; pure ones come first."""
    movers = game.game.states[state]
    paid = {
        actions: [_paid(game, (state, *actions), player, later, 0.0) for player in movers]
        for actions in product(*movers.values())
    }
    pure = list(_pure(movers, paid))
    if pure:
        picked = pure[taste % len(pure)]
        return {
            player: {a: float(a == done) for a in movers[player]}
            for player, done in zip(movers, picked, strict=True)
        }
    if len(movers) != 2:
        return None
    (row, own), (column, other) = movers.items()
    tables = [[[Fraction(paid[a, b][k]) for b in other] for a in own] for k in (0, 1)]
    profiles = solve_exactly(*tables).profiles
    x, y = profiles[taste % len(profiles)]
    return {
        row: {a: float(p) for a, p in zip(own, x, strict=True)},
        column: {b: float(p) for b, p in zip(other, y, strict=True)},
    }


def _pure(
    movers: Mapping[str, tuple[str, ...]], paid: Mapping[Profile, list[float]]
) -> Iterator[Profile]:
    for actions, values in paid.items():
        best = all(
            paid[*actions[:k], other, *actions[k + 1 :]][k] <= values[k]
            for k, player in enumerate(movers)
            for other in movers[player]
        )
        if best:
            yield actions
