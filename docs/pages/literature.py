"""The page of the literature: published models of others, each proposition with its verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from dilemma import Model
from dilemma.claims.sentences import fares, formula, where
from dilemma.claims.verdict import Verdict
from dilemma.ledger.ledger import EVIDENCE
from pages.markdown import code, rows, said

__all__ = ["page"]


def page(models: Mapping[str, Model], verdicts: Sequence[Verdict]) -> str:
    """Return the page as Markdown."""
    return "\n\n".join(_sections(models, verdicts)) + "\n"


def _sections(models: Mapping[str, Model], verdicts: Sequence[Verdict]) -> Iterator[str]:
    yield "# The literature, each proposition decided"
    yield (
        "Published models of alliances and deterrence that stand beside the paper's own, in "
        "`models/literature`. Each proposition is a claim of its model, decided by "
        "`dilemma prove --literature` when this page was made. [What the grades of evidence "
        "mean](../../explanation/literature.md)."
    )
    yield _counts(verdicts)
    for model in models.values():
        yield f"## {said(model.title)}"
        yield f"[{code(model.name)}]({model.name}.md). Source: {said(model.source)}."
        body = [_row(model, v) for v in verdicts if v.model == model.name]
        yield rows(["proposition", "says", "given", "evidence", "verdict", "seconds"], body)
    yield "```{toctree}\n:hidden:\n\n" + "\n".join(models) + "\n```"


def _counts(verdicts: Sequence[Verdict]) -> str:
    """Return how many propositions of which evidence fared how."""
    counts: Counter[tuple[str, str]] = Counter((v.claim.evidence, v.status) for v in verdicts)
    statuses = list(dict.fromkeys(v.status for v in verdicts))
    grades = [grade for grade in (*EVIDENCE, "") if any(g == grade for g, _ in counts)]
    body = [
        [grade or "not graded", *(str(counts[grade, status] or "") for status in statuses)]
        for grade in grades
    ]
    return rows(["evidence", *statuses], body)


def _row(model: Model, verdict: Verdict) -> list[str]:
    claim = verdict.claim
    over = "" if claim.over == "all" else f"<br>{said(where(model, verdict))}"
    given = formula(model, claim, "given").latex if claim.text.get("given") else ""
    return [
        f"{said(claim.label or claim.name)}{over}",
        f"{said(claim.says)}<br>*{said(claim.source)}*",
        given.replace("|", r"\vert "),
        claim.evidence,
        f"**{said(fares(model, verdict))}**",
        f"{verdict.seconds:.2f}",
    ]
