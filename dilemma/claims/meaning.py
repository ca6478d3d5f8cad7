"""What a claim says of calibrations: what each thing that it names stands for, said here once.

A claim may name a parameter or definition of an era, a payoff or outcome at a profile, what a payoff
or outcome is in equilibrium, the slope of a payoff; and it may say that a profile is an equilibrium,
that an action is dominant, which game it is, that an outcome rises or falls.  :class:`Reading` tells
what these are, whatever the terms: symbols for logic (:class:`Symbols`), exact numbers at an example
(:mod:`dilemma.claims.examples`) or where calibrations are solved (:mod:`dilemma.claims.solutions`),
arrays at random draws (:mod:`dilemma.claims.trials`).  Who checks a verdict reads claims in a way of
its own (:mod:`dilemma.checks.truth`).

What has no value is an error here, and no number: see :func:`put_in_claim`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Generic, TypeVar

import sympy as sp

from dilemma.claims.statements import Alone, AtMost, Copy, Part, Statements
from dilemma.deciders.clearing import NOWHERE
from dilemma.deciders.question import may_always_be_read
from dilemma.errors import UnsupportedError
from dilemma.games.branch import Branch
from dilemma.games.dominance import dominant
from dilemma.games.numbers.first_order import marginal
from dilemma.games.two_by_two import is_kind
from dilemma.model import Model
from dilemma.theory.parts import Claim, Reference

__all__ = [
    "Chosen",
    "Copies",
    "Reading",
    "Symbols",
    "UndefinedError",
    "by_era",
    "instance",
    "outcome_of",
    "put_in_claim",
]

Chosen = Mapping[str, Branch]
Copies = Mapping[str | None, Copy]
Value = TypeVar("Value")


def by_era(copies: Iterable[Copy], instead: Copy | None = None) -> Copies:
    """Return calibrations by the era that a claim calls them by, a twin in the place of its own."""
    there = (instead if instead and c.key == instead.base else c for c in copies)
    return {c.era: c for c in there}


def outcome_of(branch: Branch, name: str) -> sp.Expr:
    """Return what a payoff or outcome is in a branch."""
    return branch.outcomes[name] if name in branch.outcomes else branch.payoffs[name]


# --- what is named --------------------------------------------------------------------------------


class Reading(ABC, Generic[Value]):
    """The terms in which a claim is read at some calibrations, and what is played there.

    Attributes
    ----------
    statements : Statements
        Of the claim, or of the one for which a lemma is read.
    """

    statements: Statements

    def values(self, claim: Claim, formula: sp.Basic, copies: Copies) -> dict[sp.Symbol, Value]:
        """Return what each symbol of a claim's formula stands for."""
        return {s: self.value(claim, s, copies) for s in formula.free_symbols}

    def value(self, claim: Claim, symbol: sp.Symbol, copies: Copies) -> Value:
        """Return what one symbol stands for; a name without an era is one of the first copy."""
        name = Reference("name", None, (symbol.name,))
        reference = claim.references.get(symbol, name)
        copy = copies.get(reference.era, next(iter(copies.values())))
        return self.meant(reference, copy)

    def meant(  # noqa: C901 -- one case for each kind of reference
        self, reference: Reference, copy: Copy
    ) -> Value:
        """Return what a reference stands for in one copy."""
        model, names = self.statements.model, reference.arguments
        match reference.what:
            case "name":
                return self.stated(sp.Symbol(names[0], real=True), copy)
            case "payoff":
                return self.stated(model.payoffs[names[1:]][names[0]], copy)
            case "outcome" if len(names) == 1:
                return self.outcome(names[0], copy)
            case "outcome":
                return self.stated(model.outcomes[names[0]].profiles[names[1:]], copy)
            case "diff":
                return self.slope(marginal(model, *names), copy)
            case "equilibrium":
                return self.stays(names, copy)
            case "dominant":
                return self.stated(dominant(model, *names), copy)
            case "kind":
                return self.stated(is_kind(model, *names), copy)
            case "rises" | "falls":
                low = self.outcome(names[0], copy)
                high = self.outcome(names[0], self.statements.twin(copy, names[1]))
                return self.compared(sp.Gt if reference.what == "rises" else sp.Lt, high, low)
            case "unique":
                return self.alone(names, copy)
        raise self._alone_only(reference.what)

    def _alone_only(self, what: str) -> UnsupportedError:
        return UnsupportedError(
            f"claim '{self.statements.claim.name}': {what}(…) can only be one of the "
            "statements that 'holds' joins by 'and'"
        )

    # --- in which terms -------------------------------------------------------------------------

    @abstractmethod
    def stated(self, formula: sp.Basic, copy: Copy) -> Value:
        """Read what the model states in parameters and definitions."""

    @abstractmethod
    def outcome(self, name: str, copy: Copy) -> Value:
        """Read a payoff or outcome of what is played."""

    @abstractmethod
    def compared(self, relation: type[sp.Rel], left: Value, right: Value) -> Value:
        """State how two values compare."""

    def slope(self, formula: sp.Expr, copy: Copy) -> Value:
        """Read the slope of a payoff where something is played."""
        return self.stated(formula, copy)

    def stays(self, profile: tuple[str, ...], copy: Copy) -> Value:
        """State that a profile is an equilibrium."""
        return self.stated(_is_equilibrium(self.statements.model, profile), copy)

    def alone(self, profile: tuple[str, ...], copy: Copy) -> Value:  # noqa: ARG002 -- for others
        """State that a profile is the only equilibrium, where that is known of one calibration."""
        raise self._alone_only("unique")


