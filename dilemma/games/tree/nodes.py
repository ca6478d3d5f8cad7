"""A game tree as plain, frozen data: who moves when, knowing what; nothing solved.

A *history* is the sequence of actions that led to a node, chance's included; the root has the
empty one.  A *decision* is an information set: one or several histories that the player who moves
cannot tell apart.

What a play pays, and what a deviation from it gains, is said from the statement alone: a walk shares
no code with the branches, nor with what solves games in numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import TYPE_CHECKING, ClassVar

import sympy as sp
from pydantic import Field

from dilemma.errors import UnsupportedError
from dilemma.games.branch import Play
from dilemma.games.play import Informed
from dilemma.games.play import Row as TableRow
from dilemma.model import Model
from dilemma.output.result import yes_or_no
from dilemma.reading.rows import Formula, Row, Two
from dilemma.theory.parts import Profile

if TYPE_CHECKING:
    from dilemma.games.equilibrium import Equilibria

__all__ = [
    "Chance",
    "Decision",
    "History",
    "Node",
    "NodeRow",
    "Plans",
    "PrivateType",
    "TypeRow",
    "Walk",
]

PLANS = 4096  # of a player who may not know what has happened, up to which each is tried

History = Profile


@dataclass(frozen=True, slots=True)
class Node:
    """A point of the tree where somebody, or chance, moves.

    Attributes
    ----------
    history : tuple of str
    player : str
        Who moves, "" for chance.
    actions : tuple of str
    chances : mapping of action to sympy expression
        Chance's probabilities; empty where a player moves.
    decision : str
        The information set that it is part of, "" for chance.
    knows : str
        The private type that the player knows when moving here, "" for none.
    """

    history: History
    player: str
    actions: tuple[str, ...]
    chances: Mapping[str, sp.Expr]
    decision: str
    knows: str


@dataclass(frozen=True, slots=True)
class PrivateType:
    """A quantity that one player knows and the others believe to be uniform on an interval."""

    name: str
    symbol: sp.Symbol
    player: str
    low: sp.Expr
    high: sp.Expr


@dataclass(frozen=True, slots=True)
class Decision:
    """An information set: who moves, with which actions, after which histories."""

    name: str
    player: str
    actions: tuple[str, ...]
    histories: tuple[History, ...]
    knows: str


@dataclass(frozen=True, slots=True)
class Chance:
    """The probability that an action is taken somewhere after a history (from the root: ())."""

    action: str
    after: History


@dataclass(frozen=True, eq=False)
class Plans(Informed):
    """What is done at each decision of a tree; who knows its type acts on it."""

    def facts(self, found: Equilibria) -> list[TableRow]:
        """Return cutoffs and beliefs."""
        rows = super().facts(found)
        for decision, belief in found[0].beliefs.items():
            for history in belief:
                told = (self.written(e.beliefs[decision][history]) for e in found)
                rows.append((f"belief at {decision}: {history}", "", *told))
        return rows

    def checks(self, found: Equilibria) -> list[TableRow]:
        """Return which refinements were checked."""
        return [
            (concept, "", *(yes_or_no(e.concepts.get(concept)) for e in found))
            for concept in found[0].concepts
        ]


# --- as a file has them ---------------------------------------------------------------------------


class TypeRow(Row):
    """A private type: whose it is, and the ends of the interval on which it is uniform."""

    of: str
    uniform: Two


class NodeRow(Row):
    """A move of a tree: a player's, with what it knows, or chance's."""

    hints: ClassVar[Mapping[str, str]] = {
        "choices": 'write actions; numbers are chosen in kind = "continuous" or "sequential"'
    }
    player: str | None = None
    actions: list[str] | None = None
    knows: list[str] = Field(default_factory=list)
    information: str = ""
    chance: dict[str, Formula] | None = None


# --- a play followed through the tree -------------------------------------------------------------


if TYPE_CHECKING:
    from dilemma.games.tree import TreeGame


Values = Mapping[sp.Symbol, sp.Expr]


class Walk:
    """A play followed through a tree."""

    def __init__(self, model: Model, tree: TreeGame, values: Values, play: Play) -> None:
        self.model, self.tree, self.values, self.play = model, tree, values, play
        self.ends = {
            t.symbol: (t.low.xreplace(values), t.high.xreplace(values)) for t in tree.types.values()
        }

    def worth(self) -> dict[str, sp.Expr | None]:
        """Return every payoff and outcome; None where it has no value."""
        paid = {player: self.average(pay) for player, pay in self.follow(()).items()}
        found: dict[str, sp.Expr | None] = dict(paid)
        at = {**self.values, **{sp.Symbol(p, real=True): v for p, v in paid.items()}}
        for name, outcome in self.model.outcomes.items():
            for symbol, chance in outcome.chances.items():
                at[symbol] = self.reached(chance.after, chance.action)
            value = outcome.formula.xreplace(at)
            found[name] = value if value.is_number and value.is_finite else None
        return found

    def reached(self, history: Profile, action: str) -> sp.Expr:
        """Return the probability that an action is taken from a history on."""
        node = self.tree.nodes.get(history)
        if node is None:
            return sp.Integer(0)
        return sp.Add(
            *(
                chance * (1 if a == action else self.reached((*history, a), action))
                for a, chance in self.mix(node).items()
            )
        )

    def mix(self, node: Node) -> Mapping[str, sp.Expr]:
        """Return what is done at a node, by whoever moves there."""
        if node.player:
            return self.play[node.decision]
        return {a: sp.sympify(c).xreplace(self.values) for a, c in node.chances.items()}

    def average(self, pay: sp.Expr) -> sp.Expr:
        """Put every type at its mean: payoffs are linear in it."""
        return pay.xreplace({t: (low + high) / 2 for t, (low, high) in self.ends.items()})

    def follow(self, history: Profile) -> dict[str, sp.Expr]:
        """Return what everybody is paid from a history on, in terms of types not yet acted on."""
        node = self.tree.nodes.get(history)
        if node is None:
            return {p: v.xreplace(self.values) for p, v in self.model.payoffs[history].items()}
        mix = self.mix(node)
        below = {a: self.follow((*history, a)) for a in node.actions}
        found = {
            player: sum((mix[a] * below[a][player] for a in mix), sp.Integer(0))
            for player in self.model.players
        }
        if node.knows and 1 not in mix.values():
            own = {a: below[a][node.player] for a in mix}
            symbol, low, high, cut, up, down = self.cutoff(node, own)
            found[node.player] = mix[up] * own[up].xreplace({symbol: (cut + high) / 2})
            found[node.player] += mix[down] * own[down].xreplace({symbol: (low + cut) / 2})
        return found

    def cutoff(
        self, node: Node, own: Mapping[str, sp.Expr]
    ) -> tuple[sp.Symbol, sp.Expr, sp.Expr, sp.Expr, str, str]:
        """Return the type at which the shares of a mix part the interval, and who is above it."""
        symbol = self.tree.types[node.knows].symbol
        low, high = self.ends[symbol]
        slopes = {a: sp.diff(pay, symbol) for a, pay in own.items()}
        if not all(slope.is_number for slope in slopes.values()):
            raise UnsupportedError(f"who is above a cutoff on {symbol} hangs on parameters")
        up, down = sorted(own, key=slopes.__getitem__, reverse=True)
        return symbol, low, high, high - self.mix(node)[up] * (high - low), up, down

    def gains(self) -> Iterator[sp.Expr]:
        """Yield what is gained by another action at each decision.

        Where somebody does not know which history has happened that says nothing by itself, and it
        is what is gained by each plan of each player.

        Raises
        ------
        UnsupportedError
            If there a player has too many plans, or a type that it alone knows.
        """
        if self.tree.perfect:
            yield from self._at_decisions()
        else:
            yield from self._by_plans()

    def _by_plans(self) -> Iterator[sp.Expr]:
        now = self.follow(())
        if self.tree.types:
            raise UnsupportedError(
                "what a deviation gains from one's own type on is not worked out"
            )
        for player in self.model.players:
            own = {n: d.actions for n, d in self.tree.decisions.items() if d.player == player}
            if prod(map(len, own.values())) > PLANS:
                raise UnsupportedError(f"{player} has more than {PLANS:,} plans: too many to try")
            for plan in product(*own.values()):
                doing = {
                    name: {a: sp.Integer(a == done) for a in own[name]}
                    for name, done in zip(own, plan, strict=True)
                }
                other = Walk(self.model, self.tree, self.values, {**self.play, **doing})
                yield other.follow(())[player] - now[player]

    def _at_decisions(self) -> Iterator[sp.Expr]:
        for node in self.tree.nodes.values():
            if not node.player:
                continue
            own = {a: self.follow((*node.history, a))[node.player] for a in node.actions}
            mix = self.mix(node)
            if not node.knows:
                pays = {a: self.average(pay) for a, pay in own.items()}
                now = sum((mix[a] * pays[a] for a in pays), sp.Integer(0))
                yield from (pay - now for pay in pays.values())
                continue
            symbol, low, high, cut, up, down = self.cutoff(node, own)
            gap = own[up] - own[down]
            if mix[up] == 1:
                yield -gap.xreplace({symbol: low})
                yield -gap.xreplace({symbol: high})
            elif mix[down] == 1:
                yield gap.xreplace({symbol: low})
                yield gap.xreplace({symbol: high})
            else:
                yield abs(gap.xreplace({symbol: cut}))
                yield gap.xreplace({symbol: low})
                yield -gap.xreplace({symbol: high})
