"""Equilibria of games in which numbers are chosen, searched for in floats from the payoffs alone.

It shares nothing with the branches: best replies are global searches over the feasible set, a grid
or many starting points first and scipy's optimisers from the best of them; equilibria are fixed
points of them, and roots of the players' slopes, from many starting points.  A leader's choice is a
search over the whole interval with the followers' replies worked out anew at each point.

Whether somebody gains by choosing other numbers is a dense search: a player's own number is tried on a grid over what it may choose, and again and again on a finer grid
around the best; where it chooses two, for each value of the one the best of the other is found
first, so that a constraint between them is followed along.  Neither slopes nor what binds are used.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from typing import Any

import numpy as np
import sympy as sp

from dilemma.games.numbers import numbers_of
from dilemma.games.numbers.alone import (
    GRID,
    WORST,
    NotFoundError,
    Own,
    Point,
    scattered_points,
)
from dilemma.games.numbers.choice import Choice
from dilemma.model import Model
from dilemma.theory.parts import quickly

__all__ = ["NotFoundError", "Search", "best_reply", "gain", "gained", "infeasible", "replies_to"]

COARSE, MIDDLE, FINE = 2001, 161, 21  # points of the first grid, of two numbers, and of finer ones
FINER = 24  # of finer grids, each a quarter as wide
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


def gained(most: float, paid: float) -> float:
    """Return by how much one payoff exceeds another; nothing where only rounding parts them.

    Examples
    --------
    >>> gained(0.1 + 0.2, 0.3), gained(0.75, 0.25)
    (0.0, 0.5)
    """
    more = float(most - paid)
    return more if more > ROUNDING * max(1.0, abs(most), abs(paid)) else 0.0


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


def replies_to(model: Model, values: Values, symbols: Sequence[sp.Symbol], point: Array) -> Array:
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
        for finer in range(FINER):
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
    for finer in range(FINER):
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
    for finer in range(FINER):
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


# --- equilibria -----------------------------------------------------------------------------------


STARTS = 32  # scattered points
ROUNDS = 40
NEAR = 1e-7


@dataclass
class Search:
    """A game at one calibration, in floats.

    Parameters
    ----------
    values : mapping of symbol to number
        Every parameter and definition.
    seed : int
        Of the starting points.
    held : tuple of str
        Choices that stay where they are.
    """

    model: Model
    values: Mapping[sp.Symbol, Any]
    seed: int = 0
    held: tuple[str, ...] = ()
    names: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        game = numbers_of(self.model)
        self.game = game
        self.names = tuple(game.choices)
        self.symbols = [c.symbol for c in game.choices.values()]
        constants = {s: v for s, v in self.values.items() if getattr(v, "is_number", True)}

        def compiled(formulas: Sequence[sp.Expr]) -> Callable[..., Any]:
            told = [self.model.expand_play(f).xreplace(constants) for f in formulas]
            return quickly(self.symbols, told)

        self.pay = {p: compiled([f]) for p, f in self.model.payoffs[()].items()}
        choices = game.choices.values()
        gaps = [self.model.expand_play(c.gap) for c in game.constraints.values()]
        payoffs = {p: self.model.expand_play(f) for p, f in self.model.payoffs[()].items()}
        self.slopes = compiled([sp.diff(payoffs[c.player], c.symbol) for c in choices])
        self.leans = compiled([sp.diff(gap, symbol) for gap in gaps for symbol in self.symbols])
        self.ends = compiled([e for c in choices for e in (c.low, c.high)])
        self.gaps = compiled(gaps)
        self.mine = {p: (self._own([p]), self._kept([p])) for p in self.model.players}

    # --- what a point is ------------------------------------------------------------------------

    def payoff(self, player: str, point: Point) -> float:
        """Return what a player is paid; minus infinity where that has no value."""
        with np.errstate(all="ignore"):
            found = float(self.pay[player](*point)[0])
        return found if np.isfinite(found) else -np.inf

    def bounds(self, point: Point) -> list[tuple[float, float]]:
        """Return every choice's interval; an end that is left out is moved in by a little."""
        with np.errstate(all="ignore"):
            told = [float(e) for e in self.ends(*point)]
        found = []
        for choice, low, high in zip(
            self.game.choices.values(), told[::2], told[1::2], strict=True
        ):
            inside = 1e-9 * max(high - low, 1e-9)
            found.append((low + inside * choice.open_low, high - inside * choice.open_high))
        return found

    def _kept(self, players: Sequence[str]) -> list[int]:
        return [
            k for k, c in enumerate(self.game.constraints.values()) if set(c.players) & set(players)
        ]

    def _own(self, players: Sequence[str]) -> list[int]:
        return [
            k
            for k, c in enumerate(self.game.choices.values())
            if c.player in players and c.name not in self.held
        ]

    # --- one player's best reply ----------------------------------------------------------------

    def best_reply(self, player: str, point: Point) -> tuple[Point, float]:
        """Return a point with a player's best reply in it, and what it pays."""
        if not self.mine[player][0]:
            return point, self.payoff(player, point)
        with np.errstate(all="ignore"):
            own = Own(self, player, point)
            found, lost = own.best()
        return own.at(found), -lost

    def regret(self, player: str, point: Point) -> float:
        """Return what a player gains by its best reply, as far as the search found it."""
        return gained(self.best_reply(player, point)[1], self.payoff(player, point))

    # --- equilibria -----------------------------------------------------------------------------

    def starts(self) -> list[Point]:
        """Return points from which to search: corners, the middle and scattered ones."""
        size = len(self.names)
        scattered = scattered_points(STARTS, size, self.seed)
        corners = [np.zeros(size), np.ones(size), np.full(size, 0.5)]
        found = []
        for share in [*corners, *scattered]:
            point = np.full(size, 0.5)
            for _ in range(2):  # ends may hang on what others choose
                low, high = np.array(self.bounds(point)).T
                point = low + share * (np.maximum(high, low) - low)
            found.append(point)
        return found

    def settle(self, players: Sequence[str], point: Point) -> Point | None:
        """Follow best replies, one player after the other, until nothing moves."""
        here = point
        been: list[Point] = []
        for _ in range(ROUNDS):
            before = here
            if any(np.max(np.abs(here - other)) < 1e-9 for other in been[:-1]):
                return None  # in a circle
            been.append(here)
            for player in players:
                here, _ = self.best_reply(player, here)
            if len(players) == 1 or np.max(np.abs(here - before)) < 1e-8:
                return here
        return here if np.max(np.abs(here - before)) < NEAR else None

    def simultaneous(
        self, players: Sequence[str], starts: Sequence[Point] | None = None
    ) -> list[Point]:
        """Return the equilibria that the search finds among players who move at once."""
        found: list[Point] = []
        own = self._own(players)
        for start in self.starts() if starts is None else starts:
            for point in self._ends(players, own, start):
                if any(np.max(np.abs(point - f)) < 1e-6 for f in found):
                    continue
                if self.beyond(point):
                    continue
                if self._settled(players, point):
                    found.append(point)
        return found

    def _settled(self, players: Sequence[str], point: Point) -> bool:
        """Tell whether nobody gains by leaving a point at which all have something to choose."""
        size = max(1.0, *(abs(self.payoff(p, point)) for p in players))
        try:
            return all(self.regret(p, point) < 1e-8 * size for p in players)
        except NotFoundError:
            return False

    def _ends(self, players: Sequence[str], own: Sequence[int], start: Point) -> Iterator[Point]:
        """Yield a point, where best replies lead from it, and where slopes vanish near it."""
        try:
            told = [start, self.settle(players, start), self._root(own, start)]
        except NotFoundError:
            return  # from here somebody has nothing to choose
        yield from (point for point in told if point is not None)

    def beyond(self, point: Point, player: str = "") -> bool:
        """Tell whether a point lies at an end, perhaps of one player, that is left out.

        Nothing is reached there.
        """
        for choice, (low, high), x in zip(
            self.game.choices.values(), self.bounds(point), point, strict=True
        ):
            if player and choice.player != player:
                continue
            close = 1e-7 * max(high - low, 1e-9)
            if (choice.open_low and x - low < close) or (choice.open_high and high - x < close):
                return True
        return False

    def _root(self, own: Sequence[int], start: Point) -> Point | None:
        """Solve for slopes that vanish, or point outwards at an end; constraints are left out."""
        from scipy import optimize

        if self.game.constraints:
            return None

        def natural(x: Point) -> Point:
            there = start.copy()
            there[own] = x
            low, high = np.array(self.bounds(there))[own].T
            there[own] = np.clip(x, low, high)
            with np.errstate(all="ignore"):
                slopes = np.array([float(s) for s in self.slopes(*there)])[own]
            step = x - np.clip(there[own] + slopes, low, high)
            return np.where(np.isfinite(step), step, 1.0)

        found = optimize.root(natural, start[own], method="hybr", tol=1e-13)
        if not found.success and np.max(np.abs(found.fun)) > NEAR:
            return None
        there = start.copy()
        low, high = np.array(self.bounds(there))[own].T
        there[own] = np.clip(found.x, low, high)
        return there

    def corners(self, x: float, own: int) -> list[Point]:
        """Return points with everything else as low, and as high, as it may be."""
        found = []
        for share in (0.0, 1.0):
            point = np.full(len(self.names), 0.5)
            for _ in range(2):
                point[own] = x
                low, high = np.array(self.bounds(point)).T
                point = low + share * (np.maximum(high, low) - low)
            point[own] = x
            found.append(point)
        return found

    def led(self) -> tuple[Point, float]:
        """Return a leader's best choice with the replies to it, and what it pays the leader."""
        return self._led

    @cached_property  # it is looked for once, whoever asks
    def _led(self) -> tuple[Point, float]:
        leader = self.game.moves[0][0]
        (own,) = self._own([leader])
        warm = self.starts()[2]
        low, high = self.bounds(warm)[own]
        tried: list[tuple[float, Point]] = []
        for x in np.linspace(low, high, GRID):
            there = self._reply(x, warm)
            if there is not None:
                warm = there
                tried.append((self.payoff(leader, there), there))
        if not tried:
            raise NotFoundError("the followers' replies did not settle anywhere")
        tried.sort(key=lambda one: -one[0])
        step = (high - low) / (GRID - 1)
        best = tried[0]
        for _, start in tried[:2]:
            ends = max(low, start[own] - step), min(high, start[own] + step)
            found = self._near(leader, start, ends)
            if found is not None and found[0] > best[0]:
                best = found
        return best[1], best[0]

    def _reply(self, x: float, warm: Point) -> Point | None:
        """Return the followers' reply; of several that which ties have played."""
        leader, followers = self.game.moves[0][0], self.game.moves[1]
        (own,) = self._own([leader])
        told = []
        for start in (warm, *(self.corners(x, own) if len(followers) > 1 else ())):
            there = start.copy()
            there[own] = x
            try:
                found = self.settle(followers, there)
            except NotFoundError:
                continue
            if found is not None:
                told.append(found)
        favourite = max if self.game.ties == "leader" else min
        return favourite(told, key=lambda p: self.payoff(leader, p)) if told else None

    def _near(
        self, leader: str, start: Point, ends: tuple[float, float]
    ) -> tuple[float, Point] | None:
        """Return the leader's best choice between two ends, and its payoff in front of it."""
        from scipy import optimize

        def loss(x: float) -> float:
            there = self._reply(x, start)
            return WORST if there is None else -self.payoff(leader, there)

        found = optimize.minimize_scalar(
            loss, bounds=ends, method="bounded", options={"xatol": 1e-8}
        )
        there = self._reply(found.x, start)
        return None if there is None else (-float(found.fun), there)
