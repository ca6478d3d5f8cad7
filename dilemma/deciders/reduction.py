"""A system under reduction: what signs there can be, and what a symbol is replaced by.

Statements about one symbol become ends of its axis; sums of symbols bound what has no end.  Symbols
that are only bounded from below and above are left out (Fourier and Motzkin).

References
----------
Motzkin, T. S. (1936). Beiträge zur Theorie der linearen Ungleichungen. Azriel, Jerusalem.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import prod

from dilemma.deciders.clearing import Axis, Between, Step, System, used
from dilemma.deciders.halving import LARGEST_TENSOR, signs, tensor
from dilemma.deciders.signs import (
    ANY,
    MINUS,
    PLUS,
    ZERO,
    All,
    Atom,
    Formula,
    Polynomial,
    Product,
    all_of,
    atoms,
    coefficients,
    factored,
    narrowed,
    plus,
    product_sign,
    replaced,
    times,
)

__all__ = [
    "LateError",
    "Reducible",
    "bounded",
    "bounds",
    "doubtful_slope",
    "projected",
]


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


# --- ends of axes ---------------------------------------------------------------------------------


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
        ends = _product_ends(reducible, monomial)
        if number < 0:
            ends = (ends[1], ends[0])
        low = None if low is None or ends[0] is None else low + int(number) * ends[0]
        high = None if high is None or ends[1] is None else high + int(number) * ends[1]
    return low, high


def _product_ends(
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


# --- symbols left out -----------------------------------------------------------------------------


PROJECTED_TERMS = 400

_Bound = tuple[Polynomial, Polynomial, bool]  # numerator, positive denominator, strictness


def projected(reducible: Reducible) -> bool:
    """Leave out a symbol that is bounded only from below and above, where that is no larger.

    That some x lies between several bounds means that each lower bound lies below each upper
    one (Fourier and Motzkin).
    """
    best: tuple[int, int, list[_Bound], list[_Bound]] | None = None
    inside = _inside(reducible)
    for axis, here in inside.items():
        found = _between(reducible, axis, here)
        terms = None if found is None else _projected_terms(*found)
        if found is not None and terms is not None and (best is None or terms < best[0]):
            best = (terms, axis, *found)
    if best is None:
        return False
    _, axis, low, high = best
    here = inside[axis]
    told = []
    for below, over, strict in low:
        for above, under, strictly in high:
            reducible.in_time()
            gap = above * over - below * under
            allowed = PLUS if strict or strictly else PLUS | ZERO
            told.append(product_sign(factored(gap), allowed, reducible.glance))
    parts = [part for part in reducible.parts() if part not in here]
    step = Between(axis, tuple(b[:2] for b in low), tuple(b[:2] for b in high))
    reducible.system = replace(
        reducible.system, formula=all_of([*parts, *told]), steps=(*reducible.system.steps, step)
    )
    return True


def _inside(reducible: Reducible) -> dict[int, list[Atom]]:
    """Return the symbols that stand in no alternatives, and the statements they stand in."""
    units = list(reducible.units())
    inside: dict[int, list[Atom]] = {}
    for unit in units:
        for axis in used(unit.of):
            inside.setdefault(axis, []).append(unit)
    nested = {
        axis for atom in set(atoms(reducible.system.formula)) - set(units) for axis in used(atom.of)
    }
    return {axis: here for axis, here in inside.items() if axis not in nested}


def _between(
    reducible: Reducible, axis: int, here: list[Atom]
) -> tuple[list[_Bound], list[_Bound]] | None:
    """Return the lower and upper bounds on a symbol: numerator, denominator, strictness."""
    low: list[_Bound] = []
    high: list[_Bound] = []
    for unit in here:
        if unit.allowed in (ZERO, MINUS | PLUS) or unit.of.degrees()[axis] != 1:
            return None
        parts = coefficients(unit.of, axis)
        slope, rest = parts[1], parts.get(0, unit.of.ring.zero)
        sign = reducible.assured(slope)
        if sign not in (MINUS, PLUS):
            return None
        upward = bool(unit.allowed & PLUS) == (sign == PLUS)
        bound = (-rest, slope) if sign == PLUS else (rest, -slope)
        (low if upward else high).append((*bound, not unit.allowed & ZERO))
    ring = here[0].of.ring
    told = reducible.system.axes[axis]
    for end, opened, bounds in (
        (told.low, told.open_low, low),
        (told.high, told.open_high, high),
    ):
        if end is not None:
            bounds.append((ring.one * end.numerator, ring.one * end.denominator, opened))
    return low, high


def _projected_terms(low: list[_Bound], high: list[_Bound]) -> int | None:
    """Return how many terms a projection brings; None for too many."""
    if len(low) * len(high) > max(len(low) + len(high), 4):
        return None
    terms = sum(
        len(n) * len(d)
        for one, other in ((low, high), (high, low))
        for n, *_ in one
        for _, d, _ in other
    )
    return terms if terms <= PROJECTED_TERMS else None


def doubtful_slope(reducible: Reducible) -> Polynomial | None:
    """Return a factor whose sign would tell on which side a symbol is bounded."""
    best: tuple[int, Polynomial] | None = None
    for axis, here in _inside(reducible).items():
        if any(u.allowed in (ZERO, MINUS | PLUS) or u.of.degrees()[axis] != 1 for u in here):
            continue
        doubtful = {
            base: None
            for unit in here
            for base in factored(coefficients(unit.of, axis)[1]).powers
            if reducible.assured(base) not in (MINUS, PLUS)
        }
        cost = sum(len(base) for base in doubtful)
        if doubtful and (best is None or cost < best[0]):
            best = (cost, min(doubtful, key=len))
    return None if best is None else best[1]
