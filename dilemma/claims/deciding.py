"""One claim on its way to a verdict: branch by branch, refuted by z3 or proved.

A claim is refuted by one calibration and one equilibrium at which it fails.  Where there is none in
any branch the claim is proved.  Where there is one, a calibration at which the claim holds in every
equilibrium is looked for as well.

How many equilibria there can be at one calibration, where numbers are chosen.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations, combinations_with_replacement, product

import sympy as sp

from dilemma.claims.examples import Example, check_example, find_example
from dilemma.claims.statements import Copy, Part, Statements
from dilemma.deciders import Decider
from dilemma.deciders.question import DECIDERS, Answer, Question, may_always_be_read
from dilemma.errors import CalibrationError
from dilemma.games import solution as games
from dilemma.games.branch import Branch
from dilemma.games.numbers.first_order import never
from dilemma.theory.parts import Status

__all__ = ["Chosen", "Counting", "Deciding", "violated"]

ANSWER_SECONDS = 10.0  # z3's share of one question; a claim asks many


Chosen = Mapping[str, Branch]


@dataclass
class Deciding:
    """The state of one decision: what was found, and how much time is left.

    Attributes
    ----------
    fails, holds : Example or None
    cases : int
        How many combinations of branches were gone through.
    answered : set of str
        Which deciders were of use.
    refute_only : bool
        Whether it is enough to know that a claim fails: where else it holds is not looked for.
    """

    statements: Statements
    until: float
    fails: Example | None = None
    holds: Example | None = None
    cases: int = 0
    lemmas: tuple[str, ...] = ()
    deciders: tuple[Decider, ...] = DECIDERS
    answered: set[Decider] = field(default_factory=set)
    refute_only: bool = False

    def status(self) -> tuple[Status, str]:
        """Go through all branches; return the verdict and, where it is no plain one, why."""
        statements = self.statements
        if (told := self._beforehand()) is not None:
            return told
        cases = self._feasible()
        self.cases = len(cases) if statements.in_equilibrium else 0
        if not any(self._question(chosen).ask().status != "unsat" for chosen in cases):
            return "vacuous", "no equilibrium to speak of at any calibration"
        for part in statements.parts():
            if part.trends and not self._can_move(part, cases):
                moved = " or ".join(dict.fromkeys(t.arguments[1] for t in part.trends))
                return "vacuous", f"no two calibrations to compare that differ in {moved} alone"
        if reason := self._undefined(cases):
            return "open", reason
        undecided = self._refute(cases)
        if self.fails is not None:
            return ("mixed", "") if self.refute_only else self._holds_somewhere(cases)
        return ("open", undecided) if undecided else ("proved", "")

    # --- before anything ------------------------------------------------------------------------

    def _beforehand(self) -> tuple[Status, str] | None:
        """Return the verdict where there is nothing to decide: no calibration, or no game."""
        if self._ask(self.statements.given_but_play(), *self._shared()).status == "unsat":
            return "contradictory", "its assumptions hold at no calibration in the boxes"
        reason = self._payoffs_undefined()
        return ("open", reason) if reason else None

    def plainly(self, told: str) -> str:
        """Write the names of the model for the symbols of its copies."""
        for symbol, (name, _) in self.statements.home.items():
            told = told.replace(symbol.name, name)
        return told

    def _seconds(self) -> float:
        return min(ANSWER_SECONDS, self.until - time.perf_counter())

    def _new(self) -> Question:
        return self._within(self._seconds)

    def _within(self, seconds: Callable[[], float]) -> Question:
        """Return a question whose answers have their own budget."""
        return Question(
            self.statements.about, seconds, deciders=self.deciders, answered=self.answered
        )

    def _ask(self, *statements: sp.Basic) -> Answer:
        return self._new().ask(*statements)

    def _shared(self) -> tuple[sp.Basic, ...]:
        """State the intervals of what the eras share: they may have nothing in common."""
        found = [
            self.statements.symbol(copy, name)
            for copy in self.statements.copies
            for name in self.statements.claim.shared
            if len(self.statements.copies) > 1
        ]
        return tuple(condition for symbol in found for condition in self.statements.about(symbol))

    def _question(self, chosen: Chosen, parts: tuple[Part, ...] = ()) -> Question:
        """Ask about the box, the claim's assumptions and a choice of branches.

        With it come the twins of some parts, in the same branches and as assumed.
        """
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
            told.append(statements.given(chosen, there))
            told += statements.branch(chosen.get(twin.key, chosen[twin.base]), twin)
            here = next(c for c in statements.copies if c.key == twin.base)
            assert twin.moved is not None
            told.append(statements.symbol(twin, twin.moved) > statements.symbol(here, twin.moved))
        return told

    def _can_move(self, part: Part, cases: list[Chosen]) -> bool:
        return any(self._question(chosen, (part,)).ask().status != "unsat" for chosen in cases)

    def _feasible(self) -> list[Chosen]:
        """Return the choices of branches, one a copy, each of which can be an equilibrium.

        A trend that may lead from one branch to another has twins with branches of their own.  What z3 leaves undecided is kept: that is sound for a proof, which goes through it again.
        """
        statements = self.statements
        feasible: dict[str, list[Branch]] = {}
        for copy in statements.copies:
            if copy.key not in statements.in_equilibrium:
                continue
            question = self._new()
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
        if statements.among_any():
            for twin in statements.twins(statements.parts()):
                feasible[twin.key] = feasible[twin.base]
        return [dict(zip(feasible, choice, strict=True)) for choice in product(*feasible.values())]

    def _central(self, copy: Copy) -> frozenset[str]:
        """Return the branches that hold at the era's centre, where examples are looked for."""
        model = self.statements.model
        if copy.era is None or self.statements.points:
            return frozenset()
        try:
            values = model.values(model.calibration(copy.era))
            return frozenset(b.name for b in self.statements.branches() if b.holds_at(values))
        except (CalibrationError, TypeError):
            return frozenset()  # the game does not exist at the centre: any order will do

    def _payoffs_undefined(self) -> str:
        """Say where the game itself has no meaning, for instance a payoff that divides by zero."""
        model = self.statements.model
        for copy, (reason, happens) in product(self.statements.copies, self._impossible()):
            question = self._new()
            question.add(self.statements.given_but_play(), self.statements.rename(happens, copy))
            if question.ask().status != "unsat":
                return self.plainly(f"the game is none, because {reason}")
        payoffs = {payoff for cell in model.payoffs.values() for payoff in cell.values()}
        if all(map(may_always_be_read, payoffs)) and self._definitions_always():
            return ""
        for copy in self.statements.copies:
            question = self._new()
            question.add(self.statements.given_but_play())
            question.read(*(sp.Ge(self.statements.rename(p, copy), 0) for p in payoffs))
            if reason := violated(question):
                return self.plainly(f"the game is {reason}")
        return ""

    def _impossible(self) -> tuple[tuple[str, sp.Basic], ...]:
        return tuple(self.statements.model.game.impossible())

    def _definitions_always(self) -> bool:
        definitions = self.statements.model.definitions.values()
        return all(may_always_be_read(d.formula) for d in definitions)

    def _undefined(self, cases: list[Chosen]) -> str:
        """Say where the claim has no meaning: a denominator that vanishes in the boxes."""
        statements = self.statements
        safe: dict[sp.Basic, bool] = {}
        for chosen in cases:
            given = statements.given(chosen, statements.copies)
            for part in statements.parts():
                told = sp.Tuple(statements.formula(part, chosen), given)
                if told not in safe:
                    safe[told] = self._read_anywhere(told)
                if safe[told]:
                    continue
                question = self._question(chosen, (part,))
                question.read(told[0])
                if reason := violated(question):
                    return self.plainly(reason)
        return ""

    def _read_anywhere(self, formulas: sp.Tuple) -> bool:
        """Tell whether formulas have a value all over the boxes, whatever is played."""
        if self._definitions_always() and all(map(may_always_be_read, formulas)):
            return True
        question = self._new()
        question.add(*self._shared(), self.statements.given_but_play())
        question.read(*formulas)
        return not violated(question)

    # --- counterexamples ------------------------------------------------------------------------

    def _refute(self, cases: list[Chosen]) -> str:
        """Look for a calibration and an equilibrium at which the claim fails."""
        undecided = ""
        for chosen in cases:
            for part in self.statements.parts():
                for question, extra, rival in self._refutations(part, chosen):
                    answer = question.ask(*extra)
                    if answer.status == "unknown":
                        undecided = undecided or (
                            f"not decided in time: {_describe(chosen) or 'the boxes'}"
                        )
                    if answer.status != "sat":
                        continue
                    self.fails = find_example(
                        self.statements, question, extra, chosen, (part,), rival
                    )
                    if self.fails is not None:
                        check_example(self.statements, self.fails, (part,), fails=True)
                        return ""
                    undecided = "it fails, but only at irrational values was an example found"
        return undecided

    def _refutations(
        self, part: Part, chosen: Chosen
    ) -> Iterator[tuple[Question, tuple[sp.Basic, ...], Chosen]]:
        """Yield the questions of which one is satisfied iff the part fails somewhere.

        The last item names the rival's branch where another equilibrium refutes ``unique``.
        """
        statements = self.statements
        formula = statements.formula(part, chosen)
        yield self._question(chosen, (part,)), (sp.Not(formula),), {}
        if part.unique is None:
            return
        copy = statements.copy(part.unique)
        for rival in games.branches(statements.model):
            if rival.name != ", ".join(part.unique.arguments):
                extra = statements.branch(rival, statements.rival(copy))
                yield self._question(chosen), extra, {copy.key: rival}

    # --- and examples ---------------------------------------------------------------------------

    def _holds_somewhere(self, cases: list[Chosen]) -> tuple[Status, str]:
        """Find a calibration at which the claim holds in every equilibrium, or exclude it."""
        if self._one_calibration():
            return "disproved", ""
        parts = self.statements.parts()
        necessary = self._necessary(parts)
        undecided = False
        for chosen in cases:
            question = self._question(chosen, parts)
            extra = (*(self.statements.formula(part, chosen) for part in parts), *necessary)
            answer = question.ask(*extra)
            if answer.status == "unsat":
                continue
            undecided = True
            if answer.status == "unknown":
                continue
            found = find_example(self.statements, question, extra, chosen, parts, {})
            if found is not None and self._holds_at(found):
                check_example(self.statements, found, parts, fails=False)
                self.holds = found
                return "mixed", ""
        if not undecided:
            return "disproved", ""
        return "open", "it fails somewhere; whether it holds anywhere is not decided"

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
        pure = [b for b in statements.branches() if b.pure and not b.unknowns]
        keys = statements.in_equilibrium
        found = []
        for choice in product(pure, repeat=len(keys)) if keys else ():
            chosen = dict(zip(keys, choice, strict=True))
            for part in parts:
                twins = statements.twins((part,))
                copies = [c for c in statements.copies if c.key in chosen]
                premises = [statements.given(chosen, statements.copies)]
                for twin in twins:
                    there = tuple(twin if c.key == twin.base else c for c in statements.copies)
                    premises.append(statements.given(chosen, there))
                for copy in (*copies, *twins):
                    premises += statements.branch(chosen[copy.base], copy)
                found.append(sp.Or(sp.Not(sp.And(*premises)), statements.formula(part, chosen)))
        for part in parts:
            if part.unique is not None:
                copy = statements.copy(part.unique)
                found += [
                    sp.Not(sp.And(*statements.branch(branch, copy)))
                    for branch in games.branches(statements.model)
                    if branch.pure and branch.name != ", ".join(part.unique.arguments)
                ]
        return tuple(found)

    def _holds_at(self, example: Example) -> bool:
        """Tell whether the claim holds at an example's calibrations in every equilibrium."""
        parts = self.statements.parts()
        if not self.statements.in_equilibrium and all(p.unique is None for p in parts):
            return True
        at = Deciding(self.statements.at(example.points), self.until, deciders=self.deciders)
        cases = at._feasible()
        for chosen in cases:
            for part in parts:
                for question, extra, _ in at._refutations(part, chosen):
                    if question.ask(*extra).status != "unsat":
                        return False
        return bool(cases)


