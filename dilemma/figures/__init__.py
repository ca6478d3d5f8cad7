"""Results as matplotlib figures."""

from __future__ import annotations

from dilemma.extras import library

library("matplotlib")  # before the modules that draw, so that its absence is told in our words

from dilemma.figures.bargain import bargain
from dilemma.figures.ceiling import ceiling
from dilemma.figures.drawing import region_map
from dilemma.figures.fold import fold
from dilemma.figures.ledger import ledger
from dilemma.figures.plotting import plot
from dilemma.figures.replies import replies
from dilemma.figures.style import save
from dilemma.figures.tornado import tornado
from dilemma.figures.waterfall import waterfall

__all__ = [
    "bargain",
    "ceiling",
    "fold",
    "ledger",
    "plot",
    "region_map",
    "replies",
    "save",
    "tornado",
    "waterfall",
]
