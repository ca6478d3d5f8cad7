"""Fold diagram: every equilibrium along a path, stable or not, and where they meet and vanish."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Any

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from dilemma.errors import CalibrationError, UnsupportedError, nearest
from dilemma.figures.labels import Ground
from dilemma.figures.panels import grid
from dilemma.figures.paths import across, draw, era_key, era_marks, jump_ends, line_key, note, row
from dilemma.figures.style import BLUE, INK, SMALL, STYLE, VERMILION, literal
from dilemma.report import number
from dilemma.study.strands import Joined, joined
from dilemma.study.traced import Trace

__all__ = ["fold"]

PANEL = (2.9, 1.9)  # width and height [inches]


@literal
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
    with mpl.rc_context(STYLE):
        laid = grid(
            [row(found, [name]) for name in names],
            {era: found.model.eras[era].title for era in found.courses},
            across=across(found),
            ends=(float(found.low), float(found.high)),
            key=_key(found, every),
            note=note(found, "Every equilibrium is drawn."),
            size=PANEL,
        )
        colours = dict(zip(names, cycle((BLUE, VERMILION))))
        for (era, name), axes in laid.panels.items():
            ground = Ground.of(axes, laid.size)
            era_marks(axes, ground, found, era)
            draw(axes, ground, every[era], name, colours[name])
            jump_ends(axes, ground, every[era], name, colours[name])
            _folds(axes, ground, every[era], name, colours[name])
        return laid.sheet.figure


def _folds(axes: Axes, ground: Ground, told: Joined, name: str, colour: str) -> None:
    """Put a ring where two equilibria meet, and write beside them where that is."""
    spots: list[tuple[float, float]] = []
    for fold in told.folds:
        values = [float(v) for s in fold.states if (v := s.worth(name)) is not None]
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
    game, few = found.model.choices, len(found.model.players)
    if shows is not None:
        names = tuple(shows)
    elif game is None or 0 < len(found.outcomes) <= few:
        names = found.outcomes[:few]
    else:
        names = tuple(game.choices)
    if not names:
        raise UnsupportedError(f"{found.model.name}: no number is told along the path")
    known = [*found.outcomes, *found.model.players, *(game.choices if game is not None else ())]
    for name in names:
        if name not in known:
            raise CalibrationError(f"{name!r} is not told along the path: {nearest(name, known)}")
    return names


def _key(found: Trace, every: Mapping[str, Joined]) -> list[Artist]:
    key = line_key(found)
    if any(told.folds for told in every.values()):
        ring = Line2D([], [], ls="", marker="o", ms=7, mfc="white", mec=INK, mew=1.6)
        ring.set_label("fold: two equilibria meet")
        key.append(ring)
    if any(told.jumps for told in every.values()):
        words = "an equilibrium ends or begins"
        key.append(Line2D([], [], ls="", marker="o", ms=4.5, color=INK, label=words))
    return [*key, *era_key(found)]
