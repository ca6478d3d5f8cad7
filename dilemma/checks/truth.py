"""The truth of a claim at calibrations: in every equilibrium, in some, and where it speaks at all.

Written from the definitions of what a claim may say, on payoff tables and on what is played, for
games in which players choose among actions.  Of a payoff table that is who stays, what dominates,
which game it is: each statement is a pair, where it is true and where it has a value at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import sympy as sp

from dilemma.checks.enumeration import At, WayToPlay
from dilemma.claims.statements import AtMost, Copy, Statements
from dilemma.errors import UnsupportedError
from dilemma.games.kind import Can
from dilemma.theory.parts import Reference

__all__ = [
    "Holding",
    "Truth",
    "assumed",
    "dominant",
    "every",
    "kind",
    "named",
    "related",
    "risk_dominant",
    "shown",
    "stays",
    "truth",
]

Holding = tuple[Any, Any]


def related(relation: sp.Basic, sign: Any) -> Holding:
    """Tell where a relation holds, by the sign of its left side less its right one."""
    match relation:
        case sp.StrictGreaterThan():
            true = sign > 0
        case sp.GreaterThan():
            true = sign >= 0
        case sp.StrictLessThan():
            true = sign < 0
        case sp.LessThan():
            true = sign <= 0
        case sp.Eq():
            true = sign == 0
        case sp.Ne():
            true = sign != 0
        case _:
            raise UnsupportedError(f"'{relation}' is no statement that can be tried")
    return np.asarray(true, dtype=bool), ~np.isnan(sign)


def every(told: Iterator[Holding]) -> Holding:
    """Join statements by 'and'."""
    pairs = list(told)
    true = np.logical_and.reduce(np.broadcast_arrays(np.True_, *(t for t, _ in pairs)))
    return true, np.logical_and.reduce(np.broadcast_arrays(np.True_, *(v for _, v in pairs)))


def stays(at: At, profile: tuple[str, ...]) -> Iterator[Holding]:
    """Yield that nobody is paid more by leaving a profile."""
    for position, player in enumerate(at.model.players.values()):
        table = at.tables[player.name]
        for action in player.actions:
            there = (*profile[:position], action, *profile[position + 1 :])
            sign = at.compared(table[profile], table[there])
            yield sign >= 0, ~np.isnan(sign)


def dominant(at: At, player: str, action: str) -> Iterator[Holding]:
    """Yield that an action pays strictly more than another, whatever the others do."""
    position = list(at.model.players).index(player)
    table = at.tables[player]
    for profile in at.model.game.profiles:
        if profile[position] != action:
            better = (*profile[:position], action, *profile[position + 1 :])
            sign = at.compared(table[better], table[profile])
            yield sign > 0, ~np.isnan(sign)


def kind(at: At, player: str, game: str) -> Holding:
    """Tell where a player's payoffs are those of a game (see :mod:`dilemma.games.selection`)."""
    position = list(at.model.players).index(player)
    table = at.tables[player]

    def pays(*, own: bool, partner: bool) -> Any:
        wanted = (own, partner) if position == 0 else (partner, own)
        profile = tuple(
            next(a for a in p.actions if (a == p.cooperates) == cooperates)
            for p, cooperates in zip(at.model.players.values(), wanted, strict=True)
        )
        return table[profile]

    neither, both = pays(own=False, partner=False), pays(own=True, partner=True)
    without = at.compared(pays(own=True, partner=False), neither)
    with_ = at.compared(both, pays(own=False, partner=True))
    better = at.compared(both, neither)
    true = {
        "harmony": (without > 0) & (with_ > 0),
        "chicken": (without > 0) & (with_ < 0),
        "stag hunt": (without < 0) & (with_ > 0),
        "prisoner's dilemma": (without < 0) & (with_ < 0) & (better > 0),
        "deadlock": (without < 0) & (with_ < 0) & (better <= 0),
    }[game]
    return np.asarray(true, dtype=bool), ~np.isnan(without + with_ + better)


