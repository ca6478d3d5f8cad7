"""The robustness of a verdict: needs, radius, share of the box, and what rescues a claim.

A claim that fails somewhere is *rescued* by the weakest bound on one parameter under which it is
proved, the one that leaves most of its parameter's interval.  Random calibrations at which the
claim fails say how far a bound must reach; what is left is decided by halving.

On which part of the boxes a claim is proved, and on which it is refuted, is found by halving too,
largest parts first.  Random calibrations say along which parameter a part is best halved; what is
true of a part is decided.
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any, Literal

import numpy as np
import sympy as sp

from dilemma.claims.decide import proved_lemmas, stated
from dilemma.claims.statements import Statements
from dilemma.claims.verdict import Cut, Need, Radius, Region, Rescue, Robustness, Shares, Verdict
from dilemma.errors import UnsupportedError
from dilemma.model import Model
from dilemma.output.result import number
from dilemma.robustness.needs import (
    CLOSE,
    LONGEST,
    Axis,
    Boxes,
    Elsewhere,
    Sample,
    called,
    era_of,
    needed,
    radius_of,
    sampled,
)
from dilemma.theory.parts import Interval, decimal

__all__ = ["regions_of", "rescued", "robustness"]

PRECISE = sp.Rational(1, 128)  # of an interval: how near a bound that does not rescue is brought
LEAST = sp.Rational(1, 64)  # of an interval: what a bound must leave to be worth telling

Side = Literal["at least", "at most"]


@dataclass
class _Cut:
    """Bounds on one side of one parameter.

    ``share`` is at most what such a bound can leave of the interval.
    """

    axis: Axis
    side: Side
    share: sp.Rational
    interval: Interval

    def bound(self, share: sp.Rational) -> sp.Rational:
        """Return the bound that leaves a share of the interval."""
        width = self.interval.high - self.interval.low
        if self.side == "at least":
            return self.interval.high - share * width
        return self.interval.low + share * width

    def left(self, share: sp.Rational) -> Interval:
        """Return what a bound leaves of the interval."""
        own, bound = self.interval, self.bound(share)
        if self.side == "at least":
            return Interval(bound, own.high, open_high=own.open_high and bound < own.high)
        return Interval(own.low, bound, open_low=own.open_low and bound > own.low)


def rescued(elsewhere: Elsewhere, sample: Sample) -> Rescue | None:
    """Return the bound on one parameter that rescues a claim and leaves most of its interval."""
    boxes = Boxes.of(elsewhere.statements)
    best: tuple[_Cut, sp.Rational, sp.Rational] | None = None
    cuts = sorted(_cuts(boxes, elsewhere, sample), key=lambda c: c.share, reverse=True)
    for cut in cuts:
        least = best[1] if best is not None else LEAST
        if elsewhere.late or cut.share <= least:
            break
        found = _widest(cut, boxes, elsewhere, least)
        if found is not None:
            best = (cut, *found)
    return None if best is None else _rescue(boxes, *best)


def _cuts(boxes: Boxes, elsewhere: Elsewhere, sample: Sample) -> Iterator[_Cut]:
    """Yield each bound on each parameter, with the most that it can leave."""
    failing: dict[Axis, list[float]] = {}
    for axis, column in sample.columns.items():
        failing[axis] = [float(v) for v in np.ravel(column[sample.fails])]
    for example in elsewhere.examples:
        for axis, value in boxes.values(example.points):
            failing.setdefault(axis, []).append(float(value))
    for axis, interval in boxes.intervals.items():
        width = float(interval.high - interval.low)
        if not width:
            continue
        told = failing.get(axis, [])
        highest = max(told, default=float(interval.low))
        lowest = min(told, default=float(interval.high))
        above = (float(interval.high) - highest) / width
        below = (lowest - float(interval.low)) / width
        yield _Cut(axis, "at least", _part(above), interval)
        yield _Cut(axis, "at most", _part(below), interval)


def _part(share: float) -> sp.Rational:
    return min(sp.Rational(round(share * 1024), 1024), sp.Integer(1))


def _widest(
    cut: _Cut, boxes: Boxes, elsewhere: Elsewhere, least: sp.Rational
) -> tuple[sp.Rational, sp.Rational] | None:
    """Return the largest share that a bound may leave, and one at which it does not rescue.

    None where it would have to leave less than ``least``.
    """

    def proves(share: sp.Rational) -> bool:
        bounds = {**boxes.intervals, cut.axis: cut.left(share)}
        return elsewhere.decide(bounds).status == "proved"

    if not proves(least):
        return None
    low, high = least, max(cut.share, least)
    if proves(high):
        return high, min(high + PRECISE, sp.Integer(1))
    while high - low > PRECISE and not elsewhere.late:
        middle = (low + high) / 2
        if proves(middle):
            low = middle
        else:
            high = middle
    return low, high


def _rescue(boxes: Boxes, cut: _Cut, kept: sp.Rational, lost: sp.Rational) -> Rescue:
    era, name = cut.axis
    bound = _rounded(cut, cut.bound(kept))
    interval, statements = cut.interval, boxes.statements
    end = interval.high if cut.side == "at least" else interval.low
    share = abs(end - bound) / (interval.high - interval.low)
    words = f"{called(statements, name)} {cut.side} {decimal(bound)}{era_of(statements, era)}"
    return Rescue(era, name, cut.side, bound, cut.bound(lost), share, words)


def _rounded(cut: _Cut, bound: sp.Rational) -> sp.Rational:
    """Round to a few digits of the interval's width, to where the bound is stricter."""
    unit = sp.Integer(10) ** sp.floor(sp.log(cut.interval.high - cut.interval.low, 10) - 2)
    whole = sp.ceiling(bound / unit) if cut.side == "at least" else sp.floor(bound / unit)
    return whole * unit


