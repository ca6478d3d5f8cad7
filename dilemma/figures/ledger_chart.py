"""The ledger as a chart: a row for each claim, its verdict, how far it carries, on what share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from dilemma.claims.sentences import carries, where
from dilemma.claims.verdict import Radius, Robustness, Shares, Verdict
from dilemma.figures.layout import LINE, SMALL, TINY, wrap
from dilemma.figures.paper import (
    DOWN,
    EDGE,
    FAINT,
    FALL,
    GREY,
    INK,
    RISE,
    THIN,
    Paper,
    Part,
    Words,
    area,
    beside,
    heading,
    key,
    middles,
    notes,
    sheet,
    stroke,
    styled,
)
from dilemma.ledger.ledger import Ledger
from dilemma.model import Model
from dilemma.output.result import percent

__all__ = ["ledger"]

NAME, SAYS, WORD, BAR, BESIDE = 1.55, 3.7, 1.35, 1.5, 1.05  # columns [inches]
GAP = 0.15  # between columns [inches]
HEAD, AXIS = 0.34, 0.5  # a model's title; an axis below its claims [inches]
THICK = 0.15  # how high a bar is [inches]
NOTE = 7.5  # points of what is written beside a bar
PARTS: Mapping[str, Mapping[str, Any]] = {
    "holds": RISE,
    "fails": FALL,
    "silent": {"facecolor": "#E9EBEF", "edgecolor": FAINT, "hatch": "...."},
    "undecided": {"facecolor": "white", "edgecolor": FAINT},
}
SAMPLED: dict[str, Any] = {"marker": "d", "ms": 6, "mfc": "white", "mec": INK, "mew": 1.1}
LOOKS: Mapping[str, dict[str, Any]] = {
    "proved": {"marker": "o", "color": "#00795A"},
    "mixed": {"marker": "D", "color": "#8A6500", "fillstyle": "left", "mfcalt": "white"},
    "disproved": {"marker": "X", "color": DOWN},
    "open": {"marker": "o", "color": GREY, "mfc": "white"},
    "vacuous": {"marker": "s", "color": "#7B4F9D", "mfc": "white"},
    "contradictory": {"marker": "P", "color": "#7B4F9D", "mfc": "white"},
}


@styled
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
    width = NAME + SAYS + WORD + 2 * GAP + (2 * (BAR + BESIDE + GAP) if robust else 0)
    marks = _marks(shown) if robust else []
    spacing: dict[str, Any] = {"handlelength": 1.6, "handleheight": 0.8, "columnspacing": 1.4}
    return sheet(
        2 * EDGE + width,
        heading("Claims, each decided", [_summary(found, shown)], 0.14),
        key(marks, 0.36 if robust else 0.06, **spacing),
        *(Part(part.height + AXIS * robust, partial(_draw, part, robust)) for part in parts),
        Part(0.1),
        notes(wrap(_note(shown, robust=robust).split(), " ", width, TINY)),
    )


# --- what is written ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Row:
    """A claim: its name and over what it speaks, and what it says."""

    verdict: Verdict
    name: Words
    over: Words
    says: Words

    @property
    def height(self) -> float:
        return max(self.name.height + self.over.height, self.says.height, 0.2) + 0.11


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
    says = says or claim.text["holds"]
    return _Row(
        verdict,
        Words(wrap(name.split(), " ", NAME, SMALL), SMALL, {"gid": "claim"}),
        Words(wrap(where(model, verdict).split(), " ", NAME, TINY), TINY, {"color": GREY}),
        Words(wrap(says.split(), " ", SAYS, TINY), TINY, {"gid": "says"}),
    )


def _summary(found: Ledger, shown: Sequence[Verdict]) -> str:
    odd = sum(not v.as_expected for v in found.verdicts)
    told = f"{odd} otherwise than expected" if odd else "all as expected"
    part = "" if len(shown) == len(found) else f"; {len(shown)} of them here"
    return f"{found.summary}; {told}{part}"


def _note(shown: Sequence[Verdict], *, robust: bool) -> str:
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
    return " ".join(told)


def _marks(shown: Sequence[Verdict]) -> list[Artist]:
    """Say what bars mean; only what occurs."""
    shares = [v.robustness.shares for v in shown if v.robustness and v.robustness.shares]
    names = {
        "holds": "proved, holds",
        "fails": "fails",
        "silent": "nothing to speak of",
        "undecided": "undecided",
    }
    marks: list[Artist] = [
        area(names[name], linewidth=0.8, **look)
        for name, look in PARTS.items()
        if name == "holds" or any(getattr(one, name) for one in shares)
    ]
    marks.append(stroke("bracket of a radius", color=INK, lw=1.1, marker="|", ms=7))
    if any(one.sampled is not None for one in shares):
        marks.append(stroke("random calibrations at which it holds", ls="", **SAMPLED))
    return marks


# --- a model's claims -----------------------------------------------------------------------------


def _draw(part: _Part, robust: bool, paper: Paper, top: float) -> None:  # noqa: FBT001 -- a part's own
    """Draw a model's claims, a row each."""
    paper.write(EDGE, top, [part.model.title], fontweight="bold", gid="model")
    top += HEAD
    left = EDGE + NAME + SAYS + 2 * GAP
    axes = paper.axes(left, top, WORD, part.rows_height, "verdicts")
    axes.set(xlim=(0, WORD), ylim=(part.rows_height, 0))
    axes.set_axis_off()
    levels = middles([row.height for row in part.rows], top)
    for row, level in zip(part.rows, levels, strict=True):
        paper.figure.add_artist(_rule(paper, level - row.height / 2 - 0.02))
        paper.stack(EDGE, level, row.name, row.over)
        paper.stack(EDGE + NAME + GAP, level, row.says)
        (mark,) = axes.plot(0.08, level - top, ls="", ms=7, mew=1.3, **LOOKS[row.verdict.status])
        mark.set_gid(f"status {row.verdict.name}")
        _verdict(paper, row.verdict, left + 0.2, level)
    if robust:
        _bars(paper, part, top)


