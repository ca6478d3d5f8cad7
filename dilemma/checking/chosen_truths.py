"""Whether a claim is true at calibrations, where players choose numbers.

All calibrations are tried at once in floats (:mod:`dilemma.proof.sampling`), or one exactly, with a
search for deviations from the payoffs alone (:mod:`dilemma.proof.confirming`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar

import numpy as np
import sympy as sp

from dilemma.checking.calibrations import Calibrations
from dilemma.checking.truths import Truths
from dilemma.parts import Mode
from dilemma.proof.confirming import solved_again
from dilemma.proof.draws import Draws
from dilemma.proof.sampling import Trying
from dilemma.proof.statements import Statements

__all__ = ["ChosenTries", "solved_at"]

Points = Mapping[str, Mapping[str, sp.Rational]]


@dataclass
class ChosenTries:
    """A claim about players who choose numbers, at some calibrations."""

    statements: Statements
    part: Calibrations
    quick: ClassVar[bool] = False

    @cached_property
    def drawn(self) -> Draws:
        """The calibrations, as the package's own random ones are kept."""
        return Draws(self.statements, len(self.part), 0, drawn=dict(self.part.columns))

    def told(self) -> Truths:
        """Tell what it is at each, in floats."""
        failing, holding = Trying(self.drawn).told()
        whole = np.ones_like(failing)
        for batch in self.drawn.solved.values():
            whole &= ~batch.doubtful
        return Truths(failing | holding, failing, holding, whole)

    def again(self, k: int) -> Truths | None:
        """Tell what it is at one of them, each equilibrium solved to 40 digits."""
        return solved_at(self.statements, self.part.points(k), self.drawn.held_at(k))


def solved_at(statements: Statements, points: Points, held: Points) -> Truths:
    """Tell what a claim is at exact calibrations, and at choices that are held."""
    # Where it fails in some equilibrium, or holds in all; and the other way round.
    mode: Mode = "holds" if statements.claim.mode == "holds" else "exists"
    told = replace(statements, claim=replace(statements.claim, mode=mode))
    false, true = (
        solved_again(told, points, held, fails=fails) is not None for fails in (True, False)
    )
    return Truths(false or true, false, true, true if mode == "holds" else false)
