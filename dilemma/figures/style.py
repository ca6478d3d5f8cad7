"""One look for every figure: colours, sizes, and how a figure is written to a file."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from functools import wraps
from pathlib import Path as File
from typing import Any, ParamSpec

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.text import Text

from dilemma.cleaning import drawn
from dilemma.figures.placing import FONT, LEADING
from dilemma.files import write

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
    "literal",
    "save",
]

Said = ParamSpec("Said")

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


def literal(draw: Callable[Said, Figure]) -> Callable[Said, Figure]:
    """Let a figure show every text as it is: only the package's own symbols are mathematics."""

    @wraps(draw)
    def drawn_literally(*args: Said.args, **kwargs: Said.kwargs) -> Figure:
        figure = draw(*args, **kwargs)
        for text in figure.findobj(Text):
            text.set_text(drawn(text.get_text()))
        return figure

    return drawn_literally


def save(figure: Figure, path: str | File) -> None:
    """Write a figure to a file (png, pdf, svg); the same figure makes the same file."""
    undated = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}
    ending = File(path).suffix.lower()
    page = io.BytesIO()
    with mpl.rc_context(STYLE), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph", UserWarning)  # the font has not all letters
        figure.savefig(page, format=ending.removeprefix(".") or None, metadata=undated.get(ending))
    write(File(path), page.getvalue())
