"""A play of a game of states by itself: what it pays, and what a deviation from it gains.

Sympy solves for the values, and a player's best plan is reached by changing what it does in one
state at a time, for ever, while the whole value of the changed plan is higher somewhere: where no
such change helps no plan does (Howard 1960, Dynamic Programming and Markov Processes).  Nothing is
taken from what solves the game.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from itertools import product

import sympy as sp
from sympy.polys.matrices import DomainMatrix

from dilemma.games.branch import Play
from dilemma.games.dynamic import DynamicGame
from dilemma.games.dynamic.stages import Does, Worth
from dilemma.model import Model

__all__ = ["Walk"]

DIGITS = 40  # to which what is irrational is rounded

Doing = Mapping[tuple[str, str], Mapping[str, sp.Expr]]  # of a player in a state


class Walk:
    """A play followed from each state for ever."""

    def __init__(
        self, model: Model, game: DynamicGame, values: Mapping[sp.Symbol, sp.Expr], play: Play
    ) -> None:
        self.model, self.game, self.values = model, game, values
        self.play = {where: play[name] for name, where in game.decisions.items()}

    def worth(self) -> dict[str, sp.Expr | None]:
        """Return every payoff and outcome; None where it has no value."""
        each = {player: self.each_state(player, self.play) for player in self.game.discounts}
        found: dict[str, sp.Expr | None] = {p: own[self.game.start] for p, own in each.items()}
        at = {**self.values, **{sp.Symbol(p, real=True): v for p, v in found.items()}}
        for name, outcome in self.model.outcomes.items():
            for symbol, what in outcome.chances.items():
                match what:
                    case Worth():
                        at[symbol] = each[what.player][what.state]
                    case Does():
                        at[symbol] = self.play[what.player, what.state][what.action]
            value = outcome.formula.xreplace(at)
            found[name] = value if value.is_number and value.is_finite else None
        return found

    def gain(self) -> sp.Expr:
        """Return the most that any plan of a player gains, from whatever state it begins in."""
        return sp.Max(0, *(self._gain(player) for player in self.game.discounts))

    def _gain(self, player: str) -> sp.Expr:
        now = self.each_state(player, self.play)
        best, plan, looking = now, self.play, True
        while looking:
            looking = False
            for own, state in self.play:
                for action in self.game.states[state][own] if own == player else ():
                    other = {**plan, (own, state): self._surely(own, state, action)}
                    values = self.each_state(player, other)
                    if any(values[s] > best[s] for s in best) and all(
                        values[s] >= best[s] for s in best
                    ):
                        best, plan, looking = values, other, True
        return max(best[s] - now[s] for s in best)

    def _surely(self, player: str, state: str, action: str) -> dict[str, sp.Expr]:
        return {a: sp.Integer(a == action) for a in self.game.states[state][player]}

    def each_state(self, player: str, doing: Doing) -> dict[str, sp.Expr]:
        """Return what a player gets from each state on: per period, or the sum where that is asked."""
        states = list(self.game.states)
        discount = self._number(self.game.discounts[player])
        unit = sp.Integer(1) if self.game.summed else 1 - discount
        follows = sp.zeros(len(states), len(states))
        pays = sp.zeros(len(states), 1)
        for row, state in enumerate(states):
            movers = self.game.states[state]
            for actions in product(*movers.values()):
                chance = sp.prod(
                    doing[own, state][action] for own, action in zip(movers, actions, strict=True)
                )
                paid, leads = self._stages[state, *actions]
                pays[row] += chance * unit * paid[player]
                for following, way in leads.items():
                    follows[row, states.index(following)] += chance * discount * way
        system = DomainMatrix.from_Matrix(sp.eye(len(states)) - follows).to_field()
        right = DomainMatrix.from_Matrix(pays).convert_to(system.domain)
        return dict(zip(states, system.lu_solve(right).to_Matrix(), strict=True))

    @cached_property
    def _stages(self) -> dict[tuple[str, ...], tuple[dict[str, sp.Expr], dict[str, sp.Expr]]]:
        return {
            profile: (
                {player: self._number(pay) for player, pay in stage.pays.items()},
                {state: self._number(way) for state, way in stage.leads.items()},
            )
            for profile, stage in self.game.stages.items()
        }

    def _number(self, formula: sp.Expr) -> sp.Rational:
        value = formula.xreplace(dict(self.values))
        return value if value.is_Rational else sp.Rational(sp.N(value, DIGITS))
