"""Where a bargain can be struck and where it is: at the eras' centres, and along a parameter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dilemma.figures.layout import BODY, SMALL, TINY, lines_of, typeset
from dilemma.figures.paper import (
    DASHED,
    EDGE,
    FAINT,
    GREY,
    INK,
    THIN,
    Frame,
    Paper,
    Part,
    area,
    backing,
    beside,
    heading,
    key,
    notes,
    sheet,
    short,
    stroke,
    styled,
    written,
)
from dilemma.output.player_colours import player_colours
from dilemma.study.bargaining import Bargaining, Deal

__all__ = ["bargain"]

PANEL = (3.5, 3.0)  # width and height of a panel along a parameter [inches]
SIDE, GAP = 1.25, 0.45  # left of the panels, and between them [inches]
TITLE, AXIS = 0.28, 0.77  # above and below a panel [inches]
ROW = 0.62  # an era's row [inches]
KEY = 0.55  # the key's two lines [inches]
BAND = "#CCECFD"  # where nobody loses
AGREED: dict[str, Any] = {"ls": "", "marker": "D", "ms": 7, "mfc": INK, "mec": "white", "mew": 1}


@styled
def bargain(found: Bargaining) -> Figure:
    """Draw in which range a bargain lies and where it is struck, era by era.

    The upper panel has the eras' centres, with what the boxes span; the lower ones follow both
    limits along one parameter.

    Examples
    --------
    >>> import dilemma
    >>> figure = bargain(dilemma.bargaining(dilemma.load("burden"), points=3, draws=500))
    >>> [axes.get_label() for axes in figure.axes]
    ['centres', 'cold_war', 'post_cold_war']
    """
    count, over = len(found.centres), found.number
    frame = Frame(EDGE + SIDE, PANEL, count, min(count, 3), (GAP, AXIS + TITLE), TITLE)
    width = SIDE + frame.span
    head = lines_of(f"{over.name}: {over.means} [{over.unit}]", width, SMALL)
    centres = ROW * sum(len(deals) for deals in found.centres.values()) + 0.1
    return sheet(
        2 * EDGE + width,
        heading(f"Where {typeset(found.over)} can be agreed on", list(map(typeset, head)), 0.1),
        key(_marks(found), KEY, ncols=2, handlelength=2.2, columnspacing=1.6),
        Part(centres + 0.75, partial(_centres, found, (frame.span, centres))),
        Part(frame.height + AXIS, partial(_courses, found, frame)),
        notes(list(map(typeset, lines_of(_note(found), width, TINY)))),
    )


def _ends(found: Bargaining) -> tuple[float, float]:
    """Return what may be agreed on; where that hangs on parameters, what was met."""
    ends = [end for end in found.interval if end.is_number and end.is_finite]
    if len(ends) == 2:
        return float(ends[0]), float(ends[1])
    met = [float(d.agreed) for own in found.courses.values() for d in own if d.agreed is not None]
    return min(met, default=0.0), max(met, default=1.0)


def _title(found: Bargaining, player: str) -> str:
    return found.model.players[player].title if player else "nobody"


def _note(found: Bargaining) -> str:
    spreads = found.spreads.values()
    spread = next(iter(spreads))
    without = ", ".join(
        f"{found.model.eras[era].title} {100 * one.without:.1f} %"
        for era, one in found.spreads.items()
    )
    told = [
        f"{found.model.title}. Between the limits neither side loses by agreeing; what lies outside",
        "the panels is written beside an arrow. Above: the eras' centres; the line under a band is",
        f"where nine tenths of {spread.draws:,} random calibrations from the era's box have their",
        f"agreement (seed {spread.seed}), the tick their middle. No agreement at all: {without} of them.",
        f"Below: {found.moves} moves, all else stays at the era's centre; shaded: the era's interval.",
    ]
    doubtful = sum(one.doubtful for one in spreads)
    if doubtful:
        told.append(f"Left out of the draws, since too close to call: {doubtful}.")
    return " ".join(told)


def _colour(found: Bargaining, *, lower: bool) -> str:
    """Return the colour of whose limit it is: who takes has the lower one."""
    return player_colours(found.model.players)[found.takes if lower else found.gives]


def _marks(found: Bargaining) -> list[Artist]:
    gives, takes = _title(found, found.gives), _title(found, found.takes)
    agreed = {"marker": "D", "ms": 6, "mfc": INK, "mec": INK}
    return [
        area("neither side loses", facecolor=BAND, edgecolor="none"),
        stroke(f"{typeset(found.over)} agreed", color=INK, lw=2.2, **agreed),
        stroke(f"{gives}: gives at most", color=_colour(found, lower=False), lw=1.6),
        stroke(f"{takes}: takes at least", color=_colour(found, lower=True), lw=1.6, ls=DASHED),
    ]


# --- the eras' centres ----------------------------------------------------------------------------


def _centres(found: Bargaining, size: tuple[float, float], paper: Paper, top: float) -> None:
    """Draw a row for each equilibrium at each era's centre."""
    left = EDGE + SIDE
    low, high = _ends(found)
    edge = 0.13 * (high - low)
    axes = paper.bars(left, top, *size, "centres")
    axes.set_xlim(low - edge, high + edge)
    axes.spines["bottom"].set_bounds(low, high)
    axes.set_xticks(np.linspace(low, high, 6))
    axes.set_xlabel(typeset(found.over), labelpad=2)
    middle = 0.05 + ROW / 2
    for era, deals in found.centres.items():
        words = [found.model.eras[era].title]
        paper.write(left - 0.1, top + middle - 0.12, words, ha="right", fontweight="bold")
        for deal in deals:
            _row(axes, found, deal, middle, era)
            _box_span(axes, found, era, middle + 0.19)
            middle += ROW


