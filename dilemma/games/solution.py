"""Solve a model at an era's centre, or at any calibration: in symbols (branches), and in numbers."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any, overload

import sympy as sp

from dilemma.budget import best, ordinary
from dilemma.by_era import ByEra, Eras, at_each
from dilemma.calls import AnyModel, of_a_model
from dilemma.errors import CalibrationError, UnsupportedError
from dilemma.games.batch import Array, Batch, Closeness, Compiled, compiled
from dilemma.games.branch import Branch
from dilemma.games.equilibrium import Equilibria, Solution
from dilemma.games.kind import MOST_VISITED, Ask, Can
from dilemma.games.points import Doubt, Point, Values, candidates
from dilemma.games.screening import Screen
from dilemma.model import At, Model
from dilemma.output.result import versions
from dilemma.processes import inside
from dilemma.theory.parts import Era

__all__ = ["answer", "branches", "by_branches", "equilibria", "many", "solve", "solved", "soon"]


SECONDS = 60.0  # for one calibration, unless said otherwise


@overload
def solve(
    model: AnyModel,
    /,
    at: At,
    *,
    seconds: float | None = ...,
    most: int = ...,
    second_opinion: bool = ...,
    **changes: Any,
) -> Equilibria: ...
@overload
def solve(
    model: AnyModel,
    /,
    at: list[At] | tuple[At, ...],
    *,
    seconds: float | None = ...,
    most: int = ...,
    second_opinion: bool = ...,
    **changes: Any,
) -> ByEra[Equilibria]: ...
@overload
def solve(
    model: AnyModel,
    /,
    at: None = ...,
    *,
    seconds: float | None = ...,
    most: int = ...,
    second_opinion: bool = ...,
    **changes: Any,
) -> Equilibria | ByEra[Equilibria]: ...
@of_a_model
def solve(
    model: Model,
    /,
    at: Eras = None,
    *,
    seconds: float | None = 60,
    most: int = 200_000,
    second_opinion: bool = False,
    **changes: Any,
) -> Equilibria | ByEra[Equilibria]:
    """Return every equilibrium of a model at one calibration, or at each of several; each certified.

    Parameters
    ----------
    model : Model, str or Path
    at : str, Era or mapping, or a sequence of these, optional
        An era, for its central calibration, or a value for each parameter.  Left out: all eras
        that the model has.  A game without parameters needs none.
    seconds : float, optional
        Budget of time for it all; past it the result says that it is not complete.
    most : int
        Budget of size: how many bases, supports or profiles are visited; likewise.
    second_opinion : bool
        Whether to ask others, too, where the answer is certified without them: of two-player
        tables nashpy and the symbolic solution, of games of chosen numbers a search.  ``method``
        says how they compare.  In other kinds of game the symbolic solution is always asked.
    **changes
        Parameters that take another value: numbers, or text such as ``"1/3"``.

    Returns
    -------
    Equilibria, or ByEra
        A mapping from each era to its equilibria, where no one era is named.

    Raises
    ------
    CalibrationError
        For an unknown era or parameter, a missing or an impossible value.

    Examples
    --------
    >>> import dilemma
    >>> found = dilemma.solve("abandonment", "post_cold_war")
    >>> found.names
    ('(weak, weak)', '(strong, strong)', 'mixed (weak/strong, weak/strong)')
    >>> dilemma.solve("abandonment", "Post-Cold War", m_J="0.1").names
    ('(strong, strong)',)
    >>> {era: len(found) for era, found in dilemma.solve("abandonment").items()}
    {'cold_war': 1, 'post_cold_war': 3}
    """
    if (seconds is not None and seconds < 0) or most < 1:
        raise CalibrationError(f"seconds = {seconds}, most = {most}: no budget at all")

    def at_one(model: Model, at: At | None, seconds: float | None) -> Equilibria:
        return solved(model, at, changes, seconds=seconds, most=most, second_opinion=second_opinion)

    return at_each(model, at, at_one, changes=changes, seconds=seconds)


def solved(
    model: Model,
    at: At | None,
    changes: Mapping[str, Any],
    *,
    seconds: float | None = 60,
    most: int = 200_000,
    second_opinion: bool = False,
) -> Equilibria:
    """Return every equilibrium at one calibration, as :func:`solve` does."""
    era = model.era(at, **changes)
    title = era.title if model.parameters or at is not None else ""
    return equilibria(
        model,
        _centre(era),
        at=title,
        seconds=seconds,
        most=most,
        second_opinion=second_opinion,
    )


def _centre(era: Era) -> dict[str, sp.Rational]:
    return {name: value.central for name, value in era.values.items()}


# --- in symbols, and in numbers -------------------------------------------------------------------


def branches(
    model: Model,
    *,
    named: bool = False,
    holding: tuple[str, ...] = (),
    bargain: bool = True,
    ties: bool = False,
    given: tuple[sp.Basic, ...] = (),
) -> tuple[Branch, ...]:
    """Return the symbolic solution of a game: every way of being an equilibrium.

    ``named`` ones are written for readers, in the model's definitions as far as that goes.
    Choices named in ``holding`` are held where they are; only the others are best replies.
    Without ``bargain`` nothing is said of how a bargain at the end goes.  With ``ties`` trees have
    branches too in which somebody who is indifferent mixes.  What is ``given`` of parameters and
    definitions excludes branches that may be left out.
    """
    ask = Ask(named, holding, bargain, ties, given)
    known = _SOON.get(model.game_alone) if ask == Ask() else None
    return model.game.branches(model, ask) if known is None else known


LISTING = 30.0  # seconds
_SOON: dict[Model, tuple[Branch, ...] | None] = {}  # what was listed within them


def soon(model: Model) -> bool:
    """Tell whether the branches can be listed in a short time, and each of them is solved.

    It is found out once.
    """
    model = model.game_alone
    if model not in _SOON:
        try:
            known, _ = (_every(model), "") if inside() else best(_every, model, seconds=LISTING)
        except UnsupportedError:
            known = None
        solved_ones = known is not None and all(b.shape is not None for b in known)
        _SOON[model] = known if solved_ones else None
    return _SOON[model] is not None


def _every(model: Model, seconds: float = LISTING) -> tuple[Branch, ...]:
    """Return all branches, however long it takes: whoever asks ends it."""
    del seconds
    return model.game.branches(model, Ask())


def by_branches(
    model: Model,
    values: Values,
    holding: tuple[str, ...] = (),
    *,
    bargain: bool = True,
    only: Collection[str] | None = None,
    screen: Screen | None = None,
) -> tuple[list[Point], list[Doubt]]:
    """Return every candidate for an equilibrium at one calibration, from the branches alone.

    And what went wrong.

    Parameters
    ----------
    values : mapping of symbol to number
        Parameters, definitions, and choices that are held.
    only : collection of str, optional
        The branches to look at; by default all.
    screen : Screen, optional
        Where many calibrations are asked about: knows branches that surely do not hold.

    Raises
    ------
    UnsupportedError
        If the game has no branches.
    """
    holding = tuple(sorted(holding))
    every = branches(model, holding=holding, bargain=bargain)
    wanted = [b for b in every if only is None or b.name in only]
    found, trouble = candidates(model, wanted, values, model.game.may_hold, screen)
    return model.game.settle(model, values, holding, found), trouble


def many(
    model: Model,
    columns: Mapping[sp.Symbol, Array],
    holding: tuple[str, ...] = (),
    *,
    bargain: bool = True,
) -> Batch:
    """Return the equilibria at many calibrations, in floats, from the branches alone.

    Parameters
    ----------
    columns : mapping of parameter's symbol to array of shape (draws,)
        And the symbols of choices that are held.
    holding : tuple of str
        Choices that are held where they are.
    bargain : bool
        Whether to say how a bargain ends.

    Raises
    ------
    UnsupportedError
        If the game has no branches.
    """
    holding = tuple(sorted(holding))
    batch = _compiled(model.game_alone, holding, bargain).at(columns)
    return model.game.settle_batch(replace(batch, model=model), holding)


@lru_cache(maxsize=128)
def _compiled(
    model: Model,
    holding: tuple[str, ...],
    bargain: bool,  # noqa: FBT001 -- cached
) -> Compiled:
    every = branches(model, holding=holding, bargain=bargain)
    payoffs = [payoff for cell in model.payoffs.values() for payoff in cell.values()]
    ends = model.game.type_ends()
    usual = Closeness.of(payoff.xreplace(end) for end in ends for payoff in payoffs)
    return compiled(model, every, holding, model.game.closeness(model) or usual)


def equilibria(
    model: Model,
    calibration: Mapping[str, sp.Rational],
    *,
    at: str = "",
    seconds: float | None = 60,
    most: int = 200_000,
    second_opinion: bool = False,
) -> Equilibria:
    """Return every equilibrium of a game at one calibration.

    ``seconds`` and ``most`` (bases, supports or profiles visited) are budgets; past one of them
    the result says that it is not complete.  A ``second_opinion`` is asked as in :func:`solve`.
    """
    values = model.values(calibration)
    found = _solution(model, values, seconds, most, second_opinion=second_opinion)
    rounded = "" if found.exact else "; irrational numbers were rounded to 40 digits first"
    return Equilibria(
        model=model.name,
        at=at,
        calibration=dict(calibration),
        equilibria=found.equilibria,
        complete=found.complete,
        exact=found.exact,
        degenerate=found.degenerate,
        witness=found.witness,
        sets=found.sets,
        components=found.components,
        method=found.method + rounded,
        reason=found.reason,
        concept=found.concept,
        units={
            **{name: player.unit for name, player in model.players.items()},
            **{name: outcome.unit for name, outcome in model.outcomes.items()},
        },
        source=model.source,
        versions=versions("nashpy", "numpy", "sympy", "z3-solver"),
        chosen=Can.SLOPES in model.game.can,
    )


def answer(model: Model, values: Values) -> Solution:
    """Return what solves a game at one of many calibrations: as :func:`solve` does, asking nobody else."""
    if inside() or ordinary(model, SECONDS):
        return model.game.answer(model, values, seconds=SECONDS)
    return _solution(model, values, SECONDS, MOST_VISITED, second_opinion=False)


def _solution(
    model: Model,
    values: Mapping[sp.Symbol, sp.Expr],
    seconds: float | None,
    most: int,
    *,
    second_opinion: bool,
) -> Solution:
    """Return a route's best answer within the seconds, which are kept whatever it is at."""
    how: dict[str, Any] = {"most": most, "second_opinion": second_opinion}
    if seconds is None or inside() or ordinary(model, seconds):
        *_, last = _answers(model, values, seconds=seconds, **how)
        return last
    found: Solution | None
    found, why = best(_answers, model, values, seconds=seconds, **how)
    if found is None and model.game.scanned:
        found = next(_answers(model, values, seconds=0, **how))
    if found is None:
        return Solution(
            equilibria=(),
            sets=(),
            components=(),
            complete=False,
            exact=True,
            reason=f"{why} before any was found",
            degenerate=None,
            witness="",
            method="nothing came to an end",
        )
    if not why:
        return found
    reasons = [reason for reason in (found.reason, why) if reason]
    return replace(found, complete=False, reason="; ".join(dict.fromkeys(reasons)))


def _answers(
    model: Model,
    values: Mapping[sp.Symbol, sp.Expr],
    *,
    seconds: float | None,
    most: int,
    second_opinion: bool,
) -> Iterator[Solution]:
    """Yield one answer after another, each better than the last, in whatever process this is."""
    return model.game.solve(
        model, values, seconds=seconds, most=most, second_opinion=second_opinion
    )
