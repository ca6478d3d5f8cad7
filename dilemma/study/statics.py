"""Comparative statics: which way each outcome moves with each parameter, and how far."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import TYPE_CHECKING, Any

import sympy as sp

from dilemma.budget import kept
from dilemma.by_era import Eras, era_in, eras_of
from dilemma.calls import of_a_model
from dilemma.errors import CalibrationError, UnknownKeyError, UnsupportedError, library, nearest
from dilemma.games.kind import Can
from dilemma.games.numbers.choosing import equilibrium_points, play
from dilemma.games.points import Point
from dilemma.model import Model
from dilemma.output.frames import Frame, as_float
from dilemma.output.result import Shown, Table, as_data, fields_as_data, number, versions
from dilemma.study.directions import Box, Slopes, derivative, sampled

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["Effect", "Response", "Statics", "statics"]


WIDE = 6  # parameters side by side in a table


@dataclass(frozen=True, slots=True)
class Effect:
    """How one outcome moves with one parameter.

    Attributes
    ----------
    value : sympy number or None
        The derivative at the era's centre; None where there is none.
    elasticity : sympy number or None
        The outcome's change in per cent for one per cent more of the parameter.
    sign : str
        Over the era's whole box and all solutions of the branch there: "+", "-" or "0", proved, or
        "0+" and "0-" (never negative, never positive); "depends" where both signs occur; "?" where
        that was not decided.
    seen : str
        The signs at the centre and at random calibrations, such as "+" or "-0".
    """

    outcome: str
    parameter: str
    value: sp.Rational | None
    elasticity: sp.Rational | None
    sign: str
    seen: str


@dataclass(frozen=True)
class Response:
    """How one equilibrium at an era's centre moves.

    Attributes
    ----------
    era, equilibrium : str
    play : mapping of choice to number
    effects : mapping of (outcome, parameter) to Effect
    missing : str
        Why there may be other equilibria at the centre, "" where these are all.
    """

    era: str
    equilibrium: str
    play: Mapping[str, sp.Rational]
    effects: Mapping[tuple[str, str], Effect]
    missing: str = ""

    def __getitem__(self, pair: tuple[str, str]) -> Effect:
        if pair not in self.effects:
            known = [*dict.fromkeys(name for both in self.effects for name in both)]
            wrong = next((name for name in pair if name not in known), pair[0])
            raise UnknownKeyError(f"no effect {pair}: {nearest(wrong, known)}")
        return self.effects[pair]

    @property
    def undecided(self) -> int:
        """How many signs were not decided."""
        return sum(effect.sign == "?" for effect in self.effects.values())


@dataclass(frozen=True, repr=False)
class Statics(Shown):
    """How the outcomes of a model move with its parameters.

    Attributes
    ----------
    model : Model
    responses : tuple of Response
        For each era, for each equilibrium at its centre.
    draws, seed : int
        The random calibrations at which signs were looked at.
    versions : mapping of package to version
    """

    model: Model
    responses: tuple[Response, ...]
    draws: int
    seed: int
    versions: Mapping[str, str]

    def __getitem__(self, era: str) -> tuple[Response, ...]:
        key = era_in({r.era: self.model.eras[r.era].title for r in self.responses}, era)
        return tuple(r for r in self.responses if r.era == key)

    def tables(self) -> tuple[Table, ...]:
        """Return derivatives with their signs, then elasticities, for each equilibrium."""
        return tuple(table for r in self.responses for table in _tables(self, r))

    def to_dataset(self) -> xr.Dataset:
        """Return derivatives, elasticities and signs by response, outcome and parameter."""
        library("xarray")
        import xarray as xr

        pairs = self.responses[0].effects
        outcomes, parameters = (list(dict.fromkeys(p[k] for p in pairs)) for k in (0, 1))
        names = [f"{r.era} {r.equilibrium}" for r in self.responses]

        def cube(what: str) -> list[list[list[Any]]]:
            return [
                [[_plain(getattr(r.effects[o, p], what)) for p in parameters] for o in outcomes]
                for r in self.responses
            ]

        dimensions = ("response", "outcome", "parameter")
        return xr.Dataset(
            {what: (dimensions, cube(of)) for what, of in _COLUMNS.items()},
            coords={"response": names, "outcome": outcomes, "parameter": parameters},
            attrs={"model": self.model.name, "draws": self.draws, "seed": self.seed},
        )

    def _frame(self) -> Frame:
        """Return a row for each derivative: of the outcome's unit per that of the parameter."""
        units = {name: outcome.unit for name, outcome in self.model.outcomes.items()}
        units |= {name: player.unit for name, player in self.model.players.items()}
        rows = [
            {
                "era": r.era,
                "equilibrium": r.equilibrium,
                "outcome": effect.outcome,
                "parameter": effect.parameter,
                "derivative": as_float(effect.value),
                "unit": units[effect.outcome],
                "per": self.model.parameters[effect.parameter].unit,
                "elasticity": as_float(effect.elasticity),
                "sign": effect.sign,
                "seen": effect.seen,
            }
            for r in self.responses
            for effect in r.effects.values()
        ]
        missing = {r.era: r.missing for r in self.responses if r.missing}
        told = fields_as_data(self, "draws", "seed", "versions")
        about = {"model": self.model.name, "missing": missing, **told}
        return Frame(("era", "equilibrium", "outcome", "parameter"), rows, about)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data; exact numbers are text such as "11/16"."""
        told = ("era", "equilibrium", "play", "missing", "undecided")
        return {
            **fields_as_data(self, "model", "draws", "seed", "versions"),
            "responses": [
                {
                    **fields_as_data(r, *told),
                    "effects": [_effect_dict(e) for e in r.effects.values()],
                }
                for r in self.responses
            ],
        }


_COLUMNS = {"derivative": "value", "elasticity": "elasticity", "sign": "sign"}


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return value
    return float("nan") if value is None else float(value)


def _effect_dict(effect: Effect) -> dict[str, Any]:
    return {
        **fields_as_data(effect, "outcome", "parameter"),
        "derivative": as_data(effect.value),
        **fields_as_data(effect, "elasticity", "sign", "seen"),
    }


# --- as tables ------------------------------------------------------------------------------------


def _tables(found: Statics, response: Response) -> Iterator[Table]:
    effects = response.effects
    outcomes = list(dict.fromkeys(o for o, _ in effects))
    moving = [
        p
        for p in dict.fromkeys(p for _, p in effects)
        if any(effects[o, p].value or effects[o, p].sign != "0" for o in outcomes)
    ]
    where = f"{found.model.name}, {found.model.eras[response.era].title}, {response.equilibrium}"
    for title, wide, write in (
        ("signs over the box", 2 * WIDE, _sign),
        ("derivatives at the centre", WIDE, lambda e: _short(e.value)),
        ("elasticities at the centre", WIDE, lambda e: _short(e.elasticity)),
    ):
        for k in range(0, len(moving), wide):
            some = moving[k : k + wide]
            rows = tuple((o, *(write(effects[o, p]) for p in some)) for o in outcomes)
            last = k + wide >= len(moving) and wide > WIDE
            notes = _notes(found, response, moving) if last else ()
            yield Table(f"{where}: {title}", ("", *some), rows, notes)


def _sign(effect: Effect) -> str:
    if effect.sign == "?":
        return f"?{effect.seen}"
    return "±" if effect.sign == "depends" else effect.sign


def _short(value: sp.Rational | None) -> str:
    return "none" if value is None else number(value, 3)


def _notes(found: Statics, response: Response, moving: Sequence[str]) -> tuple[str, ...]:
    there = ", ".join(f"{n} {number(v)}" for n, v in response.play.items())
    notes = [f"The centre: {there}. What binds stays the same."]
    notes.append(
        "Signs hold over the whole box, wherever this branch does: + - 0 proved, 0+ never negative, "
        "0- never positive, ± both occur."
    )
    if response.undecided:
        notes.append(
            f"? {response.undecided} of {len(response.effects)} signs were not decided; behind the "
            f"question mark those at {found.draws} random calibrations (seed {found.seed})."
        )
    still = dict.fromkeys(p for _, p in response.effects if p not in moving)
    if still:
        notes.append(f"Nothing here moves with {', '.join(still)}.")
    if response.missing:
        notes.append(f"There may be other equilibria: {response.missing}.")
    return tuple(notes)


# --- worked out -----------------------------------------------------------------------------------


PASSES = (0.2, 1.0)  # seconds for a question: first what is easy
SIGNED = 0.9  # by what share of the budget signs are proved, so that the answer is there in time
DRAWS = 256


@of_a_model
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
    model : Model, str or Path
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
    if Can.SLOPES not in model.game.can:
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
        found += _derivatives(model, box, told, moved, (draws, seed))
    return Statics(model, tuple(found), draws, seed, versions("numpy", "sympy", "z3-solver"))


def _known(what: str, names: Iterable[str], known: Iterable[str]) -> None:
    known = list(known)
    for name in names:
        if name not in known:
            raise CalibrationError(f"no {what} {name!r}: {nearest(name, known)}")


def _derivatives(
    model: Model,
    box: Box,
    outcomes: Sequence[str],
    parameters: Sequence[str],
    random: tuple[int, int],
) -> Iterator[Response]:
    points, missing = equilibrium_points(model, model.values(box.era))
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
