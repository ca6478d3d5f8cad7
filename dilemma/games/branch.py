"""Branches: the symbolic solution of a game, one way of being an equilibrium after another.

A branch says what is played, in closed form or through polynomial equations in a few unknowns, and
under which conditions that is an equilibrium.  The branches of a game partition its equilibria.

Where numbers are chosen a branch is what binds: it may hold several equilibria, or, where payoffs
are not known to be concave, candidates that are none (``relaxed``).

Its equations have a shape once they are solved: each unknown in terms of those below it, a polynomial at the foot.

An equation that is linear in some unknown gives that unknown as a quotient; it is put into the
others, and so on, until one polynomial in one unknown is left, or none: a triangle.  All solutions
are then the roots of that polynomial, each carried up again, provided that no denominator vanishes.

Linear systems may be solved at once instead, by Cramer's rule: a triangle of closed forms with
nothing at its foot, provided that no determinant vanishes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from itertools import permutations
from typing import TYPE_CHECKING

import sympy as sp

from dilemma.games.real_roots import roots_of
from dilemma.theory.exact_values import put_in_exactly, rounded
from dilemma.theory.parts import Profile

if TYPE_CHECKING:
    from dilemma.model import Model

__all__ = [
    "ZERO",
    "Branch",
    "Naming",
    "PartSymbol",
    "Play",
    "RootSymbol",
    "Shape",
    "compared",
    "separate",
    "solutions",
    "specialised",
    "top",
    "triangle",
]

MOST_SOLUTIONS = 64  # by Bezout's bound, for a basis to be tried
ZERO = sp.Rational(1, 10**30)  # what is nearer to zero than this is taken for zero


class PartSymbol(sp.Symbol):  # type: ignore[misc]
    """An unknown that stands for a part of a formula: nobody chooses it."""

    __slots__ = ()


class RootSymbol(PartSymbol):
    """An unknown that is a root of something: never negative, as its branch's conditions say."""

    __slots__ = ()


@dataclass(frozen=True)
class Shape:
    """Equations solved for one unknown after the other.

    Attributes
    ----------
    steps : tuple of (unknown, numerator, denominator)
        Each in terms of unknowns of later steps and of ``last``.
    last : symbol or None
        The unknown of the one polynomial that is left.
    polynomial : sympy expression
        Vanishes; 1 where nothing is left.
    ties : tuple of sympy expressions
        Must vanish as well: what is said beyond the number of unknowns.
    loose : tuple of symbols
        Unknowns that nothing ties down, should the ties hold.
    nonzero : tuple of sympy expressions
        What must not vanish for the steps to be read: denominators, determinants, slopes.  Where
        one does, only the equations speak.
    direct : bool
        Whether the steps are closed forms as they stand, in lowest terms, so that a factor of what
        must not vanish may have gone from their denominators.
    lowest : bool
        Whether no step speaks of another one's unknown, each in lowest terms.

    Examples
    --------
    >>> x, y, a = sp.symbols("x y a", real=True)
    >>> shape = triangle([x + a * y - 1, x - y], [x, y])
    >>> shape.steps, shape.closed
    (((x, y, 1), (y, 1, a + 1)), {y: 1/(a + 1), x: 1/(a + 1)})
    """

    steps: tuple[tuple[sp.Symbol, sp.Expr, sp.Expr], ...] = ()
    last: sp.Symbol | None = None
    polynomial: sp.Expr = sp.S.One
    ties: tuple[sp.Expr, ...] = ()
    loose: tuple[sp.Symbol, ...] = ()
    nonzero: tuple[sp.Expr, ...] = ()
    direct: bool = False
    lowest: bool = False

    @cached_property
    def rooted(self) -> bool:
        """Whether there are roots and the like in it, but for unknown roots, whose values are rounded."""
        known = [(n, d) for s, n, d in self.steps if not isinstance(s, RootSymbol)]
        formulas = (self.polynomial, *(f for step in known for f in step))
        return any(map(_rooted, formulas))

    @cached_property
    def coefficients(self) -> tuple[sp.Expr, ...]:
        """Those of the polynomial in its one unknown, of the highest power first."""
        return tuple(sp.Poly(self.polynomial, self.last).all_coeffs())

    @cached_property
    def closed(self) -> Mapping[sp.Symbol, sp.Expr]:
        """Every unknown in closed form, where all equations were linear; else nothing."""
        if self.last is not None or self.ties or self.loose:
            return {}
        if self.direct or self.lowest:
            return {symbol: over / under for symbol, over, under in self.steps}
        found: dict[sp.Symbol, sp.Expr] = {}
        for symbol, numerator, denominator in reversed(self.steps):
            found[symbol] = sp.factor_terms(sp.cancel((numerator / denominator).xreplace(found)))
        return found

    @classmethod
    def of(cls, closed: Mapping[sp.Symbol, sp.Expr], nonzero: Sequence[sp.Expr] = ()) -> Shape:
        """Return what closed forms make: a triangle with nothing at its foot."""
        steps = tuple((symbol, formula, sp.S.One) for symbol, formula in closed.items())
        return cls(steps=steps, nonzero=tuple(nonzero), direct=True)


