"""How what is played moves with a parameter: at a point, at many at random, over an era's box.

Within one branch the unknowns u (numbers chosen, shadow prices) solve F(u, p) = 0.  Where the
matrix F_u can be inverted they move with a parameter p by the implicit function theorem,

    F_u * du/dp = -F_p        and an outcome g(u, p) by        dg/dp = g_p + g_u * du/dp

A formula that changes form (min, max, if) is taken apart into its smooth pieces.

Over a box, random calibrations in floats show which signs occur; z3 is asked whether any other can.
It is told the box, what holds in the branch, and the linear equations of the moves dz/dp, which
stay names: expanding them by Cramer's rule makes some questions easier and most harder, so that
this is the second attempt.  An answer counts only where nothing that is divided by, the determinant
included, can vanish.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations
from typing import Any

import numpy as np
import sympy as sp

from dilemma.deciders.question import Answer, Question
from dilemma.errors import CalibrationError, UnsupportedError
from dilemma.games.branch import ZERO, Branch
from dilemma.games.numbers.choosing import equilibrium_points
from dilemma.games.points import Point, holds
from dilemma.games.solution import many
from dilemma.model import Model
from dilemma.study.draws import draw
from dilemma.theory.parts import quickly

__all__ = ["Box", "Piece", "Slopes", "System", "derivative", "pieces", "sampled", "slope", "system"]

DIGITS = 45
KINKS = (sp.Piecewise, sp.Min, sp.Max, sp.Abs)


@dataclass(frozen=True)
class Piece:
    """A smooth formula, and where it is read."""

    where: sp.Basic
    formula: sp.Expr


@dataclass(frozen=True)
class System:
    """As many equations as unknowns, which they determine by themselves."""

    equations: tuple[sp.Expr, ...]
    unknowns: tuple[sp.Symbol, ...]

    @property
    def matrix(self) -> sp.Matrix:
        """The matrix F_u."""
        return sp.Matrix([[slope(e, u) for u in self.unknowns] for e in self.equations])


@lru_cache(maxsize=10_000)
def slope(formula: sp.Expr, symbol: sp.Symbol) -> sp.Expr:
    """Return the derivative of a smooth formula."""
    return sp.diff(formula, symbol)


@lru_cache(maxsize=1_000)
def pieces(formula: sp.Expr) -> tuple[Piece, ...]:
    """Take a formula apart into smooth pieces; neighbours share their border.

    Examples
    --------
    >>> x, y = sp.symbols("x y", real=True)
    >>> [(str(p.where), str(p.formula)) for p in pieces(2 * sp.Min(x, y))]
    [('x <= y', '2*x'), ('y <= x', '2*y')]
    """
    if formula is sp.nan:
        return ()
    kinks = [k for k in formula.atoms(*KINKS) if not any(a.atoms(*KINKS) for a in k.args)]
    if not kinks:
        return (Piece(sp.true, formula),)
    kink = min(kinks, key=sp.default_sort_key)
    return tuple(
        Piece(sp.And(where, rest.where), rest.formula)
        for where, value in _cases(kink)
        if where is not sp.false and value is not sp.nan
        for rest in pieces(formula.xreplace({kink: value}))
    )


def _cases(kink: sp.Expr) -> list[tuple[sp.Basic, sp.Expr]]:
    match kink:
        case sp.Min():
            return [(sp.And(*(a <= b for b in kink.args if b != a)), a) for a in kink.args]
        case sp.Max():
            return [(sp.And(*(a >= b for b in kink.args if b != a)), a) for a in kink.args]
        case sp.Abs():
            inside = kink.args[0]
            return [(inside >= 0, inside), (inside <= 0, -inside)]
    found: list[tuple[sp.Basic, sp.Expr]] = []
    before: list[sp.Basic] = []
    for value, condition in kink.args:
        found.append((sp.And(condition, *(sp.Not(b) for b in before)), value))
        before.append(condition)
    return found


def system(model: Model, branch: Branch, formula: sp.Expr) -> System | None:
    """Return the fewest equations of a branch that determine what a formula speaks of.

    None where the branch does not have as many equations as unknowns.
    """
    needed = frozenset(formula.free_symbols & set(branch.unknowns))
    return _system(model, branch.equations, branch.unknowns, needed)


@lru_cache(maxsize=2_000)
def _system(
    model: Model,
    equations: tuple[sp.Expr, ...],
    unknowns: tuple[sp.Symbol, ...],
    needed: frozenset[sp.Symbol],
) -> System | None:
    expanded = [model.expand(e) for e in equations]
    for size in range(len(expanded) + 1):
        for chosen in combinations(expanded, size):
            met = set().union(*(e.free_symbols for e in chosen)) & set(unknowns)
            if len(met) == size and needed <= met:
                return System(chosen, tuple(u for u in unknowns if u in met))
    return None


def derivative(
    model: Model, point: Point, formula: sp.Expr, parameter: sp.Symbol
) -> sp.Rational | None:
    """Return how an outcome moves with a parameter at an equilibrium, within its branch.

    None where it does not move smoothly there: at a kink, where the matrix cannot be inverted, or
    where the outcome has no value.
    """
    found: set[sp.Rational] = set()
    for piece in pieces(model.expand(formula)):
        if not holds(piece.where, point.at)[0]:
            continue
        solved = system(model, point.branch, piece.formula)
        moved = None if solved is None else _moved(solved, point.at, parameter)
        if moved is None:
            return None
        total = slope(piece.formula, parameter).xreplace(dict(point.at))
        for unknown, by in moved.items():
            total += slope(piece.formula, unknown).xreplace(dict(point.at)) * by
        if total.free_symbols or total.has(sp.nan, sp.zoo, sp.oo):
            return None
        found.add(sp.Integer(0) if abs(total) < ZERO else _rational(total))
    return found.pop() if len(found) == 1 else None


def _moved(
    solved: System, at: Mapping[sp.Symbol, sp.Expr], parameter: sp.Symbol
) -> dict[sp.Symbol, sp.Rational] | None:
    if not solved.unknowns:
        return {}
    if not any(e.has(parameter) for e in solved.equations):
        return dict.fromkeys(solved.unknowns, sp.Integer(0))
    matrix = solved.matrix.xreplace(dict(at))
    right = sp.Matrix([-slope(e, parameter).xreplace(dict(at)) for e in solved.equations])
    if abs(matrix.det()) < ZERO:
        return None
    return dict(zip(solved.unknowns, matrix.LUsolve(right), strict=True))


def _rational(value: sp.Expr) -> sp.Rational:
    """Return a number to so many places; short ones stay exact."""
    if value.is_Rational and value.q < 10**DIGITS:
        return value
    return sp.Rational(round(sp.Rational(sp.N(value, 60)) * 10**DIGITS), 10**DIGITS)


# --- at random calibrations -----------------------------------------------------------------------


Array = np.ndarray[Any, Any]
NOISE = 1e-9  # an elasticity that is smaller is taken for none
SMALL = 1e-3  # of a parameter: what is nearer to zero has no elasticity


def sampled(model: Model, era: str, branch: Branch, draws: int, seed: int) -> Slopes:
    """Return the equilibria of random calibrations from an era's box that lie in a branch."""
    drawn = draw(model, era, draws, seed)
    batch = many(model, {p.symbol: drawn[n] for n, p in model.parameters.items()})
    rows = next((r for r in batch.rows if r.branch.name == branch.name), None)
    if rows is None:  # a branch that only the search finds
        return Slopes(model, branch, {}, 0)
    kept = rows.holds & ~batch.doubtful[:, None]
    at = {s: np.broadcast_to(x, kept.shape)[kept] for s, x in rows.at.items()}
    return Slopes(model, branch, at, int(kept.sum()))


