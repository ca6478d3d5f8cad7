"""Budgets of time that are kept: work in a process of its own, which is ended when its time is up.

A library cannot always be interrupted: a gcd of polynomials, a solver, a number of a billion digits.
So what may take long is done in another process that tells its answers one after another, each
better than the one before; at the end of the budget the last of them counts.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import inf
from typing import Any, ParamSpec, TypeVar

from dilemma.errors import BudgetError, CalibrationError
from dilemma.games.kind import PLENTY, Size
from dilemma.model import Model
from dilemma.processes import Process, Task, inside

__all__ = ["HARD", "LATE", "best", "kept", "ordinary", "shared_seconds"]

LATE = "ran out of seconds"
HARD = 1.03  # of the budget, after which the process is ended

T = TypeVar("T")
P = ParamSpec("P")


def best(
    work: Callable[..., Any],
    *arguments: Any,
    seconds: float,
    progress: Callable[..., None] | None = None,
    **options: Any,
) -> tuple[Any, str]:
    """Return the last answer that a work gives within its seconds, and why that is not its end.

    Parameters
    ----------
    work : callable
        Returns an answer, or is a generator of answers, each better than the one before.  It has an
        argument ``seconds``, too, by which it may stop by itself.
    seconds : float
        Budget: within a tenth more the process that works is ended.
    progress : callable, optional
        The work's own argument of that name.

    Returns
    -------
    answer, reason
        None where it had given none; "" where it came to its end.
    """
    begun = time.monotonic()
    task = Task(
        work,
        arguments,
        {"seconds": seconds, **options},
        until=begun + seconds,
        heard=progress is not None,
        shared=tuple(k for k, one in enumerate(arguments) if isinstance(one, Model)),
    )
    process = Process.doing(task)
    found = None
    try:
        while True:
            kind, told = process.hear(begun + HARD * seconds)
            if kind == "answer":
                found = told
            elif kind == "progress" and progress is not None:
                progress(*told)
            elif kind == "error":
                raise told
            elif kind != "begun":
                return found, _why(process, kind, told)
    finally:
        process.end()


def _why(process: Process, kind: str, told: Any) -> str:
    """Say why a process tells no more; "" where it came to its end."""
    if kind == "late":
        return LATE
    if kind == "gone":
        return f"the process that was at it ended ({process.ending()})"
    return str(told or "")


def kept(doing: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Make a function keep the budget in its argument ``seconds``, whatever it calls.

    Past it, a function that has not come to an answer of its own raises
    :class:`~dilemma.errors.BudgetError`.  Without a budget (None) nothing is changed.

    Parameters
    ----------
    doing : str
        What it does, for the error: "comparing".
    """

    def keeping(work: Callable[P, T]) -> Callable[P, T]:
        usual = inspect.signature(work).parameters["seconds"].default

        @functools.wraps(work)
        def within(*arguments: P.args, **options: P.kwargs) -> T:
            seconds: Any = options.get("seconds", usual)
            if seconds is None or inside():
                return work(*arguments, **options)
            if not seconds > 0:
                raise CalibrationError(f"seconds = {seconds}: no budget at all")
            model = arguments[0] if arguments else None
            if isinstance(model, Model) and seconds >= PLENTY and ordinary(model, seconds):
                return work(*arguments, **options)
            rest: dict[str, Any] = {**options, "seconds": seconds}
            again = _Named(work.__module__, work.__qualname__)
            found, why = best(again, *arguments, **rest)
            if found is None:
                name = f" {model.name}" if isinstance(model, Model) else ""
                raise BudgetError(
                    f"{doing}{name}: {why if why != LATE else f'not done within {seconds:g} seconds'}"
                    "; allow more with --seconds (in Python seconds=...)"
                )
            answer: T = found
            return answer

        return within

    return keeping


@dataclass(frozen=True, slots=True)
class _Named:
    """A function as another process knows it, whatever it is wrapped in: there it is itself."""

    module: str
    name: str

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        return _function(self.module, self.name)(*arguments, **options)

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str, str]]:
        return _function, (self.module, self.name)  # loaded before its time begins to run


def _function(module: str, name: str) -> Callable[..., Any]:
    found: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return found


def shared_seconds(seconds: float | None, parts: int) -> Iterator[float | None]:
    """Share a budget out: to each part what is left, divided by the parts that are left."""
    begun = time.monotonic()
    for left in range(parts, 0, -1):
        spent = time.monotonic() - begun
        yield None if seconds is None else max(seconds - spent, 0.01) / left


# --- what is small --------------------------------------------------------------------------------


def ordinary(model: Model, seconds: float = inf) -> bool:
    """Tell whether a model's games are sure to be solved within a budget, so in this process."""
    return model.game.ordinary(_size(model), seconds)


@functools.lru_cache(maxsize=64)
def _size(model: Model) -> Size:
    """Count a model's players, steps in formulas, and parameters."""
    formulas = [formula for cell in model.payoffs.values() for formula in cell.values()]
    formulas += [definition.formula for definition in model.definitions.values()]
    steps = sum(sum(1 for _ in _nodes(formula)) for formula in formulas)
    return Size(len(model.players), steps, len(model.parameters))


def _nodes(formula: Any) -> Iterator[Any]:
    todo = [formula]
    while todo:
        one = todo.pop()
        yield one
        todo += one.args
