"""Attacks on verdicts: random calibrations and the boxes' corners, every equilibrium solved anew.

Where players choose among actions equilibria are enumerated in floats from the payoffs alone
(:mod:`dilemma.checks.enumeration`), and nearly degenerate calibrations are solved exactly; where
numbers are chosen the branches are solved in floats (:mod:`dilemma.games.batch`), and at a sample
compared with a search from the payoffs alone (:mod:`dilemma.checks.recheck`).  What seems to
contradict a verdict counts once it has been solved again exactly.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, ClassVar, Protocol

import numpy as np
import sympy as sp

from dilemma.checks.enumeration import At, bimatrix
from dilemma.checks.random_calibrations import Calibrations, calibrations
from dilemma.checks.truth import Truth, assumed, truth
from dilemma.claims.solutions import solved_again
from dilemma.claims.statements import Statements, copies
from dilemma.claims.trials import Draws, Trial
from dilemma.claims.verdict import Attack
from dilemma.errors import CalibrationError
from dilemma.games.kind import Can
from dilemma.theory.parts import Mode, Status

__all__ = [
    "Attempts",
    "ChosenAttempts",
    "Contradiction",
    "Fared",
    "Points",
    "aimed",
    "attacked",
    "attempts",
    "contradicts",
    "exactly_at",
    "fails_at",
    "fares",
    "frequency",
    "solved_at",
]

Array = np.ndarray[Any, Any]


# --- where numbers are chosen ---------------------------------------------------------------------


Points = Mapping[str, Mapping[str, sp.Rational]]


@dataclass
class ChosenAttempts:
    """A claim about players who choose numbers, at some calibrations."""

    statements: Statements
    part: Calibrations
    quick: ClassVar[bool] = False

    @cached_property
    def drawn(self) -> Draws:
        """The calibrations, as the package's own random ones are kept."""
        return Draws(self.statements, len(self.part), 0, drawn=dict(self.part.columns))

    def told(self) -> Truth:
        """Tell what it is at each, in floats."""
        failing, holding = Trial(self.drawn).where
        whole = np.ones_like(failing)
        for batch in self.drawn.solved.values():
            whole &= ~batch.doubtful
        return Truth(failing | holding, failing, holding, whole)

    def again(self, k: int) -> Truth | None:
        """Tell what it is at one of them, each equilibrium solved to 40 digits."""
        return solved_at(self.statements, self.part.points(k), self.drawn.held_at(k))


def solved_at(statements: Statements, points: Points, held: Points) -> Truth:
    """Tell what a claim is at exact calibrations, and at choices that are held."""
    # Where it fails in some equilibrium, or holds in all; and the other way round.
    mode: Mode = "holds" if statements.claim.mode == "holds" else "exists"
    told = replace(statements, claim=replace(statements.claim, mode=mode))
    false, true = (
        solved_again(told, points, held, fails=fails) is not None for fails in (True, False)
    )
    return Truth(false or true, false, true, true if mode == "holds" else false)


# --- in floats at all of them, or exactly at one --------------------------------------------------


ROUNDS = 20  # of draws, at most, until enough meet what is assumed
SEEDS = 1_000_003  # how far the rounds' seeds lie apart


class Attempts(Protocol):
    """A claim at some calibrations.

    Attributes
    ----------
    quick : bool
        Whether one of them is soon solved exactly.
    """

    quick: ClassVar[bool]

    def told(self) -> Truth:
        """Tell what it is at each, in floats."""

    def again(self, k: int) -> Truth | None:
        """Tell what it is at one of them, exactly; None where that is not known."""


def attempts(statements: Statements, part: Calibrations) -> Attempts:
    """Return the way in which a claim is tried at calibrations."""
    if Can.SLOPES in statements.model.game.can:
        return ChosenAttempts(statements, part)
    needs_play = bool(statements.in_equilibrium) or any(
        r.what == "unique" for r in statements.claim.references.values()
    )
    if needs_play and not bimatrix(statements.model):
        return _OneByOne(statements, part)
    return _ActionAttempts(statements, part)


def aimed(statements: Statements, draws: int, seed: int) -> Calibrations:
    """Draw calibrations; where few meet what the claim assumes of them, those that do come first."""
    drawn = calibrations(statements, draws, seed)
    if statements.claim.given is sp.true or not len(drawn):
        return drawn
    meet: list[Calibrations] = []
    others: list[Calibrations] = []
    for again in range(ROUNDS):
        more = calibrations(statements, draws, seed + SEEDS * again) if again else drawn
        kept = assumed(statements, _in_floats(statements, more))
        kept = np.broadcast_to(kept, len(more))[: more.draws]
        meet.append(more.where(kept))
        others.append(more.where(~kept))
        if sum(one.draws for one in meet) >= draws:
            break
    return drawn.instead([*meet, others[0]])


def _in_floats(statements: Statements, part: Calibrations) -> dict[str, At]:
    model = statements.model
    return {
        copy.key: At(
            model,
            {p.symbol: part.column(copy, n) for n, p in model.parameters.items()},
            exact=False,
        )
        for copy in copies(statements)
    }


@dataclass(frozen=True)
class _ActionAttempts:
    """A claim about players who choose among actions, at some calibrations."""

    statements: Statements
    part: Calibrations
    quick: ClassVar[bool] = True

    def told(self) -> Truth:
        """Tell what it is at each, in floats."""
        return truth(self.statements, _in_floats(self.statements, self.part))

    def again(self, k: int) -> Truth | None:
        """Tell what it is at one of them, exactly."""
        return exactly_at(self.statements, self.part.points(k))


