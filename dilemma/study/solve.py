"""Solve a model at an era's centre, or at any calibration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dilemma import games
from dilemma.equilibria import Equilibria
from dilemma.errors import CalibrationError
from dilemma.model import Model

__all__ = ["solve"]


def solve(
    model: Model,
    at: str | Mapping[str, Any] | None = None,
    *,
    seconds: float | None = 60,
    most: int = 200_000,
    **changes: Any,
) -> Equilibria:
    """Return every equilibrium of a model at one calibration, each certified.

    Parameters
    ----------
    model : Model
    at : str or mapping, optional
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
    if at is None and model.eras and not changes:
        raise CalibrationError(f"{model.name}: at which era? there are: {', '.join(model.eras)}")
    if (seconds is not None and seconds < 0) or most < 1:
        raise CalibrationError(f"seconds = {seconds}, most = {most}: no budget at all")
    calibration = model.calibration(at, **changes)
    if isinstance(at, str):
        title = model.eras[at].title
    else:
        title = "a calibration of its own" if calibration else ""
    if changes:
        title += f" with {', '.join(f'{k} = {v}' for k, v in changes.items())}"
    return games.equilibria(model, calibration, at=title, seconds=seconds, most=most)
