"""Equilibria at very many calibrations: which there are, what each comes to, and how sure that is.

Calibrations are worked out from a plan, a chunk at a time, so that memory is bounded by the chunk.  The
branches are solved in floats at all of a chunk at once; what the best deviation gains is worked out from
the statement alone.  A calibration at which something was too close to call, or where a deviation gains,
goes to the exact path, one of several that are equal.

Where chosen numbers have no solved branches, equilibria are searched for at all calibrations at once, and
what nobody gains by leaving is kept: others may be missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Protocol

import numpy as np
import sympy as sp

from dilemma.errors import CalibrationError, UnsupportedError
from dilemma.games import solution as games
from dilemma.games.batch import Array, Solutions
from dilemma.games.branch import Branch
from dilemma.games.equilibrium import Equilibrium
from dilemma.games.kind import Numerical
from dilemma.model import Model
from dilemma.output.frames import as_float

__all__ = [
    "CHUNK",
    "GAINED",
    "Asked",
    "Part",
    "Plan",
    "Row",
    "asked_of",
    "row_of",
    "search_of",
    "slots_of",
    "solved_part",
    "titles_of",
]

CHUNK = 32_768  # calibrations that are solved together
GAINED = 1e-7  # of a payoff: what a deviation gains more is no rounding
LEFT = 1e-9  # the same of what a search proposes, which lies as near as floats have it
SECONDS = 20.0  # for one calibration on the exact path

Slot = tuple[str, int]  # an equilibrium's name, and the how many-th of that name


class Plan(Protocol):
    """Which calibrations are asked about, in a fixed order."""

    @property
    def size(self) -> int:
        """How many there are."""

    def columns(self, start: int, stop: int) -> Mapping[str, Array]:
        """Return the values of each parameter at the calibrations from one on to another."""


@dataclass(frozen=True)
class Row:
    """A number that is told of each equilibrium.

    Attributes
    ----------
    name : str
    kind : str
        "outcome", "payoff" or "play".
    at : tuple of str
        The outcome; the player; the decision and the action, or who chooses and what.
    """

    name: str
    kind: str
    at: tuple[str, ...]

    def of(self, branch: Branch) -> sp.Expr:
        """Return its formula in a branch."""
        match self.kind:
            case "outcome":
                return branch.outcomes[self.at[0]]
            case "payoff":
                return branch.payoffs[self.at[0]]
        decision, action = self.at
        return sp.sympify(branch.play[decision].get(action, sp.nan))

    def value(self, found: Equilibrium) -> float:
        """Return its value in an equilibrium; not a number where it has none."""
        match self.kind:
            case "outcome":
                return as_float(found.outcomes[self.at[0]])
            case "payoff":
                return as_float(found.payoffs[self.at[0]])
        decision, action = self.at
        return as_float(found.play[decision].get(action))


@dataclass(frozen=True)
class Asked:
    """What is worked out at each calibration.

    Attributes
    ----------
    exact : bool
        Whether what floats do not settle goes to the exact path.
    fixed : mapping of parameter to number
        Those that stay at one exact value.
    """

    model: Model
    rows: tuple[Row, ...]
    exact: bool = True
    fixed: Mapping[str, sp.Rational] = field(default_factory=dict)


@dataclass(frozen=True)
class Part:
    """What was found at the calibrations of one chunk.

    Attributes
    ----------
    size : int
    draw : array of int, shape (n,)
        The calibration, counted within the chunk, of each equilibrium.
    slot : array of int, shape (n,)
        Its place among ``slots``.
    slots : tuple of (name, number)
    values : mapping of str to array of shape (n,)
    regret : array of shape (n,)
        What the best deviation gains; not a number where that is not worked out.
    exact, complete : array of bool, shape (size,)
        Whether the exact path was asked, and whether no equilibrium is known to be missing.
    reason : str
        Why some may be missing, the first of the reasons.
    """

    size: int
    draw: Array
    slot: Array
    slots: tuple[Slot, ...]
    values: Mapping[str, Array]
    regret: Array
    exact: Array
    complete: Array
    reason: str = ""


def asked_of(model: Model, outcomes: Sequence[str], *, play: bool, exact: bool) -> Asked:
    """Return what is to be told of each equilibrium: outcomes, payoffs and, if so asked, play."""
    rows = [Row(name, "outcome", (name,)) for name in outcomes]
    rows += [Row(f"payoff {player}", "payoff", (player,)) for player in model.players]
    if play:
        told = _play(model)
        rows += [Row(f"{d}: {a}", "play", (d, a)) for d, own in told.items() for a in own]
    return Asked(model, tuple(rows), exact)


def row_of(model: Model, name: str) -> Row:
    """Return what is told of an outcome, or of a player's payoff."""
    return Row(name, "outcome" if name in model.outcomes else "payoff", (name,))


