"""The symbolic solution of a game of states: a branch for each way to play by state alone.

For one way to play, the values of player i solve V(s) = u_i(s) + d_i * sum over t of p(s, t) V(t), a
linear system whose determinant is positive for every discount factor from 0 up to but not including
1; so values are ratios of polynomials, and conditions are written without the denominator.  It is an
equilibrium iff in no state another action, once, pays more than the value there (the one-shot
deviation principle; Blackwell 1965, Annals of Mathematical Statistics 36(1): 226-235, unverified).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import sympy as sp

from dilemma.errors import UnsupportedError
from dilemma.games.branch import Branch, Naming, Shape
from dilemma.games.dynamic import MOST, DynamicGame, dynamic_of
from dilemma.games.dynamic.stages import Does, Stage, Worth
from dilemma.model import Model
from dilemma.theory.parts import Profile

__all__ = ["branches", "ways"]

Policy = Mapping[str, Profile]
D = sp.Dummy("D", real=True)  # whoever's discount factor


def ways(game: DynamicGame) -> Iterator[dict[str, Profile]]:
    """Yield every way to play by state alone: in each state an action of each who moves."""
    for picks in product(*(product(*movers.values()) for movers in game.states.values())):
        yield dict(zip(game.states, picks, strict=True))


def branches(model: Model, *, named: bool = False) -> tuple[Branch, ...]:
    """Return every branch of a game of states.

    Parameters
    ----------
    named : bool
        Whether gaps are written in the shortest way that the definitions allow.

    Raises
    ------
    UnsupportedError
        If there are too many ways to play; numbers are still to be had from ``solve``.
    """
    game = dynamic_of(model)
    if game.policies > MOST:
        raise UnsupportedError(
            f"{model.name} has {game.policies:,} ways to play by state alone; its symbolic solution "
            f"is worked out up to {MOST:,}"
        )
    return _branches(model, named)


@lru_cache(maxsize=128)
def _branches(model: Model, named: bool) -> tuple[Branch, ...]:  # noqa: FBT001 -- cached
    naming = Naming(model) if named else None
    game = dynamic_of(model)
    return tuple(_Way(model, game, policy).branch(naming) for policy in ways(game))


@dataclass(frozen=True)
class _Way:
    """One way to play."""

    model: Model
    game: DynamicGame
    policy: Policy

    def branch(self, naming: Naming | None) -> Branch:
        """Write it down: what it is worth, and when nobody would do otherwise."""
        game = self.game
        worth = {player: self._worth(player) for player in game.discounts}
        conditions = [
            sp.Ge(gap if naming is None else naming.shortest(gap), 0)
            for player in game.discounts
            for gap in self._gaps(player, worth[player])
        ]
        told = {
            player: {
                state: sp.factor_terms(self._read(player, sp.cancel(value * self._scale())))
                for state, value in values.items()
            }
            for player, values in worth.items()
        }
        return Branch(
            name=game.called(self.policy),
            play=self._play(),
            payoffs={player: values[game.start] for player, values in told.items()},
            outcomes=self._outcomes(told),
            conditions=tuple(dict.fromkeys(c for c in conditions if c is not sp.true)),
            shape=Shape((), None, sp.Integer(1)),
        )

    def _scale(self) -> sp.Expr:
        return sp.Integer(1) if self.game.summed else 1 - D

    def _read(self, player: str, formula: sp.Expr) -> sp.Expr:
        """Put a player's discount factor in."""
        return formula.xreplace({D: self.game.discounts[player]})

    def _stage(self, state: str) -> Stage:
        return self.game.stages[state, *self.policy[state]]

    def _play(self) -> dict[str, dict[str, sp.Expr]]:
        found: dict[str, dict[str, sp.Expr]] = {}
        for name, (player, state) in self.game.decisions.items():
            movers = self.game.states[state]
            done = self.policy[state][list(movers).index(player)]
            found[name] = {action: sp.Integer(action == done) for action in movers[player]}
        return found

    def _worth(self, player: str) -> dict[str, sp.Expr]:
        """Return the discounted sum from each state, as a ratio in lowest terms."""
        states = list(self.game.states)
        system = sp.eye(len(states))
        paid = sp.zeros(len(states), 1)
        for row, state in enumerate(states):
            stage = self._stage(state)
            paid[row] = stage.pays[player]
            for following, chance in stage.leads.items():
                system[row, states.index(following)] -= D * chance
        bottom = system.det(method="berkowitz")
        found = {}
        for column, state in enumerate(states):
            replaced = system.copy()
            replaced[:, column] = paid
            found[state] = sp.cancel(replaced.det(method="berkowitz") / bottom)
        return found

    def _gaps(self, player: str, worth: Mapping[str, sp.Expr]) -> Iterator[sp.Expr]:
        """Yield what is lost by each other action in each state, once, times what is positive."""
        for state, movers in self.game.states.items():
            if player not in movers:
                continue
            place = list(movers).index(player)
            own = self.policy[state]
            for action in movers[player]:
                if action == own[place]:
                    continue
                there = self.game.stages[state, *own[:place], action, *own[place + 1 :]]
                later = sp.Add(*(chance * worth[t] for t, chance in there.leads.items()))
                top, bottom = sp.fraction(sp.cancel(worth[state] - there.pays[player] - D * later))
                # It divides the determinant, which is 1 at D = 0 and vanishes at no D below 1.
                sign = sp.sign(sp.expand(bottom).xreplace({D: sp.Integer(0)}))
                yield self._read(player, sp.expand(sign * top))

    def _outcomes(self, told: Mapping[str, Mapping[str, sp.Expr]]) -> dict[str, sp.Expr]:
        paid = {sp.Symbol(p, real=True): v[self.game.start] for p, v in told.items()}
        found = {}
        for name, outcome in self.model.outcomes.items():
            calls = {
                symbol: told[what.player][what.state]
                if isinstance(what, Worth)
                else self._does(what)
                for symbol, what in outcome.chances.items()
            }
            found[name] = outcome.formula.xreplace({**paid, **calls})
        return found

    def _does(self, what: Does) -> sp.Expr:
        movers = list(self.game.states[what.state])
        return sp.Integer(self.policy[what.state][movers.index(what.player)] == what.action)
