"""How far a number reaches in an era: over every calibration of the box, in every equilibrium.

What is found is found twice: by looking at corners and random calibrations, which shows values that
are there, and by proving that none lies beyond.  Where that is not proved the interval is a bracket only.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import floor, log10
from pathlib import Path
from typing import Any, Literal

import numpy as np
import sympy as sp

from dilemma.checks.attack import frequency
from dilemma.claims.decide import stated
from dilemma.claims.meaning import outcome_of
from dilemma.errors import CalibrationError, UnsupportedError
from dilemma.games.solution import many
from dilemma.ledger.prove import Asked, prove_all
from dilemma.model import Model
from dilemma.output.result import percent
from dilemma.study.asking import candidates
from dilemma.theory.parts import Claim, Interval, decimal

__all__ = ["Reached", "Share", "centred", "holds_on", "named_in", "reached"]

DIGITS = 6  # of a centre that is carried on
ROUNDS = 4  # of climbing
CORNERS = 512  # of a box, and as many random calibrations
SLACK = (Fraction(0), Fraction(1, 50), Fraction(1, 5))  # of the width, for a proof


@dataclass(frozen=True, slots=True)
class Reached:
    """An interval that a number keeps to.

    Attributes
    ----------
    interval : Interval
    central : sympy Rational
        At the era's centre.
    how : str
        "given": it is a parameter. "proved": no equilibrium at any calibration lies outside.
        "bracketed": such values were found, and whether there are others is not known.
    found : Interval
        Between the least and the greatest value that were found.
    """

    interval: Interval
    central: sp.Rational
    how: Literal["given", "proved", "bracketed"]
    found: Interval


def reached(
    model: Model,
    era: str,
    tells: str,
    formula: sp.Expr,
    text: str,
    asked: Asked,
    cache: Path | str | bool,  # noqa: FBT001 -- a folder, as a rule
) -> Reached:
    """Return how far a formula of one number reaches.

    Parameters
    ----------
    tells : str
        A parameter, or an outcome.
    formula : sympy expression
        In ``Symbol(tells)``.
    text : str
        The same as a claim says it.

    Raises
    ------
    UnsupportedError
        Where the number is undefined, or equilibria at the centre do not agree about it.
    """
    values = model.eras[era].values
    if tells in values and str(formula) == tells:
        value = values[tells]
        return Reached(value.range, value.central, "given", value.range)
    central = centred(model, era, tells, formula)
    low, high = _ends(model, era, tells, formula)
    found = Interval(min(low, central), max(high, central))
    scale, text = _without_units(formula, text)
    for slack in SLACK:
        interval = _outward(found, slack)
        low, high = interval.low / scale, interval.high / scale
        claim = model.make_claim(f"{text} >= {low} and {text} <= {high}", over=era)
        if prove_all([(model, claim)], asked, cache=cache)[0].status == "proved":
            return Reached(interval, central, "proved", found)
    return Reached(_outward(found, SLACK[0]), central, "bracketed", found)


def _without_units(formula: sp.Expr, text: str) -> tuple[sp.Rational, str]:
    """Return a positive factor and the rest as a claim says it: in whichever units, one proof will do.

    Examples
    --------
    >>> share = sp.Symbol("share", real=True)
    >>> _without_units((1 - share) / (10 * share), "(1 - share)/(10*share)")
    (1/10, '((1 - share)/share)')
    """
    scale, rest = formula.as_coeff_Mul()
    if not (scale.is_Rational and scale > 0 and rest.is_rational_function()):
        return sp.Integer(1), text
    return scale, f"({rest})"


def centred(model: Model, era: str, tells: str, formula: sp.Expr) -> sp.Rational:
    """Return what a formula is at an era's centre, with a few digits."""
    found = set(_values(model, era, tells, formula, model.calibration(era)))
    if len(found) > 1:
        told = ", ".join(decimal(value) for value in sorted(found))
        raise UnsupportedError(
            f"{model.name}: {tells} differs between the equilibria at the centre of {era}: {told}; "
            "carry on a number that they agree about"
        )
    return next(iter(found))


def _values(
    model: Model, era: str, tells: str, formula: sp.Expr, at: dict[str, sp.Rational]
) -> Iterable[sp.Rational]:
    symbol = sp.Symbol(tells, real=True)
    if tells in at:
        numbers: list[sp.Expr | None] = [at[tells]]
    else:
        numbers = [e.value(tells) for e in candidates(model, at, era, stability=False)]
    if not numbers or any(number is None for number in numbers):
        raise UnsupportedError(f"{model.name}: {tells} is undefined somewhere in {era}")
    for number in numbers:
        told = formula.subs(symbol, number)
        if not told.is_finite:
            raise CalibrationError(f"{model.name}: {formula} is not finite somewhere in {era}")
        yield _rounded(told)


def _rounded(number: sp.Expr) -> sp.Rational:
    """Return a number with a few digits, exactly; one that has no more stays as it is."""
    if number.is_Rational and number.q <= 10**DIGITS:
        return number
    return sp.Rational(str(sp.N(number, DIGITS)))


