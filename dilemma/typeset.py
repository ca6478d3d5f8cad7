"""Tables as HTML and as LaTeX."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence

from dilemma.table import Cell, Formula, Table, plain

__all__ = ["PREAMBLE", "fragment", "latex", "latex_escape", "page"]

LONG = 30  # rows of a table that may not fit on one printed page
FLOATS = 40  # tables that may wait for a page of their own: LaTeX gives up past some 50
WIDE = 33  # letters in a cell that may not fit on one line
NARROW = 8  # letters of a word that fit into the narrowest column

# What a document needs that takes in the LaTeX of any result.
PREAMBLE = r"""\documentclass{article}
\usepackage{amsmath,amsthm,array,booktabs,tabularx,xltabular}
\newtheorem{proposition}{Proposition}
\allowdisplaybreaks"""

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
    title = html.escape(tables[0].title if tables else "")
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8"/>\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f"{fragment(tables)}\n</body>\n</html>\n"
    )


def fragment(tables: Iterable[Table]) -> str:
    """Return the tables as HTML, to stand in a page."""
    pieces = []
    for table in tables:
        head = "".join(f"<th>{html.escape(h)}</th>" for h in table.header)
        body = "".join(
            "<tr>" + "".join(f"<td>{_html_cell(cell)}</td>" for cell in row) + "</tr>"
            for row in table.rows
        )
        notes = "".join(f"<p><small>{html.escape(note)}</small></p>" for note in table.notes)
        pieces.append(
            f"<table><caption>{html.escape(table.title)}</caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{notes}"
        )
    return "\n".join(pieces)


def _html_cell(cell: Cell) -> str:
    if isinstance(cell, str):
        return html.escape(cell).replace("\n", "<br/>")
    if isinstance(cell, Formula):
        return f"<code>{html.escape(cell.text)}</code>"
    return ", ".join(
        f"<u>{html.escape(part.text)}</u>*" if part.best else html.escape(part.text)
        for part in cell
    )


_LATEX = {
    "\\": r"\textbackslash{}",
    **{mark: f"\\{mark}" for mark in "&%$#_{}"},
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"$<$",
    ">": r"$>$",
    "–": "--",
    "−": "$-$",
    "…": r"\ldots{}",
    "→": r"$\to$",
    "·": r"$\cdot$",
    "×": r"$\times$",
    "±": r"$\pm$",
    "≤": r"$\leq$",
    "≥": r"$\geq$",
    "≠": r"$\neq$",
    "∞": r"$\infty$",
}
_BREAKABLE = re.compile(
    r"(?<=[_/*+])(?<!\*\*)(?=[\w(])|(?<=\w\()(?=\w)"
)  # where a word may go on below


def latex_escape(words: str) -> str:
    r"""Return text in which LaTeX reads no character as a command.

    Examples
    --------
    >>> print(latex_escape("kap_J & 28 %"))
    kap\_J \& 28 \%
    """
    return "".join(_LATEX.get(mark, mark) for mark in words)


def latex(tables: Sequence[Table]) -> str:
    """Return the tables as LaTeX; long ones go over several pages."""
    written = [(_long if len(t.rows) > LONG else _short)(t) for t in tables]
    return "\n\n\\clearpage\n\n".join(
        "\n\n".join(written[at : at + FLOATS]) for at in range(0, len(written), FLOATS)
    )


def _short(table: Table) -> str:
    lines = [
        r"\begin{table}",
        rf"\caption{{{latex_escape(table.title)}}}",
        rf"\begin{{tabularx}}{{\linewidth}}{{{_columns(table)}}}",
        *_head(table),
        *_body(table),
        r"\end{tabularx}",
        *_notes(table),
        r"\end{table}",
    ]
    return "\n".join(lines)


def _long(table: Table) -> str:
    lines = [
        rf"\begin{{xltabular}}{{\linewidth}}{{{_columns(table)}}}",
        rf"\caption{{{latex_escape(table.title)}}} \\",
        *_head(table),
        r"\endfirsthead",
        *_head(table),
        r"\endhead",
        *_body(table),
        r"\end{xltabular}",
        *_notes(table),
    ]
    return "\n".join(lines)


def _columns(table: Table) -> str:
    """Return the kinds of columns: the first as wide as it is, unless it is text."""
    wrapped = r">{\raggedright\arraybackslash}X"
    first = [plain(row[0]) for row in table.rows if row]
    alone = len(table.header) == 1 or any(len(cell) > WIDE for cell in first)
    return (wrapped if alone else "l") + wrapped * (len(table.header) - 1)


def _head(table: Table) -> list[str]:
    return [r"\toprule", " & ".join(map(_words, table.header)) + r" \\", r"\midrule"]


def _body(table: Table) -> list[str]:
    return [*(" & ".join(map(_latex_cell, row)) + r" \\" for row in table.rows), r"\bottomrule"]


def _notes(table: Table) -> list[str]:
    return [rf"\par\footnotesize {latex_escape(note)}" for note in table.notes]


def _latex_cell(cell: Cell) -> str:
    if isinstance(cell, str):
        return _words(cell)
    if isinstance(cell, Formula):
        return cell.latex
    return ", ".join(
        rf"\underline{{{latex_escape(part.text)}}}" if part.best else latex_escape(part.text)
        for part in cell
    )


def _words(cell: str) -> str:
    """Escape text for a narrow column: LaTeX alone breaks no name at its underscores."""
    lines = []
    for line in cell.split("\n"):
        words = [
            r"\allowbreak{}".join(map(latex_escape, _BREAKABLE.split(word)))
            if len(word) > NARROW
            else latex_escape(word)
            for word in line.split(" ")
        ]
        lines.append(" ".join(words))
    return r" \newline ".join(lines)
