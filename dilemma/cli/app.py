"""The command line: ``dilemma list | show | propositions | solve | select | compare | prove …``.

Results go to standard output, progress and errors to standard error.  Exit 0 fine, 1 a claim fared
otherwise than its file expects (one of your own: than proved), 2 the input is wrong.  Whatever is
heavy is imported inside the command that needs it.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dilemma.cli.arguments import (
    AT,
    CALIBRATIONS,
    DRAWS,
    ERA,
    ERAS,
    FULL,
    JSON,
    LIMIT,
    MODEL,
    MODELS,
    SECONDS,
    SEED,
    check_words,
    claims_asked,
    claims_of,
    eras_asked,
    every,
    load_model,
    print_json,
    print_tables,
    progress,
    put,
    put_all,
    put_each,
    say,
    stop_printing,
)
from dilemma.cli.lessons import classroom, plot, put_picture
from dilemma.cli.lines_to_try import told as lines_of
from dilemma.cli.stories import scenario, table1
from dilemma.cli.sweeps import identify, measure_first, sample, sensitivity, sweep
from dilemma.processes import interrupted_as_usual, stoppable

__all__ = ["main"]

if TYPE_CHECKING:
    from dilemma.cli.pictures import Picture
    from dilemma.ledger.ledger import Ledger
    from dilemma.model import Model


app = typer.Typer(
    help="Alliance dilemmas as games: solve them, compare eras, decide claims.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

VERSION = Annotated[
    bool, typer.Option("--version", is_eager=True, help="Print the version, and nothing else.")
]
X = Annotated[str, typer.Argument(help="A parameter, for a map: the horizontal axis.")]
Y = Annotated[str, typer.Argument(help="And the one on the vertical axis.")]
MAP = Annotated[
    Path | None, typer.Option("-o", "--output", help="The map's .png, .svg or .pdf file.")
]
CLAIMS = Annotated[
    list[str] | None,
    typer.Argument(help="Models, single claims as MODEL.CLAIM, formulas as MODEL.FORMULA."),
]
GIVEN = Annotated[str | None, typer.Option(help="With a formula: what is assumed.")]
SHARED = Annotated[
    list[str] | None, typer.Option(help="With a formula: a parameter equal in both eras.")
]
ROBUST = Annotated[
    bool, typer.Option("--robust", help="What does it need, and how far does it carry?")
]
THOROUGH = Annotated[
    bool, typer.Option("--thorough", help="Ask each decider alone, and attack it at random.")
]
FRESH = Annotated[bool, typer.Option("--fresh", help="Forget what is kept of these claims.")]
WORKERS = Annotated[
    int | None,
    typer.Option(min=1, max=256, help="How many processes; one a processor if none."),
]
LITERATURE = Annotated[
    bool, typer.Option("--literature", help="Published models of others in place of the paper's.")
]
LEDGER = Annotated[
    Path | None,
    typer.Option("-o", "--output", help="Write it to a .html, .csv, .tex or .json file."),
]
VERBOSE = Annotated[bool, typer.Option("-v", "--verbose", help="Explain each claim.")]


def main() -> None:
    """Run the command line; leave with exit code 2 and a sentence where the input is wrong."""
    from dilemma.errors import DilemmaError

    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")  # a Windows pipe may not be
    try:
        check_words(sys.argv[1:])
        with stoppable():
            app(prog_name="dilemma")
    except DilemmaError as error:
        told = str(error)
    except OSError as error:
        stop_printing()
        told = f"{error.filename or 'input or output'}: {error.strerror or error}"
    with suppress(DilemmaError):
        say(told, err=True)
    sys.exit(2)


@app.callback(invoke_without_command=True)
def _asked(version: VERSION = False) -> None:
    if version:
        import dilemma

        say(f"dilemma {dilemma.__version__}")
        raise typer.Exit


@app.command("list")
def list_models(literature: LITERATURE = False, full: FULL = False, as_json: JSON = False) -> None:
    """List the shipped models: the paper's own, or those of the literature."""
    from dilemma.library import available, load
    from dilemma.output.result import Table
    from dilemma.reading.eras import titled

    models = [load(name) for name in available(literature=literature)]
    if as_json:
        print_json([{"name": m.name, "title": m.title, "kind": m.kind} for m in models])
        return
    if full:
        head = ("name", "title", "kind", "eras", "claims", "source")
        rows = tuple(
            (m.name, m.title, m.kind, titled(m.eras), str(len(m.claims)), m.source) for m in models
        )
        print_tables([Table("Models", head, rows)])
        return
    shared = {k: era for k, era in models[0].eras.items() if all(k in m.eras for m in models)}
    notes = (
        *([f"Eras that all have: {titled(shared)}."] if shared else []),
        "dilemma show NAME says what is in one; --full lists more.",
        *([] if literature else ["dilemma list --literature lists published models of others."]),
    )
    print_tables(
        [Table("Models", ("name", "title"), tuple((m.name, m.title) for m in models), notes)]
    )


