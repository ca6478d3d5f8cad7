"""A claim at random calibrations drawn evenly from its boxes: how often it fails, and where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from dilemma.checking.calibrations import calibrations
from dilemma.checking.tries import tries
from dilemma.proof.draws import copies
from dilemma.robustness.boxes import Axis, Boxes

__all__ = ["Sample", "sampled"]

DRAWS = 4_000

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Sample:
    """Random calibrations of a claim's boxes, as far as they could be told.

    Attributes
    ----------
    fails, holds : array of bool, (draws,)
        At most one of them; neither where the claim says nothing.
    columns : mapping of axis to array, (draws,) or (draws, k)
        The values of its parameters, those of twins too.
    """

    fails: Array
    holds: Array
    columns: Mapping[Axis, Array]

    @property
    def spoke(self) -> int:
        """At how many the claim has something to speak of."""
        return int(np.sum(self.fails) + np.sum(self.holds))

    @property
    def share(self) -> float | None:
        """The share of these at which it holds."""
        return float(np.sum(self.holds)) / self.spoke if self.spoke else None


def sampled(boxes: Boxes, draws: int = DRAWS, seed: int = 0) -> Sample:
    """Try a claim on random calibrations, every equilibrium solved in floats.

    Raises
    ------
    UnsupportedError
        If it cannot be tried so.
    """
    statements = boxes.statements
    drawn = calibrations(statements, draws, seed, ends=False).part(0, draws)
    told = tries(statements, drawn).told()
    mode = statements.claim.mode
    columns: dict[Axis, list[Array]] = {}
    for copy in copies(statements):
        for name in statements.model.parameters:
            axis = (None if statements.tied(name) else copy.era, name)
            if axis in boxes.intervals:
                columns.setdefault(axis, []).append(drawn.column(copy, name))
    wide = {axis: np.stack(told, axis=1) for axis, told in columns.items()}
    fails = np.broadcast_to(told.false(mode), draws)
    return Sample(fails, np.broadcast_to(told.true(mode), draws) & ~fails, wide)
