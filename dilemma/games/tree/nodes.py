"""A game tree as plain, frozen data: who moves when, knowing what; nothing solved.

A *history* is the sequence of actions that led to a node, chance's included; the root has the
empty one.  A *decision* is an information set: one or several histories that the player who moves
cannot tell apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import sympy as sp

from dilemma.theory.parts import Profile

__all__ = ["Chance", "Decision", "Node", "PrivateType", "Tree"]

History = Profile


@dataclass(frozen=True, slots=True)
class Node:
    """A point of the tree where somebody, or chance, moves.

    Attributes
    ----------
    history : tuple of str
    player : str
        Who moves, "" for chance.
    actions : tuple of str
    chances : mapping of action to sympy expression
        Chance's probabilities; empty where a player moves.
    decision : str
        The information set that it is part of, "" for chance.
    knows : str
        The private type that the player knows when moving here, "" for none.
    """

    history: History
    player: str
    actions: tuple[str, ...]
    chances: Mapping[str, sp.Expr]
    decision: str
    knows: str


@dataclass(frozen=True, slots=True)
class PrivateType:
    """A quantity that one player knows and the others believe to be uniform on an interval."""

    name: str
    symbol: sp.Symbol
    player: str
    low: sp.Expr
    high: sp.Expr


@dataclass(frozen=True, slots=True)
class Decision:
    """An information set: who moves, with which actions, after which histories."""

    name: str
    player: str
    actions: tuple[str, ...]
    histories: tuple[History, ...]
    knows: str


@dataclass(frozen=True, slots=True)
class Chance:
    """The probability that an action is taken somewhere after a history (from the root: ())."""

    action: str
    after: History


@dataclass(frozen=True)
class Tree:
    """A game tree.

    Attributes
    ----------
    nodes : mapping of history to Node
        Every node where somebody moves, each before what follows it.
    ends : tuple of history
        Where play ends.
    types : mapping of str to PrivateType
    """

    nodes: Mapping[History, Node]
    ends: tuple[History, ...]
    types: Mapping[str, PrivateType]

    @cached_property
    def decisions(self) -> Mapping[str, Decision]:
        """Every information set, by its name."""
        found: dict[str, list[Node]] = {}
        for node in self.nodes.values():
            if node.player:
                found.setdefault(node.decision, []).append(node)
        return {
            name: Decision(
                name,
                nodes[0].player,
                nodes[0].actions,
                tuple(node.history for node in nodes),
                nodes[0].knows,
            )
            for name, nodes in found.items()
        }

    @property
    def perfect(self) -> bool:
        """Whether every decision knows which history has happened."""
        return all(len(decision.histories) == 1 for decision in self.decisions.values())

    def impossible(self) -> Iterator[tuple[str, sp.Basic]]:
        """Yield what would make it no game, in words and as a condition."""
        for node in self.nodes.values():
            for action, chance in node.chances.items():
                if not chance.is_nonnegative:
                    yield f"of a negative chance of {action}", sp.Lt(chance, 0)
        for private in self.types.values():
            yield f"of an empty interval of {private.name}", sp.Ge(private.low, private.high)

    def below(self, history: History) -> Iterator[Node]:
        """Yield a node and every node behind it, each after what follows it."""
        waiting, found = [history], []
        while waiting:
            node = self.nodes.get(waiting.pop())
            if node is not None:
                found.append(node)
                waiting += [(*node.history, action) for action in node.actions]
        yield from reversed(found)

    def ends_after(self, history: History) -> tuple[History, ...]:
        """Return the ends that a history may still come to."""
        return tuple(end for end in self.ends if end[: len(history)] == history)
