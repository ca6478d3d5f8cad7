"""Attacks on verdicts: random calibrations and the boxes' corners, every equilibrium solved anew.

A parameter that is one draw for both eras is one column; in a twin one parameter is higher.  Where
a range has no end most draws are of the size that the eras know, and some are far beyond it.

Where players choose among actions equilibria are enumerated in floats from the payoffs alone
(:mod:`dilemma.checks.enumeration`), and nearly degenerate calibrations are solved exactly; where
numbers are chosen the branches are solved in floats (:mod:`dilemma.games.batch`), and at a sample
compared with a search from the payoffs alone (:mod:`dilemma.checks.recheck`).  What seems to
contradict a verdict counts once it has been solved again exactly.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product
from typing import Any, ClassVar, Protocol

import numpy as np
import sympy as sp

from dilemma.checks.enumeration import At, bimatrix
from dilemma.checks.truth import Truth, assumed, truth
from dilemma.claims.solutions import solved_again
from dilemma.claims.statements import Copy, Statements, copies
from dilemma.claims.trials import Draws, Trial
from dilemma.claims.verdict import Attack
from dilemma.errors import CalibrationError
from dilemma.games.kind import Can
from dilemma.model import Model
from dilemma.theory.parts import Interval, Mode, Status

__all__ = [
    "Attempts",
    "Calibrations",
    "ChosenAttempts",
    "Contradiction",
    "Points",
    "aimed",
    "attacked",
    "attempts",
    "calibrations",
    "contradicts",
    "exactly_at",
    "fails_at",
    "frequency",
    "solved_at",
]

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


# --- where numbers are chosen ---------------------------------------------------------------------


Points = Mapping[str, Mapping[str, sp.Rational]]


@dataclass
class ChosenAttempts:
    """A claim about players who choose numbers, at some calibrations."""

    statements: Statements
    part: Calibrations
    quick: ClassVar[bool] = False

    @cached_property
    def drawn(self) -> Draws:
        """The calibrations, as the package's own random ones are kept."""
        return Draws(self.statements, len(self.part), 0, drawn=dict(self.part.columns))

    def told(self) -> Truth:
        """Tell what it is at each, in floats."""
        failing, holding = Trial(self.drawn).where
        whole = np.ones_like(failing)
        for batch in self.drawn.solved.values():
            whole &= ~batch.doubtful
        return Truth(failing | holding, failing, holding, whole)

    def again(self, k: int) -> Truth | None:
        """Tell what it is at one of them, each equilibrium solved to 40 digits."""
        return solved_at(self.statements, self.part.points(k), self.drawn.held_at(k))


def solved_at(statements: Statements, points: Points, held: Points) -> Truth:
    """Tell what a claim is at exact calibrations, and at choices that are held."""
    # Where it fails in some equilibrium, or holds in all; and the other way round.
    mode: Mode = "holds" if statements.claim.mode == "holds" else "exists"
    told = replace(statements, claim=replace(statements.claim, mode=mode))
    false, true = (
        solved_again(told, points, held, fails=fails) is not None for fails in (True, False)
    )
    return Truth(false or true, false, true, true if mode == "holds" else false)


# --- in floats at all of them, or exactly at one --------------------------------------------------


ROUNDS = 20  # of draws, at most, until enough meet what is assumed
SEEDS = 1_000_003  # how far the rounds' seeds lie apart


class Attempts(Protocol):
    """A claim at some calibrations.

    Attributes
    ----------
    quick : bool
        Whether one of them is soon solved exactly.
    """

    quick: ClassVar[bool]

    def told(self) -> Truth:
        """Tell what it is at each, in floats."""

    def again(self, k: int) -> Truth | None:
        """Tell what it is at one of them, exactly; None where that is not known."""


def attempts(statements: Statements, part: Calibrations) -> Attempts:
    """Return the way in which a claim is tried at calibrations."""
    if Can.SLOPES in statements.model.game.can:
        return ChosenAttempts(statements, part)
    needs_play = bool(statements.in_equilibrium) or any(
        r.what == "unique" for r in statements.claim.references.values()
    )
    if needs_play and not bimatrix(statements.model):
        return _OneByOne(statements, part)
    return _ActionAttempts(statements, part)


