"""Ceiling: what a leader permits, what the follower makes of it, and what the ceiling costs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from dilemma.chosen import Multiplier, Slope
from dilemma.errors import CalibrationError, UnsupportedError, nearest
from dilemma.figures.labels import Ground
from dilemma.figures.panels import Grid, Row, grid
from dilemma.figures.paths import across, draw, era_key, era_marks, jump_ends, note, row, runs, says
from dilemma.figures.placing import LEADING
from dilemma.figures.style import BLUE, INK, SMALL, STYLE, VERMILION, literal
from dilemma.report import number
from dilemma.study.strands import Joined, joined
from dilemma.study.traced import Trace

__all__ = ["ceiling", "has_ceiling"]

PANEL = (2.9, 1.75)  # width and height [inches]
ABOVE = 0.35  # what a price that may be anything from somewhere up is given of the axis
WIDTHS = (1.9, 3.4)


@literal
def ceiling(found: Trace, slack: str | None = None, effort: str | None = None) -> Figure:
    """Draw slack, effort and shadow prices against what moves: a column for each era.

    Where play jumps lines are broken; where a price may be anything in a range the range is drawn.

    Parameters
    ----------
    found : Trace
        Of a game with a leader and a shadow price among its outcomes.
    slack, effort : str, optional
        An outcome or choice; unless said, the first definition that speaks of the leader's choice
        alone, and the first that speaks of the follower's alone.

    Raises
    ------
    CalibrationError
        For a number that the trace does not tell.
    UnsupportedError
        If nobody leads, or no shadow price is told.
    """
    prices = _prices(found)
    names = (slack or _speaks(found, leads=True), effort or _speaks(found, leads=False))
    known = [*found.outcomes, *(found.model.choices.choices if found.model.choices else ())]
    for name in names:
        if name not in known:
            raise CalibrationError(f"{name!r} is not told along the path: {nearest(name, known)}")
    every = {era: joined(course) for era, course in found.courses.items()}
    with mpl.rc_context(STYLE):
        prices_row = _price_row(found, prices, every)
        laid = grid(
            [*(row(found, [name]) for name in names), prices_row],
            {era: found.model.eras[era].title for era in found.courses},
            across=across(found),
            ends=(float(found.low), float(found.high)),
            key=_key(found, prices, every),
            note=note(found, _said(found, prices)),
            size=PANEL,
        )
        for era, told in every.items():
            for name, colour in zip(names, (BLUE, VERMILION), strict=True):
                _one(laid.panels[era, name], laid, found, told, (era, name, colour))
            _both(laid, found, told, (era, prices, prices_row.high))
        return laid.sheet.figure


def _one(axes: Axes, laid: Grid, found: Trace, told: Joined, what: tuple[str, str, str]) -> None:
    """Draw one number, and write where it jumps."""
    era, name, colour = what
    ground = Ground.of(axes, laid.size)
    era_marks(axes, ground, found, era)
    draw(axes, ground, told, name, colour)
    jump_ends(axes, ground, told, name, colour)
    for change in told.jumps:
        ends = [s.states[-1].worth(name) for s in told.strands if s.at[-1] == change.low.at]
        spots = [(float(change.at), float(value)) for value in ends if value is not None]
        if spots:
            words = [f"jump at {number(change.at)}"]
            ground.beside(spots, words, SMALL, gid=f"jump {name}")


# --- both prices on one axis --------------------------------------------------------------------


def has_ceiling(found: Trace) -> bool:
    """Tell whether somebody leads, and a shadow price is told along the path."""
    game = found.model.choices
    return game is not None and bool(game.leader) and bool(_told(found))


def _prices(found: Trace) -> tuple[str, ...]:
    game = found.model.choices
    if game is None or not game.leader:
        raise UnsupportedError(
            f"{found.model.name}: nobody leads, so nobody sets a ceiling; the fold diagram draws the "
            "equilibria of other games"
        )
    if not _told(found):
        raise UnsupportedError(f"{found.model.name}: no shadow price is told along the path")
    return _told(found)


def _told(found: Trace) -> tuple[str, ...]:
    """Return the outcomes that are a shadow price, or a slope along the leader's choice."""
    every = [found.model.outcomes[name] for name in found.outcomes]
    return tuple(o.name for o in every if isinstance(o.chances.get(o.formula), Multiplier | Slope))[
        : len(WIDTHS)
    ]


