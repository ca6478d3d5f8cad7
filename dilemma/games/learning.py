"""Where two populations, or two learners, end up from random starting points.

The replicator dynamics of two populations (Taylor 1979, Journal of Applied Probability 16: 76-83)
and fictitious play (Brown 1951, in Koopmans, Activity Analysis of Production and Allocation), both
as nashpy has them.  A path is followed until it cannot but approach a strict equilibrium, until it
comes back to where it was, or to the end of its time; what did not settle is said not to have.
"""

from __future__ import annotations

import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from math import inf
from typing import Any

import numpy as np

from dilemma.games.endings import Array, Ending, Endings

__all__ = [
    "CYCLES",
    "ELSEWHERE",
    "HORIZON",
    "NEAR",
    "OPEN",
    "ROUNDS",
    "Basins",
    "basins",
]

CYCLES = "cycles: came back to where it had been"
ELSEWHERE = "at rest, near no equilibrium listed"
OPEN = "had not settled"

HORIZON = 500.0  # of the replicator dynamics; one unit: the largest advantage acts for 1
ROUNDS = 400  # of fictitious play
NEAR = {"replicator dynamics": 0.01, "fictitious play": 0.1}  # by how much in any probability

_CHUNK = 10.0  # followed at a time: numerical errors of 1e-8 cannot grow to matter within it
_STEP = 0.1
_LEAST = 1e-12  # no action is given up for good
_BACK, _AWAY = 0.002, 0.05  # a cycle comes back this close after having been that far away


@dataclass(frozen=True, slots=True)
class Basins:
    """How many random starting points end where, under one dynamic.

    Attributes
    ----------
    dynamic : str
    starts : int
        How many were followed: fewer than asked for where time ran out.
    ends : mapping of ending to count
        A component of equilibria by its position, or what happened instead.
    """

    dynamic: str
    starts: int
    ends: Mapping[Ending, int]


def basins(
    places: Endings, *, starts: int, seed: int, seconds: float | None = None
) -> tuple[Basins, ...]:
    """Follow both dynamics from the same random starting points.

    Parameters
    ----------
    places : Endings
    starts : int
        Points drawn uniformly from all pairs of mixes.
    seed : int
    seconds : float, optional
        Budget for both together; past it fewer starts are followed, and counted.
    """
    import nashpy

    until = inf if seconds is None else time.monotonic() + seconds
    draw = np.random.default_rng(seed)
    m, n = places.A.shape
    points = [(draw.dirichlet(np.ones(m)), draw.dirichlet(np.ones(n))) for _ in range(starts)]
    game = nashpy.Game(places.A, places.B.T)
    found = []
    ways: dict[str, Callable[[Any, Endings, Array, Array, float], Ending | None]] = {
        "replicator dynamics": _replicator,
        "fictitious play": _fictitious,
    }
    with _ties_broken_by(seed), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the integrator: what it returns is looked at
        for left, (name, end) in zip((2, 1), ways.items(), strict=True):
            stop = time.monotonic() + (until - time.monotonic()) / left
            ends: Counter[Ending] = Counter()
            for x, y in points:
                ended = None if time.monotonic() > stop else end(game, places, x, y, stop)
                if ended is None:
                    break
                ends[ended] += 1
            found.append(Basins(name, ends.total(), dict(ends)))
    return tuple(found)


@contextmanager
def _ties_broken_by(seed: int) -> Iterator[None]:
    """Seed numpy's global state, which nashpy breaks ties with, and put it back afterwards."""
    before = np.random.get_state()  # noqa: NPY002 -- the state nashpy draws from
    np.random.seed(seed % 2**32)  # noqa: NPY002
    try:
        yield
    finally:
        np.random.set_state(before)  # noqa: NPY002


# --- replicator dynamics ------------------------------------------------------------------------


def _replicator(game: Any, places: Endings, x: Array, y: Array, deadline: float) -> Ending | None:
    """Follow the dynamics; None where time runs out before they have settled."""
    points = np.linspace(0, _CHUNK, round(_CHUNK / _STEP) + 1)
    chunks: list[Array] = []
    for chunk in range(round(HORIZON / _CHUNK)):
        x, y = _inside(x), _inside(y)
        trap = places.trapped(x, y)
        if trap is not None:
            return trap
        if time.monotonic() > deadline:
            return None
        try:
            xs, ys = game.asymmetric_replicator_dynamics(x0=x, y0=y, timepoints=points)
        except (ArithmeticError, RuntimeError, ValueError):
            return OPEN  # the integrator refused
        path = np.hstack([xs, ys])
        if not np.isfinite(path).all() or path.min() < -0.01:
            return OPEN  # the integrator gave up
        chunks.append(path)
        x, y = xs[-1], ys[-1]
        if chunk % 5 == 4 and _came_back(np.vstack(chunks)):
            return CYCLES
    rest = np.vstack(chunks)
    rest = rest[len(rest) // 2 :]
    some = rest[:: len(rest) // 20]
    name = "replicator dynamics"
    near = places.near([(p[: len(x)], p[len(x) :]) for p in some], NEAR[name])
    if near is not None:
        return near
    return ELSEWHERE if np.ptp(rest, axis=0).max() < NEAR[name] / 10 else OPEN


def _inside(mix: Array) -> Array:
    raised = np.maximum(mix, _LEAST)
    return np.asarray(raised / raised.sum())


def _came_back(path: Array) -> bool:
    """Tell whether the last point lies on the path before the path had last been far from it."""
    last = path[-1]
    away = np.flatnonzero(np.abs(path - last).max(axis=1) > _AWAY)
    if not len(away) or away[-1] < 2:
        return False
    before = path[: away[-1] + 1]
    start, along = before[:-1], np.diff(before, axis=0)
    squares = np.maximum((along**2).sum(axis=1), 1e-300)
    share = np.clip(((last - start) * along).sum(axis=1) / squares, 0, 1)
    gaps = np.abs(start + share[:, None] * along - last).max(axis=1)
    return bool(gaps.min() < _BACK)


# --- fictitious play ----------------------------------------------------------------------------


def _fictitious(game: Any, places: Endings, x: Array, y: Array, deadline: float) -> Ending | None:
    """Follow beliefs; once a strict equilibrium is played it is played for ever.

    (Fudenberg and Levine 1998, The Theory of Learning in Games, proposition 2.1.)
    """
    before = x, y
    late = []
    rounds = game.fictitious_play(iterations=ROUNDS, play_counts=before)
    next(rounds)
    for k, counts in enumerate(rounds):
        played = tuple(int(np.argmax(now - then)) for now, then in zip(counts, before, strict=True))
        if played in places.strict:
            return places.strict[played[0], played[1]]
        before = counts
        if time.monotonic() > deadline:
            return None
        if k >= ROUNDS // 2 and k % 10 == 9:
            late.append((counts[0] / counts[0].sum(), counts[1] / counts[1].sum()))
    near = places.near(late, NEAR["fictitious play"])
    if near is None:
        return OPEN
    half = len(late) // 2
    third, fourth = (places.far(near, some) for some in (late[:half], late[half:]))
    return near if fourth < 0.02 or fourth < 0.95 * third else OPEN  # Shapley's cycles never shrink
