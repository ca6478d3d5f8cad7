"""Equilibria of chosen numbers at very many calibrations at once, in floats, by Newton's method.

Where all choose at once, each number from its interval, player i is paid u_i and x_k is one of its numbers, an
equilibrium solves the complementarity problem of the first-order conditions

    x_k inside its interval:  du_i/dx_k = 0;    at its low end:  <= 0;    at its high end:  >= 0

Numbers are measured as shares t_k of their intervals, which have the same ends, 0 and 1, at all calibrations.  A
row is one calibration and one start; all rows take a step together.  A number that lies at an end and is pushed
outwards stays there; the others follow Newton's step, which is damped (no longer than a part of the interval),
and projected on the box.  In the first rounds own curvature counts as negative, so that a row climbs towards what
is best for whoever chooses and not to what is worst.

Up to four numbers begin where their slopes change their signs on a grid (:mod:`dilemma.games.numbers.crossings_many`)
and at one point more; others at points of a Sobol sequence, the corners of the box, and places at which all numbers
lie alike.  What comes of them solves first-order conditions; whether anybody gains by more than a small step is
asked of :mod:`dilemma.games.numbers.many_replies`, which shares nothing with this.  Equilibria to which no
start leads are missed.

References
----------
Newton's method on the active set for complementarity problems: Facchinei and Pang 2003, Finite-Dimensional
Variational Inequalities and Complementarity Problems, chapter 7 (unverified).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import product
from typing import Any

import numpy as np
import sympy as sp

from dilemma.games.batch import Array, Solutions
from dilemma.games.branch import Branch
from dilemma.games.kind import Numerical
from dilemma.games.numbers import numbers_of
from dilemma.games.numbers.crossings_many import PLACES, crossings
from dilemma.games.numbers.first_order import binding_sets
from dilemma.games.numbers.powers import kinks
from dilemma.games.numbers.regimes import name_of
from dilemma.model import Model
from dilemma.theory.parts import quickly

__all__ = ["Calibrations", "Conditions", "candidates", "numerical"]

ROWS = 4_096  # calibrations and starts that take a step together: what fits the cache
TOGETHER = 8_192  # calibrations and common starts whose candidates are looked for together
ROUNDS = 40
CLIMBING = 4  # rounds in which own curvature counts as negative
EVERY = 2  # rounds after which rows that have arrived are put aside
REACH = 0.3  # of an interval, which is the longest step
NEAR = 0.02  # of an interval: from farther away nothing lands on an end at once
BACK = 0.9  # of the way to a place without slopes that is gone back to
ARRIVED = 1e-11  # of an interval: what a step is no longer than in the end
AT_END = 1e-9  # of an interval: what lies nearer to an end is there
SAME = 1e-5  # of an interval: what lies nearer is one play
SPREAD = 64  # points of the Sobol sequence
ALIKE = 9  # points at which all numbers lie at the same share
FEW = 1  # points of the sequence where cells of a grid are looked at, too
SMALL = 3  # linear systems of so many unknowns are solved by determinants
SEED = 0  # of the Sobol sequence
MOST = 24  # candidates of a calibration that are looked at further
CHOICES = 6  # numbers, up to which this is done

Columns = Mapping[sp.Symbol, Array]


def numerical(model: Model) -> Numerical | None:
    """Return how equilibria are found where branches are not solved; None where this cannot.

    It can where all choose at once and freely, and payoffs have no kinks in what is chosen.
    """
    return _numerical(model) if _fits(model.game_alone) else None


@lru_cache(maxsize=64)
def _numerical(model: Model) -> Numerical:
    game = numbers_of(model)
    sets = binding_sets(game, tuple(model.players))
    names = dict.fromkeys(_branch(model, binds).title for binds in sets)
    told = _branch(model, ()).play
    return Numerical(_way(model), tuple(names), MOST, told, partial(candidates, model))


@lru_cache(maxsize=64)
def _fits(model: Model) -> bool:
    game = numbers_of(model)
    if game.leader or game.constraints or game.bargain is not None or len(game.choices) > CHOICES:
        return False
    chosen = {c.symbol for c in game.choices.values()}
    told = [model.expand(payoff) for payoff in model.payoffs[()].values()]
    ends = [model.expand(e).free_symbols for c in game.choices.values() for e in (c.low, c.high)]
    bent = (kink for formula in told for kink in kinks(formula))
    return not any(kink.free_symbols & chosen for kink in bent) and not any(
        end & chosen for end in ends
    )


def _way(model: Model) -> str:
    count = len(numbers_of(model).choices)
    known = f"from {len(_starts(count))} starts"
    begun = "from where slopes change their signs on a grid" if count in PLACES else known
    return (
        f"found in floats by Newton's method {begun}, and kept where a search finds nothing to gain by "
        "deviating: others may be missing"
    )


# --- the conditions, compiled -----------------------------------------------------------------------


@dataclass(frozen=True)
class Conditions:
    """A game's payoffs, slopes and curvatures as functions of shares, for all rows together.

    Attributes
    ----------
    chosen : tuple of symbols
        The numbers, d of them.
    parameters : tuple of symbols
    """

    chosen: tuple[sp.Symbol, ...]
    parameters: tuple[sp.Symbol, ...]
    ends: Callable[..., Any]
    rises: Callable[..., Any]
    bends: Callable[..., Any]

    @classmethod
    def of(cls, model: Model) -> Conditions:
        """Compile a model's conditions, once."""
        return _conditions(model.game_alone)

    def at(self, columns: Columns) -> Calibrations:
        """Return what is known at some calibrations before anything is chosen."""
        known = [np.asarray(columns[p], dtype=float) for p in self.parameters]
        size = len(next(iter(columns.values())))
        with np.errstate(all="ignore"):
            ends = [np.broadcast_to(np.asarray(e, float), size) for e in self.ends(*known)]
        table = np.array(known).reshape(len(known), size)
        low, high = (np.array(ends[k::2]).reshape(len(self.chosen), size) for k in (0, 1))
        return Calibrations(self, table, low, high - low)


