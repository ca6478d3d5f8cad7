"""What optima reveal: nobody would rather have chosen what is chosen at another calibration.

Where numbers are chosen an equilibrium is no worse for a player than whatever else it might have chosen.
A claim that compares two calibrations has such an alternative at hand: what the same player chooses in
the other one.  Both comparisons together often say in one line what first-order conditions say in pages:
if upkeep m costs a leader m*r, then (m' - m)*(r' - r) <= 0 (revealed preference; Samuelson 1938,
Economica 5(17): 61-71, unverified).

A claim may name alternatives as well, such as the end of a range.

They hold of every optimum, and are left out where what others would do is not known: a leader's
alternative is met by replies that are described in full, or are those of the other calibration, where the
followers face the same game.  Replies that a claim names have to be shown to be best ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations, product

import sympy as sp

from dilemma.claims.statements import Copy, Statements
from dilemma.games.branch import Branch
from dilemma.games.kind import Can
from dilemma.games.numbers import numbers_of
from dilemma.games.numbers.choice import Choice
from dilemma.games.numbers.first_order import concave

__all__ = ["Named", "named", "revealed"]


def revealed(statements: Statements, places: Sequence[tuple[Copy, Branch]]) -> tuple[sp.Basic, ...]:
    """State that nobody would rather have chosen what is chosen elsewhere.

    Parameters
    ----------
    statements : Statements
        Of a claim about chosen numbers.
    places : sequence of (copy, branch)
        Where something is played.

    Examples
    --------
    >>> from dilemma import Model
    >>> patron = Model(
    ...     name="upkeep",
    ...     title="Upkeep",
    ...     kind="continuous",
    ...     players={"patron": {"choices": {"r": {"range": ["0", "1"]}}}},
    ...     parameters={"m": {"range": [0, 9], "unit": "util", "means": "upkeep"}},
    ...     payoffs={"patron": "r - r**2 - m*r"},
    ... )
    >>> claim = patron.make_claim("falls(r, m)", over="all", among="interior")
    >>> from dilemma.claims.statements import copies
    >>> asked = Statements(patron, claim, "all")
    >>> (branch,) = asked.branches()
    >>> here, there = revealed(asked, [(copy, branch) for copy in copies(asked)])
    >>> len(here.args)
    2
    """
    game = statements.model.game
    if Can.SLOPES not in game.can or game.bargain is not None or statements.claim.holding:
        return ()
    found: list[sp.Basic] = []
    for (here, _), (there, _) in permutations(places, 2):
        for player in game.moves[-1]:
            other = _others_choice(statements, player, here, there)
            found += _no_better(statements, player, here, other)
        if game.leader:
            found += _led(statements, here, there)
    return tuple(found)


# --- alternatives that a claim names ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Named:
    """What a named alternative says, and of what it has to be known first that it cannot be.

    Attributes
    ----------
    says : sympy Boolean
        Whoever deviates is paid no more by it.
    copy : Copy
        At which calibration.
    better : sympy Boolean
        Somebody has a better reply to it than the one that is named.
    words : str
        The alternative as the claim has it.
    """

    says: sp.Basic
    copy: Copy
    better: sp.Basic
    words: str


def named(statements: Statements, places: Sequence[tuple[Copy, Branch]]) -> Iterator[Named]:
    """Yield what the alternatives that a claim names say, wherever something is played."""
    game = statements.model.game
    for (copy, _), deviation in product(places, statements.claim.deviations):
        instead = {
            statements.unknown(copy, game.choices[name].symbol): _renamed(statements, formula, copy)
            for name, formula in deviation.items()
        }
        player = game.leader or game.choices[next(iter(deviation))].player
        (says,) = _no_better(statements, player, copy, instead)
        words = ", ".join(f"{name} = {formula}" for name, formula in deviation.items())
        yield Named(says, copy, sp.Or(*_better(statements, copy, instead)), words)


def _better(
    statements: Statements, copy: Copy, instead: Mapping[sp.Symbol, sp.Expr]
) -> Iterator[sp.Basic]:
    """State of each player who replies to a deviation that another reply pays it more."""
    game = numbers_of(statements.model)
    for player in game.moves[1] if game.leader else ():
        paid = _renamed(statements, statements.model.payoffs[()][player], copy).xreplace(instead)
        other = {
            statements.unknown(copy, c.symbol): sp.Symbol(f"{c.name} @ {copy.key}, else", real=True)
            for c in game.of(player)
        }
        elsewhere = {**instead, **other}
        more = _renamed(statements, statements.model.payoffs[()][player], copy)
        yield sp.And(
            *_allowed(statements, player, copy, elsewhere),
            sp.Gt(more.xreplace(elsewhere), paid, evaluate=False),
        )
        yield sp.Not(sp.And(*_allowed(statements, player, copy, instead)))


# --- what is paid instead ---------------------------------------------------------------------------


def _others_choice(
    statements: Statements, player: str, here: Copy, there: Copy
) -> dict[sp.Symbol, sp.Expr]:
    return {
        statements.unknown(here, c.symbol): statements.unknown(there, c.symbol)
        for c in numbers_of(statements.model).of(player)
    }


def _no_better(
    statements: Statements, player: str, here: Copy, instead: Mapping[sp.Symbol, sp.Expr]
) -> Iterator[sp.Basic]:
    """State that a player is paid no less here than with something else, if that may be chosen here."""
    allowed = _allowed(statements, player, here, instead)
    paid = _renamed(statements, statements.model.payoffs[()][player], here)
    yield sp.Or(sp.Not(sp.And(*allowed)), sp.Ge(paid, paid.xreplace(instead), evaluate=False))


def _allowed(
    statements: Statements, player: str, here: Copy, instead: Mapping[sp.Symbol, sp.Expr]
) -> list[sp.Basic]:
    """State that a player may choose something instead."""
    game = numbers_of(statements.model)
    gaps = [(gap, is_open) for c in game.of(player) for _, gap, is_open in c.bounds()]
    gaps += [(k.gap, False) for k in game.kept_by(player)]
    return [_gap(statements, gap, here, instead, strict=is_open) for gap, is_open in gaps]


def _renamed(statements: Statements, formula: sp.Expr, copy: Copy) -> sp.Expr:
    return statements.rename(statements.model.expand_play(formula), copy)


def _gap(
    statements: Statements,
    gap: sp.Expr,
    here: Copy,
    instead: Mapping[sp.Symbol, sp.Expr],
    *,
    strict: bool,
) -> sp.Basic:
    left = _renamed(statements, gap, here).xreplace(instead)
    return sp.Gt(left, 0) if strict else sp.Ge(left, 0)


# --- a leader -------------------------------------------------------------------------------------


def _led(statements: Statements, here: Copy, there: Copy) -> Iterator[sp.Basic]:
    """State that a leader is paid no less here than with what it chooses there, the others replying."""
    game = numbers_of(statements.model)
    if game.ties != "leader":
        return  # of several replies the worst counts, and it is not known which that is
    followers = [c for c in game.choices.values() if c.player != game.leader]
    if _same_game(statements, here, there):
        replies = {
            statements.unknown(here, c.symbol): statements.unknown(there, c.symbol)
            for c in followers
        }
        other = _others_choice(statements, game.leader, here, there)
        yield from _no_better(statements, game.leader, here, {**other, **replies})
        return
    described = not game.constraints and all(
        concave(statements.model, player) is True for player in game.moves[1]
    )
    if not described or any(c.open_low or c.open_high for c in followers):
        return
    replies = {
        statements.unknown(here, c.symbol): sp.Symbol(
            f"{c.name} @ {here.key}, as in {there.key}", real=True
        )
        for c in followers
    }
    (lead,) = game.of(game.leader)
    instead = {
        statements.unknown(here, lead.symbol): statements.unknown(there, lead.symbol),
        **replies,
    }
    for choice in followers:
        yield _best(statements, choice, here, instead)
    yield from _no_better(statements, game.leader, here, instead)


def _same_game(statements: Statements, here: Copy, there: Copy) -> bool:
    """Tell whether followers face the same game at two calibrations once the leader has chosen."""
    if here.base != there.base:
        return False
    model, game = statements.model, numbers_of(statements.model)
    speaks = [model.payoffs[()][player] for player in game.moves[1]]
    speaks += [
        gap for c in game.choices.values() if c.player != game.leader for _, gap, _ in c.bounds()
    ]
    speaks += [constraint.gap for constraint in game.constraints.values()]
    moved = {model.parameters[name].symbol for name in (here.moved, there.moved) if name}
    return not any(model.expand(formula).free_symbols & moved for formula in speaks)


def _best(
    statements: Statements, choice: Choice, here: Copy, instead: Mapping[sp.Symbol, sp.Expr]
) -> sp.Basic:
    """State that a choice is a best reply: a concave payoff is flat there, or pushes against an end."""
    model = statements.model
    payoff = model.expand_play(model.payoffs[()][choice.player])
    slope = statements.rename(sp.diff(payoff, choice.symbol), here).xreplace(instead)
    low, high = (_renamed(statements, gap, here).xreplace(instead) for _, gap, _ in choice.bounds())
    return sp.Or(
        sp.And(sp.Eq(slope, 0, evaluate=False), sp.Ge(low, 0), sp.Ge(high, 0)),
        sp.And(sp.Eq(low, 0, evaluate=False), sp.Le(slope, 0)),
        sp.And(sp.Eq(high, 0, evaluate=False), sp.Ge(slope, 0)),
    )
