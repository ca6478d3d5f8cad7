"""Where a bargain can be struck: what each side would accept, what they agree on, era by era.

A side's limit is the number at which agreement is worth no more to it than what happens if talks
fail.  Between the two limits nobody loses; if they have crossed there is no agreement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy as sp

from dilemma.budget import kept
from dilemma.by_era import Eras, eras_of
from dilemma.calls import of_a_model
from dilemma.errors import CalibrationError
from dilemma.games.numbers import bargain_of
from dilemma.games.numbers.choice import Choice
from dilemma.games.numbers.choosing import equilibrium_points, play
from dilemma.games.solution import many
from dilemma.model import Model
from dilemma.output.result import Shown, Table, as_data, fields_as_data, number, percent, versions
from dilemma.study.draws import draw
from dilemma.study.trace import Trace, trace

__all__ = ["Bargaining", "Deal", "Spread", "bargaining"]


@dataclass(frozen=True, slots=True)
class Deal:
    """A bargain in one equilibrium.

    Attributes
    ----------
    at : sympy number
        The value of the parameter that moves.
    equilibrium : str
    least, most : sympy number or None
        What the one side takes at least and the other gives at most, wherever that lies; None
        where a side has no limit.
    agreed : sympy number or None
        What they agree on; None where they do not.
    """

    at: sp.Rational
    equilibrium: str
    least: sp.Rational | None
    most: sp.Rational | None
    agreed: sp.Rational | None

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return fields_as_data(self, "equilibrium", "at", "least", "most", "agreed")


@dataclass(frozen=True, slots=True)
class Spread:
    """Bargains at random calibrations from an era's box.

    Attributes
    ----------
    least, most, agreed : tuple of float
        Below which a twentieth, half, and all but a twentieth of them lie; empty for none.
    without : float
        The share in which there is no agreement.
    equilibria, draws, seed : int
        How many bargains, at how many calibrations.
    doubtful : int
        Calibrations that were left out: something was too close to call in floats.
    """

    least: tuple[float, ...]
    most: tuple[float, ...]
    agreed: tuple[float, ...]
    without: float
    equilibria: int
    draws: int
    seed: int
    doubtful: int


@dataclass(frozen=True, repr=False)
class Bargaining(Shown):
    """Where a bargain can be struck and where it is, in each era.

    Attributes
    ----------
    model : Model
    over : str
        What is bargained over.
    takes, gives : str
        The player with the lower limit and the one with the upper, "" for none.
    moves : str
        The parameter that moves.
    centres : mapping of era to tuple of Deal
        At the era's centre, one for each equilibrium.
    courses : mapping of era to tuple of Deal
        Along the parameter, all others at the era's centre.
    spreads : mapping of era to Spread
        Over the era's box.
    versions : mapping of package to version
    """

    model: Model
    over: str
    takes: str
    gives: str
    moves: str
    centres: Mapping[str, tuple[Deal, ...]]
    courses: Mapping[str, tuple[Deal, ...]]
    spreads: Mapping[str, Spread]
    versions: Mapping[str, str]

    @property
    def interval(self) -> tuple[sp.Expr, sp.Expr]:
        """What may be agreed on at all."""
        return self.number.low, self.number.high

    @property
    def number(self) -> Choice:
        """What is bargained over, with its meaning, unit and ends."""
        return bargain_of(self.model).over

    def tables(self) -> tuple[Table, ...]:
        """Return a row for each era's centre, with what its box spans."""
        rows = []
        for era, deals in self.centres.items():
            spread = self.spreads[era]
            for deal in deals:
                told = (_limit(deal.least), _limit(deal.most), _agreed(deal))
                spans = (spread.least, spread.most, spread.agreed)
                cells = [f"{one}{_spans(span)}" for one, span in zip(told, spans, strict=True)]
                name = self.model.eras[era].title
                rows.append((name, *cells, percent(spread.without)))
        takes, gives = (
            self.model.players[p].title if p else "nobody" for p in (self.takes, self.gives)
        )
        header = (
            "era", f"{takes} takes at least", f"{gives} gives at most",
            f"{self.over} agreed", "no agreement",
        )  # fmt: skip
        title = f"{self.model.name}: the range in which {self.over} can be agreed on"
        return (Table(title, header, tuple(rows), tuple(self._notes())),)

    def _notes(self) -> Iterator[str]:
        over = self.number
        yield f"{over.name}: {over.means} [{over.unit}], from {over.low} to {over.high}."
        spread = next(iter(self.spreads.values()))
        yield (
            f"At the centre; in brackets nine tenths of {spread.draws:,} random calibrations from "
            f"the box (seed {spread.seed}), and on how many of them there is no agreement."
        )
        left = sum(one.doubtful for one in self.spreads.values())
        if left:
            yield f"Left out, since too close to call: {left}."

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data; exact numbers are text such as "11/16"."""
        return {
            **fields_as_data(self, "model", "over", "takes", "gives", "moves"),
            "eras": {
                era: as_data(
                    {"centre": deals, "course": self.courses[era], "box": self.spreads[era]}
                )
                for era, deals in self.centres.items()
            },
            "versions": dict(self.versions),
        }


def _limit(value: sp.Rational | None) -> str:
    return "no limit" if value is None else number(value)


def _agreed(deal: Deal) -> str:
    return "no agreement" if deal.agreed is None else number(deal.agreed)


def _spans(ends: tuple[float, ...]) -> str:
    return f" ({number(ends[0])} to {number(ends[-1])})" if ends else ""


# --- bargains worked out --------------------------------------------------------------------------


POINTS = 41  # values along the parameter that moves
SHARES = (0.05, 0.5, 0.95)  # of the draws that lie below what is told

Exact = Mapping[str, sp.Rational]


@of_a_model
@kept("bargaining")
def bargaining(
    model: Model,
    eras: Eras = None,
    moves: str | None = None,
    *,
    points: int = POINTS,
    draws: int = 4_000,
    seed: int = 0,
    seconds: float | None = None,  # noqa: ARG001 -- kept from outside
    progress: Callable[[float], None] | None = None,
) -> Bargaining:
    """Say between which limits a bargain lies and where it is struck.

    Parameters
    ----------
    model : Model, str or Path
        A game that ends in a bargain.
    eras : str, Era, mapping, or a sequence of these, optional
        All of them unless said; values on the spot are an era too (see :meth:`Model.era`).
    moves : str, optional
        The parameter along which the limits are followed; by default the first that every gain
        names.
    points : int
        Values of that parameter, from one end to the other.
    draws, seed : int
        Random calibrations from each box.
    seconds : float, optional
        Budget for it all, past which there is an error and no answer; no limit if None.
    progress : callable, optional
        Called with the share of the work done.

    Raises
    ------
    UnsupportedError
        If the game ends in no bargain.
    CalibrationError
        For an unknown era or parameter.

    References
    ----------
    Nash 1950, The bargaining problem, Econometrica 18: 155-162.

    Examples
    --------
    >>> import dilemma
    >>> found = bargaining(dilemma.load("burden"), points=3, draws=500)
    >>> deal = found.centres["post_cold_war"][0]
    >>> bool(deal.least < deal.agreed < deal.most), found.takes, found.gives
    (True, 'us', 'japan')
    """
    if draws < 1:
        raise CalibrationError(f"draws: {draws} is not a positive number")
    sides = _sides(model)
    model, chosen = eras_of(model, eras)
    moved = _common(model) if moves is None else moves
    model.needs_parameters([moved])
    low, high = _path(model, moved, chosen)
    over = _over(model)
    path = trace(
        model, moved, low, high, eras=chosen, points=points, outcomes=[over], progress=progress
    )
    rising = _rising(model, sides, chosen[0])
    return Bargaining(
        model=model,
        over=over,
        takes=next((p for p, up in rising.items() if up), ""),
        gives=next((p for p, up in rising.items() if not up), ""),
        moves=moved,
        centres={era: tuple(_centre(model, sides, era, moved)) for era in chosen},
        courses={era: tuple(_course(model, sides, path, era)) for era in chosen},
        spreads={era: _spread(model, sides, era, draws, seed) for era in chosen},
        versions=versions("numpy", "scipy", "sympy"),
    )


Sides = Mapping[str, tuple[sp.Expr, sp.Expr]]  # a player's gain: its constant and its slope


def _over(model: Model) -> str:
    return bargain_of(model).over.name


def _sides(model: Model) -> Sides:
    """Return each player's gain, linear in what is bargained over."""
    bargain = bargain_of(model)
    t = bargain.over.symbol
    found = {}
    for player, gain in bargain.gains.items():
        expanded = sp.expand(model.expand(gain))
        found[player] = expanded.coeff(t, 0), expanded.coeff(t, 1)
    return found


