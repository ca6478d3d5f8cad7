"""Equilibria as diagrams: networks, states with what leads from one to another, and game trees."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyBboxPatch, Polygon
from numpy.typing import NDArray

from dilemma.errors import UnsupportedError
from dilemma.figures.game_tree import draw_tree, tree_size
from dilemma.figures.layout import (
    BODY,
    LEADING,
    LINE,
    SMALL,
    TINY,
    Ground,
    lines_of,
    size_of,
    tall,
)
from dilemma.figures.paper import (
    EDGE,
    FAINT,
    GREY,
    INK,
    Frame,
    Paper,
    Part,
    backing,
    heading,
    notes,
    sheet,
    styled,
)
from dilemma.games.drawing import Drawing, Node, Tie, Tree
from dilemma.output.player_colours import player_colours
from dilemma.study.diagrams import Diagrams

__all__ = ["diagram"]

PANEL = 5.4  # width of a panel [inches]
DOT = 0.09  # radius of a node that is no box [inches]
PAD = 0.07  # between a box and what is written in it [inches]
LOOP = 0.62  # above or below a box, for what leads back to it [inches]
APART = 1.0  # between boxes one below the other [inches]
ABOVE = 0.25  # around a panel's titles [inches]
WIDEST, TALLEST = 17.0, 150.0  # a sheet of several columns, and any [inches]
SYMBOLS = "symbols"  # the panel of no era
GAP = 0.35  # between panels [inches]
REACHED = "#FFF3C4"
Place = tuple[float, float]
Size = tuple[float, float]
Points = NDArray[np.float64]


@styled
def diagram(found: Diagrams) -> Figure:
    """Draw every equilibrium at each era's centre, an era a column.

    Examples
    --------
    >>> import dilemma
    >>> from dilemma.study.diagrams import diagrams
    >>> figure = diagram(diagrams(dilemma.load("repeated"), "cold_war"))
    >>> [axes.get_label() for axes in figure.axes][:2]
    ['cold_war 1', 'cold_war 2']
    """
    model, every = found.model, [d for drawings in found.drawn.values() for d in drawings]
    sizes = [_size(drawing) for drawing in every] or [(PANEL, 1.0)]
    size = max(width for width, _ in sizes), max(height for _, height in sizes)
    columns = len(found.drawn) if len(found.drawn) * (size[0] + GAP) <= WIDEST else 1
    titles = [_title(found, era, drawing, size[0]) for era, drawing in _panels(found, columns)]
    above = max(map(len, titles)) * SMALL * LINE + ABOVE
    frame = Frame(EDGE, size, len(titles), columns, (GAP, above), above)
    if frame.height > TALLEST:
        raise UnsupportedError(
            f"{model.name}: {len(every)} diagrams would be {frame.height:.0f} inches high: draw one "
            "equilibrium alone (which=..., or --select)"
        )
    told = list(dict.fromkeys(drawing.says for drawing in every)) or ["No equilibrium."]
    told += [doubt for era in found.complete if (doubt := found.doubt(era))]
    feet = lines_of(" ".join(told), frame.span, TINY)
    return sheet(
        2 * EDGE + frame.span,
        heading(model.title, [], 0.05),
        Part(frame.height + 0.12, partial(_drawn, found, frame, titles)),
        notes(feet),
    )


def _panels(found: Diagrams, columns: int) -> list[tuple[str, Drawing | None]]:
    """Return what each panel is of, in reading order; an era a column where there is room."""
    own: dict[str, list[Drawing | None]]
    own = {era: [*drawings] or [None] for era, drawings in found.drawn.items()}
    if columns == 1:
        return [(era, drawing) for era, drawings in own.items() for drawing in drawings]
    return [
        (era, drawings[row] if row < len(drawings) else None)
        for row in range(max(map(len, own.values())))
        for era, drawings in own.items()
    ]


def _title(found: Diagrams, era: str, drawing: Drawing | None, width: float) -> list[str]:
    """Return the lines above a panel; there are none where an era has nothing more."""
    if drawing is None:
        told = "" if found.drawn[era] else f"{found.title(era)}: no equilibrium"
    elif era:
        told = f"{found.title(era)}: {drawing.title}"
    else:
        told = found.title(era)
    return lines_of(told, width, SMALL)


def _drawn(
    found: Diagrams, frame: Frame, titles: Sequence[Sequence[str]], paper: Paper, top: float
) -> None:
    counts = dict.fromkeys(found.drawn, 0)
    for place, (era, drawing) in enumerate(_panels(found, frame.columns)):
        x, y = frame.place(place, top)
        said = titles[place]
        if said:
            paper.write(x, y - 0.08 - tall(said, SMALL), said, fontsize=SMALL, fontweight="bold")
        if drawing is None:
            continue
        counts[era] += 1
        axes = paper.axes(x, y, *frame.size, f"{era or SYMBOLS} {counts[era]}")
        axes.set(xlim=(0, frame.size[0]), ylim=(0, frame.size[1]))
        axes.set_axis_off()
        colours = player_colours(found.model.players)
        if isinstance(drawing, Tree):
            draw_tree(axes, frame.size, drawing, colours)
        else:
            _draw(axes, frame.size, drawing, colours)


def _size(drawing: Drawing) -> Size:
    """Return how large a diagram's panel is."""
    if isinstance(drawing, Tree):
        width, height = tree_size(drawing)
        return max(width, PANEL), height
    return PANEL, _height(drawing)


