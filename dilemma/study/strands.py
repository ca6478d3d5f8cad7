"""Equilibria along an interval joined into strands: which follows which, where they meet and end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sympy as sp

from dilemma.study.courses import Change, Course, State, Stop

__all__ = ["Fold", "Joined", "Strand", "joined"]

NEAR = 1e-3  # of what a number covers along the way: one strand goes on as another there
MEET = 0.02  # likewise: two strands that end so close to each other have met


@dataclass(frozen=True, slots=True)
class Strand:
    """Equilibria that go over into each other as the number moves; ``at[k]`` is where ``states[k]`` is."""

    at: tuple[sp.Rational, ...]
    states: tuple[State, ...]


@dataclass(frozen=True, slots=True)
class Fold:
    """Where two equilibria meet and vanish, in one direction or the other.

    Attributes
    ----------
    at : sympy number
    states : tuple of two State
        The two, where they were seen last.
    """

    at: sp.Rational
    states: tuple[State, State]


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
    >>> from dilemma.study.courses import follow
    >>> def look(x):  # what solves z**2 = x
    ...     roots = [] if x < 0 else [sp.sqrt(x), -sp.sqrt(x)]
    ...     return Stop(x, tuple(State("root", {"": {"z": z}}, stable=z > 0) for z in roots))
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


def _paired(left: list[State], spans: Sequence[float]) -> tuple[list[tuple[State, State]], bool]:
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
    done: list[list[tuple[sp.Rational, State]]] = []
    growing: list[list[tuple[sp.Rational, State]]] = []
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


def _ended(every: Sequence[Strand], change: Change, course: Course) -> list[State]:
    """Return the last states of the strands that end within a change."""
    last = course.stops[-1].at
    return [
        s.states[-1]
        for s in every
        if change.low.at <= s.at[-1] <= change.high.at and s.at[-1] != last and _is_end(s, change)
    ]


def _begun(every: Sequence[Strand], change: Change, course: Course) -> list[State]:
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


def _numbers(state: State) -> tuple[float, ...]:
    return tuple(float(v) for own in state.play.values() for v in own.values())


def _spans(course: Course) -> tuple[float, ...]:
    """Return how much each number that is played covers along the way."""
    plays = [_numbers(state) for stop in course.stops for state in stop.states]
    return tuple((max(own) - min(own)) or 1.0 for own in zip(*plays, strict=True))


def _apart(one: State, other: State, spans: Sequence[float]) -> float:
    return max(
        abs(a - b) / span for a, b, span in zip(_numbers(one), _numbers(other), spans, strict=True)
    )


def _nearest(
    before: Sequence[State], after: Sequence[State], spans: Sequence[float]
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


def _in_order(before: Sequence[State], after: Sequence[State]) -> list[tuple[int, int]]:
    """Pair states of one name and stability by the order of what is played."""

    def ranked(states: Sequence[State]) -> list[int]:
        return sorted(
            range(len(states)),
            key=lambda k: (states[k].name, str(states[k].stable), _numbers(states[k])),
        )

    return list(zip(ranked(before), ranked(after), strict=True))
