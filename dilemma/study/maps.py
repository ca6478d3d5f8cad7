"""What a region map is: panels, regions, borders and shares, in words and as JSON."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import sympy as sp

from dilemma.parts import Interval, Parameter, decimal
from dilemma.plane.cells import Cell, Decomposition
from dilemma.plane.roots import Ends
from dilemma.report import Shown, Table, percent

__all__ = ["Axis", "Border", "Label", "Panel", "Region", "RegionMap"]

Label = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Axis:
    """A parameter and the part of its range that is drawn."""

    parameter: Parameter
    low: sp.Rational
    high: sp.Rational

    @property
    def ends(self) -> Ends:
        """Both ends."""
        return self.low, self.high

    def at(self, share: float) -> float:
        """Return the value that lies a share of the way from low to high."""
        return float(self.low) + share * float(self.high - self.low)


@dataclass(frozen=True, slots=True)
class Region:
    """Every cell of a panel in which the same branches hold.

    Attributes
    ----------
    label : tuple of str
        The names of those branches.
    cells : tuple of Cell
    share, box_share : float
        Its share of the drawn rectangle, and of the era's own box.
    """

    label: Label
    cells: tuple[Cell, ...]
    share: float
    box_share: float


@dataclass(frozen=True, slots=True)
class Border:
    """A polynomial that vanishes between two regions, and the definition that it is, if any."""

    polynomial: sp.Poly
    name: str

    def __str__(self) -> str:
        return f"{self.name} = 0, that is {self.equation}" if self.name else self.equation

    @property
    def equation(self) -> str:
        """Its equation with whole coefficients."""
        return f"{self.polynomial.clear_denoms(convert=True)[1].as_expr()} = 0"


@dataclass(frozen=True, slots=True)
class Panel:
    """The map of one era.

    Attributes
    ----------
    regions : tuple of Region, those with most of the box first
    borders : tuple of Border
        What parts the regions inside the drawn rectangle.
    box : pair of (low, high)
        The era's own values of the two parameters; low and high may be equal.
    centre : pair of sympy Rational
    at_centre : tuple of str
        The branches that hold there.
    on_border : bool
        Whether the centre lies on a border.
    decomposition : Decomposition
    labels : tuple of tuple
        For each slab of the decomposition the labels of its cells, from below.
    """

    era: str
    title: str
    regions: tuple[Region, ...]
    borders: tuple[Border, ...]
    box: tuple[Ends, Ends]
    centre: tuple[sp.Rational, sp.Rational]
    at_centre: Label
    on_border: bool
    decomposition: Decomposition
    labels: tuple[tuple[Label, ...], ...]


@dataclass(frozen=True, slots=True)
class RegionMap(Shown):
    """Which equilibria there are where, over two parameters, in each era.

    Attributes
    ----------
    model, title : str
        The model's name and its title.
    concept, order : str
        In which sense they are equilibria, and whose actions a name lists.
    x, y : Axis
    panels : tuple of Panel, one for each era
    pure : tuple of str
        The names of all pure branches of the game, in its order.
    """

    model: str
    title: str
    concept: str
    order: str
    x: Axis
    y: Axis
    panels: tuple[Panel, ...]
    pure: tuple[str, ...]

    @property
    def labels(self) -> tuple[Label, ...]:
        """Every label, that of the largest region first."""
        total: dict[Label, float] = {}
        for region in (r for panel in self.panels for r in panel.regions):
            total[region.label] = total.get(region.label, 0.0) + region.share
        return tuple(sorted(total, key=lambda label: -total[label]))

    def words(self, label: Label) -> tuple[str, ...]:
        """Return a short name for each equilibrium in a label."""
        one = len(self.mixed) == 1
        pure = [f"({name})" for name in label if name in self.pure]
        mixed = ["mixed" if one else f"mixed ({name})" for name in label if name not in self.pure]
        return (*pure, *mixed) or ("none",)

    @property
    def mixed(self) -> frozenset[str]:
        """The branches named in some label that are not pure."""
        return frozenset(name for label in self.labels for name in label) - set(self.pure)

    def tables(self) -> tuple[Table, ...]:
        """Return a table for each era, a row for each region."""
        names = [axis.parameter.name for axis in (self.x, self.y)]
        found = [self._table(panel, names) for panel in self.panels]
        legend = [f"{p.name}: {p.means} [{p.unit}]" for p in (self.x.parameter, self.y.parameter)]
        legend.append(self.order)
        found[-1] = replace(found[-1], notes=(*found[-1].notes, *legend))
        return tuple(found)

    def _table(self, panel: Panel, names: list[str]) -> Table:
        rows = tuple(
            (
                ", ".join(self.words(region.label)),
                percent(region.share),
                percent(region.box_share),
                "here" if region.label == panel.at_centre else "",
            )
            for region in panel.regions
        )
        box = (f"{name} in {Interval(*e)}" for name, e in zip(names, panel.box, strict=True))
        notes = [f"box: {', '.join(box)}", *(f"border: {border}" for border in panel.borders)]
        if panel.on_border:
            notes.append(
                f"a border runs through the centre: {', '.join(self.words(panel.at_centre))}"
            )
        return Table(
            f"{panel.title}: equilibria over {' and '.join(names)}, all else at the era's centre",
            ("equilibria", "of the map", "of the box", "centre"),
            rows,
            tuple(notes),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it: exact numbers as text, shares as floats."""
        return {
            "model": self.model,
            "title": self.title,
            "concept": self.concept,
            "order": self.order,
            "x": _axis_dict(self.x),
            "y": _axis_dict(self.y),
            "panels": [
                {
                    "era": panel.era,
                    "title": panel.title,
                    "box": [[decimal(end) for end in ends] for ends in panel.box],
                    "centre": [decimal(value) for value in panel.centre],
                    "at_centre": list(panel.at_centre),
                    "on_border": panel.on_border,
                    "regions": [
                        {"equilibria": list(r.label), "share": r.share, "box_share": r.box_share}
                        for r in panel.regions
                    ],
                    "borders": [
                        {"definition": b.name, "equation": b.equation} for b in panel.borders
                    ],
                }
                for panel in self.panels
            ],
        }


def _axis_dict(axis: Axis) -> dict[str, Any]:
    p = axis.parameter
    ends = [decimal(end) for end in axis.ends]
    return {"name": p.name, "means": p.means, "unit": p.unit, "drawn": ends}
