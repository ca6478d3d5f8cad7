"""Two-player games made of arrays: matrices, pairs of payoffs, and pandas' frames with their labels.

pandas is not imported: a frame is known by what it has.  Cells of files come here too
(``exchange/payoff_tables``), so that a cell means the same wherever it stands.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from typing import Any

from dilemma.errors import Mistake, ModelError, nearest
from dilemma.exchange.gambit_text import named
from dilemma.model import Model
from dilemma.reading.syntax import ExpressionError, names, read_tree
from dilemma.reading.toml import plain

__all__ = ["USUAL", "Cells", "Labelled", "called", "document_of", "matrix", "pair_of"]

Cells = list[list[Any]]
USUAL = ("row", "column")  # the players' names where nobody gives others


def matrix(
    row_payoffs: Any,
    column_payoffs: Any = None,
    *,
    players: Sequence[str] | None = None,
    actions: Sequence[Sequence[str]] | None = None,
    name: str = "game",
    title: str = "",
    parameters: Mapping[str, Any] | None = None,
    cooperates: str | Sequence[str] | None = None,
) -> Model:
    """Make a two-player game from its payoff matrices.

    Parameters
    ----------
    row_payoffs, column_payoffs : array of shape (n, m), or DataFrame
        What each player is paid where the first takes action ``i`` and the second action ``j``:
        a numpy array, a sympy matrix, or a list of rows of numbers, formulas and sympy
        expressions.  Without ``column_payoffs`` the game is zero-sum, unless each cell of
        ``row_payoffs`` has both payoffs: an array of shape (n, m, 2), as QuantEcon's
        ``payoff_profile_array``, or rows of pairs.

        Of a pandas frame the index and the columns are the actions, and their names, where both
        have one, the players.  Two frames are matched by label.  One frame alone holds pairs,
        such as ``(3, 0)`` or ``"3, 0"``.  A float is what its digits say: 0.1 is 1/10.
    players : two names
        By default those that a frame has, or ``row`` and ``column``.
    actions : two lists of names, optional
        By default a frame's labels, or ``row_1``, ``row_2``, … and ``column_1``, ….
    name, title : str
    parameters : mapping, optional
        What is known of a free symbol: its range, or any keys that a parameter has in a model
        file.  Of itself it may be any number.
    cooperates : str or two names, optional
        The action that counts as cooperation: one name for both players, or one each.

    Returns
    -------
    Model

    Raises
    ------
    ModelError
        If shapes or labels differ, a frame alone holds no pairs, or a payoff is none.

    Examples
    --------
    >>> import sympy as sp
    >>> b, c = sp.symbols("b c")
    >>> game = matrix(
    ...     [[b - c, -c], [b, 0]],
    ...     [[b - c, b], [-c, 0]],
    ...     actions=[["help", "shirk"]] * 2,
    ...     parameters={"c": [0, 1]},
    ... )
    >>> game.payoffs["help", "shirk"]["column"], str(game.parameters["c"].range)
    (b, '[0, 1]')
    >>> import pandas as pd
    >>> table = pd.DataFrame([["3, 3", "0, 5"], ["5, 0", "1, 1"]], ["stay", "go"], ["stay", "go"])
    >>> matrix(table).payoffs["stay", "go"]
    {'row': 0, 'column': 5}
    """
    first, second = _both(row_payoffs, column_payoffs)
    document = document_of(first, second, players, actions)
    if cooperates is not None:
        both = [cooperates] * 2 if isinstance(cooperates, str) else list(cooperates)
        for row, action in zip(document["players"].values(), both, strict=True):
            row["cooperates"] = action
    for parameter, more in plain(parameters or {}).items():
        known = more if isinstance(more, Mapping) else {"range": more}
        before = document["parameters"].get(parameter, {"unit": "1", "means": ""})
        document["parameters"][parameter] = {**before, **known}
    return Model(name=name, title=title or name, **document)


def document_of(
    first: Labelled,
    second: Labelled,
    players: Sequence[str] | None = None,
    actions: Sequence[Sequence[str]] | None = None,
) -> dict[str, Any]:
    """Return players, parameters and payoffs as a document has them.

    ``first.cells[i][j]`` and ``second.cells[i][j]`` are paid where the first player takes her action
    ``i`` and the second his action ``j``.  Every free symbol becomes a parameter.
    """
    who, own, titles = called(first, second, players, actions)
    payoffs = {
        f"{a}, {b}": {who[0]: first.cells[i][j], who[1]: second.cells[i][j]}
        for i, a in enumerate(own[0])
        for j, b in enumerate(own[1])
    }
    symbols = dict.fromkeys(
        name for cell in payoffs.values() for one in cell.values() for name in _symbols(one)
    )
    anywhere = {"range": [Decimal("-inf"), Decimal("inf")], "unit": "1", "means": ""}
    rows = {
        player: {"actions": mine} | ({"title": title} if title != player else {})
        for player, mine, title in zip(who, own, titles, strict=True)
    }
    parameters = {name: dict(anywhere) for name in symbols}
    return {"players": rows, "parameters": parameters, "payoffs": payoffs}


def _symbols(cell: Any) -> list[str]:
    if not isinstance(cell, str):
        return []
    try:
        return list(names(read_tree(cell)))
    except ExpressionError:
        return []  # told when the model is built


def called(
    first: Labelled,
    second: Labelled,
    players: Sequence[str] | None = None,
    actions: Sequence[Sequence[str]] | None = None,
) -> tuple[Sequence[str], list[list[str]], Sequence[str]]:
    """Return the names of the players and of their actions, and the players' titles."""
    if players is not None and len(players) != 2:
        raise _wrong("two matrices are for two players", f"players are {', '.join(players)}")
    titles = players or first.players or second.players or USUAL
    labels = [one or other for one, other in zip(first.labels, second.labels, strict=True)]
    found, own = named(titles, [label or [] for label in labels])
    who = list(players or found)
    shape = first.shape
    if actions is not None:
        sizes = tuple(len(mine) for mine in actions)
        if sizes != shape:
            told = " and ".join(map(str, sizes))
            hint = f"the matrices are {shape[0]} x {shape[1]}"
            raise _wrong(f"the players have {told} actions", hint)
        return who, [list(mine) for mine in actions], titles
    usual = [[f"{p}_{i + 1}" for i in range(n)] for p, n in zip(who, shape, strict=True)]
    return who, [mine or made for mine, made in zip(own, usual, strict=True)], titles


