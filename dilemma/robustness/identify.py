"""Which part of a box is consistent with what was observed: what data say about what was assumed.

Points of the box are solved, and those kept at which some equilibrium has every observed outcome in its
interval: the identified set (Manski 2003, Partial Identification of Probability Distributions; of games
with several equilibria Tamer 2003, Review of Economic Studies 70: 147-165, unverified).  On each parameter
one goes from these points outwards to where nothing is consistent any more; that nothing lies beyond is
then asked of the prover, for every calibration and every equilibrium.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import sympy as sp

from dilemma.by_era import ByEra, Eras, at_each, one_era
from dilemma.calls import of_a_model
from dilemma.claims.decide import stated
from dilemma.claims.verdict import Verdict
from dilemma.errors import CalibrationError, UnsupportedError, nearest
from dilemma.games.batch import Array
from dilemma.model import At, Model
from dilemma.output.frames import Frame
from dilemma.output.result import Shown, Table, fields_as_data, number, percent, versions
from dilemma.reading.expressions import ExpressionError, exact
from dilemma.robustness.needs import Boxes, Elsewhere
from dilemma.study.at_many import CHUNK, Asked, Part, parts_of, row_of, solved_part
from dilemma.study.labelled import Found, gathered, title_of
from dilemma.study.plans_of_many import Placed, finite
from dilemma.study.variances import Design
from dilemma.theory.parts import Era, Interval

__all__ = ["Identified", "Projection", "identify"]

Progress = Callable[[float], None]
STARTS = 32  # consistent points from which one goes outwards on each parameter
ROUNDS, CHANGED, SPREAD = 5, 8, 0.15  # of changes at random, of each point, of each interval
HALVINGS = 12
QUESTIONS = 8  # to the prover about one end: an example that lies further out moves what was found
FIRST = sp.Rational(49, 50)  # of what lies beyond: what is asked about first
CLOSE = 1e-6  # of an interval
WORTH = 0.02  # of an interval: of less beyond what is found nothing is asked
LONGEST = 10.0  # seconds for one question


@dataclass(frozen=True)
class Projection:
    """What the observations leave of one parameter's interval.

    Attributes
    ----------
    parameter : str
    box : Interval
        What was assumed.
    low, high : float or None
        The least and the greatest value at which something consistent was found; None where nothing was.
    proved : Interval
        No calibration outside of it is consistent, in any equilibrium: the box itself where nothing smaller is
        proved.
    thirds : tuple of three float
        At which share of the points in the lowest, the middle and the highest third of the interval something
        is consistent.
    grade : str
        On whose word the interval stands.
    """

    parameter: str
    box: Interval
    low: float | None
    high: float | None
    proved: Interval
    thirds: tuple[float, float, float]
    grade: str

    @property
    def left(self) -> float:
        """The share of the interval that is left, as far as was found."""
        if self.low is None or self.high is None:
            return 0.0
        left = (self.high - self.low) / float(self.box.high - self.box.low)
        return 1.0 if left > 1 - CLOSE else left

    @property
    def tells(self) -> float:
        """How much the observations say of it: how far the thirds differ, or how much of the interval is gone."""
        return max(1 - self.left, (max(self.thirds) - min(self.thirds)) / (max(self.thirds) or 1.0))


@dataclass(frozen=True, repr=False)
class Identified(Shown):
    """The part of one era's box that is consistent with what was observed.

    Attributes
    ----------
    model : Model
    era : str
    observed : mapping of outcome to Interval
    points, seed : int
    some, every : float
        At which share of the points some equilibrium, and at which every equilibrium, is consistent.
    status : str
        "found" where there is something consistent, "refuted" where it is proved that there is nothing,
        "open" where nothing was found and nothing proved.
    projections : tuple of Projection
        Those of which the observations say most first.
    equilibria : mapping of equilibrium to share
        In which equilibria, of the consistent points.
    example : mapping of parameter to float
        A consistent calibration, the one nearest to the era's centre; empty where none was found.
    unproved : str
        Why something was not asked of the prover, "" where all was.
    incomplete : int
        At how many points some equilibrium may be missing.
    why : str
    versions : mapping of package to version
    """

    model: Model
    era: str
    observed: Mapping[str, Interval]
    points: int
    seed: int
    some: float
    every: float
    status: str
    projections: tuple[Projection, ...]
    equilibria: Mapping[str, float]
    example: Mapping[str, float]
    unproved: str
    incomplete: int
    why: str
    versions: Mapping[str, str]

    def __getitem__(self, parameter: str) -> Projection:
        for one in self.projections:
            if one.parameter == parameter:
                return one
        known = [one.parameter for one in self.projections]
        raise CalibrationError(f"nothing moves with {parameter!r}: {nearest(parameter, known)}")

    def tables(self) -> tuple[Table, ...]:
        """Return a row for each parameter: what was assumed, and what the observations leave."""
        title = f"{self.model.title}: {self.model.eras[self.era].title}: what is consistent with {self._told()}"
        if self.status != "found":
            return (Table(title, (), (), tuple(self.notes())),)
        header = (
            "parameter",
            "assumed",
            "consistent",
            "none outside (proved)",
            "of its thirds consistent",
        )
        rows = tuple(
            (
                f"{one.parameter} ({one.grade})",
                str(one.box),
                "all of it" if one.left == 1 else f"{number(one.low)} to {number(one.high)}",
                str(one.proved) if one.proved != one.box else "",
                _told(one.thirds),
            )
            for one in self.projections
        )
        return (Table(title, header, rows, tuple(self.notes()), header[:1]),)

    def _told(self) -> str:
        return ", ".join(f"{name} in {interval}" for name, interval in self.observed.items())

    def notes(self) -> Iterator[str]:
        """Say how much of the box is left, in which equilibria, and what is not known."""
        if self.status == "refuted":
            yield "No calibration of the box has any equilibrium that is consistent with it: proved."
            return
        if self.status == "open":
            yield f"Nothing consistent was found at {self.points:,} points; that there is nothing is not proved."
        else:
            yield (
                f"Some equilibrium is consistent at {percent(self.some)} of {self.points:,} points of the box "
                f"(seed {self.seed}), every equilibrium at {percent(self.every)}."
            )
            told = [f"{name} at {percent(share)}" for name, share in self.equilibria.items()]
            yield f"Of these points it is {', '.join(told)}."
            yield (
                "Consistent: from the least to the greatest value at which a consistent calibration was found. None "
                "outside: proved for every calibration of the box and every equilibrium. Thirds: at which share of "
                "the points in the lowest, the middle and the highest third of the interval something is consistent."
            )
        if self.unproved:
            yield f"Not all was asked of the prover: {self.unproved}."
        if self.incomplete:
            yield f"NOT all equilibria are known at {self.incomplete:,} points: {self.why}."

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return fields_as_data(self)

    def _frame(self) -> Frame:
        """Return a row for each parameter."""
        columns = (
            "parameter",
            "assumed_low",
            "assumed_high",
            "low",
            "high",
            "proved_low",
            "proved_high",
            "left",
        )
        rows = [
            {
                "parameter": one.parameter,
                "assumed_low": float(one.box.low),
                "assumed_high": float(one.box.high),
                "low": one.low,
                "high": one.high,
                "proved_low": float(one.proved.low),
                "proved_high": float(one.proved.high),
                "left": one.left,
            }
            for one in self.projections
        ]
        about = {"model": self.model.name, "era": self.era, "some": self.some, "every": self.every}
        about |= {"status": self.status, "points": self.points, "seed": self.seed}
        return Frame(columns, rows, {**about, "versions": dict(self.versions)})


def _told(thirds: Sequence[float]) -> str:
    digits = 0 if max(thirds) >= 0.1 else 1
    return ", ".join(f"{100 * third:.{digits}f}" for third in thirds) + " %"


# --- asked ----------------------------------------------------------------------------------------


@of_a_model
def identify(
    model: Model,
    /,
    at: Eras = None,
    observed: Mapping[str, Any] | None = None,
    *,
    n: int = 4_096,
    seed: int = 0,
    seconds: float = 30.0,
    progress: Progress | None = None,
) -> Identified | ByEra[Identified]:
    """Tell which part of an era's box is consistent with observed outcomes.

    Parameters
    ----------
    model : Model, str or Path
    at : str, Era, mapping, or a sequence of these, optional
        Eras, all of them unless said.
    observed : mapping of outcome to interval
        ``{"x_J": (0.3, 0.4)}``; a single number is observed exactly.  A player stands for its payoff.
    n : int
        Points of the box, a power of two.
    seed : int
    seconds : float
        For proofs that nothing lies outside of what was found; 0 for none.
    progress : callable, optional
        Is told the share of the work that is done.

    Returns
    -------
    Identified, or ByEra
        A mapping from each era to its answer, where no one era is named.

    Raises
    ------
    CalibrationError
        For an unknown era or outcome, an interval that is none, or a number of points that is no power of two.

    Examples
    --------
    >>> import dilemma
    >>> found = dilemma.identify("hedging", "cold_war", {"x_J": (0, 0.2)}, n=256, seconds=0)
    >>> found.status, 0 < found.some < 1, found["g_J"].thirds[0] > found["g_J"].thirds[2]
    ('found', True, True)
    """
    told = _observed(model, observed)
    model.needs_any_parameter("is consistent with what was observed")

    def at_one(model: Model, at: At | None, _seconds: float | None) -> Identified:
        return _identified(*one_era(model, at, ranges=True), told, n, seed, seconds, progress)

    return at_each(model, at, at_one)


def _observed(model: Model, observed: Mapping[str, Any] | None) -> dict[str, Interval]:
    known = [*model.outcomes, *model.players]
    if not observed:
        raise CalibrationError(
            f"{model.name}: nothing was observed: give an interval for an outcome, such as "
            f"{{{known[0]!r}: (0, 1)}}"
        )
    found = {}
    for name, told in observed.items():
        if name not in known:
            raise CalibrationError(f"no outcome {name!r} in {model.name}: {nearest(name, known)}")
        ends = (
            list(told) if isinstance(told, Sequence) and not isinstance(told, str) else [told, told]
        )
        try:
            low, high = (exact(end.item() if isinstance(end, np.generic) else end) for end in ends)
        except (ExpressionError, ValueError):
            raise CalibrationError(
                f"{name}: {told!r} is no number and no interval (low, high)"
            ) from None
        if low > high:
            raise CalibrationError(f"{name}: the interval from {low} to {high} is empty")
        found[name] = Interval(low, high)
    return found


def _identified(
    model: Model,
    era: str,
    observed: Mapping[str, Interval],
    n: int,
    seed: int,
    seconds: float,
    progress: Progress | None,
) -> Identified:
    own = model.eras[era]
    finite(model, own)
    search = _Search.of(model, own, observed)
    design = Design(search.names, n, seed)
    box = Placed(own, search.names, design.shares, n)
    found = gathered(search.asked, parts_of(search.asked, box, CHUNK, progress))
    fits = search.fits(found)
    some, every = _at_each(found, fits)
    low, _, high = search.ends()
    points = low + design.shares(0, n) * (high - low)
    reach = search.outwards(points[some], seed)
    proofs = _Proofs.of(model, era, observed, time.perf_counter() + seconds)
    status = "found" if some.any() else "refuted" if proofs.nothing() else "open"
    values = [(name, own.values[name]) for name in search.names]
    shares = design.shares(0, n)
    projections = [
        Projection(name, v.range, *reach[name], v.range, _thirds(shares[:, k], some), v.grade)
        for k, (name, v) in enumerate(values)
    ]
    projections.sort(key=lambda one: -one.tells)
    return Identified(
        model=model, era=era, observed=observed, points=n, seed=seed,
        some=float(np.mean(some)), every=float(np.mean(every)), status=status,
        projections=tuple(map(proofs.outside, projections)),
        unproved=proofs.reason,
        equilibria=_kinds(found, fits, some),
        example=search.nearest(points[some]),
        incomplete=int((~found.complete).sum()),
        why=found.reason,
        versions=versions("numpy", "sympy", "z3-solver"),
    )  # fmt: skip


def _thirds(shares: Array, some: Array) -> tuple[float, float, float]:
    """Return at which share of the points in each third of an interval something is consistent."""
    third = np.minimum((3 * shares).astype(int), 2)
    low, middle, high = (float(np.mean(some[third == k])) for k in range(3))
    return low, middle, high


def _at_each(found: Found | Part, fits: Array) -> tuple[Array, Array]:
    """Return at which points some equilibrium is consistent, and at which every one is."""
    there = np.bincount(found.draw, minlength=found.size)
    good = np.bincount(found.draw[fits], minlength=found.size)
    return good > 0, (good == there) & (there > 0)


def _kinds(found: Found, fits: Array, some: Array) -> dict[str, float]:
    """Return at which share of the consistent points each equilibrium is consistent."""
    count = max(1, int(some.sum()))
    shares = np.bincount(found.slot[fits], minlength=len(found.slots)) / count
    told = {
        title_of(slot): float(share)
        for slot, share in zip(found.slots, shares, strict=True)
        if share
    }
    return dict(sorted(told.items(), key=lambda pair: -pair[1]))


# --- what is found ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Search:
    """Looks for consistent calibrations."""

    asked: Asked
    era: Era
    names: tuple[str, ...]
    observed: Mapping[str, Interval]

    @classmethod
    def of(cls, model: Model, era: Era, observed: Mapping[str, Interval]) -> _Search:
        """Return the search in one era's box."""
        names = tuple(name for name, v in era.values.items() if v.range.low < v.range.high)
        fixed = {name: v.central for name, v in era.values.items() if name not in names}
        rows = tuple(row_of(model, name) for name in observed)
        return cls(Asked(model, rows, fixed=fixed), era, names, observed)

    def ends(self) -> tuple[Array, Array, Array]:
        """Return the low ends, the centres and the high ends of what moves."""
        values = [self.era.values[name] for name in self.names]
        told = [(float(v.range.low), float(v.central), float(v.range.high)) for v in values]
        low, centre, high = np.array(told).reshape(-1, 3).T
        return low, centre, high

    def fits(self, found: Found | Part) -> Array:
        """Tell of each equilibrium whether every observed outcome lies where it was observed."""
        good = np.ones(found.draw.shape, dtype=bool)
        for name, interval in self.observed.items():
            values = found.values[name]
            low, high = float(interval.low), float(interval.high)
            room = 1e-9 * max(1.0, abs(low), abs(high))
            good &= (values >= low - room) & (values <= high + room)
        return good

    def consistent(self, points: Array) -> Array:
        """Tell at which points floats settle that some equilibrium is consistent."""
        low, _, high = self.ends()
        shares = (points - low) / (high - low)
        box = Placed(self.era, self.names, lambda start, stop: shares[start:stop], len(points))
        part = solved_part(replace(self.asked, exact=False), box, 0, len(points))
        return _at_each(part, self.fits(part))[0]

    def outwards(self, points: Array, seed: int) -> dict[str, tuple[float | None, float | None]]:
        """Return how far each parameter may go in either direction, from some consistent points."""
        if not len(points):
            return dict.fromkeys(self.names, (None, None))
        low, _, high = self.ends()
        stream = np.random.default_rng([seed, 2])
        found: dict[str, tuple[float | None, float | None]] = {}
        for k, name in enumerate(self.names):
            pair = [self._farthest(points, k, end, stream) for end in (low[k], high[k])]
            found[name] = (pair[0], pair[1])
        return found

    def _farthest(self, points: Array, k: int, end: float, stream: np.random.Generator) -> float:
        """Return how far one parameter gets towards an end: along it, and from points changed at random."""
        low, _, high = self.ends()
        kept = points
        for _ in range(ROUNDS):
            kept = self._along(
                kept[np.argsort(np.abs(kept[:, k] - end), kind="stable")[:STARTS]], k, end
            )
            if (kept[:, k] == end).any():
                return float(end)
            changed = np.repeat(kept, CHANGED, axis=0)
            step = stream.normal(size=changed.shape) * (high - low) * SPREAD
            step[:, k] = 0
            changed = np.clip(changed + step, low, high)
            kept = np.concatenate([kept, changed[self.consistent(changed)]])
        return float(kept[np.argmin(np.abs(kept[:, k] - end)), k])

    def _along(self, points: Array, k: int, end: float) -> Array:
        """Move one parameter of each point towards an end, as far as that stays consistent."""
        inner, outer = points.copy(), points.copy()
        outer[:, k] = end
        whole = self.consistent(outer)[:, None]
        inner = np.where(whole, outer, inner)
        for _ in range(0 if whole.any() else HALVINGS):
            middle = (inner + outer) / 2
            good = self.consistent(middle)[:, None]
            inner, outer = np.where(good, middle, inner), np.where(good, outer, middle)
        return inner

    def nearest(self, points: Array) -> dict[str, float]:
        """Return the point that lies nearest to the centre, every parameter's interval taken as one."""
        if not len(points):
            return {}
        low, centre, high = self.ends()
        far = np.max(np.abs(points - centre) / (high - low), axis=1)
        return dict(zip(self.names, points[np.argmin(far)].tolist(), strict=True))


