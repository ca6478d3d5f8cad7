"""Tables on a screen: however narrow it is, no number and no name is parted.

A cell goes on below between two words.  Columns that do not fit side by side stand in several tables.
Where that would be long, each row is a block of lines: a head, and what stands under it.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from dilemma.output.cleaning import visible
from dilemma.output.tables import Table, in_groups, plain, shared

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType

__all__ = ["WIDTH", "renderables", "text", "wrapped"]

WIDTH = 80  # columns of a result printed outside a terminal
EASY = 12  # columns: prose in a narrower one is hard to read
GAP = 3  # between two columns
LABEL = 24  # columns of what stands before a line of a block, if it can be broken
MOST = 0.75  # of the lines of blocks: a table that takes more is too tall to be read across
LONG = 30  # columns: a longer word is a formula, and may go on below behind a sign

# A word, a number with its "%", and a short pair in brackets: an interval, or what two players do.
_WORD = re.compile(r"(?:[\[(][^\s\[\]()]{1,9}, [^\s\[\]()]{1,9}[\])]|\d +%|\S)+")
# Behind a sign of a formula, but within no number (1e-09, 20,000, 11/16) and no power.
_SIGN = re.compile(
    r"(?<=[-+*/=<>,;:()\[\]&|])(?<!\*\*)(?<!\d[eE][-+])(?!(?<=\d[/,])\d)(?=[\w(\[~-])"
)

HEAD = 3  # lines that columns take besides their cells

Row = tuple[str, ...]


def wrapped(text: str, width: int) -> list[str]:
    """Return the lines of a text, none wider than so many columns.

    A word that is wider goes on below behind a sign, and only if no sign is in it anywhere.

    Examples
    --------
    >>> wrapped("falls on 99.5 % of post_cold_war", 14)
    ['falls on', '99.5 % of', 'post_cold_war']
    """
    from rich.cells import cell_len

    found = []
    for line in text.expandtabs().split("\n"):
        if cell_len(line) <= width:
            found.append(line)
            continue
        begun = ""
        for joint, piece in _pieces(line, width):
            if begun and cell_len(begun + joint + piece) > width:
                found.append(begun)
                begun = piece
            else:
                begun += (joint if begun else "") + piece
        found.append(begun)
    return found


def _pieces(line: str, width: float, pair: float = math.inf) -> Iterator[tuple[str, str]]:
    """Yield what a line is made of, each with what joins it to the piece before.

    A pair in brackets that is wider than ``pair``, or than the line, is two words.
    """
    from rich.cells import cell_len, chop_cells

    most = min(width, pair)
    words = (w if cell_len(w) <= most else w.split() for w in _WORD.findall(line))
    for word in chain.from_iterable([w] if isinstance(w, str) else w for w in words):
        joint = " "
        for part in _SIGN.split(word) if cell_len(word) > min(LONG, width) else [word]:
            for piece in chop_cells(part, int(width)) if cell_len(part) > width else [part]:
                yield joint, piece
                joint = ""


# --- how a table is laid out ----------------------------------------------------------------------


def _natural(cells: Iterable[str]) -> int:
    """Return how wide cells are if no line is broken."""
    from rich.cells import cell_len

    return max(
        (cell_len(line) for cell in cells for line in cell.expandtabs().split("\n")), default=0
    )


def _least(cells: Iterable[str], pair: float = math.inf) -> int:
    """Return how wide a column must be, so that nothing in it is parted that is one."""
    lines = (line for cell in cells for line in cell.expandtabs().split("\n"))
    return _natural(piece for line in lines for _, piece in _pieces(line, math.inf, pair))


def _beside(rows: Sequence[Row], width: int) -> list[int] | None:
    """Return the widths of columns side by side, None where they do not fit."""
    columns = list(zip(*rows, strict=True))
    natural = list(map(_natural, columns))
    room = width - 2 - GAP * (len(columns) - 1)
    if sum(natural) <= room:
        return natural
    for pair in (math.inf, EASY):
        easy = [_easy(cells, pair) for cells in columns]
        if sum(easy) <= room:
            return list(map(int, shared(room, easy, natural)))
    return None


def _easy(cells: Row, pair: float = math.inf) -> int:
    """Return how wide a column must be to be read with ease."""
    return max(_least(cells, pair), min(_natural(cells), EASY))


def _parts(rows: Sequence[Row], width: int) -> list[tuple[Sequence[Row], list[int]]]:
    """Return rows with the widths of their columns: in several tables where one does not hold all.

    What tells the rows apart stands before each; there are none where nothing does, or it fits nowhere.
    """
    if (whole := _beside(rows, width)) is not None:
        return [(rows, whole)]
    count = len(rows[0])
    kept = next((k for k in range(1, count) if len({row[:k] for row in rows}) == len(rows)), count)
    least = [_easy(cells) + GAP for cells in zip(*rows, strict=True)]
    parts = [
        [tuple(row[at] for at in group) for row in rows]
        for group in in_groups(least, width - 2 + GAP, kept)
    ]
    widths = [_beside(part, width) for part in parts]
    return [] if None in widths else list(zip(parts, filter(None, widths), strict=True))


def _blocks(rows: Sequence[Row], width: int) -> list[list[str]]:
    """Return each row as lines: a head and its cell, below it where they do not fit side by side."""
    head, *others = rows
    room = width - 2 - GAP
    label = min(_natural(head), max(_least(head), LABEL))
    value = _least(chain.from_iterable(others))
    if label + value > room:
        label = _least(head)
    beside = label + value <= room
    found = []
    for row in others:
        lines = []
        for name, cell in zip(head, row, strict=True):
            if beside and cell:
                names, cells = wrapped(name, label), wrapped(cell, room - label)
                for at in range(max(len(names), len(cells))):
                    told = cells[at] if at < len(cells) else ""
                    lines.append(_padded(names[at] if at < len(names) else "", label + GAP) + told)
            elif cell:
                lines += wrapped(name, width - 2)
                lines += [f"  {line}" for line in wrapped(cell, width - 4)]
        found.append(lines)
    return found


def _padded(text: str, width: int) -> str:
    from rich.cells import cell_len

    return text + " " * (width - cell_len(text))


def _height(rows: Sequence[Row], widths: Sequence[int]) -> int:
    """Return how many lines rows take in columns of these widths."""
    return sum(
        max(len(wrapped(cell, own)) for cell, own in zip(row, widths, strict=True)) for row in rows
    )


class _Laid:
    """A table that is laid out when it is known how wide the screen is."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> Iterator[RenderableType]:
        from rich.padding import Padding
        from rich.text import Text

        width = max(options.max_width, 8)

        def lines(text: str, room: int, style: str) -> Text:
            return Text("\n".join(wrapped(visible(text), room)), style=style)

        yield lines(self.table.title, width, "bold")
        rows = [tuple(map(visible, self.table.header))]
        rows += [tuple(visible(plain(cell)) for cell in row) for row in self.table.rows]
        yield from _body(rows, width)
        if notes := self.table.told("*"):
            for note in notes:
                yield Padding(lines(note, width - 1, "dim"), (0, 0, 0, 1))
            yield Text()
        for copied in self.table.lines:
            yield Text(visible(copied), no_wrap=True, overflow="ignore")
        if self.table.lines:
            yield Text()


