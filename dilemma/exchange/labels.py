"""Names for what other programs label with any text: valid, distinct, and always the same."""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Iterable, Sequence

from dilemma.reading.naming import is_name

__all__ = ["model_name", "named", "named_moves"]

LONGEST = 40


def named(
    players: Sequence[str], actions: Sequence[Sequence[str]]
) -> tuple[list[str], list[list[str]]]:
    """Return a name for every player, and for every action of each.

    A label that is a name stays one.  Of another its letters and digits stay; one that begins with
    a digit has a word or, where it is an action's, the player's letter put before it; one without
    letters and digits is called by its position.  Names of players are distinct from all others,
    and the actions of one player from each other; two players may have actions of the same name.

    Examples
    --------
    >>> named(["Player 1", "2"], [["1", "2"], ["stay", "go away", "stay", ""]])
    (['Player_1', 'player_2'], [['a1', 'a2'], ['stay', 'go_away', 'stay_2', 'b4']])
    """
    valid = {label for own in actions for label in own if is_name(label)}
    found = _distinct(players, "player_", spare=valid)
    letters = string.ascii_lowercase
    return found, [
        _distinct(own, letters[index % len(letters)], taken=found)
        for index, own in enumerate(actions)
    ]


def named_moves(
    players: Sequence[str], moves: Sequence[tuple[int, Sequence[str]]]
) -> tuple[list[str], list[list[str]]]:
    """Return a name for every player of a tree, and for every action of each of its moves.

    Parameters
    ----------
    players : sequence of str
    moves : sequence of (player, labels)
        Who moves, counted from one, 0 for chance; and with which actions.

    Examples
    --------
    >>> named_moves(["Ann"], [(0, ["red", "1/2"]), (1, ["root", "2"]), (1, ["2", "Ann"])])
    (['Ann'], [['red', 'n1_2'], ['root_2', 'a2'], ['a2', 'Ann_2']])
    """
    valid = {label for _, own in moves for label in own if is_name(label)}
    found = _distinct(players, "player_", spare=valid)
    letters = ["n", *string.ascii_lowercase]
    taken = [*found, "root"]  # a history is called by its actions, and the first one "root"
    return found, [_distinct(own, letters[player], taken=taken) for player, own in moves]


def model_name(label: str) -> str:
    """Return a name for a model.

    Examples
    --------
    >>> model_name("stengel"), model_name("2x2 game")
    ('stengel', 'game_2x2_game')
    """
    return _distinct([label], "game_")[0]


def _distinct(
    labels: Sequence[str], prefix: str, *, taken: Iterable[str] = (), spare: Iterable[str] = ()
) -> list[str]:
    """Name labels apart; what is made up keeps clear of ``spare`` as well."""
    wanted = set(labels).difference(taken)
    kept = {label for label in wanted if is_name(label)}
    used = {*taken, *spare, *kept}
    found: list[str] = []
    for position, label in enumerate(labels, 1):
        if label in kept:
            kept.remove(label)
            found.append(label)
            continue
        made = stem = _word(label, prefix, position)
        count = 1
        while made in used:
            count += 1
            made = f"{stem}_{count}"
        used.add(made)
        found.append(made)
    return found


def _word(label: str, prefix: str, position: int) -> str:
    text = re.sub(r"\W+", "_", unicodedata.normalize("NFKC", label)).strip("_")[:LONGEST]
    word = text if text.isidentifier() else f"{prefix}{text or position}"
    return next(
        (name for name in (word, f"{word}_") if is_name(name)),
        f"{prefix}{position}",
    )
