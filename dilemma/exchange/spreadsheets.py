r"""Payoff tables in the files of spreadsheets: CSV, and Excel's workbooks.

A file becomes a sheet of cells, as text; what the cells say, ``payoff_tables`` reads.  Of a workbook
only values are read: no formula, no macro and no link is looked at.  Excel keeps numbers as floats and
shows 15 digits at most, so a number is what these say: 0.1 is 1/10, and so is 0.3 - 0.2.
"""

from __future__ import annotations

import csv
import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from string import ascii_uppercase
from typing import Any

from dilemma.errors import Mistake, ModelError, library, nearest
from dilemma.exchange.gambit_text import model_name, opened
from dilemma.exchange.payoff_tables import MOST_CELLS, WAY_OUT, Sheet, areas_of, game_of
from dilemma.model import Model
from dilemma.output.cleaning import line
from dilemma.reading.toml import LARGEST, unplaced

__all__ = ["read_csv", "read_workbook"]

MOST = 2_100  # rows, and columns, of a sheet: two tables of the largest game, one under the other
UNPACKED = 4 * LARGEST
NO_VALUE = "a formula has a value once a spreadsheet program has saved it; of merged cells the first has it"


def read_csv(path: str | Path) -> Model:
    r"""Read a two-player game from payoff tables in a CSV file.

    Parameters
    ----------
    path : str or Path
        Cells stand between commas, semicolons or tabs; two payoffs in a cell between a comma, a
        semicolon, a bar or a space.  A payoff is a number or a formula, whose letters become
        parameters that may be any number.

    Returns
    -------
    Model

    Raises
    ------
    ModelError
        With the line and the column of each mistake.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "pd.csv"
    >>> _ = path.write_text('Ann \\ Bob,coop,defect\ncoop,"3,3","0,5"\ndefect,"5,0","1,1"\n')
    >>> game = read_csv(path)
    >>> game, str(game.payoffs["coop", "defect"]["Bob"])
    (<Model 'pd': pd (Ann, Bob; 0 parameters, 0 eras, 0 claims)>, '5')
    """
    text, name, place = opened(path)
    rows: list[list[str]] = []
    ends: list[int] = []
    lines = text.splitlines(keepends=True)
    reader = csv.reader(lines, delimiter=_delimiter(lines), skipinitialspace=True)
    try:
        for row in reader:
            rows.append(row)
            ends.append(reader.line_num)
    except csv.Error as error:
        told = f"not a CSV file: {error} in line {reader.line_num}"
        raise unplaced(place, told, WAY_OUT) from None
    called = partial(_in_line, ends)
    return game_of(Sheet(place, _even(rows), called), name)


def _delimiter(lines: Sequence[str]) -> str:
    """Return what parts the cells: of three marks the one that stands in the most lines."""
    bare = [re.sub(r'"[^"]*"', "", line) for line in lines]
    return max(";\t,", key=lambda mark: sum(mark in line for line in bare))


def _in_line(ends: Sequence[int], row: int, column: int) -> str:
    line = ends[row] if ends else 1
    return f"line {line}, column {column + 1}"


