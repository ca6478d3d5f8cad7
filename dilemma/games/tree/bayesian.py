"""Bayesian games: a table whose players have types, read as the tree that it is short for.

Chance draws each player's type, a player knows its own, and all act at once.  Solutions, claims,
regions and files are those of the tree.

References
----------
Harsanyi 1967, "Games with incomplete information played by 'Bayesian' players", Management Science 14(3).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from itertools import product
from typing import TYPE_CHECKING, ClassVar

from dilemma.errors import Mistake, nearest
from dilemma.games.kind import Statement
from dilemma.games.tree import TreeGame
from dilemma.games.tree.histories import MOST_NODES, ROOT, history_of, key_of, read_tree_tables
from dilemma.games.tree.nodes import NodeRow
from dilemma.reading.rows import KEY, Document, Formula, Names, Row, Where, player_names

if TYPE_CHECKING:
    from dilemma.reading.expressions import Scope

__all__ = ["BayesianGame", "DrawnRow"]

ANY = "*"
Profile = tuple[str, ...]


class DrawnRow(Row):
    """A player's types, each with its chance."""

    cell: dict[str, Formula]


@dataclass(frozen=True)
class BayesianGame(TreeGame):
    """A tree in which chance draws types and all then act at once, each knowing its own type."""

    here: ClassVar[str] = "players have types, and choose among actions, all at once"
    sections: ClassVar[Mapping[str, type]] = {"types": DrawnRow}
    needed: ClassVar[tuple[str, ...]] = ("types",)

    @property
    def kind(self) -> str:
        """Of this word."""
        return "bayesian"

    @classmethod
    def read(cls, document: Document, scope: Scope, mistakes: list[Mistake]) -> Statement | None:
        """Read players, their types, and payoffs at each profile of types and actions."""
        table = _Table(document, [])
        tree = table.as_tree()
        inner: list[Mistake] = []
        found = None if tree is None else read_tree_tables(tree, scope, inner)
        mistakes += table.mistakes
        for one in inner:
            told = replace(one, where=table.place(one.where))
            if told not in mistakes:
                mistakes.append(told)
        if found is None or not isinstance(found.game, TreeGame):
            return None
        own = {field.name: getattr(found.game, field.name) for field in fields(found.game)}
        return replace(found, game=cls(**own))

    @classmethod
    def names(cls, document: Document) -> Names:
        """Yield actions and types."""
        yield from player_names(document)
        for player, row in document.rows("types").items():
            for name in row:
                yield "types", ("types", player, name), name


