"""Exact bisection by interval arithmetic on formulas as they are written, nothing multiplied out.

For statements whose polynomials would be too large for Bernstein coefficients.  Each formula is
evaluated in intervals with rational ends (Moore 1966, Interval Analysis); a part of the box is excluded
where some statement is false for all values in these intervals.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import sympy as sp

from dilemma.errors import UnsupportedError

__all__ = ["excluded"]

Ends = tuple[Fraction, Fraction]
Box = dict[sp.Symbol, Ends]


class _AnythingError(Exception):
    """A formula may have any value, or none: a denominator may vanish."""


def excluded(
    statements: Sequence[sp.Basic],
    about: Callable[[sp.Symbol], Iterable[sp.Basic]],
    *,
    until: float,
    most_boxes: int = 100_000,
) -> int | None:
    """Tell whether statements cannot hold together: by how many parts of the box, None if not known.

    Parameters
    ----------
    about : callable
        Given a symbol, the statements that tie it down: bounds, or an equation that defines it.
    until : float
        When to stop, by ``time.perf_counter``.

    Examples
    --------
    >>> x, y = sp.symbols("x y", real=True)
    >>> unit = lambda symbol: (symbol >= 1, symbol <= 2)
    >>> excluded([x / (1 + y) > 1], unit, until=time.perf_counter() + 1)
    1
    """
    searching = _Searching(tuple(statements), about)
    whole = searching.box()
    if whole is None:
        return None
    pull = searching.pull(whole)
    stack, boxes = [whole], 0
    while stack:
        if boxes >= most_boxes or time.perf_counter() > until:
            return None
        box = stack.pop()
        boxes += 1
        if searching.never(box):
            continue
        widest = max(pull, key=lambda v: pull[v] * (box[v][1] - box[v][0]), default=None)
        if widest is None or box[widest][0] == box[widest][1]:
            return None
        low, high = box[widest]
        middle = (low + high) / 2
        stack += [{**box, widest: (low, middle)}, {**box, widest: (middle, high)}]
    return boxes


@dataclass
class _Searching:
    statements: tuple[sp.Basic, ...]
    about: Callable[[sp.Symbol], Iterable[sp.Basic]]
    definitions: dict[sp.Symbol, sp.Expr] = field(default_factory=dict)

    def box(self) -> Box | None:
        """Return the ends of each symbol that nothing defines; None where one has no end."""
        found: Box = {}
        waiting = [s for statement in self.statements for s in statement.free_symbols]
        while waiting:
            symbol = waiting.pop()
            if symbol in found or symbol in self.definitions:
                continue
            ends = self._ends(symbol)
            if ends is not None:
                found[symbol] = ends
            elif symbol in self.definitions:
                waiting += self.definitions[symbol].free_symbols
            else:
                return None
        return found

    def _ends(self, symbol: sp.Symbol) -> Ends | None:
        lows, highs = [], []
        for tie in self.about(symbol):
            if isinstance(tie, sp.Eq) and tie.lhs == symbol and not tie.rhs.is_number:
                self.definitions[symbol] = tie.rhs
                return None
            told = tie if tie.lhs == symbol else tie.reversed
            number = Fraction(int(told.rhs.p), int(told.rhs.q))
            if isinstance(told, sp.Eq | sp.Ge | sp.Gt):
                lows.append(number)
            if isinstance(told, sp.Eq | sp.Le | sp.Lt):
                highs.append(number)
        return (max(lows), min(highs)) if lows and highs else None

    def never(self, box: Box) -> bool:
        """Tell whether some statement is false all over a box."""
        known: dict[sp.Expr, Ends] = dict(box)
        return any(self._truth(statement, known) is False for statement in self.statements)

    def pull(self, whole: Box) -> dict[sp.Symbol, Fraction]:
        """Return how much of what is not known each symbol is to blame for, by its width.

        So much narrower does what is compared get on the whole box with the symbol at its middle.
        """
        before = self._spread(whole)
        found = {}
        for symbol, (low, high) in whole.items():
            if low < high and before is not None:
                middle = (low + high) / 2
                after = self._spread({**whole, symbol: (middle, middle)})
                gained = Fraction(1) if after is None else before - after
                found[symbol] = max(gained, Fraction(0)) / (high - low)
        return found or {s: Fraction(1) for s in whole}

    def _spread(self, box: Box) -> Fraction | None:
        """Return by how much both sides of all comparisons vary; None where one may be anything."""
        known: dict[sp.Expr, Ends] = dict(box)
        sides = [
            side
            for statement in self.statements
            for relation in statement.atoms(sp.core.relational.Relational)
            for side in relation.args
        ]
        try:
            ends = [self._range(side, known) for side in sides]
        except _AnythingError:
            return None
        return sum((high - low for low, high in ends), Fraction(0))

    def _truth(self, statement: sp.Basic, known: dict[sp.Expr, Ends]) -> bool | None:
        if statement in (sp.true, sp.false):
            return bool(statement)
        match statement:
            case sp.And() | sp.Or():
                told = [self._truth(part, known) for part in statement.args]
                decisive = isinstance(statement, sp.Or)
                if decisive in told:
                    return decisive
                return None if None in told else not decisive
            case sp.Not():
                inner = self._truth(statement.args[0], known)
                return None if inner is None else not inner
        try:
            left, right = (self._range(side, known) for side in statement.args)
        except _AnythingError:
            return None
        return _compared(statement, left, right)

    def _range(self, expression: sp.Expr, known: dict[sp.Expr, Ends]) -> Ends:
        if expression not in known:
            known[expression] = self._worked_out(expression, known)
        return known[expression]

    def _worked_out(self, expression: sp.Expr, known: dict[sp.Expr, Ends]) -> Ends:
        match expression:
            case sp.Symbol():
                return self._range(self.definitions[expression], known)
            case sp.Rational():
                number = Fraction(int(expression.p), int(expression.q))
                return number, number
            case sp.Pow() if expression.exp.is_Integer:
                return _power(self._range(expression.base, known), int(expression.exp))
            case sp.Add() | sp.Mul():
                joined = _sum if isinstance(expression, sp.Add) else _product
                first, *rest = (self._range(a, known) for a in expression.args)
                for one in rest:
                    first = joined(first, one)
                return first
            case sp.Min() | sp.Max():
                extreme = min if isinstance(expression, sp.Min) else max
                ends = [self._range(a, known) for a in expression.args]
                return extreme(low for low, _ in ends), extreme(high for _, high in ends)
        raise UnsupportedError(f"'{expression}' is beyond sums, products, powers and extremes")


def _compared(statement: sp.Basic, left: Ends, right: Ends) -> bool | None:
    """Tell what a relation is for all values in two intervals; None where it hangs on them."""
    ordered: Mapping[str, tuple[bool, bool]] = {
        ">": (left[0] > right[1], left[1] <= right[0]),
        ">=": (left[0] >= right[1], left[1] < right[0]),
        "<": (left[1] < right[0], left[0] >= right[1]),
        "<=": (left[1] <= right[0], left[0] > right[1]),
        "==": (left == right and left[0] == left[1], left[0] > right[1] or left[1] < right[0]),
        "!=": (left[0] > right[1] or left[1] < right[0], left == right and left[0] == left[1]),
    }
    always, never = ordered[statement.rel_op]
    return True if always else False if never else None


def _sum(one: Ends, other: Ends) -> Ends:
    return one[0] + other[0], one[1] + other[1]


def _product(one: Ends, other: Ends) -> Ends:
    ends = [a * b for a in one for b in other]
    return min(ends), max(ends)


def _power(base: Ends, exponent: int) -> Ends:
    if exponent < 0:
        if base[0] <= 0 <= base[1]:
            raise _AnythingError
        base, exponent = (1 / base[1], 1 / base[0]), -exponent
    low, high = base[0] ** exponent, base[1] ** exponent
    if exponent % 2:
        return low, high
    return (Fraction(0) if base[0] <= 0 <= base[1] else min(low, high)), max(low, high)
