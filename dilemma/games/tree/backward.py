"""A tree at one calibration: with perfect information, backward induction in exact numbers.

Shares nothing with the symbolic cases of :mod:`dilemma.games.tree.induction`, with which its answer is
compared.  A tree in which some player does not know what has happened is solved by
:mod:`dilemma.games.tree.information`.  A payoff is a number and a slope in the private type of the
player who is paid.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice, product
from math import inf

import sympy as sp

from dilemma.errors import DisagreementError
from dilemma.games.equilibrium import Equilibrium, Solution, apart
from dilemma.games.play import Cutoff
from dilemma.games.tree import induction, information, tree_of
from dilemma.games.tree.deviations import Mix, Pay, Plan, ValuedTree, best_gain, valued
from dilemma.games.tree.nodes import Node, Plans
from dilemma.model import Model

__all__ = ["solve"]

MOST_LISTED = 1_000  # equilibria that differ where somebody is indifferent


def solve(
    model: Model,
    values: Mapping[sp.Symbol, sp.Expr],
    *,
    seconds: float | None = 60,
    most: int = 200_000,
) -> Iterator[Solution]:
    """Find the subgame perfect equilibria of a tree, with imperfect information the credible ones.

    Each answer is better than the last.
    """
    deadline = time.monotonic() + (inf if seconds is None else seconds)
    numbers = valued(model, tree_of(model), values)
    if not tree_of(model).perfect:
        yield from information.solve(model, numbers, values, deadline=deadline)
        return
    budget = _Budget(most, deadline)
    plans = _plans(numbers, budget)
    if len(plans) > MOST_LISTED:
        plans.pop()
        budget.spent = f"there are more than {MOST_LISTED:,}"
    found = tuple(_equilibrium(model, numbers, values, plan) for plan in plans)
    ties = tuple(dict.fromkeys(tie for plan in plans for tie in plan.ties))
    said = ["backward induction in exact numbers"]
    if induction.has_symbols(model) and numbers.exact and not budget.spent:
        said.append(_agree(model, values, found))
    reason = budget.spent
    if ties and not reason:
        reason = "where a player is indifferent it may also mix"
    yield Solution(
        equilibria=found,
        sets=apart(found),
        components=tuple((k,) for k in range(len(found))),
        complete=not reason,
        exact=numbers.exact,
        reason=reason,
        degenerate=bool(ties),
        witness="; ".join(ties),
        method="; ".join(said),
        concept="subgame perfect equilibria",
    )


@dataclass
class _Budget:
    """How many plans may be put together, and until when; why it was not enough."""

    most: int
    deadline: float
    spent: str = ""

    def used_up(self) -> bool:
        self.most -= 1
        if self.most < 0:
            self.spent = "stopped at the most plans that were to be put together"
        elif time.monotonic() > self.deadline:
            self.spent = "ran out of seconds"
        return bool(self.spent)


def _plans(numbers: ValuedTree, budget: _Budget) -> list[Plan]:
    """Return what may happen, at most one more than may be listed; several where there are ties.

    There is at least one, whatever the budget.  Every plan of a part of the tree is part of one
    of the whole: no part needs more of them either.
    """
    found = {end: [Plan(pays, {}, {}, ())] for end, pays in numbers.payoffs.items()}
    for node in numbers.tree.below(()):
        history = node.history
        below = [found.pop((*history, action)) for action in node.actions]
        found[history] = list(islice(_put_together(numbers, node, below, budget), MOST_LISTED + 1))
    return found[()]


def _put_together(
    numbers: ValuedTree, node: Node, below: Sequence[Sequence[Plan]], budget: _Budget
) -> Iterator[Plan]:
    """Yield the plans from a node on, given those behind each of its actions."""
    for position, choice in enumerate(product(*below)):
        if position and budget.used_up():
            return
        after = dict(zip(node.actions, choice, strict=True))
        if not node.player:
            yield _joined(after, numbers.chances[node.history])
        elif node.knows:
            yield from _informed(numbers, node, after)
        else:
            yield from _chosen(numbers, node, after)


def _chosen(numbers: ValuedTree, node: Node, after: Mapping[str, Plan]) -> Iterator[Plan]:
    pays = {
        a: numbers.expected(node.player, plan.payoffs[node.player]) for a, plan in after.items()
    }
    best = [action for action, pay in pays.items() if pay == max(pays.values())]
    tie = f"at '{node.decision}' {' and '.join(best)} pay {node.player} the same"
    for action in best:
        mix = {a: Fraction(a == action) for a in node.actions}
        yield _joined(after, mix, node.decision, ties=(tie,) if len(best) > 1 else ())


def _informed(numbers: ValuedTree, node: Node, after: Mapping[str, Plan]) -> Iterator[Plan]:
    """Yield what a player does who knows its type, one side of a cutoff or the other."""
    first, second = node.actions
    (a, slope_a), (b, slope_b) = (after[x].payoffs[node.player] for x in (first, second))
    low, high = numbers.types[node.player]
    least, most = (a - b + (slope_a - slope_b) * end for end in (low, high))
    if least == most == 0:
        tie = f"at '{node.decision}' {first} and {second} pay {node.player} the same"
        for action in node.actions:
            mix = {x: Fraction(x == action) for x in node.actions}
            yield _joined(after, mix, node.decision, ties=(tie,))
        return
    if (least >= 0 and most >= 0) or (least <= 0 and most <= 0):
        action = first if least + most > 0 else second
        mix = {x: Fraction(x == action) for x in node.actions}
        yield _joined(after, mix, node.decision)
        return
    value = low + (high - low) * least / (least - most)
    up, down = (first, second) if most > 0 else (second, first)
    share = (high - value) / (high - low)
    mix = {x: share if x == up else 1 - share for x in node.actions}
    plan = _joined(after, mix, node.decision)
    sides = {up: (value + high) / 2, down: (low + value) / 2}
    own = sum(
        (
            mix[x] * (after[x].payoffs[node.player][0] + after[x].payoffs[node.player][1] * mean)
            for x, mean in sides.items()
        ),
        Fraction(0),
    )
    cutoff = Cutoff(node.knows, _rational(value), up, down)
    yield Plan(
        {**plan.payoffs, node.player: (own, Fraction(0))},
        plan.play,
        {**plan.cutoffs, node.decision: cutoff},
        plan.ties,
    )


def _joined(
    after: Mapping[str, Plan], mix: Mix, decision: str = "", *, ties: tuple[str, ...] = ()
) -> Plan:
    payoffs: dict[str, Pay] = {}
    for player in next(iter(after.values())).payoffs:
        told = [(mix[a], plan.payoffs[player]) for a, plan in after.items()]
        payoffs[player] = (
            sum((c * pay[0] for c, pay in told), Fraction(0)),
            sum((c * pay[1] for c, pay in told), Fraction(0)),
        )
    play: dict[str, Mix] = {decision: mix} if decision else {}
    cutoffs: dict[str, Cutoff] = {}
    for plan in after.values():
        play |= plan.play
        cutoffs |= plan.cutoffs
    return Plan(payoffs, play, cutoffs, ties + tuple(t for p in after.values() for t in p.ties))


# --- what is said of it ---------------------------------------------------------------------------


def _equilibrium(
    model: Model, numbers: ValuedTree, values: Mapping[sp.Symbol, sp.Expr], plan: Plan
) -> Equilibrium:
    play = {
        name: {a: _rational(c) for a, c in plan.play[name].items()}
        for name in numbers.tree.decisions
    }
    payoffs = {
        player: _rational(numbers.expected(player, plan.payoffs[player]))
        for player in model.players
    }
    at = {**values, **{sp.Symbol(p, real=True): v for p, v in payoffs.items()}}
    outcomes: dict[str, sp.Expr | None] = {}
    for name, outcome in model.outcomes.items():
        chances = {
            symbol: induction.probability(numbers.tree, play, chance).xreplace(values)
            for symbol, chance in outcome.chances.items()
        }
        value = outcome.formula.xreplace({**at, **chances})
        outcomes[name] = value if value.is_number and value.is_finite else None
    gain, strict = best_gain(numbers, plan)
    cutoffs = {name: plan.cutoffs[name] for name in numbers.tree.decisions if name in plan.cutoffs}
    return Equilibrium(
        play=Plans(play, cutoffs),
        payoffs=payoffs,
        outcomes=outcomes,
        regret=_rational(gain),
        branch=", ".join(_word(plan, name) for name in numbers.tree.decisions),
        strict=strict,
        more={
            "cutoffs": cutoffs,
            "concepts": {"subgame perfect": gain == 0, "sequentially rational": gain == 0},
        },
    )


def _word(plan: Plan, decision: str) -> str:
    """Say what is done at a decision: above the cutoff and below it, where there is one."""
    if decision in plan.cutoffs:
        return f"{plan.cutoffs[decision].above}/{plan.cutoffs[decision].below}"
    return next(action for action, chance in plan.play[decision].items() if chance)


def _agree(
    model: Model, values: Mapping[sp.Symbol, sp.Expr], found: tuple[Equilibrium, ...]
) -> str:
    """Compare with the branches that hold here, as sets of plays."""
    here = {_key(e.play) for e in found}
    there = set()
    for branch in induction.branches(model):
        if branch.holds_at(values):
            play = {
                d: {a: c.xreplace(values) for a, c in m.items()} for d, m in branch.play.items()
            }
            there.add(_key(play))
    if here != there:
        raise DisagreementError(
            f"the symbolic cases and backward induction in numbers part: {sorted(there ^ here)}; "
            f"please report this with {dict(values)}"
        )
    return "agrees with the symbolic cases as sets"


def _key(play: Mapping[str, Mapping[str, sp.Expr]]) -> str:
    return "; ".join(f"{d}: {a} {c}" for d, mix in play.items() for a, c in mix.items())


def _rational(number: Fraction) -> sp.Rational:
    return sp.Rational(number.numerator, number.denominator)
