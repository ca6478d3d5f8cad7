"""Where a game or a claim has no value: which question shows it, and what to say of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sympy as sp

from dilemma.claims.meaning import Chosen, Symbols
from dilemma.deciders.question import Question
from dilemma.games.kind import Can

if TYPE_CHECKING:
    from dilemma.claims.cases import Cases
    from dilemma.claims.statements import Copy, Part

__all__ = ["no_payoff", "of_what", "violated"]


def violated(question: Question) -> str:
    """Say which obligation of what a question has read can be violated, "" if none."""
    if question.never_violated():
        return ""
    for obligation in question.obligations:
        asked = question.ask_obligation(obligation)
        if asked.status != "unsat":
            verb = "there is" if asked.status == "sat" else "not excluded:"
            return f"not defined at every calibration: {verb} {obligation.reason}"
    return ""


def of_what(cases: Cases, chosen: Chosen, part: Part) -> str:
    """Say which payoffs or outcomes, of those that a part names, it is that may have no value."""
    statements, found = cases.statements, []
    symbols = Symbols(statements, chosen)
    for symbol in sorted(part.source.free_symbols, key=str):
        reference = statements.claim.references.get(symbol)
        plain = reference is not None and len(reference.arguments) == 1
        if reference is None or not (plain or reference.what in ("rises", "falls")):
            continue
        if reference.what in ("outcome", "rises", "falls"):
            question, name = cases.question(chosen, (part,)), reference.arguments[0]
            question.read(sp.Ge(symbols.outcome(name, statements.copy(reference)), 0))
            found += [name] if violated(question) else []
    if not found:
        return ""
    played = " and ".join(dict.fromkeys(f"'{branch.name}'" for branch in chosen.values()))
    return f" ({', '.join(dict.fromkeys(found))} where {played} is played)"


# --- payoffs --------------------------------------------------------------------------------------


def no_payoff(cases: Cases, copy: Copy, payoffs: list[sp.Expr]) -> str:
    """Say where what can be chosen pays nothing that is defined, and which ends might be left out."""
    reason = violated(_of_payoffs(cases, copy, payoffs))
    if not reason:
        return ""
    told = []
    for choice in cases.statements.model.game.choices.values() if _chosen(cases) else ():
        for end, gap, left_out in (
            ("low", choice.symbol - choice.low, choice.open_low),
            ("high", choice.high - choice.symbol, choice.open_high),
        ):
            if left_out or gap.has(sp.oo):
                continue
            inside = cases.statements.rename(sp.Gt(gap, 0), copy)
            if not violated(_of_payoffs(cases, copy, payoffs, inside)):
                both = "both" if choice.open_low or choice.open_high else end
                told.append(f'open = "{both}" for {choice.name}')
    if not told:
        return reason
    return f"{reason}; what would leave it out is {' or '.join(told)}"


def _chosen(cases: Cases) -> bool:
    return Can.SLOPES in cases.statements.model.game.can


def _of_payoffs(cases: Cases, copy: Copy, payoffs: list[sp.Expr], *inside: sp.Basic) -> Question:
    """Ask about what can be chosen at all, and what it pays."""
    statements, question = cases.statements, cases.empty()
    question.add(cases.assumed(), *statements.feasible(copy), *inside)
    question.read(*(sp.Ge(statements.rename(payoff, copy), 0) for payoff in payoffs))
    return question
