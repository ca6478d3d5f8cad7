"""Every equilibrium along a path: one parameter moves, or several by one factor, all others stay."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sympy as sp

from dilemma.budget import kept
from dilemma.errors import CalibrationError, nearest
from dilemma.games.certificates import doubts, price_ranges, prices
from dilemma.games.points import Point
from dilemma.games.stability import shrinks
from dilemma.model import Model
from dilemma.reading.expressions import ExpressionError, exact
from dilemma.report import versions
from dilemma.study.courses import State, Stop, follow
from dilemma.study.eras import Eras, eras_of
from dilemma.study.played import played
from dilemma.study.solve import solve
from dilemma.study.traced import Trace

__all__ = ["several", "trace"]

POINTS = 41


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
    model : Model
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
    named = several(moves, ())
    factor = len(named) > 1 if scaled is None else scaled
    told = several(outcomes, model.outcomes)
    if not named:
        raise CalibrationError(f"{model.name}: a path needs at least one parameter")
    model.needs_parameters(named)
    for name in told:
        if name not in model.outcomes:
            hint = nearest(name, model.outcomes) or f"{model.name} has no outcomes"
            raise CalibrationError(f"no outcome {name!r} in {model.name}: {hint}")
    model, chosen = eras_of(model, eras, moving=() if factor else named)
    start, end = _ends(low, high, points)
    centres = {era: model.calibration(era) for era in chosen}
    courses = {}
    for k, era in enumerate(chosen):
        path = _Path(model, centres[era], named, scaled=factor, outcomes=told)
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
        outcomes=told,
        method=_method(model),
        versions=versions("sympy", "numpy", "scipy", "z3-solver"),
    )


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


def _method(model: Model) -> str:
    if model.choices is None:
        return "each value solved by itself, as `solve` does"
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
        if self.model.choices is None:
            return self._solved(at)
        values = self.model.values(self.calibration(at))
        try:
            found, missing = played(self.model, values)
        except CalibrationError as error:
            return Stop(at, (), str(error))
        reasons = [missing, *doubts(self.model, values)]
        ties = dict.fromkeys(point.tie for point in found if point.tie)
        return Stop(
            at,
            tuple(self._state(point) for point in found),
            "; ".join(filter(None, reasons)),
            "; ".join(ties),
        )

    def _state(self, point: Point) -> State:
        game = self.model.choices
        assert game is not None
        branch = point.branch
        return State(
            name=branch.title,
            play={
                player: {c.name: point.worth(c.symbol) for c in game.of(player)}
                for player in self.model.players
            },
            payoffs={player: point.worth(f) for player, f in branch.payoffs.items()},
            outcomes={name: point.worth(branch.outcomes[name]) for name in self.outcomes},
            prices=prices(self.model, point),
            price_ranges=price_ranges(self.model, point),
            stable=shrinks(self.model, branch, point.at)[0],
        )

    def _solved(self, at: sp.Rational) -> Stop:
        try:
            found = solve(self.model, self.calibration(at))
        except CalibrationError as error:
            return Stop(at, (), str(error))
        states = (
            State(
                name=e.name,
                play=e.play,
                payoffs=e.payoffs,
                outcomes={name: e.outcomes[name] for name in self.outcomes},
                stable=e.stable,
                pure=e.pure,
            )
            for e in found
        )
        return Stop(at, tuple(states), found.reason, found.witness if found.degenerate else "")
