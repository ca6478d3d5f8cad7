"""Pictures: the results that a figure is drawn from, and how they are drawn and written.

What a person leaves open is taken from the model: its story, its first question, its eras' boxes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dilemma.by_era import eras_of
from dilemma.errors import CalibrationError, DilemmaError, UnsupportedError, library, nearest
from dilemma.games.kind import Can
from dilemma.model import At, Model
from dilemma.output.result import Shown, check, write

if TYPE_CHECKING:
    from dilemma.study.trace import Trace

__all__ = ["FIGURES", "OF_CLAIMS", "Order", "Picture", "picture", "written"]

LEAST = 0.01  # seconds: what a last question is given, so that it says what is missing
ENDINGS = (".png", ".svg", ".pdf")
TEXT = ".tex"  # of a game tree, as TikZ

Progress = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class Order:
    """What a person asks for.

    Attributes
    ----------
    models : tuple of Model
        One, but for a ledger.
    what : tuple of str
        Parameters, outcomes or claims, as the picture needs them.
    eras : sequence of eras or None
        All where none are named; values on the spot are an era too.
    low, high : str or None
        Between which values something moves.
    select : str or None
        Which of several equilibria counts, or is drawn.
    symbols : bool
        Whether a game tree is drawn as it is stated, with formulas.
    robust : bool
        Whether it is worked out how far verdicts carry.
    years : str or None
        A table of years.
    seconds : float or None
        Budget for it all, of a ledger for each verdict, and of what to measure first for each claim; no
        limit, and for a verdict a minute, if None.
    progress : callable
        Called with the share of the work done, and what is next.
    """

    models: tuple[Model, ...]
    what: tuple[str, ...] = ()
    eras: Sequence[At] | None = None
    low: str | None = None
    high: str | None = None
    select: str | None = None
    symbols: bool = False
    robust: bool = False
    years: str | None = None
    seconds: float | None = None
    progress: Progress = field(default=lambda _share, _name: None)
    begun: float = field(default_factory=time.monotonic)

    @property
    def model(self) -> Model:
        """The one model."""
        if len(self.models) != 1:
            raise DilemmaError("only a ledger is of several models: name one")
        return self.models[0]

    @property
    def shown(self) -> tuple[str, ...]:
        """The names of the eras that are drawn."""
        known = tuple(self.model.eras)
        return known if self.eras is None else tuple(e for e in self.eras if isinstance(e, str))

    @property
    def left(self) -> float | None:
        """The seconds that are left."""
        if self.seconds is None:
            return None
        return max(self.seconds - (time.monotonic() - self.begun), LEAST)

    def count(self, share: float) -> None:
        """Pass on progress that has no name."""
        self.progress(share, "")


@dataclass(frozen=True, slots=True)
class Picture:
    """Results, and how the first is drawn, perhaps beside the others.

    A path that could be drawn in other ways, too, may be asked for as a fold diagram: ``folds``.
    """

    results: tuple[Shown, ...]
    how: Mapping[str, Any] = field(default_factory=dict)
    folds: bool = False

    def save(self, path: Path) -> None:
        """Draw and write it, a tree as TikZ where the file is one of LaTeX."""
        from dilemma.study.diagrams import Diagrams

        first = self.results[0]
        if path.suffix.lower() == TEXT and isinstance(first, Diagrams):
            write(path, first.to_tikz())
            return
        from dilemma import figures

        draw: Callable[..., Any] = figures.fold if self.folds else figures.plot
        figures.save(draw(self.results[0], **self.how), path)


def written(path: Path, figure: str = "") -> Path:
    """See that a picture can be written to a path: before anything is worked out.

    Examples
    --------
    >>> written(Path("map.svg")).suffix, written(Path("tree.tex"), "diagram").suffix
    ('.svg', '.tex')
    """
    if figure == "diagram" and path.suffix.lower() == TEXT:
        return check(path, "a diagram's file", (*ENDINGS, TEXT))
    library("matplotlib")
    return check(path, "a picture's file", ENDINGS)


# --- from an order to a picture -------------------------------------------------------------------


A_VERDICT = 60.0  # seconds, unless said
MARGIN = 2  # a path goes beyond what it starts from by one such part of its length, either way


def picture(figure: str, order: Order) -> Picture:
    """Work out what a figure needs.

    Raises
    ------
    CalibrationError
        For an unknown figure, outcome, parameter, era or claim.
    UnsupportedError
        If the model has no such picture; says which it has.

    Examples
    --------
    >>> import dilemma
    >>> found = picture("tornado", Order((dilemma.load("hedging"),), ("x_J",)))
    >>> [swings.era for swings in found.results]
    ['cold_war', 'post_cold_war']
    """
    if figure not in FIGURES:
        raise CalibrationError(f"no figure {figure!r}: {nearest(figure, FIGURES)}")
    _needless(figure, order)
    if figure not in OF_CLAIMS:
        for era in order.shown:
            order.model.era_key(era)
    lacks = [_lacks(figure, model, len(order.eras or model.eras)) for model in order.models]
    if all(lacks) and order.years is None:
        model = order.models[0]
        eras = len(order.eras or model.eras)
        has = ", ".join(name for name in FIGURES if not _lacks(name, model, eras)) or "none"
        raise UnsupportedError(f"{model.name} has no figure {figure!r}: {lacks[0]}; it has: {has}")
    return FIGURES[figure](order if figure in OF_CLAIMS else _in_eras(figure, order))


def _in_eras(figure: str, order: Order) -> Order:
    """Return the order with eras that its model has, those given on the spot among them."""
    if order.years is not None or figure == "diagram":
        return order  # an era is where all else is then: the first, unless one is named
    moving = order.what if figure in FOLLOWED and len(order.what) == 1 else ()
    model, names = eras_of(order.model, order.eras, moving=moving, ranges=figure in BOXES)
    return replace(order, models=(model,), eras=names)


FOLLOWED = ("ceiling", "fold", "contagion")
MOVING = (*FOLLOWED, "waterfall", "tornado", "sensitivity")  # of what a parameter does
OF_CLAIMS = ("ledger", "measure-first")  # which name their own eras
BOXES = ("regions", "sensitivity")  # of a whole box, so that what is left out may be anywhere
# What only some figures heed; asked of another, it would be passed over in silence.
HEEDED = {
    "low": ("--from", FOLLOWED),
    "high": ("--to", FOLLOWED),
    "select": ("--select", ("waterfall", "diagram")),
    "symbols": ("--symbols", ("diagram",)),
    "robust": ("--robust", ("ledger",)),
    "years": ("--years", ("timeline",)),
}


def _needless(figure: str, order: Order) -> None:
    """See that nothing is asked for that a figure does not heed."""
    for name, (option, figures) in HEEDED.items():
        if getattr(order, name) and figure not in figures:
            raise CalibrationError(
                f"{option} says nothing to the figure {figure!r}: it is for {', '.join(figures)}"
            )
    if figure in OF_CLAIMS and order.eras:
        raise CalibrationError(
            f"--era and --at say nothing to the figure {figure!r}: a claim names its own eras"
        )
    if figure == "sensitivity" and order.seconds is not None:
        raise CalibrationError(
            "--seconds says nothing to the figure 'sensitivity': all its points are solved"
        )


def _lacks(figure: str, model: Model, eras: int) -> str:
    """Say what a model would need for a figure, "" if it has all."""
    game = model.game
    several = len(model.players) != 2
    two_by_two = all(len(p.actions) == 2 for p in model.players.values())
    one_each = all(len(game.of(p)) == 1 for p in model.players)
    finite = Can.TABLE in model.game.can
    found = {
        "regions": (Can.ACTIONS not in game.can and "it is for games of finitely many actions")
        or (len(model.parameters) < 2 and "a map needs two parameters"),
        "replies": (several or (not (finite and two_by_two) and not one_each))
        and "it is for two players with two actions or one number each",
        "diagram": Can.DIAGRAM not in game.can
        and "it is for games of states, of links and of moves that follow one another",
        "ceiling": (not game.leader and "nobody leads")
        or (not any(o.chances for o in model.outcomes.values()) and "it tells no shadow price"),
        "bargain": (game.bargain is None) and "it ends in no bargain",
        "waterfall": eras < 2 and "a change is between two eras",
        **dict.fromkeys(OF_CLAIMS, not model.claims and "its file makes no claims"),
        "timeline": not any(
            era.years for era in (*model.eras.values(), *model.further_eras.values())
        )
        and "its eras do not say their years; --years names a table that does",
    }
    if figure in FOLLOWED and not game.choices and not model.outcomes:
        return "its file defines no outcome to follow; trace lists the equilibria"
    if figure in MOVING and not model.parameters:
        return "it has no parameters"
    if figure == "replies" and game.leader:
        return "one side leads, so that best replies do not face each other"
    return found.get(figure) or ""


def _names(order: Order, most: int, what: str, known: Sequence[str]) -> tuple[str, ...]:
    """Return what is named, of which there may be so many and must be one."""
    if not 0 < len(order.what) <= most:
        raise CalibrationError(f"{what} of {order.model.name}? there are: {', '.join(known)}")
    for name in order.what:
        if name not in known:
            raise CalibrationError(
                f"no {what.rsplit(maxsplit=1)[-1]} {name!r} in {order.model.name}: {nearest(name, known)}"
            )
    return order.what


def _nothing(order: Order) -> None:
    if order.what:
        raise CalibrationError(
            f"nothing more is needed than the model: leave out {order.what[0]!r}"
        )


# --- the figures ----------------------------------------------------------------------------------


def _regions(order: Order) -> Picture:
    from dilemma.study.region_map import region_map

    if len(order.what) != 2:
        known = ", ".join(order.model.parameters) or "none"
        raise CalibrationError(f"a map needs two parameters of {order.model.name}: {known}")
    return Picture((region_map(order.model, *order.what, order.eras, seconds=order.left),))


def _replies(order: Order) -> Picture:
    from dilemma.study.best_replies import best_replies

    _nothing(order)
    return Picture((best_replies(order.model, order.eras, seconds=order.left),))


def _ceiling(order: Order) -> Picture:
    """Follow what the model's story moves, or its first question."""
    model = order.model
    stories = [name for story in model.dynamics.values() for name in story.next]
    return Picture((_trace(order, [*stories, *_asked(model)][:1]),))


