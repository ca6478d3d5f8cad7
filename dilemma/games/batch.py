"""Games in which numbers are chosen, at many calibrations at once, in floats.

Each branch's triangle is compiled once.  The roots of its one polynomial are eigenvalues of
companion matrices; each is polished by Newton's method and carried up the triangle, for all draws
together.  A draw at which some condition is too close to call is doubtful: it is for the exact path.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
import sympy as sp

from dilemma.games.branch import Branch
from dilemma.games.numbers import numbers_of
from dilemma.games.numbers.first_order import concave
from dilemma.games.numbers.regimes import branches, triangles
from dilemma.games.shape import Triangle
from dilemma.model import Model
from dilemma.theory.evaluate import quickly

__all__ = ["Batch", "Rows", "many"]

Array = np.ndarray[Any, Any]
CLOSE = 1e-9
REAL = 1e-6  # an imaginary part that is smaller, in relation, is looked into
GRID = 41


@dataclass(frozen=True)
class Rows:
    """The solutions of one branch.

    Attributes
    ----------
    holds : array of bool, shape (draws, k)
        Which of up to k solutions are equilibria.
    at : mapping of symbol to array of shape (draws, k) or (draws, 1)
    """

    branch: Branch
    holds: Array
    at: Mapping[sp.Symbol, Array]


@dataclass(frozen=True)
class Batch:
    """The equilibria of a model at many calibrations.

    Attributes
    ----------
    doubtful : array of bool, shape (draws,)
        Where something was too close to call.
    """

    draws: int
    rows: tuple[Rows, ...]
    doubtful: Array
    model: Model = field(repr=False)

    def names(self, draw: int) -> tuple[str, ...]:
        """Return the names of the equilibria at one draw, one that occurs twice twice."""
        return tuple(
            rows.branch.name for rows in self.rows for _ in range(int(rows.holds[draw].sum()))
        )

    def worth(self, rows: Rows, formula: sp.Expr) -> Array:
        """Evaluate a formula at every solution of a branch, (draws, k)."""
        if formula is sp.nan:
            return np.full(rows.holds.shape, np.nan)
        symbols, compiled = _function(self.model, formula)
        with np.errstate(all="ignore"):
            missing = [s for s in symbols if s not in rows.at]
            if missing:
                return np.full(rows.holds.shape, np.nan)
            (found,) = compiled(*(rows.at[s] for s in symbols))
        return np.broadcast_to(np.asarray(found, dtype=float), rows.holds.shape)


@lru_cache(maxsize=2_000)
def _function(model: Model, formula: sp.Expr) -> tuple[tuple[sp.Symbol, ...], Callable[..., Any]]:
    expanded = model.expand(formula)
    symbols = tuple(sorted(expanded.free_symbols, key=str))
    return symbols, quickly(symbols, [expanded])


def many(
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
        NumbersGame that are held where they are.
    bargain : bool
        Whether to say how a bargain ends.
    """
    draws = len(next(iter(columns.values()))) if columns else 1
    base = {symbol: np.asarray(c, dtype=float)[:, None] for symbol, c in columns.items()}
    doubtful = np.zeros(draws, dtype=bool)
    rows = []
    for compiled in _compiled(model, tuple(sorted(holding)), bargain):
        found = compiled(base, draws)
        if found is None:
            doubtful[:] = True  # a branch without a triangle
            continue
        own, close = found
        doubtful |= close
        rows.append(own)
    batch = Batch(draws, tuple(rows), doubtful, model)
    sure = all(concave(model, player) is True for player in model.game.moves[-1])
    if not sure:
        batch = _unbeaten(batch)
    if not model.game.leader or holding:
        return batch
    best = _best(batch)
    several = len(model.game.moves[-1]) > 1 and numbers_of(model).ties == "against"
    if sure and not several:
        return best
    # The leader's optimum may lie where replies jump, or hang on which of several is played.
    return Batch(best.draws, best.rows, np.ones(draws, dtype=bool), model)


