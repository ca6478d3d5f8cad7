"""Which way an outcome moves with a parameter, everywhere in an era's box, within one branch.

Random calibrations show which signs occur; z3 is asked whether any other can.  It is told the box,
what holds in the branch, and the linear equations of the moves dz/dp, which stay names: expanding
them by Cramer's rule makes some questions easier and most harder, so that this is the second
attempt.  An answer counts only where nothing that is divided by, the determinant included, can
vanish.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import sympy as sp

from dilemma.branch import Branch
from dilemma.errors import CalibrationError, UnsupportedError
from dilemma.model import Model
from dilemma.proof.logic import Answer, Question
from dilemma.study.implicit import Piece, System, derivative, pieces, slope, system
from dilemma.study.played import played

__all__ = ["Box"]

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
            points, _ = played(model, model.values(full))
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
