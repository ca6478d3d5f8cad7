"""What did it: a change between two eras as a waterfall, a bar for each group of parameters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import factorial
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dilemma.errors import CalibrationError
from dilemma.figures.layout import typeset, wrap
from dilemma.figures.paper import (
    BODY,
    DOWN,
    EDGE,
    FAINT,
    GREY,
    GROUND,
    INK,
    LINE,
    PALE,
    ROOM,
    SMALL,
    STYLE,
    TINY,
    UP,
    Paper,
    lines_of,
    literal,
    paper,
    reach,
    signed,
    tall,
    written,
)
from dilemma.study.attribute import Attribution, Share, means

__all__ = ["waterfall"]

BAR = 0.24  # how high a bar is [inches]
NAMES = 2.1  # the column in which groups are named [inches]
GAP = 0.35  # between panels [inches]


@literal
def waterfall(found: Attribution, others: Sequence[Attribution] = ()) -> Figure:
    """Draw what moved an outcome from one era to the next.

    Each bar begins where the one above it ends.  Under it lies the range of what its group adds,
    over all orders in which groups may move: shares hang on the average over those orders.

    Parameters
    ----------
    found : Attribution
    others : sequence of Attribution
        Of other outcomes, of the same model and eras: a panel each.

    Raises
    ------
    CalibrationError
        If the others are of another model or of other eras.

    Examples
    --------
    >>> import dilemma
    >>> figure = waterfall(dilemma.attribute(dilemma.load("hedging"), "x_J"))
    >>> figure.axes[0].get_label()
    'x_J'
    """
    every = (found, *others)
    if len({(one.model.name, one.eras) for one in every}) > 1:
        raise CalibrationError("one waterfall has one change: the same model and the same eras")
    with mpl.rc_context(STYLE):
        rows = _rows(found)
        layout = _measure(every, rows)
        sheet = paper(layout.width, layout.height)
        for band in range(layout.bands):
            _names(sheet, found, rows, layout.top(band))
        for k, one in enumerate(every):
            _panel(sheet, one, rows, layout, k)
        sheet.feet(EDGE, layout.feet)
        return sheet.figure


# --- the sheet ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Row:
    """A group of parameters: its name, and below it what moves, in lines."""

    group: str
    name: str
    moves: tuple[str, ...]

    @property
    def height(self) -> float:
        return max(2 * BAR + 0.06, BODY * LINE + tall(self.moves, TINY) + 0.12)


@dataclass(frozen=True, slots=True)
class _Layout:
    """Inches; ``heads`` are the lines under each panel's title."""

    columns: int
    bands: int
    panel: float
    rows: float
    above: float
    below: float
    heads: tuple[tuple[str, ...], ...]
    axes: tuple[tuple[str, ...], ...]
    feet: tuple[str, ...]

    @property
    def width(self) -> float:
        return 2 * EDGE + NAMES + self.columns * (self.panel + GAP) - GAP

    @property
    def band(self) -> float:
        return self.above + self.rows + self.below

    @property
    def height(self) -> float:
        return 2 * EDGE + self.bands * self.band + 0.1 + tall(self.feet, TINY)

    def top(self, band: int) -> float:
        return EDGE + band * self.band + self.above

    def left(self, column: int) -> float:
        return EDGE + NAMES + column * (self.panel + GAP)


def _rows(found: Attribution) -> list[_Row]:
    """Name the groups, those that did most to the first outcome first."""
    before, after = (found.model.calibration(era) for era in found.eras)
    rows = []
    for s in sorted(found.shares, key=lambda s: -abs(s.share)):
        told = [f"{p} {written(before[p])}→{written(after[p])}" for p in s.moves]
        moves = wrap(told, ", ", NAMES - 0.25, TINY)
        name = s.group.replace("_", " ") if s.group in found.model.groups else typeset(s.group)
        rows.append(_Row(s.group, name, tuple(map(typeset, moves))))
    return rows


