r"""A game tree as TikZ: plain text for a LaTeX document that loads the package, and needs no library of it.

The layout is the figure's (``games/tree/arrangement``), with letters as wide as they are at most, so
that nothing meets whatever font the document has.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dilemma.games.drawing import Node, Tie, Tree
from dilemma.games.tree.arrangement import REACHED, SIDE, Arranged, Type, arranged
from dilemma.output.cleaning import latex_escape
from dilemma.output.formulas import inline, of_formula, width
from dilemma.output.player_colours import player_colours

__all__ = ["picture"]

SCALE = 0.8  # \footnotesize to the ten points in which letters are measured
LINE = 0.14  # inches
OPTIONS = r"x=1in, y=-1in, font=\footnotesize, inner sep=0pt, line cap=round, line join=round"
DASHED, SET = "dash pattern=on 3.5pt off 2pt, opacity=.6", "dash pattern=on 2pt off 1.5pt"


def _measure(words: str, formula: str) -> float:
    wide = sum(piece.width for piece in of_formula(formula)) if formula else 0.0
    return SCALE * (width(words) * 1.05 + wide + (4 if words and formula else 0)) / 72


def picture(tree: Tree, title: str, doubt: str = "") -> str:
    r"""Return a ``tikzpicture`` of a tree, with its title above and what it means below.

    Parameters
    ----------
    title, doubt : str
        What stands above, and what is not known; what LaTeX would take for a command is escaped.
    """
    sketch = _Sketch(tree, arranged(tree, Type(_measure, LINE)))
    wide = sketch.number(sketch.laid.size[0])
    below = f"{tree.says} {doubt}".strip()
    style = f"text width={wide}in, align=left"
    foot = sketch.place(0, sketch.laid.size[1] + LINE)
    lines = [
        rf"\begin{{tikzpicture}}[{OPTIONS}]",
        *sketch.colours(),
        rf"\node[anchor=south west, {style}] at (0, 0) {{\textbf{{{latex_escape(title)}}}}};",
        *(line for group in tree.sets for line in sketch.set(group)),
        *(line for tie in tree.ties for line in sketch.branch(tie)),
        *(line for node in tree.nodes for line in sketch.node(node)),
        *sketch.pays(),
        rf"\node[anchor=north west, {style}] at {foot} {{{latex_escape(below)}}};",
        r"\end{tikzpicture}",
    ]
    return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class _Sketch:
    tree: Tree
    laid: Arranged

    @staticmethod
    def number(value: float) -> str:
        """Write a length with as many digits as print has."""
        return f"{value:.3f}".rstrip("0").rstrip(".")

    def place(self, x: float, y: float) -> str:
        """Write a place."""
        return f"({self.number(x)}, {self.number(y)})"

    def colours(self) -> Iterator[str]:
        """Define a colour for each player, by its position."""
        own = player_colours({name: _Titled(title) for name, title in self.tree.players.items()})
        for k, colour in enumerate(own.values(), 1):
            yield rf"\definecolor{{player{k}}}{{HTML}}{{{colour.removeprefix('#')}}}"

    def colour(self, player: str) -> str:
        """Return the name of a player's colour."""
        known = list(self.tree.players)
        return f"player{known.index(player) + 1}" if player in known else "gray"

    def write(self, at: str, options: str, words: str) -> str:
        """Write words at a place."""
        return rf"\node[{options}] at {at} {{{words}}};"

    def set(self, group: tuple[str, ...]) -> Iterator[str]:
        """Join the nodes of a set by a dashed line."""
        xs, ys = zip(*(self.laid.at[name] for name in group), strict=True)
        owner = next(node.owner for node in self.tree.nodes if node.name == group[0])
        ends = f"{self.place(xs[0], min(ys))} -- {self.place(xs[0], max(ys))}"
        yield rf"\draw[{self.colour(owner)}, thick, {SET}] {ends};"

    def branch(self, tie: Tie) -> Iterator[str]:
        """Draw a branch, and write above it what is done."""
        one = next(node for node in self.tree.nodes if node.name == tie.ends[0])
        (x, y), (u, v) = (self.laid.at[name] for name in tie.ends)
        begin = self.laid.begins[tie.ends[1]]
        taken = tie.strong and bool(one.owner)
        look = "gray, line width=.5pt"
        if taken:
            look = f"{self.colour(one.owner)}, line width={0.5 + 1.7 * (tie.weight or 0):.2f}pt"
            look += "" if one.strong else f", {DASHED}"
        course = " -- ".join((self.place(x, y), self.place(begin, v), self.place(u, v)))
        yield rf"\draw[{look}] {course};"
        words = latex_escape(" ".join(tie.words))
        words = rf"\textbf{{{words}}}" if taken and words else words
        formula = _formula(tie.formula, bold=taken) if tie.formula else ""
        told = " ".join(filter(None, (words, formula)))
        if told:
            yield self.write(self.place(begin + SIDE, v - 0.03), "anchor=base west", told)

    def node(self, node: Node) -> Iterator[str]:
        """Draw a node or an end; below its branch write who moves there."""
        x, y = self.laid.at[node.name]
        end = node.name in self.tree.paid
        colour = "black" if end else self.colour(node.owner)
        filled = node.strong if end else bool(node.owner)
        look = f"draw={colour}, fill={colour if filled else 'white'}"
        yield rf"\draw[{look}] {self.place(x, y)} circle[radius={1.3 if end else 1.8}pt];"
        for k, line in enumerate(node.lines):
            told = latex_escape(line)
            at = self.place(self.laid.writes[node.name], y + 0.03 + (k + 0.75) * LINE)
            words = told if k else rf"\textbf{{{told}}}"
            yield self.write(at, f"anchor=base east, text={colour}", words)

    def pays(self) -> Iterator[str]:
        """Write what every end pays below the names of the players."""
        deep = max(map(len, self.laid.heads))
        own = zip(self.laid.columns, self.tree.players, self.laid.heads, strict=True)
        for x, name, lines in own:
            options = f"anchor=base east, text={self.colour(name)}"
            for k, line in enumerate(lines, deep - len(lines)):
                told = rf"\textbf{{{latex_escape(line)}}}"
                yield self.write(self.place(x, (k + 0.8) * LINE), options, told)
        if self.tree.reached:
            at = self.place(self.laid.reached, (deep - 0.2) * LINE)
            yield self.write(at, "anchor=base east", REACHED)
        reached = {node.name for node in self.tree.nodes if node.strong}
        for end, paid in self.tree.paid.items():
            y = self.laid.at[end][1] + 0.04
            for x, name, pay in zip(self.laid.columns, self.tree.players, paid, strict=True):
                told = _formula(pay, bold=end in reached)
                options = f"anchor=base east, text={self.colour(name)}"
                yield self.write(self.place(x, y), options, told)
            if end in self.tree.reached:
                told = _formula(self.tree.reached[end], bold=True)
                yield self.write(self.place(self.laid.reached, y), "anchor=base east", told)


def _formula(formula: str, *, bold: bool) -> str:
    """Set a formula; the braces keep what bold letters leave behind them out of TikZ's path."""
    told = inline(formula)
    return rf"{{\boldmath {told}}}" if bold else told


@dataclass(frozen=True, slots=True)
class _Titled:
    title: str
