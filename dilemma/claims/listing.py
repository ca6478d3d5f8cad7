"""A claim at calibrations whose equilibria are listed: what it comes to in each of them.

Where all equilibria are known, every one of them may do what is claimed, or none: that is an example of
a claim about every equilibrium, or one against a claim about some.  Else those that are known show what
one of them does.

What is played may be irrational, and is then told by rational numbers near by, of each player apart.  Of
two sides of a relation that are as near as that it is not known which is larger: nothing is refuted by
it, and nothing shown.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, product

import sympy as sp
from sympy.core.relational import Relational

from dilemma.claims.examples import AtExample, Example, example_of, moved_from_centre, truth
from dilemma.claims.meaning import UndefinedError, by_era, put_in_claim
from dilemma.claims.solutions import in_boxes
from dilemma.claims.statements import CONCEPTS, EXTREMES, Part, Statements
from dilemma.claims.trials import Draws
from dilemma.errors import CalibrationError, UnsupportedError
from dilemma.games import solution as games
from dilemma.games.equilibrium import Equilibria, Equilibrium
from dilemma.games.kind import Can
from dilemma.model import Model

__all__ = ["Listing", "listed", "listing"]

NEAR = sp.Rational(1, 10**20)  # what is rounded is known to more digits than that
FAR = 10**10  # of so large a number fewer digits are known
SECONDS = 10.0  # for the equilibria at one calibration, and for all that are tried
DRAWN = 12  # calibrations, of which
KEPT = 3  # so many are solved, if what is assumed holds there
SEED = 1

Points = Mapping[str, Mapping[str, sp.Rational]]
Play = tuple[
    Example, bool | None, bool | None
]  # whether what is assumed is true, and what is claimed


@dataclass(frozen=True)
class Listing:
    """A claim at calibrations whose equilibria are listed.

    Attributes
    ----------
    bare : Example
        The calibrations, with nothing that is played.
    equilibria : mapping of a copy's key to equilibria
        Those that the claim is about.
    whole : bool
        Whether these are all of them.
    exact : bool
        Whether the payoffs are exact.
    """

    statements: Statements
    bare: Example
    equilibria: Mapping[str, Sequence[Equilibrium]]
    whole: bool
    exact: bool

    def plays(self) -> Iterator[Play]:
        """Yield what may be played, and whether what is assumed and claimed is true; None if not known."""
        claim = self.statements.claim
        for choice in product(*self.equilibria.values()):
            played = dict(zip(self.equilibria, choice, strict=True))
            example = example_of(self.statements, self.bare, played)
            exact = self.exact and all(e.exact for e in choice)
            given, holds = (self._true(f, example, exact) for f in (claim.given, claim.holds))
            yield example, given, holds

    def _true(self, formula: sp.Basic, example: Example, exact: bool) -> bool | None:  # noqa: FBT001
        """Tell whether a formula is true in a play; of exact numbers what has no value is false."""
        if not exact:
            return surely(self.statements, formula, example)
        return truth(self.statements, formula, example) is sp.true

    def example(self, *, fails: bool) -> Example | None:
        """Return an example that the claim fails, or that it holds: in every equilibrium, or in some."""
        mode = self.statements.claim.mode
        return (
            self._one(does=not fails) if (mode == "holds") is fails else self._all(does=not fails)
        )

    def _one(self, *, does: bool) -> Example | None:
        """Return a play that is known to do what is claimed, or not to."""
        for example, given, true in self.plays():
            if given and true is does and (does or self._valued(example)):
                return example
        return None

    def _all(self, *, does: bool) -> Example | None:
        """Return a play where each that is spoken of does what is claimed, or each does not."""
        if not self.whole:
            return None
        shown = None
        for example, given, true in self.plays():
            if given is not False and true is not does:
                return None
            if given and (does or self._valued(example)):
                shown = shown or example
        return shown

    def _valued(self, example: Example) -> bool:
        """Tell whether what is claimed has a value in a play."""
        return truth(self.statements, self.statements.claim.holds, example) is not sp.nan

    def doubtful(self) -> Example | None:
        """Return a play that may be spoken of, and may not do what is claimed; None where some play does it."""
        shown = None
        for example, given, true in self.plays():
            if given and true:
                return None
            if given is not False and self._valued(example):
                shown = shown or example
        return shown


def surely(statements: Statements, formula: sp.Basic, example: Example) -> bool | None:
    """Tell whether a formula is true at an example with rounded numbers; None where these do not tell."""
    if isinstance(formula, sp.Not):
        inside = surely(statements, formula.args[0], example)
        return None if inside is None else not inside
    if isinstance(formula, sp.And | sp.Or):
        told = [surely(statements, part, example) for part in formula.args]
        decisive = isinstance(formula, sp.Or)
        if decisive in told:
            return decisive
        return None if None in told else not decisive
    if isinstance(formula, Relational) and _speaks_of_play(statements, formula):
        gap = _gap(statements, formula, example)
        if gap is None or abs(gap) <= NEAR:
            return None
    return {sp.true: True, sp.false: False}.get(truth(statements, formula, example))


def _speaks_of_play(statements: Statements, formula: sp.Basic) -> bool:
    references = (statements.claim.references.get(symbol) for symbol in formula.free_symbols)
    return any(reference is not None and reference.of_play for reference in references)


def _gap(statements: Statements, formula: sp.Basic, example: Example) -> sp.Expr | None:
    """Return by how much the sides of a relation differ, for their size; None where that is not known."""
    reading = AtExample(statements, example)
    known = reading.values(statements.claim, formula, by_era(statements.copies))
    if any(value is None for value in known.values()):
        return None
    numbers = {symbol: value for symbol, value in known.items() if value is not None}
    try:
        left, right = (put_in_claim(side, numbers) for side in formula.args)
    except UndefinedError:
        return None
    size = max(1, *(abs(value) for value in (left, right, *numbers.values())))
    return None if size > FAR else (left - right) / size


# --- solved ---------------------------------------------------------------------------------------


def listing(statements: Statements, points: Points, until: float) -> Listing:
    """Solve a claim's calibrations.

    Parameters
    ----------
    until : float
        When the time is up, by ``time.perf_counter``.
    """
    model, solved, whole, exact = statements.model, {}, True, True
    for key in statements.in_equilibrium:
        every = _equilibria(model, tuple(points[key].items()), _seconds(until))
        kept, known = _spoken(statements, every, points[key])
        whole &= known and every.complete and not every.continua
        exact &= every.exact
        solved[key] = kept
    return Listing(statements, _bare(statements, points), solved, whole, exact)


def _seconds(until: float) -> float:
    """Return what one calibration may take, in whole seconds if it can be: answers are kept by it."""
    left = min(max(until - time.perf_counter(), 0.0), SECONDS)
    return float(int(left)) or left


@lru_cache(maxsize=64)
def _equilibria(
    model: Model, calibration: tuple[tuple[str, sp.Rational], ...], seconds: float
) -> Equilibria:
    """Solve a calibration, for all claims that are tried there."""
    return games.equilibria(model, dict(calibration), seconds=seconds)


def _spoken(
    statements: Statements, every: Equilibria, at: Mapping[str, sp.Rational]
) -> tuple[list[Equilibrium], bool]:
    """Return the equilibria that a claim is about, and whether it is known of each whether it is."""
    if statements.claim.among is None:
        return list(every.equilibria), True
    branches = {b.name: b for b in statements.branches()}
    kept = [e for e in every.equilibria if e.branch in branches]
    if statements.claim.among not in CONCEPTS:
        return kept, True
    values = statements.model.values(at)
    told = [(e, branches[e.branch].holds_at(values)) for e in kept]
    known = statements.claim.among not in EXTREMES and all(holds is not None for _, holds in told)
    return [e for e, holds in told if holds is True], known


def _bare(statements: Statements, points: Points) -> Example:
    """Return an example of calibrations alone."""
    own = statements.copies
    return Example(
        calibrations={c.label: dict(points[c.key]) for c in own},
        moved={c.label: moved_from_centre(statements, c, points[c.key]) for c in own},
        play={},
        values={},
        facts={},
        points={c.key: dict(points[c.key]) for c in own},
    )


# --- where to look --------------------------------------------------------------------------------


def listed(statements: Statements, until: float, *, fails: bool) -> Example | None:
    """Return an example at a box's centre, or at one of a few random calibrations, if there is one.

    Tried are claims about what is played at calibrations that are solved one by one: no trend, no
    count, nothing that is held.
    """
    claim = statements.claim
    plain = all(type(p) is Part and not p.trends for p in statements.parts())
    if claim.holding or claim.among in EXTREMES or not statements.in_equilibrium or not plain:
        return None
    if statements.at_once or Can.SLOPES in statements.model.game.can:
        return None
    until = min(until, time.perf_counter() + SECONDS)
    for points in _near_centres(statements):
        if time.perf_counter() >= until:
            return None
        with suppress(UnsupportedError, CalibrationError):
            found = listing(statements, points, until).example(fails=fails)
            if found is not None:
                return found
    return None


def _near_centres(statements: Statements) -> Iterator[Points]:
    """Yield the calibrations that are solved, at which what is assumed of calibrations holds."""
    yield from filter(lambda points: _assumed(statements, points), _centres(statements))
    drawn = Draws(statements, DRAWN, SEED)
    with suppress(UnsupportedError):
        some = (drawn.points(k) for k in range(DRAWN) if k % 3)  # the others are corners
        yield from islice((points for points in some if _assumed(statements, points)), KEPT)


def _centres(statements: Statements) -> Iterator[Points]:
    """Yield the centre of a claim's boxes; where it is about all calibrations, that of each era."""
    model = statements.model
    if not model.parameters:
        yield {copy.key: {} for copy in statements.copies}
        return
    for era in model.eras if any(c.era is None for c in statements.copies) else [""]:
        values: dict[sp.Symbol, sp.Rational] = {}
        for copy, name in product(statements.copies, model.parameters):
            central = model.eras[copy.era or era].values[name].central
            values.setdefault(statements.symbol(copy, name), central)
        yield {
            copy.key: {name: values[statements.symbol(copy, name)] for name in model.parameters}
            for copy in statements.copies
        }


def _assumed(statements: Statements, points: Points) -> bool:
    """Tell whether calibrations lie in their boxes, and what is assumed of them alone holds."""
    if not in_boxes(statements, points):
        return False
    assumed = statements.assumed_of_calibrations
    return truth(statements, assumed, _bare(statements, points)) is sp.true
