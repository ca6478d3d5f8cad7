"""A play followed through a tree with perfect information: what it pays, what a deviation gains.

From the statement alone: it shares no code with the branches, nor with what solves games in numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import sympy as sp

from dilemma.games.branch import Play
from dilemma.games.tree.nodes import Node
from dilemma.model import Model
from dilemma.theory.parts import Profile

if TYPE_CHECKING:
    from dilemma.games.tree import TreeGame

__all__ = ["Walk"]

Values = Mapping[sp.Symbol, sp.Expr]


class Walk:
    """A play followed through a tree with perfect information."""

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
        up, down = sorted(own, key=lambda a: own[a].xreplace({symbol: high}), reverse=True)
        return symbol, low, high, high - self.mix(node)[up] * (high - low), up, down

    def gains(self) -> Iterator[sp.Expr]:
        """Yield what is gained by another action at each decision."""
        for node in self.tree.nodes.values():
            if not node.player:
                continue
            own = {a: self.follow((*node.history, a))[node.player] for a in node.actions}
            mix = self.mix(node)
            if not node.knows:
                pays = {a: self.average(pay) for a, pay in own.items()}
                now = sum((mix[a] * pays[a] for a in pays), sp.Integer(0))
                yield max(pays.values()) - now
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
