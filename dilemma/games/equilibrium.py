"""Equilibria in numbers: each by itself, and the sets that they form.

Every equilibrium of a game at one calibration, and how good that answer is.

What a route to the equilibria of a finite game has to say of them.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import isinf
from typing import Any

import sympy as sp

from dilemma.games.branch import Play
from dilemma.output.result import Shown, Table, number

__all__ = ["Cutoff", "Equilibria", "Equilibrium", "Found", "Mix", "NashSet", "apart", "share"]

Mix = Mapping[str, sp.Rational]


@dataclass(frozen=True, slots=True)
class Cutoff:
    """What a player does who knows its type: one action from some value on, another below it."""

    type: str
    value: sp.Rational
    above: str
    below: str

    def __str__(self) -> str:
        shown = self.value if self.value.q < 1000 else f"{float(self.value):.4g}"
        return f"{self.above} if {self.type} >= {shown}, else {self.below}"


@dataclass(frozen=True)
class Equilibrium:
    """One equilibrium of a game at one calibration.

    Attributes
    ----------
    play : mapping of decision to mapping of action to probability
        In a simultaneous game each player has one decision, called by the player's name.
    payoffs : mapping of player to expected payoff
    outcomes : mapping of outcome to value (None where it is not defined)
    regret : sympy number
        The most that any player could gain by deviating; 0 for an exact equilibrium.
    branch : str
        The branch that it lies in: its supports.
    strict : bool
        Whether every player would lose by any deviation.
    exact : bool
        Whether its numbers are exact; else they are rational numbers near irrational ones.
    beliefs : mapping of decision to mapping of history to probability
        In a tree, where a player does not know which history has happened.
    cutoffs : mapping of decision to Cutoff
        Where a player knows a private type, and what it does hangs on it.
    concepts : mapping of solution concept to bool or None
        In a tree, which refinements were checked; None where that was not decided.
    chosen : bool
        Whether ``play`` is of chosen numbers and not of probabilities.
    prices : mapping of str to number or None
        The shadow price of what binds; None where it is not determined.
    price_ranges : mapping of str to tuple of two numbers
        And where it is not, the least and the most that it may be (perhaps infinite).
    stable : bool or None
        Whether best replies lead back to it from nearby; None where that was not decided.
    slope : number or None
        How far a step away from it has shrunk after all have replied; stable if below one.
    rivals : mapping of str to tuple of (choice, value)
        A leader's other regimes: what would be chosen there and what it would pay the leader.
    certificate : str
        What makes sure that nobody gains by deviating.
    """

    play: Play
    payoffs: Mapping[str, sp.Rational]
    outcomes: Mapping[str, sp.Rational | None]
    regret: sp.Rational
    branch: str
    strict: bool
    exact: bool = True
    beliefs: Mapping[str, Mix] = field(default_factory=dict)
    cutoffs: Mapping[str, Cutoff] = field(default_factory=dict)
    concepts: Mapping[str, bool | None] = field(default_factory=dict)
    chosen: bool = False
    prices: Mapping[str, sp.Rational | None] = field(default_factory=dict)
    price_ranges: Mapping[str, tuple[sp.Expr, sp.Expr]] = field(default_factory=dict)
    stable: bool | None = None
    slope: float | None = None
    rivals: Mapping[str, tuple[sp.Rational, sp.Rational]] = field(default_factory=dict)
    certificate: str = ""

    @property
    def pure(self) -> bool:
        """Whether nobody mixes; a player may act on what it knows of its own type."""
        return self.chosen or all(
            decision in self.cutoffs or chance in (0, 1)
            for decision, mix in self.play.items()
            for chance in mix.values()
        )

    @cached_property
    def name(self) -> str:
        """The supports in brackets, ``(strong, weak)``, with a word for a mixed one."""
        return f"({self.branch})" if self.pure else f"mixed ({self.branch})"

    def __str__(self) -> str:
        if self.chosen:
            told = (f"{n} {float(v):.4g}" for own in self.play.values() for n, v in own.items())
            return f"{self.name}: {', '.join(told)}"
        if self.pure:
            return self.name
        mixes = (
            f"{decision}: " + ", ".join(f"{a} {float(c):.3f}" for a, c in mix.items() if c != 0)
            for decision, mix in self.play.items()
        )
        return f"{self.name}: " + "; ".join(mixes)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data; exact numbers are text such as "11/16"."""
        told: dict[str, Any] = {
            "name": self.name,
            "play": _texts(self.play),
            "payoffs": {p: str(v) for p, v in self.payoffs.items()},
            "outcomes": {n: None if v is None else str(v) for n, v in self.outcomes.items()},
            "regret": str(self.regret),
            "strict": self.strict,
            "exact": self.exact,
            "beliefs": _texts(self.beliefs),
            "cutoffs": {
                d: {"type": c.type, "value": str(c.value), "above": c.above, "below": c.below}
                for d, c in self.cutoffs.items()
            },
            "concepts": dict(self.concepts),
            "prices": {n: None if v is None else str(v) for n, v in self.prices.items()},
            "price_ranges": {n: [str(a), str(b)] for n, (a, b) in self.price_ranges.items()},
            "rivals": {n: [str(k), str(v)] for n, (k, v) in self.rivals.items()},
        }
        if self.chosen:
            told |= {"stable": self.stable, "slope": self.slope, "certificate": self.certificate}
        return {key: value for key, value in told.items() if value != {} or key in _ALWAYS}


