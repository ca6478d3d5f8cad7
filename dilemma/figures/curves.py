"""Equilibria along a path as lines: one for each strand, broken where play jumps.

The fold diagram (:func:`fold`) has every equilibrium, stable or not, and where they meet and vanish;
the ceiling (:func:`ceiling`) what a leader permits, what the follower makes of it, and what it costs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dilemma.errors import CalibrationError, UnsupportedError, nearest
from dilemma.figures.layout import LEADING, SMALL, Ground, typeset
from dilemma.figures.paper import (
    DASHED,
    GREY,
    INK,
    Grid,
    Row,
    area,
    backing,
    grid,
    number_colour,
    stroke,
    styled,
)
from dilemma.games.equilibrium import Equilibrium
from dilemma.output.player_colours import player_colours
from dilemma.output.result import number
from dilemma.study.paths import Joined, Strand, joined
from dilemma.study.trace import Trace

__all__ = ["ceiling", "fold", "has_ceiling"]

DOTTED = (0, (1, 2))
PALE = "#ECEDEF"
MARGIN = 0.07  # of what the numbers cover, left free above and below
Points = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class _Run:
    """A part of a strand that is drawn in one way."""

    points: Points
    solid: bool


def _solid(state: Equilibrium) -> bool:
    """Tell how an equilibrium is drawn: dashed if it is unstable, or mixed in a game of actions."""
    return state.stable is not False and state.pure


def _runs(strand: Strand, name: str) -> Iterator[_Run]:
    """Yield what of a strand is drawn: broken where the number has no value."""
    points: Points = []
    here = True
    for at, state in zip(strand.at, strand.states, strict=True):
        value = state.value(name)
        spot = None if value is None else (float(at), float(value))
        if points and (spot is None or _solid(state) != here):
            yield _Run([*points, spot] if spot is not None else points, here)
            points = []
        here = _solid(state)
        if spot is not None:
            points.append(spot)
    if points:
        yield _Run(points, here)


def _draw(
    axes: Axes, ground: Ground, told: Joined, name: str, colour: str, width: float = 1.9
) -> None:
    """Draw a number's lines along a course, and keep words off them."""
    for strand in told.strands:
        for run in _runs(strand, name):
            style = "-" if run.solid else DASHED
            xs, ys = zip(*run.points, strict=True)
            (line,) = axes.plot(xs, ys, color=colour, lw=width, ls=style, zorder=3, clip_on=False)
            line.set_solid_capstyle("butt")
            line.set_gid(f"{'solid' if run.solid else 'dashed'} {name}")
            ground.line(run.points)


def _jump_ends(axes: Axes, ground: Ground, told: Joined, name: str, colour: str) -> None:
    """Put a point at each end of a line where play jumps."""
    leaps = [(c.low.at, c.high.at) for c in told.jumps]
    for strand in told.strands:
        for k in (0, -1):
            value = strand.states[k].value(name)
            if value is not None and any(low <= strand.at[k] <= high for low, high in leaps):
                spot = float(strand.at[k]), float(value)
                (mark,) = axes.plot(*spot, "o", ms=4.5, color=colour, zorder=4, clip_on=False)
                mark.set_gid(f"end {name}")
                ground.mark(*spot)


def _era_marks(axes: Axes, ground: Ground, found: Trace, era: str) -> None:
    """Mark the era's centre, and its range where it is a parameter that moves."""
    low, high = float(found.low), float(found.high)
    if era not in found.centres:
        return  # nothing is said of what moves but that it does
    centre = float(found.centres[era])
    if low <= centre <= high:
        axes.axvline(centre, color=GREY, lw=1.0, ls=DOTTED, zorder=1).set_gid("centre")
        ground.line([(centre, y) for y in axes.get_ylim()])
    if not found.scaled:
        reach = found.model.eras[era].values[found.moves[0]].range
        left, right = max(low, float(reach.low)), min(high, float(reach.high))
        if left < right:
            axes.axvspan(left, right, color=PALE, lw=0, zorder=0).set_gid("range")


def _era_key(found: Trace) -> list[Artist]:
    """Return the key's entries for the era's marks."""
    centre = stroke("the era's centre", color=GREY, lw=1.0, ls=DOTTED)
    reach = area("the era's range", facecolor=PALE, edgecolor="none")
    return [centre] if found.scaled else [centre, reach]


