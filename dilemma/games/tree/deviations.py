"""Deviations in a tree: what plans pay and what a best reply pays, in exact fractions.

With perfect information each decision is looked at by itself, on the path or off it, everything
else as in the plan.  Where no such deviation gains, no other does (the one-deviation principle).

A best reply is found from the end: where a player moves at an information set, it takes the action
that pays best, given how likely the histories there are and what it does later.  Perfect recall,
which every tree has that was read, makes that the best of all plans.

Where chance has a probability of 0 nobody is asked to act behind it, and by no equilibrium of the
rest is it said what they would do.  Still they are to do the best they can there, for some beliefs.
So a tree is solved in steps: without what chance never does; then, what is played there being
fixed, for what comes if chance did it after all.  There its impossible moves share one half of
the probability equally; only what is behind the same move is compared, so no share matters to
players who know which it was, and to the others it is one of the beliefs that they may have.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import sympy as sp

from dilemma.errors import CalibrationError
from dilemma.games.play import Cutoff
from dilemma.games.profiles import DIGITS
from dilemma.games.tree import TreeGame
from dilemma.games.tree.nodes import History, Node
from dilemma.model import Model
from dilemma.theory.parts import Profile

__all__ = [
    "Mix",
    "Pay",
    "Plan",
    "Play",
    "Position",
    "ValuedTree",
    "Weights",
    "after",
    "behind",
    "best",
    "best_gain",
    "has_impossible",
    "possible",
    "reached",
    "valued",
    "worth",
]

Pay = tuple[Fraction, Fraction]  # a number, and a slope in the type of the player who is paid
Mix = Mapping[str, Fraction]


@dataclass(frozen=True)
class ValuedTree:
    """A tree in numbers.

    Attributes
    ----------
    tree : TreeGame
    payoffs : mapping of end to mapping of player to (number, slope)
    chances : mapping of history to mapping of action to probability
        Where chance moves.
    types : mapping of player to (low, high)
        The interval of the player's private type.
    exact : bool
        Whether no number had to be rounded.
    """

    tree: TreeGame
    payoffs: Mapping[Profile, Mapping[str, Pay]]
    chances: Mapping[Profile, Mix]
    types: Mapping[str, tuple[Fraction, Fraction]]
    exact: bool

    def expected(self, player: str, pay: Pay) -> Fraction:
        """Return what a payoff comes to on average over the player's type."""
        low, high = self.types.get(player, (Fraction(0), Fraction(0)))
        return pay[0] + pay[1] * (low + high) / 2


@dataclass
class _Worker:
    """Works formulas out, and remembers whether one had to be rounded."""

    model: Model
    values: Mapping[sp.Symbol, sp.Expr]
    exact: bool = True

    def number(self, formula: sp.Expr) -> Fraction:
        found = formula.xreplace(self.values)
        if found.is_finite is False or not found.is_real:
            told = f"{self.model.name}: '{formula}' is not a finite real number there"
            raise CalibrationError(told)
        if not found.is_Rational:
            self.exact, found = False, sp.Rational(sp.N(found, DIGITS))
        return Fraction(int(found.p), int(found.q))

    def pay(self, payoff: sp.Expr, private: sp.Symbol | None) -> Pay:
        if private is None:
            return self.number(payoff), Fraction(0)
        whole = sp.expand(payoff)
        return self.number(whole.coeff(private, 0)), self.number(whole.coeff(private, 1))


def valued(model: Model, tree: TreeGame, values: Mapping[sp.Symbol, sp.Expr]) -> ValuedTree:
    """Work out payoffs, chances and types.

    Raises
    ------
    CalibrationError
        If a payoff has no value, a chance is negative, or a type's interval is empty.
    """
    worker = _Worker(model, values)
    own = {private.player: private for private in tree.types.values()}
    payoffs = {
        end: {
            player: worker.pay(payoff, own[player].symbol if player in own else None)
            for player, payoff in cell.items()
        }
        for end, cell in model.payoffs.items()
    }
    chances = {
        node.history: {action: worker.number(c) for action, c in node.chances.items()}
        for node in tree.nodes.values()
        if not node.player
    }
    for history, mix in chances.items():
        if min(mix.values()) < 0:
            where = ", ".join(history) or "the root"
            raise CalibrationError(f"{model.name}: chance has a negative probability at {where}")
    types = {p: (worker.number(t.low), worker.number(t.high)) for p, t in own.items()}
    for player, (low, high) in types.items():
        if low >= high:
            name = own[player].name
            raise CalibrationError(f"{model.name}: the interval of {name} is empty there")
    return ValuedTree(tree, payoffs, chances, types, worker.exact)


# --- one deviation --------------------------------------------------------------------------------


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


# --- payoffs and best replies ---------------------------------------------------------------------


Play = Mapping[str, Mix]
Weights = Mapping[History, Fraction]