@lru_cache(maxsize=64)
def _conditions(model: Model) -> Conditions:
    game = numbers_of(model)
    choices = list(game.choices.values())
    chosen = tuple(c.symbol for c in choices)
    parameters = tuple(p.symbol for p in model.parameters.values())
    names = [*chosen, *parameters]
    paid = {p: model.expand(model.payoffs[()][p]) for p in model.players}
    rises = [sp.diff(paid[c.player], c.symbol) for c in choices]
    bends = [sp.diff(rise, other) for rise in rises for other in chosen]
    return Conditions(
        chosen,
        parameters,
        quickly(parameters, [model.expand(end) for c in choices for end in (c.low, c.high)]),
        quickly(names, rises),
        quickly(names, [*rises, *bends]),
    )


@dataclass(frozen=True)
class Calibrations:
    """Some calibrations of a game, or rows of them.

    Attributes
    ----------
    known : array of shape (parameters, n)
    low, width : array of shape (d, n)
        Of the intervals.
    """

    conditions: Conditions
    known: Array
    low: Array
    width: Array

    def of(self, rows: Array) -> Calibrations:
        """Return those of some rows."""
        return Calibrations(
            self.conditions, self.known[:, rows], self.low[:, rows], self.width[:, rows]
        )

    def alongside(self, axes: int) -> Calibrations:
        """Return them with room for more axes, along which numbers differ."""
        known, low, width = (
            a.reshape(*a.shape, *[1] * axes) for a in (self.known, self.low, self.width)
        )
        return Calibrations(self.conditions, known, low, width)

    def numbers(self, shares: Sequence[Array] | Array) -> list[Array]:
        """Return what is chosen at some shares of the intervals."""
        return [a + t * w for t, a, w in zip(shares, self.low, self.width, strict=True)]

    def rises(self, shares: Sequence[Array] | Array) -> list[Array]:
        """Return the slope in each number's share of the payoff of whoever chooses it."""
        told = self.conditions.rises(*self.numbers(shares), *self.known)
        return [np.asarray(t * w, dtype=float) for t, w in zip(told, self.width, strict=True)]

    def bends(self, shares: Array) -> tuple[Array, Array]:
        """Return all slopes, (d, n), and how they move with all shares, (d, d, n)."""
        d, n = shares.shape
        told = self.conditions.bends(*self.numbers(shares), *self.known)
        table = np.empty((d + d * d, n))
        for k, value in enumerate(told):
            table[k] = value
        rises = table[:d] * self.width
        moves = table[d:].reshape(d, d, n) * self.width[:, None] * self.width[None]
        return rises, moves


