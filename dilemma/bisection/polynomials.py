"""Rational functions as products of polynomials with integer coefficients, told apart by sign.

A product is a number times powers of *bases*: primitive polynomials whose leading coefficient is
positive, so that a polynomial and its negative are one base.  Factors that are met as factors stay
factors, which keeps polynomials small and says where they change sign.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

from dilemma.bisection.signs import (
    ANY,
    FALSE,
    MINUS,
    PLUS,
    TRUE,
    ZERO,
    Atom,
    Formula,
    all_of,
    flipped,
    some_of,
)
from dilemma.errors import UnsupportedError

__all__ = [
    "Polynomial",
    "Product",
    "coefficients",
    "factored",
    "primitive",
    "product_sign",
    "total",
]

Polynomial = Any  # sympy's PolyElement, over ZZ
Known = Callable[[Polynomial], int]

MOST_FACTORED = 80  # terms: larger polynomials are left as they are, save for what is free


@dataclass(frozen=True)
class Product:
    """A number times powers of bases.

    Attributes
    ----------
    number : Fraction
    powers : mapping of polynomial to int
        Negative powers are denominators.
    over : frozenset of polynomials
        Everything that it was ever divided by: where one of these vanishes it has no value, even
        if the power has been cancelled since.
    """

    number: Fraction
    powers: Mapping[Polynomial, int]
    over: frozenset[Polynomial] = frozenset()

    def __mul__(self, other: Product) -> Product:
        powers = dict(self.powers)
        for base, power in other.powers.items():
            powers[base] = powers.get(base, 0) + power
        return Product(
            self.number * other.number,
            {b: p for b, p in powers.items() if p},
            self.over | other.over,
        )

    def __pow__(self, exponent: int) -> Product:
        powers = {b: p * exponent for b, p in self.powers.items()}
        over = self.over | {b for b, p in powers.items() if p < 0}
        if self.number == 0 and exponent < 0:
            raise UnsupportedError("a division by zero")
        return Product(self.number**exponent, powers, over)

    def __neg__(self) -> Product:
        return Product(-self.number, self.powers, self.over)


def total(terms: Iterable[Product], one: Polynomial) -> Product:
    """Add products; what they have in common is kept as factors.

    Parameters
    ----------
    one : polynomial
        The one of the ring.
    """
    every = list(terms)
    over = frozenset[Polynomial]().union(*(t.over for t in every))
    terms = [t for t in every if t.number]
    if len(terms) <= 1:
        found = terms[0] if terms else Product(Fraction(0), {})
        return Product(found.number, found.powers, over)
    bases = dict.fromkeys(base for t in terms for base in t.powers)
    common = {b: min(t.powers.get(b, 0) for t in terms) for b in bases}
    scale = lcm(*(t.number.denominator for t in terms))
    added = one.ring.zero
    for t in terms:
        expanded = one * int(t.number * scale)
        for base in bases:
            left = t.powers.get(base, 0) - common[base]
            if left:
                expanded *= base**left
        added += expanded
    shared = Product(Fraction(1, scale), {b: p for b, p in common.items() if p}, over)
    return _reduced(added, shared)


def _reduced(numerator: Polynomial, shared: Product) -> Product:
    """Multiply, dividing the numerator by denominators where that leaves no rest."""
    if not numerator:
        return Product(Fraction(0), {}, shared.over)
    powers = dict(shared.powers)
    for base in [b for b, p in powers.items() if p < 0]:
        while powers[base] < 0:
            quotient, rest = numerator.div(base)
            if rest:
                break
            numerator = quotient
            powers[base] += 1
    return Product(shared.number, powers, shared.over) * primitive(numerator)


def primitive(polynomial: Polynomial) -> Product:
    """Split off what is free: numbers, the sign, and powers of single symbols."""
    ring = polynomial.ring
    if not polynomial:
        return Product(Fraction(0), {})
    content, rest = polynomial.primitive()
    number = Fraction(int(content))
    if rest.LC < 0:
        number, rest = -number, -rest
    monomials = list(rest)
    lowest = tuple(min(exponents) for exponents in zip(*monomials, strict=True))
    powers = {ring.gens[i]: e for i, e in enumerate(lowest) if e}
    if powers:
        rest = ring.from_dict(
            {tuple(a - b for a, b in zip(m, lowest, strict=True)): c for m, c in rest.items()}
        )
    if rest != ring.one:
        powers[rest] = powers.get(rest, 0) + 1
    return Product(number, powers)


def factored(polynomial: Polynomial) -> Product:
    """Factor a polynomial, wholly where that is cheap."""
    found = primitive(polynomial)
    whole = Product(found.number, {})
    for base, power in found.powers.items():
        whole *= _split(base) ** power
    return whole


def _split(base: Polynomial) -> Product:
    """Factor a primitive polynomial that no symbol divides.

    Where it is a*x + b in some symbol x its factors are those of a and b's common divisor and one
    more, which is irreducible.
    """
    whole = Product(Fraction(1), {base: 1})
    if len(base) <= 1:
        return whole
    linear = [i for i, degree in enumerate(base.degrees()) if degree == 1]
    if linear:
        axis = min(linear, key=lambda i: sum(1 for m in base if m[i]))
        parts = coefficients(base, axis)
        if len(parts[1]) == 1:
            return whole
        shared = parts[1].gcd(parts[0])
        if shared.is_ground:
            return whole
        return factored(shared) * primitive(base.exquo(shared))
    if len(base) > MOST_FACTORED:
        return whole
    number, factors = base.factor_list()
    whole = Product(Fraction(int(number)), {})
    for factor, exponent in factors:
        whole *= primitive(factor) ** exponent
    return whole


def product_sign(product: Product, allowed: int, known: Known = lambda _: ANY) -> Formula:
    """State that a product has one of the allowed signs, or no value because it divides by zero.

    The second is somebody else's to exclude; nothing is concluded here from its being excluded.

    Parameters
    ----------
    known : callable
        Given a base, the signs that it can have where anybody looks.
    """
    undefined = [Atom(base, ZERO) for base in product.over if known(base) & ZERO]
    if product.number == 0:
        return TRUE if allowed & ZERO else some_of(undefined)
    if product.number < 0:
        allowed = flipped(allowed)
    odd: list[Polynomial] = []
    even: list[Polynomial] = []
    for base, power in product.powers.items():
        can = known(base)
        if can == MINUS and power % 2:
            allowed = flipped(allowed)
        elif can not in (MINUS, PLUS):
            (odd if power % 2 else even).append(base)
    return some_of([_signs(odd, even, allowed), *undefined])


def _signs(odd: list[Polynomial], even: list[Polynomial], allowed: int) -> Formula:
    """State that a product of different bases, some of them squared, has an allowed sign."""
    if even:
        if allowed & ZERO:
            return some_of([_signs(odd, [], allowed), *(Atom(b, ZERO) for b in even)])
        return all_of([_signs(odd, [], allowed), *(Atom(b, MINUS | PLUS) for b in even)])
    if allowed in (0, ANY):
        return TRUE if allowed else FALSE
    if not odd:
        return TRUE if allowed & PLUS else FALSE
    if len(odd) == 1:
        return Atom(odd[0], allowed)
    if allowed == ZERO:
        return some_of(Atom(b, ZERO) for b in odd)
    if allowed == MINUS | PLUS:
        return all_of(Atom(b, MINUS | PLUS) for b in odd)
    first, *rest = odd
    zero = allowed & ZERO
    return some_of(
        [
            all_of([Atom(first, PLUS | zero), _signs(rest, [], allowed)]),
            all_of([Atom(first, MINUS | zero), _signs(rest, [], flipped(allowed))]),
        ]
    )


def coefficients(polynomial: Polynomial, axis: int) -> dict[int, Polynomial]:
    """Return a polynomial's coefficients as one in the symbol of an axis alone."""
    found: dict[int, dict[tuple[int, ...], int]] = {}
    for monomial, number in polynomial.items():
        rest = (*monomial[:axis], 0, *monomial[axis + 1 :])
        found.setdefault(monomial[axis], {})[rest] = number
    return {degree: polynomial.ring.from_dict(terms) for degree, terms in found.items()}
