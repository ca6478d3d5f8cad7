"""Random calibrations of all copies of a model that a claim speaks of, and what is played there.

Corners are drawn often, since what is rare happens there, and the digits are few: an example is for
reading.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import numpy as np
import sympy as sp

from dilemma.errors import UnsupportedError
from dilemma.games.batches import Batch, Rows, many
from dilemma.games.numbers import quickly
from dilemma.parts import Interval
from dilemma.proof.concepts import EXTREMES
from dilemma.proof.statements import Copy, Statements

__all__ = ["Draws", "compiled", "copies"]

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
        assert model.choices is not None
        choice = model.choices.choices[name]
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
                columns[model.choices.choices[name].symbol] = self.held(base, name)  # type: ignore[union-attr]
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
        assert model.choices is not None
        kept = [r.holds for r in rows]
        for choice in model.choices.choices.values():
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
