"""Processes of our own: each does what it is asked, tells its answers, and can be ended.

Where a process can be forked (Linux) that takes some hundredths of a second, elsewhere one is
started afresh.  A process ends with the one that started it, and a forked one may not take more
than so much memory.  Only the standard library is imported here: a process must notice early that
it is not wanted any more.

Half a second after Ctrl-C or SIGTERM at the command line all is gone, and nothing is half written.
Python tells its main thread of a signal when that comes back from what it calls, and z3 puts a
handler of its own in place of Python's meanwhile.  So a thread waits for the signals, which nobody
else is sent: it tells the main thread, ends the processes that were started, and, where the main
thread does not come back, this one.
"""

from __future__ import annotations

import _thread
import io
import math
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from types import FrameType
from typing import IO, Any

from dilemma.errors import DilemmaError

__all__ = [
    "SOFT",
    "UNDISTURBED",
    "Process",
    "Task",
    "can_fork",
    "end_all",
    "inside",
    "interrupted_as_usual",
    "serve",
    "stoppable",
]

SOFT = 0.95  # of the budget, after which the work itself may stop and say what it has
START = "import sys; sys.path[:] = {path!r}; from dilemma.processes import serve; serve()"
MOST_MEMORY = 4 * 2**30  # bytes that a forked process may take on top of what it begins with
LENGTH = 8  # bytes that say how long a task is

Message = tuple[str, Any]


@dataclass(frozen=True, slots=True)
class Task:
    """Something to be done in another process.

    Attributes
    ----------
    work : callable
        Returns an answer, or is a generator of answers; known by its name in its module.
    until : float
        When its time is up, on the monotonic clock, which processes share; ``inf`` for never.
    heard : bool
        Whether anybody wants to hear of its progress.
    shared : tuple of int
        Which of the arguments need not be sent back where they are part of an answer.
    """

    work: Callable[..., Any]
    arguments: tuple[Any, ...]
    options: Mapping[str, Any] = field(default_factory=dict)
    until: float = math.inf
    heard: bool = False
    shared: tuple[int, ...] = ()


# --- in the other process -------------------------------------------------------------------------

_INSIDE: list[float] = []  # when this process is ended, where it is one that has a budget


def inside() -> bool:
    """Tell whether this process is one that will be ended when its time is up."""
    return bool(_INSIDE)


def _do(task: Task, answers: IO[bytes]) -> None:
    """Do a task, and tell what comes of it."""
    same = {id(task.arguments[k]): k for k in task.shared}

    def tell(kind: str, told: Any) -> None:
        text = io.BytesIO()
        _Sent(text, same).dump((kind, told))
        answers.write(text.getbuffer())
        answers.flush()

    tell("begun", None)
    options = dict(task.options)
    if math.isfinite(task.until):
        _INSIDE[:] = [task.until]
        if "seconds" in options:
            options["seconds"] = max(SOFT * (task.until - time.monotonic()), 0.001)
    if task.heard:
        options["progress"] = lambda *told: tell("progress", told)
    try:
        found = task.work(*task.arguments, **options)
        for answer in found if isinstance(found, Iterator) else (found,):
            tell("answer", answer)
        tell("end", None)
    except MemoryError:
        tell("stopped", f"it took more than {MOST_MEMORY >> 30} GB of memory")
    except Exception as error:  # noqa: BLE001 -- raised where it was asked
        sent = _sendable(error)
        sent.add_note(f"in a process of its own:\n{traceback.format_exc()}")
        tell("error", sent)
    finally:
        _INSIDE.clear()


def _sendable(error: Exception) -> Exception:
    """Return an error that arrives as it was sent, or else its words."""
    try:
        again = pickle.loads(pickle.dumps(error))  # noqa: S301 -- our own
    except Exception:  # noqa: BLE001 -- whatever an error's own code raises
        again = None
    if again is not None and str(again) == str(error):
        return error
    return DilemmaError(f"{type(error).__name__}: {error}")


