"""A number moves over an interval: the equilibria at each of its values, and where they change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import sympy as sp

from dilemma.branch import Play

__all__ = ["Change", "Course", "State", "Stop", "follow"]

FINE = sp.Rational(1, 2**20)  # of the interval: how closely a change is bracketed
MOST = 8  # changes between two of the evenly spaced values that are told apart


@dataclass(frozen=True, slots=True)
class State:
    """An equilibrium at one value of what moves.

    Attributes
    ----------
    name : str
        What binds, or the supports.
    play : mapping of decision to mapping of choice or action to number
    payoffs, outcomes : mapping of str to number (None where it is not defined)
    prices : mapping of str to number or None
        The shadow price of what binds; None where it is not determined.
    price_ranges : mapping of str to tuple of two numbers
        And where it is not, the least and the most that it may be.
    stable : bool or None
        Whether best replies lead back from nearby; None where that was not decided.
    pure : bool
        Whether nobody mixes.
    """

    name: str
    play: Play
    payoffs: Mapping[str, sp.Rational | None] = field(default_factory=dict)
    outcomes: Mapping[str, sp.Rational | None] = field(default_factory=dict)
    prices: Mapping[str, sp.Rational | None] = field(default_factory=dict)
    price_ranges: Mapping[str, tuple[sp.Expr, sp.Expr]] = field(default_factory=dict)
    stable: bool | None = None
    pure: bool = True

    def worth(self, name: str) -> sp.Rational | None:
        """Return an outcome, a payoff, or a number that is chosen."""
        for own in (self.outcomes, self.payoffs, *self.play.values()):
            if name in own:
                return own[name]
        return None

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data; exact numbers are text."""

        def told(numbers: Mapping[str, Any]) -> dict[str, str | None]:
            return {name: None if v is None else str(v) for name, v in numbers.items()}

        return {
            "name": self.name,
            "play": {decision: told(own) for decision, own in self.play.items()},
            "payoffs": told(self.payoffs),
            "outcomes": told(self.outcomes),
            "prices": told(self.prices),
            "price_ranges": {n: list(map(str, ends)) for n, ends in self.price_ranges.items()},
            "stable": self.stable,
        }


@dataclass(frozen=True, slots=True)
class Stop:
    """One value of what moves, and the equilibria there.

    Attributes
    ----------
    at : sympy number
    states : tuple of State
    reason : str
        Why some may be missing, "" if none is.
    border : str
        What holds with equality there, "" for nothing.
    even : bool
        Whether it is one of the evenly spaced values; the others were put in near changes.
    """

    at: sp.Rational
    states: tuple[State, ...]
    reason: str = ""
    border: str = ""
    even: bool = True

    @property
    def signature(self) -> tuple[tuple[str, str], ...]:
        """Which equilibria there are, and which of them are stable."""
        return tuple(sorted((s.name, str(s.stable)) for s in self.states))

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "at": str(self.at),
            "even": self.even,
            "equilibria": [state.to_dict() for state in self.states],
            "complete": not self.reason,
            "reason": self.reason,
            "border": self.border,
        }


@dataclass(frozen=True, slots=True)
class Change:
    """Two values, very close as a rule, between which the equilibria change."""

    low: Stop
    high: Stop

    @property
    def at(self) -> sp.Rational:
        """The middle."""
        return (self.low.at + self.high.at) / 2


@dataclass(frozen=True, slots=True)
class Course:
    """The equilibria along an interval.

    Attributes
    ----------
    stops : tuple of Stop
        In order: evenly spaced values, and those that were looked at near changes.
    changes : tuple of Change
        Every change that shows at the evenly spaced values.
    """

    stops: tuple[Stop, ...]
    changes: tuple[Change, ...]

    @property
    def complete(self) -> bool:
        """Whether no equilibrium may be missing at any of the values."""
        return not any(stop.reason for stop in self.stops)

    @property
    def even(self) -> tuple[Stop, ...]:
        """The evenly spaced values."""
        return tuple(stop for stop in self.stops if stop.even)


def follow(
    look: Callable[[sp.Rational], Stop],
    low: sp.Rational,
    high: sp.Rational,
    points: int,
    progress: Callable[[float], None] | None = None,
) -> Course:
    """Look at evenly spaced values, and halve where the equilibria are not the same at two of them.

    Parameters
    ----------
    look : callable
        Says which equilibria there are at a value.
    low, high : sympy number
    points : int
        How many evenly spaced values, both ends among them.
    progress : callable, optional
        Is told the share of them that has been looked at.

    Examples
    --------
    >>> def look(x):
    ...     return Stop(x, (State("left" if x < sp.Rational(1, 3) else "right", {}),))
    >>> (change,) = follow(look, sp.Integer(0), sp.Integer(1), 5).changes
    >>> abs(change.at - sp.Rational(1, 3)) < 1e-6
    True
    """
    even = []
    for k in range(points):
        even.append(look(low + (high - low) * sp.Rational(k, points - 1)))
        if progress is not None:
            progress((k + 1) / points)
    stops = {stop.at: stop for stop in even}
    changes: list[Change] = []
    for one, other in pairwise(even):
        for change in _changes(look, one, other, (high - low) * FINE, stops):
            if changes and changes[-1].high.at == change.low.at:  # a value on the very border
                changes[-1] = Change(changes[-1].low, change.high)
            else:
                changes.append(change)
    return Course(tuple(stops[at] for at in sorted(stops)), tuple(changes))


def _changes(
    look: Callable[[sp.Rational], Stop],
    one: Stop,
    other: Stop,
    width: sp.Rational,
    stops: dict[sp.Rational, Stop],
) -> Iterator[Change]:
    """Yield the changes between two values; what is looked at on the way is put into ``stops``."""
    for _ in range(MOST):
        if one.signature == other.signature:
            return
        low, high = one, other
        while high.at - low.at > width:
            at = (low.at + high.at) / 2
            middle = replace(look(at), even=False)
            stops[at] = middle
            if middle.signature == one.signature:
                low = middle
            else:
                high = middle
        yield Change(low, high)
        one = high
    if one.signature != other.signature:
        yield Change(one, other)
