"""A claim at exact calibrations that are solved: whether it holds there, and an example made of it.

Where numbers are chosen, what looks like an example in floats, or to z3, is solved again at its exact
calibration before anybody hears of it.  Every number is known to 40 digits there, and the payoffs
alone are searched for a deviation that pays.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import inf
from typing import Any

import numpy as np
import sympy as sp
from sympy.logic.boolalg import Boolean

from dilemma.claims.examples import Example, moved_from_centre, simpler
from dilemma.claims.meaning import (
    Chosen,
    Reading,
    UndefinedError,
    by_era,
    outcome_of,
    put_in_claim,
)
from dilemma.claims.statements import EXTREMES, AtMost, Copy, Part, Statements, copies
from dilemma.claims.verdict import ANOTHER
from dilemma.errors import CalibrationError
from dilemma.games.branch import ZERO
from dilemma.games.kind import Can
from dilemma.games.numbers.search import NotFoundError, Search
from dilemma.games.play import deviation_gain
from dilemma.games.points import Point, candidate, holds
from dilemma.games.solution import by_branches, many
from dilemma.model import Model
from dilemma.theory.exact_values import put_in_exactly

__all__ = ["Solutions", "confirmed", "in_boxes", "near_centre", "solved_again", "speaks"]

REGRET = 1e-6
ROUNDING = 1.0  # seconds for an example to become round

Points = Mapping[str, Mapping[str, sp.Rational]]
Only = Mapping[str, Collection[str]]  # names of branches in each copy, by its key


Play = dict[str, Point]  # what is played in each copy, by its key


@dataclass
class Solutions:
    """A claim at exact calibrations, each solved.

    Attributes
    ----------
    points : mapping of a copy's key to calibration
    solved : mapping of a copy's key to candidates for equilibria
    """

    statements: Statements
    points: Points
    solved: Mapping[str, Sequence[Point]]

    def outcome(self) -> tuple[bool, Play] | None:
        """Tell whether the claim holds, and show an equilibrium; None for no case.

        It holds in every equilibrium, or in some, as it says.
        """
        statements = self.statements
        if statements.claim.mode == "exists":
            return self._some()
        if many := self._too_many():
            return False, many
        shown: Play | None = None
        for played in self._cases():
            true = self._parts(played)
            if None in true:
                return None
            if not all(true):
                return False, played
            shown = played
        return None if shown is None else (True, shown)

    def _too_many(self) -> Play:
        """Show two equilibria of those that are spoken of, if they are more than is claimed.

        They are counted while what is played elsewhere stays as it is.
        """
        statements = self.statements
        for part in statements.parts():
            if not isinstance(part, AtMost):
                continue
            key = statements.copy(part.counted).key
            others = [k for k in statements.in_equilibrium if k != key]
            for choice in product(*map(self._optimal, others)):
                elsewhere = dict(zip(others, choice, strict=True))
                spoken = [
                    point
                    for point in self._optimal(key)
                    if self._reading({**elsewhere, key: point}).given() is True
                ]
                if len(spoken) > part.number:
                    return {**elsewhere, key: spoken[0], key + ANOTHER: spoken[1]}
        return {}

    def _some(self) -> tuple[bool, Play] | None:
        """Tell whether the claim holds in some equilibrium; show one, where it does if it does.

        An equilibrium in which it has no value does not do what it says, and is not shown.
        """
        shown: Play | None = None
        for played in self._cases():
            true = self._parts(played)
            if None in true:
                continue
            if all(true):
                return True, played
            shown = shown or played
        return None if shown is None else (False, shown)

    def _cases(self) -> Iterator[Play]:
        """Yield what may be played in each copy, where the claim's assumptions hold."""
        keys = [c.key for c in self.statements.copies if c.key in self.statements.in_equilibrium]
        for choice in product(*(self._optimal(key) for key in keys)):
            base = dict(zip(keys, choice, strict=True))
            yield from (p for p in self._with_twins(base) if self._given(p))

    def _optimal(self, key: str) -> list[Point]:
        """Return what nobody leaves, a leader included, and of that what the claim speaks of."""
        best = [p for p in self.solved[key] if p.best]
        which = self.statements.claim.among
        if which in ("stable", "strict"):
            conditions = {b.name: b.conditions for b in self.statements.branches()}
            return [p for p in best if all(holds(c, p.at)[0] for c in conditions[p.branch.name])]
        return _extreme(self.statements, best, which) if which in EXTREMES else best

    def _with_twins(self, base: Play) -> Iterator[Play]:
        statements = self.statements
        twins = statements.twins(statements.parts())
        options = []
        for twin in twins:
            points = self._optimal(twin.key)
            if not statements.among_any():
                points = [p for p in points if p.branch.name == base[twin.base].branch.name]
            options.append(points)
        for choice in product(*options):
            yield base | {t.key: p for t, p in zip(twins, choice, strict=True)}

    def _given(self, played: Play) -> bool:
        """Tell whether the claim's assumptions hold of a play, in twins too."""
        reading = self._reading(played)
        twins = self.statements.twins(self.statements.parts())
        return reading.given() is True and all(reading.given(twin) is True for twin in twins)

    def _parts(self, played: Play) -> list[bool | None]:
        """Tell whether each part of the claim is true of a play; a count is not of one alone."""
        reading, parts = self._reading(played), self.statements.parts()
        return [isinstance(part, AtMost) or reading.truth(part.source) for part in parts]

    def _reading(self, played: Play) -> _AtPoints:
        return _AtPoints(self.statements, self.points, played)