def _common(model: Model) -> str:
    """Return the first parameter that every gain names."""
    named = [gain.free_symbols for gain in bargain_of(model).gains.values()]
    for name, parameter in model.parameters.items():
        if all(parameter.symbol in symbols for symbols in named):
            return name
    raise CalibrationError(f"{model.name}: which parameter moves? no gain shares one with all")


def _path(model: Model, moved: str, eras: Sequence[str]) -> tuple[sp.Expr, sp.Expr]:
    """Return the parameter's own range where that is closed, else what the boxes span."""
    allowed = model.parameters[moved].range
    boxes = [model.eras[era].values[moved].range for era in eras]
    closed = not (allowed.open_low or allowed.open_high) and allowed.high.is_finite
    if closed and allowed.low.is_finite:
        return allowed.low, allowed.high
    return min(b.low for b in boxes), max(b.high for b in boxes)


def _centre(model: Model, sides: Sides, era: str, moved: str) -> Iterator[Deal]:
    calibration = model.calibration(era)
    points, _ = equilibrium_points(model, model.values(era))
    for point in points:
        agreed = point.worth(point.branch.outcomes[_over(model)])
        told = (calibration[moved], point.branch.title, agreed)
        yield _deal(model, sides, calibration, play(model, point), told)


def _course(model: Model, sides: Sides, path: Trace, era: str) -> Iterator[Deal]:
    """Yield the bargains along the path."""
    for stop in path.courses[era].stops:
        calibration = model.calibration(era, **{path.moves[0]: stop.at})
        for state in stop.states:
            chosen = {n: v for own in state.play.values() for n, v in own.items()}
            told = (stop.at, state.name, state.outcomes[_over(model)])
            yield _deal(model, sides, calibration, chosen, told)


