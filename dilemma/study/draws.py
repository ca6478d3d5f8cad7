"""How often each set of equilibria occurs over an era's box.

The branches are solved at all draws at once, in floats.  A draw at which some comparison is too
close to call there, a closed form is 0/0, or the count of equilibria is one that only games with
ties have (even; in a tree, other than one) goes to the exact path.
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
from dilemma.games import solution as games
from dilemma.games import two_by_two
from dilemma.model import Model
from dilemma.theory.parts import quickly

__all__ = ["Frequencies", "frequencies"]

Progress = Callable[[float], None]


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
    counts, doubtful, left_out = _in_floats(model, drawn, count)
    exact = np.flatnonzero(doubtful)
    for done, k in enumerate(exact):
        at = {n: Fraction(float(v[k])) for n, v in drawn.items()}
        try:
            counts[_exactly(model)(at)] += 1
        except (ArithmeticError, TypeError, ValueError):
            where = ", ".join(f"{n} = {float(v):.4g}" for n, v in at.items())
            raise CalibrationError(f"{model.name} is no game at {where}, inside {era}") from None
        if progress is not None and done % 100 == 0:
            progress(done / len(exact))
    each: Counter[str] = Counter()
    for found, times in counts.items():
        each.update(dict.fromkeys(found, times))
    return Frequencies(
        draws=draws,
        seed=seed,
        sets={found: times / count for found, times in counts.most_common()},
        each={name: times / count for name, times in each.most_common()},
        kinds=_kinds(model, drawn, count),
        exact_draws=len(exact),
        left_out=left_out,
    )


Arrays = dict[sp.Symbol, np.ndarray[Any, Any]]
Counts = Counter[tuple[str, ...]]


def _in_floats(
    model: Model, drawn: Mapping[str, np.ndarray[Any, Any]], draws: int
) -> tuple[Counts, np.ndarray[Any, Any], int]:
    """Count the sets of equilibria by the branches; return doubtful draws, and what is left out."""
    columns = {p.symbol: drawn[name] for name, p in model.parameters.items()}
    everywhere = np.ones(draws, dtype=bool)
    if not columns and model.game.exact_alone:
        return Counter(), everywhere, 0
    try:
        batch = games.many(model, columns)
    except UnsupportedError:  # no symbols: every draw goes to the exact path
        return Counter(), everywhere, 0
    occurring = [rows for rows in batch.rows if rows.holds.any()]
    held = np.zeros((draws, len(occurring)), dtype=np.uint8)
    for position, rows in enumerate(occurring):
        held[:, position] = rows.holds.sum(axis=1)
    sets, often = np.unique(held[~batch.doubtful], axis=0, return_counts=True)
    names = [rows.branch.name for rows in occurring]
    counts: Counts = Counter()
    for row, times in zip(sets, often.tolist(), strict=True):
        each = zip(names, row, strict=True)
        counts[tuple(name for name, several in each for _ in range(several))] += times
    return counts, batch.doubtful, len(batch.unsolved)


@lru_cache(maxsize=16)
def _definitions(model: Model) -> Callable[..., Any]:
    symbols = [p.symbol for p in model.parameters.values()]
    return quickly(symbols, [model.expand(d.symbol) for d in model.definitions.values()])


def _quantities(model: Model, drawn: Mapping[str, np.ndarray[Any, Any]], draws: int) -> Arrays:
    """Return parameters and definitions as arrays."""
    columns = {p.symbol: drawn[name] for name, p in model.parameters.items()}
    with np.errstate(all="ignore"):
        found = _definitions(model)(*columns.values())
    for definition, value in zip(model.definitions.values(), found, strict=True):
        columns[definition.symbol] = np.broadcast_to(np.asarray(value, dtype=float), draws)
    return columns


@lru_cache(maxsize=16)
def _exactly(model: Model) -> Callable[[Mapping[str, Fraction]], tuple[str, ...]]:
    """Return a function that solves the game exactly at a calibration and names the equilibria."""
    quick = model.game.quick(model)

    def exactly(calibration: Mapping[str, Fraction]) -> tuple[str, ...]:
        told = None if quick is None else quick(calibration)
        if told is not None:
            return told
        at = {n: sp.Rational(v.numerator, v.denominator) for n, v in calibration.items()}
        names = tuple(e.branch for e in games.equilibria(model, at))
        return names if model.game.several else tuple(dict.fromkeys(names))

    return exactly


def _kinds(
    model: Model, drawn: Mapping[str, np.ndarray[Any, Any]], draws: int
) -> dict[str, dict[str, float]]:
    try:
        gained = {player: two_by_two.gains(model, player) for player in model.players}
    except UnsupportedError:
        return {}
    if not (columns := _quantities(model, drawn, draws)):
        return {}
    shares: dict[str, dict[str, float]] = {}
    for player, gains in gained.items():
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
            two_by_two.BORDER: (D0 == 0) | (D1 == 0),
        }
        found = {kind: float(np.mean(holds)) for kind, holds in told.items()}
        shares[player] = {k: s for k, s in sorted(found.items(), key=lambda i: -i[1]) if s}
    return shares
