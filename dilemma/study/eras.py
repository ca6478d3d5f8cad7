"""One era in a comparison, and what one group of parameters does between two."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sympy as sp

from dilemma.equilibria import Equilibria
from dilemma.games import selection
from dilemma.parts import Profile
from dilemma.study.frequencies import Frequencies

__all__ = ["EraSummary", "GroupMove"]


@dataclass(frozen=True)
class EraSummary:
    """One era: its centre solved, and its box drawn from.

    Attributes
    ----------
    equilibria : Equilibria
        At the central calibration.
    payoffs : mapping of profile to mapping of player to exact payoff
        Empty in a tree, as are ``best`` and ``dominance``.
    best : mapping of player to set of profiles
        The profiles in which the player's action is a best reply.
    kinds : mapping of player to kind of game
        Empty where the names of 2x2 games do not apply.
    dominance : tuple of selection.Dominance
    payoff_dominant, risk_dominant : str
        The equilibrium's name, "" where none is.
    frequencies : Frequencies
    """

    name: str
    title: str
    years: tuple[int, int] | None
    equilibria: Equilibria
    payoffs: Mapping[Profile, Mapping[str, sp.Rational]]
    best: Mapping[str, frozenset[Profile]]
    kinds: Mapping[str, str]
    dominance: tuple[selection.Dominance, ...]
    payoff_dominant: str
    risk_dominant: str
    frequencies: Frequencies


@dataclass(frozen=True)
class GroupMove:
    """What one group of parameters does, moved from the first era's centre to the second's.

    Attributes
    ----------
    group : str
    moves : tuple of str
        The parameters of the group whose central values differ.
    only : tuple of str
        Equilibria when this group alone has moved.
    all_but : tuple of str
        Equilibria when every group but this one has moved.
    """

    group: str
    moves: tuple[str, ...]
    only: tuple[str, ...]
    all_but: tuple[str, ...]
