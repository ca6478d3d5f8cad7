"""Which equilibria a claim may be confined to: a kind, a branch, or those of a concept."""

from __future__ import annotations

import re

from dilemma.chosen import Choices
from dilemma.errors import Mistake, nearest
from dilemma.reading.payoffs import Where
from dilemma.reading.setting import Setting

__all__ = ["among_mistake"]

_WORDS = ("pure", "mixed", "any")
_CONCEPTS = ("stable", "risk_dominant", "lowest", "highest")
_NAME = re.compile(r"\w+")
_BRANCH = "name a branch"


def among_mistake(where: Where, which: str, setting: Setting) -> Mistake | None:
    """Say what is wrong with a claim's ``among``, as far as a reader can know."""
    match which:
        case "pure" | "mixed" | "any":
            told = None
        case "stable":
            told = _stable(setting)
        case "risk_dominant":
            told = _risk_dominant(setting)
        case "lowest" | "highest":
            told = _extreme(which, setting)
        case _:
            told = _named(which, setting)
    return None if told is None else Mistake(where, *told)


def _stable(setting: Setting) -> tuple[str, str] | None:
    game = setting.choices
    if setting.kind == "matrix" or (game is not None and _two_numbers(game)):
        return None
    message = "'stable' is for simultaneous games: with actions, or two players with a number each"
    return message, f"{_BRANCH}, or leave 'among' out"


def _two_numbers(game: Choices) -> bool:
    return not game.leader and len(game.moves[0]) == len(game.choices) == 2 and not game.constraints


def _risk_dominant(setting: Setting) -> tuple[str, str] | None:
    sizes = [len(player.actions) for player in setting.players.values()]
    if setting.kind == "matrix" and sizes == [2, 2]:
        return None
    return (
        "'risk_dominant' is for two players with two actions each",
        f"{_BRANCH}{', or write stable' if setting.kind == 'matrix' else ''}",
    )


def _extreme(which: str, setting: Setting) -> tuple[str, str] | None:
    if setting.choices is not None and not setting.choices.leader:
        return None
    return (
        f"{which!r} is for players who choose numbers, all at once",
        f"{_BRANCH}{', or write stable' if setting.kind == 'matrix' else ''}",
    )


def _named(which: str, setting: Setting) -> tuple[str, str] | None:
    """Look at a branch's name, where it is known how branches are called."""
    if setting.kind == "matrix":
        return None if _is_supports(which, setting) else _unknown(which, (), _supports(setting))
    if setting.choices is not None and _NAME.fullmatch(which):
        game = setting.choices
        known = ["interior", *game.regimes, *game.constraints]
        return None if which in known else _unknown(which, known, "")
    return None  # other branches are worked out only where the game is solved


def _unknown(which: str, known: tuple[str, ...] | list[str], hint: str) -> tuple[str, str]:
    near = "" if "," in which else nearest(which, [*_WORDS, *_CONCEPTS, *known])
    return f"no equilibria are called {which!r}", near if near.startswith("did") else hint or near


def _is_supports(which: str, setting: Setting) -> bool:
    """Tell whether a name is a list of actions for each player, each list in the file's order."""
    own = which.split(", ")
    return len(own) == len(setting.players) and all(
        used == [a for a in player.actions if a in used]
        for used, player in zip(
            (one.split("/") for one in own), setting.players.values(), strict=True
        )
    )


def _supports(setting: Setting) -> str:
    first = [player.actions[0] for player in setting.players.values()]
    every = ["/".join(player.actions) for player in setting.players.values()]
    return f'such as "{", ".join(first)}" or "{", ".join(every)}"'
