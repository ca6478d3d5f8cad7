"""Games in which numbers are chosen, for the page: every branch a few functions.

A branch's equations come in a triangle (:mod:`dilemma.games.branch`): the page finds the roots
of one polynomial, carries each up the triangle, and keeps what satisfies the branch's conditions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sympy as sp

from dilemma.errors import UnsupportedError
from dilemma.games.branch import Branch
from dilemma.games.numbers import numbers_of
from dilemma.games.numbers.first_order import concave
from dilemma.games.numbers.regimes import branches
from dilemma.games.triangle_script import Triangles, shaped
from dilemma.model import Model
from dilemma.output.javascript import Names, condition, constants, formula, quoted

__all__ = ["numbers"]


def numbers(model: Model) -> tuple[str, dict[str, Any]]:
    """Return a game's script, a function of its parameters, and what the page must know of it.

    Raises
    ------
    UnsupportedError
        If its equations have no triangle, or first-order conditions are not known to be enough.
    """
    _check(model)
    symbols = _unknowns(model)
    parameters = [p.symbol for p in model.parameters.values()]
    names = Names([*parameters, *symbols, *(d.symbol for d in model.definitions.values())])
    writer = _Writer(model, names, symbols)
    parts = [f"branches: [{', '.join(map(writer.branch, branches(model)))}]"]
    parts += [writer.replies(key, holding) for key, holding in _pictured(model).items()]
    fixed = {d.symbol: d.formula for n, d in model.definitions.items() if n not in model.outcomes}
    parts += [
        writer.moves(),
        writer.bounds(),
        f"definitions: [{', '.join(names[s] for s in fixed)}]",
    ]
    lines = [constants(fixed, names, list(fixed)), *writer.constants()]
    script = (
        f"([{', '.join(names[p] for p in parameters)}]) => {{\n"
        f"{chr(10).join(lines)}\nreturn {{{', '.join(parts)}}}; }}"
    )
    return script, {
        "unknowns": [s.name for s in symbols],
        "fixed": [s.name for s in fixed],
        "replies": {key: _own(model, holding) for key, holding in _pictured(model).items()},
    }


def _check(model: Model) -> None:
    """See that first-order conditions are enough, and that the page knows how ties are broken."""
    for player in model.game.moves[-1]:
        if concave(model, player) is not True:
            raise UnsupportedError(
                f"{model.name}: the payoff of {player} is not proved concave for all parameters, so "
                "that the page, which looks at first-order conditions, could show what is no "
                "equilibrium (see solve)"
            )
    if model.game.leader and numbers_of(model).ties != "leader":
        raise UnsupportedError(
            f"{model.name}: the page shows leaders whom followers favour where they are indifferent "
            "(ties = 'leader')"
        )


def _own(model: Model, holding: tuple[str, ...]) -> list[str]:
    return [c for c in model.game.choices if c not in holding]


def _unknowns(model: Model) -> list[sp.Symbol]:
    """Return what is chosen, what is bargained over, every shadow price, and what else is solved for."""
    found = [c.symbol for c in model.game.choices.values()]
    for branch in branches(model):
        found += branch.unknowns
        if branch.shape is not None and branch.shape.last is not None:
            found.append(branch.shape.last)
    return list(dict.fromkeys(found))


def _pictured(model: Model) -> dict[str, tuple[str, ...]]:
    """Return whose replies are drawn, and what is held: two players with a number each, or a leader."""
    game = numbers_of(model)
    if game.leader:
        return {"followers": tuple(c.name for c in game.of(game.leader))}
    if len(model.players) == 2 and len(game.choices) == 2 and not game.constraints:
        return {
            c.player: tuple(o.name for o in game.choices.values() if o is not c)
            for c in game.choices.values()
        }
    return {}


def _moves(model: Model) -> bool:
    """Tell whether the page can say what is stable: two players who reply, with a number each."""
    game = numbers_of(model)
    return not game.leader and bool(_pictured(model))


@dataclass
class _Writer:
    """Prints branches; a function that several have is written once (``shared``)."""

    model: Model
    names: Names
    symbols: Sequence[sp.Symbol]
    shared: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.known = {p.symbol for p in self.model.parameters.values()} | {
            d.symbol for n, d in self.model.definitions.items() if n not in self.model.outcomes
        }
        # Definitions that hang on what is chosen.
        self.played: Mapping[sp.Symbol, sp.Expr] = {
            d.symbol: d.formula
            for n, d in self.model.definitions.items()
            if n in self.model.outcomes
        }
        self.head = f"({', '.join(self.names[s] for s in self.symbols)})"

    def branch(self, branch: Branch, holding: tuple[str, ...] = ()) -> str:
        """Print one branch as an object."""
        triangles, shape = Triangles(self.names, self.symbols), shaped(self.model, branch)
        told = {
            "title": quoted(branch.title),
            "binds": quoted(branch.binds),
            "loose": "true" if shape.loose else "false",
            "roots": triangles.roots(shape),
            "up": triangles.up(shape, [self.model.game.choices[c].symbol for c in holding]),
            "ties": self._function(triangles.ties(shape)),
            "holds": self._holds(branch),
        }
        told["payoffs"] = self._values(list(branch.payoffs.values()))
        if not holding:
            told["outcomes"] = self._values(list(branch.outcomes.values()))
        return "{" + ", ".join(f"{key}: {text}" for key, text in told.items()) + "}"

    def replies(self, key: str, holding: tuple[str, ...]) -> str:
        """Print the branches of those who reply to what is held, as a function of it."""
        head = ", ".join(self.names[self.model.game.choices[c].symbol] for c in holding)
        many = branches(self.model, holding, bargain=False)
        told = ", ".join(self.branch(branch, holding) for branch in many)
        return f'"{key}": ({head}) => [{told}]'

    def bounds(self) -> str:
        """Print both ends of each choice; not a number where an end hangs on what others choose."""
        told = []
        for choice in self.model.game.choices.values():
            ends = [self.model.expand_play(end) for end in (choice.low, choice.high)]
            ends = [end if end.free_symbols <= self.known else sp.nan for end in ends]
            told.append(f"[{', '.join(formula(end, self.names) for end in ends)}]")
        return f"bounds: [{', '.join(told)}]"

    def constants(self) -> list[str]:
        """Print the functions that several branches share."""
        return [f"const {name} = {text};" for text, name in self.shared.items()]

    def _holds(self, branch: Branch) -> str:
        """Print the conditions; one that speaks of what nothing determines is left out."""
        told = {*self.known, *self.symbols, *self.played}
        held = [c for c in branch.conditions if c.free_symbols <= told]
        needs = constants(self.played, self.names, held)
        # The cheapest first: most branches fail, and soon.
        text = [condition(c, self.names) for c in sorted(held, key=sp.count_ops)]
        return self._function(f"{self.head} => {{ {needs} return {' && '.join(text) or 'true'}; }}")

    def _values(self, formulas: Sequence[sp.Expr]) -> str:
        """Print formulas; what nothing determines has no value."""
        told = {*self.known, *self.symbols, *self.played}
        known = [f if f.free_symbols <= told else sp.nan for f in formulas]
        needs = constants(self.played, self.names, known)
        values = ", ".join(formula(f, self.names) for f in known)
        return self._function(f"{self.head} => {{ {needs} return [{values}]; }}")

    def _function(self, text: str) -> str:
        if text == "null":
            return text
        return self.shared.setdefault(text, f"f{len(self.shared)}_")

    def moves(self) -> str:
        """Print second derivatives: own and cross of each player, for how replies move."""
        if not _moves(self.model):
            return "second: null"
        one, two = self.model.game.choices.values()
        told = []
        for own, other in ((one, two), (two, one)):
            payoff = self.model.expand_play(self.model.payoffs[()][own.player])
            slope = sp.diff(payoff, own.symbol)
            told += [slope, sp.diff(slope, own.symbol), sp.diff(slope, other.symbol)]
        values = ", ".join(formula(f, self.names) for f in told)
        return f"second: {self.head} => [{values}]"
