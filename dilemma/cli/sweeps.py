"""Commands about very many calibrations: a grid (``sweep``), a box (``sample``), what matters in it (``sensitivity``, ``measure-first``)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dilemma.cli.arguments import (
    AT,
    ERAS,
    JSON,
    MODEL,
    SEED,
    claims_of,
    eras_asked,
    load_model,
    progress,
    put,
    put_all,
    put_each,
    say,
)

__all__ = ["identify", "measure_first", "sample", "sensitivity", "sweep"]

if TYPE_CHECKING:
    import xarray as xr

AXES = Annotated[
    list[str],
    typer.Argument(
        help="What moves, as NAME=LOW:HIGH:COUNT, evenly spaced, such as m_J=0:0.5:401, or as a list, "
        "m_J=0,0.1,0.3.",
    ),
]
OUTCOMES = Annotated[
    list[str] | None, typer.Option("--outcome", help="Which outcomes to tell; all if none.")
]
PLAY = Annotated[bool, typer.Option("--play", help="Tell what is played, too.")]
FLOATS = Annotated[
    bool, typer.Option("--floats", help="Leave out what floats do not settle; the answer says so.")
]
OUTPUT = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--output",
        help="A .nc, .parquet or .csv file, or a .zarr store, which is written chunk by chunk and gone on "
        "with where a run ended.",
    ),
]
POINTS = Annotated[int, typer.Option("-n", "--points", help="Of one sample: a power of two.")]
PROCESSES = Annotated[
    int | None,
    typer.Option("--workers", min=1, max=256, help="How many processes share it (dask)."),
]


def sweep(
    model: MODEL,
    axes: AXES,
    era: ERAS = None,
    at: AT = None,
    outcome: OUTCOMES = None,
    play: PLAY = False,
    floats: FLOATS = False,
    output: OUTPUT = None,
    workers: PROCESSES = None,
    as_json: JSON = False,
    latex: bool = False,
) -> None:
    """Find every equilibrium at each of very many values of some parameters."""
    from dilemma.errors import CalibrationError
    from dilemma.study.sweep import sweep as find

    loaded = load_model(model)
    named = [axis(text) for text in axes]
    moving = dict(named)
    if len(moving) < len(named):
        told = ", ".join(name for name, _ in named)
        raise CalibrationError(f"{told}: a parameter moves along one axis, and is named once")
    asked = eras_asked(loaded, era, at)
    how: dict[str, Any] = {"outcomes": outcome, "play": play, "exact": not floats}
    _put(lambda more: find(loaded, asked, **how, **more, **moving), output, workers, as_json, latex)


def sample(
    model: MODEL,
    era: ERAS = None,
    at: AT = None,
    points: Annotated[int, typer.Option("-n", "--points", min=1, help="How many.")] = 1_024,
    seed: SEED = 0,
    sampler: Annotated[str, typer.Option(help="sobol, which spreads evenly, or random.")] = "sobol",
    outcome: OUTCOMES = None,
    play: PLAY = False,
    floats: FLOATS = False,
    output: OUTPUT = None,
    workers: PROCESSES = None,
    as_json: JSON = False,
    latex: bool = False,
) -> None:
    """Find every equilibrium at points of an era's box."""
    from dilemma.study.sweep import sample as find

    loaded = load_model(model)
    asked = eras_asked(loaded, era, at)
    how: dict[str, Any] = {"seed": seed, "sampler": sampler, "outcomes": outcome, "play": play}
    how["exact"] = not floats
    _put(lambda more: find(loaded, asked, points, **how, **more), output, workers, as_json, latex)


def sensitivity(
    model: MODEL,
    outcomes: Annotated[
        list[str] | None,
        typer.Argument(help="Outcomes, or players for payoffs; all outcomes if none."),
    ] = None,
    era: ERAS = None,
    at: AT = None,
    points: POINTS = 1_024,
    seed: SEED = 0,
    as_json: JSON = False,
    latex: bool = False,
) -> None:
    """Tell which parameters matter over an era's box, and how near the equilibria change."""
    from dilemma.study.sensitivity import sensitivity as find

    loaded = load_model(model)
    asked = eras_asked(loaded, era, at)
    with progress("solving") as tell:
        found = find(
            loaded,
            asked,
            outcomes or None,
            n=points,
            seed=seed,
            progress=lambda share: tell(share, ""),
        )
    put_each(found, as_json=as_json, latex=latex)


