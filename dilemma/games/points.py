"""Branches solved at one calibration, exactly: the candidates for equilibria of every kind of game.

What solves a branch's equations is carried up from the polynomial at the foot of its shape; what
violates a condition is dropped.  Which of what remains is an equilibrium the kind of game says.

Apart from that, z3 is asked whether a branch's own equations and conditions have a solution.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import sympy as sp

from dilemma.games.branch import ZERO, Branch, RootSymbol, separate, solutions, specialised
from dilemma.games.screening import Screen
from dilemma.model import Model
from dilemma.theory.exact_values import put_in_exactly, rounded
from dilemma.theory.parts import climbing, climbs

if TYPE_CHECKING:
    import z3

__all__ = [
    "Decision",
    "Doubt",
    "Point",
    "Values",
    "candidate",
    "candidates",
    "holds",
    "solution",
    "values_before_play",
]

Values = Mapping[sp.Symbol, sp.Expr]
SHORT = 10**45  # what is not exact is told to so many places


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why an answer may lack an equilibrium.

    Attributes
    ----------
    words : str
    continuum : bool
        Whether there may be a continuum of them.
    """

    words: str
    continuum: bool = False

    def __str__(self) -> str:
        return self.words


@dataclass(frozen=True)
class Point:
    """A solution of a branch that satisfies its conditions: a candidate for an equilibrium.

    It has values for the theory's symbols, so that any formula has a worth there; an
    :class:`~dilemma.games.equilibrium.Equilibrium` is what a kind of game makes of it for a reader,
    once it is judged to be one: play, payoffs and outcomes by name, and how sure that is.

    Attributes
    ----------
    at : mapping of symbol to number
        Parameters, definitions, and the unknowns: chances, what is chosen, shadow prices.
    exact : bool
    tie : str
        A condition that holds with equality, in words; "" for none.
    best : bool
        Whether nobody gains elsewhere, and no other place pays a leader more.
    """

    branch: Branch
    at: Values
    exact: bool
    tie: str
    best: bool = True

    def worth(self, formula: sp.Expr) -> sp.Rational | None:
        """Return a formula's value; None where it has none."""
        try:
            value = put_in_exactly(formula, self.at)
            if value.has(sp.nan, sp.zoo, sp.oo) or value.free_symbols:
                return None
            if not value.is_Rational:
                value = sp.Rational(sp.N(value, 45))
        except (TypeError, ValueError):
            return None
        if self.exact or value.q < SHORT:
            return value
        return rounded(value, SHORT)


def holds(condition: sp.Basic, at: Values) -> tuple[bool, bool]:
    """Tell whether a condition holds at numbers, and whether only just: with equality."""
    if condition in (sp.true, sp.false):
        return condition is sp.true, False
    match condition:
        case sp.And() | sp.Or():
            told = [holds(part, at) for part in condition.args]
            every = all if isinstance(condition, sp.And) else any
            return every(t for t, _ in told), any(t and just for t, just in told)
        case sp.Not():
            told_one = holds(condition.args[0], at)
            return not told_one[0], told_one[1]
    gap = put_in_exactly(_gap(condition), at)
    if gap.free_symbols or gap.has(sp.nan, sp.zoo):
        return True, False  # it speaks of a price that nothing determines
    return _relates(condition, gap)


def _settled(condition: sp.Basic, at: Values) -> bool:
    """Tell whether all that a condition speaks of has a value, and that is a number."""
    return all(s in at and at[s].is_number for s in _symbols(condition))


@lru_cache(maxsize=4_096)
def _symbols(condition: sp.Basic) -> frozenset[sp.Symbol]:
    return frozenset(condition.free_symbols)


@lru_cache(maxsize=4_096)
def _gap(condition: sp.Basic) -> sp.Expr:
    return condition.lhs - condition.rhs


def _relates(condition: sp.Basic, gap: sp.Expr) -> tuple[bool, bool]:
    """Tell the same of one relation, by how much its left side exceeds its right one."""
    near = abs(gap) < ZERO
    match condition:
        case sp.GreaterThan():
            return bool(near or gap > 0), bool(near)
        case sp.LessThan():
            return bool(near or gap < 0), bool(near)
        case sp.StrictGreaterThan():
            return bool(not near and gap > 0), False
        case sp.StrictLessThan():
            return bool(not near and gap < 0), False
        case sp.Eq():
            return bool(near), False
        case sp.Ne():
            return not near, False
    raise AssertionError(condition)


