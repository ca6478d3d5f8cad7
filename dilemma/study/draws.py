"""How often each set of equilibria occurs over an era's box.

The branches with a closed form are evaluated on all draws at once.  A draw at which some
comparison is too close to call in floating point, a closed form is 0/0, or the count of
equilibria is one that only games with ties have (even; in a tree, other than one) goes to the
exact path.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
import sympy as sp

from dilemma.errors import CalibrationError, UnsupportedError
from dilemma.games import named_games as kinds
from dilemma.games import solution as games
from dilemma.games.batch import many
from dilemma.games.branch import Branch
from dilemma.games.exact import solve_exactly
from dilemma.games.kind import Can
from dilemma.games.solution import branches
from dilemma.model import Model
from dilemma.theory.evaluate import exactly, quickly

__all__ = ["Frequencies", "frequencies"]

Progress = Callable[[float], None]
CLOSE = 1e-12  # of the largest payoff: a smaller gap is too close to call in floats


@dataclass(frozen=True)
class Frequencies:
    """Shares of an era's box, by random draws.

    Attributes
    ----------
    draws, seed : int
    sets : mapping of tuple of branch names to share
        The sets of equilibria that occur, most frequent first; the shares sum to one.
    each : mapping of branch name to share
        How often each type of equilibrium is among them.
    kinds : mapping of player to mapping of kind to share
        Kinds of game (2x2 games that say what cooperation is); empty otherwise.
    exact_draws : int
        How many draws went to the exact path.
    left_out : int
        How many types of equilibria have no closed form and are not counted: those in which three
        or more players mix.
    """

    draws: int
    seed: int
    sets: Mapping[tuple[str, ...], float]
    each: Mapping[str, float]
    kinds: Mapping[str, Mapping[str, float]]
    exact_draws: int
    left_out: int = 0


def draw(model: Model, era: str, draws: int, seed: int) -> dict[str, np.ndarray[Any, Any]]:
    """Draw calibrations from an era's box, uniformly and independently.

    A parameter that is common to the eras has the same draws in each.
    """
    drawn = {}
    for name, value in model.eras[era].values.items():
        stream = [seed, zlib.crc32(name.encode())]
        if not value.common:
            stream.append(zlib.crc32(era.encode()))
        low, high = float(value.range.low), float(value.range.high)
        drawn[name] = np.random.default_rng(stream).uniform(low, high, draws)
    return drawn


def frequencies(
    model: Model,
    era: str,
    *,
    draws: int = 20_000,
    seed: int = 0,
    progress: Progress | None = None,
) -> Frequencies:
    """Return how often each set of equilibria occurs over an era's box."""
    if draws < 1:
        raise CalibrationError(f"draws: {draws} is not a positive number")
    boxed = any(v.range.low < v.range.high for v in model.eras[era].values.values())
    count = draws if boxed else 1  # a box that is a point is the same game at every draw
    drawn = draw(model, era, count, seed)
    if Can.SLOPES in model.game.can:
        columns: Arrays = {}
        counts, flagged = _of_choices(model, drawn, count)
    else:
        columns = _quantities(model, drawn, count)
        counts, flagged = _of_branches(model, columns, count)
    doubtful = np.flatnonzero(flagged)
    for done, k in enumerate(doubtful):
        at = {n: Fraction(float(v[k])) for n, v in drawn.items()}
        try:
            counts[_exact_solver(model)(at)] += 1
        except (ArithmeticError, TypeError, ValueError):
            where = ", ".join(f"{n} = {float(v):.4g}" for n, v in at.items())
            raise CalibrationError(f"{model.name} is no game at {where}, inside {era}") from None
        if progress is not None and done % 100 == 0:
            progress(done / len(doubtful))
    each: Counter[str] = Counter()
    for found, times in counts.items():
        each.update(dict.fromkeys(found, times))
    return Frequencies(
        draws=draws,
        seed=seed,
        sets={found: times / count for found, times in counts.most_common()},
        each={name: times / count for name, times in each.most_common()},
        kinds=_kinds(model, columns, count) if columns else {},
        exact_draws=len(doubtful),
        left_out=_implicit(model),
    )


