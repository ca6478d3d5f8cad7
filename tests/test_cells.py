"""Cells cover the rectangle, do not overlap, and no polynomial changes sign inside one."""

import random
import time
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from dilemma.study.plane import Root, decompose, irreducible, isolate, segments, split

x, y = sp.symbols("x y", real=True)
R = sp.Rational
XS, YS = (R(-2), R(2)), (R(-3, 2), R(1))
AREA = 10.0
SQUARE = (R(0), R(1))
SQUARE_AROUND = (R(-1), R(1))


def signs(polynomials, point):
    at = dict(zip((x, y), point, strict=True))
    return tuple(int(sp.sign(sp.sympify(p).xreplace(at))) for p in polynomials)


def random_polynomial(rng, degree):
    return sp.Add(
        *(
            R(rng.randint(-4, 4), rng.randint(1, 3)) * x**i * y**j
            for i in range(degree + 1)
            for j in range(degree + 1 - i)
            if rng.random() < 0.7
        )
    )


def check(found, polynomials, xs, ys, rng, points=3):
    """Check that cells cover, do not overlap, and keep every sign."""
    area = float((xs[1] - xs[0]) * (ys[1] - ys[0]))
    assert sum(cell.area for cell in found.cells) == pytest.approx(area, rel=1e-12)
    assert all(cell.area > 0 for cell in found.cells)
    assert float(found.slabs[0].left) == float(xs[0])
    assert float(found.slabs[-1].right) == float(xs[1])
    for left, right in pairwise(found.slabs):
        assert float(left.right) == float(right.left)
    for slab in found.slabs:
        a, b = float(slab.left), float(slab.right)
        heights = [slab.cells[0].lower, *(cell.upper for cell in slab.cells)]
        at = np.array([a + (b - a) * rng.uniform(0.05, 0.95) for _ in range(points)])
        curves = np.array([curve(at) for curve in heights])
        assert np.all(curves[0] == float(ys[0]))
        assert np.all(curves[-1] == float(ys[1]))
        assert np.all(np.diff(curves, axis=0) > 0)
        for cell, (low, high) in zip(slab.cells, pairwise(curves), strict=True):
            wanted = signs(polynomials, cell.sample)
            assert all(
                sign != 0 for sign, p in zip(wanted, polynomials, strict=True) if sp.expand(p) != 0
            )
            for k in range(points):
                if high[k] - low[k] > 1e-6:
                    between = low[k] + (high[k] - low[k]) * rng.uniform(0.05, 0.95)
                    assert signs(polynomials, (R(float(at[k])), R(float(between)))) == wanted


@pytest.mark.parametrize("seed", range(12))
def test_random_polynomials(seed):
    rng = random.Random(seed)
    polynomials = [random_polynomial(rng, rng.choice([1, 1, 2, 2, 3])) for _ in range(seed % 5)]
    check(decompose(polynomials, x, y, XS, YS), polynomials, XS, YS, rng)


DEGENERATE = {
    "nothing": [],
    "zero": [sp.Integer(0)],
    "constants": [sp.Integer(3), R(-1, 2)],
    "y alone": [y**2 - R(1, 4), y],
    "x alone": [x**2 - R(1, 4), x**2 - 2],
    "twice the same": [x + y, 2 * x + 2 * y, (x + y) ** 3],
    "shared factor": [(x + y) * (x - y), (x + y) * x],
    "edges": [x - 2, x + 2, y - 1, y + R(3, 2)],
    "a single point": [x**2 + y**2],
    "no real zeros": [x**2 + y**2 + 1],
    "hyperbola": [x * y - R(1, 10), x * y],
    "asymptote": [(x - R(1, 2)) * y - 1, (x - R(1, 2)) * y**2 + y - 1],
    "vertical piece": [(x**2 - 2) * (y - x)],
    "touching": [y - x**2, y, y + x**2],
    "touching an edge": [y - 1 + x**2, y + R(3, 2) - (x - 1) ** 2],
    "corner": [y - 1 + (x - 2), y - x],
    "cusp": [y**2 - x**3],
    "node": [y**2 - x**2 * (x + 1)],
    "three through a point": [x - y, x + y, 2 * x - y, x],
    "triple root": [y**3 - x],
    "quintic": [y**5 - 3 * y + x, y**5 + y - x],
    "close together": [y - x, y - x - R(1, 10**9), y - x * (1 + R(1, 10**6))],
}


@pytest.mark.parametrize("polynomials", DEGENERATE.values(), ids=DEGENERATE)
def test_degenerate_polynomials(polynomials):
    rng = random.Random(5)
    check(decompose(polynomials, x, y, XS, YS), polynomials, XS, YS, rng)


coefficients = st.lists(st.integers(-3, 3), min_size=6, max_size=6)


@given(st.lists(coefficients, max_size=3), st.randoms(use_true_random=False))
@settings(max_examples=20, deadline=None, derandomize=True)
def test_any_conics(rows, rng):
    monomials = [1, x, y, x * y, x**2, y**2]
    polynomials = [sp.Add(*(c * m for c, m in zip(row, monomials, strict=True))) for row in rows]
    check(decompose(polynomials, x, y, XS, YS), polynomials, XS, YS, rng, points=2)


