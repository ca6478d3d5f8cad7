"""An approximate equilibrium to many digits, or exactly where it is rational."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product

import sympy as sp

from dilemma.equilibrium import Mix
from dilemma.games.profiles import regret_of
from dilemma.parts import Player
from dilemma.valuation import Payoffs

__all__ = ["polish"]

USED = 1e-7  # a smaller probability is taken for zero


def polish(
    players: Sequence[Player],
    payoffs: Payoffs,
    start: Mapping[str, Mapping[str, float]],
    *,
    digits: int = 50,
    simple: int = 10**6,
    close: Fraction = Fraction(1, 10**30),
) -> tuple[dict[str, Mix], bool] | None:
    """Solve the indifference equations of a profile's supports from an approximate solution.

    Parameters
    ----------
    payoffs : mapping of profile to mapping of player to payoff
        Between 0 and 1.
    start : mapping of player to mapping of action to probability
    digits : int
        How many are carried.
    simple : int
        The largest denominator that is tried as an exact answer.
    close : Fraction
        The most that anybody may gain by deviating from an answer that is not exact.

    Returns
    -------
    (play, exact) or None
        None where the supports have no equilibrium near the start.
    """
    used = {p.name: [a for a, c in start[p.name].items() if c > USED] for p in players}
    solved = _solved(players, payoffs, used, start, digits)
    if solved is None:
        return None
    for exact in (True, False):
        mixes = {
            player.name: _mix(player, solved[player.name], simple if exact else 10**digits)
            for player in players
        }
        if any(c < 0 for mix in mixes.values() for c in mix.values()):
            continue
        regret = max(regret_of(players, payoffs, mixes).values())
        if regret <= (0 if exact else close):
            play: dict[str, Mix] = {
                name: {a: sp.Rational(c.numerator, c.denominator) for a, c in mix.items()}
                for name, mix in mixes.items()
            }
            return play, exact
    return None


def _solved(
    players: Sequence[Player],
    payoffs: Payoffs,
    used: Mapping[str, Sequence[str]],
    start: Mapping[str, Mapping[str, float]],
    digits: int,
) -> dict[str, dict[str, sp.Expr]] | None:
    """Return the probabilities in the supports; None where the search does not converge."""
    named = {(name, a): sp.Dummy(real=True) for name, actions in used.items() for a in actions[1:]}
    mixes: dict[str, dict[str, sp.Expr]] = {}
    for name, actions in used.items():
        own = {a: named[name, a] for a in actions[1:]}
        mixes[name] = {actions[0]: 1 - sp.Add(*own.values()), **own}
    if not named:
        return mixes
    equations = [
        equation
        for position, player in enumerate(players)
        for equation in _indifference(players, payoffs, mixes, position, used[player.name])
    ]
    if len(equations) != len(named):
        return None
    at = [start[name][action] for name, action in named]
    try:
        root = sp.nsolve(equations, list(named.values()), at, prec=digits)
    except (ValueError, ZeroDivisionError):  # no convergence, or a singular Jacobian
        return None
    told = dict(zip(named.values(), root, strict=True))
    return {name: {a: f.xreplace(told) for a, f in own.items()} for name, own in mixes.items()}


def _indifference(
    players: Sequence[Player],
    payoffs: Payoffs,
    mixes: Mapping[str, Mapping[str, sp.Expr]],
    position: int,
    actions: Sequence[str],
) -> Iterator[sp.Expr]:
    """Yield, for each further action in a player's support, what it pays less the first."""
    name = players[position].name
    others = [list(mixes[p.name]) if p.name != name else [""] for p in players]
    for action in actions[1:]:
        terms = []
        for rest in product(*others):
            this, first = (
                payoffs[(*rest[:position], a, *rest[position + 1 :])][name]
                for a in (action, actions[0])
            )
            gap = sp.Rational((this - first).numerator, (this - first).denominator)
            chances = (mixes[p.name][a] for p, a in zip(players, rest, strict=True) if a)
            terms.append(sp.Mul(gap, *chances))
        yield sp.Add(*terms)


def _mix(player: Player, solved: Mapping[str, sp.Expr], largest: int) -> dict[str, Fraction]:
    """Return fractions with denominators up to ``largest`` that sum to one."""
    last, *rest = solved
    told = {a: _fraction(solved[a]).limit_denominator(largest) for a in rest}
    told[last] = 1 - sum(told.values(), Fraction(0))
    return {a: told.get(a, Fraction(0)) for a in player.actions}


def _fraction(number: sp.Expr) -> Fraction:
    exact = sp.Rational(number)
    return Fraction(int(exact.p), int(exact.q))
