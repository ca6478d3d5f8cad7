"""Whether somebody who chooses numbers gains by choosing others: a dense search, from payoffs alone.

A player's own number is tried on a grid over what it may choose, and again and again on a finer grid
around the best; where it chooses two, for each value of the one the best of the other is found
first, so that a constraint between them is followed along.  Neither slopes nor what binds are used.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np
import sympy as sp

from dilemma.games.numbers import numbers_of
from dilemma.games.numbers.choice import Choice
from dilemma.model import Model
from dilemma.theory.evaluate import quickly

__all__ = ["best_reply", "gain", "infeasible", "replied"]

COARSE, MIDDLE, FINE = 2001, 161, 21  # points of the first grid, of two numbers, and of finer ones
ROUNDS = 24  # of finer grids, each a quarter as wide
REPLIES = 20  # where several follow a leader
SLACK = 1e-9  # by which an example in 45 digits may violate an end, in floats
ROUNDING = 1e-15
NOTHING = (
    1e-12  # of a payoff, what is no gain: an end may be passed by as much as rounding comes to
)

Array = np.ndarray[Any, Any]
Pays = Callable[..., Array]  # what points, (numbers, n), pay; minus infinity where they may not be
Values = Mapping[sp.Symbol, sp.Expr]


def infeasible(model: Model, values: Values) -> str:
    """Name an end or a constraint that what is chosen violates, "" if none.

    Parameters
    ----------
    values : mapping of symbol to number
        Parameters, definitions and what is chosen.

    Examples
    --------
    >>> from dilemma.library import load
    >>> hedging = load("hedging")
    >>> at = hedging.values("cold_war")
    >>> chosen = {choice.symbol: sp.Integer(2) for choice in hedging.game.choices.values()}
    >>> infeasible(hedging, {**at, **chosen})
    'x_J.high'
    """
    game = numbers_of(model)
    gaps = [(n, g) for c in game.choices.values() for n, g, _ in c.bounds()]
    gaps += [(name, constraint.gap) for name, constraint in game.constraints.items()]
    for name, gap in gaps:
        left = model.expand_play(gap).xreplace(dict(values))
        if left.is_number and left < -SLACK:
            return name
    return ""


def gain(model: Model, values: Values, player: str, held: Collection[str] = ()) -> float:
    """Return the most that a player gains by other numbers, in shares of what is at stake.

    Parameters
    ----------
    values : mapping of symbol to number
        Parameters, definitions that hang on them alone, and what everybody chooses.
    held : collection of str
        Choices that stay where they are.

    Examples
    --------
    At x_J = x_U = 1/2 Japan would rather be nearer to the United States.

    >>> from dilemma.library import load
    >>> hedging = load("hedging")
    >>> half = dict.fromkeys(sp.symbols("x_J x_U", real=True), sp.Rational(1, 2))
    >>> round(gain(hedging, {**hedging.values("cold_war"), **half}, "japan"), 2)
    0.13
    """
    return best_reply(model, values, player, held)[1]


def best_reply(
    model: Model, values: Values, player: str, held: Collection[str] = ()
) -> tuple[dict[sp.Symbol, float], float]:
    """Return a player's best numbers, all else as it is, and what they gain, in the same shares."""
    game = numbers_of(model)
    own = [c for c in game.of(player) if c.name not in held]
    if not own:
        return {}, 0.0
    pays = _pays(model, own, values, player)
    symbols = [c.symbol for c in own]
    here = np.array([[float(values[s])] for s in symbols])
    allowed, paid = float(pays(here)[0]), float(pays(here, kept=False)[0])
    found, best, least = _searched(pays, _box(model, own, values))
    gained = best - paid if best - paid > NOTHING * max(1.0, abs(paid)) else 0.0
    top = found if best > allowed else here[:, 0]
    share = gained / max(abs(paid - least), gained, 1e-12)
    return dict(zip(symbols, map(float, top), strict=True)), share


def replied(model: Model, values: Values, symbols: Sequence[sp.Symbol], point: Array) -> Array:
    """Let those who follow a leader reply once more to what it chose.

    Parameters
    ----------
    values : mapping of symbol to number
        Parameters, and definitions that hang on them alone.
    symbols : sequence of symbol
        The choices, in the order of ``point``.
    """
    game = numbers_of(model)
    at: dict[sp.Symbol, Any] = dict(values)
    at |= dict(zip(symbols, map(float, point), strict=True))
    for _ in range(1 if len(game.moves[1]) == 1 else REPLIES):
        for player in game.moves[1]:
            at |= best_reply(model, at, player)[0]
    return np.array([float(at[s]) for s in symbols])


