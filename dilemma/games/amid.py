"""One of a continuum that stands for it: where some chances are free, values that lie amid their bounds.

A free chance takes the middle of the longest stretch in which all that is asked of it holds, for some
values of those that were eliminated before it; then these take theirs.  Of a set that says so much, no
matter how its conditions are written: so floats and exact numbers name the same equilibrium.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import sympy as sp
from sympy.core.relational import Relational

from dilemma.games.free_chances import Released
from dilemma.games.points import Values, holds

__all__ = ["Stage", "amid", "compiled", "stretches"]

Array = np.ndarray[Any, Any]
NEAR = 1e-11  # of what is added up: a smaller sum is nought in floats
SHORT = 1e-9  # a stretch that is shorter is for exact numbers


# --- in exact numbers -------------------------------------------------------------------------------


def amid(released: Released, values: Values) -> dict[sp.Symbol, sp.Rational] | None:
    """Return values of free chances at one calibration; None where there are none.

    Parameters
    ----------
    values : mapping of symbol to number
        Parameters and definitions.

    Examples
    --------
    >>> from dilemma.games.branch import Shape
    >>> from dilemma.games.free_chances import released
    >>> p, a = sp.symbols("p a", real=True)
    >>> free = released(Shape(loose=(p,)), [p > 0, 1 - p > 0, sp.Ge(p - a, 0)])
    >>> amid(free, {a: sp.Rational(1, 2)}), amid(free, {a: sp.Integer(2)})
    ({p: 3/4}, None)
    """
    found: dict[sp.Symbol, sp.Rational] = {}
    for free, conditions in reversed(released.stages):
        told = [c.xreplace({**values, **found}) for c in conditions]
        value = _middle(free, told)
        if value is None:
            return None
        found[free] = value
    return found


def _middle(free: sp.Symbol, conditions: Sequence[sp.Basic]) -> sp.Rational | None:
    """Return the middle of the longest stretch; a number by itself where there is none."""
    breaks = sorted({b for c in conditions for r in c.atoms(Relational) for b in _break(free, r)})

    def true(number: sp.Rational) -> bool:
        return all(holds(c, {free: number})[0] for c in conditions)

    best = start = end = None
    for low, high in pairwise(breaks):
        if not true((low + high) / 2):
            continue
        start, end = (start if low == end and true(low) else low), high
        if best is None or end - start > best[1] - best[0]:
            best = (start, end)
    if best is not None:
        return (best[0] + best[1]) / 2
    return next((b for b in breaks if true(b)), None)


def _break(free: sp.Symbol, relation: Relational) -> list[sp.Rational]:
    """Return where both sides of a relation are equal."""
    gap = sp.expand(relation.lhs - relation.rhs)
    slope = gap.coeff(free, 1)
    return [-gap.coeff(free, 0) / slope] if slope != 0 else []


# --- in floats --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stage:
    """What is asked of one free chance, compiled for many calibrations.

    Attributes
    ----------
    relations : tuple of relations
    lines : function of known values
        Returns the constants of all relations, and then all slopes.
    """

    free: sp.Symbol
    conditions: tuple[sp.Basic, ...]
    relations: tuple[Relational, ...]
    symbols: tuple[sp.Symbol, ...]
    lines: Callable[..., Sequence[Any]]

    def values(self, at: Mapping[sp.Symbol, Array], size: int) -> tuple[Array, Array]:
        """Return the chance at each of several calibrations, and where that is sure."""
        told = self.lines(*(at[s] for s in self.symbols))
        table = np.array([np.broadcast_to(np.asarray(v, dtype=float), size) for v in told])
        constant, slope = np.split(table, 2)
        with np.errstate(all="ignore"):
            breaks = np.where(slope != 0, -constant / slope, np.nan)
        ordered = np.sort(breaks, axis=0)  # what is no number comes last

        def true(number: Array) -> Array:
            return self._true(constant, slope, number)

        return stretches(ordered, true)

    def _true(self, constant: Array, slope: Array, number: Array) -> Array:
        size = np.abs(constant) + np.abs(slope * number)
        gap = slope * number + constant
        gap = np.where(np.abs(gap) <= NEAR * size, 0.0, gap)
        own = dict(zip(self.relations, gap, strict=True))
        return np.asarray(
            np.logical_and.reduce([_holds(c, own, number.shape) for c in self.conditions])
        )


def _holds(condition: sp.Basic, gaps: Mapping[sp.Basic, Array], shape: tuple[int, ...]) -> Array:
    match condition:
        case sp.And():
            return np.asarray(
                np.logical_and.reduce([_holds(c, gaps, shape) for c in condition.args])
            )
        case sp.Or():
            return np.asarray(
                np.logical_or.reduce([_holds(c, gaps, shape) for c in condition.args])
            )
        case sp.GreaterThan():
            return np.asarray(gaps[condition] >= 0)
        case sp.StrictGreaterThan():
            return np.asarray(gaps[condition] > 0)
        case sp.Eq():
            return np.asarray(gaps[condition] == 0)
    return np.full(shape, fill_value=condition is sp.true)


def compiled(
    released: Released,
    function: Callable[..., tuple[tuple[sp.Symbol, ...], Callable[..., Any]]],
) -> list[Stage]:
    """Compile what is asked of free chances, those first that are eliminated last.

    Parameters
    ----------
    function : callable
        Compiles formulas: returns their symbols, and a function of these.
    """
    stages = []
    for free, conditions in reversed(released.stages):
        relations = tuple(dict.fromkeys(r for c in conditions for r in c.atoms(Relational)))
        gaps = [sp.expand(r.lhs - r.rhs) for r in relations]
        lines = [*(g.xreplace({free: sp.S.Zero}) for g in gaps), *(g.diff(free) for g in gaps)]
        stages.append(Stage(free, conditions, relations, *function(*lines)))
    return stages


def stretches(ordered: Array, true: Callable[[Array], Array]) -> tuple[Array, Array]:
    """Return the middle of the longest stretch in which something is true, or the one number where it is.

    And where there is one; what is shorter than floats can tell is not.

    Parameters
    ----------
    ordered : array of shape (n, draws)
        Between which numbers it does not change, in order.
    true : function of an array of shape (draws,)
    """
    none = np.full(ordered.shape[1], np.nan)
    start, end, low, high = none, none, none, none
    for k in range(len(ordered) - 1):
        here = (ordered[k + 1] > ordered[k]) & true((ordered[k] + ordered[k + 1]) / 2)
        goes_on = here & (end == ordered[k]) & true(ordered[k])
        start = np.where(goes_on, start, np.where(here, ordered[k], start))
        end = np.where(here, ordered[k + 1], end)
        longer = here & ~(end - start <= np.nan_to_num(high - low))
        low, high = np.where(longer, start, low), np.where(longer, end, high)
    alone = none
    for number in ordered[::-1]:
        alone = np.where(true(number), number, alone)
    never = np.isnan(low)
    return np.where(never, alone, (low + high) / 2), np.where(
        never, np.isfinite(alone), high - low > SHORT
    )