# --- one step after another -------------------------------------------------------------------------


@dataclass
class _Rows:
    """Rows on their way.

    Attributes
    ----------
    row : array of int, shape (m,)
        Which they are.
    share, good : array of shape (d, m)
        Where they are, and the last place that has slopes; the centre where there was none.
    """

    row: Array
    share: Array
    good: Array

    def only(self, kept: Array) -> _Rows:
        return _Rows(self.row[kept], self.share[:, kept], self.good[:, kept])


def arrived(calibrations: Calibrations, starts: Array, climbing: int) -> tuple[Array, Array]:
    """Return which rows come to solve the conditions, and at which shares.

    Parameters
    ----------
    calibrations : Calibrations
        A calibration for each row.
    starts : array of shape (d, m)
    climbing : int
        Rounds in which own curvature counts as negative.

    Returns
    -------
    row, shares : arrays of shape (k,) and (d, k)
    """
    done = [(np.zeros(0, dtype=int), np.zeros((len(starts), 0)))]
    for begin in range(0, starts.shape[1], ROWS):
        rows = np.arange(begin, min(begin + ROWS, starts.shape[1]))
        done += _arrived(calibrations.of(rows), rows, starts[:, rows], climbing)
    return np.concatenate([r for r, _ in done]), np.hstack([s for _, s in done])


def _arrived(
    here: Calibrations, which: Array, starts: Array, climbing: int
) -> list[tuple[Array, Array]]:
    rows = _Rows(which, starts, np.full(starts.shape, 0.5))
    done = []
    for round_ in range(ROUNDS):
        with np.errstate(all="ignore"):  # what has no slope goes back
            length = _step(here, rows, climbing=round_ < climbing)
        if round_ > max(climbing, 2) and (round_ % EVERY == 0 or round_ == ROUNDS - 1):
            there = length <= ARRIVED
            done.append((rows.row[there], rows.share[:, there]))
            rows, here = rows.only(~there), here.of(~there)
            if not len(rows.row):
                break
    return done


def _step(here: Calibrations, rows: _Rows, *, climbing: bool) -> Array:
    """Take a step; return how long it was, infinite where there were no slopes."""
    share = rows.share
    rises, moves = here.bends(share)
    known = np.isfinite(rises).all(axis=0) & np.isfinite(moves).all(axis=(0, 1))
    rises, moves = np.where(known, rises, 0.0), np.where(known, moves, 0.0)
    held = ((share <= 0) & (rises <= 0)) | ((share >= 1) & (rises >= 0)) | (here.width <= 0)
    own = np.arange(len(share))
    if climbing:
        moves[own, own] = -np.maximum(np.abs(moves[own, own]), np.abs(rises))
    # What is held does not move, and moves nothing.
    moves = np.where(held[:, None] | held[None], 0.0, moves)
    moves[own, own] = np.where(held, -1.0, moves[own, own])
    step = linear_systems(moves, np.where(held, 0.0, -rises))
    longest = np.max(np.abs(step), axis=0)
    step = step * np.minimum(1.0, REACH / np.maximum(longest, REACH))
    to = _within(share, share + step)
    moved = np.max(np.abs(to - share), axis=0)
    back = rows.good + BACK * (share - rows.good)
    rows.good = np.where(known, share, rows.good)
    rows.share = np.where(known, to, back)
    return np.asarray(np.where(known, moved, np.inf))


def _within(here: Array, to: Array) -> Array:
    """Project on the box; from farther away first come near to an end, at which a slope may have no bound."""
    low = np.where(here > NEAR, here / 10, 0.0)
    high = np.where(here < 1 - NEAR, 1 - (1 - here) / 10, 1.0)
    return np.where(to <= 0, low, np.where(to >= 1, high, to))


