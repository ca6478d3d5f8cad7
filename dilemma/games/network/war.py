"""Networks that war leaves alone: alliances as links between countries that have a strength each.

Some country and allies of its own may attack another, which its allies defend, but those that attack.
With M(S) for the strength of a set S, a country i is *vulnerable* if there are a country j and a set C of j
and allies of j, without i, with

    M(C) > lambda * M(D)    where D is i and those of its allies that are not in C.

A network is *war-stable* (after Jackson and Nei 2015, PNAS 112(50): 15277-15284, unverified) if

    S1  nobody is vulnerable,
    S2  nobody is, once any one link is added,
    S3  once any one link is cut both of its ends are: links cost a little, and are kept for safety alone.

Strengths are not negative, so an attack by all allies is the strongest: C is j with all of its allies but i.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations

import sympy as sp

from dilemma.games.branch import compared
from dilemma.games.network.links import Pair

__all__ = ["War", "war_stable"]

Graph = Sequence[Pair]


@dataclass(frozen=True)
class War:
    """How strong countries are, and how much stronger an attack must be than a defence.

    Attributes
    ----------
    strengths : mapping of player to sympy expression
        In parameters and definitions; not negative.
    threshold : sympy expression
        More than so many times the strength of the defence; not negative.
    """

    strengths: Mapping[str, sp.Expr]
    threshold: sp.Expr

    def excess(self, attackers: frozenset[str], defenders: frozenset[str]) -> sp.Expr:
        """Return by how much an attack is stronger than it must be."""
        attack, defence = (sp.Add(*(self.strengths[p] for p in s)) for s in (attackers, defenders))
        return attack - self.threshold * defence

    def strongest(self, graph: Graph, victim: str) -> tuple[sp.Expr, ...]:
        """Return the excess of the strongest attack on a country that each other one leads."""
        allies = allied(graph, self.strengths)
        found = []
        for leader in self.strengths:
            if leader != victim:
                attackers = frozenset({leader, *allies[leader]} - {victim})
                found.append(
                    self.excess(attackers, frozenset({victim, *allies[victim]}) - attackers)
                )
        return tuple(dict.fromkeys(found))

    def every(self, graph: Graph, victim: str) -> Iterator[tuple[frozenset[str], frozenset[str]]]:
        """Yield every attack on a country, as the definition has them: who attacks, who defends."""
        allies = allied(graph, self.strengths)
        for leader in self.strengths:
            others = sorted(allies[leader] - {victim})
            every = chain.from_iterable(combinations(others, k) for k in range(len(others) + 1))
            for joined in every if leader != victim else ():
                attackers = frozenset({leader, *joined})
                yield attackers, frozenset({victim, *allies[victim]}) - attackers


def allied(graph: Graph, players: Mapping[str, sp.Expr]) -> dict[str, frozenset[str]]:
    """Return the allies of each player."""
    return {p: frozenset(q for pair in graph if p in pair for q in pair if q != p) for p in players}


def changed(pairs: Sequence[Pair], graph: Graph, pair: Pair) -> tuple[Pair, ...]:
    """Return a network with one link cut or added."""
    return tuple(p for p in pairs if (p in graph) != (p == pair))


def war_stable(war: War, pairs: Sequence[Pair], graph: Graph) -> Iterator[sp.Basic]:
    """Yield what makes a network war-stable, each condition once.

    Examples
    --------
    >>> m, n, factor = sp.symbols("m n factor", positive=True)
    >>> list(war_stable(War({"one": m, "two": n}, factor), [("one", "two")], []))
    [-factor*m + n <= 0, -factor*n + m <= 0]
    """
    around = [graph, *(changed(pairs, graph, pair) for pair in pairs if pair not in graph)]
    safe = (e for there in around for p in war.strengths for e in war.strongest(there, p))
    yield from (compared(sp.Le, excess) for excess in dict.fromkeys(safe))
    kept = (
        tuple(compared(sp.Gt, e) for e in war.strongest(changed(pairs, graph, pair), end))
        for pair in graph
        for end in pair
    )
    yield from (sp.Or(*attacks) for attacks in dict.fromkeys(kept))
