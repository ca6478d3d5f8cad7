"""Branches as readers want them: what is played and where, in the parameters alone.

The branches that claims are decided on keep their unknowns and their equations.  Here these are
solved in closed form where that can be read (:mod:`dilemma.study.closed_forms`), put into the
conditions, and the conditions made as short as z3 can prove to be enough.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import sympy as sp
from sympy.core.relational import Relational

from dilemma.games.branch import Branch, PartSymbol, Shape
from dilemma.games.numbers import numbers_of
from dilemma.games.numbers.first_order import admissible, concave
from dilemma.games.numbers.powers import in_powers
from dilemma.games.solution import branches
from dilemma.model import Model
from dilemma.study.closed_forms import ClosedForm, Solved, closed_forms, without_roots
from dilemma.study.conditions import BRIEF, Shortening, existence

__all__ = ["Stated", "Statements", "mixed", "regimes"]

MOST_TRIED = 400  # operations in conditions that are shortened
MOST_READ = 120  # operations in a condition that is shown


@dataclass(frozen=True)
class Stated:
    """One equilibrium of a branch, or what is known of the branch.

    Attributes
    ----------
    title : str
        How the equilibrium is called.
    where : sympy Boolean
        In parameters; in what is played too where there is no closed form.
    play : mapping of str to sympy expression
        What is played in closed form; else ``"0 (equation k)"`` to what vanishes.
    closed : bool
        Whether the play has a closed form.
    solved : bool
        Whether ``play`` says what is played, and not only what vanishes there.
    enough : bool
        Whether the condition is enough, or only known to be necessary.
    put : mapping of unknown to sympy expression
    value : sympy expression or None
        What a leader is paid.
    """

    title: str
    where: sp.Basic
    play: Mapping[str, sp.Expr]
    closed: bool = True
    solved: bool = True
    enough: bool = True
    put: Mapping[sp.Symbol, sp.Expr] = field(default_factory=dict)
    value: sp.Expr | None = None


@dataclass(frozen=True)
class Statements:
    """What is stated of some branches, and where nothing is.

    Attributes
    ----------
    stated : tuple of Stated
    beyond : tuple of sympy Boolean
        In parameters: where there may be equilibria that are not stated.
    undefined : tuple of str
        Branches where a payoff has no value, of which nothing is stated.
    """

    stated: tuple[Stated, ...]
    beyond: tuple[sp.Basic, ...] = ()
    undefined: tuple[str, ...] = ()


def mixed(shorter: Shortening, branch: Branch) -> Statements | None:
    """State the equilibria of a branch in which three or more mix; None without a closed form."""
    found = _solved(shorter, branch.equations, branch, branch.conditions)
    if found is None:
        return None
    told = []
    for form in found.forms:
        where = _where(shorter, branch.conditions, form)
        if where is None:
            return None
        if where is not sp.false:
            told.append(Stated(branch.title, where, _play(branch.unknowns, form), put=form.put))
    return Statements(tuple(_numbered(told)), found.beyond)


def regimes(model: Model, shorter: Shortening) -> Statements:
    """State what holds in each regime that occurs for some admissible parameters."""
    sure = all(concave(model, player) is True for player in model.game.moves[-1])
    stated: list[Stated] = []
    beyond: dict[sp.Basic, None] = {}
    undefined: list[str] = []
    occur = list(_occurring(model, shorter))
    for k, (branch, equations, conditions) in enumerate(occur):
        shorter.allow(1 / (len(occur) - k))
        found = _solved(shorter, equations, branch, conditions)
        if found is not None and any(_pole(model, branch, form) for form in found.forms):
            undefined.append(branch.title)
            continue
        told = None if found is None else _regime(shorter, model, branch, found, conditions)
        if found is None or told is None:
            stated.append(_as_it_is(model, branch))
            continue
        beyond.update(dict.fromkeys(found.beyond))
        stated += _numbered(told)
    shorter.allow()
    gaps = tuple(beyond)
    if model.game.leader:
        stated = _best(model, shorter, stated, gaps)
    told_all = tuple(replace(s, enough=s.enough and sure) for s in stated)
    return Statements(told_all, gaps, tuple(undefined))


def _as_it_is(model: Model, branch: Branch) -> Stated:
    """State a regime by its equations, or what solves them, and its conditions in what is chosen."""
    where = sp.And(*(in_powers(model, c) for c in branch.conditions))
    play: dict[str, sp.Expr] = {
        u.name: f if f.count_ops() > MOST_TRIED else sp.factor(f)
        for u, f in branch.closed.items()
        if not isinstance(u, PartSymbol)
    }
    if not play:
        told = (in_powers(model, e) for e in branch.equations)
        play = {f"0 (equation {k})": e for k, e in enumerate([e for e in told if e != 0], 1)}
    led = branch.value is not None
    solved = bool(branch.closed)
    return Stated(branch.title, where, play, closed=False, solved=solved, enough=solved and not led)


def _pole(model: Model, branch: Branch, form: ClosedForm) -> bool:
    """Tell whether a payoff or a condition has no value at a solution, whatever the parameters."""
    told = [model.expand_play(payoff) for payoff in branch.payoffs.values()]
    told += [side for c in branch.conditions for r in c.atoms(Relational) for side in r.args]
    return any(model.expand_play(f).xreplace(dict(form.put)).has(sp.nan, sp.zoo) for f in told)


def _occurring(
    model: Model, shorter: Shortening
) -> Iterator[tuple[Branch, list[sp.Expr], list[sp.Basic]]]:
    """Yield the branches that z3 does not exclude for all admissible parameters."""
    for branch in branches(model):
        equations = [model.expand_play(e) for e in branch.equations]
        conditions = [model.expand_play(c) for c in branch.conditions]
        question = admissible(model, seconds=0.5)
        question.add(*(sp.Eq(e, 0) for e in equations), *conditions)
        if shorter.ended or question.ask().status != "unsat":
            yield branch, equations, conditions


def _solved(
    shorter: Shortening,
    equations: Sequence[sp.Expr],
    branch: Branch,
    conditions: Sequence[sp.Basic],
) -> Solved | None:
    """Solve a branch's equations where its conditions hold."""
    positive = {c.lhs for c in conditions if isinstance(c, sp.StrictGreaterThan) and c.rhs == 0}

    def may_vanish(factor: sp.Expr) -> bool:
        if factor.is_number or factor in positive:
            return bool(factor == 0)
        zero = sp.Eq(factor, 0)
        return not (
            shorter.never(zero, patience=BRIEF) or shorter.never(*conditions, zero, patience=BRIEF)
        )

    found = _linear(branch)
    if found is None:
        found = closed_forms(equations, branch.unknowns, may_vanish, lambda: shorter.ended)
    if found is None or any(
        f.count_ops() > MOST_READ for one in found.forms for f in one.put.values()
    ):
        return None
    held = [sp.Eq(e, 0) for e in equations]
    gaps = (gap for gap in found.beyond if not _nowhere(shorter, gap))
    left = (gap for gap in gaps if not shorter.never(*held, *conditions, gap))
    forms = (replace(f, put={u: shorter.unbent(e) for u, e in f.put.items()}) for f in found.forms)
    return replace(found, forms=tuple(forms), beyond=tuple(left))