def linear_systems(matrix: Array, right: Array) -> Array:
    """Solve many linear systems by elimination with the largest pivot; nought where there is none.

    Parameters
    ----------
    matrix : array of shape (d, d, m)
    right : array of shape (d, m)

    Examples
    --------
    >>> linear_systems(np.array([[[0.0], [2.0]], [[4.0], [0.0]]]), np.array([[6.0], [8.0]])).ravel()
    array([2., 3.])
    """
    if len(matrix) <= SMALL:
        return _by_determinants(matrix, right)
    table = np.concatenate([matrix, right[:, None]], axis=1)
    size, every = len(table), np.arange(table.shape[2])
    for k in range(size):
        best = k + np.argmax(np.abs(table[k:, k]), axis=0)
        pivot = table[best, :, every].T.copy()
        table[best, :, every] = table[k].T
        top = np.where(pivot[k] == 0, np.inf, pivot[k])
        table[k] = pivot / top
        factors = table[:, k].copy()
        factors[k] = 0.0
        table -= factors[:, None] * table[k][None]
    found: Array = table[:, size]
    return np.where(np.isfinite(found), found, 0.0)


def _by_determinants(matrix: Array, right: Array) -> Array:
    """Solve small systems by Cramer's rule."""
    rows = [list(row) for row in matrix]
    over = _determinant(rows)
    over = np.where(over == 0, np.inf, over)
    found = np.empty(right.shape)
    for k in range(len(rows)):
        put = [[*row[:k], value, *row[k + 1 :]] for row, value in zip(rows, right, strict=True)]
        found[k] = _determinant(put) / over
    return np.where(np.isfinite(found), found, 0.0)


def _determinant(rows: Sequence[Sequence[Array]]) -> Array:
    """Return determinants, by the first row."""
    first, *rest = rows
    if not rest:
        return first[0]
    told = np.zeros(first[0].shape)
    for k, value in enumerate(first):
        told += (-1) ** k * value * _determinant([[*row[:k], *row[k + 1 :]] for row in rest])
    return told


# --- from starts to equilibria ----------------------------------------------------------------------


@lru_cache(maxsize=16)
def _starts(count: int) -> Array:
    """Return the starts that are the same at all calibrations, (starts, d)."""
    if count in PLACES:
        return _spread(count, FEW)
    corners = product((0.0, 1.0), repeat=count)
    line = np.repeat(np.linspace(0, 1, ALIKE + 2)[1:-1, None], count, axis=1)
    return np.vstack([_spread(count, SPREAD), np.array([*corners]), line])


def _spread(count: int, points: int) -> Array:
    from scipy.stats import qmc

    return np.asarray(qmc.Sobol(count, seed=np.random.default_rng(SEED)).random(points))