def _even(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """Strip texts, leave out what is empty at the end of all rows, and make them equally long."""
    found: list[list[str]] = []
    for row in rows:
        cells = [cell.strip() for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        found.append(cells)
    while found and not found[-1]:
        found.pop()
    width = max(map(len, found), default=0)
    if len(found) * width > MOST_CELLS:
        return found  # told as too many
    return [[*cells, *[""] * (width - len(cells))] for cells in found]


# --- workbooks ------------------------------------------------------------------------------------


def read_workbook(path: str | Path, sheet: str = "") -> Model:
    """Read a two-player game from payoff tables in an Excel workbook.

    Parameters
    ----------
    path : str or Path
        A file that ends in ``.xlsx`` or ``.xlsm``.  A payoff is a number, or text as in a CSV file.
    sheet : str, optional
        Which of its sheets; the first that holds a table if none.

    Returns
    -------
    Model

    Raises
    ------
    ModelError
        With the cell of each mistake, such as ``Sheet1!B3``.
    MissingLibraryError
        Without openpyxl.

    Examples
    --------
    >>> import tempfile
    >>> import openpyxl
    >>> book = openpyxl.Workbook()
    >>> for row in (["Ann / Bob", "stay", "go"], ["stay", "1/2, 3", "0, 0.1"]):
    ...     book.active.append(row)
    >>> path = Path(tempfile.mkdtemp()) / "game.xlsx"
    >>> book.save(path)
    >>> read_workbook(path).payoffs["stay", "go"]
    {'Ann': 0, 'Bob': 1/10}
    """
    place = Path(path)
    _see_size(place)
    openpyxl = library("openpyxl")
    with place.open("rb") as file:
        with _of_values(place):
            book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
        titles = [one.title for one in book.worksheets if one.sheet_state == "visible"]
        if sheet and sheet not in book.sheetnames:
            hint = nearest(sheet, book.sheetnames)
            raise _wrong(place, f"no sheet {sheet!r} in the workbook", hint)
        for title in [sheet] if sheet else titles:
            cells = Sheet(place, _texts(book[title], place), partial(_in_sheet, title), NO_VALUE)
            if sheet or areas_of(cells)[0]:
                others = [one for one in titles if one != title]
                return _game_among(others, cells, model_name(place.stem))
    raise _wrong(place, f"no payoff table on its sheets: {', '.join(titles)}", WAY_OUT)


def _see_size(path: Path) -> None:
    """See that a file is a packed one, and of reasonable size packed and unpacked."""
    packed = path.stat().st_size
    if packed > LARGEST:
        raise _wrong(path, f"a workbook of {packed:,} bytes", f"at most {LARGEST:,} bytes")
    with path.open("rb") as file:
        if file.read(4) == b"\xd0\xcf\x11\xe0":
            hint = "save it as .xlsx, without a password"
            raise _wrong(path, "a workbook of an older kind, or with a password", hint)
    with _of_values(path), zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
    size = sum(part.file_size for part in parts if "/media/" not in part.filename)
    if size > UNPACKED:
        raise _wrong(path, f"a workbook of {size:,} bytes, unpacked", f"at most {UNPACKED:,}")


@contextmanager
def _of_values(path: Path) -> Iterator[None]:
    """Let openpyxl read; whatever it stumbles on is an error of the file."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions that it passes over
            yield
    except Exception as error:
        told = line(str(error)) or type(error).__name__
        hint = "save it anew as .xlsx in a spreadsheet program"
        raise _wrong(path, f"not a workbook that can be read: {told}", hint) from error


def _texts(sheet: Any, path: Path) -> list[list[str]]:
    """Return the values of a sheet as texts; what lies far away is not looked at."""
    with _of_values(path):
        rows = sheet.iter_rows(max_row=MOST, max_col=MOST, values_only=True)
        return _even([[_text(value) for value in row] for row in rows])


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.15g}"
    if isinstance(value, datetime):
        return str(value).removesuffix(" 00:00:00")
    return str(value)


def _in_sheet(title: str, row: int, column: int) -> str:
    letters = ""
    while column >= 0:
        column, last = divmod(column, 26)
        letters, column = ascii_uppercase[last] + letters, column - 1
    return f"{title}!{letters}{row + 1}"


def _game_among(others: Sequence[str], sheet: Sheet, name: str) -> Model:
    """Return the game of a sheet; what is wrong is told with the other sheets there are."""
    try:
        return game_of(sheet, name)
    except ModelError as error:
        if not others:
            raise
        *mistakes, last = error.mistakes
        path = sheet.path.name
        told = f"other sheets: {', '.join(others)}; name one as {path}:{others[0]}"
        hint = f"{last.hint}; {told}" if last.hint else told
        raise ModelError([*mistakes, replace(last, hint=hint)]) from None


def _wrong(path: Path, message: str, hint: str) -> ModelError:
    return ModelError([Mistake((), f"{path}: {message}", hint)])
