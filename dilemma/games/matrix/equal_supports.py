"""Equilibria of many two-player games of one shape at once, told by the signs of determinants.

For actions I = {i_0 < ... < i_k} of a player and J = {j_1 < ... < j_k} of the opponent let D(I, J) be the
determinant of the differences a[i_t, j_s] - a[i_0, j_s], which are all that matters of payoffs a.  By
Cramer's rule the mix on J against which as many actions I pay the same is proportional to the D(I, J - j),
with signs that alternate, and whether a further action i pays less is told by the sign of D(I + i, J).  So a
pair of supports of equal size carries an equilibrium where, for either player, certain determinants have the
same sign.  They are worked out for all games of a chunk, larger ones from smaller ones; their signs are kept
as bits, eight games to a byte; mixes are divided where there is an equilibrium, and nowhere else.

What rounding can do to a determinant is bounded beforehand.  A sign beyond that bound is certain, within it
unknown, and a game is flagged where certain signs neither confirm nor exclude a pair of supports.  In a game
that is not flagged all that there is was found: take an extreme equilibrium (x, y) that uses p and q actions.
There are at least q best replies to y, as to any vertex, and the p that x uses are among them; likewise for x.
So both supports can be extended within the best replies to max(p, q) actions.  These are not excluded, since no
determinant has a wrong sign for them.  If they are confirmed, they have one equilibrium, which is (x, y).

Arrays have games last: ``(m, n, games)``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations, pairwise
from math import comb
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dilemma.games.matrix.equilibrium_rows import ROUNDING, Flags, Floats, Rows, Whole, certified

__all__ = [
    "LARGEST",
    "Bits",
    "Enumeration",
    "Shape",
    "Side",
    "Signs",
    "Supports",
    "pairs",
    "shape_of",
]

Actions = tuple[int, ...]
Supports = Sequence[tuple[Actions, Actions]]
Places = dict[tuple[Actions, Actions], int]
Bits = NDArray[np.uint8]

EXPONENT = 0x7FF0000000000000  # the bits of a float's exponent: alone, a power of 2
ACCURATE = 1e-8  # what a probability of a game that is not flagged may be off, at most
SMALLEST = 1e-250  # sum of two differences that mixes are divided by: below, floats lose digits
LARGEST = 1e300  # payoff, so that differences are finite
MANY = 1000  # equilibria on a pair of supports for it to be worth a turn of a loop


# --- what is the same for all games of a shape ----------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """Determinants of some own actions and all sets of the opponent's that begin with the same one.

    Each is a sum, with signs that alternate, of differences times smaller determinants.  They
    stand from ``place`` on, ``size`` in number; ``terms`` says where those they are made of do.
    """

    place: int
    size: int
    bound: float
    terms: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Side:
    """One player's determinants, and which signs they must have.

    Attributes
    ----------
    own, other : int
        Actions of this player and of the opponent.
    count : int
        Determinants; differences, those of size 1, come first.
    steps : tuple of Step
        How the others are worked out.
    alike, opposite : arrays (own, pairs of supports)
        Places of bits that must all be set, those of the opponent's mix first: either all of these,
        or all of those.
    replies : array (own, pairs of supports)
        Determinants that are 0 where an action is one more best reply; the place behind all of them
        for those of the support.
    mixes : tuple of arrays (k, pairs of supports of size k)
        Determinants that the opponent's mix is proportional to, from k = 2 on.
    smallest : tuple of float
        What their sum must exceed for the mix to be accurate.
    """

    own: int
    other: int
    count: int
    steps: tuple[Step, ...]
    alike: Whole
    opposite: Whole
    replies: Whole
    mixes: tuple[Whole, ...]
    smallest: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """Games of m rows and n columns: both sides, and all pairs of supports of equal size.

    Attributes
    ----------
    supports : sequence of pairs of tuple of int
        Smallest first; ``starts[k]`` is the first of those with k + 1 actions each.
    used : tuple of pairs of arrays (k, pairs of supports of size k)
        The same of the row and of the column player, from k = 2 on.
    """

    m: int
    n: int
    supports: Supports
    starts: tuple[int, ...]
    used: tuple[tuple[Whole, Whole], ...]
    row: Side
    column: Side

    @property
    def numbers(self) -> int:
        """How many floats are held for a game at once."""
        return 2 * self.m * self.n + self.row.count + self.column.count


def pairs(m: int, n: int) -> int:
    """Count the pairs of supports of equal size.

    Examples
    --------
    >>> pairs(2, 2), pairs(5, 5), pairs(2, 9)
    (5, 251, 54)
    """
    return comb(m + n, m) - 1


@cache
def shape_of(m: int, n: int) -> Shape:
    """Return what is the same for all games of m rows and n columns."""
    sizes = range(1, min(m, n) + 1)
    supports = [pair for k in sizes for pair in _both(m, k, n, k)]
    starts = [sum(len(rows) < k for rows, _ in supports) for k in (*sizes, len(sizes) + 1)]
    used = [
        (np.array([rows for rows, _ in own]).T, np.array([columns for _, columns in own]).T)
        for own in (supports[one:end] for one, end in pairwise(starts[1:]))
    ]
    mirrored = [(columns, rows) for rows, columns in supports]
    sides = (_side(m, n, supports, starts), _side(n, m, mirrored, starts))
    return Shape(m, n, supports, tuple(starts), tuple(used), *sides)


def _both(m: int, p: int, n: int, q: int) -> list[tuple[Actions, Actions]]:
    """List the choices of p of m and q of n actions."""
    return [
        (one, other) for one in combinations(range(m), p) for other in combinations(range(n), q)
    ]


def _side(own: int, other: int, supports: Supports, starts: Sequence[int]) -> Side:
    sizes = range(1, min(own - 1, other) + 1)
    order = [pair for k in sizes for pair in _both(own, k + 1, other, k)]
    places = {pair: number for number, pair in enumerate(order)}
    bounds = _bounds(len(sizes))
    alike, opposite, replies = _signs(own, supports, places)
    mixes = [
        np.array([_mix(pair, places) for pair in supports[one:end]]).T
        for one, end in pairwise(starts[1:])
    ]
    accurate = [(k + 1) * bounds[k - 2] / ACCURATE for k in range(3, len(mixes) + 2)]
    return Side(
        own,
        other,
        count=len(places),
        steps=tuple(_steps(own, other, places, bounds)),
        alike=alike,
        opposite=opposite,
        replies=replies,
        mixes=tuple(mixes),
        smallest=(SMALLEST, *accurate),
    )


def _bounds(largest: int) -> list[float]:
    """Bound what rounding makes of determinants of size 1, 2, ..., all differences below 2.

    One of size k is a sum of k products, each of a difference, which is off by its own rounding, and a
    smaller determinant, which is below ``most`` and off by ``error``.

    Examples
    --------
    >>> [round(bound / ROUNDING) for bound in _bounds(4)]
    [2, 32, 368, 4576]
    """
    most, error = 2.0, 2 * ROUNDING
    found = [error]
    for k in range(2, largest + 1):
        products = k * (2 * error + 4 * ROUNDING * most)
        sums = 2 * most * ROUNDING * (k * (k + 1) / 2 - 1)
        most, error = 2 * k * most, (products + sums) * (1 + 1e-9)  # and what is of higher order
        found.append(error)
    return found


def _steps(own: int, other: int, places: Places, bounds: Sequence[float]) -> Iterator[Step]:
    """Yield how determinants are expanded by their first column; neighbours have it in common."""
    for k in range(2, min(own - 1, other) + 1):
        for mine in combinations(range(own), k + 1):
            for j in range(other - k + 1):
                rest = tuple(range(j + 1, j + k))
                terms = [
                    (places[(mine[0], i), (j,)], places[tuple(r for r in mine if r != i), rest])
                    for i in mine[1:]
                ]
                size = comb(other - 1 - j, k - 1)
                yield Step(places[mine, (j, *rest)], size, bounds[k - 1], tuple(terms))


def _mix(pair: tuple[Actions, Actions], places: Places) -> list[int]:
    """Return which determinants the opponent's mix is proportional to; none where it is pure."""
    mine, theirs = pair
    if len(theirs) == 1:
        return []
    return [places[mine, (*theirs[:t], *theirs[t + 1 :])] for t in range(len(theirs))]


