"""An equilibrium as a diagram, in plain data: what stands where, and what leads from one to another.

A kind of game says what its diagram is of; how it is drawn, figures say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from math import cos, radians, sin, sqrt

__all__ = ["Drawing", "Node", "Spot", "Tie", "Tree", "around", "columns"]

Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Node:
    """Something in a diagram.

    Attributes
    ----------
    lines : tuple of str
        What is written, the name first.
    at : pair of float
        Its place, to the right and down, each in [0, 1].
    strong : bool
        Whether play gets to it.
    owner : str
        The player who moves there; "" where that says nothing.
    """

    name: str
    lines: tuple[str, ...]
    at: Place
    strong: bool = False
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Tie:
    """What joins two, or one with itself.

    Attributes
    ----------
    words : tuple of str
        Lines that stand beside it.
    strong : bool
        Whether it is there, or followed, in the equilibrium.
    weight : float or None
        How much there is of it, in [0, 1]; None where that says nothing.
    formula : str
        What stands behind the words, in letters of mathematics.
    """

    ends: tuple[str, str]
    words: tuple[str, ...] = ()
    strong: bool = False
    weight: float | None = None
    formula: str = ""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A diagram of one equilibrium.

    Attributes
    ----------
    directed : bool
        Whether what joins two leads from the first to the second.
    says : str
        What strong and faint mean, for readers.
    start : str
        Where it begins; "" where that says nothing.
    notes : tuple of str
        What is to be known of its rows.
    """

    title: str
    nodes: tuple[Node, ...]
    ties: tuple[Tie, ...]
    directed: bool
    says: str
    start: str = ""
    notes: tuple[str, ...] = ()

    def rows(self) -> Iterator[tuple[str, str]]:
        """Yield what stands there, and what joins it, each with what is written."""
        for node in self.nodes:
            yield node.name, ", ".join(node.lines[1:])
        arrow = " -> " if self.directed else " - "
        for tie in self.ties:
            if tie.strong:
                yield arrow.join(tie.ends), ", ".join(tie.words)


@dataclass(frozen=True, slots=True)
class Spot:
    """The place of a node of a tree among others: its column, its lane there, and its row."""

    level: int
    lane: int
    row: float


@dataclass(frozen=True, slots=True)
class Tree(Drawing):
    """A game tree: its nodes and ends, the branches between them, what is paid.

    Attributes
    ----------
    places : mapping of node to Spot
        Ends are nodes too, in the last column.
    sets : tuple of tuple of str
        The nodes that a dashed line joins: who moves there cannot tell them apart.
    players : mapping of player to title
        In the order of what is paid.
    paid : mapping of end to tuple of str
        Formulas, one for each player.
    reached : mapping of end to str
        How likely play is to get there, where that is neither sure nor out of the question.
    """

    places: Mapping[str, Spot] = field(default_factory=dict)
    sets: tuple[tuple[str, ...], ...] = ()
    players: Mapping[str, str] = field(default_factory=dict)
    paid: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    reached: Mapping[str, str] = field(default_factory=dict)

    def rows(self) -> Iterator[tuple[str, str]]:
        """Yield every move with what is done there, and every end with what it pays."""
        done: dict[str, list[str]] = {}
        for tie in self.ties:
            told = done.setdefault(tie.ends[0], [])
            if tie.strong or not any(t.strong for t in self.ties if t.ends[0] == tie.ends[0]):
                told.append(" ".join(filter(None, (*tie.words, tie.formula))))
        for node in self.nodes:
            if node.name not in self.paid:
                yield node.name, f"{', '.join(node.lines)}: {', '.join(done[node.name])}"
        for end, paid in self.paid.items():
            pays = (f"{t} {p}" for t, p in zip(self.players.values(), paid, strict=True))
            yield end, ", ".join(pays)


def around(names: Sequence[str]) -> dict[str, Place]:
    """Return places on an oval, or at the corners where there are four.

    Examples
    --------
    >>> around(["a", "b", "c", "d"])["c"]
    (1.0, 1.0)
    """
    count = len(names)
    first = {2: 180.0, 4: -135.0}.get(count, -90.0)
    stretch = sqrt(2) if count == 4 else 1.0
    turns = [radians(first + 360 * k / count) for k in range(count)]
    return {
        name: (
            round(0.5 + stretch * cos(turn) / 2, 9),
            round(0.5 + stretch * sin(turn) / 2, 9),
        )
        for name, turn in zip(names, turns, strict=True)
    }


def columns(follows: Mapping[str, AbstractSet[str]]) -> list[list[str]]:
    """Return states in columns: further to the right what can only follow.

    Examples
    --------
    >>> columns({"a": {"b", "c"}, "b": {"a"}, "c": {"c"}})
    [['a', 'b'], ['c']]
    """
    after = {state: _reached(state, follows) for state in follows}
    depths: dict[str, int] = {}

    def depth(state: str) -> int:
        if state not in depths:
            before = [s for s in follows if state in after[s] and s not in after[state]]
            depths[state] = max((depth(s) + 1 for s in before), default=0)
        return depths[state]

    deep = sorted({depth(state) for state in follows})
    return [[state for state in follows if depths[state] == one] for one in deep]


def _reached(state: str, follows: Mapping[str, AbstractSet[str]]) -> set[str]:
    seen: set[str] = set()
    looking = [state]
    while looking:
        for following in follows[looking.pop()] - seen:
            seen.add(following)
            looking.append(following)
    return seen
