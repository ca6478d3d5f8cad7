"""Which figure a result has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from matplotlib.figure import Figure

from dilemma.errors import UnsupportedError
from dilemma.figures.bargain import bargain
from dilemma.figures.curves import ceiling, fold, has_ceiling
from dilemma.figures.diagram import diagram
from dilemma.figures.ledger_chart import ledger
from dilemma.figures.map import region_map
from dilemma.figures.over_time import over_time
from dilemma.figures.reply_curves import replies
from dilemma.figures.swings import tornado
from dilemma.figures.trend_table import trend_table
from dilemma.figures.waterfall import waterfall
from dilemma.ledger.ledger import Ledger
from dilemma.output.result import Shown
from dilemma.story.cells import Trends
from dilemma.study.attribute import Attribution
from dilemma.study.bargaining import Bargaining
from dilemma.study.best_replies import Replies
from dilemma.study.diagrams import Diagrams
from dilemma.study.region_map import RegionMap
from dilemma.study.timeline import Timeline
from dilemma.study.tornado import Swings
from dilemma.study.trace import Trace

__all__ = ["FIGURES", "path", "plot"]


def path(found: Trace, **how: Any) -> Figure:
    """Draw equilibria along a path: the ceiling where a leader sets one, else the fold diagram."""
    return (ceiling if has_ceiling(found) else fold)(found, **how)


FIGURES: Mapping[type[Shown], Callable[..., Figure]] = {
    RegionMap: region_map,
    Replies: replies,
    Trace: path,
    Attribution: waterfall,
    Swings: tornado,
    Bargaining: bargain,
    Diagrams: diagram,
    Timeline: over_time,
    Ledger: ledger,
    Trends: trend_table,
}


def plot(found: Shown, **how: Any) -> Figure:
    """Draw a result.

    Parameters
    ----------
    found : a result that has a figure
        Such as a map of regions; ``FIGURES`` names them all.
    **how
        What that figure's own function takes besides.

    Raises
    ------
    UnsupportedError
        If there is no figure of such a result.

    Examples
    --------
    >>> import dilemma
    >>> found = dilemma.region_map(dilemma.load("abandonment"), "m_J", "v_J")
    >>> [axes.get_label() for axes in plot(found).axes]
    ['cold_war', 'post_cold_war']
    """
    for kind, draw in FIGURES.items():
        if isinstance(found, kind):
            return draw(found, **how)
    drawn = ", ".join(kind.__name__ for kind in FIGURES)
    raise UnsupportedError(f"there is no figure of {type(found).__name__}; drawn are: {drawn}")
