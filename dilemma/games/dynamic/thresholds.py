"""Where a way to play stops being an equilibrium as one parameter moves, in numbers.

What every action gains at once is a ratio of polynomials in the parameter.  Between the real roots
of these nothing changes, so that a look at each root and between them tells everything.  Only the
statement of a game is known here: no branches, and nothing that solves a game.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from math import prod
from typing import Any

import sympy as sp
from sympy.polys.matrices import DomainMatrix
from sympy.polys.polyerrors import CoercionFailed

from dilemma.games.dynamic import dynamic_of
from dilemma.games.dynamic.stages import Stage, Threshold
from dilemma.model import Model
from dilemma.theory.exact_values import put_in_exactly

__all__ = ["threshold_at"]

EPSILON = sp.Rational(1, 10**50)  # how closely an irrational root is bracketed
ZERO = sp.Rational(1, 10**30)  # what is nearer to zero than this is taken for zero


def threshold_at(
    model: Model, values: Mapping[sp.Symbol, sp.Expr], what: Threshold
) -> sp.Expr | None:
    """Return the least or greatest value of a parameter at which a way to play is an equilibrium.

    None where it is one at no value, or at all that are low or high enough, or where what is gained
    is no ratio of polynomials.

    Parameters
    ----------
    values : mapping of symbol to number
        Parameters and definitions; those that hang on the parameter are worked out anew.
    """
    fixed = {s: v for s, v in values.items() if s.name in model.parameters and s != what.parameter}
    return _threshold(model.game_alone, tuple(fixed.items()), what)


@lru_cache(maxsize=256)  # the same for every equilibrium at a calibration
def _threshold(
    model: Model, fixed: tuple[tuple[sp.Symbol, sp.Expr], ...], what: Threshold
) -> sp.Expr | None:
    told = _calibrated(model, dict(fixed), what)
    if told is None:
        return None
    signs, poles = told
    reach = model.parameters[what.parameter.name].range
    low, high = reach.low, reach.high
    marks = sorted({*_roots(signs, low, high), *(end for end in (low, high) if end.is_finite)})
    between = list(_middles(marks))
    between += [marks[0] - 1 if marks else sp.Integer(0)] if low.is_infinite else []
    between += [marks[-1] + 1 if marks else sp.Integer(0)] if high.is_infinite else []
    fits = [
        at
        for at in sorted([*marks, *between])
        if all(s.eval(at) >= -ZERO for s in signs) and abs(poles.eval(at)) > ZERO
    ]
    if not fits:
        return None
    found = fits[0] if what.least else fits[-1]
    near = [mark for mark in marks if (mark <= found if what.least else mark >= found)]
    if not near:  # it fits however far the parameter goes
        return None
    return near[-1] if what.least else near[0]


def _calibrated(
    model: Model, fixed: Mapping[sp.Symbol, sp.Expr], what: Threshold
) -> tuple[list[sp.Poly], sp.Poly] | None:
    """Return what has the signs of what is gained, and what vanishes where that has no value.

    None where these are no polynomials in the parameter.
    """
    known = _put_in(_in_symbols(model, what), fixed, what.parameter)
    if known is not None and all(_lowest(top, bottom) for top, bottom in known):
        return [top * bottom for top, bottom in known], prod(bottom for _, bottom in known)
    ratios = sp.QQ.frac_field(what.parameter)
    try:
        gaps = list(_gaps(model, fixed, what, ratios))
    except (CoercionFailed, ZeroDivisionError):
        return None
    signs = [sp.Poly((gap.numer * gap.denom).as_expr(), what.parameter) for gap in gaps]
    return signs, sp.Poly(sp.Mul(*(gap.denom.as_expr() for gap in gaps)), what.parameter)


Coefficients = tuple[sp.Expr, ...]


@lru_cache(maxsize=256)
def _in_symbols(
    model: Model, what: Threshold
) -> tuple[tuple[Coefficients, Coefficients], ...] | None:
    """Return what each other action loses for whatever numbers: numerator and denominator.

    Coefficients of the parameter's powers, the highest first; None where they are no polynomials.
    """
    others = [p.symbol for p in model.parameters.values() if p.symbol != what.parameter]
    try:
        gaps = list(_gaps(model, {}, what, sp.QQ.frac_field(what.parameter, *others)))
    except (CoercionFailed, ZeroDivisionError):
        return None

    def coefficients(polynomial: Any) -> Coefficients:
        return tuple(sp.Poly(polynomial.as_expr(), what.parameter).all_coeffs())

    return tuple((coefficients(gap.numer), coefficients(gap.denom)) for gap in gaps)


def _put_in(
    known: tuple[tuple[Coefficients, Coefficients], ...] | None,
    fixed: Mapping[sp.Symbol, sp.Expr],
    parameter: sp.Symbol,
) -> list[tuple[sp.Poly, sp.Poly]] | None:
    """Return the same at a calibration; None where a number is not rational or a denominator vanishes."""
    found = []
    for pair in known or ():
        told = [[put_in_exactly(c, fixed) for c in one] for one in pair]
        if not all(c.is_Rational for one in told for c in one) or not any(told[1]):
            return None
        top, bottom = (sp.Poly(one, parameter, domain=sp.QQ) for one in told)
        found.append((top, bottom))
    return None if known is None else found


def _lowest(top: sp.Poly, bottom: sp.Poly) -> bool:
    """Tell whether a ratio is in lowest terms at these numbers, as it is in symbols."""
    return bool(bottom.is_ground or (not top.is_zero and top.gcd(bottom).is_ground))


def _roots(signs: Sequence[sp.Poly], low: sp.Expr, high: sp.Expr) -> Iterator[sp.Expr]:
    for sign in signs:
        for factor, _ in sign.factor_list()[1]:
            if factor.degree() == 1:
                slope, constant = factor.all_coeffs()
                begin = end = -constant / slope
                if low < begin < high:
                    yield begin
                continue
            for (begin, end), _ in factor.intervals(eps=EPSILON):
                if low < (begin + end) / 2 < high:
                    yield (begin + end) / 2


def _middles(marks: Sequence[sp.Expr]) -> Iterator[sp.Expr]:
    yield from ((a + b) / 2 for a, b in pairwise(marks))


def _gaps(
    model: Model, fixed: Mapping[sp.Symbol, sp.Expr], what: Threshold, ratios: Any
) -> Iterator[Any]:
    """Yield what each other action loses, once, as a ratio of polynomials in the parameter alone."""
    game = dynamic_of(model)

    def own(formula: sp.Expr) -> Any:
        return ratios.from_sympy(model.expand(sp.sympify(formula)).xreplace(fixed))

    done = dict(what.policy)
    stages = {state: game.stages[state, *done[state]] for state in game.states}
    for player, discount in game.discounts.items():
        factor = own(discount)
        worth = _worth(stages, player, factor, own, ratios)
        for state, movers in game.states.items():
            for place, (mover, actions) in enumerate(movers.items()):
                for action in actions if mover == player else ():
                    other = (*done[state][:place], action, *done[state][place + 1 :])
                    stage = game.stages[state, *other]
                    later = sum((own(c) * worth[t] for t, c in stage.leads.items()), ratios.zero)
                    yield worth[state] - own(stage.pays[player]) - factor * later


def _worth(
    stages: Mapping[str, Stage],
    player: str,
    discount: Any,
    own: Callable[[sp.Expr], Any],
    ratios: Any,
) -> dict[str, Any]:
    """Return the discounted sum from each state, where the same is done there for ever."""
    states = list(stages)
    rows = [
        [
            (ratios.one if s == t else ratios.zero)
            - discount * own(stages[s].leads.get(t, sp.Integer(0)))
            for t in states
        ]
        for s in states
    ]
    paid = [[own(stages[s].pays[player])] for s in states]
    left = DomainMatrix(rows, (len(states), len(states)), ratios)
    found = left.lu_solve(DomainMatrix(paid, (len(states), 1), ratios))
    return {state: found[k, 0].element for k, state in enumerate(states)}