def _searched(pays: Pays, box: Array) -> tuple[Array, float, float]:
    """Return the best point, what it pays, and the least that a point paid."""
    if len(box) == 1:
        return _line(lambda x: (x[None], pays(x[None])), box[0], COARSE)
    if len(box) > 2:
        return _zoomed(pays, box)

    def best_of_the_other(first: Array) -> tuple[Array, Array]:
        """Maximise over the second number, at all values of the first at once."""
        low, high = (np.full(len(first), end) for end in box[1])
        top, best = np.full(len(first), box[1, 0]), np.full(len(first), -np.inf)
        for finer in range(ROUNDS):
            share = np.linspace(0, 1, FINE if finer else MIDDLE)[:, None]
            second = low + share * (high - low)
            worth = pays(np.array([np.tile(first, len(share)), second.ravel()]))
            worth = worth.reshape(second.shape)
            k = worth.argmax(axis=0)
            columns = np.arange(len(first))
            better = worth[k, columns] > best
            top = np.where(better, second[k, columns], top)
            best = np.maximum(best, worth[k, columns])
            half = (high - low) / 8
            low, high = np.maximum(top - half, box[1, 0]), np.minimum(top + half, box[1, 1])
        return np.array([first, top]), best

    return _line(best_of_the_other, box[0], MIDDLE)


def _line(
    along: Callable[[Array], tuple[Array, Array]], ends: Array, coarse: int
) -> tuple[Array, float, float]:
    """Maximise over one number, around the best of a coarse grid."""
    low, high = ends
    top, best, least = np.zeros(0), -np.inf, np.inf
    for finer in range(ROUNDS):
        points, worth = along(np.linspace(low, high, FINE if finer else coarse))
        k = int(np.argmax(worth))
        if worth[k] > best or not len(top):
            top, best = points[:, k], float(worth[k])
        finite = worth[np.isfinite(worth)]
        least = min(least, float(finite.min())) if len(finite) else least
        half = (high - low) / 8
        low, high = max(top[0] - half, ends[0]), min(top[0] + half, ends[1])
    return top, best, least


def _zoomed(pays: Pays, box: Array) -> tuple[Array, float, float]:
    """Maximise over three numbers or more, on grids that get finer."""
    low, high = box.T
    top, best, least = low, -np.inf, np.inf
    for finer in range(ROUNDS):
        side = max(5, int((2_000 if finer else 40_000) ** (1 / len(box))))
        axes = [np.linspace(a, b, side) for a, b in zip(low, high, strict=True)]
        points = np.array(list(product(*axes))).T
        worth = pays(points)
        k = int(np.argmax(worth))
        if worth[k] > best:
            top, best = points[:, k], float(worth[k])
        finite = worth[np.isfinite(worth)]
        least = min(least, float(finite.min())) if len(finite) else least
        half = (high - low) / 4
        low, high = np.maximum(top - half, box[:, 0]), np.minimum(top + half, box[:, 1])
    return top, best, least


def _pays(model: Model, own: Sequence[Choice], values: Values, player: str) -> Pays:
    """Return what own numbers pay a player, all else being as it is."""
    game = numbers_of(model)
    symbols = [c.symbol for c in own]
    others = {s: v for s, v in values.items() if s not in symbols}
    gaps = [g for c in own for _, g, _ in c.bounds()] + [c.gap for c in game.kept_by(player)]
    told = [model.expand_play(f).xreplace(others) for f in (model.payoffs[()][player], *gaps)]
    compiled = quickly(symbols, told)

    def pays(points: Array, *, kept: bool = True) -> Array:
        with np.errstate(all="ignore"):
            payoff, *left = (np.broadcast_to(f, points.shape[1]) for f in compiled(*points))
        may_be = np.all([gap >= -ROUNDING for gap in left], axis=0) | (not kept)
        worth: Array = np.where(may_be & np.isfinite(payoff), payoff, -np.inf)
        return worth

    return pays


def _box(model: Model, own: Sequence[Choice], values: Values) -> Array:
    """Return the ends between which a player's numbers lie, all else being as it is."""
    at = dict(values)
    ends = [[model.expand_play(e).xreplace(at) for e in (c.low, c.high)] for c in own]
    return np.array([[float(low), float(high)] for low, high in ends])
