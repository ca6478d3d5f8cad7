"""Cases of a claim: choices of branches, one a calibration, and what is asked of deciders about them.

A claim speaks of what is played at its calibrations.  A case says which branch that is in each.  Of
a case all is stated that holds in it: the boxes, what the claim assumes, and that each branch is an
equilibrium, in twins as well.

Less than that may exclude that a claim fails.  Where it follows from lemmas that are proved, their conclusions stand in for the equilibria's
equations, which is what makes the question small: a lemma speaks of few quantities, and the boxes only
have to meet its assumptions.  Else what is not linked to the claim is left out, or what is played
elsewhere.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain, product

import sympy as sp

from dilemma.claims.meaning import (
    Chosen,
    Symbols,
    UndefinedError,
    by_era,
    defined,
    instance,
    outcome_of,
)
from dilemma.claims.no_value import no_payoff, of_what, violated
from dilemma.claims.preference import Named, named, revealed
from dilemma.claims.statements import AtMost, Copy, Part, Statements
from dilemma.deciders import DECIDERS, Decider
from dilemma.deciders.question import Answer, Question, may_always_be_read
from dilemma.errors import CalibrationError
from dilemma.games.branch import Branch, Shape
from dilemma.games.kind import Can
from dilemma.games.numbers.first_order import never
from dilemma.model import Model
from dilemma.theory.parts import Claim

__all__ = ["Cases", "Exclusions", "multiplied_out", "tries_first"]

ANSWER_SECONDS = 10.0  # a decider's share of one question; a claim asks many
FILTER_SECONDS = 0.6  # whether a branch can be an equilibrium at all, where many branches cannot


def tries_first(model: Model) -> bool:
    """Tell whether claims about a game are tried on random calibrations before anything is asked.

    So it is where numbers are chosen, chances are roots, or branches are large.  What z3 finds is then a hint, solved again
    before it counts, since branches may be no more than necessary conditions, and what is played
    irrational; so that it need not be asked where a claim has no value before it is asked where it
    fails.  Questions are large there and get less time, and shorter ones come first.
    """
    return bool(model.game.can & (Can.SLOPES | Can.TRIED))


@dataclass(frozen=True)
class Cases:
    """The cases of one claim, on its way to a verdict.

    Attributes
    ----------
    until : float
        When the time is up, by ``time.perf_counter``.
    deciders : tuple of str
        Who is asked.
    answered : set of str
        Who was of use.
    answer : float
        What one answer may take at most [s].
    """

    statements: Statements
    until: float
    deciders: tuple[Decider, ...] = DECIDERS
    answered: set[Decider] = field(default_factory=set)
    answer: float = ANSWER_SECONDS

    @property
    def tries_first(self) -> bool:
        """Whether the claim is tried on random calibrations first."""
        return tries_first(self.statements.model)

    def seconds(self) -> float:
        """Return what one answer may take now."""
        return min(self.answer, self.until - time.perf_counter())

    # --- questions ------------------------------------------------------------------------------

    def empty(
        self,
        most: float = math.inf,
        about: Callable[[sp.Symbol], Iterator[sp.Basic]] | None = None,
    ) -> Question:
        """Return a question about nothing yet, for so many seconds an answer at most."""
        return Question(
            about or self.statements.about,
            lambda: min(self.seconds(), most),
            deciders=self.deciders,
            answered=self.answered,
        )

    def question(self, chosen: Chosen, parts: tuple[Part, ...] = ()) -> Question:
        """Ask about the box, the claim's assumptions and a case, twins of some parts included."""
        same = {
            there: here
            for twin in self.statements.twins(parts)
            for there, here in self.unmoved(chosen, twin).items()
        }

        def about(symbol: sp.Symbol) -> Iterator[sp.Basic]:
            for tie in self.statements.about(symbol):
                yield tie.xreplace(same) if same else tie

        question = self.empty(about=about)
        question.add(*self.stated(chosen, parts))
        return question

    def stated(self, chosen: Chosen, parts: tuple[Part, ...]) -> list[sp.Basic]:
        """State what holds of the box, the claim's assumptions and a case.

        With it come the twins of some parts, in the same branches, unless the case says in which, and
        as assumed.
        """
        statements, symbols = self.statements, Symbols(self.statements, chosen)
        stated = [*self.shared(), symbols.given()]
        for copy in statements.copies:
            if copy.key in chosen:
                stated += statements.branch(chosen[copy.key], copy)
        for twin in statements.twins(parts):
            of_twin = [symbols.given(twin)]
            of_twin += statements.branch(chosen.get(twin.key, chosen[twin.base]), twin)
            same = self.unmoved(chosen, twin)
            stated += [s.xreplace(same) for s in of_twin]
            stated.append(self.higher(twin))
        return stated

    def with_values(self, chosen: Chosen, says: tuple[sp.Basic, ...]) -> tuple[sp.Basic, ...]:
        """Add that statements, and what the claim assumes, have a value."""
        statements = self.statements
        symbols, twins = Symbols(statements, chosen), statements.twins(statements.parts())
        told = [*says, symbols.given(), *map(symbols.given, twins)]
        found = list(map(defined, told))
        seen: set[sp.Symbol] = set()
        todo = {s for formula in told for s in formula.free_symbols}
        while todo:
            symbol = todo.pop()
            seen.add(symbol)
            if (
                symbol in statements.home
                and statements.home[symbol][0] in statements.model.definitions
            ):
                for tie in statements.about(symbol):
                    found.append(defined(tie.rhs))
                    todo |= tie.rhs.free_symbols - seen
        return (*says, *found)

    def shared(self) -> tuple[sp.Basic, ...]:
        """State the intervals of what the eras share: they may have nothing in common."""
        found = [
            self.statements.symbol(copy, name)
            for copy in self.statements.copies
            for name in self.statements.claim.shared
            if len(self.statements.copies) > 1
        ]
        return tuple(condition for symbol in found for condition in self.statements.about(symbol))

    def higher(self, twin: Copy) -> sp.Basic:
        """State that in a twin a parameter is higher than at home."""
        there, here = self.statements.higher(twin)
        return there > here

    def assumed(self) -> sp.Basic:
        """State what the claim assumes of calibrations alone."""
        statements = self.statements
        assumed = statements.assumed_of_calibrations
        return Symbols(statements, {}).put_in(statements.claim, assumed, by_era(statements.copies))

    def branches(self, chosen: Chosen, parts: tuple[Part, ...]) -> Iterator[tuple[Copy, Branch]]:
        """Yield which branch is played where, twins of some parts included."""
        for copy in self.statements.copies:
            if copy.key in chosen:
                yield copy, chosen[copy.key]
        for twin in self.statements.twins(parts):
            yield twin, chosen.get(twin.key, chosen[twin.base])

    # --- a triangle's word on what moves --------------------------------------------------------

    def triangle(self, branch: Branch) -> Shape | None:
        """Return the equations of a branch of chosen numbers in a triangle; None if they have none."""
        loose = branch.shape is None or branch.shape.loose
        return None if loose or not branch.chosen else branch.shape

    def unmoved(self, chosen: Chosen, twin: Copy) -> dict[sp.Symbol, sp.Symbol]:
        """Return what in a twin is the same as at home: what the parameter does not move.

        In one branch, what a triangle gives from other parameters alone, in one way.
        """
        statements, model = self.statements, self.statements.model
        branch = chosen[twin.base]
        shape = self.triangle(branch)
        if shape is None or chosen.get(twin.key, branch) is not branch:
            return {}
        moves = {sp.Symbol(twin.moved, real=True)}
        if shape.last is not None:
            moves.add(shape.last)
        for symbol, numerator, denominator in reversed(shape.steps):
            symbols = model.expand(numerator).free_symbols | model.expand(denominator).free_symbols
            if symbols & moves or never(model, sp.Eq(denominator, 0)) is not True:
                moves.add(symbol)
        here = statements.home_of(twin)
        same = {
            statements.unknown(twin, s): statements.unknown(here, s)
            for s in branch.unknowns
            if s not in moves
        }
        for name, definition in model.definitions.items():
            if not model.expand(definition.symbol).free_symbols & moves:
                same[statements.symbol(twin, name)] = statements.symbol(here, name)
        return same

    # --- which can be ---------------------------------------------------------------------------

    def possible(self, *, telling: bool = False) -> list[Chosen]:
        """Return the cases that can be.

        With ``telling`` those are left out, where one calibration alone is spoken of, in which the claim
        holds whatever the parameters are: they need not be asked about.

        A trend that may lead from one branch to another has twins with branches of their own.  What
        is left undecided is kept: that is sound for a proof, which goes through it again.
        """
        statements = self.statements
        places = [c for c in statements.copies if c.key in statements.in_equilibrium]
        if statements.among_any():
            places += statements.twins(statements.parts())
        told = telling and len(places) == 1 and not statements.twins(statements.parts())
        options = [self._central_first(copy, telling=told) for copy in places]
        cases = [
            dict(zip((c.key for c in places), choice, strict=True)) for choice in product(*options)
        ]
        return [case for case in cases if self._can_be_assumed(case)]

    def _central_first(self, copy: Copy, *, telling: bool) -> list[Branch]:
        """Return what can be an equilibrium; first what is one at the era's centre.

        Examples are looked for there.
        """
        together = self.empty()
        every = self.statements.branches()
        if telling:
            every = tuple(b for b in every if not self._plainly_true(b, copy))
        tied = self._tied(every, copy)
        found = [b for b in every if tied(b) and self._may_be(b, copy, together)]
        central = self._central(copy)
        return sorted(found, key=lambda branch: branch.name not in central)

    def _tied(self, every: Iterable[Branch], copy: Copy) -> Callable[[Branch], bool]:
        """Return what tells whether payoffs that tie in a branch, whatever is played, may do so.

        A tree has many branches for few such ties, and where a claim is about what is generic, it
        excludes them all: that is asked once for each tie.
        """
        impossible: set[sp.Expr] = set()
        known = {branch.name: _of_parameters(branch) for branch in every}
        for gap in dict.fromkeys(chain.from_iterable(known.values())):
            vanishes = self.statements.rename(sp.Eq(gap, 0, evaluate=False), copy)
            if self._excluded(self.assumed(), vanishes):
                impossible.add(gap)
        return lambda branch: impossible.isdisjoint(known[branch.name])

    def _plainly_true(self, branch: Branch, copy: Copy) -> bool:
        """Tell whether a claim holds in a branch whatever the parameters are."""
        parts = self.statements.parts()
        try:
            symbols = Symbols(self.statements, {copy.key: branch})
            return all(type(p) is Part and symbols.formula(p) is sp.true for p in parts)
        except UndefinedError:
            return False

    def _central(self, copy: Copy) -> frozenset[str]:
        """Return the branches that hold at the era's centre."""
        model = self.statements.model
        if copy.era is None or self.statements.points:
            return frozenset()
        try:
            values = model.values(model.calibration(copy.era))
            return frozenset(b.name for b in self.statements.branches() if b.holds_at(values))
        except (CalibrationError, TypeError):
            return frozenset()  # the game does not exist at the centre: any order will do

    def _may_be(self, branch: Branch, copy: Copy, together: Question) -> bool:
        """Tell whether a branch may be an equilibrium in one copy, as far as the claim goes.

        An assumption without a value is one that is not met, as where calibrations are solved.

        Parameters
        ----------
        together : Question
            For all branches: where answers are quick, reading what is paid takes longer than they do.
        """
        stated = self.statements.branch(branch, copy)
        try:
            given = tuple(self._own_given(branch, copy))
        except UndefinedError:
            return False
        if not self.tries_first:
            return together.ask(*stated, *given).status != "unsat"
        # What is joined by "or" is long, as a rule, and seldom needed to exclude a branch.
        plain = [s for s in stated if not isinstance(s, sp.Or)]
        if len(plain) < len(stated):
            alone = ([s] for s in plain if isinstance(s, sp.GreaterThan | sp.LessThan))
            if any(self._excluded(*some, *given) for some in (plain, *alone)):
                return False
        question = self.empty(FILTER_SECONDS)
        question.add(*stated, *given)
        return question.ask().status != "unsat"

    def _excluded(self, *stated: sp.Basic) -> bool:
        """Tell whether z3 alone excludes what is stated of a branch."""
        question = Question(
            self.statements.about,
            lambda: min(self.seconds(), FILTER_SECONDS),
            answered=self.answered,
        )
        question.add(*stated)
        return question.ask().status == "unsat"

    def _own_given(self, branch: Branch, copy: Copy) -> Iterator[sp.Basic]:
        """Yield what the claim assumes of one copy alone, where a branch is played in it."""
        statements = self.statements
        symbols = Symbols(statements, {copy.base: branch, copy.key: branch})
        if len(statements.in_equilibrium) == 1:
            yield symbols.given(copy)
        elif self.tries_first:
            own = self._assumed_of(copy)
            yield symbols.put_in(statements.claim, own, {copy.era: copy})

    def _assumed_of(self, copy: Copy) -> sp.Basic:
        """Return those assumptions that speak of one copy alone."""
        claim = self.statements.claim
        own = []
        for conjunct in claim.given.args if isinstance(claim.given, sp.And) else (claim.given,):
            references = [claim.references.get(s) for s in conjunct.free_symbols]
            if all(r is None or r.era == copy.era for r in references):
                own.append(conjunct)
        return sp.And(*own)

    def _can_be_assumed(self, chosen: Chosen) -> bool:
        """Tell whether the claim's assumptions have a value in a case."""
        try:
            Symbols(self.statements, chosen).given()
        except UndefinedError:
            return False
        return True

    def can_move(self, part: Part, cases: list[Chosen]) -> bool:
        """Tell whether there are two calibrations that a trend can compare."""
        return any(self.question(chosen, (part,)).ask().status != "unsat" for chosen in cases)

    # --- what has no meaning --------------------------------------------------------------------

    def contradictory(self) -> bool:
        """Tell whether what the claim assumes holds nowhere."""
        return self.ask(self.assumed(), *self.shared()).status == "unsat"

    def ask(self, *statements: sp.Basic) -> Answer:
        """Ask whether some statements can hold together."""
        return self.empty().ask(*statements)

    def no_game(self) -> str:
        """Say where the game itself has no meaning: a payoff divides by zero, chances are none."""
        statements, model = self.statements, self.statements.model
        for copy, (reason, happens) in product(statements.copies, model.game.impossible()):
            if self.ask(self.assumed(), statements.rename(happens, copy)).status != "unsat":
                return self.plainly(f"the game is none, because {reason}")
        cells = (payoff for cell in model.payoffs.values() for payoff in cell.values())
        payoffs = list(dict.fromkeys(map(model.expand_play, cells)))
        definitions = [d.formula for n, d in model.definitions.items() if n not in model.outcomes]
        if all(map(may_always_be_read, (*payoffs, *definitions))):
            return ""
        for copy in statements.copies:
            if reason := no_payoff(self, copy, payoffs):
                return self.plainly(f"the game is {reason}")
        return ""

    def undefined(self, cases: list[Chosen]) -> str:
        """Say where the claim has no meaning: a denominator that vanishes in the boxes."""
        safe: dict[sp.Basic, bool] = {}
        for chosen, part in product(cases, self.statements.parts()):
            symbols = Symbols(self.statements, chosen)
            given = symbols.given()
            try:
                formulas = sp.Tuple(symbols.formula(part), given)
            except UndefinedError as error:
                return self.plainly(str(error))
            if formulas not in safe:
                safe[formulas] = self._read_anywhere(formulas)
            if safe[formulas]:
                continue
            question = self.question(chosen, (part,))
            question.read(formulas[0])
            if reason := violated(question):
                return self.plainly(reason + of_what(self, chosen, part))
        return ""

    def _read_anywhere(self, formulas: sp.Tuple) -> bool:
        """Tell whether formulas have a value all over the boxes, whatever is played."""
        definitions = (d.formula for d in self.statements.model.definitions.values())
        if all(map(may_always_be_read, (*definitions, *formulas))):
            return True
        question = self.empty()
        question.add(*self.shared(), self.assumed())
        question.read(*formulas)
        return not violated(question)

    def plainly(self, text: str) -> str:
        """Write the names of the model for the symbols of its copies."""
        for symbol, (name, _) in self.statements.home.items():
            text = text.replace(symbol.name, name)
        for copy in self.statements.copies:  # what is played is called so as well
            text = text.replace(f" @ {copy.key}", "")
        return text


