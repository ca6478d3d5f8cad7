"""A system that is being reduced: what signs there can be, and what a symbol is replaced by."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from math import prod

from dilemma.bisection.bernstein import signs, tensor
from dilemma.bisection.clearing import Axis
from dilemma.bisection.polynomials import (
    Polynomial,
    Product,
    coefficients,
    factored,
    product_sign,
)
from dilemma.bisection.signs import (
    ANY,
    MINUS,
    PLUS,
    ZERO,
    All,
    Atom,
    Formula,
    all_of,
    narrowed,
    plus,
    replaced,
    times,
)
from dilemma.bisection.systems import Step, System, used

__all__ = ["LARGEST_TENSOR", "LateError", "Reducible"]

LARGEST_TENSOR = 20_000


class LateError(Exception):
    """Time was up in the middle of a step."""


@dataclass
class Reducible:
    """A system, what is known of signs on its box, and what may be done to it.

    Attributes
    ----------
    system : System
    known, glanced : mapping of polynomial to signs
        What it can be on the box, looked into or at a glance.
    until : float
        When the time is up.
    """

    system: System
    known: dict[Polynomial, int] = field(default_factory=dict, kw_only=True)
    glanced: dict[Polynomial, int] = field(default_factory=dict, kw_only=True)
    until: float = field(default=math.inf, kw_only=True)

    def in_time(self) -> None:
        """Stop a step that has begun once time is up."""
        if time.perf_counter() > self.until:
            raise LateError

    def in_turn(self) -> Iterator[Polynomial]:
        """Yield what the formula speaks of while there is time."""
        for polynomial in self.system.polynomials:
            self.in_time()
            yield polynomial

    def sign(self, polynomial: Polynomial) -> int:
        """Return the signs that a polynomial can have on the box."""
        if polynomial not in self.known:
            told = self.glance(polynomial)
            self.known[polynomial] = told if told in (MINUS, PLUS, ZERO) else self._sign(polynomial)
        return self.known[polynomial]

    def glance(self, polynomial: Polynomial) -> int:
        """Return the signs that a polynomial can have as far as its terms show at once."""
        if polynomial in self.known:
            return self.known[polynomial]
        if polynomial not in self.glanced:
            self.glanced[polynomial] = self._glance(polynomial)
        return self.glanced[polynomial]

    def _glance(self, polynomial: Polynomial) -> int:
        """Add up the signs of the terms."""
        axes = [axis.signs for axis in self.system.axes]
        told = 0
        for monomial, number in polynomial.items():
            here = PLUS if number > 0 else MINUS
            for i, e in enumerate(monomial):
                if e:
                    here = times(here, axes[i] if e % 2 else times(axes[i], axes[i]) & ~MINUS)
            told = here if not told else plus(told, here)
            if told == ANY:
                return ANY
        return told

    def _sign(self, polynomial: Polynomial) -> int:
        """Look at the Bernstein coefficients, where they are not too many."""
        axes = self.system.axes
        generators = used(polynomial)
        self.in_time()
        lows = [axes[i].low for i in generators]
        if None in lows:
            return self.glance(polynomial)
        size = prod(polynomial.degrees()[i] + 1 for i in generators)
        if size > LARGEST_TENSOR:
            return self.glance(polynomial)
        terms = {tuple(m[i] for i in generators): c for m, c in polynomial.items()}
        ends = [
            (low, axes[i].high) for i, low in zip(generators, lows, strict=True) if low is not None
        ]
        found = tensor(terms, ends)
        return signs(
            found,
            [axes[i].open_low for i in generators],
            [axes[i].open_high or axes[i].high is None for i in generators],
        )

    def assured(self, polynomial: Polynomial) -> int:
        """Return the signs that a polynomial can have where the statements hold."""
        told = self.sign(polynomial)
        if told in (MINUS, PLUS, ZERO):
            return told
        facts = {unit.of: unit.allowed for unit in self.units()}
        product = factored(polynomial)
        can = PLUS if product.number > 0 else MINUS
        for base, power in product.powers.items():
            here = self.sign(base) & facts.get(base, ANY)
            can = times(can, here if power % 2 else times(here, here) & ~MINUS)
        return told & can

    def parts(self) -> tuple[Formula, ...]:
        """Return what has to hold, all of it."""
        formula = self.system.formula
        return formula.parts if isinstance(formula, All) else (formula,)

    def units(self) -> Iterator[Atom]:
        """Yield what has to hold of one polynomial, whatever else."""
        yield from (part for part in self.parts() if isinstance(part, Atom))

    def without(self, unit: Atom) -> Formula:
        """Return what has to hold besides."""
        return all_of(part for part in self.parts() if part != unit)

    def narrow(self, sign: Callable[[Polynomial], int]) -> None:
        """Keep what the box leaves undecided."""
        system = self.system
        possible = {p: sign(p) for p in self.in_turn()}
        self.system = replace(system, formula=narrowed(system.formula, possible))

    def moved(self, axis: int, to: Axis) -> None:
        """Narrow an axis; what was known of signs stays true and may become more."""
        axes = self.system.axes
        self.system = replace(self.system, axes=(*axes[:axis], to, *axes[axis + 1 :]))
        gone = [
            p for p, s in self.known.items() if s not in (MINUS, PLUS, ZERO) and p.degrees()[axis]
        ]
        for polynomial in gone:
            del self.known[polynomial]

    def put(
        self, axis: int, numerator: Polynomial, denominator: Polynomial, formula: Formula, to: Axis
    ) -> None:
        """Put numerator/denominator for a symbol; its bounds become statements."""
        positive = self.assured(denominator) == PLUS
        if not positive:
            numerator, denominator = -numerator, -denominator
        told = self.system.axes[axis]
        cache: dict[Polynomial, Product] = {}

        def by(atom: Atom) -> Formula:
            if not atom.of.degrees()[axis]:
                return atom
            if atom.of not in cache:
                self.in_time()
                cache[atom.of] = factored(_substituted(atom.of, axis, numerator, denominator))
            return product_sign(cache[atom.of], atom.allowed, self.glance)

        self.known = {p: s for p, s in self.known.items() if not p.degrees()[axis]}
        self.glanced = {p: s for p, s in self.glanced.items() if not p.degrees()[axis]}
        step = Step(axis, numerator, denominator)
        axes = (*self.system.axes[:axis], to, *self.system.axes[axis + 1 :])
        self.system = System(axes, formula, (*self.system.steps, step), self.system.slacks)
        inside = [
            product_sign(factored(over), allowed, self.glance)
            for over, allowed in _ends(told, numerator, denominator)
        ]
        self.system = replace(self.system, formula=all_of([*inside, replaced(formula, by)]))


def _ends(
    axis: Axis, numerator: Polynomial, denominator: Polynomial
) -> Iterator[tuple[Polynomial, int]]:
    """Yield what has which signs where a quotient, its denominator positive, lies on an axis."""
    for end, is_open, sign in (
        (axis.low, axis.open_low, PLUS),
        (axis.high, axis.open_high, MINUS),
    ):
        if end is not None:
            over = _times(numerator, end.denominator) - _times(denominator, end.numerator)
            yield over, sign if is_open else sign | ZERO


def _times(polynomial: Polynomial, number: int) -> Polynomial:
    """Multiply a polynomial by a number."""
    return polynomial * number


def _substituted(
    polynomial: Polynomial, axis: int, numerator: Polynomial, denominator: Polynomial
) -> Polynomial:
    """Return the numerator of a polynomial with a quotient put in for a symbol."""
    parts = coefficients(polynomial, axis)
    degree = max(parts)
    found = polynomial.ring.zero
    above = polynomial.ring.one
    powers = [polynomial.ring.one]
    for _ in range(degree):
        powers.append(powers[-1] * denominator)
    for i in range(degree + 1):
        if i in parts:
            found += parts[i] * above * powers[degree - i]
        above *= numerator
    return found