# --- in symbols -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Symbols(Reading[sp.Basic]):
    """A claim in the symbols of its copies, with a branch played in each.

    Parameters
    ----------
    chosen : mapping of a copy's key to Branch
        A twin or rival that is not in it plays the branch of its home.
    """

    statements: Statements
    chosen: Chosen

    def given(self, instead: Copy | None = None) -> sp.Basic:
        """Return what the claim assumes; at a twin or rival, where one stands in for its home."""
        claim = self.statements.claim
        return self.put_in(claim, claim.given, by_era(self.statements.copies, instead))

    def formula(self, part: Part) -> sp.Basic:
        """Return what one part claims, as far as one equilibrium can refute it."""
        statements = self.statements
        match part:
            case AtMost():
                return sp.true
            case Alone(profile=profile):
                return self.stays(profile.arguments, statements.copy(profile))
        return self.put_in(statements.claim, part.source, by_era(statements.copies))

    def put_in(self, claim: Claim, formula: sp.Basic, copies: Copies) -> sp.Basic:
        """Replace every symbol of a claim's formula by what it stands for."""
        return put_in_claim(formula, self.values(claim, formula, copies))

    def meant(self, reference: Reference, copy: Copy) -> sp.Basic:
        """Return what a reference stands for; it must have a value."""
        meant = super().meant(reference, copy)
        if meant is sp.nan:
            name = reference.arguments[0]
            raise UndefinedError(f"'{name}' is not defined wherever the claim speaks of it")
        return meant

    def stated(self, formula: sp.Basic, copy: Copy) -> sp.Basic:
        """Write a formula of the model in the symbols of a copy."""
        return self.statements.rename(formula, copy)

    def outcome(self, name: str, copy: Copy) -> sp.Basic:
        """Write what a payoff or outcome is in the branch that is played."""
        branch = self.chosen[copy.key if copy.key in self.chosen else copy.base]
        return self.statements.rename(outcome_of(branch, name), copy)

    def compared(self, relation: Any, left: sp.Basic, right: sp.Basic) -> sp.Basic:
        """Return the comparison; none where a side has no value."""
        return sp.nan if sp.nan in (left, right) else relation(left, right)


# --- where it has a value ---------------------------------------------------------------------------


@lru_cache(maxsize=10_000)
def defined(formula: sp.Basic) -> sp.Basic:
    """State that a formula has a value: nothing is divided by nought, no case left undefined.

    No logarithm is of what is not positive either.

    Examples
    --------
    >>> x, y = sp.symbols("x y", real=True)
    >>> defined(sp.Piecewise((1 / x, y > 0), (sp.nan, True)) > 1)
    (y > 0) & Ne(x, 0)
    """
    if formula.is_Atom:
        return sp.false if any(formula is none for none in NOWHERE) else sp.true
    if isinstance(formula, sp.Piecewise):
        found, before = [], sp.true
        for value, condition in formula.args:
            here = sp.And(before, defined(condition), condition, defined(value), evaluate=True)
            found.append(here)
            before = sp.And(before, sp.Not(condition))
        return sp.Or(*found)
    if not formula.has(*NOWHERE) and may_always_be_read(formula):
        return sp.true
    parts = [defined(part) for part in formula.args]
    if isinstance(formula, sp.Pow) and formula.exp.is_negative:
        parts.append(sp.Ne(formula.base, 0))
    if isinstance(formula, sp.log):
        parts.append(sp.Gt(formula.args[0], 0))
    return sp.And(*parts)


# --- what lemmas say ------------------------------------------------------------------------------


