"""Claims of models decided: what a person asks for, and the ledger that comes of it.

The agenda says which claims are decided next: lemmas before what follows from them, long ones first.
What the cache knows is not decided again; what is decided is kept as soon as it is.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from types import MappingProxyType
from typing import Any

from dilemma.budget import ordinary
from dilemma.calls import AnyModel, asked_claims, models_of, of_models
from dilemma.claims.verdict import Verdict
from dilemma.errors import CallError, DilemmaError
from dilemma.games.kind import Can
from dilemma.ledger.cache import Cache, Kept, users_folder
from dilemma.ledger.ledger import Ledger
from dilemma.ledger.workers import Job, Spread, Verdicts, Worker, Workers, done
from dilemma.library import available
from dilemma.model import Model
from dilemma.theory.parts import Claim

__all__ = ["Asked", "Entry", "prove", "prove_all", "worked_off"]

STARTING = 10.0  # seconds of work that are worth starting processes for: each takes two or three
Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class Asked:
    """What is asked of every claim.

    Attributes
    ----------
    seconds : float
        Budget for each verdict, and again for how robust it is, and for its checks.
    robust, thorough : bool
    fresh : bool
        Whether what the cache knows is forgotten.
    workers : int or None
        How many processes; None for one a processor.
    client : dask.distributed.Client or None
        Whose workers share the work.
    """

    seconds: float = 60.0
    robust: bool = False
    thorough: bool = False
    fresh: bool = False
    workers: int | None = None
    client: Any = None


@dataclass(eq=False)
class Entry:
    """A claim on the agenda, and what is known of it so far.

    Attributes
    ----------
    asked : bool
        False for a lemma that only what follows from it needs.
    lemmas : list of Entry
    kept : Kept
        No verdicts where it is not decided.
    robust, thorough : bool
        What is still to be found out about its verdicts.
    weight : float
        How long it is likely to take, with what waits for it.
    """

    model: Model
    claim: Claim
    asked: bool
    lemmas: list[Entry] = field(default_factory=list)
    kept: Kept = field(default_factory=lambda: Kept(()))
    remembered: bool = False
    robust: bool = False
    thorough: bool = False
    weight: float = 0.0

    @property
    def steps(self) -> int:
        """How many things are still to be done: deciding, how robust, checks."""
        return (not self.kept.verdicts) + self.robust + self.thorough

    @property
    def ready(self) -> bool:
        """Whether something can be done now, with all its lemmas decided."""
        return self.steps > 0 and all(one.kept.verdicts for one in self.lemmas)

    def job(self, seconds: float) -> Job:
        """Return the next thing to be done about it: each is kept before the next begins."""
        decided = bool(self.kept.verdicts)
        return Job(
            model=self.model,
            claim=self.claim,
            lemmas={one.claim.name: one.kept.verdicts for one in self.lemmas},
            verdicts=self.kept.verdicts,
            robust=decided and self.robust,
            thorough=decided and not self.robust and self.thorough,
            seconds=seconds,
        )


def worked_off(
    wanted: Iterable[tuple[Model, Claim]],
    asked: Asked,
    cache: Cache,
    progress: Progress | None = None,
) -> list[Entry]:
    """Decide claims; return them in their order, then the lemmas that they needed.

    Parameters
    ----------
    progress : callable, optional
        Called with the share of the claims that are decided, and those that are being decided.
    """
    entries = _agenda(wanted)
    for entry in entries:
        _recall(entry, asked, cache)
    todo = [entry for entry in entries if entry.steps]
    _weigh(todo, cache)
    todo.sort(key=lambda entry: entry.weight, reverse=True)
    tell = progress or (lambda _share, _names: None)
    number = _number(todo, asked)
    if number > 1:
        _together(todo, asked, cache, tell, number)
    else:
        _one_by_one(todo, asked, cache, tell)
    return entries


def _number(todo: Sequence[Entry], asked: Asked) -> int:
    """Return how many processes to share the work among: one where others hardly pay."""
    ready = sum(entry.ready for entry in todo)
    side_by_side = max(ready, len(todo) - ready)
    if asked.client is not None:
        return max(2, min(len(asked.client.nthreads()), side_by_side))
    if asked.workers is not None:
        return min(asked.workers, side_by_side)
    long = asked.robust or asked.thorough or sum(entry.weight for entry in todo) > STARTING
    return min(os.cpu_count() or 1, side_by_side) if long else 1


def _agenda(wanted: Iterable[tuple[Model, Claim]]) -> list[Entry]:
    """List the claims that are asked for, once each, and the lemmas that they follow from."""
    entries: list[Entry] = []
    known: dict[tuple[int, str], Entry] = {}

    def entry_of(model: Model, claim: Claim, *, asked: bool) -> Entry:
        own = model.claims.get(claim.name) is claim
        entry = known.get((id(model), claim.name)) if own else None
        if entry is None:
            entry = Entry(model, claim, asked)
            if own:
                known[id(model), claim.name] = entry
            if asked:
                entries.append(entry)
        return entry

    for model, claim in wanted:
        entry_of(model, claim, asked=True)
    for entry in entries:  # grows on the way
        for name in entry.claim.because:
            lemma = entry_of(entry.model, entry.model.claims[name], asked=False)
            entry.lemmas.append(lemma)
            if lemma not in entries:
                entries.append(lemma)
    return entries


def _recall(entry: Entry, asked: Asked, cache: Cache) -> None:
    """Take from the cache what it knows, and note what it does not."""
    kept = None if asked.fresh else cache.find(entry.model, entry.claim)
    if kept is not None and _worth_more(kept, asked.seconds):
        kept = None
    entry.remembered = kept is not None
    entry.kept = kept or entry.kept
    verdicts = entry.kept.verdicts
    if entry.asked and asked.robust:
        found = [v.robustness for v in verdicts]
        more = asked.seconds > entry.kept.budgets.get("robust", 0.0)
        entry.robust = not found or any(r is None or (r.notes and more) for r in found)
    if entry.asked and asked.thorough:
        checks = [v.checks for v in verdicts]
        more = asked.seconds > entry.kept.budgets.get("thorough", 0.0)
        entry.thorough = not checks or any(c is None or (c.silent and more) for c in checks)


def _worth_more(kept: Kept, seconds: float) -> bool:
    """Tell whether what is open might be decided in the time that there is now."""
    left_open = any(v.status == "open" for v in kept.verdicts)
    return left_open and seconds > kept.budgets.get("decided", 0.0)


def _weigh(todo: Sequence[Entry], cache: Cache) -> None:
    """Say how long each is likely to take, with what waits for it.

    As long as it took before; where nobody knows, claims about chosen numbers come first.
    """
    for entry in todo:
        before = cache.seconds(entry.model.name, entry.claim.name)
        unknown = 0.0 if Can.SLOPES not in entry.model.game.can else inf
        entry.weight = unknown if before is None else before
    for entry in reversed(todo):  # in a file lemmas stand first, as a rule
        for lemma in entry.lemmas:
            lemma.weight = max(lemma.weight, entry.weight)


# --- one at a time, or several --------------------------------------------------------------------


def _one_by_one(todo: list[Entry], asked: Asked, cache: Cache, tell: Progress) -> None:
    steps = sum(entry.steps for entry in todo)
    beside = Worker(afresh=False)
    try:
        while left := sum(entry.steps for entry in todo):
            entry = _next(todo)[0]
            tell(1 - left / steps, entry.claim.name)
            job = entry.job(asked.seconds)
            here = ordinary(entry.model, asked.seconds)
            _settle(entry, job, done(job) if here else beside.do(job), cache)
    finally:
        beside.end()


def _together(todo: list[Entry], asked: Asked, cache: Cache, tell: Progress, number: int) -> None:
    steps = sum(entry.steps for entry in todo)
    running: dict[Future[Verdicts], tuple[Entry, Job]] = {}
    shared = Workers(number) if asked.client is None else Spread(asked.client, number)
    with shared as workers:
        while left := sum(entry.steps for entry in todo):
            busy = [entry for entry, _ in running.values()]
            free = [entry for entry in _next(todo) if entry not in busy]
            for entry in free[: number - len(running)]:
                job = entry.job(asked.seconds)
                running[workers.start(job)] = entry, job
            names = (entry.claim.name for entry, _ in running.values())
            tell(1 - left / steps, ", ".join(names))
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                _settle(*running.pop(future), future.result(), cache)


def _next(todo: Iterable[Entry]) -> list[Entry]:
    """Return what can be done now: first what is not decided yet, of that the longest."""
    return sorted((e for e in todo if e.ready), key=lambda entry: bool(entry.kept.verdicts))


def _settle(entry: Entry, job: Job, verdicts: Verdicts, cache: Cache) -> None:
    """Take down what became of a claim, and keep it."""
    if not verdicts:
        raise DilemmaError(f"{job.name}: nothing was decided")
    budgets = dict(entry.kept.budgets)
    if job.robust:
        budgets["robust"] = job.seconds
        entry.robust = False
    elif job.thorough:
        budgets["thorough"] = job.seconds
        entry.thorough = False
    else:
        budgets = {"decided": job.seconds}
    entry.kept = Kept(verdicts, budgets)
    cache.keep(entry.model, entry.claim, entry.kept)


# --- what a person asks for -----------------------------------------------------------------------


@of_models
def prove(
    model: AnyModel | Iterable[AnyModel] | None = None,
    claim: str | Claim | Sequence[str | Claim] | None = None,
    *,
    seconds: float = 60.0,
    robust: bool = False,
    thorough: bool = False,
    fresh: bool = False,
    cache: Path | str | bool = True,
    workers: int | None = None,
    client: Any = None,
    literature: bool = False,
    progress: Callable[[float, str], None] | None = None,
    **fields: Any,
) -> Ledger:
    """Decide claims of models for every calibration and every equilibrium.

    Parameters
    ----------
    model : Model, str or Path, or several of them, optional
        Default: all shipped models of the paper's own, or, with ``literature``, of the literature.
    claim : str or Claim, or a sequence of them, optional
        A claim, by its name or label, or made with ``model.make_claim``; a label's number
        ("C1.6") names all its variants.  A formula is read as a claim of its own.  Default: all
        claims.
    seconds : float
        Budget for each verdict; past it the claim stays open.
    robust : bool
        Whether to find out what each verdict needs, and how far it carries.
    thorough : bool
        Whether to ask each decider alone, and to attack each verdict with random calibrations.
    fresh : bool
        Whether to forget what is kept of these claims, and decide them again.
    cache : path or bool
        Where verdicts are kept: the user's cache folder (or the folder that the environment
        variable DILEMMA_CACHE names), another one, or, with False, nowhere.
    workers : int, optional
        How many processes share the work; by default one a processor.  With 1 all is done in this
        process, or in one at its side that can be ended where the budget is small or the game large.
    client : dask.distributed.Client, optional
        Whose workers share the work, on this machine or others (extra ``scale``): claims, and of a claim
        that is left open the pieces of its boxes, each with the same budget.
    literature : bool
        Whether every proposition of the published models is decided, as one table.
    progress : callable, optional
        Called with the share of the claims that are decided, and the ones that are next.
    **fields
        With a formula: what else a claim has in a model file, such as ``given`` or ``shared``.

    Returns
    -------
    Ledger

    Raises
    ------
    DisagreementError
        If two ways to decide a claim part: a defect here, told with what reproduces it.

    Examples
    --------
    >>> import dilemma
    >>> model = dilemma.load("abandonment")
    >>> dilemma.prove(model, "stake_beats_entrapment")[0].status
    'proved'
    >>> verdict = dilemma.prove(model, "firm_in_the_cold_war")[0]
    >>> verdict.status, verdict.fails.moved
    ('mixed', {'Cold War': (...)})
    >>> dilemma.prove(model, "kap_J*phi_J <= phi_J", over="all")[0].status
    'proved'
    """
    if literature and (model is not None or claim is not None):
        raise CallError("prove: literature=True is about all of it: name no model and no claim")
    models = models_of(available(literature=literature) if model is None else model) or ()
    claims = [claim] if claim is None or isinstance(claim, str | Claim) else list(claim)
    if claim is not None and len(models) > 1:
        raise DilemmaError(f"which model is {str(claims[0])!r} a claim of? name one")
    asked = Asked(seconds, robust, thorough, fresh, workers, client)
    wanted = [(each, one) for each in models for one in claims]
    return prove_all(
        wanted, asked, fields=fields, cache=cache, as_one=literature, progress=progress
    )


def prove_all(
    wanted: Sequence[tuple[Model, str | Claim | None]],
    asked: Asked,
    *,
    fields: Mapping[str, Any] = MappingProxyType({}),
    cache: Path | str | bool = True,
    as_one: bool = False,
    progress: Callable[[float, str], None] | None = None,
) -> Ledger:
    """Decide claims of several models, each asked for as :func:`prove` does."""
    if not asked.seconds > 0 or (asked.workers is not None and asked.workers < 1):
        raise DilemmaError(
            f"seconds = {asked.seconds}, workers = {asked.workers}: neither may be nought"
        )
    models = _unlike(dict.fromkeys(model for model, _ in wanted))
    claims = [(model, one) for model, claim in wanted for one in asked_claims(model, claim, fields)]
    folder = (users_folder() if cache else None) if isinstance(cache, bool) else Path(cache)
    kept = Cache(folder)
    entries = worked_off(claims, asked, kept, progress)

    notes = [f"Verdicts could not be kept: {kept.trouble}."] if kept.trouble else []
    if kept.doubted:
        told = "1 claim" if kept.doubted == 1 else f"{kept.doubted} claims"
        notes.append(
            f"Decided again: {told}, of which the cache folder had a file that no run of yours has "
            "written as it stands there."
        )
    return Ledger(
        models,
        _verdicts(e for e in entries if e.asked),
        _verdicts(e for e in entries if not e.asked),
        len(_verdicts(e for e in entries if e.asked and e.remembered)),
        tuple(notes),
        as_one,
    )


def _verdicts(entries: Iterable[Entry]) -> tuple[Verdict, ...]:
    """Return verdicts whose examples say how they are seen again."""
    found = [(e.model, v) for e in entries for v in e.kept.verdicts]
    if all(v.fails is None and v.holds is None for _, v in found):
        return tuple(v for _, v in found)  # which is quick: nothing is loaded that solves games
    from dilemma.claims.witness import reproducible

    return tuple(reproducible(model, v) for model, v in found)


def _unlike(models: Iterable[Model]) -> tuple[Model, ...]:
    """See that no two models have one name."""
    found = tuple(models)
    twice = [name for name, count in Counter(m.name for m in found).items() if count > 1]
    if twice:
        raise DilemmaError(f"two models are called {twice[0]!r}: give one another name")
    return found
