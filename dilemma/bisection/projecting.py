"""Symbols that are only bounded from below and above are left out.

References
----------
Motzkin, T. S. (1936). Beiträge zur Theorie der linearen Ungleichungen. Azriel, Jerusalem.
"""

from __future__ import annotations

from dataclasses import replace

from dilemma.bisection.polynomials import (
    Polynomial,
    coefficients,
    factored,
    product_sign,
)
from dilemma.bisection.reducible import Reducible
from dilemma.bisection.signs import MINUS, PLUS, ZERO, Atom, all_of, atoms
from dilemma.bisection.systems import Between, used

__all__ = ["doubtful_slope", "projected"]

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
