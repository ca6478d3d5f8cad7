"""The slope of a leader's payoff, the followers replying, and where it vanishes.

For one set of what binds the followers their first-order conditions F(z, K) = 0 move the reply z with
the leader's choice K, so that a payoff U has the total slope U_K - U_z * F_K / F_z.

Reduced by the followers' conditions that becomes a polynomial of lower degree.  A reduction may have
to multiply by a coefficient, and where that vanishes, at the limit of a parameter, say, what is left
is true of everything.  Then other terms are tried: a definition D that is linear in the leader's
choice, K = (D - a)/b, may stand for it, and the reduction may come out even.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import sympy as sp

from dilemma.errors import UnsupportedError
from dilemma.games.branch import Shape, top, triangle
from dilemma.games.numbers.choice import Choice
from dilemma.games.numbers.first_order import Stationary, admissible, positive_factor
from dilemma.games.numbers.powers import in_roots
from dilemma.model import Model

__all__ = ["leaders_condition", "positive_ones", "remainder", "signed", "total"]


def total(model: Model, follows: Stationary, formula: sp.Expr, choice: Choice) -> sp.Expr | None:
    """Return the slope of a formula by the leader's choice, the followers replying.

    None where what binds does not determine the reply.
    """
    return _along(follows, in_roots(model, formula), choice.symbol)


def _along(follows: Stationary, expanded: sp.Expr, choice: sp.Symbol) -> sp.Expr | None:
    reply = list(follows.unknowns)
    if len(follows.equations) != len(reply) or follows.free:
        return None
    found = sp.diff(expanded, choice)
    if not reply:
        return found
    system = sp.Matrix(follows.equations)
    moves = system.jacobian(reply)
    determinant = sp.expand(moves.det(method="berkowitz"))
    if determinant == 0:
        return None
    by_choice = -sp.diff(system, choice)
    for position, unknown in enumerate(reply):
        slope = sp.diff(expanded, unknown)
        if slope == 0:
            continue
        replaced = moves.copy()
        replaced[:, position] = by_choice
        found += slope * sp.expand(replaced.det(method="berkowitz")) / determinant
    return found


def leaders_condition(
    model: Model, follows: Stationary, choice: Choice, conditions: Sequence[sp.Basic]
) -> tuple[sp.Expr, Shape | None] | None:
    """Return what vanishes where a leader's optimum lies inside a regime.

    Parameters
    ----------
    conditions : sequence of sympy Boolean
        What holds inside the regime.

    Returns
    -------
    equation, shape
        The shape solves the followers' equations together with it, where it is in other terms than
        the leader's choice; else None.  None alone where what binds does not determine the reply.
    """
    payoff = in_roots(model, model.payoffs[()][model.game.leader])
    slope = _along(follows, payoff, choice.symbol)
    if slope is None:
        return None
    positive = positive_ones(model) | {model.expand_play(gap) for _, gap, _ in choice.bounds()}
    found, even = _reduced(slope, follows, positive)
    for definition in () if even else model.definitions.values():
        told = _in_terms_of(model, definition.symbol, follows, choice, conditions)
        if told is not None:
            return told
    return _without(found, positive), None


def _in_terms_of(
    model: Model,
    term: sp.Symbol,
    follows: Stationary,
    choice: Choice,
    conditions: Sequence[sp.Basic],
) -> tuple[sp.Expr, Shape] | None:
    """Return the same with a definition for the leader's choice; None where that does not help."""
    formula = sp.expand(model.expand_play(term))
    if not formula.is_polynomial(choice.symbol) or sp.degree(formula, choice.symbol) != 1:
        return None
    slope, rest = formula.coeff(choice.symbol, 1), formula.coeff(choice.symbol, 0)
    if not slope.free_symbols & set(follows.unknowns) or not _never(model, slope, conditions):
        return None
    own = sp.Symbol(f"value({term})", real=True)  # elsewhere the definition stands for its formula
    put = {choice.symbol: (own - rest) / slope}
    told = replace(follows, equations=tuple(top(e.xreplace(put)) for e in follows.equations))
    payoff = sp.cancel(in_roots(model, model.payoffs[()][model.game.leader]).xreplace(put))
    along = _along(told, payoff, own)
    if along is None:
        return None
    found, even = _reduced(along, told, positive_ones(model))
    found = _without(found, positive_ones(model)) if even else found
    shape = triangle((*told.equations, found), (*told.unknowns, own)) if even else None
    if shape is None or shape.loose:
        return None
    steps = ((choice.symbol, own - rest, slope), *shape.steps)
    return found.xreplace({own: term}), replace(shape, steps=steps, nonzero=(slope, *shape.nonzero))


