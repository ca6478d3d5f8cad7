"""Solve a model at an era's centre, or at any calibration."""

from __future__ import annotations

from typing import Any

import sympy as sp

from dilemma.errors import CalibrationError
from dilemma.games import solution as games
from dilemma.games.equilibrium import Equilibria
from dilemma.model import At, Model
from dilemma.theory.parts import Era

__all__ = ["solve"]


def solve(
    model: Model,
    at: At | None = None,
    *,
    seconds: float | None = 60,
    most: int = 200_000,
    **changes: Any,
) -> Equilibria:
    """Return every equilibrium of a model at one calibration, each certified.

    Parameters
    ----------
    model : Model
    at : str, Era or mapping, optional
        An era, for its central calibration, or a value for each parameter.  May be left out
        where the model has no parameters.
    seconds : float, optional
        Budget of time; past it the result says that it is not complete.
    most : int
        Budget of size: how many bases, supports or profiles are visited; likewise.
    **changes
        Parameters that take another value: numbers, or text such as ``"1/3"``.

    Returns
    -------
    Equilibria

    Raises
    ------
    CalibrationError
        For an unknown era or parameter, a missing or an impossible value.

    Examples
    --------
    >>> import dilemma
    >>> found = dilemma.solve(dilemma.load("abandonment"), "post_cold_war")
    >>> found.names
    ('(weak, weak)', '(strong, strong)', 'mixed (weak/strong, weak/strong)')
    >>> dilemma.solve(dilemma.load("abandonment"), "post_cold_war", m_J="0.1").names
    ('(strong, strong)',)
    """
    if (seconds is not None and seconds < 0) or most < 1:
        raise CalibrationError(f"seconds = {seconds}, most = {most}: no budget at all")
    era = model.era(at, **changes)
    title = era.title if model.parameters or at is not None else ""
    return games.equilibria(model, _centre(era), at=title, seconds=seconds, most=most)


def _centre(era: Era) -> dict[str, sp.Rational]:
    return {name: value.central for name, value in era.values.items()}
