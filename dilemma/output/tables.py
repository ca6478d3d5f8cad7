"""Tables: titled rows of cells, and how they are written as HTML and as LaTeX.

In LaTeX columns are as wide as what stands in them, on as many pages as they need.  How wide a
column must be is estimated from the letters of its cells, on the safe side.  Cells are cut into
pieces; a line ends between two.  What does not fit at any size goes to further tables.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from dilemma.output.cleaning import latex_escape, markup
from dilemma.output.formulas import Piece, of_formula, of_latex, of_words, width

__all__ = [
    "HEAD",
    "PREAMBLE",
    "Best",
    "Cell",
    "Formula",
    "Table",
    "fragment",
    "in_groups",
    "latex",
    "page",
    "paragraph",
    "plain",
    "shared",
]


@dataclass(frozen=True, slots=True)
class Best:
    """A number in a cell, and whether it is a best reply."""

    text: str
    best: bool


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula in a cell: as text, and as LaTeX with its own marks for mathematics."""

    text: str
    latex: str


Cell = str | Formula | tuple[Best, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A titled table with its notes: units, sources, seeds.

    ``formulas`` names the heads of the columns whose texts are formulas; ``lines`` are to be copied, and
    on a screen never broken.
    """

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()
    formulas: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()

    def told(self, mark: str) -> tuple[str, ...]:
        """Return the notes, and what marks a best reply if one is marked."""
        cells = (cell for row in self.rows for cell in row if isinstance(cell, tuple))
        marked = any(part.best for cell in cells for part in cell)
        return (*self.notes, f"{mark} marks a best reply.") if marked else self.notes


def plain(cell: Cell) -> str:
    """Write a cell as text; * marks a best reply."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, Formula):
        return cell.text
    return ", ".join(part.text + ("*" if part.best else "") for part in cell)


# --- HTML -----------------------------------------------------------------------------------------


STYLE = """
body { font: 16px/1.45 Georgia, serif; color: #222; margin: 2rem auto; max-width: 75rem;
       padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; margin: 2rem 0 .5rem; }
caption { font-weight: bold; text-align: left; padding: .5rem 0; }
pre { overflow-x: auto; }
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
        lines = "".join(f"<pre>{_literal(line)}</pre>" for line in table.lines)
        pieces.append(
            f"<table><caption>{_literal(table.title)}</caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{notes}{lines}"
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


# --- LaTeX ----------------------------------------------------------------------------------------


# What a document needs that takes in the LaTeX of any result.  Letters that pdfTeX's fonts lack are
# printed by their numbers; LuaLaTeX and XeLaTeX have fonts for them.
PREAMBLE = r"""\documentclass{article}
\usepackage{iftex}
\ifpdftex
  \usepackage[T1]{fontenc}
  \usepackage{lmodern}
  \makeatletter
  \def\UTFviii@undefined@err#1{\expandafter\UTFviii@splitcsname\string#1\relax}
  \def\UTFviii@splitcsname#1:#2\relax{\allowbreak[\expandafter\UTFviii@hexcodepoint\expandafter{\the\numexpr\decode@UTFviii#2\relax}]}
  \makeatother
\fi
\usepackage{amsmath,amsthm,array,booktabs,longtable}
\newtheorem{proposition}{Proposition}
\allowdisplaybreaks"""
# What the LaTeX of a result begins with.
HEAD = "% Packages: amsmath, amsthm, array, booktabs, longtable; \\newtheorem{proposition}{Proposition}"

PAGE = 343.0  # points: how wide the text of an article is
HIGH = 430.0  # points: a higher table may not fit on one page
ROW = 200.0  # points: a higher row is parted
FLOATS = 40  # tables that may wait for a page of their own: LaTeX gives up past some 50
EASY = 45.0  # points: text in a narrower column is hard to read
LINE = 12.0  # points from one line to the next
# Sizes to try: a command, how much smaller letters are, and what is left free beside a column.
SIZES = ((r"\normalsize", 1.0, 6.0), (r"\small", 0.92, 5.0), (r"\footnotesize", 0.84, 4.0))

_NUMBER = re.compile(r"-?[\d.]+")

Line = list[Piece]
Lines = list[Line]


@dataclass(frozen=True, slots=True)
class _Layout:
    """How a table is set: its size, and each column's width in points, 0.0 for its natural one."""

    size: str
    scale: float
    gap: float
    widths: tuple[float, ...]


def latex(tables: Sequence[Table]) -> str:
    """Return the tables as LaTeX; long ones go over several pages, broad ones over several tables."""
    written = [_written(part) for table in tables for part in _parts(table)]
    body = "\n\n\\clearpage\n\n".join(
        "\n\n".join(written[at : at + FLOATS]) for at in range(0, len(written), FLOATS)
    )
    return f"{HEAD}\n{body}"


# --- cells ----------------------------------------------------------------------------------------


def _cut(cell: Cell, *, formula: bool) -> Lines:
    """Return the lines of a cell, each cut where it may go on below."""
    if isinstance(cell, Formula):
        return [of_latex(cell.latex)]
    if isinstance(cell, str):
        cut = of_formula if formula else of_words
        return [cut(line) for line in cell.split("\n")]
    return [[_best(part, last=part is cell[-1]) for part in cell]]


def _best(part: Best, *, last: bool) -> Piece:
    text = latex_escape(part.text)
    told = rf"\underline{{{text}}}" if part.best else text
    if _NUMBER.fullmatch(part.text):
        told = f"${told}$"  # for the sign
    return Piece(told + ("" if last else ","), width(part.text) + 6)


def _set(lines: Lines) -> str:
    r"""Write the lines of a cell; ``\newline`` parts them."""
    return r" \newline ".join(filter(None, map(_joined, lines)))


def _joined(line: Line) -> str:
    told, math_open = "", False
    for piece in line:
        if piece.math != math_open:
            closing = "$" if math_open else ""
            opening = "$" if piece.math else ""
            told += closing + (" " if told and (piece.joint or math_open) else "") + opening
        elif told:
            told += r"\allowbreak " if piece.math else (piece.joint or r"\allowbreak{}")
        told += piece.latex
        math_open = piece.math
    told += "$" if math_open else ""
    # A star behind a line's end, and a bracket behind a long table's rule, would be options.
    return rf"{{}}{told}" if told.startswith(("*", "(")) else told


def _natural(lines: Lines) -> float:
    """Return how wide a cell is if no line is broken."""
    return max(
        (sum(p.width + (3.4 if p.joint else 0.0) for p in line) for line in lines), default=0
    )


def _least(lines: Lines) -> float:
    return max((piece.width for line in lines for piece in line), default=0.0)


def _height(lines: Lines, column: float) -> int:
    """Estimate how many lines a cell takes in a column."""
    return sum(
        max(1, math.ceil(1.15 * _natural([line]) / column)) if column else 1 for line in lines
    )


# --- columns --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Grid:
    """A table whose cells are cut."""

    table: Table
    head: list[Lines]
    rows: list[list[Lines]]

    def column(self, at: int) -> list[Lines]:
        return [self.head[at], *(row[at] for row in self.rows)]


def _grid(table: Table) -> _Grid:
    formula = [head in table.formulas for head in table.header]
    return _Grid(
        table,
        [_cut(head, formula=False) for head in table.header],
        [
            [_cut(cell, formula=told) for cell, told in zip(row, formula, strict=True)]
            for row in table.rows
        ],
    )


def _parts(table: Table) -> Iterator[Table]:
    """Yield the table, or its columns in several tables: the first stands before each."""
    grid = _grid(table)
    if _layout(grid) is not None or len(table.header) <= 2:
        yield table
        return
    *_, (_, scale, gap) = SIZES
    least = [scale * max(map(_least, grid.column(at))) + 2 * gap for at in range(len(table.header))]
    groups = in_groups(least, PAGE)
    for number, group in enumerate(groups, 1):
        yield replace(
            table,
            title=f"{table.title} ({number} of {len(groups)})",
            header=tuple(table.header[at] for at in group),
            rows=tuple(tuple(row[at] for at in group) for row in table.rows),
            notes=table.notes if number == len(groups) else (),
        )


def in_groups(least: Sequence[float], room: float, kept: int = 1) -> list[list[int]]:
    """Part columns into groups that fit the room, the first ones in each.

    Examples
    --------
    >>> in_groups([2, 5, 5, 5], 12)
    [[0, 1, 2], [0, 3]]
    """
    first = list(range(kept))
    groups = [first]
    for at in range(kept, len(least)):
        if len(groups[-1]) > kept and sum(least[one] for one in groups[-1]) + least[at] > room:
            groups.append(first)
        groups[-1] = [*groups[-1], at]
    return groups


def _layout(grid: _Grid) -> _Layout | None:
    """Return the largest size at which all columns fit."""
    columns = range(len(grid.head))
    natural = [max(map(_natural, grid.column(at))) for at in columns]
    lines = any(len(cell) > 1 for row in grid.rows for cell in row)
    least = [max(*map(_least, grid.column(at)), min(natural[at], EASY)) for at in columns]
    narrow = [max(map(_least, grid.column(at))) for at in columns]
    for size, scale, gap in SIZES:
        room = PAGE - 2 * gap * (len(natural) - 1)
        if scale * sum(natural) <= room and not lines:
            return _Layout(size, scale, gap, tuple(0.0 for _ in natural))
    for at_least in (least, narrow):
        for size, scale, gap in SIZES:
            room = PAGE - 2 * gap * (len(natural) - 1)
            if scale * sum(at_least) <= room:
                most = [scale * own for own in natural]
                given = shared(room, [scale * own for own in at_least], most)
                held = [
                    0.0 if own >= full and not _parted(grid.column(at)) else own
                    for at, (own, full) in enumerate(zip(given, most, strict=True))
                ]
                return _Layout(size, scale, gap, tuple(held))
    return None


def _parted(column: list[Lines]) -> bool:
    """Tell whether a cell has several lines, for which its column needs a width."""
    return any(len(cell) > 1 for cell in column)


def shared(room: float, least: Sequence[float], natural: Sequence[float]) -> list[float]:
    """Share out the room: what each column needs, the rest by how much there is to be said."""
    given = list(least)
    left = room - sum(given)
    for _ in natural:
        wanting = {
            at: math.sqrt(full * (full - own))
            for at, (own, full) in enumerate(zip(given, natural, strict=True))
            if full - own > 0.01
        }
        whole = sum(wanting.values())
        if left < 0.1 or not whole:
            break
        for at, weight in wanting.items():
            given[at] = min(natural[at], given[at] + left * weight / whole)
        left = room - sum(given)
    return given


# --- LaTeX tables ---------------------------------------------------------------------------------


def _written(table: Table) -> str:
    grid = _grid(table)
    layout = _layout(grid) or _forced(grid)
    rows = [part for row in grid.rows for part in _split(row, layout)]
    columns = [held or math.inf for held in layout.widths]
    high = (
        LINE
        * layout.scale
        * sum(
            max((_height(cell, own) for cell, own in zip(row, columns, strict=True)), default=1)
            for row in (grid.head, *rows)
        )
    )
    high += LINE * sum(width(words) / PAGE + 1 for words in (table.title, *table.notes))
    ending = r" \\ \addlinespace[2pt]" if any(layout.widths) else r" \\"
    body = [" & ".join(map(_set, row)) + ending for row in rows]
    head = [r"\toprule", " & ".join(map(_set, grid.head)) + r" \\", r"\midrule"]
    return "\n".join((_long if high > HIGH else _short)(table, layout, head, body))


def _forced(grid: _Grid) -> _Layout:
    """Share the page out among columns of which one is too broad for it."""
    size, scale, gap = SIZES[-1]
    count = len(grid.head)
    room = PAGE - 2 * gap * (count - 1)
    given = [min(scale * max(map(_least, grid.column(at))), room / count) for at in range(count)]
    given[given.index(max(given))] += room - sum(given)
    return _Layout(size, scale, gap, tuple(given))


def _split(row: list[Lines], layout: _Layout) -> Iterator[list[Lines]]:
    """Part a row that is too high for a page."""
    most = int(ROW / (LINE * layout.scale))
    chunks = []
    for cell, own in zip(row, layout.widths, strict=True):
        chunks.append(list(_chunks(cell, own / layout.scale, most)) if own else [cell])
    for at in range(max(map(len, chunks), default=0)):
        yield [own[at] if at < len(own) else [] for own in chunks]


def _chunks(cell: Lines, column: float, most: int) -> Iterator[Lines]:
    """Cut a cell into parts of so many lines."""
    found: Lines = []
    count = 0.0
    for line in cell:
        found.append([])
        for piece in line:
            found[-1].append(piece)
            count += 1.15 * (piece.width + 3.4) / column
            if count >= most:
                yield found
                found, count = [[]], 0.0
        count = math.ceil(count)
    if any(found) or not cell:
        yield found


def _columns(layout: _Layout) -> str:
    r"""Return the kinds of columns; widths are parts of the line, so that they follow the page."""
    kinds = [
        rf">{{\raggedright\arraybackslash}}p{{{held / PAGE:.4f}\linewidth}}" if held else "l"
        for held in layout.widths
    ]
    return "@{}" + "".join(kinds) + "@{}"


def _styled(layout: _Layout) -> str:
    return rf"{layout.size}\setlength{{\tabcolsep}}{{{layout.gap:g}pt}}"


def _short(table: Table, layout: _Layout, head: list[str], body: list[str]) -> list[str]:
    columns = [
        rf"\begin{{tabular}}{{{_columns(layout)}}}",
        *head,
        *body,
        r"\bottomrule",
        r"\end{tabular}",
    ]
    return [
        r"\begin{table}[htbp]",
        rf"\caption{{{paragraph(table.title)}}}",
        _styled(layout),
        *(columns if table.header else []),  # lines to be copied may be all that there is
        *_notes(table),
        r"\end{table}",
    ]


def _long(table: Table, layout: _Layout, head: list[str], body: list[str]) -> list[str]:
    return [
        rf"\begingroup{_styled(layout)}",
        rf"\begin{{longtable}}[l]{{{_columns(layout)}}}",
        rf"\caption{{{paragraph(table.title)}}} \\",
        *head,
        r"\endfirsthead",
        *head,
        r"\endhead",
        *body,
        r"\bottomrule",
        r"\end{longtable}",
        *_notes(table),
        r"\endgroup",
    ]


def _notes(table: Table) -> list[str]:
    told = [paragraph(note) for note in (*table.told("An underline"), *table.lines)]
    if not told:
        return []
    return [r"{\smallskip\footnotesize\raggedright", *(rf"\par {note}" for note in told), r"\par}"]


def paragraph(text: str) -> str:
    """Return text of which a line may end within long words, too."""
    return _joined(of_words(text))
