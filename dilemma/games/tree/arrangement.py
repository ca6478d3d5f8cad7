"""Where everything in a drawn tree stands: one layout for figures, for TikZ and for the page.

The root is at the left; every end has a row, and all ends stand in one column, so that what they pay
can be read down it.  A branch slants from its node to where the next column begins and is level from
there on: above it stands what is done, below it, before the node that it leads to, who moves there.
Nothing is written where branches slant or where the nodes of a column are, so that a dashed line
between nodes that cannot be told apart crosses branches and no words.  Sets that overlap along their
column stand in lanes of it beside each other, and none of their lines runs through a node of another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from dilemma.games.drawing import Place, Spot, Tree
from dilemma.games.tree import TreeGame
from dilemma.games.tree.nodes import History

__all__ = ["Arranged", "Type", "arranged", "joined", "spots"]

Measure = Callable[[str, str], float]
SLANT, LANE, DOT = 0.32, 0.17, 0.1  # where branches slant, between lanes, around a node [inches]
SIDE, GAP = 0.06, 0.07  # beside words, and between rows of them
APART = 0.16  # between columns of numbers
REACHED, MOST_LINES = "reached", 3  # lines that a name may stand in above a column


def joined(tree: TreeGame) -> tuple[tuple[History, ...], ...]:
    """Return the information sets of several histories whose nodes can stand in one column.

    Where one player does not know whether another has moved before, and the other does not either,
    neither set comes first: one of them is left out.
    """
    return tuple(group for group in _levels(tree)[1] if len(group) > 1)


def spots(tree: TreeGame) -> dict[History, Spot]:
    """Return the place of every node and every end; ends are in the last column.

    Examples
    --------
    >>> import dilemma
    >>> from dilemma.games.tree import tree_of
    >>> found = spots(tree_of(dilemma.load("triangle")))
    >>> found[()], found[("challenge", "firm", "support", "war")]
    (Spot(level=0, lane=0, row=3.0625), Spot(level=4, lane=0, row=0.0))
    """
    rows = {end: float(k) for k, end in enumerate(tree.ends)}
    for node in tree.below(()):
        below = [rows[(*node.history, action)] for action in node.actions]
        rows[node.history] = (below[0] + below[-1]) / 2
    levels, groups = _levels(tree)
    lanes: dict[History, int] = {}
    taken: dict[tuple[int, int], list[tuple[float, float]]] = {}
    longest = sorted(groups, key=lambda g: (-len(g) > -2, min(rows[h] for h in g)))
    for group in longest:
        low, high = min(rows[h] for h in group), max(rows[h] for h in group)
        lane = 0
        while any(
            low <= b and a <= high for a, b in taken.setdefault((levels[group[0]], lane), [])
        ):
            lane += 1
        taken[levels[group[0]], lane].append((low, high))
        lanes |= dict.fromkeys(group, lane)
    last = max(levels.values()) + 1
    found = {history: Spot(levels[history], lanes[history], rows[history]) for history in levels}
    return found | {end: Spot(last, 0, rows[end]) for end in tree.ends}


def _levels(tree: TreeGame) -> tuple[dict[History, int], list[tuple[History, ...]]]:
    """Return the column of each node, and what stands together there."""
    together = [d.histories for d in tree.decisions.values() if len(d.histories) > 1]
    while True:
        groups = {history: group for group in together for history in group}
        groups = {history: groups.get(history, (history,)) for history in tree.nodes}
        before = {
            group: {groups[history[:-1]] for history in group if history}
            for group in groups.values()
        }
        try:
            order = list(TopologicalSorter(before).static_order())
        except CycleError as error:
            together.remove(next(group for group in error.args[1] if len(group) > 1))
            continue
        columns: dict[tuple[History, ...], int] = {}
        for group in order:
            columns[group] = max((columns[one] + 1 for one in before[group]), default=0)
        return {h: columns[group] for h, group in groups.items()}, order


# --- from places among others to inches -----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Type:
    """What letters take: how wide words and a formula behind them are, and a line of them [inches].

    How far branches slant, and what is left between columns of numbers, may be less than usual.
    """

    measure: Measure
    line: float
    slant: float = SLANT
    apart: float = APART


@dataclass(frozen=True, slots=True)
class Arranged:
    """A tree laid out, in inches from the upper left corner.

    Attributes
    ----------
    size : (width, height)
    at : mapping of node to place
        Ends too.
    begins : mapping of node to float
        Where the level part of the branch to a node begins; its height is the node's.
    writes : mapping of node to float
        Where words below that branch end.
    heads : sequence of sequence of str
        The lines that each player's name stands in.
    columns : sequence of float
        The right edges of what each player is paid.
    reached : float
        The right edge of how likely ends are.
    """

    size: Place
    at: Mapping[str, Place]
    begins: Mapping[str, float]
    writes: Mapping[str, float]
    heads: Sequence[Sequence[str]]
    columns: Sequence[float]
    reached: float


def arranged(tree: Tree, letters: Type) -> Arranged:
    """Lay out a tree for letters of a size.

    Examples
    --------
    >>> import dilemma
    >>> from dilemma.study.diagrams import diagrams
    >>> (tree,) = diagrams(dilemma.load("triangle"), "cold_war").drawn["cold_war"]
    >>> found = arranged(tree, Type(lambda words, formula: 0.07 * len(words + formula), 0.14))
    >>> found.at["root"] < found.at["challenge"] < found.at["wait"]
    True
    """
    places = tree.places
    begin = {tie.ends[1]: places[tie.ends[0]].level + 1 for tie in tree.ties}
    words = _widths(tree, begin, letters)
    lanes = [0] * len(words)
    for spot in places.values():
        lanes[spot.level] = max(lanes[spot.level], spot.lane)
    starts, tails, x = [], [], 0.0
    for wide, lane in zip(words, lanes, strict=True):
        starts.append(x)
        tails.append(x + wide)
        x += wide + DOT + lane * LANE + letters.slant
    heads, columns, edge = _columns(tree, letters, tails[-1] + 2 * DOT)
    step, top = _step(tree, begin, letters), letters.line * max(map(len, heads)) + 2 * GAP
    at = {
        name: (tails[s.level] + DOT + s.lane * LANE, top + (s.row + 0.5) * step)
        for name, s in places.items()
    }
    return Arranged(
        (edge + SIDE, top + len(tree.paid) * step),
        at,
        {name: starts[level] for name, level in begin.items()},
        {name: tails[spot.level] - SIDE for name, spot in places.items()},
        heads,
        columns,
        edge,
    )


def _widths(tree: Tree, begin: Mapping[str, int], letters: Type) -> list[float]:
    """Return how wide what is written in each column is: above branches, and below."""
    found = [0.0] * (1 + max(spot.level for spot in tree.places.values()))
    for tie in tree.ties:
        level = begin[tie.ends[1]]
        told = letters.measure(" ".join(tie.words), tie.formula)
        found[level] = max(found[level], told + 2 * SIDE)
    for node in tree.nodes:
        level = tree.places[node.name].level
        for line in node.lines:
            found[level] = max(found[level], letters.measure(line, "") + 2 * SIDE)
    return found


def _columns(tree: Tree, letters: Type, edge: float) -> tuple[list[list[str]], list[float], float]:
    """Return the players' names in lines, the right edges of their columns, and the last edge."""
    heads, columns = [], []
    for k, title in enumerate(tree.players.values()):
        paid = max(letters.measure("", own[k]) for own in tree.paid.values())
        words = title.split()
        whole = letters.measure(title, "") <= paid or len(words) > MOST_LINES
        heads.append([title] if whole else words)
        edge += max(paid, *(letters.measure(line, "") for line in heads[-1])) + letters.apart
        columns.append(edge)
    chances = [letters.measure("", chance) for chance in tree.reached.values()]
    edge += max(letters.measure(REACHED, ""), *chances) + letters.apart if chances else 0.0
    return heads, columns, edge


def _step(tree: Tree, begin: Mapping[str, int], letters: Type) -> float:
    """Return how high a row is for no words to meet: in each column what is above and below lines."""
    columns: dict[int, list[tuple[float, float, float]]] = {}
    ends = tree.paid
    for node in tree.nodes:
        spot = tree.places[node.name]
        first, own = begin.get(node.name, spot.level), spot.level
        below = len(node.lines) * letters.line
        for level in range(first, own + 1):
            above = letters.line if level == first and node.name in begin else 0.0
            under = below if level == own else 0.0
            columns.setdefault(level, []).append((spot.row, above + GAP / 2, under + GAP / 2))
        if node.name in ends:
            half = letters.line / 2
            columns.setdefault(-1, []).append((spot.row, half, half))
    step = letters.line
    for column in columns.values():
        column.sort()
        for (row, _, below), (other, above, _) in pairwise(column):
            step = max(step, (below + above + GAP / 2) / (other - row))
    return step