def candidates(
    model: Model,
    branches: Iterable[Branch],
    values: Values,
    may_hold: Callable[[Model, Branch, Values], bool],
    screen: Screen | None = None,
) -> tuple[list[Point], list[Doubt]]:
    """Return every solution of some branches that satisfies their conditions, and what went wrong.

    Parameters
    ----------
    values : mapping of symbol to number
        Parameters, definitions, and choices that are held.
    may_hold : callable
        Tells whether a branch that has no single solution there may hold.
    screen : Screen, optional
        Knows branches that surely do not hold, and learns.
    """
    found: list[Point] = []
    trouble: list[Doubt] = []
    rough = {} if screen is None else in_floats(values)
    for branch in branches:
        if screen is not None and screen.excludes(branch, rough):
            continue
        points, lost = _solved(model, branch, values, screen)
        found += points
        if lost is None:
            trouble.append(Doubt(f"'{branch.name}': its equations were not solved"))
        elif lost and may_hold(model, branch, values):
            words = f"'{branch.name}' may hold a continuum of equilibria"
            trouble.append(Doubt(words, continuum=True))
    return found, trouble


def values_before_play(
    model: Model, calibration: Mapping[str, sp.Rational]
) -> dict[sp.Symbol, sp.Expr]:
    """Return every parameter and definition, where that is easy without those that hang on what is played.

    Raises
    ------
    CalibrationError
        As :meth:`~dilemma.model.Model.values`.
    """
    easy = _before_play(model)
    if easy is None:
        return model.values(calibration)
    at = model.calibration(calibration)
    found = {model.parameters[name].symbol: number for name, number in at.items()}
    for symbol, formula in easy:
        value = put_in_exactly(formula, found)
        if not value.is_Rational:  # irrational, or none: why, the model says
            return model.values(calibration)
        found[symbol] = value
    return found


@lru_cache(maxsize=64)
def _before_play(model: Model) -> tuple[tuple[sp.Symbol, sp.Expr], ...] | None:
    """Return the definitions but those of what is played that have a value whatever parameters are.

    None where a value may have any length, which the model watches.
    """
    formulas = [definition.formula for definition in model.definitions.values()]
    told = climbing(model.payoffs, model.outcomes, tuple(model.game.formulas()))
    if told or any(map(climbs, formulas)):
        return None
    chosen = {choice.symbol for choice in model.game.choices.values()}

    def harmless(node: sp.Basic) -> bool:
        if node.is_Pow and node.exp.is_Integer and node.exp > 0:
            return True
        if not (node.is_Pow or node.is_Function) or isinstance(node, sp.Max | sp.Min | sp.Abs):
            return True
        return bool(sp.expand(model.expand(node)).free_symbols & chosen)

    return tuple(
        (definition.symbol, definition.formula)
        for definition in model.definitions.values()
        if not model.expand(definition.symbol).free_symbols & chosen
        or not all(map(harmless, sp.preorder_traversal(definition.formula)))
    )


def in_floats(values: Values) -> dict[sp.Symbol, float]:
    """Return numbers roughly; what is none is left out."""
    return {
        s: int(v.p) / int(v.q) if isinstance(v, sp.Rational) else float(v)
        for s, v in values.items()
        if v.is_real and v.is_number
    }


def _solved(
    model: Model, branch: Branch, values: Values, screen: Screen | None
) -> tuple[list[Point], bool | None]:
    """Return a branch's candidates, and whether all may be lost; None where it is not solved."""
    shapes = [branch.shape]
    if branch.shape is None:
        equations = [model.expand_play(e) for e in branch.equations]
        shapes = [specialised(*part, values) for part in separate(equations, branch.unknowns)]
    roots: list[dict[sp.Symbol, sp.Rational]] = [{}]
    exact, lost = True, False
    for shape in filter(None, shapes):
        own, precise, wrong = solutions(shape, values)
        if not own and not wrong:
            return [], False  # whatever the other parts hold
        exact, lost = exact and precise, lost or (bool(wrong) and not own)
        roots = [{**root, **more} for root in roots for more in own]
    if None in shapes:
        return [], None
    points = [candidate(model, branch, values, root, exact=exact, screen=screen) for root in roots]
    return [p for p in points if p is not None], lost and not roots


def candidate(
    model: Model,
    branch: Branch,
    values: Values,
    root: Values,
    *,
    exact: bool,
    screen: Screen | None = None,
) -> Point | None:
    """Return a solution of a branch's equations as a point; None where it violates a condition."""
    known = {**values, **root}
    first = [
        c for c in branch.conditions if _settled(c, known)
    ]  # before anybody works out the rest
    judged: dict[sp.Basic, bool] = {}
    if not _all_hold(branch, first, known, judged, screen):
        return None
    at = _defined(model, known)
    left = [c for c in branch.conditions if c not in judged]
    if not _all_hold(branch, left, at, judged, screen):
        return None
    ties = (c for c in branch.conditions if judged[c] and not isinstance(c, sp.Or | sp.And))
    tie = next((c for c in ties if not _of_a_root(c)), None)
    return Point(branch, at, exact, "" if tie is None else f"{tie} holds with equality")


