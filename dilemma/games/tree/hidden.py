"""The symbolic solution of a tree in which somebody does not know what has happened.

A branch is a support at every information set, and at every move of chance whose chances may be
nought.  What can happen is known then, and with it:

* *Weights.*  At a set of player i the weight of a history is the product of what chance and the others
  do on the way, from the last subgame on; what i itself did is the same for all.  So nothing is
  divided.  A later set of i takes over what i believed at its last one.
* *Beliefs* where all weights vanish: shares that are free, in which everything is linear.  They are
  eliminated, by virtual substitution of where one of the linear conditions just holds.
* *Best replies.*  Weighted differences of payoffs vanish within a support, and are not negative against
  what is outside.  One deviation at a time is enough because beliefs are carried along a player's own
  moves.

These are the perfect Bayesian equilibria, with Bayes' rule within every subgame.  Supports that no
parameters allow are left out as soon as that is seen: sets are gone through from the last moves up,
and once everything behind a set is decided, its support has to be a best reply for *some* weights.

References
----------
Loos and Weispfenning 1993, "Applying linear quantifier elimination", The Computer Journal 36(5): 450-462.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache, partial, reduce
from itertools import product
from operator import and_
from typing import TYPE_CHECKING

import sympy as sp

from dilemma.deciders.question import Question
from dilemma.errors import UnsupportedError
from dilemma.games.branch import Branch, Naming, Play, Shape, compared, triangle
from dilemma.games.free_chances import located
from dilemma.games.kind import Quick
from dilemma.games.points import solution
from dilemma.games.tree import TreeGame, tree_of
from dilemma.games.tree.beliefs import Beliefs, Weights, letters_of, shares_of, subsets, without
from dilemma.games.tree.consistency import consistent_cases
from dilemma.games.tree.credible import Tremble, Way
from dilemma.games.tree.induction import probability
from dilemma.games.tree.nodes import Decision, History
from dilemma.games.tree.ranges import Ranges
from dilemma.model import Model
from dilemma.theory.parts import tied

if TYPE_CHECKING:
    from dilemma.games.batch import Array, Batch

__all__ = [
    "ChanceKnown",
    "Enumeration",
    "admits",
    "asks_more",
    "branches",
    "has_symbols",
    "mixed_over",
    "not_listed",
    "quick",
]

ONE, ZERO = sp.Integer(1), sp.Integer(0)
MOST_SETS = 12  # information sets
MOST_SUPPORTS = 200_000  # choices of supports, most of which are never looked at
MOST_BRANCHES = 400
SECONDS = 4.0  # for one question
NEAR = 1e-9  # what is smaller may be nought

Mix = Mapping[str, sp.Expr]
Supports = Mapping[str, tuple[str, ...]]
# Equations, conditions, what each action pays more, beliefs that are kept.
Asked = tuple[tuple[sp.Expr, ...], tuple[sp.Basic, ...], tuple[sp.Expr, ...], tuple[sp.Symbol, ...]]


def has_symbols(model: Model) -> bool:
    """Tell whether a tree is small enough to go through its supports."""
    tree = tree_of(model)
    return not tree.types and len(tree.decisions) <= MOST_SETS and _count(tree) <= MOST_SUPPORTS


def _count(tree: TreeGame) -> int:
    return math.prod(2 ** len(d.actions) - 1 for d in tree.decisions.values())


def asks_more(tree: TreeGame) -> bool:
    """Tell whether more is asked of beliefs than that some at each set make what is played a best reply.

    So it is where they must be consistent, or a player who does not know what has happened has moved
    before: it takes over what it believed, or knew, then, and what others do since.
    """
    if tree.sequential:
        return True
    return any(
        tree.nodes[h[:k]].player == d.player
        for d in tree.decisions.values()
        if len(d.histories) > 1
        for h in d.histories
        for k in range(len(h))
    )


def admits(model: Model, values: Mapping[sp.Symbol, sp.Expr], play: Play) -> bool | None:
    """Tell whether a play at one calibration is an equilibrium for some beliefs that the concept allows.

    None where that is not decided.

    Parameters
    ----------
    values : mapping of symbol to exact value
        Every parameter and definition.
    play : mapping of decision to mapping of action to probability
    """
    every = Enumeration(model, at=values)
    nature = {h: node for h, node in every.tree.nodes.items() if not node.player}
    on = {
        h: tuple(a for a, chance in node.chances.items() if chance.xreplace(values) != 0)
        for h, node in nature.items()
    }
    support = {d: tuple(a for a, chance in mix.items() if chance != 0) for d, mix in play.items()}
    equations, conditions, _, _ = ChanceKnown(every, on, ()).told(support, play)
    if any(equation != 0 for equation in equations) or sp.false in conditions:
        return False
    status = every.question.ask(*(c for c in conditions if c is not sp.true)).status
    return {"sat": True, "unsat": False}.get(status)


def branches(model: Model, *, named: bool = False) -> tuple[Branch, ...]:
    """Return every branch that some parameters in their ranges allow.

    ``named`` ones are written for readers, in the model's definitions as far as that goes.

    Raises
    ------
    UnsupportedError
        If the tree is too large, or some player has a type on an interval.
    """
    tree = tree_of(model)
    if tree.types:
        raise UnsupportedError(
            f"{model.name} has private types on an interval ({', '.join(tree.types)}) and a player who "
            "does not know what has happened: chance may draw one of a few types instead"
        )
    if not has_symbols(model):
        raise UnsupportedError(
            f"{model.name} has {len(tree.decisions)} information sets and {_count(tree):,} choices of "
            f"supports: its symbolic solution is worked out up to {MOST_SETS} and {MOST_SUPPORTS:,}"
        )
    return _branches(model.game_alone, named)


@lru_cache(maxsize=64)
def _branches(model: Model, named: bool) -> tuple[Branch, ...]:  # noqa: FBT001 -- cached
    found = []
    for branch in Enumeration(model, Naming(model) if named else None).branches():
        found.append(branch)
        if len(found) > MOST_BRANCHES:
            raise UnsupportedError(f"{model.name} has more than {MOST_BRANCHES} branches")
    return tuple(found)


def not_listed(batch: Batch) -> Array:
    """Tell at which draws there may be equilibria that floats do not list.

    A branch in which some chances are free may be where all that ties it down vanishes: anywhere, if nothing
    does and no formula says where it is.
    """
    import numpy as np  # what is decided from the store needs none

    found = np.full(batch.draws, fill_value=bool(batch.unsolved))
    for rows in batch.rows:
        branch, shape = rows.branch, rows.branch.shape
        if shape is None or not (shape.ties or (shape.loose and branch.located is None)):
            continue
        worth = [np.abs(batch.worth(rows, tie)).max(axis=1) for tie in shape.ties]
        close = np.logical_and.reduce([np.ones_like(found), *(~(most > NEAR) for most in worth)])
        if close.any() and sp.false not in (branch.located or ()):
            found |= close
    return found


def quick(model: Model) -> Quick | None:
    """Return a function that names the branches that are equilibria, each asked of z3 in numbers."""
    try:
        every = branches(model)
    except UnsupportedError:  # too many, or types that are any number
        return None

    def names(calibration: Mapping[str, Fraction]) -> tuple[str, ...] | None:
        at = {n: sp.Rational(v.numerator, v.denominator) for n, v in calibration.items()}
        values = model.values(model.calibration(at))
        told = {branch.name: solution(branch, values, seconds=SECONDS).exists for branch in every}
        return None if None in told.values() else tuple(n for n, exists in told.items() if exists)

    return names


# --- what a tree is like --------------------------------------------------------------------------


@dataclass(frozen=True)
class _Shape:
    """What is asked again and again of a tree's information sets."""

    tree: TreeGame

    @cached_property
    def last_first(self) -> tuple[str, ...]:
        """The sets, those of the last moves first."""
        sets = self.tree.decisions
        return tuple(sorted(sets, key=lambda s: -max(map(len, sets[s].histories))))

    @cached_property
    def first_first(self) -> tuple[str, ...]:
        """The sets, those of the first moves first, so that a player's own come in its order."""
        sets = self.tree.decisions
        return tuple(sorted(sets, key=lambda s: min(map(len, sets[s].histories))))

    @cached_property
    def behind(self) -> Mapping[str, frozenset[str]]:
        """Which sets have histories behind those of a set."""
        return {
            name: frozenset(
                node.decision
                for history, node in self.tree.nodes.items()
                if node.player
                and any(history[: len(h)] == h and history != h for h in one.histories)
            )
            for name, one in self.tree.decisions.items()
        }

    @cached_property
    def roots(self) -> Mapping[str, int]:
        """For each set, after how many moves the last subgame begins that contains it."""
        begins = [h for h in self.tree.nodes if self._begins(h)]
        return {
            name: max(
                len(root) for root in begins if all(h[: len(root)] == root for h in one.histories)
            )
            for name, one in self.tree.decisions.items()
        }

    def _begins(self, root: History) -> bool:
        """Tell whether a subgame begins at a history."""
        node = self.tree.nodes[root]
        if node.player and len(self.tree.decisions[node.decision].histories) > 1:
            return False
        inside = [h for h in self.tree.nodes if h[: len(root)] == root]
        return all(
            other[: len(root)] == root
            for h in inside
            if self.tree.nodes[h].player
            for other in self.tree.decisions[self.tree.nodes[h].decision].histories
        )

    def own(self, history: History, player: str) -> list[int]:
        """Return after how many moves a player moved on the way to a history."""
        return [k for k in range(len(history)) if self.tree.nodes[history[:k]].player == player]


