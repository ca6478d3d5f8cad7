"""A network by itself: what it pays, and what one link more or less gains.

What is chosen once the links stand solves the slopes of all who choose, which sympy does.  Nothing is
taken from what solves the game.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import sympy as sp

from dilemma.errors import UnsupportedError
from dilemma.games.network import NetworkGame
from dilemma.games.network.links import Pair, put_in_graph
from dilemma.games.network.war import War
from dilemma.model import Model

__all__ = ["Rewiring"]

DIGITS = 40  # to which what is irrational is rounded

Graph = tuple[Pair, ...]


class Rewiring:
    """Networks of a game at one calibration."""

    def __init__(
        self, model: Model, game: NetworkGame, values: Mapping[sp.Symbol, sp.Expr]
    ) -> None:
        self.model, self.game, self.values = model, game, dict(values)

    def worth(self, graph: Graph) -> dict[str, sp.Expr | None]:
        """Return every payoff and outcome; None where it has no value."""
        chosen = self.chosen(graph)
        found: dict[str, sp.Expr | None] = dict(self._paid(graph))
        at = {**self.values, **chosen, **{sp.Symbol(p, real=True): v for p, v in found.items()}}
        for name, outcome in self.model.outcomes.items():
            value = put_in_graph(outcome.formula, outcome.chances, graph).xreplace(at)
            found[name] = value if value.is_number and value.is_finite else None
        return found

    def gain(self, graph: Graph) -> sp.Expr:
        """Return the most that somebody gains by cutting a link, or the least of two by adding theirs.

        Two add a link if one of them gains and the other does not lose.  Where war decides it is by how
        much an attack is stronger than it must be, and at least 1 where a link is not needed.
        """
        if self.game.war is not None:
            return self._unrest(self.game.war, graph)
        now, most = self._paid(graph), sp.Integer(0)
        for pair in self.game.pairs:
            there = tuple(p for p in self.game.pairs if (p in graph) != (p == pair))
            later = self._paid(there)
            gains = [later[player] - now[player] for player in pair]
            if pair in graph or min(gains) >= 0:
                most = sp.Max(most, *gains)
        return most

    def gains(self, graph: Graph) -> Iterator[sp.Expr]:
        """Yield the same link by link, in symbols.

        Raises
        ------
        UnsupportedError
            Where war decides, or several choices solve the slopes.
        """
        if self.game.war is not None:
            raise UnsupportedError("an attack is not weighed in symbols")
        now = self._paid(graph)
        for pair in self.game.pairs:
            there = tuple(p for p in self.game.pairs if (p in graph) != (p == pair))
            later = self._paid(there)
            gains = [later[player] - now[player] for player in pair]
            if pair in graph:
                yield from gains
            else:
                yield sp.Piecewise((sp.Max(*gains), sp.Min(*gains) >= 0), (0, True))

    def _unrest(self, war: War, graph: Graph) -> sp.Expr:
        """Return how far a network is from war-stable, attack by attack."""

        def most(there: Graph, country: str) -> sp.Expr:
            every = war.every(there, country)
            return sp.Max(*(war.excess(*sides).xreplace(self.values) for sides in every))

        found = sp.Max(0, *(most(graph, country) for country in self.game.linked))
        for pair, there, added in self.game.neighbours(graph):
            if added:
                found = sp.Max(found, *(most(there, country) for country in self.game.linked))
            elif min(most(there, end) for end in pair) <= 0:
                found = sp.Max(found, 1)
        return found

    def _paid(self, graph: Graph) -> dict[str, sp.Expr]:
        at = {**self.values, **self.chosen(graph)}
        return {p: self._number(pays, graph, at) for p, pays in self.game.pays.items()}

    def _number(self, pays: sp.Expr, graph: Graph, at: Mapping[sp.Symbol, sp.Expr]) -> sp.Rational:
        value = put_in_graph(pays, self.game.calls, graph).xreplace(dict(at))
        known = value.is_Rational or value.free_symbols
        return value if known else sp.Rational(sp.N(value, DIGITS))

    def chosen(self, graph: Graph) -> dict[sp.Symbol, sp.Expr]:
        """Return what is chosen in a network."""
        choices = list(self.game.chosen.values())
        symbols = [choice.symbol for choice in choices]
        slopes = [
            sp.diff(
                put_in_graph(self.game.pays[c.player], self.game.calls, graph).xreplace(
                    self.values
                ),
                c.symbol,
            )
            for c in choices
        ]
        found = sp.solve(slopes, symbols, dict=True) if symbols else [{}]
        if any(value.free_symbols for one in found for value in one.values()):
            if len(found) > 1:
                raise UnsupportedError("several choices solve the slopes")
            one: dict[sp.Symbol, sp.Expr] = found[0]
            return one
        inside = [
            one
            for one in found
            if all(
                self._end(c.low) < one.get(c.symbol, sp.nan) < self._end(c.high) for c in choices
            )
        ]
        return inside[0] if inside else dict.fromkeys(symbols, sp.nan)

    def _end(self, end: sp.Expr) -> sp.Expr:
        return end.xreplace(self.values)
