"""One parameter moves, all others stay: where do the equilibria and the kinds of game change?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import sympy as sp
from sympy.core.relational import Relational

from dilemma.budget import kept
from dilemma.by_era import ByEra, Eras, at_each, one_era
from dilemma.calls import of_a_model
from dilemma.errors import CalibrationError, UnsupportedError, nearest
from dilemma.games import two_by_two
from dilemma.games.kind import Can
from dilemma.games.solution import branches, solve
from dilemma.model import At, Model
from dilemma.output.result import Shown, Table, as_data, fields_as_data, number

__all__ = ["Path", "Stretch", "along"]


@dataclass(frozen=True)
class Stretch:
    """An open interval of the parameter on which nothing changes.

    Attributes
    ----------
    low, high : sympy number
        Its ends, exact (they may be irrational).
    equilibria : tuple of str
        The names of the equilibria.
    kinds : mapping of player to kind of game
    shown : tuple of two sympy numbers, or None
        The definition that is watched, at both ends.
    """

    low: sp.Expr
    high: sp.Expr
    equilibria: tuple[str, ...]
    kinds: Mapping[str, str]
    shown: tuple[sp.Expr, sp.Expr] | None = None


@dataclass(frozen=True, repr=False)
class Path(Shown):
    """What happens as one parameter moves from an era's centre.

    Attributes
    ----------
    model : Model
    era, parameter : str
    centre : sympy number, or None
        The parameter's central value in that era, if anything is said of it.
    stretches : tuple of Stretch
        In the order of the parameter; neighbours differ.
    shows : str
        The definition that is watched, "" for none.
    """

    model: Model
    era: str
    parameter: str
    centre: sp.Rational | None
    stretches: tuple[Stretch, ...]
    shows: str = ""

    def tables(self) -> tuple[Table, ...]:
        """Return a row for each stretch."""
        parameter = self.model.parameters[self.parameter]
        titles = [self.model.players[p].title for p in self.stretches[0].kinds]
        rows = []
        for s in self.stretches:
            here = self.centre is not None and s.low <= self.centre <= s.high
            between = f"{number(s.low)} to {number(s.high)}{' (centre)' if here else ''}"
            watched = [] if s.shown is None else [" to ".join(map(number, s.shown))]
            rows.append((between, *watched, "; ".join(s.equilibria), *s.kinds.values()))
        era = self.model.eras[self.era]
        rest = f", all else at {era.centre}" if len(self.model.parameters) > 1 else ""
        notes = [f"{self.parameter}: {parameter.means} [{parameter.unit}]."]
        if self.shows:
            watched_one = self.model.definitions[self.shows]
            notes.append(f"{self.shows}: {watched_one.means} [{watched_one.unit}].")
        return (
            Table(
                f"{self.parameter} moves{rest}",
                (
                    self.parameter,
                    *[self.shows][: bool(self.shows)],
                    "equilibria",
                    *(f"{t}: game" for t in titles),
                ),
                tuple(rows),
                tuple(notes),
            ),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the path as plain data; ends are text, exact where rational."""
        return {
            **fields_as_data(self, "model", "era", "parameter", "centre"),
            "stretches": [
                {
                    **fields_as_data(s, "low", "high", "equilibria", "kinds"),
                    **({} if s.shown is None else {self.shows: as_data(s.shown)}),
                }
                for s in self.stretches
            ],
        }


@of_a_model
@kept("moving")
def along(
    model: Model,
    era: Eras = None,
    parameter: str = "",
    *,
    shows: str = "",
    seconds: float | None = None,  # noqa: ARG001 -- kept from outside
) -> Path | ByEra[Path]:
    """Move one parameter over its range and return where the solution changes, exactly.

    Parameters
    ----------
    model : Model, str or Path
    era : str, Era, mapping, or a sequence of these, optional
        From whose centre; from each era's if left out.  Values on the spot are an era too (see
        :meth:`Model.era`), and may leave out the parameter that moves.
    parameter : str
        What moves; all other parameters stay.  By itself it may stand in the era's place.
    shows : str, optional
        A definition to watch on the way.
    seconds : float, optional
        Budget for it all, past which there is an error and no answer; no limit if None.

    Returns
    -------
    Path, or ByEra
        A mapping from each era to its path, where no one era is named.

    Raises
    ------
    CalibrationError
        For an unknown era, parameter or definition.
    UnsupportedError
        If the game has no symbolic solution, or is not polynomial in the parameter.

    Examples
    --------
    >>> import dilemma
    >>> found = along(dilemma.load("abandonment"), "cold_war", "m_J")
    >>> [(number(s.high), s.kinds["japan"]) for s in found.stretches]
    [('0.9167', 'harmony'), ('1', 'chicken')]
    >>> hunt = dilemma.matrix([["s", 0], [1, 1]], [["s", 1], [0, 1]], parameters={"s": [0, 9]})
    >>> [(number(s.high), s.equilibria[0]) for s in along(hunt, "s").stretches]
    [('1', '(row_2, column_2)'), ('9', '(row_1, column_1)')]
    """
    model.needs(Can.ACTIONS, "finding where the solution changes exactly")
    if not parameter:
        if not isinstance(era, str):
            known = ", ".join(model.parameters) or "none"
            raise CalibrationError(f"{model.name}: which parameter moves? there are: {known}")
        parameter, era = era, None
    model.needs_parameters([parameter])
    if shows and shows not in model.definitions:
        hint = nearest(shows, model.definitions) or f"{model.name} has no definitions"
        raise CalibrationError(f"no definition {shows!r} in {model.name}: {hint}")
    if any(branch.implicit for branch in branches(model)):
        raise UnsupportedError(
            f"{model.name}: where three or more players mix, or who mixes or acts on a shock has no "
            "closed form, there is no exact border"
        )

    def at_one(model: Model, at: At | None, _seconds: float | None) -> Path:
        return _moved(*one_era(model, at, moving=[parameter]), parameter, shows)

    return at_each(model, era, at_one, moving=[parameter])


