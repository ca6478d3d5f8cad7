"""Results on a terminal: as tables, as JSON, as LaTeX, and progress while they are worked out."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from dilemma.report import Shown, Table

__all__ = ["print_json", "print_tables", "progress", "put", "put_all"]


def put(found: Shown, *, as_json: bool, latex: bool) -> None:
    """Print one result."""
    put_all([found], as_json=as_json, latex=latex, alone=True)


def put_all(found: list[Any], *, as_json: bool, latex: bool, alone: bool = False) -> None:
    """Print several results, as JSON a list of them."""
    if as_json:
        data = [each.to_dict() for each in found]
        print_json(data[0] if alone else data)
    elif latex:
        typer.echo("\n\n".join(each.to_latex() for each in found))
    else:
        print_tables([table for each in found for table in each.tables()])


def print_json(data: Any) -> None:
    """Print plain data."""
    typer.echo(json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False))


def print_tables(tables: list[Table]) -> None:
    """Print tables, in colour on a terminal."""
    from rich.console import Console

    from dilemma.report import renderables, text

    console = Console()
    if console.is_terminal:
        console.print(*renderables(tables), sep="\n")
    else:
        typer.echo(text(tables))


@contextmanager
def progress(doing: str) -> Iterator[Callable[[float, str], None]]:
    """Show progress on standard error, on a terminal, once a second has gone by."""
    if not sys.stderr.isatty():
        yield lambda _share, _name: None
        return
    from rich.console import Console
    from rich.progress import Progress

    begun = time.monotonic()
    with Progress(console=Console(stderr=True), transient=True, auto_refresh=False) as bar:
        task = bar.add_task(doing, total=1.0, visible=False)

        def tell(share: float, name: str) -> None:
            bar.update(
                task,
                completed=share,
                description=f"{doing} {name}".strip(),
                visible=time.monotonic() - begun > 1,
                refresh=True,
            )

        yield tell