@dataclass(frozen=True)
class _AtPoints(Reading[sp.Basic | None]):
    """A claim read where calibrations are solved, to 40 digits; None is for what has no value."""

    statements: Statements
    points: Points
    play: Play

    def given(self, twin: Copy | None = None) -> bool | None:
        """Tell whether what the claim assumes is true, perhaps with a twin instead of its home."""
        return self.truth(self.statements.claim.given, twin)

    def truth(self, formula: sp.Basic, twin: Copy | None = None) -> bool | None:
        """Tell whether a formula of the claim is true; None where something in it has no value."""
        statements = self.statements
        values = self.values(statements.claim, formula, by_era(statements.copies, twin))
        if None in values.values():
            return None
        trends = {s: v for s, v in values.items() if isinstance(v, Boolean)}
        numbers = {s: v for s, v in values.items() if isinstance(v, sp.Expr)}
        relation = formula.xreplace(trends)
        try:
            put_in_claim(relation, numbers)
        except UndefinedError:
            return None  # a quotient by nothing, a root of what is negative
        return holds(relation, numbers)[0]

    def stated(self, formula: sp.Basic, copy: Copy) -> sp.Basic | None:
        """Put the calibration into a formula of the model."""
        values = self.statements.model.values(self.points[copy.key])
        return None if formula.free_symbols - values.keys() else formula.xreplace(values)

    def outcome(self, name: str, copy: Copy) -> sp.Basic | None:
        """Return what a payoff or outcome is in the equilibrium that is played."""
        point = self.play[copy.key]
        return point.worth(outcome_of(point.branch, name))

    def slope(self, formula: sp.Expr, copy: Copy) -> sp.Basic | None:
        """Return the slope of a payoff at what is played."""
        return self.play[copy.key].worth(formula)

    def compared(
        self, relation: Any, left: sp.Basic | None, right: sp.Basic | None
    ) -> sp.Basic | None:
        """Compare two numbers, as far as their digits go."""
        if left is None or right is None:
            return None
        first, second = sp.symbols("first second", real=True)
        true, _ = holds(relation(first, second), {first: left, second: right})
        return sp.true if true else sp.false


def _extreme(statements: Statements, points: list[Point], which: str) -> list[Point]:
    """Keep what has every chosen number at least as high, or low, as every other equilibrium."""
    symbols = [c.symbol for c in statements.model.game.choices.values()]
    sign = 1 if which == "highest" else -1

    if any(s not in point.at for s in symbols for point in points):
        return []  # equilibria with any number there: none is the most extreme

    def beyond(one: Point, other: Point) -> bool:
        return all(sign * (one.at[s] - other.at[s]) > -ZERO for s in symbols)

    return [p for p in points if all(beyond(p, other) for other in points)]


