"""Exact examples of a claim that fails or holds, made readable and checked once more.

What z3 finds is one point among many.  It is moved towards the era's centre, parameter by
parameter, for as long as it stays an example, so that what is left to differ is what matters.
Then it is checked by substitution into the model's own formulas, and, where something is played,
by a search for a profitable deviation written from the payoffs alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_UP, Context
from typing import Any

import sympy as sp

from dilemma.claims.meaning import Chosen, Reading, UndefinedError, by_era, put_in_claim
from dilemma.claims.statements import Copy, Part, Statements
from dilemma.claims.verdict import ANOTHER, Example
from dilemma.deciders.question import Question
from dilemma.errors import DisagreementError, UnsupportedError
from dilemma.games import solution as games
from dilemma.games.branch import Branch
from dilemma.games.equilibrium import Equilibrium
from dilemma.games.play import deviation_gain, numbers, worth
from dilemma.model import Model
from dilemma.theory.parts import Reference

__all__ = [
    "AtExample",
    "Example",
    "check_example",
    "example_of",
    "find_example",
    "moved_from_centre",
    "simpler",
    "truth",
]


def find_example(
    statements: Statements,
    question: Question,
    extra: tuple[sp.Basic, ...],
    chosen: Chosen,
    parts: tuple[Part, ...],
    rival: Chosen,
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
    known = dict(kept)
    named = [s for s in question.symbols if _is_parameter(statements, s) and s not in known]
    kept += _rounded(question, kept, named)
    answer = question.ask(*(sp.Eq(s, v) for s, v in kept))
    if answer.status != "sat":
        return None
    played = {
        **{copy: chosen.get(copy.base) for copy in statements.copies},
        **{t: chosen.get(t.key, chosen.get(t.base)) for t in statements.twins(parts)},
        **{statements.rival(c): rival[c.key] for c in statements.copies if c.key in rival},
    }
    return _example(statements, answer.values, played)


def _is_parameter(statements: Statements, symbol: sp.Symbol) -> bool:
    return symbol in statements.home and statements.home[symbol][0] in statements.model.parameters


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
        for candidate in (*simpler(value), value):
            if question.ask(*fixed, sp.Eq(symbol, candidate)).status == "sat":
                found.append((symbol, candidate))
                break
    return found


def simpler(value: sp.Rational) -> Iterator[sp.Rational]:
    """Yield numbers near another one that have fewer digits, those with the fewest first.

    Examples
    --------
    >>> [str(number) for number in simpler(sp.Rational("9.97"))]
    ['10', '9', '99/10', '997/100']
    >>> [str(number) for number in simpler(sp.Rational("0.4321"))]
    ['2/5', '1/2', '43/100', '11/25', '54/125', '433/1000', '4321/10000']
    """
    told = f"{float(value):.12g}"
    tries = [
        Context(prec=digits, rounding=how).create_decimal(told)
        for digits in (1, 2, 3, 4)
        for how in (ROUND_HALF_EVEN, ROUND_DOWN, ROUND_UP)
    ]
    yield from dict.fromkeys(sp.Rational(str(number)) for number in tries)


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
    claim, reading = statements.claim, AtExample(statements, example)
    found = {}
    for symbol in sorted(claim.holds.free_symbols | claim.given.free_symbols, key=str):
        reference = claim.references.get(symbol, Reference("name", None, (symbol.name,)))
        if reference.what in ("name", "payoff", "outcome"):
            copy = statements.copy(reference)
            if reference.of_play and copy.label not in example.values:
                continue
            value = reading.meant(reference, copy)
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


# --- checked once more ----------------------------------------------------------------------------


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
    """Evaluate a claim's formula at an example; ``nan`` where something in it has no value."""
    reading = AtExample(statements, example)
    values = reading.values(statements.claim, formula, by_era(statements.copies))
    known = {symbol: value for symbol, value in values.items() if value is not None}
    try:
        return put_in_claim(formula, known) if len(known) == len(values) else sp.nan
    except UndefinedError:
        return sp.nan


@dataclass(frozen=True)
class AtExample(Reading[sp.Basic | None]):
    """A claim read at an example, from the numbers that it shows; None is for what has no value."""

    statements: Statements
    example: Example

    def stated(self, formula: sp.Basic, copy: Copy) -> sp.Basic | None:
        """Put the calibration into a formula of the model."""
        values = numbers(self.statements.model, self.example.points[copy.key])
        return None if formula.free_symbols - values.keys() else formula.xreplace(values)

    def outcome(self, name: str, copy: Copy) -> sp.Basic | None:
        """Return what the play that is shown comes to."""
        return self.example.values[copy.label][name]

    def slope(self, formula: sp.Expr, copy: Copy) -> sp.Basic | None:
        """Refuse what no example of actions shows."""
        raise UnsupportedError(f"the example for {copy.label} shows no slope '{formula}'")

    def compared(
        self, relation: Any, left: sp.Basic | None, right: sp.Basic | None
    ) -> sp.Basic | None:
        """Compare two numbers."""
        return None if left is None or right is None else relation(left, right)

    def stays(self, profile: tuple[str, ...], copy: Copy) -> sp.Basic | None:
        """Tell from the payoffs alone whether nobody gains by leaving a profile."""
        return sp.true if self.gain(profile, copy) == 0 else sp.false

    def gain(self, profile: tuple[str, ...], copy: Copy) -> sp.Expr:
        """Return the most that anybody gains by leaving a profile."""
        pure = {
            p.name: {a: sp.Integer(a == own) for a in p.actions}
            for p, own in zip(self.statements.model.players.values(), profile, strict=True)
        }
        return deviation_gain(self.statements.model, self.example.points[copy.key], pure)

    def alone(self, profile: tuple[str, ...], copy: Copy) -> sp.Basic | None:
        """Solve the game at the calibration: a profile is its only equilibrium, or is not."""
        found = games.equilibria(self.statements.model, self.example.points[copy.key])
        alone = found.names == (f"({', '.join(profile)})",)
        if not found.complete:  # then the other equilibrium of the example speaks, checked too
            alone = alone and f"{copy.label}{ANOTHER}" not in self.example.play
        return sp.true if alone else sp.false
