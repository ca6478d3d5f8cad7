"""Commands about several models together: the paper's table of trends, and scenarios."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dilemma.cli.arguments import FULL, JSON, SECONDS, SEED, progress, put, say

if TYPE_CHECKING:
    from dilemma.story.cells import Trends
    from dilemma.story.tellings import Scenario

__all__ = ["scenario", "table1"]

TEXTS = (".html", ".tex", ".json")
PICTURES = (".png", ".svg", ".pdf")
FRESH = Annotated[bool, typer.Option("--fresh", help="Forget what is kept of these verdicts.")]
WORKERS = Annotated[
    int | None,
    typer.Option(min=1, max=256, help="How many processes; one a processor if none."),
]
DRAWS = Annotated[
    int, typer.Option(min=1, max=1_000_000, help="Random pairs of calibrations, for shares.")
]
CENTRES = Annotated[
    bool,
    typer.Option("--centres", help="Solve at the eras' centres alone: seconds, and no proof."),
]
TABLE = Annotated[
    Path | None,
    typer.Option(
        "-o", "--output", help="Write it to a .html, .tex, .json, .png, .svg or .pdf file."
    ),
]
STORY = Annotated[
    Path | None, typer.Option("-o", "--output", help="Write it to a .html, .tex or .json file.")
]


def table1(
    table: Annotated[
        str, typer.Argument(help="The paper's Table 1, or a file of your own that ends in .toml.")
    ] = "table1",
    output: TABLE = None,
    centres: CENTRES = False,
    full: FULL = False,
    fresh: FRESH = False,
    workers: WORKERS = None,
    draws: DRAWS = 2_000,
    seed: SEED = 0,
    seconds: SECONDS = 120.0,
    as_json: JSON = False,
    latex: bool = False,
) -> None:
    """Fill in the paper's table of trends: UP, DOWN or MIXED, proved, and by which cause."""
    from dilemma.story.trends import trends

    _file(output, (*TEXTS, *PICTURES))
    with progress("deciding") as tell:
        found = trends(
            table, seconds=seconds, draws=draws, seed=seed, fresh=fresh, workers=workers,
            progress=tell, decide=not centres,
        )  # fmt: skip
    _put(found, output, as_json=as_json, latex=latex, full=full)
    if not found.as_expected:
        raise typer.Exit(1)


def scenario(
    name: Annotated[
        str, typer.Argument(help="A shipped scenario, or a file of your own that ends in .toml.")
    ] = "one_story",
    output: STORY = None,
    fresh: FRESH = False,
    workers: WORKERS = None,
    draws: DRAWS = 2_000,
    seed: SEED = 0,
    seconds: SECONDS = 120.0,
    as_json: JSON = False,
    latex: bool = False,
) -> None:
    """Tell several models as one story: what feeds what, and what does it all rest on?"""
    from dilemma.story.scenario import scenario as tell_story

    _file(output, TEXTS)
    with progress("deciding") as tell:
        found = tell_story(
            name, seconds=seconds, draws=draws, seed=seed, fresh=fresh, workers=workers,
            progress=tell,
        )  # fmt: skip
    _put(found, output, as_json=as_json, latex=latex)


def _file(path: Path | None, endings: tuple[str, ...]) -> None:
    """See that a result can be written to a file, before it is worked out."""
    if path is None:
        return
    from dilemma.cli.pictures import written
    from dilemma.output.result import check

    if path.suffix.lower() in PICTURES and path.suffix.lower() in endings:
        written(path)
    else:
        check(path, "its file", endings)


def _put(
    found: Trends | Scenario, path: Path | None, *, as_json: bool, latex: bool, full: bool = True
) -> None:
    """Write a result to a file, or print it."""
    if path is None:
        put(found, as_json=as_json, latex=latex, full=full)
        return
    from dilemma.output.result import write

    ending = path.suffix.lower()
    if ending in PICTURES:
        from dilemma import figures

        figures.save(figures.plot(found), path)
    else:
        told = {".html": found.to_html, ".tex": found.to_latex, ".json": found.to_json}
        write(path, told[ending]())
    say(f"written: {path}")
