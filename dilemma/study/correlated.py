"""Correlated equilibria: what a mediator can bring about at best and at worst, for each and for all."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import inf, lcm
from typing import Any

import sympy as sp

from dilemma.budget import LATE, best, ordinary
from dilemma.by_era import ByEra, Eras, at_each
from dilemma.calls import of_a_model
from dilemma.errors import BudgetError, CalibrationError
from dilemma.games.kind import Can
from dilemma.games.linear_programmes import Line, best_of
from dilemma.games.profiles import DIGITS, Payoffs, numeric_payoffs
from dilemma.model import At, Model
from dilemma.output.result import (
    Shown,
    Table,
    as_data,
    fields_as_data,
    number,
    owned,
    versions,
    weighted,
)
from dilemma.processes import inside
from dilemma.theory.parts import Player, Profile

__all__ = ["Correlated", "Extreme", "correlated"]

FEW = 6  # profiles of a distribution that are shown in a cell
HARD = "the linear programme is too large for exact pivoting, and floats proposed no solution of it"


@dataclass(frozen=True, slots=True)
class Extreme:
    """A correlated equilibrium at one end of what is possible.

    Attributes
    ----------
    value : exact number
        What is greatest or least: a player's expected payoff, or the sum.
    payoffs : mapping of player to exact number
    chances : mapping of profile to exact number
        Those that are drawn at all; they sum to 1.
    """

    value: sp.Rational
    payoffs: Mapping[str, sp.Rational]
    chances: Mapping[Profile, sp.Rational]

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data; a profile is its actions with commas between them."""
        chances = {", ".join(profile): chance for profile, chance in self.chances.items()}
        return {**fields_as_data(self, "value", "payoffs"), "chances": as_data(chances)}


