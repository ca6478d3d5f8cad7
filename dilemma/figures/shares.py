"""What accounts for an outcome over a box, and which assumed interval to measure first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from dilemma.errors import CalibrationError
from dilemma.figures.layout import (
    BODY,
    LINE,
    SMALL,
    TINY,
    lines_of,
    size_of,
    tall,
    typeset,
    wrap,
)
from dilemma.figures.paper import (
    EDGE,
    FALL,
    GREY,
    INK,
    UP,
    Paper,
    Part,
    Words,
    area,
    backing,
    beside,
    heading,
    key,
    middles,
    notes,
    sheet,
    short,
    stroke,
    styled,
    written,
)
from dilemma.output.result import percent
from dilemma.robustness.measure_first import MeasureFirst, Priority, Weight
from dilemma.study.attribute import means
from dilemma.study.sensitivity import TYPE, Change, Measure, Sensitivity
from dilemma.study.variances import Estimate

__all__ = ["priorities", "shares"]

SPACING: dict[str, Any] = {"handlelength": 1.6, "handleheight": 0.9, "columnspacing": 1.4}


def _told(estimate: Estimate) -> float | None:
    """Return a share of a variance as it is drawn; None where it is not determined."""
    return None if str(estimate) == "?" else max(estimate.value, 0.0)


# --- what accounts for an outcome -----------------------------------------------------------------

LEAST = 0.01  # a total index below which a parameter accounts for nothing
MOST = 1.1  # where the scale of indices ends, which estimates may go beyond
BAR = 0.13  # how high a bar is, of which a row has two [inches]
NAMES = 2.5  # the column in which parameters are named [inches]
ONE, EACH = 3.0, 1.9  # how wide a panel is, and one of two [inches]
WAYS, VALUE = 1.3, 0.7  # how wide the panel of changes is, and a value beside it [inches]
GAP = 0.28  # between panels [inches]
ERA, TICKS = 0.12, 0.3  # between titles and panels, the numbers below [inches]
# Grey enough that an interval is seen on it.
LOOKS: Mapping[str, Mapping[str, Any]] = {
    "first": {"facecolor": "#8C96A5", "edgecolor": UP},
    "total": FALL,
}


@styled
def shares(
    found: Sensitivity, others: Sequence[Sensitivity] = (), outcome: str | None = None
) -> Figure:
    """Draw how much of an outcome's variance over the box each parameter accounts for.

    Beside the bars stands where the equilibria change as the parameter moves by itself.

    Parameters
    ----------
    found : Sensitivity
    others : sequence of Sensitivity
        Of other eras: panels below.
    outcome : str, optional
        What is drawn: an outcome, a player for its payoff, or "which equilibria"; where equilibria
        differ, its least and its greatest value.  The first that has indices unless said.

    Raises
    ------
    CalibrationError
        If the others are of another model.
    UnknownKeyError
        For an outcome that was not asked about.

    Examples
    --------
    >>> from dilemma.study.sensitivity import sensitivity
    >>> found = sensitivity("hedging", "cold_war", "x_J", n=64)
    >>> [axes.get_label() for axes in shares(found).axes]
    ['cold_war']
    """
    every = (found, *others)
    if len({one.model.name for one in every}) > 1:
        raise CalibrationError("one figure of what matters is of one model")
    name = _first(every) if outcome is None else outcome
    eras = [_Era(one, _measures(one, name)) for one in every]
    layout = _Layout(max(len(era.measures) for era in eras), any(era.changes for era in eras))
    return sheet(
        2 * EDGE + layout.width,
        heading(f"What {typeset(name)} varies with", _meaning(eras[0], layout.width), 0.12),
        key(_marks(found, layout), SMALL * LINE + 0.16, **SPACING),
        *(_era(era, layout) for era in eras),
        notes(_notes(eras, layout.width, chosen=outcome is not None)),
    )


@dataclass(frozen=True)
class _Era:
    """One era's answer, and what of it is drawn."""

    found: Sensitivity
    measures: tuple[Measure, ...]

    @property
    def title(self) -> str:
        return self.found.model.eras[self.found.era].title

    @cached_property
    def changes(self) -> dict[str, Change]:
        """Where equilibria change along one parameter."""
        return {name: one for name, one in self.found.alone.items() if one is not None}

    @cached_property
    def rows(self) -> tuple[str, ...]:
        """Those that account for something, most first, then those along which equilibria change."""
        most = {
            name: max(one.indices[name].total.value for one in self.measures if one.indices)
            for name in next((one.indices for one in self.measures if one.indices), ())
            if any(self._counts(one, name) for one in self.measures)
        }
        ranked = sorted(most, key=lambda name: -most[name])
        near = sorted(self.changes, key=lambda name: self.changes[name].share)
        return (*ranked, *(name for name in near if name not in most))

    @staticmethod
    def _counts(one: Measure, name: str) -> bool:
        """Say whether a parameter accounts for anything, or may do so."""
        total = _told(one.indices[name].total) if one.indices else 0.0
        return total is None or total >= LEAST