def compared(relation: Callable[..., sp.Basic], gap: sp.Expr) -> sp.Basic:
    """Return how a gap compares with nought; what sympy would look for is left to others.

    Examples
    --------
    >>> a = sp.Symbol("a", real=True)
    >>> compared(sp.Ge, a**2), compared(sp.Ge, sp.Integer(-1))
    (a**2 >= 0, False)
    """
    return relation(gap, 0) if gap.is_number else relation(gap, 0, evaluate=False)


@lru_cache(maxsize=10_000)
def top(expression: sp.Expr) -> sp.Expr:
    """Return the numerator of an expression over one denominator, expanded."""
    expanded = sp.expand(expression)
    if expanded.is_polynomial():
        return expanded
    return sp.expand(sp.fraction(sp.cancel(sp.together(expression)))[0])


def triangle(equations: Sequence[sp.Expr], unknowns: Sequence[sp.Symbol]) -> Shape | None:
    """Bring equations into a triangle; None where they do not determine the unknowns so.

    Examples
    --------
    >>> x, y, a = sp.symbols("x y a", real=True)
    >>> triangle([x * y - a, x + y - 3], [x, y]).polynomial
    -a - y**2 + 3*y
    """
    return _triangle(tuple(equations), tuple(unknowns))


@lru_cache(maxsize=1_000)
def _triangle(equations: tuple[sp.Expr, ...], unknowns: tuple[sp.Symbol, ...]) -> Shape | None:
    steps, left, waiting = _roots_apart([e for e in map(top, equations) if e != 0], unknowns)
    ties: list[sp.Expr] = []

    def shape(last: sp.Symbol | None = None, polynomial: sp.Expr = sp.S.One) -> Shape:
        loose = tuple(waiting) if last is None else ()
        poles = tuple(denominator for _, _, denominator in steps if not denominator.is_number)
        return Shape(tuple(steps), last, polynomial, tuple(ties), loose, poles)

    while waiting:
        ties += [e for e in left if not e.free_symbols & set(waiting)]
        left = [e for e in left if e.free_symbols & set(waiting)]
        pivot = _pivot(left, waiting)
        if pivot is None:
            if not left:
                return shape()
            if len(waiting) != 1:
                return None
            first, *others = sorted(left, key=lambda e: _degree(e, waiting[0]))
            ties += others
            return shape(waiting[0], first)
        equation, symbol, slope, constant = pivot
        steps.append((symbol, -constant, slope))
        left = [_put_in(e, symbol, -constant, slope) for e in left if e is not equation]
        left = [e for e in left if e != 0]
        waiting.remove(symbol)
    ties += left
    return shape()


Step = tuple[sp.Symbol, sp.Expr, sp.Expr]


def _roots_apart(
    equations: Sequence[sp.Expr], unknowns: Sequence[sp.Symbol]
) -> tuple[list[Step], list[sp.Expr], list[sp.Symbol]]:
    """Take out unknown roots r, not negative, of which only r**q = Q speaks: worked out once Q is.

    Returns
    -------
    steps, equations, unknowns
        The steps for those taken out, and what is left.
    """
    steps: list[Step] = []
    left, waiting = list(equations), list(unknowns)
    for unknown in [*reversed(unknowns)] * 2:
        speak = [e for e in left if e.has(unknown)]
        if unknown not in waiting or not isinstance(unknown, RootSymbol) or len(speak) != 1:
            continue
        (degree,), lead = (tied := sp.Poly(speak[0], unknown)).terms()[0]
        if lead.is_number and tied == sp.Poly(lead * unknown**degree + tied.eval(0), unknown):
            steps.append((unknown, (-tied.eval(0) / lead) ** sp.Rational(1, degree), sp.S.One))
            left.remove(speak[0])
            waiting.remove(unknown)
    return steps, left, waiting


