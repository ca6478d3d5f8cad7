"""How far a verdict carries, and on what share of the boxes a claim holds, as bars in a row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes

from dilemma.figures.paper import DOWN, PALE, UP
from dilemma.figures.placing import wrap
from dilemma.figures.style import FAINT, INK
from dilemma.proof.verdicts import Radius, Robustness, Shares, Verdict
from dilemma.report import percent

__all__ = [
    "NOTE",
    "PARTS",
    "SAMPLED",
    "beside",
    "draw_radius",
    "draw_shares",
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