@app.command()
def show(model: MODEL, seconds: SECONDS = 20.0, as_json: JSON = False, latex: bool = False) -> None:
    """Show what a model says: players, payoffs, parameters with their values and sources."""
    from dilemma.study.sheet import sheet

    put(sheet(load_model(model), seconds=seconds), as_json=as_json, latex=latex)


@app.command()
def propositions(
    model: MODEL, seconds: SECONDS = 60.0, as_json: JSON = False, latex: bool = False
) -> None:
    """State the solution in symbols: what is an equilibrium, and exactly where."""
    from dilemma.study.propositions import propositions as state

    put(state(load_model(model), seconds=seconds), as_json=as_json, latex=latex)


@app.command()
def solve(
    model: MODEL,
    era: ERA = None,
    at: AT = None,
    calibrations: CALIBRATIONS = "",
    seconds: SECONDS = 60.0,
    most: Annotated[
        int, typer.Option(min=1, help="Budget of size: bases or supports visited.")
    ] = 200_000,
    as_json: JSON = False,
    latex: bool = False,
) -> None:
    """Find every equilibrium at an era's centre, or at a calibration of your own."""
    from dilemma.games.solution import solve as solve_model

    loaded = load_model(model, calibrations)
    asked = eras_asked(loaded, era, at)
    found = solve_model(loaded, asked, seconds=seconds, most=most, second_opinion=True)
    put_each(found, as_json=as_json, latex=latex)


@app.command()
def select(
    model: MODEL,
    era: ERA = None,
    at: AT = None,
    starts: Annotated[
        int,
        typer.Option(
            min=0, max=100_000, help="Random points from which learning starts; 0 for none."
        ),
    ] = 100,
    seed: SEED = 0,
    seconds: SECONDS = 60.0,
    as_json: JSON = False,
    latex: bool = False,
) -> None:
    """Judge the equilibria: dominance, elimination, evolution, where learning ends."""
    from dilemma.study.select import select as judge

    loaded = load_model(model)
    asked = eras_asked(loaded, era, at)
    found = judge(loaded, asked, starts=starts, seed=seed, seconds=seconds)
    put_each(found, as_json=as_json, latex=latex)


@app.command()
def compare(
    models: MODELS = None,
    era: ERAS = None,
    at: AT = None,
    calibrations: CALIBRATIONS = "",
    draws: DRAWS = 20_000,
    seed: SEED = 0,
    seconds: LIMIT = None,
    as_json: JSON = False,
    latex: bool = False,
) -> None:
    """Compare the eras: equilibria, outcomes, how often each occurs, and what did it."""
    from dilemma.budget import shared_seconds
    from dilemma.study.compare import compare as compare_eras

    loaded = [load_model(name, calibrations) for name in models or every()]
    found = []
    with progress("comparing") as tell:
        shares = shared_seconds(seconds, len(loaded))
        for (done, each), share in zip(enumerate(loaded), shares, strict=True):
            found.append(
                compare_eras(
                    each,
                    eras_asked(each, era, at),
                    draws=draws,
                    seed=seed,
                    seconds=share,
                    progress=lambda part, done=done: tell(  # type: ignore[misc]
                        (done + part) / len(loaded), ""
                    ),
                )
            )
    put_all(found, as_json=as_json, latex=latex)


