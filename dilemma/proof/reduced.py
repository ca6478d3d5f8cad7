"""Whether statements can hold together, asked of z3 once equations have put their unknowns in.

z3 is given few symbols and large polynomials instead of many symbols and small ones.  What determines a
choice, a first-order condition above all, is often linear in some parameter: with that put in, a claim
about cube roots becomes one about polynomials in four symbols.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from fractions import Fraction

import sympy as sp
import z3

from dilemma.bisection.bisecting import OUT_OF_TIME, Bisected
from dilemma.bisection.clearing import About, Axis, cleared
from dilemma.bisection.elimination import Reducing, System
from dilemma.bisection.polynomials import Polynomial
from dilemma.bisection.signs import ANY, FALSE, MINUS, PLUS, ZERO, All, Atom, Formula, Some
from dilemma.bisection.witness import holds_at

__all__ = ["reduced"]


def reduced(statements: Sequence[sp.Basic], about: About, *, seconds: float) -> Bisected:
    """Tell whether statements can hold together.

    Parameters
    ----------
    about : callable
        Given a symbol, the statements that tie it down: bounds, or an equation that defines it.

    Raises
    ------
    UnsupportedError
        If the statements are beyond polynomials, quotients and roots.

    Examples
    --------
    >>> x, y = sp.symbols("x y", real=True)
    >>> positive = lambda symbol: (symbol > 0,)
    >>> reduced([sp.Eq(x * y, 1), x + y < 2], positive, seconds=5).status
    'unsat'
    """
    until = time.perf_counter() + seconds
    told = cleared(statements, about)
    reducing = Reducing(System(told.axes, told.formula), slack=False)
    if not reducing.run(until):
        return Bisected("unknown", reason=OUT_OF_TIME, out_of_time=True)
    system = reducing.system
    if system.formula == FALSE:
        return Bisected("unsat")
    asked = _Asked(system)
    answer = asked.check(until - time.perf_counter())
    if answer == z3.unsat:
        return Bisected("unsat")
    point = asked.point() if answer == z3.sat else None
    back = None if point is None else system.back(point)
    if back is None:
        return Bisected("unknown", reason="z3 gave up on it, or has an irrational example")
    values = holds_at(statements, told, {s: back[i] for i, s in enumerate(told.symbols)})
    if not values:
        return Bisected("unknown", reason="an example was found that cannot be read back")
    return Bisected("sat", values)


class _Asked:
    """A system, as z3 has it."""

    def __init__(self, system: System) -> None:
        self._context = z3.Context()
        self._system = system
        self._names = [z3.Real(f"x{i}", ctx=self._context) for i in range(len(system.axes))]
        self._known: dict[Polynomial, z3.ArithRef] = {}
        self._solver = z3.Tactic("qfnra-nlsat", ctx=self._context).solver()
        self._solver.add(self._formula(system.formula))
        for name, axis in zip(self._names, system.axes, strict=True):
            self._solver.add(*_ends(name, axis))

    def check(self, seconds: float) -> z3.CheckSatResult:
        """Ask, for so many seconds at most."""
        self._solver.set("timeout", max(int(1000 * seconds), 1))
        return self._solver.check()

    def point(self) -> Mapping[int, Fraction] | None:
        """Return where it holds; None where that is irrational."""
        model = self._solver.model()
        found = {}
        for i, name in enumerate(self._names):
            value = model.eval(name, model_completion=True)
            if not z3.is_rational_value(value):
                return None
            found[i] = Fraction(value.numerator_as_long(), value.denominator_as_long())
        return found

    def _formula(self, formula: Formula) -> z3.BoolRef:
        match formula:
            case All(parts):
                return z3.And([*map(self._formula, parts), z3.BoolVal(val=True, ctx=self._context)])
            case Some(parts):
                return z3.Or([*map(self._formula, parts), z3.BoolVal(val=False, ctx=self._context)])
            case Atom(of, allowed):
                told = self._polynomial(of)
                return {
                    0: z3.BoolVal(val=False, ctx=self._context),
                    MINUS: told < 0,
                    ZERO: told == 0,
                    PLUS: told > 0,
                    MINUS | ZERO: told <= 0,
                    ZERO | PLUS: told >= 0,
                    MINUS | PLUS: told != 0,
                    ANY: z3.BoolVal(val=True, ctx=self._context),
                }[allowed]

    def _polynomial(self, polynomial: Polynomial) -> z3.ArithRef:
        if polynomial not in self._known:
            zero = z3.RealVal(0, ctx=self._context)
            terms = [
                z3.Product([z3.RealVal(int(number), ctx=self._context), *self._powers(monomial)])
                for monomial, number in polynomial.items()
            ]
            self._known[polynomial] = z3.Sum([zero, *terms])
        return self._known[polynomial]

    def _powers(self, monomial: Sequence[int]) -> list[z3.ArithRef]:
        return [self._names[i] for i, power in enumerate(monomial) for _ in range(power)]


def _ends(name: z3.ArithRef, axis: Axis) -> list[z3.BoolRef]:
    found = []
    if axis.low is not None:
        low = z3.Q(axis.low.numerator, axis.low.denominator, ctx=name.ctx)
        found.append(name > low if axis.open_low else name >= low)
    if axis.high is not None:
        high = z3.Q(axis.high.numerator, axis.high.denominator, ctx=name.ctx)
        found.append(name < high if axis.open_high else name <= high)
    return found