def candidates(model: Model, columns: Columns) -> Iterator[Solutions]:
    """Yield what may be equilibria at many calibrations, by what binds in them.

    They solve first-order conditions and are no minima of what somebody chooses; whether anybody gains by
    a deviation is for whoever asks.

    Parameters
    ----------
    columns : mapping of parameter's symbol to array of shape (draws,)
    """
    conditions = Conditions.of(model)
    every = conditions.at(columns)
    size = every.low.shape[1]
    common = _starts(len(conditions.chosen))
    each = max(1, TOGETHER // len(common))
    found = []
    with np.errstate(all="ignore"):
        for start in range(0, size, each):
            draws = np.arange(start, min(start + each, size))
            some = every.of(draws)
            draw, share = _candidates(some, common)
            found.append((draws[draw], share))
    draw = np.concatenate([d for d, _ in found])
    share = np.hstack([s for _, s in found])
    yield from _by_what_binds(model, columns, every, draw, share)


def _candidates(some: Calibrations, common: Array) -> tuple[Array, Array]:
    """Return what solves the conditions at some calibrations: which of these, and the shares."""
    open_ = np.flatnonzero((some.width >= 0).all(axis=0) & np.isfinite(some.width).all(axis=0))
    draw = np.repeat(open_, len(common))
    row, share = arrived(some.of(draw), np.tile(common.T, len(open_)), CLIMBING)
    draw = draw[row]
    if len(some.low) in PLACES:
        begin = crossings(some.of(open_))
        crossed = open_[begin.draw]
        row, where = arrived(some.of(crossed), begin.share, 0)
        draw = np.concatenate([draw, crossed[row], open_[begin.corner_draw]])
        share = np.hstack([share, where, begin.corner])
    share = np.where((some.width[:, draw] <= 0) | (share < AT_END), 0.0, share)
    share = np.where(share > 1 - AT_END, 1.0, share)
    kept = _tops(some.of(draw), share)
    return apart(draw[kept], share[:, kept])


def _tops(here: Calibrations, share: Array) -> Array:
    """Tell which are no minimum of a number inside its interval, for whoever chooses it."""
    _, moves = here.bends(share)
    own = np.arange(len(share))
    size = np.max(np.abs(moves), axis=1)
    inside = (share > 0) & (share < 1)
    worst: Array = inside & (moves[own, own] > 1e-9 * size)
    return np.asarray(~worst.any(axis=0))


def apart(draw: Array, share: Array) -> tuple[Array, Array]:
    """Keep one of several plays at a calibration that are the same, and so many at most; in order.

    Examples
    --------
    >>> draw, share = np.array([0, 1, 0]), np.array([[0.5, 0.5, 0.5 + 1e-9]])
    >>> apart(draw, share)[0]
    array([0, 1])
    """
    order = np.lexsort((*np.round(share[::-1], 7), draw))
    draw, share = draw[order], share[:, order]
    rank = np.arange(len(draw)) - np.searchsorted(draw, draw)
    kept = np.ones(len(draw), dtype=bool)
    for back in range(1, int(rank.max(initial=0)) + 1):
        late = np.flatnonzero(rank >= back)
        near = np.max(np.abs(share[:, late] - share[:, late - back]), axis=0) < SAME
        kept[late[near]] = False
    draw, share = draw[kept], share[:, kept]
    few = np.arange(len(draw)) - np.searchsorted(draw, draw) < MOST
    return draw[few], share[:, few]


def _by_what_binds(
    model: Model, columns: Columns, every: Calibrations, draw: Array, share: Array
) -> Iterator[Solutions]:
    """Yield plays by the set of ends at which numbers lie."""
    game = numbers_of(model)
    names = list(game.choices)
    side = np.where(share <= 0, 1, np.where(share >= 1, 2, 0))
    codes = (side * 3 ** np.arange(len(names))[:, None]).sum(axis=0)
    shut = [c.open_low for c in game.choices.values()], [c.open_high for c in game.choices.values()]
    for code in np.unique(codes):
        own = np.flatnonzero(codes == code)
        ends = side[:, own[0]]
        if any(e and shut[e - 1][k] for k, e in enumerate(ends)):
            continue  # an end that may not be chosen
        binds = tuple(
            f"{n}.{('low', 'high')[e - 1]}" for n, e in zip(names, ends, strict=True) if e
        )
        at = {symbol: np.asarray(c, dtype=float)[draw[own]] for symbol, c in columns.items()}
        numbers = every.of(draw[own]).numbers(share[:, own])
        at |= dict(zip(every.conditions.chosen, numbers, strict=True))
        yield Solutions(model, _branch(model, binds), draw[own], np.zeros(len(own), dtype=int), at)


@lru_cache(maxsize=1_000)
def _branch(model: Model, binds: tuple[str, ...]) -> Branch:
    """Return what is told of a play, in what is chosen."""
    game = numbers_of(model)
    payoffs = dict(model.payoffs[()])
    put = {sp.Symbol(player, real=True): payoff for player, payoff in payoffs.items()}
    return Branch(
        name=name_of(model, binds),
        play={p: {c.name: c.symbol for c in game.of(p)} for p in model.players},
        payoffs=payoffs,
        outcomes={n: o.formula.xreplace(put) for n, o in model.outcomes.items()},
        unknowns=tuple(c.symbol for c in game.choices.values()),
        chosen=True,
        relaxed=True,
        binds=binds,
    )
