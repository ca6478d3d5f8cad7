"""Matrix games of two players for the page: payoffs, outcomes, branches.

Each branch is linear in each player's unknown probabilities.  Its conditions and equations are
told as rows of numbers that point to ``terms``, formulas in parameters, so that the page evaluates
each formula once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import sympy as sp

from dilemma.errors import UnsupportedError
from dilemma.games import two_by_two
from dilemma.games.branch import Branch
from dilemma.games.solution import branches
from dilemma.model import Model
from dilemma.output.javascript import Exactly, Names, condition, constants, formula

__all__ = ["actions"]


def actions(model: Model) -> tuple[str, dict[str, Any]]:
    """Return a game's script, a function of its parameters, and its branches as data.

    Raises
    ------
    UnsupportedError
        If there are not two players, or so many actions that the game has no symbolic solution.
    """
    players = list(model.players.values())
    if len(players) != 2:
        raise UnsupportedError(
            f"{model.name} has {len(players)} players: the page shows games of two (see solve)"
        )
    names = Names([p.symbol for p in model.parameters.values()] + [
        d.symbol for d in model.definitions.values()
    ])  # fmt: skip
    terms = _Terms()
    told = [_branch(model, branch, terms) for branch in branches(model, named=True)]
    return _script(model, names, terms.formulas), {"branches": told}


@dataclass
class _Terms:
    """Formulas in parameters, each once; what differs by its sign alone is the same formula."""

    formulas: list[sp.Expr] = field(default_factory=list)
    places: dict[sp.Expr, int] = field(default_factory=dict)

    def place(self, expression: sp.Expr) -> int:
        """Return where a formula stands, counted from one; negative for minus it, 0 for nought."""
        if expression == 0:
            return 0
        if expression in self.places:
            return self.places[expression]
        self.formulas.append(expression)
        self.places[expression] = len(self.formulas)
        self.places[sp.expand(-expression)] = -len(self.formulas)
        return len(self.formulas)

    def row(self, expression: sp.Expr, unknowns: Sequence[sp.Symbol]) -> list[int]:
        """Return a linear expression: the constant, then the coefficient of each unknown."""
        told = sp.expand(expression)
        slopes = [told.coeff(u, 1) for u in unknowns]
        constant = told.xreplace(dict.fromkeys(unknowns, sp.Integer(0)))
        assert (
            sp.expand(told - constant - sum(s * u for s, u in zip(slopes, unknowns, strict=True)))
            == 0
        )
        return [self.place(sp.expand(each)) for each in (constant, *slopes)]


def _branch(model: Model, branch: Branch, terms: _Terms) -> dict[str, Any]:
    mine = {
        player: [u for u in branch.unknowns if any(e.has(u) for e in mix.values())]
        for player, mix in branch.play.items()
    }
    return {
        "title": branch.title,
        "pure": branch.pure,
        "blocks": [_block(branch, player, mine, terms) for player in model.players],
        "because": [_because(c, terms) for c in branch.conditions if c != sp.true]
        if branch.pure
        else [],
    }


def _block(
    branch: Branch, player: str, mine: dict[str, list[sp.Symbol]], terms: _Terms
) -> dict[str, Any]:
    """Return what a player's own probabilities must satisfy.

    What holds of nobody's probabilities is listed with the first player's.
    """
    own, first = mine[player], next(iter(mine))
    others = {u for name, many in mine.items() if name != player for u in many}

    def about(expression: sp.Basic) -> bool:
        found = expression.free_symbols & set(branch.unknowns)
        return not found & others if found else player == first

    mix = [terms.row(chance, own) for chance in branch.play[player].values()]
    return {
        "mix": mix,
        "equal": [terms.row(e, own) for e in branch.equations if about(e)],
        "least": [terms.row(_gap(c), own) for c in branch.conditions if about(c)],
    }


def _gap(wanted: sp.Basic) -> sp.Expr:
    """Return what must not be negative."""
    match wanted:
        case sp.GreaterThan() | sp.StrictGreaterThan():
            return wanted.lhs - wanted.rhs
        case sp.LessThan() | sp.StrictLessThan():
            return wanted.rhs - wanted.lhs
        case _ if wanted in (sp.true, sp.false):
            return sp.Integer(1 if wanted == sp.true else -1)
    raise UnsupportedError(f"{wanted} is not a condition that the page can show")


def _because(wanted: sp.Basic, terms: _Terms) -> list[Any]:
    """Return a condition in the theory's own letters, and where its gap stands."""
    gap = _gap(wanted)
    return [str(gap), terms.place(sp.expand(gap))]


