"""Tables: titled rows of cells, of no form yet."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Best", "Cell", "Formula", "Table", "plain"]


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

    ``formulas`` names the heads of the columns whose texts are formulas.
    """

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()
    formulas: tuple[str, ...] = ()

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
