"""Words beside a line or a mark in a panel, where they cover nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.text import Text
from numpy.typing import NDArray

from dilemma.figures.placing import LEADING, Mask, size_of

__all__ = ["Ground"]

Floats = NDArray[np.float64]
DOTS = 60  # cells an inch
CLEAR = 0.025  # the least that is left free around words [inches]
ENOUGH = 0.1  # more does not make a place better [inches]
OFF = (0.06, 0.12, 0.2, 0.32)  # tried distances of words from what they belong to [inches]
EDGE = 0.03  # left free along the panel's edge [inches]


@dataclass(frozen=True, slots=True)
class Ground:
    """What of a panel is covered, as a raster; rows count from below.

    Parameters
    ----------
    size : tuple of float
        The panel's width and height [inches].
    """

    axes: Axes
    size: tuple[float, float]
    covered: Mask

    @classmethod
    def of(cls, axes: Axes, size: tuple[float, float]) -> Ground:
        """Return the ground of a panel on which nothing stands yet; its limits must be set."""
        width, height = (round(side * DOTS) for side in size)
        return cls(axes, size, np.zeros((height, width), dtype=bool))

    def _inches(self, points: Sequence[tuple[float, float]]) -> Floats:
        (x0, x1), (y0, y1) = self.axes.get_xlim(), self.axes.get_ylim()
        told = np.array(points, dtype=float).reshape(-1, 2)
        scaled = (told - [x0, y0]) / [x1 - x0, y1 - y0]
        return np.asarray(scaled * self.size)

    def _dense(self, points: Sequence[tuple[float, float]]) -> Floats:
        """Return points along a line, a dot apart [inches]."""
        corners = self._inches(points)
        if len(corners) < 2:
            return corners
        pieces = [
            np.linspace(a, b, max(2, int(np.hypot(*(b - a)) * DOTS) + 1))
            for a, b in pairwise(corners)
        ]
        return np.concatenate(pieces)

    def line(self, points: Sequence[tuple[float, float]]) -> None:
        """Keep words off a line."""
        self._cover(self._dense(points), 0.012)

    def mark(self, x: float, y: float, radius: float = 0.07) -> None:
        """Keep words off a mark."""
        self._cover(self._inches([(x, y)]), radius)

    def box(self, x0: float, x1: float, y0: float, y1: float) -> None:
        """Keep words off a rectangle."""
        (left, low), (right, high) = self._inches([(x0, y0), (x1, y1)]) * DOTS
        self.covered[_part(low, high), _part(left, right)] = True

    def _cover(self, spots: Floats, radius: float) -> None:
        reach = max(1, round(radius * DOTS))
        for x, y in spots * DOTS:
            self.covered[_part(y - reach, y + reach), _part(x - reach, x + reach)] = True

    def beside(
        self, points: Sequence[tuple[float, float]], words: Sequence[str], size: float, **style: Any
    ) -> Text | None:
        """Write words beside a line (or a mark, given as one point) where most room is.

        Returns
        -------
        The text, or None where there is no room: then nothing is written.
        """
        from scipy import ndimage

        free = np.pad(~self.covered, 1, constant_values=True)
        away = ndimage.distance_transform_edt(free)[1:-1, 1:-1] / DOTS
        width, height = size_of(words, size)
        best: tuple[float, float, float] | None = None
        for x, y, off in self._places(points, width, height):
            inside = float(away[_cells(x, y, width, height)].min())
            worth = min(inside, ENOUGH) - off
            if inside >= CLEAR and (best is None or worth > best[0]):
                best = worth, x, y
        if best is None:
            return None
        _, x, y = best
        self.covered[_cells(x, y, width, height)] = True
        return self.axes.text(
            x / self.size[0], y / self.size[1], "\n".join(words), fontsize=size, ha="center",
            va="center", linespacing=LEADING, transform=self.axes.transAxes, zorder=6, **style,
        )  # fmt: skip

    def _places(
        self, points: Sequence[tuple[float, float]], width: float, height: float
    ) -> Iterator[tuple[float, float, float]]:
        """Yield middles of words around the points that lie in the panel, and how far off."""
        around = [(x, y) for x in (-1, 0, 1) for y in (-1, 0, 1) if x or y]
        for x, y in self._dense(points)[:: max(1, DOTS // 20)]:
            for off, (right, up) in product(OFF, around):
                middle = x + right * (width / 2 + off), y + up * (height / 2 + off)
                if self._holds(*middle, width, height):
                    yield *middle, off

    def _holds(self, x: float, y: float, width: float, height: float) -> bool:
        return (
            x - width / 2 >= EDGE
            and x + width / 2 <= self.size[0] - EDGE
            and y - height / 2 >= EDGE
            and y + height / 2 <= self.size[1] - EDGE
        )


def _part(low: float, high: float) -> slice:
    return slice(max(0, int(low)), max(1, int(np.ceil(high))))


def _cells(x: float, y: float, width: float, height: float) -> tuple[slice, slice]:
    """Return the dots of a rectangle around a place: rows, columns."""
    rows = _part((y - height / 2) * DOTS, (y + height / 2) * DOTS)
    return rows, _part((x - width / 2) * DOTS, (x + width / 2) * DOTS)
