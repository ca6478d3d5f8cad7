"""What looks like an example, solved again at its exact calibration before anybody hears of it.

Every number is known to 40 digits there, and the payoffs alone are searched for a deviation that
pays.

Claims tried on random calibrations, where numbers are chosen: examples, never proofs.

All draws (:mod:`dilemma.claims.trials`) are tried at once in floats.  What looks like an example is
solved again exactly (:mod:`dilemma.claims.sampling`) before anybody hears of it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from math import inf
from typing import Any

import numpy as np
import sympy as sp

from dilemma.claims.examples import Example
from dilemma.claims.statements import Copy, Statements
from dilemma.claims.trials import Draws, Exactly, base, compiled, copies, example
from dilemma.errors import CalibrationError, UnsupportedError
from dilemma.games.batch import Rows
from dilemma.games.numbers.first_order import marginal
from dilemma.games.numbers.search import NotFoundError, Search
from dilemma.games.points import Point
from dilemma.games.solution import by_branches, many
from dilemma.theory.parts import Reference

__all__ = ["Trial", "Trying", "confirmed", "found_near", "solved_again", "speaks", "tried"]

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
    game = model.game
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


# --- claims tried on random calibrations, where numbers are chosen -------------------------------


DRAWS = 4_000
CLOSE = 1e-9

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Trial:
    """What came of trying a claim.

    Attributes
    ----------
    fails, holds : Example or None
        Where one fails, one that holds is looked for as well.
    occurs : bool
        Whether there is anything that the claim speaks of.
    trying : Trying or None
        What it was tried with.
    """

    fails: Example | None
    holds: Example | None
    occurs: bool
    trying: Trying | None = None

    def holding(self) -> Example | None:
        """Return an example at which the claim holds."""
        if self.holds is None and self.fails is None and self.trying is not None:
            return self.trying.example(fails=False)
        return self.holds


def tried(
    statements: Statements, *, draws: int = DRAWS, seed: int = 0, until: float = inf
) -> Trial:
    """Try a claim on random calibrations, until a moment that ``time.perf_counter`` tells."""
    trying = Trying(Draws(statements, draws, seed), until)
    try:
        fails = trying.example(fails=True)
        if fails is None:
            return Trial(None, None, occurs=trying.occurs(), trying=trying)
        return Trial(fails, trying.example(fails=False), occurs=True)
    except UnsupportedError:
        return Trial(None, None, occurs=False)


@dataclass
class Trying:
    """A claim, tried on all draws."""

    drawn: Draws
    until: float = inf
    found: tuple[Array, Array] | None = field(default=None)

    def cases(self) -> Iterator[dict[str, Rows | None]]:
        """Yield what may be played in each copy, a branch each; None where nothing is asked."""
        statements = self.drawn.statements
        speaking = statements.in_equilibrium
        keys = [c.key for c in statements.copies if c.key in speaking]
        options = [self.drawn.rows(c) for c in statements.copies if c.key in speaking]
        for choice in product(*options):
            chosen: dict[str, Rows | None] = dict(zip(keys, choice, strict=True))
            twins = statements.twins(statements.parts())
            if statements.among_any():
                for told in product(*(self.drawn.rows(t) for t in twins)):
                    yield chosen | {t.key: r for t, r in zip(twins, told, strict=True)}
                continue
            for twin in twins:
                base = chosen[twin.base]
                assert base is not None
                chosen[twin.key] = next(
                    (r for r in self.drawn.rows(twin) if r.branch.name == base.branch.name), None
                )
            if None not in chosen.values():
                yield chosen

    def told(self) -> tuple[Array, Array]:
        """Return at which draws the claim fails in some equilibrium, and at which it holds in some."""
        if self.found is not None:
            return self.found
        draws = self.drawn.draws
        failing = np.zeros(draws, dtype=bool)
        holding = np.zeros(draws, dtype=bool)
        with np.errstate(all="ignore"):
            for chosen in filter(_occurs, self.cases()):
                present, true = self._tried(chosen)
                axes = tuple(range(1, present.ndim))
                failing |= np.any(present & ~true, axis=axes) if axes else present & ~true
                holding |= np.any(present & true, axis=axes) if axes else present & true
            failing |= self._too_many()
        self.found = failing, holding
        return self.found

    def example(self, *, fails: bool) -> Example | None:
        """Find an example at which the claim fails, or holds: in every equilibrium, or in some."""
        statements = self.drawn.statements
        failing, holding = self.told()
        if statements.claim.mode == "exists":
            wanted = failing & ~holding if fails else holding
        else:
            wanted = failing if fails else holding & ~failing
        for draw in np.flatnonzero(wanted)[:12]:
            if time.perf_counter() >= self.until:
                return None
            points = self.drawn.points(int(draw))
            held = self.drawn.held_at(int(draw))
            found = found_near(statements, points, held, fails=fails, until=self.until)
            if found is not None:
                return found
        return None

    def occurs(self) -> bool:
        """Tell whether the claim has something to speak of: solved exactly at one draw."""
        _, holding = self.told()
        return any(
            speaks(self.drawn.statements, self.drawn.points(int(k)), self.drawn.held_at(int(k)))
            for k in np.flatnonzero(holding)[:3]
        )

    def _tried(self, chosen: Mapping[str, Rows | None]) -> tuple[Array, Array]:
        """Return where a case occurs, its assumptions hold, and where the claim is true."""
        present, given = self._spoken(chosen)
        true = np.ones_like(present)
        for part in self.drawn.statements.parts():
            if part.count is None:
                true = true & self._true(part.source, chosen, list(chosen), {})
        present, given, true = np.broadcast_arrays(present, given, true)
        return present & given, true

    def _spoken(self, chosen: Mapping[str, Rows | None]) -> tuple[Array, Array]:
        """Return where a case occurs, and where the claim's assumptions hold in it."""
        statements, order = self.drawn.statements, list(chosen)
        present = self._present(chosen)
        given = self._true(statements.claim.given, chosen, order, {})
        for twin in statements.twins(statements.parts()):
            given = given & self._true(statements.claim.given, chosen, order, {twin.base: twin})
        for twin in statements.twins(statements.parts()):
            here = next(c for c in statements.copies if c.key == twin.base)
            assert twin.moved is not None
            higher = self.drawn.column(twin, twin.moved) > self.drawn.column(here, twin.moved)
            given = given & higher.reshape(self.drawn.draws, *[1] * len(order))
        present, given = np.broadcast_arrays(present, given)
        return present, given

    def _present(self, chosen: Mapping[str, Rows | None]) -> Array:
        """Return where a case occurs: an axis for what is played in each copy."""
        order = list(chosen)
        present = np.ones((self.drawn.draws, *[1] * len(order)), dtype=bool)
        for position, key in enumerate(order):
            rows = chosen[key]
            assert rows is not None
            present = present & self._placed(rows.holds, position, len(order))
        return present

    def _moves(
        self, trend: Reference, chosen: Mapping[str, Rows | None], order: Sequence[str]
    ) -> Array:
        """Return where there is a trend; one that is too small to see is left to the exact test."""
        statements = self.drawn.statements
        outcome, parameter = trend.arguments
        copy = statements.copy(trend)
        low = self._number(outcome, copy, chosen, order)
        high = self._number(outcome, statements.twin(copy, parameter), chosen, order)
        size = CLOSE * np.maximum(1, np.abs(low))
        moves: Array = high > low + size if trend.what == "rises" else high < low - size
        return moves

    def _too_many(self) -> Array:
        """Return where there are more equilibria than claimed of which the assumptions hold.

        They are counted while what is played elsewhere stays as it is.
        """
        statements, given = self.drawn.statements, self.drawn.statements.claim.given
        found = np.zeros(self.drawn.draws, dtype=bool)
        for reference, most in (part.count for part in statements.parts() if part.count):
            own = statements.copy(reference)
            speaking = [c for c in statements.copies if c.key in statements.in_equilibrium]
            others = [c for c in speaking if c != own]
            for choice in product(*map(self.drawn.rows, others)):
                chosen = dict(zip((c.key for c in others), choice, strict=True))
                number: Array = np.zeros((self.drawn.draws, *[1] * len(others)), dtype=int)
                for rows in self.drawn.rows(own):
                    played = {**chosen, own.key: rows}
                    spoken = self._present(played) & self._true(given, played, list(played), {})
                    number = number + spoken.sum(axis=-1)
                found |= np.any((number > most).reshape(self.drawn.draws, -1), axis=1)
        return found

    @staticmethod
    def _placed(array: Array, position: int, of: int) -> Array:
        """Give an array of shape (draws, k) its own axis among those of all copies."""
        return array.reshape(
            array.shape[0], *[1] * position, array.shape[1], *[1] * (of - position - 1)
        )

    def _number(
        self, name: str, copy: Copy, chosen: Mapping[str, Rows | None], order: Sequence[str]
    ) -> Array:
        rows = chosen.get(copy.key)
        assert rows is not None
        branch = rows.branch
        formula = branch.outcomes[name] if name in branch.outcomes else branch.payoffs[name]
        return self._played(formula, copy, chosen, order)

    def _played(
        self, formula: sp.Expr, copy: Copy, chosen: Mapping[str, Rows | None], order: Sequence[str]
    ) -> Array:
        """Evaluate a formula at what is played in one copy."""
        rows = chosen.get(copy.key)
        assert rows is not None
        value = self.drawn.batch(copy).worth(rows, formula)
        return self._placed(value, order.index(copy.key), len(order))

    def _true(
        self,
        formula: sp.Basic,
        chosen: Mapping[str, Rows | None],
        order: Sequence[str],
        instead: Mapping[str, Copy],
    ) -> Array:
        """Evaluate a statement of the claim; what has no value makes it false."""
        match formula:
            case sp.And():
                told = [self._true(part, chosen, order, instead) for part in formula.args]
                every: Array = np.logical_and.reduce(np.broadcast_arrays(*told))
                return every
            case sp.Or():
                told = [self._true(part, chosen, order, instead) for part in formula.args]
                some: Array = np.logical_or.reduce(np.broadcast_arrays(*told))
                return some
            case sp.Not():
                return ~self._true(formula.args[0], chosen, order, instead)
            case sp.Symbol():
                trend = self.drawn.statements.claim.references[formula]
                return self._moves(trend, chosen, order)
        true: Array = np.ones((self.drawn.draws, *[1] * len(order)), dtype=bool)
        if formula in (sp.true, sp.false):
            return true & (formula is sp.true)
        values = {s: self._symbol(s, chosen, order, instead) for s in formula.free_symbols}
        return true & _relates(formula, values)

    def _symbol(
        self,
        symbol: sp.Symbol,
        chosen: Mapping[str, Rows | None],
        order: Sequence[str],
        instead: Mapping[str, Copy],
    ) -> Array:
        statements = self.drawn.statements
        reference = statements.claim.references.get(symbol)
        copy = statements.copies[0] if reference is None else statements.copy(reference)
        copy = instead.get(copy.key, copy)
        name = symbol.name if reference is None else reference.arguments[0]
        if reference is not None and reference.what == "outcome":
            return self._number(name, copy, chosen, order)
        if reference is not None and reference.what == "diff":
            slope = marginal(statements.model, *reference.arguments)
            return self._played(slope, copy, chosen, order)
        value = self.drawn.given(copy, name)
        return value.reshape(self.drawn.draws, *[1] * len(order))


