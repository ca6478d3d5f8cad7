"""Exact examples of a claim that fails or holds, made readable and checked once more.

What z3 finds is one point among many.  It is moved towards the era's centre, parameter by
parameter, for as long as it stays an example, so that what is left to differ is what matters.
Then it is checked by substitution into the model's own formulas, and, where something is played,
by a search for a profitable deviation written from the payoffs alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import sympy as sp

from dilemma.claims.evaluation import deviation_gain, numbers, worth
from dilemma.claims.statements import Copy, Part, Statements, UndefinedError, put_in_claim
from dilemma.claims.verdict import Example
from dilemma.deciders.question import Question
from dilemma.errors import DisagreementError
from dilemma.games import named_games as kinds
from dilemma.games import solution as games
from dilemma.games.branch import Branch
from dilemma.games.equilibrium import Equilibrium
from dilemma.model import Model
from dilemma.theory.parts import Reference

__all__ = ["Example", "check_example", "example_of", "find_example", "moved_from_centre", "truth"]


def find_example(
    statements: Statements,
    question: Question,
    extra: tuple[sp.Basic, ...],
    chosen: Mapping[str, Branch],
    parts: tuple[Part, ...],
    rival: Mapping[str, Branch],
) -> Example | None:
    """Turn a satisfiable question into a readable exact example; None if only irrational.

    Parameters
    ----------
    extra : tuple of sympy Boolean
        What the question was asked with.
    chosen, rival : mapping of a copy's key to Branch
        What is played; and the other equilibrium that refutes ``unique``.
    parts : tuple of Part
        The parts of the claim that the example is about.
    """
    centres = {s: c for s in question.symbols if (c := _centre(statements, s)) is not None}
    question.add(*extra)
    kept = _towards_centre(question, list(centres.items()))
    kept += _rounded(question, kept, [s for s in centres if s not in dict(kept)])
    answer = question.ask(*(sp.Eq(s, v) for s, v in kept))
    if answer.status != "sat":
        return None
    played = {
        **{copy: chosen.get(copy.base) for copy in statements.copies},
        **{t: chosen.get(t.key, chosen.get(t.base)) for t in statements.twins(parts)},
        **{statements.rival(c): rival[c.key] for c in statements.copies if c.key in rival},
    }
    return _example(statements, answer.values, played)


def _centre(statements: Statements, symbol: sp.Symbol) -> sp.Rational | None:
    if symbol not in statements.home:
        return None
    name, copy = statements.home[symbol]
    if name not in statements.model.parameters or not statements.model.eras:
        return None
    return _central(statements.model, copy, name)


def _central(model: Model, copy: Copy, name: str) -> sp.Rational:
    era = copy.era if copy.era is not None else next(iter(model.eras))
    return model.eras[era].values[name].central


Kept = list[tuple[sp.Symbol, sp.Rational]]


def _towards_centre(question: Question, wanted: Kept) -> Kept:
    """Put as many parameters at their central values as the example survives, by halves."""
    kept: Kept = []

    def put(some: Kept) -> None:
        if not some:
            return
        trial = [sp.Eq(s, v) for s, v in (*kept, *some)]
        if question.ask(*trial).status == "sat":
            kept.extend(some)
        elif len(some) > 1:
            put(some[: len(some) // 2])
            put(some[len(some) // 2 :])

    put(wanted)
    return kept


def _rounded(question: Question, kept: Kept, free: Sequence[sp.Symbol]) -> Kept:
    """Give the parameters that must move values with few digits."""
    found: Kept = []
    for symbol in free:
        fixed = [sp.Eq(s, v) for s, v in (*kept, *found)]
        value = question.ask(*fixed).values.get(symbol)
        if value is None:
            continue
        for candidate in _round(value):
            if question.ask(*fixed, sp.Eq(symbol, candidate)).status == "sat":
                found.append((symbol, candidate))
                break
    return found


def _round(value: sp.Rational) -> Iterator[sp.Rational]:
    for digits in (1, 2, 3, 4):
        yield sp.Rational(f"{float(value):.{digits}g}")
    yield value


def _example(
    statements: Statements,
    values: Mapping[sp.Symbol, sp.Rational | None],
    played: Mapping[Copy, Branch | None],
) -> Example | None:
    model = statements.model
    calibrations, moved, play, shown, points = {}, {}, {}, {}, {}
    for copy, branch in played.items():
        at = {}
        for name in model.parameters:
            symbol = statements.symbol(copy, name)
            found = values[symbol] if symbol in values else _default(statements, copy, name)
            if found is None:
                return None  # irrational
            at[name] = found
        calibrations[copy.label] = points[copy.key] = at
        moved[copy.label] = moved_from_centre(statements, copy, at)
        if branch is not None:
            unknowns = {u: values[statements.unknown(copy, u)] for u in branch.unknowns}
            if None in unknowns.values():
                return None
            known = {**numbers(model, at), **unknowns}
            play[copy.label] = {
                player: {a: sp.sympify(p).xreplace(known) for a, p in mix.items()}
                for player, mix in branch.play.items()
            }
            shown[copy.label] = worth(model, at, play[copy.label])
    example = Example(calibrations, moved, play, shown, {}, points)
    return replace(example, facts=_facts(statements, example))


def example_of(
    statements: Statements, found: Example, played: Mapping[str, Equilibrium]
) -> Example:
    """Return an example with what is played in some of its copies, and what that is worth."""
    labels = {c.key: c.label for c in statements.copies}
    play = {labels[key]: equilibrium.play for key, equilibrium in played.items()}
    values = {
        labels[key]: {**equilibrium.payoffs, **equilibrium.outcomes}
        for key, equilibrium in played.items()
    }
    example = replace(found, play=play, values=values)
    return replace(example, facts=_facts(statements, example))


def moved_from_centre(
    statements: Statements, copy: Copy, at: Mapping[str, sp.Rational]
) -> tuple[str, ...]:
    """Return the parameters that differ from their central values."""
    model = statements.model
    centre = _central if model.eras else lambda _, copy, name: _default(statements, copy, name)
    return tuple(n for n in at if at[n] != centre(model, copy, n))


def _facts(statements: Statements, example: Example) -> dict[str, sp.Rational]:
    """Return the numbers that the claim compares, by the names that it gives them."""
    symbols = statements.claim.holds.free_symbols | statements.claim.given.free_symbols
    found = {}
    for symbol in sorted(symbols, key=str):
        reference = statements.claim.references.get(symbol)
        if reference is None:
            reference = Reference("name", None, (symbol.name,))
        if reference.what in ("name", "payoff", "outcome"):
            copy = statements.copy(reference)
            if reference.of_play and copy.label not in example.values:
                continue
            value = _value(statements.model, reference, example, copy)
            if value is not None:
                found[symbol.name] = value
    return found


def _default(statements: Statements, copy: Copy, name: str) -> sp.Rational:
    """Return what a parameter is where the claim does not speak of it: its central value.

    Where that lies outside what the claim is decided on, or there is none, some simple value inside.
    """
    model = statements.model
    interval = statements.interval(copy.era, name)
    if model.eras and (central := _central(model, copy, name)) in interval:
        return central
    low, high = interval.low, interval.high
    candidates = (sp.Integer(0), sp.Integer(1), low, high, (low + high) / 2, low + 1, high - 1)
    return next(c for c in candidates if c.is_finite and c in interval)


# --- checked once more -----------------------------------------------------------------------------


def check_example(
    statements: Statements, example: Example, parts: tuple[Part, ...], *, fails: bool
) -> None:
    """Substitute an example into parts of the claim, and search for a profitable deviation.

    Raises
    ------
    DisagreementError
        If the example does not bear out what z3 said of it.
    """
    model, claim = statements.model, statements.claim
    for label, play in example.play.items():
        gain = deviation_gain(model, example.calibrations[label], play)
        if gain.equals(0) is not True or any(p < 0 for mix in play.values() for p in mix.values()):
            raise DisagreementError(
                f"claim '{claim.name}': z3's example for {label} is no equilibrium (a deviation "
                f"gains {gain}); please report this with {dict(example.calibrations)}"
            )
    for copy in statements.copies:
        _bounds(statements, example, copy)
    given = truth(statements, claim.given, example)
    holds = truth(statements, sp.And(*(part.source for part in parts)), example)
    if given is not sp.true or holds is not (sp.false if fails else sp.true):
        raise DisagreementError(
            f"claim '{claim.name}': z3's example does not bear it out (given: {given}, holds: "
            f"{holds}); please report this with {dict(example.calibrations)}"
        )


def _bounds(statements: Statements, example: Example, copy: Copy) -> None:
    for name, value in example.points[copy.key].items():
        interval = statements.interval(copy.era, name)
        if value not in interval:
            raise DisagreementError(f"z3's example has {name} = {value} outside {interval}")


def truth(statements: Statements, formula: sp.Basic, example: Example) -> sp.Basic:
    """Evaluate a claim's formula at an example, each reference from its definition."""
    filled = {}
    for symbol in formula.free_symbols:
        reference = statements.claim.references.get(symbol)
        if reference is None:
            reference = Reference("name", None, (symbol.name,))
        filled[symbol] = _value(statements.model, reference, example, statements.copy(reference))
    if None in filled.values():
        return sp.nan  # something in it has no value
    try:
        return put_in_claim(formula, filled)
    except UndefinedError:
        return sp.nan


