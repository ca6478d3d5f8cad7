"""Conditions under which a branch is an equilibrium: signs of polynomials, short, and in words.

In closed form an unknown is a quotient, and so is what a deviation gains.  A quotient N/D has the
sign of N where D > 0 and the other one where D < 0; conditions over one denominator are therefore
written together, once for each of its signs.

A condition that follows from the rest is left out, if z3 can prove it.  What cannot be within the
parameters' ranges is "never", what cannot fail is "always", and of ``c <= 0`` an interval from 0
leaves ``c == 0``.  What z3 leaves open stays as it came.

In words conditions read ``D0_J < 0 < D1_J and -4*z_J < D0_J + D1_J < 4*z_J``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from math import inf

import sympy as sp
from sympy.core.relational import Relational

from dilemma.deciders.question import Question
from dilemma.errors import UnsupportedError
from dilemma.games.branch import Branch
from dilemma.model import Model
from dilemma.theory.parts import Parameter

__all__ = [
    "PATIENCE",
    "Shortening",
    "existence",
    "in_words",
    "polynomials",
    "tidy",
]

LONGEST = 5_000  # symbols, numbers and signs that somebody might read

Sign = Callable[[sp.Expr], int]  # 1, -1 or, where it is not known, 0


def _plain(formula: sp.Expr) -> int:
    return int(bool(formula.is_positive))


def existence(branch: Branch, sign: Sign = _plain) -> sp.Basic:
    """Return where a branch is an equilibrium that has a closed form, or such conditions.

    Parameters
    ----------
    branch : Branch
    sign : callable
        What sign a denominator is known to have.

    Returns
    -------
    sympy Boolean
        Of relations between a polynomial, without common factors and with its first term
        positive, and zero.

    Examples
    --------
    >>> from dilemma.games.matrix.supports import branches
    >>> from dilemma.library import load
    >>> pure, *_, mixed = branches(load("abandonment"), named=True)
    >>> existence(pure)
    (D0_J <= 0) & (D0_U <= 0)
    >>> len(existence(mixed).args)
    2
    """
    groups: dict[sp.Expr, list[Relational]] = {}
    parts: list[sp.Basic] = []
    for condition in branch.where or ():
        if not isinstance(condition, Relational):
            parts.append(condition.replace(_is_relation, lambda r: _alone(r, branch.closed, sign)))
            continue
        top, bottom = _fraction(condition, branch.closed)
        groups.setdefault(bottom, []).append(condition.func(top, 0, evaluate=False))
    for bottom, own in groups.items():
        parts.append(_over(bottom, own, sign))
    return sp.And(*parts)


def _is_relation(formula: sp.Basic) -> bool:
    return isinstance(formula, Relational)


def _alone(relation: Relational, closed: Mapping[sp.Symbol, sp.Expr], sign: Sign) -> sp.Basic:
    top, bottom = _fraction(relation, closed)
    return _over(bottom, [relation.func(top, 0, evaluate=False)], sign)


def _fraction(relation: Relational, closed: Mapping[sp.Symbol, sp.Expr]) -> tuple[sp.Expr, sp.Expr]:
    """Return the difference of a relation's sides as numerator and denominator."""
    return _quotient((relation.lhs - relation.rhs).xreplace(dict(closed)))


