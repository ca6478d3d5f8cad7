"""A table of trends as a chart: a cell for each number, coloured by which way it goes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from dilemma.figures.layout import BODY, LINE, SMALL, TINY, lines_of, size_of, tall, typeset, wrap
from dilemma.figures.paper import (
    DOWN,
    EDGE,
    FAINT,
    FALL,
    GREY,
    INK,
    RISE,
    THIN,
    UP,
    Paper,
    Part,
    Words,
    area,
    backing,
    heading,
    key,
    notes,
    sheet,
    styled,
    written,
)
from dilemma.story.cells import Trend, Trends

__all__ = ["trend_table"]

ROW, CELL = 0.95, 2.45  # widths of the rows' names and of a cell [inches]
GAP, PAD = 0.12, 0.08  # between cells, and between a cell's edge and its words [inches]
BAND = 0.28  # how high the coloured band of a cell is [inches]
BETWEEN = 0.05  # between what a cell says [inches]
INSIDE = CELL - 2 * PAD
LOOKS: Mapping[str, Mapping[str, Any]] = {
    "UP": RISE,
    "DOWN": FALL,
    "neither": {"facecolor": "#E9EBEF", "edgecolor": FAINT, "hatch": "...."},
    "not known": {"facecolor": "white", "edgecolor": FAINT},
}
COLOURS = {"UP": UP, "DOWN": DOWN}
ARROWS = {"UP": "▲ ", "DOWN": "▼ "}


@styled
def trend_table(found: Trends) -> Figure:
    """Draw a table of trends: rows down, columns across, a coloured band in each cell.

    A mixed cell's band is split by the shares of random pairs of calibrations at which the number
    falls and rises; the band of what was only measured is an outline.

    Parameters
    ----------
    found : Trends

    Examples
    --------
    >>> from dilemma.story.cells import Trend, Trends
    >>> cell = Trend("economy", "us", "DOWN", "proved")
    >>> figure = trend_table(Trends("t", "T", "", "", {"economy": "E"}, {"us": "U"}, (cell,)))
    >>> [text.get_text() for text in figure.texts if text.get_gid() == "trend economy us"]
    ['▼ DOWN']
    """
    width = ROW + len(found.columns) * (CELL + GAP)
    titles = [lines_of(title, CELL, SMALL) for title in found.columns.values()]
    spacing: dict[str, Any] = {"handlelength": 1.8, "handleheight": 0.9, "columnspacing": 1.6}
    return sheet(
        2 * EDGE + width,
        heading(found.title, [_summary(found)], 0.14),
        key(_marks(found.cells), 0.36, **spacing),
        Part(max(tall(lines, SMALL) for lines in titles) + 0.08, partial(_head, titles)),
        *(_row(found, row) for row in found.rows),
        notes(wrap(_note(found).split(), " ", 0.98 * width, TINY)),
    )


# --- what is written ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Box:
    """A cell and what stands under its band."""

    cell: Trend
    says: Sequence[Words]

    @property
    def height(self) -> float:
        return BAND + sum(words.height + BETWEEN for words in self.says) + 2 * PAD


def _summary(found: Trends) -> str:
    told = {
        "proved": "proved",
        "measured": "measured only",
        "assumed": "proved under an assumption",
        "open": "not settled",
    }
    parts = [f"{found.count[each]} {words}" for each, words in told.items() if found.count[each]]
    odd = sum(not cell.as_expected for cell in found.cells)
    fared = f"{odd} otherwise than expected" if odd else "all as expected"
    return f"{len(found.cells)} cells: {', '.join(parts)}; {fared}"


def _box(cell: Trend) -> _Box:
    return _Box(cell, tuple(_says(cell)))


def _says(cell: Trend) -> Iterator[Words]:
    """Say what stands behind a cell, each in lines that fit."""
    gid = f"{cell.row} {cell.column}"
    if _known(cell) and not _beside_the_word(cell):
        yield _words(_known(cell), {"gid": f"how {gid}"})
    if cell.tells:
        yield _words(f"{cell.tells}: {cell.meaning}", {"gid": f"tells {gid}"})
    if cell.centres:
        unit = f" [{cell.unit}]" if cell.unit not in ("", "1") else ""
        centres = cell.centres.replace("-", "−") + unit
        yield _words(centres, {"gid": f"centres {gid}", "fontweight": "bold"})
    if cell.measured is not None:
        one = cell.measured
        arrow = ARROWS[one.way.upper()]
        seen = f"measured {arrow}{written(one.before)} to {written(one.after)} [{one.unit}]"
        yield _words(seen, {"gid": f"measured {gid}"})
    if cell.settled:
        settled = f"{ARROWS[cell.settled]}{cell.settled}, proved, if {cell.assumption}"
        yield _words(settled, {"gid": f"settled {gid}", "color": COLOURS[cell.settled]})
    enough = [cause.name.replace("_", " ") for cause in cell.causes if cause.alone]
    if enough:
        yield _words(f"enough alone: {', '.join(enough)}", {"gid": f"enough {gid}"})
    if not cell.as_expected:
        odd = {"gid": f"odd {gid}", "color": DOWN, "fontweight": "bold"}
        yield _words("otherwise than expected", odd)
    paper = f"the paper: “{cell.paper}”" if cell.paper else "the paper: no entry"
    yield _words(paper, {"gid": f"paper {gid}", "color": GREY})


def _words(text: str, style: Mapping[str, Any]) -> Words:
    # What is bold is wider than it is measured.
    width = INSIDE / (1.15 if "fontweight" in style else 1)
    return Words([typeset(line) for line in wrap(text.split(), " ", width, TINY)], TINY, style)


def _known(cell: Trend) -> str:
    """Say how a trend is known, and whether the calibration puts it in."""
    return f"{cell.how}{'' if cell.derived else ' [put in]'}".strip()


def _beside_the_word(cell: Trend) -> bool:
    """Tell whether how a trend is known has room in the band, beside the trend."""
    word, _ = size_of([f"{ARROWS.get(cell.trend, '')}{cell.trend}"], BODY)
    return 1.15 * word + size_of([_known(cell)], TINY)[0] + 2 * PAD < INSIDE


def _marks(cells: Sequence[Trend]) -> list[Artist]:
    """Say what bands mean; only what occurs."""
    trends = {cell.trend for cell in cells if cell.how == "proved"}
    mixed = any(cell.trend == "MIXED" for cell in cells)
    names = {"UP": "rises", "DOWN": "falls"}
    marks: list[Artist] = [
        area(words, linewidth=0.8, **LOOKS[trend])
        for trend, words in names.items()
        if mixed or trend in trends
    ]
    if any(_left(cell) > 0 for cell in cells if cell.trend == "MIXED"):
        marks.append(area("neither in every equilibrium", linewidth=0.8, **LOOKS["neither"]))
    if any(cell.how == "measured" for cell in cells):
        marks.append(area("measured only", facecolor="white", edgecolor=INK, ls=THIN))
    if any(cell.trend == "not known" for cell in cells):
        marks.append(area("not known", **LOOKS["not known"]))
    return marks


def _note(found: Trends) -> str:
    told = ["Proved: at every pair of calibrations in the boxes, in every equilibrium."]
    if any(cell.trend == "MIXED" for cell in found.cells):
        told.append(
            "Mixed: the band is split by shares of random pairs of calibrations, what falls first."
        )
    if any(cell.centres for cell in found.cells):
        told.append("Bold: at the centres of both eras.")
    if any(cause.alone for cell in found.cells for cause in cell.causes):
        told.append(
            "Enough alone: with all else as in the first era these parameters would bring it about "
            "at every calibration."
        )
    if any(not cell.derived for cell in found.cells):
        told.append("[put in]: the calibration puts the sign in.")
    narrowed = dict.fromkeys((c.model, c.narrowed) for c in found.cells if c.narrowed)
    told += [f"{model}, on boxes narrower than its own: {why}." for model, why in narrowed]
    if found.source:
        told.append(f"Source: {found.source}.")
    return " ".join(told)


# --- drawn ----------------------------------------------------------------------------------------


def _left_of(column: int) -> float:
    """Return where a column begins [inches]."""
    return EDGE + ROW + GAP + column * (CELL + GAP)


def _head(titles: Sequence[Sequence[str]], paper: Paper, top: float) -> None:
    """Write what columns tell, on one foot."""
    height = max(tall(lines, SMALL) for lines in titles)
    for column, lines in enumerate(titles):
        down = top + height - tall(lines, SMALL)
        paper.write(_left_of(column), down, lines, fontsize=SMALL, gid="column")


def _row(found: Trends, row: str) -> Part:
    """Return a row of cells, as high as the highest of them."""
    own = {cell.column: _box(cell) for cell in found.cells if cell.row == row}
    boxes = [own.get(column) for column in found.columns]
    height = max((box.height for box in boxes if box), default=BAND)
    return Part(height + GAP, partial(_draw_row, found.rows[row], boxes, height))


def _draw_row(
    title: str, boxes: Sequence[_Box | None], height: float, paper: Paper, top: float
) -> None:
    named = [line for word in [title] for line in wrap(word.split(), " ", ROW / 1.15, BODY)]
    paper.write(EDGE, top + PAD, named, fontweight="bold", gid="row")
    for column, box in enumerate(boxes):
        if box is not None:
            _draw(box, height, paper, _left_of(column), top)


def _draw(box: _Box, height: float, paper: Paper, left: float, top: float) -> None:
    """Draw a cell: its band, its frame, and what it says."""
    cell = box.cell
    gid = f"{cell.row} {cell.column}"
    axes = paper.axes(left, top, CELL, height, gid)
    axes.set(xlim=(0, CELL), ylim=(height, 0))
    axes.set_axis_off()
    _band(axes, cell, gid)
    _patch(axes, (0, 0, CELL, height), f"frame {gid}", facecolor="none", edgecolor=FAINT)
    _written_in_band(paper, cell, gid, (left, top))
    down = top + BAND + PAD
    for words in box.says:
        paper.write(left + PAD, down, words.lines, fontsize=words.points, **words.style)
        down += words.height + BETWEEN


def _patch(axes: Axes, place: tuple[float, float, float, float], gid: str, **look: Any) -> None:
    left, top, width, height = place
    style = {"lw": 0.8, "clip_on": False, **look}
    axes.add_patch(Rectangle((left, top), width, height, gid=gid, **style))


def _left(cell: Trend) -> float:
    """Return on which share of calibrations a mixed cell neither falls nor rises."""
    return 1 - (cell.falls or 0) - (cell.rises or 0)


def _band(axes: Axes, cell: Trend, gid: str) -> None:
    """Colour a cell by which way it goes; a mixed one by how often."""
    if cell.how == "measured":
        look = {"facecolor": "white", "edgecolor": COLOURS[cell.trend], "ls": THIN, "lw": 1.2}
        _patch(axes, (0, 0, CELL, BAND), f"measured {gid}", **look)
        return
    if cell.trend != "MIXED":
        _patch(axes, (0, 0, CELL, BAND), f"{cell.trend} {gid}", **LOOKS[cell.trend])
        return
    shares = {"DOWN": cell.falls or 0, "neither": _left(cell), "UP": cell.rises or 0}
    left = 0.0
    for part, share in shares.items():
        if share > 0:
            _patch(axes, (left, 0, share * CELL, BAND), f"{part} {gid}", **LOOKS[part])
        left += share * CELL


def _written_in_band(paper: Paper, cell: Trend, gid: str, place: tuple[float, float]) -> None:
    """Write the trend into its band, and how it is known if that has room."""
    left, top = place
    filled = cell.trend == "UP" and cell.how != "measured"
    ground = {
        "UP": RISE["facecolor"] if filled else "white",
        "DOWN": "white" if cell.how == "measured" else FALL["facecolor"],
    }.get(cell.trend, "white")
    colour = "white" if filled else COLOURS.get(cell.trend, INK)
    style: dict[str, Any] = {"color": colour, "bbox": backing(1.5, ground)}
    word = f"{ARROWS.get(cell.trend, '')}{cell.trend}"
    middle = top + BAND / 2
    paper.write(
        left + PAD, middle - BODY * LINE / 2, [word], fontweight="bold", gid=f"trend {gid}", **style
    )
    if _known(cell) and _beside_the_word(cell):
        down = middle - TINY * LINE / 2
        style |= {"ha": "right", "fontsize": TINY, "gid": f"how {gid}"}
        paper.write(left + CELL - PAD, down, [_known(cell)], **style)
