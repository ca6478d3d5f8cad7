"""Linear programmes whose optimum is exact, and certified by a solution of the dual with the same value.

A small one is solved by exact pivoting.  Of a large one HiGHS (by scipy) finds in floats which
variables are positive and which lines are tight; the equations that say so are solved exactly, on
both sides.  What that gives counts only if both sides are feasible, in integers, and their values are
equal: no float is believed.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import inf, isinf
from typing import Any

import numpy as np
from scipy.linalg import qr
from scipy.optimize import linprog
from scipy.sparse import csr_array
from sympy import ZZ
from sympy.polys.matrices import DomainMatrix
from sympy.polys.matrices.exceptions import DMNonInvertibleMatrixError

from dilemma.games.exact import Mix
from dilemma.games.lemke import maximise

__all__ = ["Best", "Line", "best_of", "certified"]

Line = Mapping[int, int]  # what each variable counts in it; others count nothing

FEW = 2_500  # lines times variables that are pivoted in no time
MANY = 250_000  # and that are pivoted at all
STRICT = 1e-10  # how far HiGHS may be from feasible: its strictest
NEAR = (1e-12, 1e-10, 1e-8)  # what counts as zero in its floats: one after another is tried


@dataclass(frozen=True, slots=True)
class Best:
    """The optimum of a linear programme, with variables that attain it."""

    value: Fraction
    variables: Mix


def best_of(
    objective: Sequence[int],
    lines: Sequence[Line],
    bounds: Sequence[int],
    *,
    deadline: float = inf,
) -> Best | None:
    """Maximise objective'z over {z >= 0, lines z <= bounds}; None where the time was not enough.

    Parameters
    ----------
    objective : n integers
    lines : m lines of integers
        They keep the objective from growing without end.
    bounds : m integers, none negative
    deadline : float
        When to stop, on the monotonic clock [s].

    Examples
    --------
    >>> found = best_of([3, 2], [{0: 1, 1: 1}, {0: 1, 1: 3}], [4, 6])
    >>> print(found.value, *found.variables)
    12 4 0
    """
    size = len(lines) * len(objective)
    if size > FEW:
        for primal, dual in _proposed(objective, lines, bounds, deadline):
            if (found := certified(objective, lines, bounds, primal, dual)) is not None:
                return found
    if size > MANY:
        return None
    table = [[line.get(k, 0) for k in range(len(objective))] for line in lines]
    pivoted = maximise(objective, table, bounds, deadline=deadline)
    if pivoted is None:
        return None
    found = certified(objective, lines, bounds, pivoted.primal, pivoted.dual)
    assert found is not None, "an optimal basis has both solutions"
    return found


def certified(
    objective: Sequence[int],
    lines: Sequence[Line],
    bounds: Sequence[int],
    primal: Sequence[Fraction],
    dual: Sequence[Fraction],
) -> Best | None:
    """Return an optimum if two solutions prove it: each feasible on its side, and of equal value.

    Weak duality: no feasible primal is worth more than a feasible dual.

    Examples
    --------
    >>> both = [Fraction(4), Fraction(0)], [Fraction(3), Fraction(0)]
    >>> certified([3, 2], [{0: 1, 1: 1}, {0: 1, 1: 3}], [4, 6], *both).value
    Fraction(12, 1)
    >>> certified([3, 2], [{0: 1, 1: 1}, {0: 1, 1: 3}], [4, 6], both[0], both[0]) is None
    True
    """
    if min(primal, default=0) < 0 or min(dual, default=0) < 0:
        return None
    used = {k: value for k, value in enumerate(primal) if value}
    prices = {i: price for i, price in enumerate(dual) if price}
    for line, bound in zip(lines, bounds, strict=True):
        common = line.keys() & used.keys()
        if common and sum(line[k] * used[k] for k in common) > bound:
            return None
    costs = [Fraction(0)] * len(objective)
    for i, price in prices.items():
        for k, counted in lines[i].items():
            costs[k] += price * counted
    value = sum((objective[k] * v for k, v in used.items()), Fraction(0))
    dual_value = sum((bounds[i] * price for i, price in prices.items()), Fraction(0))
    if value != dual_value or any(c < o for c, o in zip(costs, objective, strict=True)):
        return None
    return Best(value, tuple(primal))


# --- what floats propose ----------------------------------------------------------------------------


def _proposed(
    objective: Sequence[int], lines: Sequence[Line], bounds: Sequence[int], deadline: float
) -> Iterator[tuple[list[Fraction], list[Fraction]]]:
    """Yield solutions of both sides whose pattern, where they are zero, is that of a float solution."""
    floats = _by_floats(objective, lines, bounds, deadline)
    if floats is None:
        return
    seen: list[list[list[int]]] = []
    for near in NEAR:
        positive = [values > near for values in (floats.variables, floats.prices)]
        zero = [values <= near for values in (floats.slack, floats.excess)]
        pattern = [np.flatnonzero(marks).tolist() for marks in (*positive, *zero)]
        if pattern in seen:
            continue
        if time.monotonic() >= deadline:
            return
        seen.append(pattern)
        used, priced, tight, fair = pattern
        own = {*used}
        tight = [i for i in tight if own & lines[i].keys()]
        primal = _solved([lines[i] for i in tight], used, [bounds[i] for i in tight])
        columns: dict[int, dict[int, int]] = {k: {} for k in fair}
        for i in priced:
            for k in columns.keys() & lines[i].keys():
                columns[k][i] = lines[i][k]
        dual = _solved(list(columns.values()), priced, [objective[k] for k in fair])
        if primal is not None and dual is not None:
            yield (
                [primal.get(k, Fraction(0)) for k in range(len(objective))],
                [dual.get(i, Fraction(0)) for i in range(len(lines))],
            )


@dataclass(frozen=True, slots=True)
class Floats:
    """A solution in floats: variables, prices of the lines, and how far both are from tight."""

    variables: Any
    prices: Any
    slack: Any
    excess: Any


def _by_floats(
    objective: Sequence[int], lines: Sequence[Line], bounds: Sequence[int], deadline: float
) -> Floats | None:
    """Solve a programme by HiGHS; None where it does not, or no float holds the numbers."""
    try:
        matrix, limits, gains = _in_floats(objective, lines, bounds)
    except OverflowError:
        return None
    left = deadline - time.monotonic()
    options = {"primal_feasibility_tolerance": STRICT, "dual_feasibility_tolerance": STRICT}
    if not isinf(left):
        options["time_limit"] = max(left, 0.0)
    told = linprog(-gains, A_ub=matrix, b_ub=limits, method="highs-ds", options=options)
    if told.x is None or told.status != 0:
        return None
    prices = -told.ineqlin.marginals
    return Floats(told.x, prices, limits - matrix @ told.x, matrix.T @ prices - gains)


def _in_floats(
    objective: Sequence[int], lines: Sequence[Line], bounds: Sequence[int]
) -> tuple[Any, Any, Any]:
    """Return lines, bounds and objective in floats, each line and the objective at most 1."""
    scales = [max(map(abs, line.values()), default=0) or 1 for line in lines]
    cells = [
        (value / scale, i, k)
        for i, (line, scale) in enumerate(zip(lines, scales, strict=True))
        for k, value in line.items()
    ]
    values, rows, columns = zip(*cells, strict=True)
    shape = len(lines), len(objective)
    matrix = csr_array((values, (rows, columns)), shape=shape)
    limits = np.array([bound / scale for bound, scale in zip(bounds, scales, strict=True)])
    largest = max(map(abs, objective)) or 1
    return matrix, limits, np.array([value / largest for value in objective])


def _solved(
    lines: Sequence[Line], unknowns: Sequence[int], right: Sequence[int]
) -> dict[int, Fraction] | None:
    """Solve lines that hold as equations, exactly; None where they have no single solution.

    Which lines are enough floats tell.
    """
    size = len(unknowns)
    if not size:
        return {}
    if len(lines) < size:
        return None
    rows = [[line.get(k, 0) for k in unknowns] for line in lines]
    floats = np.array([[v / (max(map(abs, row)) or 1) for v in row] for row in rows])
    _, triangle, order = qr(floats.T, mode="economic", pivoting=True)
    diagonal = np.abs(np.diag(triangle))
    if diagonal[size - 1] <= 1e-9 * diagonal[0]:
        return None
    enough = order[:size].tolist()
    try:
        over, under = DomainMatrix(
            [[ZZ(v) for v in rows[i]] for i in enough], (size, size), ZZ
        ).solve_den(DomainMatrix([[ZZ(right[i])] for i in enough], (size, 1), ZZ))
    except DMNonInvertibleMatrixError:
        return None
    return {
        k: Fraction(int(v), int(under)) for k, (v,) in zip(unknowns, over.to_list(), strict=True)
    }