def _nowhere(shorter: Shortening, gap: sp.Basic) -> bool:
    """Tell whether something vanishes for no parameters."""
    if isinstance(gap, sp.Equality):
        return shorter.sign(gap.lhs - gap.rhs) != 0
    return shorter.never(gap, patience=BRIEF)


def _linear(branch: Branch) -> Solved | None:
    """Take over what linear equations gave, unless a denominator hangs on what is played."""
    unknown = set(branch.unknowns)
    if not branch.closed or any(d.free_symbols & unknown for d in branch.nonzero):
        return None
    put = {u: f if f.count_ops() > MOST_READ else sp.factor(f) for u, f in branch.closed.items()}
    gaps = tuple(sp.Eq(d, 0) for d in branch.nonzero)
    return Solved((ClosedForm(put, branch.nonzero),), gaps)


def _regime(
    shorter: Shortening,
    model: Model,
    branch: Branch,
    found: Solved,
    conditions: Sequence[sp.Basic],
) -> list[Stated] | None:
    """State each solution of a regime that occurs; None where a price stays undetermined."""
    chosen = {u for own in branch.play.values() for f in own.values() for u in f.free_symbols}
    told = []
    for form in found.forms:
        loose = set().union(*(c.free_symbols for c in conditions)) - set(branch.unknowns) - chosen
        prices = {s for s in loose if s.name.startswith("multiplier(")}
        bounded = _eliminated(conditions, prices)
        if bounded is None:
            return None
        where = _where(shorter, bounded, form)
        if where is None:
            return None
        if where is sp.false:
            continue
        value = None
        if branch.value is not None:
            value = sp.cancel(sp.together(model.expand_play(branch.value).xreplace(form.put)))
        told.append(
            Stated(branch.title, where, _play(branch.unknowns, form), put=form.put, value=value)
        )
    return told


