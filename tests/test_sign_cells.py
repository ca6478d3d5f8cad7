"""Which statements hold at once, all over a box; and polynomials that a sum of multiples excludes."""

import random
import time
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
import sympy as sp
import z3
from sympy import ZZ
from sympy.polys.rings import ring

import dilemma
from dilemma.deciders.bisection import bisected
from dilemma.deciders.clearing import Axis, System
from dilemma.deciders.combining import combined
from dilemma.deciders.halving import whole
from dilemma.deciders.sign_cells import sign_cells
from dilemma.deciders.signs import MINUS, PLUS, ZERO, Atom, all_of
from dilemma.errors import UnsupportedError
from dilemma.study import occurrence

x, y, u = sp.symbols("x y u", real=True)


def unit(symbol):
    return (symbol >= 0, symbol <= 1)


def cells(statements, about=unit, seconds=20.0):
    return sign_cells(statements, about, until=time.perf_counter() + seconds)


def polynomial(rng, symbols=(x, y)):
    terms = [sp.Mul(*own) for own in product(*((1, s) for s in symbols))]
    return sum(rng.randint(-4, 4) * t for t in terms) + rng.randint(-1, 1) * x**2


def statement(rng):
    parts = [polynomial(rng) > 0, polynomial(rng) >= 0]
    joined = rng.choice([sp.And, sp.Or])(*parts)
    return sp.Not(joined) if rng.random() < 0.3 else joined


# --- every combination, and no other ----------------------------------------------------------------


@pytest.mark.parametrize("seed", range(8))
def test_what_holds_at_once_on_a_grid_is_found_and_proved_to_be_all(seed):
    rng = random.Random(seed)
    stated = [statement(rng) for _ in range(3)]
    found = cells(stated)
    gaps = [r.lhs - r.rhs for s in stated for r in s.atoms(sp.core.relational.Relational)]
    on_grid = set()
    for a, b in product(range(1, 30), repeat=2):
        at = {x: sp.Rational(a, 30), y: sp.Rational(b, 30)}
        if all(gap.xreplace(at) != 0 for gap in gaps):
            on_grid.add(tuple(bool(s.xreplace(at)) for s in stated))
    assert on_grid <= set(found.found)
    assert found.proved


@pytest.mark.parametrize("seed", range(6))
def test_each_comes_with_a_point_where_just_it_holds(seed):
    rng = random.Random(100 + seed)
    stated = [statement(rng) for _ in range(3)]
    for combination, point in cells(stated).found.items():
        assert all(0 <= point.get(s, 0) <= 1 for s in (x, y))
        assert tuple(bool(s.xreplace(point)) for s in stated) == combination


def test_what_it_excludes_z3_excludes_as_it_stands():
    stated = [x * y > u, x + y < u, u > x, y > u**2 + x]
    found = cells(stated)
    assert found.excluded
    for excluded in found.excluded:
        solver = z3.Solver()
        names = {s: z3.Real(s.name) for s in (x, y, u)}
        for name in names.values():
            solver.add(name >= 0, name <= 1)
        for part in sp.And.make_args(excluded):
            gap = sp.lambdify(list(names), part.lhs - part.rhs)(*names.values())
            solver.add(gap > 0 if part.rel_op == ">" else gap < 0)
        assert solver.check() == z3.unsat


def test_a_combination_that_few_points_have_is_found():
    """Three thin slices that meet in a corner: one draw in a million."""
    stated = [x < sp.Rational(1, 100), y < sp.Rational(1, 100), u < sp.Rational(1, 100)]
    found = cells(stated)
    assert (True, True, True) in found.found
    assert len(found.found) == 8


def test_what_is_defined_is_what_its_definition_says():
    def about(symbol):
        return (sp.Eq(symbol, x * y),) if symbol == u else unit(symbol)

    assert set(cells([u > x], about).found) == {(False,)}
    assert set(cells([u > y, x > y], about).found) == {(False, False), (False, True)}


