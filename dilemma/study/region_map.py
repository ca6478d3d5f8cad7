"""Region maps: which equilibria there are where over two parameters, with exact borders.

At an era's centre every condition of every branch is a sign of polynomials in the two parameters.
Those polynomials cut the map into cells, each branch holds throughout a cell or nowhere in it, and
a rational point inside the cell tells which.  Cells with the same branches are one region.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

import sympy as sp
from sympy.core.relational import Relational
from sympy.polys.polyerrors import BasePolynomialError

from dilemma.budget import kept
from dilemma.by_era import Eras, eras_of
from dilemma.calls import of_a_model
from dilemma.errors import CalibrationError, UnsupportedError
from dilemma.games.branch import Branch
from dilemma.games.kind import Can
from dilemma.games.solution import branches
from dilemma.model import Model
from dilemma.output.result import Shown, Table, fields_as_data, percent
from dilemma.reading.expressions import ExpressionError, exact
from dilemma.study.asking import concept, order
from dilemma.study.plane import Cell, Decomposition, Ends, decompose, irreducible, split
from dilemma.theory.parts import Era, Interval, Parameter, decimal

__all__ = [
    "Axis",
    "Border",
    "Label",
    "Panel",
    "Point",
    "Region",
    "RegionMap",
    "Trial",
    "definitions_at",
    "fraction",
    "region_map",
    "sign_at",
    "trials",
]

Fraction = tuple[sp.Poly, sp.Poly]  # numerator and denominator
Point = tuple[sp.Rational, sp.Rational]  # x and y


@dataclass(frozen=True, slots=True)
class Trial:
    """A branch with a closed form, ready to be tried at any point of the plane.

    Attributes
    ----------
    conditions : tuple of sympy Boolean
        What must hold, relations combined in any way.
    gaps : mapping of relation to (numerator, denominator)
        For each relation in ``conditions``, its left minus its right side.
    nonzero : tuple of (numerator, denominator)
        What must not vanish for the closed form to be read.
    """

    branch: Branch
    conditions: tuple[sp.Basic, ...]
    gaps: Mapping[Relational, Fraction]
    nonzero: tuple[Fraction, ...]

    @property
    def polynomials(self) -> tuple[sp.Poly, ...]:
        """Every polynomial whose sign matters."""
        return tuple(p for pair in (*self.gaps.values(), *self.nonzero) for p in pair)

    def holds(self, point: Point) -> bool:
        """Tell, exactly, whether the branch is an equilibrium at a point (x, y)."""
        return all(_sign(pair, point) for pair in self.nonzero) and all(
            self._true(condition, point) for condition in self.conditions
        )

    def _true(self, condition: sp.Basic, point: Point) -> bool:
        if isinstance(condition, Relational):
            sign = _sign(self.gaps[condition], point)
            return sign is not None and _TESTS[condition.func](sign, 0)
        relations = condition.atoms(Relational)
        return bool(condition.xreplace({r: sp.sympify(self._true(r, point)) for r in relations}))


_TESTS: Mapping[type, Callable[[int, int], bool]] = {
    sp.StrictGreaterThan: operator.gt,
    sp.GreaterThan: operator.ge,
    sp.StrictLessThan: operator.lt,
    sp.LessThan: operator.le,
    sp.Equality: operator.eq,
    sp.Unequality: operator.ne,
}


def _sign(fraction: Fraction, point: Point) -> int | None:
    """Return the sign of a quotient at a point, None where it has no value."""
    above, below = (sign_at(polynomial, point) for polynomial in fraction)
    return above * below if below else None


def sign_at(polynomial: sp.Poly, point: Point) -> int:
    """Return the sign of a polynomial in (y, x) at a rational point (x, y), in whole numbers.

    Examples
    --------
    >>> x, y = sp.symbols("x y")
    >>> sign_at(sp.Poly(y - x**2, y, x), (sp.Rational(1, 2), sp.Rational(1, 5)))
    -1
    """
    (x, below_x), (y, below_y) = ((int(number.p), int(number.q)) for number in point)
    (high_y, high_x), terms = _terms(polynomial)
    total: int = sum(
        c * y**i * below_y ** (high_y - i) * x**j * below_x ** (high_x - j) for (i, j), c in terms
    )
    return (total > 0) - (total < 0)


@lru_cache(maxsize=4096)
def _terms(polynomial: sp.Poly) -> tuple[tuple[int, int], list[tuple[tuple[int, int], int]]]:
    """Return its degrees, and its terms with a positive multiple of each coefficient, whole."""
    degrees = tuple(max(polynomial.degree(g), 0) for g in polynomial.gens)
    whole = polynomial.clear_denoms(convert=True)[1]
    return degrees, [(powers, int(c)) for powers, c in whole.terms()]


def trials(
    model: Model, fixed: Mapping[sp.Symbol, sp.Rational], x: sp.Symbol, y: sp.Symbol
) -> tuple[Trial, ...]:
    """Return a trial for each branch with a closed form.

    Parameters
    ----------
    fixed : mapping of symbol to exact value
        Every parameter but x and y.

    Raises
    ------
    UnsupportedError
        If a payoff is no ratio of polynomials in x and y, or has irrational coefficients.
    """
    at = definitions_at(model, fixed)
    for profile, payoffs in model.payoffs.items() if Can.MOVES not in model.game.can else ():
        for player, payoff in payoffs.items():
            if fraction(payoff.xreplace(at), x, y) is None:
                raise UnsupportedError(
                    f"{model.name}: what {player} is paid at ({', '.join(profile)}) is no ratio of "
                    f"polynomials in {x} and {y} with rational coefficients, which exact borders "
                    f"need: {payoff.xreplace(at)}"
                )
    found = branches(model)
    if any(branch.implicit for branch in found):
        raise UnsupportedError(
            f"{model.name}: where three or more players mix, or who mixes or acts on a shock has no "
            "closed form, there is no exact border"
        )
    return tuple(_trial(branch, at, x, y) for branch in found if branch.where is not None)


def definitions_at(
    model: Model, fixed: Mapping[sp.Symbol, sp.Rational]
) -> dict[sp.Symbol, sp.Expr]:
    """Return ``fixed`` with what each definition comes to, in terms of the parameters left free."""
    at: dict[sp.Symbol, sp.Expr] = dict(fixed)
    for definition in model.definitions.values():
        at[definition.symbol] = definition.formula.xreplace(at)
    return at


def _trial(branch: Branch, at: Mapping[sp.Symbol, sp.Expr], x: sp.Symbol, y: sp.Symbol) -> Trial:
    solved = {u: sp.cancel(formula.xreplace(at)) for u, formula in branch.closed.items()}

    def own(expression: sp.Expr) -> Fraction:
        found = fraction(expression.xreplace(at).xreplace(solved), x, y)
        if found is None:
            raise UnsupportedError(
                f"a condition of ({branch.name}) is no ratio of polynomials in {x} and {y}, which "
                f"exact borders need: {expression.xreplace(at)}"
            )
        return found

    conditions = branch.where or ()
    relations = {r for condition in conditions for r in condition.atoms(Relational)}
    return Trial(
        branch,
        conditions,
        {r: own(r.lhs - r.rhs) for r in sorted(relations, key=str)},
        tuple(own(expression) for expression in branch.nonzero),
    )


def fraction(expression: sp.Expr, x: sp.Symbol, y: sp.Symbol) -> Fraction | None:
    """Return numerator and denominator as polynomials in (y, x); None where it has none."""
    above, below = sp.fraction(sp.together(expression))
    try:
        pair = tuple(sp.Poly(part, y, x, domain=sp.QQ) for part in (above, below))
    except BasePolynomialError:  # not a polynomial, or an irrational coefficient
        return None
    return None if pair[1].is_zero else pair


# --- the map --------------------------------------------------------------------------------------


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


@dataclass(frozen=True, slots=True, repr=False)
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
            **fields_as_data(self, "model", "title", "concept", "order"),
            "x": _axis_dict(self.x),
            "y": _axis_dict(self.y),
            "panels": [
                {
                    **fields_as_data(panel, "era", "title"),
                    "box": [[decimal(end) for end in ends] for ends in panel.box],
                    "centre": [decimal(value) for value in panel.centre],
                    **fields_as_data(panel, "at_centre", "on_border"),
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
    ends = [decimal(end) for end in axis.ends]
    return {**fields_as_data(axis.parameter, "name", "means", "unit"), "drawn": ends}


# --- a map worked out -----------------------------------------------------------------------------


MARGIN = sp.Rational(3, 20)  # of the boxes' hull, left around it
HALF = sp.Rational(1, 2)  # drawn either side of a parameter that never varies, as a share of it


@of_a_model
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
    model.needs(Can.ACTIONS, "the map of two parameters")
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


# --- what is drawn --------------------------------------------------------------------------------


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


# --- one panel ------------------------------------------------------------------------------------


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
