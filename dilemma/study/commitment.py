"""The value of commitment: a leader's game, or its commitment to a mix, against play at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy as sp

from dilemma.budget import kept
from dilemma.by_era import ByEra, Eras, at_each
from dilemma.calls import of_a_model
from dilemma.errors import CalibrationError, UnsupportedError, nearest
from dilemma.games.equilibrium import Equilibria, Equilibrium
from dilemma.games.kind import Can
from dilemma.games.leadership import Lead, strong, weak
from dilemma.games.profiles import DIGITS, numeric_payoffs
from dilemma.games.solution import solve, solved
from dilemma.model import At, Model
from dilemma.output.result import Shown, Table, chances, fields_as_data, number

__all__ = ["Commitment", "Committed", "MixedCommitment", "commitment"]


@dataclass(frozen=True, repr=False)
class Commitment(Shown):
    """A leader's optimum, and the equilibria if it could not commit.

    Attributes
    ----------
    model : Model
    leads : Equilibria
        With the leader moving first.
    at_once : Equilibria
        With all moving at once.
    value : tuple of two numbers, or None
        The least and the most that the leader gains by moving first, over the equilibria at once;
        None where there are none.
    """

    model: Model
    leads: Equilibria
    at_once: Equilibria
    value: tuple[sp.Rational, sp.Rational] | None

    def tables(self) -> tuple[Table, ...]:
        """Return both ways of playing side by side, and the value of commitment."""
        leader = self.model.game.leader
        told = [("moves first", e) for e in self.leads] + [("at once", e) for e in self.at_once]
        rows = tuple(
            (
                word,
                e.name,
                _play(e),
                *(number(e.payoffs[p]) for p in self.model.players),
                number(e.regret),
            )
            for word, e in told
        )
        title = self.model.players[leader].title
        if self.value is None:
            note = "There is no equilibrium in pure choices if all move at once."
        else:
            note = f"Moving first is worth {_between(*self.value)} to {title}."
        notes = [note]
        for word, found in (("moving first", self.leads), ("at once", self.at_once)):
            if not found.complete:
                notes.append(f"NOT all {found.concept} {word}: {found.reason}.")
        titles = (f"payoff of {p.title}" for p in self.model.players.values())
        head = (title, "equilibrium", "choices", *titles, "regret")
        where = f": {self.leads.at}" if self.leads.at else ""
        return (Table(f"{self.model.title}: value of commitment{where}", head, rows, tuple(notes)),)


@dataclass(frozen=True, slots=True)
class Committed:
    """What a leader commits to, and what comes of it.

    Attributes
    ----------
    mix : mapping of action to probability
        The leader's.
    reply : str
        The follower's action.
    payoffs : mapping of player to exact number
    attained : bool
        Whether the mix has this value for the leader.  If not, mixes near it come as near to it as
        one likes: those with a little of ``toward`` in them.
    toward : mapping of action to probability
        Empty where the value is attained.
    """

    mix: Mapping[str, sp.Rational]
    reply: str
    payoffs: Mapping[str, sp.Rational]
    attained: bool
    toward: Mapping[str, sp.Rational]


@dataclass(frozen=True, repr=False)
class MixedCommitment(Shown):
    """A leader's best commitment to a mix, and the equilibria if it could not commit.

    Attributes
    ----------
    model : Model
    leader : str
    strong, weak : Committed
        Where several replies are best the follower takes the leader's best of them, or its worst.
    at_once : Equilibria
        With both moving at once.
    value : tuple of two numbers, or None
        The least and the most that the leader gains by committing (strong version), over the
        equilibria at once; None where none is known.
    exact : bool
        Whether payoffs entered as exact rationals (False: rounded to 40 digits first).
    """

    model: Model
    leader: str
    strong: Committed
    weak: Committed
    at_once: Equilibria
    value: tuple[sp.Rational, sp.Rational] | None
    exact: bool

    @property
    def follower(self) -> str:
        """The other player."""
        return next(name for name in self.model.players if name != self.leader)

    def tables(self) -> tuple[Table, ...]:
        """Return both versions beside play at once, and the value of commitment."""
        titles = {name: player.title for name, player in self.model.players.items()}
        first, second = self.leader, self.follower
        rows = [
            (f"commits, ties {word} it", chances(one.mix), one.reply, *self._paid(one.payoffs))
            for word, one in (("for", self.strong), ("against", self.weak))
        ]
        rows += [
            ("at once", chances(e.play[first]), chances(e.play[second]), *self._paid(e.payoffs))
            for e in self.at_once
        ]
        paid = (f"payoff of {titles[name]}" for name in (first, second))
        head = (titles[first], "plays", f"{titles[second]} replies", *paid)
        where = f": {self.at_once.at}" if self.at_once.at else ""
        title = f"{self.model.title}: value of commitment to a mix{where}"
        return (Table(title, head, tuple(rows), tuple(self._notes(titles))),)

    def _paid(self, payoffs: Mapping[str, sp.Rational]) -> tuple[str, str]:
        return number(payoffs[self.leader]), number(payoffs[self.follower])

    def _notes(self, titles: Mapping[str, str]) -> Iterator[str]:
        leader, follower = titles[self.leader], titles[self.follower]
        if self.value is None:
            yield "No equilibrium at once is known."
        else:
            yield f"Committing is worth {_between(*self.value)} to {leader}, ties broken for it."
        if not self.weak.attained:
            yield (
                f"Ties against it: {number(self.weak.payoffs[self.leader])} is approached and not "
                f"attained, by this mix with a little of ({chances(self.weak.toward)}) in it."
            )
        if not self.exact:
            yield f"Irrational payoffs were rounded to {DIGITS} digits first."
        if not self.at_once.complete:
            yield f"NOT all equilibria at once: {self.at_once.reason}."
        yield f"{follower} leads instead with leader={self.follower!r} (--leader {self.follower})."

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain data; exact numbers are text such as "11/3"."""
        fields = fields_as_data(self, "leader", "strong", "weak", "value", "exact", "at_once")
        return {"model": self.model.name, **fields}


