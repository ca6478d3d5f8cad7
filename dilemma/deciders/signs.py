"""Signs of polynomials: statements about them, products told apart by them, units that leave them.

Statements are conjunctions and disjunctions of atoms, without negations.  An atom says which signs
a polynomial may have, as a set of bits: ``p > 0`` allows {+}, ``p <= 0`` allows {-, 0}, ``p != 0``
allows {-, +}.  So two atoms about one polynomial are one atom, and what is known of a polynomial on
a box, the signs that it can have there, decides atoms or narrows them.

A rational function is a product: a number times powers of *bases*, primitive polynomials whose
leading coefficient is positive, so that a polynomial and its negative are one base.  Factors that
are met as factors stay factors, which keeps polynomials small and says where they change sign.

Where every polynomial is multiplied by a positive number when symbols x go to t**w * x, for all
t > 0, only ratios matter, and a positive symbol with w != 0 may be set to 1.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

from dilemma.errors import UnsupportedError

__all__ = [
    "ANY",
    "FALSE",
    "MINUS",
    "PLUS",
    "TRUE",
    "ZERO",
    "All",
    "Atom",
    "Formula",
    "Polynomial",
    "Product",
    "Some",
    "all_of",
    "atoms",
    "coefficients",
    "factored",
    "flipped",
    "leaning",
    "narrowed",
    "plus",
    "primitive",
    "product_sign",
    "replaced",
    "some_of",
    "times",
    "total",
    "units",
]

MINUS, ZERO, PLUS = 1, 2, 4
ANY = MINUS | ZERO | PLUS
UP = (0, PLUS, ZERO | PLUS, ANY)  # sets of signs that growing never leaves
DOWN = (0, MINUS, ZERO | MINUS, ANY)


@dataclass(frozen=True, slots=True)
class Atom:
    """A polynomial (or whatever stands for one) has one of the ``allowed`` signs."""

    of: Any
    allowed: int


@dataclass(frozen=True, slots=True)
class All:
    """All of the parts hold."""

    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """At least one of the parts holds."""

    parts: tuple[Formula, ...]


Formula = Atom | All | Some
TRUE, FALSE = All(()), Some(())


def flipped(signs: int) -> int:
    """Return the signs of -p, given those of p."""
    return signs & ZERO | (PLUS if signs & MINUS else 0) | (MINUS if signs & PLUS else 0)


def times(one: int, other: int) -> int:
    """Return the signs that a product can have, given those of its factors."""
    signs = 0
    if (one | other) & ZERO:
        signs |= ZERO
    if one & PLUS:
        signs |= other
    if one & MINUS:
        signs |= flipped(other)
    return signs if one and other else 0


def plus(one: int, other: int) -> int:
    """Return the signs that a sum can have, given those of its terms."""
    if one == ZERO:
        return other
    if other == ZERO:
        return one
    both = one | other
    if both & PLUS and both & MINUS:
        return MINUS | ZERO | PLUS
    strict = not (one & other & ZERO)
    return both & ~ZERO if strict else both


def all_of(parts: Iterable[Formula]) -> Formula:
    """Join by "and": atoms about one polynomial become one, in the order of their first mention."""
    return _joined(parts, All, Some)


def some_of(parts: Iterable[Formula]) -> Formula:
    """Join by "or"."""
    return _joined(parts, Some, All)


def _joined(parts: Iterable[Formula], kind: type[All | Some], other: type[All | Some]) -> Formula:
    conjunction = kind is All
    signs: dict[Hashable, int] = {}
    found: dict[Formula | Hashable, Formula | None] = {}
    stack = list(parts)[::-1]
    while stack:
        part = stack.pop()
        if isinstance(part, kind):
            stack.extend(part.parts[::-1])
        elif isinstance(part, Atom):
            known = signs.get(part.of, ANY if conjunction else 0)
            signs[part.of] = known & part.allowed if conjunction else known | part.allowed
            found[part.of] = None
        elif part == other(()):
            return part
        else:
            found[part] = part
    joined: list[Formula] = []
    for key, whole in found.items():
        if whole is not None:
            joined.append(whole)
        elif signs[key] == (0 if conjunction else ANY):
            return other(())
        elif signs[key] != (ANY if conjunction else 0):
            joined.append(Atom(key, signs[key]))
    return joined[0] if len(joined) == 1 else kind(tuple(joined))


def atoms(formula: Formula) -> Iterator[Atom]:
    """Yield the atoms of a formula, one after another."""
    if isinstance(formula, Atom):
        yield formula
    else:
        for part in formula.parts:
            yield from atoms(part)


def replaced(formula: Formula, by: Callable[[Atom], Formula]) -> Formula:
    """Put formulas in the place of atoms."""
    if isinstance(formula, Atom):
        return by(formula)
    parts = [replaced(part, by) for part in formula.parts]
    return all_of(parts) if isinstance(formula, All) else some_of(parts)


def narrowed(formula: Formula, possible: Mapping[Hashable, int]) -> Formula:
    """Return what is left of a formula where each polynomial can have only the possible signs.

    What a conjunct says of a polynomial counts in the other conjuncts too.
    """
    if isinstance(formula, Atom):
        can = possible[formula.of]
        if can & formula.allowed == 0:
            return FALSE
        if can & ~formula.allowed == 0:
            return TRUE
        return Atom(formula.of, formula.allowed & can)
    if isinstance(formula, Some):
        return some_of(narrowed(part, possible) for part in formula.parts)
    while True:
        parts = []
        for part in formula.parts:
            left = narrowed(part, possible)
            if left == FALSE:
                return FALSE
            parts.append(left)
        joined = all_of(parts)
        if not isinstance(joined, All) or not any(isinstance(p, Some) for p in joined.parts):
            return joined
        told = {p.of: possible[p.of] & p.allowed for p in joined.parts if isinstance(p, Atom)}
        known = {**possible, **told}
        others = [p if isinstance(p, Atom) else narrowed(p, known) for p in joined.parts]
        again = all_of(others)
        if again == joined or not isinstance(again, All):
            return again
        formula = again


def leaning(allowed: int, possible: int, *, up: bool) -> int | None:
    """Return allowed signs that say the same, given those possible, and that growing never leaves.

    With ``up=False`` that falling never leaves; None where there are none.
    """
    told = allowed & possible
    return next((s for s in (UP if up else DOWN) if s & possible == told), None)


# --- products -------------------------------------------------------------------------------------


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


# --- units ----------------------------------------------------------------------------------------


def units(polynomials: Iterable[Polynomial], axes: Sequence[int]) -> list[dict[int, Fraction]]:
    """Return a basis of the exponents w with which symbols can be scaled.

    Parameters
    ----------
    axes : sequence of int
        The symbols that may be scaled: those that run from 0 to infinity.

    Examples
    --------
    >>> from sympy.polys.rings import ring
    >>> from sympy import ZZ
    >>> _, x, y = ring("x y", ZZ)
    >>> units([x**2 - y], [0, 1])
    [{0: Fraction(1, 2), 1: Fraction(1, 1)}]
    """
    rows: dict[int, list[Fraction]] = {}  # in echelon form, by the place of the leading one
    for polynomial in polynomials:
        first, *others = polynomial
        for monomial in others:
            row = [Fraction(monomial[i] - first[i]) for i in axes]
            _add(rows, row)
            if len(rows) == len(axes):
                return []
    free = [i for i in range(len(axes)) if i not in rows]
    found = []
    for place in free:
        weights = {axes[place]: Fraction(1)}
        for lead, row in rows.items():
            if row[place]:
                weights[axes[lead]] = -row[place]
        found.append(dict(sorted(weights.items())))
    return found


def _add(rows: dict[int, list[Fraction]], row: list[Fraction]) -> None:
    """Add a row to a reduced echelon form, in place."""
    for lead, known in rows.items():
        if row[lead]:
            factor = row[lead]
            row = [a - factor * b for a, b in zip(row, known, strict=True)]
    first = next((i for i, entry in enumerate(row) if entry), None)
    if first is None:
        return
    row = [entry / row[first] for entry in row]
    for other, known in rows.items():
        if known[first]:
            factor = known[first]
            rows[other] = [a - factor * b for a, b in zip(known, row, strict=True)]
    rows[first] = row
