"""The sheet that every figure is drawn on: one look, laid out in inches from the upper left corner.

A figure says what is drawn; this module where it stands.  A sheet is a column of parts
(:class:`Part`), one below the other: a heading, a key, panels in rows and columns
(:class:`Frame`), notes at the foot.  How high a part is is known before anything is drawn, since
words are measured first (:mod:`dilemma.figures.layout`); so the sheet is as large as what it holds.
Two figures that follow numbers era by era share a whole sheet (:func:`grid`).
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial, wraps
from itertools import accumulate
from pathlib import Path as File
from typing import Any, ParamSpec

import matplotlib as mpl
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text

from dilemma.figures.layout import (
    BODY,
    FONT,
    LEADING,
    LINE,
    SMALL,
    TINY,
    lines_of,
    size_of,
    tall,
    typeset,
)
from dilemma.model import Model
from dilemma.output.cleaning import drawn
from dilemma.output.player_colours import NOBODY, owner_of, player_colours
from dilemma.output.result import number, write
from dilemma.theory.parts import Parameter

__all__ = [
    "DASHED",
    "DOWN",
    "EDGE",
    "FAINT",
    "FALL",
    "FORMULA",
    "GIVEN",
    "GREY",
    "INK",
    "RISE",
    "STYLE",
    "THIN",
    "TITLE",
    "UP",
    "Frame",
    "Grid",
    "Paper",
    "Part",
    "Row",
    "Words",
    "area",
    "backing",
    "beside",
    "grid",
    "heading",
    "key",
    "middles",
    "notes",
    "number_colour",
    "panel_size",
    "panels",
    "save",
    "sheet",
    "short",
    "signed",
    "stroke",
    "styled",
    "written",
]

Arguments = ParamSpec("Arguments")
GIVEN: ContextVar[Any] = ContextVar("GIVEN", default=None)  # axes to draw into: figures/given

# --- the look of every figure ---------------------------------------------------------------------


INK, GREY, FAINT = "#1b1d22", "#5a606b", "#8d939e"
# What raises and what lowers, a high end and a low one: no player has these.
UP, DOWN = "#24303F", "#8A5A00"
# Their areas: dark, and light with a hatch.
RISE: Mapping[str, Any] = {"facecolor": UP, "edgecolor": UP}
FALL: Mapping[str, Any] = {"facecolor": "#F5E4C0", "edgecolor": DOWN, "hatch": "////"}
DASHED, THIN = (0, (4, 2)), (0, (3, 2))  # a line that is one of two, and one that only helps
TITLE = 11  # points
FORMULA = "formula"  # how the labels of texts begin that are mathematics as they stand
EDGE = 0.2  # left free around everything [inches]
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


def number_colour(model: Model, name: str) -> str:
    """Return the colour of a number: that of the player whose it is."""
    owner = owner_of(name, model.players, model.game.choices)
    return player_colours(model.players).get(owner, NOBODY)


def styled(draw: Callable[Arguments, Figure]) -> Callable[Arguments, Figure]:
    """Draw in this look, and show every text as it is: only our own symbols are mathematics.

    A text that is set as mathematics already is called a formula (:data:`FORMULA`).
    """

    @wraps(draw)
    def draw_styled(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Figure:
        with mpl.rc_context(STYLE):
            figure = draw(*args, **kwargs)
        given = GIVEN.get()
        for text in figure.findobj(Text) if given is None else given.new():
            if not (text.get_gid() or "").startswith(FORMULA):
                text.set_text(drawn(text.get_text()))
        return figure

    return draw_styled


def save(figure: Figure, path: str | File) -> None:
    """Write a figure to a file (png, pdf, svg); the same figure makes the same file."""
    undated = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}
    ending = File(path).suffix.lower()
    page = io.BytesIO()
    with mpl.rc_context(STYLE), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph", UserWarning)  # the font has not all letters
        figure.savefig(page, format=ending.removeprefix(".") or None, metadata=undated.get(ending))
    write(File(path), page.getvalue())


# --- numbers and names as figures write them ------------------------------------------------------


def written(value: Any) -> str:
    """Write a number as axes do, with a minus sign that is none of a hyphen's.

    Examples
    --------
    >>> written(-0.25), written(None)
    ('−0.25', 'undefined')
    """  # noqa: RUF002 -- a true minus sign
    return number(value).replace("-", "−")


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


def short(parameter: Parameter) -> str:
    """Return a parameter's symbol and what it means, without what is added behind a bracket.

    Examples
    --------
    >>> import dilemma
    >>> short(dilemma.load("burden").parameters["p"])
    'p: the United States withdraws if talks fail'
    """
    return f"{parameter.name}: {re.split(r' [(]|; ', parameter.means)[0]}"


# --- words and axes at exact places ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Words:
    """Lines of one size and style."""

    lines: Sequence[str]
    points: float = BODY
    style: Mapping[str, Any] = field(default_factory=dict)

    @property
    def height(self) -> float:
        """How high they are [inches]."""
        return tall(self.lines, self.points)


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

    def bars(self, left: float, top: float, width: float, height: float, label: str) -> Axes:
        """Add axes for rows of bars: upright they count inches from above, as words beside them."""
        axes = self.axes(left, top, width, height, label)
        axes.set_ylim(height, 0)
        axes.spines["left"].set_visible(False)
        axes.tick_params(left=False, labelleft=False)
        return axes

    def write(self, left: float, top: float, lines: Sequence[str], **style: Any) -> Text:
        """Write lines, the first one's upper edge at ``top``."""
        style = {"fontsize": BODY, "va": "top", "linespacing": LEADING, **style}
        x, y = left / self.width, 1 - top / self.height
        return self.figure.text(x, y, "\n".join(lines), **style)

    def title(
        self, left: float, top: float, title: str, lines: Sequence[str] = (), **style: Any
    ) -> None:
        """Write the title of the sheet, or of a panel, and smaller what stands below it."""
        self.write(left, top, [title], fontsize=TITLE, fontweight="bold", **style)
        if lines:
            self.write(left, top + TITLE * LINE + 0.04, lines, fontsize=SMALL, color=GREY)

    def stack(self, edge: float, middle: float, *words: Words, **style: Any) -> None:
        """Write words one below the other beside a row whose middle is known."""
        top = middle - sum(one.height for one in words) / 2
        for one in words:
            self.write(edge, top, one.lines, fontsize=one.points, **style, **one.style)
            top += one.height

    def across(self, middle: float, top: float, lines: Sequence[str], **style: Any) -> None:
        """Write what a horizontal axis says, below it."""
        self.write(middle, top, lines, ha="center", multialignment="center", gid="x", **style)

    def key(
        self, handles: Sequence[Artist], left: float, top: float, *, full: bool, **style: Any
    ) -> None:
        """Add a key whose upper left corner is at a place, to panels that may be full."""
        del full  # beside the panels there is room
        corner = (left / self.width, 1 - top / self.height)
        self.figure.legend(handles=list(handles), loc="upper left", bbox_to_anchor=corner, **style)

    def note(self, left: float, top: float, lines: Sequence[str]) -> None:
        """Write notes."""
        self.write(left, top, lines, fontsize=TINY, color=GREY, gid="notes")

    def upright(self, left: float, middle: float, lines: Sequence[str], **style: Any) -> None:
        """Write what an upright axis says, beside it."""
        style = {"rotation": 90, "ha": "left", "multialignment": "center", **style}
        self.write(left, middle, lines, va="center", **style)


