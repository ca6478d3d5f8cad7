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
from collections.abc import Iterator, MutableMapping
from dataclasses import replace

from dilemma.claims.cases import Cases
from dilemma.claims.engine import Engine, opposite
from dilemma.claims.examples import Example
from dilemma.claims.statements import Alone, AtMost, Statements
from dilemma.claims.verdict import Verdict
from dilemma.deciders import DECIDERS, KNOWN, Decider
from dilemma.errors import UnsupportedError
from dilemma.model import Model
from dilemma.theory.parts import Claim, Status

AT_ONCE = 2.0  # seconds for all equilibria as one formula, before they are taken case by case

__all__ = ["decide", "decided", "decisions", "proved_lemmas", "stated"]


def decide(
    model: Model,
    claim: Claim,
    *,
    seconds: float = 60.0,
    known: MutableMapping[str, tuple[Verdict, ...]] | None = None,
    deciders: tuple[Decider, ...] = DECIDERS,
) -> tuple[Verdict, ...]:
    """Decide one claim; a claim about each era by itself gets a verdict for each.

    Parameters
    ----------
    seconds : float
        Budget for each verdict; past it the claim stays open.
    known : mutable mapping of claim's name to verdicts, optional
        Verdicts on lemmas are looked up here, and left here.
    deciders : tuple of str
        "z3", "elimination" (z3 once unknowns are put in), "bisection": what one leaves open the next
        is asked.
    """
    *_, found = decisions(model, claim, seconds=seconds, known=known, deciders=deciders)
    return found


def decisions(
    model: Model,
    claim: Claim,
    *,
    seconds: float,
    known: MutableMapping[str, tuple[Verdict, ...]] | None = None,
    deciders: tuple[Decider, ...] = DECIDERS,
) -> Iterator[tuple[Verdict, ...]]:
    """Yield the verdicts on a claim as they come: each time one more, those of :func:`decide`."""
    known = {} if known is None else known
    if claim.name in known and model.claims.get(claim.name) == claim:
        yield known[claim.name]
        return
    lemmas = proved_lemmas(model, claim, seconds, known, deciders)
    overs = list(model.about(claim).eras) if claim.over == "each" else [claim.over]
    found: list[Verdict] = []
    for over in overs:
        statements = stated(model, claim, over)
        verdict = decided(statements, lemmas, seconds=seconds, deciders=deciders)
        found.append(replace(verdict, model=model.name, era=over if claim.over == "each" else ""))
        if len(found) < len(overs):
            yield tuple(found)
    known[claim.name] = tuple(found)
    yield tuple(found)


def stated(model: Model, claim: Claim, over: str) -> Statements:
    """Return a claim as statements about one era or pair, on the calibrations it speaks of."""
    return Statements(model.about(claim), claim, over)


def proved_lemmas(
    model: Model,
    claim: Claim,
    seconds: float,
    known: MutableMapping[str, tuple[Verdict, ...]],
    deciders: tuple[Decider, ...] = DECIDERS,
) -> tuple[Claim, ...]:
    """Decide what a claim follows from; return what is proved and speaks of its boxes."""
    lemmas = []
    for name in claim.because:
        lemma = model.claims[name]
        verdicts = decide(model, lemma, seconds=seconds, known=known, deciders=deciders)
        anywhere = lemma.over in ("all", "any pair") or lemma.calibrations == claim.calibrations
        same = lemma.over == "all" or lemma.eras == claim.eras
        sound = lemma.mode == "holds" and anywhere and same
        if sound and all(v.status == "proved" for v in verdicts):
            lemmas.append(lemma)
    return tuple(lemmas)


def decided(
    statements: Statements,
    lemmas: tuple[Claim, ...],
    *,
    seconds: float,
    deciders: tuple[Decider, ...] = DECIDERS,
    refute_only: bool = False,
) -> Verdict:
    """Decide one statement, on whatever boxes it is.

    With ``refute_only`` a claim that fails somewhere is called mixed without a look at where else it
    holds.
    """
    begun, claim = time.perf_counter(), statements.claim
    engine, status, reason = _best(statements, lemmas, seconds, deciders, refute_only=refute_only)
    fails, holds = engine.fails, engine.holds
    if claim.mode == "possible":
        status, fails, holds = _possible(status, engine, everywhere=_of_all(statements))
    era = statements.over if claim.over == "each" else ""
    return Verdict(
        model=statements.model.name,
        claim=claim,
        era=era,
        status=status,
        expected=claim.expect.get(era, claim.expect.get("", "proved")),
        fails=fails,
        holds=holds,
        reason=reason if status in ("open", "contradictory", "vacuous") else "",
        of_play=bool(statements.in_equilibrium),
        cases=engine.number,
        deciders=_who(engine.cases),
        seconds=time.perf_counter() - begun,
        lemmas=engine.lemmas,
    )


