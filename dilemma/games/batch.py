"""Branches solved at many calibrations at once, in floats, for every kind of game.

Each branch's shape is compiled once.  The roots of its one polynomial are eigenvalues of companion
matrices; each is polished by Newton's method and carried up the steps, for all draws together.  A
draw at which some condition is too close to call is doubtful: it is for the exact path.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from itertools import islice
from typing import Any

import numpy as np
import sympy as sp

from dilemma.games.branch import Branch, Shape
from dilemma.model import Model
from dilemma.theory.parts import quickly

__all__ = ["Array", "Batch", "Closeness", "Compiled", "Rows", "Solutions", "compiled"]

Array = np.ndarray[Any, Any]
Columns = Mapping[sp.Symbol, Array]
Gap = Callable[[sp.Basic], Array | None]
OF_PAYOFFS = 1e-12  # of the largest payoff: a smaller gap is too close to call in floats
REAL = 1e-6  # an imaginary part that is smaller, in relation, is looked into


@dataclass(frozen=True)
class Closeness:
    """What is too close to call in floats, in the games of a kind.

    Attributes
    ----------
    gap : float
        What is nearer to nought, be it a condition's one side less the other.
    payoffs : tuple of sympy expressions
        Of which the largest is the measure of conditions about payoffs; without, that is 1.  What
        is about a chance, which must be positive, is measured by 1.
    kept : bool
        Whether what is too close to call, or no number, counts as true until the exact path has
        been asked, so that a draw is doubtful whichever way it would go.
    """

    gap: float
    payoffs: tuple[sp.Expr, ...] = ()
    kept: bool = False

    @classmethod
    def of(cls, payoffs: Iterable[sp.Expr]) -> Closeness:
        """Return what is too close where nothing but payoffs at the ends of a game is compared."""
        return cls(OF_PAYOFFS, tuple(payoffs), kept=True)

    def truth(self, condition: sp.Basic, gap: Gap, size: Array) -> tuple[Array, Array]:
        """Tell whether a condition holds, and whether that is too close to call.

        Parameters
        ----------
        gap : function of a relation
            Its left side less its right one; None where it speaks of what nothing determines.
        size : array
            The measure of what is about payoffs.
        """
        if condition in (sp.true, sp.false):
            return np.array([[condition is sp.true]]), np.array([[False]])
        if isinstance(condition, sp.And | sp.Or):
            join = np.logical_and if isinstance(condition, sp.And) else np.logical_or
            (true, near), *others = (self.truth(part, gap, size) for part in condition.args)
            for other, close in others:
                true, near = join(true, other), near | close
            return true, near
        value = gap(condition)
        if value is None:
            return np.array([[True]]), np.array([[False]])
        return self._relates(condition, value, size)

    def _relates(self, condition: sp.Basic, value: Array, size: Array) -> tuple[Array, Array]:
        if not self.kept:
            return OPERATORS[type(condition)](value, 0), np.abs(value) < self.gap
        reach = self.gap * (1.0 if isinstance(condition, sp.StrictGreaterThan) else size)
        near = ~(np.abs(value) > reach)
        if isinstance(condition, sp.Eq | sp.Ne):
            return near if isinstance(condition, sp.Eq) else np.full_like(
                near, fill_value=True
            ), near
        falls = isinstance(condition, sp.LessThan | sp.StrictLessThan)
        return ~((-value if falls else value) < -reach), near


OPERATORS = {
    sp.GreaterThan: np.greater_equal,
    sp.StrictGreaterThan: np.greater,
    sp.LessThan: np.less_equal,
    sp.StrictLessThan: np.less,
    sp.Eq: np.equal,
    sp.Ne: np.not_equal,
}


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
    unsolved : tuple of Branch
        Those that have no shape: what they hold is not among the rows.
    """

    draws: int
    rows: tuple[Rows, ...]
    doubtful: Array
    unsolved: tuple[Branch, ...]
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
        symbols, function = _function(self.model.game_alone, formula)
        with np.errstate(all="ignore"):
            missing = [s for s in symbols if s not in rows.at]
            if missing:
                return np.full(rows.holds.shape, np.nan)
            (found,) = function(*(rows.at[s] for s in symbols))
        return np.broadcast_to(np.asarray(found, dtype=float), rows.holds.shape)

    def solutions(self) -> Iterator[Solutions]:
        """Yield what each branch holds, one solution after the other, where nothing was too close to call."""
        for rows in self.rows:
            draw, which = np.nonzero(rows.holds & ~self.doubtful[:, None])
            if draw.size:
                at = {s: _picked(values, draw, which) for s, values in rows.at.items()}
                yield Solutions(self.model, rows.branch, draw, which, at)


