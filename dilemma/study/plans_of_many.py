"""Which calibrations a sweep or a sample asks about: a grid of values, or points of an era's box."""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from dilemma.errors import CalibrationError, nearest
from dilemma.games.batch import Array
from dilemma.model import Model
from dilemma.reading.expressions import ExpressionError, exact
from dilemma.theory.parts import Era

__all__ = ["Grid", "Placed", "Points", "Sampler", "axes_of", "finite", "grid", "points"]

Sampler = Literal["sobol", "random"]
SAMPLERS = ("sobol", "random")
MOST = 10**12  # calibrations


@dataclass(frozen=True)
class Grid:
    """Every combination of some values, all else at an era's centre; the last axis moves fastest."""

    axes: Mapping[str, Array]
    fixed: Mapping[str, float]

    @property
    def shape(self) -> tuple[int, ...]:
        """How many values each axis has."""
        return tuple(len(values) for values in self.axes.values())

    @property
    def size(self) -> int:
        """How many calibrations there are."""
        return math.prod(self.shape)

    def columns(self, start: int, stop: int) -> Mapping[str, Array]:
        """Return the values of each parameter at some of the combinations."""
        places = np.unravel_index(np.arange(start, stop), self.shape)
        moving = {n: v[k] for (n, v), k in zip(self.axes.items(), places, strict=True)}
        fixed = {name: np.full(stop - start, value) for name, value in self.fixed.items()}
        return fixed | moving


@dataclass(frozen=True)
class Points:
    """Points of an era's box: those of a Sobol sequence, or independent uniform ones.

    A parameter that is common to the eras has the same values in each.

    Attributes
    ----------
    names : tuple of str
        What has a dimension of the sequence: a parameter, or a parameter and its era.
    """

    era: Era
    size: int
    seed: int
    sampler: Sampler
    names: tuple[str, ...]

    def columns(self, start: int, stop: int) -> Mapping[str, Array]:
        """Return the values of each parameter at some of the points."""
        shares = self._shares(start, stop)
        told = {}
        for name, value in self.era.values.items():
            low, high = float(value.range.low), float(value.range.high)
            share = shares.get(_dimension(self.era, name), np.zeros(stop - start))
            told[name] = low + share * (high - low)
        return told

    def _shares(self, start: int, stop: int) -> dict[str, Array]:
        if not self.names:
            return {}
        if self.sampler == "sobol":
            from scipy.stats import qmc

            sequence = qmc.Sobol(len(self.names), seed=np.random.default_rng(self.seed))
            if start:
                sequence.fast_forward(start)
            table = _quietly(sequence, stop - start)
            return dict(zip(self.names, table.T, strict=True))
        told = {}
        for name in self.names:
            stream = np.random.PCG64([self.seed, zlib.crc32(name.encode())])
            stream.advance(start)
            told[name] = np.random.Generator(stream).random(stop - start)
        return told


@dataclass(frozen=True)
class Placed:
    """Points of an era's box, by where on its interval each parameter that moves is."""

    era: Era
    names: tuple[str, ...]
    shares: Callable[[int, int], Array]
    size: int

    def columns(self, start: int, stop: int) -> Mapping[str, Array]:
        """Return the values of each parameter at some of the points."""
        told = dict(zip(self.names, self.shares(start, stop).T, strict=True))
        found = {}
        for name, value in self.era.values.items():
            low, high = float(value.range.low), float(value.range.high)
            share = told.get(name)
            found[name] = (
                np.full(stop - start, low) if share is None else low + share * (high - low)
            )
        return found


def _quietly(sequence: Any, count: int) -> Array:
    """Return the next points; that they are not a power of two is no news."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return np.asarray(sequence.random(count))


def _dimension(era: Era, name: str) -> str:
    """Return which dimension a parameter moves along."""
    return name if era.values[name].common else f"{name} in {era.name}"


def points(
    model: Model, eras: list[str], size: int, seed: int, sampler: Sampler
) -> dict[str, Points]:
    """Return the points of each era's box.

    Raises
    ------
    CalibrationError
        For a size that is none, an unknown sampler, or an end that is infinite.
    """
    if size != int(size) or not 1 <= size <= MOST:
        raise CalibrationError(f"n = {size}: a whole number of calibrations from 1 to {MOST:,}")
    if sampler not in SAMPLERS:
        raise CalibrationError(f"sampler = {sampler!r}: {nearest(sampler, SAMPLERS)}")
    names: dict[str, None] = {}
    for era in eras:
        finite(model, model.eras[era])
        for name, value in model.eras[era].values.items():
            if value.range.low < value.range.high:
                names[_dimension(model.eras[era], name)] = None
    return {era: Points(model.eras[era], int(size), seed, sampler, tuple(names)) for era in eras}


def finite(model: Model, era: Era) -> None:
    """See that a box has ends.

    Raises
    ------
    CalibrationError
        If an interval has none.
    """
    for name, value in era.values.items():
        if not math.isfinite(float(value.range.high) - float(value.range.low)):
            raise CalibrationError(
                f"{model.name}: {name} has no finite box in {era.title}: give [low, high], or a value"
            )


# --- axes -----------------------------------------------------------------------------------------


def axes_of(model: Model, given: Mapping[str, Any]) -> tuple[dict[str, Array], dict[str, Any]]:
    """Part what moves, each a sequence of values, from what takes another value.

    Raises
    ------
    CalibrationError
        If a parameter is unknown, or an axis is empty, has a value twice, one that is no number or
        one that lies outside the parameter's range.
    """
    model.needs_parameters(given)
    moving = {name: v for name, v in given.items() if np.ndim(v) or isinstance(v, range)}
    axes = {name: _axis(model, name, values) for name, values in moving.items()}
    return axes, {name: value for name, value in given.items() if name not in moving}


def _axis(model: Model, name: str, values: Any) -> Array:
    if np.ndim(values) != 1 or not len(values):
        raise CalibrationError(f"{name}: a sequence of values is wanted, not {np.shape(values)}")
    try:
        told = np.array([float(exact(_plain(value))) for value in values])
    except ExpressionError as error:
        raise CalibrationError(f"{name}: {error}") from None
    if len(np.unique(told)) < len(told):
        raise CalibrationError(f"{name}: a value stands there twice")
    allowed = model.parameters[name].range
    for value in (told.min(), told.max()):
        if exact(float(value)) not in allowed:
            raise CalibrationError(f"{model.name}: {name} = {value:.6g} lies outside {allowed}")
    return told


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def grid(model: Model, era: Era, axes: Mapping[str, Array]) -> Grid:
    """Return every combination of the axes' values, all else at an era's centre.

    Raises
    ------
    CalibrationError
        If those are too many.
    """
    fixed = {n: float(v.central) for n, v in era.values.items() if n not in axes}
    found = Grid(dict(axes), {n: fixed[n] for n in model.parameters if n in fixed})
    if found.size > MOST:
        raise CalibrationError(f"{found.size:,} calibrations; at most {MOST:,}")
    return found
