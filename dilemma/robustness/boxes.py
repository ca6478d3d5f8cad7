"""The boxes that a claim is decided on: blown up, shrunk, cut, decided, or drawn from.

An example found once is remembered: where it lies in the boxes that are asked about, nothing need
be decided.  Random calibrations say how often a claim fails, and where.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import sympy as sp

from dilemma.checks.attack import calibrations, tries
from dilemma.claims.decide import decided
from dilemma.claims.examples import Example
from dilemma.claims.statements import Statements, copies
from dilemma.claims.verdict import Verdict
from dilemma.theory.parts import Claim, Interval

__all__ = ["LONGEST", "Axis", "Bounds", "Boxes", "Elsewhere", "Sample", "sampled"]

Axis = tuple[str | None, str]
Bounds = dict[Axis, Interval]

LONGEST = 20.0  # seconds for one decision on other boxes


@dataclass(frozen=True)
class Boxes:
    """The intervals of a claim's calibrations, each parameter of each era an axis.

    Attributes
    ----------
    intervals : mapping of (era, parameter) to Interval
        The era is None for what the eras share.
    centres : mapping of the same to number
    """

    statements: Statements
    intervals: Mapping[Axis, Interval]
    centres: Mapping[Axis, sp.Rational]

    @classmethod
    def of(cls, statements: Statements) -> Boxes:
        """Return the boxes of a claim; none where it speaks of all parameters."""
        intervals: dict[Axis, Interval] = {}
        centres: dict[Axis, sp.Rational] = {}
        eras = statements.model.eras
        for copy in statements.copies:
            if copy.era is None or statements.over == "any pair":
                continue
            for name, value in eras[copy.era].values.items():
                if not statements.tied(name):
                    intervals[copy.era, name] = value.range
                    centres[copy.era, name] = value.central
                elif (None, name) not in intervals:
                    both = [eras[c.era].values[name].range for c in statements.copies if c.era]
                    shared = _common(both)
                    intervals[None, name] = shared
                    centres[None, name] = _inside(value.central, shared)
        return cls(statements, intervals, centres)

    def declared(self, axis: Axis) -> Interval:
        """Return every value that the theory allows."""
        return self.statements.model.parameters[axis[1]].range

    def scaled(self, radius: sp.Rational) -> Bounds:
        """Return the boxes blown up, or shrunk, around their centres, inside the theory's ranges."""
        found = {}
        for axis, interval in self.intervals.items():
            allowed, centre = self.declared(axis), self.centres[axis]
            low = centre - radius * (centre - interval.low)
            high = centre + radius * (interval.high - centre)
            open_low, open_high = interval.open_low, interval.open_high
            if low <= allowed.low:
                low, open_low = allowed.low, allowed.open_low
            if high >= allowed.high:
                high, open_high = allowed.high, allowed.open_high
            if low == high:
                open_low = open_high = False
            found[axis] = Interval(low, high, open_low, open_high)
        return found

    def radius_of(self, example: Example) -> sp.Expr:
        """Return the radius at which an example enters the boxes."""
        farthest: sp.Expr = sp.Integer(0)
        for axis, value in self.values(example):
            interval, centre = self.intervals[axis], self.centres[axis]
            half = interval.high - centre if value > centre else centre - interval.low
            gap = abs(value - centre)
            if gap:
                farthest = sp.Max(farthest, gap / half if half else sp.oo)
        return farthest

    def values(self, example: Example) -> list[tuple[Axis, sp.Rational]]:
        """Return what an example has on each axis, twins' values too."""
        found = []
        for copy in copies(self.statements):
            for name, value in example.points[copy.key].items():
                axis = (None if self.statements.tied(name) else copy.era, name)
                if axis in self.intervals:
                    found.append((axis, value))
        return found


@dataclass
class Elsewhere:
    """Decides a claim on other boxes than its own.

    Attributes
    ----------
    until : float
        When the time is up.
    longest : float
        Seconds for one decision.
    examples : list of Example
        Counterexamples met on the way, on whatever boxes.
    """

    statements: Statements
    lemmas: tuple[Claim, ...]
    until: float
    longest: float = LONGEST
    examples: list[Example] = field(default_factory=list)

    @property
    def late(self) -> bool:
        """Whether the time is up."""
        return time.perf_counter() >= self.until

    def decide(
        self,
        bounds: Mapping[Axis, Interval],
        *,
        untied: frozenset[str] = frozenset(),
        given: sp.Basic | None = None,
        fully: bool = False,
    ) -> Verdict:
        """Decide the claim within bounds, without some ties, under other assumptions.

        Unless ``fully``, a claim that fails somewhere is called mixed.
        """
        claim = self.statements.claim
        if given is not None:
            claim = replace(claim, given=given)
        statements = replace(
            self.statements, claim=claim, bounds=dict(bounds), untied=untied, home={}
        )
        seconds = max(min(self.longest, self.until - time.perf_counter()), 0.01)
        verdict = decided(statements, self.lemmas, seconds=seconds, refute_only=not fully)
        if verdict.fails is not None:
            self.examples.append(verdict.fails)
        return verdict


def _common(intervals: list[Interval]) -> Interval:
    """Return what intervals have in common; where they have nothing, the first."""
    low = max(i.low for i in intervals)
    high = min(i.high for i in intervals)
    found = Interval(
        low,
        high,
        any(i.open_low for i in intervals if i.low == low),
        any(i.open_high for i in intervals if i.high == high),
    )
    return found if low <= high else intervals[0]


def _inside(value: sp.Rational, interval: Interval) -> sp.Rational:
    return value if value in interval else (interval.low + interval.high) / 2


# --- random calibrations -------------------------------------------------------------------------


DRAWS = 4_000

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Sample:
    """Random calibrations of a claim's boxes, as far as they could be told.

    Attributes
    ----------
    fails, holds : array of bool, (draws,)
        At most one of them; neither where the claim says nothing.
    columns : mapping of axis to array, (draws,) or (draws, k)
        The values of its parameters, those of twins too.
    """

    fails: Array
    holds: Array
    columns: Mapping[Axis, Array]

    @property
    def spoke(self) -> int:
        """At how many the claim has something to speak of."""
        return int(np.sum(self.fails) + np.sum(self.holds))

    @property
    def share(self) -> float | None:
        """The share of these at which it holds."""
        return float(np.sum(self.holds)) / self.spoke if self.spoke else None


def sampled(boxes: Boxes, draws: int = DRAWS, seed: int = 0) -> Sample:
    """Try a claim on random calibrations, every equilibrium solved in floats.

    Raises
    ------
    UnsupportedError
        If it cannot be tried so.
    """
    statements = boxes.statements
    drawn = calibrations(statements, draws, seed, ends=False).part(0, draws)
    told = tries(statements, drawn).told()
    mode = statements.claim.mode
    columns: dict[Axis, list[Array]] = {}
    for copy in copies(statements):
        for name in statements.model.parameters:
            axis = (None if statements.tied(name) else copy.era, name)
            if axis in boxes.intervals:
                columns.setdefault(axis, []).append(drawn.column(copy, name))
    wide = {axis: np.stack(told, axis=1) for axis, told in columns.items()}
    fails = np.broadcast_to(told.false(mode), draws)
    return Sample(fails, np.broadcast_to(told.true(mode), draws) & ~fails, wide)