@dataclass(frozen=True)
class Solutions:
    """Equilibria of one branch at many calibrations, one after the other.

    Attributes
    ----------
    draw, which : array of int, shape (n,)
        At which draw, and the how many-th solution of the branch there.
    at : mapping of symbol to array of shape (n,)
        Parameters and unknowns.
    """

    model: Model
    branch: Branch
    draw: Array
    which: Array
    at: Mapping[sp.Symbol, Array]

    def worth(self, formulas: Sequence[sp.Expr]) -> list[Array]:
        """Evaluate formulas together; not a number where something is free or undefined."""
        model = self.model.game_alone
        known = frozenset(self.at)
        sure = [f is not sp.nan and _free_symbols(model, f) <= known for f in formulas]
        symbols, function = _function(
            model, *(f for f, told in zip(formulas, sure, strict=True) if told)
        )
        with np.errstate(all="ignore"):
            values = iter(function(*(self.at[s] for s in symbols)))
        return [
            np.broadcast_to(np.asarray(next(values), dtype=float), self.draw.shape)
            if told
            else np.full(self.draw.shape, np.nan)
            for told in sure
        ]

    def most(self, formulas: Sequence[sp.Expr]) -> Array:
        """Return the largest of several formulas, and of nought."""
        most: Array = np.maximum.reduce([np.zeros(self.draw.shape), *self.worth(formulas)])
        return most


@lru_cache(maxsize=20_000)
def _free_symbols(model: Model, formula: sp.Expr) -> frozenset[sp.Symbol]:
    """Return what a formula hangs on once definitions are put in."""
    return frozenset(model.expand(formula).free_symbols)


def _picked(values: Array, draw: Array, which: Array) -> Array:
    """Return the value at each of several solutions, of (draws, k), (draws, 1) or (1, 1) values."""
    table = np.atleast_2d(np.asarray(values, dtype=float))
    rows = draw if len(table) > 1 else np.zeros_like(draw)
    return np.asarray(table[rows, which if table.shape[1] > 1 else 0])


@lru_cache(maxsize=2_000)
def _function(model: Model, *formulas: sp.Expr) -> tuple[tuple[sp.Symbol, ...], Callable[..., Any]]:
    """Compile formulas together, in parameters and unknowns."""
    expanded = [model.expand(formula) for formula in formulas]
    symbols = tuple(sorted(set().union(*(e.free_symbols for e in expanded)), key=str))
    return symbols, quickly(symbols, expanded)


@dataclass(frozen=True)
class Solver:
    """One branch, compiled.

    Attributes
    ----------
    formulas : tuple of sympy expressions
        In parameters and definitions: what is to be worked out beforehand, for all branches together.
    rows : function of their values, columns, draws and the measure of payoffs
        Tells the solutions, and at which draws they are too close to call.
    """

    formulas: tuple[sp.Expr, ...]
    rows: Callable[[Sequence[Array], Columns, int, Array], tuple[Rows, Array]]


@dataclass(frozen=True)
class Compiled:
    """The branches of a model, ready for any calibrations.

    Attributes
    ----------
    beforehand : function of columns
        The payoffs by which closeness is measured, and the formulas of all solvers.
    """

    model: Model
    closeness: Closeness
    solvers: tuple[Solver, ...]
    unsolved: tuple[Branch, ...]
    beforehand: Callable[[Columns], Sequence[Array]]

    def at(self, columns: Columns) -> Batch:
        """Return what the branches hold at many calibrations.

        Parameters
        ----------
        columns : mapping of parameter's symbol to array of shape (draws,)
            And the symbols of choices that are held.
        """
        draws = len(next(iter(columns.values()))) if columns else 1
        base = {symbol: np.asarray(c, dtype=float)[:, None] for symbol, c in columns.items()}
        values = iter(self.beforehand(base))
        payoffs = [np.abs(v) for v in islice(values, len(self.closeness.payoffs))]
        size = np.max(np.broadcast_arrays(*payoffs), axis=0) if payoffs else np.ones((1, 1))
        doubtful = np.broadcast_to(~np.isfinite(size), (draws, 1))[:, 0]
        rows = []
        for solver in self.solvers:
            known = list(islice(values, len(solver.formulas)))
            own, close = solver.rows(known, base, draws, size)
            doubtful = doubtful | close
            rows.append(own)
        return Batch(draws, tuple(rows), doubtful, self.unsolved, self.model)


