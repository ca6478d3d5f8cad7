"""Credible profiles of a tree: checked from the tree alone, in exact fractions.

* Nash: no player gains by another plan.
* Subgame perfect: so it is in every subgame, reached or not.
* Sequentially rational: at every information set, reached or not, there are beliefs about what
  has happened, by Bayes' rule where it is reached, for which no plan from there on pays more
  (weak perfect Bayesian equilibrium).
* Consistent beliefs: those beliefs are limits of Bayes' rule (Kreps and Wilson 1982).

Nothing here knows how a profile was found.

Where every action is taken with some probability, Bayes' rule says what to believe everywhere.
Beliefs are consistent with a play if they are the limit of such beliefs, for plays that tend to
it.  Here an action that is not played gets the probability c*e**k, with e to zero: the beliefs at
an information set are then on the histories with the least sum of k, in proportion to their
products of c.  Some whole k >= 1 and c > 0 that lead to given beliefs prove them consistent; sums
of k are found by z3, products of c by linear algebra over their logarithms.

Where chance has a probability of 0 there is no Bayes' rule behind it, and Kreps and Wilson leave
such moves out.  Here chance may do what it never does, but infinitely less likely than any mistake
of a player's: what chance can do at all is believed as if its other moves were left out, and at a
set that chance never leads to, the mistakes of players still come in their own order.

References
----------
Kreps and Wilson 1982, "Sequential equilibria", Econometrica 50(4): 863-894.
Streufert 2006, "Characterizing consistency by monomials", University of Western Ontario.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from dilemma.games.tree.deviations import Play, Position, Weights, after, best, reached, worth
from dilemma.games.tree.nodes import Decision, History

__all__ = [
    "MOST_MILLISECONDS",
    "Assessment",
    "Judge",
    "OverdueError",
    "Way",
    "cancelling",
    "consistent",
    "orders",
    "pinned",
    "way",
]

MOST_MILLISECONDS = 60_000

# A decision and an action that is not played there; "" and a history, where it is chance's move.
Tremble = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """How a history comes about: by which actions that are not played, and how likely else.

    ``never`` are the moves of chance on the way that have a probability of 0.
    """

    trembles: frozenset[Tremble]
    likely: Any
    never: frozenset[Tremble] = frozenset()

    def is_no_rarer(self, other: Way) -> bool:
        """Tell whether it is no less likely than another, whichever mistakes are likelier."""
        if self.never != other.never:
            return self.never < other.never
        return self.trembles <= other.trembles


def way(position: Position, play: Play, history: History) -> Way:
    """Return how a history comes about."""
    trembles: set[Tremble] = set()
    never: set[Tremble] = set()
    likely = Fraction(1)
    for k in range(len(position.root), len(history)):
        node = position.nodes[history[:k]]
        chance = position.mix(node, play)[history[k]]
        if chance:
            likely *= chance
        elif node.player:
            trembles.add((node.decision, history[k]))
        else:
            never.add(("", *history[: k + 1]))
    return Way(frozenset(trembles), likely, frozenset(never))


def pinned(ways: Mapping[History, Way]) -> dict[History, Fraction] | None:
    """Return the only consistent beliefs where they do not hang on which mistake is likelier.

    So it is where one history needs no action that is not played which another does not need too.
    """
    least = next((w for w in ways.values() if all(map(w.is_no_rarer, ways.values()))), None)
    if least is None:
        return None
    weights = {h: w.likely if w.is_no_rarer(least) else Fraction(0) for h, w in ways.items()}
    total = sum(weights.values())
    return {history: weight / total for history, weight in weights.items()}


def consistent(
    sets: Sequence[tuple[Mapping[History, Way], Weights]], milliseconds: int = MOST_MILLISECONDS
) -> bool:
    """Tell whether beliefs at all information sets are proved to be consistent together.

    Parameters
    ----------
    sets : sequence of (ways, beliefs)
        The histories of each information set, how they come about, and how likely they are
        believed to be.
    milliseconds : int
        How long z3 may take; past it nothing is proved.
    """
    return orders(sets, milliseconds) and _ratios(sets)


def orders(
    sets: Sequence[tuple[Mapping[History, Way], Mapping[History, object]]],
    milliseconds: int = MOST_MILLISECONDS,
) -> bool:
    """Tell whether some order of mistakes leads to what is believed possible."""
    import z3

    ranks: dict[Tremble, z3.ArithRef] = {}

    def total(mistakes: frozenset[Tremble]) -> z3.ArithRef:
        own = [ranks.setdefault(one, z3.Real(f"k{len(ranks)}")) for one in sorted(mistakes)]
        return z3.Sum(own) if own else z3.RealVal(0)

    solver = z3.Solver()
    solver.set("timeout", milliseconds)
    for ways, beliefs in sets:
        sums = {h: (total(w.never), total(w.trembles)) for h, w in ways.items()}
        held, *others = [h for h in ways if beliefs[h]]
        never, erring = sums[held]
        for h in others:
            solver.add(sums[h][0] == never, sums[h][1] == erring)
        for h in (h for h in ways if not beliefs[h]):
            rarer, same = sums[h][0] > never, sums[h][0] == never
            solver.add(z3.Or(rarer, z3.And(same, sums[h][1] > erring)))
    solver.add(*(rank >= 1 for rank in ranks.values()))
    return bool(solver.check() == z3.sat)


def _ratios(sets: Sequence[tuple[Mapping[History, Way], Weights]]) -> bool:
    """Tell whether some sizes of mistakes lead to how likely each history is believed to be."""
    held = [(ways, [h for h in ways if beliefs[h]]) for ways, beliefs in sets]

    def size(k: int, history: History) -> Fraction:
        ways, beliefs = sets[k]
        return Fraction(beliefs[history] / ways[history].likely)

    return all(
        math.prod(((size(k, a) / size(k, b)) ** power for k, a, b, power in one), start=Fraction(1))
        == 1
        for one in cancelling(held)
    )


def cancelling(
    sets: Sequence[tuple[Mapping[History, Way], Collection[History]]],
) -> Iterator[list[tuple[int, History, History, int]]]:
    """Yield products of ratios that are one, whatever the sizes of mistakes.

    Parameters
    ----------
    sets : sequence of (ways, histories)
        How the histories of each information set come about, and which of them are believed possible.

    Yields
    ------
    list of (which set, history, other history, power)
        Where a history is believed to be b likely, and comes about with chance l but for mistakes,
        the product of ((b/l of the one) / (b/l of the other))**power is 1.
    """
    import sympy as sp

    pairs: list[tuple[int, History, History]] = []
    rows: list[Counter[Tremble]] = []
    for k, (ways, held) in enumerate(sets):
        first, *others = [h for h in ways if h in held]
        for other in others:
            row = Counter(_mistakes(ways[other]))
            row.subtract(_mistakes(ways[first]))
            rows.append(row)
            pairs.append((k, other, first))
    trembles = sorted({t for row in rows for t in row})
    if not rows:
        return
    table = sp.Matrix(len(rows), len(trembles), lambda i, j: rows[i][trembles[j]])
    kernel = (
        table.T.nullspace() if trembles else [sp.eye(len(rows))[:, i] for i in range(len(rows))]
    )
    for vector in kernel:
        scale = math.lcm(*(int(entry.q) for entry in vector))
        powers = [int(entry * scale) for entry in vector]
        yield [(*pair, p) for pair, p in zip(pairs, powers, strict=True) if p]


def _mistakes(one: Way) -> Iterator[Tremble]:
    yield from one.trembles
    yield from one.never


# --- profiles -------------------------------------------------------------------------------------


class OverdueError(Exception):
    """Raised where a profile could not be judged before time was over."""


@dataclass(frozen=True)
class Assessment:
    """What is to be said of a profile.

    Attributes
    ----------
    regrets : mapping of player to Fraction
        What each gains by its best other plan.
    subgame_perfect, rational : bool
    consistent : bool or None
        None where that was not decided.
    beliefs : mapping of decision to mapping of history to probability
        Beliefs for which the play is rational, where there are any.
    strict : bool
        Whether every other action at every decision loses, given these beliefs.
    objection : str
        What speaks against the profile, "" if nothing does.
    """

    regrets: Mapping[str, Fraction]
    subgame_perfect: bool
    rational: bool
    consistent: bool | None
    beliefs: Mapping[str, Weights]
    strict: bool
    objection: str


@dataclass(frozen=True)
class Judge:
    """Checks profiles of one tree.

    Parameters
    ----------
    tree : Position
    decisions : mapping of str to Decision
    players : sequence of str
    slack : Fraction
        What may be gained by deviating: 0 for exact profiles.
    deadline : float
        By ``time.monotonic``; what is not judged by then raises OverdueError.
    """

    tree: Position
    decisions: Mapping[str, Decision]
    players: Sequence[str]
    slack: Fraction = Fraction(0)
    deadline: float = math.inf

    def _milliseconds(self) -> int:
        """Return how long z3 may take."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise OverdueError
        return 1 + int(min(1000 * left, MOST_MILLISECONDS))

    def regrets(self, play: Play, root: History = ()) -> dict[str, Fraction]:
        """Return what each player gains by its best plan from a root on."""
        start = {root: Fraction(1)}
        return {
            player: best(self.tree, play, start, player) - worth(self.tree, play, start, player)
            for player in self.players
        }

    def assess(self, play: Play) -> Assessment:
        """Check a profile."""
        regrets = self.regrets(play)
        objections = [
            f"after {', '.join(root)} {player} would do something else"
            for root in self.subgames
            for player, gain in self.regrets(play, root).items()
            if gain > self.slack
        ]
        subgame_perfect = not objections and max(regrets.values()) <= self.slack
        held, unsupported, wrong = self._beliefs(play)
        gains = [gain for d, b in held.items() for gain in self._losses(play, self.decisions[d], b)]
        pure = all(chance in (0, 1) for mix in play.values() for chance in mix.values())
        rational = not unsupported
        decided = None
        if wrong:
            decided = False
        elif rational and consistent(self._ways(play, held), self._milliseconds()):
            decided = True
        return Assessment(
            regrets=regrets,
            subgame_perfect=subgame_perfect,
            rational=rational,
            consistent=decided,
            beliefs={d: b for d, b in held.items() if len(b) > 1},
            strict=pure and rational and all(gain < 0 for gain in gains),
            objection=next(iter([*unsupported, *objections]), ""),
        )

    @cached_property
    def subgames(self) -> tuple[History, ...]:
        """Where proper subgames begin."""
        return tuple(history for history in self.tree.nodes if history and self._begins(history))

    def _begins(self, root: History) -> bool:
        inside = {h: n for h, n in self.tree.nodes.items() if h[: len(root)] == root}
        return (
            all(
                history in inside
                for node in inside.values()
                if node.player
                for history in self.decisions[node.decision].histories
            )
            and len(self._together(root)) == 1
        )

    def _together(self, history: History) -> tuple[History, ...]:
        node = self.tree.nodes[history]
        return self.decisions[node.decision].histories if node.player else (history,)

    # --- beliefs --------------------------------------------------------------------------------

    def _beliefs(self, play: Play) -> tuple[dict[str, Weights], list[str], bool]:
        """Return beliefs, what no beliefs support, and whether only inconsistent ones would do."""
        likely = reached(self.tree, play, {(): Fraction(1)})
        held: dict[str, Weights] = {}
        unsupported: list[str] = []
        wrong = False
        for decision in self.decisions.values():
            self._milliseconds()
            weights = {h: likely.get(h, Fraction(0)) for h in decision.histories}
            total = sum(weights.values())
            if total:
                fixed: Weights | None = {h: w / total for h, w in weights.items()}
            else:
                fixed = pinned({h: way(self.tree, play, h) for h in weights})
            if fixed is not None and self._optimal(play, decision, fixed):
                held[decision.name] = fixed
                continue
            found = None
            if not total and len(weights) > 1:
                found = self._supporting(play, decision)
            wrong = wrong or fixed is not None
            if found is None:
                unsupported.append(self._said(play, decision, fixed))
            held[decision.name] = (
                found or fixed or dict.fromkeys(weights, Fraction(1, len(weights)))
            )
        return held, unsupported, wrong

    def _said(self, play: Play, decision: Decision, fixed: Weights | None) -> str:
        played = "/".join(a for a, chance in play[decision.name].items() if chance)
        if len(decision.histories) > 1:
            return f"no beliefs at '{decision.name}' support {played}"
        pays = self._pays(play, decision, fixed or {decision.histories[0]: Fraction(1)})
        return f"at '{decision.name}' {max(pays, key=lambda a: pays[a])} pays more than {played}"

    def _pays(self, play: Play, decision: Decision, beliefs: Weights) -> dict[str, Fraction]:
        """Return what each action pays, with the best plan behind it."""
        return {
            a: best(self.tree, play, after(beliefs, a), decision.player) for a in decision.actions
        }

    def _optimal(self, play: Play, decision: Decision, beliefs: Weights) -> bool:
        told = worth(self.tree, play, beliefs, decision.player)
        return max(self._pays(play, decision, beliefs).values()) <= told + self.slack

    def _losses(self, play: Play, decision: Decision, beliefs: Weights) -> Iterator[Fraction]:
        told = worth(self.tree, play, beliefs, decision.player)
        pays = self._pays(play, decision, beliefs)
        yield from (pay - told for a, pay in pays.items() if not play[decision.name][a])

    def _ways(
        self, play: Play, held: Mapping[str, Weights]
    ) -> list[tuple[dict[History, Way], Weights]]:
        return [
            ({h: way(self.tree, play, h) for h in beliefs}, beliefs)
            for beliefs in held.values()
            if len(beliefs) > 1
        ]

    def _supporting(self, play: Play, decision: Decision) -> Weights | None:
        """Return some beliefs for which what is played is optimal, simple ones if they do."""
        histories, nothing = decision.histories, Fraction(0)
        simple = [dict.fromkeys(histories, Fraction(1, len(histories)))]
        simple += [{**dict.fromkeys(histories, nothing), h: Fraction(1)} for h in histories]
        for beliefs in simple:
            if self._optimal(play, decision, beliefs):
                return beliefs
        return self._decided(play, decision)

    def _decided(self, play: Play, decision: Decision) -> Weights | None:
        """Let z3 decide whether any beliefs will do: a linear problem."""
        import z3

        solver = z3.Solver()
        solver.set("timeout", self._milliseconds())
        unknowns = self._state(play, decision, solver)
        answer = solver.check()
        if answer == z3.unknown:
            raise OverdueError
        if answer != z3.sat:
            return None
        model = solver.model()
        return {h: _fraction(model.eval(p, model_completion=True)) for h, p in unknowns.items()}

    def spans(self, play: Play) -> dict[str, dict[History, tuple[Fraction, Fraction]]]:
        """Return between which numbers each belief lies at every set of several histories.

        Both ends are one number where Bayes' rule, or that mistakes are rare, leaves one.  Elsewhere
        they are the least and the most that is believed of a history if what is played is best there;
        none where no beliefs make it so.

        Raises
        ------
        OverdueError
        """
        likely = reached(self.tree, play, {(): Fraction(1)})
        found: dict[str, dict[History, tuple[Fraction, Fraction]]] = {}
        for name, decision in self.decisions.items():
            if len(decision.histories) == 1:
                continue
            weights = {h: likely.get(h, Fraction(0)) for h in decision.histories}
            total = sum(weights.values())
            fixed = {h: w / total for h, w in weights.items()} if total else None
            if fixed is None:
                fixed = pinned({h: way(self.tree, play, h) for h in weights})
            if fixed is not None and (total or self._optimal(play, decision, fixed)):
                found[name] = {h: (w, w) for h, w in fixed.items()}
            else:
                found[name] = self._ends(play, decision)
        return found

    def _ends(self, play: Play, decision: Decision) -> dict[History, tuple[Fraction, Fraction]]:
        """Return the least and the most that may be believed of each history."""
        import z3

        found = {}
        for history in decision.histories:
            ends = []
            for way_out in ("minimize", "maximize"):
                solver = z3.Optimize()
                solver.set("timeout", self._milliseconds())
                unknowns = self._state(play, decision, solver)
                getattr(solver, way_out)(unknowns[history])
                answer = solver.check()
                if answer == z3.unknown:
                    raise OverdueError
                if answer != z3.sat:
                    return {}
                held = solver.model().eval(unknowns[history], model_completion=True)
                ends.append(_fraction(held))
            found[history] = (ends[0], ends[1])
        return found

    def _state(self, play: Play, decision: Decision, solver: Any) -> dict[History, Any]:
        """State to z3 that beliefs are such, and make what is played best; return them."""
        import z3

        unknowns = {h: z3.Real(f"p{k}") for k, h in enumerate(decision.histories)}
        solver.add(z3.Sum(list(unknowns.values())) == 1, *(p >= 0 for p in unknowns.values()))
        told = z3.Sum(
            [
                p * _real(worth(self.tree, play, {h: Fraction(1)}, decision.player) + self.slack)
                for h, p in unknowns.items()
            ]
        )
        for action in decision.actions:
            solver.add(told >= self._most(play, decision.player, after(unknowns, action), solver))
        return unknowns

    def _most(self, play: Play, player: str, weights: Mapping[History, Any], solver: Any) -> Any:
        """Return what the best plan pays from here on, weights being unknown.

        At a later set of the player's own it is an unknown that is no less than what any action
        pays there; the least such is the best.
        """
        import z3

        terms: list[Any] = [z3.RealVal(0)]
        own: dict[str, dict[History, Any]] = {}
        waiting = list(weights.items())
        while waiting:
            history, weight = waiting.pop()
            node = self.tree.nodes.get(history)
            if node is None:
                terms.append(weight * _real(self.tree.pays[history][player]))
            elif node.player == player:
                own.setdefault(node.decision, {})[history] = weight
            else:
                mix = self.tree.mix(node, play)
                waiting += [((*history, a), weight * _real(c)) for a, c in mix.items() if c]
        for name, here in own.items():
            most = z3.Real(f"v {name}")
            for action in self.decisions[name].actions:
                solver.add(most >= self._most(play, player, after(here, action), solver))
            terms.append(most)
        return z3.Sum(terms)


def _real(number: Fraction) -> Any:
    import z3

    return z3.Q(number.numerator, number.denominator)


def _fraction(value: Any) -> Fraction:
    return Fraction(value.numerator_as_long(), value.denominator_as_long())
