"""Room for words in a picture: where in a region a text of given size lies best."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextToPath
from numpy.typing import NDArray

__all__ = ["FONT", "LEADING", "Mask", "Room", "balance", "room", "size_of", "wrap"]

Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]
FONT = "DejaVu Sans"
LEADING = 1.2  # line spacing, in font sizes


@lru_cache(maxsize=1024)
def _width(line: str, points: float) -> float:
    font = FontProperties(family=FONT, size=points)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph", UserWarning)  # the font has not all letters
        return float(TextToPath().get_text_width_height_descent(line, font, ismath=False)[0]) / 72


def size_of(lines: Sequence[str], points: float) -> tuple[float, float]:
    """Return width and height of lines of text [inches]."""
    return max(_width(line, points) for line in lines), len(lines) * LEADING * points / 72


def wrap(pieces: Sequence[str], between: str, width: float, points: float) -> list[str]:
    """Join pieces into lines no wider than ``width`` [inches]; a piece is never broken.

    Examples
    --------
    >>> wrap("a firmly committed ally".split(), " ", 1.2, 10)
    ['a firmly', 'committed ally']
    """
    lines = [pieces[0]]
    for piece in pieces[1:]:
        longer = lines[-1] + between + piece
        if _width(longer, points) <= width:
            lines[-1] = longer
        else:
            lines[-1] += between.rstrip()
            lines.append(piece)
    return lines


def balance(pieces: Sequence[str], between: str, width: float, points: float) -> list[str]:
    """Wrap pieces into as few lines as ``wrap`` does, and make those about equally long."""
    lines = wrap(pieces, between, width, points)
    while width > 0.1:
        width -= 0.1
        narrower = wrap(pieces, between, width, points)
        if len(narrower) > len(lines):
            break
        lines = narrower
    return lines


@dataclass(frozen=True, slots=True)
class Room:
    """A free place: the middle of the rectangle, and the free margin around it, in dots."""

    row: float
    column: float
    margin: int


def room(free: Mask, size: tuple[int, int]) -> Room | None:
    """Return the roomiest place for a rectangle in a raster.

    The margin around the rectangle is widened until it fits nowhere; where the widest fits in
    several places, the one nearest to the middle of them all is taken.

    Parameters
    ----------
    free : array of bool (rows, columns)
        Where the rectangle may lie.
    size : (rows, columns)

    Returns
    -------
    The place, or None where it fits nowhere.

    Examples
    --------
    >>> free = np.zeros((9, 20), dtype=bool)
    >>> free[2:7, 4:19] = True
    >>> room(free, (1, 3))
    Room(row=4.5, column=11.5, margin=2)
    """
    sums = np.zeros((free.shape[0] + 1, free.shape[1] + 1), dtype=np.int64)
    sums[1:, 1:] = free.cumsum(axis=0).cumsum(axis=1)
    low, high = 0, max(free.shape)
    best = _fits(sums, size, low)
    if best is None:
        return None
    while high - low > 1:
        margin = (low + high) // 2
        places = _fits(sums, size, margin)
        if places is None:
            high = margin
        else:
            low, best = margin, places
    nearest = np.argmin(((best - best.mean(axis=0)) ** 2).sum(axis=1))
    row, column = best[nearest]
    return Room(float(row), float(column), low)


def _fits(sums: NDArray[np.int64], size: tuple[int, int], margin: int) -> Floats | None:
    """Return the centres, (n, 2), at which a rectangle and its margin cover free dots alone."""
    rows, columns = (side + 2 * margin for side in size)
    if rows >= sums.shape[0] or columns >= sums.shape[1]:
        return None
    upper, lower = sums[rows:], sums[:-rows]
    inside = upper[:, columns:] - upper[:, :-columns] - lower[:, columns:] + lower[:, :-columns]
    corners = np.argwhere(inside == rows * columns)
    return corners + np.array([rows / 2, columns / 2]) if len(corners) else None
