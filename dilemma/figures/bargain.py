"""Where a bargain can be struck and where it is: at the eras' centres, and along a parameter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from dilemma.figures.layout import typeset
from dilemma.figures.paper import (
    BODY,
    DOWN,
    EDGE,
    FAINT,
    GREY,
    GROUND,
    INK,
    LINE,
    SMALL,
    STYLE,
    TINY,
    UP,
    Paper,
    lines_of,
    literal,
    paper,
    short,
    tall,
    written,
)
from dilemma.study.bargaining import Bargaining, Deal

__all__ = ["bargain"]

PANEL = (3.5, 3.0)  # width and height of a panel along a parameter [inches]
SIDE, GAP = 1.25, 0.45  # left of the panels, and between them [inches]
ROW = 0.62  # an era's row [inches]
BAND = "#CCECFD"  # where nobody loses


@literal
def bargain(found: Bargaining) -> Figure:
    """Draw in which range a bargain lies and where it is struck, era by era.

    The upper panel has the eras' centres, with what the boxes span; the lower ones follow both
    limits along one parameter.

    Examples
    --------
    >>> import dilemma
    >>> figure = bargain(dilemma.bargaining(dilemma.load("burden"), draws=500))
    >>> [axes.get_label() for axes in figure.axes]
    ['centres', 'cold_war', 'post_cold_war']
    """
    eras = list(found.centres)
    columns = min(len(eras), 3)
    span = columns * (PANEL[0] + GAP) - GAP
    with mpl.rc_context(STYLE):
        over = _over(found)
        head = lines_of(f"{over.name}: {over.means} [{over.unit}]", SIDE + span, SMALL)
        feet = [typeset(line) for line in lines_of(_note(found), SIDE + span, TINY)]
        top = EDGE + 11 * LINE + 0.1 + tall(head, SMALL)
        keys = _keys(found)
        rows = -(-len(eras) // columns)
        centres = ROW * sum(len(deals) for deals in found.centres.values()) + 0.1
        panels = top + KEY + centres + 0.75
        height = panels + rows * (PANEL[1] + 1.05) + tall(feet, TINY) + EDGE
        sheet = paper(EDGE * 2 + SIDE + span, height)
        title = f"Where {typeset(found.over)} can be agreed on"
        sheet.head(EDGE, EDGE, title, [typeset(line) for line in head])
        _key(sheet, top, keys)
        _centres(sheet, found, (EDGE + SIDE, top + KEY, span, centres))
        for k, era in enumerate(eras):
            row, column = divmod(k, columns)
            place = (EDGE + SIDE + column * (PANEL[0] + GAP), panels + row * (PANEL[1] + 1.05))
            _along(sheet, found, era, place, first=column == 0)
        sheet.feet(EDGE, feet)
        return sheet.figure


KEY = 0.55  # the key's two lines [inches]


def _over(found: Bargaining) -> Any:
    assert found.model.game.bargain is not None
    return found.model.game.bargain.over


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


def _keys(found: Bargaining) -> list[Artist]:
    marker: dict[str, Any] = {"marker": "D", "ms": 6, "mfc": INK, "mec": INK}
    return [
        Patch(facecolor=BAND, edgecolor="none", label="neither side loses"),
        Line2D([], [], color=INK, lw=2.2, label=f"{typeset(found.over)} agreed", **marker),
        Line2D([], [], color=UP, lw=1.6, label=f"{_title(found, found.gives)}: gives at most"),
        Line2D(
            [], [], color=DOWN, lw=1.6, ls=(0, (4, 2)),
            label=f"{_title(found, found.takes)}: takes at least",
        ),
    ]  # fmt: skip


def _key(sheet: Paper, top: float, keys: Sequence[Artist]) -> None:
    sheet.figure.legend(
        handles=list(keys), loc="upper left", ncols=2, fontsize=SMALL, borderpad=0,
        bbox_to_anchor=(EDGE / sheet.width, 1 - top / sheet.height), borderaxespad=0,
        handlelength=2.2, columnspacing=1.6,
    )  # fmt: skip


# --- the eras' centres --------------------------------------------------------------------------


def _centres(sheet: Paper, found: Bargaining, box: tuple[float, float, float, float]) -> None:
    """Draw a row for each equilibrium at each era's centre."""
    left, top, _, height = box
    low, high = _ends(found)
    edge = 0.13 * (high - low)
    axes = sheet.axes(*box, "centres")
    axes.set(xlim=(low - edge, high + edge), ylim=(height, 0))
    axes.spines["left"].set_visible(False)
    axes.spines["bottom"].set_bounds(low, high)
    axes.set_xticks(np.linspace(low, high, 6))
    axes.tick_params(left=False, labelleft=False)
    axes.set_xlabel(typeset(found.over), labelpad=2)
    middle = 0.05 + ROW / 2
    for era, deals in found.centres.items():
        words = [found.model.eras[era].title]
        sheet.write(left - 0.1, top + middle - 0.12, words, ha="right", fontweight="bold")
        for deal in deals:
            _row(axes, deal, (low, high), middle, era)
            _box_span(axes, found, era, middle + 0.19)
            middle += ROW


