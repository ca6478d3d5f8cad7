"""Equilibria over the years: as a table of years has parameters, or era by era."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeAlias

import sympy as sp

from dilemma.budget import kept
from dilemma.by_era import Eras, eras_of
from dilemma.calls import of_a_model
from dilemma.errors import CalibrationError
from dilemma.exchange.year_table import YearRow, YearTable, as_years, read_years
from dilemma.games.equilibrium import Equilibrium
from dilemma.games.kind import Can
from dilemma.model import Model
from dilemma.output.result import Shown, Table, as_data, fields_as_data, number, versions
from dilemma.study.paths import Change, Course, Stop
from dilemma.study.trace import outcomes_of, stop_at, way_of_solving

__all__ = ["Moment", "Timeline", "timeline"]

Years: TypeAlias = str | Path | Mapping[Any, Mapping[str, Any]]

COLUMNS = 8  # numbers that a table shows at most
STABLE = {True: "yes", False: "no", None: ""}


@dataclass(frozen=True, slots=True)
class Moment:
    """A year, or a span of years, and the equilibria in it.

    Attributes
    ----------
    first, last : int
    title : str
        The year, the years, or the era.
    calibration : mapping of parameter to exact value
    stop : Stop
        The equilibria, and why some may be missing; ``stop.at`` is the middle of the years.
    """

    first: int
    last: int
    title: str
    calibration: Mapping[str, sp.Rational]
    stop: Stop

    def value(self, name: str, state: Equilibrium) -> sp.Rational | None:
        """Return a parameter, or a number that one of its equilibria tells."""
        return self.calibration[name] if name in self.calibration else state.value(name)


@dataclass(frozen=True, repr=False)
class Timeline(Shown):
    """Every equilibrium over the years.

    Attributes
    ----------
    model : Model
    era : str
        The era at whose centre everything is that a table of years does not tell; "" where the
        eras themselves are told.
    moments : tuple of Moment
        In the order of their years.
    moves : tuple of str
        The parameters that are not the same in all of them.
    outcomes : tuple of str
        What is told of each equilibrium besides play and payoffs.
    source : str
        Whose numbers a table of years has.
    method : str
    versions : mapping of package to version
    """

    model: Model
    era: str
    moments: tuple[Moment, ...]
    moves: tuple[str, ...]
    outcomes: tuple[str, ...]
    source: str
    method: str
    versions: Mapping[str, str]

    @property
    def complete(self) -> bool:
        """Whether no equilibrium may be missing in any of the years."""
        return not any(moment.stop.reason for moment in self.moments)

    @property
    def numbers(self) -> tuple[str, ...]:
        """All that is told of each year: what moves, what is chosen, outcomes, payoffs."""
        every = (*self.moves, *self.model.game.choices, *self.outcomes, *self.model.players)
        return tuple(dict.fromkeys(every))

    @property
    def course(self) -> Course:
        """The equilibria one after the other, for what joins them to lines; years alone are joined."""
        stops = tuple(m.stop for m in self.moments if m.first == m.last)
        changes = (Change(a, b) for a, b in pairwise(stops) if a.signature != b.signature)
        return Course(stops, tuple(changes))

    def means(self, name: str) -> tuple[str, str]:
        """Return what a number means, and its unit."""
        model = self.model
        if name in model.parameters:
            return model.parameters[name].means, model.parameters[name].unit
        if name in model.outcomes:
            return model.outcomes[name].means, model.outcomes[name].unit
        if name in model.players:
            return f"payoff of {model.players[name].title}", model.players[name].unit
        return model.game.choices[name].means, model.game.choices[name].unit

    def tables(self) -> tuple[Table, ...]:
        """Return one table: a row for each equilibrium, the years one after the other."""
        slopes = Can.SLOPES in self.model.game.can
        columns = _columns(self)
        rows = tuple(
            (
                moment.title,
                *(number(moment.calibration[name]) for name in self.moves),
                state.name,
                *([STABLE[state.stable]] if slopes else []),
                *(number(state.value(name)) for name in columns),
            )
            for moment in self.moments
            for state in moment.stop.states
        )
        header = ("years", *self.moves, "equilibrium", *["stable"][:slopes], *columns)
        return (Table(f"{self.model.title}: over the years", header, rows, self._notes(columns)),)

    def _notes(self, columns: Sequence[str]) -> tuple[str, ...]:
        told = [f"{name}: {self.means(name)[0]} [{self.means(name)[1]}]." for name in self.moves]
        units = {name: self.means(name)[1] for name in columns}
        if any(units.values()):
            told.append(f"Units: {', '.join(f'{n} [{u}]' for n, u in units.items() if u)}.")
        told += [
            f"NOT all equilibria of {moment.title}: {moment.stop.reason}."
            for moment in self.moments
            if moment.stop.reason
        ]
        told.append(f"{self.held} {self.method[0].upper()}{self.method[1:]}.")
        told += [f"Years: {self.source.rstrip('.')}."] if self.source else []
        told += [f"Source: {self.model.source}."] if self.model.source else []
        return tuple(told)

    @property
    def held(self) -> str:
        """Say where everything is that is not told."""
        if not self.era:
            return "Each era at its centre."
        return f"All else at {self.model.era(self.era).centre}."

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data; exact numbers are text such as "11/16"."""
        return {
            **fields_as_data(self, "model", "era", "moves", "outcomes"),
            "years": [
                {
                    **fields_as_data(moment, "first", "last", "title", "calibration"),
                    **as_data(moment.stop),
                }
                for moment in self.moments
            ],
            "units": {name: self.means(name)[1] for name in self.numbers},
            "years_source": self.source,
            **fields_as_data(self, "method"),
            "source": self.model.source,
            "versions": dict(self.versions),
        }


