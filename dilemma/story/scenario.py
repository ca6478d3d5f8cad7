"""A scenario: several models as one story, in which what comes out of one goes into another.

A link names a number of one model and the parameter of another that it feeds, in which eras.  Models
are taken in that order.  Boxes are carried through: how far the number reaches over the whole box,
in every equilibrium, is the box of the parameter that it feeds.  Claims are decided on these boxes,
once more with each cause by itself, and once more without it: what does the story rest on?
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import sympy as sp
from pydantic import Field

from dilemma.checks.attack import fails_at
from dilemma.claims.decide import stated
from dilemma.claims.verdict import Verdict
from dilemma.errors import CalibrationError
from dilemma.ledger.prove import Asked, prove_all
from dilemma.model import Model
from dilemma.output.result import versions
from dilemma.reading.expressions import ExpressionError, Scope, parse
from dilemma.reading.rows import Row, blame
from dilemma.story.documents import Source, opened, two_eras
from dilemma.story.reach import Reached, Share, holds_on, named_in, reached
from dilemma.story.tellings import Fed, Scenario, Side, Told, in_brackets
from dilemma.story.trends import table_boxes
from dilemma.theory.parts import Value

__all__ = ["scenario"]

Progress = Callable[[float, str], None]
Boxes = dict[str, dict[str, Value]]  # of each era, of some parameters


# --- what a file says -----------------------------------------------------------------------------


class _Eras(Row):
    before: str
    after: str


class _Link(Row):
    source: str = Field(alias="from")
    tells: str
    to: str
    feeds: str
    formula: str = Field("", alias="as")
    eras: dict[str, str] = Field(default_factory=dict)
    says: str = ""

    def text(self) -> str:
        return f"({self.formula})" if self.formula else self.tells


class _Claim(Row):
    side: Side
    of: str
    says: str
    holds: str
    given: str = ""
    shared: list[str] = Field(default_factory=list)
    holding: list[str] = Field(default_factory=list)


class _Cause(Row):
    says: str
    moves: dict[str, list[str]]


class _Document(Row):
    title: str
    source: str
    reads: str
    eras: _Eras
    boxes: dict[str, str] = Field(default_factory=dict)
    links: dict[str, _Link]
    claims: dict[str, _Claim]
    causes: dict[str, _Cause] = Field(default_factory=dict)


# --- worked out -----------------------------------------------------------------------------------


@dataclass
class _Story:
    """A scenario on its way: the models, and what is fed to them."""

    source: Source
    document: _Document
    formulas: Mapping[str, sp.Expr]
    narrow: Mapping[str, Boxes]
    asked: Asked
    cache: Path | str | bool
    reached: dict[Any, Reached] = field(default_factory=dict)

    @property
    def eras(self) -> tuple[str, str]:
        return self.document.eras.before, self.document.eras.after

    @property
    def models(self) -> Mapping[str, Model]:
        return self.source.models

    def order(self) -> list[str]:
        """Return the models, each after those that feed it."""
        feeds = [(one.source, one.to) for one in self.document.links.values()]
        waiting, order = list(self.models), []
        while waiting:
            ready = [m for m in waiting if not any(b == m != a and a in waiting for a, b in feeds)]
            if not ready:
                told = ", ".join(waiting)
                raise CalibrationError(f"{self.source.path}: links go in a circle: {told}")
            order += ready
            waiting = [m for m in waiting if m not in ready]
        return order

    def carried(self, moves: Mapping[str, set[str]] | None) -> tuple[dict[str, Model], list[Fed]]:
        """Return the models on the boxes that are carried to them, and what was.

        Parameters
        ----------
        moves : mapping of model to set of parameter, optional
            The only parameters that move between the eras; what is fed moves with what feeds it.
        """
        boxes = {name: {e: dict(self.narrow.get(name, {}).get(e, {})) for e in self.eras} for name in self.models}  # fmt: skip
        moving = {name: set(some) for name, some in moves.items()} if moves is not None else None
        found: dict[str, Model] = {}
        fed: list[Fed] = []
        for name in self.order():
            for link, row in self.document.links.items():
                if row.to == name == row.source:
                    fed += self._own(link, row, boxes[name])
            own = None if moving is None else moving.get(name, set())
            found[name] = two_eras(self.models[name], self.eras, boxes[name], own)
            for link, row in self.document.links.items():
                if row.source == name != row.to:
                    fed += self._along(link, row, found[name], boxes[row.to])
                    if moving is not None and self._moves(row, found[name]):
                        moving.setdefault(row.to, set()).add(row.feeds)
        return found, fed

    def _moves(self, row: _Link, model: Model) -> bool:
        """Tell whether what a link tells moves between the eras."""
        own = self.moving(model)
        return row.tells in own if row.tells in model.parameters else bool(own)

    def _eras_of(self, row: _Link) -> Mapping[str, str]:
        return row.eras or {era: era for era in self.eras}

    def _own(self, link: str, row: _Link, boxes: Boxes) -> Iterator[Fed]:
        """Carry a parameter to another one of the same model."""
        model = self.models[row.source]
        for era, there in self._eras_of(row).items():
            value = boxes[there].get(row.tells, model.eras[there].values[row.tells])
            reach = Reached(value.range, value.central, "given", value.range)
            yield self._feed(link, row, era, there, reach, boxes)

    def _along(self, link: str, row: _Link, model: Model, boxes: Boxes) -> Iterator[Fed]:
        """Carry a number to a parameter of another model."""
        for era, there in self._eras_of(row).items():
            box = tuple((n, v.range, v.central) for n, v in model.eras[there].values.items())
            key = (link, there, box)
            if key not in self.reached:
                self.reached[key] = reached(
                    model, there, row.tells, self.formulas[link], row.text(), self.asked, self.cache
                )
            yield self._feed(link, row, era, there, self.reached[key], boxes)

    def _feed(
        self, link: str, row: _Link, era: str, there: str, reach: Reached, boxes: Boxes
    ) -> Fed:
        to = self.models[row.to]
        allowed = to.parameters[row.feeds].range
        if not (reach.interval.low in allowed and reach.interval.high in allowed):
            raise CalibrationError(
                f"{self.source.path}: links.{link}: {row.text()} reaches over "
                f"{in_brackets(reach.interval)}, and {row.feeds} of {row.to} may lie in {allowed}"
            )
        told = self._eras_of(row)
        boxes[era][row.feeds] = Value(
            reach.central,
            reach.interval,
            "derived",
            f"{row.source}: {row.text()} ({there})",
            common=len(told) > 1 and len(set(told.values())) == 1,  # of one past there is one draw
        )
        return Fed(
            link=link, era=era, source=row.source, source_era=there, quantity=row.formula or row.tells,
            model=row.to, parameter=row.feeds, reached=reach,
            own=to.eras[era].values[row.feeds], says=row.says,
        )  # fmt: skip

    # --- claims ---

    def decided(
        self, models: Mapping[str, Model], names: Sequence[str], label: str
    ) -> dict[str, Verdict]:
        """Decide some claims on models as they were carried."""
        wanted = []
        for name in names:
            row = self.document.claims[name]
            model = models[row.of]
            told = f"{row.of}: {name}{label and f', {label}'}"
            model = Model.from_document(model.document, told)
            wanted.append((model, self._claim(model, row)))
        if not wanted:
            return {}
        ledger = prove_all(wanted, self.asked, cache=self.cache)
        return dict(zip(names, ledger, strict=True))

    def fails_at_centres(self, models: Mapping[str, Model], name: str) -> bool:
        """Tell whether a claim is refuted at the centres already."""
        row = self.document.claims[name]
        model = models[row.of]
        points = {era: dict(model.calibration(era)) for era in self.eras}
        return fails_at(stated(model, self._claim(model, row), "pair"), points)

    def _claim(self, model: Model, row: _Claim) -> Any:
        first = model.eras[self.eras[0]].values
        shared = [name for name in row.shared if not first[name].common]
        fields: dict[str, Any] = {"shared": shared} if shared else {}
        if row.given:
            fields["given"] = row.given
        if row.holding:
            fields["holding"] = list(row.holding)
        return model.make_claim(row.holds, over="pair", **fields)

    def share(
        self, model: Model, verdict: Verdict, name: str, draws: int, seed: int
    ) -> Share | None:
        """Return on which share of random pairs of calibrations a mixed claim holds."""
        if verdict.status != "mixed":
            return None
        claim = self._claim(model, self.document.claims[name])
        return holds_on(model, claim, draws, seed)

    def moving(self, model: Model) -> set[str]:
        """Return what differs between the eras of a model as it was carried."""
        before, after = (model.eras[era].values for era in self.eras)
        return {
            name
            for name, value in before.items()
            if not value.common
            and (value.range, value.central) != (after[name].range, after[name].central)
        }

    def same(self, one: Model, other: Model) -> bool:
        """Tell whether two models have the same boxes."""

        def boxes(model: Model) -> list[Any]:
            values = [value for era in self.eras for value in model.eras[era].values.values()]
            return [(value.range, value.central, value.common) for value in values]

        return boxes(one) == boxes(other)


def scenario(
    name: str | Path = "one_story",
    *,
    seconds: float = 120.0,
    draws: int = 2_000,
    seed: int = 0,
    fresh: bool = False,
    cache: Path | str | bool = True,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Scenario:
    """Tell several models as one story, and find out what it rests on.

    Parameters
    ----------
    name : str or Path
        A shipped scenario, or a file of your own that ends in ``.toml``.
    seconds : float
        Budget for each verdict.
    draws, seed : int
        Random pairs of calibrations, for the share on which a mixed claim holds.
    fresh, cache, workers
        As :func:`dilemma.prove` has them: verdicts are kept.
    progress : callable, optional
        Called with the share of the work done and what is next.

    Raises
    ------
    UnknownModelError
        If there is no such scenario, or no model that it names.
    ModelError
        If the file is wrong: every mistake with its line and column.
    CalibrationError
        If links go in a circle, or carry what the fed parameter may not be.

    Examples
    --------
    >>> import dilemma
    >>> story = dilemma.scenario()  # doctest: +SKIP
    >>> story.paradox  # doctest: +SKIP
    ('links',)
    """
    began = time.perf_counter()
    source = opened(name, "scenarios", "scenario")
    story = _opened(source, Asked(seconds, fresh=fresh, workers=workers), cache)
    tell = progress or (lambda _share, _what: None)
    tell(0.0, "what is carried")
    models, fed = story.carried(None)
    document = story.document
    tell(0.1, "the claims")
    whole = story.decided(models, list(document.claims), "")
    claims = _told(story, models, whole, _rests_on(story, models, whole, tell), draws, seed)
    return Scenario(
        name=source.path.stem,
        title=document.title,
        source=document.source,
        reads=document.reads.strip(),
        order=tuple(story.order()),
        fed=tuple(fed),
        claims=claims,
        causes={cause: row.says for cause, row in document.causes.items()},
        seconds=time.perf_counter() - began,
        versions=versions("sympy", "z3-solver"),
    )


def _opened(source: Source, asked: Asked, cache: Path | str | bool) -> _Story:  # noqa: FBT001 -- a folder
    """Read a scenario.

    Raises
    ------
    ModelError
        With everything that is wrong with its file.
    """
    document = source.whole(_Document)
    formulas = dict(_linked(source, document))
    narrow = _narrow(source, document)
    _checked(source, document)
    source.right()
    return _Story(source, document, formulas, narrow, asked, cache)


def _told(
    story: _Story,
    models: Mapping[str, Model],
    whole: Mapping[str, Verdict],
    rests: tuple[dict[str, dict[str, str]], dict[str, dict[str, str]]],
    draws: int,
    seed: int,
) -> tuple[Told, ...]:
    """Put together what became of each claim."""
    alone, without = rests
    return tuple(
        Told(
            name=one, side=row.side, model=row.of, says=row.says, verdict=whole[one],
            share=story.share(models[row.of], whole[one], one, draws, seed),
            alone=alone[one], without=without[one],
        )
        for one, row in story.document.claims.items()
    )  # fmt: skip


def _rests_on(
    story: _Story, models: Mapping[str, Model], whole: Mapping[str, Verdict], tell: Progress
) -> tuple[dict[str, dict[str, str]], dict[str, dict[str, str]]]:
    """Return what each claim is by each cause alone, and without it."""
    claims, causes = story.document.claims, story.document.causes
    alone: dict[str, dict[str, str]] = {one: {} for one in claims}
    without: dict[str, dict[str, str]] = {one: {} for one in claims}
    for done, (cause, row) in enumerate(causes.items()):
        own = {model: set(some) for model, some in row.moves.items()}
        rest = {m: set(model.parameters) - own.get(m, set()) for m, model in models.items()}
        for half, (column, moves, label) in enumerate(
            ((alone, own, "alone"), (without, rest, "without"))
        ):
            tell(0.2 + 0.8 * (2 * done + half) / (2 * len(causes)), f"{cause} {label}")
            _by_cause(story, models, whole, column, (cause, moves, label))
    return alone, without


def _by_cause(
    story: _Story,
    whole_models: Mapping[str, Model],
    whole: Mapping[str, Verdict],
    column: Mapping[str, dict[str, str]],
    what: tuple[str, Mapping[str, set[str]], str],
) -> None:
    """Decide what a cause does alone, or what is left without it."""
    cause, moves, label = what
    fed = {(row.to, row.feeds) for row in story.document.links.values()}
    own = {m: {p for p in some if (m, p) not in fed} for m, some in moves.items()}
    models, _ = story.carried(own)
    asked = []
    for name, row in story.document.claims.items():
        moving = story.moving(models[row.of])
        same = story.same(models[row.of], whole_models[row.of])
        if (label == "alone" and not moving) or (label == "without" and same):
            column[name][cause] = "untouched"
        elif same:
            column[name][cause] = whole[name].status
        elif not moving:
            column[name][cause] = "fails"  # what has not moved is neither more nor less
        elif story.fails_at_centres(models, name):
            column[name][cause] = "fails"
        else:
            asked.append(name)
    for name, verdict in story.decided(models, asked, f"{cause} {label}").items():
        refuted = verdict.status == "open" and verdict.fails is not None
        column[name][cause] = "fails" if refuted else verdict.status


def _linked(source: Source, document: _Document) -> Iterator[tuple[str, sp.Expr]]:
    """Read the links; what is wrong is taken down."""
    eras = (document.eras.before, document.eras.after)
    for link, row in document.links.items():
        where = ("links", link)
        model = source.model((*where, "from"), row.source)
        to = source.model((*where, "to"), row.to)
        for era, there in row.eras.items():
            source.known((*where, "eras", era), era, "era", eras)
            source.known((*where, "eras", era), there, "era", eras)
        if to is not None:
            source.known((*where, "feeds"), row.feeds, "parameter", to.parameters)
        if model is None:
            continue
        names = [*model.parameters] if row.source == row.to else [*model.outcomes, *model.game.choices, *model.parameters]  # fmt: skip
        if not source.known((*where, "tells"), row.tells, "outcome", names):
            continue
        if row.formula and not named_in(row.formula, row.tells):
            source.wrong((*where, "as"), f"{row.tells!r} does not stand in it")
        try:
            symbol = sp.Symbol(row.tells, real=True)
            yield link, parse(row.formula or row.tells, Scope({row.tells: symbol}))
        except ExpressionError as error:
            source.mistakes.append(blame((*where, "as"), error))


def _narrow(source: Source, document: _Document) -> dict[str, Boxes]:
    """Take the boxes that a table has of a model."""
    found: dict[str, Boxes] = {}
    for model, table in document.boxes.items():
        source.model(("boxes", model), model)
        boxes = table_boxes(table)
        if source.known(("boxes", model), model, f"boxes in {table} of", boxes):
            found[model] = boxes[model]
    return found


def _checked(source: Source, document: _Document) -> None:
    """See that claims and causes speak of what there is."""
    for name, row in document.claims.items():
        model = source.model(("claims", name, "of"), row.of)
        if model is not None:
            for index, parameter in enumerate(row.shared):
                where: tuple[Any, ...] = ("claims", name, "shared", index)
                source.known(where, parameter, "parameter", model.parameters)
            fields: dict[str, Any] = {"given": row.given} if row.given else {}
            source.claimed(
                ("claims", name),
                partial(model.make_claim, row.holds, over="pair", **fields),
            )
    for cause, told in document.causes.items():
        for name, parameters in told.moves.items():
            model = source.model(("causes", cause, "moves", name), name)
            for index, parameter in enumerate(parameters if model else ()):
                where = ("causes", cause, "moves", name, index)
                source.known(where, parameter, "parameter", model.parameters)  # type: ignore[union-attr]
    for name, model in source.models.items():
        for era in (document.eras.before, document.eras.after):
            source.known(("eras",), era, f"era of {name}", model.eras)
