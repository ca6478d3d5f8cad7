"""A game tree, read: histories as keys, moves, payoffs at its ends, outcomes of playing it.

Mistakes in a tree are told by the history at which they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import sympy as sp

from dilemma.errors import Mistake, nearest
from dilemma.games.kind import Statement
from dilemma.games.tree import TreeGame
from dilemma.games.tree.nodes import Chance, Node, NodeRow, PrivateType
from dilemma.reading.document import Calls, read_outcomes
from dilemma.reading.expressions import ExpressionError, Scope, Word, parse
from dilemma.reading.rows import KEY, Document, Where, blame
from dilemma.theory.parts import Outcome, Player, Profile

__all__ = ["MOST_NODES", "ROOT", "Telling", "history_of", "key_of", "read_tree", "read_tree_tables"]

_USAGE = "write probability(action) or probability(action, after='history')"
ROOT = "root"
BAYESIAN, SEQUENTIAL = "perfect bayesian", "sequential"


def history_of(key: str) -> Profile:
    """Return the actions that a key names.

    Examples
    --------
    >>> history_of("challenge, firm"), history_of("root")
    (('challenge', 'firm'), ())
    """
    return () if key.strip() == ROOT else tuple(part.strip() for part in key.split(","))


def key_of(history: Profile) -> str:
    """Return the key that names a history."""
    return ", ".join(history) if history else ROOT


@dataclass(frozen=True, slots=True)
class Telling:
    """A document that is read, what its formulas may speak of, and the mistakes found in it."""

    document: Document
    scope: Scope
    mistakes: list[Mistake]

    def say(self, where: Where, message: str, hint: str = "", width: int = 0) -> None:
        """Note a mistake."""
        self.mistakes.append(Mistake(where, message, hint, width=width))

    def formula(
        self, where: Where, text: str, names: Mapping[str, sp.Basic] | None = None
    ) -> sp.Expr | None:
        """Read a formula; None where it is wrong, which is noted."""
        scope = Scope(names or self.scope.names, degrees=self.scope.degrees)
        try:
            return parse(text, scope)
        except ExpressionError as error:
            self.mistakes.append(blame(where, error))
            return None


# --- moves ----------------------------------------------------------------------------------------


MOST_NODES = 1000


def read_tree(telling: Telling) -> TreeGame | None:
    """Read the moves, the chances and the private types; None where they are wrong."""
    if len(telling.document.sections["tree"]) > MOST_NODES:
        telling.say(("tree",), f"more than {MOST_NODES:,} moves", width=KEY)
        return None
    before = len(telling.mistakes)
    tree = _Reader(telling).tree()
    return tree if len(telling.mistakes) == before else None


@dataclass(frozen=True, slots=True)
class _Reader:
    telling: Telling
    keys: dict[Profile, str] = field(default_factory=dict)

    def tree(self) -> TreeGame | None:
        """Read the tree; None where nothing can be hung on it."""
        rows = self.keys
        for key in self.telling.document.sections["tree"]:
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
        return TreeGame(named, tuple(ends), types, self._concept() == SEQUENTIAL)

    def _concept(self) -> str:
        concept = self.telling.document.texts.get("concept", "")
        if concept not in ("", BAYESIAN, SEQUENTIAL):
            hint = nearest(concept, (BAYESIAN, SEQUENTIAL))
            self.telling.say(("concept",), f"{concept!r} is not allowed", hint)
        return concept

    def _types(self) -> dict[str, PrivateType]:
        found: dict[str, PrivateType] = {}
        for name, row in self.telling.document.sections["types"].items():
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
        row, where = self.telling.document.sections["tree"][key], ("tree", key)
        if row.chance is not None:
            return self._chance(history, where, row, row.chance)
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

    def _chance(
        self, history: Profile, where: Where, row: NodeRow, told: Mapping[str, str]
    ) -> Node | None:
        if row.player or row.actions or row.knows or row.information:
            self.telling.say(where, "either chance moves here or a player", width=KEY)
        chances = {a: self.telling.formula((*where, "chance", a), text) for a, text in told.items()}
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


# --- payoffs and outcomes -------------------------------------------------------------------------


def read_tree_tables(document: Document, scope: Scope, mistakes: list[Mistake]) -> Statement | None:
    """Read a tree with its payoffs and outcomes; ``scope`` has parameters and definitions."""
    if document.broken.get("players") or "players" not in document.broken:
        return None  # told already
    before = len(mistakes)
    for name, row in document.players.items():
        if row.actions or row.levels or row.cooperates or row.choices:
            hint = "in a tree the actions stand at its nodes, in [tree]"
            mistakes.append(Mistake(("players", name), "a player with actions", hint, width=KEY))
    telling = Telling(document, scope, mistakes)
    players = {
        name: Player(name, row.title or name, (), {}, None, row.unit)
        for name, row in document.players.items()
    }
    tree = read_tree(telling)
    if tree is None or len(mistakes) > before:
        return None
    ends = _Ends(telling, tree)
    return Statement(players, ends.payoffs(), ends.outcomes(), tree)


@dataclass(frozen=True, slots=True)
class _Ends:
    telling: Telling
    tree: TreeGame

    def payoffs(self) -> dict[Profile, dict[str, sp.Expr]]:
        """Read the payoffs at every end."""
        players = self.telling.document.players
        names = {**self.telling.scope.names, **{t.name: t.symbol for t in self.tree.types.values()}}
        found = {end: dict.fromkeys(players, sp.Integer(0)) for end in self.tree.ends}
        told = set()
        for key, row in self.telling.document.payoffs.items():
            where: Where = ("payoffs", key)
            history = history_of(key)
            if not isinstance(row, dict):
                self.telling.say(
                    where, "not a table of payoffs", "one formula for each player", width=KEY
                )
                continue
            if history not in found:
                inside = history in self.tree.nodes
                ends = [key_of(end) for end in self.tree.ends]
                message = "somebody moves here" if inside else "play does not end here"
                self.telling.say(where, message, nearest(key, ends), width=KEY)
                continue
            if history in told:
                self.telling.say(where, "this end stands here twice", width=KEY)
            told.add(history)
            found[history] |= self._row(where, row, names)
        missing = [key_of(end) for end in self.tree.ends if end not in told]
        if missing and not self.telling.document.broken.get("payoffs"):
            hint = f"also missing: {'; '.join(missing[1:8])}" if len(missing) > 1 else ""
            self.telling.say(
                ("payoffs",), f"the end {missing[0]!r} has no payoffs", hint, width=KEY
            )
        return found

    def _row(
        self, where: Where, row: Mapping[str, str], names: Mapping[str, sp.Basic]
    ) -> dict[str, sp.Expr]:
        """Read what everybody is paid at one end."""
        players = self.telling.document.players
        for player in row:
            if player not in players:
                hint = nearest(player, players)
                self.telling.say((*where, player), f"no player {player!r}", hint, width=KEY)
        found = {}
        for player in players:
            if player not in row:
                self.telling.say(where, f"the payoff of {player!r} is missing", width=KEY)
                continue
            cell = self.telling.formula((*where, player), row[player], names)
            if cell is not None:
                self._check_private((*where, player), player, cell)
                found[player] = cell
        return found

    def _check_private(self, where: Where, player: str, cell: sp.Expr) -> None:
        for private in self.tree.types.values():
            if not cell.has(private.symbol):
                continue
            if private.player != player:
                hint = f"only {private.player}'s payoffs may depend on it"
                self.telling.say(where, f"{private.name!r} is private to {private.player}", hint)
            elif (
                not sp.expand(cell).is_polynomial(private.symbol)
                or sp.degree(sp.expand(cell), private.symbol) > 1
            ):
                hint = "only a payoff that is linear in the type is solved by a cutoff"
                self.telling.say(where, f"not linear in {private.name!r}", hint)

    def outcomes(self) -> dict[str, Outcome]:
        """Read the outcomes: formulas of probabilities and expected payoffs."""
        calls = Calls(("probability",), _USAGE, self._probability, texts=("after",))
        telling = self.telling
        return read_outcomes(telling.document, telling.scope, calls, telling.mistakes)

    def _probability(self, name: Word, of: tuple[Word, ...]) -> tuple[str, Chance]:
        if (
            not 1 <= len(of) <= 2
            or of[0].text.startswith('"')
            or (not of[-1].text.startswith('"') and len(of) == 2)
        ):
            raise name.error("not an action and a history", _USAGE)
        after: Profile = history_of(of[1].text[1:-1]) if len(of) == 2 else ()
        if after not in self.tree.nodes:
            known = [key_of(history) for history in self.tree.nodes]
            raise of[1].error(
                "no such history, or play has ended there", nearest(key_of(after), known)
            )
        later = {a for node in self.tree.below(after) for a in node.actions}
        if of[0].text not in later:
            hint = nearest(of[0].text, sorted(later))
            raise of[0].error(f"nobody can {of[0].text!r} there", hint)
        shown = f", after='{key_of(after)}'" if after else ""
        return f"probability({of[0].text}{shown})", Chance(of[0].text, after)
