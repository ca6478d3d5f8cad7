"""A table of trends: which way a number goes between two eras, in every equilibrium of whole boxes.

Each cell is decided: UP or DOWN where the number rises or falls at every pair of calibrations, else
MIXED, with the share of the boxes on which it rises and the assumption that settles it.  Beside it
stand which causes are enough alone, what was measured, and what the paper has in that place.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

import sympy as sp
from pydantic import Field

from dilemma.claims.verdict import Verdict
from dilemma.errors import UnsupportedError
from dilemma.games.equilibrium import Equilibria
from dilemma.games.solution import solve
from dilemma.ledger.prove import Asked, prove_all
from dilemma.model import Model
from dilemma.output.result import versions
from dilemma.reading.rows import Number, Row, ValueRow
from dilemma.story.cells import AT_CENTRES, Cause, Measured, Trend, Trends, Way
from dilemma.story.documents import Source, narrowed, opened, two_eras
from dilemma.story.reach import holds_on
from dilemma.study.attribute import means
from dilemma.theory.parts import Claim, Value

__all__ = ["table_boxes", "trends"]

Progress = Callable[[float, str], None]
SIGN: Mapping[Way, str] = {"up": ">", "down": "<"}
WAYS: Mapping[Way, str] = {"up": "UP", "down": "DOWN"}


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
    eras: list[str] = Field(default_factory=list)
    shared: list[str] = Field(default_factory=list)
    expect: Literal["up", "down", "mixed"]
    derived: bool = True
    settled: _Settled | None = None
    measured: _Measured | None = None
    paper: _Paper | None = None
    note: str = ""
    called: str = ""


class _Plain(Row):
    up: str = "Up"
    down: str = "Down"
    columns: dict[str, str] = Field(default_factory=dict)


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
    plain: _Plain = Field(default_factory=_Plain)


# --- worked out -----------------------------------------------------------------------------------


class _Boxed:
    """A model on the boxes of a table, solved once at each era's centre, whichever cells ask."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._solved: dict[str, Equilibria] = {}

    def at(self, era: str, name: str) -> tuple[sp.Expr | None, ...]:
        """Return a number at an era's centre, in each equilibrium."""
        if era not in self._solved:
            self._solved[era] = solve(self.model, era)
        return tuple(each.value(name) for each in self._solved[era])


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
    boxed: _Boxed | None = None

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
        before, after = (_Boxed(model).at(era, self.told.tells) for era in self.eras)
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
    decide: bool = True,
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
    decide : bool
        False to solve at the centres of the boxes alone: that takes seconds, and proves nothing.

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
    _box(asked)
    tell = progress or (lambda _share, _what: None)
    if decide:
        _Deciding(Asked(seconds, fresh=fresh, workers=workers), cache, tell).both(asked)
    find = partial(_decided, draws=draws, seed=seed) if decide else _solved
    cells = []
    for done, one in enumerate(asked):
        cells.append(_cell(one, find))
        tell(1.0 if decide else (done + 1) / len(asked), one.told.of)
    return Trends(
        name=source.path.stem,
        title=document.title,
        source=document.source,
        reads=document.reads.strip(),
        rows=dict(document.rows),
        columns=dict(document.columns),
        cells=tuple(cells),
        ways={"up": document.plain.up, "down": document.plain.down},
        senses={**document.columns, **document.plain.columns},
        seconds=time.perf_counter() - began,
        versions=versions("sympy", "z3-solver"),
    )


def _box(cells: Iterable[_Asked]) -> None:
    """Give cells that ask about the same boxes one model, so that these are solved once."""
    boxed: dict[tuple[str, tuple[str, str]], _Boxed] = {}
    for one in (one for one in cells if one.model is not None):
        key = (one.told.of, one.eras)
        boxed[key] = one.boxed = boxed.get(key) or _Boxed(one.on(None, ""))


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
    for column in document.plain.columns:
        source.known(("plain", "columns", column), column, "column", document.columns)
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
    named = one.told.eras
    if named and len(named) != 2:
        source.wrong((*one.where, "eras"), "two eras are wanted: the one before, the one after")
        return
    one.eras = (named[0], named[1]) if named else (document.eras.before, document.eras.after)
    known = (*model.eras, *model.further_eras)
    if not all(
        source.known((*one.where, "eras") if named else of, era, "era", known) for era in one.eras
    ):
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

    def both(self, cells: Sequence[_Asked]) -> None:
        """Decide everything about cells, what it takes to know what else to ask before the rest."""
        self.first(cells)
        self.second(cells)

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


