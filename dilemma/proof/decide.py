"""Claims decided for every calibration in the boxes and in every equilibrium.

A claim is refuted by one calibration and one equilibrium at which it fails; z3 looks for it,
branch by branch.  Where there is none in any branch the claim is proved.  Where there is one, a
calibration at which the claim holds in every equilibrium is looked for as well, so that "fails
somewhere" (mixed) and "fails everywhere" (disproved) are told apart.

The words for verdicts follow TheoryGuru: Mulligan, Davenport and England 2018, in Artificial
Intelligence and Symbolic Computation, LNCS 11110: 369-378 (unverified).
"""

from __future__ import annotations

import time
from collections.abc import MutableMapping
from dataclasses import dataclass

from dilemma.errors import UnsupportedError
from dilemma.model import Model
from dilemma.parts import Claim, Status
from dilemma.proof.choosing import DecidingChoices
from dilemma.proof.deciding import Deciding
from dilemma.proof.examples import Example
from dilemma.proof.statements import Statements

__all__ = ["Verdict", "decide"]


@dataclass(frozen=True)
class Verdict:
    """What became of one claim.

    Attributes
    ----------
    model, claim, era : str
        ``era`` names the era where the claim is made of each era by itself, else "".
    status : str
        "proved": at every calibration, in every equilibrium.  "mixed": holds at some, fails at
        others.  "disproved": fails at every calibration.  "contradictory": its assumptions
        cannot hold together.  "vacuous": there is no equilibrium to speak of.  "open": not
        decided, for the ``reason`` given.
    expected : str
        What the model file expects.
    fails, holds : Example or None
        An exact example of each.
    reason : str
        Why a claim is open, contradictory or vacuous.
    of_play : bool
        Whether the claim speaks of what is played in equilibrium.
    cases : int
        How many combinations of supports were gone through, one a calibration.
    decider : str
        What decided, with its version.
    seconds : float
    lemmas : tuple of str
        The claims that it was proved through, each proved itself.
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
    decider: str
    seconds: float
    lemmas: tuple[str, ...] = ()

    @property
    def as_expected(self) -> bool:
        """Whether the claim fared as its file says."""
        return self.status == self.expected

    @property
    def name(self) -> str:
        """The claim's name, with the era where it is made of each."""
        return f"{self.claim.name} @ {self.era}" if self.era else self.claim.name


def decide(
    model: Model,
    claim: Claim,
    *,
    seconds: float = 60.0,
    known: MutableMapping[str, tuple[Verdict, ...]] | None = None,
) -> tuple[Verdict, ...]:
    """Decide one claim; a claim about each era by itself gets a verdict for each.

    Parameters
    ----------
    seconds : float
        Budget for each verdict; past it the claim stays open.
    known : mutable mapping of claim's name to verdicts, optional
        Verdicts on lemmas are looked up here, and left here.
    """
    import z3

    known = {} if known is None else known
    if claim.name in known and model.claims.get(claim.name) == claim:
        return known[claim.name]
    lemmas = []
    for name in claim.because:
        lemma = model.claims[name]
        if all(v.status == "proved" for v in decide(model, lemma, seconds=seconds, known=known)):
            lemmas.append(lemma)
    overs = list(model.eras) if claim.over == "each" else [claim.over]
    found = []
    for over in overs:
        begun = time.perf_counter()
        era = over if claim.over == "each" else ""
        statements = Statements(model, claim, over)
        deciding = (
            Deciding(statements, begun + seconds)
            if model.choices is None
            else DecidingChoices(statements, begun + seconds, given_lemmas=tuple(lemmas))
        )
        try:
            status, reason = deciding.status()
        except UnsupportedError as error:
            status, reason = "open", deciding.plainly(str(error))
        found.append(
            Verdict(
                model=model.name,
                claim=claim,
                era=era,
                status=status,
                expected=claim.expect.get(era, claim.expect.get("", "proved")),
                fails=deciding.fails,
                holds=deciding.holds,
                reason=reason,
                of_play=bool(deciding.statements.in_equilibrium),
                cases=deciding.cases,
                decider=f"z3 {z3.get_version_string()}",
                seconds=time.perf_counter() - begun,
                lemmas=deciding.lemmas,
            )
        )
    known[claim.name] = tuple(found)
    return tuple(found)
