"""An equilibrium as a diagram, in plain data: what stands where, and what leads from one to another.

A kind of game says what its diagram is of; how it is drawn, figures say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from math import cos, radians, sin, sqrt

__all__ = ["Drawing", "Node", "Tie", "around", "columns"]

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
    """

    name: str
    lines: tuple[str, ...]
    at: Place
    strong: bool = False


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
    """

    ends: tuple[str, str]
    words: tuple[str, ...] = ()
    strong: bool = False
    weight: float | None = None


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
    """

    title: str
    nodes: tuple[Node, ...]
    ties: tuple[Tie, ...]
    directed: bool
    says: str
    start: str = ""


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