def risk_dominant(at: At, branch: str) -> Any:
    """Tell where a profile of a 2x2 game has the larger product of losses, or is strict alone."""
    profile = tuple(branch.split(", "))
    players = list(at.model.players.values())
    other = tuple(
        next(a for a in p.actions if a != own) for p, own in zip(players, profile, strict=True)
    )

    def losses(here: tuple[str, ...], there: tuple[str, ...]) -> list[Any]:
        leaves = [(there[0], here[1]), (here[0], there[1])]
        return [
            at.tables[p.name][here] - at.tables[p.name][leave]
            for p, leave in zip(players, leaves, strict=True)
        ]

    mine, theirs = losses(profile, other), losses(other, profile)
    zero = sp.Integer(0) if at.exact else 0.0
    alone = ~every((at.compared(loss, zero) > 0, np.True_) for loss in theirs)[0]
    return alone | (at.compared(mine[0] * mine[1], theirs[0] * theirs[1]) > 0)


# --- truth in what is played ----------------------------------------------------------------------


Chosen = Mapping[str, WayToPlay]
Instead = Mapping[str, Copy]


@dataclass(frozen=True)
class Truth:
    """What a claim is at calibrations; each an array of bool, or one bool.

    Attributes
    ----------
    speaks : where there is an equilibrium that it is about
    fails, holds : where it fails in some of them, and where it holds in some
    whole : where every equilibrium is known, and the claim has a value in it
    """

    speaks: Any
    fails: Any
    holds: Any
    whole: Any

    def true(self, mode: str) -> Any:
        """Tell where it is so, as far as known: in every equilibrium, or in some."""
        return self.speaks & (self.holds if mode != "holds" else ~self.fails & self.whole)

    def false(self, mode: str) -> Any:
        """Tell where it is not so, as far as known."""
        return self.speaks & (self.fails if mode == "holds" else ~self.holds & self.whole)


def truth(statements: Statements, at: Mapping[str, At]) -> Truth:
    """Try a claim at calibrations.

    Parameters
    ----------
    at : mapping of a copy's key to At
        Twins too.

    Raises
    ------
    UnsupportedError
        If it speaks of equilibria that are not told apart here.
    """
    claimed = _Claimed(statements, at)
    speaks = fails = holds = np.False_
    # Where not even what is assumed of calibrations holds, nothing is left to know.
    whole = claimed.whole() | ~np.asarray(assumed(statements, at), dtype=bool)
    for chosen, present in claimed.cases():
        given = claimed.given(chosen)
        true, has_value = claimed.truth(statements.claim.holds, chosen, {})
        here = present & given
        speaks = speaks | here
        holds = holds | (here & true & has_value)
        fails = fails | (here & ~true & has_value)
        whole = whole & ~(here & ~has_value)
    if statements.claim.mode == "exists":
        speaks = claimed.assumed({})
    return Truth(*np.broadcast_arrays(speaks, fails, holds, whole))


def assumed(statements: Statements, at: Mapping[str, At]) -> Any:
    """Tell where what a claim assumes of calibrations alone holds, in twins too."""
    claimed = _Claimed(statements, at)
    twins = statements.twins(statements.parts())
    told = [claimed.assumed(instead) for instead in ({}, *({t.base: t} for t in twins))]
    return np.logical_and.reduce(np.broadcast_arrays(*told))


def shown(
    statements: Statements, at: Mapping[str, At], chosen: Chosen
) -> tuple[bool, list[bool | None]]:
    """Tell of one play whether what is assumed holds in it, and each part of what is claimed.

    Parts that speak of twins which are not there are left out; None is for what has no value.
    """
    claimed = _Claimed(statements, at)
    twins = [t for t in statements.twins(statements.parts()) if t.key in at]
    places: list[Instead] = [{}, *({t.base: t} for t in twins)]
    given = [claimed.truth(statements.claim.given, chosen, instead) for instead in places]
    told = [
        claimed.truth(part.source, chosen, {})
        for part in statements.parts()
        if not isinstance(part, AtMost) and all(t.key in at for t in statements.twins((part,)))
    ]
    parts = [bool(true) if np.all(has_value) else None for true, has_value in told]
    return all(map(np.all, given)), parts