def _fold(order: Order) -> Picture:
    """Follow the numbers that the model's story multiplies by one factor, if it has such a story."""
    model = order.model
    for story in model.dynamics.values():
        if story.scales and not order.what:
            length = max(story.through) - min(story.through)
            ends = (min(story.through) - length / MARGIN, max(story.through) + length / MARGIN)
            return Picture(
                (_trace(order, story.scales, ends, story.shows),), _shows(order), folds=True
            )
    return _contagion(order)


def _contagion(order: Order) -> Picture:
    """Follow one side's number: what does it do to both?"""
    model = order.model
    watched = [name for story in model.dynamics.values() for name in story.shows]
    return Picture((_trace(order, _asked(model)[:1], shows=watched),), _shows(order), folds=True)


def _shows(order: Order) -> dict[str, Any]:
    """Show what the model's story watches, one number a player."""
    watched = [name for story in order.model.dynamics.values() for name in story.shows]
    return {"shows": watched[: len(order.model.players)]} if watched else {}


def _asked(model: Model) -> list[str]:
    return [question.moves for question in model.questions.values()]


def _trace(
    order: Order,
    usual: Sequence[str],
    ends: tuple[Any, Any] | None = None,
    shows: Sequence[str] = (),
) -> Trace:
    """Follow the equilibria along what is named, or what is usual."""
    from dilemma.study.trace import trace

    model = order.model
    moves = order.what or tuple(usual)
    if not moves:
        known = ", ".join(model.parameters) or "none"
        raise CalibrationError(f"{model.name}: which parameter moves? there are: {known}")
    model.needs_parameters(moves)
    if ends is None:
        ends = _reach(model, moves[0], order.shown) if len(moves) == 1 else ("4/5", "5/4")
    low, high = (
        told if told is not None else end
        for told, end in zip((order.low, order.high), ends, strict=True)
    )
    return trace(
        model,
        moves[0] if len(moves) == 1 else moves,
        low,
        high,
        eras=order.eras,
        outcomes=list(shows) or None,
        seconds=order.left,
        progress=order.count,
    )


