"""A grid of panels, a column for each era, with what its axes mean, a key, and a note below."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from dilemma.figures.captions import typeset
from dilemma.figures.paper import EDGE, Paper, lines_of, paper, tall, wide
from dilemma.figures.style import BODY, LINE, SMALL, TINY

__all__ = ["Grid", "Row", "grid"]

GAP, BAND = 0.4, 0.26  # between columns and between rows of panels [inches]
TICKS = 0.48  # room for the numbers beside an axis [inches]
BELOW = 0.3  # and below it
HANDLE = 0.62  # what an entry of the key takes besides its words [inches]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of panels: its name, what its axis says, and between which numbers it goes."""

    name: str
    says: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Grid:
    """Panels by column and row, all of one size [inches]."""

    sheet: Paper
    panels: Mapping[tuple[str, str], Axes]
    size: tuple[float, float]


def grid(
    rows: Sequence[Row],
    columns: Mapping[str, str],
    *,
    across: str,
    ends: tuple[float, float],
    key: Sequence[Artist],
    note: str,
    size: tuple[float, float],
) -> Grid:
    """Lay out a sheet with empty panels.

    Parameters
    ----------
    columns : mapping of era to title
    across : str
        What the horizontal axis says.
    ends : tuple of float
        Between which numbers it goes.
    key : sequence of artists
        Each with a label.
    size : tuple of float
        A panel's width and height [inches].
    """
    width, height = size
    span = len(columns) * width + (len(columns) - 1) * GAP
    sides = [lines_of(row.says, height, SMALL) for row in rows]
    left = EDGE + max(tall(side, SMALL) for side in sides) + TICKS
    down = lines_of(across, span, BODY)
    feet = lines_of(note, left - EDGE + span, TINY)
    per_line, lines = _key(key, left - EDGE + span)
    head = 11 * LINE + 0.1
    panels_end = EDGE + head + len(rows) * height + (len(rows) - 1) * BAND
    key_top = panels_end + BELOW + tall(down, BODY) + 0.12
    key_tall = lines * (SMALL * LINE + 0.06)
    sheet = paper(
        left + span + EDGE, key_top + key_tall + (0.12 if lines else 0) + tall(feet, TINY) + EDGE
    )
    panels = {}
    for k, (era, title) in enumerate(columns.items()):
        x = left + k * (width + GAP)
        sheet.write(x, EDGE + 11 / 72, [title], fontsize=11, fontweight="bold", va="baseline")
        for i, row in enumerate(rows):
            y = EDGE + head + i * (height + BAND)
            axes = sheet.axes(x, y, width, height, f"{era} {row.name}")
            axes.set(xlim=ends, ylim=(row.low, row.high))
            axes.locator_params(nbins=5)
            axes.tick_params(labelleft=k == 0, labelbottom=i == len(rows) - 1)
            panels[era, row.name] = axes
    for i, (row, side) in enumerate(zip(rows, sides, strict=True)):
        _side(sheet, row, side, EDGE + head + i * (height + BAND) + height / 2)
    style = {"ha": "center", "multialignment": "center", "gid": "x"}
    sheet.write(left + span / 2, panels_end + BELOW, _lettered(down), **style)
    if key:
        sheet.figure.legend(
            handles=list(key), loc="upper left", ncols=per_line, fontsize=SMALL, borderpad=0,
            bbox_to_anchor=(EDGE / sheet.width, 1 - key_top / sheet.height), borderaxespad=0,
            handlelength=1.9, handleheight=1.1, columnspacing=1.4, labelspacing=0.4,
        )  # fmt: skip
    sheet.feet(EDGE, list(map(typeset, feet)))
    return Grid(sheet, panels, size)


def _side(sheet: Paper, row: Row, lines: Sequence[str], middle: float) -> None:
    """Write what a row's axis says, upright."""
    sheet.write(
        EDGE, middle, _lettered(lines), fontsize=SMALL, rotation=90, va="center",
        ha="left", multialignment="center", gid=f"y {row.name}",
    )  # fmt: skip


def _lettered(lines: Sequence[str]) -> list[str]:
    """Set letters as such, a single one before a colon too."""
    return [typeset(re.sub(r"^([A-Za-z]): ", r"$\1$: ", line)) for line in lines]


def _key(key: Sequence[Artist], width: float) -> tuple[int, int]:
    """Return how many entries of a key stand in a line, and how many lines there are."""
    sizes = [HANDLE + wide(str(artist.get_label()), SMALL) for artist in key]
    for columns in range(len(key), 1, -1):
        parts = np.array_split(sizes, columns)  # as matplotlib deals them out
        if sum(part.max() for part in parts) < width:
            return columns, len(parts[0])
    return 1, len(key)
