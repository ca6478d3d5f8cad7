"""A game tree as plain, frozen data: who moves when, knowing what; nothing solved.

A *history* is the sequence of actions that led to a node, chance's included; the root has the
empty one.  A *decision* is an information set: one or several histories that the player who moves
cannot tell apart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import sympy as sp
from pydantic import Field

from dilemma.games.play import Mixes
from dilemma.games.play import Row as TableRow
from dilemma.output.result import yes_or_no
from dilemma.reading.rows import Formula, Row, Two
from dilemma.theory.parts import Profile

if TYPE_CHECKING:
    from dilemma.games.equilibrium import Equilibria

__all__ = [
    "Chance",
    "Cutoff",
    "Decision",
    "History",
    "Node",
    "NodeRow",
    "Plans",
    "PrivateType",
    "TypeRow",
]

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


@dataclass(frozen=True, slots=True)
class Cutoff:
    """What a player does who knows its type: one action from some value on, another below it."""

    type: str
    value: sp.Rational
    above: str
    below: str

    def __str__(self) -> str:
        shown = self.value if self.value.q < 1000 else f"{float(self.value):.4g}"
        return f"{self.above} if {self.type} >= {shown}, else {self.below}"


@dataclass(frozen=True, eq=False)
class Plans(Mixes):
    """What is done at each decision of a tree; who knows its type acts on it.

    Attributes
    ----------
    cutoffs : mapping of decision to Cutoff
    """

    cutoffs: Mapping[str, Cutoff] = field(default_factory=dict)

    @property
    def pure(self) -> bool:
        """Whether nobody mixes; who acts on its type does not."""
        return all(
            decision in self.cutoffs or chance in (0, 1)
            for decision, mix in self.parts.items()
            for chance in mix.values()
        )

    def cell(self, decision: str, write: Callable[[sp.Rational], str] | None = None) -> str:
        """Return what is done, by a type on either side of its cutoff."""
        if decision in self.cutoffs:
            return str(self.cutoffs[decision])
        return super().cell(decision, write)

    def facts(self, found: Equilibria) -> list[TableRow]:
        """Return cutoffs and beliefs."""
        cutoffs = dict.fromkeys(decision for e in found for decision in e.cutoffs)
        rows: list[TableRow] = [
            (decision, "", *(str(e.cutoffs.get(decision, "")) for e in found))
            for decision in cutoffs
        ]
        for decision, belief in found[0].beliefs.items():
            for history in belief:
                told = (self.written(e.beliefs[decision][history]) for e in found)
                rows.append((f"belief at {decision}: {history}", "", *told))
        return rows

    def checks(self, found: Equilibria) -> list[TableRow]:
        """Return which refinements were checked."""
        return [
            (concept, "", *(yes_or_no(e.concepts.get(concept)) for e in found))
            for concept in found[0].concepts
        ]


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
