"""Whether a branch that has no single solution may hold a continuum of equilibria.

Candidates for equilibria where numbers are chosen: the branches solved at one calibration.

The branches' polynomials are solved, each root carried up its triangle; what violates a condition
is dropped.  Of what remains, candidates that somebody leaves, and those that pay a leader less than
another, are marked.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import sympy as sp

from dilemma.errors import UnsupportedError
from dilemma.games.branch import Branch
from dilemma.games.numbers import numbers_of
from dilemma.games.numbers.first_order import admissible, concave, stationary
from dilemma.games.numbers.regimes import branches, triangles
from dilemma.games.numbers.search import NotFoundError, Search
from dilemma.games.shape import ZERO, Triangle, solutions, specialised, triangle
from dilemma.model import Model

__all__ = [
    "Doubt",
    "Point",
    "Rivals",
    "by_branches",
    "floats",
    "gains",
    "holds",
    "known_symbols",
    "leaders_best",
    "may_hold",
]


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


# --- candidates for equilibria where numbers are chosen ------------------------------------------


Values = Mapping[sp.Symbol, sp.Expr]
Rivals = dict[str, tuple[sp.Rational, sp.Rational]]
Floats = np.ndarray[Any, Any]
SHORT = 10**45  # what is not exact is told to so many places
GAINS = 1e-7  # of the payoff: what the search must gain before it contradicts


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why an answer may lack an equilibrium.

    Attributes
    ----------
    words : str
    continuum : bool
        Whether there may be a continuum of them.
    """

    words: str
    continuum: bool = False

    def __str__(self) -> str:
        return self.words


@dataclass(frozen=True)
class Point:
    """A solution of a branch that satisfies its conditions.

    Attributes
    ----------
    at : mapping of symbol to number
        Parameters, definitions, what is chosen and the shadow prices.
    exact : bool
    tie : str
        A condition that holds with equality, in words; "" for none.
    best : bool
        Whether nobody gains elsewhere, and no other place pays a leader more.
    """

    branch: Branch
    at: Values
    exact: bool
    tie: str
    best: bool = True

    def worth(self, formula: sp.Expr) -> sp.Rational | None:
        """Return a formula's value; None where it has none."""
        try:
            value = formula.xreplace(dict(self.at))
            if value.has(sp.nan, sp.zoo, sp.oo) or value.free_symbols:
                return None
            if not value.is_Rational:
                value = sp.Rational(sp.N(value, 45))
        except (TypeError, ValueError):
            return None
        if self.exact or value.q < SHORT:
            return value
        return sp.Rational(round(value * SHORT), SHORT)


def holds(condition: sp.Basic, at: Values) -> tuple[bool, bool]:
    """Tell whether a condition holds at numbers, and whether only just: with equality."""
    if condition in (sp.true, sp.false):
        return condition is sp.true, False
    match condition:
        case sp.And() | sp.Or():
            told = [holds(part, at) for part in condition.args]
            every = all if isinstance(condition, sp.And) else any
            return every(t for t, _ in told), any(t and just for t, just in told)
        case sp.Not():
            told_one = holds(condition.args[0], at)
            return not told_one[0], told_one[1]
    gap = (condition.lhs - condition.rhs).xreplace(dict(at))
    if gap.free_symbols or gap.has(sp.nan, sp.zoo):
        return True, False  # it speaks of a price that nothing determines
    return _relates(condition, gap)


def _relates(condition: sp.Basic, gap: sp.Expr) -> tuple[bool, bool]:
    """Tell the same of one relation, by how much its left side exceeds its right one."""
    near = abs(gap) < ZERO
    match condition:
        case sp.GreaterThan():
            return bool(near or gap > 0), bool(near)
        case sp.LessThan():
            return bool(near or gap < 0), bool(near)
        case sp.StrictGreaterThan():
            return bool(not near and gap > 0), False
        case sp.StrictLessThan():
            return bool(not near and gap < 0), False
        case sp.Eq():
            return bool(near), False
        case sp.Ne():
            return not near, False
    raise AssertionError(condition)


def by_branches(
    model: Model,
    values: Values,
    holding: tuple[str, ...] = (),
    *,
    bargain: bool = True,
    only: Collection[str] | None = None,
) -> tuple[list[Point], list[Doubt]]:
    """Return every candidate for an equilibrium, branch by branch, and what went wrong.

    Parameters
    ----------
    values : mapping of symbol to number
        Parameters, definitions, and choices that are held.
    only : collection of str, optional
        The branches to look at; by default all.

    Raises
    ------
    UnsupportedError
        If the game has no branches.
    """
    found: list[Point] = []
    trouble: list[Doubt] = []
    holding = tuple(sorted(holding))
    solved = triangles(model, holding, bargain)
    for branch in branches(model, holding, bargain=bargain):
        if only is None or branch.name in only:
            points, wrong = _solved(model, branch, solved[branch.name], values)
            found += points
            trouble += wrong
    return _judged(model, values, holding, _apart(model, found)), trouble


def _solved(
    model: Model, branch: Branch, shape: Triangle | None, values: Values
) -> tuple[list[Point], list[Doubt]]:
    """Return the solutions of one branch that satisfy its conditions, and what went wrong."""
    if shape is None:
        equations = [model.expand_play(e) for e in branch.equations]
        shape = specialised(equations, branch.unknowns, values)
    if shape is None:
        return [], [Doubt(f"'{branch.name}': its equations were not solved")]
    roots, exact, wrong = solutions(shape, values)
    points = [_point(model, branch, values, root, exact=exact) for root in roots]
    lost = wrong and not roots and may_hold(model, branch, values)
    return [p for p in points if p is not None], (
        [Doubt(f"'{branch.name}' may hold a continuum of equilibria", continuum=True)]
        if lost
        else []
    )


def _judged(
    model: Model, values: Values, holding: tuple[str, ...], found: list[Point]
) -> list[Point]:
    """Mark what somebody leaves, and what pays a leader less than another candidate does."""
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


def _point(
    model: Model, branch: Branch, values: Values, root: Values, *, exact: bool
) -> Point | None:
    at = {**values, **root}
    for name, definition in model.definitions.items():
        if name in model.outcomes:
            value = definition.formula.xreplace(at)
            if not value.free_symbols:
                at[definition.symbol] = value
    tie = ""
    for condition in branch.conditions:
        true, just = holds(condition, at)
        if not true:
            return None
        if just and not tie and not isinstance(condition, sp.Or | sp.And):
            tie = f"{condition} holds with equality"
    return Point(branch, at, exact, tie)


def leaders_best(model: Model, points: Sequence[Point]) -> tuple[list[Point], Rivals]:
    """Return the candidates that pay the leader most, and what each other regime would pay."""
    game = numbers_of(model)
    (choice,) = game.of(game.leader)
    told: list[tuple[sp.Rational, Point]] = []
    for point in points:
        assert point.branch.value is not None
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
            other = _point(model, branch, at, root, exact=exact)
            if other is not None and branch.value is not None:
                paid = other.worth(branch.value)
                if paid is not None and paid < value - ZERO:
                    return False
    return True


def known_symbols(model: Model) -> set[sp.Symbol]:
    """Return the parameters, and the definitions that hang on nothing that is played."""
    names = {p.symbol for p in model.parameters.values()}
    return names | {d.symbol for n, d in model.definitions.items() if n not in model.outcomes}
