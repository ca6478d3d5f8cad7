"""A leader and those who follow: first-order conditions of both moves, regime by regime.

Followers see the leader's choice K and reply.  For one set of what binds them, a *regime*, their
first-order conditions F(z, K) = 0 move the reply z with the leader's choice:

    F_z * dz/dK = -F_K        and the leader's payoff U has the total slope  U_K + U_z * dz/dK

The leader's optimum lies inside a regime where that slope vanishes, at an end of the interval, or
on the border of two regimes: where something just stops to bind, its shadow price being zero.
There the leader must lose on both sides, so that a concave kink holds the optimum for an open set
of parameters.  Which of these candidates is best is a comparison of values (``rivals``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sympy as sp

from dilemma.chosen import Choice
from dilemma.games.concavity import positive_factor
from dilemma.games.stationary import Stationary, binding_sets, stationary, top
from dilemma.games.triangles import triangle
from dilemma.model import Model

__all__ = ["Candidate", "candidates", "total"]


@dataclass(frozen=True)
class Candidate:
    """One place where a leader's optimum may lie.

    Attributes
    ----------
    follows : Stationary
        What the followers' conditions are there.
    binds : tuple of str
        What binds, the leader's ends included.
    border : str
        What just stops to bind, where it lies between two regimes.
    equations, conditions : tuple
        Those of the leader and of the followers.
    """

    follows: Stationary
    binds: tuple[str, ...]
    border: str
    equations: tuple[sp.Expr, ...]
    conditions: tuple[sp.Basic, ...]


def total(model: Model, follows: Stationary, formula: sp.Expr, choice: Choice) -> sp.Expr | None:
    """Return the slope of a formula by the leader's choice, the followers replying.

    None where what binds does not determine the reply.
    """
    reply = list(follows.unknowns)
    if len(follows.equations) != len(reply) or follows.free:
        return None
    expanded = model.expand_play(formula)
    found = sp.diff(expanded, choice.symbol)
    if not reply:
        return found
    system = sp.Matrix(follows.equations)
    moves = system.jacobian(reply)
    determinant = sp.expand(moves.det(method="berkowitz"))
    if determinant == 0:
        return None
    by_choice = -sp.diff(system, choice.symbol)
    for position, unknown in enumerate(reply):
        slope = sp.diff(expanded, unknown)
        if slope == 0:
            continue
        replaced = moves.copy()
        replaced[:, position] = by_choice
        found += slope * sp.expand(replaced.det(method="berkowitz")) / determinant
    return found


def candidates(model: Model) -> Iterator[Candidate]:
    """Yield every place where the leader's optimum may lie."""
    assert model.choices is not None
    game = model.choices
    (choice,) = game.of(game.leader)
    regimes = {
        frozenset(binds): stationary(model, game.moves[1], binds)
        for binds in binding_sets(game, game.moves[1])
    }
    ends = {name: (model.expand_play(gap), is_open) for name, gap, is_open in choice.bounds()}
    inside = tuple(sp.Gt(gap, 0) for gap, _ in ends.values())
    positive = {gap for gap, _ in ends.values()} | _positive(model)
    for binds, follows in regimes.items():
        weak = tuple(sp.Ge(price, 0) for price in follows.prices.values())
        strict = tuple(sp.Gt(price, 0) for price in follows.prices.values())
        for name, (gap, is_open) in ends.items():
            if is_open:
                continue
            other = tuple(sp.Ge(g, 0) for n, (g, _) in ends.items() if n != name)
            yield Candidate(
                follows,
                (name, *follows.binds),
                "",
                (*follows.equations, top(gap)),
                (*follows.slack, *weak, *other),
            )
        slope = _leaders(model, follows, choice)
        if slope is None:
            # What binds leaves no room for the choice, or says nothing of the reply.
            yield Candidate(
                follows, follows.binds, "", follows.equations, (*follows.slack, *weak, *inside)
            )
            continue
        first = _simplest(slope, follows, positive)
        yield Candidate(
            follows,
            follows.binds,
            "",
            (*follows.equations, first),
            (*follows.slack, *strict, *inside),
        )
        for name, price in follows.prices.items():
            beyond = regimes.get(binds - {name})
            if beyond is None:
                continue
            sides = _kink(model, choice, (follows, price), (beyond, _gap(model, name))) or ()
            others = tuple(sp.Ge(p, 0) for n, p in follows.prices.items() if n != name)
            yield Candidate(
                follows,
                follows.binds,
                name,
                (*follows.equations, top(price)),
                (*follows.slack, *others, *inside, *sides),
            )


def _leaders(model: Model, follows: Stationary, choice: Choice) -> sp.Expr | None:
    assert model.choices is not None
    return total(model, follows, model.payoffs[()][model.choices.leader], choice)


def _gap(model: Model, name: str) -> sp.Expr:
    """Return what is left before something binds."""
    assert model.choices is not None
    if name in model.choices.constraints:
        return model.expand_play(model.choices.constraints[name].gap)
    choice, _ = name.rsplit(".", 1)
    return next(
        model.expand_play(gap)
        for end, gap, _ in model.choices.choices[choice].bounds()
        if end == name
    )


def _kink(
    model: Model,
    choice: Choice,
    within: tuple[Stationary, sp.Expr],
    beyond: tuple[Stationary, sp.Expr],
) -> tuple[sp.Basic, ...] | None:
    """State that the leader loses by moving into either of two regimes.

    Where what is left before something binds, or its shadow price, grows with the choice, the
    regime lies above: there the leader's payoff must not rise; where it shrinks, not fall.
    """
    found = []
    for follows, grows in (within, beyond):
        slope = _leaders(model, follows, choice)
        side = total(model, follows, grows, choice)
        if slope is None or side is None:
            return None
        found.append(sp.Le(sp.cancel(sp.together(slope)) * sp.cancel(sp.together(side)), 0))
    return tuple(found)


def _positive(model: Model) -> set[sp.Expr]:
    """Return what is positive for all admissible parameters, and choices that are."""
    assert model.choices is not None
    found: set[sp.Expr] = set()
    for parameter in model.parameters.values():
        low = parameter.range.low
        if low > 0 or (low == 0 and parameter.range.open_low):
            found.add(parameter.symbol)
    for choice in model.choices.choices.values():
        if choice.open_low and choice.low == 0:
            found.add(choice.symbol)
    return found


def _simplest(slope: sp.Expr, follows: Stationary, positive: set[sp.Expr]) -> sp.Expr:
    """Return a polynomial that vanishes with a slope, given the followers' conditions.

    Linear conditions are put in, others reduce its degree; factors that cannot vanish are left out.
    """
    found = top(slope)
    solved = triangle(follows.equations, follows.unknowns)
    if solved is not None:
        for symbol, numerator, denominator in solved.steps:
            if denominator.free_symbols & set(follows.unknowns):
                continue
            found = top(found.xreplace({symbol: numerator / denominator}))
        if solved.last is not None and found.has(solved.last):
            found = sp.expand(sp.prem(found, solved.polynomial, solved.last))
    factors = sp.factor_list(found)[1]
    kept = [factor for factor, _ in factors if not positive_factor(factor, positive)]
    return sp.expand(sp.Mul(*kept)) if kept else sp.Integer(1)


def names(sets: Sequence[str]) -> str:
    """Write what binds as a name."""
    return ", ".join(sorted(sets)) or "interior"
