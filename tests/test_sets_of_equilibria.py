"""Continua of equilibria: described in words and numbers, with one that stands for each."""

import itertools
import random
from fractions import Fraction

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

import dilemma


def ally_game(commitment, threat):
    """Return a game in which the United States does not care while Japan supports."""
    return dilemma.Model(
        name="ties",
        title="Ties",
        players={
            "japan": {"title": "Japan", "actions": ["waver", "support"]},
            "us": {"title": "United States", "actions": ["restrain", "commit"]},
        },
        payoffs={
            ("waver", "restrain"): {"japan": threat, "us": 0},
            ("waver", "commit"): {"japan": 0, "us": 1},
            ("support", "restrain"): {"japan": 0, "us": 2},
            ("support", "commit"): {"japan": commitment, "us": 2},
        },
    )


def test_a_set_reads_as_a_sentence():
    found = dilemma.solve(ally_game(commitment=2, threat=1))
    words = [s.words for s in found.sets]
    assert "Japan: support; United States: commit with any probability from 1/3 to 1" in words


def test_one_equilibrium_stands_for_a_set_and_is_one():
    found = dilemma.solve(ally_game(commitment=2, threat=1))
    (continuum,) = found.continua
    middle = continuum.representative
    assert middle.play["us"] == {"restrain": sp.Rational(1, 3), "commit": sp.Rational(2, 3)}
    assert middle.regret == 0
    assert middle.payoffs["us"] == 2
    assert continuum.dimension == 1
    assert continuum.range_of("us", "commit") == (sp.Rational(1, 3), 1)


def test_the_set_is_shown_and_exported():
    found = dilemma.solve(ally_game(commitment=2, threat=1))
    told = " ".join(cell for row in found.tables()[-1].rows for cell in row)
    assert "commit with any probability from 1/3 to 1" in told
    assert found.to_dict()["sets"][-1]["dimension"] == 1
    assert "Sets of equilibria" in found.to_latex()


def test_where_nobody_cares_anything_is_an_equilibrium():
    found = dilemma.solve(dilemma.matrix([[1, 1, 1]] * 2, [[0, 0, 0]] * 2))
    (everything,) = found.sets
    assert everything.words == "row: anything; column: anything"
    assert everything.dimension == 3


def test_a_game_without_ties_has_sets_of_one_equilibrium_each():
    found = dilemma.solve(dilemma.matrix([[3, 0], [0, 1]], [[1, 0], [0, 3]]))
    assert found.continua == ()
    assert [s.members for s in found.sets] == [(0,), (1,), (2,)]
    assert [s.component for s in found.sets] == [0, 1, 2]


def test_sets_that_touch_are_one_component():
    # The row player is indifferent throughout; the column player's reply changes at one half.
    found = dilemma.solve(dilemma.matrix([[0, 0], [0, 0]], [[1, 0], [0, 1]]))
    assert len(found.sets) == 3
    assert {s.component for s in found.sets} == {0}


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000))
def test_every_mixture_within_a_set_is_an_equilibrium(seed):
    rng = random.Random(seed)
    m, n = rng.choice([(2, 2), (2, 3), (3, 3)])
    A, B = ([[rng.randint(0, 2) for _ in range(n)] for _ in range(m)] for _ in range(2))
    found = dilemma.solve(dilemma.matrix(A, B))
    assert found.complete
    for one in found.sets:
        x, y = (mixture(rng, mixes) for mixes in one.extreme.values())
        rows = [sum(A[i][j] * y[j] for j in range(n)) for i in range(m)]
        columns = [sum(B[i][j] * x[i] for i in range(m)) for j in range(n)]
        assert max(rows) == sum(x[i] * rows[i] for i in range(m))
        assert max(columns) == sum(y[j] * columns[j] for j in range(n))


def mixture(rng, mixes):
    weights = [Fraction(rng.randint(0, 9)) for _ in mixes]
    weights[0] += 1
    return [
        sum(w * Fraction(int(c.p), int(c.q)) for w, c in zip(weights, chances, strict=True))
        / sum(weights)
        for chances in zip(*(mix.values() for mix in mixes), strict=True)
    ]


@pytest.mark.parametrize("budget", [{"seconds": 1e-9}, {"most": 1}])
def test_past_a_budget_the_answer_says_that_it_is_not_complete(budget):
    size = range(6)
    A, B = ([[(7 * i * i + 3 * j + k) % 11 for j in size] for i in size] for k in (0, 5))
    found = dilemma.solve(dilemma.matrix(A, B), **budget)
    assert not found.complete
    assert found.reason
    assert "NOT all equilibria" in str(found)
    assert all(e.regret == 0 for e in found)


def test_many_equilibria_are_listed_below_one_another():
    size = range(4)
    identity = [[int(i == j) for j in size] for i in size]
    found = dilemma.solve(dilemma.matrix(identity, identity))
    assert len(found) == 15
    names = list(itertools.islice((line for line in str(found).splitlines() if "row_" in line), 2))
    assert "row_1" in names[0]
    assert "row_2" in names[1]
