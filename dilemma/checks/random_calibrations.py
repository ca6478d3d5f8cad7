"""Calibrations of all copies of a model that a claim speaks of: random ones, corners, and points of a design.

A parameter that is one draw for both eras is one column; in a twin one parameter is higher.  Where
a range has no end most draws are of the size that the eras know, and some are far beyond it.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import sympy as sp

from dilemma.claims.statements import Copy, Statements, copies
from dilemma.errors import UnsupportedError
from dilemma.games.kind import Can
from dilemma.model import Model
from dilemma.theory.parts import Interval

__all__ = ["Calibrations", "Moving", "calibrations", "moving", "placed", "relevant"]

MOST_CORNERS = 1024  # all 2^n up to here, else so many of them at random
DIGITS = 4  # of a draw
INSIDE = 1e-3  # of an interval: how near a corner is to an end that is left out

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Calibrations:
    """Calibrations of all copies of a model that a claim speaks of.

    Attributes
    ----------
    draws, corners : int
        How many are random, and how many, behind these, are corners.
    columns : mapping of a copy's symbol to array, (draws + corners,)
    """

    statements: Statements
    draws: int
    corners: int
    columns: Mapping[sp.Symbol, Array]

    def __len__(self) -> int:
        return self.draws + self.corners

    def column(self, copy: Copy, name: str) -> Array:
        """Return the values of a parameter in one copy."""
        return self.columns[self.statements.symbol(copy, name)]

    def points(self, k: int) -> dict[str, dict[str, sp.Rational]]:
        """Return one of them exactly: the parameters of each copy."""
        statements = self.statements
        ends: dict[sp.Symbol, list[sp.Expr]] = {}
        for copy, name in self._names():
            interval = statements.interval(copy.era, name)
            ends.setdefault(statements.symbol(copy, name), []).extend((interval.low, interval.high))
        found: dict[str, dict[str, sp.Rational]] = {c.key: {} for c in copies(statements)}
        for copy, name in self._names():
            symbol = statements.symbol(copy, name)
            found[copy.key][name] = _exact(self.columns[symbol][k], ends[symbol])
        return found

    def _names(self) -> Iterator[tuple[Copy, str]]:
        yield from product(copies(self.statements), self.statements.model.parameters)

    def where(self, kept: Array) -> Calibrations:
        """Return some of the random ones."""
        columns = {s: c[: self.draws][kept] for s, c in self.columns.items()}
        return Calibrations(self.statements, int(kept.sum()), 0, columns)

    def instead(self, draws: Sequence[Calibrations]) -> Calibrations:
        """Put others in the place of the random ones, of these as many."""
        columns = {
            s: np.concatenate([*(o.columns[s] for o in draws)])[: self.draws] for s in self.columns
        }
        told = {s: np.concatenate([columns[s], c[self.draws :]]) for s, c in self.columns.items()}
        return Calibrations(self.statements, self.draws, self.corners, told)

    def part(self, begin: int, end: int) -> Calibrations:
        """Return some of them, in their order."""
        random = max(0, min(self.draws, end) - begin)
        columns = {s: c[begin:end] for s, c in self.columns.items()}
        return Calibrations(self.statements, random, min(end, len(self)) - begin - random, columns)


def calibrations(
    statements: Statements, draws: int, seed: int, *, ends: bool = True
) -> Calibrations:
    """Draw calibrations of a claim's boxes, and add the boxes' corners.

    Parameters
    ----------
    draws : int
        How many are random.  In a third of these many parameters lie at an end.
    seed : int
    ends : bool
        Whether they do; if not, draws are even over the boxes.

    Returns
    -------
    Calibrations
        None at all where eras share a parameter whose intervals have nothing in common.
    """
    if not statements.model.parameters:
        return Calibrations(statements, 0, 1, {})
    drawing = _Drawing(statements, seed, ends)
    boxes = drawing.boxes()
    if any(not box for box in boxes.values()):
        return Calibrations(statements, 0, 0, dict.fromkeys(boxes, np.zeros(0)))
    columns = {s: drawing.random(s, box, draws) for s, box in boxes.items() if box}
    corners = drawing.corners({s: box for s, box in boxes.items() if box})
    count = len(next(iter(corners.values()))) if corners else 0
    told = {s: np.concatenate([columns[s], corners[s]]) for s in columns}
    drawing.lift(told)
    return Calibrations(statements, draws, count, told)


@dataclass(frozen=True)
class Moving:
    """Something that moves in the calibrations of a claim.

    Attributes
    ----------
    symbol : sympy Symbol
    parameter : str
    era : str or None
        None where it is one draw for both eras, or of no era.
    higher : bool
        Whether it is how much higher the parameter is in a twin.
    """

    symbol: sp.Symbol
    parameter: str
    era: str | None
    higher: bool


def moving(statements: Statements) -> tuple[Moving, ...]:
    """Return what moves in a claim's calibrations, each by itself.

    Raises
    ------
    UnsupportedError
        If the claim holds a choice, or has no calibrations at all.
    """
    if statements.over in ("all", "any pair"):
        raise UnsupportedError("being about every calibration and no interval of an era")
    if statements.claim.holding:
        raise UnsupportedError("since a choice is held, which is no interval of an era")
    boxes = _Drawing(statements, 0, ends=False).boxes()
    found = []
    for symbol, box in boxes.items():
        if box is None:
            raise UnsupportedError("since what the eras share has no value in common")
        name, copy = statements.home[symbol]
        if box[0] < box[1]:
            era = None if statements.tied(name) else copy.era
            found.append(Moving(symbol, name, era, bool(copy.moved) and copy.moved == name))
    return tuple(found)


def placed(statements: Statements, shares: Mapping[sp.Symbol, Array]) -> Calibrations:
    """Return the calibrations at which everything that moves is so far along its interval, from 0 to 1.

    What is higher in a twin is so far from where it is at home to the end.
    """
    drawing = _Drawing(statements, 0, ends=False)
    boxes = {symbol: box for symbol, box in drawing.boxes().items() if box is not None}
    count = len(next(iter(shares.values())))
    columns = {}
    for symbol, box in boxes.items():
        low, high = _ends(box)
        columns[symbol] = low + shares.get(symbol, np.full(count, 0.5)) * (high - low)
    for symbol in boxes:
        name, copy = statements.home[symbol]
        if copy.moved == name:
            home = columns[statements.symbol(statements.home_of(copy), name)]
            columns[symbol] = home + shares[symbol] * (_ends(boxes[symbol])[1] - home)
    return Calibrations(statements, count, 0, columns)


@dataclass
class _Drawing:
    """Calibrations in the making."""

    statements: Statements
    seed: int
    ends: bool

    def boxes(self) -> dict[sp.Symbol, tuple[float, float, Interval] | None]:
        """Return where each symbol is drawn from, and where it lies at all; None for nowhere."""
        found: dict[sp.Symbol, tuple[float, float, Interval] | None] = {}
        for copy in copies(self.statements):
            for name in self.statements.model.parameters:
                symbol = self.statements.symbol(copy, name)
                found.setdefault(symbol, self._box(copy, name))
        return found

    def _box(self, copy: Copy, name: str) -> tuple[float, float, Interval] | None:
        statements = self.statements
        eras = [c.era for c in statements.copies] if statements.tied(name) else [copy.era]
        told = [statements.interval(era, name) for era in eras]
        low = max(told, key=lambda i: (i.low, i.open_low))
        high = min(told, key=lambda i: (i.high, not i.open_high))
        both = Interval(low.low, high.high, low.open_low, high.open_high)
        if both.low > both.high or (both.low == both.high and both.low not in both):
            return None
        reach = _reach(statements.model, name)
        a, b = float(both.low), float(both.high)
        if not np.isfinite(a):
            a = min(-reach, b - reach) if np.isfinite(b) else -reach
        if not np.isfinite(b):
            b = max(reach, a + reach)
        return a, b, both

    def random(self, symbol: sp.Symbol, box: tuple[float, float, Interval], draws: int) -> Array:
        """Draw from an interval, in a third of the draws often its ends."""
        a, b, interval = box
        stream = np.random.default_rng([self.seed, zlib.crc32(symbol.name.encode())])
        drawn = stream.uniform(a, b, draws)
        far = stream.uniform(size=draws) < 0.1
        size = np.exp(stream.uniform(0, np.log(100), draws))
        if not interval.high.is_finite:
            drawn = np.where(far, a + (drawn - a) * size, drawn)
        if not interval.low.is_finite:
            drawn = np.where(far, b - (b - drawn) * size, drawn)
        near, which = stream.uniform(size=draws), self.ends & (np.arange(draws) % 3 == 0)
        first, last = _ends(box)
        drawn = np.where(which & (near < 0.35), first, drawn)
        drawn = np.where(which & (near > 0.65), last, drawn)
        return _short(drawn, box)

    def corners(
        self, boxes: Mapping[sp.Symbol, tuple[float, float, Interval]]
    ) -> dict[sp.Symbol, Array]:
        """Return the corners of the boxes in the parameters that the claim can hang on."""
        names = relevant(self.statements)
        home = self.statements.home
        free = [s for s, (a, b, _) in boxes.items() if a < b and home[s][0] in names]
        stream = np.random.default_rng([self.seed, 1])
        if 2 ** len(free) <= MOST_CORNERS:
            signs = np.array(list(product((False, True), repeat=len(free))))
        else:
            signs = stream.uniform(size=(MOST_CORNERS, len(free))) < 0.5
        found = {}
        for symbol, box in boxes.items():
            first, last = _ends(box)
            if symbol in free:
                found[symbol] = np.where(signs[:, free.index(symbol)], last, first)
            else:
                found[symbol] = np.full(len(signs), _short(np.array([(first + last) / 2]), box)[0])
        return found

    def lift(self, columns: dict[sp.Symbol, Array]) -> None:
        """Put what is moved in a twin above what it is at home, near it and far from it."""
        statements = self.statements
        for twin in statements.twins(statements.parts()):
            if twin.moved not in statements.model.parameters:
                continue  # a held choice, drawn above by itself
            symbol = statements.symbol(twin, twin.moved)
            here = next(c for c in statements.copies if c.key == twin.base)
            low, high = columns[statements.symbol(here, twin.moved)], columns[symbol]
            box = self._box(twin, twin.moved)
            if box is None:
                continue  # no calibration at all: nothing is drawn
            stream = np.random.default_rng([self.seed, 2, zlib.crc32(symbol.name.encode())])
            above = low + stream.uniform(0.01, 1, len(low)) ** 2 * (_ends(box)[1] - low)
            columns[symbol] = np.where(high > low, high, _short(above, box))


def relevant(statements: Statements) -> set[str]:
    """Return the parameters that a claim's truth can hang on."""
    model, claim = statements.model, statements.claim
    if Can.TABLE not in model.game.can:
        return set(model.parameters)
    told: list[sp.Basic] = []
    for symbol in claim.holds.free_symbols | claim.given.free_symbols:
        reference = claim.references.get(symbol)
        if reference is None or reference.what == "name":
            name = symbol.name if reference is None else reference.arguments[0]
            told.append(sp.Symbol(name, real=True))
            continue
        told += [payoff for cell in model.payoffs.values() for payoff in cell.values()]
        if reference.what in ("rises", "falls"):
            told.append(sp.Symbol(reference.arguments[1], real=True))
        if reference.arguments and reference.arguments[0] in model.outcomes:
            outcome = model.outcomes[reference.arguments[0]]
            told += outcome.profiles.values() or [outcome.formula]
    return {s.name for formula in told for s in model.expand(formula).free_symbols}


