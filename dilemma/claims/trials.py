"""Random calibrations of all copies of a model that a claim speaks of, and what is played there.

Corners are drawn often, since what is rare happens there, and the digits are few: an example is for
reading.

A claim at exact calibrations that are solved: whether it holds there, and an example made of it.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import product
from typing import Any

import numpy as np
import sympy as sp

from dilemma.claims.examples import Example, moved_from_centre
from dilemma.claims.statements import EXTREMES, Copy, Part, Statements, UndefinedError, put_in_claim
from dilemma.claims.verdict import ANOTHER
from dilemma.errors import UnsupportedError
from dilemma.games.batch import Batch, Rows
from dilemma.games.numbers.first_order import marginal
from dilemma.games.points import Point, holds
from dilemma.games.shape import ZERO
from dilemma.games.solution import many
from dilemma.theory.evaluate import quickly
from dilemma.theory.parts import Interval, Reference

__all__ = ["Draws", "Exactly", "base", "compiled", "copies", "example"]

CLOSE = 1e-9  # of two equilibria, how near in a number they may come and be told apart
DIGITS = 4  # of a drawn parameter: an example is for reading

Array = np.ndarray[Any, Any]


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
            interval = self.statements.interval(copy.era, name)
            stream = np.random.default_rng([self.seed, zlib.crc32(symbol.name.encode())])
            if copy.moved == name:
                here = next(c for c in self.statements.copies if c.key == copy.base)
                low = self.column(here, name)
                self.drawn[symbol] = _rounded(_above(low, interval, stream), interval)
            else:
                drawn = self._uniform(interval, name, stream)
                self.drawn[symbol] = _rounded(drawn, interval)
        return self.drawn[symbol]

    def _uniform(self, interval: Interval, name: str, stream: np.random.Generator) -> Array:
        """Draw from an interval, its ends often, and where it has no end from around the eras."""
        low, high = interval.low, interval.high
        if not (low.is_finite and high.is_finite):
            boxes = [e.values[name].range for e in self.statements.model.eras.values()]
            reach = float(max((abs(b.high) for b in boxes), default=sp.Integer(1))) or 1.0
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
        """Draw a choice that is held, from its interval."""
        symbol = self.statements.unknown(copy, sp.Symbol(name, real=True))
        if symbol not in self.drawn:
            low, high = self._ends(copy, name)
            stream = np.random.default_rng([self.seed, zlib.crc32(symbol.name.encode())])
            share = stream.uniform(0.001, 0.999, self.draws)
            # Small values matter as much as large ones: half of the draws are near the low end.
            share = np.where(stream.uniform(size=self.draws) < 0.5, share, share**3)
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
        value = compiled(formula)(*(known[s] for s in symbols))
        return np.broadcast_to(np.asarray(value, float), self.draws)

    def given(self, copy: Copy, name: str) -> Array:
        """Return a parameter, or a definition that hangs on nothing that is played."""
        model = self.statements.model
        known = {p.symbol: self.column(copy, n) for n, p in model.parameters.items()}
        return self._valued(model.expand(sp.Symbol(name, real=True)), known)

    def batch(self, copy: Copy) -> Batch:
        """Return one copy solved at all draws."""
        if copy.key not in self.solved:
            model = self.statements.model
            columns = {p.symbol: self.column(copy, name) for name, p in model.parameters.items()}
            holding = self.statements.claim.holding
            base = next(c for c in copies(self.statements) if c.key == copy.base)
            for name in holding:
                columns[model.game.choices[name].symbol] = self.held(base, name)
            bargain = self.statements.speaks_of_bargain()
            self.solved[copy.key] = many(model, columns, holding, bargain=bargain)
        return self.solved[copy.key]

    def rows(self, copy: Copy) -> list[Rows]:
        """Return the branches of one copy that are played at some draw, as the claim speaks of them."""
        told = {b.name: b for b in self.statements.branches()}
        rows = [r for r in self.batch(copy).rows if r.branch.name in told]
        which = self.statements.claim.among
        if which == "stable":
            rows = [self._conditioned(copy, r, told[r.branch.name].conditions) for r in rows]
        if which in EXTREMES and rows:
            rows = self._extreme(rows, 1 if which == "highest" else -1)
        return [r for r in rows if r.holds.any()]

    def _conditioned(self, copy: Copy, rows: Rows, conditions: Iterable[sp.Basic]) -> Rows:
        """Keep what satisfies the conditions that a concept adds."""
        holds = rows.holds
        for condition in set(conditions) - set(rows.branch.conditions) - {sp.true}:
            if condition is sp.false:
                return replace(rows, holds=np.zeros_like(holds))
            gap = self.batch(copy).worth(rows, condition.lhs - condition.rhs)
            holds = holds & (np.abs(gap) > 0 if isinstance(condition, sp.Ne) else gap < 0)
        return replace(rows, holds=holds)

    def _extreme(self, rows: list[Rows], sign: int) -> list[Rows]:
        """Keep what has every chosen number at least as high, or low, as every other equilibrium."""
        model = self.statements.model
        kept = [r.holds for r in rows]
        for choice in model.game.choices.values():
            if any(choice.symbol not in r.at for r in rows):
                raise UnsupportedError(
                    f"equilibria with any {choice.name}: none is the most extreme"
                )
            told = [sign * r.at[choice.symbol] for r in rows]
            tops = [
                np.where(r.holds, t, -np.inf).max(axis=1) for r, t in zip(rows, told, strict=True)
            ]
            top = np.max(tops, axis=0)[:, None]
            kept = [k & (t >= top - CLOSE) for k, t in zip(kept, told, strict=True)]
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
            for copy in self.statements.copies
        }


def copies(statements: Statements) -> tuple[Copy, ...]:
    """Return the copies of the model that a claim speaks of, those with a parameter moved too."""
    return (*statements.copies, *statements.twins(statements.parts()))


@lru_cache(maxsize=1_000)
def compiled(formula: sp.Expr) -> Callable[..., Any]:
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


def _above(low: Array, interval: Interval, stream: np.random.Generator) -> Array:
    """Draw values above others, near and far."""
    high = float(interval.high) if interval.high.is_finite else np.maximum(3 * np.abs(low), 1) + low
    return low + stream.uniform(0.02, 1, len(low)) ** 2 * (high - low)


# --- a claim at exact calibrations that are solved -----------------------------------------------


@dataclass
class Exactly:
    """A claim at exact calibrations, each solved."""

    statements: Statements
    points: Mapping[str, Mapping[str, sp.Rational]]
    solved: Mapping[str, Sequence[Point]]

    def outcome(self) -> tuple[bool, dict[str, Point]] | None:
        """Tell whether the claim holds, and show an equilibrium; None for no case.

        It holds in every equilibrium, or in some, as it says.
        """
        statements = self.statements
        if statements.claim.mode == "exists":
            return self._some()
        if many := self._too_many():
            return False, many
        shown: dict[str, Point] | None = None
        for played in self._cases():
            told = [self._part(part, played) for part in statements.parts()]
            if None in told:
                return None
            if not all(told):
                return False, played
            shown = played
        return None if shown is None else (True, shown)

    def _too_many(self) -> dict[str, Point]:
        """Show two equilibria of those that are spoken of, if they are more than is claimed.

        They are counted while what is played elsewhere stays as it is.
        """
        statements = self.statements
        for part in statements.parts():
            if part.count is None:
                continue
            key = statements.copy(part.count[0]).key
            others = [k for k in statements.in_equilibrium if k != key]
            for choice in product(*map(self._optimal, others)):
                elsewhere = dict(zip(others, choice, strict=True))
                given = statements.claim.given
                spoken = [
                    point
                    for point in self._optimal(key)
                    if self._truth(given, {**elsewhere, key: point}, {}) is True
                ]
                if len(spoken) > part.count[1]:
                    return {**elsewhere, key: spoken[0], key + ANOTHER: spoken[1]}
        return {}

    def _some(self) -> tuple[bool, dict[str, Point]] | None:
        """Tell whether the claim holds in some equilibrium; show one, where it does if it does."""
        shown: dict[str, Point] | None = None
        for played in self._cases():
            told = [self._part(part, played) for part in self.statements.parts()]
            if None in told:
                return None
            if all(told):
                return True, played
            shown = shown or played
        return None if shown is None else (False, shown)

    def _cases(self) -> Iterator[dict[str, Point]]:
        """Yield what may be played in each copy, where the claim's assumptions hold."""
        keys = [c.key for c in self.statements.copies if c.key in self.statements.in_equilibrium]
        for choice in product(*(self._optimal(key) for key in keys)):
            base = dict(zip(keys, choice, strict=True))
            yield from (p for p in self._with_twins(base) if self._given(p))

    def _optimal(self, key: str) -> list[Point]:
        """Return what nobody leaves, a leader included, and of that what the claim speaks of."""
        best = [p for p in self.solved[key] if p.best]
        which = self.statements.claim.among
        if which == "stable":
            told = {b.name: b.conditions for b in self.statements.branches()}
            return [p for p in best if all(holds(c, p.at)[0] for c in told[p.branch.name])]
        return _extreme(self.statements, best, which) if which in EXTREMES else best

    def _with_twins(self, base: dict[str, Point]) -> Iterator[dict[str, Point]]:
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

    def _given(self, played: Mapping[str, Point]) -> bool:
        claim = self.statements.claim
        if self._truth(claim.given, played, {}) is not True:
            return False
        return all(
            True is self._truth(claim.given, played, {twin.base: twin})
            for twin in self.statements.twins(self.statements.parts())
        )

    def _part(self, part: Part, played: Mapping[str, Point]) -> bool | None:
        if part.count is not None:
            return True
        return self._truth(part.source, played, {})

    def _moves(self, trend: Reference, played: Mapping[str, Point]) -> bool | None:
        """Tell whether there is a trend; None where the outcome has no value at one of its ends."""
        copy = self.statements.copy(trend)
        outcome, parameter = trend.arguments
        low = self._value(outcome, copy, played)
        high = self._value(outcome, self.statements.twin(copy, parameter), played)
        if low is None or high is None:
            return None
        return _compared(sp.Gt if trend.what == "rises" else sp.Lt, high, low)

    def _value(self, name: str, copy: Copy, played: Mapping[str, Point]) -> sp.Rational | None:
        point = played[copy.key]
        branch = point.branch
        formula = branch.outcomes[name] if name in branch.outcomes else branch.payoffs[name]
        return point.worth(formula)

    def _truth(
        self, formula: sp.Basic, played: Mapping[str, Point], instead: Mapping[str, Copy]
    ) -> bool | None:
        """Tell whether a statement is true; None where something in it has no value."""
        statements = self.statements
        put: dict[sp.Symbol, sp.Rational] = {}
        trends: dict[sp.Symbol, sp.Basic] = {}
        for symbol in formula.free_symbols:
            reference = statements.claim.references.get(symbol)
            if reference is not None and reference.what in ("rises", "falls"):
                moves = self._moves(reference, played)
                if moves is None:
                    return None
                trends[symbol] = sp.true if moves else sp.false
                continue
            copy = statements.copies[0] if reference is None else statements.copy(reference)
            copy = instead.get(copy.key, copy)
            name = symbol.name if reference is None else reference.arguments[0]
            if reference is not None and reference.what == "outcome":
                value = self._value(name, copy, played)
            elif reference is not None and reference.what == "diff":
                slope = marginal(statements.model, *reference.arguments)
                value = played[copy.key].worth(slope)
            else:
                values = statements.model.values(self.points[copy.key])
                value = values[sp.Symbol(name, real=True)]
            if value is None:
                return None
            put[symbol] = value
        told = formula.xreplace(trends)
        try:
            put_in_claim(told, put)
        except UndefinedError:
            return None  # a quotient by nothing, a root of what is negative
        return holds(told, put)[0]


