"""Questions to z3: can these statements about exact quantities hold together?

A sympy formula becomes a z3 formula over the reals.  Definitions stay names, each tied to its
formula by an equation, because expanding them makes the same question ten times as slow.
A quotient becomes an unknown q with q*denominator = 1, and what must not vanish is handed back as
an *obligation*: z3 gives x/0 any value it likes, so an answer counts only once the obligations
are proved.

What z3 gives up on is asked of it again once equations have put unknowns in: few symbols and large
polynomials instead of many symbols and small ones.  What determines a choice, a first-order
condition above all, is often linear in some parameter: with that put in, a claim about cube roots
becomes one about polynomials in four symbols.  And it is asked of exact bisection
(:mod:`dilemma.deciders.bisection`), which shares nothing with z3 but the statements.

Logarithms and exponentials are told to z3 by lines (:mod:`dilemma.deciders.logarithms`): what it finds
counts once it is true of the curves themselves.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

import sympy as sp
import z3

from dilemma.deciders import Decider
from dilemma.deciders.bisection import OUT_OF_TIME, Bisected, bisected, holds_at
from dilemma.deciders.clearing import MOST_ROOT, NOWHERE, About, Axis, System, cleared
from dilemma.deciders.elimination import Reducing
from dilemma.deciders.forms import FORMS, Form
from dilemma.deciders.logarithms import Curve
from dilemma.deciders.signs import (
    ANY,
    FALSE,
    MINUS,
    PLUS,
    ZERO,
    All,
    Atom,
    Formula,
    Polynomial,
    Some,
)
from dilemma.errors import UnsupportedError

__all__ = [
    "Answer",
    "Decider",
    "Obligation",
    "OutOfTimeError",
    "Question",
    "may_always_be_read",
    "reduced",
]


def reduced(statements: Sequence[sp.Basic], about: About, *, seconds: float) -> Bisected:
    """Tell whether statements can hold together.

    Parameters
    ----------
    about : callable
        Given a symbol, the statements that tie it down: bounds, or an equation that defines it.

    Raises
    ------
    UnsupportedError
        If the statements are beyond polynomials, quotients and roots, as logarithms are.

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


# --- questions ------------------------------------------------------------------------------------


# Who is asked in turn, for a share of the time for an answer; what one leaves the next ones have.
TURNS: tuple[tuple[str, Decider, float], ...] = (
    ("fresh", "z3", 0.12),
    *((form, "z3", 0.04) for form in FORMS),
    ("elimination", "elimination", 0.2),
    ("bisection", "bisection", 0.4),
    ("solver", "z3", 0.28),
)
FIRST_SHARE = 0.25
BRIEF = 0.5  # seconds for what has one solution left
ROUNDS = 12  # in which lines are added to curves

Constraints = Callable[[sp.Symbol], Iterable[sp.Basic]]


class OutOfTimeError(UnsupportedError):
    """The budget of time for a claim ran out."""


def may_always_be_read(formula: sp.Basic) -> bool:
    """Tell whether a formula has a value wherever its symbols have: no quotient, root, logarithm or gap."""
    return not formula.atoms(sp.Piecewise, sp.Min, sp.Max, sp.log) and all(
        power.exp.is_Integer and power.exp > 0 for power in formula.atoms(sp.Pow)
    )


@dataclass(frozen=True)
class Obligation:
    """Something that must not happen for a formula to mean what it says.

    Attributes
    ----------
    reason : str
        What it would be, in words.
    happens : z3 Boolean
        When it would happen.
    """

    reason: str
    happens: z3.BoolRef


class _Values(Mapping[sp.Symbol, sp.Rational | None]):
    """The values that z3 found, each read once it is asked for: most answers are only counted."""

    def __init__(self, found: z3.ModelRef, names: Mapping[sp.Symbol, z3.ArithRef]) -> None:
        self._found, self._names = found, names

    def __getitem__(self, symbol: sp.Symbol) -> sp.Rational | None:
        return _number(self._found.eval(self._names[symbol], model_completion=True))

    def __iter__(self) -> Iterator[sp.Symbol]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


