"""Stages, shocks and offers as plain, frozen data, and the rows that a document has for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import sympy as sp
from pydantic import Field

from dilemma.reading.rows import Formula, Row, Two

__all__ = [
    "AGREE",
    "OFFER",
    "WAIT",
    "Call",
    "DiscountingRow",
    "Does",
    "Offer",
    "OfferRow",
    "Reached",
    "Shock",
    "ShockRow",
    "Stage",
    "StageRow",
    "StateRow",
    "Threshold",
    "Until",
    "Worth",
]

OFFER = "offer"  # who decides where a split is proposed: whoever proposes would do the same
AGREE, WAIT = "agree", "wait"


@dataclass(frozen=True, slots=True)
class Shock:
    """What is drawn anew in every period spent in a state, and seen by all before anybody acts.

    Attributes
    ----------
    symbol : symbol
    low, high : sympy expression
        The ends of the interval on which it is uniform.
    unit, means : str
    """

    symbol: sp.Symbol
    low: sp.Expr
    high: sp.Expr
    unit: str = ""
    means: str = ""

    @property
    def width(self) -> sp.Expr:
        """How far its ends lie apart."""
        return self.high - self.low


@dataclass(frozen=True, slots=True)
class Offer:
    """A split of a pie that somebody may propose in a state; all others must agree.

    Who proposes keeps what is left once all others have what refusing is worth to them; so an
    offer is made iff the pie, with what follows it, is worth no less than refusing is to all
    together.

    Attributes
    ----------
    by : mapping of player to sympy expression
        With which chance each is the one to propose.
    pie : sympy expression
    leads : str
        The state that follows an agreement.
    """

    by: Mapping[str, sp.Expr]
    pie: sp.Expr
    leads: str


@dataclass(frozen=True, slots=True)
class Stage:
    """What a profile pays in a state, and which states follow with which chances.

    Attributes
    ----------
    pays : mapping of player to sympy expression
        Linear in the state's shock, if it has one.
    leads : mapping of state to sympy expression
        Chances, which sum to one.
    """

    pays: Mapping[str, sp.Expr]
    leads: Mapping[str, sp.Expr]


# --- what an outcome may ask of a play --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Worth:
    """What the game is worth to a player in a state."""

    player: str
    state: str


@dataclass(frozen=True, slots=True)
class Does:
    """With which probability an action is taken at a decision."""

    decision: str
    action: str


@dataclass(frozen=True, slots=True)
class Until:
    """How many periods are expected to pass before a state is reached; none if it need not be."""

    state: str


@dataclass(frozen=True, slots=True)
class Reached:
    """With which probability play is in a state after some periods."""

    state: str
    after: int


@dataclass(frozen=True, slots=True)
class Threshold:
    """The least, or greatest, value of a parameter at which a way to play is an equilibrium.

    All other parameters stay where they are.  There is none where it is an equilibrium at no value.

    Attributes
    ----------
    parameter : symbol
    policy : tuple of (state, actions)
    least : bool
    """

    parameter: sp.Symbol
    policy: tuple[tuple[str, tuple[str, ...]], ...]
    least: bool


Call = Worth | Does | Until | Reached | Threshold


# --- rows -----------------------------------------------------------------------------------------


class DiscountingRow(Row):
    """A player: what a payoff in the next period counts for today."""

    discount: Formula
    title: str = ""
    unit: str = ""


class StateRow(Row):
    """Who moves in a state, with which actions."""

    cell: dict[str, list[str]]


class ShockRow(Row):
    """What is drawn in every period that is spent in some states: the ends of its interval."""

    uniform: Two
    at: str | list[str]
    unit: str = ""
    means: str = ""


class OfferRow(Row):
    """A split that is proposed: with which chances by whom, of what, and what follows."""

    by: dict[str, Formula]
    of: Formula
    next: str


class StageRow(Row):
    """What is paid there, and what comes next: a state, or states with their chances.

    Where a split may be proposed this is what happens while none is agreed on.
    """

    hints: ClassVar[Mapping[str, str]] = {"payoffs": "write pays"}
    pays: dict[str, Formula] = Field(default_factory=dict)
    next: str | dict[str, Formula]
    offer: OfferRow | None = None
