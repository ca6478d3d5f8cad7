"""Equilibria in numbers: each by itself, the sets that they form, and how good an answer they are."""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import isinf
from types import MappingProxyType
from typing import Any

import sympy as sp

from dilemma.errors import UnknownKeyError, nearest
from dilemma.games.play import Mix, Play
from dilemma.output.frames import Frame, as_float, free_names
from dilemma.output.result import Shown, Table, fields_as_data, number

# What people look for who know other libraries, and what does it here.
ELSEWHERE = dict.fromkeys(
    ("actions", "probabilities", "profile", "strategies", "strategy", "support"),
    "its play is a mapping of who decides to the probability of each action",
) | dict.fromkeys(("payoff", "utilities", "utility"), "its payoffs are a mapping of players")

__all__ = ["Equilibria", "Equilibrium", "Mix", "NashSet", "Solution", "apart", "share"]


@dataclass(frozen=True)
class Equilibrium:
    """One equilibrium of a game at one calibration: the one record of it, whoever found it.

    Attributes
    ----------
    branch : str
        The branch that it lies in: its supports, what binds.
    play : Play
        A mapping of decision to mapping of action to probability, or of choice to number.
    payoffs : mapping of player to expected payoff
    outcomes : mapping of outcome to value (None where it is not defined)
    exact : bool
        Whether its numbers are exact; else they are rational numbers near irrational ones.
    regret : sympy number or None
        The most that any player could gain by deviating; 0 for an exact equilibrium.  None where it
        was not looked for.
    strict : bool or None
        Whether every player would lose by any deviation; None where it was not looked for.
    stable : bool or None
        Whether best replies lead back to it from nearby; None where that was not decided.
    certificate : str
        What makes sure that nobody gains by deviating.
    more : mapping of str to Any
        What else is known of it in games of its kind; each is an attribute, too.  In a tree
        ``beliefs`` (where a player does not know which history has happened), ``cutoffs`` (of
        players who know a private type) and ``concepts`` (the refinements that were checked, None
        where that was not decided).  Where numbers are chosen ``prices`` (of what binds, None where
        one is not determined) and ``price_ranges`` (what such a one may be), ``slope`` (how far a
        step away from it has shrunk after all have replied) and ``rivals`` (a leader's other
        regimes: what would be chosen there and what it would pay).
    """

    branch: str
    play: Play
    payoffs: Mapping[str, sp.Rational]
    outcomes: Mapping[str, sp.Rational | None]
    exact: bool = True
    regret: sp.Rational | None = None
    strict: bool | None = None
    stable: bool | None = None
    certificate: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:
        if name in _FACTS:
            return self.more.get(name, _FACTS[name])
        if not name.startswith("_") and name in self.__dict__.get("more", ()):
            return self.more[name]
        known = (*self.__dataclass_fields__, *_FACTS)
        hint = ELSEWHERE.get(name) or nearest(name, known)
        raise AttributeError(f"an equilibrium has no {name!r}: {hint}")

    @property
    def chosen(self) -> bool:
        """Whether ``play`` is of chosen numbers and not of probabilities."""
        return self.play.chosen

    @property
    def pure(self) -> bool:
        """Whether nobody mixes; a player may act on what it knows of its own type."""
        return self.play.pure

    @cached_property
    def name(self) -> str:
        """The supports in brackets, ``(strong, weak)``, with a word for a mixed one."""
        return f"({self.branch})" if self.pure else f"mixed ({self.branch})"

    def __str__(self) -> str:
        told = self.play.words()
        return f"{self.name}: {told}" if told else self.name

    def value(self, name: str) -> sp.Rational | None:
        """Return an outcome, a payoff, or a number that is chosen; None if it is not defined."""
        for own in (self.outcomes, self.payoffs, *self.play.values()):
            if name in own:
                return own[name]
        return None

    def worth(self, name: str) -> sp.Rational | None:
        """Return what :meth:`value` does, by its old name."""
        warnings.warn(
            "Equilibrium.worth is now Equilibrium.value, and will be gone in the next release",
            DeprecationWarning,
            stacklevel=2,
        )
        return self.value(name)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data; exact numbers are text such as "11/16"."""
        known = ("name", "play", "payoffs", "outcomes", "regret", "strict", "exact")
        more = (name for name, fact in self.more.items() if fact != {})
        checked = ("stable", "certificate") if self.certificate else ()
        return fields_as_data(self, *known, *more, *checked)


# What the equilibria of some kinds have, as it is where there is nothing of it.
_FACTS: Mapping[str, Any] = MappingProxyType(
    {
        "beliefs": {},
        "cutoffs": {},
        "concepts": {},
        "prices": {},
        "price_ranges": {},
        "slope": None,
        "rivals": {},
    }
)


@dataclass(frozen=True)
class NashSet:
    """A set of equilibria: each player may play any mixture of some strategies, freely.

    Where a game is not degenerate every set is a single equilibrium.

    Attributes
    ----------
    members : tuple of int
        Its extreme equilibria, as positions in the list of all.
    extreme : mapping of player to tuple of mixes
        The extreme strategies; every mixture of them will do, whatever the others choose here.
        Where the set is not ``free``: what the player does at each member, in order.
    representative : Equilibrium
        The middle of the set: every player mixes the extreme strategies equally.  Where time ran
        out, one of its extreme equilibria.
    words : str
        The set in words and numbers.
    component : int
        The connected component that it is a part of, counted from zero.
    free : bool
        Whether each player chooses freely within it; where numbers are chosen they hang together.
    """

    members: tuple[int, ...]
    extreme: Mapping[str, tuple[Mix, ...]]
    representative: Equilibrium
    words: str
    component: int
    free: bool = True

    @property
    def dimension(self) -> int:
        """How many directions it stretches in; 0 for a single equilibrium."""
        if not self.free:
            plays = [
                [x for own in many for x in own.values()]
                for many in zip(*self.extreme.values(), strict=True)
            ]
            return _dimension(plays)
        return sum(_dimension([list(m.values()) for m in own]) for own in self.extreme.values())

    def range_of(self, player: str, action: str) -> tuple[sp.Rational, sp.Rational]:
        """Return the least and the greatest probability of an action, or number that is chosen."""
        chances = [mix[action] for mix in self.extreme[player]]
        return min(chances), max(chances)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return fields_as_data(
            self, "members", "extreme", "words", "free", "dimension", "component", "representative"
        )


def _dimension(points: Sequence[Sequence[sp.Rational]]) -> int:
    """Return how many directions lead from the first of some points to the others."""
    ways = [[x - y for x, y in zip(p, points[0], strict=True)] for p in points[1:]]
    return int(sp.Matrix(ways).rank()) if ways else 0


# --- every equilibrium of a game at one calibration, and how good that answer is ------------------


MOST_COLUMNS = 6  # equilibria that stand side by side; more have a row each


@dataclass(frozen=True, repr=False)
class Equilibria(Shown):
    """Every equilibrium of a game at one calibration, and how good that answer is.

    Attributes
    ----------
    equilibria : tuple of Equilibrium
        The extreme equilibria; in a degenerate game the others are mixtures of these.
    complete : bool
        Whether these are all of them; ``reason`` says why not.
    exact : bool
        Whether payoffs entered as exact rationals (False: rounded to 40 digits first).
    degenerate : bool or None
        Whether some strategy has more best replies than its support; ``witness`` names it.  None
        where that was not decided.
    sets : tuple of NashSet
        The maximal Nash subsets: every equilibrium lies in at least one.
    components : tuple of tuple of int
        Connected components of the set of equilibria, as positions in ``equilibria``.
    concept : str
        What they are equilibria in the sense of; in a tree not every Nash equilibrium is credible.
    method : str
        How they were found and checked, in a sentence.
    calibration : mapping of parameter to exact value
    units : mapping of payoff or outcome to unit
    source : str
        Where the model comes from.
    versions : mapping of package to version
    chosen : bool
        Whether numbers are chosen and not probabilities.
    """

    model: str
    at: str
    calibration: Mapping[str, sp.Rational]
    equilibria: tuple[Equilibrium, ...]
    complete: bool
    exact: bool
    degenerate: bool | None
    witness: str
    sets: tuple[NashSet, ...]
    components: tuple[tuple[int, ...], ...]
    method: str
    reason: str = ""
    concept: str = "equilibria"
    units: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    chosen: bool = False

    def __iter__(self) -> Iterator[Equilibrium]:
        return iter(self.equilibria)

    def __len__(self) -> int:
        return len(self.equilibria)

    def __getitem__(self, which: int | str) -> Equilibrium:
        """Return an equilibrium by its position, or by a name that it has alone."""
        if not isinstance(which, str):
            return self.equilibria[which]
        named = [e for e in self.equilibria if e.name == which]
        if len(named) == 1:
            return named[0]
        if named:
            places = ", ".join(str(k) for k, name in enumerate(self.names) if name == which)
            raise UnknownKeyError(f"{len(named)} equilibria are called {which!r}: {places}")
        known = nearest(which, self.names) or "there is none"
        raise UnknownKeyError(f"no equilibrium {which!r} here: {known}")

    def _instead(self, name: str) -> str:
        """Say what there is instead of an attribute that somebody looked for."""
        if self.equilibria and hasattr(self.equilibria[0], name):
            return f"each equilibrium has one, such as found[0].{name}; to_pandas() has all"
        return super()._instead(name)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the extreme equilibria, in order."""
        return tuple(e.name for e in self.equilibria)

    @property
    def continua(self) -> tuple[NashSet, ...]:
        """The sets that are more than one equilibrium."""
        return tuple(s for s in self.sets if len(s.members) > 1)

    def range_of(self, outcome: str) -> tuple[sp.Rational, sp.Rational] | None:
        """Return the least and greatest value of an outcome (or payoff) over all equilibria.

        Outcomes are linear in each player's mix, so the extreme equilibria bound them even
        where equilibria form a continuum; of a continuum of chosen numbers those equilibria are
        listed at which payoffs and outcomes are extreme.  None where it is defined at none.
        """
        found = [
            value
            for e in self.equilibria
            if (value := e.outcomes.get(outcome, e.payoffs.get(outcome))) is not None
        ]
        return (min(found), max(found)) if found else None

    def tables(self) -> tuple[Table, ...]:
        """Return the equilibria, the continua that they span, and how good the answer is."""
        rare = len(self.equilibria) > MOST_COLUMNS
        found = [_rows(self) if rare else _columns(self)]
        if self.continua:
            found.append(_continua(self))
        return tuple(found)

    @property
    def origin(self) -> dict[str, Any]:
        """What was solved, and how good the answer is."""
        told = ("model", "source", "at", "complete", "reason", "exact", "degenerate", "witness")
        return fields_as_data(self, *told, "method")

    def _frame(self) -> Frame:
        """Return a row for each extreme equilibrium."""
        rows: list[dict[str, Any]] = []
        for each in self:
            row: dict[str, Any] = {
                f"P({player} {action})": as_float(chance)
                for player, mix in each.play.items()
                for action, chance in mix.items()
                if not each.chosen  # chosen numbers are among the outcomes
            }
            row |= {f"payoff {player}": as_float(payoff) for player, payoff in each.payoffs.items()}
            own = free_names(each.outcomes, (*row, "era", "regret", "strict"))
            row |= {own[name]: as_float(value) for name, value in each.outcomes.items()}
            rows.append({**row, "regret": as_float(each.regret), "strict": each.strict})
        about = {
            **self.origin,
            "calibration": {name: str(value) for name, value in self.calibration.items()},
            "units": dict(self.units),
            "versions": dict(self.versions),
        }
        return Frame(("regret", "strict"), rows, about, ("equilibrium", self.names))

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain data; exact numbers are text such as "11/16"."""
        return fields_as_data(
            self, "model", "at", "calibration", "equilibria", "complete", "reason", "exact", "concept",
            "degenerate", "witness", "sets", "components", "method", "units", "source", "versions",
        )  # fmt: skip


# --- as tables ------------------------------------------------------------------------------------


def _title(found: Equilibria) -> str:
    return f"{found.model}{f': {found.at}' if found.at else ''}: equilibria"


def _columns(found: Equilibria) -> Table:
    """Show few equilibria side by side, everything about each."""
    rows: list[tuple[str, ...]] = []
    for first in found.equilibria[:1]:
        for decision, name, label in first.play.labels():
            told = (e.play.written(e.play[decision].get(name, sp.Integer(0))) for e in found)
            rows.append((label, found.units.get(name, "") if first.play.chosen else "", *told))
        rows += first.play.facts(found)
        values = [(p, f"payoff {p}", [e.payoffs[p] for e in found]) for p in first.payoffs]
        values += [
            (n, n, [e.outcomes[n] for e in found])
            for n in first.outcomes
            if n not in first.play.numbers
        ]
        rows += [(word, found.units.get(n, ""), *map(number, each)) for n, word, each in values]
        rows.append(("regret", "", *(number(e.regret) for e in found)))
        rows += first.play.checks(found)
    header = ("", "unit", *(f"{e.name}{', strict' if e.strict else ''}" for e in found))
    return Table(_title(found), header, tuple(rows), _notes(found))


def _rows(found: Equilibria) -> Table:
    """Show many equilibria one below the other: what is played and what it pays."""
    decisions = list(found.equilibria[0].play)
    rows = tuple(
        (
            str(k + 1),
            *(e.play.cell(decision) for decision in decisions),
            ", ".join(number(e.payoffs[p]) for p in e.payoffs),
            number(e.regret),
        )
        for k, e in enumerate(found)
    )
    payoffs = f"payoffs ({', '.join(_payoffs(found))})"
    ranges = tuple(
        f"{name} ranges from {' to '.join(map(number, reach))} over all equilibria."
        for name in found.equilibria[0].outcomes
        if (reach := found.range_of(name)) is not None
    )
    header = ("", *decisions, payoffs, "regret")
    return Table(_title(found), header, rows, (*ranges, *_notes(found)))


def _continua(found: Equilibria) -> Table:
    rows = tuple(
        (
            f"{s.component + 1}",
            s.words,
            str(s.dimension),
            "; ".join(f"{d}: {s.representative.play.cell(d)}" for d in s.representative.play),
            ", ".join(number(v) for v in s.representative.payoffs.values()),
        )
        for s in found.sets
    )
    return Table(
        "Sets of equilibria",
        ("component", "set", "dimension", "representative", "payoffs there"),
        rows,
        (
            "Within a set each player chooses freely; sets of one component are connected."
            if all(s.free for s in found.sets)
            else "Within a set what the players choose hangs together; its ends are listed above.",
        ),
    )


def _payoffs(found: Equilibria) -> list[str]:
    return list(found.equilibria[0].payoffs) if found.equilibria else []


def _notes(found: Equilibria) -> tuple[str, ...]:
    whole = f"All {found.concept}" if found.complete else f"NOT all {found.concept}: {found.reason}"
    notes = [f"{whole}. Found by {found.method}."]
    if found.degenerate:
        word = "On a border" if found.chosen else "Degenerate"
        notes.append(f"{word}: {found.witness}.")
    if found.degenerate is None and not found.chosen:
        notes.append("Whether the game is degenerate was not decided.")
    if found.source:
        notes.append(f"Source: {found.source}.")
    return tuple(notes)


# --- what a route to the equilibria of a finite game has to say of them ---------------------------


@dataclass(frozen=True, slots=True)
class Solution:
    """Equilibria, and how good that answer is; the fields are those of ``Equilibria``."""

    equilibria: tuple[Equilibrium, ...]
    sets: tuple[NashSet, ...]
    components: tuple[tuple[int, ...], ...]
    complete: bool
    exact: bool
    reason: str
    degenerate: bool | None
    witness: str
    method: str
    concept: str = "equilibria"


def apart(equilibria: Sequence[Equilibrium]) -> tuple[NashSet, ...]:
    """Return each equilibrium as a set of its own."""
    return tuple(
        NashSet(
            members=(k,),
            extreme={decision: (mix,) for decision, mix in e.play.items()},
            representative=e,
            words=str(e),
            component=k,
        )
        for k, e in enumerate(equilibria)
    )


def share(deadline: float, part: float) -> float:
    """Return when a part of the time left has passed, so that something is left for what follows.

    Parameters
    ----------
    deadline : float
        On the monotonic clock [s]; infinite where there is no budget.
    part : float
        Between 0 and 1.
    """
    now = time.monotonic()
    return deadline if isinf(deadline) else now + part * (deadline - now)
