"""Verdicts checked once more, by other means than those that they came from.

Each decider decides alone; random calibrations and corners attack the verdict, every equilibrium
solved; examples are checked from the definitions.  A disagreement stops with an error and a file
that shows it again: a verdict that is not contradicted is no more true, but better founded.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import sympy as sp

from dilemma.checking.attack import attacked
from dilemma.checking.disagreements import disagreement
from dilemma.checking.rechecking import wrong_with
from dilemma.checking.searched import missing
from dilemma.errors import DisagreementError, UnsupportedError
from dilemma.model import Model
from dilemma.parts import Mode, Status
from dilemma.proof.decide import decide, stated
from dilemma.proof.logic import DECIDERS
from dilemma.proof.statements import Statements
from dilemma.proof.verdicts import Attack, Checks, Decider, Verdict

__all__ = ["check", "contradictory"]

ATTACK_SHARE, SEARCH_SHARE = 0.4, 0.15  # of the time
DECIDED: tuple[Status, ...] = ("proved", "disproved", "mixed")

Points = Mapping[str, Mapping[str, sp.Rational]]


def check(
    model: Model,
    verdict: Verdict,
    *,
    draws: int = 10_000,
    seed: int = 0,
    seconds: float = 60.0,
    folder: Path | None = None,
) -> Checks:
    """Check a verdict by all means there are.

    Parameters
    ----------
    draws : int
        Random calibrations to attack it with; the boxes' corners come on top.
    seed : int
    seconds : float
        About how long it may take; what was not tried in time is not counted.
    folder : Path, optional
        Where a file goes that shows a disagreement again; the current folder by default.

    Returns
    -------
    Checks

    Raises
    ------
    DisagreementError
        If anything contradicts the verdict.

    Examples
    --------
    >>> from dilemma.library import load
    >>> from dilemma.proof.decide import decide
    >>> model = load("abandonment")
    >>> (verdict,) = decide(model, model.claims["stake_beats_entrapment"])
    >>> checks = check(model, verdict, draws=500)
    >>> checks.attack.draws, checks.attack.failing
    (500, 0)
    """
    begun = time.perf_counter()
    checking = _Checking(model, verdict, draws, seed, folder)
    checking.examples()
    attack = checking.attack(time.perf_counter() + ATTACK_SHARE * seconds)
    checking.search(time.perf_counter() + SEARCH_SHARE * seconds)
    told = dict(checking.alone(begun + seconds))
    return Checks(
        agree=tuple(name for name, agrees in told.items() if agrees),
        silent=tuple(name for name, agrees in told.items() if not agrees),
        attack=attack,
        seconds=time.perf_counter() - begun,
    )


def contradictory(one: Verdict, other: Verdict) -> bool:
    """Tell whether two verdicts on a claim cannot both be right."""
    (some, never), (others, nor) = _said(one), _said(other)
    return bool(some & nor or others & never)


def _said(verdict: Verdict) -> tuple[set[str], set[str]]:
    """Return of what a verdict says that it happens, and that it never does: failing, holding."""
    mode: Mode = verdict.claim.mode
    match verdict.status:
        case "proved" if mode == "possible":
            return {"holds"}, set()
        case "disproved" if mode == "possible":
            return set(), {"holds"}
        case "proved":
            return set(), {"fails"}
        case "mixed":
            return {"fails", "holds"}, set()
        case "disproved":
            return {"fails"}, {"holds"}
        case "contradictory" | "vacuous":
            return set(), {"fails", "holds"}
    examples = {"fails": verdict.fails, "holds": verdict.holds}
    return {name for name, example in examples.items() if example is not None}, set()


@dataclass(frozen=True)
class _Checking:
    """One verdict under examination."""

    model: Model
    verdict: Verdict
    draws: int
    seed: int
    folder: Path | None

    @property
    def statements(self) -> Statements:
        """The claim as statements, afresh."""
        claim = self.verdict.claim
        return stated(self.model, claim, self.verdict.era or claim.over)

    def disagrees(self, what: str, points: Points) -> DisagreementError:
        """Return the error, its file written."""
        return disagreement(
            self.model,
            self.verdict,
            what,
            points,
            draws=self.draws,
            seed=self.seed,
            folder=self.folder,
        )

    def examples(self) -> None:
        """Check the examples from the definitions."""
        for example, fails in ((self.verdict.fails, True), (self.verdict.holds, False)):
            if example is None:
                continue
            wrong = wrong_with(self.statements, example, fails=fails)
            if wrong:
                kind = "fails" if fails else "holds"
                what = f"its example that the claim {kind} is wrong: {wrong}"
                raise self.disagrees(what, example.calibrations)

    def attack(self, until: float) -> Attack | None:
        """Attack the verdict; None where the claim cannot be tried."""
        statements = self.statements
        try:
            attack, found = attacked(
                statements, self.verdict.status, draws=self.draws, seed=self.seed, until=until
            )
        except UnsupportedError:
            return None
        if found is not None:
            raise self.disagrees(f"at a calibration {found.words}", found.points)
        return attack

    def search(self, until: float) -> None:
        """Compare what chosen numbers are found in floats with a search, at a few calibrations."""
        statements = self.statements
        if statements.model.choices is None or statements.claim.holding:
            return
        found = missing(statements, self.seed, until)
        if found is not None:
            raise self.disagrees(
                f"where it was attacked {found.words}", {"there": found.calibration}
            )

    def alone(self, until: float) -> Iterator[tuple[Decider, bool]]:
        """Decide by each decider alone; yield its name and whether it agrees, or is silent."""
        if self.verdict.status not in DECIDED:
            return
        for position, decider in enumerate(DECIDERS):
            # What the claim follows from is decided too.
            decisions = 1 + len(self.verdict.claim.because)
            left = len(DECIDERS) - position
            seconds = (until - time.perf_counter()) / (left * decisions)
            if seconds <= 0:
                yield decider, False
                continue
            again = self._decided(decider, seconds)
            if contradictory(self.verdict, again):
                example = again.fails or again.holds
                points = {} if example is None else example.calibrations
                raise self.disagrees(f"{decider} alone finds it {again.status}", points)
            yield decider, again.status == self.verdict.status

    def _decided(self, decider: Decider, seconds: float) -> Verdict:
        claim = replace(self.verdict.claim, over=self.verdict.era or self.verdict.claim.over)
        try:
            (again,) = decide(self.model, claim, seconds=seconds, deciders=(decider,))
        except DisagreementError as error:
            raise self.disagrees(f"deciding it by {decider} alone stops: {error}", {}) from error
        return again