def _verdict(paper: Paper, verdict: Verdict, left: float, middle: float) -> None:
    """Write the verdict, and what was expected if that is something else."""
    style = {"color": LOOKS[verdict.status]["color"], "fontweight": "bold", "gid": "verdict"}
    up = SMALL * LINE / 2 if verdict.as_expected else SMALL * LINE
    paper.write(left, middle - up, [verdict.status], fontsize=SMALL, **style)
    if not verdict.as_expected:
        words = [f"expected {verdict.expected}"]
        paper.write(left, middle, words, fontsize=TINY, color=DOWN, gid="expected")


def _rule(paper: Paper, at: float) -> Line2D:
    """Return a thin line above a row."""
    y = 1 - at / paper.height
    ends = [EDGE / paper.width, 1 - EDGE / paper.width]
    return Line2D(ends, [y, y], color="#E3E6EA", lw=0.7, zorder=0)


# --- how far a verdict carries, and on what share of the boxes ------------------------------------


def _bars(paper: Paper, part: _Part, top: float) -> None:
    """Draw radius and share of every claim of a model, with their axes."""
    left, height = EDGE + NAME + SAYS + WORD + 3 * GAP, part.rows_height
    radii = paper.bars(left, top, BAR, height, f"radius {part.model.name}")
    shares = paper.bars(left + BAR + BESIDE + GAP, top, BAR, height, f"share {part.model.name}")
    for axes in (radii, shares):
        axes.set_xlim(0, 1)
        axes.patch.set_visible(False)
        axes.tick_params(labelsize=NOTE)
    marks = {0.0: "0", 0.5: "½", 1.0: "1", 2.0: "2", 5.0: "5"}
    radii.set_xticks([*map(_stretch, marks), 1], [*marks.values(), "∞"])
    radii.axvline(_stretch(1), color=FAINT, lw=0.8, ls=THIN, zorder=0)
    shares.set_xticks([0, 0.5, 1], ["0", "50", "100 %"])
    radii.set_xlabel("radius", fontsize=SMALL, labelpad=1)
    shares.set_xlabel("share of the boxes", fontsize=SMALL, labelpad=1)
    levels = middles([row.height for row in part.rows])
    for row, at in zip(part.rows, levels, strict=True):
        robust, name = row.verdict.robustness, row.verdict.name
        words = _missing(row.verdict)
        if robust is not None and robust.radius is not None:
            _radius(radii, robust.radius, at, name)
            words = carries(robust)
        _write(radii, words, at, f"told {name}", BESIDE - 0.1)
        if robust is not None and robust.shares is not None:
            _shares(shares, robust.shares, at, name)
        _write(shares, _spans(row.verdict, robust), at, f"spans {name}", BESIDE - 0.05)


def _stretch(radius: float) -> float:
    """Return where a radius stands on its scale: 0 at 0, 1 in the middle, all there is at 1.

    Examples
    --------
    >>> _stretch(0), _stretch(1), _stretch(3)
    (0.0, 0.5, 0.75)
    """
    return radius / (1 + radius)


def _missing(verdict: Verdict) -> str:
    """Say why there is no radius."""
    if verdict.robustness is None:
        return "not asked"
    if verdict.status in ("vacuous", "contradictory"):
        return "nothing to speak of"
    return "says what is possible" if verdict.claim.mode == "possible" else "speaks of no box"


def _spans(verdict: Verdict, robust: Robustness | None) -> str:
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
    return _missing(verdict) if robust.radius is None else "not known"


def _write(axes: Axes, words: str, at: float, gid: str, width: float) -> None:
    """Write to the right of a bar, on two lines where one is too long."""
    lines = [part for line in words.split("\n") for part in wrap(line.split(), " ", width, NOTE)]
    style = {"fontsize": NOTE, "color": INK, "annotation_clip": False}
    beside(axes, "\n".join(lines), (1, at), (6, 0), gid=gid, **style)


def _radius(axes: Axes, radius: Radius, at: float, name: str) -> None:
    """Draw a bar as far as a claim is proved, and a bracket to where it is refuted."""
    proved = 0.0 if radius.proved is None else _stretch(float(radius.proved))
    end = 1.0 if radius.everywhere else proved
    if radius.proved is not None:
        (bar,) = axes.barh(at, end, THICK, lw=0.8, zorder=2, **PARTS["holds"])
        bar.set_gid(f"radius {name}")
    if radius.everywhere:
        return
    fails = 1.0 if radius.fails is None else _stretch(float(radius.fails))
    known = radius.fails is not None
    style: Any = "-" if known else (0, (2, 2))
    (line,) = axes.plot([end, fails], [at, at], color=INK, lw=1.1, ls=style, zorder=3)
    line.set_gid(f"bracket {name}")
    if known:
        axes.plot(fails, at, "|", color=INK, ms=9, mew=1.3, zorder=3, clip_on=False)


def _shares(axes: Axes, shares: Shares, at: float, name: str) -> None:
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
