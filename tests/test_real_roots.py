"""Real roots: counted, in fractions where they are, and to fifty digits where they are not."""

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from dilemma.games.real_roots import real_roots, roots_of

x = sp.Symbol("x", real=True)
FRACTIONS = st.builds(sp.Rational, st.integers(-50, 50), st.integers(1, 12))


@settings(max_examples=40, deadline=None)
@given(st.lists(FRACTIONS, min_size=1, max_size=5, unique=True))
def test_fractions_come_back_as_they_are(roots):
    polynomial = sp.Poly(sp.prod([x - root for root in roots]), x)
    assert real_roots(polynomial.all_coeffs()) == (sorted(roots), True)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(-9, 9), min_size=3, max_size=6).filter(lambda row: row[0] != 0))
def test_they_are_those_that_sympy_isolates(row):
    polynomial = sp.Poly(row, x)
    found, _ = roots_of(polynomial)
    brackets = [bracket for bracket, _ in polynomial.intervals(eps=sp.Rational(1, 10**12))]
    assert len(found) == len(brackets)
    near = sp.Rational(1, 10**12)
    assert all(
        low - near <= root <= high + near for root, (low, high) in zip(found, brackets, strict=True)
    )


def test_a_root_that_is_no_fraction_is_known_to_fifty_digits():
    (_, root), every = real_roots([sp.Integer(1), sp.Integer(0), sp.Integer(-2)])
    assert abs(sp.N(root - sp.sqrt(2), 60)) < sp.Rational(1, 10**50)
    assert every is False


def test_a_fraction_beside_roots_that_are_not_real_is_not_every_root():
    polynomial = sp.Poly((x - 1) * (x**2 + 1), x)
    assert real_roots(polynomial.all_coeffs()) == ([1], False)


@pytest.mark.parametrize("polynomial", [(x - 1) ** 2, (x - 1) ** 2 * (x + 3), (x**2 - 2) ** 2])
def test_roots_that_coincide_are_left_to_factors(polynomial):
    told = sp.Poly(polynomial, x)
    assert real_roots(told.all_coeffs()) is None
    assert len(roots_of(told)[0]) == len(sp.roots(told))
