"""On which part of the boxes a claim is proved, and on which it is refuted: halving, largest parts first.

Random calibrations say along which parameter a part is best halved; what is true of a part is
decided.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any, Literal

import numpy as np
import sympy as sp

from dilemma.parts import Interval
from dilemma.proof.verdicts import Cut, Region
from dilemma.robustness.boxes import Axis, Boxes, Elsewhere
from dilemma.robustness.samples import Sample

__all__ = ["portions"]

SHORTEST = sp.Rational(1, 256)  # of a parameter's interval: no part is made narrower

Array = np.ndarray[Any, Any]
Part = Mapping[Axis, Interval]


SAYS: Mapping[str, Literal["holds", "fails", "silent"]] = {
    "proved": "holds",
    "disproved": "fails",
    "vacuous": "silent",
    "contradictory": "silent",
}


def portions(boxes: Boxes, elsewhere: Elsewhere, sample: Sample) -> tuple[Region, ...]:
    """Halve the boxes until the time is up, and decide each part."""
    found: list[Region] = []
    order = count()
    parts: list[tuple[sp.Rational, int, Part, Array]] = []

    def put(volume: sp.Rational, part: Part, inside: Array) -> None:
        heapq.heappush(parts, (-volume, next(order), part, inside))

    put(sp.Integer(1), boxes.intervals, np.ones(len(sample.fails), dtype=bool))
    while parts and not elsewhere.late:
        negative, _, part, inside = heapq.heappop(parts)
        mixed = bool(np.any(sample.fails & inside) and np.any(sample.holds & inside))
        status = "mixed" if mixed else elsewhere.decide(part, fully=True).status
        if status in SAYS:
            found.append(Region(SAYS[status], -negative, _cuts(boxes, part)))
            continue
        axis = _axis(boxes, part, sample, inside) or _of_example(boxes, elsewhere, part)
        if axis is None:
            continue
        for half in _halves(part[axis]):
            column = sample.columns[axis]
            within = (column >= float(half.low)) & (column <= float(half.high))
            put(-negative / 2, {**part, axis: half}, inside & within.all(axis=1))
    return tuple(found)


def _cuts(boxes: Boxes, part: Part) -> tuple[Cut, ...]:
    return tuple(
        Cut(era, name, own.low, own.high)
        for (era, name), own in part.items()
        if own != boxes.intervals[era, name]
    )


def _axis(boxes: Boxes, part: Part, sample: Sample, inside: Array) -> Axis | None:
    """Return the axis whose halving parts failing calibrations best from the others, if any does."""
    gains = {
        axis: gain
        for axis in _wide(boxes, part)
        for gain in [_gain(sample, inside, axis, part)]
        if gain > 0
    }
    return max(gains, key=gains.__getitem__) if gains else None


def _of_example(boxes: Boxes, elsewhere: Elsewhere, part: Part) -> Axis | None:
    """Return the axis along which a known counterexample lies nearest to an end of a part.

    Halving there leaves it in the smaller part: so a corner in which a claim fails is cut off.
    """
    wide = _wide(boxes, part)
    for example in reversed(elsewhere.examples):
        values = boxes.values(example)
        if not all(part[axis].low <= v <= part[axis].high for axis, v in values):
            continue
        moved = [(axis, v) for axis, v in values if v != boxes.centres[axis] and axis in wide]
        ends = {
            axis: abs(2 * v - own.low - own.high) / (own.high - own.low)
            for axis, v in moved
            for own in [part[axis]]
        }
        return max(ends, key=ends.__getitem__, default=None)
    return None


def _wide(boxes: Boxes, part: Part) -> list[Axis]:
    """Return the axes along which a part may be halved."""
    return [
        axis
        for axis, own in part.items()
        if (whole := boxes.intervals[axis]).low < whole.high
        and own.high - own.low > SHORTEST * (whole.high - whole.low)
    ]


def _gain(sample: Sample, inside: Array, axis: Axis, part: Part) -> float:
    """Return how much purer both halves of a part are than the whole (Gini)."""
    middle = float((part[axis].low + part[axis].high) / 2)
    low = sample.columns[axis][:, 0] <= middle
    halves = [inside & low, inside & ~low]
    return _mixture(sample, inside) - sum(_mixture(sample, half) for half in halves)


def _mixture(sample: Sample, inside: Array) -> float:
    fails, holds = int(np.sum(sample.fails & inside)), int(np.sum(sample.holds & inside))
    return fails * holds / (fails + holds) if fails + holds else 0.0


def _halves(interval: Interval) -> Iterator[Interval]:
    middle = (interval.low + interval.high) / 2
    yield Interval(interval.low, middle, open_low=interval.open_low)
    yield Interval(middle, interval.high, open_high=interval.open_high)
