"""Elimination before any bisection: what equations determine is put in, orderings become axes.

An equation a*x + b = 0, with a of one sign on the whole box, makes x = -b/a; the bounds on x become
statements about the rest.  Where only ratios matter a symbol becomes 1.  An inequality x > y
between symbols makes x = y + s with s > 0: so a border that several statements share becomes a face
of the box, where what is left out can be told exactly.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from fractions import Fraction

from dilemma.deciders.clearing import Axis, System, used
from dilemma.deciders.reduction import (
    LateError,
    Reducible,
    bounded,
    bounds,
    doubtful_slope,
    projected,
)
from dilemma.deciders.signs import (
    FALSE,
    MINUS,
    PLUS,
    ZERO,
    All,
    Atom,
    Polynomial,
    Some,
    all_of,
    coefficients,
    units,
)

__all__ = [
    "Reducing",
    "eliminated",
    "scaled",
    "slackened",
    "split",
    "unscaled",
]

EQUATION_TERMS = 4_000
SLACK_TERMS = 12


def eliminated(reducible: Reducible, unknowns: frozenset[int]) -> bool:
    """Put in what the cheapest equation says of a symbol that is linear in it."""
    found = [
        (_cost(reducible, unit.of, axis, unknowns), unit, axis)
        for unit in reducible.units()
        if unit.allowed == ZERO and len(unit.of) <= EQUATION_TERMS
        for axis in used(unit.of)
        if unit.of.degrees()[axis] == 1
    ]
    found.sort(key=lambda one: one[0])
    best = next(
        (o for o in found if reducible.assured(coefficients(o[1].of, o[2])[1]) in (MINUS, PLUS)),
        None,
    )
    if best is None:
        return False
    _, unit, axis = best
    parts = coefficients(unit.of, axis)
    rest = parts.get(0, unit.of.ring.zero)
    reducible.put(axis, -rest, parts[1], reducible.without(unit), Axis())
    return True


def _cost(reducible: Reducible, equation: Polynomial, axis: int, unknowns: frozenset[int]) -> float:
    """Return about how many terms everything has once an equation has put a symbol in."""
    reducible.in_time()
    told = reducible.system.axes[axis]
    free = (told.low is None) + (told.high is None)
    parts = coefficients(equation, axis)
    slope, rest = len(parts[1]), len(parts.get(0, ()))
    cost = 0.0
    for polynomial in reducible.system.polynomials:
        degree = polynomial.degrees()[axis]
        if degree:
            cost += len(polynomial) * max(slope, rest) ** degree
    if unknowns:
        return cost if axis in unknowns else cost * 1_000_000
    return cost / (1 + 10 * free)


def scaled(reducible: Reducible) -> bool:
    """Set a positive symbol to 1 where only ratios matter."""
    for weights in _weights(reducible):
        for axis in weights:
            if reducible.system.axes[axis].open_low:
                ring = reducible.system.polynomials[0].ring
                reducible.moved(axis, Axis())
                reducible.put(axis, ring.one, ring.one, reducible.system.formula, Axis())
                return True
    return False


def _weights(reducible: Reducible) -> list[dict[int, Fraction]]:
    """Return the exponents with which symbols that run from 0 to infinity can be scaled."""
    live = {i for p in reducible.system.polynomials for i in used(p)}
    cone = [
        i for i in sorted(live)
        if reducible.system.axes[i].low == 0 and reducible.system.axes[i].high is None
    ]  # fmt: skip
    return units(reducible.in_turn(), cone) if cone else []


def unscaled(reducible: Reducible) -> int | None:
    """Return a symbol that could be set to 1 if it were not 0."""
    for weights in _weights(reducible):
        return next(iter(weights))
    return None


def slackened(reducible: Reducible) -> bool:
    """Make the slack of an inequality an axis, in the place of a symbol that is linear in it."""
    best: tuple[float, Atom, int] | None = None
    for unit in reducible.units():
        if (
            unit.allowed in (ZERO, MINUS | PLUS)
            or len(unit.of) > SLACK_TERMS
            or unit.of.ring.zero_monom in unit.of
        ):
            continue
        degrees = unit.of.degrees()
        for axis in used(unit.of):
            if degrees[axis] != 1 or reducible.system.slacks.count(axis) >= 2:
                continue
            cost = _slack_cost(reducible, unit, axis)
            if cost is not None and (best is None or cost < best[0]):
                best = (cost, unit, axis)
    if best is None:
        return False
    _, unit, axis = best
    parts, ring = coefficients(unit.of, axis), unit.of.ring
    # The symbol now stands for the slack: slope*x + rest = slack, or -slack.
    upward = bool(unit.allowed & PLUS)
    low, high = bounds(reducible, unit.of)
    most = high if upward else (None if low is None else -low)
    to = Axis(Fraction(0), most, not unit.allowed & ZERO, most is None)
    slack = ring.gens[axis] if upward else -ring.gens[axis]
    reducible.put(axis, slack - parts.get(0, ring.zero), parts[1], reducible.without(unit), to)
    reducible.system = replace(reducible.system, slacks=(*reducible.system.slacks, axis))
    return True


def _slack_cost(reducible: Reducible, unit: Atom, axis: int) -> float | None:
    """Return how much larger everything gets; None where it cannot be done."""
    reducible.in_time()
    told = reducible.system.axes[axis]
    parts = coefficients(unit.of, axis)
    slope, rest = parts[1], parts.get(0, unit.of.ring.zero)
    sign = reducible.assured(slope)
    if sign not in (MINUS, PLUS) or not rest:
        return None
    terms = sum(
        len(p) * len(rest) ** p.degrees()[axis]
        for p in reducible.system.polynomials
        if p.degrees()[axis]
    )
    signs_of_end = reducible.sign(-rest if sign == PLUS else rest)
    upward = bool(unit.allowed & PLUS) == (sign == PLUS)
    loose = int(told.high is not None if upward else told.low is not None)
    if upward and told.low is not None:
        loose += int(not (told.low == 0 and not signs_of_end & MINUS))
    if not upward:
        loose += int(told.high is not None)
    cost: float = loose * 1_000 + terms + (0 if slope.is_ground else 100 * len(slope))
    return cost


# --- a system on its way to a smaller one ---------------------------------------------------------


@dataclass
class Reducing(Reducible):
    """A system on its way to a smaller one.

    Attributes
    ----------
    slack : bool
        Whether an ordering x > y becomes x = y + s.
    unknowns : frozenset of int
        The generators that are put in before all others, if there are any.
    """

    slack: bool = True
    unknowns: frozenset[int] = frozenset()

    def run(self, until: float) -> bool:
        """Go on reducing; tell whether nothing is left to do.

        Where time is up in the middle of a step, the system stays as it was before it.
        """
        self.until = until
        while time.perf_counter() < until:
            before = self.system, dict(self.known), dict(self.glanced)
            try:
                if self.step():
                    return True
            except LateError:
                self.system, self.known, self.glanced = before
                return False
        return False

    def step(self) -> bool:
        """Reduce by one step; tell whether nothing is left to do."""
        self.narrow(self.glance)
        if any(axis.empty for axis in self.system.axes):
            self.system = replace(self.system, formula=FALSE)
        if self.system.formula == FALSE:
            return True
        if bounded(self) or eliminated(self, self.unknowns):
            return False
        before = self.system.formula
        self.narrow(self.sign)
        if self.system.formula != before:
            return False
        return not (projected(self) or scaled(self) or (self.slack and slackened(self)))


def split(system: System, *, among: bool) -> tuple[System, ...]:
    """Split a system into cases: by the sign of a symbol without ends, or by an "or"."""
    polynomials = system.polynomials
    for i, axis in enumerate(system.axes):
        if axis.low is None and any(p.degrees()[i] for p in polynomials):
            high = axis.above(Fraction(0), strictly=False)
            low = axis.below(Fraction(0), strictly=True)
            if axis.high is not None and axis.high <= 0:
                return (_mirrored(system, i, axis.high),)
            return (_at(system, i, high), _mirrored(_at(system, i, low), i, Fraction(0)))
    vanishing = unscaled(Reducible(system))
    if vanishing is not None:
        ring = polynomials[0].ring
        nought = Atom(ring.gens[vanishing], ZERO)
        positive = replace(system.axes[vanishing], open_low=True)
        return (
            _at(system, vanishing, positive),
            replace(system, formula=all_of([nought, system.formula])),
        )
    if not among or not isinstance(system.formula, All):
        return (system,)
    choices = [p for p in system.formula.parts if isinstance(p, Some)]
    if not choices:
        slope = doubtful_slope(Reducible(system))
        if slope is None:
            return (system,)
        signs_of = (PLUS, MINUS, ZERO)
        return tuple(
            replace(system, formula=all_of([Atom(slope, s), system.formula])) for s in signs_of
        )
    choice = min(choices, key=lambda part: len(part.parts))
    others = [p for p in system.formula.parts if p is not choice]
    return tuple(replace(system, formula=all_of([part, *others])) for part in choice.parts)


def _at(system: System, i: int, axis: Axis) -> System:
    """Put an axis in the place of another."""
    return replace(system, axes=(*system.axes[:i], axis, *system.axes[i + 1 :]))


def _mirrored(system: System, i: int, high: Fraction) -> System:
    """Put -x for a symbol that has no lower end."""
    ring = system.polynomials[0].ring
    axis = system.axes[i]
    mirror = Axis(-high, None, axis.open_high, open_high=True)
    reducible = Reducible(_at(system, i, Axis()))
    reducible.put(i, -ring.gens[i], ring.one, system.formula, mirror)
    return reducible.system
