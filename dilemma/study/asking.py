"""What a question is about: an outcome, and which of several equilibria counts.

Here too is what several answers have: an era's summary, the order of actions, what letters mean.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import sympy as sp

from dilemma.errors import CalibrationError, UnsupportedError, nearest
from dilemma.games import selection
from dilemma.games.dominance import Dominance
from dilemma.games.equilibrium import Equilibria, Equilibrium
from dilemma.games.kind import Can
from dilemma.games.numbers.certificates import record
from dilemma.games.numbers.choosing import equilibrium_points
from dilemma.games.solution import solve
from dilemma.model import Model
from dilemma.output.result import Table
from dilemma.study.draws import Frequencies
from dilemma.theory.parts import Profile

__all__ = [
    "EraSummary",
    "GroupMove",
    "Selector",
    "candidates",
    "concept",
    "letters",
    "order",
    "selector",
    "values_apart",
]


@dataclass(frozen=True)
class EraSummary:
    """One era: its centre solved, and its box drawn from.

    Attributes
    ----------
    equilibria : Equilibria
        At the central calibration.
    payoffs : mapping of profile to mapping of player to exact payoff
        Empty in a tree, as are ``best`` and ``dominance``.
    best : mapping of player to set of profiles
        The profiles in which the player's action is a best reply.
    kinds : mapping of player to kind of game
        Empty where the names of 2x2 games do not apply.
    dominance : tuple of Dominance
    payoff_dominant, risk_dominant : str
        The equilibrium's name, "" where none is.
    frequencies : Frequencies
    """

    name: str
    title: str
    years: tuple[int, int] | None
    equilibria: Equilibria
    payoffs: Mapping[Profile, Mapping[str, sp.Rational]]
    best: Mapping[str, frozenset[Profile]]
    kinds: Mapping[str, str]
    dominance: tuple[Dominance, ...]
    payoff_dominant: str
    risk_dominant: str
    frequencies: Frequencies


@dataclass(frozen=True)
class GroupMove:
    """What one group of parameters does, moved from the first era's centre to the second's.

    Attributes
    ----------
    group : str
    moves : tuple of str
        The parameters of the group whose central values differ.
    only : tuple of str
        Equilibria when this group alone has moved.
    all_but : tuple of str
        Equilibria when every group but this one has moved.
    """

    group: str
    moves: tuple[str, ...]
    only: tuple[str, ...]
    all_but: tuple[str, ...]


# --- the order of actions, and letters ------------------------------------------------------------


def concept(model: Model) -> str:
    """Say in which sense a model's branches are equilibria."""
    return model.game.concept


def order(model: Model) -> str:
    """Say whose actions an equilibrium's name lists.

    Examples
    --------
    >>> from dilemma.library import load
    >>> order(load("abandonment"))
    'a pair is (Japan, United States)'
    """
    return model.game.order(model)


def letters(model: Model, used: Collection[str]) -> Table:
    """Return what some definitions and parameters mean, in the model's order.

    Examples
    --------
    >>> from dilemma.library import load
    >>> letters(load("abandonment"), {"D1_J", "m_J"}).rows[0][:2]
    ('D1_J', 'n_J + phi_J*(1 - kap_J) + psi_J')
    """
    rows = [
        (d.name, str(d.formula), d.means, d.unit)
        for d in model.definitions.values()
        if d.name in used
    ]
    rows += [(p.name, "", p.means, p.unit) for p in model.parameters.values() if p.name in used]
    head = ("letter", "is", "means", "unit")
    return Table("What the letters mean", head, tuple(rows), formulas=("letter", "is"))


# --- one value of an outcome ----------------------------------------------------------------------


