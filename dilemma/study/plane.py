"""Cylindrical decomposition of a rectangle by polynomials in two symbols.

Between two consecutive *critical* abscissas every polynomial has the same number of real roots
y_1(x) < y_2(x) < ..., which are continuous, never cross one another and never leave the
rectangle.  They cut the *slab* between the two abscissas into *cells*, and in a cell no polynomial
changes sign.  The critical abscissas are the real roots of the discriminants, the leading
coefficients and the pairwise resultants of the irreducible factors, of the factors in x alone, and
of the factors read along the lower and the upper edge.  They, the order of the curves and a
rational point inside each cell are found in exact arithmetic; the curves are followed in floats.

References
----------
Collins, G. E. (1975). Quantifier elimination for real closed fields by cylindrical algebraic
decomposition. Automata Theory and Formal Languages, LNCS 33, 134-183.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from itertools import combinations, pairwise

import numpy as np
import sympy as sp
from numpy.typing import NDArray

__all__ = [
    "SETTLED",
    "Cell",
    "Curve",
    "Decomposition",
    "Ends",
    "Floats",
    "Root",
    "Segment",
    "Slab",
    "decompose",
    "irreducible",
    "isolate",
    "segments",
    "split",
]

Ends = tuple[sp.Rational, sp.Rational]


@dataclass(frozen=True, slots=True)
class Root:
    """A real algebraic number: the only root of a polynomial between two rationals.

    Attributes
    ----------
    coefficients : tuple of int
        A polynomial without multiple roots, highest power first.
    low, high : Fraction
        It lies strictly between them, or they are equal and it is that rational.
    of : tuple of int
        Which polynomial of a list it is a root of, and which of its real roots, both from 0;
        (-1, 0) for an end of an interval.

    Examples
    --------
    >>> root = Root((1, 0, -2), Fraction(1), Fraction(2))
    >>> float(root), root.exact
    (1.4142135623730951, sqrt(2))
    """

    coefficients: tuple[int, ...]
    low: Fraction
    high: Fraction
    of: tuple[int, int] = (-1, 0)

    def halved(self) -> Root:
        """Return the same number between rationals half as far apart."""
        if self.low == self.high:
            return self
        middle = (self.low + self.high) / 2
        there = _value(self.coefficients, middle)
        if there == 0:
            return replace(self, low=middle, high=middle)
        # The lower end may be another root of a reducible polynomial: then the slope tells.
        above_low = _value(self.coefficients, self.low) or _slope(self.coefficients, self.low)
        if (there > 0) == (above_low > 0):
            return replace(self, low=middle)
        return replace(self, high=middle)

    def __float__(self) -> float:
        return _float(self)

    @property
    def exact(self) -> sp.Expr:
        """The number as sympy writes it: a rational, a radical or a CRootOf."""
        if self.low == self.high:
            return sp.Rational(self.low.numerator, self.low.denominator)
        low, high = (sp.Rational(end.numerator, end.denominator) for end in (self.low, self.high))
        roots = sp.Poly(self.coefficients, sp.Dummy("t")).real_roots()
        return next(root for root in roots if low < root < high)


@lru_cache(maxsize=4096)
def _float(root: Root) -> float:
    while root.high - root.low > max(abs(root.low), abs(root.high)) / 2**56:
        root = root.halved()
    return float((root.low + root.high) / 2)


def _value(coefficients: Sequence[int], at: Fraction) -> int:
    """Return a polynomial's value, times a power of the denominator to keep it whole."""
    total, power = 0, 1
    for coefficient in coefficients:
        total = total * at.numerator + coefficient * power
        power *= at.denominator
    return total


def _slope(coefficients: Sequence[int], at: Fraction) -> int:
    degree = len(coefficients) - 1
    return _value([c * (degree - k) for k, c in enumerate(coefficients[:-1])], at)


def _fraction(number: sp.Rational) -> Fraction:
    return Fraction(int(number.p), int(number.q))


def _point(at: Fraction) -> Root:
    return Root((at.denominator, -at.numerator), at, at)


def irreducible(polynomials: Iterable[sp.Poly]) -> tuple[sp.Poly, ...]:
    """Return the distinct irreducible factors; constants and the zero polynomial have none."""
    found: dict[sp.Poly, None] = {}
    for polynomial in polynomials:
        if not polynomial.is_ground:
            found.update((factor.monic(), None) for factor, _ in polynomial.factor_list()[1])
    return tuple(found)


