"""The command ``dilemma classroom``: a page for class, written to a file and opened."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dilemma.asked import load_model
from dilemma.terminal import progress, say

__all__ = ["classroom"]


def classroom(
    models: Annotated[
        list[str] | None,
        typer.Argument(help="Shipped models' names or files' paths; all shipped ones if none."),
    ] = None,
    output: Annotated[Path, typer.Option("-o", "--output", help="The .html file to write.")] = Path(
        "classroom.html"
    ),
    opens: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
) -> None:
    """Write a page for class: sliders, payoffs, equilibria, pictures; it needs no network."""
    from dilemma.errors import DilemmaError
    from dilemma.files import check
    from dilemma.page import classroom as page

    check(output, "a page's file", (".html", ".htm"))
    with progress("writing") as tell:
        found = page([load_model(name) for name in models] if models else None, progress=tell)
    path = found.save(output)
    say(f"written: {path} ({len(found.html.encode()) / 1000:.0f} kB; open it in a browser)")
    if opens:
        import webbrowser

        if not webbrowser.open(path.resolve().as_uri()):
            raise DilemmaError(f"no browser was found: open {path} yourself")
