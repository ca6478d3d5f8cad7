"""The kinds of game; each has its symbols (branches) and its numbers (equilibria)."""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp

from dilemma.branch import Branch
from dilemma.equilibria import Equilibria
from dilemma.games import matrix, supports
from dilemma.model import Model

__all__ = ["branches", "equilibria"]


def branches(model: Model, *, named: bool = False) -> tuple[Branch, ...]:
    """Return the symbolic solution of a game: every way of being an equilibrium.

    ``named`` ones are written for readers, in the model's definitions as far as that goes.
    """
    match model.kind:
        case "matrix":
            return supports.branches(model, named=named)
    raise AssertionError(model.kind)


def equilibria(
    model: Model,
    calibration: Mapping[str, sp.Rational],
    *,
    at: str = "",
    seconds: float | None = 60,
    most: int = 200_000,
) -> Equilibria:
    """Return every equilibrium of a game at one calibration.

    ``seconds`` and ``most`` (bases, supports or profiles visited) are budgets; past one of them
    the result says that it is not complete.
    """
    match model.kind:
        case "matrix":
            return matrix.equilibria(model, calibration, at=at, seconds=seconds, most=most)
    raise AssertionError(model.kind)
