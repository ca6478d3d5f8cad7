"""Numbers put into formulas by themselves come to what sympy comes to."""

import random

import pytest
import sympy as sp

from dilemma.games.numbers.alone import scattered_points
from dilemma.theory.exact_values import put_in_exactly, rounded

SYMBOLS = sp.symbols("x y z", real=True)
AT = {
    SYMBOLS[0]: sp.Rational(-3, 7),
    SYMBOLS[1]: sp.Integer(5),
    SYMBOLS[2]: sp.Rational(1, 10**45 + 3),
}


def formula(rng, deep=3):
    """Return a formula of sums, products, quotients and powers, perhaps multiplied out."""
    if deep == 0:
        return rng.choice([*SYMBOLS, sp.Rational(rng.randint(-4, 4), rng.randint(1, 4))])
    one, other = formula(rng, deep - 1), formula(rng, deep - 1)
    made = rng.choice([one + other, one - other, one * other, one / (other**2 + 1), one**3])
    return sp.expand(made) if rng.random() < 0.3 else made


@pytest.mark.parametrize("seed", range(60))
def test_it_is_what_sympy_says(seed):
    told = formula(random.Random(seed))
    assert put_in_exactly(told, AT) == told.xreplace(AT)


def condition(rng):
    """Return a comparison of formulas, or several joined."""
    compare = [sp.Gt, sp.Ge, sp.Lt, sp.Le, sp.Eq, sp.Ne]
    one, other = (
        rng.choice(compare)(formula(rng, 1), rng.choice([formula(rng, 1), SYMBOLS[1] - 5]))
        for _ in range(2)
    )
    return rng.choice([one, sp.And(one, other), sp.Or(one, other), sp.Not(sp.And(one, other))])


@pytest.mark.parametrize("seed", range(60))
def test_the_first_case_that_is_so_counts(seed):
    rng = random.Random(seed)
    cases = [(formula(rng, 2), condition(rng)) for _ in range(3)]
    told = sp.Piecewise(*cases, (rng.choice([sp.nan, formula(rng, 2)]), True)) + formula(rng, 1)
    assert str(put_in_exactly(told, AT)) == str(told.xreplace(AT))


def test_only_the_case_that_counts_need_have_a_value():
    x, y, _ = SYMBOLS
    told = sp.Piecewise((1 / (y - 5), y > 5), (x, True))
    assert put_in_exactly(told, AT) == AT[x]


@pytest.mark.parametrize(
    "text",
    [
        "1/(y - 5)",
        "sqrt(y) + x",
        "x*unknown",
        "exp(x)",
        "nan",
        "Piecewise((x, exp(y) > 3), (z, True))",
    ],
)
def test_what_it_cannot_is_left_to_sympy(text):
    told = sp.sympify(text, locals={s.name: s for s in SYMBOLS})
    assert put_in_exactly(told, AT) == told.xreplace(AT)


def test_halves_are_rounded_to_even_ones():
    assert [rounded(sp.Rational(k, 2), 1) for k in (1, 3, -1, -3)] == [0, 2, 0, -2]


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_scattered_points_leave_no_half_of_the_cube_empty(size):
    points = scattered_points(32, size, 0)
    assert points.shape == (32, size)
    assert ((points >= 0) & (points < 1)).all()
    halves = (points < 1 / 2).mean(axis=0)
    assert ((halves > 0.3) & (halves < 0.7)).all()
