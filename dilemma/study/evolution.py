"""Indifference and evolutionary stability: why players mix, and what no rare mutant can invade.

A player mixes so that the other does not care which of its own actions it takes.

Let A, (n, n), pay the row strategy against the column strategy in one population.  A strategy x is
evolutionarily stable iff it is a best reply to itself and x'Ay > y'Ay for each other best reply y
(Maynard Smith and Price 1973, Nature 246: 15-18).  With z = y - x and since z'Ax = 0, that is

    z'Az < 0    for every z != 0 with sum(z) = 0, z_i >= 0 where x_i = 0, z_i = 0 where i is no
                best reply to x

(Haigh 1975, Advances in Applied Probability 7: 8-11; Abakuks 1980, Journal of Applied Probability
17).  With one used action k taken out, Q is the form -z'Az in the remaining z_i.  It must
be positive definite in the used actions, which are free in sign; what it leaves for the unused best
replies (a Schur complement) must be strictly copositive.  A matrix all of whose smaller principal
parts are strictly copositive fails to be so iff its determinant is <= 0 and its adjugate positive
(Hadeler 1983, Linear Algebra and its Applications 49: 79-89).  Wherever a test fails, the adjugate
has a column that is an invader.

Between two populations, each playing the other, a profile is evolutionarily stable iff it is a
strict equilibrium (Selten 1980, Journal of Theoretical Biology 84: 93-101).
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from math import inf
from typing import Any

import sympy as sp

from dilemma.games.equilibrium import Equilibrium
from dilemma.games.selection import Payoffs
from dilemma.output.result import apart, chances, owned
from dilemma.theory.parts import Player, Profile

__all__ = ["Indifference", "Stability", "indifferences", "stability", "symmetric"]


@dataclass(frozen=True, slots=True)
class Indifference:
    """One player's mix, and what each action of the other pays against it.

    Attributes
    ----------
    player, title : str
        Who mixes.
    mix : mapping of action to probability
    other, other_title : str
        Who answers.
    used : tuple of str
        What the other plays; all of it pays the same, exactly.
    pays : mapping of the other's action to expected payoff
        Of its unused actions too: none pays more.
    """

    player: str
    title: str
    mix: Mapping[str, sp.Rational]
    other: str
    other_title: str
    used: Profile
    pays: Mapping[str, sp.Rational]

    @property
    def text(self) -> str:
        """The mix in a sentence, with the payoffs that it makes equal."""
        shown = dict(zip(self.pays, apart(list(self.pays.values())), strict=True))
        said = f"{self.title} mixes {chances(self.mix)}"
        if len(self.used) > 1:
            said += (
                f" so that {self.other_title} is indifferent between {_listed(self.used)}: "
                f"{' = '.join(shown[a] for a in self.used)}"
            )
        else:
            said += f", and {owned(self.other_title)} {self.used[0]} pays {shown[self.used[0]]}"
        level = self.pays[self.used[0]]
        rest = [a for a in self.pays if a not in self.used]
        told = [
            f"{a} would pay {'the same' if self.pays[a] == level else f'less, {shown[a]}'}"
            for a in rest
        ]
        return "; ".join([said, *told])


def _listed(actions: Sequence[str]) -> str:
    return f"{', '.join(actions[:-1])} and {actions[-1]}"


def indifferences(
    players: Sequence[Player], payoffs: Payoffs, equilibrium: Equilibrium
) -> tuple[Indifference, ...]:
    """Explain the mix of each of two players that mixes in an equilibrium.

    Raises
    ------
    AssertionError
        If what is played does not pay the same and at least as much as all else: never, for an
        equilibrium of these payoffs.
    """
    found = []
    for position, player in enumerate(players):
        other = players[1 - position]
        mix, reply = equilibrium.play[player.name], equilibrium.play[other.name]
        if max(mix.values()) == 1:
            continue
        pays = {
            b: sum(
                (
                    chance * payoffs[(a, b) if position == 0 else (b, a)][other.name]
                    for a, chance in mix.items()
                ),
                sp.Integer(0),
            )
            for b in other.actions
        }
        used = tuple(b for b in other.actions if reply[b])
        best = max(pays.values())
        assert all(pays[b] == best for b in used), (equilibrium.name, pays)
        found.append(
            Indifference(player.name, player.title, mix, other.name, other.title, used, pays)
        )
    return tuple(found)


# --- evolutionary stability ----------------------------------------------------------------------


Matrix = Sequence[Sequence[Fraction]]
Mix = tuple[Fraction, ...]


class _LateError(Exception):
    """Time ran out; caught where the deadline was given."""


@dataclass(frozen=True, slots=True)
class Stability:
    """Whether a symmetric equilibrium is an evolutionarily stable strategy, and who says not.

    Attributes
    ----------
    stable : bool
    invader : tuple of Fraction, or None
        Another best reply that does as well against itself as the strategy does against it, or
        better.
    gain : Fraction
        By how much better: y'Ay - x'Ay, zero or more; 0 where there is no invader.
    """

    stable: bool
    invader: Mix | None = None
    gain: Fraction = Fraction(0)


def symmetric(A: Matrix, B: Matrix) -> bool:
    """Tell whether both players face the same game, action by action in their order.

    Examples
    --------
    >>> symmetric([[0, 4], [1, 3]], [[0, 1], [4, 3]]), symmetric([[1, 2]], [[1, 2]])
    (True, False)
    """
    return [list(row) for row in A] == [list(column) for column in zip(*B, strict=True)]


def stability(A: Matrix, x: Sequence[Fraction], *, deadline: float = inf) -> Stability | None:
    """Decide whether ``x`` is an evolutionarily stable strategy; None if that takes too long.

    Parameters
    ----------
    A : matrix of Fraction, (n, n)
        What the row strategy earns against the column strategy.
    x : n probabilities
        A best reply to itself: (x, x) is an equilibrium.
    deadline : float
        When to give up, on the monotonic clock [s]: with many unused best replies the test is long.

    Raises
    ------
    ValueError
        If ``x`` is no best reply to itself.

    Examples
    --------
    Hawks and doves: neither alone is stable, half of each is.

    >>> hawk_dove = [[Fraction(-1), Fraction(2)], [Fraction(0), Fraction(1)]]
    >>> stability(hawk_dove, [Fraction(1, 2), Fraction(1, 2)]).stable
    True
    """
    if time.monotonic() >= deadline:
        return None
    fitness = [sum((a * p for a, p in zip(row, x, strict=True)), Fraction(0)) for row in A]
    best = [i for i, pays in enumerate(fitness) if pays == max(fitness)]
    used = [i for i, p in enumerate(x) if p]
    if not set(used) <= set(best):
        raise ValueError("not a best reply to itself: no symmetric equilibrium")
    base, *free = used
    bound = [i for i in best if i not in used]
    try:
        weak = _weakness(_form(A, base, [*free, *bound]), len(free), deadline)
    except _LateError:
        return None
    if weak is None:
        return Stability(stable=True)
    z = dict(zip([*free, *bound], weak, strict=True))
    z[base] = -sum(weak, Fraction(0))
    step = min(x[i] / -change for i, change in z.items() if change < 0)
    y = tuple(p + step * z.get(i, Fraction(0)) for i, p in enumerate(x))
    gain = _form_value(A, y, y) - _form_value(A, x, y)
    assert gain >= 0, (A, x, y)
    return Stability(stable=False, invader=y, gain=gain)


def _form(A: Matrix, k: int, rest: Sequence[int]) -> list[list[Fraction]]:
    """Return the symmetric matrix of -z'Az in the entries of z other than z_k."""

    def entry(i: int, j: int) -> Fraction:
        return A[i][k] + A[k][j] - A[i][j] - A[k][k]

    return [[(entry(i, j) + entry(j, i)) / 2 for j in rest] for i in rest]


