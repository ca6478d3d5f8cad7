"""Whether a player's payoff is concave in what the player chooses: then first-order conditions do.

A matrix is negative semidefinite iff every principal minor of even size is at least zero and every
one of odd size at most zero.  z3 decides that for the Hessian in the player's own choices,
everywhere in the feasible set and for all admissible parameters, or at one calibration.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import combinations

import sympy as sp

from dilemma.chosen import Choice, Constraint
from dilemma.errors import UnsupportedError
from dilemma.games.stationary import top
from dilemma.model import Model
from dilemma.parts import Interval
from dilemma.proof.logic import Question

__all__ = ["admissible", "concave", "interaction", "never"]

SECONDS = 3.0


def admissible(
    model: Model,
    values: Mapping[sp.Symbol, sp.Expr] | None = None,
    seconds: float = SECONDS,
    only: tuple[Constraint, ...] | None = None,
) -> Question:
    """Return a question about admissible parameters, or one calibration, and feasible play.

    With ``only`` some constraints are kept and the others forgotten.
    """
    assert model.choices is not None
    parameters = {p.symbol: p.range for p in model.parameters.values()}
    definitions = {
        d.symbol: d.formula for d in model.definitions.values() if d.name not in model.outcomes
    }

    def about(symbol: sp.Symbol) -> Iterator[sp.Basic]:
        if values is not None and symbol in values:
            yield sp.Eq(symbol, values[symbol])
        elif symbol in parameters:
            yield from _inside(symbol, parameters[symbol])
        elif symbol in definitions:
            yield sp.Eq(symbol, definitions[symbol], evaluate=False)

    question = Question(about, lambda: seconds)
    for statement in model.choices.feasible(only):
        question.add(model.expand_play(statement))
    return question


def _inside(symbol: sp.Symbol, interval: Interval) -> Iterator[sp.Basic]:
    if interval.low.is_finite:
        yield symbol > interval.low if interval.open_low else symbol >= interval.low
    if interval.high.is_finite:
        yield symbol < interval.high if interval.open_high else symbol <= interval.high


def never(
    model: Model, happens: sp.Basic, values: Mapping[sp.Symbol, sp.Expr] | None = None
) -> bool | None:
    """Tell whether something happens nowhere in the feasible set; None where undecided."""
    if happens in (sp.true, sp.false):
        return happens is sp.false
    try:
        question = admissible(model, values)
        question.add(happens)
        if any(question.ask_obligation(o).status != "unsat" for o in question.obligations):
            return None
        answer = question.ask()
    except UnsupportedError:
        return None
    return {"unsat": True, "sat": False, "unknown": None}[answer.status]


def concave(
    model: Model, player: str, values: Mapping[sp.Symbol, sp.Expr] | None = None
) -> bool | None:
    """Tell whether a payoff, and the constraints under which it is sought, are concave.

    Parameters
    ----------
    values : mapping, optional
        One calibration; by default all admissible parameters are meant.
    """
    if values is None:
        return _concave(model, player)
    return _decided(model, player, values)


@lru_cache(maxsize=64)
def _concave(model: Model, player: str) -> bool | None:
    return _decided(model, player, None)


def _decided(model: Model, player: str, values: Mapping[sp.Symbol, sp.Expr] | None) -> bool | None:
    assert model.choices is not None
    own = model.choices.of(player)
    told = [_semidefinite(model, model.payoffs[()][player], own, values)]
    told += [_semidefinite(model, c.gap, own, values) for c in model.choices.kept_by(player)]
    if False in told:
        return False
    return None if None in told else True


def _semidefinite(
    model: Model,
    formula: sp.Expr,
    own: tuple[Choice, ...],
    values: Mapping[sp.Symbol, sp.Expr] | None,
) -> bool | None:
    expanded = model.expand_play(formula)
    if expanded.atoms(sp.Piecewise, sp.Min, sp.Max, sp.Abs):
        return None
    hessian = sp.hessian(expanded, [choice.symbol for choice in own])
    undecided = False
    for size in range(1, len(own) + 1):
        for kept in combinations(range(len(own)), size):
            minor = sp.cancel(sp.together(hessian[list(kept), list(kept)].det()))
            told = never(model, sp.Lt((-1) ** size * minor, 0), values)
            if told is False:
                return False
            undecided = undecided or told is None
    return None if undecided else True


@lru_cache(maxsize=64)
def interaction(model: Model, player: str) -> str:
    """Tell how a player's best reply moves with what the others choose, wherever it was proved.

    "complements" where more of any other's choice never lowers what the player gains by more of
    its own, "substitutes" where it never raises it, "independent" where both, else "depends".
    Only for one choice each.
    """
    assert model.choices is not None
    own = model.choices.of(player)
    others = [c for c in model.choices.choices.values() if c.player != player]
    if len(own) != 1 or not others:
        return ""
    payoff = model.expand_play(model.payoffs[()][player])
    if payoff.atoms(sp.Piecewise, sp.Min, sp.Max, sp.Abs):
        return "depends"
    crosses = [sp.cancel(sp.diff(payoff, own[0].symbol, other.symbol)) for other in others]
    if all(cross == 0 for cross in crosses):
        return "independent"
    if all(never(model, sp.Lt(cross, 0)) for cross in crosses):
        return "complements"
    if all(never(model, sp.Gt(cross, 0)) for cross in crosses):
        return "substitutes"
    return "depends"


def positive_factor(factor: sp.Expr, positive: set[sp.Expr]) -> bool:
    """Tell whether a factor is known not to vanish."""
    return factor.is_number or factor in positive or -factor in positive or top(factor) in positive
