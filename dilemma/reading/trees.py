"""The moves of a game tree, from a document whose rows have their shape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import sympy as sp

from dilemma.errors import nearest
from dilemma.extensive import Node, PrivateType, Tree
from dilemma.parts import Profile
from dilemma.reading.histories import ROOT, Telling, history_of, key_of
from dilemma.reading.payoffs import Where
from dilemma.reading.schema import KEY, NodeRow

__all__ = ["read_tree"]

MOST_NODES = 1000


def read_tree(telling: Telling) -> Tree | None:
    """Read the moves, the chances and the private types; None where they are wrong."""
    if len(telling.document.tree) > MOST_NODES:
        telling.say(("tree",), f"more than {MOST_NODES:,} moves", width=KEY)
        return None
    before = len(telling.mistakes)
    tree = _Reader(telling).tree()
    return tree if len(telling.mistakes) == before else None


@dataclass(frozen=True, slots=True)
class _Reader:
    telling: Telling
    keys: dict[Profile, str] = field(default_factory=dict)

    def tree(self) -> Tree | None:
        """Read the tree; None where nothing can be hung on it."""
        rows = self.keys
        for key in self.telling.document.tree:
            if rows.setdefault(history_of(key), key) != key:
                self.telling.say(("tree", key), "this history stands here twice", width=KEY)
        if self.telling.document.broken.get("tree") or "tree" not in self.telling.document.broken:
            if "tree" not in self.telling.document.broken:
                self.telling.say(("kind",), "a tree without a [tree]", f"it begins at '{ROOT}'")
            return None
        if () not in rows:
            self.telling.say(("tree",), f"{ROOT!r} is missing", "the first move", width=KEY)
            return None
        types = self._types()
        nodes: dict[Profile, Node] = {}
        ends: list[Profile] = []
        waiting: list[Profile] = [()]
        while waiting:
            history = waiting.pop()
            if history not in rows:
                ends.append(history)
                continue
            node = self._node(history, rows[history], types)
            if node is None:
                return None
            nodes[history] = node
            waiting += [(*history, action) for action in reversed(node.actions)]
            if len(nodes) > MOST_NODES:
                self.telling.say(("tree",), f"more than {MOST_NODES:,} moves", width=KEY)
                return None
        self._check_reached(rows, nodes)
        named = self._named(nodes)
        self._check_information(named)
        self._check_types(named)
        return Tree(named, tuple(ends), types)

    def _types(self) -> dict[str, PrivateType]:
        found: dict[str, PrivateType] = {}
        for name, row in self.telling.document.types.items():
            if row.of not in self.telling.document.players:
                hint = nearest(row.of, self.telling.document.players)
                self.telling.say(("types", name, "of"), f"no player {row.of!r}", hint)
            ends = [
                self.telling.formula(("types", name, "uniform", k), t)
                for k, t in enumerate(row.uniform)
            ]
            if any(other.player == row.of for other in found.values()):
                hint = "a player has one private type"
                self.telling.say(("types", name), f"a second type of {row.of}", hint, width=KEY)
            if None not in ends:
                found[name] = PrivateType(name, sp.Symbol(name, real=True), row.of, *ends)
        return found

    def _node(self, history: Profile, key: str, types: Mapping[str, PrivateType]) -> Node | None:
        row, where = self.telling.document.tree[key], ("tree", key)
        if row.chance is not None:
            return self._chance(history, where, row)
        if row.player is None or row.actions is None:
            hint = "player and actions, or chance"
            self.telling.say(where, "nobody moves here", hint, width=KEY)
            return None
        if row.player not in self.telling.document.players:
            hint = nearest(row.player, self.telling.document.players)
            self.telling.say((*where, "player"), f"no player {row.player!r}", hint)
            return None
        if not row.actions or len(set(row.actions)) < len(row.actions):
            self.telling.say((*where, "actions"), "actions that differ are wanted", "at least one")
            return None
        for index, name in enumerate(row.knows):
            if name not in types:
                self.telling.say(
                    (*where, "knows", index), f"no type {name!r}", nearest(name, types)
                )
            elif types[name].player != row.player:
                hint = f"it is of {types[name].player}"
                self.telling.say(
                    (*where, "knows", index), f"{row.player} does not know {name!r}", hint
                )
        if row.knows and len(row.actions) != 2:
            hint = "two can be solved by a cutoff"
            self.telling.say(
                (*where, "actions"), f"{len(row.actions)} actions that hang on a type", hint
            )
        knows = row.knows[0] if row.knows else ""
        return Node(history, row.player, tuple(row.actions), {}, row.information, knows)

    def _chance(self, history: Profile, where: Where, row: NodeRow) -> Node | None:
        assert row.chance is not None
        if row.player or row.actions or row.knows or row.information:
            self.telling.say(where, "either chance moves here or a player", width=KEY)
        chances = {
            a: self.telling.formula((*where, "chance", a), text) for a, text in row.chance.items()
        }
        if not chances or None in chances.values():
            if not chances:
                self.telling.say((*where, "chance"), "at least one chance is wanted")
            return None
        total = sp.simplify(sp.Add(*chances.values()))
        if total != 1:
            hint = "write the last one as 1 minus the others"
            self.telling.say((*where, "chance"), f"the chances sum to {total}, not to 1", hint)
        return Node(history, "", tuple(chances), chances, "", "")

    def _check_reached(self, rows: Mapping[Profile, str], nodes: Mapping[Profile, Node]) -> None:
        for history, key in rows.items():
            if history in nodes:
                continue
            end = next(
                k
                for k in range(len(history))
                if (history[:k] in nodes and history[k] not in nodes[history[:k]].actions)
                or history[:k] not in nodes
            )
            parent = nodes.get(history[:end])
            if parent is None:
                hint = f"nothing moves at '{key_of(history[:end])}'"
                self.telling.say(("tree", key), "this history is never reached", hint, width=KEY)
            else:
                who = parent.player or "chance"
                hint = nearest(history[end], parent.actions)
                message = f"{who} has no action {history[end]!r} there"
                self.telling.say(("tree", key), message, hint, width=KEY)

    def _named(self, nodes: Mapping[Profile, Node]) -> dict[Profile, Node]:
        """Name every information set: as the file does, or by the player and the history."""
        count: dict[str, set[object]] = {}
        for node in nodes.values():
            if node.player:
                count.setdefault(node.player, set()).add(node.decision or node.history)
        given = {node.decision for node in nodes.values()}
        found = {}
        for history, node in nodes.items():
            name = node.decision
            if node.player and not name:
                alone = len(count[node.player]) == 1
                name = node.player if alone else f"{node.player} after {key_of(history)}"
                name = f"{node.player} first" if not alone and not history else name
                if name in given:
                    hint = "call one of them otherwise: information = ..."
                    where: Where = ("tree", self._key_of(history))
                    self.telling.say(
                        where, f"an information set is called {name!r} too", hint, width=KEY
                    )
            found[history] = Node(
                history, node.player, node.actions, node.chances, name, node.knows
            )
        return found

    def _check_information(self, nodes: Mapping[Profile, Node]) -> None:
        first: dict[str, Node] = {}
        for node in nodes.values():
            if not node.player:
                continue
            one = first.setdefault(node.decision, node)
            where: Where = ("tree", self._key_of(node.history), "information")
            if (one.player, one.actions, one.knows) != (node.player, node.actions, node.knows):
                hint = f"as at '{key_of(one.history)}'"
                self.telling.say(where, "the same player, actions and types are wanted", hint)
            elif one is not node and _recalls(nodes, one) != _recalls(nodes, node):
                hint = "a player remembers what it knew and did"
                self.telling.say(where, f"{node.player} would forget something here", hint)

    def _check_types(self, nodes: Mapping[Profile, Node]) -> None:
        """See that on no path a player moves again once it has moved on its type."""
        if not any(node.knows for node in nodes.values()):
            return
        for node in nodes.values():
            before = (nodes[node.history[:k]] for k in range(len(node.history)))
            if any(one.knows and one.player == node.player for one in before):
                hint = "only the last move of a player on each path may hang on its type"
                where: Where = ("tree", self._key_of(node.history))
                self.telling.say(
                    where, f"{node.player} has moved on its type before", hint, width=KEY
                )

    def _key_of(self, history: Profile) -> str:
        return self.keys[history]


def _recalls(nodes: Mapping[Profile, Node], at: Node) -> list[tuple[str, str]]:
    """Return what the player who moves here knew and did on the way."""
    steps = ((nodes[at.history[:k]], at.history[k]) for k in range(len(at.history)))
    return [(node.decision, action) for node, action in steps if node.player == at.player]