# --- excluded by lemmas, or by a few statements ---------------------------------------------------


SHORT_SECONDS = 3.0  # what a question gets that may be answered without


@dataclass
class Exclusions:
    """Short ways to a proof that a part of a claim cannot fail in a case.

    Attributes
    ----------
    lemmas : tuple of Claim
        What is proved.
    used : set of str
        The lemmas that were of use.
    unmet : set of str
        Deviations of which it is not known that nobody has a better reply than the one named.
    short : bool
        Whether something was not answered in the time for an answer.
    """

    cases: Cases
    lemmas: tuple[Claim, ...]
    used: set[str] = field(default_factory=set)
    unmet: set[str] = field(default_factory=set)
    short: bool = False

    def by_lemmas(self, chosen: Chosen, part: Part) -> bool:
        """Tell whether proved lemmas alone exclude that a part fails in a case: the first that is asked."""
        self.short = False
        symbols = Symbols(self.cases.statements, chosen)
        instances = {
            lemma.name: says
            for lemma in self.lemmas
            if (says := instance(lemma, symbols, part)) is not None
        }
        wrong = sp.Not(symbols.formula(part))
        if not instances or not self._excluded(chosen, part, instances.values(), wrong):
            return False
        self.used.update(instances)
        return True

    def by_preference(self, chosen: Chosen, part: Part) -> bool:
        """Tell whether a part cannot fail because nobody would rather have chosen as elsewhere."""
        # Such comparisons are weak ones: what would be the same in both the equations exclude.
        statements, cases = self.cases.statements, self.cases
        places = tuple(cases.branches(chosen, (part,)))
        alternatives = [one for one in named(statements, places) if self._is_met(one)]
        compared = [*revealed(statements, places), *(one.says for one in alternatives)]
        wrong = sp.Not(Symbols(statements, chosen).formula(part))
        if not compared or wrong in (sp.true, sp.false):
            return False
        if self._excluded(chosen, part, compared, wrong):
            return True
        if alternatives:
            question = cases.question(chosen, (part,))
            question.add(*(one.says for one in alternatives))
            if self._never(question, wrong):
                return True
        if not isinstance(wrong, sp.GreaterThan | sp.LessThan):
            return False
        if not self._excluded(chosen, part, compared, sp.Gt(wrong.gts, wrong.lts)):
            return False
        return self._never(cases.question(chosen, (part,)), sp.Eq(*wrong.args))

    def _never(self, question: Question, says: sp.Basic) -> bool:
        """Tell whether something cannot be, and remember where that was not answered."""
        status = question.ask(says).status
        self.short |= status == "unknown"
        return status == "unsat"

    def _is_met(self, alternative: Named) -> bool:
        """Tell whether nobody has a better reply to an alternative than what the claim names."""
        question = self.cases.empty(SHORT_SECONDS)
        question.add(*self.cases.statements.feasible(alternative.copy))
        met = self._never(question, alternative.better)
        if not met:
            self.unmet.add(alternative.words)
        return met

    def _excluded(
        self, chosen: Chosen, part: Part, known: Iterable[sp.Basic], wrong: sp.Basic
    ) -> bool:
        """Tell whether what is known excludes something in a case, no equation being used."""
        statements, symbols = self.cases.statements, Symbols(self.cases.statements, chosen)
        question = self.cases.empty(SHORT_SECONDS)
        question.add(*self.cases.shared(), symbols.given())
        for copy, branch in self.cases.branches(chosen, (part,)):
            question.add(*statements.feasible(copy))
            question.add(*(statements.rename(c, copy) for c in branch.conditions))
        question.add(*map(self.cases.higher, statements.twins((part,))), *known)
        return self._never(question, wrong)

    def in_part(self, stated: list[sp.Basic], wrong: sp.Basic) -> bool:
        """Tell whether a few of the statements exclude that a claim fails.

        Definitions that hang on what is played stand for themselves, tied to nothing, and only
        what is linked to the claim through them and through unknowns is kept.
        """
        statements = self.cases.statements
        model, home = statements.model, statements.home
        question = self.cases.empty(SHORT_SECONDS, self._about)
        of_parameters = {s for s, (n, _) in home.items() if n in model.parameters}
        linked = wrong.free_symbols - of_parameters
        left = list(stated)
        while True:
            near = [s for s in left if s.free_symbols & linked or s.free_symbols <= of_parameters]
            if not near:
                return question.ask().status == "unsat"
            question.add(*near)
            left = [s for s in left if s not in near]
            linked |= {x for s in near for x in s.free_symbols} - of_parameters

    def _about(self, symbol: sp.Symbol) -> Iterator[sp.Basic]:
        """Yield what ties a symbol down, unless it is a definition that hangs on what is played."""
        statements = self.cases.statements
        name = statements.home[symbol][0] if symbol in statements.home else ""
        if name in statements.model.parameters or name not in statements.model.outcomes:
            yield from statements.about(symbol)

    def elsewhere(self, cases: list[Chosen]) -> set[tuple[str, str]]:
        """Return branches of one copy that exclude a failure, whatever is played in the other.

        So it is where the claim needs nothing of the other copy but that its outcomes are numbers;
        it saves going through all pairs.
        """
        statements = self.cases.statements
        keys = [c.key for c in statements.copies if cases and c.key in cases[0]]
        if len(keys) < 2 or any(p.trends or isinstance(p, AtMost) for p in statements.parts()):
            return set()
        excluded = set()
        for copy in (c for c in statements.copies if c.key in keys):
            if not self._same_elsewhere(cases, copy.key):
                continue
            for name, case in {case[copy.key].name: case for case in cases}.items():
                if all(self._alone(case, copy, part) for part in statements.parts()):
                    excluded.add((copy.key, name))
        return excluded

    def _same_elsewhere(self, cases: list[Chosen], key: str) -> bool:
        """Tell whether outcomes that the claim names read the same in all branches elsewhere."""
        statements = self.cases.statements
        names = {
            r.arguments[0]
            for r in statements.claim.references.values()
            if r.what == "outcome" and statements.copy(r).key != key
        }
        outcomes = {
            tuple(outcome_of(b, n) for n in sorted(names))
            for case in cases
            for k, b in case.items()
            if k != key
        }
        return len(outcomes) == 1

    def _alone(self, case: Chosen, copy: Copy, part: Part) -> bool:
        statements, symbols = self.cases.statements, Symbols(self.cases.statements, case)
        try:
            wrong = sp.Not(symbols.formula(part))
        except UndefinedError:
            return False
        stated = [*self.cases.shared(), symbols.given(), wrong]
        stated += statements.branch(case[copy.key], copy)
        for other in statements.copies:
            if other.key != copy.key:
                stated += statements.feasible(other)
        return self.in_part(stated, wrong)


def _of_parameters(branch: Branch) -> tuple[sp.Expr, ...]:
    """Return what vanishes in a branch whatever is played there."""
    return tuple(e for e in branch.equations if e.free_symbols.isdisjoint(branch.unknowns))


def multiplied_out(cases: Cases, chosen: Chosen) -> Chosen:
    """Return a case with its definitions multiplied out."""
    model = cases.statements.model
    return {
        key: replace(
            branch,
            equations=tuple(sp.expand(model.expand_play(e)) for e in branch.equations),
            conditions=tuple(model.expand_play(c) for c in branch.conditions),
        )
        for key, branch in chosen.items()
    }