@lru_cache(maxsize=16)
def _compiled(
    model: Model,
    holding: tuple[str, ...],
    bargain: bool,  # noqa: FBT001 -- cached
) -> tuple[Callable[..., Any], ...]:
    shapes = triangles(model, holding, bargain)
    return tuple(
        _branch(model, branch, shapes[branch.name], holding)
        for branch in branches(model, holding, bargain=bargain)
    )


def _branch(
    model: Model, branch: Branch, shape: Triangle | None, holding: tuple[str, ...]
) -> Callable[[Mapping[sp.Symbol, Array], int], tuple[Rows, Array] | None]:
    """Compile one branch."""
    if shape is None:
        return lambda base, draws: None  # noqa: ARG005
    if shape.loose or shape.ties:
        # Only where something vanishes that draws never hit: none of them lies here.
        return lambda base, draws: (
            Rows(branch, np.zeros((draws, 1), dtype=bool), base),
            np.zeros(draws, dtype=bool),
        )
    parameters = [p.symbol for p in model.parameters.values()]
    parameters += [sp.Symbol(name, real=True) for name in holding]
    root = _rooting(model, shape, parameters)
    steps = []
    known = list(parameters) + ([shape.last] if shape.last is not None else [])
    for symbol, numerator, denominator in reversed(shape.steps):
        told = [model.expand(numerator), model.expand(denominator)]
        steps.append((symbol, tuple(known), quickly(known, told)))
        known.append(symbol)
    gaps = [_gaps(model, condition, known) for condition in branch.conditions]

    def evaluate(base: Mapping[sp.Symbol, Array], draws: int) -> tuple[Rows, Array]:
        at: dict[sp.Symbol, Array] = dict(base)
        shape_of = (draws, 1)
        real = np.ones(shape_of, dtype=bool)
        with np.errstate(all="ignore"):
            if shape.last is not None:
                at[shape.last], real = root(base, draws)
            for symbol, names, step in steps:
                numerator, denominator = step(*(at[n] for n in names))
                at[symbol] = np.asarray(numerator / denominator, dtype=float)
            holds = real
            close = np.zeros(holds.shape, dtype=bool)
            for gap in gaps:
                true, near = gap(at)
                holds, close = np.broadcast_arrays(holds & true, close | near)
            for symbol, _, _ in steps:
                holds = holds & np.isfinite(at[symbol])
        return Rows(branch, holds, at), np.any(holds & close, axis=1)

    return evaluate


def _rooting(
    model: Model, shape: Triangle, parameters: Sequence[sp.Symbol]
) -> Callable[[Mapping[sp.Symbol, Array], int], tuple[Array, Array]]:
    """Compile the roots of a triangle's polynomial, polished, and which of them are real."""
    if shape.last is None:
        return lambda base, draws: (np.empty(0), np.empty(0))  # noqa: ARG005
    polynomial = sp.Poly(model.expand(shape.polynomial), shape.last)
    coefficients = quickly(parameters, polynomial.all_coeffs())
    both = quickly([*parameters, shape.last], [polynomial.as_expr(), polynomial.diff().as_expr()])

    def root(base: Mapping[sp.Symbol, Array], draws: int) -> tuple[Array, Array]:
        known = [base[p] for p in parameters]
        columns = [np.broadcast_to(np.asarray(c, float), (draws, 1)) for c in coefficients(*known)]
        roots = _roots(np.hstack(columns))
        x = roots.real
        for _ in range(3):
            value, slope = both(*known, x)
            newton = np.where(slope != 0, value / slope, 0)
            x = x - np.where(np.isfinite(newton), newton, 0)
        return x, np.abs(roots.imag) < REAL * (1 + np.abs(roots.real))

    return root


def _roots(table: Array) -> Array:
    """Return the roots of polynomials, highest power first, (draws, degree)."""
    draws, size = table.shape
    degree = size - 1
    lead = np.where(table[:, :1] == 0, 1e-300, table[:, :1])
    companion = np.zeros((draws, degree, degree))
    companion[:, np.arange(1, degree), np.arange(degree - 1)] = 1
    companion[:, 0, :] = -table[:, 1:] / lead
    good = np.all(np.isfinite(companion), axis=(1, 2))
    found = np.full((draws, degree), np.nan, dtype=complex)
    if good.any():
        found[good] = np.linalg.eigvals(companion[good])
    return found


