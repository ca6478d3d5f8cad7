"""What is played where players choose among actions, from the payoff tables alone.

It is worked out at many calibrations in floats, or exactly at one, and knows nothing of branches.
A number is an array over calibrations, or one exact rational number; what has no value is not a
number (nan).

Many two-player games are enumerated at once.  Write A and B, both (n, m, k), for the payoffs of the
row and the column player in n games.  For rows I and columns J of one size the mixes x on I and y
on J that make the other indifferent solve

    A[I, J] y = v,  sum(y) = 1        B[I, J]' x = w,  sum(x) = 1

and are an equilibrium iff all their probabilities are positive and no row outside I pays more than
v, no column outside J more than w: the definition of best replies.  The least of these numbers is
the *margin*.  Unless a game is degenerate these are all its equilibria, and no margin is zero: von
Stengel 2002, in Handbook of Game Theory 3: 1723-1759 (unverified).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import combinations, product
from typing import Any

import numpy as np
import sympy as sp

from dilemma.games import solution as games
from dilemma.games.exact import solve_exactly
from dilemma.games.kind import Can
from dilemma.model import Model
from dilemma.theory.parts import Profile, put_in, quickly

__all__ = [
    "NOTHING",
    "At",
    "Mixes",
    "Table",
    "WayToPlay",
    "bimatrix",
    "enumerated",
    "found_exactly",
    "found_in_floats",
]

Array = np.ndarray[Any, Any]
CLOSE = 1e-8  # of payoffs that range over 1: a margin that is smaller is too close to call
SINGULAR = 1e-7  # likewise a determinant


@dataclass(frozen=True)
class Mixes:
    """What is played with one choice of supports, game by game.

    Attributes
    ----------
    rows, columns : tuple of int
        The supports.
    x, y : arrays, (n, m) and (n, k)
        The mixes.
    holds : array of bool, (n,)
        In which games they are an equilibrium.
    """

    rows: tuple[int, ...]
    columns: tuple[int, ...]
    x: Array
    y: Array
    holds: Array


def enumerated(A: Array, B: Array) -> tuple[tuple[Mixes, ...], Array]:
    """Find every equilibrium of each game that is not degenerate, nor nearly so.

    Parameters
    ----------
    A, B : arrays, (n, m, k)
        Payoffs of the row and the column player.

    Returns
    -------
    found : tuple of Mixes
        One for each choice of supports of one size.
    doubtful : array of bool, (n,)
        Which games are too close to call, or have payoffs that are no numbers.

    Examples
    --------
    Two allies, each of whom would rather let the other pay.

    >>> A = np.array([[[0, 4], [1, 2]]])
    >>> found, doubtful = enumerated(A, A.transpose(0, 2, 1))
    >>> [(m.rows, m.columns) for m in found if m.holds[0]], bool(doubtful[0])
    ([((0,), (1,)), ((1,), (0,)), ((0, 1), (0, 1))], False)
    """
    A, no_numbers = _scaled(A)
    B, nor_these = _scaled(B)
    doubtful: Array = np.asarray(no_numbers | nor_these)
    found = []
    for rows, columns in _supports(*A.shape[1:]):
        y, of_rows = _indifferent(A, rows, columns)
        x, of_columns = _indifferent(B.transpose(0, 2, 1), columns, rows)
        margin = np.minimum(of_rows, of_columns)
        doubtful |= np.asarray(np.abs(margin) <= CLOSE)
        found.append(Mixes(rows, columns, x, y, margin > CLOSE))
    return tuple(found), doubtful


def _scaled(payoffs: Array) -> tuple[Array, Array]:
    """Let payoffs range from 0 to 1, game by game; tell where they are no numbers."""
    bad = np.asarray(~np.isfinite(payoffs).all(axis=(1, 2)))
    told = np.where(bad[:, None, None], 0.0, payoffs)
    low = told.min(axis=(1, 2), keepdims=True)
    size = told.max(axis=(1, 2), keepdims=True) - low
    return (told - low) / np.where(size > 0, size, 1.0), bad


def _supports(m: int, k: int) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    for size in range(1, min(m, k) + 1):
        yield from product(combinations(range(m), size), combinations(range(k), size))


def _indifferent(
    payoffs: Array, own: tuple[int, ...], others: tuple[int, ...]
) -> tuple[Array, Array]:
    """Find the others' mix that makes all own actions of a support pay the same, and its margin.

    Where several mixes do the margin is 0, and where none does minus infinity.
    """
    n, _, k = payoffs.shape
    size = len(own)
    system = np.zeros((n, size + 1, size + 1))
    system[:, :size, :size] = payoffs[:, own][:, :, others]
    system[:, :size, size] = -1.0
    system[:, size, :size] = 1.0
    right = np.zeros((n, size + 1, 1))
    right[:, size] = 1.0
    singular = np.asarray(np.abs(np.linalg.det(system)) < SINGULAR)
    unsolvable = np.array(singular)
    unsolvable[singular] = _no_solution(system[singular], right[singular])
    system[singular] = np.eye(size + 1)
    solved = np.linalg.solve(system, right)[..., 0]
    mix = np.zeros((n, k))
    mix[:, others] = solved[:, :size]
    pays = np.einsum("nij,nj->ni", payoffs, mix)
    outside = [i for i in range(payoffs.shape[1]) if i not in own]
    margin = np.min(np.hstack([solved[:, :size], solved[:, size:] - pays[:, outside]]), axis=1)
    return mix, np.where(unsolvable, -np.inf, np.where(singular, 0.0, margin))


def _no_solution(systems: Array, right: Array) -> Array:
    """Tell which singular systems no mix comes near to solving.

    What the pseudoinverse leaves out is smaller than ``SINGULAR``, and mixes are not large.
    """
    best = np.linalg.pinv(systems, rcond=SINGULAR) @ right
    residual: Array = np.abs(systems @ best - right).max(axis=(1, 2))
    return residual > 1_000 * SINGULAR


# --- play -----------------------------------------------------------------------------------------


TIE = 1e-9  # of the numbers compared: what is nearer is a tie, in floats
SMALL = 1e-6  # numbers that are smaller are compared as if they were of this size
ROUNDED = sp.Rational(1, 10**30)  # irrational numbers are known to 40 digits

Table = Mapping[Profile, Any]
NOTHING = float("nan")
"""What has no value."""


@dataclass(frozen=True, eq=False)
class WayToPlay:
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
        return np.where(np.abs(gap) <= TIE * sizes, 0.0, np.sign(gap))

    @cached_property
    def _rational(self) -> bool:
        """Whether nothing here had to be rounded, so that what is small is no tie."""
        tables = [cell.values() for cell in self.model.payoffs.values()]
        tables += [outcome.profiles.values() for outcome in self.model.outcomes.values()]
        return (
            bimatrix(
                self.model
            )  # of three players, in trees and over states mixes may be irrational
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
    def solved(self) -> tuple[tuple[WayToPlay, ...], Any]:
        """Every equilibrium, and where these are all there are."""
        return found_exactly(self) if self.exact else found_in_floats(self)


class _Tables(dict[str, Table]):
    """Tables by name, each evaluated when it is first asked for."""

    def __init__(self, at: At) -> None:
        self._at = at

    def __missing__(self, name: str) -> Table:
        model = self._at.model
        formulas: Mapping[Profile, sp.Expr] = (
            {q: model.payoffs[q][name] for q in model.game.profiles}
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
    return Can.TABLE in model.game.can and len(model.players) == 2


def found_in_floats(at: At) -> tuple[tuple[WayToPlay, ...], Any]:
    """Find the equilibria of a game of two players at all calibrations at once."""
    first, second = at.model.players.values()
    rows, columns = first.actions, second.actions
    size = np.broadcast_shapes((1,), *map(np.shape, at.columns.values()))

    def table(player: str) -> np.ndarray[Any, Any]:
        told = [[np.broadcast_to(at.tables[player][r, c], size) for c in columns] for r in rows]
        return np.moveaxis(np.array(told, dtype=float), 2, 0)

    found, doubtful = enumerated(table(first.name), table(second.name))
    return tuple(
        WayToPlay(
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


def found_exactly(at: At) -> tuple[tuple[WayToPlay, ...], Any]:
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
            WayToPlay(
                branch=_named([list(row), list(column)]),
                pure=pure,
                holds=True,
                strict=strict,
                worth=_Worth(at, row, column),
            )
        )
    return tuple(played), found.complete and not found.degenerate


def _solved(at: At) -> tuple[tuple[WayToPlay, ...], Any]:
    """Ask the package's exact solver, for trees and for three players or more."""
    calibration = {s.name: v for s, v in at.columns.items()}
    found = games.equilibria(at.model, calibration, seconds=10)
    played = tuple(
        WayToPlay(
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
