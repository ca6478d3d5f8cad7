"""One look for every figure: colours, sizes, and how a figure is written to a file.

A sheet laid out in inches from its upper left corner: axes and words at exact places.

A grid of panels, a column for each era, with what its axes mean, a key, and a note below.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path as File
from typing import Any, ParamSpec

import matplotlib as mpl
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from dilemma.figures.layout import FONT, LEADING, balance, size_of, typeset, wrap
from dilemma.output.cleaning import drawn
from dilemma.output.files import write
from dilemma.output.result import number
from dilemma.theory.parts import Parameter

__all__ = [
    "BLUE",
    "BODY",
    "DOWN",
    "EDGE",
    "FAINT",
    "GREY",
    "GROUND",
    "INK",
    "LINE",
    "PALE",
    "ROOM",
    "SMALL",
    "STYLE",
    "TINY",
    "UP",
    "VERMILION",
    "Grid",
    "Paper",
    "Row",
    "grid",
    "lines_of",
    "literal",
    "paper",
    "reach",
    "save",
    "short",
    "signed",
    "tall",
    "wide",
    "written",
]

Said = ParamSpec("Said")

INK, GREY, FAINT = "#1b1d22", "#5a606b", "#8d939e"
BLUE, VERMILION = "#0072B2", "#C04A00"  # the two players; apart for every kind of colour vision
BODY, SMALL, TINY = 9.5, 8.5, 8.0  # points
LINE = LEADING / 72  # what a line takes for each point of its size [inches]
STYLE: dict[str, Any] = {
    "font.family": FONT,
    "font.size": BODY,
    "mathtext.fontset": "dejavusans",
    "axes.edgecolor": GREY,
    "axes.linewidth": 0.9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "text.color": INK,
    "hatch.linewidth": 0.6,
    "legend.frameon": False,
    "savefig.dpi": 200,
    "svg.fonttype": "none",
    "svg.hashsalt": "dilemma",
    "pdf.fonttype": 42,
}


def literal(draw: Callable[Said, Figure]) -> Callable[Said, Figure]:
    """Let a figure show every text as it is: only the package's own symbols are mathematics."""

    @wraps(draw)
    def drawn_literally(*args: Said.args, **kwargs: Said.kwargs) -> Figure:
        figure = draw(*args, **kwargs)
        for text in figure.findobj(Text):
            text.set_text(drawn(text.get_text()))
        return figure

    return drawn_literally


def save(figure: Figure, path: str | File) -> None:
    """Write a figure to a file (png, pdf, svg); the same figure makes the same file."""
    undated = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}
    ending = File(path).suffix.lower()
    page = io.BytesIO()
    with mpl.rc_context(STYLE), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph", UserWarning)  # the font has not all letters
        figure.savefig(page, format=ending.removeprefix(".") or None, metadata=undated.get(ending))
    write(File(path), page.getvalue())


# --- a sheet laid out in inches from its upper left corner ---------------------------------------


EDGE = 0.2  # left free around everything [inches]
# What raises and what lowers, a high end and a low one: dark, and light with a hatch.
UP, DOWN, PALE = BLUE, VERMILION, "#F7D9C4"
GROUND: dict[str, Any] = {
    "facecolor": "white",
    "edgecolor": "none",
    "pad": 0.5,
}  # keeps lines out of numbers
ROOM = 0.12  # between a mark and the words beside it [inches]


