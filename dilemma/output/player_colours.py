"""Whose colour is which: a player has one, in every figure and on the page, wherever it stands in a game.

Every colour can be read on white (4.5 to 1) and seen on black (3 to 1).  Those of Japan, the United
States and China are far apart for every kind of colour vision; a name always stands beside one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

__all__ = ["NOBODY", "owner_of", "player_colours"]

NOBODY = "#1b1d22"  # what belongs to no player
BELONGS: Mapping[str, str] = {
    "japan": "#0072B2",
    "united states": "#C04A00",
    "china": "#9030FC",
    "republic of korea": "#00785A",
    "australia": "#6E5ADC",
    "asean": "#6E6482",
    "japan and the united states": "#6B6F76",
}
# Other names of theirs.
ALSO: Mapping[str, str] = {
    "us": "united states",
    "usa": "united states",
    "america": "united states",
    "prc": "china",
    "rok": "republic of korea",
    "south korea": "republic of korea",
    "korea": "republic of korea",
    "asean and india": "asean",
}


class _Player(Protocol):
    @property
    def title(self) -> str:
        """What it is called."""


class _Choice(Protocol):
    @property
    def player(self) -> str:
        """Whose it is."""


def player_colours(players: Mapping[str, _Player]) -> dict[str, str]:
    """Return each player's colour: its own by its name or title, else one that is free, by order.

    Examples
    --------
    >>> from dilemma import load
    >>> player_colours(load("cork").players) == {"us": "#C04A00", "japan": "#0072B2"}
    True
    """
    own = {name: _belonging(name) or _belonging(player.title) for name, player in players.items()}
    free = [colour for colour in BELONGS.values() if colour not in own.values()] or [NOBODY]
    others = [name for name, colour in own.items() if not colour]
    given = {name: free[at % len(free)] for at, name in enumerate(others)}
    return {name: colour or given[name] for name, colour in own.items()}


def _belonging(name: str) -> str:
    plain = " ".join(name.casefold().replace("_", " ").split())
    return BELONGS.get(ALSO.get(plain, plain), "")


def owner_of(name: str, players: Mapping[str, _Player], choices: Mapping[str, _Choice]) -> str:
    """Return whose number one is, "" if nobody's: its choice, its payoff, or named after either.

    Examples
    --------
    >>> from dilemma import load
    >>> model = load("hedging")
    >>> [
    ...     owner_of(name, model.players, model.game.choices)
    ...     for name in ("x_U", "y_U", "japan", "net_us", "feedback")
    ... ]
    ['us', 'us', 'japan', 'us', '']
    """
    if name in choices:
        return choices[name].player
    owners = {own for own in players if name == own or name.endswith(f"_{own}")}
    _, _, index = name.partition("_")
    owners |= {c.player for own, c in choices.items() if index and own.partition("_")[2] == index}
    return owners.pop() if len(owners) == 1 else ""
