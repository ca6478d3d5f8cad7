"""A network as a diagram: who may link around, who chooses then in the middle."""

from __future__ import annotations

from collections.abc import Iterator

from dilemma.games.drawing import Drawing, Node, Place, Tie, around
from dilemma.games.equilibrium import Equilibrium
from dilemma.games.network import NetworkGame, network_of
from dilemma.games.network.links import Choice
from dilemma.model import Model
from dilemma.output.result import number

__all__ = ["drawn"]

SAYS = (
    "Solid: linked in this stable network. Dotted: they may link and do not. Coloured: what is chosen "
    "once the links stand, thicker where it is more. Under each: its payoff."
)


def drawn(model: Model, equilibrium: Equilibrium) -> Drawing:
    """Return a stable network."""
    game = network_of(model)
    links = tuple(
        Tie(pair, strong=equilibrium.play["-".join(pair)]["linked"] == 1) for pair in game.pairs
    )
    nodes = tuple(_nodes(model, game, equilibrium))
    count = equilibrium.more.get("alike", 1)
    alike = f" (one of {count} that are alike)" if count > 1 else ""
    ties = (*_chosen(game, equilibrium), *links)
    return Drawing(equilibrium.name + alike, nodes, ties, directed=False, says=SAYS)


def _nodes(model: Model, game: NetworkGame, equilibrium: Equilibrium) -> Iterator[Node]:
    places: dict[str, Place] = around(game.linked)
    for name, player in model.players.items():
        own = [
            f"{c.name} = {number(equilibrium.outcomes[c.name])}"
            for c in game.chosen.values()
            if c.player == name and game.reached(c) is None
        ]
        paid = f"{number(equilibrium.payoffs[name])} {player.unit}".strip()
        lines = (player.title, ", ".join([paid, *own]))
        yield Node(name, lines, places.get(name, (0.5, 0.5)), strong=name not in places)


def _chosen(game: NetworkGame, equilibrium: Equilibrium) -> Iterator[Tie]:
    """Yield from whom to whom something is chosen."""
    told: list[tuple[Choice, str, float]] = []
    for choice in game.chosen.values():
        reached, value = game.reached(choice), equilibrium.outcomes[choice.name]
        if reached is not None and value is not None:
            told.append((choice, reached, float(value)))
    most = max((abs(value) for *_, value in told), default=0.0)
    for choice, reached, value in told:
        words = (f"{choice.name} = {number(equilibrium.outcomes[choice.name])}",)
        weight = abs(value) / most if most else 0.0
        yield Tie((choice.player, reached), words, strong=True, weight=weight)
