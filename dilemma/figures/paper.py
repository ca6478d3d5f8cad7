"""A sheet laid out in inches from its upper left corner: axes and words at exact places."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from dilemma.figures.placing import LEADING, balance, size_of, wrap
from dilemma.figures.style import BLUE, BODY, GREY, LINE, SMALL, TINY, VERMILION
from dilemma.parts import Parameter
from dilemma.report import number

__all__ = [
    "DOWN",
    "EDGE",
    "GROUND",
    "PALE",
    "ROOM",
    "UP",
    "Paper",
    "lines_of",
    "paper",
    "reach",
    "short",
    "signed",
    "tall",
    "wide",
    "written",
]

EDGE = 0.2  # left free around everything [inches]
# What raises and what lowers, a high end and a low one: dark, and light with a hatch.
UP, DOWN, PALE = BLUE, VERMILION, "#F7D9C4"
GROUND: dict[str, Any] = {
    "facecolor": "white",
    "edgecolor": "none",
    "pad": 0.5,
}  # keeps lines out of numbers
ROOM = 0.12  # between a mark and the words beside it [inches]


@dataclass(frozen=True, slots=True)
class Paper:
    """A figure and its size [inches]; places count from the upper left corner."""

    figure: Figure
    width: float
    height: float

    def axes(self, left: float, top: float, width: float, height: float, label: str) -> Axes:
        """Add axes at a place, of a size [inches]."""
        lower = self.height - top - height
        return self.figure.add_axes(
            (left / self.width, lower / self.height, width / self.width, height / self.height),
            label=label,
        )

    def write(self, left: float, top: float, lines: Sequence[str], **style: Any) -> Text:
        """Write lines, the first one's upper edge at ``top``."""
        style = {"fontsize": BODY, "va": "top", "linespacing": LEADING, **style}
        x, y = left / self.width, 1 - top / self.height
        return self.figure.text(x, y, "\n".join(lines), **style)

    def head(self, left: float, top: float, title: str, lines: Sequence[str]) -> None:
        """Write a panel's title, and smaller what stands below it."""
        self.write(left, top, [title], fontsize=11, fontweight="bold")
        self.write(left, top + 11 * LINE + 0.04, lines, fontsize=SMALL, color=GREY)

    def feet(self, left: float, lines: Sequence[str]) -> None:
        """Write notes at the foot of the sheet."""
        top = self.height - EDGE - tall(lines, TINY)
        self.write(left, top, lines, fontsize=TINY, color=GREY, gid="notes")


def paper(width: float, height: float) -> Paper:
    """Return an empty sheet."""
    figure = Figure(figsize=(width, height))
    FigureCanvasAgg(figure)
    return Paper(figure, width, height)


def lines_of(words: str, width: float, points: float) -> list[str]:
    """Break words into lines no wider than ``width`` [inches]; a few are made equally long."""
    if not words:
        return []
    lines = wrap(words.split(), " ", width, points)
    return lines if len(lines) > 3 else balance(words.split(), " ", width, points)


def tall(lines: Sequence[str], points: float) -> float:
    """Return how high lines are [inches]."""
    return len(lines) * points * LINE


def wide(words: str, points: float) -> float:
    """Return how wide a line is [inches]."""
    return size_of([words], points)[0]


def reach(
    ends: tuple[float, float], labels: Sequence[tuple[float, str, int]], width: float
) -> tuple[float, float]:
    """Return the ends of an axis at which every label has room beside what it belongs to.

    Parameters
    ----------
    ends : tuple of float
        What must lie on the axis in any case.
    labels : sequence of (place, words, side)
        On which side of its place each stands: 1 right, -1 left.
    width : float
        Of the axis [inches].

    Examples
    --------
    >>> low, high = reach((0, 1), [(1, "0.75", 1)], 4)
    >>> low == 0, 1.1 < high < 1.3
    (True, True)
    """
    low, high = ends
    if low == high:
        low, high = low - (abs(low) or 1) / 2, high + (abs(high) or 1) / 2
    first, last = low, high
    for _ in range(40):  # each label takes a share of the width: this settles quickly
        scale = (last - first) / width
        sides = [
            (at, side * scale * (wide(words, SMALL) + ROOM + 0.05)) for at, words, side in labels
        ]
        first = min([low, *(at + step for at, step in sides)])
        last = max([high, *(at + step for at, step in sides)])
    return first, last


def written(value: Any) -> str:
    """Write a number as axes do, with a minus sign that is none of a hyphen's.

    Examples
    --------
    >>> written(-0.25), written(None)
    ('−0.25', 'undefined')
    """  # noqa: RUF002 -- a true minus sign
    return number(value).replace("-", "−")


def short(parameter: Parameter) -> str:
    """Return a parameter's symbol and what it means, without what is added behind a bracket.

    Examples
    --------
    >>> import dilemma
    >>> short(dilemma.load("burden").parameters["p"])
    'p: the United States withdraws if talks fail'
    """
    return f"{parameter.name}: {re.split(r' [(]|; ', parameter.means)[0]}"


def signed(value: object) -> str:
    """Write a change with its sign, and an arrow that tells it from afar.

    Examples
    --------
    >>> signed(0.25), signed(-0.25), signed(0)
    ('▲ +0.25', '▼ −0.25', '0')
    """  # noqa: RUF002 -- a true minus sign
    text = written(value)
    if text.startswith("−"):
        return f"▼ {text}"
    return text if text == "0" else f"▲ +{text}"
