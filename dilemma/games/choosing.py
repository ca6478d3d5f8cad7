"""Games in which numbers are chosen, at one calibration: the branches' answer, and a search's.

Independently of the branches (:mod:`dilemma.games.points`) :mod:`dilemma.games.search` looks for
equilibria in floats, from the payoffs alone.  The two are compared as sets: what the search misses
is said, what it finds and the branches lack is a disagreement.  Each answer says what makes sure
that nobody gains by deviating (:mod:`dilemma.games.certificates`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import sympy as sp

from dilemma.equilibrium import Equilibrium
from dilemma.errors import CalibrationError, DisagreementError, UnsupportedError
from dilemma.games.certificates import certificate, doubts, equilibrium, structure
from dilemma.games.concavity import admissible
from dilemma.games.dense import replied
from dilemma.games.found import Found, apart
from dilemma.games.points import Point, by_branches, leaders_best
from dilemma.games.regimes import branches
from dilemma.games.search import NotFoundError, Search
from dilemma.model import Model

__all__ = ["solve"]

Values = Mapping[sp.Symbol, sp.Expr]
Floats = np.ndarray[Any, Any]
NEAR = 1e-5  # the search is in floats, and a payoff is flat at its top
MOST_FOREIGN = 5  # points that only the search finds; more are taken for a continuum


def solve(
    model: Model, values: Values, *, seconds: float | None, most: int, seed: int = 0
) -> Iterator[Found]:
    """Find the equilibria of a game in which numbers are chosen; each answer is better than the last.

    Raises
    ------
    CalibrationError
        If there is nothing that somebody may choose, or a payoff has no value where it may be.
    DisagreementError
        If the branches and the search part: a defect in this package.
    """
    assert model.choices is not None
    del seconds, most  # branches and starting points are few
    _check_feasible(model, values)
    search = Search(model, values, seed)
    _check_payoffs(model, values, search)
    points, said, reasons, symbolic = _by_conditions(model, values)
    rivals = leaders_best(model, points)[1] if model.choices.leader else {}
    left = len(points) - sum(p.best for p in points)
    if left and not model.choices.leader:
        said.append(f"{left} of their solutions no equilibrium: somebody gains elsewhere")
    certified = [(p, *certificate(model, search, p)) for p in points if p.best]
    found = [equilibrium(model, search, p, rivals, told) for p, told, _ in certified]
    word, found, foreign = _searched(model, search, values, found, sure=symbolic and not reasons)
    said.append(word)
    if foreign and symbolic and not _continuum(reasons):
        reasons.append("the search in floats found what the first-order conditions do not hold")
    if any(not sure for _, _, sure in certified):
        reasons.append("not every answer is known to be a global best reply")
    if not found and not reasons:
        said.append("there is no equilibrium in pure choices")
    ties = [p.tie for p, _, _ in certified if p.tie]
    yield _told(model, values, found, said=said, reasons=reasons, ties=ties)


def _by_conditions(model: Model, values: Values) -> tuple[list[Point], list[str], list[str], bool]:
    """Return candidates, what is said of them, why some may lack, and whether there are branches."""
    said: list[str] = []
    reasons: list[str] = []
    points: list[Point] = []
    symbolic = True
    try:
        points, reasons = by_branches(model, values)
        said.append(f"first-order conditions of {len(branches(model))} sets of what binds")
        said += structure(model, values)
    except UnsupportedError as error:
        symbolic = False
        reasons.append(str(error))
    reasons += doubts(model, values)
    return points, said, reasons, symbolic


def _told(
    model: Model,
    values: Values,
    found: list[Equilibrium],
    *,
    said: Sequence[str],
    reasons: Sequence[str],
    ties: Sequence[str],
) -> Found:
    """Put the answer together."""
    assert model.choices is not None
    return Found(
        equilibria=tuple(found),
        sets=apart(found),
        components=tuple((k,) for k in range(len(found))),
        complete=not reasons,
        exact=all(v.is_Rational for v in values.values() if v.is_number),
        reason="; ".join(dict.fromkeys(reasons)),
        degenerate=bool(ties) if not reasons else (True if _continuum(reasons) else None),
        witness="; ".join(dict.fromkeys(ties)) or "; ".join(r for r in reasons if "continuum" in r),
        method="; ".join(said),
        concept="equilibria in pure choices" if not model.choices.leader else "leader's optima",
    )


def _continuum(reasons: Sequence[str]) -> bool:
    return any("continuum" in reason for reason in reasons)


def _check_feasible(model: Model, values: Values) -> None:
    """See that there is something to choose."""
    assert model.choices is not None
    for choice in model.choices.choices.values():
        low, high = (model.expand_play(e).xreplace(dict(values)) for e in (choice.low, choice.high))
        if low.is_number and high.is_number and low > high:
            raise CalibrationError(
                f"players.{choice.player}.choices.{choice.name}.range: its low end {low} lies above "
                f"its high end {high} there: nothing to choose"
            )
    bargain = model.choices.bargain
    for player, power in bargain.power.items() if bargain is not None else ():
        if model.expand_play(power).xreplace(dict(values)) < 0:
            raise CalibrationError(f"the power of {player} in the bargain is negative there")
    if admissible(model, values).ask().status == "unsat":
        alone = [
            name
            for name, constraint in model.choices.constraints.items()
            if admissible(model, values, only=(constraint,)).ask().status == "unsat"
        ]
        names = ", ".join(alone or model.choices.constraints)
        raise CalibrationError(
            f"{model.name}: nothing that may be chosen keeps the constraints there: {names}"
        )


def _check_payoffs(model: Model, values: Values, search: Search) -> None:
    """See that every payoff has a value wherever something may be chosen."""
    assert model.choices is not None
    for player, payoff in model.payoffs[()].items():
        told = ""
        try:
            question = admissible(model, values)
            question.read(sp.Ge(model.expand_play(payoff), 0))
            for obligation in question.obligations:
                if question.ask_obligation(obligation).status == "sat":
                    told = obligation.reason
        except UnsupportedError:
            corners = search.starts()
            if not all(np.isfinite(search.payoff(player, c)) for c in corners):
                told = "it is not a finite real number"
        if told:
            where = ", ".join(c.name for c in model.choices.choices.values())
            raise CalibrationError(
                f"payoffs.{player} has no value everywhere that {where} may lie there: {told}; an end "
                'of a range at which it has none can be left out (open = "low" or "high")'
            )


def _searched(
    model: Model,
    search: Search,
    values: Values,
    found: list[Equilibrium],
    *,
    sure: bool,
) -> tuple[str, list[Equilibrium], bool]:
    """Compare with what the search finds.

    Returns
    -------
    said, equilibria, foreign
        A sentence; the equilibria, with what only the search has where the branches are not sure
        to be whole; and whether there is such.
    """
    assert model.choices is not None
    game = model.choices
    order = [c.name for player in model.players for c in game.of(player)]
    permuted = [search.names.index(name) for name in order]
    try:
        if game.leader:
            return _led(model, search, values, found, order, sure=sure)
        points = [p[permuted] for p in search.simultaneous(tuple(model.players))]
    except NotFoundError as error:
        return f"the search in floats did not settle: {error}", found, False
    plays = [np.array([float(v) for own in e.play.values() for v in own.values()]) for e in found]
    foreign = [p for p in points if not any(_same(p, play) for play in plays)]
    if foreign and sure:
        raise DisagreementError(
            f"the search finds {foreign[0].tolist()}, which no first-order conditions hold; please "
            f"report this with {dict(values)}"
        )
    if len(foreign) > MOST_FOREIGN:
        foreign = foreign[:1]  # a continuum: one of it stands for it
    seen = sum(any(_same(p, play) for p in points) for play in plays)
    told = f"{seen} of {len(plays)}" if plays else f"{len(points)}"
    said = f"a search from {len(search.starts())} points found {told}"
    extra = [_only_searched(model, search, p, order, values) for p in foreign]
    return said, [*found, *extra], bool(extra)


def _same(one: Floats, other: Floats) -> bool:
    return bool(np.max(np.abs(one - other)) < NEAR)


def _led(
    model: Model,
    search: Search,
    values: Values,
    found: list[Equilibrium],
    order: Sequence[str],
    *,
    sure: bool,
) -> tuple[str, list[Equilibrium], bool]:
    """Compare a leader's optimum with a search over the whole interval."""
    assert model.choices is not None
    leader = model.choices.leader
    point, paid = search.led()
    best = max((float(e.payoffs[leader]) for e in found), default=-np.inf)
    if sure and paid > best + 1e-6 * max(1.0, abs(paid)):
        # Replies in floats are not quite best ones, and a leader's payoff is sensitive to them.
        # (Where followers' payoffs are not concave a leader may sit where their reply jumps.)
        point = replied(model, values, search.symbols, point)
        paid = search.payoff(leader, point)
    if paid <= best + 1e-6 * max(1.0, abs(paid)):
        return f"a search over the leader's interval pays no more ({paid:.6g})", found, False
    if sure:
        raise DisagreementError(
            f"the search pays the leader {paid}, more than any regime ({best}); please report this "
            f"with {dict(values)}"
        )
    permuted = [search.names.index(name) for name in order]
    only = _only_searched(model, search, point[permuted], order, values)
    return f"a search over the leader's interval pays {paid:.6g}", [only], True