def _deal(
    model: Model,
    sides: Sides,
    calibration: Exact,
    chosen: Exact,
    told: tuple[sp.Rational, str, sp.Rational | None],
) -> Deal:
    """Return the limits of both sides, where each gain is nought."""
    known = {model.parameters[n].symbol: v for n, v in calibration.items()}
    known |= {sp.Symbol(n, real=True): v for n, v in chosen.items()}
    least, most = [], []
    for constant, slope in sides.values():
        a, b = constant.xreplace(known), slope.xreplace(known)
        if b.is_positive:
            least.append(-a / b)
        elif b.is_negative:
            most.append(-a / b)
    at, name, agreed = told
    return Deal(at, name, max(least, default=None), min(most, default=None), agreed)


def _rising(model: Model, sides: Sides, era: str) -> dict[str, bool]:
    """Say whose gain rises with what is agreed on, at an era's centre."""
    known = {model.parameters[n].symbol: v for n, v in model.calibration(era).items()}
    points, _ = equilibrium_points(model, model.values(era))
    if not points:
        raise CalibrationError(f"{model.name}: no equilibrium at {model.eras[era].centre}")
    chosen = {sp.Symbol(n, real=True): v for n, v in play(model, points[0]).items()}
    slopes = {player: slope.xreplace(known | chosen) for player, (_, slope) in sides.items()}
    return {player: bool(slope > 0) for player, slope in slopes.items() if slope != 0}


def _spread(model: Model, sides: Sides, era: str, draws: int, seed: int) -> Spread:
    """Return what the era's box spans, at random calibrations solved in floats."""
    drawn = draw(model, era, draws, seed)
    batch = many(model, {model.parameters[n].symbol: v for n, v in drawn.items()})
    found: dict[str, list[Any]] = {"least": [], "most": [], "agreed": []}
    for rows in batch.rows:
        holds = rows.holds & ~batch.doubtful[:, None]
        values = {"agreed": batch.worth(rows, rows.branch.outcomes[_over(model)])}
        limits = [
            (batch.worth(rows, -constant / slope), batch.worth(rows, slope))
            for constant, slope in sides.values()
        ]
        lower = [np.where(slope > 0, zero, -np.inf) for zero, slope in limits]
        upper = [np.where(slope < 0, zero, np.inf) for zero, slope in limits]
        values |= {"least": np.max(lower, axis=0), "most": np.min(upper, axis=0)}
        for name, value in values.items():
            found[name].append(value[holds])
    told = {name: np.concatenate(parts) for name, parts in found.items()}
    agreed = np.isfinite(told["agreed"])
    return Spread(
        **{name: _quantiles(value[np.isfinite(value)]) for name, value in told.items()},
        without=float(1 - agreed.mean()),
        equilibria=len(agreed),
        draws=draws,
        seed=seed,
        doubtful=int(batch.doubtful.sum()),
    )


def _quantiles(values: Any) -> tuple[float, ...]:
    return tuple(float(q) for q in np.quantile(values, SHARES)) if len(values) else ()
