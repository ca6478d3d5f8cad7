"""Courses: the equilibria at each value of a number that moves, and where they change.

Equilibria that follow one another are joined into *strands*; two strands meet in a *fold*, and
where one ends alone play jumps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import sympy as sp

from dilemma.games.equilibrium import Equilibrium
from dilemma.output.result import fields_as_data

__all__ = ["Change", "Course", "Fold", "Joined", "Stop", "Strand", "follow", "joined"]

FINE = sp.Rational(1, 2**20)  # of the interval: how closely a change is bracketed
MOST = 8  # changes between two of the evenly spaced values that are told apart


@dataclass(frozen=True, slots=True)
class Stop:
    """One value of what moves, and the equilibria there.

    Attributes
    ----------
    at : sympy number
    states : tuple of Equilibrium
    reason : str
        Why some may be missing, "" if none is.
    border : str
        What holds with equality there, "" for nothing.
    even : bool
        Whether it is one of the evenly spaced values; the others were put in near changes.
    """

    at: sp.Rational
    states: tuple[Equilibrium, ...]
    reason: str = ""
    border: str = ""
    even: bool = True

    @property
    def signature(self) -> tuple[tuple[str, str], ...]:
        """Which equilibria there are, and which of them are stable."""
        return tuple(sorted((s.name, str(s.stable)) for s in self.states))

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        told = ("name", "play", "payoffs", "outcomes", "prices", "price_ranges", "stable")
        return {
            **fields_as_data(self, "at", "even"),
            "equilibria": [fields_as_data(state, *told) for state in self.states],
            "complete": not self.reason,
            **fields_as_data(self, "reason", "border"),
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
    >>> from dilemma.games.play import Mixes
    >>> def look(x):
    ...     side = "left" if x < sp.Rational(1, 3) else "right"
    ...     return Stop(x, (Equilibrium(side, Mixes({}), {}, {}),))
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


# --- strands --------------------------------------------------------------------------------------


NEAR = 1e-3  # of what a number covers along the way: one strand goes on as another there
MEET = 0.02  # likewise: two strands that end so close to each other have met


@dataclass(frozen=True, slots=True)
class Strand:
    """Equilibria that go over into each other as the number moves; ``at[k]`` is where ``states[k]`` is."""

    at: tuple[sp.Rational, ...]
    states: tuple[Equilibrium, ...]


@dataclass(frozen=True, slots=True)
class Fold:
    """Where two equilibria meet and vanish, in one direction or the other.

    Attributes
    ----------
    at : sympy number
    states : tuple of two Equilibrium
        The two, where they were seen last.
    """

    at: sp.Rational
    states: tuple[Equilibrium, Equilibrium]


@dataclass(frozen=True, slots=True)
class Joined:
    """The strands of a course, where two of them meet, and where one ends or begins by itself."""

    strands: tuple[Strand, ...]
    folds: tuple[Fold, ...]
    jumps: tuple[Change, ...]


def joined(course: Course) -> Joined:
    """Join the equilibria of a course.

    Between two changes equilibria of one name and stability keep their order and are joined; at a
    change those that are as good as equal.  Strands that end at a change have met each other, or
    play jumps there.

    Examples
    --------
    >>> from dilemma.games.numbers.choice import ChosenNumbers
    >>> from dilemma.study.paths import follow
    >>> def root(z):
    ...     return Equilibrium("root", ChosenNumbers({"": {"z": z}}), {}, {}, stable=z > 0)
    >>> def look(x):  # what solves z**2 = x
    ...     return Stop(x, () if x < 0 else (root(sp.sqrt(x)), root(-sp.sqrt(x))))
    >>> found = joined(follow(look, sp.Integer(-1), sp.Integer(2), 5))
    >>> len(found.strands), abs(found.folds[0].at) < 1e-5, found.jumps
    (2, True, ())
    """
    spans = _spans(course)
    every = _strands(course, spans)
    met: list[Fold] = []
    leaps = []
    for change in course.changes:
        alone = False
        for left in (_ended(every, change, course), _begun(every, change, course)):
            pairs, single = _paired(left, spans)
            met += [Fold(change.at, pair) for pair in pairs]
            alone = alone or single
        if alone:
            leaps.append(change)
    return Joined(every, tuple(met), tuple(leaps))


def _paired(
    left: list[Equilibrium], spans: Sequence[float]
) -> tuple[list[tuple[Equilibrium, Equilibrium]], bool]:
    """Pair states that are close to each other, and tell whether any is left over."""
    pairs, alone = [], False
    while left:
        one, *left = left
        near = [k for k, other in enumerate(left) if _apart(one, other, spans) < MEET]
        if near:
            closest = min(near, key=lambda k: _apart(one, left[k], spans))
            pairs.append((one, left.pop(closest)))
        else:
            alone = True
    return pairs, alone


def _strands(course: Course, spans: Sequence[float]) -> tuple[Strand, ...]:
    done: list[list[tuple[sp.Rational, Equilibrium]]] = []
    growing: list[list[tuple[sp.Rational, Equilibrium]]] = []
    before: Stop | None = None
    for stop in course.stops:
        if before is None:
            pairs: list[tuple[int, int]] = []
        elif any(c.low.at <= before.at and stop.at <= c.high.at for c in course.changes):
            pairs = _nearest(before.states, stop.states, spans)
        else:
            pairs = _in_order(before.states, stop.states)
        goes_on = {new: old for old, new in pairs}
        done += [growing[k] for k in range(len(growing)) if k not in goes_on.values()]
        growing = [
            [*(growing[goes_on[k]] if k in goes_on else []), (stop.at, state)]
            for k, state in enumerate(stop.states)
        ]
        before = stop
    told = sorted([*done, *growing], key=lambda strand: strand[0][0])
    return tuple(Strand(*zip(*strand, strict=True)) for strand in told)


def _ended(every: Sequence[Strand], change: Change, course: Course) -> list[Equilibrium]:
    """Return the last states of the strands that end within a change."""
    last = course.stops[-1].at
    return [
        s.states[-1]
        for s in every
        if change.low.at <= s.at[-1] <= change.high.at and s.at[-1] != last and _is_end(s, change)
    ]


def _begun(every: Sequence[Strand], change: Change, course: Course) -> list[Equilibrium]:
    first = course.stops[0].at
    return [
        s.states[0]
        for s in every
        if change.low.at <= s.at[0] <= change.high.at and s.at[0] != first and _is_start(s, change)
    ]


def _is_end(strand: Strand, change: Change) -> bool:
    return strand.at[-1] < change.high.at or len(strand.at) == 1


def _is_start(strand: Strand, change: Change) -> bool:
    return strand.at[0] > change.low.at or len(strand.at) == 1


def _numbers(state: Equilibrium) -> tuple[float, ...]:
    return tuple(float(v) for own in state.play.values() for v in own.values())


def _spans(course: Course) -> tuple[float, ...]:
    """Return how much each number that is played covers along the way."""
    plays = [_numbers(state) for stop in course.stops for state in stop.states]
    return tuple((max(own) - min(own)) or 1.0 for own in zip(*plays, strict=True))


def _apart(one: Equilibrium, other: Equilibrium, spans: Sequence[float]) -> float:
    return max(
        abs(a - b) / span for a, b, span in zip(_numbers(one), _numbers(other), spans, strict=True)
    )


def _nearest(
    before: Sequence[Equilibrium], after: Sequence[Equilibrium], spans: Sequence[float]
) -> list[tuple[int, int]]:
    """Pair states that are as good as equal, the closest first."""
    ranked = sorted(
        (_apart(one, other, spans), i, k)
        for i, one in enumerate(before)
        for k, other in enumerate(after)
    )
    pairs: list[tuple[int, int]] = []
    for gap, i, k in ranked:
        if gap < NEAR and all(i != a and k != b for a, b in pairs):
            pairs.append((i, k))
    return pairs


def _in_order(before: Sequence[Equilibrium], after: Sequence[Equilibrium]) -> list[tuple[int, int]]:
    """Pair states of one name and stability by the order of what is played."""

    def ranked(states: Sequence[Equilibrium]) -> list[int]:
        return sorted(
            range(len(states)),
            key=lambda k: (states[k].name, str(states[k].stable), _numbers(states[k])),
        )

    return list(zip(ranked(before), ranked(after), strict=True))
