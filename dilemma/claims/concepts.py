"""Which equilibria a claim speaks of: pure or mixed ones, a branch, or those of a concept.

*Stable*: where actions are chosen, strict equilibria, which are the asymptotically stable states of
the replicator dynamics of two populations (Ritzberger and Weibull 1995, Econometrica 63(6):
1371-1399, unverified); where numbers are chosen, those to which best replies lead back from
nearby.  *Risk dominant*: of the strict equilibria of a 2x2 game the one whose product of losses from
leaving alone is larger (Harsanyi and Selten 1988); the only strict one counts too.  *Highest* and
*lowest*: no other equilibrium has any chosen number higher, or lower.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import sympy as sp

from dilemma.errors import CalibrationError, UnsupportedError
from dilemma.games.branch import Branch
from dilemma.games.kind import Can
from dilemma.model import Model

__all__ = ["CONCEPTS", "EXTREMES", "among"]

CONCEPTS = ("stable", "risk_dominant", "lowest", "highest")
EXTREMES = CONCEPTS[2:]


def among(model: Model, every: Sequence[Branch], which: str | None) -> tuple[Branch, ...]:
    """Return the branches that a claim is about, with the conditions that a concept adds.

    Of the extreme ones nothing is added here: whoever solves a game compares its equilibria.

    Raises
    ------
    CalibrationError
        If no equilibrium is called so.
    UnsupportedError
        If a concept has no conditions in this game.
    """
    match which:
        case None | "any":
            return tuple(every)
        case "pure" | "mixed":
            return tuple(b for b in every if b.pure == (which == "pure"))
        case "stable" if Can.SLOPES not in model.game.can:
            return tuple(_strict(model, b) for b in every if b.pure and not b.unknowns)
        case "stable":
            return tuple(_leads_back(model, b) for b in every)
        case "risk_dominant":
            return _risk_dominant(model, every)
        case "lowest" | "highest":
            if Can.SLOPES not in model.game.can or model.game.leader:
                raise UnsupportedError(f"among {which!r}: for players who choose numbers at once")
            return tuple(every)
    named = tuple(b for b in every if b.name == which)
    if not named:
        names = "; ".join(b.name for b in every)
        known = ", ".join(repr(c) for c in ("pure", "mixed", *CONCEPTS))
        raise CalibrationError(
            f"among {which!r} are no equilibria; it may be {known}, or one of: {names}"
        )
    return named


# --- actions -------------------------------------------------------------------------------------


def _strict(model: Model, branch: Branch) -> Branch:
    if Can.TABLE not in model.game.can:
        raise UnsupportedError("among 'stable': only for simultaneous games")
    # From the payoffs: a branch's condition that 0 >= 0 is true already, and says nothing of 0 > 0.
    profile = _profile(model, branch)
    loses = [
        model.payoffs[profile][player.name] > model.payoffs[leaves][player.name]
        for position, player in enumerate(model.players.values())
        for action in player.actions
        if action != profile[position]
        for leaves in [(*profile[:position], action, *profile[position + 1 :])]
    ]
    return replace(branch, conditions=(*branch.conditions, *loses))


def _profile(model: Model, branch: Branch) -> tuple[str, ...]:
    """Return what is played for certain in a pure branch."""
    return tuple(next(a for a, p in branch.play[name].items() if p != 0) for name in model.players)


def _risk_dominant(model: Model, every: Sequence[Branch]) -> tuple[Branch, ...]:
    players = list(model.players.values())
    if Can.TABLE not in model.game.can or [len(p.actions) for p in players] != [2, 2]:
        raise UnsupportedError("among 'risk_dominant': only for 2x2 games")
    pure = {_profile(model, b): _strict(model, b) for b in every if b.pure and not b.unknowns}
    found = []
    for profile in product(*(p.actions for p in players)):
        opposite = tuple(
            next(a for a in p.actions if a != own) for p, own in zip(players, profile, strict=True)
        )
        here, there = pure[profile], pure[opposite]
        better = _product(model, profile, opposite) > _product(model, opposite, profile)
        alone = sp.Not(sp.And(*there.conditions))
        found.append(replace(here, conditions=(*here.conditions, sp.Or(alone, better))))
    return tuple(found)


def _product(model: Model, here: tuple[str, ...], there: tuple[str, ...]) -> sp.Expr:
    """Return the product of what each loses by leaving alone."""
    losses = []
    for position, player in enumerate(model.players):
        leaves = (*here[:position], there[position], *here[position + 1 :])
        losses.append(model.payoffs[here][player] - model.payoffs[leaves][player])
    return sp.Mul(*losses)


# --- numbers -------------------------------------------------------------------------------------


def _leads_back(model: Model, branch: Branch) -> Branch:
    """Add the condition that best replies shrink a step away: two players, a number each.

    A player whose choice is at an end, and would rather go beyond, does not move.
    """
    game = model.game
    players = game.moves[-1]
    single = all(len(game.of(p)) == 1 and not game.kept_by(p) for p in players)
    if game.leader or len(players) != 2 or not single:
        raise UnsupportedError("among 'stable': for two players who choose a number each, at once")
    steps: list[sp.Expr] = []
    firm: list[sp.Basic] = []
    for player, other in (players, players[::-1]):
        (own,), (theirs,) = game.of(player), game.of(other)
        payoff = model.expand_play(model.payoffs[()][player])
        slope = sp.diff(payoff, own.symbol)
        if {name for name, _, _ in own.bounds()} & set(branch.binds):
            firm.append(sp.Ne(slope, 0))
            steps.append(sp.Integer(0))
            continue
        curvature = sp.diff(slope, own.symbol)
        if sp.expand(sp.fraction(sp.together(curvature))[0]) == 0:
            firm.append(sp.false)  # any number is as good a reply: nothing leads back
            continue
        steps.append(sp.diff(slope, theirs.symbol) / curvature)
    numerator, denominator = sp.fraction(sp.together(sp.Mul(*steps)))
    shrinks = sp.expand(numerator) ** 2 < sp.expand(denominator) ** 2
    return replace(branch, conditions=(*branch.conditions, *firm, shrinks))