def _put_in(equation: sp.Expr, symbol: sp.Symbol, over: sp.Expr, under: sp.Expr) -> sp.Expr:
    """Return the numerator of an equation once a quotient stands for a symbol, in lowest terms.

    Polynomials are put together power by power: simplifying large ones afterwards takes minutes.
    """
    if not equation.has(symbol):
        return equation
    symbols = sorted(equation.free_symbols | over.free_symbols | under.free_symbols, key=str)
    if not all(e.is_polynomial(*symbols) and not _rooted(e) for e in (equation, over, under)):
        return top(equation.xreplace({symbol: over / under}))
    ring = sp.QQ[symbols].ring
    numerator, denominator = ring.from_expr(over), ring.from_expr(under)
    first, *others = map(ring.from_expr, sp.Poly(equation, symbol).all_coeffs())
    found, scale = first, ring.one
    for power in others:
        scale *= denominator
        found = found * numerator + power * scale
    for factor, _ in denominator.factor_list()[1] if found else ():
        quotient, left = found.div(factor)
        while not left:
            found = quotient
            quotient, left = found.div(factor)
    return sp.expand(found.clear_denoms()[1].as_expr())


def specialised(
    equations: Sequence[sp.Expr], unknowns: Sequence[sp.Symbol], values: Mapping[sp.Symbol, sp.Expr]
) -> Shape | None:
    """Bring equations into a triangle at exact values, by a lexicographic Groebner basis.

    Where the solutions are finitely many and differ in the last unknown, the basis is linear in
    all others (the shape lemma), which is a triangle.  None where they do not, or the degrees are
    too high to try.
    """
    told = [top(e.xreplace(dict(values))) for e in equations]
    steps, told, unknowns = _roots_apart([e for e in told if e != 0], unknowns)
    while (pivot := _pivot(told, unknowns)) is not None and pivot[2].is_number:
        equation, symbol, slope, constant = pivot
        steps.append((symbol, -constant, slope))
        told = [_put_in(e, symbol, -constant, slope) for e in told if e is not equation]
        told, unknowns = [e for e in told if e != 0], [u for u in unknowns if u != symbol]
    if not told or not unknowns:
        return Shape(tuple(steps), ties=tuple(told), loose=tuple(unknowns))
    if any(not e.is_polynomial(*unknowns) for e in told):
        return None
    if math.prod(sp.Poly(e, *unknowns).total_degree() for e in told) > MOST_SOLUTIONS:
        return None
    for order in permutations(unknowns) if len(unknowns) <= 3 else (unknowns,):
        basis = sp.groebner(told, *order, order="lex")
        if basis.exprs == [1]:
            return Shape(ties=(sp.S.One,))
        found = triangle(basis.exprs, order)
        if found is not None and not found.loose:
            return replace(found, steps=(*steps, *found.steps))
    return None


def separate(
    equations: Sequence[sp.Expr], unknowns: Sequence[sp.Symbol]
) -> list[tuple[list[sp.Expr], list[sp.Symbol]]]:
    """Divide equations and unknowns into parts that have nothing to do with one another.

    Examples
    --------
    >>> x, y = sp.symbols("x y", real=True)
    >>> separate([x**2 - 2, y**2 - 2], [x, y])
    [([x**2 - 2], [x]), ([y**2 - 2], [y])]
    """
    parts: list[set[sp.Symbol]] = [{unknown} for unknown in unknowns]
    for equation in equations:
        own = equation.free_symbols & set(unknowns)
        joined = set(own).union(*(part for part in parts if part & own))
        parts = [*(part for part in parts if not part & own), *([joined] if joined else [])]
    found = [
        ([e for e in equations if e.free_symbols & part], [u for u in unknowns if u in part])
        for part in parts
    ]
    rest = [e for e in equations if not e.free_symbols & set(unknowns)]
    return [*found, (rest, [])] if rest else found