# --- the enumeration ------------------------------------------------------------------------------


class Enumeration:
    """Goes through the supports of one tree, dropping what no parameters allow."""

    def __init__(
        self,
        model: Model,
        naming: Naming | None = None,
        at: Mapping[sp.Symbol, sp.Expr] | None = None,
    ) -> None:
        self.model, self.tree, self.at = model, tree_of(model), at
        self.short = sp.expand if naming is None else naming.shortest
        self.shape = _Shape(self.tree)
        self.question = Question(tied(model.parameters, model.definitions), lambda: SECONDS)
        self.ranges = Ranges(model, self.possible)

    def possible(self, *stated: sp.Basic) -> bool:
        """Tell whether statements may hold together; what is not decided counts as possible."""
        if sp.false in stated:
            return False
        told = [s for s in stated if s is not sp.true]
        return self.question.ask(*told, first=True).status != "unsat"

    def number(self, formula: sp.Expr) -> sp.Expr:
        """Return a formula of parameters, at the calibration if there is one."""
        return formula if self.at is None else formula.xreplace(self.at)

    def decided(self, stated: sp.Basic) -> sp.Basic:
        """Return a statement without what the parameters' ranges decide, if no calibration is given."""
        return stated if self.at is not None else self.ranges.decided(stated)

    def in_play(
        self, shape: Shape | None, conditions: Sequence[sp.Basic], unknowns: Collection[sp.Symbol]
    ) -> Callable[[sp.Basic], sp.Basic]:
        """Return what states without what ranges decide, where chances are what conditions ask of them alone.

        Of what is nowhere but at ties that takes more time than it is worth.
        """
        if shape is None or shape.ties:
            return self.decided
        chances = set(unknowns)
        positive = tuple(c for c in conditions if c.free_symbols and c.free_symbols <= chances)
        return lambda stated: (
            stated if self.at is not None else self.ranges.decided(stated, positive)
        )

    def known(
        self, stated: sp.Basic, given: tuple[sp.Basic, ...], decided: dict[sp.Basic, sp.Basic]
    ) -> sp.Basic:
        """Return a statement without what ranges, and what else is given, decide."""
        if isinstance(stated, sp.And | sp.Or):
            return stated.func(*(self.known(s, given, decided) for s in stated.args))
        if stated in (sp.true, sp.false):
            return stated
        if stated not in decided:
            never, always = (not self.possible(*given, s) for s in (stated, sp.Not(stated)))
            decided[stated] = sp.false if never else sp.true if always else stated
        return decided[stated]

    def branches(self) -> Iterator[Branch]:
        """Yield every branch that may be."""
        nature = [h for h, node in self.tree.nodes.items() if not node.player]
        options = [list(self._moves(h)) for h in nature]
        for choice in product(*options):
            on = dict(zip(nature, (moves for moves, _ in choice), strict=True))
            base = tuple(s for _, stated in choice for s in stated)
            if self.possible(*base):
                supports = ChanceKnown(self, on, base)
                yield from supports.descend({}, {}, ())

    def _moves(self, history: History) -> Iterator[tuple[tuple[str, ...], tuple[sp.Basic, ...]]]:
        """Yield which moves of chance may be those that happen, and what says so."""
        node = self.tree.nodes[history]
        for kept in subsets(node.actions):
            stated = [
                compared(sp.Gt, chance) if action in kept else compared(sp.Eq, chance)
                for action, chance in node.chances.items()
            ]
            if self.possible(*stated):
                always = kept == node.actions and not self.possible(sp.Not(sp.And(*stated)))
                yield kept, () if always else tuple(s for s in stated if s is not sp.true)


