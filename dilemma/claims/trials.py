"""Claims tried on random calibrations, where numbers are chosen: examples, never proofs.

All draws are solved and tried at once in floats.  Corners are drawn often, since what is rare happens
there, and the digits are few: an example is for reading.  What looks like one is solved again exactly
(:mod:`dilemma.claims.solutions`) before anybody hears of it.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from itertools import product
from math import inf
from typing import Any

import numpy as np
import sympy as sp

from dilemma.claims.examples import Example
from dilemma.claims.meaning import Copies, Reading, by_era, outcome_of
from dilemma.claims.solutions import near_centre, speaks
from dilemma.claims.statements import EXTREMES, AtMost, Copy, Statements, copies
from dilemma.errors import UnsupportedError
from dilemma.games.batch import Batch, Rows
from dilemma.games.solution import many
from dilemma.games.tree import REFINEMENTS
from dilemma.theory.parts import Interval, quickly

__all__ = ["DRAWS", "NOTHING", "Draws", "Findings", "Trial", "findings"]

DRAWS = 4_000
CLOSE = 1e-9  # of two equilibria, how near in a number they may come and be told apart
DIGITS = 4  # of a drawn parameter: an example is for reading

Array = np.ndarray[Any, Any]
Play = dict[str, Rows]  # a branch, at all draws, in each copy, by its key


@dataclass
class Draws:
    """Calibrations drawn for a claim, all solved at once in floats.

    Attributes
    ----------
    draws : int
        How many.
    """

    statements: Statements
    draws: int
    seed: int
    solved: dict[str, Batch] = field(default_factory=dict)
    drawn: dict[sp.Symbol, Array] = field(default_factory=dict)

    def column(self, copy: Copy, name: str) -> Array:
        """Return the draws of a parameter in one copy; tied ones are the same draws."""
        symbol = self.statements.symbol(copy, name)
        if symbol not in self.drawn:
            interval = self._interval(copy, name)
            stream = np.random.default_rng([self.seed, zlib.crc32(symbol.name.encode())])
            if copy.moved == name:
                low = self.column(self.statements.home_of(copy), name)
                self.drawn[symbol] = _rounded(_above(low, interval, stream), interval)
            else:
                drawn = self._uniform(interval, name, stream)
                self.drawn[symbol] = _rounded(drawn, interval)
        return self.drawn[symbol]

    def _interval(self, copy: Copy, name: str) -> Interval:
        """Return where a parameter is drawn: where it lies, or the part of it that is assumed.

        An assumption such as ``w == 0`` would be met by next to no draw.
        """
        statements = self.statements
        home = statements.home_of(copy)
        found = statements.interval(copy.era, name)
        given = statements.claim.given
        for part in given.args if isinstance(given, sp.And) else (given,):
            for symbol in part.free_symbols if len(part.free_symbols) == 1 else ():
                reference = statements.claim.references.get(symbol)
                called = symbol.name if reference is None else reference.arguments[0]
                where = home if reference is None else statements.copy(reference)
                plain = reference is None or reference.what == "name"
                if plain and called == name and where in (home, *self._tied_to(home, name)):
                    found = _confined(found, part, symbol)
        return found

    def _tied_to(self, copy: Copy, name: str) -> tuple[Copy, ...]:
        """Return the copies that have a parameter in common with one."""
        own = self.statements.symbol(copy, name)
        return tuple(c for c in self.statements.copies if self.statements.symbol(c, name) == own)

    def _uniform(self, interval: Interval, name: str, stream: np.random.Generator) -> Array:
        """Draw from an interval, its ends often, and where it has no end from around the eras."""
        low, high = interval.low, interval.high
        if not (low.is_finite and high.is_finite):
            boxes = [e.values[name].range for e in self.statements.model.eras.values()]
            far = [abs(box.high) for box in boxes if box.high.is_finite]
            reach = float(max(far, default=sp.Integer(1))) or 1.0
            low = low if low.is_finite else sp.Float(-3 * reach)
            high = high if high.is_finite else sp.Float(3 * reach)
        a, b = float(low), float(high)
        drawn = stream.uniform(a, b, self.draws)
        corner = stream.uniform(size=self.draws)
        # A third of the draws are corners of the box, nearly: what is rare happens there.
        often = np.where(np.arange(self.draws) % 3 == 0, 0.45, 0.08)
        if not interval.open_low:
            drawn = np.where(corner < often, a, drawn)
        if not interval.open_high and interval.high.is_finite:
            drawn = np.where(corner > 1 - often, b, drawn)
        return drawn

    def held(self, copy: Copy, name: str) -> Array:
        """Draw a choice that is held, from its interval: in a twin as at home, unless it moves."""
        copy = copy if copy.moved == name else self.statements.home_of(copy)
        symbol = self.statements.unknown(copy, sp.Symbol(name, real=True))
        if symbol not in self.drawn:
            low, high = self._ends(copy, name)
            stream = np.random.default_rng([self.seed, zlib.crc32(symbol.name.encode())])
            share = stream.uniform(0.001, 0.999, self.draws)
            # Small values matter as much as large ones: half of the draws are near the low end.
            share = np.where(stream.uniform(size=self.draws) < 0.5, share, share**3)
            if copy.moved == name:
                low = self.held(self.statements.home_of(copy), name)
            drawn = low + share * (high - low)
            self.drawn[symbol] = np.array([float(f"{x:.{DIGITS}g}") for x in drawn])
        return self.drawn[symbol]

    def _ends(self, copy: Copy, name: str) -> tuple[Array, Array]:
        """Return the ends between which a choice lies, which other held ones may decide."""
        model = self.statements.model
        choice = model.game.choices[name]
        known = {p.symbol: self.column(copy, n) for n, p in model.parameters.items()}
        for other in self.statements.claim.holding:
            symbol = sp.Symbol(other, real=True)
            if other != name and symbol in choice.low.free_symbols | choice.high.free_symbols:
                known[symbol] = self.held(copy, other)
        ends = []
        for end in (choice.low, choice.high):
            expanded = model.expand(end)
            if expanded.free_symbols - set(known):
                raise UnsupportedError(f"{name} has ends that hang on what is played")
            ends.append(self._valued(expanded, known))
        return ends[0], ends[1]

    def _valued(self, formula: sp.Expr, known: Mapping[sp.Symbol, Array]) -> Array:
        symbols = sorted(formula.free_symbols, key=str)
        value = _compiled(formula)(*(known[s] for s in symbols))
        return np.broadcast_to(np.asarray(value, float), self.draws)

    def stated(self, formula: sp.Basic, copy: Copy) -> Array:
        """Return what a formula of parameters and definitions comes to, of nothing that is played."""
        model = self.statements.model
        known = {p.symbol: self.column(copy, n) for n, p in model.parameters.items()}
        return self._valued(model.expand(formula), known)

    def batch(self, copy: Copy) -> Batch:
        """Return one copy solved at all draws."""
        if copy.key not in self.solved:
            model = self.statements.model
            columns = {p.symbol: self.column(copy, name) for name, p in model.parameters.items()}
            holding = self.statements.claim.holding
            for name in holding:
                symbol = model.game.choices[name].symbol
                columns[symbol] = self.held(copy, name)
            bargain = self.statements.speaks_of_bargain()
            self.solved[copy.key] = many(model, columns, holding, bargain=bargain)
        return self.solved[copy.key]

    def rows(self, copy: Copy) -> list[Rows]:
        """Return the branches of one copy that are played at some draw, as the claim speaks of them."""
        branches = {b.name: b for b in self.statements.branches()}
        rows = [r for r in self.batch(copy).rows if r.branch.name in branches]
        which = self.statements.claim.among
        if which in ("stable", "strict", *REFINEMENTS):
            rows = [self._conditioned(copy, r, branches[r.branch.name].conditions) for r in rows]
        if which in EXTREMES and rows:
            rows = self._extreme(rows, 1 if which == "highest" else -1)
        return [r for r in rows if r.holds.any()]

    def _conditioned(self, copy: Copy, rows: Rows, conditions: Iterable[sp.Basic]) -> Rows:
        """Keep what satisfies the conditions that a concept adds."""
        more = set(conditions) - set(rows.branch.conditions)
        holds = [self._where(copy, rows, condition) for condition in more]
        return replace(rows, holds=np.logical_and.reduce([rows.holds, *holds]))

    def _where(self, copy: Copy, rows: Rows, condition: sp.Basic) -> Array:
        """Return where a condition holds."""
        if isinstance(condition, sp.And | sp.Or):
            own = [self._where(copy, rows, c) for c in condition.args]
            both = np.logical_and if isinstance(condition, sp.And) else np.logical_or
            return np.asarray(both.reduce(own))
        if condition in (sp.true, sp.false):
            return np.full(rows.holds.shape, condition is sp.true)
        gap = self.batch(copy).worth(rows, condition.lhs - condition.rhs)
        match condition:
            case sp.Ne():
                return np.asarray(np.abs(gap) > 0)
            case sp.Gt() | sp.Ge():
                return np.asarray(gap > 0)
            case _:
                return np.asarray(gap < 0)

    def _extreme(self, rows: list[Rows], sign: int) -> list[Rows]:
        """Keep what has every chosen number at least as high, or low, as every other equilibrium."""
        kept = [r.holds for r in rows]
        for choice in self.statements.model.game.choices.values():
            if any(choice.symbol not in r.at for r in rows):
                raise UnsupportedError(
                    f"equilibria with any {choice.name}: none is the most extreme"
                )
            heights = [sign * r.at[choice.symbol] for r in rows]
            tops = [
                np.where(r.holds, t, -np.inf).max(axis=1)
                for r, t in zip(rows, heights, strict=True)
            ]
            top = np.max(tops, axis=0)[:, None]
            kept = [k & (t >= top - CLOSE) for k, t in zip(kept, heights, strict=True)]
        return [replace(r, holds=k) for r, k in zip(rows, kept, strict=True)]

    def points(self, draw: int) -> dict[str, dict[str, sp.Rational]]:
        """Return one draw exactly: the parameters of each copy."""
        return {
            copy.key: {
                name: _exact(self.column(copy, name)[draw])
                for name in self.statements.model.parameters
            }
            for copy in copies(self.statements)
        }

    def held_at(self, draw: int) -> dict[str, dict[str, sp.Rational]]:
        """Return what is held at one draw, exactly."""
        return {
            copy.key: {
                name: _exact(self.held(copy, name)[draw]) for name in self.statements.claim.holding
            }
            for copy in copies(self.statements)
        }

    def higher(self, twin: Copy) -> Array:
        """Return where what moves is higher in a twin than at home."""
        column = self.column if twin.moved in self.statements.model.parameters else self.held
        home = self.statements.home_of(twin)
        higher: Array = column(twin, twin.moved) > column(home, twin.moved)
        return higher


@lru_cache(maxsize=1_000)
def _compiled(formula: sp.Expr) -> Callable[..., Any]:
    """Compile a formula for arrays, its symbols in the order of their names."""
    found = quickly(sorted(formula.free_symbols, key=str), [formula])
    return lambda *columns: found(*columns)[0]


def _exact(number: float) -> sp.Rational:
    return sp.Rational(repr(float(number)))


def _rounded(drawn: Array, interval: Interval) -> Array:
    """Keep a few digits, inside the interval."""
    short = np.array([float(f"{x:.{DIGITS}g}") for x in drawn])
    low = float(interval.low) if interval.low.is_finite else -np.inf
    high = float(interval.high) if interval.high.is_finite else np.inf
    inside: Array = np.clip(short, low, high)
    return inside


def _confined(interval: Interval, stated: sp.Basic, symbol: sp.Symbol) -> Interval:
    """Return the part of an interval that a comparison with a number leaves, if it leaves one."""
    if not isinstance(stated, sp.core.relational.Relational) or symbol not in stated.args:
        return interval
    if stated.rhs == symbol:
        stated = stated.reversed
    number = stated.rhs
    if number not in interval or isinstance(stated, sp.Ne):
        return interval
    if isinstance(stated, sp.Eq):
        return Interval(number, number)
    strict = isinstance(stated, sp.StrictGreaterThan | sp.StrictLessThan)
    if isinstance(stated, sp.StrictGreaterThan | sp.GreaterThan):
        return replace(
            interval, low=number, open_low=strict or (interval.open_low and interval.low == number)
        )
    return replace(
        interval, high=number, open_high=strict or (interval.open_high and interval.high == number)
    )


def _above(low: Array, interval: Interval, stream: np.random.Generator) -> Array:
    """Draw values above others, near and far."""
    high = float(interval.high) if interval.high.is_finite else np.maximum(3 * np.abs(low), 1) + low
    return low + stream.uniform(0.02, 1, len(low)) ** 2 * (high - low)


# --- a claim tried on them ------------------------------------------------------------------------


@dataclass(frozen=True)
class Trial:
    """A claim, tried on all draws, until a moment that ``time.perf_counter`` tells."""

    drawn: Draws
    until: float = inf

    def cases(self) -> Iterator[Play]:
        """Yield what may be played in each copy, a branch each."""
        statements = self.drawn.statements
        twins = statements.twins(statements.parts())
        played = [c for c in statements.copies if c.key in statements.in_equilibrium]
        for choice in product(*map(self.drawn.rows, played)):
            chosen = dict(zip((c.key for c in played), choice, strict=True))
            for more in product(*(self._of_twin(twin, chosen) for twin in twins)):
                yield chosen | {t.key: rows for t, rows in zip(twins, more, strict=True)}

    def _of_twin(self, twin: Copy, chosen: Play) -> list[Rows]:
        """Return what may be played in a twin: the same branch, or any."""
        rows = self.drawn.rows(twin)
        if self.drawn.statements.among_any():
            return rows
        return [r for r in rows if r.branch.name == chosen[twin.base].branch.name]

    @cached_property
    def where(self) -> tuple[Array, Array]:
        """At which draws the claim fails in some equilibrium, and at which it holds in some."""
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
        return failing, holding

    def example(self, *, fails: bool) -> Example | None:
        """Find an example at which the claim fails, or holds: in every equilibrium, or in some."""
        statements = self.drawn.statements
        failing, holding = self.where
        if statements.claim.mode == "exists":
            wanted = failing & ~holding if fails else holding
        else:
            wanted = failing if fails else holding & ~failing
        for draw in np.flatnonzero(wanted)[:12]:
            if time.perf_counter() >= self.until:
                return None
            points = self.drawn.points(int(draw))
            held = self.drawn.held_at(int(draw))
            found = near_centre(statements, points, held, fails=fails, until=self.until)
            if found is not None:
                return found
        return None

    def occurs(self) -> bool:
        """Tell whether the claim has something to speak of: solved exactly at one draw."""
        _, holding = self.where
        return any(
            speaks(self.drawn.statements, self.drawn.points(int(k)), self.drawn.held_at(int(k)))
            for k in np.flatnonzero(holding)[:3]
        )

    def _tried(self, chosen: Play) -> tuple[Array, Array]:
        """Return where a case occurs, its assumptions hold, and where the claim is true."""
        statements, reading = self.drawn.statements, self._reading(chosen)
        present, given = self._spoken(chosen)
        true = np.ones_like(present)
        for part in statements.parts():
            if not isinstance(part, AtMost):
                true = true & reading.true(part.source, by_era(statements.copies))
        present, given, true = np.broadcast_arrays(present, given, true)
        return present & given, true

    def _spoken(self, chosen: Play) -> tuple[Array, Array]:
        """Return where a case occurs, and where the claim's assumptions hold in it."""
        statements, drawn, reading = self.drawn.statements, self.drawn, self._reading(chosen)
        twins = statements.twins(statements.parts())
        given = reading.given()
        for twin in twins:
            given = given & reading.given(twin)
        for twin in twins:
            given = given & reading.spread(drawn.higher(twin))
        present, given = np.broadcast_arrays(reading.present(), given)
        return present, given

    def _reading(self, chosen: Play) -> _AtDraws:
        return _AtDraws(self.drawn.statements, self.drawn, chosen)

    def _too_many(self) -> Array:
        """Return where there are more equilibria than claimed of which the assumptions hold.

        They are counted while what is played elsewhere stays as it is.
        """
        statements, drawn = self.drawn.statements, self.drawn
        found = np.zeros(drawn.draws, dtype=bool)
        for part in (p for p in statements.parts() if isinstance(p, AtMost)):
            own = statements.copy(part.counted)
            speaking = [c for c in statements.copies if c.key in statements.in_equilibrium]
            others = [c for c in speaking if c != own]
            for choice in product(*map(drawn.rows, others)):
                chosen = dict(zip((c.key for c in others), choice, strict=True))
                number: Array = np.zeros((drawn.draws, *[1] * len(others)), dtype=int)
                for rows in drawn.rows(own):
                    reading = self._reading({**chosen, own.key: rows})
                    number = number + (reading.present() & reading.given()).sum(axis=-1)
                found |= np.any((number > part.number).reshape(drawn.draws, -1), axis=1)
        return found