def _cell(one: _Asked, find: Callable[[_Asked, Trend], dict[str, Any]]) -> Trend:
    """Put a cell together from what was decided, or solved."""
    told = one.told
    measured = None if told.measured is None else Measured(
        told.measured.unit, float(told.measured.before), float(told.measured.after),
        told.measured.source,
    )  # fmt: skip
    shell = Trend(
        one.row, one.column, "not known", "", derived=told.derived, measured=measured,
        paper=told.paper.says if told.paper else "", note=told.note, called=told.called,
        paper_trend=told.paper.trend if told.paper else "", narrowed=one.narrowed,
        verdicts=tuple(one.found.values()),
    )  # fmt: skip
    if one.model is None:
        if measured is None:
            return shell
        trend: Literal["UP", "DOWN"] = "UP" if measured.way == "up" else "DOWN"
        expected = measured.way == told.expect
        return replace(shell, trend=trend, how="measured", as_expected=expected)
    solved = replace(shell, **_numbers(one))
    cell = replace(solved, **find(one, solved))
    return replace(cell, causes=tuple(_causes(one, cell)))


def _solved(one: _Asked, cell: Trend) -> dict[str, Any]:
    """Return which way a cell goes at the centres, in every equilibrium."""
    trend = WAYS[cell.moved] if cell.moved else "MIXED"
    return {
        "trend": trend,
        "how": AT_CENTRES,
        "as_expected": one.told.expect in (cell.moved, "mixed"),
    }


def _decided(one: _Asked, _cell: Trend, *, draws: int, seed: int) -> dict[str, Any]:
    """Return what was found of a cell that a model tells."""
    way = _way(one)
    if way is not None:
        trend: Any = "UP" if way == "up" else "DOWN"
        return {"trend": trend, "how": "proved", "as_expected": way == one.told.expect}
    open_ones = [v for k, v in one.found.items() if k in ("first", "other") and v.status == "open"]
    model = one.on(None, "")
    rises, falls = (holds_on(model, one.claim(model, way), draws, seed) for way in SIGN)
    shares = {"rises": rises and rises.part, "falls": falls and falls.part}
    if open_ones:
        return {"how": open_ones[0].reason, "as_expected": False, **shares}
    most = max((s for s in (rises, falls) if s), key=lambda share: share.part, default=None)
    seen = f"{'rises' if most is rises else 'falls'} on {most}" if most else ""
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


def _numbers(one: _Asked) -> dict[str, Any]:
    """Return which number a cell tells, and what it is at the centres."""
    boxed, tells = one.boxed, one.told.tells
    if one.model is None or boxed is None:
        return {}
    words, unit = _meaning(one.model, tells)
    before, after = (boxed.at(era, tells) for era in one.eras)
    own = {"model": one.model.name, "tells": tells, "meaning": words, "unit": unit}
    return {**own, "before": before, "after": after}


def _causes(one: _Asked, cell: Trend) -> Iterator[Cause]:
    """Yield what may have brought a cell's trend about, and whether it alone would have."""
    causes = one.causes()
    for name, moves in causes.items():
        verdict = one.found.get(f"cause {name}")
        alone: bool | None = None
        if (
            verdict is None and cell.how != AT_CENTRES
        ):  # all that moves is enough, or it goes another way at the centres
            alone = cell.how == "proved" and len(causes) == 1
        elif verdict and (verdict.status != "open" or verdict.fails is not None):
            alone = verdict.status == "proved"
        yield Cause(name, moves, alone)


def _meaning(model: Model, name: str) -> tuple[str, str]:
    if name in model.outcomes:
        return means(model, name)
    places = (model.game.choices, model.definitions, model.parameters)
    one = next(place[name] for place in places if name in place)
    return one.means, one.unit
