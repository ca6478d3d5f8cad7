"""Consistent beliefs at information sets that nothing leads to: limits of Bayes' rule (Kreps and Wilson 1982).

An action that is not played gets the probability c*e**k, with e to zero.  Beliefs then lie on the histories
with the least sum of k, in proportion to their products of c.  Which histories these may be is told by
whole numbers k.  Where products of c cancel, beliefs are tied to one another: who sees the same mistake
as another believes the same.  Beliefs at one set are then put in for those at the other, or known by
Bayes' rule where the mistakes are the same on all ways to a set; what is tied otherwise is left as an
equation between beliefs.

References
----------
Kreps and Wilson 1982, "Sequential equilibria", Econometrica 50(4): 863-894.
Streufert 2006, "Characterizing consistency by monomials", University of Western Ontario.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import product

import sympy as sp

from dilemma.games.tree.beliefs import Beliefs, subsets
from dilemma.games.tree.credible import Tremble, Way, cancelling, orders
from dilemma.games.tree.nodes import History

__all__ = ["consistent_cases"]

Ways = Mapping[str, Mapping[History, Way]]
Held = tuple[frozenset[History], ...]
Links = Mapping[int, tuple[int | None, Mapping[History, History]]]
"""Of the sets that are tied: which other one each is tied to, None for none, and how histories correspond."""
ZERO = sp.Integer(0)


def consistent_cases(case: Beliefs, ways: Ways) -> Iterator[Beliefs]:
    """Yield the cases in which free beliefs are limits of Bayes' rule.

    Parameters
    ----------
    case : Beliefs
    ways : mapping of set to mapping of history to Way
        How the histories come about at the sets whose beliefs are free.

    Notes
    -----
    Limits of limits are limits: where nothing is left tied, beliefs on fewer histories count as well.
    """
    names = list(case.free)
    left = [[h for h in case.free[r] if h not in case.nought[r]] for r in names]
    options = product(*(list(map(frozenset, subsets(own))) for own in left))
    covered: list[tuple[Held, Links]] = []
    for choice in sorted(options, key=lambda held: -sum(map(len, held))):
        held = dict(zip(names, choice, strict=True))
        if any(_among(choice, *one) for one in covered):
            continue
        if any(not one & held[r] for r in held for one in case.some[r]):
            continue
        pairs = [(ways[r], held[r]) for r in held]
        if not _in_some_order(tuple(tuple(_rare(own, on)) for own, on in pairs)):
            continue
        told = replace(case, nought={r: frozenset(case.free[r]) - held[r] for r in held})
        equal = list(cancelling(pairs))
        links = _links(equal, choice)
        if links is None:
            yield _tied(told, held, list(_unequal(case, pairs, equal)))
        else:
            covered.append((choice, links))
            yield _linked(told, ways, links)


def _rare(
    ways: Mapping[History, Way], held: Collection[History]
) -> Iterator[tuple[frozenset[Tremble], frozenset[Tremble], bool]]:
    """Yield of each history which mistakes it takes, and whether beliefs lie on it."""
    for history, way in ways.items():
        yield way.trembles, way.never, history in held


@lru_cache(maxsize=10_000)
def _in_some_order(
    sets: tuple[tuple[tuple[frozenset[Tremble], frozenset[Tremble], bool], ...], ...],
) -> bool:
    """Tell whether some order of mistakes leads there: many supports come down to the same question."""
    named = [{(str(k),): one for k, one in enumerate(own)} for own in sets]
    return orders(
        [
            (
                {h: Way(trembles, 1, never) for h, (trembles, never, _) in own.items()},
                {h: held for h, (_, _, held) in own.items()},
            )
            for own in named
        ]
    )


def _among(choice: Held, larger: Held, links: Links) -> bool:
    """Tell whether beliefs on some histories are limits of a case with more of them."""
    return all(a <= b for a, b in zip(choice, larger, strict=True)) and all(
        choice[k] == {h for h, there in same.items() if to is None or there in choice[to]}
        for k, (to, same) in links.items()
    )


def _links(
    equal: Sequence[Sequence[tuple[int, History, History, int]]], choice: Held
) -> Links | None:
    """Return which sets' beliefs are those of another, or known; None where something else is tied.

    Parameters
    ----------
    equal : sequence of products of ratios that are one
    choice : tuple of frozenset of History
        On which histories beliefs lie at each set.
    """
    found: dict[int, tuple[int | None, dict[History, History]]] = {}
    for *others, (k, history, first, power) in equal:
        to: int | None = None
        there: dict[History, History] = {history: (), first: ()}
        if others:
            (to, one, other, opposite), *more = others
            if more or to == k or abs(opposite) != abs(power):
                return None
            there = (
                {history: one, first: other} if power != opposite else {history: other, first: one}
            )
        before, same = found.get(k, (to, {}))
        if before != to or any(same.get(h, g) != g for h, g in there.items()):
            return None
        found[k] = to, {**same, **there}
    whole = all(set(same) == choice[k] for k, (_, same) in found.items())
    return found if whole and all(to not in found for to, _ in found.values()) else None


def _linked(case: Beliefs, ways: Ways, links: Links) -> Beliefs:
    """Return the case with beliefs put in that are those of other sets, or known."""
    names = list(case.free)
    for k, (to, same) in links.items():
        name, root = names[k], "" if to is None else names[to]
        factors = {h: Counter(sp.Mul.make_args(ways[name][h].likely)) for h in same}
        for h, there in same.items() if root else ():
            factors[h].subtract(sp.Mul.make_args(ways[root][there].likely))
        # Factors are positive, so common ones are of no account, and nothing is divided.
        every = {factor for own in factors.values() for factor in own}
        least = {factor: min(own[factor] for own in factors.values()) for factor in every}
        stands = dict.fromkeys(case.free[name], ZERO)
        for h, there in same.items():
            likely = sp.Mul(*(f ** (factors[h][f] - least[f]) for f in sorted(every, key=str)))
            stands[h] = likely * case.free[root][there] if root else likely
        case = case.put(name, root, stands, frozenset(same.values()))
    return case


def _unequal(
    case: Beliefs,
    pairs: Sequence[tuple[Mapping[History, Way], Collection[History]]],
    equal: Sequence[Sequence[tuple[int, History, History, int]]],
) -> Iterator[sp.Expr]:
    """Yield what vanishes of beliefs that lie on some histories, sizes of mistakes being any."""
    names = list(case.free)
    for product_of in equal:
        over, under = [], []
        for k, one, other, power in product_of:
            ways, letters = pairs[k][0], case.free[names[k]]
            up = letters[one] * ways[other].likely
            down = letters[other] * ways[one].likely
            if power < 0:
                up, down = down, up
            over.append(up ** abs(power))
            under.append(down ** abs(power))
        yield sp.expand(sp.Mul(*over) - sp.Mul(*under))


def _tied(
    case: Beliefs, held: Mapping[str, frozenset[History]], ties: Sequence[sp.Expr]
) -> Beliefs:
    """Return the case with equations between beliefs, all of which must then be positive."""
    alone = {r: (*case.some[r], *(frozenset([h]) for h in held[r])) for r in held}
    return replace(case, some=alone, ties=tuple(e for e in ties if e != 0))
