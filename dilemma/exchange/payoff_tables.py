r"""How a sheet of cells says a two-player game, whatever program saved it.

The cells hold one table with both payoffs in each cell, or two tables, one a player.  The first row
of a table names the second player's actions, its first column the first player's; a table that
begins with a payoff has no names.  The players are named in the corner, as ``Ann \ Bob``, or by
titles: above the columns and beside the rows, or above either of two tables.  Another title is the
game's.  Two tables stand apart by an empty row or column, or the second begins with a title or with
the same actions.  A text that stands alone is a remark.

What a cell means, ``games/matrix/arrays`` knows: it is the same in a frame of pandas'.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

from dilemma.errors import Mistake, ModelError, Place
from dilemma.games.kind import USUAL as KIND
from dilemma.games.matrix.arrays import USUAL, Labelled, called, document_of, pair_of
from dilemma.model import Model

__all__ = ["MOST_CELLS", "WAY_OUT", "Sheet", "areas_of", "game_of"]

WAY_OUT = (
    "a payoff table has actions in the first row and the first column, and both payoffs in every "
    "other cell, such as 3, 0; or there are two tables, one a player"
)
MOST_MISTAKES = 8  # that are told at once
MOST_CELLS = 100_000  # of a sheet, empty ones too
MOST_PARTS = 200  # of a sheet, tables and remarks

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?( ?/ ?\d+)?")
_NO_PAYOFF = {
    "an error of the spreadsheet": re.compile(r"#.*"),
    "a truth value": re.compile(r"true|false", re.IGNORECASE),
    "a date; write a fraction as text, '1/2": re.compile(
        r"\d{4}-\d\d-\d\d.*|\d\d?:\d\d(:\d\d)?"
        r"|\d\d?[-. ](jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*.*",
        re.IGNORECASE,
    ),
}
# As other keyboards and programs write what formulas have in ASCII.
_PLAIN = str.maketrans(
    {"，": ",", "；": ";", "（": "(", "）": ")", "－": "-", "−": "-", "\xa0": " "}
)
_WHOSE = re.compile(r"(?:payoffs? (?:of|to|for) )?(.+?)(?:(?:['’]s?)? payoffs?)?:?", re.IGNORECASE)

Cell = tuple[int, int]  # row and column, from zero


@dataclass(frozen=True, slots=True)
class Sheet:
    """Cells as text, in rows of one length, and what a reader calls each.

    Attributes
    ----------
    path : Path
    cells : rows of text
        "" where there is nothing.
    called : function of row and column
        Such as ``B3``.
    empty : str
        Why a cell may be empty that does not look so.
    """

    path: Path
    cells: Sequence[Sequence[str]]
    called: Callable[[int, int], str]
    empty: str = ""

    def at(self, cell: Cell) -> str:
        """Return what stands in a cell."""
        return self.cells[cell[0]][cell[1]]

    def place(self, cell: Cell, column: int = 0, width: int = 1) -> Place:
        """Return where a cell is, for whoever looks for it."""
        return Place(self.path, cell[0] + 1, column + 1, max(width, 1), self.called(*cell))

    def mistake(self, cell: Cell, message: str, hint: str = WAY_OUT) -> Mistake:
        """Blame a cell."""
        return Mistake((), message, hint, place=self.place(cell))

    def wrong(self, cell: Cell, message: str, hint: str = WAY_OUT) -> NoReturn:
        """Raise the error of one cell."""
        raise ModelError([self.mistake(cell, message, hint)])


def game_of(sheet: Sheet, name: str) -> Model:
    """Return the game that a sheet says, called by a name.

    Raises
    ------
    ModelError
        With the cell of each mistake, what stands there and what was expected.
    """
    tables, remarks = _tables(sheet)
    if len(tables) > 2:
        told = f"{len(tables)} tables: one has both players' payoffs, or there are two"
        sheet.wrong(tables[2].body.cell(0, 0), told)
    title, *others = _games_titles(tables) or [name]
    payoffs = _of_one(*tables) if len(tables) == 1 else _of_two(*tables)
    first, second = (
        replace(side, cells=[[text for _, text in row] for row in side.cells]) for side in payoffs
    )
    reads = "\n".join([*others, *remarks])
    said = {"title": title, "kind": KIND, "source": "", "reads": reads}
    try:
        return Model.from_document({**said, **document_of(first, second)}, name, sheet.path)
    except ModelError as error:
        raise ModelError(_placed(one, tables, payoffs) for one in error.mistakes) from None


# --- where tables are -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of cells."""

    sheet: Sheet
    rows: range
    columns: range

    @property
    def height(self) -> int:
        """How many rows it has."""
        return len(self.rows)

    @property
    def width(self) -> int:
        """How many columns it has."""
        return len(self.columns)

    def cell(self, i: int, j: int) -> Cell:
        """Return a cell by its own rows and columns."""
        return self.rows[i], self.columns[j]

    def row(self, i: int) -> list[str]:
        """Return what stands in a row of its own."""
        return [self.sheet.at((self.rows[i], j)) for j in self.columns]

    def column(self, j: int) -> list[str]:
        """Return what stands in a column of its own."""
        return [self.sheet.at((i, self.columns[j])) for i in self.rows]

    def part(self, rows: slice = slice(None), columns: slice = slice(None)) -> Area:
        """Return a part of it."""
        return Area(self.sheet, self.rows[rows], self.columns[columns])

    def trimmed(self) -> Area:
        """Return it without what is empty at its edges."""
        rows = _filled(["".join(self.row(i)) for i in range(self.height)])
        columns = _filled(["".join(self.column(j)) for j in range(self.width)])
        return self.part(slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))


