"""The models that are shipped, models read from files, and the text of a model's file.

The one place that reads TOML.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path
from typing import Any

from dilemma.errors import (
    CallError,
    Mistake,
    ModelError,
    Place,
    UnknownModelError,
    UnsupportedError,
    nearest,
)
from dilemma.exchange.gambit_text import opened
from dilemma.exchange.spreadsheets import read_csv, read_workbook
from dilemma.games.kind import endings, read_by
from dilemma.model import At, Model
from dilemma.reading.rows import KEY
from dilemma.reading.toml import Places, locate, text_of, unplaced

__all__ = [
    "LITERATURE",
    "available",
    "document_of",
    "folder",
    "is_file",
    "load",
    "placed",
    "read",
    "written",
]


LITERATURE = "literature"  # the folder of published models of others


def folder() -> Path:
    """Return the folder of the shipped models: inside a wheel, beside the code in a checkout."""
    here = Path(__file__).resolve().parent
    inside, beside = here / "models", here.parent / "models"
    return inside if inside.is_dir() else beside


def available(*, literature: bool = False) -> tuple[str, ...]:
    """Return the names of the shipped models: the paper's own, or published models of others.

    Parameters
    ----------
    literature : bool
        Whether those of the literature are asked for, which are loaded, solved and proved alike.

    Examples
    --------
    >>> "abandonment" in available()
    True
    >>> "sunk_costs" in available(literature=True)
    True
    """
    where = folder() / LITERATURE if literature else folder()
    return tuple(sorted(path.stem for path in where.glob("*.toml")))


def load(name: str | Path) -> Model:
    """Load a shipped model by its name, or any model file by its path.

    Parameters
    ----------
    name : str or Path
        The name of a shipped model, or a path that ends in ``.toml``, in ``.nfg`` or ``.efg`` for
        a strategic or an extensive game of Gambit's, or in ``.csv``, ``.tsv``, ``.xlsx`` or
        ``.xlsm`` for payoff tables.  Behind a workbook's path one of its sheets may be named, as
        ``game.xlsx:Sheet2``; the first that holds a table if none.

    Returns
    -------
    Model

    Raises
    ------
    CallError
        If it is neither text nor a path.
    UnknownModelError
        If no model of that name is shipped, or no file lies at that path.
    UnsupportedError
        If a file lies there whose ending is not read: says which are.
    MissingLibraryError
        For a workbook without openpyxl (extra ``tables``).
    ModelError
        If the file is wrong: every mistake with its line and column.

    Examples
    --------
    >>> load("abandonment").title
    'Abandonment and entrapment'
    >>> load("abandonmint")
    Traceback (most recent call last):
    ...
    dilemma.errors.UnknownModelError: no model 'abandonmint': did you mean 'abandonment'?
    """
    if not isinstance(name, str | Path):
        raise CallError(
            "load takes a shipped model's name or a file's path, not something of type "
            f"{type(name).__name__}"
        )
    text, sheet = _parted(name)
    path, readers = Path(text), _readers()
    ending = path.suffix.lower()
    if ending in readers:
        if not _is_there(path):
            raise UnknownModelError(f"no model file at {path}")
        return read_workbook(path, sheet) if sheet else readers[ending](path)
    own, published = available(), available(literature=True)
    if text in own:
        return read(folder() / f"{text}.toml")
    if text in published:
        return read(folder() / LITERATURE / f"{text}.toml")
    if _is_there(path):
        told = f"a file that ends in {ending or 'nothing'} is not read: {', '.join(readers)} are"
        way = "; save the payoff table as .csv or .xlsx" if ending in SPREADSHEETS else ""
        raise UnsupportedError(f"{path}: {told}{way}")
    raise UnknownModelError(f"no model {text!r}: {nearest(text, (*own, *published))}")


SPREADSHEETS = (".xls", ".xlsb", ".ods", ".fods", ".numbers")


def _readers() -> dict[str, Callable[[Path], Model]]:
    """Return what reads a file, by its ending."""
    return {
        ".toml": read,
        **dict.fromkeys((".csv", ".tsv"), read_csv),
        **dict.fromkeys((".xlsx", ".xlsm"), read_workbook),
        **{f".{end}": _read_gambit for end in endings()},
    }


def is_file(name: str) -> bool:
    """Tell whether a name is a file's: that of one that is there, or by its ending.

    Examples
    --------
    >>> is_file("game.xlsx:Sheet2"), is_file("abandonment.C1.8")
    (True, False)
    """
    path = Path(_parted(name)[0])
    return path.suffix.lower() in _readers() or _is_there(path)


def _parted(name: str | Path) -> tuple[str, str]:
    """Part a workbook's path from the sheet that is named behind it."""
    found = re.fullmatch(r"(.+\.xls[xm]):([^/\\]+)", str(name), re.IGNORECASE)
    return (found[1], found[2]) if found and not _is_there(Path(name)) else (str(name), "")