def _height(drawing: Drawing) -> float:
    """Return how high a diagram's panel is."""
    if not drawing.directed:
        return 3.3
    rows = len({round(node.at[1], 6) for node in drawing.nodes})
    box = max(_box(node)[1] for node in drawing.nodes)
    return LOOP + rows * box + (rows - 1) * APART + (LOOP if rows > 1 else 0.1)


def _box(node: Node) -> Size:
    """Return how large a node's box is."""
    name = size_of([node.lines[0]], BODY)
    width = max(name[0] * 1.12, *(size_of([line], SMALL)[0] for line in node.lines[1:]), 0.6)
    return width + 2 * PAD, name[1] + tall(node.lines[1:], SMALL) + 2 * PAD


def _draw(axes: Axes, size: Size, drawing: Drawing, colours: Mapping[str, str]) -> None:
    """Draw what stands there first, then what joins it, then words where there is room."""
    boxes = {node.name: _box(node) for node in drawing.nodes}
    at = _places(drawing, size, boxes)
    ground = Ground.of(axes, size)
    for node in drawing.nodes:
        if drawing.directed:
            _boxed(axes, ground, node, at[node.name], boxes[node.name])
        else:
            _dotted(axes, ground, node, at[node.name], size, colours.get(node.name, INK))
    if drawing.start:
        x, y = at[drawing.start]
        left = x - boxes[drawing.start][0] / 2 - 0.06
        corners = [(left - 0.14, y + 0.09), (left, y), (left - 0.14, y - 0.09)]
        axes.add_patch(Polygon(corners, facecolor=INK, gid="start"))
    courses = [(tie, _course(tie, drawing, at, boxes)) for tie in drawing.ties]
    for tie, course in courses:
        _joined(axes, tie, course, colours, directed=drawing.directed)
        ground.line([(float(x), float(y)) for x, y in course])
    for tie, course in sorted(courses, key=lambda told: not told[0].strong):
        if tie.words:
            _worded(ground, tie, course, colours, directed=drawing.directed)


