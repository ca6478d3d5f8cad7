"""pygambit's strategic games: exact rationals both ways, in the words of Gambit's own files."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping
from types import ModuleType
from typing import Any

from dilemma.errors import UnsupportedError
from dilemma.exchange.nfg import parse_nfg, write_nfg
from dilemma.model import Model
from dilemma.reading.payoffs import MOST_PROFILES

__all__ = ["from_pygambit", "to_pygambit"]


def to_pygambit(model: Model, /, at: str | Mapping[str, Any] | None = None, **changes: Any) -> Any:
    """Return a model at one calibration as a strategic game of pygambit's.

    Parameters
    ----------
    model : Model
        Of any number of players.
    at : str or mapping, optional
        An era, for its central values, or a value for each parameter.
    **changes
        Values that differ from those.

    Returns
    -------
    pygambit.StrategicGame
        Labelled as the file of :func:`~dilemma.exchange.nfg.write_nfg`, payoffs as exact.

    Raises
    ------
    CalibrationError
        For an unknown era or parameter, a missing or an impossible value.
    UnsupportedError
        Without pygambit.

    Examples
    --------
    >>> import dilemma
    >>> game = to_pygambit(dilemma.matrix([["1/3", 0], [0, 2]], actions=[["x", "y"]] * 2))
    >>> game.get_payoffs({"row": "x", "column": "x"})["row"]
    Rational(1, 3)
    """
    text = write_nfg(model, at, **changes)
    return _pygambit().read_nfg(io.StringIO(text))


def from_pygambit(game: Any, *, name: str = "game") -> Model:
    """Return a strategic game of pygambit's as a model.

    Parameters
    ----------
    game : pygambit.StrategicGame
        Of two players or more; labels that are no names are made names.
    name : str
        What to call the model.

    Returns
    -------
    Model
        Without parameters; its payoffs are the game's, exactly.

    Raises
    ------
    ModelError
        If the game is of one player, or a payoff is of unreasonable size.
    UnsupportedError
        For a game tree, too large a game, something else, or without pygambit.

    Examples
    --------
    >>> import pygambit
    >>> game = pygambit.StrategicGame.from_dict({"Ann": [[1, 0]], "Bob": [[2, 3]]}, title="A game")
    >>> from_pygambit(game).payoffs["a1", "b2"]
    {'Ann': 0, 'Bob': 3}
    """
    pygambit = _pygambit()
    if isinstance(game, pygambit.ExtensiveGame):
        raise UnsupportedError("this game is a tree: trees come through .efg files")
    if not isinstance(game, pygambit.Game):
        raise UnsupportedError(f"not a game of pygambit's: {type(game).__name__}")
    profiles = math.prod(len(game.get_strategies(player)) for player in game.players)
    if profiles > MOST_PROFILES:
        raise UnsupportedError(f"a game with {profiles:,} profiles; at most {MOST_PROFILES:,}")
    return parse_nfg(game.to_nfg(), name)


def _pygambit() -> ModuleType:
    try:
        import pygambit
    except ImportError:
        raise UnsupportedError("pygambit is needed: pip install dilemma[trees]") from None
    return pygambit  # type: ignore[no-any-return]
