"""Every equilibrium along a path, as tables and as plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sympy as sp

from dilemma.model import Model
from dilemma.parts import Parameter
from dilemma.report import Shown, Table, number
from dilemma.study.courses import Course, Stop

__all__ = ["Trace"]

LISTED = 11  # values that a table shows at most
COLUMNS = 6  # outcomes and payoffs that it shows at most


@dataclass(frozen=True)
class Trace(Shown):
    """Every equilibrium along a path, in each era.

    Attributes
    ----------
    model : Model
    moves : tuple of str
        The parameter that moves, or those that one factor multiplies.
    scaled : bool
        Whether a factor moves.
    low, high : sympy number
        The ends of the path: values of the parameter, or of the factor.
    courses : mapping of era to Course
        The equilibria; all other parameters are at that era's centre.
    centres : mapping of era to number
        Where on the path the era's centre lies.
    calibrations : mapping of era to mapping of parameter to exact value
        The centres; what moves is at its central value.
    outcomes : tuple of str
        What is told of each equilibrium besides play, payoffs and shadow prices.
    method : str
    versions : mapping of package to version
    """

    model: Model
    moves: tuple[str, ...]
    scaled: bool
    low: sp.Rational
    high: sp.Rational
    courses: Mapping[str, Course]
    centres: Mapping[str, sp.Rational]
    calibrations: Mapping[str, Mapping[str, sp.Rational]]
    outcomes: tuple[str, ...]
    method: str
    versions: Mapping[str, str]

    @property
    def complete(self) -> bool:
        """Whether no equilibrium may be missing at any value that was looked at."""
        return all(course.complete for course in self.courses.values())

    @property
    def parameter(self) -> Parameter:
        """The parameter that moves, the first where a factor does."""
        return self.model.parameters[self.moves[0]]

    @property
    def moved(self) -> str:
        """What moves, in a word or two."""
        return f"factor on {' and '.join(self.moves)}" if self.scaled else self.moves[0]

    def tables(self) -> tuple[Table, ...]:
        """Return a table for each era: equilibria at a few of the values, and every change."""
        return tuple(_table(self, era) for era in self.courses)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data; exact numbers are text such as "11/16"."""
        return {
            "model": self.model.name,
            "moves": list(self.moves),
            "scaled": self.scaled,
            "low": str(self.low),
            "high": str(self.high),
            "eras": {
                era: {
                    "centre": str(self.centres[era]) if era in self.centres else None,
                    "calibration": {n: str(v) for n, v in self.calibrations[era].items()},
                    "stops": [stop.to_dict() for stop in course.stops],
                    "changes": [[str(c.low.at), str(c.high.at)] for c in course.changes],
                    "complete": course.complete,
                }
                for era, course in self.courses.items()
            },
            "outcomes": list(self.outcomes),
            "units": _units(self),
            "method": self.method,
            "source": self.model.source,
            "versions": dict(self.versions),
        }


# --- as tables ----------------------------------------------------------------------------------


def _units(found: Trace) -> dict[str, str]:
    told = {name: found.model.parameters[name].unit for name in found.moves}
    told |= {name: found.model.outcomes[name].unit for name in found.outcomes}
    told |= {name: player.unit for name, player in found.model.players.items()}
    if found.model.choices is not None:
        told |= {c.name: c.unit for c in found.model.choices.choices.values()}
    return told


def _table(found: Trace, era: str) -> Table:
    """Return some of the evenly spaced values, a row for each equilibrium."""
    even = found.courses[era].even
    columns = _columns(found)
    rows = tuple(
        (
            number(stop.at),
            state.name,
            *([_WORDS[state.stable]] if found.model.choices is not None else []),
            *(number(state.worth(name)) for name in columns),
        )
        for stop in even[:: -(-(len(even) - 1) // (LISTED - 1))]
        for state in stop.states
    )
    header = (found.moved, "equilibrium", *["stable"][: found.model.choices is not None], *columns)
    title = f"{found.moved} from {number(found.low)} to {number(found.high)}"
    notes = _notes(found, era, columns)
    return Table(f"{title}: {found.model.eras[era].title}", header, rows, notes)


def _columns(found: Trace) -> list[str]:
    """Return what is chosen, and as many outcomes and payoffs as there is room for."""
    game = found.model.choices
    plays = [] if game is None else list(game.choices)
    others = [n for n in (*found.outcomes, *found.model.players) if n not in plays]
    return [*plays, *others[:COLUMNS]]


def _notes(found: Trace, era: str, columns: Sequence[str]) -> tuple[str, ...]:
    course = found.courses[era]
    notes = [
        f"{name}: {found.model.parameters[name].means} [{found.model.parameters[name].unit}]."
        for name in found.moves
    ]
    units = _units(found)
    notes.append(f"Units: {', '.join(f'{n} [{units[n]}]' for n in columns if units.get(n))}.")
    notes += [
        f"Between {float(c.low.at):.7g} and {float(c.high.at):.7g}: {_names(c.low)}, then "
        f"{_names(c.high)}."
        for c in course.changes
    ]
    for reason in dict.fromkeys(stop.reason for stop in course.stops if stop.reason):
        where = [number(stop.at) for stop in course.stops if stop.reason == reason]
        told = where[0] if len(where) == 1 else f"{len(where)} values from {where[0]}"
        notes.append(f"NOT all equilibria at {told}: {reason}.")
    lies = f", which lies at {number(found.centres[era])}" if era in found.centres else ""
    notes.append(
        f"All else at the era's centre{lies}. "
        f"{len(course.even)} evenly spaced values, some of them shown: {found.method}. What comes "
        "and goes between two of them is not seen."
    )
    if found.model.source:
        notes.append(f"Source: {found.model.source}.")
    return tuple(notes)


def _names(stop: Stop) -> str:
    words = {True: ", stable", False: ", unstable", None: ""}
    return " and ".join(f"{s.name}{words[s.stable]}" for s in stop.states) or "no equilibrium"


_WORDS = {True: "yes", False: "no", None: ""}
