"""Exact bisection of a box: can statements hold together? "unsat", "sat" or not known.

Statements become signs of polynomials (:mod:`dilemma.deciders.clearing`), equations are put in
(:mod:`dilemma.deciders.elimination`), and the box of what is left is halved again and again
(:mod:`dilemma.deciders.halving`).  A point that is found is tried on the statements as they were
put, in exact fractions.

Statements whose polynomials would be too large for Bernstein coefficients are left as they are
written, nothing multiplied out: each formula is evaluated in intervals with rational ends (Moore 1966,
Interval Analysis); a part of the box is excluded where some statement is false for all values in
these intervals.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import prod
from typing import Literal

import sympy as sp

from dilemma.deciders.clearing import About, Cleared, System, cleared
from dilemma.deciders.combining import Combining
from dilemma.deciders.elimination import Reducing, split
from dilemma.deciders.halving import Part, halved, middle, simplified, whole, widest
from dilemma.deciders.signs import FALSE, TRUE
from dilemma.errors import UnsupportedError

__all__ = ["OUT_OF_TIME", "Bisected", "Box", "bisected", "box_of", "excluded", "holds_at"]

Ends = tuple[Fraction, Fraction]
Box = dict[sp.Symbol, Ends]


def box_of(
    statements: Sequence[sp.Basic], about: Callable[[sp.Symbol], Iterable[sp.Basic]]
) -> tuple[Box, Mapping[sp.Symbol, sp.Expr]] | None:
    """Return the ends of each symbol that nothing defines, and what defines others; None where one has no end."""
    searching = _Searching(tuple(statements), about)
    found = searching.box()
    return None if found is None else (found, searching.definitions)


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
                return _interval_power(self._range(expression.base, known), int(expression.exp))
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


def _interval_power(base: Ends, exponent: int) -> Ends:
    if exponent < 0:
        if base[0] <= 0 <= base[1]:
            raise _AnythingError
        base, exponent = (1 / base[1], 1 / base[0]), -exponent
    low, high = base[0] ** exponent, base[1] ** exponent
    if exponent % 2:
        return low, high
    return (Fraction(0) if base[0] <= 0 <= base[1] else min(low, high)), max(low, high)


# --- on formulas as they are written, or on polynomials -------------------------------------------


class _NoValueError(Exception):
    """A formula has no rational value at a point."""


def holds_at(
    statements: Sequence[sp.Basic], told: Cleared, values: Mapping[sp.Symbol, Fraction]
) -> dict[sp.Symbol, sp.Rational]:
    """Return the value of every symbol if all statements hold there, else nothing."""
    point = dict(values)
    try:
        for symbol, _ in told.definitions:
            _number(symbol, point, dict(told.definitions))
        ties = (*statements, *told.ties)
        if not all(_truth(s, point) for s in ties):
            return {}
    except _NoValueError:
        return {}
    return {s: sp.Rational(v.numerator, v.denominator) for s, v in point.items()}


def _truth(statement: sp.Basic, point: dict[sp.Symbol, Fraction]) -> bool:
    """Tell whether a statement holds at a point."""
    if statement in (sp.true, sp.false):
        return bool(statement)
    match statement:
        case sp.And():
            return all(_truth(a, point) for a in statement.args)
        case sp.Or():
            return any(_truth(a, point) for a in statement.args)
        case sp.Not():
            return not _truth(statement.args[0], point)
        case sp.core.relational.Relational():
            left, right = (_number(a, point) for a in statement.args)
            return {
                "<": left < right,
                "<=": left <= right,
                ">": left > right,
                ">=": left >= right,
                "==": left == right,
                "!=": left != right,
            }[statement.rel_op]
    raise UnsupportedError(f"'{statement}' is no statement that can be decided")


def _number(
    expression: sp.Expr,
    point: dict[sp.Symbol, Fraction],
    definitions: Mapping[sp.Symbol, sp.Expr] | None = None,
) -> Fraction:
    """Return the value of a formula; what is defined is worked out and kept in ``point``."""
    match expression:
        case sp.Symbol():
            return _symbol(expression, point, definitions or {})
        case sp.Rational():
            return Fraction(int(expression.p), int(expression.q))
        case sp.Pow():
            return _power(_number(expression.base, point, definitions), expression.exp)
        case sp.Piecewise():
            return _number(_piece(expression, point), point, definitions)
    return _joined(expression, [_number(a, point, definitions) for a in expression.args])


def _symbol(
    symbol: sp.Symbol,
    point: dict[sp.Symbol, Fraction],
    definitions: Mapping[sp.Symbol, sp.Expr],
) -> Fraction:
    """Return the value of a symbol, from its definition if it has none yet."""
    if symbol not in point:
        if symbol not in definitions:
            raise _NoValueError
        point[symbol] = _number(definitions[symbol], point, definitions)
    return point[symbol]


def _piece(pieces: sp.Piecewise, point: dict[sp.Symbol, Fraction]) -> sp.Expr:
    """Return the formula that counts at a point: that of the first condition that holds."""
    for value, condition in pieces.args:
        if _truth(condition, point):
            return value
    raise _NoValueError


def _joined(expression: sp.Expr, values: list[Fraction]) -> Fraction:
    """Return what an operation makes of the values of its arguments."""
    match expression:
        case sp.Add():
            return sum(values, Fraction(0))
        case sp.Mul():
            return prod(values, start=Fraction(1))
        case sp.Min():
            return min(values)
        case sp.Max():
            return max(values)
        case sp.Abs():
            return abs(values[0])
    raise _NoValueError


def _power(base: Fraction, exponent: sp.Expr) -> Fraction:
    if not exponent.is_Rational or (base == 0 and exponent < 0):
        raise _NoValueError
    return Fraction(_root(base, int(exponent.q)) ** int(exponent.p))


def _root(base: Fraction, degree: int) -> Fraction:
    """Return a root that is a fraction itself; there is no value where it is none."""
    if degree == 1:
        return base
    if base < 0:
        raise _NoValueError
    top, exact_top = sp.integer_nthroot(base.numerator, degree)
    bottom, exact_bottom = sp.integer_nthroot(base.denominator, degree)
    if not (exact_top and exact_bottom):
        raise _NoValueError
    return Fraction(int(top), int(bottom))


# --- bisection ------------------------------------------------------------------------------------


OUT_OF_TIME = "the budget ran out"


@dataclass(frozen=True)
class Bisected:
    """What came of a question.

    Attributes
    ----------
    status : str
        "sat", "unsat" or "unknown".
    values : mapping of symbol to sympy Rational
        Where all statements hold, if that was found.
    boxes : int
        How many parts of the box were looked at.
    reason : str
        Why it is not known.
    out_of_time : bool
        Whether that is only because the budget ran out.
    """

    status: Literal["sat", "unsat", "unknown"]
    values: Mapping[sp.Symbol, sp.Rational] = field(default_factory=dict)
    boxes: int = 0
    reason: str = ""
    out_of_time: bool = False


def bisected(
    statements: Sequence[sp.Basic], about: About, *, seconds: float, most_boxes: int = 100_000
) -> Bisected:
    """Tell whether statements can hold together.

    Parameters
    ----------
    about : callable
        Given a symbol, the statements that tie it down: bounds, or an equation that defines it.

    Examples
    --------
    >>> x, y = sp.symbols("x y", real=True)
    >>> unit = lambda symbol: (symbol >= 0, symbol <= 1)
    >>> bisected([x * y > x], unit, seconds=1).status
    'unsat'
    """
    begun = time.perf_counter()
    try:
        told = cleared(statements, about)
        attempts = [_Attempt(statements, told, plan, most_boxes) for plan in PLANS]
        found = _in_turns(attempts, begun, WRITTEN_FROM * seconds)
        if found.status != "unknown":
            return found
        written = begun + WRITTEN_SHARE * seconds + WRITTEN_FROM * seconds
        boxes = excluded(statements, about, until=written, most_boxes=most_boxes)
    except UnsupportedError as error:
        return Bisected("unknown", reason=str(error))
    if boxes is not None:
        return Bisected("unsat", boxes=boxes)
    return _in_turns(attempts, begun, seconds) if attempts else found


def _in_turns(attempts: list[_Attempt], begun: float, seconds: float) -> Bisected:
    """Let each plan have its turn, longer and longer ones; what can go no further is left out."""
    share, until = FIRST_SHARE, begun + seconds
    found = Bisected("unknown", reason="no way to go on")
    while attempts:
        for attempt in list(attempts):
            left = until - time.perf_counter()
            if left <= 0:
                boxes = sum(a.boxes for a in attempts)
                return Bisected("unknown", boxes=boxes, reason=OUT_OF_TIME, out_of_time=True)
            found = attempt.run(time.perf_counter() + min(share * seconds, left))
            if found.status != "unknown":
                return found
            if not found.out_of_time:
                attempts.remove(attempt)
        share *= 3
    return found


# Of the time: until when Bernstein coefficients are tried first, and what interval arithmetic on the
# formulas as they are written then gets.
WRITTEN_FROM = 0.4
WRITTEN_SHARE = 0.2
FIRST_SHARE = 0.05  # of the time: each plan's first turn; the next are three times as long
MOST_CASES = 64  # systems that one question may be split into


@dataclass(frozen=True)
class _Plan:
    """How a system is reduced before its box is halved: which of these helps is not known before.

    Attributes
    ----------
    slack : bool
        Whether an ordering x > y becomes x = y + s.
    unknowns : bool
        Whether what is played is put in first, parameters only then.
    cases : bool
        Whether alternatives become searches of their own.
    """

    slack: bool = False
    unknowns: bool = False
    cases: bool = False


PLANS = (
    # Nothing is added and nothing told apart: the least work, where it is enough.
    _Plan(),
    # What is played goes first: conditions of equilibrium are often linear in it, and with it gone
    # only parameters are left to halve.
    _Plan(unknowns=True),
    # Parameters in an order: x > y is no box, but s > 0 with x = y + s is.  Alternatives one by one
    # let each put equations of its own in.
    _Plan(slack=True, cases=True),
    # Both for what is played: each alternative (played or not, say) has equations of its own.
    _Plan(cases=True, unknowns=True),
    # What is played under parameters in an order, where alternatives are too many to go through.
    _Plan(slack=True, unknowns=True),
)


@dataclass
class _Attempt:
    """One plan on its way: what is left to reduce and to halve."""

    statements: Sequence[sp.Basic]
    told: Cleared
    plan: _Plan
    most_boxes: int
    stack: list[Reducing | Part] = field(default_factory=list)
    begun: bool = False
    boxes: int = 0
    systems: int = 0
    doubtful: str = ""
    combining: Combining = field(default_factory=Combining)

    def run(self, until: float) -> Bisected:
        """Go on until it is decided or time is up."""
        if not self.begun:
            self.begun = True
            self.stack.append(self.reducing(System(self.told.axes, self.told.formula)))
        while self.stack:
            if self.boxes >= self.most_boxes:
                return Bisected("unknown", boxes=self.boxes, reason="too many parts of the box")
            if time.perf_counter() > until:
                return Bisected("unknown", boxes=self.boxes, reason=OUT_OF_TIME, out_of_time=True)
            top = self.stack.pop()
            if isinstance(top, Reducing):
                told = self.opened(top, until)
                if told:
                    return Bisected("unknown", boxes=self.boxes, reason=told)
                continue
            if values := self.looked_into(top):
                return Bisected("sat", values, self.boxes)
        if self.doubtful:
            return Bisected("unknown", boxes=self.boxes, reason=self.doubtful)
        return Bisected("unsat", boxes=self.boxes)

    def looked_into(self, top: Part) -> Mapping[sp.Symbol, sp.Rational]:
        """Exclude a part of the box or halve it; return where all holds if that is seen."""
        self.boxes += 1
        part = simplified(top)
        if part.formula == FALSE or (combined := self.combining.of(part)).excluded:
            return {}
        if values := self.witness(part.system, middle(part)):
            return values
        if part.formula == TRUE:
            self.doubtful = "an example was found that cannot be read back"
            return {}
        axis = widest(part) if combined.axis is None else combined.axis
        if axis is None:
            self.doubtful = "a part of the box is undecided along no axis"
            return {}
        self.stack.extend(halved(part, axis))
        return {}

    def reducing(self, system: System) -> Reducing:
        """Return a system that is to be reduced as planned."""
        unknowns = self.told.unknowns if self.plan.unknowns else frozenset()
        return Reducing(system, self.plan.slack, unknowns)

    def opened(self, reducing: Reducing, until: float) -> str:
        """Reduce a system, and put what it comes to on the stack; say what cannot be done."""
        if not reducing.run(until):
            self.stack.append(reducing)
            return ""
        small = reducing.system
        if small.formula == FALSE:
            return ""
        if self.systems < MOST_CASES:
            cases = split(small, among=self.plan.cases)
            if cases != (small,):
                self.systems += len(cases) - 1
                self.stack.extend(map(self.reducing, cases))
                return ""
        try:
            self.stack.append(whole(small))
        except UnsupportedError as error:
            return str(error)
        return ""

    def witness(
        self, system: System, point: Mapping[int, Fraction]
    ) -> Mapping[sp.Symbol, sp.Rational]:
        """Return the value of every symbol if all statements hold at a point."""
        back = system.back(point)
        if back is None:
            return {}
        values = {s: back[i] for i, s in enumerate(self.told.symbols)}
        return holds_at(self.statements, self.told, values)
