"""The symbolic solution of a tree with perfect information: backward induction, case by case.

At each decision every action is a case, with the condition that it pays the player who moves no
less than any other, given what follows.  A player who knows a private type t, uniform on [l, h],
takes one action against another where D(t) = a + b*t, the payoff difference, is positive.  That is
a *cutoff*: always if D(l) and D(h) are positive, never if both are negative, and else on one side
of t* = -a/b.  Whoever moves earlier expects the average over types.

Where actions pay the same, a player may mix.  That is so on borders alone, and those cases are worked
out if they are asked for: claims are about them, too.  Their probabilities are unknowns.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import combinations, product

import sympy as sp

from dilemma.deciders.question import Question
from dilemma.errors import UnsupportedError
from dilemma.games.branch import Branch, Naming, Play, Shape, triangle
from dilemma.games.matrix.supports import MOST
from dilemma.games.tree import TreeGame, tree_of
from dilemma.games.tree.nodes import Chance, Node, PrivateType
from dilemma.model import Model
from dilemma.theory.parts import Profile, tied

__all__ = ["branches", "has_symbols", "probability"]

ONE, ZERO = sp.Integer(1), sp.Integer(0)
MOST_TRIED = 20_000  # cases, most of which exclude themselves on the way
MOST_BRANCHES = 1_000
SECONDS = 2.0  # for one question


@dataclass(frozen=True)
class _Case:
    """What may happen from a history on, and when."""

    payoffs: Mapping[str, sp.Expr]
    play: Mapping[str, Mapping[str, sp.Expr]]
    words: Mapping[str, str]
    conditions: tuple[sp.Basic, ...] = ()
    nonzero: tuple[sp.Expr, ...] = ()
    gaps: tuple[sp.Expr, ...] = ()
    unknowns: tuple[sp.Symbol, ...] = ()
    equations: tuple[sp.Expr, ...] = ()


def has_symbols(model: Model) -> bool:
    """Tell whether a tree has perfect information and is small enough to go through its cases."""
    return tree_of(model).perfect and _count(tree_of(model)) <= MOST


def _count(tree: TreeGame, most: int = MOST, *, ties: bool = False) -> int:
    """Return how many cases there are, or some number above the most that are gone through."""
    found = dict.fromkeys(tree.ends, 1)
    for node in tree.below(()):
        history, actions = node.history, len(node.actions)
        free = 2**actions - 1 if ties else actions
        own = 1 if not node.player else 4 if node.knows else free
        found[history] = own * math.prod(found[*history, action] for action in node.actions)
        if found[history] > most:
            return found[history]
    return found[()]


def branches(
    model: Model, *, named: bool = False, ties: bool = False, given: tuple[sp.Basic, ...] = ()
) -> tuple[Branch, ...]:
    """Return every branch of a tree with perfect information.

    Parameters
    ----------
    named : bool
        Whether payoff differences are written in the shortest way that the definitions allow.
    ties : bool
        Whether there are branches, too, in which a player mixes that is indifferent, not knowing a
        type of its own.
    given : tuple of sympy Boolean
        What is assumed of parameters and definitions: what it excludes is left out where there are
        many cases.

    Raises
    ------
    UnsupportedError
        If there are too many cases.
    """
    count = _count(tree_of(model), MOST_TRIED, ties=ties)
    if count > MOST_TRIED:
        raise UnsupportedError(
            f"{model.name} has {count:,} cases of backward induction or more: its symbolic solution "
            f"is worked out up to {MOST_TRIED:,}"
        )
    return _branches(model.game_alone, named, ties, given if count > MOST else ())


@lru_cache(maxsize=128)
def _branches(
    model: Model,
    named: bool,  # noqa: FBT001 -- cached
    ties: bool,  # noqa: FBT001 -- cached
    given: tuple[sp.Basic, ...],
) -> tuple[Branch, ...]:
    naming = Naming(model) if named else None
    induction = _Induction(model, tree_of(model), naming, ties, given)
    return tuple(_branch(model, case) for case in induction.cases())


def _branch(model: Model, case: _Case) -> Branch:
    name = ", ".join(case.words[decision] for decision in tree_of(model).decisions)
    play = {decision: case.play[decision] for decision in tree_of(model).decisions}
    payoffs = {player: sp.expand(case.payoffs[player]) for player in model.players}
    paid = {sp.Symbol(player, real=True): payoff for player, payoff in payoffs.items()}
    outcomes = {}
    for outcome in model.outcomes.values():
        chances = {s: probability(tree_of(model), play, c) for s, c in outcome.chances.items()}
        outcomes[outcome.name] = outcome.formula.xreplace({**paid, **chances})
    nonzero = tuple(dict.fromkeys(case.nonzero))
    shape: Shape | None = Shape.of({}, nonzero)
    if case.unknowns and (shape := triangle(case.equations, case.unknowns)) is not None:
        shape = replace(shape, nonzero=(*shape.nonzero, *nonzero))
    return Branch(
        name=name,
        play=play,
        payoffs=payoffs,
        outcomes=outcomes,
        unknowns=case.unknowns,
        equations=case.equations,
        conditions=case.conditions,
        gaps=tuple(dict.fromkeys(case.gaps)),
        shape=shape,
    )


def probability(tree: TreeGame, play: Play, chance: Chance) -> sp.Expr:
    """Return the probability that an action is taken after a history."""
    found: dict[Profile, sp.Expr] = {}
    for node in tree.below(chance.after):
        mix = play[node.decision] if node.player else node.chances
        found[node.history] = sp.Add(
            *(
                mix[a] * (ONE if a == chance.action else found.get((*node.history, a), ZERO))
                for a in node.actions
                if mix[a] != 0
            )
        )
    return found.get(chance.after, ZERO)


@dataclass(frozen=True)
class _Induction:
    model: Model
    tree: TreeGame
    naming: Naming | None
    ties: bool
    given: tuple[sp.Basic, ...]

    @cached_property
    def many(self) -> bool:
        """Whether there are so many cases that those which exclude themselves are looked for."""
        return _count(self.tree, ties=self.ties) > MOST

    @cached_property
    def question(self) -> Question:
        """Parameters in their ranges, and definitions."""
        about = tied(self.model.parameters, self.model.definitions)
        return Question(about, lambda: SECONDS)

    def _may_be(self, case: _Case) -> bool:
        """Tell whether some parameters allow a case; what is not decided counts as possible."""
        if sp.false in case.conditions:
            return False
        if not self.many:
            return True
        equations = (sp.Eq(e, 0, evaluate=False) for e in case.equations)
        stated = (c for c in (*self.given, *case.conditions, *equations) if c is not sp.true)
        return self.question.ask(*dict.fromkeys(stated), first=True).status != "unsat"

    def cases(self) -> list[_Case]:
        """Return what may happen, worked out from the ends of the tree.

        Raises
        ------
        UnsupportedError
            If that is too much.
        """
        found = {
            end: [_Case({p: sp.expand(v) for p, v in pays.items()}, {}, {})]
            for end, pays in self.model.payoffs.items()
        }
        for node in self.tree.below(()):
            history = node.history
            below = [found.pop((*history, action)) for action in node.actions]
            found[history] = [
                case
                for choice in product(*below)
                for case in self._moves(node, dict(zip(node.actions, choice, strict=True)))
                if self._may_be(case)
            ]
            if len(found[history]) > MOST_BRANCHES:
                raise UnsupportedError(
                    f"{self.model.name} has more than {MOST_BRANCHES:,} branches"
                )
        return [replace(case, payoffs=self._expected(case.payoffs)) for case in found[()]]

    def _moves(self, node: Node, after: Mapping[str, _Case]) -> Iterator[_Case]:
        if not node.player:
            yield _mixed(after, node.chances)
        elif node.knows:
            yield from self._informed(node, after, self.tree.types[node.knows])
        else:
            for action in node.actions:
                gaps = [
                    self._gap(node.player, after[action], after[b])
                    for b in node.actions
                    if b != action
                ]
                chosen = {a: ONE if a == action else ZERO for a in node.actions}
                case = _mixed(after, chosen, node.decision, action)
                conditions = tuple(sp.Ge(gap, 0) for gap in gaps)
                yield replace(
                    case, conditions=case.conditions + conditions, gaps=(*case.gaps, *gaps)
                )
            if self.ties:
                yield from self._indifferent(node, after)

    def _indifferent(self, node: Node, after: Mapping[str, _Case]) -> Iterator[_Case]:
        """Yield the cases of a player who mixes: it is paid the same, and no less than otherwise."""
        for size in range(2, len(node.actions) + 1):
            for support in combinations(node.actions, size):
                first, *others = support
                same = [self._gap(node.player, after[first], after[a]) for a in others]
                if any(gap.is_nonzero for gap in same):
                    continue
                rest = [a for a in node.actions if a not in support]
                more = [self._gap(node.player, after[first], after[a]) for a in rest]
                chances = {
                    a: sp.Symbol(f"P({node.decision} {a})", real=True) if a in others else ZERO
                    for a in node.actions
                }
                chances[first] = ONE - sp.Add(*chances.values())
                case = _mixed(after, chances, node.decision, "/".join(support))
                positive = (sp.Gt(chances[a], 0) for a in support)
                yield replace(
                    case,
                    conditions=(*case.conditions, *positive, *(sp.Ge(gap, 0) for gap in more)),
                    gaps=(*case.gaps, *same, *more),
                    unknowns=(*case.unknowns, *(chances[a] for a in others)),
                    equations=(*case.equations, *(gap for gap in same if gap != 0)),
                )

    def _gap(self, player: str, one: _Case, other: _Case) -> sp.Expr:
        """Return what a player expects to gain by one action over another."""
        gap = self._expected(one.payoffs)[player] - self._expected(other.payoffs)[player]
        return self._short(gap)

    def _short(self, gap: sp.Expr) -> sp.Expr:
        return sp.expand(gap) if self.naming is None else self.naming.shortest(gap)

    def _expected(self, payoffs: Mapping[str, sp.Expr]) -> dict[str, sp.Expr]:
        """Return payoffs with every type at its mean: they are linear in it."""
        means = {t.symbol: (t.low + t.high) / 2 for t in self.tree.types.values()}
        return {player: sp.expand(value.xreplace(means)) for player, value in payoffs.items()}

    def _informed(
        self, node: Node, after: Mapping[str, _Case], private: PrivateType
    ) -> Iterator[_Case]:
        """Yield the cases of a player who knows its type: one action, the other, a cutoff."""
        first, second = node.actions
        one, other = after[first].payoffs, after[second].payoffs
        gap = sp.expand(one[node.player] - other[node.player])
        slope = sp.expand(gap).coeff(private.symbol, 1)
        low, high = (
            self._short(gap.xreplace({private.symbol: end})) for end in (private.low, private.high)
        )
        for action, (least, most) in ((first, (low, high)), (second, (-low, -high))):
            chosen = {a: ONE if a == action else ZERO for a in node.actions}
            case = _mixed(after, chosen, node.decision, action)
            extra = (sp.Ge(least, 0), sp.Ge(most, 0))
            gaps = (*case.gaps, least, most)
            yield replace(case, conditions=case.conditions + extra, gaps=gaps)
        if slope != 0:
            cutoff = sp.cancel(-gap.coeff(private.symbol, 0) / slope)
            for up, down, rises, extra in (
                (first, second, True, (sp.Lt(low, 0), sp.Gt(high, 0))),
                (second, first, False, (sp.Gt(low, 0), sp.Lt(high, 0))),
            ):
                if not (slope.is_negative if rises else slope.is_positive):
                    case = _divided(node, after, private, cutoff, (up, down))
                    yield replace(
                        case,
                        conditions=case.conditions + extra,
                        nonzero=(*case.nonzero, slope, sp.expand(private.high - private.low)),
                    )


def _divided(
    node: Node,
    after: Mapping[str, _Case],
    private: PrivateType,
    cutoff: sp.Expr,
    sides: tuple[str, str],
) -> _Case:
    """Return the case in which types above a cutoff act one way and those below it another."""
    up, down = sides
    above = sp.cancel((private.high - cutoff) / (private.high - private.low))
    chances = {up: above, down: sp.cancel(1 - above)}
    # Whoever acts on a side of the cutoff is of that side's average type.
    types = {up: (cutoff + private.high) / 2, down: (private.low + cutoff) / 2}
    averages = {
        action: after[action].payoffs[node.player].xreplace({private.symbol: average})
        for action, average in types.items()
    }
    chosen = {a: chances[a] for a in node.actions}
    return _mixed(after, chosen, node.decision, f"{up}/{down}", own=(node.player, averages))


def _mixed(
    after: Mapping[str, _Case],
    chances: Mapping[str, sp.Expr],
    decision: str = "",
    word: str = "",
    *,
    own: tuple[str, Mapping[str, sp.Expr]] | None = None,
) -> _Case:
    """Put together what follows each action, weighted by how likely it is.

    ``word`` says what is done at the decision; ``own`` gives what the player who moves is paid
    after each action, where that is not what the cases say.
    """
    payoffs: dict[str, sp.Expr] = {}
    for player in next(iter(after.values())).payoffs:
        told: Mapping[str, sp.Expr] = {a: case.payoffs[player] for a, case in after.items()}
        if own is not None and own[0] == player:
            told = own[1]
        payoffs[player] = sp.Add(*(chances[a] * told[a] for a in after))
    play: dict[str, Mapping[str, sp.Expr]] = {decision: chances} if decision else {}
    words = {decision: word} if decision else {}
    for case in after.values():
        play |= case.play
        words |= case.words
    return _Case(
        payoffs=payoffs,
        play=play,
        words=words,
        conditions=tuple(c for case in after.values() for c in case.conditions),
        nonzero=tuple(e for case in after.values() for e in case.nonzero),
        gaps=tuple(gap for case in after.values() for gap in case.gaps),
        unknowns=tuple(u for case in after.values() for u in case.unknowns),
        equations=tuple(e for case in after.values() for e in case.equations),
    )
