"""Trees for the page: who moves when, what is paid at the ends, and every case of backward induction.

A case says in parameters alone what is played, and when: the page evaluates it and decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sympy as sp

from dilemma.games.branch import Branch
from dilemma.games.tree import tree_of
from dilemma.games.tree.histories import key_of
from dilemma.games.tree.induction import branches
from dilemma.games.tree.nodes import Decision, Node
from dilemma.model import Model
from dilemma.output.javascript import Names, condition, constants, formula, quoted

__all__ = ["moves"]


def moves(model: Model) -> tuple[str, dict[str, Any]]:
    """Return a tree's script, a function of its parameters, and its moves as data.

    Raises
    ------
    UnsupportedError
        If some player does not know what has happened, or there are too many cases.
    """
    tree = tree_of(model)
    parameters = [p.symbol for p in model.parameters.values()]
    defined = {d.symbol: d.formula for d in model.definitions.values()}
    writer = _Writer(model, Names([*parameters, *defined]))
    types = list(tree.types.values())
    cases = branches(model, named=True)
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
        play = self.grouped(mix.values() for mix in branch.play.values())
        holds = " && ".join(condition(c, self.names) for c in branch.conditions) or "true"
        told = {
            "title": quoted(branch.title),
            "done": quoted(branch.name.split(", ")),
            "holds": f"() => {holds}",
            "play": f"() => {play}",
            "payoffs": f"() => {self.listed(branch.payoffs.values())}",
            "outcomes": f"() => {self.listed(branch.outcomes.values())}",
        }
        return f"{{{', '.join(f'{key}: {value}' for key, value in told.items())}}}"