@lru_cache(maxsize=1_000)
def _degree(equation: sp.Expr, symbol: sp.Symbol) -> int:
    most = 0
    for term in sp.Add.make_args(equation):
        for factor in sp.Mul.make_args(term):
            base, power = factor.as_base_exp()
            if base == symbol and power.is_Integer and power > 0:
                most = max(most, int(power))
            elif factor.has(symbol):  # not multiplied out
                return int(sp.degree(equation, symbol))
    return most


def _pivot(
    equations: Sequence[sp.Expr], unknowns: Sequence[sp.Symbol]
) -> tuple[sp.Expr, sp.Symbol, sp.Expr, sp.Expr] | None:
    """Return an equation that is linear in an unknown: the simplest one there is."""
    best: tuple[tuple[int, int], tuple[sp.Expr, sp.Symbol, sp.Expr, sp.Expr]] | None = None
    for equation in equations:
        for symbol in unknowns:
            if not equation.has(symbol) or _degree(equation, symbol) != 1:
                continue
            slope, constant = equation.coeff(symbol, 1), equation.coeff(symbol, 0)
            inside = 2 if slope.free_symbols & set(unknowns) else int(not slope.is_number)
            rank = (inside, sp.count_ops(equation))
            if best is None or rank < best[0]:
                best = rank, (equation, symbol, slope, constant)
    return None if best is None else best[1]


def solutions(
    solved: Shape, values: Mapping[sp.Symbol, sp.Expr]
) -> tuple[list[dict[sp.Symbol, sp.Rational]], bool, str]:
    """Return all real solutions at exact values, whether they are exact, and what went wrong.

    An irrational root comes as a rational number within 10**-50 of it.  What went wrong is "" or a
    word: a "continuum" of solutions, or a "denominator" that vanishes, so that some may be missing.
    """
    starts: list[dict[sp.Symbol, sp.Rational]] = [{}]
    trouble = ""
    exact = not solved.rooted and all(v.is_Rational for v in values.values() if v.is_number)
    values = _rational(values)
    known = [_value(tie, values) for tie in solved.ties if _symbols(tie) <= values.keys()]
    if any(tie.is_number and abs(tie) > ZERO for tie in known):
        return [], exact, ""
    singular = solved.direct and any(abs(_value(e, values)) < ZERO for e in solved.nonzero)
    if solved.loose or singular:
        return [], exact, "continuum"
    if solved.last is not None:
        polynomial = sp.Poly([_value(c, values) for c in solved.coefficients], solved.last)
        if polynomial.is_zero:
            return [], exact, "continuum"
        starts, rational = _roots(polynomial)
        exact = exact and rational
    found = []
    for start in starts:
        at, own = {**values, **start}, dict(start)
        for symbol, numerator, denominator in reversed(solved.steps):
            bottom = _value(denominator, at)
            if abs(bottom) < ZERO:
                over = _value(numerator, at)
                trouble = trouble or ("continuum" if abs(over) < ZERO else "")
                break
            number = _value(numerator, at) / bottom
            if not number.is_Rational:
                break  # the root of a negative number
            exact = exact and put_in_exactly(numerator, at).is_Rational
            own[symbol] = at[symbol] = _short(number, exact=exact)
        else:
            if all(abs(_value(tie, at)) < ZERO for tie in solved.ties):
                found.append(own)
    return found, exact, trouble


@lru_cache(maxsize=4_096)
def _symbols(formula: sp.Expr) -> frozenset[sp.Symbol]:
    return frozenset(formula.free_symbols)


def _rational(values: Mapping[sp.Symbol, sp.Expr]) -> dict[sp.Symbol, sp.Expr]:
    """Round what is irrational to sixty digits."""
    return {
        s: v if v.is_Rational or not v.is_number else sp.Rational(sp.N(v, 60))
        for s, v in values.items()
    }


def _rooted(formula: sp.Expr) -> bool:
    """Tell whether there are roots and the like in a formula, whose values are rounded."""
    powers = formula.atoms(sp.Pow)
    return any(not p.exp.is_Integer for p in powers) or bool(formula.atoms(sp.Function))


