"""Trees for the page: where everything stands, what is paid at the ends, and every branch.

A branch says in parameters, and where somebody mixes in the roots of a polynomial, what is played, and
when: the page evaluates it and decides nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sympy as sp
from sympy.core.relational import Relational

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
    shared = _shared({*parameters, *defined}, map(_conditions, cases))
    names = Names([*parameters, *defined, *unknowns, *shared.values()])
    writer = _Writer(model, names, unknowns, shared)
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
    needed = constants(defined, names, list(defined))
    often = constants({symbol: gap for gap, symbol in shared.items()}, names, list(shared.values()))
    return f"{head} => {{\n{needed}\n{often}\nreturn {{{told}}}; }}", {
        "cases": [_case(tree, case) for case in cases],
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


def _case(tree: TreeGame, branch: Branch) -> str | list[int]:
    """Return a case's name, or what it is made of where that is all: whether it is mixed, which actions.

    The actions of a decision are the digits of a number, the first one the last of them.
    """
    support = branch.support
    told = [
        sum(2**k for k, action in enumerate(one.actions) if action in support[name])
        for name, one in tree.decisions.items()
    ]
    plain = ", ".join("/".join(support[name]) for name in tree.decisions)
    named = f"({plain})" if branch.pure else f"mixed ({plain})"
    return [int(not branch.pure), *told] if named == branch.title else branch.title


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
    shared: Mapping[sp.Expr, sp.Symbol]

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
        """Print one case; nothing of it is worked out before it is asked for.

        Of a continuum only when there is one: what is played in it is not shown.
        """
        triangles, shape = Triangles(self.names, self.unknowns), shaped(self.model, branch)
        told = {}
        if shape.loose:
            told["loose"] = quoted("perhaps" if branch.where is None else "open")
        stated = _conditions(branch)
        if branch.unknowns and not (
            shape.loose and sp.Tuple(*stated).free_symbols.isdisjoint(self.unknowns)
        ):
            told["roots"] = triangles.roots(shape)
            told["up"] = triangles.up(shape)
            told["ties"] = triangles.ties(shape)
        told["holds"] = self._function(" && ".join(map(self._condition, stated)) or "true")
        if not shape.loose:
            told["play"] = self._function(
                self.grouped(mix.values() for mix in branch.play.values())
            )
            told["outcomes"] = self._function(self.listed(branch.outcomes.values()))
            if tree_of(self.model).types:
                told["payoffs"] = self._function(self.listed(branch.payoffs.values()))
        return (
            f"{{{', '.join(f'{key}: {value}' for key, value in told.items() if value != 'null')}}}"
        )

    def _condition(self, stated: sp.Basic) -> str:
        """Print a condition, what stands in several by its name."""
        return condition(_renamed(stated, self.shared), self.names)

    def _function(self, told: str) -> str:
        """Print a function of the unknowns, up to the last one that is used."""
        used = set(re.findall(r"\w+", told))
        names = [self.names[symbol] for symbol in self.unknowns]
        last = max((k for k, name in enumerate(names, 1) if name in used), default=0)
        return f"({', '.join(names[:last])}) => {told}"


def _conditions(branch: Branch) -> list[sp.Basic]:
    """Return when a case holds, as far as the page can tell: what is free has no value there."""
    if branch.where is not None:
        return list(branch.where)
    shape = branch.shape
    loose = set() if shape is None else set(shape.loose)
    for symbol, over, under in () if shape is None else reversed(shape.steps):
        if (over / under).free_symbols & loose:
            loose.add(symbol)
    ties = () if shape is None or not loose else shape.ties
    stated = [*(sp.Eq(tie, 0, evaluate=False) for tie in ties), *branch.conditions]
    return [c for c in (_without_value(c, loose) for c in stated) if c is not sp.true]


def _without_value(stated: sp.Basic, loose: Collection[sp.Symbol]) -> sp.Basic:
    """Return a condition without what has no value, which does not stand in its way but as an equation."""
    if isinstance(stated, sp.And | sp.Or):
        return stated.func(*(_without_value(part, loose) for part in stated.args))
    if stated.free_symbols.isdisjoint(loose):
        return stated
    return sp.false if isinstance(stated, sp.Eq) else sp.true


def _shared(
    known: Collection[sp.Symbol], many: Iterable[Iterable[sp.Basic]]
) -> dict[sp.Expr, sp.Symbol]:
    """Return names for what is compared with nought in several conditions, and is no unknown's."""
    count = Counter(
        _gap(relation)[0]
        for stated in many
        for one in stated
        for relation in sorted(one.atoms(Relational), key=sp.default_sort_key)
        if relation.free_symbols <= set(known)
    )
    often = [gap for gap, times in count.items() if times > 1 and not gap.is_Symbol]
    return {gap: sp.Symbol(f"gap {k}", real=True) for k, gap in enumerate(often)}


def _gap(relation: Relational) -> tuple[sp.Expr, int]:
    """Return what a relation compares with nought, up to its sign, and that sign."""
    gap = sp.expand(relation.lhs - relation.rhs)
    return (-gap, -1) if gap.could_extract_minus_sign() else (gap, 1)


def _renamed(stated: sp.Basic, shared: Mapping[sp.Expr, sp.Symbol]) -> sp.Basic:
    """Return a condition in which names stand for what several compare with nought."""
    if isinstance(stated, sp.And | sp.Or):
        return stated.func(*(_renamed(part, shared) for part in stated.args))
    if not isinstance(stated, Relational):
        return stated
    gap, sign = _gap(stated)
    if gap not in shared:
        return stated
    return stated.func(sign * shared[gap], 0, evaluate=False)
