"""A ledger written to a file: a page, a spreadsheet, LaTeX or JSON, by the file's ending."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dilemma.cleaning import as_json
from dilemma.files import check
from dilemma.latex import latex
from dilemma.ledger import Ledger
from dilemma.report import Table
from dilemma.typeset import page

__all__ = ["ENDINGS", "all_data", "all_tables", "check_ending", "written"]

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
