"""What players choose who choose numbers, as plain, frozen data: intervals, constraints, order.

A *choice* is a number from an interval.  A *constraint* is a quantity, its ``gap``, that may not be
negative: what is left before it binds.  Players of the first move choose before those of the second
do, who see it; where there is one move all choose at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import sympy as sp

__all__ = ["Bargain", "Choice", "Choices", "Constraint", "Multiplier", "Slope"]


@dataclass(frozen=True, slots=True)
class Choice:
    """A number that a player chooses.

    Attributes
    ----------
    low, high : sympy expression
        The ends of its interval, over parameters, definitions and others' choices.
    open_low, open_high : bool
        Whether that end is left out.
    """

    name: str
    symbol: sp.Symbol
    player: str
    low: sp.Expr
    high: sp.Expr
    open_low: bool
    open_high: bool
    unit: str
    means: str

    def bounds(self) -> Iterator[tuple[str, sp.Expr, bool]]:
        """Yield each end: its name, its gap (what is left before it binds), whether it is open."""
        yield f"{self.name}.low", self.symbol - self.low, self.open_low
        yield f"{self.name}.high", self.high - self.symbol, self.open_high


@dataclass(frozen=True, slots=True)
class Constraint:
    """Something that must hold of what is chosen: ``gap >= 0``.

    Attributes
    ----------
    players : tuple of str
        Who must keep it; a constraint of several players is shared.
    """

    name: str
    gap: sp.Expr
    players: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bargain:
    """Nash bargaining over one number, after everything else has been chosen.

    They agree on what maximises the product of gains, each to its bargaining power, among numbers
    of the interval at which nobody loses; where there is none there is no agreement.

    Attributes
    ----------
    over : Choice
        What is bargained over; its ``player`` is "".
    gains : mapping of player to sympy expression
        What agreement is worth to a player beyond the outside option.
    power : mapping of player to sympy expression
    """

    over: Choice
    gains: Mapping[str, sp.Expr]
    power: Mapping[str, sp.Expr]


@dataclass(frozen=True, slots=True)
class Multiplier:
    """The shadow price of a constraint to the player who keeps it."""

    constraint: str
    player: str


@dataclass(frozen=True, slots=True)
class Slope:
    """The total derivative of a player's payoff by a leader's choice, everybody replying."""

    player: str
    choice: str


@dataclass(frozen=True, slots=True)
class Choices:
    """A game in which numbers are chosen.

    Attributes
    ----------
    choices : mapping of str to Choice
    constraints : mapping of str to Constraint
    moves : tuple of tuple of player
        Who chooses at each move: one move, or the leader and then the followers.
    regimes : mapping of name to set of str
        Names for sets of what binds: ends such as ``"x.low"``, and constraints.
    ties : str
        "leader" if the leader's favourite is played where followers have several replies, else
        "against".
    bargain : Bargain or None
    """

    choices: Mapping[str, Choice]
    constraints: Mapping[str, Constraint]
    moves: tuple[tuple[str, ...], ...]
    regimes: Mapping[str, frozenset[str]]
    ties: str = "leader"
    bargain: Bargain | None = None

    @property
    def leader(self) -> str:
        """Who moves first, "" where all move at once."""
        return self.moves[0][0] if len(self.moves) > 1 else ""

    def of(self, player: str) -> tuple[Choice, ...]:
        """Return what a player chooses."""
        return tuple(c for c in self.choices.values() if c.player == player)

    def kept_by(self, player: str) -> tuple[Constraint, ...]:
        """Return the constraints that a player must keep."""
        return tuple(c for c in self.constraints.values() if player in c.players)

    def feasible(self, only: tuple[Constraint, ...] | None = None) -> Iterator[sp.Basic]:
        """Yield what holds of everything that may be chosen at all, or under some constraints."""
        for choice in self.choices.values():
            for _, gap, is_open in choice.bounds():
                yield sp.Gt(gap, 0) if is_open else sp.Ge(gap, 0)
        for constraint in self.constraints.values() if only is None else only:
            yield sp.Ge(constraint.gap, 0)
