"""What a tree pays, and what a best reply in it pays: from the definition, in exact fractions.

A best reply is found from the end: where a player moves at an information set, it takes the action
that pays best, given how likely the histories there are and what it does later.  Perfect recall,
which every tree has that was read, makes that the best of all plans.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from dilemma.extensive import History, Node
from dilemma.games.valued import Mix

__all__ = ["Play", "Position", "Weights", "after", "best", "reached", "worth"]

Play = Mapping[str, Mix]
Weights = Mapping[History, Fraction]


@dataclass(frozen=True)
class Position:
    """A tree in numbers, or a part of one.

    Attributes
    ----------
    root : history
        Where it begins.
    nodes : mapping of history to Node
        In prefix order.
    chances : mapping of history to mapping of action to probability
    pays : mapping of history to mapping of player to payoff
        Where it ends.
    """

    root: History
    nodes: Mapping[History, Node]
    chances: Mapping[History, Mix]
    pays: Mapping[History, Mapping[str, Fraction]]

    def mix(self, node: Node, play: Play) -> Mix:
        """Return what is played at a node."""
        return play[node.decision] if node.player else self.chances[node.history]


def after(weights: Weights, action: str) -> dict[History, Fraction]:
    """Return the histories behind an action."""
    return {(*history, action): weight for history, weight in weights.items()}


def reached(position: Position, play: Play, weights: Weights) -> dict[History, Fraction]:
    """Return the probability of every history from here on; a missing one is never reached."""
    found: dict[History, Fraction] = {}
    waiting = list(weights.items())
    while waiting:
        history, weight = waiting.pop()
        found[history] = weight
        if history in position.nodes:
            mix = position.mix(position.nodes[history], play)
            waiting += [((*history, a), weight * chance) for a, chance in mix.items() if chance]
    return found


def worth(position: Position, play: Play, weights: Weights, player: str) -> Fraction:
    """Return what a player is paid from here on if everybody keeps to the play."""
    found = reached(position, play, weights)
    pays = (c * position.pays[h][player] for h, c in found.items() if h not in position.nodes)
    return sum(pays, Fraction(0))


def best(position: Position, play: Play, weights: Weights, player: str) -> Fraction:
    """Return what a player is paid from here on by its best reply to what the others play."""
    total = Fraction(0)
    own: dict[str, dict[History, Fraction]] = {}
    waiting = list(weights.items())
    while waiting:
        history, weight = waiting.pop()
        node = position.nodes.get(history)
        if node is None:
            total += weight * position.pays[history][player]
        elif node.player == player:
            own.setdefault(node.decision, {})[history] = weight
        else:
            mix = position.mix(node, play)
            waiting += [((*history, a), weight * chance) for a, chance in mix.items() if chance]
    for histories in own.values():
        actions = position.nodes[next(iter(histories))].actions
        total += max(best(position, play, after(histories, a), player) for a in actions)
    return total
