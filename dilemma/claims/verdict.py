"""Verdicts: what became of a claim, what it needs, how robust it is, and what it was checked by.

As plain data they are exact, and nothing that is read back is ever run: numbers are text such as
"11/16".  What a verdict has from its model (the claim, what the file expects) is not recorded, but
taken from the model again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from fractions import Fraction
from functools import cache
from itertools import combinations
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import sympy as sp

from dilemma.deciders import KNOWN, Decider
from dilemma.games.branch import Play
from dilemma.output.result import as_data
from dilemma.reading.expressions import ExpressionError, constant
from dilemma.theory.parts import Claim, Status

__all__ = [
    "ANOTHER",
    "Attack",
    "Checks",
    "Cut",
    "Example",
    "Need",
    "Radius",
    "RecordError",
    "Region",
    "Rescue",
    "Robustness",
    "Shares",
    "Verdict",
    "record",
    "verdict_of",
]

ANOTHER = ", another equilibrium"  # follows the label of the calibration that it is one of


@dataclass(frozen=True)
class Example:
    """Calibrations, and what is played there, at which a claim fails or holds.

    Attributes
    ----------
    calibrations : mapping of label to calibration
        Every parameter, exactly; the label is an era, or an era with a higher parameter.
    moved : mapping of label to tuple of str
        The parameters that differ from the era's centre.
    play : mapping of label to play
        The equilibrium that the claim was tried on, where it speaks of one; under a label of its
        own the other equilibrium that refutes ``unique``.
    values : mapping of label to mapping of name to exact value
        Payoffs and outcomes of that play.
    facts : mapping of str to exact value
        What the claim speaks of, as the claim calls it, and its value here.
    points : mapping of a copy's key to calibration
    python, shell : str
        One line of each that reproduces it; "" before the model is at hand that it is of.
    """

    calibrations: Mapping[str, Mapping[str, sp.Rational]]
    moved: Mapping[str, tuple[str, ...]]
    play: Mapping[str, Play]
    values: Mapping[str, Mapping[str, sp.Rational | None]]
    facts: Mapping[str, sp.Rational]
    points: Mapping[str, Mapping[str, sp.Rational]]
    python: str = field(default="", compare=False)
    shell: str = field(default="", compare=False)


NONE = sp.Integer(0)


@dataclass(frozen=True)
class Need:
    """One thing that a proof of a claim cannot do without, once the others are there.

    Attributes
    ----------
    what : str
        "bound": one end of an era's interval.  "assumption": a conjunct of what is given.
        "shared": a parameter that is the same in both eras.
    era : str or None
        The era of a bound; None where it is the same in both, or the claim is of no era.
    name : str
        The parameter; the assumption as it is written.
    side : str
        For a bound "at least", "above", "at most" or "below", "" for the rest.
    value : sympy number or None
        Where the bound is.
    words : str
        The whole, in words: "Japan's stake in the alliance is at least 0.025 (Cold War)".
    """

    what: Literal["bound", "assumption", "shared"]
    era: str | None
    name: str
    side: str
    value: sp.Rational | None
    words: str


@dataclass(frozen=True)
class Radius:
    """How far the boxes may be blown up, or must be shrunk, around their centres.

    A radius of 1 is the boxes as they are, 0 their centres; boxes end where the theory's own
    ranges end.

    Attributes
    ----------
    proved : sympy Rational or None
        The claim is proved up to here; None where it is not proved even at the centres.
    fails : sympy Rational or None
        It is refuted from here on; None where no radius is known at which it is.
    everywhere : bool
        Whether it is proved for all values that the theory allows.
    """

    proved: sp.Rational | None
    fails: sp.Rational | None
    everywhere: bool = False


@dataclass(frozen=True)
class Cut:
    """The part of a parameter's interval that a region takes.

    Attributes
    ----------
    era : str or None
        None where the parameter is the same in both eras.
    parameter : str
    low, high : sympy Rational
    """

    era: str | None
    parameter: str
    low: sp.Rational
    high: sp.Rational


@dataclass(frozen=True)
class Region:
    """A part of the boxes on which it is decided what a claim is.

    Attributes
    ----------
    says : str
        "holds" throughout, "fails" throughout, or "silent": it has nothing to speak of.
    share : sympy Rational
        Of the boxes' volume.
    cuts : tuple of Cut
        Where it lies; a parameter that is not named takes all of its interval.
    """

    says: Literal["holds", "fails", "silent"]
    share: sp.Rational
    cuts: tuple[Cut, ...]


@dataclass(frozen=True)
class Shares:
    """On which share of the boxes a claim holds in every equilibrium.

    Attributes
    ----------
    holds, fails : sympy Rational
        Shares of the volume that are proved true and proved false, part by part.
    silent : sympy Rational
        The share of the volume on which it has nothing to speak of.
    sampled : float or None
        The share of random calibrations at which it holds, of those where it speaks at all.
    draws : int
        How many random calibrations it spoke of.
    regions : tuple of Region
        The parts that were decided, in the order in which they were.
    """

    holds: sp.Rational
    fails: sp.Rational
    silent: sp.Rational = NONE
    sampled: float | None = None
    draws: int = 0
    regions: tuple[Region, ...] = ()

    @property
    def undecided(self) -> sp.Rational:
        """The share of the volume that was left."""
        return 1 - self.holds - self.fails - self.silent


@dataclass(frozen=True)
class Rescue:
    """The weakest bound on one parameter under which a claim that fails somewhere is proved.

    Attributes
    ----------
    era : str or None
        None where the parameter is the same in both eras.
    parameter : str
    side : str
        "at least" or "at most".
    bound : sympy Rational
        Proved with this bound.
    fails : sympy Rational
        Not proved with this one, the nearest that was tried.
    kept : sympy Rational
        The share of the parameter's interval that is left.
    words : str
        The whole, in words.
    """

    era: str | None
    parameter: str
    side: Literal["at least", "at most"]
    bound: sp.Rational
    fails: sp.Rational
    kept: sp.Rational
    words: str


@dataclass(frozen=True)
class Robustness:
    """What a verdict hangs on.

    Attributes
    ----------
    needs : tuple of Need or None
        For a proved claim; empty where it holds for all parameters, None where not asked.
    radius : Radius or None
        None where the claim speaks of no boxes.
    shares : Shares or None
        For a claim that is not proved.
    rescue : Rescue or None
        For a mixed claim; None where no bound on one parameter alone rescues it.
    notes : tuple of str
        What was left undecided on the way, and why.
    seconds : float
    """

    needs: tuple[Need, ...] | None = None
    radius: Radius | None = None
    shares: Shares | None = None
    rescue: Rescue | None = None
    notes: tuple[str, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True)
class Attack:
    """Random calibrations and corners at which a claim was tried, every equilibrium solved.

    Attributes
    ----------
    draws : int
        Random calibrations tried.
    corners : int
        Corners of the boxes tried.
    spoke : int
        At how many of them the claim has something to speak of.
    failing : int
        At how many of these it fails.
    seed : int
    """

    draws: int
    corners: int
    spoke: int
    failing: int
    seed: int


@dataclass(frozen=True)
class Checks:
    """What a verdict was checked by beyond deciding it once.

    Attributes
    ----------
    agree : tuple of str
        Deciders that came to the same verdict when asked alone: "z3", "elimination" (z3 once more,
        unknowns put in), "bisection".
    silent : tuple of str
        Deciders that alone came to none.
    attack : Attack or None
    seconds : float
    """

    agree: tuple[Decider, ...]
    silent: tuple[Decider, ...]
    attack: Attack | None
    seconds: float = 0.0

    @property
    def independent(self) -> int:
        """How many of those that agree share nothing with each other but the question.

        Examples
        --------
        >>> Checks(("z3", "elimination"), ("bisection",), None).independent
        1
        >>> Checks(("z3", "elimination", "bisection"), (), None).independent
        2
        """
        return max(
            (
                size
                for size in range(1, len(self.agree) + 1)
                for some in combinations(self.agree, size)
                if sum(len(KNOWN[d].rests_on) for d in some)
                == len(frozenset().union(*(KNOWN[d].rests_on for d in some)))
            ),
            default=0,
        )


@dataclass(frozen=True)
class Verdict:
    """What became of one claim.

    Attributes
    ----------
    model, claim, era : str
        ``era`` names the era where the claim is made of each era by itself, else "".
    status : str
        "proved": at every calibration, in every equilibrium (or in some, where the claim says so).
        "mixed": holds at some, fails at others.  "disproved": fails at every calibration.
        "contradictory": its assumptions cannot hold together.  "vacuous": there is no equilibrium
        to speak of.  "open": not decided, for the ``reason`` given.
    expected : str
        What the model file expects.
    fails, holds : Example or None
        An exact example of each.
    reason : str
        Why a claim is open, contradictory or vacuous.
    of_play : bool
        Whether the claim speaks of what is played in equilibrium.
    cases : int
        How many combinations of branches were gone through, one a calibration.
    deciders : tuple of str
        What decided, with versions.
    seconds : float
    lemmas : tuple of str
        The claims that it was proved through, each proved itself.
    robustness : Robustness or None
        What it needs and how far it carries, where that was asked for.
    checks : Checks or None
        What it was checked by, where that was asked for.
    """

    model: str
    claim: Claim
    era: str
    status: Status
    expected: Status
    fails: Example | None
    holds: Example | None
    reason: str
    of_play: bool
    cases: int
    deciders: tuple[str, ...]
    seconds: float
    lemmas: tuple[str, ...] = ()
    robustness: Robustness | None = None
    checks: Checks | None = None

    @property
    def as_expected(self) -> bool:
        """Whether the claim fared as its file says."""
        return self.status == self.expected

    @property
    def proved(self) -> bool:
        """Whether it is proved, in the sense that ``claim.mode`` says."""
        return self.status == "proved"

    @property
    def disproved(self) -> bool:
        """Whether it fails at every calibration: where it fails at some it is ``mixed``."""
        return self.status == "disproved"

    @property
    def mixed(self) -> bool:
        """Whether it holds at some calibrations and fails at others."""
        return self.status == "mixed"

    @property
    def open(self) -> bool:
        """Whether it is not decided, for the ``reason`` given."""
        return self.status == "open"

    @property
    def name(self) -> str:
        """The claim's name, with the era where it is made of each."""
        return f"{self.claim.name} @ {self.era}" if self.era else self.claim.name


