"""The page that tells which sentences of the paper hold, on which condition, and which fail where."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from dilemma import Model
from dilemma.claims.sentences import formula, meaning, names, quantified, shared, tables, where
from dilemma.claims.verdict import Example, Verdict
from dilemma.output.result import number
from dilemma.theory.parts import decimal
from pages.markdown import closed, code, rows, said, table

__all__ = ["of_the_paper", "page", "part", "rescuers"]

PAPER = "Huang Wei"
PARTS = {
    "holds": "Sentences that hold in every calibration",
    "condition": "Sentences that hold on a condition",
    "fails": "Sentences that fail somewhere",
    "never": "Sentences that fail everywhere",
    "silent": "Sentences that speak of nothing",
    "open": "Sentences that are not decided",
}
EXPLAINED = {
    "holds": "Proved as they stand: at every calibration that they speak of, in every equilibrium.",
    "condition": """Proved once something is assumed, or once less has moved between the eras than may
have.""",
    "fails": """True at some calibrations and false at others. For each there is an exact calibration at
which it fails, as near to the eras' centres as was found, and what rescues it where that is known.""",
    "never": "False at every calibration that they speak of. Each has an exact example.",
    "silent": "Their assumptions never hold, or nobody plays so.",
    "open": "With the reason.",
}


def of_the_paper(verdict: Verdict) -> bool:
    """Whether the claim is a sentence of the paper, or a reading of one."""
    source = verdict.claim.source
    return PAPER in source and "not a sentence of the paper" not in source


def part(verdict: Verdict) -> str:
    """Return under which heading of the page a verdict stands.

    Examples
    --------
    >>> import dilemma
    >>> model = dilemma.load("abandonment")
    >>> [part(v) for v in dilemma.prove(model, "C1.1 Japan")]
    ['fails', 'holds']
    """
    if verdict.status == "proved":
        claim = verdict.claim
        bound = claim.text.get("given") or claim.calibrations or claim.shared
        return "condition" if bound else "holds"
    known = {"mixed": "fails", "disproved": "never", "open": "open"}
    return known.get(verdict.status, "silent")


