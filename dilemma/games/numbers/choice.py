"""What players choose who choose numbers, as plain, frozen data: intervals, constraints, order.

A *choice* is a number from an interval.  A *constraint* is a quantity, its ``gap``, that may not be
negative: what is left before it binds.  Players of the first move choose before those of the second
do, who see it; where there is one move all choose at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

import sympy as sp
from pydantic import Field

from dilemma.games.play import Play
from dilemma.games.play import Row as TableRow
from dilemma.output.result import number
from dilemma.reading.rows import Formula, Number, Row, Two

if TYPE_CHECKING:
    from dilemma.games.equilibrium import Equilibria, Equilibrium

__all__ = [
    "Bargain",
    "BargainRow",
    "Choice",
    "ChosenNumbers",
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


@dataclass(frozen=True, eq=False)
class ChosenNumbers(Play):
    """The number that each player chooses for each of its choices; None where any will do."""

    chosen: ClassVar[bool] = True

    @property
    def pure(self) -> bool:
        """Nobody mixes over numbers."""
        return True

    @property
    def numbers(self) -> tuple[str, ...]:
        """Everything that is chosen is an outcome, too."""
        return tuple(name for own in self.parts.values() for name in own)

    def words(self) -> str:
        """Say every number."""
        own = (pair for mine in self.parts.values() for pair in mine.items())
        return ", ".join(f"{name} {float(value):.4g}" for name, value in own)

    def cell(self, decision: str, write: Callable[[sp.Rational], str] | None = None) -> str:
        """Return a player's numbers."""
        told = write or number
        return ", ".join(f"{name} {told(value)}" for name, value in self.parts[decision].items())

    def labels(self) -> Iterator[tuple[str, str, str]]:
        """Yield each number."""
        for player, own in self.parts.items():
            for name in own:
                yield player, name, f"{player} chooses {name}"

    def written(self, value: sp.Rational) -> str:
        """Write a number with a few digits."""
        return number(value)

    def facts(self, found: Equilibria) -> list[TableRow]:
        """Return the shadow price of what binds."""
        every = dict.fromkeys(name for e in found for name in e.prices)
        return [
            (f"shadow price of {what}", "", *(_price(e, what) for e in found)) for what in every
        ]

    def checks(self, found: Equilibria) -> list[TableRow]:
        """Return stability, a leader's other regimes with their value, and what makes each sure."""
        rows: list[TableRow] = []
        if any(e.slope is not None for e in found):
            rows.append(("best replies lead back", "", *map(_stability, found)))
        for rival in dict.fromkeys(name for e in found for name in e.rivals):
            told = (
                f"{number(e.rivals[rival][0])}: {number(e.rivals[rival][1])}"
                if rival in e.rivals
                else ""
                for e in found
            )
            rows.append((f"rival regime ({rival}): choice and its value", "", *told))
        rows.append(("certificate", "", *(e.certificate for e in found)))
        return rows


def _price(equilibrium: Equilibrium, what: str) -> str:
    if what not in equilibrium.prices:
        return "does not bind"
    price = equilibrium.prices[what]
    if price is not None:
        return number(price)
    if what not in equilibrium.price_ranges:
        return "not determined"
    low, high = equilibrium.price_ranges[what]
    return (
        f"any from {number(low)} up"
        if high == sp.oo
        else f"any from {number(low)} to {number(high)}"
    )


def _stability(equilibrium: Equilibrium) -> str:
    if equilibrium.slope is None:
        return "not decided"
    word = {True: "yes: stable", False: "no: unstable", None: "not decided"}[equilibrium.stable]
    return f"{word} (a step shrinks to {equilibrium.slope:.3g})"


# --- as a file has them ---------------------------------------------------------------------------


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
