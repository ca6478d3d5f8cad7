"""One claim on its way to a verdict: tried, then refuted or proved, branch by branch.

A claim is refuted by one calibration and one equilibrium at which it fails.  Where there is none in
any branch the claim is proved.  Where there is one, a calibration at which the claim holds in every
equilibrium is looked for as well.

A claim that something is so in *some* equilibrium is refuted by a calibration at which no equilibrium
does what it says.

Where numbers are chosen, or chances are roots, random calibrations come first
(:func:`dilemma.claims.cases.tries_first`): an example that was solved exactly refutes.  What they do not
refute is for the deciders.  There first-order conditions may be necessary only, a leader's above all,
and can prove and not refute: what z3 finds counts once it has been solved.  Elsewhere branches are
equilibria as they stand, and an example is read off z3's answer and checked.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product

import sympy as sp

from dilemma.claims.cases import Cases, Exclusions, multiplied_out
from dilemma.claims.closed import none_does
from dilemma.claims.examples import (
    Example,
    check_example,
    find_example,
    truth,
)
from dilemma.claims.listing import listed, listing
from dilemma.claims.meaning import Chosen, Symbols, UndefinedError
from dilemma.claims.multiplicity import Multiplicity
from dilemma.claims.solutions import confirmed, solved_again
from dilemma.claims.statements import Alone, AtMost, Part, Statements
from dilemma.claims.trials import DRAWS, NOTHING, Draws, Findings, Trial, findings
from dilemma.deciders.question import Answer, Question
from dilemma.errors import UnsupportedError
from dilemma.games import solution as games
from dilemma.games.branch import Branch
from dilemma.games.kind import Can
from dilemma.games.tree import REFINEMENTS
from dilemma.model import Model
from dilemma.theory.parts import Claim, Status

__all__ = ["Engine", "opposite"]

NOWHERE = "no equilibrium to speak of at any calibration"
EVERY = "in every equilibrium it does not hold; in which one it does is not decided"
Asked = tuple[Chosen, tuple[sp.Basic, ...]]  # a case, and what is asked in it
EMPTY: tuple[Status, ...] = ("vacuous", "contradictory")
SEED = 0
IRRATIONAL = "it {}, but only at irrational values was an example found"
UNCONFIRMED = "a calibration at which it seems to fail was not confirmed by exact solving"
NOT_CLOSED = "where no equilibrium in closed form does it, another one did as often as was looked"
MOST_POINTS = (
    4  # calibrations, at each of which an equilibrium that has no closed form does what is claimed
)
SHORT = "not decided in time"
LONGER = 4.0  # times as long an answer may take, where short ones left a claim open
NO_VALUE = "it has no value at every calibration"
UNKNOWN = "it fails somewhere; whether it holds anywhere is not decided"


def opposite(claim: Claim) -> Claim:
    """Return the claim that what this one claims is so nowhere, in no equilibrium."""
    return replace(claim, holds=sp.Not(claim.holds), mode="holds")


@dataclass
class Engine:
    """The state of one decision: what was found.

    Attributes
    ----------
    cases : Cases
        The claim, and who is asked about it for how long.
    given_lemmas : tuple of Claim
        What is proved already.
    refute_only : bool
        Whether it is enough to know that a claim fails: where else it holds is not looked for.
    opposed : bool
        Whether the claim is the opposite of what was asked about, which holds where this one fails.
    fails, holds : Example or None
    number : int
        How many cases were gone through.
    lemmas : tuple of str
        The lemmas that were of use.
    somewhere : str
        Where the claim has no value, "" where it always has one, or nobody looked.
    points : list of sympy Boolean
        That calibrations are others than those at which some equilibrium is known to do what is claimed.
    """

    cases: Cases
    given_lemmas: tuple[Claim, ...] = ()
    refute_only: bool = False
    opposed: bool = False
    fails: Example | None = None
    holds: Example | None = None
    number: int = 0
    lemmas: tuple[str, ...] = ()
    trial: Findings = field(default=NOTHING)
    somewhere: str = ""
    points: list[sp.Basic] = field(default_factory=list)

    @property
    def statements(self) -> Statements:
        """The claim that is decided."""
        return self.cases.statements

    def status(self) -> tuple[Status, str]:
        """Return the verdict and, where it is no plain one, why.

        What is only possible somewhere is decided by the opposite
        (:func:`dilemma.claims.decide.decided`).
        """
        if self.cases.contradictory():
            return "contradictory", "its assumptions hold at no calibration in the boxes"
        if reason := self.cases.no_game():
            return "open", reason
        if self.cases.tries_first and self.trial is NOTHING:
            self.trial = findings(self.statements, until=self.cases.until)
        return self._some() if self.statements.claim.mode == "exists" else self._every()

    def longer(self, reason: str) -> Engine | None:
        """Return what decides it once more, each answer having more time; None where that is of no use."""
        short = reason.startswith((SHORT, UNKNOWN))
        if not short or self.cases.until - time.perf_counter() <= self.cases.answer:
            return None
        cases = replace(self.cases, answer=LONGER * self.cases.answer)
        return Engine(cases, self.given_lemmas, self.refute_only, self.opposed, trial=self.trial)

    # --- in every equilibrium -------------------------------------------------------------------

    def _every(self) -> tuple[Status, str]:
        """Go through all cases, unless trying was enough."""
        trial = self.trial
        if trial.fails is not None and (self.refute_only or trial.holds is not None):
            self.fails, self.holds = trial.fails, trial.holds
            return "mixed", ""
        if self.refute_only and Can.MOVES in self.statements.model.game.can:
            self.fails = self._listed(fails=True)  # quicker than all branches of a large tree
            if self.fails is not None:
                return "mixed", ""
        cases = self.cases.possible(telling=trial.occurs)
        self.number = len(cases) if self.statements.in_equilibrium else 0
        if reason := self._silent(cases):
            return "vacuous", reason
        self.fails = trial.fails
        reason = "" if self.fails is not None else self._refute(cases)
        if self.fails is not None:
            return ("mixed", "") if self.refute_only else self._holds_somewhere(cases)
        return ("open", reason) if reason else ("proved", "")

    def _silent(self, cases: list[Chosen]) -> str:
        """Say why the claim has nothing to speak of, "" if it has."""
        if self.trial.occurs:
            return ""
        if not any(self.cases.question(chosen).ask().status != "unsat" for chosen in cases):
            return NOWHERE
        for part in self.statements.parts():
            if part.trends and not self.cases.can_move(part, cases):
                moved = " or ".join(dict.fromkeys(t.arguments[1] for t in part.trends))
                return f"no two calibrations to compare that differ in {moved} alone"
        return ""

    def _refute(self, cases: list[Chosen]) -> str:
        """Look for where the claim fails; say why that is not excluded, or is not known."""
        if not self.cases.tries_first:
            self.somewhere = self.cases.undefined(cases)
            return self._read_off(cases) or ("" if self.fails is not None else self.somewhere)
        exclusions = Exclusions(self.cases, self.given_lemmas)
        reason = self._excluded(cases, exclusions)
        self.lemmas = tuple(sorted(exclusions.used))
        if reason or self.fails is not None:
            return reason
        self.somewhere = self.somewhere or self.cases.undefined(cases)
        return self.somewhere

    # --- examples read off an answer ------------------------------------------------------------

    def _read_off(self, cases: list[Chosen]) -> str:
        """Look for a calibration and an equilibrium at which the claim fails."""
        reasons: list[str] = []
        for chosen, part in product(cases, self.statements.parts()):
            for question, says, rival in self.refutations(part, chosen):
                extra = self.cases.with_values(chosen, says) if self.somewhere else says
                answer = question.ask(*extra)
                if answer.status == "unknown":
                    if (found := self._tried(fails=True)) is not None:
                        self.fails = found
                        return ""
                    reasons.append(f"{SHORT}: {_describe(chosen)}")
                if answer.status != "sat":
                    continue
                found = find_example(self.statements, question, extra, chosen, (part,), rival)
                if found is not None:
                    check_example(self.statements, found, (part,), fails=True)
                    self.fails = found
                    return ""
                self.fails = None if rival else self._rounded(answer, chosen, part)
                if self.fails is not None:
                    return ""
                reasons.insert(0, IRRATIONAL.format(self._does))
        return reasons[0] if reasons else ""

    @property
    def _does(self) -> str:
        """What is asked about does where this claim fails."""
        return "holds" if self.opposed else "fails"

    def _rounded(self, answer: Answer, chosen: Chosen, part: Part) -> Example | None:
        """Solve where a claim fails by what is irrational: an example shows what is near."""
        statements, among = self.statements, self.statements.claim.among
        relaxed = any(branch.relaxed for branch in chosen.values())
        if relaxed or isinstance(part, Alone) or among in (*REFINEMENTS, "risk_dominant"):
            return None  # what is solved again is an equilibrium, of whatever kind
        with suppress(UnsupportedError):
            return confirmed(statements, answer.values, until=self.cases.until, chosen=chosen)
        return None

    def _formula(self, chosen: Chosen, part: Part) -> sp.Basic | None:
        """Write what a part claims in a case; None, and it is told, where that never has a value."""
        try:
            return Symbols(self.statements, chosen).formula(part)
        except UndefinedError as error:
            self.somewhere = self.cases.plainly(str(error))
            return None

    def refutations(
        self, part: Part, chosen: Chosen
    ) -> Iterator[tuple[Question, tuple[sp.Basic, ...], Chosen]]:
        """Yield the questions of which one is satisfied iff the part fails somewhere.

        The last item names the rival's branch where another equilibrium refutes ``unique``.
        """
        statements, formula = self.statements, self._formula(chosen, part)
        if formula is None:
            return
        yield self.cases.question(chosen, (part,)), (sp.Not(formula),), {}
        if not isinstance(part, Alone):
            return
        copy = statements.copy(part.profile)
        for rival in _others(statements.model, part):
            extra = statements.branch(rival, statements.rival(copy))
            yield self.cases.question(chosen), extra, {copy.key: rival}

    # --- examples solved again ------------------------------------------------------------------

    def _excluded(self, cases: list[Chosen], exclusions: Exclusions) -> str:
        """Exclude that the claim fails, in short ways where there are any."""
        excluded, told = exclusions.elsewhere(cases), ""
        for chosen, part in product(cases, self.statements.parts()):
            if any((key, branch.name) in excluded for key, branch in chosen.items()):
                continue
            if self._formula(chosen, part) is None:
                continue
            if isinstance(part, AtMost):
                reason = Multiplicity(self.cases, cases).more(chosen, part)
            elif exclusions.by_lemmas(chosen, part) or exclusions.by_preference(chosen, part):
                reason = ""
            else:
                reason = self._not_excluded(chosen, part, exclusions)
            if self.fails is not None or reason.startswith(SHORT):
                return reason
            told = told or reason  # in another case it may be seen to fail
        return told

    def _not_excluded(self, chosen: Chosen, part: Part, exclusions: Exclusions) -> str:
        """Return "" if a part cannot fail in a case or has been seen to, else what is not known."""
        statements, cases = self.statements, self.cases
        wrong = sp.Not(Symbols(statements, chosen).formula(part))
        question, answer = self._asked(chosen, (part,), wrong, exclusions)
        if answer.status == "unsat":
            return ""
        if answer.status == "sat":
            self.fails = confirmed(statements, answer.values, until=cases.until, chosen=chosen)
            if self.fails is not None:
                return ""
            if question.ask(*self.cases.with_values(chosen, (wrong,))).status == "unsat":
                self.somewhere = cases.undefined([chosen]) or NO_VALUE
                return ""
        rivals = [
            statements.rename(rival, copy)
            for copy, branch in cases.branches(chosen, (part,))
            for rival in branch.rivals
        ]
        question.add(*rivals)
        if rivals and question.ask(wrong).status == "unsat":
            return ""
        if answer.status == "unknown" or exclusions.short:
            return f"{SHORT}: {_describe(chosen)}"
        return (
            f"first-order conditions alone do not exclude that it {self._does} in {_describe(chosen)}; no "
            f"random calibration at which it does was found{_unmet(exclusions)}"
        )

    def _asked(
        self,
        chosen: Chosen,
        parts: tuple[Part, ...],
        says: sp.Basic,
        exclusions: Exclusions,
        turns: tuple[bool, ...] = (True, False),
    ) -> tuple[Question, Answer]:
        """Ask whether a statement can hold in a case: short questions first, then each form in turn.

        ``turns`` tell whether who is asked first is asked, and whether the others are.
        """
        statements, cases = self.statements, self.cases
        for twin in statements.twins(parts):
            says = says.xreplace(cases.unmoved(chosen, twin))
        # With definitions multiplied out z3 at times answers what it gave up on, and only then.
        forms = (chosen, multiplied_out(cases, chosen))
        questions = [cases.question(form, parts) for form in forms]
        if turns[0] and exclusions.in_part([*cases.stated(chosen, parts), says], says):
            return questions[0], Answer("unsat")
        question, answer = questions[0], Answer("unknown")
        for first, question in product(turns, questions):
            answer = question.ask(says, first=first)
            if answer.status != "unknown":
                break
        return question, answer

    # --- where it holds -------------------------------------------------------------------------

    def _holds_somewhere(self, cases: list[Chosen]) -> tuple[Status, str]:
        """Find a calibration at which the claim holds in every equilibrium, or exclude it."""
        self.holds = self.trial.holding()
        if self.holds is not None:
            return "mixed", ""
        parts = self.statements.parts()
        if any(isinstance(part, AtMost) for part in parts):
            return "open", UNKNOWN
        if not self.cases.tries_first and self._one_calibration():
            return "disproved", ""
        necessary = self._necessary(parts)
        left = []
        for chosen in cases:
            formulas = [self._formula(chosen, part) for part in parts]
            if None in formulas:
                continue  # nor does it hold where it has no value
            says = self.cases.with_values(chosen, tuple(f for f in formulas if f is not None))
            left.append((chosen, (*says, *necessary)))
        left = self._asked_all(left, parts, first=True)
        if left and self.holds is None:
            if self._wrong_everywhere(cases, first=True):
                return "disproved", ""
            left = self._asked_all(left, parts, first=False)
        if self.holds is not None:
            return "mixed", ""
        if left and not self._wrong_everywhere(cases, first=False):
            return "open", UNKNOWN
        return "disproved", ""

    def _asked_all(
        self, cases: list[Asked], parts: tuple[Part, ...], *, first: bool
    ) -> list[Asked]:
        """Return the cases in which it is not decided whether a claim may hold.

        Who is asked first is asked, or the others.  Random calibrations come before what is not short.
        """
        ask = self._tried_in if self.cases.tries_first else self._read_in
        left: list[Asked] = []
        self.holds = None if first else self._unopposed()
        for chosen, says in cases:
            if self.holds is None and not ask(chosen, parts, says, first=first):
                if first and not left and self.holds is None:
                    self.holds = self._tried(fails=False)
                left.append((chosen, says))
        return left

    def _tried(self, *, fails: bool) -> Example | None:
        """Look for an example at centres and on random calibrations, if that was not done first."""
        if self.cases.tries_first:
            return None
        if (found := self._listed(fails=fails)) is not None:
            return found
        with suppress(UnsupportedError):
            return self._random.example(fails=fails)
        return None

    def _listed(self, *, fails: bool) -> Example | None:
        """Look for an example where all equilibria are listed."""
        with suppress(UnsupportedError):
            return listed(self.statements, self.cases.until, fails=fails)
        return None

    @cached_property
    def _random(self) -> Trial:
        return Trial(Draws(self.statements, DRAWS, SEED), self.cases.until)

    def _unopposed(self) -> Example | None:
        """Look for a calibration at which no equilibrium does the opposite: then each does what is claimed."""
        claim, own = self.statements.claim, self.statements
        two = any(part.trends for part in own.parts())  # calibrations, which no list tells of
        if self.cases.tries_first or own.at_once or two or not own.in_equilibrium:
            return None
        opposed = replace(claim, holds=sp.Not(claim.holds), mode="exists")
        engine = self._engine(replace(own, claim=opposed, home={}))
        engine.find_without()
        found = engine.fails
        if found is None:
            return None
        with suppress(UnsupportedError):
            every = listing(own, found.points, self.cases.until).example(fails=False)
            # Where not all are listed, z3 tells; what has no value holds in neither way.
            return every or (found if self._holds_at(found, own) else None)
        return None

    def _wrong_everywhere(self, cases: list[Chosen], *, first: bool) -> bool:
        """Tell whether some equilibrium in closed form refutes the claim wherever it speaks of any.

        Who is asked first is asked, or the others.
        """
        parts = self.statements.parts()
        right = none_does(self.cases, cases, wrong=True)
        for chosen in cases if right else ():
            question = self.cases.question(chosen, parts)
            question.add(*self.cases.shared(), self.cases.assumed(), *right)
            if question.ask(first=first).status != "unsat":
                return False
        return bool(right)

    def _tried_in(
        self, chosen: Chosen, parts: tuple[Part, ...], says: tuple[sp.Basic, ...], *, first: bool
    ) -> bool:
        """Tell whether a claim can hold in no play of a case; an example counts once it is solved again."""
        exclusions = Exclusions(self.cases, self.given_lemmas)
        _, answer = self._asked(chosen, parts, sp.And(*says), exclusions, (first,))
        if answer.status == "sat":
            self.holds = confirmed(
                self.statements, answer.values, fails=False, until=self.cases.until
            )
        return answer.status == "unsat"

    def _read_in(
        self, chosen: Chosen, parts: tuple[Part, ...], says: tuple[sp.Basic, ...], *, first: bool
    ) -> bool:
        """Tell the same where an example is read off the answer."""
        question = self.cases.question(chosen, parts)
        answer = question.ask(*says, first=first)
        if answer.status == "sat":
            found = find_example(self.statements, question, says, chosen, parts, {})
            told = sp.And(*(part.source for part in parts))
            # Once numbers are round a definition may have no value there, which shows nothing.
            valued = found is not None and truth(self.statements, told, found) is not sp.nan
            if found is not None and valued and self._holds_at(found, self.statements):
                check_example(self.statements, found, parts, fails=False)
                self.holds = found
        return answer.status == "unsat"

    def _one_calibration(self) -> bool:
        """Tell whether the boxes are points, so that failing somewhere is failing everywhere."""
        model, copies = self.statements.model, self.statements.copies
        if not model.parameters:
            return True
        eras = [model.eras[c.era] for c in copies if c.era]
        return bool(eras) and all(
            value.range.low == value.range.high for era in eras for value in era.values.values()
        )

    def _necessary(self, parts: tuple[Part, ...]) -> tuple[sp.Basic, ...]:
        """State what holds of a calibration at which the claim holds in every equilibrium.

        Wherever a pure profile is an equilibrium the claim holds there; and no other pure profile
        is an equilibrium where one is claimed to be the only one.
        """
        statements = self.statements
        pure = [b for b in statements.branches() if not (b.unknowns or b.relaxed)]
        keys = statements.in_equilibrium
        found = []
        for choice in product(pure, repeat=len(keys)) if keys else ():
            chosen = dict(zip(keys, choice, strict=True))
            symbols = Symbols(statements, chosen)
            for part in parts:
                premises = [symbols.given(), *map(symbols.given, statements.twins((part,)))]
                for copy, branch in self.cases.branches(chosen, (part,)):
                    premises += statements.branch(branch, copy)
                holds = self._formula(chosen, part)
                found.append(sp.Or(sp.Not(sp.And(*premises)), sp.false if holds is None else holds))
        for part in parts:
            if isinstance(part, Alone):
                copy = statements.copy(part.profile)
                rivals = [b for b in _others(statements.model, part) if b.pure]
                found += [sp.Not(sp.And(*statements.branch(b, copy))) for b in rivals]
        return tuple(found)

    def _holds_at(self, example: Example, statements: Statements) -> bool:
        """Tell whether a claim holds at an example's calibrations in every equilibrium."""
        parts = statements.parts()
        if not (statements.in_equilibrium or any(isinstance(p, Alone) for p in parts)):
            return True
        at = self._engine(statements.at(example.points))
        cases = at.cases.possible()
        return bool(cases) and all(
            question.ask(*extra).status == "unsat"
            for chosen, part in product(cases, parts)
            for question, extra, _ in at.refutations(part, chosen)
        )

    # --- in some equilibrium --------------------------------------------------------------------

    def _some(self) -> tuple[Status, str]:
        """Look for a calibration without such an equilibrium, then for one with it.

        Where there is no equilibrium to speak of nothing is claimed, as under "holds".
        """
        self.fails, self.holds = self.trial.fails, self.trial.holds
        if self.fails is None:
            status, reason = self._of_every() if self.cases.tries_first else ("open", "")
            if status == "open":
                status, reason = self._in_closed_forms()
            if self.fails is None:
                return status, reason
        if self.holds is not None:
            return "mixed", ""
        statements = self.statements
        never = self._engine(replace(statements, claim=opposite(statements.claim), home={}))
        never.opposed = True
        status, reason = never.status()
        self.cases.answered.update(never.cases.answered)
        if status == "proved" or (reason and reason == never.somewhere):
            return "disproved", ""  # nor where something has no value
        self.holds = never.fails
        return ("mixed", "") if self.holds is not None else ("open", f"{UNKNOWN}: {reason}")

    def _engine(self, statements: Statements, lemmas: tuple[Claim, ...] = ()) -> Engine:
        """Return what decides another claim in the time that is left."""
        cases = replace(self.cases, statements=statements, answered=set())
        return Engine(cases, lemmas)

    def _of_every(self) -> tuple[Status, str]:
        """Decide whether every equilibrium does what some one is claimed to do."""
        statements = self.statements
        claim = replace(statements.claim, mode="holds")
        every = self._engine(replace(statements, claim=claim, home={}), self.given_lemmas)
        status, reason = every.status()
        self.cases.answered.update(every.cases.answered)
        self.number, self.lemmas = every.number, every.lemmas
        return (status, reason) if status in EMPTY or status == "proved" else ("open", EVERY)

    def _in_closed_forms(self) -> tuple[Status, str]:
        """Prove that some branch with a closed form does what is claimed, wherever one is spoken of.

        Leaving others out only makes it harder.  A calibration at which it seems to fail counts once
        all equilibria there have been solved exactly.
        """
        cases = self.cases.possible()
        self.number = len(cases)
        if not any(self.cases.question(chosen).ask().status != "unsat" for chosen in cases):
            return "vacuous", NOWHERE
        parts = self.statements.parts()
        told = [c for c in cases if all(self._formula(c, part) is not None for part in parts)]
        fails = none_does(self.cases, cases)
        left, reason = self._nowhere(None, fails)
        for chosen in cases if left and self.fails is None else ():
            left, reason = self._nowhere(chosen, fails)
            if left:
                break
        if not left and self.fails is None:
            reason = self.cases.undefined(told)
            return ("open", reason) if reason else ("proved", "")
        if self.fails is None:
            self.fails = self._tried(fails=True)
        return "open", self.somewhere or self.cases.undefined(told) or reason

    def find_without(self) -> None:
        """Look for a calibration at which no equilibrium does what is claimed."""
        with suppress(UnsupportedError):
            self._in_closed_forms()

    def _nowhere(self, chosen: Chosen | None, fails: list[sp.Basic]) -> tuple[bool, str]:
        """Tell whether the claim may fail, where a case is played or anywhere, and what is not known."""
        question = self.cases.empty() if chosen is None else self.cases.question(chosen)
        question.add(*self.cases.shared(), self.cases.assumed(), *fails, *self.points)
        while (answer := question.ask()).status == "sat" and self.fails is None:
            found = find_example(self.statements, question, (), {}, (), {})
            self.fails = None if found is None else self._without(found)
            if self.fails is not None or found is None:
                return True, UNCONFIRMED
            if not self._engine(self.statements.at(found.points)).done():
                return True, UNCONFIRMED
            if len(self.points) >= MOST_POINTS or time.perf_counter() >= self.cases.until:
                return True, NOT_CLOSED
            self.points.append(self._elsewhere(found))
            question.add(self.points[-1])
        return answer.status != "unsat", SHORT if answer.status == "unknown" else UNCONFIRMED

    def _without(self, found: Example) -> Example | None:
        """Solve where it seems to fail: nothing there does."""
        statements = self.statements
        model = statements.model
        if Can.SLOPES in model.game.can:
            example = solved_again(statements, found.points, {}, fails=True)
            if example is not None or statements.claim.holding:
                return example
        solved = listing(statements, found.points, self.cases.until)
        with suppress(UnsupportedError):  # no example shows a slope
            known = None if Can.SLOPES in model.game.can else solved.example(fails=True)
            shown = known or solved.doubtful()
            if known is not None or shown is None:
                return known
            claim = opposite(statements.claim)
            return shown if self._holds_at(found, replace(statements, claim=claim)) else None
        return None

    def done(self) -> bool:
        """Tell whether some equilibrium is known to do what is claimed, at some calibration."""
        parts = self.statements.parts()
        for chosen in () if self.statements.twins(parts) else self.cases.possible():
            told = [self._formula(chosen, part) for part in parts]
            if None in told or any(branch.relaxed for branch in chosen.values()):
                continue
            says = self.cases.with_values(chosen, tuple(f for f in told if f is not None))
            if self.cases.question(chosen, parts).ask(*says).status == "sat":
                return True
        return False

    def _elsewhere(self, found: Example) -> sp.Basic:
        """State that calibrations are not those of an example."""
        statements = self.statements
        return sp.Or(
            *(
                sp.Ne(statements.symbol(copy, name), found.points[copy.key][name])
                for copy in statements.copies
                for name in statements.model.parameters
            )
        )


def _describe(chosen: Chosen) -> str:
    return " and ".join(f"'{branch.name}'" for branch in chosen.values()) or "the boxes"


def _unmet(exclusions: Exclusions) -> str:
    """Say which deviations say nothing, the replies to them not being known to be best ones."""
    told = " and ".join(sorted(exclusions.unmet))
    return f"; the replies in {told} are not known to be best ones" if told else ""


def _others(model: Model, part: Alone) -> list[Branch]:
    """Return the branches that are not the profile that is claimed to be the only equilibrium."""
    return [b for b in games.branches(model) if b.name != ", ".join(part.profile.arguments)]
