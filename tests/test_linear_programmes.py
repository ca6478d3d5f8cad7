"""Linear programmes are solved exactly, whichever way, and nothing counts without its dual."""

import random
import time

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from scipy.optimize import linprog

from dilemma.games import linear_programmes
from dilemma.games.lemke import maximise
from dilemma.games.linear_programmes import best_of, certified

numbers = st.integers(-9, 9)


@st.composite
def programmes(draw):
    """Return an objective, lines and bounds; the last line keeps all variables below 1 in sum."""
    n, m = draw(st.integers(1, 6)), draw(st.integers(0, 6))
    lines = [draw(st.lists(numbers, min_size=n, max_size=n)) for _ in range(m)]
    bounds = [draw(st.integers(0, 3)) for _ in range(m)]
    return draw(st.lists(numbers, min_size=n, max_size=n)), [*lines, [1] * n], [*bounds, 1]


def sparse(lines):
    return [{k: v for k, v in enumerate(line) if v} for line in lines]


def by_floats(objective, lines, bounds):
    return -linprog([-v for v in objective], np.array(lines), bounds).fun


@given(programmes())
@settings(deadline=None)
def test_pivoting_finds_the_optimum_that_scipy_finds(programme):
    objective, lines, bounds = programme
    found = best_of(objective, sparse(lines), bounds)
    assert float(found.value) == pytest.approx(by_floats(*programme), abs=1e-7)
    assert sum(c * v for c, v in zip(objective, found.variables, strict=True)) == found.value


@given(programmes())
@settings(deadline=None)
def test_what_floats_propose_is_the_exact_optimum_or_nothing(programme):
    objective, lines, bounds = programme
    exact = maximise(objective, lines, bounds).value
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(linear_programmes, "FEW", 0)
        patch.setattr(linear_programmes, "MANY", 0)
        found = best_of(objective, sparse(lines), bounds)
    assert found is None or found.value == exact


def test_floats_propose_where_exact_pivoting_would_take_long(monkeypatch):
    monkeypatch.setattr(linear_programmes, "MANY", 0)
    rng = random.Random(3)
    n, m = 60, 80
    lines = [[rng.randint(-3, 20) for _ in range(n)] for _ in range(m)]
    programme = [rng.randint(1, 30) for _ in range(n)], [*lines, [1] * n], [*[50] * m, 100]
    found = best_of(programme[0], sparse(programme[1]), programme[2])
    assert float(found.value) == pytest.approx(by_floats(*programme))
    assert found.value.denominator > 10**9  # no float's


@given(programmes(), st.integers(0, 5), st.fractions(-1, 1))
@settings(deadline=None)
def test_what_is_not_optimal_is_not_certified(programme, which, more):
    objective, lines, bounds = programme
    found = maximise(objective, lines, bounds)
    primal, dual = list(found.primal), list(found.dual)
    assert certified(objective, sparse(lines), bounds, primal, dual).value == found.value
    primal[which % len(primal)] += more
    other = certified(objective, sparse(lines), bounds, primal, dual)
    assert other is None or other.value == found.value
    dual[which % len(dual)] += more
    other = certified(objective, sparse(lines), bounds, found.primal, dual)
    assert other is None or other.value == found.value


def test_numbers_that_no_float_holds_are_pivoted():
    huge = 10**400
    found = best_of([1, 1], [{0: 1}, *[{1: 1}] * 2000], [huge, *[1] * 2000])
    assert found.value == huge + 1


def test_past_its_deadline_there_is_no_answer():
    rng = random.Random(1)
    lines = [[rng.randint(-9, 9) for _ in range(40)] for _ in range(40)] + [[1] * 40]
    late = time.monotonic() - 1
    assert best_of([1] * 40, sparse(lines), [0] * 40 + [1], deadline=late) is None
