"""Games in which numbers are chosen, at one calibration: the branches' answer, and a search's.

Independently of the branches (:mod:`dilemma.games.points`) :mod:`dilemma.games.numbers.search`
looks for equilibria in floats, from the payoffs alone.  The two are compared as sets: what the
search misses is said, what it finds and the branches lack is a disagreement.  Each answer says what
makes sure that nobody gains by deviating (:mod:`dilemma.games.numbers.certificates`).  Where many
answers are needed :func:`played` gives them without the search's second opinion.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
import sympy as sp

from dilemma.errors import CalibrationError, DisagreementError, UnsupportedError
from dilemma.games.equilibrium import Equilibrium, Solution, apart
from dilemma.games.numbers import numbers_of
from dilemma.games.numbers.certificates import certificate, doubts, equilibrium, structure
from dilemma.games.numbers.components import Together, only_searched, together
from dilemma.games.numbers.exact_replies import Judge
from dilemma.games.numbers.exponents import with_numbers
from dilemma.games.numbers.first_order import admissible, concave
from dilemma.games.numbers.optimality import leaders_best
from dilemma.games.numbers.regimes import branches
from dilemma.games.numbers.search import NotFoundError, Search, replies_to
from dilemma.games.points import Doubt, Point
from dilemma.games.screening import Screen
from dilemma.games.solution import by_branches
from dilemma.model import Model
from dilemma.processes import inside

__all__ = ["distance", "equilibrium_points", "first_choice", "play", "solve"]

Values = Mapping[sp.Symbol, sp.Expr]
Floats = np.ndarray[Any, Any]
NEAR = 1e-5  # the search is in floats, and a payoff is flat at its top


def solve(
    model: Model,
    values: Values,
    *,
    seconds: float | None,
    most: int,
    second_opinion: bool,
    seed: int = 0,
) -> Iterator[Solution]:
    """Find the equilibria of a game in which numbers are chosen; each answer is better than the last.

    Raises
    ------
    CalibrationError
        If there is nothing that somebody may choose, or a payoff has no value where it may be.
    DisagreementError
        If the branches and the search part: a defect in this package.
    """
    del seconds, most  # branches and starting points are few
    model = with_numbers(model, values)
    _check_feasible(model, values)
    search = Search(model, values, seed)
    _check_payoffs(model, values, search)
    if inside() and not model.game.leader:  # should the conditions take longer than there is
        yield _at_first(model, search, values)
    points, said, reasons, symbolic = _by_conditions(model, values)
    rivals = leaders_best(model, points)[1] if model.game.leader else {}
    left = len(points) - sum(p.best for p in points)
    if left and not model.game.leader:
        said.append(f"{left} of their solutions no equilibrium: somebody gains elsewhere")
    certified = [(p, *certificate(model, search, p)) for p in points if p.best]
    sure = symbolic and not reasons
    certain = sure and _attained(model) and all(sure for _, _, sure in certified)
    asks = second_opinion or not certain
    found = [equilibrium(model, search, p, rivals, told, asks=asks) for p, told, _ in certified]
    every, foreign = _as_they_are(found), False
    if asks:
        word, every, foreign = _searched(model, search, values, found, sure=sure, symbolic=symbolic)
        said.append(word)
    if foreign and symbolic and not _continuum(reasons):
        more = "the search in floats found what the first-order conditions do not hold"
        reasons.append(Doubt(more))
    if any(not sure for _, _, sure in certified):
        reasons.append(Doubt("not every answer is known to be a global best reply"))
    reasons += _doubts(every)
    if not every.equilibria and not reasons:
        said.append("there is no equilibrium in pure choices")
    ties = [p.tie for p, _, _ in certified if p.tie]
    yield _solution(model, values, every, said=said, reasons=reasons, ties=ties)


def _doubts(every: Together) -> Iterator[Doubt]:
    """Yield why some of what hangs together may be missing."""
    if every.doubt:
        yield Doubt(every.doubt)
    if every.continuum:
        yield Doubt("of a continuum the ends are shown", continuum=True)


def _at_first(model: Model, search: Search, values: Values) -> Solution:
    """Return what a search from one point finds, which is soon."""
    judge, middle = Judge(model, values, search), search.starts()[2]
    points = search.simultaneous(tuple(model.players), [middle])
    found = [only_searched(judge, values, tuple(Fraction(float(x)) for x in p)) for p in points]
    said, why = "a search from one point", "the first-order conditions were not solved"
    return _solution(model, values, _as_they_are(found), said=[said], reasons=[Doubt(why)], ties=[])


def _by_conditions(
    model: Model, values: Values
) -> tuple[list[Point], list[str], list[Doubt], bool]:
    """Return candidates, what is said of them, why some may lack, and whether there are branches."""
    said: list[str] = []
    reasons: list[Doubt] = []
    points: list[Point] = []
    symbolic = True
    try:
        points, reasons = by_branches(model, values)
        said.append(f"first-order conditions of {len(branches(model))} sets of what binds")
        said += structure(model, values)
    except UnsupportedError as error:
        symbolic = False
        reasons.append(Doubt(str(error)))
    reasons += map(Doubt, doubts(model, values))
    return points, said, reasons, symbolic


def _solution(
    model: Model,
    values: Values,
    found: Together,
    *,
    said: Sequence[str],
    reasons: Sequence[Doubt],
    ties: Sequence[str],
) -> Solution:
    """Put the answer together."""
    return Solution(
        equilibria=found.equilibria,
        sets=found.sets,
        components=found.components,
        complete=not reasons,
        exact=all(v.is_Rational for v in values.values() if v.is_number),
        reason="; ".join(dict.fromkeys(map(str, reasons))),
        degenerate=bool(ties) if not reasons else (True if _continuum(reasons) else None),
        witness="; ".join(dict.fromkeys(ties))
        or found.continuum
        or "; ".join(r.words for r in reasons if r.continuum),
        method="; ".join(said),
        concept="equilibria in pure choices" if not model.game.leader else "leader's optima",
    )


def _continuum(reasons: Sequence[Doubt]) -> bool:
    return any(reason.continuum for reason in reasons)


def _attained(model: Model) -> bool:
    """Tell whether a leader's optimum lies in the regimes, and not towards something left out."""
    if not model.game.leader:
        return True
    ends = [c.open_low or c.open_high for c in numbers_of(model).of(model.game.leader)]
    return numbers_of(model).ties == "leader" and not any(ends)