@lru_cache(maxsize=1_000)
def _quotient(gap: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    expanded = sp.expand(gap)
    if expanded.is_polynomial():
        return expanded, sp.S.One
    top, bottom = sp.fraction(sp.cancel(sp.together(gap)))
    if bottom.could_extract_minus_sign():
        top, bottom = -top, -bottom
    return sp.expand(top), sp.factor_terms(bottom)


def _over(bottom: sp.Expr, relations: Iterable[Relational], sign: Sign) -> sp.Basic:
    """Join relations of numerators over one denominator."""
    own = list(relations)
    known = sign(bottom)
    if known > 0:
        return sp.And(*map(tidy, own))
    # Probabilities that sum to one have numerators that sum to the denominator: all being
    # positive, so is it.
    strict = [r.lhs for r in own if isinstance(r, sp.StrictGreaterThan)]
    told = bool(strict) and sp.expand(sp.Add(*strict) - bottom) == 0
    above = [] if told else [tidy(bottom > 0)]
    below = [] if told else [tidy(bottom < 0)]
    flipped = [r.func(-r.lhs, 0, evaluate=False) for r in own]
    if known < 0:
        return sp.And(*map(tidy, flipped))
    return sp.Or(sp.And(*above, *map(tidy, own)), sp.And(*below, *map(tidy, flipped)))


def tidy(relation: sp.Basic) -> sp.Basic:
    """Write a relation with zero on the right, whole coefficients and the first term positive.

    Examples
    --------
    >>> a, b = sp.symbols("a b", real=True)
    >>> tidy(sp.Ge(b / 4 - a / 2, 0))
    2*a - b <= 0
    """
    if not isinstance(relation, Relational):
        return relation
    gap = sp.expand(relation.lhs - relation.rhs)
    if gap.is_number:
        return relation.func(gap, 0)
    _, gap = gap.primitive()
    # Of terms of both signs sympy tells no sign, and takes long to say so.
    signs = {term.as_coeff_Mul()[0].is_positive for term in sp.Add.make_args(gap)}
    if gap.could_extract_minus_sign():
        return relation.reversed.func(-gap, 0, evaluate=len(signs) == 1)
    return relation.func(gap, 0, evaluate=len(signs) == 1)


def polynomials(formulas: Iterable[sp.Basic]) -> tuple[sp.Expr, ...]:
    """Return every polynomial whose sign some formulas speak of, each once."""
    return tuple(
        dict.fromkeys(
            r.lhs for f in formulas for r in sorted(f.atoms(Relational), key=sp.default_sort_key)
        )
    )


# --- in words -------------------------------------------------------------------------------------


Bound = tuple[sp.Expr, str, sp.Expr]  # left side, relation, right side


def in_words(formula: sp.Basic, bounds: Collection[sp.Symbol] = ()) -> str:
    """Write a condition for a reader.

    Parameters
    ----------
    formula : sympy Boolean
    bounds : collection of symbols
        What the rest is measured by: terms in these alone stand on the right.  Where that parts
        nothing, terms with a minus do.

    Examples
    --------
    >>> a, b, c = sp.symbols("a b c", real=True)
    >>> in_words(sp.And(a < 0, b > 0))
    'a < 0 < b'
    >>> in_words(sp.And(a - 2 * c < 0, a + 2 * c > 0), bounds=[c])
    '-2*c < a < 2*c'
    >>> in_words(sp.Or(sp.And(a - 2 * b >= 0, c > 0), b < 0))
    'b < 0, or c > 0 and a >= 2*b'

    What nobody would read is not written out:

    >>> in_words(sp.And(*(sp.Symbol(f"x{k}", real=True) * a > k for k in range(1_000))))
    '1,000 inequalities hold in the way that `where` says'
    """
    if any(True for _ in islice(sp.preorder_traversal(formula), LONGEST, None)):
        many = len(formula.atoms(Relational))
        return f"{many:,} inequalities hold in the way that `where` says"
    return _words(formula, frozenset(bounds), inside=False)


def _words(formula: sp.Basic, bounds: frozenset[sp.Symbol], *, inside: bool) -> str:
    match formula:
        case sp.And():
            return " and ".join(_conjuncts(formula.args, bounds))
        case sp.Or():
            parts = [_words(part, bounds, inside=False) for part in formula.args]
            told = ", or ".join(sorted(parts, key=lambda text: (len(text), text)))
            return f"({told})" if inside else told
        case sp.Not():
            return f"not ({_words(formula.args[0], bounds, inside=False)})"
        case Relational():
            return _written(*_bound(formula, bounds))
    return {sp.true: "always", sp.false: "never"}.get(formula, str(formula))


def _conjuncts(parts: Iterable[sp.Basic], bounds: frozenset[sp.Symbol]) -> Iterator[str]:
    """Write the parts of a conjunction, short ones first, two bounds of one thing in one."""
    relations = [p for p in parts if isinstance(p, Relational)]
    by_left: dict[sp.Expr, list[Bound]] = {}
    for left, sign, right in (_bound(r, bounds) for r in relations):
        by_left.setdefault(left, []).append((left, sign, right))
    told = list(_signs(by_left))
    for own in by_left.values():
        below = [b for b in own if b[1].startswith(">")]
        above = [b for b in own if b[1].startswith("<")]
        if len(below) == len(above) == 1 and len(own) == 2:
            (left, low, least), (_, high, most) = below[0], above[0]
            told.append(f"{least} {low.replace('>', '<')} {left} {high} {most}")
        else:
            told += [_written(*b) for b in own]
    yield from sorted(told, key=lambda text: (len(text), text))
    other = [_words(p, bounds, inside=True) for p in parts if not isinstance(p, Relational)]
    yield from sorted(other, key=lambda text: (len(text), text))


def _signs(by_left: dict[sp.Expr, list[Bound]]) -> Iterator[str]:
    """Take out pairs such as D0 < 0 and D1 > 0, and write each as D0 < 0 < D1."""
    single = {
        left: own[0][1]
        for left, own in by_left.items()
        if left.is_Symbol and len(own) == 1 and own[0][2] == 0
    }
    for one, sign in single.items():
        for other, turned in single.items():
            if (
                sign == "<"
                and turned == ">"
                and _one_letter_apart(one, other)
                and {one, other} <= set(by_left)
            ):
                yield f"{one} < 0 < {other}"
                del by_left[one], by_left[other]


def _one_letter_apart(one: sp.Symbol, other: sp.Symbol) -> bool:
    """Tell whether two names differ in one letter alone, as D0_J and D1_J do."""
    a, b = str(one), str(other)
    return len(a) == len(b) and sum(x != y for x, y in zip(a, b, strict=True)) == 1


def _bound(relation: Relational, bounds: frozenset[sp.Symbol]) -> Bound:
    terms = sp.Add.make_args(relation.lhs - relation.rhs)
    left = [t for t in terms if not t.free_symbols <= bounds]
    if not left or len(left) == len(terms):
        named = [t for t in terms if t.free_symbols]
        if len(named) == 1 and len(terms) > 1:
            return _solved_for(named[0], sp.Add(*terms) - named[0], relation)
        left = [t for t in terms if not t.could_extract_minus_sign()]
        found, other = sp.Add(*left), sp.Add(*left) - sp.Add(*terms)
        if other != 0 and (found == 0 or other.count_ops() < found.count_ops()):
            return other, relation.reversed.rel_op, found
        return found, relation.rel_op, other
    found, other = sp.Add(*left), sp.Add(*left) - sp.Add(*terms)
    if found.could_extract_minus_sign():
        return -found, relation.reversed.rel_op, -other
    return found, relation.rel_op, other


def _solved_for(term: sp.Expr, constant: sp.Expr, relation: Relational) -> Bound:
    """Solve for the one term that is not a number."""
    factor, rest = term.as_coeff_Mul()
    sign = relation.rel_op if factor > 0 else relation.reversed.rel_op
    return rest, sign, -constant / factor


def _written(left: sp.Expr, sign: str, right: sp.Expr) -> str:
    return f"{left} {sign} {right}"


# --- shortened ------------------------------------------------------------------------------------


MOST_WRITTEN_OUT = 6  # polynomials in a condition
PATIENCE = 2.0  # seconds for one question; what z3 leaves open stays written down
BRIEF = 0.3  # the same for signs, and once definitions are tied to their formulas, which is harder
STRICT = {sp.GreaterThan: sp.StrictGreaterThan, sp.LessThan: sp.StrictLessThan}


class Shortening:
    """Shortens conditions on a model's definitions and parameters.

    Parameters stay within their ranges.  What is never so, and what follows from the ranges alone,
    is looked for with definitions tied to their formulas; else these may take any value, which z3
    answers faster.

    Parameters
    ----------
    model : Model
    given : iterable of sympy Boolean
        What else is known.
    seconds : float, optional
        Budget for all conditions together; past it they are written as they come.
    """

    def __init__(
        self, model: Model, given: Iterable[sp.Basic] = (), seconds: float | None = None
    ) -> None:
        self.model = model
        self._end = self._deadline = time.monotonic() + (inf if seconds is None else seconds)
        self._cut = False
        self._named = {d.symbol: d.formula for d in model.definitions.values()}
        self._patience = PATIENCE
        self._questions = [Question(self.allowed, self._left)]
        if self._named:
            self._questions.append(Question(self._tied, lambda: min(BRIEF, self._left())))
        for question in self._questions:
            question.add(*given)
        self._signs = {p.symbol: _signed_symbol(p) for p in model.parameters.values()}
        self._told: dict[tuple[tuple[sp.Basic, ...], float, bool], bool] = {}

    def _left(self) -> float:
        return min(self._patience, self._deadline - time.monotonic())

    @property
    def ended(self) -> bool:
        """Whether the budget, or the share of it that is allowed now, is used up."""
        ended = time.monotonic() >= self._deadline
        self._cut = self._cut or ended
        return ended

    @property
    def whole(self) -> bool:
        """Whether the budget was enough for all that was asked."""
        return not self._cut

    def allow(self, share: float = 1.0) -> None:
        """Allow a share of what is left of the budget for what comes next."""
        now = time.monotonic()
        self._deadline = now + share * (self._end - now) if self._end < inf else inf

    def allowed(self, symbol: sp.Symbol) -> Iterator[sp.Basic]:
        """Yield the range of a parameter."""
        if symbol.name in self.model.parameters:
            yield from self.model.parameters[symbol.name].range.of(symbol)

    def _tied(self, symbol: sp.Symbol) -> Iterator[sp.Basic]:
        """Yield the range of a parameter, or what a definition stands for."""
        if symbol in self._named:
            yield sp.Eq(symbol, self._named[symbol], evaluate=False)
        yield from self.allowed(symbol)

    def words(self, formula: sp.Basic) -> str:
        """Write a condition for a reader, definitions measured by parameters."""
        return in_words(formula, [p.symbol for p in self.model.parameters.values()])

    def shortest(self, parts: Sequence[sp.Basic]) -> sp.Basic:
        """Join parts by "and", without what follows from the others.

        Those that stand first are tried first.  Few alternatives are written out where that is
        shorter.
        """
        signed = [self.signed(part) for part in parts]
        if self.never(*signed, tied=True):
            return sp.false
        if self.ended:
            return sp.And(*signed)
        found = self._pruned(signed)
        if len(polynomials([found])) <= MOST_WRITTEN_OUT:
            out = self._possible(sp.to_dnf(found, simplify=False), [])
            found = min((found, out), key=lambda formula: len(self.words(formula)))
        return self._tightened(found)

    def sign(self, formula: sp.Expr) -> int:
        """Return the sign that a formula has throughout the ranges, 0 where none is proved."""
        told = formula.xreplace(self._signs)
        if told.is_positive or told.is_negative:
            return 1 if told.is_positive else -1
        if self.never(sp.Le(formula, 0), patience=BRIEF):
            return 1
        return -1 if self.never(sp.Ge(formula, 0), patience=BRIEF) else 0

    def unbent(self, formula: sp.Expr) -> sp.Expr:
        """Write no absolute value of what has one sign, or none, throughout the ranges."""
        return formula.replace(sp.Abs, self._unbent)

    def _unbent(self, inside: sp.Expr) -> sp.Expr:
        if self.never(inside < 0, patience=BRIEF):
            return inside
        return -inside if self.never(inside > 0, patience=BRIEF) else sp.Abs(inside)

    def signed(self, formula: sp.Basic) -> sp.Basic:
        """Leave out of each relation the factors that have one sign throughout the ranges."""
        return formula.replace(lambda part: isinstance(part, Relational), self._signed)

    def _signed(self, relation: Relational) -> sp.Basic:
        gap = relation.lhs - relation.rhs
        if self.ended or gap.is_number or not gap.is_polynomial():
            return relation
        constant, factors = _factored(gap)
        if len(factors) == 1 and factors[0][1] == 1:
            return relation
        left = sp.sign(constant)
        for factor, power in factors:
            sign = self.sign(factor)
            left *= sign**power if sign else factor**power
        return tidy(relation.func(left, 0))

    def _tightened(self, formula: sp.Basic, others: Sequence[sp.Basic] = ()) -> sp.Basic:
        """Write "equal" where only that is left of "at most" or "at least"."""
        if isinstance(formula, sp.Or):
            return sp.Or(*(self._tightened(part, others) for part in formula.args))
        parts = list(sp.And.make_args(formula))
        for k, part in enumerate(parts):
            rest = [*others, *parts[:k], *parts[k + 1 :]]
            if isinstance(part, sp.Or):
                parts[k] = self._tightened(part, rest)
            elif part.func in STRICT and self.never(
                *rest, STRICT[part.func](*part.args, evaluate=False), tied=True
            ):
                parts[k] = sp.Eq(*part.args)
        return sp.And(*parts)

    def _pruned(self, parts: Sequence[sp.Basic]) -> sp.Basic:
        """Drop whole parts first, and then alternatives within those that are left."""
        kept = list(dict.fromkeys(parts))
        for part in list(kept):
            others = [other for other in kept if other != part]
            if self.never(*others, sp.Not(part)) or self.never(sp.Not(part), tied=True):
                kept = others
        for k, part in enumerate(kept):
            others = [other for other in kept if other != part]
            kept[k] = self._possible(part, others)
        return sp.And(*kept)

    def never(self, *formulas: sp.Basic, patience: float = PATIENCE, tied: bool = False) -> bool:
        """Tell whether z3 proves, in time, that some conditions cannot hold together.

        Definitions may take any value unless they are ``tied``, which is the harder question.
        """
        asked = formulas, patience, tied
        if asked not in self._told:
            told = self._never(*formulas, patience=patience, tied=tied)
            if not told and self.ended:
                return False  # nobody knows
            self._told[asked] = told
        return self._told[asked]

    def _never(self, *formulas: sp.Basic, patience: float, tied: bool) -> bool:
        self._patience = patience
        named = any(f.free_symbols & set(self._named) for f in formulas)
        for question in self._questions if tied and named else self._questions[:1]:
            if self.ended:
                return False
            try:
                if question.ask(*formulas).status == "unsat":
                    return True
            except UnsupportedError:  # no signs of polynomials, or the time is up
                return False
        return False

    def _possible(self, part: sp.Basic, others: Sequence[sp.Basic]) -> sp.Basic:
        """Keep the alternatives of a part that can be true at all, each as short as may be."""
        alternatives = list(sp.Or.make_args(part))
        if len(alternatives) == 1 or part in (sp.true, sp.false):
            return part
        kept = [a for a in alternatives if not self.never(*others, a, tied=True)]
        for a in list(kept):
            rest = [other for other in kept if other != a]
            if rest and self.never(*others, a, sp.Not(sp.Or(*rest))):
                kept = rest
        told = []
        for a in kept:
            own = list(sp.And.make_args(a))
            for conjunct in list(own):
                rest = [c for c in own if c != conjunct]
                if rest and self.never(*others, *rest, sp.Not(conjunct)):
                    own = rest
            told.append(sp.And(*own))
        return sp.Or(*told)


@lru_cache(maxsize=1_000)
def _factored(formula: sp.Expr) -> tuple[sp.Expr, tuple[tuple[sp.Expr, int], ...]]:
    constant, factors = sp.factor_list(formula)
    return constant, tuple(factors)


def _signed_symbol(parameter: Parameter) -> sp.Symbol:
    """Return a symbol of which sympy knows the sign that the range gives, to ask z3 less."""
    low, high, name = parameter.range.low, parameter.range.high, parameter.name
    if low > 0 or (low == 0 and parameter.range.open_low):
        return sp.Symbol(name, positive=True)
    if high < 0 or (high == 0 and parameter.range.open_high):
        return sp.Symbol(name, negative=True)
    return sp.Symbol(name, real=True, nonnegative=True if low == 0 else None)
