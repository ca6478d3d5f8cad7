"""A table of trends: which way a number goes between two eras, in every equilibrium of whole boxes.

Each cell is decided: UP or DOWN where the number rises or falls at every pair of calibrations, else
MIXED, with the share of the boxes on which it rises and the assumption that settles it.  Beside it
stand which causes are enough alone, what was measured, and what the paper has in that place.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import sympy as sp
from pydantic import Field

from dilemma.checks.attack import frequency
from dilemma.claims.decide import stated
from dilemma.claims.verdict import Verdict
from dilemma.errors import CalibrationError, UnsupportedError
from dilemma.games.solution import solve
from dilemma.ledger.prove import Asked, prove_all
from dilemma.model import Model
from dilemma.output.result import Shown, Table, as_data, fields_as_data, number, percent, versions
from dilemma.reading.rows import Number, Row, ValueRow
from dilemma.story.documents import Source, narrowed, opened, two_eras
from dilemma.study.attribute import means
from dilemma.theory.parts import Claim, Value

__all__ = ["Cause", "Measured", "Trend", "Trends", "share_of_draws", "table_boxes", "trends"]

Progress = Callable[[float, str], None]
Way = Literal["up", "down"]
SIGN: Mapping[Way, str] = {"up": ">", "down": "<"}
SHARE_SECONDS = 20.0  # for the random draws of a cell
ALMOST = 1e-4


# --- what a file says -----------------------------------------------------------------------------


class _Paper(Row):
    says: str
    trend: Way


class _Settled(Row):
    given: str
    says: str
    trend: Way


class _Measured(Row):
    unit: str
    before: Number
    after: Number
    source: str


class _Cell(Row):
    of: str = ""
    tells: str = ""
    shared: list[str] = Field(default_factory=list)
    expect: Literal["up", "down", "mixed"]
    derived: bool = True
    settled: _Settled | None = None
    measured: _Measured | None = None
    paper: _Paper | None = None
    note: str = ""


class _Boxes(Row):
    model: str
    because: str
    eras: dict[str, dict[str, ValueRow]]


class _Eras(Row):
    before: str
    after: str


class _Document(Row):
    title: str
    source: str
    reads: str
    columns: dict[str, str]
    rows: dict[str, str]
    eras: _Eras
    boxes: dict[str, _Boxes] = Field(default_factory=dict)
    cells: dict[str, dict[str, _Cell]]


# --- the answer -----------------------------------------------------------------------------------


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


@dataclass(frozen=True)
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


# --- worked out -----------------------------------------------------------------------------------


@dataclass
class _Asked:
    """A cell on its way."""

    row: str
    column: str
    told: _Cell
    where: tuple[str, ...]
    model: Model | None = None
    eras: tuple[str, str] = ("", "")
    boxes: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    narrowed: str = ""
    found: dict[str, Verdict] = field(default_factory=dict)

    def on(self, moves: Iterable[str] | None, name: str) -> Model:
        """Return the model on the cell's boxes, perhaps with only some parameters moving."""
        if self.model is None:
            raise UnsupportedError(f"{name}: no model tells it")
        title = f"{self.model.name}: {self.row}, {self.column}{name and f', {name}'}"
        return two_eras(self.model, self.eras, self.boxes, moves, title)

    def claim(self, model: Model, way: Way, given: str = "") -> Claim:
        """Return the claim that the number goes one way."""
        before, after = self.eras
        tells, common = self.told.tells, model.eras[before].values
        fields: dict[str, Any] = {"given": given} if given else {}
        shared = [name for name in self.told.shared if not common[name].common]
        return model.make_claim(
            f"{after}.{tells} {SIGN[way]} {before}.{tells}",
            over="pair",
            **({"shared": shared} if shared else {}),
            **fields,
        )

    def goes(self, model: Model, way: Way) -> bool:
        """Tell whether the number goes one way at the centres, in every equilibrium."""
        before, after = (_at(model, era, self.told.tells) for era in self.eras)
        if way == "down":
            before, after = after, before
        return all(a is not None and b is not None and bool(a > b) for a in after for b in before)

    @property
    def way(self) -> Way:
        """Which way it is asked about first."""
        if self.told.expect != "mixed":
            return self.told.expect
        return self.told.settled.trend if self.told.settled else "up"

    def causes(self) -> dict[str, tuple[str, ...]]:
        """Return the groups of parameters whose boxes differ between the eras."""
        if self.model is None:
            return {}
        whole = self.on(None, "")
        before, after = (whole.eras[era].values for era in self.eras)
        moving = [
            name
            for name in whole.parameters
            if name not in self.told.shared
            and (before[name].range, before[name].central)
            != (after[name].range, after[name].central)
        ]
        grouped = {
            group: tuple(name for name in members if name in moving)
            for group, members in whole.groups.items()
        }
        alone = [name for name in moving if not any(name in some for some in grouped.values())]
        return {g: m for g, m in {**grouped, **{n: (n,) for n in alone}}.items() if m}