def isolate(polynomials: Iterable[sp.Poly]) -> list[Root]:
    """Return the real roots of polynomials in one symbol that have no multiple roots."""
    return [
        Root(whole, low, high, (number, order))
        for number, polynomial in enumerate(polynomials)
        for order, (whole, low, high) in enumerate(_intervals(polynomial))
    ]


def _intervals(polynomial: sp.Poly) -> Iterator[tuple[tuple[int, ...], Fraction, Fraction]]:
    if polynomial.degree() <= 0:
        return
    whole = tuple(int(c) for c in polynomial.clear_denoms(convert=True)[1].all_coeffs())
    if len(whole) == 2:
        at = Fraction(-whole[1], whole[0])
        yield whole, at, at
    else:
        for (low, high), _ in polynomial.intervals():
            yield whole, _fraction(low), _fraction(high)


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a line between two numbers, with a rational strictly between them."""

    low: Root
    high: Root
    sample: sp.Rational

    @property
    def length(self) -> float:
        """Its length."""
        return float(self.high) - float(self.low)


def segments(roots: Iterable[Root], ends: Ends) -> tuple[Segment, ...]:
    """Cut the interval ``ends`` at distinct numbers; those outside it or on its ends are ignored.

    A number on an end must be known to be rational.
    """
    low, high = map(_fraction, ends)
    inside = [r for r in roots if not (r.low == r.high and (r.low <= low or r.low >= high))]
    sorted_roots = _apart([_point(low), *inside, _point(high)])
    cuts = [r for r in sorted_roots if low <= r.low and r.high <= high]
    return tuple(Segment(a, b, _between(a.high, b.low)) for a, b in pairwise(cuts))


def _apart(roots: list[Root]) -> list[Root]:
    """Refine distinct numbers until their intervals are disjoint, and sort them."""
    while True:
        roots.sort(key=lambda root: (root.low, root.high))
        touching = {
            position
            for k, (one, two) in enumerate(pairwise(roots))
            if one.high >= two.low
            for position in (k, k + 1)
        }
        if not touching:
            return roots
        roots = [r.halved() if k in touching else r for k, r in enumerate(roots)]


def _between(low: Fraction, high: Fraction) -> sp.Rational:
    """Return the rational of least denominator in the middle half of an interval."""
    a, b = low + (high - low) / 4, high - (high - low) / 4
    if a <= 0 <= b:
        return sp.Integer(0)
    found = _simplest(a, b) if a > 0 else -_simplest(-b, -a)
    return sp.Rational(found.numerator, found.denominator)


def _simplest(low: Fraction, high: Fraction) -> Fraction:
    """Return the simplest rational in [low, high], 0 < low, by continued fractions."""
    whole = -(-low.numerator // low.denominator)
    if whole <= high:
        return Fraction(whole)
    below = whole - 1
    return below + 1 / _simplest(1 / (high - below), 1 / (low - below))


def split(polynomials: Iterable[sp.Expr], symbol: sp.Symbol, ends: Ends) -> tuple[Segment, ...]:
    """Cut an interval at the real roots of polynomials in one symbol.

    Examples
    --------
    >>> t = sp.Symbol("t")
    >>> ends = sp.Integer(0), sp.Integer(2)
    >>> [(round(s.length, 3), s.sample) for s in split([t**2 - 2, t - 1], t, ends)]
    [(1.0, 1/2), (0.414, 7/6), (0.586, 5/3)]
    """
    factors = irreducible(sp.Poly(p, symbol, domain=sp.QQ) for p in polynomials)
    return segments(isolate(factors), ends)


# --- curves ---------------------------------------------------------------------------------------


Floats = NDArray[np.float64]
NODES, WEIGHTS = np.polynomial.legendre.leggauss(24)
MOST_PANELS = 1024  # a quadrature that has not settled by then is good to a few digits less
SETTLED = 1e-12  # what it settles at, as a share of the rectangle


@dataclass(frozen=True, slots=True)
class Curve:
    """One root y(x) of a polynomial over a slab, or a horizontal edge of the rectangle.

    Attributes
    ----------
    polynomial : sympy Poly in (y, x), or None for an edge
    order, count : int
        Which of its real roots, counted from below and from 0, and how many it has there.
    bounds : tuple of float
        The ordinates between which the curve runs; equal for an edge.
    """

    polynomial: sp.Poly | None
    order: int
    count: int
    bounds: tuple[float, float]

    @property
    def straight(self) -> bool:
        """Whether two points draw it."""
        return self.polynomial is None or self.polynomial.total_degree() == 1

    def __call__(self, x: Floats) -> Floats:
        """Return y at abscissas inside the slab, an array of shape (n,)."""
        if self.polynomial is None:
            return np.full(x.shape, self.bounds[0])
        by_power = _floats(self.polynomial)
        coefficients = np.stack([np.polyval(c, x) for c in by_power], axis=-1)
        y = _solve(coefficients, self.count)[:, self.order]
        return np.clip(y, *self.bounds)

    def integral(self, ends: tuple[float, float], close: float) -> float:
        """Integrate y over the whole slab by Gauss-Legendre quadrature on ever more panels.

        ``ends`` are the slab's; ``close`` is how little may change when panels are halved.
        x = middle + half sin(t) takes away the square roots with which curves end.
        """
        middle, half = (ends[0] + ends[1]) / 2, (ends[1] - ends[0]) / 2
        if self.polynomial is None:
            return self.bounds[0] * 2 * half
        before, panels = np.inf, 1
        while True:
            step = np.pi / (2 * panels)  # half a panel's width
            centres = -np.pi / 2 + step * (2 * np.arange(panels) + 1)
            t = (centres[:, None] + step * NODES).ravel()
            weights = np.tile(step * WEIGHTS, panels)
            total = float(np.sum(weights * self(middle + half * np.sin(t)) * half * np.cos(t)))
            if abs(total - before) <= close or panels >= MOST_PANELS:
                return total
            before, panels = total, 2 * panels


@lru_cache(maxsize=512)
def _floats(polynomial: sp.Poly) -> tuple[Floats, ...]:
    """Return the coefficients by falling powers of y, each by falling powers of x."""
    y, x = polynomial.gens
    powers = polynomial.as_expr().as_poly(y).all_coeffs()
    return tuple(np.array([float(c) for c in sp.Poly(p, x).all_coeffs()]) for p in powers)


def _solve(coefficients: Floats, count: int) -> Floats:
    """Return the ``count`` real roots of each of n polynomials, sorted, of shape (n, count)."""
    degree = coefficients.shape[1] - 1
    # At the end of a slab a root may be infinite; very large will do.
    tiny = 1e-100 * np.max(np.abs(coefficients), axis=1)
    lead = coefficients[:, 0]
    coefficients[:, 0] = np.where(np.abs(lead) < tiny, tiny, lead)
    if degree == 1:
        return -coefficients[:, 1:] / coefficients[:, :1]
    if degree == 2:
        a, b, c = coefficients.T
        q = -(b + np.copysign(np.sqrt(np.maximum(b * b - 4 * a * c, 0)), b)) / 2
        other = np.divide(c, q, out=np.zeros_like(q), where=q != 0)  # free of cancellation
        return np.sort(np.stack([q / a, other], axis=-1), axis=-1)
    companion = np.zeros((len(coefficients), degree, degree))
    companion[:, 0, :] = -coefficients[:, 1:] / coefficients[:, :1]
    companion[:, np.arange(1, degree), np.arange(degree - 1)] = 1
    found = np.linalg.eigvals(companion)
    # Near a double root rounding may turn a real pair into a complex one: take the nearest.
    nearest = np.argsort(np.abs(found.imag), axis=-1, kind="stable")[:, :count]
    return np.sort(np.take_along_axis(found.real, nearest, axis=-1), axis=-1)


# --- cells ----------------------------------------------------------------------------------------


SLIVER = 1e-4  # a shorter piece of a vertical border, as a share of the height, is noise


@dataclass(frozen=True, slots=True)
class Cell:
    """What lies between two neighbouring curves of a slab; no polynomial vanishes inside.

    Attributes
    ----------
    lower, upper : Curve
    sample : tuple of sympy Rational
        A rational point (x, y) inside it.
    area : float
    """

    lower: Curve
    upper: Curve
    sample: tuple[sp.Rational, sp.Rational]
    area: float


@dataclass(frozen=True, slots=True)
class Slab:
    """What lies between two consecutive critical abscissas.

    Attributes
    ----------
    left, right : Root
    wall : sympy Poly or None
        What vanishes on the whole vertical line at ``left``, if anything.
    cells : tuple of Cell, from below
    """

    left: Root
    right: Root
    wall: sp.Poly | None
    cells: tuple[Cell, ...]

    def abscissas(self, count: int) -> Floats:
        """Return ``count`` abscissas from end to end, crowded at the ends, where curves turn."""
        a, b = float(self.left), float(self.right)
        # A hair inside: on the ends themselves a curve may be without bound.
        turned = np.sin(np.linspace(-np.pi / 2, np.pi / 2, count)) * (1 - 1e-10)
        return (a + b) / 2 + (b - a) / 2 * turned

    def heights(self, end: int) -> Floats:
        """Return where its curves, edges included, meet its left (0) or right (-1) end."""
        x = self.abscissas(2)[[end]]
        curves = [self.cells[0].lower, *(cell.upper for cell in self.cells)]
        return np.array([curve(x)[0] for curve in curves])


@dataclass(frozen=True, slots=True)
class Decomposition:
    """A rectangle cut into cells.

    Attributes
    ----------
    polynomials : tuple of sympy Poly in (y, x)
        The distinct irreducible factors of what cuts it.
    slabs : tuple of Slab, from left to right
    """

    polynomials: tuple[sp.Poly, ...]
    slabs: tuple[Slab, ...]

    @property
    def cells(self) -> tuple[Cell, ...]:
        """All cells, slab by slab."""
        return tuple(cell for slab in self.slabs for cell in slab.cells)

    def borders(
        self, labels: Sequence[Sequence[Hashable]], count: int = 200
    ) -> Iterator[tuple[sp.Poly, Floats]]:
        """Yield what parts cells with different labels: a polynomial and points (n, 2) on it.

        Parameters
        ----------
        labels : sequence of sequence
            For each slab the labels of its cells, from below.
        count : int
            Points on each piece of a curve; straight pieces have two.
        """
        for slab, own in zip(self.slabs, labels, strict=True):
            for cell, (below, above) in zip(slab.cells, pairwise(own), strict=False):
                curve = cell.upper
                if below != above and curve.polynomial is not None:
                    x = slab.abscissas(2 if curve.straight else count)
                    yield curve.polynomial, np.column_stack([x, curve(x)])
        for (left, right), (one, two) in zip(pairwise(self.slabs), pairwise(labels), strict=True):
            if right.wall is not None:
                x = np.full(2, float(right.left))
                for piece in _parted(left.heights(-1), one, right.heights(0), two):
                    yield right.wall, np.column_stack([x, piece])


def decompose(
    polynomials: Iterable[sp.Expr], x: sp.Symbol, y: sp.Symbol, xs: Ends, ys: Ends
) -> Decomposition:
    """Cut the rectangle xs x ys into cells on which no polynomial changes sign.

    Parameters
    ----------
    polynomials : iterable of sympy expressions
        Polynomials in x and y with rational coefficients; constants cut nothing.
    xs, ys : tuple of sympy Rational
        The lower and the upper end, the lower one strictly below.

    Examples
    --------
    >>> x, y = sp.symbols("x y")
    >>> ends = sp.Integer(-2), sp.Integer(2)
    >>> found = decompose([x**2 + y**2 - 1], x, y, ends, ends)
    >>> [cell.sample for cell in found.cells]
    [(-3/2, 0), (0, -3/2), (0, 0), (0, 3/2), (3/2, 0)]
    >>> round(found.cells[2].area, 9)
    3.141592654
    """
    factors = irreducible(sp.Poly(p, y, x, domain=sp.QQ) for p in polynomials)
    upright = tuple(f for f in factors if f.degree(y) == 0)
    curved = tuple(f for f in factors if f.degree(y) > 0)
    walls = dict(enumerate(upright))
    area = float((xs[1] - xs[0]) * (ys[1] - ys[0]))
    return Decomposition(
        factors,
        tuple(
            Slab(
                column.low,
                column.high,
                wall=walls.get(column.low.of[0]),
                cells=tuple(_cells(column, curved, ys, SETTLED * area)),
            )
            for column in _columns(upright, curved, xs, ys)
        ),
    )


def _parted(
    left: Floats, one: Sequence[Hashable], right: Floats, two: Sequence[Hashable]
) -> Iterator[tuple[float, float]]:
    """Yield the pieces of a vertical line with different labels on its two sides."""
    least = SLIVER * (left[-1] - left[0])  # two floats for one crossing bound no piece
    for low, high in pairwise(sorted({*left.tolist(), *right.tolist()})):
        middle = (low + high) / 2
        if high - low <= least:
            continue
        k = int(np.searchsorted(left[1:-1], middle))
        if one[k] != two[int(np.searchsorted(right[1:-1], middle))]:
            yield low, high


def _columns(
    upright: tuple[sp.Poly, ...], curved: tuple[sp.Poly, ...], xs: Ends, ys: Ends
) -> tuple[Segment, ...]:
    """Cut the abscissas where some curve begins, ends or meets an edge, or two curves cross."""
    along = irreducible(f.eval(f.gens[0], end) for f in curved for end in ys)
    alone, shared = _projection(curved)
    own = dict.fromkeys([*(f.eval(f.gens[0], 0) for f in upright), *alone, *along])
    meeting = [f for f in shared if f not in own]
    pieces = segments(isolate([*own, *meeting]), xs)

    def crossed(root: Root, before: sp.Rational, after: sp.Rational) -> bool:
        # No curve begins or ends here, so all that may change is the order of those that meet.
        pairs = shared[meeting[root.of[0] - len(own)]]
        return any(_order(pair, before, ys) != _order(pair, after, ys) for pair in pairs)

    columns = [pieces[0]]
    for piece in pieces[1:]:
        if piece.low.of[0] < len(own) or crossed(piece.low, columns[-1].sample, piece.sample):
            columns.append(piece)
        else:  # the sample stays off what is skipped: curves may touch there
            before = columns[-1]
            sample = max((before, piece), key=_gap).sample
            columns[-1] = Segment(before.low, piece.high, sample)
    return tuple(columns)


def _gap(piece: Segment) -> Fraction:
    return piece.high.low - piece.low.high


def _order(pair: tuple[sp.Poly, sp.Poly], at: sp.Rational, ys: Ends) -> list[int]:
    """Return whose roots follow one another, from below, at an abscissa."""
    roots = isolate(polynomial.eval(polynomial.gens[1], at) for polynomial in pair)
    return [piece.low.of[0] for piece in segments(roots, ys)[1:]]


@lru_cache(maxsize=64)
def _projection(
    curved: tuple[sp.Poly, ...],
) -> tuple[tuple[sp.Poly, ...], dict[sp.Poly, list[tuple[sp.Poly, sp.Poly]]]]:
    """Return the irreducible polynomials in x at whose roots curves may begin, end or meet.

    Those of leading coefficients and discriminants, and those of resultants with their pairs.
    """

    def alone() -> Iterator[sp.Poly]:
        for polynomial in curved:
            y, x = polynomial.gens
            yield sp.Poly(polynomial.as_expr().as_poly(y).LC(), x, domain=sp.QQ)
            if polynomial.degree(y) > 1:
                yield polynomial.discriminant()

    shared: dict[sp.Poly, list[tuple[sp.Poly, sp.Poly]]] = {}
    for pair in combinations(curved, 2):
        for factor in irreducible([pair[0].resultant(pair[1])]):
            shared.setdefault(factor, []).append(pair)
    return irreducible(alone()), shared


def _cells(column: Segment, curved: tuple[sp.Poly, ...], ys: Ends, close: float) -> Iterator[Cell]:
    """Cut one slab into cells; the order of the curves is read at its sample abscissa."""
    at = column.sample
    roots = isolate(polynomial.eval(polynomial.gens[1], at) for polynomial in curved)
    counts = Counter(root.of[0] for root in roots)
    pieces = segments(roots, ys)
    low, high = float(ys[0]), float(ys[1])
    curves = [Curve(None, 0, 1, (low, low))]
    for piece in pieces[1:]:
        number, order = piece.low.of
        curves.append(Curve(curved[number], order, counts[number], (low, high)))
    curves.append(Curve(None, 0, 1, (high, high)))
    ends = float(column.low), float(column.high)
    under = [curve.integral(ends, close) for curve in curves]
    for k, piece in enumerate(pieces):
        yield Cell(curves[k], curves[k + 1], (at, piece.sample), under[k + 1] - under[k])
