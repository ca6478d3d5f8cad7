"""The ledger: the claims of models, each with its verdict."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dilemma.cleaning import cell
from dilemma.errors import CalibrationError, nearest
from dilemma.explained import Explanation, verdict_data
from dilemma.model import Model
from dilemma.proof.sentences import carries, fares, meaning, needed, spans, where
from dilemma.proof.verdicts import Verdict
from dilemma.report import Cell, Shown, Table

__all__ = ["Ledger"]

_SHORT = {"exact bisection": "bisection"}  # else the first word, the version apart


@dataclass(frozen=True)
class Ledger(Shown):
    """Claims and their verdicts.

    Attributes
    ----------
    models : tuple of Model
    verdicts : tuple of Verdict
    lemmas : tuple of Verdict
        What became of claims that nobody asked for, and that others follow from.
    remembered : int
        How many of the verdicts were decided before, by the same version, and kept.
    notes : tuple of str
        What went otherwise than asked.
    """

    models: tuple[Model, ...]
    verdicts: tuple[Verdict, ...]
    lemmas: tuple[Verdict, ...] = ()
    remembered: int = 0
    notes: tuple[str, ...] = ()

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

    @property
    def summary(self) -> str:
        """How many claims fared how, such as "20 verdicts: 12 proved, 8 mixed"."""
        counts = Counter(v.status for v in self.verdicts)
        told = ", ".join(f"{count} {status}" for status, count in counts.most_common())
        return f"{len(self)} verdict{'' if len(self) == 1 else 's'}: {told or 'none'}"

    def explain(self, claim: str | None = None) -> Explanation:
        """Explain claims as a referee would.

        Parameters
        ----------
        claim : str, optional
            A claim's name or label; all claims of the ledger if there is none.

        Examples
        --------
        >>> import dilemma
        >>> ledger = dilemma.prove(dilemma.load("abandonment"), "C1.8")
        >>> print(str(ledger.explain()).splitlines()[0])
        Claim C1.8 of Abandonment and entrapment
        """
        wanted = [v for v in self.verdicts if claim in (None, v.claim.name, v.claim.label)]
        if not wanted:
            names = [v.claim.name for v in self.verdicts]
            raise CalibrationError(f"no claim {claim!r} here: {nearest(str(claim), names)}")
        known: dict[tuple[str, str], tuple[Verdict, ...]] = {}
        for v in (*self.verdicts, *self.lemmas):
            key = (v.model, v.claim.name)
            known[key] = (*known.get(key, ()), v)
        return Explanation(self._by_name(), tuple(wanted), known)

    def tables(self) -> tuple[Table, ...]:
        """Return a table for each model, a row for each verdict; where there are few, what it rests on."""
        robust = any(v.robustness is not None for v in self.verdicts)
        head = ("claim", "passage", "verdict", *(("radius", "needs") if robust else ()))
        found = []
        for model in self.models:
            rows = tuple(
                self._row(model, v, robust) for v in self.verdicts if v.model == model.name
            )
            notes = tuple(self._notes(robust)) if model is self.models[-1] else ()
            title = f"{model.title}: the claims, each decided"
            found.append(Table(title, (*head, "decider", "s"), rows, notes))
        explained = self.explain().tables() if 0 < len(self.verdicts) <= 2 else ()
        return (*found, *explained)

    def to_dict(self) -> dict[str, Any]:
        """Return the ledger as plain data; exact numbers are text such as "11/16"."""
        return {
            "models": [model.name for model in self.models],
            "as_expected": self.as_expected,
            "remembered": self.remembered,
            "notes": list(self.notes),
            "verdicts": [verdict_data(v) for v in self.verdicts],
            "lemmas": [verdict_data(v) for v in self.lemmas],
        }

    def to_csv(self) -> str:
        """Return a line for each verdict, ready for a spreadsheet."""
        models = self._by_name()
        page = io.StringIO()
        lines = csv.writer(page, lineterminator="\n")
        lines.writerow(
            ["model", "claim", "label", "era", "says", "passage", "over", "given", "formula",
             "verdict", "expected", "radius", "share", "needs", "decider", "seconds", "reason"]
        )  # fmt: skip
        for v in self.verdicts:
            claim = v.claim
            told = [v.model, claim.name, claim.label, v.era, claim.says, claim.source,
                    where(models[v.model], v), claim.text.get("given", ""), claim.text["holds"],
                    v.status, v.expected, carries(v.robustness),
                    spans(v.robustness), needed(v), "; ".join(v.deciders),
                    f"{v.seconds:.3f}", v.reason]  # fmt: skip
            lines.writerow(map(cell, told))
        return page.getvalue()

    def _by_name(self) -> Mapping[str, Model]:
        return {model.name: model for model in self.models}

    def _row(self, model: Model, verdict: Verdict, robust: bool) -> tuple[Cell, ...]:  # noqa: FBT001 -- its own
        claim = verdict.claim
        put_in = "" if claim.derived else " [put in]"
        name = claim.label or (claim.name if claim.name in model.claims else "a claim of your own")
        cells = [f"{name}, {where(model, verdict)}\n{claim.says}{put_in}", claim.source]
        cells.append(fares(model, verdict))
        if robust:
            told = filter(None, (spans(verdict.robustness), needed(verdict)))
            cells += [carries(verdict.robustness), "; ".join(told)]
        deciders = dict.fromkeys(_SHORT.get(d, d.split(" ")[0]) for d in verdict.deciders)
        return (*cells, ", ".join(deciders), f"{verdict.seconds:.2f}")

    def _notes(self, robust: bool) -> Iterator[str]:  # noqa: FBT001 -- its own
        if not self.verdicts:
            yield "There are no claims."
            return
        counts = Counter((v.status, meaning(v)) for v in self.verdicts)
        for (status, means), count in counts.items():
            yield f"{status}: {means} ({count})."
        if any(not v.claim.derived for v in self.verdicts):
            yield "[put in]: the calibration puts the sign in; no equilibrium is needed."
        if robust:
            yield (
                "radius: how far the boxes may be blown up around their centres (1: as they are) "
                "with the claim still proved; two numbers bracket it."
            )
        yield from (f"{v.name} is {v.status}: {v.reason}." for v in self.verdicts if v.reason)
        yield f"Decided by {', '.join(sorted({d for v in self.verdicts for d in v.deciders}))}."
        yield "Every example was substituted back and searched for deviations."
        checked = [v.checks for v in self.verdicts if v.checks is not None]
        if checked:
            twice = sum(c.independent > 1 for c in checked)
            one = sum(c.independent == 1 and len(c.agree) > 1 for c in checked)
            alone = f"one decider, two ways: {one}; " if one else ""
            tried = sum(c.attack.draws + c.attack.corners for c in checked if c.attack is not None)
            yield (
                f"Checked: {len(checked)}; decided alike by z3 and exact bisection, which share "
                f"nothing but the question: {twice}; {alone}"
                f"calibrations and corners tried, none of which contradicts a verdict: {tried:,}."
            )
        if self.remembered:
            yield f"Decided before, and kept: {self.remembered} of {len(self.verdicts)}."
        yield from self.notes