def _eliminated(conditions: Sequence[sp.Basic], prices: set[sp.Symbol]) -> list[sp.Basic] | None:
    """Leave out conditions that a price which nothing determines can meet by being high enough."""
    if not prices:
        return list(conditions)
    kept = []
    for condition in conditions:
        own = condition.free_symbols & prices
        if not own:
            kept.append(condition)
            continue
        if not isinstance(condition, sp.GreaterThan | sp.StrictGreaterThan):
            return None
        gap = sp.expand(condition.lhs - condition.rhs)
        slopes = [sp.diff(gap, price) for price in own]
        if not all(slope.is_positive for slope in slopes):
            return None
    return kept


def _where(
    shorter: Shortening, conditions: Sequence[sp.Basic], form: ClosedForm
) -> sp.Basic | None:
    """Return where some conditions hold of a closed form, in parameters; None past reading."""
    put = dict(form.put)
    if sum(int(c.xreplace(put).count_ops()) for c in conditions) > MOST_TRIED:
        return None
    own: list[sp.Basic] = [sp.Eq(tie, 0) for tie in form.ties]
    own += [sp.Ne(d, 0) for d in form.nonzero]
    parts = [_plain(shorter, part) for part in own]
    if form.real:
        parts += [_plain(shorter, sp.Ge(under, 0)) for under in form.real]
        told = [without_roots(c.xreplace(put)) for c in conditions]
        parts += [_plain(shorter, part) for part in told]
    else:
        branch = Branch("", {}, {}, {}, conditions=tuple(conditions), shape=Shape.of(put))
        parts.append(existence(branch, shorter.sign))
    every = [p for part in parts for p in sp.And.make_args(part)]
    if sum(int(p.count_ops()) for p in every) > MOST_TRIED:
        return None
    where = shorter.shortest(every)
    return where if where.count_ops() <= MOST_READ else None


def _plain(shorter: Shortening, formula: sp.Basic) -> sp.Basic:
    """Write relations between quotients as signs of polynomials."""
    return existence(Branch("", {}, {}, {}, conditions=(formula,)), shorter.sign)


def _play(unknowns: Sequence[sp.Symbol], form: ClosedForm) -> dict[str, sp.Expr]:
    return {u.name: form.put[u] for u in unknowns if not isinstance(u, PartSymbol)}


def _numbered(told: Sequence[Stated]) -> Iterator[Stated]:
    """Tell apart the solutions of one branch."""
    for k, one in enumerate(told, 1):
        more = f", solution {k} of {len(told)}" if len(told) > 1 else ""
        yield replace(one, title=one.title + more)


def _best(
    model: Model, shorter: Shortening, stated: Sequence[Stated], beyond: Sequence[sp.Basic]
) -> list[Stated]:
    """Add that a leader is paid no less than in the other regimes that are there."""
    if not all(one.closed for one in stated) or numbers_of(model).ties == "against":
        return [replace(one, enough=False) for one in stated]
    whole = True
    told = []
    for one in stated:
        parts = [*sp.And.make_args(one.where), *(sp.Not(gap) for gap in beyond)]
        for other in stated:
            if other is one or one.value is None or other.value is None:
                continue
            gap = other.value - one.value
            better = _compared(shorter, gap > 0)
            if gap.count_ops() > MOST_READ or better.atoms(sp.Pow) - _whole(better):
                whole = False
            elif not shorter.never(one.where, other.where, better):
                parts.append(
                    sp.Or(
                        sp.to_nnf(sp.Not(other.where), simplify=False),
                        _compared(shorter, gap <= 0),
                    )
                )
        where = shorter.shortest(parts)
        if where.count_ops() > MOST_READ:
            where, whole = one.where, False
        if where is not sp.false:
            told.append(replace(one, where=where))
    return [replace(one, enough=one.enough and whole) for one in told]


def _whole(formula: sp.Basic) -> set[sp.Basic]:
    return {power for power in formula.atoms(sp.Pow) if power.exp.is_Integer}


def _compared(shorter: Shortening, relation: sp.Basic) -> sp.Basic:
    told = without_roots(relation) if isinstance(relation, Relational) else relation
    return _plain(shorter, told)
