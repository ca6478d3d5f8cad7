"""A claim at exact calibrations that are solved: whether it holds there, and an example made of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import sympy as sp

from dilemma.games.marginals import marginal
from dilemma.games.points import Point, holds
from dilemma.games.triangles import ZERO
from dilemma.parts import Reference
from dilemma.proof.concepts import EXTREMES
from dilemma.proof.draws import copies
from dilemma.proof.examples import Example, moved_from_centre
from dilemma.proof.statements import Copy, Part, Statements, UndefinedError, put_in
from dilemma.proof.verdicts import ANOTHER

__all__ = ["Exactly", "base", "example"]


@dataclass
class Exactly:
    """A claim at exact calibrations, each solved."""

    statements: Statements
    points: Mapping[str, Mapping[str, sp.Rational]]
    solved: Mapping[str, Sequence[Point]]

    def outcome(self) -> tuple[bool, dict[str, Point]] | None:
        """Tell whether the claim holds, and show an equilibrium; None for no case.

        It holds in every equilibrium, or in some, as it says.
        """
        statements = self.statements
        if statements.claim.mode == "exists":
            return self._some()
        if many := self._too_many():
            return False, many
        shown: dict[str, Point] | None = None
        for played in self._cases():
            told = [self._part(part, played) for part in statements.parts()]
            if None in told:
                return None
            if not all(told):
                return False, played
            shown = played
        return None if shown is None else (True, shown)

    def _too_many(self) -> dict[str, Point]:
        """Show two equilibria of those that are spoken of, if they are more than is claimed.

        They are counted while what is played elsewhere stays as it is.
        """
        statements = self.statements
        for part in statements.parts():
            if part.count is None:
                continue
            key = statements.copy(part.count[0]).key
            others = [k for k in statements.in_equilibrium if k != key]
            for choice in product(*map(self._optimal, others)):
                elsewhere = dict(zip(others, choice, strict=True))
                given = statements.claim.given
                spoken = [
                    point
                    for point in self._optimal(key)
                    if self._truth(given, {**elsewhere, key: point}, {}) is True
                ]
                if len(spoken) > part.count[1]:
                    return {**elsewhere, key: spoken[0], key + ANOTHER: spoken[1]}
        return {}

    def _some(self) -> tuple[bool, dict[str, Point]] | None:
        """Tell whether the claim holds in some equilibrium; show one, where it does if it does."""
        shown: dict[str, Point] | None = None
        for played in self._cases():
            told = [self._part(part, played) for part in self.statements.parts()]
            if None in told:
                return None
            if all(told):
                return True, played
            shown = shown or played
        return None if shown is None else (False, shown)

    def _cases(self) -> Iterator[dict[str, Point]]:
        """Yield what may be played in each copy, where the claim's assumptions hold."""
        keys = [c.key for c in self.statements.copies if c.key in self.statements.in_equilibrium]
        for choice in product(*(self._optimal(key) for key in keys)):
            base = dict(zip(keys, choice, strict=True))
            yield from (p for p in self._with_twins(base) if self._given(p))

    def _optimal(self, key: str) -> list[Point]:
        """Return what nobody leaves, a leader included, and of that what the claim speaks of."""
        best = [p for p in self.solved[key] if p.best]
        which = self.statements.claim.among
        if which == "stable":
            told = {b.name: b.conditions for b in self.statements.branches()}
            return [p for p in best if all(holds(c, p.at)[0] for c in told[p.branch.name])]
        return _extreme(self.statements, best, which) if which in EXTREMES else best

    def _with_twins(self, base: dict[str, Point]) -> Iterator[dict[str, Point]]:
        statements = self.statements
        twins = statements.twins(statements.parts())
        options = []
        for twin in twins:
            points = self._optimal(twin.key)
            if not statements.among_any():
                points = [p for p in points if p.branch.name == base[twin.base].branch.name]
            options.append(points)
        for choice in product(*options):
            yield base | {t.key: p for t, p in zip(twins, choice, strict=True)}

    def _given(self, played: Mapping[str, Point]) -> bool:
        claim = self.statements.claim
        if self._truth(claim.given, played, {}) is not True:
            return False
        return all(
            True is self._truth(claim.given, played, {twin.base: twin})
            for twin in self.statements.twins(self.statements.parts())
        )

    def _part(self, part: Part, played: Mapping[str, Point]) -> bool | None:
        if part.count is not None:
            return True
        return self._truth(part.source, played, {})

    def _moves(self, trend: Reference, played: Mapping[str, Point]) -> bool | None:
        """Tell whether there is a trend; None where the outcome has no value at one of its ends."""
        copy = self.statements.copy(trend)
        outcome, parameter = trend.arguments
        low = self._value(outcome, copy, played)
        high = self._value(outcome, self.statements.twin(copy, parameter), played)
        if low is None or high is None:
            return None
        return _compared(sp.Gt if trend.what == "rises" else sp.Lt, high, low)

    def _value(self, name: str, copy: Copy, played: Mapping[str, Point]) -> sp.Rational | None:
        point = played[copy.key]
        branch = point.branch
        formula = branch.outcomes[name] if name in branch.outcomes else branch.payoffs[name]
        return point.worth(formula)

    def _truth(
        self, formula: sp.Basic, played: Mapping[str, Point], instead: Mapping[str, Copy]
    ) -> bool | None:
        """Tell whether a statement is true; None where something in it has no value."""
        statements = self.statements
        put: dict[sp.Symbol, sp.Rational] = {}
        trends: dict[sp.Symbol, sp.Basic] = {}
        for symbol in formula.free_symbols:
            reference = statements.claim.references.get(symbol)
            if reference is not None and reference.what in ("rises", "falls"):
                moves = self._moves(reference, played)
                if moves is None:
                    return None
                trends[symbol] = sp.true if moves else sp.false
                continue
            copy = statements.copies[0] if reference is None else statements.copy(reference)
            copy = instead.get(copy.key, copy)
            name = symbol.name if reference is None else reference.arguments[0]
            if reference is not None and reference.what == "outcome":
                value = self._value(name, copy, played)
            elif reference is not None and reference.what == "diff":
                slope = marginal(statements.model, *reference.arguments)
                value = played[copy.key].worth(slope)
            else:
                values = statements.model.values(self.points[copy.key])
                value = values[sp.Symbol(name, real=True)]
            if value is None:
                return None
            put[symbol] = value
        told = formula.xreplace(trends)
        try:
            put_in(told, put)
        except UndefinedError:
            return None  # a quotient by nothing, a root of what is negative
        return holds(told, put)[0]