@app.command()
def prove(
    claims: CLAIMS = None,
    given: GIVEN = None,
    shared: SHARED = None,
    robust: ROBUST = False,
    thorough: THOROUGH = False,
    fresh: FRESH = False,
    workers: WORKERS = None,
    literature: LITERATURE = False,
    seconds: SECONDS = 60.0,
    output: LEDGER = None,
    verbose: VERBOSE = False,
    as_json: JSON = False,
    latex: bool = False,
) -> None:
    """Decide claims for every calibration in the boxes and in every equilibrium."""
    from dilemma.ledger.ledger import check_ending
    from dilemma.ledger.prove import Asked, prove_all

    if output is not None:
        check_ending(output)
    fields: dict[str, Any] = {"given": given, "shared": shared}
    wanted = claims_of(claims_asked(claims, literature=literature))
    try:
        with progress("deciding") as tell:
            ledger = prove_all(
                wanted,
                Asked(seconds, robust, thorough, fresh, workers),
                fields={key: value for key, value in fields.items() if value},
                as_one=literature,
                progress=tell,
            )
    except KeyboardInterrupt:
        say("stopped; what was decided is kept", err=True)
        raise typer.Exit(130) from None
    _put_ledger(ledger, output, explained=verbose, as_json=as_json, latex=latex)
    if not ledger.as_expected:
        raise typer.Exit(1)


def _put_ledger(
    ledger: Ledger, path: Path | None, *, explained: bool, as_json: bool, latex: bool
) -> None:
    """Write a ledger to its file, or print it."""
    from dilemma.ledger.ledger import all_data, all_tables, written
    from dilemma.output.result import write

    if path is not None:
        write(path, written(ledger, path, explained=explained))
        say(f"written: {path}; {ledger.summary}")
    elif as_json:
        print_json(all_data(ledger, explained=explained))
    elif latex:
        say(written(ledger, Path("ledger.tex"), explained=explained).rstrip())
    else:
        print_tables(all_tables(ledger, explained=explained))


@app.command()
def along(
    model: MODEL,
    parameter: Annotated[str, typer.Argument(help="The parameter that moves.")],
    era: Annotated[str | None, typer.Option(help="From which era's centre; all if none.")] = None,
    at: AT = None,
    shows: Annotated[str, typer.Option(help="A definition to watch on the way.")] = "",
    seconds: LIMIT = None,
    as_json: JSON = False,
    latex: bool = False,
) -> None:
    """Move one parameter and say where the equilibria and the kinds of game change."""
    from dilemma.study.along import along as move

    loaded = load_model(model)
    loaded.needs_parameters([parameter])
    asked = eras_asked(loaded, era, at)
    found = move(loaded, asked, parameter, shows=shows, seconds=seconds)
    put_each(found, as_json=as_json, latex=latex)


@app.command()
def statics(
    model: MODEL,
    era: ERAS = None,
    at: AT = None,
    outcome: Annotated[
        list[str] | None, typer.Option(help="Which outcomes or payoffs; all if none.")
    ] = None,
    parameter: Annotated[
        list[str] | None, typer.Option(help="Which parameters; all if none.")
    ] = None,
    seconds: SECONDS = 120.0,
    seed: SEED = 0,
    as_json: JSON = False,
    latex: bool = False,
) -> None:
    """Say which way outcomes move with parameters, and how far: derivatives, signs over the box."""
    from dilemma.study.statics import statics as respond

    loaded = load_model(model)
    asked = eras_asked(loaded, era, at)
    with progress("differentiating"):
        found = respond(
            loaded, asked, outcome or None, parameter or None, seconds=seconds, seed=seed
        )
    put(found, as_json=as_json, latex=latex)


