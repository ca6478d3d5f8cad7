"""Claims tried on random calibrations, where numbers are chosen: examples, never proofs.

All draws (:mod:`dilemma.proof.draws`) are tried at once in floats.  What looks like an example is
solved again exactly (:mod:`dilemma.proof.confirming`) before anybody hears of it.
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

from dilemma.errors import UnsupportedError
from dilemma.games.batches import Rows
from dilemma.games.marginals import marginal
from dilemma.parts import Reference
from dilemma.proof.confirming import found_near, speaks
from dilemma.proof.draws import Draws, compiled
from dilemma.proof.examples import Example
from dilemma.proof.statements import Copy, Statements

__all__ = ["Trial", "Trying", "tried"]

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