@dataclass(frozen=True, slots=True)
class Paper:
    """A figure and its size [inches]; places count from the upper left corner."""

    figure: Figure
    width: float
    height: float

    def axes(self, left: float, top: float, width: float, height: float, label: str) -> Axes:
        """Add axes at a place, of a size [inches]."""
        lower = self.height - top - height
        return self.figure.add_axes(
            (left / self.width, lower / self.height, width / self.width, height / self.height),
            label=label,
        )

    def write(self, left: float, top: float, lines: Sequence[str], **style: Any) -> Text:
        """Write lines, the first one's upper edge at ``top``."""
        style = {"fontsize": BODY, "va": "top", "linespacing": LEADING, **style}
        x, y = left / self.width, 1 - top / self.height
        return self.figure.text(x, y, "\n".join(lines), **style)

    def head(self, left: float, top: float, title: str, lines: Sequence[str]) -> None:
        """Write a panel's title, and smaller what stands below it."""
        self.write(left, top, [title], fontsize=11, fontweight="bold")
        self.write(left, top + 11 * LINE + 0.04, lines, fontsize=SMALL, color=GREY)

    def feet(self, left: float, lines: Sequence[str]) -> None:
        """Write notes at the foot of the sheet."""
        top = self.height - EDGE - tall(lines, TINY)
        self.write(left, top, lines, fontsize=TINY, color=GREY, gid="notes")


def paper(width: float, height: float) -> Paper:
    """Return an empty sheet."""
    figure = Figure(figsize=(width, height))
    FigureCanvasAgg(figure)
    return Paper(figure, width, height)


def lines_of(words: str, width: float, points: float) -> list[str]:
    """Break words into lines no wider than ``width`` [inches]; a few are made equally long."""
    if not words:
        return []
    lines = wrap(words.split(), " ", width, points)
    return lines if len(lines) > 3 else balance(words.split(), " ", width, points)


def tall(lines: Sequence[str], points: float) -> float:
    """Return how high lines are [inches]."""
    return len(lines) * points * LINE


def wide(words: str, points: float) -> float:
    """Return how wide a line is [inches]."""
    return size_of([words], points)[0]


def reach(
    ends: tuple[float, float], labels: Sequence[tuple[float, str, int]], width: float
) -> tuple[float, float]:
    """Return the ends of an axis at which every label has room beside what it belongs to.

    Parameters
    ----------
    ends : tuple of float
        What must lie on the axis in any case.
    labels : sequence of (place, words, side)
        On which side of its place each stands: 1 right, -1 left.
    width : float
        Of the axis [inches].

    Examples
    --------
    >>> low, high = reach((0, 1), [(1, "0.75", 1)], 4)
    >>> low == 0, 1.1 < high < 1.3
    (True, True)
    """
    low, high = ends
    if low == high:
        low, high = low - (abs(low) or 1) / 2, high + (abs(high) or 1) / 2
    first, last = low, high
    for _ in range(40):  # each label takes a share of the width: this settles quickly
        scale = (last - first) / width
        sides = [
            (at, side * scale * (wide(words, SMALL) + ROOM + 0.05)) for at, words, side in labels
        ]
        first = min([low, *(at + step for at, step in sides)])
        last = max([high, *(at + step for at, step in sides)])
    return first, last


def written(value: Any) -> str:
    """Write a number as axes do, with a minus sign that is none of a hyphen's.

    Examples
    --------
    >>> written(-0.25), written(None)
    ('−0.25', 'undefined')
    """  # noqa: RUF002 -- a true minus sign
    return number(value).replace("-", "−")


def short(parameter: Parameter) -> str:
    """Return a parameter's symbol and what it means, without what is added behind a bracket.

    Examples
    --------
    >>> import dilemma
    >>> short(dilemma.load("burden").parameters["p"])
    'p: the United States withdraws if talks fail'
    """
    return f"{parameter.name}: {re.split(r' [(]|; ', parameter.means)[0]}"


def signed(value: object) -> str:
    """Write a change with its sign, and an arrow that tells it from afar.

    Examples
    --------
    >>> signed(0.25), signed(-0.25), signed(0)
    ('▲ +0.25', '▼ −0.25', '0')
    """  # noqa: RUF002 -- a true minus sign
    text = written(value)
    if text.startswith("−"):
        return f"▼ {text}"
    return text if text == "0" else f"▲ +{text}"


# --- a grid of panels, a column for each era, with what its axes mean, a key, and a note below ----


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
