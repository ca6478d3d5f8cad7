"""What is believed at information sets that nothing leads to: cases, consistency, elimination.

All that is asked of such beliefs is linear in them, and holds of any multiple too.  So they are
eliminated, by virtual substitution of where one of the linear conditions just holds; what is left speaks of
parameters, and of chances of what is played.

Beliefs are *consistent* if they are limits of Bayes' rule (Kreps and Wilson 1982): an action that is not
played gets the probability c*e**k, with e to zero.  Beliefs then lie on the histories with the least sum of
k, in proportion to their products of c.  Which histories these may be is told by whole numbers k; where
products of c cancel, an equation between beliefs is left.

References
----------
Kreps and Wilson 1982, "Sequential equilibria", Econometrica 50(4): 863-894.
Loos and Weispfenning 1993, "Applying linear quantifier elimination", The Computer Journal 36(5): 450-462.
Streufert 2006, "Characterizing consistency by monomials", University of Western Ontario.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, combinations, product
from typing import TypeVar

import sympy as sp

from dilemma.games.tree.credible import Way, cancelling, orders
from dilemma.games.tree.nodes import History

__all__ = [
    "MOST_FREE",
    "Beliefs",
    "Weights",
    "eliminated",
    "letters_of",
    "shares_of",
    "subsets",
    "without",
]

Weights = Mapping[History, sp.Expr]
Item = TypeVar("Item")
ZERO = sp.Integer(0)
MOST_FREE = 3  # histories of a set among which free beliefs are eliminated


@dataclass(frozen=True)
class Beliefs:
    """What is believed at the sets that were gone through, in one case.

    Attributes
    ----------
    weights : mapping of set to mapping of history to expression
    free : mapping of set to mapping of history to symbol
        Beliefs that may be any, up to scale.
    hangs : mapping of set to set
        On whose free beliefs those of a set hang.
    nought, some : mapping of set to histories
        Which of a set's free beliefs vanish; of which histories some is believed possible.
    ties : tuple of expressions
        What must vanish besides.
    """

    weights: Mapping[str, Weights] = field(default_factory=dict)
    free: Mapping[str, Mapping[History, sp.Symbol]] = field(default_factory=dict)
    hangs: Mapping[str, str] = field(default_factory=dict)
    nought: Mapping[str, frozenset[History]] = field(default_factory=dict)
    some: Mapping[str, tuple[frozenset[History], ...]] = field(default_factory=dict)
    ties: tuple[sp.Expr, ...] = ()

    def told(self, name: str, weights: Weights) -> Beliefs:
        """Add a set at which nothing is free."""
        return replace(self, weights={**self.weights, name: weights})

    def led(self, name: str, weights: Weights, root: str, led: frozenset[History]) -> Beliefs:
        """Add a set at which is believed what free beliefs lead to, some of which are not nought."""
        if not root:
            return self.told(name, weights)
        some = {**self.some, root: (*self.some[root], led)}
        return replace(self.told(name, weights), hangs={**self.hangs, name: root}, some=some)

    def may_lack(self, root: str, led: frozenset[History]) -> bool:
        """Tell whether free beliefs may be all on what is not among these histories."""
        left = [set(self.free[root]), *self.some[root]]
        return all(one - self.nought[root] - led for one in left)

    def surprised(
        self, name: str, letters: Mapping[History, sp.Symbol], root: str, led: frozenset[History]
    ) -> Beliefs:
        """Add a set that comes against what was believed, if anything was: free once more."""
        nought = {**self.nought, root: self.nought[root] | led} if root else self.nought
        return replace(
            self.told(name, letters),
            free={**self.free, name: letters},
            hangs={**self.hangs, name: name},
            nought={**nought, name: frozenset()},
            some={**self.some, name: ()},
        )

    def consistent(self, ways: Mapping[str, Mapping[History, Way]]) -> Iterator[Beliefs]:
        """Yield the cases in which free beliefs are limits of Bayes' rule.

        Parameters
        ----------
        ways : mapping of set to mapping of history to Way
            How the histories come about at the sets whose beliefs are free.

        Notes
        -----
        Limits of limits are limits: where nothing cancels, beliefs on fewer histories count as well.
        """
        left = {
            r: [h for h in letters if h not in self.nought[r]] for r, letters in self.free.items()
        }
        options = product(*(list(map(frozenset, subsets(own))) for own in left.values()))
        whole: list[tuple[frozenset[History], ...]] = []
        for choice in sorted(options, key=lambda held: -sum(map(len, held))):
            if any(all(a <= b for a, b in zip(choice, one, strict=True)) for one in whole):
                continue
            held = dict(zip(left, choice, strict=True))
            if any(not one & held[r] for r in held for one in self.some[r]):
                continue
            pairs = [(ways[r], held[r]) for r in held]
            if not orders([(own, {h: h in on for h in own}) for own, on in pairs]):
                continue
            ties = tuple(e for e in self._cancelled(list(held), pairs) if e != 0)
            alone = {r: tuple(frozenset([h]) for h in held[r]) if ties else () for r in held}
            yield replace(
                self,
                nought={r: frozenset(self.free[r]) - held[r] for r in held},
                some={r: (*self.some[r], *alone[r]) for r in held},
                ties=ties,
            )
            if not ties:
                whole.append(choice)

    def _cancelled(
        self,
        names: Sequence[str],
        pairs: Sequence[tuple[Mapping[History, Way], Collection[History]]],
    ) -> Iterator[sp.Expr]:
        """Yield what vanishes of beliefs that lie on some histories, sizes of mistakes being any."""
        for product_of in cancelling(pairs):
            over, under = [], []
            for k, one, other, power in product_of:
                ways, letters = pairs[k][0], self.free[names[k]]
                up = letters[one] * ways[other].likely
                down = letters[other] * ways[one].likely
                if power < 0:
                    up, down = down, up
                over.append(up ** abs(power))
                under.append(down ** abs(power))
            yield sp.expand(sp.Mul(*over) - sp.Mul(*under))

    def shares(self, root: str) -> tuple[dict[History, sp.Expr], list[sp.Basic]]:
        """Return free beliefs, scaled, and what else has to be positive.

        All that is asked of them holds of any multiple too; so those of which some must be
        positive are made to sum to one.
        """
        letters, nought = self.free[root], self.nought[root]
        some = [one - nought for one in self.some[root]] or [frozenset(letters) - nought]
        least = min(some, key=len)
        further = [one for one in some if not least <= one]
        *rest, last = [h for h in letters if h in least]
        found = {h: ZERO if h in nought else letter for h, letter in letters.items()}
        found[last] = 1 - sp.Add(*(found[h] for h in rest))
        return found, [sp.Gt(sp.Add(*(found[h] for h in one)), 0) for one in further]

    def scaled(self) -> dict[sp.Symbol, sp.Expr]:
        """Return what stands for each letter once free beliefs are scaled."""
        return {
            letter: found[history]
            for root, letters in self.free.items()
            for found in [self.shares(root)[0]]
            for history, letter in letters.items()
        }


def subsets(items: Sequence[Item]) -> Iterator[tuple[Item, ...]]:
    """Yield every choice of one or more, smaller ones first.

    Examples
    --------
    >>> list(subsets("ab"))
    [('a',), ('b',), ('a', 'b')]
    """
    yield from chain.from_iterable(combinations(items, size) for size in range(1, len(items) + 1))


def shares_of(what: str, histories: Sequence[History]) -> dict[History, sp.Expr]:
    """Name shares that sum to one; the last takes the rest."""
    named = letters_of(what, histories[:-1])
    return {**named, histories[-1]: 1 - sp.Add(*named.values())}


def letters_of(what: str, histories: Sequence[History]) -> dict[History, sp.Symbol]:
    """Name a weight for each history, up to scale."""
    return {
        h: sp.Symbol(f"{what}: {', '.join(h) or 'the beginning'}", real=True) for h in histories
    }


# --- beliefs eliminated -----------------------------------------------------------------------------


def without(
    beliefs: Weights, linear: Sequence[sp.Expr], some: Sequence[sp.Basic] = ()
) -> tuple[list[sp.Basic], list[sp.Symbol]]:
    """State that some beliefs make all of these not negative; with beliefs that are kept, if any.

    They are kept where they are many, or ``some`` of them must be positive.
    """
    unknowns = [share for share in beliefs.values() if share.is_Symbol]
    if some or len(unknowns) >= MOST_FREE:
        return [*(sp.Ge(e, 0) for e in (*beliefs.values(), *linear)), *some], unknowns
    return [eliminated(beliefs, linear)], []


def eliminated(shares: Weights, linear: Sequence[sp.Expr]) -> sp.Basic:
    """State that some shares, which are not negative, make all of these not negative.

    Examples
    --------
    >>> a, b = sp.symbols("a b", real=True)
    >>> shares = shares_of("belief", [("x",), ("y",)])
    >>> eliminated(shares, [a * shares["x",] - b])
    (-b >= 0) | ((b >= 0) & (a > 0) & (a - b >= 0))
    """
    # What must be positive, and what not negative.
    cases: list[tuple[list[sp.Expr], Sequence[sp.Expr]]] = [([], [*shares.values(), *linear])]
    for unknown in [share for share in shares.values() if share.is_Symbol]:
        cases = [
            (positive + told, left)
            for positive, stated in cases
            for told, left in _substituted(unknown, stated)
        ]
    return sp.Or(
        *(
            sp.And(*(sp.Gt(e, 0) for e in positive), *(sp.Ge(e, 0) for e in stated))
            for positive, stated in cases
        )
    )


def _substituted(
    unknown: sp.Symbol, stated: Sequence[sp.Expr]
) -> Iterator[tuple[list[sp.Expr], list[sp.Expr]]]:
    """Yield cases: where one lower bound of an unknown, which rises with it, just holds.

    All are linear in it, one of them is that it is not negative; so there is a largest lower bound.
    """
    lines = [(sp.expand(e).coeff(unknown, 1), sp.expand(e).coeff(unknown, 0)) for e in stated]
    for slope, constant in dict.fromkeys(lines):
        if slope.is_number and slope <= 0:
            continue
        left = [sp.expand(slope * other - own * constant) for own, other in lines]
        yield [] if slope.is_number else [slope], list(dict.fromkeys(e for e in left if e != 0))
