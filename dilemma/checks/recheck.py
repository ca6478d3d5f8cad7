"""Examples checked once more, from the definitions alone, and equilibria searched for once more.

Calibrations lie in their boxes and agree where they must; what is played is an equilibrium, by the
expected payoff of every deviation in exact fractions, or by a dense search where numbers are
chosen; payoffs and outcomes are worked out anew; and the claim fails there, or holds.

An attack solves the branches at thousands of calibrations (:mod:`dilemma.games.batch`).  At a
sample of them :mod:`dilemma.games.numbers.search`, which knows neither branches nor slopes of them,
must find nothing that is missing, and nothing better for a leader.  A difference counts if the
exact solver sides with the search, or cannot be brought to agree with it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import product
from typing import Any

import numpy as np
import sympy as sp

from dilemma.checks.attack import exactly_at, solved_at
from dilemma.checks.enumeration import NOTHING, At, WayToPlay
from dilemma.checks.random_calibrations import Calibrations, calibrations
from dilemma.checks.truth import named, shown
from dilemma.claims.statements import AtMost, Copy, Statements, copies, first_of
from dilemma.claims.verdict import Example
from dilemma.errors import CalibrationError, DisagreementError
from dilemma.games.batch import Batch
from dilemma.games.branch import Play
from dilemma.games.kind import Can
from dilemma.games.numbers import search as dense
from dilemma.games.numbers.first_order import marginal
from dilemma.games.numbers.search import NotFoundError, Search, replies_to
from dilemma.games.play import deviation_gain, worth
from dilemma.games.solution import equilibria, many
from dilemma.model import Model

__all__ = ["Missing", "missing", "wrong_with"]

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
            there, here = (self._moved(copy.moved, c) for c in (copy, statements.home_of(copy)))
            if copy.moved and not there > here:
                yield f"{copy.moved} is not higher in {label}"

    # --- play -----------------------------------------------------------------------------------

    def _moved(self, name: str, copy: Copy) -> sp.Rational:
        """Return what a parameter, or a held choice, is in one copy; nought where nothing moves."""
        every = {**self.example.points[copy.key]}
        for own in self.example.play.get(copy.label, {}).values():
            every |= {n: v for n, v in own.items() if n in self.statements.claim.holding}
        return every[name] if name else sp.Integer(0)

    def plays(self) -> Iterator[str]:
        """Yield what is wrong with what is played."""
        model = self.statements.model
        for label, play in self.example.play.items():
            if Can.SLOPES in model.game.can:
                yield from self._chosen(label)
                continue
            for decision, mix in play.items():
                if any(p < 0 for p in mix.values()) or sum(mix.values()) != 1:
                    yield f"{label}: the probabilities of {decision} are none"
            if Can.TABLE in model.game.can:
                gained = max(_gains(self.at(label), play))
            else:
                gained = deviation_gain(model, self.example.calibrations[label], play)
            if gained > TOLD:
                yield f"{label}: somebody gains {gained} by a deviation"

    def _chosen(self, label: str) -> Iterator[str]:
        """Yield what is wrong with chosen numbers."""
        model, holding = self.statements.model, self.statements.claim.holding
        game = model.game
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
        found = dict(model.values(self.example.calibrations[label]))
        for own in self.example.play[label].values():
            found |= {model.game.choices[name].symbol: value for name, value in own.items()}
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
        if Can.SLOPES not in model.game.can:
            return worth(model, self.example.calibrations[label], play)
        values = self.values(label)
        found = {p: model.payoffs[()][p].xreplace(values) for p in model.players}
        values |= {sp.Symbol(p, real=True): v for p, v in found.items()}
        for name, outcome in model.outcomes.items():
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
    def chosen(self) -> dict[str, WayToPlay]:
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
        if any(isinstance(part, AtMost) for part in statements.parts()):
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
        if Can.SLOPES not in statements.model.game.can:
            return exactly_at(statements, own)
        held = {
            self.home(label).key: {
                n: v for p in play.values() for n, v in p.items() if n in statements.claim.holding
            }
            for label, play in self.example.play.items()
        }
        return solved_at(statements, own, held)

    def _played(self, label: str) -> WayToPlay:
        """Return what is played, as the example tells it."""
        values = dict(self.example.values[label])
        model = self.statements.model
        for reference in self.statements.claim.references.values():
            if reference.what == "diff":
                slope = marginal(model, *reference.arguments)
                name = f"diff({', '.join(reference.arguments)})"
                values[name] = model.expand_play(slope).xreplace(self.values(label))
        told = {n: NOTHING if v is None else v for n, v in values.items()}
        return WayToPlay(label, pure=False, holds=True, strict=True, worth=told)


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


# --- equilibria that an attack may miss -----------------------------------------------------------


SAMPLE = 20  # calibrations of a box
NEAR = 1e-4  # two plays that are nearer are one
PAYS = 1e-6

Calibration = Mapping[str, sp.Rational]
Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Missing:
    """An equilibrium that floats miss.

    Attributes
    ----------
    calibration : mapping of parameter to number
    words : str
    """

    calibration: Calibration
    words: str


def missing(statements: Statements, seed: int, until: float) -> Missing | None:
    """Look for an equilibrium that floats miss, in the boxes of a claim's copies.

    What has been compared for one claim is not compared again for the next: a sample of the same
    boxes goes on where it stopped.

    Parameters
    ----------
    until : float
        When to stop, by ``time.perf_counter``.
    """
    for copy in statements.copies:
        over = "all" if copy.era is None or statements.over == "any pair" else copy.era
        found = _sampling(statements.model, over, seed).go_on(until)
        if found is not None:
            return found
    return None


@lru_cache(maxsize=32)
def _sampling(model: Model, over: str, seed: int) -> _Sampling:
    anything = model.make_claim(f"{next(iter(model.players))} >= 0", over=over)
    drawn = calibrations(Statements(model, anything, over), SAMPLE, seed)
    (copy,) = drawn.statements.copies
    columns = {p.symbol: drawn.column(copy, n)[:SAMPLE] for n, p in model.parameters.items()}
    sure = np.flatnonzero(~(batch := many(model, columns)).doubtful)
    return _Sampling(drawn, batch, [int(k) for k in reversed(sure)])


@dataclass
class _Sampling:
    """A sample of one box on its way: the calibrations that are left, and what was found."""

    drawn: Calibrations
    batch: Batch
    left: list[int]
    found: Missing | None = None

    def go_on(self, until: float) -> Missing | None:
        """Compare until something is missing, nothing is left or time is up."""
        (copy,) = self.drawn.statements.copies
        while self.left and self.found is None and time.perf_counter() < until:
            k = self.left.pop()
            calibration = self.drawn.points(k)[copy.key]
            try:
                words = _missing(self.drawn.statements.model, calibration, self.batch, k)
            except (NotFoundError, CalibrationError):
                continue  # the search did not settle, or there is nothing to choose
            self.found = Missing(calibration, words) if words else None
        return self.found


def _missing(model: Model, calibration: Calibration, batch: Batch, position: int) -> str:
    game = model.game
    search = Search(model, model.values(calibration))
    known = _plays(batch, position, search)
    if game.leader:
        point, _ = search.led()
        # Replies in floats are not quite best ones, and a leader's payoff is sensitive to them.
        point = replies_to(model, model.values(calibration), search.symbols, point)
        paid = search.payoff(game.leader, point)
        best = max((search.payoff(game.leader, play) for play in known), default=-np.inf)
        found = [point] if paid > best + PAYS * max(1.0, abs(paid)) else []
    else:
        found = [
            point
            for point in search.simultaneous(tuple(model.players))
            if all(np.max(np.abs(point - play)) > NEAR for play in known)
        ]
    if not found:
        return ""
    shown = dict(zip(search.names, found[0].round(6).tolist(), strict=True))
    return (
        f"an equilibrium is missing: {shown}"
        if _confirmed(model, calibration, found[0], search)
        else ""
    )


def _plays(batch: Batch, position: int, search: Search) -> list[Array]:
    """Return what is played at one calibration, in the order of a search."""
    found = []
    for rows in batch.rows:
        for k in np.flatnonzero(rows.holds[position]):
            at = [
                np.broadcast_to(rows.at[s], rows.holds.shape)[position, k] for s in search.symbols
            ]
            found.append(np.array(at, dtype=float))
    return found


def _confirmed(model: Model, calibration: Calibration, point: Array, search: Search) -> bool:
    """Tell whether the exact solver has what the search found, or disagrees with it."""
    try:
        exactly = equilibria(model, calibration, second_opinion=True)
    except DisagreementError:
        return True
    for one in exactly:
        chosen = {name: float(value) for own in one.play.values() for name, value in own.items()}
        play = np.array([chosen[name] for name in search.names])
        if np.max(np.abs(play - point)) <= NEAR:
            return True
    return False