@dataclass(frozen=True, slots=True)
class _Layout:
    """How many panels of indices stand beside each other, and whether there is one of changes."""

    count: int
    changes: bool

    @property
    def panel(self) -> float:
        return ONE if self.count == 1 else EACH

    def left(self, column: int) -> float:
        """Return where a panel begins; that of changes is the last."""
        return EDGE + NAMES + column * (self.panel + GAP)

    @property
    def width(self) -> float:
        """Return how wide the sheet is between its edges."""
        return self.left(self.count) - EDGE + (WAYS + VALUE if self.changes else -GAP)


def _first(every: Sequence[Sensitivity]) -> str:
    """Return what is drawn unless said: the first that has indices, in all eras if there is such a one."""
    has = [[one.name for one in found.measures if one.indices] for found in every]
    names = list(dict.fromkeys(one.name for one in every[0].measures))
    for enough in (all, any):
        for name in names:
            if enough(name in own for own in has):
                return name
    return names[0]


def _measures(found: Sensitivity, name: str) -> tuple[Measure, ...]:
    """Return what is told of an outcome; its least is its one value where there are no several."""
    own = tuple(one for one in found.measures if name in (one.name, one.title))
    alone = name.rsplit(", ", 1)[0]
    return (
        own or tuple(o for o in found.measures if o.name == alone and not o.which) or (found[name],)
    )


def _meaning(era: _Era, width: float) -> list[str]:
    """Return what is drawn, in lines."""
    name = era.measures[0].name
    told = "Which equilibria there are" if name == TYPE else means(era.found.model, name)[0]
    return lines_of(told, width, SMALL)


def _marks(found: Sensitivity, layout: _Layout) -> list[Artist]:
    """Say what is what."""
    marks: list[Artist] = [
        area("first-order index", linewidth=0.9, **LOOKS["first"]),
        area("total index", linewidth=0.9, **LOOKS["total"]),
        stroke(f"{100 * found.confidence:g} % interval", color=INK, lw=1.1, marker="|", ms=6),
    ]
    if layout.changes:
        marks.append(stroke("equilibria change", color=INK, lw=1.0, **CHANGE))
    return marks


def _notes(eras: Sequence[_Era], width: float, *, chosen: bool) -> list[str]:
    """Return what indices are, once, and what is known era by era."""
    first = eras[0].found
    whole = (
        f"{first.model.title}. First-order index: the share of the variance over the box that would be "
        "gone, on average, if the parameter were known. Total index: the share that would be left if "
        "all else were, with what it does together with others. ?: the interval is wider than 1. "
        f"Left out: a total index below {LEAST:g} where no equilibria change. {first.points:,} points a sample, seed {first.seed}."
    )
    told = [whole]
    if any(era.changes for era in eras):
        told.append(
            "Equilibria change: how far from the centre (0 %) to the end of its interval (100 %) the "
            "parameter moves by itself before there are other equilibria, and its value there, ▲ above "
            "the centre or ▼ below; blank where none was seen."
        )
    for era in eras:
        words = [f"{era.found.solved:,} calibrations.", *_known(era, chosen=chosen)]
        told.append(f"{era.title}: {' '.join(words)}")
    return [typeset(line) for words in told for line in wrap(words.split(), " ", width, TINY)]


