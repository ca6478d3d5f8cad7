"""What a proof needs, and its radius: how far the boxes may be blown up, or must be shrunk.

Boxes are blown up, shrunk and cut, and the claim is decided on them, or tried at calibrations drawn
from them.  An example found once is remembered: where it lies in the boxes that are asked about,
nothing need be decided.  Random calibrations say how often a claim fails, and where.

A set of bounds, assumptions and ties is enough if the claim is still proved when the others are let
go: a bound goes out to the theory's own range, an assumption is dropped, what the eras share
becomes two draws.  The search for a smallest set that cannot be made smaller is QuickXplain (Junker
2004, AAAI-04: 167-172): it takes few decisions where few things are needed.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import sympy as sp

from dilemma.checks.attack import attempts
from dilemma.checks.random_calibrations import calibrations
from dilemma.claims.decide import decided
from dilemma.claims.examples import Example, truth
from dilemma.claims.statements import Statements, copies
from dilemma.claims.verdict import Need, Radius, Verdict
from dilemma.errors import DilemmaError, UnsupportedError
from dilemma.games.kind import Can
from dilemma.theory.parts import Claim, Interval, decimal

__all__ = [
    "CLOSE",
    "LONGEST",
    "Axis",
    "Bounds",
    "Boxes",
    "Bracket",
    "Elsewhere",
    "Sample",
    "called",
    "era_of",
    "needed",
    "radius_of",
    "sampled",
]

Axis = tuple[str | None, str]
Bounds = dict[Axis, Interval]
Points = Mapping[str, Mapping[str, sp.Rational]]

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

    def radius_of(self, points: Points) -> sp.Expr:
        """Return the radius at which calibrations, one a copy, enter the boxes."""
        farthest: sp.Expr = sp.Integer(0)
        for axis, value in self.values(points):
            interval, centre = self.intervals[axis], self.centres[axis]
            half = interval.high - centre if value > centre else centre - interval.low
            gap = abs(value - centre)
            if gap:
                farthest = sp.Max(farthest, gap / half if half else sp.oo)
        return farthest

    def values(self, points: Points) -> list[tuple[Axis, sp.Rational]]:
        """Return what calibrations have on each axis, twins' values too."""
        found = []
        for copy in copies(self.statements):
            for name, value in points[copy.key].items():
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


# --- random calibrations --------------------------------------------------------------------------


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
    told = attempts(statements, drawn).told()
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


# --- who asks -------------------------------------------------------------------------------------


def called(statements: Statements, name: str) -> str:
    """Call a parameter by its meaning, without what is added in brackets."""
    means = statements.model.parameters[name].means.split(" (")[0]
    return f"{means} ({name})" if means else name


def era_of(statements: Statements, era: str | None) -> str:
    """Say in which era a bound is, where it is in one."""
    return f" in the {statements.model.eras[era].title}" if era is not None else ""


# --- needs ----------------------------------------------------------------------------------------


NO_AXIS: Axis = (None, "")  # of what is no bound


@dataclass(frozen=True)
class _Unit:
    """Something that a proof may need."""

    need: Need
    axis: Axis = NO_AXIS
    end: str = ""
    conjunct: sp.Basic = sp.true


_End = tuple[Axis, str]


