"""Cases of a claim: choices of branches, one a calibration, and what is asked of deciders about them.

A claim speaks of what is played at its calibrations.  A case says which branch that is in each.  Of
a case all is stated that holds in it: the boxes, what the claim assumes, and that each branch is an
equilibrium, in twins as well.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import product

import sympy as sp

from dilemma.claims.meaning import Chosen, Symbols, UndefinedError, by_era
from dilemma.claims.statements import Copy, Part, Statements
from dilemma.deciders import Decider
from dilemma.deciders.question import DECIDERS, Answer, Question, may_always_be_read
from dilemma.errors import CalibrationError
from dilemma.games.branch import Branch
from dilemma.games.kind import Can
from dilemma.games.numbers.first_order import never
from dilemma.games.shape import Shape
from dilemma.model import Model

__all__ = ["Cases", "tries_first"]

ANSWER_SECONDS = 10.0  # a decider's share of one question; a claim asks many
FILTER_SECONDS = 0.6  # whether a branch can be an equilibrium at all, where many branches cannot


def tries_first(model: Model) -> bool:
    """Tell whether claims about a game are tried on random calibrations before anything is asked.

    So it is where numbers are chosen.  What z3 finds is then a hint, solved again before it counts,
    since branches may be no more than necessary conditions; so that it need not be asked where a claim
    has no value before it is asked where it fails.  Questions are large there and get less time, and
    shorter ones come first.
    """
    return Can.SLOPES in model.game.can


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
    """

    statements: Statements
    until: float
    deciders: tuple[Decider, ...] = DECIDERS
    answered: set[Decider] = field(default_factory=set)

    @property
    def tries_first(self) -> bool:
        """Whether the claim is tried on random calibrations first."""
        return tries_first(self.statements.model)

    def seconds(self) -> float:
        """Return what one answer may take now."""
        return min(ANSWER_SECONDS, self.until - time.perf_counter())

    # --- questions ------------------------------------------------------------------------------

    def empty(
        self,
        most: float = ANSWER_SECONDS,
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
        question = self.empty()
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
        statements = self.statements
        here = statements.symbol(statements.home_of(twin), twin.moved)
        return statements.symbol(twin, twin.moved) > here

    def assumed(self) -> sp.Basic:
        """State what the claim assumes of calibrations alone."""
        statements = self.statements
        assumed = statements.assumed_of_calibrations
        return Symbols(statements, {}).put_in(statements.claim, assumed, by_era(statements.copies))

    def branches(self, chosen: Chosen, part: Part) -> Iterator[tuple[Copy, Branch]]:
        """Yield which branch is played where, twins of a part included."""
        for copy in self.statements.copies:
            if copy.key in chosen:
                yield copy, chosen[copy.key]
        for twin in self.statements.twins((part,)):
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
        moves = {model.parameters[twin.moved].symbol}
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

    def possible(self) -> list[Chosen]:
        """Return the cases that can be.

        A trend that may lead from one branch to another has twins with branches of their own.  What
        is left undecided is kept: that is sound for a proof, which goes through it again.
        """
        statements = self.statements
        places = [c for c in statements.copies if c.key in statements.in_equilibrium]
        if statements.among_any():
            places += statements.twins(statements.parts())
        options = [self._central_first(copy) for copy in places]
        cases = [
            dict(zip((c.key for c in places), choice, strict=True)) for choice in product(*options)
        ]
        return [case for case in cases if not self.tries_first or self._can_be_assumed(case)]

    def _central_first(self, copy: Copy) -> list[Branch]:
        """Return what can be an equilibrium; first what is one at the era's centre.

        Examples are looked for there.
        """
        together = self.empty()
        found = [b for b in self.statements.branches() if self._may_be(b, copy, together)]
        central = self._central(copy)
        return sorted(found, key=lambda branch: branch.name not in central)

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

        Where claims are tried first, an assumption without a value is one that is not met, as it is
        there; elsewhere nothing can be said of the claim.

        Parameters
        ----------
        together : Question
            For all branches: where answers are quick, reading what is paid takes longer than they do.
        """
        stated = self.statements.branch(branch, copy)
        if not self.tries_first:
            return together.ask(*stated, *self._own_given(branch, copy)).status != "unsat"
        question = self.empty(FILTER_SECONDS)
        try:
            question.add(*stated, *self._own_given(branch, copy))
        except UndefinedError:
            return False
        return question.ask().status != "unsat"

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
            question = self.empty()
            question.add(self.assumed(), *statements.feasible(copy))
            question.read(*(sp.Ge(statements.rename(p, copy), 0) for p in payoffs))
            if reason := _violated(question):
                return self.plainly(f"the game is {reason}")
        return ""

    def undefined(self, cases: list[Chosen]) -> str:
        """Say where the claim has no meaning: a denominator that vanishes in the boxes."""
        safe: dict[sp.Basic, bool] = {}
        for chosen, part in product(cases, self.statements.parts()):
            symbols = Symbols(self.statements, chosen)
            given = symbols.given()
            formulas = sp.Tuple(symbols.formula(part), given)
            if formulas not in safe:
                safe[formulas] = self._read_anywhere(formulas)
            if safe[formulas]:
                continue
            question = self.question(chosen, (part,))
            question.read(formulas[0])
            if reason := _violated(question):
                return self.plainly(reason)
        return ""

    def _read_anywhere(self, formulas: sp.Tuple) -> bool:
        """Tell whether formulas have a value all over the boxes, whatever is played."""
        definitions = (d.formula for d in self.statements.model.definitions.values())
        if all(map(may_always_be_read, (*definitions, *formulas))):
            return True
        question = self.empty()
        question.add(*self.shared(), self.assumed())
        question.read(*formulas)
        return not _violated(question)

    def plainly(self, text: str) -> str:
        """Write the names of the model for the symbols of its copies."""
        for symbol, (name, _) in self.statements.home.items():
            text = text.replace(symbol.name, name)
        return text


def _violated(question: Question) -> str:
    """Say which obligation of what a question has read can be violated, "" if none."""
    if question.never_violated():
        return ""
    for obligation in question.obligations:
        asked = question.ask_obligation(obligation)
        if asked.status != "unsat":
            verb = "there is" if asked.status == "sat" else "not excluded:"
            return f"not defined at every calibration: {verb} {obligation.reason}"
    return ""
