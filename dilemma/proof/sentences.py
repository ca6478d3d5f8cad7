"""Verdicts in words: over what a claim speaks, what its verdict means, how far it carries."""

from __future__ import annotations

import sympy as sp

from dilemma.model import Model
from dilemma.parts import Claim, decimal
from dilemma.proof.verdicts import Radius, Robustness, Verdict
from dilemma.report import number, percent

__all__ = [
    "carries",
    "fares",
    "meaning",
    "needed",
    "quantified",
    "shared",
    "spans",
    "where",
]

MEANINGS = {
    "holds": {
        "proved": "holds at every calibration that it speaks of, in every equilibrium",
        "mixed": "holds at some calibrations and fails at others",
        "disproved": "fails at every calibration",
    },
    "exists": {
        "proved": "at every calibration that it speaks of there is such an equilibrium",
        "mixed": "there is such an equilibrium at some calibrations and none at others",
        "disproved": "there is such an equilibrium at no calibration",
    },
    "possible": {
        "proved": "there is a calibration with such an equilibrium",
        "mixed": "there is a calibration with such an equilibrium",
        "disproved": "there is such an equilibrium at no calibration",
    },
}
ANY_MODE = {
    "contradictory": "its assumptions cannot hold together",
    "vacuous": "there is nothing for it to speak of",
    "open": "not decided",
}
AMONG = {
    "pure": "{} in which nobody mixes",
    "mixed": "{} in which somebody mixes",
    "stable": "stable {}",
    "risk_dominant": "risk-dominant {}",
    "lowest": "{} than which none is lower",
    "highest": "{} than which none is higher",
    "any": "{}",
}


def meaning(verdict: Verdict) -> str:
    """Say what a verdict's word means for its claim."""
    if verdict.status == "open" and verdict.fails is not None:
        return "it fails somewhere; whether it fails everywhere is not decided"
    return ANY_MODE.get(verdict.status) or MEANINGS[verdict.claim.mode][verdict.status]


def fares(model: Model, verdict: Verdict) -> str:
    """Return a verdict's word, and what the model file expects where it is another."""
    shown: str = verdict.status
    if verdict.status == "open" and verdict.fails is not None:
        shown = "fails somewhere; open whether everywhere"
    expected = verdict.as_expected or verdict.claim.name not in model.claims
    return shown if expected else f"{shown} (expected {verdict.expected})"


def where(model: Model, verdict: Verdict) -> str:
    """Say in short over what a claim speaks."""
    over = verdict.era or verdict.claim.over
    told = {
        "all": "all parameters",
        "any pair": "any two calibrations",
        "pair": "both eras together",
    }
    said = told.get(over) or model.eras[over].title
    name = verdict.claim.calibrations
    return f"{said}, calibrations '{name}'" if name else said


def quantified(model: Model, verdict: Verdict) -> str:
    """Say for which calibrations and which equilibria a claim is made, as a sentence."""
    claim = verdict.claim
    some = claim.mode == "possible"
    over = verdict.era or claim.over
    every, box = ("some", "at least one") if some else ("every", "every")
    match over:
        case "all":
            at = f"For {every if some else 'all'} values of the parameters that the theory allows"
        case "any pair":
            first, second = (era.title for era in list(model.eras.values())[:2])
            at = (
                f"For {'some' if some else 'any'} two calibrations that the theory allows, whatever "
                f"the eras' boxes say (the formula calls them {first} and {second})"
            )
        case "pair":
            first, second = (era.title for era in list(model.eras.values())[:2])
            at = (
                f"For {box} calibration in the {first} box and {'one' if some else 'every one'} in "
                f"the {second} box"
            )
        case _:
            at = f"For {box} calibration in the {model.eras[over].title} box"
    if claim.calibrations:
        moves = model.variants[claim.calibrations].moves
        at += (
            f", on the calibrations '{claim.calibrations}', in which only {', '.join(moves)} "
            f"{'moves' if len(moves) == 1 else 'move'} between the eras"
        )
    return f"{at}{_trends(claim)}{_equilibria(model, verdict)}."