@app.command()
def attribute(
    model: MODEL,
    outcome: Annotated[str, typer.Argument(help="An outcome, or a player for its payoff.")],
    era: Annotated[
        list[str] | None, typer.Option(help="From which era, and again: to which.")
    ] = None,
    at: AT = None,
    select: Annotated[
        str | None,
        typer.Option(help="Among several equilibria: highest, lowest, stable or risk_dominant."),
    ] = None,
    seconds: LIMIT = None,
    as_json: JSON = False,
    latex: bool = False,
) -> None:
    """Share out the change of an outcome between two eras among groups of parameters."""
    from dilemma.study.attribute import attribute as share

    loaded = load_model(model)
    found = share(loaded, outcome, eras_asked(loaded, era, at), select=select, seconds=seconds)
    put(found, as_json=as_json, latex=latex)


@app.command()
def dynamics(
    model: MODEL,
    name: Annotated[str | None, typer.Argument(help="Which story; may be left out.")] = None,
    era: Annotated[
        str | None, typer.Option(help="From which era; the story's own if none.")
    ] = None,
    at: AT = None,
    seconds: LIMIT = None,
    as_json: JSON = False,
    latex: bool = False,
) -> None:
    """Run a story: what is played becomes the next round, or parameters go up and down."""
    from dilemma.budget import shared_seconds
    from dilemma.study.dynamics import dynamics as run
    from dilemma.study.dynamics import story_of

    loaded = load_model(model)
    points = eras_asked(loaded, era or story_of(loaded, name).era, at) or []
    found = [
        run(loaded, name, each, seconds=share)
        for each, share in zip(points, shared_seconds(seconds, len(points)), strict=True)
    ]
    put_all(found, as_json=as_json, latex=latex, alone=len(found) == 1)


@app.command()
def commitment(
    model: MODEL,
    era: ERA = None,
    at: AT = None,
    leader: Annotated[
        str | None,
        typer.Option(help="In a game with actions the player who commits; the first if none."),
    ] = None,
    seconds: LIMIT = None,
    as_json: JSON = False,
    latex: bool = False,
) -> None:
    """Say what moving first, or committing to a mix, is worth to a leader: against play at once."""
    from dilemma.study.commitment import commitment as value

    loaded = load_model(model)
    asked = eras_asked(loaded, era, at)
    with progress("solving"):
        found = value(loaded, asked, leader=leader, seconds=seconds)
    put_each(found, as_json=as_json, latex=latex)


@app.command()
def correlated(
    model: MODEL,
    era: ERA = None,
    at: AT = None,
    seconds: SECONDS = 60.0,
    as_json: JSON = False,
    latex: bool = False,
) -> None:
    """Find the best and the worst correlated equilibrium, for each player and for the sum."""
    from dilemma.study.correlated import correlated as mediate

    loaded = load_model(model)
    found = mediate(loaded, eras_asked(loaded, era, at), seconds=seconds)
    put_each(found, as_json=as_json, latex=latex)


@app.command()
def regions(
    model: MODEL,
    x: X = "",
    y: Y = "",
    output: MAP = None,
    era: ERAS = None,
    at: AT = None,
    draws: DRAWS = 20_000,
    seed: SEED = 0,
    seconds: SECONDS = 60.0,
    as_json: JSON = False,
    latex: bool = False,
) -> None:
    """Cut the parameters into regions with the same equilibria; with two of them, draw the map."""
    from dilemma.errors import DilemmaError

    loaded = load_model(model)
    if x and not y:
        raise DilemmaError(f"a map needs two parameters: dilemma regions {model} {x} ...")
    if x:
        with progress("drawing"):
            found_map, path = _map(loaded, (x, y), (era, at), output, seconds)
        if as_json or latex:
            put_all(list(found_map.results), as_json=as_json, latex=latex, alone=True)
        else:
            found_map.save(path)
            put_picture(found_map, path)
        return
    if output is not None:
        raise DilemmaError("a map needs two parameters: dilemma regions MODEL X Y -o FILE")
    from dilemma.study.regions import regions as find

    with progress("cutting") as tell:
        eras = eras_asked(loaded, era, at)
        found = find(
            loaded, eras, draws=draws, seed=seed, seconds=seconds, progress=lambda s: tell(s, "")
        )
    put(found, as_json=as_json, latex=latex)