def _extreme(statements: Statements, points: list[Point], which: str) -> list[Point]:
    """Keep what has every chosen number at least as high, or low, as every other equilibrium."""
    assert statements.model.choices is not None
    symbols = [c.symbol for c in statements.model.choices.choices.values()]
    sign = 1 if which == "highest" else -1

    if any(s not in point.at for s in symbols for point in points):
        return []  # equilibria with any number there: none is the most extreme

    def beyond(one: Point, other: Point) -> bool:
        return all(sign * (one.at[s] - other.at[s]) > -ZERO for s in symbols)

    return [p for p in points if all(beyond(p, other) for other in points)]


def _compared(relation: Any, left: sp.Rational, right: sp.Rational) -> bool:
    first, second = sp.symbols("first second", real=True)
    return holds(relation(first, second), {first: left, second: right})[0]


def example(
    statements: Statements,
    points: Mapping[str, Mapping[str, sp.Rational]],
    played: Mapping[str, Point],
) -> Example:
    """Make an example of what is played at calibrations.

    Parameters
    ----------
    points : mapping of copy to parameter to number
    played : mapping of copy to point
        A second equilibrium of one copy under its key and :data:`ANOTHER`.
    """
    model = statements.model
    assert model.choices is not None
    known = {c.key: c for c in copies(statements)}
    calibrations = {c.label: dict(points[key]) for key, c in known.items()}
    moved = {c.label: moved_from_centre(statements, c, points[key]) for key, c in known.items()}
    play, values, slopes = {}, {}, {}
    for key, point in played.items():
        label = known[base(key)].label + key.removeprefix(base(key))
        play[label] = {
            player: {c.name: point.worth(c.symbol) for c in model.choices.of(player)}
            for player in model.players
        }
        values[label] = {
            **{p: point.worth(f) for p, f in point.branch.payoffs.items()},
            **{n: point.worth(f) for n, f in point.branch.outcomes.items()},
        }
        slopes[label] = {
            r.arguments: point.worth(marginal(model, *r.arguments))
            for r in statements.claim.references.values()
            if r.what == "diff"
        }
        if key not in known:
            calibrations[label] = dict(points[base(key)])
            moved[label] = ()
    facts = _facts(statements, values, slopes)
    return Example(calibrations, moved, play, values, facts, dict(points))


def _facts(
    statements: Statements,
    values: Mapping[str, Mapping[str, sp.Rational | None]],
    slopes: Mapping[str, Mapping[tuple[str, ...], sp.Rational | None]],
) -> dict[str, sp.Rational]:
    """Return the outcomes and slopes that the claim names, as far as the example shows them."""
    claim = statements.claim
    facts: dict[str, sp.Rational] = {}
    for symbol in sorted(claim.holds.free_symbols | claim.given.free_symbols, key=str):
        reference = claim.references.get(symbol)
        if reference is not None and reference.what == "outcome":
            found = values.get(statements.copy(reference).label, {}).get(reference.arguments[0])
            if found is not None:
                facts[symbol.name] = found
        elif reference is not None and reference.what == "diff":
            found = slopes.get(statements.copy(reference).label, {}).get(reference.arguments)
            if found is not None:
                facts[symbol.name] = found
        elif reference is not None and reference.what in ("rises", "falls"):
            copy = statements.copy(reference)
            outcome, parameter = reference.arguments
            for one in (copy, statements.twin(copy, parameter)):
                told = values.get(one.label, {}).get(outcome)
                if told is not None:
                    facts[f"{outcome} ({one.label})"] = told
    return facts


def base(key: str) -> str:
    """Return the copy of whose equilibria this is one."""
    return key.removesuffix(ANOTHER)
