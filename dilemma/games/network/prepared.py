"""What every network of a game pays, prepared once in symbols and worked out at any calibration.

Where the slopes of those who choose are straight lines in what is chosen, their coefficients are formulas
in parameters, and elimination in whole numbers (Bareiss 1968, Mathematics of Computation 22: 565-578)
solves them at a calibration.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import lcm

import sympy as sp

from dilemma.games.network import network_of
from dilemma.games.network.links import Pair, put_in_graph
from dilemma.games.network.symmetry import Exchange, alike
from dilemma.model import Model

__all__ = ["Lines", "formulas_in", "lines_in", "outcomes_in", "slopes", "standing_for"]

Graph = tuple[Pair, ...]


@dataclass(frozen=True)
class Lines:
    """Slopes that are straight lines: each nought where ``rows`` times what is chosen is ``rest``.

    Attributes
    ----------
    rows : tuple of tuple of sympy expressions
    rest : tuple of sympy expressions
    blocks : tuple of tuple of int
        Which rows are of one player.
    """

    rows: tuple[tuple[sp.Expr, ...], ...]
    rest: tuple[sp.Expr, ...]
    blocks: tuple[tuple[int, ...], ...]

    @cached_property
    def formulas(self) -> tuple[sp.Expr, ...]:
        """All coefficients, each once."""
        told = [e for row in self.rows for e in row]
        return tuple(dict.fromkeys([*told, *self.rest]))

    def solved(self, values: Mapping[sp.Expr, sp.Rational]) -> tuple[sp.Rational, ...] | None:
        """Return what is chosen; None where a payoff is not strictly concave, or not one thing is chosen.

        Parameters
        ----------
        values : mapping of formula to number
            What the coefficients come to.
        """
        table = [
            [values[e] for e in (*row, end)] for row, end in zip(self.rows, self.rest, strict=True)
        ]
        scale = lcm(*(int(n.q) for row in table for n in row))
        whole = [[int(n.p) * (scale // int(n.q)) for n in row] for row in table]
        for own in self.blocks:
            if not _definite([[-whole[i][k] for k in own] for i in own]):
                return None
        return eliminated(whole)


def _definite(table: Sequence[Sequence[int]]) -> bool:
    """Tell whether a symmetric matrix of whole numbers is positive definite: by its leading minors."""
    rows, before = [list(row) for row in table], 1
    for k, row in enumerate(rows):
        if row[k] <= 0:
            return False
        for below in rows[k + 1 :]:
            factor = below[k]
            below[k:] = [
                (row[k] * b - factor * a) // before for a, b in zip(row[k:], below[k:], strict=True)
            ]
        before = row[k]
    return True


def eliminated(table: Sequence[Sequence[int]]) -> tuple[sp.Rational, ...] | None:
    """Solve a linear system in whole numbers, the right side last; None where it has no one solution.

    Examples
    --------
    >>> eliminated([[2, 1, 5], [1, -1, 1]])
    (2, 1)
    >>> eliminated([[1, 1, 1], [2, 2, 2]]) is None
    True
    """
    rows, before = [list(row) for row in table], 1
    for k in range(len(rows)):
        pivot = next((i for i in range(k, len(rows)) if rows[i][k]), None)
        if pivot is None:
            return None
        rows[k], rows[pivot] = rows[pivot], rows[k]
        row = rows[k]
        for i, other in enumerate(rows):
            if i != k:
                factor = other[k]
                rows[i] = [
                    (row[k] * b - factor * a) // before for a, b in zip(row, other, strict=True)
                ]
        before = row[k]
    return tuple(sp.Rational(row[-1], row[k]) for k, row in enumerate(rows))


@lru_cache(maxsize=32)
def slopes(model: Model) -> tuple[sp.Expr, ...]:
    """Return the slope of each chooser's payoff by what it chooses, in whatever network."""
    game = network_of(model)
    return tuple(sp.diff(game.pays[c.player], c.symbol) for c in game.chosen.values())


@lru_cache(maxsize=4_096)
def lines_in(model: Model, graph: Graph) -> Lines | None:
    """Return the slopes in a network; None where they are no straight lines for whatever parameters."""
    game = network_of(model)
    choices = list(game.chosen.values())
    symbols = [choice.symbol for choice in choices]
    told = [put_in_graph(e, game.calls, graph) for e in slopes(model)]
    if not all(e.is_polynomial(*symbols) for e in told):
        return None
    lines = [sp.Poly(e, *symbols) for e in told]
    if any(line.total_degree() > 1 for line in lines):
        return None
    players = [choice.player for choice in choices]
    return Lines(
        tuple(tuple(line.coeff_monomial(s) for s in symbols) for line in lines),
        tuple(-line.coeff_monomial(1) for line in lines),
        tuple(
            tuple(k for k, other in enumerate(players) if other == player)
            for player in dict.fromkeys(players)
        ),
    )


@lru_cache(maxsize=4_096)
def formulas_in(model: Model, graph: Graph) -> Mapping[str, sp.Expr]:
    """Return what each player is paid in a network, in parameters, definitions and what is chosen."""
    game = network_of(model)
    return {p: put_in_graph(f, game.calls, graph) for p, f in game.pays.items()}


@lru_cache(maxsize=4_096)
def outcomes_in(model: Model, graph: Graph) -> Mapping[str, sp.Expr]:
    """Return what each outcome is in a network, in those and in what players are paid."""
    outcomes = model.outcomes.items()
    return {n: put_in_graph(o.formula, o.chances, graph) for n, o in outcomes}


@lru_cache(maxsize=64)
def standing_for(model: Model) -> Mapping[Graph, tuple[Graph, Exchange]]:
    """Return for each network the one that stands for it, and what turns that into it."""
    return {
        graph: (own.graph, exchange)
        for own in alike(model)
        for graph, exchange in own.members.items()
    }
