"""Learning: near which equilibria two populations, or two learners, end up.

Equilibria that hang together are one ending: no dynamic can be said to have chosen among them.

From random starting points go the replicator dynamics of two populations (Taylor 1979, Journal of
Applied Probability 16: 76-83) and fictitious play (Brown 1951, in Koopmans, Activity Analysis of
Production and Allocation), both as nashpy has them.  A path is followed until it cannot but
approach a strict equilibrium, until it comes back to where it was, or to the end of its time; what
did not settle is said not to have.

The principal branch of the logit correspondence is followed by pygambit.  As errors become rare the
quantal response equilibria that start from play at random lead to one equilibrium, in almost all
games (McKelvey and Palfrey 1995, Games and Economic Behavior 10: 6-38).  The branch depends on how
each player's payoffs are scaled; here the largest advantage of one action over another is the unit
of each.
"""

from __future__ import annotations

import importlib
import io
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from math import inf
from typing import Any

import numpy as np
import numpy.typing as npt

from dilemma.exchange.gambit_text import strategic_text
from dilemma.theory.parts import Profile

__all__ = [
    "CYCLES",
    "ELSEWHERE",
    "HORIZON",
    "NEAR",
    "OPEN",
    "ROUNDS",
    "Array",
    "Basins",
    "Ending",
    "Endings",
    "Logit",
    "basins",
    "logit",
    "normal",
]

Array = npt.NDArray[np.float64]
Matrix = Sequence[Sequence[Fraction]]
Ending = int | str  # a component of equilibria by its position, or what happened instead


def normal(payoffs: Matrix) -> Array:
    """Scale a player's payoffs, own actions as rows, to advantages between 0 and 1.

    What the other does may add any number to all own actions and the best replies stay, and so do
    the paths of both dynamics; the largest advantage is then the unit.  Exact up to the last step.

    Examples
    --------
    >>> normal([[Fraction(1000), Fraction(7)], [Fraction(1004), Fraction(6)]])
    array([[0.  , 0.25],
           [1.  , 0.  ]])
    """
    least = [min(column) for column in zip(*payoffs, strict=True)]
    over = [[v - low for v, low in zip(row, least, strict=True)] for row in payoffs]
    top = max(max(row) for row in over) or Fraction(1)
    return np.array([[float(v / top) for v in row] for row in over])


@dataclass(frozen=True, slots=True)
class Endings:
    """The equilibria of a game as places to end at.

    Attributes
    ----------
    A : array (m, n)
        The row player's normalised payoffs, own actions as rows.
    B : array (n, m)
        The column player's, own actions as rows too.
    strict : mapping of (row, column) to the component that the strict equilibrium is
    components : tuple of tuple of (row mixes (a, m), column mixes (b, n))
        Each a union of products: any mixture of the first with any of the second.
    """

    A: Array
    B: Array
    strict: dict[tuple[int, int], int]
    components: tuple[tuple[tuple[Array, Array], ...], ...]

    def trapped(self, x: Array, y: Array) -> int | None:
        """Return the strict equilibrium that a path from here cannot but approach, if any.

        As long as either player uses its action at least as often as now, the other's action is
        its only best reply; so both become more frequent for ever.
        """
        for (i, j), component in self.strict.items():
            if _only_reply(self.A, i, j, y[j]) and _only_reply(self.B, j, i, x[i]):
                return component
        return None

    def near(self, points: Sequence[tuple[Array, Array]], within: float) -> int | None:
        """Return the component that all points are near, the nearest of several."""
        far = [self.far(component, points) for component in range(len(self.components))]
        best = min(far, default=1.0)
        return far.index(best) if best <= within else None

    def far(self, component: int, points: Sequence[tuple[Array, Array]]) -> float:
        """Return how far the farthest of some points is from a component: a probability."""
        products = self.components[component]
        return max(min(max(_apart(x, X), _apart(y, Y)) for X, Y in products) for x, y in points)


def _only_reply(payoffs: Array, mine: int, theirs: int, chance: float) -> bool:
    """Tell whether an action is the only best reply to ``theirs`` with this chance or more."""
    gaps = payoffs[mine] - np.delete(payoffs, mine, axis=0)
    return bool((chance * gaps[:, theirs] + (1 - chance) * gaps.min(axis=1) > 0).all())