def _row(axes: Axes, found: Bargaining, deal: Deal, middle: float, era: str) -> None:
    """Draw both limits, cut at the ends of what may be agreed on, and the agreement."""
    low, high = ends = _ends(found)
    least = low if deal.least is None else float(deal.least)
    most = high if deal.most is None else float(deal.most)
    inside = [min(max(value, low), high) for value in (least, most)]
    if least <= most:
        width = inside[1] - inside[0]
        (band,) = axes.barh(middle, width, 0.22, left=inside[0], color=BAND, zorder=2)
        band.set_gid(f"band {era}")
    for value, cut, lower in ((least, inside[0], True), (most, inside[1], False)):
        _limit(axes, value, (cut, middle), (era, _colour(found, lower=lower)), lower=lower)
    if deal.agreed is None:
        axes.text(sum(ends) / 2, middle, "no agreement", ha="center", va="center", color=GREY)
        return
    agreed = float(deal.agreed)
    (mark,) = axes.plot(agreed, middle, **AGREED, zorder=5)
    mark.set_gid(f"agreed {era}")
    beside(
        axes, written(deal.agreed), (agreed, middle), (0, 9), va="bottom", ha="center",
        fontweight="bold", bbox=backing(), gid=f"value {era}",
    )  # fmt: skip


def _limit(
    axes: Axes, value: float, place: tuple[float, float], what: tuple[str, str], *, lower: bool
) -> None:
    """Draw a limit, or write where it lies beside an arrow if that is cut off."""
    (cut, middle), (era, colour) = place, what
    name, style = ("least", DASHED) if lower else ("most", "-")
    words = written(value)
    if value == cut:
        (line,) = axes.plot([cut, cut], [middle - 0.11, middle + 0.11], color=colour, ls=style)
        line.set(linewidth=1.6, gid=f"{name} {era}")
    else:
        words = f"{words} ←" if lower else f"→ {words}"
    side = {"ha": "right", "color": colour} if lower else {"ha": "left", "color": colour}
    beside(axes, words, (cut, middle), (-5 if lower else 5, 0), gid=f"limit {era}", **side)


