"""Trees for the page: where everything stands, what is paid at the ends, and every branch.

A branch says in parameters, and where somebody mixes in the roots of a polynomial, what is played, and
when: the page evaluates it and decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sympy as sp

from dilemma.games.branch import Branch
from dilemma.games.drawing import Node as Drawn
from dilemma.games.drawing import Tie
from dilemma.games.kind import Ask
from dilemma.games.tree import TreeGame, tree_of
from dilemma.games.tree.arrangement import MOST_LINES, Type, arranged
from dilemma.games.tree.histories import history_of, key_of
from dilemma.games.tree.nodes import Decision, Node
from dilemma.games.tree.tree_drawing import MOST_ENDS, stated
from dilemma.games.triangle_script import Triangles, shaped
from dilemma.model import Model
from dilemma.output.javascript import Names, condition, constants, formula, quoted

__all__ = ["moves"]

LETTER, LINE = 0.066, 0.16  # a letter's width and a line of the page, in hundreds of pixels
SHORTEST, LONGEST = 8, 20  # letters of a title at a node: up to which it is not parted, and at most
PAID, CHANCE, BELIEF = "-0.12", " 0.123", " [0.123]"  # numbers as wide as the page writes them


def moves(model: Model) -> tuple[str, dict[str, Any]]:
    """Return a tree's script, a function of its parameters, and its moves as data.

    Raises
    ------
    UnsupportedError
        If there are too many branches, or the equations of one have no triangle.
    """
    tree = tree_of(model)
    parameters = [p.symbol for p in model.parameters.values()]
    defined = {d.symbol: d.formula for d in model.definitions.values()}
    cases = tree.branches(model, Ask(named=True))
    unknowns = list(dict.fromkeys(symbol for case in cases for symbol in case.unknowns))
    writer = _Writer(model, Names([*parameters, *defined, *unknowns]), unknowns)
    types = list(tree.types.values())
    parts = {
        "definitions": writer.listed(defined),
        "chances": writer.grouped(node.chances.values() for node in tree.nodes.values()),
        "ends": writer.grouped(writer.paid(end) for end in tree.ends),
        "types": writer.grouped((t.low, t.high) for t in types),
        "wrong": writer.conditions(wrong for _, wrong in tree.impossible()),
        "branches": f"[{', '.join(map(writer.branch, cases))}]",
    }
    told = ",\n".join(f"{key}: {value}" for key, value in parts.items())
    head = f"([{', '.join(writer.names[p] for p in parameters)}])"
    needed = constants(defined, writer.names, list(defined))
    return f"{head} => {{\n{needed}\nreturn {{{told}}}; }}", {
        "cases": [case.title for case in cases],
        "unknowns": [symbol.name for symbol in unknowns],
        "perfect": tree.perfect,
        "laid": _laid(model) if len(tree.ends) <= MOST_ENDS else None,
        "fixed": list(model.definitions),
        "types": [{"name": t.name, "player": t.player} for t in types],
        "decisions": [_decision(model, decision) for decision in tree.decisions.values()],
        "nodes": [_node(node) for node in tree.nodes.values()],
        "ends": [list(end) for end in tree.ends],
        "impossible": [why for why, _ in tree.impossible()],
    }


def _decision(model: Model, decision: Decision) -> dict[str, Any]:
    """Return who moves, and with which actions; where one moves twice, after what."""
    title = model.players[decision.player].title
    if decision.name != decision.player:
        title = f"{title} ({key_of(decision.histories[0])})"
    return {
        "name": decision.name,
        "title": title,
        "player": decision.player,
        "actions": list(decision.actions),
        "knows": decision.knows,
    }


def _laid(model: Model) -> dict[str, Any]:
    """Return where everything in the tree stands, in the page's pixels, whatever numbers it shows."""
    drawing, tree = stated(model), tree_of(model)
    names = {name: _in_lines(player.title) for name, player in model.players.items()}
    drawing = replace(
        drawing,
        ties=tuple(replace(tie, formula=_chance(tree, tie)) for tie in drawing.ties),
        nodes=tuple(_named(node, names.get(node.owner), tree) for node in drawing.nodes),
        players={name: " ".join(lines) for name, lines in names.items()},
        paid={
            key_of(end): tuple(_widest(tree, paid) for paid in model.payoffs[end].values())
            for end in tree.ends
        },
        reached=dict.fromkeys(drawing.paid, CHANCE),
    )
    letters = Type(lambda *words: LETTER * sum(map(len, words)), LINE, slant=0.18, apart=0.13)
    told = arranged(drawing, letters)
    known = [key_of(history) for history in tree.nodes]
    return {
        "size": _pixels(told.size),
        "nodes": [[*_pixels(told.at[name]), *_pixels((told.writes[name],))] for name in known],
        "ends": [_pixels(told.at[key_of(end)]) for end in tree.ends],
        "begins": [
            _pixels(told.begins[key_of((*node.history, a))] for a in node.actions)
            for node in tree.nodes.values()
        ],
        "names": list(names.values()),
        "heads": told.heads,
        "columns": _pixels((*told.columns, told.reached)),
        "sets": [[known.index(name) for name in group] for group in drawing.sets],
    }