def _apart(mix: Array, corners: Array) -> float:
    """Return how far a mix is from the mixtures of some others: largest gap in a probability."""
    if len(corners) == 1:
        return float(np.abs(mix - corners[0]).max())
    from scipy.optimize import nnls

    heavy = 1e3  # holds the weights' sum to one
    system: Any = np.vstack([corners.T, np.full((1, len(corners)), heavy)])
    try:
        weights, _ = nnls(system, np.append(mix, heavy))
    except (RuntimeError, ValueError, np.linalg.LinAlgError):
        return 1.0  # it did not converge, and nothing is known to be near
    return float(np.abs(mix - weights @ corners / weights.sum()).max())


# --- from random starting points ------------------------------------------------------------------


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


# --- replicator dynamics --------------------------------------------------------------------------


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


# --- fictitious play ------------------------------------------------------------------------------


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


# --- the logit branch -----------------------------------------------------------------------------


NEEDS = "needs pip install dilemma[trees]"
LARGEST = 8  # actions a player
LATE = "not followed to its end: ran out of seconds"
CLOSE = 1e-3  # between the branch's end and an exact equilibrium, in any probability


@dataclass(frozen=True, slots=True)
class Logit:
    """Where the principal branch leads.

    Attributes
    ----------
    component : int or None
        The component of equilibria that its end is near.
    mixes : tuple of tuple of float
        The end itself, a probability for each action of either player; empty where not asked.
    said : str
        Why there is no end, or what stands in its way: that uniform play is itself an equilibrium,
        or that pygambit met a fork, as there may be in games with a symmetry.
    """

    component: int | None = None
    mixes: tuple[tuple[float, ...], ...] = ()
    said: str = ""


def logit(places: Endings, *, deadline: float = inf) -> Logit:
    """Follow the principal branch to its end, where pygambit is installed.

    Past the deadline, on the monotonic clock [s], it is left, and ``said`` says so.
    """
    if max(places.A.shape) > LARGEST:
        return Logit(said=f"not asked: more than {LARGEST} actions")
    try:
        gambit = importlib.import_module("pygambit")
    except ImportError:
        return Logit(said=f"not asked: {NEEDS}")
    if not hasattr(gambit, "LogitResult"):
        return Logit(said=f"not asked: pygambit is older than 17 ({NEEDS})")
    events: list[str] = []

    def watch(event: object) -> None:
        events.append(type(event).__name__)
        if time.monotonic() > deadline:
            raise RuntimeError(LATE)

    try:
        found = gambit.nash.logit_solve(
            gambit.read_nfg(io.StringIO(_written(places))),
            use_strategic=True,
            event_callback=watch,
        )
    except (ArithmeticError, RuntimeError, ValueError) as error:
        late = time.monotonic() > deadline
        return Logit(said=LATE if late else f"pygambit stopped: {error}")
    if not found.success:
        return Logit(said=f"pygambit stopped: {found.reason}")
    return _branch_end(places, found, events.count("LogitPathEvent"))


def _branch_end(places: Endings, found: Any, steps: int) -> Logit:
    """Return where pygambit's branch ended after so many steps, and what stands in its way."""
    m, n = places.A.shape
    x, y = (
        tuple(float(found.equilibrium[player][f"{k + 1}"]) for k in range(size))
        for player, size in (("1", m), ("2", n))
    )
    import numpy as np

    near = places.near([(np.array(x), np.array(y))], CLOSE)
    said = "" if near is not None else "its end is near no equilibrium listed"
    if found.bifurcations:
        said = "pygambit reports a fork on the branch; which arm it followed is its choice"
    elif steps <= 1:
        said = "uniform play is an equilibrium, and the branch begins and stays there"
    return Logit(near, (x, y), said)


def _written(places: Endings) -> str:
    """Write the game as Gambit's strategic form, players and actions by their numbers."""
    m, n = places.A.shape
    cells: dict[Profile, list[Fraction]] = {
        (f"{i + 1}", f"{j + 1}"): [_short(places.A[i, j]), _short(places.B[j, i])]
        for i in range(m)
        for j in range(n)
    }
    actions = [[f"{k + 1}" for k in range(size)] for size in (m, n)]
    return strategic_text("game", ["1", "2"], actions, cells)


def _short(payoff: float) -> Fraction:
    return Fraction(f"{payoff:.12f}")
