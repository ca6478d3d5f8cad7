"""The command line: ``dilemma list | show | solve | compare | prove | along | plot | demo | new``.

Results go to standard output, progress and errors to standard error.  Exit 0 fine, 1 a claim fared
otherwise than its file expects, 2 the input is wrong.  Whatever is heavy is imported inside the
command that needs it.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from dilemma.model import Model
    from dilemma.report import Shown, Table

__all__ = ["main"]

app = typer.Typer(
    help="Alliance dilemmas as games: solve them, compare eras, decide claims.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

MODEL = Annotated[str, typer.Argument(help="A shipped model's name, or a model file's path.")]
MODELS = Annotated[
    list[str] | None, typer.Argument(help="Shipped names or paths; all shipped models if none.")
]
JSON = Annotated[bool, typer.Option("--json", help="Print JSON.")]
SEED = Annotated[int, typer.Option(help="Seed of the random draws.")]
DRAWS = Annotated[int, typer.Option(min=1, help="Random calibrations drawn from each box.")]
SECONDS = Annotated[float, typer.Option(min=0.01, help="Budget, after which the answer says so.")]


def main() -> None:
    """Run the command line; leave with exit code 2 and a sentence where the input is wrong."""
    from dilemma.errors import DilemmaError

    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")  # a Windows pipe may not be
    try:
        app(prog_name="dilemma")
    except DilemmaError as error:
        typer.echo(str(error), err=True)
        sys.exit(2)
    except OSError as error:
        if error.filename is None:
            raise
        typer.echo(f"{error.filename}: {error.strerror}", err=True)
        sys.exit(2)


@app.command("list")
def list_models(as_json: JSON = False) -> None:
    """List the shipped models."""
    from dilemma.library import available, load
    from dilemma.report import Table

    models = [load(name) for name in available()]
    if as_json:
        _print_json([{"name": m.name, "title": m.title, "kind": m.kind} for m in models])
        return
    rows = tuple(
        (m.name, m.title, m.kind, str(len(m.eras)), str(len(m.claims)), m.source) for m in models
    )
    _print([Table("Models", ("name", "title", "kind", "eras", "claims", "source"), rows)])


@app.command()
def show(model: MODEL, as_json: JSON = False, latex: bool = False) -> None:
    """Show what a model says: players, payoffs, parameters with their values and sources."""
    from dilemma.study.sheet import sheet

    _put(sheet(_load(model)), as_json, latex)


@app.command()
def solve(
    model: MODEL,
    era: Annotated[str | None, typer.Option(help="Which era's centre; all if not given.")] = None,
    change: Annotated[
        list[str] | None, typer.Option("--set", help="A parameter's value, such as m_J=1/10.")
    ] = None,
    seconds: SECONDS = 60.0,
    as_json: JSON = False,
    latex: bool = False,
) -> None:
    """Find every equilibrium at an era's centre, or at a calibration of your own."""
    from dilemma.errors import CalibrationError
    from dilemma.study.solve import solve as solve_model

    loaded = _load(model)
    changes: dict[str, Any] = dict(_assignment(text) for text in change or [])
    eras: list[str | None] = [era] if era is not None else list(loaded.eras) or [None]
    for name in changes:
        if name in ("at", "model", "seconds", "most"):
            raise CalibrationError(f"no parameter {name!r}")
    found = [solve_model(loaded, e, seconds=seconds, **changes) for e in eras]
    _put_all(found, as_json, latex)


@app.command()
def compare(
    models: MODELS = None,
    era: Annotated[list[str] | None, typer.Option(help="Which eras, in which order.")] = None,
    draws: DRAWS = 20_000,
    seed: SEED = 0,
    as_json: JSON = False,
    latex: bool = False,
) -> None:
    """Compare the eras: equilibria, outcomes, how often each occurs, and what did it."""
    from dilemma.study.compare import compare as compare_eras

    loaded = [_load(name) for name in models or _every()]
    found = []
    with _progress("comparing") as tell:
        for done, each in enumerate(loaded):
            found.append(
                compare_eras(
                    each,
                    era or None,
                    draws=draws,
                    seed=seed,
                    progress=lambda share, done=done: tell(  # type: ignore[misc]
                        (done + share) / len(loaded), ""
                    ),
                )
            )
    _put_all(found, as_json, latex)


@app.command()
def prove(
    claims: Annotated[
        list[str] | None, typer.Argument(help="Models, or single claims as MODEL.CLAIM.")
    ] = None,
    seconds: SECONDS = 60.0,
    as_json: JSON = False,
    latex: bool = False,
) -> None:
    """Decide claims for every calibration in the boxes and in every equilibrium."""
    from dilemma.ledger import prove as prove_claims

    wanted = [_claim(text) for text in claims or _every()]
    found = []
    with _progress("deciding") as tell:
        for done, (model, claim) in enumerate(wanted):
            found.append(
                prove_claims(
                    model,
                    claim,
                    seconds=seconds,
                    progress=lambda share, name, done=done: tell(  # type: ignore[misc]
                        (done + share) / len(wanted), name
                    ),
                )
            )
    _put_all(found, as_json, latex)
    if not all(ledger.as_expected for ledger in found):
        raise typer.Exit(1)


@app.command()
def along(
    model: MODEL,
    parameter: Annotated[str, typer.Argument(help="The parameter that moves.")],
    era: Annotated[str | None, typer.Option(help="From which era's centre; all if none.")] = None,
    shows: Annotated[str, typer.Option(help="A definition to watch on the way.")] = "",
    as_json: JSON = False,
    latex: bool = False,
) -> None:
    """Move one parameter and say where the equilibria and the kinds of game change."""
    from dilemma.study.along import along as move

    loaded = _load(model)
    found = [move(loaded, e, parameter, shows=shows) for e in ([era] if era else loaded.eras)]
    _put_all(found, as_json, latex)