# --- shares of the boxes --------------------------------------------------------------------------


SHORTEST = sp.Rational(1, 256)  # of a parameter's interval: no part is made narrower

Array = np.ndarray[Any, Any]
Part = Mapping[Axis, Interval]


SAYS: Mapping[str, Literal["holds", "fails", "silent"]] = {
    "proved": "holds",
    "disproved": "fails",
    "vacuous": "silent",
    "contradictory": "silent",
}


def regions_of(boxes: Boxes, elsewhere: Elsewhere, sample: Sample) -> tuple[Region, ...]:
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
            found.append(Region(SAYS[status], -negative, _part_cuts(boxes, part)))
            continue
        axis = _axis(boxes, part, sample, inside) or _of_example(boxes, elsewhere, part)
        if axis is None:
            continue
        for half in _halves(part[axis]):
            column = sample.columns[axis]
            within = (column >= float(half.low)) & (column <= float(half.high))
            put(-negative / 2, {**part, axis: half}, inside & within.all(axis=1))
    return tuple(found)


def _part_cuts(boxes: Boxes, part: Part) -> tuple[Cut, ...]:
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
        values = boxes.values(example.points)
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


# --- robustness -----------------------------------------------------------------------------------


QUICK = 2.0  # seconds for one part of the boxes

Progress = Callable[[float, str], None]


