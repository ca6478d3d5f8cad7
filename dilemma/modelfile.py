"""From a model file to a :class:`~dilemma.model.Model`: the one place that reads TOML."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from dilemma.errors import Mistake, ModelError, Place
from dilemma.model import Model
from dilemma.reading.places import Places, locate
from dilemma.reading.rows import KEY

__all__ = ["read", "text_of"]

LARGEST = 5_000_000


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
    text = text_of(path)
    document = _toml(path, text)
    try:
        return Model.from_document(document, name=path.stem, path=path)
    except RecursionError:
        raise _unplaced(path, "not a model file", "brackets nested too deeply") from None
    except ModelError as error:
        raise ModelError(_placed(error.mistakes, path, locate(text))) from None


def text_of(path: Path) -> str:
    """Return the text of a file, or say why it has none: too large, or not UTF-8."""
    size = path.stat().st_size
    if size > LARGEST:
        hint = f"at most {LARGEST:,} bytes"
        raise _unplaced(path, f"a model file of {size:,} bytes", hint)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        column = error.start - (error.object.rfind(b"\n", 0, error.start) + 1)
        place = Place(path, line, column + 1)
        raise ModelError([Mistake((), "not UTF-8", "save it as UTF-8", place=place)]) from None
    return text.replace("\r\n", "\n")


def _unplaced(path: Path, message: str, hint: str) -> ModelError:
    return ModelError([Mistake((), message, hint, place=Place(path, 1, 1))])


def _toml(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text, parse_float=_number)
    except tomllib.TOMLDecodeError as error:
        raise _syntax(error, path, text) from None
    except (ValueError, RecursionError):
        hint = "a number of thousands of digits, or brackets nested too deeply"
        raise _unplaced(path, "not a model file", hint) from None


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