# --- a table with its labels ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Labelled:
    """A table in rows and columns, and what it calls them.

    Attributes
    ----------
    cells : rows of cells
    labels : two lists of str, either perhaps None
        Of the rows and of the columns.
    players : two str, or None
        Who chooses the row, and who the column.
    """

    cells: Cells
    labels: tuple[list[str] | None, list[str] | None] = (None, None)
    players: tuple[str, str] | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """Its rows and its columns, counted."""
        return len(self.cells), len(self.cells[0])

    def like(self, other: Labelled) -> Labelled:
        """Return it with rows and columns in another's order.

        Raises
        ------
        ModelError
            If the shapes differ, or the labels do where both have some.
        """
        if self.shape != other.shape:
            told = " and ".join(f"{n} x {m}" for n, m in (other.shape, self.shape))
            raise _wrong("the two players' payoffs differ in shape", f"they are {told}")
        down, along = (
            _order(mine, theirs, size, what)
            for mine, theirs, size, what in zip(
                self.labels, other.labels, self.shape, ("rows", "columns"), strict=True
            )
        )
        first, second = (
            theirs or mine for mine, theirs in zip(self.labels, other.labels, strict=True)
        )
        cells = [[self.cells[i][j] for j in along] for i in down]
        return Labelled(cells, (first, second), self.players)


def _order(mine: list[str] | None, theirs: list[str] | None, size: int, what: str) -> Sequence[int]:
    """Return where each of their labels stands among mine."""
    if mine is None or theirs is None or mine == theirs:
        return range(size)
    strange = next((label for label in mine if label not in theirs), None)
    if strange is not None:
        hint = f"{nearest(strange, theirs)}; both players' payoffs need the same {what}"
        raise _wrong(f"the second table alone has {strange!r} among its {what}", hint)
    if len({*mine}) < size or len({*theirs}) < size:
        raise _wrong(f"two {what} have one name, and the tables differ in their order", "")
    return [mine.index(label) for label in theirs]


# --- what is given ---------------------------------------------------------------------------------


def _both(row_payoffs: Any, column_payoffs: Any) -> tuple[Labelled, Labelled]:
    """Return what either player is paid, in the same rows and columns."""
    first = _table(row_payoffs, "row_payoffs")
    if column_payoffs is not None:
        second = _table(column_payoffs, "column_payoffs")
        if any(map(_has_pairs, (first, second))):
            hint = "leave column_payoffs out"
            raise _wrong("each cell of one table alone has both players' payoffs", hint)
        return first, second.like(first)
    if _has_pairs(first) or _is_frame(row_payoffs):
        return _parted(first)
    negative = [[_negative(cell) for cell in row] for row in first.cells]
    return first, Labelled(negative, first.labels)


def _table(given: Any, what: str) -> Labelled:
    if isinstance(given, Labelled):
        return given
    if not _is_frame(given):
        return Labelled(_rows(given, what))
    cells = _rows(given.to_numpy(dtype=object), what)
    rows, columns = map(_labels, (given.index, given.columns))
    found = Labelled(cells, (rows, columns), _players(given))
    for i, line in enumerate(given.isna().to_numpy()):
        for j, missing in enumerate(line):
            if missing:
                hint = "a number, or a formula"
                raise _wrong(f"no payoff {_where(found, i, j)} of {what}", hint)
    if rows is None and columns is not None and _names_rows(cells):
        hint = f"make it the index: frame.set_index({columns[0]!r})"
        raise _wrong(f"the first column of {what} has names where payoffs are wanted", hint)
    return found


