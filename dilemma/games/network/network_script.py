"""Games of links for the page: every network once, with what is chosen in it and what it pays.

What makes a network stable is printed as conditions on what networks pay: the page evaluates them and
decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sympy as sp

from dilemma.games.network import NetworkGame, network_of
from dilemma.games.network.links import put_in_graph
from dilemma.games.network.stability import Graph, chosen_in, stable
from dilemma.games.network.symmetry import Alike, Exchange, alike
from dilemma.model import Model
from dilemma.output.javascript import Names, condition, constants, formula, quoted

__all__ = ["links"]


def links(model: Model) -> tuple[str, dict[str, Any]]:
    """Return a game's script, a function of its parameters, and who may link as data.

    Raises
    ------
    UnsupportedError
        If there are too many networks, or what is chosen then has no closed form.
    """
    game = network_of(model)
    writer = _Writer(model, game)
    defined = writer.defined
    parts = {
        "definitions": f"[{writer.listed(defined)}]",
        "wrong": f"[{', '.join(writer.condition(wrong) for _, wrong in game.impossible())}]",
        "networks": "networks",
        "branches": f"[{', '.join(map(writer.branch, writer.every))}]",
    }
    lines = [
        constants(defined, writer.names, list(defined)),
        f"const networks = [{', '.join(map(writer.network, writer.every))}];",
        *(writer.named(k) for k in range(len(writer.every))),
    ]
    told = ",\n".join(f"{key}: {value}" for key, value in parts.items())
    head = f"([{', '.join(writer.names[p.symbol] for p in model.parameters.values())}])"
    body = "\n".join(filter(None, lines))
    return f"{head} => {{\n{body}\nreturn {{{told}}}; }}", {
        "fixed": list(model.definitions),
        "impossible": [why for why, _ in game.impossible()],
        "cases": [f"({game.called(own.graph)})" for own in writer.every],
        "linked": list(game.linked),
        "decisions": [_pair(model, pair) for pair in game.pairs],
        "chosen": [_choice(game, name) for name in game.chosen],
        "networks": [_network(game, own) for own in writer.every],
    }


def _pair(model: Model, pair: tuple[str, str]) -> dict[str, Any]:
    return {
        "name": "-".join(pair),
        "title": " and ".join(model.players[p].title for p in pair),
        "pair": list(pair),
        "actions": ["linked", "apart"],
    }


def _choice(game: NetworkGame, name: str) -> dict[str, Any]:
    """Return who chooses a number, and whom it reaches: the one of the linked who is paid by it."""
    choice = game.chosen[name]
    return {"name": name, "player": choice.player, "reaches": game.reached(choice)}


def _network(game: NetworkGame, own: Alike) -> dict[str, Any]:
    return {
        "links": [int(pair in own.graph) for pair in game.pairs],
        "alike": len(own.members),
    }


@dataclass(frozen=True)
class _Writer:
    """Prints what stands in parameters and definitions, and in what networks pay."""

    model: Model
    game: NetworkGame

    @cached_property
    def every(self) -> tuple[Alike, ...]:
        """The networks that differ."""
        return alike(self.model)

    @cached_property
    def defined(self) -> Mapping[sp.Symbol, sp.Expr]:
        """The definitions."""
        return {d.symbol: d.formula for d in self.model.definitions.values()}

    @cached_property
    def paid(self) -> dict[tuple[Graph, str], sp.Symbol]:
        """A symbol for what each network that differs pays each player."""
        return {
            (own.graph, player): sp.Symbol(f"paid({k}, {player})", real=True)
            for k, own in enumerate(self.every)
            for player in self.model.players
        }

    @cached_property
    def inside(self) -> dict[Graph, sp.Symbol]:
        """A symbol that is positive where what is chosen in a network lies inside its range."""
        return {own.graph: sp.Symbol(f"inside({k})", real=True) for k, own in enumerate(self.every)}

    @cached_property
    def names(self) -> Names:
        """A name for each symbol."""
        parameters = [p.symbol for p in self.model.parameters.values()]
        chosen = [c.symbol for c in self.game.chosen.values()]
        told = [*self.paid.values(), *self.inside.values()]
        return Names([*parameters, *self.defined, *chosen, *self._players, *told])

    @property
    def _players(self) -> list[sp.Symbol]:
        return [sp.Symbol(player, real=True) for player in self.model.players]

    def listed(self, formulas: Iterable[sp.Expr]) -> str:
        """Print numbers."""
        return ", ".join(formula(each, self.names) for each in formulas)

    def condition(self, wanted: sp.Basic) -> str:
        """Print a truth."""
        return condition(wanted, self.names)

    # --- a network ------------------------------------------------------------------------------

    def network(self, own: Alike) -> str:
        """Print what is chosen in a network, whether that lies inside, and what is paid."""
        chosen, calls = chosen_in(self.model, own.graph), self.game.calls
        pays = [put_in_graph(self.game.pays[p], calls, own.graph) for p in self.model.players]
        outcomes = [
            put_in_graph(o.formula, o.chances, own.graph) for o in self.model.outcomes.values()
        ]
        lines = [f"const {self.names[s]} = {formula(f, self.names)};" for s, f in chosen.items()]
        inside = " && ".join(map(self.condition, self._ranges())) or "true"
        lines.append(f"const paid = [{self.listed(pays)}];")
        needed = set().union(*(o.free_symbols for o in outcomes))
        named = [f"{self.names[s]} = paid[{k}]" for k, s in enumerate(self._players) if s in needed]
        needs = f"const {', '.join(named)}; " if named else ""
        told = {
            "chosen": f"[{', '.join(self.names[s] for s in chosen)}]",
            "inside": inside,
            "paid": "paid",
            "outcomes": f"() => {{ {needs}return [{self.listed(outcomes)}]; }}",
        }
        body = ", ".join(f"{key}: {value}" for key, value in told.items())
        return f"(() => {{ {' '.join(lines)} return {{{body}}}; }})()"

    def _ranges(self) -> Iterator[sp.Basic]:
        for choice in self.game.chosen.values():
            if choice.low.is_finite is not False:
                yield sp.Gt(choice.symbol, choice.low)
            if choice.high.is_finite is not False:
                yield sp.Lt(choice.symbol, choice.high)

    def named(self, place: int) -> str:
        """Print names for what a network pays, and for whether it counts."""
        graph = self.every[place].graph
        told = ", ".join(self.names[self.paid[graph, p]] for p in self.model.players)
        sign = self.names[self.inside[graph]]
        return (
            f"const [{told}] = networks[{place}].paid, {sign} = networks[{place}].inside ? 1 : -1;"
        )

    # --- when it is stable ----------------------------------------------------------------------

    @cached_property
    def _first(self) -> dict[Graph, tuple[Graph, Exchange]]:
        """For each network the one that stands for it, and what turns that into it."""
        return {
            graph: (own.graph, exchange)
            for own in self.every
            for graph, exchange in own.members.items()
        }

    def _pays(self, player: str, graph: Graph) -> sp.Symbol:
        """Return what a player is paid: what its like is in the network that stands for this one."""
        first, exchange = self._first[graph]
        like = next(p for p, q in exchange.players.items() if q == player)
        return self.paid[first, like]

    def _gain(self, player: str, graph: Graph, there: Graph) -> sp.Expr:
        return self._pays(player, there) - self._pays(player, graph)

    def _inside(self, graph: Graph) -> Iterator[sp.Basic]:
        yield sp.Gt(self.inside[self._first[graph][0]], 0, evaluate=False)

    def branch(self, own: Alike) -> str:
        """Print when a network is stable, and what each two would gain by a link more or less."""
        wanted = dict.fromkeys(stable(self.game, own.graph, self._inside, self._gain))
        held = [c for c in wanted if c is not sp.true]
        gains = [
            f"[{self.listed(self._gain(player, own.graph, there) for player in pair)}]"
            for pair, there, _ in self.game.neighbours(own.graph)
        ]
        told = {
            "title": quoted(f"({self.game.called(own.graph)})"),
            "holds": f"() => {' && '.join(map(self.condition, held)) or 'true'}",
            "gains": f"() => [{', '.join(gains)}]",
        }
        return f"{{{', '.join(f'{key}: {value}' for key, value in told.items())}}}"
