"""Which equilibria there are where: a map over two parameters, one panel an era, exact borders.

At an era's centre every condition of every branch is a sign of polynomials in the two parameters.
Those polynomials cut the map into cells, each branch holds throughout a cell or nowhere in it, and
a rational point inside the cell tells which.  Cells with the same branches are one region.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sympy as sp

from dilemma.budget import kept
from dilemma.errors import CalibrationError
from dilemma.games import branches
from dilemma.model import Model
from dilemma.parts import Era, Parameter
from dilemma.plane.cells import Cell, Decomposition, decompose
from dilemma.plane.roots import Ends, irreducible, split
from dilemma.reading.expressions import ExpressionError, exact
from dilemma.study.eras import Eras, eras_of
from dilemma.study.legend import concept, order
from dilemma.study.maps import Axis, Border, Label, Panel, Region, RegionMap
from dilemma.study.signs import Point, Trial, definitions_at, fraction, sign_at, trials

__all__ = ["RegionMap", "region_map"]

MARGIN = sp.Rational(3, 20)  # of the boxes' hull, left around it
HALF = sp.Rational(1, 2)  # drawn either side of a parameter that never varies, as a share of it


@kept("mapping")
def region_map(
    model: Model,
    x: str,
    y: str,
    eras: Eras = None,
    ranges: Mapping[str, tuple[Any, Any]] | None = None,
    *,
    seconds: float | None = None,  # noqa: ARG001 -- kept from outside
) -> RegionMap:
    """Map the plane of two parameters by which equilibria there are, in each era.

    Everything but x and y stays at the era's centre.  Only branches with a closed form are
    spoken of; the others exist on borders.

    Parameters
    ----------
    x, y : str
        Two parameters of the model.
    eras : str, Era, mapping, or a sequence of these, optional
        Which eras, in which order; all of them unless said.  Values on the spot are an era too
        (see :meth:`Model.era`); what they leave out lies anywhere in its declared range.
    ranges : mapping of str to (low, high), optional
        What to draw of x or y; unless said, the hull of the eras' boxes and a margin.
    seconds : float, optional
        Budget for it all, past which there is an error and no answer; no limit if None.

    Raises
    ------
    CalibrationError
        For an unknown parameter or era, or a range that cannot be drawn.
    UnsupportedError
        If a payoff is no ratio of polynomials in x and y.

    Examples
    --------
    >>> from dilemma.library import load
    >>> found = region_map(load("abandonment"), "m_J", "v_J")
    >>> [found.words(panel.at_centre) for panel in found.panels]
    [('(strong, strong)',), ('(weak, weak)', '(strong, strong)', 'mixed')]
    """
    model.needs_actions("the map of two parameters")
    model.needs_parameters((x, y))
    if x == y:
        raise CalibrationError(f"a map needs two parameters, and {x!r} was given twice")
    model, names = eras_of(model, eras, ranges=True)
    chosen = [model.eras[name] for name in names]
    wanted = ranges or {}
    across, up = (_axis(model.parameters[name], chosen, wanted.get(name)) for name in (x, y))
    panels = tuple(_panel(model, era, across, up) for era in chosen)
    return RegionMap(
        model=model.name,
        title=model.title,
        concept=concept(model),
        order=order(model),
        x=across,
        y=up,
        panels=panels,
        pure=tuple(branch.name for branch in branches(model) if branch.pure),
    )


# --- what is drawn ------------------------------------------------------------------------------


def _axis(parameter: Parameter, eras: Sequence[Era], wanted: tuple[Any, Any] | None) -> Axis:
    if wanted is None:
        return Axis(parameter, *_hull(parameter, eras))
    try:
        low, high = (exact(end) for end in wanted)
    except ExpressionError as error:
        raise CalibrationError(f"{parameter.name}: {error}") from None
    outer = parameter.range
    if not outer.low <= low < high <= outer.high:
        raise CalibrationError(
            f"{parameter.name} cannot be drawn over [{wanted[0]}, {wanted[1]}]: a low and a higher "
            f"end are wanted, in {outer}"
        )
    return Axis(parameter, low, high)


def _hull(parameter: Parameter, eras: Sequence[Era]) -> Ends:
    """Return the hull of the eras' boxes with a margin, within the parameter's own range."""
    boxes = [era.values[parameter.name].range for era in eras]
    low, high = min(box.low for box in boxes), max(box.high for box in boxes)
    outer = parameter.range
    if low == high and outer.low.is_finite and outer.high.is_finite:
        return outer.low, outer.high
    margin = MARGIN * (high - low) if low < high else HALF * abs(low) or HALF
    return sp.Max(low - margin, outer.low), sp.Min(high + margin, outer.high)


# --- one panel ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Plane:
    """What can be asked of the plane at one era's centre."""

    x: sp.Symbol
    y: sp.Symbol
    tried: tuple[Trial, ...]

    @cached_property
    def polynomials(self) -> tuple[sp.Poly, ...]:
        return irreducible(p for trial in self.tried for p in trial.polynomials)

    def label(self, point: Point) -> Label:
        return tuple(trial.branch.name for trial in self.tried if trial.holds(point))

    def shares(self, box: tuple[Ends, Ends]) -> dict[Label, float]:
        """Return the share of a box that each label has, along what width it has."""
        flat = [low == high for low, high in box]
        if not any(flat):
            cells = decompose(self.polynomials, self.x, self.y, *box).cells
            return _summed((self.label(cell.sample), cell.area) for cell in cells)
        still = dict(zip((self.x, self.y), (low for low, _ in box), strict=True))
        if all(flat):
            return {self.label((box[0][0], box[1][0])): 1.0}
        along, ends = (self.x, box[0]) if flat[1] else (self.y, box[1])
        del still[along]
        pieces = split((p.as_expr().xreplace(still) for p in self.polynomials), along, ends)
        points = (
            ((piece.sample, box[1][0]) if flat[1] else (box[0][0], piece.sample), piece.length)
            for piece in pieces
        )
        return _summed((self.label(point), length) for point, length in points)


