"""Equilibria along a path as lines: one for each strand, broken where play jumps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from dilemma.figures.captions import typeset
from dilemma.figures.labels import Ground
from dilemma.figures.panels import Row
from dilemma.figures.style import GREY, INK
from dilemma.study.courses import State
from dilemma.study.strands import Joined, Strand
from dilemma.study.traced import Trace

__all__ = [
    "DASHED",
    "Run",
    "across",
    "draw",
    "era_key",
    "era_marks",
    "jump_ends",
    "line_key",
    "note",
    "row",
    "runs",
    "says",
]

DASHED = (0, (4, 2))
DOTTED = (0, (1, 2))
PALE = "#ECEDEF"
MARGIN = 0.07  # of what the numbers cover, left free above and below
Points = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Run:
    """A part of a strand that is drawn in one way."""

    points: Points
    solid: bool


def _solid(state: State) -> bool:
    """Tell how an equilibrium is drawn: dashed if it is unstable, or mixed in a game of actions."""
    return state.stable is not False and state.pure


def runs(strand: Strand, name: str) -> Iterator[Run]:
    """Yield what of a strand is drawn: broken where the number has no value."""
    points: Points = []
    here = True
    for at, state in zip(strand.at, strand.states, strict=True):
        value = state.worth(name)
        spot = None if value is None else (float(at), float(value))
        if points and (spot is None or _solid(state) != here):
            yield Run([*points, spot] if spot is not None else points, here)
            points = []
        here = _solid(state)
        if spot is not None:
            points.append(spot)
    if points:
        yield Run(points, here)


def draw(
    axes: Axes, ground: Ground, told: Joined, name: str, colour: str, width: float = 1.9
) -> None:
    """Draw a number's lines along a course, and keep words off them."""
    for strand in told.strands:
        for run in runs(strand, name):
            style = "-" if run.solid else DASHED
            xs, ys = zip(*run.points, strict=True)
            (line,) = axes.plot(xs, ys, color=colour, lw=width, ls=style, zorder=3, clip_on=False)
            line.set_solid_capstyle("butt")
            line.set_gid(f"{'solid' if run.solid else 'dashed'} {name}")
            ground.line(run.points)


def jump_ends(axes: Axes, ground: Ground, told: Joined, name: str, colour: str) -> None:
    """Put a point at each end of a line where play jumps."""
    leaps = [(c.low.at, c.high.at) for c in told.jumps]
    for strand in told.strands:
        for k in (0, -1):
            value = strand.states[k].worth(name)
            if value is not None and any(low <= strand.at[k] <= high for low, high in leaps):
                spot = float(strand.at[k]), float(value)
                (mark,) = axes.plot(*spot, "o", ms=4.5, color=colour, zorder=4, clip_on=False)
                mark.set_gid(f"end {name}")
                ground.mark(*spot)


def era_marks(axes: Axes, ground: Ground, found: Trace, era: str) -> None:
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


def era_key(found: Trace) -> list[Artist]:
    """Return the key's entries for the era's marks."""
    centre = Line2D([], [], color=GREY, lw=1.0, ls=DOTTED, label="the era's centre")
    reach = Patch(facecolor=PALE, edgecolor="none", label="the era's range")
    return [centre] if found.scaled else [centre, reach]


def line_key(found: Trace) -> list[Artist]:
    """Return the key's entries for solid and dashed lines, as far as both are drawn."""
    words = ("stable", "unstable") if found.model.choices is not None else ("pure", "mixed")
    every = [s for course in found.courses.values() for stop in course.stops for s in stop.states]
    kinds = {_solid(state) for state in every}
    return [
        Line2D([], [], color=INK, lw=1.9, ls="-" if solid else DASHED, label=word)
        for solid, word in zip((True, False), words, strict=True)
        if solid in kinds
    ]


# --- what axes and notes say --------------------------------------------------------------------


def says(found: Trace, name: str) -> str:
    """Return a number's letter if it has one, its meaning and unit."""
    model = found.model
    if name in model.outcomes:
        means, unit = model.outcomes[name].means, model.outcomes[name].unit
    elif name in model.players:
        means, unit = f"payoff of {model.players[name].title}", model.players[name].unit
    else:
        assert model.choices is not None
        means, unit = model.choices.choices[name].means, model.choices.choices[name].unit
    letter = f"{name}: " if typeset(name) != name or len(name) == 1 else ""
    return f"{letter}{means} [{unit}]"


def across(found: Trace) -> str:
    """Return what the horizontal axis says."""
    if found.scaled:
        return f"common factor on {' and '.join(found.moves)} (1: the era's centre)"
    parameter = found.parameter
    return f"{parameter.name}: {parameter.means} [{parameter.unit}]"


def row(found: Trace, names: Sequence[str]) -> Row:
    """Return a row for a number, or for several on one axis, of what they cover in all eras."""
    told = [
        float(value)
        for course in found.courses.values()
        for stop in course.stops
        for state in stop.states
        for name in names
        if (value := state.worth(name)) is not None
    ] or [0.0, 1.0]
    low, high = min(told), max(told)
    margin = MARGIN * ((high - low) or abs(high) or 1.0)
    return Row(" ".join(names), says(found, names[0]), low - margin, high + margin)


def note(found: Trace, lines: str) -> str:
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
