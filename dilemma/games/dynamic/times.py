"""How play passes from state to state: when a state is first reached, where play is after a while."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sympy as sp

from dilemma.games.dynamic.stages import Reached

__all__ = ["Passing", "reached", "until"]

ZERO, ONE = sp.Integer(0), sp.Integer(1)


@dataclass(frozen=True)
class Passing:
    """With which chance each state follows each, and where play begins."""

    start: str
    chances: Mapping[str, Mapping[str, sp.Expr]]


def until(passing: Passing, state: str) -> sp.Expr:
    """Return how many periods are expected to pass before a state is reached.

    Not a number where it is never reached from some state that may come first.

    Examples
    --------
    >>> p = sp.Symbol("p", real=True)
    >>> until(
    ...     Passing("talks", {"talks": {"over": p, "talks": 1 - p}, "over": {"over": ONE}}), "over"
    ... )
    1/p
    """
    waiting = _before(passing, state)
    if not waiting:
        return ZERO
    if any(not _leads(passing, s, state) for s in waiting):
        return sp.nan
    rows = [[int(s == t) - passing.chances[s].get(t, ZERO) for t in waiting] for s in waiting]
    times = sp.Matrix(rows).LUsolve(sp.ones(len(waiting), 1))
    return sp.cancel(times[waiting.index(passing.start)])


def _before(passing: Passing, state: str) -> list[str]:
    """Return the states in which play may be before it reaches a state."""
    if passing.start == state:
        return []
    found, looking = [passing.start], [passing.start]
    while looking:
        for following, chance in passing.chances[looking.pop()].items():
            if chance != 0 and following != state and following not in found:
                found.append(following)
                looking.append(following)
    return found


def _leads(passing: Passing, begin: str, end: str) -> bool:
    """Tell whether one state may lead to another at all."""
    seen, looking = {begin}, [begin]
    while looking:
        for following, chance in passing.chances[looking.pop()].items():
            if chance != 0 and following not in seen:
                seen.add(following)
                looking.append(following)
    return end in seen


def reached(passing: Passing, what: Reached) -> sp.Expr:
    """Return with which probability play is in a state after some periods."""
    now: dict[str, sp.Expr] = {passing.start: ONE}
    for _ in range(what.after):
        later: dict[str, sp.Expr] = {}
        for state, chance in now.items():
            for following, way in passing.chances[state].items():
                later[following] = later.get(following, ZERO) + chance * way
        now = {state: sp.expand(chance) for state, chance in later.items() if chance != 0}
    return now.get(what.state, ZERO)