def _known(era: _Era, *, chosen: bool) -> Iterator[str]:
    """Yield what there is to know of an era besides; of what is not drawn only why it could not be."""
    names = list(dict.fromkeys(one.name for one in era.found.measures))
    passed = set() if chosen else set(names[: names.index(era.measures[0].name)])
    told = {*passed, *(one.name for one in era.measures)}
    silent = {f"{o.reason}: no indices." for o in era.found.measures if o.name not in told}
    yield from (note for note in list(era.found.notes())[1:] if note not in silent)


# --- one era --------------------------------------------------------------------------------------

CHANGE: dict[str, Any] = {"marker": "D", "ms": 5.5, "mfc": "white", "mec": INK, "mew": 1.2}


def _era(era: _Era, layout: _Layout) -> Part:
    """Return the part of the sheet that an era takes: a row for each parameter."""
    parameters = era.found.model.parameters
    rows = []
    for name in era.rows:
        lines = lines_of(short(parameters[name]), NAMES - 0.2, SMALL)
        rows.append(Words(list(map(typeset, lines)), SMALL))
    heights = [max(2 * BAR + 0.12, words.height + 0.1) for words in rows]
    height = max(0.4, sum(heights)) + 0.1
    says = [*_says(era, layout), *([AT] if layout.changes else [])]
    below = TICKS + max(tall(lines, BODY) for lines in says) + 0.16
    return Part(
        _head(era, layout) + height + below, partial(_draw, era, layout, rows, heights, height)
    )


def _titles(era: _Era, layout: _Layout) -> list[list[str]]:
    """Return what stands above the panels of indices."""
    room = layout.panel + GAP - 0.1
    return [
        [*wrap(one.title.split(), " ", room, SMALL), *wrap(_spread(one), ", ", room, SMALL)]
        for one in era.measures
    ]


def _head(era: _Era, layout: _Layout) -> float:
    """Return how high it is what stands above an era's panels [inches]."""
    return max(tall(lines, SMALL) for lines in (*_titles(era, layout), ALONE)) + ERA


ALONE = ["Equilibria change", "as it moves by itself"]
AT = ["of the way to the", "end of its interval"]


def _says(era: _Era, layout: _Layout) -> list[list[str]]:
    """Return what the axes of indices say."""
    return [
        lines_of(f"share of the variance of {one.title}", layout.panel, BODY)
        for one in era.measures
    ]


def _draw(
    era: _Era,
    layout: _Layout,
    rows: Sequence[Words],
    heights: Sequence[float],
    height: float,
    paper: Paper,
    top: float,
) -> None:
    down = top + _head(era, layout)
    paper.write(EDGE, top, [era.title], fontweight="bold", gid="era")
    levels = middles(heights, 0.05)
    right = {"ha": "right", "multialignment": "right", "gid": "parameter"}
    for words, level in zip(rows, levels, strict=True):
        paper.stack(EDGE + NAMES - 0.12, down + level, words, **right)
    own = dict(zip(era.rows, levels, strict=True))
    says = zip(era.measures, _titles(era, layout), _says(era, layout), strict=True)
    for column, (one, titles, across) in enumerate(says):
        left = layout.left(column)
        label = era.found.era if len(era.measures) == 1 else f"{era.found.era} {one.title}"
        paper.write(left, top, list(map(typeset, titles)), fontsize=SMALL, gid="measure")
        axes = paper.bars(left, down, layout.panel, height, label)
        axes.set_xlim(0, MOST)
        axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "", "0.5", "", "1"])
        axes.set_xlabel("\n".join(map(typeset, across)))
        _ruled(axes)
        _indices(axes, one, own)
    if len(era.measures) < layout.count:
        place = layout.left(1) + layout.panel / 2
        told = ["the least and", "the greatest value", "are one everywhere"]
        style = {"ha": "center", "multialignment": "center", "color": GREY, "fontsize": SMALL}
        lower = down + max(0, height - tall(told, SMALL)) / 2
        paper.write(place, lower, told, gid="one value", **style)
    if layout.changes:
        place = layout.left(layout.count)
        paper.write(place, top, ALONE, fontsize=SMALL, gid="measure")
        _changes(paper.bars(place, down, WAYS, height, f"{era.found.era} changes"), era, own)