def _map(
    model: Model,
    axes: tuple[str, str],
    eras: tuple[list[str] | None, list[str] | None],
    output: Path | None,
    seconds: float,
) -> tuple[Picture, Path]:
    """Return the map over two parameters, and the path of its file.

    ``eras`` are those named, and the values on the spot.
    """
    from dilemma.cli.pictures import Order, picture, written

    model.needs_parameters(axes)  # before their names are a file's
    path = written(output or Path("_".join([model.name, *axes]) + ".png"))
    order = Order((model,), axes, eras_asked(model, *eras), seconds=seconds)
    return picture("regions", order), path


app.command()(sweep)
app.command()(sample)
app.command()(sensitivity)
app.command()(identify)
app.command("measure-first")(measure_first)
app.command()(plot)
app.command()(classroom)
app.command()(table1)
app.command()(scenario)


@app.command()
def demo(
    model: MODEL = "abandonment",
    era: ERAS = None,
    at: AT = None,
    draws: DRAWS = 2_000,
    seed: SEED = 0,
    as_json: JSON = False,
) -> None:
    """Play a model with a class: predict first, then see."""
    from dilemma.cli.demo import Conversation, Script
    from dilemma.cli.demo import demo as run

    interrupted_as_usual()
    loaded = load_model(model)
    eras = eras_asked(loaded, era, at)
    lesson = Script() if as_json else Conversation()
    run(loaded, eras, ask=lesson.ask, show=lesson.show, draws=draws, seed=seed)
    if isinstance(lesson, Script):
        print_json(lesson.lines)


@app.command()
def convert(
    model: MODEL,
    path: Annotated[Path, typer.Argument(help="The file to write: .nfg, .efg or .toml.")],
    era: Annotated[str | None, typer.Option(help="At which era's centre.")] = None,
    at: AT = None,
    as_json: JSON = False,
) -> None:
    """Write a model at one calibration for Gambit, or as a model file.

    A tree goes into an .nfg file in its strategic form: each player chooses a plan.
    """
    from dilemma.errors import DilemmaError
    from dilemma.games.kind import Can
    from dilemma.library import written
    from dilemma.output.result import check, write
    from dilemma.reading.eras import titled

    loaded = load_model(model)
    if path.suffix == ".nfg" and Can.MOVES in loaded.game.can:
        loaded = loaded.strategic()
    points = eras_asked(loaded, era, at)
    if points and path.suffix == ".toml":
        raise DilemmaError(f"{path}: a model file has every era: leave out --era and --at")
    check(path, "a model's file", (".nfg", ".efg", ".toml"), new=True)
    if path.suffix in (".nfg", ".efg") and (len(points or loaded.eras) > 1):
        raise DilemmaError(f"at which era? write --era with one of: {titled(loaded.eras)}")
    point = next(iter(points or loaded.eras), None)
    write(path, written(loaded, path.suffix, point, {}))
    if as_json:
        print_json({"written": str(path)})
    else:
        say(f"written: {path}")


@app.command()
def new(
    path: Annotated[Path, typer.Argument(help="The file to write, such as my_model.toml.")],
    as_json: JSON = False,
) -> None:
    """Write a small model file to start from."""
    from dilemma.library import template
    from dilemma.output.result import check, write

    write(check(path, "a model's file", (".toml",), new=True), template())
    if as_json:
        print_json({"written": str(path)})
    else:
        say(f"written: {path}; next: dilemma compare {path}")


for _command in app.registered_commands:
    _command.epilog = lines_of(_command.name or str(getattr(_command.callback, "__name__", "")))
