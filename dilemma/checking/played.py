"""What is played where players choose among actions: at many calibrations in floats, or exactly at one.

Both are worked out from the payoff tables alone, and know nothing of branches.  A number is an
array over calibrations, or one exact rational number; what has no value is not a number (nan).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import product
from typing import Any

import numpy as np
import sympy as sp

from dilemma import games
from dilemma.checking.enumeration import enumerated
from dilemma.games.exact import solve_exactly
from dilemma.games.numbers import quickly
from dilemma.model import Model
from dilemma.parts import Profile
from dilemma.sizes import put_in

__all__ = ["NOTHING", "At", "Played", "Table", "bimatrix", "found_exactly", "found_in_floats"]

CLOSE = 1e-9  # of the numbers compared: what is nearer is a tie, in floats
SMALL = 1e-6  # numbers that are smaller are compared as if they were of this size
ROUNDED = sp.Rational(1, 10**30)  # irrational numbers are known to 40 digits

Table = Mapping[Profile, Any]
NOTHING = float("nan")
"""What has no value."""


@dataclass(frozen=True, eq=False)
class Played:
    """One way of playing, over all calibrations.

    Attributes
    ----------
    branch : str
        The supports, as branches are named.
    pure : bool
    holds, strict : bool or array of bool
        Where it is an equilibrium; and where everybody would lose by any deviation.
    worth : mapping of str to number
        What payoffs and outcomes come to.
    """

    branch: str
    pure: bool
    holds: Any
    strict: Any
    worth: Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class At:
    """One copy of a model, at its calibrations.

    Parameters
    ----------
    columns : mapping of a parameter's symbol to array, or to exact number
    exact : bool
        Whether it is one calibration, in exact numbers.
    """

    model: Model
    columns: Mapping[sp.Symbol, Any]
    exact: bool

    # --- numbers --------------------------------------------------------------------------------

    @cached_property
    def _values(self) -> Mapping[sp.Symbol, sp.Expr]:
        return self.model.values({s.name: v for s, v in self.columns.items()})

    def number(self, formula: sp.Expr) -> Any:
        """Evaluate a formula of parameters and definitions."""
        if self.exact:
            return _one(put_in(formula, self._values))
        return _array(_expanded(self.model, formula), self.columns)

    def sign(self, formula: sp.Expr, values: Mapping[sp.Symbol, Any]) -> Any:
        """Return the sign of a formula of some numbers, 0 for a tie, nan where it has none."""
        if self.exact:
            if any(value is NOTHING for value in values.values()):
                return NOTHING
            number = formula.xreplace(dict(values))
            if number.is_Rational and (abs(number) >= ROUNDED or self._rational):
                return float(sp.sign(number))
            return _sign(_one(number))
        sizes = np.max(np.broadcast_arrays(SMALL, *map(np.abs, values.values())), axis=0)
        gap = _array(formula, values)
        return np.where(np.abs(gap) <= CLOSE * sizes, 0.0, np.sign(gap))

    @cached_property
    def _rational(self) -> bool:
        """Whether nothing here had to be rounded, so that what is small is no tie."""
        tables = [cell.values() for cell in self.model.payoffs.values()]
        tables += [outcome.profiles.values() for outcome in self.model.outcomes.values()]
        return (
            len(self.model.players) <= 2  # of three the mixes may be irrational
            and all(value.is_Rational for value in self._values.values())
            and all(
                put_in(formula, self._values).is_Rational
                for table in tables
                for formula in table
                if formula is not sp.nan
            )
        )

    def compared(self, one: Any, other: Any) -> Any:
        """Return the sign of a difference."""
        first, second = sp.symbols("first second", real=True)
        return self.sign(first - second, {first: one, second: other})

    @cached_property
    def tables(self) -> Mapping[str, Table]:
        """Every player's payoffs, and every outcome that is given by profiles, when asked for."""
        return _Tables(self)

    # --- equilibria -----------------------------------------------------------------------------

    @cached_property
    def solved(self) -> tuple[tuple[Played, ...], Any]:
        """Every equilibrium, and where these are all there are."""
        return found_exactly(self) if self.exact else found_in_floats(self)


class _Tables(dict[str, Table]):
    """Tables by name, each evaluated when it is first asked for."""

    def __init__(self, at: At) -> None:
        self._at = at

    def __missing__(self, name: str) -> Table:
        model = self._at.model
        formulas: Mapping[Profile, sp.Expr] = (
            {q: model.payoffs[q][name] for q in model.profiles}
            if name in model.players
            else model.outcomes[name].profiles
        )
        self[name] = {q: self._at.number(formula) for q, formula in formulas.items()}
        return self[name]


class _Worth(dict[str, Any]):
    """Expectations of payoffs and outcomes over what is played, each when it is first asked for."""

    def __init__(self, at: At, x: Mapping[str, Any], y: Mapping[str, Any]) -> None:
        self._at, self._x, self._y = at, x, y

    def __missing__(self, name: str) -> Any:
        x, y, table = self._x, self._y, self._at.tables[name]
        total = sum(x[a] * y[b] * table[a, b] for a, b in product(x, y))
        self[name] = _one(sp.sympify(total)) if self._at.exact else total
        return self[name]


