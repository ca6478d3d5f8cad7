r"""Payoff tables as spreadsheets save them (``.csv``): read into two-player games.

The first row names the second player's actions, the first column the first player's; every other
cell has both payoffs, such as ``3, 0``.  The corner may name the players, as ``Ann \ Bob``.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from pathlib import Path

from dilemma.errors import Mistake, ModelError, Place
from dilemma.exchange.gambit_text import named, opened
from dilemma.games.matrix.arrays import matrix
from dilemma.model import Model

__all__ = ["SPREADSHEETS", "WAY_OUT", "read_csv"]

SPREADSHEETS = (".xlsx", ".xls", ".xlsm", ".ods", ".numbers", ".tsv")
WAY_OUT = (
    "save the payoff table as CSV (.csv): actions in the first row and the first column, both "
    "payoffs in every other cell, such as 3, 0"
)


def read_csv(path: str | Path) -> Model:
    r"""Read a two-player game from a payoff table in a CSV file.

    Parameters
    ----------
    path : str or Path
        Cells stand between commas, semicolons or tabs; the payoffs in a cell between a comma, a
        semicolon, a bar or a space.  A payoff is a number or a formula, whose letters become
        parameters that may be any number.

    Returns
    -------
    Model

    Raises
    ------
    ModelError
        With the line of the first mistake.

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
    rows, lines = _rows(text, place)
    head, *body = rows
    actions = [[row[0] for row in body], head[1:]]
    cells = [
        [_payoffs(cell, place, line) for cell in row[1:]]
        for row, line in zip(body, lines[1:], strict=True)
    ]
    titles = _players(head[0])
    players, called = named(titles, actions)
    game = matrix(
        [[cell[0] for cell in row] for row in cells],
        [[cell[1] for cell in row] for row in cells],
        players=players,
        actions=called,
        name=name,
    )
    return game.replace(
        players={player: {"title": title} for player, title in zip(players, titles, strict=True)}
    )


def _rows(text: str, path: Path) -> tuple[list[list[str]], list[int]]:
    """Return the cells of the rows that have any, and the lines at which the rows end."""
    first = text.partition("\n")[0]
    between = max(";\t,", key=first.count)  # what parts the names of the actions
    rows: list[list[str]] = []
    lines: list[int] = []
    reader = csv.reader(text.splitlines(), delimiter=between, skipinitialspace=True)
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append([cell.strip() for cell in row])
                lines.append(reader.line_num)
    except csv.Error as error:
        raise _wrong(path, reader.line_num, f"not a CSV file: {error}") from None
    if len(rows) < 2 or len(rows[0]) < 2:
        raise _wrong(path, 1, "no payoff table")
    for row, line in zip(rows, lines, strict=True):
        if len(row) != len(rows[0]):
            message = f"{len(row)} cells in this row, and {len(rows[0])} in the first"
            raise _wrong(path, line, message)
    return rows, lines


def _payoffs(cell: str, path: Path, line: int) -> Sequence[str]:
    inner = cell.removeprefix("(").removesuffix(")") if re.fullmatch(r"\([^()]*\)", cell) else cell
    mark = next((mark for mark in "|;," if mark in inner), None)
    parts = [part.strip() for part in (inner.split(mark) if mark else inner.split())]
    if len(parts) != 2 or not all(parts):
        raise _wrong(path, line, f"two payoffs are wanted in each cell, not {cell!r}")
    return parts


def _players(corner: str) -> list[str]:
    told = [part.strip() for part in re.split(r"[\\/|]", corner)]
    return told if len(told) == 2 and all(told) and told[0] != told[1] else ["row", "column"]


def _wrong(path: Path, line: int, message: str) -> ModelError:
    return ModelError([Mistake((), message, WAY_OUT, place=Place(path, line, 1))])
