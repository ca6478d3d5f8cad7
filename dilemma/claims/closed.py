"""Equilibria in closed form that do what a claim says, or its opposite, wherever it speaks of any.

A closed form needs no unknowns, so that "some equilibrium does" is a statement about parameters alone:
one of these branches is an equilibrium and does it.  Leaving out branches that have no closed form only
makes such a statement harder to prove.  Of chances that may be any within bounds, one is taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations, compress, islice, product
from operator import not_

import sympy as sp
from sympy.core.relational import Relational

from dilemma.claims.cases import Cases
from dilemma.claims.meaning import Chosen, Symbols, UndefinedError, defined
from dilemma.deciders.question import Question
from dilemma.games.branch import Branch, Shape
from dilemma.model import Model

__all__ = ["none_does"]

MOST_MIDDLES = 12


def none_does(cases: Cases, every: Iterable[Chosen], *, wrong: bool = False) -> list[sp.Basic]:
    """State of each case in closed form that it is no equilibrium or does not do what is claimed.

    With ``wrong`` it is the opposite of what is claimed that it does not do.
    """
    known = [c for c in every if not any(branch.relaxed for branch in c.values())]
    solved = [all(branch.solved for branch in c.values()) for c in known]
    told = list(_each(cases, compress(known, solved), wrong=wrong))
    if all(solved) or _are_enough(cases, told):
        return told
    return [*told, *_each(cases, compress(known, map(not_, solved)), wrong=wrong)]


def _are_enough(cases: Cases, told: Sequence[sp.Basic]) -> bool:
    """Tell whether plays without free chances do it already, wherever the claim speaks of any."""
    question = cases.empty()
    question.add(*cases.shared(), cases.assumed(), *told)
    return question.ask(first=True).status == "unsat"


def _each(cases: Cases, every: Iterable[Chosen], *, wrong: bool) -> Iterator[sp.Basic]:
    """Yield what none_does states, case by case."""
    together = cases.empty()
    for chosen in every:
        if not _may_do(cases, chosen, together, wrong=wrong):
            continue
        where = _located(cases, chosen)
        if where is not None:
            yield sp.Not(_does(cases, where, wrong=wrong))
            continue
        for choice in islice(product(*map(_definite, chosen.values())), MOST_MIDDLES):
            yield sp.Not(_does(cases, dict(zip(chosen, choice, strict=True)), wrong=wrong))


def _may_do(cases: Cases, chosen: Chosen, together: Question, *, wrong: bool) -> bool:
    """Tell whether branches may do what is claimed, or its opposite, before closed forms are looked for.

    These take longer than the question, where questions are quick.
    """
    statements, parts = cases.statements, cases.statements.parts()
    symbols = Symbols(statements, chosen)
    try:
        claimed = sp.And(*map(symbols.formula, parts))
    except UndefinedError:
        return False
    says = sp.Not(claimed) if wrong else claimed
    if says in (sp.true, sp.false) or cases.tries_first:
        return says is not sp.false
    if not any(branch.unknowns for branch in chosen.values()):
        return True
    return together.ask(*cases.stated(chosen, parts), says, first=True).status != "unsat"


def _located(cases: Cases, chosen: Chosen) -> Chosen | None:
    """Return branches that say in parameters alone where they are; None if a claim hangs on free chances."""
    if any(branch.where is None for branch in chosen.values()):
        return None
    statements, parts = cases.statements, cases.statements.parts()
    where = {
        key: branch if branch.solved else _without_chances(statements.model, branch)
        for key, branch in chosen.items()
    }
    symbols = Symbols(statements, where)
    try:
        said = [symbols.given(), *map(symbols.given, statements.twins(parts))]
        said += map(symbols.formula, parts)
    except UndefinedError:
        return None
    free = {
        statements.unknown(copy, unknown)
        for copy, branch in cases.branches(chosen, parts)
        for unknown in (() if branch.solved else branch.unknowns)
    }
    return None if any(s.free_symbols & free for s in said) else where


def _without_chances(model: Model, branch: Branch) -> Branch:
    """Return a branch that is wherever some chances are such that it is."""
    return replace(
        branch,
        unknowns=(),
        equations=(),
        conditions=branch.located or (),
        shape=Shape.of({}),
        outcomes={n: model.expand_play(f) for n, f in branch.outcomes.items()},
        payoffs={n: model.expand_play(f) for n, f in branch.payoffs.items()},
        locate=None,
    )


def _definite(branch: Branch) -> list[Branch]:
    """Return what is played in closed form: where chances are free, what lies amid their bounds."""
    if branch.solved:
        return [branch]
    if branch.located is None or branch.shape is None:
        return []
    closed: dict[sp.Symbol, sp.Expr] = {}
    for symbol, numerator, denominator in reversed(branch.shape.steps):
        closed[symbol] = sp.cancel((numerator / denominator).xreplace(closed))
    ties = [sp.Eq(tie.xreplace(closed), 0) for tie in branch.shape.ties]
    conditions = [*ties, *(c.xreplace(closed) for c in branch.conditions)]
    return [
        replace(
            branch,
            shape=Shape.of({**_put(free, closed), **free}, branch.shape.nonzero),
            conditions=(*branch.conditions, *ties, *(sp.Ne(slope, 0) for slope in slopes)),
            locate=None,
        )
        for free, slopes in islice(_middles(branch.shape.loose, conditions), MOST_MIDDLES)
    ]


def _put(
    free: Mapping[sp.Symbol, sp.Expr], closed: Mapping[sp.Symbol, sp.Expr]
) -> dict[sp.Symbol, sp.Expr]:
    """Return closed forms once free chances are settled, on which they may hang."""
    hang = set(free)
    return {
        symbol: sp.cancel(form.xreplace(dict(free))) if form.free_symbols & hang else form
        for symbol, form in closed.items()
    }


def _middles(
    loose: Sequence[sp.Symbol], conditions: Sequence[sp.Basic]
) -> Iterator[tuple[dict[sp.Symbol, sp.Expr], list[sp.Expr]]]:
    """Yield what free chances may be, halfway between two bounds each, and what must not vanish then.

    If there are any, some of these are: the middle of the largest low and the least high bound.
    """
    if not loose:
        yield {}, []
        return
    free, *others = loose
    ends: dict[sp.Expr, sp.Expr] = {}
    for condition in conditions:
        if free in condition.free_symbols and isinstance(condition, Relational):
            gap = sp.expand(condition.lhs - condition.rhs)
            if (slope := gap.coeff(free, 1)) == 0:
                continue
            ends[sp.cancel(-gap.coeff(free, 0) / slope)] = slope
    for (one, slope), (two, other) in combinations(ends.items(), 2):
        here = {free: sp.cancel((one + two) / 2)}
        rest = [c.xreplace(here) for c in conditions]
        slopes = [s for s in (slope, other) if not s.is_number]
        for further, more in _middles(others, rest):
            own = {free: sp.cancel(here[free].xreplace(further))}  # ends may be other chances
            yield {**own, **further}, [*(s.xreplace(further) for s in slopes), *more]


def _does(cases: Cases, chosen: Chosen, *, wrong: bool) -> sp.Basic:
    """State that branches are equilibria and do what is claimed, or its opposite.

    What has no value does neither.
    """
    statements, parts = cases.statements, cases.statements.parts()
    closed = {key: _closed(statements.model, branch) for key, branch in chosen.items()}
    symbols = Symbols(statements, closed)
    try:
        claimed = sp.And(*map(symbols.formula, parts))
    except UndefinedError:
        return sp.false
    says = [symbols.given(), *map(symbols.given, statements.twins(parts))]
    says.append(sp.Not(claimed) if wrong else claimed)
    played = {  # slopes speak of it
        statements.unknown(copy, unknown): statements.rename(form, copy)
        for copy, branch in cases.branches(chosen, parts)
        for unknown, form in branch.closed.items()
    }
    says = [s.xreplace(played) for s in says]
    for copy, branch in cases.branches(closed, parts):
        says += statements.branch(branch, copy)
    return sp.And(*says, *map(defined, says))


def _closed(model: Model, branch: Branch) -> Branch:
    """Return a branch without unknowns, which their closed forms replace, in definitions too."""
    if not branch.unknowns:
        return branch
    put = dict(branch.closed)

    def solved(formula: sp.Basic) -> sp.Basic:
        return model.expand_play(formula).xreplace(put)

    return replace(
        branch,
        unknowns=(),
        equations=(),
        conditions=(*(sp.Ne(e, 0) for e in branch.nonzero), *map(solved, branch.conditions)),
        outcomes={n: solved(f) for n, f in branch.outcomes.items()},
        payoffs={n: solved(f) for n, f in branch.payoffs.items()},
    )