def _box_span(axes: Axes, found: Bargaining, era: str, at: float) -> None:
    """Draw where nine tenths of the era's box have their agreement."""
    spread = found.spreads[era].agreed
    if not spread:
        return
    (line,) = axes.plot([spread[0], spread[-1]], [at, at], color=INK, lw=1, zorder=3)
    line.set_gid(f"box {era}")
    axes.plot(spread[1], at, "|", color=INK, ms=6, mew=1.2, zorder=3)


# --- along a parameter ----------------------------------------------------------------------------


def _courses(found: Bargaining, frame: Frame, paper: Paper, top: float) -> None:
    """Draw a panel for each era, in which the parameter moves."""
    parameter, moving = found.model.parameters[found.moves], list(found.centres)
    words = lines_of(f"{short(parameter)} [{parameter.unit}]", PANEL[0], BODY)
    for k, era in enumerate(moving):
        left, upper = frame.place(k, top)
        paper.title(left, upper - TITLE, found.model.eras[era].title)
        axes = frame.axes(paper, k, top, era)
        axes.tick_params(labelbottom=True)
        axes.set_xlabel("\n".join(map(typeset, words)))
        if k % frame.columns == 0:
            axes.set_ylabel(typeset(f"{found.over} [{found.number.unit}]"))
        _along(axes, found, era)


def _along(axes: Axes, found: Bargaining, era: str) -> None:
    """Draw both limits and the agreement as the parameter moves."""
    deals = found.courses[era]
    ats = [float(deal.at) for deal in deals]
    axes.set(xlim=(min(ats), max(ats)), ylim=_ends(found))
    interval = found.model.eras[era].values[found.moves].range
    axes.axvspan(float(interval.low), float(interval.high), color=INK, alpha=0.09, lw=0, zorder=0.8)
    for strand in _strands(deals):
        _strand(axes, found, strand, era)
    for deal in found.centres[era]:
        axes.axvline(float(deal.at), color=FAINT, lw=0.8, ls=THIN, zorder=1)
        if deal.agreed is not None:
            (mark,) = axes.plot(float(deal.at), float(deal.agreed), **AGREED, zorder=6)
            mark.set_gid(f"centre {era}")


def _strands(deals: Sequence[Deal]) -> Iterator[list[Deal]]:
    """Yield what belongs together: one kind of equilibrium at neighbouring values."""
    order = {at: k for k, at in enumerate(sorted({deal.at for deal in deals}))}
    for name in dict.fromkeys(deal.equilibrium for deal in deals):
        own = sorted((deal for deal in deals if deal.equilibrium == name), key=lambda d: d.at)
        strand: list[Deal] = []
        for deal in own:
            if strand and order[deal.at] > order[strand[-1].at] + 1:
                yield strand
                strand = []
            strand.append(deal)
        yield strand


def _strand(axes: Axes, found: Bargaining, strand: Sequence[Deal], era: str) -> None:
    x = np.array([float(deal.at) for deal in strand])
    low, high = axes.get_ylim()
    least, most, agreed = (
        np.array([nothing if v is None else float(v) for v in values])
        for values, nothing in (
            ([deal.least for deal in strand], -np.inf),
            ([deal.most for deal in strand], np.inf),
            ([deal.agreed for deal in strand], np.nan),
        )
    )
    lower, upper = np.maximum(least, low), np.minimum(most, high)
    fill = axes.fill_between(x, lower, upper, where=lower <= upper, color=BAND, lw=0, zorder=0.5)
    fill.set_gid(f"band {era}")
    lines: tuple[tuple[str, Any, dict[str, Any]], ...] = (
        ("most", most, {"color": _colour(found, lower=False), "lw": 1.6}),
        ("least", least, {"color": _colour(found, lower=True), "lw": 1.6, "ls": DASHED}),
        ("agreed", agreed, {"color": INK, "lw": 2.2, "clip_on": False}),
    )
    for name, values, style in lines:
        (line,) = axes.plot(x, values, zorder=4, **style)
        line.set_gid(f"{name} {era}")
