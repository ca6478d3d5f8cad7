"""Equilibria in numbers: each by itself, and the sets that they form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import sympy as sp

from dilemma.branch import Play

__all__ = ["Cutoff", "Equilibrium", "Mix", "NashSet"]

Mix = Mapping[str, sp.Rational]


@dataclass(frozen=True, slots=True)
class Cutoff:
    """What a player does who knows its type: one action from some value on, another below it."""

    type: str
    value: sp.Rational
    above: str
    below: str

    def __str__(self) -> str:
        shown = self.value if self.value.q < 1000 else f"{float(self.value):.4g}"
        return f"{self.above} if {self.type} >= {shown}, else {self.below}"


@dataclass(frozen=True)
class Equilibrium:
    """One equilibrium of a game at one calibration.

    Attributes
    ----------
    play : mapping of decision to mapping of action to probability
        In a simultaneous game each player has one decision, called by the player's name.
    payoffs : mapping of player to expected payoff
    outcomes : mapping of outcome to value (None where it is not defined)
    regret : sympy number
        The most that any player could gain by deviating; 0 for an exact equilibrium.
    branch : str
        The branch that it lies in: its supports.
    strict : bool
        Whether every player would lose by any deviation.
    exact : bool
        Whether its numbers are exact; else they are rational numbers near irrational ones.
    beliefs : mapping of decision to mapping of history to probability
        In a tree, where a player does not know which history has happened.
    cutoffs : mapping of decision to Cutoff
        Where a player knows a private type, and what it does hangs on it.
    concepts : mapping of solution concept to bool or None
        In a tree, which refinements were checked; None where that was not decided.
    chosen : bool
        Whether ``play`` is of chosen numbers and not of probabilities.
    prices : mapping of str to number or None
        The shadow price of what binds; None where it is not determined.
    price_ranges : mapping of str to tuple of two numbers
        And where it is not, the least and the most that it may be (perhaps infinite).
    stable : bool or None
        Whether best replies lead back to it from nearby; None where that was not decided.
    slope : number or None
        How far a step away from it has shrunk after all have replied; stable if below one.
    rivals : mapping of str to tuple of (choice, value)
        A leader's other regimes: what would be chosen there and what it would pay the leader.
    certificate : str
        What makes sure that nobody gains by deviating.
    """

    play: Play
    payoffs: Mapping[str, sp.Rational]
    outcomes: Mapping[str, sp.Rational | None]
    regret: sp.Rational
    branch: str
    strict: bool
    exact: bool = True
    beliefs: Mapping[str, Mix] = field(default_factory=dict)
    cutoffs: Mapping[str, Cutoff] = field(default_factory=dict)
    concepts: Mapping[str, bool | None] = field(default_factory=dict)
    chosen: bool = False
    prices: Mapping[str, sp.Rational | None] = field(default_factory=dict)
    price_ranges: Mapping[str, tuple[sp.Expr, sp.Expr]] = field(default_factory=dict)
    stable: bool | None = None
    slope: float | None = None
    rivals: Mapping[str, tuple[sp.Rational, sp.Rational]] = field(default_factory=dict)
    certificate: str = ""

    @property
    def pure(self) -> bool:
        """Whether nobody mixes; a player may act on what it knows of its own type."""
        return self.chosen or all(
            decision in self.cutoffs or chance in (0, 1)
            for decision, mix in self.play.items()
            for chance in mix.values()
        )

    @cached_property
    def name(self) -> str:
        """The supports in brackets, ``(strong, weak)``, with a word for a mixed one."""
        return f"({self.branch})" if self.pure else f"mixed ({self.branch})"

    def __str__(self) -> str:
        if self.chosen:
            told = (f"{n} {float(v):.4g}" for own in self.play.values() for n, v in own.items())
            return f"{self.name}: {', '.join(told)}"
        if self.pure:
            return self.name
        mixes = (
            f"{decision}: " + ", ".join(f"{a} {float(c):.3f}" for a, c in mix.items() if c != 0)
            for decision, mix in self.play.items()
        )
        return f"{self.name}: " + "; ".join(mixes)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data; exact numbers are text such as "11/16"."""
        told: dict[str, Any] = {
            "name": self.name,
            "play": _texts(self.play),
            "payoffs": {p: str(v) for p, v in self.payoffs.items()},
            "outcomes": {n: None if v is None else str(v) for n, v in self.outcomes.items()},
            "regret": str(self.regret),
            "strict": self.strict,
            "exact": self.exact,
            "beliefs": _texts(self.beliefs),
            "cutoffs": {
                d: {"type": c.type, "value": str(c.value), "above": c.above, "below": c.below}
                for d, c in self.cutoffs.items()
            },
            "concepts": dict(self.concepts),
            "prices": {n: None if v is None else str(v) for n, v in self.prices.items()},
            "price_ranges": {n: [str(a), str(b)] for n, (a, b) in self.price_ranges.items()},
            "rivals": {n: [str(k), str(v)] for n, (k, v) in self.rivals.items()},
        }
        if self.chosen:
            told |= {"stable": self.stable, "slope": self.slope, "certificate": self.certificate}
        return {key: value for key, value in told.items() if value != {} or key in _ALWAYS}


_ALWAYS = ("play", "payoffs", "outcomes")


def _texts(nested: Mapping[str, Mapping[str, sp.Expr]]) -> dict[str, dict[str, str]]:
    return {key: {k: str(v) for k, v in inner.items()} for key, inner in nested.items()}


@dataclass(frozen=True)
class NashSet:
    """A set of equilibria: each player may play any mixture of some strategies, freely.

    Where a game is not degenerate every set is a single equilibrium.

    Attributes
    ----------
    members : tuple of int
        Its extreme equilibria, as positions in the list of all.
    extreme : mapping of player to tuple of mixes
        The extreme strategies; every mixture of them will do, whatever the others choose here.
        Where the set is not ``free``: what the player does at each member, in order.
    representative : Equilibrium
        The middle of the set: every player mixes the extreme strategies equally.  Where time ran
        out, one of its extreme equilibria.
    words : str
        The set in words and numbers.
    component : int
        The connected component that it is a part of, counted from zero.
    free : bool
        Whether each player chooses freely within it; where numbers are chosen they hang together.
    """

    members: tuple[int, ...]
    extreme: Mapping[str, tuple[Mix, ...]]
    representative: Equilibrium
    words: str
    component: int
    free: bool = True

    @property
    def dimension(self) -> int:
        """How many directions it stretches in; 0 for a single equilibrium."""
        if not self.free:
            plays = [
                [x for own in many for x in own.values()]
                for many in zip(*self.extreme.values(), strict=True)
            ]
            return _dimension(plays)
        return sum(_dimension([list(m.values()) for m in own]) for own in self.extreme.values())

    def range_of(self, player: str, action: str) -> tuple[sp.Rational, sp.Rational]:
        """Return the least and the greatest probability of an action, or number that is chosen."""
        chances = [mix[action] for mix in self.extreme[player]]
        return min(chances), max(chances)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "members": list(self.members),
            "extreme": {
                player: [{a: str(p) for a, p in mix.items()} for mix in mixes]
                for player, mixes in self.extreme.items()
            },
            "words": self.words,
            "free": self.free,
            "dimension": self.dimension,
            "component": self.component,
            "representative": self.representative.to_dict(),
        }


def _dimension(points: Sequence[Sequence[sp.Rational]]) -> int:
    """Return how many directions lead from the first of some points to the others."""
    ways = [[x - y for x, y in zip(p, points[0], strict=True)] for p in points[1:]]
    return int(sp.Matrix(ways).rank()) if ways else 0
