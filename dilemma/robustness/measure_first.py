"""Which interval to measure first: the one that a claim's failing over the boxes hangs on most.

A claim is tried at all points of a design over the boxes of its eras, as an attack tries it
(:mod:`dilemma.checks.attack`); that it fails there, or not, is the number of which Sobol's indices are
taken (:mod:`dilemma.study.variances`).  An interval is a parameter's in an era, or in both where it is one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

import numpy as np

from dilemma.calls import asked_claims, of_a_model
from dilemma.checks.attack import fares
from dilemma.checks.random_calibrations import Moving, moving, placed
from dilemma.claims.decide import stated
from dilemma.claims.statements import Statements
from dilemma.errors import UnknownKeyError, UnsupportedError, nearest
from dilemma.games.batch import Array
from dilemma.model import Model
from dilemma.output.frames import Frame
from dilemma.output.result import Shown, Table, fields_as_data, percent, versions
from dilemma.study.variances import Design, Index, checked, indices
from dilemma.theory.parts import Claim

__all__ = ["MeasureFirst", "Priority", "Weight", "measure_first"]

Progress = Callable[[float, str], None]
THIRD = 3
LEAST = 0.005  # a sum of indices that is less is nothing
FEW = 16  # points at which a claim fails, or does not: of fewer no index is told


@dataclass(frozen=True)
class Weight:
    """What one interval has to do with a claim's failing.

    Attributes
    ----------
    parameter : str
    era : str or None
        None where it is one draw for both eras.
    grade : str
        On whose word the interval stands: "assumed", "coded", "derived", "measured".
    index : Index
    low_third, high_third : float
        At which share of the points in the lowest and in the highest third of the interval the claim fails.
    """

    parameter: str
    era: str | None
    grade: str
    index: Index
    low_third: float
    high_third: float


@dataclass(frozen=True)
class Priority:
    """What to measure first for one claim.

    Attributes
    ----------
    claim, label : str
    era, period : str
        Of a claim about each era by itself, its name and its title; else "".
    fails : float
        The share of the points at which it fails.
    silent : float
        The share at which there is nothing that it speaks of; there it does not fail.
    unknown : float
        The share at which it is not known; likewise.
    weights : tuple of Weight
        The largest total index first; none where the claim fails at no point, or at all, or at too few to
        tell.
    reason : str
        Why it could not be tried, "" where it could.
    """

    claim: str
    label: str
    era: str
    period: str
    fails: float
    silent: float
    unknown: float
    weights: tuple[Weight, ...]
    reason: str = ""

    @property
    def title(self) -> str:
        """The claim, and of which era."""
        return (
            f"{self.label or self.claim}, {self.period}" if self.era else self.label or self.claim
        )

    @property
    def rare(self) -> bool:
        """Whether it fails, or does not, at so few points that nothing is told of what that hangs on."""
        return not self.weights and 0 < self.fails < 1 - self.silent - self.unknown

    @property
    def first(self) -> Weight | None:
        """The assumed interval that matters most, if any does."""
        return next((one for one in self.weights if one.grade == "assumed"), None)


@dataclass(frozen=True, repr=False)
class MeasureFirst(Shown):
    """Which assumed interval matters most for which claim.

    Attributes
    ----------
    model : Model
    points, seed, resamples : int
    confidence : float
    claims : tuple of Priority
    versions : mapping of package to version
    """

    model: Model
    points: int
    seed: int
    resamples: int
    confidence: float
    claims: tuple[Priority, ...]
    versions: Mapping[str, str]

    def __getitem__(self, claim: str) -> Priority:
        for one in self.claims:
            if claim in (one.claim, one.label, one.title):
                return one
        known = [one.claim for one in self.claims]
        raise UnknownKeyError(f"no claim {claim!r} here: {nearest(claim, known)}")

    @property
    def ranking(self) -> dict[tuple[str | None, str], float]:
        """The assumed intervals by what hangs on them: the sum of their total indices over the claims."""
        found: dict[tuple[str | None, str], float] = {}
        for one in self.claims:
            for weight in one.weights:
                if weight.grade == "assumed":
                    key = weight.era, weight.parameter
                    found[key] = found.get(key, 0.0) + weight.index.total.value
        some = [pair for pair in found.items() if pair[1] >= LEAST]
        return dict(sorted(some, key=lambda pair: -pair[1]))

    def called(self, weight: Weight) -> str:
        """Return what an interval is called: the parameter, and the era where it is of one."""
        return _called(self.model, weight.era, weight.parameter)

    def tables(self) -> tuple[Table, ...]:
        """Return a row for each claim that fails somewhere, and one for each assumed interval."""
        rows = []
        for one in self.claims:
            if not one.weights:
                continue
            first, whole = one.first, one.weights[0]
            rows.append(
                (
                    one.title,
                    percent(one.fails),
                    *(self._told(first) if first else ("none is assumed", "", "")),
                    "the same"
                    if whole is first
                    else f"{self.called(whole)} ({whole.grade}) {whole.index.total}",
                )
            )
        header = (
            "claim",
            "fails at",
            "measure first",
            "total index",
            "fails in its thirds",
            "most of all",
        )
        title = f"{self.model.title}: what to measure first"
        told = Table(title, header, tuple(rows), tuple(self.notes()), header[:1])
        return (told, self._ranked()) if self.ranking else (told,)

    def _told(self, weight: Weight) -> tuple[str, str, str]:
        thirds = f"{percent(weight.low_third)}, {percent(weight.high_third)}"
        return self.called(weight), str(weight.index.total), thirds

    def _ranked(self) -> Table:
        """Return the assumed intervals, those first on which most hangs."""
        rows = []
        for (era, name), total in list(self.ranking.items())[:10]:
            first = [
                o.title
                for o in self.claims
                if o.first and (o.first.era, o.first.parameter) == (era, name)
            ]
            box = self.model.eras[era or next(iter(self.model.eras))].values[name].range
            rows.append(
                (_called(self.model, era, name), str(box), f"{total:.2f}", ", ".join(first))
            )
        header = ("assumed interval", "is", "sum of total indices", "first for")
        return Table(f"{self.model.title}: assumed intervals", header, tuple(rows), (), header[:1])

    def notes(self) -> Iterator[str]:
        """Say what the numbers are, and of which claims there are none."""
        yield (
            "Total index: the share of the variance of whether the claim fails that would be left if all other "
            f"intervals were points; ± half of a {100 * self.confidence:g} % interval, ? where that is wider "
            "than 1. Fails in its thirds: at which share of the points in the lowest and in the highest third of "
            f"that interval. {self.points:,} points a sample, seed {self.seed}."
        )
        for words, told in (
            (
                "Fails at none of the points, which proves nothing",
                [o for o in self.claims if not o.reason and o.fails == 0],
            ),
            (
                "Fails wherever it speaks",
                [o for o in self.claims if not o.weights and o.fails > 0 and not o.rare],
            ),
            (
                "Fails, or does not, at too few points to say what that hangs on",
                [o for o in self.claims if o.rare],
            ),
        ):
            if told:
                yield f"{words}: {', '.join(dict.fromkeys(o.title for o in told))}."
        for reason in dict.fromkeys(one.reason for one in self.claims if one.reason):
            titles = dict.fromkeys(one.title for one in self.claims if one.reason == reason)
            yield f"Not tried, {reason}: {', '.join(titles)}."
        vague = [
            f"{o.title} ({percent(o.unknown)})" for o in self.claims if o.unknown and not o.reason
        ]
        if vague:
            yield f"NOT known at some points, taken not to fail there: {', '.join(vague)}."

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        ranked = [{"era": e, "parameter": n, "total": t} for (e, n), t in self.ranking.items()]
        return {**fields_as_data(self), "ranking": ranked}

    def _frame(self) -> Frame:
        """Return a row for each claim and interval."""
        columns = (
            "claim",
            "era",
            "parameter",
            "of",
            "grade",
            "total",
            "total_low",
            "total_high",
            "first_order",
            "fails",
        )
        rows = [
            dict(
                zip(
                    columns,
                    (one.claim, one.era, w.parameter, w.era or "", w.grade, w.index.total.value, w.index.total.low,
                     w.index.total.high, w.index.first.value, one.fails),
                    strict=True,
                )
            )
            for one in self.claims
            for w in one.weights
        ]  # fmt: skip
        about = {"model": self.model.name, "seed": self.seed, "points": self.points}
        return Frame(columns, rows, {**about, "versions": dict(self.versions)})


def _called(model: Model, era: str | None, name: str) -> str:
    return name if era is None else f"{name}, {model.eras[era].title}"


# --- asked ----------------------------------------------------------------------------------------


@of_a_model
def measure_first(
    model: Model,
    /,
    claims: str | Claim | Sequence[str | Claim] | None = None,
    *,
    n: int = 512,
    seed: int = 0,
    confidence: float = 0.95,
    resamples: int = 200,
    seconds: float | None = None,
    progress: Progress | None = None,
) -> MeasureFirst:
    """Tell which assumed interval matters most for which claim: what is worth measuring first.

    Parameters
    ----------
    model : Model, str or Path
    claims : str or Claim, or a sequence of them, optional
        As :func:`dilemma.prove` has them; all claims about the eras unless said.
    n : int
        Points of one sample, a power of two; ``n (intervals + 2)`` calibrations are tried for each claim.
    seed : int
    confidence : float
        Of the intervals beside the indices, between 0 and 1.
    resamples : int
        From how many resamples of the points these are taken.
    seconds : float, optional
        For each claim: at points that are not tried in that time it is not known.
    progress : callable, optional
        Called with the share of the claims that is done, and the one that is next.

    Returns
    -------
    MeasureFirst

    Raises
    ------
    CalibrationError
        For a number of points that is no power of two.

    Notes
    -----
    A claim that is proved fails nowhere: no interval matters for it inside the boxes, and
    ``prove(..., robust=True)`` tells how far beyond them.  What matters for a claim that is mixed is told by
    the total Sobol index of each interval for whether the claim fails (Sobol 2001).

    Examples
    --------
    >>> import dilemma
    >>> found = dilemma.measure_first("burden", "C4.9", n=128)
    >>> found.claims[0].first.parameter
    'w'
    """
    checked(confidence, resamples)
    asked = [claims] if claims is None or isinstance(claims, str | Claim) else list(claims)
    wanted = list(_wanted(model, [c for one in asked for c in asked_claims(model, one)]))
    found = []
    for done, (statements, era) in enumerate(wanted):
        if progress is not None:
            progress(done / len(wanted), statements.claim.label or statements.claim.name)
        until = inf if seconds is None else time.perf_counter() + seconds
        found.append(_priority(statements, era, n, seed, (confidence, resamples), until))
    return MeasureFirst(
        model, n, seed, resamples, confidence, tuple(found), versions("numpy", "scipy", "sympy")
    )


def _wanted(model: Model, claims: Sequence[Claim]) -> Iterator[tuple[Statements, str]]:
    """Yield each claim about eras, era by era where it is about each."""
    for claim in claims:
        each = claim.over == "each"
        for over in model.about(claim).eras if each else [claim.over]:
            yield stated(model, claim, over), over if each else ""


def _priority(
    statements: Statements, era: str, n: int, seed: int, how: tuple[float, int], until: float
) -> Priority:
    claim = statements.claim
    period = statements.model.eras[era].title if era else ""
    try:
        free = moving(statements)
        design = Design(tuple(one.symbol.name for one in free), n, seed)
        shares = design.shares(0, design.size)
        drawn = placed(statements, {one.symbol: shares[:, k] for k, one in enumerate(free)})
        fared = fares(statements, drawn, until)
    except UnsupportedError as error:
        return Priority(claim.name, claim.label, era, period, 0.0, 0.0, 0.0, (), str(error))
    fails, speaks, known = (
        _whole(one, design.size) for one in (fared.fails, fared.speaks, fared.known)
    )
    count = int(np.sum(fails[: 2 * n]))
    few = min(count, int(np.sum((speaks & known)[: 2 * n])) - count) < FEW
    told = None if few else indices(fails[None], design, confidence=how[0], resamples=how[1])
    weights = [] if told is None else list(_weights(statements, free, told, shares, fails))
    return Priority(
        claim.name, claim.label, era, period, float(np.mean(fails)), float(np.mean(known & ~speaks)),
        float(np.mean(~known)), tuple(sorted(weights, key=lambda w: -w.index.total.value)),
    )  # fmt: skip


def _whole(told: Array, size: int) -> Array:
    """Return an array as long as all points, False where the time was up."""
    return np.concatenate([told, np.zeros(size - len(told), dtype=bool)])


def _weights(
    statements: Statements,
    free: Sequence[Moving],
    told: Sequence[Index],
    shares: Array,
    fails: Array,
) -> Iterator[Weight]:
    """Yield what each interval has to do with a claim's failing; how far a twin is away is none."""
    eras = statements.model.eras
    for k, (one, index) in enumerate(zip(free, told, strict=True)):
        if one.higher:
            continue
        value = eras[one.era or next(c.era for c in statements.copies if c.era)].values[
            one.parameter
        ]
        low, high = shares[:, k] < 1 / THIRD, shares[:, k] > 1 - 1 / THIRD
        yield Weight(
            one.parameter,
            one.era,
            value.grade,
            index,
            float(np.mean(fails[low])),
            float(np.mean(fails[high])),
        )
