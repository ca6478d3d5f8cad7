"""The strategic form of a tree: every player chooses a plan, and all plans meet at once.

A plan says what to do at every information set that the plan itself does not exclude: the *reduced*
form, in which no two plans of a player are the same in whatever the others do.

References
----------
Kuhn 1953, "Extensive games and the problem of information", Annals of Mathematics Studies 28: 193-216.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

from dilemma.games.tree.nodes import History, Node

__all__ = ["Plan", "PlansOf", "plans_of"]

Plan = Mapping[str, str]
"""What is done at the decisions of one player, where the plan does not exclude them itself."""

Did = tuple[str, str]  # a decision and an action
NOTHING: Did = ("", "")


@dataclass(frozen=True)
class PlansOf:
    """The reduced plans of one player.

    Attributes
    ----------
    after : mapping of (decision, action) to decisions
        Which own decisions come next after an own action; ``("", "")`` for the first ones.
    actions : mapping of decision to actions
    ends : mapping of history to own actions on the way
        For every end of the tree.
    """

    after: Mapping[Did, tuple[str, ...]]
    actions: Mapping[str, tuple[str, ...]]
    ends: Mapping[History, tuple[Did, ...]]

    def last(self, end: History) -> Did:
        """Return what the player did last on the way to an end."""
        return self.ends[end][-1] if self.ends[end] else NOTHING

    @property
    def count(self) -> int:
        """How many plans there are."""
        return self._count(NOTHING)

    def _count(self, did: Did) -> int:
        return math.prod(
            sum(self._count((decision, a)) for a in self.actions[decision])
            for decision in self.after.get(did, ())
        )

    @cached_property
    def plans(self) -> tuple[Plan, ...]:
        """All plans, those of the first actions first."""
        return tuple(self._plans(NOTHING))

    def _plans(self, did: Did) -> Iterator[Plan]:
        parts = [
            [
                {decision: action, **rest}
                for action in self.actions[decision]
                for rest in self._plans((decision, action))
            ]
            for decision in self.after.get(did, ())
        ]
        for choice in product(*parts):
            yield {d: a for part in choice for d, a in part.items()}

    @cached_property
    def leading(self) -> Mapping[History, tuple[int, ...]]:
        """For each end, the positions of the plans that may lead there."""
        return {
            end: tuple(
                k
                for k, plan in enumerate(self.plans)
                if all(plan.get(decision) == action for decision, action in own)
            )
            for end, own in self.ends.items()
        }


def plans_of(
    nodes: Mapping[History, Node], ends: Sequence[History], player: str, root: History = ()
) -> PlansOf:
    """Return the reduced plans of a player who remembers what it did."""
    after: dict[Did, list[str]] = {}
    actions: dict[str, tuple[str, ...]] = {}
    for history, node in nodes.items():
        if node.player == player and node.decision not in actions:
            own = _own(nodes, history, player, root)
            after.setdefault(own[-1] if own else NOTHING, []).append(node.decision)
            actions[node.decision] = node.actions
    return PlansOf(
        {did: tuple(own) for did, own in after.items()},
        actions,
        {end: _own(nodes, end, player, root) for end in ends},
    )


def _own(
    nodes: Mapping[History, Node], history: History, player: str, root: History
) -> tuple[Did, ...]:
    """Return what a player did on the way to a history."""
    return tuple(
        (nodes[history[:k]].decision, history[k])
        for k in range(len(root), len(history))
        if nodes[history[:k]].player == player
    )