def _named(node: Drawn, lines: Sequence[str] | None, tree: TreeGame) -> Drawn:
    """Return a node with what the page writes below the branch to it."""
    move = tree.nodes.get(history_of(node.name))
    if move is None or lines is None:
        return node
    several = len(tree.decisions[move.decision].histories) > 1
    return replace(node, lines=(*lines[:-1], lines[-1] + (BELIEF if several else "")))


def _chance(tree: TreeGame, tie: Tie) -> str:
    """Return a chance as wide as the page writes it, where an action may have one."""
    node = tree.nodes[history_of(tie.ends[0])]
    sure = node.player and tree.perfect and not node.knows
    return "" if sure else CHANCE


def _in_lines(title: str) -> list[str]:
    """Return a title in as many lines as the page writes it in at a node."""
    words = title.split()
    if len(title) <= SHORTEST or len(words) > MOST_LINES:
        return [title if len(title) <= LONGEST else f"{title[: LONGEST - 1]}…"]
    return words


def _pixels(lengths: Iterable[float]) -> list[int]:
    return [round(100 * length) for length in lengths]


def _widest(tree: TreeGame, paid: sp.Expr) -> str:
    """Return a payoff as wide as the page writes it: a number, and one before each private type."""
    own = [t.symbol for t in tree.types.values() if paid.has(t.symbol)]
    alone = sp.expand(paid).xreplace(dict.fromkeys(own, sp.Integer(0)))
    first = [PAID] if alone != 0 or not own else []
    return " - ".join([*first, *(f"{PAID} {symbol}" for symbol in own)])


def _node(node: Node) -> dict[str, Any]:
    return {
        "history": list(node.history),
        "actions": list(node.actions),
        "decision": node.decision,
    }


@dataclass(frozen=True)
class _Writer:
    """Prints what stands in parameters and definitions."""

    model: Model
    names: Names
    unknowns: Sequence[sp.Symbol]

    def listed(self, formulas: Iterable[sp.Expr]) -> str:
        """Print a list of numbers."""
        return f"[{', '.join(formula(each, self.names) for each in formulas)}]"

    def grouped(self, many: Iterable[Iterable[sp.Expr]]) -> str:
        """Print a list of lists of numbers."""
        return f"[{', '.join(self.listed(each) for each in many)}]"

    def conditions(self, many: Iterable[sp.Basic]) -> str:
        """Print a list of truths."""
        return f"[{', '.join(condition(each, self.names) for each in many)}]"

    def paid(self, end: Sequence[str]) -> list[sp.Expr]:
        """Return what an end pays: for each player a constant, and a slope in each private type."""
        types = [t.symbol for t in tree_of(self.model).types.values()]
        told = []
        for payoff in self.model.payoffs[tuple(end)].values():
            expanded = sp.expand(payoff)
            told.append(expanded.xreplace(dict.fromkeys(types, sp.Integer(0))))
            told += [expanded.coeff(symbol, 1) for symbol in types]
        return told

    def branch(self, branch: Branch) -> str:
        """Print one case; nothing of it is worked out before it is asked for."""
        triangles = Triangles(self.names, self.unknowns)
        shape, head = shaped(self.model, branch), triangles.head
        stated = branch.conditions if branch.where is None else branch.where
        holds = " && ".join(condition(c, self.names) for c in stated) or "true"
        told = {
            "title": quoted(branch.title),
            "done": quoted(branch.name.split(", ")),
            "loose": "true" if shape.loose else "false",
            "roots": triangles.roots(shape),
            "up": triangles.up(shape),
            "ties": triangles.ties(shape),
            "holds": f"{head} => {holds}",
            "play": f"{head} => {self.grouped(mix.values() for mix in branch.play.values())}",
            "payoffs": f"{head} => {self.listed(branch.payoffs.values())}",
            "outcomes": f"{head} => {self.listed(branch.outcomes.values())}",
        }
        return f"{{{', '.join(f'{key}: {value}' for key, value in told.items())}}}"
