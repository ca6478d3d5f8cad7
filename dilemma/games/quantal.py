"""The equilibrium at the end of the logit correspondence's principal branch, by pygambit.

As errors become rare the quantal response equilibria that start from play at random lead to one
equilibrium, in almost all games (McKelvey and Palfrey 1995, Games and Economic Behavior 10: 6-38).
The branch depends on how each player's payoffs are scaled; here the largest advantage of one action
over another is the unit of each.
"""

from __future__ import annotations

import importlib
import io
import time
from dataclasses import dataclass
from fractions import Fraction
from math import inf

from dilemma.exchange.nfg import strategic_text
from dilemma.games.endings import Endings
from dilemma.parts import Profile

__all__ = ["Logit", "logit"]

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
    elif events.count("LogitPathEvent") <= 1:
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