def _is_frame(given: Any) -> bool:
    return all(hasattr(given, name) for name in ("iloc", "index", "columns"))


def _labels(axis: Any) -> list[str] | None:
    """Return what a frame calls its rows or columns; None where it only counts them."""
    found = list(axis)
    counted = type(axis).__name__ == "RangeIndex" and found == list(range(len(found)))
    return None if counted else [str(label).strip() for label in found]


def _players(frame: Any) -> tuple[str, str] | None:
    first, second = frame.index.name, frame.columns.name
    return None if None in (first, second) or first == second else (str(first), str(second))


def _names_rows(cells: Cells) -> bool:
    """Tell whether the first column has names and the others have none, as a file that was read."""

    def is_word(cell: Any) -> bool:
        return isinstance(cell, str) and re.fullmatch(r"[^\W\d][\w -]*", cell.strip()) is not None

    names_alone = [is_word(row[0]) and not any(map(is_word, row[1:])) for row in cells]
    return len(cells[0]) > 1 and all(names_alone) and len({row[0] for row in cells}) == len(cells)


def _rows(matrix: Any, what: str) -> Cells:
    """Return plain numbers and formulas, row by row."""
    cells = plain(matrix.tolist() if hasattr(matrix, "tolist") else matrix)
    if (
        not isinstance(cells, list)
        or not cells
        or not all(isinstance(row, list) and row for row in cells)
    ):
        raise _wrong(f"{what} is not a matrix", "a list of rows, each a list of payoffs")
    widths = {len(row) for row in cells}
    if len(widths) != 1:
        told = ", ".join(str(len(row)) for row in cells)
        raise _wrong(f"the rows of {what} differ in length", f"they have {told} entries")
    return cells


def _negative(cell: Any) -> Any:
    return f"-({cell})" if isinstance(cell, str) else -cell


# --- two payoffs in a cell -------------------------------------------------------------------------


def _has_pairs(table: Labelled) -> bool:
    return any(isinstance(cell, list) for row in table.cells for cell in row)


def _parted(table: Labelled) -> tuple[Labelled, Labelled]:
    """Part cells of two payoffs into what either player is paid."""
    pairs = [[_pair(cell) for cell in row] for row in table.cells]
    if not _has_pairs(table) and not any(pair for row in pairs for pair in row):
        hint = (
            "give a second table, matrix(rows, columns), or both payoffs in each cell, as (3, 0) or "
            "'3, 0'; of a zero-sum game the second is -rows"
        )
        raise _wrong("one table of single payoffs: what the column player is paid is missing", hint)
    wrong = next(((i, j) for i, j in product(*map(range, table.shape)) if not pairs[i][j]), None)
    if wrong is not None:
        shown = table.cells[wrong[0]][wrong[1]]
        hint = "such as (3, 0); an array of pairs has the shape (m, n, 2)"
        told = f"two payoffs are wanted {_where(table, *wrong)}, not {shown!r}"
        raise _wrong(told, hint)
    sides = ([[pair[k] for pair in row if pair] for row in pairs] for k in (0, 1))
    first, second = (Labelled(cells, table.labels, table.players) for cells in sides)
    return first, second


def _pair(cell: Any) -> Sequence[Any] | None:
    if isinstance(cell, list):
        return cell if len(cell) == 2 else None
    return pair_of(cell) if isinstance(cell, str) else None


def pair_of(text: str) -> tuple[str, str] | None:
    """Part a text into two payoffs: at a bar, a semicolon or a comma, or else at a space.

    Examples
    --------
    >>> pair_of("3, 0"), pair_of("(max(a, b); -1/2)"), pair_of("3 0"), pair_of("3")
    (('3', '0'), ('max(a, b)', '-1/2'), ('3', '0'), None)
    """
    inner = text.strip()
    if inner[:1] in ("(", "[") and _depths(inner).index(0) == len(inner) - 1:
        inner = inner[1:-1]
    depths = _depths(inner)
    for mark in "|;,":
        cuts = [k for k, letter in enumerate(inner) if letter == mark and not depths[k]]
        if cuts:
            parts = [inner[: cuts[0]].strip(), inner[cuts[0] + 1 :].strip()]
            break
    else:
        cuts, parts = [0], inner.split()
    return (parts[0], parts[1]) if len(cuts) == 1 and len(parts) == 2 and all(parts) else None


def _depths(text: str) -> list[int]:
    """Return how many brackets are open behind each letter; a last 0 where none is closed."""
    found, depth = [], 0
    for letter in text:
        depth += (letter in "([") - (letter in ")]")
        found.append(depth)
    return [*found, 0]


def _where(table: Labelled, i: int, j: int) -> str:
    told = (
        f"{what} {labels[k] if labels else k + 1!r}"
        for what, labels, k in zip(("row", "column"), table.labels, (i, j), strict=True)
    )
    return f"in {', '.join(told)}"


def _wrong(message: str, hint: str) -> ModelError:
    return ModelError([Mistake((), message, hint)])