def _runs(marks: Sequence[bool]) -> list[slice]:
    """Return the stretches of what is marked."""
    ends = [
        k
        for k in range(len(marks) + 1)
        if (k > 0 and marks[k - 1]) != (k < len(marks) and marks[k])
    ]
    return [slice(begin, end) for begin, end in zip(ends[::2], ends[1::2], strict=True)]


def areas_of(sheet: Sheet) -> tuple[list[Area], list[Area]]:
    """Return where the tables of a sheet are, and its remarks; no tables where it holds none.

    Raises
    ------
    ModelError
        If there is too much on it for a game.
    """
    width = max(map(len, sheet.cells), default=0)
    if len(sheet.cells) * width > MOST_CELLS:
        told = f"a sheet of {len(sheet.cells):,} x {width:,} cells"
        sheet.wrong((0, 0), told, f"at most {MOST_CELLS:,}, with a table in them")
    waiting = [Area(sheet, range(len(sheet.cells)), range(width))]
    areas: list[Area] = []
    alone: list[Area] = []
    while waiting:
        area = waiting.pop()
        parts = _parts(area)
        if parts != [area]:
            waiting += reversed(parts)
        elif min(area.height, area.width) > 1:
            areas += _touching(area)
        else:
            alone.append(area)
        if len(areas) + len(alone) > MOST_PARTS:
            told, hint = f"more than {MOST_PARTS} places with something in them", WAY_OUT
            sheet.wrong(area.cell(0, 0), told, hint)
    return areas, alone


def _parts(area: Area) -> list[Area]:
    """Part an area at its empty rows, or else at its empty columns."""
    down = _runs([any(area.row(i)) for i in range(area.height)])
    if down != [slice(0, area.height)]:
        return [area.part(run) for run in down]
    return [
        area.part(columns=run) for run in _runs([any(area.column(j)) for j in range(area.width)])
    ]


def _touching(area: Area) -> Iterator[Area]:
    """Part tables that touch: where a title stands between them, or the same actions come again."""
    begin = 0
    for i in range(2, area.height - 2):
        below = area.row(i + 1)[1:]
        if i > begin + 1 and _filled(area.row(i)) == [0] and not any(map(_is_paid, below)):
            yield from _halves(area.part(slice(begin, i)))
            begin = i
    yield from _halves(area.part(slice(begin, None)))


