"""What is believed at information sets that nothing leads to: cases, and elimination.

All that is asked of such beliefs is linear in them, and holds of any multiple too.  So they are
eliminated, by virtual substitution of where one of the linear conditions just holds; what is left speaks of
parameters, and of chances of what is played.

References
----------
Loos and Weispfenning 1993, "Applying linear quantifier elimination", The Computer Journal 36(5): 450-462.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, combinations
from typing import TypeVar

import sympy as sp

from dilemma.games.branch import compared
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

    def put(self, name: str, root: str, stands: Weights, led: frozenset[History]) -> Beliefs:
        """Return what is left once beliefs at one set are those of another, or known where that is "".

        Parameters
        ----------
        stands : mapping of history to expression
            What stands for each of the set's beliefs, in those of the other.
        led : frozenset of History
            Of the other set's histories, of which some must be believed possible.
        """
        letters = self.free[name]
        told = {letters[h]: stand for h, stand in stands.items()}
        weights = {
            own: {h: w.xreplace(told) for h, w in here.items()}
            if self.hangs.get(own) == name
            else here
            for own, here in self.weights.items()
        }
        some = {own: here for own, here in self.some.items() if own != name}
        if root:
            some[root] = (*some[root], led)
        moved = {own: root if to == name else to for own, to in self.hangs.items()}
        return replace(
            self,
            weights=weights,
            free={own: here for own, here in self.free.items() if own != name},
            hangs={own: to for own, to in moved.items() if to},
            nought={own: here for own, here in self.nought.items() if own != name},
            some=some,
        )

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
        return found, [compared(sp.Gt, sp.Add(*(found[h] for h in one))) for one in further]

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
        return [*(compared(sp.Ge, e) for e in (*beliefs.values(), *linear)), *some], unknowns
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
            sp.And(*(compared(sp.Gt, e) for e in positive), *(compared(sp.Ge, e) for e in stated))
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
