"""The text of a Gambit extensive-form file (``.efg``), read into its parts.

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

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from dilemma.exchange.opening import Format, opening, short, whole
from dilemma.exchange.quoting import is_readable
from dilemma.exchange.words import Token, Words
from dilemma.reading.trees import MOST_NODES

__all__ = ["Extensive", "Move", "Steps", "read_extensive"]

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