def beside(
    axes: Axes, words: str, at: tuple[float, float], off: tuple[float, float], **style: Any
) -> None:
    """Write words in a panel so far [points] from a place in it: beside it, or above."""
    style = {"fontsize": SMALL, "va": "center", **style}
    axes.annotate(words, at, off, textcoords="offset points", **style)


def backing(pad: float = 0.5, colour: str = "white") -> dict[str, Any]:
    """Return the ground of words that keeps lines and hatches out of them."""
    return {"facecolor": colour, "edgecolor": "none", "pad": pad}


def stroke(label: str, **look: Any) -> Line2D:
    """Return a key's entry for a line, or a mark."""
    return Line2D([], [], label=label, **look)


def area(label: str, **look: Any) -> Patch:
    """Return a key's entry for an area."""
    return Patch(label=label, **look)


def middles(heights: Sequence[float], start: float = 0.0) -> list[float]:
    """Return the middles of rows one below the other.

    Examples
    --------
    >>> middles([1, 2, 4])
    [0.5, 2.0, 5.0]
    """
    tops = accumulate(heights, initial=start)
    return [top + height / 2 for top, height in zip(tops, heights, strict=False)]


# --- a sheet as a column of parts -----------------------------------------------------------------


def _blank(paper: Paper, top: float) -> None:
    """Leave a part of a sheet free."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a sheet: its height [inches], and what draws it, given where its upper edge is."""

    height: float
    draw: Callable[[Paper, float], None] = _blank


