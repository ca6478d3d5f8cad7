"""Comparative statics: which way does each outcome move with each parameter, and how far?"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from math import inf

import sympy as sp

from dilemma.budget import kept
from dilemma.errors import CalibrationError, UnsupportedError, nearest
from dilemma.games.points import Point
from dilemma.model import Model
from dilemma.report import versions
from dilemma.study.directions import Box
from dilemma.study.eras import Eras, eras_of
from dilemma.study.implicit import derivative
from dilemma.study.played import play, played
from dilemma.study.responses import Effect, Response, Statics
from dilemma.study.slopes import Slopes, sampled

__all__ = ["statics"]

PASSES = (0.2, 1.0)  # seconds for a question: first what is easy
SIGNED = 0.9  # by what share of the budget signs are proved, so that the answer is there in time
DRAWS = 256


@kept("moving outcomes of")
def statics(
    model: Model,
    era: Eras = None,
    outcomes: Iterable[str] | None = None,
    parameters: Iterable[str] | None = None,
    *,
    seconds: float | None = 120.0,
    draws: int = DRAWS,
    seed: int = 0,
) -> Statics:
    """Say how outcomes and payoffs move with parameters, in numbers and in signs.

    Derivatives hold within the branch in which an equilibrium lies: what binds stays the same.

    Parameters
    ----------
    model : Model
        A game in which numbers are chosen.
    era : str, Era, mapping, or a sequence of these, optional
        At which eras' centres and over which boxes; all by default.  Values on the spot are an era
        too (see :meth:`Model.era`).
    outcomes, parameters : iterable of str, optional
        Which; all outcomes and payoffs, and all parameters, by default.
    seconds : float, optional
        Budget for it all; proving signs shares it equally by the eras, and past it a sign is "?".
    draws, seed : int
        Random calibrations from each box, at which both signs may turn up.

    Raises
    ------
    UnsupportedError
        If the game is one of finitely many actions, or has no first-order conditions.
    CalibrationError
        For an unknown era, outcome or parameter.

    References
    ----------
    Implicit function theorem: Simon and Blume 1994, Mathematics for Economists, chapter 15.

    Examples
    --------
    >>> import dilemma
    >>> found = statics(dilemma.load("hedging"), "cold_war", ["x_J"], ["g_U"])
    >>> effect = found["cold_war"][0]["x_J", "g_U"]
    >>> round(float(effect.value), 3), effect.sign
    (0.224, '+')
    """
    if model.choices is None:
        raise UnsupportedError(
            f"{model.name} is a game of finitely many actions: equilibria there stay or change "
            "their kind and do not move by derivatives; along(...) and regions(...) say where"
        )
    model.needs_any_parameter("moves an outcome")
    model, eras = eras_of(model, era)
    told = list(dict.fromkeys([*model.outcomes, *model.players] if outcomes is None else outcomes))
    moved = list(model.parameters if parameters is None else parameters)
    _known("outcome", told, [*model.outcomes, *model.players])
    model.needs_parameters(moved)
    start, budget = time.monotonic(), inf if seconds is None else seconds
    found: list[Response] = []
    for k, name in enumerate(eras):
        until = start + SIGNED * budget * (k + 1) / len(eras)
        box = Box(model, name, until, each=PASSES[0])
        found += _responses(model, box, told, moved, (draws, seed))
    return Statics(model, tuple(found), draws, seed, versions("numpy", "sympy", "z3-solver"))


def _known(what: str, names: Iterable[str], known: Iterable[str]) -> None:
    known = list(known)
    for name in names:
        if name not in known:
            raise CalibrationError(f"no {what} {name!r}: {nearest(name, known)}")


def _responses(
    model: Model,
    box: Box,
    outcomes: Sequence[str],
    parameters: Sequence[str],
    random: tuple[int, int],
) -> Iterator[Response]:
    points, missing = played(model, model.values(box.era))
    if not points:
        centre = model.eras[box.era].centre
        raise CalibrationError(f"{model.name}: no equilibrium at {centre} {missing}".strip())
    for point in points:
        effects = {
            (outcome, parameter): _effect(model, point, outcome, parameter)
            for outcome in outcomes
            for parameter in parameters
        }
        signed = _signed(model, box, point, effects, sampled(model, box.era, point.branch, *random))
        yield Response(box.era, point.branch.title, play(model, point), signed, missing)


def _formula(point: Point, outcome: str) -> sp.Expr:
    branch = point.branch
    return branch.outcomes[outcome] if outcome in branch.outcomes else branch.payoffs[outcome]


def _effect(model: Model, point: Point, outcome: str, parameter: str) -> Effect:
    """Return the derivative at the centre, its sign over the box not yet decided."""
    formula, symbol = _formula(point, outcome), model.parameters[parameter].symbol
    value = derivative(model, point, formula, symbol)
    level = point.worth(formula)
    elasticity = None
    if value is not None and level:
        elasticity = value * point.at[symbol] / level
    seen = "" if value is None else "+" if value > 0 else "-" if value < 0 else "0"
    return Effect(outcome, parameter, value, elasticity, "?", seen)


def _signed(
    model: Model,
    box: Box,
    point: Point,
    effects: Mapping[tuple[str, str], Effect],
    slopes: Slopes,
) -> dict[tuple[str, str], Effect]:
    """Decide the signs: first those that are easy."""
    found = dict(effects)
    for seconds in PASSES:
        box.each, box.thorough = seconds, seconds == PASSES[-1]
        for pair, effect in found.items():
            if effect.sign != "?":
                continue
            formula = _formula(point, effect.outcome)
            symbol = model.parameters[effect.parameter].symbol
            seen = set(effect.seen) | slopes.signs(formula, symbol)
            sign = box.sign(point.branch, formula, symbol, seen)
            found[pair] = replace(effect, sign=sign, seen="".join(sorted(seen)))
    return found
