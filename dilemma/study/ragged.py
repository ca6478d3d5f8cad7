"""Values that most calibrations have for few equilibria, kept one after the other until they are looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from xarray.backends import BackendArray
from xarray.core import indexing

from dilemma.games.batch import Array

__all__ = ["Piece", "lazily"]


@dataclass(frozen=True)
class Piece:
    """Values of one era.

    Attributes
    ----------
    draw : array of int, shape (n,)
        At which calibration, in order.
    slot : array of int, shape (n,)
        Of which equilibrium.
    values : array of shape (n,)
    """

    draw: Array
    slot: Array
    values: Array


class _Ragged(BackendArray):
    """An array that is laid out where it is looked at: (eras,) calibrations, equilibria."""

    def __init__(
        self, pieces: Sequence[Piece], cube: tuple[int, ...], slots: int, fill: Any, *, eras: bool
    ) -> None:
        self.pieces, self.cube, self.slots, self.fill, self.eras = pieces, cube, slots, fill, eras
        self.shape = (*((len(pieces),) if eras else ()), *cube, slots)
        self.dtype = np.dtype(bool if fill is False else float)

    def __getitem__(self, key: indexing.ExplicitIndexer) -> Any:
        basic = indexing.IndexingSupport.BASIC
        return indexing.explicit_indexing_adapter(key, self.shape, basic, self._looked_at)

    def _looked_at(self, key: tuple[Any, ...]) -> Any:
        first, rest = (key[0], key[1:]) if self.eras else (0, key)
        eras = np.atleast_1d(np.arange(len(self.pieces))[first])
        slots = np.atleast_1d(np.arange(self.slots)[rest[-1]])
        begin, end = _range(rest[0], self.cube[0])
        inner = prod(self.cube[1:])
        place = np.full(self.slots, -1)
        place[slots] = np.arange(len(slots))
        table = np.full((len(eras), (end - begin) * inner, len(slots)), self.fill, self.dtype)
        for k, era in enumerate(eras):
            own = self.pieces[era]
            low, high = np.searchsorted(own.draw, (begin * inner, end * inner))
            where = place[own.slot[low:high]]
            kept = where >= 0
            draw = own.draw[low:high][kept] - begin * inner
            table[k, draw, where[kept]] = own.values[low:high][kept]
        whole = table.reshape(len(eras), end - begin, *self.cube[1:], len(slots))
        within = (_within(rest[0], begin), *rest[1:-1])
        last = 0 if isinstance(rest[-1], int | np.integer) else slice(None)
        era = 0 if isinstance(first, int | np.integer) else slice(None)
        return whole[(era, *within, last)]


def _range(key: Any, size: int) -> tuple[int, int]:
    """Return the first and the one behind the last place that a key asks for."""
    places = np.atleast_1d(np.arange(size)[key])
    return (int(places.min()), int(places.max()) + 1) if places.size else (0, 0)


def _within(key: Any, begin: int) -> Any:
    """Return the same key, counted from a place on."""
    if isinstance(key, int | np.integer):
        return int(key) - begin
    start, stop, step = key.start or 0, key.stop, key.step or 1
    if step < 0:
        return slice(None, None, step)
    return slice(start - begin, None if stop is None else stop - begin, step)


def lazily(
    pieces: Sequence[Piece], cube: tuple[int, ...], slots: int, fill: Any, *, eras: bool
) -> indexing.LazilyIndexedArray:
    """Return what xarray takes for an array that is laid out where it is looked at."""
    return indexing.LazilyIndexedArray(_Ragged(pieces, cube, slots, fill, eras=eras))
