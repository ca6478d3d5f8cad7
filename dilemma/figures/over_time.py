"""Equilibria over the years: a panel for each number, a mark for each equilibrium in each year."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dilemma.errors import CalibrationError, UnsupportedError, nearest
from dilemma.figures.layout import typeset
from dilemma.figures.paper import DASHED, GREY, INK, Row, grid, number_colour, stroke, styled
from dilemma.games.equilibrium import Equilibrium
from dilemma.study.paths import Strand, joined
from dilemma.study.timeline import Moment, Timeline

__all__ = ["over_time"]

PANEL = (5.4, 1.35)  # width and height [inches]
MARGIN = 0.08  # of what is covered, left free on each side
HALF = 0.5  # a year reaches so far on either side of its number
MARK = 4.5  # points


@styled
def over_time(found: Timeline, shows: Sequence[str] | None = None) -> Figure:
    """Draw numbers over the years, one below the other.

    A point is an equilibrium in a year, a bar one in a span of years; full or solid where it is
    stable (or pure), hollow or dashed where not.  Lines join years in which play goes over from one
    to the other.

    Parameters
    ----------
    found : Timeline
    shows : sequence of str, optional
        Parameters that move, choices, outcomes or payoffs; unless said, what is chosen, or the
        first outcomes where actions are.

    Raises
    ------
    CalibrationError
        For a number that is not told.
    UnsupportedError
        If there is nothing to be drawn.

    Examples
    --------
    >>> import dilemma
    >>> found = dilemma.timeline(dilemma.load("abandonment"), {1960: {"m_J": 0}, 2003: {"m_J": 1}})
    >>> [axes.get_label() for axes in over_time(found, ["m_J", "support_japan"]).axes]
    ['over time m_J', 'over time support_japan']
    """
    names = _shown(found, shows)
    laid = grid(
        [_row(found, name) for name in names],
        {"over time": found.model.title},
        across="year",
        ends=_ends(found),
        handles=_key(found),
        note=_note(found),
        size=PANEL,
    )
    strands = joined(found.course).strands if found.course.stops else ()
    for name in names:
        axes = laid.panels["over time", name]
        colour = GREY if name in found.moves else number_colour(found.model, name)
        _lines(axes, found, strands, name, colour)
        for moment in found.moments:
            _marks(axes, moment, name, colour)
        axes.locator_params("x", integer=True)
    return laid.figure


def _shown(found: Timeline, shows: Sequence[str] | None) -> tuple[str, ...]:
    names = tuple(shows or found.model.game.choices or found.outcomes[: len(found.model.players)])
    for name in names:
        if name not in found.numbers:
            raise CalibrationError(
                f"{name!r} is not told over the years: {nearest(name, found.numbers)}"
            )
    if not names or not any(moment.stop.states for moment in found.moments):
        raise UnsupportedError(f"{found.model.name}: no number is told over the years")
    return names


def _solid(state: Equilibrium) -> bool:
    return state.stable is not False and state.pure


def _lines(axes: Axes, found: Timeline, strands: Sequence[Strand], name: str, colour: str) -> None:
    """Join the years in which play goes over from one to the other; and a parameter's all."""
    if name in found.moves:
        years = [m for m in found.moments if m.first == m.last]
        runs = [[(float(m.stop.at), float(m.calibration[name])) for m in years]]
    else:
        runs = [_told(strand, name) for strand in strands]
    for run in runs:
        if len(run) > 1:
            (line,) = axes.plot(*zip(*run, strict=True), color=colour, lw=1.2, zorder=2)
            line.set_gid(f"line {name}")


def _told(strand: Strand, name: str) -> list[tuple[float, float]]:
    return [
        (float(at), float(value))
        for at, state in zip(strand.at, strand.states, strict=True)
        if (value := state.value(name)) is not None
    ]


def _marks(axes: Axes, moment: Moment, name: str, colour: str) -> None:
    """Mark every equilibrium of a year with a point, or of a span of years with a bar."""
    every = {
        (value, _solid(state) or name in moment.calibration)
        for state in moment.stop.states
        if (value := moment.value(name, state)) is not None
    }
    for value, solid in sorted(every):
        word = "solid" if solid else "hollow"
        if moment.first == moment.last:
            inner = colour if solid else "white"
            (mark,) = axes.plot(
                moment.first, float(value), "o", ms=MARK, mec=colour, mfc=inner, zorder=3
            )
        else:
            ends = (moment.first - HALF, moment.last + HALF)
            (mark,) = axes.plot(
                ends,
                [float(value)] * 2,
                color=colour,
                lw=2.6,
                ls="-" if solid else DASHED,
                zorder=3,
            )
            mark.set_solid_capstyle("butt")
        mark.set_gid(f"{word} {name} {moment.title}")


# --- what axes, key and notes say -----------------------------------------------------------------


def _row(found: Timeline, name: str) -> Row:
    told = [
        float(value)
        for moment in found.moments
        for state in moment.stop.states
        if (value := moment.value(name, state)) is not None
    ] or [0.0, 1.0]
    low, high = min(told), max(told)
    margin = MARGIN * ((high - low) or abs(high) or 1.0)
    means, unit = found.means(name)
    lettered = typeset(name) != name or len(name) == 1
    says = f"{name}: {means} [{unit}]" if lettered else f"{means} [{unit}]"
    return Row(name, says, low - margin, high + margin)


def _ends(found: Timeline) -> tuple[float, float]:
    first = min(moment.first for moment in found.moments) - HALF
    last = max(moment.last for moment in found.moments) + HALF
    return first - MARGIN * (last - first) / 2, last + MARGIN * (last - first) / 2


def _key(found: Timeline) -> list[Artist]:
    """Return an entry for each way of drawing that is used."""
    drawn = {(m.first == m.last, _solid(state)) for m in found.moments for state in m.stop.states}
    words = {
        (True, True): "in a year",
        (True, False): "in a year, unstable or mixed",
        (False, True): "in a span of years",
        (False, False): "in a span of years, unstable or mixed",
    }
    key: list[Artist] = []
    for (year, solid), word in words.items():
        if (year, solid) not in drawn:
            continue
        if year:
            look = {
                "ls": "",
                "marker": "o",
                "ms": MARK,
                "mec": INK,
                "mfc": INK if solid else "white",
            }
        else:
            look = {"color": INK, "lw": 2.6, "ls": "-" if solid else DASHED}
        key.append(stroke(word, **look))
    return key


def _note(found: Timeline) -> str:
    if found.era:
        held = f"Every equilibrium of each year, {found.held[0].lower()}{found.held[1:]}"
        told = [
            f"{held} A line ends where equilibria come or go; of years between nothing is told."
        ]
    else:
        told = ["Every equilibrium at each era's centre."]
    reasons = dict.fromkeys(m.stop.reason for m in found.moments if m.stop.reason)
    if reasons:
        told.append(f"NOT all equilibria are known: {'; '.join(reasons)}.")
    if found.source:
        told.append(f"Years: {found.source.rstrip('.')}.")
    if found.model.source:
        told.append(f"Source: {found.model.source}.")
    return " ".join(told)
