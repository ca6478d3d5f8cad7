"""Statements about the signs of polynomials: conjunctions and disjunctions, no negations.

An atom says which signs a polynomial may have, as a set of bits: ``p > 0`` allows {+}, ``p <= 0``
allows {-, 0}, ``p != 0`` allows {-, +}.  So two atoms about one polynomial are one atom, and what
is known of a polynomial on a box, the signs that it can have there, decides atoms or narrows them.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

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
    "Some",
    "all_of",
    "atoms",
    "flipped",
    "leaning",
    "narrowed",
    "plus",
    "replaced",
    "some_of",
    "times",
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
