"""A game tree as plain, frozen data: who moves when, knowing what; nothing solved.

A *history* is the sequence of actions that led to a node, chance's included; the root has the
empty one.  A *decision* is an information set: one or several histories that the player who moves
cannot tell apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import sympy as sp
from pydantic import Field

from dilemma.reading.rows import Formula, Row, Two
from dilemma.theory.parts import Profile

__all__ = ["Chance", "Decision", "History", "Node", "NodeRow", "PrivateType", "TypeRow"]

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


# --- as a file has them ---


class TypeRow(Row):
    """A private type: whose it is, and the ends of the interval on which it is uniform."""

    of: str
    uniform: Two


class NodeRow(Row):
    """A move of a tree: a player's, with what it knows, or chance's."""

    hints: ClassVar[Mapping[str, str]] = {
        "choices": 'write actions; numbers are chosen in kind = "continuous" or "sequential"'
    }
    player: str | None = None
    actions: list[str] | None = None
    knows: list[str] = Field(default_factory=list)
    information: str = ""
    chance: dict[str, Formula] | None = None
