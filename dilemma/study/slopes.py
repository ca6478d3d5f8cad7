"""How outcomes move with parameters at many random calibrations, in floats: which signs occur?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
import sympy as sp

from dilemma.branch import Branch
from dilemma.games.batches import many
from dilemma.games.numbers import quickly
from dilemma.model import Model
from dilemma.study.frequencies import draw
from dilemma.study.implicit import System, pieces, slope, system

__all__ = ["Slopes", "sampled"]

Array = np.ndarray[Any, Any]
NOISE = 1e-9  # an elasticity that is smaller is taken for none
SMALL = 1e-3  # of a parameter: what is nearer to zero has no elasticity


def sampled(model: Model, era: str, branch: Branch, draws: int, seed: int) -> Slopes:
    """Return the equilibria of random calibrations from an era's box that lie in a branch."""
    drawn = draw(model, era, draws, seed)
    batch = many(model, {p.symbol: drawn[n] for n, p in model.parameters.items()})
    rows = next((r for r in batch.rows if r.branch.name == branch.name), None)
    if rows is None:  # a branch that only the search finds
        return Slopes(model, branch, {}, 0)
    kept = rows.holds & ~batch.doubtful[:, None]
    at = {s: np.broadcast_to(x, kept.shape)[kept] for s, x in rows.at.items()}
    return Slopes(model, branch, at, int(kept.sum()))


@dataclass
class Slopes:
    """The slopes of a branch at random calibrations of an era's box, in floats.

    Attributes
    ----------
    at : mapping of symbol to array of shape (n,)
        At each equilibrium that lies in the branch.
    """

    model: Model
    branch: Branch
    at: Mapping[sp.Symbol, Array]
    size: int
    moves: dict[tuple[System, sp.Symbol], Array | None] = field(default_factory=dict)

    def signs(self, formula: sp.Expr, parameter: sp.Symbol) -> set[str]:
        """Return which signs occur: "+", "-", "0"."""
        found: set[str] = set()
        for piece in pieces(self.model.expand(formula)):
            solved = system(self.model, self.branch, piece.formula)
            if solved is None or not self.size:
                continue
            here = np.broadcast_to(self._numbers(piece.where), self.size).astype(bool)
            told = self._slopes(piece.formula, solved, parameter)
            if told is None:
                continue
            total, scale = (x[here] for x in told)
            good = np.isfinite(total)
            none = np.abs(total) <= NOISE * scale
            found |= {"0"} if np.any(good & none) else set()
            found |= {"+"} if np.any(good & ~none & (total > 0)) else set()
            found |= {"-"} if np.any(good & ~none & (total < 0)) else set()
        return found

    def _slopes(
        self, formula: sp.Expr, solved: System, parameter: sp.Symbol
    ) -> tuple[Array, Array] | None:
        """Return the total derivative, and the size of what is noise beside what."""
        moved = self._moves(solved, parameter)
        if moved is None:
            return None
        total = np.broadcast_to(self._numbers(slope(formula, parameter)), self.size)
        scale = np.abs(total)
        level = np.abs(self._numbers(formula))
        for k, unknown in enumerate(solved.unknowns):
            by = self._numbers(slope(formula, unknown))
            part = by * moved[:, k]
            total, scale = total + part, scale + np.abs(part)
            level = level + np.abs(by * self.at[unknown])
        size = np.maximum(np.abs(self.at[parameter]), SMALL)
        return total, np.maximum(scale, level / size)

    def _moves(self, solved: System, parameter: sp.Symbol) -> Array | None:
        """Return how the unknowns move, (n, unknowns)."""
        key = solved, parameter
        size = len(solved.unknowns)
        if not size:
            return np.zeros((self.size, 0))
        if key not in self.moves:
            table = [self._numbers(x) for x in (*solved.matrix, *_by(solved, parameter))]
            wide = np.stack([np.broadcast_to(x, self.size) for x in table], axis=1)
            matrix = wide[:, : size * size].reshape(-1, size, size)
            try:
                with np.errstate(all="ignore"):
                    moved = np.linalg.solve(matrix, -wide[:, size * size :, None])[..., 0]
            except np.linalg.LinAlgError:
                moved = None
            self.moves[key] = moved
        return self.moves[key]

    def _numbers(self, formula: sp.Basic) -> Array:
        if formula in (sp.true, sp.false):
            return np.array(formula is sp.true)
        symbols, compiled = _compiled(formula)
        if any(s not in self.at for s in symbols):
            return np.array(np.nan)
        with np.errstate(all="ignore"):
            return np.asarray(compiled(*(self.at[s] for s in symbols))[0])


@lru_cache(maxsize=5_000)
def _compiled(formula: sp.Basic) -> tuple[tuple[sp.Symbol, ...], Any]:
    symbols = tuple(sorted(formula.free_symbols, key=str))
    return symbols, quickly(symbols, [formula])


def _by(solved: System, parameter: sp.Symbol) -> list[sp.Expr]:
    return [slope(e, parameter) for e in solved.equations]