def _form_value(A: Matrix, x: Sequence[Fraction], y: Sequence[Fraction]) -> Fraction:
    return sum(
        (p * q * A[i][j] for i, p in enumerate(x) for j, q in enumerate(y) if p and q), Fraction(0)
    )


def _weakness(Q: list[list[Fraction]], free: int, deadline: float) -> list[Fraction] | None:
    """Return a z with z'Qz <= 0, its entries from ``free`` on not negative; None if there is none."""
    size = len(Q)
    for order in range(1, free + 1):
        if time.monotonic() >= deadline:
            raise _LateError
        adjugate, determinant = _adjugate([row[:order] for row in Q[:order]])
        if determinant <= 0:
            return [*(row[-1] for row in adjugate), *[Fraction(0)] * (size - order)]
    carry = _reaction(Q, free)  # the free entries that are worst for given bound ones
    schur = [
        [Q[i][j] + sum((Q[i][k] * carry[k][j - free] for k in range(free)), Fraction(0))
         for j in range(free, size)]
        for i in range(free, size)
    ]  # fmt: skip
    w = _not_copositive(schur, deadline)
    if w is None:
        return None
    return [*(sum((c * v for c, v in zip(row, w, strict=True)), Fraction(0)) for row in carry), *w]


def _reaction(Q: list[list[Fraction]], free: int) -> list[list[Fraction]]:
    """Return -inverse(Q_ff) Q_fb, which turns bound entries into the free ones of least form."""
    if not free:
        return []
    adjugate, determinant = _adjugate([row[:free] for row in Q[:free]])
    return [
        [
            -sum((row[k] * Q[k][j] for k in range(free)), Fraction(0)) / determinant
            for j in range(free, len(Q))
        ]
        for row in adjugate
    ]


def _not_copositive(M: list[list[Fraction]], deadline: float) -> list[Fraction] | None:
    """Return a w >= 0, not all zero, with w'Mw <= 0; None if M is strictly copositive."""
    size = len(M)
    for order in range(1, size + 1):
        for some in combinations(range(size), order):
            if time.monotonic() >= deadline:
                raise _LateError
            adjugate, determinant = _adjugate([[M[i][j] for j in some] for i in some])
            if determinant <= 0 and all(entry > 0 for row in adjugate for entry in row):
                inside = dict(zip(some, (row[0] for row in adjugate), strict=True))
                return [inside.get(i, Fraction(0)) for i in range(size)]
    return None


def _adjugate(M: list[list[Fraction]]) -> tuple[list[list[Fraction]], Fraction]:
    """Return the adjugate of a square matrix and its determinant, exactly."""
    from sympy import QQ
    from sympy.polys.matrices import DomainMatrix

    size = len(M)
    rows = [[QQ(v.numerator, v.denominator) for v in row] for row in M]
    adjugate, determinant = DomainMatrix(rows, (size, size), QQ).adj_det()

    def plain(value: Any) -> Fraction:
        return Fraction(int(value.numerator), int(value.denominator))

    return [[plain(v) for v in row] for row in adjugate.to_list()], plain(determinant)
