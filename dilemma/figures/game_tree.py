"""A game tree in a panel: who moves where, what is done in bold, what is believed and what is paid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import Circle

from dilemma.figures.layout import LINE, SMALL, mathematics, size_of, width_of
from dilemma.figures.paper import FORMULA, GREY, INK
from dilemma.games.drawing import Node, Place, Tie, Tree
from dilemma.games.tree.arrangement import REACHED, SIDE, Arranged, Type, arranged

__all__ = ["draw_tree", "tree_size"]

BOLD = 1.13  # how much wider bold letters are
BESIDE = 0.05  # between words and the formula behind them [inches]
RADIUS = 0.045  # of a node [inches]
LIFT = 0.025  # of words above a branch [inches]
THIN, BROAD = 0.9, 2.4  # points; a branch that is taken for sure is as wide as both
OFF_PATH, SET = (0, (3.5, 1.4)), (0, (2.4, 1.4))


def _measure(words: str, formula: str) -> float:
    wide = size_of([words], SMALL)[0] * BOLD if words else 0.0
    return wide + (width_of(formula, SMALL) * BOLD + BESIDE if formula else 0.0)


def _laid(tree: Tree) -> Arranged:
    return arranged(tree, Type(_measure, SMALL * LINE))


def tree_size(tree: Tree) -> Place:
    """Return how large a tree is on a sheet [inches]."""
    return _laid(tree).size


def draw_tree(axes: Axes, size: Place, tree: Tree, colours: Mapping[str, str]) -> None:
    """Draw a tree into a panel whose limits are its size [inches], from its upper left corner."""
    sketch = _Sketch(axes, size[1], _laid(tree), tree, colours)
    for group in tree.sets:
        sketch.set(group)
    for tie in tree.ties:
        sketch.branch(tie)
    for node in tree.nodes:
        sketch.node(node)
    sketch.pays()


@dataclass(frozen=True, slots=True)
class _Sketch:
    axes: Axes
    height: float
    laid: Arranged
    tree: Tree
    colours: Mapping[str, str]

    def at(self, name: str) -> Place:
        """Return where a node is, counted from below."""
        x, y = self.laid.at[name]
        return x, self.height - y

    def colour(self, node: Node) -> str:
        """Return the colour of who moves at a node."""
        return self.colours.get(node.owner, GREY)

    def write(self, at: Place, words: str, **style: Any) -> None:
        """Write plain words."""
        style = {"va": "center", "fontsize": SMALL, "color": INK, "zorder": 6, **style}
        self.axes.text(*at, words, **style)

    def set(self, group: tuple[str, ...]) -> None:
        """Join the nodes of a set by a dashed line."""
        xs, ys = zip(*map(self.at, group), strict=True)
        colour = self.colour(next(n for n in self.tree.nodes if n.name == group[0]))
        ends = [min(ys), max(ys)]
        gid = f"set {'; '.join(group)}"
        self.axes.plot([xs[0]] * 2, ends, color=colour, lw=1.4, ls=SET, zorder=1, gid=gid)

    def branch(self, tie: Tie) -> None:
        """Draw a branch, and write above it what is done."""
        one = next(node for node in self.tree.nodes if node.name == tie.ends[0])
        (x, y), (u, v) = map(self.at, tie.ends)
        begin = self.laid.begins[tie.ends[1]]
        taken = tie.strong and bool(one.owner)
        look: dict[str, Any] = {"color": GREY, "lw": THIN, "zorder": 2}
        if taken:
            look = {"color": self.colour(one), "lw": THIN + BROAD * (tie.weight or 0), "zorder": 3}
        if taken and not one.strong:
            look |= {"ls": OFF_PATH, "alpha": 0.6, "dash_capstyle": "butt"}
        kind = "other" if not taken else "played" if one.strong else "threatened"
        if not one.owner:
            kind = "chance"
        gid = f"{kind} {tie.ends[1]}"
        self.axes.plot([x, begin, u], [y, v, v], gid=gid, solid_joinstyle="round", **look)
        words, lift = " ".join(tie.words), v + LIFT + 0.5 * SMALL * LINE
        style = {"fontweight": "bold"} if taken else {}
        left = begin + SIDE
        if words:
            self.write((left, lift), words, gid=f"action {tie.ends[1]}", **style)
            left += size_of([words], SMALL)[0] * (BOLD if taken else 1.0) + BESIDE
        if tie.formula:
            gid = f"{FORMULA} of {tie.ends[1]}"
            self.write((left, lift), mathematics(tie.formula), gid=gid, **style)

    def node(self, node: Node) -> None:
        """Draw a node or an end; below its branch write who moves there."""
        at = self.at(node.name)
        end = node.name in self.tree.paid
        colour = INK if end else self.colour(node)
        filled = node.strong if end else bool(node.owner)
        look = {"facecolor": colour if filled else "white", "edgecolor": colour}
        kind = "reached" if node.strong else "unreached"
        kind = f"{kind} end" if end else kind
        gid = f"{kind} {node.name}"
        self.axes.add_patch(
            Circle(at, RADIUS * 0.8 if end else RADIUS, lw=1.1, zorder=5, gid=gid, **look)
        )
        for k, line in enumerate(node.lines):
            place = self.laid.writes[node.name], at[1] - LIFT - (k + 0.5) * SMALL * LINE
            style = {"color": colour, "fontweight": "normal" if k else "bold", "ha": "right"}
            self.write(place, line, gid=f"mover {node.name}", **style)

    def pays(self) -> None:
        """Write what every end pays below the names of the players."""
        deep = max(map(len, self.laid.heads))
        own = zip(self.laid.columns, self.tree.players, self.laid.heads, strict=True)
        for x, name, lines in own:
            style = {"color": self.colours.get(name, INK), "fontweight": "bold", "ha": "right"}
            for k, line in enumerate(lines, deep - len(lines)):
                self.write((x, self._head(k)), line, gid=f"paid {name}", **style)
        if self.tree.reached:
            self.write((self.laid.reached, self._head(deep - 1)), REACHED, color=GREY, ha="right")
        ends = {node.name: node.strong for node in self.tree.nodes}
        for end, paid in self.tree.paid.items():
            y = self.at(end)[1]
            weight = "bold" if ends[end] else "normal"
            for x, name, pay in zip(self.laid.columns, self.tree.players, paid, strict=True):
                style = {"color": self.colours.get(name, INK), "fontweight": weight, "ha": "right"}
                self.write((x, y), mathematics(pay), gid=f"{FORMULA} {name}: {end}", **style)
            if end in self.tree.reached:
                at = self.laid.reached, y
                chance = mathematics(self.tree.reached[end])
                self.write(at, chance, ha="right", fontweight="bold", gid=f"chance {end}")

    def _head(self, line: int) -> float:
        """Return the middle of a line above the columns."""
        return self.height - (line + 0.5) * SMALL * LINE