def robustness(
    model: Model,
    verdict: Verdict,
    *,
    seconds: float = 120.0,
    seed: int = 0,
    progress: Progress | None = None,
) -> Robustness:
    """Say what a verdict hangs on, by deciding the claim again on other boxes.

    Parameters
    ----------
    seconds : float
        Budget, shared evenly among what is asked; what was cut short is in ``notes``.
    seed : int
        Of the random calibrations.
    progress : callable, optional
        Called with the share of the work done and what is next.
    """
    begun = time.perf_counter()
    told = _Answers(model, verdict, begun, seconds, seed, progress or (lambda *_: None))
    if verdict.status not in ("proved", "mixed", "disproved", "open"):
        return Robustness()
    statements = stated(model, verdict.claim, verdict.era or verdict.claim.over)
    boxes = Boxes.of(statements)
    mode = verdict.claim.mode
    needs = radius = shares = rescue = None
    if mode != "possible":
        radius = told.radius(statements)
        if verdict.status == "proved":
            needs = told.needs(statements)
    # That something is possible in a part of the boxes says nothing of that part's share.
    if boxes.intervals and verdict.status != "proved" and mode != "possible":
        shares = told.shares(boxes)
        if verdict.status == "mixed" and mode == "holds":
            rescue = told.rescue(statements)
    return Robustness(
        needs=needs,
        radius=radius,
        shares=shares,
        rescue=rescue,
        notes=tuple(told.notes),
        seconds=time.perf_counter() - begun,
    )


class _Answers:
    """The answers as they come, each within its share of the time."""

    def __init__(
        self,
        model: Model,
        verdict: Verdict,
        begun: float,
        seconds: float,
        seed: int,
        progress: Progress,
    ) -> None:
        self.verdict, self.seed, self.progress = verdict, seed, progress
        self.until, self.each = begun + seconds, seconds / 2
        self.lemmas = proved_lemmas(model, verdict.claim, seconds, {})
        self.notes: list[str] = []

    def radius(self, statements: Statements) -> Radius | None:
        """Return the radius."""
        self.progress(0.0, "radius")
        elsewhere = self._elsewhere(statements)
        found = radius_of(elsewhere, self.verdict)
        if found is None or found.proved is None or found.fails is None:
            self._late(elsewhere, "the radius is bracketed less closely")
        elif found.fails - found.proved > CLOSE:
            why = (
                f"not in {self.each:g} seconds"
                if elsewhere.late
                else f"not within {LONGEST:g} seconds each"
            )
            low, high = number(found.proved), number(found.fails)
            self.notes.append(
                f"between the radii {low} and {high}: boxes of such sizes were decided {why}"
            )
        return found

    def needs(self, statements: Statements) -> tuple[Need, ...]:
        """Return what the proof needs."""
        self.progress(0.5, "needs")
        elsewhere = self._elsewhere(statements)
        found, smallest = needed(elsewhere)
        if not smallest:
            self.notes.append(
                "not all was decided in time: some of what is named may not be needed"
            )
        return found

    def shares(self, boxes: Boxes) -> Shares | None:
        """Return the shares of the boxes, proved and sampled."""
        self.progress(0.5, "shares")
        try:
            self.sample = sampled(boxes, seed=self.seed)
        except UnsupportedError as error:
            self.notes.append(f"not tried on random calibrations: {error}")
            return None
        elsewhere = self._elsewhere(boxes.statements, self.each / 4, longest=QUICK)
        regions = regions_of(boxes, elsewhere, self.sample)
        holds, fails, silent = (
            sp.Add(*(r.share for r in regions if r.says == says))
            for says in ("holds", "fails", "silent")
        )
        return Shares(holds, fails, silent, self.sample.share, self.sample.spoke, regions)

    def rescue(self, statements: Statements) -> Rescue | None:
        """Return what rescues the claim."""
        self.progress(0.7, "rescue")
        if not hasattr(self, "sample"):
            return None
        elsewhere = self._elsewhere(statements)
        if self.verdict.fails is not None:
            elsewhere.examples.append(self.verdict.fails)
        found = rescued(elsewhere, self.sample)
        self._late(elsewhere, "weaker rescuing bounds may exist")
        return found

    def _elsewhere(
        self, statements: Statements, seconds: float | None = None, *, longest: float = LONGEST
    ) -> Elsewhere:
        until = min(self.until, time.perf_counter() + (seconds or self.each))
        return Elsewhere(statements, self.lemmas, until, longest)

    def _late(self, elsewhere: Elsewhere, what: str) -> None:
        if elsewhere.late:
            self.notes.append(f"time was up: {what}")