def _line_key(found: Trace) -> list[Artist]:
    """Return the key's entries for solid and dashed lines, as far as both are drawn."""
    every = [s for course in found.courses.values() for stop in course.stops for s in stop.states]
    drawn = {_solid(state) for state in every}
    return [
        stroke(word, color=INK, lw=1.9, ls="-" if solid else DASHED)
        for solid, word in zip((True, False), found.contrast, strict=True)
        if solid in drawn
    ]


# --- what axes and notes say ----------------------------------------------------------------------


def _says(found: Trace, name: str) -> str:
    """Return a number's letter if it has one, its meaning and unit."""
    means, unit = found.means(name)
    letter = f"{name}: " if typeset(name) != name or len(name) == 1 else ""
    return f"{letter}{means} [{unit}]"


def _across(found: Trace) -> str:
    """Return what the horizontal axis says."""
    if found.scaled:
        return f"common factor on {' and '.join(found.moves)} (1: the era's centre)"
    parameter = found.parameter
    return f"{parameter.name}: {parameter.means} [{parameter.unit}]"


def _row(found: Trace, names: Sequence[str]) -> Row:
    """Return a row for a number, or for several on one axis, of what they cover in all eras."""
    told = [
        float(value)
        for course in found.courses.values()
        for stop in course.stops
        for state in stop.states
        for name in names
        if (value := state.value(name)) is not None
    ] or [0.0, 1.0]
    low, high = min(told), max(told)
    margin = MARGIN * ((high - low) or abs(high) or 1.0)
    return Row(" ".join(names), _says(found, names[0]), low - margin, high + margin)


def _note(found: Trace, lines: str) -> str:
    """Return what every reader must know: what is held where, how sure it is, and the source."""
    points = len(next(iter(found.courses.values())).even)
    first = (
        f"{found.model.title}. {lines} All other parameters at the era's centre. Solved at {points} "
        "evenly spaced values and, between two that differ, down to a millionth of the axis."
    )
    told = [first]
    reasons = dict.fromkeys(s.reason for c in found.courses.values() for s in c.stops if s.reason)
    if reasons:
        told.append(f"NOT all equilibria are known: {'; '.join(reasons)}.")
    if found.model.source:
        told.append(f"Source: {found.model.source}.")
    return " ".join(told)


# --- fold diagram ---------------------------------------------------------------------------------


FOLD_PANEL = (2.9, 1.9)  # width and height [inches]


@styled
def fold(found: Trace, shows: Sequence[str] | None = None) -> Figure:
    """Draw the equilibria against what moves: a column for each era, a row for each number.

    Stable equilibria are solid and unstable ones dashed; a ring marks where two meet.

    Parameters
    ----------
    found : Trace
    shows : sequence of str, optional
        Choices, outcomes or payoffs; unless said, the trace's outcomes where there are no more
        than players, else what the players choose.

    Raises
    ------
    CalibrationError
        For a number that the trace does not tell.
    UnsupportedError
        If nothing is there to be drawn.

    Examples
    --------
    >>> import dilemma
    >>> found = dilemma.trace(
    ...     dilemma.load("abandonment"), "m_J", 0, 1, points=5, outcomes=["support_japan"]
    ... )
    >>> [axes.get_label() for axes in fold(found).axes]
    ['cold_war support_japan', 'post_cold_war support_japan']
    """
    names = _shown(found, shows)
    every = {era: joined(course) for era, course in found.courses.items()}
    laid = grid(
        [_row(found, [name]) for name in names],
        {era: found.model.eras[era].title for era in found.courses},
        across=_across(found),
        ends=(float(found.low), float(found.high)),
        handles=_fold_key(found, every),
        note=_note(found, "Every equilibrium is drawn."),
        size=FOLD_PANEL,
    )
    colours = {name: number_colour(found.model, name) for name in names}
    for (era, name), axes in laid.panels.items():
        ground = Ground.of(axes, laid.size)
        _era_marks(axes, ground, found, era)
        _draw(axes, ground, every[era], name, colours[name])
        _jump_ends(axes, ground, every[era], name, colours[name])
        _folds(axes, ground, every[era], name, colours[name])
    return laid.figure


