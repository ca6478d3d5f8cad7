"""A claim at many calibrations: in floats all at once, or exactly one by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np
import sympy as sp

from dilemma.checking.calibrations import Calibrations, calibrations
from dilemma.checking.chosen_truths import ChosenTries
from dilemma.checking.played import At, bimatrix
from dilemma.checking.truths import Truths, assumed, truths
from dilemma.errors import CalibrationError
from dilemma.proof.draws import copies
from dilemma.proof.statements import Statements

__all__ = ["Points", "Tries", "aimed", "exactly_at", "tries"]

ROUNDS = 20  # of draws, at most, until enough meet what is assumed
SEEDS = 1_000_003  # how far the rounds' seeds lie apart

Points = Mapping[str, Mapping[str, sp.Rational]]


class Tries(Protocol):
    """A claim at some calibrations.

    Attributes
    ----------
    quick : bool
        Whether one of them is soon solved exactly.
    """

    quick: ClassVar[bool]

    def told(self) -> Truths:
        """Tell what it is at each, in floats."""

    def again(self, k: int) -> Truths | None:
        """Tell what it is at one of them, exactly; None where that is not known."""


def tries(statements: Statements, part: Calibrations) -> Tries:
    """Return the way in which a claim is tried at calibrations."""
    if statements.model.choices is not None:
        return ChosenTries(statements, part)
    needs_play = bool(statements.in_equilibrium) or any(
        r.what == "unique" for r in statements.claim.references.values()
    )
    if needs_play and not bimatrix(statements.model):
        return _OneByOne(statements, part)
    return _ActionTries(statements, part)


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
class _ActionTries:
    """A claim about players who choose among actions, at some calibrations."""

    statements: Statements
    part: Calibrations
    quick: ClassVar[bool] = True

    def told(self) -> Truths:
        """Tell what it is at each, in floats."""
        return truths(self.statements, _in_floats(self.statements, self.part))

    def again(self, k: int) -> Truths | None:
        """Tell what it is at one of them, exactly."""
        return exactly_at(self.statements, self.part.points(k))


@dataclass(frozen=True)
class _OneByOne(_ActionTries):
    """The same where equilibria are found one calibration at a time."""

    def told(self) -> Truths:
        """Tell nothing yet."""
        nothing = np.zeros(len(self.part), dtype=bool)
        return Truths(nothing, nothing, nothing, nothing)


def exactly_at(statements: Statements, points: Points) -> Truths | None:
    """Tell what a claim is at exact calibrations; None where a definition has no value."""
    model = statements.model
    symbols = {name: p.symbol for name, p in model.parameters.items()}
    try:
        return truths(
            statements,
            {
                key: At(model, {symbols[n]: v for n, v in at.items()}, exact=True)
                for key, at in points.items()
            },
        )
    except CalibrationError:
        return None