def _between(low: sp.Rational, high: sp.Rational) -> str:
    one, other = map(number, (low, high))
    return one if one == other else f"{one} to {other}"


@of_a_model
@kept("valuing commitment in")
def commitment(
    model: Model,
    /,
    at: Eras = None,
    *,
    leader: str | None = None,
    seconds: float | None = None,
    **changes: Any,
) -> Commitment | MixedCommitment | ByEra[Commitment | MixedCommitment]:
    """Compare what a leader gets who moves first with the equilibria of the game played at once.

    Where numbers are chosen and somebody leads, that is the leader's optimum.  In a two-player game
    with actions one of them commits to a mix, which the other knows when it replies: the best one
    by an exact linear programme for each reply.

    Parameters
    ----------
    model : Model, str or Path
        One in which somebody leads, or a two-player simultaneous game with actions.
    at : str, Era or mapping, or a sequence of these, optional
        An era, for its central calibration, or a value for each parameter; all eras if left out.
    leader : str, optional
        In a game with actions the player who commits; the first if none.
    seconds : float, optional
        Budget for it all, past which there is an error and no answer; no limit if None.
    **changes
        Parameters that take another value.

    Returns
    -------
    Commitment, MixedCommitment, or ByEra
        The second for a commitment to a mix; a mapping from each era to its answer, where no one
        era is named.

    Raises
    ------
    UnsupportedError
        If nobody leads, and a commitment to a mix is none of two players.
    CalibrationError
        For an unknown era, parameter or leader, a missing or an impossible value.

    References
    ----------
    H. von Stackelberg 1934, Marktform und Gleichgewicht (unverified).  Mixes: V. Conitzer and
    T. Sandholm 2006, Computing the optimal strategy to commit to, Proceedings of the 7th ACM
    Conference on Electronic Commerce: 82-90; ties against the leader as in B. von Stengel and
    S. Zamir 2010, Leadership games with convex strategy sets, Games and Economic Behavior 69:
    446-457.

    Examples
    --------
    >>> duopoly = Model(
    ...     name="duopoly",
    ...     title="Duopoly",
    ...     kind="sequential",
    ...     players={
    ...         "first": {"moves": 1, "choices": {"x": {"range": [0, 1]}}},
    ...         "second": {"moves": 2, "choices": {"y": {"range": [0, 1]}}},
    ...     },
    ...     payoffs={"first": "x*(1 - x - y)", "second": "y*(1 - x - y)"},
    ... )
    >>> str(commitment(duopoly).value[0])
    '1/72'
    >>> from dilemma import matrix
    >>> game = matrix([[2, 4], [1, 3]], [[1, 0], [0, 2]], actions=[["top", "bottom"], ["l", "r"]])
    >>> found = commitment(game)
    >>> print(found.strong.mix["bottom"], found.strong.payoffs["row"], found.value[0])
    1/3 11/3 5/3
    """
    if leader is not None and leader not in model.players:
        hint = nearest(leader, model.players)
        raise CalibrationError(f"{model.name}: no player {leader!r} to lead: {hint}")
    mixes = not model.game.leader and Can.TABLE in model.game.can and len(model.players) == 2
    if not model.game.leader and not mixes:
        way = f"; {model.game.to_lead}" if model.game.to_lead else ""
        raise UnsupportedError(
            f"{model.name}: nobody leads, so there is no commitment to value{way}"
        )
    if not mixes and leader not in (None, model.game.leader):
        raise UnsupportedError(f"{model.name}: {model.game.leader} leads, and not {leader}")

    def at_one(model: Model, at: At | None, seconds: float | None) -> Commitment | MixedCommitment:
        if not mixes:
            return _against_at_once(model, solved(model, at, changes))
        half = 60 if seconds is None else seconds / 2  # of the budget, for play at once
        at_once = solved(model, at, changes, seconds=half)
        return _mixed(model, leader or next(iter(model.players)), at_once)

    return at_each(model, at, at_one, changes=changes, seconds=seconds)


