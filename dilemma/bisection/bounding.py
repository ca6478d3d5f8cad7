"""Statements about one symbol become ends of its axis; sums of symbols bound what has no end."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from dilemma.bisection.polynomials import Polynomial, coefficients
from dilemma.bisection.reducible import Reducible
from dilemma.bisection.signs import MINUS, PLUS, ZERO, Atom
from dilemma.bisection.systems import used

__all__ = ["bounded", "bounds"]


def bounded(reducible: Reducible) -> bool:
    """Turn statements about one symbol into ends of its axis, and bound what has no end."""
    for unit in reducible.units():
        if unit.allowed in (ZERO, MINUS | PLUS):
            continue
        generators = used(unit.of)
        if len(generators) == 1 and unit.of.degrees()[generators[0]] == 1:
            (axis,) = generators
            reducible.system = replace(reducible.system, formula=reducible.without(unit))
            slope, rest = _line(unit.of, axis)
            _bound(reducible, axis, Fraction(-rest, slope), unit.allowed, slope)
            return True
    return any(_implied(reducible, unit) for unit in reducible.units())


def _bound(reducible: Reducible, axis: int, at: Fraction, allowed: int, slope: int) -> bool:
    """Cut an axis at a number; tell whether that leaves less of it."""
    told = reducible.system.axes[axis]
    above = bool(allowed & PLUS) == (slope > 0)
    strictly = not allowed & ZERO
    new = told.above(at, strictly=strictly) if above else told.below(at, strictly=strictly)
    if new == told:
        return False
    reducible.moved(axis, new)
    return True


def _implied(reducible: Reducible, unit: Atom) -> bool:
    """Find an end of an axis that has none, from a statement that is linear in its symbol."""
    found = False
    degrees = unit.of.degrees()
    for axis in used(unit.of):
        told = reducible.system.axes[axis]
        if degrees[axis] != 1 or (told.low is not None and told.high is not None):
            continue
        if max(map(sum, unit.of)) > 1:
            continue
        found = _implied_end(reducible, unit, axis) or found
    return found


def _implied_end(reducible: Reducible, unit: Atom, axis: int) -> bool:
    """Give an axis the ends that a sum of multiples of symbols implies."""
    parts = coefficients(unit.of, axis)
    slope = int(parts[1].LC)
    low, high = _range(reducible, parts.get(0, unit.of.ring.zero))
    found = False
    for sign in (PLUS, MINUS):
        if unit.allowed & (MINUS if sign == PLUS else PLUS):
            continue
        # slope*x + rest has this sign or vanishes: slope*x >= -high, or <= -low.
        end = high if sign == PLUS else low
        if end is None:
            continue
        told = reducible.system.axes[axis]
        upward = (slope > 0) == (sign == PLUS)
        at = -end / slope
        if upward and told.low is None:
            reducible.moved(axis, told.above(at, strictly=False))
            found = True
        if not upward and told.high is None:
            reducible.moved(axis, told.below(at, strictly=False))
            found = True
    return found


def bounds(reducible: Reducible, polynomial: Polynomial) -> tuple[Fraction | None, Fraction | None]:
    """Return bounds on a polynomial, term by term."""
    low: Fraction | None = Fraction(0)
    high: Fraction | None = Fraction(0)
    for monomial, number in polynomial.items():
        ends = _ends(reducible, monomial)
        if number < 0:
            ends = (ends[1], ends[0])
        low = None if low is None or ends[0] is None else low + int(number) * ends[0]
        high = None if high is None or ends[1] is None else high + int(number) * ends[1]
    return low, high


def _ends(
    reducible: Reducible, monomial: tuple[int, ...]
) -> tuple[Fraction | None, Fraction | None]:
    """Return bounds on a product of powers of symbols that are not negative."""
    low = Fraction(1)
    high: Fraction | None = Fraction(1)
    for i, e in enumerate(monomial):
        if not e:
            continue
        axis = reducible.system.axes[i]
        if axis.low is None or axis.low < 0:
            return None, None
        low *= axis.low**e
        high = None if high is None or axis.high is None else high * axis.high**e
    return low, high


def _range(reducible: Reducible, linear: Polynomial) -> tuple[Fraction | None, Fraction | None]:
    """Return the least and the largest value of a sum of multiples of symbols."""
    low: Fraction | None = Fraction(0)
    high: Fraction | None = Fraction(0)
    for monomial, number in linear.items():
        generators = [i for i, e in enumerate(monomial) if e]
        if not generators:
            ends: tuple[Fraction | None, Fraction | None] = (Fraction(1), Fraction(1))
        else:
            axis = reducible.system.axes[generators[0]]
            ends = (axis.low, axis.high)
        if number < 0:
            ends = (ends[1], ends[0])
        low = None if low is None or ends[0] is None else low + int(number) * ends[0]
        high = None if high is None or ends[1] is None else high + int(number) * ends[1]
    return low, high


def _line(polynomial: Polynomial, axis: int) -> tuple[int, int]:
    """Return the slope and the constant of what is linear in one symbol."""
    parts = coefficients(polynomial, axis)
    rest = parts.get(0)
    return int(parts[1].LC), 0 if rest is None else int(rest.LC)