def _body(rows: Sequence[Row], width: int) -> Iterator[RenderableType]:
    """Yield a table's rows, in columns or as blocks."""
    from rich.text import Text

    if not rows[0]:
        return
    parts, blocks = _parts(rows, width), _blocks(rows, width)
    lines = sum(len(block) + 1 for block in blocks)
    if parts and sum(HEAD + _height(*part) for part in parts) <= HEAD + MOST * lines:
        for part in parts:
            yield _grid(*part)
        return
    yield Text("\n".join("".join(f"\n {line}" for line in block) for block in blocks))
    yield Text()


def _grid(rows: Sequence[Row], widths: Sequence[int]) -> RenderableType:
    from rich import box
    from rich.table import Table as Grid
    from rich.text import Text

    grid = Grid(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for head, own in zip(rows[0], widths, strict=True):
        grid.add_column(Text("\n".join(wrapped(head, own))), width=own, no_wrap=True)
    for row in rows[1:]:
        cells = zip(row, widths, strict=True)
        grid.add_row(*(Text("\n".join(wrapped(cell, own))) for cell, own in cells))
    return grid


def renderables(tables: Iterable[Table]) -> list[RenderableType]:
    """Return the tables for a rich console."""
    return [_Laid(table) for table in tables]


def text(tables: Iterable[Table], width: int = WIDTH) -> str:
    """Return the tables as plain text."""
    from rich.console import Console

    page = io.StringIO()
    console = Console(
        file=page, width=width, color_system=None, force_terminal=False, force_jupyter=False
    )
    console.print(*renderables(tables), crop=False)
    return "\n".join(line.rstrip() for line in page.getvalue().splitlines()).strip("\n")