@pytest.mark.parametrize("seed", range(100, 108))
def test_areas_agree_with_a_grid(seed):
    rng = random.Random(seed)
    polynomials = [random_polynomial(rng, d) for d in (1, 2, 3)]
    polynomials = [p for p in polynomials if p.free_symbols]
    n = 1200
    X, Y = np.meshgrid(-2 + 4 * (np.arange(n) + 0.5) / n, -1.5 + 2.5 * (np.arange(n) + 0.5) / n)
    grid = np.zeros(X.shape, int)
    for k, p in enumerate(polynomials):
        grid += (sp.lambdify((x, y), p)(X, Y) > 0) * 2**k
    areas = dict.fromkeys(range(2 ** len(polynomials)), 0.0)
    for cell in decompose(polynomials, x, y, XS, YS).cells:
        areas[sum((s > 0) * 2**k for k, s in enumerate(signs(polynomials, cell.sample)))] += (
            cell.area
        )
    for code, area in areas.items():
        assert area == pytest.approx(AREA * (grid == code).mean(), abs=0.006)


@pytest.mark.parametrize(
    ("polynomial", "area"),
    [
        (x**2 + y**2 - 1, 1 - np.pi / 4),
        (y - x**2, 1 - 1 / 3),
        (y**3 - x, 1 / 4),
        (y**2 - x**3, 1 - 2 / 5),
        (2 * x * y - 1, 1 / 2 - np.log(2) / 2),
        ((x + 1) * y - 1, 1 - np.log(2)),
    ],
)
def test_known_areas(polynomial, area):
    found = decompose([polynomial], x, y, SQUARE, SQUARE)
    above = sum(c.area for c in found.cells if signs([polynomial], c.sample) == (1,))
    assert above == pytest.approx(area, abs=1e-10)


def test_borders_lie_on_their_polynomials_and_part_the_labels():
    polynomials = [x**2 + y**2 - 1, y - x, x - R(1, 3), y**3 - x]
    found = decompose(polynomials, x, y, XS, YS)
    labels = [[signs(polynomials, c.sample) for c in slab.cells] for slab in found.slabs]
    drawn = list(found.borders(labels))
    assert {p.as_expr() for p, _ in drawn} == {
        sp.expand(p).as_poly(y, x).monic().as_expr() for p in polynomials
    }
    for polynomial, points in drawn:
        value = sp.lambdify((x, y), polynomial.as_expr())(*points.T)
        assert np.max(np.abs(value)) < 1e-6
    upright = [points for p, points in drawn if p.degree(y) == 0]
    assert sum(np.ptp(points[:, 1]) for points in upright) == pytest.approx(2.5)


def test_borders_between_equal_labels_are_not_drawn():
    found = decompose([x**2 + y**2 - 1, x, y], x, y, XS, YS)
    same = [["all"] * len(slab.cells) for slab in found.slabs]
    assert list(found.borders(same)) == []


def test_a_crossing_outside_the_rectangle_cuts_nothing():
    inside = decompose([y - x / 10, y + x / 10 - R(1, 50)], x, y, XS, YS)
    outside = decompose([y - x / 10, y - x / 5 + R(1, 2)], x, y, XS, YS)
    assert (len(inside.slabs), len(outside.slabs)) == (2, 1)


def test_curves_that_touch_do_not_split_their_slab():
    found = decompose([y, y - x**2, y + x**2], x, y, SQUARE_AROUND, SQUARE_AROUND)
    assert [len(slab.cells) for slab in found.slabs] == [4]
    assert [round(cell.area, 9) for cell in found.cells] == [
        1.333333333,
        *[0.666666667] * 2,
        1.333333333,
    ]


def test_ten_conics_are_quick():
    rng = random.Random(3)
    polynomials = [random_polynomial(rng, 2) for _ in range(10)]
    start = time.perf_counter()
    decompose(polynomials, x, y, XS, YS)
    assert time.perf_counter() - start < 6  # it takes about 1


# --- real roots ---------------------------------------------------------------------------------


def test_roots_are_isolated_and_accurate():
    t = sp.Symbol("t")
    polynomial = sp.Poly(t**5 - 3 * t + R(1, 3), t, domain=sp.QQ)
    roots = isolate([polynomial])
    wanted = [sp.N(root, 30) for root in polynomial.real_roots()]
    assert [float(r) for r in roots] == pytest.approx([float(w) for w in wanted], rel=1e-15)
    assert [r.of for r in roots] == [(0, 0), (0, 1), (0, 2)]
    assert [abs(sp.N(r.exact, 20) - w) < 1e-18 for r, w in zip(roots, wanted, strict=True)]


def test_a_rational_end_that_is_another_root_does_not_mislead():
    # t (t^2 - 2): 0 is a root, and the lower end of the interval around sqrt 2.
    root = Root((1, 0, -2, 0), Fraction(0), Fraction(2))
    for _ in range(40):
        root = root.halved()
    assert float((root.low + root.high) / 2) == pytest.approx(2**0.5, abs=1e-10)


def test_roots_that_nearly_coincide_are_told_apart():
    t = sp.Symbol("t")
    polynomials = irreducible(
        sp.Poly(p, t, domain=sp.QQ) for p in (t**2 - 2, 10**12 * (t**2 - 2) - 1)
    )
    pieces = segments(isolate(polynomials), (R(0), R(2)))
    assert len(pieces) == 3
    for piece in pieces:
        assert piece.low.high < piece.sample < piece.high.low


def test_split_leaves_out_ends_and_what_is_outside():
    t = sp.Symbol("t")
    pieces = split([t * (t - 1) * (t - 5), t + 1, sp.Integer(7)], t, SQUARE)
    assert [(float(p.low), float(p.high)) for p in pieces] == [(0, 1)]
    assert pieces[0].sample == R(1, 2)
