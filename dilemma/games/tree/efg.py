"""Gambit's extensive-form files (``.efg``): read into game trees, and written from them.

A title, the players and perhaps a comment come first, and then the nodes in prefix order: each
node, and behind it everything that follows its first action, its second, and so on.  A node is

    c "name" event { "action" chance … } outcome            where chance moves
    p "name" player set { "action" … } outcome              where a player moves
    t "name" outcome                                        where play ends

Events, information sets (numbered for each player) and outcomes are described where their number
comes first, by a name and then what is in braces, and may be described again.  An outcome is a
number, 0 for none, and the payoffs of all players; what is paid on a path adds up.

References
----------
The Gambit Project, "The extensive game (.efg) file format", Gambit documentation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import sympy as sp

from dilemma.errors import CalibrationError, UnsupportedError
from dilemma.exchange.gambit_text import (
    Format,
    Numbers,
    Token,
    Words,
    are_labels,
    braced,
    is_label,
    is_readable,
    named_moves,
    number,
    numbers,
    opened,
    opening,
    quoted,
    short,
    whole,
)
from dilemma.games.profiles import DIGITS
from dilemma.games.tree import TreeGame, tree_of
from dilemma.games.tree.histories import MOST_NODES
from dilemma.games.tree.nodes import History, Node
from dilemma.model import At, Model

__all__ = [
    "Extensive",
    "Move",
    "Steps",
    "extensive_text",
    "parse_efg",
    "read_efg",
    "read_extensive",
    "write_efg",
]


def extensive_text(
    title: str,
    players: Mapping[str, str],
    nodes: Mapping[History, Node],
    payoffs: Mapping[History, Sequence[Fraction]],
    chances: Mapping[History, Mapping[str, Fraction]],
    *,
    root: History = (),
    comment: str = "",
) -> str:
    """Return the text of a game tree, or of a part of one.

    Parameters
    ----------
    title : str
    players : mapping of player to label
    nodes : mapping of history to Node
    payoffs : mapping of history to payoffs, in the players' order
        Where it ends.
    chances : mapping of history to mapping of action to probability
    root : history
        Where it begins.
    """
    lines = [f"EFG 2 R {quoted(title)} {braced(list(players.values()))}", quoted(comment), ""]
    order = list(players)
    numbered: dict[str, dict[object, int]] = {}
    ends = 0
    for history in _prefix(nodes, root):
        node = nodes.get(history)
        if node is None:
            ends += 1
            lines.append(f't "" {ends} "" {{ {", ".join(map(number, payoffs[history]))} }}')
            continue
        own = numbered.setdefault(node.player, {})
        count = own.setdefault(node.decision or history, len(own) + 1)
        if not node.player:
            likely = " ".join(f"{quoted(a)} {number(chances[history][a])}" for a in node.actions)
            lines.append(f'c "" {count} "" {{ {likely} }} 0')
            continue
        label = node.decision if is_label(node.decision) else ""
        who = order.index(node.player) + 1
        lines.append(f'p "" {who} {count} {quoted(label)} {braced(node.actions)} 0')
    return "\n".join(lines) + "\n"


def _prefix(nodes: Mapping[History, Node], root: History) -> Iterator[History]:
    waiting = [root]
    while waiting:
        history = waiting.pop()
        yield history
        if history in nodes:
            waiting += [(*history, action) for action in reversed(nodes[history].actions)]


# --- the text read --------------------------------------------------------------------------------


MOST_ENDS = 10_000
LARGEST = 10**8  # of the numbers that things are called by
_FORMAT = Format(
    word="EFG",
    version="2",
    game="extensive game",
    least=1,
    other="NFG",
    elsewhere="a file of a strategic game ends in .nfg",
)

Steps = tuple[int, ...]  # the positions of the actions that led to a node
_Known = tuple[tuple[int, int], ...]  # the sets at which a player has moved, and the actions


@dataclass(frozen=True, slots=True)
class Move:
    """An information set, or an event of chance's.

    Attributes
    ----------
    player : int
        Counted from one; 0 for chance.
    number : int
        What the file calls it, for each player by itself.
    name : str
    actions : tuple of str
    chances : tuple of Fraction
        Empty where a player moves.
    """

    player: int
    number: int
    name: str
    actions: tuple[str, ...]
    chances: tuple[Fraction, ...]


@dataclass(frozen=True, slots=True)
class Extensive:
    """What a file says.

    Attributes
    ----------
    title, comment : str
    players : list of str
    moves : mapping of path to Move
        In prefix order; several paths to one move are an information set.
    ends : mapping of path to list of Fraction
        What each player is paid there, all along the path.
    """

    title: str
    comment: str
    players: list[str]
    moves: Mapping[Steps, Move]
    ends: Mapping[Steps, list[Fraction]]


def read_extensive(words: Words) -> Extensive:
    """Read a file from its first word to its last.

    Raises
    ------
    ModelError
        With the line and column of the first mistake.
    """
    title, players = opening(words, _FORMAT)
    comment = words.want_text("a comment") if words.next.kind == "text" else ""
    reader = _Reader(words, players)
    reader.read()
    return Extensive(title, comment, players, reader.moves, reader.ends)


@dataclass
class _Reader:
    """Reads the nodes; remembers what its numbers stand for."""

    words: Words
    players: list[str]
    moves: dict[Steps, Move] = field(default_factory=dict)
    ends: dict[Steps, list[Fraction]] = field(default_factory=dict)
    described: dict[tuple[int, int], Move] = field(default_factory=dict)
    outcomes: dict[int, list[Fraction]] = field(default_factory=dict)
    known: dict[tuple[int, int], _Known] = field(default_factory=dict)

    def read(self) -> None:
        """Read every node, and see that nothing comes behind the last one."""
        nothing = [Fraction(0)] * len(self.players)
        waiting: list[tuple[Steps, list[Fraction], dict[int, _Known]]] = [((), nothing, {})]
        while waiting:
            path, before, known = waiting.pop()
            token = self.words.next
            move = self._node(path, known)
            paid = [a + b for a, b in zip(before, self._outcome(), strict=True)]
            if not all(map(is_readable, paid)):
                message = "the payoffs on the way here add up to a number of unreasonable size"
                raise self.words.error(token, message)
            if move is None:
                self.ends[path] = paid
                continue
            self.moves[path] = move
            for position in reversed(range(len(move.actions))):
                did = (*known.get(move.player, ()), (move.number, position))
                waiting.append(((*path, position), paid, {**known, move.player: did}))
        if self.words.next.kind != "end":
            what = f"{len(self.moves):,} moves and {len(self.ends):,} ends"
            raise self.words.error(self.words.next, f"more than a tree: it has {what} before this")

    def _node(self, path: Steps, known: Mapping[int, _Known]) -> Move | None:
        """Read a node up to its outcome; None where play ends."""
        words, kind = self.words, self.words.next
        if kind.kind != "word" or kind.text not in ("c", "p", "t"):
            where = "the first node" if not path else f"the node behind action {path[-1] + 1}"
            hint = "c where chance moves, p where a player does, t where play ends"
            raise words.unwanted(f"{where} is wanted", hint)
        words.take()
        words.want_text("the node's name")
        count, most, what = (
            (len(self.ends), MOST_ENDS, "ends")
            if kind.text == "t"
            else (len(self.moves), MOST_NODES, "moves")
        )
        if count == most:
            raise words.error(kind, f"more than {most:,} {what}")
        if kind.text == "t":
            if not path:
                raise words.error(kind, "a game in which nobody moves")
            return None
        player = 0 if kind.text == "c" else self._player()
        token = words.next
        number = _called(words, f"the number of an {'information set' if player else 'event'}")
        move = self._described(token, player, number)
        own = known.get(player, ())
        if player and self.known.setdefault((player, number), own) != own:
            message = f"{short(self.players[player - 1])} would forget something here"
            hint = f"at every node of set {number} it has known and done the same before"
            raise words.error(token, message, hint)
        return move

    def _player(self) -> int:
        token = self.words.next
        number = whole(self.words, "the number of a player")
        if not 1 <= number <= len(self.players):
            message, count = f"no player {token}", len(self.players)
            raise self.words.error(token, message, f"the players are numbered from 1 to {count}")
        return number

    def _described(self, token: Token, player: int, number: int) -> Move:
        words, before = self.words, self.described.get((player, number))
        what = f"information set {number}" if player else f"event {number}"
        if words.next.kind != "text":
            if before is None:
                hint = 'a name and { "action" … }, where it comes first'
                raise words.error(token, f"{what} is not described", hint)
            return before
        name = words.want_text("a name")
        begin = words.want("{", f"before the actions of {what}")
        actions, chances = self._actions(bool(player), what)
        if not player and (min(chances) < 0 or sum(chances) != 1):
            wrong = f"sum to {sum(chances)}" if sum(chances) != 1 else "are negative"
            hint = "write them as fractions, such as 1/3, that sum to 1"
            raise words.error(begin, f"the chances of {what} {wrong}", hint)
        if before is None:
            before = Move(player, number, name, actions, chances)
            self.described[player, number] = before
        elif (before.actions, before.chances) != (actions, chances):
            hint = f"it has the actions {', '.join(map(short, before.actions[:8]))}"
            raise words.error(begin, f"{what} was described in another way before", hint)
        return before

    def _actions(self, chosen: bool, what: str) -> tuple[tuple[str, ...], tuple[Fraction, ...]]:  # noqa: FBT001
        words = self.words
        actions: list[str] = []
        chances: list[Fraction] = []
        while not words.next.is_mark("}"):
            if len(actions) == MOST_ENDS:
                raise words.error(words.next, f"more than {MOST_ENDS:,} actions")
            actions.append(words.want_text("an action's name or '}'"))
            if not chosen:
                chances.append(Fraction(words.want_number("the chance of an action")))
            words.accept(",")
        if not actions:
            raise words.error(words.next, f"{what} has no actions", "at least one is wanted")
        words.take()
        return tuple(actions), tuple(chances)

    def _outcome(self) -> list[Fraction]:
        """Read an outcome and return what it pays."""
        words, token = self.words, self.words.next
        number = _called(words, "the number of an outcome")
        if words.next.kind != "text":
            if number and number not in self.outcomes:
                hint = "a name and { payoff … }, where it comes first; 0 pays nothing"
                raise words.error(token, f"outcome {number} is not described", hint)
            return self.outcomes.get(number, [Fraction(0)] * len(self.players))
        if number == 0:
            raise words.unwanted("outcome 0 pays nothing and is not described")
        words.want_text("the outcome's name")
        begin = words.want("{", "before the payoffs")
        paid: list[Fraction] = []
        for player in self.players:
            paid.append(Fraction(words.want_number(f"the payoff of {short(player)}")))
            words.accept(",")
        words.want("}", f"behind the {len(self.players)} payoffs of an outcome")
        if self.outcomes.setdefault(number, paid) != paid:
            told = " ".join(map(str, self.outcomes[number]))
            raise words.error(
                begin, f"outcome {number} paid something else before", f"it paid {told}"
            )
        return paid


def _called(words: Words, what: str) -> int:
    """Read what an event, an information set or an outcome is called by: a whole number."""
    token = words.next
    found = whole(words, what)
    if found >= LARGEST:
        raise words.error(token, "a number of unreasonable size", f"less than {LARGEST:,}")
    return found


# --- models from files, and files of models -------------------------------------------------------


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
    >>> game.game.profiles
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
    tree = tree_of(model)
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
    model: Model, tree: TreeGame, game: Numbers
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
    names = list(model.players)
    titles = [player.title for player in model.players.values()]
    moves = [
        (names.index(node.player) + 1 if node.player else 0, node.actions)
        for node in tree_of(model).nodes.values()
    ]
    made, actions = named_moves(titles, moves)
    kept = made == names and all(tuple(a) == b for a, (_, b) in zip(actions, moves, strict=True))
    return titles if are_labels(titles) and kept else names