Arrays = dict[sp.Symbol, np.ndarray[Any, Any]]
Counts = Counter[tuple[str, ...]]


def _of_branches(model: Model, columns: Arrays, draws: int) -> tuple[Counts, np.ndarray[Any, Any]]:
    """Count the sets of equilibria of finite games; return doubtful draws too."""
    names: list[str] = []
    try:
        held, flagged, names = _by_branches(model, columns, draws)
    except UnsupportedError:  # no symbols: every draw goes to the exact path
        held = np.zeros((draws, 0), dtype=bool)
        flagged = np.ones(draws, dtype=bool)
    counts: Counts = Counter()
    rows, often = np.unique(held[~flagged], axis=0, return_counts=True)
    for row, times in zip(rows, often.tolist(), strict=True):
        counts[tuple(n for n, holds in zip(names, row, strict=True) if holds)] += times
    return counts, flagged


def _of_choices(
    model: Model, drawn: Mapping[str, np.ndarray[Any, Any]], draws: int
) -> tuple[Counts, np.ndarray[Any, Any]]:
    """Count the sets of equilibria where numbers are chosen; return doubtful draws too."""
    columns = {p.symbol: drawn[name] for name, p in model.parameters.items()}
    batch = many(model, columns) if columns else None
    if batch is None:
        return Counter(), np.ones(draws, dtype=bool)
    held = np.stack([rows.holds.sum(axis=1) for rows in batch.rows], axis=1)
    names = [rows.branch.name for rows in batch.rows]
    counts: Counts = Counter()
    rows, often = np.unique(held[~batch.doubtful], axis=0, return_counts=True)
    for row, times in zip(rows, often.tolist(), strict=True):
        told = [n for n, many_of in zip(names, row, strict=True) for _ in range(many_of)]
        counts[tuple(told)] += times
    return counts, batch.doubtful


def _evaluate(
    compiled: Callable[..., Any], columns: Mapping[sp.Symbol, np.ndarray[Any, Any]], draws: int
) -> list[np.ndarray[Any, Any]]:
    with np.errstate(all="ignore"):  # what is not a number is flagged, and solved exactly
        found = compiled(*columns.values())
    return [np.broadcast_to(np.asarray(each, dtype=float), draws) for each in found]


@lru_cache(maxsize=16)
def _definitions(model: Model) -> Callable[..., Any]:
    symbols = [p.symbol for p in model.parameters.values()]
    return quickly(symbols, [model.expand(d.symbol) for d in model.definitions.values()])


def _quantities(model: Model, drawn: Mapping[str, np.ndarray[Any, Any]], draws: int) -> Arrays:
    """Return parameters and definitions as arrays."""
    columns = {p.symbol: drawn[name] for name, p in model.parameters.items()}
    found = _evaluate(_definitions(model), columns, draws)
    symbols = (d.symbol for d in model.definitions.values())
    return columns | dict(zip(symbols, found, strict=True))


@lru_cache(maxsize=16)
def _conditions(model: Model) -> tuple[Callable[..., Any], tuple[Branch, ...]]:
    """Compile payoffs, and then the conditions of each closed branch, into one function."""
    closed = tuple(branch for branch in branches(model) if branch.solved)
    symbols = [p.symbol for p in model.parameters.values()]
    symbols += [d.symbol for d in model.definitions.values()]
    payoffs = _payoffs(model)
    gaps = [_gap(c).xreplace(dict(b.closed)) for b in closed for c in b.conditions]
    return quickly(symbols, payoffs + gaps), closed


def _by_branches(
    model: Model, columns: Arrays, draws: int
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], list[str]]:
    """Evaluate the closed branches; return which hold where, doubtful draws, names."""
    compiled, closed = _conditions(model)
    found = iter(_evaluate(compiled, columns, draws))
    payoffs = [next(found) for _ in _payoffs(model)]
    size = np.max(np.abs(payoffs), axis=0)
    held = np.zeros((draws, len(closed)), dtype=bool)
    flagged = ~np.isfinite(size)
    for position, branch in enumerate(closed):
        holds = np.ones(draws, dtype=bool)
        close = np.zeros(draws, dtype=bool)
        for condition in branch.conditions:
            gap = next(found)
            # A strict condition is about a probability, a weak one about payoffs.
            scale = 1.0 if isinstance(condition, sp.StrictGreaterThan) else size
            close |= ~(np.abs(gap) > CLOSE * scale)
            holds &= ~(gap < -CLOSE * scale)
        flagged |= holds & close
        held[:, position] = holds
    count = held.sum(axis=1)
    if not _implicit(model):
        flagged |= count % 2 == 0 if Can.MOVES not in model.game.can else count != 1
    return held, flagged, [branch.name for branch in closed]


