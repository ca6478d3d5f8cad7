"""One root y(x) of a polynomial in two symbols as a function: its values and its integral."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import sympy as sp
from numpy.typing import NDArray

__all__ = ["SETTLED", "Curve", "Floats"]

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