def _extreme(statements: Statements, points: list[Point], which: str) -> list[Point]:
    """Keep what has every chosen number at least as high, or low, as every other equilibrium."""
    symbols = [c.symbol for c in statements.model.game.choices.values()]
    sign = 1 if which == "highest" else -1

    if any(s not in point.at for s in symbols for point in points):
        return []  # equilibria with any number there: none is the most extreme

    def beyond(one: Point, other: Point) -> bool:
        return all(sign * (one.at[s] - other.at[s]) > -ZERO for s in symbols)

    return [p for p in points if all(beyond(p, other) for other in points)]


def _compared(relation: Any, left: sp.Rational, right: sp.Rational) -> bool:
    first, second = sp.symbols("first second", real=True)
    return holds(relation(first, second), {first: left, second: right})[0]


def example(
    statements: Statements,
    points: Mapping[str, Mapping[str, sp.Rational]],
    played: Mapping[str, Point],
) -> Example:
    """Make an example of what is played at calibrations.

    Parameters
    ----------
    points : mapping of copy to parameter to number
    played : mapping of copy to point
        A second equilibrium of one copy under its key and :data:`ANOTHER`.
    """
    model = statements.model
    known = {c.key: c for c in copies(statements)}
    calibrations = {c.label: dict(points[key]) for key, c in known.items()}
    moved = {c.label: moved_from_centre(statements, c, points[key]) for key, c in known.items()}
    play, values, slopes = {}, {}, {}
    for key, point in played.items():
        label = known[base(key)].label + key.removeprefix(base(key))
        play[label] = {
            player: {c.name: point.worth(c.symbol) for c in model.game.of(player)}
            for player in model.players
        }
        values[label] = {
            **{p: point.worth(f) for p, f in point.branch.payoffs.items()},
            **{n: point.worth(f) for n, f in point.branch.outcomes.items()},
        }
        slopes[label] = {
            r.arguments: point.worth(marginal(model, *r.arguments))
            for r in statements.claim.references.values()
            if r.what == "diff"
        }
        if key not in known:
            calibrations[label] = dict(points[base(key)])
            moved[label] = ()
    facts = _facts(statements, values, slopes)
    return Example(calibrations, moved, play, values, facts, dict(points))