def aimed(statements: Statements, draws: int, seed: int) -> Calibrations:
    """Draw calibrations; where few meet what the claim assumes of them, those that do come first."""
    drawn = calibrations(statements, draws, seed)
    if statements.claim.given is sp.true or not len(drawn):
        return drawn
    meet: list[Calibrations] = []
    others: list[Calibrations] = []
    for again in range(ROUNDS):
        more = calibrations(statements, draws, seed + SEEDS * again) if again else drawn
        kept = assumed(statements, _in_floats(statements, more))
        kept = np.broadcast_to(kept, len(more))[: more.draws]
        meet.append(more.where(kept))
        others.append(more.where(~kept))
        if sum(one.draws for one in meet) >= draws:
            break
    return drawn.instead([*meet, others[0]])


def _in_floats(statements: Statements, part: Calibrations) -> dict[str, At]:
    model = statements.model
    return {
        copy.key: At(
            model,
            {p.symbol: part.column(copy, n) for n, p in model.parameters.items()},
            exact=False,
        )
        for copy in copies(statements)
    }


@dataclass(frozen=True)
class _ActionAttempts:
    """A claim about players who choose among actions, at some calibrations."""

    statements: Statements
    part: Calibrations
    quick: ClassVar[bool] = True

    def told(self) -> Truth:
        """Tell what it is at each, in floats."""
        return truth(self.statements, _in_floats(self.statements, self.part))

    def again(self, k: int) -> Truth | None:
        """Tell what it is at one of them, exactly."""
        return exactly_at(self.statements, self.part.points(k))


@dataclass(frozen=True)
class _OneByOne(_ActionAttempts):
    """The same where equilibria are found one calibration at a time."""

    def told(self) -> Truth:
        """Tell nothing yet."""
        nothing = np.zeros(len(self.part), dtype=bool)
        return Truth(nothing, nothing, nothing, nothing)


def exactly_at(statements: Statements, points: Points) -> Truth | None:
    """Tell what a claim is at exact calibrations; None where a definition has no value."""
    model = statements.model
    symbols = {name: p.symbol for name, p in model.parameters.items()}
    try:
        return truth(
            statements,
            {
                key: At(model, {symbols[n]: v for n, v in at.items()}, exact=True)
                for key, at in points.items()
            },
        )
    except CalibrationError:
        return None


# --- attacks --------------------------------------------------------------------------------------


CHUNK = 2_000  # calibrations solved together


@dataclass(frozen=True)
class Contradiction:
    """A calibration at which a verdict is wrong.

    Attributes
    ----------
    points : mapping of a copy's key to calibration
    words : str
        What is so there.
    """

    points: Points
    words: str


def contradicts(status: Status, mode: Mode, told: Truth) -> Any:
    """Tell where a claim is what a verdict says it is nowhere."""
    match status:
        case "proved" if mode != "possible":
            return told.false(mode)
        case "disproved":
            return told.true(mode)
        case "vacuous" | "contradictory":
            return told.speaks
    return np.zeros_like(told.speaks)


def attacked(
    statements: Statements, status: Status, *, draws: int, seed: int, until: float
) -> tuple[Attack, Contradiction | None]:
    """Attack a verdict.

    Parameters
    ----------
    status : str
        What became of the claim.
    draws : int
        Random calibrations; corners come on top.
    until : float
        When to stop, by ``time.perf_counter``.

    Returns
    -------
    attack : Attack
        With how many were tried in that time; those that are too close to call are left out.
    contradiction : Contradiction or None
        Solved exactly.

    Raises
    ------
    UnsupportedError
        If the claim cannot be tried.
    """
    drawn = aimed(statements, draws, seed)
    tally = _Tally(seed)
    # Corners first: what is rare happens there, and they are few.
    order = [(drawn.draws, len(drawn)), (0, drawn.draws)]
    for first, last in order:
        for begin in range(first, last, CHUNK):
            if time.perf_counter() >= until:
                return tally.attack(), None
            part = drawn.part(begin, min(begin + CHUNK, last))
            found = _tried(attempts(statements, part), part, status, tally, until)
            if found is not None:
                return tally.attack(), found
    return tally.attack(), None


