"""Which parameter matters most: a bar from one end of its interval to the other, longest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from dilemma.errors import CalibrationError
from dilemma.figures.layout import typeset
from dilemma.figures.paper import (
    DOWN,
    EDGE,
    GREY,
    GROUND,
    INK,
    LINE,
    PALE,
    SMALL,
    STYLE,
    TINY,
    UP,
    Paper,
    lines_of,
    literal,
    paper,
    reach,
    short,
    tall,
    written,
)
from dilemma.study.attribute import means
from dilemma.study.tornado import Reach, Swing, Swings

__all__ = ["tornado"]

BAR = 0.22  # how high a bar is [inches]
NAMES = 3.3  # the column in which parameters are named [inches]
PANEL = 4.0  # how wide a panel is [inches]
STEP = BAR / 3.4  # from the middle of a row to what stands above or below [inches]
LOW: dict[str, Any] = {"facecolor": PALE, "edgecolor": DOWN, "hatch": "////"}
HIGH: dict[str, Any] = {"facecolor": UP, "edgecolor": UP}


@literal
def tornado(found: Swings, others: Sequence[Swings] = ()) -> Figure:
    """Draw how far each parameter moves an outcome, the one that moves it farthest on top.

    Where there are several equilibria, a line from the least to the greatest value stands in the
    bar's place: above for the low end of the parameter's interval, below for the high one.

    Parameters
    ----------
    found : Swings
    others : sequence of Swings
        Of the same outcome in other eras: a panel each, all of one scale.

    Raises
    ------
    CalibrationError
        If the others are of another outcome or model.

    Examples
    --------
    >>> import dilemma
    >>> found = dilemma.tornado(dilemma.load("hedging"), "x_J", "cold_war")
    >>> [axes.get_label() for axes in tornado(found).axes]
    ['cold_war']
    """
    every = (found, *others)
    if len({(one.model.name, one.outcome) for one in every}) > 1:
        raise CalibrationError("one tornado is of one outcome of one model")
    with mpl.rc_context(STYLE):
        panels = [_panel(one) for one in every]
        head = lines_of(means(found.model, found.outcome)[0], NAMES + PANEL, SMALL)
        feet = _feet(every)
        top = EDGE + 11 * LINE + tall(head, SMALL) + KEY + 0.12
        heights = [ERA + panel.height + AXIS for panel in panels]
        height = top + sum(heights) + tall(feet, TINY) + EDGE
        sheet = paper(2 * EDGE + NAMES + PANEL, height)
        sheet.head(EDGE, EDGE, f"What moves {typeset(found.outcome)}", head)
        _key(sheet, top - KEY, several=any(map(_several, every)))
        ends = _ends(every)
        for panel, tall_ in zip(panels, heights, strict=True):
            _draw(sheet, panel, top, ends)
            top += tall_
        sheet.feet(EDGE, feet)
        return sheet.figure


ERA, AXIS, KEY = 0.3, 0.62, 0.3  # an era's title, an axis with its words, the key [inches]


@dataclass(frozen=True, slots=True)
class _Row:
    """A parameter, and in lines what it means."""

    swing: Swing
    words: tuple[str, ...]

    @property
    def height(self) -> float:
        return max(BAR + 0.12, tall(self.words, SMALL) + 0.1)


@dataclass(frozen=True, slots=True)
class _Panel:
    found: Swings
    rows: tuple[_Row, ...]

    @property
    def height(self) -> float:
        return max(0.4, sum(row.height for row in self.rows)) + 0.1


def _shown(found: Swings) -> list[Swing]:
    return [s for s in found.swings if s.parameter not in found.still]


def _start(found: Swings, one: Reach) -> float | None:
    """Return where a bar to this end begins; None unless both it and the centre are one number."""
    centre = found.centre.ends
    return centre[0] if centre is not None and found.centre.one and one.one else None


def _several(found: Swings) -> bool:
    """Say whether some value is of several equilibria."""
    ends = [found.centre, *(r for s in _shown(found) for r in (s.low, s.high))]
    return any(one.least != one.most for one in ends)


def _panel(found: Swings) -> _Panel:
    rows = []
    for swing in _shown(found):
        parameter = found.model.parameters[swing.parameter]
        lines = lines_of(short(parameter), NAMES - 0.2, SMALL)
        rows.append(_Row(swing, tuple(map(typeset, lines))))
    return _Panel(found, tuple(rows))


def _feet(every: Sequence[Swings]) -> list[str]:
    """Return what must be known, once for all eras or era by era."""
    whole = (
        f"{every[0].model.title}: each parameter at the low and the high end of its interval, all "
        "others at the era's centre. Beside a bar: the parameter's value."
    )
    told = [whole]
    for found in every:
        notes = found.notes()[2:]
        if notes:
            told.append(f"{found.model.eras[found.era].title}: {' '.join(notes)}")
    lines = []
    for words in told:
        lines += [typeset(line) for line in lines_of(words, NAMES + PANEL, TINY)]
    return lines


def _key(sheet: Paper, top: float, *, several: bool) -> None:
    """Say which is which."""
    handles: list[Any] = [
        Patch(linewidth=0.9, label="at its low end", **LOW),
        Patch(linewidth=0.9, label="at its high end", **HIGH),
        Line2D([], [], color=INK, lw=1.2, label="at the centre"),
    ]
    if several:
        handles.append(
            Line2D([], [], color=GREY, lw=2, marker="o", ms=5, label="over all equilibria")
        )
    sheet.figure.legend(
        handles=handles, loc="upper left", ncols=len(handles), fontsize=SMALL, borderpad=0,
        bbox_to_anchor=(EDGE / sheet.width, 1 - top / sheet.height), borderaxespad=0,
        handlelength=1.6, handleheight=0.9, columnspacing=1.4,
    )  # fmt: skip


def _ends(every: Sequence[Swings]) -> tuple[float, float]:
    """Return the ends of the scale that all panels have."""
    values: list[float] = []
    labels: list[tuple[float, str, int]] = []
    for found in every:
        for one in (found.centre, *(r for s in _shown(found) for r in (s.low, s.high))):
            values += one.ends or ()
        labels += [
            (at, words, side) for s in _shown(found) for at, words, side, _ in _labels(s, found)
        ]
    if not values:
        return 0.0, 1.0
    edge = 0.02 * (max(values) - min(values))
    return reach((min(values) - edge, max(values) + edge), labels, PANEL)


def _labels(swing: Swing, found: Swings) -> Iterator[tuple[float, str, int, int]]:
    """Yield place, words, side and row of the values beside bars; rows as :func:`_rows` has them."""
    rows = _split(swing, found)
    for one, other, row in zip((swing.low, swing.high), (swing.high, swing.low), rows, strict=True):
        if one.ends is None:
            continue
        side, place, start = 1, one.ends[1], _start(found, one)
        if start is not None:
            away = other.ends is not None and other.ends[0] > start
            side = -1 if place < start or (place == start and away) else 1
        yield place, written(one.value), side, row


def _split(swing: Swing, found: Swings) -> tuple[int, int]:
    """Return where both ends are drawn: -1 above, 1 below, 0 in the middle of the row."""
    steps = []
    for one in (swing.low, swing.high):
        start = _start(found, one)
        if start is None or one.ends is None:
            return -1, 1
        steps.append(one.ends[0] - start)
    return (-1, 1) if steps[0] * steps[1] > 0 else (0, 0)


# --- one panel ----------------------------------------------------------------------------------


def _draw(sheet: Paper, panel: _Panel, top: float, ends: tuple[float, float]) -> None:
    found = panel.found
    title = f"{found.model.eras[found.era].title}: {found.centre} at the centre".replace("-0", "−0")
    sheet.write(EDGE + NAMES, top, [title], fontweight="bold", gid="era")
    top += ERA
    axes = sheet.axes(EDGE + NAMES, top, PANEL, panel.height, found.era)
    axes.set(xlim=ends, ylim=(panel.height, 0))  # inches from the top, as the names beside it
    axes.spines["left"].set_visible(False)
    axes.tick_params(left=False, labelleft=False)
    unit = means(found.model, found.outcome)[1]
    axes.set_xlabel(typeset(f"{found.outcome} [{unit}]"))
    _centre(axes, found.centre)
    at = 0.05
    for row in panel.rows:
        words = at + (row.height - tall(row.words, SMALL)) / 2
        right = EDGE + NAMES - 0.12
        style = {"fontsize": SMALL, "ha": "right", "multialignment": "right", "gid": "parameter"}
        sheet.write(right, top + words, row.words, **style)
        _row(axes, row.swing, found, at + row.height / 2)
        at += row.height
    if not panel.rows:
        axes.text(
            0.5, 0.5, "no parameter moves it by itself", transform=axes.transAxes, color=GREY,
            ha="center", va="center", bbox=GROUND,
        )  # fmt: skip


def _centre(axes: Axes, centre: Reach) -> None:
    """Draw the value at the centre: a line, or a band where equilibria differ."""
    if centre.ends is None:
        return
    low, high = centre.ends
    if low < high:
        axes.axvspan(low, high, color="#E9EBEF", lw=0, zorder=0).set_gid("centre range")
    for value in dict.fromkeys((low, high)):
        axes.axvline(value, color=INK, lw=1.2, zorder=4).set_gid("centre")


def _row(axes: Axes, swing: Swing, found: Swings, middle: float) -> None:
    """Draw what one parameter does."""
    ends = zip((swing.low, swing.high), _split(swing, found), ("low", "high"), strict=True)
    for one, row, what in ends:
        at, gid = middle + row * STEP, f"{what} {swing.parameter}"
        start = _start(found, one)
        if one.ends is None:
            _nothing(axes, one, found, at, gid)
        elif start is not None:
            style = LOW if what == "low" else HIGH
            height = BAR / 2 if row else BAR
            width = one.ends[0] - start
            (bar,) = axes.barh(at, width, height, left=start, lw=0.9, zorder=3, **style)
            bar.set_gid(gid)
        else:
            _range(axes, one.ends, at, gid, low=what == "low")
    for place, words, side, row in _labels(swing, found):
        axes.annotate(
            words, (place, middle + row * STEP), (side * 5, 0), va="center",
            textcoords="offset points", ha="left" if side > 0 else "right",
            fontsize=7 if row else SMALL, bbox=GROUND, zorder=4.5, gid="value",
        )  # fmt: skip


def _range(axes: Axes, ends: tuple[float, float], at: float, gid: str, *, low: bool) -> None:
    """Draw from the least to the greatest value over all equilibria."""
    colour, face = (DOWN, "white") if low else (UP, UP)
    (line,) = axes.plot(
        ends, [at, at], "o-", color=colour, lw=2, ms=5, mfc=face,
        mec=colour, mew=1.2, zorder=5, clip_on=False,
    )  # fmt: skip
    line.set_gid(gid)


def _nothing(axes: Axes, one: Reach, found: Swings, at: float, gid: str) -> None:
    """Say where an outcome has no value, or where that is not known."""
    centre = found.centre.ends
    place = axes.get_xlim()[0] if centre is None else centre[1]
    axes.annotate(
        f"{one} at {written(one.value)}", (place, at), (5, 0), textcoords="offset points",
        va="center", fontsize=7, color=GREY, style="italic", bbox=GROUND, zorder=4.5, gid=gid,
    )  # fmt: skip