def _facts(
    statements: Statements,
    values: Mapping[str, Mapping[str, sp.Rational | None]],
    slopes: Mapping[str, Mapping[tuple[str, ...], sp.Rational | None]],
) -> dict[str, sp.Rational]:
    """Return the outcomes and slopes that the claim names, as far as the example shows them."""
    claim = statements.claim
    facts: dict[str, sp.Rational] = {}
    for symbol in sorted(claim.holds.free_symbols | claim.given.free_symbols, key=str):
        reference = claim.references.get(symbol)
        if reference is not None and reference.what == "outcome":
            found = values.get(statements.copy(reference).label, {}).get(reference.arguments[0])
            if found is not None:
                facts[symbol.name] = found
        elif reference is not None and reference.what == "diff":
            found = slopes.get(statements.copy(reference).label, {}).get(reference.arguments)
            if found is not None:
                facts[symbol.name] = found
        elif reference is not None and reference.what in ("rises", "falls"):
            copy = statements.copy(reference)
            outcome, parameter = reference.arguments
            for one in (copy, statements.twin(copy, parameter)):
                told = values.get(one.label, {}).get(outcome)
                if told is not None:
                    facts[f"{outcome} ({one.label})"] = told
    return facts


def base(key: str) -> str:
    """Return the copy of whose equilibria this is one."""
    return key.removesuffix(ANOTHER)