@dataclass
class Slopes:
    """The slopes of a branch at random calibrations of an era's box, in floats.

    Attributes
    ----------
    at : mapping of symbol to array of shape (n,)
        At each equilibrium that lies in the branch.
    """

    model: Model
    branch: Branch
    at: Mapping[sp.Symbol, Array]
    size: int
    moves: dict[tuple[System, sp.Symbol], Array | None] = field(default_factory=dict)

    def signs(self, formula: sp.Expr, parameter: sp.Symbol) -> set[str]:
        """Return which signs occur: "+", "-", "0"."""
        found: set[str] = set()
        for piece in pieces(self.model.expand(formula)):
            solved = system(self.model, self.branch, piece.formula)
            if solved is None or not self.size:
                continue
            here = np.broadcast_to(self._numbers(piece.where), self.size).astype(bool)
            told = self._slopes(piece.formula, solved, parameter)
            if told is None:
                continue
            total, scale = (x[here] for x in told)
            good = np.isfinite(total)
            none = np.abs(total) <= NOISE * scale
            found |= {"0"} if np.any(good & none) else set()
            found |= {"+"} if np.any(good & ~none & (total > 0)) else set()
            found |= {"-"} if np.any(good & ~none & (total < 0)) else set()
        return found

    def _slopes(
        self, formula: sp.Expr, solved: System, parameter: sp.Symbol
    ) -> tuple[Array, Array] | None:
        """Return the total derivative, and the size of what is noise beside what."""
        moved = self._moves(solved, parameter)
        if moved is None:
            return None
        total = np.broadcast_to(self._numbers(slope(formula, parameter)), self.size)
        scale = np.abs(total)
        level = np.abs(self._numbers(formula))
        for k, unknown in enumerate(solved.unknowns):
            by = self._numbers(slope(formula, unknown))
            part = by * moved[:, k]
            total, scale = total + part, scale + np.abs(part)
            level = level + np.abs(by * self.at[unknown])
        size = np.maximum(np.abs(self.at[parameter]), SMALL)
        return total, np.maximum(scale, level / size)

    def _moves(self, solved: System, parameter: sp.Symbol) -> Array | None:
        """Return how the unknowns move, (n, unknowns)."""
        key = solved, parameter
        size = len(solved.unknowns)
        if not size:
            return np.zeros((self.size, 0))
        if key not in self.moves:
            table = [self._numbers(x) for x in (*solved.matrix, *_by(solved, parameter))]
            wide = np.stack([np.broadcast_to(x, self.size) for x in table], axis=1)
            matrix = wide[:, : size * size].reshape(-1, size, size)
            try:
                with np.errstate(all="ignore"):
                    moved = np.linalg.solve(matrix, -wide[:, size * size :, None])[..., 0]
            except np.linalg.LinAlgError:
                moved = None
            self.moves[key] = moved
        return self.moves[key]

    def _numbers(self, formula: sp.Basic) -> Array:
        if formula in (sp.true, sp.false):
            return np.array(formula is sp.true)
        symbols, compiled = _compiled(formula)
        if any(s not in self.at for s in symbols):
            return np.array(np.nan)
        with np.errstate(all="ignore"):
            return np.asarray(compiled(*(self.at[s] for s in symbols))[0])