def compiled(
    model: Model, branches: Sequence[Branch], holding: tuple[str, ...], closeness: Closeness
) -> Compiled:
    """Compile branches, which may hang on choices that are held."""
    parameters = [p.symbol for p in model.parameters.values()]
    known = [*parameters, *(sp.Symbol(name, real=True) for name in holding)]
    solvers = [
        _solver(model, branch, branch.shape, known, closeness)
        for branch in branches
        if branch.shape is not None
    ]
    formulas = [*closeness.payoffs, *(f for solver in solvers for f in solver.formulas)]
    unsolved = tuple(branch for branch in branches if branch.shape is None)
    return Compiled(model, closeness, tuple(solvers), unsolved, _beforehand(model, formulas))


def _beforehand(model: Model, formulas: Sequence[sp.Expr]) -> Callable[[Columns], Sequence[Array]]:
    """Compile formulas in parameters and definitions; what several share is worked out once."""
    if not formulas:
        return lambda base: ()  # noqa: ARG005
    symbols = [p.symbol for p in model.parameters.values()]
    defined = [d.symbol for d in model.definitions.values()]
    definitions = quickly(symbols, [model.expand(d) for d in defined])
    function = quickly([*symbols, *defined], formulas)

    def values(base: Columns) -> Sequence[Array]:
        known = [base[s] for s in symbols]
        with np.errstate(all="ignore"):  # what is no number is doubtful
            found = function(*known, *definitions(*known))
        return [np.atleast_2d(np.asarray(value, dtype=float)) for value in found]

    return values


def _solver(
    model: Model,
    branch: Branch,
    shape: Shape,
    parameters: Sequence[sp.Symbol],
    closeness: Closeness,
) -> Solver:
    """Compile one branch."""
    if shape.loose and not shape.ties and branch.located is not None:
        return _free(branch, branch.located, closeness)
    if shape.loose or shape.ties:
        return _nowhere(branch)
    if shape.direct:
        return _direct(branch, shape, closeness)
    return _stepwise(model, branch, shape, parameters, closeness)


def _nowhere(branch: Branch) -> Solver:
    """Compile a branch that lies where something vanishes that draws never hit."""

    def rows(
        known: Sequence[Array],  # noqa: ARG001
        base: Columns,
        draws: int,
        size: Array,  # noqa: ARG001
    ) -> tuple[Rows, Array]:
        none = np.zeros((draws, 1), dtype=bool)
        return Rows(branch, none, base), none[:, 0]

    return Solver((), rows)


def _free(branch: Branch, located: Sequence[sp.Basic], closeness: Closeness) -> Solver:
    """Compile a branch in which some chances are free: where there is one, and no value of theirs."""
    relations = list(_relations(located))
    gaps = [r.lhs - r.rhs for r in relations]

    def rows(known: Sequence[Array], base: Columns, draws: int, size: Array) -> tuple[Rows, Array]:
        gap = dict(zip(relations, known, strict=True))
        holds = np.ones((draws, 1), dtype=bool)
        own, close = _holding(located, holds, partial(closeness.truth, gap=gap.get, size=size))
        return Rows(branch, own, base), close

    return Solver(tuple(gaps), rows)


def _direct(branch: Branch, shape: Shape, closeness: Closeness) -> Solver:
    """Compile a branch that is in closed form: its conditions hang on parameters alone."""
    relations = list(_relations(branch.conditions))
    gaps = [(r.lhs - r.rhs).xreplace(dict(shape.closed)) for r in relations]

    def rows(known: Sequence[Array], base: Columns, draws: int, size: Array) -> tuple[Rows, Array]:
        values = iter(known)
        at = {**base, **dict(zip(shape.closed, values, strict=False))}
        gap = dict(zip(relations, values, strict=True))
        holds = np.ones((draws, 1), dtype=bool)
        truth = partial(closeness.truth, gap=gap.get, size=size)
        own, close = _holding(branch.conditions, holds, truth)
        return Rows(branch, own, at), close

    return Solver((*shape.closed.values(), *gaps), rows)