@dataclass(frozen=True)
class _Table:
    """A document of this kind, and what is wrong with it."""

    document: Document
    mistakes: list[Mistake]

    def say(self, where: Where, message: str, hint: str = "") -> None:
        self.mistakes.append(Mistake(where, message, hint, width=KEY))

    def as_tree(self) -> Document | None:
        """Return the document of the tree; None where it is wrong."""
        document = self.document
        if document.broken.get("players") or document.broken.get("types"):
            return None
        self._check()
        if self.mistakes:
            return None
        tree = self._nodes()
        payoffs = self._payoffs()
        if self.mistakes:
            return None
        return replace(
            document,
            players={
                name: row.model_copy(update={"actions": []})
                for name, row in document.players.items()
            },
            payoffs=payoffs,
            sections={"types": {}, "tree": tree},
            broken={**document.broken, "types": frozenset(), "tree": frozenset()},
        )

    def _check(self) -> None:
        players = self.document.players
        for name, row in self.document.rows("types").items():
            if name not in players:
                self.say(("types", name), f"no player {name!r}", nearest(name, players))
            if not row:
                self.say(("types", name), "at least one type is wanted")
        for name, row in players.items():
            if len(row.actions) < 1 or len(set(row.actions)) < len(row.actions):
                self.say(("players", name), "actions that differ are wanted", "at least one")
        for name in (*self.drawn, *players)[:1]:  # whose types, or actions, come first in a history
            where = ("types", name, ROOT) if self.drawn else ("players", name, "actions")
            if ROOT in (self.types(name) or players[name].actions):
                self.say(where, f"{ROOT!r} is where a tree begins", "another name is wanted")
        size = 1
        for name in players:
            size *= max(len(self.types(name)), 1) * max(len(players[name].actions), 1)
        if not self.mistakes and size > MOST_NODES:
            self.say(
                ("players",), f"{size:,} profiles of types and actions", f"{MOST_NODES:,} at most"
            )

    def types(self, player: str) -> tuple[str, ...]:
        """Return a player's types; none where it has one only."""
        row = self.document.rows("types").get(player)
        return () if row is None else tuple(row)

    @property
    def drawn(self) -> list[str]:
        """The players who have types, in their order."""
        return [name for name in self.document.players if self.types(name)]

    def _nodes(self) -> dict[str, NodeRow]:
        nodes: dict[str, NodeRow] = {}
        drawn, players = self.drawn, self.document.players
        for depth, name in enumerate(drawn):
            for before in product(*(self.types(other) for other in drawn[:depth])):
                chances = dict(self.document.rows("types")[name])
                nodes[key_of(before)] = NodeRow(chance=chances)
        order = list(players)
        for types in product(*map(self.types, drawn)):
            own = dict(zip(drawn, types, strict=True))
            for depth, name in enumerate(order):
                known = f"{name} {own[name]}" if name in own else name
                for before in product(*(players[other].actions for other in order[:depth])):
                    nodes[key_of((*types, *before))] = NodeRow(
                        player=name, actions=list(players[name].actions), information=known
                    )
        return nodes

    def _ends(self) -> Iterator[tuple[Profile, Profile]]:
        drawn = self.drawn
        for types in product(*map(self.types, drawn)):
            for actions in product(*(row.actions for row in self.document.players.values())):
                yield types, actions

    def _payoffs(self) -> dict[str, str | dict[str, str]]:
        lines = {key: self._line(key) for key in self.document.payoffs}
        used: set[str] = set()
        found: dict[str, str | dict[str, str]] = {}
        for types, actions in self._ends():
            key = next((k for k, line in lines.items() if _fits(line, types, actions)), None)
            if key is None:
                shown = f"{', '.join(types)}: {', '.join(actions)}"
                self.say(("payoffs",), f"nothing is said of {shown!r}", "write it, or * for any")
                return {}
            used.add(key)
            found[key_of((*types, *actions))] = self.document.payoffs[key]
        for key in lines:
            if key not in used and not self.mistakes:
                self.say(("payoffs", key), "of no types and actions that are left", self._hint())
        return found

    def _line(self, key: str) -> tuple[Profile, Profile] | None:
        """Read a key: types before a colon, in the order of the players who have some, and actions."""
        types, colon, actions = key.rpartition(":")
        parts = tuple(part.strip() for part in actions.split(","))
        drawn = (
            tuple(part.strip() for part in types.split(",")) if colon else (ANY,) * len(self.drawn)
        )
        fits = len(parts) == len(self.document.players) and len(drawn) == len(self.drawn)
        if not fits:
            self.say(
                ("payoffs", key),
                "not a type of each player who has some and an action of each",
                self._hint(),
            )
        return (drawn, parts) if fits else None

    def _hint(self) -> str:
        first = next(self._ends())
        return f"such as {', '.join(first[0])}: {', '.join(first[1])}"

    def place(self, where: Where) -> Where:
        """Return where the author wrote what is wrong in the tree."""
        if where[:1] == ("tree",) and len(where) > 2 and where[2] == "chance":
            depth = 0 if where[1] == ROOT else len(history_of(str(where[1])))
            return ("types", self.drawn[depth], *where[3:])
        if where[:1] == ("payoffs",) and len(where) > 1:
            parts = history_of(str(where[1]))
            drawn = len(self.drawn)
            for key in self.document.payoffs:
                if _fits(self._line(key), parts[:drawn], parts[drawn:]):
                    return ("payoffs", key, *where[2:])
        return where


def _fits(line: tuple[Profile, Profile] | None, types: Profile, actions: Profile) -> bool:
    return line is not None and all(
        wanted in (ANY, own)
        for wanted, own in zip((*line[0], *line[1]), (*types, *actions), strict=True)
    )
