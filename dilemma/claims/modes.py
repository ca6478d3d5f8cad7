"""Claims about games in which numbers are chosen.

Random calibrations come first (:mod:`dilemma.claims.sampling`): an example that was solved exactly
refutes.  What they do not refute is for z3, branch by branch.  Where a claim follows from lemmas
that are proved, their conclusions stand in for the equilibria's equations, which is what makes the
question small: a lemma speaks of few quantities, and the boxes only have to meet its assumptions.
First-order conditions that are necessary only, a leader's above all, can prove and not refute: what
z3 finds there counts once it has been solved.

Claims that something is so in *some* equilibrium, at every calibration.

Such a claim is refuted by a calibration at which no equilibrium does what it says.  To prove it the
branches with a closed form are enough: leaving others out only makes it harder.  A calibration at
which it seems to fail counts once all equilibria there have been solved exactly.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import product

import sympy as sp

from dilemma.claims.deciding import Chosen, Counting, Deciding, violated
from dilemma.claims.examples import Example, example_of, find_example, truth
from dilemma.claims.meaning import Lemmas
from dilemma.claims.sampling import Trial, confirmed, tried
from dilemma.claims.statements import CONCEPTS, Copy, Part, Statements, UndefinedError
from dilemma.deciders.question import Answer, Question, may_always_be_read
from dilemma.games import solution as games
from dilemma.games.branch import Branch
from dilemma.games.equilibrium import Equilibrium
from dilemma.games.kind import Can
from dilemma.games.numbers.first_order import concave
from dilemma.model import Model
from dilemma.theory.parts import Claim, Status

__all__ = ["DecidingChoices", "Existing", "ExistingChoices", "opposite"]

SHORT_SECONDS = 3.0  # what a question gets that may be answered without
FILTER_SECONDS = 0.6  # and whether a branch can be an equilibrium at all


@dataclass
class DecidingChoices(Counting):
    """The state of one decision where numbers are chosen."""

    given_lemmas: tuple[Claim, ...] = ()
    trial: Trial | None = field(default=None)
    used: set[str] = field(default_factory=set)

    def status(self) -> tuple[Status, str]:
        """Try the claim, then go through all branches."""
        statements = self.statements
        if (told := self._beforehand()) is not None:
            return told
        self.trial = tried(statements, until=self.until)
        if self.trial.fails is not None and (self.refute_only or self.trial.holds is not None):
            self.fails, self.holds = self.trial.fails, self.trial.holds
            return "mixed", ""
        cases = self._feasible()
        self.cases = len(cases) if statements.in_equilibrium else 0
        if not cases:
            return "vacuous", "no equilibrium to speak of at any calibration"
        if self.trial.fails is not None:
            self.fails = self.trial.fails
            return self._holds_somewhere(cases)
        if not self.trial.occurs and not any(
            self._question(chosen).ask().status != "unsat" for chosen in cases
        ):
            return "vacuous", "no equilibrium to speak of at any calibration"
        undecided = self._refute(cases)
        self.lemmas = tuple(sorted(self.used))
        if self.fails is not None:
            return ("mixed", "") if self.refute_only else self._holds_somewhere(cases)
        if undecided:
            return "open", undecided
        reason = self._undefined(cases)
        return ("open", reason) if reason else ("proved", "")

    def _question(self, chosen: Chosen, parts: tuple[Part, ...] = ()) -> Question:
        question = self._new()
        question.add(*self._told(chosen, parts))
        return question

    def _told(self, chosen: Chosen, parts: tuple[Part, ...]) -> list[sp.Basic]:
        """State what holds of the box, the claim's assumptions and a choice of branches."""
        statements = self.statements
        told = [*self._shared(), statements.given(chosen, statements.copies)]
        for copy in statements.copies:
            if copy.key in chosen:
                told += statements.branch(chosen[copy.key], copy)
        for twin in statements.twins(parts):
            there = tuple(twin if c.key == twin.base else c for c in statements.copies)
            of_twin = [statements.given(chosen, there)]
            of_twin += statements.branch(chosen.get(twin.key, chosen[twin.base]), twin)
            same = self.unmoved(chosen, twin)
            told += [s.xreplace(same) for s in of_twin]
            told += self._higher(twin)
        return told

    def _payoffs_undefined(self) -> str:
        """Say where a payoff has no value although the choice is allowed."""
        model = self.statements.model
        payoffs = [model.expand_play(p) for p in model.payoffs[()].values()]
        definitions = [d.formula for n, d in model.definitions.items() if n not in model.outcomes]
        if all(map(may_always_be_read, (*payoffs, *definitions))):
            return ""
        for copy in self.statements.copies:
            question = self._new()
            question.add(self.statements.given_but_play(), *self.statements.feasible(copy))
            question.read(*(sp.Ge(self.statements.rename(p, copy), 0) for p in payoffs))
            if reason := violated(question):
                return self.plainly(f"the game is {reason}")
        return ""

    def _feasible(self) -> list[Chosen]:
        """Return the choices of branches that can be equilibria, twins' own ones too.

        Where an assumption of the claim has no value it is not met.
        """
        statements = self.statements
        feasible: dict[str, list[Branch]] = {}
        for copy in statements.copies:
            if copy.key in statements.in_equilibrium:
                feasible[copy.key] = [b for b in statements.branches() if self._may_be(b, copy)]
        if statements.among_any():
            for twin in statements.twins(statements.parts()):
                feasible[twin.key] = [b for b in statements.branches() if self._may_be(b, twin)]
        cases = [dict(zip(feasible, one, strict=True)) for one in product(*feasible.values())]
        return [chosen for chosen in cases if self._can_be_assumed(chosen)]

    def _can_be_assumed(self, chosen: Chosen) -> bool:
        """Tell whether the claim's assumptions have a value in a case."""
        try:
            self.statements.given(chosen, self.statements.copies)
        except UndefinedError:
            return False
        return True

    def _may_be(self, branch: Branch, copy: Copy) -> bool:
        statements = self.statements
        question = self._within(lambda: min(self._seconds(), FILTER_SECONDS))
        question.add(*statements.branch(branch, copy))
        try:
            if len(statements.in_equilibrium) == 1:
                told = tuple(copy if c.key == copy.base else c for c in statements.copies)
                question.add(statements.given({copy.base: branch, copy.key: branch}, told))
            else:
                question.add(self._own_given(branch, copy))
        except UndefinedError:
            return False
        return question.ask().status != "unsat"

    def _own_given(self, branch: Branch, copy: Copy) -> sp.Basic:
        """Return those assumptions that speak of one copy alone."""
        claim = self.statements.claim
        given = claim.given
        own = []
        for conjunct in given.args if isinstance(given, sp.And) else (given,):
            told = [claim.references.get(s) for s in conjunct.free_symbols]
            if all(r is None or r.era == copy.era for r in told):
                own.append(conjunct)
        return Lemmas(self.statements).filled(
            claim, sp.And(*own), {copy.era: copy}, {copy.key: branch}
        )

    # --- refutations ----------------------------------------------------------------------------

    def _refute(self, cases: list[Chosen]) -> str:
        undecided = ""
        excluded = self._excluded_alone(cases)
        for chosen in cases:
            if any((key, branch.name) in excluded for key, branch in chosen.items()):
                continue
            for part in self.statements.parts():
                if part.count is not None:
                    undecided = undecided or self.too_many(chosen, part, cases)
                    continue
                if self._by_lemmas(chosen, part):
                    continue
                undecided = undecided or self._refuted(chosen, part)
                if undecided:
                    return undecided
        return undecided

    def _excluded_alone(self, cases: list[Chosen]) -> set[tuple[str, str]]:
        """Return branches of one copy that exclude a failure, whatever is played in the other.

        So it is where the claim needs nothing of the other copy but that its outcomes are numbers;
        it saves going through all pairs.
        """
        statements = self.statements
        keys = [c.key for c in statements.copies if cases and c.key in cases[0]]
        if len(keys) < 2 or any(p.trends or p.count for p in statements.parts()):
            return set()
        excluded = set()
        for copy in (c for c in statements.copies if c.key in keys):
            names = {case[copy.key].name: case for case in cases}
            for name, case in names.items():
                if self._same_elsewhere(cases, copy.key) and all(
                    self._alone(case, copy, part) for part in statements.parts()
                ):
                    excluded.add((copy.key, name))
        return excluded

    def _same_elsewhere(self, cases: list[Chosen], key: str) -> bool:
        """Tell whether outcomes that the claim names read the same in all branches elsewhere."""
        names = {
            r.arguments[0]
            for r in self.statements.claim.references.values()
            if r.what == "outcome" and self.statements.copy(r).key != key
        }
        told = {
            tuple(b.outcomes.get(n, b.payoffs.get(n)) for n in sorted(names))
            for case in cases
            for k, b in case.items()
            if k != key
        }
        return len(told) == 1

    def _alone(self, case: Chosen, copy: Copy, part: Part) -> bool:
        statements = self.statements
        wrong = sp.Not(statements.formula(part, case))
        told = [*self._shared(), statements.given(case, statements.copies), wrong]
        told += statements.branch(case[copy.key], copy)
        for other in statements.copies:
            if other.key != copy.key:
                told += statements.feasible(other)
        return self._excluded_in_part(told, wrong)

    def _refuted(self, chosen: Chosen, part: Part) -> str:
        """Return "" if a part cannot fail in a case, else what is not known."""
        statements = self.statements
        wrong = sp.Not(statements.formula(part, chosen))
        for twin in statements.twins((part,)):
            wrong = wrong.xreplace(self.unmoved(chosen, twin))
        if self._excluded_in_part([*self._told(chosen, (part,)), wrong], wrong):
            return ""
        # With definitions multiplied out z3 at times answers what it gave up on, and only then.
        forms = (chosen, self._multiplied_out(chosen))
        questions = [self._question(told, (part,)) for told in forms]
        question, answer = questions[0], Answer("unknown")
        for first, question in product((True, False), questions):
            answer = question.ask(wrong, first=first)
            if answer.status != "unknown":
                break
        if answer.status == "unsat":
            return ""
        if answer.status == "sat":
            self.fails = confirmed(statements, answer.values)
            if self.fails is not None:
                return "it fails"
        rivals = [
            statements.rename(r, copy)
            for copy, branch in self._played(chosen, part)
            for r in branch.rivals
        ]
        question.add(*rivals)
        if rivals and question.ask(wrong).status == "unsat":
            return ""
        where = " and ".join(f"'{b.name}'" for b in chosen.values()) or "the boxes"
        if answer.status == "unknown":
            return f"not decided in time: {where}"
        return (
            f"first-order conditions alone do not exclude that it fails in {where}; no random "
            "calibration at which it does was found"
        )

    def _multiplied_out(self, chosen: Chosen) -> Chosen:
        model = self.statements.model
        return {
            key: replace(
                branch,
                equations=tuple(sp.expand(model.expand_play(e)) for e in branch.equations),
                conditions=tuple(model.expand_play(c) for c in branch.conditions),
            )
            for key, branch in chosen.items()
        }

    def _excluded_in_part(self, told: list[sp.Basic], wrong: sp.Basic) -> bool:
        """Tell whether a few of the statements exclude that a claim fails.

        Definitions that hang on what is played stand for themselves, tied to nothing, and only
        what is linked to the claim through them and through unknowns is kept.
        """
        statements, model = self.statements, self.statements.model
        free = {s for s, (n, _) in statements.home.items() if n not in model.parameters}
        of_parameters = {s for s, (n, _) in statements.home.items() if n in model.parameters}
        linked = wrong.free_symbols - of_parameters
        kept: list[sp.Basic] = []
        left = list(told)
        while True:
            near = [s for s in left if s.free_symbols & linked or s.free_symbols <= of_parameters]
            if not near:
                break
            kept += near
            left = [s for s in left if s not in near]
            linked |= {x for s in near for x in s.free_symbols} - of_parameters

        def about(symbol: sp.Symbol) -> Iterator[sp.Basic]:
            name = statements.home.get(symbol, ("",))[0]
            if symbol in free and name in model.outcomes:
                return
            yield from statements.about(symbol)

        question = Question(
            about,
            lambda: min(self._seconds(), SHORT_SECONDS),
            deciders=self.deciders,
            answered=self.answered,
        )
        question.add(*kept)
        return question.ask().status == "unsat"

    def _played(self, chosen: Chosen, part: Part) -> Iterator[tuple[Copy, Branch]]:
        for copy in self.statements.copies:
            if copy.key in chosen:
                yield copy, chosen[copy.key]
        for twin in self.statements.twins((part,)):
            yield twin, chosen.get(twin.key, chosen[twin.base])

    # --- lemmas ---------------------------------------------------------------------------------

    def _by_lemmas(self, chosen: Chosen, part: Part) -> bool:
        """Tell whether proved lemmas alone exclude that a part fails in a case."""
        lemmas = Lemmas(self.statements)
        instances = {
            lemma.name: told
            for lemma in self.given_lemmas
            if (told := lemmas.instance(lemma, chosen, part)) is not None
        }
        if not instances:
            return False
        statements = self.statements
        question = self._within(lambda: min(self._seconds(), SHORT_SECONDS))
        question.add(*self._shared(), statements.given(chosen, statements.copies))
        for copy, branch in self._played(chosen, part):
            question.add(*statements.feasible(copy))
            question.add(*(statements.rename(c, copy) for c in branch.conditions))
        for twin in statements.twins((part,)):
            question.add(*self._higher(twin))
        question.add(*instances.values())
        if question.ask(sp.Not(statements.formula(part, chosen))).status != "unsat":
            return False
        self.used.update(instances)
        return True

    # --- and examples ---------------------------------------------------------------------------

    def _holds_somewhere(self, cases: list[Chosen]) -> tuple[Status, str]:
        assert self.trial is not None
        self.holds = self.trial.holding()
        if self.holds is not None:
            return "mixed", ""
        parts = [p for p in self.statements.parts() if p.count is None]
        if len(parts) < len(self.statements.parts()):
            return "open", "it fails somewhere; whether it holds anywhere is not decided"
        for chosen in cases:
            question = self._question(chosen, tuple(parts))
            if question.ask(*(self.statements.formula(p, chosen) for p in parts)).status != "unsat":
                return "open", "it fails somewhere; whether it holds anywhere is not decided"
        return "disproved", ""


# --- claims that something is so in *some* equilibrium, at every calibration ---------------------


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
    game = model.game
    if Can.SLOPES not in game.can or game.leader:
        return False
    ends = [end for c in game.choices.values() for end in (c.low, c.high)]
    return all(e.is_finite is not False for e in ends) and all(
        concave(model, player) is True for player in game.moves[-1]
    )