@dataclass(frozen=True, repr=False)
class Correlated(Shown):
    """The ends of what correlated equilibria pay.

    Attributes
    ----------
    model : Model
    at : str
        The era's title, "" where there is none.
    calibration : mapping of parameter to exact value
    best, worst : mapping of player to Extreme, or None where it is not known
    best_sum, worst_sum : Extreme, or None where it is not known
        Of the sum of all payoffs.
    exact : bool
        Whether payoffs entered as exact rationals (False: rounded to 40 digits first).
    reason : str
        Why something is not known, "" where all is.
    versions : mapping of package to version
    """

    model: Model
    at: str
    calibration: Mapping[str, sp.Rational]
    best: Mapping[str, Extreme | None]
    worst: Mapping[str, Extreme | None]
    best_sum: Extreme | None
    worst_sum: Extreme | None
    exact: bool
    reason: str
    versions: Mapping[str, str]

    def tables(self) -> tuple[Table, ...]:
        """Return a row for each end: what everybody is paid there, and by which distribution."""
        titles = {name: player.title for name, player in self.model.players.items()}
        ends = [
            (f"{owned(titles[name])} {word}", one)
            for name in titles
            for word, by in (("best", self.best), ("worst", self.worst))
            for one in (by[name],)
        ]
        ends += [("best sum", self.best_sum), ("worst sum", self.worst_sum)]
        head = ("end", *(f"payoff of {title}" for title in titles.values()), "sum", "distribution")
        rows = tuple((word, *self._cells(one)) for word, one in ends)
        where = f": {self.at}" if self.at else ""
        title = f"{self.model.title}: what correlated equilibria pay{where}"
        return (Table(title, head, rows, tuple(self._notes())),)

    def _cells(self, end: Extreme | None) -> tuple[str, ...]:
        if end is None:
            return ("not known",) * (len(self.model.players) + 2)
        paid = [end.payoffs[name] for name in self.model.players]
        told = {f"({', '.join(profile)})": chance for profile, chance in end.chances.items()}
        shown = weighted(dict(list(told.items())[:FEW]))
        more = f" + {len(told) - FEW} more" if len(told) > FEW else ""
        return (*map(number, paid), number(sum(paid, sp.Integer(0))), shown + more)

    def _notes(self) -> Iterator[str]:
        yield (
            "A profile is drawn with these chances and each player is told its own action alone; "
            "nobody gains by doing something else."
        )
        yield (
            "Each end is exact, certified by a solution of the dual linear programme; where "
            "several distributions attain it, one is shown."
        )
        if not self.exact:
            yield f"Irrational payoffs were rounded to {DIGITS} digits first."
        units = {player.unit for player in self.model.players.values()}
        if len(units) > 1:
            yield "The sum adds payoffs of different units."
        if self.reason:
            yield f"NOT all ends: {self.reason}."

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain data; exact numbers are text such as "21/4"."""
        return {"model": self.model.name, **fields_as_data(
            self, "at", "calibration", "best", "worst", "best_sum", "worst_sum", "exact", "reason",
            "versions",
        )}  # fmt: skip


@of_a_model
def correlated(
    model: Model, /, at: Eras = None, *, seconds: float | None = 60, **changes: Any
) -> Correlated | ByEra[Correlated]:
    """Find the best and the worst correlated equilibrium for each player, and for the sum.

    A distribution over profiles is a correlated equilibrium if nobody who is told its own action of
    the profile that was drawn gains by another.  These are linear conditions, so that each end is a
    linear programme; its solution is exact, and certified by duality.

    Parameters
    ----------
    model : Model, str or Path
        A simultaneous game with actions, of any number of players.
    at : str, Era or mapping, or a sequence of these, optional
        An era, for its central calibration, or a value for each parameter; all eras if left out.
    seconds : float, optional
        Budget of time; what is not known by then is None, and ``reason`` says so.
    **changes
        Parameters that take another value.

    Returns
    -------
    Correlated, or ByEra
        Payoffs in the players' units; a mapping from each era to its answer, where no one era is
        named.

    Raises
    ------
    UnsupportedError
        For another kind of game.
    CalibrationError
        For an unknown era or parameter, a missing or an impossible value.
    BudgetError
        If nothing at all was known within the seconds.

    References
    ----------
    R. J. Aumann 1974, Subjectivity and correlation in randomized strategies, Journal of
    Mathematical Economics 1: 67-96; the conditions as in R. J. Aumann 1987, Correlated equilibrium
    as an expression of Bayesian rationality, Econometrica 55: 1-18.

    Examples
    --------
    >>> from dilemma import matrix
    >>> chicken = matrix([[6, 2], [7, 0]], [[6, 7], [2, 0]], actions=[["swerve", "dare"]] * 2)
    >>> best = correlated(chicken).best_sum
    >>> print(best.value, *best.payoffs.values(), best.chances["swerve", "swerve"])
    21/2 21/4 21/4 1/2
    """
    model.needs(Can.TABLE, "correlated")
    if seconds is not None and not seconds > 0:
        raise CalibrationError(f"seconds = {seconds}: no budget at all")

    def at_one(model: Model, at: At | None, seconds: float | None) -> Correlated:
        return _within(model, at, changes, seconds)

    return at_each(model, at, at_one, changes=changes, seconds=seconds)


def _within(
    model: Model, at: At | None, changes: Mapping[str, Any], seconds: float | None
) -> Correlated:
    """Find the ends at one calibration, within a budget."""
    era = model.era(at, **changes)
    title = era.title if model.parameters or at is not None else ""
    calibration = {name: value.central for name, value in era.values.items()}
    if seconds is None or inside() or ordinary(model, seconds):
        *_, last = _answers(model, calibration, title, seconds=seconds)
        return last
    found: Correlated | None
    found, why = best(_answers, model, calibration, title, seconds=seconds)
    if found is None:
        raise BudgetError(
            f"correlated {model.name}: not done within {seconds:g} seconds; allow more with "
            "--seconds (in Python seconds=...)"
        )
    return replace(found, reason=why) if why else found


def _answers(
    model: Model, calibration: Mapping[str, sp.Rational], at: str, *, seconds: float | None
) -> Iterator[Correlated]:
    """Yield one answer after another, each with one end more."""
    deadline = inf if seconds is None else time.monotonic() + seconds
    payoffs, exact = numeric_payoffs(model, model.values(calibration))
    players = list(model.players.values())
    lines = _conditions(players, payoffs)
    none: dict[str, Extreme | None] = dict.fromkeys(model.players)
    made_with = versions("numpy", "scipy", "sympy")
    known = Correlated(model, at, dict(calibration), none, none, None, None, exact, LATE, made_with)
    missing: list[str] = []
    for sign, by, of_sum in ((1, "best", "best_sum"), (-1, "worst", "worst_sum")):
        for name in (None, *model.players):
            end = _end(payoffs, lines, name, sign, deadline)
            if end is None:
                missing.append(LATE if time.monotonic() >= deadline else HARD)
            more: dict[str, Any] = {of_sum: end}
            if name is not None:
                more = {by: {**getattr(known, by), name: end}}
            known = replace(known, **more)
            yield known
    yield replace(known, reason="; ".join(dict.fromkeys(missing)))


def _conditions(players: Sequence[Player], payoffs: Payoffs) -> list[Line]:
    """Return what a player who is told an action would gain by each other one, and the whole chance.

    In whole numbers: each player's payoffs are multiplied by a common denominator.
    """
    position = {profile: k for k, profile in enumerate(payoffs)}
    lines: list[Line] = []
    for place, player in enumerate(players):
        scale = lcm(*(cell[player.name].denominator for cell in payoffs.values()))
        paid = {profile: int(cell[player.name] * scale) for profile, cell in payoffs.items()}
        for action in player.actions:
            drawn = [profile for profile in payoffs if profile[place] == action]
            for other in player.actions:
                gains = {
                    position[p]: paid[*p[:place], other, *p[place + 1 :]] - paid[p] for p in drawn
                }
                line = {k: gain for k, gain in gains.items() if gain}
                if line:
                    lines.append(line)
    return [*lines, dict.fromkeys(position.values(), 1)]


def _end(
    payoffs: Payoffs, lines: Sequence[Line], player: str | None, sign: int, deadline: float
) -> Extreme | None:
    """Return where a player's payoff, or the sum, is greatest (sign 1) or least (-1).

    The objective is shifted to be positive: all chance is then used, as the other conditions stay
    true where a distribution is scaled.
    """
    values = [cell[player] if player else sum(cell.values()) for cell in payoffs.values()]
    scale = lcm(*(value.denominator for value in values))
    whole = [sign * int(value * scale) for value in values]
    shifted = [value - min(whole) + 1 for value in whole]
    bounds = [0] * (len(lines) - 1) + [1]
    found = best_of(shifted, lines, bounds, deadline=deadline)
    if found is None:
        return None
    chances = {p: c for p, c in zip(payoffs, found.variables, strict=True) if c}
    assert sum(chances.values()) == 1, "the objective is positive, so that no chance is left"
    paid = {
        name: sum((c * payoffs[p][name] for p, c in chances.items()), Fraction(0))
        for name in next(iter(payoffs.values()))
    }
    value = paid[player] if player else sum(paid.values(), Fraction(0))
    return Extreme(
        _rational(value),
        {name: _rational(one) for name, one in paid.items()},
        {profile: _rational(chance) for profile, chance in chances.items()},
    )


def _rational(value: Fraction) -> sp.Rational:
    return sp.Rational(value.numerator, value.denominator)
