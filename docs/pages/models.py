"""A page for each model, from its file: payoffs, parameters, solution, claims, questions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sympy as sp

from dilemma import Model, propositions, sheet
from dilemma.claims.sentences import fares, where
from dilemma.claims.verdict import Verdict
from dilemma.output.formulas import mathematical
from dilemma.study.propositions import Proposition
from pages.markdown import code, rows, said, table
from pages.mathematics import block, formula, inline

__all__ = ["index", "page"]

LONGEST = 400  # letters of LaTeX that a reader takes in
BARE = ("Parameters", "Calibrations", "Outcomes of an equilibrium")  # names come first


def index(models: Sequence[Model]) -> str:
    """Return the list of models."""
    body = [[f"[{said(m.title)}]({m.name}.md)", _kind(m), said(m.reads)] for m in models]
    entries = "\n".join(m.name for m in models)
    return (
        "# The models\n\nEach page is made from the model's file. "
        "[How they hang together](../../links.md).\n\n"
        f"{rows(['model', 'kind', 'reads'], body)}\n\n"
        f"```{{toctree}}\n:hidden:\n\n{entries}\n```\n"
    )


def _kind(model: Model) -> str:
    """Say what kind of game it is, and who leads where somebody does."""
    leads = model.game.leader
    return model.game.here + (f", by {model.players[leads].title} first" if leads else "")


def page(
    model: Model, verdicts: Sequence[Verdict], *, folder: str = "models", seconds: float = 300
) -> str:
    """Return a model's page as Markdown; ``seconds`` is for its solution in symbols."""
    return "\n\n".join(_sections(model, verdicts, folder, seconds)) + "\n"


def _sections(
    model: Model, verdicts: Sequence[Verdict], folder: str, seconds: float
) -> Iterator[str]:
    yield f"# {said(model.title)}"
    yield said(model.reads)
    yield f"Source: {said(model.source)}."
    yield (
        f"This page is made from the model's file: {{download}}`{model.name}.toml "
        f"<../../../{folder}/{model.name}.toml>`. Its kind is {code(model.kind)}: "
        f"{_kind(model)}. {code(f'dilemma show {model.name}')} prints the same."
    )
    yield "## Payoffs"
    yield from _payoffs(model)
    if model.definitions:
        yield "## Definitions"
        yield _definitions(model)
    for shown in sheet(model).statement()[1:]:
        if shown.title != "Definitions":  # typeset above
            yield f"## {said(shown.title)}"
            yield table(shown, names=shown.title in BARE)
    yield from _solution(model, seconds)
    yield from _claims(model, verdicts)
    yield from _questions(model)


def _payoffs(model: Model) -> Iterator[str]:
    """Yield what each is paid: a table of profiles, or a formula over what is chosen."""
    if model.game.choices:
        (cell,) = model.payoffs.values()
        for player, payoff in cell.items():
            yield block(rf"\text{{payoff of {model.players[player].title}}}", payoff)
        return
    stated = model.document.get("payoffs")
    if stated is None:
        yield table(sheet(model).statement()[0])
        return
    if set(stated) == set(model.players):
        yield "For the levels that actions carry, as the file states it:"
        told = "\n".join(f"{player} = {stated[player]}" for player in model.players)
        yield f"```text\n{told}\n```"
        yield "Profile by profile:"
    titles = [said(player.title) for player in model.players.values()]
    body = [
        [said(", ".join(profile)), *(inline(cell[player]) for player in model.players)]
        for profile, cell in model.payoffs.items()
    ]
    yield rows([f"({', '.join(titles)})", *titles], body)


def _definitions(model: Model) -> str:
    body = [
        [
            code(d.name),
            f"${mathematical(d.name)} = {formula(d.formula)}$",
            said(f"{d.means} [{d.unit}]" if d.unit else d.means),
        ]
        for d in model.definitions.values()
    ]
    return rows(["name", "is", "means"], body)


def _solution(model: Model, seconds: float) -> Iterator[str]:
    """Yield the solution in symbols, and the commands that print it whole.

    A page shows no long condition, so that it matters little how far long ones were shortened.
    """
    found = propositions(model, seconds=seconds)
    yield "## Solution in symbols"
    body = [[said(p.says), _played(p), _short(p.where)] for p in found]
    yield rows(["says", "played", "where"], body)
    yield said(" ".join(found.tables()[0].notes))
    yield (
        f"{code(f'dilemma propositions {model.name}')} prints it whole, "
        f"{code(f'dilemma propositions {model.name} --latex')} for a paper."
    )


def _played(stated: Proposition) -> str:
    """Return what is played: probabilities of actions, or the numbers that are chosen."""
    told = []
    for name, value in stated.play.items():
        if name.startswith("0 "):
            continue  # an equation without a closed form: the command prints it
        what = rf"\Pr(\text{{{name[2:-1]}}})" if name.startswith("P(") else mathematical(name)
        told.append(_equals(what, value))
    return "<br>".join(told)


def _equals(what: str, value: sp.Basic) -> str:
    told = formula(value)
    return f"${what}$: in closed form" if len(told) > LONGEST else f"${what} = {told}$"


def _short(condition: sp.Basic) -> str:
    told = formula(condition)
    return "a long condition" if len(told) > LONGEST else f"${told}$"


def _claims(model: Model, verdicts: Sequence[Verdict]) -> Iterator[str]:
    if not verdicts:
        return
    yield "## Claims"
    yield (
        "Decided when these pages were made. What a verdict means is told in "
        "[how a verdict is reached](../../verdicts.md)."
    )
    body = [
        [
            f"{said(v.claim.label or v.claim.name)}<br>{code(v.claim.name)}",
            f"{said(v.claim.says)}<br>*{said(v.claim.source)}*",
            said(where(model, v)),
            f"**{said(fares(model, v))}**",
        ]
        for v in verdicts
    ]
    yield rows(["claim", "says", "over", "verdict"], body)


def _questions(model: Model) -> Iterator[str]:
    if not model.questions:
        return
    yield "## Questions for a class"
    for k, asked in enumerate(model.questions.values(), 1):
        era = model.eras[asked.era].title
        yield f"{k}. {said(asked.asks)} (From the {said(era)} centre, {code(asked.moves)} moves.)"
