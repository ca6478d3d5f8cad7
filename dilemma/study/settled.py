"""One value of an outcome at one calibration, by a rule that is named where there are several."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import sympy as sp

from dilemma.errors import CalibrationError, UnsupportedError, nearest
from dilemma.games import selection
from dilemma.games.stability import shrinks
from dilemma.model import Model
from dilemma.study.played import played
from dilemma.study.solve import solve

__all__ = ["Candidate", "Selector", "candidates", "selector"]

RULES = ("highest", "lowest", "stable", "risk_dominant")


@dataclass(frozen=True, slots=True)
class Candidate:
    """An equilibrium, as far as a rule needs it."""

    name: str
    value: sp.Rational | None
    stable: Callable[[], bool | None]
    risk_dominant: bool


@dataclass
class Selector:
    """The value of an outcome in the equilibrium that a rule selects.

    Attributes
    ----------
    needed : bool
        Whether there was anything to choose yet.
    """

    model: Model
    outcome: str
    rule: str | None
    needed: bool = False

    def __call__(self, calibration: Mapping[str, sp.Rational], where: str) -> sp.Rational:
        """Return the value at a calibration that messages call ``where``."""
        found = candidates(self.model, self.outcome, calibration, where)
        if not found:
            raise CalibrationError(f"{self.model.name}: no equilibrium at {where}")
        told = [(c.value, c) for c in found if c.value is not None]
        if len(told) < len(found):
            bad = next(c for c in found if c.value is None)
            raise CalibrationError(f"{self.outcome} is not defined at {where}, in {bad.name}")
        if len({value for value, _ in told}) == 1:
            return told[0][0]
        self.needed = True
        return self._selected(told, where)

    def _selected(self, found: Sequence[tuple[sp.Rational, Candidate]], where: str) -> sp.Rational:
        values = [value for value, _ in found]
        told = "; ".join(f"{c.name} with {float(value):.4g}" for value, c in found)
        match self.rule:
            case "highest":
                return max(values)
            case "lowest":
                return min(values)
            case None:
                rules = " or ".join(repr(rule) for rule in _rules(self.model))
                raise CalibrationError(
                    f"several equilibria at {where}: {told}. Which one counts? Say select = {rules}"
                )
            case "stable":
                kept = {value for value, c in found if c.stable()}
            case _:
                kept = {value for value, c in found if c.risk_dominant}
        if len(kept) != 1:
            word = self.rule.replace("_", "-")
            raise CalibrationError(
                f"select = {self.rule!r} does not say which equilibrium counts at {where}: "
                f"{len(kept) or 'none'} of these is {word}: {told}"
            )
        return kept.pop()


def selector(model: Model, outcome: str, rule: str | None) -> Selector:
    """Return what selects by a rule.

    Raises
    ------
    CalibrationError
        If the rule is none, or none for this kind of game.
    """
    rules = _rules(model)
    if rule is not None and rule not in rules:
        if rule in RULES:
            raise CalibrationError(
                f"select = {rule!r} is not for a {model.kind} game: {_or(rules)}"
            )
        raise CalibrationError(f"select = {rule!r}: {nearest(rule, rules)}")
    return Selector(model, outcome, rule)


def _rules(model: Model) -> tuple[str, ...]:
    if model.choices is not None:
        return RULES[:3]
    return (*RULES[:2], RULES[3]) if model.kind == "matrix" else RULES[:2]


def _or(rules: Sequence[str]) -> str:
    return f"it may be {' or '.join(repr(rule) for rule in rules)}"


def candidates(
    model: Model, outcome: str, calibration: Mapping[str, sp.Rational], where: str
) -> list[Candidate]:
    """Return every equilibrium at a calibration, with the outcome's value.

    Raises
    ------
    UnsupportedError
        If some may be missing.
    """
    if model.choices is not None:
        return _of_choices(model, outcome, calibration, where)
    found = solve(model, calibration)
    if not found.complete:
        raise _incomplete(model, where, found.reason)
    best = None
    if model.kind == "matrix":
        values = model.values(calibration)
        payoffs = {
            profile: {player: payoff.xreplace(values) for player, payoff in cell.items()}
            for profile, cell in model.payoffs.items()
        }
        best = selection.risk_dominant(list(model.players.values()), payoffs, found.equilibria)
    return [
        Candidate(
            e.name,
            e.outcomes[outcome] if outcome in e.outcomes else e.payoffs[outcome],
            lambda: None,
            e is best,
        )
        for e in found
    ]


def _of_choices(
    model: Model, outcome: str, calibration: Mapping[str, sp.Rational], where: str
) -> list[Candidate]:
    points, missing = played(model, model.values(calibration))
    if missing:
        raise _incomplete(model, where, missing)
    found = []
    for point in points:
        branch = point.branch
        formula = (
            branch.outcomes[outcome] if outcome in branch.outcomes else branch.payoffs[outcome]
        )
        stable = lambda p=point: shrinks(model, p.branch, p.at)[0]  # noqa: E731 -- asked for rarely
        found.append(Candidate(branch.title, point.worth(formula), stable, risk_dominant=False))
    return found


def _incomplete(model: Model, where: str, reason: str) -> UnsupportedError:
    return UnsupportedError(f"{model.name}: at {where} some equilibria may be missing: {reason}")
