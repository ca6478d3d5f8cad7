"""Results as matplotlib figures: no solving, no pyplot, no global style."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, PathPatch, Rectangle
from matplotlib.path import Path

from dilemma.figures.layout import LEADING, Caption, captions, entry, note, says, shares, size_of
from dilemma.figures.paper import BODY, FAINT, GREY, INK, LINE, SMALL, STYLE, TINY, literal
from dilemma.study.region_map import Label, Panel, RegionMap

__all__ = ["region_map"]

PANEL = (4.4, 3.7)  # width and height of a panel [inches]
HANDLE = 0.7  # what a legend's entry takes besides its words [inches]
GAP, EDGE = 0.5, 0.25  # between panels, and right of the last [inches]
# Light, and at least 7 apart in CIE Lab for normal, deutan, protan and tritan eyes (the six that a
# 2x2 game mostly needs: 10); where words find no room, hatches tell as well.
TINTS = ("#F4CDB0", "#E1F9D4", "#CBD2FC", "#CCECFD", "#A7DEE5", "#E4CED0", "#F6E5DB", "#F7F1F1")
HATCHES = ("////", "....", "xxxx", "\\\\\\\\", "++++", "----")


@literal
def region_map(found: RegionMap) -> Figure:
    """Draw a map of regions: a panel for each era, all of one scale.

    Borders are the exact root curves, drawn where the equilibria change.  A region has one colour
    in every panel, and its equilibria written in it; where there is no room, a hatch and a line
    in the legend.
    """
    with mpl.rc_context(STYLE):
        told = [captions(found, panel, PANEL) for panel in found.panels]
        wordless = {label for _, without in told for label in without}
        looks = _looks(found, wordless)
        figure, every = _sheet(found, _key(found, looks))
        for panel, axes, (words, without) in zip(found.panels, every, told, strict=True):
            here = {
                label: look if label in without else _Look(look.colour, None)
                for label, look in looks.items()
            }
            _regions(axes, panel, here)
            _borders(axes, panel)
            _era(axes, panel)
            for caption in words:
                _write(axes, caption, here[caption.label])
        return figure


# --- one panel ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Look:
    colour: str
    hatch: str | None


def _looks(found: RegionMap, wordless: set[Label]) -> dict[Label, _Look]:
    """Give each region a tint of its own, the same in every map of the game where possible."""
    spare, hatches = list(range(len(TINTS))), cycle(HATCHES)
    looks = {}
    for label in sorted(found.labels, key=lambda label: (len(label), label)):
        first = found.pure.index(label[0]) if label and label[0] in found.pure else -1
        wanted = (first if len(label) == 1 else first + len(found.pure) + 1) % len(TINTS)
        tint = wanted if wanted in spare or not spare else spare[0]
        hatch = next(hatches) if label in wordless or not spare else None
        spare = [one for one in spare if one != tint]
        looks[label] = _Look(TINTS[tint], hatch)
    return looks


def _regions(axes: Axes, panel: Panel, looks: dict[Label, _Look]) -> None:
    """Fill each region as one path, so that no seams show between its cells."""
    outlines: dict[Label, list[Path]] = {}
    for slab, own in zip(panel.decomposition.slabs, panel.labels, strict=True):
        for cell, label in zip(slab.cells, own, strict=True):
            x = slab.abscissas(2 if cell.lower.straight and cell.upper.straight else 200)
            below, above = cell.lower(x), cell.upper(x)
            around = [*x, *x[::-1], x[0]], [*below, *above[::-1], below[0]]
            outlines.setdefault(label, []).append(Path(np.column_stack(around), closed=True))
    for label, paths in outlines.items():
        look = looks[label]
        path = Path.make_compound_path(*paths)
        patch = PathPatch(
            path, facecolor=look.colour, edgecolor=FAINT, linewidth=0, hatch=look.hatch
        )
        patch.set_gid("region")
        axes.add_artist(patch)  # add_patch would measure it point by point


def _borders(axes: Axes, panel: Panel) -> None:
    for _, points in panel.decomposition.borders(panel.labels):
        (line,) = axes.plot(*points.T, color=INK, linewidth=1.0, solid_capstyle="round")
        line.set_gid("border")


def _era(axes: Axes, panel: Panel) -> None:
    """Draw the era's box, a line or a point where it has no width, and its centre."""
    (x0, x1), (y0, y1) = ((float(low), float(high)) for low, high in panel.box)
    box = Rectangle((x0, y0), x1 - x0, y1 - y0, fill=False, edgecolor=INK, linewidth=2.2, zorder=4)
    if axes.viewLim.contains(x0, y0) and axes.viewLim.contains(x1, y1):
        box.set_clip_on(False)  # an outline on the panel's edge keeps its full width
    box.set_gid("box")
    axes.add_patch(box)
    x, y = map(float, panel.centre)
    (mark,) = axes.plot(x, y, "o", ms=7, mfc="white", mec=INK, mew=2, zorder=5, clip_on=False)
    mark.set_gid("centre")


def _write(axes: Axes, caption: Caption, look: _Look) -> None:
    ground = {"facecolor": look.colour, "edgecolor": "none", "pad": 1.5} if look.hatch else None
    words = "\n".join(caption.lines)
    text = axes.text(
        *caption.at, words, fontsize=caption.points, ha="center", va="center", bbox=ground,
        linespacing=LEADING, zorder=3,
    )  # fmt: skip
    text.set_gid("label")


