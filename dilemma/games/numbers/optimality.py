"""Which solutions of first-order conditions are optima: nobody gains elsewhere.

Where payoffs are not known to be concave, a search tells who would leave a point.  Of the places
where a leader's optimum may lie those count that pay the leader most; where ties go against it, each
reply is the one that pays it least.  In floats a grid over each player's interval stands in for the
search.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import sympy as sp

from dilemma.errors import UnsupportedError
from dilemma.games.batch import Batch, Closeness, Rows
from dilemma.games.branch import ZERO, Branch, solutions, triangle
from dilemma.games.numbers import numbers_of
from dilemma.games.numbers.first_order import admissible, concave, stationary
from dilemma.games.numbers.regimes import branches
from dilemma.games.numbers.search import NotFoundError, Search
from dilemma.games.points import Point, Values, candidate
from dilemma.model import Model

__all__ = [
    "Rivals",
    "closeness",
    "floats",
    "gains",
    "known_symbols",
    "leaders_best",
    "may_hold",
    "settle",
    "settle_batch",
]

Rivals = dict[str, tuple[sp.Rational, sp.Rational]]
Floats = np.ndarray[Any, Any]
GAINS = 1e-7  # of the payoff: what the search must gain before it contradicts
CLOSE = 1e-9
GRID = 41


# --- at one calibration, exactly ------------------------------------------------------------------


def may_hold(model: Model, branch: Branch, values: Mapping[sp.Symbol, sp.Expr]) -> bool:
    """Tell whether the conditions of a branch that has no single solution can hold here."""
    question = admissible(model, values)
    try:
        question.add(*(sp.Eq(model.expand_play(e), 0) for e in branch.equations))
        question.add(*(model.expand_play(c) for c in branch.conditions))
        question.add(*_tops(model, branch))
        return question.ask().status != "unsat"
    except UnsupportedError:
        return True


def _tops(model: Model, branch: Branch) -> list[sp.Basic]:
    """State what is needed besides slopes that vanish: what is chosen inside is no minimum."""
    game = numbers_of(model)
    found: list[sp.Basic] = []
    for choice in game.choices.values():
        own = [
            c
            for c in game.of(choice.player)
            if not {f"{c.name}.low", f"{c.name}.high"} & set(branch.binds)
        ]
        kept = [c for c in game.kept_by(choice.player) if c.name in branch.binds]
        if choice in own and not kept and choice.player != game.leader:
            payoff = model.expand_play(model.payoffs[()][choice.player])
            found.append(sp.Le(sp.diff(payoff, choice.symbol, 2), 0))
    return found


def settle(
    model: Model, values: Values, holding: tuple[str, ...], found: list[Point]
) -> list[Point]:
    """Mark what somebody leaves, and what pays a leader less than another candidate does."""
    found = _apart(model, found)
    if any(concave(model, player) is not True for player in model.game.moves[-1]):
        search = Search(model, values, held=holding)
        found = [replace(p, best=not _left(model, search, p)) for p in found]
    if model.game.leader and not holding:
        best = {id(p) for p in leaders_best(model, [p for p in found if p.best])[0]}
        found = [replace(p, best=id(p) in best) for p in found]
    return found


def gains(search: Search, player: str, here: Floats) -> bool:
    """Tell whether a search finds a deviation that pays a player more, beyond rounding."""
    size = max(1.0, abs(search.payoff(player, here)))
    return search.regret(player, here) > GAINS * size


def _left(model: Model, search: Search, point: Point) -> bool:
    """Tell whether some player who replies gains by leaving a point."""
    here = floats(search, point)
    try:
        return any(gains(search, player, here) for player in model.game.moves[-1])
    except NotFoundError:
        return False


def floats(search: Search, point: Point) -> Floats:
    """Return what is chosen at a point, in the order of a search."""
    return np.array([float(point.at[s]) for s in search.symbols])


def leaders_best(model: Model, points: Sequence[Point]) -> tuple[list[Point], Rivals]:
    """Return the candidates that pay the leader most, and what each other regime would pay."""
    game = numbers_of(model)
    (choice,) = game.of(game.leader)
    told: list[tuple[sp.Rational, Point]] = []
    for point in points:
        value = point.worth(point.branch.value)
        if value is None:
            continue
        if game.ties == "against" and not _worst_reply(model, point, value):
            continue
        told.append((value, point))
    if not told:
        return [], {}
    top = max(value for value, _ in told)
    best = [point for value, point in told if top - value < ZERO]
    rivals: Rivals = {}
    for value, point in told:
        known = rivals.get(point.branch.name)
        if known is None or value > known[1]:
            rivals[point.branch.name] = (point.at[choice.symbol], value)
    return _apart(model, best), rivals


def _apart(model: Model, points: Sequence[Point]) -> list[Point]:
    """Keep one point for each play: two sets of what binds can describe the same."""
    chosen = [c.symbol for c in model.game.choices.values()]
    if model.game.bargain is not None:
        chosen.append(model.game.bargain.over.symbol)
    kept: list[Point] = []
    for point in points:
        if not any(
            all(abs(point.at[s] - other.at.get(s, sp.oo)) < ZERO for s in chosen if s in point.at)
            for other in kept
        ):
            kept.append(point)
    return kept


def _worst_reply(model: Model, point: Point, value: sp.Rational) -> bool:
    """Tell whether no other reply to the same choice pays the leader less."""
    game = numbers_of(model)
    (choice,) = game.of(game.leader)
    at = {s: v for s, v in point.at.items() if s in known_symbols(model)}
    at[choice.symbol] = point.at[choice.symbol]
    for branch in branches(model, (choice.name,)):
        follows = stationary(model, game.moves[1], branch.binds)
        shape = triangle(follows.equations, follows.unknowns)
        if shape is None:
            continue
        roots, exact, _ = solutions(shape, at)
        for root in roots:
            other = candidate(model, branch, at, root, exact=exact)
            if other is not None:
                paid = other.worth(branch.value)
                if paid is not None and paid < value - ZERO:
                    return False
    return True


def known_symbols(model: Model) -> set[sp.Symbol]:
    """Return the parameters, and the definitions that hang on nothing that is played."""
    names = {p.symbol for p in model.parameters.values()}
    return names | {d.symbol for n, d in model.definitions.items() if n not in model.outcomes}


# --- at many calibrations, in floats --------------------------------------------------------------


def settle_batch(batch: Batch, holding: tuple[str, ...]) -> Batch:
    """Keep what nobody leaves and what pays a leader most; doubt what floats do not settle."""
    model = batch.model
    game = numbers_of(model)
    if batch.unsolved:
        # Nothing is left out: every draw is for the exact path.
        batch = replace(batch, doubtful=np.ones(batch.draws, dtype=bool), unsolved=())
    sure = all(concave(model, player) is True for player in game.moves[-1])
    if not sure:
        batch = _unbeaten(batch)
    if not game.leader or holding:
        return batch
    best = _best(batch)
    several = len(game.moves[-1]) > 1 and game.ties == "against"
    if sure and not several:
        return best
    # The leader's optimum may lie where replies jump, or hang on which of several is played.
    return replace(best, doubtful=np.ones(batch.draws, dtype=bool))


def _best(batch: Batch) -> Batch:
    """Keep what pays the leader most."""
    values = []
    for rows in batch.rows:
        paid = batch.worth(rows, rows.branch.value)
        values.append(np.where(rows.holds & np.isfinite(paid), paid, -np.inf))
    top = np.max(np.hstack(values), axis=1, keepdims=True)
    size = np.maximum(1.0, np.abs(top))
    rows_kept = tuple(
        Rows(r.branch, r.holds & (v >= top - CLOSE * size), r.at)
        for r, v in zip(batch.rows, values, strict=True)
    )
    count = np.sum([r.holds.sum(axis=1) for r in rows_kept], axis=0)
    return replace(batch, rows=rows_kept, doubtful=batch.doubtful | (count != 1))


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
    return replace(batch, rows=tuple(rows_kept))


def closeness() -> Closeness:
    """Return what is too close to call: what nearly vanishes, whatever it is about."""
    return Closeness(CLOSE)