def _only_searched(
    model: Model, search: Search, point: Floats, order: Sequence[str], values: Values
) -> Equilibrium:
    """Return what the search alone has found, as it is: in floats."""
    assert model.choices is not None
    game = model.choices
    chosen = {name: sp.Rational(repr(float(x))) for name, x in zip(order, point, strict=True)}
    at = {**values, **{game.choices[n].symbol: v for n, v in chosen.items()}}
    payoffs = {
        p: sp.Rational(sp.N(model.expand_play(f).xreplace(at), 20))
        for p, f in model.payoffs[()].items()
    }
    at |= {sp.Symbol(p, real=True): v for p, v in payoffs.items()}
    outcomes: dict[str, sp.Rational | None] = {}
    for name, outcome in model.outcomes.items():
        assert outcome.formula is not None
        value = model.expand_play(outcome.formula).xreplace(at)
        outcomes[name] = (
            sp.Rational(sp.N(value, 20)) if value.is_number and value.is_finite else None
        )
    here = np.array([float(chosen[n]) for n in search.names])
    return Equilibrium(
        play={p: {c.name: chosen[c.name] for c in game.of(p)} for p in model.players},
        payoffs=payoffs,
        outcomes=outcomes,
        regret=sp.Rational(repr(max(search.regret(p, here) for p in game.moves[-1]))),
        branch="found by search alone",
        strict=False,
        exact=False,
        chosen=True,
        certificate="none: found by a search in floats",
    )