@dataclass(frozen=True)
class Position:
    """A tree in numbers, or a part of one.

    Attributes
    ----------
    root : history
        Where it begins.
    nodes : mapping of history to Node
        In prefix order.
    chances : mapping of history to mapping of action to probability
    pays : mapping of history to mapping of player to payoff
        Where it ends.
    """

    root: History
    nodes: Mapping[History, Node]
    chances: Mapping[History, Mix]
    pays: Mapping[History, Mapping[str, Fraction]]

    def mix(self, node: Node, play: Play) -> Mix:
        """Return what is played at a node."""
        return play[node.decision] if node.player else self.chances[node.history]


def after(weights: Weights, action: str) -> dict[History, Fraction]:
    """Return the histories behind an action."""
    return {(*history, action): weight for history, weight in weights.items()}


def reached(position: Position, play: Play, weights: Weights) -> dict[History, Fraction]:
    """Return the probability of every history from here on; a missing one is never reached."""
    found: dict[History, Fraction] = {}
    waiting = list(weights.items())
    while waiting:
        history, weight = waiting.pop()
        found[history] = weight
        if history in position.nodes:
            mix = position.mix(position.nodes[history], play)
            waiting += [((*history, a), weight * chance) for a, chance in mix.items() if chance]
    return found


def worth(position: Position, play: Play, weights: Weights, player: str) -> Fraction:
    """Return what a player is paid from here on if everybody keeps to the play."""
    found = reached(position, play, weights)
    pays = (c * position.pays[h][player] for h, c in found.items() if h not in position.nodes)
    return sum(pays, Fraction(0))


def best(position: Position, play: Play, weights: Weights, player: str) -> Fraction:
    """Return what a player is paid from here on by its best reply to what the others play."""
    total: dict[tuple[str, str] | None, Fraction] = {None: Fraction(0)}  # by one's last action
    leads: dict[str, tuple[str, str] | None] = {}
    actions: dict[str, tuple[str, ...]] = {}
    waiting: list[tuple[History, Fraction, tuple[str, str] | None]]
    waiting = [(history, weight, None) for history, weight in weights.items()]
    while waiting:
        history, weight, last = waiting.pop()
        node = position.nodes.get(history)
        if node is None:
            total[last] = total.get(last, Fraction(0)) + weight * position.pays[history][player]
        elif node.player == player:
            leads[node.decision], actions[node.decision] = last, node.actions
            waiting += [((*history, a), weight, (node.decision, a)) for a in node.actions]
        else:
            mix = position.mix(node, play)
            waiting += [((*history, a), weight * c, last) for a, c in mix.items() if c]
    for decision in _last_first(leads):
        pays = (total.get((decision, a), Fraction(0)) for a in actions[decision])
        last = leads[decision]
        total[last] = total.get(last, Fraction(0)) + max(pays)
    return total[None]


def _last_first(leads: Mapping[str, tuple[str, str] | None]) -> list[str]:
    """Return one player's decisions, each before the one that leads to it."""
    depth: dict[str, int] = {}
    for decision in leads:
        above = [decision]
        while above[-1] not in depth and (before := leads[above[-1]]) is not None:
            above.append(before[0])
        for one in reversed(above):
            before = leads[one]
            depth.setdefault(one, 0 if before is None else depth[before[0]] + 1)
    return sorted(leads, key=lambda decision: -depth[decision])


# --- what chance never does -----------------------------------------------------------------------


HALF = Fraction(1, 2)


def has_impossible(position: Position) -> bool:
    """Tell whether chance has a probability of 0 somewhere."""
    return any(
        not node.player and not all(position.chances[history].values())
        for history, node in position.nodes.items()
    )


def possible(position: Position) -> Position:
    """Return a tree without what chance never does."""
    nodes: dict[History, Node] = {}
    chances: dict[History, Mix] = {}
    pays = {}
    waiting = [position.root]
    while waiting:
        history = waiting.pop()
        node = position.nodes.get(history)
        if node is None:
            pays[history] = position.pays[history]
            continue
        if not node.player:
            chances[history] = {a: c for a, c in position.chances[history].items() if c}
            node = replace(node, actions=tuple(chances[history]), chances={})
        nodes[history] = node
        waiting += [(*history, action) for action in reversed(node.actions)]
    return Position(position.root, nodes, chances, pays)


def behind(position: Position, play: Play) -> Position:
    """Return a tree in which what is played at some decisions is fixed and chance may do anything.

    What players never do at the fixed decisions stays impossible as long as chance can lead
    to a decision that is not fixed without it.
    """
    nodes, chances = {}, dict(position.chances)
    for history, node in position.nodes.items():
        if node.player and node.decision in play:
            chances[history] = play[node.decision]
            nodes[history] = replace(node, player="", decision="", knows="")
        else:
            nodes[history] = node
    loose = {h: _loosened(chances[h]) for h, n in position.nodes.items() if not n.player}
    fixed = Position(position.root, nodes, chances | loose, position.pays)
    if not any(node.player for node in possible(fixed).nodes.values()):
        loose = {h: _loosened(chances[h]) for h, n in nodes.items() if not n.player}
        fixed = replace(fixed, chances=chances | loose)
    return fixed


def _loosened(mix: Mix) -> Mix:
    """Give half of the probability to what has none."""
    never = [action for action, chance in mix.items() if not chance]
    if not never:
        return mix
    return {a: HALF * c if c else HALF / len(never) for a, c in mix.items()}