def _example(reading: _AtPoints) -> Example:
    """Make an example of what is played at calibrations.

    A second equilibrium of one copy is played under its key and :data:`ANOTHER`.
    """
    statements, points = reading.statements, reading.points
    model, own = statements.model, {c.key: c for c in copies(statements)}
    calibrations = {c.label: dict(points[key]) for key, c in own.items()}
    moved = {c.label: moved_from_centre(statements, c, points[key]) for key, c in own.items()}
    play, values = {}, {}
    for key, point in reading.play.items():
        label = own[_home(key)].label + key.removeprefix(_home(key))
        play[label] = _played(model, point)
        values[label] = {
            **{p: point.worth(f) for p, f in point.branch.payoffs.items()},
            **{n: point.worth(f) for n, f in point.branch.outcomes.items()},
        }
        if key not in own:
            calibrations[label] = dict(points[_home(key)])
            moved[label] = ()
    facts = {name: value for name, value in _facts(reading) if value is not None}
    return Example(calibrations, moved, play, values, facts, dict(points))


def _played(model: Model, point: Point) -> dict[str, dict[str, sp.Rational | None]]:
    """Return what is done at each decision, or chosen by each player."""
    if Can.SLOPES not in model.game.can:
        return {
            decision: {action: point.worth(chance) for action, chance in mix.items()}
            for decision, mix in point.branch.play.items()
        }
    return {
        player: {c.name: point.worth(c.symbol) for c in model.game.of(player)}
        for player in model.players
    }


def _facts(reading: _AtPoints) -> Iterator[tuple[str, sp.Basic | None]]:
    """Yield the outcomes and slopes that the claim names, as far as something is played there."""
    statements, claim = reading.statements, reading.statements.claim
    for symbol in sorted(claim.holds.free_symbols | claim.given.free_symbols, key=str):
        reference = claim.references.get(symbol)
        if reference is None:
            continue
        copy = statements.copy(reference)
        if reference.what in ("outcome", "diff") and copy.key in reading.play:
            yield symbol.name, reading.meant(reference, copy)
        if reference.what in ("rises", "falls"):
            outcome, parameter = reference.arguments
            for end in (copy, statements.twin(copy, parameter)):
                if end.key in reading.play:
                    yield f"{outcome} ({end.label})", reading.outcome(outcome, end)


def _home(key: str) -> str:
    """Return the copy of whose equilibria this is one."""
    return key.removesuffix(ANOTHER)


# --- solved again ---------------------------------------------------------------------------------


def confirmed(
    statements: Statements,
    values: Mapping[sp.Symbol, sp.Rational | None],
    *,
    fails: bool = True,
    until: float = inf,
    chosen: Chosen | None = None,
) -> Example | None:
    """Solve a claim where z3 would have it fail, or hold; return the example if it does.

    To fail, one equilibrium is enough: where not all are found there, that of the case ``chosen``.
    """
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
    found = solved_again(statements, points, held, fails=fails)
    if found is None and fails and chosen is not None and _of_one_play(statements, chosen):
        only = {c.key: {chosen.get(c.key, chosen[c.base]).name} for c in copies(statements)}
        found = solved_again(statements, points, held, fails=True, only=only)
        found = found or _as_found(statements, points, values, chosen)
    until = min(until, time.perf_counter() + ROUNDING)
    if found is None or time.perf_counter() >= until:
        return found
    return near_centre(statements, points, held, fails=fails, until=until) or found


def _as_found(
    statements: Statements,
    points: Points,
    values: Mapping[sp.Symbol, sp.Rational | None],
    chosen: Chosen,
) -> Example | None:
    """Return an example of the very play that was found: one of a continuum, that solving does not list."""
    solved = {}
    for copy in copies(statements):
        if not _is_one(statements, copy, points):
            return None
        if copy.base not in statements.in_equilibrium:
            continue
        branch, home = chosen.get(copy.key, chosen[copy.base]), statements.home_of(copy)
        at: dict[sp.Symbol, sp.Expr] = {**statements.model.values(points[copy.key])}
        root = {}
        for unknown in branch.unknowns:
            here = values.get(statements.unknown(copy, unknown))
            root[unknown] = values.get(statements.unknown(home, unknown)) if here is None else here
        if None in root.values():
            return None
        if any(
            put_in_exactly(statements.model.expand_play(e), at | root) != 0
            for e in branch.equations
        ):
            return None
        point = candidate(statements.model, branch, at, root, exact=True)
        if point is None:
            return None
        solved[copy.key] = [point]
    outcome = Solutions(statements, points, solved).outcome()
    if outcome is None or outcome[0] or not _nobody_gains(statements, outcome[1], points):
        return None
    return _example(_AtPoints(statements, points, outcome[1]))


