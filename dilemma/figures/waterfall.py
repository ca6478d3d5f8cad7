"""What did it: a change between two eras as a waterfall, a bar for each group of parameters."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from math import factorial

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dilemma.errors import CalibrationError
from dilemma.figures.layout import (
    BODY,
    LINE,
    ROOM,
    SMALL,
    TINY,
    lines_of,
    reach,
    tall,
    typeset,
    wrap,
)
from dilemma.figures.paper import (
    EDGE,
    FAINT,
    FALL,
    GREY,
    INK,
    RISE,
    THIN,
    TITLE,
    UP,
    Frame,
    Paper,
    Part,
    Words,
    backing,
    beside,
    middles,
    notes,
    panel_size,
    sheet,
    signed,
    styled,
    written,
)
from dilemma.study.attribute import Attribution, Share, means

__all__ = ["waterfall"]

BAR = 0.24  # how high a bar is [inches]
NAMES = 2.1  # the column in which groups are named [inches]
GAP = 0.35  # between panels [inches]
END = 0.36  # the rows of the two eras [inches]


@styled
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
    rows = _rows(found)
    columns = 2 if len(every) == 4 else min(len(every), 3)
    width = 4.6 if len(every) == 1 else 3.3
    heads = [lines_of(means(one.model, one.outcome)[0], width, SMALL) for one in every]
    units = [f"{one.outcome} [{means(one.model, one.outcome)[1]}]" for one in every]
    axes = [lines_of(words, width, BODY) for words in units]
    above = TITLE * LINE + 0.14 + max(tall(head, SMALL) for head in heads)
    below = 0.3 + max(tall(one, BODY) for one in axes) + 0.2
    size = (width, sum(_heights(rows)))
    frame = Frame(EDGE + NAMES, size, len(every), columns, (GAP, above + below), above)
    return sheet(
        2 * EDGE + NAMES + frame.span,
        Part(frame.height + below + 0.1, partial(_draw, every, rows, heads, axes, frame)),
        notes(lines_of(_note(every), NAMES + frame.span, TINY)),
    )


# --- the sheet ------------------------------------------------------------------------------------


def _rows(found: Attribution) -> dict[str, tuple[Words, Words]]:
    """Name the groups, and what moves in them: those that did most to the outcome first."""
    before, after = (found.model.calibration(era) for era in found.eras)
    rows = {}
    for s in sorted(found.shares, key=lambda s: -abs(s.share)):
        told = [f"{p} {written(before[p])}→{written(after[p])}" for p in s.moves]
        moves = wrap(told, ", ", NAMES - 0.25, TINY)
        name = s.group.replace("_", " ") if s.group in found.model.groups else typeset(s.group)
        smaller = {"color": GREY, "multialignment": "right"}
        rows[s.group] = (
            Words([name], style={"gid": "group"}),
            Words(list(map(typeset, moves)), TINY, smaller),
        )
    return rows


def _heights(rows: dict[str, tuple[Words, Words]]) -> list[float]:
    """Return how high rows are, those of the two eras first and last."""
    groups = [
        max(2 * BAR + 0.06, name.height + moves.height + 0.12) for name, moves in rows.values()
    ]
    return [END, *groups, END]


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


# --- the panels, and names beside them ------------------------------------------------------------


def _draw(
    every: Sequence[Attribution],
    rows: dict[str, tuple[Words, Words]],
    heads: Sequence[Sequence[str]],
    units: Sequence[Sequence[str]],
    frame: Frame,
    paper: Paper,
    top: float,
) -> None:
    eras = (every[0].model.eras[era] for era in every[0].eras)
    first, second = ((Words([era.title], style={"fontweight": "bold"}),) for era in eras)
    levels = middles(_heights(rows))
    for k, found in enumerate(every):
        left, upper = frame.place(k, top)
        if k % frame.columns == 0:
            for words, level in zip((first, *rows.values(), second), levels, strict=True):
                paper.stack(EDGE + NAMES - 0.12, upper + level, *words, ha="right")
        paper.title(left, upper - frame.above, typeset(found.outcome), heads[k])
        axes = paper.bars(left, upper, *frame.size, found.outcome)
        axes.locator_params(axis="x", nbins=5)
        axes.set_xlabel("\n".join(map(typeset, units[k])))
        _bars(axes, found, list(rows), levels, panel_size(frame.size)[0])


def _bars(
    axes: Axes, found: Attribution, groups: Sequence[str], levels: Sequence[float], width: float
) -> None:
    """Draw the bars one after the other, from the first era's value to the second's."""
    shares = {s.group: s for s in found.shares}
    value = float(found.before)
    labels = [(value, written(found.before))]
    _value(axes, value, levels[0], "before")
    for k, group in enumerate(groups):
        share = shares[group]
        far = _bar(axes, found, share, value, levels[k + 1])
        _join(axes, value, *levels[k : k + 2])
        value += float(share.share)
        labels.append((far, signed(share.share)))
    _join(axes, value, *levels[-2:])
    _value(axes, float(found.after), levels[-1], "after")
    labels.append((value, written(found.after)))
    _fit(axes, labels, width)
    for (far, words), level in zip(labels, levels, strict=True):
        beside(axes, words, (far, level), (ROOM * 72, 0), gid="value", bbox=backing(), zorder=5)


def _bar(axes: Axes, found: Attribution, share: Share, start: float, middle: float) -> float:
    """Draw a group's bar and, under it, what it adds in any order; return how far right they go."""
    size = float(share.share)
    style = FALL if size < 0 else RISE if size else {"facecolor": UP, "edgecolor": GREY}
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
    (line,) = axes.plot([value, value], [upper, lower], color=FAINT, lw=0.8, ls=THIN, zorder=1)
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