def _value(formula: sp.Expr, values: Mapping[sp.Symbol, sp.Expr]) -> sp.Expr:
    """Put numbers in; irrational ones that result, of a root, are rounded to sixty digits."""
    found = put_in_exactly(formula, values)
    if not found.is_Rational and found.atoms(sp.Pow, sp.Function):
        found = found.replace(
            lambda e: e.is_number and e.is_real and not e.is_Rational and not e.is_Add,
            lambda e: sp.Rational(sp.N(e, 60)),
        )
    return found


def _short(number: sp.Rational, *, exact: bool) -> sp.Rational:
    """Keep exact numbers exact, and others to as many digits as they have."""
    return number if exact else rounded(number, 10**60)


def _roots(polynomial: sp.Poly) -> tuple[list[dict[sp.Symbol, sp.Rational]], bool]:
    found, exact = roots_of(polynomial)
    return [{polynomial.gen: root} for root in found], exact


# --- branches -------------------------------------------------------------------------------------


Play = Mapping[str, Mapping[str, sp.Expr]]


@dataclass(frozen=True)
class Branch:
    """One way of being an equilibrium.

    Attributes
    ----------
    name : str
        What is played, such as ``"strong, strong"`` or ``"weak/strong, weak/strong"``.
    play : mapping of decision to mapping of action to sympy expression
        The probability of each action: a number, a formula, an unknown, or one minus unknowns.
        In a simultaneous game each player has one decision, called by the player's name.  Where
        numbers are chosen: for each player, the number that it chooses for each of its choices.
    payoffs, outcomes : mapping of name to sympy expression
        What each player is paid and what each outcome comes to, in parameters and unknowns.
    unknowns, equations : tuple
        Unknown probabilities (or chosen numbers and shadow prices), and the expressions that vanish
        in equilibrium.
    conditions : tuple of sympy Boolean
        Strict for probabilities (a support's probabilities are positive), weak for best replies.
    shape : Shape or None
        The equations solved, once for all calibrations; None where they are not, as where three or
        more players mix.
    chosen : bool
        Whether the play is of chosen numbers and not of probabilities.
    relaxed : bool
        Whether its conditions are necessary for an equilibrium and not known to be enough: sound
        for what holds in every equilibrium, not for what some equilibrium does.
    cutoffs : tuple of symbols
        Unknowns that are the chance of what is seen first, and by which nobody mixes.
    gaps : tuple of sympy expressions
        In a tree what each action pays more than another one, to whoever moves: nought at a tie.
    locate : callable or None
        Works out ``located`` once that is asked for, which takes longer than the rest.
    binds : tuple of str
        What binds, where numbers are chosen.
    rivals : tuple of sympy Boolean
        What a leader's optimum must also satisfy: it pays no less than other regimes' optima.
    value : sympy expression
        What a leader is paid; nan where nobody leads.
    """

    name: str
    play: Play
    payoffs: Mapping[str, sp.Expr]
    outcomes: Mapping[str, sp.Expr]
    unknowns: tuple[sp.Symbol, ...] = ()
    equations: tuple[sp.Expr, ...] = ()
    conditions: tuple[sp.Basic, ...] = ()
    shape: Shape | None = None
    chosen: bool = False
    relaxed: bool = False
    cutoffs: tuple[sp.Symbol, ...] = ()
    gaps: tuple[sp.Expr, ...] = ()
    locate: Callable[[], tuple[sp.Basic, ...] | None] | None = field(
        default=None, repr=False, compare=False
    )
    binds: tuple[str, ...] = ()
    rivals: tuple[sp.Basic, ...] = ()
    value: sp.Expr = sp.nan

    @property
    def pure(self) -> bool:
        """Whether nobody mixes; a player may act on what it sees, such as its own type."""
        return self.chosen or set(self.unknowns) <= set(self.cutoffs)

    @property
    def title(self) -> str:
        """The name in brackets, with a word for a mixed one, as equilibria are called."""
        return f"({self.name})" if self.pure else f"mixed ({self.name})"

    @property
    def closed(self) -> Mapping[sp.Symbol, sp.Expr]:
        """The unknowns in closed form, empty where there is none."""
        return {} if self.shape is None else self.shape.closed

    @property
    def nonzero(self) -> tuple[sp.Expr, ...]:
        """What must not vanish for the play to be read; where it does, only ``equations`` speak."""
        return self.shape.nonzero if self.shape is not None and self.solved else ()

    @property
    def solved(self) -> bool:
        """Whether the play has a closed form."""
        return not self.unknowns or bool(self.closed)

    @cached_property
    def located(self) -> tuple[sp.Basic, ...] | None:
        """Conditions in the parameters alone that hold iff there is such an equilibrium.

        None where they are not known, or the play has a closed form.
        """
        return None if self.locate is None else self.locate()

    @property
    def where(self) -> tuple[sp.Basic, ...] | None:
        """Conditions for there to be such an equilibrium, in parameters and in what is closed.

        None where there are none such.
        """
        return self.conditions if self.solved else self.located

    @property
    def at_ties(self) -> bool:
        """Whether some chances are free and it is nowhere but where payoffs tie: told before it is located."""
        return self.shape is not None and bool(self.shape.loose and self.shape.ties)

    @property
    def implicit(self) -> bool:
        """Whether only polynomial equations tell what is played, and not just where payoffs tie.

        So it is where three or more players mix: their indifference has no closed form.
        """
        own = self.shape
        untold = own is None or (own.last is not None and not own.ties)
        return untold and self.where is None  # which may take long to say

    @property
    def support(self) -> dict[str, Profile]:
        """The actions that are used at each decision."""
        return {
            decision: tuple(a for a, chance in mix.items() if chance != 0)
            for decision, mix in self.play.items()
        }

    def holds_at(self, values: Mapping[sp.Symbol, sp.Rational]) -> bool | None:
        """Tell whether this branch is an equilibrium at these values.

        None where it has no closed form, or the closed form cannot be read there (0/0).
        """
        if not self.solved or any(e.xreplace(values) == 0 for e in self.nonzero):
            return None
        at = {**values, **{u: f.xreplace(values) for u, f in self.closed.items()}}
        return all(condition.xreplace(at) == sp.true for condition in self.conditions)


