"""How equilibria move with parameters, as tables and as plain data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sympy as sp

from dilemma.errors import CalibrationError, nearest
from dilemma.extras import library
from dilemma.model import Model
from dilemma.report import Shown, Table, number

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["Effect", "Response", "Statics"]

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
            raise CalibrationError(f"no effect {pair}: {nearest(wrong, known)}")
        return self.effects[pair]

    @property
    def undecided(self) -> int:
        """How many signs were not decided."""
        return sum(effect.sign == "?" for effect in self.effects.values())


@dataclass(frozen=True)
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
        found = tuple(r for r in self.responses if r.era == era)
        if not found:
            known = dict.fromkeys(r.era for r in self.responses)
            raise CalibrationError(f"no era {era!r}: {nearest(era, known)}")
        return found

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

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data; exact numbers are text such as "11/16"."""
        return {
            "model": self.model.name,
            "draws": self.draws,
            "seed": self.seed,
            "versions": dict(self.versions),
            "responses": [
                {
                    "era": r.era,
                    "equilibrium": r.equilibrium,
                    "play": {n: str(v) for n, v in r.play.items()},
                    "missing": r.missing,
                    "undecided": r.undecided,
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
        "outcome": effect.outcome,
        "parameter": effect.parameter,
        "derivative": None if effect.value is None else str(effect.value),
        "elasticity": None if effect.elasticity is None else str(effect.elasticity),
        "sign": effect.sign,
        "seen": effect.seen,
    }


# --- as tables ---------------------------------------------------------------------------------


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