def _occurs(chosen: Mapping[str, Rows | None]) -> bool:
    """Tell whether all of it is played at some draw."""
    played = [rows.holds.any(axis=1) for rows in chosen.values() if rows is not None]
    return not played or bool(np.any(np.logical_and.reduce(played)))


def _relates(formula: sp.Basic, values: Mapping[sp.Symbol, Array]) -> Array:
    """Return where a relation holds, up to rounding, given the values of its symbols."""
    difference = formula.lhs - formula.rhs  # a symbol may cancel
    columns = [values[s] for s in sorted(difference.free_symbols, key=str)]
    gap: Array = np.asarray(compiled(difference)(*columns))
    gap = np.where(gap.imag == 0, gap.real, np.nan)
    sizes: Array = np.asarray(1e-6 if len(values) > 1 else 1.0)
    for value in values.values() if len(values) > 1 else ():
        sizes = np.maximum(sizes, np.abs(value))
    close: Array = CLOSE * sizes
    told: Array
    match formula:
        case sp.StrictGreaterThan():
            told = gap > close
        case sp.StrictLessThan():
            told = gap < -close
        case sp.GreaterThan():
            told = gap >= -close
        case sp.LessThan():
            told = gap <= close
        case sp.Eq():
            told = np.abs(gap) <= close
        case _:
            told = np.abs(gap) > close
    return told