def _row(axes: Axes, deal: Deal, ends: tuple[float, float], middle: float, era: str) -> None:
    """Draw both limits, cut at the ends of what may be agreed on, and the agreement."""
    low, high = ends
    least = low if deal.least is None else float(deal.least)
    most = high if deal.most is None else float(deal.most)
    inside = [min(max(value, low), high) for value in (least, most)]
    if least <= most:
        width = inside[1] - inside[0]
        (band,) = axes.barh(middle, width, 0.22, left=inside[0], color=BAND, zorder=2)
        band.set_gid(f"band {era}")
    for value, cut, colour, style, side in (
        (least, inside[0], DOWN, (0, (4, 2)), -1),
        (most, inside[1], UP, "-", 1),
    ):
        if value == cut:
            (line,) = axes.plot([cut, cut], [middle - 0.11, middle + 0.11], color=colour, ls=style)
            line.set(linewidth=1.6, gid=f"{'least' if side < 0 else 'most'} {era}")
        words = written(value) if value == cut else f"→ {written(value)}"
        if side < 0 and value != cut:
            words = f"{written(value)} ←"
        axes.annotate(
            words, (cut, middle), (side * 5, 0), textcoords="offset points", color=colour,
            fontsize=SMALL, va="center", ha="right" if side < 0 else "left", gid=f"limit {era}",
        )  # fmt: skip
    if deal.agreed is None:
        axes.text(sum(ends) / 2, middle, "no agreement", ha="center", va="center", color=GREY)
        return
    agreed = float(deal.agreed)
    (mark,) = axes.plot(agreed, middle, "D", ms=7, mfc=INK, mec="white", mew=1, zorder=5)
    mark.set_gid(f"agreed {era}")
    axes.annotate(
        written(deal.agreed), (agreed, middle), (0, 9), textcoords="offset points", va="bottom",
        ha="center", fontsize=SMALL, fontweight="bold", bbox=GROUND, gid=f"value {era}",
    )  # fmt: skip


def _box_span(axes: Axes, found: Bargaining, era: str, at: float) -> None:
    """Draw where nine tenths of the era's box have their agreement."""
    spread = found.spreads[era].agreed
    if not spread:
        return
    (line,) = axes.plot([spread[0], spread[-1]], [at, at], color=INK, lw=1, zorder=3)
    line.set_gid(f"box {era}")
    axes.plot(spread[1], at, "|", color=INK, ms=6, mew=1.2, zorder=3)


# --- along a parameter --------------------------------------------------------------------------


def _along(
    sheet: Paper, found: Bargaining, era: str, place: tuple[float, float], *, first: bool
) -> None:
    """Draw both limits and the agreement as the parameter moves."""
    left, top = place
    sheet.write(left, top, [found.model.eras[era].title], fontsize=11, fontweight="bold")
    axes = sheet.axes(left, top + 0.28, *PANEL, era)
    deals = found.courses[era]
    reach = [float(deal.at) for deal in deals]
    axes.set(xlim=(min(reach), max(reach)), ylim=_ends(found))
    axes.tick_params(labelleft=first)
    parameter = found.model.parameters[found.moves]
    words = f"{short(parameter)} [{parameter.unit}]"
    axes.set_xlabel("\n".join(map(typeset, lines_of(words, PANEL[0], BODY))))
    if first:
        axes.set_ylabel(typeset(f"{found.over} [{_over(found).unit}]"))
    interval = found.model.eras[era].values[found.moves].range
    axes.axvspan(float(interval.low), float(interval.high), color=INK, alpha=0.09, lw=0, zorder=0.8)
    for strand in _strands(deals):
        _strand(axes, strand, era)
    for deal in found.centres[era]:
        axes.axvline(float(deal.at), color=FAINT, lw=0.8, ls=(0, (3, 2)), zorder=1)
        if deal.agreed is not None:
            (mark,) = axes.plot(
                float(deal.at), float(deal.agreed), "D", ms=7, mfc=INK, mec="white", mew=1, zorder=6
            )
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


def _strand(axes: Axes, strand: Sequence[Deal], era: str) -> None:
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
        ("most", most, {"color": UP, "lw": 1.6}),
        ("least", least, {"color": DOWN, "lw": 1.6, "ls": (0, (4, 2))}),
        ("agreed", agreed, {"color": INK, "lw": 2.2, "clip_on": False}),
    )
    for name, values, style in lines:
        (line,) = axes.plot(x, values, zorder=4, **style)
        line.set_gid(f"{name} {era}")