def _places(drawing: Drawing, size: Size, boxes: Mapping[str, Size]) -> dict[str, Place]:
    """Return the middles of nodes [inches], counted from below."""
    width, height = size
    if drawing.directed:
        wide, high = (max(side) for side in zip(*boxes.values(), strict=True))
        rows = len({round(node.at[1], 6) for node in drawing.nodes})
        left, right, top = wide / 2 + 0.25, width - wide / 2 - 0.05, LOOP + high / 2
        span = (right - left, (rows - 1) * (high + APART))
    else:
        left, top = 0.95, 0.55
        span = (width - 2 * left, height - 2 * top)
    return {
        node.name: (
            left + node.at[0] * span[0],
            height - top - node.at[1] * span[1] * (span[1] > 0),
        )
        for node in drawing.nodes
    }


def _boxed(axes: Axes, ground: Ground, node: Node, at: Place, box: Size) -> None:
    """Draw a state: its name, and what it is worth."""
    (x, y), (width, height) = at, box
    look: dict[str, Any] = {"facecolor": REACHED if node.strong else "white", "edgecolor": INK}
    axes.add_patch(
        FancyBboxPatch(
            (x - width / 2, y - height / 2), width, height, boxstyle="round,pad=0,rounding_size=0.06",
            lw=1.8 if node.strong else 0.9, zorder=4, gid=f"{'reached' if node.strong else 'state'} {node.name}", **look,
        )
    )  # fmt: skip
    ground.box(x - width / 2, x + width / 2, y - height / 2, y + height / 2)
    top = y + height / 2 - PAD
    axes.text(
        x, top, node.lines[0], ha="center", va="top", fontsize=BODY, fontweight="bold", zorder=5
    )
    below = _minus("\n".join(node.lines[1:]))
    top -= BODY * LINE
    axes.text(x, top, below, ha="center", va="top", fontsize=SMALL, linespacing=LEADING, zorder=5)


def _dotted(axes: Axes, ground: Ground, node: Node, at: Place, size: Size, colour: str) -> None:
    """Draw a player, with its name and what it is paid above or below."""
    x, y = at
    look = {
        "facecolor": colour if node.strong else "white",
        "edgecolor": colour,
    }
    axes.add_patch(
        Circle(
            at,
            DOT * (1.3 if node.strong else 1),
            lw=1.8,
            zorder=5,
            gid=f"player {node.name}",
            **look,
        )
    )
    ground.mark(x, y, DOT * 1.4)
    above = y > size[1] / 2 + 0.1
    wide, high = size_of(node.lines, SMALL)
    edge = y + 0.16 if above else y - 0.16 - high
    ground.box(x - wide * 0.56, x + wide * 0.56, edge, edge + high)
    style: dict[str, Any] = {
        "ha": "center",
        "va": "top",
        "fontsize": SMALL,
        "bbox": backing(),
        "zorder": 6,
    }
    axes.text(x, edge + high, node.lines[0], fontweight="bold", **style)
    axes.text(x, edge + high - SMALL * LINE, _minus("\n".join(node.lines[1:])), color=GREY, **style)


def _minus(words: str) -> str:
    """Write numbers with a minus sign that is none of a hyphen's."""
    return re.sub(r"(?<!\w)-(?=\d)", "\N{MINUS SIGN}", words)


def _course(
    tie: Tie, drawing: Drawing, at: Mapping[str, Place], boxes: Mapping[str, Size]
) -> Points:
    """Return the points along what joins two."""
    one, other = tie.ends
    (x, y), (u, v) = at[one], at[other]
    if one == other:
        lowest = min(place[1] for place in at.values())
        side = -1 if y == lowest < max(place[1] for place in at.values()) else 1
        edge = y + side * boxes[one][1] / 2
        return _bezier(
            (x - 0.16, edge),
            (x - 0.4, edge + side * 0.5),
            (x + 0.4, edge + side * 0.5),
            (x + 0.16, edge),
        )
    if not drawing.directed:
        hub = next((at[n.name] for n in drawing.nodes if n.strong), None)
        through = hub is not None and np.hypot((x + u) / 2 - hub[0], (y + v) / 2 - hub[1]) < 0.4
        return _bowed((x, y), (u, v), 0.78 * (1 if u > x else -1) if through else 0.0)
    back = any(t.ends == (other, one) for t in drawing.ties)
    bow = _bowed((x, y), (u, v), -0.22 if back else -0.08)
    free = [
        not _inside(p, (x, y), boxes[one]) and not _inside(p, (u, v), boxes[other], 0.04)
        for p in bow
    ]
    return bow[free]


