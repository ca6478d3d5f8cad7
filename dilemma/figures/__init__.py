"""Results as matplotlib figures."""

from __future__ import annotations

from dilemma.errors import library

library("matplotlib")  # before the modules that draw, so that its absence is told in our words

from dilemma.figures.bargain import bargain
from dilemma.figures.curves import ceiling, fold
from dilemma.figures.diagram import diagram
from dilemma.figures.ledger_chart import ledger
from dilemma.figures.map import region_map
from dilemma.figures.over_time import over_time
from dilemma.figures.paper import save
from dilemma.figures.plot import plot
from dilemma.figures.reply_curves import replies
from dilemma.figures.shares import priorities, shares
from dilemma.figures.swings import tornado
from dilemma.figures.trend_table import trend_table
from dilemma.figures.waterfall import waterfall

__all__ = [
    "bargain",
    "ceiling",
    "diagram",
    "fold",
    "ledger",
    "over_time",
    "plot",
    "priorities",
    "region_map",
    "replies",
    "save",
    "shares",
    "tornado",
    "trend_table",
    "waterfall",
]
