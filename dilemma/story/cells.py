"""A table of trends, filled in: its cells, what stands behind them, and how they are shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import sympy as sp

from dilemma.claims.verdict import Verdict
from dilemma.errors import CalibrationError
from dilemma.output.result import Shown, Table, as_data, fields_as_data, number

__all__ = ["Cause", "Measured", "Trend", "Trends", "Way"]

Way = Literal["up", "down"]


@dataclass(frozen=True, slots=True)
class Cause:
    """What some parameters do by themselves, all others being as they were before.

    Attributes
    ----------
    name : str
        The model's group of parameters.
    moves : tuple of str
    alone : bool or None
        Whether they bring the trend about at every calibration; None where that was not decided.
    """

    name: str
    moves: tuple[str, ...]
    alone: bool | None


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured of what a cell tells, before and after."""

    unit: str
    before: float
    after: float
    source: str

    @property
    def way(self) -> Way:
        """Which way it went."""
        return "up" if self.after > self.before else "down"


@dataclass(frozen=True, slots=True)
class Trend:
    """One cell.

    Attributes
    ----------
    row, column : str
    trend : str
        "UP", "DOWN", "MIXED" or "not known".
    how : str
        "proved" at every pair of calibrations and in every equilibrium, "measured", or why it is
        not known; the share for a mixed one.
    model, tells, meaning, unit : str
        The number that is told; "" where it is only measured.
    before, after : tuple of sympy number or None
        What it is at the centres, in each equilibrium.
    rises : float or None
        The share of random pairs of calibrations at which it rises in every equilibrium; for mixed ones.
    falls : float or None
    settled : str
        The trend under an assumption, if that was proved.
    assumption, given : str
        In words, and as a formula.
    narrowed : str
        What is built in by boxes that are narrower than the model's own, "" if none is.
    derived : bool
        False where the calibration puts the sign in.
    causes : tuple of Cause
    measured : Measured or None
    paper, paper_trend : str
        The paper's own entry; "" where it has none.
    note : str
    as_expected : bool
        Whether it fares as the file says.
    verdicts : tuple of Verdict
        What was decided for it.
    """

    row: str
    column: str
    trend: Literal["UP", "DOWN", "MIXED", "not known"]
    how: str
    model: str = ""
    tells: str = ""
    meaning: str = ""
    unit: str = ""
    before: tuple[sp.Expr | None, ...] = ()
    after: tuple[sp.Expr | None, ...] = ()
    rises: float | None = None
    falls: float | None = None
    settled: str = ""
    assumption: str = ""
    given: str = ""
    narrowed: str = ""
    derived: bool = True
    causes: tuple[Cause, ...] = ()
    measured: Measured | None = None
    paper: str = ""
    paper_trend: str = ""
    note: str = ""
    as_expected: bool = True
    verdicts: tuple[Verdict, ...] = ()

    @property
    def words(self) -> str:
        """The cell in a few words: "UP, proved"."""
        told = f"{self.trend}, {self.how}" if self.how else self.trend
        return f"{told}; {self.settled} if settled" if self.settled else told

    @property
    def centres(self) -> str:
        """The number at both centres: "8.667 to 10.52"."""
        sides = [
            " or ".join(dict.fromkeys(map(number, side))) for side in (self.before, self.after)
        ]
        return " to ".join(sides) if all(sides) else ""

    @property
    def agrees(self) -> bool | None:
        """Whether the paper's entry is what was found; None where the paper has none."""
        if not self.paper:
            return None
        return (self.settled or self.trend).lower() == self.paper_trend