def _never(model: Model, vanishes: sp.Expr, conditions: Sequence[sp.Basic]) -> bool:
    """Tell whether something vanishes nowhere that conditions hold, for all admissible parameters."""
    question = admissible(model)
    try:
        question.add(*map(model.expand_play, conditions), sp.Eq(vanishes, 0))
        return question.ask().status == "unsat"
    except UnsupportedError:
        return False


def positive_ones(model: Model) -> set[sp.Expr]:
    """Return what is positive for all admissible parameters, and choices that are."""
    found: set[sp.Expr] = set()
    for parameter in model.parameters.values():
        low = parameter.range.low
        if low > 0 or (low == 0 and parameter.range.open_low):
            found.add(parameter.symbol)
    for choice in model.game.choices.values():
        if choice.open_low and choice.low == 0:
            found.add(choice.symbol)
    return found


def _reduced(slope: sp.Expr, follows: Stationary, positive: set[sp.Expr]) -> tuple[sp.Expr, bool]:
    """Return a polynomial that vanishes with a slope, given the followers' conditions.

    Linear conditions are put in, others reduce its degree.

    Returns
    -------
    polynomial, even
        Whether it vanishes nowhere else: nothing was multiplied by what may vanish.
    """
    found, even = top(slope), True
    solved = triangle(follows.equations, follows.unknowns)
    if solved is not None:
        for symbol, numerator, denominator in solved.steps:
            root = any(not p.exp.is_Integer for p in numerator.atoms(sp.Pow))
            if root or denominator.free_symbols & set(follows.unknowns):
                continue
            found = top(found.xreplace({symbol: numerator / denominator}))
        if solved.last is not None and found.has(solved.last):
            found, by = remainder(found, solved.polynomial, solved.last)
            even = all(positive_factor(f, positive) for f, _ in sp.factor_list(by)[1])
    return found, even


def _without(polynomial: sp.Expr, positive: set[sp.Expr]) -> sp.Expr:
    """Leave out the factors that cannot vanish, and powers."""
    factors = sp.factor_list(polynomial)[1]
    kept = [factor for factor, _ in factors if not positive_factor(factor, positive)]
    return sp.expand(sp.Mul(*kept)) if kept else sp.Integer(1)


def signed(polynomial: sp.Expr, positive: set[sp.Expr]) -> sp.Expr:
    """Return what has the sign of a polynomial: factors that are positive are left out, others kept.

    What is no polynomial stays as it is.

    Examples
    --------
    >>> a, x = sp.symbols("a x", real=True)
    >>> signed(sp.expand(-2 * a * (x - 1) ** 2), {a})
    -2*x**2 + 4*x - 2
    """
    if not polynomial.is_polynomial():
        return polynomial
    constant, factors = sp.factor_list(polynomial)
    kept = (base**power for base, power in factors if base not in positive)
    return sp.expand(constant * sp.Mul(*kept))


def remainder(dividend: sp.Expr, divisor: sp.Expr, symbol: sp.Symbol) -> tuple[sp.Expr, sp.Expr]:
    """Divide polynomials; return the remainder, and by what the dividend was multiplied first.

    It is multiplied by the divisor's leading coefficient only where that does not divide what is to go.

    Examples
    --------
    >>> x, a = sp.symbols("x a", real=True)
    >>> remainder(a * x**3 + x, a * x**2 - 1, x)
    (2*x, 1)
    >>> remainder(x**2, a * x - 1, x)
    (1, a**2)
    """
    parts = dividend.atoms(sp.Pow, sp.Function) | divisor.atoms(sp.Pow, sp.Function)
    names = {p: sp.Dummy() for p in parts if not (p.is_Pow and p.exp.is_Integer)}
    back = {name: part for part, name in names.items()}
    dividend, divisor = dividend.xreplace(names), divisor.xreplace(names)
    symbols = sorted(dividend.free_symbols | divisor.free_symbols | {symbol}, key=str)
    ring = sp.QQ[[s for s in symbols if s != symbol]].ring
    lead, *rest = [ring.from_expr(c) for c in sp.Poly(divisor, symbol).all_coeffs()]
    left = [ring.from_expr(c) for c in sp.Poly(dividend, symbol).all_coeffs()]
    by = ring.one
    while len(left) > len(rest):
        first, *left = left
        quotient, over = first.div(lead)
        if over:
            quotient, by = first, by * lead
            left = [c * lead for c in left]
        for k, c in enumerate(rest):
            left[k] -= quotient * c
    found = sp.Add(*(c.as_expr() * symbol**k for k, c in enumerate(reversed(left))))
    return sp.expand(found.xreplace(back)), by.as_expr().xreplace(back)
