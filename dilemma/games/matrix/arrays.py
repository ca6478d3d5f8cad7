"""A two-player game from its payoff matrices, in Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from dilemma.errors import Mistake, ModelError
from dilemma.model import Model
from dilemma.reading.expressions import ExpressionError
from dilemma.reading.syntax import names, read_tree
from dilemma.reading.writing import plain

__all__ = ["matrix"]


def matrix(
    row_payoffs: Any,
    column_payoffs: Any = None,
    *,
    players: Sequence[str] = ("row", "column"),
    actions: Sequence[Sequence[str]] | None = None,
    name: str = "game",
    title: str = "",
    parameters: Mapping[str, Any] | None = None,
    cooperates: str | Sequence[str] | None = None,
) -> Model:
    """Make a two-player game from its payoff matrices.

    Parameters
    ----------
    row_payoffs, column_payoffs : array of shape (n, m)
        What each player is paid where the first takes action ``i`` and the second action ``j``:
        a numpy array, a sympy matrix, or a list of rows of numbers, formulas and sympy
        expressions.  Without ``column_payoffs`` the game is zero-sum.
    players : two names
    actions : two lists of names, optional
        By default ``row_1``, ``row_2``, … and ``column_1``, ….
    name, title : str
    parameters : mapping, optional
        What is known of a free symbol: its range, or any keys that a parameter has in a model
        file.  Of itself it may be any number.
    cooperates : str or two names, optional
        The action that counts as cooperation: one name for both players, or one each.

    Returns
    -------
    Model

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
    """
    document = _document(row_payoffs, column_payoffs, players, actions, cooperates)
    for parameter, more in plain(parameters or {}).items():
        known = more if isinstance(more, Mapping) else {"range": more}
        before = document["parameters"].get(parameter, {"unit": "1", "means": ""})
        document["parameters"][parameter] = {**before, **known}
    return Model(name=name, title=title or name, **document)


_Rows = list[list[Any]]


def _document(
    row_payoffs: Any,
    column_payoffs: Any,
    players: Sequence[str],
    actions: Sequence[Sequence[str]] | None,
    cooperates: str | Sequence[str] | None,
) -> dict[str, Any]:
    """Return players, parameters and payoffs as a document has them.

    ``row_payoffs[i, j]`` and ``column_payoffs[i, j]`` are paid where the first player takes her
    action ``i`` and the second his action ``j``.  Every free symbol becomes a parameter.
    """
    if len(players) != 2:
        raise _wrong("two matrices are for two players", f"players are {', '.join(players)}")
    rows = _rows(row_payoffs, "row_payoffs")
    columns = (
        [[_negative(cell) for cell in row] for row in rows]
        if column_payoffs is None
        else _rows(column_payoffs, "column_payoffs")
    )
    shapes = [(len(one), len(one[0])) for one in (rows, columns)]
    if shapes[0] != shapes[1]:
        told = " and ".join(f"{n} x {m}" for n, m in shapes)
        raise _wrong("row_payoffs and column_payoffs differ in shape", f"they are {told}")
    called = _actions(players, actions, shapes[0])
    payoffs = {
        f"{a}, {b}": {players[0]: rows[i][j], players[1]: columns[i][j]}
        for i, a in enumerate(called[0])
        for j, b in enumerate(called[1])
    }
    symbols = dict.fromkeys(
        name for cell in payoffs.values() for one in cell.values() for name in _names(one)
    )
    anywhere = {"range": [Decimal("-inf"), Decimal("inf")], "unit": "1", "means": ""}
    found: dict[str, Any] = {
        "players": {player: {"actions": own} for player, own in zip(players, called, strict=True)},
        "parameters": {name: dict(anywhere) for name in symbols},
        "payoffs": payoffs,
    }
    if cooperates is not None:
        both = [cooperates] * 2 if isinstance(cooperates, str) else list(cooperates)
        for player, action in zip(players, both, strict=True):
            found["players"][player]["cooperates"] = action
    return found


def _actions(
    players: Sequence[str], actions: Sequence[Sequence[str]] | None, shape: tuple[int, int]
) -> list[list[str]]:
    if actions is None:
        return [
            [f"{player}_{i + 1}" for i in range(n)]
            for player, n in zip(players, shape, strict=True)
        ]
    sizes = tuple(len(own) for own in actions)
    if sizes != shape:
        told = " and ".join(map(str, sizes))
        hint = f"the matrices are {shape[0]} x {shape[1]}"
        raise _wrong(f"the players have {told} actions", hint)
    return [list(own) for own in actions]


def _rows(matrix: Any, what: str) -> _Rows:
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


def _names(cell: Any) -> list[str]:
    if not isinstance(cell, str):
        return []
    try:
        return list(names(read_tree(cell)))
    except ExpressionError:
        return []  # told when the model is built


def _wrong(message: str, hint: str) -> ModelError:
    return ModelError([Mistake((), message, hint)])