# --- what is proved ---------------------------------------------------------------------------------


@dataclass
class _Proofs:
    """Asks the prover whether anything consistent lies in a part of the box.

    Attributes
    ----------
    boxes : Boxes or None
        None where claims do not speak of what was observed.
    until : float
        When the time is up.
    reason : str
        Why something was not asked, "" where all was.
    """

    boxes: Boxes | None
    until: float
    reason: str = ""

    @classmethod
    def of(cls, model: Model, era: str, observed: Mapping[str, Interval], until: float) -> _Proofs:
        """Return what asks about one era."""
        parts = [f"{name} >= {i.low} and {name} <= {i.high}" for name, i in observed.items()]
        paid = [name for name in observed if name not in model.outcomes]
        if paid:
            return cls(None, until, f"no claim speaks of a payoff ({', '.join(paid)})")
        claim = model.make_claim(possible=" and ".join(parts), over=era)
        return cls(Boxes.of(stated(model, claim, era)), until)

    def asked(self, narrow: Mapping[str, Interval]) -> Verdict | None:
        """Return whether anything consistent lies where some parameters are narrowed; None where it is not asked."""
        if self.boxes is None:
            return None
        left = self.until - time.perf_counter()
        if left <= 0:
            self.reason = self.reason or "the time was up"
            return None
        bounds = {(e, n): narrow.get(n, i) for (e, n), i in self.boxes.intervals.items()}
        asking = Elsewhere(self.boxes.statements, (), self.until, min(left, LONGEST))
        try:
            found = asking.decide(bounds, fully=True)
        except UnsupportedError as error:
            self.boxes, self.reason = None, str(error)
            return None
        if found.status == "open":
            self.reason = self.reason or f"some questions stayed open ({found.reason})"
        return found

    def nothing(self) -> bool:
        """Tell whether it is proved that nothing in the box is consistent."""
        found = self.asked({})
        return found is not None and found.status == "disproved"

    def outside(self, one: Projection) -> Projection:
        """Return a projection with what is proved of it, and examples that are further out."""
        if one.low is None or one.high is None:
            return one
        low, proved_low = self._end(one, one.low, one.box.low, -1)
        high, proved_high = self._end(one, one.high, one.box.high, 1)
        return replace(one, low=low, high=high, proved=Interval(proved_low, proved_high))

    def _end(
        self, one: Projection, found: float, end: sp.Rational, side: int
    ) -> tuple[float, sp.Rational]:
        """Return the farthest consistent value towards an end, and beyond which nothing is proved to be."""
        width, proved, share = one.box.high - one.box.low, end, FIRST
        for _ in range(QUESTIONS):
            gap = side * (proved - sp.Rational(found))
            if gap <= WORTH * width:
                break
            beyond = _short(proved - side * share * gap, width)
            part = Interval(beyond, end) if side > 0 else Interval(end, beyond)
            verdict = self.asked({one.parameter: part})
            if verdict is None:
                break
            if verdict.status == "disproved":
                proved, share = beyond, sp.Rational(1, 2)
            elif verdict.holds is not None:
                (point,) = verdict.holds.points.values()
                found, share = float(point[one.parameter]), sp.Rational(1, 2)
            else:  # open: less is asked
                share /= 2
        return found, proved


def _short(value: sp.Rational, width: sp.Rational) -> sp.Rational:
    """Return a number with a few digits near another one."""
    unit = sp.Rational(10) ** (sp.floor(sp.log(width, 10)) - 3)
    return sp.floor(value / unit) * unit
