"""Games of states for the page: what is paid where, what follows, and every way to play by state alone.

A way says in parameters, and in the roots of a polynomial, what is played, what states are worth, and
when nobody would do otherwise: the page evaluates it and decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sympy as sp

from dilemma.games.branch import Branch
from dilemma.games.dynamic import DynamicGame, dynamic_of
from dilemma.games.dynamic.policies import Followed, followed
from dilemma.games.dynamic.stages import OFFER
from dilemma.games.triangle_script import Triangles, shaped
from dilemma.model import Model
from dilemma.output.javascript import Names, condition, constants, formula, quoted

__all__ = ["states"]

LONGEST = 90  # letters of a condition that is told to readers


def states(model: Model) -> tuple[str, dict[str, Any]]:
    """Return a game's script, a function of its parameters, and its states as data.

    Raises
    ------
    UnsupportedError
        If there are too many ways to play, or the equations of one have no triangle.
    """
    game = dynamic_of(model)
    ways = list(followed(model))
    unknowns = list(
        dict.fromkeys(symbol for way in ways for symbol in _unknowns(model, way.branch))
    )
    defined = {d.symbol: d.formula for d in model.definitions.values()}
    parameters = [p.symbol for p in model.parameters.values()]
    writer = _Writer(model, game, Names([*parameters, *defined, *unknowns]), unknowns)
    stages = game.stages.items()
    parts = {
        "definitions": writer.listed(defined),
        "pays": writer.grouped(_paid(model, game, profile) for profile in game.stages),
        "leads": writer.grouped(stage.leads.values() for _, stage in stages),
        "offers": writer.grouped(_offered(game, state) for state in game.offers),
        "shocks": writer.grouped((s.low, s.high) for s in game.shocks.values()),
        "wrong": f"[{', '.join(writer.condition(wrong) for _, wrong in game.impossible())}]",
        "branches": f"[{', '.join(map(writer.way, ways))}]",
    }
    told = ",\n".join(f"{key}: {value}" for key, value in parts.items())
    head = f"([{', '.join(writer.names[p] for p in parameters)}])"
    needed = constants(defined, writer.names, list(defined))
    return f"{head} => {{\n{needed}\nreturn {{{told}}}; }}", {
        "fixed": list(model.definitions),
        "impossible": [why for why, _ in game.impossible()],
        "cases": [way.branch.title for way in ways],
        "unknowns": [symbol.name for symbol in unknowns],
        "start": game.start,
        "states": list(game.states),
        "summed": game.summed,
        "decisions": [_decision(model, game, name) for name in game.decisions],
        "stages": [
            {"state": state, "actions": actions, "next": list(stage.leads)}
            for (state, *actions), stage in stages
        ],
        "offers": [{"state": s, "next": offer.leads} for s, offer in game.offers.items()],
        "shocks": [{"state": s, "name": str(shock.symbol)} for s, shock in game.shocks.items()],
    }


def _unknowns(model: Model, branch: Branch) -> Iterator[sp.Symbol]:
    """Yield what a branch solves for."""
    yield from branch.unknowns
    last = shaped(model, branch).last
    if last is not None:
        yield last


def _decision(model: Model, game: DynamicGame, name: str) -> dict[str, Any]:
    slot, state = game.decisions[name]
    titles = dict(zip(game.decisions, game.decision_titles(model), strict=True))
    return {
        "name": name,
        "title": titles[name],
        "player": slot if slot != OFFER else "",
        "state": state,
        "actions": list(game.slots(state)[slot]),
    }


def _paid(model: Model, game: DynamicGame, profile: Sequence[str]) -> Iterator[sp.Expr]:
    """Yield for each player what a stage pays, and how that rises with the state's shock."""
    shock = game.shocks.get(profile[0])
    for player in model.players:
        formula_of = game.stages[tuple(profile)].pays[player]
        yield from _line(formula_of, None if shock is None else shock.symbol)


def _offered(game: DynamicGame, state: str) -> tuple[sp.Expr, sp.Expr]:
    shock = game.shocks.get(state)
    return _line(game.offers[state].pie, None if shock is None else shock.symbol)


def _line(told: sp.Expr, shock: sp.Symbol | None) -> tuple[sp.Expr, sp.Expr]:
    """Return a formula where a shock is nought, and its slope in it."""
    if shock is None:
        return told, sp.Integer(0)
    expanded = sp.expand(told)
    return expanded.coeff(shock, 0), expanded.coeff(shock, 1)


@dataclass(frozen=True)
class _Writer:
    """Prints what stands in parameters, definitions and unknowns."""

    model: Model
    game: DynamicGame
    names: Names
    unknowns: Sequence[sp.Symbol]

    def listed(self, formulas: Iterable[sp.Expr]) -> str:
        """Print a list of numbers."""
        return f"[{', '.join(formula(each, self.names) for each in formulas)}]"

    def grouped(self, many: Iterable[Iterable[sp.Expr]]) -> str:
        """Print a list of lists of numbers."""
        return f"[{', '.join(self.listed(each) for each in many)}]"

    def condition(self, wanted: sp.Basic) -> str:
        """Print a truth."""
        return condition(wanted, self.names)

    def way(self, way: Followed) -> str:
        """Print one way to play; nothing of it is worked out before it is asked for."""
        branch, triangles = way.branch, Triangles(self.names, self.unknowns)
        shape, head = shaped(self.model, branch), triangles.head
        holds = " && ".join(map(self.condition, branch.conditions)) or "true"
        values = [
            [way.values[player, state] for player in self.model.players]
            for state in self.game.states
        ]
        told = {
            "title": quoted(branch.title),
            "cuts": quoted(self._cuts(way)),
            "loose": "true" if shape.loose else "false",
            "roots": triangles.roots(shape),
            "up": triangles.up(shape),
            "ties": triangles.ties(shape),
            "holds": f"{head} => {holds}",
            "play": f"{head} => {self.grouped(mix.values() for mix in branch.play.values())}",
            "payoffs": f"{head} => {self.listed(branch.payoffs.values())}",
            "outcomes": f"{head} => {self.listed(branch.outcomes.values())}",
            "worth": f"{head} => {self.grouped(values)}",
            **self._because(branch),
        }
        return f"{{{', '.join(f'{key}: {value}' for key, value in told.items())}}}"

    def _cuts(self, way: Followed) -> list[list[str] | None]:
        """Return for each decision what is done above and below a cutoff; None where there is none."""
        acts = (way.policy[state][slot] for slot, state in self.game.decisions.values())
        return [list(act.actions) if act.cut else None for act in acts]

    def _because(self, branch: Branch) -> Mapping[str, str]:
        """Print what must not be negative, as text and as numbers, where nobody mixes."""
        if branch.unknowns:
            return {"because": "[]", "gaps": "() => []"}
        gaps = [c.lhs - c.rhs for c in branch.conditions if isinstance(c, sp.GreaterThan)]
        short = [gap for gap in gaps if len(str(gap)) <= LONGEST]
        return {
            "because": quoted([str(gap) for gap in short]),
            "gaps": f"() => {self.listed(short)}",
        }
