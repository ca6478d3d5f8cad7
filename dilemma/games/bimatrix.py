"""The symbolic solution of a two-player matrix game: one branch for each pair of supports.

Write A (m, n) and B (m, n) for the payoffs of the row and the column player.  (x, y) with supports
I and J is an equilibrium iff every row in I pays the same against y and no row pays more, and
likewise for the columns in J against x.  Supports of unequal size are kept: they are how
degenerate games have equilibria.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import combinations

import sympy as sp

from dilemma.equilibrium import Branch
from dilemma.errors import UnsupportedError
from dilemma.model import Model

__all__ = ["LARGEST", "branches", "payoff_matrices"]

LARGEST = 3  # actions a player for which symbols are tried unasked: 4x4 has 225 branches


def payoff_matrices(model: Model) -> tuple[sp.Matrix, sp.Matrix]:
    """Return the symbolic payoffs of the row and the column player, each (m, n)."""
    row, column = model.players.values()
    shape = (len(row.actions), len(column.actions))
    first, second = (
        sp.Matrix(*shape, [model.payoffs[profile][name] for profile in model.profiles])
        for name in (row.name, column.name)
    )
    return first, second


def branches(model: Model, largest: int = LARGEST) -> tuple[Branch, ...]:
    """Return every branch of a two-player matrix game.

    Parameters
    ----------
    model : Model
        A matrix game of two players.
    largest : int
        The most actions that a player may have.

    Raises
    ------
    UnsupportedError
        If there are more players or more actions; numbers are still to be had from ``solve``.

    Examples
    --------
    >>> from dilemma.library import load
    >>> [branch.name for branch in branches(load("abandonment"))][-2:]
    ['weak/strong, strong', 'weak/strong, weak/strong']
    """
    if len(model.players) != 2:
        raise UnsupportedError(
            f"{model.name} has {len(model.players)} players: its symbolic solution needs two"
        )
    sizes = [len(p.actions) for p in model.players.values()]
    if max(sizes) > largest:
        raise UnsupportedError(
            f"{model.name} is {sizes[0]}x{sizes[1]}: its symbolic solution is worked out up to "
            f"{largest}x{largest}"
        )
    return _branches(model)


@lru_cache(maxsize=32)
def _branches(model: Model) -> tuple[Branch, ...]:
    first, second = payoff_matrices(model)
    m, n = first.shape
    return tuple(
        _branch(model, first, second.T, rows, columns)
        for rows in _supports(m)
        for columns in _supports(n)
    )


def _supports(size: int) -> Iterator[tuple[int, ...]]:
    for k in range(1, size + 1):
        yield from combinations(range(size), k)


def _branch(
    model: Model,
    first: sp.Matrix,
    second: sp.Matrix,
    rows: tuple[int, ...],
    columns: tuple[int, ...],
) -> Branch:
    """Write down one pair of supports; ``second`` has the column player's own actions as rows."""
    row, column = model.players.values()
    x = _mix(row.name, row.actions, rows)
    y = _mix(column.name, column.actions, columns)
    equal, best = [], []
    for payoffs, mine, other in ((first, rows, y), (second, columns, x)):
        pays = [
            sp.expand(sum(payoffs[a, b] * p for b, p in other.items())) for a in range(payoffs.rows)
        ]
        equal.append([sp.expand(pays[mine[0]] - pays[a]) for a in mine[1:]])
        best += [sp.expand(pays[mine[0]] - pays[a]) for a in range(payoffs.rows) if a not in mine]
    unknown_x, unknown_y = ([p for p in mix.values() if p.is_Symbol] for mix in (x, y))
    closed, nonzero = _closed([(equal[0], unknown_y), (equal[1], unknown_x)])
    positive = [p > 0 for mix in (x, y) if len(mix) > 1 for p in mix.values()]
    return Branch(
        name=f"{_name(row.actions, rows)}, {_name(column.actions, columns)}",
        play={
            row.name: {a: x.get(i, sp.Integer(0)) for i, a in enumerate(row.actions)},
            column.name: {a: y.get(j, sp.Integer(0)) for j, a in enumerate(column.actions)},
        },
        unknowns=(*unknown_x, *unknown_y),
        equations=tuple(e for side in equal for e in side),
        conditions=(*positive, *(sp.Ge(gap, 0) for gap in best)),
        closed=closed,
        nonzero=nonzero,
    )


def _name(actions: Sequence[str], support: tuple[int, ...]) -> str:
    return "/".join(actions[i] for i in support)


def _mix(player: str, actions: Sequence[str], support: tuple[int, ...]) -> dict[int, sp.Expr]:
    """Name a probability for every action in the support but the first, which takes the rest."""
    named = {i: sp.Symbol(f"P({player} {actions[i]})", real=True) for i in support[1:]}
    return {support[0]: 1 - sp.Add(*named.values()), **named}


def _closed(
    systems: list[tuple[list[sp.Expr], list[sp.Symbol]]],
) -> tuple[dict[sp.Symbol, sp.Expr], tuple[sp.Expr, ...]]:
    """Solve each player's indifference for the other's mix by Cramer's rule, where it can be."""
    closed: dict[sp.Symbol, sp.Expr] = {}
    nonzero: list[sp.Expr] = []
    for equations, unknowns in systems:
        if len(equations) != len(unknowns):
            return {}, ()
        if not unknowns:
            continue
        coefficients, constants = sp.linear_eq_to_matrix(equations, unknowns)
        determinant = sp.expand(coefficients.det())
        if determinant == 0:
            return {}, ()
        for k, unknown in enumerate(unknowns):
            replaced = coefficients.copy()
            replaced[:, k] = constants
            closed[unknown] = sp.cancel(sp.expand(replaced.det()) / determinant)
        nonzero.append(determinant)
    return closed, tuple(nonzero)
