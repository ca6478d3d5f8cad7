"""A game of states in exact numbers: values and best plans by iteration.

Every way to play in which nobody mixes is tried.  What it is worth is a system of linear equations in
fractions, and the best plan against it comes from Howard's policy iteration, which changes to better
actions until there are none: so regret is against any plan, not one deviation alone.

Where somebody mixes or acts on a shock the branches propose what is played.  It is judged here from
the definition, and what the game tends to as it ends after ever more periods
(:mod:`dilemma.games.dynamic.horizon`) must be among it.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import inf

import sympy as sp

from dilemma.errors import DisagreementError, UnsupportedError
from dilemma.games.branch import Branch
from dilemma.games.dynamic import MOST, Policy, dynamic_of
from dilemma.games.dynamic.horizon import limits
from dilemma.games.dynamic.stages import Call, Does, Reached, Threshold, Until, Worth
from dilemma.games.dynamic.thresholds import threshold_at
from dilemma.games.dynamic.times import Passing, reached, until
from dilemma.games.dynamic.valued import Doing, Place, ValuedGame, valued
from dilemma.games.equilibrium import Equilibrium, Solution, apart
from dilemma.games.play import Cutoff, Informed
from dilemma.games.points import Doubt, Point
from dilemma.model import Model

__all__ = ["solve"]

CHECKED = 400  # ways to play up to which the branches are compared
NEAR = Fraction(1, 10**30)  # a smaller gain is one of rounding
ALIKE = 1e-6  # in relation: values in floats that differ by less are the same


@dataclass
class _Search:
    """The equilibria that were found so far, by name."""

    model: Model
    values: Mapping[sp.Symbol, sp.Expr]
    valued: ValuedGame
    found: dict[str, list[Equilibrium]] = field(default_factory=dict)
    worths: list[Mapping[Place, Fraction]] = field(default_factory=list)
    ties: dict[str, None] = field(default_factory=dict)

    def look(self, policy: Policy, doing: Doing, *, exact: bool = True) -> bool:
        """See whether a way to play is an equilibrium: no other action, once, pays more."""
        worth = self.valued.values(doing)
        strict, ties = True, []
        for slot, state in self.valued.game.decisions.values():
            gained, tied = self._gained(slot, state, doing[state], worth)
            if gained > (0 if exact else NEAR):
                return False
            ties += tied
            strict = strict and gained < 0
        self.ties.update(dict.fromkeys(ties))
        self.worths.append(worth)
        name = self.valued.game.called(policy)
        told = self._equilibrium(name, doing, worth, strict=strict, exact=exact)
        self.found.setdefault(name, []).append(told)
        return True

    def _gained(
        self,
        slot: str,
        state: str,
        doing: Mapping[str, Mapping[str, Fraction]],
        worth: Mapping[Place, Fraction],
    ) -> tuple[Fraction, list[str]]:
        """Return the most that another action gains, once, and between what there is a tie."""
        game = self.valued
        told = game.action_worth(slot, state, doing, worth)
        cut = game.cutoff(state, slot, doing[slot])
        most, ties = Fraction(-1), []
        for action, chance in doing[slot].items():
            for shock in game.reach(state) if chance else ():
                at = shock
                if cut is not None:  # the end of the side of the cutoff on which it is taken
                    beyond = (shock > cut[2]) == (action == cut[0])
                    at = shock if beyond else cut[2]
                for other, line in told.items():
                    gain = line.at(at) - told[action].at(at)
                    if other == action:
                        continue
                    most = max(most, gain)
                    if gain == 0 and doing[slot][other] == 0:
                        ties.append(self._tie(slot, state, action, other))
        return most, ties

    def _tie(self, slot: str, state: str, one: str, other: str) -> str:
        players = self.model.players
        who = players[slot].title if slot in players else "whoever proposes"
        return f"in {state} {who} is indifferent between {one} and {other}"

    def _equilibrium(
        self, name: str, doing: Doing, worth: Mapping[Place, Fraction], *, strict: bool, exact: bool
    ) -> Equilibrium:
        game = self.valued.game
        told = _worth_of(self.model, self.values, self.valued, doing, worth)
        cutoffs = self._cutoffs(doing)
        parts = {
            decision: {a: _rational(c) for a, c in doing[state][slot].items()}
            for decision, (slot, state) in game.decisions.items()
        }
        return Equilibrium(
            branch=name,
            play=Informed(parts, cutoffs),
            payoffs={player: told[player] for player in game.discounts},
            outcomes={outcome: told[outcome] for outcome in self.model.outcomes},
            exact=self.valued.exact and exact,
            regret=_rational(self._regret(doing, worth)),
            strict=strict,
            more={"cutoffs": cutoffs} if cutoffs else {},
        )

    def _cutoffs(self, doing: Doing) -> dict[str, Cutoff]:
        game, found = self.valued.game, {}
        for decision, (slot, state) in game.decisions.items():
            cut = self.valued.cutoff(state, slot, doing[state][slot])
            if cut is not None:
                shock = game.shocks[state].symbol.name
                found[decision] = Cutoff(shock, _rational(cut[2]), cut[0], cut[1])
        return found

    def _regret(self, doing: Doing, worth: Mapping[Place, Fraction]) -> Fraction:
        """Return the most that any plan gains; once, where shocks or offers are acted on."""
        game = self.valued
        if game.shocks or game.offers:
            gained = (
                self._gained(slot, state, doing[state], worth)[0]
                for slot, state in game.game.decisions.values()
            )
            return max(Fraction(0), *gained) * max(map(game.unit, game.discounts))
        return max(
            (value - worth[place]) * game.unit(player)
            for player in game.discounts
            for place, value in _best(game, player, doing, worth).items()
        )


def _best(
    game: ValuedGame, player: str, doing: Doing, worth: Mapping[Place, Fraction]
) -> dict[Place, Fraction]:
    """Return the values of a player's best plan against what the others do, from what is done's."""
    own = {state: dict(movers) for state, movers in doing.items()}
    values, better = dict(worth), True
    while better:
        better = False
        for state, movers in game.game.states.items():
            if player not in movers:
                continue
            told = game.action_worth(player, state, own[state], values)
            top = max(told, key=lambda action: told[action].level)
            if told[top].level > values[player, state]:
                own[state][player] = {a: Fraction(a == top) for a in movers[player]}
                better = True
        values = game.values(own) if better else values
    return {place: value for place, value in values.items() if place[0] == player}


# --- all of them ----------------------------------------------------------------------------------


def solve(
    model: Model,
    values: Mapping[sp.Symbol, sp.Expr],
    *,
    seconds: float | None = 60,
    most: int = 200_000,
    second_opinion: bool = True,
) -> Iterator[Solution]:
    """Find the equilibria in stationary strategies; each answer is better than the last.

    Without a ``second_opinion`` those in which nobody mixes are not compared with the branches, and
    longer horizons are asked only where an equilibrium may be missing.

    Raises
    ------
    CalibrationError
        If a payoff has no value, or a discount factor or a chance is none.
    DisagreementError
        If the branches and the numbers part: a defect in this package.
    """
    deadline = time.monotonic() + (inf if seconds is None else seconds)
    game = dynamic_of(model)
    search = _Search(model, values, valued(model, values))
    reasons: list[Doubt] = []
    others: list[Policy] = []
    for count, policy in enumerate(game.ways()):
        if count >= most or time.monotonic() > deadline:
            reasons.append(Doubt(f"{count:,} of {game.policies:,} ways to play were tried"))
            break
        if _plain(policy):
            search.look(policy, _surely(model, policy))
        else:
            others.append(policy)
    method = "values of every way to play in exact numbers, and the best plan against each"
    if second_opinion and not reasons and game.policies <= min(CHECKED, MOST):
        method += _agree(search)
    if others and not reasons:
        yield _solution(search, [*reasons, Doubt("mixed ways to play were not tried yet")], method)
        told, doubts = _beyond(search, others, second_opinion=second_opinion)
        method += told
        reasons += doubts
    if not game.whole:
        reasons.append(Doubt("ways in which three or more players mix in a state were not tried"))
    yield _solution(search, reasons, method)


def _plain(policy: Policy) -> bool:
    return all(len(act.actions) == 1 for own in policy.values() for act in own.values())


def _surely(model: Model, policy: Policy) -> Doing:
    game = dynamic_of(model)
    return {
        state: {
            slot: {a: Fraction(a in policy[state][slot].actions) for a in actions}
            for slot, actions in game.slots(state).items()
        }
        for state in game.states
    }


def _solution(search: _Search, reasons: Sequence[Doubt], method: str) -> Solution:
    game = search.valued.game
    order = (
        [game.called(policy) for policy in game.ways()]
        if len(search.found) > 1
        else [*search.found]
    )
    found = tuple(e for name in order for e in search.found.get(name, ()))
    continuum = next((r.words for r in reasons if r.continuum), "")
    return Solution(
        equilibria=found,
        sets=apart(found),
        components=tuple((k,) for k in range(len(found))),
        complete=not reasons,
        exact=search.valued.exact,
        reason="; ".join(dict.fromkeys(map(str, reasons))),
        degenerate=bool(search.ties) or bool(continuum),
        witness=_witness(tuple(search.ties)) or continuum,
        method=method,
        concept=game.concept,
    )


def _witness(ties: Sequence[str]) -> str:
    """Return the first tie, and how many more there are."""
    more = f" (and {len(ties) - 1} ties more)" if len(ties) > 1 else ""
    return f"{ties[0]}{more}" if ties else ""


def _agree(search: _Search) -> str:
    """Compare those in which nobody mixes with the branches that hold here."""
    from dilemma.games.dynamic.policies import branches

    at = dict(search.values)
    there = {b.name for b in branches(search.model) if not b.unknowns and b.holds_at(at)}
    if set(search.found) != there:
        raise DisagreementError(
            f"numbers find {sorted(search.found)}, branches {sorted(there)}; please report this with "
            f"{search.model.name} at {at}"
        )
    return f"; {len(there)} of the branches hold there, and agree"


# --- where somebody mixes, or acts on a shock -----------------------------------------------------


def _beyond(
    search: _Search, policies: Sequence[Policy], *, second_opinion: bool
) -> tuple[str, list[Doubt]]:
    """Look at what the branches propose, and at what ever longer horizons tend to."""
    from dilemma.games.solution import by_branches

    called = {search.valued.game.called(policy): policy for policy in policies}
    try:
        points, doubts = by_branches(search.model, search.values, only=called)
    except UnsupportedError as error:
        return "", [Doubt(str(error))]
    points += _amid(search, called)
    for point in points:
        doing = _doing(search, called[point.branch.name], point)
        if not search.look(called[point.branch.name], doing, exact=point.exact):
            raise DisagreementError(
                f"'{point.branch.name}' holds, and somebody gains by another action; please report "
                f"this with {search.model.name} at {dict(search.values)}"
            )
    said = f"; {len(points)} of {len(called)} mixed ones or with cutoffs hold there, and no action gains"
    if not second_opinion and not doubts:
        return said, doubts
    known = [_floats(worth) for worth in search.worths]
    reached, tries = limits(search.valued)
    for worth in reached:
        if not any(_alike(worth, other) for other in known):
            if doubts:
                doubts.append(
                    Doubt("ever longer horizons tend to an equilibrium that was not found")
                )
                break
            raise DisagreementError(
                f"ever longer horizons tend to {worth}, which no branch holds; please report this "
                f"with {search.model.name} at {dict(search.values)}"
            )
    seen = sum(any(_alike(worth, other) for worth in reached) for other in known)
    return f"{said}; {tries} ever longer horizons tend to {seen} of all {len(known)}", doubts


def _amid(search: _Search, called: Collection[str]) -> Iterator[Point]:
    """Yield one of each continuum in which somebody is indifferent at all calibrations: it stands for all."""
    from dilemma.games.dynamic.policies import branches
    from dilemma.games.points import candidate, solution

    model, values = search.model, search.values
    for branch in branches(model):
        if branch.name not in called or branch.located is None or not _is_free(branch):
            continue
        some = solution(branch, {s: model.expand(v) for s, v in values.items()})
        if some.exists:
            point = candidate(model, branch, values, some.values, exact=search.valued.exact)
            yield from [] if point is None else [point]


def _is_free(branch: Branch) -> bool:
    return branch.shape is not None and bool(branch.shape.loose)


def _doing(search: _Search, policy: Policy, point: Point) -> Doing:
    """Return what a branch plays at a calibration, in fractions."""
    game = search.valued.game
    found: dict[str, dict[str, dict[str, Fraction]]] = {state: {} for state in game.states}
    for decision, (slot, state) in game.decisions.items():
        told = {a: point.worth(f) for a, f in point.branch.play[decision].items()}
        if any(chance is None for chance in told.values()):
            raise UnsupportedError(f"{policy}: nothing determines what is done at {decision}")
        found[state][slot] = {
            a: Fraction(int(c.p), int(c.q)) for a, c in told.items() if c is not None
        }
    return found


def _floats(worth: Mapping[Place, Fraction]) -> dict[Place, float]:
    return {place: float(value) for place, value in worth.items()}


def _alike(one: Mapping[Place, float], other: Mapping[Place, float]) -> bool:
    return all(abs(one[p] - other[p]) <= ALIKE * (1 + abs(other[p])) for p in other)


# --- what it pays ---------------------------------------------------------------------------------


def _worth_of(
    model: Model,
    values: Mapping[sp.Symbol, sp.Expr],
    game: ValuedGame,
    doing: Doing,
    worth: Mapping[Place, Fraction],
) -> dict[str, sp.Expr | None]:
    """Return payoffs and outcomes, from the values of each player in each state."""

    def scaled(player: str, state: str) -> sp.Rational:
        return _rational(worth[player, state] * game.unit(player))

    def called(what: Call) -> sp.Expr | None:
        match what:
            case Worth():
                return scaled(what.player, what.state)
            case Does():
                slot, state = game.game.decisions[what.decision]
                return _rational(doing[state][slot][what.action])
            case Threshold():
                return threshold_at(model, values, what)
            case Until():
                return until(passing, what.state)
            case Reached():
                return reached(passing, what)

    follows = {state: game.follows(state, doing[state]) for state in doing}
    chances = {s: {t: _rational(c) for t, c in own.items() if c} for s, own in follows.items()}
    passing = Passing(game.game.start, chances)
    found: dict[str, sp.Expr | None] = {p: scaled(p, game.game.start) for p in game.discounts}
    at = {**values, **{sp.Symbol(p, real=True): v for p, v in found.items()}}
    for name, outcome in model.outcomes.items():
        calls = {symbol: called(what) for symbol, what in outcome.chances.items()}
        nowhere = any(value is None or value is sp.nan for value in calls.values())
        value = sp.nan if nowhere else outcome.formula.xreplace({**at, **calls})
        found[name] = value if value.is_number and value.is_finite else None
    return found


def _rational(number: Fraction) -> sp.Rational:
    return sp.Rational(number.numerator, number.denominator)