def _check_feasible(model: Model, values: Values) -> None:
    """See that there is something to choose."""
    for choice in model.game.choices.values():
        low, high = (model.expand_play(e).xreplace(dict(values)) for e in (choice.low, choice.high))
        if low.is_number and high.is_number and low > high:
            raise CalibrationError(
                f"players.{choice.player}.choices.{choice.name}.range: its low end {low} lies above "
                f"its high end {high} there: nothing to choose"
            )
    bargain = model.game.bargain
    for player, power in bargain.power.items() if bargain is not None else ():
        if model.expand_play(power).xreplace(dict(values)) < 0:
            raise CalibrationError(f"the power of {player} in the bargain is negative there")
    ends = [(c.low, c.high) for c in model.game.choices.values()]
    apart = all(low.is_number and high.is_number and low < high for low, high in ends)
    if apart and not model.game.constraints:
        return
    if admissible(model, values).ask().status == "unsat":
        alone = [
            name
            for name, constraint in model.game.constraints.items()
            if admissible(model, values, only=(constraint,)).ask().status == "unsat"
        ]
        names = ", ".join(alone or model.game.constraints)
        raise CalibrationError(
            f"{model.name}: nothing that may be chosen keeps the constraints there: {names}"
        )


def _check_payoffs(model: Model, values: Values, search: Search) -> None:
    """See that every payoff has a value wherever something may be chosen."""
    for player, payoff in model.payoffs[()].items():
        told = ""
        if _has_values(model.expand_play(payoff)):
            continue
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
            where = ", ".join(c.name for c in model.game.choices.values())
            raise CalibrationError(
                f"payoffs.{player} has no value everywhere that {where} may lie there: {told}; an end "
                'of a range at which it has none can be left out (open = "low" or "high")'
            )


@lru_cache(maxsize=64)
def _has_values(payoff: sp.Expr) -> bool:
    """Tell whether a payoff is a polynomial, which has a value everywhere."""
    return bool(payoff.is_polynomial(*payoff.free_symbols))


def _searched(
    model: Model,
    search: Search,
    values: Values,
    found: list[Equilibrium],
    *,
    sure: bool,
    symbolic: bool,
) -> tuple[str, Together, bool]:
    """Compare with what the search finds.

    Returns
    -------
    said, together, foreign
        A sentence; the equilibria, with what only the search has where the branches are not sure
        to be whole; and whether there is such.
    """
    game = numbers_of(model)
    judge = Judge(model, values, search)
    try:
        if game.leader:
            return _led(judge, values, found, sure=sure)
        points = [judge.polished(p) for p in search.simultaneous(tuple(model.players))]
    except NotFoundError as error:
        return f"the search in floats did not settle: {error}", _as_they_are(found), False
    if not symbolic:
        points += judge.crossings()
    points = [p for p in points if judge(p).holds]
    plays = [
        np.array([float(e.play[game.choices[n].player][n]) for n in search.names]) for e in found
    ]
    rough = [np.array([float(x) for x in p]) for p in points]
    foreign = [p for p, here in zip(points, rough, strict=True) if not _among(here, plays)]
    if foreign and sure:
        raise DisagreementError(
            f"the search finds {[float(x) for x in foreign[0]]}, which no first-order conditions "
            f"hold; please report this with {dict(values)}"
        )
    seen = sum(_among(play, rough) for play in plays)
    all_of_them = together(judge, values, found, points) if foreign else _as_they_are(found)
    told = f"{seen} of {len(plays)}" if plays else f"{len(all_of_them.equilibria)}"
    said = f"a search from {len(search.starts())} points found {told}"
    return said, all_of_them, bool(foreign)