def _of_one_play(statements: Statements, chosen: Chosen) -> bool:
    """Tell whether a claim is refuted by what branches say alone, whatever else is an equilibrium."""
    claim = statements.claim
    alone = claim.mode == "holds" and claim.among not in EXTREMES
    of_each = all(type(part) is Part for part in statements.parts())
    return alone and of_each and not any(branch.relaxed for branch in chosen.values())


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
    only: Only | None = None,
) -> Example | None:
    """Solve again at exact calibrations, perhaps some branches only; return an example if it is one."""
    try:
        exact = _solved(statements, points, held, only=only)
    except CalibrationError:
        return None
    outcome = None if exact is None else exact.outcome()
    if outcome is None:
        return None
    true, played = outcome
    if true is fails or not _nobody_gains(statements, played, points):
        return None
    return _example(_AtPoints(statements, points, played))


def speaks(statements: Statements, points: Points, held: Points) -> bool:
    """Tell whether a claim speaks of some equilibrium at exact calibrations."""
    try:
        exact = _solved(statements, points, held, quick=True)
    except CalibrationError:
        return False
    return exact is not None and exact.outcome() is not None


def _solved(
    statements: Statements,
    points: Points,
    held: Points,
    *,
    quick: bool = False,
    only: Only | None = None,
) -> Solutions | None:
    solved: dict[str, list[Point]] = {}
    spoken = statements.in_equilibrium  # what is held elsewhere may be anything
    for copy in copies(statements):
        if not _is_one(statements, copy, points):
            return None
        if copy.base not in spoken:
            continue
        names = None if only is None else only[copy.key]
        found = _exactly(statements, copy, points, held, quick=quick, only=names)
        if found is None:
            return None
        solved[copy.key] = found
    return Solutions(statements, points, solved)


def in_boxes(statements: Statements, points: Points) -> bool:
    """Tell whether calibrations lie in their boxes: what eras share, in those of both."""
    return all(_is_one(statements, copy, points) for copy in copies(statements))


def _is_one(statements: Statements, copy: Copy, points: Points) -> bool:
    """Tell whether a calibration lies in its box, and its parameter is moved as it should be.

    A held choice that moves is higher as it was drawn.
    """
    at = points[copy.key]
    if any(value not in statements.interval(copy.era, name) for name, value in at.items()):
        return False
    return copy.moved not in at or at[copy.moved] > points[copy.base][copy.moved]


def _exactly(
    statements: Statements,
    copy: Copy,
    points: Points,
    held: Points,
    *,
    quick: bool = False,
    only: Collection[str] | None = None,
) -> list[Point] | None:
    """Solve at an exact calibration; quickly: only those branches that floats do not exclude."""
    model = statements.model
    at = points[copy.key]
    values = model.values(at)
    fixed = held.get(copy.key, held.get(copy.base, {}))
    values |= {sp.Symbol(n, real=True): v for n, v in fixed.items()}
    bargain = statements.speaks_of_bargain()
    holding = statements.claim.holding
    only = _not_excluded(statements, at, fixed) if quick else only
    found, trouble = by_branches(model, values, holding, bargain=bargain, only=only)
    if trouble:
        return None
    names = {b.name for b in statements.branches()}
    return [p for p in found if p.branch.name in names]


def _not_excluded(
    statements: Statements, at: Mapping[str, sp.Rational], fixed: Mapping[str, sp.Rational]
) -> set[str] | None:
    model = statements.model
    known = {p.symbol: at[n] for n, p in model.parameters.items()}
    known |= {sp.Symbol(n, real=True): v for n, v in fixed.items()}
    columns = {symbol: np.array([float(value)]) for symbol, value in known.items()}
    bargain = statements.speaks_of_bargain()
    batch = many(model, columns, statements.claim.holding, bargain=bargain)
    return None if batch.doubtful[0] else set(batch.names(0))