@dataclass(frozen=True, repr=False)
class Trends(Shown):
    """A table of trends, filled in.

    Attributes
    ----------
    name, title, source, reads : str
    rows, columns : mapping of name to title
    cells : tuple of Trend
    seconds : float
    versions : mapping of package to version
    """

    name: str
    title: str
    source: str
    reads: str
    rows: Mapping[str, str]
    columns: Mapping[str, str]
    cells: tuple[Trend, ...]
    seconds: float = 0.0
    versions: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, key: tuple[str, str]) -> Trend:
        for cell in self.cells:
            if (cell.row, cell.column) == key:
                return cell
        known = ", ".join(f"{c.row}, {c.column}" for c in self.cells)
        raise CalibrationError(f"no cell {key!r}: there are {known}")

    @property
    def as_expected(self) -> bool:
        """Whether every cell fares as the file says."""
        return all(cell.as_expected for cell in self.cells)

    @property
    def count(self) -> Mapping[str, int]:
        """How many cells are proved, measured only, settled by an assumption, and left over."""
        told = [_standing(cell) for cell in self.cells]
        return {each: told.count(each) for each in ("proved", "measured", "assumed", "open")}

    def tables(self) -> tuple[Table, ...]:
        """Return the table, then what stands behind each cell, then the paper's own entries."""
        return (self._filled(), self._behind(), self._beside())

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data, each verdict by what was claimed and its status."""
        plain = fields_as_data(self, "name", "title", "source", "reads", "rows", "columns")
        cells = []
        for cell in self.cells:
            own = as_data(replace(cell, verdicts=()))
            own["verdicts"] = [
                {"holds": v.claim.text.get("holds", ""), "given": v.claim.text.get("given", ""),
                 "model": v.model, "status": v.status, "deciders": list(v.deciders)}
                for v in cell.verdicts
            ]  # fmt: skip
            cells.append(own)
        return {**plain, "cells": cells, "count": dict(self.count), "versions": dict(self.versions)}

    def _filled(self) -> Table:
        rows = []
        for row, title in self.rows.items():
            found = {c.column: c for c in self.cells if c.row == row}
            rows.append((title, *(found[c].words if c in found else "" for c in self.columns)))
        proved, measured, assumed, left = self.count.values()
        notes = [
            f"Cells: {proved} proved, {measured} measured only, {assumed} proved under an assumption"
            + (f", {left} not settled." if left else "."),
            "Proved: at every pair of calibrations in the boxes, in every equilibrium.",
            f"Source: {self.source}.",
        ]
        header = ("", *self.columns.values())
        return Table(f"Table: {self.title}", header, tuple(rows), tuple(notes), header[:1])

    def _behind(self) -> Table:
        header = ("cell", "what is told", "at the centres", "found", "settled by", "alone enough")
        rows = tuple(
            (
                self._called(cell),
                f"{cell.model}: {cell.tells}, {cell.meaning} [{cell.unit}]" if cell.tells else "-",
                cell.centres or _seen(cell),
                cell.words + ("" if cell.derived else " [put in]"),
                cell.assumption or "-",
                _enough(cell),
            )
            for cell in self.cells
        )
        return Table("What stands behind each cell", header, rows, tuple(self._notes()), header[:1])

    def _notes(self) -> Iterator[str]:
        put_in = [self._called(cell) for cell in self.cells if not cell.derived]
        if put_in:
            yield f"The calibration puts the sign in: {'; '.join(put_in)}."
        for cell in self.cells:
            if cell.note:
                yield f"{self._called(cell)}: {cell.note}."
            if cell.measured and cell.tells:
                yield f"{self._called(cell)}, measured: {_seen(cell)}. {cell.measured.source}."
        for told in dict.fromkeys((c.model, c.narrowed) for c in self.cells if c.narrowed):
            yield f"{told[0]}, on boxes narrower than its own: {told[1]}."
        yield (
            "Alone enough: with all else as before these parameters would have brought the trend about "
            "at every calibration."
        )

    def _beside(self) -> Table:
        header = ("cell", "the paper", "found", "agrees")
        rows = tuple(
            (
                self._called(cell),
                f"“{cell.paper}”" if cell.paper else "no entry",
                cell.words,
                {True: "yes", False: "no", None: "-"}[cell.agrees],
            )
            for cell in self.cells
        )
        return Table("Beside the paper's own table", header, rows, (), header[:1])

    def _called(self, cell: Trend) -> str:
        return f"{self.rows[cell.row]}, {self.columns[cell.column]}"


def _standing(cell: Trend) -> str:
    if cell.how in ("proved", "measured"):
        return cell.how
    return "assumed" if cell.settled else "open"


def _seen(cell: Trend) -> str:
    one = cell.measured
    return f"{number(one.before)} to {number(one.after)} {one.unit}" if one else "-"


def _enough(cell: Trend) -> str:
    alone = [f"{c.name} ({', '.join(c.moves)})" for c in cell.causes if c.alone]
    unknown = [c.name for c in cell.causes if c.alone is None]
    told = "; ".join(alone) or ("none" if cell.causes else "-")
    return f"{told}; not known of {', '.join(unknown)}" if unknown else told
