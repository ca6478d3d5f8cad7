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
    total: dict[tuple[str, str] | None, Fraction] = {None: Fraction(0)}  # by one's last action
    leads: dict[str, tuple[str, str] | None] = {}
    actions: dict[str, tuple[str, ...]] = {}
    waiting: list[tuple[History, Fraction, tuple[str, str] | None]]
    waiting = [(history, weight, None) for history, weight in weights.items()]
    while waiting:
        history, weight, last = waiting.pop()
        node = position.nodes.get(history)
        if node is None:
            total[last] = total.get(last, Fraction(0)) + weight * position.pays[history][player]
        elif node.player == player:
            leads[node.decision], actions[node.decision] = last, node.actions
            waiting += [((*history, a), weight, (node.decision, a)) for a in node.actions]
        else:
            mix = position.mix(node, play)
            waiting += [((*history, a), weight * c, last) for a, c in mix.items() if c]
    for decision in _last_first(leads):
        pays = (total.get((decision, a), Fraction(0)) for a in actions[decision])
        last = leads[decision]
        total[last] = total.get(last, Fraction(0)) + max(pays)
    return total[None]


def _last_first(leads: Mapping[str, tuple[str, str] | None]) -> list[str]:
    """Return one player's decisions, each before the one that leads to it."""
    depth: dict[str, int] = {}
    for decision in leads:
        above = [decision]
        while above[-1] not in depth and (before := leads[above[-1]]) is not None:
            above.append(before[0])
        for one in reversed(above):
            before = leads[one]
            depth.setdefault(one, 0 if before is None else depth[before[0]] + 1)
    return sorted(leads, key=lambda decision: -depth[decision])