def _ends(model: Model, era: str, tells: str, formula: sp.Expr) -> tuple[sp.Rational, sp.Rational]:
    """Return the least and the greatest value that is found, each solved exactly.

    Where branches tell it, all corners of the box and random calibrations are looked at together;
    else one goes from the centre to whichever end of each interval leads further.
    """
    try:
        places = _farthest(model, era, tells, formula)
    except UnsupportedError:
        return tuple(_climbed(model, era, tells, formula, most=most) for most in (False, True))
    told = [list(_values(model, era, tells, formula, at)) for at in places]
    return min(told[0]), max(told[1])


def _farthest(
    model: Model, era: str, tells: str, formula: sp.Expr
) -> tuple[dict[str, sp.Rational], dict[str, sp.Rational]]:
    """Return the calibrations at which a number is least and greatest, by the branches."""
    places = _places(model, era)
    columns = {
        p.symbol: np.array([float(at[n]) for at in places]) for n, p in model.parameters.items()
    }
    if tells in model.parameters:
        batch_values = [(columns[model.parameters[tells].symbol], np.ones(len(places), dtype=bool))]
    else:
        batch = many(model, columns)
        if batch.unsolved:
            raise UnsupportedError(f"{model.name}: not all of it is told by branches")
        batch_values = [
            (batch.worth(rows, outcome_of(rows.branch, tells))[:, k], rows.holds[:, k])
            for rows in batch.rows
            for k in range(rows.holds.shape[1])
        ]
    symbol = sp.Symbol(tells, real=True)
    told = sp.lambdify(symbol, formula, "numpy")
    with np.errstate(all="ignore"):
        every = [np.where(held, told(values) + 0 * values, np.nan) for values, held in batch_values]
    whole = np.array(every)
    return places[_at(np.nanmin, whole)], places[_at(np.nanmax, whole)]


def _at(best: Callable[..., Any], values: np.ndarray[Any, Any]) -> int:
    """Return at which calibration the least or the greatest value is."""
    if not np.isfinite(values).any():
        return 0
    return int(np.argwhere(values == best(values[np.isfinite(values)]))[0][1])


def _places(model: Model, era: str) -> list[dict[str, sp.Rational]]:
    """Return the corners of a box, or some of them, and random calibrations."""
    ends = {n: v.range for n, v in model.eras[era].values.items() if v.range.low < v.range.high}
    rng = random.Random(0)  # noqa: S311 -- no secret
    if 2 ** len(ends) <= CORNERS:
        corners = list(product((0, 1), repeat=len(ends)))
    else:
        corners = [tuple(rng.randint(0, 1) for _ in ends) for _ in range(CORNERS)]
    shares = [tuple(sp.Rational(rng.randint(0, 16), 16) for _ in ends) for _ in range(CORNERS)]
    centre = model.calibration(era)
    return [
        {
            **centre,
            **{n: r.low + s * (r.high - r.low) for (n, r), s in zip(ends.items(), at, strict=True)},
        }
        for at in (*corners, *shares)
    ]


def _climbed(model: Model, era: str, tells: str, formula: sp.Expr, *, most: bool) -> sp.Rational:
    """Go from the centre to whichever end of each interval leads further, round after round."""
    best = max if most else min
    ends = {
        name: (value.range.low, value.range.high)
        for name, value in model.eras[era].values.items()
        if value.range.low < value.range.high
    }
    at = dict(model.calibration(era))
    far = best(_values(model, era, tells, formula, at))
    for _ in range(ROUNDS):
        before = far
        for name, pair in ends.items():
            for end in pair:
                if at[name] != end:
                    there = {**at, name: end}
                    value = best(_values(model, era, tells, formula, there))
                    if value != far and best(value, far) == value:
                        far, at = value, there
        if far == before:
            return far
    return far


def _outward(found: Interval, slack: Fraction) -> Interval:
    """Round an interval outwards to digits that matter for its width."""
    low, high = Fraction(str(found.low)), Fraction(str(found.high))
    width = high - low or abs(high) or Fraction(1)
    unit = Fraction(10) ** (floor(log10(width)) - 2)
    below, above = low - slack * width, high + slack * width
    least, greatest = floor(below / unit) * unit, -floor(-above / unit) * unit
    return Interval(sp.Rational(str(least)), sp.Rational(str(greatest)))


def named_in(text: str, name: str) -> bool:
    """Tell whether a formula speaks of a number."""
    return re.search(rf"\b{re.escape(name)}\b", text) is not None


# --- on which share of a box ----------------------------------------------------------------------


SECONDS = 20.0  # for random draws
ENOUGH = 1_000  # of them, for a share without their number beside it


@dataclass(frozen=True, slots=True)
class Share:
    """On which share of random pairs of calibrations a claim holds in every equilibrium.

    Attributes
    ----------
    part : float
    draws : int
        How many were tried.
    """

    part: float
    draws: int

    def __str__(self) -> str:
        if self.part in (0, 1):
            return f"{'all' if self.part else 'none'} of {self.draws:,} draws"
        told = percent(self.part)
        return told if self.draws >= ENOUGH else f"{told} of {self.draws} draws"


def holds_on(model: Model, claim: Claim, draws: int, seed: int) -> Share | None:
    """Return on which share of random pairs of calibrations a claim holds; None where it cannot be tried."""
    until = time.perf_counter() + SECONDS
    try:
        tried = frequency(stated(model, claim, "pair"), draws=draws, seed=seed, until=until)
    except UnsupportedError:
        return None
    return Share(1 - tried.failing / tried.spoke, tried.spoke) if tried.spoke else None