_ALWAYS = ("play", "payoffs", "outcomes")


def _texts(nested: Mapping[str, Mapping[str, sp.Expr]]) -> dict[str, dict[str, str]]:
    return {key: {k: str(v) for k, v in inner.items()} for key, inner in nested.items()}


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
        return {
            "members": list(self.members),
            "extreme": {
                player: [{a: str(p) for a, p in mix.items()} for mix in mixes]
                for player, mixes in self.extreme.items()
            },
            "words": self.words,
            "free": self.free,
            "dimension": self.dimension,
            "component": self.component,
            "representative": self.representative.to_dict(),
        }


def _dimension(points: Sequence[Sequence[sp.Rational]]) -> int:
    """Return how many directions lead from the first of some points to the others."""
    ways = [[x - y for x, y in zip(p, points[0], strict=True)] for p in points[1:]]
    return int(sp.Matrix(ways).rank()) if ways else 0


# --- every equilibrium of a game at one calibration, and how good that answer is -----------------


MOST_COLUMNS = 6  # equilibria that stand side by side; more have a row each


@dataclass(frozen=True)
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

    def __getitem__(self, position: int) -> Equilibrium:
        return self.equilibria[position]

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

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain data; exact numbers are text such as "11/16"."""
        return {
            "model": self.model,
            "at": self.at,
            "calibration": {name: str(value) for name, value in self.calibration.items()},
            "equilibria": [e.to_dict() for e in self.equilibria],
            "complete": self.complete,
            "reason": self.reason,
            "exact": self.exact,
            "concept": self.concept,
            "degenerate": self.degenerate,
            "witness": self.witness,
            "sets": [s.to_dict() for s in self.sets],
            "components": [list(c) for c in self.components],
            "method": self.method,
            "units": dict(self.units),
            "source": self.source,
            "versions": dict(self.versions),
        }


# --- as tables ---------------------------------------------------------------------------------


def _title(found: Equilibria) -> str:
    return f"{found.model}{f': {found.at}' if found.at else ''}: equilibria"


def _columns(found: Equilibria) -> Table:
    """Show few equilibria side by side, everything about each."""
    rows: list[tuple[str, ...]] = []
    first = found.equilibria[0] if found.equilibria else None
    if first is not None and first.chosen:
        rows += _chosen_rows(found)
    for decision, mix in first.play.items() if first and not first.chosen else ():
        for action in mix:
            told = (_exact(e.play[decision].get(action, sp.Integer(0))) for e in found)
            rows.append((f"P({decision} {action})", "", *told))
    cutoffs = dict.fromkeys(decision for e in found for decision in e.cutoffs)
    rows += [
        (decision, "", *(str(e.cutoffs.get(decision, "")) for e in found)) for decision in cutoffs
    ]
    for decision, belief in first.beliefs.items() if first else ():
        for history in belief:
            told = (_exact(e.beliefs[decision][history]) for e in found)
            rows.append((f"belief at {decision}: {history}", "", *told))
    values = [(p, f"payoff {p}", [e.payoffs[p] for e in found]) for p in _payoffs(found)]
    told_already = [n for own in first.play.values() for n in own] if first and first.chosen else []
    values += [
        (n, n, [e.outcomes[n] for e in found])
        for n in (first.outcomes if first else ())
        if n not in told_already
    ]
    rows += [(word, found.units.get(n, ""), *map(number, told)) for n, word, told in values]
    rows.append(("regret", "", *(number(e.regret) for e in found)))
    for concept in first.concepts if first else ():
        rows.append((concept, "", *(_WORDS[e.concepts.get(concept)] for e in found)))
    if first is not None and first.chosen:
        rows += _quality_rows(found)
    header = ("", "unit", *(f"{e.name}{', strict' if e.strict else ''}" for e in found))
    return Table(_title(found), header, tuple(rows), _notes(found))


def _chosen_rows(found: Equilibria) -> list[tuple[str, ...]]:
    """Show what everybody chooses, and the shadow price of what binds."""
    rows = [
        (
            f"{player} chooses {name}",
            found.units.get(name, ""),
            *(number(e.play[player][name]) for e in found),
        )
        for player, own in found[0].play.items()
        for name in own
    ]
    for what in dict.fromkeys(name for e in found for name in e.prices):
        told = (_price(e, what) for e in found)
        rows.append((f"shadow price of {what}", "", *told))
    return rows


def _price(equilibrium: Equilibrium, what: str) -> str:
    if what not in equilibrium.prices:
        return "does not bind"
    price = equilibrium.prices[what]
    if price is not None:
        return number(price)
    if what not in equilibrium.price_ranges:
        return "not determined"
    low, high = equilibrium.price_ranges[what]
    return (
        f"any from {number(low)} up"
        if high == sp.oo
        else f"any from {number(low)} to {number(high)}"
    )


def _quality_rows(found: Equilibria) -> list[tuple[str, ...]]:
    """Show stability, a leader's other regimes with their value, and what makes each sure."""
    rows: list[tuple[str, ...]] = []
    if any(e.slope is not None for e in found):
        told = (_stability(e) for e in found)
        rows.append(("best replies lead back", "", *told))
    for rival in dict.fromkeys(name for e in found for name in e.rivals):
        told = (
            f"{number(e.rivals[rival][0])}: {number(e.rivals[rival][1])}"
            if rival in e.rivals
            else ""
            for e in found
        )
        rows.append((f"rival regime ({rival}): choice and its value", "", *told))
    rows.append(("certificate", "", *(e.certificate for e in found)))
    return rows