def _folds(axes: Axes, ground: Ground, told: Joined, name: str, colour: str) -> None:
    """Put a ring where two equilibria meet, and write beside them where that is."""
    spots: list[tuple[float, float]] = []
    for fold in told.folds:
        values = [float(v) for s in fold.states if (v := s.value(name)) is not None]
        if values:
            spots.append((float(fold.at), sum(values) / len(values)))
    for spot in spots:
        style: dict[str, Any] = {"ms": 7, "mfc": "white", "mec": colour, "mew": 1.6, "zorder": 5}
        (mark,) = axes.plot(*spot, "o", clip_on=False, **style)
        mark.set_gid(f"fold {name}")
        ground.mark(*spot)
    if spots:
        where = " and ".join(number(x) for x, _ in sorted(spots))
        words = [f"fold{'s' * (len(spots) > 1)} at", where]
        ground.beside(spots, words, SMALL, gid=f"folds at {name}")


def _shown(found: Trace, shows: Sequence[str] | None) -> tuple[str, ...]:
    few = len(found.model.players)
    if shows is not None:
        names = tuple(shows)
    elif not found.choices or 0 < len(found.outcomes) <= few:
        names = found.outcomes[:few]
    else:
        names = tuple(found.choices)
    if not names:
        raise UnsupportedError(f"{found.model.name}: no number is told along the path")
    _known(names, found.numbers)
    return names


def _known(names: Sequence[str], known: Sequence[str]) -> None:
    for name in names:
        if name not in known:
            raise CalibrationError(f"{name!r} is not told along the path: {nearest(name, known)}")


def _fold_key(found: Trace, every: Mapping[str, Joined]) -> list[Artist]:
    key = _line_key(found)
    if any(told.folds for told in every.values()):
        ring = {"ms": 7, "mfc": "white", "mec": INK, "mew": 1.6}
        key.append(stroke("fold: two equilibria meet", ls="", marker="o", **ring))
    if any(told.jumps for told in every.values()):
        words = "an equilibrium ends or begins"
        key.append(stroke(words, ls="", marker="o", ms=4.5, color=INK))
    return [*key, *_era_key(found)]


# --- ceiling --------------------------------------------------------------------------------------


CEILING_PANEL = (2.9, 1.75)  # width and height [inches]
ABOVE = 0.35  # what a price that may be anything from somewhere up is given of the axis
WIDTHS = (1.9, 3.4)


@styled
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
    _known(names, (*found.outcomes, *found.choices))
    every = {era: joined(course) for era, course in found.courses.items()}
    prices_row = _price_row(found, prices, every)
    laid = grid(
        [*(_row(found, [name]) for name in names), prices_row],
        {era: found.model.eras[era].title for era in found.courses},
        across=_across(found),
        ends=(float(found.low), float(found.high)),
        handles=_ceiling_key(found, prices, every),
        note=_note(found, _price_note(found, prices)),
        size=CEILING_PANEL,
    )
    for era, told in every.items():
        for name, colour in zip(names, _sides(found), strict=True):
            _one(laid.panels[era, name], laid, found, told, (era, name, colour))
        _both(laid, found, told, (era, prices, prices_row.high))
    return laid.figure


def _sides(found: Trace) -> tuple[str, str]:
    """Return the colours of who leads, and of the first who follows."""
    colours = player_colours(found.model.players)
    leader = found.model.game.leader
    return colours[leader], next(own for name, own in colours.items() if name != leader)


def _one(axes: Axes, laid: Grid, found: Trace, told: Joined, what: tuple[str, str, str]) -> None:
    """Draw one number, and write where it jumps."""
    era, name, colour = what
    ground = Ground.of(axes, laid.size)
    _era_marks(axes, ground, found, era)
    _draw(axes, ground, told, name, colour)
    _jump_ends(axes, ground, told, name, colour)
    for change in told.jumps:
        ends = [s.states[-1].value(name) for s in told.strands if s.at[-1] == change.low.at]
        spots = [(float(change.at), float(value)) for value in ends if value is not None]
        if spots:
            words = [f"jump at {number(change.at)}"]
            ground.beside(spots, words, SMALL, gid=f"jump {name}")


# --- both prices on one axis ----------------------------------------------------------------------


