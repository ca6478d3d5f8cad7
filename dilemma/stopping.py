"""Ctrl-C and SIGTERM at the command line: half a second later all is gone, and nothing is half written.

Python tells its main thread of a signal when that comes back from what it calls, and z3 puts a
handler of its own in place of Python's meanwhile.  So a thread waits for the signals, which nobody
else is sent: it tells the main thread, ends the processes that were started, and, where the main
thread does not come back, this one.
"""

from __future__ import annotations

import _thread
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from dilemma.processes import end_all

__all__ = ["UNDISTURBED", "interrupted_as_usual", "stoppable"]

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