def _stability(equilibrium: Equilibrium) -> str:
    if equilibrium.slope is None:
        return "not decided"
    word = {True: "yes: stable", False: "no: unstable", None: "not decided"}[equilibrium.stable]
    return f"{word} (a step shrinks to {equilibrium.slope:.3g})"


_WORDS = {True: "yes", False: "no", None: "not decided"}


def _rows(found: Equilibria) -> Table:
    """Show many equilibria one below the other: what is played and what it pays."""
    decisions = list(found.equilibria[0].play)
    rows = tuple(
        (
            str(k + 1),
            *(_mix(e.play[decision], chosen=e.chosen) for decision in decisions),
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
            "; ".join(
                f"{d}: {_mix(mix, chosen=found.chosen)}" for d, mix in s.representative.play.items()
            ),
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


def _mix(mix: Mix, *, chosen: bool = False) -> str:
    if chosen:
        return ", ".join(f"{name} {number(value)}" for name, value in mix.items())
    used = {action: chance for action, chance in mix.items() if chance}
    if len(used) == 1:
        return next(iter(used))
    return ", ".join(f"{a} {c if c.q < 1000 else f'{float(c):.4f}'}" for a, c in used.items())


def _exact(probability: sp.Rational) -> str:
    """Write a probability as a short fraction where it is one, with its decimals."""
    if probability in (0, 1):
        return str(probability)
    shown = f"{float(probability):.4f}"
    return f"{probability} = {shown}" if probability.q < 1000 else shown


# --- what a route to the equilibria of a finite game has to say of them --------------------------


@dataclass(frozen=True, slots=True)
class Found:
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
