"""Stages as plain, frozen data, and the rows that a document has for players, states and stages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import sympy as sp
from pydantic import Field

from dilemma.reading.rows import Formula, Row

__all__ = ["DiscountingRow", "Does", "Stage", "StageRow", "StateRow", "Worth"]


@dataclass(frozen=True, slots=True)
class Stage:
    """What a profile pays in a state, and which states follow with which chances.

    Attributes
    ----------
    pays : mapping of player to sympy expression
    leads : mapping of state to sympy expression
        Chances, which sum to one.
    """

    pays: Mapping[str, sp.Expr]
    leads: Mapping[str, sp.Expr]


@dataclass(frozen=True, slots=True)
class Worth:
    """What the game is worth to a player in a state."""

    player: str
    state: str


@dataclass(frozen=True, slots=True)
class Does:
    """Whether a player takes an action in a state: a probability."""

    player: str
    action: str
    state: str


class DiscountingRow(Row):
    """A player: what a payoff in the next period counts for today."""

    discount: Formula
    title: str = ""
    unit: str = ""


class StateRow(Row):
    """Who moves in a state, with which actions."""

    cell: dict[str, list[str]]


class StageRow(Row):
    """What is paid there, and what comes next: a state, or states with their chances."""

    hints: ClassVar[Mapping[str, str]] = {"payoffs": "write pays"}
    pays: dict[str, Formula] = Field(default_factory=dict)
    next: str | dict[str, Formula]
