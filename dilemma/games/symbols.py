"""What a kind of game says of its branches where they are solved at numbers: exactly, or in floats.

Branches are solved alike whatever the kind: exactly at one calibration (:mod:`dilemma.games.points`),
in floats at many (:mod:`dilemma.games.batch`).  Which solutions are equilibria, and at which draws
floats are not to be trusted, a kind knows.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import sympy as sp

from dilemma.games.batch import Array, Batch, Closeness, Compiled, compiled
from dilemma.games.branch import Branch
from dilemma.games.points import Doubt, Point, Values, candidates
from dilemma.model import Model

__all__ = ["Names", "Symbols"]

Names = Callable[[Mapping[str, Fraction]], tuple[str, ...]]


def _enough(
    _: Model,
    values: Values,  # noqa: ARG001
    holding: tuple[str, ...],  # noqa: ARG001
    points: list[Point],
) -> list[Point]:
    return points


@dataclass(frozen=True)
class Symbols:
    """What a kind of game says of its branches.

    Attributes
    ----------
    branches : function of model, names of choices that are held, and whether a bargain ends
        The branches themselves.
    may_hold : function of model, branch and values
        Whether a branch that has no single solution at a calibration may hold there.
    settle_batch : function of a batch and names of choices that are held
        Which solutions in floats are equilibria, and which draws are doubtful besides those at
        which a condition is too close to call.
    closeness : function of model
        What is too close to call in floats.
    settle : function of model, values, names of choices that are held, and points
        Which candidates at one calibration are equilibria (the others are not ``best``): all, where
        conditions are enough.
    quick : function of model
        A function of a calibration that names the equilibria exactly, quicker than ``solve`` does;
        None where there is none.
    several : bool
        Whether several equilibria of one branch at one calibration count several times; if not
        they are the ends of a continuum.
    exact_alone : bool
        Whether the one game of a model without parameters is solved exactly at once.
    """

    branches: Callable[[Model, tuple[str, ...], bool], tuple[Branch, ...]]
    may_hold: Callable[[Model, Branch, Values], bool]
    settle_batch: Callable[[Batch, tuple[str, ...]], Batch]
    closeness: Callable[[Model], Closeness]
    settle: Callable[[Model, Values, tuple[str, ...], list[Point]], list[Point]] = _enough
    quick: Callable[[Model], Names | None] = lambda model: None  # noqa: ARG005
    several: bool = False
    exact_alone: bool = False

    def by_branches(
        self,
        model: Model,
        values: Values,
        holding: tuple[str, ...] = (),
        *,
        bargain: bool = True,
        only: Collection[str] | None = None,
    ) -> tuple[list[Point], list[Doubt]]:
        """Return every candidate for an equilibrium, branch by branch, and what went wrong.

        Parameters
        ----------
        values : mapping of symbol to number
            Parameters, definitions, and choices that are held.
        only : collection of str, optional
            The branches to look at; by default all.

        Raises
        ------
        UnsupportedError
            If the game has no branches.
        """
        holding = tuple(sorted(holding))
        every = self.branches(model, holding, bargain)
        looked_at = [b for b in every if only is None or b.name in only]
        found, trouble = candidates(model, looked_at, values, self.may_hold)
        return self.settle(model, values, holding, found), trouble

    def many(
        self,
        model: Model,
        columns: Mapping[sp.Symbol, Array],
        holding: tuple[str, ...] = (),
        *,
        bargain: bool = True,
    ) -> Batch:
        """Return the equilibria at many calibrations.

        Parameters
        ----------
        columns : mapping of parameter's symbol to array of shape (draws,)
            And the symbols of choices that are held.
        holding : tuple of str
            Choices that are held where they are.
        bargain : bool
            Whether to say how a bargain ends.

        Raises
        ------
        UnsupportedError
            If the game has no branches.
        """
        holding = tuple(sorted(holding))
        return self.settle_batch(_compiled(self, model, holding, bargain).at(columns), holding)


@lru_cache(maxsize=16)
def _compiled(
    symbols: Symbols,
    model: Model,
    holding: tuple[str, ...],
    bargain: bool,  # noqa: FBT001 -- cached
) -> Compiled:
    branches = symbols.branches(model, holding, bargain)
    return compiled(model, branches, holding, symbols.closeness(model))
