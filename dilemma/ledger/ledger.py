"""The ledger: the claims of models, each with its verdict and an explanation.

An explanation says, as a referee would, what is claimed, what follows, what it hangs on, and why.
In a file it is a page, a spreadsheet, LaTeX or JSON, as the file's ending says.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, overload

from dilemma.claims.sentences import (
    boxes,
    carries,
    fares,
    formula,
    meaning,
    names,
    needed,
    quantified,
    shared,
    spans,
    tables,
    where,
)
from dilemma.claims.verdict import Checks, Example, Verdict
from dilemma.deciders import KNOWN, Decider
from dilemma.errors import UnknownKeyError, nearest
from dilemma.games.kind import Can, concepts
from dilemma.model import Model
from dilemma.output.cleaning import as_json, cell
from dilemma.output.frames import Frame
from dilemma.output.result import Cell, Shown, Table, as_data, check, fields_as_data
from dilemma.output.tables import latex, page
from dilemma.theory.parts import Claim, decimal

__all__ = [
    "ENDINGS",
    "Explanation",
    "Ledger",
    "all_data",
    "all_tables",
    "check_ending",
    "verdict_data",
    "written",
]

Row = tuple[Cell, ...]


@dataclass(frozen=True, repr=False)
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
        return tuple(table for verdict in self.verdicts for table in self._tables_of(verdict))

    def to_dict(self) -> dict[str, Any]:
        """Return the explanations as plain data."""
        from dilemma.claims.witness import breaks

        return {
            "explanations": [
                {
                    **verdict_data(v),
                    "quantified": quantified(self._model(v), v),
                    "meaning": meaning(v),
                    "names": names(self._model(v), v.claim),
                    "breaks": breaks(self._model(v), v),
                    "follows_from": [told for _, told in self._chain(v, v.claim, 0)],
                }
                for v in self.verdicts
            ]
        }

    def _model(self, verdict: Verdict) -> Model:
        return self.models[verdict.model]

    def _tables_of(self, verdict: Verdict) -> Iterator[Table]:
        model, claim = self._model(verdict), verdict.claim
        era = f", {model.era(verdict.era).title}" if verdict.era else ""
        own = claim.name in model.claims
        title = f"Claim {claim.label or claim.name} of" if own else "A claim about"
        title = f"{title} {model.title}{era}"
        yield Table(title, ("", claim.name if own else ""), tuple(_once(self._statement(verdict))))
        at = model.about(claim)
        example, what = verdict.fails, "Where it fails"
        if example is None or claim.mode == "possible":
            example, what = verdict.holds or example, "Where it holds" if verdict.holds else what
        if example is not None:
            yield from tables(at, verdict, example, what)
            from dilemma.claims.witness import reproduced

            yield from reproduced(model, verdict)
        elif claim.over not in ("all", "any pair") and model.parameters:
            yield boxes(at, verdict)

    def _statement(self, verdict: Verdict) -> Iterator[Row]:
        model, claim = self._model(verdict), verdict.claim
        yield "says", claim.says
        if claim.source:
            yield "passage", claim.source
        if claim.evidence:
            yield "evidence", f"{claim.evidence}: {EVIDENCE[claim.evidence]}"
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
        for other in claim.deviations:
            yield "compared with", ", ".join(f"{name} = {told}" for name, told in other.items())
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
        what = "combination of what binds" if Can.SLOPES in model.game.can else "way of playing"
        yield f"it cannot fail in any {what} ({verdict.cases} gone through)"
    elif everywhere:
        yield "that it fails contradicts what is given and where the parameters may lie"
    elif verdict.status == "disproved":
        yield "that it holds anywhere contradicts what is given and where the parameters may lie"
    if verdict.fails is not None and verdict.holds is not None:
        yield f"it holds, for example, {'; '.join(_places(verdict.holds))}"
    if verdict.deciders:
        done, within = ("asked:", ", for") if verdict.status == "open" else ("decided by", " in")
        yield f"{done} {', '.join(verdict.deciders)}{within} {verdict.seconds:.2f} s"
    if verdict.status == "open":
        yield HELP


def _places(example: Example) -> Iterator[str]:
    """Say which calibration it is, by what differs from the centre."""
    for label, differing in example.moved.items():
        at = example.calibrations[label]
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
        left = [KNOWN[d].title for d in deciders if d not in ("z3", "elimination")]
        return ", ".join(["z3, two ways (as stated, and with unknowns put in)", *left])
    return ", ".join(KNOWN[d].title for d in deciders)


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
        "evidence": claim.evidence,
        "over": claim.over,
        "eras": list(claim.eras),
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
        "robustness": as_data(verdict.robustness),
        "checks": _checks_data(verdict.checks),
    }


def _checks_data(checks: Checks | None) -> dict[str, Any] | None:
    return None if checks is None else {**as_data(checks), "independent": checks.independent}


def _example_data(example: Example | None) -> dict[str, Any] | None:
    if example is None:
        return None
    told: dict[str, Any] = as_data(example)
    del told["points"]  # the calibrations once more
    return told


# --- the ledger -----------------------------------------------------------------------------------


HELP = "what may decide it: more seconds, smaller boxes, more that is given, claims that it may use"
COLUMNS = (
    "model", "claim", "label", "era", "says", "passage", "evidence", "over", "given", "formula", "verdict",
    "expected", "radius", "share", "needs", "decider", "seconds", "reason",
)  # fmt: skip
EVIDENCE = {
    "read": "it stands in a source that was read",
    "derived": "it was worked out from a game that was read",
    "reconstruction": "an abstract was read; the payoffs are this package's own",
    "unverified": "from memory: no text of it was seen",
}
_SHORT = {"exact bisection": "bisection"}  # else the first word, the version apart


@dataclass(frozen=True, repr=False)
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
    as_one : bool
        Whether all models share one table, a row for each proposition, in place of one each.
    """

    models: tuple[Model, ...]
    verdicts: tuple[Verdict, ...]
    lemmas: tuple[Verdict, ...] = ()
    remembered: int = 0
    notes: tuple[str, ...] = ()
    as_one: bool = False

    def __iter__(self) -> Iterator[Verdict]:
        return iter(self.verdicts)

    def __len__(self) -> int:
        return len(self.verdicts)

    @overload
    def __getitem__(self, which: int) -> Verdict: ...
    @overload
    def __getitem__(self, which: str) -> Ledger: ...
    def __getitem__(self, which: int | str) -> Verdict | Ledger:
        """Return one verdict by its position, or by a name the ledger of the verdicts so called.

        A claim's name, its label or the label's number ("C1.6", for all its variants), each with
        its model before a dot or not, or a verdict's own name, with its era.  A claim that is made
        of each era has a verdict for each, and a number several variants: so a name leads to a
        ledger, however many it names.
        """
        if isinstance(which, str):
            return self._called(which)
        return self.verdicts[which]

    def _called(self, name: str) -> Ledger:
        """Return the ledger of the verdicts that are called so."""
        found = tuple(v for v in self.verdicts if name in _names(v))
        if not found:
            known = list(dict.fromkeys(n for v in self.verdicts for n in _names(v)))
            raise UnknownKeyError(f"no claim {name!r} here: {nearest(name, known)}")
        models = {v.model for v in found}
        return Ledger(tuple(m for m in self.models if m.name in models), found, self.lemmas)

    @property
    def proved(self) -> bool:
        """Whether every claim is proved; of one claim ``ledger["C1.8"].proved``."""
        return all(v.proved for v in self.verdicts)

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
            A claim's name or label, as an index of the ledger; all its claims if there is none.

        Examples
        --------
        >>> import dilemma
        >>> ledger = dilemma.prove(dilemma.load("abandonment"), "C1.8")
        >>> print(str(ledger.explain()).splitlines()[0])
        Claim C1.8 of Abandonment and entrapment
        """
        wanted = self.verdicts if claim is None else self[claim].verdicts
        known: dict[tuple[str, str], tuple[Verdict, ...]] = {}
        for v in (*self.verdicts, *self.lemmas):
            key = (v.model, v.claim.name)
            known[key] = (*known.get(key, ()), v)
        return Explanation(self._by_name(), wanted, known)

    def tables(self) -> tuple[Table, ...]:
        """Return a table for each model, a row for each verdict; where there are few, what it rests on."""
        if self.as_one:
            return (self._one_table(),)
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

    def _one_table(self) -> Table:
        """Return a row for each proposition of all models, in the order of models and files."""
        models = self._by_name()
        rows = tuple(self._proposition(models[v.model], v) for v in self.verdicts)
        known = dict.fromkeys(v.claim.evidence for v in self.verdicts if v.claim.evidence)
        told = (f"{word}: {EVIDENCE[word]}." for word in EVIDENCE if word in known)
        head = ("proposition", "says", "evidence", "verdict", "given", "s")
        return Table(
            "The literature, each proposition decided",
            head,
            rows,
            (*told, *self._notes(robust=False)),
        )

    @staticmethod
    def _proposition(model: Model, verdict: Verdict) -> tuple[Cell, ...]:
        claim = verdict.claim
        name = f"{model.title}\n{claim.label or claim.name}"
        if claim.over != "all":
            name += f", {where(model, verdict)}"
        given = claim.text.get("given", "")
        return (
            name,
            claim.says,
            claim.evidence,
            fares(model, verdict),
            given,
            f"{verdict.seconds:.2f}",
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the ledger as plain data; exact numbers are text such as "11/16"."""
        return {
            **fields_as_data(self, "models", "as_expected", "remembered", "notes"),
            "verdicts": [verdict_data(v) for v in self.verdicts],
            "lemmas": [verdict_data(v) for v in self.lemmas],
        }

    def to_csv(self) -> str:
        """Return a line for each verdict, ready for a spreadsheet."""
        page = io.StringIO()
        lines = csv.writer(page, lineterminator="\n")
        lines.writerow(COLUMNS)
        for row in self._rows():
            seconds = f"{row['seconds']:.3f}"
            lines.writerow(map(cell, ({**row, "seconds": seconds}).values()))
        return page.getvalue()

    def _frame(self) -> Frame:
        """Return a row for each verdict, with the columns of :meth:`to_csv`."""
        about = fields_as_data(self, "models", "as_expected", "remembered", "notes")
        return Frame(COLUMNS, list(self._rows()), about)

    def _rows(self) -> Iterator[dict[str, Any]]:
        """Yield what a spreadsheet tells of each verdict."""
        models = self._by_name()
        for v in self.verdicts:
            claim = v.claim
            told = (v.model, claim.name, claim.label, v.era, claim.says, claim.source, claim.evidence,
                    where(models[v.model], v), claim.text.get("given", ""), claim.text["holds"],
                    v.status, v.expected, carries(v.robustness),
                    spans(v.robustness), needed(v), "; ".join(v.deciders),
                    v.seconds, v.reason)  # fmt: skip
            yield dict(zip(COLUMNS, told, strict=True))

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
        yield from concepts(self.models)
        yield from (f"{v.name} is {v.status}: {v.reason}." for v in self.verdicts if v.reason)
        if deciders := sorted({d for v in self.verdicts for d in v.deciders}):
            decided = any(v.status != "open" and v.deciders for v in self.verdicts)
            yield f"{'Decided by' if decided else 'Asked:'} {', '.join(deciders)}."
        if any(v.fails is not None or v.holds is not None for v in self.verdicts):
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