@dataclass
class _Search:
    """The search for what is needed among all units.

    Attributes
    ----------
    positive : set of (axis, end)
        Bounds of which no more is kept than that the end of the theory's own range is left out.
    undecided : bool
        Whether it was not decided of some units that they are enough.
    """

    boxes: Boxes
    elsewhere: Elsewhere
    units: tuple[_Unit, ...]
    positive: set[_End] = field(default_factory=set)
    undecided: bool = False

    def enough(self, kept: Sequence[_Unit]) -> bool:
        """Tell whether the claim is proved with these units and no others."""
        if self.elsewhere.late or any(self._excludes(e, kept) for e in self.elsewhere.examples):
            return False
        untied = frozenset(u.need.name for u in self.units if u.need.what == "shared")
        untied -= {u.need.name for u in kept if u.need.what == "shared"}
        given = sp.And(*(u.conjunct for u in kept))
        verdict = self.elsewhere.decide(self._bounds(kept, untied), untied=untied, given=given)
        self.undecided |= verdict.status == "open"
        return verdict.status == "proved"

    def _bounds(self, kept: Sequence[_Unit], untied: frozenset[str]) -> dict[Axis, Interval]:
        ends = {(u.axis, u.end) for u in kept}
        bounds = {}
        for axis, interval in self.boxes.intervals.items():
            allowed = self.boxes.declared(axis)
            low = interval if (axis, "low") in ends - self.positive else allowed
            high = interval if (axis, "high") in ends - self.positive else allowed
            wanted = Interval(
                low.low,
                high.high,
                low.open_low or (axis, "low") in self.positive,
                high.open_high or (axis, "high") in self.positive,
            )
            bounds[axis] = wanted
            if axis[0] is None and axis[1] in untied:
                del bounds[axis]
                bounds |= {(c.era, axis[1]): wanted for c in self.boxes.statements.copies}
        return bounds

    def loosen(self, kept: Sequence[_Unit]) -> list[_Unit]:
        """Let bounds go out to the theory's own range but for its end, where that is enough.

        Often all that a proof needs of a quantity is that it is not zero.
        """
        found = []
        for unit in kept:
            last = self._last(unit)
            if unit.axis == NO_AXIS or last is None or self.elsewhere.late:
                found.append(unit)
                continue
            self.positive.add((unit.axis, unit.end))
            if self.enough(kept):
                side = "above" if unit.end == "low" else "below"
                need = _worded(self.boxes.statements, unit.axis, side, last)
                found.append(replace(unit, need=need))
            else:
                self.positive.discard((unit.axis, unit.end))
                found.append(unit)
        return found

    def _last(self, unit: _Unit) -> sp.Rational | None:
        """Return where the theory's own range ends beyond a bound, if it does."""
        if unit.axis == NO_AXIS:
            return None
        allowed = self.boxes.declared(unit.axis)
        end = allowed.low if unit.end == "low" else allowed.high
        return end if end.is_finite else None

    def _excludes(self, example: Example, kept: Sequence[_Unit]) -> bool:
        """Tell whether a counterexample satisfies all that is kept."""
        return all(self._satisfies(example, unit) for unit in kept)

    def _satisfies(self, example: Example, unit: _Unit) -> bool:
        statements = self.boxes.statements
        if unit.need.what == "assumption":
            if Can.SLOPES in statements.model.game.can or statements.given_of_play:
                return False
            return truth(statements, unit.conjunct, example) is sp.true
        if unit.need.what == "shared":
            return len({example.points[c.key][unit.need.name] for c in statements.copies}) == 1
        own = self.boxes.intervals[unit.axis]
        if (unit.axis, unit.end) in self.positive:
            own = replace(self.boxes.declared(unit.axis), open_low=True, open_high=True)
        told = [v for axis, v in self.boxes.values(example.points) if axis == unit.axis]
        if unit.end == "low":
            return all(v > own.low or (v == own.low and not own.open_low) for v in told)
        return all(v < own.high or (v == own.high and not own.open_high) for v in told)


def needed(elsewhere: Elsewhere) -> tuple[tuple[Need, ...], bool]:
    """Return what a proved claim needs, and whether nothing of it could be left out.

    Examples met on the way are left in ``elsewhere``.
    """
    boxes = Boxes.of(elsewhere.statements)
    units = tuple(_units(elsewhere.statements, boxes))
    search = _Search(boxes, elsewhere, units)
    if search.enough(()):
        return (), True
    found = _minimal((), (), units, search.enough)
    order = {id(u): k for k, u in enumerate(units)}
    kept = search.loosen(sorted(found, key=lambda u: order[id(u)]))
    return tuple(u.need for u in kept), not (elsewhere.late or search.undecided)