def _halves(area: Area) -> Iterator[Area]:
    top = next((i for i in range(area.height) if _filled(area.row(i)) != [0]), 0)
    under = area.part(slice(top, None))
    half, middle = under.height // 2, under.width // 2
    if half > 1 and not under.height % 2 and _come_again(under.row(0), under.row(half)):
        yield from (area.part(slice(top + half)), under.part(slice(half, None)))
    elif middle > 1 and not under.width % 2 and _come_again(under.column(0), under.column(middle)):
        yield from (area.part(columns=slice(middle)), under.part(columns=slice(middle, None)))
    else:
        yield area


def _come_again(names: Sequence[str], others: Sequence[str]) -> bool:
    return len(names) > 1 and names[1:] == others[1:] and not any(map(_is_paid, names[1:]))


def _filled(texts: Sequence[str]) -> list[int]:
    return [k for k, text in enumerate(texts) if text]


def _is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text.translate(_PLAIN)) is not None


def _is_pair(text: str) -> bool:
    """Tell whether a text is two numbers."""
    return all(map(_is_number, pair_of(text.translate(_PLAIN)) or ("",)))


def _is_paid(text: str) -> bool:
    return _is_number(text) or _is_pair(text)


# --- what a table says ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Table:
    """A table: where its payoffs and its names stand, and what is written at its edges.

    Attributes
    ----------
    body : Area
        The cells of the payoffs.
    names : two lists of cells, or None
        Of the rows and of the columns.
    corner : str
    titles : list of str
        What stands above it, from top to bottom.
    above, beside : str
        The titles over the columns and beside the rows.
    """

    body: Area
    names: tuple[list[Cell], list[Cell]] | None
    corner: str
    titles: list[str]
    above: str
    beside: str

    @property
    def wide(self) -> bool:
        """Whether each action has two columns, one a player."""
        return self.names is not None and len(self.names[1]) < self.body.width

    @property
    def labels(self) -> tuple[list[str] | None, list[str] | None]:
        """What it calls its rows and its columns."""
        if self.names is None:
            return None, None
        rows, columns = ([*map(self.body.sheet.at, cells)] for cells in self.names)
        return rows, columns

    @property
    def players(self) -> tuple[str, str] | None:
        """Who chooses the row and who the column, where it says both."""
        for text, mark in [(self.corner, r"[\\/|]"), *((title, r"\\") for title in self.titles)]:
            parts = [part.strip() for part in re.split(mark, text)]
            if len(parts) == 2 and all(parts) and parts[0] != parts[1]:
                return parts[0], parts[1]
        rows, columns = self.beside or self.corner, self.above or (self.beside and USUAL[1])
        return (rows, columns) if rows and columns and rows != columns else None


def _tables(sheet: Sheet) -> tuple[list[Table], list[str]]:
    """Return the tables of a sheet, with what stands above each, and other remarks."""
    areas, alone = areas_of(sheet)
    if not areas:
        sheet.wrong((0, 0), "no payoff table")
    taken = {i for area in areas for i in area.rows}
    above: list[list[str]] = [[] for _ in areas]
    remarks: list[str] = []
    for part in alone:
        if part.width > 1 or (part.height > 1 and taken.intersection(part.rows)):
            hint = "leave no row and no column empty inside a table"
            sheet.wrong(part.cell(0, 0), "cells that belong to no table", hint)
        below = [
            k
            for k, area in enumerate(areas)
            if area.rows[0] > part.rows[0] and (len(areas) == 1 or part.columns[0] in area.columns)
        ]
        (above[below[0]] if below else remarks).extend(part.column(0))
    return [_table(area, titles) for area, titles in zip(areas, above, strict=True)], remarks


def _table(area: Area, titles: list[str]) -> Table:
    above = beside = ""
    while area.height > 2 and len(filled := _filled(area.row(0))) == 1:
        text = area.row(0)[filled[0]]
        if filled == [0]:
            titles.append(text)
        elif not above and _is_header(area.row(1)):
            above = text
        else:
            break
        area = area.part(slice(1, None)).trimmed()
    if area.width > 2 and not any(area.row(0)[:2]) and len(_filled(area.column(0))) == 1:
        beside = next(filter(None, area.column(0)))
        area = area.part(columns=slice(1, None))
    corner = area.row(0)[0]
    if _is_paid(corner):
        return Table(area, None, "", titles, above, beside)
    if above and not beside and not corner:
        titles, above = [*titles, above], ""
    if min(area.height, area.width) < 2:
        area.sheet.wrong(area.cell(0, 0), "no payoff table")
    step = 2 if _is_wide(area) else 1
    names = (
        [area.cell(i, 0) for i in range(1, area.height)],
        [area.cell(0, j) for j in range(1, area.width, step)],
    )
    for cell in (*names[1], *names[0]):
        _see_name(area.sheet, cell)
    return Table(area.part(slice(1, None), slice(1, None)), names, corner, titles, above, beside)