@dataclass(frozen=True)
class _OneByOne(_ActionAttempts):
    """The same where equilibria are found one calibration at a time."""

    def told(self) -> Truth:
        """Tell nothing yet."""
        nothing = np.zeros(len(self.part), dtype=bool)
        return Truth(nothing, nothing, nothing, nothing)


def exactly_at(statements: Statements, points: Points) -> Truth | None:
    """Tell what a claim is at exact calibrations; None where a definition has no value."""
    model = statements.model
    symbols = {name: p.symbol for name, p in model.parameters.items()}
    try:
        return truth(
            statements,
            {
                key: At(model, {symbols[n]: v for n, v in at.items()}, exact=True)
                for key, at in points.items()
            },
        )
    except CalibrationError:
        return None


# --- attacks --------------------------------------------------------------------------------------


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


def contradicts(status: Status, mode: Mode, told: Truth) -> Any:
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
            found = _tried(attempts(statements, part), part, status, tally, until)
            if found is not None:
                return tally.attack(), found
    return tally.attack(), None


def fails_at(statements: Statements, points: Points) -> bool:
    """Tell whether a claim is refuted at exact calibrations, in some equilibrium."""
    if Can.SLOPES in statements.model.game.can:
        return bool(np.any(solved_at(statements, points, {}).false(statements.claim.mode)))
    told = exactly_at(statements, points)
    return told is not None and bool(np.any(told.false(statements.claim.mode)))


def frequency(statements: Statements, *, draws: int, seed: int, until: float) -> Attack:
    """Try a claim at random calibrations that lie evenly over its boxes: how often does it hold?

    Parameters
    ----------
    draws : int
        How many; fewer are tried where time runs out.
    until : float
        When to stop, by ``time.perf_counter``.

    Raises
    ------
    UnsupportedError
        If the claim cannot be tried.
    """
    drawn = calibrations(statements, draws, seed, ends=False)
    tally = _Tally(seed)
    _each(statements, drawn, tally, until)
    return tally.attack()


def fares(statements: Statements, drawn: Calibrations, until: float) -> Fared:
    """Tell what a claim is at each of some calibrations.

    Raises
    ------
    UnsupportedError
        If the claim cannot be tried.
    """
    record = _Record()
    _each(statements, drawn, record, until)
    return record.fared()


def _each(statements: Statements, drawn: Calibrations, tally: _Counting, until: float) -> None:
    """Try a claim at random calibrations, as far as the time goes."""
    for begin in range(0, drawn.draws, CHUNK):
        if time.perf_counter() >= until:
            break
        part = drawn.part(begin, min(begin + CHUNK, drawn.draws))
        trying = attempts(statements, part)
        if isinstance(trying, _OneByOne):  # branches, solved together, are quicker by far
            trying = ChosenAttempts(statements, part)
        _tried(trying, part, "mixed", tally, until)


def _tried(
    trying: Attempts, part: Calibrations, status: Status, tally: _Counting, until: float
) -> Contradiction | None:
    """Try some calibrations, those exactly that contradict the verdict or are too close to call."""
    statements = part.statements
    mode = statements.claim.mode
    told = {
        name: np.array(np.broadcast_to(np.asarray(where, dtype=bool), len(part)))
        for name, where in vars(trying.told()).items()
    }
    against = contradicts(status, mode, Truth(**told))
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
    tally.add(part, Truth(**told), known, mode)
    return None


def _words(statements: Statements, told: Truth) -> str:
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


class _Counting(Protocol):
    """What keeps count of what came of calibrations that were tried."""

    def add(self, part: Calibrations, told: Truth, known: Any, mode: Mode) -> None:
        """Take note of some more of them."""


@dataclass(frozen=True)
class Fared:
    """What a claim is at calibrations; each an array of bool.

    Attributes
    ----------
    speaks, fails : array
        Where there is something that it speaks of, and where it is not so there.
    known : array
        Where that is known at all.
    """

    speaks: Array
    fails: Array
    known: Array


@dataclass
class _Record:
    """What came of calibrations, one by one."""

    parts: list[tuple[Array, Array, Array]] = field(default_factory=list)

    def add(self, part: Calibrations, told: Truth, known: Any, mode: Mode) -> None:
        del part
        self.parts.append((told.speaks & known, told.false(mode) & known, known))

    def fared(self) -> Fared:
        none = [(np.zeros(0, dtype=bool),) * 3]
        return Fared(*map(np.concatenate, zip(*(none + self.parts), strict=True)))


@dataclass
class _Tally:
    """How many calibrations were tried, and what came of them."""

    seed: int
    counts: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("draws", "corners", "spoke", "failing"), 0)
    )

    def add(self, part: Calibrations, told: Truth, known: Any, mode: Mode) -> None:
        random = np.arange(len(part)) < part.draws
        self.counts["draws"] += int(np.sum(known & random))
        self.counts["corners"] += int(np.sum(known & ~random))
        self.counts["spoke"] += int(np.sum(known & told.speaks))
        self.counts["failing"] += int(np.sum(known & told.false(mode)))

    def attack(self) -> Attack:
        return Attack(**self.counts, seed=self.seed)
