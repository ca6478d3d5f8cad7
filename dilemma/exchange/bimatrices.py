"""nashpy's games: two payoff matrices, in floats."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dilemma.errors import UnsupportedError
from dilemma.exchange.numbers import check_simultaneous, numbers
from dilemma.model import At, Model, matrix

if TYPE_CHECKING:
    import nashpy

__all__ = ["from_nashpy", "to_nashpy"]


def to_nashpy(model: Model, /, at: At | None = None, **changes: Any) -> nashpy.Game:
    """Return a two-player model at one calibration as a game of nashpy's.

    Parameters
    ----------
    model : Model
    at : str, Era or mapping, optional
        An era, for its central values, or a value for each parameter.
    **changes
        Values that differ from those.

    Returns
    -------
    nashpy.Game
        Two float arrays of shape ``(n, m)``, rows and columns in the order of the players' actions.

    Raises
    ------
    CalibrationError
        For an unknown era or parameter, a missing or an impossible value.
    UnsupportedError
        For a model of more than two players, or a payoff that no float can hold.

    Examples
    --------
    >>> import dilemma
    >>> game = to_nashpy(dilemma.load("abandonment"), "post_cold_war")
    >>> [matrix.shape for matrix in game.payoff_matrices]
    [(2, 2), (2, 2)]
    """
    check_simultaneous(model)
    if len(model.players) != 2:
        count = len(model.players)
        raise UnsupportedError(f"{model.name} has {count} players; nashpy's games have two")
    import nashpy
    import numpy as np

    game = numbers(model, at, changes)
    shape = [len(player.actions) for player in model.players.values()]
    try:
        cells = [[float(v) for v in game.payoffs[p].values()] for p in model.profiles]
    except OverflowError:
        raise UnsupportedError(f"{model.name}: a payoff is too large for nashpy's floats") from None
    row, column = np.array(cells).T
    return nashpy.Game(row.reshape(shape), column.reshape(shape))


def from_nashpy(
    game: nashpy.Game,
    *,
    name: str = "game",
    title: str = "",
    players: Sequence[str] = ("row", "column"),
    actions: Sequence[Sequence[str]] | None = None,
) -> Model:
    """Return a game of nashpy's as a model.

    Parameters
    ----------
    game : nashpy.Game
        A float is what its decimal digits say, 0.1 is 1/10; fractions in arrays of objects stay
        what they are.
    name, title : str
    players : two names
    actions : two lists of names, optional
        By default ``row_1``, ``row_2``, … and ``column_1``, ….

    Returns
    -------
    Model

    Raises
    ------
    ModelError
        If a payoff is not a finite number, or a name is none.

    Examples
    --------
    >>> import nashpy
    >>> game = nashpy.Game([[0.1, 1], [0, 2]])
    >>> from_nashpy(game).payoffs["row_1", "column_1"]["column"]
    -1/10
    """
    row, column = game.payoff_matrices
    return matrix(row, column, players=players, actions=actions, name=name, title=title)
