"""A map of regions: a panel for each era, words where they have room, a hatch where they have none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import cycle

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path
from numpy.typing import NDArray

from dilemma.figures.layout import (
    BODY,
    DOTS,
    LEADING,
    LINE,
    SMALL,
    TINY,
    Floats,
    Mask,
    balance,
    room,
    size_of,
    tall,
    typeset,
    wrap,
)
from dilemma.figures.paper import (
    EDGE,
    FAINT,
    GREY,
    INK,
    Frame,
    Paper,
    Part,
    area,
    backing,
    key,
    notes,
    panel_size,
    panels,
    sheet,
    stroke,
    styled,
)
from dilemma.output.result import percent
from dilemma.study.region_map import Axis, Label, Panel, RegionMap

__all__ = ["region_map"]

PANEL = (4.4, 3.7)  # width and height of a panel [inches]
HANDLE = 0.7  # what a legend's entry takes besides its words [inches]
GAP, SIDE = 0.5, 0.25  # between panels, and right of the last [inches]
# Light, and at least 7 apart in CIE Lab for normal, deutan, protan and tritan eyes (the six that a
# 2x2 game mostly needs: 10); where words find no room, hatches tell as well.
TINTS = ("#F4CDB0", "#E1F9D4", "#CBD2FC", "#CCECFD", "#A7DEE5", "#E4CED0", "#F6E5DB", "#F7F1F1")
SIZES = (9.5, 8.5, 7.5)  # points, the largest that fits
PAD = 0.06  # left free around words [inches]
MARK = 0.12  # left free around the centre's mark [inches]
OUTLINE = 2  # left free either side of the box's outline [dots]
SEEN = 0.02  # a smaller part of a region needs no words of its own [square inches]
MOST = 4  # regions whose share of the box is told one by one
HATCHES = ("////", "....", "xxxx", "\\\\\\\\", "++++", "----")


@styled
def region_map(found: RegionMap) -> Figure:
    """Draw a map of regions: a panel for each era, all of one scale.

    Borders are the exact root curves, drawn where the equilibria change.  A region has one colour
    in every panel, and its equilibria written in it; where there is no room, a hatch and a line
    in the legend.
    """
    size = panel_size(PANEL)
    told = [_captions(found, panel, size) for panel in found.panels]
    looks = _looks(found, {label for _, without in told for label in without})
    figure = _sheet(found, _marks(found, looks))
    for panel, axes, (words, without) in zip(found.panels, panels(figure), told, strict=True):
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


# --- one panel ------------------------------------------------------------------------------------


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


def _write(axes: Axes, caption: _Caption, look: _Look) -> None:
    ground = backing(1.5, look.colour) if look.hatch else None
    words = "\n".join(caption.lines)
    text = axes.text(
        *caption.at, words, fontsize=caption.points, ha="center", va="center", bbox=ground,
        linespacing=LEADING, zorder=3,
    )  # fmt: skip
    text.set_gid("label")


# --- the sheet ------------------------------------------------------------------------------------


def _marks(found: RegionMap, looks: dict[Label, _Look]) -> list[Artist]:
    """Return the key: the era's marks, and the regions that have no words somewhere."""
    ring = {"ms": 7.5, "mfc": "white", "mec": INK, "mew": 2}
    marks: list[Artist] = [
        area("the era's range", fill=False, edgecolor=INK, linewidth=2.2),
        stroke("its centre", ls="", marker="o", **ring),
    ]
    for label, look in looks.items():
        if look.hatch:
            words = "\n".join(wrap(found.words(label), " or ", PANEL[0] - HANDLE, SMALL))
            style = {"facecolor": look.colour, "edgecolor": FAINT, "linewidth": 0.5}
            marks.append(area(words, hatch=look.hatch, **style))
    return marks


