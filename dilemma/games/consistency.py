"""Whether beliefs are limits of Bayes' rule: consistency in the sense of Kreps and Wilson.

Where every action is taken with some probability, Bayes' rule says what to believe everywhere.
Beliefs are consistent with a play if they are the limit of such beliefs, for plays that tend to
it.  Here an action that is not played gets the probability c*e**k, with e to zero: the beliefs at
an information set are then on the histories with the least sum of k, in proportion to their
products of c.  Some whole k >= 1 and c > 0 that lead to given beliefs prove them consistent; sums
of k are found by z3, products of c by linear algebra over their logarithms.

References
----------
Kreps and Wilson 1982, "Sequential equilibria", Econometrica 50(4): 863-894.
Streufert 2006, "Characterizing consistency by monomials", University of Western Ontario.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from dilemma.extensive import History
from dilemma.games.replies import Play, Position, Weights

__all__ = ["Way", "consistent", "pinned", "way"]

Tremble = tuple[str, str]  # a decision, and an action that is not played there


@dataclass(frozen=True, slots=True)
class Way:
    """How a history comes about: by which actions that are not played, and how likely else.

    ``likely`` is 0 where chance never goes that way.
    """

    trembles: frozenset[Tremble]
    likely: Fraction


def way(position: Position, play: Play, history: History) -> Way:
    """Return how a history comes about."""
    trembles, likely = set(), Fraction(1)
    for k in range(len(position.root), len(history)):
        node = position.nodes[history[:k]]
        chance = position.mix(node, play)[history[k]]
        if chance == 0 and node.player:
            trembles.add((node.decision, history[k]))
        else:
            likely *= chance
    return Way(frozenset(trembles), likely)


def pinned(ways: Mapping[History, Way]) -> dict[History, Fraction] | None:
    """Return the only consistent beliefs where they do not hang on which mistake is likelier.

    So it is where one history needs no action that is not played which another does not need too.
    """
    possible = [one for one in ways.values() if one.likely]
    least = next((w for w in possible if all(w.trembles <= v.trembles for v in possible)), None)
    if least is None:
        return None
    weights = {
        h: w.likely if w.trembles == least.trembles else Fraction(0) for h, w in ways.items()
    }
    total = sum(weights.values())
    return {history: weight / total for history, weight in weights.items()}


def consistent(sets: Sequence[tuple[Mapping[History, Way], Weights]]) -> bool:
    """Tell whether beliefs at all information sets are proved to be consistent together.

    Parameters
    ----------
    sets : sequence of (ways, beliefs)
        The histories of each information set, how they come about, and how likely they are
        believed to be.
    """
    if any(beliefs[h] and not w.likely for ways, beliefs in sets for h, w in ways.items()):
        return False
    return _orders(sets) and _ratios(sets)


def _orders(sets: Sequence[tuple[Mapping[History, Way], Weights]]) -> bool:
    """Tell whether some order of mistakes leads to what is believed possible."""
    import z3

    ranks: dict[Tremble, z3.ArithRef] = {}
    solver = z3.Solver()
    for ways, beliefs in sets:
        sums = {}
        for history, one in ways.items():
            terms = [ranks.setdefault(t, z3.Real(f"k{len(ranks)}")) for t in sorted(one.trembles)]
            sums[history] = z3.Sum(terms) if terms else z3.RealVal(0)
        held, *others = [h for h in ways if beliefs[h]]
        solver.add(*(sums[h] == sums[held] for h in others))
        solver.add(*(sums[h] > sums[held] for h, w in ways.items() if not beliefs[h] and w.likely))
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
            row = Counter(dict.fromkeys(ways[other].trembles, 1))
            row.subtract(dict.fromkeys(ways[held].trembles, 1))
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
