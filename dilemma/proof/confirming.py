"""What looks like an example, solved again at its exact calibration before anybody hears of it.

Every number is known to 40 digits there, and the payoffs alone are searched for a deviation that
pays.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from math import inf

import numpy as np
import sympy as sp

from dilemma.errors import CalibrationError
from dilemma.games.batches import many
from dilemma.games.points import Point, by_branches
from dilemma.games.search import NotFoundError, Search
from dilemma.proof.draws import copies
from dilemma.proof.exactly import Exactly, base, example
from dilemma.proof.examples import Example
from dilemma.proof.statements import Copy, Statements

__all__ = ["confirmed", "found_near", "solved_again", "speaks"]

REGRET = 1e-6

Points = Mapping[str, Mapping[str, sp.Rational]]


def confirmed(
    statements: Statements, values: Mapping[sp.Symbol, sp.Rational | None]
) -> Example | None:
    """Solve a claim where z3 would have it fail; return the example if it does."""
    points: dict[str, dict[str, sp.Rational]] = {}
    held: dict[str, dict[str, sp.Rational]] = {}
    for copy in copies(statements):
        points[copy.key] = {}
        for name in statements.model.parameters:
            value = values.get(statements.symbol(copy, name), _anything(statements, copy, name))
            if value is None:
                return None  # irrational
            points[copy.key][name] = value
        held[copy.key] = {}
        for name in statements.claim.holding:
            value = values.get(statements.unknown(copy, sp.Symbol(name, real=True)))
            if value is None:
                return None
            held[copy.key][name] = value
    return solved_again(statements, points, held, fails=True)


def _anything(statements: Statements, copy: Copy, name: str) -> sp.Rational:
    """Return a value for a parameter that nothing hangs on."""
    model = statements.model
    interval = statements.interval(copy.era, name)
    if model.eras:
        era = copy.era if copy.era is not None else next(iter(model.eras))
        return model.eras[era].values[name].central
    ends = [sp.Integer(1), interval.low, interval.high]
    return next((e for e in ends if e in interval), sp.Integer(0))


def solved_again(
    statements: Statements,
    points: Points,
    held: Points,
    *,
    fails: bool,
) -> Example | None:
    """Solve again at exact calibrations; return an example if it is one."""
    try:
        exact = _solved(statements, points, held)
    except CalibrationError:
        return None
    outcome = None if exact is None else exact.outcome()
    if outcome is None:
        return None
    true, played = outcome
    if true is fails or not _nobody_gains(statements, played, points):
        return None
    return example(statements, points, played)


def speaks(statements: Statements, points: Points, held: Points) -> bool:
    """Tell whether a claim speaks of some equilibrium at exact calibrations."""
    try:
        exact = _solved(statements, points, held, quick=True)
    except CalibrationError:
        return False
    return exact is not None and exact.outcome() is not None


def _solved(
    statements: Statements, points: Points, held: Points, *, quick: bool = False
) -> Exactly | None:
    solved: dict[str, list[Point]] = {}
    spoken = statements.in_equilibrium  # what is held elsewhere may be anything
    for copy in copies(statements):
        if not _is_one(statements, copy, points):
            return None
        if copy.base not in spoken:
            continue
        found = _exactly(statements, copy, points, held, quick=quick)
        if found is None:
            return None
        solved[copy.key] = found
    return Exactly(statements, points, solved)


def _is_one(statements: Statements, copy: Copy, points: Points) -> bool:
    """Tell whether a calibration lies in its box, and its parameter is moved as it should be."""
    at = points[copy.key]
    if any(value not in statements.interval(copy.era, name) for name, value in at.items()):
        return False
    return copy.moved is None or at[copy.moved] > points[copy.base][copy.moved]


def _exactly(
    statements: Statements,
    copy: Copy,
    points: Points,
    held: Points,
    *,
    quick: bool = False,
) -> list[Point] | None:
    """Solve at an exact calibration; quickly: only those branches that floats do not exclude."""
    model = statements.model
    at = points[copy.key]
    values = model.values(at)
    fixed = held.get(copy.base, {})
    values |= {sp.Symbol(n, real=True): v for n, v in fixed.items()}
    bargain = statements.speaks_of_bargain()
    holding = statements.claim.holding
    only = _not_excluded(statements, at, fixed) if quick else None
    found, trouble = by_branches(model, values, holding, bargain=bargain, only=only)
    if trouble:
        return None
    names = {b.name for b in statements.branches()}
    return [p for p in found if p.branch.name in names]


def _not_excluded(
    statements: Statements, at: Mapping[str, sp.Rational], fixed: Mapping[str, sp.Rational]
) -> set[str] | None:
    model = statements.model
    told = {p.symbol: at[n] for n, p in model.parameters.items()}
    told |= {sp.Symbol(n, real=True): v for n, v in fixed.items()}
    columns = {symbol: np.array([float(value)]) for symbol, value in told.items()}
    bargain = statements.speaks_of_bargain()
    batch = many(model, columns, statements.claim.holding, bargain=bargain)
    return None if batch.doubtful[0] else set(batch.names(0))


def _nobody_gains(statements: Statements, played: Mapping[str, Point], points: Points) -> bool:
    """Search for a profitable deviation from the payoffs alone."""
    model = statements.model
    assert model.choices is not None
    game = model.choices
    holding = statements.claim.holding
    for key, point in played.items():
        search = Search(model, model.values(points[base(key)]), held=holding)
        here = np.array([float(point.at[c.symbol]) for c in game.choices.values()])
        try:
            for player in game.moves[-1]:
                size = max(1.0, abs(search.payoff(player, here)))
                if search.regret(player, here) > REGRET * size:
                    return False
            if game.leader and not holding:
                paid = search.payoff(game.leader, here)
                if search.led()[1] > paid + REGRET * max(1.0, abs(paid)):
                    return False
        except NotFoundError:
            return False
    return True


def found_near(
    statements: Statements,
    points: dict[str, dict[str, sp.Rational]],
    held: Points,
    *,
    fails: bool,
    until: float = inf,
) -> Example | None:
    """Return an example near the centre, made from what looks like one; None if it is none.

    As many parameters as will do are put at their centres, halves at a time, while there is time.
    """
    if not _quickly(statements, points, held, fails=fails):
        return None
    if not statements.model.eras:
        return solved_again(statements, points, held, fails=fails)
    todo = [
        statements.symbol(copy, name)
        for copy in statements.copies
        for name in statements.model.parameters
    ]
    at = points

    def put(some: list[sp.Symbol]) -> None:
        nonlocal at
        trial = _centred(statements, at, some)
        if trial == at or time.perf_counter() >= until:
            return
        if _quickly(statements, trial, held, fails=fails):
            at = trial
        elif len(some) > 1:
            put(some[: len(some) // 2])
            put(some[len(some) // 2 :])

    put(list(dict.fromkeys(todo)))
    found = solved_again(statements, at, held, fails=fails)
    return found or solved_again(statements, points, held, fails=fails)


def _quickly(statements: Statements, points: Points, held: Points, *, fails: bool) -> bool:
    """Tell whether a calibration seems an example, no deviation being searched for."""
    try:
        exact = _solved(statements, points, held, quick=True)
    except CalibrationError:
        return False
    outcome = None if exact is None else exact.outcome()
    return outcome is not None and outcome[0] is not fails


def _centred(
    statements: Statements, points: Points, symbols: Sequence[sp.Symbol]
) -> dict[str, dict[str, sp.Rational]]:
    found = {key: dict(at) for key, at in points.items()}
    for symbol in symbols:
        name, copy = statements.home[symbol]
        era = copy.era if copy.era is not None else next(iter(statements.model.eras))
        centre = statements.model.eras[era].values[name].central
        for other in copies(statements):
            if statements.symbol(other, name) == symbol:
                found[other.key][name] = centre
    return found