def _columns(found: Timeline) -> list[str]:
    """Return what is chosen, and as many outcomes and payoffs as there is room for."""
    plays = list(found.model.game.choices)
    others = [n for n in (*found.outcomes, *found.model.players) if n not in plays]
    return [*plays, *others[: max(COLUMNS - len(found.moves) - len(plays), 1)]]


# --- years, or eras -------------------------------------------------------------------------------


@of_a_model
@kept("going through the years of")
def timeline(
    model: Model,
    years: Years | None = None,
    eras: Eras = None,
    *,
    outcomes: str | Sequence[str] | None = None,
    seconds: float | None = None,  # noqa: ARG001 -- kept from outside
    progress: Callable[[float], None] | None = None,
) -> Timeline:
    """Return all equilibria over the years, each year by itself: nobody looks back or ahead.

    Parameters
    ----------
    model : Model, str or Path
    years : path, or mapping of year to mapping of parameter to number, optional
        What parameters were in each year: a table in a ``.csv`` file whose first row is ``year``
        and names of parameters, or the same in Python.  A span such as ``1952-1971`` may stand for
        a year.  Left out, it is the eras that are told.
    eras : str, Era, mapping, or a sequence of these, optional
        With ``years`` one era, the first unless said, at whose centre everything else is.  Without,
        those that are told, which say their years: all unless named.
    outcomes : str or sequence of str, optional
        Which outcomes to tell; all of them unless said.
    seconds : float, optional
        Budget for it all, past which there is an error and no answer; no limit if None.
    progress : callable, optional
        Is told the share of the work that is done.

    Raises
    ------
    CalibrationError
        For an unknown parameter, era or outcome, what is no year, an era that does not say its
        years, or a value that a parameter may not have.
    ModelError
        For a mistake in a file, with its line.

    Examples
    --------
    >>> import dilemma
    >>> found = timeline(dilemma.load("abandonment"), {1960: {"m_J": 0}, 2003: {"m_J": "0.3"}})
    >>> [(moment.title, len(moment.stop.states)) for moment in found.moments]
    [('1960', 1), ('2003', 1)]
    """
    watched = outcomes_of(model, outcomes)
    if years is None:
        model, told = _told_by_eras(model, eras)
        base, table = "", YearTable(())
    else:
        table = _table(model, years)
        model, base = _base(model, eras, {name for row in table.rows for name in row.values})
        told = list(_told_by_years(model, base, table))
    moments = []
    for k, (row, title, at) in enumerate(told):
        middle = sp.Rational(row.first + row.last, 2)
        moments.append(Moment(row.first, row.last, title, at, stop_at(model, at, middle, watched)))
        if progress is not None:
            progress((k + 1) / len(told))
    return Timeline(
        model=model,
        era=base,
        moments=tuple(moments),
        moves=tuple(n for n in model.parameters if len({m.calibration[n] for m in moments}) > 1),
        outcomes=watched,
        source=table.source,
        method=way_of_solving(model),
        versions=versions("sympy", "numpy", "scipy", "z3-solver"),
    )


Told: TypeAlias = tuple[YearRow, str, dict[str, sp.Rational]]


def _told_by_eras(model: Model, asked: Eras) -> tuple[Model, list[Told]]:
    """Return the years, titles and centres of eras, in the order of their years."""
    model, names = eras_of(model, asked)
    found = []
    for name in names:
        era = model.eras[name]
        if era.years is None:
            raise CalibrationError(
                f"{model.name}: {era.title} does not say its years; give a table of years, such as "
                "{1992: {...}}, or eras that do"
            )
        found.append((YearRow(*era.years, {}), era.title, model.calibration(name)))
    return model, sorted(found, key=lambda one: (one[0].first, one[0].last))


def _base(model: Model, asked: Eras, moving: Collection[str]) -> tuple[Model, str]:
    """Return the era at whose centre everything is that the years do not tell."""
    model.needs_parameters(moving)
    if asked is None:
        asked = next(iter(model.eras), {})
    model, names = eras_of(model, asked, moving=moving)
    if len(names) > 1:
        raise CalibrationError(
            f"{model.name}: the years say what moves; all else is at the centre of one era, not of "
            f"{len(names)}: {', '.join(names)}"
        )
    return model, names[0]


def _table(model: Model, years: Years) -> YearTable:
    if isinstance(years, str | Path):
        return read_years(years, model)
    rows = [YearRow(*as_years(year), dict(values)) for year, values in years.items()]
    if not rows:
        raise CalibrationError(f"{model.name}: no year is told")
    return YearTable(tuple(sorted(rows, key=lambda row: (row.first, row.last))))


def _told_by_years(model: Model, base: str, table: YearTable) -> Iterator[Told]:
    for row in table.rows:
        single = row.first == row.last
        title = str(row.first) if single else f"{row.first}–{row.last}"
        yield row, title, model.calibration(base, **row.values)