def _ruled(axes: Axes) -> None:
    """Draw thin lines behind what stands in a panel."""
    axes.grid(axis="x", color="#E3E6EA", lw=0.7)
    axes.set_axisbelow(True)


def _instead(axes: Axes, words: str) -> None:
    """Say why a panel is empty."""
    style: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": SMALL, "color": GREY}
    axes.text(0.5, 0.5, words, transform=axes.transAxes, bbox=backing(), gid="none", **style)


def _spread(one: Measure) -> list[str]:
    """Say how far an outcome varies over the box."""
    if one.name == TYPE:
        return [f"{written(one.mean)} of them on average"]
    if one.mean is None or one.deviation is None:
        return ["no value somewhere"]
    return [f"mean {written(one.mean)}", f"deviation {written(one.deviation)}"]


def _indices(axes: Axes, one: Measure, rows: Mapping[str, float]) -> None:
    """Draw both indices of each parameter, the first-order one above the total one."""
    if not one.indices:
        _instead(axes, "no indices")
        return
    for name, level in rows.items():
        for what, up in (("first", -BAR / 2), ("total", BAR / 2)):
            estimate: Estimate = getattr(one.indices[name], what)
            share = _told(estimate)
            if share is None:
                gid, at = f"unknown {what} {name}", (0.0, level + up)
                beside(axes, "?", at, (4, 0), fontsize=7.5, fontweight="bold", gid=gid)
                continue
            (bar,) = axes.barh(level + up, share, BAR, lw=0.9, zorder=2, **LOOKS[what])
            bar.set_gid(f"{what} {name}")
            ends = np.clip([estimate.low, estimate.high], 0, MOST)
            (line,) = axes.plot(
                ends, [level + up] * 2, color=INK, lw=1.1, marker="|", ms=5, mew=1.1, zorder=3,
                clip_on=False,
            )  # fmt: skip
            line.set_gid(f"interval {what} {name}")


def _changes(axes: Axes, era: _Era, rows: Mapping[str, float]) -> None:
    """Draw how far each parameter by itself goes before the equilibria change."""
    axes.set_xlim(0, 100)
    axes.set_xticks([0, 50, 100], ["0", "50", "100 %"])
    axes.set_xlabel("\n".join(AT))
    _ruled(axes)
    values = era.found.model.eras[era.found.era].values
    for name, change in era.changes.items():
        share, level = 100 * change.share, rows[name]
        (way,) = axes.plot([0, share], [level] * 2, color=INK, lw=1.0, zorder=2)
        way.set_gid(f"way {name}")
        (mark,) = axes.plot(share, level, ls="", zorder=4, clip_on=False, **CHANGE)
        mark.set_gid(f"change {name}")
        arrow = "▲" if change.at > float(values[name].central) else "▼"
        words, look = f"{arrow} {written(change.at)}", {"fontsize": TINY, "bbox": backing()}
        beside(axes, words, (share, level), (7, 0), zorder=3, gid=f"at {name}", **look)
    if not era.changes:
        _instead(axes, "nowhere seen")


# --- what to measure first ------------------------------------------------------------------------

COUNTS = 0.05  # a total index from which an interval matters for a claim
COLUMNS = 12  # the most that are drawn
CLAIM = 1.75  # the column in which claims are named [inches]
CELL = 0.56  # the least that a cell is wide [inches]
ROW = 0.4  # and high
DARK = 0.72  # how much of the darkest tint an index of 1 has
LIGHT = 0.8  # an index beyond which the number is written in white


@styled
def priorities(found: MeasureFirst) -> Figure:
    """Draw which assumed interval matters how much for which claim: a row a claim, a column an interval.

    Parameters
    ----------
    found : MeasureFirst

    Examples
    --------
    >>> from dilemma.robustness.measure_first import measure_first
    >>> figure = priorities(measure_first("abandonment", "C1.3", n=64))
    >>> [text.get_text() for text in figure.texts if text.get_gid() == "fails"]
    ['fails at 87.8 %']
    """
    table = _Table.of(found)
    return sheet(
        2 * EDGE + table.width,
        heading("What to measure first", [found.model.title], 0.14),
        key(_frames(table), SMALL * LINE + 0.16 if table.columns else 0, **SPACING),
        Part(table.head + table.height + 0.14, partial(_grid, table)),
        notes(_doubts(table)),
    )