def _stepwise(
    model: Model,
    branch: Branch,
    shape: Shape,
    parameters: Sequence[sp.Symbol],
    closeness: Closeness,
) -> Solver:
    """Compile a branch whose unknowns are gone through from the foot of its shape upwards."""
    root = _rooting(model, shape, parameters)
    steps = _steps(model, shape, parameters)
    gaps = {r: _function(model, r.lhs - r.rhs) for r in _relations(branch.conditions)}

    def rows(
        known: Sequence[Array],  # noqa: ARG001 -- all hangs on the steps
        base: Columns,
        draws: int,
        size: Array,
    ) -> tuple[Rows, Array]:
        at: dict[sp.Symbol, Array] = dict(base)
        holds = np.ones((draws, 1), dtype=bool)

        def gap(relation: sp.Basic) -> Array | None:
            symbols, function = gaps[relation]
            if any(s not in at for s in symbols):
                return None
            (value,) = function(*(at[s] for s in symbols))
            return np.atleast_2d(np.asarray(value, dtype=float))

        with np.errstate(all="ignore"):
            if shape.last is not None:
                at[shape.last], holds = root(base, draws)
            for symbol, names, step in steps:
                numerator, denominator = step(*(at[n] for n in names))
                at[symbol] = np.asarray(numerator / denominator, dtype=float)
                holds = holds & (closeness.kept | np.isfinite(at[symbol]))
            truth = partial(closeness.truth, gap=gap, size=size)
            own, close = _holding(branch.conditions, holds, truth)
            return Rows(branch, own, at), close

    return Solver((), rows)


def _relations(conditions: Iterable[sp.Basic]) -> Iterator[sp.Basic]:
    """Yield the relations that conditions are made of."""
    waiting = list(conditions)
    while waiting:
        condition = waiting.pop()
        if isinstance(condition, sp.And | sp.Or):
            waiting += condition.args
        elif condition not in (sp.true, sp.false):
            yield condition


def _holding(
    conditions: Iterable[sp.Basic],
    holds: Array,
    truth: Callable[[sp.Basic], tuple[Array, Array]],
) -> tuple[Array, Array]:
    """Keep those solutions that satisfy conditions, and tell where that is close."""
    close = np.zeros(holds.shape, dtype=bool)
    for condition in conditions:
        true, near = truth(condition)
        holds, close = np.broadcast_arrays(holds & true, close | near)
    return holds, np.any(holds & close, axis=1)


def _steps(
    model: Model, shape: Shape, parameters: Sequence[sp.Symbol]
) -> list[tuple[sp.Symbol, tuple[sp.Symbol, ...], Callable[..., Any]]]:
    """Compile the steps from the foot upwards: unknown, what it hangs on, its quotient."""
    known = [*parameters, *([shape.last] if shape.last is not None else [])]
    steps = []
    for symbol, numerator, denominator in reversed(shape.steps):
        quotient = [model.expand(numerator), model.expand(denominator)]
        steps.append((symbol, tuple(known), quickly(known, quotient)))
        known.append(symbol)
    return steps


def _rooting(
    model: Model, shape: Shape, parameters: Sequence[sp.Symbol]
) -> Callable[[Columns, int], tuple[Array, Array]]:
    """Compile the roots of a shape's polynomial, polished, and which of them are real."""
    if shape.last is None:
        return lambda base, draws: (np.empty(0), np.empty(0))  # noqa: ARG005
    polynomial = sp.Poly(model.expand(shape.polynomial), shape.last)
    coefficients = quickly(parameters, polynomial.all_coeffs())
    both = quickly([*parameters, shape.last], [polynomial.as_expr(), polynomial.diff().as_expr()])

    def root(base: Columns, draws: int) -> tuple[Array, Array]:
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
    """Return the roots of polynomials, highest power first, (draws, degree); not numbers for none.

    Where leading coefficients vanish the degree is lower.
    """
    draws, size = table.shape
    found = np.full((draws, size - 1), np.nan, dtype=complex)
    lost = np.argmax(table != 0, axis=1)
    for first in range(size - 1):
        rows = np.flatnonzero((lost == first) & (table[:, first] != 0))
        if rows.size:
            found[rows, first:] = _eigenvalues(table[rows, first:])
    return found


def _eigenvalues(table: Array) -> Array:
    """Return the same where no leading coefficient vanishes."""
    draws, size = table.shape
    degree = size - 1
    companion = np.zeros((draws, degree, degree))
    companion[:, np.arange(1, degree), np.arange(degree - 1)] = 1
    with np.errstate(all="ignore"):
        companion[:, 0, :] = -table[:, 1:] / table[:, :1]
    good = np.all(np.isfinite(companion), axis=(1, 2))
    found = np.full((draws, degree), np.nan, dtype=complex)
    if good.any():
        found[good] = np.linalg.eigvals(companion[good])
    return found
