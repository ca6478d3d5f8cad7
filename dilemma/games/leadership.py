"""Commitment to a mix in a two-player game: what a leader gains who is seen, and believed, to mix.

The follower knows the leader's mix and replies best.  Where several replies are best, they may be
played for the leader (the strong version) or against it (the weak one).  One exact linear programme
for each reply says what the leader can have by making it best (Conitzer and Sandholm 2006).

In the weak version the leader counts on a reply only where a mix makes it better than all that differ
from it; then a little of that mix is enough, so that what it can have is a least upper bound (von
Stengel and Zamir 2010).  Whether some mix attains it is decided, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import lcm
from operator import gt
from typing import Any

from dilemma.games.exact import Mix, Row, read_game
from dilemma.games.linear_programmes import Best, Line, best_of

__all__ = ["Lead", "strong", "weak"]


@dataclass(frozen=True, slots=True)
class Lead:
    """What a leader commits to, and what comes of it.

    Attributes
    ----------
    mix : tuple of Fraction
        Of the leader's actions.
    reply : int
        The follower's.
    value, follows : Fraction
        What the leader and the follower are paid.
    attained : bool
        Whether the mix has this value.  If not, mixes that come near it do: those with a little of
        ``toward`` in them.
    toward : tuple of Fraction
        A mix to which the reply, or what pays both the same, is the only best one; empty where the
        value is attained.
    """

    mix: Mix
    reply: int
    value: Fraction
    follows: Fraction
    attained: bool = True
    toward: Mix = ()


def strong(A: Sequence[Sequence[Any]], B: Sequence[Sequence[Any]]) -> Lead:
    """Return the best commitment if ties are broken for the leader.

    Parameters
    ----------
    A, B : sequences of rows, (m, n)
        Payoffs of the leader, who chooses the row, and of the follower.

    References
    ----------
    V. Conitzer and T. Sandholm 2006, Computing the optimal strategy to commit to, Proceedings of
    the 7th ACM Conference on Electronic Commerce: 82-90.

    Examples
    --------
    >>> found = strong([[2, 4], [1, 3]], [[1, 0], [0, 2]])
    >>> print(found.value, *found.mix, found.reply)
    11/3 2/3 1/3 1
    """
    game = _game(A, B)
    found: list[tuple[Fraction, int, Mix]] = []
    for j in game.replies:
        others = [game.gap(k, j) for k in game.replies if k != j]
        best = game.best([row[j] for row in game.gains], others)
        if best.value:  # else no mix makes it best
            found.append((best.value, -j, best.variables))
    _, reply, mix = max(found)
    return game.lead(mix, -reply)


def weak(A: Sequence[Sequence[Any]], B: Sequence[Sequence[Any]]) -> Lead:
    """Return the best commitment if ties are broken against the leader: a least upper bound.

    Parameters
    ----------
    A, B : sequences of rows, (m, n)
        Payoffs of the leader, who chooses the row, and of the follower.

    References
    ----------
    B. von Stengel and S. Zamir 2010, Leadership games with convex strategy sets, Games and Economic
    Behavior 69: 446-457.

    Examples
    --------
    >>> found = weak([[2, 4], [1, 3]], [[1, 0], [0, 2]])
    >>> print(found.value, *found.mix, found.attained, *found.toward)
    11/3 2/3 1/3 False 0 1
    """
    game = _game(A, B)
    found = [one for one in map(game.inducible, game.kinds) if one is not None]
    value = max(one.value for one in found)
    first, *others = (one for one in found if one.value == value)
    for one in (first, *others):
        mix = game.attaining(one)
        if mix is not None:
            return game.lead(mix, min(game.best_replies(mix), key=lambda k: game.paid(mix, k)))
    reply = min(first.kind, key=lambda k: game.paid(first.mix, k))
    return replace(game.lead(first.mix, reply), attained=False, toward=first.toward)


# --- a game and what can be made best -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Inducible:
    """Replies that pay the follower the same and that some mix makes better than all others.

    Attributes
    ----------
    kind : tuple of int
        The replies.
    value : Fraction
        The most that the least of them pays the leader, where they are best (shifted and scaled).
    mix : tuple of Fraction
        One that has it.
    toward : tuple of Fraction
        One to which they alone are best.
    """

    kind: tuple[int, ...]
    value: Fraction
    mix: Mix
    toward: Mix


@dataclass(frozen=True, slots=True)
class _Game:
    """Payoffs of both, and in whole numbers: the leader's positive, the follower's.

    ``replies`` are the follower's, but for those that another beats whatever the leader does.
    """

    A: list[Row]
    B: list[Row]
    gains: list[list[int]]
    wants: list[list[int]]
    replies: list[int]

    @property
    def rows(self) -> range:
        """The leader's actions."""
        return range(len(self.A))

    @property
    def kinds(self) -> list[tuple[int, ...]]:
        """The replies, those together that always pay the follower the same."""
        columns: dict[Row, list[int]] = {}
        for j in self.replies:
            columns.setdefault(tuple(row[j] for row in self.wants), []).append(j)
        return [tuple(kind) for kind in columns.values()]

    def paid(self, mix: Mix, reply: int) -> Fraction:
        """Return what the leader is paid."""
        return sum((p * row[reply] for p, row in zip(mix, self.A, strict=True)), Fraction(0))

    def lead(self, mix: Mix, reply: int) -> Lead:
        """Return what comes of a mix and a reply."""
        follows = sum((p * row[reply] for p, row in zip(mix, self.B, strict=True)), Fraction(0))
        return Lead(mix, reply, self.paid(mix, reply), follows)

    def best_replies(self, mix: Mix) -> list[int]:
        """Return the replies that pay the follower most, from the definition."""
        pays = [
            sum((p * row[j] for p, row in zip(mix, self.B, strict=True)), Fraction(0))
            for j in range(len(self.B[0]))
        ]
        most = max(pays)
        return [j for j, pay in enumerate(pays) if pay == most]

    def gap(self, one: int, other: int) -> Line:
        """Return how much more one reply pays the follower than another."""
        return {
            i: row[one] - row[other] for i, row in enumerate(self.wants) if row[one] != row[other]
        }

    def best(self, objective: Sequence[int], lines: Iterable[Line]) -> Best:
        """Maximise over mixes, and whatever variables come behind them, with lines not above 0.

        All conditions stay true where a mix is scaled, so that a positive optimum uses all chance.
        """
        rows = [*lines, dict.fromkeys(self.rows, 1)]
        found = best_of(objective, rows, [0] * (len(rows) - 1) + [1])
        assert found is not None, "pivoting comes to an end"
        return found

    def inducible(self, kind: tuple[int, ...]) -> Inducible | None:
        """Return what the leader can count on where replies of one kind are best; None if nowhere."""
        behind = len(self.rows)  # one variable more than the mix
        reply, others = kind[0], [k for k in self.replies if k not in kind]
        toward: Mix = (Fraction(1), *[Fraction(0)] * (behind - 1))
        if others:
            apart = [{**self.gap(k, reply), behind: 1} for k in others]
            surest = self.best([0] * behind + [1], apart)
            if not surest.value:
                return None
            toward = surest.variables[:behind]
        counted = [{**{i: -row[k] for i, row in enumerate(self.gains)}, behind: 1} for k in kind]
        most = self.best([0] * behind + [1], [*counted, *(self.gap(k, reply) for k in others)])
        return Inducible(kind, most.value, most.variables[:behind], toward)

    def attaining(self, one: Inducible) -> Mix | None:
        """Return a mix to which every best reply pays the leader as much; None if there is none.

        Replies that are best wherever those of the kind pay so much have to pay it too, which may
        make others best everywhere.  Once none is added, there are mixes to which no other is
        best, and the mean of one for each is such a mix to all.
        """
        if self.least(one.mix) >= one.value:
            return one.mix
        paying = set(one.kind)
        lines = [self.gap(k, one.kind[0]) for k in self.replies if k not in one.kind]
        while True:
            enough = [self.short_of(one.value, k) for k in paying]
            some = self.best([1] * len(self.rows), [*lines, *enough])
            if not some.value:
                return None
            avoiding = {
                k: self.best([row[one.kind[0]] - row[k] for row in self.wants], [*lines, *enough])
                for k in self.replies
                if k not in paying
            }
            tied = {k for k, found in avoiding.items() if not found.value}
            if not tied:
                mixes = [found.variables for found in avoiding.values()] or [some.variables]
                return tuple(sum(chances) / len(mixes) for chances in zip(*mixes, strict=True))
            paying |= tied

    def least(self, mix: Mix) -> Fraction:
        """Return the least that a best reply pays the leader, in whole numbers' units."""
        return min(
            sum((p * row[k] for p, row in zip(mix, self.gains, strict=True)), Fraction(0))
            for k in self.best_replies(mix)
        )

    def short_of(self, value: Fraction, reply: int) -> Line:
        """Return what a reply pays the leader less than a value: not above 0 where it is enough."""
        over, under = value.numerator, value.denominator
        return {i: over - under * row[reply] for i, row in enumerate(self.gains)}


def _game(A: Sequence[Sequence[Any]], B: Sequence[Sequence[Any]]) -> _Game:
    first, second = read_game(A, B)
    gains, wants = (_whole(table) for table in (first, second))
    least = min(map(min, gains))
    columns = list(zip(*wants, strict=True))
    replies = [
        j
        for j, column in enumerate(columns)
        if not any(all(map(gt, other, column)) for other in columns)
    ]
    return _Game(first, second, [[v - least + 1 for v in row] for row in gains], wants, replies)


def _whole(table: Sequence[Row]) -> list[list[int]]:
    scale = lcm(*(v.denominator for row in table for v in row))
    return [[int(v * scale) for v in row] for row in table]