Key = tuple[str | None, str]  # an era, and a parameter


def _key(weight: Weight) -> Key:
    return weight.era, weight.parameter


@dataclass(frozen=True)
class _Table:
    """Claims and intervals, and how much room they take [inches]."""

    found: MeasureFirst
    claims: tuple[Priority, ...]
    columns: tuple[Key, ...]
    left_out: int

    @classmethod
    def of(cls, found: MeasureFirst) -> _Table:
        claims = tuple(one for one in found.claims if one.weights)
        matter = {
            _key(weight)
            for one in claims
            for weight in one.weights
            if weight.grade == "assumed" and weight.index.total.value >= COUNTS
        }
        ranked = [column for column in found.ranking if column in matter]
        return cls(found, claims, tuple(ranked[:COLUMNS]), len(ranked[COLUMNS:]))

    @cached_property
    def titles(self) -> tuple[tuple[Words, ...], ...]:
        """What stands above columns: the parameter, the era, the interval."""
        eras = self.found.model.eras
        told = []
        for era, name in self.columns:
            box = eras[era or next(iter(eras))].values[name].range
            where = wrap(eras[era].title.split(), " ", CELL, TINY) if era else []
            ends = wrap(str(box).split(), " ", CELL, TINY)
            told.append((Words([name]), Words(where, TINY), Words(ends, TINY, {"color": GREY})))
        return tuple(told)

    @cached_property
    def cell(self) -> float:
        """How wide a column is: as wide as the longest word above one."""
        words = [
            size_of(one.lines, one.points)[0] for told in self.titles for one in told if one.lines
        ]
        return max(CELL, *words, 0) + 0.1

    @property
    def head(self) -> float:
        return max((sum(w.height for w in told) for told in self.titles), default=0.0) + 0.08

    @cached_property
    def names(self) -> tuple[tuple[Words, Words], ...]:
        """What stands beside rows."""
        told = []
        for one in self.claims:
            lines = [typeset(line) for line in wrap(one.title.split(), " ", CLAIM, SMALL)]
            fails = Words([f"fails at {percent(one.fails)}"], TINY, {"gid": "fails", "color": GREY})
            told.append((Words(lines, SMALL, {"gid": "claim"}), fails))
        return tuple(told)

    @cached_property
    def heights(self) -> list[float]:
        return [max(ROW, sum(w.height for w in told) + 0.12) for told in self.names]

    @property
    def height(self) -> float:
        return max(sum(self.heights), ROW)

    @property
    def width(self) -> float:
        """Return how wide the sheet is between its edges; notes want some room."""
        return max(CLAIM + self.cell * len(self.columns), 5.5)

    def weight(self, claim: Priority, column: Key) -> Weight | None:
        """Return what an interval has to do with a claim, if it is one of the claim's."""
        return next((w for w in claim.weights if _key(w) == column and w.grade == "assumed"), None)


def _says_of(weight: Weight | None) -> str:
    """Return what a cell says: "" where the interval does not matter."""
    if weight is None:
        return ""
    total = _told(weight.index.total)
    if total is None:
        return "?"
    return f"{total:.2f}" if total >= COUNTS else ""


def _frames(table: _Table) -> list[Artist]:
    """Say what a tint and a frame are."""
    if not table.columns:
        return []
    plain = {"facecolor": _tint(0.3), "edgecolor": _tint(0.3), "linewidth": 0.8}
    first = {**plain, "edgecolor": INK, "linewidth": 2.2}
    return [area("total index", **plain), area("the largest: measure first", **first)]