# --- in the theory's own letters ------------------------------------------------------------------


Terms = dict[sp.Expr, sp.Rational]


class Naming:
    """Shortens expressions by a model's definitions, without changing what they mean.

    A definition is a linear relation between terms.  Gaussian elimination over the terms writes an
    expression in definitions as far as that goes, whichever way it came; it is taken where it is no
    longer than what stood there.

    Examples
    --------
    >>> from dilemma.library import load
    >>> model = load("abandonment")
    >>> at, instead = ("strong", "strong"), ("weak", "strong")
    >>> naming = Naming(model)
    >>> naming.shortest(model.payoffs[at]["japan"] - model.payoffs[instead]["japan"])
    D1_J
    """

    def __init__(self, model: Model) -> None:
        relations = ((d.symbol, _terms(d.formula)) for d in model.definitions.values())
        self._pivots = _eliminated((symbol, own) for symbol, own in relations if len(own) > 1)
        self.shortest = lru_cache(maxsize=4096)(self._shortest)

    def _shortest(self, expression: sp.Expr) -> sp.Expr:
        terms = _terms(expression)
        found = _reduced(terms, self._pivots)
        shortest = found if len(found) <= len(terms) else terms
        return sp.Add(*(coefficient * term for term, coefficient in shortest.items()))


def _terms(expression: sp.Expr) -> Terms:
    return dict(sp.expand(expression).as_coefficients_dict())


def _eliminated(relations: Iterable[tuple[sp.Symbol, Terms]]) -> dict[sp.Expr, Terms]:
    """Solve each definition's relation for one of its terms, and put that in everywhere."""
    pivots: dict[sp.Expr, Terms] = {}
    for symbol, formula in relations:
        left = _reduced(formula, pivots)
        if symbol in left:
            continue  # follows from the others
        pivot = next((t for t in formula if t in left and t != 1), None)
        if pivot is None:
            continue
        scale = left.pop(pivot)
        solved = {term: -c / scale for term, c in left.items()}
        solved[symbol] = 1 / scale
        pivots = {known: _reduced(own, {pivot: solved}) for known, own in pivots.items()}
        pivots[pivot] = solved
    return pivots


def _reduced(terms: Terms, pivots: dict[sp.Expr, Terms]) -> Terms:
    found: Terms = {}
    for term, coefficient in terms.items():
        for part, share in pivots.get(term, {term: sp.Integer(1)}).items():
            found[part] = found.get(part, sp.Integer(0)) + coefficient * share
    return {term: coefficient for term, coefficient in found.items() if coefficient != 0}