def _speaks(found: Trace, *, leads: bool) -> str:
    """Return the first outcome that is told by the leader's (or the others') choices alone."""
    game = found.model.choices
    assert game is not None
    choices = {c.symbol: c.player == game.leader for c in game.choices.values()}
    for name in found.outcomes:
        if name in found.model.definitions and name not in game.choices:
            formula = found.model.expand_play(found.model.definitions[name].symbol)
            spoken = [choices[s] for s in formula.free_symbols if s in choices]
            if spoken and all(leader is leads for leader in spoken):
                return name
    return next(c.name for c in game.choices.values() if (c.player == game.leader) is leads)


@dataclass(frozen=True, slots=True)
class _Open:
    """Where a price is not determined, and the least and the most that it may be there."""

    price: str
    start: float
    end: float
    least: float
    most: float


def _open(found: Trace, prices: Sequence[str], told: Joined) -> Iterator[_Open]:
    for price in prices:
        outcome = found.model.outcomes[price]
        what = outcome.chances[outcome.formula]
        for strand in told.strands if isinstance(what, Multiplier) else ():
            spots = [
                (float(at), *map(float, s.price_ranges[what.constraint]))
                for at, s in zip(strand.at, strand.states, strict=True)
                if s.worth(price) is None and what.constraint in s.price_ranges
            ]
            if spots:
                at, lows, highs = zip(*spots, strict=True)
                yield _Open(price, at[0], at[-1], min(lows), max(highs))


def _price_row(found: Trace, prices: Sequence[str], every: Mapping[str, Joined]) -> Row:
    """Return the row of the prices, with room for what is not determined."""
    units = dict.fromkeys(found.model.outcomes[name].unit for name in prices)
    told = row(found, prices)
    ranges = [one for strands in every.values() for one in _open(found, prices, strands)]
    low = min([told.low, *(one.least for one in ranges)])
    high = max([told.high, *(one.least for one in ranges)])
    if ranges:
        high += ABOVE * (high - low)
    return Row("prices", f"shadow price of the ceiling [{', '.join(units)}]", low, high)


def _both(laid: Grid, found: Trace, told: Joined, what: tuple[str, Sequence[str], float]) -> None:
    """Draw the prices on one axis, each with its name."""
    era, prices, top = what
    axes = laid.panels[era, "prices"]
    ground = Ground.of(axes, laid.size)
    era_marks(axes, ground, found, era)
    for one in _open(found, prices, told):
        _range(axes, ground, one, top)
    for price, width in zip(prices, WIDTHS, strict=False):
        draw(axes, ground, told, price, VERMILION, width)
        jump_ends(axes, ground, told, price, VERMILION)
    for price in prices:
        points = [p for strand in told.strands for run in runs(strand, price) for p in run.points]
        if points:
            style = {"gid": f"label {price}", "color": VERMILION}
            ground.beside(points, [price.replace("_", " ")], SMALL, **style)


def _range(axes: Axes, ground: Ground, one: _Open, top: float) -> None:
    """Hatch where a price may be anything, and say so."""
    along, most = (one.start, one.end), min(one.most, top)
    area = axes.fill_between(
        along, one.least, most, facecolor="none", edgecolor=VERMILION, hatch="////", linewidth=0
    )
    area.set_gid(f"range {one.price}")
    (line,) = axes.plot(along, [one.least] * 2, color=VERMILION, lw=1.0, zorder=3)
    line.set_gid(f"least {one.price}")
    ground.box(*along, one.least, most)
    reach = f"from {number(one.least)} up" if one.most > top else "in this range"
    words = f"{one.price.replace('_', ' ')}:\nany {reach}"
    style: dict[str, Any] = {
        "fontsize": SMALL,
        "ha": "center",
        "va": "center",
        "linespacing": LEADING,
    }
    white = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
    middle = (one.start + one.end) / 2, (one.least + most) / 2
    axes.text(*middle, words, bbox=white, zorder=6, gid=f"any {one.price}", **style)


def _key(found: Trace, prices: Sequence[str], every: Mapping[str, Joined]) -> list[Artist]:
    key: list[Artist] = []
    if any(told.jumps for told in every.values()):
        key.append(Line2D([], [], ls="", marker="o", ms=4.5, color=INK, label="play jumps"))
    if any(True for told in every.values() for _ in _open(found, prices, told)):
        hatched = Patch(facecolor="none", edgecolor=VERMILION, hatch="////", lw=0)
        hatched.set_label("any price in here will do")
        key.append(hatched)
    return [*key, *era_key(found)]


def _said(found: Trace, prices: Sequence[str]) -> str:
    told = (f"{p.replace('_', ' ').capitalize()}: {says(found, p)}." for p in prices)
    return f"{' '.join(told)} Where a price has no line it is not determined."
