"""Examples checked once more, from the definitions alone.

Calibrations lie in their boxes and agree where they must; what is played is an equilibrium, by the
expected payoff of every deviation in exact fractions, or by a dense search where numbers are
chosen; payoffs and outcomes are worked out anew; and the claim fails there, or holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

import sympy as sp

from dilemma.branch import Play
from dilemma.checking.chosen_truths import solved_at
from dilemma.checking.played import NOTHING, At, Played
from dilemma.checking.tries import exactly_at
from dilemma.checking.truths import named, shown
from dilemma.games import dense
from dilemma.games.marginals import marginal
from dilemma.games.search import NotFoundError, Search
from dilemma.proof.draws import copies
from dilemma.proof.evaluation import deviation_gain, worth
from dilemma.proof.statements import Copy, Statements, first_of
from dilemma.proof.verdicts import Example

__all__ = ["wrong_with"]

TOLD = sp.Rational(1, 10**12)  # how well numbers are told that are not exact
GAIN = 1e-8  # of what is at stake
LED = 1e-6

Numbers = Mapping[str, Any]


def wrong_with(statements: Statements, example: Example, *, fails: bool) -> str:
    """Say what is wrong with an example of a claim that fails, or holds; "" if nothing is."""
    checking = _Checking(statements, example, fails)
    parts = (
        checking.places,
        checking.plays,
        checking.numbers,
        checking.facts,
        checking.shown,
        checking.everywhere,
    )
    return next((wrong for part in parts for wrong in part()), "")


@dataclass(frozen=True, eq=False)
class _Checking:
    """One example."""

    statements: Statements
    example: Example
    fails: bool

    @cached_property
    def copies(self) -> dict[str, Copy]:
        """The copies that the example has calibrations for, by label."""
        there = self.example.points
        return {c.label: c for c in copies(self.statements) if c.key in there}

    def home(self, label: str) -> Copy:
        """Return the copy of which this is an equilibrium, perhaps another one."""
        return self.copies[first_of(label, self.copies)]

    def at(self, label: str) -> At:
        """Return the model at a calibration of the example."""
        parameters = self.statements.model.parameters
        calibration = self.example.calibrations[label]
        return At(
            self.statements.model,
            {parameters[name].symbol: value for name, value in calibration.items()},
            exact=True,
        )

    # --- calibrations ---------------------------------------------------------------------------

    def places(self) -> Iterator[str]:
        """Yield what is wrong with the calibrations."""
        statements, points = self.statements, self.example.points
        known: dict[sp.Symbol, sp.Rational] = {}
        for copy in statements.copies:
            if copy.key not in points:
                yield f"it has no calibration of {copy.label}"
        for label in self.example.calibrations:
            copy = self.home(label)
            if self.example.calibrations[label] != points[copy.key]:
                yield f"{label} has two calibrations"
            for name, value in points[copy.key].items():
                if value not in statements.interval(copy.era, name):
                    yield f"{name} = {value} lies outside {statements.interval(copy.era, name)}"
                if known.setdefault(statements.symbol(copy, name), value) != value:
                    yield f"{name} is {value} in {label} and {known[statements.symbol(copy, name)]}"
            if copy.moved and not points[copy.key][copy.moved] > points[copy.base][copy.moved]:
                yield f"{copy.moved} is not higher in {label}"

    # --- play -----------------------------------------------------------------------------------

    def plays(self) -> Iterator[str]:
        """Yield what is wrong with what is played."""
        model = self.statements.model
        for label, play in self.example.play.items():
            if model.choices is not None:
                yield from self._chosen(label)
                continue
            for decision, mix in play.items():
                if any(p < 0 for p in mix.values()) or sum(mix.values()) != 1:
                    yield f"{label}: the probabilities of {decision} are none"
            if model.tree is not None:
                gained = deviation_gain(model, self.example.calibrations[label], play)
            else:
                gained = max(_gains(self.at(label), play))
            if gained > TOLD:
                yield f"{label}: somebody gains {gained} by a deviation"

    def _chosen(self, label: str) -> Iterator[str]:
        """Yield what is wrong with chosen numbers."""
        model, holding = self.statements.model, self.statements.claim.holding
        game = model.choices
        assert game is not None
        values = self.values(label)
        if violated := dense.infeasible(model, values):
            yield f"{label}: what is chosen violates {violated}"
            return
        for player in game.moves[-1]:
            gained = dense.gain(model, values, player, holding)
            if gained > GAIN:
                yield f"{label}: {player} gains {gained:.3g} of what is at stake by other numbers"
        if game.leader and not holding:
            paid = float(self.example.values[label][game.leader] or 0)
            try:
                best = Search(model, model.values(self.example.calibrations[label])).led()[1]
            except NotFoundError:
                return
            if best > paid + LED * max(1.0, abs(paid)):
                yield f"{label}: {game.leader} is paid {best} elsewhere, not {paid}"

    def values(self, label: str) -> dict[sp.Symbol, sp.Expr]:
        """Return parameters, definitions and what is chosen, where numbers are chosen."""
        model = self.statements.model
        assert model.choices is not None
        found = dict(model.values(self.example.calibrations[label]))
        for own in self.example.play[label].values():
            found |= {model.choices.choices[name].symbol: value for name, value in own.items()}
        hanging = [d for n, d in model.definitions.items() if n in model.outcomes]
        for definition in hanging:
            found[definition.symbol] = definition.formula.xreplace(found)
        return found

    # --- numbers --------------------------------------------------------------------------------

    def numbers(self) -> Iterator[str]:
        """Yield what is wrong with payoffs and outcomes."""
        for label, play in self.example.play.items():
            anew = self._anew(label, play)
            for name, value in self.example.values[label].items():
                if name not in anew:
                    continue
                mine = anew[name]
                if (value is None) != (mine is None) or (
                    value is not None and abs(value - mine) > TOLD * max(1, abs(value))
                ):
                    yield f"{label}: {name} is {mine}, not {value}"

    def _anew(self, label: str, play: Play) -> Numbers:
        """Work payoffs and outcomes out anew, as far as what is played tells them."""
        model = self.statements.model
        if model.choices is None:
            return worth(model, self.example.calibrations[label], play)
        values = self.values(label)
        found = {p: model.payoffs[()][p].xreplace(values) for p in model.players}
        values |= {sp.Symbol(p, real=True): v for p, v in found.items()}
        for name, outcome in model.outcomes.items():
            assert outcome.formula is not None
            value = outcome.formula.xreplace(values)
            if not value.free_symbols and value.is_finite:
                found[name] = value
        return {name: value for name, value in found.items() if not value.free_symbols}

    # --- the claim ------------------------------------------------------------------------------

    @cached_property
    def models(self) -> dict[str, At]:
        """The model at each calibration of the example, by the copy's key."""
        return {copy.key: self.at(label) for label, copy in self.copies.items()}

    @cached_property
    def chosen(self) -> dict[str, Played]:
        """What is played in each copy, as the example tells it."""
        return {
            copy.key: self._played(label)
            for label, copy in self.copies.items()
            if label in self.example.play
        }

    def facts(self) -> Iterator[str]:
        """Yield what is wrong with the numbers that the claim is shown to compare."""
        anew = named(self.statements, self.models, self.chosen)
        for name, value in self.example.facts.items():
            if name in anew and not abs(anew[name] - value) <= TOLD * max(1, abs(value)):
                yield f"{name} is {anew[name]}, not {value}"

    def everywhere(self) -> Iterator[str]:
        """Yield how the example does not fit what the claim is in all equilibria there."""
        told, mode = self._everywhere(), self.statements.claim.mode
        if told is None:
            return
        if self.fails and mode == "holds" and told.whole and not told.fails:
            yield "the claim fails in no equilibrium there"
        if self.fails and mode != "holds" and told.holds:
            yield "the claim holds in some equilibrium there"
        if not self.fails and mode == "holds" and told.fails:
            yield "the claim fails in some equilibrium there"

    def shown(self) -> Iterator[str]:
        """Yield how what is played does not bear the example out."""
        statements = self.statements
        if any(part.count is not None for part in statements.parts()):
            return  # of how many equilibria there are one of them says nothing
        nowhere = self.fails and statements.claim.mode == "exists"
        if set(statements.in_equilibrium) - set(self.chosen):
            if not nowhere:
                yield "it does not say what is played"
            return
        given, parts = shown(statements, self.models, self.chosen)
        if not given and not nowhere:
            yield "what the claim assumes does not hold"
        if self.fails and False not in parts and not nowhere:
            yield "the claim does not fail"
        if not self.fails and not all(parts):
            yield "the claim does not hold"

    def _everywhere(self) -> Any:
        """Tell what the claim is in all equilibria there; None where that is not known."""
        statements, points = self.statements, self.example.points
        if any(copy.key not in points for copy in copies(statements)):
            return None
        own = {copy.key: points[copy.key] for copy in copies(statements)}
        if statements.model.choices is None:
            return exactly_at(statements, own)
        held = {
            self.home(label).key: {
                n: v for p in play.values() for n, v in p.items() if n in statements.claim.holding
            }
            for label, play in self.example.play.items()
        }
        return solved_at(statements, own, held)

    def _played(self, label: str) -> Played:
        """Return what is played, as the example tells it."""
        values = dict(self.example.values[label])
        model = self.statements.model
        for reference in self.statements.claim.references.values():
            if reference.what == "diff":
                slope = marginal(model, *reference.arguments)
                name = f"diff({', '.join(reference.arguments)})"
                values[name] = model.expand_play(slope).xreplace(self.values(label))
        told = {n: NOTHING if v is None else v for n, v in values.items()}
        return Played(label, pure=False, holds=True, strict=True, worth=told)


def _gains(at: At, play: Play) -> Iterator[Any]:
    """Yield the most that each player gains by one action instead of its mix."""
    for position, (player, mix) in enumerate(play.items()):
        others = [m for k, m in enumerate(play.values()) if k != position]
        pays = {}
        for action in mix:
            pays[action] = sp.Add(
                *(
                    sp.Mul(*(m[a] for m, a in zip(others, rest, strict=True)))
                    * at.tables[player][(*rest[:position], action, *rest[position:])]
                    for rest in product(*others)
                )
            )
        yield max(pays.values()) - sum(mix[a] * pays[a] for a in mix)
