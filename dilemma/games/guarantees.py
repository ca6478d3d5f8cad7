"""What a deviation can gain at most: a bound in interval arithmetic over the whole feasible set.

The set is cut into boxes.  A box is done with when the payoff's enclosure there is no better than
what the player has, when a constraint fails throughout, or when it holds the player's own choice
and the payoff is strictly concave in it.  (Moore, Kearfott and Cloud 2009, Introduction to Interval
Analysis, SIAM.)
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import Any

import sympy as sp
from mpmath import iv

from dilemma.model import Model

__all__ = ["most_gained"]

SLACK = 1e-6  # of the payoff: a deviation that gains less is not looked into
BOXES = 20_000

Box = tuple[Any, ...]


def most_gained(
    model: Model,
    player: str,
    values: Mapping[sp.Symbol, sp.Expr],
    point: Mapping[sp.Symbol, sp.Rational],
    boxes: int = BOXES,
) -> float | None:
    """Return a bound on what a player gains by deviating from a point; None where it has none.

    Parameters
    ----------
    values : mapping of symbol to exact value
        Every parameter and definition.
    point : mapping of symbol to number
        What everybody chooses.
    boxes : int
        How many boxes are looked at before it gives up.
    """
    assert model.choices is not None
    own = model.choices.of(player)
    others = {s: v for s, v in point.items() if s not in {c.symbol for c in own}}
    at = {**values, **others}

    def fixed(formula: sp.Expr) -> sp.Expr:
        return model.expand_play(formula).xreplace(at)

    symbols = [c.symbol for c in own]
    payoff = fixed(model.payoffs[()][player])
    hessian = sp.hessian(payoff, symbols)
    try:
        enclose = _enclosing(symbols, payoff)
        curved = [
            _enclosing(symbols, (-1) ** (k + 1) * hessian[: k + 1, : k + 1].det())
            for k in range(len(own))
        ]
        gaps = [_enclosing(symbols, fixed(c.gap)) for c in model.choices.kept_by(player)]
        has = sp.N(payoff.xreplace(dict(point)), 40)
        whole = tuple(iv.mpf([_number(fixed(c.low)), _number(fixed(c.high))]) for c in own)
        slack = SLACK * max(1.0, abs(float(has)))
        here = tuple(_number(point[s]) for s in symbols)
        return _search(enclose, curved, gaps, whole, here, float(has), slack, boxes)
    except (TypeError, ValueError, ZeroDivisionError, AttributeError, KeyError):
        return None  # a function, or a pole, that intervals do not go through


def _number(value: sp.Expr) -> Any:
    exact = sp.Rational(sp.N(value, 40)) if not value.is_Rational else value
    return iv.mpf(int(exact.p)) / iv.mpf(int(exact.q))


def _enclosing(symbols: Sequence[sp.Symbol], formula: sp.Expr) -> Callable[..., Any]:
    """Compile a formula for intervals; its numbers become intervals too."""
    numbers = {
        n: sp.Dummy() for n in formula.atoms(sp.Rational) if not (n.is_Integer and abs(n) < 1000)
    }
    powers = formula.xreplace({n: d for n, d in numbers.items() if not _exponent(formula, n)})
    kept = [(n, d) for n, d in numbers.items() if powers.has(d)]
    compiled = sp.lambdify([*symbols, *(d for _, d in kept)], powers, modules="mpmath")
    constants = [_number(n) for n, _ in kept]

    def enclose(*box: Any) -> Any:
        return iv.mpf(compiled(*box, *constants))

    return enclose


def _exponent(formula: sp.Expr, number: sp.Rational) -> bool:
    return any(power.exp == number for power in formula.atoms(sp.Pow))


def _search(
    enclose: Callable[..., Any],
    curved: Sequence[Callable[..., Any]],
    gaps: Sequence[Callable[..., Any]],
    whole: Box,
    here: Box,
    has: float,
    slack: float,
    boxes: int,
) -> float | None:
    tick = count()
    heap = [(-float(enclose(*whole).b), next(tick), whole)]
    bound = 0.0
    while heap:
        worst, _, box = heapq.heappop(heap)
        if -worst <= has + slack:
            return max(bound, -worst - has, 0.0)
        if next(tick) > 3 * boxes:
            return None
        if any(float(gap(*box).b) < 0 for gap in gaps):
            continue
        # Numbers within rounding of an end are inside; a closed box holds its own ends.
        inside = all(
            side.a <= own.b and own.a <= side.b for side, own in zip(box, here, strict=True)
        )
        if inside and all(float(minor(*box).a) > 0 for minor in curved):
            continue
        widest = max(range(len(box)), key=lambda k: float(box[k].delta.b))
        side = box[widest]
        middle = side.mid
        for half in (iv.mpf([side.a, middle.b]), iv.mpf([middle.a, side.b])):
            part = (*box[:widest], half, *box[widest + 1 :])
            heapq.heappush(heap, (-float(enclose(*part).b), next(tick), part))
    return bound
