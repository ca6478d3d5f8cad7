"""The command ``dilemma classroom``: a page for class, written to a file and opened."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dilemma.asked import AT, LIMIT, eras_asked, every, load_model
from dilemma.stopping import interrupted_as_usual
from dilemma.terminal import print_json, progress, say

if TYPE_CHECKING:
    from dilemma.model import Model

__all__ = ["classroom"]


def classroom(
    models: Annotated[
        list[str] | None,
        typer.Argument(help="Shipped models' names or files' paths; all shipped ones if none."),
    ] = None,
    output: Annotated[Path, typer.Option("-o", "--output", help="The .html file to write.")] = Path(
        "classroom.html"
    ),
    at: AT = None,
    seconds: LIMIT = None,
    opens: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Write a page for class: sliders, payoffs, equilibria, pictures; it needs no network."""
    from dilemma.errors import DilemmaError
    from dilemma.files import check
    from dilemma.page import classroom as page

    check(output, "a page's file", (".html", ".htm"))
    with progress("writing") as tell:
        loaded = [load_model(name) for name in models or every()]
        found = page([_beginning(model, at) for model in loaded], seconds=seconds, progress=tell)
    path = found.save(output)
    size = len(found.html.encode())
    if as_json:
        told = {"written": str(path), "bytes": size, "models": list(found.models)}
        print_json({**told, "sha256": hashlib.sha256(found.html.encode()).hexdigest()})
    else:
        say(f"written: {path} ({size / 1000:.0f} kB; open it in a browser)")
    if opens:
        import webbrowser

        interrupted_as_usual()

        if not webbrowser.open(path.resolve().as_uri()):
            raise DilemmaError(f"no browser was found: open {path} yourself")


def _beginning(model: Model, at: list[str] | None) -> Model:
    """Return a model with the eras that are given on the spot."""
    from dilemma.study.eras import eras_of

    return eras_of(model, eras_asked(model, None, at), ranges=True)[0]
