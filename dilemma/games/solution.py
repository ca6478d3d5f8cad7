"""The kinds of game; each has its symbols (branches) and its numbers (equilibria)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import sympy as sp

from dilemma.budget import best, ordinary
from dilemma.games.branch import Branch
from dilemma.games.equilibrium import Equilibria, Found
from dilemma.games.kind import Ask, Can
from dilemma.model import Model
from dilemma.output.result import versions
from dilemma.processes import inside

__all__ = ["branches", "equilibria"]


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
    return model.game.branches(model, Ask(named, holding, bargain))


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
        chosen=Can.SLOPES in model.game.can,
    )


def _found(
    model: Model, values: Mapping[sp.Symbol, sp.Expr], seconds: float | None, most: int
) -> Found:
    """Return a route's best answer within the seconds, which are kept whatever it is at."""
    if seconds is None or inside() or ordinary(model, seconds):
        *_, last = model.game.solve(model, values, seconds=seconds, most=most)
        return last
    found: Found | None
    found, why = best(_answers, model, values, seconds=seconds, most=most)
    if found is None and model.game.scanned:
        found = next(model.game.solve(model, values, seconds=0, most=most))
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


def _answers(
    model: Model, values: Mapping[sp.Symbol, sp.Expr], *, seconds: float | None, most: int
) -> Iterator[Found]:
    """Yield one answer after another, each better than the last, in whatever process this is."""
    return model.game.solve(model, values, seconds=seconds, most=most)