def _minimal(
    background: tuple[_Unit, ...],
    added: tuple[_Unit, ...],
    units: tuple[_Unit, ...],
    enough: Callable[[Sequence[_Unit]], bool],
) -> tuple[_Unit, ...]:
    """Return a smallest part of some units that is enough together with a background."""
    if added and enough(background):
        return ()
    if len(units) <= 1:
        return units
    half = len(units) // 2
    first, second = units[:half], units[half:]
    of_second = _minimal((*background, *first), first, second, enough)
    of_first = _minimal((*background, *of_second), of_second, first, enough)
    return (*of_first, *of_second)


# --- the units ------------------------------------------------------------------------------------


def _units(statements: Statements, boxes: Boxes) -> list[_Unit]:
    """Return everything that a proof may need, what is said in the claim itself first."""
    claim = statements.claim
    conjuncts = claim.given.args if isinstance(claim.given, sp.And) else (claim.given,)
    found = [
        _Unit(Need("assumption", None, told, "", None, told), conjunct=conjunct)
        for conjunct in conjuncts
        if conjunct is not sp.true
        for told in [_as_written(statements, conjunct)]
    ]
    written = {s.name for s in claim.holds.free_symbols | claim.given.free_symbols}
    for name in statements.model.parameters:
        if statements.claim.of_pairs and statements.tied(name) and name not in written:
            words = f"{called(statements, name)} the same in both eras"
            found.append(_Unit(Need("shared", None, name, "", None, words)))
    for axis, interval in boxes.intervals.items():
        allowed = boxes.declared(axis)
        if interval.low > allowed.low:
            found.append(_bound(statements, axis, "low", interval))
        if interval.high < allowed.high:
            found.append(_bound(statements, axis, "high", interval))
    return found


def _as_written(statements: Statements, conjunct: sp.Basic) -> str:
    """Return an assumption as the claim writes it."""
    claim, model = statements.claim, statements.model
    for text in _conjuncts(claim.text.get("given", "")):
        try:
            read = model.make_claim(
                claim.text["holds"], given=text, over=claim.over, shared=list(claim.shared)
            )
        except DilemmaError:
            continue
        if read.given == conjunct:
            return " ".join(text.split())
    return str(conjunct)


def _conjuncts(text: str) -> list[str]:
    """Split a formula at each "and" that stands in no brackets."""
    found, depth, begun = [], 0, 0
    for match in re.finditer(r"[()]|\band\b", text):
        depth += {"(": 1, ")": -1}.get(match[0], 0)
        if match[0] == "and" and depth == 0:
            found.append(text[begun : match.start()])
            begun = match.end()
    return [*found, text[begun:]]


def _bound(statements: Statements, axis: Axis, end: str, interval: Interval) -> _Unit:
    if end == "low":
        side, value = ("above" if interval.open_low else "at least"), interval.low
    else:
        side, value = ("below" if interval.open_high else "at most"), interval.high
    return _Unit(_worded(statements, axis, side, value), axis=axis, end=end)


def _worded(statements: Statements, axis: Axis, side: str, value: sp.Rational) -> Need:
    era, name = axis
    words = f"{called(statements, name)} {side} {decimal(value)}{era_of(statements, era)}"
    return Need("bound", era, name, side, value, words)


# --- the radius -----------------------------------------------------------------------------------


PRECISE = sp.Rational(1, 512)  # how near both ends of the bracket are brought
CLOSE = sp.Rational(1, 50)  # and how near they must be for nothing to be said of it
QUICK = 2.0  # seconds for one decision, as long as such ones do
TRIED = 5  # failing draws that are solved exactly
FARTHEST = 64  # how far boxes are blown up where the theory's own ranges have no end


