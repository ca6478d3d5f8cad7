"""Claims decided in this process, or in several processes of their own.

A worker is a process of :mod:`dilemma.processes` that is sent one claim after another.  Of several
each starts afresh, so that nothing of this process (z3's state, a script without a guard around what
it does) is in it.  When one dies it is known which claim it was at; one that takes longer than its
budget is ended, and what it was at is left open.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from math import inf
from types import TracebackType
from typing import Any, Self

from dilemma.budget import HARD
from dilemma.claims.verdict import Checks, Robustness, Verdict
from dilemma.errors import DilemmaError
from dilemma.model import Model
from dilemma.processes import SOFT, Process, Task
from dilemma.theory.parts import Claim

__all__ = ["Job", "Spread", "Worker", "Workers", "done"]

Verdicts = tuple[Verdict, ...]
PIECES = 4  # of the boxes for each worker, where a claim was left open


@dataclass(frozen=True)
class Job:
    """A claim, and one thing to find out about it: its verdicts, unless something else is asked.

    Attributes
    ----------
    lemmas : mapping of claim's name to verdicts
        What became of the claims that it follows from.
    verdicts : tuple of Verdict
        What became of it, where that is known already.
    robust, thorough : bool
        Whether it is how robust its verdicts are; whether it is to check them.
    seconds : float
        Budget for each verdict.
    era : str
        Of which of its verdicts a piece is decided.
    piece : tuple of two int or None
        Which of so many pieces of the boxes is decided alone; None for all of them together.
    """

    model: Model
    claim: Claim
    lemmas: Mapping[str, Verdicts]
    verdicts: Verdicts
    robust: bool
    thorough: bool
    seconds: float
    era: str = ""
    piece: tuple[int, int] | None = None

    @property
    def parts(self) -> int:
        """How many verdicts there are to be, each with its own budget."""
        each = self.claim.over == "each" and self.piece is None
        return len(self.model.about(self.claim).eras) if each else 1

    @property
    def name(self) -> str:
        """The claim's name, with its model's."""
        return f"{self.model.name}.{self.claim.name}"


def done(job: Job) -> Verdicts:
    """Do a job in this process: decide the claim, or find out what else is asked."""
    *_, verdicts = _each(job)
    return verdicts


def _each(job: Job) -> Iterator[Verdicts]:
    """Yield what there is of a job's answer, each time something more."""
    if job.piece is not None:
        from dilemma.claims.in_pieces import piece

        over = job.era or job.claim.over
        yield (replace(piece(job.model, job.claim, over, job.piece, job.seconds), era=job.era),)
        return
    if not (job.robust or job.thorough):
        from dilemma.claims.decide import decisions

        yield from decisions(job.model, job.claim, seconds=job.seconds, known=dict(job.lemmas))
        return
    from dilemma.checks.check import check
    from dilemma.robustness.rescue import robustness

    verdicts = list(job.verdicts)
    for k, verdict in enumerate(verdicts):
        if job.robust:
            found = robustness(job.model, verdict, seconds=job.seconds)
            verdicts[k] = replace(verdict, robustness=found)
        else:
            checks = check(job.model, verdict, seconds=job.seconds)
            verdicts[k] = replace(verdict, checks=checks)
        yield tuple(verdicts)


class Workers:
    """So many processes, each started when it is first needed; leaving the block ends them."""

    def __init__(self, number: int) -> None:
        self.number = number
        self._threads = ThreadPoolExecutor(number)
        self._own = threading.local()
        self._every: list[Worker] = []
        self._futures: list[Future[Verdicts]] = []
        self._leaving = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        self._leaving = True
        self._threads.shutdown(wait=False, cancel_futures=True)
        while not all(future.done() for future in self._futures):
            for worker in self._every:
                worker.kill()
            time.sleep(0.01)
        self._threads.shutdown()
        for worker in self._every:  # now that nobody waits for its answer
            worker.end()

    def start(self, job: Job) -> Future[Verdicts]:
        """Have a job done as soon as a process is free."""
        future = self._threads.submit(self._do, job)
        self._futures.append(future)
        return future

    def _do(self, job: Job) -> Verdicts:
        if not hasattr(self._own, "worker"):
            self._own.worker = Worker(afresh=True)
            self._every.append(self._own.worker)
        worker: Worker = self._own.worker
        if self._leaving:
            raise DilemmaError(f"{job.name}: not decided: the work was given up")
        return worker.do(job)