def _best(
    statements: Statements,
    lemmas: tuple[Claim, ...],
    seconds: float,
    deciders: tuple[Decider, ...],
    *,
    refute_only: bool,
) -> tuple[Engine, Status, str]:
    """Return what decided a statement, the verdict and why: of the first attempt that counts, or case by case."""
    for tried, until in _attempts(statements, seconds):
        engine = _engine(tried, lemmas, until, deciders)
        engine.refute_only |= refute_only
        status, reason = _status(engine)
        while status == "open" and (again := engine.longer(reason)) is not None:
            engine = again
            status, reason = _status(engine)
        if _counts(engine, status):
            return engine, status, reason
        if not tried.at_once:
            whole = engine, status, reason
    return whole


def _attempts(statements: Statements, seconds: float) -> Iterator[tuple[Statements, float]]:
    """Yield in which ways a statement is asked, and until when: all equilibria at once before case by case."""
    begun = time.perf_counter()
    at_once = replace(statements, at_once=True, home={})
    able = at_once.may_be_at_once()
    if able:
        yield at_once, begun + min(AT_ONCE, seconds / 4)
    yield statements, begun + seconds
    if able and (left := begun + seconds - time.perf_counter()) > AT_ONCE:
        yield at_once, time.perf_counter() + left


def _counts(engine: Engine, status: Status) -> bool:
    """Tell whether a verdict counts.

    One formula says what equilibria satisfy, and where somebody does not know what has happened it may say
    too little: then nothing is refuted by it.  Nor is something proved by what may hold no equilibrium at
    all of those spoken of, where none was found: it may be vacuous.
    """
    tried = engine.cases.statements
    if not tried.at_once:
        return status != "open"
    if status == "proved":
        return engine.trial.occurs or not any(b.relaxed for b in tried.branches())
    return status in ("vacuous", "contradictory") or (
        status != "open" and "strict" in tried.model.game.concepts
    )


def _status(engine: Engine) -> tuple[Status, str]:
    """Return the verdict and why; what cannot be decided at all is open."""
    try:
        return engine.status()
    except UnsupportedError as error:
        return "open", engine.cases.plainly(str(error))


def _engine(
    statements: Statements,
    lemmas: tuple[Claim, ...],
    until: float,
    deciders: tuple[Decider, ...],
) -> Engine:
    """Return what decides a statement; what may be so somewhere is refuted by its being so nowhere."""
    claim, of_all = statements.claim, _of_all(statements)
    if statements.bounds or statements.untied:
        # A lemma about an era's box says nothing outside it.
        lemmas = tuple(m for m in lemmas if m.over in ("all", "any pair"))
    if claim.mode != "possible":
        return Engine(Cases(statements, until, deciders), lemmas)
    other = replace(claim, mode="holds") if of_all else opposite(claim)
    asked = replace(statements, claim=other, home={})
    cases = Cases(asked, until, deciders)
    return Engine(cases, lemmas, refute_only=not of_all, opposed=not of_all)


def _of_all(statements: Statements) -> bool:
    """Whether a claim speaks of all equilibria at once: that there is one alone, or so many."""
    return any(isinstance(part, Alone | AtMost) for part in statements.parts())


def _possible(
    status: Status, engine: Engine, *, everywhere: bool
) -> tuple[Status, Example | None, Example | None]:
    """Return the verdict on what is possible.

    It comes from the verdict on its being so nowhere, or, where it speaks of all equilibria, from that
    on its being so everywhere.
    """
    if everywhere:
        somewhere: Status = "proved" if status == "mixed" else status
        return somewhere, None, engine.holds
    if engine.fails is not None:
        return "proved", None, engine.fails
    if status == "proved":
        return "disproved", None, None
    return status, None, None


def _who(cases: Cases) -> tuple[str, ...]:
    """Return what decided, with versions: z3 above all, since it looks at every game first.

    Elimination is z3, too, and told as that.
    """
    import z3

    names = []
    if {"z3", "elimination"} & {*cases.deciders}:
        names.append(f"z3 {z3.get_version_string()}")
    others = (facts.short for who, facts in KNOWN.items() if who != "z3" and who in cases.answered)
    return (*names, *others)