def _key(found: RegionMap, looks: dict[Label, _Look]) -> list[Artist]:
    """Return the legend: the era's marks, and the regions that have no words somewhere."""
    marks: list[Artist] = [
        Patch(fill=False, edgecolor=INK, linewidth=2.2, label="the era's range"),
        Line2D([], [], ls="", marker="o", ms=7.5, mfc="white", mec=INK, mew=2, label="its centre"),
    ]
    return marks + [
        Patch(
            facecolor=look.colour, edgecolor=FAINT, linewidth=0.5, hatch=look.hatch,
            label=entry(found, label, PANEL[0] - HANDLE, SMALL),
        )
        for label, look in looks.items()
        if look.hatch
    ]  # fmt: skip


# --- the sheet, measured out in inches ----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where things stand [inches], heights from the bottom, and the words around the panels."""

    columns: int
    rows: int
    left: float
    notes: float
    legend: float
    below: float
    above: float
    heads: list[list[str]]
    across: str
    up: str
    feet: str
    beside: int

    @property
    def span(self) -> float:
        return self.columns * PANEL[0] + (self.columns - 1) * GAP

    @property
    def tall(self) -> float:
        return self.rows * (PANEL[1] + self.above) + (self.rows - 1) * GAP

    @property
    def size(self) -> tuple[float, float]:
        return self.left + self.span + EDGE, self.below + self.tall

    def panel(self, k: int) -> tuple[float, float, float, float]:
        """Return the k-th panel's left, bottom, width and height as shares of the figure."""
        row, column = divmod(k, self.columns)
        width, height = self.size
        x = self.left + column * (PANEL[0] + GAP)
        y = height - (row + 1) * (self.above + PANEL[1]) - row * GAP
        return x / width, y / height, PANEL[0] / width, PANEL[1] / height


def _measure(found: RegionMap, key: Sequence[Artist]) -> _Layout:
    count = len(found.panels)
    columns = count if count <= 3 else 2 if count == 4 else 3
    rows = -(-count // columns)
    span = columns * PANEL[0] + (columns - 1) * GAP
    heads = [shares(found, panel, PANEL[0], SMALL) for panel in found.panels]
    across, up = says(found.x, span, BODY), says(found.y, rows * PANEL[1], BODY)
    feet = note(found, span, TINY)
    entries = [str(artist.get_label()).split("\n") for artist in key]
    beside = max(1, int(span / (HANDLE + max(size_of(lines, SMALL)[0] for lines in entries))))
    deep = -(-len(entries) // beside)
    lines = [max(len(one) for one in entries[row::deep]) for row in range(deep)]
    notes = 0.1 + len(feet) * TINY * LINE
    legend = notes + 0.15 + sum(0.06 + n * SMALL * LINE for n in lines)
    return _Layout(
        columns=columns,
        rows=rows,
        left=0.75 + len(up) * BODY * LINE,
        notes=notes,
        legend=legend,
        below=legend + 0.47 + len(across) * BODY * LINE,
        above=0.44 + max(map(len, heads)) * SMALL * LINE,
        heads=heads,
        across="\n".join(across),
        up="\n".join(up),
        feet="\n".join(feet),
        beside=beside,
    )


def _sheet(found: RegionMap, key: Sequence[Artist]) -> tuple[Figure, list[Axes]]:
    """Return a figure with titles, labels, legend and notes, and its empty panels."""
    layout, count = _measure(found, key), len(found.panels)
    figure = Figure(figsize=layout.size)
    FigureCanvasAgg(figure)
    panels = []
    for k, panel in enumerate(found.panels):
        axes = figure.add_axes(layout.panel(k), label=panel.era)
        axes.set(xlim=map(float, found.x.ends), ylim=map(float, found.y.ends))
        axes.tick_params(labelleft=k % layout.columns == 0, labelbottom=k + layout.columns >= count)
        _head(axes, panel.title, layout.heads[k], max(map(len, layout.heads)))
        panels.append(axes)
    _around(figure, layout)
    width, height = layout.size
    figure.legend(
        handles=list(key), loc="upper left", ncols=layout.beside, fontsize=SMALL, borderpad=0,
        bbox_to_anchor=(layout.left / width, layout.legend / height), borderaxespad=0,
        handlelength=1.9, handleheight=1.1,
    )  # fmt: skip
    return figure, panels


def _around(figure: Figure, layout: _Layout) -> None:
    """Write what the axes mean, and the note."""
    width, height = layout.size
    x, y = layout.left + layout.span / 2, layout.below + (layout.tall - layout.above) / 2
    style: dict[str, Any] = {"linespacing": LEADING, "multialignment": "center"}
    foot = (x / width, (layout.legend + 0.13) / height)
    figure.text(*foot, layout.across, ha="center", va="bottom", gid="x", **style)
    side = (0.1 / width, y / height)
    figure.text(*side, layout.up, ha="left", va="center", rotation=90, gid="y", **style)
    corner = (layout.left / width, layout.notes / height)
    figure.text(*corner, layout.feet, fontsize=TINY, color=GREY, va="top", linespacing=LEADING)


def _head(axes: Axes, title: str, shares: list[str], most: int) -> None:
    """Write an era's title and, under it, what of its box lies in which region."""
    style: dict[str, Any] = {"xycoords": "axes fraction", "textcoords": "offset points"}
    up = 7 + most * SMALL * LEADING  # as high as in the panel with most to say
    words = "\n".join(shares)
    axes.annotate(
        words, (0, 1), (0, up), fontsize=SMALL, color=GREY, va="top", linespacing=LEADING, **style
    )
    axes.annotate(title, (0, 1), (0, up + 6), fontsize=11, fontweight="bold", **style)
