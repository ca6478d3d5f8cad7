"""One look for every figure: colours, sizes, and how a figure is written to a file."""

from __future__ import annotations

from pathlib import Path as File
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from dilemma.figures.placing import FONT, LEADING

__all__ = [
    "BLUE",
    "BODY",
    "FAINT",
    "GREY",
    "INK",
    "LINE",
    "SMALL",
    "STYLE",
    "TINY",
    "VERMILION",
    "save",
]

INK, GREY, FAINT = "#1b1d22", "#5a606b", "#8d939e"
BLUE, VERMILION = "#0072B2", "#C04A00"  # the two players; apart for every kind of colour vision
BODY, SMALL, TINY = 9.5, 8.5, 8.0  # points
LINE = LEADING / 72  # what a line takes for each point of its size [inches]
STYLE: dict[str, Any] = {
    "font.family": FONT,
    "font.size": BODY,
    "mathtext.fontset": "dejavusans",
    "axes.edgecolor": GREY,
    "axes.linewidth": 0.9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "text.color": INK,
    "hatch.linewidth": 0.6,
    "legend.frameon": False,
    "savefig.dpi": 200,
    "svg.fonttype": "none",
    "svg.hashsalt": "dilemma",
    "pdf.fonttype": 42,
}


def save(figure: Figure, path: str | File) -> None:
    """Write a figure to a file (png, pdf, svg); the same figure makes the same file."""
    undated = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}
    with mpl.rc_context(STYLE):
        figure.savefig(path, metadata=undated.get(File(path).suffix.lower()))