def violated(question: Question) -> str:
    """Say which obligation of what a question has read can be violated, "" if none."""
    if question.never_violated():
        return ""
    for obligation in question.obligations:
        asked = question.ask_obligation(obligation)
        if asked.status != "unsat":
            verb = "there is" if asked.status == "sat" else "not excluded:"
            return f"not defined at every calibration: {verb} {obligation.reason}"
    return ""


def _describe(chosen: Chosen) -> str:
    return " and ".join(f"'{branch.name}'" for branch in chosen.values())


# --- how many equilibria there can be at one calibration, where numbers are chosen ---------------


class Counting(Deciding):
    """Decides whether there are at most so many equilibria."""

    def too_many(self, chosen: Chosen, part: Part, cases: list[Chosen]) -> str:
        """Ask whether there can be one equilibrium more than a claim allows."""
        assert part.count is not None
        statements = self.statements
        copy = statements.copy(part.count[0])
        others = {case[copy.key].name: case[copy.key] for case in cases}
        degrees = [
            self._degree({**chosen, copy.key: branch}, branch, copy) for branch in others.values()
        ]
        if None not in degrees and sum(d for d in degrees if d is not None) <= part.count[1]:
            return ""
        first = list(others).index(chosen[copy.key].name)
        left = list(others.values())[first:]
        for more in combinations_with_replacement(left, part.count[1]):
            question = self._question(chosen)
            rivals = [statements.rival(copy, k + 1) for k in range(len(more))]
            for rival, branch in zip(rivals, more, strict=True):
                there = tuple(rival if c.key == copy.key else c for c in statements.copies)
                question.add(*statements.branch(branch, rival))
                question.add(statements.given({**chosen, rival.key: branch}, there))
            played = zip((copy, *rivals), (chosen[copy.key], *more), strict=True)
            for (one, b), (other, c) in combinations(played, 2):
                same = b.name == c.name
                question.add(self._later(one, other) if same else self._apart(one, other))
            if question.ask().status != "unsat":
                return f"more equilibria are not excluded in '{chosen[copy.key].name}'"
        return ""

    def _degree(self, chosen: Chosen, branch: Branch, copy: Copy) -> int | None:
        """Return how many solutions a branch has at most: the degree of its one polynomial.

        None where it has no triangle, or z3 does not exclude that something vanishes in it.
        """
        statements = self.statements
        shape = branch.shape
        if shape is None or shape.loose:
            return None
        vanish = [sp.Eq(bottom, 0) for _, _, bottom in shape.steps if not bottom.is_number]
        degree = 1
        if shape.last is not None:
            polynomial = sp.Poly(shape.polynomial, shape.last)
            degree = polynomial.degree()
            vanish.append(sp.And(*(sp.Eq(c, 0) for c in polynomial.all_coeffs())))
        for happens in vanish:
            told = statements.rename(happens, copy)
            if told is sp.false:
                continue
            if self._question(chosen).ask(told).status != "unsat":
                return None
        return degree

    def _later(self, one: Copy, other: Copy) -> sp.Basic:
        """State that one play comes before another: in the first number in which they differ."""
        cases: list[sp.Basic] = []
        same: list[sp.Basic] = []
        for here, there in self._pairs(one, other):
            cases.append(sp.And(*same, here < there))
            same.append(sp.Eq(here, there))
        return sp.Or(*cases)

    def _apart(self, one: Copy, other: Copy) -> sp.Basic:
        """State that two plays differ: on a border one play belongs to two branches."""
        return sp.Or(*(sp.Ne(here, there) for here, there in self._pairs(one, other)))

    def _pairs(self, one: Copy, other: Copy) -> Iterator[tuple[sp.Symbol, sp.Symbol]]:
        """Yield each chosen number as it is in two plays, but what is held."""
        statements = self.statements
        for choice in statements.model.game.choices.values():
            here, there = (statements.unknown(c, choice.symbol) for c in (one, other))
            if here != there:
                yield here, there

    def unmoved(self, chosen: Chosen, twin: Copy) -> dict[sp.Symbol, sp.Symbol]:
        """Return what in a twin is the same as in its base: what the parameter does not move.

        In one branch, what a triangle gives from other parameters alone, in one way.
        """
        statements, model = self.statements, self.statements.model
        here = next(c for c in statements.copies if c.key == twin.base)
        branch = chosen[twin.base]
        if chosen.get(twin.key, branch) is not branch or twin.moved is None:
            return {}
        moves = {model.parameters[twin.moved].symbol}
        shape = branch.shape
        if shape is None or shape.loose:
            return {}
        if shape.last is not None:
            moves.add(shape.last)
        for symbol, numerator, denominator in reversed(shape.steps):
            symbols = model.expand(numerator).free_symbols | model.expand(denominator).free_symbols
            if symbols & moves or never(model, sp.Eq(denominator, 0)) is not True:
                moves.add(symbol)
        same = {
            statements.unknown(twin, s): statements.unknown(here, s)
            for s in branch.unknowns
            if s not in moves
        }
        for name, definition in model.definitions.items():
            if not model.expand(definition.symbol).free_symbols & moves:
                same[statements.symbol(twin, name)] = statements.symbol(here, name)
        return same

    def _higher(self, twin: Copy) -> tuple[sp.Basic, ...]:
        here = next(c for c in self.statements.copies if c.key == twin.base)
        assert twin.moved is not None
        statements = self.statements
        return (statements.symbol(twin, twin.moved) > statements.symbol(here, twin.moved),)