def _reach(model: Model, name: str, eras: Sequence[str]) -> tuple[Any, Any]:
    """Return what the eras' boxes span, and half as much on either side, as far as it may go."""
    boxes = [model.eras[era].values[name].range for era in eras]
    low, high = min(box.low for box in boxes), max(box.high for box in boxes)
    allowed = model.parameters[name].range
    length = (high - low) / MARGIN
    first = low - length
    last = high + length
    if first < allowed.low or (first == allowed.low and allowed.open_low):
        first = low / MARGIN if allowed.open_low else allowed.low
    if last > allowed.high or (last == allowed.high and allowed.open_high):
        last = (high + allowed.high) / MARGIN if allowed.open_high else allowed.high
    if not first < last and allowed.low.is_finite and allowed.high.is_finite:
        first, last = allowed.low, allowed.high
    if not first < last:
        raise CalibrationError(f"{name} has one value in every era: say --from and --to")
    return first, last


def _bargain(order: Order) -> Picture:
    from dilemma.study.bargaining import bargaining

    if len(order.what) > 1:
        raise CalibrationError("a bargain is followed along one parameter")
    moves = order.what[0] if order.what else None
    found = bargaining(order.model, order.eras, moves, seconds=order.left, progress=order.count)
    return Picture((found,))


def _waterfall(order: Order) -> Picture:
    from dilemma.study.attribute import attribute

    model = order.model
    names = _names(order, 9, "which outcome", [*model.outcomes, *model.players])
    found = []
    for done, name in enumerate(names):
        order.progress(done / len(names), name)
        found.append(attribute(model, name, order.eras, select=order.select, seconds=order.left))
    return Picture(tuple(found), {"others": found[1:]})


