"""Shares of a variance: how much of what a number varies by over a box each factor accounts for.

Sobol's indices.  The *first-order* index of a factor is the share of the variance that would be gone, on
average, if the factor were known; the *total* index is the share that would be left if everything else
were known, what the factor does together with others included (Sobol 2001, Mathematics and Computers in
Simulation 55: 271-280; estimators of Saltelli et al. 2010, Computer Physics Communications 181: 259-270,
as :func:`scipy.stats.sobol_indices` has them).
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from dilemma.errors import CalibrationError
from dilemma.games.batch import Array

__all__ = ["Design", "Estimate", "Index", "checked", "indices", "together"]

LEAST, MOST = 16, 1 << 22  # points of one sample


@dataclass(frozen=True)
class Design:
    """Points at which a number has to be known: two samples, and for each factor the first with its values of the second.

    Attributes
    ----------
    factors : tuple of str
    points : int
        Of one sample: a power of two.
    seed : int
        Of the scrambled Sobol sequence.
    """

    factors: tuple[str, ...]
    points: int
    seed: int

    def __post_init__(self) -> None:
        """Refuse a number of points that is no power of two."""
        if not LEAST <= self.points <= MOST or self.points & (self.points - 1):
            near = min(MOST, 1 << round(math.log2(max(LEAST, self.points))))
            raise CalibrationError(
                f"n = {self.points}: a power of two from {LEAST} to {MOST:,} is wanted, such as {near}"
            )

    @property
    def size(self) -> int:
        """How many points there are in all."""
        return self.points * (len(self.factors) + 2)

    @cached_property
    def _samples(self) -> tuple[Array, Array]:
        from scipy.stats import qmc

        count = len(self.factors)
        stream = np.random.default_rng(self.seed)
        table = np.asarray(qmc.Sobol(2 * count, seed=stream).random(self.points))
        return table[:, :count], table[:, count:]

    def shares(self, start: int, stop: int) -> Array:
        """Return where on its interval each factor is, from 0 to 1, at the points from one on to another."""
        first, second = self._samples
        places = np.arange(start, stop)
        block, row = places // self.points, places % self.points
        found = np.where((block == 1)[:, None], second[row], first[row])
        for k in range(len(self.factors)):
            own = block == k + 2
            found[own, k] = second[row[own], k]
        return found


@dataclass(frozen=True)
class Estimate:
    """A share of a variance, and an interval that holds it with the confidence that was asked for."""

    value: float
    low: float
    high: float

    @property
    def give_or_take(self) -> float:
        """Half of the interval."""
        return (self.high - self.low) / 2

    def __str__(self) -> str:
        if self.high - self.low > 1:
            return "?"
        return f"{max(self.value, 0.0):.2f} ± {self.give_or_take:.2f}"


@dataclass(frozen=True)
class Index:
    """What one factor accounts for: alone, and with what it does together with others."""

    first: Estimate
    total: Estimate


def indices(
    values: Array, design: Design, *, confidence: float, resamples: int
) -> tuple[Index, ...] | None:
    """Return the indices of each factor; None where nothing varies.

    Parameters
    ----------
    values : array, shape (numbers, points)
        Of one number or several at the points of the design.  Of several it is the share of the sum of
        their variances (Gamboa et al. 2014, Electronic Journal of Statistics 8: 575-603).
    confidence : float
    resamples : int
        From how many resamples of the points the intervals are taken.
    """
    count, points = len(design.factors), design.points
    blocks = np.asarray(values, dtype=float).reshape(-1, count + 2, points)
    blocks = blocks[np.ptp(blocks[:, :2], axis=(1, 2)) > 0]
    if not len(blocks):
        return None
    whole = together(blocks)
    stream = np.random.default_rng([design.seed, 1])
    drawn = [together(blocks[:, :, stream.integers(0, points, points)]) for _ in range(resamples)]
    tail = 50 * (1 - confidence)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a resample in which nothing varies
        low, high = np.nanpercentile([whole, *drawn], [tail, 100 - tail], axis=0)
    return tuple(
        Index(
            *(Estimate(float(whole[k, f]), float(low[k, f]), float(high[k, f])) for k in range(2))
        )
        for f in range(count)
    )


def together(blocks: Array) -> Array:
    """Return the first-order and the total indices, shape (2, factors), of numbers taken together.

    Parameters
    ----------
    blocks : array, shape (numbers, factors + 2, points)
    """
    from scipy.stats import sobol_indices

    first, second, mixed = blocks[:, 0], blocks[:, 1], np.moveaxis(blocks[:, 2:], 1, 0)
    weights = np.var(blocks[:, :2].reshape(len(blocks), -1), axis=1)
    varying = np.flatnonzero(weights)
    if not varying.size:
        return np.full((2, mixed.shape[0]), np.nan)
    factors = len(mixed)
    if factors == 1:  # of one factor and one number scipy 1.17 fails
        mixed = np.concatenate([mixed, mixed])
    told = {"f_A": first[varying], "f_B": second[varying], "f_AB": mixed[:, varying]}
    found = sobol_indices(func=told, n=blocks.shape[2])
    both = np.stack([found.first_order, found.total_order]).reshape(2, len(varying), -1)[
        ..., :factors
    ]
    summed: Array = np.average(both, axis=1, weights=weights[varying])
    return summed


def checked(confidence: float, resamples: int) -> None:
    """See that intervals can be taken.

    Raises
    ------
    CalibrationError
        For a confidence that is no share, or no resample.
    """
    if not 0 < confidence < 1 or resamples < 1:
        raise CalibrationError(
            f"confidence = {confidence}, resamples = {resamples}: a share between 0 and 1 and at least one "
            "resample are wanted"
        )