def identify(
    model: MODEL,
    observed: Annotated[
        list[str],
        typer.Argument(
            help="What was observed, as OUTCOME=LOW:HIGH, such as x_J=0.3:0.4, or OUTCOME=VALUE; a player "
            "stands for its payoff."
        ),
    ],
    era: ERAS = None,
    at: AT = None,
    points: POINTS = 4_096,
    seed: SEED = 0,
    seconds: Annotated[float, typer.Option(min=0, help="For proofs, in each era.")] = 30.0,
    as_json: JSON = False,
    latex: bool = False,
) -> None:
    """Tell which part of an era's box is consistent with what was observed."""
    from dilemma.robustness.identify import identify as find

    loaded = load_model(model)
    asked = eras_asked(loaded, era, at)
    seen = dict(map(_interval, observed))
    with progress("solving") as tell:
        found = find(
            loaded,
            asked,
            seen,
            n=points,
            seed=seed,
            seconds=seconds,
            progress=lambda share: tell(share, ""),
        )
    put_each(found, as_json=as_json, latex=latex)


def _interval(text: str) -> tuple[str, Any]:
    """Read OUTCOME=LOW:HIGH, or OUTCOME=VALUE."""
    from dilemma.errors import CalibrationError

    name, sign, told = (part.strip() for part in text.partition("="))
    ends = [end.strip() for end in told.split(":")]
    if not sign or not name or not all(ends) or len(ends) > len(("low", "high")):
        raise CalibrationError(
            f"{text}: write what was observed as OUTCOME=LOW:HIGH, such as x_J=0.3:0.4, or OUTCOME=VALUE"
        )
    return name, ends[0] if len(ends) == 1 else ends


def measure_first(
    models: Annotated[
        list[str],
        typer.Argument(help="Models, or single claims of them, as MODEL.CLAIM."),
    ],
    points: POINTS = 512,
    seed: SEED = 0,
    seconds: Annotated[float | None, typer.Option(min=0, help="Budget for each claim.")] = None,
    as_json: JSON = False,
    latex: bool = False,
) -> None:
    """Tell which assumed interval matters most for which claim: what to measure first."""
    from dilemma.robustness.measure_first import measure_first as find

    asked: dict[Any, list[Any]] = {}
    for loaded, claim in claims_of(models):
        asked.setdefault(loaded, []).append(claim)
    found = []
    with progress("trying") as tell:
        for done, (loaded, claims) in enumerate(asked.items()):

            def told(share: float, what: str, done: int = done) -> None:
                tell((done + share) / len(asked), what)

            named = None if None in claims else claims
            found.append(find(loaded, named, n=points, seed=seed, seconds=seconds, progress=told))
    put_all(found, as_json=as_json, latex=latex)


def _put(
    find: Callable[[dict[str, Any]], xr.Dataset],
    output: Path | None,
    workers: int | None,
    as_json: bool,
    latex: bool,
) -> None:
    """Find, write and sum up."""
    from dilemma.output.result import check
    from dilemma.study.summaries import ENDINGS, summary, written

    stored = output is not None and output.suffix.lower() == ".zarr"
    if output is not None and not stored:
        check(output, "a dataset's file", ENDINGS)
    with progress("solving") as tell, _shared(workers) as client:
        found = find(
            {
                "client": client,
                "store": output if stored else None,
                "progress": lambda share: tell(share, ""),
            }
        )
        told = summary(found)
        if output is not None and not stored:
            written(found, output)
    put(told, as_json=as_json, latex=latex)
    if output is not None and not (as_json or latex):
        say(f"written: {output}")


@contextmanager
def _shared(workers: int | None) -> Iterator[Any]:
    """Have some processes of this machine share the work, if that is asked for."""
    if workers is None:
        yield None
        return
    from dilemma.errors import library

    distributed = library("distributed")
    with (
        distributed.LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            dashboard_address=None,
            silence_logs="ERROR",
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


def axis(text: str) -> tuple[str, Any]:
    """Read NAME=LOW:HIGH:COUNT, or NAME=A,B,C.

    Examples
    --------
    >>> axis("m_J=0:1:5"), axis("m_J=0,1/4")
    (('m_J', [0, 1/4, 1/2, 3/4, 1]), ('m_J', [0, 1/4]))
    """
    from dilemma.errors import CalibrationError
    from dilemma.reading.expressions import ExpressionError, exact

    name, sign, told = (part.strip() for part in text.partition("="))
    wrong = CalibrationError(
        f"{text}: write what moves as NAME=LOW:HIGH:COUNT, such as m_J=0:0.5:401, or as a list, "
        "m_J=0,0.1,0.3"
    )
    if not sign or not name or not told:
        raise wrong
    try:
        if ":" not in told:
            return name, [exact(value.strip()) for value in told.split(",")]
        low, high, count = told.split(":")
        begin, end, points = exact(low.strip()), exact(high.strip()), int(count)
    except (ExpressionError, ValueError):
        raise wrong from None
    if points < 2 or not begin < end:
        raise wrong
    return name, [begin + (end - begin) * k / (points - 1) for k in range(points)]
