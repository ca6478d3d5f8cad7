"""Gambit's strategic-form files (``.nfg``): read into models, and written from them.

The format has two versions.  In both a title, the players and their strategies come first, by name
or as counts, and then perhaps a comment.  The *payoff* version goes on with the payoffs of all
players at one profile after the other, the first player's strategy changing fastest.  The
*outcome* version lists outcomes with a payoff for each player, and then the number of an outcome
for each profile, in the same order; number 0 pays nothing.

References
----------
The Gambit Project, "Game representation formats", Gambit documentation.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from dilemma.exchange.gambit_text import (
    Format,
    Number,
    Words,
    are_labels,
    named,
    numbers,
    opened,
    opening,
    short,
    strategic_text,
    whole,
)
from dilemma.games.kind import Can
from dilemma.games.profiles import MOST_PROFILES
from dilemma.model import At, Model

__all__ = ["parse_nfg", "read_nfg", "read_strategic", "write_nfg"]


_FORMAT = Format(
    word="NFG",
    version="1",
    game="strategic game",
    least=2,
    other="EFG",
    elsewhere="a file of a game tree ends in .efg",
)


@dataclass(frozen=True, slots=True)
class Strategic:
    """What a file says.

    Attributes
    ----------
    title, comment : str
    players : list of str
    strategies : list of list of str
        Each player's.
    payoffs : list of list of numbers
        One for each player at each profile, the first player's strategy changing fastest.
    """

    title: str
    comment: str
    players: list[str]
    strategies: list[list[str]]
    payoffs: list[list[Number]]


def read_strategic(words: Words) -> Strategic:
    """Read a file from its first word to its last.

    Raises
    ------
    ModelError
        With the line and column of the first mistake.
    """
    title, players = opening(words, _FORMAT)
    strategies = _strategies(words, players)
    comment = words.want_text("a comment") if words.next.kind == "text" else ""
    profiles = math.prod(map(len, strategies))
    shape = f"{len(players)} players with {_and(strategies)} strategies"
    if words.next.is_mark("{"):
        payoffs = list(_chosen(words, _outcomes(words, players), profiles, shape))
    else:
        payoffs = _payoffs(words, profiles, len(players), shape)
    return Strategic(title, comment, players, strategies, payoffs)


def _strategies(words: Words, players: Sequence[str]) -> list[list[str]]:
    words.want("{", "before the strategies")
    read = _list if words.next.is_mark("{") else _count
    found: list[list[str]] = []
    for player in players:
        if words.next.is_mark("}"):
            message = f"the strategies of {short(player)} are missing"
            raise words.error(words.next, message, f"there are {len(players)} players")
        begin = words.next
        found.append(read(words, player))
        profiles = math.prod(map(len, found))
        if profiles > MOST_PROFILES:
            message = f"a game with {profiles:,} profiles or more"
            raise words.error(begin, message, f"at most {MOST_PROFILES:,}")
    if not words.next.is_mark("}"):
        raise words.unwanted(f"a '}}' is wanted behind the strategies of {len(players)} players")
    words.take()
    return found


def _list(words: Words, player: str) -> list[str]:
    words.want("{", f"before the strategies of {short(player)}")
    found: list[str] = []
    while not words.next.is_mark("}"):
        if len(found) == MOST_PROFILES:
            raise words.error(words.next, "too many strategies", f"at most {MOST_PROFILES:,}")
        found.append(words.want_text("a strategy's name or '}'"))
    if not found:
        raise words.error(words.next, f"{short(player)} has no strategies", "at least one")
    words.take()
    return found


def _count(words: Words, player: str) -> list[str]:
    token = words.next
    count = whole(words, f"the number of strategies of {short(player)}")
    if count == 0:
        raise words.error(token, f"{short(player)} has no strategies", "at least one is wanted")
    if count > MOST_PROFILES:
        message = f"{token} strategies of {short(player)}"
        raise words.error(token, message, f"at most {MOST_PROFILES:,}")
    return [str(number) for number in range(1, count + 1)]


def _payoffs(words: Words, profiles: int, players: int, shape: str) -> list[list[Number]]:
    needed = profiles * players
    found: list[Number] = []
    while len(found) < needed:
        if words.next.kind == "end":
            raise words.error(words.next, *_missing("payoff", needed - len(found), needed, shape))
        found.append(words.want_number("a payoff"))
    if words.next.kind != "end":
        raise words.error(words.next, f"more payoffs than the {needed:,} that {shape} need")
    return [found[at : at + players] for at in range(0, needed, players)]


def _outcomes(words: Words, players: Sequence[str]) -> list[list[Number]]:
    """Return the payoffs of each outcome, that of number 0 first."""
    words.want("{", "before the outcomes")
    found: list[list[Number]] = [[0] * len(players)]
    while not words.next.is_mark("}"):
        words.want("{", "before an outcome")
        words.want_text("the outcome's name")
        own: list[Number] = []
        for player in players:
            own.append(words.want_number(f"the payoff of {short(player)}"))
            words.accept(",")
        words.want("}", f"behind the {len(players)} payoffs of an outcome")
        found.append(own)
    words.take()
    return found


def _chosen(
    words: Words, outcomes: Sequence[list[Number]], profiles: int, shape: str
) -> Iterator[list[Number]]:
    for done in range(profiles):
        token = words.next
        if token.kind == "end":
            raise words.error(token, *_missing("outcome", profiles - done, profiles, shape))
        number = whole(words, "the number of an outcome")
        if number >= len(outcomes):
            there = f"there are {len(outcomes) - 1}, and 0, which pays nothing"
            raise words.error(token, f"no outcome {token}", there)
        yield outcomes[number]
    if words.next.kind != "end":
        raise words.error(words.next, f"more outcomes than the {profiles:,} that {shape} need")


def _missing(what: str, count: int, needed: int, shape: str) -> tuple[str, str]:
    told = f"1 {what} is missing" if count == 1 else f"{count:,} {what}s are missing"
    return told, f"{shape} need {needed:,}"


def _and(strategies: Sequence[Sequence[str]]) -> str:
    *first, last = (str(len(own)) for own in strategies)
    return f"{', '.join(first)} and {last}"


# --- models from files, and files of models -------------------------------------------------------


def read_nfg(path: str | Path) -> Model:
    r"""Read a strategic game from a file of Gambit's.

    Parameters
    ----------
    path : str or Path
        The model is called by the file's stem, made a name.

    Returns
    -------
    Model
        Without parameters.  Its title is the game's, its text the game's comment.  Labels that
        are no names are made names; each player keeps the label as a title.

    Raises
    ------
    ModelError
        With the line and column of the first mistake.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "hunt.nfg"
    >>> _ = path.write_text('NFG 1 R "Hunt" { "Ann" "Bob" } { 2 2 }  2 2  1 0  0 1  1 1')
    >>> game = read_nfg(path)
    >>> game
    <Model 'hunt': Hunt (Ann, Bob; 0 parameters, 0 eras, 0 claims)>
    >>> game.payoffs["a2", "b1"]["Ann"], game.payoffs["a1", "b2"]["Ann"]
    (1, 0)
    """
    return parse_nfg(*opened(path))


def parse_nfg(text: str, name: str = "game", path: Path | None = None) -> Model:
    """Read a strategic game from text, as :func:`read_nfg` does from the file at ``path``."""
    said = read_strategic(Words(text, path or Path(f"{name}.nfg")))
    players, actions = named(said.players, said.strategies)
    # The file counts up the first player's strategies fastest, a model the last player's.
    counted = (", ".join(reversed(key)) for key in product(*reversed(actions)))
    payoffs = dict(zip(counted, said.payoffs, strict=True))
    document = {
        "title": said.title or name,
        "kind": "matrix",
        "source": "",
        "reads": said.comment,
        "players": {
            player: {"actions": own, "title": label}
            for player, own, label in zip(players, actions, said.players, strict=True)
        },
        "payoffs": {
            key: dict(zip(players, payoffs[key], strict=True))
            for key in map(", ".join, product(*actions))
        },
    }
    return Model.from_document(document, name, path)


def write_nfg(model: Model, /, at: At | None = None, **changes: Any) -> str:
    r"""Write a model at one calibration as a strategic game of Gambit's, in the payoff version.

    Parameters
    ----------
    model : Model
    at : str, Era or mapping, optional
        An era, for its central values, or a value for each parameter.
    **changes
        Values that differ from those.

    Returns
    -------
    str
        Payoffs are exact fractions; an irrational one is rounded to 40 digits, and the comment
        says so.  It also says the calibration and the source.  Gambit reads no backslash back
        as it was written, so that one is written as a slash.

    Raises
    ------
    CalibrationError
        For an unknown era or parameter, a missing or an impossible value.
    UnsupportedError
        For a payoff that is thousands of digits long.

    Examples
    --------
    >>> from dilemma import matrix
    >>> game = matrix([["a", 0], [0, "1/3"]], actions=[["x", "y"]] * 2, title="A game")
    >>> print(write_nfg(game, a=0.1))
    NFG 1 R "A game"
    { "row" "column" }
    <BLANKLINE>
    {
    { "x" "y" }
    { "x" "y" }
    }
    "At a = 0.1."
    <BLANKLINE>
    1/10 -1/10  0 0
    0 0  1/3 -1/3
    <BLANKLINE>
    """
    model.needs(Can.TABLE, "an .nfg file")
    game = numbers(model, at, changes)
    actions = [player.actions for player in model.players.values()]
    payoffs = {profile: tuple(cell.values()) for profile, cell in game.payoffs.items()}
    return strategic_text(game.title, _labels(model), actions, payoffs, game.comment(model))


def _labels(model: Model) -> list[str]:
    """Return the players' titles where their names can be read from them, else the names."""
    names = list(model.players)
    titles = [player.title for player in model.players.values()]
    actions = [list(player.actions) for player in model.players.values()]
    kept = are_labels(titles) and named(titles, actions) == (names, actions)
    return titles if kept else names
