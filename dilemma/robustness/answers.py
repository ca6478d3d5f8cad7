"""What a verdict hangs on: what it needs, its radius, its share of the box, and what rescues it."""

from __future__ import annotations

import time
from collections.abc import Callable

import sympy as sp

from dilemma.errors import UnsupportedError
from dilemma.model import Model
from dilemma.proof.decide import proved_lemmas, stated
from dilemma.proof.statements import Statements
from dilemma.proof.verdicts import Need, Radius, Rescue, Robustness, Shares, Verdict
from dilemma.robustness.boxes import LONGEST, Boxes, Elsewhere
from dilemma.robustness.needs import needed
from dilemma.robustness.portions import portions
from dilemma.robustness.radius import radius_of
from dilemma.robustness.rescue import rescued
from dilemma.robustness.samples import sampled

__all__ = ["robustness"]

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
    told = _Told(model, verdict, begun, seconds, seed, progress or (lambda *_: None))
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


class _Told:
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
        self._late(elsewhere, "the radius is bracketed less closely")
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
        regions = portions(boxes, elsewhere, self.sample)
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
