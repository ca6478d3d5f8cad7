"""Unknowns that equations determine are put in, and orderings become axes, before any bisection.

An equation a*x + b = 0, with a of one sign on the whole box, makes x = -b/a; the bounds on x become
statements about the rest.  An inequality x > y between symbols makes x = y + s with s > 0: so a
border that several statements share becomes a face of the box, where what is left out can be told
exactly.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
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
from dilemma.bisection.scaling import units
from dilemma.bisection.signs import (
    ANY,
    FALSE,
    MINUS,
    PLUS,
    ZERO,
    All,
    Atom,
    Formula,
    Some,
    all_of,
    atoms,
    narrowed,
    plus,
    replaced,
    times,
)

__all__ = ["LARGEST_TENSOR", "Reducing", "System", "split", "used"]

LARGEST_TENSOR = 20_000
EQUATION_TERMS = 4_000
SLACK_TERMS = 12
PROJECTED_TERMS = 400


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


_Bound = tuple[Polynomial, Polynomial, bool]  # numerator, positive denominator, strictness


class _LateError(Exception):
    """Time was up in the middle of a step."""


@dataclass
class Reducing:
    """A system on its way to a smaller one.

    Attributes
    ----------
    slack : bool
        Whether an ordering x > y becomes x = y + s.
    unknowns : frozenset of int
        The generators that are put in before all others, if there are any.
    known, glanced : mapping of polynomial to signs
        What it can be on the box, looked into or at a glance.
    until : float
        When the time is up.
    """

    system: System
    slack: bool = True
    unknowns: frozenset[int] = frozenset()
    known: dict[Polynomial, int] = field(default_factory=dict)
    glanced: dict[Polynomial, int] = field(default_factory=dict)
    until: float = math.inf

    # --- what signs there can be ----------------------------------------------------------------

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

    def moved(self, axis: int, to: Axis) -> None:
        """Narrow an axis; what was known of signs stays true and may become more."""
        axes = self.system.axes
        self.system = replace(self.system, axes=(*axes[:axis], to, *axes[axis + 1 :]))
        gone = [
            p for p, s in self.known.items() if s not in (MINUS, PLUS, ZERO) and p.degrees()[axis]
        ]
        for polynomial in gone:
            del self.known[polynomial]

    # --- the loop -------------------------------------------------------------------------------

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
            except _LateError:
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
        if self.bounded() or self.eliminated():
            return False
        before = self.system.formula
        self.narrow(self.sign)
        if self.system.formula != before:
            return False
        return not (self.projected() or self.scaled() or (self.slack and self.slackened()))

    def in_time(self) -> None:
        """Stop a step that has begun once time is up."""
        if time.perf_counter() > self.until:
            raise _LateError

    def narrow(self, sign: Callable[[Polynomial], int]) -> None:
        """Keep what the box leaves undecided."""
        system = self.system
        possible = {p: sign(p) for p in system.polynomials}
        self.system = replace(system, formula=narrowed(system.formula, possible))

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

    # --- bounds ---------------------------------------------------------------------------------

    def bounded(self) -> bool:
        """Turn statements about one symbol into ends of its axis, and bound what has no end."""
        for unit in self.units():
            if unit.allowed in (ZERO, MINUS | PLUS):
                continue
            generators = used(unit.of)
            if len(generators) == 1 and unit.of.degrees()[generators[0]] == 1:
                (axis,) = generators
                self.system = replace(self.system, formula=self.without(unit))
                slope, rest = _line(unit.of, axis)
                self._bound(axis, Fraction(-rest, slope), unit.allowed, slope)
                return True
        return any(self._implied(unit) for unit in self.units())

    def _bound(self, axis: int, at: Fraction, allowed: int, slope: int) -> bool:
        told = self.system.axes[axis]
        above = bool(allowed & PLUS) == (slope > 0)
        strictly = not allowed & ZERO
        new = told.above(at, strictly=strictly) if above else told.below(at, strictly=strictly)
        if new == told:
            return False
        self.moved(axis, new)
        return True

    def _implied(self, unit: Atom) -> bool:
        """Find an end of an axis that has none, from a statement that is linear in its symbol."""
        found = False
        degrees = unit.of.degrees()
        for axis in used(unit.of):
            told = self.system.axes[axis]
            if degrees[axis] != 1 or (told.low is not None and told.high is not None):
                continue
            if max(map(sum, unit.of)) > 1:
                continue
            found = self._implied_end(unit, axis) or found
        return found

    def _implied_end(self, unit: Atom, axis: int) -> bool:
        parts = coefficients(unit.of, axis)
        slope = int(parts[1].LC)
        low, high = self._range(parts.get(0, unit.of.ring.zero))
        found = False
        for sign in (PLUS, MINUS):
            if unit.allowed & (MINUS if sign == PLUS else PLUS):
                continue
            # slope*x + rest has this sign or vanishes: slope*x >= -high, or <= -low.
            end = high if sign == PLUS else low
            if end is None:
                continue
            told = self.system.axes[axis]
            upward = (slope > 0) == (sign == PLUS)
            at = -end / slope
            if upward and told.low is None:
                self.moved(axis, told.above(at, strictly=False))
                found = True
            if not upward and told.high is None:
                self.moved(axis, told.below(at, strictly=False))
                found = True
        return found

    def range(self, polynomial: Polynomial) -> tuple[Fraction | None, Fraction | None]:
        """Return bounds on a polynomial, term by term."""
        low: Fraction | None = Fraction(0)
        high: Fraction | None = Fraction(0)
        for monomial, number in polynomial.items():
            ends = self._ends(monomial)
            if number < 0:
                ends = (ends[1], ends[0])
            low = None if low is None or ends[0] is None else low + int(number) * ends[0]
            high = None if high is None or ends[1] is None else high + int(number) * ends[1]
        return low, high

    def _ends(self, monomial: tuple[int, ...]) -> tuple[Fraction | None, Fraction | None]:
        low = Fraction(1)
        high: Fraction | None = Fraction(1)
        for i, e in enumerate(monomial):
            if not e:
                continue
            axis = self.system.axes[i]
            if axis.low is None or axis.low < 0:
                return None, None
            low *= axis.low**e
            high = None if high is None or axis.high is None else high * axis.high**e
        return low, high

    def _range(self, linear: Polynomial) -> tuple[Fraction | None, Fraction | None]:
        """Return the least and the largest value of a sum of multiples of symbols."""
        low: Fraction | None = Fraction(0)
        high: Fraction | None = Fraction(0)
        for monomial, number in linear.items():
            generators = [i for i, e in enumerate(monomial) if e]
            if not generators:
                ends: tuple[Fraction | None, Fraction | None] = (Fraction(1), Fraction(1))
            else:
                axis = self.system.axes[generators[0]]
                ends = (axis.low, axis.high)
            if number < 0:
                ends = (ends[1], ends[0])
            low = None if low is None or ends[0] is None else low + int(number) * ends[0]
            high = None if high is None or ends[1] is None else high + int(number) * ends[1]
        return low, high

    # --- equations ------------------------------------------------------------------------------

    def eliminated(self) -> bool:
        """Put in what the cheapest equation says of a symbol that is linear in it."""
        found = [
            (self._cost(unit.of, axis), unit, axis)
            for unit in self.units()
            if unit.allowed == ZERO and len(unit.of) <= EQUATION_TERMS
            for axis in used(unit.of)
            if unit.of.degrees()[axis] == 1
        ]
        found.sort(key=lambda one: one[0])
        best = next(
            (o for o in found if self.assured(coefficients(o[1].of, o[2])[1]) in (MINUS, PLUS)),
            None,
        )
        if best is None:
            return False
        _, unit, axis = best
        parts = coefficients(unit.of, axis)
        rest = parts.get(0, unit.of.ring.zero)
        self.put(axis, -rest, parts[1], self.without(unit), Axis())
        return True

    def _cost(self, equation: Polynomial, axis: int) -> float:
        self.in_time()
        told = self.system.axes[axis]
        free = (told.low is None) + (told.high is None)
        parts = coefficients(equation, axis)
        slope, rest = len(parts[1]), len(parts.get(0, ()))
        cost = 0.0
        for polynomial in self.system.polynomials:
            degree = polynomial.degrees()[axis]
            if degree:
                cost += len(polynomial) * max(slope, rest) ** degree
        if self.unknowns:
            return cost if axis in self.unknowns else cost * 1_000_000
        return cost / (1 + 10 * free)

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

        kept = [(p, s) for p, s in self.known.items() if not p.degrees()[axis]]
        step = Step(axis, numerator, denominator)
        axes = self.system.axes
        self.known = dict(kept)
        self.glanced = {p: s for p, s in self.glanced.items() if not p.degrees()[axis]}
        self.system = System(
            (*axes[:axis], to, *axes[axis + 1 :]),
            formula,
            (*self.system.steps, step),
            self.system.slacks,
        )
        bounds = []
        if told.low is not None:
            over = _times(numerator, told.low.denominator) - _times(denominator, told.low.numerator)
            bounds.append(
                product_sign(factored(over), PLUS if told.open_low else PLUS | ZERO, self.glance)
            )
        if told.high is not None:
            over = _times(numerator, told.high.denominator) - _times(
                denominator, told.high.numerator
            )
            bounds.append(
                product_sign(factored(over), MINUS if told.open_high else MINUS | ZERO, self.glance)
            )
        self.system = replace(self.system, formula=all_of([*bounds, replaced(formula, by)]))

    # --- projections ----------------------------------------------------------------------------

    def projected(self) -> bool:
        """Leave out a symbol that is bounded only from below and above, where that is no larger.

        That some x lies between several bounds means that each lower bound lies below each upper
        one (Fourier and Motzkin).
        """
        best: tuple[int, int, list[_Bound], list[_Bound]] | None = None
        inside = self._inside()
        for axis, here in inside.items():
            found = self._between(axis, here)
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
                gap = above * over - below * under
                allowed = PLUS if strict or strictly else PLUS | ZERO
                told.append(product_sign(factored(gap), allowed, self.glance))
        parts = [part for part in self.parts() if part not in here]
        step = Between(axis, tuple(b[:2] for b in low), tuple(b[:2] for b in high))
        self.system = replace(
            self.system, formula=all_of([*parts, *told]), steps=(*self.system.steps, step)
        )
        return True

    def _inside(self) -> dict[int, list[Atom]]:
        """Return the symbols that stand in no alternatives, and the statements they stand in."""
        units = list(self.units())
        inside: dict[int, list[Atom]] = {}
        for unit in units:
            for axis in used(unit.of):
                inside.setdefault(axis, []).append(unit)
        nested = {
            axis for atom in set(atoms(self.system.formula)) - set(units) for axis in used(atom.of)
        }
        return {axis: here for axis, here in inside.items() if axis not in nested}

    def scaled(self) -> bool:
        """Set a positive symbol to 1 where only ratios matter."""
        for weights in self._weights():
            for axis in weights:
                if self.system.axes[axis].open_low:
                    ring = self.system.polynomials[0].ring
                    self.moved(axis, Axis())
                    self.put(axis, ring.one, ring.one, self.system.formula, Axis())
                    return True
        return False

    def _weights(self) -> list[dict[int, Fraction]]:
        live = {i for p in self.system.polynomials for i in used(p)}
        cone = [
            i for i in sorted(live)
            if self.system.axes[i].low == 0 and self.system.axes[i].high is None
        ]  # fmt: skip
        return units(self.system.polynomials, cone) if cone else []

    def unscaled(self) -> int | None:
        """Return a symbol that could be set to 1 if it were not 0."""
        for weights in self._weights():
            return next(iter(weights))
        return None

    def doubtful_slope(self) -> Polynomial | None:
        """Return a factor whose sign would tell on which side a symbol is bounded."""
        best: tuple[int, Polynomial] | None = None
        for axis, here in self._inside().items():
            if any(u.allowed in (ZERO, MINUS | PLUS) or u.of.degrees()[axis] != 1 for u in here):
                continue
            doubtful = {
                base: None
                for unit in here
                for base in factored(coefficients(unit.of, axis)[1]).powers
                if self.assured(base) not in (MINUS, PLUS)
            }
            cost = sum(len(base) for base in doubtful)
            if doubtful and (best is None or cost < best[0]):
                best = (cost, min(doubtful, key=len))
        return None if best is None else best[1]

    def _between(self, axis: int, here: list[Atom]) -> tuple[list[_Bound], list[_Bound]] | None:
        """Return the lower and upper bounds on a symbol: numerator, denominator, strictness."""
        low: list[_Bound] = []
        high: list[_Bound] = []
        for unit in here:
            if unit.allowed in (ZERO, MINUS | PLUS) or unit.of.degrees()[axis] != 1:
                return None
            parts = coefficients(unit.of, axis)
            slope, rest = parts[1], parts.get(0, unit.of.ring.zero)
            sign = self.assured(slope)
            if sign not in (MINUS, PLUS):
                return None
            upward = bool(unit.allowed & PLUS) == (sign == PLUS)
            bound = (-rest, slope) if sign == PLUS else (rest, -slope)
            (low if upward else high).append((*bound, not unit.allowed & ZERO))
        ring = here[0].of.ring
        told = self.system.axes[axis]
        for end, opened, bounds in (
            (told.low, told.open_low, low),
            (told.high, told.open_high, high),
        ):
            if end is not None:
                bounds.append((ring.one * end.numerator, ring.one * end.denominator, opened))
        return low, high

    # --- orderings ------------------------------------------------------------------------------

    def slackened(self) -> bool:
        """Make the slack of an inequality an axis, in the place of a symbol that is linear in it."""
        best: tuple[float, Atom, int] | None = None
        for unit in self.units():
            if (
                unit.allowed in (ZERO, MINUS | PLUS)
                or len(unit.of) > SLACK_TERMS
                or unit.of.ring.zero_monom in unit.of
            ):
                continue
            degrees = unit.of.degrees()
            for axis in used(unit.of):
                if degrees[axis] != 1 or self.system.slacks.count(axis) >= 2:
                    continue
                cost = self._slack_cost(unit, axis)
                if cost is not None and (best is None or cost < best[0]):
                    best = (cost, unit, axis)
        if best is None:
            return False
        _, unit, axis = best
        parts, ring = coefficients(unit.of, axis), unit.of.ring
        # The symbol now stands for the slack: slope*x + rest = slack, or -slack.
        upward = bool(unit.allowed & PLUS)
        low, high = self.range(unit.of)
        most = high if upward else (None if low is None else -low)
        to = Axis(Fraction(0), most, not unit.allowed & ZERO, most is None)
        slack = ring.gens[axis] if upward else -ring.gens[axis]
        self.put(axis, slack - parts.get(0, ring.zero), parts[1], self.without(unit), to)
        self.system = replace(self.system, slacks=(*self.system.slacks, axis))
        return True

    def _slack_cost(self, unit: Atom, axis: int) -> float | None:
        """Return how much larger everything gets; None where it cannot be done."""
        self.in_time()
        told = self.system.axes[axis]
        parts = coefficients(unit.of, axis)
        slope, rest = parts[1], parts.get(0, unit.of.ring.zero)
        sign = self.assured(slope)
        if sign not in (MINUS, PLUS) or not rest:
            return None
        terms = sum(
            len(p) * len(rest) ** p.degrees()[axis]
            for p in self.system.polynomials
            if p.degrees()[axis]
        )
        signs_of_end = self.sign(-rest if sign == PLUS else rest)
        upward = bool(unit.allowed & PLUS) == (sign == PLUS)
        loose = int(told.high is not None if upward else told.low is not None)
        if upward and told.low is not None:
            loose += int(not (told.low == 0 and not signs_of_end & MINUS))
        if not upward:
            loose += int(told.high is not None)
        cost: float = loose * 1_000 + terms + (0 if slope.is_ground else 100 * len(slope))
        return cost


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


def _line(polynomial: Polynomial, axis: int) -> tuple[int, int]:
    parts = coefficients(polynomial, axis)
    rest = parts.get(0)
    return int(parts[1].LC), 0 if rest is None else int(rest.LC)


def _times(polynomial: Polynomial, number: int) -> Polynomial:
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
    vanishing = Reducing(system).unscaled()
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
        slope = Reducing(system).doubtful_slope()
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
    return replace(system, axes=(*system.axes[:i], axis, *system.axes[i + 1 :]))


def _mirrored(system: System, i: int) -> System:
    """Put -x for a symbol that has no lower end."""
    ring = system.polynomials[0].ring
    axis = system.axes[i]
    assert axis.high is not None, "an axis without ends is split first"
    mirror = Axis(-axis.high, None, axis.open_high, open_high=True)
    reducing = Reducing(_at(system, i, Axis()))
    reducing.put(i, -ring.gens[i], ring.one, system.formula, mirror)
    return reducing.system
