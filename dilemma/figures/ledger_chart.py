"""How far a verdict carries, and on what share of the boxes a claim holds, as bars in a row.

The ledger as a chart: a row for each claim, its verdict, how far it carries and on what share.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from dilemma.claims.sentences import carries, where
from dilemma.claims.verdict import Radius, Robustness, Shares, Verdict
from dilemma.figures.layout import wrap
from dilemma.figures.paper import (
    DOWN,
    EDGE,
    FAINT,
    GREY,
    INK,
    LINE,
    PALE,
    SMALL,
    STYLE,
    TINY,
    UP,
    Paper,
    literal,
    paper,
    tall,
)
from dilemma.ledger.ledger import Ledger
from dilemma.model import Model
from dilemma.output.result import percent

__all__ = [
    "NOTE",
    "PARTS",
    "SAMPLED",
    "beside",
    "draw_radius",
    "draw_shares",
    "ledger",
    "missing",
    "spans",
    "stretch",
]

THICK = 0.15  # how high a bar is [inches]
NOTE = 7.5  # points of what is written beside a bar
PARTS: Mapping[str, dict[str, Any]] = {
    "holds": {"facecolor": UP, "edgecolor": UP},
    "fails": {"facecolor": PALE, "edgecolor": DOWN, "hatch": "////"},
    "silent": {"facecolor": "#E9EBEF", "edgecolor": FAINT, "hatch": "...."},
    "undecided": {"facecolor": "white", "edgecolor": FAINT},
}
SAMPLED: dict[str, Any] = {"marker": "d", "ms": 6, "mfc": "white", "mec": INK, "mew": 1.1}


def stretch(radius: float) -> float:
    """Return where a radius stands on its scale: 0 at 0, 1 in the middle, all there is at 1.

    Examples
    --------
    >>> stretch(0), stretch(1), stretch(3)
    (0.0, 0.5, 0.75)
    """
    return radius / (1 + radius)


def missing(verdict: Verdict) -> str:
    """Say why there is no radius."""
    if verdict.robustness is None:
        return "not asked"
    if verdict.status in ("vacuous", "contradictory"):
        return "nothing to speak of"
    return "says what is possible" if verdict.claim.mode == "possible" else "speaks of no box"


def spans(verdict: Verdict, robust: Robustness | None) -> str:
    """Say on which share of the boxes a claim holds, as far as that is decided."""
    if robust is None:
        return "not asked"
    if robust.shares is not None:
        shares = robust.shares
        decided = shares.holds + shares.fails
        told = f"holds on {percent(float(shares.holds))}" if decided else "undecided"
        drawn = "" if shares.sampled is None else f"\n{percent(shares.sampled)} of draws"
        return told + drawn
    if robust.radius is not None and verdict.status == "proved":
        return "all of it: proved"
    return missing(verdict) if robust.radius is None else "not known"


def beside(axes: Axes, words: str, at: float, gid: str, width: float) -> None:
    """Write to the right of a bar, on two lines where one is too long."""
    lines = [part for line in words.split("\n") for part in wrap(line.split(), " ", width, NOTE)]
    axes.annotate(
        "\n".join(lines), (1, at), (6, 0), textcoords="offset points", va="center",
        fontsize=NOTE, color=INK, gid=gid, annotation_clip=False,
    )  # fmt: skip


def draw_radius(axes: Axes, radius: Radius, at: float, name: str) -> None:
    """Draw a bar as far as a claim is proved, and a bracket to where it is refuted."""
    proved = 0.0 if radius.proved is None else stretch(float(radius.proved))
    end = 1.0 if radius.everywhere else proved
    if radius.proved is not None:
        (bar,) = axes.barh(at, end, THICK, lw=0.8, zorder=2, **PARTS["holds"])
        bar.set_gid(f"radius {name}")
    if radius.everywhere:
        return
    fails = 1.0 if radius.fails is None else stretch(float(radius.fails))
    known = radius.fails is not None
    style: Any = "-" if known else (0, (2, 2))
    (line,) = axes.plot([end, fails], [at, at], color=INK, lw=1.1, ls=style, zorder=3)
    line.set_gid(f"bracket {name}")
    if known:
        axes.plot(fails, at, "|", color=INK, ms=9, mew=1.3, zorder=3, clip_on=False)


def draw_shares(axes: Axes, shares: Shares, at: float, name: str) -> None:
    """Draw the parts of the boxes on which a claim holds, fails, is silent, is undecided."""
    left = 0.0
    for part, look in PARTS.items():
        size = float(getattr(shares, part))
        if size:
            (bar,) = axes.barh(at, size, THICK, left=left, lw=0.8, zorder=2, **look)
            bar.set_gid(f"{part} {name}")
        left += size
    if shares.sampled is not None:
        (mark,) = axes.plot(shares.sampled, at, ls="", zorder=4, clip_on=False, **SAMPLED)
        mark.set_gid(f"sampled {name}")


# --- the ledger as a chart -----------------------------------------------------------------------


NAME, SAYS, WORD, BAR, TOLD = 1.55, 3.7, 1.35, 1.5, 1.05  # columns [inches]
GAP = 0.15  # between columns [inches]
LOOKS: Mapping[str, dict[str, Any]] = {
    "proved": {"marker": "o", "color": "#00795A"},
    "mixed": {"marker": "D", "color": "#8A6500", "fillstyle": "left", "mfcalt": "white"},
    "disproved": {"marker": "X", "color": DOWN},
    "open": {"marker": "o", "color": GREY, "mfc": "white"},
    "vacuous": {"marker": "s", "color": "#7B4F9D", "mfc": "white"},
    "contradictory": {"marker": "P", "color": "#7B4F9D", "mfc": "white"},
}


@literal
def ledger(found: Ledger, *, first: int = 0, most: int | None = None) -> Figure:
    """Draw claims and their verdicts, a row each, by model.

    Where it was asked how robust verdicts are, a bar shows the radius: how far the boxes may be
    blown up around their centres with the claim still proved.  Another shows on which share of the
    boxes it holds.

    Parameters
    ----------
    found : Ledger
    first : int
        The row to begin with, counted from nought.
    most : int, optional
        How many rows; all by default, on one tall sheet.

    Examples
    --------
    >>> import dilemma
    >>> figure = ledger(dilemma.prove(dilemma.load("abandonment"), "C1.8"))
    >>> [text.get_text() for text in figure.texts if text.get_gid() == "verdict"]
    ['proved']
    """
    shown = found.verdicts[first : None if most is None else first + most]
    robust = any(v.robustness is not None for v in shown)
    models = {model.name: model for model in found.models}
    parts = [
        _Part(models[name], tuple(_row(models[name], v) for v in own))
        for name, own in groupby(shown, key=lambda v: v.model)
    ]
    width = NAME + SAYS + WORD + 2 * GAP + (2 * (BAR + TOLD + GAP) if robust else 0)
    with mpl.rc_context(STYLE):
        feet = _feet(shown, width, robust=robust)
        top = EDGE + 11 * LINE + SMALL * LINE + 0.2 + (0.3 if robust else 0)
        height = top + sum(part.height + AXIS * robust for part in parts)
        sheet = paper(2 * EDGE + width, height + 0.1 + tall(feet, TINY) + EDGE)
        sheet.head(EDGE, EDGE, "Claims, each decided", [_summary(found, shown)])
        if robust:
            _key(sheet, EDGE + 11 * LINE + SMALL * LINE + 0.14, shown)
        for part in parts:
            _words(sheet, part, top)
            if robust:
                _bars(sheet, part, top)
            top += part.height + AXIS * robust
        sheet.feet(EDGE, feet)
        return sheet.figure


# --- the sheet ----------------------------------------------------------------------------------

HEAD, AXIS = 0.34, 0.5  # a model's title; an axis below its claims [inches]


@dataclass(frozen=True, slots=True)
class _Row:
    """A claim in lines: its name and over what it speaks, and what it says."""

    verdict: Verdict
    name: tuple[str, ...]
    over: tuple[str, ...]
    says: tuple[str, ...]

    @property
    def height(self) -> float:
        names = tall(self.name, SMALL) + tall(self.over, TINY)
        return max(names, tall(self.says, TINY), 0.2) + 0.11


@dataclass(frozen=True, slots=True)
class _Part:
    """A model with its rows."""

    model: Model
    rows: tuple[_Row, ...]

    @property
    def rows_height(self) -> float:
        return sum(row.height for row in self.rows)

    @property
    def height(self) -> float:
        return HEAD + self.rows_height + 0.12


def _row(model: Model, verdict: Verdict) -> _Row:
    claim = verdict.claim
    name = claim.label or (claim.name if claim.name in model.claims else "a claim of your own")
    says = claim.says + ("" if claim.derived else " [put in]")
    return _Row(
        verdict,
        tuple(wrap(name.split(), " ", NAME, SMALL)),
        tuple(wrap(where(model, verdict).split(), " ", NAME, TINY)),
        tuple(wrap((says or claim.text["holds"]).split(), " ", SAYS, TINY)),
    )


def _summary(found: Ledger, shown: Sequence[Verdict]) -> str:
    odd = sum(not v.as_expected for v in found.verdicts)
    told = f"{odd} otherwise than expected" if odd else "all as expected"
    part = "" if len(shown) == len(found) else f"; {len(shown)} of them here"
    return f"{found.summary}; {told}{part}"


def _feet(shown: Sequence[Verdict], width: float, *, robust: bool) -> list[str]:
    told = [
        "Proved: at every calibration that the claim speaks of.",
        "Mixed: it holds at some and fails at others. Disproved: it fails at all.",
    ]
    if robust:
        told.append(
            "Radius: how far the boxes may be blown up around their centres (1: as they are, 0: the "
            "centres alone) with the claim still proved; the bar ends where it is proved, the "
            "bracket where it is refuted; what lies between is not known. Share: of the boxes' "
            "volume, decided part by part."
        )
    else:
        told.append("How far the verdicts carry (radius, share of the boxes) was not asked for.")
    if any(v.status == "open" for v in shown):
        told.append("Open: not decided.")
    if any(not v.claim.derived for v in shown):
        told.append("[put in]: the calibration puts the sign in; no equilibrium is needed.")
    told += [f"{v.claim.label or v.name}: {v.reason}." for v in shown if v.reason]
    return wrap(" ".join(told).split(), " ", width, TINY)


def _key(sheet: Paper, top: float, shown: Sequence[Verdict]) -> None:
    """Say what bars mean; only what occurs."""
    shares = [v.robustness.shares for v in shown if v.robustness and v.robustness.shares]
    names = {
        "holds": "proved, holds",
        "fails": "fails",
        "silent": "nothing to speak of",
        "undecided": "undecided",
    }
    handles: list[Any] = [
        Patch(linewidth=0.8, label=names[name], **look)
        for name, look in PARTS.items()
        if name == "holds" or any(getattr(one, name) for one in shares)
    ]
    handles.append(Line2D([], [], color=INK, lw=1.1, marker="|", ms=7, label="bracket of a radius"))
    if any(one.sampled is not None for one in shares):
        handles.append(
            Line2D([], [], ls="", **SAMPLED, label="random calibrations at which it holds")
        )
    sheet.figure.legend(
        handles=handles, loc="upper left", ncols=len(handles), fontsize=SMALL, borderpad=0,
        bbox_to_anchor=(EDGE / sheet.width, 1 - top / sheet.height), borderaxespad=0,
        handlelength=1.6, handleheight=0.8, columnspacing=1.4,
    )  # fmt: skip


def _words(sheet: Paper, part: _Part, top: float) -> None:
    """Write what is claimed, and the verdict by shape, colour and word."""
    sheet.write(EDGE, top, [part.model.title], fontweight="bold", gid="model")
    at = top + HEAD
    axes = sheet.axes(EDGE + NAME + SAYS + 2 * GAP, at, WORD, part.rows_height, "verdicts")
    axes.set(xlim=(0, WORD), ylim=(part.rows_height, 0))
    axes.set_axis_off()
    for row in part.rows:
        v, middle = row.verdict, at + row.height / 2
        sheet.figure.add_artist(_rule(sheet, at - 0.02))
        start = middle - (tall(row.name, SMALL) + tall(row.over, TINY)) / 2
        sheet.write(EDGE, start, row.name, fontsize=SMALL, gid="claim")
        sheet.write(EDGE, start + tall(row.name, SMALL), row.over, fontsize=TINY, color=GREY)
        says = middle - tall(row.says, TINY) / 2
        sheet.write(EDGE + NAME + GAP, says, row.says, fontsize=TINY, gid="says")
        left = EDGE + NAME + SAYS + 2 * GAP
        look = LOOKS[v.status]
        (mark,) = axes.plot(0.08, middle - at + (at - top - HEAD), ls="", ms=7, mew=1.3, **look)
        mark.set_gid(f"status {v.name}")
        up = SMALL * LINE / 2 if v.as_expected else SMALL * LINE
        style = {"fontsize": SMALL, "color": look["color"], "fontweight": "bold"}
        sheet.write(left + 0.2, middle - up, [v.status], gid="verdict", **style)
        if not v.as_expected:
            told = [f"expected {v.expected}"]
            sheet.write(left + 0.2, middle, told, fontsize=TINY, color=DOWN, gid="expected")
        at += row.height


def _rule(sheet: Paper, at: float) -> Line2D:
    """Return a thin line above a row."""
    y = 1 - at / sheet.height
    ends = [EDGE / sheet.width, 1 - EDGE / sheet.width]
    return Line2D(ends, [y, y], color="#E3E6EA", lw=0.7, zorder=0)


def _bars(sheet: Paper, part: _Part, top: float) -> None:
    """Draw radius and share of every claim of a model, with their axes."""
    left = EDGE + NAME + SAYS + WORD + 3 * GAP
    height = part.rows_height
    radii = sheet.axes(left, top + HEAD, BAR, height, f"radius {part.model.name}")
    shares = sheet.axes(
        left + BAR + TOLD + GAP, top + HEAD, BAR, height, f"share {part.model.name}"
    )
    for axes in (radii, shares):
        axes.set(xlim=(0, 1), ylim=(height, 0))
        axes.patch.set_visible(False)
        axes.spines["left"].set_visible(False)
        axes.tick_params(left=False, labelleft=False, labelsize=NOTE)
    marks = {0.0: "0", 0.5: "½", 1.0: "1", 2.0: "2", 5.0: "5"}
    radii.set_xticks([*map(stretch, marks), 1], [*marks.values(), "∞"])
    radii.axvline(stretch(1), color=FAINT, lw=0.8, ls=(0, (3, 2)), zorder=0)
    shares.set_xticks([0, 0.5, 1], ["0", "50", "100 %"])
    radii.set_xlabel("radius", fontsize=SMALL, labelpad=1)
    shares.set_xlabel("share of the boxes", fontsize=SMALL, labelpad=1)
    at = 0.0
    for row in part.rows:
        at += row.height / 2
        robust, name = row.verdict.robustness, row.verdict.name
        told = missing(row.verdict)
        if robust is not None and robust.radius is not None:
            draw_radius(radii, robust.radius, at, name)
            told = carries(robust)
        beside(radii, told, at, f"told {name}", TOLD - 0.1)
        words = spans(row.verdict, robust)
        if robust is not None and robust.shares is not None:
            draw_shares(shares, robust.shares, at, name)
        beside(shares, words, at, f"spans {name}", TOLD - 0.05)
        at += row.height / 2