def _doubts(table: _Table) -> list[str]:
    """Return what the numbers are, what is not drawn, and of which claims there are none."""
    found = table.found
    whole = (
        "Total index: the share of the variance of whether the claim fails that would be left if all other "
        f"intervals were points; ± half of a {100 * found.confidence:g} % interval, ? where that is wider "
        f"than 1; blank below {COUNTS:g}. Columns: assumed intervals, in the order of the sum of their "
        f"total indices over the claims; without an era, one interval in both. "
        f"{found.points:,} points a sample, seed {found.seed}."
    )
    told = [whole]
    if table.left_out:
        told.append(f"Left out: {table.left_out} more intervals on which less hangs.")
    slight = [o.title for o in table.claims if not (o.first and _says_of(o.first))]
    if slight:
        told.append(f"No assumed interval has a total index of {COUNTS:g}: {', '.join(slight)}.")
    firmer = [
        f"{o.title} ({found.called(o.weights[0])}, {o.weights[0].grade})"
        for o in table.claims
        if o.weights[0].grade != "assumed"
    ]
    if firmer:
        told.append(f"More hangs on an interval that is not merely assumed: {'; '.join(firmer)}.")
    told += list(found.notes())[1:]
    return [typeset(line) for words in told for line in wrap(words.split(), " ", table.width, TINY)]


def _tint(index: float) -> tuple[float, ...]:
    """Return the colour of a cell: white at 0."""
    part = DARK * min(index, 1.0)
    return tuple(1 - part * (1 - colour) for colour in to_rgb(UP))


def _grid(table: _Table, paper: Paper, top: float) -> None:
    """Draw the columns' titles, and the rows."""
    if not table.columns:
        words = "no claim's failing hangs on an assumed interval"
        paper.write(EDGE, top, [words], color=GREY, gid="none")
    foot = top + table.head - 0.08
    for column, told in enumerate(table.titles):
        middle = EDGE + CLAIM + (column + 0.5) * table.cell
        high = sum(words.height for words in told)
        centred = {"ha": "center", "multialignment": "center"}
        set_so = [Words(list(map(typeset, one.lines)), one.points, one.style) for one in told]
        paper.stack(middle, foot - high / 2, *set_so, gid="column", **centred)
    down = top + table.head
    levels = middles(table.heights)
    for names, level in zip(table.names, levels, strict=True):
        paper.stack(EDGE, down + level, *names)
    if not table.columns:
        return
    width = len(table.columns) * table.cell
    axes = paper.axes(EDGE + CLAIM, down, width, table.height, "total indices")
    axes.set(xlim=(0, width), ylim=(table.height, 0))
    axes.set_axis_off()
    for claim, level, height in zip(table.claims, levels, table.heights, strict=True):
        rule = 1 - (down + level - height / 2) / paper.height
        ends = [EDGE / paper.width, (EDGE + CLAIM + width) / paper.width]
        paper.figure.add_artist(Line2D(ends, [rule] * 2, color="#E3E6EA", lw=0.7, zorder=0))
        for column, of in enumerate(table.columns):
            place = column * table.cell, level - height / 2, table.cell, height
            _cell(axes, claim, table.weight(claim, of), place)


def _cell(
    axes: Axes, claim: Priority, weight: Weight | None, place: tuple[float, float, float, float]
) -> None:
    """Draw what an interval has to do with a claim; nothing where it does not matter."""
    told = _says_of(weight)
    if weight is None or not told:
        return
    left, top, width, height = place
    total = _told(weight.index.total)
    face = "white" if total is None else _tint(total)
    gid = f"{claim.title} {weight.era or 'all'} {weight.parameter}"
    pad = 0.03
    inner = (left + pad, top + pad), width - 2 * pad, height - 2 * pad
    axes.add_patch(Rectangle(*inner, facecolor=face, lw=0, gid=f"cell {gid}"))
    if weight is claim.first:
        style: dict[str, Any] = {
            "fill": False,
            "edgecolor": INK,
            "lw": 2.2,
            "zorder": 3,
            "clip_on": False,
        }
        axes.add_patch(Rectangle(*inner, gid=f"frame {gid}", **style))
    colour = INK if total is None or total <= LIGHT else "white"
    look: dict[str, Any] = {"ha": "center", "va": "center", "color": colour, "zorder": 4}
    middle = left + width / 2, top + height / 2
    up = SMALL * LINE / 2.4 if total is not None else 0.0
    axes.text(middle[0], middle[1] - up, told, fontsize=BODY, gid=f"index {gid}", **look)
    if total is not None:
        about = f"± {weight.index.total.give_or_take:.2f}"
        axes.text(middle[0], middle[1] + up, about, fontsize=7, gid=f"about {gid}", **look)
