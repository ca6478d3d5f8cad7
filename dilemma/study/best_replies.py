"""Best replies: what is best for each of two players against everything the other may do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import sympy as sp

from dilemma.budget import kept
from dilemma.by_era import Eras, eras_of
from dilemma.calls import of_a_model
from dilemma.errors import CalibrationError, UnsupportedError
from dilemma.games.equilibrium import Equilibria, Equilibrium
from dilemma.games.kind import Can
from dilemma.games.numbers.choice import Choice, ChosenNumbers
from dilemma.games.numbers.first_order import concave
from dilemma.games.profiles import numeric_payoffs
from dilemma.games.solution import by_branches, solve
from dilemma.model import Model
from dilemma.output.result import Shown, Table, fields_as_data, number, versions
from dilemma.study.paths import Stop, follow, joined

__all__ = ["EraReplies", "Number", "Replies", "Reply", "Spot", "best_replies"]

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


@dataclass(frozen=True, repr=False)
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

    @property
    def firm(self) -> str:
        """What an equilibrium is called that best replies lead back to from nearby.

        "strict" where actions are chosen: each would lose by any deviation; else "stable".
        """
        return "strict" if Can.SLOPES not in self.model.game.can else "stable"

    def leads_back(self, equilibrium: Equilibrium) -> bool | None:
        """Tell whether best replies lead back to it from nearby; None where that is not decided."""
        return equilibrium.strict if self.firm == "strict" else equilibrium.stable

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
            **fields_as_data(self, "model", "numbers"),
            "eras": {
                one.era: fields_as_data(one, "replies", "reach", "equilibria") for one in self.eras
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
            rows += [(title, *told) for told in _rows_of(reply, line)]
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


def _rows_of(reply: Reply, line: Sequence[Spot]) -> Iterator[tuple[str, str]]:
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


# --- replies worked out ---------------------------------------------------------------------------


POINTS = 41
ZERO, ONE = sp.Integer(0), sp.Integer(1)


@of_a_model
@kept("finding best replies in")
def best_replies(
    model: Model,
    eras: Eras = None,
    *,
    points: int = POINTS,
    seconds: float | None = None,  # noqa: ARG001 -- kept from outside
) -> Replies:
    """Return both players' best replies at each era's centre, and the equilibria.

    In a game of two actions each a player's number is the probability of one of them, and replies
    are exact: sure but where the player is indifferent.  Where each chooses a number the branches
    are solved exactly with the other's number held, at evenly spaced values of it, and between two
    of them halved to where the reply jumps or comes to an end of its interval.

    Parameters
    ----------
    model : Model, str or Path
        Two players, with two actions or one number each.
    eras : str, Era, mapping, or a sequence of these, optional
        All of them unless said; values on the spot are an era too (see :meth:`Model.era`).
    points : int
        How many evenly spaced values of the other's number.
    seconds : float, optional
        Budget for it all, past which there is an error and no answer; no limit if None.

    Raises
    ------
    CalibrationError
        For an unknown era.
    UnsupportedError
        If there are more players, actions or numbers, or a leader.

    Examples
    --------
    >>> import dilemma
    >>> found = best_replies(dilemma.load("abandonment"), ["post_cold_war"])
    >>> [round(float(found.eras[0].replies[player].turns[0]), 4) for player in ("japan", "us")]
    [0.6877, 0.2548]
    """
    _check(model)
    model, chosen = eras_of(model, eras)
    if points < 2:
        raise CalibrationError(
            f"{model.name}: at least two values of the other's number are wanted"
        )
    one_era = _of_actions if Can.TABLE in model.game.can else _of_numbers
    return Replies(
        model=model,
        numbers={player: _number(model, player) for player in model.players},
        eras=tuple(one_era(model, era, points) for era in chosen),
        method=_method(model),
        versions=versions("sympy", "numpy", "scipy", "nashpy", "z3-solver"),
    )


def _check(model: Model) -> None:
    """See that each of two players has one number."""
    game, players = model.game, model.players.values()
    if not game.can & (Can.TABLE | Can.SLOPES) or game.leader:
        raise UnsupportedError(
            f"{model.name}: there are no two best replies to set side by side; here "
            f"{model.game.here}; `trace` shows what is played as a parameter moves"
        )
    if len(players) != 2:
        raise UnsupportedError(
            f"{model.name} has {len(players)} players: best replies are drawn for two; `solve` "
            "finds the equilibria"
        )
    if Can.TABLE in game.can and any(len(p.actions) != 2 for p in players):
        raise UnsupportedError(
            f"{model.name} has players with more than two actions, so that a mix is more than one "
            "number; `compare` underlines best replies in the payoff matrix"
        )
    if Can.SLOPES in game.can and any(len(game.of(p)) != 1 for p in model.players):
        raise UnsupportedError(
            f"{model.name} has a player who does not choose exactly one number; `solve` finds the "
            "equilibria"
        )


def _number(model: Model, player: str) -> Number:
    who = model.players[player]
    if Can.SLOPES in model.game.can:
        (choice,) = model.game.of(player)
        return Number(choice.name, choice.means, choice.unit)
    action = who.cooperates or who.actions[-1]
    return Number(action, f"{who.title}: probability of {action}", "probability")


def _method(model: Model) -> str:
    if Can.SLOPES not in model.game.can:
        return "Exact: a reply changes where the two actions pay the same"
    told = "The branches' equations solved exactly, the other's number held"
    if any(concave(model, player) is not True for player in model.players):
        told += "; payoffs are not known to be concave, and replies were compared with a search"
    return told


# --- two actions each -----------------------------------------------------------------------------


def _of_actions(model: Model, era: str, points: int) -> EraReplies:
    del points  # two corners are enough
    payoffs, _ = numeric_payoffs(model, model.values(era))
    replies = {}
    for k, player in enumerate(model.players):
        own, other = (_number(model, p).name for p in _both(model, player))
        gains = []
        for theirs in (*_besides(model, _both(model, player)[1], other), other):
            mine = (own, *_besides(model, player, own))
            pays = [payoffs[(m, theirs) if k == 0 else (theirs, m)][player] for m in mine]
            gain = pays[0] - pays[1]
            gains.append(sp.Rational(gain.numerator, gain.denominator))
        replies[player] = _linear(*gains)
    reach = dict.fromkeys(model.players, (ZERO, ONE))
    return EraReplies(era, model.eras[era].title, replies, reach, solve(model, era))


def _both(model: Model, player: str) -> tuple[str, str]:
    return player, next(name for name in model.players if name != player)


def _besides(model: Model, player: str, action: str) -> tuple[str, ...]:
    return tuple(a for a in model.players[player].actions if a != action)


def _linear(never: sp.Rational, always: sp.Rational) -> Reply:
    """Return the replies where the gain from an action is linear in the other's probability.

    Parameters
    ----------
    never, always : number
        The gain if the other's probability is 0, and if it is 1.

    Examples
    --------
    >>> _linear(sp.Integer(-1), sp.Integer(3)).lines
    (((0, 0), (1/4, 0), (1/4, 1), (1, 1)),)
    """
    if never == always == 0:
        return Reply((), straight=True, anything=True)
    start, end = (ONE if told > 0 else ZERO for told in (never or -always, always or -never))
    if never * always > 0:
        return Reply((((ZERO, start), (ONE, start)),), straight=True)
    tie = never / (never - always)
    corners: list[Spot] = [(ZERO, start), (tie, start), (tie, end), (ONE, end)]
    return Reply((tuple(dict.fromkeys(corners)),), straight=True, turns=(tie,))


# --- a number each --------------------------------------------------------------------------------


def _of_numbers(model: Model, era: str, points: int) -> EraReplies:
    values = model.values(era)
    choices = {player: _choice(model, player) for player in model.players}
    reach = {player: _reach(model, choice, values) for player, choice in choices.items()}
    replies = {}
    for player in model.players:
        _, other = _both(model, player)
        held = _Held(model, values, choices[player], choices[other])
        replies[player] = held.reply(*reach[other], points)
    return EraReplies(era, model.eras[era].title, replies, reach, solve(model, era))


def _choice(model: Model, player: str) -> Choice:
    (choice,) = model.game.of(player)
    return choice


def _reach(
    model: Model, choice: Choice, values: Mapping[sp.Symbol, sp.Expr]
) -> tuple[sp.Rational, sp.Rational]:
    low, high = (model.expand_play(e).xreplace(dict(values)) for e in (choice.low, choice.high))
    if not (low.is_Rational and high.is_Rational):
        raise UnsupportedError(
            f"{model.name}: the interval of {choice.name} is not known without what others choose, "
            "or irrational; best replies are drawn between fixed ends"
        )
    return low, high


@dataclass(frozen=True)
class _Held:
    """One player replies to the other's number, which is held."""

    model: Model
    values: Mapping[sp.Symbol, sp.Expr]
    own: Choice
    other: Choice

    def reply(self, low: sp.Rational, high: sp.Rational, points: int) -> Reply:
        if low == high:
            spots = [(low, state.play[""][self.own.name]) for state in self.look(low).states]
            return Reply(tuple((spot,) for spot in spots), straight=False)
        course = follow(self.look, low, high, points)
        lines = tuple(
            tuple(
                (at, state.play[""][self.own.name])
                for at, state in zip(strand.at, strand.states, strict=True)
            )
            for strand in joined(course).strands
        )
        reasons = dict.fromkeys(stop.reason for stop in course.stops if stop.reason)
        return Reply(
            lines,
            straight=False,
            turns=tuple(change.at for change in course.changes),
            reason="; ".join(reasons),
        )

    def look(self, at: sp.Rational) -> Stop:
        found, trouble = by_branches(
            self.model,
            {**self.values, self.other.symbol: at},
            (self.other.name,),
            bargain=False,
        )
        states = []
        for point in found:
            number = point.worth(self.own.symbol)
            if point.best and number is not None:
                play = ChosenNumbers({"": {self.own.name: number}})
                states.append(Equilibrium(point.branch.name, play, {}, {}))
        return Stop(at, tuple(states), "; ".join(map(str, trouble)))