def test_a_symbol_that_does_not_move_stays_where_it_is():
    """A third has no end in decimals: a point beside it is not in the box."""

    def about(symbol):
        return (
            (symbol >= sp.Rational(1, 3), symbol <= sp.Rational(1, 3))
            if symbol == x
            else unit(symbol)
        )

    assert cells([3 * x < 1], about).found == {}  # a border throughout: neither is off it
    found = cells([y > x], about)
    assert found.proved
    assert {point[x] for point in found.found.values()} == {sp.Rational(1, 3)}
    assert set(found.found) == {(False,), (True,)}


def test_what_is_nought_throughout_is_not_positive_and_not_negative():
    nought = x * (y + 1) - x * y - x
    told = [sp.Gt(nought, 0, evaluate=False), sp.Ge(nought, 0, evaluate=False)]
    assert set(cells(told).found) == {(False, True)}


def test_without_time_nothing_is_called_proved():
    assert not cells([x > y], seconds=-1.0).proved


@pytest.mark.parametrize("told", [sp.sqrt(x) > y, sp.Max(x, y) > u])
def test_what_is_no_polynomial_is_refused(told):
    with pytest.raises(UnsupportedError):
        cells([told])


# --- zones of games -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["abandonment", "triangle", "consensus"])
def test_zones_by_signs_are_those_that_z3_finds(name, monkeypatch):
    told = dilemma.regions(name, draws=500)
    monkeypatch.setattr(occurrence, "MANY", 0)
    by_signs = dilemma.regions(dilemma.load(name), draws=500)
    for one, other in zip(told.eras, by_signs.eras, strict=True):
        assert {frozenset(label) for label in one.occurs} == {frozenset(n) for n in other.occurs}
        assert one.covered is other.covered


# --- sums of multiples --------------------------------------------------------------------------------


def part(*atoms):
    side = Axis(Fraction(0), Fraction(1), open_low=False, open_high=False)
    return whole(System((side, side), all_of(atoms)))


def test_what_a_sum_excludes_is_nowhere_on_a_grid():
    rng, excluded = random.Random(1), 0
    _, a, b = ring("a b", ZZ)
    grid = [Fraction(k, 12) for k in range(13)]
    for _ in range(150):
        own = [
            sum(rng.randint(-3, 3) * m for m in (a * b, a, b, a.ring.one, a**2)) for _ in range(3)
        ]
        if len(set(own)) < 3 or any(p.is_ground for p in own):
            continue
        allowed = [rng.choice([PLUS, MINUS, PLUS | ZERO]) for _ in own]
        told = combined(part(*map(Atom, own, allowed)))
        if not told.excluded:
            continue
        excluded += 1
        for s, t in product(grid, repeat=2):
            values = [sum(c * s**i * t**j for (i, j), c in p.items()) for p in own]
            signs = [PLUS if v > 0 else MINUS if v < 0 else ZERO for v in values]
            assert not all(sign & may for sign, may in zip(signs, allowed, strict=True))
    assert excluded > 10


def test_where_both_vanish_weak_signs_are_together():
    _, a, b = ring("a b", ZZ)
    assert not combined(part(Atom(a - b, PLUS | ZERO), Atom(b - a, PLUS | ZERO))).excluded
    assert combined(part(Atom(a - b, PLUS), Atom(b - a, PLUS | ZERO))).excluded


def test_bisection_needs_few_parts_where_a_sum_excludes_the_whole():
    """Each is positive in every part that the border between them crosses: thousands of these."""
    gap = x**2 * y - u**2 * x + y**2 * u - x * y * u
    told = bisected([gap > 0, -gap - x * u > 0], unit, seconds=5)
    assert (told.status, told.boxes) == ("unsat", 1)


def test_a_linear_programme_and_lines_that_cross_propose_the_same():
    from dilemma.deciders.combining import _of_many, _of_two

    stream = np.random.default_rng(0)
    for _ in range(50):
        rows = stream.normal(size=(2, 12))
        lowest = [(shares @ rows).max() for shares in (_of_two(*rows), _of_many(rows))]
        assert lowest[0] == pytest.approx(lowest[1])
