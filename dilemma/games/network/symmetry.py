"""Which players are equal: checked from what everybody is paid, and not declared.

An exchange of two players leaves a game as it is if, with what is chosen about them exchanged as well,
everybody is paid by the same formula as before.  Networks that such exchanges turn into one another are
alike: one is stable iff the other is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, permutations

import sympy as sp

from dilemma.games.network import NetworkGame, network_of
from dilemma.games.network.links import Call, Degree, Linked, Nearness, Pair
from dilemma.games.network.war import War
from dilemma.model import Model

__all__ = ["Alike", "Exchange", "alike", "exchanges", "relabelled"]

MOST_TRIED = 1_000  # orders of what is chosen, for each exchange


@dataclass(frozen=True)
class Exchange:
    """A renaming of players, and of what is chosen, that leaves the game as it is."""

    players: Mapping[str, str]
    chosen: Mapping[sp.Symbol, sp.Symbol]

    def pair(self, pair: Pair, order: Sequence[str]) -> Pair:
        """Return who takes the places of two."""
        first, second = sorted((self.players[p] for p in pair), key=list(order).index)
        return first, second

    def after(self, other: Exchange) -> Exchange:
        """Return what comes of the other and then this."""
        return Exchange(
            {p: self.players[q] for p, q in other.players.items()},
            {a: self.chosen[b] for a, b in other.chosen.items()},
        )


@dataclass(frozen=True)
class Alike:
    """A network that stands for all that are like it.

    Attributes
    ----------
    members : mapping of network to Exchange
        Each with what turns the first into it.
    """

    graph: tuple[Pair, ...]
    members: Mapping[tuple[Pair, ...], Exchange]


@lru_cache(maxsize=64)
def exchanges(model: Model) -> tuple[Exchange, ...]:
    """Return the exchanges of two players who may link that leave the game as it is."""
    game = network_of(model)
    found = []
    for one, other in combinations(game.linked, 2):
        players = {p: {one: other, other: one}.get(p, p) for p in model.players}
        own = _of_chosen(game, model, players)
        if own is not None and _as_strong(game, model, one, other):
            found.append(Exchange(players, own))
    return tuple(found)


def _as_strong(game: NetworkGame, model: Model, one: str, other: str) -> bool:
    """Tell whether two are as strong in war, where that decides."""
    if game.war is None:
        return True
    first, second = game.war.strengths[one], game.war.strengths[other]
    return bool(sp.expand(model.expand(first - second)) == 0)


def _of_chosen(
    game: NetworkGame, model: Model, players: Mapping[str, str]
) -> dict[sp.Symbol, sp.Symbol] | None:
    """Return an order of what is chosen in which everybody is paid as before; None if none is."""
    symbols = [choice.symbol for choice in game.chosen.values()]
    calls = _renamed(game, players)
    for count, order in enumerate(_orders(game, players)):
        if count >= MOST_TRIED:
            return None
        put = {**calls, **dict(zip(symbols, order, strict=True))}
        if all(
            sp.expand(model.expand(game.pays[p].xreplace(put) - game.pays[q])) == 0
            for p, q in players.items()
        ):
            return dict(zip(symbols, order, strict=True))
    return None


def _orders(game: NetworkGame, players: Mapping[str, str]) -> Iterator[list[sp.Symbol]]:
    """Yield what may take the place of each choice: of who takes its player's, from the same range."""
    choices = list(game.chosen.values())
    for order in permutations(choices):
        if all(
            players[a.player] == b.player and (a.low, a.high) == (b.low, b.high)
            for a, b in zip(choices, order, strict=True)
        ):
            yield [choice.symbol for choice in order]


def _renamed(game: NetworkGame, players: Mapping[str, str]) -> dict[sp.Symbol, sp.Symbol]:
    """Return what a call is of once players are renamed, as a symbol."""
    return {symbol: _symbol(game, call, players) for symbol, call in game.calls.items()}


def _symbol(game: NetworkGame, call: Call, players: Mapping[str, str]) -> sp.Symbol:
    match call:
        case Linked():
            return sp.Symbol(f"linked({', '.join(_sorted(game, call.pair, players))})", real=True)
        case Nearness():
            named = ", ".join([str(call.factor), *_sorted(game, call.pair, players)])
            return sp.Symbol(f"nearness({named})", real=True)
        case Degree():
            return sp.Symbol(f"degree({players[call.player]})", real=True)
    return sp.Symbol("number_of_links()", real=True)


def _sorted(game: NetworkGame, pair: Pair, players: Mapping[str, str]) -> list[str]:
    return sorted((players[p] for p in pair), key=game.linked.index)


def relabelled(model: Model) -> tuple[tuple[tuple[Pair, ...], ...], ...]:
    """Return networks that war leaves alone somewhere if it leaves one of them alone somewhere.

    Where strengths are free, players may change names together with them; else each network is by itself.
    """
    game = network_of(model)
    if not _free(model, game.war):
        return tuple((graph,) for graph in game.graphs())
    places = range(len(game.linked))
    pairs = [(game.linked.index(one), game.linked.index(other)) for one, other in game.pairs]
    named = dict(zip(game.pairs, pairs, strict=True))
    found: dict[tuple[tuple[int, ...], ...], list[tuple[Pair, ...]]] = {}
    for graph in game.graphs():
        renamed = (
            sorted(tuple(sorted(order[k] for k in named[pair])) for pair in graph)
            for order in permutations(places)
        )
        found.setdefault(tuple(min(renamed)), []).append(graph)
    return tuple(map(tuple, found.values()))


def _free(model: Model, war: War | None) -> bool:
    """Tell whether strengths are parameters of their own with one range, and nothing else speaks of them."""
    if war is None:
        return False
    ranges = {p.symbol: p.range for p in model.parameters.values()}
    strengths = set(war.strengths.values())
    return (
        len(strengths) == len(war.strengths)
        and strengths <= set(ranges)
        and len({ranges[s] for s in strengths}) == 1
        and not model.expand(war.threshold).free_symbols & strengths
    )


@lru_cache(maxsize=64)
def alike(model: Model) -> tuple[Alike, ...]:
    """Return networks that differ, each with those that are like it."""
    game = network_of(model)
    nothing = Exchange(
        {p: p for p in model.players}, {c.symbol: c.symbol for c in game.chosen.values()}
    )
    seen: set[tuple[Pair, ...]] = set()
    found = []
    for graph in game.graphs():
        if graph in seen:
            continue
        members, waiting = {graph: nothing}, [graph]
        while waiting:
            here = waiting.pop()
            for exchange in exchanges(model):
                moved = {exchange.pair(pair, game.linked) for pair in here}
                there = tuple(pair for pair in game.pairs if pair in moved)
                if there not in members:
                    members[there] = exchange.after(members[here])
                    waiting.append(there)
        seen |= members.keys()
        found.append(Alike(graph, members))
    return tuple(found)
