"""Which zones occur in an era's box: z3 asked until it proves that there is no other."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from math import inf

import sympy as sp

from dilemma import games
from dilemma.errors import CalibrationError, DisagreementError
from dilemma.model import Model
from dilemma.parts import Era
from dilemma.proof.logic import Answer, OutOfTimeError, Question
from dilemma.study.existence import polynomials
from dilemma.study.partition import Label
from dilemma.study.shortening import within

__all__ = ["Occurring", "occurring"]

CASES = (sp.Piecewise, sp.Max, sp.Min, sp.Abs)
MOST_CASES = 64
PATIENCE = 10.0  # seconds for the numbers at one point


@dataclass
class Occurring:
    """The zones that occur, and what speaks against these being all.

    Attributes
    ----------
    labels : list of label
    doubt : str
        Empty where they are proved to be all.
    tied : bool
        Whether payoffs tie throughout the box: then there are no zones to look for.
    """

    labels: list[Label] = field(default_factory=list)
    doubt: str = ""
    tied: bool = False


def occurring(
    model: Model, where: Mapping[str, sp.Basic], era: Era, seconds: float | None
) -> Occurring:
    """Find every zone of an era's box, off the borders.

    Parameters
    ----------
    where : mapping of branch name to condition
    seconds : float, optional
        Budget; past it there is a doubt.
    """
    deadline = time.monotonic() + (inf if seconds is None else seconds)
    question = Question(
        lambda symbol: _tied(model, symbol, era), lambda: min(deadline - time.monotonic(), 1e6)
    )
    found = Occurring()
    try:
        found.doubt = _no_game(model, question)
        if not found.doubt:
            found.doubt, found.tied = _ties(model, where, question)
        if found.tied:
            return found
        found.doubt = found.doubt or _implicit(model)
        _collect(model, where, era, question, found)
    except OutOfTimeError:
        found.doubt = found.doubt or "the budget of time ran out"
    return found


def _collect(
    model: Model, where: Mapping[str, sp.Basic], era: Era, question: Question, found: Occurring
) -> None:
    question.add(*(sp.Ne(p, 0) for p in polynomials(where.values())))
    question.read(*(sp.Ge(v, 0) for v in _payoffs(model)))
    # Before zones are ruled out one after the other: at a pole some zone would always fit.
    for obligation in question.obligations:
        if not found.doubt and question.ask_obligation(obligation).status != "unsat":
            found.doubt = f"there may be {obligation.reason}"
    while (answer := question.ask()).status == "sat":
        true = question.true_there(*where.values())
        label = tuple(name for name, holds in zip(where, true, strict=True) if holds)
        found.labels.append(label)
        question.add(sp.Not(exactly(where, label)))
        found.doubt = found.doubt or _left_out(model, where, era, label, answer)
    if answer.status == "unknown":
        found.doubt = found.doubt or "z3 gave up before it had gone through the box"


def exactly(where: Mapping[str, sp.Basic], label: Label) -> sp.Basic:
    """Return that the branches of a label are equilibria and no others."""
    return sp.And(*(own if n in label else sp.Not(own) for n, own in where.items()))


def _payoffs(model: Model) -> Iterator[sp.Expr]:
    types = {} if model.tree is None else {t.symbol: t.low for t in model.tree.types.values()}
    for cell in model.payoffs.values():
        for payoff in cell.values():
            yield payoff.xreplace(types)


def _tied(model: Model, symbol: sp.Symbol, era: Era) -> Iterator[sp.Basic]:
    """Yield what ties a symbol down in an era: an interval, or a definition."""
    name = symbol.name
    if name in model.definitions:
        yield sp.Eq(symbol, model.definitions[name].formula, evaluate=False)
    elif name in model.parameters:
        yield from within(symbol, era.values[name].range)


# --- doubts --------------------------------------------------------------------------------------


def _no_game(model: Model, question: Question) -> str:
    """Say where a tree is no game at all."""
    for reason, happens in () if model.tree is None else model.tree.impossible():
        if question.ask(happens).status != "unsat":
            return f"there may be no game, because {reason}"
    return ""


def _ties(model: Model, where: Mapping[str, sp.Basic], question: Question) -> tuple[str, bool]:
    """Say where payoffs tie in more than a border, and whether they do so throughout the box."""
    for polynomial in polynomials(where.values()):
        if question.ask(sp.Ne(polynomial, 0)).status == "unsat":
            return f"payoffs tie throughout the box, for {polynomial} = 0 there", True
        if _may_vanish(model.expand(polynomial)):
            return f"payoffs may tie on a part of the box, where {polynomial} = 0", False
    return "", False


def _implicit(model: Model) -> str:
    """Say that three or more players may mix: where they do may change inside a zone."""
    name = next((branch.name for branch in games.branches(model) if branch.implicit), "")
    return _untold(f"({name})") if name else ""


def _untold(what: str) -> str:
    return f"the zones do not tell equilibria without a closed form, such as {what}"


def _may_vanish(expression: sp.Expr) -> bool:
    """Tell whether, in some case of what it is made of, an expression is zero throughout."""
    pieces = sorted(expression.atoms(*CASES), key=lambda part: part.count_ops())
    if not pieces:
        return False
    choices = [_cases(part) for part in pieces]
    count = 1
    for own in choices:
        count *= len(own)
    if count > MOST_CASES:
        return True
    for choice in product(*choices):
        case = expression
        # Outer parts first: inner ones are inside the case that was chosen for them.
        for part, value in reversed(list(zip(pieces, choice, strict=True))):
            case = case.xreplace({part: value})
        if sp.expand(case) == 0:
            return True
    return False


def _cases(part: sp.Expr) -> list[sp.Expr]:
    if isinstance(part, sp.Piecewise):
        return [value for value, _ in part.args]
    if isinstance(part, sp.Abs):
        return [part.args[0], -part.args[0]]
    return list(part.args)


def _left_out(
    model: Model, where: Mapping[str, sp.Basic], era: Era, label: Label, answer: Answer
) -> str:
    """Solve the game at a point of a zone, in numbers; say what the zone's label leaves out.

    Raises
    ------
    DisagreementError
        If the label is not what the numbers say.
    """
    at = {
        name: answer.values.get(parameter.symbol, era.values[name].central)
        for name, parameter in model.parameters.items()
    }
    if None in at.values():
        return ""  # an irrational point
    try:
        found = games.equilibria(model, at, seconds=PATIENCE)
    except CalibrationError as error:
        return f"there may be no game: {error}"
    names = {e.branch for e in found}
    if found.complete and names & where.keys() != set(label) and not found.continua:
        raise DisagreementError(
            f"z3 says that the equilibria are {label} and the numbers say {sorted(names)}; "
            f"please report this with {at}"
        )
    others = sorted(names - where.keys())
    if found.continua or others:
        return _untold(f"({others[0]})" if others else "a continuum")
    return ""
