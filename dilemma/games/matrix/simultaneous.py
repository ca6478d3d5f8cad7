"""Simultaneous finite games at one calibration, from what is cheap to what is complete.

Pure equilibria are listed first, from the definition.  Strictly dominated actions are then removed,
also those that only a mix dominates: no equilibrium uses them, so what is complete for the game
that is left is complete for the whole.  Where at most two players still have a choice, see
:mod:`dilemma.games.matrix.bimatrix`; else :mod:`dilemma.games.matrix.many`.  Small games of two players are not
cut down.  Where the game is small enough to have branches they are evaluated at the same
calibration and compared with what was found; the two share no code.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from math import inf

import sympy as sp

from dilemma.games.dominance import survivors
from dilemma.games.equilibrium import Equilibrium, Found, apart, share
from dilemma.games.matrix import bimatrix, many
from dilemma.games.profiles import Calibrated, numeric_payoffs, pure_equilibria
from dilemma.model import Model
from dilemma.theory.parts import Profile

__all__ = ["solve"]


def solve(
    model: Model, values: Mapping[sp.Symbol, sp.Expr], *, seconds: float | None, most: int
) -> Iterator[Found]:
    """Find the equilibria of a simultaneous finite game; each answer is better than the last.

    Parameters
    ----------
    values : mapping of symbol to exact value
        Every parameter and definition.
    seconds : float, optional
        Budget of time.
    most : int
        Budget of size: bases visited in each polytope, or rectangles on each choice of supports.

    Raises
    ------
    DisagreementError
        If the branches and the numeric route part: a defect in this package.
    """
    deadline = inf if seconds is None else time.monotonic() + seconds
    payoffs, exact = numeric_payoffs(model, values)
    game = Calibrated(model, values, payoffs, exact)
    pure = list(pure_equilibria(game.players, payoffs))
    first = _listed(game, pure, share(deadline, 0.3))
    yield first
    left = whole = {p.name: p.actions for p in game.players}
    said: list[str] = []
    sizes = sorted((len(actions) for actions in left.values()), reverse=True)
    if sizes[2:3] > [1] or not bimatrix.is_small(sizes[:2]):
        left, finished = survivors(game.players, payoffs, deadline=share(deadline, 0.3))
        said = _removed(game, left, finished=finished)
    idle = [p.title for p in game.players if len(p.actions) == 1]
    if idle and len(game.players) > 2:
        said.insert(0, f"{', '.join(idle)} {'has' if len(idle) == 1 else 'have'} one action only")
    if len([actions for actions in left.values() if len(actions) > 1]) > 2:
        yield from many.solve(game, left, first, said=said, deadline=deadline, most=most)
    elif left != whole and all(len(actions) == 1 for actions in left.values()):
        witness = many.tie(game.players, payoffs)
        yield replace(
            first,
            complete=True,
            reason="",
            degenerate=True if witness else None,
            witness=witness,
            method="; ".join(said),
        )
    else:
        yield from bimatrix.solve(game, left, said=said, pure=pure, deadline=deadline, most=most)


def _listed(game: Calibrated, pure: Sequence[Profile], deadline: float) -> Found:
    """Return what is known when pure equilibria are."""
    found: list[Equilibrium] = []
    for profile in pure:
        if found and time.monotonic() >= deadline:
            break
        mixes = dict(zip(game.model.players, ({a: sp.Integer(1)} for a in profile), strict=True))
        found.append(game.played(mixes))
    reason = "mixed equilibria were not looked for"
    if len(found) < len(pure):
        reason += f", and of {len(pure)} pure ones {len(found)} were worked out in time"
    return Found(
        equilibria=tuple(found),
        sets=apart(found),
        components=tuple((k,) for k in range(len(found))),
        complete=False,
        exact=game.exact,
        reason=reason,
        degenerate=None,
        witness="",
        method="pure equilibria from the definition",
    )


def _removed(game: Calibrated, left: Mapping[str, Profile], *, finished: bool) -> list[str]:
    """Say what iterated strict dominance did, if anything."""
    gone = sum(len(p.actions) - len(left[p.name]) for p in game.players)
    if not gone:
        return []
    size = "x".join(str(len(actions)) for actions in left.values())
    leaves = "one profile" if all(len(actions) == 1 for actions in left.values()) else size
    said = f"iterated elimination of strictly dominated actions leaves {leaves}"
    return [said if finished else f"{said} (it ran out of seconds)"]