def _trends(claim: Claim) -> str:
    moved = dict.fromkeys(
        r.arguments[1] for r in claim.references.values() if r.what in ("rises", "falls")
    )
    if not moved:
        return ""
    return f", set beside one that differs in {' or '.join(moved)} alone, where that is higher"


def _equilibria(model: Model, verdict: Verdict) -> str:
    claim = verdict.claim
    if not verdict.of_play:
        told = {r.what for r in claim.references.values()}
        if told & {"equilibrium", "unique"}:
            return "; the claim says itself which profiles are equilibria"
        return "; no equilibrium enters"
    one = claim.mode != "holds"
    which = "equilibrium"
    if claim.among in AMONG:
        which = AMONG[claim.among].format(which)
    elif claim.among:
        what = "of the regime" if model.choices is not None else "of the kind"
        which = f"equilibrium {what} '{claim.among}'"
    found = f", in {'at least one' if one else 'every'} {which}"
    if claim.over in ("pair", "any pair") and not verdict.era:
        found += " of each"
    if claim.holding:
        found += (
            f", with {', '.join(claim.holding)} held where it is: only the others reply as best "
            "they can"
        )
    return found


def shared(model: Model, claim: Claim) -> str:
    """Say what is the same in both eras of a pair, "" for nothing."""
    names = list(claim.shared)
    if claim.over == "pair":
        eras = model.variant(claim.calibrations).eras if claim.calibrations else model.eras
        first = next(iter(eras.values()))
        names = [n for n, v in first.values.items() if v.common or n in claim.shared]
    if not names:
        return ""
    return f"{', '.join(names)} {'is' if len(names) == 1 else 'are'} the same in both"


# --- how robust ----------------------------------------------------------------------------------


def carries(robust: Robustness | None) -> str:
    """Write how far a verdict carries: a radius, or the two between which it lies.

    Examples
    --------
    >>> carries(Robustness(radius=Radius(sp.Rational(5, 4), sp.Rational(21, 16))))
    '1.25 to 1.312'
    >>> carries(Robustness(radius=Radius(sp.Integer(4), None, everywhere=True)))
    'everywhere'
    """
    if robust is None or robust.radius is None:
        return ""
    match radius := robust.radius:
        case Radius(everywhere=True):
            return "everywhere"
        case Radius(proved=None, fails=None):
            return "not known"
        case Radius(proved=None, fails=fails):
            return "fails at the centre" if fails == 0 else f"below {_short(fails)}"
        case Radius(proved=proved, fails=None):
            return f"at least {_short(proved)}"
    return f"{_short(radius.proved)} to {_short(radius.fails)}"


def _short(value: sp.Rational | None) -> str:
    assert value is not None
    return number(value) if len(decimal(value)) > 5 else decimal(value)


def spans(robust: Robustness | None) -> str:
    """Write on which share of the boxes a claim holds and on which it fails."""
    if robust is None or robust.shares is None:
        return ""
    shares = robust.shares
    told = [
        f"{verb} on {percent(float(share))}"
        for verb, share in (("holds", shares.holds), ("fails", shares.fails))
        if share
    ]
    if told and shares.undecided:
        told.append(f"{percent(float(shares.undecided))} undecided")
    if shares.sampled is not None:
        told.append(
            f"it holds at {percent(shares.sampled)} of {shares.draws:,} random calibrations"
        )
    return "; ".join(told)


def needed(verdict: Verdict) -> str:
    """Say what a proof needs, or what would rescue a claim that fails somewhere."""
    robust = verdict.robustness
    if robust is None:
        return ""
    if robust.rescue is not None:
        return f"would hold with {robust.rescue.words}"
    if robust.needs is None:
        return ""
    if not robust.needs:
        return "nothing: it holds for all parameters"
    return f"only: {'; '.join(need.words for need in robust.needs)}"
