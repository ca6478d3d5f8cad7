"""Attacks on verdicts: random calibrations and the boxes' corners, every equilibrium solved anew.

Where players choose among actions equilibria are enumerated in floats from the payoffs alone
(:mod:`dilemma.checking.enumeration`), and nearly degenerate calibrations are solved exactly; where
numbers are chosen the branches are solved in floats (:mod:`dilemma.games.batches`), and at a sample
compared with a search from the payoffs alone.  What seems to contradict a verdict counts once it
has been solved again exactly.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dilemma.checking.calibrations import Calibrations
from dilemma.checking.tries import Points, aimed, tries
from dilemma.checking.truths import Truths
from dilemma.parts import Mode, Status
from dilemma.proof.statements import Statements
from dilemma.proof.verdicts import Attack

__all__ = ["Contradiction", "attacked", "contradicts"]

CHUNK = 2_000  # calibrations solved together


@dataclass(frozen=True)
class Contradiction:
    """A calibration at which a verdict is wrong.

    Attributes
    ----------
    points : mapping of a copy's key to calibration
    words : str
        What is so there.
    """

    points: Points
    words: str


def contradicts(status: Status, mode: Mode, told: Truths) -> Any:
    """Tell where a claim is what a verdict says it is nowhere."""
    match status:
        case "proved" if mode != "possible":
            return told.false(mode)
        case "disproved":
            return told.true(mode)
        case "vacuous" | "contradictory":
            return told.speaks
    return np.zeros_like(told.speaks)


def attacked(
    statements: Statements, status: Status, *, draws: int, seed: int, until: float
) -> tuple[Attack, Contradiction | None]:
    """Attack a verdict.

    Parameters
    ----------
    status : str
        What became of the claim.
    draws : int
        Random calibrations; corners come on top.
    until : float
        When to stop, by ``time.perf_counter``.

    Returns
    -------
    attack : Attack
        With how many were tried in that time; those that are too close to call are left out.
    contradiction : Contradiction or None
        Solved exactly.

    Raises
    ------
    UnsupportedError
        If the claim cannot be tried.
    """
    drawn = aimed(statements, draws, seed)
    tally = _Tally(seed)
    # Corners first: what is rare happens there, and they are few.
    order = [(drawn.draws, len(drawn)), (0, drawn.draws)]
    for first, last in order:
        for begin in range(first, last, CHUNK):
            if time.perf_counter() >= until:
                return tally.attack(), None
            part = drawn.part(begin, min(begin + CHUNK, last))
            found = _tried(statements, part, status, tally, until)
            if found is not None:
                return tally.attack(), found
    return tally.attack(), None


def _tried(
    statements: Statements, part: Calibrations, status: Status, tally: _Tally, until: float
) -> Contradiction | None:
    """Try some calibrations, those exactly that contradict the verdict or are too close to call."""
    mode = statements.claim.mode
    trying = tries(statements, part)
    told = {
        name: np.array(np.broadcast_to(np.asarray(where, dtype=bool), len(part)))
        for name, where in vars(trying.told()).items()
    }
    against = contradicts(status, mode, Truths(**told))
    doubtful = ~told["whole"]
    known = ~(against | doubtful)
    again = [*np.flatnonzero(against)]
    if trying.quick:
        again += [*np.flatnonzero(doubtful & ~against)]
    for k in again:
        exactly = trying.again(int(k)) if time.perf_counter() < until else None
        if exactly is None:
            continue
        if np.any(contradicts(status, mode, exactly)):
            return Contradiction(part.points(int(k)), _words(statements, exactly))
        known[k] = True
        for name, where in told.items():
            where[k] = np.any(getattr(exactly, name))
    tally.add(part, Truths(**told), known, mode)
    return None


def _words(statements: Statements, told: Truths) -> str:
    """Say what a claim is at one calibration."""
    mode, of_play = statements.claim.mode, bool(statements.in_equilibrium)
    if not np.any(told.speaks):
        return "there is nothing to speak of"
    if mode == "holds":
        some = " in some equilibrium" if of_play else ""
        return f"the claim fails{some}" if np.any(told.fails) else "the claim holds"
    if np.any(told.holds):
        return "the claim holds in some equilibrium"
    return "the claim holds in no equilibrium"


@dataclass
class _Tally:
    """How many calibrations were tried, and what came of them."""

    seed: int
    counts: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("draws", "corners", "spoke", "failing"), 0)
    )

    def add(self, part: Calibrations, told: Truths, known: Any, mode: Mode) -> None:
        random = np.arange(len(part)) < part.draws
        self.counts["draws"] += int(np.sum(known & random))
        self.counts["corners"] += int(np.sum(known & ~random))
        self.counts["spoke"] += int(np.sum(known & told.speaks))
        self.counts["failing"] += int(np.sum(known & told.false(mode)))

    def attack(self) -> Attack:
        return Attack(**self.counts, seed=self.seed)
