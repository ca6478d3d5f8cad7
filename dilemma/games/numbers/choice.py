"""What players choose who choose numbers, as plain, frozen data: intervals, constraints, order.

A *choice* is a number from an interval.  A *constraint* is a quantity, its ``gap``, that may not be
negative: what is left before it binds.  Players of the first move choose before those of the second
do, who see it; where there is one move all choose at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated

import sympy as sp
from pydantic import Field

from dilemma.reading.rows import Formula, Number, Row, Two

__all__ = [
    "Bargain",
    "BargainRow",
    "Choice",
    "Constraint",
    "ConstraintRow",
    "DynamicsRow",
    "Multiplier",
    "RegimeRow",
    "Slope",
]


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


# --- as a file has them ---


class ConstraintRow(Row):
    """A constraint."""

    cell: Formula


class RegimeRow(Row):
    """A name for a set of what binds."""

    binds: list[str]


class BargainRow(Row):
    """What is bargained over, what each player gains by agreement, and its power."""

    range: Two
    unit: str = ""
    means: str = ""
    gains: dict[str, Formula]
    power: dict[str, Formula]


class DynamicsRow(Row):
    """How a story goes on: what each parameter becomes, or which way one moves and returns."""

    says: str
    era: str
    next: dict[str, Formula] = Field(default_factory=dict)
    steps: Annotated[int, Field(ge=1, le=1000)] = 10
    scales: list[str] = Field(default_factory=list)
    through: list[Number] = Field(default_factory=list)
    shows: list[str] = Field(default_factory=list)
