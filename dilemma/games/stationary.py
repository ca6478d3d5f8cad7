"""First-order conditions of players who choose numbers, for one set of what binds.

Player i chooses numbers x from intervals under constraints g_k >= 0 and is paid u_i.  With a
multiplier m_k >= 0 for each constraint that binds, its Lagrangian has the slopes

    G_x = du_i/dx + sum over k of m_k * dg_k/dx

and x is inside its interval only where G_x = 0, at the low end only where G_x <= 0, at the high end
only where G_x >= 0 (Karush, Kuhn and Tucker).  G_x is then itself the shadow price of the end.  For
a payoff that is concave in what the player chooses, under constraints that are, this is enough.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import sympy as sp

from dilemma.chosen import Choice, Choices, Constraint
from dilemma.model import Model

__all__ = ["Stationary", "binding_sets", "multiplier", "stationary", "top"]


@dataclass(frozen=True)
class Stationary:
    """What holds of play when some things bind and others do not.

    Attributes
    ----------
    binds : tuple of str
    unknowns : tuple of symbols
        Chosen numbers first, then the multipliers that the equations determine.
    equations : tuple of sympy expressions
        Polynomials that vanish, one for each unknown.
    slack : tuple of sympy Boolean
        What does not bind is strictly so; ends that must lie beyond others do.
    prices : mapping of str to sympy expression
        The shadow price of each thing that binds, in the unknowns; not negative.
    free : tuple of symbols
        Multipliers that nothing determines: more binds than there is to choose.
    """

    binds: tuple[str, ...]
    unknowns: tuple[sp.Symbol, ...]
    equations: tuple[sp.Expr, ...]
    slack: tuple[sp.Basic, ...]
    prices: Mapping[str, sp.Expr]
    free: tuple[sp.Symbol, ...]


def multiplier(constraint: str, player: str, players: Sequence[str]) -> sp.Symbol:
    """Return the symbol of a constraint's shadow price to a player."""
    shown = constraint if len(players) == 1 else f"{constraint}, {player}"
    return sp.Symbol(f"multiplier({shown})", real=True)


def binding_sets(
    choices: Choices, players: Iterable[str], holding: Collection[str] = ()
) -> Iterator[tuple[str, ...]]:
    """Yield every set of ends and constraints that may bind some players together."""
    players = tuple(players)
    ends = [
        [(), *((name,) for name, _, is_open in choice.bounds() if not is_open)]
        for choice in choices.choices.values()
        if choice.player in players and choice.name not in holding
    ]
    kept = [[(), (c.name,)] for c in choices.constraints.values() if set(c.players) & set(players)]
    for chosen in product(*ends, *kept):
        yield tuple(name for names in chosen for name in names)


def stationary(
    model: Model,
    players: Iterable[str],
    binds: tuple[str, ...],
    holding: Collection[str] = (),
) -> Stationary:
    """Write down the first-order conditions of some players for one set of what binds.

    Choices that are held where they are have no conditions but that they are feasible.
    """
    assert model.choices is not None
    game = model.choices
    players = tuple(players)
    mine = [c for c in game.choices.values() if c.player in players]
    own = [c for c in mine if c.name not in holding]
    prices: dict[str, sp.Expr] = {}
    equations: list[sp.Expr] = []
    slack: list[sp.Basic] = []
    multipliers: list[sp.Symbol] = []
    free: list[sp.Symbol] = []
    at_end = {c.name for c in own for name, _, _ in c.bounds() if name in binds}
    held = [k for k in game.constraints.values() if k.name in binds]
    slack += [s for c in mine if c.name in holding for s in _within(model, c)]
    slack += [
        sp.Gt(model.expand_play(c.gap), 0) for c in game.constraints.values() if c.name not in binds
    ]
    for constraint in held:
        gap = model.expand_play(constraint.gap)
        equations.append(gap)
        for player in constraint.players:
            symbol = multiplier(constraint.name, player, constraint.players)
            inside = [c for c in own if c.player == player and c.name not in at_end]
            moves = any(gap.has(c.symbol) for c in inside)
            (multipliers if moves else free).append(symbol)
            alone = len(constraint.players) == 1
            prices[constraint.name if alone else f"{constraint.name}, {player}"] = symbol
    for choice in own:
        slope = _slope(model, choice, held)
        if choice.name not in at_end:
            equations.append(slope)
            slack += [sp.Gt(model.expand_play(gap), 0) for _, gap, _ in choice.bounds()]
            continue
        for name, gap, is_open in choice.bounds():
            expanded = model.expand_play(gap)
            if name in binds:
                equations.append(expanded)
                prices[name] = -slope if name.endswith(".low") else slope
            else:
                slack.append(sp.Gt(expanded, 0) if is_open else sp.Ge(expanded, 0))
    return Stationary(
        binds=binds,
        unknowns=(*(c.symbol for c in own), *multipliers),
        equations=tuple(e for e in map(top, equations) if e != 0),
        slack=tuple(s for s in slack if s is not sp.true),
        prices=prices,
        free=tuple(free),
    )


def _within(model: Model, choice: Choice) -> list[sp.Basic]:
    """State that a choice lies in its interval."""
    return [
        sp.Gt(model.expand_play(gap), 0) if is_open else sp.Ge(model.expand_play(gap), 0)
        for _, gap, is_open in choice.bounds()
    ]


def _slope(model: Model, choice: Choice, held: Iterable[Constraint]) -> sp.Expr:
    """Return the slope of the Lagrangian of whoever chooses."""
    found = sp.diff(model.expand_play(model.payoffs[()][choice.player]), choice.symbol)
    for constraint in held:
        if choice.player in constraint.players:
            price = multiplier(constraint.name, choice.player, constraint.players)
            found += price * sp.diff(model.expand_play(constraint.gap), choice.symbol)
    return found


@lru_cache(maxsize=10_000)
def top(expression: sp.Expr) -> sp.Expr:
    """Return the numerator of an expression over one denominator, expanded."""
    expanded = sp.expand(expression)
    if expanded.is_polynomial():
        return expanded
    return sp.expand(sp.fraction(sp.cancel(sp.together(expression)))[0])
