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
from dilemma.games.kind import Ask
from dilemma.games.tree import tree_of
from dilemma.games.tree.arrangement import Type, arranged
from dilemma.games.tree.histories import key_of
from dilemma.games.tree.nodes import Decision, Node
from dilemma.games.tree.tree_drawing import MOST_ENDS, stated
from dilemma.games.triangle_script import Triangles, shaped
from dilemma.model import Model
from dilemma.output.javascript import Names, condition, constants, formula, quoted

__all__ = ["moves"]

LETTER, LINE = 0.066, 0.16  # a letter's width and a line of the page, in hundreds of pixels
LONGEST = 20  # letters of a title at a node
PAID, CHANCE, BELIEF = "-0.123", "0.123", " [0.123]"  # numbers as wide as the page writes them


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
    tree = stated(model)
    own = tree_of(model)
    types = [t.symbol for t in own.types.values()]
    spread = {
        key_of(h) for d in own.decisions.values() if len(d.histories) > 1 for h in d.histories
    }
    tree = replace(
        tree,
        ties=tuple(replace(tie, formula=CHANCE) for tie in tree.ties),
        nodes=tuple(
            replace(
                node, lines=(_clipped(node.lines[0]) + (BELIEF if node.name in spread else ""),)
            )
            if node.lines
            else node
            for node in tree.nodes
        ),
        players={name: _clipped(title) for name, title in tree.players.items()},
        paid={
            key_of(end): tuple(_widest(paid, types) for paid in model.payoffs[end].values())
            for end in own.ends
        },
        reached=dict.fromkeys(tree.paid, CHANCE),
    )
    told = arranged(tree, Type(lambda *words: LETTER * sum(map(len, words)), LINE))
    known = {key_of(node.history): node for node in own.nodes.values()}
    return {
        "size": _pixels(told.size),
        "nodes": [[*_pixels(told.at[name]), *_pixels((told.writes[name],))] for name in known],
        "ends": [_pixels(told.at[key_of(end)]) for end in own.ends],
        "begins": [
            [*_pixels(told.begins[key_of((*node.history, a))] for a in node.actions)]
            for node in own.nodes.values()
        ],
        "heads": told.heads,
        "columns": _pixels((*told.columns, told.reached)),
        "sets": [[list(known).index(name) for name in group] for group in tree.sets],
    }


def _pixels(lengths: Iterable[float]) -> list[int]:
    return [round(100 * length) for length in lengths]


def _clipped(title: str) -> str:
    """Return a title as the page writes it at a node."""
    return title if len(title) <= LONGEST else f"{title[: LONGEST - 1]}…"


def _widest(paid: sp.Expr, types: Sequence[sp.Symbol]) -> str:
    """Return a payoff as wide as the page writes it: a number, and one before each private type."""
    own = [symbol for symbol in types if paid.has(symbol)]
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