def _tornado(order: Order) -> Picture:
    from dilemma.study.tornado import tornado

    model = order.model
    (name,) = _names(order, 1, "which outcome", [*model.outcomes, *model.players])
    found = []
    for done, era in enumerate(order.shown):

        def tell(share: float, what: str, done: int = done) -> None:
            order.progress((done + share) / len(order.shown), what)

        found.append(tornado(model, name, era, seconds=order.left, progress=tell))
    return Picture(tuple(found), {"others": found[1:]})


def _sensitivity(order: Order) -> Picture:
    """Tell what matters for one outcome; for the first that varies where none is named."""
    from dilemma.study.sensitivity import sensitivity

    model = order.model
    known = [*model.outcomes, *model.players]
    names = _names(order, 1, "which outcome", known) if order.what else None
    found = []
    for done, era in enumerate(order.shown):

        def tell(share: float, done: int = done, era: str = era) -> None:
            order.progress((done + share) / len(order.shown), era)

        found.append(sensitivity(model, era, names, progress=tell))
    return Picture(tuple(found), {"others": found[1:]})


def _measure_first(order: Order) -> Picture:
    from dilemma.robustness.measure_first import measure_first

    claims = list(order.what) or None
    found = measure_first(order.model, claims, seconds=order.seconds, progress=order.progress)
    return Picture((found,))


def _ledger(order: Order) -> Picture:
    from dilemma.ledger.prove import Asked, prove_all

    claims = order.what or (None,)
    wanted = [(model, claim) for model in order.models for claim in claims]
    asked = Asked(
        order.seconds or A_VERDICT, order.robust, thorough=False, fresh=False, workers=None
    )
    return Picture((prove_all(wanted, asked, progress=order.progress),))


def _timeline(order: Order) -> Picture:
    """Go through the years of a table, or through the eras."""
    from dilemma.study.timeline import timeline

    found = timeline(order.model, order.years, order.eras, seconds=order.left, progress=order.count)
    for name in order.what:
        if name not in found.numbers:
            raise CalibrationError(
                f"no number {name!r} is told over the years: {nearest(name, found.numbers)}"
            )
    return Picture((found,), {"shows": order.what} if order.what else {})


def _diagram(order: Order) -> Picture:
    """Draw every equilibrium at each era's centre as networks, states and arrows, or a game tree."""
    from dilemma.study.diagrams import diagrams

    _nothing(order)
    found = diagrams(
        order.model,
        order.eras,
        which=_counted(order.select),
        symbols=order.symbols,
        seconds=order.left,
        progress=order.progress,
    )
    return Picture((found,))


def _counted(select: str | None) -> int | str | None:
    """Return which equilibrium is meant: its name, or its number as tables count, from 1."""
    return int(select) - 1 if select is not None and select.isdecimal() else select


FIGURES: Mapping[str, Callable[[Order], Picture]] = {
    "regions": _regions,
    "replies": _replies,
    "diagram": _diagram,
    "ceiling": _ceiling,
    "fold": _fold,
    "contagion": _contagion,
    "bargain": _bargain,
    "waterfall": _waterfall,
    "tornado": _tornado,
    "sensitivity": _sensitivity,
    "measure-first": _measure_first,
    "timeline": _timeline,
    "ledger": _ledger,
}