@lru_cache(maxsize=5_000)
def _compiled(formula: sp.Basic) -> tuple[tuple[sp.Symbol, ...], Any]:
    symbols = tuple(sorted(formula.free_symbols, key=str))
    return symbols, quickly(symbols, [formula])


def _by(solved: System, parameter: sp.Symbol) -> list[sp.Expr]:
    return [slope(e, parameter) for e in solved.equations]


# --- over an era's box ----------------------------------------------------------------------------


OTHER = {"+": "-", "0+": "-", "-": "+", "0-": "+", "0": "+-"}  # what refutes a sign
LARGE = 4_000  # operations: beyond, Cramer's rule is not tried


@dataclass
class Box:
    """An era's box: what can be said of it before the time runs out.

    Parameters
    ----------
    until : float
        When the time runs out, as ``time.monotonic`` tells it.
    each : float
        Seconds for a question.
    thorough : bool
        Whether to try again by Cramer's rule what is not decided at once.
    """

    model: Model
    era: str
    until: float
    each: float = 1.0
    thorough: bool = True
    regular: dict[tuple[str, System, float], bool] = field(default_factory=dict)

    def sign(self, branch: Branch, formula: sp.Expr, parameter: sp.Symbol, seen: set[str]) -> str:
        """Return "+", "-", "0", "0+", "0-", "depends", or "?" where that was not decided.

        Parameters
        ----------
        seen : set of str
            The signs that are known to occur in the branch.
        """
        if {"+", "-"} <= seen:
            return "depends"
        parts = pieces(self.model.expand(formula))
        if not parts:
            return "?"
        moving = [part for part in parts if not self._still(branch, part, parameter)]
        if not moving:
            return "0"
        if time.monotonic() >= self.until:
            return "?"
        still = any(self._occurs(branch, part) for part in parts if part not in moving)
        for wanted in ("".join(sorted(seen, key="0+-".index)),) if seen else ("+", "-"):
            told = [self._always(branch, part, parameter, wanted) for part in moving]
            if all(one == "always" for one in told):
                return f"0{wanted}" if still and wanted in ("+", "-") else wanted
            if "otherwise" in told and seen - {"0"}:
                return "depends"
        return "?"

    def _still(self, branch: Branch, part: Piece, parameter: sp.Symbol) -> bool:
        """Tell whether a parameter stands nowhere in what determines a formula."""
        solved = system(self.model, branch, part.formula)
        return (
            solved is not None
            and not part.formula.has(parameter)
            and not any(e.has(parameter) for e in solved.equations)
        )

    def _occurs(self, branch: Branch, part: Piece) -> bool:
        """Tell whether a formula may be read so anywhere in the branch and the box."""
        solved = system(self.model, branch, sp.Add(*part.where.free_symbols))
        if solved is None:
            return True
        try:
            return self._question(branch, part.where, solved).ask().status != "unsat"
        except UnsupportedError:
            return True

    def _always(self, branch: Branch, part: Piece, parameter: sp.Symbol, wanted: str) -> str:
        """Tell whether a sign holds "always", "otherwise" somewhere, or "" where undecided."""
        solved = system(self.model, branch, part.formula)
        if solved is None or not self._regular(branch, solved):
            return ""
        for question, total in self._attempts(branch, part, solved, parameter):
            try:
                answer = question.ask(_wrong(total, wanted))
                if answer.status == "unsat" and self._may_be_read(question):
                    return "always"
            except UnsupportedError:
                return ""
            if answer.status == "sat" and self._otherwise(branch, part, parameter, wanted, answer):
                return "otherwise"
        return ""

    def _attempts(
        self, branch: Branch, part: Piece, solved: System, parameter: sp.Symbol
    ) -> Iterator[tuple[Question, sp.Expr]]:
        """Yield questions with the total derivative: first by named moves, then by Cramer's rule.

        Where some unknowns do not move, what determines them is left out at first: the question
        is then about more than there is, and only a "no" counts.
        """
        moving = [
            u for u in solved.unknowns if not self._still(branch, Piece(sp.true, u), parameter)
        ]
        moves = {u: sp.Symbol(f"move of {u.name}", real=True) for u in moving}
        told = [e for e in solved.equations if e.free_symbols & set(moving)]
        linear = [_total(e, moves, parameter) for e in told]
        total = _total(part.formula, moves, parameter)
        for equations in (told, solved.equations):
            if equations is told and len(told) == len(solved.equations):
                continue
            question = self._question(branch, part.where, solved, equations)
            question.add(*(sp.Eq(e, 0, evaluate=False) for e in linear))
            yield question, total
        over = _cramer(part.formula, solved, parameter) if self.thorough else None
        if over is not None:
            yield self._question(branch, part.where, solved), over

    def _question(
        self,
        branch: Branch,
        where: sp.Basic,
        solved: System,
        equations: Sequence[sp.Expr] | None = None,
    ) -> Question:
        """Return a question about a branch in the box, as far as some of its unknowns go."""
        model = self.model
        inside = {
            p.symbol: model.eras[self.era].values[n].range for n, p in model.parameters.items()
        }

        def about(symbol: sp.Symbol) -> Iterator[sp.Basic]:
            if symbol in inside:
                yield symbol >= inside[symbol].low
                yield symbol <= inside[symbol].high

        question = Question(about, lambda: min(self.each, self.until - time.monotonic()))
        told = solved.equations if equations is None else equations
        question.add(*(sp.Eq(e, 0, evaluate=False) for e in told))
        known = set(solved.unknowns) | set(inside)
        for condition in (model.expand(c) for c in (*branch.conditions, where)):
            if condition.free_symbols <= known:
                question.add(condition)
        return question

    def _regular(self, branch: Branch, solved: System) -> bool:
        """Tell whether the determinant is proved to vanish nowhere in the branch and the box."""
        key = branch.name, solved, self.each  # more patience may bring what less did not
        if not solved.unknowns:
            return True
        if key not in self.regular:
            question = self._question(branch, sp.true, solved)
            try:
                singular = sp.Eq(solved.matrix.det(method="berkowitz"), 0)
                told = question.ask(singular).status == "unsat" and self._may_be_read(question)
            except UnsupportedError:
                told = False
            self.regular[key] = told
        return self.regular[key]

    def _may_be_read(self, question: Question) -> bool:
        return all(question.ask_obligation(o).status == "unsat" for o in question.obligations)

    def _otherwise(
        self, branch: Branch, part: Piece, parameter: sp.Symbol, wanted: str, answer: Answer
    ) -> bool:
        """Tell whether an example of z3's is an equilibrium at which the sign is the other."""
        model = self.model
        at = {n: answer.values.get(p.symbol) for n, p in model.parameters.items()}
        centre = {n: v.central for n, v in model.eras[self.era].values.items()}
        if any(at[n] is None for n, p in model.parameters.items() if p.symbol in answer.values):
            return False
        full = {n: centre[n] if value is None else value for n, value in at.items()}
        try:
            points, _ = equilibrium_points(model, model.values(full))
        except (CalibrationError, UnsupportedError):
            return False
        for point in points:
            if point.branch.name == branch.name:
                found = derivative(model, point, part.formula, parameter)
                if found is not None and _sign(found) in OTHER[wanted]:
                    return True
        return False


