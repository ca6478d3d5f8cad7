"""What chance never does: a tree without it, and what players would do behind it.

Where chance has a probability of 0 nobody is asked to act behind it, and by no equilibrium of the
rest is it said what they would do.  Still they are to do the best they can there, for some beliefs.
So a tree is solved in steps: without what chance never does; then, what is played there being
fixed, for what comes if chance did it after all.  There its impossible moves share one half of
the probability equally; only what is behind the same move is compared, so no share matters to
players who know which it was, and to the others it is one of the beliefs that they may have.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from dilemma.extensive import History, Node
from dilemma.games.replies import Play, Position
from dilemma.games.valued import Mix

__all__ = ["behind", "has_impossible", "possible"]

HALF = Fraction(1, 2)


def has_impossible(position: Position) -> bool:
    """Tell whether chance has a probability of 0 somewhere."""
    return any(
        not node.player and not all(position.chances[history].values())
        for history, node in position.nodes.items()
    )


def possible(position: Position) -> Position:
    """Return a tree without what chance never does."""
    nodes: dict[History, Node] = {}
    chances: dict[History, Mix] = {}
    pays = {}
    waiting = [position.root]
    while waiting:
        history = waiting.pop()
        node = position.nodes.get(history)
        if node is None:
            pays[history] = position.pays[history]
            continue
        if not node.player:
            chances[history] = {a: c for a, c in position.chances[history].items() if c}
            node = replace(node, actions=tuple(chances[history]), chances={})
        nodes[history] = node
        waiting += [(*history, action) for action in reversed(node.actions)]
    return Position(position.root, nodes, chances, pays)


def behind(position: Position, play: Play) -> Position:
    """Return a tree in which what is played at some decisions is fixed and chance may do anything.

    What players never do at the fixed decisions stays impossible as long as chance can lead
    to a decision that is not fixed without it.
    """
    nodes, chances = {}, dict(position.chances)
    for history, node in position.nodes.items():
        if node.player and node.decision in play:
            chances[history] = play[node.decision]
            nodes[history] = replace(node, player="", decision="", knows="")
        else:
            nodes[history] = node
    loose = {h: _loosened(chances[h]) for h, n in position.nodes.items() if not n.player}
    fixed = Position(position.root, nodes, chances | loose, position.pays)
    if not any(node.player for node in possible(fixed).nodes.values()):
        loose = {h: _loosened(chances[h]) for h, n in nodes.items() if not n.player}
        fixed = replace(fixed, chances=chances | loose)
    return fixed


def _loosened(mix: Mix) -> Mix:
    """Give half of the probability to what has none."""
    never = [action for action, chance in mix.items() if not chance]
    if not never:
        return mix
    return {a: HALF * c if c else HALF / len(never) for a, c in mix.items()}
