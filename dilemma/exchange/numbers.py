"""A game in numbers, with what has to be said of them where they are written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sympy as sp

from dilemma.errors import UnsupportedError
from dilemma.model import At, Model
from dilemma.parts import Era, decimal
from dilemma.valuation import DIGITS, Payoffs, numeric_payoffs

__all__ = ["Numbers", "check_simultaneous", "numbers"]


@dataclass(frozen=True, slots=True)
class Numbers:
    """A game in numbers.

    Attributes
    ----------
    title : str
        The model's, and the era's.
    payoffs : mapping of profile to mapping of player to Fraction
    calibration : mapping of parameter to exact value
    exact : bool
        Whether no payoff had to be rounded.
    """

    title: str
    payoffs: Payoffs
    calibration: Mapping[str, sp.Rational]
    exact: bool

    def comment(self, model: Model, *more: str) -> str:
        """Return what the model says, its source, at which calibration it is, and what is rounded."""
        source = f"Source: {model.source}." if model.source else ""
        return "\n\n".join(part for part in (model.reads, source, self._said(), *more) if part)

    def _said(self) -> str:
        values = ", ".join(f"{name} = {decimal(value)}" for name, value in self.calibration.items())
        told = f"At {values}." if values else ""
        if not self.exact:
            told += f" Irrational payoffs are rounded to {DIGITS} digits."
        return told.strip()


def check_simultaneous(model: Model) -> None:
    """Refuse a tree where a table of payoffs is wanted.

    Raises
    ------
    UnsupportedError
        For a tree.
    """
    if model.tree is not None:
        raise UnsupportedError(f"{model.name} is a tree, and no table of payoffs: write it as .efg")


def numbers(model: Model, at: At | None, changes: Mapping[str, Any]) -> Numbers:
    """Return every payoff at a calibration; irrational ones are rounded to 40 digits.

    Raises
    ------
    CalibrationError
        As :meth:`Model.calibration`, or if a payoff has no value there.
    """
    model.needs_actions("a table of payoffs")
    era = model.era(at, **changes)
    calibration = {name: value.central for name, value in era.values.items()}
    payoffs, exact = numeric_payoffs(model, model.values(calibration))
    title = model.title or model.name
    if isinstance(at, str | Era):
        title += f": {era.title}"
    return Numbers(title, payoffs, calibration, exact)
