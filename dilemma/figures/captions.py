"""What is written into and around the panels of a region map, and where there is room for it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dilemma.figures.placing import Mask, balance, room, size_of, wrap
from dilemma.letters import GREEK
from dilemma.report import percent
from dilemma.study.maps import Axis, Label, Panel, RegionMap

__all__ = ["Caption", "captions", "entry", "note", "says", "shares", "typeset"]

DOTS = 60  # cells an inch of the raster in which room is sought
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