# --- verdicts as plain data and back again --------------------------------------------------------


FROM_THE_MODEL = ("model", "claim", "expected")
RATIONAL = re.compile(r"-?\d+(/\d+)?")


class RecordError(ValueError):
    """Something that cannot be recorded exactly, or a record that says nothing that makes sense."""


def record(verdict: Verdict) -> dict[str, Any]:
    """Return a verdict as plain data, ready for JSON.

    Raises
    ------
    RecordError
        If it would not be read back as the same.
    """
    told = {f.name: getattr(verdict, f.name) for f in fields(verdict)}
    found: dict[str, Any] = as_data({k: v for k, v in told.items() if k not in FROM_THE_MODEL})
    if verdict_of(found, verdict.model, verdict.claim) != verdict:
        raise RecordError(f"{verdict.name} would not be read back as the same")
    return found


def verdict_of(told: Any, model: str, claim: Claim) -> Verdict:
    """Return the verdict that a record is of.

    Raises
    ------
    RecordError
        If it is none.
    """
    if not isinstance(told, Mapping) or not isinstance(told.get("era"), str):
        raise RecordError("not a verdict")
    known = {
        "model": model,
        "claim": claim,
        "expected": claim.expect.get(told["era"], claim.expect.get("", "proved")),
    }
    found: Verdict = _built(Verdict, told, known)
    return found