def sheet(width: float, *parts: Part) -> Figure:
    """Draw parts one below the other on a sheet that is as high as they are."""
    *tops, height = accumulate((part.height for part in parts), initial=EDGE)
    given = GIVEN.get()
    if given is not None:
        drawn_into: Figure = given.draw(width, height, list(zip(parts, tops, strict=True)))
        return drawn_into
    figure = Figure(figsize=(width, height))
    FigureCanvasAgg(figure)
    for part, top in zip(parts, tops, strict=True):
        part.draw(Paper(figure, width, height), top)
    return figure


def panels(figure: Figure) -> list[Axes]:
    """Return the panels that a sheet has: all axes of a figure, or those that were given."""
    given = GIVEN.get()
    return list(figure.axes) if given is None else [given.axes]


def panel_size(usual: tuple[float, float]) -> tuple[float, float]:
    """Return how large a panel is: as usual, or as the axes that were given [inches]."""
    given = GIVEN.get()
    return usual if given is None else given.size


def heading(title: str, lines: Sequence[str], below: float) -> Part:
    """Return a sheet's title, smaller what stands under it, and what is left free below."""
    height = TITLE * LINE + tall(lines, SMALL) + below
    return Part(height, lambda paper, top: paper.title(EDGE, top, title, lines))


def key(
    handles: Sequence[Artist],
    height: float,
    left: float = EDGE,
    *,
    full: bool = False,
    **style: Any,
) -> Part:
    """Return a key: what each mark means; in one line unless ``ncols`` says otherwise.

    ``full`` are panels of which every part is coloured and written on.
    """
    usual = {"ncols": len(handles), "fontsize": SMALL, "borderpad": 0, "borderaxespad": 0}

    def draw(paper: Paper, top: float) -> None:
        paper.key(handles, left, top, full=full, **{**usual, **style})

    return Part(height, draw if handles else _blank)


def notes(lines: Sequence[str], left: float = EDGE, below: float = EDGE) -> Part:
    """Return notes at the foot of a sheet."""
    return Part(tall(lines, TINY) + below, lambda paper, top: paper.note(left, top, lines))