@dataclass
class Bracket:
    """What is known of the radius: proved up to ``low``, refuted from ``high`` on.

    ``blocked`` is the smallest radius at which neither came out by decisions of one length,
    ``undecided`` one at which none did.
    """

    boxes: Boxes
    elsewhere: Elsewhere
    low: sp.Rational | None = None
    high: sp.Expr = field(default=sp.oo)
    blocked: sp.Expr = field(default=sp.oo)
    undecided: sp.Expr = field(default=sp.oo)

    def learn(self) -> None:
        """Take in the counterexamples that are known."""
        for example in self.elsewhere.examples:
            self.high = min(self.high, self.boxes.radius_of(example.points))

    def ask(self, radius: sp.Rational) -> None:
        """Decide at one radius."""
        status = self.elsewhere.decide(self.boxes.scaled(radius)).status
        self.learn()
        if status == "proved" and radius < self.undecided:
            self.low = radius if self.low is None else max(self.low, radius)
        elif self.high > radius:
            self.blocked = min(self.blocked, radius)

    def attack(self, until: float) -> None:
        """Bring the upper end down: to where no random calibration fails that is closer."""
        tried = self.low or sp.Integer(0)
        while self.high - tried > PRECISE and self.high > 0 and time.perf_counter() < until:
            middle = _short((tried + min(self.high, sp.Integer(FARTHEST))) / 2)
            before = self.high
            for points in self._failing(middle):
                self.high = min(self.high, self.boxes.radius_of(points))
            if self.high == before:
                tried = middle

    def _failing(self, radius: sp.Rational) -> Iterator[Points]:
        """Yield a random calibration in the boxes of a radius at which the claim fails, if there is one."""
        statements = replace(self.boxes.statements, bounds=dict(self.boxes.scaled(radius)), home={})
        mode = statements.claim.mode
        drawn = calibrations(statements, DRAWS, 0)
        tries = attempts(statements, drawn)
        fails = np.broadcast_to(tries.told().false(mode), len(drawn))
        for k in np.flatnonzero(fails)[:TRIED]:
            told = tries.again(int(k))
            if told is not None and told.false(mode):
                yield drawn.points(int(k))
                return

    def narrow(self) -> None:
        """Bring both ends together, from below and, past what stays open, from above.

        By quick decisions as far as these go, then by long ones.
        """
        if self.low is None:
            return  # nothing was proved that could be narrowed from below
        # Nothing is known beyond where a claim was proved on the largest boxes that were tried.
        longest = self.elsewhere.longest
        for each in (QUICK, longest):
            self.elsewhere.longest, self.blocked = each, self.undecided
            while (
                (top := min(self.high, self.blocked)) is not sp.oo
                and top - self.low > PRECISE
                and not self.elsewhere.late
            ):
                self.ask(_short((self.low + top) / 2))
        tried = self.blocked
        while self.high is not sp.oo and self.high - tried > PRECISE and not self.elsewhere.late:
            middle = _short((tried + self.high) / 2)
            before = self.high
            self.ask(middle)
            if self.high == before:
                tried = middle


def radius_of(elsewhere: Elsewhere, verdict: Verdict) -> Radius | None:
    """Return the radius of a claim; None where it speaks of no boxes."""
    boxes = Boxes.of(elsewhere.statements)
    if not boxes.intervals:
        return None
    if verdict.fails is not None:
        elsewhere.examples.append(verdict.fails)
    bracket = Bracket(boxes, elsewhere)
    bracket.learn()
    if verdict.status == "proved":
        bracket.low = sp.Integer(1)
        if elsewhere.decide({a: boxes.declared(a) for a in boxes.intervals}).status == "proved":
            return Radius(sp.Integer(1), None, everywhere=True)
        bracket.learn()
        radius = 2
        while bracket.low * 2 == radius and bracket.high > radius and radius <= FARTHEST:
            bracket.ask(sp.Integer(radius))
            radius *= 2
    else:
        if verdict.fails is None:
            bracket.blocked = bracket.undecided = sp.Integer(1)
        bracket.ask(sp.Integer(0))
    if verdict.status != "proved" and bracket.low is not None:
        with suppress(UnsupportedError):  # then decisions alone bring examples
            bracket.attack((time.perf_counter() + elsewhere.until) / 2)
    if bracket.low is not None:
        bracket.narrow()
    return Radius(bracket.low, None if bracket.high is sp.oo else bracket.high)


def _short(number: sp.Rational) -> sp.Rational:
    """Round to a number with a short binary fraction: it goes into many formulas."""
    return sp.Rational(round(number * 1024), 1024)
