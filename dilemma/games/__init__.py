"""The kinds of game; each has its symbols (branches) and its numbers (equilibria)."""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp

from dilemma.equilibrium import Branch, Equilibria
from dilemma.games import bimatrix, matrix
from dilemma.model import Model

__all__ = ["branches", "equilibria"]


def branches(model: Model) -> tuple[Branch, ...]:
    """Return the symbolic solution of a game: every way of being an equilibrium."""
    match model.kind:
        case "matrix":
            return bimatrix.branches(model)
    raise AssertionError(model.kind)


def equilibria(
    model: Model,
    calibration: Mapping[str, sp.Rational],
    *,
    at: str = "",
    seconds: float | None = 60,
) -> Equilibria:
    """Return every equilibrium of a game at one calibration."""
    match model.kind:
        case "matrix":
            return matrix.equilibria(model, calibration, at=at, seconds=seconds)
    raise AssertionError(model.kind)
