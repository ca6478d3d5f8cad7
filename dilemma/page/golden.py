"""Cases with known answers that the page carries, so that a teacher can test it where it runs.

The answers are those of :func:`dilemma.study.solve.solve`, the certified solution in exact numbers,
which shares nothing with the page's arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import sympy as sp

from dilemma.equilibria import Equilibria
from dilemma.model import Model
from dilemma.parts import decimal
from dilemma.study.solve import solve

__all__ = ["golden"]


def golden(model: Model, progress: Callable[[float], None] | None = None) -> list[dict[str, Any]]:
    """Solve a model at its eras' centres, and at the far end of what each question moves.

    Parameters
    ----------
    progress : callable, optional
        Called with the share of the work done.

    Returns
    -------
    A case each: the calibration, and every (extreme) equilibrium with its play and payoffs.

    Examples
    --------
    >>> from dilemma.library import load
    >>> cases = golden(load("abandonment"))
    >>> len(cases), [e["name"] for e in cases[0]["equilibria"]]
    (5, ['(strong, strong)'])
    """
    cases = list(_calibrations(model))
    told = []
    for k, changes in enumerate(cases):
        told.append(_case(model, *changes))
        if progress is not None:
            progress((k + 1) / len(cases))
    return told


def _calibrations(model: Model) -> Iterator[tuple[str, dict[str, sp.Rational]]]:
    for era in model.eras:
        yield era, {}
    for question in model.questions.values():
        value = model.eras[question.era].values[question.moves]
        ends = value.range.low, value.range.high
        yield question.era, {question.moves: max(ends, key=lambda end: abs(end - value.central))}


def _case(model: Model, era: str, changes: dict[str, sp.Rational]) -> dict[str, Any]:
    found = solve(model, era, **changes)
    moved = ", ".join(f"{name} = {decimal(value)}" for name, value in changes.items())
    return {
        "says": model.eras[era].title + (f", {moved}" if moved else ""),
        "at": [decimal(value) for value in found.calibration.values()],
        "equilibria": [_equilibrium(found, k) for k in range(len(found))],
        "complete": found.complete,
    }


def _equilibrium(found: Equilibria, position: int) -> dict[str, Any]:
    told = found[position]
    return {
        "name": told.name,
        "play": [float(value) for own in told.play.values() for value in own.values()],
        "payoffs": [float(value) for value in told.payoffs.values()],
    }
