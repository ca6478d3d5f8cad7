"""The conditions of branches as signs of polynomials in two parameters, the others held fixed."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import sympy as sp
from sympy.core.relational import Relational
from sympy.polys.polyerrors import BasePolynomialError

from dilemma.branch import Branch
from dilemma.errors import UnsupportedError
from dilemma.games import branches
from dilemma.model import Model

__all__ = ["Point", "Trial", "definitions_at", "fraction", "sign_at", "trials"]

Fraction = tuple[sp.Poly, sp.Poly]  # numerator and denominator
Point = tuple[sp.Rational, sp.Rational]  # x and y


@dataclass(frozen=True, slots=True)
class Trial:
    """A branch with a closed form, ready to be tried at any point of the plane.

    Attributes
    ----------
    conditions : tuple of sympy Boolean
        What must hold, relations combined in any way.
    gaps : mapping of relation to (numerator, denominator)
        For each relation in ``conditions``, its left minus its right side.
    nonzero : tuple of (numerator, denominator)
        What must not vanish for the closed form to be read.
    """

    branch: Branch
    conditions: tuple[sp.Basic, ...]
    gaps: Mapping[Relational, Fraction]
    nonzero: tuple[Fraction, ...]

    @property
    def polynomials(self) -> tuple[sp.Poly, ...]:
        """Every polynomial whose sign matters."""
        return tuple(p for pair in (*self.gaps.values(), *self.nonzero) for p in pair)

    def holds(self, point: Point) -> bool:
        """Tell, exactly, whether the branch is an equilibrium at a point (x, y)."""
        return all(_sign(pair, point) for pair in self.nonzero) and all(
            self._true(condition, point) for condition in self.conditions
        )

    def _true(self, condition: sp.Basic, point: Point) -> bool:
        if isinstance(condition, Relational):
            sign = _sign(self.gaps[condition], point)
            return sign is not None and _TESTS[condition.func](sign, 0)
        relations = condition.atoms(Relational)
        return bool(condition.xreplace({r: sp.sympify(self._true(r, point)) for r in relations}))


_TESTS: Mapping[type, Callable[[int, int], bool]] = {
    sp.StrictGreaterThan: operator.gt,
    sp.GreaterThan: operator.ge,
    sp.StrictLessThan: operator.lt,
    sp.LessThan: operator.le,
    sp.Equality: operator.eq,
    sp.Unequality: operator.ne,
}


def _sign(fraction: Fraction, point: Point) -> int | None:
    """Return the sign of a quotient at a point, None where it has no value."""
    above, below = (sign_at(polynomial, point) for polynomial in fraction)
    return above * below if below else None


def sign_at(polynomial: sp.Poly, point: Point) -> int:
    """Return the sign of a polynomial in (y, x) at a rational point (x, y), in whole numbers.

    Examples
    --------
    >>> x, y = sp.symbols("x y")
    >>> sign_at(sp.Poly(y - x**2, y, x), (sp.Rational(1, 2), sp.Rational(1, 5)))
    -1
    """
    (x, below_x), (y, below_y) = ((int(number.p), int(number.q)) for number in point)
    (high_y, high_x), terms = _terms(polynomial)
    total: int = sum(
        c * y**i * below_y ** (high_y - i) * x**j * below_x ** (high_x - j) for (i, j), c in terms
    )
    return (total > 0) - (total < 0)


@lru_cache(maxsize=4096)
def _terms(polynomial: sp.Poly) -> tuple[tuple[int, int], list[tuple[tuple[int, int], int]]]:
    """Return its degrees, and its terms with a positive multiple of each coefficient, whole."""
    degrees = tuple(max(polynomial.degree(g), 0) for g in polynomial.gens)
    whole = polynomial.clear_denoms(convert=True)[1]
    return degrees, [(powers, int(c)) for powers, c in whole.terms()]


def trials(
    model: Model, fixed: Mapping[sp.Symbol, sp.Rational], x: sp.Symbol, y: sp.Symbol
) -> tuple[Trial, ...]:
    """Return a trial for each branch with a closed form.

    Parameters
    ----------
    fixed : mapping of symbol to exact value
        Every parameter but x and y.

    Raises
    ------
    UnsupportedError
        If a payoff is no ratio of polynomials in x and y, or has irrational coefficients.
    """
    at = definitions_at(model, fixed)
    for profile, payoffs in model.payoffs.items() if model.tree is None else ():
        for player, payoff in payoffs.items():
            if fraction(payoff.xreplace(at), x, y) is None:
                raise UnsupportedError(
                    f"{model.name}: what {player} is paid at ({', '.join(profile)}) is no ratio of "
                    f"polynomials in {x} and {y} with rational coefficients, which exact borders "
                    f"need: {payoff.xreplace(at)}"
                )
    found = branches(model)
    if any(branch.implicit for branch in found):
        raise UnsupportedError(
            f"{model.name}: where three or more players mix there is no closed form, and so no "
            "exact border"
        )
    return tuple(_trial(branch, at, x, y) for branch in found if branch.solved)


def definitions_at(
    model: Model, fixed: Mapping[sp.Symbol, sp.Rational]
) -> dict[sp.Symbol, sp.Expr]:
    """Return ``fixed`` with what each definition comes to, in terms of the parameters left free."""
    at: dict[sp.Symbol, sp.Expr] = dict(fixed)
    for definition in model.definitions.values():
        at[definition.symbol] = definition.formula.xreplace(at)
    return at


def _trial(branch: Branch, at: Mapping[sp.Symbol, sp.Expr], x: sp.Symbol, y: sp.Symbol) -> Trial:
    solved = {u: sp.cancel(formula.xreplace(at)) for u, formula in branch.closed.items()}

    def own(expression: sp.Expr) -> Fraction:
        found = fraction(expression.xreplace(at).xreplace(solved), x, y)
        if found is None:
            raise UnsupportedError(
                f"a condition of ({branch.name}) is no ratio of polynomials in {x} and {y}, which "
                f"exact borders need: {expression.xreplace(at)}"
            )
        return found

    relations = {r for condition in branch.conditions for r in condition.atoms(Relational)}
    return Trial(
        branch,
        branch.conditions,
        {r: own(r.lhs - r.rhs) for r in sorted(relations, key=str)},
        tuple(own(expression) for expression in branch.nonzero),
    )


def fraction(expression: sp.Expr, x: sp.Symbol, y: sp.Symbol) -> Fraction | None:
    """Return numerator and denominator as polynomials in (y, x); None where it has none."""
    above, below = sp.fraction(sp.together(expression))
    try:
        pair = tuple(sp.Poly(part, y, x, domain=sp.QQ) for part in (above, below))
    except BasePolynomialError:  # not a polynomial, or an irrational coefficient
        return None
    return None if pair[1].is_zero else pair
