"""Dynamics: a story that goes on from one equilibrium to another, nobody looking ahead.

Either what is played becomes the next round's circumstances, or some parameters are scaled up and
down in small steps and players adjust to each by best replies from where they were.  Then what is
played hangs on the way there: where several equilibria are stable the old one is kept until it
vanishes (hysteresis).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import sympy as sp

from dilemma.budget import kept
from dilemma.by_era import one_era
from dilemma.calls import of_a_model
from dilemma.errors import CalibrationError, UnsupportedError, library, nearest
from dilemma.games.branch import ZERO
from dilemma.games.kind import Can
from dilemma.games.numbers.certificates import shrinks
from dilemma.games.numbers.choosing import distance, equilibrium_points, first_choice, play
from dilemma.games.numbers.search import NotFoundError, Search
from dilemma.games.points import Point
from dilemma.model import At, Model
from dilemma.output.result import Shown, Table, fields_as_data, number, versions
from dilemma.theory.parts import Dynamics

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["Step", "Trajectory", "dynamics", "story_of"]


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


@dataclass(frozen=True, repr=False)
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
        era = self.model.era(self.story.era).title
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
        told = ("factor", "parameters", "equilibrium", "play", "outcomes", "jumped", "leap")
        return {
            "model": self.model.name,
            "dynamics": self.story.name,
            **fields_as_data(self.story, "says", "era"),
            "steps": [{"step": s.number, **fields_as_data(s, *told)} for s in self.steps],
            **fields_as_data(self, "ended", "notes", "versions"),
        }


# --- a story run ----------------------------------------------------------------------------------


ROUNDS = 2_000  # near a fold best replies creep
STILL = 1e-10
NEARBY = 0.02  # of the way to any other equilibrium: a stable one that is so near attracts
HALVINGS = 12
LEAP = sp.Rational(1, 10)  # of a step's move is left when it has been halved so often
FASTER = 3  # than the step before: looked into


@of_a_model
@kept("running a story of")
def dynamics(
    model: Model,
    name: str | None = None,
    at: At | None = None,
    *,
    seconds: float | None = None,  # noqa: ARG001 -- kept from outside
) -> Trajectory:
    """Run one of a model's stories.

    Parameters
    ----------
    model : Model, str or Path
        A game in which numbers are chosen, with a section [dynamics].
    name : str, optional
        Which story; may be left out where there is one.
    at : str, Era or mapping, optional
        Where it begins: an era, or values that differ from the story's own era.
    seconds : float, optional
        Budget for it all, past which there is an error and no answer; no limit if None.

    Raises
    ------
    CalibrationError
        If there is no such story, or no equilibrium to start from.
    UnsupportedError
        If the game is one of finitely many actions.

    Examples
    --------
    >>> import dilemma
    >>> found = dynamics(dilemma.load("cork"))
    >>> [round(float(step.outcomes["S"]), 3) for step in found.steps]
    [0.349, 0.127, 0.0]
    >>> found.steps[-1].equilibrium, found.ended
    ('(frozen)', 'nothing moves any more')
    """
    told = story_of(model, name)
    if at is not None:
        begin = model.era(told.era, **at) if isinstance(at, Mapping) else at
        model, era = one_era(model, begin)
        told = replace(told, era=era)
    return _trajectory(model, told)


def _trajectory(model: Model, story: Dynamics) -> Trajectory:
    watched = story.shows or tuple(model.outcomes)
    for outcome in watched:
        known = [*model.outcomes, *model.players]
        if outcome not in known:
            hint = nearest(outcome, known)
            raise CalibrationError(f"dynamics.{story.name}.shows: no outcome {outcome!r}: {hint}")
    run = _Run(model, story, watched)
    steps = tuple(run.rounds() if story.next else run.legs())
    return Trajectory(
        model=model,
        story=story,
        steps=steps,
        ended=run.ended,
        notes=tuple(dict.fromkeys(run.notes)),
        versions=versions("numpy", "scipy", "sympy"),
    )


def story_of(model: Model, name: str | None) -> Dynamics:
    """Return one of a model's stories."""
    if Can.SLOPES not in model.game.can:
        raise UnsupportedError(
            f"{model.name} is a game of finitely many actions: a story goes on by numbers that "
            "are chosen"
        )
    if not model.dynamics:
        raise CalibrationError(f"{model.name} has no [dynamics]: no story to run")
    if name is None:
        if len(model.dynamics) > 1:
            raise CalibrationError(f"which story? there are: {', '.join(model.dynamics)}")
        return next(iter(model.dynamics.values()))
    if name not in model.dynamics:
        hint = nearest(name, model.dynamics)
        raise CalibrationError(f"no dynamics {name!r} in {model.name}: {hint}")
    return model.dynamics[name]