def _names(verdict: Verdict) -> tuple[str, ...]:
    """Return what a verdict is called: by its claim, by itself, and by its model and these."""
    claim = verdict.claim
    told = (claim.name, claim.label, claim.label.split(" ")[0], verdict.name)
    own = tuple(filter(None, told))
    return (*own, *(f"{verdict.model}.{name}" for name in own))


# --- files ----------------------------------------------------------------------------------------


ENDINGS = (".html", ".csv", ".tex", ".json")


def check_ending(path: Path) -> None:
    """See that a file's ending says what is to be written, and that it can be.

    Raises
    ------
    DilemmaError
        If it does not.
    """
    check(path, "a ledger's file", ENDINGS)


def written(ledger: Ledger, path: Path, *, explained: bool) -> str:
    """Return what stands in the file; ``explained`` puts the claims' explanations behind.

    Examples
    --------
    >>> import dilemma
    >>> ledger = dilemma.prove(dilemma.load("abandonment"), "C1.8")
    >>> written(ledger, Path("ledger.csv"), explained=False).splitlines()[1].split(",")[1]
    'stake_beats_entrapment'
    """
    check_ending(path)
    match path.suffix.lower():
        case ".html":
            return page(all_tables(ledger, explained=explained))
        case ".tex":
            return latex(all_tables(ledger, explained=explained)) + "\n"
        case ".csv":
            return ledger.to_csv()
    data = all_data(ledger, explained=explained)
    return as_json(data) + "\n"


def all_tables(ledger: Ledger, *, explained: bool) -> list[Table]:
    """Return the ledger's tables, with an explanation of every claim or as they are."""
    if not explained:
        return list(ledger.tables())
    return [ledger.tables()[0], *ledger.explain().tables()]


def all_data(ledger: Ledger, *, explained: bool) -> dict[str, Any]:
    """Return the ledger as plain data, with an explanation of every claim or without."""
    return ledger.to_dict() | (ledger.explain().to_dict() if explained else {})