@dataclass(frozen=True)
class ChanceKnown:
    """The supports of a tree in which it is known what chance may do."""

    every: Enumeration
    on: Mapping[History, tuple[str, ...]]
    base: tuple[sp.Basic, ...]

    @property
    def tree(self) -> TreeGame:
        """The tree."""
        return self.every.tree

    @property
    def shape(self) -> _Shape:
        """What is asked again and again of its sets."""
        return self.every.shape

    def descend(
        self, support: Supports, play: Play, stated: tuple[sp.Basic, ...]
    ) -> Iterator[Branch]:
        """Yield the branches that go on from supports that are chosen at the last sets."""
        order = self.shape.last_first
        if len(support) == len(order):
            asked = self.told(support, play)
            equations, conditions, _, _ = asked
            # Most are dropped here, so closed forms come after.
            if self.every.possible(*conditions, *(compared(sp.Eq, e) for e in equations)):
                yield self._branch(support, play, asked)
            return
        name = order[len(support)]
        decision = self.tree.decisions[name]
        for chosen in subsets(decision.actions):
            now = {**support, name: chosen}
            mixed = {**play, name: mixed_over(name, decision, chosen)}
            more = [*stated, *_positive(mixed[name])]
            # A best reply for some weights, once all behind is decided.
            for one, own in now.items():
                if one != name and name not in self.shape.behind[one]:
                    continue
                if self.shape.behind[one] <= set(now):
                    more += self._some_best_reply(one, mixed, own)
            if self.every.possible(*self.base, *more):
                yield from self.descend(now, mixed, tuple(more))

    def _some_best_reply(
        self, name: str, play: Play, support: tuple[str, ...]
    ) -> Iterator[sp.Basic]:
        histories = self.tree.decisions[name].histories
        shares = shares_of(f"some at {name}", histories)
        yield from (compared(sp.Ge, share) for share in shares.values())
        equal, best = self.replies(name, play, shares, support)
        yield from (compared(sp.Eq, gap) for gap in equal)
        yield from (compared(sp.Ge, gap) for gap in best)

    # --- what it pays ---------------------------------------------------------------------------

    def step(self, play: Play, history: History, action: str) -> sp.Expr:
        """Return the chance of a move."""
        node = self.tree.nodes[history]
        if node.player:
            return play[node.decision][action]
        return self.every.number(node.chances[action]) if action in self.on[history] else ZERO

    def value(self, play: Play, history: History, player: str) -> sp.Expr:
        """Return what a player is paid from a history on."""
        node = self.tree.nodes.get(history)
        if node is None:
            return self.every.number(self.every.model.payoffs[history][player])
        terms = []
        for action in node.actions:
            chance = self.step(play, history, action)
            if chance != 0:
                terms.append(chance * self.value(play, (*history, action), player))
        return sp.Add(*terms)

    def replies(
        self, name: str, play: Play, weights: Weights, support: tuple[str, ...]
    ) -> tuple[list[sp.Expr], list[sp.Expr]]:
        """Return what must vanish, and what may not be negative, for a support to be a best reply."""
        decision = self.tree.decisions[name]
        worth = {
            action: sp.Add(
                *(
                    weight * self.value(play, (*history, action), decision.player)
                    for history, weight in weights.items()
                    if weight != 0
                )
            )
            for action in decision.actions
        }
        gaps = {
            action: self.every.short(sp.expand(worth[support[0]] - worth[action]))
            for action in decision.actions
            if action != support[0]
        }
        equal = [gap for action, gap in gaps.items() if action in support]
        return equal, [gap for action, gap in gaps.items() if action not in support]

    # --- weights and beliefs --------------------------------------------------------------------

    def assessments(self, play: Play) -> Iterator[Beliefs]:
        """Yield the weights at every set, and which beliefs are free, case by case.

        A player who believes anything at one set may come to its next one against what it
        believed; then it believes anything once more.
        """
        waiting = [Beliefs()]
        for name in self.shape.first_first:
            decision = self.tree.decisions[name]
            waiting = [case for one in waiting for case in self._next(name, decision, play, one)]
        yield from waiting

    def cases(self, support: Supports, play: Play) -> Iterator[Beliefs]:
        """Yield the cases that the model's concept admits."""
        for case in self.assessments(play):
            if not self.tree.sequential:
                yield case
                continue
            ways = {
                name: {h: self._way(support, play, h) for h in letters}
                for name, letters in case.free.items()
            }
            yield from consistent_cases(case, ways)

    def _way(self, support: Supports, play: Play, history: History) -> Way:
        """Return how a history comes about."""
        trembles: set[Tremble] = set()
        never: set[Tremble] = set()
        likely = []
        for k, action in enumerate(history):
            node = self.tree.nodes[history[:k]]
            if node.player and action not in support[node.decision]:
                trembles.add((node.decision, action))
            elif not node.player and action not in self.on[history[:k]]:
                never.add(("", *history[: k + 1]))
            else:
                likely.append(self.step(play, history[:k], action))
        return Way(frozenset(trembles), sp.Mul(*likely), frozenset(never))

    def _next(self, name: str, decision: Decision, play: Play, told: Beliefs) -> Iterator[Beliefs]:
        """Yield the cases of what is believed at one further set."""
        if len(decision.histories) == 1:
            yield told.told(name, dict.fromkeys(decision.histories, ONE))
            return
        ways, before = self.ways(name, decision, play, told.weights)
        root = told.hangs.get(before, "")
        starts = {
            h: next((s for s in told.free.get(root, ()) if h[: len(s)] == s), ()) for h in ways
        }
        able = {
            h: Counter(way)
            for h, way in ways.items()
            if ZERO not in way and starts[h] not in told.nought.get(root, ())
        }
        led = frozenset(starts[h] for h in able)
        if able:
            # Common factors are positive; a common divisor of polynomials may not be.
            common = reduce(and_, able.values())
            weights = {
                h: sp.Mul(*(able[h] - common).elements()) if h in able else ZERO for h in ways
            }
            yield told.led(name, weights, root, led)
        if not able or (root and told.may_lack(root, led)):
            letters = letters_of(f"belief at {name}", decision.histories)
            yield told.surprised(name, letters, root, led)

    def ways(
        self, name: str, decision: Decision, play: Play, found: Mapping[str, Weights]
    ) -> tuple[dict[History, list[sp.Expr]], str]:
        """Return the factors of each history's weight, and the set whose beliefs it takes over."""
        root, ways, before = self.shape.roots[name], {}, ""
        for history in decision.histories:
            own = [k for k in self.shape.own(history, decision.player) if k >= root]
            start, first = root, ONE
            if own:
                start = own[-1]
                before = self.tree.nodes[history[:start]].decision
                first = found[before][history[:start]]
            ways[history] = [
                first,
                *(
                    self.step(play, history[:k], history[k])
                    for k in range(start, len(history))
                    if k not in own
                ),
            ]
        return ways, before

    # --- a branch -------------------------------------------------------------------------------

    def _branch(self, support: Supports, play: Play, asked: Asked) -> Branch:
        model, sets = self.every.model, self.tree.decisions
        equations, conditions, gaps, kept = asked
        unknowns = (*(p for name in sets for p in play[name].values() if p.is_Symbol), *kept)
        payoffs = {p: sp.expand(self.value(play, (), p)) for p in model.players}
        paid = {sp.Symbol(player, real=True): payoff for player, payoff in payoffs.items()}
        outcomes = {}
        for outcome in model.outcomes.values():
            chances = {s: probability(self.tree, play, c) for s, c in outcome.chances.items()}
            outcomes[outcome.name] = outcome.formula.xreplace({**paid, **chances})
        shape = triangle(equations, unknowns) if unknowns else Shape.of({})
        return Branch(
            name=self._name(support),
            play={name: play[name] for name in sets},
            payoffs=payoffs,
            outcomes=outcomes,
            unknowns=unknowns,
            equations=equations,
            conditions=conditions,
            shape=shape,
            gaps=gaps,
            locate=partial(
                located, shape, conditions, self.every.in_play(shape, conditions, unknowns)
            ),
        )

    def told(self, support: Supports, play: Play) -> Asked:
        """Return a branch's equations, conditions, what each action pays more, and beliefs that are kept."""
        equations: list[sp.Expr] = []
        conditions: list[sp.Basic] = [*self.base]
        for name in self.tree.decisions:
            conditions += _positive(play[name])
        gaps: list[sp.Expr] = []
        cases: list[sp.Basic] = []
        kept: list[sp.Symbol] = []
        for case in self.cases(support, play):
            stated: list[sp.Basic] = []
            linear: dict[str, list[sp.Expr]] = {name: [] for name in case.free}
            shares = {name: case.shares(name) for name in case.free}
            scaled = case.scaled()
            for name, weights in case.weights.items():
                here = {h: weight.xreplace(scaled) for h, weight in weights.items()}
                equal, best = self.replies(name, play, here, support[name])
                gaps += [*equal, *best]
                if name in case.hangs:
                    linear[case.hangs[name]] += [*equal, *(-gap for gap in equal), *best]
                else:
                    equations += [gap for gap in equal if gap != 0]
                    conditions += [compared(sp.Ge, gap) for gap in best]
            for name, (beliefs, some) in shares.items():
                told, left = without(beliefs, linear[name], some)
                stated += map(self.every.decided, told)
                kept += left
            stated += [compared(sp.Eq, sp.expand(tie.xreplace(scaled))) for tie in case.ties]
            cases.append(sp.And(*stated))
        alone = len(cases) == 1 and isinstance(cases[0], sp.And)
        conditions += cases[0].args if alone else [sp.Or(*cases)]
        return (
            tuple(dict.fromkeys(equations)),
            tuple(c for c in dict.fromkeys(conditions) if c is not sp.true),
            tuple(dict.fromkeys(gap for gap in gaps if not gap.is_number)),
            tuple(dict.fromkeys(kept)),
        )

    def _name(self, support: Supports) -> str:
        """Say what is done at each set, and what chance never does."""
        told = ", ".join("/".join(support[name]) for name in self.tree.decisions)
        never = [
            action
            for history, kept in self.on.items()
            for action in self.tree.nodes[history].actions
            if action not in kept
        ]
        return f"{told}; never {', '.join(never)}" if never else told


def mixed_over(name: str, decision: Decision, support: tuple[str, ...]) -> dict[str, sp.Expr]:
    """Name the chance of every action in a support but the first, which takes the rest."""
    named = {a: sp.Symbol(f"P({name} {a})", real=True) for a in support[1:]}
    mix = {**named, support[0]: 1 - sp.Add(*named.values())}
    return {a: mix.get(a, ZERO) for a in decision.actions}


def _positive(mix: Mix) -> list[sp.Basic]:
    return [compared(sp.Gt, chance) for chance in mix.values() if not chance.is_number]