def _against_at_once(model: Model, leads: Equilibria) -> Commitment:
    """Compare a leader's optimum with the same game played at once."""
    at_once = solve(model.game.at_once(model), leads.calibration)
    first = model.game.leader
    gains = [one.payoffs[first] - other.payoffs[first] for one in leads for other in at_once]
    return Commitment(model, leads, at_once, (min(gains), max(gains)) if gains else None)


def _mixed(model: Model, leader: str, at_once: Equilibria) -> MixedCommitment:
    """Compare a leader's best commitments to a mix with the same game played at once."""
    payoffs, exact = numeric_payoffs(model, model.values(at_once.calibration))
    place = list(model.players).index(leader)
    follower = next(name for name in model.players if name != leader)
    own, others = (model.players[name].actions for name in (leader, follower))
    cells = [
        [payoffs[(mine, other) if place == 0 else (other, mine)] for other in others]
        for mine in own
    ]
    A, B = ([[cell[name] for cell in row] for row in cells] for name in (leader, follower))

    def committed(found: Lead) -> Committed:
        mix, toward = (
            {a: _rational(c) for a, c in zip(own, one, strict=True)} if one else {}
            for one in (found.mix, found.toward)
        )
        paid = {leader: _rational(found.value), follower: _rational(found.follows)}
        payoffs = {name: paid[name] for name in model.players}
        return Committed(mix, others[found.reply], payoffs, found.attained, toward)

    best = committed(strong(A, B))
    gains = [best.payoffs[leader] - one.payoffs[leader] for one in at_once]
    value = (min(gains), max(gains)) if gains else None
    return MixedCommitment(model, leader, best, committed(weak(A, B)), at_once, value, exact)


def _rational(value: Fraction) -> sp.Rational:
    return sp.Rational(value.numerator, value.denominator)


def _play(equilibrium: Equilibrium) -> str:
    return ", ".join(
        f"{name} {number(value)}"
        for own in equilibrium.play.values()
        for name, value in own.items()
    )