def _play(model: Model) -> Mapping[str, Mapping[str, sp.Expr]]:
    """Return what there is to tell of play: decisions, and actions or choices at each."""
    search = model.game.numerical(model)
    if search is not None:
        return search.play
    first = next(iter(games.branches(model)), None)
    return {} if first is None else first.play


def titles_of(model: Model) -> tuple[str, ...]:
    """Return what equilibria may be called, in the model's order.

    Raises
    ------
    UnsupportedError
        If the game has no branches, and is not searched either.
    """
    search = search_of(model)
    return tuple(b.title for b in games.branches(model)) if search is None else search.names


def slots_of(model: Model, spare: int = 1) -> tuple[Slot, ...]:
    """Return every name that an equilibrium may have, and how often: as the branches say.

    Parameters
    ----------
    spare : int
        How many more of each name there may be, as there are in games with ties.

    Raises
    ------
    UnsupportedError
        If the game has no branches.
    """
    search = search_of(model)
    if search is not None:
        return tuple((name, k) for name in search.names for k in range(search.most))
    found = []
    for branch in games.branches(model):
        shape = branch.shape
        most = 1 if shape is None or shape.last is None else sp.degree(shape.polynomial, shape.last)
        found += [(branch.title, k) for k in range(int(most) + spare)]
    return tuple(found)


# --- one chunk --------------------------------------------------------------------------------------


@dataclass
class _Found:
    """Equilibria as they are found, one after the other."""

    names: Sequence[str]
    draw: list[Array] = field(default_factory=list)
    slot: list[Array] = field(default_factory=list)
    values: list[list[Array]] = field(default_factory=list)
    regret: list[Array] = field(default_factory=list)
    slots: dict[Slot, int] = field(default_factory=dict)

    def add(self, draw: Array, title: str, rank: Array, values: list[Array], regret: Array) -> None:
        places = [
            self.slots.setdefault((title, int(r)), len(self.slots)) for r in range(rank.max() + 1)
        ]
        self.draw.append(draw)
        self.slot.append(np.array(places)[rank])
        self.values.append(values)
        self.regret.append(regret)


def solved_part(asked: Asked, plan: Plan, start: int, stop: int) -> Part:
    """Return the equilibria at the calibrations of a plan from one on to another."""
    columns = {name: np.asarray(c, dtype=float) for name, c in plan.columns(start, stop).items()}
    size = stop - start
    found = _Found([row.name for row in asked.rows])
    search = search_of(asked.model)
    if search is not None:
        _by_search(asked, search, columns, found)
        none = np.zeros(size, dtype=bool)
        return _together(found, size, none, none, search.way)
    doubtful = _in_floats(asked, columns, size, found)
    exact, complete, reason = np.zeros(size, dtype=bool), np.ones(size, dtype=bool), ""
    if asked.exact:
        exact = doubtful
        reason = _exactly(asked, columns, np.flatnonzero(doubtful), found, complete)
    elif doubtful.any():
        complete, reason = ~doubtful, "too close to call in floats, and exact = False"
    return _together(found, size, exact, complete, reason)


def _together(found: _Found, size: int, exact: Array, complete: Array, reason: str) -> Part:
    none = np.zeros(0)
    draw = np.concatenate([np.zeros(0, dtype=np.int64), *found.draw])
    order = np.argsort(draw, kind="stable")
    columns = zip(*found.values, strict=True) if found.values else ([none] for _ in found.names)
    values = {
        name: np.concatenate(column)[order]
        for name, column in zip(found.names, columns, strict=True)
    }
    slot = np.concatenate([np.zeros(0, dtype=np.int64), *found.slot])[order]
    regret = np.concatenate([none, *found.regret])[order]
    return Part(
        size, draw[order], slot, tuple(found.slots), values, regret, exact, complete, reason
    )


def search_of(model: Model) -> Numerical | None:
    """Return how equilibria are searched for, where a game's branches do not tell them all."""
    search = model.game.numerical(model) if model.parameters else None
    return None if search is None or games.soon(model) else search


def _by_search(
    asked: Asked, search: Numerical, columns: Mapping[str, Array], found: _Found
) -> None:
    """Search at all calibrations together, and keep what nobody gains by leaving."""
    symbols = {p.symbol: columns[name] for name, p in asked.model.parameters.items()}
    for candidates in search.candidates(symbols):
        own, values, regret, paid = _told(asked, candidates)
        kept = regret <= LEFT * np.maximum(1.0, paid)  # what is no number is not kept
        if kept.any():
            rank = _ranks(own, kept)
            told = [v[kept] for v in values]
            found.add(own.draw[kept], own.branch.title, rank, told, regret[kept])


