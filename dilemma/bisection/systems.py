"""Signs of polynomials to be found on a box, and the way back to what the symbols were at first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import prod

from dilemma.bisection.clearing import Axis
from dilemma.bisection.polynomials import Polynomial
from dilemma.bisection.signs import Formula, atoms

__all__ = ["Between", "Step", "System", "used", "value"]


@dataclass(frozen=True)
class Step:
    """What a symbol was before something else was put in its place: numerator/denominator."""

    axis: int
    numerator: Polynomial
    denominator: Polynomial


@dataclass(frozen=True)
class Between:
    """A symbol that could be anything between quotients, all of them with positive denominators."""

    axis: int
    low: tuple[tuple[Polynomial, Polynomial], ...]
    high: tuple[tuple[Polynomial, Polynomial], ...]

    def value(self, values: Mapping[int, Fraction]) -> Fraction | None:
        """Return one value between the quotients; None where they have no positive denominator."""
        ends = [[(value(n, values), value(d, values)) for n, d in s] for s in (self.low, self.high)]
        if any(below <= 0 for side in ends for _, below in side):
            return None  # no point of the system
        lows, highs = ([above / below for above, below in side] for side in ends)
        if not highs:
            return max(lows) + 1 if lows else Fraction(0)
        return (max(lows) + min(highs)) / 2 if lows else min(highs) - 1


@dataclass(frozen=True)
class System:
    """Signs of polynomials to be found on a box.

    Attributes
    ----------
    axes : tuple of Axis
        Of each generator of the polynomials' ring.
    formula : Formula
    steps : tuple of Step
        How to come back to what the generators stood for at first; the last one first.
    slacks : tuple of int
        The generators that stand for the slack of an inequality now.
    """

    axes: tuple[Axis, ...]
    formula: Formula
    steps: tuple[Step | Between, ...] = ()
    slacks: tuple[int, ...] = ()

    @property
    def polynomials(self) -> tuple[Polynomial, ...]:
        """What the formula speaks of, each once."""
        return tuple(dict.fromkeys(atom.of for atom in atoms(self.formula)))

    def back(self, point: Mapping[int, Fraction]) -> dict[int, Fraction] | None:
        """Return what the generators stood for at first, at a point of the axes that are left."""
        values = dict(point)
        for step in reversed(self.steps):
            if isinstance(step, Between):
                between = step.value(values)
                if between is None:
                    return None
                values[step.axis] = between
                continue
            below = value(step.denominator, values)
            if below == 0:
                return None
            values[step.axis] = value(step.numerator, values) / below
        return values


def value(polynomial: Polynomial, point: Mapping[int, Fraction]) -> Fraction:
    """Evaluate a polynomial."""
    found = Fraction(0)
    for monomial, number in polynomial.items():
        found += int(number) * prod(
            (point[i] ** e for i, e in enumerate(monomial) if e), start=Fraction(1)
        )
    return found


def used(polynomial: Polynomial) -> tuple[int, ...]:
    """Return which generators a polynomial speaks of."""
    return tuple(i for i, d in enumerate(polynomial.degrees()) if d > 0)