def _moved(model: Model, era: str, parameter: str, shows: str) -> Path:
    """Move a parameter from one era's centre."""
    value = model.eras[era].values[parameter]
    centre = model.calibration(era)
    low, high = _ends(model, parameter)
    symbol = model.parameters[parameter].symbol
    others = {p.symbol: centre[n] for n, p in model.parameters.items() if n != parameter}
    borders = {
        root
        for expression in _borders(model)
        for root in _roots(model.expand(expression).xreplace(others), symbol)
        if low < root < high
    }
    ends = [low, *sorted(borders), high]
    stretches: list[Stretch] = []
    for a, b in pairwise(ends):
        at = {**centre, parameter: _between(a, b)}
        watched = _watched(model, shows, others, symbol, (a, b))
        stretches.append(Stretch(a, b, solve(model, at).names, _kinds(model, at), watched))
    starts = None if value.grade == "declared" else value.central
    return Path(model, era, parameter, starts, _joined(stretches), shows)


def _joined(stretches: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """Join neighbours between which nothing changes."""
    joined: list[Stretch] = []
    for one in stretches:
        last = joined[-1] if joined else None
        if last and (last.equilibria, last.kinds) == (one.equilibria, one.kinds):
            ends = (last.shown[0], one.shown[1]) if last.shown and one.shown else None
            joined[-1] = Stretch(last.low, one.high, last.equilibria, last.kinds, ends)
        else:
            joined.append(one)
    return tuple(joined)


def _watched(
    model: Model,
    shows: str,
    others: Mapping[sp.Symbol, sp.Rational],
    symbol: sp.Symbol,
    ends: tuple[sp.Expr, sp.Expr],
) -> tuple[sp.Expr, sp.Expr] | None:
    """Return the watched definition at both ends of a stretch."""
    if not shows:
        return None
    formula = model.expand(model.definitions[shows].symbol).xreplace(others)
    low, high = (sp.simplify(formula.subs(symbol, end)) for end in ends)
    return low, high


def _ends(model: Model, parameter: str) -> tuple[sp.Rational, sp.Rational]:
    """Return the declared range, cut where it is infinite at thrice what the eras' boxes reach."""
    declared = model.parameters[parameter].range
    reach = 3 * max(
        max(abs(e.values[parameter].range.low), abs(e.values[parameter].range.high))
        for e in model.eras.values()
    )
    low = declared.low if declared.low.is_finite else -(reach or 1)
    return low, declared.high if declared.high.is_finite else reach or sp.Integer(1)


def _borders(model: Model) -> Iterator[sp.Expr]:
    """Yield everything whose sign the solution depends on."""
    for branch in branches(model):
        if branch.where is not None:
            for condition in branch.where:
                for relation in condition.atoms(Relational):
                    yield (relation.lhs - relation.rhs).xreplace(dict(branch.closed))
            yield from branch.nonzero
    for player in model.players:
        try:
            yield from two_by_two.gains(model, player)
        except UnsupportedError:
            return


def _roots(expression: sp.Expr, symbol: sp.Symbol) -> set[sp.Expr]:
    found: set[sp.Expr] = set()
    for side in sp.fraction(sp.together(expression)):
        if not side.has(symbol):
            continue
        if not side.is_polynomial(symbol):
            raise UnsupportedError(f"the solution is not polynomial in {symbol}")
        found.update(sp.Poly(side, symbol).real_roots())
    return found


def _between(low: sp.Expr, high: sp.Expr) -> sp.Rational:
    """Return a rational number with few digits between two ends."""
    if low.is_Rational and high.is_Rational:
        return (low + high) / 2
    digits = 2
    while True:
        middle = sp.Rational(str(sp.N((low + high) / 2, digits)))
        if low < middle < high:
            return middle
        digits += 2


def _kinds(model: Model, calibration: Mapping[str, sp.Rational]) -> dict[str, str]:
    values = model.values(calibration)
    try:
        return {player: two_by_two.kind_of(model, player, values) for player in model.players}
    except UnsupportedError:
        return {}