def rescuers(verdict: Verdict, verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Return the proved claims that say what becomes of one that fails.

    A claim says so itself: its source is "rescues C1.2", or its label "C1.1 Japan, rescued".
    """
    label = verdict.claim.label
    return [
        v
        for v in verdicts
        if v.status == "proved"
        and v.model == verdict.model
        and v.era in ("", verdict.era)
        and (label in _amended(v) or _rescued(v.claim.label, label))
    ]


def _amended(verdict: Verdict) -> list[str]:
    told = re.findall(r"(?:rescues|amends) ([^;]+)", verdict.claim.source)
    return [one.strip() for one in told]


def _rescued(label: str, failing: str) -> bool:
    stem, told, _ = label.partition(" rescued")
    stem = stem.rstrip(",")
    return bool(told) and (failing == stem or failing.startswith(f"{stem} "))


def page(models: Mapping[str, Model], verdicts: Sequence[Verdict]) -> str:
    """Return the page as Markdown."""
    return "\n\n".join(_sections(models, verdicts)) + "\n"


def _sections(models: Mapping[str, Model], verdicts: Sequence[Verdict]) -> Iterator[str]:
    own = [v for v in verdicts if of_the_paper(v)]
    yield "# What the paper gets right and wrong"
    yield _opening(models, own)
    write: dict[str, Callable[[Model, Verdict], Iterator[str]]] = {
        "holds": _held,
        "condition": _conditional,
    }
    for name, title in PARTS.items():
        here = [v for v in own if part(v) == name]
        if not here:
            continue
        yield f"## {title}"
        yield EXPLAINED[name]
        for model in models.values():
            some = [v for v in here if v.model == model.name]
            if some:
                yield f"### {said(model.title)}"
            for verdict in some:
                telling = write.get(name)
                lines = telling(model, verdict) if telling else _failing(model, verdict, verdicts)
                yield "\n\n".join(lines)
    yield from _beyond(models, [v for v in verdicts if not of_the_paper(v)])


def _opening(models: Mapping[str, Model], own: Sequence[Verdict]) -> str:
    counts = Counter(part(v) for v in own)
    told = rows(
        ["of the paper's own sentences", "verdicts"],
        [
            [f"[{title}](#{title.lower().replace(' ', '-')})", str(counts[name])]
            for name, title in PARTS.items()
            if counts[name]
        ],
    )
    return (
        "Huang Wei's *Relative Weakening of the Post-Cold War Japan-U.S. Alliance* argues in words. "
        f"{len(models)} models state its mechanisms, and each sentence that they can speak of is a "
        "claim, decided for every calibration in the boxes and every equilibrium. The sentences "
        "stand in the [model files](models/index.md), and the verdicts were reached when this page "
        f"was made, by `dilemma.prove()`.\n\n{told}\n\n"
        "A verdict is about a model and its boxes as declared, most of whose numbers are judgements. "
        "A sentence that fails is not refuted as history: it does not follow from what the paper "
        "says about its mechanism alone, and the example says what else it needs. *Put in* marks a "
        "sentence whose sign the calibration itself puts in: it comes from no equilibrium. A "
        "sentence that is claimed of each era by itself may stand under two headings."
    )


def _heading(model: Model, verdict: Verdict) -> str:
    claim = verdict.claim
    put_in = "" if claim.derived else " *Put in.*"
    return (
        f"**{said(claim.label or claim.name)}, {said(where(model, verdict))}.** "
        f"{said(claim.says)}{put_in}<br>*{said(claim.source)}*"
    )


def _held(model: Model, verdict: Verdict) -> Iterator[str]:
    yield _heading(model, verdict)
    yield _symbols(model, verdict)


def _conditional(model: Model, verdict: Verdict) -> Iterator[str]:
    yield _heading(model, verdict)
    claim = verdict.claim
    told = []
    if claim.text.get("given"):
        told.append(f"that {_formula(formula(model, claim, 'given').latex)}")
    if claim.calibrations:
        moves = ", ".join(code(name) for name in model.variants[claim.calibrations].moves)
        told.append(f"that nothing but {moves} moves between the eras")
    if claim.shared:
        told.append(f"that {said(shared(model, claim))}")
    yield f"Assumed: {'; '.join(told)}."
    yield _symbols(model, verdict)


def _failing(model: Model, verdict: Verdict, verdicts: Sequence[Verdict]) -> Iterator[str]:
    yield _heading(model, verdict)
    example = verdict.fails
    if example is None:
        yield said(f"{meaning(verdict)}. {verdict.reason}")
        return
    at = model.about(verdict.claim)
    yield f"It fails, for example, {_place(at, example)}.{_facts(example)}"
    if verdict.holds is not None:
        yield f"It holds, for example, {_place(at, verdict.holds)}."
    for rescuer in rescuers(verdict, verdicts):
        claim = rescuer.claim
        given = (
            f" Assumed: {_formula(formula(model, claim, 'given').latex)}."
            if claim.text.get("given")
            else ""
        )
        yield f"What is proved instead, **{said(claim.label)}**: {said(claim.says)}{given}"
    inside = "\n\n".join(
        f"*{said(shown.title)}*\n\n{table(shown)}"
        for shown in tables(at, verdict, example, "Where it fails")
    )
    yield closed("The game in which it fails", inside)
    yield _symbols(model, verdict)


def _place(model: Model, example: Example) -> str:
    """Say which calibration an example is, by what differs from the eras' centres."""
    told = []
    for label, moved in example.moved.items():
        if ", another equilibrium" in label:
            continue
        at = example.calibrations[label]
        values = ", ".join(f"{code(name)} = {decimal(at[name])}" for name in moved)
        centre = f"at the {said(label)} centre"
        if not any(era.title == label for era in model.eras.values()):
            centre = f"at {said(label)}"
        told.append(f"{centre} but for {values}" if values else centre)
    return "; and ".join(told)


def _facts(example: Example) -> str:
    told = "; ".join(f"{code(name)} is {number(value)}" for name, value in example.facts.items())
    return f" There {told}." if told else ""


def _symbols(model: Model, verdict: Verdict) -> str:
    """Return what exactly was decided, for whoever opens it."""
    claim = verdict.claim
    lines = [said(quantified(model, verdict)), _formula(formula(model, claim, "holds").latex)]
    if told := names(model, claim):
        lines.append("\n".join(f"- {said(one)}" for one in told))
    lines.append(f"Verdict: {said(verdict.status)}, by {said(', '.join(verdict.deciders))}.")
    command = f'dilemma prove "{model.name}.{claim.label or claim.name}" -v'
    lines.append(f"{code(command)} explains it.")
    return closed("What exactly was decided", "\n\n".join(lines))


def _formula(latex: str) -> str:
    return latex.replace("|", r"\vert ")


def _beyond(models: Mapping[str, Model], rest: Sequence[Verdict]) -> Iterator[str]:
    """Yield what the models say beyond the paper: rescues, limits, the literature."""
    if not rest:
        return
    yield "## What the models say beyond the paper"
    yield (
        "Conditions that rescue a sentence, how far it reaches, and what the literature adds. Where "
        "one fails, its example is printed by `dilemma prove MODEL.CLAIM -v`."
    )
    for model in models.values():
        body = [
            [
                said(v.claim.label or v.claim.name),
                f"{said(v.claim.says)}<br>*{said(v.claim.source)}*",
                said(where(model, v)),
                f"**{v.status}**",
            ]
            for v in rest
            if v.model == model.name
        ]
        if body:
            yield f"### {said(model.title)}"
            yield rows(["claim", "says", "over", "verdict"], body)
