"""Tables as HTML."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from dilemma.cleaning import markup
from dilemma.table import Cell, Formula, Table

__all__ = ["fragment", "page"]

STYLE = """
body { font: 16px/1.45 Georgia, serif; color: #222; margin: 2rem auto; max-width: 75rem;
       padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; margin: 2rem 0 .5rem; }
caption { font-weight: bold; text-align: left; padding: .5rem 0; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-top: 1px solid #ccc; }
thead th { border-top: 2px solid #222; border-bottom: 1px solid #222; }
code { font: inherit; font-style: italic; }
"""


def page(tables: Sequence[Table]) -> str:
    """Return the tables as a page that needs nothing else."""
    title = markup(tables[0].title if tables else "")
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8"/>\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f"{fragment(tables)}\n</body>\n</html>\n"
    )


def fragment(tables: Iterable[Table]) -> str:
    """Return the tables as HTML, to stand in a page."""
    pieces = []
    for table in tables:
        head = "".join(f"<th>{_literal(h)}</th>" for h in table.header)
        body = "".join(
            "<tr>" + "".join(f"<td>{_html_cell(cell)}</td>" for cell in row) + "</tr>"
            for row in table.rows
        )
        notes = "".join(f"<p><small>{_literal(note)}</small></p>" for note in table.told("*"))
        pieces.append(
            f"<table><caption>{_literal(table.title)}</caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{notes}"
        )
    return "\n".join(pieces)


def _html_cell(cell: Cell) -> str:
    if isinstance(cell, str):
        return _literal(cell).replace("\n", "<br/>")
    if isinstance(cell, Formula):
        return f"<code>{_literal(cell.text)}</code>"
    return ", ".join(
        f"<u>{_literal(part.text)}</u>*" if part.best else _literal(part.text) for part in cell
    )


def _literal(text: str) -> str:
    """Return text in which a notebook finds no mathematics: what begins a formula stands by itself.

    MathJax sets what stands between dollars, or behind a backslash, within one run of text; two
    runs are no formula, nor a command such as a link.
    """
    return re.sub(r"[$\\]", r"<span>\g<0></span>", markup(text))
