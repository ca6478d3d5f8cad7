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
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import combinations, pairwise

import numpy as np
import sympy as sp

from dilemma.plane.curves import SETTLED, Curve, Floats
from dilemma.plane.roots import Ends, Root, Segment, irreducible, isolate, segments

__all__ = ["Cell", "Decomposition", "Slab", "decompose"]

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
