"""The course of a story, step by step, as a table and as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sympy as sp

from dilemma.extras import library
from dilemma.model import Model
from dilemma.parts import Dynamics
from dilemma.report import Shown, Table, number

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["Step", "Trajectory"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a story.

    Attributes
    ----------
    number : int
        Counted from zero, the era's centre.
    factor : sympy number or None
        What the scaled parameters are multiplied by.
    parameters : mapping of parameter to number
        Those that the story moves.
    equilibrium : str
    play : mapping of choice to number
    outcomes : mapping of outcome to number (None where it is not defined)
    jumped : bool
        Whether play has jumped since the last step.  Where parameters are scaled: whether it leaps
        however small the steps; else whether it lies in another branch.
    leap : sympy number or None
        The factor at which it leapt.
    """

    number: int
    factor: sp.Rational | None
    parameters: Mapping[str, sp.Rational]
    equilibrium: str
    play: Mapping[str, sp.Rational]
    outcomes: Mapping[str, sp.Rational | None]
    jumped: bool
    leap: sp.Rational | None = None


@dataclass(frozen=True)
class Trajectory(Shown):
    """How a story went on from an era's centre.

    Attributes
    ----------
    model : Model
    story : Dynamics
        What the model file says of it.
    steps : tuple of Step
    ended : str
        Why it stopped.
    notes : tuple of str
        What was chosen where there was a choice.
    versions : mapping of package to version
    """

    model: Model
    story: Dynamics
    steps: tuple[Step, ...]
    ended: str
    notes: tuple[str, ...]
    versions: Mapping[str, str]

    @property
    def jumps(self) -> tuple[Step, ...]:
        """The steps at which play has jumped."""
        return tuple(step for step in self.steps if step.jumped)

    def tables(self) -> tuple[Table, ...]:
        """Return a row for each step."""
        scaled = bool(self.story.scales)
        moved = list(self.steps[0].parameters) if self.steps and not scaled else []
        watched = list(self.steps[0].outcomes) if self.steps else []
        rows = tuple(
            (
                str(s.number),
                *([number(s.factor)] if scaled and s.factor is not None else []),
                *(number(s.parameters[n]) for n in moved),
                s.equilibrium,
                *(number(s.outcomes[n]) for n in watched),
                "jump" if s.jumped else "",
            )
            for s in self.steps
        )
        era = self.model.eras[self.story.era].title
        header = ("", *["factor"][:scaled], *moved, "equilibrium", *watched, "")
        title = f"{self.model.name}: {self.story.name}, from the {era} centre"
        return (Table(title, header, rows, self._notes()),)

    def _notes(self) -> tuple[str, ...]:
        found = [self.story.says] if self.story.says else []
        if self.story.scales:
            found.append(
                f"The factor multiplies {', '.join(self.story.scales)}; at each step play moves by "
                "best replies from where it was."
            )
            found += [
                f"Play jumps at factor {float(s.leap):.5g}, to {s.equilibrium}."
                for s in self.jumps
                if s.leap is not None
            ]
        else:
            told = ", ".join(
                f"{name} becomes {formula}" for name, formula in self.story.next.items()
            )
            found.append(f"After each round {told}; nobody looks ahead.")
        return (*found, *self.notes, f"It stops: {self.ended}.")

    def to_dataset(self) -> xr.Dataset:
        """Return parameters, play and outcomes by step."""
        library("xarray")
        import xarray as xr

        def column(values: list[sp.Rational | None]) -> tuple[str, list[float]]:
            return "step", [float("nan") if v is None else float(v) for v in values]

        first = self.steps[0]
        told: dict[str, Any] = {}
        for name in first.parameters:
            told[name] = column([s.parameters[name] for s in self.steps])
        for name in first.outcomes:
            told[name] = column([s.outcomes[name] for s in self.steps])
        for name in first.play:
            told[name] = column([s.play[name] for s in self.steps])
        told["equilibrium"] = "step", [s.equilibrium for s in self.steps]
        told["jumped"] = "step", [s.jumped for s in self.steps]
        if self.story.scales:
            told["factor"] = column([s.factor for s in self.steps])
        return xr.Dataset(
            told,
            coords={"step": [s.number for s in self.steps]},
            attrs={"model": self.model.name, "dynamics": self.story.name, "ended": self.ended},
        )

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data; exact numbers are text such as "11/16"."""
        return {
            "model": self.model.name,
            "dynamics": self.story.name,
            "says": self.story.says,
            "era": self.story.era,
            "steps": [
                {
                    "step": s.number,
                    "factor": None if s.factor is None else str(s.factor),
                    "parameters": {n: str(v) for n, v in s.parameters.items()},
                    "equilibrium": s.equilibrium,
                    "play": {n: str(v) for n, v in s.play.items()},
                    "outcomes": {n: None if v is None else str(v) for n, v in s.outcomes.items()},
                    "jumped": s.jumped,
                    "leap": None if s.leap is None else str(s.leap),
                }
                for s in self.steps
            ],
            "ended": self.ended,
            "notes": list(self.notes),
            "versions": dict(self.versions),
        }
