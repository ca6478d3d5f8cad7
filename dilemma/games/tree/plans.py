"""The strategic form of a tree: every player chooses a plan, and all plans meet at once.

A plan says what to do at every information set that the plan itself does not exclude: the *reduced*
form, in which no two plans of a player are the same in whatever the others do.

References
----------
Kuhn 1953, "Extensive games and the problem of information", Annals of Mathematics Studies 28: 193-216.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import islice, product

from dilemma.games.exact import ExactSolution, assembled, solve_exactly
from dilemma.games.tree.deviations import Play, Position, reached
from dilemma.games.tree.nodes import History, Node

__all__ = ["Extremes", "Plan", "PlansOf", "extremes", "plans_of"]

Plan = Mapping[str, str]
"""What is done at the decisions of one player, where the plan does not exclude them itself."""

Did = tuple[str, str]  # a decision and an action
NOTHING: Did = ("", "")
NOBODY = " "  # stands for a second player who never moves: "" is chance


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


# --- two players: every extreme equilibrium -------------------------------------------------------


MOST_BASES = 200_000  # that the two polytopes may have together, for their vertices to be listed
MOST_FILLED = 32  # ways to go on where a player's own plan never leads
Pays = dict[tuple[Did, Did], tuple[Fraction, Fraction]]
Likely = Mapping[Did, Fraction]
"""How likely a plan of one player does something, as far as that player is asked."""


@dataclass(frozen=True)
class Extremes:
    """The extreme equilibria of a tree of two players, and how they hang together.

    Attributes
    ----------
    exact : ExactSolution
        Of chances of own actions, one number for each action of a player in all its sets.
    plays : tuple of tuple of play
        For each of them what is played; more than one where a player's own plan excludes a set of its own.
    whole : bool
        Whether they are all, and each leads to every information set: then so do all equilibria, and
        nothing hangs on beliefs.
    """

    exact: ExactSolution
    plays: tuple[tuple[Play, ...], ...]
    whole: bool
    two: _Two
    pairs: tuple[tuple[Likely, Likely], ...]

    def middle(self, members: Sequence[int]) -> Play:
        """Return what is played in the middle of a maximal Nash subset: each player mixes its extreme plans."""
        pair = []
        for who in (0, 1):
            own = list(
                {tuple(self.pairs[k][who].values()): self.pairs[k][who] for k in members}.values()
            )
            pair.append(
                {did: sum((one[did] for one in own), Fraction(0)) / len(own) for did in own[0]}
            )
        return next(self.two.plays(pair))


def extremes(position: Position, deadline: float) -> Extremes | None:
    """Return the extreme equilibria of a tree in which two players move.

    Those of its reduced strategic form are listed; what several mixes of plans come to is told once, and
    what is between others left out.

    Parameters
    ----------
    position : Position
        With perfect recall.
    deadline : float
        By ``time.monotonic``.

    Returns
    -------
    Extremes or None
        None where more than two players move, it is too large, or time is over.
    """
    movers = list(dict.fromkeys(n.player for n in position.nodes.values() if n.player))
    if len(movers) > 2:
        return None
    movers += [NOBODY] * (2 - len(movers))
    two = _Two.of(position, movers)
    rows, columns = (own.count for own in two.plans)
    if math.comb(rows + columns, min(rows, columns)) > MOST_BASES:
        return None
    found = solve_exactly(*two.tables(), seconds=max(deadline - time.monotonic(), 0))
    likely = [(two.likely(0, x), two.likely(1, y)) for x, y in found.profiles]
    kept = {
        (tuple(pair[0].values()), tuple(pair[1].values())): pair
        for pair in likely
        if two.is_extreme(0, pair) and two.is_extreme(1, pair)
    }
    exact = assembled(kept, reason=found.reason, deadline=deadline)
    pairs = [kept[pair] for pair in exact.profiles]
    whole = exact.complete and all(two.leads_everywhere(pair) for pair in pairs)
    plays = tuple(tuple(two.plays(pair)) for pair in pairs)
    return Extremes(exact, plays, whole, two, tuple(pairs))


@dataclass(frozen=True)
class _Two:
    """A tree of two players, by what they do themselves."""

    position: Position
    plans: tuple[PlansOf, PlansOf]
    pays: Pays

    @classmethod
    def of(cls, position: Position, movers: Sequence[str]) -> _Two:
        ends = [h for h in position.pays if h == position.root or h[:-1] in position.nodes]
        first, second = (plans_of(position.nodes, ends, m, position.root) for m in movers)
        pays: Pays = {}
        for end in ends:
            did = first.last(end), second.last(end)
            likely = math.prod(
                (
                    position.chances[end[:k]][end[k]]
                    for k in range(len(position.root), len(end))
                    if not position.nodes[end[:k]].player
                ),
                start=Fraction(1),
            )
            one, two = pays.get(did, (Fraction(0), Fraction(0)))
            paid = [position.pays[end].get(m, Fraction(0)) * likely for m in movers]
            pays[did] = one + paid[0], two + paid[1]
        return cls(position, (first, second), pays)

    def tables(self) -> tuple[list[list[Fraction]], list[list[Fraction]]]:
        """Return what each pair of plans pays the two."""
        rows, columns = (own.plans for own in self.plans)
        first, second = ([[Fraction(0)] * len(columns) for _ in rows] for _ in range(2))
        for end, paid in self._ends():
            for i in self.plans[0].leading[end]:
                for j in self.plans[1].leading[end]:
                    first[i][j] += paid[0]
                    second[i][j] += paid[1]
        return first, second

    def _ends(self) -> Iterator[tuple[History, tuple[Fraction, Fraction]]]:
        """Yield one end for each pair of own actions that come last, with what they pay together."""
        told: dict[tuple[Did, Did], History] = {}
        for end in self.plans[0].ends:
            told.setdefault((self.plans[0].last(end), self.plans[1].last(end)), end)
        yield from ((end, self.pays[did]) for did, end in told.items())

    def likely(self, who: int, mix: Sequence[Fraction]) -> dict[Did, Fraction]:
        """Return how likely each action of a player is taken, as far as that is its own doing."""
        found = {(d, a): Fraction(0) for d, own in self.plans[who].actions.items() for a in own}
        for plan, chance in zip(self.plans[who].plans, mix, strict=True):
            for did in plan.items():
                found[did] += chance
        return found

    def is_extreme(self, who: int, pair: Sequence[Likely]) -> bool:
        """Tell whether a plan is no mixture of others to which all that the other does is a best reply.

        So it is iff the constraints that just hold leave no freedom: of its own chances, and of what each of
        the other's sets is worth to it.
        """
        own, other = self.plans[who], self.plans[1 - who]
        unknowns = {key: k for k, key in enumerate([*pair[who], *((d, "") for d in other.actions)])}
        worth: dict[str, Fraction] = {}
        rows: list[dict[Did, Fraction]] = []
        for did, chance in pair[who].items():
            if chance == 0:
                rows.append({did: Fraction(1)})
        for did, following in own.after.items():
            for decision in following:
                row = {(decision, a): Fraction(1) for a in own.actions[decision]}
                rows.append(row if did == NOTHING else {**row, did: Fraction(-1)})
        for decision in self._last_first(other):
            slopes = {a: self._slopes(who, (decision, a)) for a in other.actions[decision]}
            behind = {a: other.after.get((decision, a), ()) for a in slopes}
            pays = {
                a: sum((pair[who].get(s, 1) * v for s, v in slope.items()), Fraction(0))
                + sum((worth[d] for d in behind[a]), Fraction(0))
                for a, slope in slopes.items()
            }
            worth[decision] = max(pays.values())
            for a, pay in pays.items():
                if pay == worth[decision]:
                    row = {(decision, ""): Fraction(1)}
                    row |= {(d, ""): Fraction(-1) for d in behind[a]}
                    rows.append(row | {s: -v for s, v in slopes[a].items() if s != NOTHING})
        return _rank(rows, unknowns) == len(unknowns)

    def _slopes(self, who: int, did: Did) -> dict[Did, Fraction]:
        """Return what the other is paid by an action, for each of a player's own that may come with it."""
        pairs = ((one if who == 0 else two, two if who == 0 else one, paid[1 - who])
                 for (one, two), paid in self.pays.items())  # fmt: skip
        return {mine: paid for mine, theirs, paid in pairs if theirs == did}

    def _last_first(self, own: PlansOf) -> Iterator[str]:
        def below(did: Did) -> Iterator[str]:
            for decision in own.after.get(did, ()):
                for action in own.actions[decision]:
                    yield from below((decision, action))
                yield decision

        yield from below(NOTHING)

    def leads_everywhere(self, pair: Sequence[Likely]) -> bool:
        """Tell whether every information set may be reached."""
        play = next(self.plays(pair))
        seen = reached(self.position, play, {self.position.root: Fraction(1)})
        sets = {n.decision for n in self.position.nodes.values() if n.player}
        return sets == {
            self.position.nodes[h].decision for h in seen if h in self.position.nodes
        } - {""}

    def plays(self, pair: Sequence[Likely]) -> Iterator[Play]:
        """Yield what is done at every set; where own plans never lead, every pure way to go on."""
        told: dict[str, dict[str, Fraction]] = {}
        open_sets: dict[str, tuple[str, ...]] = {}
        for own, likely in zip(self.plans, pair, strict=True):
            for decision, actions in own.actions.items():
                total = sum((likely[decision, a] for a in actions), Fraction(0))
                if total:
                    told[decision] = {a: likely[decision, a] / total for a in actions}
                else:
                    open_sets[decision] = actions
        order = dict.fromkeys(n.decision for n in self.position.nodes.values() if n.player)
        for choice in islice(product(*open_sets.values()), MOST_FILLED):
            filled = {
                d: {a: Fraction(a == chosen) for a in open_sets[d]}
                for d, chosen in zip(open_sets, choice, strict=True)
            }
            yield {d: {**told, **filled}[d] for d in order}


def _rank(rows: Sequence[Mapping[Did, Fraction]], unknowns: Mapping[Did, int]) -> int:
    from sympy import QQ
    from sympy.polys.matrices import DomainMatrix

    table = [[QQ(0)] * len(unknowns) for _ in rows]
    for line, row in zip(table, rows, strict=True):
        for key, value in row.items():
            line[unknowns[key]] = QQ(value.numerator, value.denominator)
    if not rows:
        return 0
    return int(DomainMatrix(table, (len(rows), len(unknowns)), QQ).rank())