def trends(
    name: str | Path = "table1",
    *,
    seconds: float = 120.0,
    draws: int = 2_000,
    seed: int = 0,
    fresh: bool = False,
    cache: Path | str | bool = True,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Trends:
    """Fill in a table of trends: the paper's Table 1, or one of your own.

    Parameters
    ----------
    name : str or Path
        A shipped table, or a file of your own that ends in ``.toml``.
    seconds : float
        Budget for each verdict; a cell that takes longer is not known.
    draws, seed : int
        Random pairs of calibrations, for the shares of a mixed cell.
    fresh, cache, workers
        As :func:`dilemma.prove` has them: verdicts are kept.
    progress : callable, optional
        Called with the share of the work done and what is being decided.

    Raises
    ------
    UnknownModelError
        If there is no such table, or no model that it names.
    ModelError
        If the file is wrong: every mistake with its line and column.

    Examples
    --------
    >>> import dilemma
    >>> found = dilemma.trends()  # doctest: +SKIP
    >>> found["economy", "us_third"].words  # doctest: +SKIP
    'DOWN, proved'
    """
    began = time.perf_counter()
    source = opened(name, "tables", "table of trends")
    document = source.whole(_Document)
    asked = list(_cells(source, document))
    source.right()
    how = Asked(seconds, fresh=fresh, workers=workers)
    deciding = _Deciding(how, cache, progress or (lambda _share, _what: None))
    deciding.first(asked)
    deciding.second(asked)
    cells = tuple(_cell(one, draws, seed) for one in asked)
    return Trends(
        name=source.path.stem,
        title=document.title,
        source=document.source,
        reads=document.reads.strip(),
        rows=dict(document.rows),
        columns=dict(document.columns),
        cells=cells,
        seconds=time.perf_counter() - began,
        versions=versions("sympy", "z3-solver"),
    )


def table_boxes(name: str | Path) -> dict[str, dict[str, dict[str, Value]]]:
    """Return the boxes that a table has of models, narrower than their own: by model and era."""
    source = opened(name, "tables", "table of trends")
    document = source.whole(_Document)
    found = _narrow(source, document)
    source.right()
    return {document.boxes[key].model: boxes for key, boxes in found.items()}


def _cells(source: Source, document: _Document) -> Iterator[_Asked]:
    """Read the cells; what is wrong is taken down."""
    boxes = _narrow(source, document)
    for row, cells in document.cells.items():
        if not source.known(("cells", row), row, "row", document.rows):
            continue
        for column, told in cells.items():
            where = ("cells", row, column)
            if source.known(where, column, "column", document.columns):
                one = _Asked(row, column, told, where)
                if told.of:
                    _find(source, document, boxes, one)
                elif told.measured is None:
                    source.wrong(where, "neither a model nor anything measured", key=True)
                yield one


def _narrow(source: Source, document: _Document) -> dict[str, dict[str, dict[str, Value]]]:
    """Read the boxes that are narrower than the models' own."""
    found = {}
    for key, boxes in document.boxes.items():
        model = source.model(("boxes", key, "model"), boxes.model)
        if model is not None:
            found[key] = narrowed(source, ("boxes", key, "eras"), model, boxes.eras)
    return found


def _find(
    source: Source,
    document: _Document,
    narrow: Mapping[str, Mapping[str, Mapping[str, Value]]],
    one: _Asked,
) -> None:
    """Find the model of a cell, its boxes and the number that it tells."""
    of = (*one.where, "of")
    boxes = document.boxes.get(one.told.of)
    model = source.model(of, one.told.of) if boxes is None else source.models.get(boxes.model)
    if model is None:
        return
    names = (*model.outcomes, *model.game.choices, *model.definitions, *model.parameters)
    source.known((*one.where, "tells"), one.told.tells, "outcome", names)
    for index, name in enumerate(one.told.shared):
        source.known((*one.where, "shared", index), name, "parameter", model.parameters)
    one.eras = (document.eras.before, document.eras.after)
    if not all(source.known(of, era, "era", model.eras) for era in one.eras):
        return
    one.model = model
    if boxes:
        one.boxes = narrow[one.told.of]
        one.narrowed = boxes.because
    settled = one.told.settled
    if settled and not source.mistakes:
        source.claimed(
            (*one.where, "settled"),
            lambda: one.claim(one.on(None, ""), settled.trend, settled.given),
        )


@dataclass
class _Deciding:
    """Claims about cells, decided together so that processes share them."""

    asked: Asked
    cache: Path | str | bool
    progress: Progress

    def first(self, cells: Sequence[_Asked]) -> None:
        """Decide whether each goes the way that is asked about first, and the other way if not."""
        some = [one for one in cells if one.model is not None]
        self._all([(one, "first", one.way, "", None) for one in some], (0.0, 0.4))
        other: dict[Way, Way] = {"up": "down", "down": "up"}
        left = [one for one in some if one.found["first"].status != "proved"]
        self._all([(one, "other", other[one.way], "", None) for one in left], (0.4, 0.5))

    def second(self, cells: Sequence[_Asked]) -> None:
        """Decide what settles a cell, and what alone brings it about."""
        wanted: list[tuple[_Asked, str, Way, str, tuple[str, ...] | None]] = []
        for one in cells:
            if one.model is None:
                continue
            if one.told.settled:
                wanted.append(
                    (one, "settled", one.told.settled.trend, one.told.settled.given, None)
                )
            causes = one.causes()
            way = _way(one) or one.way
            if len(causes) == 1 and "proved" in (v.status for v in one.found.values()):
                continue  # all that moves is enough
            wanted += [
                (one, f"cause {name}", way, "", moves)
                for name, moves in causes.items()
                if one.goes(one.on(moves, name), way)
            ]
        self._all(wanted, (0.5, 1.0))

    def _all(
        self,
        wanted: Sequence[tuple[_Asked, str, Way, str, tuple[str, ...] | None]],
        span: tuple[float, float],
    ) -> None:
        low, high = span
        claims = []
        for one, key, way, given, moves in wanted:
            model = one.on(moves, "" if key == "first" else key)
            claims.append((model, one.claim(model, way, given)))
        if not claims:
            return
        ledger = prove_all(
            claims,
            self.asked,
            cache=self.cache,
            progress=lambda share, what: self.progress(low + (high - low) * share, what),
        )
        for (one, key, *_), verdict in zip(wanted, ledger, strict=True):
            one.found[key] = verdict


def _way(one: _Asked) -> Way | None:
    """Return which way a cell goes at every calibration, None if it does not."""
    for key, verdict in one.found.items():
        if key in ("first", "other") and verdict.status == "proved":
            return one.way if key == "first" else ("down" if one.way == "up" else "up")
    return None


def _cell(one: _Asked, draws: int, seed: int) -> Trend:
    """Put a cell together from what was decided."""
    told = one.told
    measured = None if told.measured is None else Measured(
        told.measured.unit, float(told.measured.before), float(told.measured.after),
        told.measured.source,
    )  # fmt: skip
    shell = Trend(
        one.row, one.column, "not known", "", derived=told.derived, measured=measured,
        paper=told.paper.says if told.paper else "", note=told.note,
        paper_trend=told.paper.trend if told.paper else "", narrowed=one.narrowed,
        verdicts=tuple(one.found.values()),
    )  # fmt: skip
    if one.model is None:
        if measured is None:
            return shell
        trend: Literal["UP", "DOWN"] = "UP" if measured.way == "up" else "DOWN"
        expected = measured.way == told.expect
        return replace(shell, trend=trend, how="measured", as_expected=expected)
    return _of_model(one, one.on(None, ""), replace(shell, **_decided(one, draws, seed)))


def _decided(one: _Asked, draws: int, seed: int) -> dict[str, Any]:
    """Return what was found of a cell that a model tells."""
    way = _way(one)
    if way is not None:
        trend: Any = "UP" if way == "up" else "DOWN"
        return {"trend": trend, "how": "proved", "as_expected": way == one.told.expect}
    open_ones = [v for k, v in one.found.items() if k in ("first", "other") and v.status == "open"]
    rises, falls = (_share(one, each, draws, seed) for each in ("up", "down"))
    shares = {"rises": rises, "falls": falls}
    if open_ones:
        return {"how": open_ones[0].reason, "as_expected": False, **shares}
    told = max((rises or 0.0, "rises"), (falls or 0.0, "falls"))
    seen = f"{told[1]} on {share_of_draws(told[0])}" if told[0] else ""
    found: dict[str, Any] = {
        "trend": "MIXED",
        "how": seen,
        "as_expected": one.told.expect == "mixed",
        **shares,
    }
    if one.told.settled:
        settled = one.found["settled"].status == "proved"
        found["as_expected"] &= settled
        if settled:
            found |= {
                "settled": "UP" if one.told.settled.trend == "up" else "DOWN",
                "assumption": one.told.settled.says,
                "given": one.told.settled.given,
            }
    return found


def share_of_draws(share: float) -> str:
    """Write a share of draws of what is neither always nor never so.

    Examples
    --------
    >>> share_of_draws(1.0), share_of_draws(0.5)
    ('> 99.9 %', '50.0 %')
    """
    return percent(min(max(share, ALMOST), 1 - ALMOST))


def _share(one: _Asked, way: str, draws: int, seed: int) -> float | None:
    """Return on which share of random pairs of calibrations it goes one way in every equilibrium."""
    model = one.on(None, "")
    claim = one.claim(model, "up" if way == "up" else "down")
    until = time.perf_counter() + SHARE_SECONDS
    try:
        tried = frequency(stated(model, claim, "pair"), draws=draws, seed=seed, until=until)
    except UnsupportedError:
        return None
    return 1 - tried.failing / tried.spoke if tried.spoke else None


def _of_model(one: _Asked, model: Model, cell: Trend) -> Trend:
    """Add the number's meaning, what it is at the centres, and the causes."""
    tells = one.told.tells
    words, unit = _meaning(model, tells)
    before, after = (_at(model, era, tells) for era in one.eras)
    causes = []
    for name, moves in one.causes().items():
        verdict = one.found.get(f"cause {name}")
        alone: bool | None = None
        if verdict is None:  # all that moves is enough, or it goes another way at the centres
            alone = cell.how == "proved" and len(one.causes()) == 1
        elif verdict.status != "open" or verdict.fails is not None:
            alone = verdict.status == "proved"
        causes.append(Cause(name, moves, alone))
    return replace(
        cell, model=one.model.name if one.model else "", tells=tells, meaning=words, unit=unit,
        before=before, after=after, causes=tuple(causes),
    )  # fmt: skip


def _meaning(model: Model, name: str) -> tuple[str, str]:
    if name in model.outcomes:
        return means(model, name)
    places = (model.game.choices, model.definitions, model.parameters)
    one = next(place[name] for place in places if name in place)
    return one.means, one.unit


def _at(model: Model, era: str, name: str) -> tuple[sp.Expr | None, ...]:
    """Return the number at an era's centre, in each equilibrium."""
    return tuple(each.value(name) for each in solve(model, era))
