"""Text and tables as Markdown, as the site reads it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from dilemma.output.result import Cell, Formula, Table

__all__ = ["closed", "code", "rows", "said", "table"]

SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|$~])")


def said(text: str) -> str:
    r"""Return text in which Markdown reads no character as a mark.

    Examples
    --------
    >>> print(said("kap_J costs $3"))
    kap\_J costs \$3
    """
    return SPECIAL.sub(r"\\\1", " ".join(text.split()))


def code(text: str) -> str:
    """Return text as code, which stands in a table too.

    Examples
    --------
    >>> code("m_J")
    '`m_J`'
    """
    return f"`{text}`".replace("|", "\\|")


def rows(header: Sequence[str], body: Iterable[Sequence[str]]) -> str:
    """Return a table of cells that are Markdown already.

    Examples
    --------
    >>> print(rows(["name"], [["`m_J`"]]))
    | name |
    |---|
    | `m_J` |
    """
    lines = [header, ["---"] * len(header)]
    told = [f"| {' | '.join(line)} |" for line in (*lines, *body)]
    told[1] = f"|{'---|' * len(header)}"
    return "\n".join(told)


def table(shown: Table, *, names: bool = False) -> str:
    """Return a result's table and its notes; with ``names`` the first column has names of the theory.

    Examples
    --------
    >>> print(table(Table("Eras", ("era",), (("cold_war",),), ("Two.",)), names=True))
    | era |
    |---|
    | `cold_war` |
    <BLANKLINE>
    Two.
    """
    body = [
        [
            code(cell) if names and k == 0 and isinstance(cell, str) and cell else _cell(cell)
            for k, cell in enumerate(row)
        ]
        for row in shown.rows
    ]
    notes = [said(note) for note in shown.notes]
    return "\n\n".join([rows([said(head) for head in shown.header], body), *notes])


def closed(summary: str, inside: str) -> str:
    """Return what a reader may open: a line, and what stands behind it."""
    return f"<details>\n<summary>{summary}</summary>\n\n{inside}\n\n</details>"


def _cell(cell: Cell) -> str:
    if isinstance(cell, str):
        return "<br>".join(said(line) for line in cell.split("\n"))
    if isinstance(cell, Formula):
        return cell.latex.replace("|", r"\vert ")
    return ", ".join(
        f"<u>{said(part.text)}</u>\\*" if part.best else said(part.text) for part in cell
    )
