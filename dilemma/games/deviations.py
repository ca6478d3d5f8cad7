"""A plan for a tree with perfect information, and what one deviation from it gains.

From the definition: each decision by itself, on the path or off it, everything else as in the
plan.  Where no such deviation gains, no other does (the one-deviation principle).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from dilemma.equilibrium import Cutoff
from dilemma.extensive import Node
from dilemma.games.valued import Mix, Pay, ValuedTree
from dilemma.parts import Profile

__all__ = ["Plan", "best_gain"]


@dataclass(frozen=True)
class Plan:
    """What happens from a history on.

    Attributes
    ----------
    payoffs : mapping of player to (number, slope)
    play : mapping of decision to mapping of action to probability
    cutoffs : mapping of decision to Cutoff
    ties : tuple of str
        Where somebody was indifferent, in words.
    """

    payoffs: Mapping[str, Pay]
    play: Mapping[str, Mix]
    cutoffs: Mapping[str, Cutoff]
    ties: tuple[str, ...]


def best_gain(numbers: ValuedTree, plan: Plan) -> tuple[Fraction, bool]:
    """Return the most that one deviation gains, on or off the path, and whether all others lose.

    From the definition: each decision by itself, everything else as in the plan; with a private
    type at the ends of its interval and on both sides of the cutoff.
    """
    gains = [
        gain
        for decision in numbers.tree.decisions.values()
        for gain in _gains(numbers, plan, numbers.tree.nodes[decision.histories[0]])
    ]
    worst = max(gains, default=Fraction(0))
    return max(worst, Fraction(0)), all(gain < 0 for gain in gains) and not plan.cutoffs


def _gains(numbers: ValuedTree, plan: Plan, node: Node) -> Iterator[Fraction]:
    pays = {a: _follow(numbers, plan, (*node.history, a), node.player) for a in node.actions}
    cutoff = plan.cutoffs.get(node.decision)
    if not node.knows:
        chosen = next(a for a, c in plan.play[node.decision].items() if c == 1)
        told = {a: numbers.expected(node.player, pay) for a, pay in pays.items()}
        yield from (pay - told[chosen] for a, pay in told.items() if a != chosen)
        return
    low, high = numbers.types[node.player]
    pieces = [(low, high, next(a for a, c in plan.play[node.decision].items() if c))]
    if cutoff is not None:
        value = Fraction(int(cutoff.value.p), int(cutoff.value.q))
        pieces = [(low, value, cutoff.below), (value, high, cutoff.above)]
    for begin, end, chosen in pieces:
        for point in (begin, end):  # what is gained is linear in between
            told = {a: pay[0] + pay[1] * point for a, pay in pays.items()}
            yield from (pay - told[chosen] for a, pay in told.items() if a != chosen)


def _follow(numbers: ValuedTree, plan: Plan, history: Profile, player: str) -> Pay:
    """Return what a player is paid from a history on if everybody follows the plan."""
    node = numbers.tree.nodes.get(history)
    if node is None:
        return numbers.payoffs[history][player]
    mix = plan.play[node.decision] if node.player else numbers.chances[history]
    if node.decision in plan.cutoffs and node.player == player:
        return _own(numbers, plan, node), Fraction(0)
    below = [(c, _follow(numbers, plan, (*history, a), player)) for a, c in mix.items() if c]
    return (
        sum((c * pay[0] for c, pay in below), Fraction(0)),
        sum((c * pay[1] for c, pay in below), Fraction(0)),
    )


def _own(numbers: ValuedTree, plan: Plan, node: Node) -> Fraction:
    """Return what a player expects who will act on its type: each side at its own average."""
    cutoff = plan.cutoffs[node.decision]
    low, high = numbers.types[node.player]
    value = Fraction(int(cutoff.value.p), int(cutoff.value.q))
    total = Fraction(0)
    for action, begin, end in ((cutoff.below, low, value), (cutoff.above, value, high)):
        number, slope = _follow(numbers, plan, (*node.history, action), node.player)
        total += (end - begin) / (high - low) * (number + slope * (begin + end) / 2)
    return total
