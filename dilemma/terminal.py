"""Results on a terminal: as tables, as JSON, as LaTeX, and progress while they are worked out."""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import typer

from dilemma.cleaning import as_json, line, visible
from dilemma.errors import DilemmaError
from dilemma.latex import HEAD

if TYPE_CHECKING:
    from dilemma.report import Shown, Table

__all__ = ["print_json", "print_tables", "progress", "put", "put_all", "say", "stop_printing"]

BROKEN_PIPE = 141  # what a shell says of a program that such a pipe ended


def say(text: str, *, err: bool = False) -> None:
    """Print a text of which nothing steers the terminal."""
    try:
        typer.echo(visible(text), err=err)
    except OSError as error:
        stop_printing()
        if error.errno in (errno.EPIPE, errno.EINVAL):  # the second is Windows'
            sys.exit(BROKEN_PIPE)  # who reads has had enough
        raise DilemmaError(f"what was found could not be printed: {error.strerror}") from None


def stop_printing() -> None:
    """Let what was not printed go: else Python tries again at its end, and complains."""
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def put(found: Shown, *, as_json: bool, latex: bool) -> None:
    """Print one result."""
    put_all([found], as_json=as_json, latex=latex, alone=True)


def put_all(found: list[Any], *, as_json: bool, latex: bool, alone: bool = False) -> None:
    """Print several results, as JSON a list of them."""
    if as_json:
        data = [each.to_dict() for each in found]
        print_json(data[0] if alone else data)
    elif latex:
        told = [each.to_latex() for each in found]
        say("\n\n".join([*told[:1], *(one.removeprefix(f"{HEAD}\n").lstrip() for one in told[1:])]))
    else:
        print_tables([table for each in found for table in each.tables()])


def print_json(data: Any) -> None:
    """Print plain data."""
    say(as_json(data))


def print_tables(tables: list[Table]) -> None:
    """Print tables, in colour on a terminal."""
    from rich.console import Console

    from dilemma.report import renderables, text

    console = Console()
    if console.is_terminal:
        console.print(*renderables(tables), sep="\n")
    else:
        say(text(tables))


@contextmanager
def progress(doing: str) -> Iterator[Callable[[float, str], None]]:
    """Show progress on standard error, on a terminal, once a second has gone by."""
    if not sys.stderr.isatty():
        yield lambda _share, _name: None
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import Progress

    begun = time.monotonic()
    with Progress(console=Console(stderr=True), transient=True, auto_refresh=False) as bar:
        task = bar.add_task(doing, total=1.0, visible=False)

        def advance(share: float, name: str) -> None:
            bar.update(
                task,
                completed=share,
                description=escape(line(f"{doing} {name}")),
                visible=time.monotonic() - begun > 1,
                refresh=True,
            )

        yield advance