def _summed(parts: Iterable[tuple[Label, float]]) -> dict[Label, float]:
    """Add up areas (or lengths) by label, as shares of the whole."""
    total: dict[Label, float] = {}
    for label, area in parts:
        total[label] = total.get(label, 0.0) + area
    whole = sum(total.values())
    return {label: area / whole for label, area in total.items()}


def _panel(model: Model, era: Era, across: Axis, up: Axis) -> Panel:
    x, y = across.parameter.symbol, up.parameter.symbol
    fixed = {
        parameter.symbol: era.values[name].central
        for name, parameter in model.parameters.items()
        if parameter.symbol not in (x, y)
    }
    plane = _Plane(x, y, trials(model, fixed, x, y))
    found = decompose(plane.polynomials, x, y, across.ends, up.ends)
    labels = tuple(tuple(plane.label(c.sample) for c in slab.cells) for slab in found.slabs)
    values = [era.values[axis.parameter.name] for axis in (across, up)]
    first, second = ((value.range.low, value.range.high) for value in values)
    centre = (values[0].central, values[1].central)
    names = _names(model, fixed, x, y)
    borders = dict.fromkeys(polynomial for polynomial, _ in found.borders(labels, count=2))
    return Panel(
        era=era.name,
        title=era.title,
        regions=_regions(found, labels, plane.shares((first, second))),
        borders=tuple(Border(p, names.get(p, "")) for p in borders),
        box=(first, second),
        centre=centre,
        at_centre=plane.label(centre),
        on_border=any(sign_at(p, centre) == 0 for p in borders),
        decomposition=found,
        labels=labels,
    )


def _regions(
    found: Decomposition, labels: Sequence[Sequence[Label]], in_box: Mapping[Label, float]
) -> tuple[Region, ...]:
    """Merge cells into regions; a label that only the box has, outside the map, has no cells."""
    cells: dict[Label, list[Cell]] = {label: [] for label in in_box}
    for slab, own in zip(found.slabs, labels, strict=True):
        for cell, label in zip(slab.cells, own, strict=True):
            cells.setdefault(label, []).append(cell)
    whole = sum(cell.area for cell in found.cells)
    regions = (
        Region(label, tuple(own), sum(c.area for c in own) / whole, in_box.get(label, 0.0))
        for label, own in cells.items()
    )
    return tuple(sorted(regions, key=lambda region: (-region.box_share, -region.share)))


def _names(
    model: Model, fixed: Mapping[sp.Symbol, sp.Rational], x: sp.Symbol, y: sp.Symbol
) -> dict[sp.Poly, str]:
    """Return the first definition that vanishes exactly where a polynomial does."""
    names: dict[sp.Poly, str] = {}
    values = definitions_at(model, fixed)
    for definition in model.definitions.values():
        found = fraction(values[definition.symbol], x, y)
        factors = irreducible([found[0]]) if found else ()
        if len(factors) == 1:
            names.setdefault(factors[0], definition.name)
    return names
