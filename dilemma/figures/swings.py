"""Which parameter matters most: a bar from one end of its interval to the other, longest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dilemma.errors import CalibrationError
from dilemma.figures.layout import SMALL, TINY, lines_of, reach, typeset
from dilemma.figures.paper import (
    DOWN,
    EDGE,
    FALL,
    GREY,
    INK,
    RISE,
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
    panel_size,
    sheet,
    short,
    stroke,
    styled,
    written,
)
from dilemma.study.attribute import means
from dilemma.study.tornado import Reach, Swing, Swings

__all__ = ["tornado"]

BAR = 0.22  # how high a bar is [inches]
NAMES = 3.3  # the column in which parameters are named [inches]
PANEL = 4.0  # how wide a panel is [inches]
STEP = BAR / 3.4  # from the middle of a row to what stands above or below [inches]
ERA, AXIS, KEY = 0.3, 0.62, 0.3  # an era's title, an axis with its words, the key [inches]


@styled
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
    head = lines_of(means(found.model, found.outcome)[0], NAMES + PANEL, SMALL)
    ends = _ends(every)
    return sheet(
        2 * EDGE + NAMES + PANEL,
        heading(f"What moves {typeset(found.outcome)}", head, 0.12),
        key(_marks(every), KEY, handlelength=1.6, handleheight=0.9, columnspacing=1.4),
        *(_era(one, ends) for one in every),
        notes(_notes(every)),
    )


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


def _notes(every: Sequence[Swings]) -> list[str]:
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


def _marks(every: Sequence[Swings]) -> list[Artist]:
    """Say which is which."""
    marks: list[Artist] = [
        area("at its low end", linewidth=0.9, **FALL),
        area("at its high end", linewidth=0.9, **RISE),
        stroke("at the centre", color=INK, lw=1.2),
    ]
    if any(map(_several, every)):
        marks.append(stroke("over all equilibria", color=GREY, lw=2, marker="o", ms=5))
    return marks


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
    width, _ = panel_size((PANEL, 0))
    return reach((min(values) - edge, max(values) + edge), labels, width)


def _labels(swing: Swing, found: Swings) -> Iterator[tuple[float, str, int, int]]:
    """Yield place, words, side and row of the values beside bars; rows as :func:`_split` has them."""
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


# --- one panel ------------------------------------------------------------------------------------


def _era(found: Swings, ends: tuple[float, float]) -> Part:
    """Return the part of the sheet that an era takes: a row for each parameter that moves it."""
    rows = []
    for swing in _shown(found):
        lines = lines_of(short(found.model.parameters[swing.parameter]), NAMES - 0.2, SMALL)
        rows.append(Words(list(map(typeset, lines)), SMALL))
    heights = [max(BAR + 0.12, words.height + 0.1) for words in rows]
    height = max(0.4, sum(heights)) + 0.1
    return Part(ERA + height + AXIS, partial(_draw, found, rows, heights, height, ends))


def _draw(
    found: Swings,
    rows: Sequence[Words],
    heights: Sequence[float],
    height: float,
    ends: tuple[float, float],
    paper: Paper,
    top: float,
) -> None:
    title = f"{found.model.eras[found.era].title}: {found.centre} at the centre".replace("-0", "−0")
    paper.write(EDGE + NAMES, top, [title], fontweight="bold", gid="era")
    axes = paper.bars(EDGE + NAMES, top + ERA, PANEL, height, found.era)
    axes.set_xlim(ends)
    unit = means(found.model, found.outcome)[1]
    axes.set_xlabel(typeset(f"{found.outcome} [{unit}]"))
    _centre(axes, found.centre)
    right = {"ha": "right", "multialignment": "right", "gid": "parameter"}
    for swing, words, middle in zip(_shown(found), rows, middles(heights, 0.05), strict=True):
        paper.stack(EDGE + NAMES - 0.12, top + ERA + middle, words, **right)
        _row(axes, swing, found, middle)
    if not rows:
        axes.text(
            0.5, 0.5, "no parameter moves it by itself", transform=axes.transAxes, color=GREY,
            ha="center", va="center", bbox=backing(),
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
            style = FALL if what == "low" else RISE
            height = BAR / 2 if row else BAR
            width = one.ends[0] - start
            (bar,) = axes.barh(at, width, height, left=start, lw=0.9, zorder=3, **style)
            bar.set_gid(gid)
        else:
            _range(axes, one.ends, at, gid, low=what == "low")
    for place, words, side, row in _labels(swing, found):
        beside(
            axes, words, (place, middle + row * STEP), (side * 5, 0),
            ha="left" if side > 0 else "right", fontsize=7 if row else SMALL, bbox=backing(),
            zorder=4.5, gid="value",
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
    beside(
        axes, f"{one} at {written(one.value)}", (place, at), (5, 0), fontsize=7, color=GREY,
        style="italic", bbox=backing(), zorder=4.5, gid=gid,
    )  # fmt: skip
