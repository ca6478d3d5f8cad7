"""What the best deviation gains at many plays of chosen numbers at once, in floats, from the payoffs alone.

A player's own numbers are tried on a grid over what it may choose, and again and again on a finer one
around the best, at all plays together.  A leader's are tried on a coarse grid, at each place of which those
who follow reply anew.  Neither slopes nor what binds are used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Any

import numpy as np
import sympy as sp

from dilemma.games.batch import Array, Solutions
from dilemma.games.numbers import numbers_of
from dilemma.games.numbers.choice import Choice
from dilemma.model import Model
from dilemma.theory.parts import quickly

__all__ = ["regrets"]

COARSE = {1: 33, 2: 13}  # points a side of the first grid, by how many numbers a player chooses
MANY = 7  # where it chooses more
FINER, FINE = 14, 5  # finer grids, of so many points a side, each half as wide
REPLYING = 36  # finer grids where a follower's reply moves what a leader gets
LEADS, REPLIES = 9, 20  # places where a leader is tried; rounds of replies where several follow
SLACK = 1e-12  # by which an end may be passed in floats
AT_ONCE = 8_192  # plays that are looked at together

At = dict[sp.Symbol, Array]


def regrets(found: Solutions) -> Array:
    """Return what is gained by the best deviation from each play, as far as the search finds it."""
    model = found.model
    symbols = [c.symbol for c in numbers_of(model).choices.values()]
    plays = [v for own in found.branch.play.values() for v in own.values()]
    base: At = {**found.at, **dict(zip(symbols, found.worth(plays), strict=True))}
    parts = range(0, len(found.draw), AT_ONCE)
    return np.concatenate(
        [_most(model, {s: v[k : k + AT_ONCE] for s, v in base.items()}) for k in parts]
    )


def _most(model: Model, at: At) -> Array:
    game = numbers_of(model)
    with np.errstate(all="ignore"):
        gains = [_Own.of(model, player).gain(at) for player in game.moves[-1]]
        if game.leader:
            gains.append(_leads(model, game.leader, at))
    most: Array = np.maximum(0.0, np.maximum.reduce(gains))
    return most


@dataclass(frozen=True)
class _Own:
    """What a player chooses by itself.

    Attributes
    ----------
    symbols : sequence of symbol
        Of its own numbers.
    names : sequence of symbol
        All that the compiled functions take.
    pays : function
        Its payoff, and what is left before each end or constraint of its own binds.
    ends : function
        Low and high of each of its numbers; then, of what is left by each constraint that is linear in the
        last of them, the constant and the slope.
    """

    symbols: Sequence[sp.Symbol]
    names: Sequence[sp.Symbol]
    pays: Callable[..., Any]
    ends: Callable[..., Any]

    @staticmethod
    @lru_cache(maxsize=128)
    def of(model: Model, player: str) -> _Own:
        """Compile a player's side of a game."""
        game = numbers_of(model)
        own: Sequence[Choice] = game.of(player)
        kept = [model.expand(c.gap) for c in game.kept_by(player)]
        told = [model.expand(model.payoffs[()][player])]
        told += [model.expand(gap) for c in own for _, gap, _ in c.bounds()] + kept
        ends = [model.expand(e) for c in own for e in (c.low, c.high)]
        last = own[-1].symbol
        for gap in kept:
            slope = sp.diff(gap, last)
            if slope != 0 and not slope.has(last):
                ends += [gap.xreplace({last: sp.Integer(0)}), slope]
        names = sorted({s for f in (*told, *ends) for s in f.free_symbols}, key=str)
        return _Own([c.symbol for c in own], names, quickly(names, told), quickly(names, ends))

    def worth(self, at: Mapping[sp.Symbol, Array]) -> Array:
        """Return what is paid, minus infinity where it may not be chosen or has no value."""
        payoff, *left = self.pays(*(at[s] for s in self.names))
        allowed = np.isfinite(payoff)
        for gap in left:
            allowed = allowed & (gap >= -SLACK)
        return np.where(allowed, payoff, -np.inf)

    def gain(self, at: At) -> Array:
        """Return what the best of its own numbers gains."""
        payoff, *_ = self.pays(*(at[s] for s in self.names))
        _, best = self.reply(at, FINER)
        return np.asarray(best - payoff)

    def reply(self, at: At, finer: int) -> tuple[At, Array]:
        """Return its best numbers among all else, and what they pay."""
        top, best = at, np.full(_size(at), -np.inf)
        coarse = COARSE.get(len(self.symbols), MANY)
        low, high = (np.full((len(self.symbols), _size(at)), end) for end in (0.0, 1.0))
        centre = (low + high) / 2
        for step in range(finer + 1):
            side = np.linspace(0, 1, FINE if step else coarse)
            if step and len(low) == 1:
                side = side[1:-1]  # its ends have been tried
            for shares in product(side, repeat=len(low)):
                where = low + np.array(shares)[:, None] * (high - low)
                there = self._at(at, where)
                paid = self.worth(there)
                better = paid > best
                top = {**at, **{s: np.where(better, there[s], top[s]) for s in self.symbols}}
                best, centre = np.where(better, paid, best), np.where(better, where, centre)
            half = (high - low) / (4 if step else coarse - 1)
            low, high = np.maximum(centre - half, 0.0), np.minimum(centre + half, 1.0)
        now = self.worth(at)
        kept = now >= best
        top = {**at, **{s: np.where(kept, at[s], top[s]) for s in self.symbols}}
        return top, np.maximum(now, best)

    def _at(self, at: At, shares: Array) -> At:
        """Put own numbers at shares of their intervals, the last one's as constraints leave it."""
        there = dict(at)
        for k, symbol in enumerate(self.symbols):
            ends = self.ends(*(there[s] for s in self.names))
            low, high = ends[2 * k], ends[2 * k + 1]
            if k == len(self.symbols) - 1:
                for rest, slope in zip(ends[2 * k + 2 :: 2], ends[2 * k + 3 :: 2], strict=True):
                    border = -rest / slope
                    low = np.where(slope > 0, np.maximum(low, border), low)
                    high = np.where(slope < 0, np.minimum(high, border), high)
            there[symbol] = low + shares[k] * (high - low)
        return there


def _leads(model: Model, leader: str, at: At) -> Array:
    """Return what a leader gains by other numbers, those who follow replying to them."""
    game, own = numbers_of(model), _Own.of(model, leader)
    payoff, *_ = own.pays(*(at[s] for s in own.names))
    ends = [np.broadcast_to(e, _size(at)) for e in own.ends(*(at[s] for s in own.names))]
    best = np.full(_size(at), -np.inf)
    followers = [_Own.of(model, player) for player in game.moves[1]]
    for share in np.linspace(0, 1, LEADS):
        there = {**at, own.symbols[0]: ends[0] + share * (ends[1] - ends[0])}
        for _ in range(1 if len(followers) == 1 else REPLIES):
            for follower in followers:
                there, _ = follower.reply(there, REPLYING)
        best = np.maximum(best, own.worth(there))
    return np.asarray(best - payoff)


def _size(at: Mapping[sp.Symbol, Array]) -> int:
    return len(next(iter(at.values())))
