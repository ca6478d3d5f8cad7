"""Every equilibrium of many two-player games at once, in floats, from the payoffs alone.

Write A and B, both (n, m, k), for the payoffs of the row and the column player in n games.  For
rows I and columns J of one size the mixes x on I and y on J that make the other indifferent solve

    A[I, J] y = v,  sum(y) = 1        B[I, J]' x = w,  sum(x) = 1

and are an equilibrium iff all their probabilities are positive and no row outside I pays more than
v, no column outside J more than w: the definition of best replies.  The least of these numbers is
the *margin*.  Unless a game is degenerate these are all its equilibria, and no margin is zero: von
Stengel 2002, in Handbook of Game Theory 3: 1723-1759 (unverified).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

import numpy as np

__all__ = ["Mixes", "enumerated"]

Array = np.ndarray[Any, Any]
CLOSE = 1e-8  # of payoffs that range over 1: a margin that is smaller is too close to call
SINGULAR = 1e-7  # likewise a determinant


@dataclass(frozen=True)
class Mixes:
    """What is played with one choice of supports, game by game.

    Attributes
    ----------
    rows, columns : tuple of int
        The supports.
    x, y : arrays, (n, m) and (n, k)
        The mixes.
    holds : array of bool, (n,)
        In which games they are an equilibrium.
    """

    rows: tuple[int, ...]
    columns: tuple[int, ...]
    x: Array
    y: Array
    holds: Array


def enumerated(A: Array, B: Array) -> tuple[tuple[Mixes, ...], Array]:
    """Find every equilibrium of each game that is not degenerate, nor nearly so.

    Parameters
    ----------
    A, B : arrays, (n, m, k)
        Payoffs of the row and the column player.

    Returns
    -------
    found : tuple of Mixes
        One for each choice of supports of one size.
    doubtful : array of bool, (n,)
        Which games are too close to call, or have payoffs that are no numbers.

    Examples
    --------
    Two allies, each of whom would rather let the other pay.

    >>> A = np.array([[[0, 4], [1, 2]]])
    >>> found, doubtful = enumerated(A, A.transpose(0, 2, 1))
    >>> [(m.rows, m.columns) for m in found if m.holds[0]], bool(doubtful[0])
    ([((0,), (1,)), ((1,), (0,)), ((0, 1), (0, 1))], False)
    """
    A, no_numbers = _scaled(A)
    B, nor_these = _scaled(B)
    doubtful: Array = np.asarray(no_numbers | nor_these)
    found = []
    for rows, columns in _supports(*A.shape[1:]):
        y, of_rows = _indifferent(A, rows, columns)
        x, of_columns = _indifferent(B.transpose(0, 2, 1), columns, rows)
        margin = np.minimum(of_rows, of_columns)
        doubtful |= np.asarray(np.abs(margin) <= CLOSE)
        found.append(Mixes(rows, columns, x, y, margin > CLOSE))
    return tuple(found), doubtful


def _scaled(payoffs: Array) -> tuple[Array, Array]:
    """Let payoffs range from 0 to 1, game by game; tell where they are no numbers."""
    bad = np.asarray(~np.isfinite(payoffs).all(axis=(1, 2)))
    told = np.where(bad[:, None, None], 0.0, payoffs)
    low = told.min(axis=(1, 2), keepdims=True)
    size = told.max(axis=(1, 2), keepdims=True) - low
    return (told - low) / np.where(size > 0, size, 1.0), bad


def _supports(m: int, k: int) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    for size in range(1, min(m, k) + 1):
        yield from product(combinations(range(m), size), combinations(range(k), size))


def _indifferent(
    payoffs: Array, own: tuple[int, ...], others: tuple[int, ...]
) -> tuple[Array, Array]:
    """Find the others' mix that makes all own actions of a support pay the same, and its margin.

    Where several mixes do the margin is 0, and where none does minus infinity.
    """
    n, _, k = payoffs.shape
    size = len(own)
    system = np.zeros((n, size + 1, size + 1))
    system[:, :size, :size] = payoffs[:, own][:, :, others]
    system[:, :size, size] = -1.0
    system[:, size, :size] = 1.0
    right = np.zeros((n, size + 1, 1))
    right[:, size] = 1.0
    singular = np.asarray(np.abs(np.linalg.det(system)) < SINGULAR)
    unsolvable = np.array(singular)
    unsolvable[singular] = _no_solution(system[singular], right[singular])
    system[singular] = np.eye(size + 1)
    solved = np.linalg.solve(system, right)[..., 0]
    mix = np.zeros((n, k))
    mix[:, others] = solved[:, :size]
    pays = np.einsum("nij,nj->ni", payoffs, mix)
    outside = [i for i in range(payoffs.shape[1]) if i not in own]
    margin = np.min(np.hstack([solved[:, :size], solved[:, size:] - pays[:, outside]]), axis=1)
    return mix, np.where(unsolvable, -np.inf, np.where(singular, 0.0, margin))


def _no_solution(systems: Array, right: Array) -> Array:
    """Tell which singular systems no mix comes near to solving.

    What the pseudoinverse leaves out is smaller than ``SINGULAR``, and mixes are not large.
    """
    best = np.linalg.pinv(systems, rcond=SINGULAR) @ right
    residual: Array = np.abs(systems @ best - right).max(axis=(1, 2))
    return residual > 1_000 * SINGULAR