def _is_there(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # no file can have such a name: too long
        return False


def _read_gambit(path: Path) -> Model:
    return read_by(path.suffix.lower().removeprefix(".")).parse_gambit(*opened(path))


def template() -> str:
    """Return the text of a small model file to start from."""
    return (Path(__file__).resolve().parent / "template.toml").read_text(encoding="utf-8")


# --- a model file ---


def read(path: str | Path) -> Model:
    r"""Read and check one model file.

    Parameters
    ----------
    path : str or Path
        A TOML file; the model is called by its stem.

    Returns
    -------
    Model

    Raises
    ------
    ModelError
        With every mistake that was found, each with its line and column, from top to bottom.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "hunt.toml"
    >>> _ = path.write_text('title = "Stag hunt"\nkind = "matricks"')
    >>> try:
    ...     read(path)
    ... except ModelError as error:
    ...     print(error.mistakes[0].place.line, error.mistakes[0].message)
    2 no kind of game is called 'matricks'
    """
    path = Path(path)
    return _read(path, text_of(path))


@lru_cache(maxsize=64)  # models are frozen: the same text makes the same one
def _read(path: Path, text: str) -> Model:
    document = document_of(path, text)
    try:
        return Model.from_document(document, name=path.stem, path=path)
    except RecursionError:
        raise unplaced(path, "not a model file", "brackets nested too deeply") from None
    except ModelError as error:
        raise placed(error.mistakes, path, text) from None


def document_of(path: Path, text: str) -> dict[str, Any]:
    """Read TOML.

    Raises
    ------
    ModelError
        Where the text is none, at its line and column.
    """
    try:
        return tomllib.loads(text, parse_float=_number)
    except tomllib.TOMLDecodeError as error:
        raise _syntax(error, path, text) from None
    except (ValueError, RecursionError):
        hint = "a number of thousands of digits, or brackets nested too deeply"
        raise unplaced(path, "not a model file", hint) from None


def _number(text: str) -> Decimal | str:
    try:
        return Decimal(text)
    except InvalidOperation:
        return text  # told as a number of unreasonable size, where it stands


def _syntax(error: tomllib.TOMLDecodeError, path: Path, text: str) -> ModelError:
    found = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
    lines = text.split("\n")
    line = int(found[1]) if found else len(lines)
    column = int(found[2]) if found else len(lines[-1]) + 1
    message = str(error).split(" (at ")[0]
    place = Place(path, line, column)
    told = f"not TOML: {message[:1].lower()}{message[1:]}"
    return ModelError([Mistake((), told, place=place, text=lines[line - 1])])


def placed(mistakes: Iterable[Mistake], path: Path, text: str) -> ModelError:
    """Return the error that shows mistakes where they stand in a file, from top to bottom."""
    return ModelError(_placed(mistakes, path, locate(text)))


def _placed(mistakes: Iterable[Mistake], path: Path, places: Places) -> list[Mistake]:
    found = []
    for mistake in mistakes:
        if mistake.width == KEY or not mistake.where:
            span = places.key(mistake.where)
        elif mistake.width > 0:
            span = places.within(mistake.where, mistake.column, mistake.width)
        else:
            span = places.value(mistake.where)
        line, column, width, text = places.spot(span)
        place = Place(path, line, column, width)
        found.append(replace(mistake, place=place, text=text))
    return sorted(
        found, key=lambda one: (one.place.line, one.place.column) if one.place else (0, 0)
    )


# --- text of a model's file -------------------------------------------------------------------------------


def written(model: Model, ending: str, at: At | None, changes: Mapping[str, Any]) -> str:
    """Return a model's text for a file that ends in .toml, or, at one calibration, in .nfg or .efg.

    Raises
    ------
    UnsupportedError
        For another ending.
    CalibrationError
        For an unknown era or parameter, or a missing value.

    Examples
    --------
    >>> import dilemma
    >>> written(dilemma.load("abandonment"), ".nfg", "cold_war", {}).splitlines()[0]
    'NFG 1 R "Abandonment and entrapment: Cold War"'
    """
    if ending == ".toml":
        return model.to_toml()
    if ending.removeprefix(".") not in endings():
        raise UnsupportedError(f"no file ends in {ending or 'nothing'}: .toml, .nfg or .efg")
    if f".{model.game.gambit}" != ending:
        own = f"; Gambit's file of it ends in .{model.game.gambit}" if model.game.gambit else ""
        raise UnsupportedError(f"{model.name}: no {ending} file; here {model.game.here}{own}")
    return model.game.gambit_text(model, at, changes)
