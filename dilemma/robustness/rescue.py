"""The weakest bound on one parameter under which a claim that fails somewhere is proved.

Random calibrations at which it fails say how far a bound must reach; what is left is decided by
halving.  The bound that leaves most of its parameter's interval is the weakest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import sympy as sp

from dilemma.parts import Interval, decimal
from dilemma.proof.verdicts import Rescue
from dilemma.robustness.boxes import Axis, Boxes, Elsewhere
from dilemma.robustness.samples import Sample
from dilemma.robustness.wording import called, era_of

__all__ = ["rescued"]

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
    return None if best is None else _told(boxes, *best)


def _cuts(boxes: Boxes, elsewhere: Elsewhere, sample: Sample) -> Iterator[_Cut]:
    """Yield each bound on each parameter, with the most that it can leave."""
    failing: dict[Axis, list[float]] = {}
    for axis, column in sample.columns.items():
        failing[axis] = [float(v) for v in np.ravel(column[sample.fails])]
    for example in elsewhere.examples:
        for axis, value in boxes.values(example):
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


def _told(boxes: Boxes, cut: _Cut, kept: sp.Rational, lost: sp.Rational) -> Rescue:
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
