"""Equilibria as diagrams, era by era: what is linked, what leads from state to state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dilemma.by_era import Eras, eras_of
from dilemma.calls import of_a_model
from dilemma.games.drawing import Drawing
from dilemma.games.kind import Can
from dilemma.games.solution import solve
from dilemma.model import Model
from dilemma.output.result import Shown, Table, as_data

__all__ = ["Diagrams", "diagrams"]


@dataclass(frozen=True, slots=True, repr=False)
class Diagrams(Shown):
    """A diagram of every equilibrium at the centre of each era.

    Attributes
    ----------
    model : Model
    drawn : mapping of era to tuple of Drawing
        Empty where there is no equilibrium.
    complete : mapping of era to str
        Why some equilibria may be missing; "" where none is.
    """

    model: Model
    drawn: Mapping[str, tuple[Drawing, ...]]
    complete: Mapping[str, str]

    def tables(self) -> tuple[Table, ...]:
        """Return what stands in each diagram."""
        told = []
        for era, drawings in self.drawn.items():
            title = self.model.eras[era].title
            if not drawings:
                told.append(Table(f"{title}: no equilibrium", ("",), ()))
            for drawing in drawings:
                rows = [(n.name, ", ".join(n.lines[1:])) for n in drawing.nodes]
                arrow = " -> " if drawing.directed else " - "
                rows += [(arrow.join(t.ends), ", ".join(t.words)) for t in drawing.ties if t.strong]
                told.append(Table(f"{title}: {drawing.title}", ("what", "says"), tuple(rows)))
        return tuple(told)

    def to_dict(self) -> dict[str, Any]:
        """Return them as plain data."""
        return {
            "model": self.model.name,
            "drawn": as_data(self.drawn),
            "incomplete": {era: why for era, why in self.complete.items() if why},
        }


@of_a_model
def diagrams(
    model: Model,
    at: Eras = None,
    *,
    seconds: float | None = None,
    progress: Callable[[float, str], None] | None = None,
) -> Diagrams:
    """Return a diagram of every equilibrium at each era's centre.

    Parameters
    ----------
    at : str, Era, mapping, or a sequence of these, optional
        All eras unless said; values on the spot are an era too.

    Raises
    ------
    UnsupportedError
        For a game that has no diagram.

    Examples
    --------
    >>> import dilemma
    >>> found = diagrams(dilemma.load("repeated"), "cold_war")
    >>> [drawing.title for drawing in found.drawn["cold_war"]][0]
    '(support, support)'
    """
    model.needs(Can.DIAGRAM, "a diagram")
    model, names = eras_of(model, at)
    drawn, complete = {}, {}
    for done, era in enumerate(names):
        if progress is not None:
            progress(done / len(names), era)
        found = solve(model, era, seconds=seconds)
        values = model.values(model.calibration(era))
        drawn[era] = tuple(model.game.drawn(model, values, equilibrium) for equilibrium in found)
        complete[era] = found.reason
    return Diagrams(model, drawn, complete)
