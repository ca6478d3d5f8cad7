"""Select among the equilibria of a two-player game, by every criterion at once."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import sympy as sp

from dilemma.equilibria import Equilibria
from dilemma.equilibrium import Equilibrium, Mix
from dilemma.errors import CalibrationError, UnsupportedError
from dilemma.games import selection
from dilemma.games.elimination import eliminate
from dilemma.games.endings import Endings, normal
from dilemma.games.evolution import stability, symmetric
from dilemma.games.indifference import indifferences
from dilemma.games.learning import basins
from dilemma.games.matrix import sides
from dilemma.games.quantal import logit
from dilemma.model import At, Model
from dilemma.report import versions
from dilemma.study.judged import Criteria
from dilemma.study.selected import Selection
from dilemma.study.solve import solve
from dilemma.valuation import numeric_payoffs

__all__ = ["select"]

Matrix = Sequence[Sequence[Fraction]]


def select(
    model: Model,
    at: At | None = None,
    *,
    starts: int = 100,
    seed: int = 0,
    seconds: float | None = 60,
    **changes: Any,
) -> Selection:
    """Judge every equilibrium of a two-player game by the criteria of equilibrium selection.

    Strictness, payoff and risk dominance, iterated strict dominance (by mixes too) and
    evolutionary stability are exact; where learning and evolution end is followed in numbers.

    Parameters
    ----------
    model : Model
    at : str, Era or mapping, optional
        An era, for its central calibration, or a value for each parameter, as in ``solve``.
    starts : int
        Random starting points for the replicator dynamics and for fictitious play; 0 for none.
    seed : int
        What they are drawn with.
    seconds : float, optional
        Budget for solving and following together; past it the result says what is missing.
    **changes
        Parameters that take another value: numbers, or text such as ``"1/3"``.

    Returns
    -------
    Selection

    Raises
    ------
    UnsupportedError
        If there are not two players.
    CalibrationError
        For an unknown era or parameter, an impossible value, a negative seed or count of starts.

    References
    ----------
    Harsanyi and Selten (1988), A General Theory of Equilibrium Selection in Games.

    Examples
    --------
    The hare is safe, the stag pays more: everybody prefers one, and the other is less of a risk.

    >>> import dilemma
    >>> hunt = dilemma.matrix([[5, 0], [4, 4]], [[5, 4], [0, 4]], actions=[["stag", "hare"]] * 2)
    >>> found = select(hunt, starts=50)
    >>> found.payoff_dominant, found.risk_dominant
    ('(stag, stag)', '(hare, hare)')
    >>> print(found.criteria[2].why[0].text)
    row mixes stag 4/5, hare 1/5 so that column is indifferent between stag and hare: 4 = 4
    """
    model.needs_actions("selection among equilibria")
    if model.tree is not None:
        raise UnsupportedError(f"{model.name} is a tree; simultaneous games can be judged")
    if len(model.players) != 2:
        raise UnsupportedError(f"{model.name} has {len(model.players)} players; two can be judged")
    if starts < 0 or seed < 0:
        raise CalibrationError(f"starts = {starts}, seed = {seed}: neither may be negative")
    until = None if seconds is None else time.monotonic() + seconds
    found = solve(model, at, seconds=seconds, **changes)
    table, _ = numeric_payoffs(model, model.values(found.calibration))
    players = list(model.players.values())
    payoffs = {
        profile: {name: sp.Rational(v.numerator, v.denominator) for name, v in cell.items()}
        for profile, cell in table.items()
    }
    A, B = sides(players, table)
    places = _places(found, A, B)
    left = None if until is None else max(until - time.monotonic(), 0)
    end = logit(places)
    return Selection(
        equilibria=found,
        titles={p.name: p.title for p in players},
        criteria=_criteria(model, found, payoffs, A, B),
        losses=selection.losses(players, payoffs, found.equilibria),
        elimination=eliminate(players, payoffs),
        symmetric=symmetric(A, B),
        basins=basins(places, starts=starts, seed=seed, seconds=left) if starts else (),
        logit=end,
        starts=starts,
        seed=seed,
        versions={
            **found.versions,
            **versions("scipy", *(["pygambit"] if end.mixes else [])),
        },
    )


def _criteria(
    model: Model, found: Equilibria, payoffs: selection.Payoffs, A: Matrix, B: Matrix
) -> tuple[Criteria, ...]:
    players = list(model.players.values())
    names = _names(found)
    paid = [selection.expected(payoffs, e) for e in found]
    best = selection.payoff_dominant(found.equilibria)
    safest = selection.risk_dominant(players, payoffs, found.equilibria)
    alike = symmetric(A, B)
    judged = []
    for k, equilibrium in enumerate(found):
        x, y = _mixes(equilibrium)
        judged.append(
            Criteria(
                name=names[k],
                payoffs=paid[k],
                strict=equilibrium.strict,
                dominated_by=tuple(
                    n for n, p in zip(names, paid, strict=True) if selection.pareto_better(p, paid[k])
                ),
                improved_by=tuple(
                    p for p, cell in payoffs.items() if selection.pareto_better(cell, paid[k])
                ),
                payoff_dominant=equilibrium is best,
                risk_dominant=equilibrium is safest,
                symmetric=alike and x == y,
                stability=stability(A, x) if alike and x == y else None,
                why=indifferences(players, payoffs, equilibrium),
            )
        )  # fmt: skip
    return tuple(judged)


def _names(found: Equilibria) -> list[str]:
    """Return the equilibria's names, numbered where several have the same supports."""
    often, seen = Counter(found.names), Counter[str]()
    names = []
    for name in found.names:
        seen[name] += 1
        names.append(f"{name} no. {seen[name]}" if often[name] > 1 else name)
    return names


def _mixes(equilibrium: Equilibrium) -> tuple[tuple[Fraction, ...], tuple[Fraction, ...]]:
    x, y = (
        tuple(Fraction(int(c.p), int(c.q)) for c in mix.values())
        for mix in equilibrium.play.values()
    )
    return x, y


def _places(found: Equilibria, A: Matrix, B: Matrix) -> Endings:
    """Return the components of equilibria as places at which play may end."""
    import numpy as np

    mixes = [_mixes(e) for e in found]

    def corners(mixes: Sequence[Mix]) -> Any:
        return np.array([[float(p) for p in mix.values()] for mix in mixes])

    def places(number: int) -> Iterator[tuple[Any, Any]]:
        for one in found.sets:
            if one.component == number:
                x, y = one.extreme.values()
                yield corners(x), corners(y)

    components = tuple(tuple(places(number)) for number in range(len(found.components)))
    strict = {
        (mixes[k][0].index(Fraction(1)), mixes[k][1].index(Fraction(1))): position
        for position, component in enumerate(found.components)
        for k in component
        if found[k].strict
    }
    return Endings(normal(A), normal(list(zip(*B, strict=True))), strict, components)
