"""Claims decided for every calibration in the boxes and in every equilibrium.

A claim is refuted by one calibration and one equilibrium at which it fails; z3 looks for it,
branch by branch.  Where there is none in any branch the claim is proved.  Where there is one, a
calibration at which the claim holds in every equilibrium is looked for as well, so that "fails
somewhere" (mixed) and "fails everywhere" (disproved) are told apart.

The words for verdicts follow TheoryGuru: Mulligan, Davenport and England 2018, in Artificial
Intelligence and Symbolic Computation, LNCS 11110: 369-378 (unverified).
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

import sympy as sp

from dilemma.equilibrium import Branch
from dilemma.errors import UnsupportedError
from dilemma.model import Model
from dilemma.parts import Claim, Status
from dilemma.proof.examples import Example, check_example, find_example
from dilemma.proof.logic import Question, may_always_be_read
from dilemma.proof.statements import Copy, Part, Statements

__all__ = ["Verdict", "decide"]

ANSWER_SECONDS = 10.0  # z3's share of one question; a claim asks many


@dataclass(frozen=True)
class Verdict:
    """What became of one claim.

    Attributes
    ----------
    model, claim, era : str
        ``era`` names the era where the claim is made of each era by itself, else "".
    status : str
        "proved": at every calibration, in every equilibrium.  "mixed": holds at some, fails at
        others.  "disproved": fails at every calibration.  "contradictory": its assumptions
        cannot hold together.  "vacuous": there is no equilibrium to speak of.  "open": not
        decided, for the ``reason`` given.
    expected : str
        What the model file expects.
    fails, holds : Example or None
        An exact example of each.
    reason : str
        Why a claim is open, contradictory or vacuous.
    cases : int
        How many combinations of branches were gone through.
    decider : str
        What decided, with its version.
    seconds : float
    """

    model: str
    claim: Claim
    era: str
    status: Status
    expected: Status
    fails: Example | None
    holds: Example | None
    reason: str
    cases: int
    decider: str
    seconds: float

    @property
    def as_expected(self) -> bool:
        """Whether the claim fared as its file says."""
        return self.status == self.expected

    @property
    def name(self) -> str:
        """The claim's name, with the era where it is made of each."""
        return f"{self.claim.name} @ {self.era}" if self.era else self.claim.name


def decide(model: Model, claim: Claim, *, seconds: float = 60.0) -> tuple[Verdict, ...]:
    """Decide one claim; a claim about each era by itself gets a verdict for each.

    Parameters
    ----------
    seconds : float
        Budget for each verdict; past it the claim stays open.
    """
    import z3

    overs = list(model.eras) if claim.over == "each" else [claim.over]
    found = []
    for over in overs:
        begun = time.perf_counter()
        era = over if claim.over == "each" else ""
        deciding = _Deciding(Statements(model, claim, over), begun + seconds)
        try:
            status, reason = deciding.status()
        except UnsupportedError as error:
            status, reason = "open", str(error)
        found.append(
            Verdict(
                model=model.name,
                claim=claim,
                era=era,
                status=status,
                expected=claim.expect.get(era, claim.expect.get("", "proved")),
                fails=deciding.fails,
                holds=deciding.holds,
                reason=reason,
                cases=deciding.cases,
                decider=f"z3 {z3.get_version_string()}",
                seconds=time.perf_counter() - begun,
            )
        )
    return tuple(found)


Chosen = Mapping[str, Branch]


