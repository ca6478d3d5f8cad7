"""Games of nashpy and pygambit, made into models and from them.

nashpy has two payoff matrices, in floats.  pygambit's games, strategic and extensive, are exact
rationals and go both ways in the words of Gambit's own files.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dilemma.errors import UnsupportedError, library
from dilemma.exchange.gambit_text import numbers
from dilemma.games.kind import Can, read_by
from dilemma.games.matrix.arrays import matrix
from dilemma.games.profiles import MOST_PROFILES
from dilemma.model import At, Model

__all__ = ["from_nashpy", "from_pygambit", "to_nashpy", "to_pygambit"]

if TYPE_CHECKING:
    import nashpy


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
    model.needs(Can.TABLE, "a game of nashpy's")
    if len(model.players) != 2:
        count = len(model.players)
        raise UnsupportedError(f"{model.name} has {count} players; nashpy's games have two")
    import nashpy
    import numpy as np

    game = numbers(model, at, changes)
    shape = [len(player.actions) for player in model.players.values()]
    try:
        cells = [[float(v) for v in game.payoffs[p].values()] for p in model.game.profiles]
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


# --- pygambit ------------------------------------------------------------------------------------


def to_pygambit(model: Model, /, at: At | None = None, **changes: Any) -> Any:
    """Return a model at one calibration as a game of pygambit's.

    Parameters
    ----------
    model : Model
        Of any number of players; a game tree becomes an extensive game.
    at : str, Era or mapping, optional
        An era, for its central values, or a value for each parameter.
    **changes
        Values that differ from those.

    Returns
    -------
    pygambit.StrategicGame or pygambit.ExtensiveGame
        Labelled as the file that :func:`~dilemma.library.written` writes, payoffs as exact.

    Raises
    ------
    CalibrationError
        For an unknown era or parameter, a missing or an impossible value.
    UnsupportedError
        For a tree with private types, or without pygambit.

    Examples
    --------
    >>> import dilemma
    >>> game = to_pygambit(dilemma.matrix([["1/3", 0], [0, 2]], actions=[["x", "y"]] * 2))
    >>> game.get_payoffs({"row": "x", "column": "x"})["row"]
    Rational(1, 3)
    """
    pygambit = library("pygambit")
    text = io.StringIO(model.game.gambit_text(model, at, changes))
    return getattr(pygambit, f"read_{model.game.gambit}")(text)


def from_pygambit(game: Any, *, name: str = "game") -> Model:
    """Return a game of pygambit's as a model.

    Parameters
    ----------
    game : pygambit.StrategicGame or pygambit.ExtensiveGame
        A strategic game is of two players or more.  Labels that are no names are made names.
    name : str
        What to call the model.

    Returns
    -------
    Model
        Without parameters; its payoffs are the game's, exactly.

    Raises
    ------
    ModelError
        If a strategic game is of one player, a player forgets something, or a payoff is of
        unreasonable size.
    UnsupportedError
        For too large a game, something else, or without pygambit.

    Examples
    --------
    >>> import pygambit
    >>> game = pygambit.StrategicGame.from_dict({"Ann": [[1, 0]], "Bob": [[2, 3]]}, title="A game")
    >>> from_pygambit(game).payoffs["a1", "b2"]
    {'Ann': 0, 'Bob': 3}
    """
    pygambit = library("pygambit")
    if isinstance(game, pygambit.ExtensiveGame):
        return read_by("efg").parse_gambit(game.to_efg(), name)
    if not isinstance(game, pygambit.Game):
        raise UnsupportedError(f"not a game of pygambit's: {type(game).__name__}")
    profiles = math.prod(len(game.get_strategies(player)) for player in game.players)
    if profiles > MOST_PROFILES:
        raise UnsupportedError(f"a game with {profiles:,} profiles; at most {MOST_PROFILES:,}")
    return read_by("nfg").parse_gambit(game.to_nfg(), name)
