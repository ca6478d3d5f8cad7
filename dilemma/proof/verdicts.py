"""Verdicts: what became of a claim, what it needs, how robust it is, and what it was checked by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from types import MappingProxyType
from typing import Literal

import sympy as sp

from dilemma.branch import Play
from dilemma.parts import Claim, Status

__all__ = [
    "ANOTHER",
    "Attack",
    "Checks",
    "Cut",
    "Decider",
    "Example",
    "Need",
    "Radius",
    "Region",
    "Rescue",
    "Robustness",
    "Shares",
    "Verdict",
]

ANOTHER = ", another equilibrium"  # follows the label of the calibration that it is one of

Decider = Literal["z3", "elimination", "bisection"]

# What each decider's word is worth rests on: two are independent where they share nothing.  What
# elimination puts in is put in by the code that bisection has, and z3 is asked about what is left.
RESTS_ON: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "z3": frozenset({"z3"}),
        "elimination": frozenset({"z3", "putting in"}),
        "bisection": frozenset({"bisection", "putting in"}),
    }
)


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
    """

    calibrations: Mapping[str, Mapping[str, sp.Rational]]
    moved: Mapping[str, tuple[str, ...]]
    play: Mapping[str, Play]
    values: Mapping[str, Mapping[str, sp.Rational | None]]
    facts: Mapping[str, sp.Rational]
    points: Mapping[str, Mapping[str, sp.Rational]]


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
                if sum(len(RESTS_ON[d]) for d in some)
                == len(frozenset().union(*(RESTS_ON[d] for d in some)))
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
    def name(self) -> str:
        """The claim's name, with the era where it is made of each."""
        return f"{self.claim.name} @ {self.era}" if self.era else self.claim.name