@app.command()
def plot(
    model: MODEL,
    x: Annotated[str, typer.Argument(help="The parameter on the horizontal axis.")],
    y: Annotated[str, typer.Argument(help="The parameter on the vertical axis.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="A .png, .svg or .pdf file.")
    ] = None,
    era: Annotated[list[str] | None, typer.Option(help="Which eras.")] = None,
    as_json: JSON = False,
) -> None:
    """Draw the map of regions with the same equilibria, one panel per era."""
    from dilemma.errors import DilemmaError
    from dilemma.study.regions import region_map

    loaded = _load(model)
    found = region_map(loaded, x, y, era or None)
    if as_json:
        _print_json(found.to_dict())
        return
    from dilemma.figures import plot as draw
    from dilemma.figures import save

    path = output or Path(f"{loaded.name}_{x}_{y}.png")
    if path.suffix not in (".png", ".svg", ".pdf"):
        raise DilemmaError(f"{path}: a picture's file ends in .png, .svg or .pdf")
    save(draw(found), path)
    typer.echo(str(found))
    typer.echo(f"written: {path}")


@app.command()
def demo(
    model: MODEL = "abandonment", draws: DRAWS = 2_000, seed: SEED = 0, as_json: JSON = False
) -> None:
    """Play a model with a class: predict first, then see."""
    from rich.console import Console

    from dilemma.demo import Stop
    from dilemma.demo import demo as run
    from dilemma.report import Table, renderables

    if as_json:
        _print_json(_script(_load(model), draws, seed))
        return
    console = Console()
    interactive = sys.stdin.isatty()

    def ask(question: str) -> str:
        console.print(f"? {question}", style="bold", markup=False, highlight=False)
        try:
            answer = input("> ")
        except (EOFError, KeyboardInterrupt):
            if interactive:
                raise Stop from None
            answer = ""
        if not interactive:
            typer.echo(answer)
        if answer.strip().lower() in ("q", "quit", "exit"):
            raise Stop
        return answer

    def put(what: Table | str) -> None:
        if isinstance(what, Table):
            console.print(*renderables([what]), sep="\n")
        else:
            console.print(what, markup=False, highlight=False)

    run(_load(model), ask=ask, show=put, draws=draws, seed=seed)


def _script(model: Model, draws: int, seed: int) -> list[dict[str, Any]]:
    """Return what a class is asked and shown, in order, as plain data."""
    from dataclasses import asdict

    from dilemma.demo import demo as run

    told: list[dict[str, Any]] = []

    def ask(question: str) -> str:
        told.append({"asks": question})
        return ""

    def put(what: Table | str) -> None:
        told.append({"says": what} if isinstance(what, str) else {"shows": asdict(what)})

    run(model, ask=ask, show=put, draws=draws, seed=seed)
    return told


@app.command()
def new(
    path: Annotated[Path, typer.Argument(help="The file to write, such as my_model.toml.")],
    as_json: JSON = False,
) -> None:
    """Write a small model file to start from."""
    from dilemma.errors import DilemmaError
    from dilemma.library import template

    if path.suffix != ".toml":
        raise DilemmaError(f"{path}: a model file ends in .toml")
    if path.exists():
        raise DilemmaError(f"{path} exists already; nothing was written")
    path.write_text(template(), encoding="utf-8")
    if as_json:
        _print_json({"written": str(path)})
    else:
        typer.echo(f"written: {path}; next: dilemma compare {path}")


# --- reading what was asked --------------------------------------------------------------------


def _every() -> tuple[str, ...]:
    from dilemma.library import available

    return available()


def _load(name: str) -> Model:
    from dilemma.library import load

    return load(name)


def _claim(text: str) -> tuple[Model, str | None]:
    """Read MODEL, MODEL.CLAIM, or a path with or without .CLAIM behind it."""
    from dilemma.library import available

    if text in available() or text.endswith((".toml", ".nfg")) or "." not in text:
        return _load(text), None
    if ".toml." in text:
        path, claim = text.rsplit(".toml.", 1)
        return _load(f"{path}.toml"), claim
    name, claim = text.split(".", 1)
    return _load(name), claim


def _assignment(text: str) -> tuple[str, str]:
    from dilemma.errors import CalibrationError

    name, sign, value = text.partition("=")
    if not sign or not name.strip() or not value.strip():
        raise CalibrationError(f"--set {text}: write it as NAME=VALUE, such as m_J=1/10")
    return name.strip(), value.strip()


# --- printing ----------------------------------------------------------------------------------


def _put(found: Shown, as_json: bool, latex: bool) -> None:
    _put_all([found], as_json, latex, alone=True)


def _put_all(found: list[Any], as_json: bool, latex: bool, *, alone: bool = False) -> None:
    if as_json:
        data = [each.to_dict() for each in found]
        _print_json(data[0] if alone else data)
    elif latex:
        typer.echo("\n\n".join(each.to_latex() for each in found))
    else:
        _print([table for each in found for table in each.tables()])


def _print_json(data: Any) -> None:
    typer.echo(json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False))


def _print(tables: list[Table]) -> None:
    from rich.console import Console

    from dilemma.report import renderables, text

    console = Console()
    if console.is_terminal:
        console.print(*renderables(tables), sep="\n")
    else:
        typer.echo(text(tables))


@contextmanager
def _progress(doing: str) -> Iterator[Callable[[float, str], None]]:
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