@dataclass
class _Run:
    """A story under way; ``ended`` says why it stopped."""

    model: Model
    story: Dynamics
    watched: Sequence[str]
    ended: str = ""
    notes: list[str] = field(default_factory=list)

    # --- rounds: what is played is put into the parameters ------------------------------------------

    def rounds(self) -> Iterator[Step]:
        """Play, and start the next round from what was played."""
        at = self.model.calibration(self.story.era)
        last: Point | None = None
        for place in range(self.story.steps + 1):
            found = self._equilibria(at)
            if not found:
                return
            point = self._first(found) if last is None else self._closest(found, last)
            moved = last is not None and point.branch.name != last.branch.name
            told = {name: at[name] for name in self.story.next}
            yield self._step(place, told, point, jumped=moved)
            following = self._following(at, point)
            if following is None:
                return
            at, last = following, point
        self.ended = f"after {self.story.steps} steps"

    def _following(
        self, at: Mapping[str, sp.Rational], point: Point
    ) -> dict[str, sp.Rational] | None:
        """Return the next round's parameters; None where the story ends."""
        put = {}
        for name, formula in self.story.next.items():
            value = point.worth(formula)
            if value is None:
                self.ended = f"{name} = {formula} has no value there"
                return None
            put[name] = value
        if all(abs(value - at[name]) < ZERO for name, value in put.items()):
            self.ended = "nothing moves any more"
            return None
        return self._allowed({**at, **put})

    # --- legs: parameters are scaled up and down --------------------------------------------------

    def legs(self) -> Iterator[Step]:
        """Scale parameters along the legs, everybody adjusting by best replies."""
        last: Point | None = None
        before, pace = sp.Integer(0), sp.Integer(0)
        for place, factor in enumerate(self._factors()):
            at = self._scaled(factor)
            found = [] if at is None else self._equilibria(at)
            if at is None or not found:
                self.ended += f" (at factor {float(factor):.4g})"
                return
            point = self._first(found) if last is None else self._reached(at, found, last)
            leap = None
            if last is not None:
                way = distance(self.model, point, last)
                if point.branch.name != last.branch.name or way > FASTER * pace + ZERO:
                    leap = self._leap((before, last), (factor, point))
                pace = way
            told = {name: at[name] for name in self.story.scales}
            yield self._step(place, told, point, jumped=leap is not None, factor=factor, leap=leap)
            before, last = factor, point
        self.ended = "the way is at its end"

    def _factors(self) -> Iterator[sp.Rational]:
        yield self.story.through[0]
        for start, end in pairwise(self.story.through):
            for k in range(1, self.story.steps + 1):
                yield start + (end - start) * sp.Rational(k, self.story.steps)

    def _scaled(self, factor: sp.Rational) -> dict[str, sp.Rational] | None:
        at = self.model.calibration(self.story.era)
        return self._allowed({**at, **{name: factor * at[name] for name in self.story.scales}})

    def _reached(self, at: Mapping[str, sp.Rational], found: Sequence[Point], last: Point) -> Point:
        """Return the equilibrium to which best replies lead from the last play."""
        if len(found) == 1:
            return found[0]
        search = Search(self.model, self.model.values(dict(at)))
        symbols = [self.model.game.choices[name].symbol for name in search.names]
        places = np.array([[float(p.at[s]) for s in symbols] for p in found])
        stable = [shrinks(self.model, p.branch, p.at)[0] is True for p in found]
        here = np.array([float(last.at[s]) for s in symbols])
        try:
            for _ in range(ROUNDS):
                before = here
                for player in self.model.game.moves[-1]:
                    here, _ = search.best_reply(player, here)
                gaps = np.max(np.abs(places - here), axis=1)
                first, second = np.argsort(gaps)[:2]
                attracted = stable[first] and gaps[first] < NEARBY * gaps[second]
                if attracted or np.max(np.abs(here - before)) < STILL:
                    break
        except NotFoundError:
            self.notes.append("Best replies did not settle everywhere; the nearest play was taken.")
            return self._closest(found, last)
        return found[int(first)]

    def _leap(
        self, start: tuple[sp.Rational, Point], end: tuple[sp.Rational, Point]
    ) -> sp.Rational | None:
        """Return the factor at which play leaps in a step; None where it moves smoothly.

        The step is halved again and again, and the half kept in which play moves further.
        """
        (low, one), (high, other) = start, end
        small = LEAP * distance(self.model, one, other)
        for _ in range(HALVINGS):
            if distance(self.model, one, other) <= small:
                return None
            middle = (low + high) / 2
            at = self._scaled(middle)
            found = [] if at is None else self._equilibria(at)
            if at is None or not found:
                return None
            between = self._reached(at, found, one)
            there = distance(self.model, one, between)
            if there > distance(self.model, between, other):
                high, other = middle, between
            else:
                low, one = middle, between
        return (low + high) / 2

    # --- both -----------------------------------------------------------------------------------

    def _allowed(self, at: dict[str, sp.Rational]) -> dict[str, sp.Rational] | None:
        for name, value in at.items():
            allowed = self.model.parameters[name].range
            if value not in allowed:
                self.ended = f"{name} = {float(value):.4g} leaves its range {allowed}"
                return None
        return at

    def _equilibria(self, at: Mapping[str, sp.Rational]) -> list[Point]:
        """Return the equilibria; where there are none the story ends."""
        try:
            found, missing = equilibrium_points(self.model, self.model.values(dict(at)))
        except CalibrationError as error:
            found, missing = [], str(error)
        if missing:
            self.notes.append(f"Some equilibria may be missing: {missing}.")
        if not found:
            self.ended = "there is no equilibrium"
        return found

    def _first(self, found: Sequence[Point]) -> Point:
        """Return what the story starts from: the stable equilibrium with the lowest first choice."""
        if len(found) == 1:
            return found[0]
        stable = [p for p in found if shrinks(self.model, p.branch, p.at)[0]] or list(found)
        first = next(iter(self.model.game.choices))
        self.notes.append(
            f"Of {len(found)} equilibria at the start, {len(stable)} of them stable, the one with "
            f"the lowest {first} was taken."
        )
        return min(stable, key=lambda p: first_choice(self.model, p))

    def _closest(self, found: Sequence[Point], last: Point) -> Point:
        if len(found) > 1:
            self.notes.append(
                f"Where there were several equilibria (once {len(found)}), the one nearest to the "
                "last play was taken."
            )
        return min(found, key=lambda p: distance(self.model, p, last))

    def _step(
        self,
        number: int,
        parameters: Mapping[str, sp.Rational],
        point: Point,
        *,
        jumped: bool,
        factor: sp.Rational | None = None,
        leap: sp.Rational | None = None,
    ) -> Step:
        formulas = {**point.branch.outcomes, **point.branch.payoffs}
        return Step(
            number=number,
            factor=factor,
            parameters=parameters,
            equilibrium=point.branch.title,
            play=play(self.model, point),
            outcomes={name: point.worth(formulas[name]) for name in self.watched},
            jumped=jumped,
            leap=leap,
        )