def _script(model: Model, names: Names, terms: Sequence[sp.Expr]) -> str:
    """Return a JavaScript object: each entry a function of the list of parameters."""
    definitions = {d.symbol: d.formula for d in model.definitions.values()}
    head = f"([{', '.join(names[p.symbol] for p in model.parameters.values())}])"
    profiles = model.game.profiles

    def returns(what: Sequence[sp.Expr]) -> str:
        told = ", ".join(formula(each, names) for each in what)
        return f"{head} => {{ {constants(definitions, names, what)} return [{told}]; }}"

    def grouped(many: Sequence[Sequence[sp.Expr]]) -> str:
        told = ", ".join(f"[{', '.join(formula(e, names) for e in each)}]" for each in many)
        needs = constants(definitions, names, [e for each in many for e in each])
        return f"{head} => {{ {needs} return [{told}]; }}"

    payoffs = [model.payoffs[profile][player] for profile in profiles for player in model.players]
    outcomes = [_everywhere([o.profiles[p] for p in profiles]) for o in model.outcomes.values()]
    entries = {
        "definitions": returns(list(definitions)),
        "payoffs": returns(payoffs),
        "outcomes": grouped(outcomes),
        "terms": returns(terms),
        "kinds": _kinds(model, names, head),
        "exact": _exact(model, names, payoffs, head),
    }
    return "{" + ",\n".join(f"{key}: {value}" for key, value in entries.items()) + "}"


def _everywhere(values: list[sp.Expr]) -> list[sp.Expr]:
    """Return one value where it is the same whatever is played."""
    return values[:1] if len(set(values)) == 1 else values


def _kinds(model: Model, names: Names, head: str) -> str:
    """Print, for each player, which kind of 2x2 game it is in; null where kinds have no names."""
    try:
        told = {
            player: [two_by_two.is_kind(model, player, kind) for kind in two_by_two.KINDS]
            for player in model.players
        }
    except UnsupportedError:
        return "null"
    definitions = {d.symbol: d.formula for d in model.definitions.values()}
    needs = constants(definitions, names, [c for many in told.values() for c in many])
    rows = "], [".join(", ".join(condition(c, names) for c in many) for many in told.values())
    return f"{head} => {{ {needs} return [[{rows}]]; }}"


def _exact(model: Model, names: Names, payoffs: Sequence[sp.Expr], head: str) -> str:
    """Print payoffs in fractions; null where they need not be any."""
    exactly = Exactly(names)
    try:
        lines = [
            f"const {names[d.symbol]} = {exactly.formula(d.formula)};"
            for d in model.definitions.values()
            if any(_uses(model, payoff, d.symbol) for payoff in payoffs)
        ]
        told = ", ".join(map(exactly.formula, payoffs))
    except UnsupportedError:
        return "null"
    return f"{head} => {{ {' '.join(lines)} return [{told}]; }}"


def _uses(model: Model, expression: sp.Expr, symbol: sp.Symbol) -> bool:
    """Tell whether a definition is needed, by way of others perhaps."""
    needed = set(expression.free_symbols)
    for definition in reversed(list(model.definitions.values())):
        if definition.symbol in needed:
            needed |= definition.formula.free_symbols
    return symbol in needed
