"""What other programs have: games of nashpy and pygambit, datasets of xarray.

nashpy has two payoff matrices, in floats.  pygambit's games, strategic and extensive, are exact
rationals and go both ways in the words of Gambit's own files.  Equilibria become labelled data.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from dilemma.calls import of_a_model
from dilemma.errors import CallError, UnsupportedError, library
from dilemma.exchange.gambit_text import numbers
from dilemma.games.equilibrium import Equilibria
from dilemma.games.kind import Can, read_by
from dilemma.games.matrix.arrays import matrix
from dilemma.games.profiles import MOST_PROFILES
from dilemma.model import At, Model
from dilemma.output.frames import as_float, free_names

if TYPE_CHECKING:
    import nashpy

    from dilemma.games.matrix.many_games import ManyEquilibria

__all__ = [
    "from_nashpy",
    "from_pygambit",
    "to_nashpy",
    "to_pygambit",
    "to_xarray",
]


@of_a_model
def to_nashpy(model: Model, /, at: At | None = None, **changes: Any) -> nashpy.Game:
    """Return a two-player model at one calibration as a game of nashpy's.

    Parameters
    ----------
    model : Model, str or Path
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


# --- pygambit -------------------------------------------------------------------------------------


@of_a_model
def to_pygambit(model: Model, /, at: At | None = None, **changes: Any) -> Any:
    """Return a model at one calibration as a game of pygambit's.

    Parameters
    ----------
    model : Model, str or Path
        Of any number of players; a game tree becomes an extensive game.
    at : str, Era or mapping, optional
        An era, for its central values, or a value for each parameter.
    **changes
        Values that differ from those.

    Returns
    -------
    pygambit.StrategicGame or pygambit.ExtensiveGame
        Labelled as the file that ``dilemma.library.written`` writes, payoffs as exact.

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


# --- labelled data --------------------------------------------------------------------------------


if TYPE_CHECKING:
    import xarray as xr


def to_xarray(found: Equilibria | ManyEquilibria) -> xr.Dataset:
    """Return the extreme equilibria as a labelled dataset.

    Parameters
    ----------
    found : Equilibria, or ManyEquilibria
        Of many games there is a dimension ``game``, too: see its ``to_xarray``.

    Returns
    -------
    xarray.Dataset
        ``probability`` has the dimensions ``equilibrium``, ``player`` and ``action``, and is not
        a number where an action is not the player's.  ``payoff`` has the first two, with the
        players' units beside it.  Where numbers are chosen it is called ``chosen``, with a dimension
        ``choice``.  ``regret``, ``strict`` and each outcome have the first; an
        outcome is not a number where undefined.  ``attrs`` say the model, the calibration, the
        method, the versions, and whether these are all equilibria.

    See Also
    --------
    dilemma.to_pandas : The same as one flat table.

    Examples
    --------
    >>> import dilemma
    >>> data = to_xarray(dilemma.solve(dilemma.load("abandonment"), "post_cold_war"))
    >>> data["probability"].sel(player="japan", action="strong").values.round(4).tolist()
    [0.0, 1.0, 0.2548]
    """
    from dilemma.games.matrix.many_games import ManyEquilibria

    return found.to_xarray() if isinstance(found, ManyEquilibria) else _of_one_game(found)


def _of_one_game(found: Equilibria) -> xr.Dataset:
    _see(found)
    import numpy as np
    import xarray as xr

    players = list(found[0].payoffs) if len(found) else []
    decisions = list(found[0].play) if len(found) else []
    where = "player" if decisions == players else "decision"
    actions = list(dict.fromkeys(a for d in decisions for a in found[0].play[d]))
    chances = [[[as_float(e.play[d].get(a)) for a in actions] for d in decisions] for e in found]
    payoffs = [[as_float(e.payoffs[p]) for p in players] for e in found]
    shape = (len(found), len(decisions), len(actions))
    units = [found.units.get(player, "") for player in players]
    one_unit = {"units": units[0]} if len(set(units)) == 1 else {}
    along = ("equilibrium", "player")
    play, action = ("chosen", "choice") if found.chosen else ("probability", "action")
    attributes = {} if found.chosen else {"units": "1"}
    variables: dict[str, Any] = {
        play: (("equilibrium", where, action), np.reshape(chances, shape), attributes),
        "payoff": (along, np.reshape(payoffs, (len(found), len(players))), one_unit),
        "regret": ("equilibrium", [as_float(e.regret) for e in found], one_unit),
        "strict": ("equilibrium", np.array([e.strict for e in found], dtype=bool)),
    }
    variables |= _outcome_variables(found, (*variables, *along, where, action, "unit"))
    return xr.Dataset(
        variables,
        coords={
            "equilibrium": list(found.names),
            "player": players,
            where: decisions,
            action: actions,
            "unit": ("player", units),
        },
        attrs={
            **found.origin,
            **{f"value of {name}": str(value) for name, value in found.calibration.items()},
            **{f"version of {name}": version for name, version in found.versions.items()},
        },
    )


def _see(found: object) -> None:
    """See that equilibria are given, and that there is what labels them."""
    if not isinstance(found, Equilibria):
        raise CallError(
            "to_xarray takes equilibria at one calibration, such as dilemma.solve(model, era) "
            f"returns, not a {type(found).__name__}"
        )
    library("xarray")


def _outcome_variables(found: Equilibria, taken: Iterable[str]) -> dict[str, Any]:
    """Return each outcome over the equilibria, with its unit."""
    outcomes = list(found[0].outcomes) if len(found) else []
    own = free_names(outcomes, taken)
    return {
        own[name]: (
            "equilibrium",
            [as_float(e.outcomes[name]) for e in found],
            {"units": found.units.get(name, "")},
        )
        for name in outcomes
    }
