"""Claims that something is so in *some* equilibrium, at every calibration.

Such a claim is refuted by a calibration at which no equilibrium does what it says.  To prove it the
branches with a closed form are enough: leaving others out only makes it harder.  A calibration at
which it seems to fail counts once all equilibria there have been solved exactly.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import product

import sympy as sp

from dilemma import games
from dilemma.branch import Branch
from dilemma.equilibrium import Equilibrium
from dilemma.games.concavity import concave
from dilemma.model import Model
from dilemma.parts import Claim, Status
from dilemma.proof.choosing import DecidingChoices
from dilemma.proof.concepts import CONCEPTS
from dilemma.proof.deciding import Deciding
from dilemma.proof.examples import Example, example_of, find_example, truth
from dilemma.proof.logic import Question
from dilemma.proof.sampling import tried
from dilemma.proof.statements import Statements

__all__ = ["Existing", "ExistingChoices", "opposite"]

UNCONFIRMED = "a calibration at which it seems to fail was not confirmed by exact solving"


def opposite(claim: Claim) -> Claim:
    """Return the claim that what this one claims is so nowhere, in no equilibrium."""
    return replace(claim, holds=sp.Not(claim.holds), mode="holds")


@dataclass
class Existing(Deciding):
    """Decides whether some equilibrium of a game of actions does what a claim says."""

    def status(self) -> tuple[Status, str]:
        """Ask for a calibration without such an equilibrium, then for one with it."""
        statements = self.statements
        if (told := self._beforehand()) is not None:
            return told
        cases = self._feasible()
        self.cases = len(cases)
        question = self._new()
        question.add(*self._shared(), statements.given_but_play())
        for chosen in cases:
            for closed in _closed(chosen):
                question.add(sp.Not(self._does(closed)))
        answer = question.ask()
        if answer.status == "unsat":
            reason = self._undefined(cases)
            return ("open", reason) if reason else ("proved", "")
        if answer.status == "unknown":
            return "open", "not decided in time"
        self.fails = self._without(question)
        if self.fails is None:
            return "open", UNCONFIRMED
        return self._somewhere(Deciding(_never(statements), self.until, deciders=self.deciders))

    def _does(self, chosen: Mapping[str, Branch]) -> sp.Basic:
        """State that these branches are equilibria and do what is claimed."""
        statements = self.statements
        told: list[sp.Basic] = [statements.given(chosen, statements.copies)]
        for copy in statements.copies:
            if copy.key in chosen:
                told += statements.branch(chosen[copy.key], copy)
        told += [statements.formula(part, chosen) for part in statements.parts()]
        return sp.And(*told)

    def _without(self, question: Question) -> Example | None:
        """Find a calibration, near the centre if possible, and solve it: nothing there does."""
        found = find_example(self.statements, question, (), {}, (), {})
        if found is None:
            return None
        solved = {}
        for copy in self.statements.copies:
            if copy.key in self.statements.in_equilibrium:
                every = games.equilibria(self.statements.model, found.points[copy.key])
                if not every.complete or every.degenerate:
                    return None
                values = self.statements.model.values(found.points[copy.key])
                solved[copy.key] = _kept(self.statements, every.equilibria, values)
        return _nothing_does(self.statements, found, solved)

    def _somewhere(self, never: Deciding) -> tuple[Status, str]:
        """Tell whether it is so anywhere, from the decision that it is so nowhere."""
        status, reason = never.status()
        self.answered |= never.answered
        if status == "proved":
            return "disproved", ""
        if never.fails is not None:
            self.holds = never.fails
            return "mixed", ""
        return "open", f"it fails somewhere; whether it holds anywhere is not decided: {reason}"


def _never(statements: Statements) -> Statements:
    return replace(statements, claim=opposite(statements.claim), home={})


def _closed(chosen: Mapping[str, Branch]) -> Iterator[dict[str, Branch]]:
    """Yield the branches without unknowns, which their closed forms replace; nothing if none."""
    told = {}
    for key, branch in chosen.items():
        if not branch.solved:
            return
        put = dict(branch.closed)
        conditions = [c.xreplace(put) for c in branch.conditions]
        told[key] = replace(
            branch,
            unknowns=(),
            equations=(),
            conditions=(*(sp.Ne(e, 0) for e in branch.nonzero), *conditions),
            outcomes={n: f.xreplace(put) for n, f in branch.outcomes.items()},
            payoffs={n: f.xreplace(put) for n, f in branch.payoffs.items()},
        )
    yield told


def _kept(
    statements: Statements,
    every: tuple[Equilibrium, ...],
    values: Mapping[sp.Symbol, sp.Expr],
) -> list[Equilibrium]:
    """Keep the equilibria that a claim is about."""
    told = {b.name: b for b in statements.branches()}
    kept = [e for e in every if e.branch in told]
    if statements.claim.among in CONCEPTS:
        kept = [e for e in kept if told[e.branch].holds_at(values) is True]
    return kept


def _nothing_does(
    statements: Statements, found: Example, solved: Mapping[str, list[Equilibrium]]
) -> Example | None:
    """Show a play at which the claim fails; None where some play does what it says."""
    shown = None
    for choice in product(*solved.values()):
        played = dict(zip(solved, choice, strict=True))
        example = example_of(statements, found, played)
        given = truth(statements, statements.claim.given, example)
        holds = truth(statements, statements.claim.holds, example)
        if given is sp.true and holds is sp.true:
            return None
        shown = shown or example
    return shown


@dataclass
class ExistingChoices(DecidingChoices):
    """Decides the same where numbers are chosen."""

    never: Deciding | None = field(default=None)

    def status(self) -> tuple[Status, str]:
        """Try the claim; then prove it of every equilibrium, where there always is one."""
        if (told := self._beforehand()) is not None:
            return told
        statements = self.statements
        trial = tried(statements, until=self.until)
        if trial.fails is not None and trial.holds is not None:
            self.fails, self.holds = trial.fails, trial.holds
            return "mixed", ""
        if trial.fails is not None:
            self.fails = trial.fails
            never = DecidingChoices(_never(statements), self.until, deciders=self.deciders)
            status, reason = never.status()
            self.answered |= never.answered
            if status == "proved":
                return "disproved", ""
            return "open", f"it fails somewhere; whether it holds anywhere is not decided: {reason}"
        among = statements.claim.among not in (None, "any")
        if among or statements.given_of_play or not _some(statements.model):
            return "open", "whether there always is an equilibrium to speak of is not decided"
        every = replace(statements, claim=replace(statements.claim, mode="holds"), home={})
        proving = DecidingChoices(
            every, self.until, deciders=self.deciders, given_lemmas=self.given_lemmas
        )
        status, reason = proving.status()
        self.answered |= proving.answered
        self.cases, self.lemmas = proving.cases, proving.lemmas
        if status in ("proved", "contradictory"):
            return status, reason
        return "open", "in every equilibrium it does not hold; in which one it does is not decided"


def _some(model: Model) -> bool:
    """Tell whether there is an equilibrium at every calibration.

    Concave payoffs over compact convex sets are enough (Debreu; Glicksberg; Fan, 1952).
    """
    game = model.choices
    if game is None or game.leader:
        return False
    ends = [end for c in game.choices.values() for end in (c.low, c.high)]
    return all(e.is_finite is not False for e in ends) and all(
        concave(model, player) is True for player in game.moves[-1]
    )
