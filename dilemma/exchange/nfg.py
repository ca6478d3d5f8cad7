"""Gambit's strategic-form files (``.nfg``): read into models, and written from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any

from dilemma.exchange.labels import named
from dilemma.exchange.numbers import check_simultaneous, numbers
from dilemma.exchange.opening import opened
from dilemma.exchange.quoting import are_labels, braced, number, quoted
from dilemma.exchange.strategic import read_strategic
from dilemma.exchange.words import Words
from dilemma.model import At, Model
from dilemma.parts import Profile

__all__ = ["parse_nfg", "read_nfg", "strategic_text", "write_nfg"]


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
    check_simultaneous(model)
    game = numbers(model, at, changes)
    actions = [player.actions for player in model.players.values()]
    payoffs = {profile: tuple(cell.values()) for profile, cell in game.payoffs.items()}
    return strategic_text(game.title, _labels(model), actions, payoffs, game.comment(model))


def strategic_text(
    title: str,
    players: Sequence[str],
    actions: Sequence[Sequence[str]],
    payoffs: Mapping[Profile, Sequence[Fraction]],
    comment: str = "",
) -> str:
    """Return the text of a strategic game in the payoff version, first player fastest."""
    lines = [
        f"NFG 1 R {quoted(title)}",
        braced(players),
        "",
        "{",
        *map(braced, actions),
        "}",
        quoted(comment),
        "",
    ]
    for rest in product(*reversed(actions[1:])):
        profiles: list[Profile] = [(action, *reversed(rest)) for action in actions[0]]
        lines.append("  ".join(" ".join(map(number, payoffs[one])) for one in profiles))
    return "\n".join(lines) + "\n"


def _labels(model: Model) -> list[str]:
    """Return the players' titles where their names can be read from them, else the names."""
    names = list(model.players)
    titles = [player.title for player in model.players.values()]
    actions = [list(player.actions) for player in model.players.values()]
    kept = are_labels(titles) and named(titles, actions) == (names, actions)
    return titles if kept else names
