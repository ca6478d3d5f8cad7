"""All equilibria of a tree as one formula: for trees with too many supports to go through.

A chance stands at every information set, and for each action there is said: it is not taken, or no other pays
more.  Beliefs are unknowns, tied to what leads to their set by Bayes' rule as a product, so that they are
free where nothing does.  That beliefs are consistent is left out: what is proved of all that satisfy the
formula holds of sequential equilibria, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

import sympy as sp

from dilemma.games.branch import Branch
from dilemma.games.tree import tree_of
from dilemma.games.tree.beliefs import letters_of
from dilemma.games.tree.hidden import ChanceKnown, Enumeration, mixed_over
from dilemma.games.tree.induction import probability
from dilemma.games.tree.nodes import History
from dilemma.model import Model

__all__ = ["ANY_PLAY", "MOST_ENDS", "one_formula"]

ANY_PLAY = "any equilibrium"
MOST_ENDS = 64


@lru_cache(maxsize=16)
def one_formula(model: Model) -> Branch:
    """Return a branch that holds every perfect Bayesian equilibrium of a tree.

    Parameters
    ----------
    model : Model
        A tree without private types on an interval.
    """
    tree = tree_of(model)
    nature = {h: node.actions for h, node in tree.nodes.items() if not node.player}
    walk = ChanceKnown(Enumeration(model), nature, ())
    play = {name: mixed_over(name, d, d.actions) for name, d in tree.decisions.items()}
    beliefs: dict[str, Mapping[History, sp.Expr]] = {}
    conditions: list[sp.Basic] = []
    equations: list[sp.Expr] = []
    for name in walk.shape.first_first:
        conditions += [sp.Ge(chance, 0) for chance in play[name].values()]
        beliefs[name], tied = _believed(walk, name, play, beliefs)
        equations += tied
        conditions += [sp.Ge(share, 0) for share in beliefs[name].values()]
        conditions += _best(walk, name, play, beliefs[name])
    unknowns = {s for e in (*equations, *conditions) for s in e.free_symbols}
    known = {*map(_symbol, model.parameters), *map(_symbol, model.definitions)}
    payoffs = {p: sp.expand(walk.value(play, (), p)) for p in model.players}
    paid = {_symbol(player): payoff for player, payoff in payoffs.items()}
    outcomes = {}
    for outcome in model.outcomes.values():
        chances = {s: probability(tree, play, c) for s, c in outcome.chances.items()}
        outcomes[outcome.name] = outcome.formula.xreplace({**paid, **chances})
    return Branch(
        name=ANY_PLAY,
        play=play,
        payoffs=payoffs,
        outcomes=outcomes,
        unknowns=tuple(sorted(unknowns - known, key=str)),
        equations=tuple(e for e in equations if e != 0),
        conditions=tuple(c for c in conditions if c is not sp.true),
        shape=None,
        relaxed=tree.sequential and not tree.perfect,
    )


def _believed(
    walk: ChanceKnown,
    name: str,
    play: Mapping[str, Mapping[str, sp.Expr]],
    before: Mapping[str, Mapping[History, sp.Expr]],
) -> tuple[Mapping[History, sp.Expr], list[sp.Expr]]:
    """Return what is believed at a set, and what vanishes by Bayes' rule."""
    decision = walk.tree.decisions[name]
    if len(decision.histories) == 1:
        return {decision.histories[0]: sp.Integer(1)}, []
    letters = letters_of(f"belief at {name}", decision.histories)
    last = decision.histories[-1]
    held = {**letters, last: 1 - sp.Add(*(m for h, m in letters.items() if h != last))}
    ways, _ = walk.ways(name, decision, play, before)
    likely = {h: sp.expand(sp.Mul(*way)) for h, way in ways.items()}
    total = sp.Add(*likely.values())
    return held, [sp.expand(held[h] * total - way) for h, way in likely.items()]


def _symbol(name: str) -> sp.Symbol:
    return sp.Symbol(name, real=True)


def _best(
    walk: ChanceKnown,
    name: str,
    play: Mapping[str, Mapping[str, sp.Expr]],
    beliefs: Mapping[History, sp.Expr],
) -> Iterator[sp.Basic]:
    """Yield for each action that it is not taken, or that no other pays more."""
    decision = walk.tree.decisions[name]
    for action in decision.actions:
        others = tuple(a for a in decision.actions if a != action)
        if others:
            _, gaps = walk.replies(name, play, beliefs, (action,))
            yield sp.Or(sp.Eq(play[name][action], 0), sp.And(*(sp.Ge(gap, 0) for gap in gaps)))
