"""Gambit's extensive-form files (``.efg``): read into game trees, and written from them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import sympy as sp

from dilemma.errors import CalibrationError, UnsupportedError
from dilemma.exchange.branching import Extensive, Move, Steps, read_extensive
from dilemma.exchange.labels import named_moves
from dilemma.exchange.numbers import Numbers, numbers
from dilemma.exchange.opening import opened
from dilemma.exchange.prefix import extensive_text
from dilemma.exchange.quoting import are_labels, number
from dilemma.exchange.words import Words
from dilemma.extensive import History, Tree
from dilemma.model import At, Model
from dilemma.valuation import DIGITS

__all__ = ["parse_efg", "read_efg", "write_efg"]


def read_efg(path: str | Path) -> Model:
    r"""Read a game tree from a file of Gambit's.

    Parameters
    ----------
    path : str or Path
        The model is called by the file's stem, made a name.

    Returns
    -------
    Model
        Of kind ``"tree"``, without parameters.  Its title is the game's, its text the game's
        comment.  Labels that are no names are made names; each player keeps the label as a title.
        What outcomes pay on the way is added up at the ends.

    Raises
    ------
    ModelError
        With the line and column of the first mistake; imperfect recall is one.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "entry.efg"
    >>> _ = path.write_text('''EFG 2 R "Entry" { "Newcomer" "Incumbent" }
    ... p "" 1 1 "" { "enter" "stay out" } 0
    ... p "" 2 1 "" { "share" "fight" } 0
    ... t "" 1 "shared" { 1 1 }
    ... t "" 2 "war" { -1 -1 }
    ... t "" 3 "monopoly" { 0 2 }''')
    >>> game = read_efg(path)
    >>> game
    <Model 'entry': Entry (Newcomer, Incumbent; 0 parameters, 0 eras, 0 claims)>
    >>> game.profiles
    (('enter', 'share'), ('enter', 'fight'), ('stay_out',))
    """
    return parse_efg(*opened(path))


def parse_efg(text: str, name: str = "game", path: Path | None = None) -> Model:
    """Read a game tree from text, as :func:`read_efg` does from the file at ``path``."""
    said = read_extensive(Words(text, path or Path(f"{name}.efg")))
    moves = list(dict.fromkeys(said.moves.values()))
    players, named = named_moves(said.players, [(m.player, m.actions) for m in moves])
    actions = dict(zip(moves, named, strict=True))
    keys: dict[Steps, str] = {(): "root"}
    for where, move in said.moves.items():
        before = f"{keys[where]}, " if where else ""
        keys |= {(*where, k): before + action for k, action in enumerate(actions[move])}
    sets = _sets(said, players)
    document = {
        "title": said.title or name,
        "kind": "tree",
        "source": "",
        "reads": said.comment,
        "players": {
            player: {"title": label} for player, label in zip(players, said.players, strict=True)
        },
        "tree": {
            keys[where]: _row(move, players, actions[move], sets)
            for where, move in said.moves.items()
        },
        "payoffs": {
            keys[where]: dict(zip(players, map(_plain, paid), strict=True))
            for where, paid in said.ends.items()
        },
    }
    return Model.from_document(document, name, path)


def _plain(paid: Fraction) -> int | str:
    text = number(paid)
    return int(text) if paid.denominator == 1 and text.lstrip("-").isdigit() else text


def _row(
    move: Move, players: Sequence[str], actions: Sequence[str], sets: Mapping[Move, str]
) -> dict[str, Any]:
    if not move.player:
        chances = map(number, move.chances)
        return {"chance": dict(zip(actions, chances, strict=True))}
    row = {"player": players[move.player - 1], "actions": list(actions)}
    return row | ({"information": sets[move]} if sets[move] else {})


def _sets(said: Extensive, players: Sequence[str]) -> dict[Move, str]:
    """Name the information sets as the file does; "" for one that a model names by itself."""
    nodes = [move for move in said.moves.values() if move.player]
    given = {move: " ".join(move.name.split()) for move in nodes}
    told = Counter(given.values())
    alike = Counter(nodes)
    numbered = _numbered(nodes, players)
    found = {}
    for move, name in given.items():
        player = players[move.player - 1]
        own = name in (player, f"{player} first") or name.startswith(f"{player} after ")
        if name and told[name] == 1 and not own and name not in numbered:
            found[move] = name
        else:
            found[move] = f"{player} {move.number}" if alike[move] > 1 else ""
    return found


def _numbered(nodes: Sequence[Move], players: Sequence[str]) -> set[str]:
    return {f"{players[move.player - 1]} {move.number}" for move in nodes}


def write_efg(model: Model, /, at: At | None = None, **changes: Any) -> str:
    r"""Write a game tree at one calibration as an extensive game of Gambit's.

    Parameters
    ----------
    model : Model
        Of kind ``"tree"``, without private types.
    at : str, Era or mapping, optional
        An era, for its central values, or a value for each parameter.
    **changes
        Values that differ from those.

    Returns
    -------
    str
        Payoffs and chances are exact fractions; an irrational one is rounded to 40 digits, and
        the comment says so.  It also says the calibration and the source.

    Raises
    ------
    CalibrationError
        For an unknown era or parameter, a missing or an impossible value, a negative chance.
    UnsupportedError
        For another kind of game, private types, or a payoff that is thousands of digits long.

    Examples
    --------
    >>> game = Model(
    ...     name="trust",
    ...     title="Trust",
    ...     kind="tree",
    ...     players={"ann": {}, "bob": {}},
    ...     parameters={"b": {"range": [0, 9], "unit": "1", "means": "a gain"}},
    ...     tree={
    ...         "root": {"player": "ann", "actions": ["trust", "leave"]},
    ...         "trust": {"player": "bob", "actions": ["share", "keep"]},
    ...     },
    ...     payoffs={
    ...         ("trust", "share"): {"ann": "b/3", "bob": "b/3"},
    ...         ("trust", "keep"): {"ann": -1, "bob": "b"},
    ...         ("leave",): {"ann": 0, "bob": 0},
    ...     },
    ... )
    >>> print(write_efg(game, b=2))
    EFG 2 R "Trust" { "ann" "bob" }
    "At b = 2."
    <BLANKLINE>
    p "" 1 1 "ann" { "trust" "leave" } 0
    p "" 2 1 "bob" { "share" "keep" } 0
    t "" 1 "" { 2/3, 2/3 }
    t "" 2 "" { -1, 2 }
    t "" 3 "" { 0, 0 }
    <BLANKLINE>
    """
    tree = model.tree
    if tree is None:
        raise UnsupportedError(f"{model.name} is no game tree: write_nfg writes a strategic game")
    if tree.types:
        raise UnsupportedError(
            f"{model.name} has private types on an interval ({', '.join(tree.types)}); "
            "Gambit has no continuous types"
        )
    game = numbers(model, at, changes)
    chances, rounded = _chances(model, tree, game)
    told = f"Irrational chances are rounded to {DIGITS} digits." if rounded else ""
    payoffs = {end: tuple(cell.values()) for end, cell in game.payoffs.items()}
    names = dict(zip(model.players, _labels(model), strict=True))
    comment = game.comment(model, told)
    return extensive_text(game.title, names, tree.nodes, payoffs, chances, comment=comment)


def _chances(
    model: Model, tree: Tree, game: Numbers
) -> tuple[dict[History, dict[str, Fraction]], bool]:
    """Return chance's probabilities, which sum to one, and whether any had to be rounded."""
    values = model.values(game.calibration)
    found: dict[History, dict[str, Fraction]] = {}
    rounded = False
    for history, node in tree.nodes.items():
        if node.player:
            continue
        exact = {action: chance.xreplace(values) for action, chance in node.chances.items()}
        if not all(chance.is_finite and chance.is_real for chance in exact.values()):
            where = ", ".join(history) or "the root"
            raise CalibrationError(f"{model.name}: chance has no probabilities at {where} there")
        rounded = rounded or not all(chance.is_Rational for chance in exact.values())
        near = {
            a: sp.Rational(sp.N(c, DIGITS)) if not c.is_Rational else c for a, c in exact.items()
        }
        mix = {a: Fraction(int(c.p), int(c.q)) for a, c in near.items()}
        last = node.actions[-1]
        mix[last] = 1 - sum((c for a, c in mix.items() if a != last), Fraction(0))
        if min(mix.values()) < 0:
            where = ", ".join(history) or "the root"
            raise CalibrationError(f"{model.name}: chance has a negative probability at {where}")
        found[history] = mix
    return found, rounded


def _labels(model: Model) -> list[str]:
    """Return the players' titles where their names can be read from them, else the names."""
    assert model.tree is not None
    names = list(model.players)
    titles = [player.title for player in model.players.values()]
    moves = [
        (names.index(node.player) + 1 if node.player else 0, node.actions)
        for node in model.tree.nodes.values()
    ]
    made, actions = named_moves(titles, moves)
    kept = made == names and all(tuple(a) == b for a, (_, b) in zip(actions, moves, strict=True))
    return titles if are_labels(titles) and kept else names
