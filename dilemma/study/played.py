"""What is played at one calibration where numbers are chosen, without a search's second opinion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sympy as sp

from dilemma.games import choosing
from dilemma.games.concavity import concave
from dilemma.games.points import Point, by_branches
from dilemma.model import Model

__all__ = ["distance", "first_choice", "play", "played"]

NEAR = sp.Rational(1, 10**12)


def played(model: Model, values: Mapping[sp.Symbol, sp.Expr]) -> tuple[list[Point], str]:
    """Return every equilibrium, and why some may be missing ("" if none is).

    Parameters
    ----------
    values : mapping of symbol to number
        Parameters and definitions.

    Raises
    ------
    UnsupportedError
        If the game has no branches.
    """
    assert model.choices is not None
    points, trouble = by_branches(model, values)
    found: list[Point] = []
    for point in points:
        if point.best and all(distance(model, point, other) > NEAR for other in found):
            found.append(point)
    if any(concave(model, player) is not True for player in model.choices.moves[-1]):
        found, more = _certified(model, values, found)
        return found, "; ".join(filter(None, [*map(str, trouble), more]))
    return found, "; ".join(map(str, trouble))


def _certified(
    model: Model, values: Mapping[sp.Symbol, sp.Expr], points: Sequence[Point]
) -> tuple[list[Point], str]:
    """Keep what is an equilibrium although payoffs are not known to be concave."""
    *_, solved = choosing.solve(model, values, seconds=None, most=1)
    known = [{n: v for own in e.play.values() for n, v in own.items()} for e in solved.equilibria]
    kept = [
        point
        for point in points
        if any(
            all(abs(point.at[_symbol(model, n)] - v) < NEAR for n, v in k.items()) for k in known
        )
    ]
    missing = "the search found more" if len(kept) < len(known) else ""
    return kept, "; ".join(filter(None, [solved.reason, missing]))


def _symbol(model: Model, name: str) -> sp.Symbol:
    assert model.choices is not None
    return model.choices.choices[name].symbol


def play(model: Model, point: Point) -> dict[str, sp.Rational]:
    """Return what is chosen."""
    assert model.choices is not None
    found = {}
    for choice in model.choices.choices.values():
        value = point.worth(choice.symbol)
        assert value is not None
        found[choice.name] = value
    return found


def first_choice(model: Model, point: Point) -> sp.Rational:
    """Return the first number that is chosen, by which equilibria are put in order."""
    return next(iter(play(model, point).values()))


def distance(model: Model, one: Point, other: Point) -> sp.Rational:
    """Return how far two plays lie apart: in the number in which they differ most."""
    assert model.choices is not None
    symbols = [c.symbol for c in model.choices.choices.values()]
    return max(abs(one.at[s] - other.at[s]) for s in symbols)