def _implicit(model: Model) -> int:
    try:
        return sum(branch.implicit for branch in branches(model))
    except UnsupportedError:
        return 0


def _payoffs(model: Model) -> list[sp.Expr]:
    """Return every payoff, types at both their ends."""
    found = [payoff for cell in model.payoffs.values() for payoff in cell.values()]
    return [payoff.xreplace(end) for end in model.game.type_ends() for payoff in found]


def _gap(condition: sp.Basic) -> sp.Expr:
    if condition in (sp.true, sp.false):
        return sp.Integer(1 if condition else -1)
    return condition.gts - condition.lts


@lru_cache(maxsize=16)
def _exact_solver(model: Model) -> Callable[[Mapping[str, Fraction]], tuple[str, ...]]:
    """Return a function that solves the game exactly at a calibration and names the equilibria."""
    if Can.SLOPES in model.game.can:
        return lambda at: _names_by_choice(model, at)
    if Can.MOVES in model.game.can or len(model.players) != 2:

        def in_full(calibration: Mapping[str, Fraction]) -> tuple[str, ...]:
            at = {n: sp.Rational(v.numerator, v.denominator) for n, v in calibration.items()}
            return tuple(dict.fromkeys(e.branch for e in games.equilibria(model, at)))

        return in_full
    symbols = [p.symbol for p in model.parameters.values()]
    row, column = model.players.values()
    payoffs = [
        model.expand(model.payoffs[profile][player])
        for player in (row.name, column.name)
        for profile in model.game.profiles
    ]
    compiled = exactly(symbols, payoffs)
    wide = len(column.actions)

    def solve(calibration: Mapping[str, Fraction]) -> tuple[str, ...]:
        flat = compiled(*(calibration[name] for name in model.parameters))
        half = len(flat) // 2
        A, B = (
            [side[i : i + wide] for i in range(0, half, wide)]
            for side in (flat[:half], flat[half:])
        )
        found = solve_exactly(A, B)
        return tuple(
            dict.fromkeys(
                ", ".join(
                    "/".join(a for a, p in zip(player.actions, mix, strict=True) if p)
                    for player, mix in ((row, x), (column, y))
                )
                for x, y in found.profiles
            )
        )

    return solve


def _names_by_choice(model: Model, calibration: Mapping[str, Fraction]) -> tuple[str, ...]:
    at = {n: sp.Rational(v.numerator, v.denominator) for n, v in calibration.items()}
    return tuple(e.branch for e in games.equilibria(model, at))


def _kinds(
    model: Model, columns: Mapping[sp.Symbol, np.ndarray[Any, Any]], draws: int
) -> dict[str, dict[str, float]]:
    shares: dict[str, dict[str, float]] = {}
    for player in model.players:
        try:
            gains = kinds.gains(model, player)
        except UnsupportedError:
            return {}
        D0, D1, both = (
            np.broadcast_to(np.asarray(g, dtype=float), draws)
            for g in quickly(list(columns), gains)(*columns.values())
        )
        told = {
            "harmony": (D0 > 0) & (D1 > 0),
            "chicken": (D0 > 0) & (D1 < 0),
            "stag hunt": (D0 < 0) & (D1 > 0),
            "prisoner's dilemma": (D0 < 0) & (D1 < 0) & (both > 0),
            "deadlock": (D0 < 0) & (D1 < 0) & ~(both > 0),
            kinds.BORDER: (D0 == 0) | (D1 == 0),
        }
        found = {kind: float(np.mean(holds)) for kind, holds in told.items()}
        shares[player] = {k: s for k, s in sorted(found.items(), key=lambda i: -i[1]) if s}
    return shares