def _as_they_are(found: Sequence[Equilibrium]) -> Together:
    return Together(tuple(found), apart(found), tuple((k,) for k in range(len(found))))


def _among(one: Floats, others: Sequence[Floats]) -> bool:
    return any(bool(np.max(np.abs(one - other)) < NEAR) for other in others)


def _led(
    judge: Judge, values: Values, found: list[Equilibrium], *, sure: bool
) -> tuple[str, Together, bool]:
    """Compare a leader's optimum with a search over the whole interval."""
    model, search = judge.model, judge.search
    leader = model.game.leader
    point, paid = search.led()
    best = max((float(e.payoffs[leader]) for e in found), default=-np.inf)
    if sure and paid > best + 1e-6 * max(1.0, abs(paid)):
        # Replies in floats are not quite best ones, and a leader's payoff is sensitive to them.
        # (Where followers' payoffs are not concave a leader may sit where their reply jumps.)
        point = replies_to(model, values, search.symbols, point)
        paid = search.payoff(leader, point)
    if paid <= best + 1e-6 * max(1.0, abs(paid)):
        said = f"a search over the leader's interval pays no more ({paid:.6g})"
        return said, _as_they_are(found), False
    if search.beyond(point):
        said = f"a search over the leader's interval pays more ({paid:.6g}) towards an end left out"
        kept = _as_they_are([] if search.beyond(point, leader) else found)
        return said, replace(kept, doubt=f"{said}: an optimum need not be attained"), False
    if sure:
        raise DisagreementError(
            f"the search pays the leader {paid}, more than any regime ({best}); please report this "
            f"with {dict(values)}"
        )
    told = judge.polished(point)
    polished = np.array([float(x) for x in told])
    if not judge(told).holds or search.payoff(leader, polished) < paid - 1e-9 * max(1.0, abs(paid)):
        told = tuple(Fraction(float(x)) for x in point)
    only = only_searched(judge, values, told)
    said = f"a search over the leader's interval pays {paid:.6g}"
    return said, _as_they_are([only]), True


# --- without a search -----------------------------------------------------------------------------


SAME_NUMBER = sp.Rational(1, 10**12)


def equilibrium_points(
    model: Model, values: Mapping[sp.Symbol, sp.Expr], screen: Screen | None = None
) -> tuple[list[Point], str]:
    """Return every equilibrium, and why some may be missing ("" if none is).

    Parameters
    ----------
    values : mapping of symbol to number
        Parameters and definitions.
    screen : Screen, optional
        As :func:`~dilemma.games.solution.by_branches` takes it.

    Raises
    ------
    UnsupportedError
        If the game has no branches.
    """
    points, trouble = by_branches(model, values, screen=screen)
    found: list[Point] = []
    for point in points:
        if point.best and all(distance(model, point, other) > SAME_NUMBER for other in found):
            found.append(point)
    if any(concave(model, player) is not True for player in model.game.moves[-1]):
        found, more = _certified(model, values, found)
        return found, "; ".join(filter(None, [*map(str, trouble), more]))
    return found, "; ".join(map(str, trouble))


def _certified(
    model: Model, values: Mapping[sp.Symbol, sp.Expr], points: Sequence[Point]
) -> tuple[list[Point], str]:
    """Keep what is an equilibrium although payoffs are not known to be concave."""
    *_, solved = solve(model, values, seconds=None, most=1, second_opinion=True)
    known = [{n: v for own in e.play.values() for n, v in own.items()} for e in solved.equilibria]
    kept = [
        point
        for point in points
        if any(
            all(abs(point.at[_symbol(model, n)] - v) < SAME_NUMBER for n, v in k.items())
            for k in known
        )
    ]
    missing = "the search found more" if len(kept) < len(known) else ""
    return kept, "; ".join(filter(None, [solved.reason, missing]))


def _symbol(model: Model, name: str) -> sp.Symbol:
    return model.game.choices[name].symbol


def play(model: Model, point: Point) -> dict[str, sp.Rational]:
    """Return what is chosen."""
    found = {}
    for choice in model.game.choices.values():
        value = point.worth(choice.symbol)
        if value is None:
            raise CalibrationError(f"{model.name}: nothing determines {choice.name} there")
        found[choice.name] = value
    return found


def first_choice(model: Model, point: Point) -> sp.Rational:
    """Return the first number that is chosen, by which equilibria are put in order."""
    return next(iter(play(model, point).values()))


def distance(model: Model, one: Point, other: Point) -> sp.Rational:
    """Return how far two plays lie apart: in the number in which they differ most."""
    symbols = [c.symbol for c in model.game.choices.values()]
    return max(abs(one.at[s] - other.at[s]) for s in symbols)