def _in_floats(asked: Asked, columns: Mapping[str, Array], size: int, found: _Found) -> Array:
    """Solve the branches at all calibrations; return those that are for the exact path."""
    model = asked.model
    symbols = {p.symbol: columns[name] for name, p in model.parameters.items()}
    everywhere = np.ones(size, dtype=bool)
    if not symbols and model.game.exact_alone:
        return everywhere
    try:
        batch = games.many(model, symbols)
    except UnsupportedError:  # no symbols: all is for the exact path
        return everywhere
    if batch.unsolved:
        batch = replace(batch, doubtful=everywhere)
    parts = [_told(asked, own) for own in batch.solutions()]
    gaining = batch.doubtful.copy()
    for own, _, regret, paid in parts:
        gaining[own.draw[regret > GAINED * np.maximum(1.0, paid)]] = True
    for own, values, regret, _ in parts:
        kept = ~gaining[own.draw]
        if kept.any():
            rank = _ranks(own, kept)
            told = [v[kept] for v in values]
            found.add(own.draw[kept], own.branch.title, rank, told, regret[kept])
    return gaining


def _told(asked: Asked, own: Solutions) -> tuple[Solutions, list[Array], Array, Array]:
    """Return what is told of a branch's solutions, what deviations gain, and the largest payoff."""
    payoffs = list(own.branch.payoffs.values())
    told = own.worth([*payoffs, *(row.of(own.branch) for row in asked.rows)])
    paid = np.max(np.abs(told[: len(payoffs)]), axis=0)
    regret = asked.model.game.regrets(own)
    gained = np.full(own.draw.shape, np.nan) if regret is None else regret
    values = [np.where(np.isfinite(v), v, np.nan) for v in told[len(payoffs) :]]
    return own, values, gained, paid


def _ranks(own: Solutions, kept: Array) -> Array:
    """Return the rank of each solution of a branch at its calibration, by the first unknown's value."""
    draw = own.draw[kept]
    if not own.branch.unknowns or len(np.unique(draw)) == len(draw):
        return np.zeros(len(draw), dtype=int)
    order = np.lexsort((own.at[own.branch.unknowns[0]][kept], draw))
    ordered = draw[order]
    first = np.searchsorted(ordered, ordered)
    rank = np.empty(len(draw), dtype=int)
    rank[order] = np.arange(len(draw)) - first
    return rank


def _exactly(
    asked: Asked, columns: Mapping[str, Array], draws: Array, found: _Found, complete: Array
) -> str:
    """Solve some calibrations exactly, equal ones once; say why some equilibria may be missing."""
    first = ""
    table = np.array([columns[name][draws] for name in asked.model.parameters]).T
    if not len(draws):
        return first
    games_there, which = np.unique(table.reshape(len(draws), -1), axis=0, return_inverse=True)
    for k, values in enumerate(games_there):
        own = draws[which.ravel() == k]
        told = zip(asked.model.parameters, map(float, values), strict=True)
        at = tuple((name, asked.fixed.get(name, _read(value))) for name, value in told)
        equilibria, reason = _solved(asked.model, at)
        complete[own] = not reason
        first = first or reason
        seen: dict[str, int] = {}
        for one in equilibria:
            rank = seen[one.name] = seen.get(one.name, -1) + 1
            values_there = [np.full(len(own), row.value(one)) for row in asked.rows]
            number = np.full(len(own), rank)
            found.add(own, one.name, number, values_there, np.full(len(own), as_float(one.regret)))
    return first


def _read(value: float) -> sp.Rational:
    """Return a number exactly: what its decimal digits say."""
    return sp.Rational(repr(value))


@lru_cache(maxsize=4_096)
def _solved(
    model: Model, at: tuple[tuple[str, sp.Rational], ...]
) -> tuple[tuple[Equilibrium, ...], str]:
    """Solve one calibration exactly."""
    try:
        found = games.equilibria(model, dict(at), seconds=SECONDS)
    except CalibrationError as error:
        where = ", ".join(f"{name} = {float(value):.6g}" for name, value in at)
        return (), f"at {where}: {error}"
    return tuple(found), "" if found.complete else found.reason or "not all are known"


Progress = Callable[[float], None]


def parts_of(asked: Asked, plan: Plan, chunk: int, progress: Progress | None) -> Iterator[Part]:
    """Yield what is found at a plan's calibrations, chunk after chunk."""
    for start in range(0, plan.size, chunk):
        yield solved_part(asked, plan, start, min(start + chunk, plan.size))
        if progress is not None:
            progress(min(start + chunk, plan.size) / plan.size)
