"""Room for words in a picture: where in a region a text of given size lies best.

Words beside a line or a mark in a panel, where they cover nothing else.

What is written into and around the panels of a region map, and where there is room for it.
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
from matplotlib.text import Text
from matplotlib.textpath import TextToPath
from numpy.typing import NDArray

from dilemma.output.cleaning import GREEK
from dilemma.output.result import percent
from dilemma.study.region_map import Axis, Label, Panel, RegionMap

__all__ = [
    "FONT",
    "LEADING",
    "Caption",
    "Ground",
    "Mask",
    "Room",
    "balance",
    "captions",
    "entry",
    "note",
    "room",
    "says",
    "shares",
    "size_of",
    "typeset",
    "wrap",
]

Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]
FONT = "DejaVu Sans"
LEADING = 1.2  # line spacing, in font sizes


@lru_cache(maxsize=1024)
def _width(line: str, points: float) -> float:
    font = FontProperties(family=FONT, size=points)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph", UserWarning)  # the font has not all letters
        return float(TextToPath().get_text_width_height_descent(line, font, ismath=False)[0]) / 72


def size_of(lines: Sequence[str], points: float) -> tuple[float, float]:
    """Return width and height of lines of text [inches]."""
    return max(_width(line, points) for line in lines), len(lines) * LEADING * points / 72


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


# --- words beside a line or a mark in a panel, where they cover nothing else ---------------------


DOTS = 60  # cells an inch
CLEAR = 0.025  # the least that is left free around words [inches]
ENOUGH = 0.1  # more does not make a place better [inches]
OFF = (0.06, 0.12, 0.2, 0.32)  # tried distances of words from what they belong to [inches]
EDGE = 0.03  # left free along the panel's edge [inches]


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
            x - width / 2 >= EDGE
            and x + width / 2 <= self.size[0] - EDGE
            and y - height / 2 >= EDGE
            and y + height / 2 <= self.size[1] - EDGE
        )


def _part(low: float, high: float) -> slice:
    return slice(max(0, int(low)), max(1, int(np.ceil(high))))


def _cells(x: float, y: float, width: float, height: float) -> tuple[slice, slice]:
    """Return the dots of a rectangle around a place: rows, columns."""
    rows = _part((y - height / 2) * DOTS, (y + height / 2) * DOTS)
    return rows, _part((x - width / 2) * DOTS, (x + width / 2) * DOTS)


# --- what is written into and around the panels of a region map, and where there is room for it ----


SIZES = (9.5, 8.5, 7.5)  # points, the largest that fits
PAD = 0.06  # left free around words [inches]
MARK = 0.12  # left free around the centre's mark [inches]
OUTLINE = 2  # left free either side of the box's outline [dots]
SEEN = 0.02  # a smaller part of a region needs no words of its own [square inches]
TOLD = 4  # regions whose share of the box is told one by one
INDEXED = re.compile(r"\b([A-Za-z]+)_([A-Za-z0-9]+)\b")

Size = tuple[float, float]  # width and height of a panel [inches]


@dataclass(frozen=True, slots=True)
class Caption:
    """Words in a panel; ``at`` is their middle, as x and y of the map."""

    label: Label
    lines: tuple[str, ...]
    points: float
    at: tuple[float, float]


def captions(found: RegionMap, panel: Panel, size: Size) -> tuple[list[Caption], set[Label]]:
    """Find room for the words of each region, and say which regions go without.

    Parameters
    ----------
    size : tuple of float
        Width and height of the panel [inches].

    Returns
    -------
    A caption for each connected part of a region that has room for one, and the labels of the
    regions that have a part, or are themselves, too small.
    """
    raster = _raster(found, panel, size)
    clear = _clear(found, panel, raster.shape)
    placed: list[Caption] = []
    without: set[Label] = set()
    for label in dict.fromkeys(label for own in panel.labels for label in own):
        parts = list(_parts(raster == found.labels.index(label)))
        for part in parts:
            caption = _place(found, label, *(part & mask for mask in clear))
            if caption is None:
                without.add(label)
            else:
                placed.append(caption)
        if not parts:
            without.add(label)
    return placed, without


def _raster(found: RegionMap, panel: Panel, size: Size) -> NDArray[np.int64]:
    """Return the number of the label at each dot of the panel, the lowest row first."""
    x, y = (_dots(axis, length) for axis, length in zip((found.x, found.y), size, strict=True))
    numbers = {label: k for k, label in enumerate(found.labels)}
    raster = np.zeros((len(y), len(x)), dtype=np.int64)
    for slab, own in zip(panel.decomposition.slabs, panel.labels, strict=True):
        inside = (x >= float(slab.left)) & (x <= float(slab.right))
        level = np.zeros((len(y), int(inside.sum())), dtype=np.int64)
        for cell in slab.cells[:-1]:
            level += y[:, None] > cell.upper(x[inside])
        raster[:, inside] = np.array([numbers[label] for label in own])[level]
    return raster


def _dots(axis: Axis, length: float) -> NDArray[np.float64]:
    count = round(length * DOTS)
    return np.array([axis.at((k + 0.5) / count) for k in range(count)])


def _clear(found: RegionMap, panel: Panel, shape: tuple[int, ...]) -> tuple[Mask, Mask]:
    """Return the dots outside the era's box, and those off its outline; none near its centre."""
    outside, inside, squares = [], [], []
    axes = zip((found.x, found.y), panel.box, panel.centre, reversed(shape), strict=True)
    for axis, ends, middle, count in axes:
        scale = count / float(axis.high - axis.low)
        low, high, centre = (float(value - axis.low) * scale for value in (*ends, middle))
        dots = np.arange(count) + 0.5
        outside.append((dots > low - OUTLINE) & (dots < high + OUTLINE))
        inside.append((dots > low + OUTLINE) & (dots < high - OUTLINE))
        squares.append((dots - centre) ** 2)
    outer, inner = (np.outer(mask[1], mask[0]) for mask in (outside, inside))
    far = np.add.outer(squares[1], squares[0]) > (MARK * DOTS) ** 2
    return ~outer & far, (~outer | inner) & far


