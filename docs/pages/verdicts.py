"""The ledgers of all shipped models, decided once a build: what the pages say of claims."""

from __future__ import annotations

from functools import cache

import dilemma
from dilemma.claims.verdict import Verdict
from dilemma.errors import DilemmaError

__all__ = ["ledger", "of_model"]


@cache
def ledger(*, literature: bool = False) -> dilemma.Ledger:
    """Decide every claim of the paper's models, or of the literature; what a file expects must come out.

    Raises
    ------
    DilemmaError
        If a claim fares otherwise than its file expects: then the pages would be wrong.
    """
    found = dilemma.prove(
        literature=literature, seconds=180
    )  # three times what is usual: the machine may be busy
    for verdict in found:
        if not verdict.as_expected:
            raise DilemmaError(
                f"{verdict.model}.{verdict.name} is {verdict.status}, not {verdict.expected}: "
                f"{verdict.reason or 'see dilemma prove -v'}"
            )
    return found


def of_model(model: dilemma.Model, *, literature: bool = False) -> list[Verdict]:
    """Return the verdicts of one model, in the order of its file."""
    return [one for one in ledger(literature=literature) if one.model == model.name]
