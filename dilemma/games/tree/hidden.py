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
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, reduce
from itertools import chain, combinations, product
from operator import and_

import sympy as sp

from dilemma.deciders.question import Question
from dilemma.errors import UnsupportedError
from dilemma.games.branch import Branch, Naming, Play, Shape, triangle
from dilemma.games.tree import TreeGame, tree_of
from dilemma.games.tree.induction import probability
from dilemma.games.tree.nodes import Decision, History
from dilemma.model import Model

__all__ = ["branches", "has_symbols"]

ONE, ZERO = sp.Integer(1), sp.Integer(0)
MOST_SETS = 12  # information sets
MOST_SUPPORTS = 200_000  # choices of supports, most of which are never looked at
MOST_BRANCHES = 400
SECONDS = 4.0  # for one question
MOST_FREE = 3  # histories of a set among which free beliefs are eliminated

Weights = Mapping[History, sp.Expr]
Mix = Mapping[str, sp.Expr]
Supports = Mapping[str, tuple[str, ...]]


def has_symbols(model: Model) -> bool:
    """Tell whether a tree is small enough to go through its supports."""
    tree = tree_of(model)
    return not tree.types and len(tree.decisions) <= MOST_SETS and _count(tree) <= MOST_SUPPORTS


def _count(tree: TreeGame) -> int:
    return math.prod(2 ** len(d.actions) - 1 for d in tree.decisions.values())


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
    for branch in _Enumeration(model, Naming(model) if named else None).branches():
        found.append(branch)
        if len(found) > MOST_BRANCHES:
            raise UnsupportedError(f"{model.name} has more than {MOST_BRANCHES} branches")
    return tuple(found)


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


class _Enumeration:
    """Goes through the supports of one tree, dropping what no parameters allow."""

    def __init__(self, model: Model, naming: Naming | None = None) -> None:
        self.model, self.tree = model, tree_of(model)
        self.short = sp.expand if naming is None else naming.shortest
        self.shape = _Shape(self.tree)
        self.question = Question(self._about, lambda: SECONDS)

    def _about(self, symbol: sp.Symbol) -> Iterator[sp.Basic]:
        """Yield a parameter's range, and what a definition stands for."""
        name = symbol.name
        if name in self.model.parameters:
            yield from self.model.parameters[name].range.of(symbol)
        elif name in self.model.definitions:
            yield sp.Eq(symbol, self.model.definitions[name].formula, evaluate=False)

    def possible(self, *stated: sp.Basic) -> bool:
        """Tell whether statements may hold together; what is not decided counts as possible."""
        if sp.false in stated:
            return False
        told = [s for s in stated if s is not sp.true]
        return self.question.ask(*told, first=True).status != "unsat"

    def branches(self) -> Iterator[Branch]:
        """Yield every branch that may be."""
        nature = [h for h, node in self.tree.nodes.items() if not node.player]
        options = [list(self._moves(h)) for h in nature]
        for choice in product(*options):
            on = dict(zip(nature, (moves for moves, _ in choice), strict=True))
            base = tuple(s for _, stated in choice for s in stated)
            if self.possible(*base):
                supports = _Supports(self, on, base)
                yield from supports.descend({}, {}, ())

    def _moves(self, history: History) -> Iterator[tuple[tuple[str, ...], tuple[sp.Basic, ...]]]:
        """Yield which moves of chance may be those that happen, and what says so."""
        node = self.tree.nodes[history]
        for kept in _subsets(node.actions):
            stated = [
                sp.Gt(chance, 0) if action in kept else sp.Eq(chance, 0)
                for action, chance in node.chances.items()
            ]
            if self.possible(*stated):
                always = kept == node.actions and not self.possible(sp.Not(sp.And(*stated)))
                yield kept, () if always else tuple(s for s in stated if s is not sp.true)