class Spread(Workers):
    """The workers of a client of ``dask.distributed``, each with a process of its own that can be ended."""

    def __init__(self, client: Any, number: int) -> None:
        super().__init__(number)
        self._client = client

    def _do(self, job: Job) -> Verdicts:
        future = self._client.submit(_done_there, job, pure=False)
        while not future.done():
            if self._leaving:
                future.cancel()
                raise DilemmaError(f"{job.name}: not decided: the work was given up")
            time.sleep(0.01)
        verdicts: Verdicts = future.result()
        return verdicts if job.piece is not None else self._in_pieces(job, verdicts)

    def _in_pieces(self, job: Job, verdicts: Verdicts) -> Verdicts:
        """Have what was left open decided in pieces of the boxes, by all workers at once."""
        from dilemma.claims.decide import stated
        from dilemma.claims.in_pieces import joined, pieces

        if job.robust or job.thorough:
            return verdicts
        found = []
        for verdict in verdicts:
            over = verdict.era or job.claim.over
            count = 0
            if verdict.status == "open":
                count = len(pieces(stated(job.model, job.claim, over), PIECES * self.number))
            if count > 1:
                own = [replace(job, era=verdict.era, piece=(k, count)) for k in range(count)]
                with ThreadPoolExecutor(count) as threads:
                    told = [one for answer in threads.map(self._do, own) for one in answer]
                verdict = joined(verdict, told)  # noqa: PLW2901 -- the same, decided further
            found.append(verdict)
        return tuple(found)


_THERE: dict[
    str, Any
] = {}  # of a process that a client sends to: its worker, and the models it knows


def _done_there(job: Job) -> Verdicts:
    """Do a job in a process beside the one that it was sent to."""
    worker = _THERE.setdefault("worker", Worker(afresh=True))
    models = _THERE.setdefault("models", {})
    verdicts: Verdicts = worker.do(replace(job, model=models.setdefault(job.model, job.model)))
    return verdicts


class Worker:
    """One process that decides claims, seen from here; started when it is first needed.

    Parameters
    ----------
    afresh : bool
        Whether it is started afresh, and not forked where it could be.
    """

    def __init__(self, *, afresh: bool) -> None:
        self.afresh = afresh
        self.process: Process | None = None
        self.models: list[Model] = []

    def do(self, job: Job) -> Verdicts:
        """Have a job done; a process that takes longer than its budget is ended."""
        process = self._begun(job)
        end, verdicts = inf, job.verdicts  # () where it is not decided yet
        while True:
            kind, told = process.hear(end)
            if kind == "begun":
                end = time.monotonic() + HARD * job.seconds * job.parts
            elif kind == "answer":
                verdicts = told
            elif kind == "end":
                return verdicts
            elif kind == "error":
                told.add_note(f"while deciding {job.name}")
                raise told
            elif kind == "gone":
                ending = process.ending()
                self.end()
                raise DilemmaError(
                    f"{job.name}: the process that was deciding it ended ({ending}); "
                    "claims decided before are kept. Try it alone, with one worker"
                )
            else:
                self.end()
                late = f"not decided within {job.seconds:g} seconds"
                return unfinished(job, verdicts, late if kind == "late" else told)

    def _begun(self, job: Job) -> Process:
        new = self.process is None or not any(model is job.model for model in self.models)
        if new:
            self.models.append(job.model)
        number = next(k for k, model in enumerate(self.models) if model is job.model)
        told = {f: getattr(job, f) for f in Job.__dataclass_fields__ if f != "model"}
        task = Task(_done, (number, job.model if new else None), told)
        if self.process is None and not self.afresh:
            self.process = Process.doing(task)
            return self.process
        self.process = self.process or Process()
        with suppress(OSError):  # it has ended: that is its answer
            self.process.ask(task)
        return self.process

    def kill(self) -> None:
        """End the process at once; who waits for its answer hears that it is gone."""
        process = self.process
        if process is not None:
            process.kill()

    def end(self) -> None:
        """End the process: what is to be done next is done by another."""
        if self.process is not None:
            self.process.end()
        self.process, self.models = None, []


def unfinished(job: Job, verdicts: Verdicts, why: str) -> Verdicts:
    """Return what there is of a job that was not done in time, and say why that is not all."""
    if job.robust:
        return tuple(
            replace(v, robustness=v.robustness or Robustness(notes=(why,))) for v in verdicts
        )
    if job.thorough:
        from dilemma.deciders import DECIDERS

        silent = Checks(agree=(), silent=DECIDERS, attack=None)
        return tuple(replace(v, checks=v.checks or silent) for v in verdicts)
    claim = job.claim
    eras = list(job.model.about(claim).eras) if claim.over == "each" else [""]
    if job.piece is not None:
        eras = [job.era]
    undecided = tuple(
        Verdict(
            model=job.model.name,
            claim=claim,
            era=era,
            status="open",
            expected=claim.expect.get(era, claim.expect.get("", "proved")),
            fails=None,
            holds=None,
            reason=why,
            of_play=any(reference.of_play for reference in claim.references.values()),
            cases=0,
            deciders=(),
            seconds=job.seconds,
        )
        for era in eras[len(verdicts) :]
    )
    return (*verdicts, *undecided)


_KNOWN: dict[int, Model] = {}  # in a worker: the models that it was sent


def _done(number: int, model: Model | None, **told: Any) -> Iterator[Verdicts]:
    """Do a job in a worker, which is sent each model once; a little sooner than it must."""
    if model is not None:
        _KNOWN[number] = model
    job = Job(model=_KNOWN[number], **told)
    yield from _each(replace(job, seconds=SOFT * job.seconds))