def _measure(every: Sequence[Attribution], rows: Sequence[_Row]) -> _Layout:
    columns = 2 if len(every) == 4 else min(len(every), 3)
    panel = 4.6 if len(every) == 1 else 3.3
    heads = [tuple(lines_of(means(one.model, one.outcome)[0], panel, SMALL)) for one in every]
    axes = [
        tuple(lines_of(f"{one.outcome} [{means(one.model, one.outcome)[1]}]", panel, BODY))
        for one in every
    ]
    width = NAMES + columns * (panel + GAP) - GAP
    return _Layout(
        columns=columns,
        bands=-(-len(every) // columns),
        panel=panel,
        rows=2 * _END + sum(row.height for row in rows),
        above=11 * LINE + 0.14 + max(tall(head, SMALL) for head in heads),
        below=0.3 + max(tall(one, BODY) for one in axes) + 0.2,
        heads=tuple(heads),
        axes=tuple(axes),
        feet=tuple(lines_of(_note(every), width, TINY)),
    )


_END = 0.36  # the rows of the two eras [inches]


def _note(every: Sequence[Attribution]) -> str:
    found = every[0]
    first, second = (found.model.eras[era].title for era in found.eras)
    told = [
        f"{found.model.title}: from the {first} centre to the {second} centre.",
        "Bars are Shapley shares: what a group of parameters adds, averaged over all",
        f"{factorial(len(found.shares))} orders in which the groups may move; they sum to the change,",
        "with nothing left over. Line under a bar: from the least to the most that the group adds",
        "in any order; hollow: moved first, alone; filled: moved last.",
    ]
    if found.still:
        still = ", ".join(group.replace("_", " ") for group in found.still)
        told.append(f"The same in both eras: {still}.")
    for rule in dict.fromkeys(one.select for one in every if one.select):
        of = ", ".join(one.outcome for one in every if one.select == rule)
        told.append(f"Among several equilibria: {rule.replace('_', '-')} ({of}).")
    return " ".join(told)


def _names(sheet: Paper, found: Attribution, rows: Sequence[_Row], top: float) -> None:
    """Write the eras and the groups beside the panels of a band."""
    right = EDGE + NAMES - 0.12
    first, second = (found.model.eras[era].title for era in found.eras)

    def era(title: str, at: float) -> None:
        middle = at + (_END - BODY * LINE) / 2
        sheet.write(right, middle, [title], fontweight="bold", ha="right")

    era(first, top)
    at = top + _END
    for row in rows:
        words = BODY * LINE + tall(row.moves, TINY)
        start = at + (row.height - words) / 2
        sheet.write(right, start, [row.name], ha="right", gid="group")
        style: dict[str, Any] = {
            "fontsize": TINY,
            "color": GREY,
            "ha": "right",
            "multialignment": "right",
        }
        sheet.write(right, start + BODY * LINE, row.moves, **style)
        at += row.height
    era(second, at)


# --- one panel ----------------------------------------------------------------------------------


def _panel(sheet: Paper, found: Attribution, rows: Sequence[_Row], layout: _Layout, k: int) -> None:
    band, column = divmod(k, layout.columns)
    left, top = layout.left(column), layout.top(band)
    sheet.head(left, top - layout.above, typeset(found.outcome), layout.heads[k])
    axes = sheet.axes(left, top, layout.panel, layout.rows, found.outcome)
    axes.set_ylim(layout.rows, 0)  # inches from the top, as the names beside it
    axes.spines["left"].set_visible(False)
    axes.tick_params(left=False, labelleft=False)
    axes.locator_params(axis="x", nbins=5)
    axes.set_xlabel("\n".join(map(typeset, layout.axes[k])))
    _bars(axes, found, rows, layout)


def _bars(axes: Axes, found: Attribution, rows: Sequence[_Row], layout: _Layout) -> None:
    """Draw the bars one after the other, from the first era's value to the second's."""
    shares = {s.group: s for s in found.shares}
    at, value = _END, float(found.before)
    middles = [_END / 2]
    labels = [(value, written(found.before))]
    _value(axes, value, middles[0], "before")
    for row in rows:
        share = shares[row.group]
        middle = at + row.height / 2
        far = _bar(axes, found, share, value, middle)
        _join(axes, value, middles[-1], middle)
        value += float(share.share)
        labels.append((far, signed(share.share)))
        middles.append(middle)
        at += row.height
    end = at + _END / 2
    _join(axes, value, middles[-1], end)
    _value(axes, float(found.after), end, "after")
    middles.append(end)
    labels.append((value, written(found.after)))
    _fit(axes, labels, layout.panel)
    for (far, words), middle in zip(labels, middles, strict=True):
        axes.annotate(
            words, (far, middle), (ROOM * 72, 0), textcoords="offset points", va="center",
            fontsize=SMALL, gid="value", bbox=GROUND, zorder=5,
        )  # fmt: skip


def _bar(axes: Axes, found: Attribution, share: Share, start: float, middle: float) -> float:
    """Draw a group's bar and, under it, what it adds in any order; return how far right they go."""
    size = float(share.share)
    style: dict[str, Any] = {"facecolor": UP, "edgecolor": UP if size else GREY}
    if size < 0:
        style = {"facecolor": PALE, "edgecolor": DOWN, "hatch": "////"}
    (bar,) = axes.barh(middle - 0.05, size, BAR, left=start, linewidth=0.9, zorder=3, **style)
    bar.set_gid(f"bar {share.group}")
    low, high = (start + float(end) for end in found.adds(share.group))
    below = middle - 0.05 + BAR / 2 + 0.08
    (line,) = axes.plot([low, high], [below, below], color=INK, lw=1, zorder=3, clip_on=False)
    line.set_gid(f"orders {share.group}")
    for what, face, points in (("alone", "white", 5), ("last", INK, 2.8)):
        spot = start + float(getattr(share, what))
        (mark,) = axes.plot(spot, below, "o", ms=points, mfc=face, mec=INK, mew=0.9, zorder=4)
        mark.set_gid(f"{what} {share.group}")
    return max(start, start + size, high)


def _join(axes: Axes, value: float, upper: float, lower: float) -> None:
    """Connect the end of one row with the beginning of the next."""
    (line,) = axes.plot(
        [value, value], [upper, lower], color=FAINT, lw=0.8, ls=(0, (3, 2)), zorder=1
    )
    line.set_gid("join")


def _value(axes: Axes, value: float, middle: float, gid: str) -> None:
    """Mark an era's value: a point, since the axis need not begin at nought."""
    (mark,) = axes.plot(value, middle, "D", ms=7, mfc=INK, mec=INK, zorder=4, clip_on=False)
    mark.set_gid(gid)


def _fit(axes: Axes, labels: Sequence[tuple[float, str]], width: float) -> None:
    """Set the axis so that every number has room to the right of what it belongs to."""
    low, high = axes.dataLim.intervalx
    edge = 0.03 * ((high - low) or abs(low) or 1)
    right = [(at, words, 1) for at, words in labels]
    axes.set_xlim(reach((low - edge, high + edge), right, width))
    first, last = axes.get_xlim()
    if first < 0 < last:
        axes.axvline(0, color=GREY, lw=0.9, zorder=0)