def _is_header(row: Sequence[str]) -> bool:
    """Tell whether a row under a title has names of actions: all of them, and no payoffs."""
    named = row[2:] if not any(row[:2]) and len(row) > 2 else row[1:]
    complete = all(named) or _alternates(named)
    return complete and (not row[0] or (len(row) > 2 and not any(map(_is_paid, named))))


def _alternates(names: Sequence[str]) -> bool:
    """Tell whether each name has an empty cell behind it, as merged cells leave it."""
    return len(names) % 2 == 0 and all(names[::2]) and not any(names[1::2])


def _is_wide(area: Area) -> bool:
    """Tell whether each action has two columns, one a player."""
    return _alternates(area.row(0)[1:]) and not any(map(_is_pair, area.row(1)[1:]))


def _see_name(sheet: Sheet, cell: Cell) -> None:
    if not sheet.at(cell):
        sheet.wrong(cell, "the name of an action is missing")
    if _is_pair(sheet.at(cell)):
        sheet.wrong(cell, f"the name of an action is wanted, not {sheet.at(cell)!r}")


def _games_titles(tables: Sequence[Table]) -> list[str]:
    """Return the titles that name no player."""
    first, *others = tables
    if not others:
        return [title for title in first.titles if "\\" not in title]
    return first.titles[:-1] if others[0].titles else first.titles


# --- its payoffs ----------------------------------------------------------------------------------

Both = tuple[Labelled, Labelled]  # of cells, each with its text


def _of_one(table: Table) -> Both:
    """Read a table that has both payoffs in each cell, or in two columns under each action."""
    body, step = table.body, 1 + table.wide
    cells, beside = (
        [[body.cell(i, j) for j in range(k, body.width, step)] for i in range(body.height)]
        for k in (0, table.wide)
    )
    if table.wide:
        _see(body.sheet, [*cells, *beside], pairs=False)
        first, second = (_side(body.sheet, some, table) for some in (cells, beside))
        return first, second
    _see(body.sheet, cells, pairs=True)
    whole = _side(body.sheet, cells, table)
    first, second = (
        replace(
            whole,
            cells=[
                [(cell, (pair_of(text) or ("", ""))[k]) for cell, text in row]
                for row in whole.cells
            ],
        )
        for k in (0, 1)
    )
    return first, second


def _of_two(one: Table, other: Table) -> Both:
    """Read two tables, one a player: the first player's first, unless their titles say otherwise."""
    sheet = one.body.sheet
    players, owners = one.players or other.players, _owners(one, other)
    if owners and _turned(owners, players or USUAL):
        one, other, owners = other, one, owners[::-1]
    if owners and not players:
        players = _whose(owners[0]), _whose(owners[1])
    for table in (one, other):
        if table.wide:
            sheet.wrong(table.body.cell(-1, 1), "the name of an action is missing")
    bodies = [
        [[t.body.cell(i, j) for j in range(t.body.width)] for i in range(t.body.height)]
        for t in (one, other)
    ]
    _see(sheet, [row for cells in bodies for row in cells], pairs=False)
    first, second = (
        _side(sheet, cells, table) for cells, table in zip(bodies, (one, other), strict=True)
    )
    try:
        return replace(first, players=players), second.like(first)
    except ModelError as error:
        place = sheet.place(other.body.cell(0, 0))
        raise ModelError(replace(mistake, place=place) for mistake in error.mistakes) from None


def _owners(one: Table, other: Table) -> tuple[str, str] | None:
    """Return what names whose payoffs two tables have: titles of both, or both corners."""
    titles = tuple(table.titles[-1] if table.titles else "" for table in (one, other))
    for first, second in (titles, (one.corner, other.corner)):
        if first and second and first != second:
            return first, second
    return None


