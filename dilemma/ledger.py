"""The ledger: the claims of a model, each with its verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sympy as sp

from dilemma.model import Model
from dilemma.parts import Claim, decimal
from dilemma.proof.decide import Verdict, decide
from dilemma.proof.examples import Example
from dilemma.report import Cell, Shown, Table, number

__all__ = ["Ledger", "prove"]

MEANINGS = {
    "proved": "holds at every calibration of the boxes, in every equilibrium",
    "mixed": "holds at some calibrations and fails at others",
    "disproved": "fails at every calibration",
    "contradictory": "its assumptions cannot hold together",
    "vacuous": "there is nothing for it to speak of",
    "open": "not decided",
}


@dataclass(frozen=True)
class Ledger(Shown):
    """Claims and their verdicts.

    Attributes
    ----------
    model : Model
    verdicts : tuple of Verdict
    """

    model: Model
    verdicts: tuple[Verdict, ...]

    def __iter__(self) -> Iterator[Verdict]:
        return iter(self.verdicts)

    def __len__(self) -> int:
        return len(self.verdicts)

    def __getitem__(self, position: int) -> Verdict:
        return self.verdicts[position]

    @property
    def as_expected(self) -> bool:
        """Whether every claim fared as its file says."""
        return all(v.as_expected for v in self.verdicts)

    def tables(self) -> tuple[Table, ...]:
        """Return a row for each verdict; then what each example is."""
        ledger = Table(
            f"{self.model.title}: the claims, each decided",
            ("claim", "says", "over", "verdict", "passage", "s"),
            tuple(self._row(v) for v in self.verdicts),
            self._notes(),
        )
        if len(self.verdicts) <= 2:
            return (ledger, *(_explained(self.model, v) for v in self.verdicts))
        return (ledger,)

    def _row(self, verdict: Verdict) -> tuple[Cell, ...]:
        claim = verdict.claim
        shown: str = verdict.status
        if verdict.status == "open" and verdict.fails is not None:
            shown = "fails somewhere; open whether everywhere"
        if not verdict.as_expected:
            shown += f" (expected {verdict.expected})"
        label = f"{claim.label}: " if claim.label else ""
        put_in = "" if claim.derived else " [put in]"
        return (
            label + claim.name,
            claim.says + put_in,
            _over(self.model, verdict),
            shown,
            claim.source,
            f"{verdict.seconds:.2f}",
        )

    def _notes(self) -> tuple[str, ...]:
        counts = Counter(v.status for v in self.verdicts)
        notes = [f"{s}: {MEANINGS[s]} ({n})." for s, n in counts.items()]
        if any(not v.claim.derived for v in self.verdicts):
            notes.append("[put in]: the calibration puts the sign in; no equilibrium is needed.")
        notes += [f"{v.name} is {v.status}: {v.reason}." for v in self.verdicts if v.reason]
        if not self.verdicts:
            return ("The model has no claims.",)
        deciders = ", ".join(sorted({v.decider for v in self.verdicts}))
        found = "" if self.model.choices is None else ", examples found among random calibrations"
        notes.append(
            f"Decided by {deciders}{found}; every example substituted back and searched for "
            "deviations."
        )
        return tuple(notes)

    def to_dict(self) -> dict[str, Any]:
        """Return the ledger as plain data; exact numbers are text such as "11/16"."""
        return {
            "model": self.model.name,
            "as_expected": self.as_expected,
            "verdicts": [_verdict_dict(v) for v in self.verdicts],
        }


def prove(
    model: Model,
    claim: str | Claim | None = None,
    *,
    seconds: float = 60.0,
    progress: Callable[[float, str], None] | None = None,
) -> Ledger:
    """Decide claims of a model for every calibration and every equilibrium.

    Parameters
    ----------
    model : Model
    claim : str or Claim, optional
        One claim, by its name or label, or made with ``model.make_claim``; a label's number
        ("C1.6") names all its variants.  Default: all claims.
    seconds : float
        Budget for each verdict; past it the claim stays open.
    progress : callable, optional
        Called with the share of the work done and the claim that is next.

    Returns
    -------
    Ledger

    Examples
    --------
    >>> import dilemma
    >>> model = dilemma.load("abandonment")
    >>> dilemma.prove(model, "stake_beats_entrapment")[0].status
    'proved'
    >>> verdict = dilemma.prove(model, "firm_in_the_cold_war")[0]
    >>> verdict.status, verdict.fails.moved
    ('mixed', {'Cold War': (...)})
    """
    match claim:
        case None:
            claims = list(model.claims.values())
        case str():
            # A label's number alone names all its variants: C1.6 for each player and profile.
            claims = [c for c in model.claims.values() if c.label.split(" ")[0] == claim]
            claims = claims or [model.claim(claim)]
        case _:
            claims = [claim]
    verdicts: list[Verdict] = []
    known: dict[str, tuple[Verdict, ...]] = {}
    for done, each in enumerate(claims):
        if progress is not None:
            progress(done / len(claims), each.name)
        verdicts += decide(model, each, seconds=seconds, known=known)
    return Ledger(model, tuple(verdicts))


def _over(model: Model, verdict: Verdict) -> str:
    over = verdict.era or verdict.claim.over
    if over == "all":
        return "all parameters"
    if over == "any pair":
        return "each pair of calibrations, whatever the parameters"
    if over == "pair":
        return "each pair of calibrations, one an era"
    return model.eras[over].title


# --- one claim explained -------------------------------------------------------------------------


def _explained(model: Model, verdict: Verdict) -> Table:
    claim = verdict.claim
    rows: list[tuple[Cell, ...]] = [
        ("says", claim.says),
        ("passage", claim.source),
        ("over", f"{_over(model, verdict)}; {_equilibria(model, verdict)}"),
    ]
    if claim.text.get("given"):
        rows.append(("given", claim.text["given"]))
    rows.append(("holds", claim.text["holds"]))
    meaning = MEANINGS[verdict.status]
    if verdict.status == "open" and verdict.fails is not None:
        meaning = "it fails somewhere; whether it fails everywhere is not decided"
    rows.append(("verdict", f"{verdict.status}: {meaning}"))
    if verdict.claim.because:
        rows += [("follows from", _lemma(model, name, verdict)) for name in verdict.claim.because]
    if verdict.reason:
        rows.append(("why", verdict.reason))
    for word, example in (("fails at", verdict.fails), ("holds at", verdict.holds)):
        if example is not None:
            rows += [(word, line) for line in describe(model, example)]
    return Table(f"Claim {claim.label or claim.name}".strip(), ("", verdict.name), tuple(rows))


def _lemma(model: Model, name: str, verdict: Verdict) -> str:
    """Say which lemma a claim follows from, and whether it was needed."""
    lemma = model.claims[name]
    label = f"{lemma.label}: " if lemma.label else ""
    used = "proved, used" if name in verdict.lemmas else "not used"
    return f"{label}{name} ({used}): {lemma.says}"


def _equilibria(model: Model, verdict: Verdict) -> str:
    references = verdict.claim.references.values()
    if not verdict.of_play:
        if any(r.what in ("equilibrium", "unique") for r in references):
            return "about which profiles are equilibria"
        return "no equilibrium enters"
    among = verdict.claim.among
    which = f"every equilibrium among: {among}" if among else "every equilibrium"
    if not verdict.cases:
        return which  # examples were enough
    what = "combinations of regimes" if model.choices is not None else "combinations of supports"
    return f"{which} ({what} gone through: {verdict.cases})"


def describe(model: Model, example: Example) -> list[str]:
    """Say in lines which calibration an example is, and what is played there."""
    lines = []
    for label, calibration in example.calibrations.items():
        if not label.endswith("another equilibrium"):
            lines.append(f"{label}: {_calibration(model, calibration, example.moved[label])}")
        if label in example.play:
            mixes = (
                f"{model.players[p].title} {_mix(model, mix)}"
                for p, mix in example.play[label].items()
            )
            lines.append(f"{label}: equilibrium: {', '.join(mixes)}")
    if example.facts:
        facts = (f"{name} = {number(value)}" for name, value in example.facts.items())
        lines.append(f"there {', '.join(facts)}")
    return lines


def _mix(model: Model, mix: Mapping[str, sp.Rational]) -> str:
    if model.choices is not None:
        return " ".join(f"{name} = {number(value)}" for name, value in mix.items())
    return "/".join(f"{a} {number(c)}" if c != 1 else a for a, c in mix.items() if c)


def _calibration(
    model: Model, calibration: Mapping[str, sp.Rational], moved: tuple[str, ...]
) -> str:
    """Say which calibration it is: by what differs from the centre, where there is one."""
    if not model.eras:
        told = [f"{name} = {decimal(value)}" for name, value in calibration.items()]
        return ", ".join(told) or "the game has no parameters"
    differs = [f"{name} = {decimal(calibration[name])}" for name in moved]
    return f"the centre but {', '.join(differs)}" if differs else "the centre itself"


def _verdict_dict(verdict: Verdict) -> dict[str, Any]:
    return {
        "claim": verdict.claim.name,
        "label": verdict.claim.label,
        "era": verdict.era or None,
        "says": verdict.claim.says,
        "source": verdict.claim.source,
        "over": verdict.claim.over,
        "given": verdict.claim.text.get("given", ""),
        "holds": verdict.claim.text["holds"],
        "status": verdict.status,
        "expected": verdict.expected,
        "derived": verdict.claim.derived,
        "reason": verdict.reason,
        "cases": verdict.cases,
        "decider": verdict.decider,
        "because": list(verdict.claim.because),
        "lemmas": list(verdict.lemmas),
        "of_play": verdict.of_play,
        "seconds": round(verdict.seconds, 3),
        "example_fails": _example_dict(verdict.fails),
        "example_holds": _example_dict(verdict.holds),
    }


def _example_dict(example: Example | None) -> dict[str, Any] | None:
    if example is None:
        return None
    return {
        "calibrations": {
            label: {name: str(value) for name, value in calibration.items()}
            for label, calibration in example.calibrations.items()
        },
        "moved": {label: list(names) for label, names in example.moved.items()},
        "facts": {name: str(value) for name, value in example.facts.items()},
        "play": {
            label: {p: {a: str(c) for a, c in mix.items()} for p, mix in play.items()}
            for label, play in example.play.items()
        },
        "values": {
            label: {name: None if v is None else str(v) for name, v in values.items()}
            for label, values in example.values.items()
        },
    }
