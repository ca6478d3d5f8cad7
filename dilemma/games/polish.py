"""An approximate equilibrium to many digits, or exactly where it is rational.

Newton's method on the indifference equations of the supports.  What is left of them is worked out
to many digits, the slopes in floats, which cost a step more and nothing else.  Steps are the
shortest that will do, so that an approximate point of a continuum goes to a point of it nearby,
although the equations have no single solution there.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import product
from math import inf, isfinite

import sympy as sp

from dilemma.equilibrium import Mix
from dilemma.games.profiles import regret_of
from dilemma.parts import Player
from dilemma.valuation import Payoffs

__all__ = ["polish"]

USED = 1e-7  # a smaller probability is taken for zero
STEPS = 30  # at most; at a root that is alone each brings eight digits or more
FLAT = 1e-9  # slopes this small beside the largest are taken for zero
GUARD = 20  # digits carried beyond those that are asked for
PLAIN = 1000  # the largest denominator that floats alone can suggest

Approximate = Mapping[str, Mapping[str, Fraction]]


def polish(
    players: Sequence[Player],
    payoffs: Payoffs,
    start: Mapping[str, Mapping[str, float]],
    *,
    digits: int = 50,
    simple: int = 10**6,
    close: Fraction = Fraction(1, 10**30),
    deadline: float = inf,
) -> tuple[dict[str, Mix], bool] | None:
    """Solve the indifference equations of a profile's supports from an approximate solution.

    Parameters
    ----------
    payoffs : mapping of profile to mapping of player to payoff
        Between 0 and 1.
    start : mapping of player to mapping of action to probability
    digits : int
        How many are carried.
    simple : int
        The largest denominator that is tried as an exact answer.
    close : Fraction
        The most that anybody may gain by deviating from an answer that is not exact.
    deadline : float
        When to stop, on the monotonic clock [s].

    Returns
    -------
    (play, exact) or None
        None where the supports have no equilibrium near the start, or none was reached in time.
    """
    if not all(isfinite(chance) for mix in start.values() for chance in mix.values()):
        return None
    used = {p.name: [a for a, c in start[p.name].items() if c > USED] for p in players}
    if not all(used.values()):
        return None
    given = {
        name: {action: Fraction(start[name][action]) for action in actions}
        for name, actions in used.items()
    }
    solved = _System.of(players, payoffs, used).solved(given, digits, deadline)
    tries: list[tuple[Approximate, int, bool]] = [(given, PLAIN, True)]
    if solved is not None:
        tries = [(solved, simple, True), (solved, 10**digits, False), *tries]
    for near, largest, exact in tries:
        mixes = {p.name: _mix(p, near[p.name], largest) for p in players}
        if any(c < 0 for mix in mixes.values() for c in mix.values()):
            continue
        regret = max(regret_of(players, payoffs, mixes).values())
        if regret <= (0 if exact else close):
            play: dict[str, Mix] = {
                name: {a: sp.Rational(c.numerator, c.denominator) for a, c in mix.items()}
                for name, mix in mixes.items()
            }
            return play, exact
    return None


@dataclass(frozen=True, slots=True)
class _System:
    """The indifference equations of a choice of supports.

    An equation is a player's position and, for each choice of the others out of their supports,
    what a further action of the player's support pays more than its first.
    """

    used: Mapping[str, Sequence[str]]
    equations: Sequence[tuple[int, Sequence[tuple[Sequence[str], Fraction]]]]

    @classmethod
    def of(
        cls, players: Sequence[Player], payoffs: Payoffs, used: Mapping[str, Sequence[str]]
    ) -> _System:
        equations = []
        for position, player in enumerate(players):
            others = [used[p.name] if p is not player else [""] for p in players]
            first, *rest = used[player.name]
            for action in rest:
                gaps = []
                for choice in product(*others):
                    this, that = (
                        payoffs[(*choice[:position], a, *choice[position + 1 :])][player.name]
                        for a in (action, first)
                    )
                    if this != that:
                        gaps.append((choice, this - that))
                equations.append((position, gaps))
        return cls(used, equations)

    def solved(self, start: Approximate, digits: int, deadline: float) -> Approximate | None:
        """Return a solution near the start to so many digits; None where none is reached."""
        names = list(self.used)
        free = [(k, a) for k, name in enumerate(names) for a in self.used[name][1:]]
        with localcontext() as context:
            context.prec = digits + GUARD
            enough = Decimal(10) ** -(digits - 5)
            gaps = [
                (position, [(choice, _decimal(gap)) for choice, gap in terms])
                for position, terms in self.equations
            ]
            mixes = [{a: _decimal(c) for a, c in start[name].items()} for name in names]
            for mix in mixes:
                _complete(mix)
            for _ in range(STEPS):
                left = [_value(terms, mixes, position) for position, terms in gaps]
                if max(map(abs, left), default=Decimal(0)) <= enough:
                    return {
                        n: {a: Fraction(c) for a, c in mix.items()}
                        for n, mix in zip(names, mixes, strict=True)
                    }
                step = _step(gaps, mixes, free, left)
                if step is None or time.monotonic() >= deadline:
                    return None
                for (k, action), change in zip(free, step, strict=True):
                    mixes[k][action] += change
                for mix in mixes:
                    _complete(mix)
        return None


Terms = Sequence[tuple[Sequence[str], Decimal]]


def _decimal(number: Fraction) -> Decimal:
    return Decimal(number.numerator) / Decimal(number.denominator)


def _complete(mix: dict[str, Decimal]) -> None:
    """Let the first action of a support take what the others leave."""
    first, *rest = mix
    mix[first] = 1 - sum((mix[a] for a in rest), Decimal(0))


def _value(terms: Terms, mixes: Sequence[Mapping[str, Decimal]], position: int) -> Decimal:
    total = Decimal(0)
    for choice, gap in terms:
        chance = gap
        for k, action in enumerate(choice):
            if k != position:
                chance *= mixes[k].get(action, 0)
        total += chance
    return total


def _step(
    gaps: Sequence[tuple[int, Terms]],
    mixes: Sequence[Mapping[str, Decimal]],
    free: Sequence[tuple[int, str]],
    left: Sequence[Decimal],
) -> list[Decimal] | None:
    """Return the shortest step that brings the equations nearest to zero; None if there is none."""
    import numpy as np

    slopes = np.zeros((len(gaps), len(free)))
    for row, (position, terms) in enumerate(gaps):
        for column, (k, action) in enumerate(free):
            if k != position:
                moved = {action: Decimal(1), next(iter(mixes[k])): Decimal(-1)}
                tilted = [*mixes[:k], moved, *mixes[k + 1 :]]
                slopes[row, column] = float(_value(terms, tilted, position))
    largest = max(map(abs, left))
    if not np.isfinite(slopes).all():
        return None
    try:
        # Taken out first: what is left is soon too small for floats.
        step = np.linalg.pinv(slopes, rcond=FLAT) @ [float(v / largest) for v in left]
    except np.linalg.LinAlgError:  # its singular values did not converge
        return None
    return [-Decimal(float(v)) * largest for v in step] if np.isfinite(step).all() else None


def _mix(player: Player, near: Mapping[str, Fraction], largest: int) -> dict[str, Fraction]:
    """Return fractions with denominators up to ``largest`` that sum to one."""
    last, *rest = near
    told = {a: near[a].limit_denominator(largest) for a in rest}
    told[last] = 1 - sum(told.values(), Fraction(0))
    return {a: told.get(a, Fraction(0)) for a in player.actions}
