"""The text of a Gambit extensive-form file (``.efg``), from a game tree in numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from dilemma.exchange.quoting import braced, is_label, number, quoted
from dilemma.extensive import History, Node

__all__ = ["extensive_text"]


def extensive_text(
    title: str,
    players: Mapping[str, str],
    nodes: Mapping[History, Node],
    payoffs: Mapping[History, Sequence[Fraction]],
    chances: Mapping[History, Mapping[str, Fraction]],
    *,
    root: History = (),
    comment: str = "",
) -> str:
    """Return the text of a game tree, or of a part of one.

    Parameters
    ----------
    title : str
    players : mapping of player to label
    nodes : mapping of history to Node
    payoffs : mapping of history to payoffs, in the players' order
        Where it ends.
    chances : mapping of history to mapping of action to probability
    root : history
        Where it begins.
    """
    lines = [f"EFG 2 R {quoted(title)} {braced(list(players.values()))}", quoted(comment), ""]
    order = list(players)
    numbered: dict[str, dict[object, int]] = {}
    ends = 0
    for history in _prefix(nodes, root):
        node = nodes.get(history)
        if node is None:
            ends += 1
            lines.append(f't "" {ends} "" {{ {", ".join(map(number, payoffs[history]))} }}')
            continue
        own = numbered.setdefault(node.player, {})
        count = own.setdefault(node.decision or history, len(own) + 1)
        if not node.player:
            likely = " ".join(f"{quoted(a)} {number(chances[history][a])}" for a in node.actions)
            lines.append(f'c "" {count} "" {{ {likely} }} 0')
            continue
        label = node.decision if is_label(node.decision) else ""
        who = order.index(node.player) + 1
        lines.append(f'p "" {who} {count} {quoted(label)} {braced(node.actions)} 0')
    return "\n".join(lines) + "\n"


def _prefix(nodes: Mapping[History, Node], root: History) -> Iterator[History]:
    waiting = [root]
    while waiting:
        history = waiting.pop()
        yield history
        if history in nodes:
            waiting += [(*history, action) for action in reversed(nodes[history].actions)]