def _ready() -> None:
    """Leave signals that are meant for the person's own process to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started this process ends it
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):  # a library may put its own handler in place
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})


def _bound_memory() -> None:
    """Take no more memory than so much: where the system can be told, and says what is taken."""
    try:
        import resource

        with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 -- not a file of ours
            taken = int(file.read().split()[0]) * resource.getpagesize()
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        wanted = taken + MOST_MEMORY
        if most == resource.RLIM_INFINITY or wanted < most:
            resource.setrlimit(resource.RLIMIT_AS, (wanted, most))
    except (ImportError, OSError, ValueError):
        return


def serve() -> None:
    """Do the tasks that come in, one after another, until there are no more."""
    _ready()
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever is printed goes with the errors
    _serve(_tasks(sys.stdin.buffer), answers)


class _Sent(pickle.Pickler):
    """What is told by a process: arguments that its asker has stand by their number."""

    def __init__(self, text: IO[bytes], same: Mapping[int, int]) -> None:
        super().__init__(text, pickle.HIGHEST_PROTOCOL)
        self._same = same

    def persistent_id(self, one: Any) -> int | None:
        return self._same.get(id(one))


class _Received(pickle.Unpickler):
    """What a process of our own tells, its numbers read as the arguments that it was given."""

    def __init__(self, answers: IO[bytes], arguments: tuple[Any, ...]) -> None:
        super().__init__(answers)
        self._arguments = arguments

    def persistent_load(self, number: int) -> Any:
        return self._arguments[number]


def _tasks(told: IO[bytes]) -> SimpleQueue[bytes]:
    """Return where tasks come in; end this process where who started it is gone."""
    tasks: SimpleQueue[bytes] = SimpleQueue()

    def listen() -> None:  # and no more: what is sent may take long to be understood
        while True:
            length = told.read(LENGTH)
            task = told.read(int.from_bytes(length)) if len(length) == LENGTH else b""
            if not task:
                os._exit(0)
            tasks.put(task)

    threading.Thread(target=listen, daemon=True).start()
    return tasks


def _serve(tasks: SimpleQueue[bytes], answers: IO[bytes]) -> None:
    while True:
        try:
            _do(pickle.loads(tasks.get()), answers)  # noqa: S301 -- from our own side
        except OSError:  # nobody listens any more
            os._exit(0)


# --- seen from here -------------------------------------------------------------------------------

_RUNNING: set[Process] = set()


def _pipes(started: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    """Return what a process that was started writes to, and what it reads."""
    if started.stdout is None or started.stdin is None:
        raise OSError("a process was started without pipes")
    return started.stdout, started.stdin


class Process:
    """A process of our own: what it tells comes in as messages, and it can be ended."""

    def __init__(self, *, forked: Task | None = None) -> None:
        self.messages: SimpleQueue[Message] = SimpleQueue()
        self._arguments: tuple[Any, ...] = ()
        self._code: int | None = None
        self._started: subprocess.Popen[bytes] | None = None
        self._tasks: IO[bytes]
        answers: IO[bytes]
        if forked is not None:
            self._arguments = forked.arguments
            self._pid, answers, self._tasks = _fork(forked)
        else:
            self._started = subprocess.Popen(  # noqa: S603 -- this Python, on this package
                [sys.executable, "-c", START.format(path=sys.path)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
            self._pid = self._started.pid
            answers, self._tasks = _pipes(self._started)
        _RUNNING.add(self)
        self._listening = threading.Thread(target=self._listen, args=(answers,), daemon=True)
        self._listening.start()

    @classmethod
    def doing(cls, task: Task) -> Process:
        """Return a process that is at a task already: forked where that can be."""
        if can_fork():
            return cls(forked=task)
        process = cls()
        process.ask(task)
        return process

    def ask(self, task: Task) -> None:
        """Send it something to do."""
        self._arguments = task.arguments
        text = pickle.dumps(task)
        self._tasks.write(len(text).to_bytes(LENGTH) + text)
        self._tasks.flush()

    def _listen(self, answers: IO[bytes]) -> None:
        try:
            with answers, suppress(EOFError, OSError, ValueError, pickle.UnpicklingError):
                while True:
                    self.messages.put(_Received(answers, self._arguments).load())
        finally:  # whatever happens, who waits is told
            self.messages.put(("gone", None))

    def hear(self, end: float) -> Message:
        """Wait for what it tells next, until a moment on the monotonic clock: "late" then."""
        while (left := end - time.monotonic()) > 0:
            with suppress(Empty):  # in short waits, which Ctrl-C can interrupt everywhere
                return self.messages.get(timeout=min(left, 0.2))
        return "late", None

    def kill(self) -> None:
        """End it at once, whatever it is at."""
        with suppress(OSError):
            if self._started is not None:
                self._started.kill()
            elif self._code is None:
                os.kill(self._pid, signal.SIGKILL)

    def end(self) -> int:
        """End it, wait for its end, and return its exit code: less than nought for a signal."""
        self.kill()
        if self._code is None:
            if self._started is not None:
                self._code = self._started.wait()
            else:
                _, status = os.waitpid(self._pid, 0)
                self._code = os.waitstatus_to_exitcode(status)
            self._listening.join()
            with suppress(OSError):  # what it was not told any more
                self._tasks.close()
        _RUNNING.discard(self)
        return self._code

    def ending(self) -> str:
        """Wait for the end of a process that is ending by itself, and say how it ended."""
        if self._started is not None:
            code = self._started.wait()
        else:
            _, status = os.waitpid(self._pid, 0)
            code = self._code = os.waitstatus_to_exitcode(status)
            self._tasks.close()
        return f"signal {-code}" if code < 0 else f"exit code {code}"


def can_fork() -> bool:
    """Tell whether a process can be forked here: safely, and with nothing to be sent."""
    return sys.platform == "linux" and threading.current_thread() is threading.main_thread()


def _fork(task: Task) -> tuple[int, IO[bytes], IO[bytes]]:
    """Fork a process that does a task; return its id, its answers, and where it is told more."""
    alive, living = os.pipe()  # which closes when this process ends
    answers, telling = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # threads of libraries, which sleep
        pid = os.fork()
    if pid:
        os.close(alive)
        os.close(telling)
        return pid, os.fdopen(answers, "rb"), os.fdopen(living, "wb")
    try:
        os.close(living)
        os.close(answers)
        _RUNNING.clear()
        _ready()
        _bound_memory()

        tasks, out = _tasks(os.fdopen(alive, "rb")), os.fdopen(telling, "wb")
        _do(task, out)
        _serve(tasks, out)
    finally:
        os._exit(1)  # nothing of the person's process is to be tidied up here


def end_all() -> None:
    """End every process that this one has started here; none is waited for."""
    for process in list(_RUNNING):
        process.kill()


# --- Ctrl-C and SIGTERM ---------------------------------------------------------------------------


GRACE = 0.3  # seconds for the main thread to come back and put things in order
UNDISTURBED = threading.Lock()  # held by who must not be ended in the middle of it
SHOW_CURSOR = "\x1b[?25h"  # which a bar of progress may have hidden

_came: list[int] = []
_watching: list[threading.Thread] = []


@contextmanager
def stoppable() -> Iterator[None]:
    """Leave with exit code 130 on Ctrl-C, 143 on SIGTERM, whatever is being worked out.

    One within another is as good as one.
    """
    here = threading.current_thread() is threading.main_thread()
    if not here or not hasattr(signal, "sigwait"):  # Windows: Python's own way
        yield
        return
    before = signal.signal(signal.SIGTERM, _leave)
    masked = signal.pthread_sigmask(signal.SIG_BLOCK, _signals())
    try:
        if not _watching:  # who may be told at once of what came before
            _watching.append(threading.Thread(target=_watch, daemon=True))
            _watching[0].start()
        yield
    finally:
        if _came:  # and all is in order: what comes now could only disturb
            _gone(128 + _came[0])
        signal.pthread_sigmask(signal.SIG_SETMASK, masked)
        signal.signal(signal.SIGTERM, before)


def interrupted_as_usual() -> None:
    """Have Ctrl-C interrupt what waits for a person, and what is started from now on."""
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _signals())


def _signals() -> set[signal.Signals]:
    return {signal.SIGINT, signal.SIGTERM}


def _leave(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def _gone(code: int) -> None:
    """Leave without tidying up the interpreter, which takes long where much is in memory."""
    end_all()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


def _watch() -> None:
    """Wait for a signal; have the main thread told, then end everything."""
    number = signal.sigwait(_signals())
    _came.append(int(number))
    _thread.interrupt_main(signal.Signals(number))
    end_all()
    time.sleep(GRACE)
    end_all()  # what was started meanwhile
    if sys.stderr.isatty():
        with suppress(OSError):
            os.write(2, SHOW_CURSOR.encode())
    UNDISTURBED.acquire(timeout=GRACE)
    os._exit(128 + int(number))
