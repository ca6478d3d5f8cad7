"""Best replies of two players in each era, as tables and as plain data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import sympy as sp

from dilemma.equilibria import Equilibria
from dilemma.model import Model
from dilemma.report import Shown, Table, number

__all__ = ["EraReplies", "Number", "Replies", "Reply", "Spot"]

LISTED = 6  # values of a curve that a table shows at most
Spot = tuple[sp.Rational, sp.Rational]  # the other's number, and one's own


@dataclass(frozen=True, slots=True)
class Number:
    """The one number by which a player's play is told.

    Attributes
    ----------
    name : str
        A choice; or the action whose probability it is.
    means, unit : str
    """

    name: str
    means: str
    unit: str

    @property
    def says(self) -> str:
        """What an axis says."""
        if self.unit == "probability":
            return self.means
        return f"{self.name}: {self.means} [{self.unit}]"


@dataclass(frozen=True, slots=True)
class Reply:
    """A player's best replies to everything the other may do.

    Attributes
    ----------
    lines : tuple of tuple of Spot
        One after the other as the other's number rises; between two lines the reply jumps.  Where
        a player is indifferent the line stands upright: every number on it is a best reply.
    straight : bool
        Whether the lines are exactly these corners joined; else they are points of a curve.
    anything : bool
        Whether the player is indifferent whatever the other does.
    turns : tuple of number
        The other's numbers at which the reply jumps or comes to an end of its interval.
    reason : str
        Why some of it may be missing, "" if nothing is.
    """

    lines: tuple[tuple[Spot, ...], ...]
    straight: bool
    anything: bool = False
    turns: tuple[sp.Rational, ...] = ()
    reason: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "lines": [[[str(a), str(b)] for a, b in line] for line in self.lines],
            "straight": self.straight,
            "anything": self.anything,
            "turns": list(map(str, self.turns)),
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class EraReplies:
    """Best replies at an era's centre, and the equilibria in which they meet.

    Attributes
    ----------
    reach : mapping of player to tuple of two numbers
        Between which numbers the player chooses.
    """

    era: str
    title: str
    replies: Mapping[str, Reply]
    reach: Mapping[str, tuple[sp.Rational, sp.Rational]]
    equilibria: Equilibria


@dataclass(frozen=True)
class Replies(Shown):
    """Best replies of two players with a number each, era by era.

    Attributes
    ----------
    model : Model
    numbers : mapping of player to Number
    eras : tuple of EraReplies
    method : str
    versions : mapping of package to version
    """

    model: Model
    numbers: Mapping[str, Number]
    eras: tuple[EraReplies, ...]
    method: str
    versions: Mapping[str, str]

    @property
    def complete(self) -> bool:
        """Whether no equilibrium and no part of a reply may be missing."""
        return all(
            one.equilibria.complete and not any(r.reason for r in one.replies.values())
            for one in self.eras
        )

    def other(self, player: str) -> str:
        """Return whom a player replies to."""
        return next(name for name in self.numbers if name != player)

    def spots(self, found: EraReplies) -> tuple[Spot, ...]:
        """Return each equilibrium as the first player's number and the second's."""
        return tuple(
            (first, second)
            for first, second in (
                [e.play[player][told.name] for player, told in self.numbers.items()]
                for e in found.equilibria
            )
        )

    def tables(self) -> tuple[Table, ...]:
        """Return, for each era, both players' replies and the equilibria."""
        return tuple(_table(self, one) for one in self.eras)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data; exact numbers are text such as "11/16"."""
        return {
            "model": self.model.name,
            "numbers": {
                player: {"name": n.name, "means": n.means, "unit": n.unit}
                for player, n in self.numbers.items()
            },
            "eras": {
                one.era: {
                    "replies": {player: reply.to_dict() for player, reply in one.replies.items()},
                    "reach": {player: list(map(str, ends)) for player, ends in one.reach.items()},
                    "equilibria": one.equilibria.to_dict(),
                }
                for one in self.eras
            },
            "method": self.method,
            "source": self.model.source,
            "versions": dict(self.versions),
        }


def _table(found: Replies, one: EraReplies) -> Table:
    rows = []
    for player, reply in one.replies.items():
        title = found.model.players[player].title
        if reply.anything:
            rows.append((title, "anything", "anything"))
        for line in reply.lines:
            rows += [(title, *told) for told in _said(reply, line)]
    notes = [f"{n.says}." for n in found.numbers.values()]
    spots = found.spots(one)
    told = [
        f"{e.name} at ({number(x)}, {number(y)})"
        for e, (x, y) in zip(one.equilibria, spots, strict=True)
    ]
    if told:
        notes.append(f"Equilibria: {'; '.join(told)}.")
    notes += [f"A continuum of equilibria: {s.words}." for s in one.equilibria.continua]
    if not one.equilibria.complete:
        notes.append(f"NOT all equilibria: {one.equilibria.reason}.")
    for player, reply in one.replies.items():
        if reply.reason:
            notes.append(f"{found.model.players[player].title}: {reply.reason}.")
    notes.append(f"Everything at the era's centre. {found.method}.")
    title = f"{found.model.title}: best replies, {one.title}"
    return Table(
        title, ("best reply of", "if the other's number is", "own"), tuple(rows), tuple(notes)
    )


def _said(reply: Reply, line: Sequence[Spot]) -> Iterator[tuple[str, str]]:
    """Tell a line corner by corner, or a curve by some of its points."""
    if not reply.straight:
        first, last = line[0][0], line[-1][0]
        for k in range(LISTED if first < last else 1):
            wanted = first + (last - first) * sp.Rational(k, LISTED - 1)
            gaps = [abs(other - wanted) for other, _ in line]
            other, own = line[gaps.index(min(gaps))]
            yield number(other), number(own)
        return
    for (a, low), (b, high) in pairwise(line):
        yield _span(a, b), _span(*sorted((low, high)))


def _span(low: sp.Rational, high: sp.Rational) -> str:
    return number(low) if low == high else f"{number(low)} to {number(high)}"