def instance(lemma: Claim, symbols: Symbols, part: Part) -> sp.Basic | None:
    """State what a proved lemma says of the calibrations at hand; None where it says nothing.

    Parameters
    ----------
    symbols : Symbols
        The claim that it is for, with a branch played in each copy.
    part : Part
        The part of the claim that is to follow.
    """
    statements = symbols.statements
    if lemma.holding != statements.claim.holding:
        return None
    if lemma.over == "any pair" or lemma.over == statements.over == "pair":
        return _of_pair(lemma, symbols)
    own = Statements(statements.model, lemma, lemma.over)
    special = any(p.trends or isinstance(p, Alone | AtMost) for p in own.parts())
    if special or lemma.over not in ("all", statements.over):
        return None
    says = []
    for copy in (*statements.copies, *statements.twins((part,))):
        branch = symbols.chosen.get(copy.key, symbols.chosen.get(copy.base))
        if branch is not None and lemma.among in (None, branch.name):
            here = {c.era: copy for c in own.copies}
            says.append(_implied(lemma, Symbols(statements, {copy.key: branch}), here))
    return sp.And(*says) if says else None


def _of_pair(lemma: Claim, symbols: Symbols) -> sp.Basic | None:
    """State what a lemma about two calibrations says of the pair at hand: one each, by their eras."""
    statements, chosen = symbols.statements, symbols.chosen
    if not statements.claim.of_pairs or any(c.key not in chosen for c in statements.copies):
        return None
    if any(lemma.among not in (None, chosen[c.key].name) for c in statements.copies):
        return None
    one, other = statements.copies
    pairs = [tuple(statements.symbol(c, name) for c in (one, other)) for name in lemma.shared]
    same = [sp.Eq(here, there) for here, there in pairs if here != there]
    return _implied(lemma, symbols, by_era(statements.copies), *same)


def _implied(lemma: Claim, symbols: Symbols, copies: Copies, *given: sp.Basic) -> sp.Basic:
    """State that what a lemma claims holds wherever what it assumes does."""
    assumed = symbols.put_in(lemma, lemma.given, copies)
    held = symbols.put_in(lemma, lemma.holds, copies)
    return sp.Or(sp.Not(sp.And(*given, assumed)), held)


# --- what has no value ----------------------------------------------------------------------------


class UndefinedError(UnsupportedError):
    """Something that a claim speaks of has no value where it does."""


def put_in_claim(formula: sp.Basic, values: Mapping[sp.Symbol, sp.Basic]) -> sp.Basic:
    """Put values into what a claim says.

    Raises
    ------
    UndefinedError
        If it then compares what has no value, such as a quotient by an outcome that is always 0.
    """
    known = dict(values)
    without: sp.Basic | None = formula
    try:
        if (without := _without_value(formula, known)) is None:
            return formula.xreplace(known)
    except TypeError:  # sympy orders neither infinities of no sign nor numbers that are not real
        pass
    raise UndefinedError(f"'{without}' is not defined wherever the claim speaks of it")


def _without_value(formula: sp.Basic, values: Mapping[sp.Symbol, sp.Basic]) -> sp.Basic | None:
    """Return what on the way to a formula's value has none; None if nothing is known to.

    What sympy makes of the whole does not tell: to it no number equals an infinity, and the product
    of two imaginary roots is real.
    """
    if isinstance(formula, sp.Piecewise):
        return _cases_without_value(formula, values)
    for part in formula.args:
        if (without := _without_value(part, values)) is not None:
            return without
    if not isinstance(formula, sp.Symbol | sp.Pow | sp.log):
        return formula if formula in NOWHERE else None
    put = formula.xreplace(values)
    if put.has(sp.Piecewise):  # which of its cases holds may not be known yet
        return formula if put != formula and _without_value(put, {}) is not None else None
    real = not isinstance(put, sp.Expr) or put.is_real is not False
    return None if real and not put.has(*NOWHERE) else formula


def _cases_without_value(
    cases: sp.Piecewise, values: Mapping[sp.Symbol, sp.Basic]
) -> sp.Basic | None:
    """Return the same of cases: of the first that is known to hold, if it is known which."""
    for value, condition in cases.args:
        if (without := _without_value(condition, values)) is not None:
            return without
        holds = condition.xreplace(values)
        if holds == sp.true:
            return _without_value(value, values)
        if holds != sp.false:
            return None
    return cases


def _is_equilibrium(model: Model, profile: tuple[str, ...]) -> sp.Basic:
    """Return the condition under which a pure profile is an equilibrium."""
    gaps = []
    for position, player in enumerate(model.players.values()):
        for action in player.actions:
            if action != profile[position]:
                other = (*profile[:position], action, *profile[position + 1 :])
                gap = model.payoffs[profile][player.name] - model.payoffs[other][player.name]
                gaps.append(sp.Ge(sp.expand(gap), 0))
    return sp.And(*gaps)