def _sheet(found: RegionMap, marks: Sequence[Artist]) -> Figure:
    """Return a figure with titles, what axes mean, a key and a note, and its empty panels."""
    count = len(found.panels)
    columns = count if count <= 3 else 2 if count == 4 else 3
    rows = -(-count // columns)
    up = _says(found.y, rows * PANEL[1])
    left = 0.75 + tall(up, BODY)
    heads = [_shares(found, panel) for panel in found.panels]
    above = 0.24 + max(map(len, heads)) * SMALL * LINE
    frame = Frame(left, PANEL, count, columns, (GAP, GAP + EDGE + above), above)
    across = _says(found.x, frame.span)
    below = 0.34 + tall(across, BODY)

    def axis(paper: Paper, top: float) -> None:
        paper.across(left + frame.span / 2, top + below, across, va="bottom")

    entries = [str(artist.get_label()).split("\n") for artist in marks]
    ncols = max(1, int(frame.span / (HANDLE + max(size_of(one, SMALL)[0] for one in entries))))
    deep = -(-len(entries) // ncols)
    lines = [max(len(one) for one in entries[row::deep]) for row in range(deep)]
    high = 0.15 + sum(0.06 + n * SMALL * LINE for n in lines)
    return sheet(
        left + frame.span + SIDE,
        Part(frame.height, partial(_panels, found, heads, up, frame)),
        Part(below + 0.13, axis),
        key(marks, high, left, full=True, ncols=ncols, handlelength=1.9, handleheight=1.1),
        notes(_note(found, frame.span), left, 0.1),
    )


def _panels(
    found: RegionMap,
    heads: Sequence[Sequence[str]],
    up: Sequence[str],
    frame: Frame,
    paper: Paper,
    top: float,
) -> None:
    """Draw empty panels, each with the era's title and what of its box lies in which region."""
    for k, panel in enumerate(found.panels):
        x, y = frame.place(k, top)
        axes = frame.axes(paper, k, top, panel.era)
        axes.set(xlim=map(float, found.x.ends), ylim=map(float, found.y.ends))
        lines = y - 7 / 72 - max(map(len, heads)) * SMALL * LINE  # as in the one with most to say
        paper.title(x, lines - 6 / 72, panel.title, va="baseline")
        paper.write(x, lines, heads[k], fontsize=SMALL, color=GREY)
    paper.upright(0.1, top + (frame.height + frame.above) / 2, up, gid="y")


# --- words around the panels ----------------------------------------------------------------------


def _shares(found: RegionMap, panel: Panel) -> list[str]:
    """Return the lines that say how much of the era's box lies in which region."""
    told = [(r.box_share, found.words(r.label)) for r in panel.regions if r.box_share > 0]
    rest = told[MOST:] if len(told) > MOST + 1 else []
    items = [
        f"{percent(share)} {' or '.join(words)}" for share, words in told[: len(told) - len(rest)]
    ]
    if rest:
        items.append(f"{percent(sum(share for share, _ in rest))} in {len(rest)} other sets")
    items[0] = f"box: {items[0]}"
    lines = wrap(items, " · ", PANEL[0], SMALL)
    return [part for line in lines for part in wrap(line.split(" or "), " or ", PANEL[0], SMALL)]


def _says(axis: Axis, width: float) -> list[str]:
    """Return symbol, meaning and unit of an axis, in lines about equally long."""
    p = axis.parameter
    lines = balance(f"{p.name}: {p.means} [{p.unit}]".split(), " ", width, BODY)
    return [typeset(line) for line in lines]


def _note(found: RegionMap, width: float) -> list[str]:
    """Return what every reader must know, in lines."""
    words = (
        f"{found.title}: {found.concept}; {found.order}. Every other "
        "parameter is at the era's centre, so borders differ. Borders are exact."
    )
    return balance(words.split(), " ", width, TINY)


# --- where a region has room for words ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Caption:
    """Words in a panel; ``at`` is their middle, as x and y of the map."""

    label: Label
    lines: tuple[str, ...]
    points: float
    at: tuple[float, float]


def _captions(
    found: RegionMap, panel: Panel, size: tuple[float, float]
) -> tuple[list[_Caption], set[Label]]:
    """Find room for the words of each region, and say which regions go without.

    There is a caption for each connected part of a region that has room for one; without go the
    labels of the regions that have a part, or are themselves, too small.
    """
    raster = _raster(found, panel, size)
    clear = _clear(found, panel, raster.shape)
    placed: list[_Caption] = []
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


def _raster(found: RegionMap, panel: Panel, size: tuple[float, float]) -> NDArray[np.int64]:
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


def _dots(axis: Axis, length: float) -> Floats:
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


def _place(found: RegionMap, label: Label, outside: Mask, anywhere: Mask) -> _Caption | None:
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
                return _Caption(label, lines, points, place)
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
