"""How much room words take, and where they have it: the measures of every figure, in inches.

Words are measured as they will be drawn, so that a sheet can be laid out before it is: broken into
lines (:func:`wrap`, :func:`lines_of`), set beside an axis whose ends leave room for them
(:func:`reach`), beside a line or a mark where they cover nothing else (:class:`Ground`), or in the
roomiest place of a region (:func:`room`).
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise, product
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties
from matplotlib.mathtext import MathTextParser
from matplotlib.text import Text
from matplotlib.textpath import TextToPath
from numpy.typing import NDArray

from dilemma.output.cleaning import GREEK
from dilemma.output.formulas import inline

__all__ = [
    "BODY",
    "DOTS",
    "FONT",
    "LEADING",
    "LINE",
    "ROOM",
    "SMALL",
    "TINY",
    "Floats",
    "Ground",
    "Mask",
    "Room",
    "balance",
    "lines_of",
    "mathematics",
    "reach",
    "room",
    "size_of",
    "tall",
    "typeset",
    "width_of",
    "wrap",
]

Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]
FONT = "DejaVu Sans"
BODY, SMALL, TINY = 9.5, 8.5, 8.0  # points
LEADING = 1.2  # line spacing, in font sizes
LINE = LEADING / 72  # what a line takes for each point of its size [inches]
ROOM = 0.12  # between a mark and the words beside it [inches]
INDEXED = re.compile(r"\b([A-Za-z]+)_([A-Za-z0-9]+)\b")


@lru_cache(maxsize=1024)
def _width(line: str, points: float, *, math: bool = False) -> float:
    font = FontProperties(family=FONT, size=points)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph", UserWarning)  # the font has not all letters
        return float(TextToPath().get_text_width_height_descent(line, font, ismath=math)[0]) / 72


def tall(lines: Sequence[str], points: float) -> float:
    """Return how high lines are [inches]."""
    return len(lines) * points * LINE


def size_of(lines: Sequence[str], points: float) -> tuple[float, float]:
    """Return width and height of lines of text [inches]."""
    return max(_width(line, points) for line in lines), tall(lines, points)


@lru_cache(maxsize=1024)
def mathematics(formula: str) -> str:
    r"""Set a formula as matplotlib sets mathematics; one that it cannot set, and a number, stay as they are.

    Examples
    --------
    >>> print(mathematics("-theta*stake"), mathematics("-2"))
    $-\theta\, \mathrm{stake}$ −2
    """  # noqa: RUF002 -- a true minus sign
    plain = re.sub(r"(?<!\w)-", "\N{MINUS SIGN}", formula)
    if not re.search("[A-Za-z]", formula):
        return plain
    told = inline(formula)
    try:
        MathTextParser("path").parse(told)
    except ValueError:
        return plain
    return told


def width_of(formula: str, points: float) -> float:
    """Return how wide a formula is as it is set [inches]."""
    told = mathematics(formula)
    return _width(told, points, math="$" in told) if told else 0.0


def wrap(pieces: Sequence[str], between: str, width: float, points: float) -> list[str]:
    """Join pieces into lines no wider than ``width`` [inches]; a piece is never broken.

    Examples
    --------
    >>> wrap("a firmly committed ally".split(), " ", 1.2, 10)
    ['a firmly', 'committed ally']
    """
    lines = [pieces[0]]
    for piece in pieces[1:]:
        longer = lines[-1] + between + piece
        if _width(longer, points) <= width:
            lines[-1] = longer
        else:
            lines[-1] += between.rstrip()
            lines.append(piece)
    return lines


def balance(pieces: Sequence[str], between: str, width: float, points: float) -> list[str]:
    """Wrap pieces into as few lines as ``wrap`` does, and make those about equally long."""
    lines = wrap(pieces, between, width, points)
    while width > 0.1:
        width -= 0.1
        narrower = wrap(pieces, between, width, points)
        if len(narrower) > len(lines):
            break
        lines = narrower
    return lines


def lines_of(words: str, width: float, points: float) -> list[str]:
    """Break words into lines no wider than ``width`` [inches]; a few are made equally long."""
    if not words:
        return []
    lines = wrap(words.split(), " ", width, points)
    return lines if len(lines) > 3 else balance(words.split(), " ", width, points)


def typeset(words: str) -> str:
    r"""Set every name in words that is a letter with its index as one.

    Examples
    --------
    >>> typeset("m_J rises")
    '$m_{\\mathrm{J}}$ rises'
    """
    return INDEXED.sub(_symbol, words)


def _symbol(found: re.Match[str]) -> str:
    """Set a name as a letter with its index, where it is one: m_J, kap_J."""
    base, index = found.groups()
    if len(base) > 1 and base not in GREEK:
        return found[0]
    letter = f"\\{GREEK[base]}" if base in GREEK else base
    return f"${letter}_{{\\mathrm{{{index}}}}}$"


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
            (at, side * scale * (_width(words, SMALL) + ROOM + 0.05)) for at, words, side in labels
        ]
        first = min([low, *(at + step for at, step in sides)])
        last = max([high, *(at + step for at, step in sides)])
    return first, last


# --- the roomiest place of a region ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Room:
    """A free place: the middle of the rectangle, and the free margin around it, in dots."""

    row: float
    column: float
    margin: int


def room(free: Mask, size: tuple[int, int]) -> Room | None:
    """Return the roomiest place for a rectangle in a raster.

    The margin around the rectangle is widened until it fits nowhere; where the widest fits in
    several places, the one nearest to the middle of them all is taken.

    Parameters
    ----------
    free : array of bool (rows, columns)
        Where the rectangle may lie.
    size : (rows, columns)

    Returns
    -------
    The place, or None where it fits nowhere.

    Examples
    --------
    >>> free = np.zeros((9, 20), dtype=bool)
    >>> free[2:7, 4:19] = True
    >>> room(free, (1, 3))
    Room(row=4.5, column=11.5, margin=2)
    """
    sums = np.zeros((free.shape[0] + 1, free.shape[1] + 1), dtype=np.int64)
    sums[1:, 1:] = free.cumsum(axis=0).cumsum(axis=1)
    low, high = 0, max(free.shape)
    best = _fits(sums, size, low)
    if best is None:
        return None
    while high - low > 1:
        margin = (low + high) // 2
        places = _fits(sums, size, margin)
        if places is None:
            high = margin
        else:
            low, best = margin, places
    nearest = np.argmin(((best - best.mean(axis=0)) ** 2).sum(axis=1))
    row, column = best[nearest]
    return Room(float(row), float(column), low)


def _fits(sums: NDArray[np.int64], size: tuple[int, int], margin: int) -> Floats | None:
    """Return the centres, (n, 2), at which a rectangle and its margin cover free dots alone."""
    rows, columns = (side + 2 * margin for side in size)
    if rows >= sums.shape[0] or columns >= sums.shape[1]:
        return None
    upper, lower = sums[rows:], sums[:-rows]
    inside = upper[:, columns:] - upper[:, :-columns] - lower[:, columns:] + lower[:, :-columns]
    corners = np.argwhere(inside == rows * columns)
    return corners + np.array([rows / 2, columns / 2]) if len(corners) else None


# --- words beside a line or a mark in a panel, where they cover nothing else ----------------------


DOTS = 60  # cells an inch
CLEAR = 0.025  # the least that is left free around words [inches]
ENOUGH = 0.1  # more does not make a place better [inches]
OFF = (0.06, 0.12, 0.2, 0.32)  # tried distances of words from what they belong to [inches]
RIM = 0.03  # left free along the panel's edge [inches]


@dataclass(frozen=True, slots=True)
class Ground:
    """What of a panel is covered, as a raster; rows count from below.

    Parameters
    ----------
    size : tuple of float
        The panel's width and height [inches].
    """

    axes: Axes
    size: tuple[float, float]
    covered: Mask

    @classmethod
    def of(cls, axes: Axes, size: tuple[float, float]) -> Ground:
        """Return the ground of a panel on which nothing stands yet; its limits must be set."""
        width, height = (round(side * DOTS) for side in size)
        return cls(axes, size, np.zeros((height, width), dtype=bool))

    def _inches(self, points: Sequence[tuple[float, float]]) -> Floats:
        (x0, x1), (y0, y1) = self.axes.get_xlim(), self.axes.get_ylim()
        told = np.array(points, dtype=float).reshape(-1, 2)
        scaled = (told - [x0, y0]) / [x1 - x0, y1 - y0]
        return np.asarray(scaled * self.size)

    def _dense(self, points: Sequence[tuple[float, float]]) -> Floats:
        """Return points along a line, a dot apart [inches]."""
        corners = self._inches(points)
        if len(corners) < 2:
            return corners
        pieces = [
            np.linspace(a, b, max(2, int(np.hypot(*(b - a)) * DOTS) + 1))
            for a, b in pairwise(corners)
        ]
        return np.concatenate(pieces)

    def line(self, points: Sequence[tuple[float, float]]) -> None:
        """Keep words off a line."""
        self._cover(self._dense(points), 0.012)

    def mark(self, x: float, y: float, radius: float = 0.07) -> None:
        """Keep words off a mark."""
        self._cover(self._inches([(x, y)]), radius)

    def box(self, x0: float, x1: float, y0: float, y1: float) -> None:
        """Keep words off a rectangle."""
        (left, low), (right, high) = self._inches([(x0, y0), (x1, y1)]) * DOTS
        self.covered[_part(low, high), _part(left, right)] = True

    def _cover(self, spots: Floats, radius: float) -> None:
        reach = max(1, round(radius * DOTS))
        for x, y in spots * DOTS:
            self.covered[_part(y - reach, y + reach), _part(x - reach, x + reach)] = True

    def beside(
        self, points: Sequence[tuple[float, float]], words: Sequence[str], size: float, **style: Any
    ) -> Text | None:
        """Write words beside a line (or a mark, given as one point) where most room is.

        Returns
        -------
        The text, or None where there is no room: then nothing is written.
        """
        from scipy import ndimage

        free = np.pad(~self.covered, 1, constant_values=True)
        away = ndimage.distance_transform_edt(free)[1:-1, 1:-1] / DOTS
        width, height = size_of(words, size)
        best: tuple[float, float, float] | None = None
        for x, y, off in self._places(points, width, height):
            inside = float(away[_cells(x, y, width, height)].min())
            worth = min(inside, ENOUGH) - off
            if inside >= CLEAR and (best is None or worth > best[0]):
                best = worth, x, y
        if best is None:
            return None
        _, x, y = best
        self.covered[_cells(x, y, width, height)] = True
        return self.axes.text(
            x / self.size[0], y / self.size[1], "\n".join(words), fontsize=size, ha="center",
            va="center", linespacing=LEADING, transform=self.axes.transAxes, zorder=6, **style,
        )  # fmt: skip

    def _places(
        self, points: Sequence[tuple[float, float]], width: float, height: float
    ) -> Iterator[tuple[float, float, float]]:
        """Yield middles of words around the points that lie in the panel, and how far off."""
        around = [(x, y) for x in (-1, 0, 1) for y in (-1, 0, 1) if x or y]
        for x, y in self._dense(points)[:: max(1, DOTS // 20)]:
            for off, (right, up) in product(OFF, around):
                middle = x + right * (width / 2 + off), y + up * (height / 2 + off)
                if self._holds(*middle, width, height):
                    yield *middle, off

    def _holds(self, x: float, y: float, width: float, height: float) -> bool:
        return (
            x - width / 2 >= RIM
            and x + width / 2 <= self.size[0] - RIM
            and y - height / 2 >= RIM
            and y + height / 2 <= self.size[1] - RIM
        )


def _part(low: float, high: float) -> slice:
    return slice(max(0, int(low)), max(1, int(np.ceil(high))))


def _cells(x: float, y: float, width: float, height: float) -> tuple[slice, slice]:
    """Return the dots of a rectangle around a place: rows, columns."""
    rows = _part((y - height / 2) * DOTS, (y + height / 2) * DOTS)
    return rows, _part((x - width / 2) * DOTS, (x + width / 2) * DOTS)