def fails_at(statements: Statements, points: Points) -> bool:
    """Tell whether a claim is refuted at exact calibrations, in some equilibrium."""
    if Can.SLOPES in statements.model.game.can:
        return bool(np.any(solved_at(statements, points, {}).false(statements.claim.mode)))
    told = exactly_at(statements, points)
    return told is not None and bool(np.any(told.false(statements.claim.mode)))


def frequency(statements: Statements, *, draws: int, seed: int, until: float) -> Attack:
    """Try a claim at random calibrations that lie evenly over its boxes: how often does it hold?

    Parameters
    ----------
    draws : int
        How many; fewer are tried where time runs out.
    until : float
        When to stop, by ``time.perf_counter``.

    Raises
    ------
    UnsupportedError
        If the claim cannot be tried.
    """
    drawn = calibrations(statements, draws, seed, ends=False)
    tally = _Tally(seed)
    for begin in range(0, drawn.draws, CHUNK):
        if time.perf_counter() >= until:
            break
        part = drawn.part(begin, min(begin + CHUNK, drawn.draws))
        trying = attempts(statements, part)
        if isinstance(trying, _OneByOne):  # branches, solved together, are quicker by far
            trying = ChosenAttempts(statements, part)
        _tried(trying, part, "mixed", tally, until)
    return tally.attack()


def _tried(
    trying: Attempts, part: Calibrations, status: Status, tally: _Tally, until: float
) -> Contradiction | None:
    """Try some calibrations, those exactly that contradict the verdict or are too close to call."""
    statements = part.statements
    mode = statements.claim.mode
    told = {
        name: np.array(np.broadcast_to(np.asarray(where, dtype=bool), len(part)))
        for name, where in vars(trying.told()).items()
    }
    against = contradicts(status, mode, Truth(**told))
    doubtful = ~told["whole"]
    known = ~(against | doubtful)
    again = [*np.flatnonzero(against)]
    if trying.quick:
        again += [*np.flatnonzero(doubtful & ~against)]
    for k in again:
        exactly = trying.again(int(k)) if time.perf_counter() < until else None
        if exactly is None:
            continue
        if np.any(contradicts(status, mode, exactly)):
            return Contradiction(part.points(int(k)), _words(statements, exactly))
        known[k] = True
        for name, where in told.items():
            where[k] = np.any(getattr(exactly, name))
    tally.add(part, Truth(**told), known, mode)
    return None


def _words(statements: Statements, told: Truth) -> str:
    """Say what a claim is at one calibration."""
    mode, of_play = statements.claim.mode, bool(statements.in_equilibrium)
    if not np.any(told.speaks):
        return "there is nothing to speak of"
    if mode == "holds":
        some = " in some equilibrium" if of_play else ""
        return f"the claim fails{some}" if np.any(told.fails) else "the claim holds"
    if np.any(told.holds):
        return "the claim holds in some equilibrium"
    return "the claim holds in no equilibrium"


@dataclass
class _Tally:
    """How many calibrations were tried, and what came of them."""

    seed: int
    counts: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(("draws", "corners", "spoke", "failing"), 0)
    )

    def add(self, part: Calibrations, told: Truth, known: Any, mode: Mode) -> None:
        random = np.arange(len(part)) < part.draws
        self.counts["draws"] += int(np.sum(known & random))
        self.counts["corners"] += int(np.sum(known & ~random))
        self.counts["spoke"] += int(np.sum(known & told.speaks))
        self.counts["failing"] += int(np.sum(known & told.false(mode)))

    def attack(self) -> Attack:
        return Attack(**self.counts, seed=self.seed)