@dataclass(frozen=True)
class _Supports:
    """The supports of a tree in which it is known what chance may do."""

    every: _Enumeration
    on: Mapping[History, tuple[str, ...]]
    base: tuple[sp.Basic, ...]

    @property
    def tree(self) -> TreeGame:
        return self.every.tree

    @property
    def shape(self) -> _Shape:
        return self.every.shape

    def descend(
        self, support: Supports, play: Play, stated: tuple[sp.Basic, ...]
    ) -> Iterator[Branch]:
        """Yield the branches that go on from supports that are chosen at the last sets."""
        order = self.shape.last_first
        if len(support) == len(order):
            found = self._branch(support, play)
            if self.every.possible(*found.conditions, *(sp.Eq(e, 0) for e in found.equations)):
                yield found
            return
        name = order[len(support)]
        decision = self.tree.decisions[name]
        for chosen in _subsets(decision.actions):
            now = {**support, name: chosen}
            mixed = {**play, name: _mix(name, decision, chosen)}
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
        shares = _shares(f"some at {name}", histories)
        yield from (sp.Ge(share, 0) for share in shares.values())
        equal, best = self.replies(name, play, shares, support)
        yield from (sp.Eq(gap, 0) for gap in equal)
        yield from (sp.Ge(gap, 0) for gap in best)

    # --- what it pays ---------------------------------------------------------------------------

    def step(self, play: Play, history: History, action: str) -> sp.Expr:
        """Return the chance of a move."""
        node = self.tree.nodes[history]
        if node.player:
            return play[node.decision][action]
        return node.chances[action] if action in self.on[history] else ZERO

    def value(self, play: Play, history: History, player: str) -> sp.Expr:
        """Return what a player is paid from a history on."""
        node = self.tree.nodes.get(history)
        if node is None:
            return self.every.model.payoffs[history][player]
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

    def weights(self, play: Play) -> tuple[dict[str, Weights], dict[str, Weights], dict[str, str]]:
        """Return the weights at every set, beliefs that are free, and on whose set's a set's hang."""
        found: dict[str, Weights] = {}
        free: dict[str, Weights] = {}
        hangs: dict[str, str] = {}
        for name in self.shape.first_first:
            decision = self.tree.decisions[name]
            ways, before = self._ways(name, decision, play, found)
            if before in hangs:
                hangs[name] = hangs[before]
            able = [Counter(way) for way in ways.values() if ZERO not in way]
            if before in hangs and len(ways) > 1 and able:
                self._sees_all(name, before, [h for h, way in ways.items() if ZERO not in way])
            if len(ways) == 1:
                found[name] = dict.fromkeys(decision.histories, ONE)
                hangs.pop(name, None)
            elif able:
                # Common factors are positive; a common divisor of polynomials may not be.
                common = reduce(and_, able)
                found[name] = {
                    h: ZERO if ZERO in way else sp.Mul(*(Counter(way) - common).elements())
                    for h, way in ways.items()
                }
            else:
                found[name] = free[name] = _shares(f"belief at {name}", decision.histories)
                hangs[name] = name
        return found, free, hangs

    def _sees_all(self, name: str, before: str, able: Sequence[History]) -> None:
        """See that free beliefs, taken over from a set, cannot all be on what does not lead here.

        Raises
        ------
        UnsupportedError
            If they can: then beliefs here are free once more, which is not worked out.
        """
        led = {b for b in self.tree.decisions[before].histories for h in able if h[: len(b)] == b}
        if len(led) < len(self.tree.decisions[before].histories):
            raise UnsupportedError(
                f"{self.every.model.name}: a player who believes anything at '{before}' may come to "
                f"'{name}' against what it believed there: its symbolic solution is not worked out"
            )

    def _ways(
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

    def _branch(self, support: Supports, play: Play) -> Branch:
        model, sets = self.every.model, self.tree.decisions
        equations, conditions, gaps, kept = self._told(support, play)
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
            located=_located(shape, conditions),
        )

    def _told(
        self, support: Supports, play: Play
    ) -> tuple[
        tuple[sp.Expr, ...], tuple[sp.Basic, ...], tuple[sp.Expr, ...], tuple[sp.Symbol, ...]
    ]:
        """Return a branch's equations, conditions, what each action pays more, and beliefs that are kept."""
        weights, free, hangs = self.weights(play)
        equations: list[sp.Expr] = []
        conditions: list[sp.Basic] = [*self.base]
        linear: dict[str, list[sp.Expr]] = {name: [] for name in free}
        gaps: list[sp.Expr] = []
        for name in self.tree.decisions:
            conditions += _positive(play[name])
            equal, best = self.replies(name, play, weights[name], support[name])
            gaps += [*equal, *best]
            if name in hangs:
                linear[hangs[name]] += [*equal, *(-gap for gap in equal), *best]
            else:
                equations += [gap for gap in equal if gap != 0]
                conditions += [sp.Ge(gap, 0) for gap in best]
        kept: list[sp.Symbol] = []
        for name, beliefs in free.items():
            told, left = _without(beliefs, linear[name])
            conditions += told
            kept += left
        return (
            tuple(dict.fromkeys(equations)),
            tuple(c for c in dict.fromkeys(conditions) if c is not sp.true),
            tuple(dict.fromkeys(gap for gap in gaps if not gap.is_number)),
            tuple(kept),
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


def _subsets(items: Sequence[str]) -> Iterator[tuple[str, ...]]:
    yield from chain.from_iterable(combinations(items, size) for size in range(1, len(items) + 1))


def _mix(name: str, decision: Decision, support: tuple[str, ...]) -> dict[str, sp.Expr]:
    """Name the chance of every action in a support but the first, which takes the rest."""
    named = {a: sp.Symbol(f"P({name} {a})", real=True) for a in support[1:]}
    mix = {**named, support[0]: 1 - sp.Add(*named.values())}
    return {a: mix.get(a, ZERO) for a in decision.actions}


def _shares(what: str, histories: Sequence[History]) -> dict[History, sp.Expr]:
    """Name shares that sum to one; the last takes the rest."""
    named = {
        h: sp.Symbol(f"{what}: {', '.join(h) or 'the beginning'}", real=True)
        for h in histories[:-1]
    }
    return {**named, histories[-1]: 1 - sp.Add(*named.values())}


def _positive(mix: Mix) -> list[sp.Basic]:
    return [sp.Gt(chance, 0) for chance in mix.values() if not chance.is_number]


# --- beliefs eliminated, and chances that nothing ties down -----------------------------------------


def _without(beliefs: Weights, linear: Sequence[sp.Expr]) -> tuple[list[sp.Basic], list[sp.Symbol]]:
    """State that some beliefs make all of these not negative; with beliefs that are kept, if any.

    Examples
    --------
    >>> a, b = sp.symbols("a b", real=True)
    >>> shares = _shares("belief", [("x",), ("y",)])
    >>> m = shares["x",]
    >>> _without(shares, [a * m - b])
    ([(-b >= 0) | ((b >= 0) & (a > 0) & (a - b >= 0))], [])
    """
    unknowns = [share for share in beliefs.values() if share.is_Symbol]
    every = [*beliefs.values(), *linear]
    if len(beliefs) > MOST_FREE:
        return [sp.Ge(e, 0) for e in every], unknowns
    # What must be positive, and what not negative.
    cases: list[tuple[list[sp.Expr], Sequence[sp.Expr]]] = [([], every)]
    for unknown in unknowns:
        cases = [
            (positive + told, left)
            for positive, stated in cases
            for told, left in _substituted(unknown, stated)
        ]
    return [
        sp.Or(
            *(
                sp.And(*(sp.Gt(e, 0) for e in positive), *(sp.Ge(e, 0) for e in stated))
                for positive, stated in cases
            )
        )
    ], []


def _substituted(
    unknown: sp.Symbol, stated: Sequence[sp.Expr]
) -> Iterator[tuple[list[sp.Expr], list[sp.Expr]]]:
    """Yield cases: where one lower bound of an unknown, which rises with it, just holds.

    All are linear in it, one of them is that it is not negative; so there is a largest lower bound.
    """
    lines = [(sp.expand(e).coeff(unknown, 1), sp.expand(e).coeff(unknown, 0)) for e in stated]
    for slope, constant in dict.fromkeys(lines):
        if slope.is_number and slope <= 0:
            continue
        left = [sp.expand(slope * other - own * constant) for own, other in lines]
        yield [] if slope.is_number else [slope], list(dict.fromkeys(e for e in left if e != 0))


def _located(shape: Shape | None, conditions: Sequence[sp.Basic]) -> tuple[sp.Basic, ...] | None:
    """State in parameters alone when there is a branch in which some chances are free.

    None where they are not: all is in closed form, or conditions are not linear in what is free.
    """
    if shape is None or not shape.loose or shape.last is not None:
        return None
    closed: dict[sp.Symbol, sp.Expr] = {}
    for symbol, numerator, denominator in reversed(shape.steps):
        closed[symbol] = sp.cancel((numerator / denominator).xreplace(closed))
    if any(form.free_symbols & set(shape.loose) for form in closed.values()):
        return None
    left = [c.xreplace(closed) for c in conditions]
    for free in shape.loose:
        about = [c for c in left if free in c.free_symbols]
        if not all(isinstance(c, sp.GreaterThan | sp.StrictGreaterThan) for c in about):
            return None
        lines = []
        for c in about:
            gap = sp.expand(c.lhs - c.rhs)
            if not gap.is_polynomial(free) or sp.degree(gap, free) > 1:
                return None
            lines.append((gap.coeff(free, 1), gap.coeff(free, 0), type(c)))
        left = [c for c in left if c not in about] + [_some(lines)]
    ties = [sp.Eq(sp.expand(tie.xreplace(closed)), 0) for tie in shape.ties]
    nonzero = [sp.Ne(e.xreplace(closed), 0) for e in shape.nonzero]
    return tuple(c for c in dict.fromkeys([*ties, *nonzero, *left]) if c is not sp.true)


def _some(lines: Sequence[tuple[sp.Expr, sp.Expr, type]]) -> sp.Basic:
    """State that some number makes all lines positive, or not negative, as each is to be.

    It is where a lower bound just holds, or, of a bound that it must exceed, as little as one likes
    beyond it.

    Examples
    --------
    >>> a = sp.Symbol("a", real=True)
    >>> _some([(sp.S.One, sp.S.Zero, sp.StrictGreaterThan), (-sp.S.One, a, sp.GreaterThan)])
    a > 0
    """
    cases = []
    for slope, constant, kind in lines:
        if slope.is_number and slope <= 0:
            continue
        told = [] if slope.is_number else [sp.Gt(slope, 0)]
        for own, other, wanted in lines:
            gap = sp.expand(slope * other - own * constant)
            if kind is sp.GreaterThan:
                told.append(wanted(gap, 0))
            else:
                told.append(sp.Or(sp.Gt(gap, 0), sp.And(sp.Eq(gap, 0), wanted(own, 0))))
        cases.append(sp.And(*told))
    return sp.Or(*cases)