def _number(text: Any) -> sp.Expr:
    if not isinstance(text, str):
        raise RecordError(f"not a number: {text!r}")
    try:
        if RATIONAL.fullmatch(text):
            return sp.Rational(Fraction(text))
        return constant(text)
    except (ExpressionError, ValueError, ZeroDivisionError) as error:
        raise RecordError(f"not a number: {text[:80]!r}") from error


@cache
def _hints(kind: type) -> Mapping[str, Any]:
    return get_type_hints(kind)


def _built(kind: Any, told: Any, known: Mapping[str, Any]) -> Any:
    """Build a dataclass whose fields are told, each by its type, or known."""
    hints = {name: hint for name, hint in _hints(kind).items() if name not in known}
    if not isinstance(told, Mapping) or set(told) != set(hints):
        raise RecordError(f"not a {kind.__name__}")
    return kind(**known, **{name: _read(hint, told[name]) for name, hint in hints.items()})


def _read(hint: Any, told: Any) -> Any:  # noqa: C901 -- one case for each kind of type
    """Read plain data as a type says."""
    origin, inside = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        if told is None and type(None) in inside:
            return None
        (hint,) = (one for one in inside if one is not type(None))
        return _read(hint, told)
    if origin is Literal:
        if told in inside:
            return told
    elif origin is tuple and inside[-1] is Ellipsis:
        if isinstance(told, list):
            return tuple(_read(inside[0], one) for one in told)
    elif origin is not None and issubclass(origin, Mapping):
        if isinstance(told, Mapping):
            return {str(k): _read(inside[1], v) for k, v in told.items()}
    elif is_dataclass(hint):
        return _built(hint, told, {})
    elif issubclass(hint, sp.Basic):
        return _number(told)
    elif type(told) is hint or (hint is float and type(told) is int):
        return told
    raise RecordError(f"{told!r:.80} is no {hint}")
