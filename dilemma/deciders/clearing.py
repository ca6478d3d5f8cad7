"""Statements brought to signs of polynomials over a box, and the way back to the first symbols.

Definitions are put in, quotients are cleared, minima, maxima, absolute values and pieces are split
by their conditions, and a root becomes an unknown r >= 0 with r**q = base.  Where something has no
value (a quotient at 0, a root of a negative number, a piece that is left out) nothing is concluded:
any statement that speaks of it counts as one that may hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import prod

import sympy as sp
from sympy.polys.rings import ring as ring_of

from dilemma.deciders.signs import (
    ANY,
    FALSE,
    MINUS,
    PLUS,
    TRUE,
    ZERO,
    Formula,
    Polynomial,
    Product,
    all_of,
    atoms,
    primitive,
    product_sign,
    some_of,
    total,
)
from dilemma.errors import UnsupportedError

__all__ = [
    "MOST_ROOT",
    "NOWHERE",
    "About",
    "Axis",
    "Between",
    "Cleared",
    "Step",
    "System",
    "cleared",
    "used",
    "value",
]

About = Callable[[sp.Symbol], Iterable[sp.Basic]]

_ALLOWED = {
    ">": PLUS,
    ">=": PLUS | ZERO,
    "<": MINUS,
    "<=": MINUS | ZERO,
    "==": ZERO,
    "!=": MINUS | PLUS,
}
_NEGATED = {">": "<=", ">=": "<", "<": ">=", "<=": ">", "==": "!=", "!=": "=="}
_MIRRORED = {">": "<", ">=": "<=", "<": ">", "<=": ">=", "==": "==", "!=": "!="}

NOWHERE = (sp.nan, sp.zoo, sp.oo, -sp.oo)  # what stands where there is no value
MOST_ROOT = 24  # the highest degree of a root that is made an unknown

Case = tuple[Formula, Product | None]  # a condition, and the value where it holds


@dataclass(frozen=True, slots=True)
class Axis:
    """An interval with exact ends; None for an end at infinity."""

    low: Fraction | None = None
    high: Fraction | None = None
    open_low: bool = True
    open_high: bool = True

    @property
    def empty(self) -> bool:
        """Whether no number lies in it."""
        if self.low is None or self.high is None:
            return False
        return self.low > self.high or (self.low == self.high and (self.open_low or self.open_high))

    @property
    def signs(self) -> int:
        """The signs of the numbers in it."""
        low, high = self.low, self.high
        told = MINUS if low is None or low < 0 else 0
        told |= PLUS if high is None or high > 0 else 0
        reaches = low is None or low < 0 or (low == 0 and not self.open_low)
        stays = high is None or high > 0 or (high == 0 and not self.open_high)
        return told | (ZERO if reaches and stays else 0)

    def above(self, low: Fraction, *, strictly: bool) -> Axis:
        """Return the part at or above a number."""
        if self.low is not None and (self.low, self.open_low) >= (low, strictly):
            return self
        return replace(self, low=low, open_low=strictly)

    def below(self, high: Fraction, *, strictly: bool) -> Axis:
        """Return the part at or below a number."""
        if self.high is not None and (self.high, not self.open_high) <= (high, not strictly):
            return self
        return replace(self, high=high, open_high=strictly)


@dataclass(frozen=True)
class Cleared:
    """Statements about the signs of polynomials.

    Attributes
    ----------
    symbols : tuple of symbols
        The generators of the polynomials' ring, in order: what is tied to no formula, and roots.
    axes : tuple of Axis
        Where each lies.
    formula : Formula
        Over polynomials of the ring.
    definitions : tuple of (symbol, formula)
    ties : tuple of sympy Booleans
        Everything that ties symbols down, as it was told.
    unknowns : frozenset of int
        The generators of symbols that have no bounds: what is played, mostly.
    """

    symbols: tuple[sp.Symbol, ...]
    axes: tuple[Axis, ...]
    formula: Formula
    definitions: tuple[tuple[sp.Symbol, sp.Expr], ...]
    ties: tuple[sp.Basic, ...]
    unknowns: frozenset[int]


def cleared(statements: Sequence[sp.Basic], about: About) -> Cleared:
    """Bring statements, and what ties their symbols down, to signs of polynomials."""
    clearing = _Clearing(about)
    conjuncts = [c for s in statements for c in (s.args if isinstance(s, sp.And) else (s,))]
    for statement in conjuncts:
        clearing.meet(statement)
    return clearing.finished(conjuncts)


@dataclass
class _Clearing:
    about: About
    axes: dict[sp.Symbol, Axis] = field(default_factory=dict)
    definitions: dict[sp.Symbol, sp.Expr] = field(default_factory=dict)
    others: list[sp.Basic] = field(default_factory=list)
    ties: list[sp.Basic] = field(default_factory=list)
    roots: dict[tuple[sp.Expr, int], sp.Symbol] = field(default_factory=dict)
    values: dict[sp.Basic, list[Case]] = field(default_factory=dict)
    open: set[sp.Symbol] = field(default_factory=set)

    # --- what there is --------------------------------------------------------------------------

    def meet(self, statement: sp.Basic) -> None:
        """Meet the symbols of a statement, what ties them down, and roots."""
        todo = [statement]
        met = set(self.axes)
        while todo:
            told = todo.pop()
            for power in told.atoms(sp.Pow):
                base, exponent = power.args
                if exponent.is_Rational and 1 < exponent.q <= MOST_ROOT:
                    self.roots.setdefault(
                        (base, int(exponent.q)), sp.Dummy(f"root{len(self.roots)}", real=True)
                    )
            for symbol in sorted(told.free_symbols - met, key=str):
                met.add(symbol)
                self.axes[symbol] = Axis()
                for tie in self.about(symbol):
                    self.ties.append(tie)
                    if not self._tied(symbol, tie):
                        self.others.append(tie)
                    todo.append(tie)

    def _tied(self, symbol: sp.Symbol, tie: sp.Basic) -> bool:
        """Take in a bound or a definition; tell whether it was one."""
        if not isinstance(tie, sp.core.relational.Relational):
            return False
        left, right, relation = tie.lhs, tie.rhs, tie.rel_op
        if right == symbol:
            left, right, relation = right, left, _MIRRORED[relation]
        if left != symbol or symbol in right.free_symbols:
            return False
        if relation == "==":
            if symbol in self.definitions:
                return False
            self.definitions[symbol] = right
            return True
        if not right.is_Rational or relation == "!=":
            return False
        number, strictly = Fraction(int(right.p), int(right.q)), relation in (">", "<")
        axis = self.axes[symbol]
        self.axes[symbol] = (
            axis.above(number, strictly=strictly)
            if relation in (">", ">=")
            else axis.below(number, strictly=strictly)
        )
        return True

    def _fixed(self, statement: sp.Basic) -> bool:
        """Take in a statement that is about one symbol and a number."""
        if len(statement.free_symbols) != 1 or not isinstance(
            statement, sp.core.relational.Relational
        ):
            return False
        (symbol,) = statement.free_symbols
        return self._tied(symbol, statement)

    def finished(self, statements: Sequence[sp.Basic]) -> Cleared:
        """Read everything once all symbols are known."""
        untied = {s for s, axis in self.axes.items() if axis == Axis()}
        statements = [s for s in statements if not self._fixed(s)]
        for symbol, axis in self.axes.items():
            if symbol not in self.definitions and axis.low is not None and axis.low == axis.high:
                self.definitions[symbol] = sp.Rational(axis.low.numerator, axis.low.denominator)
        free = [s for s in self.axes if s not in self.definitions]
        symbols = (*free, *self.roots.values())
        names = symbols or (sp.Dummy("nothing"),)
        self.ring, *self.generators = ring_of(names, sp.ZZ)
        self.of = dict(zip(names, self.generators, strict=True))
        axes = [self.axes.get(s, Axis(low=Fraction(0), open_low=False)) for s in names]
        self.known = {g: axis.signs for g, axis in zip(self.generators, axes, strict=True)}
        parts = [self._boolean(s, negated=False) for s in (*statements, *self.others)]
        for symbol in self.definitions:
            axis = self.axes[symbol]
            parts += [self._within(symbol, axis)]
        for (base, degree), root in self.roots.items():
            parts.append(self._root(base, degree, root))
        return Cleared(
            tuple(names),
            tuple(axes),
            all_of(parts),
            tuple(self.definitions.items()),
            tuple(self.ties),
            frozenset(i for i, n in enumerate(names) if n in untied),
        )

    def _within(self, symbol: sp.Symbol, axis: Axis) -> Formula:
        """State that something defined lies within its bounds, if it has any."""
        told = []
        if axis.low is not None:
            low = sp.Rational(axis.low.numerator, axis.low.denominator)
            told.append(symbol > low if axis.open_low else symbol >= low)
        if axis.high is not None:
            high = sp.Rational(axis.high.numerator, axis.high.denominator)
            told.append(symbol < high if axis.open_high else symbol <= high)
        return all_of(self._boolean(t, negated=False) for t in told)

    def _root(self, base: sp.Expr, degree: int, root: sp.Symbol) -> Formula:
        """State what a root is, wherever there is one."""
        negative = self._relation("<", base, sp.Integer(0))
        return some_of([negative, self._relation("==", root**degree, base)])

    # --- statements -----------------------------------------------------------------------------

    def _boolean(self, statement: sp.Basic, *, negated: bool) -> Formula:
        if statement in (sp.true, sp.false):
            return TRUE if bool(statement) != negated else FALSE
        match statement:
            case sp.And() | sp.Or():
                parts = (self._boolean(a, negated=negated) for a in statement.args)
                conjunction = isinstance(statement, sp.And) != negated
                return all_of(parts) if conjunction else some_of(parts)
            case sp.Not():
                return self._boolean(statement.args[0], negated=not negated)
            case sp.core.relational.Relational():
                relation = _NEGATED[statement.rel_op] if negated else statement.rel_op
                return self._relation(relation, *statement.args)
        raise UnsupportedError(f"'{statement}' is no statement that can be decided")

    def _relation(self, relation: str, left: sp.Expr, right: sp.Expr) -> Formula:
        cases = _combined([self._value(left), self._value(right)], self._difference)
        allowed = _ALLOWED[relation]
        return some_of(
            all_of([where, TRUE if value is None else self._sign(value, allowed)])
            for where, value in cases
        )

    def _sign(self, value: Product, allowed: int) -> Formula:
        return product_sign(value, allowed, lambda base: self.known.get(base, ANY))

    def _difference(self, values: Sequence[Product]) -> Product:
        return total([values[0], -values[1]], self.ring.one)

    # --- values ---------------------------------------------------------------------------------

    def _value(self, expression: sp.Expr) -> list[Case]:
        """Return a value case by case."""
        if expression not in self.values:
            self.values[expression] = self._read(expression)
        return self.values[expression]

    def _read(self, expression: sp.Expr) -> list[Case]:
        match expression:
            case _ if expression in NOWHERE:
                return [(TRUE, None)]
            case sp.Symbol():
                return self._symbol(expression)
            case sp.Rational():
                return [(TRUE, Product(Fraction(int(expression.p), int(expression.q)), {}))]
            case sp.Add():
                return _combined(
                    [self._value(a) for a in expression.args],
                    lambda values: total(values, self.ring.one),
                )
            case sp.Mul():
                return _combined([self._value(a) for a in expression.args], _multiplied)
            case sp.Pow():
                return self._power(expression)
            case sp.Piecewise():
                return self._piecewise(expression)
            case sp.Min() | sp.Max():
                return self._extreme(expression)
            case sp.Abs():
                inner = expression.args[0]
                return self._piecewise(sp.Piecewise((inner, inner >= 0), (-inner, True)))
        raise UnsupportedError(f"'{expression}' is beyond polynomials, quotients and roots")

    def _symbol(self, symbol: sp.Symbol) -> list[Case]:
        if symbol not in self.definitions:
            return [(TRUE, primitive(self.of[symbol]))]
        if symbol in self.open:
            raise UnsupportedError(f"'{symbol}' is defined by itself")
        self.open.add(symbol)
        found = self._value(self.definitions[symbol])
        self.open.discard(symbol)
        return found

    def _power(self, power: sp.Pow) -> list[Case]:
        base, exponent = power.args
        if not exponent.is_Rational:
            raise UnsupportedError(f"'{power}' has a variable exponent")
        if exponent.q > MOST_ROOT:
            raise UnsupportedError(f"'{power}' is a root of too high a degree")
        if exponent.q == 1:
            return [
                (
                    where,
                    None
                    if value is None or (value.number == 0 and exponent < 0)
                    else value ** int(exponent),
                )
                for where, value in self._value(base)
            ]
        root = self.of[self.roots[base, int(exponent.q)]]
        there = self._relation(">=", base, sp.Integer(0))
        nowhere = self._relation("<", base, sp.Integer(0))
        value = primitive(root) ** int(exponent.p)
        return [c for c in [(there, value), (nowhere, None)] if c[0] != FALSE]

    def _piecewise(self, pieces: sp.Piecewise) -> list[Case]:
        """Read pieces in order; where none is left, or one is undefined, there is no value."""
        found: list[Case] = []
        rest: Formula = TRUE
        for value, condition in pieces.args:
            here = all_of([rest, self._boolean(condition, negated=False)])
            if here != FALSE:
                cases = self._value(value)
                found += [(all_of([here, where]), told) for where, told in cases]
            rest = all_of([rest, self._boolean(condition, negated=True)])
        found.append((rest, None))
        return [case for case in found if case[0] != FALSE]

    def _extreme(self, extreme: sp.Min | sp.Max) -> list[Case]:
        relation = "<=" if isinstance(extreme, sp.Min) else ">="
        found = []
        for best in extreme.args:
            others = [self._relation(relation, best, o) for o in extreme.args if o != best]
            found += [(all_of([*others, where]), value) for where, value in self._value(best)]
        return [case for case in found if case[0] != FALSE]


def _multiplied(values: Sequence[Product]) -> Product:
    found, *others = values
    for other in others:
        found *= other
    return found


def _combined(
    parts: Sequence[list[Case]], combine: Callable[[Sequence[Product]], Product]
) -> list[Case]:
    """Combine values case by case; without a part there is no whole."""
    cases: list[tuple[Formula, list[Product] | None]] = [(TRUE, [])]
    for part in parts:
        cases = [
            (both, None if told is None or value is None else [*told, value])
            for where, told in cases
            for here, value in part
            if (both := all_of([where, here])) != FALSE
        ]
        if len(cases) > MOST_CASES:
            raise UnsupportedError("too many pieces to go through one by one")
    return [(where, None if told is None else combine(told)) for where, told in cases]


MOST_CASES = 64


# --- signs on a box, and the way back -------------------------------------------------------------


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
        """Return one value between the quotients; None where they have no positive denominator."""
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
