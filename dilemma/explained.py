"""One claim explained as a referee would: what is said, what follows, what it hangs on, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dilemma.model import Model
from dilemma.parts import Claim, decimal
from dilemma.proof.example_tables import boxes, tables
from dilemma.proof.records import plain
from dilemma.proof.sentences import carries, fares, meaning, needed, quantified, shared, spans
from dilemma.proof.symbols import formula, names
from dilemma.proof.verdicts import Checks, Decider, Example, Verdict
from dilemma.report import Cell, Shown, Table

__all__ = ["Explanation", "verdict_data"]

Row = tuple[Cell, ...]
_NAMES: Mapping[Decider, str] = {
    "z3": "z3",
    "elimination": "z3 with unknowns put in",
    "bisection": "exact bisection",
}


@dataclass(frozen=True)
class Explanation(Shown):
    """Claims explained, one after another.

    Attributes
    ----------
    models : mapping of str to Model
    verdicts : tuple of Verdict
    known : mapping of (model, claim) to tuple of Verdict
        What became of the claims that these follow from.
    """

    models: Mapping[str, Model]
    verdicts: tuple[Verdict, ...]
    known: Mapping[tuple[str, str], tuple[Verdict, ...]]

    def tables(self) -> tuple[Table, ...]:
        """Return for each verdict what is said, and the example that tells most."""
        return tuple(table for verdict in self.verdicts for table in self._told(verdict))

    def to_dict(self) -> dict[str, Any]:
        """Return the explanations as plain data."""
        return {
            "explanations": [
                {
                    **verdict_data(v),
                    "quantified": quantified(self._model(v), v),
                    "meaning": meaning(v),
                    "names": names(self._model(v), v.claim),
                    "follows_from": [told for _, told in self._chain(v, v.claim, 0)],
                }
                for v in self.verdicts
            ]
        }

    def _model(self, verdict: Verdict) -> Model:
        return self.models[verdict.model]

    def _told(self, verdict: Verdict) -> Iterator[Table]:
        model, claim = self._model(verdict), verdict.claim
        era = f", {model.eras[verdict.era].title}" if verdict.era else ""
        own = claim.name in model.claims
        title = f"Claim {claim.label or claim.name} of" if own else "A claim about"
        title = f"{title} {model.title}{era}"
        yield Table(title, ("", claim.name if own else ""), tuple(_once(self._statement(verdict))))
        at = model.variant(claim.calibrations) if claim.calibrations else model
        example, what = verdict.fails, "Where it fails"
        if example is None or claim.mode == "possible":
            example, what = verdict.holds or example, "Where it holds" if verdict.holds else what
        if example is not None:
            yield from tables(at, verdict, example, what)
        elif claim.over not in ("all", "any pair") and model.parameters:
            yield boxes(at, verdict)

    def _statement(self, verdict: Verdict) -> Iterator[Row]:
        model, claim = self._model(verdict), verdict.claim
        yield "says", claim.says
        if claim.source:
            yield "passage", claim.source
        yield "claimed", quantified(model, verdict)
        if claim.text.get("given"):
            yield "assuming", formula(model, claim, "given")
        if told := shared(model, claim):
            yield "and that", told
        yield "in symbols", formula(model, claim, "holds")
        yield from (("where", told) for told in names(model, claim))
        if not claim.derived:
            yield (
                "put in",
                "the calibration puts the sign in; it does not come from any equilibrium",
            )
        yield from (("follows from", told) for _, told in self._chain(verdict, claim, 0))
        yield "verdict", f"{fares(model, verdict)}: {meaning(verdict)}"
        yield from (("why", told) for told in _why(model, verdict))
        yield from _robust(verdict)
        if verdict.checks is not None:
            yield from (("checked", told) for told in _checked(verdict.checks))

    def _chain(self, verdict: Verdict, claim: Claim, depth: int) -> Iterator[tuple[str, str]]:
        """Yield the claims that a claim follows from, and what those follow from in turn."""
        model = self._model(verdict)
        for name in claim.because:
            lemma = model.claims[name]
            found = self.known.get((model.name, name), ())
            fared = ", ".join(dict.fromkeys(v.status for v in found)) or "not decided here"
            if depth == 0:
                fared += ", used" if name in verdict.lemmas else ", not used"
            label = f"{lemma.label}: " if lemma.label else ""
            yield name, f"{'  ' * depth}{label}{name} ({fared}): {lemma.says}"
            yield from self._chain(verdict, lemma, depth + 1)


def _once(rows: Iterable[Row]) -> Iterator[Row]:
    """Write what stands at the head of several rows only at the first."""
    before: Cell = ""
    for head, *cells in rows:
        yield ("" if head == before else head, *cells)
        before = head


def _why(model: Model, verdict: Verdict) -> Iterator[str]:
    """Say what the verdict rests on."""
    if verdict.reason:
        yield verdict.reason
    everywhere = verdict.status == "proved" and verdict.claim.mode == "holds"
    if everywhere and verdict.cases:
        what = "combination of what binds" if model.choices is not None else "way of playing"
        yield f"it cannot fail in any {what} ({verdict.cases} gone through)"
    elif everywhere:
        yield "that it fails contradicts what is given and where the parameters may lie"
    elif verdict.status == "disproved":
        yield "that it holds anywhere contradicts what is given and where the parameters may lie"
    if verdict.fails is not None and verdict.holds is not None:
        yield f"it holds, for example, {'; '.join(_places(verdict.holds.moved, verdict))}"
    yield f"decided by {', '.join(verdict.deciders)} in {verdict.seconds:.2f} s"


def _places(moved: Mapping[str, tuple[str, ...]], verdict: Verdict) -> Iterator[str]:
    """Say which calibration it is, by what differs from the centre."""
    assert verdict.holds is not None
    for label, differing in moved.items():
        at = verdict.holds.calibrations[label]
        told = ", ".join(f"{name} = {decimal(at[name])}" for name in differing)
        yield f"{label}: at the centre" + (f" but for {told}" if told else "")


def _robust(verdict: Verdict) -> Iterator[Row]:
    robust = verdict.robustness
    if robust is None:
        return
    if told := needed(verdict):
        yield ("rescued" if robust.rescue is not None else "needs"), told
    if robust.radius is not None:
        yield (
            "radius",
            f"{carries(robust)} (1: the boxes as they are, 0: their centres, 2: twice as wide)",
        )
    if robust.shares is not None:
        yield "share of the boxes", spans(robust)
    yield from (("left open", note) for note in robust.notes)


def _checked(checks: Checks) -> Iterator[str]:
    if checks.agree:
        told = f"the same verdict alone: {_ways(checks.agree)}"
        if checks.independent > 1:
            told += "; z3 and exact bisection share nothing but the question"
        elif len(checks.agree) > 1:
            told += "; they share so much that this counts as one decider"
        yield told
    if checks.silent:
        yield f"no verdict alone: {_ways(checks.silent)}"
    if checks.attack is not None:
        attack = checks.attack
        yield (
            f"{attack.draws:,} random calibrations (seed {attack.seed}) and {attack.corners:,} "
            f"corners solved: it speaks of {attack.spoke:,} and fails at {attack.failing:,}"
        )


def _ways(deciders: tuple[Decider, ...]) -> str:
    """Name deciders; z3 with and without unknowns put in is z3, two ways."""
    if "z3" in deciders and "elimination" in deciders:
        left = [_NAMES[d] for d in deciders if d not in ("z3", "elimination")]
        return ", ".join(["z3, two ways (as stated, and with unknowns put in)", *left])
    return ", ".join(_NAMES[d] for d in deciders)


def verdict_data(verdict: Verdict) -> dict[str, Any]:
    """Return a verdict with its claim as plain data; exact numbers are text such as "11/16"."""
    claim = verdict.claim
    return {
        "model": verdict.model,
        "claim": claim.name,
        "label": claim.label,
        "era": verdict.era or None,
        "says": claim.says,
        "source": claim.source,
        "over": claim.over,
        "mode": claim.mode,
        "calibrations": claim.calibrations or None,
        "among": claim.among,
        "shared": list(claim.shared),
        "given": claim.text.get("given", ""),
        "holds": claim.text["holds"],
        "status": verdict.status,
        "expected": verdict.expected,
        "derived": claim.derived,
        "reason": verdict.reason,
        "cases": verdict.cases,
        "deciders": list(verdict.deciders),
        "because": list(claim.because),
        "lemmas": list(verdict.lemmas),
        "of_play": verdict.of_play,
        "seconds": round(verdict.seconds, 3),
        "example_fails": _example_data(verdict.fails),
        "example_holds": _example_data(verdict.holds),
        "robustness": plain(verdict.robustness),
        "checks": _checks_data(verdict.checks),
    }


def _checks_data(checks: Checks | None) -> dict[str, Any] | None:
    return None if checks is None else {**plain(checks), "independent": checks.independent}


def _example_data(example: Example | None) -> dict[str, Any] | None:
    if example is None:
        return None
    told: dict[str, Any] = plain(example)
    del told["points"]  # the calibrations once more
    return told