def bimatrix(model: Model) -> bool:
    """Tell whether two players choose among actions, at once."""
    return model.kind == "matrix" and len(model.players) == 2


def found_in_floats(at: At) -> tuple[tuple[Played, ...], Any]:
    """Find the equilibria of a game of two players at all calibrations at once."""
    first, second = at.model.players.values()
    rows, columns = first.actions, second.actions
    size = np.broadcast_shapes((1,), *map(np.shape, at.columns.values()))

    def table(player: str) -> np.ndarray[Any, Any]:
        told = [[np.broadcast_to(at.tables[player][r, c], size) for c in columns] for r in rows]
        return np.moveaxis(np.array(told, dtype=float), 2, 0)

    found, doubtful = enumerated(table(first.name), table(second.name))
    return tuple(
        Played(
            branch=_named([[rows[i] for i in m.rows], [columns[j] for j in m.columns]]),
            pure=len(m.rows) == 1,
            holds=m.holds,
            strict=m.holds & (len(m.rows) == 1),  # a tie would have made it doubtful
            worth=_Worth(
                at,
                {rows[i]: m.x[:, i] for i in m.rows},
                {columns[j]: m.y[:, j] for j in m.columns},
            ),
        )
        for m in found
        if m.holds.any()
    ), ~doubtful


def found_exactly(at: At) -> tuple[tuple[Played, ...], Any]:
    """Find the equilibria at one calibration: of a degenerate game the extreme ones."""
    if not bimatrix(at.model):
        return _solved(at)
    first, second = at.model.players.values()
    A, B = (
        [[at.tables[p.name][r, c] for c in second.actions] for r in first.actions]
        for p in (first, second)
    )
    if any(entry is NOTHING for line in (*A, *B) for entry in line):
        return (), False
    found = solve_exactly(A, B, seconds=10)
    played = []
    for x, y in found.profiles:
        row = {
            a: sp.Rational(p.numerator, p.denominator)
            for a, p in zip(first.actions, x, strict=True)
            if p
        }
        column = {
            a: sp.Rational(p.numerator, p.denominator)
            for a, p in zip(second.actions, y, strict=True)
            if p
        }
        pure = len(row) == len(column) == 1
        strict = pure and _strict(at, (*row, *column))
        played.append(
            Played(_named([list(row), list(column)]), pure, True, strict, _Worth(at, row, column))  # noqa: FBT003
        )
    return tuple(played), found.complete and not found.degenerate


def _solved(at: At) -> tuple[tuple[Played, ...], Any]:
    """Ask the package's exact solver, for trees and for three players or more."""
    calibration = {s.name: v for s, v in at.columns.items()}
    found = games.equilibria(at.model, calibration, seconds=10)
    played = tuple(
        Played(
            e.branch,
            e.pure,
            True,  # noqa: FBT003
            e.strict,
            {**e.payoffs, **{n: NOTHING if v is None else v for n, v in e.outcomes.items()}},
        )
        for e in found
    )
    return played, found.complete and found.degenerate is False


def _named(supports: Sequence[Sequence[str]]) -> str:
    return ", ".join("/".join(support) for support in supports)


def _strict(at: At, profile: Profile) -> bool:
    """Tell whether everybody would lose by leaving a profile."""
    for position, player in enumerate(at.model.players.values()):
        table = at.tables[player.name]
        for action in player.actions:
            there = (*profile[:position], action, *profile[position + 1 :])
            if action != profile[position] and not at.compared(table[profile], table[there]) > 0:
                return False
    return True


def _array(formula: sp.Expr, columns: Mapping[sp.Symbol, Any]) -> Any:
    if formula is sp.nan:
        return NOTHING
    symbols, compiled = _compiled(formula)
    with np.errstate(all="ignore"):
        found = np.asarray(compiled(*(columns[s] for s in symbols))[0])
        if not np.isrealobj(found):
            found = np.where(found.imag == 0, found.real, NOTHING)
    told = np.asarray(found, dtype=float)
    return np.where(np.isfinite(told), told, NOTHING)


@lru_cache(maxsize=2_000)
def _compiled(formula: sp.Expr) -> tuple[tuple[sp.Symbol, ...], Callable[..., Any]]:
    symbols = tuple(sorted(formula.free_symbols, key=str))
    return symbols, quickly(symbols, [formula])


@lru_cache(maxsize=2_000)
def _expanded(model: Model, formula: sp.Expr) -> sp.Expr:
    return model.expand(formula)


def _one(number: sp.Expr) -> Any:
    """Return a rational number, to 40 digits where it is irrational; nan where it has no value."""
    if number.is_Rational:
        return number
    if number.free_symbols or number.is_real is not True or not number.is_finite:
        return NOTHING
    return sp.Rational(sp.N(number, 40))


def _sign(number: Any) -> Any:
    if number is NOTHING:
        return NOTHING
    return 0.0 if abs(number) < ROUNDED else float(sp.sign(number))
