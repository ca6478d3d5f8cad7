"""Commands that write for a class: ``dilemma classroom``, a page, and ``dilemma plot``, a figure."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dilemma.cli.arguments import (
    AT,
    ERAS,
    JSON,
    LIMIT,
    eras_asked,
    every,
    finite,
    load_model,
    print_json,
    print_tables,
    progress,
    say,
)
from dilemma.processes import interrupted_as_usual

__all__ = ["classroom", "plot", "put_picture"]

if TYPE_CHECKING:
    from dilemma.cli.pictures import Picture
    from dilemma.model import Model


def classroom(
    models: Annotated[
        list[str] | None,
        typer.Argument(
            help="Shipped names or paths; all shipped models that the page shows if none."
        ),
    ] = None,
    output: Annotated[Path, typer.Option("-o", "--output", help="The .html file to write.")] = Path(
        "classroom.html"
    ),
    at: AT = None,
    seconds: LIMIT = None,
    opens: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
    as_json: JSON = False,
) -> None:
    """Write a page for class: sliders, payoffs, equilibria, pictures; it needs no network."""
    from dilemma.errors import DilemmaError
    from dilemma.output.result import check
    from dilemma.page.page import classroom as page
    from dilemma.page.page import shown

    check(output, "a page's file", (".html", ".htm"))
    with progress("writing") as tell:
        loaded = [load_model(name) for name in models] if models else list(shown())
        found = page([_beginning(model, at) for model in loaded], seconds=seconds, progress=tell)
    path = found.save(output)
    size = len(found.html.encode())
    if as_json:
        told = {"written": str(path), "bytes": size, "models": list(found.models)}
        print_json({**told, "sha256": hashlib.sha256(found.html.encode()).hexdigest()})
    else:
        say(f"written: {path} ({size / 1000:.0f} kB; open it in a browser)")
        if not models and (without := [name for name in every() if name not in found.models]):
            say(f"without {', '.join(without)}: the page has no script for such games")
    if opens:
        import webbrowser

        interrupted_as_usual()

        if not webbrowser.open(path.resolve().as_uri()):
            raise DilemmaError(f"no browser was found: open {path} yourself")


def _beginning(model: Model, at: list[str] | None) -> Model:
    """Return a model with the eras that are given on the spot."""
    from dilemma.by_era import eras_of

    return eras_of(model, eras_asked(model, None, at), ranges=True)[0]


# --- ``dilemma plot`` -----------------------------------------------------------------------------


FIGURE = Annotated[
    str,
    typer.Argument(
        help="regions, replies, diagram, ceiling, fold, contagion, bargain, waterfall, tornado, sensitivity, "
        "measure-first, timeline, ledger."
    ),
]
SUBJECT = Annotated[
    str, typer.Argument(help="A shipped model's name or a file's path; all, for a ledger.")
]
WHAT = Annotated[
    list[str] | None,
    typer.Argument(help="Two parameters for regions; outcomes; what moves; claims."),
]
PICTURE = Annotated[
    Path | None,
    typer.Option(
        "-o", "--output", help="A .png, .svg or .pdf file; of a game tree .tex, TikZ, too."
    ),
]
LOW = Annotated[str | None, typer.Option("--from", help="Where what moves begins.")]
HIGH = Annotated[str | None, typer.Option("--to", help="And where it ends.")]
SELECT = Annotated[
    str | None,
    typer.Option(
        help="In a waterfall, which of several equilibria counts; in a diagram, the one that is drawn: "
        "its number or its name."
    ),
]
SYMBOLS = Annotated[
    bool,
    typer.Option("--symbols", help="In a diagram of a game tree, formulas and no equilibrium."),
]
ROBUST = Annotated[
    bool, typer.Option("--robust", help="In a ledger, how far each verdict carries.")
]
YEARS = Annotated[
    str | None,
    typer.Option(
        help="In a timeline, a .csv table of years: year and names of parameters in its first row."
    ),
]
SECONDS = Annotated[
    float | None,
    typer.Option(
        min=0.01,
        callback=finite,
        help="Budget for it all; in a ledger for each verdict, 60 if none; to measure first, for each claim.",
    ),
]


def plot(
    figure: FIGURE,
    model: SUBJECT,
    what: WHAT = None,
    output: PICTURE = None,
    era: ERAS = None,
    at: AT = None,
    low: LOW = None,
    high: HIGH = None,
    select: SELECT = None,
    symbols: SYMBOLS = False,
    robust: ROBUST = False,
    years: YEARS = None,
    seconds: SECONDS = None,
    as_json: JSON = False,
) -> None:
    """Draw a figure of a model to a file, and print what it was drawn from."""
    from dilemma.cli.pictures import Order, picture, written

    words = what or []
    name = model if model in every() else Path(model).stem
    path = written(output or Path("_".join([name, figure, *map(_plain, words)]) + ".png"), figure)
    every_one = every() if (figure, model) == ("ledger", "all") else (model,)
    loaded = tuple(map(load_model, every_one))
    with progress("drawing") as tell:
        order = Order(
            models=loaded,
            what=tuple(words),
            eras=eras_asked(loaded[0], era, at),
            low=low,
            high=high,
            select=select,
            symbols=symbols,
            robust=robust,
            years=years,
            seconds=seconds,
            progress=tell,
        )
        found = picture(figure, order)
        found.save(path)
    put_picture(found, path, as_json=as_json)


def _plain(word: str) -> str:
    """Return a word as it may stand in a file's name."""
    return "".join(letter if letter.isalnum() or letter in "_." else "-" for letter in word)


def put_picture(found: Picture, path: Path, *, as_json: bool = False) -> None:
    """Print what a picture was drawn from, and where it was written."""
    if as_json:
        data = [result.to_dict() for result in found.results]
        print_json({"written": str(path), "results": data})
        return
    print_tables([table for result in found.results for table in result.tables()])
    say(f"written: {path}")
