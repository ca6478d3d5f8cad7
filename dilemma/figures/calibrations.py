"""Sweeps and samples as figures: an outcome along one parameter, which equilibria over two, a histogram."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import cycle
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dilemma.errors import CalibrationError, nearest
from dilemma.figures.layout import BODY, TINY, balance, lines_of, tall, typeset
from dilemma.figures.map import TINTS
from dilemma.figures.paper import (
    EDGE,
    FAINT,
    INK,
    Frame,
    Paper,
    Part,
    area,
    heading,
    key,
    notes,
    panel_size,
    sheet,
    stroke,
    styled,
)
from dilemma.study.labelled import PRESENT
from dilemma.study.summaries import checked, variables_of

if TYPE_CHECKING:
    import xarray as xr

__all__ = ["calibrations"]

PANEL = (3.6, 2.7)  # width and height of a panel [inches]
GAP, SIDE, LEFT = 0.75, 0.25, 0.95  # between panels, right of the last, left of the first [inches]
ENTRY = 0.2  # a line of the key [inches]
BINS = 40
SHARE = ["share", "of", "the", "points"]
# Told apart without colour too.
LOOKS = (
    ("#0072B2", "-"), ("#D55E00", "--"), ("#117733", "-."), ("#882255", ":"), ("#44AA99", (0, (5, 1, 1, 1, 1, 1))),
    ("#999933", (0, (1, 1))), ("#CC79A7", (0, (7, 2))), (INK, (0, (3, 1, 1, 1))),
)  # fmt: skip


@styled
def calibrations(found: xr.Dataset, outcome: str | None = None) -> Figure:
    """Draw what a sweep or a sample found, an era a panel.

    Over two parameters which equilibria there are; along one what an outcome comes to in each; of a
    sample how often it comes to what.

    Parameters
    ----------
    outcome : str, optional
        Which outcome, payoff or play: the first unless said.

    Raises
    ------
    CalibrationError
        If there is no such outcome, or more than two parameters move.

    Examples
    --------
    >>> import dilemma
    >>> found = dilemma.sweep("abandonment", m_J=[0, 0.1, 0.2, 0.3])
    >>> [axes.get_label() for axes in calibrations(found).axes]
    ['cold_war', 'post_cold_war']
    """
    found = checked(found)
    moving = [str(d) for d in found[PRESENT].dims if d not in ("era", "equilibrium", "draw")]
    if len(moving) > 2:
        raise CalibrationError(
            f"{', '.join(moving)} move: a figure has room for two; choose values of the others, as "
            f"found.sel({moving[-1]}=..., method='nearest')"
        )
    name = _named(found, outcome)
    draw, marks = (_map if len(moving) == 2 else _lines if moving else _histogram)(
        found, moving, name
    )
    size = panel_size(PANEL)
    count = found.sizes.get("era", 1)
    frame = Frame(LEFT, size, count, min(3, count), (GAP, 0.8), 0.3)
    across = balance(_words(found, moving[0] if moving else name), " ", frame.span, BODY)
    upright = _words(found, moving[1] if len(moving) == 2 else name) if moving else SHARE
    up = list(map(typeset, balance(upright, " ", size[1], BODY)))
    foot = lines_of(" ".join(_notes(found)), LEFT + frame.span - EDGE, TINY)
    below = 0.36 + tall(across, BODY)

    def axis(paper: Paper, top: float) -> None:
        told = list(map(typeset, across))
        paper.across(LEFT + frame.span / 2, top + below, told, va="bottom")

    return sheet(
        LEFT + frame.span + SIDE,
        heading(str(found.attrs["title"]), [], 0.1),
        Part(frame.height, partial(_panels, found, frame, draw, up)),
        Part(below + 0.13, axis),
        key(marks, 0.1 + ENTRY * len(marks), LEFT, full=True, ncols=1, handlelength=3.2),
        notes(foot, LEFT, 0.1),
    )


def _panels(
    found: xr.Dataset,
    frame: Frame,
    draw: Callable[[Axes, xr.Dataset], None],
    up: Sequence[str],
    paper: Paper,
    top: float,
) -> None:
    """Draw each era, all of one scale, which stands beside the first."""
    every = []
    eras = zip(*(np.atleast_1d(found[n].to_numpy()) for n in ("era", "era_title")), strict=True)
    for place, (era, title) in enumerate(eras):
        x, y = frame.place(place, top)
        axes = frame.axes(paper, place, top, str(era))
        draw(axes, found.sel(era=era) if "era" in found.dims else found)
        paper.title(x, y - 0.1, str(title), va="baseline")
        every.append(axes)
    ends = [end for axes in every for end in axes.get_ylim()]
    for axes in every:
        axes.set_ylim(min(ends), max(ends))
    paper.upright(0.12, top + (frame.height + frame.above) / 2, up)


def _named(found: xr.Dataset, outcome: str | None) -> str:
    names = variables_of(found)
    name = names[0] if outcome is None else outcome
    if name not in names:
        raise CalibrationError(f"no outcome {name!r} in this dataset: {nearest(name, names)}")
    return name


def _words(found: xr.Dataset, name: str) -> list[str]:
    """Return name, meaning and unit, word by word."""
    told = found[name].attrs
    unit = f" [{told['units']}]" if told.get("units") else ""
    return f"{name}: {told.get('long_name', '')}{unit}".split()


def _notes(found: xr.Dataset) -> list[str]:
    told = [f"{found.attrs['calibrations']:,} calibrations; {found.attrs['concept']}."]
    if found.attrs["not complete"]:
        told.append(f"NOT all equilibria are known at {found.attrs['not complete']:,} of them.")
    return told


Drawing = tuple[Callable[[Axes, "xr.Dataset"], None], Sequence[Artist]]


def _titles(found: xr.Dataset) -> list[str]:
    return list(map(str, found.equilibrium.to_numpy()))


def _looks(found: xr.Dataset) -> dict[str, dict[str, Any]]:
    """Return a line of its own for each equilibrium."""
    pairs = zip(_titles(found), cycle(LOOKS), strict=False)
    return {title: {"color": colour, "linestyle": dash} for title, (colour, dash) in pairs}


def _lines(found: xr.Dataset, moving: Sequence[str], name: str) -> Drawing:
    looks = _looks(found)

    def draw(axes: Axes, own: xr.Dataset) -> None:
        x = own[moving[0]].to_numpy()
        for title, look in looks.items():
            axes.plot(x, own[name].sel(equilibrium=title).to_numpy(), marker=".", ms=3, **look)
        axes.set_xlim(x.min(), x.max())

    return draw, [stroke(title, **look) for title, look in looks.items()]


def _histogram(found: xr.Dataset, moving: Sequence[str], name: str) -> Drawing:
    del moving
    looks = _looks(found)
    values = found[name].to_numpy()
    known = values[np.isfinite(values)]
    ends = np.histogram_bin_edges(known, BINS) if known.size else np.linspace(0, 1, BINS)

    def draw(axes: Axes, own: xr.Dataset) -> None:
        size = own[PRESENT].sizes["draw"]
        for title, look in looks.items():
            told = own[name].sel(equilibrium=title).to_numpy()
            counts, _ = np.histogram(told[np.isfinite(told)], ends)
            if counts.any():
                axes.stairs(counts / size, ends, **look)
        axes.set_xlim(ends[0], ends[-1])

    return draw, [stroke(title, **look) for title, look in looks.items()]


def _map(found: xr.Dataset, moving: Sequence[str], name: str) -> Drawing:
    """Give each set of equilibria a tint."""
    del name
    titles = _titles(found)
    there = found[PRESENT].transpose(..., *moving, "equilibrium").to_numpy()
    sets = np.unique(there.reshape(-1, len(titles)), axis=0)
    order = sorted(map(tuple, sets.tolist()), key=lambda s: (sum(s), [not one for one in s]))
    numbers: Mapping[tuple[bool, ...], int] = {own: k for k, own in enumerate(order)}
    tints = [TINTS[k % len(TINTS)] for k in range(len(order))]

    def draw(axes: Axes, own: xr.Dataset) -> None:
        from matplotlib.colors import BoundaryNorm, ListedColormap

        x, y = (own[m].to_numpy() for m in moving)
        table = own[PRESENT].transpose(*moving, "equilibrium").to_numpy()
        flat = np.array([numbers[tuple(row)] for row in table.reshape(-1, len(titles)).tolist()])
        colours = ListedColormap(tints)
        norm = BoundaryNorm(np.arange(len(order) + 1) - 0.5, len(order))
        shown = flat.reshape(len(x), len(y)).T
        axes.pcolormesh(x, y, shown, cmap=colours, norm=norm, shading="nearest", rasterized=True)
        axes.set(xlim=(x.min(), x.max()), ylim=(y.min(), y.max()))

    def words(own: tuple[bool, ...]) -> str:
        return " and ".join(t for t, is_there in zip(titles, own, strict=True) if is_there)

    look = {"edgecolor": FAINT, "linewidth": 0.5}
    marks = [
        area(words(own) or "no equilibrium", facecolor=tint, **look)
        for own, tint in zip(order, tints, strict=True)
    ]
    return partial(draw), marks