def _value(  # noqa: C901 -- one case for each kind of reference
    model: Model, reference: Reference, example: Example, copy: Copy
) -> sp.Basic:
    arguments = reference.arguments
    calibration = example.points[copy.key]
    values = numbers(model, calibration)

    def table(name: str) -> Mapping[tuple[str, ...], sp.Expr]:
        if name in model.outcomes:
            return model.outcomes[name].profiles
        return {profile: model.payoffs[profile][name] for profile in model.game.profiles}

    match reference.what:
        case "name":
            return next(v for s, v in values.items() if s.name == arguments[0])
        case "payoff" | "outcome" if len(arguments) > 1:
            return table(arguments[0])[arguments[1:]].xreplace(values)
        case "outcome":
            return example.values[copy.label][arguments[0]]
        case "equilibrium":
            pure = {
                p.name: {a: sp.Integer(a == played) for a in p.actions}
                for p, played in zip(model.players.values(), arguments, strict=True)
            }
            return sp.true if deviation_gain(model, calibration, pure) == 0 else sp.false
        case "unique":
            found = games.equilibria(model, calibration)
            alone = found.names == (f"({', '.join(arguments)})",)
            if not found.complete:  # then the other equilibrium of the example speaks, checked too
                alone = alone and f"{copy.label}, another equilibrium" not in example.play
            return sp.true if alone else sp.false
        case "dominant":
            return _dominant(model, values, *arguments)
        case "kind":
            return (
                sp.true if kinds.kind_of(model, arguments[0], values) == arguments[1] else sp.false
            )
        case "rises" | "falls":
            twin = example.values[f"{copy.label}, {arguments[1]} higher"][arguments[0]]
            here = example.values[copy.label][arguments[0]]
            if twin is None or here is None:
                return None
            return sp.Gt(twin, here) if reference.what == "rises" else sp.Lt(twin, here)
    raise AssertionError(reference)


def _dominant(
    model: Model, values: Mapping[sp.Symbol, sp.Rational], player: str, action: str
) -> sp.Basic:
    position = list(model.players).index(player)
    for profile in model.game.profiles:
        if profile[position] != action:
            better = (*profile[:position], action, *profile[position + 1 :])
            gap = model.payoffs[better][player] - model.payoffs[profile][player]
            if gap.xreplace(values) <= 0:
                return sp.false
    return sp.true