Judge = Callable[[Mapping[sp.Symbol, Array]], tuple[Array, Array]]


def _gaps(model: Model, condition: sp.Basic, known: Sequence[sp.Symbol]) -> Judge:
    """Compile a condition: whether it holds, and whether that is too close to call."""
    if condition in (sp.true, sp.false):
        return lambda at: (np.array([[condition is sp.true]]), np.array([[False]]))  # noqa: ARG005
    if isinstance(condition, sp.And | sp.Or):
        parts = [_gaps(model, part, known) for part in condition.args]
        join = np.logical_and if isinstance(condition, sp.And) else np.logical_or

        def joined(at: Mapping[sp.Symbol, Array]) -> tuple[Array, Array]:
            told = [part(at) for part in parts]
            true, near = told[0]
            for other, close in told[1:]:
                true, near = join(true, other), near | close
            return true, near

        return joined
    symbols, compiled = _function(model, condition.lhs - condition.rhs)
    if set(symbols) - set(known):  # it speaks of a price that nothing determines
        return lambda at: (np.array([[True]]), np.array([[False]]))  # noqa: ARG005
    operator = {
        sp.GreaterThan: np.greater_equal,
        sp.StrictGreaterThan: np.greater,
        sp.LessThan: np.less_equal,
        sp.StrictLessThan: np.less,
        sp.Eq: np.equal,
        sp.Ne: np.not_equal,
    }[type(condition)]

    def judge(at: Mapping[sp.Symbol, Array]) -> tuple[Array, Array]:
        (value,) = compiled(*(at[s] for s in symbols))
        value = np.atleast_2d(np.asarray(value, dtype=float))
        return operator(value, 0), np.abs(value) < CLOSE

    return judge


def _best(batch: Batch) -> Batch:
    """Keep what pays the leader most."""
    values = []
    for rows in batch.rows:
        assert rows.branch.value is not None
        paid = batch.worth(rows, rows.branch.value)
        values.append(np.where(rows.holds & np.isfinite(paid), paid, -np.inf))
    top = np.max(np.hstack(values), axis=1, keepdims=True)
    size = np.maximum(1.0, np.abs(top))
    rows_kept = tuple(
        Rows(r.branch, r.holds & (v >= top - CLOSE * size), r.at)
        for r, v in zip(batch.rows, values, strict=True)
    )
    count = np.sum([r.holds.sum(axis=1) for r in rows_kept], axis=0)
    return Batch(batch.draws, rows_kept, batch.doubtful | (count != 1), batch.model)


def _unbeaten(batch: Batch) -> Batch:
    """Drop what some player would leave for a point of a grid over its own interval."""
    model = batch.model
    game = numbers_of(model)
    rows_kept = []
    for rows in batch.rows:
        holds = rows.holds.copy()
        for player in game.moves[-1]:
            has = batch.worth(rows, rows.branch.payoffs[player])
            for choice in game.of(player):
                low, high = batch.worth(rows, choice.low), batch.worth(rows, choice.high)
                for share in np.linspace(0, 1, GRID):
                    at = {**rows.at, choice.symbol: low + share * (high - low)}
                    instead = Rows(rows.branch, rows.holds, at)
                    pays = batch.worth(instead, rows.branch.payoffs[player])
                    kept = np.ones(holds.shape, dtype=bool)
                    for constraint in game.kept_by(player):
                        kept &= batch.worth(instead, constraint.gap) >= 0
                    with np.errstate(all="ignore"):
                        better = pays > has + CLOSE * np.maximum(1, np.abs(has))
                    holds &= ~(kept & better)
        rows_kept.append(Rows(rows.branch, holds, rows.at))
    return Batch(batch.draws, tuple(rows_kept), batch.doubtful, model)
