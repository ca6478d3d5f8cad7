"""Nash bargaining over one number: where agreement lies, and when there is none.

With gains g_1 and g_2 that are linear in t, and powers w_1 and w_2, the product of g_1**w_1 and
g_2**w_2 is largest where

    w_1 * g_1' * g_2 + w_2 * g_2' * g_1 = 0

if that lies inside the interval with nobody losing, else at the nearer end of the interval, if
nobody loses there.  There is no agreement if somebody loses at every t of the interval.  Nash 1950,
Econometrica 18: 155-162; with unequal powers Binmore, Rubinstein and Wolinsky 1986, RAND Journal of
Economics 17: 176-188 (unverified).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sympy as sp

from dilemma.games.stationary import top
from dilemma.model import Model

__all__ = ["NONE", "Agreement", "agreements"]

NONE = "no agreement"


@dataclass(frozen=True)
class Agreement:
    """One way in which a bargain may end.

    Attributes
    ----------
    binds : tuple of str
        The end of the interval at which it ends, or that there is no agreement.
    """

    binds: tuple[str, ...]
    unknowns: tuple[sp.Symbol, ...]
    equations: tuple[sp.Expr, ...]
    conditions: tuple[sp.Basic, ...]


def agreements(model: Model) -> Iterator[Agreement]:
    """Yield every way in which a model's bargain may end; one empty way where there is none."""
    assert model.choices is not None
    bargain = model.choices.bargain
    if bargain is None:
        yield Agreement((), (), (), ())
        return
    t = bargain.over.symbol
    low, high = bargain.over.low, bargain.over.high
    (one, first), (two, second) = (
        (player, model.expand_play(gain, [t])) for player, gain in bargain.gains.items()
    )
    slope = bargain.power[one] * sp.diff(first, t) * second
    slope += bargain.power[two] * sp.diff(second, t) * first
    nobody_loses = (sp.Ge(first, 0), sp.Ge(second, 0))
    inside = (sp.Gt(t, low), sp.Gt(high, t))
    yield Agreement((), (t,), (top(slope),), (*nobody_loses, *inside))
    for name, end, turns in (("low", low, sp.Le(slope, 0)), ("high", high, sp.Ge(slope, 0))):
        yield Agreement(
            (f"{bargain.over.name}.{name}",), (t,), (sp.expand(t - end),), (*nobody_loses, turns)
        )
    yield Agreement((NONE,), (), (), tuple(_somebody_loses(t, low, high, first, second)))


def _somebody_loses(
    t: sp.Symbol, low: sp.Expr, high: sp.Expr, first: sp.Expr, second: sp.Expr
) -> Iterator[sp.Basic]:
    """State that no t will do: none of the points at which what will do could end."""
    for end in (low, high):
        yield sp.Or(*(sp.Lt(sp.expand(g.xreplace({t: end})), 0) for g in (first, second)))
    for own, other in ((first, second), (second, first)):
        # At t* = -a/b own gains vanish; each statement is multiplied by the square of b.
        b, a = sp.expand(own).coeff(t, 1), sp.expand(own).coeff(t, 0)
        d, c = sp.expand(other).coeff(t, 1), sp.expand(other).coeff(t, 0)
        yield sp.Or(
            sp.Eq(b, 0),
            sp.Lt((c * b - d * a) * b, 0),
            sp.Lt((-a - low * b) * b, 0),
            sp.Lt((high * b + a) * b, 0),
        )
