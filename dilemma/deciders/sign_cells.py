"""Which of several statements hold at once, somewhere in a box: every combination, and that there is no other.

Off its borders a statement about polynomials hangs on the signs of their irreducible factors alone.  z3 is
told just that, without any arithmetic, and proposes signs with a combination that was not met so far.  Signs
that no calibration had are looked into, as few of them at a time as may be: either they cannot be together,
which z3 is then told, or there is a point with them, at which a further combination may hold.  When z3 has
nothing to propose there is no other combination.

Where a polynomial hangs on what is defined by parameters, its range is first taken to be free of everything
else's: fewer symbols are quicker, and what cannot be then cannot be at all.

References
----------
Barrett, Sebastiani, Seshia and Tinelli 2009, Satisfiability modulo theories, in Handbook of Satisfiability
(IOS Press), chapter 26: the lazy approach (unverified).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import islice, product

import numpy as np
import sympy as sp
import z3
from numpy.typing import NDArray
from sympy.core.relational import Relational
from sympy.polys.polyerrors import BasePolynomialError

from dilemma.deciders.bisection import Box, bisected, box_of
from dilemma.deciders.question import OutOfTimeError, Question
from dilemma.errors import UnsupportedError
from dilemma.theory.parts import quickly

__all__ = ["Combination", "SignCells", "sign_cells"]

Truths = NDArray[np.bool_]
Floats = NDArray[np.float64]
Signs = tuple[tuple[int, bool], ...]  # of which factors, and whether each is positive
Point = dict[sp.Symbol, sp.Rational]
Combination = tuple[bool, ...]
About = Callable[[sp.Symbol], Iterable[sp.Basic]]

DRAWS = 200_000
KEPT_ROWS = 6_000  # different signs that are kept of these
NEAR_ENDS = 0.3  # of a beta distribution: borders often meet in corners
DIGITS = 9
CLIMBS, CLIMBERS, TRIES, NARROWER = (
    40,
    40,
    50,
    0.9,
)  # rounds; points each; moves of a point; of a move
TINY = 1e-9
PATIENCE = (0.5, 2.0, 8.0, 30.0)  # seconds for some signs: for any of them, before any gets more
FIRST = 0.2  # of these, for z3
SOME = 6  # choices of signs that are looked into with the same patience
MOST_CORNERS = 10  # symbols of a definition whose ends are taken at corners


@dataclass(frozen=True)
class SignCells:
    """Combinations of statements that hold at once.

    Attributes
    ----------
    found : mapping of tuple of bool to mapping of symbol to number
        Which statements hold, in their order, and a point off the borders where just these do.
    proved : bool
        Whether there are no others.
    excluded : tuple of statements
        Signs that cannot be together, each proved, from which that follows.
    """

    found: Mapping[Combination, Point]
    proved: bool
    excluded: tuple[sp.Basic, ...]


def sign_cells(
    statements: Sequence[sp.Basic], about: About, *, until: float, seed: int = 0
) -> SignCells:
    """Find every combination of statements that hold at once, off the borders.

    Parameters
    ----------
    statements : sequence of sympy Boolean
        Made of inequalities between polynomials.
    about : callable
        Given a symbol, the statements that tie it down: bounds, or an equation that defines it.
    until : float
        When to stop, by ``time.perf_counter``.

    Raises
    ------
    UnsupportedError
        If something is no polynomial, or has no ends.

    Examples
    --------
    >>> x, y = sp.symbols("x y", real=True)
    >>> unit = lambda symbol: (symbol >= 0, symbol <= 1)
    >>> cells = sign_cells([x * y > y, x > y], unit, until=time.perf_counter() + 5)
    >>> sorted(cells.found), cells.proved
    ([(False, False), (False, True)], True)
    """
    return _Search(statements, about, until, seed).cells()


# --- statements as signs ----------------------------------------------------------------------------


@dataclass(frozen=True)
class _Relation:
    """A product of factors is positive, or negative."""

    factors: tuple[int, ...]
    positive: bool


class _Factors:
    """The irreducible factors that statements hang on, in the order in which they are met."""

    def __init__(self) -> None:
        self.polynomials: list[sp.Expr] = []
        self._known: dict[sp.Expr, int] = {}

    def read(self, statement: sp.Basic) -> sp.Basic | _Relation | tuple[object, ...]:
        """Return a statement over signs: nested tuples that begin with "and", "or" or "not"."""
        match statement:
            case sp.And() | sp.Or() | sp.Not():
                name = type(statement).__name__.lower()
                return (name, *map(self.read, statement.args))
            case sp.Eq():  # off the borders
                return ("or",)
            case sp.Ne():
                return ("and",)
            case Relational():
                return self._relation(statement)
        if statement in (sp.true, sp.false):
            return ("and",) if statement is sp.true else ("or",)
        raise UnsupportedError(f"'{statement}' is no statement about signs")

    def _relation(self, statement: Relational) -> _Relation | tuple[object, ...]:
        try:
            number, factors = sp.factor_list(statement.lhs - statement.rhs)
        except BasePolynomialError as error:
            raise UnsupportedError(f"'{statement}' is not about polynomials") from error
        if number == 0:
            return ("and",) if isinstance(statement, sp.Ge | sp.Le) else ("or",)
        above = isinstance(statement, sp.Gt | sp.Ge) is bool(number > 0)
        odd = [self._index(factor) for factor, power in factors if power % 2]
        return _Relation(tuple(odd), above)

    def _index(self, factor: sp.Expr) -> int:
        if not factor.is_polynomial(*factor.free_symbols):
            raise UnsupportedError(f"'{factor}' is no polynomial")
        if factor not in self._known:
            self._known[factor] = len(self.polynomials)
            self.polynomials.append(factor)
        return self._known[factor]


def _holds(stated: object, signs: Truths) -> Truths:
    """Tell where a statement holds, of rows that say of each factor whether it is positive."""
    if isinstance(stated, _Relation):
        negative = np.logical_xor.reduce(~signs[:, list(stated.factors)], axis=1)
        return np.asarray(negative != stated.positive)
    assert isinstance(stated, tuple)
    name, *parts = stated
    told = [_holds(part, signs) for part in parts]
    if name == "not":
        return ~told[0]
    start = np.full(len(signs), fill_value=name == "and")
    join = np.logical_and if name == "and" else np.logical_or
    return np.asarray(join.reduce([start, *told]))


def _logical(stated: object, positive: Sequence[z3.BoolRef]) -> z3.BoolRef:
    """Return the same for z3, without any arithmetic."""
    if isinstance(stated, _Relation):
        found = z3.BoolVal(stated.positive)
        for factor in stated.factors:
            found = found == positive[factor]
        return found
    assert isinstance(stated, tuple)
    name, *parts = stated
    told = [_logical(part, positive) for part in parts]
    if name == "not":
        return z3.Not(told[0])
    return z3.And(*told) if name == "and" else z3.Or(*told)


# --- the search -------------------------------------------------------------------------------------


@dataclass
class _Search:
    statements: Sequence[sp.Basic]
    about: About
    until: float
    seed: int
    found: dict[Combination, Point] = field(default_factory=dict)
    excluded: list[Signs] = field(default_factory=list)
    patience: dict[Signs, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        factors = _Factors()
        self.stated = [factors.read(statement) for statement in self.statements]
        self.factors = factors.polynomials
        told = box_of(tuple(f > 0 for f in self.factors), self.about)
        if told is None:
            raise UnsupportedError("some symbol has no ends")
        self.box, definitions = told
        self.definitions = dict(definitions)
        self.compiled = quickly(list(self.box), [self._expanded(f) for f in self.factors])
        self.stream = np.random.default_rng(self.seed)
        self.points = np.zeros((len(self.box), 0))
        self.loose = self._ranges()
        self.rows = np.zeros((0, len(self.factors)), dtype=bool)
        self.positive = [z3.Bool(f"positive({k})") for k in range(len(self.factors))]
        self.solver = z3.Solver()
        self.held = [_logical(stated, self.positive) for stated in self.stated]

    def cells(self) -> SignCells:
        """Go on until there is no other combination, or time is up."""
        self._drawn()
        proved = False
        while time.perf_counter() < self.until:
            if self.solver.check() == z3.unsat:
                proved = True
                break
            told = self.solver.model()
            proposed = np.array(
                [z3.is_true(told.eval(p, model_completion=True)) for p in self.positive], dtype=bool
            )
            if not self._looked_into(proposed):
                break
        excluded = tuple(sp.And(*self._written(signs)) for signs in self.excluded)
        return SignCells(self.found, proved, excluded)

    def _looked_into(self, proposed: Truths) -> bool:
        """Exclude some of the signs that are proposed, or find a point with them; tell whether either came."""
        for patience in PATIENCE:
            for signs in islice(_unseen(self.rows, proposed, self.sizes), SOME):
                seconds = min(patience, self.until - time.perf_counter())
                if seconds <= 0:
                    return False
                if self.patience.get(signs, 0.0) >= patience:
                    continue
                self.patience[signs] = patience
                status, point = self._together(signs, seconds)
                if status == "unsat":
                    self.excluded.append(signs)
                    self.solver.add(z3.Or([self.positive[k] != sign for k, sign in signs]))
                    return True
                if status == "sat" and self._seen(point):
                    return True
        return False

    def _written(self, signs: Signs) -> list[sp.Basic]:
        return [self.factors[k] > 0 if sign else self.factors[k] < 0 for k, sign in signs]

    def _together(self, signs: Signs, seconds: float) -> tuple[str, Point]:
        """Tell whether some factors have these signs at once: "sat" with a point, "unsat" or "unknown"."""
        if seconds <= PATIENCE[0] and (point := self._climb(signs)):
            return "sat", point
        stated = self._written(signs)
        if self.loose and _asked(stated, self._loosened, seconds)[0] == "unsat":
            return "unsat", {}
        return _asked(stated, self.about, seconds)

    def _loosened(self, symbol: sp.Symbol) -> Iterable[sp.Basic]:
        """Tie down what parameters define by its own range alone."""
        ends = self.loose.get(symbol)
        return self.about(symbol) if ends is None else (symbol >= ends[0], symbol <= ends[1])

    def _ranges(self) -> Mapping[sp.Symbol, tuple[sp.Rational, sp.Rational]]:
        """Return the ranges of what is defined, but by nothing that factors hang on besides."""
        named = set[sp.Symbol]().union(*(f.free_symbols for f in self.factors))
        defined = named & self.definitions.keys()
        lone = [s for s in defined if not self.definitions[s].free_symbols & defined]
        told = {s: _range(self._expanded(s), self.box) for s in lone}
        return {s: ends for s, ends in told.items() if ends is not None}

    @property
    def sizes(self) -> Floats:
        """How much each factor hangs on."""
        return np.array(
            [len(sp.Add.make_args(f)) * len(f.free_symbols) for f in self.factors], float
        )

    # --- points ---------------------------------------------------------------------------------

    def _drawn(self) -> None:
        """Draw points, in floats; keep different signs, and for each combination a point in exact numbers."""
        if not self.box:
            self._seen({})
            return
        half = (len(self.box), DRAWS // 2)
        shares = [self.stream.random(half), self.stream.beta(NEAR_ENDS, NEAR_ENDS, half)]
        points = self._inside(np.hstack(shares))
        rows, first = np.unique((self._values(points) > 0).T, axis=0, return_index=True)
        self.rows, self.points = rows[:KEPT_ROWS], points[:, first]
        held = np.array([_holds(stated, rows) for stated in self.stated]).T
        _, which = np.unique(held, axis=0, return_index=True)
        for row in which:
            self._seen(self._exact(points[:, first[row]]))

    def _inside(self, shares: Floats) -> Floats:
        """Return points of the box, by shares of its sides, with few digits."""
        low, high = (np.array([float(e[k]) for e in self.box.values()])[:, None] for k in (0, 1))
        found: Floats = (low + np.clip(shares, 1e-6, 1 - 1e-6) * (high - low)).round(DIGITS)
        return found

    def _values(self, points: Floats) -> Floats:
        """Return every factor at every point."""
        with np.errstate(all="ignore"):
            values = self.compiled(*points)
        return np.array([np.broadcast_to(v, points.shape[1]) for v in values])

    def _exact(self, point: Floats) -> Point:
        told = zip(self.box.items(), point, strict=True)
        return {
            s: _number(low) if low == high else sp.Rational(repr(float(x)))
            for (s, (low, high)), x in told
        }

    def _climb(self, signs: Signs) -> Point:
        """Climb to where some factors have signs, from points that are nearest to it; nothing if that fails."""
        which = [k for k, _ in signs]
        wanted = np.array([1.0 if sign else -1.0 for _, sign in signs])[:, None]
        low, high = (np.array([float(e[k]) for e in self.box.values()])[:, None] for k in (0, 1))
        width = np.where(high > low, high - low, 1.0)
        points = self.points
        scale = np.abs(self._values(points)[which]).mean(axis=1, keepdims=True) + TINY
        step = 0.3
        for _ in range(CLIMBS):
            worth = (wanted * self._values(points)[which] / scale).min(axis=0)
            best = np.argsort(-worth)[:CLIMBERS]
            if worth[best[0]] > TINY:
                return self._exact(points[:, best[0]])
            shares = (points[:, best] - low) / width
            moved = np.repeat(shares, TRIES, axis=1)
            moved += step * self.stream.standard_normal(moved.shape)
            points = np.hstack([points[:, best], self._inside(moved)])
            step *= NARROWER
        return {}

    def _expanded(self, formula: sp.Expr) -> sp.Expr:
        while defined := formula.free_symbols & self.definitions.keys():
            formula = formula.xreplace({s: self.definitions[s] for s in defined})
        return formula

    def _seen(self, point: Point) -> bool:
        """Note what holds at a point; tell whether these signs are new, and none is nought."""
        inside = {s: point.get(s, sp.Rational(sum(ends), 2)) for s, ends in self.box.items()}
        if not all(tie.xreplace(inside) == sp.true for s in self.box for tie in self.about(s)):
            return False
        values = [self._expanded(f).xreplace(inside) for f in self.factors]
        if any(v == 0 or not v.is_Rational for v in values):
            return False
        row = np.array([[v > 0 for v in values]], dtype=bool)
        new = not (self.rows == row).all(axis=1).any()
        self.rows = np.vstack([self.rows, row]) if new else self.rows
        combination = tuple(bool(_holds(stated, row)[0]) for stated in self.stated)
        if combination not in self.found:
            self.found[combination] = inside
            self.solver.add(
                z3.Or([h != is_ for h, is_ in zip(self.held, combination, strict=True)])
            )
            return True
        return new


def _asked(stated: Sequence[sp.Basic], about: About, seconds: float) -> tuple[str, Point]:
    """Ask z3 for a short while, and then bisection."""
    question = Question(about, lambda: seconds * FIRST, deciders=("z3",))
    question.add(*stated)
    with suppress(OutOfTimeError):
        told = question.ask()
        if told.status != "unknown":
            return told.status, {s: v for s, v in told.values.items() if v is not None}
    found = bisected(stated, about, seconds=seconds)
    return found.status, dict(found.values)


def _unseen(rows: Truths, proposed: Truths, sizes: Floats) -> Iterator[Signs]:
    """Yield few of the proposed signs at a time that no row has together: single ones, pairs, triples, more."""
    agree = (rows == proposed).astype(np.float32)

    def signs(*factors: int) -> Signs:
        return tuple((int(k), bool(proposed[k])) for k in factors)

    alone = np.flatnonzero(agree.sum(axis=0) == 0)
    yield from (signs(int(k)) for k in alone)
    count = len(proposed)
    pairs = [
        (i, j) for i, j in np.argwhere(agree.T @ agree == 0) if i < j and not {i, j} & {*alone}
    ]
    yield from (signs(*p) for p in sorted(pairs, key=lambda p: (sizes[list(p)].sum(), p)))
    if pairs or len(alone):
        return
    triples = []
    for i, j in product(range(count), repeat=2):
        if i < j:
            both = agree[:, i] * agree[:, j]
            triples += [(i, j, int(k)) for k in np.flatnonzero(both @ agree == 0) if k > j]
    yield from (signs(*t) for t in sorted(triples, key=lambda t: (sizes[list(t)].sum(), t)))
    if not triples:
        yield from _greedy(agree, signs)


def _greedy(agree: NDArray[np.float32], signs: Callable[..., Signs]) -> Iterator[Signs]:
    """Yield larger choices, each begun with another factor: what most rows are without comes next."""
    seen = set()
    for begin in np.argsort(agree.sum(axis=0)):
        chosen, left = [int(begin)], agree[:, begin] > 0
        while left.any():
            counts = agree[left].sum(axis=0)
            best = int(counts.argmin())
            if best in chosen:
                break
            chosen.append(best)
            left = left & (agree[:, best] > 0)
        if not left.any() and (key := frozenset(chosen)) not in seen:
            seen.add(key)
            yield signs(*sorted(chosen))


def _range(formula: sp.Expr, box: Box) -> tuple[sp.Rational, sp.Rational] | None:
    """Return the ends of a formula that is linear in each symbol of a box; None where it is not."""
    symbols = sorted(formula.free_symbols, key=str)
    if not set(symbols) <= box.keys() or len(symbols) > MOST_CORNERS:
        return None
    if not formula.is_polynomial(*symbols) or any(sp.degree(formula, s) > 1 for s in symbols):
        return None
    values = [
        formula.xreplace({s: _number(e) for s, e in zip(symbols, corner, strict=True)})
        for corner in product(*(box[s] for s in symbols))
    ]
    return min(values), max(values)


def _number(value: Fraction) -> sp.Rational:
    return sp.Rational(value.numerator, value.denominator)