def _parts(region: Mask) -> Iterator[Mask]:
    """Yield the connected parts of a region that are large enough to be seen."""
    from scipy import ndimage

    numbered, count = ndimage.label(region)
    for k in range(1, count + 1):
        part: Mask = numbered == k
        if part.sum() > SEEN * DOTS**2:
            yield part


def _place(found: RegionMap, label: Label, outside: Mask, anywhere: Mask) -> Caption | None:
    """Write full words, smaller ones, or fewer."""
    words = found.words(label)
    full = (words[0], *(f"or {word}" for word in words[1:]))
    short = _short(found, label)
    for lines in (full, short) if short else (full,):
        for points in SIZES:
            width, height = (round((side + 2 * PAD) * DOTS) for side in size_of(lines, points))
            inside, apart = (room(mask, (height, width)) for mask in (anywhere, outside))
            if inside is not None:
                good = apart is not None and apart.margin >= inside.margin / 3
                at = apart if apart is not None and good else inside
                rows, columns = anywhere.shape
                place = found.x.at(at.column / columns), found.y.at(at.row / rows)
                return Caption(label, lines, points, place)
    return None


def _short(found: RegionMap, label: Label) -> tuple[str, ...]:
    """Return a label as numbers of equilibria, if no other label has the same."""

    def counts(one: Label) -> tuple[int, int]:
        mixed = sum(name in found.mixed for name in one)
        return len(one) - mixed, mixed

    if len(label) < 2 or sum(counts(one) == counts(label) for one in found.labels) > 1:
        return ()
    told = zip(counts(label), ("pure", "mixed"), strict=True)
    return (" + ".join(f"{number} {kind}" for number, kind in told if number),)


# --- words around the panels --------------------------------------------------------------------


def shares(found: RegionMap, panel: Panel, width: float, points: float) -> list[str]:
    """Return the lines that say how much of the era's box lies in which region."""
    told = [(r.box_share, found.words(r.label)) for r in panel.regions if r.box_share > 0]
    rest = told[TOLD:] if len(told) > TOLD + 1 else []
    items = [
        f"{percent(share)} {' or '.join(words)}" for share, words in told[: len(told) - len(rest)]
    ]
    if rest:
        items.append(f"{percent(sum(share for share, _ in rest))} in {len(rest)} other sets")
    items[0] = f"box: {items[0]}"
    lines = wrap(items, " · ", width, points)
    return [part for line in lines for part in wrap(line.split(" or "), " or ", width, points)]


def entry(found: RegionMap, label: Label, width: float, points: float) -> str:
    """Return a region's words for the legend, broken where they are too wide."""
    return "\n".join(wrap(found.words(label), " or ", width, points))


def says(axis: Axis, width: float, points: float) -> list[str]:
    """Return symbol, meaning and unit of an axis, in lines about equally long."""
    p = axis.parameter
    lines = balance(f"{p.name}: {p.means} [{p.unit}]".split(), " ", width, points)
    return [typeset(line) for line in lines]


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


def note(found: RegionMap, width: float, points: float) -> list[str]:
    """Return what every reader must know, in lines."""
    words = (
        f"{found.title}: {found.concept}; {found.order}. Every other "
        "parameter is at the era's centre, so borders differ. Borders are exact."
    )
    return balance(words.split(), " ", width, points)