def named(statements: Statements, at: Mapping[str, At], chosen: Chosen) -> dict[str, Any]:
    """Return the numbers that a claim names, as far as they are known, by the names it gives them."""
    claimed = _Claimed(statements, at)
    claim = statements.claim
    found = {}
    for symbol in claim.holds.free_symbols | claim.given.free_symbols:
        reference = claim.references.get(symbol)
        copy = statements.copies[0] if reference is None else statements.copy(reference)
        if reference is not None and reference.what not in ("name", "payoff", "outcome"):
            continue
        if reference is None or not reference.of_play or copy.key in chosen:
            found[symbol.name] = claimed.number(symbol, chosen, {})
    return found


@dataclass(frozen=True)
class _Claimed:
    """A claim at calibrations."""

    statements: Statements
    at: Mapping[str, At]

    # --- cases ----------------------------------------------------------------------------------

    def whole(self) -> Any:
        """Tell where all equilibria that matter are known."""
        statements = self.statements
        keys = set(statements.in_equilibrium)
        references = statements.claim.references.values()
        keys |= {statements.copy(r).key for r in references if r.what == "unique"}
        keys |= {t.key for t in statements.twins(statements.parts())}
        known = [np.asarray(self.at[key].solved[1], dtype=bool) for key in keys]
        return np.logical_and.reduce(np.broadcast_arrays(np.True_, *known))

    def cases(self) -> Iterator[tuple[dict[str, WayToPlay], Any]]:
        """Yield what may be played in each copy and in its twins, and where it is."""
        statements = self.statements
        twins = statements.twins(statements.parts())
        keys = [c.key for c in statements.copies if c.key in statements.in_equilibrium]
        keys += [t.key for t in twins]
        for choice in product(*(self._among(key) for key in keys)):
            chosen = {key: played for key, (played, _) in zip(keys, choice, strict=True)}
            present = np.asarray(np.True_)
            for _, where in choice:
                present = present & where
            for twin in twins:
                same = chosen[twin.key].branch == chosen[twin.base].branch
                moved = sp.Symbol(twin.moved, real=True)
                high, low = self.at[twin.key].number(moved), self.at[twin.base].number(moved)
                higher = self.at[twin.key].compared(high, low) > 0
                present = present & higher & (same or statements.among_any())
            if np.any(present):
                yield chosen, present

    def _among(self, key: str) -> list[tuple[WayToPlay, Any]]:
        """Return the equilibria that the claim is about, each with where it is one."""
        at = self.at[key]
        played, _ = at.solved
        match self.statements.claim.among:
            case None | "any":
                return [(p, p.holds) for p in played]
            case "pure" | "mixed" as which:
                return [(p, p.holds) for p in played if p.pure == (which == "pure")]
            case "stable" | "strict" if Can.TABLE in at.model.game.can:
                return [(p, p.strict) for p in played if p.pure]
            case "strict" if at.model.game.concepts == ("strict",):
                return [(p, p.strict) for p in played]
            case "risk_dominant" if [len(p.actions) for p in at.model.players.values()] == [2, 2]:
                return [(p, p.strict & risk_dominant(at, p.branch)) for p in played if p.pure]
            case "stable" | "strict" | "risk_dominant" | "lowest" | "highest" as which:
                raise UnsupportedError(f"among {which!r}: not told apart here")
            case named:
                return [(p, p.holds) for p in played if p.branch == named]

    def given(self, chosen: Chosen) -> Any:
        """Tell where the claim's assumptions hold, in twins too; without a value they do not."""
        statements = self.statements
        twins = statements.twins(statements.parts())
        places: list[Instead] = [{}, *({t.base: t} for t in twins)]
        told = [self.truth(statements.claim.given, chosen, instead) for instead in places]
        return np.logical_and.reduce(np.broadcast_arrays(*(part for pair in told for part in pair)))

    def assumed(self, instead: Instead) -> Any:
        """Tell where what is assumed of calibrations alone holds."""
        claim = self.statements.claim
        conjuncts = claim.given.args if isinstance(claim.given, sp.And) else (claim.given,)
        of_play = {s for s, r in claim.references.items() if r.of_play}
        alone = [c for c in conjuncts if not c.free_symbols & of_play]
        true, has_value = self.truth(sp.And(*alone), {}, instead)
        return true & has_value

    # --- what is true ---------------------------------------------------------------------------

    def truth(self, formula: sp.Basic, chosen: Chosen, instead: Instead) -> Holding:
        """Tell where a formula of the claim is true, and where it has a value."""
        match formula:
            case sp.And() | sp.Or():
                told = [self.truth(part, chosen, instead) for part in formula.args]
                join = np.logical_and if isinstance(formula, sp.And) else np.logical_or
                true = join.reduce(np.broadcast_arrays(*(t for t, _ in told)))
                return true, np.logical_and.reduce(np.broadcast_arrays(*(v for _, v in told)))
            case sp.Not():
                true, has_value = self.truth(formula.args[0], chosen, instead)
                return ~np.asarray(true, dtype=bool), has_value
            case sp.Symbol():
                return self._said(self.statements.claim.references[formula], chosen, instead)
        if formula in (sp.true, sp.false):
            return np.bool_(formula is sp.true), np.True_
        values = {s: self.number(s, chosen, instead) for s in formula.free_symbols}
        at = next(iter(self.at.values()))
        return related(formula, at.sign(formula.lhs - formula.rhs, values))

    def _copy(self, reference: Reference | None, instead: Instead) -> Copy:
        statements = self.statements
        copy = statements.copies[0] if reference is None else statements.copy(reference)
        return instead.get(copy.key, copy)

    def number(self, symbol: sp.Symbol, chosen: Chosen, instead: Instead) -> Any:
        """Return what a symbol of the claim stands for."""
        reference = self.statements.claim.references.get(symbol)
        copy = self._copy(reference, instead)
        at = self.at[copy.key]
        if reference is None or reference.what == "name":
            name = symbol.name if reference is None else reference.arguments[0]
            return at.number(sp.Symbol(name, real=True))
        name, *profile = reference.arguments
        if reference.what in ("payoff", "outcome") and profile:
            return at.tables[name][tuple(profile)]
        if reference.what == "diff":
            return chosen[copy.key].worth[f"diff({', '.join(reference.arguments)})"]
        if reference.what != "outcome":
            raise UnsupportedError(f"{reference.what}(…) is not tried here")
        return chosen[copy.key].worth[name]

    def _said(self, reference: Reference, chosen: Chosen, instead: Instead) -> Holding:
        """Tell where a statement that is no comparison is true."""
        copy = self._copy(reference, instead)
        at, arguments = self.at[copy.key], reference.arguments
        match reference.what:
            case "equilibrium":
                return every(stays(at, arguments))
            case "unique":
                true, has_value = every(stays(at, arguments))
                return true & (sum(p.holds for p in at.solved[0]) == 1), has_value
            case "dominant":
                return every(dominant(at, *arguments))
            case "kind":
                return kind(at, *arguments)
            case "rises" | "falls":
                outcome, parameter = arguments
                there = self.statements.twin(copy, parameter).key
                told = at.compared(chosen[there].worth[outcome], chosen[copy.key].worth[outcome])
                return (told > 0 if reference.what == "rises" else told < 0), ~np.isnan(told)
        raise UnsupportedError(f"{reference.what}(…) is not tried here")