@dataclass(frozen=True)
class Findings:
    """What came of trying a claim.

    Attributes
    ----------
    fails, holds : Example or None
        Where one fails, one that holds is looked for as well.
    occurs : bool
        Whether there is anything that the claim speaks of, as far as was seen.
    left : tuple of Trial
        The trial, where an example that holds was not looked for.
    """

    fails: Example | None = None
    holds: Example | None = None
    occurs: bool = False
    left: tuple[Trial, ...] = ()

    def holding(self) -> Example | None:
        """Return an example at which the claim holds, looked for now if it was not before."""
        return next((trial.example(fails=False) for trial in self.left), self.holds)


NOTHING = Findings()  # where a claim is not tried, or cannot be


def findings(
    statements: Statements, *, draws: int = DRAWS, seed: int = 0, until: float = inf
) -> Findings:
    """Try a claim on random calibrations."""
    trial = Trial(Draws(statements, draws, seed), until)
    try:
        fails = trial.example(fails=True)
        if fails is None:
            return Findings(occurs=trial.occurs(), left=(trial,))
        return Findings(fails, trial.example(fails=False), occurs=True)
    except UnsupportedError:
        return NOTHING


@dataclass(frozen=True)
class _AtDraws(Reading[Array]):
    """A claim read at all draws: an axis of draws, and one for what is played in each copy."""

    statements: Statements
    drawn: Draws
    play: Play

    def present(self) -> Array:
        """Return where all of it is played."""
        present: Array = self.spread(np.ones(self.drawn.draws, dtype=bool))
        for key, rows in self.play.items():
            present = present & self._placed(rows.holds, key)
        return present

    def given(self, twin: Copy | None = None) -> Array:
        """Return where what the claim assumes is true, perhaps with a twin instead of its home."""
        return self.true(self.statements.claim.given, by_era(self.statements.copies, twin))

    def true(self, formula: sp.Basic, copies: Copies) -> Array:
        """Return where a formula of the claim is true; what has no value makes it false."""
        match formula:
            case sp.And() | sp.Or():
                join = np.logical_and if isinstance(formula, sp.And) else np.logical_or
                parts = [self.true(part, copies) for part in formula.args]
                joined: Array = join.reduce(np.broadcast_arrays(*parts))
                return joined
            case sp.Not():
                return ~self.true(formula.args[0], copies)
            case sp.Symbol():
                return self.value(self.statements.claim, formula, copies).astype(bool)
        everywhere: Array = self.spread(np.ones(self.drawn.draws, dtype=bool))
        if formula in (sp.true, sp.false):
            return everywhere & (formula is sp.true)
        values = self.values(self.statements.claim, formula, copies)
        return everywhere & _relates(formula, values)

    def stated(self, formula: sp.Basic, copy: Copy) -> Array:
        """Evaluate what hangs on nothing that is played."""
        return self.spread(self.drawn.stated(formula, copy))

    def outcome(self, name: str, copy: Copy) -> Array:
        """Evaluate a payoff or outcome of what is played."""
        return self.slope(outcome_of(self.play[copy.key].branch, name), copy)

    def slope(self, formula: sp.Expr, copy: Copy) -> Array:
        """Evaluate a formula at what is played in one copy."""
        return self._placed(self.drawn.batch(copy).worth(self.play[copy.key], formula), copy.key)

    def compared(self, relation: Any, left: Array, right: Array) -> Array:
        """Compare two numbers; what differs by too little to see is left to the exact test."""
        size = CLOSE * np.maximum(1, np.abs(right))
        true: Array = left > right + size if relation is sp.Gt else left < right - size
        return true

    def spread(self, array: Array) -> Array:
        """Give an array of shape (draws,) an axis for what is played in each copy."""
        return array.reshape(self.drawn.draws, *[1] * len(self.play))

    def _placed(self, array: Array, key: str) -> Array:
        """Give an array of shape (draws, k) the axis of one copy."""
        before = list(self.play).index(key)
        after = len(self.play) - before - 1
        return array.reshape(array.shape[0], *[1] * before, array.shape[1], *[1] * after)


