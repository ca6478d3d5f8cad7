"""A plan for a tree with perfect information, and what one deviation from it gains.

From the definition: each decision by itself, on the path or off it, everything else as in the
plan.  Where no such deviation gains, no other does (the one-deviation principle).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
    follow = _followed(numbers, plan)
    gains = [
        gain
        for decision in numbers.tree.decisions.values()
        for gain in _gains(numbers, plan, numbers.tree.nodes[decision.histories[0]], follow)
    ]
    worst = max(gains, default=Fraction(0))
    return max(worst, Fraction(0)), all(gain < 0 for gain in gains) and not plan.cutoffs


def _gains(
    numbers: ValuedTree, plan: Plan, node: Node, follow: Mapping[Profile, Mapping[str, Pay]]
) -> Iterator[Fraction]:
    pays = {a: follow[*node.history, a][node.player] for a in node.actions}
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


def _followed(numbers: ValuedTree, plan: Plan) -> dict[Profile, Mapping[str, Pay]]:
    """Return what everybody is paid from each history on if all follow the plan."""
    found: dict[Profile, Mapping[str, Pay]] = dict(numbers.payoffs)
    for node in numbers.tree.below(()):
        history = node.history
        mix = plan.play[node.decision] if node.player else numbers.chances[history]
        below = [(c, found[*history, a]) for a, c in mix.items() if c]
        pays = {player: _mean(player, below) for player in below[0][1]}
        if node.decision in plan.cutoffs:
            pays[node.player] = _own(numbers, plan, node, found), Fraction(0)
        found[history] = pays
    return found


def _mean(player: str, below: Sequence[tuple[Fraction, Mapping[str, Pay]]]) -> Pay:
    return (
        sum((c * pays[player][0] for c, pays in below), Fraction(0)),
        sum((c * pays[player][1] for c, pays in below), Fraction(0)),
    )


def _own(
    numbers: ValuedTree, plan: Plan, node: Node, found: Mapping[Profile, Mapping[str, Pay]]
) -> Fraction:
    """Return what a player expects who will act on its type: each side at its own average."""
    cutoff = plan.cutoffs[node.decision]
    low, high = numbers.types[node.player]
    value = Fraction(int(cutoff.value.p), int(cutoff.value.q))
    total = Fraction(0)
    for action, begin, end in ((cutoff.below, low, value), (cutoff.above, value, high)):
        number, slope = found[*node.history, action][node.player]
        total += (end - begin) / (high - low) * (number + slope * (begin + end) / 2)
    return total
