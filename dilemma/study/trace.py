"""Every equilibrium along a path: one parameter moves, or several by one factor, all others stay."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sympy as sp

from dilemma.budget import kept
from dilemma.by_era import Eras, eras_of
from dilemma.calls import of_a_model
from dilemma.errors import CalibrationError, nearest
from dilemma.games.equilibrium import Equilibrium
from dilemma.games.kind import Can
from dilemma.games.numbers.certificates import doubts, record
from dilemma.games.numbers.choice import Choice, Multiplier, Slope
from dilemma.games.numbers.choosing import equilibrium_points
from dilemma.games.points import values_before_play
from dilemma.games.screening import screen_of
from dilemma.games.solution import answer
from dilemma.model import Model
from dilemma.output.frames import Frame, as_float, free_names
from dilemma.output.result import Shown, Table, as_data, fields_as_data, number, versions
from dilemma.reading.expressions import ExpressionError, exact
from dilemma.study.paths import Course, Stop, follow
from dilemma.theory.parts import Parameter

__all__ = ["Trace", "outcomes_of", "several", "stop_at", "trace", "way_of_solving"]

LISTED = 11  # values that a table shows at most
COLUMNS = 6  # outcomes and payoffs that it shows at most


@dataclass(frozen=True, repr=False)
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

    @property
    def choices(self) -> Mapping[str, Choice]:
        """The numbers that are chosen; none where actions are."""
        return self.model.game.choices

    @property
    def leader(self) -> str:
        """Who moves first, "" where nobody leads."""
        return self.model.game.leader

    @property
    def contrast(self) -> tuple[str, str]:
        """Which equilibria a line is broken to tell apart: the first solid, the second dashed."""
        slopes = Can.SLOPES in self.model.game.can
        return ("stable", "unstable") if slopes else ("pure", "mixed")

    @property
    def numbers(self) -> tuple[str, ...]:
        """All numbers that are told of each equilibrium: outcomes, payoffs, what is chosen."""
        return (*self.outcomes, *self.model.players, *self.choices)

    @property
    def prices(self) -> Mapping[str, str]:
        """The outcomes that are shadow prices, and of which constraint.

        "" stands for no constraint: the price is a slope along the leader's choice.
        """
        every = [self.model.outcomes[name] for name in self.outcomes]
        whats = {outcome.name: outcome.chances.get(outcome.formula) for outcome in every}
        return {
            name: what.constraint if isinstance(what, Multiplier) else ""
            for name, what in whats.items()
            if isinstance(what, Multiplier | Slope)
        }

    def means(self, name: str) -> tuple[str, str]:
        """Return what a number means, and its unit."""
        if name in self.model.outcomes:
            return self.model.outcomes[name].means, self.model.outcomes[name].unit
        if name in self.model.players:
            return f"payoff of {self.model.players[name].title}", self.model.players[name].unit
        return self.choices[name].means, self.choices[name].unit

    def tables(self) -> tuple[Table, ...]:
        """Return a table for each era: equilibria at a few of the values, and every change."""
        return tuple(_table(self, era) for era in self.courses)

    def _frame(self) -> Frame:
        """Return a row for each equilibrium at each value of what moves, near changes too."""
        moved = "factor" if self.scaled else self.moves[0]
        rows = [
            {
                "era": era,
                moved: as_float(stop.at),
                "even": stop.even,
                "equilibrium": state.name,
                **_row(self, state),
            }
            for era, course in self.courses.items()
            for stop in course.stops
            for state in stop.states
        ]
        units = {name: unit for name, unit in _units(self).items() if unit}
        about: dict[str, Any] = {"model": self.model.name, "moves": list(self.moves)}
        about |= {"units": units, "complete": self.complete, "method": self.method}
        about |= {"versions": dict(self.versions)}
        return Frame(("era", moved, "equilibrium"), rows, about)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data; exact numbers are text such as "11/16"."""
        return {
            **fields_as_data(self, "model", "moves", "scaled", "low", "high"),
            "eras": {
                era: {
                    "centre": as_data(self.centres.get(era)),
                    "calibration": as_data(self.calibrations[era]),
                    "stops": as_data(course.stops),
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


def _row(found: Trace, state: Equilibrium) -> dict[str, Any]:
    """Return what a frame tells of an equilibrium."""
    plays = {
        name if state.chosen else f"P({who} {name})": as_float(value)
        for who, own in state.play.items()
        for name, value in own.items()
    }
    paid = {f"payoff {player}": as_float(value) for player, value in state.payoffs.items()}
    taken = ("era", "factor", "even", "equilibrium", "stable", "strict", *plays, *paid)
    own = free_names((n for n in found.outcomes if n not in found.choices), taken)
    told = {column: as_float(state.value(name)) for name, column in own.items()}
    return {"stable": state.stable, "strict": state.strict, **plays, **paid, **told}


# --- as tables ------------------------------------------------------------------------------------


def _units(found: Trace) -> dict[str, str]:
    told = {name: found.model.parameters[name].unit for name in found.moves}
    told |= {name: found.model.outcomes[name].unit for name in found.outcomes}
    told |= {name: player.unit for name, player in found.model.players.items()}
    if Can.SLOPES in found.model.game.can:
        told |= {c.name: c.unit for c in found.model.game.choices.values()}
    return told


def _table(found: Trace, era: str) -> Table:
    """Return some of the evenly spaced values, a row for each equilibrium."""
    even = found.courses[era].even
    columns = _columns(found)
    rows = tuple(
        (
            number(stop.at),
            state.name,
            *([_WORDS[state.stable]] if Can.SLOPES in found.model.game.can else []),
            *(number(state.value(name)) for name in columns),
        )
        for stop in even[:: -(-(len(even) - 1) // (LISTED - 1))]
        for state in stop.states
    )
    header = (
        found.moved,
        "equilibrium",
        *["stable"][: Can.SLOPES in found.model.game.can],
        *columns,
    )
    title = f"{found.moved} from {number(found.low)} to {number(found.high)}"
    notes = _notes(found, era, columns)
    return Table(f"{title}: {found.model.eras[era].title}", header, rows, notes)


def _columns(found: Trace) -> list[str]:
    """Return what is chosen, and as many outcomes and payoffs as there is room for."""
    game = found.model.game
    plays = list(game.choices)
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


# --- the path followed ----------------------------------------------------------------------------


POINTS = 41


@of_a_model
@kept("following")
def trace(
    model: Model,
    moves: str | Sequence[str],
    low: Any,
    high: Any,
    *,
    scaled: bool | None = None,
    eras: Eras = None,
    points: int = POINTS,
    outcomes: str | Sequence[str] | None = None,
    seconds: float | None = None,  # noqa: ARG001 -- kept from outside
    progress: Callable[[float], None] | None = None,
) -> Trace:
    """Return all equilibria, stable or not, at evenly spaced values of what moves.

    Where they are not the same at two neighbours, the step is halved until the change is known to
    a millionth of the path.  Everything but what moves stays at the era's centre.

    Parameters
    ----------
    model : Model, str or Path
    moves : str or sequence of str
        A parameter that moves itself, or several that one factor multiplies.
    low, high : number or text
        The path's ends: values of the parameter, or of the factor.  Exact, as ``"1/3"``.
    scaled : bool, optional
        Whether a factor moves; by default where several parameters are named.
    eras : str, Era, mapping, or a sequence of these, optional
        All of them unless said.  Values on the spot are an era too (see :meth:`Model.era`), and
        may leave out the parameter that moves.
    points : int
        How many evenly spaced values.
    outcomes : str or sequence of str, optional
        Which outcomes to tell; all of them unless said.
    seconds : float, optional
        Budget for it all, past which there is an error and no answer; no limit if None.
    progress : callable, optional
        Is told the share of the work that is done.

    Raises
    ------
    CalibrationError
        For an unknown parameter, era or outcome, or a path that leaves a parameter's range.
    UnsupportedError
        If the game has no branches.

    Examples
    --------
    >>> import dilemma
    >>> found = trace(dilemma.load("abandonment"), "m_J", 0, 1, points=5)
    >>> [round(float(change.at), 4) for change in found.courses["post_cold_war"].changes]
    [0.1333, 0.3757]
    """
    named = _moving(model, moves)
    factor = len(named) > 1 if scaled is None else scaled
    watched = outcomes_of(model, outcomes)
    model, chosen = eras_of(model, eras, moving=() if factor else named)
    start, end = _ends(low, high, points)
    centres = {era: model.calibration(era) for era in chosen}
    courses = {}
    for k, era in enumerate(chosen):
        path = _Path(model, centres[era], named, scaled=factor, outcomes=watched)
        for at in (start, end):
            model.values(path.calibration(at))  # both ends lie in the parameters' ranges
        courses[era] = follow(path.look, start, end, points, _part(progress, k, len(chosen)))
    return Trace(
        model=model,
        moves=named,
        scaled=factor,
        low=start,
        high=end,
        courses=courses,
        centres=dict(_starts(model, chosen, named[0], scaled=factor)),
        calibrations=centres,
        outcomes=watched,
        method=way_of_solving(model),
        versions=versions("sympy", "numpy", "scipy", "z3-solver"),
    )


def _moving(model: Model, moves: str | Sequence[str]) -> tuple[str, ...]:
    """Return the parameters that move."""
    named = several(moves, ())
    if not named:
        raise CalibrationError(f"{model.name}: a path needs at least one parameter")
    model.needs_parameters(named)
    return named


def outcomes_of(model: Model, asked: str | Sequence[str] | None) -> tuple[str, ...]:
    """Return the outcomes that are watched."""
    named = several(asked, model.outcomes)
    for name in named:
        if name not in model.outcomes:
            hint = nearest(name, model.outcomes) or f"{model.name} has no outcomes"
            raise CalibrationError(f"no outcome {name!r} in {model.name}: {hint}")
    return named


def _starts(
    model: Model, eras: Sequence[str], moved: str, *, scaled: bool
) -> Iterator[tuple[str, sp.Rational]]:
    """Yield where each era's centre lies on the path, if anything is said of what moves."""
    for era in eras:
        value = model.eras[era].values[moved]
        if scaled or value.grade != "declared":
            yield era, sp.Integer(1) if scaled else value.central


def several(asked: str | Sequence[str] | None, known: Iterable[str]) -> tuple[str, ...]:
    """Return names as they are asked for, one by itself or several; all of them where none is.

    Examples
    --------
    >>> several("y_J", ["x_J", "y_J"]), several(None, ["x_J", "y_J"])
    (('y_J',), ('x_J', 'y_J'))
    """
    if asked is None:
        return tuple(known)
    return (asked,) if isinstance(asked, str) else tuple(asked)


def _ends(low: Any, high: Any, points: int) -> tuple[sp.Rational, sp.Rational]:
    try:
        start, end = exact(low), exact(high)
    except ExpressionError as error:
        raise CalibrationError(f"the path from {low} to {high}: {error}") from None
    if not start < end or points != int(points) or points < 2:
        raise CalibrationError(
            f"a path from {low} to {high} in {points} values: a low and a higher end are wanted, "
            "and at least two values"
        )
    return start, end


def _part(
    progress: Callable[[float], None] | None, done: int, parts: int
) -> Callable[[float], None] | None:
    return None if progress is None else lambda share: progress((done + share) / parts)


def way_of_solving(model: Model) -> str:
    """Say how each value is solved."""
    if Can.SLOPES not in model.game.can:
        return "each value solved by itself, as `solve` does but for others' opinions"
    return "the branches' equations solved exactly at each value; no search beside them"


@dataclass(frozen=True)
class _Path:
    """What moves from an era's centre, and which equilibria there are on the way."""

    model: Model
    centre: Mapping[str, sp.Rational]
    moves: tuple[str, ...]
    scaled: bool
    outcomes: tuple[str, ...]

    def calibration(self, at: sp.Rational) -> dict[str, sp.Rational]:
        put = {n: at * self.centre[n] if self.scaled else at for n in self.moves}
        return self.model.calibration({**self.centre, **put})

    def look(self, at: sp.Rational) -> Stop:
        return stop_at(self.model, self.calibration(at), at, self.outcomes)


def stop_at(
    model: Model,
    calibration: Mapping[str, sp.Rational],
    at: sp.Rational,
    outcomes: Sequence[str],
) -> Stop:
    """Return the equilibria at a calibration, which is called ``at`` on its way."""
    if Can.SLOPES not in model.game.can:
        return _solved(model, calibration, at, outcomes)
    values = values_before_play(model, calibration)
    try:
        found, missing = equilibrium_points(model, values, screen_of(model.game_alone))
    except CalibrationError as error:
        return Stop(at, (), str(error))
    reasons = [missing, *doubts(model, values)]
    ties = dict.fromkeys(point.tie for point in found if point.tie)
    return Stop(
        at,
        tuple(record(model, point, tuple(outcomes)) for point in found),
        "; ".join(filter(None, reasons)),
        "; ".join(ties),
    )


def _solved(
    model: Model,
    calibration: Mapping[str, sp.Rational],
    at: sp.Rational,
    outcomes: Sequence[str],
) -> Stop:
    try:
        found = answer(model, values_before_play(model, calibration))
    except CalibrationError as error:
        return Stop(at, (), str(error))
    states = (
        replace(e, outcomes={name: e.outcomes[name] for name in outcomes}) for e in found.equilibria
    )
    return Stop(at, tuple(states), found.reason, found.witness if found.degenerate else "")
