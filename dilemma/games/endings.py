"""Where a path of two mixes ends: near which set of equilibria, if near any at all.

Equilibria that hang together are one ending: no dynamic can be said to have chosen among them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Array", "Ending", "Endings", "normal"]

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