@dataclass(frozen=True, slots=True)
class Frame:
    """Panels of one size in rows and columns [inches].

    Parameters
    ----------
    left : float
        From the sheet's edge to the first column.
    size : tuple of float
        A panel's width and height.
    count, columns : int
    gap : tuple of float
        Between columns and between rows.
    above : float
        From the upper edge of the part to the first row: room for titles.
    """

    left: float
    size: tuple[float, float]
    count: int
    columns: int
    gap: tuple[float, float]
    above: float

    @property
    def span(self) -> float:
        """How wide all columns are."""
        return self.columns * self.size[0] + (self.columns - 1) * self.gap[0]

    @property
    def height(self) -> float:
        """How high it is, from its upper edge to the lower edge of the last row."""
        rows = -(-self.count // self.columns)
        return self.above + rows * self.size[1] + (rows - 1) * self.gap[1]

    def place(self, k: int, top: float) -> tuple[float, float]:
        """Return the upper left corner of the k-th panel in reading order."""
        row, column = divmod(k, self.columns)
        width, height = self.size
        x = self.left + column * (width + self.gap[0])
        return x, top + self.above + row * (height + self.gap[1])

    def axes(self, paper: Paper, k: int, top: float, label: str) -> Axes:
        """Add the k-th panel; only the outer ones have numbers beside and below."""
        axes = paper.axes(*self.place(k, top), *self.size, label)
        last = k + self.columns >= self.count
        axes.tick_params(labelleft=k % self.columns == 0, labelbottom=last)
        return axes


# --- a sheet of panels, a column for each era and a row for each number ---------------------------


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

    figure: Figure
    panels: Mapping[tuple[str, str], Axes]
    size: tuple[float, float]


def grid(
    rows: Sequence[Row],
    columns: Mapping[str, str],
    *,
    across: str,
    ends: tuple[float, float],
    handles: Sequence[Artist],
    note: str,
    size: tuple[float, float],
) -> Grid:
    """Lay out a sheet with empty panels, with what their axes mean, a key, and a note below.

    Parameters
    ----------
    columns : mapping of era to title
    across : str
        What the horizontal axis says.
    ends : tuple of float
        Between which numbers it goes.
    handles : sequence of artists
        The key's entries, each with a label.
    size : tuple of float
        A panel's width and height [inches].
    """
    sides = [lines_of(row.says, size[1], SMALL) for row in rows]
    left = EDGE + max(tall(side, SMALL) for side in sides) + TICKS
    frame = Frame(
        left, size, len(rows) * len(columns), len(columns), (GAP, BAND), TITLE * LINE + 0.1
    )
    whole = left - EDGE + frame.span
    down = _lettered(lines_of(across, frame.span, BODY))
    feet = lines_of(note, whole, TINY)
    ncols, deep = _key_columns(handles, whole)
    spacing: dict[str, Any] = {
        "handlelength": 1.9,
        "handleheight": 1.1,
        "columnspacing": 1.4,
        "labelspacing": 0.4,
    }
    figure = sheet(
        left + frame.span + EDGE,
        Part(frame.height + BELOW, partial(_panels, rows, columns, sides, frame, ends)),
        Part(
            tall(down, BODY) + 0.12,
            lambda paper, top: paper.across(left + frame.span / 2, top, down),
        ),
        key(handles, deep * (SMALL * LINE + 0.06) + (0.12 if deep else 0), ncols=ncols, **spacing),
        notes(list(map(typeset, feet))),
    )
    names = [(era, row.name) for era in columns for row in rows]
    return Grid(figure, dict(zip(names, panels(figure), strict=True)), panel_size(size))


def _panels(
    rows: Sequence[Row],
    columns: Mapping[str, str],
    sides: Sequence[Sequence[str]],
    frame: Frame,
    ends: tuple[float, float],
    paper: Paper,
    top: float,
) -> None:
    """Draw empty panels with their titles and what their rows mean."""
    for k, (era, title) in enumerate(columns.items()):
        x, _ = frame.place(k, top)
        paper.title(x, top + TITLE / 72, title, va="baseline")
        for i, row in enumerate(rows):
            axes = frame.axes(paper, i * len(columns) + k, top, f"{era} {row.name}")
            axes.set(xlim=ends, ylim=(row.low, row.high))
            axes.locator_params(nbins=5)
    for i, (row, side) in enumerate(zip(rows, sides, strict=True)):
        middle = frame.place(i * len(columns), top)[1] + frame.size[1] / 2
        paper.upright(EDGE, middle, _lettered(side), fontsize=SMALL, gid=f"y {row.name}")


def _lettered(lines: Sequence[str]) -> list[str]:
    """Set letters as such, a single one before a colon too."""
    return [typeset(re.sub(r"^([A-Za-z]): ", r"$\\mathit{\1}$: ", line)) for line in lines]


def _key_columns(handles: Sequence[Artist], width: float) -> tuple[int, int]:
    """Return how many entries of a key stand in a line, and how many lines there are."""
    sizes = [HANDLE + size_of([str(artist.get_label())], SMALL)[0] for artist in handles]
    for columns in range(len(handles), 1, -1):
        parts = np.array_split(sizes, columns)  # as matplotlib deals them out
        if sum(part.max() for part in parts) < width:
            return columns, len(parts[0])
    return 1, len(handles)
