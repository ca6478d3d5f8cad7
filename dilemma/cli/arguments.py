"""What commands share: options and what they name, results on a terminal, and progress."""

from __future__ import annotations

import errno
import math
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dilemma.errors import CalibrationError, CallError, DilemmaError
from dilemma.output.cleaning import as_json, line, visible
from dilemma.output.tables import HEAD

__all__ = [
    "AT",
    "CALIBRATIONS",
    "DRAWS",
    "ERA",
    "ERAS",
    "FULL",
    "JSON",
    "LIMIT",
    "MODEL",
    "MODELS",
    "SECONDS",
    "SEED",
    "assignment",
    "check_words",
    "claims_asked",
    "claims_of",
    "eras_asked",
    "every",
    "finite",
    "load_model",
    "print_json",
    "print_tables",
    "progress",
    "put",
    "put_all",
    "put_each",
    "say",
    "stop_printing",
]

if TYPE_CHECKING:
    from dilemma.model import At, Model
    from dilemma.output.result import Shown, Table


AFTER = 1.0  # seconds after which progress is shown
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


def put(found: Shown, *, as_json: bool, latex: bool, full: bool = True) -> None:
    """Print one result, or what of it a terminal shows first."""
    if full or as_json or latex:
        put_all([found], as_json=as_json, latex=latex, alone=True)
    else:
        print_tables(list(found.brief()))


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


def put_each(found: Any, *, as_json: bool, latex: bool) -> None:
    """Print an answer, or one for each era; as JSON a list in either case."""
    from dilemma.by_era import ByEra

    answers = list(found.values()) if isinstance(found, ByEra) else [found]
    put_all(answers, as_json=as_json, latex=latex)


def print_json(data: Any) -> None:
    """Print plain data."""
    say(as_json(data))


def print_tables(tables: list[Table]) -> None:
    """Print tables, in colour on a terminal."""
    from rich.console import Console

    from dilemma.output.screen import renderables, text

    console = Console()
    if console.is_terminal:
        console.print(*renderables(tables), crop=False)  # a line to be copied is left whole
    else:
        say(text(tables))


@contextmanager
def progress(doing: str) -> Iterator[Callable[[float, str], None]]:
    """Show on standard error, on a terminal, what is being done once a second has gone by.

    How much of it is done is shown as it is told.
    """
    if not sys.stderr.isatty():
        yield lambda _share, _name: None
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True, auto_refresh=False) as bar:
        task = bar.add_task(doing, total=1.0, visible=False)
        shown = threading.Timer(AFTER, lambda: bar.update(task, visible=True, refresh=True))
        shown.daemon = True
        shown.start()

        def advance(share: float, name: str) -> None:
            bar.update(
                task,
                completed=share,
                description=escape(line(f"{doing} {name}")),
                refresh=True,
            )

        try:
            yield advance
        finally:
            shown.cancel()


# --- options --------------------------------------------------------------------------------------


def finite(value: float | None) -> float | None:
    """Refuse a budget that is no number, or has no end."""
    if value is not None and not math.isfinite(value):
        raise typer.BadParameter(f"{value} is no number of seconds: write one such as 60")
    return value


MODEL = Annotated[
    str,
    typer.Argument(
        help="A shipped model's name, or a file's path: .toml; .csv, .tsv, .xlsx, .xlsm (payoff "
        "tables; a sheet as FILE.xlsx:SHEET); .nfg, .efg (Gambit)."
    ),
]
MODELS = Annotated[
    list[str] | None,
    typer.Argument(help="Shipped names or files' paths; all shipped models if none."),
]
JSON = Annotated[bool, typer.Option("--json", help="Print JSON.")]
FULL = Annotated[bool, typer.Option("--full", help="Show all that is known of it.")]
SEED = Annotated[int, typer.Option(min=0, max=2**63 - 1, help="Seed of the random draws.")]
DRAWS = Annotated[
    int, typer.Option(min=1, max=1_000_000, help="Random calibrations drawn from each box.")
]
ERA = Annotated[str | None, typer.Option(help="Which era's centre; all if not given.")]
CALIBRATIONS = Annotated[
    str, typer.Option(help="A variant of the eras, such as core: only what it names moves.")
]
SECONDS = Annotated[
    float,
    typer.Option(min=0.01, callback=finite, help="Budget, after which the answer says so."),
]
LIMIT = Annotated[
    float | None,
    typer.Option(
        "--seconds",
        min=0.01,
        callback=finite,
        help="Budget for it all, past which there is none; no limit if none.",
    ),
]
AT = Annotated[
    list[str] | None,
    typer.Option(
        "--at",
        "--set",
        metavar="NAME=VALUE",
        help="Values on the spot, such as m_J=1/10, or a range as m_J=0:1; several with commas or "
        "by repeating it. Named anew, a parameter begins another era.",
    ),
]
ERAS = Annotated[
    list[str] | None,
    typer.Option(
        "--era",
        "--eras",
        help="Which eras, in which order, with commas or by repeating it; if none, all that are based "
        "on no other.",
    ),
]