def _reach(model: Model, name: str) -> float:
    """Return how far draws go where a range has no end: three times what the eras know."""
    boxes = [era.values[name].range for era in model.eras.values()]
    ends = [abs(end) for box in boxes for end in (box.low, box.high) if end.is_finite]
    return 3 * float(max(ends, default=1)) or 3.0


def _ends(box: tuple[float, float, Interval]) -> tuple[float, float]:
    """Return the ends of an interval, moved in by a little where they are left out."""
    a, b, interval = box
    step = INSIDE * (b - a)
    return (
        a + step if interval.open_low and interval.low.is_finite else a,
        b - step if interval.open_high and interval.high.is_finite else b,
    )


def _short(drawn: Array, box: tuple[float, float, Interval]) -> Array:
    """Keep a few digits, inside the interval."""
    _, _, interval = box
    first, last = _ends(box)
    with np.errstate(divide="ignore"):
        places = DIGITS - 1 - np.floor(np.log10(np.abs(drawn)))
    size = 10.0 ** np.abs(np.where(np.isfinite(places), places, 0.0))
    told = np.where(places < 0, np.round(drawn / size) * size, np.round(drawn * size) / size)
    low = first if interval.low.is_finite else -np.inf
    high = last if interval.high.is_finite else np.inf
    inside: Array = np.clip(told, low, high)
    return inside


def _exact(number: float, ends: Sequence[sp.Expr]) -> sp.Rational:
    """Read a number by its digits; the end of an interval is that end, a third for instance."""
    for end in ends:
        if end.is_finite and number == float(end):
            return end
    return sp.Rational(repr(float(number)))
