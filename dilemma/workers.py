"""Claims decided in this process, or in several processes of their own.

A worker is a process of :mod:`dilemma.processes` that is sent one claim after another.  It starts
afresh, so that nothing of this process (z3's state, a script without a guard around what it does) is
in it; and when it dies it is known which claim it was at.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Self

from dilemma.errors import DilemmaError
from dilemma.model import Model
from dilemma.parts import Claim
from dilemma.processes import Process, Task
from dilemma.proof.verdicts import Verdict

__all__ = ["Job", "Workers", "done"]

Verdicts = tuple[Verdict, ...]


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
    """

    model: Model
    claim: Claim
    lemmas: Mapping[str, Verdicts]
    verdicts: Verdicts
    robust: bool
    thorough: bool
    seconds: float

    @property
    def name(self) -> str:
        """The claim's name, with its model's."""
        return f"{self.model.name}.{self.claim.name}"


def done(job: Job) -> Verdicts:
    """Do a job in this process: decide the claim, or find out what else is asked."""
    if job.robust:
        from dilemma.robustness.answers import robustness

        return tuple(
            replace(v, robustness=robustness(job.model, v, seconds=job.seconds))
            for v in job.verdicts
        )
    if job.thorough:
        from dilemma.checking.thorough import check

        return tuple(
            replace(v, checks=check(job.model, v, seconds=job.seconds)) for v in job.verdicts
        )
    from dilemma.proof.decide import decide

    return decide(job.model, job.claim, seconds=job.seconds, known=dict(job.lemmas))


class Workers:
    """So many processes, each started when it is first needed; leaving the block ends them."""

    def __init__(self, number: int) -> None:
        self.number = number
        self._threads = ThreadPoolExecutor(number)
        self._own = threading.local()
        self._every: list[_Worker] = []
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
        for worker in self._every:
            worker.process.kill()
        self._threads.shutdown(cancel_futures=True)
        for worker in self._every:  # now that nobody waits for its answer
            worker.process.end()

    def start(self, job: Job) -> Future[Verdicts]:
        """Have a job done as soon as a process is free."""
        return self._threads.submit(self._do, job)

    def _do(self, job: Job) -> Verdicts:
        if not hasattr(self._own, "worker"):
            self._own.worker = _Worker()
            self._every.append(self._own.worker)
        if self._leaving:  # it was started while the others were being ended
            self._own.worker.process.kill()
        worker: _Worker = self._own.worker
        return worker.do(job)


class _Worker:
    """One process that decides claims, seen from here."""

    def __init__(self) -> None:
        self.process = Process()
        self.models: list[Model] = []

    def do(self, job: Job) -> Verdicts:
        new = not any(model is job.model for model in self.models)
        if new:
            self.models.append(job.model)
        number = next(k for k, model in enumerate(self.models) if model is job.model)
        told = {f: getattr(job, f) for f in Job.__dataclass_fields__ if f != "model"}
        with suppress(OSError):  # it has ended: that is its answer
            self.process.ask(Task(_done, (number, job.model if new else None), told))
        kind, answer = self.process.messages.get()
        if kind == "error":
            answer.add_note(f"while deciding {job.name}")
            raise answer
        if kind != "answer":
            raise DilemmaError(
                f"{job.name}: the process that was deciding it ended ({self.process.ending()}); "
                "claims decided before are kept. Try it alone, with one worker"
            )
        self.process.messages.get()  # that this was the end
        verdicts: Verdicts = answer
        return verdicts


_KNOWN: dict[int, Model] = {}  # in a worker: the models that it was sent


def _done(number: int, model: Model | None, **told: Any) -> Verdicts:
    """Do a job in a worker, which is sent each model once."""
    if model is not None:
        _KNOWN[number] = model
    return done(Job(model=_KNOWN[number], **told))
