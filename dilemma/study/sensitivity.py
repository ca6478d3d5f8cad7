"""What matters over an era's box: Sobol's indices of outcomes and of which equilibria there are, and how near a change of these is.

Equilibria are found at all points of a design at once (:mod:`dilemma.study.at_many`).  Where there are
several an outcome is taken at its least and at its greatest value.  Which equilibria there are is one
number for each of them, that is there or not, and they are taken together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from dilemma.by_era import ByEra, Eras, at_each, one_era
from dilemma.calls import of_a_model
from dilemma.errors import CalibrationError, UnknownKeyError, nearest
from dilemma.games.batch import Array
from dilemma.model import At, Model
from dilemma.output.frames import Frame
from dilemma.output.result import Shown, Table, fields_as_data, number, percent, versions
from dilemma.study.at_many import CHUNK, Asked, Part, parts_of, row_of, solved_part
from dilemma.study.labelled import Found, gathered, title_of
from dilemma.study.plans_of_many import Placed, finite
from dilemma.study.trace import several
from dilemma.study.variances import Design, Index, checked, indices
from dilemma.theory.parts import Era

__all__ = ["Change", "Measure", "Nearest", "Sensitivity", "sensitivity"]

Progress = Callable[[float], None]
TYPE = "which equilibria"
STEPS = (1e-6, 1e-5, 1e-4, 1e-3)  # beyond a border, to where floats settle what is there
FEW = 3  # measures of which every index is shown
FOREMOST = 3
UNSETTLED = frozenset({"not settled in floats"})


@dataclass(frozen=True)
class Measure:
    """What a number varies with over the box.

    Attributes
    ----------
    name : str
        An outcome, a player for its payoff, or "which equilibria".
    which : str
        "least" or "greatest" where equilibria differ about it, else "".
    mean, deviation : float
        Over the box; None where it has no value somewhere.
    undefined : float
        At which share of the points it has no value.
    indices : mapping of parameter to Index
        Empty where it does not vary, or has no value somewhere.
    """

    name: str
    which: str
    mean: float | None
    deviation: float | None
    undefined: float
    indices: Mapping[str, Index]

    @property
    def title(self) -> str:
        """Its name, and at which of several equilibria."""
        return f"{self.name}, {self.which}" if self.which else self.name

    @property
    def reason(self) -> str:
        """Why there are no indices, "" where there are."""
        if self.indices:
            return ""
        if self.undefined:
            return f"{self.title} has no value at {percent(self.undefined)} of the points"
        return f"{self.title} does not vary"


@dataclass(frozen=True)
class Change:
    """Where the equilibria change nearest to the centre as one parameter moves by itself.

    Attributes
    ----------
    parameter : str
    at : float
    share : float
        How far from the centre to that end of its interval.
    """

    parameter: str
    at: float
    share: float


@dataclass(frozen=True)
class Nearest:
    """The nearest change of the equilibria that was found, all parameters moving at once.

    Attributes
    ----------
    radius : float
        How far the box, shrunk around its centre, reaches there: 0 the centre, 1 the whole box.
    at : mapping of parameter to float
    sets : tuple of two tuples of str
        The equilibria at the centre, and those beyond.
    """

    radius: float
    at: Mapping[str, float]
    sets: tuple[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True, repr=False)
class Sensitivity(Shown):
    """What matters over one era's box.

    Attributes
    ----------
    model : Model
    era : str
    points, solved : int
        Of one sample, and calibrations in all.
    seed, resamples : int
    confidence : float
        Of the intervals beside the indices.
    measures : tuple of Measure
    fixed : tuple of str
        Parameters whose interval is one number.
    alone : mapping of parameter to Change or None
        None where no change was seen on the parameter's interval.
    nearest : Nearest or None
        None where the same equilibria were found at every point.
    incomplete : int
        At how many points some equilibrium may be missing.
    why : str
    versions : mapping of package to version
    """

    model: Model
    era: str
    points: int
    solved: int
    seed: int
    resamples: int
    confidence: float
    measures: tuple[Measure, ...]
    fixed: tuple[str, ...]
    alone: Mapping[str, Change | None]
    nearest: Nearest | None
    incomplete: int
    why: str
    versions: Mapping[str, str]

    def __getitem__(self, name: str) -> Measure:
        """Return what is told of an outcome: the least, where there are several."""
        for one in self.measures:
            if name in (one.title, one.name) or name.rpartition(", ")[0] == one.title:
                return one
        known = [one.title for one in self.measures]
        raise UnknownKeyError(f"no measure {name!r} here: {nearest(name, known)}")

    @property
    def order(self) -> tuple[str, ...]:
        """The parameters that move, those first that account for most of anything."""

        def most(name: str) -> float:
            return max((m.indices[name].total.value for m in self._told), default=0.0)

        return tuple(sorted(self.alone, key=lambda name: -most(name)))

    @property
    def _told(self) -> tuple[Measure, ...]:
        return tuple(one for one in self.measures if one.indices)

    def tables(self) -> tuple[Table, ...]:
        """Return what matters for what, and where equilibria change; of one outcome every index."""
        where = f"{self.model.title}: {self.model.eras[self.era].title}"
        few = len(self._told) <= FEW
        first = self._every(where) if few else self._foremost(where)
        return first, self._changes(where)

    def _foremost(self, where: str) -> Table:
        """Return a row for each outcome: the parameters that account for most."""
        rows = []
        for one in self._told:
            ranked = sorted(one.indices, key=lambda name: -one.indices[name].total.value)
            told = [f"{name} {one.indices[name].total}" for name in ranked[:FOREMOST]]
            rows.append((one.title, *told, *[""] * (FOREMOST - len(told))))
        header = ("outcome", "first", "second", "third")
        return Table(f"{where}: what matters", header, tuple(rows), tuple(self.notes()), header[:1])

    def _every(self, where: str) -> Table:
        """Return a row for each parameter: what it accounts for alone, and with others."""
        told = [
            (f"{one.title}: {how}", one, how) for one in self._told for how in ("first", "total")
        ]
        rows = tuple(
            (name, *(str(getattr(one.indices[name], how)) for _, one, how in told))
            for name in self.order
        )
        header = ("parameter", *(title for title, _, _ in told))
        return Table(f"{where}: what matters", header, rows, tuple(self.notes()), header[:1])

    def _changes(self, where: str) -> Table:
        """Return where the equilibria change, a row for each parameter along which they do."""
        types = self[TYPE].indices
        told = [(name, self.alone[name]) for name in self.order]
        rows = tuple(
            (name, number(c.at), percent(c.share), str(types[name].total) if types else "")
            for name, c in sorted(told, key=lambda pair: 2.0 if pair[1] is None else pair[1].share)
            if c is not None
        )
        if not rows:
            return Table(
                f"{where}: no change was seen as one parameter alone moves from the centre", (), ()
            )
        header = ("parameter alone", "equilibria change at", "of its way", f"{TYPE}: total")
        still = [name for name, change in told if change is None]
        notes = [f"No change was seen along: {', '.join(still)}."] if still else []
        return Table(
            f"{where}: changes nearest to the centre", header, rows, tuple(notes), header[:1]
        )

    def notes(self) -> Iterator[str]:
        """Say what the shares are of, what is near, and what is not known."""
        yield (
            "First-order index: the share of the variance over the box that would be gone, on average, if the "
            "parameter were known. Total index, which ranks: the share that would be left if all else were, "
            f"with what it does together with others. ± half of a {100 * self.confidence:g} % interval; "
            f"? where that is wider than 1. {self.solved:,} calibrations, {self.points:,} points a sample, "
            f"seed {self.seed}."
        )
        for one in self.measures:
            if one.reason:
                yield f"{one.reason}: no indices."
        if self.nearest is None:
            yield "The same equilibria were found at every point."
        else:
            here, there = self.nearest.sets
            gone = [f"{name} goes" for name in here if name not in there]
            new = [f"{name} comes" for name in there if name not in here]
            yield (
                f"The nearest change that was found lies {percent(self.nearest.radius)} of the way from "
                f"the centre to the sides of the box: {', '.join((*gone, *new))}."
            )
        if self.fixed:
            yield f"Not moved, the interval being one number: {', '.join(self.fixed)}."
        if self.incomplete:
            yield f"NOT all equilibria are known at {self.incomplete:,} points: {self.why}."

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {**fields_as_data(self), "order": list(self.order)}

    def _frame(self) -> Frame:
        """Return a row for each measure and parameter."""
        ends = (
            "first_order",
            "first_order_low",
            "first_order_high",
            "total",
            "total_low",
            "total_high",
        )
        rows = [
            {
                "measure": one.title,
                "parameter": name,
                **dict(zip(ends, _ends(one.indices[name]), strict=True)),
            }
            for one in self._told
            for name in self.order
        ]
        about = {"model": self.model.name, "era": self.era, "seed": self.seed}
        about |= {"points": self.points, "confidence": self.confidence}
        return Frame(
            ("measure", "parameter", *ends), rows, {**about, "versions": dict(self.versions)}
        )


def _ends(index: Index) -> tuple[float, ...]:
    both = (index.first, index.total)
    return tuple(value for one in both for value in (one.value, one.low, one.high))


# --- asked ----------------------------------------------------------------------------------------


@of_a_model
def sensitivity(
    model: Model,
    /,
    at: Eras = None,
    outcomes: str | Sequence[str] | None = None,
    *,
    n: int = 1_024,
    seed: int = 0,
    confidence: float = 0.95,
    resamples: int = 200,
    progress: Progress | None = None,
) -> Sensitivity | ByEra[Sensitivity]:
    """Tell which parameters matter over an era's box, and how near the equilibria change.

    Parameters
    ----------
    model : Model, str or Path
    at : str, Era, mapping, or a sequence of these, optional
        Eras, all of them unless said.
    outcomes : str or sequence of str, optional
        Outcomes, or players for their payoffs; all outcomes unless said.
    n : int
        Points of one sample, a power of two; ``n (parameters + 2)`` calibrations are solved.
    seed : int
    confidence : float
        Of the intervals beside the indices, between 0 and 1.
    resamples : int
        From how many resamples of the points the intervals are taken.
    progress : callable, optional
        Is told the share of the work that is done.

    Returns
    -------
    Sensitivity, or ByEra
        A mapping from each era to its answer, where no one era is named.

    Raises
    ------
    CalibrationError
        For an unknown era or outcome, a box without end, or a number of points that is no power of two.

    Notes
    -----
    The first-order index of a parameter is the share of an outcome's variance over the box that would be gone,
    on average, if the parameter were known, the total index the share that would be left if everything else
    were (Sobol 2001).  Both are estimated with errors; the intervals are percentiles of resamples.

    Examples
    --------
    >>> import dilemma
    >>> found = dilemma.sensitivity("hedging", "post_cold_war", "x_J", n=256)
    >>> found.order[:2], found["x_J, greatest"].indices["g_U"].total.value > 0.6
    (('g_U', 'g_J'), True)
    """
    named = several(outcomes, model.outcomes)
    known = [*model.outcomes, *model.players]
    for name in named:
        if name not in known:
            raise CalibrationError(f"no outcome {name!r} in {model.name}: {nearest(name, known)}")
    checked(confidence, resamples)
    model.needs_any_parameter("tells what matters")
    how = partial(_found, named=named, n=n, seed=seed, confidence=confidence, resamples=resamples)

    def at_one(model: Model, at: At | None, _seconds: float | None) -> Sensitivity:
        return how(*one_era(model, at, ranges=True), progress=progress)

    return at_each(model, at, at_one)


def _found(
    model: Model,
    era: str,
    named: Sequence[str],
    *,
    n: int,
    seed: int,
    confidence: float,
    resamples: int,
    progress: Progress | None,
) -> Sensitivity:
    own = model.eras[era]
    finite(model, own)
    names = tuple(name for name, v in own.values.items() if v.range.low < v.range.high)
    design = Design(names, n, seed)
    fixed = {name: v.central for name, v in own.values.items() if name not in names}
    asked = Asked(model, tuple(row_of(model, name) for name in named), fixed=fixed)
    box = Placed(own, names, design.shares, design.size)
    found = gathered(asked, parts_of(asked, box, CHUNK, progress))
    told = partial(indices, design=design, confidence=confidence, resamples=resamples)
    near = _Near(replace(asked, rows=(), exact=False), own, names)
    if near.centre() == UNSETTLED:
        near = replace(near, asked=replace(near.asked, exact=True), fine=COARSE)
    return Sensitivity(
        model=model, era=era, points=n, solved=design.size, seed=seed, resamples=resamples,
        confidence=confidence,
        measures=tuple(_measures(asked, found, names, told)),
        fixed=tuple(fixed),
        alone=near.alone(),
        nearest=near.found(found, design),
        incomplete=int((~found.complete).sum()),
        why=found.reason,
        versions=versions("numpy", "scipy", "sympy"),
    )  # fmt: skip


# --- indices --------------------------------------------------------------------------------------


def _measures(
    asked: Asked,
    found: Found,
    names: Sequence[str],
    told: Callable[[Array], tuple[Index, ...] | None],
) -> Iterator[Measure]:
    for row in asked.rows:
        least, greatest = _between(found, found.values[row.name])
        same = np.allclose(least, greatest, rtol=1e-9, atol=1e-12, equal_nan=True)
        pairs = [("", least)] if same else [("least", least), ("greatest", greatest)]
        for which, values in pairs:
            undefined = float(np.mean(~np.isfinite(values)))
            shares = None if undefined else told(values[None])
            yield Measure(
                row.name, which, None if undefined else float(np.mean(values)),
                None if undefined else float(np.std(values)), undefined,
                dict(zip(names, shares or (), strict=False)),
            )  # fmt: skip
    there = _presence(found)
    shares = told(there) if len(there) else None
    spread = float(np.sqrt(np.sum(np.var(there, axis=1)))) if len(there) else 0.0
    several_there = float(np.mean(np.sum(there, axis=0))) if len(there) else 0.0
    yield Measure(
        TYPE, "", several_there, spread, 0.0, dict(zip(names, shares or (), strict=False))
    )


def _between(found: Found, values: Array) -> tuple[Array, Array]:
    """Return the least and the greatest value at each point, over the equilibria that have one."""
    has = np.isfinite(values)
    least, greatest = np.full(found.size, np.inf), np.full(found.size, -np.inf)
    np.minimum.at(least, found.draw[has], values[has])
    np.maximum.at(greatest, found.draw[has], values[has])
    none = np.isinf(least)
    least[none] = greatest[none] = np.nan
    return least, greatest


def _presence(found: Found) -> Array:
    """Return for each equilibrium at which points it is there."""
    there = np.zeros((len(found.slots), found.size))
    there[found.slot, found.draw] = 1
    return there


# --- changes --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Fineness:
    """How closely changes are looked for.

    Attributes
    ----------
    alone : int
        Values of a parameter that moves by itself.
    halvings : int
    rays : int
        Points of other equilibria from which one goes towards the centre.
    """

    alone: int
    halvings: int
    rays: int


FINE = _Fineness(1_025, 24, 64)
COARSE = _Fineness(17, 10, 4)  # where each calibration is solved by itself, exactly


@dataclass(frozen=True)
class _Near:
    """Looks for other equilibria than those at the centre, in floats unless these do not settle the centre."""

    asked: Asked
    era: Era
    names: tuple[str, ...]
    fine: _Fineness = FINE

    def _ends(self) -> tuple[Array, Array, Array]:
        """Return the low ends, the centres and the high ends of what moves."""
        values = [self.era.values[name] for name in self.names]
        told = [(float(v.range.low), float(v.central), float(v.range.high)) for v in values]
        low, centre, high = np.array(told).reshape(-1, 3).T
        return low, centre, high

    def sets(self, points: Array) -> list[frozenset[str]]:
        """Return the names of the equilibria at points, each a row of values of what moves."""
        low, _, high = self._ends()
        shares = (points - low) / (high - low)
        box = Placed(self.era, self.names, lambda start, stop: shares[start:stop], len(points))
        part = solved_part(self.asked, box, 0, len(points))
        told = _sets(part)
        return [own if known else UNSETTLED for own, known in zip(told, part.complete, strict=True)]

    def centre(self) -> frozenset[str]:
        """Return the equilibria at the centre."""
        return self.sets(self._ends()[1][None])[0]

    def alone(self) -> dict[str, Change | None]:
        """Return the nearest change along each parameter."""
        low, centre, high = self._ends()
        here = self.centre()
        found: dict[str, Change | None] = {}
        for k, name in enumerate(self.names):
            walk = np.repeat(centre[None], self.fine.alone, axis=0)
            walk[:, k] = np.linspace(low[k], high[k], self.fine.alone)
            other = np.array([own != here for own in self.sets(walk)])
            half = np.where(walk[:, k] > centre[k], high[k] - centre[k], centre[k] - low[k])
            away = np.abs(walk[:, k] - centre[k]) / np.where(half > 0, half, np.inf)
            if not other.any():
                found[name] = None
                continue
            place = walk[np.flatnonzero(other)[np.argmin(away[other])]]
            border = self._bisected(centre[None], place[None], here)[0]
            way = (high if border[k] > centre[k] else low)[k] - centre[k]
            share = (border[k] - centre[k]) / way if way else 0.0
            found[name] = Change(name, float(border[k]), float(share))
        return found

    def _bisected(self, inner: Array, outer: Array, here: frozenset[str]) -> Array:
        """Halve between points with the centre's equilibria and points with others."""
        inner = np.repeat(inner, len(outer), axis=0) if len(inner) != len(outer) else inner
        for _ in range(self.fine.halvings):
            middle = (inner + outer) / 2
            same = np.array([own == here for own in self.sets(middle)])[:, None]
            inner, outer = np.where(same, middle, inner), np.where(same, outer, middle)
        return outer

    def found(self, found: Found, design: Design) -> Nearest | None:
        """Return the nearest change that is found on the way from points of the design."""
        low, centre, high = self._ends()
        here = self.centre()
        count = 2 * design.points
        sets = _sets(found)[:count]
        other = np.flatnonzero([own != here for own in sets])
        if not other.size:
            return None
        points = low + design.shares(0, count)[other] * (high - low)
        nearest_first = np.argsort(self._radii(points), kind="stable")[: self.fine.rays]
        borders = self._bisected(centre[None], points[nearest_first], here)
        radii = self._radii(borders)
        best = int(np.argmin(radii))
        at = dict(zip(self.names, borders[best].tolist(), strict=True))
        steps = centre + (borders[best] - centre) * (1 + np.array(STEPS))[:, None]
        settled = [own for own in self.sets(steps) if own not in (here, UNSETTLED)]
        beyond = settled[0] if settled else sets[other[nearest_first[best]]]
        return Nearest(float(radii[best]), at, (tuple(sorted(here)), tuple(sorted(beyond))))

    def _radii(self, points: Array) -> Array:
        low, centre, high = self._ends()
        half = np.where(points > centre, high - centre, centre - low)
        radii: Array = np.max(np.abs(points - centre) / np.where(half > 0, half, np.inf), axis=1)
        return radii


def _sets(found: Found | Part) -> list[frozenset[str]]:
    """Return the names of the equilibria at each calibration."""
    titles = [title_of(slot) for slot in found.slots]
    told: list[set[str]] = [set() for _ in range(found.size)]
    for draw, slot in zip(found.draw.tolist(), found.slot.tolist(), strict=True):
        told[draw].add(titles[slot])
    return list(map(frozenset, told))