@dataclass
class _Deciding:
    """The state of one decision: what was found, and how much time is left."""

    statements: Statements
    until: float
    fails: Example | None = None
    holds: Example | None = None
    cases: int = 0

    def status(self) -> tuple[Status, str]:
        """Go through all branches; return the verdict and, where it is no plain one, why."""
        statements = self.statements
        if not statements.in_equilibrium:
            if (trouble := self._assumptions({})) is not None:
                return trouble
            cases: list[Chosen] = [{}]
        else:
            if not _about_play(statements) and (trouble := self._assumptions({})) is not None:
                return trouble
            cases = self._feasible()
            if not cases:
                return "vacuous", "no equilibrium to speak of at any calibration"
        self.cases = len(cases)
        if reason := self._undefined(cases):
            return "open", reason
        undecided = self._refute(cases)
        if self.fails is None:
            if undecided:
                return "open", undecided
            return "proved", ""
        return self._holds_somewhere(cases)

    # --- before anything ------------------------------------------------------------------------

    def _question(self, chosen: Chosen, part: Part | None = None) -> Question:
        """Ask about the box, the claim's assumptions and a choice of branches."""
        question = Question(self.statements.about, self._seconds())
        copies = self.statements.copies
        question.add(self.statements.given(chosen, copies))
        for copy in copies:
            if copy.key in chosen:
                question.add(*self.statements.branch(chosen[copy.key], copy))
        if part is not None and part.moves is not None:
            self._add_twin(question, part, chosen)
        return question

    def _add_twin(self, question: Question, part: Part, chosen: Chosen) -> None:
        """Add the copy in which one parameter is higher, in the same branch, as assumed."""
        assert part.moves is not None
        statements = self.statements
        parameter = part.moves.arguments[1]
        copies = [
            statements.twin(c, parameter) if _names(part, c) else c for c in statements.copies
        ]
        question.add(statements.given(chosen, tuple(copies)))
        for copy, twin in zip(statements.copies, copies, strict=True):
            if twin is not copy:
                question.add(*statements.branch(chosen[copy.key], twin))
                higher, lower = (statements.symbol(c, parameter) for c in (twin, copy))
                question.add(higher > lower)

    def _assumptions(self, chosen: Chosen) -> tuple[Status, str] | None:
        answer = self._question(chosen).ask()
        if answer.status == "unsat":
            return "contradictory", "its assumptions hold at no calibration in the boxes"
        return None

    def _feasible(self) -> list[Chosen]:
        """Return the choices of branches, one a copy, each of which can be an equilibrium.

        What z3 leaves undecided is kept: that is sound for a proof, which goes through it again.
        """
        statements = self.statements
        feasible: dict[str, list[Branch]] = {}
        for copy in statements.copies:
            if copy.key not in statements.in_equilibrium:
                continue
            question = Question(statements.about, self._seconds())
            found = []
            for branch in statements.branches():
                asked = list(statements.branch(branch, copy))
                if len(statements.in_equilibrium) == 1:
                    asked.append(statements.given({copy.key: branch}, statements.copies))
                if question.ask(*asked).status != "unsat":
                    found.append(branch)
            central = self._central(copy)
            feasible[copy.key] = [b for b in found if b.name in central]
            feasible[copy.key] += [b for b in found if b.name not in central]
        return [dict(zip(feasible, choice, strict=True)) for choice in product(*feasible.values())]

    def _central(self, copy: Copy) -> frozenset[str]:
        """Return the branches that hold at the era's centre, where examples are looked for."""
        model = self.statements.model
        if copy.era is None or self.statements.points:
            return frozenset()
        values = model.values(model.calibration(copy.era))
        held = set()
        for branch in self.statements.branches():
            if branch.solved and all(e.xreplace(values) != 0 for e in branch.nonzero):
                at = {**values, **{u: f.xreplace(values) for u, f in branch.closed.items()}}
                if all(c.xreplace(at) == sp.true for c in branch.conditions):
                    held.add(branch.name)
        return frozenset(held)

    def _undefined(self, cases: list[Chosen]) -> str:
        """Say where the claim has no meaning: a denominator that vanishes in the boxes."""
        statements = self.statements
        always = all(may_always_be_read(d.formula) for d in statements.model.definitions.values())
        for chosen in cases:
            given = statements.given(chosen, statements.copies)
            for part in statements.parts():
                formula = statements.formula(part, chosen)
                if always and may_always_be_read(formula) and may_always_be_read(given):
                    continue
                question = self._question(chosen, part)
                question.read(formula)
                for obligation in question.obligations:
                    asked = question.ask_obligation(obligation)
                    if asked.status != "unsat":
                        verb = "there is" if asked.status == "sat" else "not excluded:"
                        reason = obligation.reason
                        for symbol in question.symbols:
                            reason = reason.replace(symbol.name, symbol.name.split(" @ ")[0])
                        return f"not defined at every calibration: {verb} {reason}"
        return ""

    # --- counterexamples ------------------------------------------------------------------------

    def _refute(self, cases: list[Chosen]) -> str:
        """Look for a calibration and an equilibrium at which the claim fails."""
        undecided = ""
        for chosen in cases:
            for part in self.statements.parts():
                for question, extra, played in self._refutations(part, chosen):
                    if time.perf_counter() > self.until:
                        return undecided or "the budget of time ran out"
                    answer = question.ask(*extra)
                    if answer.status == "unknown":
                        undecided = undecided or f"z3 gave up on {_describe(chosen) or 'the boxes'}"
                    if answer.status != "sat":
                        continue
                    self.fails = find_example(self.statements, question, extra, played, part)
                    if self.fails is not None:
                        check_example(self.statements, self.fails, fails=True)
                        return ""
                    undecided = "it fails, but only at irrational values was an example found"
        return undecided

    def _refutations(
        self, part: Part, chosen: Chosen
    ) -> Iterator[tuple[Question, tuple[sp.Basic, ...], Chosen]]:
        """Yield the questions of which one is satisfied iff the part fails somewhere."""
        formula = self.statements.formula(part, chosen)
        yield self._question(chosen, part), (sp.Not(formula),), chosen
        if part.unique is None:
            return
        copy = self.statements.copy(part.unique)
        profile = ", ".join(part.unique.arguments)
        for rival in self.statements.branches():
            if rival.name != profile:
                question = self._question(chosen)
                yield question, self.statements.branch(rival, copy), {**chosen, copy.key: rival}

    # --- and examples ---------------------------------------------------------------------------

    def _holds_somewhere(self, cases: list[Chosen]) -> tuple[Status, str]:
        """Find a calibration at which the claim holds in every equilibrium, or exclude it."""
        if self._one_calibration():
            return "disproved", ""
        undecided = False
        for chosen in cases:
            parts = self.statements.parts()
            question = self._question(chosen)
            for part in parts:
                if part.moves is not None:
                    self._add_twin(question, part, chosen)
            formulas = tuple(self.statements.formula(part, chosen) for part in parts)
            if question.ask(*formulas).status == "unsat":
                continue
            undecided = True
            moves = next((part for part in parts if part.moves is not None), None)
            # First where nothing else pure is an equilibrium: there the claim has least to fear.
            for extra in ((*formulas, *self._alone(chosen)), formulas):
                if question.ask(*extra).status != "sat":
                    continue
                found = find_example(self.statements, question, extra, chosen, moves)
                if found is not None and self._holds_at(found):
                    check_example(self.statements, found, fails=False)
                    self.holds = found
                    return "mixed", ""
        if not undecided:
            return "disproved", ""
        return "open", "it fails somewhere; whether it holds anywhere is not decided"

    def _one_calibration(self) -> bool:
        """Tell whether the boxes are points, so that failing somewhere is failing everywhere."""
        eras = [self.statements.model.eras[c.era] for c in self.statements.copies if c.era]
        return bool(eras) and all(
            value.range.low == value.range.high for era in eras for value in era.values.values()
        )

    def _alone(self, chosen: Chosen) -> tuple[sp.Basic, ...]:
        """State that no pure profile but the chosen ones is an equilibrium."""
        return tuple(
            sp.Not(sp.And(*self.statements.branch(branch, copy)))
            for copy in self.statements.copies
            if copy.key in chosen
            for branch in self.statements.branches()
            if branch.pure and branch is not chosen[copy.key]
        )

    def _holds_at(self, example: Example) -> bool:
        """Tell whether the claim holds at an example's calibrations in every equilibrium."""
        if not self.statements.in_equilibrium and not any(
            p.unique is not None for p in self.statements.parts()
        ):
            return True
        if any(p.moves is not None for p in self.statements.parts()):
            return True  # its statement is about this very pair of calibrations
        at = _Deciding(self.statements.at(example.points), self.until)
        cases = at._feasible() if self.statements.in_equilibrium else [{}]
        for chosen in cases:
            for part in at.statements.parts():
                for question, extra, _ in at._refutations(part, chosen):
                    if question.ask(*extra).status != "unsat":
                        return False
        return bool(cases)

    def _seconds(self) -> float:
        left = self.until - time.perf_counter()
        return max(min(ANSWER_SECONDS, left), 0.05)


def _about_play(statements: Statements) -> bool:
    """Tell whether what the claim assumes speaks of what is played."""
    references = statements.claim.references
    return any(
        symbol in references
        and references[symbol].what == "outcome"
        and len(references[symbol].arguments) == 1
        for symbol in statements.claim.given.free_symbols
    )


def _names(part: Part, copy: Copy) -> bool:
    """Tell whether the twin that a part speaks of is this copy's."""
    assert part.moves is not None
    return part.moves.era is None or part.moves.era == copy.era


def _describe(chosen: Chosen) -> str:
    return " and ".join(f"'{branch.name}'" for branch in chosen.values())