def _turned(owners: tuple[str, str], players: tuple[str, str]) -> bool:
    """Tell whether the first table is the second player's, and the second the first's."""

    def speaks(text: str, of: str) -> bool:
        return re.search(rf"\b{re.escape(of)}\b", text, re.IGNORECASE) is not None

    straight = [speaks(owner, player) for owner, player in zip(owners, players, strict=True)]
    crossed = [speaks(owner, player) for owner, player in zip(owners, players[::-1], strict=True)]
    return all(crossed) and not any(straight)


def _whose(title: str) -> str:
    found = _WHOSE.fullmatch(title)
    return found[1] if found else title


def _side(sheet: Sheet, cells: Sequence[Sequence[Cell]], table: Table) -> Labelled:
    """Return cells with their texts, labelled as their table is."""
    texts = [[(cell, sheet.at(cell).translate(_PLAIN).strip()) for cell in row] for row in cells]
    return Labelled(texts, table.labels, table.players)


def _see(sheet: Sheet, cells: Sequence[Sequence[Cell]], *, pairs: bool) -> None:
    """See that there are payoffs, one in each cell or two."""
    every = [cell for row in cells for cell in row]
    if pairs and all(map(sheet.at, every)) and not any(pair_of(sheet.at(cell)) for cell in every):
        told = f"one table of single payoffs, such as {sheet.at(every[0])!r}: what the other player is paid is missing"
        sheet.wrong(every[0], told)
    found = [mistake for cell in every if (mistake := _amiss(sheet, cell, pairs=pairs))]
    if len(found) > MOST_MISTAKES:
        more = f"and {len(found) - MOST_MISTAKES} cells more"
        found = [*found[:MOST_MISTAKES], Mistake((), more)]
    if found:
        raise ModelError(found)


def _amiss(sheet: Sheet, cell: Cell, *, pairs: bool) -> Mistake | None:
    """Return what is wrong with a cell that anybody can see, if anything is."""
    text = sheet.at(cell)
    wanted = "two payoffs are wanted" if pairs else "a payoff is wanted"
    if not text:
        return sheet.mistake(cell, f"an empty cell, where {wanted}", sheet.empty or WAY_OUT)
    both = pair_of(text.translate(_PLAIN))
    for part in (text, *(both or ())):
        for what, pattern in _NO_PAYOFF.items():
            if pattern.fullmatch(part):
                return sheet.mistake(cell, f"{part!r} is {what}, where {wanted}", "")
    if pairs and both is None:
        return sheet.mistake(cell, f"two payoffs are wanted in each cell, not {text!r}")
    if not pairs and _is_pair(text):
        told = f"one payoff is wanted in each cell of two tables, not {text!r}"
        return sheet.mistake(cell, told, "a decimal has a point, such as 0.5")
    return None


def _placed(mistake: Mistake, tables: Sequence[Table], payoffs: Both) -> Mistake:
    """Return a mistake of the game with the cell in which it stands."""
    sheet = tables[0].body.sheet
    players, actions, _ = called(*payoffs)
    match mistake.where:
        case ("payoffs", str(key), str(who)):
            i, j = (own.index(a) for own, a in zip(actions, key.split(", "), strict=True))
            spots = [payoffs[players.index(who)].cells[i][j]]
        case ("players", str(who), "actions", int(k)):
            side = players.index(who)
            labels = payoffs[0].labels[side] or payoffs[1].labels[side]
            named = [cell for table in tables if table.names for cell in table.names[side]]
            spots = [(c, sheet.at(c)) for c in named if labels and sheet.at(c) == labels[k]]
        case (_, str(word), *_):
            every = [spot for side in payoffs for row in side.cells for spot in row]
            spots = [(c, text) for c, text in every if re.search(rf"\b{re.escape(word)}\b", text)]
        case _:
            spots = []
    if not spots:
        return replace(mistake, place=Place(sheet.path, 1, 1))
    cell, text = spots[0]
    place = sheet.place(cell, mistake.column, mistake.width)
    return replace(mistake, place=place, text=text)
