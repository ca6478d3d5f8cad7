"""The kinds of game; each has its symbols (branches) and its numbers (equilibria)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace

import sympy as sp

from dilemma.budget import best, ordinary
from dilemma.games.batch import Array, Batch
from dilemma.games.branch import Branch
from dilemma.games.equilibrium import Equilibria, Found
from dilemma.games.matrix import parity, supports
from dilemma.games.matrix import simultaneous as matrix
from dilemma.games.numbers import choosing, optimality, regimes
from dilemma.games.points import Doubt, Point
from dilemma.games.symbols import Symbols
from dilemma.games.tree import backward as trees
from dilemma.games.tree import induction
from dilemma.model import Model
from dilemma.output.result import versions
from dilemma.processes import inside

__all__ = ["SYMBOLS", "branches", "by_branches", "equilibria", "many"]

# Each yields one answer after another, every one better than the one before.
ROUTES: Mapping[str, Callable[..., Iterator[Found]]] = {
    "matrix": matrix.solve,
    "tree": trees.solve,
    "continuous": choosing.solve,
    "sequential": choosing.solve,
}
# What each says of its branches where they are solved at numbers.
SYMBOLS: Mapping[str, Symbols] = {
    "matrix": parity.SYMBOLS,
    "tree": induction.SYMBOLS,
    "continuous": optimality.SYMBOLS,
    "sequential": optimality.SYMBOLS,
}
# Whose first answer is a scan that takes no time worth a budget, whatever the size.
SCANNED = ("matrix",)


def branches(
    model: Model,
    *,
    named: bool = False,
    holding: tuple[str, ...] = (),
    bargain: bool = True,
) -> tuple[Branch, ...]:
    """Return the symbolic solution of a game: every way of being an equilibrium.

    ``named`` ones are written for readers, in the model's definitions as far as that goes.
    Choices named in ``holding`` are held where they are; only the others are best replies.
    Without ``bargain`` nothing is said of how a bargain at the end goes.
    """
    match model.kind:
        case "matrix":
            return supports.branches(model, named=named)
        case "tree":
            return induction.branches(model, named=named)
        case "continuous" | "sequential":
            return regimes.branches(model, holding, bargain=bargain)
    raise AssertionError(model.kind)


def by_branches(
    model: Model,
    values: Mapping[sp.Symbol, sp.Expr],
    holding: tuple[str, ...] = (),
    *,
    bargain: bool = True,
    only: Collection[str] | None = None,
) -> tuple[list[Point], list[Doubt]]:
    """Return every candidate for an equilibrium at one calibration, from the branches alone.

    See :meth:`dilemma.games.symbols.Symbols.by_branches`.
    """
    symbols = SYMBOLS[model.kind]
    return symbols.by_branches(model, values, holding, bargain=bargain, only=only)


def many(
    model: Model,
    columns: Mapping[sp.Symbol, Array],
    holding: tuple[str, ...] = (),
    *,
    bargain: bool = True,
) -> Batch:
    """Return the equilibria at many calibrations, in floats, from the branches alone.

    See :meth:`dilemma.games.symbols.Symbols.many`.
    """
    return SYMBOLS[model.kind].many(model, columns, holding, bargain=bargain)


def equilibria(
    model: Model,
    calibration: Mapping[str, sp.Rational],
    *,
    at: str = "",
    seconds: float | None = 60,
    most: int = 200_000,
) -> Equilibria:
    """Return every equilibrium of a game at one calibration.

    ``seconds`` and ``most`` (bases, supports or profiles visited) are budgets; past one of them
    the result says that it is not complete.
    """
    values = model.values(calibration)
    found = _found(model, values, seconds, most)
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
        chosen=model.choices is not None,
    )


def _found(
    model: Model, values: Mapping[sp.Symbol, sp.Expr], seconds: float | None, most: int
) -> Found:
    """Return a route's best answer within the seconds, which are kept whatever it is at."""
    route = ROUTES[model.kind]
    if seconds is None or inside() or ordinary(model, seconds):
        *_, last = route(model, values, seconds=seconds, most=most)
        return last
    found: Found | None
    found, why = best(route, model, values, seconds=seconds, most=most)
    if found is None and model.kind in SCANNED:
        found = next(route(model, values, seconds=0, most=most))
    if found is None:
        return Found(
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