def _inside(point: Any, at: Place, box: Size, gap: float = 0.0) -> bool:
    near = (abs(point[k] - at[k]) <= box[k] / 2 + gap for k in (0, 1))
    return all(near)


def _bowed(begin: Place, end: Place, bow: float) -> Points:
    """Return a curve that passes so far to the left of the middle between two [inches]."""
    (x, y), (u, v) = begin, end
    long = float(np.hypot(u - x, v - y)) or 1.0
    middle = ((x + u) / 2 - 2 * bow * (v - y) / long, (y + v) / 2 + 2 * bow * (u - x) / long)
    third = [((a + 2 * m) / 3) for a, m in zip(begin, middle, strict=True)]
    last = [((a + 2 * m) / 3) for a, m in zip(end, middle, strict=True)]
    return _bezier(begin, (third[0], third[1]), (last[0], last[1]), end)


def _bezier(a: Place, b: Place, c: Place, d: Place) -> Points:
    t = np.linspace(0, 1, 161)[:, None]
    told = (1 - t) ** 3 * np.array(a) + 3 * (1 - t) ** 2 * t * np.array(b)
    return np.asarray(told + 3 * (1 - t) * t**2 * np.array(c) + t**3 * np.array(d))


def _joined(
    axes: Axes, tie: Tie, course: Points, colours: Mapping[str, str], *, directed: bool
) -> None:
    """Draw what joins two."""
    name = f"{'strong' if tie.strong else 'faint'} {' '.join(tie.ends)}"
    if tie.weight is not None:
        look: dict[str, Any] = {
            "color": colours.get(tie.ends[0], INK),
            "alpha": 0.5,
            "lw": 1 + 6 * tie.weight,
            "zorder": 2,
        }
        name = f"weight {' '.join(tie.ends)}"
    elif tie.strong:
        look = {"color": INK, "lw": 2.2, "zorder": 3}
    else:
        look = {"color": FAINT, "lw": 0.9, "ls": "-" if directed else ":", "zorder": 2}
    if not directed:
        axes.plot(*course.T, gid=name, solid_capstyle="round", **look)
        return
    axes.plot(*course[:-4].T, gid=name, **look)
    (x, y), (u, v) = course[-8], course[-1]
    long = float(np.hypot(u - x, v - y)) or 1.0
    dx, dy = (u - x) / long * 0.13, (v - y) / long * 0.13
    corners = [(u, v), (u - dx - dy / 2, v - dy + dx / 2), (u - dx + dy / 2, v - dy - dx / 2)]
    axes.add_patch(Polygon(corners, facecolor=look["color"], zorder=look["zorder"]))


def _worded(
    ground: Ground, tie: Tie, course: Points, colours: Mapping[str, str], *, directed: bool
) -> None:
    """Write what belongs to a line beside it; where there is no room, on its middle."""
    style: dict[str, Any] = {"gid": f"words {' '.join(tie.ends)}"}
    own = colours.get(tie.ends[0], INK)
    style["color"] = own if tie.weight is not None else INK if tie.strong else GREY
    if tie.strong and directed:
        style["fontweight"] = "bold"
    inner = course[24:-24] if len(course) > 60 else course
    spots = [(float(x), float(y)) for x, y in inner[::4]]
    words = list(map(_minus, tie.words))
    if ground.beside(spots, words, SMALL, **style) is None:
        x, y = course[len(course) // 2]
        text = "\n".join(words)
        ground.axes.text(
            x, y, text, ha="center", va="center", fontsize=SMALL, bbox=backing(), **style
        )
