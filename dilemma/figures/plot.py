"""Which figure a result has."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dilemma.by_era import ByEra, Eras
from dilemma.calls import AnyModel, model_of
from dilemma.errors import CallError, UnsupportedError
from dilemma.figures.bargain import bargain
from dilemma.figures.calibrations import calibrations
from dilemma.figures.curves import ceiling, fold, has_ceiling
from dilemma.figures.diagram import diagram
from dilemma.figures.given import into
from dilemma.figures.ledger_chart import ledger
from dilemma.figures.map import region_map
from dilemma.figures.over_time import over_time
from dilemma.figures.reply_curves import replies
from dilemma.figures.shares import priorities, shares
from dilemma.figures.swings import tornado
from dilemma.figures.trend_table import trend_table
from dilemma.figures.waterfall import waterfall
from dilemma.games.equilibrium import Equilibria
from dilemma.games.kind import Can
from dilemma.ledger.ledger import Ledger
from dilemma.model import Model
from dilemma.output.result import Shown
from dilemma.robustness.measure_first import MeasureFirst
from dilemma.story.cells import Trends
from dilemma.study.attribute import Attribution
from dilemma.study.bargaining import Bargaining
from dilemma.study.best_replies import Replies, best_replies
from dilemma.study.diagrams import Diagrams, diagrams
from dilemma.study.region_map import RegionMap
from dilemma.study.sensitivity import Sensitivity
from dilemma.study.timeline import Timeline
from dilemma.study.tornado import Swings
from dilemma.study.trace import Trace

__all__ = ["FIGURES", "ONE_PANEL", "path", "plot"]


def path(found: Trace, **how: Any) -> Figure:
    """Draw equilibria along a path: the ceiling where a leader sets one, else the fold diagram."""
    return (ceiling if has_ceiling(found) else fold)(found, **how)


FIGURES: Mapping[type[Shown], Callable[..., Figure]] = {
    RegionMap: region_map,
    Replies: replies,
    Trace: path,
    Attribution: waterfall,
    Swings: tornado,
    Sensitivity: shares,
    MeasureFirst: priorities,
    Bargaining: bargain,
    Diagrams: diagram,
    Timeline: over_time,
    Ledger: ledger,
    Trends: trend_table,
}


# Those that may have one panel, which may then be drawn into axes that are given.
ONE_PANEL = (RegionMap, Replies, Trace, Attribution, Swings, Sensitivity, Timeline)
# Those of one era that may stand on one sheet with others.
ERA_BY_ERA = (Swings, Sensitivity)


def plot(found: Shown | AnyModel, ax: Axes | None = None, **how: Any) -> Figure:
    """Draw a result, or a game.

    Parameters
    ----------
    found : a result that has a figure, or Model, str or Path
        Such as a map of regions; ``FIGURES`` names them all; or the dataset of a sweep or a
        sample.  Of a model the best replies are
        drawn, or the diagrams of its equilibria, at its eras' centres; or at those of ``eras``, and
        as ``which`` and ``symbols`` say (:func:`dilemma.diagrams`).
    ax : matplotlib.axes.Axes, optional
        What to draw into, where the figure has one panel: then with its title, what its axes say,
        and the key.  Headings and notes are left out, but for what is not known.
    **how
        What that figure's own function takes besides.

    Returns
    -------
    matplotlib.figure.Figure
        ``dilemma.figures.save`` writes it; that of ``ax`` where it is given.

    Raises
    ------
    UnsupportedError
        If there is no figure of such a result, or it has several panels and ``ax`` is given.
    CallError
        If the figure takes no such argument.

    Examples
    --------
    >>> import dilemma
    >>> found = dilemma.region_map(dilemma.load("abandonment"), "m_J", "v_J")
    >>> [axes.get_label() for axes in plot(found).axes]
    ['cold_war', 'post_cold_war']
    """
    if isinstance(found, Model | str | Path):
        asked: dict[str, Any] = {
            name: how.pop(name) for name in ("which", "symbols") if name in how
        }
        found = _of_game(model_of(found, "plot"), how.pop("eras", None), asked)
    if (
        isinstance(found, ByEra)
        and found
        and all(isinstance(one, ERA_BY_ERA) for one in found.values())
    ):
        found, *how["others"] = found.values()
    if type(found).__name__ == "Dataset":  # xarray's, which is not loaded without being asked for
        labelled: Any = found
        return calibrations(labelled, **how)
    kind = next((kind for kind in FIGURES if isinstance(found, kind)), None)
    if kind is None:
        raise UnsupportedError(f"there is no figure of {type(found).__name__}; {_instead(found)}")
    try:
        inspect.signature(FIGURES[kind]).bind(found, **how)
    except TypeError as error:
        takes = list(inspect.signature(FIGURES[kind]).parameters)[1:]
        told = f"it takes {', '.join(takes)}" if takes else "it takes nothing else than ax"
        raise CallError(f"plot of {kind.__name__}: {error}; {told}") from None
    draw = partial(FIGURES[kind], found, **how)
    if ax is None:
        return draw()
    if not isinstance(ax, Axes):
        wrong = type(ax).__name__
        raise CallError(
            f"ax is one matplotlib Axes, such as plt.subplots()[1], not of type {wrong}"
        )
    if kind not in ONE_PANEL:
        raise UnsupportedError(
            f"the picture of {kind.__name__} is a sheet of its own and is drawn into no axes: leave "
            "ax out"
        )
    return into(ax, draw, kind.__name__)


def _of_game(model: Model, eras: Eras, asked: Mapping[str, Any]) -> Shown:
    """Return what a picture of a game shows."""
    if asked or Can.DIAGRAM in model.game.can:
        return diagrams(model, eras, **asked)
    try:
        return best_replies(model, eras)
    except UnsupportedError as error:
        raise UnsupportedError(
            f"{model.name} has no picture of its own ({error}); results have: "
            f"{', '.join(kind.__name__ for kind in FIGURES)}"
        ) from None


def _instead(found: object) -> str:
    """Say what can be drawn instead of a result."""
    first = next(iter(found.values()), None) if isinstance(found, ByEra) else found
    if isinstance(first, Equilibria):
        return "dilemma.plot(model) draws a game with its equilibria"
    if isinstance(found, ByEra) and found:
        return f"each era's answer may have one, such as found[{next(iter(found))!r}].plot()"
    return f"drawn are: {', '.join(kind.__name__ for kind in FIGURES)}"
