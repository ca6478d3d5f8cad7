"""A play of a game of states by itself: what it pays, and what a deviation from it gains.

Sympy solves for the values, and a player's best plan is reached by changing what it does in one
state at a time, for ever, while the whole value of the changed plan is higher somewhere: where no
such change helps no plan does (Howard 1960, Dynamic Programming and Markov Processes).  What is done
on a shock, or offered, is changed once instead.  Nothing is taken from what solves the game.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import product

import sympy as sp
from sympy.polys.matrices import DomainMatrix

from dilemma.errors import UnsupportedError
from dilemma.games.branch import Play
from dilemma.games.dynamic import DynamicGame
from dilemma.games.dynamic.stages import (
    AGREE,
    OFFER,
    WAIT,
    Call,
    Does,
    Reached,
    Stage,
    Threshold,
    Until,
    Worth,
)
from dilemma.games.dynamic.thresholds import threshold_at
from dilemma.games.dynamic.times import Passing, reached, until
from dilemma.model import Model

__all__ = ["Walk"]

DIGITS = 40  # to which what is irrational is rounded
ZERO = sp.Integer(0)

Doing = Mapping[tuple[str, str], Mapping[str, sp.Expr]]  # at each decision, by who and where
Piece = tuple[dict[str, str], sp.Expr, sp.Expr]  # what is done, with which chance, at which shock


class Walk:
    """A play followed from each state for ever."""

    def __init__(
        self, model: Model, game: DynamicGame, values: Mapping[sp.Symbol, sp.Expr], play: Play
    ) -> None:
        self.model, self.game, self.values = model, game, values
        self.play = {where: play[name] for name, where in game.decisions.items()}

    def worth(self) -> dict[str, sp.Expr | None]:
        """Return every payoff and outcome; None where it has no value."""
        each = self.each_state(self.play)
        found: dict[str, sp.Expr | None] = {
            p: each[p, self.game.start] for p in self.game.discounts
        }
        at = {**self.values, **{sp.Symbol(p, real=True): v for p, v in found.items()}}
        for name, outcome in self.model.outcomes.items():
            calls = {symbol: self._called(what, each) for symbol, what in outcome.chances.items()}
            if any(value is None or value is sp.nan for value in calls.values()):
                found[name] = None
                continue
            value = outcome.formula.xreplace({**at, **calls})
            found[name] = value if value.is_number and value.is_finite else None
        return found

    def _called(self, what: Call, each: Mapping[tuple[str, str], sp.Expr]) -> sp.Expr | None:
        match what:
            case Worth():
                return each[what.player, what.state]
            case Does():
                return self.play[self.game.decisions[what.decision]][what.action]
            case Threshold():
                return threshold_at(self.model, self.values, what)
            case Until():
                return until(self._passing(), what.state)
            case Reached():
                return reached(self._passing(), what)

    # --- what a deviation gains -----------------------------------------------------------------

    def gain(self) -> sp.Expr:
        """Return the most that any plan of a player gains, from whatever state it begins in.

        Where shocks or offers are acted on: the most that another action gains, once.
        """
        if self.game.shocks or self.game.offers:
            return sp.Max(0, *self.once())
        return sp.Max(0, *(self._gain(player) for player in self.game.discounts))

    def _gain(self, player: str) -> sp.Expr:
        now = self._own(player, self.play)
        best, plan, looking = now, self.play, True
        while looking:
            looking = False
            for own, state in self.play:
                for action in self.game.states[state][own] if own == player else ():
                    other = {**plan, (own, state): self._surely(own, state, action)}
                    values = self._own(player, other)
                    if any(values[s] > best[s] for s in best) and all(
                        values[s] >= best[s] for s in best
                    ):
                        best, plan, looking = values, other, True
        return max(best[s] - now[s] for s in best)

    def once(self) -> Iterator[sp.Expr]:
        """Yield what each other action gains, once, where it is taken: at the ends of each piece."""
        sums = self.each_state(self.play, scaled=False)
        for slot, state in self.play:
            for done, low, high in self._pieces(state, slot):
                for action in self.game.slots(state)[slot]:
                    for shock in (low, high):
                        now, other = (
                            self._sum(slot, state, a, shock, sums) for a in (done, action)
                        )
                        yield (other - now) * self._unit(slot, state)

    def _unit(self, slot: str, state: str) -> sp.Expr:
        players = self.game.offers[state].by if slot == OFFER else (slot,)
        return sp.Max(*(self._scale(player) for player in players))

    def _sum(
        self,
        slot: str,
        state: str,
        action: str,
        shock: sp.Expr,
        sums: Mapping[tuple[str, str], sp.Expr],
    ) -> sp.Expr:
        """Return what an action is worth to who takes it; an offer, what all gain by agreeing."""
        if slot == OFFER:
            return ZERO if action == WAIT else self._surplus(state, shock, sums)
        others = [p for p in self.game.states[state] if p != slot]
        total = ZERO
        for actions in product(*(self.game.states[state][p] for p in others)):
            chance = sp.prod(self.play[p, state][a] for p, a in zip(others, actions, strict=True))
            told = {slot: action, **dict(zip(others, actions, strict=True))}
            stage = self.game.stages[state, *(told[p] for p in self.game.states[state])]
            total += chance * self._paid(slot, state, stage, shock, sums)
        return total

    def _paid(
        self,
        player: str,
        state: str,
        stage: Stage,
        shock: sp.Expr,
        sums: Mapping[tuple[str, str], sp.Expr],
    ) -> sp.Expr:
        follows = sum(self._number(way) * sums[player, t] for t, way in stage.leads.items())
        return self._at(stage.pays[player], state, shock) + self._discount(player) * follows

    def _surplus(
        self, state: str, shock: sp.Expr, sums: Mapping[tuple[str, str], sp.Expr]
    ) -> sp.Expr:
        offer, refused = self.game.offers[state], self.game.stages[(state,)]
        total = self._at(offer.pie, state, shock)
        for player in self.game.discounts:
            total += self._discount(player) * sums[player, offer.leads]
            total -= self._paid(player, state, refused, shock, sums)
        return total

    # --- what happens in a state ----------------------------------------------------------------

    def _pieces(self, state: str, slot: str) -> list[tuple[str, sp.Expr, sp.Expr]]:
        """Return what is done at a decision on which part of the shock's interval."""
        used = [a for a in self.game.slots(state)[slot] if self.play[slot, state][a] != 0]
        shock = self.game.shocks.get(state)
        if shock is None:
            return [(action, ZERO, ZERO) for action in used]
        low, high = self._number(shock.low), self._number(shock.high)
        slopes = {a: self._slope(state, slot, a) for a in used}
        if len(used) > 1 and not all(slope.is_number for slope in slopes.values()):
            raise UnsupportedError("which action pays more as a shock rises hangs on parameters")
        order = sorted(used, key=slopes.__getitem__)
        if len(used) < 2 or slopes[order[0]] == slopes[order[1]]:
            return [(action, low, high) for action in used]
        cut = low + (high - low) * self.play[slot, state][order[0]]
        return [(order[0], low, cut), (order[1], cut, high)]

    def _slope(self, state: str, slot: str, action: str) -> sp.Expr:
        """Return how what an action pays rises with the shock: of an offer, against none."""
        symbol = self.game.shocks[state].symbol
        if slot != OFFER:
            return self._number(sp.diff(self.game.stages[state, action].pays[slot], symbol))
        refused = sp.Add(*self.game.stages[(state,)].pays.values())
        return (
            ZERO
            if action == WAIT
            else self._number(sp.diff(self.game.offers[state].pie - refused, symbol))
        )

    def _happens(self, state: str, doing: Doing) -> Iterator[tuple[Stage, sp.Expr, sp.Expr]]:
        """Yield the stages that may be played: with which chance, and at which mean shock."""
        movers = self.game.states[state]
        shock = self.game.shocks.get(state)
        mean = ZERO if shock is None else self._number((shock.low + shock.high) / 2)
        if shock is not None and movers:
            (slot,) = movers
            for action, low, high in self._pieces(state, slot):
                chance = self.play[slot, state][action]
                yield self.game.stages[state, action], chance, (low + high) / 2
            return
        for actions in product(*movers.values()):
            chance = sp.prod(doing[p, state][a] for p, a in zip(movers, actions, strict=True))
            if chance != 0:
                yield self.game.stages[state, *actions], chance, mean

    def _passing(self) -> Passing:
        found: dict[str, dict[str, sp.Expr]] = {}
        for state in self.game.states:
            own: dict[str, sp.Expr] = {}
            agreed = self.play[OFFER, state][AGREE] if state in self.game.offers else ZERO
            if agreed != 0:
                own[self.game.offers[state].leads] = agreed
            for stage, chance, _ in self._happens(state, self.play):
                for t, way in stage.leads.items():
                    more = (1 - agreed) * chance * self._number(way)
                    if more != 0:
                        own[t] = own.get(t, ZERO) + more
            found[state] = own
        return Passing(self.game.start, found)

    # --- what it is worth -----------------------------------------------------------------------

    def _own(self, player: str, doing: Doing) -> dict[str, sp.Expr]:
        each = self.each_state(doing, only=player)
        return {state: value for (_, state), value in each.items()}

    def each_state(
        self, doing: Doing, *, only: str = "", scaled: bool = True
    ) -> dict[tuple[str, str], sp.Expr]:
        """Return what each player gets from each state on: per period, or the sum if that is asked."""
        players = [only] if only and not self.game.offers else list(self.game.discounts)
        places = list(product(players, self.game.states))
        names = {place: sp.Dummy() for place in places}
        rows = [names[place] - self._equation(place, doing, names) for place in places]
        system, right = sp.linear_eq_to_matrix(rows, list(names.values()))
        left, paid = DomainMatrix.from_Matrix(system).unify(DomainMatrix.from_Matrix(right))
        told = left.to_field().lu_solve(paid.to_field()).to_Matrix()
        found = dict(zip(places, told, strict=True))
        return {p: v * (self._scale(p[0]) if scaled else 1) for p, v in found.items()}

    def _equation(
        self, place: tuple[str, str], doing: Doing, names: Mapping[tuple[str, str], sp.Expr]
    ) -> sp.Expr:
        player, state = place
        total = ZERO
        for stage, chance, shock in self._happens(state, doing):
            total += chance * self._paid(player, state, stage, shock, names)
        offer = self.game.offers.get(state)
        if offer is not None and player in offer.by:
            for action, low, high in self._pieces(state, OFFER):
                if action == AGREE:
                    share = self._number(offer.by[player]) * self.play[OFFER, state][AGREE]
                    total += share * self._surplus(state, (low + high) / 2, names)
        return total

    def _surely(self, player: str, state: str, action: str) -> dict[str, sp.Expr]:
        return {a: sp.Integer(a == action) for a in self.game.states[state][player]}

    def _scale(self, player: str) -> sp.Expr:
        return sp.Integer(1) if self.game.summed else 1 - self._discount(player)

    def _discount(self, player: str) -> sp.Expr:
        return self._number(self.game.discounts[player])

    def _at(self, formula: sp.Expr, state: str, shock: sp.Expr) -> sp.Expr:
        own = self.game.shocks.get(state)
        return self._number(formula if own is None else formula.xreplace({own.symbol: shock}))

    @cached_property
    def _known(self) -> dict[sp.Expr, sp.Rational]:
        return {}

    def _number(self, formula: sp.Expr) -> sp.Rational:
        if formula not in self._known:
            value = formula.xreplace(dict(self.values))
            known = value.is_Rational or value.free_symbols
            near = value if known else sp.Rational(sp.N(value, DIGITS))
            self._known[formula] = near
        return self._known[formula]