def _all_hold(
    branch: Branch,
    conditions: Iterable[sp.Basic],
    at: Values,
    judged: dict[sp.Basic, bool],
    screen: Screen | None,
) -> bool:
    """Tell whether conditions hold; whether each does so with equality is put into ``judged``."""
    for condition in conditions:
        true, judged[condition] = holds(condition, at)
        if not true:
            if screen is not None:
                screen.learn(branch, condition)
            return False
    return True


def _defined(model: Model, known: Values) -> dict[sp.Symbol, sp.Expr]:
    """Return the definitions that hang on what is played."""
    at = dict(known)
    for name, definition in model.definitions.items():
        if name in model.outcomes:
            value = put_in_exactly(definition.formula, at)
            if not value.free_symbols:
                at[definition.symbol] = value
    return at


def _of_a_root(condition: sp.Basic) -> bool:
    """Tell whether a condition says no more than that a root is not negative."""
    return isinstance(condition.lhs, RootSymbol) and condition.rhs == 0


# --- asked of z3 ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether there is a solution (None: not decided), and if so one, to 30 digits."""

    exists: bool | None
    values: Mapping[sp.Symbol, sp.Rational] = field(default_factory=dict)


def solution(
    branch: Branch,
    values: Mapping[sp.Symbol, sp.Rational],
    *,
    away_from: Sequence[Mapping[sp.Symbol, sp.Rational]] = (),
    by: sp.Rational = sp.S.Zero,
    seconds: float | None = None,
) -> Decision:
    """Decide whether the branch is an equilibrium at these values, whatever its closed form says.

    Parameters
    ----------
    away_from : sequence of mapping of unknown to value
        Solutions that are known; only one that differs from each counts.
    by : sympy Rational
        How much one unknown at least has to differ.
    seconds : float, optional
        Budget of time; past it nothing is decided.
    """
    import z3

    names = {u: z3.Real(u.name) for u in branch.unknowns}
    solver = z3.Solver()
    if seconds is not None:
        solver.set("timeout", max(int(1000 * seconds), 1))
    solver.add(*_stated(branch, values, names))
    for known in away_from:
        reach = ((names[u], z3.RealVal(str(known[u])), z3.RealVal(str(by))) for u in names)
        solver.add(z3.Or([z3.Or(name > at + r, name < at - r) for name, at, r in reach]))
    answer = solver.check()
    if answer != z3.sat:
        return Decision(None if answer == z3.unknown else False)
    found = solver.model()
    return Decision(
        exists=True,
        values={u: _near(found.eval(name, model_completion=True)) for u, name in names.items()},
    )


def _stated(
    branch: Branch,
    values: Mapping[sp.Symbol, sp.Rational],
    names: Mapping[sp.Symbol, z3.ArithRef],
) -> Iterator[z3.BoolRef | bool]:
    """State the branch's equations and conditions at these values, over the names of its unknowns."""
    conditions = [condition.xreplace(values) for condition in branch.conditions]
    if sp.false in conditions:  # whatever the unknowns are
        yield False
        return
    for equation in branch.equations:
        yield _term(equation.xreplace(values), names) == 0
    yield from (_logical(condition, names) for condition in conditions)


def _logical(condition: sp.Basic, names: Mapping[sp.Symbol, z3.ArithRef]) -> z3.BoolRef | bool:
    import z3

    if condition in (sp.true, sp.false):
        return condition is sp.true
    if isinstance(condition, sp.And | sp.Or | sp.Not):
        join = {"And": z3.And, "Or": z3.Or, "Not": z3.Not}[type(condition).__name__]
        return join(*(_logical(part, names) for part in condition.args))
    gap = _term(condition.lhs - condition.rhs, names)
    return {
        "==": gap == 0, "!=": gap != 0, ">": gap > 0, ">=": gap >= 0, "<": gap < 0, "<=": gap <= 0,
    }[condition.rel_op]  # fmt: skip


def _term(formula: sp.Expr, names: Mapping[sp.Symbol, z3.ArithRef]) -> z3.ArithRef:
    return _sum(sp.Poly(formula, *names), tuple(names.values()))


def _sum(polynomial: sp.Poly, names: Sequence[z3.ArithRef]) -> z3.ArithRef:
    import z3

    return z3.Sum(
        [
            z3.Product(
                [z3.RealVal(str(c)), *(n**e for n, e in zip(names, powers, strict=True) if e)]
            )
            for powers, c in polynomial.terms()
        ]
    )


def _near(value: Any) -> sp.Rational:
    """Return a rational number that is, or is near, an algebraic one."""
    near = value if hasattr(value, "numerator_as_long") else value.approx(30)
    return sp.Rational(near.numerator_as_long(), near.denominator_as_long())