def _signs(own: int, supports: Supports, places: Places) -> tuple[Whole, Whole, Whole]:
    """Return where the bits stand that must all be set: positive signs, negative ones, yes, no.

    The last array is that of replies.
    """
    count = len(places)
    alike = np.empty((own, len(supports)), dtype=np.intp)
    opposite, replies = alike.copy(), np.full_like(alike, count)
    for number, (mine, theirs) in enumerate(supports):
        # The place of each determinant, and how often its sign turns.
        signs = [(place, t) for t, place in enumerate(_mix((mine, theirs), places))]
        for i in (i for i in range(own) if i not in mine):
            before = sum(used < i for used in mine)
            replies[i, number] = places[tuple(sorted((*mine, i))), theirs]
            signs.append((replies[i, number], before))
        begin = own - len(signs)
        for line, (place, turns) in enumerate(signs, start=begin):
            alike[line, number] = place + turns % 2 * count
            opposite[line, number] = place + (turns + 1) % 2 * count
        alike[:begin, number], opposite[:begin, number] = 2 * count, 2 * count + 1
    return alike, opposite, replies


# --- a chunk of games -----------------------------------------------------------------------------


class Signs:
    """One player's payoffs in the games of a chunk, their determinants, and the bits of the signs.

    Where payoffs are ``whole`` numbers, and small, determinants are exact, and all signs certain.
    """

    def __init__(
        self, side: Side, starts: Sequence[int], games: int, *, whole: bool = False
    ) -> None:
        self.side, self.starts, self.games, self.whole = side, starts, games, whole
        count = side.count
        self.payoffs = np.empty((side.own, side.other, games))
        self.minors = np.empty((count, games))
        self.compared = np.empty((count, games), dtype=np.bool_)
        self.bits = np.zeros((2 * count + 2, -(-games // 8)), dtype=np.uint8)
        self.positive, self.negative = self.bits[:count], self.bits[count : 2 * count]
        self.yes = self.bits[2 * count]
        self.yes[:] = np.packbits(np.ones(games, dtype=np.bool_))
        self.term = np.empty((max((step.size for step in side.steps), default=1), games))

    def decide(self) -> None:
        """Work out all determinants, and which signs are certain."""
        payoffs, minors, side = self.payoffs, self.minors, self.side
        begin = 0
        for i in range(side.own - 1):
            end = begin + (side.own - 1 - i) * side.other
            differences = minors[begin:end].reshape(-1, side.other, self.games)
            np.subtract(payoffs[i + 1 :], payoffs[i], out=differences)
            begin = end
        if side.steps and not self.whole:
            minors[:begin] *= self._scale()
        self._compare(0, begin, 0.0)  # a difference has its true sign
        for step in side.steps:
            end, term = step.place + step.size, self.term[: step.size]
            out = minors[step.place : end]
            for t, (one, rest) in enumerate(step.terms):
                factors = minors[one], minors[rest : rest + step.size]
                np.multiply(*factors, out=term if t else out)
                if t:
                    (np.subtract if t % 2 else np.add)(out, term, out=out)
            self._compare(step.place, end, 0.0 if self.whole else step.bound)

    def _scale(self) -> Floats:
        """Return by which powers of 2 the largest difference comes to lie between 1 and 2."""
        spread = self.payoffs.max(axis=0) - self.payoffs.min(axis=0)
        largest: Floats = spread.max(axis=0)
        power: Floats = (largest.view(np.int64) & EXPONENT).view(np.float64)
        power[power == 0] = 1.0
        return np.divide(1.0, power, out=power)

    def _compare(self, begin: int, end: int, bound: float) -> None:
        minors, compared = self.minors[begin:end], self.compared[begin:end]
        np.greater(minors, bound, out=compared)
        self.positive[begin:end] = np.packbits(compared, axis=1)
        np.less(minors, -bound, out=compared)
        self.negative[begin:end] = np.packbits(compared, axis=1)

    @property
    def certain(self) -> bool:
        """Whether all signs are."""
        known = np.bitwise_and.reduce(self.positive | self.negative, axis=0) & self.yes
        return bool((known == self.yes).all())

    def confirmed(self) -> Bits:
        """Return for each pair of supports where all that this player asks of it is certain."""
        mixed = self.starts[1]
        found = self.all_of(self.side.alike)
        found[mixed:] |= self.all_of(self.side.opposite[:, mixed:])
        return found

    def excluded(self) -> Bits:
        """Return for each pair of supports where some sign that is certain is wrong.

        A further action pays more or less by the sign that the mix has, if that is certain.
        """
        found = np.empty((self.side.alike.shape[1], self.bits.shape[1]), dtype=np.uint8)
        for k, (one, end) in enumerate(pairwise(self.starts), start=1):
            alike, opposite = self.side.alike[:, one:end], self.side.opposite[:, one:end]
            up, down = self.any_of(alike[:k]), self.any_of(opposite[:k])
            more, less = self.any_of(alike[k:]), self.any_of(opposite[k:])
            found[one:end] = up & (down | less) | down & more
        return found

    def all_of(self, places: Whole) -> Bits:
        """Return for each column of places where all of these bits are set."""
        found: Bits = self.bits[places[0]]
        for each in places[1:]:
            found &= self.bits[each]
        return found

    def any_of(self, places: Whole) -> Bits:
        """Return for each column of places where one of these bits is set."""
        found = np.zeros((places.shape[1], self.bits.shape[1]), dtype=np.uint8)
        for each in places:
            found |= self.bits[each]
        return found

    def weights(self, k: int, pair: Whole, game: Whole) -> tuple[Floats, Flags]:
        """Return the opponent's mixes on their supports, and which of them are not accurate."""
        minors, places = self.minors.reshape(-1), self.side.mixes[k][:, pair] * self.games
        weights = np.empty((len(places), len(game)))
        for weight, place in zip(weights, places, strict=True):
            minors.take(place + game, out=weight, mode="clip")  # nothing is copied twice
        np.abs(weights, out=weights)
        total = weights[0] + weights[1]
        for weight in weights[2:]:
            total += weight
        weights /= total
        return weights, ~(total > self.side.smallest[k])


class Enumeration:
    """Support enumeration for so many games of one shape at once."""

    def __init__(self, shape: Shape, games: int) -> None:
        self.shape, self.games = shape, games
        self.row = Signs(shape.row, shape.starts, games)
        self.column = Signs(shape.column, shape.starts, games)

    def read(self, row: NDArray[Any], column: NDArray[Any]) -> bool:
        """Take games, (games, m, n), and tell whether all payoffs are finite and not too large."""
        self.row.payoffs[...] = row.transpose(1, 2, 0)
        self.column.payoffs[...] = column.transpose(2, 1, 0)
        sides = (self.row.payoffs, self.column.payoffs)
        return all(bool(side.min() >= -LARGEST and side.max() <= LARGEST) for side in sides)

    def solve(self, rows: Rows, first: int, done: float) -> tuple[Whole, Flags]:
        """Add the equilibria of all games that were read; return their numbers, and the flags.

        Parameters
        ----------
        rows : Rows
            Where they are added, game by game.
        first : int
            The number of the first game.
        done : float
            Which share of all games is solved then.
        """
        with np.errstate(all="ignore"):  # what is no number is not certain, or no certificate
            self.row.decide()
            self.column.decide()
            found = self.row.confirmed()
            found &= self.column.confirmed()
            return self._added(found, self._undecided(found), rows, first, done)

    def _undecided(self, found: Bits) -> Flags:
        """Flag games with a pair of supports that certain signs neither confirm nor exclude."""
        if self.row.certain and self.column.certain:
            return np.zeros(self.games, dtype=np.bool_)
        unknown = ~(self.row.excluded() | self.column.excluded() | found)
        return np.unpackbits(np.bitwise_or.reduce(unknown, axis=0), count=self.games).view(np.bool_)

    def _added(
        self, found: Bits, flagged: Flags, rows: Rows, first: int, done: float
    ) -> tuple[Whole, Flags]:
        """Write the equilibria down, game by game, smallest supports first."""
        spot = np.flatnonzero(np.unpackbits(found, axis=1, count=self.games).view(np.bool_))
        pair = spot // self.games
        game = spot - pair * self.games
        count = np.bincount(game, minlength=self.games)
        flagged |= count % 2 == 0  # without ties there is an odd number
        short = game.astype(np.uint16) if self.games <= 2**16 else game  # sorted in no time
        place = np.empty_like(game)
        place[np.argsort(short, kind="stable")] = np.arange(len(game))
        out = rows.room(len(game), done)
        out.game[place] = game + first
        for zero in (out.row, out.column, out.regret):
            zero.fill(0.0)
        self._pure(out, pair, game, place)
        for k, group, which in self._groups(pair):
            self._mixed(out, k, which, game[group], place[group], flagged)
        return count, flagged

    def _pure(self, out: Rows, pair: Whole, game: Whole, place: Whole) -> None:
        """Write down the pure equilibria, which come first."""
        cuts = np.searchsorted(pair, np.arange(self.shape.starts[1] + 1)).tolist()
        for (rows, columns), (one, end) in zip(self.shape.supports, pairwise(cuts), strict=False):
            at, where, i, j = place[one:end], game[one:end], rows[0], columns[0]
            out.row[:, i][at] = 1.0
            out.column[:, j][at] = 1.0
            out.payoffs[:, 0][at] = self.row.payoffs[i, j].take(where)
            out.payoffs[:, 1][at] = self.column.payoffs[j, i].take(where)

    def _groups(self, pair: Whole) -> Iterator[tuple[int, slice, Whole]]:
        """Part the others by size; a pair of supports that has many is a group of its own.

        Yields the size less 2, where the group stands, and the number of the pair of supports
        among those of its size: of each equilibrium, or the only one.
        """
        starts = self.shape.starts
        cuts = np.searchsorted(pair, np.arange(starts[1], starts[-1] + 1)).tolist()
        for k, (one, end) in enumerate(pairwise(start - starts[1] for start in starts[1:])):
            group = slice(cuts[one], cuts[end])
            if cuts[end] - cuts[one] >= MANY * (end - one):
                for number in range(end - one):
                    group = slice(cuts[one + number], cuts[one + number + 1])
                    yield k, group, np.array([number])
            elif cuts[end] > cuts[one]:
                yield k, group, pair[group] - starts[k + 1]

    def _mixed(
        self, out: Rows, k: int, which: Whole, game: Whole, place: Whole, flagged: Flags
    ) -> None:
        """Divide the mixes of a group, certify them, and flag what is not accurate."""
        y, small = self.row.weights(k, which, game)
        x, little = self.column.weights(k, which, game)
        rows, columns = (used[:, which] for used in self.shape.used[k])
        payoffs = (self.row.payoffs, self.column.payoffs)
        worth, regret, loose = certified(payoffs, game, (rows, x), (columns, y))
        flagged[game[small | little | loose]] = True
        for table, used, weights in ((out.row, rows, x), (out.column, columns, y)):
            begin = place * table.shape[1]
            for actions, weight in zip(used, weights, strict=True):
                table.reshape(-1)[begin + actions] = weight
        out.payoffs[:, 0][place], out.payoffs[:, 1][place] = worth
        out.regret[place] = regret
