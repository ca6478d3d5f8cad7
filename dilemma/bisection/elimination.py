"""Unknowns that equations determine are put in, and orderings become axes, before any bisection.

An equation a*x + b = 0, with a of one sign on the whole box, makes x = -b/a; the bounds on x become
statements about the rest.  An inequality x > y between symbols makes x = y + s with s > 0: so a
border that several statements share becomes a face of the box, where what is left out can be told
exactly.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from fractions import Fraction

from dilemma.bisection.bounding import bounded
from dilemma.bisection.clearing import Axis
from dilemma.bisection.projecting import doubtful_slope, projected
from dilemma.bisection.reducible import LARGEST_TENSOR, LateError, Reducible
from dilemma.bisection.signs import FALSE, MINUS, PLUS, ZERO, All, Atom, Some, all_of
from dilemma.bisection.substituting import eliminated, scaled, slackened, unscaled
from dilemma.bisection.systems import System, used

__all__ = ["LARGEST_TENSOR", "Reducing", "System", "split", "used"]


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
                return (_mirrored(system, i),)
            return (_at(system, i, high), _mirrored(_at(system, i, low), i))
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


def _mirrored(system: System, i: int) -> System:
    """Put -x for a symbol that has no lower end."""
    ring = system.polynomials[0].ring
    axis = system.axes[i]
    assert axis.high is not None, "an axis without ends is split first"
    mirror = Axis(-axis.high, None, axis.open_high, open_high=True)
    reducible = Reducible(_at(system, i, Axis()))
    reducible.put(i, -ring.gens[i], ring.one, system.formula, mirror)
    return reducible.system