def _occurs(chosen: Play) -> bool:
    """Tell whether all of it is played at some draw."""
    played = [rows.holds.any(axis=1) for rows in chosen.values()]
    return not played or bool(np.any(np.logical_and.reduce(played)))


def _relates(formula: sp.Basic, values: Mapping[sp.Symbol, Array]) -> Array:
    """Return where a relation holds, up to rounding, given the values of its symbols."""
    difference = formula.lhs - formula.rhs  # a symbol may cancel
    columns = [values[s] for s in sorted(difference.free_symbols, key=str)]
    gap: Array = np.asarray(_compiled(difference)(*columns))
    gap = np.where(gap.imag == 0, gap.real, np.nan)
    sizes: Array = np.asarray(1e-6 if len(values) > 1 else 1.0)
    for value in values.values() if len(values) > 1 else ():
        sizes = np.maximum(sizes, np.abs(value))
    close: Array = CLOSE * sizes
    true: Array
    match formula:
        case sp.StrictGreaterThan():
            true = gap > close
        case sp.StrictLessThan():
            true = gap < -close
        case sp.GreaterThan():
            true = gap >= -close
        case sp.LessThan():
            true = gap <= close
        case sp.Eq():
            true = np.abs(gap) <= close
        case _:
            true = np.abs(gap) > close
    return true