def has_ceiling(found: Trace) -> bool:
    """Tell whether somebody leads, and a shadow price is told along the path."""
    return bool(found.leader and found.prices)


def _prices(found: Trace) -> tuple[str, ...]:
    if not found.leader:
        raise UnsupportedError(
            f"{found.model.name}: nobody leads, so nobody sets a ceiling; the fold diagram draws the "
            "equilibria of other games"
        )
    if not found.prices:
        raise UnsupportedError(f"{found.model.name}: no shadow price is told along the path")
    return tuple(found.prices)[: len(WIDTHS)]


def _speaks(found: Trace, *, leads: bool) -> str:
    """Return the first outcome that is told by the leader's (or the others') choices alone."""
    choices = {c.symbol: c.player == found.leader for c in found.choices.values()}
    for name in found.outcomes:
        if name in found.model.definitions and name not in found.choices:
            formula = found.model.expand_play(found.model.definitions[name].symbol)
            spoken = [choices[s] for s in formula.free_symbols if s in choices]
            if spoken and all(leader is leads for leader in spoken):
                return name
    return next(c.name for c in found.choices.values() if (c.player == found.leader) is leads)


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
        constraint = found.prices[price]
        for strand in told.strands if constraint else ():
            spots = [
                (float(at), *map(float, s.price_ranges[constraint]))
                for at, s in zip(strand.at, strand.states, strict=True)
                if s.value(price) is None and constraint in s.price_ranges
            ]
            if spots:
                at, lows, highs = zip(*spots, strict=True)
                yield _Open(price, at[0], at[-1], min(lows), max(highs))


def _price_row(found: Trace, prices: Sequence[str], every: Mapping[str, Joined]) -> Row:
    """Return the row of the prices, with room for what is not determined."""
    units = dict.fromkeys(found.model.outcomes[name].unit for name in prices)
    told = _row(found, prices)
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
    _era_marks(axes, ground, found, era)
    for one in _open(found, prices, told):
        _range(axes, ground, one, top, _sides(found)[1])
    _, colour = _sides(found)
    for price, width in zip(prices, WIDTHS, strict=False):
        _draw(axes, ground, told, price, colour, width)
        _jump_ends(axes, ground, told, price, colour)
    for price in prices:
        points = [p for strand in told.strands for run in _runs(strand, price) for p in run.points]
        if points:
            style = {"gid": f"label {price}", "color": colour}
            ground.beside(points, [price.replace("_", " ")], SMALL, **style)


def _range(axes: Axes, ground: Ground, one: _Open, top: float, colour: str) -> None:
    """Hatch where a price may be anything, and say so."""
    along, most = (one.start, one.end), min(one.most, top)
    area = axes.fill_between(
        along, one.least, most, facecolor="none", edgecolor=colour, hatch="////", linewidth=0
    )
    area.set_gid(f"range {one.price}")
    (line,) = axes.plot(along, [one.least] * 2, color=colour, lw=1.0, zorder=3)
    line.set_gid(f"least {one.price}")
    ground.box(*along, one.least, most)
    reach = f"from {number(one.least)} up" if one.most > top else "in this range"
    words = f"{one.price.replace('_', ' ')}:\nany {reach}"
    middle = (one.start + one.end) / 2, (one.least + most) / 2
    axes.text(
        *middle, words, bbox=backing(1.5), zorder=6, gid=f"any {one.price}", fontsize=SMALL,
        ha="center", va="center", linespacing=LEADING,
    )  # fmt: skip


def _ceiling_key(found: Trace, prices: Sequence[str], every: Mapping[str, Joined]) -> list[Artist]:
    key: list[Artist] = []
    if any(told.jumps for told in every.values()):
        key.append(stroke("play jumps", ls="", marker="o", ms=4.5, color=INK))
    if any(True for told in every.values() for _ in _open(found, prices, told)):
        look = {"facecolor": "none", "edgecolor": _sides(found)[1], "hatch": "////", "lw": 0}
        key.append(area("any price in here will do", **look))
    return [*key, *_era_key(found)]


def _price_note(found: Trace, prices: Sequence[str]) -> str:
    told = (f"{p.replace('_', ' ').capitalize()}: {_says(found, p)}." for p in prices)
    return f"{' '.join(told)} Where a price has no line it is not determined."
