"""Whether statements can hold together, by exact bisection of a box: "unsat", "sat" or not known.

Statements become signs of polynomials (:mod:`dilemma.bisection.clearing`), equations are put in
(:mod:`dilemma.bisection.elimination`), and the box of what is left is halved again and again.  A part
is excluded where Bernstein coefficients leave a statement no sign that it allows.  Where all that
is undecided gets truer as a symbol grows, only the symbol's upper end is looked at.
"""

from __future__ import annotations

import time
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import partial
from math import prod
from typing import Literal

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from dilemma.bisection.bernstein import Tensor, faces, halves, signs, slopes, tensor
from dilemma.bisection.clearing import About, Axis, Cleared, cleared
from dilemma.bisection.elimination import LARGEST_TENSOR, Reducing, System, split, used
from dilemma.bisection.intervals import excluded
from dilemma.bisection.signs import (
    FALSE,
    MINUS,
    PLUS,
    TRUE,
    ZERO,
    Atom,
    Formula,
    atoms,
    leaning,
    narrowed,
    replaced,
)
from dilemma.bisection.witness import holds_at
from dilemma.errors import UnsupportedError

__all__ = ["Bisected", "bisected"]


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
    """

    status: Literal["sat", "unsat", "unknown"]
    values: Mapping[sp.Symbol, sp.Rational] = field(default_factory=dict)
    boxes: int = 0
    reason: str = ""


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
                return Bisected("unknown", boxes=boxes, reason="the budget ran out")
            found = attempt.run(time.perf_counter() + min(share * seconds, left))
            if found.status != "unknown":
                return found
            if found.reason != "the budget ran out":
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
    _Plan(),
    _Plan(unknowns=True),
    _Plan(slack=True, cases=True),
    _Plan(cases=True, unknowns=True),
    _Plan(slack=True, unknowns=True),
)


@dataclass
class _Attempt:
    """One plan on its way: what is left to reduce and to halve."""

    statements: Sequence[sp.Basic]
    told: Cleared
    plan: _Plan
    most_boxes: int
    stack: list[Reducing | _Node] | None = None
    boxes: int = 0
    systems: int = 0
    doubtful: str = ""

    def run(self, until: float) -> Bisected:
        """Go on until it is decided or time is up."""
        if self.stack is None:
            self.stack = [self.reducing(System(self.told.axes, self.told.formula))]
        while self.stack:
            if self.boxes >= self.most_boxes:
                return Bisected("unknown", boxes=self.boxes, reason="too many parts of the box")
            if time.perf_counter() > until:
                return Bisected("unknown", boxes=self.boxes, reason="the budget ran out")
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

    def looked_into(self, top: _Node) -> Mapping[sp.Symbol, sp.Rational]:
        """Exclude a part of the box or halve it; return where all holds if that is seen."""
        assert self.stack is not None
        self.boxes += 1
        node = _settled(top)
        if node.formula == FALSE:
            return {}
        for point in _points(node):
            if values := self.witness(node.system, point):
                return values
        if node.formula == TRUE:
            self.doubtful = "an example was found that cannot be read back"
            return {}
        axis = _widest(node)
        assert axis is not None, "what is undecided varies"
        self.stack.extend(_split(node, axis))
        return {}

    def reducing(self, system: System) -> Reducing:
        """Return a system that is to be reduced as planned."""
        unknowns = self.told.unknowns if self.plan.unknowns else frozenset()
        return Reducing(system, self.plan.slack, unknowns)

    def opened(self, reducing: Reducing, until: float) -> str:
        """Reduce a system, and put what it comes to on the stack; say what cannot be done."""
        assert self.stack is not None
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
        root = _root(small)
        if isinstance(root, str):
            return root
        self.stack.append(root)
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


@dataclass(frozen=True)
class _Side:
    """What part of an axis a node covers, in t; None for an axis that is done with."""

    low: Fraction
    high: Fraction
    open_low: bool
    open_high: bool

    @property
    def point(self) -> bool:
        """Whether it is a single number."""
        return self.low == self.high


POINT = _Side(Fraction(0), Fraction(0), open_low=False, open_high=False)
NOWHERE = Axis(Fraction(0), Fraction(0), open_low=False, open_high=False)


@dataclass(frozen=True)
class _Node:
    """A part of the box, and what is undecided in it."""

    system: System
    axes: tuple[Axis, ...]
    sides: tuple[_Side, ...]
    formula: Formula  # over numbers of polynomials
    tensors: Mapping[Hashable, tuple[tuple[int, ...], Tensor]]


def _root(system: System) -> _Node | str:
    if system.formula == FALSE:
        return _Node(system, (), (), FALSE, {})
    polynomials = system.polynomials
    numbers = {p: i for i, p in enumerate(polynomials)}
    axes = []
    for i, axis in enumerate(system.axes):
        if axis.low is None and any(p.degrees()[i] for p in polynomials):
            return "a symbol without a lower end"
        axes.append(NOWHERE if axis.low is None else axis)
    tensors: dict[Hashable, tuple[tuple[int, ...], Tensor]] = {}
    for polynomial, number in numbers.items():
        generators = used(polynomial)
        size = prod(polynomial.degrees()[i] + 1 for i in generators)
        if size > LARGEST_TENSOR:
            return f"a polynomial in {len(generators)} symbols is too large"
        terms = {tuple(m[i] for i in generators): c for m, c in polynomial.items()}
        ends = [(_low(axes[i]), axes[i].high) for i in generators]
        tensors[number] = (generators, tensor(terms, ends))
    formula = replaced(system.formula, lambda atom: Atom(numbers[atom.of], atom.allowed))
    sides = tuple(
        _Side(Fraction(0), Fraction(1), a.open_low, a.open_high or a.high is None)
        if a.low != a.high
        else POINT
        for a in axes
    )
    return _Node(system, tuple(axes), sides, formula, tensors)


def _settled(node: _Node) -> _Node:
    """Decide what the box decides, and put symbols at an end where that is enough."""
    while True:
        live = {atom.of for atom in atoms(node.formula)}
        possible = {}
        for number in live:
            generators, found = node.tensors[number]
            possible[number] = signs(
                found,
                [node.sides[i].open_low for i in generators],
                [node.sides[i].open_high for i in generators],
            )
        formula = narrowed(node.formula, possible)
        live = {atom.of for atom in atoms(formula)}
        node = replace(
            node, formula=formula, tensors={n: t for n, t in node.tensors.items() if n in live}
        )
        if formula in (TRUE, FALSE):
            return node
        moved = _cornered(node, possible)
        if moved is None:
            return node
        node = moved


def _cornered(node: _Node, possible: Mapping[Hashable, int]) -> _Node | None:
    """Put symbols at an end of theirs if everything undecided is truest there.

    An end that is left out will do where what is undecided there is strict, or where it gets
    strictly truer towards it: then it holds before the end if and only if it holds strictly at it.
    """
    told: dict[int, list[Atom]] = {}
    for atom in dict.fromkeys(atoms(node.formula)):
        for axis in node.tensors[atom.of][0]:
            told.setdefault(axis, []).append(atom)
    for axis, here in told.items():
        for high in (True, False):
            changed = _truest(node, axis, here, possible, high=high)
            if changed is not None:
                formula = replaced(node.formula, partial(_instead, changed))
                return _at_end(replace(node, formula=formula), axis, high=high)
    return None


def _truest(
    node: _Node, axis: int, here: Sequence[Atom], possible: Mapping[Hashable, int], *, high: bool
) -> dict[Atom, Atom] | None:
    """Return what atoms become at an end where they are truest, None if they are not."""
    side = node.sides[axis]
    if high and node.axes[axis].high is None and side.high == 1:
        return None
    left_out = side.open_high if high else side.open_low
    changed = {}
    for atom in here:
        generators, coefficients = node.tensors[atom.of]
        position = generators.index(axis)
        change = slopes(coefficients, position, _weights(node, axis))
        rises, falls = bool((change >= 0).all()), bool((change <= 0).all())
        upward = rises if high else falls
        downward = falls if high else rises
        kept = leaning(atom.allowed, possible[atom.of], up=True) if upward else None
        if kept is None and downward:
            kept = leaning(atom.allowed, possible[atom.of], up=False)
        if kept is None:
            return None
        if left_out and kept & ZERO:
            inside = [node.sides[i] for i in generators]
            told = signs(
                change,
                [s.open_low or i == position for i, s in enumerate(inside)],
                [s.open_high or i == position for i, s in enumerate(inside)],
            )
            if told not in (PLUS, MINUS):
                return None
            kept &= ~ZERO
        changed[atom] = Atom(atom.of, kept)
    return changed


def _weights(node: _Node, axis: int) -> tuple[int, int]:
    if node.axes[axis].high is not None:
        return 1, 1
    side = node.sides[axis]
    first, second = 1 - side.low, 1 - side.high
    scale = first.denominator * second.denominator
    return int(first * scale), int(second * scale)


def _at_end(node: _Node, axis: int, *, high: bool) -> _Node:
    side = node.sides[axis]
    end = side.high if high else side.low
    tensors: dict[Hashable, tuple[tuple[int, ...], Tensor]] = {}
    for number, (generators, coefficients) in node.tensors.items():
        if axis in generators:
            position = generators.index(axis)
            left = (*generators[:position], *generators[position + 1 :])
            tensors[number] = (left, faces(coefficients, position, high=high))
        else:
            tensors[number] = (generators, coefficients)
    sides = list(node.sides)
    sides[axis] = _Side(end, end, open_low=False, open_high=False)
    return replace(node, sides=tuple(sides), tensors=tensors)


def _instead(changed: Mapping[Atom, Atom], atom: Atom) -> Atom:
    return changed.get(atom, atom)


def _points(node: _Node) -> Iterator[dict[int, Fraction]]:
    """Yield points of the box at which the statements may hold."""
    yield {i: _place(node.axes[i], s, Fraction(1, 2)) for i, s in enumerate(node.sides)}


def _place(axis: Axis, side: _Side, share: Fraction) -> Fraction:
    t = side.low + (side.high - side.low) * share
    if axis.high is None:
        return _low(axis) + t / (1 - t)
    return _low(axis) + (axis.high - _low(axis)) * t


def _low(axis: Axis) -> Fraction:
    assert axis.low is not None, "an axis without a lower end is mirrored or split before"
    return axis.low


def _widest(node: _Node) -> int | None:
    """Return the axis along which undecided polynomials vary most."""
    variation: dict[int, float] = {}
    for generators, coefficients in node.tensors.values():
        floats = _floats(coefficients)
        scale = np.abs(floats).max() or 1.0
        for position, axis in enumerate(generators):
            change = np.abs(np.diff(floats, axis=position)).max() / scale
            variation[axis] = variation.get(axis, 0.0) + change
    return max(variation, key=variation.__getitem__, default=None)


def _floats(coefficients: Tensor) -> NDArray[np.float64]:
    if coefficients.dtype == object:
        excess = max(max(abs(c) for c in coefficients.ravel()).bit_length() - 900, 0)
        coefficients = coefficients >> excess
    return coefficients.astype(float)


def _split(node: _Node, axis: int) -> tuple[_Node, _Node]:
    low: dict[Hashable, tuple[tuple[int, ...], Tensor]] = {}
    high: dict[Hashable, tuple[tuple[int, ...], Tensor]] = {}
    for number, (generators, coefficients) in node.tensors.items():
        if axis in generators:
            first, second = halves(coefficients, generators.index(axis))
            low[number], high[number] = (generators, first), (generators, second)
        else:
            low[number] = high[number] = (generators, coefficients)
    side = node.sides[axis]
    middle = (side.low + side.high) / 2
    sides = list(node.sides)
    sides[axis] = _Side(side.low, middle, side.open_low, open_high=False)
    below = replace(node, sides=tuple(sides), tensors=low)
    sides[axis] = _Side(middle, side.high, open_low=False, open_high=side.open_high)
    return below, replace(node, sides=tuple(sides), tensors=high)
