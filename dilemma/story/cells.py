"""A table of trends, filled in: its cells, what stands behind them, and how they are shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import sympy as sp

from dilemma.claims.verdict import Verdict
from dilemma.errors import CalibrationError
from dilemma.output.result import Shown, Table, as_data, fields_as_data, number

__all__ = ["AT_CENTRES", "Cause", "Measured", "Trend", "Trends", "Way"]

Way = Literal["up", "down"]
AT_CENTRES = "at the centres"  # how a number goes that was solved there alone


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
        "proved" at every pair of calibrations and in every equilibrium, "measured", "at the centres"
        where only these were solved, or why it is not known; the share for a mixed one.
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
    called : str
        The number in plain words; "" for its meaning.
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
    called: str = ""
    as_expected: bool = True
    verdicts: tuple[Verdict, ...] = ()

    @property
    def words(self) -> str:
        """The cell in a few words: "UP, proved"."""
        told = self.trend if self.how in ("", AT_CENTRES) else f"{self.trend}, {self.how}"
        return f"{told}; {self.settled} if settled" if self.settled else told

    @property
    def centres(self) -> str:
        """The number at both centres: "8.667 to 10.52"."""
        sides = [
            " or ".join(dict.fromkeys(map(number, side))) for side in (self.before, self.after)
        ]
        return " to ".join(sides) if all(sides) else ""

    @property
    def moved(self) -> Way | None:
        """Which way it goes from the centre before to the one after; None where equilibria differ in that."""
        if not self.tells:
            return self.measured.way if self.measured else None
        pairs = [(b, a) for b in self.before for a in self.after]
        if not pairs or any(None in pair for pair in pairs):
            return None
        signs = {bool(a > b) - bool(a < b) for b, a in pairs}  # type: ignore[operator]
        return {1: "up", -1: "down"}.get(signs.pop()) if len(signs) == 1 else None  # type: ignore[return-value]

    @property
    def plainly(self) -> str:
        """The number in plain words, at both centres, with what was measured where that goes otherwise."""
        one = self.measured
        seen = "" if one is None else f"{number(one.before, 3)} → {number(one.after, 3)}"
        if not self.tells:
            return f"{self.called or self.row} ({seen} {one.unit}, measured)" if one else self.row
        otherwise = one and self.moved and one.way != self.moved
        ends = [" or ".join({number(v, 3): 0 for v in side}) for side in (self.before, self.after)]
        told = " → ".join(end or "nothing" for end in ends)
        return f"{self.called or self.meaning} ({told}{f'; measured {seen}' if otherwise else ''})"

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
    ways, senses : mapping of str to str
        In plain words: what "up" and "down" are, and what each column is about.
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
    ways: Mapping[str, str] = field(default_factory=dict)
    senses: Mapping[str, str] = field(default_factory=dict)
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
        """Return the table, what stands behind each cell, the paper's own entries, and plain words."""
        return (self._filled(), self._behind(), self._beside(), self._plain())

    def brief(self) -> tuple[Table, ...]:
        """Return the table and plain words."""
        return (self._filled(), self._plain())

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
        notes = (
            "Proved: at every pair of calibrations in the boxes, in every equilibrium."
            if self._decided
            else "At the centres alone; without --centres (decide=False) each cell is decided.",
            f"Source: {self.source}.",
        )
        header = ("", *self.columns.values())
        return Table(
            f"Table: {self.title}",
            header,
            tuple(rows),
            notes,
            header[:1],
        )

    @property
    def _decided(self) -> bool:
        return any(cell.verdicts for cell in self.cells)

    def _plain(self) -> Table:
        """Return what the table comes to, a line for each column."""
        rows = []
        for column, title in self.columns.items():
            cells = [cell for cell in self.cells if cell.column == column]
            found = {cell.moved for cell in cells}
            way = found.pop() if len(found) == 1 else None
            told = [cell.plainly if way else f"{cell.plainly} {_way_of(cell)}" for cell in cells]
            word = self.ways.get(way or "", way) or "Both ways"
            rows.append((f"{word} {self.senses.get(column, title)}: {', '.join(told)}.",))
        return Table(
            "In plain words", ("from before to after, at central values",), (*rows, (self._sure(),))
        )

    def _sure(self) -> str:
        """Say how sure the table is."""
        proved, measured, assumed, left = self.count.values()
        put_in = sum(not cell.derived for cell in self.cells)
        judged = (
            f"; in {put_in} of {len(self.cells)} the calibration puts the way in" if put_in else ""
        )
        if not self._decided:
            return f"At central values, nothing proved{judged}."
        left_over = f", {left} not settled" if left else ""
        return (
            f"{proved} proved, {measured} measured only, {assumed} proved under an assumption"
            f"{left_over}{judged}."
        )

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


def _way_of(cell: Trend) -> str:
    return {"up": "up", "down": "down", None: "not one way"}[cell.moved]


def _seen(cell: Trend) -> str:
    one = cell.measured
    return f"{number(one.before)} to {number(one.after)} {one.unit}" if one else "-"


def _enough(cell: Trend) -> str:
    alone = [f"{c.name} ({', '.join(c.moves)})" for c in cell.causes if c.alone]
    unknown = [c.name for c in cell.causes if c.alone is None]
    told = "; ".join(alone) or ("none" if cell.causes else "-")
    return f"{told}; not known of {', '.join(unknown)}" if unknown else told