# --- what is asked for ----------------------------------------------------------------------------


def check_words(words: Sequence[str]) -> None:
    """See that nothing that was typed would steer the terminal when it is told back."""
    for number, word in enumerate(words, 1):
        if visible(word) != word:
            shown = visible(word).encode("utf-8", "replace").decode("utf-8", "replace")
            raise CalibrationError(f"argument {number} holds control characters: {shown!r}")


def every(*, literature: bool = False) -> tuple[str, ...]:
    """Return the names of the shipped models."""
    from dilemma.library import available

    return available(literature=literature)


def load_model(name: str, calibrations: str = "") -> Model:
    """Load a model by its name or path, or a variant of it."""
    from dilemma.library import load

    model = load(name)
    return model.variant(calibrations) if calibrations else model


def claims_asked(texts: Sequence[str] | None, *, literature: bool) -> Sequence[str]:
    """Return what a ledger is about: what is named, or all, of the paper or of the literature."""
    if literature and texts:
        raise CallError("--literature is about all of it: name no model and no claim")
    return texts or every(literature=literature)


def claims_of(texts: Sequence[str]) -> list[tuple[Model, str | None]]:
    """Read MODEL, MODEL.CLAIM, or a path with or without .CLAIM behind it; each model once."""
    named = [_named(text) for text in texts]
    models = {model: load_model(model) for model, _ in named}
    return [(models[model], claim) for model, claim in named]


def _named(text: str) -> tuple[str, str | None]:
    """Part what names a model from what names a claim of it."""
    from dilemma.library import available, is_file

    if text in available() or is_file(text) or "." not in text:
        return text, None
    if ".toml." in text:
        path, claim = text.split(".toml.", 1)
        return f"{path}.toml", claim
    name, claim = text.split(".", 1)
    return name, claim


def eras_asked(
    model: Model, eras: str | Sequence[str] | None, at: Sequence[str] | None
) -> list[At] | None:
    """Return the eras that a command asks about; None for all that the model has.

    Values on the spot change each era that is asked about.  Where they name every parameter, or
    the model has no eras, they are an era themselves.
    """
    asked = [eras] if isinstance(eras, str) else list(eras or ())
    named = [name.strip() for one in asked for name in one.split(",")]
    found: list[At] = []
    for values in _groups(at or ()):
        model.needs_parameters(values)
        whole = len(values) == len(model.parameters) or not model.eras
        if whole and not named:
            found.append(values)
        else:
            found += [model.era(base, **values) for base in named or model.eras]
    return found or list(named) or None


def _groups(texts: Sequence[str]) -> list[dict[str, Any]]:
    """Read values; a parameter that is named anew begins another era, the rest of it as before."""
    found: list[dict[str, Any]] = []
    for text in texts:
        told = dict(map(assignment, text.split(",")))
        if found and not told.keys() & found[-1].keys():
            found[-1] |= told
        else:
            found.append({**(found[-1] if found else {}), **told})
    return found


def assignment(text: str) -> tuple[str, Any]:
    """Read NAME=VALUE, NAME=LOW:HIGH or NAME=LOW:CENTRE:HIGH.

    Examples
    --------
    >>> assignment("m_J=1/10"), assignment("s=1:9"), assignment("s=1:2:9")
    (('m_J', '1/10'), ('s', ['1', '9']), ('s', {'value': '2', 'range': ['1', '9']}))
    """
    from dilemma.errors import CalibrationError

    name, sign, told = text.partition("=")
    parts = [part.strip() for part in told.split(":")]
    told_so = sign and name.strip() and all(parts) and ".." not in told
    if not told_so or len(parts) > len(("low", "at", "high")):
        raise CalibrationError(
            f"--at {text}: write it as NAME=VALUE, such as m_J=1/10, or with a range, as "
            "NAME=LOW:HIGH or NAME=LOW:CENTRE:HIGH"
        )
    if len(parts) == 1:
        return name.strip(), parts[0]
    low, *centre, high = parts
    if not centre:
        return name.strip(), [low, high]
    return name.strip(), {"value": centre[0], "range": [low, high]}
