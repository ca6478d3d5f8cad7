"""Symbols are put in: what an equation says, 1 where only ratios matter, the slack of an ordering."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from dilemma.bisection.bounding import bounds
from dilemma.bisection.clearing import Axis
from dilemma.bisection.polynomials import Polynomial, coefficients
from dilemma.bisection.reducible import Reducible
from dilemma.bisection.scaling import units
from dilemma.bisection.signs import MINUS, PLUS, ZERO, Atom
from dilemma.bisection.systems import used

__all__ = ["eliminated", "scaled", "slackened", "unscaled"]

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