@dataclass(frozen=True)
class Answer:
    """What a decider says: "sat" with values, "unsat", or "unknown"."""

    status: Literal["sat", "unsat", "unknown"]
    values: Mapping[sp.Symbol, sp.Rational | None] = field(default_factory=dict)
    by: Decider = "z3"


class Question:
    """A growing set of statements; ask whether they can all hold.

    Parameters
    ----------
    about : callable
        Given a symbol when it is first met, the statements that tie it down: its interval, or
        the equation that defines it.
    seconds : callable
        How long the next answer may take; 0 or less if time has run out.
    deciders : tuple of str
        Who is asked, what one leaves open the next: "z3", "elimination", "bisection".

    Attributes
    ----------
    answered : set of str
        Who has given an answer that is not "unknown".

    Raises
    ------
    OutOfTimeError
        By whatever asks, once there is no time left.
    """

    def __init__(
        self,
        about: Constraints,
        seconds: Callable[[], float] = lambda: 10.0,
        *,
        deciders: tuple[Decider, ...] = ("z3",),
        answered: set[Decider] | None = None,
    ) -> None:
        self._about = about
        self._seconds = seconds
        self._deciders = deciders
        self.answered: set[Decider] = set() if answered is None else answered
        self._assumed: list[sp.Basic] = []
        # A context of its own: in a shared one the same question takes 0.2 s or 9 s, depending on
        # what was asked before.
        self._context = z3.Context()
        self._true = z3.BoolVal(val=True, ctx=self._context)
        self._solver = z3.SolverFor("QF_NRA", ctx=self._context)
        self._solver.set("random_seed", 0)
        self._names: dict[sp.Symbol, z3.ArithRef] = {}
        # What has no guard is read once, so that a quotient that occurs often has one inverse.
        self._read: dict[sp.Basic, z3.ExprRef] = {}
        self._found: z3.ModelRef | None = None
        self._fresh = 0
        self._curves: list[Curve] = []
        self.obligations: list[Obligation] = []

    def add(self, *statements: sp.Basic) -> None:
        """Add statements that must hold."""
        self._assumed += statements
        self._add(*statements)

    def _add(self, *statements: sp.Basic) -> None:
        for statement in statements:
            self._solver.add(self._boolean(statement, self._true))

    def read(self, *statements: sp.Basic) -> None:
        """Read statements without asserting them, for the obligations that they bring."""
        for statement in statements:
            self._boolean(statement, self._true)

    @property
    def symbols(self) -> tuple[sp.Symbol, ...]:
        """The symbols met so far."""
        return tuple(self._names)

    def ask(self, *extra: sp.Basic, first: bool | None = None) -> Answer:
        """Tell whether all statements, and ``extra`` for this once, can hold together.

        With ``first`` only the first in turn is asked, for its share of the time; if it is false, only
        the others.
        """
        terms = [self._boolean(e, self._true) for e in extra]
        until = time.perf_counter() + self._budget()
        answer = Answer("unknown")
        turns = self._turns()
        for who, share in turns if first is None else turns[:1] if first else turns[1:]:
            left = until - time.perf_counter()
            if left <= 0:
                break
            answer = self._asked(who, terms, extra, share * left)
            if answer.status == "sat" and self._curves:
                answer = self._borne_out(answer, terms, extra, share * left)
            if answer.status != "unknown":
                self.answered.add(answer.by)
                break
        return answer

    def _borne_out(
        self, answer: Answer, terms: list[z3.BoolRef], extra: tuple[sp.Basic, ...], seconds: float
    ) -> Answer:
        """Return an answer that is true of curves as well as of lines: asked again with more lines."""
        until = time.perf_counter() + seconds
        for _ in range(ROUNDS):
            if answer.status != "sat" or self._true_at(answer.values, extra):
                return answer
            left = until - time.perf_counter()
            if self._found is None or left <= 0:
                break
            more = [curve.touched(self._found) for curve in self._curves]
            if not any(more):
                break
            self._solver.add(*(line for curve in self._curves for line in curve.lines()))
            answer = self._check("fresh", terms, left)
        return answer if answer.status == "unsat" else Answer("unknown")

    def _true_at(
        self, values: Mapping[sp.Symbol, sp.Rational | None], extra: tuple[sp.Basic, ...]
    ) -> bool:
        """Tell whether everything may hold at rational values."""
        known = {s: v for s, v in values.items() if v is not None}
        told = [*self._assumed, *extra, *(tie for s in values for tie in self._about(s))]
        return len(known) == len(values) and all(_may_hold(t, known) for t in told)

    def _turns(self) -> list[tuple[str, float]]:
        """Return who is asked in turn, each with its share of the time that is left then."""
        turns = [(who, share) for who, decider, share in TURNS if decider in self._deciders]
        left = sum(share for _, share in turns)
        told = []
        for who, share in turns:
            told.append((who, share / left if share < left else 1.0))
            left -= share
        return told

    def _asked(
        self, who: str, terms: list[z3.BoolRef], extra: tuple[sp.Basic, ...], seconds: float
    ) -> Answer:
        match who:
            case "elimination":
                return self._otherwise(reduced, "elimination", extra, seconds)
            case "bisection":
                return self._otherwise(bisected, "bisection", extra, seconds)
            case _ if who in FORMS:
                return self._formed(FORMS[who], terms, extra, seconds)
        return self._check(who, terms, seconds)

    def _formed(
        self, form: Form, terms: list[z3.BoolRef], extra: tuple[sp.Basic, ...], seconds: float
    ) -> Answer:
        """Ask z3 the same in another form; an example counts if it is one of the question as it stands."""
        other = Question(lambda symbol: form([*self._about(symbol)]), self._seconds)
        other.add(*form([*self._assumed, *extra]))
        answer = other._check("fresh", [], seconds)
        if answer.status != "sat":
            return answer
        pinned = [
            self._names[s] == z3.RealVal(f"{v.p}/{v.q}", ctx=self._context)
            for s, v in answer.values.items()
            if v is not None and s in self._names
        ]
        again = self._check("fresh", [*terms, *pinned], max(seconds, BRIEF))
        return again if again.status == "sat" else Answer("unknown")

    def _otherwise(
        self,
        decide: Callable[..., Bisected],
        by: Decider,
        extra: tuple[sp.Basic, ...],
        seconds: float,
    ) -> Answer:
        """Ask a decider that takes the statements as they were told."""
        try:
            found = decide([*self._assumed, *extra], self._about, seconds=seconds)
        except UnsupportedError:
            return Answer("unknown", by=by)
        return Answer(found.status, dict(found.values), by=by)

    def _budget(self) -> float:
        seconds = self._seconds()
        if seconds <= 0:
            raise OutOfTimeError("the budget of time ran out")
        return seconds

    def true_there(self, *formulas: sp.Basic) -> tuple[bool, ...]:
        """Tell which formulas are true at the values that the last answer found."""
        if self._found is None:
            raise RuntimeError("only after an answer that is satisfiable")
        terms = (self._boolean(formula, self._true) for formula in formulas)
        return tuple(z3.is_true(self._found.eval(term, model_completion=True)) for term in terms)

    def never_violated(self) -> bool:
        """Tell whether no obligation at all can be violated while the statements hold."""
        if not self.obligations:
            return True
        happens = [z3.Or([o.happens for o in self.obligations])]
        return self._check("fresh", happens, FIRST_SHARE * self._budget()).status == "unsat"

    def ask_obligation(self, obligation: Obligation) -> Answer:
        """Tell whether an obligation can be violated while the statements hold; z3 is asked."""
        seconds = self._budget()
        answer = self._check("fresh", [obligation.happens], FIRST_SHARE * seconds)
        if answer.status == "unknown":
            answer = self._check("solver", [obligation.happens], (1 - FIRST_SHARE) * seconds)
        if answer.status == "sat" and self._curves:
            return Answer("unknown")  # true of lines, and of the curves perhaps
        return answer

    def mention(self, *symbols: sp.Symbol) -> None:
        """Meet symbols, so that what ties them down has to hold."""
        for symbol in symbols:
            self._real(symbol)

    def _check(self, who: str, terms: list[z3.BoolRef], seconds: float) -> Answer:
        """Ask one of z3's solvers.

        A fresh one that takes everything at once often answers in milliseconds what takes the
        solver that can be asked again and again for ever; now and then it is the other way round.
        """
        if who == "fresh":
            solver = z3.Tactic("qfnra-nlsat", ctx=self._context).solver()
            solver.add(*self._solver.assertions(), *terms)
        else:
            solver = self._solver
        solver.set("timeout", max(int(1000 * seconds), 1))
        answer = solver.check(*(terms if who == "solver" else ()))
        if answer == z3.unsat:
            return Answer("unsat")
        if answer != z3.sat:
            return Answer("unknown")
        self._found = solver.model()
        return Answer("sat", _Values(self._found, dict(self._names)))

    # --- sympy to z3 ---------------------------------------------------------------------------

    def _real(self, symbol: sp.Symbol) -> z3.ArithRef:
        if symbol not in self._names:
            self._names[symbol] = z3.Real(symbol.name, ctx=self._context)
            self._add(*self._about(symbol))
        return self._names[symbol]

    def _once(
        self,
        read: Callable[[sp.Basic, z3.BoolRef], z3.ExprRef],
        what: sp.Basic,
        guard: z3.BoolRef,
    ) -> z3.ExprRef:
        if guard is not self._true:
            return read(what, guard)
        if what not in self._read:
            self._read[what] = read(what, guard)
        return self._read[what]

    def _boolean(self, formula: sp.Basic, guard: z3.BoolRef) -> z3.BoolRef:
        return self._once(self._read_boolean, formula, guard)

    def _term(self, expression: sp.Expr, guard: z3.BoolRef) -> z3.ArithRef:
        return self._once(self._read_term, expression, guard)

    def _read_boolean(self, formula: sp.Basic, guard: z3.BoolRef) -> z3.BoolRef:
        if formula in (sp.true, sp.false):
            return z3.BoolVal(bool(formula), ctx=self._context)
        match formula:
            case sp.And():
                return z3.And([self._boolean(a, guard) for a in formula.args])
            case sp.Or():
                return z3.Or([self._boolean(a, guard) for a in formula.args])
            case sp.Not():
                return z3.Not(self._boolean(formula.args[0], guard))
            case sp.core.relational.Relational():
                left, right = (self._term(side, guard) for side in formula.args)
                return _RELATIONS[formula.rel_op](left, right)
        raise UnsupportedError(f"'{formula}' is no statement that can be decided")

    def _read_term(self, expression: sp.Expr, guard: z3.BoolRef) -> z3.ArithRef:
        match expression:
            case sp.Symbol():
                return self._real(expression)
            case sp.Rational():
                return z3.RealVal(f"{expression.p}/{expression.q}", ctx=self._context)
            case sp.Add() | sp.Mul():
                terms = [self._term(a, guard) for a in expression.args]
                return (z3.Sum if isinstance(expression, sp.Add) else z3.Product)(terms)
            case sp.Pow():
                return self._power(expression, guard)
            case sp.Piecewise():
                return self._piecewise(expression, guard)
            case sp.Min() | sp.Max():
                return self._extreme(expression, guard)
            case sp.Abs():
                inner = self._term(expression.args[0], guard)
                return z3.If(inner >= 0, inner, -inner)
            case sp.log() | sp.exp() | sp.core.numbers.Exp1():
                return self._curve(expression, guard)
            case _ if expression in NOWHERE:
                self._oblige("a value that is not defined", guard)
                return self._new("undefined")
        raise UnsupportedError(
            f"'{expression}' is beyond polynomials, quotients, roots and logarithms"
        )

    def _power(self, power: sp.Pow, guard: z3.BoolRef) -> z3.ArithRef:
        base, exponent = power.args
        if not exponent.is_Rational:
            raise UnsupportedError(f"'{power}' has a variable exponent")
        if exponent.q > MOST_ROOT:
            raise UnsupportedError(f"'{power}' is a root of too high a degree")
        term = self._term(base, guard)
        if exponent.q != 1:
            root = self._new("root")
            self._solver.add(
                z3.Implies(z3.And(guard, term >= 0), z3.And(root >= 0, root**exponent.q == term))
            )
            self._oblige(f"the root of a negative number, {base} < 0", z3.And(guard, term < 0))
            term = root
        positive = z3.Product([term] * abs(int(exponent.p)))
        if exponent > 0:
            return positive
        inverse = self._new("inverse")
        # Only where the denominator is not zero: else the equation would rule out the very
        # points that the obligation is about.
        self._solver.add(z3.Implies(z3.And(guard, positive != 0), inverse * positive == 1))
        self._oblige(f"a division by zero, {base} = 0", z3.And(guard, positive == 0))
        return inverse

    def _curve(self, told: sp.Expr, guard: z3.BoolRef) -> z3.ArithRef:
        """Read a logarithm, or an exponential, of which it is the other way round."""
        (inside,) = told.args or (sp.Integer(1),)
        known, unknown = self._term(inside, guard), self._new(str(told.func))
        if isinstance(told, sp.log):
            curve = Curve(unknown, known, z3.And(guard, known > 0))
            reason = f"the logarithm of what is not positive, {inside} <= 0"
            self._oblige(reason, z3.And(guard, known <= 0))
        else:
            curve = Curve(known, unknown, guard)
        self._solver.add(*curve.lines(), *map(curve.ordered, self._curves))
        self._curves.append(curve)
        return unknown

    def _piecewise(self, pieces: sp.Piecewise, guard: z3.BoolRef) -> z3.ArithRef:
        """Read pieces in order; where none is left, or one is undefined, there is no value."""
        chosen: list[tuple[z3.BoolRef, z3.ArithRef]] = []
        rest = guard
        for value, condition in pieces.args:
            holds = self._boolean(condition, rest)
            here = z3.And(rest, holds)
            if value in NOWHERE:
                self._oblige("a value that is not defined", here)
            else:
                chosen.append((holds, self._term(value, here)))
            rest = z3.And(rest, z3.Not(holds))
        if pieces.args[-1][1] is not sp.true:
            self._oblige("a value that is not defined", rest)
        # Where there is no value the obligation fails, so any number may stand in for it.
        term: z3.ArithRef = self._new("undefined")
        for holds, value in reversed(chosen):
            term = z3.If(holds, value, term)
        return term

    def _extreme(self, extreme: sp.Min | sp.Max, guard: z3.BoolRef) -> z3.ArithRef:
        best, *others = (self._term(a, guard) for a in extreme.args)
        for other in others:
            better = other < best if isinstance(extreme, sp.Min) else other > best
            best = z3.If(better, other, best)
        return best

    def _new(self, what: str) -> z3.ArithRef:
        self._fresh += 1
        return z3.Real(f"{what} {self._fresh}", ctx=self._context)

    def _oblige(self, reason: str, happens: z3.BoolRef) -> None:
        self.obligations.append(Obligation(reason, happens))


def _may_hold(
    formula: sp.Basic, values: Mapping[sp.Symbol, sp.Basic], *, negated: bool = False
) -> bool:
    """Tell whether a formula is true at some values; what has no value there is whatever one likes."""
    match formula:
        case sp.And() | sp.Or():
            join = all if isinstance(formula, sp.And) != negated else any
            return join(_may_hold(part, values, negated=negated) for part in formula.args)
        case sp.Not():
            return _may_hold(formula.args[0], values, negated=not negated)
        case sp.core.relational.Relational():
            sides = [side.xreplace(values) for side in formula.args]
            if any(s.is_real is False or s.has(*NOWHERE) for s in sides):
                return True
            return bool(formula.func(*sides) == (sp.false if negated else sp.true))
    return (formula is sp.true) != negated


_RELATIONS: dict[str, Callable[[z3.ArithRef, z3.ArithRef], z3.BoolRef]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}


def _number(value: z3.ExprRef) -> sp.Rational | None:
    """Return a rational exactly; None for an irrational algebraic number."""
    if z3.is_rational_value(value):
        return sp.Rational(value.numerator_as_long(), value.denominator_as_long())
    return None