def _wrong(total: sp.Expr, wanted: str) -> sp.Basic:
    match wanted:
        case "+":
            return sp.Le(total, 0)
        case "-":
            return sp.Ge(total, 0)
        case "0+":
            return sp.Lt(total, 0)
        case "0-":
            return sp.Gt(total, 0)
    return sp.Ne(total, 0)


def _sign(value: sp.Rational) -> str:
    return "+" if value > 0 else "-" if value < 0 else "0"


def _total(formula: sp.Expr, moves: Mapping[sp.Symbol, sp.Symbol], parameter: sp.Symbol) -> sp.Expr:
    """Return the total derivative of a formula, the moves of the unknowns being names."""
    moved = (slope(formula, unknown) * move for unknown, move in moves.items())
    return sp.Add(slope(formula, parameter), *moved)


def _cramer(formula: sp.Expr, solved: System, parameter: sp.Symbol) -> sp.Expr | None:
    """Return a polynomial with the sign of the total derivative; None where it is too long."""
    matrix, right = (
        solved.matrix,
        sp.Matrix([-x for x in (slope(e, parameter) for e in solved.equations)]),
    )
    bottom = matrix.det(method="berkowitz") if solved.unknowns else sp.Integer(1)
    top = slope(formula, parameter) * bottom
    for position, unknown in enumerate(solved.unknowns):
        replaced = matrix.copy()
        replaced[:, position] = right
        top += slope(formula, unknown) * replaced.det(method="berkowitz")
    if sp.count_ops(top) > LARGE:
        return None
    over, under = sp.fraction(sp.cancel(sp.together(top / bottom)))
    return over * under
