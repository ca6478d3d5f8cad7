"""Tables of years: what parameters were in each, as a spreadsheet saves them (``.csv``).

The first row names the parameters behind the word ``year``; each other row is a year, such as
``1992``, or a span of years, such as ``1952-1971``.  An empty cell says nothing.  Lines that begin
with # are told with the answer: whose numbers these are.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from dilemma.errors import CalibrationError, Mistake, ModelError, Place, UnknownModelError, nearest
from dilemma.exchange.gambit_text import opened
from dilemma.model import Model
from dilemma.reading.eras import inside

__all__ = ["WANTED", "YearRow", "YearTable", "as_years", "read_years"]

WANTED = "write a table whose first row is year and names of parameters, such as year,x_U,x_J"
_YEARS = re.compile(r"(\d{1,4})(?:\s*[-–/]\s*(\d{1,4}))?")


@dataclass(frozen=True, slots=True)
class YearRow:
    """A year, or a span of years, and what some parameters were in it."""

    first: int
    last: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class YearTable:
    """Rows in the order of their years, and whose numbers they are."""

    rows: tuple[YearRow, ...]
    source: str = ""


def as_years(told: object) -> tuple[int, int]:
    """Read a year or a span of years.

    Examples
    --------
    >>> as_years(1992), as_years("1952-1971"), as_years((1952, 1971))
    ((1992, 1992), (1952, 1971), (1952, 1971))
    """
    if isinstance(told, tuple | list) and len(told) == 2:
        told = f"{told[0]}-{told[1]}"
    found = _YEARS.fullmatch(str(told).strip())
    first, last = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
    if first > last:
        raise CalibrationError(f"{told!r} is no year, and no span such as 1952-1971")
    return first, last


def read_years(path: str | Path, model: Model) -> YearTable:
    r"""Read a table of years for a model.

    Raises
    ------
    UnknownModelError
        If no file lies there.
    ModelError
        With the line of the first mistake: what is no year, no parameter, or none that it may be.

    Examples
    --------
    >>> import tempfile
    >>> from dilemma.library import load
    >>> path = Path(tempfile.mkdtemp()) / "years.csv"
    >>> _ = path.write_text("# made up\nyear,m_J\n1960,0\n2003,0.3\n")
    >>> found = read_years(path, load("abandonment"))
    >>> [(row.first, row.values["m_J"]) for row in found.rows], found.source
    ([(1960, '0'), (2003, '0.3')], 'made up')
    """
    if not Path(path).is_file():
        raise UnknownModelError(f"no table of years at {path}")
    text, _, place = opened(path)
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    remarks = [line.lstrip()[1:].strip() for _, line in lines if line.lstrip().startswith("#")]
    table = [(number, line) for number, line in lines if not line.lstrip().startswith("#")]
    if len(table) < 2:
        raise _wrong(place, 1, "no table of years")
    (at, first), *body = table
    between = max(";\t,", key=first.count)
    names = _cells(first, between)
    if names[0].lower() not in ("year", "years"):
        raise _wrong(place, at, f"the first column is {names[0]!r}, not 'year'")
    _check_names(names[1:], model, place, at)
    rows = [_row(_cells(line, between), names, model, place, number) for number, line in body]
    return YearTable(_in_order(rows, place), " ".join(remarks))


def _cells(line: str, between: str) -> list[str]:
    (cells,) = csv.reader([line], delimiter=between, skipinitialspace=True)
    return [cell.strip() for cell in cells]


def _check_names(names: Sequence[str], model: Model, place: Path, line: int) -> None:
    for index, name in enumerate(names):
        if name not in model.parameters:
            hint = nearest(name, model.parameters)
            raise _wrong(place, line, f"no parameter {name!r} in {model.name}", hint)
        if name in names[:index]:
            raise _wrong(place, line, f"{name!r} stands in two columns", "leave one out")
    if not names:
        raise _wrong(place, line, "no parameter is named")


def _row(
    cells: Sequence[str], names: Sequence[str], model: Model, place: Path, line: int
) -> YearRow:
    if len(cells) != len(names):
        message = f"{len(cells)} cells in this row, and {len(names)} in the first"
        raise _wrong(place, line, message)
    told = {name: cell for name, cell in zip(names[1:], cells[1:], strict=True) if cell}
    try:
        first, last = as_years(cells[0])
        for name, cell in told.items():
            inside(model.parameters[name], cell)
    except CalibrationError as error:
        raise _wrong(place, line, str(error), "") from None
    return YearRow(first, last, told)


def _in_order(rows: Sequence[YearRow], place: Path) -> tuple[YearRow, ...]:
    found = sorted(rows, key=lambda row: (row.first, row.last))
    for one, other in pairwise(found):
        if (one.first, one.last) == (other.first, other.last):
            raise _wrong(place, 1, f"the year {one.first} stands in two rows", "leave one out")
    return tuple(found)


def _wrong(path: Path, line: int, message: str, hint: str = WANTED) -> ModelError:
    return ModelError([Mistake((), message, hint, place=Place(path, line, 1))])
