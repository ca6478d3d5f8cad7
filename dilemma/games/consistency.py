"""Whether beliefs are limits of Bayes' rule: consistency in the sense of Kreps and Wilson.

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
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from dilemma.extensive import History
from dilemma.games.replies import Play, Position, Weights

__all__ = ["MOST_MILLISECONDS", "Way", "consistent", "pinned", "way"]

MOST_MILLISECONDS = 60_000

# A decision and an action that is not played there; "" and a history, where it is chance's move.
Tremble = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """How a history comes about: by which actions that are not played, and how likely else.

    ``never`` are the moves of chance on the way that have a probability of 0.
    """

    trembles: frozenset[Tremble]
    likely: Fraction
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
    return _orders(sets, milliseconds) and _ratios(sets)


def _orders(sets: Sequence[tuple[Mapping[History, Way], Weights]], milliseconds: int) -> bool:
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
    import sympy as sp

    rows: list[Counter[Tremble]] = []
    ratios: list[Fraction] = []
    for ways, beliefs in sets:
        held, *others = [h for h in ways if beliefs[h]]
        for other in others:
            row = Counter(_mistakes(ways[other]))
            row.subtract(_mistakes(ways[held]))
            rows.append(row)
            believed = beliefs[other] / beliefs[held]
            ratios.append(believed * ways[held].likely / ways[other].likely)
    trembles = sorted({t for row in rows for t in row})
    if not trembles:
        return all(ratio == 1 for ratio in ratios)
    table = sp.Matrix([[row[t] for t in trembles] for row in rows])
    for vector in table.T.nullspace():
        scale = math.lcm(*(int(entry.q) for entry in vector))
        powers = [int(entry * scale) for entry in vector]
        if math.prod((r**p for r, p in zip(ratios, powers, strict=True)), start=Fraction(1)) != 1:
            return False
    return True


def _mistakes(one: Way) -> Iterator[Tremble]:
    yield from one.trembles
    yield from one.never
