"""Play of a tree with imperfect information at one calibration, by what may be played at each set.

The supports that are possible there are gone through, exactly.  Where all unknown chances are determined
each is worked out; where some are free, as where nothing leads to who mixes, what lies amid their bounds
stands for the continuum.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

import sympy as sp

from dilemma.games.amid import amid
from dilemma.games.branch import Branch, solutions
from dilemma.games.points import candidate, holds
from dilemma.games.tree.deviations import Play
from dilemma.games.tree.hidden import at_numbers
from dilemma.model import Model

__all__ = ["plays"]


def plays(model: Model, values: Mapping[sp.Symbol, sp.Expr]) -> Iterator[tuple[str, Play, bool]]:
    """Yield what may be played, under which name, and whether it stands for a continuum.

    What is not worked out in exact numbers is left out.

    Parameters
    ----------
    values : mapping of symbol to exact value
        Every parameter and definition.
    """
    for branch in at_numbers(model, values):
        free = branch.shape is not None and bool(branch.shape.loose)
        for unknowns in _amid(branch) if free else _points(model, branch):
            play = {
                decision: {a: _fraction(c.xreplace(unknowns)) for a, c in mix.items()}
                for decision, mix in branch.play.items()
            }
            if all(chance is not None for mix in play.values() for chance in mix.values()):
                yield branch.name, play, free  # type: ignore[misc]


def _amid(branch: Branch) -> Iterator[Mapping[sp.Symbol, sp.Expr]]:
    """Yield what stands for a continuum."""
    released, shape = branch.released, branch.shape
    if released is None or shape is None or not all(holds(c, {})[0] for c in released.where):
        return
    found = amid(released, {})
    if found is None:
        return
    at: dict[sp.Symbol, sp.Expr] = dict(found)
    for symbol, numerator, denominator in reversed(shape.steps):
        at[symbol] = numerator.xreplace(at) / denominator.xreplace(at)
    yield at


def _points(model: Model, branch: Branch) -> Iterator[Mapping[sp.Symbol, sp.Expr]]:
    """Yield the solutions of a branch that are exact and meet its conditions."""
    if branch.shape is None:
        return
    roots, exact, _ = solutions(branch.shape, {})
    for root in roots if exact else []:
        if candidate(model, branch, {}, root, exact=exact) is not None:
            yield root


def _fraction(chance: sp.Expr) -> Fraction | None:
    chance = sp.nsimplify(chance) if chance.is_Float else chance
    return Fraction(int(chance.p), int(chance.q)) if chance.is_Rational else None