NEAR = sp.Rational(1, 10**20)  # equilibria that are not exact are known to more digits than that
RULES = ("highest", "lowest", "stable", "risk_dominant")


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
        found = candidates(self.model, calibration, where, stability=self.rule == "stable")
        if not found:
            raise CalibrationError(f"{self.model.name}: no equilibrium at {where}")
        told: list[tuple[sp.Rational, Equilibrium]] = []
        for one in found:
            value = one.value(self.outcome)
            if value is None:
                raise CalibrationError(f"{self.outcome} is not defined at {where}, in {one.name}")
            told.append((value, one))
        if len(values_apart(told)) == 1:
            return told[0][0]
        self.needed = True
        return self._selected(told, calibration, where)

    def _selected(
        self,
        found: Sequence[tuple[sp.Rational, Equilibrium]],
        calibration: Mapping[str, sp.Rational],
        where: str,
    ) -> sp.Rational:
        values = [value for value, _ in found]
        told = "; ".join(f"{one.name} with {float(value):.4g}" for value, one in found)
        match self.rule:
            case "highest":
                return max(values)
            case "lowest":
                return min(values)
            case None:
                rules = " or ".join(repr(rule) for rule in self.model.game.rules)
                raise CalibrationError(
                    f"several equilibria at {where}: {told}. Which one counts? Say select = {rules}"
                )
            case "stable":
                counts = [(value, one) for value, one in found if one.stable]
            case _:
                safest = _risk_dominant(self.model, calibration, [one for _, one in found])
                counts = [(value, one) for value, one in found if one is safest]
        kept = values_apart(counts)
        if len(kept) != 1:
            word = self.rule.replace("_", "-")
            raise CalibrationError(
                f"select = {self.rule!r} does not say which equilibrium counts at {where}: "
                f"{len(kept) or 'none'} of these is {word}: {told}"
            )
        return kept[0]


def values_apart(found: Sequence[tuple[sp.Rational, Equilibrium]]) -> list[sp.Rational]:
    """Return the values that differ; what is told by numbers near irrational ones may be the same."""
    kept: list[tuple[sp.Rational, bool]] = []
    for value, one in found:
        nears = (abs(value - v) <= (0 if exact and one.exact else NEAR) for v, exact in kept)
        if not any(nears):
            kept.append((value, one.exact))
    return [value for value, _ in kept]


def selector(model: Model, outcome: str, rule: str | None) -> Selector:
    """Return what selects by a rule.

    Raises
    ------
    CalibrationError
        If the rule is none, or none for this kind of game.
    """
    rules = model.game.rules
    if rule is not None and rule not in rules:
        if rule in RULES:
            raise CalibrationError(
                f"select = {rule!r} is not for a {model.kind} game: {_or(rules)}"
            )
        raise CalibrationError(f"select = {rule!r}: {nearest(rule, rules)}")
    return Selector(model, outcome, rule)


def _or(rules: Sequence[str]) -> str:
    return f"it may be {' or '.join(repr(rule) for rule in rules)}"


def candidates(
    model: Model, calibration: Mapping[str, sp.Rational], where: str, *, stability: bool
) -> Sequence[Equilibrium]:
    """Return every equilibrium at a calibration.

    Raises
    ------
    UnsupportedError
        If some may be missing.
    """
    if Can.SLOPES in model.game.can:
        points, missing = equilibrium_points(model, model.values(calibration))
        if missing:
            raise _incomplete(model, where, missing)
        return [record(model, point, stability=stability) for point in points]
    found = solve(model, calibration)
    if not found.complete:
        raise _incomplete(model, where, found.reason)
    return found.equilibria


def _risk_dominant(
    model: Model, calibration: Mapping[str, sp.Rational], found: Sequence[Equilibrium]
) -> Equilibrium | None:
    values = model.values(calibration)
    payoffs = {
        profile: {player: payoff.xreplace(values) for player, payoff in cell.items()}
        for profile, cell in model.payoffs.items()
    }
    return selection.risk_dominant(list(model.players.values()), payoffs, found)


def _incomplete(model: Model, where: str, reason: str) -> UnsupportedError:
    return UnsupportedError(f"{model.name}: at {where} some equilibria may be missing: {reason}")
