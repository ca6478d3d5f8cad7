"""Links as plain, frozen data: who is linked, what payoffs may ask of that, and rows of a document."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import sympy as sp
from pydantic import Field

from dilemma.games.play import Mixes
from dilemma.reading.rows import ChoiceRow, Formula, Row

__all__ = [
    "Call",
    "Choice",
    "Degree",
    "LinkPlayerRow",
    "Linked",
    "Links",
    "LinksRow",
    "Nearness",
    "Number",
    "Pair",
    "put_in_graph",
]

Pair = tuple[str, str]
Graph = Collection[Pair]
ZERO, ONE = sp.Integer(0), sp.Integer(1)


@dataclass(frozen=True, slots=True)
class Choice:
    """A number that is chosen once the links stand, inside an interval."""

    name: str
    symbol: sp.Symbol
    player: str
    low: sp.Expr
    high: sp.Expr
    unit: str
    means: str


@dataclass(frozen=True, eq=False)
class Links(Mixes):
    """Which two are linked: each pair is, or is apart."""

    def labels(self) -> Iterator[tuple[str, str, str]]:
        """Yield whether each two are linked."""
        for decision in self.parts:
            yield decision, "linked", f"{decision} linked"


# --- what payoffs and outcomes may ask of a network -------------------------------------------------


@dataclass(frozen=True, slots=True)
class Linked:
    """Whether two are linked: 0 or 1."""

    pair: Pair

    def at(self, graph: Graph) -> sp.Expr:
        """Return its value in a network."""
        return sp.Integer(int(self.pair in graph))


@dataclass(frozen=True, slots=True)
class Degree:
    """How many links a player has."""

    player: str

    def at(self, graph: Graph) -> sp.Expr:
        """Return its value in a network."""
        return sp.Integer(sum(self.player in pair for pair in graph))


@dataclass(frozen=True, slots=True)
class Number:
    """How many links there are."""

    def at(self, graph: Graph) -> sp.Expr:
        """Return its value in a network."""
        return sp.Integer(len(graph))


@dataclass(frozen=True, slots=True)
class Nearness:
    """A factor to the power of how far two are apart; nothing where no path joins them."""

    factor: sp.Expr
    pair: Pair

    def at(self, graph: Graph) -> sp.Expr:
        """Return its value in a network."""
        begin, end = self.pair
        far, seen, steps = {begin}, {begin}, 0
        while far:
            if end in far:
                return self.factor**steps
            steps += 1
            far = {q for pair in graph for p in far if p in pair for q in pair} - seen
            seen |= far
        return ZERO


Call = Linked | Degree | Number | Nearness


def put_in_graph(formula: sp.Expr, calls: Mapping[sp.Symbol, Call], graph: Graph) -> sp.Expr:
    """Return a formula in a network.

    What is paid only among the linked goes first, so that nothing is divided by a degree of nought.
    """
    linked = {s: c.at(graph) for s, c in calls.items() if isinstance(c, Linked)}
    left = formula.xreplace(linked)
    return left.xreplace({s: c.at(graph) for s, c in calls.items() if left.has(s)})


# --- rows -----------------------------------------------------------------------------------------


class LinkPlayerRow(Row):
    """A player: its strength in war, and the numbers that it chooses once the links stand."""

    title: str = ""
    unit: str = ""
    strength: Formula | None = None
    choices: dict[str, ChoiceRow] = Field(default_factory=dict)


class LinksRow(Row):
    """Who may link, and what is asked of a link and of a network."""

    cell: str | list[str]
