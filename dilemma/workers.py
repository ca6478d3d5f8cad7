"""Claims decided in this process, or in several processes of their own.

A worker is a plain Python process that is sent one claim after another through a pipe.  It starts
afresh, so that nothing of this process (z3's state, a script without a guard around what it does) is
in it; and when it dies it is known which claim it was at.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Self

from dilemma.errors import DilemmaError
from dilemma.model import Model
from dilemma.parts import Claim
from dilemma.proof.verdicts import Verdict

__all__ = ["Job", "Workers", "done", "serve"]

START = "import sys; sys.path[:] = {path!r}; from dilemma.workers import serve; serve()"

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
            worker.end()
        self._threads.shutdown(cancel_futures=True)
        for worker in self._every:  # now that nobody waits for its answer
            worker.close()

    def start(self, job: Job) -> Future[Verdicts]:
        """Have a job done as soon as a process is free."""
        return self._threads.submit(self._do, job)

    def _do(self, job: Job) -> Verdicts:
        if not hasattr(self._own, "worker"):
            self._own.worker = _Worker()
            self._every.append(self._own.worker)
        if self._leaving:  # it was started while the others were being ended
            self._own.worker.end()
        worker: _Worker = self._own.worker
        return worker.do(job)


class _Worker:
    """One process, seen from here."""

    def __init__(self) -> None:
        start = START.format(path=sys.path)
        self.process = subprocess.Popen(  # noqa: S603 -- this Python, on this package
            [sys.executable, "-c", start], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.models: list[Model] = []

    def do(self, job: Job) -> Verdicts:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        new = not any(model is job.model for model in self.models)
        if new:
            self.models.append(job.model)
        number = next(k for k, model in enumerate(self.models) if model is job.model)
        told = {f: getattr(job, f) for f in Job.__dataclass_fields__ if f != "model"}
        try:
            pickle.dump((number, job.model if new else None, told), self.process.stdin)
            self.process.stdin.flush()
            verdicts, error, trace = pickle.load(self.process.stdout)  # noqa: S301 -- our own
        except (EOFError, OSError, pickle.UnpicklingError):
            code = self.process.wait()
            raise DilemmaError(
                f"{job.name}: the process that was deciding it ended ({_ending(code)}); claims "
                "decided before are kept. Try it alone, with one worker"
            ) from None
        if error is not None:
            error.add_note(f"while deciding {job.name}, in a process of its own:\n{trace}")
            raise error
        found: Verdicts = verdicts
        return found

    def end(self) -> None:
        self.process.kill()
        self.process.wait()

    def close(self) -> None:
        for pipe in (self.process.stdin, self.process.stdout):
            with suppress(OSError):  # what it was not told any more
                assert pipe is not None
                pipe.close()


def _ending(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"


def serve() -> None:
    """Do the jobs that come in, one after another, until there are no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started this process ends it
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever is printed goes with the errors
    models: dict[int, Model] = {}
    while True:
        try:
            number, model, told = pickle.load(sys.stdin.buffer)  # noqa: S301 -- from our own side
        except EOFError:
            return
        if model is not None:
            models[number] = model
        pickle.dump(_answer(Job(model=models[number], **told)), answers)
        answers.flush()


def _answer(job: Job) -> tuple[Verdicts | None, Exception | None, str]:
    try:
        return done(job), None, ""
    except Exception as error:  # noqa: BLE001 -- raised where it was asked
        trace = traceback.format_exc()
        return None, _sendable(error), trace


def _sendable(error: Exception) -> Any:
    """Return an error that arrives as it was sent, or else its words."""
    try:
        again = pickle.loads(pickle.dumps(error))  # noqa: S301 -- our own
    except Exception:  # noqa: BLE001 -- whatever an error's own code raises
        again = None
    if again is not None and str(again) == str(error):
        return error
    return DilemmaError(f"{type(error).__name__}: {error}")