def _nobody_gains(statements: Statements, played: Play, points: Points) -> bool:
    """Search for a profitable deviation from the payoffs alone."""
    model, game = statements.model, statements.model.game
    if Can.SLOPES not in game.can:
        gains = (
            deviation_gain(model, points[_home(key)], _played(model, point))
            for key, point in played.items()
        )
        return all(gain <= ZERO for gain in gains)
    holding = statements.claim.holding
    for key, point in played.items():
        search = Search(model, model.values(points[_home(key)]), held=holding)
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


def near_centre(
    statements: Statements,
    points: dict[str, dict[str, sp.Rational]],
    held: Points,
    *,
    fails: bool,
    until: float = inf,
) -> Example | None:
    """Return an example near the centre, made from what looks like one; None if it is none.

    As many parameters as will do are put at their centres, halves at a time, while there is time.
    What is left, and what is held, becomes round.
    """
    if not _quickly(statements, points, held, fails=fails):
        return None
    at: Points = points
    if statements.model.eras:
        at = _near(statements, points, held, fails=fails, until=until)
    until = min(until, time.perf_counter() + ROUNDING)
    at, round_held = _rounded(statements, at, held, fails=fails, until=until)
    if statements.model.eras:  # what the others were before they were moved may have kept it away
        at = _near(statements, at, round_held, fails=fails, until=until)
    found = solved_again(statements, at, round_held, fails=fails)
    return found or solved_again(statements, points, held, fails=fails)


def _near(
    statements: Statements, points: Points, held: Points, *, fails: bool, until: float
) -> Points:
    """Put as many parameters at their centres as an example survives."""
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
    return at


def _rounded(
    statements: Statements, points: Points, held: Points, *, fails: bool, until: float
) -> tuple[Points, Points]:
    """Give each parameter and each held choice the fewest digits with which an example survives."""
    at, fixed = points, held
    model = statements.model
    moved = {
        statements.symbol(copy, name): points[copy.key][name]
        for copy in copies(statements)
        for name in model.parameters
        if points[copy.key][name] != _anything(statements, copy, name)
    }
    for symbol, value in moved.items():
        for simple in simpler(value):
            if time.perf_counter() >= until:
                return at, fixed
            trial = _put(statements, at, symbol, simple)
            if in_boxes(statements, trial) and _quickly(statements, trial, fixed, fails=fails):
                at = trial
                break
    for key, own in held.items():
        for name, value in own.items():
            for simple in simpler(value):
                if time.perf_counter() >= until:
                    return at, fixed
                again = {**fixed, key: {**fixed[key], name: simple}}
                rising = _in_order(statements, again)
                if rising and _quickly(statements, at, again, fails=fails):
                    fixed = again
                    break
    return at, fixed


def _in_order(statements: Statements, held: Points) -> bool:
    """Tell whether a held choice that moves is higher where it should be."""
    return all(
        held[copy.key][copy.moved] > held[copy.base][copy.moved]
        for copy in copies(statements)
        if copy.moved in held.get(copy.key, {})
    )


def _quickly(statements: Statements, points: Points, held: Points, *, fails: bool) -> bool:
    """Tell whether a calibration seems an example, no deviation being searched for."""
    try:
        exact = _solved(statements, points, held, quick=True)
    except CalibrationError:
        return False
    outcome = None if exact is None else exact.outcome()
    return outcome is not None and outcome[0] is not fails


def _centred(statements: Statements, points: Points, symbols: Sequence[sp.Symbol]) -> Points:
    found = points
    for symbol in symbols:
        name, copy = statements.home[symbol]
        era = copy.era if copy.era is not None else next(iter(statements.model.eras))
        found = _put(statements, found, symbol, statements.model.eras[era].values[name].central)
    return found


def _put(
    statements: Statements, points: Points, symbol: sp.Symbol, value: sp.Rational
) -> dict[str, dict[str, sp.Rational]]:
    """Give a parameter another value, wherever it is the same one."""
    name = statements.home[symbol][0]
    return {
        copy.key: {
            **points[copy.key],
            **({name: value} if statements.symbol(copy, name) == symbol else {}),
        }
        for copy in copies(statements)
    }
