"""The command ``dilemma classroom``: a page for class, written to a file and opened."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dilemma.asked import LIMIT, load_model
from dilemma.stopping import interrupted_as_usual
from dilemma.terminal import progress

__all__ = ["classroom"]


def classroom(
    models: Annotated[
        list[str] | None,
        typer.Argument(help="Shipped models' names or files' paths; all shipped ones if none."),
    ] = None,
    output: Annotated[Path, typer.Option("-o", "--output", help="The .html file to write.")] = Path(
        "classroom.html"
    ),
    seconds: LIMIT = None,
    opens: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
) -> None:
    """Write a page for class: sliders, payoffs, equilibria, pictures; it needs no network."""
    from dilemma.errors import DilemmaError
    from dilemma.page import classroom as page

    if output.suffix.lower() not in (".html", ".htm"):
        raise DilemmaError(f"{output}: a page's file ends in .html")
    if not output.parent.is_dir():
        raise DilemmaError(f"{output}: there is no folder {output.parent}")
    with progress("writing") as tell:
        found = page(
            [load_model(name) for name in models] if models else None,
            seconds=seconds,
            progress=tell,
        )
    path = found.save(output)
    typer.echo(f"written: {path} ({len(found.html.encode()) / 1000:.0f} kB; open it in a browser)")
    if opens:
        import webbrowser

        interrupted_as_usual()

        if not webbrowser.open(path.resolve().as_uri()):
            raise DilemmaError(f"no browser was found: open {path} yourself")
